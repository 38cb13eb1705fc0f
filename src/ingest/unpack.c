/* Bytes as they come, unpacked: pipes are copied to a file without a name, gzip and bzip2 are unpacked to one, and of
 * an archive the files are chosen that are meant. Nothing is ever written under a name that an archive chose. */
#include "ingest/archive.h"
#include "ingest/encoding.h"
#include "pack/pack.h"
#include "text/text.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS = 3, BLOCK = 1 << 20, FREE_BYTES = 64 << 20, RATIO = 200 };

/* --- names ------------------------------------------------------------------------------------------- */

struct str base_name(struct str path)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	return slash < 0 ? path : str_from(path, (size_t)slash + 1);
}

struct str suffix_of(struct str name)
{
	struct str base = base_name(name);
	ptrdiff_t dot = str_rfind_char(base, '.');
	return dot < 0 ? STR("") : str_from(base, (size_t)dot + 1);
}

bool has_word(const char *words, struct str word)
{
	struct str rest = str_of(words);
	struct str w;
	while (str_cut(&rest, ' ', &w))
		if (w.n && str_eq_nocase(w, word)) return true;
	return false;
}

const struct source_format *format_by_suffix(struct str name)
{
	struct str suffix = suffix_of(name);
	for (size_t i = 0; suffix.n && source_formats[i]; i++)
		if (has_word(source_formats[i]->suffixes, suffix)) return source_formats[i];
	return NULL;
}

static struct str without(struct str name, const char *endings)
{
	struct str suffix = suffix_of(name);
	return suffix.n && suffix.n + 1 < name.n && has_word(endings, suffix) ? str_sub(name, 0, name.n - suffix.n - 1) : name;
}

/* --- bytes ------------------------------------------------------------------------------------------- */

static bool read_head(int fd, char *to, size_t *n, struct err *e)
{
	*n = 0;
	while (*n < HEAD_BYTES) {
		ssize_t got = pread(fd, to + *n, HEAD_BYTES - *n, (off_t)*n);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_os(e, "read of a source");
		if (got == 0) break;
		*n += (size_t)got;
	}
	return true;
}

void source_take_fd(struct source *s, int fd)
{
	if (s->fd >= 0 && s->fd != s->given && s->fd != s->archive) close(s->fd);
	s->fd = fd;
}

/* A pipe cannot be read twice. */
static bool copy_pipe(struct load *l, struct source *s, struct err *e)
{
	int to = spool_open(l, e);
	if (to < 0) return false;
	char *block = malloc(BLOCK);
	ensure(block);
	int64_t total = 0;
	bool ok = true;
	for (;;) {
		ssize_t got = read(s->fd, block, BLOCK);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) ok = err_os(e, "read of a pipe");
		if (got <= 0) break;
		ok = spool_put(to, str_make(block, (size_t)got), e);
		total += got;
		if (!ok) break;
		load_tell(l, INGEST_UNPACKING, total, 0, 0, false);
	}
	free(block);
	source_take_fd(s, to);
	return ok;
}

/* Each file of an archive is held to its own size by the reader; many that pass are held to that of the archive together. */
static bool few_enough(struct load *l, int64_t packed, struct err *e)
{
	if (l->unpacked <= FREE_BYTES || l->unpacked / RATIO <= packed) return true;
	return err_set(e, ERR_TOO_LARGE, "the files of the archive unpack to more than %d times its packed size together and were refused; "
	               "send them unpacked if that is right", RATIO);
}

/* All of r into a new file: its descriptor, or -1. A sample ends early. */
static int unpack(struct load *l, struct pack_reader *r, int64_t packed, int64_t *bytes, struct err *e)
{
	int to = spool_open(l, e);
	if (to < 0) return -1;
	char *block = malloc(BLOCK);
	ensure(block);
	bool ok = true;
	*bytes = 0;
	for (;;) {
		size_t got;
		ok = pack_read(r, block, BLOCK, &got, e) && spool_put(to, str_make(block, got), e);
		if (!ok || got == 0) break;
		*bytes += (int64_t)got;
		l->unpacked += (int64_t)got;
		ok = few_enough(l, packed, e);
		if (!ok) break;
		load_tell(l, INGEST_UNPACKING, pack_packed_bytes(r), packed, 0, false);
		if (l->sample_bytes && *bytes >= l->sample_bytes) break;
	}
	free(block);
	if (ok) return to;
	close(to);
	return -1;
}

