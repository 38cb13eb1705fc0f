/* What the publisher says of a dataset: rows of values, a group a template. What has no value has no row. */
#include "front/information.h"

#include "json/json.h"
#include "text/text.h"

enum row_kind { ROW_TEXT, ROW_LIST, ROW_THEMES, ROW_LINK, ROW_DATE, ROW_LANGUAGE, ROW_MAIL, ROW_MARKUP };
struct row { const char *template_, *name, *label; enum row_kind kind; const char *facet; };
static const struct row rows[] = {
	{ "default", "publisher", N_("Publisher"), ROW_TEXT, "publisher" },
	{ "dcat", "creator", N_("Creator"), ROW_TEXT, NULL },
	{ "dcat", "contributor", N_("Contributor"), ROW_TEXT, NULL },
	{ "default", "theme", N_("Theme"), ROW_THEMES, "theme" },
	{ "default", "keyword", N_("Keywords"), ROW_LIST, "keyword" },
	{ "default", "language", N_("Language"), ROW_LANGUAGE, "language" },
	{ "default", "territory", N_("Territory"), ROW_LIST, "territory" },
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
	{ "dcat", "temporal_coverage_start", N_("Covers the time from"), ROW_DATE, NULL },
	{ "dcat", "temporal_coverage_end", N_("Covers the time to"), ROW_DATE, NULL },
	{ "dcat", "accessRights", N_("Access rights"), ROW_TEXT, NULL },
	{ "dcat", "publisher_type", N_("Kind of publisher"), ROW_TEXT, NULL },
};

static const struct row inspire[] = {
	{ "inspire", "theme", N_("INSPIRE theme"), ROW_TEXT, NULL },
	{ "inspire", "type", N_("Type"), ROW_TEXT, NULL },
	{ "inspire", "identification_purpose", N_("Purpose"), ROW_MARKUP, NULL },
	{ "inspire", "file_identifier", N_("File identifier"), ROW_TEXT, NULL },
	{ "inspire", "hierarchy_level", N_("Hierarchy level"), ROW_TEXT, NULL },
	{ "inspire", "hierarchy_level_name", N_("Name of the hierarchy level"), ROW_TEXT, NULL },
	{ "inspire", "spatial_resolution", N_("Spatial resolution"), ROW_TEXT, NULL },
	{ "inspire", "topologic_consistency", N_("Topologic consistency"), ROW_TEXT, NULL },
	{ "inspire", "contact_individual_name", N_("Contact"), ROW_TEXT, NULL },
	{ "inspire", "contact_position", N_("Position"), ROW_TEXT, NULL },
	{ "inspire", "contact_address", N_("Address"), ROW_TEXT, NULL },
	{ "inspire", "contact_email", N_("Contact e-mail"), ROW_MAIL, NULL },
	{ "inspire", "extend_description", N_("Extent"), ROW_TEXT, NULL },
	{ "inspire", "extend_bounding_box_westbound_longitude", N_("Western limit"), ROW_TEXT, NULL },
	{ "inspire", "extend_bounding_box_eastbound_longitude", N_("Eastern limit"), ROW_TEXT, NULL },
	{ "inspire", "extend_bounding_box_southbound_latitude", N_("Southern limit"), ROW_TEXT, NULL },
	{ "inspire", "extend_bounding_box_northbound_latitude", N_("Northern limit"), ROW_TEXT, NULL },
};

static const struct row dublin_core[] = {
	{ "dublin-core", "title", N_("Title"), ROW_TEXT, NULL },
	{ "dublin-core", "creator", N_("Creator"), ROW_TEXT, NULL },
	{ "dublin-core", "subject", N_("Subject"), ROW_TEXT, NULL },
	{ "dublin-core", "description", N_("Description"), ROW_TEXT, NULL },
	{ "dublin-core", "publisher", N_("Publisher"), ROW_TEXT, NULL },
	{ "dublin-core", "contributor", N_("Contributor"), ROW_TEXT, NULL },
	{ "dublin-core", "date", N_("Date"), ROW_TEXT, NULL },
	{ "dublin-core", "type", N_("Type"), ROW_TEXT, NULL },
	{ "dublin-core", "format", N_("Format"), ROW_TEXT, NULL },
	{ "dublin-core", "identifier", N_("Identifier"), ROW_TEXT, NULL },
	{ "dublin-core", "source", N_("Source"), ROW_LINK, NULL },
	{ "dublin-core", "language", N_("Language"), ROW_TEXT, NULL },
	{ "dublin-core", "relation", N_("Related"), ROW_LINK, NULL },
	{ "dublin-core", "coverage", N_("Coverage"), ROW_TEXT, NULL },
	{ "dublin-core", "rights", N_("Rights"), ROW_TEXT, NULL },
};

