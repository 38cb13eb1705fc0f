/* The fields of a page's document as a form: what blocks hold comes from their table. */
#include "back/page.h"

enum { LISTED = 300, SPARE = 2 }; /* datasets in a list at most; conditions that wait to be filled in */

struct form {
	struct html *h;
	struct visit *v;
	const struct tenant *tenant;
	const struct dataset **datasets;
	size_t ndatasets;
	int section, block, sections;
};

static const char *name_of(struct form *f, const char *field)
{
	return arena_cstr(f->v->arena, arena_printf(f->v->arena, "s%d.b%d.%s", f->section, f->block, field));
}

static const struct str *texts_of(struct form *f, const struct json_node *texts)
{
	struct str *values = arena_array(f->v->arena, struct str, f->tenant->nlanguages);
	for (size_t i = 0; i < f->tenant->nlanguages; i++) {
		bool own = json_kind(texts) == JSON_OBJECT;
		const char *code = arena_cstr(f->v->arena, f->tenant->languages[i]);
		values[i] = own ? json_text(json_get(texts, code)) : i ? STR("") : json_text(texts);
	}
	return values;
}

/* A text in each language; a single field when there is one. */
static void put_texts(struct form *f, struct html_field field, const struct json_node *texts)
{
	const struct str *values = texts_of(f, texts);
	if (f->tenant->nlanguages > 1) {
		html_field_languages(f->h, &field, f->tenant, values);
		return;
	}
	field.name = arena_cstr(f->v->arena, arena_printf(f->v->arena, "%s.%.*s", field.name, STR_ARG(f->tenant->languages[0])));
	field.value = values[0];
	html_field(f->h, &field);
}

static void put_select(struct form *f, const char *name, const char *label, const char *hint, struct html_option *options, size_t n, struct str value, bool empty)
{
	bool known = !value.n && empty;
	for (size_t i = 0; i < n && !known; i++)
		known = str_eq(options[i].value, value);
	if (!known && value.n)
		options[n++] = (struct html_option){ .value = value, .text = value };
	html_choice(f->h, &(struct html_choice){ .kind = HTML_SELECT, .name = name, .label = label, .hint = hint, .options = options, .noptions = n, .value = value });
}

static void put_dataset(struct form *f, const struct page_field *field, struct str value)
{
	if (f->ndatasets > LISTED) {
		html_field(f->h, &(struct html_field){ .name = name_of(f, field->name), .label = field->label, .value = value, .code = true,
			.hint = N_("The identifier, as in its address.") });
		return;
	}
	struct html_option *options = arena_array(f->v->arena, struct html_option, f->ndatasets + 2);
	options[0] = (struct html_option){ .message = N_("Choose a dataset") };
	for (size_t i = 0; i < f->ndatasets; i++) {
		struct str title = dataset_meta_text(f->datasets[i], f->v->arena, "title", f->v->lang_code);
		options[i + 1] = (struct html_option){ .value = f->datasets[i]->slug, .text = title.n ? title : f->datasets[i]->slug };
	}
	put_select(f, name_of(f, field->name), field->label, N_("Its fields can be chosen after the next “Check”."), options, f->ndatasets + 1, value, true);
}

static const struct dataset *dataset_of(struct form *f, const struct json_node *block)
{
	struct str slug = json_text(json_get(block, "dataset"));
	for (size_t i = 0; i < f->ndatasets; i++)
		if (str_eq(f->datasets[i]->slug, slug))
			return f->datasets[i];
	return NULL;
}

static size_t field_options(struct form *f, const struct dataset *d, struct html_option **out)
{
	struct html_option *options = arena_array(f->v->arena, struct html_option, d->schema.n + 2);
	size_t n = 0;
	options[n++] = (struct html_option){ .message = N_("None") };
	for (size_t i = 0; i < d->schema.n; i++)
		if (!(d->schema.fields[i].flags & FIELD_HIDDEN))
			options[n++] = (struct html_option){ .value = d->schema.fields[i].name, .text = d->schema.fields[i].label };
	*out = options;
	return n;
}

static void put_field_name(struct form *f, const char *name, const char *label, const char *hint, struct str value, const struct dataset *d)
{
	struct html_option *options;
	bool signed_ = hint && str_starts(value, STR("-"));
	if (!d || hint || signed_) {
		html_field(f->h, &(struct html_field){ .name = name, .label = label, .hint = hint, .value = value, .code = true });
		return;
	}
	size_t n = field_options(f, d, &options);
	put_select(f, name, label, hint, options, n, value, true);
}

