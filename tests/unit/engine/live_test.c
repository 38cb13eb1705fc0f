/* Rows pushed onto a version: every number is a picture of its own that later changes do not touch. */
#include "engine/engine.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { BASE = 5 };
struct fixture { char folder[64]; struct engine *engine; struct engine_live *live; struct version_ref at; };

static struct field fields[] = {
	{ .name = { "n", 1 }, .label = { "n", 1 }, .type = VALUE_INT, .decimals = -1 },
	{ .name = { "t", 1 }, .label = { "t", 1 }, .type = VALUE_TEXT, .decimals = -1, .flags = FIELD_MULTIVALUED },
	{ .name = { "p", 1 }, .label = { "p", 1 }, .type = VALUE_POINT, .decimals = -1 },
	{ .name = { "w", 1 }, .label = { "w", 1 }, .type = VALUE_TEXT, .decimals = -1 },
};
static const struct schema schema = { .fields = fields, .n = COUNT_OF(fields) };

/* One row: the number, the words of a list, a point, a word; the number is its id. */
struct one { int64_t n; uint8_t ids[1][16]; struct str items[2]; struct list_span span; double lat, lon; struct str word; struct column columns[4]; struct batch batch; };

static const struct batch *one_row(struct one *r, int64_t n, const char *word)
{
	*r = (struct one){ .n = n, .items = { STR("x"), STR("y") }, .span = { 0, 2 }, .lat = 1, .lon = 2, .word = str_of(word) };
	r->ids[0][15] = (uint8_t)n;
	r->columns[0] = (struct column){ .type = { VALUE_INT, false }, .ints = &r->n };
	r->columns[1] = (struct column){ .type = { VALUE_TEXT, true }, .lists = &r->span, .items = r->items };
	r->columns[2] = (struct column){ .type = { VALUE_POINT, false }, .lats = &r->lat, .lons = &r->lon };
	r->columns[3] = (struct column){ .type = { VALUE_TEXT, false }, .texts = &r->word };
	r->batch = (struct batch){ r->columns, 4, 1 };
	return &r->batch;
}

#define ids_of(r) ((const uint8_t (*)[16])(r)->ids)

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct engine_load *l;
	char path[128];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-live-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	struct engine_options o = { .folder = str_of(f->folder), .memory_mb = 256 };
	f->at = (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 };
	snprintf(path, sizeof path, "%s/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1/v1.duckdb", f->folder);
	*state = f;
	bool ok = engine_load_begin(str_of(path), &schema, &l, &e);
	for (int i = 1; ok && i <= BASE; i++) {
		struct one r;
		ok = engine_load_rows(l, one_row(&r, i, "base"), ids_of(&r), &e);
	}
	ok = ok && engine_load_end(l, LOAD_COMMIT, &e) && engine_open(&o, &f->engine, &e) &&
	     engine_live_open(f->engine, f->at, &schema, &f->live, &e);
	if (!ok) fprintf(stderr, "%s (%s)\n", e.pub, e.priv);
	return ok ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[128];
	engine_live_close(f->live);
	engine_close(f->engine);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

/* The numbers and words a picture shows, in order, as "1base 2base …". */
static void shows(struct fixture *f, int64_t live, bool replaced, const char *expected)
{
	static const struct column_type types[] = { { VALUE_TEXT, false } };
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct engine_cursor *k;
	struct batch b;
	struct sql q;
	struct version_ref at = f->at;
	at.live = live;
	at.replaced = replaced;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT coalesce(string_agg(f0 || f3 || CASE WHEN f1[2] = 'y' AND f2_lon = 2 THEN '' ELSE '!' END, ' ' ORDER BY rowid), '') FROM ");
	sql_relation(&q, at);
	struct engine_query ask = { .at = at, .sql = &q, .columns = types, .ncolumns = 1 };
	bool ok = engine_ask(f->engine, &ask, NULL, &k, &e) && engine_next(k, &b, &e) && b.nrows == 1;
	if (!ok) fail_msg("%s (%s)", e.pub, e.priv);
	struct str said = b.columns[0].texts[0];
	if (!str_eq(said, str_of(expected))) fail_msg("at %lld: \"%.*s\" instead of \"%s\"", (long long)live, STR_ARG(said), expected);
	engine_finish(k);
	sql_done(&q);
}

