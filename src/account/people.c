/* Accounts of a portal: read, made by the command line, changed by administrators and owners. A portal is never left without
 * an active administrator. */
#include "account/inside.h"

/* --- what changes have in common ------------------------------------------------------------------ */

bool account_begin(const struct account_scene *s, struct store_tx **tx, struct err *e)
{
	return store_begin(accounts_store(s->as), STORE_WRITE, tx, e);
}

bool account_done(const struct account_scene *s, struct store_tx *tx, bool ok, struct err *e)
{
	ok = store_end(tx, ok ? STORE_COMMIT : STORE_ROLLBACK, e) && ok;
	if (ok) mail_wake(s->mail);
	return ok;
}

bool account_done_changed(const struct account_scene *s, struct store_tx *tx, bool ok, struct err *e)
{
	return account_done(s, tx, ok, e) && accounts_changed(s->as, s->tenant->id, e);
}

void account_note(const struct account_scene *s, enum event_kind kind, int64_t account, struct str reason, struct str detail)
{
	if (!s->events) return;
	event_note(s->events, s->tenant->id,
	           &(struct event){ .kind = kind, .account = account, .by = s->by == account ? 0 : s->by, .reason = reason,
	                            .detail = detail, .client = s->client });
}

bool account_run(struct store_tx *tx, const struct store_query *q, const struct account_scene *s, int64_t account, struct err *e)
{
	return store_run(tx, q, s->tenant->id, STORE_PARAMS(VALUE_OF_INT(account)), e);
}

static bool missing(struct err *e) { return err_set(e, ERR_NOT_FOUND, "there is no such account on this portal"); }

/* --- reading ----------------------------------------------------------------------------------------- */

static void read_row(struct store_rows *r, struct arena *a, struct account *out)
{
	int64_t now = clock_now().us;
	*out = (struct account){
		.id = store_int(r, 0), .email = arena_str(a, store_text(r, 1)), .name = arena_str(a, store_text(r, 2)),
		.role = arena_str(a, store_text(r, 3)), .language = arena_str(a, store_text(r, 4)),
		.state = (enum account_state)store_int(r, 5), .expires = { store_int(r, 6) },
		.expired = !store_is_null(r, 6) && store_int(r, 6) <= now, .must_change = store_int(r, 7) != 0,
		.has_password = store_int(r, 8) != 0, .second_factor = store_int(r, 9) != 0, .suspended = store_int(r, 10) != 0,
		.own = account_permissions_known(store_text(r, 11)), .created = { store_int(r, 12) }, .leaves = { store_int(r, 13) },
		.last_day = store_is_null(r, 14) ? -1 : store_int(r, 14), .message = arena_str(a, store_text(r, 15)),
	};
}

bool account_list(struct store *s, struct tenant_id t, struct arena *a, struct account **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct store_rows *r;
	VEC(struct account) list = { 0 };
	struct err ignored = { 0 };
	if (!store_begin(s, STORE_READ, &tx, e)) return false;
	enum store_step step = STORE_FAILED;
	if (store_ask(tx, ACCOUNT_Q(account_list), t, STORE_NONE, &r, e)) {
		while ((step = store_step(r, e)) == STORE_ROW) read_row(r, a, vec_add(a, &list));
		store_stop(r);
	}
	bool ok = store_end(tx, STORE_ROLLBACK, &ignored) && step == STORE_DONE;
	*out = list.p;
	*n = list.n;
	return ok;
}

