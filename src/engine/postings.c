/* The index of words of a version, written while its rows are loaded (in the loading process only). Rows
 * come in order, so for each word of each text field the numbers of its rows grow, and a list of small
 * differences is built in memory. When the lists have grown beyond a bound they are written out, sorted
 * by word, and forgotten: the table is then several sorted runs, each read like the one before, and
 * nothing is ever merged.
 *
 * Table words(key BIGINT, term VARCHAR, field INTEGER, rows BLOB): `term` is a token of text_fold, cut at
 * WORD_BYTES; `key` is its first seven bytes as a number, so that a comparison of numbers leaves most of
 * the table unread; `rows` holds the rowids in ascending order, each as the difference to the one before
 * (the first to 0), seven bits a byte, lowest first, the high bit set on all but the last byte, and then
 * a byte of words_mark: how often the word stands in the field and how many words do. A version of fewer than WORDS_FEWEST_ROWS rows has no table: reading them all costs no more. */
#include "engine/inside.h"
#include "text/text.h"
#include <malloc.h>
#include <stdlib.h>

enum { FIRST_PIECE = 8, LAST_PIECE = 4096, FOLD_BYTES = 64 << 20, APPEND_ROWS = 2048 };
static const size_t PART_BYTES = (size_t)128 << 20;
/* What the appender, which knows of no bound, is given before it must pass it on. */
static const size_t FLUSH_BYTES = (size_t)8 << 20;

/* Bytes of a list, a piece at a time, so that nothing is ever moved. */
struct piece {
	struct piece *next;
	uint32_t n, cap;
	unsigned char bytes[];
};

/* The list of one word in one field. */
struct posting {
	uint64_t key;          /* first eight bytes, for sorting and hashing */
	const char *term;
	uint32_t length, field;
	uint32_t hash;
	uint32_t times;        /* in the row added last … */
	int64_t last;          /* … which is this */
	unsigned char *mark;   /* its last byte */
	struct piece *first, *tail;
};

struct postings {
	const struct schema *schema;
	struct arena arena;      /* pieces and terms of this run */
	size_t taken, part;      /* its bytes, roughly, and how many there may be */
	struct posting *p;
	size_t n, cap;
	uint32_t *slots;         /* index + 1; a power of two of them */
	size_t nslots;
	struct buf folded;
	duckdb_connection connection;
	duckdb_appender appender;
	bool begun;              /* the table exists */
};

struct postings *postings_new(const struct schema *s)
{
	struct postings *w = calloc(1, sizeof *w);
	ensure(w != NULL);
	w->schema = s;
	w->folded = BUF_INIT(FOLD_BYTES);
	w->part = PART_BYTES;
	return w;
}

void postings_part(struct postings *w, size_t bytes) { w->part = bytes ? bytes : PART_BYTES; }

static void forget(struct postings *w)
{
	arena_done(&w->arena);
	w->arena = ARENA_INIT;
	free(w->p);
	free(w->slots);
	w->p = NULL;
	w->slots = NULL;
	w->n = w->cap = w->nslots = w->taken = 0;
}

void postings_free(struct postings *w)
{
	if (!w) return;
	forget(w);
	buf_done(&w->folded);
	if (w->appender) duckdb_appender_destroy(&w->appender);
	free(w);
}

/* --- growing ------------------------------------------------------------------------------------- */

static void *take(struct postings *w, size_t n)
{
	w->taken += n;
	return arena_bytes(&w->arena, n);
}

static void put_byte(struct postings *w, struct posting *p, unsigned char c)
{
	if (!p->tail || p->tail->n == p->tail->cap) {
		uint32_t cap = p->tail ? num_min(p->tail->cap * 2, (uint32_t)LAST_PIECE) : FIRST_PIECE;
		struct piece *more = take(w, sizeof *more + cap);
		more->cap = cap;
		if (p->tail) p->tail->next = more;
		else p->first = more;
		p->tail = more;
	}
	p->mark = &p->tail->bytes[p->tail->n++];
	*p->mark = c;
}

static void put_row(struct postings *w, struct posting *p, int64_t row, size_t length)
{
	if (p->last == row) {
		*p->mark = words_mark(++p->times, length);
		return;
	}
	uint64_t by = (uint64_t)(row - num_max(p->last, (int64_t)0));
	for (; by >= 0x80; by >>= 7) put_byte(w, p, (unsigned char)(by | 0x80));
	put_byte(w, p, (unsigned char)by);
	p->times = 1;
	put_byte(w, p, words_mark(1, length));
	p->last = row;
}

