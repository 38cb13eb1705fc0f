/* A portal written out. Versions never change, so copying them while readers and publishers work is safe; one that is retired between the
 * copy of the store and its own is an error that says to begin again. */
#include "transfer/inside.h"
#include "clock/clock.h"
#include "export/export.h"
#include "io/io.h"
#include "json/json.h"
#include "query/query.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const struct store_query transfer_queries[] = {
#define Q(name, text) [TRANSFER_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "transfer/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query transfer_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [TRANSFER_H_##name] = { #name, text },
#include "transfer/queries.def"
#undef Q
#undef HOUSE
};

enum { FORMAT = 1 };

bool transfer_datasets(struct site *s, struct tenant_id t, struct arena *a, struct transfer_dataset **out, size_t *n, struct err *e)
{
	VEC(struct transfer_dataset) list = { 0 };
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask(tx, &transfer_queries[TRANSFER_Q_datasets], t, STORE_NONE, &r, e);
	enum store_step step = STORE_DONE;
	while (ok && (step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &list, (struct transfer_dataset){ store_int(r, 0), store_int(r, 3), arena_str(a, store_text(r, 1)), arena_str(a, store_text(r, 2)) });
	if (ok) store_stop(r);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok && step == STORE_DONE;
	*out = list.p;
	*n = list.n;
	return ok;
}

/* --- a dataset ----------------------------------------------------------------------------------------------- */

struct writing {
	struct site *site;
	const struct transfer_out *how;
	const struct tenant *tenant;
	const struct catalog_view *view;
	struct arena *a;
	struct transfer_told *told;
	struct str folder;             /* being filled */
};

static bool copied(struct writing *w, struct str from, struct str to, bool may_lack, struct err *e)
{
	struct stat st;
	if (may_lack && access(from.p, F_OK) != 0) return true;
	if (!transfer_copy(w->a, from, to, w->how->cancel_or_null, e)) return false;
	if (stat(to.p, &st) == 0) w->told->bytes += st.st_size;
	if (w->how->progress) w->how->progress(w->how->arg, w->told->bytes);
	return true;
}

static bool write_versions(struct writing *w, const struct transfer_dataset *d, const struct version_ref *v, size_t n, struct json_out *j, struct err *e)
{
	json_key(j, STR("versions"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		if (v[i].dataset != d->id) continue;
		struct str from = engine_path(w->site->engine, w->a, v[i]);
		struct str to = arena_printf(w->a, "%.*s/datasets/%.*s/v%lld.duckdb", STR_ARG(w->folder), STR_ARG(d->slug), (long long)v[i].number);
		if (!copied(w, from, to, false, e) ||
		    !copied(w, arena_printf(w->a, "%.*s.rejects.jsonl", STR_ARG(from)), arena_printf(w->a, "%.*s.rejects.jsonl", STR_ARG(to)), true, e))
			return false;
		json_put_int(j, v[i].number);
		w->told->versions++;
	}
	json_close(j, ']');
	return true;
}

static bool write_pushes(struct writing *w, const struct transfer_dataset *d, struct err *e)
{
	struct str *files;
	struct str from = arena_printf(w->a, "%.*s/push/%lld/%lld", STR_ARG(w->site->folder), (long long)w->how->tenant.v, (long long)d->id);
	size_t n = transfer_numbered(w->a, from, STR(".log"), &files);
	for (size_t i = 0; i < n; i++) {
		struct str to = arena_printf(w->a, "%.*s/push/%.*s/%.*s", STR_ARG(w->folder), STR_ARG(d->slug), STR_ARG(files[i]));
		if (!copied(w, arena_printf(w->a, "%.*s/%.*s", STR_ARG(from), STR_ARG(files[i])), to, true, e)) return false;
	}
	return true;
}

static bool write_fd(void *to, struct str bytes, struct err *e)
{
	int fd = *(int *)to;
	while (bytes.n) {
		ssize_t k = write(fd, bytes.p, bytes.n);
		if (k < 0) return err_os(e, "write a copy");
		bytes = str_from(bytes, (size_t)k);
	}
	return true;
}

/* For people and other programs: records as CSV, metadata as JSON. */
static bool write_records(struct writing *w, const struct dataset *d, struct str path, struct err *e)
{
	struct query_target target = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug, .record_timestamp_us = d->data_processed.us };
	struct query_request r = { .target = &target, .mode = QUERY_EXPORT, .lang = w->tenant->languages[0], .now_us = clock_now().us };
	struct query_plan plan;
	int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) return err_os(e, "create a copy");
	bool ok = query_plan_rows(w->a, &r, &plan, e);
	if (ok) {
		struct export_job job = { .engine = w->site->engine, .plan = &plan, .options = export_defaults(), .cancel_or_null = w->how->cancel_or_null };
		struct export_sink to = { write_fd, &fd };
		ok = export_run(&job, export_format_or_null(STR("csv")), &to, e);
		query_plan_done(&plan);
	}
	if (close(fd) != 0 && ok) ok = err_os(e, "close a copy");
	return ok;
}

