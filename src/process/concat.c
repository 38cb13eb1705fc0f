/* Concatenate text: two fields, or a field and a word, with a separator between them. */
#include "process/inside.h"

enum { LEFT, RIGHT, SEPARATOR, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "left", PROCESS_FIELD, true, NULL, NULL, N_("First field"), NULL },
	{ "right", PROCESS_FIELD, true, NULL, NULL, N_("Second field"), NULL },
	{ "separator", PROCESS_TEXT, false, "", NULL, N_("Separator"), N_("Put between the two; left out where one of them is empty.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"concat\",\"left\":\"street\",\"right\":\"city\",\"separator\":\", \",\"output_field\":\"address\"}",
	  "[{\"street\":\"1 rue Basse\",\"city\":\"Metz\"},{\"street\":null,\"city\":\"Lyon\"}]",
	  "[{\"street\":\"1 rue Basse\",\"city\":\"Metz\",\"address\":\"1 rue Basse, Metz\"},{\"street\":null,\"city\":\"Lyon\",\"address\":\"Lyon\"}]" },
	{ "{\"type\":\"concat\",\"left\":\"a\",\"right\":\"b\",\"output_field\":\"a\"}",
	  "[{\"a\":1,\"b\":2},{\"a\":null,\"b\":null}]",
	  "[{\"a\":\"12\",\"b\":2},{\"a\":null,\"b\":null}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell left = process_get(r, s->values[LEFT].column);
	struct cell right = process_get(r, s->values[RIGHT].column);
	bool none = process_is_null(left);
	if (none || process_is_null(right)) {
		struct cell only = none ? right : left;
		process_put(r, output, only.text, only.kind);
		return true;
	}
	struct str between = s->values[SEPARATOR].text;
	size_t n = left.text.n + between.n + right.text.n;
	char *p = process_bytes(s, n);
	if (!p) {
		process_too_large(s, r, output);
		return true;
	}
	if (left.text.n) memcpy(p, left.text.p, left.text.n);
	if (between.n) memcpy(p + left.text.n, between.p, between.n);
	if (right.text.n) memcpy(p + left.text.n + between.n, right.text.p, right.text.n);
	process_put(r, output, str_make(p, n), CELL_FREE);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_concat = {
	"concat", "generic", N_("Concatenate text"), N_("Joins the texts of two fields into one."), 0, parameters, examples, &works };
