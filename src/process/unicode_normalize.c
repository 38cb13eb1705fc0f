/* Normalize Unicode: one spelling for letters with accents (NFC), so that equal texts are equal. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELDS, ALL };
static const struct process_parameter parameters[] = {
	{ "fields", PROCESS_FIELDS, false, NULL, NULL, N_("Fields"), N_("Not needed when all fields are searched.") },
	{ "all_fields", PROCESS_BOOL, false, "false", NULL, N_("In all fields"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"unicode_normalize\",\"fields\":[\"name\"]}", "[{\"name\":\"E\\u0301te\\u0301\"},{\"name\":null}]", "[{\"name\":\"Été\"},{\"name\":null}]" },
	{ 0 }
};

static bool normalize(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	size_t i = 0;
	while (i < in.n && (unsigned char)in.p[i] < 0x80) i++;
	*out = in;
	if (i == in.n) return true;
	struct buf *b = process_scratch(s);
	if (!text_put_nfc(b, in)) b->over = true;
	return process_give_buf(s, r, column, b, out);
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	if (s->values[FIELDS].n == 0 && !s->values[ALL].truth) process_step_fault(s, f, "fields", "expected names of fields, or all_fields.");
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	if (s->values[ALL].truth) process_change_field_or_all(s, r, FIELDS, ALL, normalize, NULL);
	else for (size_t i = 0; i < s->values[FIELDS].n; i++) process_change_cell(s, r, s->values[FIELDS].columns[i], normalize, NULL);
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_unicode_normalize = {
	"unicode_normalize", "text", N_("Normalize Unicode"), N_("Writes letters with accents in one way (NFC)."), 0, parameters, examples, &works };
