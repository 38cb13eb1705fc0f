/* GET /catalog/exports/{format} : the catalogue as a file. It is small (some kilobytes a dataset), so
 * it is written whole before it is sent. */
#include "explore/inside.h"
#include "export/export.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

enum { MOST_BYTES = 1 << 30 };

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9' && i > 0))) return false;
	}
	return s.n > 0;
}

/* Every meta of every template (but not its variants by language), then the id (§13). */
static struct str all_metas(struct call *c)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES);
	const struct schema *s = c->target.schema;
	for (size_t i = 0; i < s->n; i++) {
		struct str rest = s->fields[i].name;
		struct str part;
		ptrdiff_t dot = str_find_char(rest, '.');
		if (dot < 0 || dot != str_rfind_char(rest, '.') || (s->fields[i].flags & FIELD_HIDDEN)) continue;
		for (bool first = true; str_cut(&rest, '.', &part); first = false) {
			if (!first) buf_put_char(&b, '.');
			if (is_plain(part)) buf_put(&b, part);
			else buf_printf(&b, "`%.*s`", STR_ARG(part));
		}
		buf_lit(&b, ", ");
	}
	buf_lit(&b, "datasetid");
	return b.over ? STR("*") : arena_str(c->arena, buf_str(&b));
}

static bool put_json(struct buf *b, struct call *c, struct query_request *q, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	int64_t n;
	q->select = STR("datasetid");
	q->group_by = STR("");
	if (!query_plan_rows(c->arena, q, &plan, e)) return false;
	buf_put_char(b, '[');
	if (!dataset_put_list(b, c, &plan, &n, e)) return false;
	buf_put_char(b, ']');
	return true;
}

static bool put_table(struct buf *b, struct call *c, struct query_request *q, const struct export_format *f,
                      const struct export_options *o, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct export_job job = { .engine = c->at.site->engine, .options = *o, .cancel_or_null = c->r->cancel };
	struct export_sink to = { export_to_buf, b };
	if (q->select.n == 0 && q->group_by.n == 0) q->select = all_metas(c);
	if (!query_plan_rows(c->arena, q, &plan, e)) return false;
	if (!call_has_rows(c)) plan.empty = true;
	job.plan = &plan;
	return export_run(&job, f, &to, e);
}

static bool run(struct call *c, struct err *e)
{
	auto_buf b = BUF_INIT(MOST_BYTES);
	struct export_options o;
	call_catalogue(c);
	struct str name = c->r->holes[0];
	const struct export_format *f = export_format_or_null(name);
	bool json = str_eq(name, STR("json"));
	if (!json && !(f && (f->flags & EXPORT_CATALOGUE)))
		return err_set(e, ERR_NO_ROUTE, "The catalogue is not offered in the format %.*s.", STR_ARG(str_sub(name, 0, 60)));
	if (!download_options(c, &o, e)) return false;
	o.compressed = false;
	struct query_request q = call_question(c, QUERY_EXPORT);
	if (call_is_fresh(c, name)) return true;
	if (!(json ? put_json(&b, c, &q, e) : put_table(&b, c, &q, f, &o, e))) return false;
	if (b.over) return err_set(e, ERR_TOO_LARGE, "The catalogue is too large for this export.");
	rest_download(c->p, str_of(json ? "application/json" : f->mime),
	              arena_printf(c->arena, "datasets.%s", json ? "json" : f->suffix));
	httpd_reply_take(c->p, &b);
	return true;
}

EXPLORE_ENDPOINT(get_catalog_export, "/catalog/exports/{format}", .name = "exportDatasets",
                 .summary = "Gives the datasets of a question as a file.", .in = EXPLORE_IN_BOTH,
                 .params = TAKES_EXPORT | TAKES(OFFSET) | TAKES(START), .answer = EXPLORE_CATALOGUE_FILE, .run = run);
