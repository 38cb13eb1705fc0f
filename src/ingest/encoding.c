/* The encoding of a text, proved on the whole file. UTF-8 is kept; UTF-16 and windows-1252 are turned
 * into UTF-8; a file that mixes UTF-8 with something else is refused with the lines, because no
 * reading of it would be right. */
#include "ingest/encoding.h"
#include "ingest/unpack.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 1 << 20 };

int spool_open(struct load *l, struct err *e)
{
	const char *name = arena_printf(l->a, "%.*s.source.tmp", STR_ARG(l->job.version_path)).p;
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_os(e, "open of a spool");
		return -1;
	}
	unlink(name);
	return fd;
}

bool spool_put(int fd, struct str bytes, struct err *e)
{
	while (bytes.n > 0) {
		ssize_t w = write(fd, bytes.p, bytes.n);
		if (w < 0 && errno == EINTR) continue;
		if (w < 0) return err_os(e, "write of a spool");
		bytes = str_from(bytes, (size_t)w);
	}
	return true;
}

/* --- the survey ---------------------------------------------------------------------------------- */

struct survey {
	int64_t bytes, nuls, lines;
	int64_t wide;                /* characters of more than one byte, well-formed */
	int64_t bad;                 /* bytes that are not UTF-8 */
	int64_t first_wide, first_bad; /* lines */
	int64_t at_bad;              /* where the first of them stands, from the start */
};

/* Length of the well-formed character at p, 0 when it is none, -1 when the block ends inside it. */
static int character(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	int len = c < 0x80 ? 1 : c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
	if (len <= 1) return len;
	for (int i = 1; i < len; i++) {
		if ((size_t)i == n) return -1;
		unsigned char low = 0x80;
		unsigned char high = 0xbf;
		if (i == 1) {
			if (c == 0xe0) low = 0xa0;
			if (c == 0xed) high = 0x9f;
			if (c == 0xf0) low = 0x90;
			if (c == 0xf4) high = 0x8f;
		}
		if (p[i] < low || p[i] > high) return 0;
	}
	return len;
}

static int64_t count_lines(const unsigned char *p, size_t n)
{
	int64_t lines = 0;
	for (const unsigned char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))); p++) lines++;
	return lines;
}

/* Looks at a block; gives how many bytes at its end belong to the next one. */
static size_t look(struct survey *s, const unsigned char *p, size_t n, bool last)
{
	size_t i = 0;
	size_t counted = 0;
	while (i < n) {
		uint64_t word;
		if (n - i >= 8) {
			memcpy(&word, p + i, 8);
			if (!(word & UINT64_C(0x8080808080808080)) &&
			    !((word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080))) {
				i += 8;
				continue;
			}
		}
		if (p[i] < 0x80) {
			s->nuls += p[i] == 0;
			i++;
			continue;
		}
		int len = character(p + i, n - i);
		if (len < 0 && !last) break;
		bool good = len > 0;
		int64_t *first = good ? &s->first_wide : &s->first_bad;
		if (!good && *first == 0) s->at_bad = s->bytes + (int64_t)i;
		if (*first == 0) {
			s->lines += count_lines(p + counted, i - counted);
			counted = i;
			*first = s->lines + 1;
		}
		if (good) s->wide++;
		else s->bad++;
		i += good ? (size_t)len : 1;
	}
	s->lines += count_lines(p + counted, i - counted);
	s->bytes += (int64_t)i;
	return n - i;
}

static bool next_block(int fd, unsigned char *to, size_t n, size_t *got, struct err *e)
{
	*got = 0;
	while (*got < n) {
		ssize_t r = read(fd, to + *got, n - *got);
		if (r < 0 && errno == EINTR) continue;
		if (r < 0) return err_os(e, "read of a source");
		if (r == 0) break;
		*got += (size_t)r;
	}
	return true;
}

static bool survey_file(struct load *l, struct source *s, struct survey *out, struct err *e)
{
	if (lseek(s->fd, s->start, SEEK_SET) < 0) return err_os(e, "seek in a source");
	unsigned char *block = malloc(BLOCK);
	ensure(block);
	size_t kept = 0;
	bool ok = true;
	for (;;) {
		size_t got;
		ok = next_block(s->fd, block + kept, BLOCK - kept, &got, e);
		if (!ok || kept + got == 0) break;
		bool last = kept + got < BLOCK;
		size_t n = kept + got;
		kept = look(out, block, n, last);
		memmove(block, block + n - kept, kept);
		load_tell(l, INGEST_PROVING, 0, s->bytes, 0, false);
		if (last || (l->sample_bytes && out->bytes >= l->sample_bytes)) break;
	}
	free(block);
	return ok;
}

/* --- making UTF-8 --------------------------------------------------------------------------------- */

/* Two bytes a unit: a block must not end between the halves of a pair. */
static size_t whole_units(const unsigned char *p, size_t n, bool little)
{
	size_t even = n & ~(size_t)1;
	if (even < 2) return even;
	unsigned char high = p[even - (little ? 1 : 2)];
	return (high & 0xfc) == 0xd8 ? even - 2 : even;
}

