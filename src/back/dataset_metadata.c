/* Information about a dataset: one form a template of metadata, made of the template's table; how complete it is, with what would help most. */
#include "back/dataset_inside.h"
#include "back/meta.h"

struct part {
	struct visit *visit;
	struct config *config;
	struct back_metas metas;
	const struct template_set *sets, *set; /* the one that is shown */
	size_t nsets;
	struct str path;                       /* of this part */
	const struct json_node *origin;        /* metadata of the portal it comes from, as they were at the last publication; NULL: it comes from none */
};

static const char *name_of(const struct part *p, struct str field)
{
	return arena_cstr(p->visit->arena, arena_printf(p->visit->arena, "m.%.*s", STR_ARG(field)));
}

static bool is_shown(const struct template_set *s)
{
	return s->active && s->type != TEMPLATE_EXTRA && s->n > 0;
}

/* What another portal says stands where nothing is said here. */
static bool is_linked(const struct config *c)
{
	const struct json_node *sources = json_get(c->doc, "resources");
	for (size_t i = 0; i < json_count(sources); i++) {
		struct str type = json_text(json_get(json_get(json_at(sources, i), "datasource"), "type"));
		if (str_eq(type, STR("portal")) || str_eq(type, STR("federated")))
			return true;
	}
	return false;
}

/* Kept with the version they came with. */
static const struct json_node *origin_of(struct visit *v, const struct config *c)
{
	const struct dataset *d = catalog_find_or_null(v->at.view, c->slug);
	const struct json_node *summary;
	struct err ignored = { 0 };
	return d && d->summary.n && json_read_in(v->arena, d->summary, &summary, &ignored) ? json_get(summary, "metadata") : NULL;
}

/* What the other portal says in a field; empty when it says nothing. */
static struct str original(const struct part *p, const struct template_field *f)
{
	enum { SHOWN = 300 };
	struct arena *a = p->visit->arena;
	const struct json_node *values = json_get(json_get(p->origin, arena_cstr(a, p->set->name)), arena_cstr(a, f->name)), *one = json_get(values, arena_cstr(a, p->visit->lang_code));
	struct str lang;
	if (!one)
		one = json_get(values, "");
	for (size_t at = 0; !one && json_kind(values) == JSON_OBJECT && json_each(values, &at, &lang, &one);)
		;
	struct str said = one && json_kind(one) != JSON_NULL ? back_json_shown(a, back_json_of(a, one)) : STR("");
	if (f->kind == TEMPLATE_HTML)
		said = view_plain(a, said, SHOWN);
	return said.n > SHOWN ? arena_join(a, text_cut(said, SHOWN), STR("…")) : said;
}

static void begin(struct part *p, struct visit *v, struct config *c, struct str wanted)
{
	*p = (struct part){ .visit = v, .config = c };
	back_metas_read(&p->metas, v->arena, json_get(c->doc, "metadata"));
	p->nsets = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &p->sets);
	p->set = template_find_or_null(p->sets, p->nsets, wanted);
	if (!p->set || !is_shown(p->set))
		p->set = &p->sets[0];
	struct str base = back_dataset_path(v, c, DATASET_TAB_INFORMATION);
	p->origin = is_linked(c) ? origin_of(v, c) : NULL;
	p->path = p->set == &p->sets[0] ? base : arena_printf(v->arena, "%.*s?part=%.*s", STR_ARG(base), STR_ARG(p->set->name));
}

/* --- one field -------------------------------------------------------------------------------------------------- */

/* The value in a language; what was said without one stands in the first of the portal's. */
static struct str value_in(const struct part *p, const struct template_field *f, struct str lang)
{
	struct str text = back_metas_text(&p->metas, p->set->name, f->name, lang);
	if (!text.n && str_eq(lang, p->visit->at.tenant->languages[0]))
		text = back_metas_text(&p->metas, p->set->name, f->name, STR(""));
	return text;
}

