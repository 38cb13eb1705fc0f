/* Zip and tar files from strangers, through libarchive: listed, and streamed one file at a time. Names are
 * checked although nothing is ever written under them, because an archive that tries to leave its
 * folder is hostile as a whole. */
#include "pack/reader.h"
#include "text/text.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK_BYTES = 128 * 1024 };

/* --- opening ------------------------------------------------------------------------------------ */

/* What a person calls it. */
static const char *word_of(struct archive *ar)
{
	int format = archive_format(ar) & ARCHIVE_FORMAT_BASE_MASK;
	return format == ARCHIVE_FORMAT_TAR ? "tar file" : format == ARCHIVE_FORMAT_RAW ? "bzip2 file" : "zip file";
}

static bool complain(struct archive *ar, struct err *e)
{
	if (archive_errno(ar) == ENOMEM) return err_set(e, ERR_SYSTEM, "unpacking needs more memory than there is");
	err_set(e, ERR_BAD_SOURCE, "the %s is damaged or cut short and cannot be unpacked", word_of(ar));
	const char *said = archive_error_string(ar);
	return err_cause(e, "libarchive: %s", said ? said : "no message");
}

static bool open_archive(int fd, struct archive **out, struct err *e)
{
	if (lseek(fd, 0, SEEK_SET) < 0) return err_os(e, "seek in an archive");
	struct archive *ar = archive_read_new();
	ensure(ar);
	archive_read_support_format_zip_seekable(ar);
	archive_read_support_format_tar(ar);
	if (archive_read_open_fd(ar, fd, BLOCK_BYTES) != ARCHIVE_OK) {
		complain(ar, e);
		archive_read_free(ar);
		return false;
	}
	*out = ar;
	return true;
}

/* --- names -------------------------------------------------------------------------------------- */

/* Old zips spell names in the code page of DOS; new ones in UTF-8. */
static bool name_of(struct archive_entry *entry, struct arena *a, struct str *out, struct err *e)
{
	struct str raw = str_of(archive_entry_pathname(entry));
	if (raw.n == 0) raw = str_of(archive_entry_pathname_utf8(entry));
	if (text_is_utf8(raw)) {
		*out = arena_str(a, raw);
		return true;
	}
	auto_buf b = BUF_INIT(64 * 1024);
	struct err ignored = { 0 };
	if (!text_from_encoding(&b, raw, "ibm437", &ignored))
		return err_set(e, ERR_BAD_SOURCE, "the archive has a file name that cannot be read");
	*out = arena_str(a, buf_str(&b));
	return true;
}

static bool name_leaves(struct str name)
{
	if (name.n == 0 || name.p[0] == '/' || name.p[0] == '\\') return true;
	if (name.n > 1 && name.p[1] == ':') return true;
	struct str rest = name;
	struct str part;
	while (str_cut(&rest, '/', &part)) {
		struct str inner = part;
		struct str piece;
		while (str_cut(&inner, '\\', &piece))
			if (str_eq(piece, STR(".."))) return true;
	}
	return memchr(name.p, 0, name.n) != NULL;
}

/* Steps to the next regular file; *name.p NULL at the end. */
static bool next_file(struct archive *ar, struct arena *a, struct archive_entry **entry, struct str *name,
                      struct err *e)
{
	for (;;) {
		int said = archive_read_next_header(ar, entry);
		if (said == ARCHIVE_EOF) {
			*name = (struct str){ 0 };
			return true;
		}
		if (said != ARCHIVE_OK && said != ARCHIVE_WARN) return complain(ar, e);
		if (archive_entry_is_encrypted(*entry))
			return err_set(e, ERR_BAD_SOURCE, "the zip file is protected by a password; send it without one");
		if (!name_of(*entry, a, name, e)) return false;
		if (name_leaves(*name))
			return err_set(e, ERR_BAD_SOURCE,
			               "the %s holds a file named \"%.*s\", which points outside of it; it was refused",
			               word_of(ar), STR_ARG(text_cut(*name, 120)));
		if (archive_entry_filetype(*entry) == AE_IFREG && !str_ends(*name, STR("/"))) return true;
	}
}

/* --- listing ------------------------------------------------------------------------------------ */

static bool list(struct archive *ar, struct arena *a, const struct pack_limits *l, struct pack_entries *out,
                 struct err *e)
{
	VEC(struct pack_entry) found = { 0 };
	for (;;) {
		struct archive_entry *entry;
		struct str name;
		if (!next_file(ar, a, &entry, &name, e)) return false;
		if (!name.p) break;
		if (found.n == (size_t)l->entries)
			return err_set(e, ERR_TOO_LARGE, "the %s holds more than %d files", word_of(ar), l->entries);
		bool told = archive_entry_size_is_set(entry);
		vec_push(a, &found, (struct pack_entry){ name, told ? archive_entry_size(entry) : -1,
			archive_entry_mtime_is_set(entry) ? (int64_t)archive_entry_mtime(entry) : 0 });
	}
	*out = (struct pack_entries){ found.p, found.n };
	return true;
}

