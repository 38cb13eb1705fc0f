/* From an identity to an account, and what is kept of its claims. */
#include "sso/inside.h"

static bool meets(const struct sso_identity *i)
{
	const struct sso_provider *p = &i->provider;
	if (!p->condition_claim.n) return true;
	for (size_t k = 0; k < i->nclaims; k++)
		if (str_eq(i->claims[k].name, p->condition_claim) && (!p->condition_value.n || str_eq(i->claims[k].value, p->condition_value))) return true;
	return false;
}

static bool keep_claims(const struct sso_scene *s, const struct sso_identity *i, int64_t account, struct err *e)
{
	struct store_tx *t;
	if (!store_begin(s->store, STORE_WRITE, &t, e)) return false;
	bool ok = store_run(t, &sso_q[SSO_Q_claims_clear], s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(i->provider.id)), e);
	for (size_t k = 0; ok && k < i->nclaims; k++)
		ok = store_run(t, &sso_q[SSO_Q_claim_put], s->tenant->id,
		               STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_TEXT(i->provider.id), VALUE_OF_TEXT(i->claims[k].name), VALUE_OF_INT((int64_t)k), VALUE_OF_TEXT(i->claims[k].value)), e);
	return store_end(t, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
}

bool sso_account(const struct sso_scene *s, struct accounts *as, const struct sso_identity *i, int64_t *account, const char **reason, struct err *e)
{
	struct err none = { 0 };
	*reason = "";
	if (!meets(i)) return sso_refuse(s, i->provider.id, "condition", reason, e);
	if (i->link) {
		if (!account_link(as, s->tenant->id, i->link, &i->who, e)) return false;
		struct event ev = { .kind = EVENT_SSO_LINKED, .account = i->link, .detail = i->provider.id, .client = s->client };
		if (s->events) event_note(s->events, s->tenant->id, &ev);
		*account = i->link;
		return keep_claims(s, i, i->link, e);
	}
	if (!account_by_identity(as, s->tenant->id, &i->who, account, &none)) {
		if (none.code != ERR_NOT_FOUND) {
			*e = none;
			return false;
		}
		if (!i->provider.provision) return sso_refuse(s, i->provider.id, "no_account", reason, e);
		if (!i->who.email.n) return sso_refuse(s, i->provider.id, "no_email", reason, e);
		if (!account_provision(as, s->tenant->id, &i->who, i->provider.role, account, e)) {
			if (e->code == ERR_CONFLICT) {
				struct err ignored = { 0 };
				sso_refuse(s, i->provider.id, "address_taken", reason, &ignored);
			}
			return false;
		}
	}
	return keep_claims(s, i, *account, e);
}

bool sso_claims(const struct sso_scene *s, int64_t account, struct sso_claim **out, size_t *n, struct err *e)
{
	struct store_tx *t;
	struct store_rows *r;
	VEC(struct sso_claim) all = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(s->store, STORE_READ, &t, e)) return false;
	bool ok = store_ask(t, &sso_q[SSO_Q_claims], s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account)), &r, e);
	if (ok) {
		while ((step = store_step(r, e)) == STORE_ROW)
			vec_push(s->arena, &all, (struct sso_claim){ arena_str(s->arena, store_text(r, 0)), arena_str(s->arena, store_text(r, 1)) });
		store_stop(r);
	}
	if (!store_end(t, STORE_ROLLBACK, e) || !ok || step == STORE_FAILED) return false;
	*out = all.p;
	*n = all.n;
	return true;
}
