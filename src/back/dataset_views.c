/* How readers see the data: one form a view, with the page itself beside it. The preview is the portal's own page, shown with what the form
 * holds at that moment (front/draft.c); nothing of it is kept before it is saved. */
#include "back/meta.h"

enum fits { ANY, DATES, PICTURES, TEXTS };
enum box { BOX_CARD, BOX_SPANS, BOX_FIELDS, BOX_COLUMNS /* fields, none of which means all */, BOX_FIELD, BOX_ON, BOX_OFF, BOX_TEXT, BOX_COLOUR, BOX_AREA, BOX_HTML, BOX_DIRECTION, BOX_BASEMAP, BOX_SPAN, BOX_DRAWING };
struct row { const char *name; enum box box; enum fits fits; const char *label, *hint; };

#define CARD N_("HTML with {{record.fields.name}} where the value of a field goes. Scripts, forms and styles are taken out.")

static const struct row table_rows[] = {
	{ "table_default_sort_field", BOX_FIELD, ANY, N_("Sorted by"), NULL },
	{ "table_default_sort_direction", BOX_DIRECTION, ANY, N_("Direction"), NULL },
	{ "table_fields", BOX_COLUMNS, ANY, N_("Columns shown"), N_("Ticked ones are shown, in the order of their numbers; none ticked: all. Exports always have all fields.") },
	{ "default_filters", BOX_TEXT, ANY, N_("Filters at first"), N_("What stands after the ? of a filtered page, such as refine.year=2024. Readers can take them away.") },
	{ NULL, BOX_ON, ANY, NULL, NULL } };
static const struct row map_rows[] = {
	{ "map_disabled", BOX_OFF, ANY, N_("Show a map"), N_("Needs a field with places.") },
	{ "map_basemap", BOX_BASEMAP, ANY, N_("Background"), NULL },
	{ "map_marker_color", BOX_COLOUR, ANY, N_("Colour"), NULL },
	{ "map_marker_picto", BOX_DRAWING, ANY, N_("Drawing"), N_("It stands in a pin at each place; none: places are dots.") },
	{ "map_marker_hidemarkershape", BOX_ON, ANY, N_("The drawing alone, without a pin around it"), NULL },
	{ "map_tooltip_disabled", BOX_OFF, ANY, N_("A card when a place is chosen"), NULL },
	{ "map_tooltip_title", BOX_FIELD, ANY, N_("Title of the card"), NULL },
	{ "map_tooltip_fields", BOX_FIELDS, ANY, N_("Fields on the card"), N_("None ticked: the first few.") },
	{ "map_tooltip_html_enabled", BOX_ON, ANY, N_("A card of your own"), NULL },
	{ "map_tooltip_html", BOX_CARD, ANY, N_("HTML"), CARD },
	{ "map_tooltip_sort_field", BOX_FIELD, ANY, N_("Several at one place, sorted by"), NULL },
	{ "map_tooltip_sort_direction", BOX_DIRECTION, ANY, N_("Direction"), NULL },
	{ NULL, BOX_ON, ANY, NULL, NULL } };
static const struct row analyze_rows[] = {
	{ "analyze_disabled", BOX_OFF, ANY, N_("Show a chart"), NULL },
	{ "analyze_default", BOX_AREA, ANY, N_("Chart shown first"), N_("Make it on the dataset's page under Analyze, then paste here what follows dataChart= in its address. Empty: the portal chooses one.") },
	{ NULL, BOX_ON, ANY, NULL, NULL } };
static const struct row image_rows[] = {
	{ "images_disabled", BOX_OFF, ANY, N_("Show the pictures of records"), N_("Needs a field with pictures.") },
	{ "media_gallery_fields", BOX_FIELD, PICTURES, N_("Field with the pictures"), NULL },
	{ "image_title", BOX_FIELD, TEXTS, N_("Title below each"), NULL },
	{ "image_fields", BOX_FIELDS, ANY, N_("Fields below each"), NULL },
	{ "image_tooltip_html_enabled", BOX_ON, ANY, N_("A card of your own"), NULL },
	{ "image_tooltip_html", BOX_CARD, ANY, N_("HTML"), CARD },
	{ NULL, BOX_ON, ANY, NULL, NULL } };
