/* Datasets of other portals of this server, shown live: no copy, the very version that stands there. What a portal's view says of such a
 * dataset is read from the other portal's rows whenever either side changes, and is what everybody may see there at most: fields that are hidden there have
 * no name here, rows that are filtered there are not here (schema_bound), and a dataset that is not there for everybody is not here. Whose
 * rights hold here comes on top, in rights/. Also kept here: which datasets of other servers are live, and since when their origin is silent. */
#include "catalog/inside.h"
#include "json/json.h"
#include "odsql/odsql.h"
#include <stdlib.h>

/* --- the other side --------------------------------------------------------------------------------- */

struct linking {
	struct store_tx *tx;
	struct view_box *box;
	struct arena *a;         /* of the view */
	struct dataset *here;
	struct dataset there;
	struct catalog_link *link;
	struct str filter, told; /* of the link */
	bool data;
};

static bool end_row(struct store_rows *r, enum store_step step)
{
	store_stop(r);
	return step != STORE_FAILED;
}

static bool find_portal(struct linking *k, struct err *e)
{
	struct store_rows *r;
	k->link->state = CATALOG_LINK_NO_PORTAL;
	if (!store_ask_house(k->tx, &catalog_house_queries[CATALOG_H_link_portal], STORE_PARAMS(VALUE_OF_TEXT(k->link->host)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		k->link->origin.v = store_int(r, 0);
		k->link->state = store_int(r, 1) ? CATALOG_LINK_CLOSED : CATALOG_LINK_SHOWN;
	}
	return end_row(r, step);
}

static bool find_dataset(struct linking *k, struct err *e)
{
	struct store_rows *r;
	bool ok = true, chain = false;
	if (!store_ask(k->tx, CATALOG_Q(link_source), k->link->origin, STORE_PARAMS(VALUE_OF_TEXT(k->link->slug)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) {
		ok = catalog_read_dataset(k->a, r, k->link->origin, &k->there, e);
		chain = store_int(r, 21) != 0;
	}
	if (!end_row(r, step) || !ok) return false;
	if (step != STORE_ROW) k->link->state = CATALOG_LINK_NO_DATASET;
	else if (k->there.restricted) k->link->state = CATALOG_LINK_RESTRICTED;
	else if (chain) k->link->state = CATALOG_LINK_CHAIN;
	return true;
}

/* A filter that means nothing there shows nothing here; nor does one that asks who reads, for that portal knows nobody of this one. */
static bool filter_holds(const struct schema *s, bool everything, struct str text)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	struct odsql_node *node = NULL;
	const struct odsql_scope scope = { .schema = s, .everything = everything, .zone = clock_utc(), .lang = STR("en"), .now_us = clock_now().us };
	if (!str_trim(text).n) return true;
	return odsql_parse_where(&a, text, &node, &ignored) && (!node || odsql_check_where(&a, &scope, node, &ignored));
}

/* --- fields ----------------------------------------------------------------------------------------- */

/* As it is told here where somebody said so; the data, and so name and type, are the origin's. */
static void tell_field(struct field *f, const struct schema *own)
{
	int at = schema_find(own, f->name);
	if (at < 0 || own->fields[at].type != f->type) return;
	const struct field *o = &own->fields[at];
	static const unsigned adds = FIELD_DISJUNCTIVE | FIELD_SORTABLE | FIELD_RANGE;
	f->flags = (f->flags & ~(unsigned)FIELD_FACET) | (o->flags & (adds | FIELD_FACET));
	if (o->label.n) f->label = o->label;
	if (o->labels.n) f->labels = o->labels;
	if (o->description.n) f->description = o->description;
	if (o->descriptions.n) f->descriptions = o->descriptions;
	if (o->facetsort.n) f->facetsort = o->facetsort;
	if (o->unit.n) f->unit = o->unit;
	if (o->precision.n) f->precision = o->precision;
	if (o->decimals >= 0) f->decimals = o->decimals;
	if (o->weight) f->weight = o->weight;
	if (o->hierarchy.n && f->type == VALUE_TEXT) {
		f->hierarchy = o->hierarchy;
		f->flags |= FIELD_HIERARCHICAL;
	}
}

/* The column stays, its place is its number; nobody can name it, and nothing is told of it. */
static struct field nameless(struct arena *a, const struct field *f, size_t i)
{
	struct str name = arena_printf(a, "\x01%zu", i);
	return (struct field){ .name = name, .label = name, .type = f->type, .flags = FIELD_HIDDEN | (f->flags & FIELD_MULTIVALUED), .decimals = -1 };
}

static bool names_it(const struct json_node *list, struct str name)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_at(list, i)), name)) return true;
	return false;
}

