/* Extract from JSON: members of an object as columns of their own, named after their paths. */
#include "process/inside.h"

enum { FIELD, PATHS };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "paths", PROCESS_LIST, true, NULL, NULL, N_("Paths"), N_("Names with dots, such as owner.name; the new field is owner_name.") },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"extract_json\",\"field\":\"meta\",\"paths\":[\"owner.name\",\"size\"]}",
	  "[{\"meta\":{\"owner\":{\"name\":\"City\"},\"size\":3}},{\"meta\":{\"size\":null}},{\"meta\":null}]",
	  "[{\"meta\":{\"owner\":{\"name\":\"City\"},\"size\":3},\"owner_name\":\"City\",\"size\":3},{\"meta\":{\"size\":null}},{\"meta\":null}]" },
	{ 0 }
};

static bool open(struct process_step *s, struct process_faults *f, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < s->values[PATHS].n; i++)
		if (str_trim(s->values[PATHS].list[i]).n == 0) process_step_fault(s, f, "paths", "number %zu of the paths is empty.", i + 1);
	return true;
}

static bool bind(struct process_step *s, struct err *e)
{
	(void)e;
	size_t *columns = arena_array(s->bound, size_t, s->values[PATHS].n + 1);
	for (size_t i = 0; i < s->values[PATHS].n; i++) columns[i] = process_make(s, s->values[PATHS].list[i]);
	s->own = columns;
	return true;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	const size_t *columns = s->own;
	auto_json *doc = NULL;
	auto_arena a = ARENA_INIT;
	bool ok = process_json(s, r, s->values[FIELD].column, columns[0], &doc);
	for (size_t i = 0; i < s->values[PATHS].n; i++) {
		struct process_nodes found = { .arena = &a };
		struct cell c = { 0 };
		if (ok && doc) process_path(json_root(doc), s->values[PATHS].list[i], &found);
		if (found.list.n && !process_cell_of_node(s, r, columns[i], found.list.p[0], &c)) continue;
		process_put(r, columns[i], c.text, c.kind);
	}
	return true;
}

static const struct process_works works = { .open = open, .bind = bind, .row = row };
const struct processor process_extract_json = {
	"extract_json", "generic", N_("Extract from JSON"), N_("Makes fields of members of a JSON object."), 0, parameters, examples, &works };
