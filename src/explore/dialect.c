/* How v2.0 of the API prints what v2.1 prints otherwise: dates that are keys of groups as milliseconds
 * since 1970, parts of dates as texts. A batch goes in as the engine gave it and comes out so. */
#include "explore/inside.h"

enum { DAY_MS = 86400000 };

static void to_ms(struct arena *a, struct column *c, size_t n)
{
	int64_t *ms = arena_array(a, int64_t, n + 1);
	bool date = c->type.type == VALUE_DATE;
	for (size_t i = 0; i < n; i++)
		if (column_has(c, i)) ms[i] = date ? (int64_t)c->days[i] * DAY_MS : c->ints[i] / 1000;
	c->type.type = VALUE_INT;
	c->ints = ms;
}

static void to_texts(struct arena *a, struct column *c, size_t n)
{
	struct str *texts = arena_array(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		if (column_has(c, i)) texts[i] = arena_printf(a, "%lld", (long long)c->ints[i]);
	c->type.type = VALUE_TEXT;
	c->texts = texts;
}

static bool any_mark(const struct query_plan *p)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->marks[i]) return true;
	return false;
}

void dialect_turn(const struct call *c, const struct query_plan *p, struct arena *a, struct batch *rows)
{
	if (c->version >= 21 || rows->nrows == 0 || !any_mark(p)) return;
	struct column *columns = arena_array(a, struct column, rows->ncolumns);
	memcpy(columns, rows->columns, rows->ncolumns * sizeof *columns);
	for (size_t i = 0; i < p->ncolumns; i++) {
		bool whole = columns[i].type.type == VALUE_INT;
		if (p->marks[i] == QUERY_DATE_KEY) to_ms(a, &columns[i], rows->nrows);
		else if (p->marks[i] == QUERY_DATE_PART && whole) to_texts(a, &columns[i], rows->nrows);
	}
	rows->columns = columns;
}

void dialect_warn(struct call *c)
{
	if (c->version >= 21) return;
	httpd_reply_lit(c->p, "ODS-Explore-API-Deprecation",
	                "DATE_KEYS_AS_ISOFORMAT: in v2.1, dates that are keys of groups are ISO 8601 texts.");
	struct err e = { 0 };
	struct str next = arena_printf(c->arena, "<%.*s>; rel=\"successor-version\"",
	                               STR_ARG(rest_base(c->r, STR(EXPLORE_PREFIX))));
	if (!httpd_reply_header(c->p, STR("Link"), next, &e)) e.code = ERR_NONE; /* an advice; the answer stands without it */
}