static const struct row calendar_rows[] = {
	{ "calendar_enabled", BOX_ON, ANY, N_("Show a calendar"), N_("Needs a field with dates.") },
	{ "calendar_event_title", BOX_FIELD, TEXTS, N_("Title of an event"), NULL },
	{ "calendar_event_start", BOX_FIELD, DATES, N_("Begins"), NULL },
	{ "calendar_event_end", BOX_FIELD, DATES, N_("Ends"), NULL },
	{ "calendar_event_color", BOX_TEXT, ANY, N_("Colour"), N_("As #1f5a7a; empty: the portal's.") },
	{ "calendar_available_views", BOX_SPANS, ANY, N_("Periods readers may choose"), N_("None ticked: all of them.") },
	{ "calendar_default_view", BOX_SPAN, ANY, N_("Shown first"), NULL },
	{ "calendar_tooltip_fields", BOX_FIELDS, ANY, N_("Fields with an event"), N_("Shown below the event in the list and in a single day; in a month and a week as a card, under the pointer and with the keyboard.") },
	{ "calendar_tooltip_html_enabled", BOX_ON, ANY, N_("A card of your own"), NULL },
	{ "calendar_tooltip_html", BOX_CARD, ANY, N_("HTML"), CARD },
	{ NULL, BOX_ON, ANY, NULL, NULL } };
static const struct row custom_rows[] = {
	{ "custom_view_enabled", BOX_ON, ANY, N_("Show a view of your own"), NULL },
	{ "custom_view_title", BOX_TEXT, ANY, N_("Title of the tab"), NULL },
	{ "custom_view_slug", BOX_TEXT, ANY, N_("Word in the address"), N_("Small letters, digits, - and _; empty: custom.") },
	{ "custom_view_icon", BOX_TEXT, ANY, N_("Icon"), N_("A word such as map, bar-chart, table, calendar, users or info.") },
	{ "custom_view_html", BOX_HTML, ANY, N_("HTML"), N_("Elements of the portal (<stoa-chart>, <stoa-map> …) show the records that readers filter. Scripts, forms and styles are taken out.") },
	{ "custom_view_css", BOX_AREA, ANY, N_("CSS"), N_("It holds inside the view only. The preview has it once it is saved.") },
	{ NULL, BOX_ON, ANY, NULL, NULL } };

static const struct part { const char *word, *tab, *title; const struct row *rows; } parts[] = {
	{ "table", "table", N_("Table"), table_rows }, { "map", "map", N_("Map"), map_rows }, { "analyze", "analyze", N_("Analyze"), analyze_rows },
	{ "images", "images", N_("Images"), image_rows }, { "calendar", "calendar", N_("Calendar"), calendar_rows }, { "custom", "custom", N_("Custom view"), custom_rows } };

struct scene {
	struct visit *visit;
	struct config *config;
	const struct part *part;
	struct back_metas metas;
	struct back_field *fields;
	size_t nfields;
	struct str path;
};

static const char *box_name(const struct scene *s, const struct row *r)
{
	return arena_cstr(s->visit->arena, arena_printf(s->visit->arena, "v.%s", r->name));
}

static struct str value_of(const struct scene *s, const char *name)
{
	return back_metas_text(&s->metas, STR("visualization"), str_of(name), STR(""));
}

/* --- boxes --------------------------------------------------------------------------------------------------------- */

static bool fits(enum fits f, enum value_type t)
{
	switch (f) {
	case DATES: return t == VALUE_DATE || t == VALUE_DATETIME;
	case PICTURES: return t == VALUE_FILE;
	case TEXTS: return t == VALUE_TEXT;
	case ANY: return t != VALUE_SHAPE;
	}
	return true;
}

static void put_select(struct html *h, const struct scene *s, const struct row *r, struct html_option *options, size_t n)
{
	struct str value = value_of(s, r->name);
	bool known = !value.n;
	for (size_t i = 0; i < n && !known; i++)
		known = str_eq(options[i].value, value);
	if (!known)
		options[n++] = (struct html_option){ .value = value, .text = value };
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = box_name(s, r), .label = r->label, .hint = r->hint, .options = options, .noptions = n, .value = value });
}

