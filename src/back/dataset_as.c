/* A dataset as somebody else has it: the page asks rights/ as that account, a member of that group, or somebody nobody knows, and shows what
 * comes back. Nothing can be done from here, and each look is noted. */
#include "back/meta.h"
#include "back/security.h"

enum { SHOWN_FIELDS = 12 };

/* Whoever is meant, with exactly their rights; no session, no key. */
static bool become(struct visit *v, const struct back_people *people, struct str who, struct rights_caller *out)
{
	int64_t account, group;
	*out = (struct rights_caller){ 0 };
	if (!back_who_read(who, &account, &group))
		return str_eq(who, STR("public")) || !who.n;
	if (account) {
		out->account = account;
		return accounts_who(v->at.site->accounts, v->at.tenant->id, account, v->arena, &out->who);
	}
	for (size_t i = 0; group && i < people->ngroups; i++)
		if (people->groups[i].id == group) {
			int64_t *one = arena_new(v->arena, int64_t);
			*one = group;
			/* No account has this number: a member without rules of their own. */
			out->account = INT64_MAX;
			out->who = (struct account_who){ .account = INT64_MAX, .permissions = people->groups[i].permissions, .groups = one, .ngroups = 1 };
			return true;
		}
	return false;
}

static bool shown(const struct rights_dataset *d, size_t i)
{
	const struct field *f = &d->dataset->schema.fields[i];
	return !(f->flags & FIELD_HIDDEN) && f->type != VALUE_SHAPE;
}

static struct str table_of(struct visit *v, const struct rights_dataset *d)
{
	auto_buf b = BUF_INIT(64 << 10);
	struct json_out j = JSON_OUT(&b);
	auto_buf names = BUF_INIT(8 << 10);
	size_t n = 0;
	for (size_t i = 0; i < d->dataset->schema.n && n < SHOWN_FIELDS; i++)
		if (shown(d, i)) {
			buf_put(&names, n++ ? STR(",") : STR(""));
			buf_put(&names, d->dataset->schema.fields[i].name);
		}
	json_open(&j, '{');
	json_member(&j, "kind", STR("grid"));
	json_key(&j, STR("sections"));
	json_open(&j, '[');
	json_open(&j, '{');
	json_key(&j, STR("blocks"));
	json_open(&j, '[');
	json_open(&j, '{');
	json_member(&j, "type", STR("table"));
	json_member(&j, "title", i18n_text(v->lang, N_("Records")));
	json_member(&j, "dataset", d->dataset->slug);
	json_member(&j, "fields", buf_str(&names));
	json_member_int(&j, "limit", 20);
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	return arena_str(v->arena, buf_str(&b));
}

static void put_facts(struct html *h, const struct rights_dataset *d)
{
	size_t seen = 0, hidden = 0;
	for (size_t i = 0; i < d->dataset->schema.n; i++) {
		if (d->dataset->schema.fields[i].flags & FIELD_HIDDEN)
			hidden++;
		else
			seen++;
	}
	html_facts_open(h);
	html_fact_open(h, N_("Records"));
	if (!d->may_read)
		html_say(h, N_("None: only the information about the dataset."));
	else if (d->dataset->rows < 0)
		html_say(h, N_("Their number is not told."));
	else
		html_count(h, d->dataset->rows);
	html_fact_close(h);
	html_fact_open(h, N_("Fields"));
	html_count(h, (int64_t)seen);
	if (hidden) {
		html_lit(h, " (");
		html_say_plural(h, N2_("{0} is hidden", "{0} are hidden"), (int64_t)hidden);
		html_lit(h, ")");
	}
	html_fact_close(h);
	html_fact_open(h, N_("Files"));
	html_count(h, (int64_t)d->dataset->nfiles);
	html_fact_close(h);
	html_facts_close(h);
}

/* --- views that name what they do not see ---------------------------------------------------------------------- */

static bool hides(const struct rights_dataset *d, struct str name)
{
	int at = name.n ? schema_find(&d->dataset->schema, name) : -1;
	return at >= 0 && (d->dataset->schema.fields[at].flags & FIELD_HIDDEN);
}

static void put_gap(struct html *h, size_t *n, const char *view, struct str field)
{
	if (!(*n)++) {
		html_notice_open(h, HTML_WARNING);
		html_lit(h, "<p>");
		html_say(h, N_("These views are about fields they do not see. To them such a view goes without the field, or another stands in its place."));
		html_lit(h, "</p><ul class=\"plain-list\">");
	}
	html_lit(h, "<li>");
	html_say(h, view);
	html_lit(h, ": <code>");
	html_text(h, field);
	html_lit(h, "</code></li>");
}

