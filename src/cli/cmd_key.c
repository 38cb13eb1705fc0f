/* stoa key add, list, revoke. */
#include "account/account.h"
#include "cli/inside.h"
#include "clock/clock.h"
#include "json/json.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }

static bool tenant_of(struct cli *c, struct tenant_id *out, struct err *e)
{
	const struct tenant *p;
	if (!cli_portal(c, &p, e)) return false;
	*out = p->id;
	tenant_release(c->site->tenants, p);
	return true;
}

/* --- add ----------------------------------------------------------------------------------------- */

static bool read_datasets(struct cli *c, struct tenant_id t, struct account_key *k, struct err *e)
{
	struct str *names;
	const struct catalog_view *v;
	size_t n = cli_values(c, "dataset", &c->arena, &names);
	int64_t *list = arena_array(&c->arena, int64_t, n + 1);
	bool ok = true;
	if (!n) return true;
	if (!catalog_hold(c->site->catalog, t, &v, e)) return false;
	for (size_t i = 0; ok && i < n; i++) {
		const struct dataset *d = catalog_find_or_null(v, names[i]);
		if (d) list[i] = d->id;
		else ok = err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(names[i]));
	}
	catalog_release(c->site->catalog, v);
	k->datasets = list;
	k->ndatasets = n;
	k->scope |= ACCOUNT_LISTED;
	return ok;
}

/* A key ends when its last day does, by UTC. */
static bool read_end(struct cli *c, struct account_key *k, struct err *e)
{
	struct clock_text day;
	struct str text = cli_value(c, "expires");
	if (!text.n) return true;
	if (!clock_parse(text, &day)) return err_set(e, ERR_USAGE, "--expires takes a day, as 2030-01-31");
	struct civil end = day.precision < CLOCK_SECOND ? clock_period_end(day.civil, day.precision) : day.civil;
	k->expires.us = clock_us_of_civil(&end) - (int64_t)day.offset_s * 1000000;
	return true;
}

static bool add(struct cli *c, struct err *e)
{
	struct tenant_id t;
	char text[ACCOUNT_KEY_TEXT];
	struct account_key k = { .email = cli_value(c, "user"), .name = c->operands[0], .scope = ACCOUNT_READ, .calls_a_day = -1 };
	if (cli_has(c, "write")) k.scope |= ACCOUNT_WRITE;
	if (cli_has(c, "calls") && (!str_to_int(cli_value(c, "calls"), &k.calls_a_day) || k.calls_a_day < 0))
		return err_set(e, ERR_USAGE, "--calls takes a whole number of 0 (no limit) or more");
	if (!tenant_of(c, &t, e) || !read_datasets(c, t, &k, e) || !read_end(c, &k, e)) return false;
	if (!account_key_add(c->site->accounts, t, &k, text, e)) return false;
	if (!cli_has(c, "json")) {
		cli_say(c, "%s", text);
		cli_note(c, "This is the only time the key is shown. Send it as \"Authorization: Apikey KEY\".");
		return true;
	}
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '{');
	json_member(&j, "key", str_of(text));
	json_member(&j, "user", k.email);
	json_member(&j, "name", k.name);
	json_close(&j, '}');
	cli_say(c, "%s", "");
	return true;
}

