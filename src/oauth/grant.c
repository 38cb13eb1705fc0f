/* What people let in: yeses, and how they end. */
#include "oauth/inside.h"

bool oauth_grants(struct store_tx *tx, const struct oauth_scene *s, const struct store_query *q, const struct value *params, size_t n, struct oauth_ids *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, q, s->t, params, n, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(s->arena, &out->list, store_int(r, 0));
	store_stop(r);
	return step == STORE_DONE;
}

bool oauth_grant_end(struct store_tx *tx, const struct oauth_scene *s, int64_t grant, const char *reason, struct err *e)
{
	return store_run(tx, OAUTH_Q(grant_end), s->t, STORE_PARAMS(VALUE_OF_INT(grant), VALUE_OF_INT(clock_now().us), VALUE_OF_TEXT(str_of(reason))), e) &&
	       store_run(tx, OAUTH_Q(tokens_old), s->t, STORE_PARAMS(VALUE_OF_INT(grant)), e);
}

void oauth_grants_forget(const struct oauth_scene *s, const struct oauth_ids *ids)
{
	for (size_t i = 0; i < ids->list.n; i++) oauth_book_drop(s->o, STR(""), ids->list.p[i]);
}

bool oauth_is_active(const struct oauth_scene *s, int64_t account)
{
	struct account_who who;
	return accounts_who(oauth_accounts(s->o), s->t, account, s->arena, &who);
}

bool oauth_let_list(const struct oauth_scene *s, int64_t account, struct oauth_let **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct oauth_let) list = { 0 };
	struct err ignored = { 0 };
	enum store_step step = STORE_FAILED;
	if (!store_begin(oauth_store(s->o), STORE_READ, &tx, e)) return false;
	if (store_ask(tx, OAUTH_Q(lets), s->t, STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_INT(clock_now().us)), &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) {
			struct oauth_let *l = NULL;
			uint64_t scopes = 0;
			struct str bad;
			for (size_t i = 0; i < list.n && !l; i++)
				if (list.p[i].program.id == store_int(r, 0)) l = &list.p[i];
			if (!l) {
				l = vec_add(s->arena, &list);
				*l = (struct oauth_let){ .program.id = store_int(r, 0), .last_day = -1 };
			}
			if (!oauth_scopes_read(store_text(r, 1), &scopes, &bad)) scopes = 0;
			l->scopes |= scopes;
			l->since.us = store_int(r, 2); /* newest first: the last one is the first yes */
			l->last_day = num_max(l->last_day, store_int(r, 3));
		}
		store_stop(r);
	}
	bool ok = store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
	for (size_t i = 0; ok && i < list.n; i++) ok = oauth_program_get(s, list.p[i].program.id, &list.p[i].program, e);
	*out = list.p;
	*n = list.n;
	return ok;
}

bool oauth_take_back(const struct oauth_scene *s, int64_t account, int64_t program, const char *reason, struct err *e)
{
	struct store_tx *tx;
	struct oauth_ids ids = { 0 };
	if (!store_begin(oauth_store(s->o), STORE_WRITE, &tx, e)) return false;
	bool ok = oauth_grants(tx, s, OAUTH_Q(grants_of), STORE_PARAMS(VALUE_OF_INT(account), VALUE_OF_INT(program)), &ids, e);
	for (size_t i = 0; ok && i < ids.list.n; i++) ok = oauth_grant_end(tx, s, ids.list.p[i], reason, e);
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (!ok) return false;
	oauth_grants_forget(s, &ids);
	for (size_t i = 0; i < ids.list.n; i++) oauth_note(s, EVENT_PROGRAM_ENDED, account, reason, STR(""));
	return true;
}
