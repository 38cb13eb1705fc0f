/* Gzip and zip both ways, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>
#include "pack/pack.h"

static int file_of(struct str bytes)
{
	int fd = memfd_create("packed", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static bool into_buf(void *arg, struct str bytes, struct err *e)
{
	(void)e;
	buf_put(arg, bytes);
	return true;
}

static bool read_all(struct pack_reader *r, struct buf *out, struct err *e)
{
	for (;;) {
		char part[1000];
		size_t got;
		if (!pack_read(r, part, sizeof part, &got, e)) return false;
		if (got == 0) return true;
		buf_put(out, str_make(part, got));
	}
}

static void fill(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++) buf_printf(b, "line %zu of a text that repeats itself\n", i);
}

static void a_gzip_reads_back(void **state)
{
	(void)state;
	auto_buf text = BUF_INIT(1 << 24);
	auto_buf packed = BUF_INIT(1 << 24);
	auto_buf back = BUF_INIT(1 << 24);
	struct pack_limits l = { 0 };
	struct err e = { 0 };
	auto_pack *r = NULL;
	fill(&text, 20000);
	assert_true(pack_gzip(&packed, buf_str(&text), 6));
	assert_true(packed.n < text.n / 4);
	assert_int_equal(pack_kind_of(buf_str(&packed)), PACK_GZIP);
	int fd = file_of(buf_str(&packed));
	assert_true(pack_open_gzip(fd, &l, &r, &e));
	assert_true(read_all(r, &back, &e));
	assert_true(str_eq(buf_str(&back), buf_str(&text)));
	assert_int_equal(pack_packed_bytes(r), packed.n);
	close(fd);
}

static bool append(void *arg, struct str bytes, struct err *e)
{
	struct buf *b = arg;
	buf_put(b, bytes);
	return !b->over || err_set(e, ERR_TOO_LARGE, "full");
}

/* Pieces of many sizes, an empty one among them. */
static void a_growing_gzip_reads_back(void **state)
{
	(void)state;
	auto_buf text = BUF_INIT(1 << 24);
	auto_buf packed = BUF_INIT(1 << 24);
	auto_buf back = BUF_INIT(1 << 24);
	struct pack_limits l = { 0 };
	struct err e = { 0 };
	auto_pack *r = NULL;
	struct pack_gzipper *g;
	fill(&text, 50000);
	pack_gzipper_open(1, append, &packed, &g);
	for (size_t at = 0, n = 0; at < text.n; at += n, n = n * 3 + 1)
		assert_true(pack_gzipper_put(g, str_sub(buf_str(&text), at, n), &e));
	assert_true(pack_gzipper_end(g, &e));
	int fd = file_of(buf_str(&packed));
	assert_true(pack_open_gzip(fd, &l, &r, &e));
	assert_true(read_all(r, &back, &e));
	assert_true(str_eq(buf_str(&back), buf_str(&text)));
	close(fd);
}

static void a_growing_gzip_tells_of_a_full_sink(void **state)
{
	(void)state;
	auto_buf text = BUF_INIT(1 << 24);
	auto_buf packed = BUF_INIT(100);
	struct err e = { 0 };
	struct pack_gzipper *g;
	fill(&text, 50000);
	pack_gzipper_open(1, append, &packed, &g);
	bool put = pack_gzipper_put(g, buf_str(&text), &e);
	assert_false(pack_gzipper_end(g, &e) && put);
	assert_int_equal(e.code, ERR_TOO_LARGE);
}

static void two_gzips_in_a_row_are_one_stream(void **state)
{
	(void)state;
	auto_buf packed = BUF_INIT(1 << 20);
	auto_buf back = BUF_INIT(1 << 20);
	struct pack_limits l = { 0 };
	struct err e = { 0 };
	auto_pack *r = NULL;
	assert_true(pack_gzip(&packed, STR("one "), 1) && pack_gzip(&packed, STR("two"), 9));
	buf_put(&packed, str_make("\0\0\0\0", 4)); /* padding, as tapes leave it */
	int fd = file_of(buf_str(&packed));
	assert_true(pack_open_gzip(fd, &l, &r, &e));
	assert_true(read_all(r, &back, &e));
	assert_true(str_eq(buf_str(&back), STR("one two")));
	close(fd);
}

