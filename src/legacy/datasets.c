/* datasets/1.0: the catalogue as a list, a table and a feed, and what hangs below one dataset. */
#include "export/export.h"
#include "legacy/inside.h"
#include "text/text.h"

enum { WINDOW = 10000 };

struct list {
	struct v1_call *c;
	struct buf *b;
	struct v1_feed feed;
	bool more;
};

static bool put_dataset(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct list *l = arg;
	if (l->more) buf_put_char(l->b, ',');
	l->more = true;
	if (!v1_put_dataset(l->b, l->c, rows->columns[0].texts[row], e)) return false;
	return !l->b->over || err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer datasets.");
}

static bool put_item(void *arg, const struct batch *rows, size_t row, struct err *e)
{
	struct list *l = arg;
	struct v1_call *c = l->c;
	struct rights_dataset own;
	struct str *themes;
	struct str *keywords;
	if (!rights_find(&c->at, &c->who, c->arena, rows->columns[0].texts[row], &own, e)) return false;
	const struct dataset *d = own.dataset;
	struct v1_feed_item item = { .title = dataset_meta_text(d, c->arena, "title", c->lang),
		.text = dataset_meta_text(d, c->arena, "description", c->lang), .changed_us = d->modified.us };
	item.address = rest_base(c->r, arena_printf(c->arena, "/explore/dataset/%.*s/", STR_ARG(d->slug)));
	item.id = item.address;
	size_t nthemes = dataset_meta_list(d, c->arena, "theme", c->lang, &themes);
	size_t nkeywords = dataset_meta_list(d, c->arena, "keyword", c->lang, &keywords);
	struct str *all = arena_array(c->arena, struct str, nthemes + nkeywords);
	for (size_t i = 0; i < nthemes; i++) all[i] = themes[i];
	for (size_t i = 0; i < nkeywords; i++) all[nthemes + i] = keywords[i];
	item.categories = all;
	item.ncategories = nthemes + nkeywords;
	v1_feed_put(&l->feed, &item);
	return !l->b->over || err_set(e, ERR_TOO_LARGE, "This feed is too large; ask for fewer datasets.");
}

static bool answer_feed(struct list *l, const struct query_plan *plan, struct err *e)
{
	int64_t n;
	l->feed = (struct v1_feed){ l->b, FEED_RSS };
	v1_feed_open(&l->feed, l->c, tenant_text(l->c->at.tenant, "title", l->c->lang), rest_base(l->c->r, STR("/explore/")));
	if (!v1_each_row(l->c, plan, l->c->r->cancel, put_item, l, &n, e)) return false;
	v1_feed_close(&l->feed);
	return v1_answer_as(l->c, l->b, STR("text/xml; charset=utf-8"), e);
}

/* The columns of the catalogue's exports. */
static bool answer_csv(struct v1_call *c, struct query_request *q, struct err *e)
{
	auto_buf b = BUF_INIT(260 << 20);
	auto_plan plan = { 0 };
	const struct export_format *f = export_format_or_null(STR("csv"));
	const struct export_sink to = { export_to_buf, &b };
	q->select = STR("");
	if (!query_plan_rows(c->arena, q, &plan, e)) return false;
	struct export_job job = { .engine = c->at.site->engine, .plan = &plan, .options = export_defaults(),
		.cancel_or_null = c->r->cancel };
	job.options.with_bom = false;
	ensure(f != NULL);
	if (v1_has_rows(c) && !export_run(&job, f, &to, e)) return false;
	return v1_answer_as(c, &b, STR("text/csv; charset=utf-8"), e);
}

static bool answer_json(struct list *l, const struct query_request *q, const struct query_plan *plan, struct err *e)
{
	auto_buf rows = BUF_INIT(256 << 20);
	struct buf *b = l->b;
	struct v1_call *c = l->c;
	int64_t n;
	int64_t total = 0;
	l->b = &rows;
	if (!v1_each_row(c, plan, c->r->cancel, put_dataset, l, &n, e)) return false;
	if (v1_has_rows(c) && !query_count(c->at.site->engine, c->arena, q, c->r->cancel, &total, e)) return false;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member_int(&j, "nhits", total);
	v1_echo(&j, c);
	json_key(&j, STR("datasets"));
	json_value(&j);
	buf_put_char(b, '[');
	buf_put(b, buf_str(&rows));
	buf_put_char(b, ']');
	if (!v1_facets(&j, c, q, e)) return false;
	json_close(&j, '}');
	return v1_answer(c, b, e);
}

static bool run_search(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	static const char *const formats[] = { "json", "jsonp", "csv", "rss", NULL };
	auto_v1 c;
	auto_buf b = BUF_INIT(260 << 20);
	auto_plan plan = { 0 };
	struct query_request q;
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, formats, e)) return false;
	v1_catalogue(&c);
	if (!v1_question(&c, &q, e) || !v1_page(&c, &q, 10, WINDOW, e)) return false;
	if (str_eq(c.format, STR("csv"))) return answer_csv(&c, &q, e);
	q.select = STR("datasetid");
	if (!query_plan_rows(c.arena, &q, &plan, e)) return false;
	struct list l = { .c = &c, .b = &b };
	return str_eq(c.format, STR("rss")) ? answer_feed(&l, &plan, e) : answer_json(&l, &q, &plan, e);
}