static bool make_fields(struct linking *k, struct buf *mark, struct err *e)
{
	struct dataset *d = k->here;
	const struct dataset_rule *rule = &k->there.everybody;
	const struct schema *s = &k->there.schema;
	const struct json_node *told;
	auto_buf json = BUF_INIT(16 << 20);
	if (!json_read_in(k->a, k->told.n ? k->told : STR("[]"), &told, e)) return false;
	struct field *fields = arena_array(k->a, struct field, s->n + 1);
	for (size_t i = 0; i < s->n; i++) {
		fields[i] = s->fields[i];
		if (rule->visible_or_null && !rule->visible_or_null[i]) {
			fields[i] = nameless(k->a, &s->fields[i], i);
			buf_printf(mark, " %zu", i);
		} else if (names_it(told, fields[i].name)) {
			tell_field(&fields[i], &d->schema);
		}
	}
	d->schema = (struct schema){ .fields = fields, .n = s->n };
	schema_put_json(&json, &d->schema);
	if (json.over) return err_set(e, ERR_TOO_LARGE, "the fields of %.*s are too many", STR_ARG(d->slug));
	d->schema_json = arena_str(k->a, buf_str(&json));
	find_features(k->a, d);
	return true;
}

static bool bind(struct linking *k, struct err *e)
{
	struct dataset *d = k->here;
	auto_buf mark = BUF_INIT(1 << 20);
	struct schema *there = arena_new(k->a, struct schema);
	struct schema_bound *bound = arena_new(k->a, struct schema_bound);
	*there = k->there.schema;
	rule_resolve(k->a, there, &k->there.everybody);
	buf_printf(&mark, "%lld %lld", (long long)d->id, (long long)k->box->view.tenant.v);
	if (!make_fields(k, &mark, e)) return false;
	struct str filter = str_trim(k->there.everybody.row_filter), own = str_trim(k->filter);
	buf_printf(&mark, "\n%.*s\n%.*s", STR_ARG(filter), STR_ARG(own));
	*bound = (struct schema_bound){ .schema = there, .dataset_id = k->there.slug, .filter = filter, .own = own, .mark = arena_str(k->a, buf_str(&mark)) };
	k->data = k->there.data_visible && k->there.everybody.data_visible && filter_holds(there, true, filter) && filter_holds(&d->schema, false, own);
	d->schema.bound_or_null = bound;
	return true;
}

/* --- what is said of it -------------------------------------------------------------------------------- */

/* What the origin says where nothing is said here, as far as the catalogue knows the word. */
static bool is_shared(const struct dataset *here, const struct meta *m)
{
	bool known = str_eq(m->template_, STR("default")) && str_eq(m->name, STR("modified"));
	for (size_t i = 0; i < catalog_meta_row_count(); i++) {
		const struct meta_row *r = &catalog_meta_rows[i];
		if (str_eq(m->template_, str_of(r->template_)) && str_eq(m->name, str_of(r->name))) known |= !r->automatic;
	}
	for (size_t i = 0; known && i < here->nmetas; i++)
		if (str_eq(here->metas[i].template_, m->template_) && str_eq(here->metas[i].name, m->name)) return false;
	return known;
}

