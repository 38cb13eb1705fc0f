/* What is used and how much room it takes: dashboards of datasets, of the API, of people, of storage and of the back office. Each is a chart, the table under it, and the
 * same as CSV. Figures name no dataset that their reader may not see; people are told as numbers of groups, never by what they read. */
#include "back/sheet.h"
#include "back/usage.h"
#include <stdlib.h>

#define DAY_US INT64_C(86400000000)
enum { SHOWN = 200, BARS = 10, CSV_BYTES = 64 << 20 };

static const struct sheet_column of_datasets[] = { { N_("Dataset"), "dataset_id", 0, AS_TEXT }, { N_("Title"), "title", 1, AS_TEXT }, { N_("Page views"), "reads", 5, AS_COUNT },
	{ N_("Downloads"), "downloads", 6, AS_COUNT }, { N_("API calls"), "api_calls", 7, AS_COUNT }, { N_("Reuses"), "reuses", 8, AS_COUNT } };
static const struct sheet_column of_storage[] = { { N_("Dataset"), "dataset_id", 0, AS_TEXT }, { N_("Title"), "title", 1, AS_TEXT }, { N_("All together"), "bytes", -1, AS_BYTES },
	{ N_("Versions"), "versions", 10, AS_COUNT }, { N_("Size of versions"), "versions_bytes", 11, AS_BYTES }, { N_("Files"), "files", 12, AS_COUNT },
	{ N_("Size of files"), "files_bytes", 13, AS_BYTES }, { N_("Size of sources"), "sources_bytes", 14, AS_BYTES } };
static const struct sheet_column of_days[] = { { N_("Day"), "day", 0, AS_DAY }, { N_("API calls"), "calls", 1, AS_COUNT }, { N_("Failed"), "failed", 2, AS_COUNT } };
static const struct sheet_column of_places[] = { { N_("Address"), "endpoint", 0, AS_TEXT }, { N_("Version"), "version", 1, AS_TEXT }, { N_("API calls"), "calls", 2, AS_COUNT },
	{ N_("Failed"), "failed", 3, AS_COUNT }, { N_("Time, on average"), "mean_ms", 4, AS_MS } };
static const struct sheet_column of_statuses[] = { { N_("Status"), "status", 0, AS_TEXT }, { N_("API calls"), "calls", 1, AS_COUNT } };
static const struct sheet_column of_keys[] = { { N_("Key"), "key", 2, AS_TEXT }, { N_("Name"), "name", 1, AS_TEXT }, { N_("Whose"), "account", 3, AS_TEXT },
	{ N_("API calls"), "calls", 4, AS_COUNT } };
static const struct sheet_column of_groups[] = { { N_("Group"), "group", 0, AS_TEXT }, { N_("People"), "people", 1, AS_COUNT }, { N_("Signed in within 7 days"), "active_7d", 2, AS_COUNT },
	{ N_("Within 30 days"), "active_30d", 3, AS_COUNT }, { N_("Within 90 days"), "active_90d", 4, AS_COUNT }, { N_("Never"), "never", 5, AS_COUNT } };

static const struct sheet_column of_kinds[] = { { N_("Kind of call"), "kind", 0, AS_SAID }, { N_("API calls"), "calls", 1, AS_COUNT }, { N_("Failed"), "failed", 2, AS_COUNT } };
static const struct sheet_column of_programs[] = { { N_("Program"), "program", 0, AS_TEXT }, { N_("API calls"), "calls", 1, AS_COUNT }, { N_("Failed"), "failed", 2, AS_COUNT } };
static const struct sheet_column of_sites[] = { { N_("Site"), "site", 0, AS_TEXT }, { N_("API calls"), "calls", 1, AS_COUNT }, { N_("Failed"), "failed", 2, AS_COUNT } };
static const struct sheet_column of_countries[] = { { N_("Country"), "country", 0, AS_TEXT }, { N_("API calls"), "calls", 1, AS_COUNT }, { N_("Failed"), "failed", 2, AS_COUNT } };
static const struct sheet_column of_acts[] = { { N_("Kind of object"), "kind", 0, AS_SAID }, { N_("Acts"), "acts", 1, AS_COUNT }, { N_("On pages"), "pages", 2, AS_COUNT },
	{ N_("By the management API"), "api", 3, AS_COUNT }, { N_("By commands"), "commands", 4, AS_COUNT }, { N_("People"), "people", 5, AS_COUNT } };
