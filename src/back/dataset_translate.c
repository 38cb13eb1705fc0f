/* Texts of a dataset in the other languages of the portal: what is said in the first one beside a box for each; how far it is; what other datasets say for the
 * same words. A translation whose original has changed since is marked until it is saved again. */
#include "back/dataset_inside.h"
#include "back/meta.h"

struct text {
	enum config_text where;
	struct str template_, name;      /* of metadata; name of the field */
	struct str label, source, now, suggestion;
	const struct template_field *field;
	bool old;                        /* the original has changed since */
	const char *box;
};

struct scene {
	struct visit *visit;
	struct config *config;
	struct back_metas metas;
	struct dataset_fields fields;
	struct str from, to, path;
	bool processing;
	VEC(struct text) texts;
	size_t done;
	VEC(struct json_doc *) made;     /* texts that go into the configuration; freed at the end */
	struct json_doc *marks;               /* {key: hash of the original} */
};

static struct str key_of(const struct scene *s, const struct text *t) { return config_text_key(s->visit->arena, t->where, t->template_, t->name, s->to); }

static struct str said(struct arena *a, const struct json_node *texts, struct str lang)
{
	if (json_kind(texts) != JSON_OBJECT)
		return lang.n ? STR("") : json_text(texts);
	return json_text(json_get(texts, arena_cstr(a, lang)));
}

/* What another dataset says in the language for the same words. */
static struct str suggest(const struct scene *s, const struct text *t)
{
	struct arena *a = s->visit->arena;
	const struct dataset **list;
	size_t n = rights_datasets(&s->visit->at, &s->visit->who, a, &list);
	for (size_t i = 0; t->where == CONFIG_TEXT_META && i < n; i++) {
		struct str mine = STR(""), theirs = STR("");
		for (size_t k = 0; k < list[i]->nmetas; k++) {
			const struct meta *m = &list[i]->metas[k];
			if (!str_eq(m->name, t->name) || !str_eq(m->template_, t->template_))
				continue;
			if (str_eq(m->lang, s->from) || !m->lang.n)
				mine = back_json_shown(a, m->json);
			if (str_eq(m->lang, s->to))
				theirs = back_json_shown(a, m->json);
		}
		if (theirs.n && str_eq(mine, t->source) && !str_eq(theirs, t->now))
			return theirs;
	}
	return STR("");
}

static void add(struct scene *s, struct text t)
{
	struct arena *a = s->visit->arena;
	if (!str_trim(t.source).n)
		return;
	t.box = arena_cstr(a, arena_printf(a, "t%zu", s->texts.n));
	struct str mark = s->marks ? json_text(json_get(json_root(s->marks), arena_cstr(a, key_of(s, &t)))) : STR("");
	t.old = t.now.n && config_text_outdated(mark, t.source, t.now);
	t.suggestion = suggest(s, &t);
	s->done += t.now.n && !t.old;
	vec_push(a, &s->texts, t);
}

static void collect_metas(struct scene *s)
{
	struct visit *v = s->visit;
	const struct template_set *sets;
	size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; sets[i].active && k < sets[i].n; k++) {
			const struct template_field *f = &sets[i].fields[k];
			if (!f->i18n)
				continue;
			struct str source = back_metas_text(&s->metas, sets[i].name, f->name, s->from);
			if (!source.n)
				source = back_metas_text(&s->metas, sets[i].name, f->name, STR(""));
			add(s, (struct text){ .where = CONFIG_TEXT_META, .template_ = sets[i].name, .name = f->name, .field = f, .source = source,
				.now = back_metas_text(&s->metas, sets[i].name, f->name, s->to),
				.label = i ? arena_printf(v->arena, "%.*s: %.*s", STR_ARG(sets[i].title), STR_ARG(f->label)) : f->label });
		}
}