static void put_one_field(struct html *h, const struct scene *s, const struct row *r)
{
	struct html_option *options = arena_array(s->visit->arena, struct html_option, s->nfields + 2);
	size_t n = 0;
	options[n++] = (struct html_option){ .message = N_("The portal chooses") };
	for (size_t i = 0; i < s->nfields; i++)
		if (fits(r->fits, s->fields[i].type))
			options[n++] = (struct html_option){ .value = s->fields[i].name, .text = s->fields[i].label.n ? s->fields[i].label : s->fields[i].name };
	put_select(h, s, r, options, n);
}

static ptrdiff_t place_in(struct str list, struct str name)
{
	struct str part;
	ptrdiff_t at = 0;
	for (struct str rest = list; rest.n && str_cut(&rest, ',', &part); at++)
		if (str_eq(str_trim(part), name))
			return at;
	return -1;
}

static bool posted_has(const struct visitor_form *f, struct str name, struct str value)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->pairs[i].name, name) && str_eq(f->pairs[i].value, value))
			return true;
	return false;
}

static void put_order_row(struct html *h, const struct scene *s, const struct row *r, const struct back_field *f, ptrdiff_t at)
{
	struct arena *a = s->visit->arena;
	struct str box = str_of(box_name(s, r)), number = arena_printf(a, "at.%s.%.*s", r->name, STR_ARG(f->name)), label = f->label.n ? f->label : f->name;
	struct str shown = at >= 0 ? arena_printf(a, "%td", at + 1) : STR("");
	bool on = h->posted ? posted_has(h->posted, box, f->name) : at >= 0;
	if (h->posted)
		shown = visitor_field(h->posted, number);
	html_lit(h, "<li><label><input type=\"checkbox\" name=\"");
	html_text(h, box);
	html_lit(h, "\" value=\"");
	html_text(h, f->name);
	html_put_literal(h, on ? STR("\" checked> <bdi>") : STR("\"> <bdi>"));
	html_text(h, label);
	html_lit(h, "</bdi></label><input type=\"number\" min=\"1\" max=\"999\" inputmode=\"numeric\" name=\"");
	html_text(h, number);
	html_lit(h, "\" value=\"");
	html_text(h, shown);
	html_lit(h, "\" aria-label=\"");
	html_say_with(h, N_("Place of {0}"), HTML_ARG_TEXT(label));
	html_lit(h, "\"></li>");
}

static void put_fields(struct html *h, const struct scene *s, const struct row *r)
{
	struct str list = value_of(s, r->name);
	html_lit(h, "<fieldset class=\"field ordered\"><legend>");
	html_say(h, r->label);
	html_lit(h, "</legend>");
	if (r->hint) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, r->hint);
		html_lit(h, "</p>");
	}
	html_lit(h, "<stoa-ordered data-grip=\"");
	html_say(h, N_("Drag to another place"));
	html_put_literal(h, r->box == BOX_COLUMNS ? STR("\" data-all><ol>") : STR("\"><ol>"));
	/* Those that are shown first, in their order. */
	for (ptrdiff_t at = 0; at < (ptrdiff_t)s->nfields; at++)
		for (size_t i = 0; i < s->nfields; i++)
			if (list.n && place_in(list, s->fields[i].name) == at)
				put_order_row(h, s, r, &s->fields[i], at);
	for (size_t i = 0; i < s->nfields; i++)
		if (fits(r->fits, s->fields[i].type) && place_in(list, s->fields[i].name) < 0)
			put_order_row(h, s, r, &s->fields[i], -1);
	html_lit(h, "</ol></stoa-ordered></fieldset>");
}

