/* Sources of a configuration as files that can be read: files that were sent, what fetch/ brings, and the data as they
 * stand, of which a snapshot is made. */
#include "publish/inside.h"
#include "publish/need.h"
#include "crypt/crypt.h"
#include "query/query.h"
#include "rights/rights.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* More rows than a preview looks at, so that it knows that there are more. */
enum { HEAD_ROWS = 2000, HEAD_WORD = 12 };

static const struct json_node *source_of(const struct json_node *resource) { return json_get(resource, "datasource"); }
static struct str kind_of(const struct json_node *resource) { return json_text(json_get(source_of(resource), "type")); }

/* --- files that were sent --------------------------------------------------------------------------------- */

static bool bring_file(struct publish_road *r, const struct json_node *resource, struct err *e)
{
	const struct json_node *file = json_get(source_of(resource), "file");
	struct str uid = json_kind(file) == JSON_TEXT ? json_text(file) : json_text(json_get(file, "uid"));
	struct config_file f;
	struct str path;
	if (!uid.n) return err_set(e, ERR_PARAMETER, "the source “%.*s” names no file: send one", STR_ARG(json_text(json_get(resource, "title"))));
	if (!config_file_read(r->site, r->tenant, uid, r->a, &f, &path, e)) return false;
	if (!path.n) return err_set(e, ERR_CONFLICT, "the file “%.*s” is still being sent", STR_ARG(f.name));
	int fd = open(arena_cstr(r->a, path), O_RDONLY | O_CLOEXEC);
	if (fd < 0) return err_os(e, "open of a source that was sent");
	vec_push(r->a, &r->sources, (struct publish_source_file){ .uid = json_text(json_get(resource, "uid")), .name = f.name, .mime = f.mime,
		.hash = f.hash, .known = f.hash, .fd = fd, .bytes = f.bytes, .resource = resource });
	return true;
}

/* --- the data as they stand ---------------------------------------------------------------------------------- */

static struct str snapshot_path(struct publish_road *r, int64_t version)
{
	struct str files = catalog_files_folder(r->site->catalog, r->a, r->tenant);
	return arena_printf(r->a, "%.*s/sources/published-%lld-%lld.parquet", STR_ARG(str_sub(files, 0, (size_t)str_rfind_char(files, '/'))),
	                    (long long)r->config.dataset, (long long)version);
}

/* Places are told from bytes by GeoParquet's key. */
static struct str geo_key(struct publish_road *r, const struct query_plan *p, const struct str *names)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	size_t places = 0;
	for (size_t i = 0; i < p->ncolumns; i++) {
		if (p->types[i].type != VALUE_POINT && p->types[i].type != VALUE_SHAPE) continue;
		if (places++ == 0) {
			json_open(&j, '{');
			json_member(&j, "version", STR("1.1.0"));
			json_member(&j, "primary_column", names[i]);
			json_key(&j, STR("columns"));
			json_open(&j, '{');
		}
		json_key(&j, names[i]);
		json_open(&j, '{');
		json_member(&j, "encoding", STR("WKB"));
		json_key(&j, STR("geometry_types"));
		json_open(&j, '[');
		json_close(&j, ']');
		json_close(&j, '}');
	}
	if (places == 0) return STR("");
	json_close(&j, '}');
	json_close(&j, '}');
	return arena_str(r->a, buf_str(&b));
}

/* Rows 0: all of them. */
static bool write_rows(struct publish_road *r, const struct dataset *d, struct str path, int64_t rows, struct err *e)
{
	struct query_plan plan;
	const struct query_target t = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug };
	const struct query_request ask = { .target = &t, .mode = QUERY_EXPORT, .now_us = clock_now().us,
		.limit = rows ? arena_printf(r->a, "%lld", (long long)rows) : STR("") };
	if (!query_plan_rows(r->a, &ask, &plan, e)) return false;
	struct str *names = arena_array(r->a, struct str, plan.ncolumns + 1);
	for (size_t i = 0; i < plan.ncolumns; i++) names[i] = plan.fields[i] ? plan.fields[i]->name : arena_printf(r->a, "column_%zu", i + 1);
	const struct engine_query q = { .at = d->version, .sql = &plan.sql, .columns = plan.types, .ncolumns = plan.ncolumns };
	const struct engine_parquet_how how = { .compression = STR("zstd"), .geo = geo_key(r, &plan, names) };
	bool ok = engine_write_parquet_file(r->site->engine, &q, names, path, &how, r->watch ? r->watch->cancel : NULL, e);
	query_plan_done(&plan);
	return ok;
}

/* Written beside the version, where the engine may write, and moved from there. */
static bool write_snapshot(struct publish_road *r, const struct dataset *d, struct str path, struct err *e)
{
	struct str tmp = arena_printf(r->a, "%.*s.snapshot.tmp", STR_ARG(engine_path(r->site->engine, r->a, d->version)));
	unlink(tmp.p);
	bool ok = write_rows(r, d, tmp, 0, e);
	if (ok && rename(tmp.p, path.p) != 0) ok = err_os(e, "rename of a snapshot");
	if (!ok) unlink(tmp.p);
	return ok;
}