static void put_choices(struct form *f, const struct page_field *field, struct str value)
{
	struct str rest = str_of(field->choices), word;
	struct html_option *options = arena_array(f->v->arena, struct html_option, 20);
	size_t n = 0;
	while (n < 18 && str_cut(&rest, ',', &word))
		options[n++] = (struct html_option){ .value = word, .message = page_choice_label(word) };
	put_select(f, name_of(f, field->name), field->label, field->hint, options, n, value.n ? value : options[0].value, false);
}

static struct str joined(struct arena *a, const struct json_node *value)
{
	auto_buf b = BUF_INIT(64 << 10);
	if (json_kind(value) != JSON_ARRAY)
		return json_text(value);
	for (size_t i = 0; i < json_count(value); i++) {
		if (i)
			buf_lit(&b, " | ");
		buf_put(&b, json_text(json_at(value, i)));
	}
	return arena_str(a, buf_str(&b));
}

static void put_condition(struct form *f, const char *name, size_t i, const struct json_node *one, const struct dataset *d)
{
	struct arena *a = f->v->arena;
	struct html_option joins[3] = { { .value = STR("and"), .message = N_("and") }, { .value = STR("or"), .message = N_("or") } };
	struct html_option is[20];
	size_t n = 0;
#define PART(part) arena_cstr(a, arena_printf(a, "%s.%zu.%s", name, i, part))
	html_lit(f->h, "<div class=\"condition\">");
	if (i)
		put_select(f, PART("join"), N_("And, or"), NULL, joins, 2, json_bool(json_get(one, "or"), false) ? STR("or") : STR("and"), false);
	put_field_name(f, PART("field"), N_("Field"), NULL, json_text(json_get(one, "field")), d);
	for (const struct page_comparison *k = page_comparisons; k->word && n < COUNT_OF(is) - 1; k++)
		is[n++] = (struct html_option){ .value = str_of(k->word), .message = k->label };
	struct str now = json_text(json_get(one, "is"));
	put_select(f, PART("is"), N_("Comparison"), NULL, is, n, now.n ? now : STR("eq"), false);
	html_field(f->h, &(struct html_field){ .name = PART("value"), .label = N_("Value"), .value = joined(a, json_get(one, "value")),
		.hint = i ? NULL : N_("Several with | between them: one or the other.") });
	html_lit(f->h, "</div>");
#undef PART
}

static void put_conditions(struct form *f, const struct page_field *field, const struct json_node *list, const struct dataset *d)
{
	const char *name = name_of(f, field->name);
	html_lit(f->h, "<details class=\"conditions\"");
	if (json_count(list))
		html_lit(f->h, " open");
	html_lit(f->h, "><summary>");
	html_say(f->h, field->label);
	html_lit(f->h, "</summary>");
	for (size_t i = 0; i < json_count(list) + SPARE && i < 20; i++)
		put_condition(f, name, i, json_at(list, i), d);
	html_lit(f->h, "</details>");
}

static void put_field(struct form *f, const struct page_field *field, const struct json_node *block)
{
	const struct json_node *n = json_get(block, field->name);
	const struct dataset *d = dataset_of(f, block);
	struct html_field text = { .name = name_of(f, field->name), .label = field->label, .hint = field->hint, .value = json_text(n) };
	switch (field->kind) {
	case PAGE_F_MARKDOWN:
		text.kind = HTML_FIELD_AREA;
		text.rows = 6;
		put_texts(f, text, n);
		return;
	case PAGE_F_TEXTS:
		put_texts(f, text, n);
		return;
	case PAGE_F_DATASET:
		put_dataset(f, field, json_text(n));
		return;
	case PAGE_F_FIELD:
		put_field_name(f, text.name, field->label, field->hint, json_text(n), d);
		return;
	case PAGE_F_CHOICE:
		put_choices(f, field, json_text(n));
		return;
	case PAGE_F_CONDITIONS:
		put_conditions(f, field, n, d);
		return;
	case PAGE_F_SWITCH:
		html_check(f->h, &(struct html_check){ .name = text.name, .label = field->label, .hint = field->hint, .on = json_bool(n, false) });
		return;
	case PAGE_F_NUMBER:
		text.narrow = true;
		if (json_kind(n) == JSON_INT)
			text.value = arena_printf(f->v->arena, "%lld", (long long)json_int(n, 0));
		break;
	case PAGE_F_FIELDS: case PAGE_F_LINK: case PAGE_F_IMAGE: case PAGE_F_FRAME: case PAGE_F_JSON:
		text.code = true;
		break;
	}
	html_field(f->h, &text);
}

/* --- blocks and sections ----------------------------------------------------------------------------------------------------- */

static void put_do(struct form *f, const char *label, struct str about, enum html_weight weight, const char *fmt, ...) printf_like(5, 6);
static void put_do(struct form *f, const char *label, struct str about, enum html_weight weight, const char *fmt, ...)
{
	auto_buf b = BUF_INIT(100);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	html_button(f->h, &(struct html_button){ .weight = weight, .small = true, .label = label, .about = about, .name = "do",
		.value = arena_str(f->v->arena, buf_str(&b)) });
}

