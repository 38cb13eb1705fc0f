/* Ranges and places of a stranger's address: read or complained about, and whatever becomes a condition is one that ODSQL can read. */
#include "front/inside.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct field fields[] = {
	{ .name = { "pop", 3 }, .label = { "Pop", 3 }, .type = VALUE_DOUBLE, .decimals = -1 },
	{ .name = { "day", 3 }, .label = { "Day", 3 }, .type = VALUE_DATETIME, .decimals = -1 },
	{ .name = { "at", 2 }, .label = { "At", 2 }, .type = VALUE_POINT, .decimals = -1 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "q", "q.x", "geofilter.bbox", "geofilter.distance", "geofilter.polygon" };
	const struct schema schema = { .fields = fields, .n = COUNT_OF(fields) };
	auto_arena a = ARENA_INIT;
	if (!size || size > 4000)
		return 0;
	struct str text = arena_str(&a, str_make((const char *)data + 1, size - 1));
	const struct httpd_pair pair = { str_of(names[data[0] % COUNT_OF(names)]), text };
	const struct view_state state = { .arena = &a, .path = STR("/"), .pairs = &pair, .n = 1 };
	struct front_conditions c;
	struct err e = { 0 };
	/* The door of HTTP lets neither in. */
	if (!text_is_utf8(text) || str_find_char(text, '\0') >= 0)
		return 0;
	if (!front_conditions(&a, &state, &schema, NULL, STR(""), &c, &e)) {
		ensure(e.code == ERR_PARAMETER && c.nwhere == 0);
		return 0;
	}
	for (size_t i = 0; i < c.nwhere; i++) {
		struct odsql_node *n;
		ensure(odsql_parse_where(&a, c.where[i], &n, &e));
	}
	return 0;
}