static int meta_order(const void *a, const void *b)
{
	const struct meta *x = a, *y = b;
	int c = str_cmp(x->template_, y->template_);
	if (!c) c = str_cmp(x->name, y->name);
	return c ? c : str_cmp(x->lang, y->lang);
}

static bool join_metas(struct linking *k, struct err *e)
{
	struct dataset *d = k->here;
	struct store_rows *r;
	VEC(struct meta) list = { 0 };
	enum store_step step;
	for (size_t i = 0; i < d->nmetas; i++) vec_push(k->a, &list, d->metas[i]);
	if (!store_ask(k->tx, CATALOG_Q(link_metas), k->link->origin, STORE_PARAMS(VALUE_OF_INT(k->there.id)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) {
		const struct meta m = { arena_str(k->a, store_text(r, 0)), arena_str(k->a, store_text(r, 1)), arena_str(k->a, store_text(r, 2)),
			meta_disarmed(k->a, store_text(r, 0), store_text(r, 1), store_text(r, 3)) };
		if (is_shared(d, &m)) vec_push(k->a, &list, m);
	}
	store_stop(r);
	if (list.n) qsort(list.p, list.n, sizeof *list.p, meta_order);
	d->metas = list.p;
	d->nmetas = list.n;
	return step == STORE_DONE;
}

static void take_numbers(struct linking *k)
{
	struct dataset *d = k->here;
	const struct schema_bound *bound = d->schema.bound_or_null;
	struct dataset_link *link = arena_new(k->a, struct dataset_link);
	bool some = bound->filter.n || bound->own.n;
	*link = (struct dataset_link){ .origin = k->link->origin, .host = k->link->host, .slug = k->link->slug, .data = k->data,
		.summary = k->there.summary, .memo = arena_new(k->a, struct dataset_memo) };
	d->link_or_null = link;
	d->version = k->data ? k->there.version : (struct version_ref){ .tenant = k->there.version.tenant, .dataset = k->there.id };
	d->rows = some || !k->data ? -1 : k->there.rows;
	d->bytes = d->rejects = 0;
	d->modified.us = num_max(d->modified.us, k->there.modified.us);
	d->data_processed = k->there.data_processed;
	/* Another number is another reflection of the catalogue. */
	d->metadata_processed.us = num_max(d->metadata_processed.us, k->there.metadata_processed.us);
	if (!k->data) k->link->state = CATALOG_LINK_NO_DATA;
}

static bool load_link(struct linking *k, struct err *e)
{
	if (!find_portal(k, e)) return false;
	if (k->link->state != CATALOG_LINK_SHOWN) return true;
	if (!find_dataset(k, e)) return false;
	if (k->link->state != CATALOG_LINK_SHOWN) return true;
	if (!bind(k, e) || !join_metas(k, e)) return false;
	take_numbers(k);
	take_modified(k->here);
	return true;
}

/* --- all of a view -------------------------------------------------------------------------------------- */

struct link_row { int64_t dataset; struct str host, slug, filter, told; };

static bool read_links(struct store_tx *tx, struct view_box *b, struct link_row **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	VEC(struct link_row) list = { 0 };
	enum store_step step;
	if (!store_ask(tx, CATALOG_Q(links), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(&b->arena, &list, (struct link_row){ store_int(r, 0), arena_str(&b->arena, store_text(r, 1)), arena_str(&b->arena, store_text(r, 2)),
		                                               arena_str(&b->arena, store_text(r, 3)), arena_str(&b->arena, store_text(r, 4)) });
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

/* What cannot be shown is not in the list that readers are told of. */
static void keep_shown(struct view_box *b, const bool *gone)
{
	/* The list was made for this view, so writing through it is ours to do. */
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	size_t n = 0;
	for (size_t i = 0; i < b->view.n; i++)
		if (!gone[i]) list[n++] = list[i];
	if (n == b->view.n) return;
	b->view.n = n;
	b->view.by_slug = (struct map){ 0 };
	for (size_t i = 0; i < n; i++) map_put(&b->arena, &b->view.by_slug, list[i].slug, &list[i]);
}

static bool load_far(struct store_tx *tx, struct view_box *b, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	if (!store_ask(tx, CATALOG_Q(far_all), b->view.tenant, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		for (size_t i = 0; i < b->view.n; i++) {
			if (list[i].id != store_int(r, 0)) continue;
			list[i].far = (struct dataset_far){ .live = true, .good = { store_int(r, 1) }, .failing = { store_int(r, 2) } };
		}
	store_stop(r);
	return step == STORE_DONE;
}

bool load_links(struct store_tx *tx, struct view_box *b, struct err *e)
{
	struct link_row *rows;
	size_t n;
	if (!load_far(tx, b, e) || !read_links(tx, b, &rows, &n, e)) return false;
	if (!n) return true;
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	struct catalog_link *links = arena_array(&b->arena, struct catalog_link, n);
	bool *gone = arena_array(&b->arena, bool, b->view.n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;
		links[i] = (struct catalog_link){ .dataset = rows[i].dataset, .host = rows[i].host, .slug = rows[i].slug };
		while (at < b->view.n && list[at].id != rows[i].dataset) at++;
		if (at == b->view.n) continue;
		struct linking k = { .tx = tx, .box = b, .a = &b->arena, .here = &list[at], .link = &links[i], .filter = rows[i].filter, .told = rows[i].told };
		if (!load_link(&k, e)) return false;
		gone[at] = !list[at].link_or_null;
	}
	keep_shown(b, gone);
	b->view.links = links;
	b->view.nlinks = n;
	return true;
}

/* The version of the other portal is the one that can be read; older ones are shown there. */
void link_versions(struct view_box *b)
{
	struct dataset *list = (struct dataset *)(uintptr_t)b->view.datasets;
	for (size_t i = 0; i < b->view.n; i++) {
		struct dataset *d = &list[i];
		if (!d->link_or_null) continue;
		struct dataset_version *v = arena_new(&b->arena, struct dataset_version);
		*v = (struct dataset_version){ .number = d->version.number, .rows = d->rows, .published = d->data_processed };
		d->versions = v;
		d->nversions = d->version.number ? 1 : 0;
	}
}

bool link_leads_to(const struct catalog_view *v, struct tenant_id origin)
{
	for (size_t i = 0; i < v->nlinks; i++)
		if (v->links[i].origin.v == origin.v || !v->links[i].origin.v) return v->tenant.v != origin.v;
	return false;
}

/* --- datasets of other servers ----------------------------------------------------------------------------- */

static bool write_far(struct catalog *c, struct tenant_id t, const struct store_query *q, const struct value *v, size_t n, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, q, t, v, n, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool catalog_far_set(struct catalog *c, struct tenant_id t, int64_t dataset, bool live, struct err *e)
{
	const struct value v[] = { VALUE_OF_INT(dataset), VALUE_OF_INT(clock_now().us) };
	return live ? write_far(c, t, CATALOG_Q(far_put), v, 2, e) : write_far(c, t, CATALOG_Q(far_drop), v, 1, e);
}

bool catalog_far_note(struct catalog *c, struct tenant_id t, int64_t dataset, struct str message, struct err *e)
{
	const struct value v[] = { VALUE_OF_INT(dataset), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(message) };
	return message.n ? write_far(c, t, CATALOG_Q(far_failed), v, 3, e) : write_far(c, t, CATALOG_Q(far_good), v, 2, e);
}

bool catalog_far(struct catalog *c, struct tenant_id t, struct arena *a, struct catalog_far **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	VEC(struct catalog_far) list = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, CATALOG_Q(far_all), t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct catalog_far){ store_int(r, 0), { store_int(r, 1) }, { store_int(r, 2) }, arena_str(a, store_text(r, 3)) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}
