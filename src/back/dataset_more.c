/* Small pages of a dataset: what to do now that it is published, the values that did not fit, another identifier. */
#include "back/dataset_inside.h"
#include "back/sheet.h"
#include "chart/chart.h"
#include "rest/rest.h"

enum { LISTED = 500, DOWNLOADED = 100000 };

/* --- published ---------------------------------------------------------------------------------------------------------------- */

static bool has_feature(const struct dataset *d, const char *word)
{
	for (size_t i = 0; d && i < d->nfeatures; i++)
		if (str_eq(d->features[i], str_of(word)))
			return true;
	return false;
}

/* As the portal's own page has it: a link to a page that is not there helps nobody. */
static bool shows_charts(const struct dataset *d)
{
	return !str_eq(dataset_meta_json(d, "visualization", "analyze_enabled", STR("")), STR("false")) && !str_eq(dataset_meta_json(d, "visualization", "analyze_disabled", STR("")), STR("true"));
}

static void put_way_on(struct html *h, struct str url, enum view_icon icon, const char *title, const char *sentence)
{
	html_lit(h, "<li><a href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	html_icon(h, icon);
	html_lit(h, "<span><strong>");
	html_say(h, title);
	html_lit(h, "</strong><small>");
	html_say(h, sentence);
	html_lit(h, "</small></span></a></li>");
}

static void put_ways_on(struct html *h, struct visit *v, const struct config *c, const struct dataset *d)
{
	struct str on = arena_printf(v->arena, "/explore/dataset/%.*s/", STR_ARG(c->slug));
	html_lit(h, "<ul class=\"ways-on\">");
	put_way_on(h, arena_join(v->arena, on, STR("table/")), ICON_TABLE, N_("See it on the portal"), N_("As readers see it: a table to search, filter and download."));
	if (has_feature(d, "geo"))
		put_way_on(h, arena_join(v->arena, on, STR("map/")), ICON_MAP, N_("See it on the map"), N_("With its filters; it can be put into any page."));
	if (d && chart_applies(d) && shows_charts(d))
		put_way_on(h, arena_join(v->arena, on, STR("analyze/")), ICON_CHART, N_("See it as a chart"), N_("Chosen by what the fields hold; yours to change."));
	put_way_on(h, back_dataset_path(v, c, DATASET_TAB_INFORMATION), ICON_EDIT, N_("Describe it"), N_("Theme, licence, keywords: what makes it found."));
	put_way_on(h, back_dataset_path(v, c, DATASET_TAB_SCHEDULING), ICON_CLOCK, N_("Keep it up to date"), N_("Fetch the source again every day, or every hour."));
	put_way_on(h, STR("/backoffice/datasets/new/"), ICON_PLUS, N_("The next dataset"), N_("Begin with another file."));
	html_lit(h, "</ul>");
}

static bool run_done(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct job_status s;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!job_status(v.at.site, v.at.tenant->id, c.dataset, v.arena, &s, e))
		return false;
	auto_page page = { .visit = &v, .path = arena_printf(v.arena, "/backoffice/datasets/%.*s/done/", STR_ARG(c.uid)) };
	if (!back_dataset_open(&page, &c, DATASET_TABS, e))
		return false;
	struct html *h = &page.h;
	if (c.published && !back_is_busy(s.state)) {
		html_lit(h, "<h2>");
		html_say(h, N_("It is published. What now?"));
		html_lit(h, "</h2>");
		put_ways_on(h, &v, &c, rights_dataset_or_null(&v.at, &v.who, v.arena, c.slug));
	} else if (back_is_busy(s.state)) {
		html_lit(h, "<noscript><p><a class=\"button outline\" href=\"\">");
		html_say(h, N_("Look again"));
		html_lit(h, "</a></p></noscript>");
	} else {
		html_lit(h, "<p><a class=\"button\" href=\"");
		html_url(h, back_dataset_path(&v, &c, DATASET_TAB_SOURCES));
		html_lit(h, "\">");
		html_say(h, N_("Go on editing"));
		html_lit(h, "</a></p>");
	}
	return view_close(&page, e);
}

const struct httpd_route back_dataset_done = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/done/", .run = run_done };

/* --- values that did not fit ------------------------------------------------------------------------------------------------------ */

