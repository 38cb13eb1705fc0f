/* Add a field: an empty column, to be filled by what comes after. */
#include "process/inside.h"

enum { FIELD };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_OUTPUT, true, NULL, NULL, N_("Name of the field"), N_("A field that is already there is left as it is.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"add_field\",\"field\":\"remark\"}", "[{\"name\":\"Oak\"}]", "[{\"name\":\"Oak\",\"remark\":null}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)s, (void)r, (void)e;
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_add_field = { "add_field", "generic", N_("Add a field"), N_("Adds an empty field."), 0, parameters, examples, &works };
