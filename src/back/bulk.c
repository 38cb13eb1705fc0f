/* One change of metadata for many datasets: which are meant comes from the list, what would change is shown, then it is done, each dataset as a change of its
 * own that can be undone. */
#include "back/meta.h"

#define HOME "/backoffice/datasets/bulk/"
enum { MOST = 200 };

struct scene {
	struct visit *visit;
	const struct template_set *sets, *set;
	size_t nsets;
	const struct template_field *field;   /* NULL: not chosen yet */
	struct str lang;             /* of the value; empty: it has none */
	struct str value;
	bool add;                    /* to a list, beside what is there */
	struct config *list;
	size_t n;
};

/* What has a page of its own, or is another thing in each dataset, is not for many at once. */
static bool is_for_many(const struct template_set *s, const struct template_field *f)
{
	bool own = str_eq(s->name, STR("default")) && (str_eq(f->name, STR("title")) || str_eq(f->name, STR("description")));
	return s->active && s->type != TEMPLATE_EXTRA && !f->hidden && !f->automatic && !own;
}

static struct str word_of(const struct scene *s) { return arena_printf(s->visit->arena, "%.*s.%.*s", STR_ARG(s->set->name), STR_ARG(s->field->name)); }

/* "city.ward", or the name alone of a field of Standard. */
static void choose(struct scene *s, struct str word)
{
	for (size_t i = 0; i < s->nsets; i++)
		for (size_t k = 0; k < s->sets[i].n; k++) {
			const struct template_field *f = &s->sets[i].fields[k];
			bool bare = str_eq(s->sets[i].name, STR("default")) && str_eq(word, f->name);
			if (!is_for_many(&s->sets[i], f) || !(bare || str_eq(word, arena_printf(s->visit->arena, "%.*s.%.*s", STR_ARG(s->sets[i].name), STR_ARG(f->name)))))
				continue;
			s->set = &s->sets[i];
			s->field = f;
			return;
		}
}

/* Several boxes of a name are one list. */
static struct str joined(struct arena *a, const struct visitor_form *f, struct str name)
{
	struct str all = STR("");
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name) && str_trim(f->pairs[i].value).n)
			all = all.n ? arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(f->pairs[i].value)) : f->pairs[i].value;
	return str_trim(all);
}

static void read_field(struct scene *s, const struct visitor_form *f)
{
	const struct tenant *t = s->visit->at.tenant;
	struct str lang = visitor_field(f, STR("lang"));
	s->nsets = template_list(t, s->visit->lang, s->visit->lang_code, s->visit->arena, &s->sets);
	choose(s, visitor_field(f, STR("field")));
	s->value = joined(s->visit->arena, f, STR("value"));
	s->add = visitor_field_on(f, STR("add"));
	if (!s->field || !s->field->i18n)
		return;
	s->lang = t->languages[0];
	for (size_t i = 0; i < t->nlanguages; i++)
		if (str_eq(lang, t->languages[i]))
			s->lang = lang;
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
	read_field(s, f);
	return true;
}