static const struct sheet_column of_weekdays[] = { { N_("Day of the week"), "weekday", 0, AS_SAID }, { N_("Acts"), "acts", 1, AS_COUNT } };
static const struct sheet_column of_objects[] = { { N_("Object"), "object", 1, AS_TEXT }, { N_("Kind of object"), "kind", 0, AS_TEXT }, { N_("Acts"), "acts", 2, AS_COUNT },
	{ N_("People"), "people", 3, AS_COUNT } };
static const struct sheet_column of_people[] = { { N_("Who"), "user", 0, AS_TEXT }, { N_("Acts"), "acts", 1, AS_COUNT }, { N_("Kinds of objects"), "kinds", 2, AS_COUNT } };

#define SHEET(what, list) .rows = TRACE_##what, .columns = list, .ncolumns = COUNT_OF(list)
static const struct sheet datasets_sheet = { "datasets", N_("Datasets"), N_("What is read, taken and called most. Reuses are all that are shown."), SHEET(DATASETS, of_datasets), .sorted = 2, .datasets = true, .fold = usage_fold_access };
static const struct sheet storage_sheet = { "storage", N_("Storage"), N_("The room that each dataset takes, in all of its versions and files. It does not depend on a period."), SHEET(DATASETS, of_storage), .sorted = 2, .datasets = true };
static const struct sheet days_sheet = { "days", N_("API calls by day"), NULL, SHEET(BY_DAY, of_days), .sorted = -1 };
static const struct sheet places_sheet = { "endpoints", N_("API calls by address"), N_("Times are those of the last 90 days at most."), SHEET(BY_PLACE, of_places), .sorted = 2 };
static const struct sheet statuses_sheet = { "statuses", N_("API calls by status"), NULL, SHEET(BY_STATUS, of_statuses), .sorted = 1 };
static const struct sheet keys_sheet = { "keys", N_("API calls by key"), N_("How many, never of what."), SHEET(KEYS, of_keys), .sorted = 3 };
static const struct sheet groups_sheet = { "people", N_("People"), N_("Who signed in of late, by group. What people read is not kept."), SHEET(GROUPS, of_groups), .sorted = 1, .of_all = N_("Everybody") };
#define OF_90 N_("Of the last 90 days at most.")
static const struct sheet kinds_sheet = { "kinds", N_("API calls by kind"), NULL, SHEET(BY_PLACE, of_kinds), .sorted = 1, .fold = usage_fold_kinds };
static const struct sheet programs_sheet = { "programs", N_("API calls by program"), OF_90, SHEET(BY_PROGRAM, of_programs), .sorted = 1 };
static const struct sheet sites_sheet = { "sites", N_("API calls by site"), N_("Hosts of the pages that called, as far as browsers tell them. Of the last 90 days at most."), SHEET(BY_SITE, of_sites), .sorted = 1 };
static const struct sheet countries_sheet = { "call_countries", N_("API calls by country"), OF_90, SHEET(BY_COUNTRY, of_countries), .sorted = 1 };
static const struct sheet acts_sheet = { "acts", N_("Acts by kind of object"), NULL, SHEET(ACTS_BY_KIND, of_acts), .sorted = 1, .moments = true, .fold = usage_fold_acts };
static const struct sheet weekdays_sheet = { "weekdays", N_("Acts by day of the week"), N_("Days are those of the portal."), SHEET(ACTS_BY_HOUR, of_weekdays), .sorted = -1, .moments = true, .fold = usage_fold_weekdays };
static const struct sheet objects_sheet = { "objects", N_("What is changed most"), NULL, SHEET(ACTS_BY_OBJECT, of_objects), .sorted = 2, .moments = true, .fold = usage_fold_objects };
static const struct sheet actors_sheet = { "users", N_("Who is active"), N_("People who are deleted stay as a number."), SHEET(ACTS_BY_PERSON, of_people), .sorted = 1, .moments = true, .of_all = N_("The command line") };
static const struct sheet *const sheets[] = { &datasets_sheet, &storage_sheet, &days_sheet, &places_sheet, &statuses_sheet, &keys_sheet, &groups_sheet, &kinds_sheet, &programs_sheet,
	&sites_sheet, &countries_sheet, &acts_sheet, &weekdays_sheet, &objects_sheet, &actors_sheet };

