/* Asking the index of words (postings.c says how it is laid out). Before a statement is prepared, each of
 * its conditions on words is answered: the lists of its words are read into sets of rows, one bit a row,
 * and joined. The statement then tests a row's number: few rows are looked for by a list of numbers, so
 * that the engine reads only their blocks; many by stoa_hit, which finds the set by a number of its own
 * (a value of the statement would be copied for every vector of rows).
 *
 * A version without the table, and a word too long for it, leave the condition as it is spelled: a scan.
 * Rows pushed onto a version are not in its file, so they are always scanned. */
#include "engine/inside.h"
#include "text/text.h"
#include <stdio.h>
#include <stdlib.h>

enum {
	LONGEST_WORD = 200,  /* so that two edits stay below WORD_BYTES */
	FEW_ROWS = 512,      /* up to here a list of numbers is quicker than a test of every row */
	KEY_BYTES = 7,
};
static const int64_t ROWS_MOST = (int64_t)1 << 40; /* pushed rows are numbered from here on, see sql/duckdb.c */

/* --- sets of rows -------------------------------------------------------------------------------- */

static void set_grow(struct word_set *s, size_t to)
{
	size_t n = num_max(s->n * 2, to + 64);
	s->bits = realloc(s->bits, n * sizeof *s->bits);
	ensure(s->bits != NULL);
	memset(s->bits + s->n, 0, (n - s->n) * sizeof *s->bits);
	s->n = n;
}

/* BM25 without the rarity of words: all words of a condition are required, so rarity would hardly move
 * rows. Lengths are measured against a usual one. Both are kept in steps, and worths are whole numbers,
 * so that every sum of them is the same in any order. */
static const uint16_t lengths[16] = { 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512 };

unsigned char words_mark(size_t times, size_t length)
{
	unsigned step = 0;
	while (step < 15 && lengths[step] < length) step++;
	return (unsigned char)(num_min(times, (size_t)15) << 4 | step);
}

uint32_t words_worth(unsigned char mark)
{
	static const double k1 = 1.2, b = 0.75, usual = 20, scale = 100;
	double times = mark >> 4;
	double length = lengths[mark & 15];
	return (uint32_t)(scale * times * (k1 + 1) / (times + k1 * (1 - b + b * length / usual)));
}

uint32_t words_fit(struct str found, struct str asked)
{
	return str_eq(found, asked) ? 10 : str_starts(found, asked) ? 5 : 3;
}

/* Adds to the scores of the rows of a list. */
static void add_score(struct word_set *s, uint64_t row, uint32_t by)
{
	if (row >= s->nscores) {
		size_t n = num_max(s->nscores * 2, (size_t)row + 4096);
		s->scores = realloc(s->scores, n * sizeof *s->scores);
		ensure(s->scores != NULL);
		memset(s->scores + s->nscores, 0, (n - s->nscores) * sizeof *s->scores);
		s->nscores = n;
	}
	s->scores[row] += by;
}

/* With worths, their scores; else the rows. */
static bool set_add_list(struct word_set *s, struct str list, const uint32_t *worths_or_null)
{
	uint64_t row = 0;
	uint64_t by = 0;
	unsigned shift = 0;
	for (size_t i = 0; i + 1 < list.n; i++) {
		unsigned char c = (unsigned char)list.p[i];
		by |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
		if (c & 0x80 && shift <= 42) continue;
		row += by;
		if (row >= (uint64_t)ROWS_MOST) return false;
		unsigned char mark = (unsigned char)list.p[++i];
		if (worths_or_null) {
			add_score(s, row, worths_or_null[mark]);
		} else {
			if (row / 64 >= s->n) set_grow(s, row / 64);
			s->bits[row / 64] |= (uint64_t)1 << (row % 64);
		}
		by = 0;
		shift = 0;
	}
	return true;
}

static void set_meet(struct word_set *s, const struct word_set *other)
{
	s->n = num_min(s->n, other->n);
	for (size_t i = 0; i < s->n; i++) s->bits[i] &= other->bits[i];
}

static size_t set_count(const struct word_set *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) n += (size_t)__builtin_popcountll(s->bits[i]);
	return n;
}