static void every_shortening_of_a_gzip_is_noticed(void **state)
{
	(void)state;
	auto_buf text = BUF_INIT(1 << 20);
	auto_buf packed = BUF_INIT(1 << 20);
	struct pack_limits l = { 0 };
	fill(&text, 5);
	assert_true(pack_gzip(&packed, buf_str(&text), 6));
	for (size_t n = 1; n < packed.n; n++) {
		auto_buf back = BUF_INIT(1 << 20);
		struct err e = { 0 };
		auto_pack *r = NULL;
		int fd = file_of(str_sub(buf_str(&packed), 0, n));
		assert_true(pack_open_gzip(fd, &l, &r, &e));
		assert_false(read_all(r, &back, &e));
		assert_int_equal(e.code, ERR_BAD_SOURCE);
		close(fd);
	}
}

static void a_ceiling_on_bytes_is_kept(void **state)
{
	(void)state;
	auto_buf text = BUF_INIT(1 << 24);
	auto_buf packed = BUF_INIT(1 << 24);
	auto_buf back = BUF_INIT(1 << 24);
	struct pack_limits l = { .bytes = 100000 };
	struct err e = { 0 };
	auto_pack *r = NULL;
	fill(&text, 20000);
	assert_true(pack_gzip(&packed, buf_str(&text), 6));
	int fd = file_of(buf_str(&packed));
	assert_true(pack_open_gzip(fd, &l, &r, &e));
	assert_false(read_all(r, &back, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	close(fd);
}

static void make_zip(struct buf *out, const char *const *names, size_t n)
{
	struct pack_zip *z;
	struct err e = { 0 };
	assert_true(pack_zip_open(into_buf, out, &z, &e));
	for (size_t i = 0; i < n; i++) {
		assert_true(pack_zip_entry(z, str_of(names[i]), &e));
		assert_true(pack_zip_put(z, str_of(names[i]), &e) && pack_zip_put(z, STR(" said\n"), &e));
	}
	assert_true(pack_zip_end(z, &e));
}

static void a_zip_reads_back(void **state)
{
	(void)state;
	static const char *const names[] = { "a.csv", "folder/\xc3\xa9t\xc3\xa9.txt" };
	auto_buf zip = BUF_INIT(1 << 20);
	auto_buf back = BUF_INIT(1 << 20);
	auto_arena a = ARENA_INIT;
	struct pack_limits l = { 0 };
	struct pack_entries all;
	struct err e = { 0 };
	auto_pack *r = NULL;
	make_zip(&zip, names, 2);
	assert_int_equal(pack_kind_of(buf_str(&zip)), PACK_ZIP);
	int fd = file_of(buf_str(&zip));
	assert_true(pack_list(fd, &a, &l, &all, &e));
	assert_int_equal(all.n, 2);
	assert_true(str_eq(all.p[1].name, str_of(names[1])));
	assert_true(pack_open_entry(fd, all.p[1].name, &l, &r, &e));
	assert_true(read_all(r, &back, &e));
	assert_true(str_starts(buf_str(&back), str_of(names[1])) && str_ends(buf_str(&back), STR(" said\n")));
	close(fd);
}

static void a_zip_without_that_file_says_so(void **state)
{
	(void)state;
	static const char *const names[] = { "a.csv" };
	auto_buf zip = BUF_INIT(1 << 20);
	struct pack_limits l = { 0 };
	struct err e = { 0 };
	struct pack_reader *r = NULL;
	make_zip(&zip, names, 1);
	int fd = file_of(buf_str(&zip));
	assert_false(pack_open_entry(fd, STR("b.csv"), &l, &r, &e));
	assert_int_equal(e.code, ERR_BAD_SOURCE);
	assert_non_null(strstr(e.pub, "b.csv"));
	close(fd);
}

static void names_that_leave_a_zip_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "../a", "a/../../b", "a\\..\\b", "C:\\a", "/a" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		auto_buf zip = BUF_INIT(1 << 20);
		auto_arena a = ARENA_INIT;
		struct pack_limits l = { 0 };
		struct pack_entries all;
		struct err e = { 0 };
		make_zip(&zip, &bad[i], 1);
		int fd = file_of(buf_str(&zip));
		assert_false(pack_list(fd, &a, &l, &all, &e));
		assert_int_equal(e.code, ERR_BAD_SOURCE);
		close(fd);
	}
}

