/* The catalogue over a real store and engine: publishing, rolling back, what a crash leaves behind. */
#include "catalog/catalog.h"
#include "tenant/tenant.h"
#include "text/text.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	struct store *store;
	struct engine *engine;
	struct tenants *tenants;
	struct catalog *catalog;
	struct tenant_id portal;
};

static void open_all(struct fixture *f)
{
	struct err e = { 0 };
	char path[96];
	struct engine_options o = { .folder = str_of(f->folder), .memory_mb = 256 };
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	if (!store_open(str_of(path), &f->store, &e) || !engine_open(&o, &f->engine, &e) || !tenants_open(f->store, &f->tenants, &e) ||
	    !catalog_open(f->store, f->engine, &f->catalog, &e) || !catalog_sweep(f->catalog, &e))
		fail_msg("open: %s (%s)", e.pub, e.priv);
}

static void close_all(struct fixture *f)
{
	catalog_close(f->catalog);
	tenants_close(f->tenants);
	engine_close(f->engine);
	store_close(f->store);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-catalog-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	open_all(f);
	*state = f;
	return tenant_add(f->tenants, STR("city.example"), NULL, 0, NULL, 0, &f->portal, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	close_all(f);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

/* One row in each type, and a row of nulls. */
static struct field fields[] = {
	{ .name = { "name", 4 }, .label = { "Name", 4 }, .type = VALUE_TEXT, .flags = FIELD_FACET, .decimals = -1 },
	{ .name = { "pop", 3 }, .label = { "Population", 10 }, .type = VALUE_INT, .decimals = -1 },
	{ .name = { "area", 4 }, .label = { "Area", 4 }, .type = VALUE_DOUBLE, .decimals = -1 },
	{ .name = { "capital", 7 }, .label = { "Capital", 7 }, .type = VALUE_BOOL, .decimals = -1 },
	{ .name = { "founded", 7 }, .label = { "Founded", 7 }, .type = VALUE_DATE, .decimals = -1 },
	{ .name = { "seen", 4 }, .label = { "Seen", 4 }, .type = VALUE_DATETIME, .decimals = -1 },
	{ .name = { "loc", 3 }, .label = { "Place", 5 }, .type = VALUE_POINT, .decimals = -1 },
	{ .name = { "tags", 4 }, .label = { "Tags", 4 }, .type = VALUE_TEXT, .flags = FIELD_MULTIVALUED, .decimals = -1 },
};
static const struct schema schema = { .fields = fields, .n = COUNT_OF(fields) };

static void write_version(const struct catalog_draft *d, int64_t pop)
{
	static const uint64_t first_only[] = { 1 };
	struct err e = { 0 };
	char path[256];
	struct engine_load *l;
	struct str names[] = { STR("Besançon"), { 0 } }, tags[] = { STR("river"), STR("fort") };
	int64_t pops[] = { pop, 0 }, seen[] = { 1620304495000000, 0 };
	double areas[] = { 65.05, 0 }, lats[] = { 47.24, 0 }, lons[] = { 6.02, 0 };
	bool capitals[] = { true, false };
	int32_t founded[] = { 7669, 0 };
	struct list_span spans[] = { { 0, 2 }, { 0, 0 } };
	struct column c[COUNT_OF(fields)] = {
		{ .type = { VALUE_TEXT, false }, .valid = first_only, .texts = names },
		{ .type = { VALUE_INT, false }, .valid = first_only, .ints = pops },
		{ .type = { VALUE_DOUBLE, false }, .valid = first_only, .doubles = areas },
		{ .type = { VALUE_BOOL, false }, .valid = first_only, .bools = capitals },
		{ .type = { VALUE_DATE, false }, .valid = first_only, .days = founded },
		{ .type = { VALUE_DATETIME, false }, .valid = first_only, .ints = seen },
		{ .type = { VALUE_POINT, false }, .valid = first_only, .lats = lats, .lons = lons },
		{ .type = { VALUE_TEXT, true }, .valid = first_only, .lists = spans, .items = tags },
	};
	struct batch rows = { c, COUNT_OF(fields), 2 };
	const uint8_t ids[2][16] = { { 1 }, { 2 } };
	snprintf(path, sizeof path, "%.*s.tmp", STR_ARG(d->file));
	if (!engine_load_begin(str_of(path), &schema, &l, &e) || !engine_load_rows(l, &rows, ids, &e) || !engine_load_end(l, LOAD_COMMIT, &e))
		fail_msg("load: %s (%s)", e.pub, e.priv);
}

static void publish(struct fixture *f, const char *slug, int64_t pop, bool replace)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct catalog_draft d;
	struct catalog_loaded l = { .schema = schema, .rows = 2, .source_name = STR("a.csv"), .summary = STR("{}") };
	struct meta_change metas[] = { { STR("title"), STR("Cities") }, { STR("title.fr"), STR("Villes") }, { STR("keyword"), STR("town, map") } };
	if (!catalog_draft_begin(f->catalog, f->portal, str_of(slug), replace, &a, &d, &e)) fail_msg("begin: %s (%s)", e.pub, e.priv);
	write_version(&d, pop);
	if (!catalog_draft_commit(f->catalog, &d, &l, metas, COUNT_OF(metas), &e)) fail_msg("commit: %s (%s)", e.pub, e.priv);
}

static int64_t population(struct fixture *f, const char *slug)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	const struct catalog_view *v;
	struct sql q;
	struct engine_cursor *k;
	struct batch b;
	struct column_type type = { VALUE_INT, false };
	assert_true(catalog_hold(f->catalog, f->portal, &v, &e));
	const struct dataset *d = catalog_find_or_null(v, str_of(slug));
	assert_non_null(d);
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT f1 FROM ");
	sql_relation(&q, d->version);
	sql_lit(&q, " WHERE f0 = ");
	sql_param(&q, VALUE_OF_TEXT(STR("Besançon")));
	struct engine_query ask = { .at = d->version, .sql = &q, .columns = &type, .ncolumns = 1, .stream = true };
	if (!engine_ask(f->engine, &ask, NULL, &k, &e) || !engine_next(k, &b, &e)) fail_msg("ask: %s (%s)", e.pub, e.priv);
	assert_int_equal(b.nrows, 1);
	int64_t pop = b.columns[0].ints[0];
	engine_finish(k);
	sql_done(&q);
	catalog_release(f->catalog, v);
	return pop;
}

