/* Groups of accounts, for rules that hold for several people. */
#include "account/inside.h"
#include "text/text.h"

static bool name_ok(struct str s)
{
	if (!s.n || s.n > ACCOUNT_GROUP_NAME || !text_is_utf8(s) || str_trim(s).n != s.n) return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return false;
	return true;
}

bool account_group_add(struct accounts *as, struct tenant_id t, struct str name, int64_t who, struct err *e)
{
	struct store_tx *tx;
	if (!name_ok(name))
		return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot be the name of a group; use 1 to %d bytes without blanks around", STR_ARG(str_sub(name, 0, 200)), ACCOUNT_GROUP_NAME);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(group_insert), t, STORE_PARAMS(VALUE_OF_TEXT(name), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(who)), e);
	if (!ok && e->code == ERR_CONFLICT) {
		*e = (struct err){ 0 };
		err_set(e, ERR_CONFLICT, "there is a group %.*s already", STR_ARG(name));
	}
	return account_end(as, tx, t, ok && account_say(tx, t, "group.add", name, STR(""), e), e);
}

bool account_group_change(struct accounts *as, struct tenant_id t, const struct account_group *g, int64_t who, struct err *e)
{
	enum { DESCRIPTION = 1000 };
	auto_arena a = ARENA_INIT;
	struct store_tx *tx;
	if (!name_ok(g->name)) return err_set(e, ERR_PARAMETER, "\"%.*s\" cannot be the name of a group; use 1 to %d bytes without blanks around", STR_ARG(str_sub(g->name, 0, 200)), ACCOUNT_GROUP_NAME);
	if (g->description.n > DESCRIPTION || !text_is_utf8(g->description)) return err_set(e, ERR_PARAMETER, "a description has at most %d bytes", DESCRIPTION);
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = store_run(tx, ACCOUNT_Q(group_change), t,
	                    STORE_PARAMS(VALUE_OF_INT(g->id), VALUE_OF_TEXT(g->name), VALUE_OF_TEXT(g->description),
	                                 VALUE_OF_TEXT(account_permissions_text(&a, g->permissions)), VALUE_OF_INT(clock_now().us), VALUE_OF_INT(who)), e);
	if (ok && store_changes(tx) == 0) ok = err_set(e, ERR_NOT_FOUND, "there is no such group on this portal");
	if (!ok && e->code == ERR_CONFLICT) {
		*e = (struct err){ 0 };
		err_set(e, ERR_CONFLICT, "there is a group %.*s already", STR_ARG(g->name));
	}
	return account_end(as, tx, t, ok && account_say(tx, t, "group.change", g->name, STR(""), e), e);
}

/* Finds the group, and the account when an address is given. */
static bool find_both(struct store_tx *tx, struct tenant_id t, struct str name, struct str email, int64_t *group, int64_t *account,
                      struct err *e)
{
	if (!account_number(tx, ACCOUNT_Q(group_id), t, VALUE_OF_TEXT(name), group, e)) return false;
	if (!*group)
		return err_set(e, ERR_NOT_FOUND, "there is no group %.*s on this portal; `stoa group list` shows the groups", STR_ARG(name));
	if (!email.n) return true;
	if (!account_number(tx, ACCOUNT_Q(account_id), t, VALUE_OF_TEXT(email), account, e)) return false;
	return *account ||
	       err_set(e, ERR_NOT_FOUND, "%.*s has no account on this portal; `stoa user list` shows the accounts", STR_ARG(email));
}

bool account_group_remove(struct accounts *as, struct tenant_id t, struct str name, struct err *e)
{
	struct store_tx *tx;
	int64_t group, none;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = find_both(tx, t, name, STR(""), &group, &none, e) &&
	          store_run(tx, ACCOUNT_Q(group_delete), t, STORE_PARAMS(VALUE_OF_INT(group)), e) &&
	          account_say(tx, t, "group.remove", name, STR(""), e);
	return account_end(as, tx, t, ok, e);
}

