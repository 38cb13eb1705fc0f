/* Templates of metadata: which of the platform's are used, and those that the portal makes itself, with their fields. A field's name and type stay once they are
 * there: datasets have values of it. */
#include "back/inside.h"
#include "json/json.h"
#include "template/template.h"

#define HOME "/backoffice/templates/"
enum { SPARE = 1 };

static void put_list(struct html *h, struct visit *v, const struct template_set *sets, size_t n)
{
	static const char *const types[] = { N_("Standard"), N_("For exchange"), N_("Only for publishers"), N_("Internal") };
	static const struct html_column columns[] = { { .title = N_("Template"), .main = true }, { .title = N_("Kind") }, { .title = N_("Fields"), .number = true }, { .title = N_("State") }, { .title = N_("Actions"), .hide_title = true } };
	struct html_table t = { .caption = N_("Templates of metadata"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < n; i++) {
		const struct template_set *s = &sets[i];
		if (s->type == TEMPLATE_EXTRA)
			continue;
		html_row_open(h, &t);
		html_cell_open(h, &t);
		if (!s->system) {
			html_lit(h, "<a href=\"");
			html_url(h, arena_printf(v->arena, HOME "%.*s/", STR_ARG(s->name)));
			html_lit(h, "\">");
		}
		html_lit(h, "<bdi>");
		html_text(h, s->title);
		html_lit(h, "</bdi>");
		html_put_literal(h, s->system ? STR("") : STR("</a>"));
		html_lit(h, "<small dir=\"ltr\">");
		html_text(h, s->name);
		html_lit(h, "</small>");
		html_cell_close(h, &t);
		html_cell_text(h, &t, i18n_text(v->lang, types[s->type]));
		html_cell_count(h, &t, (int64_t)s->n);
		html_cell_open(h, &t);
		html_badge(h, s->active ? HTML_SUCCESS : HTML_NEUTRAL, s->active ? N_("Used") : N_("Off"));
		html_cell_close(h, &t);
		html_cell_open(h, &t);
		if (s->system && !s->always) {
			html_form_open(h, &(struct html_form){ .visit = v, .plain = true, .action = STR(HOME) });
			html_hidden(h, "name", s->name);
			html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .small = true, .label = s->active ? N_("Switch off") : N_("Switch on"), .about = s->title, .name = "do", .value = s->active ? STR("off") : STR("on") });
			html_form_close(h);
		}
		html_cell_close(h, &t);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static bool run_list(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	const struct template_set *sets;
	if (!back_enter(app, r, p, VIEW_OFFICE_TEMPLATES, 0, &v, e))
		return back_answered(p, e);
	if (r->method == HTTPD_POST) {
		bool on = false;
		if (!back_form(&v, &form, e))
			return false;
		on = str_eq(visitor_field(&form, STR("do")), STR("on"));
		return template_activate(v.at.site->tenants, v.at.tenant, visitor_field(&form, STR("name")), on, e) && back_done(&v, STR(HOME), "saved-now", e);
	}
	size_t n = template_list(v.at.tenant, v.lang, v.lang_code, v.arena, &sets);
	auto_page page = back_page(&v, N_("Templates of metadata"), HOME);
	view_office_open(&page, VIEW_OFFICE_TEMPLATES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What publishers are asked about a dataset."));
	html_button(h, &(struct html_button){ .label = N_("New template"), .icon = ICON_PLUS, .with_icon = true, .href = STR(HOME "new/") });
	html_heading_close(h);
	back_said(&page, r);
	put_list(h, &v, sets, n);
	return view_close(&page, e);
}

const struct httpd_route back_templates = { .method = HTTPD_GET, .pattern = HOME, .run = run_list };
const struct httpd_route back_templates_post = { .method = HTTPD_POST, .pattern = HOME, .body_max = 64 * 1024, .run = run_list };

/* --- one ----------------------------------------------------------------------------------------------------------- */

struct scene {
	struct visit *visit;
	struct str name;               /* empty: a new one */
	const struct template_set *set;
	const struct json_node *object; /* as stored */
	struct str path;
};

static const char *box(const struct scene *s, size_t i, const char *name)
{
	return arena_cstr(s->visit->arena, arena_printf(s->visit->arena, "f%zu.%s", i, name));
}

static void put_languages(struct html *h, const struct scene *s, struct html_field field, const struct json_node *texts)
{
	const struct tenant *t = s->visit->at.tenant;
	struct arena *a = s->visit->arena;
	struct str *values = arena_array(a, struct str, t->nlanguages);
	for (size_t k = 0; k < t->nlanguages; k++)
		values[k] = json_kind(texts) == JSON_OBJECT ? json_text(json_get(texts, arena_cstr(a, t->languages[k]))) : json_text(texts);
	if (t->nlanguages > 1) {
		html_field_languages(h, &field, t, values);
		return;
	}
	field.name = arena_cstr(a, arena_printf(a, "%s.%.*s", field.name, STR_ARG(t->languages[0])));
	field.value = values[0];
	html_field(h, &field);
}

/* "north = North | Nord": the value, then a label for each language of the portal. */
static struct str choices_text(const struct scene *s, const struct json_node *f)
{
	const struct tenant *t = s->visit->at.tenant;
	struct arena *a = s->visit->arena;
	auto_buf b = BUF_INIT(64 << 10);
	const struct json_node *list = json_get(f, "choices"), *labels = json_get(f, "labels");
	for (size_t i = 0; i < json_count(list); i++) {
		struct str value = json_text(json_at(list, i));
		const struct json_node *said = json_get(labels, arena_cstr(a, value));
		buf_put(&b, value);
		for (size_t k = 0; said && k < t->nlanguages; k++) {
			buf_put(&b, k ? STR(" | ") : STR(" = "));
			buf_put(&b, json_text(json_get(said, arena_cstr(a, t->languages[k]))));
		}
		buf_put_char(&b, '\n');
	}
	return arena_str(a, buf_str(&b));
}

static void put_field(struct html *h, const struct scene *s, size_t i, const struct json_node *f)
{
	static const struct html_option levels[] = { { .value = { "optional", 8 }, .message = N_("Optional") }, { .value = { "recommended", 11 }, .message = N_("Recommended") }, { .value = { "mandatory", 9 }, .message = N_("Mandatory") } };
	struct html_option kinds[TEMPLATE_KINDS];
	struct str type = json_text(json_get(f, "type")), level = json_text(json_get(f, "requirement_level")), name = json_text(json_get(f, "name"));
	size_t n = 0;
	for (size_t k = 0; k < TEMPLATE_KINDS; k++)
		if (!f || str_eq(type, str_of(template_kind_word((enum template_kind)k))))
			kinds[n++] = (struct html_option){ .value = str_of(template_kind_word((enum template_kind)k)), .message = template_kind_label((enum template_kind)k) };
	html_lit(h, "<details class=\"item\"");
	html_put_literal(h, !f || (h->errors && h->errors->n) ? STR(" open><summary><strong>") : STR("><summary><strong>"));
	html_text(h, f ? name : i18n_text(s->visit->lang, N_("Add a field")));
	html_lit(h, "</strong></summary>");
	if (f)
		html_hidden(h, box(s, i, "name"), name);
	else
		html_field(h, &(struct html_field){ .name = box(s, i, "name"), .label = N_("Identifier"), .hint = N_("Letters, digits, - and _. It cannot be changed later."), .code = true, .most = 100 });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = box(s, i, "type"), .label = N_("Type"), .hint = N_("It cannot be changed later."), .options = kinds, .noptions = n, .value = f ? type : STR("text") });
	put_languages(h, s, (struct html_field){ .name = box(s, i, "label"), .label = N_("Label") }, json_get(f, "label"));
	put_languages(h, s, (struct html_field){ .name = box(s, i, "help"), .label = N_("Help") }, json_get(f, "help_text"));
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_AREA, .name = box(s, i, "choices"), .label = N_("Choices"), .value = choices_text(s, f), .code = true,
		.hint = N_("For types with a list: one a line, the value, then = and its label in each language with | between: north = North | Nord") });
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = box(s, i, "level"), .label = N_("How much it is wanted"), .options = levels, .noptions = 3, .value = level.n ? level : STR("optional") });
	html_check(h, &(struct html_check){ .name = box(s, i, "i18n"), .label = N_("In each language"), .on = json_bool(json_get(f, "i18n"), false) });
	html_check(h, &(struct html_check){ .name = box(s, i, "filter"), .label = N_("A filter of the catalogue"), .hint = N_("Readers choose datasets by its values. Neither HTML nor geometries can be a filter."), .on = json_bool(json_get(f, "is_filter"), false) });
	html_check(h, &(struct html_check){ .name = box(s, i, "suggests"), .label = N_("Offer what other datasets say"), .on = json_bool(json_get(f, "self_suggest"), false) });
	if (f)
		html_check(h, &(struct html_check){ .name = box(s, i, "remove"), .label = N_("Take the field away"), .hint = N_("Values in datasets stay and come back with a field of this name.") });
	html_lit(h, "</details>");
}

