/* Delete record: rows that match stay out, and what was stored of them before goes, too: that is done by whoever stores
 * records, who is told of each such row. */
#include "process/condition.h"

enum { FIELD, VALUE, EXACT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, false, NULL, NULL, N_("Field"), N_("Not needed when the value is a condition.") },
	{ "value", PROCESS_EXPRESSION, false, "", NULL, N_("Value"), N_("A text, or an expression that begins with =. Leave empty for records where the field is empty.") },
	{ "exact_match", PROCESS_BOOL, false, "true", NULL, N_("Exact match"), N_("Otherwise it is enough that the text is in the field.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"delete_record\",\"field\":\"action\",\"value\":\"removed\"}",
	  "[{\"id\":1,\"action\":\"added\"},{\"id\":2,\"action\":\"removed\"}]", "[{\"id\":1,\"action\":\"added\"}]" },
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
	if (condition_holds(s, r, &match) && match) return process_delete(s, r, e);
	return process_pass(s, r, e);
}

static const struct process_works works = { .open = open, .bind = bind, .row = row, .close = condition_close };
const struct processor process_delete_record = {
	"delete_record", "generic", N_("Delete record"), N_("Leaves out the records that match, and deletes them where they were stored before."),
	PROCESS_MANY | PROCESS_STORED, parameters, examples, &works };