static struct str put_suggestions(struct html *h, const struct part *p, const struct template_field *f)
{
	struct str *words;
	if (!f->suggests || !str_eq(p->set->name, STR("default")) || template_is_list(f->kind))
		return STR("");
	size_t n = back_meta_others(p->visit, arena_cstr(p->visit->arena, f->name), p->visit->lang_code, 100, &words);
	if (!n)
		return STR("");
	struct str id = arena_printf(p->visit->arena, "of-%.*s", STR_ARG(f->name));
	html_lit(h, "<datalist id=\"");
	html_text(h, id);
	html_lit(h, "\">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<option value=\"");
		html_text(h, words[i]);
		html_lit(h, "\"></option>");
	}
	html_lit(h, "</datalist>");
	return id;
}

/* Words that other datasets have: ticked ones are added. */
static void put_words(struct html *h, const struct part *p, const struct template_field *f, struct str lang)
{
	struct str *words, now = value_in(p, f, lang);
	if (!f->suggests || !template_is_list(f->kind) || !str_eq(p->set->name, STR("default")))
		return;
	size_t n = back_meta_others(p->visit, arena_cstr(p->visit->arena, f->name), lang, 40, &words), k = 0;
	struct html_option *options = arena_array(p->visit->arena, struct html_option, n + 1);
	for (size_t i = 0; i < n && k < 16; i++)
		if (str_find(now, words[i]) < 0)
			options[k++] = (struct html_option){ .value = words[i], .text = words[i] };
	if (!k)
		return;
	html_lit(h, "<details class=\"suggested\"><summary>");
	html_say(h, N_("Used by other datasets of this portal"));
	html_lit(h, "</summary>");
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .columns = true, .label = N_("Add"), .hide_label = true, .options = options, .noptions = k,
		.name = arena_cstr(p->visit->arena, arena_printf(p->visit->arena, "add.%.*s.%.*s", STR_ARG(f->name), STR_ARG(lang))) });
	html_lit(h, "</details>");
}

static bool is_listed(const struct template_field *f, struct str value)
{
	for (size_t i = 0; i < f->nchoices; i++)
		if (str_eq(f->choices[i].value, value))
			return true;
	return false;
}

static void put_select(struct html *h, const struct part *p, const struct template_field *f, struct str help)
{
	struct str value = value_in(p, f, STR(""));
	struct html_option *options = arena_array(p->visit->arena, struct html_option, f->nchoices + 2);
	size_t n = 0;
	options[n++] = (struct html_option){ .message = N_("Not said") };
	for (size_t i = 0; i < f->nchoices; i++)
		options[n++] = (struct html_option){ .value = f->choices[i].value, .text = f->choices[i].label };
	if (value.n && !is_listed(f, value))
		options[n++] = (struct html_option){ .value = value, .text = value };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = name_of(p, f->name), .label_text = f->label, .options = options, .noptions = n, .value = value,
		.hint = help.n ? arena_cstr(p->visit->arena, help) : NULL });
}

static bool has_word(struct str list, struct str word)
{
	struct str part;
	while (list.n && str_cut(&list, ',', &part))
		if (str_eq(str_trim(part), word))
			return true;
	return false;
}

static void put_checks(struct html *h, const struct part *p, const struct template_field *f, struct str help)
{
	struct str value = value_in(p, f, STR("")), part;
	struct html_option *options = arena_array(p->visit->arena, struct html_option, f->nchoices + 60);
	size_t n = 0;
	for (size_t i = 0; i < f->nchoices; i++)
		options[n++] = (struct html_option){ .value = f->choices[i].value, .text = f->choices[i].label, .on = has_word(value, f->choices[i].value) };
	for (struct str rest = value; n < f->nchoices + 50 && rest.n && str_cut(&rest, ',', &part);)
		if (str_trim(part).n && !is_listed(f, str_trim(part)))
			options[n++] = (struct html_option){ .value = str_trim(part), .text = str_trim(part), .on = true };
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .columns = true, .name = name_of(p, f->name), .label_text = f->label, .options = options, .noptions = n,
		.hint = help.n ? arena_cstr(p->visit->arena, help) : NULL });
}

