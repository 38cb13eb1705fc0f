/* The lists that publishers choose from, licences and themes: in the portal's order, called in each of its languages. What is taken off a list stays
 * where it is used. */
#include "back/inside.h"
#include "json/json.h"
#include "template/template.h"
#include <stdlib.h>

struct list {
	enum template_which which;
	enum view_section section;
	const char *path, *title, *sentence, *added, *noun;
};

struct scene {
	struct visit *visit;
	const struct list *list;
	const struct template_item *items;
	size_t n;
};

static const char *box(const struct scene *s, size_t i, const char *name)
{
	return arena_cstr(s->visit->arena, arena_printf(s->visit->arena, "i%zu.%s", i, name));
}

static size_t uses(const struct scene *s, struct str name)
{
	const char *meta = s->list->which == TEMPLATE_THEMES ? "theme" : "license";
	size_t n = 0;
	for (size_t i = 0; i < s->visit->at.view->n; i++) {
		struct str *values;
		size_t k = dataset_meta_list(&s->visit->at.view->datasets[i], s->visit->arena, meta, STR(""), &values);
		for (size_t j = 0; j < k; j++)
			n += str_eq(values[j], name);
	}
	return n;
}

static struct str said(const struct scene *s, const struct template_item *one, const char *member, struct str lang)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!one || !json_read(one->json, &doc, &ignored))
		return STR("");
	return arena_str(s->visit->arena, json_text(json_get(json_get(json_root(doc), member), arena_cstr(s->visit->arena, lang))));
}

static void put_languages(struct html *h, const struct scene *s, size_t i, const struct template_item *one, const char *name, const char *member, const char *label)
{
	const struct tenant *t = s->visit->at.tenant;
	struct str *values = arena_array(s->visit->arena, struct str, t->nlanguages);
	for (size_t k = 0; k < t->nlanguages; k++) {
		values[k] = said(s, one, member, t->languages[k]);
		if (!values[k].n && one && strcmp(member, "urls") == 0)
			values[k] = said(s, one, member, STR(""));
		if (!values[k].n && one && strcmp(member, "labels") == 0) {
			const struct i18n_lang *l = i18n_lang_or_null(t->languages[k]);
			const struct template_item *again;
			size_t n = template_items(t, s->list->which, l ? l : i18n_english(), t->languages[k], s->visit->arena, &again);
			const struct template_item *same = template_item_or_null(again, n, one->name);
			values[k] = same ? same->label : one->label;
		}
	}
	struct html_field field = { .name = box(s, i, name), .label = label, .most = 200 };
	if (strcmp(member, "urls") == 0) {
		field.most = 1000;
		field.code = true;
	}
	if (t->nlanguages > 1) {
		html_field_languages(h, &field, t, values);
	} else {
		field.name = arena_cstr(s->visit->arena, arena_printf(s->visit->arena, "%s.%.*s", field.name, STR_ARG(t->languages[0])));
		field.value = values[0];
		html_field(h, &field);
	}
}

static void put_item(struct html *h, const struct scene *s, size_t i, const struct template_item *one)
{
	struct arena *a = s->visit->arena;
	size_t used = one ? uses(s, one->name) : 0;
	html_lit(h, "<details class=\"item\"");
	if (!one && h->errors && h->errors->n)
		html_lit(h, " open");
	html_lit(h, "><summary><strong><bdi>");
	html_text(h, one ? one->label : i18n_text(s->visit->lang, s->list->added));
	html_lit(h, "</bdi></strong> ");
	if (one && used)
		html_say_plural(h, N2_("{0} dataset", "{0} datasets"), (int64_t)used);
	html_lit(h, "</summary>");
	html_hidden(h, box(s, i, "id"), one ? one->id : STR(""));
	html_hidden(h, box(s, i, "name"), one ? one->name : STR(""));
	put_languages(h, s, i, one, "label", "labels", N_("Name"));
	if (s->list->which == TEMPLATE_LICENCES)
		put_languages(h, s, i, one, "url", "urls", N_("Address of its text"));
	else
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_COLOUR, .name = box(s, i, "colour"), .label = N_("Colour"), .value = one && one->colour.n ? one->colour : STR("#1f5a7a") });
	if (one) {
		html_hidden(h, box(s, i, "mark"), one->mark);
		html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = box(s, i, "at"), .label = N_("Place in the list"), .narrow = true, .min = STR("1"), .value = arena_printf(a, "%zu", i + 1) });
		html_check(h, &(struct html_check){ .name = box(s, i, "remove"), .label = N_("Take it off the list"), .hint = used ? N_("Datasets that have it keep it.") : NULL });
	}
	html_lit(h, "</details>");
}

