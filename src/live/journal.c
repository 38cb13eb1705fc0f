/* The segments of a journal. Whoever comes first writes for all who came meanwhile: one of the waiting
 * threads takes what is there, writes and syncs it without the lock, and tells the others. */
#include "clock/clock.h"
#include "io/io.h"
#include "live/journal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEGMENT_BYTES = 32 << 20, SEGMENT_MOST = 512 << 20, AT_ONCE_BYTES = 128 << 20 };

struct journal_wait { bool done, ok; struct err err; };

/* The segment being written; without the lock it belongs to whoever is `writing`. */
struct segment { int fd; int64_t base, size; struct str path; };

struct journal {
	struct journal_options o;
	struct arena arena;
	/* Guarded by the owner's lock. */
	int64_t next, last;                     /* numbers: to be given, on the disk */
	struct journal_frame *first, **end;     /* waiting to be written */
	bool writing, broken;
	/* Of the writer. */
	struct segment now;
	struct arena names;                     /* of now.path */
};

/* --- the folder --------------------------------------------------------------------------------------- */

struct numbers { VEC(int64_t) v; };

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* First numbers of all segments, ascending. A folder that is not there holds none. */
static void list(const struct journal *j, struct arena *a, struct numbers *out)
{
	DIR *d = opendir(j->o.folder.p);
	for (struct dirent *f; d && (f = readdir(d));) {
		int64_t n;
		struct str name = str_of(f->d_name);
		if (str_ends(name, STR(".log")) && str_to_int(str_sub(name, 0, name.n - 4), &n) && n > 0) vec_push(a, &out->v, n);
	}
	if (d) closedir(d);
	if (out->v.n) qsort(out->v.p, out->v.n, sizeof *out->v.p, by_number);
}

static struct str path_of(const struct journal *j, struct arena *a, int64_t first)
{
	return arena_printf(a, "%.*s/%lld.log", STR_ARG(j->o.folder), (long long)first);
}

/* --- opening ------------------------------------------------------------------------------------------ */

