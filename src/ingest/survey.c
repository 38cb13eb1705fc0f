/* Pass one. The first row is held back until the others have spoken: it is headings when it does not
 * fit the types they prove. */
#include "ingest/survey.h"
#include "ingest/fields.h"
#include "ingest/many.h"
#include "text/text.h"

/* --- rows ----------------------------------------------------------------------------------------- */

const char *row_fault(const struct row *r, size_t columns, struct arena *a)
{
	if (r->fault) return r->fault;
	for (size_t i = columns; i < r->n; i++)
		if (r->cells[i].kind != CELL_NONE)
			return arena_printf(a, "the row has %zu cells where %zu were expected", r->n, columns).p;
	return NULL;
}

struct str row_words(const struct row *r, struct arena *a)
{
	enum { MOST = 200 };
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < r->n && b.n < MOST; i++) {
		if (i) buf_lit(&b, " | ");
		buf_put(&b, text_cut(r->cells[i].text, MOST));
	}
	return arena_str(a, text_cut(buf_str(&b), MOST));
}

static bool too_many(size_t n, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "the file has %zu columns; at most %d can be published", n, LIMIT_COLUMNS);
}

/* Room for the proofs of n columns. In a headed format only the first row may widen the table. */
static void add_proofs(struct load *l, struct survey *v, size_t n)
{
	while (v->proofs.n < n) {
		const struct field *declared = v->declared ? v->declared[v->proofs.n] : NULL;
		bool facets = !l->job.schema && !l->job.plain && v->proofs.n < 200;
		struct pledge *pledge = v->pledged ? v->pledged[v->proofs.n] : NULL;
		struct proof *p = vec_add(l->a, &v->proofs);
		proof_init(p, l->a, declared, facets);
		p->pledge = pledge;
	}
}

static bool take_first(struct load *l, struct survey *v, const struct row *r, struct err *e)
{
	if (r->fault) return err_set(e, ERR_BAD_SOURCE, "the first row cannot be read: %s", r->fault);
	if (r->n > LIMIT_COLUMNS) return too_many(r->n, e);
	v->has_first = true;
	v->first_number = r->number;
	for (size_t i = 0; i < r->n; i++) vec_push(l->a, &v->first, arena_str(l->a, r->cells[i].text));
	return true;
}

/* --- with a schema: which column is which field's, known before the pass ---------------------------- */

static bool looks_like_heading(struct str s)
{
	return s.n > 0 && spell_readings(s, SPELL_NUMBERS | SPELL_DATES | SPELL_TIMES | SPELL(BOOL) | SPELL(POINT)) == 0;
}

/* Names that processors worked with are names of fields already; others are made of the labels. */
static void name_all(struct load *l, struct survey *v, const struct str *labels, size_t n)
{
	const struct source *s = &l->source;
	v->headings.n = 0;
	if (s->labels.n == 0) {
		headings_make(l, v, labels, n);
		return;
	}
	for (size_t i = 0; i < n; i++) vec_push(l->a, &v->headings, (struct heading){ .label = s->labels.p[i], .name = s->names.p[i] });
}

/* A type that was chosen, or nothing to prove: left out. */
static const struct field *chosen(struct load *l, struct str name)
{
	static const struct field left_out = { .type = VALUE_TEXT };
	if (name.n == 0) return &left_out;
	struct fate one = fields_one(l->a, l->fields, name);
	if (one.deleted) return &left_out;
	if (!one.typed && !one.listed) return NULL;
	struct field *f = arena_new(l->a, struct field);
	*f = one.field;
	if (!one.typed) f->type = VALUE_TEXT;
	return f;
}

/* What was promised of a column nobody chose a type for. Without headings, which only the rows will tell, it is known by its number. */
static struct pledge *pledged(struct load *l, const struct survey *v, struct str name)
{
	struct pledge *g = pledge_of(l->a, l->types, name);
	bool headed = l->source.format->flags & SOURCE_HEADED;
	return g || !headed ? g : pledge_of(l->a, l->types, arena_printf(l->a, "column_%zu", v->aimed + 1));
}

static void aim(struct load *l, struct survey *v, const struct str *labels, size_t n)
{
	if (!l->job.schema && !l->fields && !l->types && l->source.labels.n == 0) return;
	struct survey named = { 0 };
	name_all(l, &named, labels, n);
	if (!v->declared) v->declared = arena_array(l->a, const struct field *, (size_t)LIMIT_COLUMNS + 1);
	for (size_t f = 0; l->job.schema && f < l->job.schema->n; f++) {
		int at = heading_for(&named, &l->job.schema->fields[f]);
		if (at >= 0) v->declared[at] = &l->job.schema->fields[f];
	}
	if (l->types && !v->pledged) v->pledged = arena_array(l->a, struct pledge *, (size_t)LIMIT_COLUMNS + 1);
	for (; !l->job.schema && v->aimed < n && v->aimed < LIMIT_COLUMNS; v->aimed++) {
		struct str name = named.headings.p[v->aimed].name;
		v->declared[v->aimed] = chosen(l, name);
		if (l->types && !v->declared[v->aimed]) v->pledged[v->aimed] = pledged(l, v, name);
	}
}