/* What a preview reads of it; nobody else does, so it has no name. */
static int write_head(struct publish_road *r, const struct dataset *d, struct err *e)
{
	char word[HEAD_WORD + 1];
	crypt_random_base36(word, HEAD_WORD);
	struct str tmp = arena_printf(r->a, "%.*s.head-%s.tmp", STR_ARG(engine_path(r->site->engine, r->a, d->version)), word);
	int fd = write_rows(r, d, tmp, HEAD_ROWS, e) ? open(tmp.p, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 && !e->code) err_os(e, "open of the first rows");
	unlink(tmp.p);
	return fd;
}

/* The snapshot is made once, of the version that came another way, also when that is no longer published; later versions are made of it. Until then a preview
 * has the first rows. */
static bool make_snapshot(struct publish_road *r, struct str *path, int *head, struct err *e)
{
	const struct catalog_view *v;
	struct dataset kept;
	if (!catalog_hold(r->site->catalog, r->tenant, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, r->config.slug);
	struct str folder = str_sub(*path, 0, (size_t)str_rfind_char(*path, '/'));
	bool ok = d || catalog_kept(r->site->catalog, r->tenant, r->config.slug, r->a, &kept, e);
	if (!d) d = &kept;
	if (ok) *path = snapshot_path(r, d->version.number);
	if (ok && r->preview && access(path->p, R_OK) != 0) {
		*head = write_head(r, d, e);
		ok = *head >= 0;
	} else if (ok) {
		if (mkdir(arena_cstr(r->a, folder), 0700) != 0 && errno != EEXIST) ok = err_os(e, "mkdir of the sources");
		if (ok && access(path->p, R_OK) != 0) ok = write_snapshot(r, d, *path, e);
	}
	catalog_release(r->site->catalog, v);
	return ok;
}

static bool bring_published(struct publish_road *r, const struct json_node *resource, struct err *e)
{
	int64_t version = 0;
	int fd = -1;
	for (size_t i = 0; i < json_count(r->former.sources); i++) {
		const struct json_node *one = json_at(r->former.sources, i);
		if (r->former.ours && str_eq(json_text(json_get(one, "uid")), json_text(json_get(resource, "uid")))) version = json_int(json_get(one, "snapshot"), 0);
	}
	struct str path = snapshot_path(r, version);
	if ((version == 0 || access(path.p, R_OK) != 0) && !make_snapshot(r, &path, &fd, e)) return false;
	struct stat st;
	if (fd < 0) fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) return err_os(e, "open of a snapshot");
	struct str mark = str_from(path, (size_t)(str_rfind_char(path, '/') + 1));
	vec_push(r->a, &r->sources, (struct publish_source_file){ .uid = json_text(json_get(resource, "uid")), .name = STR("published.parquet"),
		.hash = mark, .known = mark, .fd = fd, .bytes = st.st_size, .resource = resource });
	return true;
}

/* --- what lies elsewhere --------------------------------------------------------------------------------------- */

static void heard(void *arg, int64_t bytes, int64_t total)
{
	struct publish_road *r = arg;
	publish_tell(r, "fetching", 0, 0, bytes, total, 0, 100);
}

static struct str known_of(const struct publish_road *r, struct str uid)
{
	for (size_t i = 0; i < json_count(r->former.sources); i++) {
		const struct json_node *one = json_at(r->former.sources, i);
		if (str_eq(json_text(json_get(one, "uid")), uid)) return json_text(json_get(one, "known"));
	}
	return STR("");
}