static int64_t number(const struct trace_row *r, const struct sheet_column *c)
{
	if (c->from >= 0) return r->cells[c->from].null ? 0 : r->cells[c->from].i;
	return r->cells[11].i + r->cells[13].i + r->cells[14].i; /* versions, files and sources of a dataset */
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

struct order { const struct sheet_column *column; };

static int by_number(const void *x, const void *y, void *arg)
{
	const struct order *o = arg;
	int64_t a = number(x, o->column), b = number(y, o->column);
	if (a != b) return a < b ? 1 : -1;
	return str_cmp(((const struct trace_row *)x)->cells[0].s, ((const struct trace_row *)y)->cells[0].s);
}

static bool may_see(const struct visit *v, const struct trace_row *r)
{
	const struct dataset *d = catalog_find_or_null(v->at.view, r->cells[0].s);
	return d ? rights_sees(&v->at, &v->who, d) : rights_may(&v->who, ACCOUNT_MAY_EDIT_DATASET);
}

/* The column that the address sorts by, or the sheet's own. */
static const struct sheet_column *sorted_by(const struct visit *v, const struct sheet *s)
{
	const struct str *word = httpd_query_or_null(v->request, STR("sort"));
	for (size_t i = 0; word && word->n > 1 && s->sorted >= 0 && i < s->ncolumns; i++)
		if (s->columns[i].look != AS_TEXT && s->columns[i].look != AS_SAID && word->p[0] == '-' && str_eq(str_from(*word, 1), str_of(s->columns[i].id))) return &s->columns[i];
	return s->sorted >= 0 ? &s->columns[s->sorted] : NULL;
}

/* The moment at which a day begins where the portal is. */
static int64_t moment_of(const struct visit *v, int64_t day) { return day * DAY_US - (int64_t)clock_offset_s(v->zone, day * DAY_US) * 1000000; }

static bool read_sheet(struct visit *v, const struct figures *f, const struct sheet *s, struct sheet_rows *out, struct err *e)
{
	size_t n = 0;
	int64_t from = s->moments ? moment_of(v, f->first_day) : f->first_day, to = s->moments ? moment_of(v, f->last_day + 1) : f->last_day;
	if (!trace_rows(v->at.site, v->at.tenant, s->rows, from, to, v->lang_code, v->arena, &out->p, &out->n, e)) return false;
	for (size_t i = 0; s->datasets && i < out->n; i++)
		if (may_see(v, &out->p[i])) out->p[n++] = out->p[i];
	if (s->datasets) out->n = n;
	if (s->fold) s->fold(v, out);
	struct order o = { sorted_by(v, s) };
	if (o.column && out->n) qsort_r(out->p, out->n, sizeof *out->p, by_number, &o);
	return true;
}

static bool is_number(const struct sheet_column *c) { return c->look != AS_TEXT && c->look != AS_SAID && c->look != AS_DAY; }

/* --- showing ------------------------------------------------------------------------------------------------------------ */

static void put_cell(struct html *h, struct html_table *t, const struct sheet *s, const struct sheet_column *c, const struct trace_row *r, bool first)
{
	if (c->look == AS_COUNT) {
		html_cell_count(h, t, number(r, c));
		return;
	}
	html_cell_open(h, t);
	switch (c->look) {
	case AS_TEXT:
		if (first && !r->cells[c->from].s.n && s->of_all) {
			html_say(h, s->of_all);
			break;
		}
		if (first && s->datasets) {
			html_lit(h, "<a href=\"/backoffice/datasets/");
			html_text(h, r->cells[c->from].s);
			html_lit(h, "/\">");
		}
		html_lit(h, "<bdi>");
		html_text(h, r->cells[c->from].s);
		html_lit(h, "</bdi>");
		if (first && s->datasets) html_lit(h, "</a>");
		break;
	case AS_SAID: html_text(h, i18n_text(h->lang, r->cells[c->from].s.p)); break;
	case AS_BYTES: html_bytes(h, number(r, c)); break;
	case AS_MS:
		if (r->cells[c->from].null) html_lit(h, "–");
		else html_say_with(h, N_("{0} ms"), HTML_ARG_COUNT(number(r, c)));
		break;
	case AS_DAY: figures_day(h, number(r, c)); break;
	case AS_COUNT: break;
	}
	html_cell_close(h, t);
}

static void put_table(struct html *h, const struct visit *v, const struct view_state *state, const struct sheet *s, const struct sheet_rows *rows)
{
	struct html_column *columns = arena_array(v->arena, struct html_column, s->ncolumns);
	for (size_t i = 0; i < s->ncolumns; i++) {
		const struct sheet_column *c = &s->columns[i];
		bool sorts = state && s->sorted >= 0 && is_number(c);
		columns[i] = (struct html_column){ .title = c->title, .main = i == 0, .number = is_number(c), .sort = sorts ? c->id : NULL };
	}
	struct html_table t = { .caption = s->title, .columns = columns, .ncolumns = s->ncolumns, .state = state,
		.sorted = s->sorted >= 0 ? arena_printf(v->arena, "-%s", s->columns[s->sorted].id).p : NULL };
	html_table_open(h, &t);
	for (size_t i = 0; i < rows->n && i < SHOWN; i++) {
		html_row_open(h, &t);
		for (size_t k = 0; k < s->ncolumns; k++) put_cell(h, &t, s, &s->columns[k], &rows->p[i], k == 0);
		html_row_close(h, &t);
	}
	html_table_close(h, &t);
	if (rows->n <= SHOWN) return;
	html_lit(h, "<p class=\"hint\">");
	html_say_with(h, N_("The first {0} of {1}."), HTML_ARG_COUNT(SHOWN), HTML_ARG_COUNT((int64_t)rows->n));
	html_lit(h, "</p>");
}

/* The greatest of a sheet as bars; what they say stands in the table below, so that they are nothing to hear. */
static void put_bars(struct html *h, const struct visit *v, const struct sheet *s, const struct sheet_rows *rows)
{
	const struct sheet_column *c = s->sorted >= 0 ? sorted_by(v, s) : &s->columns[1];
	int64_t most = 0;
	size_t from = s->sorted < 0 && rows->n > 31 ? rows->n - 31 : 0, to = s->sorted < 0 ? rows->n : num_min(rows->n, (size_t)BARS);
	for (size_t i = from; i < to; i++) most = num_max(most, number(&rows->p[i], c));
	if (!most) return;
	html_lit(h, "<ul class=\"usage-bars\" aria-hidden=\"true\">");
	for (size_t i = from; i < to; i++) {
		const struct trace_row *r = &rows->p[i];
		if (!number(r, c)) continue;
		html_lit(h, "<li><span dir=\"auto\">");
		if (s->columns[0].look == AS_DAY) figures_day(h, number(r, &s->columns[0]));
		else if (!r->cells[s->columns[0].from].s.n && s->of_all) html_say(h, s->of_all);
		else if (s->columns[0].look == AS_SAID) html_text(h, i18n_text(h->lang, r->cells[s->columns[0].from].s.p));
		else html_text(h, s->datasets ? r->cells[1].s : r->cells[s->columns[0].from].s);
		html_lit(h, "</span>");
		figures_bar(h, number(r, c), most);
		html_lit(h, "<span class=\"number\">");
		if (c->look == AS_BYTES) html_bytes(h, number(r, c));
		else html_count(h, number(r, c));
		html_lit(h, "</span></li>");
	}
	html_lit(h, "</ul>");
}

typedef void put_sums(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows);

static bool put_sheet(struct html *h, struct visit *v, const struct figures *f, const struct view_state *state, const struct sheet *s, put_sums *sums_or_null, struct err *e)
{
	struct sheet_rows rows;
	if (!read_sheet(v, f, s, &rows, e)) return false;
	if (sums_or_null) sums_or_null(h, v, f, &rows);
	html_panel_open(h, s->id, s->title, s->sentence);
	if (!rows.n) {
		html_lit(h, "<p class=\"hint\">");
		html_say(h, N_("Nothing in this period."));
		html_lit(h, "</p>");
	} else {
		struct str csv = arena_printf(v->arena, "/backoffice/audience/usage/%s.csv%.*s%.*s", s->id, STR_ARG(figures_query(f)), STR_ARG(usage_access(v)));
		put_bars(h, v, s, &rows);
		put_table(h, v, state, s, &rows);
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("CSV"), .icon = ICON_DOWNLOAD, .with_icon = true, .about = i18n_text(v->lang, s->title), .href = csv });
		html_buttons_close(h);
	}
	html_panel_close(h);
	return true;
}