static void put_basemap(struct html *h, struct view_page *page, const struct scene *s, const struct row *r)
{
	auto_buf json = BUF_INIT(LIMIT_CELL_BYTES);
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	struct arena *a = s->visit->arena;
	size_t n = 0;
	if (view_basemaps(page, &json))
		(void)!json_read(buf_str(&json), &doc, &ignored);
	const struct json_node *list = doc ? json_root(doc) : NULL;
	struct html_option *options = arena_array(a, struct html_option, json_count(list) + 3);
	options[n++] = (struct html_option){ .message = N_("The portal chooses") };
	for (size_t i = 0; i < json_count(list); i++) {
		struct str id = arena_str(a, json_text(json_get(json_at(list, i), "id"))), label = arena_str(a, json_text(json_get(json_at(list, i), "label")));
		if (id.n)
			options[n++] = (struct html_option){ .value = id, .text = label.n ? label : id };
	}
	put_select(h, s, r, options, n);
}

/* The drawings of web/elements/map_icons.ts. */
static void put_drawings(struct html *h, const struct scene *s, const struct row *r)
{
	static const struct { const char *word, *title; } drawings[] = { { "", N_("None") }, { "health", N_("Health") }, { "culture", N_("Culture") }, { "education", N_("Education") },
		{ "environment", N_("Nature") }, { "tree", N_("Tree") }, { "water", N_("Water") }, { "transport", N_("Transport") }, { "bicycle", N_("Bicycle") }, { "parking", N_("Parking") },
		{ "energy", N_("Energy") }, { "housing", N_("House") }, { "economy", N_("Economy") }, { "administration", N_("Administration") }, { "justice", N_("Justice") },
		{ "sports", N_("Sport") }, { "hotel", N_("Bed") }, { "food", N_("Meal") }, { "shopping", N_("Shop") }, { "people", N_("People") }, { "camera", N_("Camera") },
		{ "star", N_("Star") }, { "flag", N_("Flag") }, { "info", N_("Information") }, { "warning", N_("Warning") } };
	struct html_option options[COUNT_OF(drawings) + 1];
	for (size_t i = 0; i < COUNT_OF(drawings); i++)
		options[i] = (struct html_option){ .value = str_of(drawings[i].word), .message = drawings[i].title };
	put_select(h, s, r, options, COUNT_OF(drawings));
}

static void put_words(struct html *h, const struct scene *s, const struct row *r)
{
	struct html_option spans[6] = { { .message = N_("The portal chooses") }, { .value = STR("month"), .message = N_("Month") }, { .value = STR("week"), .message = N_("Week") },
		{ .value = STR("day"), .message = N_("Day") }, { .value = STR("list"), .message = N_("List") } };
	struct html_option ways[4] = { { .message = N_("The portal chooses") }, { .value = STR("asc"), .message = N_("Smallest first") }, { .value = STR("desc"), .message = N_("Largest first") } };
	if (r->box == BOX_SPAN)
		put_select(h, s, r, spans, 5);
	else
		put_select(h, s, r, ways, 3);
}

/* The text they are kept as has them with commas between, as the boxes come of a form. */
static void put_spans(struct html *h, const struct scene *s, const struct row *r)
{
	struct str value = value_of(s, r->name);
	struct html_option spans[] = { { .value = STR("month"), .message = N_("Month") }, { .value = STR("week"), .message = N_("Week") }, { .value = STR("day"), .message = N_("Day") },
		{ .value = STR("list"), .message = N_("List") } };
	for (size_t i = 0; i < COUNT_OF(spans); i++)
		spans[i].on = place_in(value, spans[i].value) >= 0;
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .columns = true, .name = box_name(s, r), .label = r->label, .hint = r->hint, .options = spans, .noptions = COUNT_OF(spans) });
}

static void put_texts(struct html *h, const struct scene *s, struct html_field field, const char *name)
{
	const struct tenant *t = s->visit->at.tenant;
	struct str *values = arena_array(s->visit->arena, struct str, t->nlanguages);
	for (size_t i = 0; i < t->nlanguages; i++) {
		values[i] = back_metas_text(&s->metas, STR("visualization"), str_of(name), t->languages[i]);
		if (!values[i].n && i == 0)
			values[i] = value_of(s, name);
	}
	field.value = values[0];
	if (t->nlanguages > 1)
		html_field_languages(h, &field, t, values);
	else
		html_field(h, &field);
}

