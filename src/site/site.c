/* Opening and closing everything below a data folder, in order and in reverse. */
#include "site/site.h"
#include "crypt/crypt.h"
#include "draw/draw.h"
#include "io/io.h"
#include "page/page.h"
#include "tile/tile.h"
#include <stdlib.h>
#include <unistd.h>

struct site_inside {
	struct site site;
	struct arena arena;
};

void site_changed(struct site *s, struct tenant_id t)
{
	tenants_bump(s->tenants, t);
	if (s->changed) s->changed(s->changed_arg, t);
}

static void changed(void *arg, struct tenant_id t) { site_changed(arg, t); }

static bool open_vault(struct site *s, const struct site_options *o, struct err *e)
{
	if (!o->passing) return vault_open(s->folder, &s->vault, e);
	s->vault = vault_passing();
	return true;
}

bool site_open(struct str folder, const struct site_options *o, struct site **out, struct err *e)
{
	struct site_inside *in = calloc(1, sizeof *in);
	ensure(in != NULL);
	struct site *s = &in->site;
	s->folder = arena_str(&in->arena, folder);
	struct str temp = arena_printf(&in->arena, "%.*s/tmp/engine", STR_ARG(folder));
	struct engine_options engine = { .folder = s->folder, .memory_mb = o->memory_mb, .temp_mb = o->temp_mb, .threads = o->engine_threads };
	bool ok = crypt_open(e) && io_make_folders(temp.p, e) &&
	          store_open(arena_printf(&in->arena, "%.*s/stoa.db", STR_ARG(folder)), &s->store, e) &&
	          open_vault(s, o, e) && events_open(s->store, &s->events, e) && engine_open(&engine, &s->engine, e) &&
	          tenants_open(s->store, &s->tenants, e) && looks_open(s->store, s->tenants, s->folder, &s->looks, e) && accounts_open(s->store, &s->accounts, e) &&
	          accounts_settings(s->accounts, &o->accounts, e) && registries_open(s->store, s->tenants, s->vault, &s->registries, e) &&
	          sessions_open(s->store, s->accounts, s->events, &s->sessions, e) && oauth_open(s->store, s->accounts, s->events, &s->oauth, e) &&
	          consent_open(s->store, s->vault, s->tenants, s->folder, &s->consent, e) &&
	          audience_open(s->store, s->tenants, &s->audience, e) && pages_open(s->store, &s->pages, e) &&
	          quota_open(s->store, &s->quota, e) &&
	          catalog_open(s->store, s->engine, &s->catalog, e) && catalog_sweep(s->catalog, e);
	if (!ok) {
		site_close(s);
		return false;
	}
	enum { TILE_BYTES = 384 << 20 };
	tile_shelf_open(TILE_BYTES, &s->tiles);
	s->draw = draw_open();
	catalog_on_change(s->catalog, changed, s);
	accounts_on_change(s->accounts, changed, s);
	pages_on_change(s->pages, changed, s);
	quota_on_used(s->quota, account_keys_used);
	*out = s;
	return true;
}

void site_close(struct site *s)
{
	if (!s) return;
	draw_close(s->draw);
	tile_shelf_close(s->tiles);
	catalog_close(s->catalog);
	quota_close(s->quota);
	pages_close(s->pages);
	audience_close(s->audience);
	consent_close(s->consent);
	oauth_close(s->oauth);
	sessions_close(s->sessions);
	registries_close(s->registries);
	accounts_close(s->accounts);
	looks_close(s->looks);
	tenants_close(s->tenants);
	engine_close(s->engine);
	events_close(s->events);
	vault_close(s->vault);
	store_close(s->store);
	struct site_inside *in = (struct site_inside *)s; /* its first member */
	arena_done(&in->arena);
	free(in);
}

bool site_enter(struct site *s, struct str host, struct site_visit *out, struct err *e)
{
	struct site_visit v = { .site = s, .tenant = tenants_find_or_null(s->tenants, host) };
	if (!v.tenant || v.tenant->suspended) {
		bool back_soon = v.tenant && v.tenant->restoring.us && !v.tenant->removed.us;
		site_leave(&v);
		if (back_soon) return err_set(e, ERR_RESTORING, "%s", err_kind(ERR_RESTORING)->sentence);
		return err_set(e, ERR_NO_PORTAL, "no portal answers at this address");
	}
	if (!catalog_hold(s->catalog, v.tenant->id, &v.view, e)) {
		site_leave(&v);
		return false;
	}
	*out = v;
	return true;
}

void site_leave(struct site_visit *v)
{
	if (!v->site) return;
	if (v->view) catalog_release(v->site->catalog, v->view);
	if (v->tenant) tenant_release(v->site->tenants, v->tenant);
	*v = (struct site_visit){ 0 };
}