/* --- the form as JSON ------------------------------------------------------------------------------------------------ */

static void put_texts(struct json_out *j, const struct scene *s, const struct visitor_form *f, const char *name, const char *member)
{
	const struct tenant *t = s->visit->at.tenant;
	json_key(j, str_of(member));
	json_open(j, '{');
	for (size_t k = 0; k < t->nlanguages; k++) {
		struct str text = str_trim(visitor_field(f, arena_printf(s->visit->arena, "%s.%.*s", name, STR_ARG(t->languages[k]))));
		if (text.n) {
			json_key(j, t->languages[k]);
			json_put(j, text);
		}
	}
	json_close(j, '}');
}

static void put_choices(struct json_out *j, const struct scene *s, struct str text)
{
	const struct tenant *t = s->visit->at.tenant;
	struct str line;
	json_key(j, STR("choices"));
	json_open(j, '[');
	for (struct str rest = text; rest.n && str_cut(&rest, '\n', &line);) {
		ptrdiff_t eq = str_find_char(line, '=');
		struct str value = str_trim(eq < 0 || str_find(line, STR("://")) >= 0 ? line : str_sub(line, 0, (size_t)eq));
		if (str_find(line, STR(" = ")) >= 0)
			value = str_trim(str_sub(line, 0, (size_t)str_find(line, STR(" = "))));
		if (value.n)
			json_put(j, value);
	}
	json_close(j, ']');
	json_key(j, STR("labels"));
	json_open(j, '{');
	for (struct str rest = text; rest.n && str_cut(&rest, '\n', &line);) {
		ptrdiff_t eq = str_find(line, STR(" = "));
		struct str part;
		if (eq <= 0)
			continue;
		json_key(j, str_trim(str_sub(line, 0, (size_t)eq)));
		json_open(j, '{');
		struct str labels = str_from(line, (size_t)eq + 3);
		for (size_t k = 0; k < t->nlanguages && labels.n && str_cut(&labels, '|', &part); k++)
			if (str_trim(part).n) {
				json_key(j, t->languages[k]);
				json_put(j, str_trim(part));
			}
		json_close(j, '}');
	}
	json_close(j, '}');
}

