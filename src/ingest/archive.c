/* An archive is a workbook, a shapefile, a timetable, or files of one format, which
 * are read as one table: the oldest first, by name where times say nothing. */
#include "ingest/archive.h"
#include "ingest/encoding.h"
#include "text/text.h"
#include <stdlib.h>
#include <unistd.h>

enum { SET_FILES = 64 };

/* --- kinds ------------------------------------------------------------------------------------------- */

bool archive_is_clutter(struct str name)
{
	return str_starts(name, STR("__MACOSX/")) || str_find(name, STR("/__MACOSX/")) >= 0 || str_starts(base_name(name), STR("."));
}

static bool has_file(const struct pack_entries *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->p[i].name, str_of(name))) return true;
	return false;
}

static size_t count_base(const struct pack_entries *all, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) n += str_eq_nocase(base_name(all->p[i].name), str_of(name));
	return n;
}

static size_t count_suffix(const struct pack_entries *all, const char *words)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++) n += !archive_is_clutter(all->p[i].name) && has_word(words, suffix_of(all->p[i].name));
	return n;
}

/* The format of the archive as a whole by what it holds; NULL: it is a heap of files. */
static const char *kind_of(const struct pack_entries *all)
{
	if (has_file(all, "xl/workbook.xml")) return "xlsx";
	if (has_file(all, "content.xml") && has_file(all, "mimetype")) return "ods";
	if (count_suffix(all, "shp") && count_suffix(all, "dbf")) return "shapefile";
	if ((count_suffix(all, "mif") && count_suffix(all, "mid")) || (count_suffix(all, "tab") && count_suffix(all, "map dat")))
		return "mapinfo";
	bool rides = count_base(all, "trips.txt") + count_base(all, "routes.txt") > 0;
	if (count_base(all, "stops.txt") && (rides || count_base(all, "agency.txt"))) return "gtfs";
	return NULL;
}

/* What the extractor or the older word for it asks for; NULL: nothing. */
static bool may_be(const struct load *l, const struct source *s, const char *format)
{
	if (s->extractor && *s->extractor->formats) return has_word(s->extractor->formats, str_of(format));
	return s->extractor || l->job.format.n == 0 || str_eq_nocase(l->job.format, str_of(format));
}

/* --- files ------------------------------------------------------------------------------------------- */

/* What usually lies beside data and is none. */
static bool is_paper(struct str name)
{
	static const char *const words[] = { "readme", "read_me", "lisezmoi", "lisez", "licen", "liesmich", "leeme", "metadata", "notice" };
	struct str base = base_name(name);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq_nocase(str_sub(base, 0, strlen(words[i])), str_of(words[i]))) return true;
	return false;
}

static bool fits(const struct load *l, const struct source *s, struct str name)
{
	if (has_word("gz bz2", suffix_of(name))) name = str_sub(name, 0, name.n - suffix_of(name).n - 1);
	if (s->extractor && *s->extractor->suffixes) return has_word(s->extractor->suffixes, suffix_of(name));
	const struct source_format *f = format_by_suffix(name);
	return f && may_be(l, s, f->name);
}

static int by_age(const void *x, const void *y)
{
	const struct pack_entry *a = x;
	const struct pack_entry *b = y;
	if (a->modified != b->modified) return a->modified < b->modified ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static void put_names(struct buf *b, const struct pack_entries *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (archive_is_clutter(all->p[i].name)) continue;
		if (b->n < 200) buf_printf(b, "%s%.*s", b->n ? ", " : "", STR_ARG(text_cut(all->p[i].name, 80)));
		else if (!str_ends(buf_str(b), STR("…"))) buf_lit(b, " …");
	}
}

static bool one(struct load *l, struct str name, struct archive_choice *out)
{
	out->names = arena_array(l->a, struct str, 1);
	out->names[0] = name;
	out->n = 1;
	return true;
}

static bool wanted(struct load *l, struct source *s, const struct pack_entries *all, struct archive_choice *out, struct err *e)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->p[i].name, s->wanted)) return one(l, all->p[i].name, out);
	for (size_t i = 0; i < all->n; i++)
		if (str_eq_nocase(base_name(all->p[i].name), s->wanted)) return one(l, all->p[i].name, out);
	auto_buf list = BUF_INIT(400);
	put_names(&list, all);
	return err_set(e, ERR_BAD_SOURCE, "the zip file holds no “%.*s”; it holds: %.*s", STR_ARG(s->wanted), STR_ARG(buf_str(&list)));
}

