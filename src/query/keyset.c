/* Pages by keys: the next page starts after the values that the last row was sorted by, and after its
 * number where they tie, so that a page costs the same however deep it lies and no row is missed or seen
 * twice. The values travel in a text that callers hand back as it is: base64url of a digest of the
 * question and the version, the values each behind a letter, and the row's number. */
#include "query/inside.h"
#include "crypt/crypt.h"

enum { DIGEST_BYTES = 8, CURSOR_MOST = 12 << 10 };

/* --- the text ---------------------------------------------------------------------------------------- */

static void put_number(struct buf *b, char letter, uint64_t bits)
{
	buf_put_char(b, letter);
	for (int i = 7; i >= 0; i--) buf_put_char(b, (char)(bits >> (8 * i) & 0xff));
}

static void put_value(struct buf *b, const struct value *v)
{
	uint64_t bits = 0;
	if (v->null) {
		buf_put_char(b, 'n');
	} else if (v->type == VALUE_DOUBLE) {
		memcpy(&bits, &v->d, sizeof bits);
		put_number(b, 'd', bits);
	} else if (v->type == VALUE_BOOL) {
		put_number(b, 'b', v->b);
	} else if (v->type == VALUE_DATE) {
		put_number(b, 'y', (uint64_t)(int64_t)v->days);
	} else if (v->type == VALUE_INT || v->type == VALUE_DATETIME) {
		put_number(b, 'i', (uint64_t)v->i);
	} else {
		put_number(b, 't', v->s.n);
		buf_put(b, v->s);
	}
}

void keyset_put(struct buf *b, struct str question, const struct column *hidden, size_t n, size_t row)
{
	auto_buf bytes = BUF_INIT(CURSOR_MOST);
	buf_put(&bytes, question);
	for (size_t i = 0; i < n; i++) {
		struct value v = column_has(&hidden[i], row) ? column_value(&hidden[i], row) : VALUE_NULL_OF(hidden[i].type.type);
		put_value(&bytes, &v);
	}
	if (!bytes.over) crypt_put_base64url(b, buf_str(&bytes));
}

struct reader { struct str rest; bool bad; };

static uint64_t read_number(struct reader *r)
{
	uint64_t bits = 0;
	if (r->rest.n < 8) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < 8; i++) bits = bits << 8 | (unsigned char)r->rest.p[i];
	r->rest = str_from(r->rest, 8);
	return bits;
}

static char letter_of(enum value_type t)
{
	switch ((int)t) {
	case VALUE_DOUBLE: return 'd';
	case VALUE_BOOL: return 'b';
	case VALUE_DATE: return 'y';
	case VALUE_INT: case VALUE_DATETIME: return 'i';
	default: return 't';
	}
}

static struct value read_value(struct reader *r, enum value_type t)
{
	struct value v = { .type = t };
	char letter = r->rest.n ? r->rest.p[0] : 0;
	if (letter != 'n' && letter != letter_of(t)) {
		r->bad = true;
		return v;
	}
	r->rest = str_from(r->rest, 1);
	v.null = letter == 'n';
	if (v.null) return v;
	uint64_t bits = read_number(r);
	if (letter == 'd') {
		memcpy(&v.d, &bits, sizeof v.d);
	} else if (letter == 'b') {
		v.b = bits != 0;
	} else if (letter == 'y') {
		v.days = (int32_t)bits;
	} else if (letter == 'i') {
		v.i = (int64_t)bits;
	} else if (bits > r->rest.n) {
		r->bad = true;
	} else {
		v.s = str_sub(r->rest, 0, (size_t)bits);
		r->rest = str_from(r->rest, (size_t)bits);
	}
	return v;
}

bool keyset_read(struct arena *a, struct str text, struct str question, const struct column_type *types, size_t nkeys, struct keyset *out)
{
	struct reader r = { 0 };
	if (text.n > 2 * CURSOR_MOST || !crypt_base64url_decode(a, text, &r.rest)) return false;
	if (r.rest.n < question.n || !str_eq(str_sub(r.rest, 0, question.n), question)) return false;
	r.rest = str_from(r.rest, question.n);
	*out = (struct keyset){ .keys = arena_array(a, struct value, nkeys + 1) };
	for (size_t i = 0; i < nkeys && !r.bad; i++) out->keys[i] = read_value(&r, types[i].type);
	struct value row = read_value(&r, VALUE_INT);
	out->row = row.i;
	return !r.bad && !row.null && r.rest.n == 0;
}

