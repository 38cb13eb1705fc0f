/* The journal of pushes: what was answered is there after any crash, what was torn is cut, once and silently. */
#include "live/journal.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	struct lock lock;
	struct lock_bell bell;
	struct journal *journal;
	int64_t durable; /* entries told of, in order */
	int64_t last;
	bool disordered;
};

static void durable(void *arg, struct journal_frame *f)
{
	struct fixture *x = arg;
	x->durable++;
	x->disordered |= f->entry.seq <= x->last;
	x->last = f->entry.seq;
	free(f);
}

static int64_t open_it(struct fixture *f, size_t segment)
{
	struct err e = { 0 };
	int64_t cut = 0;
	struct journal_options o = { .folder = str_of(f->folder), .lock = &f->lock, .bell = &f->bell, .durable = durable, .arg = f, .segment_bytes = segment };
	if (!journal_open(&o, &f->journal, &cut, &e)) fail_msg("%s (%s)", e.pub, e.priv);
	return cut;
}

static void close_it(struct fixture *f)
{
	journal_close(f->journal);
	f->journal = NULL;
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-journal-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	lock_init(&f->lock, LOCK_LIVE);
	lock_bell_init(&f->bell);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[128];
	journal_close(f->journal);
	lock_bell_done(&f->bell);
	lock_done(&f->lock);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static int64_t add(struct fixture *f, int64_t base, const char *payload)
{
	struct err e = { 0 };
	int64_t seq = 0;
	lock_take(&f->lock);
	bool ok = journal_add(f->journal, base, JOURNAL_PUT, str_of(payload), &seq, &e);
	lock_give(&f->lock);
	if (!ok) fail_msg("%s (%s)", e.pub, e.priv);
	return seq;
}

/* Payloads of a replay, joined by blanks. */
static bool gather(void *arg, const struct journal_entry *entry, struct err *e)
{
	struct buf *b = arg;
	(void)e;
	buf_printf(b, "%s%lld:%.*s", b->n ? " " : "", (long long)entry->seq, STR_ARG(entry->payload));
	return true;
}

static void replays(struct fixture *f, int64_t base, int64_t also, int64_t after, int64_t upto, const char *expected)
{
	struct err e = { 0 };
	auto_buf b = BUF_INIT(1 << 20);
	int64_t bases[2] = { base, also };
	if (!journal_replay(f->journal, bases, after, upto, gather, &b, &e)) fail_msg("%s (%s)", e.pub, e.priv);
	if (!str_eq(buf_str(&b), str_of(expected))) fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(buf_str(&b)), expected);
}

static void what_was_added_is_there_after_opening_again(void **state)
{
	struct fixture *f = *state;
	open_it(f, 0);
	assert_int_equal(add(f, 1, "a"), 1);
	assert_int_equal(add(f, 1, "b"), 2);
	close_it(f);
	assert_int_equal(open_it(f, 0), 0);
	assert_int_equal(add(f, 1, "c"), 3);
	replays(f, 1, 1, 0, 3, "1:a 2:b 3:c");
	replays(f, 1, 1, 1, 2, "2:b");
	assert_int_equal(f->durable, 3);
}

static void pushes_onto_another_version_are_left_out(void **state)
{
	struct fixture *f = *state;
	open_it(f, 0);
	add(f, 1, "a");
	add(f, 2, "b");
	add(f, 1, "c");
	add(f, 3, "d");
	replays(f, 1, 1, 0, 9, "1:a 3:c");
	replays(f, 2, 3, 0, 9, "2:b 4:d");
	replays(f, 7, 7, 0, 9, "");
}

static struct str read_whole(struct arena *a, const char *path)
{
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	char *p = arena_bytes(a, 1 << 16);
	size_t n = fread(p, 1, 1 << 16, in);
	fclose(in);
	return str_make(p, n);
}

static void write_whole(const char *path, struct str s)
{
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(s.p, 1, s.n, out), s.n);
	fclose(out);
}

