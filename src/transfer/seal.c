/* Secrets of a portal that was taken in. They are sealed for the portal's name with the keys of the server: opened with the former name
 * and sealed for the new one; where the keys are others, they are taken away, and whoever runs the portal is told how many. */
#include "transfer/inside.h"

struct sealed { int64_t id; struct str name, text; };

static bool read_all(struct store_tx *tx, int query, struct tenant_id t, struct arena *a, struct sealed **out, size_t *n, struct err *e)
{
	VEC(struct sealed) list = { 0 };
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, &transfer_queries[query], t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &list, (struct sealed){ store_int(r, 0), arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)) });
	store_stop(r);
	*out = list.p;
	*n = list.n;
	return step == STORE_DONE;
}

/* One kind of secret: which rows, how they are set, the word they are sealed with, and for whom: empty is the portal's own name. */
struct kind { int read, set; bool text_key; struct str what, whose; };

/* What cannot be opened is taken away and counted, or, without `lost`, left as it is. */
static bool reseal(struct site *s, struct store_tx *tx, const struct kind *k, struct tenant_id t, struct str former, struct str host, struct arena *a, size_t *lost_or_null, struct err *e)
{
	enum { SEALED_MAX = 1 << 20 };
	struct sealed *all;
	size_t n;
	if (k->whose.n) former = host = k->whose;
	if (!read_all(tx, k->read, t, a, &all, &n, e)) return false;
	for (size_t i = 0; i < n; i++) {
		auto_buf b = BUF_INIT(SEALED_MAX);
		struct err own = { 0 };
		struct str plain;
		bool open = vault_unseal(s->vault, former, k->what, all[i].text, a, &plain, &own);
		if (!open && !lost_or_null) continue;
		if (!open) (*lost_or_null)++;
		else if (!vault_seal(s->vault, host, k->what, plain, &b, e)) return false;
		struct value key = k->text_key ? VALUE_OF_TEXT(all[i].name) : VALUE_OF_INT(all[i].id);
		if (!store_run(tx, &transfer_queries[k->set], t, STORE_PARAMS(key, VALUE_OF_TEXT(buf_str(&b))), e)) return false;
	}
	return true;
}

/* Words of readers are sealed for the server as a whole: the first tells for all. */
static bool drop(struct site *s, struct store_tx *tx, int read, int remove, struct tenant_id t, struct arena *a, size_t *lost, struct err *e)
{
	struct sealed *all;
	size_t n;
	struct err own = { 0 };
	struct str plain;
	if (!read_all(tx, read, t, a, &all, &n, e)) return false;
	if (n == 0 || vault_unseal(s->vault, STR("engage"), STR("words"), all[0].text, a, &plain, &own)) return true;
	bool ok = store_run(tx, &transfer_queries[remove], t, STORE_NONE, e);
	*lost = ok ? (size_t)store_changes(tx) : 0;
	return ok && store_run(tx, &transfer_queries[TRANSFER_Q_reuses_blank], t, STORE_NONE, e);
}

static const struct kind factor = { TRANSFER_Q_factors, TRANSFER_Q_factor_set, false, { "totp", 4 }, { "", 0 } };
static const struct kind provider = { TRANSFER_Q_providers, TRANSFER_Q_provider_set, true, { "sso-secret", 10 }, { "", 0 } };
static const struct kind connection = { TRANSFER_Q_connections, TRANSFER_Q_connection_set, false, { "connection", 10 }, { "fetch", 5 } };

bool transfer_reseal(struct site *s, struct tenant_id t, struct str former, struct str host, struct arena *a, struct transfer_told *told, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(s->store, STORE_WRITE, &tx, e)) return false;
	bool ok = reseal(s, tx, &factor, t, former, host, a, &told->factors, e) && reseal(s, tx, &provider, t, former, host, a, &told->providers, e) &&
	          reseal(s, tx, &connection, t, former, host, a, &told->connections, e) &&
	          drop(s, tx, TRANSFER_Q_follower, TRANSFER_Q_followers_drop, t, a, &told->followers, e) &&
	          drop(s, tx, TRANSFER_Q_note, TRANSFER_Q_notes_drop, t, a, &told->notes, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

struct renamed { struct site *site; struct arena *arena; struct tenant_id tenant; struct str former, host; };

static bool reseal_own(struct store_tx *tx, void *arg, struct err *e)
{
	const struct renamed *r = arg;
	struct store_rows *rows;
	if (!store_ask(tx, &transfer_queries[TRANSFER_Q_host], r->tenant, STORE_NONE, &rows, e)) return false;
	bool same = store_step(rows, e) == STORE_ROW && str_eq(store_text(rows, 0), r->former);
	store_stop(rows);
	if (!same) return err_set(e, ERR_PRECONDITION, "%s", err_kind(ERR_PRECONDITION)->sentence);
	return reseal(r->site, tx, &factor, r->tenant, r->former, r->host, r->arena, NULL, e) && reseal(r->site, tx, &provider, r->tenant, r->former, r->host, r->arena, NULL, e);
}

bool transfer_rename(struct site *s, struct tenant_id t, const struct str *hosts, size_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	const struct tenant *p = tenants_hold_or_null(s->tenants, t);
	if (!p) return err_set(e, ERR_NO_PORTAL, "there is no such portal any more");
	struct renamed r = { .site = s, .arena = &a, .tenant = t, .former = arena_str(&a, p->host), .host = n ? hosts[0] : STR("") };
	bool named = tenant_setting(p, "consent.ledger_name").n > 0, other = !str_eq(r.former, r.host);
	tenant_release(s->tenants, p);
	/* The ledger of consents stays of the name it began under. Second factors that cannot be opened would keep everybody out: they are of
	 * the new name from the moment the portal is. */
	const struct tenant_setting_value ledger = { STR("consent.ledger_name"), r.former };
	return tenant_rename(s->tenants, t, hosts, n, other && !named ? &ledger : NULL, other ? reseal_own : NULL, &r, e);
}