static void collect_fields(struct scene *s)
{
	struct visit *v = s->visit;
	struct arena *a = v->arena;
	struct back_field *published;
	size_t n = back_dataset_fields(v, s->config, &published);
	dataset_fields_read(v, json_get(s->config->doc, "fields"), &(struct back_preview){ 0 }, &s->fields);
	for (size_t i = 0; i < n; i++) {
		bool known = false;
		for (size_t k = 0; k < s->fields.list.n && !known; k++)
			known = str_eq(s->fields.list.p[k].name, published[i].name);
		if (!known)
			vec_push(a, &s->fields.list, (struct dataset_field){ .origin = published[i].name, .name = published[i].name });
	}
	for (size_t k = 0; k < s->fields.list.n; k++) {
		const struct dataset_field *f = &s->fields.list.p[k];
		struct str label = said(a, f->label, s->from), description = said(a, f->description, s->from);
		if (!label.n)
			label = said(a, f->label, STR(""));
		for (size_t i = 0; !label.n && i < n; i++)
			if (str_eq(published[i].name, f->name))
				label = published[i].label;
		if (!description.n)
			description = said(a, f->description, STR(""));
		if (f->discarded)
			continue;
		add(s, (struct text){ .where = CONFIG_TEXT_LABEL, .name = f->name, .source = label, .now = f->label ? said(a, f->label, s->to) : STR(""), .label = f->name });
		add(s, (struct text){ .where = CONFIG_TEXT_DESCRIPTION, .name = f->name, .source = description, .now = f->description ? said(a, f->description, s->to) : STR(""),
			.label = arena_printf(a, "%.*s: %.*s", STR_ARG(f->name), STR_ARG(i18n_text(v->lang, N_("description")))) });
	}
}

/* --- saving -------------------------------------------------------------------------------------------------------- */

/* {"": source, lang: text …} with one language put in. */
static const struct json_node *with(struct scene *s, const struct json_node *texts, struct str source, struct str text, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str lang;
	const struct json_node *v;
	struct json_doc *doc;
	json_open(&j, '{');
	if (json_kind(texts) != JSON_OBJECT)
		json_member(&j, "", texts ? json_text(texts) : source);
	else
		for (size_t i = 0; json_each(texts, &i, &lang, &v);)
			if (!str_eq(lang, s->to)) {
				json_key(&j, lang);
				json_put(&j, json_text(v));
			}
	if (text.n) {
		json_key(&j, s->to);
		json_put(&j, text);
	}
	json_close(&j, '}');
	if (!json_read(buf_str(&b), &doc, e))
		return NULL;
	vec_push(s->visit->arena, &s->made, doc);
	return json_root(doc);
}

static struct dataset_field *field_of(struct scene *s, struct str name)
{
	for (size_t i = 0; i < s->fields.list.n; i++)
		if (str_eq(s->fields.list.p[i].name, name))
			return &s->fields.list.p[i];
	return NULL;
}

static struct str text_of_form(const struct text *t, const struct visitor_form *f, struct arena *a)
{
	if (visitor_field_on(f, arena_printf(a, "%s.copy", t->box)))
		return t->source;
	if (visitor_field_on(f, arena_printf(a, "%s.take", t->box)))
		return t->suggestion;
	return str_trim(visitor_field(f, str_of(t->box)));
}

static struct str mark_of(const struct scene *s, const struct text *t)
{
	struct arena *a = s->visit->arena;
	return config_text_mark(a, t->source, t->field ? back_json_shown(a, back_meta_json(a, t->field, t->now)) : t->now);
}

static struct str marks_json(struct scene *s)
{
	auto_buf b = BUF_INIT(256 << 10);
	struct json_out j = JSON_OUT(&b);
	struct str key;
	const struct json_node *v;
	json_open(&j, '{');
	for (size_t i = 0; s->marks && json_each(json_root(s->marks), &i, &key, &v);) {
		bool again = false;
		for (size_t k = 0; k < s->texts.n && !again; k++)
			again = str_eq(key, key_of(s, &s->texts.p[k]));
		if (again)
			continue;
		json_key(&j, key);
		json_put(&j, json_text(v));
	}
	for (size_t k = 0; k < s->texts.n; k++)
		if (s->texts.p[k].now.n) {
			json_key(&j, key_of(s, &s->texts.p[k]));
			json_put(&j, mark_of(s, &s->texts.p[k]));
		}
	json_close(&j, '}');
	return arena_str(s->visit->arena, buf_str(&b));
}

