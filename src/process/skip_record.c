/* Skip records: rows that match stay out, or only they come in. */
#include "process/condition.h"

enum { FIELD, VALUE, EXACT, KEEP };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, false, NULL, NULL, N_("Field"), N_("Not needed when the value is a condition.") },
	{ "value", PROCESS_EXPRESSION, false, "", NULL, N_("Value"), N_("A text, or an expression that begins with =. Leave empty for records where the field is empty.") },
	{ "exact_match", PROCESS_BOOL, false, "false", NULL, N_("Exact match"), N_("Otherwise it is enough that the text is in the field.") },
	{ "keep", PROCESS_BOOL, false, "false", NULL, N_("Keep the records that match, and skip the others"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"skip_record\",\"field\":\"state\",\"value\":\"closed\"}",
	  "[{\"name\":\"A\",\"state\":\"open\"},{\"name\":\"B\",\"state\":\"closed in May\"},{\"name\":\"C\",\"state\":null}]",
	  "[{\"name\":\"A\",\"state\":\"open\"},{\"name\":\"C\",\"state\":null}]" },
	{ "{\"type\":\"skip_record\",\"value\":\"=price > 10\",\"keep\":true}",
	  "[{\"price\":9},{\"price\":\"12\"},{\"price\":null}]", "[{\"price\":\"12\"}]" },
	{ "{\"type\":\"skip_record\",\"field\":\"name\"}", "[{\"name\":\"\"},{\"name\":\"x\"}]", "[{\"name\":\"x\"}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	return condition_open(s, f, FIELD, VALUE, EXACT);
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	condition_bind(s);
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	bool match;
	/* A condition that cannot be computed skips nothing. */
	if (condition_holds(s, r, &match) && match != s->values[KEEP].truth) return true;
	return process_pass(s, r, e);
}

static const struct process_works works = { .open = open, .bind = bind, .row = row, .close = condition_close };
const struct processor process_skip_record = {
	"skip_record", "generic", N_("Skip records"), N_("Leaves out the records that match, or all others."), PROCESS_MANY, parameters, examples, &works };
