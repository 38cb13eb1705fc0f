/* Formats written by a library in a process of its own (see gdal/): rows go there, files come back from a
 * folder of this export alone, which is gone in every case. Needs disk for one copy of the file, and little
 * memory.
 *
 * What every such format shares: texts as in CSV; several values of a text stand in one cell. A second shape
 * of a row has no place in a shapefile and is left out there. */
#include "export/inside.h"
#include "crypt/crypt.h"
#include "gdal/gdal.h"
#include "io/io.h"
#include "pack/pack.h"
#include "text/text.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHAPEFILE_NAME = 10 };
#define FOLDER_PREFIX "export-"

struct column_to {
	size_t column; /* of the result */
	struct buf cell;
};

struct state {
	struct feature feature;
	enum gdal_driver driver;
	const char *folder;
	struct gdal_field *fields;
	struct column_to *columns;
	struct value *values;
	size_t nfields;
	struct gdal_writer *writer;
};

/* --- folders ----------------------------------------------------------------------------------------- */

static struct str temp_root(const struct engine *g, struct arena *a)
{
	struct str path = engine_path(g, a, (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 });
	for (int i = 0; i < 3; i++) path = str_sub(path, 0, (size_t)str_rfind_char(path, '/'));
	return arena_printf(a, "%.*s/tmp", STR_ARG(path));
}

static void remove_folder(const char *folder)
{
	auto_arena a = ARENA_INIT;
	DIR *d = opendir(folder);
	if (!d) return;
	for (struct dirent *f; (f = readdir(d));)
		if (f->d_name[0] != '.') unlink(arena_printf(&a, "%s/%s", folder, f->d_name).p);
	closedir(d);
	rmdir(folder);
}

void export_sweep(const struct engine *g)
{
	auto_arena a = ARENA_INIT;
	struct str root = temp_root(g, &a);
	DIR *d = opendir(root.p);
	if (!d) return;
	for (struct dirent *f; (f = readdir(d));)
		if (str_starts(str_of(f->d_name), STR(FOLDER_PREFIX))) remove_folder(arena_printf(&a, "%s/%s", root.p, f->d_name).p);
	closedir(d);
}

static bool make_folder(struct export *x, struct state *s, struct err *e)
{
	char unique[17];
	crypt_random_base36(unique, 16);
	s->folder = arena_printf(&x->arena, "%s/" FOLDER_PREFIX "%s", temp_root(x->job->engine, &x->arena).p, unique).p;
	return io_make_folders(s->folder, e);
}

/* --- fields ------------------------------------------------------------------------------------------ */

static bool is_taken(const struct gdal_field *fields, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(fields[i].name, name)) return true;
	return false;
}

/* Cut and numbered until no other field has it. A shapefile wants ASCII letters, digits and "_". */
static struct str unique_name(struct export *x, const struct state *s, struct str key, size_t most)
{
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < key.n; i++) {
		bool plain = s->driver != GDAL_SHAPEFILE || isalnum((unsigned char)key.p[i]) || key.p[i] == '_';
		buf_put_char(&b, plain ? key.p[i] : '_');
	}
	struct str whole = arena_str(&x->arena, buf_str(&b));
	if (whole.n == 0) whole = STR("field");
	struct str name = text_cut(whole, most);
	for (int number = 1; is_taken(s->fields, s->nfields, name); number++) {
		buf_clear(&b);
		buf_printf(&b, "_%d", number);
		name = arena_join(&x->arena, text_cut(whole, most - b.n), buf_str(&b));
	}
	return name;
}

static enum value_type type_for(const struct state *s, struct column_type t)
{
	if (t.list) return VALUE_TEXT;
	switch (t.type) {
	case VALUE_INT:
	case VALUE_DOUBLE:
	case VALUE_BOOL:
	case VALUE_DATE: return t.type;
	case VALUE_DATETIME: return s->driver == GDAL_SHAPEFILE ? VALUE_TEXT : VALUE_DATETIME;
	case VALUE_TEXT:
	case VALUE_POINT:
	case VALUE_SHAPE:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_TYPES: break;
	}
	return VALUE_TEXT;
}