/* Numbers in columns whose names say so may be degrees; their range decides. Or codes; their length does. */
static void watch_names(struct survey *v, size_t i, struct str label, struct arena *a)
{
	int rank;
	if (place_word_of(text_field_name(a, label), &rank) != PLACE_NONE) v->proofs.p[i].ranged = true;
	v->proofs.p[i].coded = proof_means_codes(label);
}

static void begin_headed(struct load *l, struct survey *v)
{
	aim(l, v, v->first.p, v->first.n);
	/* Rows often have more cells than the headings when those lack a name for the first. */
	size_t usual = l->source.columns;
	add_proofs(l, v, num_max(v->first.n, num_min(usual, (size_t)LIMIT_COLUMNS)));
	for (size_t i = 0; i < v->first.n; i++) watch_names(v, i, v->first.p[i], l->a);
}

/* --- the pass --------------------------------------------------------------------------------------- */

static void prove_row(struct load *l, struct survey *v, const struct row *r)
{
	for (size_t i = 0; i < r->n && i < v->proofs.n; i++) proof_cell(&v->proofs.p[i], l->a, &r->cells[i], r->number);
	v->rows++;
}

static void watch_new_names(struct load *l, struct survey *v, size_t from)
{
	for (size_t i = from; i < l->source.names.n; i++) watch_names(v, i, l->source.names.p[i], l->a);
}

static bool take_row(struct load *l, struct survey *v, const struct row *r, struct err *e)
{
	bool headed = l->source.format->flags & SOURCE_HEADED;
	if (!headed) {
		if (r->fault) return true; /* told when it is loaded */
		if (r->n > LIMIT_COLUMNS) return too_many(r->n, e);
		if (r->n > v->proofs.n) {
			size_t from = v->proofs.n;
			aim(l, v, l->source.names.p, l->source.names.n);
			add_proofs(l, v, r->n);
			watch_new_names(l, v, from);
		}
		prove_row(l, v, r);
		return true;
	}
	struct arena_mark m = arena_mark(l->a);
	bool unusable = row_fault(r, v->proofs.n, l->a) != NULL;
	arena_rewind(l->a, m);
	if (unusable) {
		v->long_rows++;
		return true;
	}
	if (r->n < v->proofs.n && v->short_rows++ == 0) v->first_short = r->number;
	prove_row(l, v, r);
	return true;
}

static bool pass(struct load *l, struct survey *v, int64_t most, struct err *e)
{
	struct source *s = &l->source;
	bool headed = s->format->flags & SOURCE_HEADED;
	if (!s->format->rewind(s, e)) return false;
	for (int64_t seen = 0; seen < most; seen++) {
		struct row r;
		if (!s->format->next(s, &r, e)) return false;
		if (!r.more) break;
		if (headed && !v->has_first) {
			if (!take_first(l, v, &r, e)) return false;
			begin_headed(l, v);
			continue;
		}
		if (!take_row(l, v, &r, e)) return false;
		if (seen % 4096 == 0) load_tell(l, INGEST_PROVING, s->format->place(s), s->bytes, v->rows, false);
	}
	v->bytes = s->format->place(s);
	return true;
}

/* --- headings or not -------------------------------------------------------------------------------- */

static bool is_year(struct str s)
{
	int64_t y;
	return s.n == 4 && text_to_int(s, &y) && y >= 1900 && y <= 2100;
}

/* The first row as data would fit every column's proved type? And does it look like data at all? */
static bool first_is_headings(const struct survey *v)
{
	size_t words = 0;
	size_t years = 0;
	size_t values = 0;
	bool misfit = false;
	for (size_t i = 0; i < v->first.n; i++) {
		struct str s = v->first.p[i];
		const struct proof *p = &v->proofs.p[i];
		if (s.n == 0) continue;
		if (is_year(s)) years++;
		if (looks_like_heading(s)) words++;
		else values++;
		bool typed = p->filled > 0 && (p->fits || p->mask);
		if (!typed) continue;
		uint32_t had = spell_readings(s, p->fits ? p->wanted : p->mask);
		if (had == 0 && !spell_is_null_word(s) && (!p->fits || p->wanted)) misfit = true;
	}
	if (words > 0 && misfit) return true;
	if (values == 0) return words > 0;
	return words > 0 && years == values;
}

