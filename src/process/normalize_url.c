/* Normalize URL: blanks off, and a scheme where there is none. */
#include "process/inside.h"

enum { FIELD };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"normalize_url\",\"field\":\"site\"}",
	  "[{\"site\":\" www.example.org/a b \"},{\"site\":\"https://example.org\"},{\"site\":\"mailto:a@example.org\"},{\"site\":\"//example.org\"},{\"site\":null}]",
	  "[{\"site\":\"http://www.example.org/a%20b\"},{\"site\":\"https://example.org\"},{\"site\":\"mailto:a@example.org\"},{\"site\":\"http://example.org\"},{\"site\":null}]" },
	{ 0 }
};

/* "mailto:", "https:"; a port after a name ("example.org:8080") is none. */
static bool has_scheme(struct str t)
{
	size_t i = 0;
	while (i < t.n && ((t.p[i] >= 'a' && t.p[i] <= 'z') || (t.p[i] >= 'A' && t.p[i] <= 'Z') || t.p[i] == '+' || t.p[i] == '-')) i++;
	return i > 1 && i + 1 < t.n && t.p[i] == ':' && !(t.p[i + 1] >= '0' && t.p[i + 1] <= '9');
}

static bool normalize(struct process_step *s, void *arg, struct process_row *r, size_t column, struct str in, struct str *out)
{
	(void)arg;
	struct str t = str_trim(in);
	bool clean = has_scheme(t) && str_find_char(t, ' ') < 0;
	*out = t;
	if (t.n == 0 || clean) return true;
	struct buf *b = process_scratch(s);
	if (str_starts(t, STR("//"))) buf_lit(b, "http:");
	else if (!has_scheme(t)) buf_lit(b, "http://");
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == ' ') buf_lit(b, "%20");
		else buf_put_char(b, t.p[i]);
	}
	return process_give_buf(s, r, column, b, out);
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	process_change_cell(s, r, s->values[FIELD].column, normalize, NULL);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_normalize_url = {
	"normalize_url", "text", N_("Normalize URL"), N_("Removes blanks and adds http:// where the scheme is missing."), 0, parameters, examples, &works };
