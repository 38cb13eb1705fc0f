/* stoa audience show, erase: the figures of a portal on the terminal, and the end of them. */
#include "audience/audience.h"
#include "cli/inside.h"
#include "clock/clock.h"
#include "json/json.h"

#define PORTAL_OPTION { "portal", "HOST", CLI_REQUIRED, "The portal." }
enum { SHOWN = 10, DAYS = 30 };

static const enum audience_dimension shown[] = { AUDIENCE_VIEWS, AUDIENCE_EVENT, AUDIENCE_PATH, AUDIENCE_DATASET, AUDIENCE_FORMAT, AUDIENCE_REFERRER,
	AUDIENCE_COUNTRY, AUDIENCE_DEVICE, AUDIENCE_LANGUAGE, AUDIENCE_RESPONSE, AUDIENCE_ROBOT };

static bool put_visitors(struct cli *c, const struct tenant *t, struct audience_span span, struct cli_table *table, struct json_out *j, struct err *e)
{
	int64_t *by, sum = 0;
	if (!audience_visitors(c->site->audience, t->id, span.from, span.to, &c->arena, &by, e)) return false;
	for (int64_t i = 0; i <= span.to - span.from; i++) sum += by[i];
	if (j) json_member_int(j, "sum_of_daily_visitors", sum);
	cli_table_cell(table, STR("visitors"));
	cli_table_cell(table, STR("sum of daily visitors"));
	cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)sum));
	return true;
}

static bool put_dimension(struct cli *c, const struct tenant *t, enum audience_dimension d, struct audience_span span, struct cli_table *table,
                          struct json_out *j, struct err *e)
{
	struct audience_cell *cells;
	size_t n;
	int64_t total;
	if (!audience_top(c->site->audience, t->id, d, span, SHOWN, &c->arena, &cells, &n, &total, e)) return false;
	if (j) json_key(j, str_of(audience_dimension_name(d)));
	if (j) json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		if (j) json_key(j, cells[i].key);
		if (j) json_put_int(j, cells[i].n);
		cli_table_cell(table, str_of(audience_dimension_name(d)));
		cli_table_cell(table, cells[i].key);
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)cells[i].n));
	}
	if (j) json_close(j, '}');
	return true;
}

static bool show(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "WHAT", "NAME", "NUMBER" };
	const struct tenant *t;
	int64_t days = DAYS;
	if (cli_has(c, "days") && (!str_to_int(cli_value(c, "days"), &days) || days < 1 || days > AUDIENCE_DAYS))
		return err_set(e, ERR_USAGE, "--days takes a whole number from 1 to %d", AUDIENCE_DAYS);
	if (!cli_portal(c, &t, e)) return false;
	int64_t today = audience_hour(t, clock_now()) / 24;
	struct audience_span span = { .from = today - days + 1, .to = today };
	bool json = cli_has(c, "json");
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 1u << 2);
	if (json) json_open(&j, '{');
	bool ok = audience_flush(c->site->audience, e) && put_visitors(c, t, span, table, json ? &j : NULL, e);
	for (size_t i = 0; ok && i < COUNT_OF(shown); i++) ok = put_dimension(c, t, shown[i], span, table, json ? &j : NULL, e);
	tenant_release(c->site->tenants, t);
	if (!ok) return false;
	if (json) json_close(&j, '}'), cli_say(c, "%s", "");
	else cli_table_print(table);
	return true;
}

