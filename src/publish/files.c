/* Files that go beside a dataset: what they are called and of which type, and those of a folder that the
 * records of a dataset name. */
#include "publish/inside.h"
#include "publish/need.h"
#include "image/image.h"
#include "query/query.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- types ------------------------------------------------------------------------------------------ */

/* By the ending of a name. Types that a browser would run are kept as what they are: they are only ever
 * sent to be saved. */
static const struct type { const char *ending, *mime; } types[] = {
	{ "csv", "text/csv" }, { "txt", "text/plain" }, { "md", "text/markdown" }, { "html", "text/html" }, { "htm", "text/html" },
	{ "pdf", "application/pdf" }, { "json", "application/json" }, { "geojson", "application/geo+json" }, { "xml", "application/xml" },
	{ "zip", "application/zip" }, { "gz", "application/gzip" }, { "7z", "application/x-7z-compressed" }, { "tar", "application/x-tar" },
	{ "doc", "application/msword" }, { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "xls", "application/vnd.ms-excel" }, { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "ppt", "application/vnd.ms-powerpoint" }, { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "odt", "application/vnd.oasis.opendocument.text" }, { "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" }, { "parquet", "application/vnd.apache.parquet" },
	{ "gpkg", "application/geopackage+sqlite3" }, { "kml", "application/vnd.google-earth.kml+xml" },
	{ "kmz", "application/vnd.google-earth.kmz" }, { "gpx", "application/gpx+xml" }, { "svg", "image/svg+xml" },
	{ "tif", "image/tiff" }, { "tiff", "image/tiff" }, { "mp3", "audio/mpeg" }, { "ogg", "audio/ogg" }, { "wav", "audio/wav" },
	{ "mp4", "video/mp4" }, { "webm", "video/webm" }, { "ics", "text/calendar" }, { "ttl", "text/turtle" },
};

static struct str type_by_name(struct str name)
{
	ptrdiff_t dot = str_rfind_char(name, '.');
	for (size_t i = 0; dot >= 0 && i < COUNT_OF(types); i++)
		if (str_eq_nocase(str_from(name, (size_t)dot + 1), str_of(types[i].ending))) return str_of(types[i].mime);
	return STR("application/octet-stream");
}

/* A picture is told by its bytes, whatever its name; a name alone makes none. */
bool publish_describe(int fd, struct catalog_file_new *f, struct err *e)
{
	auto_buf head = BUF_INIT(IMAGE_HEAD_BYTES);
	struct image_facts facts;
	char *room = buf_room(&head, IMAGE_HEAD_BYTES);
	ssize_t n = pread(fd, room, IMAGE_HEAD_BYTES, 0);
	if (n < 0 && errno != ESPIPE) return err_os(e, "read a file to attach");
	f->mime = type_by_name(f->name);
	if (n <= 0 || !image_sniff(str_make(room, (size_t)n), &facts)) return true;
	f->mime = str_of(facts.mime);
	f->width = facts.width;
	f->height = facts.height;
	return true;
}

bool publish_file(struct site *s, const struct publish_file *p, struct arena *a, struct str *id, struct err *e)
{
	struct catalog_file_new f = { .kind = p->kind, .fd = p->fd, .name = p->name, .title = p->title.n ? p->title : p->name,
		.description = p->description };
	if (!f.name.n || !text_is_utf8(f.name) || !text_is_utf8(f.title) || !text_is_utf8(f.description))
		return err_set(e, ERR_PARAMETER, "the name, title and description of a file must be UTF-8 text, and the name not empty");
	return publish_describe(p->fd, &f, e) && catalog_files_put(s->catalog, p->tenant, p->dataset, &f, 1, a, id, e);
}

/* --- files that records name --------------------------------------------------------------------------- */

struct wanted {
	struct site *site;
	const struct dataset *dataset;
	struct arena *a;
	struct map names; /* each once */
	bool cut, paths;  /* paths: names may be those of files in folders */
};
enum { NAMES = 200000, AT_ONCE = 64, MISSING = 20 };

static bool is_plain_name(struct str s, bool paths)
{
	return s.n > 0 && s.n < 256 && s.p[0] != '.' && s.p[0] != '{' && (paths || str_find_char(s, '/') < 0) && str_find_char(s, '\0') < 0;
}

static bool read_names(struct wanted *w, struct query_cursor *k, struct err *e)
{
	struct batch rows;
	do {
		if (!query_next(k, &rows, e)) return false;
		for (size_t i = 0; i < rows.nrows; i++) {
			struct str name = column_has(&rows.columns[0], i) ? rows.columns[0].texts[i] : STR("");
			if (!is_plain_name(name, w->paths) || map_get_or_null(&w->names, name)) continue;
			if (w->names.n == NAMES) {
				w->cut = true;
				return true;
			}
			map_put(w->a, &w->names, arena_str(w->a, name), w);
		}
	} while (rows.nrows > 0);
	return true;
}