/* --- the form as JSON --------------------------------------------------------------------------------------------- */

struct placed { size_t i; int64_t at; };

static int by_place(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;
	return a->at != b->at ? (a->at < b->at ? -1 : 1) : a->i < b->i ? -1 : 1;
}

static void put_texts(struct json_out *j, const struct scene *s, const struct visitor_form *f, size_t i, const char *name, const char *member)
{
	const struct tenant *t = s->visit->at.tenant;
	json_key(j, str_of(member));
	json_open(j, '{');
	for (size_t k = 0; k < t->nlanguages; k++) {
		struct str text = str_trim(visitor_field(f, arena_printf(s->visit->arena, "%s.%.*s", box(s, i, name), STR_ARG(t->languages[k]))));
		if (text.n) {
			json_key(j, t->languages[k]);
			json_put(j, text);
		}
	}
	json_close(j, '}');
}

/* In every language, or the list is not saved: readers of none shall meet a gap. */
static bool whole(const struct scene *s, const struct visitor_form *f, size_t i, bool *empty)
{
	const struct tenant *t = s->visit->at.tenant;
	size_t n = 0;
	for (size_t k = 0; k < t->nlanguages; k++)
		n += str_trim(visitor_field(f, arena_printf(s->visit->arena, "%s.%.*s", box(s, i, "label"), STR_ARG(t->languages[k])))).n > 0;
	*empty = n == 0;
	return n == t->nlanguages;
}

/* What is wrong with an entry of the list, beside the box that it was typed into; `order` tells which entry of the page that is. False: it names none. */
static bool complain(struct scene *s, const struct placed *order, size_t n, struct html_errors *errors, struct str why)
{
	static const struct { const char *member, *box; bool in_languages; const char *message; } rows[] = {
		{ "name", "label", true, N_("Please give a name of at most 200 bytes that no other entry has.") },
		{ "urls", "url", true, N_("Please give an address that begins with https:// or http://.") },
		{ "colour", "colour", false, N_("Please give a colour as #1f5a7a.") } };
	struct visit *v = s->visit;
	ptrdiff_t slash = str_find_char(why, '/'), colon = str_find_char(why, ':');
	int64_t at;
	if (slash <= 0 || colon < slash || !str_to_int(str_sub(why, 0, (size_t)slash), &at) || at < 0 || (size_t)at >= n)
		return false;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!str_eq(str_sub(why, (size_t)slash + 1, (size_t)(colon - slash) - 1), str_of(rows[i].member)))
			continue;
		const char *name = box(s, order[at].i, rows[i].box);
		if (rows[i].in_languages)
			name = arena_cstr(v->arena, arena_printf(v->arena, "%s.%.*s", name, STR_ARG(v->at.tenant->languages[0])));
		html_complain(errors, v->lang, name, rows[i].message);
		return true;
	}
	return false;
}