static bool translate(struct load *l, struct source *s, int to, const char *encoding, struct err *e)
{
	bool two = strncmp(encoding, "utf-16", 6) == 0;
	bool little = strcmp(encoding, "utf-16le") == 0;
	if (lseek(s->fd, s->start, SEEK_SET) < 0) return err_os(e, "seek in a source");
	unsigned char *block = malloc(BLOCK);
	ensure(block);
	auto_buf out = BUF_INIT(16 * (size_t)BLOCK);
	size_t kept = 0;
	int64_t written = 0;
	bool ok = true;
	for (bool last = false; ok && !last;) {
		size_t got;
		ok = next_block(s->fd, block + kept, BLOCK - kept, &got, e);
		if (!ok) break;
		size_t n = kept + got;
		last = n < BLOCK;
		size_t use = two && !last ? whole_units(block, n, little) : n;
		buf_clear(&out);
		ok = use == 0 || text_from_encoding(&out, str_make((const char *)block, use), encoding, e);
		ok = ok && spool_put(to, buf_str(&out), e);
		written += (int64_t)out.n;
		kept = n - use;
		memmove(block, block + use, kept);
		load_tell(l, INGEST_UNPACKING, written, 0, 0, false);
		if (l->sample_bytes && written >= l->sample_bytes) break;
	}
	free(block);
	s->bytes = written;
	return ok;
}

static bool make_utf8(struct load *l, struct source *s, const char *encoding, struct err *e)
{
	int to = spool_open(l, e);
	if (to < 0) return false;
	if (!translate(l, s, to, encoding, e)) {
		close(to);
		return false;
	}
	source_take_fd(s, to);
	s->start = 0;
	s->encoding = arena_str(l->a, str_of(encoding));
	return true;
}

/* --- the decision ---------------------------------------------------------------------------------- */

/* A byte order mark, or text of Latin letters in two bytes each without one. */
static const char *by_beginning(const unsigned char *p, size_t n, int64_t *start)
{
	*start = 0;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		*start = 3;
		return "utf-8";
	}
	if (n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
		*start = 2;
		return p[0] == 0xff ? "utf-16le" : "utf-16be";
	}
	size_t even = 0;
	size_t odd = 0;
	for (size_t i = 0; i < n; i++) *(i % 2 ? &odd : &even) += p[i] == 0;
	if (odd > n / 2 * 4 / 5 && even == 0 && n >= 8) return "utf-16le";
	if (even > n / 2 * 4 / 5 && odd == 0 && n >= 8) return "utf-16be";
	return NULL;
}

static bool mixed(const struct survey *v, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE,
	               "the file mixes encodings: line %lld is written in UTF-8 and line %lld is not; save the whole file "
	               "as UTF-8", (long long)v->first_wide, (long long)v->first_bad);
}

/* By what surrounds the first byte that is not UTF-8, and what follows. */
static bool guess_of(struct source *s, int64_t at, const char **out, struct err *e)
{
	unsigned char *block = malloc(BLOCK);
	ensure(block);
	size_t n = 0;
	int64_t from = num_max(s->start, at - 4096);
	bool ok = lseek(s->fd, (off_t)from, SEEK_SET) >= 0 || err_os(e, "seek in a source");
	ok = ok && next_block(s->fd, block, BLOCK, &n, e);
	*out = encoding_guess(str_make((const char *)block, n));
	/* Cut in two, a letter of UTF-8 is none; here it is known that there is something else. */
	if (strcmp(*out, "utf-8") == 0) *out = "windows-1252";
	free(block);
	return ok;
}

bool encoding_settle(struct load *l, struct source *s, struct err *e)
{
	unsigned char head[4096];
	size_t n;
	if (lseek(s->fd, 0, SEEK_SET) < 0) return err_os(e, "seek in a source");
	if (!next_block(s->fd, head, sizeof head, &n, e)) return false;
	const char *begins = by_beginning(head, n, &s->start);
	struct str given = s->dialect.encoding;
	if (given.n && !str_eq_nocase(given, STR("utf-8")) && !str_eq_nocase(given, STR("utf8")) && !(begins && s->start)) {
		begins = arena_cstr(l->a, encoding_name(l->a, given));
	}
	if (begins && strcmp(begins, "utf-8") != 0) {
		if (!make_utf8(l, s, begins, e)) return false;
	}
	struct survey v = { 0 };
	if (!survey_file(l, s, &v, e)) return false;
	s->nuls = v.nuls;
	s->bytes = v.bytes;
	if (v.nuls * 50 > v.bytes)
		return err_set(e, ERR_BAD_SOURCE, "the file is not text: it is full of NUL bytes");
	if (s->encoding.n == 0) s->encoding = STR("utf-8");
	if (v.bad == 0) return true;
	/* Now and then two letters of windows-1252 happen to be one of UTF-8. */
	if (v.wide * 10 > v.bad) return mixed(&v, e);
	const char *found;
	if (!guess_of(s, v.at_bad, &found, e)) return false;
	if (strcmp(found, "windows-1252") == 0) load_note(l, "The file is not UTF-8; it was read as windows-1252 (Western European).");
	else load_note(l, "The file is not UTF-8; it was read as %s.", found);
	return make_utf8(l, s, found, e);
}
