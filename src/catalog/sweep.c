/* What a crash, a full disk or a removed portal leaves behind is deleted at start: unfinished files,
 * versions that no row knows, folders of datasets and portals that are gone, reflections of former
 * catalogues (made again when somebody asks). Runs before anybody reads. */
#include "catalog/inside.h"
#include "io/io.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct known { int64_t *p; size_t n, cap; }; /* dataset, number, dataset, number … */

static bool load_known(struct store_tx *tx, struct arena *a, struct tenant_id t, struct known *out, struct err *e)
{
	struct store_rows *r;
	VEC(int64_t) list = { 0 };
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(versions_all), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		vec_push(a, &list, store_int(r, 0));
		vec_push(a, &list, store_int(r, 1));
	}
	store_stop(r);
	*out = (struct known){ list.p, list.n, list.cap };
	return step == STORE_DONE;
}

bool catalog_versions(struct catalog *c, struct tenant_id t, struct arena *a, struct version_ref **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct known k = { 0 };
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = load_known(tx, a, t, &k, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	if (!ok) return false;
	*out = arena_array(a, struct version_ref, k.n / 2 + 1);
	*n = k.n / 2;
	for (size_t i = 0; i < *n; i++) (*out)[i] = (struct version_ref){ .tenant = t, .dataset = k.p[2 * i], .number = k.p[2 * i + 1] };
	return true;
}

static bool is_known(const struct known *k, int64_t dataset, int64_t number)
{
	for (size_t i = 0; i + 1 < k->n; i += 2)
		if (k->p[i] == dataset && (number < 0 || k->p[i + 1] == number)) return true;
	return false;
}

/* "v12.duckdb" and what stands beside it; -1: not a version's file. */
static int64_t number_of(struct str name)
{
	int64_t number;
	ptrdiff_t dot = str_find_char(name, '.');
	if (dot < 2 || name.p[0] != 'v' || !str_to_int(str_sub(name, 1, (size_t)dot - 1), &number)) return -1;
	return number;
}

static void sweep_dataset(struct str folder, int64_t dataset, const struct known *k)
{
	DIR *d = opendir(folder.p);
	if (!d) return;
	auto_arena a = ARENA_INIT;
	for (struct dirent *f; (f = readdir(d));) {
		struct str name = str_of(f->d_name);
		if (name.p[0] == '.') continue;
		int64_t number = number_of(name);
		bool finished = str_ends(name, STR(".duckdb")) || str_ends(name, STR(".rejects.jsonl"));
		bool keep = dataset == 0 ? finished : finished && is_known(k, dataset, number);
		if (!keep) unlink(arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name).p);
	}
	closedir(d);
	if (dataset != 0 && !is_known(k, dataset, -1)) rmdir(folder.p);
}

/* Contents and thumbnails begin with the hash of a content. */
static void sweep_contents(struct str folder, const struct map *hashes)
{
	enum { HEX = 64 };
	static const char *const places[] = { "files", "thumbs" };
	auto_arena a = ARENA_INIT;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct str place = arena_printf(&a, "%.*s/%s", STR_ARG(folder), places[i]);
		DIR *d = opendir(place.p);
		for (struct dirent *f; d && (f = readdir(d));) {
			struct str name = str_of(f->d_name);
			bool known = name.n >= HEX && map_get_or_null(hashes, str_sub(name, 0, HEX)) && !str_ends(name, STR(".tmp"));
			if (name.p[0] != '.' && !known) unlink(arena_printf(&a, "%.*s/%s", STR_ARG(place), f->d_name).p);
		}
		if (d) closedir(d);
		rmdir(place.p); /* only when nothing is left in it */
	}
}

static void sweep_tenant(struct str folder, const struct known *k, const struct map *hashes)
{
	sweep_contents(folder, hashes);
	DIR *d = opendir(folder.p);
	if (!d) return;
	auto_arena a = ARENA_INIT;
	for (struct dirent *f; (f = readdir(d));) {
		int64_t dataset;
		if (str_to_int(str_of(f->d_name), &dataset))
			sweep_dataset(arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name), dataset, k);
	}
	closedir(d);
	rmdir(folder.p); /* only when nothing is left in it */
}

static struct str root_of(struct catalog *c, struct arena *a)
{
	struct str path = engine_path(c->engine, a, (struct version_ref){ .tenant = { 1 }, .dataset = 1, .number = 1 });
	for (int i = 0; i < 3; i++) path = str_sub(path, 0, (size_t)str_rfind_char(path, '/'));
	return arena_str(a, path);
}

static bool tenants(struct store_tx *tx, struct arena *a, int64_t **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	VEC(int64_t) list = { 0 };
	enum store_step step;
	if (!store_ask_house(tx, &catalog_house_queries[CATALOG_H_tenants_all], STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, store_int(r, 0));
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

/* Folders named by a number that was a portal's and is none any more: everything in them goes, sources that were sent too. A number that was
 * never given to one is somebody else's folder. */
static void sweep_strangers(struct str root, const int64_t *ids, size_t n, int64_t highest)
{
	DIR *d = opendir(root.p);
	if (!d) return;
	auto_arena a = ARENA_INIT;
	for (struct dirent *f; (f = readdir(d));) {
		int64_t id;
		bool known = false;
		if (!str_to_int(str_of(f->d_name), &id) || id < 1 || id > highest) continue;
		for (size_t i = 0; i < n; i++) known |= ids[i] == id;
		if (!known) (void)io_remove_tree(arena_printf(&a, "%.*s/%s", STR_ARG(root), f->d_name).p); /* what is left is tried at the next start */
	}
	closedir(d);
}

static bool highest_ever(struct store_tx *tx, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask_house(tx, &catalog_house_queries[CATALOG_H_tenant_highest], STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

bool catalog_sweep(struct catalog *c, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	int64_t *ids = NULL, highest;
	size_t n = 0;
	struct str root = root_of(c, &a);
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = tenants(tx, &a, &ids, &n, e) && highest_ever(tx, &highest, e);
	for (size_t i = 0; ok && i < n; i++) {
		struct tenant_id t = { ids[i] };
		struct known k = { 0 };
		struct map hashes = { 0 };
		ok = store_run(tx, CATALOG_Q(drafts_dead), t, STORE_NONE, e) && load_known(tx, &a, t, &k, e) &&
		     files_known(tx, t, &a, &hashes, e);
		if (ok) sweep_tenant(arena_printf(&a, "%.*s/%lld", STR_ARG(root), (long long)ids[i]), &k, &hashes);
	}
	if (ok) sweep_strangers(root, ids, n, highest);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}
