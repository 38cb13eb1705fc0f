/* From a descriptor to plain bytes of a known format: pipes are copied to a file, gzip and zip are
 * unpacked to one, the file of a zip is chosen, and the format is told by content first and suffix
 * second. */
#include "ingest/encoding.h"
#include "pack/pack.h"
#include "text/text.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_BYTES = 64 * 1024, LEVELS = 3 };

/* --- bytes ----------------------------------------------------------------------------------------- */

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

static void replace_fd(struct load *l, struct source *s, int fd)
{
	if (s->fd >= 0 && s->fd != l->job.source) close(s->fd);
	s->fd = fd;
}

/* A pipe cannot be read twice. */
static bool copy_pipe(struct load *l, struct source *s, struct err *e)
{
	int to = spool_open(l, e);
	if (to < 0) return false;
	char *block = malloc(1 << 20);
	ensure(block);
	int64_t total = 0;
	bool ok = true;
	for (;;) {
		ssize_t got = read(s->fd, block, 1 << 20);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) ok = err_os(e, "read of a pipe");
		if (got <= 0) break;
		ok = spool_put(to, str_make(block, (size_t)got), e);
		total += got;
		if (!ok) break;
		load_tell(l, INGEST_UNPACKING, total, 0, 0, false);
	}
	free(block);
	replace_fd(l, s, to);
	return ok;
}

static bool unpack(struct load *l, struct source *s, struct pack_reader *r, int64_t packed, struct err *e)
{
	int to = spool_open(l, e);
	if (to < 0) return false;
	char *block = malloc(1 << 20);
	ensure(block);
	bool ok = true;
	for (;;) {
		size_t got;
		ok = pack_read(r, block, 1 << 20, &got, e) && spool_put(to, str_make(block, got), e);
		if (!ok || got == 0) break;
		load_tell(l, INGEST_UNPACKING, pack_packed_bytes(r), packed, 0, false);
	}
	free(block);
	if (ok) replace_fd(l, s, to);
	else close(to);
	return ok;
}

/* --- which file of a zip ----------------------------------------------------------------------------- */

static struct str base_name(struct str path)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	return slash < 0 ? path : str_from(path, (size_t)slash + 1);
}

static struct str suffix_of(struct str name)
{
	struct str base = base_name(name);
	ptrdiff_t dot = str_rfind_char(base, '.');
	return dot < 0 ? STR("") : str_from(base, (size_t)dot + 1);
}

static bool has_suffix(const struct source_format *f, struct str suffix)
{
	struct str rest = str_of(f->suffixes);
	struct str word;
	while (str_cut(&rest, ' ', &word))
		if (str_eq_nocase(word, suffix)) return true;
	return false;
}

static const struct source_format *by_suffix(struct str name)
{
	struct str suffix = suffix_of(name);
	for (size_t i = 0; suffix.n && source_formats[i]; i++)
		if (has_suffix(source_formats[i], suffix)) return source_formats[i];
	return NULL;
}

static bool is_clutter(struct str name)
{
	return str_starts(name, STR("__MACOSX/")) || str_starts(base_name(name), STR("."));
}

static bool fits(const struct load *l, struct str name)
{
	if (str_eq_nocase(suffix_of(name), STR("gz"))) name = str_sub(name, 0, name.n - 3);
	const struct source_format *f = by_suffix(name);
	if (!f) return false;
	return l->job.format.n == 0 || str_eq(l->job.format, str_of(f->name));
}

static bool choose(struct load *l, const struct pack_entries *all, struct str *out, struct err *e)
{
	size_t files = 0;
	size_t fitting = 0;
	struct str only = { 0 };
	struct str found = { 0 };
	auto_buf list = BUF_INIT(300);
	for (size_t i = 0; i < all->n; i++) {
		struct str name = all->p[i].name;
		if (l->job.inside.n && str_eq(name, l->job.inside)) {
			*out = name;
			return true;
		}
		if (is_clutter(name)) continue;
		files++;
		only = name;
		if (fits(l, name)) {
			fitting++;
			found = name;
		}
		if (list.n < 200) buf_printf(&list, "%s%.*s", list.n ? ", " : "", STR_ARG(text_cut(name, 80)));
		else if (!str_ends(buf_str(&list), STR("…"))) buf_lit(&list, " …");
	}
	if (l->job.inside.n)
		return err_set(e, ERR_BAD_SOURCE, "the zip file holds no “%.*s”; it holds: %.*s", STR_ARG(l->job.inside),
		               STR_ARG(buf_str(&list)));
	if (fitting == 1 || (fitting == 0 && files == 1)) {
		*out = fitting ? found : only;
		return true;
	}
	if (files == 0) return err_set(e, ERR_BAD_SOURCE, "the zip file is empty");
	return err_set(e, ERR_BAD_SOURCE, "the zip file holds %s; name one of: %.*s",
	               fitting ? "several files that could be meant" : "no file of a known format", STR_ARG(buf_str(&list)));
}

