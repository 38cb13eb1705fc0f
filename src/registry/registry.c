/* What is in force at each portal: counted snapshots, made when a portal is first asked for, when its settings changed and
 * when a version that waited comes into force. A snapshot that says something else than the version it is made of becomes
 * a version itself. */
#include "registry/inside.h"
#include <stdlib.h>

const struct store_query registry_queries[] = {
#define Q(name, text) [REGISTRY_Q_##name] = { #name, text },
#define HOUSE(name, text)
#include "registry/queries.def"
#undef Q
#undef HOUSE
};

struct registry_box *registry_box_new(void)
{
	struct registry_box *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	b->held = 1;
	b->until = INT64_MAX;
	return b;
}

void registry_box_free(struct registry_box *b)
{
	if (!b)
		return;
	arena_done(&b->arena);
	free(b);
}

void registry_box_free_at(struct registry_box **b) { registry_box_free(*b); }

static void let_go(struct registry_box *b)
{
	ensure(b->held > 0);
	if (--b->held == 0)
		registry_box_free(b);
}

/* --- making ----------------------------------------------------------------------------------------------------- */

bool registry_make(struct registries *rs, const struct tenant *t, const struct json_node *source, struct registry_notes *notes,
                   struct registry_box **out, struct err *e)
{
	(void)e;
	struct registry_box *b = registry_box_new();
	lock_take(&rs->lock);
	int port = rs->port;
	lock_give(&rs->lock);
	registry_from_settings(b, t, port);
	struct registry_item *items = arena_array(&b->arena, struct registry_item, REGISTRY_COOKIES);
	b->g.nitems = registry_platform_items(b, items, 1);
	b->g.items = items;
	b->generation = t->generation;
	registry_read_editable(b, source, notes);
	*out = b;
	return true;
}

void registry_carry(const struct registry *before, struct registry_box *after, int64_t version)
{
	struct registry_item *items = (struct registry_item *)(uintptr_t)after->g.items; /* made by this room */
	struct registry_service *services = (struct registry_service *)(uintptr_t)after->g.services;
	for (size_t i = 0; i < after->g.nitems; i++) {
		items[i].since = version;
		for (size_t k = 0; k < before->nitems; k++)
			if (str_eq(before->items[k].id, items[i].id))
				items[i].since = before->items[k].since;
	}
	for (size_t i = 0; i < after->g.nservices; i++) {
		const struct registry_service *s = registry_service_or_null(before, services[i].id);
		services[i].asked_epoch = s ? s->asked_epoch : 0;
	}
}

static bool same_content(const struct registry *a, const struct registry *b)
{
	auto_buf x = BUF_INIT(REGISTRY_JSON_BYTES);
	auto_buf y = BUF_INIT(REGISTRY_JSON_BYTES);
	registry_put_content(&x, a);
	registry_put_content(&y, b);
	return !x.over && !y.over && str_eq(buf_str(&x), buf_str(&y));
}

/* The date a portal says its first policy holds since; now when it says none. */
static struct instant first_effective(const struct tenant *t, struct instant now)
{
	struct clock_text since;
	if (!clock_parse(tenant_setting(t, "policy.since"), &since))
		return now;
	int64_t us = clock_us_of_civil(&since.civil);
	return us < now.us ? (struct instant){ us } : now;
}

bool registry_number(struct registries *rs, struct store_tx *x, struct registry_box *box, struct registry_row *row, struct err *e)
{
	(void)rs;
	struct registry *g = &box->g;
	g->version = row->version;
	g->epoch = row->epoch;
	g->effective = row->effective;
	g->note = arena_str(&box->arena, row->note);
	auto_buf b = BUF_INIT(REGISTRY_JSON_BYTES);
	struct str doc;
	if (!registry_seal(box, e))
		return false;
	registry_put_doc(&b, g, STR(""), false);
	if (!buf_end(&b, &doc, e))
		return false;
	row->doc = arena_str(&box->arena, doc);
	row->hash = g->hash;
	return registry_row_put(x, g->tenant, row, e);
}

/* Settings or built-in words say something else than before: a version by itself, in force at once. */
static bool settings_changed(struct registries *rs, const struct tenant *t, struct store_tx *x, const struct registry *before_or_null,
                             const struct registry_row *former, struct registry_box *box, struct err *e)
{
	static const struct registry nothing = { .version = 0 };
	struct registry_row row = { .made = clock_now(), .role = STR("system"), .source = former->source };
	int64_t version;
	int64_t epoch;
	if (!registry_numbers(x, t->id, &version, &epoch, e))
		return false;
	row.version = version + 1;
	registry_carry(before_or_null ? before_or_null : &nothing, box, row.version);
	if (before_or_null) {
		row.material = registry_settle_epochs(before_or_null, box, epoch, NULL);
		row.epoch = row.material ? epoch + 1 : former->epoch;
		row.made.us = num_max(row.made.us, former->effective.us);
		row.effective = row.made;
		row.note = STR("settings changed");
	} else {
		row.epoch = 1;
		row.effective = first_effective(t, row.made);
		row.note = STR("first version");
	}
	return registry_number(rs, x, box, &row, e);
}

