/* From a descriptor to rows of a known format: unpacked, told by content first and suffix second unless an
 * extractor was named, made UTF-8, opened, and wrapped in what all formats share (layer.c). */
#include "ingest/encoding.h"
#include "ingest/layer.h"
#include "ingest/params.h"
#include "ingest/unpack.h"
#include "text/text.h"
#include <stdlib.h>
#include <unistd.h>

/* --- the format ------------------------------------------------------------------------------------- */

static const struct { const char *begins; size_t n; const char *what; } strangers[] = {
	{ "%PDF", 4, "a PDF; publish the table it was made from" },
	{ "\x89PNG", 4, "a picture" },
	{ "\xff\xd8\xff", 3, "a picture" },
	{ "\xd0\xcf\x11\xe0", 4, "an old Office file that is not Excel's; save it as .xlsx or CSV" },
	{ "SQLite format 3", 15, "a database file; a GeoPackage or CSV can be read" },
	{ "BZh", 3, "packed with bzip2, and damaged" },
	{ "<!DOCTYPE html", 14, "a web page; was it saved instead of the file?" },
	{ "<!doctype html", 14, "a web page; was it saved instead of the file?" },
	{ "<html", 5, "a web page; was it saved instead of the file?" },
	{ "\xfd""7zXZ", 5, "packed with xz; use gzip or zip" },
	{ "7z\xbc\xaf", 4, "packed with 7-Zip; use gzip or zip" },
	{ "\x28\xb5\x2f\xfd", 4, "packed with zstd; use gzip or zip" },
};

/* Told by the name alone: what they hold is no table, even where it looks like text. */
static const struct { const char *suffixes, *what; } others[] = {
	{ "exe dll msi scr bat cmd ps1 jar apk dmg deb rpm iso", "a program, not a table" },
	{ "jpg jpeg png gif bmp webp heic svg ico psd tif tiff", "a picture, not a table" },
	{ "mp3 wav ogg oga flac m4a aac", "a sound, not a table" },
	{ "mp4 avi mov mkv webm mpg mpeg wmv m4v", "a film, not a table" },
	{ "doc docx odt rtf ppt pptx odp pages eml msg", "a document, not a table; copy the table into a spreadsheet or CSV" },
};
enum { BETTER = 50 }; /* a beginning that is as sure as this is stronger than a name */

static const char *stranger_or_null(struct str name)
{
	struct str ending = suffix_of(name);
	for (size_t i = 0; ending.n && i < COUNT_OF(others); i++)
		if (has_word(others[i].suffixes, ending))
			return others[i].what;
	return NULL;
}

bool format_is_stranger(const struct source_format *f, struct str name, struct str head)
{
	return stranger_or_null(name) && !(f && f->sniff && f->sniff(head) >= BETTER);
}

static bool refuse_strangers(struct str name, struct str head, struct err *e)
{
	struct str text = str_trim(head);
	for (size_t i = 0; i < COUNT_OF(strangers); i++)
		if (str_starts(text, str_make(strangers[i].begins, strangers[i].n)))
			return err_set(e, ERR_BAD_SOURCE, "“%.*s” is %s", STR_ARG(text_cut(base_name(name), 100)), strangers[i].what);
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
	auto_buf list = BUF_INIT(400);
	for (size_t i = 0; source_formats[i]; i++) buf_printf(&list, "%s%s", i ? ", " : "", source_formats[i]->name);
	return err_set(e, ERR_BAD_SOURCE, "the format “%.*s” is not known; expected one of %.*s", STR_ARG(text_cut(word, 40)),
	               STR_ARG(buf_str(&list)));
}

static bool not_one(struct str name, const char *what, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not a %s file: it does not begin like one",
	               STR_ARG(text_cut(base_name(name), 100)), what);
}

static const struct source_format *by_name(struct str name)
{
	for (size_t i = 0; source_formats[i]; i++)
		if (str_eq_nocase(name, str_of(source_formats[i]->name))) return source_formats[i];
	return NULL;
}

unsigned format_sniff(const struct source_format *f, struct str name, struct str head)
{
	unsigned sure = f->sniff ? f->sniff(head) : 0;
	if (suffix_of(name).n && has_word(f->suffixes, suffix_of(name))) sure += 50;
	return sure;
}

/* The likeliest among those that `words` names; empty: among all. */
static const struct source_format *likeliest(const char *words, struct str name, struct str head)
{
	const struct source_format *best = NULL;
	unsigned most = 0;
	for (size_t i = 0; source_formats[i]; i++) {
		const struct source_format *f = source_formats[i];
		if (*words && !has_word(words, str_of(f->name))) continue;
		unsigned sure = format_sniff(f, name, head);
		if (sure <= most) continue;
		most = sure;
		best = f;
	}
	return best;
}

static bool is_text(const struct source_format *f) { return f->flags & SOURCE_TEXT; }