/* The value after the change, as text. */
static struct str after(const struct scene *s, struct str now)
{
	struct str part;
	auto_buf b = BUF_INIT(64 << 10);
	if (!template_is_list(s->field->kind) || !s->add || !now.n)
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
	if (!str_eq(s->set->name, STR("default")) || !str_eq(s->field->name, STR("license")))
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
	struct str json;
	back_metas_read(&m, v->arena, json_get(c->doc, "metadata"));
	struct str before = back_metas_text(&m, s->set->name, s->field->name, s->lang), text = after(s, before);
	*done = false;
	if (str_eq(text, before))
		return true;
	back_metas_set(&m, s->set->name, s->field->name, s->lang, text.n ? back_meta_json(v->arena, s->field, text) : STR(""));
	put_urls(s, &m);
	if (!config_put(v->arena, c->json, STR("metadata"), back_metas_whole(&m), &json, e))
		return false;
	const struct config_change ch = { .tenant = v->at.tenant->id, .dataset = c->dataset, .revision = c->revision, .who = v->who.account, .caller_or_null = &v->who, .json = json };
	*done = config_write(v->at.site, &ch, v->arena, &now, &faults, e);
	if (*done || (e->code != ERR_PARAMETER && e->code != ERR_CONFLICT))
		return *done;
	const char *why = faults.list.n ? arena_cstr(v->arena, faults.list.p[0].message) : e->pub;
	const struct str said = i18n_reason(v->lang, v->arena, str_of(why));
	html_complain_text(errors, STR(""), arena_printf(v->arena, "%.*s: %.*s", STR_ARG(c->title), STR_ARG(said)));
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

static bool has_word(struct str list, struct str word)
{
	struct str part;
	while (list.n && str_cut(&list, ',', &part))
		if (str_eq(str_trim(part), word))
			return true;
	return false;
}

/* Choices as boxes or as a list; anything else as text. */
static void put_value(struct html *h, const struct scene *s)
{
	struct visit *v = s->visit;
	const struct template_field *f = s->field;
	bool list = template_is_list(f->kind), choice = template_is_choice(f->kind) && f->nchoices;
	struct html_option *options = arena_array(v->arena, struct html_option, f->nchoices + 1);
	size_t n = 0;
	if (choice && !list)
		options[n++] = (struct html_option){ .message = N_("None") };
	for (size_t i = 0; i < f->nchoices; i++)
		options[n++] = (struct html_option){ .value = f->choices[i].value, .text = f->choices[i].label, .on = has_word(s->value, f->choices[i].value) };
	if (choice)
		html_choice(h, &(struct html_choice){ .kind = list ? HTML_CHECKS : HTML_SELECT, .columns = list, .name = "value", .label_text = f->label, .options = options, .noptions = n, .value = s->value });
	else
		html_field(h, &(struct html_field){ .name = "value", .label_text = f->label, .value = s->value, .hint = list ? N_("Words with commas between them.") : N_("Empty: the value is taken away.") });
	if (list)
		html_check(h, &(struct html_check){ .name = "add", .label = N_("Add to what is there"), .hint = N_("Else it takes its place."), .on = s->add });
}

static void put_language(struct html *h, const struct scene *s)
{
	const struct tenant *t = s->visit->at.tenant;
	struct html_option *options = arena_array(s->visit->arena, struct html_option, t->nlanguages + 1);
	if (!s->lang.n || t->nlanguages < 2)
		return;
	for (size_t i = 0; i < t->nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
		options[i] = (struct html_option){ .value = t->languages[i], .text = l ? l->name : t->languages[i] };
	}
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "lang", .label = N_("Language"), .options = options, .noptions = t->nlanguages, .value = s->lang });
}

/* Those of each template, with its title before them where it is not Standard. */
static void put_fields(struct html *h, const struct scene *s)
{
	size_t n = 0, all = 0;
	for (size_t i = 0; i < s->nsets; i++)
		all += s->sets[i].n;
	struct html_option *options = arena_array(s->visit->arena, struct html_option, all + 1);
	for (size_t i = 0; i < s->nsets; i++)
		for (size_t k = 0; k < s->sets[i].n; k++) {
			const struct template_set *set = &s->sets[i];
			const struct template_field *f = &set->fields[k];
			if (!is_for_many(set, f))
				continue;
			struct str title = i ? arena_printf(s->visit->arena, "%.*s: %.*s", STR_ARG(set->title), STR_ARG(f->label)) : f->label;
			options[n++] = (struct html_option){ .value = arena_printf(s->visit->arena, "%.*s.%.*s", STR_ARG(set->name), STR_ARG(f->name)), .text = title };
		}
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "field", .label = N_("What is to be changed"), .options = options, .noptions = n, .value = STR("default.publisher") });
}

static void put_preview(struct html *h, const struct scene *s)
{
	static const struct html_column columns[] = { { .title = N_("Dataset"), .main = true }, { .title = N_("Now") }, { .title = N_("Then") } };
	struct html_table t = { .caption = N_("What would change"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_table_open(h, &t);
	for (size_t i = 0; i < s->n; i++) {
		struct back_metas m;
		back_metas_read(&m, s->visit->arena, json_get(s->list[i].doc, "metadata"));
		struct str now = back_metas_text(&m, s->set->name, s->field->name, s->lang), then = after(s, now);
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
	html_form_open(h, &(struct html_form){ .visit = v, .action = STR(HOME) });
	put_chosen(h, s);
	if (!s->field) {
		put_fields(h, s);
	} else {
		html_hidden(h, "field", word_of(s));
		put_language(h, s);
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
