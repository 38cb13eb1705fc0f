/* Parquet is written in parts by several threads and comes out as one file in the order of the rows. */
#include "engine/engine.h"
#include "io/io.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 500000, FIRST_BYTES = 4096 };

struct fixture { char folder[64], out[128]; struct engine *engine; struct version_ref at; };

/* A version of rows enough to be worth several threads. */
static bool load(struct fixture *f, struct str path, struct err *e)
{
	static struct field fields[] = { { .name = { "n", 1 }, .label = { "n", 1 }, .type = VALUE_INT, .decimals = -1 } };
	static const struct schema schema = { .fields = fields, .n = 1 };
	enum { BATCH = 2000 };
	static int64_t numbers[BATCH];
	static uint8_t ids[BATCH][16];
	struct column column = { .type = { VALUE_INT, false }, .ints = numbers };
	const struct batch b = { .columns = &column, .ncolumns = 1, .nrows = BATCH };
	struct engine_load *l;
	if (!engine_load_begin(path, &schema, &l, e)) return false;
	for (int64_t i = 0; i < ROWS; i += BATCH) {
		for (int64_t k = 0; k < BATCH; k++) numbers[k] = i + k;
		if (!engine_load_rows(l, &b, (const uint8_t (*)[16])ids, e)) return false;
	}
	f->at = (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 };
	return engine_load_end(l, LOAD_COMMIT, e);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char path[128];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-engine-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	snprintf(path, sizeof path, "%s/tmp", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1", f->folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/1/1", f->folder);
	mkdir(path, 0700);
	snprintf(f->out, sizeof f->out, "%s/1/1/v1.duckdb.out", f->folder);
	snprintf(path, sizeof path, "%s/1/1/v1.duckdb", f->folder);
	struct engine_options o = { .folder = str_of(f->folder), .memory_mb = 256, .threads = 3 };
	*state = f;
	return load(f, str_of(path), &e) && engine_open(&o, &f->engine, &e) ? 0 : -1;
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

static int files_in(const struct fixture *f)
{
	char command[160];
	snprintf(command, sizeof command, "ls '%s/1/1' | wc -l", f->folder);
	FILE *p = popen(command, "r");
	int n = -1;
	assert_int_equal(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

static const struct column_type types[] = { { VALUE_INT, false }, { VALUE_TEXT, false } };
static const struct str names[] = { { "number", 6 }, { "said", 4 } };
static const struct engine_parquet_how how = { .compression = { "snappy", 6 } };

static struct engine_query question(const struct fixture *f, struct sql *q, struct arena *a, const char *text)
{
	sql_init(q, a, &sql_duckdb);
	buf_put(&q->text, str_of(text));
	return (struct engine_query){ .at = f->at, .sql = q, .columns = types, .ncolumns = COUNT_OF(types) };
}

/* Every row is there once, in order; gives their sum. */
static int64_t read_back(const char *path)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct schema s;
	struct engine_parquet *p;
	struct batch b;
	int64_t next = 0;
	if (!engine_parquet_open(str_of(path), &a, &s, &p, &e)) fail_msg("%s: %s", e.pub, e.priv);
	assert_int_equal(s.n, 2);
	assert_true(str_eq(s.fields[1].name, STR("said")));
	int64_t told = engine_parquet_rows(p);
	while (engine_parquet_next(p, &b, &e) && b.nrows) {
		for (size_t i = 0; i < b.nrows; i++, next++) {
			char said[32];
			snprintf(said, sizeof said, "row %lld", (long long)next);
			assert_int_equal(b.columns[0].ints[i], next);
			assert_true(str_eq(b.columns[1].texts[i], str_of(said)));
		}
	}
	assert_int_equal(e.code, ERR_NONE);
	assert_int_equal(told, next);
	engine_parquet_close(p);
	return next;
}

static void write_and_read(struct fixture *f, const char *text, int64_t rows)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	const struct engine_query ask = question(f, &q, &a, text);
	unlink(f->out);
	assert_true(engine_write_parquet_file(f->engine, &ask, names, str_of(f->out), &how, NULL, &e));
	assert_int_equal(read_back(f->out), rows);
	assert_int_equal(files_in(f), 2);
	sql_done(&q);
	unlink(f->out);
}

static void many_parts_keep_the_order(void **state)
{
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(700001) t(i)", 700001);
}

static void a_sorted_answer_stays_sorted(void **state)
{
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(300000) t(i) ORDER BY hash(i) % 2 * 0, i", 300000);
}

/* What a part may hold in bytes ends it before its rows do. */
static void long_texts_make_shorter_parts(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	const struct engine_query ask = question(f, &q, &a, "SELECT i, repeat('x', 5000) || i FROM range(16000) t(i)");
	struct schema s;
	struct engine_parquet *p;
	struct batch b;
	int64_t next = 0;
	if (!engine_write_parquet_file(f->engine, &ask, names, str_of(f->out), &how, NULL, &e)) fail_msg("%s: %s", e.pub, e.priv);
	assert_true(engine_parquet_open(str_of(f->out), &a, &s, &p, &e));
	while (engine_parquet_next(p, &b, &e) && b.nrows)
		for (size_t i = 0; i < b.nrows; i++) assert_int_equal(b.columns[0].ints[i], next++);
	assert_int_equal(next, 16000);
	engine_parquet_close(p);
	sql_done(&q);
	unlink(f->out);
}

static void edges_of_a_part(void **state)
{
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(0) t(i)", 0);
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(1) t(i)", 1);
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(122880) t(i)", 122880);
	write_and_read(*state, "SELECT i, 'row ' || i FROM range(122881) t(i)", 122881);
}

static void a_failure_half_way_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	const struct engine_query ask = question(f, &q, &a, "SELECT CASE WHEN i = 400000 THEN error('boom') ELSE i END::BIGINT, 'x' FROM range(1000000) t(i)");
	assert_false(engine_write_parquet_file(f->engine, &ask, names, str_of(f->out), &how, NULL, &e));
	assert_int_equal(e.code, ERR_DATABASE);
	assert_int_equal(files_in(f), 1);
	sql_done(&q);
}