/* --- the question ------------------------------------------------------------------------------------- */

static bool refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for cursor API parameter: %s", why);
}

/* A cursor belongs to one question and one version. */
static struct str digest(const struct rows *r, struct str canonical)
{
	const struct version_ref at = r->scene.request->target->at;
	auto_buf b = BUF_INIT(SIZE_MAX);
	unsigned char hash[16];
	/* Not the pushes onto it: pages go on by values, and what was pushed meanwhile stands where its values put it. */
	buf_printf(&b, "%lld %lld %lld ", (long long)at.tenant.v, (long long)at.dataset, (long long)at.number);
	buf_put(&b, canonical);
	crypt_blake2b(buf_str(&b), hash, sizeof hash);
	return arena_str(r->plan->arena, str_make((const char *)hash, DIGEST_BYTES));
}

bool keyset_open(struct rows *r, struct str canonical, struct err *e)
{
	const struct query_request *request = r->scene.request;
	size_t n = r->query.order_by.n;
	if (r->query.grouped) return refuse(e, "groups have no cursor; leave it out, and page with limit and offset.");
	if (r->query.aggregated || r->query.mixed) return refuse(e, "aggregates have no cursor; leave it out.");
	if (r->window.offset) return refuse(e, "a cursor goes on where the last page ended; leave offset out.");
	r->plan->question = digest(r, canonical);
	if (!request->cursor.n) return true;
	struct column_type *types = arena_array(r->plan->arena, struct column_type, n + 1);
	keyset_describe(r, types);
	if (keyset_read(r->plan->arena, request->cursor, r->plan->question, types, n, &r->after)) return true;
	return refuse(e, "this one belongs to another question, or the data has changed since; start again with cursor=*, and keep "
	              "select, where, order_by and the other parameters the same from page to page (as_of=… holds the data still).");
}

void keyset_describe(const struct rows *r, struct column_type *types)
{
	for (size_t i = 0; i < r->query.order_by.n; i++) types[i] = (struct column_type){ .type = r->query.order_by.p[i].expr->type };
	types[r->query.order_by.n] = (struct column_type){ .type = VALUE_INT };
}

void keyset_put_columns(struct sql *q, const struct rows *r)
{
	for (size_t i = 0; i < r->query.order_by.n; i++) {
		sql_lit(q, ", ");
		rows_put_sorted(q, r, &r->query.order_by.p[i]);
	}
	sql_lit(q, ", rowid");
}

static void put_key(struct sql *q, const struct value *v)
{
	sql_lit(q, "CAST(");
	sql_param(q, *v);
	sql_lit(q, " AS ");
	sql_put_literal(q, str_of(value_kind(v->type)->duckdb));
	sql_lit(q, ")");
}

/* Nulls come last both ways: everything else stands before them, and nothing after. */
void keyset_put_after(struct sql *q, const struct rows *r)
{
	size_t n = r->query.order_by.n;
	for (size_t i = 0; i < n; i++) {
		const struct odsql_item *item = &r->query.order_by.p[i];
		const struct value *v = &r->after.keys[i];
		sql_lit(q, "(");
		if (!v->null) {
			rows_put_sorted(q, r, item);
			sql_put_literal(q, item->descending ? STR(" < ") : STR(" > "));
			put_key(q, v);
			sql_lit(q, " OR ");
			rows_put_sorted(q, r, item);
			sql_lit(q, " IS NULL OR ");
		}
		sql_lit(q, "(");
		rows_put_sorted(q, r, item);
		sql_lit(q, " IS ");
		if (v->null) {
			sql_lit(q, "NULL");
		} else {
			sql_lit(q, "NOT DISTINCT FROM ");
			put_key(q, v);
		}
		sql_lit(q, " AND ");
	}
	sql_lit(q, "rowid > CAST(");
	sql_int(q, r->after.row);
	sql_lit(q, " AS BIGINT)");
	for (size_t i = 0; i < n; i++) sql_lit(q, "))");
}