static bool names_of(struct wanted *w, const struct field *f, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct query_plan plan;
	struct query_cursor *k;
	const struct query_target t = { .at = w->dataset->version, .schema = &w->dataset->schema, .dataset_id = w->dataset->slug };
	const struct query_request q = { .target = &t, .mode = QUERY_EXPORT, .select = arena_printf(&a, "`%.*s`", STR_ARG(f->name)),
		.now_us = clock_now().us };
	if (!query_plan_rows(&a, &q, &plan, e)) return false;
	bool ok = query_open(w->site->engine, &plan, NULL, &k, e);
	if (ok) {
		ok = read_names(w, k, e);
		query_close(k);
	}
	query_plan_done(&plan);
	return ok;
}

/* Plain files of the folder itself: links and whatever else are not followed. -1: there is none. */
static int open_named(void *arg, struct arena *a, struct str name)
{
	const int *folder = arg;
	struct stat s;
	int fd = openat(*folder, arena_cstr(a, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

struct portion { struct catalog_file_new files[AT_ONCE]; size_t n; };

static bool put_portion(const struct publish_folder *p, struct site *s, struct portion *x, struct publish_folder_result *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str ids[AT_ONCE];
	bool ok = x->n == 0 || catalog_files_put(s->catalog, p->tenant, p->dataset, x->files, x->n, &a, ids, e);
	for (size_t i = 0; i < x->n; i++) close(x->files[i].fd);
	if (ok) out->stored += x->n;
	x->n = 0;
	return ok;
}

static bool put_all(const struct publish_folder *p, struct wanted *w, const struct publish_found *from, struct publish_folder_result *out, struct err *e)
{
	struct portion x = { .n = 0 };
	bool ok = true;
	for (size_t i = 0; ok && i < w->names.n; i++) {
		struct str name = w->names.entries[i].key;
		int fd = from->open(from->arg, w->a, name);
		if (p->cancel && cancel_fired(p->cancel)) ok = err_set(e, ERR_CANCELLED, "interrupted");
		if (fd < 0) {
			if (out->missing++ < MISSING) out->first_missing[out->nfirst++] = name;
			continue;
		}
		struct catalog_file_new *f = &x.files[x.n++];
		*f = (struct catalog_file_new){ .kind = CATALOG_RECORD_FILE, .fd = fd, .name = name, .title = name };
		ok = ok && publish_describe(fd, f, e);
		if (ok && x.n == AT_ONCE) ok = put_portion(p, w->site, &x, out, e);
	}
	if (ok) return put_portion(p, w->site, &x, out, e);
	for (size_t i = 0; i < x.n; i++) close(x.files[i].fd);
	return false;
}

static bool with_dataset(struct site *s, const struct publish_folder *p, const struct catalog_view *v, const struct publish_found *from, struct arena *a,
                         struct publish_folder_result *out, struct err *e)
{
	struct wanted w = { .site = s, .a = a, .dataset = catalog_find_or_null(v, p->dataset), .paths = from->paths };
	size_t fields = 0;
	if (!w.dataset) return err_set(e, ERR_NOT_FOUND, "there is no dataset %.*s on this portal", STR_ARG(p->dataset));
	for (size_t i = 0; i < w.dataset->schema.n; i++) {
		if (w.dataset->schema.fields[i].type != VALUE_FILE) continue;
		fields++;
		if (!names_of(&w, &w.dataset->schema.fields[i], e)) return false;
	}
	if (!fields)
		return err_set(e, ERR_PARAMETER, "the dataset %.*s has no field of type file; --schema says which field holds names of files", STR_ARG(p->dataset));
	if (w.cut) return err_set(e, ERR_TOO_LARGE, "the records name more than %d files", NAMES);
	return put_all(p, &w, from, out, e);
}

bool publish_named(struct site *s, const struct publish_folder *p, const struct publish_found *from, struct arena *a, struct publish_folder_result *out, struct err *e)
{
	const struct catalog_view *v;
	*out = (struct publish_folder_result){ .first_missing = arena_array(a, struct str, MISSING) };
	if (!catalog_hold(s->catalog, p->tenant, &v, e)) return false;
	bool ok = with_dataset(s, p, v, from, a, out, e);
	catalog_release(s->catalog, v);
	return ok;
}

bool publish_folder(struct site *s, const struct publish_folder *p, struct arena *a, struct publish_folder_result *out, struct err *e)
{
	int folder = open(arena_cstr(a, p->folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) return err_set(e, ERR_NOT_FOUND, "the folder of files cannot be opened");
	bool ok = publish_named(s, p, &(struct publish_found){ open_named, &folder, false }, a, out, e);
	close(folder);
	return ok;
}