static const struct cli_option add_options[] = {
	PORTAL_OPTION,
	{ "user", "EMAIL", CLI_REQUIRED, "The account that the key acts for." },
	{ "dataset", "ID", CLI_REPEAT, "Only this dataset; may be given several times." },
	{ "expires", "DAY", 0, "The last day (UTC) on which the key is good." },
	{ "calls", "N", 0, "Calls a day, in place of the portal's quota.key; 0: no limit." },
	{ "write", NULL, 0, "Also for writing, once the portal takes writes by key." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_key_add = {
	.words = "key add", .operands = "NAME", .least = 1, .most = 1,
	.summary = "Makes an API key that acts for an account, and prints it once.",
	.detail = "The key sees what its account sees: with --dataset, of those datasets only, and nothing else of the portal is open to it. NAME says what it is for.",
	.options = add_options, .run = add,
};

/* --- list ---------------------------------------------------------------------------------------- */

static struct str day_text(struct arena *a, int64_t us)
{
	auto_buf b = BUF_INIT(32);
	if (us <= 0) return STR("");
	clock_put_date(&b, (int32_t)(us / 86400000000));
	return arena_str(a, buf_str(&b));
}

static const char *state_of(const struct account_key *k)
{
	if (k->revoked.us) return "revoked";
	return k->expires.us && k->expires.us <= clock_now().us ? "ended" : "good";
}

static struct str scope_of(struct arena *a, const struct account_key *k)
{
	struct str read = k->scope & ACCOUNT_LISTED ? arena_printf(a, "%zu %s", k->ndatasets, k->ndatasets == 1 ? "dataset" : "datasets") : STR("all");
	return k->scope & ACCOUNT_WRITE ? arena_join(a, read, STR(", write")) : read;
}

static void put_key_json(struct json_out *j, struct arena *a, const struct account_key *k)
{
	json_open(j, '{');
	json_member_int(j, "number", k->id);
	json_member(j, "begins", k->hint);
	json_member(j, "name", k->name);
	json_member(j, "user", k->email);
	json_member(j, "state", str_of(state_of(k)));
	json_member_bool(j, "write", (k->scope & ACCOUNT_WRITE) != 0);
	json_key(j, STR("datasets"));
	if (k->scope & ACCOUNT_LISTED) json_put_int(j, (int64_t)k->ndatasets);
	else json_put_null(j);
	json_key(j, STR("calls_a_day"));
	if (k->calls_a_day >= 0) json_put_int(j, k->calls_a_day);
	else json_put_null(j);
	json_member(j, "created", day_text(a, k->created.us));
	json_member(j, "expires", day_text(a, k->expires.us));
	json_member(j, "last_used", k->last_day < 0 ? STR("") : day_text(a, k->last_day * 86400000000));
	json_close(j, '}');
}

static bool list(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "NUMBER", "BEGINS", "NAME", "USER", "SEES", "CALLS/DAY", "MADE", "UNTIL", "LAST USED", "STATE" };
	struct tenant_id t;
	struct account_key *all;
	size_t n;
	if (!tenant_of(c, &t, e) || !account_key_list(c->site->accounts, t, &c->arena, &all, &n, e)) return false;
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 1u | 1u << 5);
	bool json = cli_has(c, "json");
	if (json) json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct account_key *k = &all[i];
		if (json) {
			put_key_json(&j, &c->arena, k);
			continue;
		}
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)k->id));
		cli_table_cell(table, arena_join(&c->arena, k->hint, STR("…")));
		cli_table_cell(table, k->name);
		cli_table_cell(table, k->email);
		cli_table_cell(table, scope_of(&c->arena, k));
		cli_table_cell(table, k->calls_a_day < 0 ? STR("") : arena_printf(&c->arena, "%lld", (long long)k->calls_a_day));
		cli_table_cell(table, day_text(&c->arena, k->created.us));
		/* The end is the first moment after the last good day. */
		cli_table_cell(table, day_text(&c->arena, k->expires.us ? k->expires.us - 1 : 0));
		cli_table_cell(table, k->last_day < 0 ? STR("never") : day_text(&c->arena, k->last_day * 86400000000));
		cli_table_cell(table, str_of(state_of(k)));
	}
	if (json) json_close(&j, ']'), cli_say(c, "%s", "");
	else cli_table_print(table);
	return true;
}

static const struct cli_option list_options[] = { PORTAL_OPTION, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_key_list = {
	.words = "key list", .operands = "", .summary = "Lists the API keys of a portal, never the keys themselves.",
	.detail = "The day of last use is written down within a minute or so, and no finer.", .options = list_options, .run = list,
};

/* --- revoke -------------------------------------------------------------------------------------- */

static bool find_key(struct cli *c, const struct account_key *all, size_t n, int64_t *out, struct err *e)
{
	struct str said = c->operands[0];
	size_t found = 0;
	if (str_to_int(said, out)) return true;
	for (size_t i = 0; i < n; i++) {
		if (all[i].revoked.us || !str_starts(said, all[i].hint)) continue;
		*out = all[i].id;
		found++;
	}
	if (found > 1) return err_set(e, ERR_CONFLICT, "several keys begin so; give the number of one, as `stoa key list` shows it");
	return found == 1 || err_set(e, ERR_NOT_FOUND, "no good key of this portal begins so; `stoa key list` shows the keys");
}

static bool revoke(struct cli *c, struct err *e)
{
	struct tenant_id t;
	struct account_key *all;
	size_t n;
	int64_t id;
	if (!tenant_of(c, &t, e) || !account_key_list(c->site->accounts, t, &c->arena, &all, &n, e) || !find_key(c, all, n, &id, e)) return false;
	if (!account_key_revoke(c->site->accounts, t, id, e)) return false;
	cli_say(c, "key %lld is revoked; it is refused from now on", (long long)id);
	return true;
}

static const struct cli_option revoke_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_key_revoke = {
	.words = "key revoke", .operands = "NUMBER|KEY", .least = 1, .most = 1,
	.summary = "Makes an API key no good, at once and for ever.", .detail = "", .options = revoke_options, .run = revoke,
};
