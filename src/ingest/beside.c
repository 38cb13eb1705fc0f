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

/* The size is known when all has come: the head is written again then. */
static bool put_file(struct load *l, struct source *s, struct str name, int fd, char *block, struct err *e)
{
	auto_pack *r = NULL;
	struct pack_limits limits = { 0 };
	off_t at = lseek(fd, 0, SEEK_END);
	int64_t bytes = 0;
	if (at < 0 || !put_head(fd, name, 0, e) || !pack_open_entry(s->archive, name, &limits, &r, e)) return false;
	for (;;) {
		size_t got;
		if (!pack_read(r, block, BLOCK, &got, e)) return false;
		if (got == 0) break;
		if ((bytes += (int64_t)got) > FILE_BYTES) {
			load_note(l, "“%.*s” is larger than %d MB and was left out.", STR_ARG(text_cut(name, 100)), FILE_BYTES >> 20);
			return (ftruncate(fd, at) == 0 && lseek(fd, at, SEEK_SET) == at) || err_os(e, "truncate of what lies beside a table");
		}
		if (!spool_put(fd, str_make(block, got), e)) return false;
		load_tell(l, INGEST_UNPACKING, at + bytes, 0, 0, false);
	}
	uint64_t size = (uint64_t)bytes;
	return pwrite(fd, &size, sizeof size, at + (off_t)sizeof(uint32_t)) == (ssize_t)sizeof size || err_os(e, "write of what lies beside a table");
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

bool archive_beside(struct load *l, struct source *s, const struct pack_entries *all, struct err *e)
{
	size_t n = 0;
	bool ok = true;
	if (!l->job.beside) return true;
	for (size_t i = 0; i < all->n; i++) n += is_meant(l, all->p[i].name);
	if (!n) return true;
	if (n > MOST) return err_set(e, ERR_TOO_LARGE, "the archive holds more than %d pictures and documents; send it in several", MOST);
	int fd = open(arena_printf(l->a, "%.*s" INGEST_BESIDE, STR_ARG(l->job.version_path)).p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "open of what lies beside a table");
	char *block = malloc(BLOCK);
	ensure(block);
	for (size_t i = 0; ok && i < all->n; i++)
		if (is_meant(l, all->p[i].name)) ok = put_file(l, s, all->p[i].name, fd, block, e);
	free(block);
	close(fd);
	return ok;
}