static bool write_open(struct writing *w, const struct transfer_dataset *d, struct err *e)
{
	enum { JSON_MAX = 16 << 20 };
	const struct dataset *in_view = catalog_find_or_null(w->view, d->slug);
	if (w->how->bare || !in_view) return true;
	struct str folder = arena_printf(w->a, "%.*s/datasets/%.*s", STR_ARG(w->folder), STR_ARG(d->slug));
	auto_buf b = BUF_INIT(JSON_MAX);
	dataset_put_json(&b, in_view, w->tenant->languages[0], clock_utc(), true);
	if (b.over) return err_set(e, ERR_TOO_LARGE, "the metadata of %.*s are too long", STR_ARG(d->slug));
	return io_make_folders(folder.p, e) && io_replace(arena_printf(w->a, "%.*s/dataset.json", STR_ARG(folder)).p, buf_str(&b), 0600, e) &&
	       (in_view->version.number == 0 || write_records(w, in_view, arena_printf(w->a, "%.*s/records.csv", STR_ARG(folder)), e));
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static void put_head(struct writing *w, struct json_out *j)
{
	json_member_int(j, "format", FORMAT);
	json_member_int(j, "store", store_schema_version(w->site->store));
	json_member(j, "host", w->tenant->host);
	json_key(j, STR("aliases"));
	json_open(j, '[');
	for (size_t i = 0; i < w->tenant->naliases; i++) json_put(j, w->tenant->aliases[i]);
	json_close(j, ']');
	json_member_int(j, "made", clock_now().us / 1000000);
}

static bool write_all(struct writing *w, struct err *e)
{
	enum { JSON_MAX = 64 << 20 };
	auto_buf b = BUF_INIT(JSON_MAX);
	struct json_out j = JSON_OUT(&b);
	struct transfer_dataset *d;
	struct version_ref *v;
	size_t n, nversions;
	struct tenant_id t = w->how->tenant;
	if (!io_make_folders(w->folder.p, e) || !store_portal_out(w->site->store, t, arena_printf(w->a, "%.*s/portal.db", STR_ARG(w->folder)), e) ||
	    !transfer_datasets(w->site, t, w->a, &d, &n, e) || !catalog_versions(w->site->catalog, t, w->a, &v, &nversions, e))
		return false;
	json_open(&j, '{');
	put_head(w, &j);
	json_key(&j, STR("datasets"));
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_member(&j, "dataset_id", d[i].slug);
		json_member(&j, "uid", d[i].uid);
		json_member_int(&j, "version", d[i].version);
		if (!write_versions(w, &d[i], v, nversions, &j, e) || !write_pushes(w, &d[i], e) || !write_open(w, &d[i], e)) return false;
		json_close(&j, '}');
		w->told->datasets++;
	}
	json_close(&j, ']');
	json_close(&j, '}');
	if (b.over) return err_set(e, ERR_TOO_LARGE, "the portal has too many datasets for portal.json");
	struct str own = arena_printf(w->a, "%.*s/%lld", STR_ARG(w->site->folder), (long long)t.v);
	return transfer_copy_kept(w->a, own, arena_printf(w->a, "%.*s/kept", STR_ARG(w->folder)), w->how->cancel_or_null, w->told, e) &&
	       io_replace(arena_printf(w->a, "%.*s/portal.json", STR_ARG(w->folder)).p, buf_str(&b), 0600, e);
}

bool transfer_out(struct site *s, const struct transfer_out *how, struct arena *a, struct transfer_told *out, struct err *e)
{
	struct str part = arena_printf(a, "%.*s.part", STR_ARG(how->folder));
	struct writing w = { .site = s, .how = how, .a = a, .told = out, .folder = part };
	*out = (struct transfer_told){ 0 };
	if (access(how->folder.p, F_OK) == 0 && rmdir(how->folder.p) != 0) return err_set(e, ERR_CONFLICT, "the folder exists already and is not empty; name one that does not");
	if (access(part.p, F_OK) == 0) return err_set(e, ERR_CONFLICT, "the folder's name with .part is left over from an interrupted export; remove it first");
	w.tenant = tenants_hold_or_null(s->tenants, how->tenant);
	if (!w.tenant) return err_set(e, ERR_NO_PORTAL, "there is no such portal");
	bool ok = catalog_hold(s->catalog, how->tenant, &w.view, e);
	ok = ok && write_all(&w, e);
	if (w.view) catalog_release(s->catalog, w.view);
	tenant_release(s->tenants, w.tenant);
	if (ok && rename(part.p, how->folder.p) != 0) ok = err_os(e, "rename the export");
	if (ok) return true;
	(void)io_remove_tree(part.p);
	if (e->code != ERR_NOT_FOUND) return false;
	*e = (struct err){ 0 };
	return err_set(e, ERR_BUSY, "a dataset was published again while it was being copied; run the export again");
}