/* --- reading the table ------------------------------------------------------------------------------ */

/* One condition being answered. */
struct asking {
	duckdb_connection connection;
	struct version_ref at;
	const struct sql_words *words;
	struct text_stemmer *stemmer;
	struct arena *arena;
	const struct sql_rank *rank;   /* scores are asked for; or NULL */
	struct str token;              /* the word being read … */
	struct word_set *out;          /* … into this */
};

static void put_table(struct buf *b, const struct asking *k, const char *columns)
{
	buf_printf(b, "SELECT %s FROM v%lld_%lld_%lld.words WHERE ", columns, (long long)k->at.tenant.v,
	           (long long)k->at.dataset, (long long)k->at.number);
}

static void put_fields(struct buf *b, const struct asking *k)
{
	buf_lit(b, "field IN (");
	for (size_t i = 0; i < k->words->nfields; i++) buf_printf(b, "%s%zu", i ? ", " : "", k->words->fields[i]);
	buf_lit(b, ")");
}

/* Keys of all words with a beginning lie from here … */
static int64_t key_of(struct str s)
{
	uint64_t key = 0;
	memcpy(&key, s.p, num_min(s.n, (size_t)KEY_BYTES));
	return (int64_t)(__builtin_bswap64(key) >> 8);
}
/* … to here. */
static int64_t last_key_of(struct str s)
{
	size_t left = s.n < KEY_BYTES ? KEY_BYTES - s.n : 0;
	return key_of(s) | (int64_t)(((uint64_t)1 << (8 * left)) - 1);
}

static void put_beginning(struct buf *b, struct str s)
{
	buf_printf(b, " AND key BETWEEN %lld AND %lld", (long long)key_of(s), (long long)last_key_of(s));
}

typedef bool take_fn(void *arg, duckdb_data_chunk chunk);

/* Runs a statement with one value or none, and hands over its chunks. */
static bool run(const struct asking *k, struct buf *text, duckdb_value value_or_null, take_fn *take, void *arg, struct err *e)
{
	duckdb_prepared_statement s = NULL;
	duckdb_result r;
	duckdb_data_chunk chunk;
	buf_put_char(text, 0);
	bool ok = !text->over && duckdb_prepare(k->connection, text->p, &s) == DuckDBSuccess;
	if (!ok) engine_said(e, s ? duckdb_prepare_error(s) : "too many fields");
	if (ok && value_or_null && duckdb_bind_value(s, 1, value_or_null) != DuckDBSuccess) ok = engine_said(e, "a word cannot be bound");
	if (ok) {
		ok = duckdb_execute_prepared(s, &r) == DuckDBSuccess;
		if (!ok) engine_said(e, duckdb_result_error(&r));
		while (ok && (chunk = duckdb_fetch_chunk(r)) != NULL) {
			ok = take(arg, chunk) || err_set(e, ERR_DATABASE, "the index of words is damaged; publish the dataset again");
			duckdb_destroy_data_chunk(&chunk);
		}
		duckdb_destroy_result(&r);
	}
	if (s) duckdb_destroy_prepare(&s);
	return ok;
}

static bool take_lists(void *arg, duckdb_data_chunk chunk)
{
	const struct asking *k = arg;
	size_t n = duckdb_data_chunk_get_size(chunk);
	duckdb_vector lists = duckdb_data_chunk_get_vector(chunk, 0);
	const int32_t *fields = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
	duckdb_vector terms = duckdb_data_chunk_get_vector(chunk, 2);
	for (size_t i = 0; i < n; i++) {
		uint32_t worths[256];
		uint32_t factor = k->rank ? (uint32_t)k->rank->weights[fields[i]] * words_fit(vector_text(terms, i), k->token) : 0;
		for (unsigned m = 0; k->rank && m < 256; m++) worths[m] = words_worth((unsigned char)m) * factor;
		if (!set_add_list(k->out, vector_text(lists, i), k->rank ? worths : NULL)) return false;
	}
	return true;
}

