/* One change of metadata for many datasets: which are meant comes from the list, what would change is shown, then it is done, each dataset as a change of its
 * own that can be undone. */
#include "back/meta.h"

#define HOME "/backoffice/datasets/bulk/"
enum { MOST = 200 };

static const struct bulk_field { const char *name, *label; bool list; enum template_which from; bool choose; } fields[] = {
	{ "publisher", N_("Publisher"), false, TEMPLATE_THEMES, false }, { "theme", N_("Themes"), true, TEMPLATE_THEMES, true }, { "license", N_("Licence"), false, TEMPLATE_LICENCES, true },
	{ "keyword", N_("Keywords"), true, TEMPLATE_THEMES, false }, { "language", N_("Language of the data"), false, TEMPLATE_THEMES, false },
	{ "update_frequency", N_("Update frequency"), false, TEMPLATE_THEMES, false }, { "territory", N_("Territory"), true, TEMPLATE_THEMES, false }, { "attributions", N_("Attributions"), true, TEMPLATE_THEMES, false } };

struct scene {
	struct visit *visit;
	const struct bulk_field *field;   /* NULL: not chosen yet */
	struct str value;
	bool add;                    /* to a list, beside what is there */
	struct config *list;
	size_t n;
};

static struct str lang_of(const struct scene *s)
{
	return str_eq(str_of(s->field->name), STR("keyword")) ? s->visit->at.tenant->languages[0] : STR("");
}

static bool read_chosen(struct scene *s, const struct visitor_form *f, struct err *e)
{
	struct visit *v = s->visit;
	s->list = arena_array(v->arena, struct config, MOST);
	for (size_t i = 0; i < f->n && s->n < MOST; i++) {
		struct config *c = &s->list[s->n];
		if (!str_eq(f->pairs[i].name, STR("uid")))
			continue;
		if (!config_read(v->at.site, v->at.tenant->id, f->pairs[i].value, v->arena, c, e)) {
			if (e->code != ERR_NOT_FOUND)
				return false;
			*e = (struct err){ 0 };
			continue;
		}
		s->n += back_dataset_may(v, c, CONFIG_EDIT);
	}
	struct str name = visitor_field(f, STR("field"));
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (str_eq(name, str_of(fields[i].name)))
			s->field = &fields[i];
	s->value = str_trim(visitor_field(f, STR("value")));
	s->add = visitor_field_on(f, STR("add"));
	return true;
}

/* The value after the change, as text. */
static struct str after(const struct scene *s, struct str now)
{
	struct str part;
	auto_buf b = BUF_INIT(64 << 10);
	if (!s->field->list || !s->add || !now.n)
		return s->value;
	buf_put(&b, now);
	for (struct str rest = s->value; rest.n && str_cut(&rest, ',', &part);)
		if (str_trim(part).n && str_find(now, str_trim(part)) < 0) {
			buf_lit(&b, ", ");
			buf_put(&b, str_trim(part));
		}
	return arena_str(s->visit->arena, buf_str(&b));
}

static void put_urls(const struct scene *s, struct back_metas *m)
{
	const struct template_item *list;
	struct visit *v = s->visit;
	if (!str_eq(str_of(s->field->name), STR("license")))
		return;
	size_t n = template_items(v->at.tenant, TEMPLATE_LICENCES, v->lang, v->at.tenant->languages[0], v->arena, &list);
	const struct template_item *one = template_item_or_null(list, n, s->value);
	back_metas_set(m, STR("default"), STR("license_url"), STR(""), one && one->url.n ? back_json_text(v->arena, one->url) : STR(""));
}

static bool change(const struct scene *s, const struct config *c, struct html_errors *errors, bool *done, struct err *e)
{
	struct visit *v = s->visit;
	struct back_metas m;
	struct config now;
	struct process_faults faults = { .arena = v->arena };
	struct str name = str_of(s->field->name), json, lang = lang_of(s);
	back_metas_read(&m, v->arena, json_get(c->doc, "metadata"));
	struct str before = back_metas_text(&m, STR("default"), name, lang), text = after(s, before);
	*done = false;
	if (str_eq(text, before))
		return true;
	back_metas_set(&m, STR("default"), name, lang, !text.n ? STR("") : s->field->list ? back_json_list(v->arena, text, ',') : back_json_text(v->arena, text));
	put_urls(s, &m);
	if (!config_put(v->arena, c->json, STR("metadata"), back_metas_whole(&m), &json, e))
		return false;
	const struct config_change ch = { .tenant = v->at.tenant->id, .dataset = c->dataset, .revision = c->revision, .who = v->who.account, .json = json };
	*done = config_write(v->at.site, &ch, v->arena, &now, &faults, e);
	if (*done || (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT))
		return *done;
	const char *why = faults.list.n ? arena_cstr(v->arena, faults.list.p[0].message) : e->pub;
	html_complain_text(errors, STR(""), arena_printf(v->arena, "%.*s: %s", STR_ARG(c->title), why));
	*e = (struct err){ 0 };
	return true;
}