static bool run_errors(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const struct html_column columns[] = { { .title = N_("Row"), .number = true, .main = true }, { .title = N_("Field") }, { .title = N_("Value") }, { .title = N_("What is wrong") } };
	struct html_table table = { .caption = N_("Values that did not fit"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	auto_visit v = { 0 };
	struct config c;
	struct job_fault *faults;
	size_t n;
	int64_t total;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!job_faults(v.at.site, v.at.tenant->id, c.dataset, LISTED, v.arena, &faults, &n, &total, e))
		return false;
	auto_page page = { .visit = &v, .path = arena_printf(v.arena, "/backoffice/datasets/%.*s/errors/", STR_ARG(c.uid)) };
	if (!back_dataset_open(&page, &c, DATASET_TABS, e))
		return false;
	struct html *h = &page.h;
	html_lit(h, "<h2>");
	html_say(h, N_("Values that did not fit at the last publication"));
	html_lit(h, "</h2>");
	if (!n) {
		html_empty(h, N_("Every value fits"), N_("Nothing was left out at the last publication."), NULL);
		return view_close(&page, e);
	}
	html_lit(h, "<p>");
	html_say_plural(h, N2_("{0} value or row did not fit.", "{0} values or rows did not fit."), total);
	html_lit(h, " ");
	html_say(h, N_("A value is left empty and its row is kept; a row that has no place in the table is left out."));
	html_lit(h, " ");
	html_say(h, N_("Mend them in the source, add a processor, or give the field another type."));
	html_lit(h, "</p>");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Download as CSV"), .icon = ICON_DOWNLOAD, .with_icon = true,
		.href = arena_printf(v.arena, "/backoffice/datasets/%.*s/errors.csv", STR_ARG(c.uid)) });
	html_buttons_close(h);
	html_table_open(h, &table);
	for (size_t i = 0; i < n; i++) {
		html_row_open(h, &table);
		html_cell_count(h, &table, faults[i].row);
		if (faults[i].field.n)
			html_cell_text(h, &table, faults[i].field);
		else
			html_cell_text(h, &table, i18n_text(v.lang, N_("the whole row")));
		html_cell_text(h, &table, text_cut(faults[i].value, 200));
		html_cell_reason(h, &table, faults[i].message);
		html_row_close(h, &table);
	}
	html_table_close(h, &table);
	return view_close(&page, e);
}

static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	auto_buf b = BUF_INIT(256 << 20);
	struct config c;
	struct job_fault *faults;
	size_t n;
	int64_t total;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!job_faults(v.at.site, v.at.tenant->id, c.dataset, DOWNLOADED, v.arena, &faults, &n, &total, e))
		return false;
	back_put_faults(&b, v.arena, faults, n);
	struct str whole;
	if (!buf_end(&b, &whole, e))
		return false;
	rest_download(p, STR("text/csv; charset=utf-8"), arena_printf(v.arena, "%.*s-errors.csv", STR_ARG(c.slug)));
	httpd_reply_cache_control(p, STR("private, no-store"));
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route back_dataset_errors = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/errors/", .run = run_errors };
const struct httpd_route back_dataset_errors_csv = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/errors.csv", .run = run_csv };

/* --- another identifier ---------------------------------------------------------------------------------------------------------------- */

static bool run_identifier(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	struct config c;
	bool taken;
	if (!back_dataset_enter(app, r, p, CONFIG_EDIT, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	if (taken) {
		if (config_rename(v.at.site, v.at.tenant->id, c.dataset, str_trim(visitor_field(&form, STR("identifier"))), v.who.account, e))
			return back_done(&v, back_dataset_path(&v, &c, DATASET_TAB_SOURCES), "renamed", e);
		if (e->code != ERR_CONFLICT && e->code != ERR_PARAMETER && e->code != ERR_INVALID)
			return false;
		html_complain_text(&errors, STR("identifier"), arena_str(v.arena, str_of(e->pub)));
		*e = (struct err){ 0 };
		back_refused(&v);
	}
	auto_page page = { .visit = &v, .path = arena_printf(v.arena, "/backoffice/datasets/%.*s/identifier/", STR_ARG(c.uid)) };
	if (!back_dataset_open(&page, &c, DATASET_TABS, e))
		return false;
	struct html *h = &page.h;
	html_lit(h, "<h2>");
	html_say(h, N_("Change the identifier"));
	html_lit(h, "</h2>");
	if (c.published) {
		html_notice(h, HTML_INFO, N_("The identifier can be changed while the dataset is not published: unpublish it first. Nothing of it is lost."));
		return view_close(&page, e);
	}
	html_notice(h, HTML_WARNING, N_("Links to the dataset, frames in other pages and programs that use it name the present identifier. It goes on leading to the dataset until another dataset takes it."));
	html_form_open(h, &(struct html_form){ .visit = &v, .posted = r->method == HTTPD_POST ? &form : NULL, .errors = errors.n ? &errors : NULL });
	html_field(h, &(struct html_field){ .name = "identifier", .label = N_("Identifier"), .value = c.slug, .code = true, .most = 100,
		.hint = N_("Small letters, digits and hyphens.") });
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = N_("Change the identifier") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

BACK_PAGE(dataset_identifier, "/backoffice/datasets/{uid}/identifier/", run_identifier);
