/* What a dataset is: description, facts, and the fields with an example of each. */
#include "front/inside.h"

#include "front/card.h"
#include "text/text.h"

enum { SAMPLE_ROWS = 20, SAMPLE = 120 };

enum row_kind { ROW_TEXT, ROW_LIST, ROW_THEMES, ROW_LINK, ROW_DATE, ROW_LANGUAGE, ROW_MAIL };
static const struct row { const char *template_, *name, *label; enum row_kind kind; const char *facet; } rows[] = {
	{ "default", "publisher", N_("Publisher"), ROW_TEXT, "publisher" },
	{ "dcat", "creator", N_("Creator"), ROW_TEXT, NULL },
	{ "dcat", "contributor", N_("Contributor"), ROW_TEXT, NULL },
	{ "default", "theme", N_("Theme"), ROW_THEMES, "theme" },
	{ "default", "keyword", N_("Keywords"), ROW_LIST, "keyword" },
	{ "default", "language", N_("Language"), ROW_LANGUAGE, "language" },
	{ "default", "territory", N_("Territory"), ROW_LIST, NULL },
	{ "default", "geographic_reference", N_("Geographic reference"), ROW_LIST, NULL },
	{ "dcat", "spatial", N_("Spatial coverage"), ROW_TEXT, NULL },
	{ "dcat", "temporal", N_("Temporal coverage"), ROW_TEXT, NULL },
	{ "default", "update_frequency", N_("Update frequency"), ROW_TEXT, NULL },
	{ "dcat", "accrualperiodicity", N_("Frequency"), ROW_TEXT, NULL },
	{ "dcat", "granularity", N_("Granularity"), ROW_TEXT, NULL },
	{ "dcat", "dataquality", N_("Data quality"), ROW_TEXT, NULL },
	{ "default", "attributions", N_("Attributions"), ROW_LIST, NULL },
	{ "default", "references", N_("References"), ROW_LINK, NULL },
	{ "dcat", "relation", N_("Related"), ROW_LINK, NULL },
	{ "dcat", "conforms_to", N_("Conforms to"), ROW_LINK, NULL },
	{ "dcat", "contact_name", N_("Contact"), ROW_TEXT, NULL },
	{ "dcat", "contact_email", N_("Contact e-mail"), ROW_MAIL, NULL },
	{ "dcat", "created", N_("Created"), ROW_DATE, NULL },
	{ "dcat", "issued", N_("Issued"), ROW_DATE, NULL },
};

static const char *const type_labels[VALUE_TYPES] = {
	[VALUE_TEXT] = N_("Text"),
	[VALUE_INT] = N_("Whole number"),
	[VALUE_DOUBLE] = N_("Decimal number"),
	[VALUE_BOOL] = N_("True or false"),
	[VALUE_DATE] = N_("Date"),
	[VALUE_DATETIME] = N_("Date and time"),
	[VALUE_POINT] = N_("Point on a map"),
	[VALUE_SHAPE] = N_("Shape on a map"),
	[VALUE_FILE] = N_("File"),
	[VALUE_JSON] = N_("JSON"),
};

static void put_link(struct html *h, struct str url)
{
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
	if (web) {
		html_lit(h, "<a rel=\"noopener\" dir=\"ltr\" href=\"");
		html_url(h, url);
		html_lit(h, "\">");
	}
	html_text(h, url);
	if (web)
		html_lit(h, "</a>");
}

static void open_row(struct html *h, const char *label)
{
	html_lit(h, "<div><dt>");
	html_say(h, label);
	html_lit(h, "</dt><dd>");
}

static void put_facet_link(struct front_dataset *d, const char *facet, struct str value, struct str shown, bool chip)
{
	struct html *h = &d->page.h;
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_lit(&b, "/explore/?refine.");
	buf_put(&b, str_of(facet));
	buf_put_char(&b, '=');
	text_put_url(&b, value);
	if (chip)
		html_lit(h, "<a class=\"chip\" href=\"");
	else
		html_lit(h, "<a href=\"");
	html_url(h, buf_str(&b));
	html_lit(h, "\"><bdi>");
	html_text(h, shown);
	html_lit(h, "</bdi></a>");
}