/* --- pages ---------------------------------------------------------------------------------------------------------------- */

struct dashboard {
	const char *path, *title, *sentence, *source; /* source: the dataset that answers questions about the same */
	enum figures_tab tab;
	bool period;
	const struct sheet *sheets[8];
	put_sums *sums;             /* above the first sheet; NULL: none */
};
static const struct dashboard dashboards[] = {
	{ "/backoffice/audience/datasets/", N_("Use of datasets"), N_("What is made of the portal's data."), "ods-datasets-monitoring", FIGURES_TAB_DATASETS, true, { &datasets_sheet }, usage_put_datasets },
	{ "/backoffice/audience/api/", N_("Use of the API"), N_("Sums of calls, for quotas and operation."), "ods-api-monitoring", FIGURES_TAB_API, true,
	  { &days_sheet, &kinds_sheet, &places_sheet, &statuses_sheet, &keys_sheet, &programs_sheet, &sites_sheet, &countries_sheet }, usage_put_calls },
	{ "/backoffice/audience/people/", N_("People"), NULL, "ods-users-monitoring", FIGURES_TAB_PEOPLE, false, { &groups_sheet }, NULL },
	{ "/backoffice/audience/storage/", N_("Storage"), NULL, "ods-datasets-monitoring", FIGURES_TAB_STORAGE, false, { &storage_sheet }, NULL },
	{ "/backoffice/audience/office/", N_("Use of the back office"), N_("What is changed on the portal, when, and by whom."), "ods-activity-log", FIGURES_TAB_OFFICE, true,
	  { &acts_sheet, &weekdays_sheet, &objects_sheet, &actors_sheet }, usage_put_acts },
};

