/* The same figures as files: one row a number, in CSV and JSON. */
#include "back/audience.h"

static void put_csv(struct buf *b, struct str list, struct str name, int64_t n)
{
	text_put_csv(b, list, ',', false);
	buf_put_char(b, ',');
	/* A name that a spreadsheet would take for a formula. */
	bool formula = name.n && strchr("=+-@\t\r", name.p[0]);
	if (formula) buf_put_char(b, '"');
	if (formula) buf_put_char(b, '\'');
	for (size_t i = 0; formula && i < name.n; i++) {
		if (name.p[i] == '"') buf_put_char(b, '"');
		buf_put_char(b, name.p[i]);
	}
	if (formula) buf_put_char(b, '"');
	else text_put_csv(b, name, ',', false);
	buf_put_char(b, ',');
	buf_put_int(b, n);
	buf_lit(b, "\r\n");
}

static struct str time_of(const struct figures *f, int64_t at)
{
	struct civil c;
	int64_t day = f->span.hours ? at / 24 : at;
	clock_civil_of_days((int32_t)day, &c);
	if (!f->span.hours) return arena_printf(f->arena, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
	return arena_printf(f->arena, "%04d-%02d-%02dT%02d", (int)c.year, c.month, c.day, (int)(at % 24));
}

struct sum { const char *name; int64_t n; };
enum { SUMS = 13 };

static void sums_of(const struct figures *f, struct sum out[SUMS])
{
	const struct sum all[SUMS] = { { "page_views", f->views }, { "sum_of_daily_visitors", f->visitors }, { "visits", f->visits }, { "visits_of_one_page", f->bounces },
		{ "exports", f->exports }, { "downloads", f->downloads }, { "searches", f->searches }, { "searches_in_vain", f->in_vain }, { "api_calls", f->calls }, { "not_found", f->not_found },
		{ "errors", f->errors }, { "robots", f->robots }, { "days", f->days } };
	memcpy(out, all, sizeof all);
}

static void put_all_csv(struct buf *b, const struct figures *f)
{
	struct sum sums[SUMS];
	sums_of(f, sums);
	buf_lit(b, "list,name,number\r\n");
	for (size_t i = 0; i < SUMS; i++) put_csv(b, STR("sums"), str_of(sums[i].name), sums[i].n);
	for (int64_t i = 0; i <= f->span.to - f->span.from; i++) {
		put_csv(b, STR("page_views"), time_of(f, f->span.from + i), f->views_by[i]);
		if (!f->span.hours) put_csv(b, STR("visitors"), time_of(f, f->span.from + i), f->visitors_by[i]);
	}
	for (size_t t = 0; t < FIGURES_TABLES; t++)
		for (size_t i = 0; i < f->lists[t].n; i++) put_csv(b, str_of(figures_id((enum figures_table)t)), f->lists[t].cells[i].key, f->lists[t].cells[i].n);
}

static void put_pair(struct buf *b, bool first, struct str name, int64_t n)
{
	if (!first) buf_put_char(b, ',');
	text_put_json(b, name);
	buf_put_char(b, ':');
	buf_put_int(b, n);
}

static void put_all_json(struct buf *b, const struct figures *f)
{
	struct sum sums[SUMS];
	sums_of(f, sums);
	buf_lit(b, "{\"from\":");
	text_put_json(b, time_of(f, f->span.from));
	buf_lit(b, ",\"to\":");
	text_put_json(b, time_of(f, f->span.to));
	buf_lit(b, ",\"sums\":{");
	for (size_t i = 0; i < SUMS; i++) put_pair(b, i == 0, str_of(sums[i].name), sums[i].n);
	for (int series = 0; series < (f->span.hours ? 1 : 2); series++) {
		if (series == 0) buf_lit(b, "},\"page_views\":{");
		else buf_lit(b, "},\"visitors\":{");
		for (int64_t i = 0; i <= f->span.to - f->span.from; i++) put_pair(b, i == 0, time_of(f, f->span.from + i), series == 0 ? f->views_by[i] : f->visitors_by[i]);
	}
	buf_lit(b, "},\"lists\":{");
	for (size_t t = 0; t < FIGURES_TABLES; t++) {
		if (t) buf_put_char(b, ',');
		text_put_json(b, str_of(figures_id((enum figures_table)t)));
		buf_lit(b, ":{");
		for (size_t i = 0; i < f->lists[t].n; i++) put_pair(b, i == 0, f->lists[t].cells[i].key, f->lists[t].cells[i].n);
		buf_put_char(b, '}');
	}
	buf_lit(b, "}}\n");
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct figures f;
	const char *complaint = NULL;
	bool csv = r->route_or_null->extra != NULL;
	if (!back_enter(app, r, p, VIEW_OFFICE_AUDIENCE, 0, &v, e)) return back_answered(p, e);
	if (!figures_period(&v, &f, &complaint)) return err_set(e, ERR_PARAMETER, "%s", complaint);
	if (!audience_flush(v.at.site->audience, e) || !figures_read(&v, &f, FIGURES_MOST, false, e)) return false;
	auto_buf b = BUF_INIT(VIEW_PAGE_BYTES);
	if (csv) put_all_csv(&b, &f);
	else put_all_json(&b, &f);
	if (b.over) return err_set(e, ERR_TOO_LARGE, "choose fewer days");
	httpd_reply_type(p, csv ? STR("text/csv; charset=utf-8") : STR("application/json"));
	if (!httpd_reply_header(p, STR("Content-Disposition"), csv ? STR("attachment; filename=\"audience.csv\"") : STR("attachment; filename=\"audience.json\""), e)) return false;
	httpd_reply_take(p, &b);
	return true;
}

const struct httpd_route back_audience_csv = { .method = HTTPD_GET, .pattern = "/backoffice/audience/export.csv", .run = run, .extra = "csv" };
const struct httpd_route back_audience_json = { .method = HTTPD_GET, .pattern = "/backoffice/audience/export.json", .run = run };
