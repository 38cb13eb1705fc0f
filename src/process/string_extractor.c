/* Extract text: each named group of a pattern becomes a column. */
#include "process/inside.h"
#include "process/regexp.h"
#include "text/text.h"

enum { FIELD, REGEXP };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "regexp", PROCESS_REGEXP, true, NULL, NULL, N_("Regular expression"), N_("Its named groups, such as (?P<street>.+), become fields.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"string_extractor\",\"field\":\"address\",\"regexp\":\"(?P<number>\\\\d+) (?P<street>.+)\"}",
	  "[{\"address\":\"12 rue Haute\"},{\"address\":\"station\"},{\"address\":null}]",
	  "[{\"address\":\"12 rue Haute\",\"number\":\"12\",\"street\":\"rue Haute\"},{\"address\":\"station\"},{\"address\":null}]" },
	{ 0 }
};

struct extractor {
	struct process_regexp *x;
	size_t *columns; /* by group, from 1; PROCESS_NOWHERE: it has no name */
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	struct extractor *m = arena_new(s->keep, struct extractor);
	s->own = m;
	m->x = process_regexp_open(s, f, REGEXP, 0);
	if (!m->x) return true;
	bool named = false;
	for (size_t i = 1; i <= regexp_groups(m->x); i++) named |= regexp_group_name(m->x, i).n > 0;
	if (!named) process_step_fault(s, f, "regexp", "expected at least one named group, such as (?P<year>[0-9]+).");
	return true;
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	struct extractor *m = s->own;
	m->columns = arena_array(s->bound, size_t, regexp_groups(m->x) + 1);
	for (size_t i = 1; i <= regexp_groups(m->x); i++) {
		struct str name = regexp_group_name(m->x, i);
		m->columns[i] = name.n ? process_make(s, name) : PROCESS_NOWHERE;
	}
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	struct extractor *m = s->own;
	struct cell c = process_get(r, s->values[FIELD].column);
	size_t groups = regexp_groups(m->x);
	enum regexp_end end = process_is_null(c) ? REGEXP_NONE : regexp_search(m->x, c.text, 0);
	if (end == REGEXP_LIMIT || end == REGEXP_LONG) process_tell(s, NULL, s->values[FIELD].column, text_cut(c.text, 200), "%s", regexp_why(end));
	for (size_t i = 1; i <= groups; i++) {
		size_t from, to;
		if (end == REGEXP_FOUND && regexp_span(m->x, i, &from, &to)) process_put(r, m->columns[i], str_sub(c.text, from, to - from), CELL_FREE);
		else process_put_null(r, m->columns[i]);
	}
	return true;
}

static void shut(struct process_step *s)
{
	struct extractor *m = s->own;
	if (m) regexp_free(m->x);
}

static const struct process_works works = { .open = open, .bind = bind, .row = row, .close = shut };
const struct processor process_string_extractor = {
	"string_extractor", "text", N_("Extract text"), N_("Makes fields of the named groups of a regular expression."), 0, parameters, examples, &works };
