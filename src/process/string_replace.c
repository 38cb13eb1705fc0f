/* Replace text: what stands there literally, by something else. */
#include "process/inside.h"

enum { FIELD, ALL, OLD, NEW };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, false, NULL, NULL, N_("Field"), N_("Not needed when all fields are searched.") },
	{ "all_fields", PROCESS_BOOL, false, "false", NULL, N_("In all fields"), NULL },
	{ "old", PROCESS_TEXT, true, NULL, NULL, N_("Text to replace"), NULL },
	{ "new", PROCESS_TEXT, false, "", NULL, N_("New text"), N_("Leave empty to delete the text.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"string_replace\",\"field\":\"price\",\"old\":\" €\",\"new\":\"\"}",
	  "[{\"name\":\"Ticket\",\"price\":\"12 €\"},{\"name\":\"Pass\",\"price\":\"30 €\"}]",
	  "[{\"name\":\"Ticket\",\"price\":\"12\"},{\"name\":\"Pass\",\"price\":\"30\"}]" },
	{ "{\"type\":\"string_replace\",\"all_fields\":true,\"old\":\"n/a\",\"new\":\"\"}",
	  "[{\"a\":\"n/a\",\"b\":\"x\",\"c\":[\"n/a\",\"y\"]}]",
	  "[{\"a\":\"\",\"b\":\"x\",\"c\":[\"\",\"y\"]}]" },
	{ 0 }
};

/* As str_find; a short text is looked for by its first byte, which is quicker in short cells. */
static ptrdiff_t find(struct str s, struct str needle)
{
	enum { SHORT = 16 };
	if (needle.n > SHORT || s.n < needle.n) return str_find(s, needle);
	const char *last = s.p + (s.n - needle.n);
	for (const char *p = s.p; p <= last; p++) {
		p = memchr(p, needle.p[0], (size_t)(last - p) + 1);
		if (!p) return -1;
		if (memcmp(p, needle.p, needle.n) == 0) return p - s.p;
	}
	return -1;
}

static bool replace(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	struct str old = s->values[OLD].text;
	struct str new = s->values[NEW].text;
	size_t found = 0;
	for (struct str left = in; left.n;) {
		ptrdiff_t at = find(left, old);
		if (at < 0) break;
		left = str_from(left, (size_t)at + old.n);
		found++;
	}
	*out = in;
	if (!found) return true;
	size_t grown;
	char *p = num_mul(&grown, found, new.n) || num_add(&grown, grown, in.n - found * old.n) ? NULL : process_bytes(s, grown);
	if (!p) {
		process_too_large(s, r, column);
		return false;
	}
	char *to = p;
	for (struct str left = in; left.n;) {
		ptrdiff_t at = find(left, old);
		size_t keep = at < 0 ? left.n : (size_t)at;
		memcpy(to, left.p, keep);
		to += keep;
		if (at < 0) break;
		if (new.n) memcpy(to, new.p, new.n);
		to += new.n;
		left = str_from(left, keep + old.n);
	}
	*out = str_make(p, (size_t)(to - p));
	return true;
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	process_need_field(s, f, FIELD, ALL);
	if (s->values[OLD].text.n == 0) process_step_fault(s, f, "old", "expected the text to be replaced.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_field_or_all(s, r, FIELD, ALL, replace, NULL);
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_string_replace = {
	"string_replace", "text", N_("Replace text"), N_("Replaces a piece of text by another wherever it stands in a field."),
	0, parameters, examples, &works };