static bool is_workbook(const struct pack_entries *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->p[i].name, STR("xl/workbook.xml"))) return true;
	return false;
}

/* --- unwrapping ----------------------------------------------------------------------------------- */

static struct str without(struct str name, struct str ending)
{
	return name.n > ending.n && str_eq_nocase(str_from(name, name.n - ending.n), ending)
		? str_sub(name, 0, name.n - ending.n) : name;
}

static bool unzip(struct load *l, struct source *s, struct str *name, bool *stop, struct err *e)
{
	struct pack_limits limits = { 0 };
	struct pack_entries all;
	if (!pack_list(s->fd, l->a, &limits, &all, e)) return false;
	*stop = is_workbook(&all) || str_eq(l->job.format, STR("xlsx"));
	if (*stop) return true;
	/* A workbook by its name that is some other zip. */
	if (str_eq_nocase(suffix_of(*name), STR("xlsx")))
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not an Excel workbook: it is a zip file without one", STR_ARG(*name));
	struct str inside;
	if (!choose(l, &all, &inside, e)) return false;
	auto_pack *r = NULL;
	off_t packed = lseek(s->fd, 0, SEEK_END);
	if (!pack_open_entry(s->fd, inside, &limits, &r, e) || !unpack(l, s, r, packed, e)) return false;
	l->inside = inside;
	*name = inside;
	return true;
}

static bool unwrap(struct load *l, struct source *s, struct str *name, char *head, size_t *n, struct err *e)
{
	for (int level = 0;; level++) {
		if (!read_head(s->fd, head, n, e)) return false;
		enum pack_kind kind = pack_kind_of(str_make(head, *n));
		if (kind == PACK_PLAIN) return true;
		if (level == LEVELS) return err_set(e, ERR_BAD_SOURCE, "the file is packed more than %d times", LEVELS);
		if (kind == PACK_ZIP) {
			bool stop;
			if (!unzip(l, s, name, &stop, e)) return false;
			if (stop) return true;
			continue;
		}
		auto_pack *r = NULL;
		struct pack_limits limits = { 0 };
		off_t packed = lseek(s->fd, 0, SEEK_END);
		if (lseek(s->fd, 0, SEEK_SET) < 0) return err_os(e, "seek in a source");
		if (!pack_open_gzip(s->fd, &limits, &r, e) || !unpack(l, s, r, packed, e)) return false;
		*name = without(*name, STR(".gz"));
	}
}

/* --- the format ------------------------------------------------------------------------------------- */

static const struct { const char *begins; size_t n; const char *what; } strangers[] = {
	{ "\xd0\xcf\x11\xe0", 4, "an old Excel or Word file; save it as .xlsx or CSV" },
	{ "%PDF", 4, "a PDF; publish the table it was made from" },
	{ "\x89PNG", 4, "a picture" },
	{ "\xff\xd8\xff", 3, "a picture" },
	{ "SQLite format 3", 15, "a database file" },
	{ "<!DOCTYPE html", 14, "a web page; was it saved instead of the file?" },
	{ "<!doctype html", 14, "a web page; was it saved instead of the file?" },
	{ "<html", 5, "a web page; was it saved instead of the file?" },
	{ "<?xml", 5, "XML, which is not read yet; export it as CSV or JSON" },
	{ "BZh", 3, "packed with bzip2; use gzip or zip" },
	{ "\xfd""7zXZ", 5, "packed with xz; use gzip or zip" },
	{ "7z\xbc\xaf", 4, "packed with 7-Zip; use gzip or zip" },
	{ "\x28\xb5\x2f\xfd", 4, "packed with zstd; use gzip or zip" },
};

static bool refuse_strangers(struct str name, struct str head, struct err *e)
{
	struct str text = str_trim(head);
	for (size_t i = 0; i < COUNT_OF(strangers); i++)
		if (str_starts(text, str_make(strangers[i].begins, strangers[i].n)))
			return err_set(e, ERR_BAD_SOURCE, "“%.*s” is %s", STR_ARG(text_cut(base_name(name), 100)), strangers[i].what);
	if (head.n > 262 && memcmp(head.p + 257, "ustar", 5) == 0)
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” is a tar archive; send the file itself, or a zip",
		               STR_ARG(text_cut(base_name(name), 100)));
	return true;
}