static bool read_whole(struct asking *k, struct str token, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	put_table(&b, k, "rows, field, term");
	put_fields(&b, k);
	buf_printf(&b, " AND key = %lld AND term = CAST($1 AS VARCHAR)", (long long)key_of(token));
	duckdb_value v = duckdb_create_varchar_length(token.p, token.n);
	bool ok = run(k, &b, v, take_lists, k, e);
	duckdb_destroy_value(&v);
	return ok;
}

static bool read_beginning(struct asking *k, struct str token, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	duckdb_value v = NULL;
	put_table(&b, k, "rows, field, term");
	put_fields(&b, k);
	put_beginning(&b, token);
	if (token.n > KEY_BYTES) {
		buf_lit(&b, " AND starts_with(term, CAST($1 AS VARCHAR))");
		v = duckdb_create_varchar_length(token.p, token.n);
	}
	bool ok = run(k, &b, v, take_lists, k, e);
	if (v) duckdb_destroy_value(&v);
	return ok;
}

/* --- words that are like a word ------------------------------------------------------------------------ */

struct walk {
	struct asking *asking;
	struct str token, stem, beginning;
	size_t edits;
	bool last;          /* words that begin with the token have been read */
	VEC(int64_t) found; /* places in the table */
};

static bool is_like(struct walk *w, struct str term)
{
	if (w->last && str_starts(term, w->token)) return false;
	if (text_is_near(term, w->token, w->edits)) return true;
	struct text_stemmer *s = w->asking->stemmer;
	return s && str_starts(term, w->beginning) && str_eq(text_stem(s, term), w->stem);
}

static bool take_terms(void *arg, duckdb_data_chunk chunk)
{
	struct walk *w = arg;
	size_t n = duckdb_data_chunk_get_size(chunk);
	const int64_t *places = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
	duckdb_vector terms = duckdb_data_chunk_get_vector(chunk, 1);
	for (size_t i = 0; i < n; i++)
		if (is_like(w, vector_text(terms, i))) vec_push(w->asking->arena, &w->found, places[i]);
	return true;
}

static duckdb_value list_of(struct arena *a, const int64_t *numbers, size_t n)
{
	duckdb_value *values = arena_array(a, duckdb_value, n);
	for (size_t i = 0; i < n; i++) values[i] = duckdb_create_int64(numbers[i]);
	duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
	duckdb_value list = duckdb_create_list_value(type, values, n);
	for (size_t i = 0; i < n; i++) duckdb_destroy_value(&values[i]);
	duckdb_destroy_logical_type(&type);
	return list;
}

/* All words within so many edits of the token, and its other forms. Without edits only words that begin
 * as forms do are looked at. */
static bool read_like(struct asking *k, struct str token, size_t edits, bool last, struct err *e)
{
	struct walk w = { .asking = k, .token = token, .edits = edits, .last = last };
	auto_buf b = BUF_INIT(1 << 20);
	if (k->stemmer) {
		w.stem = arena_str(k->arena, text_stem(k->stemmer, token));
		w.beginning = text_stem_beginning(k->stemmer, token);
	}
	put_table(&b, k, "rowid, term");
	put_fields(&b, k);
	if (!edits && w.beginning.n) put_beginning(&b, w.beginning);
	if (!run(k, &b, NULL, take_terms, &w, e)) return false;
	if (!w.found.n) return true;
	auto_buf lists = BUF_INIT(1 << 20);
	put_table(&lists, k, "rows, field, term");
	buf_lit(&lists, "rowid IN (SELECT unnest(CAST($1 AS BIGINT[])))");
	duckdb_value v = list_of(k->arena, w.found.p, w.found.n);
	bool ok = run(k, &lists, v, take_lists, k, e);
	duckdb_destroy_value(&v);
	return ok;
}

static bool read_word(struct asking *k, const struct sql_word *w, struct word_set *out, struct err *e)
{
	size_t edits = text_edits_for(w->token);
	k->token = w->token;
	k->out = out;
	switch (w->how) {
	case SQL_WORD_WHOLE: return read_whole(k, w->token, e);
	case SQL_WORD_BEGINS: return read_beginning(k, w->token, e);
	case SQL_WORD_LAST: return read_beginning(k, w->token, e) && (!k->stemmer || read_like(k, w->token, 0, true, e));
	case SQL_WORD_NEAR:
		if (!edits && !k->stemmer) return read_whole(k, w->token, e);
		return read_like(k, w->token, edits, false, e);
	}
	return false;
}