static void put_list(struct front_dataset *d, const struct row *row)
{
	struct html *h = &d->page.h;
	struct str *values;
	size_t n = dataset_meta_list(d->dataset, d->visit.arena, row->name, d->visit.lang_code, &values);
	html_lit(h, "<ul class=\"chips\">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li>");
		if (row->facet) {
			bool theme = row->kind == ROW_THEMES;
			put_facet_link(d, row->facet, values[i], theme ? front_theme(h->lang, values[i]) : values[i], true);
		} else {
			html_lit(h, "<bdi class=\"chip\">");
			html_text(h, values[i]);
			html_lit(h, "</bdi>");
		}
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul>");
}

static void put_value(struct front_dataset *d, const struct row *row, struct str value)
{
	struct html *h = &d->page.h;
	struct clock_text at;
	switch (row->kind) {
	case ROW_LIST:
	case ROW_THEMES:
		put_list(d, row);
		return;
	case ROW_LINK:
		put_link(h, value);
		return;
	case ROW_MAIL:
		html_lit(h, "<a href=\"");
		html_url(h, arena_join(d->visit.arena, STR("mailto:"), value));
		html_lit(h, "\">");
		html_text(h, value);
		html_lit(h, "</a>");
		return;
	case ROW_DATE:
		if (clock_parse(value, &at))
			html_date(h, clock_us_of_civil(&at.civil), clock_utc(), false);
		else
			html_text(h, value);
		return;
	case ROW_LANGUAGE: {
		const struct i18n_lang *l = i18n_lang_or_null(value);
		put_facet_link(d, row->facet, value, l ? l->name : value, false);
		return;
	}
	case ROW_TEXT:
		if (row->facet) {
			put_facet_link(d, row->facet, value, value, false);
		} else {
			html_lit(h, "<bdi>");
			html_text(h, value);
			html_lit(h, "</bdi>");
		}
		return;
	}
}

static void put_licence(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct str name = front_meta(d, "default", "license");
	struct str url = front_meta(d, "default", "license_url");
	if (!name.n && !url.n)
		return;
	bool web = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
	open_row(h, N_("Licence"));
	if (web) {
		html_lit(h, "<a rel=\"license noopener\" href=\"");
		html_url(h, url);
		html_lit(h, "\">");
	}
	html_lit(h, "<bdi>");
	html_text(h, name.n ? name : url);
	html_lit(h, "</bdi>");
	if (web)
		html_lit(h, "</a>");
	html_lit(h, "</dd></div>");
}

static void put_metadata(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	const struct dataset *s = d->dataset;
	html_lit(h, "<section class=\"about-data\" aria-labelledby=\"about\"><h2 id=\"about\">");
	html_say(h, N_("About these data"));
	html_lit(h, "</h2><dl class=\"metadata\">");
	put_licence(d);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str value = str_trim(front_meta(d, rows[i].template_, rows[i].name));
		if (!value.n)
			continue;
		open_row(h, rows[i].label);
		put_value(d, &rows[i], value);
		html_lit(h, "</dd></div>");
	}
	if (s->version.number > 0) {
		if (s->rows >= 0) {
			open_row(h, N_("Records"));
			html_count(h, s->rows);
			html_lit(h, "</dd></div>");
		}
		open_row(h, N_("Data processed"));
		html_date(h, s->data_processed.us, d->visit.zone, true);
		html_lit(h, "</dd></div>");
	}
	open_row(h, N_("Metadata processed"));
	html_date(h, s->metadata_processed.us, d->visit.zone, true);
	html_lit(h, "</dd></div>");
	open_row(h, N_("Identifier"));
	html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
	html_text(h, s->slug);
	html_lit(h, "</code></dd></div></dl></section>");
}

