/* Numbers of pushed records in views. While records come in several times a second, building the view from
 * the store each time would cost more than the pushes: the newest view is copied, its texts shared, and
 * only what the pushes change is written into the copy. */
#include "catalog/inside.h"
#include <stdlib.h>

static bool is_of(const struct catalog_live *l, const struct version_ref *v)
{
	return l->at.tenant.v == v->tenant.v && l->at.dataset == v->dataset;
}

static void fill_one(const struct catalog_live *l, struct dataset *d)
{
	if (!is_of(l, &d->version) || l->at.number != d->version.number) return;
	d->version = l->at;
	if (d->rows >= 0) d->rows = l->rows;
	if (l->modified.us > d->modified.us) d->modified = l->modified;
	if (l->modified.us > d->data_processed.us) d->data_processed = l->modified;
}

void live_fill(struct catalog *c, struct view_box *b)
{
	/* The list was made by this room for this view, so writing through the const view is ours to do. */
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	for (size_t i = 0; i < c->nlives; i++) {
		if (c->lives[i].at.tenant.v != b->view.tenant.v && !b->view.nlinks) continue;
		for (size_t k = 0; k < b->view.n; k++) fill_one(&c->lives[i], &list[k]);
	}
}

struct view_box *live_copy(struct view_box *b)
{
	struct view_box *copy = calloc(1, sizeof *copy);
	ensure(copy != NULL);
	copy->view = b->view;
	copy->changed = b->changed;
	copy->own_mark = b->own_mark;
	copy->held = 1;
	copy->origin = b->origin ? b->origin : b;
	copy->origin->held++;
	struct dataset *list = arena_array(&copy->arena, struct dataset, b->view.n + 1);
	if (b->view.n) memcpy(list, b->view.datasets, b->view.n * sizeof *list);
	copy->view.datasets = list;
	copy->view.by_slug = (struct map){ 0 };
	for (size_t i = 0; i < b->view.n; i++) map_put(&copy->arena, &copy->view.by_slug, list[i].slug, &list[i]);
	catalog_put_aliases(copy);
	return copy;
}

static void note(struct catalog *c, const struct catalog_live *l)
{
	for (size_t i = 0; i < c->nlives; i++) {
		if (!is_of(l, &c->lives[i].at)) continue;
		c->lives[i] = *l;
		return;
	}
	c->lives = realloc(c->lives, (c->nlives + 1) * sizeof *c->lives);
	ensure(c->lives != NULL);
	c->lives[c->nlives++] = *l;
}

void catalog_set_live(struct catalog *c, const struct catalog_live *l)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *list;
	lock_take(&c->lock);
	note(c, l);
	size_t n = catalog_followers(c, l->at.tenant, &a, &list);
	list[n++] = l->at.tenant;
	for (size_t i = 0; i < n; i++) {
		struct view_box *now = catalog_newest_or_null(c, list[i]);
		if (now) catalog_put_in_place(c, live_copy(now));
	}
	void (*changed)(void *, struct tenant_id) = c->changed;
	void *arg = c->changed_arg;
	lock_give(&c->lock);
	for (size_t i = 0; changed && i < n; i++) changed(arg, list[i]);
}

bool catalog_renew(struct catalog *c, struct tenant_id t, struct err *e) { return catalog_refresh(c, t, e); }
