/* Copy a field: the same cells once more, so that one copy can be changed. */
#include "process/inside.h"

enum { FIELD, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field to copy"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"copy\",\"field\":\"name\",\"output_field\":\"name_before\"}", "[{\"name\":\"Oak\"},{\"name\":null}]",
	  "[{\"name\":\"Oak\",\"name_before\":\"Oak\"},{\"name\":null,\"name_before\":null}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct cell c = process_get(r, s->values[FIELD].column);
	process_put(r, s->values[OUTPUT].column, c.text, c.kind);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_copy = { "copy", "generic", N_("Copy a field"), N_("Copies a field to another one."), 0, parameters, examples, &works };
