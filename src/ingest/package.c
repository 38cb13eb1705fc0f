/* Frictionless data packages: a datapackage.json becomes resources with what is known about each. Only
 * files inside the package's own folder are taken; anything else is refused or passed over aloud. */
#include "ingest/ingest.h"
#include "json/json.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { PACKAGE_BYTES = 32 << 20 };

struct packaging {
	struct arena *a;
	const char *folder;       /* real path */
	const struct json_node *root;
	VEC(struct ingest_resource) resources;
	VEC(struct str) notes;
};

static struct str text(struct arena *a, const struct json_node *o, const char *key)
{
	return arena_str(a, json_text(json_get(o, key)));
}

/* --- lists shared by package and resource ------------------------------------------------------------ */

/* The resource's own list, else the package's. */
static const struct json_node *own_or_shared(const struct packaging *p, const struct json_node *o, const char *key)
{
	const struct json_node *own = json_get(o, key);
	return json_count(own) > 0 ? own : json_get(p->root, key);
}

static void read_licences(struct packaging *p, const struct json_node *o, struct ingest_resource *r)
{
	const struct json_node *list = own_or_shared(p, o, "licenses");
	r->nlicences = json_kind(list) == JSON_ARRAY ? json_count(list) : 0;
	r->licences = arena_array(p->a, struct ingest_licence, r->nlicences + 1);
	for (size_t i = 0; i < r->nlicences; i++) {
		const struct json_node *n = json_at(list, i);
		r->licences[i] = (struct ingest_licence){ text(p->a, n, "name"), text(p->a, n, "title"), text(p->a, n, "path") };
	}
}

static void read_sources(struct packaging *p, const struct json_node *o, struct ingest_resource *r)
{
	const struct json_node *list = own_or_shared(p, o, "sources");
	r->nsources = json_kind(list) == JSON_ARRAY ? json_count(list) : 0;
	r->sources = arena_array(p->a, struct ingest_origin, r->nsources + 1);
	for (size_t i = 0; i < r->nsources; i++) {
		const struct json_node *n = json_at(list, i);
		r->sources[i] = (struct ingest_origin){ text(p->a, n, "title"), text(p->a, n, "path") };
	}
}

static void read_keywords(struct packaging *p, const struct json_node *o, struct ingest_resource *r)
{
	const struct json_node *list = own_or_shared(p, o, "keywords");
	size_t n = json_kind(list) == JSON_ARRAY ? json_count(list) : 0;
	r->keywords = arena_array(p->a, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str word = arena_str(p->a, json_text(json_at(list, i)));
		if (word.n) r->keywords[r->nkeywords++] = word;
	}
}

/* --- files ------------------------------------------------------------------------------------------- */

static bool read_whole(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT) return err_set(e, ERR_BAD_SOURCE, "the file is not there");
		return err_os(e, "open %s", path);
	}
	ssize_t got = 1;
	bool ok = true;
	while (got > 0) {
		char *room = buf_room(out, 65536);
		if (!room) {
			ok = err_set(e, ERR_TOO_LARGE, "a descriptor of more than %d MB is not read", PACKAGE_BYTES >> 20);
			break;
		}
		got = read(fd, room, 65536);
		if (got < 0 && errno == EINTR) got = 1;
		else if (got < 0) ok = err_os(e, "read %s", path);
		else out->n += (size_t)got;
	}
	close(fd);
	return ok;
}

/* A path of the package as a real file below its folder. */
static bool inside(struct packaging *p, struct str name, struct str path, struct str *out, struct err *e)
{
	bool leaves = path.n == 0 || path.p[0] == '/' || path.p[0] == '\\' || memchr(path.p, 0, path.n);
	struct str rest = path;
	struct str part;
	while (!leaves && str_cut(&rest, '/', &part)) leaves = str_eq(part, STR(".."));
	char real[PATH_MAX];
	if (!leaves) {
		const char *joined = arena_printf(p->a, "%s/%.*s", p->folder, STR_ARG(path)).p;
		/* Packages that keep their data in a folder of that name often leave it out of the paths. */
		const char *below = arena_printf(p->a, "%s/data/%.*s", p->folder, STR_ARG(path)).p;
		if (!realpath(joined, real) && !(errno == ENOENT && realpath(below, real))) {
			if (errno != ENOENT && errno != ENOTDIR) return err_os(e, "realpath of a resource");
			return err_set(e, ERR_BAD_SOURCE, "resource “%.*s”: its file “%.*s” is not there", STR_ARG(name), STR_ARG(path));
		}
		struct str within = arena_printf(p->a, "%s/", p->folder);
		leaves = !str_starts(str_of(real), within) && strcmp(p->folder, "/") != 0;
	}
	if (leaves)
		return err_set(e, ERR_BAD_SOURCE, "resource “%.*s”: its path “%.*s” leaves the folder of the package; it was refused",
		               STR_ARG(name), STR_ARG(path));
	*out = arena_str(p->a, str_of(real));
	return true;
}