static enum html_kind box_of(enum template_kind k)
{
	bool area = k == TEMPLATE_HTML || k == TEMPLATE_LONGSTRING || k == TEMPLATE_GEO_SHAPE || k == TEMPLATE_MULTITEXT;
	return area ? HTML_FIELD_AREA : k == TEMPLATE_DATE ? HTML_FIELD_DATE : k == TEMPLATE_INT || k == TEMPLATE_DOUBLE ? HTML_FIELD_NUMBER : HTML_FIELD_TEXT;
}

static void put_field(struct html *h, const struct part *p, const struct template_field *f)
{
	struct visit *v = p->visit;
	const struct tenant *t = v->at.tenant;
	struct str help = f->help;
	if (f->level == TEMPLATE_RECOMMENDED)
		help = arena_printf(v->arena, "%.*s%s%.*s", STR_ARG(i18n_text(v->lang, N_("Recommended."))), help.n ? " " : "", STR_ARG(help));
	struct str theirs = original(p, f);
	if (theirs.n)
		help = arena_printf(v->arena, "%.*s%s%.*s %.*s", STR_ARG(help), help.n ? " " : "", STR_ARG(i18n_text(v->lang, N_("The original says:"))), STR_ARG(theirs));
	struct html_field field = { .kind = box_of(f->kind), .name = name_of(p, f->name), .label_text = f->label, .hint_text = help,
		.rows = f->kind == TEMPLATE_HTML ? 8 : 4, .list = put_suggestions(h, p, f) };
	if (f->kind == TEMPLATE_BOOLEAN) {
		static const struct template_choice both[] = { { { "true", 4 }, { "", 0 } }, { { "false", 5 }, { "", 0 } } };
		struct template_choice *list = arena_array(v->arena, struct template_choice, 2);
		list[0] = (struct template_choice){ both[0].value, i18n_text(v->lang, N_("Yes")) };
		list[1] = (struct template_choice){ both[1].value, i18n_text(v->lang, N_("No")) };
		struct template_field copy = *f;
		copy.choices = list;
		copy.nchoices = 2;
		put_select(h, p, &copy, help);
	} else if (template_is_choice(f->kind)) {
		if (template_is_list(f->kind))
			put_checks(h, p, f, help);
		else
			put_select(h, p, f, help);
	} else if (f->i18n && t->nlanguages > 1) {
		struct str *values = arena_array(v->arena, struct str, t->nlanguages);
		for (size_t i = 0; i < t->nlanguages; i++)
			values[i] = value_in(p, f, t->languages[i]);
		html_field_languages(h, &field, t, values);
		put_words(h, p, f, t->languages[0]);
	} else {
		field.value = value_in(p, f, STR(""));
		if (f->kind == TEMPLATE_DATE)
			field.value = str_sub(field.value, 0, 10);
		if (!field.value.n && f->i18n)
			field.value = value_in(p, f, t->languages[0]);
		html_field(h, &field);
		put_words(h, p, f, f->i18n ? t->languages[0] : STR(""));
	}
}

/* --- where and when ----------------------------------------------------------------------------------------------- */

static void put_place(struct html *h, const struct part *p)
{
	struct str codes = back_metas_text(&p->metas, STR("default"), STR("geographic_reference"), STR(""));
	bool automatic = str_eq(back_metas_text(&p->metas, STR("default"), STR("geographic_reference_auto"), STR("")), STR("true"));
	const struct html_option ways[] = {
		{ .value = STR("none"), .message = N_("None") },
		{ .value = STR("auto"), .message = N_("Automatic"), .hint = N_("The smallest division that holds all points of the data.") },
		{ .value = STR("set"), .message = N_("Specific"), .hint = N_("The codes below, all of one level.") } };
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "coverage", .label = N_("Geographic coverage"), .options = ways, .noptions = COUNT_OF(ways),
		.value = automatic ? STR("auto") : codes.n ? STR("set") : STR("none") });
	html_field(h, &(struct html_field){ .name = "coverage.codes", .label = N_("Codes of places"), .value = automatic ? STR("") : codes, .code = true,
		.hint = N_("world, a country (world_fr) or its divisions (fr_40_93), with commas between them.") });
}

