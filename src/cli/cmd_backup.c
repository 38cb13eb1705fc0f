/* stoa backup and restore: a folder holding the store and every version file it names. Versions never
 * change, so copying them while readers and publishers work is safe; only a version retired between the
 * copy of the store and its own copy would be missing, and then the copy starts again. */
#include "cli/inside.h"
#include "io/io.h"
#include "trace/trace.h"
#include "transfer/transfer.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- copying --------------------------------------------------------------------------------------- */

/* Attachments, files of records, files that sources came in: their contents never change either. */
static bool copy_contents(struct cli *c, struct site *from, struct tenant_id t, struct str to, struct err *e)
{
	struct transfer_told told = { 0 };
	return transfer_copy_kept(&c->arena, arena_printf(&c->arena, "%.*s/%lld", STR_ARG(from->folder), (long long)t.v),
	                          arena_printf(&c->arena, "%.*s/%lld", STR_ARG(to), (long long)t.v), c->cancel, &told, e);
}

/* Every version of every portal of an opened folder, those to roll back to included. */
static bool copy_versions(struct cli *c, struct site *from, struct str to, size_t *count, struct err *e)
{
	struct tenant_id *ids;
	size_t n = tenants_list(from->tenants, &c->arena, &ids);
	struct cli_progress progress;
	struct stat size;
	int64_t bytes = 0;
	*count = 0;
	cli_progress_start(&progress, c, STR("copying"));
	for (size_t i = 0; i < n; i++) {
		struct version_ref *versions;
		size_t nversions;
		if (!catalog_versions(from->catalog, ids[i], &c->arena, &versions, &nversions, e)) return false;
		for (size_t k = 0; k < nversions; k++, (*count)++) {
			struct str path = engine_path(from->engine, &c->arena, versions[k]);
			struct str copy = arena_printf(&c->arena, "%.*s%.*s", STR_ARG(to), STR_ARG(str_from(path, from->folder.n)));
			struct str rejects = arena_printf(&c->arena, "%.*s.rejects.jsonl", STR_ARG(path));
			struct str rejects_copy = arena_printf(&c->arena, "%.*s.rejects.jsonl", STR_ARG(copy));
			if (!transfer_copy(&c->arena, path, copy, c->cancel, e)) return false;
			if (stat(copy.p, &size) == 0) bytes += size.st_size;
			cli_progress_bytes(&progress, bytes, 0);
			if (access(rejects.p, F_OK) == 0 && !transfer_copy(&c->arena, rejects, rejects_copy, c->cancel, e)) return false;
		}
		if (!copy_contents(c, from, ids[i], to, e)) return false;
	}
	cli_progress_end(&progress);
	return true;
}

/* What was pushed and is in no version yet, <data>/push/<portal>/<dataset>/<number>.log. Copied after the store,
 * so it may hold more than the store knows, never less; a tail that was just being written is cut when read. */
static bool copy_pushes(struct cli *c, struct str from, struct str to, struct err *e)
{
	struct str *portals, *datasets, *files;
	struct arena *a = &c->arena;
	struct str root = arena_printf(a, "%.*s/push", STR_ARG(from));
	size_t nportals = transfer_numbered(a, root, STR(""), &portals);
	for (size_t i = 0; i < nportals; i++) {
		struct str portal = arena_printf(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(portals[i]));
		size_t ndatasets = transfer_numbered(a, portal, STR(""), &datasets);
		for (size_t k = 0; k < ndatasets; k++) {
			struct str folder = arena_printf(a, "%.*s/%.*s", STR_ARG(portal), STR_ARG(datasets[k]));
			size_t n = transfer_numbered(a, folder, STR(".log"), &files);
			for (size_t x = 0; x < n; x++) {
				struct str path = arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(files[x]));
				struct str copy = arena_printf(a, "%.*s%.*s", STR_ARG(to), STR_ARG(str_from(path, from.n)));
				if (!transfer_copy(a, path, copy, c->cancel, e)) return false;
			}
		}
	}
	return true;
}

/* --- backup ---------------------------------------------------------------------------------------- */

static bool is_empty_or_absent(const char *path)
{
	return access(path, F_OK) != 0 || rmdir(path) == 0;
}

static bool backup(struct cli *c, struct err *e)
{
	struct str to = cli_path(c, c->operands[0]);
	size_t count = 0;
	if (!is_empty_or_absent(to.p)) return err_set(e, ERR_CONFLICT, "%.*s exists already; name a folder that does not", STR_ARG(c->operands[0]));
	struct str part = arena_printf(&c->arena, "%.*s.part", STR_ARG(to));
	if (!is_empty_or_absent(part.p)) return err_set(e, ERR_CONFLICT, "%.*s.part is left over from an interrupted backup; remove it first", STR_ARG(c->operands[0]));
	bool ok = io_make_folders(part.p, e) && store_backup(c->site->store, arena_printf(&c->arena, "%.*s/stoa.db", STR_ARG(part)), e) &&
	          copy_versions(c, c->site, part, &count, e) && copy_pushes(c, c->folder, part, e);
	if (ok && rename(part.p, to.p) != 0) ok = err_os(e, "rename the backup");
	if (!ok) {
		if (e->code == ERR_NOT_FOUND) {
			*e = (struct err){ 0 };
			err_set(e, ERR_BUSY, "a dataset was published again while it was being copied; remove %.*s.part and run the backup again", STR_ARG(c->operands[0]));
		}
		return false;
	}
	cli_say(c, "%zu versions and the store are in %.*s", count, STR_ARG(c->operands[0]));
	cli_note(c, "The keys of this server (keys/master in the data folder) are not among them: keep a copy of that file elsewhere.");
	return true;
}

