/* Who sees a dataset and what of it: open or restricted, what everybody has of it, and rules for single accounts and groups. What is set here
 * holds at once. Whether it does what was meant is seen by looking at it as somebody else (dataset_as.c). */
#include "back/security.h"

static const struct { const char *word, *label, *hint; unsigned bit; } mays[] = {
	{ "explore_restricted_dataset", N_("See all of it"), N_("All records and fields, whatever the rest says."), RULE_MAY_EXPLORE },
	{ "edit_dataset", N_("Change it"), N_("Sources, processing, information, views."), RULE_MAY_EDIT },
	{ "publish_dataset", N_("Publish it"), NULL, RULE_MAY_PUBLISH },
	{ "manage_dataset", N_("Decide who sees it"), N_("This page."), RULE_MAY_MANAGE },
};

bool back_people(struct visit *v, struct arena *a, struct back_people *out, struct err *e)
{
	return account_list(v->at.site->store, v->at.tenant->id, a, &out->accounts, &out->naccounts, e) &&
	       account_group_list(v->at.site->accounts, v->at.tenant->id, a, &out->groups, &out->ngroups, e);
}

struct str back_person(const struct back_people *p, struct arena *a, int64_t account, int64_t group)
{
	for (size_t i = 0; account && i < p->naccounts; i++)
		if (p->accounts[i].id == account)
			return p->accounts[i].name.n ? arena_printf(a, "%.*s (%.*s)", STR_ARG(p->accounts[i].name), STR_ARG(p->accounts[i].email)) : p->accounts[i].email;
	for (size_t i = 0; group && i < p->ngroups; i++)
		if (p->groups[i].id == group)
			return p->groups[i].name;
	return STR("?");
}

bool back_who_read(struct str word, int64_t *account, int64_t *group)
{
	int64_t id;
	*account = *group = 0;
	if (word.n < 2 || !back_number(str_from(word, 1), &id))
		return str_eq(word, STR("all"));
	if (word.p[0] == 'a')
		*account = id;
	else if (word.p[0] == 'g')
		*group = id;
	return *account || *group;
}

static struct str who_word(struct arena *a, const struct dataset_rule *r)
{
	return r->account ? arena_printf(a, "a%lld", (long long)r->account) : arena_printf(a, "g%lld", (long long)r->group);
}

#define NEW_RULE "-"

struct scene {
	struct visit *visit;
	struct config *config;
	struct str path;
	struct catalog_rules rules;
	struct back_people people;
	struct back_field *fields;
	size_t nfields;
};

/* --- the fields of one rule --------------------------------------------------------------------------------------- */

static bool names(const struct dataset_rule *r, struct str field)
{
	for (size_t i = 0; i < r->nfields; i++)
		if (str_eq(r->fields[i], field))
			return true;
	return false;
}

static int64_t limit_of(struct str quota)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	return quota.n && json_read(quota, &doc, &ignored) ? json_int(json_get(json_root(doc), "limit"), 0) : 0;
}

static void put_rule_fields(struct html *h, struct scene *s, const struct dataset_rule *r)
{
	struct arena *a = s->visit->arena;
	struct html_option *options = arena_array(a, struct html_option, s->nfields + 1);
	const struct html_option which[] = { { .value = STR("all"), .message = N_("All fields, those that come later, too") }, { .value = STR("some"), .message = N_("Only those ticked below") } };
	html_check(h, &(struct html_check){ .name = "data", .label = N_("Records can be seen"), .hint = N_("Without it, only the information about the dataset."), .on = r->data_visible });
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "which", .label = N_("Fields"), .options = which, .noptions = 2,
		.value = r->some_fields ? STR("some") : STR("all") });
	for (size_t i = 0; i < s->nfields; i++)
		options[i] = (struct html_option){ .value = s->fields[i].name, .text = s->fields[i].label.n ? s->fields[i].label : s->fields[i].name, .on = r->some_fields && names(r, s->fields[i].name) };
	if (s->nfields) {
		html_lit(h, "<details class=\"suggested\"");
		if (r->some_fields || (h->errors && h->errors->n))
			html_lit(h, " open");
		html_lit(h, "><summary>");
		html_say_plural(h, N2_("{0} field", "{0} fields"), (int64_t)s->nfields);
		html_lit(h, "</summary>");
		html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .columns = true, .name = "field", .label = N_("Fields that can be seen"), .hide_label = true, .options = options, .noptions = s->nfields });
		html_lit(h, "</details>");
	}
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = "filter", .label = N_("Only records where"), .value = r->row_filter, .code = true, .rows = 2,
		.hint = N_("A condition such as district = \"north\" and year >= 2020; empty: all records. Who looks does not see it.") });
	int64_t limit = limit_of(r->quota);
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "limit", .label = N_("Calls of the API a day"), .narrow = true, .min = STR("0"),
		.value = limit ? arena_printf(a, "%lld", (long long)limit) : STR(""), .hint = N_("Empty: as everywhere on this portal.") });
}