/* Of the views' settings those that name fields, alone or in a list; of the chart every field it asks for. */
static void put_gaps(struct html *h, struct visit *v, const struct rights_dataset *d)
{
	static const struct { const char *name, *view; } rows[] = { { "table_fields", N_("Table") }, { "table_default_sort_field", N_("Table") }, { "map_tooltip_title", N_("Map") },
		{ "map_tooltip_fields", N_("Map") }, { "media_gallery_fields", N_("Images") }, { "image_title", N_("Images") }, { "image_fields", N_("Images") },
		{ "calendar_event_title", N_("Calendar") }, { "calendar_event_start", N_("Calendar") }, { "calendar_event_end", N_("Calendar") },
		{ "calendar_tooltip_fields", N_("Calendar") }, { "export_default_sort_field", N_("Exports") } };
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str list = back_json_shown(v->arena, dataset_meta_json(d->dataset, "visualization", rows[i].name, STR(""))), name;
		while (list.n && str_cut(&list, ',', &name))
			if (hides(d, str_trim(name)))
				put_gap(h, &n, rows[i].view, str_trim(name));
	}
	struct str chart = dataset_meta_json(d->dataset, "visualization", "analyze_default", STR(""));
	for (size_t i = 0; chart.n && i < d->dataset->schema.n; i++) {
		const struct field *f = &d->dataset->schema.fields[i];
		if ((f->flags & FIELD_HIDDEN) && (str_find(chart, arena_printf(v->arena, "\"%.*s\"", STR_ARG(f->name))) >= 0 ||
		                                  str_find(chart, arena_printf(v->arena, "\\\"%.*s\\\"", STR_ARG(f->name))) >= 0))
			put_gap(h, &n, N_("Analyze"), f->name);
	}
	if (n) {
		html_lit(h, "</ul>");
		html_notice_close(h);
	}
}

static void put_their_view(struct view_page *page, struct visit *v, const struct config *c, const struct rights_caller *caller, struct err *trouble)
{
	struct html *h = &page->h;
	struct rights_dataset d;
	struct err why = { 0 };
	if (!rights_find(&v->at, caller, v->arena, c->slug, &d, &why)) {
		html_notice(h, HTML_INFO, c->published ? N_("To them this dataset does not exist: not in the catalogue, not by its address, not in any API.")
		                                       : N_("It is not published: nobody sees it."));
		return;
	}
	html_panel_open(h, "seen", N_("What they have of it"), NULL);
	put_facts(h, &d);
	put_gaps(h, v, &d);
	html_panel_close(h);
	if (!d.may_read)
		return;
	/* The block of pages asks as the visit it is shown in. */
	struct visit ghost = *v;
	ghost.who = *caller;
	ghost.session = NULL;
	page->visit = &ghost;
	if (!content_put_doc(page, table_of(v, &d), &(struct content_shelf){ 0 }, trouble, &why))
		html_notice_text(h, HTML_BAD, arena_str(v->arena, str_of(why.pub)));
	page->visit = v;
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct back_people people;
	struct rights_caller caller;
	struct err trouble = { 0 };
	const struct str *asked = httpd_query_or_null(r, STR("who"));
	if (!back_dataset_enter(app, r, p, CONFIG_SECURE, &v, &c, e))
		return back_answered(p, e);
	if (!back_people(&v, v.arena, &people, e))
		return false;
	struct str who = asked && asked->n ? *asked : STR("public");
	if (!become(&v, &people, who, &caller))
		return err_set(e, ERR_NOT_FOUND, "There is no such account or group, or it may not sign in.");
	visitor_note(&v, EVENT_SETTINGS_CHANGED, STR("dataset.seen_as"), arena_printf(v.arena, "%.*s %.*s", STR_ARG(c.slug), STR_ARG(who)));
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_SECURITY, e))
		return false;
	struct html *h = &page.h;
	int64_t account, group;
	struct str name = back_who_read(who, &account, &group) ? back_person(&people, v.arena, account, group) : i18n_text(v.lang, N_("Somebody who is not signed in"));
	html_form_open(h, &(struct html_form){ .action = arena_join(v.arena, back_dataset_path(&v, &c, DATASET_TAB_SECURITY), STR("as/")), .inline_ = true, .label = N_("See it as somebody else") });
	back_put_who(h, &v, &people, who, true);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show") });
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Back to the rules"), .href = back_dataset_path(&v, &c, DATASET_TAB_SECURITY) });
	html_form_close(h);
	html_lit(h, "<h2>");
	html_say_with(h, N_("As {0}"), HTML_ARG_TEXT(name));
	html_lit(h, "</h2>");
	put_their_view(&page, &v, &c, &caller, &trouble);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_as = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/security/as/", .run = run };