/* --- below one dataset -------------------------------------------------------------------------- */

static const char *const shapes[] = { "json", "jsonp", NULL };

static bool run_dataset(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	auto_buf b = BUF_INIT(64 << 20);
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, shapes, e) || !v1_dataset(&c, e)) return false;
	return v1_put_dataset(&b, &c, c.own.dataset->slug, e) && v1_answer(&c, &b, e);
}

/* One member of DatasetV1, beside the dataset's id. */
static bool answer_member(struct httpd_request *r, struct httpd_reply *p, void *app, const char *member, struct err *e)
{
	auto_v1 c;
	auto_buf whole = BUF_INIT(64 << 20);
	auto_buf b = BUF_INIT(64 << 20);
	auto_json *doc = NULL;
	if (!v1_enter(&c, r, p, app, e) || !v1_format(&c, shapes, e) || !v1_dataset(&c, e)) return false;
	if (!v1_put_dataset(&whole, &c, c.own.dataset->slug, e) || !json_read(buf_str(&whole), &doc, e)) return false;
	const struct json_node *value = json_get(json_root(doc), member);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "datasetid", c.own.dataset->slug);
	json_key(&j, str_of(member));
	json_value(&j);
	if (value) json_put_node(&b, value);
	else buf_lit(&b, "[]");
	json_close(&j, '}');
	return v1_answer(&c, &b, e);
}

static bool run_schema(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return answer_member(r, p, app, "fields", e);
}
static bool run_attachments(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return answer_member(r, p, app, "attachments", e);
}
static bool run_alternatives(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return answer_member(r, p, app, "alternative_exports", e);
}
/* There are none: versions are not shown one by one, and datasets name no services. */
static bool run_snapshots(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return answer_member(r, p, app, "snapshots", e);
}
static bool run_services(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return answer_member(r, p, app, "services", e);
}

static bool run_snapshot(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_v1 c;
	if (!v1_enter(&c, r, p, app, e) || !v1_dataset(&c, e)) return false;
	return err_set(e, ERR_NOT_FOUND, "The requested snapshot %.*s does not exist.", STR_ARG(text_cut(r->holes[1], 200)));
}

/* Files have one address, which the Explore API serves; what is below it there decides who may have them. */
static bool send_on(struct httpd_request *r, struct httpd_reply *p, void *app, const char *below, struct err *e)
{
	auto_v1 c;
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES);
	if (!v1_enter(&c, r, p, app, e) || !v1_dataset(&c, e)) return false;
	buf_printf(&b, "/api/explore/v2.1/catalog/datasets/%.*s/%s/", STR_ARG(c.own.dataset->slug), below);
	text_put_url(&b, r->holes[1]);
	int64_t size = 0;
	bool sized = str_to_int(r->holes[2], &size) && size > 0;
	if (sized) buf_printf(&b, "?thumbnail_size=%lld", (long long)size);
	if (r->raw_query.n && r->method != HTTPD_POST) {
		buf_put_char(&b, sized ? '&' : '?');
		buf_put(&b, r->raw_query);
	}
	struct str to;
	return buf_end(&b, &to, e) && httpd_reply_redirect(p, 302, to, e);
}

static bool run_attachment(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return send_on(r, p, app, "attachments", e);
}
static bool run_alternative(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return send_on(r, p, app, "alternative_exports", e);
}
static bool run_file(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return send_on(r, p, app, "files", e);
}

#define DATASETS "/api/datasets/1.0"
V1_ROUTES(datasets, DATASETS "/search", run_search);
V1_ROUTES(dataset, DATASETS "/{dataset}", run_dataset);
V1_ROUTES(schema, DATASETS "/{dataset}/schema", run_schema);
V1_ROUTES(attachments, DATASETS "/{dataset}/attachments", run_attachments);
V1_ROUTES(attachment, DATASETS "/{dataset}/attachments/{id}", run_attachment);
V1_ROUTES(alternatives, DATASETS "/{dataset}/alternative_exports", run_alternatives);
V1_ROUTES(alternative, DATASETS "/{dataset}/alternative_exports/{id}", run_alternative);
V1_ROUTES(file, DATASETS "/{dataset}/files/{id}", run_file);
V1_ROUTES(file_sized, DATASETS "/{dataset}/files/{id}/{size}", run_file);
V1_ROUTES(image, DATASETS "/{dataset}/images/{id}", run_file);
V1_ROUTES(image_sized, DATASETS "/{dataset}/images/{id}/{size}", run_file);
V1_ROUTES(page_file, "/explore/dataset/{dataset}/files/{id}", run_file);
V1_ROUTES(page_file_sized, "/explore/dataset/{dataset}/files/{id}/{size}", run_file);
V1_ROUTES(snapshots, DATASETS "/{dataset}/snapshots", run_snapshots);
V1_ROUTES(snapshot, DATASETS "/{dataset}/snapshots/{id}", run_snapshot);
V1_ROUTES(services, DATASETS "/{dataset}/services", run_services);