static bool save(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct arena *a = s->visit->arena;
	for (size_t i = 0; i < s->texts.n; i++) {
		struct text *t = &s->texts.p[i];
		t->now = text_of_form(t, f, a);
		if (t->where == CONFIG_TEXT_META) {
			back_metas_set(&s->metas, t->template_, t->name, s->to, back_meta_json(a, t->field, t->now));
			continue;
		}
		struct dataset_field *field = field_of(s, t->name);
		const struct json_node **node = !field ? NULL : t->where == CONFIG_TEXT_LABEL ? &field->label : &field->description;
		if (!node || (!*node && !t->now.n))
			continue;
		*node = with(s, *node, t->source, t->now, e);
		if (!*node)
			return false;
	}
	back_metas_set(&s->metas, STR("internal"), STR("translations"), STR(""), marks_json(s));
	struct back_put puts[2] = { { STR("metadata"), back_metas_whole(&s->metas) } };
	size_t n = 1;
	if (s->processing) {
		const char **boxes;
		size_t nboxes;
		puts[n++] = (struct back_put){ STR("fields"), dataset_fields_write(s->visit, &s->fields, &boxes, &nboxes) };
	}
	return back_dataset_save_all(s->visit, s->config, puts, n, f, errors, e);
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static void put_text(struct html *h, const struct scene *s, const struct text *t)
{
	struct visit *v = s->visit;
	bool area = t->source.n > 80 || (t->field && t->field->kind == TEMPLATE_HTML);
	html_lit(h, "<section class=\"translation\"><div><h2><bdi>");
	html_text(h, t->label);
	html_lit(h, "</bdi></h2><blockquote lang=\"");
	html_text(h, s->from);
	html_lit(h, "\"><bdi>");
	html_text(h, t->field && t->field->kind == TEMPLATE_HTML ? view_plain(v->arena, t->source, 4000) : t->source);
	html_lit(h, "</bdi></blockquote>");
	if (t->old)
		html_badge(h, HTML_WARNING, N_("The original has changed since: look at it and save"));
	else if (!t->now.n)
		html_badge(h, HTML_NEUTRAL, N_("Missing"));
	html_lit(h, "</div><div>");
	html_field(h, &(struct html_field){ .kind = area ? HTML_FIELD_AREA : HTML_FIELD_TEXT, .name = t->box, .value = t->now, .lang = s->to, .rows = 5,
		.label_text = arena_printf(v->arena, "%.*s (%.*s)", STR_ARG(t->label), STR_ARG(s->to)) });
	if (t->suggestion.n)
		html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, arena_printf(v->arena, "%s.take", t->box)),
			.label_text = arena_printf(v->arena, "%.*s %.*s", STR_ARG(i18n_text(v->lang, N_("Take from another dataset:"))), STR_ARG(text_cut(t->suggestion, 120))) });
	if (!t->now.n)
		html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, arena_printf(v->arena, "%s.copy", t->box)), .label = N_("Copy the original") });
	html_lit(h, "</div></section>");
}

static void put_tabs(struct html *h, const struct scene *s)
{
	struct visit *v = s->visit;
	const struct tenant *t = v->at.tenant;
	struct html_tab *tabs = arena_array(v->arena, struct html_tab, 2 * t->nlanguages);
	struct str base = back_dataset_path(v, s->config, DATASET_TAB_TRANSLATIONS);
	size_t n = 0;
	for (size_t i = 1; i < t->nlanguages; i++)
		for (int part = 0; part < 2; part++) {
			const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
			struct str name = i18n_text(v->lang, part ? N_("Schema") : N_("Information"));
			tabs[n++] = (struct html_tab){ .url = arena_printf(v->arena, "%.*s?lang=%.*s%s", STR_ARG(base), STR_ARG(t->languages[i]), part ? "&part=schema" : ""),
				.text = arena_printf(v->arena, "%.*s: %.*s", STR_ARG(l ? l->name : t->languages[i]), STR_ARG(name)),
				.current = str_eq(s->to, t->languages[i]) && s->processing == (part == 1) };
		}
	html_tabs(h, N_("Languages and parts"), tabs, n);
}

