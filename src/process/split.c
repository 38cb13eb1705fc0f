/* Split text: the part of a text between two separators. */
#include "process/inside.h"

enum { FIELD, SEPARATOR, INDEX, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "separator", PROCESS_TEXT, true, NULL, NULL, N_("Separator"), NULL },
	{ "index", PROCESS_INT, false, "1", NULL, N_("Which part"), N_("From 1; -1 is the last one.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"split\",\"field\":\"code\",\"separator\":\"-\",\"index\":2,\"output_field\":\"area\"}",
	  "[{\"code\":\"FR-57-Metz\"},{\"code\":\"FR\"},{\"code\":null}]",
	  "[{\"code\":\"FR-57-Metz\",\"area\":\"57\"},{\"code\":\"FR\",\"area\":null},{\"code\":null,\"area\":null}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	if (s->values[SEPARATOR].text.n == 0) process_step_fault(s, f, "separator", "expected the text that parts the pieces.");
	if (s->values[INDEX].whole == 0) process_step_fault(s, f, "index", "expected 1 for the first part, 2 for the second, -1 for the last.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct cell c = process_get(r, s->values[FIELD].column);
	struct str separator = s->values[SEPARATOR].text;
	int64_t wanted = s->values[INDEX].whole;
	size_t output = s->values[OUTPUT].column;
	process_put_null(r, output);
	if (process_is_null(c)) return true;
	if (wanted < 0) { /* counted from the end */
		int64_t parts = 1;
		for (struct str left = c.text; str_find(left, separator) >= 0; parts++) left = str_from(left, (size_t)str_find(left, separator) + separator.n);
		wanted += parts + 1;
	}
	struct str left = c.text;
	for (int64_t i = 1; wanted > 0; i++) {
		ptrdiff_t at = str_find(left, separator);
		struct str part = at < 0 ? left : str_sub(left, 0, (size_t)at);
		if (i == wanted) process_put(r, output, str_trim(part), CELL_FREE);
		if (i == wanted || at < 0) break;
		left = str_from(left, (size_t)at + separator.n);
	}
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_split = { "split", "text", N_("Split text"), N_("Takes one part of a text with separators."), 0, parameters, examples, &works };