bool account_read(struct store_tx *tx, struct tenant_id t, int64_t id, struct arena *a, struct account *out, struct err *e)
{
	struct store_rows *r;
	if (!store_ask(tx, ACCOUNT_Q(account_get), t, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) read_row(r, a, out);
	store_stop(r);
	return step == STORE_ROW || (step == STORE_DONE && missing(e));
}

static bool read_groups(struct store_tx *tx, struct tenant_id t, struct arena *a, struct account *out, struct err *e)
{
	struct store_rows *r;
	VEC(struct str) names = { 0 };
	enum store_step step;
	if (!store_ask(tx, ACCOUNT_Q(group_of_account), t, STORE_PARAMS(VALUE_OF_INT(out->id)), &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW) vec_push(a, &names, arena_str(a, store_text(r, 0)));
	store_stop(r);
	out->groups = names.p;
	out->ngroups = names.n;
	return step == STORE_DONE;
}

bool account_get(struct accounts *as, struct tenant_id t, int64_t id, struct arena *a, struct account *out, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	int64_t left = 0;
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	bool ok = account_read(tx, t, id, a, out, e) && read_groups(tx, t, a, out, e) &&
	          account_number(tx, ACCOUNT_Q(recovery_count), t, VALUE_OF_INT(id), &left, e);
	if (ok) out->recovery = (size_t)left;
	return store_end(tx, STORE_ROLLBACK, &ignored) && ok;
}

/* --- made by the command line ---------------------------------------------------------------------- */

static bool fresh_password(struct accounts *as, char password[ACCOUNT_PASSWORD_TEXT], char hash[ACCOUNT_HASH_TEXT], struct err *e)
{
	crypt_random_base62(password, ACCOUNT_PASSWORD_TEXT - 1);
	return account_hash(as, str_of(password), hash, e);
}

bool account_insert(struct store_tx *tx, struct tenant_id t, const struct account_new *n, int64_t *out, struct err *e)
{
	int64_t already;
	if (!account_number(tx, ACCOUNT_Q(account_id), t, VALUE_OF_TEXT(n->email), &already, e)) return false;
	if (already) return err_set(e, ERR_CONFLICT, "%.*s has an account on this portal already", STR_ARG(n->email));
	auto_arena a = ARENA_INIT;
	struct value expires = n->expires.us ? VALUE_OF_INT(n->expires.us) : VALUE_NULL_OF(VALUE_INT);
	if (!store_run(tx, ACCOUNT_Q(account_insert), t,
	               STORE_PARAMS(VALUE_OF_TEXT(n->email), VALUE_OF_TEXT(n->name), VALUE_OF_TEXT(n->role), VALUE_OF_TEXT(n->hash),
	                            VALUE_OF_INT(clock_now().us), VALUE_OF_INT(n->must_change), VALUE_OF_INT(n->state),
	                            VALUE_OF_TEXT(n->language), VALUE_OF_TEXT(account_permissions_text(&a, n->own)), expires,
	                            VALUE_OF_TEXT(n->message)), e))
		return false;
	*out = store_last_id(tx);
	return true;
}

bool account_new_check(struct arena *a, struct account_new *n, struct err *e)
{
	if (!mail_address(a, n->email, &n->email, e)) return false;
	if (!account_role_ok(n->role))
		return err_set(e, ERR_PARAMETER, "there is no role \"%.*s\"; roles are admin, publisher, member", STR_ARG(str_sub(n->role, 0, 100)));
	return account_text_ok(n->name, ACCOUNT_NAME) || err_set(e, ERR_PARAMETER, "a name has at most %d bytes and no control characters", ACCOUNT_NAME);
}

bool account_add(struct accounts *as, struct tenant_id t, struct str email, struct str name, struct str role,
                 char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	auto_arena a = ARENA_INIT;
	char hash[ACCOUNT_HASH_TEXT];
	struct account_new n = { .email = email, .name = name, .role = role, .must_change = true };
	struct store_tx *tx;
	int64_t id;
	if (!account_new_check(&a, &n, e) || !fresh_password(as, password, hash, e)) return false;
	n.hash = str_of(hash);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = account_insert(tx, t, &n, &id, e);
	if (!ok && e->code == ERR_CONFLICT) {
		*e = (struct err){ 0 };
		err_set(e, ERR_CONFLICT, "%.*s has an account on this portal already; `stoa user password` gives a new password", STR_ARG(email));
	}
	return account_end(as, tx, t, ok && account_say(tx, t, "user.add", n.email, n.role, e), e);
}

bool account_temporary(struct accounts *as, struct tenant_id t, struct str email, struct str name, uint64_t own, struct instant expires,
                       char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	auto_arena a = ARENA_INIT;
	char hash[ACCOUNT_HASH_TEXT];
	struct account_new n = { .email = email, .name = name, .role = STR("member"), .own = own, .expires = expires };
	struct store_tx *tx;
	int64_t id;
	if (!account_new_check(&a, &n, e) || !fresh_password(as, password, hash, e)) return false;
	n.hash = str_of(hash);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = account_insert(tx, t, &n, &id, e);
	return account_end(as, tx, t, ok && account_say(tx, t, "user.add", n.email, STR("temporary"), e), e);
}

bool account_password(struct accounts *as, struct tenant_id t, struct str email, char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	char hash[ACCOUNT_HASH_TEXT];
	struct store_tx *tx;
	int64_t id;
	if (!account_id(as, t, email, &id, e) || !fresh_password(as, password, hash, e) ||
	    !store_begin(accounts_store(as), STORE_WRITE, &tx, e))
		return false;
	bool ok = store_run(tx, ACCOUNT_Q(account_once), t, STORE_PARAMS(VALUE_OF_INT(id), VALUE_OF_TEXT(str_of(hash))), e) &&
	          account_say(tx, t, "user.password", email, STR(""), e);
	return account_end(as, tx, t, ok, e);
}

/* --- changed ------------------------------------------------------------------------------------------- */

/* False with ERR_CONFLICT when without this account nobody could administer the portal one day: who has an end does not count. */
static bool not_the_last(struct store_tx *tx, const struct account_scene *s, int64_t id, struct err *e)
{
	int64_t admin, others = 0;
	struct store_rows *r;
	if (!account_number(tx, ACCOUNT_Q(account_is_admin), s->tenant->id, VALUE_OF_INT(id), &admin, e)) return false;
	if (!admin) return true;
	if (!store_ask(tx, ACCOUNT_Q(account_admins), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id)), &r, e)) return false;
	enum store_step step = store_step(r, e);
	if (step == STORE_ROW) others = store_int(r, 0);
	store_stop(r);
	return step == STORE_ROW && (others > 0 || err_set(e, ERR_CONFLICT, "%.*s", STR_ARG(i18n_text(s->lang, N_("This is the last administrator of the portal without an end date. Make somebody else one first.")))));
}

