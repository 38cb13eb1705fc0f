/* Expand multivalued: one row for each value of a list. A row without values stays one row. */
#include "process/inside.h"

enum { FIELD, SEPARATOR, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "separator", PROCESS_TEXT, false, ";", NULL, N_("Separator"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"expand_multivalued\",\"field\":\"days\",\"separator\":\",\",\"output_field\":\"day\"}",
	  "[{\"market\":\"North\",\"days\":\"Mon, Thu\"},{\"market\":\"South\",\"days\":null}]",
	  "[{\"market\":\"North\",\"days\":\"Mon, Thu\",\"day\":\"Mon\"},{\"market\":\"North\",\"days\":\"Mon, Thu\",\"day\":\"Thu\"},{\"market\":\"South\",\"days\":null,\"day\":null}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	size_t output = s->values[OUTPUT].column;
	struct cell *items;
	size_t n;
	if (!process_items(s, r, s->values[FIELD].column, s->values[SEPARATOR].text, &items, &n)) return process_pass(s, r, e);
	if (n == 0) {
		process_put_null(r, output);
		return process_pass(s, r, e);
	}
	for (size_t i = 0; i < n; i++) {
		process_put(r, output, items[i].text, items[i].kind);
		if (!process_pass(s, r, e)) return false;
	}
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_expand_multivalued = {
	"expand_multivalued", "generic", N_("Expand multivalued"), N_("Makes one record of each value of a list."), PROCESS_MANY, parameters, examples, &works };
