/* A streamed answer that breaks half-way says so: an export must never end early as if it were whole. */
#include "engine/engine.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture { char folder[64]; struct engine *engine; struct version_ref at; };

static int begin(void **state)
{
	static struct field fields[] = { { .name = { "n", 1 }, .label = { "n", 1 }, .type = VALUE_INT, .decimals = -1 } };
	static const struct schema schema = { .fields = fields, .n = 1 };
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct engine_load *l;
	char path[128];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-engine-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	struct engine_options o = { .folder = str_of(f->folder), .memory_mb = 256 };
	f->at = (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 };
	snprintf(path, sizeof path, "%s/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1/v1.duckdb", f->folder);
	*state = f;
	return engine_load_begin(str_of(path), &schema, &l, &e) && engine_load_end(l, LOAD_COMMIT, &e) && engine_open(&o, &f->engine, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[128];
	engine_close(f->engine);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

/* Rows until the end or a failure; fires the token after `fire_after` batches. */
static bool read_all(struct fixture *f, struct sql *q, struct cancel *c, int fire_after, int64_t *rows, struct err *e)
{
	struct column_type type = { VALUE_INT, false };
	struct engine_query ask = { .at = f->at, .sql = q, .columns = &type, .ncolumns = 1, .stream = true };
	struct engine_cursor *k;
	struct batch b;
	*rows = 0;
	if (!engine_ask(f->engine, &ask, c, &k, e)) return false;
	bool ok;
	for (int i = 0; (ok = engine_next(k, &b, e)) && b.nrows; i++) {
		*rows += (int64_t)b.nrows;
		if (i == fire_after) cancel_fire(c);
	}
	engine_finish(k);
	return ok;
}

static void an_error_half_way_is_an_error(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	int64_t rows;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT CASE WHEN i = 700000 THEN error('boom') ELSE i END::BIGINT FROM range(1000000) t(i)");
	assert_false(read_all(f, &q, NULL, -1, &rows, &e));
	assert_int_equal(e.code, ERR_DATABASE);
	assert_true(rows < 1000000);
	sql_done(&q);
}

static void a_fired_token_half_way_is_a_failure(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct cancel c;
	struct sql q;
	int64_t rows;
	cancel_init(&c);
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT i FROM range(100000000) t(i)");
	assert_false(read_all(f, &q, &c, 3, &rows, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	sql_done(&q);
	cancel_done(&c);
}

static void *fire_soon(void *arg)
{
	usleep(200000);
	cancel_fire(arg);
	return NULL;
}

static void a_token_interrupts_the_engine_at_work(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct cancel c;
	struct sql q;
	int64_t rows;
	pthread_t thread;
	cancel_init(&c);
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT count(*) FROM range(1000000000000) t(i) WHERE hash(i) % 7 = 3");
	assert_int_equal(pthread_create(&thread, NULL, fire_soon, &c), 0);
	assert_false(read_all(f, &q, &c, -1, &rows, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	pthread_join(thread, NULL);
	sql_done(&q);
	cancel_done(&c);
}

static void a_whole_answer_ends_well(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	int64_t rows;
	sql_init(&q, &a, &sql_duckdb);
	sql_lit(&q, "SELECT i FROM range(1000000) t(i)");
	assert_true(read_all(f, &q, NULL, -1, &rows, &e));
	assert_int_equal(rows, 1000000);
	sql_done(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_error_half_way_is_an_error, begin, end),
		cmocka_unit_test_setup_teardown(a_fired_token_half_way_is_a_failure, begin, end),
		cmocka_unit_test_setup_teardown(a_token_interrupts_the_engine_at_work, begin, end),
		cmocka_unit_test_setup_teardown(a_whole_answer_ends_well, begin, end),
	};
	return cmocka_run_group_tests_name("engine stream", tests, NULL, NULL);
}