/* Cut at every byte: the whole entries before it are there, and the next push goes on behind them. */
static void a_tail_torn_at_any_byte_is_cut(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	char path[128];
	open_it(f, 0);
	add(f, 5, "first");
	add(f, 5, "second");
	add(f, 5, "third");
	close_it(f);
	snprintf(path, sizeof path, "%s/1.log", f->folder);
	struct str whole = read_whole(&a, path);
	size_t ends[] = { JOURNAL_HEAD_BYTES + JOURNAL_ENTRY_BYTES + 5, 0, 0 };
	ends[1] = ends[0] + JOURNAL_ENTRY_BYTES + 6;
	ends[2] = ends[1] + JOURNAL_ENTRY_BYTES + 5;
	assert_int_equal(whole.n, ends[2]);
	static const char *const left[] = { "", "1:first", "1:first 2:second", "1:first 2:second 3:third" };
	for (size_t n = 0; n <= whole.n; n++) {
		size_t entries = (size_t)(n >= ends[0]) + (n >= ends[1]) + (n >= ends[2]);
		write_whole(path, str_sub(whole, 0, n));
		int64_t cut = open_it(f, 0);
		replays(f, 5, 5, 0, 99, left[entries]);
		size_t good = entries ? ends[entries - 1] : n >= JOURNAL_HEAD_BYTES ? JOURNAL_HEAD_BYTES : 0;
		assert_int_equal(cut, n - good);
		assert_int_equal(add(f, 5, "next"), (int64_t)entries + 1);
		close_it(f);
		char next[128];
		snprintf(next, sizeof next, "%s/%zu.log", f->folder, entries + 1);
		if (entries) unlink(next);
	}
}

static void a_changed_byte_is_noticed(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	char path[128];
	open_it(f, 0);
	add(f, 5, "first");
	add(f, 5, "second");
	close_it(f);
	snprintf(path, sizeof path, "%s/1.log", f->folder);
	struct str whole = read_whole(&a, path);
	for (size_t i = JOURNAL_HEAD_BYTES; i < whole.n; i++) {
		struct str bad = arena_str(&a, whole);
		((char *)(uintptr_t)bad.p)[i] ^= 0x20;
		struct journal_entry entry;
		size_t at = JOURNAL_HEAD_BYTES;
		size_t good = 0;
		while (journal_read(bad, &at, &entry) == JOURNAL_ENTRY) good++;
		assert_int_equal(good, i < JOURNAL_HEAD_BYTES + JOURNAL_ENTRY_BYTES + 5 ? 0 : 1);
	}
}

struct pusher { struct fixture *f; int n; };
static void *push_many(void *arg)
{
	struct pusher *p = arg;
	for (int i = 0; i < p->n; i++) add(p->f, 1, "x");
	return NULL;
}

static void many_at_once_are_told_in_order(void **state)
{
	struct fixture *f = *state;
	enum { THREADS = 8, EACH = 50 };
	pthread_t threads[THREADS];
	struct pusher p = { f, EACH };
	open_it(f, 4096);
	for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, push_many, &p), 0);
	for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
	assert_int_equal(f->durable, THREADS * EACH);
	assert_false(f->disordered);
	close_it(f);
	assert_int_equal(open_it(f, 0), 0);
	assert_int_equal(add(f, 1, "last"), THREADS * EACH + 1);
}

static void old_segments_go_when_there_is_too_much(void **state)
{
	struct fixture *f = *state;
	open_it(f, 100);
	for (int i = 0; i < 10; i++) add(f, 1, "0123456789012345678901234567890123456789");
	int64_t all = journal_bytes(f->journal);
	journal_trim(f->journal, 5, all);
	assert_int_equal(journal_bytes(f->journal), all);
	journal_trim(f->journal, 5, 0);
	assert_true(journal_bytes(f->journal) < all);
	replays(f, 1, 1, 5, 7, "6:0123456789012345678901234567890123456789 7:0123456789012345678901234567890123456789");
}

static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t seq;
	open_it(f, 0);
	add(f, 1, "a");
	close_it(f);
	/* Where the next segment would be made there is no room: a folder stands in its place. */
	char path[128];
	snprintf(path, sizeof path, "mkdir '%s/2.log'", f->folder);
	open_it(f, 0);
	assert_int_equal(system(path), 0);
	lock_take(&f->lock);
	assert_false(journal_add(f->journal, 1, JOURNAL_PUT, STR("b"), &seq, &e));
	lock_give(&f->lock);
	assert_int_equal(f->durable, 1);
	assert_int_equal(add(f, 1, "c"), 3);
	snprintf(path, sizeof path, "%s/2.log", f->folder);
	rmdir(path);
	replays(f, 1, 1, 0, 9, "1:a 3:c");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_was_added_is_there_after_opening_again), CASE(pushes_onto_another_version_are_left_out),
		CASE(a_tail_torn_at_any_byte_is_cut), CASE(a_changed_byte_is_noticed), CASE(many_at_once_are_told_in_order),
		CASE(old_segments_go_when_there_is_too_much), CASE(a_full_disk_is_told_and_leaves_nothing),
	};
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