static void put_kinds(struct form *f, const char *name)
{
	struct html_option options[40];
	size_t n = 0;
	for (const struct page_block *b = page_blocks; b->word && n < COUNT_OF(options) - 1; b++)
		options[n++] = (struct html_option){ .value = str_of(b->word), .message = b->title };
	html_choice(f->h, &(struct html_choice){ .kind = HTML_SELECT, .name = name, .label = N_("Kind of block"), .options = options, .noptions = n,
		.value = STR("text") });
}

static void put_block(struct form *f, const struct json_node *block, int of)
{
	const struct page_block *b = page_block_or_null(json_text(json_get(block, "type")));
	struct str title = page_text(json_get(block, "title"), f->v->lang_code, f->tenant->languages[0]);
	int s = f->section, k = f->block;
	if (!b)
		b = page_blocks;
	struct str about = arena_printf(f->v->arena, "%.*s %d.%d", STR_ARG(i18n_text(f->h->lang, b->title)), s + 1, k + 1);
	html_lit(f->h, "<details class=\"edit-block\" data-place=\"");
	html_int(f->h, s);
	html_lit(f->h, ":");
	html_int(f->h, k);
	html_lit(f->h, "\" id=\"");
	html_text(f->h, arena_printf(f->v->arena, "s%d-b%d", s, k));
	html_lit(f->h, "\" open><summary><strong>");
	html_say(f->h, b->title);
	html_lit(f->h, "</strong> <bdi>");
	html_text(f->h, title);
	html_lit(f->h, "</bdi></summary>");
	if (b->sentence) {
		html_lit(f->h, "<p class=\"hint\">");
		html_say(f->h, b->sentence);
		html_lit(f->h, "</p>");
	}
	html_hidden(f->h, name_of(f, "type"), str_of(b->word));
	for (const struct page_field *field = b->fields; field->name; field++)
		put_field(f, field, block);
	html_lit(f->h, "<p class=\"moves\">");
	if (s || k)
		put_do(f, N_("Move before"), about, HTML_SECONDARY, "before:%d:%d", s, k);
	if (s + 1 < f->sections || k + 1 < of)
		put_do(f, N_("Move after"), about, HTML_SECONDARY, "after:%d:%d", s, k);
	put_do(f, N_("Remove"), about, HTML_SECONDARY, "remove-block:%d:%d", s, k);
	html_lit(f->h, "</p></details>");
}

static void put_section(struct form *f, const struct json_node *section)
{
	struct arena *a = f->v->arena;
	const struct json_node *blocks = json_get(section, "blocks");
	int s = f->section, n = (int)num_min(json_count(blocks), (size_t)PAGE_BLOCKS);
	struct html_option grounds[4] = { { .value = STR("plain"), .message = page_choice_label(STR("plain")) },
		{ .value = STR("soft"), .message = page_choice_label(STR("soft")) }, { .value = STR("strong"), .message = page_choice_label(STR("strong")) } };
	struct str about = arena_printf(a, "%.*s %d", STR_ARG(i18n_text(f->h->lang, N_("Section"))), s + 1), ground = json_text(json_get(section, "ground"));
	html_lit(f->h, "<section class=\"edit-section\" data-section=\"");
	html_int(f->h, s);
	html_lit(f->h, "\"><h2>");
	html_text(f->h, about);
	html_lit(f->h, "</h2>");
	html_hidden(f->h, arena_cstr(a, arena_printf(a, "s%d.blocks", s)), arena_printf(a, "%d", n));
	html_lit(f->h, "<div class=\"edit-about\">");
	put_texts(f, (struct html_field){ .name = arena_cstr(a, arena_printf(a, "s%d.title", s)), .label = N_("Title of the section") }, json_get(section, "title"));
	put_select(f, arena_cstr(a, arena_printf(a, "s%d.ground", s)), N_("Ground"), NULL, grounds, 3, ground.n ? ground : STR("plain"), false);
	html_lit(f->h, "</div><div class=\"edit-blocks of-");
	html_int(f->h, n);
	html_lit(f->h, "\">");
	for (f->block = 0; f->block < n; f->block++)
		put_block(f, json_at(blocks, (size_t)f->block), n);
	html_lit(f->h, "</div><div class=\"moves\">");
	if (n < PAGE_BLOCKS) {
		put_kinds(f, arena_cstr(a, arena_printf(a, "s%d.add", s)));
		put_do(f, N_("Add a block"), about, HTML_SECONDARY, "add-block:%d", s);
	}
	if (s)
		put_do(f, N_("Move up"), about, HTML_SECONDARY, "up:%d", s);
	if (s + 1 < f->sections)
		put_do(f, N_("Move down"), about, HTML_SECONDARY, "down:%d", s);
	put_do(f, N_("Remove the section"), about, HTML_SECONDARY, "remove:%d", s);
	html_lit(f->h, "</div></section>");
}

