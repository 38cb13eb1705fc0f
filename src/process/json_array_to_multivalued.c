/* JSON array to multivalued: the elements as one text with separators. */
#include "process/inside.h"

enum { FIELD, PATH, SEPARATOR, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "path", PROCESS_TEXT, false, "item", NULL, N_("Path"), N_("Names with dots; item stands for each element of an array, as in stops.item.name.") },
	{ "separator", PROCESS_TEXT, false, ";", NULL, N_("Separator"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"json_array_to_multivalued\",\"field\":\"langs\",\"output_field\":\"langs\"}",
	  "[{\"langs\":\"[\\\"fr\\\", \\\"de\\\", 3]\"},{\"langs\":[]},{\"langs\":\"fr\"}]",
	  "[{\"langs\":\"fr;de;3\"},{\"langs\":null},{\"langs\":null,\"!\":\"This is not JSON: line 1, column 2: invalid token near 'fr'\"}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	auto_json *doc = NULL;
	auto_arena a = ARENA_INIT;
	struct process_nodes found = { .arena = &a };
	if (!process_json(s, r, s->values[FIELD].column, output, &doc)) return true;
	if (doc) process_path(json_root(doc), s->values[PATH].text, &found);
	struct cell *items = arena_array(&a, struct cell, found.list.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < found.list.n; i++) {
		if (!process_cell_of_node(s, r, output, found.list.p[i], &items[n])) return true;
		n += items[n].kind != CELL_NONE;
	}
	process_put_items(s, r, output, items, n, s->values[SEPARATOR].text, false);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_json_array_to_multivalued = {
	"json_array_to_multivalued", "generic", N_("JSON array to multivalued"),
	N_("Writes the elements of a JSON array as one text with separators. Set the field to multivalued in the schema."), 0, parameters, examples, &works };
