/* The numbers of a chart, for <stoa-chart> here and on pages of others, and for anybody: GET /api/charts/1.0/{dataset}/ with chart= (JSON or
 * base64), or fields of its form (c.0.xAxis=…), and the filters of pages (q, refine.*, geofilter.* …), which hold for the dataset of the
 * address; /api/charts/1.0/ for charts whose queries name their datasets. Nothing said: the dataset's first chart. format=csv gives the
 * same table for a spreadsheet. Each dataset is found and read under the caller's rights. */
#include "crypt/crypt.h"
#include "front/charts.h"
#include "rest/rest.h"

enum { TABLE_BYTES = 32 << 20, KEPT_S = 600 };

static const char *const formats[] = { "json", "csv", NULL };
static const char *const delimiters[] = { ";", ",", "\t", NULL };
enum { P_CHART, P_DATA_CHART, P_FORMAT, P_DELIMITER, P_LANG, P_WHERE, PARAMS };
static const struct rest_param params[] = {
	[P_CHART] = { "chart", REST_TEXT, 0, LIMIT_URL_BYTES, 0, NULL },
	[P_DATA_CHART] = { "dataChart", REST_TEXT, 0, LIMIT_URL_BYTES, 0, NULL },
	[P_FORMAT] = { "format", REST_WORD, 0, 0, 0, formats },
	[P_DELIMITER] = { "delimiter", REST_WORD, 0, 0, 0, delimiters },
	[P_LANG] = { "lang", REST_TEXT, 0, 20, 0, NULL },
	[P_WHERE] = { "where", REST_TEXTS, 0, LIMIT_URL_BYTES, 0, NULL },
	[PARAMS] = { 0 },
};

struct call {
	struct front_dataset d;
	struct front_records records;
	struct rest_value v[PARAMS];
	struct chart chart;
};

static void drop(struct call *c)
{
	visitor_leave(&c->d.visit);
}

/* --- sources --------------------------------------------------------------------------------------------------------- */

bool front_chart_find(void *arg, struct str name, struct chart_data *out, struct err *e)
{
	struct front_chart_source *s = arg;
	struct front_dataset *d = s->d;
	struct rights_dataset own;
	if (d->dataset && (!name.n || str_eq(name, d->dataset->slug))) {
		*out = (struct chart_data){ .dataset = d->dataset, .target = d->own.target };
		if (s->filter_or_null) {
			out->target = s->filter_or_null->target;
			out->base_or_null = &s->filter_or_null->request;
		}
		return rights_read(&d->own, e);
	}
	if (!name.n) return err_set(e, ERR_PARAMETER, "queries[0].config.dataset: the id of a dataset is expected.");
	if (!rights_find(&d->visit.at, &d->visit.who, d->visit.arena, name, &own, e) || !rights_read(&own, e)) return false;
	*out = (struct chart_data){ .dataset = own.dataset, .target = own.target };
	return true;
}

struct chart_question front_chart_question(struct front_chart_source *s, const struct chart *c)
{
	struct visit *v = &s->d->visit;
	const struct query_request *page = s->filter_or_null ? &s->filter_or_null->request : NULL;
	return (struct chart_question){
		.chart = c,
		.engine = s->d->site->engine,
		.cancel_or_null = v->request->cancel,
		.find = front_chart_find,
		.arg = s,
		.zone_or_null = page ? page->zone_or_null : v->zone,
		.lang = v->lang,
		.now_us = page ? page->now_us : clock_now().us,
	};
}

/* --- the endpoint ------------------------------------------------------------------------------------------------------ */

static bool read_chart(struct call *c, struct err *e)
{
	const struct httpd_request *r = c->d.visit.request;
	struct str text = c->v[P_CHART].text.n ? c->v[P_CHART].text : c->v[P_DATA_CHART].text;
	if (text.n) {
		if (!chart_read(c->d.visit.arena, text, &c->chart, e)) return false;
	} else if (c->d.dataset) {
		chart_default(c->d.visit.arena, c->d.dataset, &c->chart);
	}
	bool laid = chart_form_read(c->d.visit.arena, r->query, r->nquery, &c->chart);
	if ((laid || text.n || c->d.dataset) && c->chart.nqueries) return true;
	return err_set(e, ERR_PARAMETER, "The parameter chart is missing: JSON such as {\"queries\": […]}, or base64 of it, is expected.");
}

/* Conditions of the Explore API beside those of the page. */
static void add_conditions(struct call *c)
{
	const struct rest_value *more = &c->v[P_WHERE];
	struct query_request *r = &c->records.filter.request;
	struct str *all = arena_array(c->d.visit.arena, struct str, r->nwhere + more->ntexts + 1);
	for (size_t i = 0; i < r->nwhere; i++) all[i] = r->where[i];
	for (size_t i = 0; i < more->ntexts; i++) all[r->nwhere + i] = more->texts[i];
	r->where = all;
	r->nwhere += more->ntexts;
}