/* Files that fit; papers are left aside when there are others. */
static size_t gather(struct load *l, const struct source *s, const struct pack_entries *all, struct pack_entry *to)
{
	size_t n = 0;
	for (int papers = 0; papers < 2 && n == 0; papers++)
		for (size_t i = 0; i < all->n; i++)
			if (!archive_is_clutter(all->p[i].name) && (papers || !is_paper(all->p[i].name)) && fits(l, s, all->p[i].name))
				to[n++] = all->p[i];
	return n;
}

static bool heap(struct load *l, struct source *s, const struct pack_entries *all, struct archive_choice *out, struct err *e)
{
	if (s->wanted.n) return wanted(l, s, all, out, e);
	size_t files = 0;
	struct str only = { 0 };
	for (size_t i = 0; i < all->n; i++) {
		if (archive_is_clutter(all->p[i].name)) continue;
		files++;
		only = all->p[i].name;
	}
	if (files == 0) return err_set(e, ERR_BAD_SOURCE, "the zip file is empty");
	struct pack_entry *found = arena_array(l->a, struct pack_entry, all->n + 1);
	size_t n = gather(l, s, all, found);
	if (n == 0 && files == 1) return one(l, only, out);
	bool alike = n > 0;
	for (size_t i = 1; i < n; i++) alike = alike && str_eq_nocase(suffix_of(found[i].name), suffix_of(found[0].name));
	if (!alike) {
		auto_buf list = BUF_INIT(400);
		put_names(&list, all);
		return err_set(e, ERR_BAD_SOURCE, "the zip file holds %s; name one of: %.*s",
		               n ? "several files that could be meant" : "no file of a known format", STR_ARG(buf_str(&list)));
	}
	qsort(found, n, sizeof *found, by_age);
	out->names = arena_array(l->a, struct str, n);
	for (size_t i = 0; i < n; i++) out->names[out->n++] = found[i].name;
	return true;
}

static bool timetable(struct load *l, struct source *s, const struct pack_entries *all, struct archive_choice *out, struct err *e)
{
	struct str table = param_text(s, "gtfs_file");
	s->wanted = arena_printf(l->a, "%.*s.txt", STR_ARG(table.n ? table : STR("stops")));
	out->format = str_eq(table, STR("shapes")) ? "gtfs_shapes" : "gtfs";
	return wanted(l, s, all, out, e);
}

bool archive_choose(struct load *l, struct source *s, const struct pack_entries *all, struct archive_choice *out, struct err *e)
{
	*out = (struct archive_choice){ 0 };
	const char *kind = s->wanted.n ? NULL : kind_of(all);
	if (kind && !may_be(l, s, kind)) kind = NULL;
	if (!kind && str_eq(l->job.format, STR("xlsx"))) kind = "xlsx";
	if (!kind) {
		if (!s->extractor && str_eq_nocase(suffix_of(s->name), STR("xlsx")))
			return err_set(e, ERR_BAD_SOURCE, "“%.*s” is not an Excel workbook: it is a zip file without one", STR_ARG(s->name));
		return heap(l, s, all, out, e);
	}
	if (strcmp(kind, "gtfs") == 0) return timetable(l, s, all, out, e);
	out->format = kind;
	out->whole = has_word("xlsx ods", str_of(kind));
	out->set = !out->whole;
	return true;
}

/* --- sets -------------------------------------------------------------------------------------------- */

bool archive_set(struct load *l, struct source *s, const struct pack_entries *all, const char *format, struct err *e)
{
	bool shape = strcmp(format, "shapefile") == 0;
	const char *belong = shape ? "shp shx dbf prj cpg cst" : "tab dat map id ind mif mid cpg";
	for (size_t i = 0; i < all->n; i++) {
		struct str name = all->p[i].name;
		if (archive_is_clutter(name) || !has_word(belong, suffix_of(name))) continue;
		if (s->files.n == SET_FILES)
			return err_set(e, ERR_TOO_LARGE, "the archive holds more than %d layers; send them in several archives", SET_FILES / 4);
		struct source_file *f = vec_add(l->a, &s->files);
		*f = (struct source_file){ .name = arena_str(l->a, base_name(name)), .fd = -1 };
		f->fd = unpack_file(l, s->archive, name, &f->bytes, e);
		if (f->fd < 0) return false;
	}
	return true;
}