static void put_modified(struct html *h, const struct part *p)
{
	struct str by_hand = back_metas_text(&p->metas, STR("default"), STR("modified"), STR(""));
	const struct html_option ways[] = {
		{ .value = STR("auto"), .message = N_("Automatic"), .hint = N_("Whenever data or metadata are published.") },
		{ .value = STR("hand"), .message = N_("By hand"), .hint = N_("The day below stays until you change it.") } };
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .name = "modified.way", .label = N_("Date of the last change"), .options = ways, .noptions = 2,
		.value = by_hand.n ? STR("hand") : STR("auto") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_DATE, .name = "modified.day", .label = N_("Day"), .value = str_sub(by_hand, 0, 10) });
}

/* --- the form as JSON --------------------------------------------------------------------------------------------- */

static bool take(struct part *p, const struct template_field *f, struct str lang, const char *name, struct str text, struct html_errors *errors)
{
	struct visit *v = p->visit;
	struct str json = back_meta_json(v->arena, f, text);
	auto_json *doc = NULL;
	struct err bad = { 0 };
	auto_buf why = BUF_INIT(1000);
	if (json.n && (!json_read(json, &doc, &bad) || !template_fits(f, json_root(doc), &why)))
		return html_complain_text(errors, str_of(name), arena_printf(v->arena, "%.*s: %.*s", STR_ARG(f->label), STR_ARG(arena_str(v->arena, buf_str(&why)))));
	/* What stood there before addresses were asked for may stay. */
	if (f->web && json.n && !template_is_web(text) && !str_eq(text, back_metas_text(&p->metas, p->set->name, f->name, lang)))
		return html_complain_text(errors, str_of(name), arena_printf(v->arena, "%.*s: expected the address of a page, as https://data.example.org/about", STR_ARG(f->label)));
	back_metas_set(&p->metas, p->set->name, f->name, lang, json);
	return true;
}

/* Boxes that are ticked, as a list with commas. */
static struct str ticked(struct arena *a, const struct visitor_form *form, struct str name, struct str before)
{
	auto_buf b = BUF_INIT(64 << 10);
	buf_put(&b, before);
	for (size_t i = 0; i < form->n; i++)
		if (str_eq(form->pairs[i].name, name)) {
			if (b.n)
				buf_lit(&b, ", ");
			buf_put(&b, form->pairs[i].value);
		}
	return arena_str(a, buf_str(&b));
}

static void take_checks(struct part *p, const struct template_field *f, const struct visitor_form *form)
{
	auto_buf b = BUF_INIT(64 << 10);
	struct json_out j = JSON_OUT(&b);
	struct str name = str_of(name_of(p, f->name));
	size_t n = 0;
	json_open(&j, '[');
	for (size_t i = 0; i < form->n; i++)
		if (str_eq(form->pairs[i].name, name) && form->pairs[i].value.n) {
			json_put(&j, form->pairs[i].value);
			n++;
		}
	json_close(&j, ']');
	back_metas_set(&p->metas, p->set->name, f->name, STR(""), n ? arena_str(p->visit->arena, buf_str(&b)) : STR(""));
}

static void take_field(struct part *p, const struct template_field *f, const struct visitor_form *form, struct html_errors *errors)
{
	struct arena *a = p->visit->arena;
	const struct tenant *t = p->visit->at.tenant;
	const char *name = name_of(p, f->name);
	if (template_is_choice(f->kind) && template_is_list(f->kind)) {
		take_checks(p, f, form);
		return;
	}
	bool many = f->i18n && t->nlanguages > 1;
	for (size_t i = 0; i < (many ? t->nlanguages : 1); i++) {
		struct str lang = f->i18n ? t->languages[i] : STR("");
		const char *box = many ? arena_cstr(a, arena_printf(a, "%s.%.*s", name, STR_ARG(lang))) : name;
		struct str text = visitor_field(form, str_of(box));
		if (f->suggests && template_is_list(f->kind) && i == 0)
			text = ticked(a, form, arena_printf(a, "add.%.*s.%.*s", STR_ARG(f->name), STR_ARG(lang)), text);
		(void)take(p, f, lang, box, text, errors);
	}
	if (f->i18n)
		back_metas_set(&p->metas, p->set->name, f->name, STR(""), STR(""));
}

