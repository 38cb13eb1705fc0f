/* stoa sessions list, revoke, purge. */
#include "account/account.h"
#include "cli/inside.h"
#include "clock/clock.h"
#include "json/json.h"
#include "session/session.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }

/* The account of --user, by its address. */
static bool user_of(struct cli *c, const struct tenant *t, int64_t *out, struct err *e)
{
	return account_id(c->site->accounts, t->id, cli_value(c, "user"), out, e);
}

/* --- list ---------------------------------------------------------------------------------------- */

static struct str time_text(struct arena *a, struct instant at)
{
	auto_buf b = BUF_INIT(64);
	clock_put_instant(&b, at.us - at.us % 60000000, clock_utc());
	return arena_str(a, str_sub(buf_str(&b), 0, 16));
}

static struct str factors_text(struct arena *a, unsigned factors)
{
	static const struct { unsigned bit; const char *word; } words[] = {
		{ SESSION_PASSWORD, "password" }, { SESSION_TOTP, "code" }, { SESSION_RECOVERY, "recovery code" }, { SESSION_PROVIDER, "provider" } };
	auto_buf b = BUF_INIT(128);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (factors & words[i].bit) buf_printf(&b, "%s%s", b.n ? ", " : "", words[i].word);
	return arena_str(a, buf_str(&b));
}

static void put_json(struct cli *c, const struct session_line *lines, size_t n)
{
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member_int(&j, "number", lines[i].id);
		json_member(&j, "client", lines[i].label);
		json_member(&j, "created", time_text(&c->arena, lines[i].created));
		json_member(&j, "seen", time_text(&c->arena, lines[i].seen));
		json_member_bool(&j, "remembered", lines[i].remember);
		json_member(&j, "factors", factors_text(&c->arena, lines[i].factors));
		json_close(&j, '}');
	}
	json_close(&j, ']');
	cli_say(c, "%s", "");
}

static void put_table(struct cli *c, const struct session_line *lines, size_t n)
{
	static const char *const headings[] = { "NUMBER", "CLIENT", "SINCE", "LAST SEEN", "KEPT", "FACTORS" };
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 1u);
	for (size_t i = 0; i < n; i++) {
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)lines[i].id));
		cli_table_cell(table, lines[i].label);
		cli_table_cell(table, time_text(&c->arena, lines[i].created));
		cli_table_cell(table, time_text(&c->arena, lines[i].seen));
		cli_table_cell(table, lines[i].remember ? STR("yes") : STR("no"));
		cli_table_cell(table, factors_text(&c->arena, lines[i].factors));
	}
	cli_table_print(table);
}

static bool list(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct session_line *lines;
	int64_t account;
	size_t n;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = user_of(c, t, &account, e) && session_list(c->site->sessions, t, account, &c->arena, &lines, &n, e);
	tenant_release(c->site->tenants, t);
	if (!ok) return false;
	if (cli_has(c, "json")) put_json(c, lines, n);
	else put_table(c, lines, n);
	return true;
}

static const struct cli_option list_options[] = {
	PORTAL_OPTION,
	{ "user", "EMAIL", CLI_REQUIRED, "Whose sessions." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_sessions_list = {
	.words = "sessions list", .operands = "", .summary = "Lists where an account is signed in.",
	.detail = "Times are UTC. What opens a session is in its browser only and is not kept here.", .options = list_options, .run = list,
};

/* --- revoke -------------------------------------------------------------------------------------- */

static bool revoke(struct cli *c, struct err *e)
{
	const struct tenant *t;
	int64_t account = 0, n = 0;
	bool everybody = cli_has(c, "everybody");
	if (everybody == cli_has(c, "user")) return err_set(e, ERR_USAGE, "say whose sessions: --user EMAIL, or --everybody");
	if (!cli_portal(c, &t, e)) return false;
	bool ok = (everybody || user_of(c, t, &account, e)) && session_revoke_all(c->site->sessions, t, account, 0, &n, e);
	tenant_release(c->site->tenants, t);
	if (ok) cli_say(c, "%lld %s", (long long)n, n == 1 ? "session has ended" : "sessions have ended");
	return ok;
}

static const struct cli_option revoke_options[] = {
	PORTAL_OPTION,
	{ "user", "EMAIL", 0, "Whose sessions." },
	{ "everybody", NULL, 0, "Those of all accounts of the portal." },
	{ 0 },
};
const struct cli_command cli_cmd_sessions_revoke = {
	.words = "sessions revoke", .operands = "", .summary = "Signs an account, or everybody, out everywhere.", .detail = "",
	.options = revoke_options, .run = revoke,
};

/* --- purge --------------------------------------------------------------------------------------- */

static bool purge(struct cli *c, struct err *e)
{
	struct tenant_id *ids;
	int64_t n = 0;
	size_t count = tenants_list(c->site->tenants, &c->arena, &ids);
	for (size_t i = 0; i < count; i++) {
		const struct tenant *t = tenants_hold_or_null(c->site->tenants, ids[i]);
		if (!t) continue;
		n += sessions_purge(c->site->sessions, t);
		tenant_release(c->site->tenants, t);
	}
	if (!sessions_upkeep(c->site->sessions, e)) return false;
	cli_say(c, "%lld %s past %s time", (long long)n, n == 1 ? "session was" : "sessions were", n == 1 ? "its" : "their");
	return true;
}

const struct cli_command cli_cmd_sessions_purge = {
	.words = "sessions purge", .operands = "", .summary = "Ends sessions that are past their time, and forgets those that ended a day ago.",
	.detail = "A server does this every minute.", .options = NULL, .run = purge,
};