void unused_put(struct buf *b, size_t first, size_t last)
{
	buf_lit(b, " AND (TRUE");
	for (size_t i = first; i <= last; i++) buf_printf(b, " OR CAST($%zu AS VARCHAR) IS NULL", i);
	buf_lit(b, ")");
}

/* --- one condition ---------------------------------------------------------------------------------------- */

static bool can_be_asked(const struct sql_words *w)
{
	bool fine = w->nfields > 0 && w->nwords > 0;
	for (size_t i = 0; i < w->nwords; i++) fine = fine && w->words[i].token.n > 0 && w->words[i].token.n <= LONGEST_WORD;
	return fine;
}

static bool answer(struct asking *k, struct word_set *out, struct err *e)
{
	for (size_t i = 0; i < k->words->nwords; i++) {
		struct word_set one = { 0 };
		bool ok = read_word(k, &k->words->words[i], i ? &one : out, e);
		if (ok && i) set_meet(out, &one);
		free(one.bits);
		if (!ok) return false;
		if (!set_count(out)) return true;
	}
	return true;
}

/* Lets statements find the set, until words_done. */
static int64_t publish(struct words_answer *w, struct word_set set)
{
	struct word_set *kept = arena_new(&w->arena, struct word_set);
	*kept = set;
	kept->mine = w->sets;
	w->sets = kept;
	lock_take(&w->engine->lock);
	kept->handle = ++w->engine->last_set;
	kept->next = w->engine->sets;
	w->engine->sets = kept;
	lock_give(&w->engine->lock);
	return kept->handle;
}

static void put_list(struct words_answer *w, size_t nparams, const struct word_set *set, size_t count)
{
	int64_t *rows = arena_array(&w->arena, int64_t, count);
	size_t n = 0;
	for (size_t i = 0; i < set->n; i++)
		for (uint64_t bits = set->bits[i]; bits; bits &= bits - 1) rows[n++] = (int64_t)(i * 64) + __builtin_ctzll(bits);
	vec_push(&w->arena, &w->lists, list_of(&w->arena, rows, n));
	buf_printf(&w->text, "rowid IN (SELECT unnest(CAST($%zu AS BIGINT[])))", nparams + w->lists.n);
}

/* The condition, answered: takes the set. */
static void put_answer(struct words_answer *w, const struct engine_query *q, const struct sql_words *words, struct word_set set)
{
	struct str scan = str_sub(buf_str(&q->sql->text), words->from, words->to - words->from);
	size_t count = set_count(&set);
	buf_lit(&w->text, "(");
	if (q->at.live) {
		buf_printf(&w->text, "(rowid >= %lld AND %.*s) OR (", (long long)ROWS_MOST, STR_ARG(scan));
		count = FEW_ROWS + 1; /* a join inside an OR is slower than the test */
	}
	if (!count) buf_lit(&w->text, "FALSE");
	else if (count <= FEW_ROWS) put_list(w, q->sql->params.n, &set, count);
	if (count > FEW_ROWS) buf_printf(&w->text, "stoa_hit(rowid, %lld)", (long long)publish(w, set));
	else free(set.bits);
	if (!words->sure) buf_printf(&w->text, " AND %.*s", STR_ARG(scan));
	else if (!q->at.live) unused_put(&w->text, words->first_hole, words->last_hole);
	if (q->at.live) buf_lit(&w->text, ")");
	buf_lit(&w->text, ")");
}

/* --- one statement -------------------------------------------------------------------------------------------- */

