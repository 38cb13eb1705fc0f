/* Running plans: batches as the engine gives them, record ids completed by their check digits, names of
 * files by what the portal knows of them. */
#include <stdlib.h>
#include "query/inside.h"
#include "json/json.h"

enum { NEXT_BYTES = 1 << 20 };

struct query_cursor {
	const struct query_plan *plan;
	struct engine_query question;
	struct engine_cursor *engine; /* NULL when there is nothing to ask */
	struct column *columns;
	struct arena ids;
	struct arena ranking;
	int64_t found;                /* rows of the whole question, or -1 */
	int64_t given;                /* rows so far; with a cursor one more than is shown is asked for */
	bool ended;                   /* the page is full */
	struct buf last, next;        /* the cursor of the last row; the same once more rows were seen */
};

bool query_open(struct engine *g, const struct query_plan *p, struct cancel *c, struct query_cursor **out, struct err *e)
{
	struct query_cursor *k = calloc(1, sizeof *k);
	ensure(k != NULL);
	k->plan = p;
	k->found = -1;
	k->last = BUF_INIT(NEXT_BYTES);
	k->next = BUF_INIT(NEXT_BYTES);
	size_t n = p->ncolumns + (p->id_column >= 0) + p->nhidden;
	k->question = (struct engine_query){ .at = p->request->target->at, .sql = &p->sql, .columns = p->types,
		.ncolumns = n, .stream = p->request->mode == QUERY_EXPORT };
	bool ready = !p->ranks || p->empty || rank_question(g, p, c, &k->ranking, &k->question.sql, &k->found, e);
	bool asks = !p->empty && k->question.sql;
	if (!ready || (asks && !engine_ask(g, &k->question, c, &k->engine, e))) {
		arena_done(&k->ranking);
		free(k);
		return false;
	}
	*out = k;
	return true;
}

static int hex_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* The engine gives 32 digits; the check digits are the record room's. */
static struct str whole_id(struct arena *a, struct str hex)
{
	uint8_t id[RECORD_ID_BYTES];
	if (hex.n != 2 * RECORD_ID_BYTES) return hex;
	for (size_t i = 0; i < RECORD_ID_BYTES; i++)
		id[i] = (uint8_t)(hex_of(hex.p[2 * i]) << 4 | hex_of(hex.p[2 * i + 1]));
	auto_buf b = BUF_INIT(64);
	record_id_put(&b, id);
	return arena_str(a, buf_str(&b));
}

/* What a file is called becomes what the portal knows of it. */
static struct str whole_file(struct arena *a, const struct query_target *t, struct str name)
{
	const struct dataset_file *f = dataset_file_named_or_null(t->files_of_or_null, name);
	if (!f) return name;
	auto_buf b = BUF_INIT(1 << 16);
	auto_buf url = BUF_INIT(LIMIT_URL_BYTES);
	struct json_out j = JSON_OUT(&b);
	ptrdiff_t dot = str_rfind_char(name, '.');
	if (t->files_base.n) buf_put(&url, t->files_base);
	else buf_printf(&url, "/api/explore/v2.1/catalog/datasets/%.*s/files/", STR_ARG(t->dataset_id));
	buf_put(&url, f->id);
	json_open(&j, '{');
	json_member_bool(&j, "thumbnail", f->width > 0);
	json_member(&j, "filename", f->name);
	json_member(&j, "format", dot < 0 ? STR("") : str_from(name, (size_t)dot + 1));
	json_member(&j, "id", f->id);
	json_member(&j, "mimetype", f->mime);
	json_member(&j, "url", buf_str(&url));
	if (f->width > 0) {
		json_member_int(&j, "width", f->width);
		json_member_int(&j, "height", f->height);
	}
	json_close(&j, '}');
	return b.over || url.over ? name : arena_str(a, buf_str(&b));
}