static const struct cli_option show_options[] = { PORTAL_OPTION, { "days", "N", 0, "The last days, today included; 30 by default." }, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_audience_show = {
	.words = "audience show", .operands = "", .summary = "Shows how much a portal is read: sums of the last days.",
	.detail = "Sums only, the ten greatest of each kind. The back office shows more, and exports all of it.", .options = show_options, .run = show,
};

static bool erase(struct cli *c, struct err *e)
{
	const struct tenant *t;
	if (!cli_portal(c, &t, e)) return false;
	struct tenant_id id = t->id;
	tenant_release(c->site->tenants, t);
	if (!audience_erase(c->site->audience, id, e)) return false;
	cli_note(c, "All figures of the audience and of the use of the API are removed.");
	return true;
}

static const struct cli_option erase_options[] = { PORTAL_OPTION, { 0 } };
const struct cli_command cli_cmd_audience_erase = {
	.words = "audience erase", .operands = "", .summary = "Removes everything that was counted of a portal's audience, for good.",
	.detail = "Measurement itself goes on: `stoa portal set HOST audience.enabled=off` ends it.", .options = erase_options, .run = erase,
};

/* One portal's page views and API calls; never its visitors, which are each portal's own. */
static bool sum_of(struct cli *c, const struct tenant *t, int64_t days, struct cli_table *table, struct json_out *j, int64_t sums[2], struct err *e)
{
	int64_t today = audience_hour(t, clock_now()) / 24, n[2] = { 0 }, *by;
	struct audience_span span = { .from = today - days + 1, .to = today };
	struct audience_call *calls;
	size_t ncalls;
	if (!audience_series(c->site->audience, t->id, AUDIENCE_VIEWS, STR(""), span, &c->arena, &by, e) ||
	    !audience_calls(c->site->audience, t->id, span, 0, 1, &c->arena, &calls, &ncalls, &n[1], e))
		return false;
	for (int64_t i = 0; i < days; i++) n[0] += by[i];
	if (j) {
		json_key(j, t->host);
		json_open(j, '{');
		json_member_int(j, "page_views", n[0]);
		json_member_int(j, "api_calls", n[1]);
		json_close(j, '}');
	}
	cli_table_cell(table, arena_str(&c->arena, t->host));
	for (size_t i = 0; i < COUNT_OF(n); i++) {
		cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)n[i]));
		sums[i] += n[i];
	}
	return true;
}

static bool sums(struct cli *c, struct err *e)
{
	static const char *const headings[] = { "PORTAL", "PAGE VIEWS", "API CALLS" };
	int64_t days = DAYS, all[2] = { 0 };
	struct tenant_id *ids;
	if (cli_has(c, "days") && (!str_to_int(cli_value(c, "days"), &days) || days < 1 || days > AUDIENCE_DAYS))
		return err_set(e, ERR_USAGE, "--days takes a whole number from 1 to %d", AUDIENCE_DAYS);
	bool json = cli_has(c, "json"), ok = audience_flush(c->site->audience, e);
	struct json_out j = JSON_OUT(&c->text);
	struct cli_table *table = cli_table_new(c, COUNT_OF(headings), headings, 1u << 1 | 1u << 2);
	size_t n = tenants_list(c->site->tenants, &c->arena, &ids);
	if (json) json_open(&j, '{');
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(c->site->tenants, ids[i]);
		if (!t) continue;
		ok = sum_of(c, t, days, table, json ? &j : NULL, all, e);
		tenant_release(c->site->tenants, t);
	}
	if (!ok) return false;
	if (json) {
		json_close(&j, '}');
		cli_say(c, "%s", "");
		return true;
	}
	cli_table_cell(table, STR("all together"));
	for (size_t i = 0; i < COUNT_OF(all); i++) cli_table_cell(table, arena_printf(&c->arena, "%lld", (long long)all[i]));
	cli_table_print(table);
	return true;
}

static const struct cli_option sums_options[] = { { "days", "N", 0, "The last days, today included; 30 by default." }, { "json", NULL, 0, "Prints JSON." }, { 0 } };
const struct cli_command cli_cmd_audience_sums = {
	.words = "audience sums", .operands = "", .summary = "Page views and API calls of all portals of this server.",
	.detail = "For who runs the server. Visitors are not among them: they are told apart on each portal alone, and their numbers cannot be added up.", .options = sums_options, .run = sums,
};
