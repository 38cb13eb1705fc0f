/* Connections: what other servers are called and how they let us in. The whole is sealed as one text; what is shown is a copy whose
 * secrets are null. A secret that comes back as null, or not at all, stays what it was. */
#include "fetch/inside.h"
#include "crypt/crypt.h"
#include "fetch/secret.h"

#define SEAL_HOST STR("fetch")
#define SEAL_WORD STR("connection")
enum { UID = 6, JSON_BYTES = 1 << 16, MOST = 1000 };

/* --- secrets -------------------------------------------------------------------------------------------------- */

static const char *const secret_names[] = { "password", "client_secret", "secret_access_key", "shared_key", "token", "code", "value", "connection_string", "private_key" };

bool fetch_is_secret(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(secret_names); i++)
		if (str_eq(name, str_of(secret_names[i]))) return true;
	return false;
}

bool fetch_has_secret(const struct json_node *n)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	for (size_t i = 0; json_kind(n) == JSON_ARRAY && i < json_count(n); i++)
		if (fetch_has_secret(json_at(n, i))) return true;
	while (json_kind(n) == JSON_OBJECT && json_each(n, &at, &key, &v)) {
		if (fetch_is_secret(key) && json_text(v).n) return true;
		if (json_kind(v) >= JSON_ARRAY && fetch_has_secret(v)) return true;
	}
	return false;
}

static void put_shown(struct json_out *j, const struct json_node *n)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	if (json_kind(n) == JSON_ARRAY) {
		json_open(j, '[');
		for (size_t i = 0; i < json_count(n); i++) put_shown(j, json_at(n, i));
		json_close(j, ']');
	} else if (json_kind(n) == JSON_OBJECT) {
		json_open(j, '{');
		while (json_each(n, &at, &key, &v)) {
			json_key(j, key);
			if (fetch_is_secret(key)) json_put_null(j);
			else put_shown(j, v);
		}
		json_close(j, '}');
	} else {
		json_value(j);
		json_put_node(j->b, n);
	}
}

/* The same place of the former one: members by key, headers by their name. */
static const struct json_node *named_or_null(const struct json_node *list, struct str name)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), "name")), name)) return json_at(list, i);
	return NULL;
}

static const struct json_node *member_or_null(const struct json_node *o, struct str key)
{
	char name[64];
	if (json_kind(o) != JSON_OBJECT || key.n >= sizeof name) return NULL;
	memcpy(name, key.p, key.n);
	name[key.n] = '\0';
	return json_get(o, name);
}

static void put_merged(struct json_out *j, const struct json_node *n, const struct json_node *old)
{
	size_t at = 0;
	struct str key;
	const struct json_node *v;
	if (json_kind(n) == JSON_ARRAY) {
		json_open(j, '[');
		for (size_t i = 0; i < json_count(n); i++) put_merged(j, json_at(n, i), named_or_null(old, json_text(json_get(json_at(n, i), "name"))));
		json_close(j, ']');
	} else if (json_kind(n) == JSON_OBJECT) {
		json_open(j, '{');
		while (json_each(n, &at, &key, &v)) {
			const struct json_node *former = member_or_null(old, key);
			json_key(j, key);
			put_merged(j, fetch_is_secret(key) && json_kind(v) == JSON_NULL && former ? former : v, former);
		}
		at = 0;
		while (json_kind(old) == JSON_OBJECT && json_each(old, &at, &key, &v))
			if (fetch_is_secret(key) && !member_or_null(n, key)) {
				json_key(j, key);
				put_merged(j, v, NULL);
			}
		json_close(j, '}');
	} else {
		json_value(j);
		json_put_node(j->b, n);
	}
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

struct row { struct fetch_connection shown; struct str sealed; };

static bool read_rows(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct row **out, size_t *n, struct err *e)
{
	VEC(struct row) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_connections], t, STORE_PARAMS(VALUE_OF_TEXT(uid)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW && list.n < MOST) {
			struct row *w = vec_add(a, &list);
			w->shown = (struct fetch_connection){ .uid = arena_str(a, store_text(r, 0)), .type = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
				                              .url = arena_str(a, store_text(r, 3)), .json = arena_str(a, store_text(r, 4)), .reusable = store_int(r, 5) != 0,
				                              .created_by = store_int(r, 6), .created = { store_int(r, 7) }, .changed = { store_int(r, 8) },
				                              .revision = store_int(r, 9), .datasets = store_int(r, 10) };
			w->sealed = arena_str(a, store_text(r, 12));
		}
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

bool fetch_connections(struct site *s, struct tenant_id t, struct arena *a, struct fetch_connection **out, size_t *n, struct err *e)
{
	struct row *rows;
	if (!read_rows(s, t, STR(""), a, &rows, n, e)) return false;
	*out = arena_array(a, struct fetch_connection, *n + 1);
	for (size_t i = 0; i < *n; i++) (*out)[i] = rows[i].shown;
	return true;
}

static bool read_one(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct row *out, struct err *e)
{
	struct row *rows;
	size_t n = 0;
	if (uid.n && !read_rows(s, t, uid, a, &rows, &n, e)) return false;
	if (!n) return err_set(e, ERR_NOT_FOUND, "There is no connection \"%.*s\".", STR_ARG(str_sub(uid, 0, 40)));
	*out = rows[0];
	return true;
}

bool fetch_connection_read(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct fetch_connection *out, struct err *e)
{
	struct row row;
	if (!read_one(s, t, uid, a, &row, e)) return false;
	*out = row.shown;
	return true;
}

bool fetch_connection_open(struct site *s, struct tenant_id t, struct str uid, struct arena *a, const struct json_node **out, struct err *e)
{
	struct row row;
	struct str text;
	struct err own = { 0 };
	if (!read_one(s, t, uid, a, &row, e)) return false;
	if (vault_unseal(s->vault, SEAL_HOST, SEAL_WORD, row.sealed, a, &text, &own) && json_read_in(a, text, out, &own)) return true;
	return err_set(e, ERR_SYSTEM, "The connection \"%.*s\" cannot be opened with the keys of this server: type its secrets anew.", STR_ARG(row.shown.name));
}

/* --- changes -------------------------------------------------------------------------------------------------------- */

static struct str shown_of(struct arena *a, const struct json_node *n)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	put_shown(&j, n);
	return arena_str(a, buf_str(&b));
}

