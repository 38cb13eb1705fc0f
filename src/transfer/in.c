/* A portal taken in: its store first, under new numbers and answering nowhere; then its files; then its name. */
#include "transfer/inside.h"
#include "clock/clock.h"
#include "io/io.h"
#include "json/json.h"
#include "live/live.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
	struct site *site;
	const struct transfer_in *how;
	struct arena *a;
	struct transfer_told *told;
	const struct json_node *head;
	struct tenant_id tenant;
};

static bool copied(struct reading *r, struct str from, struct str to, struct err *e)
{
	struct stat st;
	if (!transfer_copy(r->a, from, to, r->how->cancel_or_null, e)) return false;
	if (stat(to.p, &st) == 0) r->told->bytes += st.st_size;
	if (r->how->progress) r->how->progress(r->how->arg, r->told->bytes);
	return true;
}

static bool lacking(struct err *e, struct str name)
{
	*e = (struct err){ 0 };
	return err_set(e, ERR_BAD_SOURCE, "the export is not whole: %.*s is missing", STR_ARG(name));
}

static bool take_version(struct reading *r, const struct transfer_dataset *d, struct str folder, int64_t number, struct err *e)
{
	struct str name = arena_printf(r->a, "v%lld.duckdb", (long long)number), from = arena_printf(r->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
	struct str to = engine_path(r->site->engine, r->a, (struct version_ref){ .tenant = r->tenant, .dataset = d->id, .number = number });
	struct str rejects = arena_printf(r->a, "%.*s.rejects.jsonl", STR_ARG(from));
	if (!copied(r, from, to, e)) return e->code == ERR_NOT_FOUND ? lacking(e, arena_printf(r->a, "datasets/%.*s/%.*s", STR_ARG(d->slug), STR_ARG(name))) : false;
	r->told->versions++;
	return access(rejects.p, F_OK) != 0 || copied(r, rejects, arena_printf(r->a, "%.*s.rejects.jsonl", STR_ARG(to)), e);
}

static const struct json_node *told_of(struct reading *r, struct str slug)
{
	const struct json_node *all = json_get(r->head, "datasets");
	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_text(json_get(json_at(all, i), "dataset_id")), slug)) return json_at(all, i);
	return NULL;
}

static bool take_dataset(struct reading *r, const struct transfer_dataset *d, struct err *e)
{
	const struct json_node *versions = json_get(told_of(r, d->slug), "versions");
	struct str folder = arena_printf(r->a, "%.*s/datasets/%.*s", STR_ARG(r->how->folder), STR_ARG(d->slug));
	struct str *logs, pushed = arena_printf(r->a, "%.*s/push/%.*s", STR_ARG(r->how->folder), STR_ARG(d->slug));
	for (size_t i = 0; i < json_count(versions); i++)
		if (!take_version(r, d, folder, json_int(json_at(versions, i), 0), e)) return false;
	size_t n = transfer_numbered(r->a, pushed, STR(".log"), &logs);
	for (size_t i = 0; i < n; i++) {
		struct str to = arena_printf(r->a, "%.*s/push/%lld/%lld/%.*s", STR_ARG(r->site->folder), (long long)r->tenant.v, (long long)d->id, STR_ARG(logs[i]));
		if (!copied(r, arena_printf(r->a, "%.*s/%.*s", STR_ARG(pushed), STR_ARG(logs[i])), to, e)) return false;
	}
	r->told->datasets++;
	return true;
}

/* What is published must read whole before anybody is sent there. */
static bool verify(struct reading *r, const struct transfer_dataset *d, struct err *e)
{
	int64_t rows;
	if (d->version == 0 || engine_verify(r->site->engine, (struct version_ref){ .tenant = r->tenant, .dataset = d->id, .number = d->version }, &rows, e)) return true;
	*e = (struct err){ 0 };
	return err_set(e, ERR_BAD_SOURCE, "the published version of %.*s cannot be read", STR_ARG(d->slug));
}