static void rehash(struct postings *w)
{
	free(w->slots);
	w->taken += w->nslots * sizeof *w->slots;
	w->nslots = w->nslots ? w->nslots * 2 : 1 << 16;
	w->slots = calloc(w->nslots, sizeof *w->slots);
	ensure(w->slots != NULL);
	for (size_t i = 0; i < w->n; i++) {
		size_t at = w->p[i].hash & (w->nslots - 1);
		while (w->slots[at]) at = (at + 1) & (w->nslots - 1);
		w->slots[at] = (uint32_t)(i + 1);
	}
}

static uint64_t first_eight(struct str term)
{
	uint64_t key = 0;
	memcpy(&key, term.p, num_min(term.n, sizeof key));
	return __builtin_bswap64(key);
}

static struct posting *add(struct postings *w, struct str term, uint32_t field, uint32_t hash)
{
	if (w->n == w->cap) {
		w->taken += (w->cap ? w->cap : 4096) * sizeof *w->p;
		w->cap = w->cap ? w->cap * 2 : 4096;
		w->p = realloc(w->p, w->cap * sizeof *w->p);
		ensure(w->p != NULL);
	}
	char *copy = take(w, term.n);
	memcpy(copy, term.p, term.n);
	struct posting *p = &w->p[w->n++];
	*p = (struct posting){ .key = first_eight(term), .term = copy, .length = (uint32_t)term.n, .field = field, .hash = hash, .last = -1 };
	return p;
}

static struct posting *find(struct postings *w, struct str term, uint32_t field)
{
	if ((w->n + 1) * 2 > w->nslots) rehash(w);
	uint32_t hash = (uint32_t)(map_hash(term) >> 16) ^ field * 0x9e3779b9u;
	size_t at = hash & (w->nslots - 1);
	for (; w->slots[at]; at = (at + 1) & (w->nslots - 1)) {
		struct posting *p = &w->p[w->slots[at] - 1];
		if (p->hash == hash && p->field == field && p->length == term.n && memcmp(p->term, term.p, term.n) == 0) return p;
	}
	w->slots[at] = (uint32_t)(w->n + 1);
	return add(w, term, field, hash);
}

/* Tokens of w->folded. */
static void add_folded(struct postings *w, uint32_t field, int64_t row)
{
	struct str all = buf_str(&w->folded);
	struct str token;
	size_t length = all.n > 0;
	for (size_t i = 0; i < all.n; i++) length += all.p[i] == ' ';
	for (size_t at = 0; text_next_token(all, &at, &token);) {
		if (token.n > WORD_BYTES) token = text_cut(token, WORD_BYTES);
		put_row(w, find(w, token, field), row, length);
	}
}

/* --- writing out ----------------------------------------------------------------------------------- */

static int by_term(const void *a, const void *b)
{
	const struct posting *x = a;
	const struct posting *y = b;
	if (x->key != y->key) return x->key < y->key ? -1 : 1;
	int order = str_cmp(str_make(x->term, x->length), str_make(y->term, y->length));
	return order ? order : (x->field > y->field) - (x->field < y->field);
}

static void put_list(duckdb_vector v, size_t i, const struct posting *p, struct buf *scratch)
{
	buf_clear(scratch);
	for (const struct piece *x = p->first; x; x = x->next) buf_put(scratch, str_make((const char *)x->bytes, x->n));
	duckdb_vector_assign_string_element_len(v, i, scratch->p, scratch->n);
}

static bool append(struct postings *w, duckdb_data_chunk chunk, size_t from, size_t n, struct buf *scratch, struct err *e)
{
	duckdb_data_chunk_reset(chunk);
	int64_t *keys = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
	duckdb_vector terms = duckdb_data_chunk_get_vector(chunk, 1);
	int32_t *fields = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 2));
	duckdb_vector lists = duckdb_data_chunk_get_vector(chunk, 3);
	for (size_t i = 0; i < n; i++) {
		const struct posting *p = &w->p[from + i];
		keys[i] = (int64_t)(p->key >> 8);
		duckdb_vector_assign_string_element_len(terms, i, p->term, p->length);
		fields[i] = (int32_t)p->field;
		put_list(lists, i, p, scratch);
	}
	duckdb_data_chunk_set_size(chunk, n);
	return duckdb_append_data_chunk(w->appender, chunk) == DuckDBSuccess || engine_said(e, duckdb_appender_error(w->appender));
}