/* The address of a licence goes with its name: the portal's list has it. */
static void take_licence(struct part *p)
{
	const struct template_item *list;
	struct arena *a = p->visit->arena;
	size_t n = template_items(p->visit->at.tenant, TEMPLATE_LICENCES, p->visit->lang, p->visit->at.tenant->languages[0], a, &list);
	struct str name = back_metas_text(&p->metas, STR("default"), STR("license"), STR(""));
	const struct template_item *one = name.n ? template_item_or_null(list, n, name) : NULL;
	if (one || !name.n)
		back_metas_set(&p->metas, STR("default"), STR("license_url"), STR(""), one && one->url.n ? back_json_text(a, one->url) : STR(""));
}

static void take_standard(struct part *p, const struct visitor_form *form, struct html_errors *errors)
{
	struct arena *a = p->visit->arena;
	struct str coverage = visitor_field(form, STR("coverage")), day = visitor_field(form, STR("modified.day")), d = STR("default");
	struct clock_text when;
	struct str codes = str_eq(coverage, STR("set")) ? back_json_list(a, visitor_field(form, STR("coverage.codes")), ',') : STR("");
	if (str_eq(coverage, STR("set")) && !codes.n)
		html_complain(errors, p->visit->lang, "coverage.codes", N_("Please give at least one code, or choose another kind of coverage."));
	back_metas_set(&p->metas, d, STR("geographic_reference"), STR(""), codes);
	back_metas_set(&p->metas, d, STR("geographic_reference_auto"), STR(""), str_eq(coverage, STR("auto")) ? STR("true") : STR(""));
	bool by_hand = str_eq(visitor_field(form, STR("modified.way")), STR("hand"));
	if (by_hand && !clock_parse(day, &when))
		html_complain(errors, p->visit->lang, "modified.day", N_("Please give a day."));
	back_metas_set(&p->metas, d, STR("modified"), STR(""), by_hand ? back_json_text(a, day) : STR(""));
	take_licence(p);
	bool title = back_metas_json(&p->metas, d, STR("title"), STR("")).n > 0;
	for (size_t i = 0; i < p->visit->at.tenant->nlanguages; i++)
		title |= back_metas_json(&p->metas, d, STR("title"), p->visit->at.tenant->languages[i]).n > 0;
	if (!title)
		html_complain(errors, p->visit->lang, p->visit->at.tenant->nlanguages > 1 ? arena_cstr(a, arena_printf(a, "m.title.%.*s", STR_ARG(p->visit->at.tenant->languages[0]))) : "m.title",
		              N_("The dataset needs a title."));
}

