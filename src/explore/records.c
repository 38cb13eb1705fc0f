/* Lists of records, in the shapes of both versions: flat ones, and the envelopes of v2.0. */
#include "explore/inside.h"

static void plan_done(struct query_plan *p) { query_plan_done(p); }

enum { MOST_BYTES = 256 << 20 };

static void put_links(struct buf *b, const struct call *c, struct str id)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '[');
	rest_link(&j, STR("self"), link_to(c, "/catalog/datasets/%.*s/records/%.*s", STR_ARG(c->dataset->slug), STR_ARG(id)));
	rest_link(&j, STR("datasets"), link_to(c, "/catalog/datasets"));
	rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
	json_close(&j, ']');
}

/* With include_links a record also tells its id, age and links, before its own members. */
static void put_flat(struct buf *b, const struct call *c, struct str id, struct str object)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("_links"));
	json_value(&j);
	put_links(b, c, id);
	json_member(&j, "_id", id);
	json_key(&j, STR("_timestamp"));
	json_value(&j);
	buf_put_char(b, '"');
	clock_put_instant(b, c->target.record_timestamp_us, c->zone);
	buf_put_char(b, '"');
	json_member_int(&j, "_size", (int64_t)object.n);
	if (object.n > 2) buf_put_char(b, ',');
	buf_put(b, str_from(object, 1));
}

void record_put_envelope(struct buf *b, const struct call *c, struct str id, struct str object)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_value(&j);
	if (id.n) put_links(b, c, id);
	else buf_lit(b, "[]");
	json_key(&j, STR("record"));
	json_open(&j, '{');
	if (id.n) {
		json_member(&j, "id", id);
		json_key(&j, STR("timestamp"));
		json_value(&j);
		buf_put_char(b, '"');
		clock_put_instant_ms_z(b, c->target.record_timestamp_us);
		buf_put_char(b, '"');
	}
	json_member_int(&j, "size", (int64_t)object.n);
	json_key(&j, STR("fields"));
	json_value(&j);
	buf_put(b, object);
	json_close(&j, '}');
	json_close(&j, '}');
}

static void put_batch(struct buf *b, const struct call *c, const struct query_plan *p, struct record_keys *keys,
                      const struct batch *rows, enum records_form form, bool first)
{
	struct record_style style = call_style(c);
	auto_buf object = BUF_INIT(MOST_BYTES);
	for (size_t i = 0; i < rows->nrows; i++) {
		struct str id = p->id_column >= 0 ? rows->columns[p->id_column].texts[i] : STR("");
		if (!first || i > 0) buf_put_char(b, ',');
		if (form == RECORDS_BARE || (form == RECORDS_FLAT && !id.n)) {
			record_put_object(b, keys, rows, i, &style);
			continue;
		}
		buf_clear(&object);
		record_put_object(&object, keys, rows, i, &style);
		if (object.over) b->over = true;
		if (form == RECORDS_FLAT) put_flat(b, c, id, buf_str(&object));
		else record_put_envelope(b, c, id, buf_str(&object));
	}
}

bool records_put(struct buf *b, const struct call *c, const struct query_plan *p, enum records_form form, int64_t *n,
                 struct records_end *end_or_null, struct err *e)
{
	struct query_cursor *k;
	struct batch rows;
	bool ok = true;
	*n = 0;
	if (end_or_null) *end_or_null = (struct records_end){ .found = -1 };
	if (p->empty || !call_has_rows(c)) return true;
	struct record_keys *keys = record_keys(c->arena, p->columns, p->ncolumns);
	if (!query_open(c->at.site->engine, p, c->r->cancel, &k, e)) return false;
	do {
		auto_arena turned = ARENA_INIT;
		ok = query_next(k, &rows, e);
		if (!ok) break;
		dialect_turn(c, p, &turned, &rows);
		put_batch(b, c, p, keys, &rows, form, *n == 0);
		*n += (int64_t)rows.nrows;
	} while (rows.nrows > 0 && !b->over);
	if (ok && end_or_null)
		*end_or_null = (struct records_end){ .next = arena_str(c->arena, query_next_cursor(k)), .found = query_found(k) };
	query_close(k);
	return ok;
}

static void put_head(struct buf *b, const struct call *c, const struct query_plan *p, int64_t total, const char *list, struct str next)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	if (!p->grouped) json_member_int(&j, "total_count", total);
	if (c->links) {
		json_key(&j, c->version >= 21 ? STR("_links") : STR("links"));
		json_open(&j, '[');
		if (!p->request->with_cursor) link_pages(&j, c, p, total);
		else if (next.n) rest_link(&j, STR("next"), link_cursor(c, next));
		rest_link(&j, STR("dataset"), link_dataset(c, c->dataset->slug, ""));
		rest_link(&j, STR("catalog"), link_to(c, "/catalog"));
		json_close(&j, ']');
	}
	json_key(&j, str_of(list));
	buf_put_char(b, '[');
}

/* Pages by cursor tell how to go on, in the answer and in its head. */
static bool put_end(struct buf *b, const struct call *c, const struct query_request *q, struct str next, struct err *e)
{
	/* base64url needs no escapes. */
	buf_put_char(b, ']');
	if (q->with_cursor && next.n) buf_printf(b, ",\"next_cursor\":\"%.*s\"", STR_ARG(next));
	else if (q->with_cursor) buf_lit(b, ",\"next_cursor\":null");
	buf_put_char(b, '}');
	if (!next.n) return true;
	struct str link = arena_printf(c->arena, "<%.*s>; rel=\"next\"", STR_ARG(link_cursor(c, next)));
	return httpd_reply_header(c->p, STR("Link"), link, e);
}

bool records_answer(struct call *c, enum records_form form, struct err *e)
{
	auto_buf rows = BUF_INIT(MOST_BYTES);
	auto_buf b = BUF_INIT(MOST_BYTES + (4 << 20));
	auto_with(plan_done) struct query_plan plan = { 0 };
	int64_t shown;
	int64_t total;
	struct records_end end;
	if (!call_records(c, e)) return false;
	struct query_request q = call_question(c, QUERY_PAGE);
	q.with_id = c->links && form != RECORDS_BARE;
	if (!query_plan_rows(c->arena, &q, &plan, e)) return false;
	if (call_is_fresh(c, plan.canonical)) return true;
	call_planned(c);
	if (!records_put(&rows, c, &plan, form, &shown, &end, e)) return false;
	if (!call_total(c, &q, &plan, shown, end.found, &total, e)) return false;
	if (rows.over) return err_set(e, ERR_TOO_LARGE, "This page is too large; ask for fewer records or fields.");
	put_head(&b, c, &plan, total, form == RECORDS_ENVELOPE ? "records" : "results", end.next);
	buf_put(&b, buf_str(&rows));
	if (!put_end(&b, c, &q, end.next, e)) return false;
	return call_reply(c, &b, e);
}
