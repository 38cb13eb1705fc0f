/* stoa secure: who sees a dataset, which of its rows and which of its fields. */
#include "account/account.h"
#include "cli/inside.h"
#include "json/json.h"
#include "rights/rights.h"

/* One run: the portal, its catalogue, the dataset. */
struct securing {
	const struct tenant *tenant;
	const struct catalog_view *view;
	const struct dataset *dataset;
	struct account *accounts;
	size_t naccounts;
	struct account_group *groups;
	size_t ngroups;
};

static void end(struct cli *c, struct securing *s)
{
	if (s->view) catalog_release(c->site->catalog, s->view);
	tenant_release(c->site->tenants, s->tenant);
	s->view = NULL;
	s->tenant = NULL;
}

static bool begin(struct cli *c, struct securing *s, struct err *e)
{
	struct str id = c->operands[0];
	*s = (struct securing){ 0 };
	if (!cli_portal(c, &s->tenant, e) || !catalog_hold(c->site->catalog, s->tenant->id, &s->view, e)) return false;
	if (!account_list(c->site->store, s->tenant->id, &c->arena, &s->accounts, &s->naccounts, e)) return false;
	if (!account_group_list(c->site->accounts, s->tenant->id, &c->arena, &s->groups, &s->ngroups, e)) return false;
	s->dataset = catalog_find_or_null(s->view, id);
	return s->dataset || err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal; `stoa datasets` lists them", STR_ARG(id));
}

/* --- reading the change --------------------------------------------------------------------------- */

static bool read_data(struct cli *c, struct rule_change *r, struct err *e)
{
	struct str said = cli_value(c, "data-visible");
	if (!cli_has(c, "data-visible")) return true;
	r->parts |= RULE_DATA;
	r->data_visible = str_eq(said, STR("yes"));
	return r->data_visible || str_eq(said, STR("no")) || err_set(e, ERR_USAGE, "--data-visible takes yes or no");
}

static bool read_filter(struct cli *c, const struct dataset *d, struct rule_change *r, struct err *e)
{
	struct err why = { 0 };
	if (!cli_has(c, "filter")) return true;
	r->parts |= RULE_FILTER;
	r->row_filter = str_trim(cli_value(c, "filter"));
	if (rights_filter_ok(d, r->row_filter, &why)) return true;
	return err_set(e, ERR_PARAMETER, "the filter means nothing to this dataset. %s", why.pub);
}

static bool unknown_field(const struct dataset *d, struct str name, struct err *e)
{
	enum { KNOWN_BYTES = 300 };
	auto_buf known = BUF_INIT(KNOWN_BYTES);
	for (size_t i = 0; i < d->schema.n && !known.over; i++)
		if (!(d->schema.fields[i].flags & FIELD_HIDDEN)) buf_printf(&known, "%s%.*s", known.n ? ", " : "", STR_ARG(d->schema.fields[i].name));
	return err_set(e, ERR_PARAMETER, "the dataset %.*s has no field \"%.*s\"; it has %.*s%s", STR_ARG(d->slug), STR_ARG(str_sub(name, 0, 100)),
	               STR_ARG(buf_str(&known)), known.over ? " …" : "");
}

static bool read_fields(struct cli *c, const struct dataset *d, struct rule_change *r, struct err *e)
{
	struct str rest = cli_value(c, "fields"), part;
	struct str *names = arena_array(&c->arena, struct str, rest.n + 1);
	if (!cli_has(c, "fields")) return true;
	r->parts |= RULE_FIELDS;
	r->all_fields = str_eq(str_trim(rest), STR("all"));
	if (r->all_fields) return true;
	while (str_cut(&rest, ',', &part)) {
		part = str_trim(part);
		if (!part.n) continue;
		if (schema_find(&d->schema, part) < 0) return unknown_field(d, part, e);
		names[r->nfields++] = part;
	}
	r->fields = names;
	return r->nfields > 0 || err_set(e, ERR_USAGE, "--fields takes names with commas between, or all");
}

static bool read_whose(struct cli *c, struct tenant_id t, struct rule_change *r, struct err *e)
{
	bool user = cli_has(c, "user"), group = cli_has(c, "group");
	if (user && group) return err_set(e, ERR_USAGE, "a rule is for an account or for a group; give --user or --group");
	if (user) return account_id(c->site->accounts, t, cli_value(c, "user"), &r->account, e);
	return !group || account_group_id(c->site->accounts, t, cli_value(c, "group"), &r->group, e);
}

static bool read_change(struct cli *c, const struct securing *s, struct rule_change *r, struct err *e)
{
	bool shut = cli_has(c, "restricted"), open = cli_has(c, "open");
	*r = (struct rule_change){ .data_visible = true, .all_fields = true, .restricted = shut };
	if (!read_whose(c, s->tenant->id, r, e)) return false;
	if (shut && open) return err_set(e, ERR_USAGE, "a dataset is restricted or open, not both");
	if ((shut || open) && (r->account || r->group))
		return err_set(e, ERR_USAGE, "--restricted and --open are about everybody; give them without --user and --group");
	if (shut || open) r->parts |= RULE_RESTRICTED;
	if (!read_data(c, r, e) || !read_filter(c, s->dataset, r, e) || !read_fields(c, s->dataset, r, e)) return false;
	if (!cli_has(c, "remove")) return true;
	if (r->parts) return err_set(e, ERR_USAGE, "--remove takes a rule away; nothing else can be said of it");
	r->parts = RULE_REMOVE;
	return true;
}

/* --- listing -------------------------------------------------------------------------------------- */

