/* Spools are read while they grow, tell success from failure, and stop a writer nobody reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "io/io.h"

static char folder[] = "spool-test-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	(void)state;
	return rmdir(folder); /* fails when anything was left behind */
}

static void nap(void) { nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); }

static struct io_spool *open_spool(int64_t max)
{
	struct io_spool *s;
	struct err e = { 0 };
	assert_true(io_spool_open(folder, max, &s, &e));
	return s;
}

static void wake(void *arg) { atomic_fetch_add((atomic_int *)arg, 1); }

static void a_reader_waits_and_is_woken(void **state)
{
	(void)state;
	struct err e = { 0 };
	char piece[100];
	size_t got;
	atomic_int woken = 0;
	struct io_spool *s = open_spool(1 << 20);
	struct io_reader *r = io_spool_reader(s);
	io_reader_watch(r, wake, &woken);
	assert_int_equal(io_reader_read(r, piece, sizeof piece, &got), IO_WAIT);
	assert_true(io_spool_write(s, STR("hello"), &e));
	assert_true(io_spool_flush(s, &e));
	assert_int_equal(atomic_load(&woken), 1);
	assert_int_equal(io_reader_read(r, piece, sizeof piece, &got), IO_BYTES);
	assert_memory_equal(piece, "hello", 5);
	assert_int_equal(io_reader_length(r), -1);
	assert_int_equal(io_reader_read(r, piece, sizeof piece, &got), IO_WAIT);
	assert_true(io_spool_end(s, true, &e));
	assert_int_equal(atomic_load(&woken), 2);
	assert_int_equal(io_reader_read(r, piece, sizeof piece, &got), IO_END);
	assert_int_equal(io_reader_length(r), 5);
	struct io_reader *again = io_reader_again(r);
	io_reader_close(r);
	assert_int_equal(io_reader_read(again, piece, sizeof piece, &got), IO_BYTES);
	assert_int_equal(got, 5);
	io_reader_close(again);
	assert_int_equal(io_spools_open(), 0);
}

static void a_failure_is_seen_even_after_bytes(void **state)
{
	(void)state;
	struct err e = { 0 };
	char piece[100];
	size_t got;
	struct io_spool *s = open_spool(1 << 20);
	struct io_reader *r = io_spool_reader(s);
	assert_true(io_spool_write(s, STR("half"), &e));
	assert_true(io_spool_end(s, false, &e));
	assert_int_equal(io_reader_read(r, piece, sizeof piece, &got), IO_FAILED);
	io_reader_close(r);
}

