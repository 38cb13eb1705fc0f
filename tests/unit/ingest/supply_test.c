/* Rows in a file come back as they went in, with names that came late; a file cut short is told. */
#include "ingest/supply.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 20000 };

static int scratch(void)
{
	FILE *f = tmpfile();
	assert_non_null(f);
	int fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static struct cell cell(enum cell_kind kind, struct str text) { return (struct cell){ text, kind }; }

static void write_rows(int fd, struct str big)
{
	struct supply_out w;
	struct err e = { 0 };
	supply_begin(&w, fd);
	assert_true(supply_name(&w, STR("a"), STR("The letter A"), &e));
	assert_true(supply_name(&w, STR("b"), STR(""), &e));
	for (int64_t i = 0; i < ROWS; i++) {
		struct cell cells[] = { cell(CELL_FREE, STR("x")), cell(CELL_NONE, STR("")), cell(CELL_STRING, big) };
		struct process_row row = { cells, i < 10 ? 2 : 3, i + 1 };
		if (i == 10) assert_true(supply_name(&w, STR("late"), STR(""), &e));
		if (i % 1000 == 0) cells[1] = cell(CELL_NUMBER, STR("12.5"));
		if (i != 500) cells[2].text = STR("y");
		assert_true(supply_row(&w, &row, &e));
	}
	assert_true(supply_end(&w, &e));
	supply_done(&w);
}

static void read_rows(struct supply_in *r, struct str big)
{
	struct process_row row;
	const struct str *names;
	const struct str *labels;
	struct err e = { 0 };
	bool more;
	for (int64_t i = 0; i < ROWS; i++) {
		assert_true(supply_next(r, &row, &more, &e));
		assert_true(more);
		assert_int_equal(row.number, i + 1);
		assert_int_equal(row.n, i < 10 ? 2 : 3);
		assert_true(str_eq(row.cells[0].text, STR("x")));
		assert_int_equal(row.cells[1].kind, i % 1000 == 0 ? CELL_NUMBER : CELL_NONE);
		if (row.n == 3) assert_true(str_eq(row.cells[2].text, i == 500 ? big : STR("y")));
	}
	assert_true(supply_next(r, &row, &more, &e));
	assert_false(more);
	assert_int_equal(supply_columns(r, &names, &labels), 3);
	assert_true(str_eq(names[2], STR("late")));
	assert_true(str_eq(labels[0], STR("The letter A")));
	assert_true(str_eq(labels[1], STR("b")));
}

static void test_rows_come_back(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	char *bytes = arena_bytes(&a, 1000000);
	memset(bytes, 'z', 1000000);
	struct str big = str_make(bytes, 1000000);
	struct err e = { 0 };
	struct supply_in *r;
	const struct str *names;
	const struct str *labels;
	int fd = scratch();
	write_rows(fd, big);
	assert_true(supply_open(fd, &r, &e));
	assert_int_equal(supply_columns(r, &names, &labels), 2);
	read_rows(r, big);
	assert_true(supply_rewind(r, &e));
	read_rows(r, big);
	supply_close(r);
	close(fd);
}

static void test_nothing_but_names(void **state)
{
	(void)state;
	struct supply_out w;
	struct supply_in *r;
	struct process_row row;
	struct err e = { 0 };
	bool more;
	int fd = scratch();
	supply_begin(&w, fd);
	assert_true(supply_name(&w, STR("only"), STR(""), &e) && supply_end(&w, &e));
	supply_done(&w);
	assert_true(supply_open(fd, &r, &e));
	assert_int_equal(supply_of(r).ncolumns, 1);
	assert_true(supply_next(r, &row, &more, &e));
	assert_false(more);
	supply_close(r);
	close(fd);
}

/* Wherever it is cut, reading ends with an error, never with fewer rows. */
static void test_cut_short(void **state)
{
	(void)state;
	struct err e = { 0 };
	int fd = scratch();
	write_rows(fd, STR("big"));
	off_t whole = lseek(fd, 0, SEEK_END);
	for (off_t at = 0; at < whole; at += whole / 37 + 1) {
		struct supply_in *r;
		struct process_row row;
		bool more = true;
		assert_int_equal(ftruncate(fd, whole - 1 - at), 0);
		bool ok = supply_open(fd, &r, &e);
		if (!ok) continue;
		while (ok && more) ok = supply_next(r, &row, &more, &e);
		assert_false(ok);
		supply_close(r);
	}
	assert_int_equal(e.code, ERR_BAD_SOURCE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows_come_back), cmocka_unit_test(test_nothing_but_names),
		cmocka_unit_test(test_cut_short) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
