/* Views of datasets that nobody published: made by a room above out of what it knows, with a reflection as the catalogue has one, so that
 * everything that asks the catalogue can ask them. Their versions and reflection go with the last who holds them. */
#include "catalog/inside.h"
#include "record/record.h"
#include <stdlib.h>

bool catalog_made(struct catalog *c, struct tenant_id t, int64_t reflection, catalog_fill *fill, void *arg, const struct catalog_view **out, struct err *e)
{
	struct view_box *b = calloc(1, sizeof *b);
	struct dataset *list = NULL;
	size_t n = 0;
	ensure(b != NULL);
	b->held = 1;
	b->view.tenant = t;
	b->made = reflection;
	b->changed = clock_now().us;
	bool ok = fill(arg, &b->arena, &list, &n, e);
	for (size_t i = 0; ok && i < n; i++) {
		auto_buf json = BUF_INIT(1 << 20);
		schema_put_json(&json, &list[i].schema);
		list[i].schema_json = arena_str(&b->arena, buf_str(&json));
		list[i].everybody.data_visible = true;
		list[i].everybody.memo = arena_new(&b->arena, struct dataset_memo);
		rule_resolve(&b->arena, &list[i].schema, &list[i].everybody);
		list[i].data_visible = true;
		find_features(&b->arena, &list[i]);
		map_put(&b->arena, &b->view.by_slug, list[i].slug, &list[i]);
	}
	b->view.datasets = list;
	b->view.n = n;
	ok = ok && catalog_reflect(c, b, false, e);
	b->view.reflected_schema = &b->reflected_schema;
	if (!ok) {
		arena_done(&b->arena);
		free(b);
		return false;
	}
	*out = &b->view;
	return true;
}

void catalog_hold_too(struct catalog *c, const struct catalog_view *v)
{
	lock_take(&c->lock);
	((struct view_box *)(uintptr_t)v)->held++;
	lock_give(&c->lock);
}

void catalog_drop_made(struct catalog *c, const struct view_box *b)
{
	struct err ignored = { 0 };
	for (size_t i = 0; i < b->view.n; i++)
		if (b->view.datasets[i].version.number && !engine_drop(c->engine, b->view.datasets[i].version, &ignored)) ignored.code = ERR_NONE;
	if (!engine_drop(c->engine, b->view.reflected, &ignored)) ignored.code = ERR_NONE;
}