static bool unpack_stream(struct load *l, struct source *s, enum pack_kind kind, struct err *e)
{
	auto_pack *r = NULL;
	struct pack_limits limits = { 0 };
	off_t packed = lseek(s->fd, 0, SEEK_END);
	int64_t bytes;
	l->unpacked = 0; /* a stream of its own */
	if (lseek(s->fd, 0, SEEK_SET) < 0) return err_os(e, "seek in a source");
	bool ok = kind == PACK_GZIP ? pack_open_gzip(s->fd, &limits, &r, e) : pack_open_bzip2(s->fd, &limits, &r, e);
	int fd = ok ? unpack(l, r, packed, &bytes, e) : -1;
	if (fd < 0) return false;
	source_take_fd(s, fd);
	if (has_word("tgz tbz tbz2", suffix_of(s->name)))
		s->name = arena_printf(l->a, "%.*s.tar", STR_ARG(without(s->name, "tgz tbz tbz2")));
	else s->name = without(s->name, "gz bz2");
	return true;
}

int unpack_file(struct load *l, int archive, struct str name, int64_t *bytes, struct err *e)
{
	auto_pack *r = NULL;
	struct pack_limits limits = { 0 };
	off_t packed = lseek(archive, 0, SEEK_END);
	return pack_open_entry(archive, name, &limits, &r, e) ? unpack(l, r, packed, bytes, e) : -1;
}

/* --- the whole --------------------------------------------------------------------------------------- */

static bool open_member(struct load *l, struct source *s, struct str name, struct err *e)
{
	int64_t bytes;
	int fd = unpack_file(l, s->archive, name, &bytes, e);
	if (fd < 0) return false;
	source_take_fd(s, fd);
	s->inside = name;
	s->name = name;
	return true;
}

static void keep_archive(struct source *s)
{
	if (s->archive >= 0 && s->archive != s->given) close(s->archive);
	s->archive = s->fd;
}

static bool open_archive(struct load *l, struct source *s, const char **hint, bool *stop, struct err *e)
{
	struct pack_limits limits = { 0 };
	struct pack_entries all;
	if (!pack_list(s->fd, l->a, &limits, &all, e)) return false;
	keep_archive(s);
	l->unpacked = 0;
	struct archive_choice c;
	if (!archive_choose(l, s, &all, &c, e)) return false;
	*hint = c.format;
	*stop = c.whole || c.set;
	if (c.whole) return true;
	if (c.set) return archive_set(l, s, &all, c.format, e);
	if (!archive_beside(l, s, &all, e)) return false;
	for (size_t i = 0; i < c.n; i++) vec_push(l->a, &s->members, c.names[i]);
	return open_member(l, s, c.names[0], e);
}

static bool peel(struct load *l, struct source *s, char *head, size_t *n, const char **hint, struct err *e)
{
	*hint = NULL;
	for (int level = 0;; level++) {
		if (!read_head(s->fd, head, n, e)) return false;
		enum pack_kind kind = pack_kind_of(str_make(head, *n));
		if (kind == PACK_PLAIN) return true;
		if (level == LEVELS) return err_set(e, ERR_BAD_SOURCE, "the file is packed more than %d times", LEVELS);
		if (kind == PACK_GZIP || kind == PACK_BZIP2) {
			if (!unpack_stream(l, s, kind, e)) return false;
			continue;
		}
		if (s->members.n > 1) return err_set(e, ERR_BAD_SOURCE, "the archive holds archives; send what is inside of them");
		bool stop;
		if (!open_archive(l, s, hint, &stop, e)) return false;
		if (stop) return true;
	}
}

bool source_unwrap(struct load *l, struct source *s, char *head, size_t *n, const char **hint, struct err *e)
{
	struct stat st;
	if (fstat(s->fd, &st) < 0) return err_os(e, "fstat of a source");
	if (S_ISDIR(st.st_mode)) return err_set(e, ERR_BAD_SOURCE, "“%.*s” is a folder", STR_ARG(s->name));
	if (!S_ISREG(st.st_mode) && !copy_pipe(l, s, e)) return false;
	return peel(l, s, head, n, hint, e);
}

bool source_member(struct load *l, const struct source *s, size_t i, struct source *into, struct err *e)
{
	char *head = malloc(HEAD_BYTES);
	ensure(head);
	size_t n;
	const char *hint;
	into->given = s->archive;
	into->archive = s->archive;
	into->fd = s->archive;
	bool ok = open_member(l, into, s->members.p[i], e);
	into->members.n = 0;
	into->archive = -1;
	ok = ok && peel(l, into, head, &n, &hint, e);
	free(head);
	return ok;
}