/* --- schemas ------------------------------------------------------------------------------------------ */

static bool in_key(const struct json_node *schema, struct str name)
{
	const struct json_node *key = json_get(schema, "primaryKey");
	if (str_eq(json_text(key), name)) return name.n > 0;
	for (size_t i = 0; i < json_count(key) && json_kind(key) == JSON_ARRAY; i++)
		if (str_eq(json_text(json_at(key, i)), name)) return true;
	return false;
}

static void put_field(struct packaging *p, struct json_out *j, const struct json_node *schema, const struct json_node *f,
                      struct map *taken)
{
	struct str name = json_text(json_get(f, "name"));
	struct str made = text_field_name(p->a, name);
	struct str unique = made;
	for (int i = 2; map_get_or_null(taken, unique); i++) unique = arena_printf(p->a, "%.*s_%d", STR_ARG(made), i);
	map_put(p->a, taken, unique, p);
	json_open(j, '{');
	json_member(j, "name", unique);
	/* The heading is how the column is found; a title would hide it. */
	json_member(j, "label", name);
	json_member(j, "description", json_text(json_get(f, "description")));
	json_member(j, "type", json_text(json_get(f, "type")));
	const struct json_node *annotations = json_get(f, "annotations");
	json_key(j, STR("annotations"));
	if (annotations) {
		json_value(j);
		json_put_node(j->b, annotations);
	} else {
		json_open(j, '{');
		if (in_key(schema, name)) json_member_bool(j, "id", true);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* Names of Frictionless are headings; ours are field names, and the heading becomes the label. */
static bool read_schema(struct packaging *p, const struct json_node *schema, struct ingest_resource *r, struct err *e)
{
	const struct json_node *fields = json_get(schema, "fields");
	if (json_count(fields) == 0) return true;
	auto_buf b = BUF_INIT(PACKAGE_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct map taken = { 0 };
	json_open(&j, '{');
	json_key(&j, STR("fields"));
	json_open(&j, '[');
	for (size_t i = 0; i < json_count(fields); i++) {
		const struct json_node *f = json_at(fields, i);
		struct str decimal = json_text(json_get(f, "decimalChar"));
		if (decimal.n == 1) r->dialect.decimal = decimal.p[0];
		put_field(p, &j, schema, f, &taken);
	}
	json_close(&j, ']');
	json_close(&j, '}');
	struct schema *made = arena_new(p->a, struct schema);
	struct err inner = { 0 };
	if (!schema_from_json(p->a, buf_str(&b), made, &inner))
		return err_set(e, ERR_BAD_SOURCE, "resource “%.*s”: %.400s", STR_ARG(r->name), inner.pub);
	r->schema = made;
	return true;
}

/* A schema may stand in a file of its own. */
static bool find_schema(struct packaging *p, const struct json_node *o, struct ingest_resource *r, struct err *e)
{
	const struct json_node *schema = json_get(o, "schema");
	if (json_kind(schema) != JSON_TEXT) return read_schema(p, schema, r, e);
	struct str path;
	auto_buf b = BUF_INIT(PACKAGE_BYTES);
	auto_json *doc = NULL;
	struct err inner = { 0 };
	if (!inside(p, r->name, json_text(schema), &path, e) || !read_whole(path.p, &b, e)) return false;
	if (!json_read(buf_str(&b), &doc, &inner))
		return err_set(e, ERR_BAD_SOURCE, "resource “%.*s”: its schema cannot be read: %.300s", STR_ARG(r->name), inner.pub);
	return read_schema(p, json_root(doc), r, e);
}

static void read_dialect(struct packaging *p, const struct json_node *o, struct ingest_dialect *d)
{
	const struct json_node *from = json_get(o, "dialect");
	if (json_get(from, "csv")) from = json_get(from, "csv");
	struct str delimiter = json_text(json_get(from, "delimiter"));
	struct str quote = json_text(json_get(from, "quoteChar"));
	if (delimiter.n == 1) d->delimiter = delimiter.p[0];
	if (quote.n == 1) d->quote = quote.p[0];
	if (json_kind(json_get(from, "header")) == JSON_BOOL)
		d->header = json_bool(json_get(from, "header"), true) ? INGEST_HEADER_YES : INGEST_HEADER_NO;
	d->encoding = text(p->a, o, "encoding");
}

/* --- resources ----------------------------------------------------------------------------------------- */

static void pass_over(struct packaging *p, struct str name, const char *why)
{
	vec_push(p->a, &p->notes, arena_printf(p->a, "The resource “%.*s” was passed over: %s.", STR_ARG(name), why));
}

/* Formats of tables as packages spell them; NULL for those that are not read. */
static const char *format_of(struct str given)
{
	static const struct { const char *word, *ours; } known[] = { { "", "" }, { "csv", "csv" }, { "tsv", "tsv" }, { "tab", "tsv" },
		{ "txt", "" }, { "json", "json" }, { "jsonl", "jsonl" }, { "ndjson", "jsonl" }, { "geojson", "geojson" },
		{ "parquet", "parquet" }, { "xlsx", "xlsx" }, { "gz", "" }, { "zip", "" } };
	if (str_starts(given, STR("."))) given = str_from(given, 1);
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_nocase(given, str_of(known[i].word))) return known[i].ours;
	return NULL;
}

static const struct json_node *only_path(const struct json_node *o)
{
	const struct json_node *path = json_get(o, "path");
	return json_kind(path) == JSON_ARRAY && json_count(path) == 1 ? json_at(path, 0) : path;
}

static bool read_resource(struct packaging *p, const struct json_node *o, size_t i, struct err *e)
{
	struct ingest_resource r = { 0 };
	const struct json_node *path = only_path(o);
	r.name = text(p->a, o, "name");
	if (r.name.n == 0) r.name = arena_printf(p->a, "resource-%zu", i + 1);
	struct str where = json_text(path);
	if (json_kind(path) == JSON_ARRAY) {
		pass_over(p, r.name, "it is in several files, which are not joined");
		return true;
	}
	if (json_kind(path) != JSON_TEXT) {
		pass_over(p, r.name, json_get(o, "data") ? "its data stand in the descriptor itself" : "it names no file");
		return true;
	}
	if (str_starts(where, STR("http://")) || str_starts(where, STR("https://")) || str_starts(where, STR("ftp://"))) {
		pass_over(p, r.name, "it is elsewhere on the network; download it first");
		return true;
	}
	const char *format = format_of(json_text(json_get(o, "format")));
	if (!format) {
		pass_over(p, r.name, arena_printf(p->a, "its format “%.*s” is not one that is read", STR_ARG(json_text(json_get(o, "format")))).p);
		return true;
	}
	r.format = str_of(format);
	if (!inside(p, r.name, where, &r.path, e)) return false;
	r.title = text(p->a, o, "title");
	r.description = text(p->a, o, "description");
	r.homepage = text(p->a, o, "homepage");
	r.version = text(p->a, o, "version");
	r.modified = text(p->a, o, "modified");
	if (r.homepage.n == 0) r.homepage = text(p->a, p->root, "homepage");
	if (r.version.n == 0) r.version = text(p->a, p->root, "version");
	read_licences(p, o, &r);
	read_sources(p, o, &r);
	read_keywords(p, o, &r);
	read_dialect(p, o, &r.dialect);
	if (!find_schema(p, o, &r, e)) return false;
	vec_push(p->a, &p->resources, r);
	return true;
}

static bool read_package(struct packaging *p, struct ingest_package *out, struct err *e)
{
	const struct json_node *list = json_get(p->root, "resources");
	if (json_kind(list) != JSON_ARRAY || json_count(list) == 0)
		return err_set(e, ERR_BAD_SOURCE, "the data package lists no resources: it needs a list named “resources”");
	for (size_t i = 0; i < json_count(list); i++)
		if (!read_resource(p, json_at(list, i), i, e)) return false;
	*out = (struct ingest_package){ .name = text(p->a, p->root, "name"), .title = text(p->a, p->root, "title"),
		.description = text(p->a, p->root, "description"), .homepage = text(p->a, p->root, "homepage"),
		.version = text(p->a, p->root, "version"), .resources = p->resources.p, .n = p->resources.n,
		.notes = p->notes.p, .nnotes = p->notes.n };
	return true;
}

bool ingest_package_read(struct arena *a, struct str path, struct ingest_package *out, struct err *e)
{
	auto_buf b = BUF_INIT(PACKAGE_BYTES);
	auto_json *doc = NULL;
	char real[PATH_MAX];
	struct packaging p = { .a = a };
	struct err inner = { 0 };
	if (!realpath(arena_cstr(a, path), real)) {
		if (errno == ENOENT) return err_set(e, ERR_BAD_SOURCE, "the data package is not there");
		return err_os(e, "realpath of a package");
	}
	if (!read_whole(real, &b, e)) return false;
	if (!json_read(buf_str(&b), &doc, &inner))
		return err_set(e, ERR_BAD_SOURCE, "the data package cannot be read: %.400s", inner.pub);
	char *slash = strrchr(real, '/');
	if (slash == real) slash++;
	*slash = 0;
	p.folder = arena_cstr(a, str_of(real));
	p.root = json_root(doc);
	return read_package(&p, out, e);
}
