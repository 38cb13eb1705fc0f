/* The four rows that the examples of the language are about, in an engine of their own. */
#ifndef TESTS_QUERY_CITIES_H
#define TESTS_QUERY_CITIES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "query/query.h"

struct cities {
	struct arena arena;
	struct engine *engine;
	struct schema schema;
	struct query_target target;
	char folder[64];
	bool words;        /* the version has an index of words */
	struct str ids[4]; /* record ids of R1 … R4 */
};

enum { CITIES_FIELDS = 9, CITIES_ROWS = 4 };

/* 2021-05-06T13:20:10.500000Z */
static const int64_t cities_now = 1620307210500000;

static inline int64_t cities_instant(const char *text)
{
	struct clock_text t;
	assert_true(clock_parse(str_of(text), &t));
	return clock_us_of_civil(&t.civil);
}

static inline int32_t cities_day(const char *text)
{
	return (int32_t)(cities_instant(text) / 86400000000);
}

static inline struct schema cities_schema(struct arena *a)
{
	static const struct { const char *name; enum value_type type; unsigned flags; } fields[CITIES_FIELDS] = {
		{ "name", VALUE_TEXT, 0 }, { "country", VALUE_TEXT, FIELD_FACET }, { "tags", VALUE_TEXT, FIELD_MULTIVALUED },
		{ "pop", VALUE_INT, 0 }, { "area", VALUE_DOUBLE, 0 }, { "founded", VALUE_DATE, 0 },
		{ "updated", VALUE_DATETIME, 0 }, { "capital", VALUE_BOOL, 0 }, { "loc", VALUE_POINT, 0 },
	};
	struct schema s = { .fields = arena_array(a, struct field, CITIES_FIELDS), .n = CITIES_FIELDS };
	for (size_t i = 0; i < s.n; i++)
		s.fields[i] = (struct field){ .name = str_of(fields[i].name), .label = str_of(fields[i].name),
			.type = fields[i].type, .flags = fields[i].flags, .decimals = -1 };
	return s;
}

static inline void cities_load(struct cities *c, struct str path)
{
	static const struct str names[] = { { "Paris", 5 }, { "La Rochelle", 11 }, { "Bruxelles", 9 }, { "Besan\xc3\xa7on", 9 } };
	static const struct str countries[] = { { "FR", 2 }, { "FR", 2 }, { "BE", 2 }, { "", 0 } };
	static const struct list_span tags[] = { { 0, 2 }, { 2, 1 }, { 0, 0 }, { 3, 1 } };
	static const struct str items[] = { { "river", 5 }, { "metro", 5 }, { "sea", 3 }, { "river", 5 } };
	static const int64_t pops[] = { 2100000, 75000, 1200000, 0 };
	static const double areas[] = { 105.4, 28.4, 0, 65.0 };
	static const bool capitals[] = { true, false, true, false };
	static const double lats[] = { 48.8566, 46.1603, 50.8503, 0 };
	static const double lons[] = { 2.3522, -1.1511, 4.3517, 0 };
	static const uint64_t first3 = 7;
	static const uint64_t no3 = 11;
	int32_t founded[] = { cities_day("1988-01-15"), cities_day("1990-07-01"), 0, cities_day("1990-12-31") };
	int64_t updated[] = { cities_instant("2021-05-06T12:34:55"), cities_instant("2021-05-06T23:30:00"),
		cities_instant("2021-01-01T00:00:00"), 0 };
	struct column columns[CITIES_FIELDS] = {
		{ .type = { VALUE_TEXT, false }, .texts = names },
		{ .type = { VALUE_TEXT, false }, .valid = &first3, .texts = countries },
		{ .type = { VALUE_TEXT, true }, .valid = &no3, .lists = tags, .items = items },
		{ .type = { VALUE_INT, false }, .valid = &first3, .ints = pops },
		{ .type = { VALUE_DOUBLE, false }, .valid = &no3, .doubles = areas },
		{ .type = { VALUE_DATE, false }, .valid = &no3, .days = founded },
		{ .type = { VALUE_DATETIME, false }, .valid = &first3, .ints = updated },
		{ .type = { VALUE_BOOL, false }, .valid = &first3, .bools = capitals },
		{ .type = { VALUE_POINT, false }, .valid = &first3, .lats = lats, .lons = lons },
	};
	const struct batch b = { columns, CITIES_FIELDS, CITIES_ROWS };
	uint8_t ids[CITIES_ROWS][RECORD_ID_BYTES];
	struct engine_load *l = NULL;
	struct err e = { 0 };
	record_ids(&c->schema, STR(""), &b, ids);
	for (size_t i = 0; i < CITIES_ROWS; i++) {
		auto_buf text = BUF_INIT(64);
		record_id_put(&text, ids[i]);
		c->ids[i] = arena_str(&c->arena, buf_str(&text));
	}
	if (!engine_load_begin(path, &c->schema, &l, &e)) fail_msg("load: %s %s", e.pub, e.priv);
	engine_load_words(l, c->words, 0);
	if (!engine_load_rows(l, &b, (const uint8_t(*)[RECORD_ID_BYTES])ids, &e)) fail_msg("rows: %s %s", e.pub, e.priv);
	if (!engine_load_end(l, LOAD_COMMIT, &e)) fail_msg("end: %s %s", e.pub, e.priv);
}

static inline void cities_mkdir(const char *folder, const char *part)
{
	char path[128];
	snprintf(path, sizeof path, "%s%s", folder, part);
	assert_int_equal(mkdir(path, 0700), 0);
}

static inline void cities_open_with(struct cities *c, bool words)
{
	struct err e = { 0 };
	*c = (struct cities){ .folder = "/tmp/stoa-cities-XXXXXX", .words = words };
	assert_non_null(mkdtemp(c->folder));
	cities_mkdir(c->folder, "/1");
	cities_mkdir(c->folder, "/1/1");
	c->schema = cities_schema(&c->arena);
	struct engine_options o = { .folder = str_of(c->folder) };
	if (!engine_open(&o, &c->engine, &e)) fail_msg("engine: %s %s", e.pub, e.priv);
	c->target = (struct query_target){ .at = { .tenant = { 1 }, .dataset = 1, .number = 1 }, .schema = &c->schema,
		.dataset_id = STR("cities"), .record_timestamp_us = cities_now };
	cities_load(c, engine_path(c->engine, &c->arena, c->target.at));
}

static inline void cities_open(struct cities *c) { cities_open_with(c, false); }

static inline void cities_close(struct cities *c)
{
	struct err e = { 0 };
	char path[160];
	assert_true(engine_drop(c->engine, c->target.at, &e));
	engine_close(c->engine);
	static const char *const parts[] = { "/1/1", "/1", "/tmp", "/.tmp", "" };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		snprintf(path, sizeof path, "%s%s", c->folder, parts[i]);
		(void)rmdir(path);
	}
	arena_done(&c->arena);
}

#endif