static void put_about(struct form *f, const struct json_node *root)
{
	html_panel_open(f->h, "about", N_("About the page"), NULL);
	put_texts(f, (struct html_field){ .name = "title", .label = N_("Title") }, json_get(root, "title"));
	put_texts(f, (struct html_field){ .kind = HTML_FIELD_AREA, .rows = 2, .name = "description", .label = N_("Description"),
		.hint = N_("One or two sentences below the title; search engines and link previews show them, too.") }, json_get(root, "description"));
	const struct json_node *tags = json_get(root, "tags");
	auto_buf b = BUF_INIT(8000);
	for (size_t i = 0; i < json_count(tags); i++) {
		buf_put(&b, i ? STR(", ") : STR(""));
		buf_put(&b, json_text(json_at(tags, i)));
	}
	html_field(f->h, &(struct html_field){ .name = "tags", .label = N_("Tags"), .hint = N_("Words with commas between them, to find the page in the list."),
		.value = arena_str(f->v->arena, buf_str(&b)) });
	html_field(f->h, &(struct html_field){ .name = "image", .label = N_("Picture for link previews"), .code = true,
		.hint = N_("A file of this portal, such as /assets/…"), .value = json_text(json_get(root, "image")) });
	html_panel_close(f->h);
}

static void put_style(struct form *f, const struct json_node *root)
{
	html_panel_open(f->h, "style", N_("Stylesheet"), N_("CSS for this page alone. What fetches from elsewhere is left out; the preview shows it once it is saved."));
	put_texts(f, (struct html_field){ .kind = HTML_FIELD_AREA, .name = "css", .label = N_("Stylesheet"), .rows = 6, .code = true }, json_get(root, "css"));
	html_panel_close(f->h);
}

void page_put_fields(struct html *h, struct visit *v, const struct page *p, const struct json_node *root)
{
	struct form f = { .h = h, .v = v, .tenant = v->at.tenant };
	const struct json_node *sections = json_get(root, "sections");
	f.ndatasets = rights_datasets(&v->at, &v->who, v->arena, &f.datasets);
	put_about(&f, root);
	if (p->kind == PAGE_TEXT) {
		struct html_option formats[3] = { { .value = STR("markdown"), .message = N_("Markdown") }, { .value = STR("html"), .message = N_("HTML") } };
		struct str format = json_text(json_get(root, "format"));
		html_panel_open(h, "content", N_("Content"), N_("Elements of the portal (<stoa-chart>, <stoa-map> …) may be used; scripts, styles and forms are left out."));
		put_select(&f, "format", N_("Format"), NULL, formats, 2, format.n ? format : STR("markdown"), false);
		put_texts(&f, (struct html_field){ .kind = HTML_FIELD_AREA, .name = "content", .label = N_("Content"), .rows = 24, .code = true }, json_get(root, "content"));
		html_panel_close(h);
		put_style(&f, root);
		return;
	}
	f.sections = (int)num_min(json_count(sections), (size_t)PAGE_SECTIONS);
	html_hidden(h, "sections", arena_printf(v->arena, "%d", f.sections));
	for (f.section = 0; f.section < f.sections; f.section++)
		put_section(&f, json_at(sections, (size_t)f.section));
	if (f.sections < PAGE_SECTIONS) {
		html_lit(h, "<div class=\"moves edit-more\">");
		put_kinds(&f, "add");
		put_do(&f, N_("Add a section"), STR(""), HTML_SECONDARY, "add-section");
		html_lit(h, "</div>");
	}
	put_style(&f, root);
}

void page_complain(const struct visit *v, struct html_errors *errors, const struct page_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct page_fault *f = &faults->items[i];
		auto_buf b = BUF_INIT(4000);
		if (f->section)
			buf_printf(&b, "%.*s %d", STR_ARG(i18n_text(v->lang, N_("Section"))), f->section);
		if (f->block)
			buf_printf(&b, ", %.*s %d", STR_ARG(i18n_text(v->lang, N_("Block"))), f->block);
		if (f->field)
			buf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(i18n_text(v->lang, f->field)));
		buf_printf(&b, "%s%.*s%s%.*s", b.n ? ": " : "", STR_ARG(i18n_text(v->lang, f->message)), f->detail.n ? " " : "", STR_ARG(f->detail));
		bool noted = html_complain_text(errors, f->section ? arena_printf(v->arena, "s%d-b%d", f->section - 1, f->block ? f->block - 1 : 0) : STR(""),
		                                arena_str(v->arena, buf_str(&b)));
		(void)noted;
	}
}