static void put_source(struct html *h, const struct visit *v, const struct dashboard *d)
{
	struct str url = arena_printf(v->arena, "/api/explore/v2.1/catalog/datasets/%s/records?source=monitoring", d->source);
	html_lit(h, "<p class=\"hint\">");
	html_say(h, N_("The same for programs, with every filter and grouping of the API:"));
	html_lit(h, " <a href=\"");
	html_url(h, url);
	html_lit(h, "\"><code lang=\"en\" dir=\"ltr\" translate=\"no\">");
	html_text(h, url);
	html_lit(h, "</code></a></p>");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const names[] = { "period", "from", "to", "access", "sort" };
	auto_visit v = { 0 };
	struct figures f;
	struct view_state state;
	const char *complaint = NULL;
	const struct dashboard *d = r->route_or_null->extra;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	bool good = figures_period(&v, &f, &complaint);
	view_state_only(&state, r, str_of(d->path), names, COUNT_OF(names));
	auto_page page = back_page(&v, d->title, d->path);
	view_office_open(&page, VIEW_OFFICE_AUDIENCE);
	struct html *h = &page.h;
	html_heading_open(h, page.title, d->sentence);
	html_heading_close(h);
	figures_tabs(h, &v, d->tab);
	if (!audience_is_on(v.at.tenant) && d->period && d->tab != FIGURES_TAB_OFFICE) html_notice(h, HTML_WARNING, N_("Measurement is switched off: nothing is counted. What is shown was counted before."));
	if (!good) {
		html_notice(h, HTML_BAD, complaint);
		httpd_reply_status(p, 422);
	}
	if (d->period) figures_put_period(h, &f, d->path);
	bool alone = !d->sheets[1];
	for (size_t i = 0; i < COUNT_OF(d->sheets) && d->sheets[i]; i++)
		if (!put_sheet(h, &v, &f, alone ? &state : NULL, d->sheets[i], i ? NULL : d->sums, e)) return false;
	put_source(h, &v, d);
	return view_close(&page, e);
}

