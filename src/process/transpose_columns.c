/* Transpose columns to rows: a table with a column for each year becomes one with a row for each. */
#include "process/inside.h"

enum { FIELDS, INVERT, TITLE, VALUE, ONE_LINE, SEPARATOR };
static const struct process_parameter parameters[] = {
	{ "fixed_fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields that stay"), N_("All other fields become rows.") },
	{ "invert", PROCESS_BOOL, false, "false", NULL, N_("The fields given become rows, and all others stay"), NULL },
	{ "title_column", PROCESS_OUTPUT, true, NULL, NULL, N_("Field for the names"), NULL },
	{ "value_column", PROCESS_OUTPUT, true, NULL, NULL, N_("Field for the values"), NULL },
	{ "one_line", PROCESS_BOOL, false, "false", NULL, N_("One record with lists instead of several records"), NULL },
	{ "separator", PROCESS_TEXT, false, ";", NULL, N_("Separator"), N_("Of these lists.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"transpose_columns\",\"fixed_fields\":[\"town\"],\"title_column\":\"year\",\"value_column\":\"people\"}",
	  "[{\"town\":\"Metz\",\"y2021\":\"120000\",\"y2022\":\"121000\"}]",
	  "[{\"town\":\"Metz\",\"year\":\"y2021\",\"people\":\"120000\"},{\"town\":\"Metz\",\"year\":\"y2022\",\"people\":\"121000\"}]" },
	{ "{\"type\":\"transpose_columns\",\"fixed_fields\":[\"town\"],\"title_column\":\"what\",\"value_column\":\"people\"}",
	  "[{\"town\":\"Metz\",\"people\":\"120\",\"jobs\":\"50\"}]",
	  "[{\"town\":\"Metz\",\"what\":\"people\",\"people\":\"120\"},{\"town\":\"Metz\",\"what\":\"jobs\",\"people\":\"50\"}]" },
	{ "{\"type\":\"transpose_columns\",\"fixed_fields\":[\"a\",\"b\"],\"invert\":true,\"title_column\":\"t\",\"value_column\":\"v\",\"one_line\":true}",
	  "[{\"id\":1,\"a\":2,\"b\":3}]", "[{\"id\":1,\"t\":\"a;b\",\"v\":\"2;3\"}]" },
	{ 0 }
};

struct turned {
	size_t *columns;
	struct cell *titles;
	size_t n;
};

/* Each of the two fields has a name of its own: one that is taken by a field that stays would lose what is there. */
static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	static const struct { size_t place; const char *name; } made[] = { { TITLE, "title_column" }, { VALUE, "value_column" } };
	if (str_eq(s->values[TITLE].text, s->values[VALUE].text))
		process_step_fault(s, f, "value_column", "is also the field for the names; give it another name.");
	for (size_t i = 0; i < COUNT_OF(made) && !s->values[INVERT].truth; i++)
		for (size_t k = 0; k < s->values[FIELDS].n; k++)
			if (str_eq(s->values[FIELDS].list[k], s->values[made[i].place].text))
				process_step_fault(s, f, made[i].name, "is one of the fields that stay; give it another name.");
	return true;
}

static bool given(const struct process_value *fields, size_t column)
{
	for (size_t i = 0; i < fields->n; i++)
		if (fields->columns[i] == column) return true;
	return false;
}

static bool is_output(const struct process_step *s, size_t column) { return column == s->values[TITLE].column || column == s->values[VALUE].column; }

/* Before this processor made its own. */
static bool was_there(const struct process_step *s, size_t column)
{
	const struct str *names;
	return column < process_names(s->line, s->index, &names);
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	struct turned *t = arena_new(s->bound, struct turned);
	const struct str *names;
	size_t n = process_width(s, &names);
	t->columns = arena_array(s->bound, size_t, n + 1);
	t->titles = arena_array(s->bound, struct cell, n + 1);
	for (size_t i = 0; i < n; i++) {
		/* A field that is called as one of the two and becomes rows is read before it is written. */
		if (names[i].n == 0 || (is_output(s, i) && !was_there(s, i))) continue;
		if (given(&s->values[FIELDS], i) != s->values[INVERT].truth) continue;
		t->columns[t->n] = i;
		t->titles[t->n++] = (struct cell){ names[i], CELL_FREE };
	}
	for (size_t i = 0; i < t->n; i++)
		if (!is_output(s, t->columns[i])) process_drop(s, t->columns[i]);
	s->own = t;
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	const struct turned *t = s->own;
	size_t title = s->values[TITLE].column;
	size_t value = s->values[VALUE].column;
	struct cell *values = arena_array(process_arena(s), struct cell, t->n + 1);
	for (size_t i = 0; i < t->n; i++) {
		values[i] = process_get(r, t->columns[i]);
		process_put_null(r, t->columns[i]);
	}
	if (s->values[ONE_LINE].truth) {
		process_put_items(s, r, title, t->titles, t->n, s->values[SEPARATOR].text, false);
		process_put_items(s, r, value, values, t->n, s->values[SEPARATOR].text, false);
		return process_pass(s, r, e);
	}
	for (size_t i = 0; i < t->n; i++) {
		process_put(r, title, t->titles[i].text, t->titles[i].kind);
		process_put(r, value, values[i].text, values[i].kind);
		if (!process_pass(s, r, e)) return false;
	}
	return t->n > 0 || process_pass(s, r, e);
}

static const struct process_works works = { .open = open, .bind = bind, .row = row };
const struct processor process_transpose_columns = {
	"transpose_columns", "generic", N_("Transpose columns to rows"), N_("Makes one record of each of many columns."), PROCESS_MANY, parameters, examples, &works };
