/* Expression: a field computed from others. */
#include "process/expression.h"

enum { EXPRESSION, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "expression", PROCESS_EXPRESSION, true, NULL, NULL, N_("Expression"), N_("Begins with = to be computed; {{ }} puts what is computed into a text.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"expression\",\"expression\":\"=round(price * 1.2, 2)\",\"output_field\":\"with_tax\"}",
	  "[{\"price\":\"10.5\"},{\"price\":null},{\"price\":\"free\"}]",
	  "[{\"price\":\"10.5\",\"with_tax\":12.6},{\"price\":null,\"with_tax\":null},{\"price\":\"free\",\"with_tax\":null,\"!\":\"Expected a number, not \\\"free\\\".\"}]" },
	{ "{\"type\":\"expression\",\"expression\":\"{{ upper(city) }} ({{ code }})\",\"output_field\":\"title\"}",
	  "[{\"city\":\"Metz\",\"code\":\"57000\"}]", "[{\"city\":\"Metz\",\"code\":\"57000\",\"title\":\"METZ (57000)\"}]" },
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
	expression_bind(s->own, s, false);
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell c;
	struct str why;
	if (expression_cell(s->own, s, r, NULL, &c, &why)) process_put(r, output, c.text, c.kind);
	else process_tell(s, r, output, (struct str){ 0 }, "%.*s", STR_ARG(why));
	return true;
}

static void shut(struct process_step *s) { process_expression_free(s->own); }

static const struct process_works works = { .open = open, .bind = bind, .row = row, .close = shut };
const struct processor process_expression = { "expression", "generic", N_("Expression"), N_("Computes a field from other fields."), 0, parameters, examples, &works };