bool registry_make_in_force(struct registries *rs, const struct tenant *t, struct store_tx *x, struct registry_box **out, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	struct registry_row row = { .source = STR("{}") };
	struct registry_notes quiet = { .a = &scratch };
	bool found = false;
	int64_t until = INT64_MAX;
	auto_box *before = NULL;
	auto_box *box = NULL;
	auto_json *source = NULL;
	if (!registry_row_in_force(x, t->id, clock_now(), &scratch, &row, &found, &until, e) || !json_read(row.source, &source, e) ||
	    !registry_make(rs, t, json_root(source), &quiet, &box, e))
		return false;
	if (found) {
		before = registry_box_new();
		if (!registry_read_frozen(before, row.doc, e))
			return false;
		registry_carry(&before->g, box, row.version);
	}
	if (found && same_content(&before->g, &box->g)) {
		box->g.version = row.version;
		box->g.epoch = row.epoch;
		box->g.effective = row.effective;
		box->g.note = arena_str(&box->arena, row.note);
	} else if (!settings_changed(rs, t, x, found ? &before->g : NULL, &row, box, e)) {
		return false;
	}
	if (!registry_read_verification(x, rs->vault, box, e) || !registry_seal(box, e))
		return false;
	box->until = until;
	*out = box;
	box = NULL;
	return true;
}

static bool make(struct registries *rs, const struct tenant *t, struct registry_box **out, struct err *e)
{
	struct store_tx *x;
	if (!store_begin(rs->store, STORE_WRITE, &x, e))
		return false;
	struct registry_box *box = NULL;
	bool ok = registry_make_in_force(rs, t, x, &box, e);
	ok = store_end(x, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) {
		registry_box_free(box);
		if (e->code != ERR_DATABASE) { /* callers know one word for "it cannot be had" */
			struct err better = { 0 };
			err_set(&better, ERR_DATABASE, "the cookie registry of this portal cannot be read");
			err_cause(&better, "%s; %s", e->pub, e->priv);
			*e = better;
		}
		return false;
	}
	*out = box;
	return true;
}

/* --- holding ------------------------------------------------------------------------------------------------------ */

/* With the lock. The place of a portal's snapshot; a place without one when there was none. */
static struct registry_box **place_of(struct registries *rs, struct tenant_id t)
{
	struct registry_place *p = map_get_or_null(&rs->boxes, str_make((const char *)&t.v, sizeof t.v));
	if (!p) {
		p = arena_new(&rs->places, struct registry_place);
		p->tenant = t.v;
		map_put(&rs->places, &rs->boxes, str_make((const char *)&p->tenant, sizeof p->tenant), p);
	}
	return &p->box;
}

static void let_all_go(struct registries *rs)
{
	for (size_t i = 0; i < rs->boxes.n; i++) {
		struct registry_place *p = rs->boxes.entries[i].value;
		if (p->box)
			let_go(p->box);
		p->box = NULL;
	}
}

void registry_alone(struct registries *rs)
{
	lock_take(&rs->lock);
	while (rs->making)
		lock_bell_wait(&rs->made, &rs->lock);
	rs->making = true;
	lock_give(&rs->lock);
}

void registry_alone_done(struct registries *rs, struct tenant_id forget)
{
	lock_take(&rs->lock);
	struct registry_box **p = forget.v ? place_of(rs, forget) : NULL;
	if (p && *p) {
		let_go(*p);
		*p = NULL;
	}
	rs->making = false;
	lock_bell_ring_all(&rs->made);
	lock_give(&rs->lock);
}

bool registry_hold(struct registries *rs, const struct tenant *t, const struct registry **out, struct err *e)
{
	int64_t now = clock_now().us;
	lock_take(&rs->lock);
	for (;;) {
		struct registry_box *b = *place_of(rs, t->id);
		if (b && b->generation >= t->generation && now < b->until) {
			b->held++;
			lock_give(&rs->lock);
			*out = &b->g;
			return true;
		}
		if (!rs->making)
			break;
		lock_bell_wait(&rs->made, &rs->lock);
	}
	rs->making = true;
	lock_give(&rs->lock);
	struct registry_box *box = NULL;
	bool ok = make(rs, t, &box, e);
	lock_take(&rs->lock);
	if (ok) {
		struct registry_box **p = place_of(rs, t->id);
		if (*p)
			let_go(*p);
		*p = box;
		box->held++;
	}
	rs->making = false;
	lock_bell_ring_all(&rs->made);
	lock_give(&rs->lock);
	if (ok)
		*out = &box->g;
	return ok;
}

