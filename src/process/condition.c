/* What skip_record and delete_record ask of a row: whether a field has a value, or a condition holds. */
#include "process/condition.h"

struct condition {
	size_t field, value, exact;
	struct process_expression *x;
};

bool condition_open(struct process_step *s, struct process_faults *f, size_t field, size_t value, size_t exact)
{
	struct condition *c = arena_new(s->keep, struct condition);
	*c = (struct condition){ field, value, exact, NULL };
	s->own = c;
	c->x = expression_open(s, f, value);
	if (s->values[field].text.n == 0 && !(c->x && c->x->whole))
		process_step_fault(s, f, "field", "expected the name of a field, or a condition as the value, such as \"=price > 10\".");
	return true;
}

void condition_bind(struct process_step *s)
{
	struct condition *c = s->own;
	expression_bind(c->x, s, false);
}

void condition_close(struct process_step *s)
{
	struct condition *c = s->own;
	if (c) process_expression_free(c->x);
}

static bool text_matches(struct str text, struct str wanted, bool exact)
{
	return exact ? str_eq(text, wanted) : str_find(text, wanted) >= 0;
}

static bool matches(struct process_step *s, struct process_row *r, struct cell wanted, bool *out)
{
	struct condition *c = s->own;
	size_t column = s->values[c->field].column;
	struct cell have = process_get(r, column);
	struct cell *items;
	size_t n;
	/* An empty value asks for empty fields: every text has an empty one in it. */
	if (wanted.text.n == 0 || process_is_null(have)) {
		*out = wanted.text.n == 0 && (process_is_null(have) || have.text.n == 0);
		return true;
	}
	*out = text_matches(have.text, wanted.text, s->values[c->exact].truth);
	if (*out || have.kind != CELL_LIST) return true;
	if (!process_items(s, r, column, (struct str){ 0 }, &items, &n)) return false;
	for (size_t i = 0; i < n && !*out; i++) *out = text_matches(items[i].text, wanted.text, s->values[c->exact].truth);
	return true;
}

bool condition_holds(struct process_step *s, struct process_row *r, bool *out)
{
	struct condition *c = s->own;
	struct cell wanted;
	struct str why;
	*out = false;
	if (!expression_cell(c->x, s, r, NULL, &wanted, &why)) {
		process_tell(s, NULL, s->values[c->field].column, (struct str){ 0 }, "%.*s", STR_ARG(why));
		return false;
	}
	bool alone = s->values[c->field].text.n == 0;
	if (c->x->whole && (wanted.kind == CELL_TRUTH || alone)) {
		if (expression_truth(c->x, s, r, out, &why)) return true;
		process_tell(s, NULL, PROCESS_NOWHERE, (struct str){ 0 }, "%.*s", STR_ARG(why));
		return false;
	}
	return matches(s, r, wanted, out);
}