void front_put_web_link(struct html *h, struct str url)
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
	html_lit(h, "<ul class=\"chips\"");
	if (str_eq(str_of(row->template_), STR("default")))
		front_put_lang(h, front_lang_of(d->dataset, &d->visit, row->name));
	html_lit(h, ">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li>");
		if (row->facet) {
			bool theme = row->kind == ROW_THEMES;
			put_facet_link(d, row->facet, values[i], theme ? front_theme(h, values[i]) : values[i], true);
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
		front_put_web_link(h, value);
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
	case ROW_MARKUP:
		value = view_plain(d->visit.arena, value, 2000);
		html_lit(h, "<bdi>");
		html_text(h, value);
		html_lit(h, "</bdi>");
		return;
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

/* The rows that have a value; false when none has, and nothing is written. */
static bool put_rows(struct front_dataset *d, const struct row *list, size_t n, const char *heading)
{
	struct html *h = &d->page.h;
	bool begun = heading == NULL;
	for (size_t i = 0; i < n; i++) {
		struct str value = str_trim(front_meta(d, list[i].template_, list[i].name));
		if (!value.n)
			continue;
		if (!begun) {
			html_lit(h, "<section class=\"group\"><h3>");
			html_say(h, heading);
			html_lit(h, "</h3><dl class=\"metadata\">");
		}
		begun = true;
		open_row(h, list[i].label);
		put_value(d, &list[i], value);
		html_lit(h, "</dd></div>");
	}
	if (begun && heading)
		html_lit(h, "</dl></section>");
	return begun;
}

/* Whose data these are while they are shown here, and since when their source is silent. */
static void put_origin(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	const struct dataset *s = d->dataset;
	if (s->link_or_null) {
		open_row(h, N_("Live from"));
		html_lit(h, "<a href=\"");
		html_url(h, arena_printf(d->visit.arena, "%.*s/explore/dataset/%.*s/", STR_ARG(visitor_origin(d->visit.arena, s->link_or_null->host, d->visit.at.site->listen_port)),
			STR_ARG(s->link_or_null->slug)));
		html_lit(h, "\"><bdi>");
		html_text(h, s->link_or_null->host);
		html_lit(h, "</bdi></a></dd></div>");
	}
	if (s->far.failing.us) {
		open_row(h, N_("As of"));
		html_date(h, s->far.good.us, d->visit.zone, true);
		html_lit(h, "<br><small>");
		html_say_with(h, N_("The source has not been reachable since {0}."), HTML_ARG_DATE(s->far.failing.us, d->visit.zone));
		html_lit(h, "</small></dd></div>");
	}
}

static void put_dates(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	const struct dataset *s = d->dataset;
	open_row(h, N_("Modified"));
	html_date(h, s->modified.us, d->visit.zone, true);
	html_lit(h, "</dd></div>");
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
	html_lit(h, "</code></dd></div>");
}

/* --- templates that the portal made ------------------------------------------------------------------------ */

/* A value of a choice by its label. */
static struct str label_of(const struct template_field *f, struct str value)
{
	for (size_t i = 0; i < f->nchoices; i++)
		if (str_eq(f->choices[i].value, value))
			return f->choices[i].label;
	return value;
}

static void put_own_one(struct front_dataset *d, const struct template_field *f, struct str value)
{
	struct html *h = &d->page.h;
	struct clock_text at;
	bool web = str_starts(value, STR("https://")) || str_starts(value, STR("http://"));
	struct str label = template_is_choice(f->kind) ? label_of(f, value) : value;
	if (f->kind == TEMPLATE_HTML) {
		html_lit(h, "<div class=\"prose\">");
		view_rich(&d->page, value);
		html_lit(h, "</div>");
	} else if ((f->kind == TEMPLATE_DATE || f->kind == TEMPLATE_DATETIME) && clock_parse(value, &at)) {
		html_date(h, clock_us_of_civil(&at.civil), clock_utc(), f->kind == TEMPLATE_DATETIME);
	} else if (f->kind == TEMPLATE_BOOLEAN) {
		html_say(h, str_eq(value, STR("true")) ? N_("Yes") : N_("No"));
	} else if (web && !str_eq(label, value)) {
		html_lit(h, "<a rel=\"noopener\" href=\"");
		html_url(h, value);
		html_lit(h, "\"><bdi>");
		html_text(h, label);
		html_lit(h, "</bdi></a>");
	} else if (web) {
		front_put_web_link(h, value);
	} else {
		html_lit(h, "<bdi>");
		html_text(h, label);
		html_lit(h, "</bdi>");
	}
}

static void put_own_value(struct front_dataset *d, const struct template_field *f, const struct json_node *n)
{
	struct html *h = &d->page.h;
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (json_kind(n) == JSON_ARRAY) {
		html_lit(h, "<ul class=\"chips\">");
		for (size_t i = 0; i < json_count(n); i++) {
			html_lit(h, "<li class=\"chip\">");
			put_own_one(d, f, json_text(json_at(n, i)));
			html_lit(h, "</li>");
		}
		html_lit(h, "</ul>");
		return;
	}
	if (json_kind(n) == JSON_TEXT)
		buf_put(&b, json_text(n));
	else
		json_put_node(&b, n);
	put_own_one(d, f, arena_str(d->visit.arena, buf_str(&b)));
}

static bool says(const struct json_node *n)
{
	return n && json_kind(n) != JSON_NULL && (json_kind(n) != JSON_TEXT || str_trim(json_text(n)).n) && (json_kind(n) != JSON_ARRAY || json_count(n));
}

/* Of the platform's templates the one whose choices are addresses, which readers know by their labels only. */
static bool is_labelled(const struct template_set *s)
{
	return s->system ? str_eq(s->name, STR("dcat_ap")) : s->active && s->type == TEMPLATE_BASIC;
}

static bool has_any(const struct front_dataset *d)
{
	bool any = tenant_setting(d->visit.at.tenant, "metadata.templates").n > 0;
	for (size_t i = 0; i < d->dataset->nmetas && !any; i++)
		any = str_eq(d->dataset->metas[i].template_, STR("dcat_ap"));
	return any;
}

/* A group a template; those without a value are not there. */
static void put_own(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	struct visit *v = &d->visit;
	const struct template_set *sets;
	if (!has_any(d))
		return;
	size_t n = template_list(v->at.tenant, v->lang, v->lang_code, v->arena, &sets);
	for (size_t i = 0; i < n; i++) {
		bool begun = false;
		for (size_t k = 0; is_labelled(&sets[i]) && k < sets[i].n; k++) {
			const struct template_field *f = &sets[i].fields[k];
			struct str json = dataset_meta_json(d->dataset, arena_cstr(v->arena, sets[i].name), arena_cstr(v->arena, f->name), v->lang_code);
			struct err ignored = { 0 };
			auto_json *doc = NULL;
			if (!json.n || !json_read(json, &doc, &ignored) || !says(json_root(doc)))
				continue;
			if (!begun) {
				html_lit(h, "<section class=\"group\"><h3><bdi>");
				html_text(h, sets[i].title);
				html_lit(h, "</bdi></h3><dl class=\"metadata\">");
			}
			begun = true;
			html_lit(h, "<div><dt><bdi>");
			html_text(h, f->label);
			html_lit(h, "</bdi></dt><dd>");
			put_own_value(d, f, json_root(doc));
			html_lit(h, "</dd></div>");
		}
		html_put_literal(h, begun ? STR("</dl></section>") : STR(""));
	}
}

void front_put_metadata(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	html_lit(h, "<section class=\"about-data\" aria-labelledby=\"about\"><h2 id=\"about\">");
	html_say(h, N_("About these data"));
	html_lit(h, "</h2><dl class=\"metadata\">");
	put_licence(d);
	(void)put_rows(d, rows, COUNT_OF(rows), NULL);
	put_origin(d);
	put_dates(d);
	html_lit(h, "</dl>");
	put_own(d);
	(void)put_rows(d, inspire, COUNT_OF(inspire), N_("For geographic data (INSPIRE)"));
	(void)put_rows(d, dublin_core, COUNT_OF(dublin_core), N_("In the words of Dublin Core"));
	html_lit(h, "</section>");
}