static struct str host_word(struct arena *a, const struct json_node *n)
{
	struct str url = fetch_text(n, "url");
	if (url.n) return url;
	struct str host = fetch_text(n, "host"), base = fetch_text(n, "database"), account = fetch_text(json_get(n, "auth"), "account_name");
	if (host.n) return arena_printf(a, "postgresql://%.*s/%.*s", STR_ARG(host), STR_ARG(base));
	return account;
}

struct change { struct site *site; struct tenant_id tenant; struct str uid; int64_t who; const struct json_node *whole; };

static bool store_it(const struct change *c, struct arena *a, struct str *uid, struct err *e)
{
	auto_buf text = BUF_INIT(JSON_BYTES), sealed = BUF_INIT(4 * JSON_BYTES);
	struct store_tx *tx;
	struct str plain, name = fetch_text(c->whole, "name"), type = fetch_text(c->whole, "type"), url = host_word(a, c->whole);
	char random[UID + 1];
	json_put_node(&text, c->whole);
	if (!buf_end(&text, &plain, e) || !vault_seal(c->site->vault, SEAL_HOST, SEAL_WORD, plain, &sealed, e)) return false;
	crypt_random_base36(random, UID);
	*uid = c->uid.n ? c->uid : arena_printf(a, "co_%s", random);
	if (!name.n) name = url.n ? url : type;
	struct str shown = shown_of(a, c->whole);
	int64_t reusable = json_bool(json_get(c->whole, "is_reusable"), true), now = clock_now().us;
	if (!store_begin(c->site->store, STORE_WRITE, &tx, e)) return false;
	bool ok = c->uid.n ? store_run(tx, &fetch_q[FETCH_Q_connection_set], c->tenant,
	                               STORE_PARAMS(VALUE_OF_TEXT(*uid), VALUE_OF_TEXT(type), VALUE_OF_TEXT(name), VALUE_OF_TEXT(url), VALUE_OF_TEXT(shown),
	                                            VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_INT(reusable), VALUE_OF_INT(now)), e) :
	                     store_run(tx, &fetch_q[FETCH_Q_connection_add], c->tenant,
	                               STORE_PARAMS(VALUE_OF_TEXT(*uid), VALUE_OF_TEXT(type), VALUE_OF_TEXT(name), VALUE_OF_TEXT(url), VALUE_OF_TEXT(shown),
	                                            VALUE_OF_TEXT(buf_str(&sealed)), VALUE_OF_INT(reusable), VALUE_OF_INT(c->who), VALUE_OF_INT(now)), e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

/* What is given with the secrets that stay, as one tree. A changed address takes no secret along: else whoever may edit a connection
 * could have its password sent to a server of their own. */
bool fetch_merge(const struct json_node *given, const struct json_node *old, struct arena *a, const struct json_node **out, struct process_faults *faults, struct err *e)
{
	auto_buf b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&b);
	struct str text;
	put_merged(&j, given, old);
	if (!buf_end(&b, &text, e) || !json_read_in(a, arena_str(a, text), out, e)) return false;
	if (!old) return true;
	bool moved = !str_eq(fetch_origin(a, host_word(a, *out)), fetch_origin(a, host_word(a, old))) ||
	             !str_eq(fetch_origin(a, fetch_text(json_get(*out, "auth"), "token_endpoint")), fetch_origin(a, fetch_text(json_get(old, "auth"), "token_endpoint")));
	if (!moved || !fetch_keeps_secret(*out, given)) return true;
	process_fault(faults, STR("url"), "The address leads to another server now: type the password or key again.");
	return err_set(e, ERR_PARAMETER, "The address leads to another server now: type the password or key again.");
}

bool fetch_connection_write(struct site *s, struct tenant_id t, struct str uid, const struct json_node *json, int64_t who, struct arena *a,
                            struct fetch_connection *out, struct process_faults *faults, struct err *e)
{
	struct change c = { .site = s, .tenant = t, .uid = uid, .who = who };
	const struct json_node *old = NULL;
	struct str made;
	size_t before = faults->list.n;
	if (uid.n && !fetch_connection_open(s, t, uid, a, &old, e)) {
		if (e->code != ERR_SYSTEM) return false;
		*e = (struct err){ 0 }; /* sealed by other keys: what is typed now counts */
		old = NULL;
	}
	fetch_check_connection(json, STR(""), uid.n != 0, faults);
	if (faults->list.n > before) return err_set(e, ERR_PARAMETER, "%.*s", STR_ARG(faults->list.p[before].message));
	if (!fetch_merge(json, old, a, &c.whole, faults, e) || !store_it(&c, a, &made, e)) return false;
	return fetch_connection_read(s, t, made, a, out, e);
}

bool fetch_settle_datasource(struct site *s, struct tenant_id t, const struct json_node *datasource, int64_t who, struct arena *a, struct str *json,
                             struct process_faults *faults, struct err *e)
{
	const struct json_node *c = json_get(datasource, "connection"), *v;
	struct fetch_connection saved;
	auto_buf whole = BUF_INIT(JSON_BYTES), b = BUF_INIT(JSON_BYTES);
	struct json_out j = JSON_OUT(&whole);
	struct str key, text;
	size_t at = 0;
	json_put_node(&b, datasource);
	if (!buf_end(&b, &text, e)) return false;
	*json = arena_str(a, text);
	/* Of a source that is not served no connection is saved. */
	if (fetch_text(datasource, "type").n && !fetch_check_kind(fetch_text(datasource, "type"), STR("datasource"), faults))
		return err_set(e, ERR_PARAMETER, "there is no such source");
	if (json_kind(c) != JSON_OBJECT || json_text(json_get(c, "uid")).n || !fetch_has_secret(c)) return true;
	json_open(&j, '{');
	while (json_each(c, &at, &key, &v)) {
		if (str_eq(key, STR("is_reusable"))) continue;
		json_key(&j, key);
		json_value(&j);
		json_put_node(&whole, v);
	}
	if (!json_text(json_get(c, "type")).n) json_member(&j, "type", fetch_text(datasource, "type"));
	json_member_bool(&j, "is_reusable", json_bool(json_get(c, "is_reusable"), false));
	json_close(&j, '}');
	const struct json_node *node;
	if (!json_read_in(a, arena_str(a, buf_str(&whole)), &node, e) || !fetch_connection_write(s, t, STR(""), node, who, a, &saved, faults, e)) return false;
	buf_clear(&b);
	j = JSON_OUT(&b);
	at = 0;
	json_open(&j, '{');
	while (json_each(datasource, &at, &key, &v)) {
		json_key(&j, key);
		json_value(&j);
		if (str_eq(key, STR("connection"))) buf_printf(&b, "{\"uid\":\"%.*s\"}", STR_ARG(saved.uid));
		else json_put_node(&b, v);
	}
	json_close(&j, '}');
	*json = arena_str(a, buf_str(&b));
	return true;
}

static bool run(struct site *s, struct tenant_id t, enum fetch_query q, const struct value *params, size_t n, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, &fetch_q[q], t, params, n, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool fetch_connection_remove(struct site *s, struct tenant_id t, struct str uid, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct row row;
	if (!read_one(s, t, uid, &a, &row, e)) return false;
	if (row.shown.datasets)
		return err_set(e, ERR_CONFLICT, "%lld dataset%s this connection; give %s another one first.", (long long)row.shown.datasets, row.shown.datasets == 1 ? " uses" : "s use",
		               row.shown.datasets == 1 ? "it" : "them");
	return run(s, t, FETCH_Q_connection_drop, STORE_PARAMS(VALUE_OF_TEXT(uid)), e);
}

/* --- sharing ------------------------------------------------------------------------------------------------------------ */

bool fetch_shares(struct site *s, struct tenant_id t, struct str uid, struct arena *a, struct fetch_share **out, size_t *n, struct err *e)
{
	VEC(struct fetch_share) list = { 0 };
	struct store_tx *tx;
	struct store_rows *r;
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &tx, e)) return false;
	if (store_ask(tx, &fetch_q[FETCH_Q_shares], t, STORE_PARAMS(VALUE_OF_TEXT(uid)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &list, (struct fetch_share){ store_int(r, 0), store_int(r, 1) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, e) && step != STORE_FAILED;
}

bool fetch_share_set(struct site *s, struct tenant_id t, struct str uid, struct fetch_share who, bool may, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct row row;
	if ((who.account == 0) == (who.group == 0)) return err_set(e, ERR_PARAMETER, "a connection is shared with a user or with a group");
	if (!read_one(s, t, uid, &a, &row, e)) return false;
	return run(s, t, may ? FETCH_Q_share_add : FETCH_Q_share_drop, STORE_PARAMS(VALUE_OF_TEXT(uid), VALUE_OF_INT(who.account), VALUE_OF_INT(who.group)), e);
}
