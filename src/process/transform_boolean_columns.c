/* Transform boolean columns: many columns of yes and no become one list of the names of those that say yes. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELDS, FALSES, EMPTY, LABELS, REMOVE, SEPARATOR, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields"), NULL },
	{ "false_values", PROCESS_LIST, false, "false,0,no,non", NULL, N_("Values that mean no"), N_("Small and capital letters are the same.") },
	{ "empty_is_false", PROCESS_BOOL, false, "true", NULL, N_("Empty means no"), NULL },
	{ "use_labels", PROCESS_BOOL, false, "false", NULL, N_("Write labels instead of names"), NULL },
	{ "remove_originals", PROCESS_BOOL, false, "false", NULL, N_("Remove the fields"), NULL },
	{ "separator", PROCESS_TEXT, false, ",", NULL, N_("Separator"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"transform_boolean_columns\",\"fields\":[\"paper\",\"glass\"],\"remove_originals\":true,\"output_field\":\"collects\"}",
	  "[{\"site\":\"A\",\"paper\":\"yes\",\"glass\":true},{\"site\":\"B\",\"paper\":\"No\",\"glass\":null}]",
	  "[{\"site\":\"A\",\"collects\":\"paper,glass\"},{\"site\":\"B\",\"collects\":null}]" },
	{ "{\"type\":\"transform_boolean_columns\",\"fields\":[\"blue_bin\"],\"use_labels\":true,\"output_field\":\"bins\"}",
	  "[{\"blue_bin\":1}]", "[{\"blue_bin\":1,\"bins\":\"Blue bin\"}]" },
	{ 0 }
};

/* What is written for a column: its label, or its name as words. */
static struct cell title(struct process_step *s, struct str name)
{
	struct str *label = s->scene->labels ? map_get_or_null(s->scene->labels, name) : NULL;
	if (!s->values[LABELS].truth) return (struct cell){ name, CELL_FREE };
	if (label) return (struct cell){ *label, CELL_FREE };
	char *p = arena_bytes(s->bound, name.n + 1);
	for (size_t i = 0; i < name.n; i++) p[i] = name.p[i] == '_' ? ' ' : name.p[i];
	if (name.n && p[0] >= 'a' && p[0] <= 'z') p[0] = (char)(p[0] - 'a' + 'A');
	return (struct cell){ str_make(p, name.n), CELL_FREE };
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	const struct process_value *fields = &s->values[FIELDS];
	struct cell *titles = arena_array(s->bound, struct cell, fields->n + 1);
	const struct str *names;
	size_t n = process_width(s, &names);
	for (size_t i = 0; i < fields->n; i++) {
		size_t column = fields->columns[i];
		titles[i] = title(s, column < n ? arena_str(s->bound, names[column]) : fields->list[i]);
		if (s->values[REMOVE].truth && column != s->values[OUTPUT].column) process_drop(s, column);
	}
	s->own = titles;
	return true;
}

static bool is_false(struct process_step *s, struct cell c)
{
	struct str t = str_trim(c.text);
	if (c.kind == CELL_NONE || t.n == 0) return s->values[EMPTY].truth;
	for (size_t i = 0; i < s->values[FALSES].n; i++)
		if (str_eq_nocase(t, str_trim(s->values[FALSES].list[i]))) return true;
	return false;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const struct process_value *fields = &s->values[FIELDS];
	const struct cell *titles = s->own;
	struct cell *said = arena_array(process_arena(s), struct cell, fields->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < fields->n; i++) {
		if (fields->columns[i] != PROCESS_NOWHERE && !is_false(s, process_get(r, fields->columns[i]))) said[n++] = titles[i];
		if (s->values[REMOVE].truth) process_put_null(r, fields->columns[i]);
	}
	process_put_items(s, r, s->values[OUTPUT].column, said, n, s->values[SEPARATOR].text, false);
	return true;
}

static const struct process_works works = { .bind = bind, .row = row };
const struct processor process_transform_boolean_columns = {
	"transform_boolean_columns", "generic", N_("Transform boolean columns"), N_("Makes one list of fields that say yes or no."), 0, parameters, examples, &works };
