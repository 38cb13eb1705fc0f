/* Forgetting what was: older versions of a dataset, and with them the files that only their records named. Deleting a record is how a picture is
 * taken back; here its bytes go, too. So do files that were sent and that no source names any more, and previews. */
#include "publish/seen.h"
#include "query/query.h"

/* A file comes before the push that names it is seen. */
enum { FRESH_S = 600 };

static void plan_done(struct query_plan *p) { query_plan_done(p); }

static bool read_names(struct site *s, const struct dataset *d, const struct field *f, struct arena *a, struct map *names, struct err *e)
{
	auto_with(plan_done) struct query_plan plan = { 0 };
	struct query_cursor *k;
	struct batch rows = { 0 };
	static const char yes = 1;
	bool ok = true;
	const struct query_target t = { .at = d->version, .schema = &d->schema, .dataset_id = d->slug };
	const struct query_request q = { .target = &t, .mode = QUERY_EXPORT, .now_us = clock_now().us, .select = arena_printf(a, "`%.*s`", STR_ARG(f->name)) };
	if (!query_plan_rows(a, &q, &plan, e) || !query_open(s->engine, &plan, NULL, &k, e)) return false;
	do {
		ok = query_next(k, &rows, e);
		for (size_t i = 0; ok && i < rows.nrows; i++)
			if (column_has(&rows.columns[0], i)) map_put(a, names, arena_str(a, rows.columns[0].texts[i]), (void *)(uintptr_t)&yes);
	} while (ok && rows.nrows > 0);
	query_close(k);
	return ok;
}

/* Those that no record of the version shown names. */
static bool unnamed(struct site *s, const struct dataset *d, struct arena *a, struct str **out, size_t *n, struct err *e)
{
	struct map names = { 0 };
	VEC(struct str) list = { 0 };
	int64_t before = clock_now().us - INT64_C(1000000) * FRESH_S;
	for (size_t i = 0; i < d->schema.n; i++)
		if (d->schema.fields[i].type == VALUE_FILE && !read_names(s, d, &d->schema.fields[i], a, &names, e)) return false;
	for (size_t i = 0; i < d->nfiles; i++) {
		const struct dataset_file *f = &d->files[i];
		if (f->kind == CATALOG_RECORD_FILE && f->created.us < before && !map_get_or_null(&names, f->name)) vec_push(a, &list, arena_str(a, f->id));
	}
	*out = list.p;
	*n = list.n;
	return true;
}

/* Everything but the files of records. */
static bool forget_kept(struct site *s, struct tenant_id t, struct str slug, int64_t by, struct publish_forgotten *out, struct err *e)
{
	*out = (struct publish_forgotten){ 0 };
	if (!catalog_forget(s->catalog, t, slug, by, &out->versions, e) || !config_files_forget(s, t, slug, &out->files, e)) return false;
	publish_seen_sweep(s, true);
	return store_settle(s->store, e);
}

bool publish_forget(struct site *s, struct tenant_id t, struct str slug, int64_t by, struct publish_forgotten *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct catalog_view *v;
	struct str *gone = NULL;
	size_t files = 0;
	if (!forget_kept(s, t, slug, by, out, e)) return false;
	if (!catalog_hold(s->catalog, t, &v, e)) return false;
	const struct dataset *d = catalog_find_or_null(v, slug);
	/* Of one that is shown from another portal nothing lies here; what is not published may come back as it was. */
	bool ok = !d || !d->version.number || d->link_or_null || unnamed(s, d, &a, &gone, &files, e);
	catalog_release(s->catalog, v);
	for (size_t i = 0; ok && i < files; i++) ok = catalog_file_remove(s->catalog, t, slug, gone[i], e);
	return ok;
}
