/* stoa user change, disable, enable, remove, sessions: what an administrator does on the pages, from the machine itself. */
#include "account/account.h"
#include "cli/inside.h"
#include "json/json.h"
#include "session/session.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }

struct place {
	struct account_scene scene;
	int64_t account;
};

/* The portal is held until leave(). */
static bool enter(struct cli *c, struct place *p, struct err *e)
{
	const struct tenant *t;
	if (!cli_portal(c, &t, e)) return false;
	p->scene = (struct account_scene){ .as = c->site->accounts, .vault = c->site->vault, .events = c->site->events, .mail = c->site->mail, .tenant = t,
	                                   .origin = arena_join(&c->arena, STR("https://"), t->host), .lang = i18n_english(), .arena = &c->arena };
	if (account_id(c->site->accounts, t->id, c->operands[0], &p->account, e)) return true;
	tenant_release(c->site->tenants, t);
	return false;
}

static bool leave(struct cli *c, struct place *p, bool ok)
{
	tenant_release(c->site->tenants, p->scene.tenant);
	return ok;
}

static bool run_with(struct cli *c, bool (*what)(const struct account_scene *s, int64_t id, struct err *e), struct err *e)
{
	struct place p;
	return enter(c, &p, e) && leave(c, &p, what(&p.scene, p.account, e));
}

static bool disable(struct cli *c, struct err *e) { return run_with(c, account_disable, e); }
static bool enable(struct cli *c, struct err *e) { return run_with(c, account_enable, e); }
static bool drop_factor(struct cli *c, struct err *e) { return run_with(c, account_drop_factor, e); }

/* Rules that were made for the account are gone with it, so the catalogue is told anew. */
static bool remove_user(struct cli *c, struct err *e)
{
	struct place p;
	if (!enter(c, &p, e)) return false;
	struct tenant_id t = p.scene.tenant->id;
	return leave(c, &p, account_remove(&p.scene, p.account, e)) && catalog_renew(c->site->catalog, t, e);
}

static const struct cli_option plain[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_user_disable = {
	.words = "user disable", .operands = "EMAIL", .least = 1, .most = 1,
	.summary = "Ends the sessions of an account and lets nobody in with it, nor with its keys.", .detail = "", .options = plain, .run = disable,
};
const struct cli_command cli_cmd_user_enable = {
	.words = "user enable", .operands = "EMAIL", .least = 1, .most = 1, .summary = "Takes that back.", .detail = "", .options = plain, .run = enable,
};
const struct cli_command cli_cmd_user_remove = {
	.words = "user remove", .operands = "EMAIL", .least = 1, .most = 1,
	.summary = "Deletes an account with its keys and the rules made for it. The last administrator stays.", .detail = "", .options = plain, .run = remove_user,
};
const struct cli_command cli_cmd_user_factor = {
	.words = "user drop-factor", .operands = "EMAIL", .least = 1, .most = 1,
	.summary = "Removes the second factor of somebody who lost it; the owner is told by letter.", .detail = "", .options = plain, .run = drop_factor,
};

/* --- change ---------------------------------------------------------------------------------------------- */

static bool read_day(struct cli *c, struct instant *out, struct err *e)
{
	struct clock_text day;
	struct str text = cli_value(c, "expires");
	if (str_eq(text, STR("never"))) return true;
	if (!clock_parse(text, &day)) return err_set(e, ERR_USAGE, "--expires takes a day, as 2030-01-31, or never");
	struct civil end = clock_period_end(day.civil, CLOCK_DAY);
	out->us = clock_us_of_civil(&end);
	return true;
}

static bool change(struct cli *c, struct err *e)
{
	struct account_change x = { .name = cli_value(c, "name"), .role = cli_value(c, "role"), .language = cli_value(c, "language") };
	struct place p;
	if (cli_has(c, "name")) x.flags |= ACCOUNT_SET_NAME;
	if (cli_has(c, "role")) x.flags |= ACCOUNT_SET_ROLE;
	if (cli_has(c, "language")) x.flags |= ACCOUNT_SET_LANGUAGE;
	if (cli_has(c, "permissions")) {
		x.flags |= ACCOUNT_SET_PERMISSIONS;
		if (!account_permissions_read(cli_value(c, "permissions"), &x.own, e)) return false;
	}
	if (cli_has(c, "expires")) {
		x.flags |= ACCOUNT_SET_EXPIRES;
		if (!read_day(c, &x.expires, e)) return false;
	}
	if (!x.flags) return err_set(e, ERR_USAGE, "nothing to change: give --name, --role, --permissions, --language or --expires");
	return enter(c, &p, e) && leave(c, &p, account_change(&p.scene, p.account, &x, e));
}

static const struct cli_option change_options[] = {
	PORTAL_OPTION,
	{ "name", "NAME", 0, "How the person is called." },
	{ "role", "ROLE", 0, "admin, publisher or member." },
	{ "permissions", "LIST", 0, "Permissions beside those of role and groups, comma list such as create_dataset,edit_domain; empty for none." },
	{ "language", "CODE", 0, "Language of letters; empty: the portal's." },
	{ "expires", "DAY", 0, "The last day (UTC) on which the account is good, or never." },
	{ 0 },
};
const struct cli_command cli_cmd_user_change = {
	.words = "user change", .operands = "EMAIL", .least = 1, .most = 1, .summary = "Changes an account.", .detail = "",
	.options = change_options, .run = change,
};

/* --- sessions ------------------------------------------------------------------------------------------------- */

static struct str time_text(struct arena *a, int64_t us)
{
	auto_buf b = BUF_INIT(64);
	clock_put_instant(&b, us, clock_utc());
	return arena_str(a, buf_str(&b));
}

static void print(struct cli *c, const struct session_line *lines, size_t n)
{
	static const char *const headings[] = { "BROWSER", "COUNTRY", "SINCE", "LAST USED" };
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 0);
	bool json = cli_has(c, "json");
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		struct str since = time_text(&c->arena, lines[i].created.us), seen = time_text(&c->arena, lines[i].seen.us);
		if (!json) {
			cli_table_cell(t, lines[i].label);
			cli_table_cell(t, lines[i].country);
			cli_table_cell(t, since);
			cli_table_cell(t, seen);
			continue;
		}
		json_open(&j, '{');
		json_member(&j, "browser", lines[i].label);
		json_member(&j, "country", lines[i].country);
		json_member(&j, "since", since);
		json_member(&j, "last_used", seen);
		json_close(&j, '}');
	}
	if (json) json_close(&j, ']'), cli_say(c, "%s", "");
	else cli_table_print(t);
}

static bool sessions(struct cli *c, struct err *e)
{
	struct place p;
	struct session_line *lines;
	size_t n;
	int64_t ended;
	if (!enter(c, &p, e)) return false;
	if (cli_has(c, "end"))
		return leave(c, &p, session_revoke_all(c->site->sessions, p.scene.tenant, p.account, 0, &ended, e) &&
		                    account_tell_sessions(&p.scene, p.account, ended, e)) &&
		       (cli_say(c, "%lld %s ended", (long long)ended, ended == 1 ? "session has" : "sessions have"), true);
	if (!leave(c, &p, session_list(c->site->sessions, p.scene.tenant, p.account, &c->arena, &lines, &n, e))) return false;
	print(c, lines, n);
	return true;
}

static const struct cli_option session_options[] = {
	PORTAL_OPTION, { "end", NULL, 0, "Ends all of them." }, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_user_sessions = {
	.words = "user sessions", .operands = "EMAIL", .least = 1, .most = 1, .summary = "Lists where an account is signed in.", .detail = "",
	.options = session_options, .run = sessions,
};
