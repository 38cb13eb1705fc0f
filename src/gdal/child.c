/* The process of the role: settings, cage, rows until their end, files. */
#include "gdal/inside.h"
#include "child/child.h"
#include "json/json.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, MEMORY_MB = 4096, CPU_S = 3600, FILE_MB = 65536 };

/* Nothing around us tells the library what to do; its files of settings are empty. */
static bool forget_surroundings(const char *folder)
{
	return clearenv() == 0 && setenv("GDAL_CONFIG_FILE", "/dev/null", 1) == 0 && setenv("PROJ_NETWORK", "OFF", 1) == 0 &&
	       setenv("SQLITE_TMPDIR", folder, 1) == 0 && setenv("TMPDIR", folder, 1) == 0;
}

static bool read_settings(struct arena *a, struct gdal_settings *s, struct err *e)
{
	struct str text;
	auto_json *doc = NULL;
	if (!child_settings(a, &text, e) || !json_read(text, &doc, e)) return false;
	const struct json_node *n = json_root(doc);
	const struct json_node *fields = json_get(n, "fields");
	s->driver = (enum gdal_driver)json_int(json_get(n, "driver"), 0);
	s->folder = arena_cstr(a, json_text(json_get(n, "folder")));
	s->name = arena_cstr(a, json_text(json_get(n, "name")));
	s->epsg = (int)json_int(json_get(n, "epsg"), 0);
	s->points = json_bool(json_get(n, "points"), false);
	s->nfields = json_count(fields);
	s->fields = arena_array(a, struct gdal_field, s->nfields + 1);
	s->names = arena_array(a, const char *, s->nfields + 1);
	for (size_t i = 0; i < s->nfields; i++) {
		s->fields[i].name = arena_str(a, json_text(json_get(json_at(fields, i), "name")));
		s->fields[i].type = (enum value_type)json_int(json_get(json_at(fields, i), "type"), VALUE_TEXT);
		s->names[i] = s->fields[i].name.p;
	}
	return true;
}

static bool shut_cage(const struct gdal_settings *s, struct err *e)
{
	/* The coordinate systems stand in a database that may be asked at any time. */
	static const char systems[] = "/usr/share/proj";
	const char *folders[2] = { s->folder, systems };
	struct stat st;
	unsigned parts;
	struct child_cage cage = { .memory_mb = MEMORY_MB, .cpu_s = CPU_S, .file_mb = FILE_MB, .folders = folders,
		.nfolders = stat(systems, &st) == 0 ? 2 : 1 };
	return child_cage(&cage, &parts, e);
}

/* More bytes behind those that are there; *end when there are none. */
static bool read_more(struct buf *in, bool *end, struct err *e)
{
	char *room = buf_room(in, READ_BYTES);
	if (!room) return err_set(e, ERR_TOO_LARGE, "one record of the export is too large");
	ssize_t n = read(CHILD_FD, room, READ_BYTES);
	if (n < 0 && errno == EINTR) return true;
	if (n < 0) return err_os(e, "read of rows");
	in->n += (size_t)n;
	*end = n == 0;
	return true;
}

/* Writes the whole rows of `in` and keeps what is left over. */
static bool write_rows(struct gdal_set *w, struct buf *in, struct err *e)
{
	struct str rest = buf_str(in);
	for (uint32_t n; rest.n >= sizeof n;) {
		memcpy(&n, rest.p, sizeof n);
		if (rest.n - sizeof n < n) break;
		if (!gdal_write(w, str_sub(rest, sizeof n, n), e)) return false;
		rest = str_from(rest, sizeof n + n);
	}
	memmove(in->p, rest.p, rest.n);
	in->n = rest.n;
	return true;
}

static bool work(struct arena *a, struct err *e)
{
	struct gdal_settings s = { 0 };
	struct gdal_set *w = NULL;
	struct buf in = BUF_INIT((size_t)GDAL_ROW_BYTES + 2 * READ_BYTES);
	bool end = false;
	if (!child_begin(e) || !read_settings(a, &s, e)) return false;
	if (!forget_surroundings(s.folder)) return err_os(e, "clearenv");
	if (!gdal_load(a, &s, &w, e) || !shut_cage(&s, e) || !gdal_open(w, e)) return false;
	while (!end)
		if (!read_more(&in, &end, e) || (!end && !write_rows(w, &in, e))) return false;
	if (in.n > 0) return err_set(e, ERR_CANCELLED, "the rows ended in the middle of one");
	buf_done(&in);
	return gdal_close(w, e);
}

int gdal_child_main(void)
{
	struct arena a = ARENA_INIT;
	struct err e = { 0 };
	bool ok = work(&a, &e);
	bool told = ok ? child_send(GDAL_FRAME_DONE, STR("")) : child_send(GDAL_FRAME_ERROR, str_make((const char *)&e, sizeof e));
	/* No destructors: those of the library have nothing left to save, and a leak checker would trace this
	 * process, which the cage forbids. */
	_exit(told ? 0 : 1);
}