static bool save(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = s->visit;
	struct placed order[TEMPLATE_ITEMS + 2];
	size_t n = 0;
	auto_buf b = BUF_INIT(200 << 10);
	struct json_out j = JSON_OUT(&b);
	auto_json *doc = NULL;
	for (size_t i = 0; i <= s->n && n < TEMPLATE_ITEMS; i++) {
		bool empty, all = whole(s, f, i, &empty);
		if (visitor_field_on(f, str_of(box(s, i, "remove"))) || (i == s->n && empty))
			continue;
		if (!all)
			html_complain(errors, v->lang, arena_cstr(v->arena, arena_printf(v->arena, "%s.%.*s", box(s, i, "label"), STR_ARG(v->at.tenant->languages[0]))), N_("Please give the name in every language."));
		order[n] = (struct placed){ i, INT64_MAX };
		if (!str_to_int(visitor_field(f, str_of(box(s, i, "at"))), &order[n].at))
			order[n].at = INT64_MAX;
		n++;
	}
	if (errors->n)
		return false;
	qsort(order, n, sizeof *order, by_place);
	json_open(&j, '[');
	for (size_t k = 0; k < n; k++) {
		size_t i = order[k].i;
		json_open(&j, '{');
		json_member(&j, "id", visitor_field(f, str_of(box(s, i, "id"))));
		json_member(&j, "name", visitor_field(f, str_of(box(s, i, "name"))));
		put_texts(&j, s, f, i, "label", "labels");
		if (s->list->which == TEMPLATE_LICENCES)
			put_texts(&j, s, f, i, "url", "urls");
		else {
			json_member(&j, "colour", visitor_field(f, str_of(box(s, i, "colour"))));
			json_member(&j, "mark", visitor_field(f, str_of(box(s, i, "mark"))));
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	if (!json_read(buf_str(&b), &doc, e))
		return false;
	if (template_items_write(v->at.site->tenants, v->at.tenant, s->list->which, json_root(doc), e)) {
		visitor_note(v, EVENT_SETTINGS_CHANGED, str_of(s->list->noun), STR(""));
		return true;
	}
	if (e->code != ERR_PARAMETER || !complain(s, order, n, errors, str_of(e->pub)))
		back_complain(v, errors, "", e);
	return false;
}

static bool run(const struct list *list, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct scene s = { .visit = &v, .list = list };
	bool taken;
	if (!back_enter(app, r, p, list->section, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	s.n = template_items(v.at.tenant, list->which, v.lang, v.lang_code, v.arena, &s.items);
	if (taken && save(&s, &form, &errors, e))
		return back_done(&v, str_of(list->path), "saved-now", e);
	if (taken && !errors.n)
		return false;
	if (taken) {
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = back_page(&v, list->title, list->path);
	view_office_open(&page, list->section);
	struct html *h = &page.h;
	html_heading_open(h, page.title, list->sentence);
	html_heading_close(h);
	back_said(&page, r);
	html_form_open(h, &(struct html_form){ .visit = &v, .action = str_of(list->path), .posted = form.n ? &form : NULL, .errors = &errors });
	for (size_t i = 0; i < s.n; i++)
		put_item(h, &s, i, &s.items[i]);
	put_item(h, &s, s.n, NULL);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

static const struct list licences = { TEMPLATE_LICENCES, VIEW_OFFICE_LICENCES, "/backoffice/licences/", N_("Licences"),
	N_("What publishers choose from to say what readers may do with their data."), N_("Add a licence"), "catalogue.licences" };
static const struct list themes = { TEMPLATE_THEMES, VIEW_OFFICE_THEMES, "/backoffice/themes/", N_("Themes of datasets"),
	N_("Readers look for datasets by theme. One colour each, on the first page and in the catalogue."), N_("Add a theme"), "catalogue.themes" };

static bool run_licences(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) { return run(&licences, r, p, app, e); }
static bool run_themes(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) { return run(&themes, r, p, app, e); }

const struct httpd_route back_licences = { .method = HTTPD_GET, .pattern = "/backoffice/licences/", .run = run_licences };
const struct httpd_route back_licences_post = { .method = HTTPD_POST, .pattern = "/backoffice/licences/", .body_max = 512 * 1024, .run = run_licences };
const struct httpd_route back_themes = { .method = HTTPD_GET, .pattern = "/backoffice/themes/", .run = run_themes };
const struct httpd_route back_themes_post = { .method = HTTPD_POST, .pattern = "/backoffice/themes/", .body_max = 512 * 1024, .run = run_themes };