/* A zip of nothing is its closing record alone, which libarchive takes for damage. */
static bool is_empty(int fd)
{
	char head[4];
	return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, "PK\x05\x06", 4) == 0;
}

bool pack_list(int fd, struct arena *a, const struct pack_limits *l, struct pack_entries *out, struct err *e)
{
	struct pack_limits limits = pack_limits_of(l);
	struct archive *ar;
	if (is_empty(fd)) {
		*out = (struct pack_entries){ 0 };
		return true;
	}
	if (!open_archive(fd, &ar, e)) return false;
	bool ok = list(ar, a, &limits, out, e);
	archive_read_free(ar);
	return ok;
}

/* --- streaming ---------------------------------------------------------------------------------- */

static bool entry_read(struct pack_reader *r, char *to, size_t n, size_t *got, struct err *e)
{
	struct archive *ar = r->state;
	la_ssize_t said = archive_read_data(ar, to, n);
	if (said < 0) return complain(ar, e);
	*got = (size_t)said;
	/* Bytes taken from the file since it was opened include the directory; a bomb is smaller still. */
	r->packed = num_max(archive_filter_bytes(ar, -1), 1);
	return true;
}

static void entry_close(struct pack_reader *r)
{
	archive_read_free(r->state);
	free(r);
}

bool pack_open_entry(int fd, struct str name, const struct pack_limits *l, struct pack_reader **out,
                     struct err *e)
{
	struct archive *ar;
	if (!open_archive(fd, &ar, e)) return false;
	auto_arena a = ARENA_INIT;
	for (;;) {
		struct archive_entry *entry;
		struct str found;
		if (!next_file(ar, &a, &entry, &found, e)) break;
		if (!found.p) {
			err_set(e, ERR_BAD_SOURCE, "the %s holds no file named \"%.*s\"", word_of(ar), STR_ARG(text_cut(name, 120)));
			break;
		}
		if (!str_eq(found, name)) continue;
		struct pack_reader *r = calloc(1, sizeof *r);
		ensure(r);
		*r = (struct pack_reader){ .read = entry_read, .close = entry_close, .fd = fd,
			.limits = pack_limits_of(l), .state = ar };
		*out = r;
		return true;
	}
	archive_read_free(ar);
	return false;
}

static void walked_close(struct pack_reader *r) { (void)r; } /* the walk's own */

bool pack_walk(int fd, const struct pack_limits *l, pack_take *take, void *arg, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct archive *ar;
	if (!open_archive(fd, &ar, e)) return false;
	struct pack_limits limits = pack_limits_of(l);
	bool ok = true;
	for (int n = 0; ok; n++) {
		struct archive_entry *entry;
		struct str name;
		ok = next_file(ar, &a, &entry, &name, e);
		if (!ok || !name.p) break;
		if (n == limits.entries) {
			ok = err_set(e, ERR_TOO_LARGE, "the %s holds more than %d files", word_of(ar), limits.entries);
			break;
		}
		struct pack_reader r = { .read = entry_read, .close = walked_close, .fd = fd, .limits = limits, .state = ar };
		const struct pack_entry one = { name, archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1,
			archive_entry_mtime_is_set(entry) ? (int64_t)archive_entry_mtime(entry) : 0 };
		ok = take(arg, &one, &r, e);
	}
	archive_read_free(ar);
	return ok;
}

/* --- bzip2 -------------------------------------------------------------------------------------- */

bool pack_open_bzip2(int fd, const struct pack_limits *l, struct pack_reader **out, struct err *e)
{
	struct archive *ar = archive_read_new();
	ensure(ar);
	archive_read_support_filter_bzip2(ar);
	archive_read_support_format_raw(ar);
	struct archive_entry *entry;
	if (archive_read_open_fd(ar, fd, BLOCK_BYTES) != ARCHIVE_OK || archive_read_next_header(ar, &entry) != ARCHIVE_OK) {
		complain(ar, e);
		archive_read_free(ar);
		return false;
	}
	struct pack_reader *r = calloc(1, sizeof *r);
	ensure(r);
	*r = (struct pack_reader){ .read = entry_read, .close = entry_close, .fd = fd, .limits = pack_limits_of(l), .state = ar };
	*out = r;
	return true;
}