/* A condition must mean something to the data as they are; how many records it leaves is said. */
static bool check_filter(struct scene *s, struct str filter, struct html_errors *errors, int64_t *rows, struct err *e)
{
	struct visit *v = s->visit;
	const struct dataset *d = catalog_find_or_null(v->at.view, s->config->slug);
	struct err why = { 0 };
	*rows = -1;
	if (!d || !str_trim(filter).n)
		return true;
	if (!rights_filter_ok(d, filter, &why))
		return html_complain_text(errors, STR("filter"), arena_str(v->arena, str_of(why.pub)));
	if (!rights_filter_of(&v->at, &v->who, v->arena, d, filter, &filter, e))
		return false;
	struct query_target t = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug, .row_filter = filter };
	struct query_request q = { .target = &t, .mode = QUERY_PAGE, .now_us = clock_now().us };
	return query_count(v->at.site->engine, v->arena, &q, v->request->cancel, rows, e);
}

static void read_rule(struct scene *s, const struct visitor_form *f, struct rule_change *out)
{
	struct arena *a = s->visit->arena;
	struct str *fields = arena_array(a, struct str, f->n + 1);
	int64_t limit;
	*out = (struct rule_change){ .parts = RULE_DATA | RULE_FILTER | RULE_FIELDS | RULE_QUOTA, .data_visible = visitor_field_on(f, STR("data")),
		.row_filter = str_trim(visitor_field(f, STR("filter"))), .all_fields = !str_eq(visitor_field(f, STR("which")), STR("some")), .fields = fields,
		.quota = STR(""), .by = s->visit->who.account };
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, STR("field")))
			fields[out->nfields++] = f->pairs[i].value;
	if (back_number(visitor_field(f, STR("limit")), &limit))
		out->quota = arena_printf(a, "{\"unit\":\"day\",\"limit\":%lld}", (long long)limit);
	for (size_t i = 0; i < COUNT_OF(mays); i++)
		if (visitor_field_on(f, arena_printf(a, "may.%s", mays[i].word)))
			out->permissions |= mays[i].bit;
}

static bool set(struct scene *s, struct rule_change *c, const char *reason, struct err *e)
{
	if (!catalog_rule_set(s->visit->at.site->catalog, s->visit->at.tenant->id, s->config->slug, c, e))
		return false;
	visitor_note(s->visit, EVENT_SETTINGS_CHANGED, str_of(reason), s->config->slug);
	return true;
}

/* --- what is posted ------------------------------------------------------------------------------------------------ */

static bool save_general(struct scene *s, const struct visitor_form *f, struct html_errors *errors, int64_t *rows, struct err *e)
{
	struct rule_change c;
	read_rule(s, f, &c);
	if (!check_filter(s, c.row_filter, errors, rows, e) || errors->n)
		return false;
	c.parts |= RULE_RESTRICTED;
	c.restricted = str_eq(visitor_field(f, STR("open")), STR("restricted"));
	return set(s, &c, "dataset.access", e);
}

/* Whether somebody else has made a rule for them since the form was opened, which was for nobody yet or for others. */
static bool has_rule(struct scene *s, const struct visitor_form *f, int64_t account, int64_t group, bool *out, struct err *e)
{
	struct str of = visitor_field(f, STR("of"));
	struct visit *v = s->visit;
	*out = false;
	if (!of.n || str_eq(of, visitor_field(f, STR("who"))))
		return true;
	if (!catalog_rules(v->at.site->catalog, v->at.tenant->id, s->config->dataset, v->arena, &s->rules, e))
		return false;
	for (size_t i = 0; i < s->rules.n; i++)
		*out |= s->rules.list[i].account == account && s->rules.list[i].group == group;
	return true;
}

static bool save_rule(struct scene *s, const struct visitor_form *f, struct html_errors *errors, int64_t *rows, struct err *e)
{
	struct rule_change c;
	int64_t account, group;
	struct visit *v = s->visit;
	if (!back_who_read(visitor_field(f, STR("who")), &account, &group) || (!account && !group))
		return html_complain(errors, v->lang, "who", N_("Please choose somebody."));
	bool another;
	if (!has_rule(s, f, account, group, &another, e))
		return false;
	if (another)
		return html_complain(errors, v->lang, "who", N_("They have a rule already: change that one, in the list above."));
	read_rule(s, f, &c);
	c.parts |= RULE_PERMISSIONS;
	c.account = account;
	c.group = group;
	if (!check_filter(s, c.row_filter, errors, rows, e) || errors->n)
		return false;
	return set(s, &c, "dataset.rule", e);
}