static struct str form_json(const struct scene *s, const struct visitor_form *f)
{
	auto_buf b = BUF_INIT(250 << 10);
	struct json_out j = JSON_OUT(&b);
	size_t n = json_count(json_get(s->object, "schema")) + SPARE;
	json_open(&j, '{');
	json_member(&j, "name", s->name.n ? s->name : str_trim(visitor_field(f, STR("name"))));
	put_texts(&j, s, f, "title", "title");
	json_member(&j, "type", str_eq(visitor_field(f, STR("type")), STR("admin")) ? STR("admin") : STR("basic"));
	json_member_bool(&j, "is_active", visitor_field_on(f, STR("active")));
	json_key(&j, STR("schema"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		struct str name = str_trim(visitor_field(f, str_of(box(s, i, "name"))));
		if (!name.n || visitor_field_on(f, str_of(box(s, i, "remove"))))
			continue;
		json_open(&j, '{');
		json_member(&j, "name", name);
		json_member(&j, "type", visitor_field(f, str_of(box(s, i, "type"))));
		put_texts(&j, s, f, box(s, i, "label"), "label");
		put_texts(&j, s, f, box(s, i, "help"), "help_text");
		put_choices(&j, s, visitor_field(f, str_of(box(s, i, "choices"))));
		json_member(&j, "requirement_level", visitor_field(f, str_of(box(s, i, "level"))));
		json_member_bool(&j, "i18n", visitor_field_on(f, str_of(box(s, i, "i18n"))));
		json_member_bool(&j, "is_filter", visitor_field_on(f, str_of(box(s, i, "filter"))));
		json_member_bool(&j, "self_suggest", visitor_field_on(f, str_of(box(s, i, "suggests"))));
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	return arena_str(s->visit->arena, buf_str(&b));
}

static bool obey(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = s->visit;
	auto_json *doc = NULL;
	if (str_eq(visitor_field(f, STR("do")), STR("remove")) && s->name.n)
		return template_remove(v->at.site->tenants, v->at.tenant, s->name, e) && back_done(v, STR(HOME), "removed", e);
	struct str json = form_json(s, f);
	if (!json_read(json, &doc, e))
		return false;
	if (template_write(v->at.site->tenants, v->at.tenant, json_root(doc), !s->name.n, e)) {
		visitor_note(v, EVENT_SETTINGS_CHANGED, STR("metadata.templates"), json_text(json_get(json_root(doc), "name")));
		return back_done(v, arena_printf(v->arena, HOME "%.*s/", STR_ARG(json_text(json_get(json_root(doc), "name")))), "saved-now", e);
	}
	if (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT)
		return false;
	html_complain_text(errors, str_starts(str_of(e->pub), STR("name")) ? STR("name") : STR(""), arena_str(v->arena, str_of(e->pub)));
	*e = (struct err){ 0 };
	back_refused(v);
	return false;
}

static void put_form(struct html *h, const struct scene *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	static const struct html_option types[] = { { .value = { "basic", 5 }, .message = N_("Shown to readers") }, { .value = { "admin", 5 }, .message = N_("Only for publishers"), .hint = N_("Never in the portal, its exports or its APIs for readers.") } };
	const struct json_node *schema = json_get(s->object, "schema");
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors });
	if (!s->name.n)
		html_field(h, &(struct html_field){ .name = "name", .label = N_("Identifier"), .hint = N_("Letters, digits, - and _. It cannot be changed later."), .code = true, .required = true, .most = 100 });
	put_languages(h, s, (struct html_field){ .name = "title", .label = N_("Title") }, json_get(s->object, "title"));
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "type", .label = N_("Who sees it"), .options = types, .noptions = 2, .value = s->set && s->set->type == TEMPLATE_ADMIN ? STR("admin") : STR("basic") });
	html_check(h, &(struct html_check){ .name = "active", .label = N_("Publishers are asked for it"), .as_switch = true, .on = !s->set || s->set->active });
	html_lit(h, "<h2>");
	html_say(h, N_("Fields"));
	html_lit(h, "</h2>");
	for (size_t i = 0; i < json_count(schema); i++)
		put_field(h, s, i, json_at(schema, i));
	put_field(h, s, json_count(schema), NULL);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	if (s->name.n)
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Remove the template"), .name = "do", .value = STR("remove") });
	html_buttons_close(h);
	html_form_close(h);
}