#define DASHBOARD(name, at, i) const struct httpd_route back_audience_##name = { .method = HTTPD_GET, .pattern = at, .run = run, .extra = &dashboards[i] }
DASHBOARD(datasets, "/backoffice/audience/datasets/", 0);
DASHBOARD(api, "/backoffice/audience/api/", 1);
DASHBOARD(people, "/backoffice/audience/people/", 2);
DASHBOARD(storage, "/backoffice/audience/storage/", 3);
DASHBOARD(office, "/backoffice/audience/office/", 4);

/* --- CSV ------------------------------------------------------------------------------------------------------------------------ */

static void put_csv(struct buf *b, struct visit *v, const struct sheet_column *c, const struct trace_row *r)
{
	struct civil day;
	if (c->look == AS_TEXT || c->look == AS_SAID) {
		back_put_cell(b, v->arena, r->cells[c->from].s);
	} else if (c->look == AS_DAY) {
		clock_civil_of_days((int32_t)number(r, c), &day);
		buf_printf(b, "%04d-%02d-%02d", (int)day.year, day.month, day.day);
	} else if (c->from < 0 || !r->cells[c->from].null) {
		buf_put_int(b, number(r, c));
	}
}

static bool run_csv(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct figures f;
	struct sheet_rows rows;
	const char *complaint;
	const struct sheet *s = NULL;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	for (size_t i = 0; i < COUNT_OF(sheets); i++)
		if (str_eq(r->holes[0], arena_printf(v.arena, "%s.csv", sheets[i]->id))) s = sheets[i];
	if (!s) return err_set(e, ERR_NOT_FOUND, "There are no such figures.");
	if (!figures_period(&v, &f, &complaint)) return err_set(e, ERR_PARAMETER, "%s", complaint);
	if (!read_sheet(&v, &f, s, &rows, e)) return false;
	struct buf b = BUF_INIT(CSV_BYTES);
	for (size_t i = 0; i < s->ncolumns; i++) buf_printf(&b, "%s%s", i ? "," : "", s->columns[i].id);
	buf_lit(&b, "\r\n");
	for (size_t i = 0; i < rows.n; i++) {
		for (size_t k = 0; k < s->ncolumns; k++) {
			if (k) buf_put_char(&b, ',');
			put_csv(&b, &v, &s->columns[k], &rows.p[i]);
		}
		buf_lit(&b, "\r\n");
	}
	httpd_reply_type(p, STR("text/csv; charset=utf-8"));
	httpd_reply_take(p, &b);
	return httpd_reply_header(p, STR("Content-Disposition"), arena_printf(v.arena, "attachment; filename=\"%s.csv\"", s->id), e);
}

const struct httpd_route back_audience_usage_csv = { .method = HTTPD_GET, .pattern = "/backoffice/audience/usage/{file}", .run = run_csv };
