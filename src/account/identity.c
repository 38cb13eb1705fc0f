/* Who somebody is for a provider of identities. The key is provider and subject, never the address: an address that a provider
 * tells opens nobody's account (AUT-10). */
#include "account/inside.h"

bool account_by_identity(struct accounts *as, struct tenant_id t, const struct account_identity *i, int64_t *out, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ACCOUNT_Q(identity_find), t, STORE_PARAMS(VALUE_OF_TEXT(i->provider), VALUE_OF_TEXT(i->subject)), &r, e)) {
		step = store_step(r, e);
		if (step == STORE_ROW) *out = store_int(r, 0);
		store_stop(r);
	}
	if (!store_end(tx, STORE_ROLLBACK, &ignored)) return false;
	return step == STORE_ROW || (step == STORE_DONE && err_set(e, ERR_NOT_FOUND, "nobody is linked to this identity"));
}

static bool put(struct store_tx *tx, struct tenant_id t, int64_t account, const struct account_identity *i, struct err *e)
{
	if (!i->provider.n || !i->subject.n || i->subject.n > 1024 || i->provider.n > 200)
		return err_set(e, ERR_PARAMETER, "an identity needs the name of its provider and a subject of at most 1024 bytes");
	if (store_run(tx, ACCOUNT_Q(identity_put), t,
	              STORE_PARAMS(VALUE_OF_TEXT(i->provider), VALUE_OF_TEXT(i->subject), VALUE_OF_INT(account), VALUE_OF_TEXT(i->email),
	                           VALUE_OF_TEXT(i->name), VALUE_OF_INT(clock_now().us)), e))
		return true;
	if (e->code != ERR_CONFLICT) return false;
	*e = (struct err){ 0 };
	return err_set(e, ERR_CONFLICT, "this identity is linked to an account already");
}

bool account_provision(struct accounts *as, struct tenant_id t, const struct account_identity *i, struct str role, int64_t *out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct account_new n = { .email = i->email, .name = account_text_ok(i->name, ACCOUNT_NAME) ? i->name : STR(""), .role = role, .hash = STR(""), .language = STR(""), .message = STR("") };
	struct store_tx *tx;
	if (!account_new_check(&a, &n, e) || !store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	return account_end(as, tx, t, account_insert(tx, t, &n, out, e) && put(tx, t, *out, i, e), e);
}

bool account_link(struct accounts *as, struct tenant_id t, int64_t account, const struct account_identity *i, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = put(tx, t, account, i, e);
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool account_unlink(struct accounts *as, struct tenant_id t, int64_t account, struct str provider, struct err *e)
{
	struct store_tx *tx;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(identity_drop), t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(provider)), e);
	if (ok && store_changes(tx) == 0) ok = err_set(e, ERR_NOT_FOUND, "the account is not linked to this provider");
	return store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool account_identities(struct accounts *as, struct tenant_id t, int64_t account, struct arena *a, struct account_identity **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct account_identity) list = { 0 };
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, ACCOUNT_Q(identity_list), t, STORE_PARAMS(VALUE_OF_INT(account)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(a, &list, (struct account_identity){ arena_str(a, store_text(r, 0)), arena_str(a, store_text(r, 1)),
			                                              arena_str(a, store_text(r, 2)), arena_str(a, store_text(r, 3)) });
		store_stop(r);
	}
	*out = list.p;
	*n = list.n;
	return store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
}