static void too_many_files_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = { "a", "b", "c" };
	auto_buf zip = BUF_INIT(1 << 20);
	auto_arena a = ARENA_INIT;
	struct pack_limits l = { .entries = 2 };
	struct pack_entries all;
	struct err e = { 0 };
	make_zip(&zip, names, 3);
	int fd = file_of(buf_str(&zip));
	assert_false(pack_list(fd, &a, &l, &all, &e));
	assert_int_equal(e.code, ERR_TOO_LARGE);
	close(fd);
}

static bool full(void *arg, struct str bytes, struct err *e)
{
	(void)arg;
	(void)bytes;
	return err_set(e, ERR_DISK_FULL, "full");
}

static void a_sink_that_fails_is_heard(void **state)
{
	(void)state;
	struct pack_zip *z;
	struct err e = { 0 };
	assert_true(pack_zip_open(full, NULL, &z, &e));
	bool ok = pack_zip_entry(z, STR("a"), &e) && pack_zip_put(z, STR("text"), &e);
	if (!pack_zip_end(z, &e)) ok = false;
	assert_false(ok);
	assert_int_equal(e.code, ERR_DISK_FULL);
}

struct walked { size_t files; struct buf text; };

static bool take_one(void *arg, const struct pack_entry *entry, struct pack_reader *r, struct err *e)
{
	struct walked *w = arg;
	w->files++;
	buf_put(&w->text, entry->name);
	buf_put_char(&w->text, '=');
	return entry->bytes == 5 && read_all(r, &w->text, e);
}

/* Names beyond ASCII and beyond a hundred bytes, as versions of datasets may have. */
static void a_tar_reads_back_in_its_order(void **state)
{
	(void)state;
	static const char longer[] = "datasets/a-dataset-whose-identifier-is-so-long-that-the-old-header-of-a-tar-has-no-room-for-it-at-all-1234567890/v1.duckdb";
	struct walked w = { .text = BUF_INIT(1 << 16) };
	struct pack_limits l = { 0 };
	struct pack_tar *z;
	struct err e = { 0 };
	int to = file_of(STR("")), from = file_of(STR("12345"));
	assert_true(pack_tar_open(to, &z, &e));
	assert_true(pack_tar_file(z, STR("kept/été.txt"), from, 5, 1000, &e));
	lseek(from, 0, SEEK_SET);
	assert_true(pack_tar_file(z, str_of(longer), from, 5, 1000, &e));
	assert_true(pack_tar_end(z, &e));
	assert_true(pack_walk(to, &l, take_one, &w, &e));
	assert_int_equal(w.files, 2);
	auto_buf expected = BUF_INIT(1 << 16);
	buf_printf(&expected, "kept/été.txt=12345%s=12345", longer);
	assert_true(str_eq(buf_str(&w.text), buf_str(&expected)));
	/* Cut short, it is no tar any more. */
	w.files = 0;
	assert_int_equal(ftruncate(to, 700), 0);
	assert_false(pack_walk(to, &l, take_one, &w, &e));
	buf_done(&w.text);
	close(to);
	close(from);
}

static void a_file_that_became_shorter_is_no_whole_tar(void **state)
{
	(void)state;
	struct pack_tar *z;
	struct err e = { 0 };
	int to = file_of(STR("")), from = file_of(STR("12345"));
	assert_true(pack_tar_open(to, &z, &e));
	assert_false(pack_tar_file(z, STR("a"), from, 9, 0, &e));
	pack_tar_drop(z);
	close(to);
	close(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gzip_reads_back),
		cmocka_unit_test(a_growing_gzip_reads_back),
		cmocka_unit_test(a_growing_gzip_tells_of_a_full_sink),
		cmocka_unit_test(two_gzips_in_a_row_are_one_stream),
		cmocka_unit_test(every_shortening_of_a_gzip_is_noticed),
		cmocka_unit_test(a_ceiling_on_bytes_is_kept),
		cmocka_unit_test(a_zip_reads_back),
		cmocka_unit_test(a_zip_without_that_file_says_so),
		cmocka_unit_test(names_that_leave_a_zip_are_refused),
		cmocka_unit_test(too_many_files_are_refused),
		cmocka_unit_test(a_sink_that_fails_is_heard),
		cmocka_unit_test(a_tar_reads_back_in_its_order),
		cmocka_unit_test(a_file_that_became_shorter_is_no_whole_tar),
	};
	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