static bool begin(struct postings *w, duckdb_connection c, struct err *e)
{
	if (w->begun) return true;
	w->begun = true;
	return engine_run(c, "CREATE TABLE words (key BIGINT, term VARCHAR, field INTEGER, rows BLOB)", e) &&
	       (duckdb_appender_create(c, NULL, "words", &w->appender) == DuckDBSuccess || engine_said(e, "appender of words"));
}

static size_t list_bytes(const struct posting *p)
{
	size_t n = 0;
	for (const struct piece *x = p->first; x; x = x->next) n += x->n;
	return n;
}

/* How many lists go into the next chunk; their bytes are added. */
static size_t piece_from(const struct postings *w, size_t at, size_t *bytes)
{
	size_t n = 0;
	while (n < APPEND_ROWS && at + n < w->n && *bytes < FLUSH_BYTES) *bytes += list_bytes(&w->p[at + n++]);
	return n;
}

static bool flush(struct postings *w, struct err *e)
{
	return duckdb_appender_flush(w->appender) == DuckDBSuccess || engine_said(e, duckdb_appender_error(w->appender));
}

/* Writes the run and forgets it. */
static bool write_out(struct postings *w, duckdb_connection c, struct err *e)
{
	static const duckdb_type types[] = { DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BLOB };
	duckdb_logical_type logical[COUNT_OF(types)];
	auto_buf scratch = BUF_INIT((size_t)1 << 31);
	if (!begin(w, c, e)) return false;
	if (w->n) qsort(w->p, w->n, sizeof *w->p, by_term);
	for (size_t i = 0; i < COUNT_OF(types); i++) logical[i] = duckdb_create_logical_type(types[i]);
	duckdb_data_chunk chunk = duckdb_create_data_chunk(logical, COUNT_OF(types));
	bool ok = true;
	for (size_t at = 0, n, bytes = 0; ok && at < w->n; at += n) {
		n = piece_from(w, at, &bytes);
		ok = append(w, chunk, at, n, &scratch, e);
		if (ok && bytes >= FLUSH_BYTES) ok = flush(w, e);
		if (bytes >= FLUSH_BYTES) bytes = 0;
	}
	ok = ok && flush(w, e);
	duckdb_destroy_data_chunk(&chunk);
	for (size_t i = 0; i < COUNT_OF(types); i++) duckdb_destroy_logical_type(&logical[i]);
	forget(w);
	malloc_trim(0); /* small pieces among those of others would keep it for ever */
	return ok;
}

/* --- rows ------------------------------------------------------------------------------------------ */

/* What is too long to be folded is never found, here as in stoa_fold. */
static void add_cell(struct postings *w, uint32_t field, int64_t row, const struct column *c, size_t i)
{
	if (!column_has(c, i)) return;
	buf_clear(&w->folded);
	if (!c->type.list) text_fold(&w->folded, c->texts[i]);
	for (uint32_t k = 0; c->type.list && k < c->lists[i].n; k++) {
		size_t before = w->folded.n;
		if (before) buf_put_char(&w->folded, ' ');
		text_fold(&w->folded, c->items[c->lists[i].from + k]);
		if (w->folded.n == before + 1) w->folded.n = before;
	}
	if (!w->folded.over) add_folded(w, field, row);
}

bool postings_add(struct postings *w, duckdb_connection c, const struct batch *b, int64_t first, struct err *e)
{
	for (size_t f = 0; f < b->ncolumns; f++) {
		if (b->columns[f].type.type != VALUE_TEXT) continue;
		for (size_t i = 0; i < b->nrows; i++) add_cell(w, (uint32_t)f, first + (int64_t)i, &b->columns[f], i);
	}
	return w->taken < w->part || write_out(w, c, e);
}

bool postings_finish(struct postings *w, duckdb_connection c, int64_t rows, bool however_few, struct err *e)
{
	if (rows < WORDS_FEWEST_ROWS && !w->begun && !however_few) return true;
	if (!write_out(w, c, e)) return false;
	return duckdb_appender_close(w->appender) == DuckDBSuccess || engine_said(e, duckdb_appender_error(w->appender));
}
