/* stoa mail list, retry, drop, test. */
#include "cli/inside.h"
#include "clock/clock.h"
#include "json/json.h"
#include "mail/mail.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
enum { LISTED = 1000 };

static bool tenant_of(struct cli *c, struct tenant_id *out, struct err *e)
{
	const struct tenant *p;
	if (!cli_portal(c, &p, e)) return false;
	*out = p->id;
	tenant_release(c->site->tenants, p);
	return true;
}

/* The letter named by the operand; 0: none is. */
static bool letter_of(struct cli *c, int64_t *out, struct err *e)
{
	*out = 0;
	if (!c->noperands) return true;
	return (str_to_int(c->operands[0], out) && *out > 0) || err_set(e, ERR_USAGE, "NUMBER is a whole number, as `stoa mail list` shows it");
}

/* --- list ---------------------------------------------------------------------------------------- */

static struct str time_text(struct arena *a, struct instant at)
{
	auto_buf b = BUF_INIT(64);
	if (at.us <= 0) return STR("");
	clock_put_instant(&b, at.us / 1000000 * 1000000, clock_utc());
	return arena_str(a, str_sub(buf_str(&b), 0, 16));
}

static const char *const states[] = { [MAIL_IS_WAITING] = "waiting", [MAIL_IS_SENT] = "sent", [MAIL_HAS_FAILED] = "failed" };

static void put_json(struct cli *c, const struct mail_line *lines, size_t n)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member_int(&j, "number", lines[i].id);
		json_member(&j, "kind", str_of(mail_kind_word(lines[i].kind)));
		json_member(&j, "to", lines[i].recipient);
		json_member(&j, "state", str_of(states[lines[i].state]));
		json_member_int(&j, "tries", lines[i].tries);
		json_member(&j, "created", time_text(&c->arena, lines[i].created));
		json_member(&j, "next", lines[i].state == MAIL_IS_WAITING ? time_text(&c->arena, lines[i].next) : STR(""));
		json_member(&j, "error", lines[i].error);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	cli_say(c, "%s", "");
}

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "NUMBER", "KIND", "TO", "STATE", "TRIES", "MADE (UTC)", "NEXT TRY", "LAST ERROR" };
	struct tenant_id t;
	struct mail_line *lines;
	size_t n;
	if (!tenant_of(c, &t, e) || !mail_list(c->site->store, t, LISTED, &c->arena, &lines, &n, e)) return false;
	if (cli_has(c, "json")) {
		put_json(c, lines, n);
		return true;
	}
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 1u | 1u << 4);
	for (size_t i = 0; i < n; i++) {
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)lines[i].id));
		cli_table_cell(table, str_of(mail_kind_word(lines[i].kind)));
		cli_table_cell(table, lines[i].recipient);
		cli_table_cell(table, str_of(states[lines[i].state]));
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)lines[i].tries));
		cli_table_cell(table, time_text(&c->arena, lines[i].created));
		cli_table_cell(table, lines[i].state == MAIL_IS_WAITING ? time_text(&c->arena, lines[i].next) : STR(""));
		cli_table_cell(table, lines[i].error);
	}
	cli_table_print(table);
	if (!mail_where(&c->arena, c->conf).n) cli_note(c, "No mail server is set (smtp_host), so letters wait here.");
	return true;
}

static const struct cli_option list_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_mail_list = {
	.words = "mail list", .operands = "", .summary = "Lists the letters of a portal: waiting, sent and failed ones.",
	.detail = "Addresses are masked, and what a letter says is never shown. Sent letters are listed for 7 days, failed ones for 30.",
	.options = list_options, .run = list,
};

/* --- retry and drop ------------------------------------------------------------------------------- */

static bool retry(struct cli *c, struct err *e)
{
	struct tenant_id t;
	int64_t id, n;
	if (!letter_of(c, &id, e) || !tenant_of(c, &t, e) || !mail_retry(c->site->store, t, id, &n, e)) return false;
	mail_wake(c->site->mail);
	cli_say(c, "%lld %s due now%s", (long long)n, n == 1 ? "letter is" : "letters are", c->in_server ? "" : "; the server sends them when it runs");
	return true;
}

static bool drop(struct cli *c, struct err *e)
{
	struct tenant_id t;
	int64_t id, n;
	if (!letter_of(c, &id, e) || !tenant_of(c, &t, e)) return false;
	if (!id && !cli_has(c, "failed")) return err_set(e, ERR_USAGE, "name the letter by its number, or give --failed for all that failed");
	if (!mail_drop(c->site->store, t, id, &n, e)) return false;
	cli_say(c, "%lld %s forgotten", (long long)n, n == 1 ? "letter is" : "letters are");
	return true;
}

static const struct cli_option portal_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_mail_retry = {
	.words = "mail retry", .operands = "[NUMBER]", .most = 1, .summary = "Tries to send a waiting letter now, or all that wait.",
	.detail = "A letter that failed has no text any more and cannot be sent again.", .options = portal_options, .run = retry,
};
static const struct cli_option drop_options[] = { PORTAL_OPTION, { "failed", NULL, 0, "All letters that failed." }, { 0 } };
const struct cli_command cli_cmd_mail_drop = {
	.words = "mail drop", .operands = "[NUMBER]", .most = 1, .summary = "Forgets a letter, whatever its state, or all that failed.",
	.detail = "", .options = drop_options, .run = drop,
};

/* --- test ------------------------------------------------------------------------------------------- */

static bool test(struct cli *c, struct err *e)
{
	const struct tenant *p;
	struct store_tx *t;
	if (!cli_portal(c, &p, e)) return false;
	struct str title = arena_str(&c->arena, tenant_setting(p, "title")), host = arena_str(&c->arena, p->host);
	const struct i18n_lang *lang = i18n_lang_or_null(p->languages[0]);
	struct tenant_id id = p->id;
	tenant_release(c->site->tenants, p);
	struct mail_draft d = mail_draft(&c->arena, c->site->vault, lang ? lang : i18n_english(), title.n ? title : host, arena_printf(&c->arena, "https://%.*s", STR_ARG(host)));
	mail_subject_with(&d, N_("A test letter of {0}"), d.portal);
	mail_say(&d, N_("This letter shows that the mail settings work. Nothing needs doing."));
	if (!store_begin(c->site->store, STORE_WRITE, &t, e)) return false;
	bool ok = mail_post(t, id, &d, MAIL_TEST, c->operands[0], e);
	if (!store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) || !ok) return false;
	mail_wake(c->site->mail);
	struct str where = mail_where(&c->arena, c->conf);
	cli_say(c, "a letter is in the queue for %.*s%s", STR_ARG(where.n ? where : STR("nowhere: no mail server is set (smtp_host)")), c->in_server ? "; `stoa mail list` shows what becomes of it" : "; the server sends it when it runs");
	return true;
}

const struct cli_command cli_cmd_mail_test = {
	.words = "mail test", .operands = "ADDRESS", .least = 1, .most = 1, .summary = "Puts a test letter to an address in the queue.",
	.detail = "", .options = portal_options, .run = test,
};