/* The first value found in a few rows for each column of the plan; empty where there is none. */
static bool read_samples(struct front_dataset *d, struct str *samples, struct err *e)
{
	struct front_filter f;
	struct view_state none = { .arena = d->visit.arena, .path = STR("/") };
	f.target = d->own.target;
	front_filter_make(&f, &none, &d->visit);
	f.request.limit = arena_printf(d->visit.arena, "%d", SAMPLE_ROWS);
	struct query_plan plan;
	if (!query_plan_rows(d->visit.arena, &f.request, &plan, e))
		return false;
	struct query_cursor *cursor;
	if (!query_open(d->site->engine, &plan, d->visit.request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	struct record_style style = { .zone = d->visit.zone };
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	struct batch batch;
	bool ok;
	while ((ok = query_next(cursor, &batch, e)) && batch.nrows)
		for (size_t c = 0; c < plan.ncolumns; c++) {
			ptrdiff_t at = plan.fields[c] ? plan.fields[c] - d->own.target.schema->fields : -1;
			for (size_t i = 0; at >= 0 && i < batch.nrows && !samples[at].n; i++) {
				buf_clear(&b);
				if (column_has(&batch.columns[c], i))
					front_put_reading(&b, &plan.columns[c], plan.fields[c], &batch.columns[c], i, &style, d->visit.lang->code);
				struct str text = buf_str(&b);
				samples[at] = text.n > SAMPLE ? arena_join(d->visit.arena, text_cut(text, SAMPLE), STR("…")) : arena_str(d->visit.arena, text);
			}
		}
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

struct columns { bool description, sample; };

static void put_field(struct html *h, const struct field *f, struct str sample, struct columns with)
{
	html_lit(h, "<tr><th scope=\"row\">");
	if (!str_eq(f->label, f->name)) {
		html_lit(h, "<bdi>");
		html_text(h, f->label);
		html_lit(h, "</bdi>");
	}
	html_lit(h, "<code dir=\"ltr\" translate=\"no\">");
	html_text(h, f->name);
	html_lit(h, "</code></th><td>");
	html_say(h, type_labels[f->type]);
	if (f->unit.n) {
		html_lit(h, " <span class=\"unit\">(");
		html_text(h, f->unit);
		html_lit(h, ")</span>");
	}
	html_lit(h, "<code class=\"type\" dir=\"ltr\" translate=\"no\">");
	html_text(h, str_of(value_kind(f->type)->word));
	html_lit(h, "</code></td>");
	if (with.description) {
		html_lit(h, "<td><bdi>");
		html_text(h, f->description);
		html_lit(h, "</bdi></td>");
	}
	if (with.sample) {
		html_lit(h, "<td class=\"sample\"><bdi>");
		html_text(h, sample);
		html_lit(h, "</bdi></td>");
	}
	html_lit(h, "</tr>");
}

static void put_heading(struct html *h, const char *message)
{
	html_lit(h, "<th scope=\"col\">");
	html_say(h, message);
	html_lit(h, "</th>");
}

static bool put_fields(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	const struct schema *s = &d->dataset->schema;
	struct columns with = { .sample = d->dataset->version.number > 0 && d->own.may_read && d->dataset->rows > 0 };
	for (size_t i = 0; i < s->n; i++)
		with.description |= s->fields[i].description.n > 0 && !(s->fields[i].flags & FIELD_HIDDEN);
	struct str *samples = arena_array(d->visit.arena, struct str, s->n + 1);
	if (with.sample && !read_samples(d, samples, e))
		return false;
	html_lit(h, "<section class=\"schema\"><h2 id=\"fields\">");
	html_say(h, N_("Fields"));
	html_lit(h, "</h2><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"fields\"><table class=\"fields\"><thead><tr>");
	put_heading(h, N_("Name"));
	put_heading(h, N_("Type"));
	if (with.description)
		put_heading(h, N_("Description"));
	if (with.sample)
		put_heading(h, N_("Example"));
	html_lit(h, "</tr></thead><tbody>");
	for (size_t i = 0; i < s->n; i++)
		if (!(s->fields[i].flags & FIELD_HIDDEN))
			put_field(h, &s->fields[i], samples[i], with);
	html_lit(h, "</tbody></table></div></section>");
	return true;
}

bool front_tab_information(struct front_dataset *d, struct err *e)
{
	struct html *h = &d->page.h;
	struct str description = dataset_meta_text(d->dataset, d->visit.arena, "description", d->visit.lang_code);
	html_lit(h, "<div class=\"wide information\"><div class=\"words\"><section aria-labelledby=\"description\"><h2 id=\"description\">");
	html_say(h, N_("Description"));
	html_lit(h, "</h2><div class=\"prose\">");
	if (description.n) {
		view_rich(&d->page, description);
	} else {
		html_lit(h, "<p class=\"none\">");
		html_say(h, N_("The publisher has not described this dataset yet."));
		html_lit(h, "</p>");
	}
	html_lit(h, "</div></section></div>");
	put_metadata(d);
	if (d->dataset->schema.n && !put_fields(d, e))
		return false;
	html_lit(h, "</div>");
	return true;
}