static void put_page(struct html *h, struct view_page *page, struct scene *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_lit(h, "<p class=\"score\"><progress aria-label=\"");
	html_say(h, N_("Translated"));
	html_lit(h, "\" max=\"");
	html_int(h, (int64_t)num_max(s->texts.n, (size_t)1));
	html_lit(h, "\" value=\"");
	html_int(h, (int64_t)s->done);
	html_lit(h, "\"></progress> ");
	html_say_with(h, N_("{0} of {1}"), HTML_ARG_COUNT((int64_t)s->done), HTML_ARG_COUNT((int64_t)s->texts.n));
	html_lit(h, "</p>");
	if (!s->texts.n) {
		html_empty(h, N_("There is nothing to translate yet"), N_("First say it in the portal's first language."), NULL);
		return;
	}
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors });
	back_dataset_base(h, s->visit, s->config, s->processing ? STR("metadata fields") : STR("metadata"));
	for (size_t i = 0; i < s->texts.n; i++)
		put_text(h, s, &s->texts.p[i]);
	back_dataset_buttons(page, s->config, errors);
	html_form_close(h);
}

static void begin(struct scene *s, struct httpd_request *r)
{
	struct visit *v = s->visit;
	const struct tenant *t = v->at.tenant;
	const struct str *lang = httpd_query_or_null(r, STR("lang")), *part = httpd_query_or_null(r, STR("part"));
	struct err ignored = { 0 };
	s->from = t->languages[0];
	s->to = lang && tenant_has_language(t, *lang) && !str_eq(*lang, s->from) ? *lang : t->nlanguages > 1 ? t->languages[1] : STR("");
	s->processing = part && str_eq(*part, STR("schema"));
	s->path = arena_printf(v->arena, "%.*s?lang=%.*s%s", STR_ARG(back_dataset_path(v, s->config, DATASET_TAB_TRANSLATIONS)), STR_ARG(s->to), s->processing ? "&part=schema" : "");
	back_metas_read(&s->metas, v->arena, json_get(s->config->doc, "metadata"));
	struct str marks = back_metas_json(&s->metas, STR("internal"), STR("translations"), STR(""));
	if (marks.n && !json_read(marks, &s->marks, &ignored))
		s->marks = NULL;
	if (s->to.n && s->processing)
		collect_fields(s);
	else if (s->to.n)
		collect_metas(s);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct scene s = { .visit = &v, .config = &c };
	begin(&s, r);
	bool saved = taken && s.to.n && save(&s, &form, &errors, e);
	for (size_t i = 0; i < s.made.n; i++)
		json_free(s.made.p[i]);
	json_free(s.marks);
	s.marks = NULL;
	if (saved)
		return back_done(&v, s.path, back_dataset_said(&errors), e);
	if (taken && !errors.n)
		return s.to.n ? false : back_done(&v, s.path, "over", e);
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_TRANSLATIONS, e))
		return false;
	struct html *h = &page.h;
	if (!s.to.n) {
		html_empty(h, N_("This portal has one language"), N_("Once it has several, titles, descriptions, keywords and labels can be translated here."), NULL);
		return view_close(&page, e);
	}
	put_tabs(h, &s);
	put_page(h, &page, &s, form.n ? &form : NULL, &errors);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_translations = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/translations/", .run = run };
const struct httpd_route back_dataset_translations_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/translations/", .body_max = 4 << 20, .run = run };
