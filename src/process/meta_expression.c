/* Meta expression: one expression for many fields, each of which it sees as X. */
#include "process/expression.h"

enum { EXPRESSION, FIELDS };
static const struct process_parameter parameters[] = {
	{ "expression", PROCESS_EXPRESSION, true, NULL, NULL, N_("Expression"), N_("X is the value of the field at hand.") },
	{ "fields", PROCESS_FIELDS, true, NULL, NULL, N_("Fields"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"meta_expression\",\"expression\":\"=X / 1000\",\"fields\":[\"width\",\"height\"]}",
	  "[{\"width\":\"1500\",\"height\":250,\"name\":\"gate\"},{\"width\":\"wide\",\"height\":1}]",
	  "[{\"width\":1.5,\"height\":0.25,\"name\":\"gate\"},{\"width\":null,\"height\":0.001,\"!\":\"Expected a number, not \\\"wide\\\".\"}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	s->own = expression_open(s, f, EXPRESSION);
	return true;
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	expression_bind(s->own, s, true);
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < s->values[FIELDS].n; i++) {
		size_t column = s->values[FIELDS].columns[i];
		struct cell it = process_get(r, column);
		struct cell c;
		struct str why;
		if (expression_cell(s->own, s, r, &it, &c, &why)) process_put(r, column, c.text, c.kind);
		else process_tell(s, r, column, it.text, "%.*s", STR_ARG(why));
	}
	return true;
}

static void shut(struct process_step *s) { process_expression_free(s->own); }

static const struct process_works works = { .open = open, .bind = bind, .row = row, .close = shut };
const struct processor process_meta_expression = {
	"meta_expression", "generic", N_("Meta expression"), N_("Computes many fields anew by one expression."), 0, parameters, examples, &works };
