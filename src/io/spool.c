/* The spool: an unlinked file with one writer and any number of readers. The writer gathers
 * small pieces in memory and puts them into the file; readers look at how much is there under
 * the lock and read it without one, since what was written never changes. */
#include "io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { GATHER = 64 * 1024 };
static const int64_t SHOW_AFTER_NS = 100 * 1000000;

enum ending { GROWING, WHOLE, BROKEN };

struct io_spool {
	struct lock lock; /* LOCK_SPOOL; guards length, ending, readers, holders, had_reader, fire */
	int fd;
	int64_t length;    /* bytes in the file */
	enum ending ending;
	struct io_reader *readers;
	unsigned holders;  /* the writer and every reader */
	bool had_reader;
	void (*fire)(void *arg);
	void *fire_arg;
	/* The writer's until the end, the readers' from then on. */
	struct io_note notes[IO_NOTES];
	size_t nnotes;
	/* The writer's own. */
	int64_t max;
	int64_t shown_ns;
	size_t gathered;
	char gather[GATHER];
};

struct io_reader {
	struct io_spool *spool;
	struct io_reader *next;
	int64_t at;
	bool waiting;
	void (*wake)(void *arg);
	void *arg;
};

/* Counts descriptors, which belong to the process as a whole; only the metrics read it. */
static _Atomic(size_t) open_spools;

size_t io_spools_open(void) { return atomic_load_explicit(&open_spools, memory_order_relaxed); }

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int open_nameless(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
	/* Not every file system has nameless files: a name for a moment does the same. */
	char path[4096];
	size_t n = strlen(folder);
	if (n + 32 > sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(path, folder, n);
	memcpy(path + n, "/spool-XXXXXX", sizeof "/spool-XXXXXX");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0) unlink(path);
	return fd;
}

bool io_nameless(const char *folder, int *fd, struct err *e)
{
	*fd = open_nameless(folder);
	return *fd >= 0 || err_os(e, "make a nameless file in %s", folder);
}

bool io_spool_open(const char *folder, int64_t max_bytes, struct io_spool **out, struct err *e)
{
	int fd = open_nameless(folder);
	if (fd < 0) return err_os(e, "open a spool in %s", folder);
	struct io_spool *s = calloc(1, sizeof *s);
	ensure(s != NULL);
	lock_init(&s->lock, LOCK_SPOOL);
	s->fd = fd;
	s->max = max_bytes;
	s->holders = 1;
	s->shown_ns = now_ns();
	atomic_fetch_add_explicit(&open_spools, 1, memory_order_relaxed);
	*out = s;
	return true;
}

/* Called with the lock, which it gives back. */
static void let_go(struct io_spool *s)
{
	bool last = --s->holders == 0;
	lock_give(&s->lock);
	if (!last) return;
	close(s->fd);
	lock_done(&s->lock);
	free(s);
	atomic_fetch_sub_explicit(&open_spools, 1, memory_order_relaxed);
}

/* Wakes under the lock: a reader that leaves takes it too, so none is woken after it has left. */
static void wake_readers(struct io_spool *s)
{
	for (struct io_reader *r = s->readers; r; r = r->next) {
		if (!r->waiting || !r->wake) continue;
		r->waiting = false;
		r->wake(r->arg);
	}
}

static bool write_out(struct io_spool *s, struct str bytes, struct err *e)
{
	int64_t at = s->length; /* only the writer changes it */
	while (bytes.n) {
		ssize_t n = pwrite(s->fd, bytes.p, bytes.n, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "write a spool");
		at += n;
		bytes = str_from(bytes, (size_t)n);
	}
	lock_take(&s->lock);
	s->length = at;
	bool abandoned = s->had_reader && !s->readers;
	wake_readers(s);
	lock_give(&s->lock);
	s->shown_ns = now_ns();
	return abandoned ? err_set(e, ERR_CANCELLED, "nobody reads this any more") : true;
}

bool io_spool_flush(struct io_spool *s, struct err *e)
{
	size_t n = s->gathered;
	s->gathered = 0;
	return n == 0 || write_out(s, str_make(s->gather, n), e);
}

int64_t io_spool_length(const struct io_spool *s) { return s->length + (int64_t)s->gathered; }

