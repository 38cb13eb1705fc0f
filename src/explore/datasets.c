/* DatasetObjects (Explore API §10) as they stand in lists and alone, in the shapes of both versions. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

enum { MOST_BYTES = 256 << 20 };

void dataset_put_links(struct buf *b, const struct call *c, const struct dataset *d)
{
	static const struct { const char *rel, *below; } below[] = {
		{ "self", "" }, { "attachments", "/attachments" }, { "files", "/files" },
		{ "records", "/records" }, { "exports", "/exports" }, { "facets", "/facets" },
	};
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	for (size_t i = 0; i < COUNT_OF(below); i++)
		rest_link(&j, str_of(below[i].rel), link_dataset(c, d->slug, below[i].below));
	rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
	json_close(&j, ']');
}

void dataset_put(struct buf *b, const struct call *c, const struct dataset *d)
{
	if (c->version < 21) {
		buf_lit(b, "{\"links\":");
		dataset_put_links(b, c, d);
		buf_lit(b, ",\"dataset\":");
		dataset_put_json(b, d, c->lang, c->zone, c->v[CALL_APP_METAS].number != 0);
		buf_put_char(b, '}');
		return;
	}
	dataset_put_json(b, d, c->lang, c->zone, c->v[CALL_APP_METAS].number != 0);
	if (!c->links || b->over) return;
	b->n--; /* the closing brace moves behind one more member */
	buf_lit(b, ",\"_links\":");
	dataset_put_links(b, c, d);
	buf_put_char(b, '}');
}

static bool put_whole(struct buf *b, const struct call *c, const struct query_plan *p, bool bare, int64_t *n, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (p->empty || !call_has_rows(c)) return true;
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++) {
			const struct dataset *d = call_find_or_null(c, rows.columns[0].texts[i]);
			if (!d) continue;
			if ((*n)++ > 0) buf_put_char(b, ',');
			if (bare) dataset_put_json(b, d, c->lang, c->zone, c->v[CALL_APP_METAS].number != 0);
			else dataset_put(b, c, d);
		}
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

bool dataset_put_list(struct buf *b, const struct call *c, const struct query_plan *p, int64_t *n, struct err *e)
{
	return put_whole(b, c, p, true, n, e);
}

static void put_head(struct buf *b, const struct call *c, const struct query_plan *p, int64_t total, const char *list)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	if (!p->grouped) json_member_int(&j, "total_count", total);
	if (c->links) {
		json_key(&j, c->version >= 21 ? STR("_links") : STR("links"));
		json_open(&j, '[');
		link_pages(&j, c, p, total);
		rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
		json_close(&j, ']');
	}
	json_key(&j, str_of(list));
	buf_put_char(b, '[');
}

bool datasets_answer(struct call *c, bool wrapped, struct err *e)
{
	auto_buf rows = BUF_INIT(MOST_BYTES);
	auto_buf b = BUF_INIT(MOST_BYTES + (4 << 20));
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct selection s = { 0 };
	int64_t shown;
	int64_t total;
	call_catalogue(c);
	struct query_request q = call_question(c, QUERY_PAGE);
	bool whole = q.select.n == 0 && q.group_by.n == 0;
	if (whole) q.select = STR("datasetid");
	else if (q.group_by.n == 0 && !selection_read(c, q.select, &s, e)) return false;
	if (s.with_id) q.select = s.select;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (call_is_fresh(c, plan.canonical)) return true;
	call_planned(c);
	bool ok = whole ? put_whole(&rows, c, &plan, c->version < 21 && !wrapped, &shown, e)
	                : selection_put(&rows, c, &plan, &s, wrapped, &shown, e);
	if (!ok || !call_total(c, &q, &plan, shown, -1, &total, e)) return false;
	if (rows.over) return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer datasets.");
	put_head(&b, c, &plan, total, wrapped ? "datasets" : "results");
	buf_put(&b, buf_str(&rows));
	buf_lit(&b, "]}");
	return call_reply(c, &b, e);
}