static void put(struct fixture *f, int64_t n, const char *word, bool replace)
{
	struct err e = { 0 };
	struct one r;
	if (!engine_live_rows(f->live, one_row(&r, n, word), ids_of(&r), replace, &e)) fail_msg("%s (%s)", e.pub, e.priv);
}

static void take_away(struct fixture *f, int64_t n)
{
	struct err e = { 0 };
	uint8_t id[16] = { 0 };
	id[15] = (uint8_t)n;
	if (!engine_live_end(f->live, id, &e)) fail_msg("%s (%s)", e.pub, e.priv);
}

static void start(struct fixture *f)
{
	struct err e = { 0 };
	if (!engine_live_begin(f->live, &e)) fail_msg("%s (%s)", e.pub, e.priv);
}

static struct engine_live_change apply(struct fixture *f, int64_t number)
{
	struct err e = { 0 };
	struct engine_live_change change;
	if (!engine_live_apply(f->live, number, &change, &e)) fail_msg("%s (%s)", e.pub, e.priv);
	return change;
}

#define FIRST "1base 2base 3base 4base 5base"

static void rows_are_added_after_those_of_the_file(void **state)
{
	struct fixture *f = *state;
	start(f);
	put(f, 6, "a", false);
	put(f, 7, "b", false);
	shows(f, 10, false, FIRST);
	assert_int_equal(apply(f, 10).added, 2);
	shows(f, 9, false, FIRST);
	shows(f, 10, false, FIRST " 6a 7b");
	shows(f, 0, false, FIRST);
}

static void a_row_replaces_those_with_its_id_wherever_they_are(void **state)
{
	struct fixture *f = *state;
	start(f);
	put(f, 2, "a", true);
	put(f, 9, "b", true);
	struct engine_live_change change = apply(f, 10);
	assert_int_equal(change.base_ended, 1);
	assert_int_equal(change.live_ended, 0);
	start(f);
	put(f, 2, "c", true);
	put(f, 2, "d", true);
	change = apply(f, 20);
	assert_int_equal(change.added, 1);
	assert_int_equal(change.base_ended, 0);
	assert_int_equal(change.live_ended, 1);
	shows(f, 10, true, "1base 3base 4base 5base 2a 9b");
	shows(f, 20, true, "1base 3base 4base 5base 9b 2d");
}

static void the_order_within_a_change_counts(void **state)
{
	struct fixture *f = *state;
	start(f);
	put(f, 6, "a", false);
	put(f, 6, "b", false);
	take_away(f, 6);
	put(f, 6, "c", false);
	take_away(f, 1);
	take_away(f, 77);
	struct engine_live_change change = apply(f, 10);
	assert_int_equal(change.added, 1);
	assert_int_equal(change.base_ended, 1);
	shows(f, 10, true, "2base 3base 4base 5base 6c");
}

static void an_abandoned_change_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	start(f);
	put(f, 2, "a", true);
	engine_live_abandon(f->live);
	shows(f, 10, true, FIRST);
	start(f);
	put(f, 6, "b", true);
	apply(f, 11);
	shows(f, 11, false, FIRST " 6b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_are_added_after_those_of_the_file, begin, end),
		cmocka_unit_test_setup_teardown(a_row_replaces_those_with_its_id_wherever_they_are, begin, end),
		cmocka_unit_test_setup_teardown(the_order_within_a_change_counts, begin, end),
		cmocka_unit_test_setup_teardown(an_abandoned_change_leaves_nothing, begin, end),
	};
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