bool io_spool_write(struct io_spool *s, struct str bytes, struct err *e)
{
	if (bytes.n > (size_t)INT64_MAX || io_spool_length(s) > s->max - (int64_t)bytes.n)
		return err_set(e, ERR_TOO_LARGE, "more than %lld bytes", (long long)s->max);
	if (bytes.n > GATHER - s->gathered && !io_spool_flush(s, e)) return false;
	if (bytes.n >= GATHER) return write_out(s, bytes, e);
	if (bytes.n) memcpy(s->gather + s->gathered, bytes.p, bytes.n);
	s->gathered += bytes.n;
	if (now_ns() - s->shown_ns > SHOW_AFTER_NS) return io_spool_flush(s, e);
	return true;
}

bool io_spool_end(struct io_spool *s, bool good, struct err *e)
{
	if (!s) return true;
	bool written = !good || io_spool_flush(s, e);
	lock_take(&s->lock);
	s->ending = good && written ? WHOLE : BROKEN;
	s->fire = NULL;
	wake_readers(s);
	let_go(s);
	return written;
}

void io_spool_on_abandon(struct io_spool *s, void (*fire)(void *arg), void *arg)
{
	lock_take(&s->lock);
	s->fire = fire;
	s->fire_arg = arg;
	lock_give(&s->lock);
}

void io_spool_note(struct io_spool *s, const char *name, struct str value)
{
	ensure(s->nnotes < IO_NOTES && strlen(name) < sizeof s->notes[0].name && value.n < sizeof s->notes[0].value);
	struct io_note *n = &s->notes[s->nnotes++];
	memcpy(n->name, name, strlen(name));
	memcpy(n->value, value.p, value.n);
}

size_t io_reader_notes(struct io_reader *r, struct io_note out[IO_NOTES])
{
	lock_take(&r->spool->lock); /* the writer has given it after the last note */
	size_t n = r->spool->ending == WHOLE ? r->spool->nnotes : 0;
	lock_give(&r->spool->lock);
	memcpy(out, r->spool->notes, n * sizeof *out);
	return n;
}

static struct io_reader *join(struct io_spool *s)
{
	struct io_reader *r = calloc(1, sizeof *r);
	ensure(r != NULL);
	r->spool = s;
	lock_take(&s->lock);
	r->next = s->readers;
	s->readers = r;
	s->holders++;
	s->had_reader = true;
	lock_give(&s->lock);
	return r;
}

struct io_reader *io_spool_reader(struct io_spool *s) { return join(s); }
struct io_reader *io_reader_again(struct io_reader *r) { return join(r->spool); }

enum io_step io_reader_read(struct io_reader *r, char *to, size_t n, size_t *got)
{
	struct io_spool *s = r->spool;
	*got = 0;
	lock_take(&s->lock);
	int64_t there = s->length - r->at;
	enum ending ending = s->ending;
	r->waiting = there == 0 && ending == GROWING;
	lock_give(&s->lock);
	if (ending == BROKEN) return IO_FAILED;
	if (there == 0) return ending == WHOLE ? IO_END : IO_WAIT;
	ssize_t took;
	do took = pread(s->fd, to, num_min(n, (size_t)there), r->at);
	while (took < 0 && errno == EINTR);
	if (took <= 0) return IO_FAILED;
	r->at += took;
	*got = (size_t)took;
	return IO_BYTES;
}

void io_reader_watch(struct io_reader *r, void (*wake)(void *arg), void *arg)
{
	lock_take(&r->spool->lock);
	r->wake = wake;
	r->arg = arg;
	lock_give(&r->spool->lock);
}

int64_t io_reader_length(struct io_reader *r)
{
	lock_take(&r->spool->lock);
	int64_t n = r->spool->ending == WHOLE ? r->spool->length : -1;
	lock_give(&r->spool->lock);
	return n;
}

void io_reader_close(struct io_reader *r)
{
	if (!r) return;
	struct io_spool *s = r->spool;
	lock_take(&s->lock);
	struct io_reader **at = &s->readers;
	while (*at != r) at = &(*at)->next;
	*at = r->next;
	free(r);
	if (!s->readers && s->ending == GROWING && s->fire) {
		s->fire(s->fire_arg);
		s->fire = NULL;
	}
	let_go(s);
}