const struct cli_command cli_cmd_backup = {
	.words = "backup", .operands = "FOLDER", .least = 1, .most = 1,
	.summary = "Copies everything but the keys into a new folder, while readers go on.",
	.detail = "Without the file keys/master of the data folder a backup opens nothing: second factors are sealed with it. It changes once "
	          "a month; keep a copy apart from the backups.", .options = NULL, .run = backup,
};

/* --- restore --------------------------------------------------------------------------------------- */

static bool verify_all(struct cli *c, size_t *count, struct err *e)
{
	struct tenant_id *ids;
	size_t n = tenants_list(c->site->tenants, &c->arena, &ids);
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct catalog_view *v;
		if (!catalog_hold(c->site->catalog, ids[i], &v, e)) return false;
		bool ok = true;
		for (size_t k = 0; ok && k < v->n; k++, (*count)++) {
			int64_t rows;
			ok = engine_verify(c->site->engine, v->datasets[k].version, &rows, e);
			if (ok && rows != v->datasets[k].rows)
				ok = err_set(e, ERR_DATABASE, "dataset %.*s has %lld rows, %lld were expected", STR_ARG(v->datasets[k].slug), (long long)rows, (long long)v->datasets[k].rows);
		}
		catalog_release(c->site->catalog, v);
		if (!ok) return false;
	}
	return true;
}

/* The keys that were kept apart, in place of those that were made a moment ago. */
static bool put_keys(struct cli *c, struct str from, struct err *e)
{
	enum { KEYS_BYTES = 1 << 16 };
	struct str text, path = cli_path(c, from);
	if (!io_read(&c->arena, path.p, KEYS_BYTES, &text, e)) return false;
	return io_replace(arena_printf(&c->arena, "%.*s/keys/master", STR_ARG(c->folder)).p, text, 0600, e);
}

static bool restore(struct cli *c, struct err *e)
{
	struct tenant_id *ids;
	struct site *from;
	size_t count = 0;
	struct str path = cli_path(c, c->operands[0]);
	if (tenants_list(c->site->tenants, &c->arena, &ids) != 0)
		return err_set(e, ERR_CONFLICT, "the data folder has portals already; --data names an empty one");
	if (access(arena_printf(&c->arena, "%.*s/stoa.db", STR_ARG(path)).p, R_OK) != 0)
		return err_set(e, ERR_NOT_FOUND, "%.*s is no backup: there is no stoa.db in it", STR_ARG(c->operands[0]));
	struct site_options o = { 0 }, look = { .passing = true };
	struct str keys = cli_value(c, "keys");
	int lock = -1;
	/* A live data folder is nobody else's to open. */
	if (!cli_lock(path, &lock, e)) return false;
	if (!site_open(path, &look, &from, e)) {
		close(lock);
		return false;
	}
	bool ok = store_check(from->store, e) && copy_versions(c, from, c->folder, &count, e) && copy_pushes(c, from->folder, c->folder, e);
	/* The store is copied last: until then the folder holds no portal, and a sweep clears it. */
	struct str store = arena_printf(&c->arena, "%.*s/stoa.db.restored", STR_ARG(c->folder));
	unlink(store.p);
	ok = ok && store_backup(from->store, store, e);
	site_close(from);
	close(lock);
	if (!ok) return false;
	trace_close(c->site);
	site_close(c->site);
	c->site = NULL;
	struct str final = arena_printf(&c->arena, "%.*s/stoa.db", STR_ARG(c->folder));
	unlink(arena_printf(&c->arena, "%.*s-wal", STR_ARG(final)).p);
	unlink(arena_printf(&c->arena, "%.*s-shm", STR_ARG(final)).p);
	if (rename(store.p, final.p) != 0) return err_os(e, "rename the restored store");
	if (keys.n && !put_keys(c, keys, e)) return false;
	if (!site_open(c->folder, &o, &c->site, e) || !verify_all(c, &count, e) || !site_after_restore(c->site, e)) return false;
	cli_say(c, "%zu datasets are back and read whole", count);
	cli_note(c, "A ledger of consents whose last hash is not signed takes no entry until it is acknowledged: stoa doctor tells which.");
	cli_note(c, "Everybody has to sign in again; links in letters that were sent before are void.");
	if (!keys.n)
		cli_note(c, "New keys were made: second factors must be enrolled again, choices about cookies are asked for again, and signatures have "
		            "another key. If a copy of keys/master was kept, restore once more with --keys FILE.");
	return true;
}

static const struct cli_option restore_options[] = {
	{ "keys", "FILE", 0, "The copy of keys/master that was kept apart." },
	{ 0 },
};
const struct cli_command cli_cmd_restore = {
	.words = "restore", .operands = "FOLDER", .least = 1, .most = 1, .flags = CLI_FRESH | CLI_ALONE,
	.summary = "Fills an empty data folder from a backup and reads every version.",
	.detail = "Afterwards nobody is signed in any more, links in letters are void, and ledgers of consents may have to be acknowledged. A data folder that was copied back by other means "
	          "is started once with stoa serve --after-restore, which does the same.",
	.options = restore_options, .run = restore,
};