/* Without headings the first row is a row: its cells are proved as well. */
static void fold_first(struct load *l, struct survey *v)
{
	for (size_t i = 0; i < v->first.n; i++) {
		struct cell c = { v->first.p[i], v->first.p[i].n ? CELL_FREE : CELL_NONE };
		proof_cell(&v->proofs.p[i], l->a, &c, v->first_number);
	}
	v->rows++;
}

/* Spreadsheets save columns that were once touched: at the end, without heading or value, they are no
 * columns. */
static void drop_empty_ends(struct load *l, struct survey *v)
{
	size_t had = v->proofs.n;
	while (v->proofs.n > 1) {
		size_t i = v->proofs.n - 1;
		if (v->proofs.p[i].filled || v->proofs.p[i].null_words || (i < v->first.n && v->first.p[i].n)) break;
		v->proofs.n--;
	}
	if (v->proofs.n == had) return;
	load_note(l, "Empty columns at the end, without a heading, were left out (%zu).", had - v->proofs.n);
	v->short_rows = 0; /* they lack cells of columns that are none */
}

static void name_columns(struct load *l, struct survey *v)
{
	if ((l->source.format->flags & SOURCE_HEADED) && v->headed && !l->job.schema) drop_empty_ends(l, v);
	size_t n = v->proofs.n;
	struct str *labels = arena_array(l->a, struct str, n + 1);
	bool headed = l->source.format->flags & SOURCE_HEADED;
	for (size_t i = 0; i < n; i++) {
		if (!headed && i < l->source.names.n) labels[i] = l->source.names.p[i];
		else if (headed && v->headed && i < v->first.n) labels[i] = v->first.p[i];
	}
	name_all(l, v, labels, n);
	for (size_t i = 0; i < n; i++)
		if (v->proofs.p[i].pledge && !str_eq(v->proofs.p[i].pledge->column, v->headings.p[i].name)) v->proofs.p[i].pledge = NULL;
}

static void settle_headings(struct load *l, struct survey *v)
{
	switch (l->source.dialect.header) {
	case INGEST_HEADER_YES: v->headed = true; break;
	case INGEST_HEADER_NO: v->headed = false; break;
	case INGEST_HEADER_FIND: v->headed = first_is_headings(v); break;
	}
	if (!v->headed) {
		fold_first(l, v);
		if (l->source.dialect.header == INGEST_HEADER_FIND)
			load_note(l, "The first row looks like data, so the columns were named by number.");
	}
}

/* Processors left no row: the columns are told all the same, and a dataset without records is one. */
static void settle_rowless(struct load *l, struct survey *v)
{
	size_t n = num_min(l->source.names.n, (size_t)LIMIT_COLUMNS);
	aim(l, v, l->source.names.p, n);
	add_proofs(l, v, n);
}

static bool survey(struct load *l, struct survey *v, int64_t most, struct err *e)
{
	const struct source_format *f = l->source.format;
	for (;;) {
		struct arena_mark m = arena_mark(l->a);
		__typeof__(l->notes) notes = l->notes; /* those of a pass that is given up go with it */
		*v = (struct survey){ 0 };
		if (!pass(l, v, most, e)) return false;
		if (!f->again || !f->again(&l->source, v->rows + v->long_rows, v->short_rows + v->long_rows, v->proofs.n)) break;
		arena_rewind(l->a, m);
		l->notes = notes;
	}
	if ((f->flags & SOURCE_HEADED) && !v->has_first) return err_set(e, ERR_BAD_SOURCE, "the file holds no rows");
	if (f->flags & SOURCE_HEADED) settle_headings(l, v);
	if (v->proofs.n == 0 && !(f->flags & SOURCE_HEADED)) settle_rowless(l, v);
	if (v->proofs.n == 0) return err_set(e, ERR_BAD_SOURCE, "the file holds no columns");
	name_columns(l, v);
	int64_t taken = l->many ? many_taken(l->many) : 0;
	if (v->rows + v->long_rows == 0 && taken) load_note(l, "The processors left out every row of the source (%lld).", (long long)taken);
	else if (v->rows + v->long_rows == 0) load_note(l, "The file has headings and no rows.");
	if (v->short_rows)
		load_note(l, "Rows with fewer cells than there are columns: %lld, the first of them row %lld; what is missing at "
		             "their ends is empty.", (long long)v->short_rows, (long long)v->first_short);
	return true;
}

bool survey_run(struct load *l, struct survey *v, struct err *e) { return survey(l, v, INT64_MAX, e); }
bool survey_peek(struct load *l, struct survey *v, int64_t rows, struct err *e) { return survey(l, v, rows, e); }