static void publishes_replaces_and_rolls_back(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t number;
	publish(f, "cities", 100, false);
	assert_int_equal(population(f, "cities"), 100);
	publish(f, "cities", 200, true);
	assert_int_equal(population(f, "cities"), 200);
	assert_true(catalog_rollback(f->catalog, f->portal, STR("cities"), &number, &e));
	assert_int_equal(number, 1);
	assert_int_equal(population(f, "cities"), 100);
}

static void an_existing_dataset_wants_replace(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct catalog_draft d;
	publish(f, "cities", 1, false);
	assert_false(catalog_draft_begin(f->catalog, f->portal, STR("cities"), false, &a, &d, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.pub, "--replace"));
}

static void two_publications_of_one_dataset_conflict(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct catalog_draft first, second;
	assert_true(catalog_draft_begin(f->catalog, f->portal, STR("cities"), true, &a, &first, &e));
	assert_false(catalog_draft_begin(f->catalog, f->portal, STR("cities"), true, &a, &second, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	catalog_draft_abandon(f->catalog, &first);
	e = (struct err){ 0 };
	assert_true(catalog_draft_begin(f->catalog, f->portal, STR("cities"), true, &a, &second, &e));
	catalog_draft_abandon(f->catalog, &second);
}

static void a_held_view_outlives_a_change(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct catalog_view *old;
	publish(f, "cities", 1, false);
	assert_true(catalog_hold(f->catalog, f->portal, &old, &e));
	publish(f, "rivers", 2, false);
	assert_int_equal(old->n, 1);
	assert_null(catalog_find_or_null(old, STR("rivers")));
	catalog_release(f->catalog, old);
	assert_int_equal(population(f, "rivers"), 2);
}

static void a_crash_leaves_nothing_that_the_next_start_does_not_sweep(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct catalog_draft d;
	char tmp[256];
	publish(f, "cities", 7, false);
	assert_true(catalog_draft_begin(f->catalog, f->portal, STR("cities"), true, &a, &d, &e));
	write_version(&d, 8);
	snprintf(tmp, sizeof tmp, "%.*s.tmp", STR_ARG(d.file));
	assert_int_equal(access(tmp, F_OK), 0);
	close_all(f); /* as if killed here: the draft is neither committed nor abandoned */
	open_all(f);
	assert_int_not_equal(access(tmp, F_OK), 0);
	assert_int_equal(population(f, "cities"), 7);
}

static void unpublishing_keeps_the_data(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct catalog_view *v;
	int64_t number;
	publish(f, "cities", 3, false);
	assert_true(catalog_unpublish(f->catalog, f->portal, STR("cities"), &e));
	assert_true(catalog_hold(f->catalog, f->portal, &v, &e));
	assert_null(catalog_find_or_null(v, STR("cities")));
	catalog_release(f->catalog, v);
	assert_true(catalog_rollback(f->catalog, f->portal, STR("cities"), &number, &e));
	assert_int_equal(population(f, "cities"), 3);
}

static void metadata_has_languages_and_falls_back(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	const struct catalog_view *v;
	publish(f, "cities", 3, false);
	assert_true(catalog_hold(f->catalog, f->portal, &v, &e));
	const struct dataset *d = catalog_find_or_null(v, STR("cities"));
	assert_true(str_eq(dataset_meta_text(d, &a, "title", STR("fr")), STR("Villes")));
	assert_true(str_eq(dataset_meta_text(d, &a, "title", STR("sv")), STR("Cities")));
	assert_true(str_eq(dataset_meta_text(d, &a, "keyword", STR("")), STR("town, map")));
	assert_true(schema_find(v->reflected_schema, STR("default.title.fr")) >= 0);
	catalog_release(f->catalog, v);
}

static void unknown_metadata_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct meta_change bad = { STR("tittle"), STR("x") };
	publish(f, "cities", 3, false);
	assert_false(catalog_set_metas(f->catalog, f->portal, STR("cities"), &bad, 1, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	assert_non_null(strstr(e.pub, "tittle"));
}

static size_t reflections(struct fixture *f)
{
	char folder[128];
	size_t n = 0;
	snprintf(folder, sizeof folder, "%s/%lld/0", f->folder, (long long)f->portal.v);
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *at; (at = readdir(d));) n += at->d_name[0] == 'v';
	closedir(d);
	return n;
}

static void the_last_reader_takes_a_former_reflection_along(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct catalog_view *old;
	publish(f, "cities", 1, false);
	assert_true(catalog_hold(f->catalog, f->portal, &old, &e));
	publish(f, "rivers", 2, false);
	assert_int_equal(reflections(f), 2);
	catalog_release(f->catalog, old);
	assert_int_equal(reflections(f), 1);
}

static void a_catalogue_that_is_again_what_it_was_has_its_own_reflection(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct catalog_view *old, *now;
	publish(f, "cities", 1, false);
	assert_true(catalog_hold(f->catalog, f->portal, &old, &e));
	publish(f, "rivers", 2, false);
	assert_true(catalog_unpublish(f->catalog, f->portal, STR("rivers"), &e));
	assert_true(catalog_hold(f->catalog, f->portal, &now, &e));
	assert_int_equal(now->n, old->n);
	assert_true(now->reflected.number != old->reflected.number);
	catalog_release(f->catalog, now);
	catalog_release(f->catalog, old);
	close_all(f);
	open_all(f);
	assert_true(catalog_hold(f->catalog, f->portal, &now, &e));
	catalog_release(f->catalog, now);
	assert_int_equal(reflections(f), 1);
}

static void what_readers_still_see_stays_when_a_refresh_fails(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	char folder[128], aside[140];
	struct catalog_loaded l = { .schema = schema, .rows = 2, .source_name = STR("a.csv"), .summary = STR("{}") };
	publish(f, "cities", 1, false);
	publish(f, "cities", 2, true);
	snprintf(folder, sizeof folder, "%s/%lld/0", f->folder, (long long)f->portal.v);
	snprintf(aside, sizeof aside, "%s.aside", folder);
	assert_int_equal(rename(folder, aside), 0);
	FILE *blocked = fopen(folder, "w");
	assert_non_null(blocked);
	fclose(blocked);
	for (int64_t pop = 3; pop <= 4; pop++) {
		struct catalog_draft d;
		struct err e = { 0 };
		assert_true(catalog_draft_begin(f->catalog, f->portal, STR("cities"), true, &a, &d, &e));
		write_version(&d, pop);
		assert_false(catalog_draft_commit(f->catalog, &d, &l, NULL, 0, &e));
		assert_int_equal(population(f, "cities"), 2);
	}
	assert_int_equal(unlink(folder), 0);
	assert_int_equal(rename(aside, folder), 0);
	publish(f, "cities", 5, true);
	assert_int_equal(population(f, "cities"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(publishes_replaces_and_rolls_back, begin, end),
		cmocka_unit_test_setup_teardown(an_existing_dataset_wants_replace, begin, end),
		cmocka_unit_test_setup_teardown(two_publications_of_one_dataset_conflict, begin, end),
		cmocka_unit_test_setup_teardown(a_held_view_outlives_a_change, begin, end),
		cmocka_unit_test_setup_teardown(a_crash_leaves_nothing_that_the_next_start_does_not_sweep, begin, end),
		cmocka_unit_test_setup_teardown(unpublishing_keeps_the_data, begin, end),
		cmocka_unit_test_setup_teardown(metadata_has_languages_and_falls_back, begin, end),
		cmocka_unit_test_setup_teardown(unknown_metadata_is_refused_by_name, begin, end),
		cmocka_unit_test_setup_teardown(the_last_reader_takes_a_former_reflection_along, begin, end),
		cmocka_unit_test_setup_teardown(a_catalogue_that_is_again_what_it_was_has_its_own_reflection, begin, end),
		cmocka_unit_test_setup_teardown(what_readers_still_see_stays_when_a_refresh_fails, begin, end),
	};
	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
