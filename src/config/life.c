/* The life of a dataset but for publication: made, named, copied, deleted and brought back. */
#include "config/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"
#include <unistd.h>

bool config_slug_ok(struct str s)
{
	if (!s.n || s.n > CONFIG_SLUG) return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
	}
	return true;
}

static bool bad_slug(struct str slug, struct err *e)
{
	return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot be an identifier: 1 to %d small letters a to z, digits, _ and -.", STR_ARG(str_sub(slug, 0, 120)), CONFIG_SLUG);
}

static bool is_taken(struct store_tx *tx, struct tenant_id t, struct str slug, int64_t *by, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, CONFIG_Q(slug_taken), t, STORE_PARAMS(VALUE_OF_TEXT(slug)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*by = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

bool config_free_slug(struct store_tx *tx, struct tenant_id t, struct arena *a, struct str like, struct str *out, struct err *e)
{
	enum { ROOM = 8 };
	struct str stem = str_sub(like, 0, CONFIG_SLUG - ROOM), slug = like;
	int64_t by = 0;
	for (int i = 2;; i++) {
		if (!is_taken(tx, t, slug, &by, e)) return false;
		if (!by) break;
		slug = arena_printf(a, "%.*s-%d", STR_ARG(stem), i);
	}
	*out = slug;
	return true;
}

static bool taken(struct store_tx *tx, struct tenant_id t, struct arena *a, struct str slug, struct err *e)
{
	struct str other;
	return config_free_slug(tx, t, a, slug, &other, e) &&
	       err_set(e, ERR_CONFLICT, "There is a dataset with the identifier %.*s already; %.*s is free.", STR_ARG(slug), STR_ARG(other));
}

/* --- made ------------------------------------------------------------------------------------------------------ */

static bool choose_slug(struct store_tx *tx, const struct config_new *n, struct arena *a, struct str uid, struct str *out, struct err *e)
{
	int64_t by = 0;
	bool given = n->slug.n != 0;
	struct str slug = given ? n->slug : str_trim(n->title).n ? text_slug(a, n->title) : uid;
	if (!config_slug_ok(slug)) return bad_slug(slug, e);
	if (!is_taken(tx, n->tenant, slug, &by, e)) return false;
	if (by && n->strict) return taken(tx, n->tenant, a, slug, e);
	*out = slug;
	return !by || config_free_slug(tx, n->tenant, a, slug, out, e);
}

/* Whoever makes a dataset without the right to edit all of them gets it for this one. */
static bool own_rule(struct site *s, struct store_tx *tx, struct tenant_id t, int64_t dataset, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct account_who w;
	if (!who || !accounts_who(s->accounts, t, who, &a, &w) || w.admin || (w.permissions & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DATASET))) return true;
	return store_run(tx, CONFIG_Q(rule_own), t,
	                 STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_INT(who), VALUE_OF_TEXT(rule_may_text(&a, RULE_MAY_EXPLORE | RULE_MAY_EDIT | RULE_MAY_MANAGE))), e);
}