static bool run_one(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	auto_json *doc = NULL;
	const struct template_set *sets;
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_TEMPLATES, 0, &v, e))
		return back_answered(p, e);
	struct scene s = { .visit = &v, .path = arena_printf(v.arena, HOME "%.*s/", STR_ARG(r->holes[0])) };
	size_t n = template_list(v.at.tenant, v.lang, v.lang_code, v.arena, &sets);
	if (!str_eq(r->holes[0], STR("new"))) {
		s.name = r->holes[0];
		s.set = template_find_or_null(sets, n, s.name);
		if (!s.set || s.set->system)
			return err_set(e, ERR_NOT_FOUND, "There is no such template.");
		if (!json_read(s.set->json, &doc, e))
			return false;
		s.object = json_root(doc);
	}
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken && obey(&s, &form, &errors, e))
		return true;
	if (taken && !errors.n)
		return false;
	auto_page page = { .visit = &v, .title = s.set ? s.set->title : i18n_text(v.lang, N_("New template")), .path = s.path };
	view_office_open(&page, VIEW_OFFICE_TEMPLATES);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("What publishers are asked about a dataset."));
	html_heading_close(h);
	back_said(&page, r);
	put_form(h, &s, form.n ? &form : NULL, &errors);
	return view_close(&page, e);
}

const struct httpd_route back_template = { .method = HTTPD_GET, .pattern = HOME "{template}/", .run = run_one };
const struct httpd_route back_template_post = { .method = HTTPD_POST, .pattern = HOME "{template}/", .body_max = 512 * 1024, .run = run_one };
