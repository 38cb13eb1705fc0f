/* Expand JSON array: one row for each element. A row without elements stays one row. */
#include "process/inside.h"

enum { FIELD, PATH, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "json_array_field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "path", PROCESS_TEXT, false, "item", NULL, N_("Path"), N_("Names with dots; item stands for each element of an array, as in stops.item.name.") },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"expand_json_array\",\"json_array_field\":\"line\",\"path\":\"stops.item.name\",\"output_field\":\"stop\"}",
	  "[{\"line\":\"{\\\"stops\\\":[{\\\"name\\\":\\\"Quay\\\"},{\\\"name\\\":\\\"Hill\\\"}]}\"},{\"line\":null}]",
	  "[{\"line\":\"{\\\"stops\\\":[{\\\"name\\\":\\\"Quay\\\"},{\\\"name\\\":\\\"Hill\\\"}]}\",\"stop\":\"Quay\"},"
	  "{\"line\":\"{\\\"stops\\\":[{\\\"name\\\":\\\"Quay\\\"},{\\\"name\\\":\\\"Hill\\\"}]}\",\"stop\":\"Hill\"},{\"line\":null,\"stop\":null}]" },
	{ "{\"type\":\"expand_json_array\",\"json_array_field\":\"a\",\"path\":\"item\",\"output_field\":\"a\"}", "[{\"a\":[1,2]}]", "[{\"a\":1},{\"a\":2}]" },
	{ 0 }
};

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	size_t output = s->values[OUTPUT].column;
	auto_json *doc = NULL;
	auto_arena a = ARENA_INIT;
	struct process_nodes found = { .arena = &a };
	if (!process_json(s, r, s->values[FIELD].column, output, &doc)) return process_pass(s, r, e);
	if (doc) process_path(json_root(doc), s->values[PATH].text, &found);
	if (found.list.n == 0) {
		process_put_null(r, output);
		return process_pass(s, r, e);
	}
	for (size_t i = 0; i < found.list.n; i++) {
		struct cell c;
		if (!process_cell_of_node(s, r, output, found.list.p[i], &c)) c = (struct cell){ 0 };
		process_put(r, output, c.text, c.kind);
		if (!process_pass(s, r, e)) return false;
	}
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_expand_json_array = {
	"expand_json_array", "generic", N_("Expand JSON array"), N_("Makes one record of each element of a JSON array."), PROCESS_MANY, parameters, examples, &works };
