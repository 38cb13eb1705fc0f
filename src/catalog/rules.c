/* Who may see what of a dataset, as it is kept: everybody's rule stands in the dataset's own row, those
 * of accounts and groups in a table of their own. Read into a view, and changed. What a rule means for a
 * caller is rights/'s to say. */
#include "catalog/inside.h"
#include "json/json.h"

enum { RULE_BYTES = 1 << 20 };

/* --- words -------------------------------------------------------------------------------------- */

static const char *const mays[] = { "explore_restricted_dataset", "edit_dataset", "publish_dataset", "manage_dataset" };

struct str rule_may_text(struct arena *a, unsigned may)
{
	struct str out = STR("");
	for (size_t i = 0; i < COUNT_OF(mays); i++)
		if (may >> i & 1) out = arena_printf(a, "%.*s%s%s", STR_ARG(out), out.n ? "," : "", mays[i]);
	return out;
}

unsigned rule_may_read(struct str words)
{
	struct str part;
	unsigned may = 0;
	while (words.p && str_cut(&words, ',', &part))
		for (size_t i = 0; i < COUNT_OF(mays); i++)
			if (str_eq(str_trim(part), str_of(mays[i]))) may |= 1u << i;
	return may;
}

/* --- reading ------------------------------------------------------------------------------------ */

bool rule_fields(struct arena *a, struct str json, struct dataset_rule *out, struct err *e)
{
	auto_json *doc = NULL;
	if (json.n == 0) return true;
	if (!json_read(json, &doc, e)) return err_cause(e, "fields of a rule");
	const struct json_node *root = json_root(doc);
	size_t n = json_kind(root) == JSON_ARRAY ? json_count(root) : 0;
	struct str *names = arena_array(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++) names[i] = arena_str(a, json_text(json_at(root, i)));
	out->some_fields = true;
	out->fields = names;
	out->nfields = n;
	return true;
}

void rule_resolve(struct arena *a, const struct schema *s, struct dataset_rule *r)
{
	if (!r->some_fields) return;
	bool *visible = arena_array(a, bool, s->n + 1);
	for (size_t i = 0; i < r->nfields; i++) {
		int at = schema_find(s, r->fields[i]);
		if (at >= 0) visible[at] = true;
	}
	r->visible_or_null = visible;
}

struct listed { int64_t dataset; struct dataset_rule rule; };
struct listing { VEC(struct listed) v; };

static bool read_listed(struct store_tx *tx, struct view_box *b, struct arena *work, struct listing *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	bool ok = true;
	if (!store_ask(tx, CATALOG_Q(rules_published), b->view.tenant, STORE_NONE, &r, e)) return false;
	while (ok && (step = store_step(r, e)) == STORE_ROW) {
		struct listed *row = vec_add(work, &out->v);
		row->dataset = store_int(r, 0);
		row->rule = (struct dataset_rule){ .account = store_int(r, 1), .group = store_int(r, 2),
			.data_visible = store_int(r, 3) != 0, .row_filter = arena_str(&b->arena, store_text(r, 4)),
			.permissions = rule_may_read(store_text(r, 6)), .quota = arena_str(&b->arena, store_text(r, 7)),
			.memo = arena_new(&b->arena, struct dataset_memo) };
		ok = rule_fields(&b->arena, store_is_null(r, 5) ? STR("") : store_text(r, 5), &row->rule, e);
	}
	store_stop(r);
	return ok && step == STORE_DONE;
}

bool load_rules(struct store_tx *tx, struct view_box *b, struct err *e)
{
	auto_arena work = ARENA_INIT;
	struct listing rows = { 0 };
	if (!read_listed(tx, b, &work, &rows, e)) return false;
	struct dataset_rule *all = arena_array(&b->arena, struct dataset_rule, rows.v.n + 1);
	for (size_t i = 0; i < rows.v.n; i++) all[i] = rows.v.p[i].rule;
	struct map by_id = { 0 };
	for (size_t i = 0; i < b->view.n; i++) {
		/* The list was made for this view, so writing through it is ours to do. */
		struct dataset *d = (struct dataset *)(uintptr_t)&b->view.datasets[i];
		rule_resolve(&b->arena, &d->schema, &d->everybody);
		b->view.restricted |= d->restricted;
		map_put(&work, &by_id, arena_printf(&work, "%lld", (long long)d->id), d);
	}
	for (size_t i = 0, end; i < rows.v.n; i = end) {
		for (end = i; end < rows.v.n && rows.v.p[end].dataset == rows.v.p[i].dataset;) end++;
		struct dataset *d = map_get_or_null(&by_id, arena_printf(&work, "%lld", (long long)rows.v.p[i].dataset));
		if (!d) continue;
		for (size_t k = i; k < end; k++) rule_resolve(&b->arena, &d->schema, &all[k]);
		d->rules = all + i;
		d->nrules = end - i;
	}
	return true;
}

