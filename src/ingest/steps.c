/* What a preview keeps of one step: the first rows, a profile of each column, the first record errors. */
#include "ingest/look.h"
#include "text/text.h"
#include <stdlib.h>

enum { DISTINCT = 1000, TOP = 5, CUT = 200, ERRORS = 100 };

struct tally { struct str value; int64_t count; };
struct profile {
	struct proof proof;
	int64_t empty;
	struct map values;      /* struct tally * */
	VEC(struct tally *) all;
	bool many;
	bool numbers;           /* every value is one */
	double low, high;
	struct str least, most;
};
struct error { int64_t row; struct str field, value, message; };

struct look_step {
	struct arena *a;
	size_t shown;
	VEC(struct heading) columns;
	VEC(struct profile) profiles;
	VEC(struct process_row) rows;
	VEC(struct error) errors;
	int64_t nrows, nerrors;
};

struct look_step *look_step_new(struct arena *a, size_t shown)
{
	struct look_step *s = arena_new(a, struct look_step);
	s->a = a;
	s->shown = shown;
	return s;
}

size_t look_step_rows(const struct look_step *s) { return (size_t)s->nrows; }

void look_step_names(struct look_step *s, const struct heading *columns, size_t n)
{
	s->columns.n = 0;
	for (size_t i = 0; i < n; i++) vec_push(s->a, &s->columns, columns[i]);
}

/* --- profiles ----------------------------------------------------------------------------------------------- */

static void count(struct look_step *s, struct profile *p, struct str value)
{
	struct str key = text_cut(value, CUT);
	struct tally *t = (struct tally *)(uintptr_t)map_get_or_null(&p->values, key);
	if (!t) {
		if (p->all.n == DISTINCT) {
			p->many = true;
			return;
		}
		t = arena_new(s->a, struct tally);
		t->value = arena_str(s->a, key);
		map_put(s->a, &p->values, t->value, t);
		vec_push(s->a, &p->all, t);
	}
	t->count++;
}

static void see_cell(struct look_step *s, struct profile *p, const struct cell *c, int64_t row)
{
	double v;
	struct str t = c->kind == CELL_FREE ? str_trim(c->text) : c->text;
	if (c->kind == CELL_NONE || t.n == 0) {
		p->empty++;
		return;
	}
	struct cell trimmed = { t, c->kind };
	proof_cell(&p->proof, s->a, &trimmed, row);
	struct str cut = text_cut(t, CUT);
	bool number = (c->kind == CELL_FREE || c->kind == CELL_NUMBER) && (spell_real(t, SPELL_REAL, &v) || spell_real(t, SPELL_REAL_COMMA, &v));
	if (p->least.n == 0) {
		p->numbers = number;
		p->low = p->high = number ? v : 0;
		p->least = p->most = arena_str(s->a, cut);
	} else if (number && p->numbers) {
		if (v < p->low) p->low = v;
		if (v > p->high) p->high = v;
	} else {
		p->numbers = false;
	}
	if (str_cmp(cut, p->least) < 0) p->least = arena_str(s->a, cut);
	if (str_cmp(cut, p->most) > 0) p->most = arena_str(s->a, cut);
	count(s, p, t);
}

void look_step_row(struct look_step *s, const struct process_row *row)
{
	while (s->profiles.n < row->n) {
		struct profile *p = vec_add(s->a, &s->profiles);
		proof_init(&p->proof, s->a, NULL, false);
		p->empty = s->nrows;
	}
	for (size_t i = 0; i < row->n; i++) see_cell(s, &s->profiles.p[i], &row->cells[i], row->number);
	for (size_t i = row->n; i < s->profiles.n; i++) s->profiles.p[i].empty++;
	s->nrows++;
	if (s->rows.n == s->shown) return;
	struct process_row kept = { arena_array(s->a, struct cell, row->n + 1), row->n, row->number };
	for (size_t i = 0; i < row->n; i++)
		kept.cells[i] = (struct cell){ arena_str(s->a, text_cut(row->cells[i].text, (size_t)10 * CUT)), row->cells[i].kind };
	vec_push(s->a, &s->rows, kept);
}