static bool remove_rule(struct scene *s, struct str who, struct err *e)
{
	struct rule_change c = { .parts = RULE_REMOVE, .by = s->visit->who.account };
	return !back_who_read(who, &c.account, &c.group) || set(s, &c, "dataset.rule_removed", e);
}

static bool obey(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = s->visit;
	struct str what = visitor_field(f, STR("do"));
	int64_t rows = -1;
	bool done;
	if (str_starts(what, STR("remove:")))
		done = remove_rule(s, str_from(what, 7), e);
	else if (str_eq(what, STR("rule")))
		done = save_rule(s, f, errors, &rows, e);
	else
		done = save_general(s, f, errors, &rows, e);
	if (done && rows >= 0)
		return back_done(v, arena_printf(v->arena, "%.*s?left=%lld", STR_ARG(s->path), (long long)rows), "saved-now", e);
	if (done)
		return back_done(v, s->path, "saved-now", e);
	if (!errors->n && (e->code == ERR_PARAMETER || e->code == ERR_CONFLICT)) {
		html_complain_text(errors, STR(""), arena_str(v->arena, str_of(e->pub)));
		*e = (struct err){ 0 };
	}
	if (errors->n)
		back_refused(v);
	return false;
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static void put_general(struct html *h, struct scene *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	const struct html_option ways[] = {
		{ .value = STR("open"), .message = N_("Whoever may enter the portal") },
		{ .value = STR("restricted"), .message = N_("Only accounts and groups with a rule below"), .hint = N_("With no rule at all: administrators only.") } };
	html_panel_open(h, "access", N_("Who may see this dataset"), N_("What is set here holds at once, without publishing."));
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors, .label = N_("Everybody"), .id = "everybody" });
	html_hidden(h, "do", STR("general"));
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "open", .label = N_("Access"), .options = ways, .noptions = 2, .value = s->rules.restricted ? STR("restricted") : STR("open") });
	html_fieldset_open(h, N_("What everybody without a rule of their own has of it"), NULL);
	put_rule_fields(h, s, &s->rules.everybody);
	html_fieldset_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static void put_what(struct html *h, const struct dataset_rule *r)
{
	if (!r->data_visible)
		html_badge(h, HTML_NEUTRAL, N_("No records"));
	if (r->some_fields) {
		html_say_plural(h, N2_("{0} field", "{0} fields"), (int64_t)r->nfields);
		html_lit(h, " ");
	}
	if (r->row_filter.n) {
		html_lit(h, "<code dir=\"ltr\">");
		html_text(h, r->row_filter);
		html_lit(h, "</code>");
	}
	if (r->data_visible && !r->some_fields && !r->row_filter.n)
		html_say(h, N_("Everything"));
}

static void put_rules(struct html *h, struct scene *s)
{
	static const struct html_column columns[] = { { .title = N_("Account or group"), .main = true }, { .title = N_("Sees") }, { .title = N_("May") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Rules"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	struct arena *a = s->visit->arena;
	html_table_open(h, &t);
	for (size_t i = 0; i < s->rules.n; i++) {
		const struct dataset_rule *r = &s->rules.list[i];
		struct str who = who_word(a, r), name = back_person(&s->people, a, r->account, r->group);
		html_row_open(h, &t);
		html_cell_open(h, &t);
		html_lit(h, "<bdi>");
		html_text(h, name);
		html_lit(h, "</bdi> ");
		html_badge(h, HTML_NEUTRAL, r->group ? N_("Group") : N_("Account"));
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		put_what(h, r);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		for (size_t k = 0; k < COUNT_OF(mays); k++)
			if (r->permissions & mays[k].bit)
				html_badge(h, HTML_INFO, mays[k].label);
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = N_("Change"), .about = name, .href = arena_printf(a, "%.*s?rule=%.*s#rule", STR_ARG(s->path), STR_ARG(who)) });
		html_form_open(h, &(struct html_form){ .visit = s->visit, .plain = true, .action = s->path });
		html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = N_("Remove"), .about = name, .name = "do", .value = arena_join(a, STR("remove:"), who) });
		html_form_close(h);
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