static void put_row(struct html *h, struct view_page *page, const struct scene *s, const struct row *r)
{
	struct html_field field = { .name = box_name(s, r), .label = r->label, .hint = r->hint, .value = value_of(s, r->name) };
	bool on = back_metas_on(&s->metas, r->name);
	switch (r->box) {
	case BOX_COLUMNS:
	case BOX_FIELDS: put_fields(h, s, r); return;
	case BOX_FIELD: put_one_field(h, s, r); return;
	case BOX_BASEMAP: put_basemap(h, page, s, r); return;
	case BOX_SPAN:
	case BOX_DIRECTION: put_words(h, s, r); return;
	case BOX_SPANS: put_spans(h, s, r); return;
	case BOX_DRAWING: put_drawings(h, s, r); return;
	case BOX_ON:
	case BOX_OFF:
		html_check(h, &(struct html_check){ .name = field.name, .label = r->label, .hint = r->hint, .as_switch = true, .on = r->box == BOX_ON ? on : !on });
		return;
	case BOX_COLOUR:
		field.kind = HTML_FIELD_COLOUR;
		if (!field.value.n)
			field.value = STR("#0072b2");
		break;
	case BOX_AREA:
	case BOX_CARD:
	case BOX_HTML:
		field.kind = HTML_FIELD_AREA;
		field.code = true;
		field.rows = r->box == BOX_HTML ? 14 : r->box == BOX_CARD ? 6 : 3;
		break;
	case BOX_TEXT: break;
	}
	if (r->box == BOX_HTML || strcmp(r->name, "custom_view_title") == 0)
		put_texts(h, s, field, r->name);
	else
		html_field(h, &field);
}

/* --- saving -------------------------------------------------------------------------------------------------------- */

static bool save(struct scene *s, const struct visitor_form *f, struct html_errors *errors, struct err *e)
{
	struct visit *v = s->visit;
	const struct template_set *sets;
	struct template_value *values;
	size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets);
	const struct template_set *set = template_find_or_null(sets, n, STR("visualization"));
	if (!set)
		return err_set(e, ERR_NOT_FOUND, "There is no template of this name.");
	n = template_form(set, f->pairs, f->n, v->at.tenant->languages, v->at.tenant->nlanguages, v->arena, &values);
	for (size_t i = 0; i < n; i++)
		back_metas_set(&s->metas, STR("visualization"), values[i].name, values[i].lang, values[i].json);
	struct str colour = value_of(s, "map_marker_color"), chart = value_of(s, "analyze_default"), slug = value_of(s, "custom_view_slug"), event = value_of(s, "calendar_event_color");
	uint32_t parsed;
	struct chart read;
	struct err why = { 0 };
	if (event.n && !view_accent_parse(event, &parsed))
		html_complain(errors, v->lang, "v.calendar_event_color", N_("Please give a colour as #1f5a7a."));
	if (colour.n && !view_accent_parse(colour, &parsed))
		html_complain(errors, v->lang, "v.map_marker_color", N_("Please give a colour as #1f5a7a."));
	if (chart.n && !chart_read(v->arena, chart, &read, &why))
		html_complain(errors, v->lang, "v.analyze_default", N_("This is not a chart: copy what follows dataChart= in the address of the Analyze page."));
	for (size_t i = 0; i < slug.n; i++)
		if (!((slug.p[i] >= 'a' && slug.p[i] <= 'z') || (slug.p[i] >= '0' && slug.p[i] <= '9') || slug.p[i] == '-' || slug.p[i] == '_')) {
			html_complain(errors, v->lang, "v.custom_view_slug", N_("Small letters, digits, - and _ only."));
			break;
		}
	if (errors->n) {
		back_refused(v);
		return false;
	}
	return back_dataset_save(v, s->config, STR("metadata/visualization"), back_metas_template(&s->metas, STR("visualization")), f, errors, e);
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static struct str names_of(const struct scene *s)
{
	auto_buf b = BUF_INIT(4000);
	for (const struct row *r = s->part->rows; r->name; r++)
		buf_printf(&b, "%s%s%s", b.n ? " " : "", r->box == BOX_OFF ? "!" : "", r->name);
	return arena_str(s->visit->arena, buf_str(&b));
}

