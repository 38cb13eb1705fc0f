/* GET …/exports/{format} : all records of a question as a file. Everything that can be wrong with the
 * question is told before the first byte; what follows is download/'s. */
#include "explore/inside.h"
#include "download/download.h"
#include "export/export.h"
#include "visitor/visitor.h"

static const struct export_format *format_of(const struct call *c, struct err *e)
{
	const struct export_format *f = export_format_or_null(c->r->holes[1]);
	if (f && download_is_for(c, f)) return f;
	err_set(e, ERR_NO_ROUTE, "The dataset %.*s is not offered in the format %.*s.", STR_ARG(c->dataset->slug),
	        STR_ARG(str_sub(c->r->holes[1], 0, 60)));
	return NULL;
}

static bool run(struct call *c, struct err *e)
{
	struct export_options o;
	if (!call_records(c, e)) return false;
	const struct export_format *f = format_of(c, e);
	if (!f || !download_options(c, &o, e)) return false;
	/* The portal's own address, not the one it was asked at: a record has one name. */
	o.origin = visitor_origin(c->arena, c->at.tenant->host, c->at.site->listen_port);
	/* Headings are in the language that is asked for; a former version has fields of its own, and they are as they were. */
	if (c->target.at.number == c->dataset->version.number) c->target.schema = &dataset_told(c->dataset, c->arena, c->lang)->schema;
	struct query_request q = call_question(c, QUERY_EXPORT);
	q.offset = STR(""); /* exports have none */
	q.default_order = download_order(c->arena, c->dataset, q.target);
	q.with_id = (f->flags & EXPORT_IDS) != 0;
	auto_download *d = NULL;
	if (!download_plan(&q, &d, e)) return false;
	const struct export_job job = { .plan = download_question(d), .options = o };
	if (!export_check(&job, f, e)) return false;
	if (call_is_fresh(c, download_canonical(d))) return true;
	struct str suffix = export_suffix(c->arena, f, &o);
	rest_download(c->p, export_mime(f, &o), arena_printf(c->arena, "%.*s.%.*s", STR_ARG(c->dataset->slug), STR_ARG(suffix)));
	if (c->r->method == HTTPD_HEAD) return true;
	const struct download_writer w = { .format = f, .options = o };
	return download_start(&d, c->r, c->p, &c->at, &w, e);
}

EXPLORE_ENDPOINT(get_export, "/catalog/datasets/{dataset}/exports/{format}", .name = "exportRecords",
                 .summary = "Gives the records of a question as a file.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_EXPORT | TAKES_FILE | TAKES(AS_OF), .answer = EXPLORE_RECORD_FILE, .run = run);