void look_step_error(struct look_step *s, int64_t row, struct str field, struct str value, const char *message)
{
	s->nerrors++;
	if (s->errors.n == ERRORS) return;
	vec_push(s->a, &s->errors, (struct error){ row_number(row), arena_str(s->a, field), arena_str(s->a, text_cut(value, CUT)), arena_str(s->a, str_of(message)) });
}

/* --- as JSON -------------------------------------------------------------------------------------------------- */

static int by_count(const void *x, const void *y)
{
	const struct tally *a = *(struct tally *const *)x;
	const struct tally *b = *(struct tally *const *)y;
	if (a->count != b->count) return a->count < b->count ? 1 : -1;
	return str_cmp(a->value, b->value);
}

/* What a source holds may be no text at all. */
static void put_text(struct json_out *j, struct str s)
{
	ptrdiff_t bad = text_utf8_error(s);
	json_put(j, bad >= 0 ? str_sub(s, 0, (size_t)bad) : s);
}

static void put_profile(struct look_step *s, struct load *l, struct json_out *j, const struct heading *h, struct profile *p, const char *type)
{
	struct evidence open = { 0 };
	struct load quiet = { .a = l->a };
	json_open(j, '{');
	json_member(j, "name", h->name);
	json_key(j, STR("label"));
	put_text(j, h->label);
	json_member(j, "type", str_of(type ? type : value_kind(proof_verdict(&p->proof, &quiet, h->label, &open).type)->word));
	json_key(j, STR("empty"));
	json_put_real(j, s->nrows ? (double)p->empty / (double)s->nrows : 0);
	json_member_int(j, "distinct", (int64_t)p->all.n);
	if (p->many) json_member_bool(j, "distinct_more", true);
	auto_buf number = BUF_INIT(100);
	json_key(j, STR("least"));
	if (p->numbers && p->least.n) text_put_double_plain(&number, p->low);
	put_text(j, p->numbers ? buf_str(&number) : p->least);
	json_key(j, STR("most"));
	buf_clear(&number);
	if (p->numbers && p->least.n) text_put_double_plain(&number, p->high);
	put_text(j, p->numbers ? buf_str(&number) : p->most);
	json_key(j, STR("top"));
	json_open(j, '[');
	if (p->all.n) qsort(p->all.p, p->all.n, sizeof *p->all.p, by_count);
	for (size_t i = 0; i < p->all.n && i < TOP; i++) {
		json_open(j, '[');
		put_text(j, p->all.p[i]->value);
		json_put_int(j, p->all.p[i]->count);
		json_close(j, ']');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_cell(struct json_out *j, const struct cell *c)
{
	if (c->kind == CELL_NONE) json_put_null(j);
	else if (c->kind == CELL_TRUTH) json_put_bool(j, str_eq(c->text, STR("true")));
	else put_text(j, c->text);
}

void look_step_put(struct look_step *s, struct load *l, struct json_out *j, const char *const *types)
{
	while (s->profiles.n < s->columns.n) {
		struct profile *p = vec_add(s->a, &s->profiles);
		proof_init(&p->proof, s->a, NULL, false);
		p->empty = s->nrows;
	}
	json_key(j, STR("fields"));
	json_open(j, '[');
	for (size_t i = 0; i < s->columns.n; i++)
		if (s->columns.p[i].name.n) put_profile(s, l, j, &s->columns.p[i], &s->profiles.p[i], types ? types[i] : NULL);
	json_close(j, ']');
	json_key(j, STR("records"));
	json_open(j, '[');
	for (size_t r = 0; r < s->rows.n; r++) {
		json_open(j, '{');
		for (size_t i = 0; i < s->columns.n; i++) {
			static const struct cell none = { .kind = CELL_NONE };
			if (!s->columns.p[i].name.n) continue;
			json_key(j, s->columns.p[i].name);
			put_cell(j, i < s->rows.p[r].n ? &s->rows.p[r].cells[i] : &none);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, STR("errors"));
	json_open(j, '[');
	for (size_t i = 0; i < s->errors.n; i++) {
		const struct error *x = &s->errors.p[i];
		json_open(j, '{');
		json_member_int(j, "row", x->row);
		json_member(j, "field", x->field);
		json_key(j, STR("value"));
		put_text(j, x->value);
		json_member(j, "message", x->message);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_member_int(j, "errors_total", s->nerrors);
}