static struct str preview_path(const struct scene *s)
{
	return arena_printf(s->visit->arena, "/explore/dataset/%.*s/%s/preview/", STR_ARG(s->config->slug), s->part->tab);
}

static void put_form(struct html *h, struct view_page *page, const struct scene *s, const struct visitor_form *posted, const struct html_errors *errors)
{
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors, .id = "views" });
	back_dataset_base(h, s->visit, s->config, STR("metadata/visualization"));
	html_hidden(h, "names", names_of(s));
	for (const struct row *r = s->part->rows; r->name; r++)
		put_row(h, page, s, r);
	if (s->config->published) {
		html_lit(h, "<p class=\"moves\"><button class=\"button quiet small\" formtarget=\"view-preview\" formaction=\"");
		html_url(h, preview_path(s));
		html_lit(h, "\">");
		html_say(h, N_("Show the preview"));
		html_lit(h, "</button></p>");
	}
	back_dataset_buttons(page, s->config, errors);
	html_form_close(h);
}

static void put_preview(struct html *h, const struct scene *s)
{
	html_lit(h, "<aside class=\"view-preview\" aria-labelledby=\"preview-heading\"><h2 id=\"preview-heading\">");
	html_say(h, N_("Preview"));
	html_lit(h, "</h2>");
	if (s->config->published) {
		html_lit(h, "<stoa-view-preview data-form=\"views\"><iframe name=\"view-preview\" src=\"");
		html_url(h, preview_path(s));
		html_lit(h, "\" title=\"");
		html_say(h, N_("The page as readers would see it"));
		html_lit(h, "\"></iframe></stoa-view-preview><p class=\"hint\">");
		html_say(h, N_("The data are those that are published; the views are those of this form."));
		html_lit(h, " ");
		html_say(h, N_("While this view is off or has nothing to show, the dataset's first page stands here."));
		html_lit(h, "</p>");
	} else {
		html_notice(h, HTML_INFO, N_("Once the dataset is published, its page is shown here with what the form says."));
	}
	html_lit(h, "</aside>");
}

static void put_parts(struct html *h, const struct scene *s)
{
	struct html_tab tabs[COUNT_OF(parts)];
	struct str base = back_dataset_path(s->visit, s->config, DATASET_TAB_VIEWS);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		tabs[i] = (struct html_tab){ .label = parts[i].title, .current = &parts[i] == s->part,
			.url = i ? arena_printf(s->visit->arena, "%.*s?view=%s", STR_ARG(base), parts[i].word) : base };
	html_tabs(h, N_("Visualizations"), tabs, COUNT_OF(parts));
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
	struct scene s = { .visit = &v, .config = &c, .part = &parts[0], .path = back_dataset_path(&v, &c, DATASET_TAB_VIEWS) };
	const struct str *view = httpd_query_or_null(r, STR("view"));
	for (size_t i = 1; view && i < COUNT_OF(parts); i++)
		if (str_eq(*view, str_of(parts[i].word))) {
			s.part = &parts[i];
			s.path = arena_printf(v.arena, "%.*s?view=%s", STR_ARG(s.path), parts[i].word);
		}
	back_metas_read(&s.metas, v.arena, json_get(c.doc, "metadata"));
	s.nfields = back_dataset_fields(&v, &c, &s.fields);
	if (taken && save(&s, &form, &errors, e))
		return back_done(&v, s.path, back_dataset_said(&errors), e);
	if (taken && !errors.n)
		return false;
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_VIEWS, e))
		return false;
	struct html *h = &page.h;
	put_parts(h, &s);
	html_lit(h, "<div class=\"beside preview\"><div>");
	put_form(h, &page, &s, form.n ? &form : NULL, &errors);
	html_lit(h, "</div>");
	put_preview(h, &s);
	html_lit(h, "</div>");
	return view_close(&page, e);
}

const struct httpd_route back_dataset_views = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/visualizations/", .run = run };
const struct httpd_route back_dataset_views_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/visualizations/", .body_max = 2 << 20, .run = run };