static struct str whose(struct cli *c, const struct securing *s, const struct dataset_rule *r)
{
	for (size_t i = 0; r->account && i < s->naccounts; i++)
		if (s->accounts[i].id == r->account) return s->accounts[i].email;
	for (size_t i = 0; r->group && i < s->ngroups; i++)
		if (s->groups[i].id == r->group) return arena_printf(&c->arena, "group %.*s", STR_ARG(s->groups[i].name));
	return r->account || r->group ? STR("(gone)") : STR("everybody");
}

static struct str fields_text(struct cli *c, const struct dataset_rule *r)
{
	auto_buf b = BUF_INIT(1 << 20);
	if (!r->some_fields) return STR("all");
	for (size_t i = 0; i < r->nfields; i++) buf_printf(&b, "%s%.*s", i ? "," : "", STR_ARG(r->fields[i]));
	return arena_str(&c->arena, buf_str(&b));
}

struct str cli_rule_fault(struct arena *a, const struct dataset *d, const struct dataset_rule *r)
{
	struct err why = { 0 };
	if (!rights_filter_ok(d, r->row_filter, &why)) return arena_printf(a, "shows no rows: %s", why.pub);
	for (size_t i = 0; i < r->nfields; i++)
		if (schema_find(&d->schema, r->fields[i]) < 0) return arena_printf(a, "the field %.*s is gone", STR_ARG(r->fields[i]));
	return STR("");
}

static void put_rule(struct cli *c, const struct securing *s, const struct dataset_rule *r, struct json_out *j_or_null, struct cli_table *t)
{
	struct str who = whose(c, s, r), fields = fields_text(c, r), fault = cli_rule_fault(&c->arena, s->dataset, r);
	if (!j_or_null) {
		cli_table_cell(t, who);
		cli_table_cell(t, r->data_visible ? STR("yes") : STR("no"));
		cli_table_cell(t, fields);
		cli_table_cell(t, r->row_filter.n ? r->row_filter : STR("all rows"));
		cli_table_cell(t, fault);
		return;
	}
	json_open(j_or_null, '{');
	json_member(j_or_null, "who", who);
	json_member_bool(j_or_null, "data_visible", r->data_visible);
	json_member(j_or_null, "fields", fields);
	json_member(j_or_null, "filter", r->row_filter);
	json_member(j_or_null, "fault", fault);
	json_close(j_or_null, '}');
}

static void print(struct cli *c, const struct securing *s)
{
	static const char *const headings[] = { "WHO", "ROWS SEEN", "FIELDS", "FILTER", "FAULT" };
	const struct dataset *d = s->dataset;
	struct json_out j = JSON_OUT(&c->text);
	bool json = cli_has(c, "json");
	struct cli_table *t = cli_table_new(c, COUNT_OF(headings), headings, 0);
	if (json) {
		json_open(&j, '{');
		json_member(&j, "dataset", d->slug);
		json_member_bool(&j, "restricted", d->restricted);
		json_key(&j, STR("rules"));
		json_open(&j, '[');
	} else {
		cli_say(c, "%.*s is %s", STR_ARG(d->slug), d->restricted ? "restricted: only those listed see it" : "open: everyone who may enter the portal sees it");
	}
	/* Everybody's rule has no effect on a restricted dataset. */
	if (!d->restricted) put_rule(c, s, &d->everybody, json ? &j : NULL, t);
	for (size_t i = 0; i < d->nrules; i++) put_rule(c, s, &d->rules[i], json ? &j : NULL, t);
	if (json) {
		json_close(&j, ']');
		json_close(&j, '}');
		cli_say(c, "%s", "");
	} else {
		cli_table_print(t);
	}
}

/* --- the command ---------------------------------------------------------------------------------- */

static bool wants_change(const struct cli *c)
{
	static const char *const words[] = { "restricted", "open", "data-visible", "filter", "fields", "user", "group", "remove" };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (cli_has(c, words[i])) return true;
	return false;
}

static bool secure_and_print(struct cli *c, struct securing *s, struct err *e)
{
	struct rule_change change;
	if (!begin(c, s, e)) return false;
	if (wants_change(c)) {
		if (!read_change(c, s, &change, e)) return false;
		if (!catalog_rule_set(c->site->catalog, s->tenant->id, s->dataset->slug, &change, e)) return false;
		end(c, s);
		if (!begin(c, s, e)) return false;
	}
	print(c, s);
	return true;
}

static bool secure(struct cli *c, struct err *e)
{
	struct securing s;
	bool ok = secure_and_print(c, &s, e);
	end(c, &s);
	return ok;
}

static const struct cli_option options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "restricted", NULL, 0, "Only accounts and groups with a rule see the dataset; for others it does not exist." },
	{ "open", NULL, 0, "Everyone who may enter the portal sees it." },
	{ "user", "EMAIL", 0, "The rule of this account, in place of everybody's." },
	{ "group", "NAME", 0, "The rule of this group, in place of everybody's." },
	{ "data-visible", "yes|no", 0, "no: metadata only, no records." },
	{ "filter", "ODSQL", 0, "Only the records that satisfy this; empty: all. Dates are read in UTC." },
	{ "fields", "A,B|all", 0, "Only these fields; others do not exist for them." },
	{ "remove", NULL, 0, "Takes the rule away." },
	{ "json", NULL, 0, "Prints JSON." },
	{ 0 },
};
const struct cli_command cli_cmd_secure = {
	.words = "secure", .operands = "DATASET", .least = 1, .most = 1,
	.summary = "Says who sees a dataset, which rows and which fields; without options, lists the rules.",
	.detail = "Without --user and --group the rule is everybody's. Rules of accounts and groups replace it; whoever has several "
	          "sees the rows and the fields that any of them shows. Administrators see everything. A rule whose filter names a field "
	          "that a later version no longer has shows no rows until it is mended.",
	.options = options, .run = secure,
};