static void a_ceiling_is_kept(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct io_spool *s = open_spool(8);
	assert_true(io_spool_write(s, STR("12345678"), &e));
	assert_false(io_spool_write(s, STR("9"), &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	struct err none = { 0 };
	assert_true(io_spool_end(s, false, &none));
}

static void a_writer_learns_that_nobody_reads(void **state)
{
	(void)state;
	struct err e = { 0 };
	atomic_int fired = 0;
	struct io_spool *s = open_spool(1 << 30);
	io_spool_on_abandon(s, wake, &fired);
	struct io_reader *r = io_spool_reader(s);
	struct io_reader *other = io_spool_reader(s);
	io_reader_close(r);
	assert_int_equal(atomic_load(&fired), 0);
	assert_true(io_spool_write(s, STR("still one"), &e));
	io_reader_close(other);
	assert_int_equal(atomic_load(&fired), 1);
	assert_true(io_spool_write(s, STR("gathered"), &e));
	assert_false(io_spool_flush(s, &e));
	assert_int_equal(e.code, ERR_CANCELLED);
	struct err none = { 0 };
	assert_true(io_spool_end(s, false, &none));
}

enum { TOTAL = 3 << 20 };
struct follow {
	struct io_reader *r;
	int64_t sum, length;
	bool good;
};

static void *follow(void *arg)
{
	struct follow *f = arg;
	char piece[7001];
	size_t got;
	for (;;) {
		switch (io_reader_read(f->r, piece, sizeof piece, &got)) {
		case IO_BYTES:
			for (size_t i = 0; i < got; i++) f->sum += piece[i] * (f->length + (int64_t)i) % 251;
			f->length += (int64_t)got;
			break;
		case IO_WAIT:
			nap();
			break;
		case IO_END:
			f->good = true;
			return NULL;
		case IO_FAILED:
			return NULL;
		}
	}
}

static void readers_at_their_own_pace_get_the_same(void **state)
{
	(void)state;
	struct err e = { 0 };
	pthread_t threads[4];
	struct follow f[4] = { 0 };
	struct io_spool *s = open_spool(TOTAL);
	for (int i = 0; i < 4; i++) {
		f[i].r = io_spool_reader(s);
		assert_int_equal(pthread_create(&threads[i], NULL, follow, &f[i]), 0);
	}
	int64_t sum = 0, at = 0;
	char piece[1 << 17];
	for (size_t n = 1; at < TOTAL; n = n * 3 % 100003) {
		size_t take = num_min(num_min(n, sizeof piece), (size_t)(TOTAL - at));
		for (size_t i = 0; i < take; i++) {
			piece[i] = (char)((at + (int64_t)i) % 113);
			sum += piece[i] * (at + (int64_t)i) % 251;
		}
		assert_true(io_spool_write(s, str_make(piece, take), &e));
		at += (int64_t)take;
	}
	assert_int_equal(io_spool_length(s), TOTAL);
	assert_true(io_spool_end(s, true, &e));
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(f[i].good);
		assert_int_equal(f[i].length, TOTAL);
		assert_int_equal(f[i].sum, sum);
		io_reader_close(f[i].r);
	}
}

/* A ceiling on file sizes stands in for a full disk: the system refuses the write in the same way. */
static void a_full_disk_is_told_as_such(void **state)
{
	(void)state;
	struct err e = { 0 }, none = { 0 };
	struct rlimit before, small;
	static const char piece[100000];
	char some[10];
	size_t got;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 150000;
	signal(SIGXFSZ, SIG_IGN);
	struct io_spool *s = open_spool(1 << 30);
	struct io_reader *r = io_spool_reader(s);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool first = io_spool_write(s, str_make(piece, sizeof piece), &e);
	bool second = io_spool_write(s, str_make(piece, sizeof piece), &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(first);
	assert_false(second);
	assert_int_equal(e.code, ERR_DISK_FULL);
	assert_true(io_spool_end(s, false, &none));
	assert_int_equal(io_reader_read(r, some, sizeof some, &got), IO_FAILED);
	io_reader_close(r);
}

static void a_missing_folder_is_an_error(void **state)
{
	(void)state;
	struct io_spool *s;
	struct err e = { 0 };
	assert_false(io_spool_open("no-such-folder/inside", 1, &s, &e));
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_null(strstr(e.pub, "no-such-folder"));
}

static void files_are_replaced_whole(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str text;
	char path[200], deep[200];
	snprintf(deep, sizeof deep, "%s/a/b", folder);
	assert_true(io_make_folders(deep, &e));
	assert_true(io_make_folders(deep, &e));
	snprintf(path, sizeof path, "%s/a/b/f", folder);
	assert_true(io_replace(path, STR("one"), 0600, &e));
	assert_true(io_replace(path, STR("two!"), 0640, &e));
	assert_true(io_read(&a, path, 10, &text, &e));
	assert_int_equal(text.n, 4);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_false(io_read(&a, path, 3, &text, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	struct err missing = { 0 };
	assert_int_equal(unlink(path), 0);
	assert_false(io_read(&a, path, 10, &text, &missing));
	assert_int_equal(missing.code, ERR_NOT_FOUND);
	assert_int_equal(rmdir(deep), 0);
	*strrchr(deep, '/') = '\0';
	assert_int_equal(rmdir(deep), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_waits_and_is_woken), cmocka_unit_test(a_failure_is_seen_even_after_bytes),
		cmocka_unit_test(a_ceiling_is_kept), cmocka_unit_test(a_writer_learns_that_nobody_reads),
		cmocka_unit_test(readers_at_their_own_pace_get_the_same), cmocka_unit_test(a_full_disk_is_told_as_such), cmocka_unit_test(a_missing_folder_is_an_error),
		cmocka_unit_test(files_are_replaced_whole),
	};
	return cmocka_run_group_tests_name("io", tests, make_folder, drop_folder);
}
