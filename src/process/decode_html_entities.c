/* Decode HTML entities: &eacute; and &#233; become é; tags stay. */
#include "process/inside.h"
#include "text/text.h"

enum { FIELD, ALL };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, false, NULL, NULL, N_("Field"), N_("Not needed when all fields are searched.") },
	{ "all_fields", PROCESS_BOOL, false, "false", NULL, N_("In all fields"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"decode_html_entities\",\"field\":\"name\"}",
	  "[{\"name\":\"Caf&eacute; &#x201c;Au Lion&#8221; &unknown; &amp;\"},{\"name\":null}]", "[{\"name\":\"Café “Au Lion” &unknown; &\"},{\"name\":null}]" },
	{ 0 }
};

static bool decode(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	*out = in;
	if (str_find_char(in, '&') < 0) return true;
	struct buf *b = process_scratch(s);
	text_put_resolved(b, in);
	return process_give_buf(s, r, column, b, out);
}

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	process_need_field(s, f, FIELD, ALL);
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_field_or_all(s, r, FIELD, ALL, decode, NULL);
	return true;
}

static const struct process_works works = { .open = open, .row = row };
const struct processor process_decode_html_entities = {
	"decode_html_entities", "text", N_("Decode HTML entities"), N_("Writes characters where HTML names them."), 0, parameters, examples, &works };