/* The beginning as UTF-8 for the sniffers. */
static struct str readable(struct arena *a, struct str head)
{
	static const struct { const char *mark; const char *encoding; } marks[] = {
		{ "\xff\xfe", "utf-16le" }, { "\xfe\xff", "utf-16be" } };
	if (str_starts(head, STR("\xef\xbb\xbf"))) return str_from(head, 3);
	const char *encoding = NULL;
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (str_starts(head, str_make(marks[i].mark, 2))) encoding = marks[i].encoding;
	if (!encoding && head.n > 8 && head.p[1] == 0 && head.p[3] == 0 && head.p[0] && head.p[2]) encoding = "utf-16le";
	if (!encoding) return head;
	auto_buf b = BUF_INIT(4 * HEAD_BYTES);
	struct err ignored = { 0 };
	if (!text_from_encoding(&b, str_sub(head, 0, head.n & ~(size_t)1), encoding, &ignored)) return head;
	struct str out = arena_str(a, buf_str(&b));
	return str_starts(out, STR("\xef\xbb\xbf")) ? str_from(out, 3) : out;
}

static bool unknown_format(struct str word, struct err *e)
{
	auto_buf list = BUF_INIT(200);
	for (size_t i = 0; source_formats[i]; i++) buf_printf(&list, "%s%s", i ? ", " : "", source_formats[i]->name);
	return err_set(e, ERR_BAD_SOURCE, "the format “%.*s” is not known; expected one of %.*s", STR_ARG(text_cut(word, 40)),
	               STR_ARG(buf_str(&list)));
}

static bool not_one(struct str name, const struct source_format *f, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not a %s file: it does not begin like one",
	               STR_ARG(text_cut(base_name(name), 100)), f->name);
}

static bool find_format(struct load *l, struct source *s, struct str name, struct str head, struct err *e)
{
	for (size_t i = 0; l->job.format.n && source_formats[i]; i++) {
		if (!str_eq_nocase(l->job.format, str_of(source_formats[i]->name))) continue;
		s->format = source_formats[i];
		if (!(s->format->flags & SOURCE_TEXT) && s->format->sniff(head) == 0) return not_one(name, s->format, e);
		return true;
	}
	if (l->job.format.n) return unknown_format(l->job.format, e);
	if (!refuse_strangers(name, head, e)) return false;
	head = readable(l->a, head);
	const struct source_format *suffix = by_suffix(name);
	if (suffix && !(suffix->flags & SOURCE_TEXT) && suffix->sniff(head) == 0) return not_one(name, suffix, e);
	unsigned best = 0;
	for (size_t i = 0; source_formats[i]; i++) {
		unsigned sure = source_formats[i]->sniff ? source_formats[i]->sniff(head) : 0;
		if (source_formats[i] == suffix) sure += 50;
		if (sure <= best) continue;
		best = sure;
		s->format = source_formats[i];
	}
	if (s->format) return true;
	return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not of a format that can be read: CSV, JSON, GeoJSON, Parquet or XLSX",
	               STR_ARG(text_cut(base_name(name), 100)));
}

bool source_open(struct load *l, struct err *e)
{
	struct source *s = &l->source;
	*s = (struct source){ .load = l, .fd = l->job.source };
	struct stat st;
	if (fstat(s->fd, &st) < 0) return err_os(e, "fstat of a source");
	if (S_ISDIR(st.st_mode)) return err_set(e, ERR_BAD_SOURCE, "“%.*s” is a folder", STR_ARG(l->job.name));
	if (!S_ISREG(st.st_mode) && !copy_pipe(l, s, e)) return false;
	char *head = malloc(HEAD_BYTES);
	ensure(head);
	size_t n = 0;
	struct str name = l->job.name;
	bool ok = unwrap(l, s, &name, head, &n, e);
	if (ok && n == 0) ok = err_set(e, ERR_BAD_SOURCE, "“%.*s” is empty", STR_ARG(text_cut(base_name(name), 100)));
	ok = ok && find_format(l, s, name, str_make(head, n), e);
	free(head);
	if (!ok) return false;
	if (s->format->flags & SOURCE_TEXT) {
		if (!encoding_settle(l, s, e)) return false;
	} else {
		s->bytes = lseek(s->fd, 0, SEEK_END);
	}
	if (s->bytes == 0) return err_set(e, ERR_BAD_SOURCE, "“%.*s” is empty", STR_ARG(text_cut(base_name(name), 100)));
	return s->format->open(s, e);
}

void source_close(struct load *l)
{
	struct source *s = &l->source;
	if (s->format && s->state) s->format->close(s);
	replace_fd(l, s, -1);
}