struct reader { int64_t left; struct cancel *fired; };

static bool take(void *to, struct str bytes, struct err *e)
{
	struct reader *r = to;
	r->left -= (int64_t)bytes.n;
	if (r->left >= 0) return true;
	if (!r->fired) return err_set(e, ERR_DISK_FULL, "full");
	cancel_fire(r->fired);
	return true;
}

static void a_reader_that_fails_ends_it(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct sql q;
	const struct engine_query ask = question(f, &q, &a, "SELECT i, 'row ' || i FROM range(2000000) t(i)");
	struct reader r = { .left = FIRST_BYTES };
	const struct engine_output to = { take, &r };
	assert_false(engine_write_parquet(f->engine, &ask, names, str_of(f->out), &how, &to, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_DISK_FULL);
	assert_int_equal(files_in(f), 1);
	sql_done(&q);
}

static void a_fired_token_ends_it(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct cancel c;
	struct sql q;
	int64_t rows = -1;
	cancel_init(&c);
	const struct engine_query ask = question(f, &q, &a, "SELECT i, 'row ' || i FROM range(1000000000) t(i)");
	struct reader r = { .left = FIRST_BYTES, .fired = &c };
	const struct engine_output to = { take, &r };
	assert_false(engine_write_parquet(f->engine, &ask, names, str_of(f->out), &how, &to, &rows, &c, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	assert_int_equal(rows, -1);
	assert_int_equal(files_in(f), 1);
	sql_done(&q);
	cancel_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_parts_keep_the_order),
		cmocka_unit_test(a_sorted_answer_stays_sorted),
		cmocka_unit_test(long_texts_make_shorter_parts),
		cmocka_unit_test(edges_of_a_part),
		cmocka_unit_test(a_failure_half_way_leaves_nothing),
		cmocka_unit_test(a_reader_that_fails_ends_it),
		cmocka_unit_test(a_fired_token_ends_it),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
