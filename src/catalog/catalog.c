/* Views: what a portal has published, read from the store into one immutable, counted snapshot. A
 * change builds a new one beside the old; whoever holds the old one keeps it until they are done. */
#include "catalog/inside.h"
#include "json/json.h"
#include "text/text.h"
#include <stdlib.h>

const struct store_query catalog_queries[] = {
#define Q(name, text) [CATALOG_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "catalog/queries.def"
#undef Q
#undef HOUSE
};
const struct store_house_query catalog_house_queries[] = {
#define Q(name, text)
#define HOUSE(name, text) [CATALOG_H_##name] = { #name, text },
#include "catalog/queries.def"
#undef Q
#undef HOUSE
};

/* --- loading ------------------------------------------------------------------------------------ */

bool catalog_read_dataset(struct arena *a, struct store_rows *r, struct tenant_id t, struct dataset *d, struct err *e)
{
	*d = (struct dataset){ .id = store_int(r, 0) };
	d->slug = arena_str(a, store_text(r, 1));
	d->uid = arena_str(a, store_text(r, 2));
	d->version = (struct version_ref){ .tenant = t, .dataset = d->id, .number = store_int(r, 3) };
	d->restricted = store_int(r, 4) != 0;
	d->data_visible = store_int(r, 5) != 0;
	d->everybody = (struct dataset_rule){ .data_visible = d->data_visible, .row_filter = arena_str(a, store_text(r, 6)),
		                              .memo = arena_new(a, struct dataset_memo) };
	d->created.us = store_int(r, 7);
	d->modified.us = store_int(r, 8);
	d->data_processed.us = store_int(r, 9);
	d->metadata_processed.us = store_int(r, 10);
	d->rows = store_int(r, 11);
	d->bytes = store_int(r, 12);
	d->rejects = store_int(r, 13);
	d->schema_json = arena_str(a, store_text(r, 14));
	d->source_name = arena_str(a, store_text(r, 15));
	d->summary = arena_str(a, store_text(r, 16));
	d->pushed = store_int(r, 17);
	d->compacts = store_int(r, 18);
	if (!schema_from_json(a, d->schema_json, &d->schema, e)) return err_cause(e, "dataset %.*s", STR_ARG(d->slug));
	find_features(a, d);
	d->everybody.quota = arena_str(a, store_text(r, 20));
	return rule_fields(a, store_is_null(r, 19) ? STR("") : store_text(r, 19), &d->everybody, e);
}

static bool load_datasets(struct store_tx *tx, struct view_box *b, struct err *e)
{
	struct store_rows *r;
	VEC(struct dataset) list = { 0 };
	bool ok = true;
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(datasets_published), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW && ok)
		ok = catalog_read_dataset(&b->arena, r, b->view.tenant, vec_add(&b->arena, &list), e);
	store_stop(r);
	if (!ok || step != STORE_DONE) return false;
	b->view.datasets = list.p;
	b->view.n = list.n;
	for (size_t i = 0; i < list.n; i++) map_put(&b->arena, &b->view.by_slug, list.p[i].slug, &list.p[i]);
	return true;
}

/* A date of change that the publisher set stands for the one that was measured. The list stays in the order of what was measured. */
void take_modified(struct dataset *d)
{
	struct clock_text when;
	struct str json = dataset_meta_json(d, "default", "modified", STR(""));
	if (json.n > 2 && json.p[0] == '"' && clock_parse(str_sub(json, 1, json.n - 2), &when))
		d->modified.us = clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000;
}

/* A value as it may leave: whoever reads markup from here puts it into pages of their own, so what acts is not in it, however it came. */
struct str meta_disarmed(struct arena *a, struct str template_, struct str name, struct str json)
{
	bool markup = false;
	for (size_t i = 0; i < catalog_meta_row_count() && !markup; i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		markup = r->kind == META_LANG_HTML && str_eq(name, str_of(r->name)) && str_eq(template_, str_of(r->template_));
	}
	const struct json_node *v;
	struct err ignored = { 0 };
	auto_arena work = ARENA_INIT;
	auto_buf clean = BUF_INIT(8 << 20), out = BUF_INIT(16 << 20);
	struct json_out j = JSON_OUT(&out);
	if (!markup || (str_find_char(json, '<') < 0 && str_find(json, STR("u003")) < 0) || !json_read_in(&work, json, &v, &ignored) || json_kind(v) != JSON_TEXT) return arena_str(a, json);
	text_disarm(&clean, json_text(v));
	json_put(&j, buf_str(&clean));
	return arena_str(a, buf_str(&out));
}