static bool enter_dataset(struct call *c, struct str id, struct err *e)
{
	struct front_dataset *d = &c->d;
	if (!rights_find(&d->visit.at, &d->visit.who, d->visit.arena, id, &d->own, e) || !rights_read(&d->own, e)) return false;
	d->dataset = dataset_told(d->own.dataset, d->visit.arena, d->visit.lang_code);
	view_state_read(&d->state, d->visit.request, d->visit.request->path);
	front_records_begin(&c->records, d);
	if (!c->records.ok) return err_set(e, c->records.complaint.code, "%s", c->records.complaint.pub);
	add_conditions(c);
	return true;
}

static bool says_now(struct str s) { return str_find(s, STR("now")) >= 0; }

/* The time named in a filter makes an answer of this moment only; a word that merely looks like it costs no more than a cache. */
static bool names_the_time(const struct call *c)
{
	const struct httpd_request *r = c->d.visit.request;
	for (size_t i = 0; i < r->nquery; i++)
		if (says_now(r->query[i].value)) return true;
	for (size_t i = 0; i < c->chart.nqueries; i++)
		for (size_t k = 0; k < c->chart.queries[i].nfilters; k++)
			if (says_now(c->chart.queries[i].filters[k].value)) return true;
	return says_now(c->d.own.target.row_filter);
}

static bool send(struct call *c, struct buf *b, struct str type, struct err *e)
{
	struct httpd_reply *p = c->d.visit.reply;
	struct str body;
	unsigned char hash[16];
	char tag[2 * sizeof hash + 1];
	if (!buf_end(b, &body, e)) return false;
	crypt_blake2b(body, hash, sizeof hash);
	crypt_hex(hash, sizeof hash, tag);
	httpd_reply_etag(p, str_of(tag));
	httpd_reply_vary(p, HTTPD_VARY_LANGUAGE);
	httpd_reply_type(p, type);
	httpd_reply_take(p, b);
	httpd_reply_cache_control(p, visitor_is_nobody(&c->d.visit) ? STR("public, max-age=60") : STR("private, no-cache"));
	if (!names_the_time(c) && rights_is_public(&c->d.visit.at, &c->d.visit.who)) httpd_reply_cacheable(p, KEPT_S);
	return true;
}

static bool answer(struct call *c, struct err *e)
{
	struct front_dataset *d = &c->d;
	struct front_chart_source source = { d, d->dataset ? &c->records.filter : NULL };
	struct chart_question q = front_chart_question(&source, &c->chart);
	struct chart_table table;
	auto_buf b = BUF_INIT(TABLE_BYTES);
	if (!chart_run(&q, d->visit.arena, &table, e)) return false;
	if (c->v[P_FORMAT].number == 1) {
		struct str name = arena_printf(d->visit.arena, "%.*s-chart.csv", STR_ARG(d->dataset ? d->dataset->slug : STR("portal")));
		rest_download(d->visit.reply, STR("text/csv; charset=utf-8"), name);
		buf_lit(&b, "\xef\xbb\xbf");
		chart_put_csv(&b, &table, delimiters[c->v[P_DELIMITER].number][0]);
		return send(c, &b, STR("text/csv; charset=utf-8"), e);
	}
	struct json_out j = JSON_OUT(&b);
	chart_put_table(&j, &c->chart, &table);
	return send(c, &b, STR("application/json; charset=utf-8"), e);
}

static bool serve(struct httpd_request *r, struct httpd_reply *p, void *app, const struct str *dataset_or_null, struct err *e)
{
	auto_with(drop) struct call c = { .d.site = app };
	struct front_dataset *d = &c.d;
	if (!rest_params(r, params, c.v, e) || !visitor_enter(app, r, p, &d->visit, e)) return false;
	const struct i18n_lang *wanted = i18n_lang_or_null(c.v[P_LANG].text);
	if (c.v[P_LANG].text.n && wanted) d->visit.lang = wanted;
	if (dataset_or_null && !enter_dataset(&c, *dataset_or_null, e)) return false;
	return read_chart(&c, e) && answer(&c, e);
}

static bool run_of(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) { return serve(r, p, app, &r->holes[0], e); }

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e) { return serve(r, p, app, NULL, e); }

const struct httpd_route front_chart_data = { .method = HTTPD_GET, .pattern = "/api/charts/1.0/{dataset}", .run = run_of };
const struct httpd_route front_charts_data = { .method = HTTPD_GET, .pattern = "/api/charts/1.0", .run = run };