static bool save(struct part *p, const struct visitor_form *form, struct html_errors *errors, struct err *e)
{
	for (size_t i = 0; i < p->set->n; i++)
		if (!p->set->fields[i].hidden && !p->set->fields[i].automatic)
			take_field(p, &p->set->fields[i], form, errors);
	if (str_eq(p->set->name, STR("default")))
		take_standard(p, form, errors);
	if (errors->n) {
		back_refused(p->visit);
		return false;
	}
	struct str place = arena_printf(p->visit->arena, "metadata/%.*s", STR_ARG(p->set->name));
	return back_dataset_save(p->visit, p->config, place, back_metas_template(&p->metas, p->set->name), form, errors, e);
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static void put_score(struct html *h, const struct part *p)
{
	struct back_score s;
	struct visit *v = p->visit;
	back_score(v, p->config, &p->metas, &s);
	html_panel_open(h, "score", N_("How complete it is"), NULL);
	html_lit(h, "<p class=\"score\"><meter min=\"0\" max=\"100\" low=\"40\" high=\"80\" optimum=\"100\" value=\"");
	html_int(h, s.percent);
	html_lit(h, "\" aria-label=\"");
	html_say(h, N_("How complete it is"));
	html_lit(h, "\"></meter> <strong>");
	html_int(h, s.percent);
	html_lit(h, " %</strong></p>");
	if (s.n) {
		html_lit(h, "<ul class=\"advice\">");
		for (size_t i = 0; i < s.n; i++) {
			html_lit(h, "<li><a href=\"");
			html_url(h, arena_printf(v->arena, "%.*s%.*s", STR_ARG(back_dataset_path(v, p->config, DATASET_TABS)), STR_ARG(s.advice[i].place)));
			html_lit(h, "\">");
			if (s.advice[i].text.n)
				html_say_with(h, s.advice[i].sentence, HTML_ARG_TEXT(s.advice[i].text));
			else
				html_say_with(h, s.advice[i].sentence, HTML_ARG_COUNT(s.advice[i].n));
			html_lit(h, "</a></li>");
		}
		html_lit(h, "</ul>");
	} else {
		html_lit(h, "<p>");
		html_say(h, N_("Nothing is missing."));
		html_lit(h, "</p>");
	}
	html_panel_close(h);
}

void back_put_information_tabs(struct html *h, struct visit *v, const struct config *c, struct str part)
{
	const struct template_set *sets;
	size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets), k = 0;
	struct str base = back_dataset_path(v, c, DATASET_TAB_INFORMATION);
	struct html_tab *tabs = arena_array(v->arena, struct html_tab, n + 1);
	for (size_t i = 0; i < n; i++)
		if (is_shown(&sets[i]))
			tabs[k++] = (struct html_tab){ .text = sets[i].title, .current = str_eq(part, sets[i].name),
				.url = i ? arena_printf(v->arena, "%.*s?part=%.*s", STR_ARG(base), STR_ARG(sets[i].name)) : base };
	tabs[k++] = (struct html_tab){ .label = N_("Files"), .url = arena_join(v->arena, base, STR("files/")), .current = str_eq(part, STR("files")) };
	html_tabs(h, N_("Parts of the information"), tabs, k);
}

static void put_form(struct html *h, struct view_page *page, struct part *p, const struct visitor_form *posted, const struct html_errors *errors)
{
	struct visit *v = p->visit;
	html_form_open(h, &(struct html_form){ .visit = v, .action = p->path, .posted = posted, .errors = errors });
	back_dataset_base(h, v, p->config, arena_printf(v->arena, "metadata/%.*s", STR_ARG(p->set->name)));
	if (p->set->type == TEMPLATE_ADMIN)
		html_notice(h, HTML_INFO, N_("Readers never see what stands here."));
	if (is_linked(p->config))
		html_notice(h, HTML_INFO, N_("This dataset comes from another portal. What you write here takes the place of what that portal says; empty a box to return to the original."));
	for (size_t i = 0; i < p->set->n; i++)
		if (!p->set->fields[i].hidden && !p->set->fields[i].automatic)
			put_field(h, p, &p->set->fields[i]);
	if (str_eq(p->set->name, STR("default"))) {
		put_place(h, p);
		put_modified(h, p);
	}
	back_dataset_buttons(page, p->config, errors);
	html_form_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	struct part part;
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	const struct str *wanted = httpd_query_or_null(r, STR("part"));
	begin(&part, &v, &c, wanted ? *wanted : STR("default"));
	if (taken && save(&part, &form, &errors, e))
		return back_done(&v, part.path, back_dataset_said(&errors), e);
	if (taken && !errors.n)
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_INFORMATION, e))
		return false;
	struct html *h = &page.h;
	back_put_information_tabs(h, &v, &c, part.set->name);
	html_lit(h, "<div class=\"beside\"><div>");
	put_form(h, &page, &part, form.n ? &form : NULL, &errors);
	html_lit(h, "</div><aside>");
	put_score(h, &part);
	html_lit(h, "</aside></div>");
	return view_close(&page, e);
}

const struct httpd_route back_dataset_information = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/information/", .run = run };
const struct httpd_route back_dataset_information_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/information/", .body_max = 4 << 20, .run = run };