static bool ask_number(struct store_tx *tx, struct tenant_id t, enum config_q q, int64_t of, int64_t *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, &config_queries[q], t, STORE_PARAMS(VALUE_OF_INT(of)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	*out = step == STORE_ROW ? store_int(r, 0) : 0;
	store_stop(r);
	return step != STORE_FAILED;
}

/* Whether somebody may have one more. */
static bool room_for_one(struct site *s, struct store_tx *tx, struct tenant_id t, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct account_who w;
	int64_t n, most;
	if (!who || !accounts_who(s->accounts, t, who, &a, &w) || (most = account_datasets_of(&w.bounds)) <= 0) return true;
	if (!ask_number(tx, t, CONFIG_Q_config_made_by, who, &n, e)) return false;
	return n < most || err_set(e, ERR_TOO_LARGE, "You may have %lld datasets and have made %lld: delete one, or ask an administrator for more.", (long long)most, (long long)n);
}

bool config_maker(struct site *s, struct tenant_id t, int64_t dataset, int64_t *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = ask_number(tx, t, CONFIG_Q_config_maker, dataset, out, e);
	return store_end(tx, STORE_ROLLBACK, ok ? e : &ignored) && ok;
}

struct birth { struct str json; const struct json_node *doc; const char *action; int64_t rights_of; };

static bool create_alone(struct site *s, struct store_tx *tx, const struct config_new *n, const struct birth *b, struct arena *a, struct config *out, struct err *e)
{
	struct tenant_id t = n->tenant;
	struct str uid = config_uid(a, "da"), slug;
	struct config_gist g;
	struct config_row row;
	bool found;
	if (!room_for_one(s, tx, t, n->who, e) || !choose_slug(tx, n, a, uid, &slug, e)) return false;
	struct value at = VALUE_OF_INT(clock_now().us), who = VALUE_OF_INT(n->who);
	if (!store_run(tx, CONFIG_Q(dataset_add), t, STORE_PARAMS(VALUE_OF_TEXT(slug), VALUE_OF_TEXT(uid), VALUE_OF_INT(n->restricted), at), e)) return false;
	int64_t id = store_last_id(tx);
	struct value dataset = VALUE_OF_INT(id);
	config_gist(s, t, a, b->doc, slug, &g);
	return store_run(tx, CONFIG_Q(config_insert), t,
	                 STORE_PARAMS(dataset, VALUE_OF_INT(0), VALUE_OF_INT(n->draft), at, at, who, VALUE_OF_TEXT(g.title), VALUE_OF_TEXT(g.folded),
	                              VALUE_OF_TEXT(g.source), VALUE_OF_TEXT(b->json)), e) &&
	       store_run(tx, CONFIG_Q(version_add), t,
	                 STORE_PARAMS(dataset, VALUE_OF_INT(1), VALUE_OF_TEXT(config_uid(a, "ch")), VALUE_OF_INT(0), VALUE_OF_INT(1), VALUE_OF_TEXT(STR("resources processors fields metadata")),
	                              VALUE_OF_TEXT(str_of(b->action)), who, at, VALUE_OF_TEXT(STR("{}")), VALUE_OF_TEXT(b->json)), e) &&
	       (!b->rights_of || (store_run(tx, CONFIG_Q(rights_copy), t, STORE_PARAMS(dataset, VALUE_OF_INT(b->rights_of)), e) &&
	                          store_run(tx, CONFIG_Q(rules_copy), t, STORE_PARAMS(dataset, VALUE_OF_INT(b->rights_of)), e))) &&
	       own_rule(s, tx, t, id, n->who, e) && config_audit(tx, t, n->who, "dataset.create", slug, str_of(b->action), e) &&
	       config_row(tx, t, STR(""), id, a, &row, &found, e) && config_finish(a, &row, out, e);
}

/* The title goes where titles are: in the portal's first language. */
static bool with_title(struct site *s, const struct config_new *n, struct arena *a, struct str *json, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct json_out j = JSON_OUT(&b);
	const struct json_node *doc;
	if (!str_trim(n->title).n) return true;
	if (!json_read_in(a, *json, &doc, e)) return false;
	if (config_at_or_null(doc, STR("metadata/default/title"))) return true;
	const struct tenant *portal = tenants_hold_or_null(s->tenants, n->tenant);
	struct str lang = portal && portal->nlanguages > 1 ? arena_str(a, portal->languages[0]) : STR("");
	if (portal) tenant_release(s->tenants, portal);
	json_open(&j, '{');
	json_key(&j, lang);
	json_put(&j, str_trim(n->title));
	json_close(&j, '}');
	return config_put(a, *json, STR("metadata/default/title"), buf_str(&b), json, e);
}

static bool put_usual(struct arena *a, const char *place, struct str value, struct str *json, struct err *e)
{
	const struct json_node *doc;
	if (!value.n) return true;
	if (!json_read_in(a, *json, &doc, e)) return false;
	return config_at_or_null(doc, str_of(place)) || config_put(a, *json, str_of(place), value, json, e);
}

/* What the portal wishes new datasets to begin with, where nothing was given. */
static bool with_usual(struct site *s, const struct config_new *n, struct arena *a, struct str *json, bool *restricted, struct err *e)
{
	auto_buf licence = BUF_INIT(1 << 16);
	auto_buf places = BUF_INIT(1 << 16);
	struct json_out l = JSON_OUT(&licence), p = JSON_OUT(&places);
	const struct tenant *portal = tenants_hold_or_null(s->tenants, n->tenant);
	if (!portal) return true;
	struct str name = tenant_setting(portal, "datasets.licence"), rest = tenant_setting(portal, "datasets.territory"), one;
	*restricted = n->restricted || (!n->open && tenant_setting_on(portal, "datasets.restricted"));
	if (name.n) {
		json_open(&l, '{');
		json_member(&l, "", name);
		json_close(&l, '}');
	}
	if (rest.n) {
		json_open(&p, '{');
		json_key(&p, STR(""));
		json_open(&p, '[');
		while (rest.n && str_cut(&rest, ',', &one))
			if (str_trim(one).n) json_put(&p, str_trim(one));
		json_close(&p, ']');
		json_close(&p, '}');
	}
	tenant_release(s->tenants, portal);
	return put_usual(a, "metadata/default/license", arena_str(a, buf_str(&licence)), json, e) &&
	       put_usual(a, "metadata/default/territory", arena_str(a, buf_str(&places)), json, e);
}

static bool store_new(struct site *s, const struct config_new *n, const struct birth *b, struct arena *a, struct config *out, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = create_alone(s, tx, n, b, a, out, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool config_create(struct site *s, const struct config_new *n, struct arena *a, struct config *out, struct process_faults *faults, struct err *e)
{
	struct birth b = { .action = "create" };
	struct str json = n->json.n ? n->json : STR("{}");
	const struct json_node *given;
	struct config_new usual = *n;
	return with_title(s, n, a, &json, e) && with_usual(s, n, a, &json, &usual.restricted, e) && json_read_in(a, json, &given, e) && config_normal(a, given, false, &b.json, e) &&
	       json_read_in(a, b.json, &b.doc, e) && config_check_of(s, n->tenant, 0, NULL, b.doc, faults, e) &&
	       (!n->caller_or_null || config_check_lent(s, n->tenant, 0, n->caller_or_null, NULL, b.doc, faults, e)) && config_mirror_facets(a, NULL, b.doc, &b.json, e) &&
	       json_read_in(a, b.json, &b.doc, e) && store_new(s, &usual, &b, a, out, e);
}

/* --- small changes ----------------------------------------------------------------------------------------------- */

static bool find(struct store_tx *tx, struct tenant_id t, int64_t dataset, bool deleted, struct arena *a, struct config_row *row, struct err *e)
{
	bool found = false;
	if (!config_row(tx, t, STR(""), dataset, a, row, &found, e)) return false;
	return (found && row->head.revision && (row->head.deleted.us != 0) == deleted) || config_unknown(found ? row->head.slug : STR(""), e);
}

bool config_settle(struct site *s, struct tenant_id t, int64_t dataset, struct err *e)
{
	struct store_tx *tx;
	int64_t maker;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = ask_number(tx, t, CONFIG_Q_config_maker, dataset, &maker, e) && room_for_one(s, tx, t, maker, e) &&
	          store_run(tx, CONFIG_Q(config_settle), t, STORE_PARAMS(VALUE_OF_INT(dataset)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool config_rename_alone(struct store_tx *tx, struct tenant_id t, int64_t dataset, struct str slug, int64_t who, struct arena *a, struct err *e)
{
	struct config_row row;
	int64_t by = 0;
	if (!config_slug_ok(slug)) return bad_slug(slug, e);
	if (!find(tx, t, dataset, false, a, &row, e)) return false;
	if (str_eq(row.head.slug, slug)) return true;
	if (row.version)
		return err_set(e, ERR_CONFLICT, "The identifier of a published dataset cannot be changed: links and programs use it. Unpublish %.*s first.", STR_ARG(row.head.slug));
	if (!is_taken(tx, t, slug, &by, e)) return false;
	if (by) return taken(tx, t, a, slug, e);
	/* What was published has links that name it. */
	bool known = row.former || row.was_published;
	return store_run(tx, CONFIG_Q(slug_put), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(slug)), e) &&
	       store_run(tx, CONFIG_Q(alias_drop), t, STORE_PARAMS(VALUE_OF_TEXT(slug)), e) &&
	       (!known || store_run(tx, CONFIG_Q(alias_put), t, STORE_PARAMS(VALUE_OF_INT(dataset), VALUE_OF_TEXT(row.head.slug)), e)) &&
	       config_audit(tx, t, who, "dataset.rename", slug, arena_printf(a, "formerly %.*s", STR_ARG(row.head.slug)), e);
}

bool config_rename(struct site *s, struct tenant_id t, int64_t dataset, struct str slug, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = config_rename_alone(tx, t, dataset, slug, who, &a, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- copies -------------------------------------------------------------------------------------------------------- */

/* "Budget" becomes "Budget (2)" in every language. */
static bool number_titles(struct arena *a, const struct json_node *doc, struct str *json, struct err *e)
{
	struct str lang;
	const struct json_node *v;
	const struct json_node *title = config_at_or_null(doc, STR("metadata/default/title"));
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	if (!title) return true;
	json_open(&j, '{');
	for (size_t at = 0; json_each(title, &at, &lang, &v);) {
		json_key(&j, lang);
		json_put(&j, arena_printf(a, "%.*s (2)", STR_ARG(json_text(v))));
	}
	json_close(&j, '}');
	return config_put(a, *json, STR("metadata/default/title"), buf_str(&b), json, e);
}

/* The data as they stand are another dataset's now. */
static bool name_origin(struct arena *a, const struct json_node *doc, struct str uid, struct str *json, struct err *e)
{
	const struct json_node *list = json_get(doc, "resources");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *source = json_get(json_at(list, i), "datasource");
		if (!str_eq(json_text(json_get(source, "type")), STR("published")) || json_get(source, "dataset")) continue;
		if (!config_put(a, *json, arena_printf(a, "resources/%zu/datasource/dataset", i), arena_printf(a, "\"%.*s\"", STR_ARG(uid)), json, e)) return false;
	}
	return true;
}

bool config_copy(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct arena *a, struct config *out, struct err *e)
{
	struct config from;
	struct birth b = { .action = "copy", .rights_of = dataset };
	if (!config_of_dataset(s, t, dataset, a, &from, e)) return false;
	if (from.deleted.us) return config_unknown(from.slug, e);
	struct str json = from.json;
	const struct json_node *doc;
	if (!number_titles(a, from.doc, &json, e) || !name_origin(a, from.doc, from.uid, &json, e) || !json_read_in(a, json, &doc, e) ||
	    !config_normal(a, doc, true, &b.json, e) || !json_read_in(a, b.json, &b.doc, e))
		return false;
	struct config_new n = { .tenant = t, .who = who, .slug = str_sub(from.slug, 0, CONFIG_SLUG), .title = STR(""), .draft = false };
	return store_new(s, &n, &b, a, out, e);
}

/* --- deleted and brought back ---------------------------------------------------------------------------------------- */

static bool read_one(struct site *s, struct tenant_id t, int64_t dataset, bool deleted, struct arena *a, struct config_row *row, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	bool ok = find(tx, t, dataset, deleted, a, row, e);
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

static bool mark_deleted(struct store_tx *tx, struct tenant_id t, const struct config_row *row, int64_t who, struct arena *a, struct err *e)
{
	struct value id = VALUE_OF_INT(row->head.dataset);
	return store_run(tx, CONFIG_Q(config_drop), t, STORE_PARAMS(id, VALUE_OF_INT(clock_now().us), VALUE_OF_INT(who), VALUE_OF_INT(row->version != 0)), e) &&
	       store_run(tx, CONFIG_Q(slug_put), t, STORE_PARAMS(id, VALUE_OF_TEXT(arena_printf(a, "%.*s.%.*s", STR_ARG(row->head.slug), STR_ARG(row->head.uid)))), e) &&
	       config_audit(tx, t, who, "dataset.delete", row->head.slug, row->head.uid, e);
}

bool config_delete(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct config_row row;
	struct store_tx *tx;
	if (!read_one(s, t, dataset, false, &a, &row, e)) return false;
	if (row.version && !catalog_unpublish(s->catalog, t, row.head.slug, e)) return false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = mark_deleted(tx, t, &row, who, &a, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

static bool mark_back(struct store_tx *tx, struct tenant_id t, const struct config_row *row, int64_t who, struct arena *a, struct str *slug, struct err *e)
{
	struct value id = VALUE_OF_INT(row->head.dataset);
	return config_free_slug(tx, t, a, row->head.slug, slug, e) && store_run(tx, CONFIG_Q(slug_put), t, STORE_PARAMS(id, VALUE_OF_TEXT(*slug)), e) &&
	       store_run(tx, CONFIG_Q(config_raise), t, STORE_PARAMS(id), e) && config_audit(tx, t, who, "dataset.undelete", *slug, row->head.uid, e);
}

bool config_undelete(struct site *s, struct tenant_id t, int64_t dataset, int64_t who, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct config_row row;
	struct store_tx *tx;
	struct str slug;
	if (!read_one(s, t, dataset, true, &a, &row, e)) return false;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = mark_back(tx, t, &row, who, &a, &slug, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* --- gone for good ---------------------------------------------------------------------------------------------------- */

static bool numbers(struct store_tx *tx, enum config_q q, struct tenant_id t, struct value param, struct arena *a, int64_t **out, size_t *n, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	VEC(int64_t) list = { 0 };
	if (!store_ask(tx, &config_queries[q], t, &param, 1, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, store_int(r, 0));
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

static bool sweep_portal(struct site *s, struct store_tx *tx, struct tenant_id t, struct arena *a, struct version_ref **gone, size_t *ngone, struct err *e)
{
	int64_t *ids, *versions;
	size_t n = 0, k = 0;
	VEC(struct version_ref) list = { 0 };
	int64_t before = clock_now().us - (int64_t)CONFIG_DAYS * 86400 * 1000000;
	(void)s;
	if (!numbers(tx, CONFIG_Q_config_over, t, VALUE_OF_INT(before), a, &ids, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!numbers(tx, CONFIG_Q_dataset_versions, t, VALUE_OF_INT(ids[i]), a, &versions, &k, e) ||
		    !store_run(tx, CONFIG_Q(dataset_gone), t, STORE_PARAMS(VALUE_OF_INT(ids[i])), e))
			return false;
		for (size_t v = 0; v < k; v++) vec_push(a, &list, (struct version_ref){ .tenant = t, .dataset = ids[i], .number = versions[v] });
	}
	*gone = list.p;
	*ngone = list.n;
	return true;
}

static bool sweep_one(struct site *s, struct tenant_id t, struct arena *a, struct err *e)
{
	struct store_tx *tx;
	struct version_ref *gone = NULL;
	size_t n = 0;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = sweep_portal(s, tx, t, a, &gone, &n, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	struct err ignored = { 0 };
	/* A file that cannot be removed now is removed by the next start's sweep. */
	for (size_t i = 0; ok && i < n; i++)
		if (!engine_drop(s->engine, gone[i], &ignored)) ignored = (struct err){ 0 };
	return ok && config_sweep_files(s, t, e);
}

bool config_sweep(struct site *s, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct tenant_id *ids;
	size_t n = tenants_list(s->tenants, &a, &ids);
	for (size_t i = 0; i < n; i++)
		if (!sweep_one(s, ids[i], &a, e)) return false;
	return true;
}