/* The last good number of a segment; cuts its tail where it is torn, and removes one that holds nothing. */
static bool mend(struct journal *j, int64_t first, int64_t *cut, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str path = path_of(j, &a, first), bytes;
	struct journal_head head;
	struct journal_entry entry;
	size_t at = JOURNAL_HEAD_BYTES;
	if (!io_read(&a, path.p, SEGMENT_MOST, &bytes, e)) return false;
	enum journal_step step = JOURNAL_TORN;
	bool headed = journal_read_head(bytes, &head);
	while (headed && (step = journal_read(bytes, &at, &entry)) == JOURNAL_ENTRY) j->last = num_max(j->last, entry.seq);
	size_t good = headed ? at : 0;
	*cut += (int64_t)(bytes.n - num_min(bytes.n, good));
	if (!headed || at == JOURNAL_HEAD_BYTES) return unlink(path.p) == 0 || err_os(e, "remove an empty segment");
	if (step == JOURNAL_END) return true;
	int fd = open(path.p, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && ftruncate(fd, (off_t)at) == 0 && fsync(fd) == 0;
	if (!ok) err_os(e, "cut a torn segment");
	if (fd >= 0) close(fd);
	return ok;
}

bool journal_open(const struct journal_options *o, struct journal **out, int64_t *cut, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct numbers n = { 0 };
	struct journal *j = calloc(1, sizeof *j);
	ensure(j);
	j->o = *o;
	j->o.folder = arena_str(&j->arena, o->folder);
	if (!j->o.segment_bytes) j->o.segment_bytes = SEGMENT_BYTES;
	j->now.fd = -1;
	j->end = &j->first;
	*cut = 0;
	list(j, &a, &n);
	bool ok = true;
	for (size_t i = 0; ok && i < n.v.n; i++) ok = mend(j, n.v.p[i], cut, e);
	j->next = j->last + 1;
	if (ok) *out = j;
	else journal_close(j);
	return ok;
}

void journal_close(struct journal *j)
{
	if (!j) return;
	ensure(!j->first && !j->writing);
	if (j->now.fd >= 0) close(j->now.fd);
	arena_done(&j->names);
	arena_done(&j->arena);
	free(j);
}

/* --- writing ------------------------------------------------------------------------------------------ */

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

static bool begin_segment(struct journal *j, int64_t base, int64_t first, struct err *e)
{
	auto_buf head = BUF_INIT(JOURNAL_HEAD_BYTES);
	if (!io_make_folders(j->o.folder.p, e)) return false;
	if (j->now.fd >= 0) close(j->now.fd);
	arena_done(&j->names);
	j->names = ARENA_INIT;
	j->now = (struct segment){ .base = base, .size = JOURNAL_HEAD_BYTES, .path = path_of(j, &j->names, first) };
	journal_put_head(&head, &(struct journal_head){ base, first });
	j->now.fd = open(j->now.path.p, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (j->now.fd < 0) return err_os(e, "make a segment");
	if (write_all(j->now.fd, buf_str(&head)) && io_sync_folder(j->o.folder.p, e)) return true;
	err_os(e, "begin a segment");
	close(j->now.fd);
	j->now.fd = -1;
	unlink(j->now.path.p);
	return false;
}

/* What cannot be written whole is taken back, so that nothing stands in the file that was not answered. */
static bool take_back(struct journal *j)
{
	if (ftruncate(j->now.fd, (off_t)j->now.size) == 0 && fdatasync(j->now.fd) == 0) return true;
	close(j->now.fd);
	j->now.fd = -1;
	return false;
}

/* Frames that can go into one segment, as bytes; the rest stays. */
static struct journal_frame *put_frames(struct buf *b, struct journal_frame *f)
{
	int64_t base = f->base;
	do {
		journal_put(b, &f->entry);
		f = f->next;
	} while (f && f->base == base && b->n < AT_ONCE_BYTES / 2);
	return f;
}

/* Without the lock. *broken: the file is in a state that no further entry may follow. */
static bool write_frames(struct journal *j, struct str bytes, const struct journal_frame *first, bool *broken, struct err *e)
{
	bool fresh = j->now.fd < 0 || j->now.base != first->base || j->now.size >= (int64_t)j->o.segment_bytes;
	if (fresh && !begin_segment(j, first->base, first->entry.seq, e)) return false;
	if (write_all(j->now.fd, bytes) && fdatasync(j->now.fd) == 0) {
		j->now.size += (int64_t)bytes.n;
		return true;
	}
	err_os(e, "write pushes");
	*broken = !take_back(j);
	return false;
}

static void tell(struct journal *j, struct journal_frame *f, bool ok, const struct err *why)
{
	if (f->wait) {
		f->wait->ok = ok;
		f->wait->err = *why;
		f->wait->done = true;
		f->wait = NULL;
	}
	if (ok) {
		j->last = f->entry.seq;
		j->o.durable(j->o.arg, f);
	} else {
		free(f);
	}
}

/* With the lock: writes what waits now. */
static void write_turn(struct journal *j)
{
	struct err e = { 0 };
	auto_buf bytes = BUF_INIT(2 * (size_t)AT_ONCE_BYTES);
	struct journal_frame *first = j->first;
	bool broken = false;
	j->writing = true;
	/* Only the link of the last frame may change meanwhile, when another is added. */
	struct journal_frame *rest = put_frames(&bytes, first);
	j->first = rest;
	if (!rest) j->end = &j->first;
	lock_give(j->o.lock);
	bool ok = !bytes.over || err_set(&e, ERR_TOO_LARGE, "too much is pushed at once");
	ok = ok && write_frames(j, buf_str(&bytes), first, &broken, &e);
	lock_take(j->o.lock);
	j->writing = false;
	j->broken |= broken;
	for (struct journal_frame *f = first; f && f != rest;) {
		struct journal_frame *next = f->next;
		f->next = NULL;
		tell(j, f, ok, &e);
		f = next;
	}
	lock_bell_ring_all(j->o.bell);
}

bool journal_add(struct journal *j, int64_t base, enum journal_op op, struct str payload, int64_t *seq, struct err *e)
{
	struct journal_wait wait = { 0 };
	if (payload.n > JOURNAL_PAYLOAD_BYTES) return err_set(e, ERR_TOO_LARGE, "this is more than can be pushed at once");
	if (j->broken) return err_set(e, ERR_SYSTEM, "pushes could not be written and cannot be until the server is started again");
	struct journal_frame *f = malloc(sizeof *f + payload.n);
	ensure(f);
	char *copy = (char *)(f + 1);
	if (payload.n) memcpy(copy, payload.p, payload.n);
	*f = (struct journal_frame){ .base = base, .wait = &wait,
		.entry = { .seq = j->next++, .at_us = clock_now().us, .op = op, .payload = str_make(copy, payload.n) } };
	*seq = f->entry.seq;
	*j->end = f;
	j->end = &f->next;
	while (!wait.done) {
		if (!j->writing) write_turn(j);
		else lock_bell_wait(j->o.bell, j->o.lock);
	}
	if (!wait.ok) *e = wait.err;
	return wait.ok;
}

int64_t journal_last(struct journal *j, int64_t least)
{
	if (j->last < least) j->last = least;
	if (j->next <= j->last) j->next = j->last + 1;
	return j->last;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static bool replay_one(struct str bytes, int64_t after, int64_t upto, bool (*take)(void *, const struct journal_entry *, struct err *),
                       void *arg, struct err *e)
{
	struct journal_entry entry;
	for (size_t at = JOURNAL_HEAD_BYTES; journal_read(bytes, &at, &entry) == JOURNAL_ENTRY;) {
		if (entry.seq > upto) break;
		if (entry.seq > after && !take(arg, &entry, e)) return false;
	}
	return true;
}

/* The versions whose pushes are wanted: two, or all but those from one to another. */
struct wanted { const int64_t *bases; int64_t from, to; };

static bool is_wanted(const struct wanted *w, int64_t base)
{
	return w->bases ? base == w->bases[0] || base == w->bases[1] : base < w->from || base > w->to;
}

static bool replay(struct journal *j, const struct wanted *w, int64_t after, int64_t upto,
                   bool (*take)(void *, const struct journal_entry *, struct err *), void *arg, struct err *e)
{
	auto_arena names = ARENA_INIT;
	struct numbers n = { 0 };
	list(j, &names, &n);
	for (size_t i = 0; i < n.v.n; i++) {
		auto_arena a = ARENA_INIT;
		struct journal_head head;
		struct str bytes;
		/* What comes before the next segment's first is before all of it. */
		if (n.v.p[i] > upto || (i + 1 < n.v.n && n.v.p[i + 1] <= after + 1)) continue;
		if (!io_read(&a, path_of(j, &names, n.v.p[i]).p, SEGMENT_MOST, &bytes, e)) return false;
		if (!journal_read_head(bytes, &head) || !is_wanted(w, head.base)) continue;
		if (!replay_one(bytes, after, upto, take, arg, e)) return false;
	}
	return true;
}

bool journal_replay(struct journal *j, const int64_t bases[2], int64_t after, int64_t upto,
                    bool (*take)(void *, const struct journal_entry *, struct err *), void *arg, struct err *e)
{
	return replay(j, &(struct wanted){ .bases = bases }, after, upto, take, arg, e);
}

bool journal_replay_outside(struct journal *j, int64_t from, int64_t to, int64_t after, int64_t upto,
                            bool (*take)(void *, const struct journal_entry *, struct err *), void *arg, struct err *e)
{
	return replay(j, &(struct wanted){ .from = from, .to = to }, after, upto, take, arg, e);
}

/* --- numbers beside the segments ------------------------------------------------------------------------ */

static struct str number_path(const struct journal *j, struct arena *a, enum journal_number which)
{
	static const char *const names[] = { [JOURNAL_FROM] = "from", [JOURNAL_RECOVERED] = "recovered" };
	return arena_printf(a, "%.*s/%s", STR_ARG(j->o.folder), names[which]);
}

int64_t journal_number(struct journal *j, enum journal_number which)
{
	auto_arena a = ARENA_INIT;
	struct err none = { 0 };
	struct str text;
	int64_t n = 0;
	return io_read(&a, number_path(j, &a, which).p, 64, &text, &none) && str_to_int(str_trim(text), &n) ? n : 0;
}

bool journal_set_number(struct journal *j, enum journal_number which, int64_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	return io_make_folders(j->o.folder.p, e) && io_replace(number_path(j, &a, which).p, arena_printf(&a, "%lld\n", (long long)n), 0600, e);
}

static int64_t size_of(struct str path)
{
	struct stat s;
	return stat(path.p, &s) == 0 ? (int64_t)s.st_size : 0;
}

int64_t journal_bytes(struct journal *j)
{
	auto_arena a = ARENA_INIT;
	struct numbers n = { 0 };
	int64_t all = 0;
	list(j, &a, &n);
	for (size_t i = 0; i < n.v.n; i++) all += size_of(path_of(j, &a, n.v.p[i]));
	return all;
}

void journal_trim(struct journal *j, int64_t seq, int64_t keep)
{
	auto_arena a = ARENA_INIT;
	struct numbers n = { 0 };
	int64_t all = journal_bytes(j);
	list(j, &a, &n);
	for (size_t i = 0; i + 1 < n.v.n && all > keep && n.v.p[i + 1] <= seq + 1; i++) {
		struct str path = path_of(j, &a, n.v.p[i]);
		all -= size_of(path);
		unlink(path.p); /* one that stays is tried again with the next compaction */
	}
}

/* Nobody writes meanwhile: the segment that is open may be one of those. */
void journal_forget(struct journal *j, const int64_t bases[2])
{
	auto_arena a = ARENA_INIT;
	struct numbers n = { 0 };
	lock_take(j->o.lock);
	while (j->writing) lock_bell_wait(j->o.bell, j->o.lock);
	j->writing = true;
	lock_give(j->o.lock);
	if (j->now.fd >= 0 && j->now.base != bases[0] && j->now.base != bases[1]) {
		close(j->now.fd);
		j->now.fd = -1;
	}
	list(j, &a, &n);
	for (size_t i = 0; i < n.v.n; i++) {
		struct journal_head h;
		struct str path = path_of(j, &a, n.v.p[i]);
		char bytes[JOURNAL_HEAD_BYTES];
		int fd = open(path.p, O_RDONLY | O_CLOEXEC);
		bool read_it = fd >= 0 && read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && journal_read_head(str_make(bytes, sizeof bytes), &h);
		if (fd >= 0) close(fd);
		if (read_it && h.base != bases[0] && h.base != bases[1]) unlink(path.p); /* one that stays is tried again the next time */
	}
	lock_take(j->o.lock);
	j->writing = false;
	lock_bell_ring_all(j->o.bell);
	lock_give(j->o.lock);
}