void registry_release(struct registries *rs, const struct registry *g)
{
	if (!g)
		return;
	/* The registry is the first member of its box, and was made writable. */
	struct registry_box *b = (struct registry_box *)(uintptr_t)g;
	lock_take(&rs->lock);
	let_go(b);
	lock_give(&rs->lock);
}

/* The text as it was hashed, with its hash in its place: before the items, which nothing else of that name precedes. */
static struct str with_hash(struct arena *a, struct str doc, struct str hash)
{
	ptrdiff_t at = str_find(doc, STR(",\"items\":["));
	if (at < 0)
		return arena_str(a, doc);
	return arena_printf(a, "%.*s,\"hash\":\"%.*s\"%.*s", (int)at, doc.p, STR_ARG(hash), STR_ARG(str_from(doc, (size_t)at)));
}

bool registry_hold_version(struct registries *rs, const struct tenant *t, int64_t version, const struct registry **out, struct err *e)
{
	auto_arena scratch = ARENA_INIT;
	struct registry_row row = { 0 };
	struct store_tx *x;
	struct err ignored = { 0 };
	if (!store_begin(rs->store, STORE_READ, &x, e))
		return false;
	bool ok = registry_row_get(x, t->id, version, &scratch, &row, e);
	if (!store_end(x, STORE_ROLLBACK, ok ? e : &ignored) || !ok)
		return false;
	auto_box *box = registry_box_new();
	struct registry *g = &box->g;
	if (!registry_read_frozen(box, row.doc, e))
		return false;
	g->tenant = t->id;
	g->version = row.version;
	g->epoch = row.epoch;
	g->effective = row.effective;
	g->note = arena_str(&box->arena, row.note);
	g->hash = arena_str(&box->arena, row.hash);
	g->json = with_hash(&box->arena, row.doc, row.hash);
	*out = g;
	box = NULL;
	return true;
}

void registries_on_change(struct registries *rs, void (*changed)(void *arg, struct tenant_id t), void *arg)
{
	rs->changed = changed;
	rs->changed_arg = arg;
}

void registry_tell(struct registries *rs, struct tenant_id t)
{
	tenants_bump(rs->tenants, t);
	if (rs->changed)
		rs->changed(rs->changed_arg, t);
}

void registries_port(struct registries *rs, int port)
{
	lock_take(&rs->lock);
	rs->port = port;
	let_all_go(rs);
	lock_give(&rs->lock);
}

bool registries_open(struct store *s, struct tenants *ts, struct vault *v, struct registries **out, struct err *e)
{
	struct registries *rs = calloc(1, sizeof *rs);
	ensure(rs != NULL);
	rs->store = s;
	rs->tenants = ts;
	rs->vault = v;
	lock_init(&rs->lock, LOCK_REGISTRY);
	lock_bell_init(&rs->made);
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	size_t n = tenants_list(ts, &a, &ids);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(ts, ids[i]);
		const struct registry *g;
		if (!t)
			continue;
		ok = registry_hold(rs, t, &g, e);
		if (ok)
			registry_release(rs, g);
		tenant_release(ts, t);
	}
	if (!ok) {
		registries_close(rs);
		return false;
	}
	*out = rs;
	return true;
}

void registries_close(struct registries *rs)
{
	if (!rs)
		return;
	let_all_go(rs);
	arena_done(&rs->places);
	lock_bell_done(&rs->made);
	lock_done(&rs->lock);
	free(rs);
}

/* --- looking up ------------------------------------------------------------------------------------------------------ */

const struct registry_item *registry_item(const struct registry *g, enum registry_cookie c)
{
	for (size_t i = 0; i < g->nitems; i++)
		if (g->items[i].cookie == c)
			return &g->items[i];
	return NULL;
}

const struct registry_service *registry_service_or_null(const struct registry *g, struct str id)
{
	for (size_t i = 0; i < g->nservices; i++)
		if (str_eq(g->services[i].id, id))
			return &g->services[i];
	return NULL;
}

size_t registry_language(const struct registry *g, struct str code)
{
	ptrdiff_t i = i18n_find(g->languages, g->nlanguages, code);
	return i < 0 ? 0 : (size_t)i;
}