/* Rows come grouped by dataset; each dataset's values end up side by side. */
static bool load_metas(struct store_tx *tx, struct view_box *b, struct err *e)
{
	struct row { int64_t dataset; struct meta meta; };
	struct store_rows *r;
	VEC(struct row) rows = { 0 };
	enum store_step step;
	auto_arena work = ARENA_INIT;
	if (!store_ask(tx, CATALOG_Q(metas_published), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		struct row *row = vec_add(&work, &rows);
		row->dataset = store_int(r, 0);
		row->meta.template_ = arena_str(&b->arena, store_text(r, 1));
		row->meta.name = arena_str(&b->arena, store_text(r, 2));
		row->meta.lang = arena_str(&b->arena, store_text(r, 3));
		row->meta.json = meta_disarmed(&b->arena, row->meta.template_, row->meta.name, store_text(r, 4));
	}
	store_stop(r);
	if (step != STORE_DONE) return false;
	struct meta *all = arena_array(&b->arena, struct meta, rows.n + 1);
	for (size_t i = 0; i < rows.n; i++) all[i] = rows.p[i].meta;
	struct map by_id = { 0 };
	for (size_t i = 0; i < b->view.n; i++) {
		/* The list was made here, so writing through the const view is ours to do. */
		struct dataset *d = (struct dataset *)(uintptr_t)&b->view.datasets[i];
		map_put(&work, &by_id, arena_printf(&work, "%lld", (long long)d->id), d);
	}
	for (size_t i = 0; i < rows.n;) {
		size_t end = i;
		while (end < rows.n && rows.p[end].dataset == rows.p[i].dataset) end++;
		struct dataset *d = map_get_or_null(&by_id, arena_printf(&work, "%lld", (long long)rows.p[i].dataset));
		if (d) {
			d->metas = all + i;
			d->nmetas = end - i;
			take_modified(d);
		}
		i = end;
	}
	return true;
}

static bool load_aliases(struct store_tx *tx, struct view_box *b, struct err *e)
{
	VEC(struct catalog_alias) list = { 0 };
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(aliases), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(&b->arena, &list, (struct catalog_alias){ arena_str(&b->arena, store_text(r, 0)), store_int(r, 1) });
	store_stop(r);
	b->view.aliases = list.p;
	b->view.naliases = list.n;
	return step == STORE_DONE;
}

void catalog_put_aliases(struct view_box *b)
{
	for (size_t i = 0; i < b->view.naliases; i++) {
		const struct catalog_alias *x = &b->view.aliases[i];
		for (size_t k = 0; k < b->view.n && !map_get_or_null(&b->view.by_slug, x->slug); k++)
			if (b->view.datasets[k].id == x->dataset) map_put(&b->arena, &b->view.by_slug, x->slug, (struct dataset *)(uintptr_t)&b->view.datasets[k]);
	}
}

/* When something last changed, on a dataset that is off the portal too. */
static bool load_changed(struct store_tx *tx, struct view_box *b, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CATALOG_Q(last_change), b->view.tenant, STORE_NONE, &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) b->changed = store_int(r, 0);
	store_stop(r);
	return step != STORE_FAILED;
}

static void box_free(struct view_box *b)
{
	arena_done(&b->arena);
	free(b);
}

static bool build(struct catalog *c, struct tenant_id t, bool alone, struct view_box **out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	struct view_box *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	b->held = 1;
	b->view.tenant = t;
	bool ok = load_own(tx, b, e) && load_datasets(tx, b, e) && load_metas(tx, b, e) && load_links(tx, b, e) && load_rules(tx, b, e) && load_files(tx, b, e) &&
	          load_changed(tx, b, e) && load_aliases(tx, b, e);
	if (ok) {
		link_versions(b);
		catalog_put_aliases(b);
	}
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	lock_take(&c->lock);
	live_fill(c, b);
	lock_give(&c->lock);
	ok = ok && catalog_reflect(c, b, alone, e);
	if (!ok) {
		box_free(b);
		return false;
	}
	b->view.reflected_schema = &b->reflected_schema;
	*out = b;
	return true;
}

/* --- holding ------------------------------------------------------------------------------------ */

static struct view_box **place_of(struct catalog *c, struct tenant_id t)
{
	struct view_box **at = &c->views;
	while (*at && (*at)->view.tenant.v != t.v) at = &(*at)->next;
	return at;
}

/* The last one to leave a former view takes its reflection along. With the lock, given up meanwhile. */
static void let_go(struct catalog *c, struct view_box *b)
{
	struct err ignored = { 0 };
	ensure(b->held > 0);
	if (--b->held) return;
	if (b->origin) {
		struct view_box *origin = b->origin;
		box_free(b);
		let_go(c, origin);
		return;
	}
	const struct view_box *now = *place_of(c, b->view.tenant);
	bool former = !b->made && now && now->view.reflected.number != b->view.reflected.number;
	lock_give(&c->lock);
	if (b->made) catalog_drop_made(c, b);
	/* What cannot be dropped now is tidied away at the next start. */
	if (former && !engine_drop(c->engine, b->view.reflected, &ignored)) ignored.code = ERR_NONE;
	box_free(b);
	lock_take(&c->lock);
}

/* Waits until no other thread builds, then becomes the builder. With the lock. */
static void start_building(struct catalog *c)
{
	while (c->loading) lock_bell_wait(&c->loaded, &c->lock);
	c->loading = true;
}

struct view_box *catalog_newest_or_null(struct catalog *c, struct tenant_id t) { return *place_of(c, t); }

