/* Pictures and documents that lie in an archive beside its table: they are put one after the other into a file next to the version, for
 * whoever publishes to keep those that records name. Each is a head of twelve bytes (length of the name, length of the content), the
 * name, and the content. */
#include "ingest/archive.h"
#include "ingest/encoding.h"
#include "pack/pack.h"
#include "text/text.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 20000, FILE_BYTES = 100 << 20, NAME_BYTES = 1000, BLOCK = 1 << 20 };
static const int64_t TOTAL_BYTES = (int64_t)4 << 30;

static bool is_meant(const struct load *l, struct str name)
{
	return name.n <= NAME_BYTES && text_is_utf8(name) && l->sample_bytes == 0 && has_word("gif png jpg jpeg tif tiff bmp svg webp pdf zip mp3 mp4 ogg webm", suffix_of(name)) &&
	       !archive_is_clutter(name);
}

static bool put_head(int fd, struct str name, int64_t bytes, struct err *e)
{
	uint32_t n = (uint32_t)name.n;
	uint64_t size = (uint64_t)bytes;
	return spool_put(fd, str_make((const char *)&n, sizeof n), e) && spool_put(fd, str_make((const char *)&size, sizeof size), e) && spool_put(fd, name, e);
}

struct heap { struct load *load; struct arena a; int fd; char *block; int64_t total; size_t n, damaged, left; struct str first_damaged; };

/* What of a file is there, *whole false where it is damaged; false only when it cannot be kept. */
static bool copy_file(struct heap *h, struct pack_reader *r, int64_t *bytes, bool *whole, struct err *e)
{
	struct err why = { 0 };
	*whole = true;
	for (*bytes = 0; *bytes <= FILE_BYTES;) {
		size_t got;
		if (!pack_read(r, h->block, BLOCK, &got, &why)) {
			*whole = false;
			return true;
		}
		if (got == 0) return true;
		*bytes += (int64_t)got;
		if (!spool_put(h->fd, str_make(h->block, got), e)) return false;
		load_tell(h->load, INGEST_UNPACKING, h->total + *bytes, 0, 0, false);
	}
	return true;
}

static bool take_back(int fd, off_t at, struct err *e)
{
	return (ftruncate(fd, at) == 0 && lseek(fd, at, SEEK_SET) == at) || err_os(e, "truncate of what lies beside a table");
}

/* The size is known when all has come: it is written into the head then. A picture that is damaged is a picture less, as one that is not there. */
static bool put_file(void *arg, const struct pack_entry *entry, struct pack_reader *r, struct err *e)
{
	struct heap *h = arg;
	int64_t bytes;
	bool whole;
	if (!is_meant(h->load, entry->name)) return true;
	if (h->total > TOTAL_BYTES) {
		h->left++;
		return true;
	}
	off_t at = lseek(h->fd, 0, SEEK_END);
	if (at < 0 || !put_head(h->fd, entry->name, 0, e) || !copy_file(h, r, &bytes, &whole, e)) return false;
	if (!whole && h->damaged++ == 0) h->first_damaged = arena_str(&h->a, text_cut(entry->name, 100));
	if (whole && bytes > FILE_BYTES)
		load_note(h->load, "“%.*s” is larger than %d MB and was left out.", STR_ARG(text_cut(entry->name, 100)), FILE_BYTES >> 20);
	if (!whole || bytes > FILE_BYTES) return take_back(h->fd, at, e);
	h->total += bytes;
	uint64_t size = (uint64_t)bytes;
	return pwrite(h->fd, &size, sizeof size, at + (off_t)sizeof(uint32_t)) == (ssize_t)sizeof size || err_os(e, "write of what lies beside a table");
}

bool ingest_beside_next(int fd, int64_t *at, struct arena *a, struct ingest_beside *out)
{
	uint32_t n;
	uint64_t size;
	off_t end = lseek(fd, 0, SEEK_END);
	if (pread(fd, &n, sizeof n, *at) != (ssize_t)sizeof n || pread(fd, &size, sizeof size, *at + (off_t)sizeof n) != (ssize_t)sizeof size) return false;
	int64_t from = *at + (int64_t)(sizeof n + sizeof size) + n;
	if (n == 0 || n > NAME_BYTES || size > FILE_BYTES || from > end || end - from < (int64_t)size) return false;
	char *name = arena_bytes(a, n);
	if (pread(fd, name, n, from - n) != (ssize_t)n) return false;
	*out = (struct ingest_beside){ str_make(name, n), from, (int64_t)size };
	*at = from + (int64_t)size;
	return text_is_utf8(out->name);
}

/* The archive is read once, from its beginning. Where it breaks off, what came before is kept: the table is read by itself and says what is wrong. */
static bool take_all(struct load *l, int archive, int fd, struct err *e)
{
	struct heap h = { .load = l, .fd = fd, .block = malloc(BLOCK) };
	struct pack_limits limits = { 0 };
	struct err why = { 0 };
	ensure(h.block);
	bool ok = pack_walk(archive, &limits, put_file, &h, &why);
	bool broken = !ok && (why.code == ERR_BAD_SOURCE || why.code == ERR_TOO_LARGE);
	if (h.damaged)
		load_note(l, "Pictures and documents that are damaged in the archive were left out (%zu), the first of them “%.*s”.", h.damaged, STR_ARG(h.first_damaged));
	if (h.left) load_note(l, "The pictures and documents of the archive are larger than %lld GB together; the last %zu were left out.", (long long)(TOTAL_BYTES >> 30), h.left);
	if (broken) load_note(l, "The archive is damaged: pictures and documents behind the damage were left out.");
	free(h.block);
	arena_done(&h.a);
	if (!ok && !broken) *e = why;
	return ok || broken;
}

bool archive_beside(struct load *l, struct source *s, const struct pack_entries *all, struct err *e)
{
	size_t n = 0;
	if (!l->job.beside) return true;
	for (size_t i = 0; i < all->n; i++) n += is_meant(l, all->p[i].name);
	if (!n) return true;
	if (n > MOST) return err_set(e, ERR_TOO_LARGE, "the archive holds more than %d pictures and documents; send it in several", MOST);
	int fd = open(arena_printf(l->a, "%.*s" INGEST_BESIDE, STR_ARG(l->job.version_path)).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "open of what lies beside a table");
	bool ok = take_all(l, s->archive, fd, e);
	close(fd);
	return ok;
}