static bool look_for_table(duckdb_connection c, struct version_ref v, bool *out, struct err *e)
{
	char text[128];
	duckdb_result r;
	snprintf(text, sizeof text, "SELECT 1 FROM v%lld_%lld_%lld.words LIMIT 0", (long long)v.tenant.v, (long long)v.dataset, (long long)v.number);
	bool ok = *out = duckdb_query(c, text, &r) == DuckDBSuccess;
	if (!ok) ok = duckdb_result_error_type(&r) == DUCKDB_ERROR_CATALOG || engine_said(e, duckdb_result_error(&r));
	duckdb_destroy_result(&r);
	return ok;
}

/* A file never changes: it is looked at once while it is attached. */
static bool has_table(struct engine *g, duckdb_connection c, struct version_ref v, bool *out, struct err *e)
{
	lock_take(&g->lock);
	bool known = box_of(g, v)->words_known;
	*out = box_of(g, v)->words;
	lock_give(&g->lock);
	if (known) return true;
	if (!look_for_table(c, v, out, e)) return false;
	lock_take(&g->lock);
	struct box *b = box_of(g, v);
	b->words_known = true;
	b->words = *out;
	lock_give(&g->lock);
	return true;
}

static bool put_condition(struct words_answer *w, duckdb_connection c, const struct engine_query *q, const struct sql_words *words, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct asking k = { .connection = c, .at = q->at, .words = words, .arena = &a };
	struct word_set set = { 0 };
	if (!can_be_asked(words)) {
		buf_put(&w->text, str_sub(buf_str(&q->sql->text), words->from, words->to - words->from));
		return true;
	}
	k.stemmer = text_stemmer_or_null(&a, words->lang);
	bool ok = answer(&k, &set, e);
	text_stemmer_done(k.stemmer);
	if (ok) put_answer(w, q, words, set);
	else free(set.bits);
	return ok;
}

static bool ranks_can_be_asked(const struct sql_rank *r)
{
	bool fine = r->n > 0;
	for (size_t i = 0; i < r->n; i++) fine = fine && can_be_asked(&r->conditions[i]);
	return fine;
}

static bool score(duckdb_connection c, const struct engine_query *q, struct word_set *out, struct err *e)
{
	const struct sql_rank *r = q->sql->rank;
	bool ok = true;
	for (size_t i = 0; i < r->n && ok; i++) {
		auto_arena a = ARENA_INIT;
		struct asking k = { .connection = c, .at = q->at, .words = &r->conditions[i], .arena = &a, .rank = r };
		k.stemmer = text_stemmer_or_null(&a, k.words->lang);
		for (size_t x = 0; x < k.words->nwords && ok; x++) ok = read_word(&k, &k.words->words[x], out, e);
		text_stemmer_done(k.stemmer);
	}
	return ok;
}

/* The ranking, answered; gives the place after it. */
static bool put_rank(struct words_answer *w, duckdb_connection c, const struct engine_query *q, size_t *at, struct err *e)
{
	const struct sql_rank *r = q->sql->rank;
	struct str text = buf_str(&q->sql->text);
	struct word_set set = { 0 };
	if (!ranks_can_be_asked(r)) return true;
	if (!score(c, q, &set, e)) {
		free(set.scores);
		return false;
	}
	buf_put(&w->text, str_sub(text, 0, r->from));
	buf_lit(&w->text, "CASE WHEN ");
	if (q->at.live) buf_printf(&w->text, "rowid >= %lld THEN %.*s", (long long)ROWS_MOST, STR_ARG(str_sub(text, r->from, r->to - r->from)));
	else {
		buf_lit(&w->text, "FALSE");
		unused_put(&w->text, r->first_hole, r->last_hole);
		buf_lit(&w->text, " THEN 0");
	}
	buf_printf(&w->text, " ELSE stoa_score(rowid, %lld) END", (long long)publish(w, set));
	*at = r->to;
	return true;
}

