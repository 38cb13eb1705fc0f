/* Ways to take the data away: every format the dataset can be had in, grouped by what one does with it, the
 * whole dataset or what the filters leave. What a format lets one choose is a form beside it, so that it
 * works without script. */
#include "front/catalogue.h"
#include "front/information.h"

#include "export/export.h"
#include "geo/geo.h"

enum group { TABLES, MAPS, CALENDAR, PROGRAMS, LINKED, GROUPS };
static const char *const groups[GROUPS][2] = {
	[TABLES] = { "tables", N_("Tables") },
	[MAPS] = { "maps", N_("Maps") },
	[CALENDAR] = { "calendar", N_("Calendar") },
	[PROGRAMS] = { "programs", N_("For programs") },
	[LINKED] = { "linked", N_("Linked data") },
};

static const struct shown { const char *name, *title, *about; enum group group; } formats[] = {
	{ "csv", "CSV", N_("Text with separators; opens in every spreadsheet."), TABLES },
	{ "xlsx", "Excel", N_("A workbook for spreadsheets, with types kept."), TABLES },
	{ "ods", "OpenDocument", N_("A workbook for LibreOffice and other free spreadsheets."), TABLES },
	{ "geojson", "GeoJSON", N_("Points and shapes for maps on web pages."), MAPS },
	{ "shp", "Shapefile", N_("A zip file that all map programs open."), MAPS },
	{ "gpkg", "GeoPackage", N_("One file for QGIS and other map programs, with names in full."), MAPS },
	{ "kml", "KML", N_("Opens in Google Earth."), MAPS },
	{ "gpx", "GPX", N_("For GPS devices and apps for walking and cycling."), MAPS },
	{ "fgb", "FlatGeobuf", N_("For maps with very many shapes."), MAPS },
	{ "ov2", "TomTom OV2", N_("Places for TomTom navigation devices."), MAPS },
	{ "ical", "iCalendar", N_("Dates for the calendar of a phone or a computer."), CALENDAR },
	{ "json", "JSON", N_("One list of objects, for programs."), PROGRAMS },
	{ "jsonl", "JSON Lines", N_("One object a line, for large data."), PROGRAMS },
	{ "parquet", "Parquet", N_("Compact columns for data science."), PROGRAMS },
	{ "turtle", "Turtle", N_("The spelling of linked data that is easiest to read."), LINKED },
	{ "rdfxml", "RDF/XML", N_("Linked data as XML."), LINKED },
	{ "n3", "N3", N_("Linked data as Notation3."), LINKED },
	{ "jsonld", "JSON-LD", N_("Linked data as JSON."), LINKED },
};

/* Systems that publishers of the languages spoken here work in; any other goes into the field beside. */
static const struct { int epsg; const char *name; } systems[] = {
	{ GEO_WGS84, "WGS 84 (GPS)" }, { 3857, "Web Mercator" }, { 3035, "ETRS89 / LAEA Europe" },
	{ 25830, "ETRS89 / UTM 30N" }, { 25831, "ETRS89 / UTM 31N" }, { 25832, "ETRS89 / UTM 32N" },
	{ 2154, "RGF93 / Lambert-93" }, { 28992, "Amersfoort / RD New" }, { 31370, "BD72 / Lambert 72" },
	{ 2056, "CH1903+ / LV95" }, { 3763, "ETRS89 / PT-TM06" }, { 3006, "SWEREF99 TM" },
};

/* What the page is about while it is written. */
struct sheet {
	struct front_dataset *d;
	struct str filtered; /* the filters as parameters; empty: none */
	int64_t rows;        /* that they leave; -1: not known */
	double csv, json;    /* bytes a record takes, measured on the first ones; 0: not known */
};

static void put_address(struct sheet *s, const struct shown *f)
{
	struct html *h = &s->d->page.h;
	html_lit(h, "/api/explore/v2.1/catalog/datasets/");
	html_text(h, s->d->dataset->slug);
	html_lit(h, "/exports/");
	html_text(h, str_of(f->name));
}