void catalog_put_in_place(struct catalog *c, struct view_box *b)
{
	struct view_box **at = place_of(c, b->view.tenant), *old = *at;
	live_fill(c, b); /* newer perhaps than when the building began */
	b->next = old ? old->next : NULL;
	*at = b;
	if (old) let_go(c, old);
}

static bool refresh_one(struct catalog *c, struct tenant_id t, struct err *e)
{
	struct view_box *b = NULL;
	lock_take(&c->lock);
	start_building(c);
	bool alone = *place_of(c, t) == NULL;
	lock_give(&c->lock);
	bool ok = build(c, t, alone, &b, e);
	lock_take(&c->lock);
	if (ok) catalog_put_in_place(c, b);
	c->loading = false;
	lock_bell_ring_all(&c->loaded);
	void (*changed)(void *, struct tenant_id) = c->changed;
	void *arg = c->changed_arg;
	lock_give(&c->lock);
	if (ok && changed) changed(arg, t);
	return ok;
}

/* A view that cannot be made anew would go on showing what another portal shows no longer: then it goes, and is made when somebody asks. */
static void forget(struct catalog *c, struct tenant_id t)
{
	lock_take(&c->lock);
	struct view_box **at = place_of(c, t), *b = *at;
	if (b) {
		*at = b->next;
		let_go(c, b);
	}
	void (*changed)(void *, struct tenant_id) = c->changed;
	void *arg = c->changed_arg;
	lock_give(&c->lock);
	if (changed) changed(arg, t);
}

bool catalog_remake(struct catalog *c, struct tenant_id t, struct err *e)
{
	if (refresh_one(c, t, e)) return true;
	forget(c, t);
	return false;
}

size_t catalog_followers(struct catalog *c, struct tenant_id origin, struct arena *a, struct tenant_id **out)
{
	size_t n = 0;
	for (const struct view_box *b = c->views; b; b = b->next) n++;
	*out = arena_array(a, struct tenant_id, n + 1);
	n = 0;
	for (const struct view_box *b = c->views; b; b = b->next)
		if (link_leads_to(&b->view, origin)) (*out)[n++] = b->view.tenant;
	return n;
}

bool catalog_origin_changed(struct catalog *c, struct tenant_id origin, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *list;
	bool ok = true;
	lock_take(&c->lock);
	size_t n = catalog_followers(c, origin, &a, &list);
	lock_give(&c->lock);
	for (size_t i = 0; i < n; i++) {
		struct err own = { 0 };
		if (catalog_remake(c, list[i], &own)) continue;
		if (ok) *e = own;
		ok = false;
	}
	return ok;
}

/* Portals that show datasets of this one live are made anew with it. */
bool catalog_refresh(struct catalog *c, struct tenant_id t, struct err *e)
{
	struct err own = { 0 };
	bool ok = refresh_one(c, t, e);
	bool followed = catalog_origin_changed(c, t, &own);
	if (ok && !followed) *e = own;
	return ok && followed;
}

bool catalog_hold(struct catalog *c, struct tenant_id t, const struct catalog_view **out, struct err *e)
{
	bool ok = true;
	lock_take(&c->lock);
	struct view_box *b = *place_of(c, t);
	if (!b) {
		start_building(c);
		b = *place_of(c, t);
		if (!b) {
			lock_give(&c->lock);
			ok = build(c, t, true, &b, e);
			lock_take(&c->lock);
			if (ok) catalog_put_in_place(c, b);
		}
		c->loading = false;
		lock_bell_ring_all(&c->loaded);
	}
	if (ok) {
		b->held++;
		*out = &b->view;
	}
	lock_give(&c->lock);
	return ok;
}

void catalog_release(struct catalog *c, const struct catalog_view *v)
{
	if (!v) return;
	/* The view is the first member of its box. */
	lock_take(&c->lock);
	let_go(c, (struct view_box *)(uintptr_t)v);
	lock_give(&c->lock);
}

const struct dataset *catalog_find_or_null(const struct catalog_view *v, struct str slug)
{
	return map_get_or_null(&v->by_slug, slug);
}

void catalog_on_change(struct catalog *c, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	lock_take(&c->lock);
	c->changed = changed;
	c->changed_arg = arg;
	lock_give(&c->lock);
}

bool catalog_open(struct store *s, struct engine *g, struct catalog **out, struct err *e)
{
	(void)e;
	struct catalog *c = calloc(1, sizeof *c);
	ensure(c != NULL);
	c->store = s;
	c->engine = g;
	lock_init(&c->lock, LOCK_CATALOG);
	lock_bell_init(&c->loaded);
	*out = c;
	return true;
}

void catalog_close(struct catalog *c)
{
	if (!c) return;
	while (c->views) {
		struct view_box *next = c->views->next;
		if (c->views->origin) box_free(c->views->origin);
		box_free(c->views);
		c->views = next;
	}
	while (c->busy) {
		struct busy *next = c->busy->next;
		free(c->busy);
		c->busy = next;
	}
	free(c->lives);
	lock_bell_done(&c->loaded);
	lock_done(&c->lock);
	free(c);
}