static bool bring_far(struct publish_road *r, const struct json_node *resource, bool *unchanged, struct err *e)
{
	struct fetch_result *all;
	size_t n;
	struct str uid = json_text(json_get(resource, "uid"));
	struct publish_eyes whose;
	struct fetch_eyes eyes;
	if (!publish_eyes(r, resource, &whose, &eyes, e)) return false;
	struct fetch_request ask = { .tenant = r->tenant, .dataset = r->config.dataset, .datasource = source_of(resource), .fresh = r->fresh,
		.known = r->flags & PUBLISH_IF_CHANGED ? known_of(r, uid) : STR(""), .progress = heard, .arg = r,
		.cancel_or_null = r->watch ? r->watch->cancel : NULL, .eyes_or_null = &eyes };
	if (!fetch_source(r->site, &ask, r->a, &all, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (all[i].unchanged) {
			r->skipped++;
			continue;
		}
		*unchanged = false;
		if (all[i].shorter)
			publish_say(r, 1, "%.*s is shorter than before, and its server does not say how long it is: see whether it is whole.", STR_ARG(all[i].name));
		int fd = all[i].fd < 0 ? -1 : fcntl(all[i].fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0) continue;
		vec_push(r->a, &r->sources, (struct publish_source_file){ .uid = uid, .name = all[i].name, .mime = all[i].mime, .known = all[i].known,
			.metadata = all[i].metadata, .fd = fd, .bytes = all[i].bytes, .resource = resource });
	}
	fetch_done(all, n);
	return true;
}

static bool bring_one(struct publish_road *r, const struct json_node *resource, bool *unchanged, struct err *e)
{
	size_t had = r->sources.n;
	struct str kind = kind_of(resource);
	if (!kind.n) return true; /* pushed records stay beside the version */
	if (str_eq(kind, STR("uploaded_file")) || str_eq(kind, STR("published"))) {
		bool ok = str_eq(kind, STR("published")) ? bring_published(r, resource, e) : bring_file(r, resource, e);
		if (ok && !str_eq(r->sources.p[had].hash, known_of(r, r->sources.p[had].uid))) *unchanged = false;
		return ok;
	}
	bool same = true;
	if (!bring_far(r, resource, &same, e)) return false;
	if (!same) *unchanged = false;
	if (r->sources.n > had || same) return true;
	return err_set(e, ERR_UPSTREAM, "the source “%.*s” gave nothing", STR_ARG(json_text(json_get(resource, "title"))));
}

/* Where all records are pushed, the example that somebody gave with the source (params: "bootstrap") says what they are made of. */
static bool bring_example(struct publish_road *r, const struct json_node *resource, struct err *e)
{
	const struct json_node *said = json_get(json_get(resource, "params"), "bootstrap");
	auto_buf b = BUF_INIT(16 << 20);
	int fd;
	if (json_kind(said) <= JSON_NULL || (json_kind(said) == JSON_TEXT && !str_trim(json_text(said)).n)) return true;
	if (json_kind(said) == JSON_TEXT) buf_put(&b, str_trim(json_text(said)));
	else json_put_node(&b, said);
	bool one = buf_str(&b).n && buf_str(&b).p[0] == '{';
	struct str text = one ? arena_printf(r->a, "[%.*s]", STR_ARG(buf_str(&b))) : arena_str(r->a, buf_str(&b));
	if (!need_file(r->site, &fd, e)) return false;
	for (size_t done = 0; done < text.n;) {
		ssize_t n = write(fd, text.p + done, text.n - done);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) {
			close(fd);
			return err_os(e, "write of an example");
		}
		done += (size_t)n;
	}
	r->example = true;
	vec_push(r->a, &r->sources, (struct publish_source_file){ .uid = json_text(json_get(resource, "uid")), .name = STR("example.json"), .fd = fd, .bytes = (int64_t)text.n,
		.resource = resource });
	return true;
}

bool publish_bring(struct publish_road *r, size_t only, bool *unchanged, struct err *e)
{
	const struct json_node *list = json_get(r->config.doc, "resources");
	*unchanged = json_count(list) > 0;
	for (size_t i = 0; i < json_count(list); i++) {
		if (only != SIZE_MAX && i != only) continue;
		publish_tell(r, "fetching", 0, 0, (int64_t)i, (int64_t)json_count(list), 0, 100);
		if (publish_stopped(r, e) || !bring_one(r, json_at(list, i), unchanged, e)) return false;
	}
	for (size_t i = 0; i < json_count(list) && r->sources.n == 0 && r->skipped == 0; i++)
		if ((only == SIZE_MAX || i == only) && !kind_of(json_at(list, i)).n && !bring_example(r, json_at(list, i), e)) return false;
	return true;
}

void publish_bring_done(struct publish_road *r)
{
	for (size_t i = 0; i < r->sources.n; i++)
		if (r->sources.p[i].fd >= 0) close(r->sources.p[i].fd);
	r->sources.n = 0;
}

/* --- content ------------------------------------------------------------------------------------------------------ */

static bool hash_one(struct publish_road *r, struct publish_source_file *f, struct err *e)
{
	enum { BLOCK = 1 << 20 };
	struct crypt_sha256_state state;
	unsigned char out[CRYPT_SHA256];
	char *block = malloc(BLOCK);
	ensure(block);
	crypt_sha256_start(&state);
	bool ok = true;
	for (off_t at = 0; ok;) {
		ssize_t n = pread(f->fd, block, BLOCK, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) ok = err_os(e, "read of a source");
		if (n <= 0) break;
		at += n;
		crypt_sha256_add(&state, str_make(block, (size_t)n));
		if (publish_stopped(r, e)) ok = false;
	}
	free(block);
	crypt_sha256_end(&state, out);
	auto_buf hex = BUF_INIT(200);
	for (size_t i = 0; i < sizeof out; i++) buf_printf(&hex, "%02x", out[i]);
	f->hash = arena_str(r->a, buf_str(&hex));
	return ok;
}

bool publish_hash_sources(struct publish_road *r, struct err *e)
{
	for (size_t i = 0; i < r->sources.n; i++)
		if (!r->sources.p[i].hash.n && !hash_one(r, &r->sources.p[i], e)) return false;
	return true;
}