static bool obey(const struct scene *s, struct html_errors *errors, struct err *e)
{
	for (size_t i = 0; i < s->n && errors->n < 20; i++) {
		bool done;
		if (!change(s, &s->list[i], errors, &done, e))
			return false;
	}
	return errors->n == 0;
}

/* --- the page ------------------------------------------------------------------------------------------------------- */

static void put_chosen(struct html *h, const struct scene *s)
{
	for (size_t i = 0; i < s->n; i++)
		html_hidden(h, "uid", s->list[i].uid);
}

static void put_value(struct html *h, const struct scene *s)
{
	struct visit *v = s->visit;
	const struct bulk_field *f = s->field;
	if (f->choose && !f->list) {
		const struct template_item *items;
		size_t n = template_items(v->at.tenant, f->from, v->lang, v->lang_code, v->arena, &items);
		struct html_option *options = arena_array(v->arena, struct html_option, n + 1);
		options[0] = (struct html_option){ .message = N_("None") };
		for (size_t i = 0; i < n; i++)
			options[i + 1] = (struct html_option){ .value = items[i].name, .text = items[i].label };
		html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "value", .label = f->label, .options = options, .noptions = n + 1, .value = s->value });
		return;
	}
	html_field(h, &(struct html_field){ .name = "value", .label = f->label, .value = s->value, .hint = f->list ? N_("Words with commas between them.") : N_("Empty: the value is taken away.") });
	if (f->list)
		html_check(h, &(struct html_check){ .name = "add", .label = N_("Add to what is there"), .hint = N_("Else it takes its place."), .on = s->add });
}

static void put_preview(struct html *h, const struct scene *s)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Now") }, { .title = N_("Then") } };
	struct html_table t = { .caption = N_("What would change"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < s->n; i++) {
		struct back_metas m;
		back_metas_read(&m, s->visit->arena, json_get(s->list[i].doc, "metadata"));
		struct str now = back_metas_text(&m, STR("default"), str_of(s->field->name), lang_of(s)), then = after(s, now);
		html_row_open(h, &t);
		html_cell_text(h, &t, s->list[i].title);
		html_cell_text(h, &t, now.n ? now : STR("–"));
		html_cell_text(h, &t, str_eq(now, then) ? i18n_text(s->visit->lang, N_("stays")) : then.n ? then : STR("–"));
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
}

static void put_steps(struct html *h, const struct scene *s, bool shown)
{
	struct visit *v = s->visit;
	struct html_option options[COUNT_OF(fields)];
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME) });
	put_chosen(h, s);
	if (!s->field) {
		for (size_t i = 0; i < COUNT_OF(fields); i++)
			options[i] = (struct html_option){ .value = str_of(fields[i].name), .message = fields[i].label };
		html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "field", .label = N_("What is to be changed"), .options = options, .noptions = COUNT_OF(fields), .value = STR("publisher") });
	} else {
		html_hidden(h, "field", str_of(s->field->name));
		put_value(h, s);
	}
	if (shown)
		put_preview(h, s);
	html_buttons_open(h);
	if (shown)
		html_button(h, &(struct html_button){ .label = N_("Change them"), .name = "do", .value = STR("change") });
	html_button(h, &(struct html_button){ .weight = shown ? HTML_SECONDARY : HTML_PRIMARY, .label = s->field ? N_("Show what would change") : N_("Next"), .name = "do", .value = s->field ? STR("show") : STR("field") });
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Back to the list"), .href = STR("/backoffice/datasets/") });
	html_buttons_close(h);
	html_form_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct scene s = { .visit = &v };
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e) || !read_chosen(&s, &form, e))
		return false;
	if (!s.n)
		return back_done(&v, STR("/backoffice/datasets/"), "none-chosen", e);
	struct str what = visitor_field(&form, STR("do"));
	if (taken && s.field && str_eq(what, STR("change"))) {
		if (obey(&s, &errors, e))
			return back_done(&v, STR("/backoffice/datasets/"), "saved-dataset", e);
		if (!errors.n)
			return false;
		back_refused(&v);
	}
	auto_page page = back_page(&v, N_("Change several datasets"), HOME);
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("Each change is one that can be undone in the history of its dataset; readers see it once the dataset is published."));
	html_heading_close(h);
	for (size_t i = 0; i < errors.n; i++)
		html_notice_text(h, HTML_BAD, errors.items[i].text);
	html_lit(h, "<p>");
	html_say_plural(h, N2_("{0} dataset is chosen.", "{0} datasets are chosen."), (int64_t)s.n);
	html_lit(h, "</p>");
	put_steps(h, &s, s.field && (str_eq(what, STR("show")) || str_eq(what, STR("change"))));
	return view_close(&page, e);
}

const struct httpd_route back_bulk_post = { .method = HTTPD_POST, .pattern = HOME, .body_max = 512 * 1024, .run = run };
