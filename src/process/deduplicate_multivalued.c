/* Deduplicate multivalued: each value of a list once, in the order of the first ones. */
#include "process/inside.h"

enum { FIELD, SEPARATOR, OUTPUT };
static const struct process_parameter parameters[] = {
	{ "field", PROCESS_FIELD, true, NULL, NULL, N_("Field"), NULL },
	{ "separator", PROCESS_TEXT, false, ";", NULL, N_("Separator"), NULL },
	{ "output_field", PROCESS_OUTPUT, true, NULL, NULL, N_("Output field"), NULL },
	{ 0 }
};
static const struct process_example examples[] = {
	{ "{\"type\":\"deduplicate_multivalued\",\"field\":\"tags\",\"separator\":\";\",\"output_field\":\"tags\"}",
	  "[{\"tags\":\"tree;park; tree;lake\"},{\"tags\":[\"a\",\"b\",\"a\"]},{\"tags\":null}]",
	  "[{\"tags\":\"tree;park;lake\"},{\"tags\":[\"a\",\"b\"]},{\"tags\":null}]" },
	{ 0 }
};

enum { FEW = 16 };

static size_t few(struct cell *items, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < kept && !str_eq(items[k].text, items[i].text)) k++;
		if (k == kept) items[kept++] = items[i];
	}
	return kept;
}

static size_t many(struct cell *items, size_t n)
{
	auto_arena a = ARENA_INIT;
	struct map seen = { 0 };
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (map_get_or_null(&seen, items[i].text)) continue;
		map_put(&a, &seen, items[i].text, items);
		items[kept++] = items[i];
	}
	return kept;
}

static bool row(struct process_step *s, struct process_row *r, struct err *e)
{
	(void)e;
	size_t output = s->values[OUTPUT].column;
	struct cell c = process_get(r, s->values[FIELD].column);
	struct cell *items;
	size_t n, kept;
	if (!process_items(s, r, s->values[FIELD].column, s->values[SEPARATOR].text, &items, &n)) return true;
	if (n < 2) {
		process_put(r, output, c.text, c.kind);
		return true;
	}
	kept = n <= FEW ? few(items, n) : many(items, n);
	process_put_items(s, r, output, items, kept, s->values[SEPARATOR].text, c.kind == CELL_LIST);
	return true;
}

static const struct process_works works = { .row = row };
const struct processor process_deduplicate_multivalued = {
	"deduplicate_multivalued", "generic", N_("Deduplicate multivalued"), N_("Keeps each value of a list once."), 0, parameters, examples, &works };