static bool take_files(struct reading *r, struct err *e)
{
	struct transfer_dataset *d;
	size_t n;
	if (!transfer_datasets(r->site, r->tenant, r->a, &d, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (str_find_char(d[i].slug, '/') >= 0 || str_starts(d[i].slug, STR(".")))
			return err_set(e, ERR_BAD_SOURCE, "\"%.*s\" is no identifier of a dataset", STR_ARG(d[i].slug));
	for (size_t i = 0; i < n; i++)
		if (!take_dataset(r, &d[i], e) || !verify(r, &d[i], e)) return false;
	return transfer_copy_kept(r->a, arena_printf(r->a, "%.*s/kept", STR_ARG(r->how->folder)),
	                          arena_printf(r->a, "%.*s/%lld", STR_ARG(r->site->folder), (long long)r->tenant.v), r->how->cancel_or_null, r->told, e);
}

/* --- the name -------------------------------------------------------------------------------------------------- */

/* The names that it has from now on, its own first. A backup that is brought back keeps those of today, since they are given from above; one that
 * comes in under another name is a copy: its other names stay where they are. */
static size_t names_of(struct reading *r, struct str former, struct str host, struct tenant_id replaced, struct str **out)
{
	const struct json_node *aliases = json_get(r->head, "aliases");
	const struct tenant *now = r->how->restores ? tenants_hold_or_null(r->site->tenants, replaced) : NULL;
	size_t n = (now ? now->naliases : json_count(aliases)) + 1, k = 0;
	struct str *hosts = *out = arena_array(r->a, struct str, n);
	hosts[k++] = host;
	for (size_t i = 0; now && i < now->naliases; i++) hosts[k++] = arena_str(r->a, now->aliases[i]);
	if (now) tenant_release(r->site->tenants, now);
	for (size_t i = 0; !now && str_eq(former, host) && i < json_count(aliases); i++) {
		struct err own = { 0 };
		if (tenant_host_ok(json_text(json_at(aliases, i)), &own)) hosts[k++] = json_text(json_at(aliases, i));
	}
	return k;
}

static bool give_name(struct reading *r, struct str former, struct str host, struct tenant_id replaced, struct err *e)
{
	struct str *hosts;
	size_t k = names_of(r, former, host, replaced, &hosts);
	bool *answers = arena_array(r->a, bool, k);
	if (replaced.v && !consent_went_back(r->site->consent, r->tenant, replaced, e)) return false;
	if (!transfer_reseal(r->site, r->tenant, former, host, r->a, r->told, e) || !tenant_open(r->site->tenants, r->tenant, hosts, k, replaced, answers, e)) return false;
	/* A server that runs has people and pushed records in its memory. */
	if (!accounts_reread(r->site->accounts, r->tenant, e) || !live_take_up(r->site, r->tenant, e)) return false;
	const struct tenant *now = str_eq(former, host) ? NULL : tenants_hold_or_null(r->site->tenants, r->tenant);
	bool named = !now || tenant_setting(now, "consent.ledger_name").n > 0;
	if (now) tenant_release(r->site->tenants, now);
	const struct tenant_setting_value ledger = { STR("consent.ledger_name"), former };
	if (!named && !tenant_set(r->site->tenants, r->tenant, &ledger, 1, e)) return false;
	r->told->names = arena_array(r->a, struct str, k);
	for (size_t i = 0; i < k; i++)
		if (!answers[i]) r->told->names[r->told->nnames++] = arena_str(r->a, hosts[i]);
	return true;
}

static bool find_place(struct reading *r, struct str host, struct tenant_id *replaced, struct err *e)
{
	const struct tenant *there = tenants_find_or_null(r->site->tenants, host);
	*replaced = (struct tenant_id){ 0 };
	if (!there) return !r->how->restores || err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	*replaced = there->id;
	bool own = str_eq(there->host, host), closed = there->restoring.us != 0;
	tenant_release(r->site->tenants, there);
	if (closed && !r->how->restores) return err_set(e, ERR_CONFLICT, "%.*s is being restored from a backup; wait until that is over", STR_ARG(host));
	if (r->how->replace && own) return true;
	return err_set(e, ERR_CONFLICT, own ? "a portal answers at %.*s already; replace it, or give another host name" : "%.*s is another name of a portal; give a host name of its own", STR_ARG(host));
}

static bool read_head(struct reading *r, struct json_doc **doc, struct err *e)
{
	enum { JSON_MAX = 64 << 20 };
	struct str text;
	if (!io_read(r->a, arena_printf(r->a, "%.*s/portal.json", STR_ARG(r->how->folder)).p, JSON_MAX, &text, e)) {
		if (e->code != ERR_NOT_FOUND) return false;
		*e = (struct err){ 0 };
		return err_set(e, ERR_BAD_SOURCE, "this is no export of a portal: there is no portal.json in it");
	}
	if (!json_read(text, doc, e)) return err_cause(e, "portal.json");
	r->head = json_root(*doc);
	if (json_int(json_get(r->head, "format"), 0) == 1 && json_text(json_get(r->head, "host")).n) return true;
	return err_set(e, ERR_BAD_SOURCE, "portal.json is not of a format that this version knows");
}

static bool take_all(struct reading *r, struct err *e)
{
	struct str former = json_text(json_get(r->head, "host")), host = r->how->host.n ? r->how->host : former;
	struct tenant_id replaced;
	struct str tmp = arena_printf(r->a, "%.*s/tmp/taken-in-%d-%lld.db", STR_ARG(r->site->folder), (int)getpid(), (long long)clock_monotonic_ns());
	if (!tenant_host_ok(host, e) || !find_place(r, host, &replaced, e)) return false;
	unlink(tmp.p);
	bool ok = transfer_copy(r->a, arena_printf(r->a, "%.*s/portal.db", STR_ARG(r->how->folder)), tmp, r->how->cancel_or_null, e);
	if (!ok && e->code == ERR_NOT_FOUND) ok = lacking(e, STR("portal.db"));
	ok = ok && store_portal_in(r->site->store, tmp, replaced, &r->tenant, e);
	unlink(tmp.p);
	r->told->host = arena_str(r->a, host);
	return ok && take_files(r, e) && give_name(r, former, host, replaced, e);
}

bool transfer_in(struct site *s, const struct transfer_in *how, struct arena *a, struct transfer_told *out, struct err *e)
{
	struct reading r = { .site = s, .how = how, .a = a, .told = out };
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	*out = (struct transfer_told){ 0 };
	if (!read_head(&r, &doc, e)) return false;
	if (take_all(&r, e)) return true;
	if (r.tenant.v && tenant_remove(s->tenants, r.tenant, &ignored))
		(void)io_remove_tree(arena_printf(a, "%.*s/%lld", STR_ARG(s->folder), (long long)r.tenant.v).p);
	return false;
}

/* Ids of the first column. */
static bool portals(struct site *s, int query, const struct value *with, size_t nwith, struct tenant_id *ids, size_t most, size_t *n, struct err *e)
{
	struct err ignored = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	*n = 0;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = store_ask_house(tx, &transfer_house_queries[query], with, nwith, &r, e);
	enum store_step step = STORE_DONE;
	while (ok && *n < most && (step = store_step(r, e)) == STORE_ROW) ids[(*n)++] = (struct tenant_id){ store_int(r, 0) };
	if (ok) store_stop(r);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok && step != STORE_FAILED;
}

/* What was unpacked, and books that were being read. */
static void sweep_folder(struct site *s)
{
	static const struct str beginnings[] = { { "taken-in-", 9 }, { "restored-", 9 }, { "unpacked-", 9 } };
	auto_arena a = ARENA_INIT;
	struct str folder = arena_printf(&a, "%.*s/tmp", STR_ARG(s->folder));
	DIR *d = opendir(folder.p);
	for (struct dirent *f; d && (f = readdir(d));)
		for (size_t i = 0; i < COUNT_OF(beginnings); i++)
			if (str_starts(str_of(f->d_name), beginnings[i])) (void)io_remove_tree(arena_printf(&a, "%.*s/%s", STR_ARG(folder), f->d_name).p);
	if (d) closedir(d);
}

bool transfer_sweep(struct site *s, struct err *e)
{
	enum { MOST = 64 };
	struct tenant_id ids[MOST];
	size_t n;
	sweep_folder(s);
	bool ok = portals(s, TRANSFER_H_stranded, STORE_NONE, ids, MOST, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		auto_arena a = ARENA_INIT;
		ok = tenant_remove(s->tenants, ids[i], e);
		/* What cannot be removed now goes with the catalogue's sweep at the next start. */
		if (ok) (void)io_remove_tree(arena_printf(&a, "%.*s/%lld", STR_ARG(s->folder), (long long)ids[i].v).p);
	}
	/* Closed by a restore that ended in the moment in which the server did. */
	ok = ok && portals(s, TRANSFER_H_closed_for_nothing, STORE_PARAMS(VALUE_OF_INT(0)), ids, MOST, &n, e);
	for (size_t i = 0; ok && i < n; i++) ok = tenant_restoring(s->tenants, ids[i], false, e);
	return ok;
}