void back_put_who(struct html *h, struct visit *v, const struct back_people *p, struct str value, bool everybody)
{
	struct html_option *options = arena_array(v->arena, struct html_option, p->naccounts + p->ngroups + 2);
	size_t n = 0;
	options[n++] = everybody ? (struct html_option){ .value = STR("public"), .message = N_("Somebody who is not signed in") } : (struct html_option){ .message = N_("Choose") };
	for (size_t i = 0; i < p->ngroups; i++)
		options[n++] = (struct html_option){ .value = arena_printf(v->arena, "g%lld", (long long)p->groups[i].id),
			.text = arena_printf(v->arena, "%.*s: %.*s", STR_ARG(i18n_text(v->lang, N_("Group"))), STR_ARG(p->groups[i].name)) };
	for (size_t i = 0; i < p->naccounts; i++)
		options[n++] = (struct html_option){ .value = arena_printf(v->arena, "a%lld", (long long)p->accounts[i].id), .text = back_person(p, v->arena, p->accounts[i].id, 0) };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "who", .label = everybody ? N_("As") : N_("Account or group"), .options = options, .noptions = n, .value = value, .required = !everybody });
}

static void put_rule(struct html *h, struct scene *s, struct str which, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct dataset_rule fresh = { .data_visible = true }, *r = &fresh;
	int64_t account, group;
	if (back_who_read(which, &account, &group))
		for (size_t i = 0; i < s->rules.n; i++)
			if (s->rules.list[i].account == account && s->rules.list[i].group == group)
				r = &s->rules.list[i];
	html_panel_open(h, "rule", r == &fresh ? N_("A rule for somebody") : N_("Change the rule"), N_("It holds for them instead of what everybody has. Who is in several groups has what any of their rules allows."));
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors, .label = N_("A rule for somebody") });
	html_hidden(h, "do", STR("rule"));
	html_hidden(h, "of", posted ? visitor_field(posted, STR("of")) : r == &fresh ? STR(NEW_RULE) : which);
	back_put_who(h, s->visit, &s->people, which, false);
	put_rule_fields(h, s, r);
	html_fieldset_open(h, N_("And they may"), NULL);
	for (size_t i = 0; i < COUNT_OF(mays); i++)
		html_check(h, &(struct html_check){ .name = arena_cstr(s->visit->arena, arena_printf(s->visit->arena, "may.%s", mays[i].word)), .label = mays[i].label, .hint = mays[i].hint, .on = r->permissions & mays[i].bit });
	html_fieldset_close(h);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save the rule") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static void put_as(struct html *h, struct scene *s)
{
	html_panel_open(h, "as", N_("See it as somebody else"), N_("Shows what they would see, nothing more. It is noted in the security log."));
	html_form_open(h, &(struct html_form){ .action = arena_join(s->visit->arena, s->path, STR("as/")), .inline_ = true, .label = N_("See it as somebody else") });
	back_put_who(h, s->visit, &s->people, STR(""), true);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show") });
	html_form_close(h);
	html_panel_close(h);
}

static void put_left(struct html *h, const struct httpd_request *r)
{
	const struct str *left = httpd_query_or_null(r, STR("left"));
	int64_t n;
	if (!left || !str_to_int(*left, &n) || n < 0)
		return;
	html_notice_open(h, n ? HTML_INFO : HTML_WARNING);
	html_lit(h, "<p>");
	html_say_plural(h, N2_("The condition leaves {0} record.", "The condition leaves {0} records."), n);
	html_lit(h, "</p>");
	html_notice_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_SECURE, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct scene s = { .visit = &v, .config = &c, .path = back_dataset_path(&v, &c, DATASET_TAB_SECURITY) };
	s.nfields = back_dataset_fields(&v, &c, &s.fields);
	if (taken && obey(&s, &form, &errors, e))
		return true;
	if (taken && !errors.n)
		return false;
	if (!catalog_rules(v.at.site->catalog, v.at.tenant->id, c.dataset, v.arena, &s.rules, e) || !back_people(&v, v.arena, &s.people, e))
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_SECURITY, e))
		return false;
	struct html *h = &page.h;
	const struct str *rule = httpd_query_or_null(r, STR("rule"));
	bool about_rule = form.n && str_eq(visitor_field(&form, STR("do")), STR("rule"));
	put_left(h, r);
	put_as(h, &s);
	put_general(h, &s, form.n && !about_rule ? &form : NULL, about_rule ? &(struct html_errors){ 0 } : &errors);
	html_panel_open(h, "rules", N_("Rules for accounts and groups"), NULL);
	if (s.rules.n)
		put_rules(h, &s);
	else
		html_empty(h, N_("No rules yet"), s.rules.restricted ? N_("Only administrators see this dataset.") : N_("Everybody has the same of it."), NULL);
	html_panel_close(h);
	put_rule(h, &s, rule ? *rule : STR(""), about_rule ? &form : NULL, about_rule ? &errors : &(struct html_errors){ 0 });
	return view_close(&page, e);
}

const struct httpd_route back_dataset_security = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/security/", .run = run };
const struct httpd_route back_dataset_security_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/security/", .body_max = 256 * 1024, .run = run };