/* --- changing ----------------------------------------------------------------------------------- */

/* A rule as the store has it. */
struct kept { bool there, restricted, data_visible; struct str row_filter, fields, permissions, quota; };

static struct value id_or_null(int64_t id) { return id ? VALUE_OF_INT(id) : VALUE_NULL_OF(VALUE_INT); }

static bool read_kept(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct rule_change *c,
                      struct kept *out, struct err *e)
{
	struct store_rows *r;
	bool general = !c->account && !c->group;
	*out = (struct kept){ .data_visible = true };
	bool ok = general ? store_ask(tx, CATALOG_Q(rule_general), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)
	                  : store_ask(tx, CATALOG_Q(rule_listed), t,
	                              STORE_PARAMS(VALUE_OF_INT(dataset), id_or_null(c->account), id_or_null(c->group)), &r, e);
	if (!ok) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW)
		*out = (struct kept){ true, store_int(r, 0) != 0, store_int(r, 1) != 0, arena_str(a, store_text(r, 2)), arena_str(a, store_text(r, 3)),
			arena_str(a, store_text(r, 4)), arena_str(a, store_text(r, 5)) };
	store_stop(r);
	return step != STORE_FAILED;
}

static bool names_json(struct arena *a, const struct rule_change *c, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(RULE_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str text;
	json_open(&j, '[');
	for (size_t i = 0; i < c->nfields; i++) json_put(&j, c->fields[i]);
	json_close(&j, ']');
	if (!buf_end(&b, &text, e)) return false;
	*out = arena_str(a, text);
	return true;
}

bool rule_put(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, const struct rule_change *c,
                     struct err *e)
{
	struct kept k;
	struct value id = VALUE_OF_INT(dataset), now = VALUE_OF_INT(clock_now().us);
	struct value account = id_or_null(c->account), group = id_or_null(c->group);
	if (!read_kept(tx, a, t, dataset, c, &k, e)) return false;
	if (c->parts & RULE_REMOVE) k = (struct kept){ .there = k.there, .restricted = k.restricted, .data_visible = true,
		.row_filter = STR(""), .fields = STR(""), .permissions = STR(""), .quota = STR("") };
	if (c->parts & RULE_RESTRICTED) k.restricted = c->restricted;
	if (c->parts & RULE_PERMISSIONS) k.permissions = rule_may_text(a, c->permissions);
	if (c->parts & RULE_QUOTA) k.quota = c->quota;
	if (c->parts & RULE_DATA) k.data_visible = c->data_visible;
	if (c->parts & RULE_FILTER) k.row_filter = c->row_filter;
	if ((c->parts & RULE_FIELDS) && c->all_fields) k.fields = STR("");
	else if ((c->parts & RULE_FIELDS) && !names_json(a, c, &k.fields, e)) return false;
	struct value fields = k.fields.n ? VALUE_OF_TEXT(k.fields) : VALUE_NULL_OF(VALUE_TEXT);
	if (!c->account && !c->group)
		return store_run(tx, CATALOG_Q(rule_general_put), t,
		                 STORE_PARAMS(id, VALUE_OF_INT(k.restricted), VALUE_OF_INT(k.data_visible), VALUE_OF_TEXT(k.row_filter), fields, now, VALUE_OF_TEXT(k.quota)), e);
	if ((c->parts & RULE_REMOVE) && !k.there)
		return err_set(e, ERR_NOT_FOUND, "there is no such rule; `stoa secure DATASET` lists those of a dataset");
	return store_run(tx, CATALOG_Q(rule_remove), t, STORE_PARAMS(id, account, group), e) &&
	       ((c->parts & RULE_REMOVE) ||
	        store_run(tx, CATALOG_Q(rule_insert), t,
	                  STORE_PARAMS(id, account, group, VALUE_OF_INT(k.data_visible), VALUE_OF_TEXT(k.row_filter), fields,
	                               VALUE_OF_TEXT(k.permissions), VALUE_OF_TEXT(k.quota)), e)) &&
	       /* Another time is another reflection of the catalogue. */
	       store_run(tx, CATALOG_Q(rule_touch), t, STORE_PARAMS(id, now), e);
}

/* --- told ------------------------------------------------------------------------------------------ */

static void put_kept(struct json_out *j, const struct kept *k, bool general)
{
	json_open(j, '{');
	if (general) json_member_bool(j, "is_restricted", k->restricted);
	json_member_bool(j, "is_data_visible", k->data_visible);
	json_member(j, "filter_query", k->row_filter);
	json_key(j, STR("visible_fields"));
	json_value(j);
	buf_put(j->b, k->fields.n ? k->fields : STR("\"*\""));
	if (!general) json_member(j, "permissions", k->permissions);
	if (k->quota.n) {
		json_key(j, STR("api_calls_quota"));
		json_value(j);
		buf_put(j->b, k->quota);
	}
	json_close(j, '}');
}

static bool group_name(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t group, struct str *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CATALOG_Q(rule_group), t, STORE_PARAMS(VALUE_OF_INT(group)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW ? arena_str(a, store_text(r, 0)) : STR("");
	store_stop(r);
	return step != STORE_FAILED;
}

/* What was opened or closed, and to whom, as a difference like those of configurations. People are numbers. */
static bool tell_change(struct store_tx *tx, struct arena *a, struct tenant_id t, const struct rule_change *c, const struct kept *was, const struct kept *is,
                        struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(4 * RULE_BYTES);
	struct json_out j = JSON_OUT(&b);
	bool general = !c->account && !c->group, before = general || was->there, after = general || is->there;
	struct str whose = c->account ? arena_printf(a, "account %lld", (long long)c->account) : STR("everybody");
	if (c->group && !group_name(tx, a, t, c->group, &whose, e)) return false;
	json_open(&j, '{');
	json_key(&j, STR("security"));
	json_open(&j, '[');
	json_open(&j, '{');
	json_key(&j, STR("path"));
	json_open(&j, '[');
	json_put(&j, c->group ? arena_printf(a, "group %.*s", STR_ARG(whose)) : whose);
	json_close(&j, ']');
	json_member(&j, "operation_type", !before ? STR("create") : !after ? STR("delete") : STR("update"));
	if (before) {
		json_key(&j, STR("old_value"));
		put_kept(&j, was, general);
	}
	if (after) {
		json_key(&j, STR("new_value"));
		put_kept(&j, is, general);
	}
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	*out = b.over ? STR("{}") : arena_str(a, buf_str(&b));
	return true;
}

static bool put_and_tell(struct store_tx *tx, struct arena *a, struct tenant_id t, int64_t dataset, struct str slug, const struct rule_change *c, struct err *e)
{
	struct kept was, is;
	struct str told;
	return read_kept(tx, a, t, dataset, c, &was, e) && rule_put(tx, a, t, dataset, c, e) && read_kept(tx, a, t, dataset, c, &is, e) &&
	       tell_change(tx, a, t, c, &was, &is, &told, e) && say_audit_of(tx, t, c->by, "dataset.secure", slug, told, e);
}

bool rules_read(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct arena *a, struct catalog_rules *out, struct err *e)
{
	struct store_rows *r;
	VEC(struct dataset_rule) list = { 0 };
	struct kept k;
	enum store_step step;
	const struct rule_change general = { 0 };
	if (!read_kept(tx, a, t, dataset, &general, &k, e)) return false;
	if (!k.there) return err_set(e, ERR_NOT_FOUND, "there is no such dataset");
	*out = (struct catalog_rules){ .restricted = k.restricted,
		.everybody = { .data_visible = k.data_visible, .row_filter = k.row_filter, .quota = k.quota } };
	if (!rule_fields(a, k.fields, &out->everybody, e)) return false;
	if (!store_ask(tx, CATALOG_Q(rules_all), t, STORE_PARAMS(VALUE_OF_INT(dataset)), &r, e)) return false;
	bool ok = true;
	while (ok && (step = store_step(r, e)) == STORE_ROW) {
		struct dataset_rule *rule = vec_add(a, &list);
		*rule = (struct dataset_rule){ .account = store_int(r, 0), .group = store_int(r, 1), .data_visible = store_int(r, 2) != 0,
			.row_filter = arena_str(a, store_text(r, 3)), .permissions = rule_may_read(store_text(r, 5)), .quota = arena_str(a, store_text(r, 6)) };
		ok = rule_fields(a, store_is_null(r, 4) ? STR("") : store_text(r, 4), rule, e);
	}
	store_stop(r);
	out->list = list.p;
	out->n = list.n;
	return ok && step == STORE_DONE;
}

bool catalog_rules(struct catalog *c, struct tenant_id t, int64_t dataset, struct arena *a, struct catalog_rules *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(c->store, STORE_READ, &tx, e)) return false;
	bool ok = rules_read(tx, t, dataset, a, out, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

bool catalog_rule_set(struct catalog *c, struct tenant_id t, struct str slug, const struct rule_change *r, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	struct dataset_row row;
	if (!store_begin(c->store, STORE_WRITE, &tx, e)) return false;
	bool ok = find_row(tx, t, slug, &row, e) && (row.found || unknown_dataset(slug, e)) && put_and_tell(tx, &a, t, row.id, slug, r, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	return ok && catalog_refresh(c, t, e);
}