static bool find_named(struct source *s, struct str head, struct err *e)
{
	const char *words = s->extractor->formats;
	s->format = likeliest(words, s->name, head);
	if (s->format && (is_text(s->format) || s->format->sniff(head) > 0)) return true;
	/* Any text may be tried as what somebody says it is. */
	for (size_t i = 0; source_formats[i]; i++) {
		s->format = source_formats[i];
		if (has_word(words, str_of(s->format->name)) && is_text(s->format)) return true;
	}
	s->format = NULL;
	return not_one(s->name, s->extractor->label, e);
}

static bool find_format(struct load *l, struct source *s, struct str head, const char *hint, struct err *e)
{
	if (hint) {
		s->format = by_name(str_of(hint));
		return s->format || not_one(s->name, hint, e);
	}
	head = readable(l->a, head);
	if (s->extractor && *s->extractor->formats) return find_named(s, head, e);
	if (l->job.format.n && !s->extractor) {
		s->format = by_name(l->job.format);
		if (!s->format) return unknown_format(l->job.format, e);
		if (!is_text(s->format) && s->format->sniff(head) == 0) return not_one(s->name, s->format->name, e);
		return true;
	}
	s->format = likeliest("", s->name, head);
	struct str ending = suffix_of(s->name);
	bool named = s->format && s->format->flags & SOURCE_NAMED && has_word(s->format->suffixes, ending);
	bool sure = named || (s->format && s->format->sniff && s->format->sniff(head) >= 100);
	if (!sure && !refuse_strangers(s->name, head, e)) return false;
	const struct source_format *suffix = format_by_suffix(s->name);
	if (format_is_stranger(s->format, s->name, head))
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” is %s", STR_ARG(text_cut(base_name(s->name), 100)), stranger_or_null(s->name));
	if (!named && suffix && !is_text(suffix) && suffix->sniff(head) == 0) return not_one(s->name, suffix->name, e);
	if (s->format) return true;
	return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not of a format that can be read; CSV, Excel, JSON, GeoJSON, a shapefile and "
	               "many others can be", STR_ARG(text_cut(base_name(s->name), 100)));
}

/* --- opening ----------------------------------------------------------------------------------------- */

bool source_begin(struct load *l, struct source *s, struct err *e)
{
	if (s->format->flags & SOURCE_TEXT) {
		if (!encoding_settle(l, s, e)) return false;
	} else if (!(s->format->flags & SOURCE_SET) || s->files.n == 0) {
		s->bytes = lseek(s->fd, 0, SEEK_END);
	} else {
		for (size_t i = 0; i < s->files.n; i++) s->bytes += s->files.p[i].bytes;
	}
	if (s->bytes == 0) return err_set(e, ERR_BAD_SOURCE, "“%.*s” is empty", STR_ARG(text_cut(base_name(s->name), 100)));
	return s->format->open(s, e);
}

bool source_open_part(struct load *l, struct source *s, const struct ingest_part *part, struct err *e)
{
	if (!source_ask(l, s, part, e)) return false;
	char *head = malloc(HEAD_BYTES);
	ensure(head);
	size_t n = 0;
	const char *hint;
	bool ok = source_unwrap(l, s, head, &n, &hint, e);
	if (ok && n == 0) ok = err_set(e, ERR_BAD_SOURCE, "“%.*s” is empty", STR_ARG(text_cut(base_name(s->name), 100)));
	ok = ok && find_format(l, s, str_make(head, n), hint, e);
	free(head);
	return ok && layer_open(l, s, e);
}

bool source_peek(struct load *l, const struct ingest_part *part, struct str *head, const char **hint, struct err *e)
{
	struct source *s = &l->source;
	size_t n = 0;
	char *bytes = arena_array(l->a, char, HEAD_BYTES);
	if (!source_ask(l, s, part, e) || !source_unwrap(l, s, bytes, &n, hint, e)) return false;
	*head = readable(l->a, str_make(bytes, n));
	return n > 0 || err_set(e, ERR_BAD_SOURCE, "“%.*s” is empty", STR_ARG(text_cut(base_name(s->name), 100)));
}

void source_close_file(struct source_file *f)
{
	if (f->fd >= 0) close(f->fd);
	f->fd = -1;
}

void source_end(struct source *s)
{
	if (s->format && s->state) s->format->close(s);
	s->state = NULL;
	s->format = NULL;
	source_take_fd(s, -1);
	if (s->archive >= 0 && s->archive != s->given) close(s->archive);
	s->archive = -1;
	for (size_t i = 0; i < s->files.n; i++) source_close_file(&s->files.p[i]);
	s->files.n = 0;
}

void source_close_part(struct source *s)
{
	source_end(s);
	json_free(s->params);
	s->params = NULL;
}

bool source_open(struct load *l, struct err *e)
{
	return source_open_part(l, &l->source, l->job.nparts ? l->job.parts : NULL, e);
}

void source_close(struct load *l) { source_close_part(&l->source); }