static void choose_fields(struct export *x, struct state *s)
{
	bool shapefile = s->driver == GDAL_SHAPEFILE;
	s->fields = arena_array(&x->arena, struct gdal_field, x->ncolumns);
	s->columns = arena_array(&x->arena, struct column_to, x->ncolumns);
	s->values = arena_array(&x->arena, struct value, x->ncolumns);
	for (size_t i = 0; i < x->ncolumns; i++) {
		struct column_type t = x->columns[i].type;
		if (i == s->feature.column || (shapefile && t.type == VALUE_SHAPE)) continue;
		s->fields[s->nfields] = (struct gdal_field){ unique_name(x, s, x->columns[i].key, shapefile ? SHAPEFILE_NAME : 200), type_for(s, t) };
		s->columns[s->nfields++] = (struct column_to){ i, BUF_INIT((size_t)1 << 30) };
	}
}

/* --- rows -------------------------------------------------------------------------------------------- */

static struct value value_for(struct export *x, struct state *s, size_t i, const struct column *c, size_t row)
{
	if (!column_has(c, row)) return VALUE_NULL_OF(s->fields[i].type);
	if (s->fields[i].type != VALUE_TEXT) return column_value(c, row);
	return VALUE_OF_TEXT(export_text(x, &s->columns[i].cell, s->columns[i].column, c, row));
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct state *s = x->state;
	for (size_t row = 0; row < b->nrows; row++) {
		for (size_t i = 0; i < s->nfields; i++) {
			s->values[i] = value_for(x, s, i, &b->columns[s->columns[i].column], row);
			if (s->columns[i].cell.over) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
		}
		if (!gdal_row(s->writer, feature_of(&s->feature, b, row), s->values, e)) return false;
	}
	return true;
}

static bool write_files(struct export *x, struct state *s, struct err *e)
{
	const struct gdal_job job = { .driver = s->driver, .folder = s->folder, .name = x->job->plan->request->target->dataset_id,
		.epsg = x->job->options.epsg, .points = s->feature.point, .fields = s->fields, .nfields = s->nfields,
		.cancel_or_null = x->job->cancel_or_null };
	if (!gdal_begin(&job, &s->writer, e)) return false;
	if (export_batches(x, rows, e)) return gdal_end(s->writer, e);
	gdal_drop(s->writer);
	return false;
}

/* --- files ------------------------------------------------------------------------------------------- */

static void close_at(int *fd)
{
	if (*fd >= 0) close(*fd);
}

static bool send_file(struct export *x, struct pack_zip *zip_or_null, const char *path, struct err *e)
{
	auto_arena a = ARENA_INIT;
	char *chunk = arena_bytes(&a, EXPORT_CHUNK);
	__attribute__((cleanup(close_at))) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open of a converted file");
	for (;;) {
		ssize_t n = read(fd, chunk, EXPORT_CHUNK);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read of a converted file");
		if (n == 0) return true;
		if (x->job->cancel_or_null && cancel_fired(x->job->cancel_or_null)) return err_set(e, ERR_CANCELLED, "the export was stopped");
		struct str bytes = str_make(chunk, (size_t)n);
		if (!(zip_or_null ? pack_zip_put(zip_or_null, bytes, e) : export_put(x, bytes, e))) return false;
	}
}

static bool put_entries(struct export *x, struct state *s, struct pack_zip *zip, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(s->folder, &list, NULL, alphasort);
	bool ok = n >= 0 || err_os(e, "scandir of converted files");
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		if (name[0] != '.' && ok)
			ok = pack_zip_entry(zip, str_of(name), e) &&
			     send_file(x, zip, arena_printf(&x->arena, "%s/%s", s->folder, name).p, e);
		free(list[i]);
	}
	free(list);
	return ok;
}

static bool send_files(struct export *x, struct state *s, struct err *e)
{
	struct pack_zip *zip;
	struct str name = x->job->plan->request->target->dataset_id;
	if (s->driver == GDAL_GEOPACKAGE)
		return send_file(x, NULL, arena_printf(&x->arena, "%s/%.*s.gpkg", s->folder, STR_ARG(name)).p, e);
	if (!pack_zip_open(export_zip_sink, x, &zip, e)) return false;
	if (put_entries(x, s, zip, e)) return pack_zip_end(zip, e);
	pack_zip_drop(zip);
	return false;
}

bool export_convert(struct export *x, bool shapefile, struct err *e)
{
	struct state s = { .driver = shapefile ? GDAL_SHAPEFILE : GDAL_GEOPACKAGE };
	bool ok = feature_open(&s.feature, x, true, e) && make_folder(x, &s, e);
	if (ok) choose_fields(x, &s);
	x->state = &s;
	ok = ok && write_files(x, &s, e) && send_files(x, &s, e);
	if (s.folder) remove_folder(s.folder);
	for (size_t i = 0; i < s.nfields; i++) buf_done(&s.columns[i].cell);
	feature_close(&s.feature);
	return ok;
}