static bool set(struct store_tx *tx, const struct account_scene *s, const struct store_query *q, int64_t id, struct value v, struct err *e)
{
	return store_run(tx, q, s->tenant->id, STORE_PARAMS(VALUE_OF_INT(id), v), e);
}

bool account_join_all(struct store_tx *tx, const struct account_scene *s, int64_t id, const struct str *groups, size_t n, struct err *e)
{
	bool ok = n <= ACCOUNT_GROUPS_EACH || err_set(e, ERR_PARAMETER, "an account is in at most %d groups", ACCOUNT_GROUPS_EACH);
	ok = ok && account_run(tx, ACCOUNT_Q(group_clear), s, id, e);
	for (size_t i = 0; ok && i < n; i++) {
		int64_t group;
		ok = account_number(tx, ACCOUNT_Q(group_id), s->tenant->id, VALUE_OF_TEXT(groups[i]), &group, e) &&
		     (group || err_set(e, ERR_PARAMETER, "there is no group %.*s on this portal", STR_ARG(str_sub(groups[i], 0, ACCOUNT_GROUP_NAME)))) &&
		     store_run(tx, ACCOUNT_Q(group_join), s->tenant->id, STORE_PARAMS(VALUE_OF_INT(group), VALUE_OF_INT(id)), e);
	}
	return ok;
}

static bool change_check(const struct account_change *c, struct err *e)
{
	if ((c->flags & ACCOUNT_SET_NAME) && !account_text_ok(c->name, ACCOUNT_NAME))
		return err_set(e, ERR_PARAMETER, "a name has at most %d bytes and no control characters", ACCOUNT_NAME);
	if ((c->flags & ACCOUNT_SET_ROLE) && !account_role_ok(c->role))
		return err_set(e, ERR_PARAMETER, "there is no role \"%.*s\"; roles are admin, publisher, member", STR_ARG(str_sub(c->role, 0, 100)));
	if ((c->flags & ACCOUNT_SET_LANGUAGE) && c->language.n && !i18n_lang_or_null(c->language))
		return err_set(e, ERR_PARAMETER, "\"%.*s\" is not a language of the portal", STR_ARG(str_sub(c->language, 0, 20)));
	return true;
}

bool account_change(const struct account_scene *s, int64_t id, const struct account_change *c, struct err *e)
{
	struct store_tx *tx;
	struct account now;
	if (!change_check(c, e) || !account_begin(s, &tx, e)) return false;
	struct value expires = c->expires.us ? VALUE_OF_INT(c->expires.us) : VALUE_NULL_OF(VALUE_INT);
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e);
	bool demoted = ok && (c->flags & ACCOUNT_SET_ROLE) && str_eq(now.role, STR("admin")) && !str_eq(c->role, STR("admin"));
	bool ends = ok && (c->flags & ACCOUNT_SET_EXPIRES) && c->expires.us;
	if (demoted || ends) ok = not_the_last(tx, s, id, e);
	if (c->flags & ACCOUNT_SET_NAME) ok = ok && set(tx, s, ACCOUNT_Q(account_name), id, VALUE_OF_TEXT(c->name), e);
	if (c->flags & ACCOUNT_SET_LANGUAGE) ok = ok && set(tx, s, ACCOUNT_Q(account_language), id, VALUE_OF_TEXT(c->language), e);
	if (c->flags & ACCOUNT_SET_ROLE) ok = ok && set(tx, s, ACCOUNT_Q(account_role), id, VALUE_OF_TEXT(c->role), e);
	if (c->flags & ACCOUNT_SET_PERMISSIONS)
		ok = ok && set(tx, s, ACCOUNT_Q(account_permissions), id, VALUE_OF_TEXT(account_permissions_text(s->arena, c->own)), e);
	if (c->flags & ACCOUNT_SET_EXPIRES) ok = ok && set(tx, s, ACCOUNT_Q(account_expires), id, expires, e);
	if (c->flags & ACCOUNT_SET_GROUPS) ok = ok && account_join_all(tx, s, id, c->groups, c->ngroups, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_ACCOUNT_CHANGED, id, STR(""), STR(""));
	return true;
}