/* The word of a button, and for whom does not see the card, of what. */
static void put_word(struct html *h, const struct shown *f, const char *word)
{
	html_icon(h, ICON_DOWNLOAD);
	html_lit(h, "<span>");
	html_say(h, word);
	html_lit(h, "</span><span class=\"visually-hidden\"> ");
	html_text(h, str_of(f->title));
	html_lit(h, "</span>");
}

static void put_link(struct sheet *s, const struct shown *f, struct str query, const char *word, bool main)
{
	struct html *h = &s->d->page.h;
	html_lit(h, "<a rel=\"nofollow\" download class=\"button small");
	if (!main)
		html_lit(h, " quiet");
	html_lit(h, "\" href=\"");
	put_address(s, f);
	html_text(h, query);
	html_text(h, front_csv_comma(&s->d->visit, f->name, query));
	html_lit(h, "\">");
	put_word(h, f, word);
	html_lit(h, "</a>");
}

/* --- options ------------------------------------------------------------------------------------------ */

/* <label for="csv-name">…</label>, up to the attributes of its field. */
static void put_label(struct html *h, const struct shown *f, const char *name, const char *about, struct str tag)
{
	html_lit(h, "<p><label for=\"");
	html_text(h, str_of(f->name));
	html_lit(h, "-");
	html_text(h, str_of(name));
	html_lit(h, "\">");
	html_say(h, about);
	html_lit(h, "</label> <");
	html_put_literal(h, tag);
	html_lit(h, " id=\"");
	html_text(h, str_of(f->name));
	html_lit(h, "-");
	html_text(h, str_of(name));
	html_lit(h, "\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\"");
}

static void put_box(struct html *h, const char *name, const char *value, const char *about)
{
	html_lit(h, "<p class=\"box\"><label><input type=\"checkbox\" name=\"");
	html_text(h, str_of(name));
	html_lit(h, "\" value=\"");
	html_text(h, str_of(value));
	html_lit(h, "\"> <span>");
	html_say(h, about);
	html_lit(h, "</span></label></p>");
}

static void put_csv(struct html *h, const struct shown *f, bool comma)
{
	put_label(h, f, "delimiter", N_("Separator"), STR("select"));
	html_lit(h, "><option value=\";\">;</option><option value=\",\"");
	if (comma)
		html_lit(h, " selected");
	html_lit(h, ">,</option><option value=\"|\">|</option><option value=\"&#9;\">");
	html_say(h, N_("Tab"));
	html_lit(h, "</option></select></p>");
	put_box(h, "quote_all", "true", N_("Every text in quotation marks"));
	put_box(h, "with_bom", "false", N_("Without a byte order mark"));
}

static void put_system(struct html *h, int64_t epsg, struct str name)
{
	html_lit(h, "<option translate=\"no\" value=\"");
	html_int(h, epsg);
	html_lit(h, "\">");
	html_text(h, name);
	html_lit(h, "</option>");
}

static bool is_listed(int64_t epsg)
{
	for (size_t i = 0; i < COUNT_OF(systems); i++)
		if (systems[i].epsg == epsg)
			return true;
	return false;
}

/* WGS 84 comes first, then those the publisher names, then the others. */
static void put_systems(const struct sheet *s, const struct shown *f)
{
	struct html *h = &s->d->page.h;
	struct str own = front_meta(s->d, "visualization", "export_epsg"), code;
	int64_t n;
	put_label(h, f, "epsg", N_("Coordinate system"), STR("select"));
	html_lit(h, ">");
	put_system(h, systems[0].epsg, str_of(systems[0].name));
	for (struct str rest = own; rest.n && str_cut(&rest, ',', &code);)
		if (str_to_int(str_trim(code), &n) && !is_listed(n))
			put_system(h, n, arena_printf(s->d->visit.arena, "EPSG:%lld", (long long)n));
	for (size_t i = 1; i < COUNT_OF(systems); i++)
		put_system(h, systems[i].epsg, str_of(systems[i].name));
	html_lit(h, "</select></p><p><label for=\"");
	/* The same parameter again: when it is filled in, the API heeds the later one. */
	html_text(h, str_of(f->name));
	html_lit(h, "-other\">");
	html_say(h, N_("Another one, by its EPSG number"));
	html_lit(h, "</label> <input type=\"text\" name=\"epsg\" inputmode=\"numeric\" pattern=\"[0-9]{4,6}\" maxlength=\"6\" size=\"8\" autocomplete=\"off\" id=\"");
	html_text(h, str_of(f->name));
	html_lit(h, "-other\"></p>");
}