bool words_answer(struct words_answer *w, struct engine *g, duckdb_connection c, const struct engine_query *q, struct err *e)
{
	struct str text = buf_str(&q->sql->text);
	size_t at = 0;
	size_t nwords = q->sql->words.n;
	bool has = false;
	*w = (struct words_answer){ .engine = g, .text = BUF_INIT(q->sql->text.max) };
	if (nwords && !has_table(g, c, q->at, &has, e)) return false;
	if (has && q->sql->rank && !put_rank(w, c, q, &at, e)) return false;
	if (!has) nwords = 0;
	for (size_t i = 0, k = 0; i < nwords || k < q->sql->coded.n;) {
		const struct sql_words *words = i < nwords ? &q->sql->words.p[i] : NULL;
		const struct sql_coded *coded = k < q->sql->coded.n ? &q->sql->coded.p[k] : NULL;
		bool first = words && (!coded || words->from < coded->from);
		size_t from = first ? words->from : coded->from;
		buf_put(&w->text, str_sub(text, at, from - at));
		if (!(first ? put_condition(w, c, q, words, e) : coded_put(g, c, q, coded, &w->text, e))) return false;
		at = first ? words->to : coded->to;
		i += first;
		k += !first;
	}
	buf_put(&w->text, str_from(text, at));
	buf_put_char(&w->text, 0);
	return true;
}

void words_done(struct words_answer *w)
{
	if (w->sets) lock_take(&w->engine->lock);
	for (struct word_set *s = w->sets; s; s = s->mine) {
		struct word_set **at = &w->engine->sets;
		while (*at != s) at = &(*at)->next;
		*at = s->next;
	}
	if (w->sets) lock_give(&w->engine->lock);
	for (struct word_set *s = w->sets; s; s = s->mine) {
		free(s->bits);
		free(s->scores);
	}
	for (size_t i = 0; i < w->lists.n; i++) duckdb_destroy_value(&w->lists.p[i]);
	arena_done(&w->arena);
	buf_done(&w->text);
}

/* --- stoa_hit(rowid, set), stoa_score(rowid, set) --------------------------------------------------------------------------------------- */

static const struct word_set *set_of(struct engine *g, int64_t handle)
{
	lock_take(&g->lock);
	const struct word_set *s = g->sets;
	while (s && s->handle != handle) s = s->next;
	lock_give(&g->lock);
	return s;
}

static void hit(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	size_t n = duckdb_data_chunk_get_size(in);
	const int64_t *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
	const int64_t *handles = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
	bool *to = duckdb_vector_get_data(out);
	const struct word_set *s = n ? set_of(duckdb_scalar_function_get_extra_info(info), handles[0]) : NULL;
	size_t most = s ? s->n : 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t row = (uint64_t)rows[i];
		to[i] = row / 64 < most && (s->bits[row / 64] >> (row % 64) & 1);
	}
}

static void score_of(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	size_t n = duckdb_data_chunk_get_size(in);
	const int64_t *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
	const int64_t *handles = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
	int64_t *to = duckdb_vector_get_data(out);
	const struct word_set *s = n ? set_of(duckdb_scalar_function_get_extra_info(info), handles[0]) : NULL;
	size_t most = s ? s->nscores : 0;
	for (size_t i = 0; i < n; i++) to[i] = (uint64_t)rows[i] < most ? s->scores[rows[i]] : 0;
}

static bool add(struct engine *g, duckdb_connection c, const char *name, duckdb_type result, duckdb_scalar_function_t run_it, struct err *e)
{
	duckdb_scalar_function f = duckdb_create_scalar_function();
	duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
	duckdb_logical_type given = duckdb_create_logical_type(result);
	duckdb_scalar_function_set_name(f, name);
	duckdb_scalar_function_add_parameter(f, number);
	duckdb_scalar_function_add_parameter(f, number);
	duckdb_scalar_function_set_return_type(f, given);
	duckdb_scalar_function_set_extra_info(f, g, NULL);
	duckdb_scalar_function_set_function(f, run_it);
	bool ok = duckdb_register_scalar_function(c, f) == DuckDBSuccess;
	duckdb_destroy_logical_type(&number);
	duckdb_destroy_logical_type(&given);
	duckdb_destroy_scalar_function(&f);
	return ok || engine_said(e, name);
}

bool words_functions(struct engine *g, duckdb_connection c, struct err *e)
{
	return add(g, c, "stoa_hit", DUCKDB_TYPE_BOOLEAN, hit, e) && add(g, c, "stoa_score", DUCKDB_TYPE_BIGINT, score_of, e);
}