bool account_disable(const struct account_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	struct account now;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e) && not_the_last(tx, s, id, e) &&
	          set(tx, s, ACCOUNT_Q(account_state), id, VALUE_OF_INT(ACCOUNT_DISABLED), e);
	for (int kind = 0; ok && kind < ACCOUNT_SECRETS; kind++)
		ok = set(tx, s, ACCOUNT_Q(secret_void), id, VALUE_OF_INT(kind), e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_ACCOUNT_DISABLED, id, STR("disabled"), STR(""));
	return true;
}

bool account_enable(const struct account_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	struct account now;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e) && account_run(tx, ACCOUNT_Q(account_enable), s, id, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_ACCOUNT_CHANGED, id, STR("enabled"), STR(""));
	return true;
}

/* With the row goes the address wherever the log of what commands did has it, and that of others who are gone; names of keys too. */
bool account_take_away(struct store_tx *tx, const struct account_scene *s, int64_t id, struct err *e)
{
	return account_run(tx, ACCOUNT_Q(audit_forget_keys), s, id, e) && account_run(tx, ACCOUNT_Q(act_forget_keys), s, id, e) &&
	       account_run(tx, ACCOUNT_Q(audit_forget), s, id, e) && account_run(tx, ACCOUNT_Q(account_delete), s, id, e) &&
	       store_run(tx, ACCOUNT_Q(audit_forget_gone), s->tenant->id, STORE_NONE, e);
}

bool account_remove(const struct account_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	struct account now;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e) && not_the_last(tx, s, id, e) &&
	          account_take_away(tx, s, id, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_ACCOUNT_DELETED, id, STR("removed"), STR(""));
	return store_settle(accounts_store(s->as), e);
}

bool account_drop_factor(const struct account_scene *s, int64_t id, struct err *e)
{
	struct store_tx *tx;
	struct account now;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e) && account_run(tx, ACCOUNT_Q(account_drop_totp), s, id, e) &&
	          account_run(tx, ACCOUNT_Q(recovery_drop), s, id, e) &&
	          account_letter_notice(tx, s, &now, N_("The second factor of your account at {0} was removed"),
	                                N_("An administrator of the portal removed the second factor of your account. From now on your password alone signs you in."), e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_FACTOR_REMOVED, id, STR("administrator"), STR(""));
	return true;
}

bool account_leave(const struct account_scene *s, int64_t id, struct err *e)
{
	enum { DAYS = 7 };
	struct store_tx *tx;
	struct account now;
	int64_t us = clock_now().us;
	if (!account_begin(s, &tx, e)) return false;
	bool ok = account_read(tx, s->tenant->id, id, s->arena, &now, e) && not_the_last(tx, s, id, e) &&
	          set(tx, s, ACCOUNT_Q(account_leaves), id, VALUE_OF_INT(us + DAYS * ACCOUNT_DAY_US), e) &&
	          set(tx, s, ACCOUNT_Q(key_revoke_all), id, VALUE_OF_INT(us), e) && account_run(tx, ACCOUNT_Q(group_clear), s, id, e) &&
	          account_run(tx, ACCOUNT_Q(identity_drop_all), s, id, e) && account_run(tx, ACCOUNT_Q(recovery_drop), s, id, e);
	for (int kind = 0; ok && kind < ACCOUNT_SECRETS; kind++)
		ok = set(tx, s, ACCOUNT_Q(secret_void), id, VALUE_OF_INT(kind), e);
	char token[ACCOUNT_TOKEN_TEXT];
	ok = ok && account_secret_put(tx, s, ACCOUNT_PASS_DELETE_UNDO, id, DAYS * ACCOUNT_DAY_US, STR(""), token, e) &&
	     account_letter_leave(tx, s, &now, token, e);
	if (!account_done_changed(s, tx, ok, e)) return false;
	account_note(s, EVENT_ACCOUNT_DELETED, id, STR("owner"), STR(""));
	return true;
}