bool account_group_join(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e)
{
	struct store_tx *tx;
	int64_t group, account, already;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = find_both(tx, t, name, email, &group, &account, e) &&
	          account_number(tx, ACCOUNT_Q(group_count), t, VALUE_OF_INT(account), &already, e);
	if (ok && already >= ACCOUNT_GROUPS_EACH)
		ok = err_set(e, ERR_PARAMETER, "%.*s is in %d groups already, which is as many as an account can be in", STR_ARG(email), ACCOUNT_GROUPS_EACH);
	ok = ok && store_run(tx, ACCOUNT_Q(group_join), t, STORE_PARAMS(VALUE_OF_INT(group), VALUE_OF_INT(account)), e) &&
	     account_say(tx, t, "group.join", name, email, e);
	return account_end(as, tx, t, ok, e);
}

bool account_group_leave(struct accounts *as, struct tenant_id t, struct str name, struct str email, struct err *e)
{
	struct store_tx *tx;
	int64_t group, account;
	if (!store_begin(accounts_store(as), STORE_WRITE, &tx, e)) return false;
	bool ok = find_both(tx, t, name, email, &group, &account, e) &&
	          store_run(tx, ACCOUNT_Q(group_leave), t, STORE_PARAMS(VALUE_OF_INT(group), VALUE_OF_INT(account)), e);
	if (ok && store_changes(tx) == 0)
		ok = err_set(e, ERR_NOT_FOUND, "%.*s is not in the group %.*s", STR_ARG(email), STR_ARG(name));
	ok = ok && account_say(tx, t, "group.leave", name, email, e);
	return account_end(as, tx, t, ok, e);
}

struct groups { VEC(struct account_group) v; };
struct addresses { VEC(struct str) v; };

static bool read_groups(struct store_tx *tx, struct tenant_id t, struct arena *a, struct groups *out, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	if (!store_ask(tx, ACCOUNT_Q(group_list), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		vec_push(a, &out->v, (struct account_group){ .id = store_int(r, 0), .name = arena_str(a, store_text(r, 1)),
			.description = arena_str(a, store_text(r, 2)), .permissions = account_permissions_known(store_text(r, 3)),
			.created = { store_int(r, 4) }, .updated = { num_max(store_int(r, 4), store_int(r, 5)) },
			.created_by = arena_str(a, store_text(r, 6)), .updated_by = arena_str(a, store_text(r, 7)) });
	store_stop(r);
	return step == STORE_DONE;
}

static bool read_members(struct store_tx *tx, struct tenant_id t, struct arena *a, struct groups *groups, struct err *e)
{
	struct store_rows *r;
	enum store_step step;
	struct addresses *lists = arena_array(a, struct addresses, groups->v.n + 1);
	if (!store_ask(tx, ACCOUNT_Q(group_members), t, STORE_NONE, &r, e)) return false;
	while ((step = store_step(r, e)) == STORE_ROW)
		for (size_t i = 0; i < groups->v.n; i++)
			if (groups->v.p[i].id == store_int(r, 0)) vec_push(a, &lists[i].v, arena_str(a, store_text(r, 1)));
	store_stop(r);
	for (size_t i = 0; i < groups->v.n; i++) {
		groups->v.p[i].members = lists[i].v.p;
		groups->v.p[i].nmembers = lists[i].v.n;
	}
	return step == STORE_DONE;
}

bool account_group_list(struct accounts *as, struct tenant_id t, struct arena *a, struct account_group **out, size_t *n, struct err *e)
{
	struct store_tx *tx;
	struct err ignored = { 0 };
	struct groups groups = { 0 };
	if (!store_begin(accounts_store(as), STORE_READ, &tx, e)) return false;
	bool ok = read_groups(tx, t, a, &groups, e) && read_members(tx, t, a, &groups, e);
	ok = store_end(tx, STORE_ROLLBACK, &ignored) && ok;
	*out = groups.v.p;
	*n = groups.v.n;
	return ok;
}