static bool is_shown(const struct sheet *s, size_t field)
{
	const struct query_target *t = &s->d->own.target;
	return !(t->schema->fields[field].flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[field]);
}

static void put_naming(struct sheet *s, const struct shown *f)
{
	struct html *h = &s->d->page.h;
	const struct schema *fields = s->d->own.target.schema;
	put_label(h, f, "name_field", N_("What names a place"), STR("select"));
	html_lit(h, "><option value=\"\">");
	html_say(h, N_("The first text"));
	html_lit(h, "</option>");
	for (size_t i = 0; i < fields->n; i++) {
		enum value_type type = fields->fields[i].type;
		if (!is_shown(s, i) || type == VALUE_POINT || type == VALUE_SHAPE)
			continue;
		html_lit(h, "<option value=\"");
		html_text(h, fields->fields[i].name);
		html_lit(h, "\">");
		html_text(h, fields->fields[i].label);
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></p>");
}

static void put_options(struct sheet *s, const struct shown *f, unsigned flags)
{
	struct html *h = &s->d->page.h;
	if (flags & EXPORT_TAKES_CSV)
		put_csv(h, f, front_csv_comma(&s->d->visit, f->name, STR("")).n > 0);
	if (flags & EXPORT_TAKES_EPSG)
		put_systems(s, f);
	if (flags & EXPORT_TAKES_NAME)
		put_naming(s, f);
	if (flags & EXPORT_TAKES_LISTS) {
		put_label(h, f, "list_separator", N_("Between values that share a cell"), STR("input type=\"text\""));
		html_lit(h, " value=\",\" maxlength=\"4\" size=\"4\" autocomplete=\"off\"></p>");
	}
	if (flags & EXPORT_TAKES_PARQUET) {
		put_label(h, f, "parquet_compression", N_("Compression"), STR("select"));
		html_lit(h, " translate=\"no\"><option value=\"snappy\">Snappy</option><option value=\"zstd\">Zstandard</option></select></p>");
	}
	if (flags & EXPORT_TAKES_LABELS)
		put_box(h, "use_labels", "true", N_("Headings people can read instead of field names"));
	if (!(flags & (EXPORT_PACKED | EXPORT_TAKES_PARQUET)))
		put_box(h, "compressed", "true", N_("Compressed (gzip)"));
}

/* The address as it would be written into a script or a letter. */
static void put_copied(struct sheet *s, const struct shown *f)
{
	struct arena *a = s->d->visit.arena;
	view_code(&s->d->page.h, "url", arena_printf(a, "%.*s/api/explore/v2.1/catalog/datasets/%.*s/exports/%s%.*s", STR_ARG(s->d->visit.origin),
	                                             STR_ARG(s->d->dataset->slug), f->name, STR_ARG(s->filtered)));
}

static void put_form(struct sheet *s, const struct shown *f, unsigned flags)
{
	struct html *h = &s->d->page.h;
	html_lit(h, "<details class=\"options\"><summary>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "<span>");
	html_say(h, N_("Options"));
	html_lit(h, "</span><span class=\"visually-hidden\"> ");
	html_text(h, str_of(f->title));
	html_lit(h, "</span></summary><form action=\"");
	put_address(s, f);
	html_lit(h, "\">");
	front_filter_inputs(h, s->d->visit.arena, &s->d->state, &s->d->dataset->schema, true);
	put_options(s, f, flags);
	put_copied(s, f);
	html_lit(h, "<p><button class=\"button small\">");
	put_word(h, f, s->filtered.n ? N_("Filtered records") : N_("Whole dataset"));
	html_lit(h, "</button></p></form></details>");
}

/* --- how large ------------------------------------------------------------------------------------------ */

/* What other formats take of what CSV or JSON does, as measured on datasets of every kind; formats whose size hangs on their
 * geometries are not guessed. */
static const struct ratio { const char *format; double of_csv, of_json; } ratios[] = {
	{ "csv", 1, 0 }, { "xlsx", 0.45, 0 }, { "ods", 0.3, 0 }, { "parquet", 0.35, 0 },
	{ "json", 0, 1 }, { "jsonl", 0, 1 }, { "geojson", 0, 1.25 },
};

static bool measure(struct sheet *s, struct err *e)
{
	enum { ROWS = 60 };
	struct front_dataset *d = s->d;
	struct front_filter f = { .target = d->own.target };
	struct view_state none = { .arena = d->visit.arena, .path = STR("/") };
	struct query_plan plan;
	struct query_cursor *k;
	struct batch rows;
	front_filter_make(&f, &none, &d->visit);
	f.request.limit = arena_printf(d->visit.arena, "%d", ROWS);
	if (!query_plan_rows(d->visit.arena, &f.request, &plan, e))
		return false;
	bool ok = query_open(d->site->engine, &plan, d->visit.request->cancel, &k, e);
	if (ok) {
		struct record_style style = { .zone = clock_utc() };
		struct record_csv csv = { .delimiter = ';', .list_separator = STR(",") };
		struct record_keys *keys = record_keys(d->visit.arena, plan.columns, plan.ncolumns);
		auto_buf text = BUF_INIT(16 << 20);
		size_t n = 0, bytes[2] = { 0, 0 };
		while ((ok = query_next(k, &rows, e)) && rows.nrows)
			for (size_t i = 0; i < rows.nrows; i++, n++) {
				buf_clear(&text);
				for (size_t c = 0; c < plan.ncolumns; c++)
					if (column_has(&rows.columns[c], i))
						record_put_csv(&text, &plan.columns[c], &rows.columns[c], i, &style, &csv);
				bytes[0] += text.n + plan.ncolumns;
				buf_clear(&text);
				record_put_object(&text, keys, &rows, i, &style);
				bytes[1] += text.n + 2;
			}
		s->csv = n ? (double)bytes[0] / (double)n : 0;
		s->json = n ? (double)bytes[1] / (double)n : 0;
		query_close(k);
	}
	query_plan_done(&plan);
	return ok;
}

static bool count_filtered(struct sheet *s, struct err *e)
{
	struct front_dataset *d = s->d;
	struct front_filter f = { .target = d->own.target };
	struct err why = { 0 };
	s->rows = d->dataset->rows;
	if (!s->filtered.n)
		return true;
	front_filter_make(&f, &d->state, &d->visit);
	if (query_count(d->site->engine, d->visit.arena, &f.request, d->visit.request->cancel, &s->rows, &why))
		return true;
	s->rows = -1;
	if (front_is_complaint(&why))
		return true;
	*e = why;
	return false;
}

static void put_size(struct sheet *s, const struct shown *f)
{
	struct html *h = &s->d->page.h;
	for (size_t i = 0; i < COUNT_OF(ratios); i++) {
		if (!str_eq(str_of(f->name), str_of(ratios[i].format)))
			continue;
		double bytes = (double)s->rows * (ratios[i].of_csv * s->csv + ratios[i].of_json * s->json);
		if (s->rows <= 0 || bytes < 1)
			return;
		auto_buf b = BUF_INIT(64);
		struct html size = { .out = b, .lang = h->lang };
		html_bytes(&size, (int64_t)bytes);
		html_lit(h, "<span class=\"size\">");
		html_say_with(h, N_("about {0}"), HTML_ARG_TEXT(arena_str(s->d->visit.arena, buf_str(&size.out))));
		html_lit(h, "</span>");
		buf_done(&size.out);
		return;
	}
}

/* --- the page ----------------------------------------------------------------------------------------- */

static void put_format(struct sheet *s, const struct shown *f, unsigned flags)
{
	struct html *h = &s->d->page.h;
	html_lit(h, "<li class=\"format\"><h3 translate=\"no\">");
	html_text(h, str_of(f->title));
	html_lit(h, "</h3><p>");
	html_say(h, f->about);
	html_lit(h, " ");
	put_size(s, f);
	html_lit(h, "</p><p class=\"actions\">");
	if (s->filtered.n)
		put_link(s, f, s->filtered, N_("Filtered records"), true);
	put_link(s, f, STR(""), N_("Whole dataset"), !s->filtered.n);
	html_lit(h, "</p>");
	put_form(s, f, flags);
	html_lit(h, "</li>");
}

/* A format that is of no use without a geometry may still be offered without one. */
static bool is_offered(const struct sheet *s, const struct shown *f)
{
	const struct export_format *geo = export_format_or_null(STR("geojson")), *format = export_format_or_null(str_of(f->name));
	const struct query_target *t = &s->d->own.target;
	return format && export_offered(t, format) && (f->group != MAPS || !geo || export_offered(t, geo));
}

static void put_group(struct sheet *s, enum group group)
{
	struct html *h = &s->d->page.h;
	bool begun = false;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		if (formats[i].group != group || !is_offered(s, &formats[i]))
			continue;
		if (!begun) {
			html_lit(h, "<section aria-labelledby=\"");
			html_text(h, str_of(groups[group][0]));
			html_lit(h, "\"><h2 id=\"");
			html_text(h, str_of(groups[group][0]));
			html_lit(h, "\">");
			html_say(h, groups[group][1]);
			html_lit(h, "</h2><ul class=\"formats\">");
		}
		begun = true;
		put_format(s, &formats[i], export_format_or_null(str_of(formats[i].name))->flags);
	}
	if (begun)
		html_lit(h, "</ul></section>");
}

static void put_counts(struct sheet *s, int64_t downloads)
{
	struct front_dataset *d = s->d;
	struct html *h = &d->page.h;
	if (d->dataset->rows >= 0) {
		html_lit(h, "<p>");
		html_say_plural(h, N2_("The whole dataset has {0} record.", "The whole dataset has {0} records."), d->dataset->rows);
		if (s->filtered.n && s->rows >= 0) {
			html_lit(h, " ");
			html_say_plural(h, N2_("Your filters leave {0} of them.", "Your filters leave {0} of them."), s->rows);
		}
		html_lit(h, "</p>");
	}
	if (downloads > 0) {
		html_lit(h, "<p class=\"about\">");
		html_say_plural(h, N2_("Downloaded once in the last twelve months.", "Downloaded {0} times in the last twelve months."), downloads);
		html_lit(h, "</p>");
	}
}

static void put_snippet(struct sheet *s)
{
	struct html *h = &s->d->page.h;
	struct arena *a = s->d->visit.arena;
	struct str url = arena_printf(a, "%.*s/api/explore/v2.1/catalog/datasets/%.*s/records%.*s", STR_ARG(s->d->visit.origin),
	                              STR_ARG(s->d->dataset->slug), STR_ARG(s->filtered));
	html_lit(h, "<section aria-labelledby=\"snippet\"><h2 id=\"snippet\">");
	html_say(h, N_("By program"));
	html_lit(h, "</h2>");
	view_code(h, "sh", arena_printf(a, "curl '%.*s'", STR_ARG(front_quotable(a, url))));
	html_lit(h, "<p><a href=\"");
	html_url(h, s->d->url);
	html_lit(h, "api/");
	html_text(h, view_state_filters(&s->d->state));
	html_lit(h, "\">");
	html_say(h, N_("Build a question to the API"));
	html_lit(h, "</a></p></section>");
}

bool front_tab_export(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	struct sheet s = { .d = d };
	int64_t downloads;
	if (front_is_filtered(&d->state))
		s.filtered = front_filter_api(d->visit.arena, &d->state, &d->dataset->schema, true);
	if (!count_filtered(&s, e) || !measure(&s, e) || !front_downloads(&d->visit, d->dataset->slug, &downloads, e))
		return false;
	html_lit(h, "<div class=\"wide export\"><div>");
	put_counts(&s, downloads);
	front_chips(h, &d->state, &d->dataset->schema, NULL);
	html_lit(h, "</div>");
	for (enum group group = 0; group < GROUPS; group++)
		put_group(&s, group);
	front_put_files(d, CATALOG_ALTERNATIVE, N_("Ready-made files"));
	put_snippet(&s);
	html_lit(h, "</div>");
	return true;
}