/* Record ids and names of files. */
static bool completes(const struct query_cursor *k, const struct batch *b, size_t i)
{
	const struct query_target *t = k->plan->request->target;
	bool file = b->columns[i].type.type == VALUE_FILE && !b->columns[i].type.list;
	return k->plan->ids[i] || (file && t->files_of_or_null && t->files_of_or_null->files_by_name.n);
}

static void complete(struct query_cursor *k, struct batch *b)
{
	bool any = false;
	for (size_t i = 0; i < b->ncolumns; i++) any = any || completes(k, b, i);
	if (!any) return;
	arena_done(&k->ids);
	k->ids = ARENA_INIT;
	k->columns = arena_array(&k->ids, struct column, b->ncolumns);
	memcpy(k->columns, b->columns, b->ncolumns * sizeof *k->columns);
	for (size_t i = 0; i < b->ncolumns; i++) {
		if (!completes(k, b, i)) continue;
		struct str *texts = arena_array(&k->ids, struct str, b->nrows);
		for (size_t row = 0; row < b->nrows; row++) {
			struct str cell = column_has(&b->columns[i], row) ? b->columns[i].texts[row] : STR("");
			if (!cell.n) continue;
			texts[row] = k->plan->ids[i] ? whole_id(&k->ids, cell) : whole_file(&k->ids, k->plan->request->target, cell);
		}
		k->columns[i].texts = texts;
	}
	b->columns = k->columns;
}

/* Cuts what is more than the page, and notes how to go on from its last row. */
static bool note_next(struct query_cursor *k, struct batch *b, struct err *e)
{
	const struct query_plan *p = k->plan;
	int64_t room = p->limit - k->given;
	if (!b->nrows) return true;
	bool more = (int64_t)b->nrows > room;
	const struct column *hidden = b->columns + b->ncolumns - p->nhidden;
	if (more) b->nrows = (size_t)room;
	k->given += (int64_t)b->nrows;
	if (b->nrows) {
		k->ended = k->given == p->limit;
		buf_clear(&k->last);
		keyset_put(&k->last, p->question, hidden, p->nhidden, b->nrows - 1);
	}
	b->ncolumns -= b->nrows ? p->nhidden : 0;
	if (!more || !k->ended) return true;
	if (!k->last.n) return err_set(e, ERR_TOO_LARGE, "The values that order_by sorts by are too long for a cursor; sort by shorter ones.");
	buf_put(&k->next, buf_str(&k->last));
	return true;
}

bool query_next(struct query_cursor *k, struct batch *out, struct err *e)
{
	struct batch b = { 0 };
	if (k->engine && !engine_next(k->engine, &b, e)) return false;
	if (k->plan->nhidden && !note_next(k, &b, e)) return false;
	if (b.nrows) complete(k, &b);
	*out = b;
	return true;
}

struct str query_next_cursor(const struct query_cursor *k) { return buf_str(&k->next); }

int64_t query_found(const struct query_cursor *k) { return k->found; }

void query_close(struct query_cursor *k)
{
	if (!k) return;
	engine_finish(k->engine);
	arena_done(&k->ranking);
	arena_done(&k->ids);
	buf_done(&k->last);
	buf_done(&k->next);
	free(k);
}

bool query_count(struct engine *g, struct arena *a, const struct query_request *r, struct cancel *c, int64_t *out, struct err *e)
{
	static const struct column_type type = { .type = VALUE_INT };
	struct scene s;
	struct sql q;
	struct batch b;
	struct engine_cursor *k = NULL;
	if (!scene_open(a, r, true, &s, e)) return false;
	sql_init(&q, a, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM ");
	sql_relation(&q, r->target->at);
	(void)scene_put_where(&q, &s, -1, NULL);
	const struct engine_query question = { .at = r->target->at, .sql = &q, .columns = &type, .ncolumns = 1 };
	bool fine = engine_ask(g, &question, c, &k, e) && engine_next(k, &b, e);
	if (fine && b.nrows != 1) fine = err_set(e, ERR_DATABASE, "The count gave no row.");
	if (fine) *out = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	return fine;
}
