/* Users and groups as answers, and the bounds of whoever changes them: nobody gives or takes what they do not have themselves, and
 * administrators are changed by administrators. */
#include "manage/inside.h"
#include "text/text.h"

/* --- what the caller may ------------------------------------------------------------------------------------------ */

uint64_t manage_mine(const struct manage_call *c)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (rights_may(c->who, (enum account_permission)i)) bits |= ACCOUNT_BIT(i);
	return bits;
}

bool manage_is_admin(const struct manage_call *c)
{
	uint64_t all = account_role_permissions(STR("admin"));
	return c->who->who.admin && (manage_mine(c) & all) == all;
}

struct account_scene manage_scene(struct manage_call *c)
{
	return (struct account_scene){ .as = c->s->accounts, .vault = c->s->vault, .events = c->s->events, .mail = c->s->mail, .tenant = c->tenant,
		.origin = c->visit.origin, .lang = c->visit.lang, .client = c->r->client, .by = c->who->account, .arena = c->a };
}

bool manage_fresh(struct manage_call *c, struct err *e) { return !c->who->by_session || visitor_fresh(&c->visit, e); }

bool manage_conflict(struct manage_call *c, const char *code, struct err *e)
{
	enum { BAD = 400 };
	if (e->code != ERR_CONFLICT && e->code != ERR_PARAMETER) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	return manage_refused(c, BAD, code, said);
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

bool manage_lists(struct manage_call *c, const char *parameter, const char *word)
{
	struct str rest = manage_query(c, parameter), one;
	while (rest.n && str_cut(&rest, ',', &one))
		if (str_eq(str_trim(one), str_of(word))) return true;
	return false;
}

static struct str fold(struct manage_call *c, struct str s)
{
	auto_buf b = BUF_INIT(8192);
	text_fold(&b, s);
	return arena_str(c->a, buf_str(&b));
}

bool manage_holds(struct manage_call *c, struct str text, struct str words)
{
	return !str_trim(words).n || str_find(fold(c, text), fold(c, str_trim(words))) >= 0;
}

bool manage_order(struct manage_call *c, const char *const *names, const char *otherwise, size_t *which, bool *down, struct err *e)
{
	struct str by = manage_query(c, "sort");
	if (!by.n) by = str_of(otherwise);
	*down = str_starts(by, STR("-"));
	if (*down) by = str_from(by, 1);
	for (*which = 0; names[*which]; ++*which)
		if (str_eq(by, str_of(names[*which]))) return true;
	return err_set(e, ERR_PARAMETER, "sort: this list cannot be sorted by \"%.*s\".", STR_ARG(str_sub(by, 0, 60)));
}

/* --- permissions -------------------------------------------------------------------------------------------------- */

void manage_put_permissions(struct manage_call *c, uint64_t bits)
{
	json_key(&c->j, STR("permissions"));
	json_open(&c->j, '[');
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (bits & ACCOUNT_BIT(i)) json_put(&c->j, str_of(account_permission_row((enum account_permission)i)->name));
	json_close(&c->j, ']');
}

bool manage_read_permissions(struct manage_call *c, const struct json_node *list, bool *given, uint64_t *out)
{
	enum json_kind kind = json_kind(list);
	*given = kind != JSON_ABSENT && kind != JSON_NULL;
	*out = 0;
	if (*given && kind != JSON_ARRAY) {
		process_fault(&c->faults, STR("permissions"), "Expected a list of permissions.");
		return false;
	}
	for (size_t i = 0; i < json_count(list) && *given; i++) {
		uint64_t one = 0;
		struct err why = { 0 };
		struct str word = json_text(json_at(list, i));
		if (str_find_char(word, ',') < 0 && account_permissions_read(word, &one, &why) && one) {
			*out |= one;
			continue;
		}
		process_fault(&c->faults, arena_printf(c->a, "permissions/%zu", i), "\"%.*s\" is not a permission; there are %.*s.", STR_ARG(str_sub(word, 0, 60)),
		              STR_ARG(account_permissions_text(c->a, account_role_permissions(STR("admin")))));
		return false;
	}
	return true;
}

/* --- people ------------------------------------------------------------------------------------------------------- */

bool manage_people(struct manage_call *c, struct manage_people *out, struct err *e)
{
	struct names { VEC(struct str) v; };
	if (!account_list(c->s->store, c->t, c->a, &out->list, &out->n, e) || !account_group_list(c->s->accounts, c->t, c->a, &out->groups, &out->ngroups, e)) return false;
	struct map places = { 0 };
	struct names *lists = arena_array(c->a, struct names, out->n + 1);
	for (size_t i = 0; i < out->n; i++) map_put(c->a, &places, out->list[i].email, &lists[i]);
	for (size_t i = 0; i < out->ngroups; i++)
		for (size_t k = 0; k < out->groups[i].nmembers; k++) {
			struct names *l = map_get_or_null(&places, out->groups[i].members[k]);
			if (l) vec_push(c->a, &l->v, out->groups[i].name);
		}
	for (size_t i = 0; i < out->n; i++) {
		out->list[i].groups = lists[i].v.p;
		out->list[i].ngroups = lists[i].v.n;
	}
	return true;
}

const struct account_group *manage_group_or_null(struct manage_call *c, const struct manage_people *all, struct str uid)
{
	for (size_t i = 0; i < all->ngroups && uid.n; i++)
		if (str_eq(text_slug(c->a, all->groups[i].name), uid) || str_eq(all->groups[i].name, uid)) return &all->groups[i];
	return NULL;
}

void manage_put_user_ref(struct manage_call *c, const char *member, struct str username)
{
	json_key(&c->j, str_of(member));
	if (!username.n) {
		json_put_null(&c->j);
		return;
	}
	json_open(&c->j, '{');
	json_member(&c->j, "username", username);
	json_close(&c->j, '}');
}

static void put_groups(struct manage_call *c, const struct manage_people *all, const struct account *u)
{
	bool whole = manage_lists(c, "expand", "groups");
	json_key(&c->j, STR("groups"));
	json_open(&c->j, '[');
	for (size_t i = 0; i < u->ngroups; i++) {
		const struct account_group *g = manage_group_or_null(c, all, u->groups[i]);
		if (g && whole) {
			manage_put_group(c, g);
			continue;
		}
		json_open(&c->j, '{');
		json_member(&c->j, "uid", text_slug(c->a, u->groups[i]));
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
}

static void put_identities(struct manage_call *c, const struct account *u)
{
	struct account_identity *list;
	size_t n = 0;
	struct err ignored = { 0 };
	json_key(&c->j, STR("identity_providers"));
	json_open(&c->j, '[');
	if (!account_identities(c->s->accounts, c->t, u->id, c->a, &list, &n, &ignored)) n = 0;
	for (size_t i = 0; i < n; i++) {
		json_open(&c->j, '{');
		json_member(&c->j, "uid", list[i].provider);
		json_close(&c->j, '}');
	}
	json_close(&c->j, ']');
}

void manage_put_user(struct manage_call *c, const struct manage_people *all, const struct account *u)
{
	ptrdiff_t blank = -1;
	struct str name = str_trim(u->name);
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ' ') blank = (ptrdiff_t)i;
	struct instant day = { u->last_day >= 0 ? u->last_day * INT64_C(86400000000) : 0 };
	json_open(&c->j, '{');
	json_member(&c->j, "username", u->email);
	json_member(&c->j, "display_name", name.n ? name : u->email);
	json_member(&c->j, "first_name", blank < 0 ? name : str_trim(str_sub(name, 0, (size_t)blank)));
	json_member(&c->j, "last_name", blank < 0 ? STR("") : str_from(name, (size_t)blank + 1));
	json_member(&c->j, "email", u->email);
	json_member_bool(&c->j, "is_active", u->state == ACCOUNT_ACTIVE && !u->expired);
	json_member_bool(&c->j, "is_ods", false);
	json_member(&c->j, "account_type", STR("local"));
	json_member(&c->j, "role", u->role);
	manage_put_permissions(c, u->own | account_role_permissions(u->role));
	manage_member_time(&c->j, "joined_at", u->created);
	manage_member_time(&c->j, "last_seen_at", day);
	manage_member_time(&c->j, "last_login_at", day);
	manage_member_time(&c->j, "expires_at", u->expires);
	manage_put_user_limits(c, u->id);
	json_member(&c->j, "gravatar_url", STR(""));
	put_groups(c, all, u);
	put_identities(c, u);
	json_close(&c->j, '}');
}

bool manage_answer_user(struct manage_call *c, int64_t account, struct err *e)
{
	struct manage_people all;
	if (!manage_people(c, &all, e)) return false;
	for (size_t i = 0; i < all.n; i++) {
		if (all.list[i].id != account) continue;
		manage_put_user(c, &all, &all.list[i]);
		return true;
	}
	return manage_none("user", c->r->holes[0], e);
}

void manage_put_group(struct manage_call *c, const struct account_group *g)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", text_slug(c->a, g->name));
	json_member(&c->j, "title", g->name);
	json_member(&c->j, "description", g->description);
	json_member_int(&c->j, "user_count", (int64_t)g->nmembers);
	manage_put_permissions(c, g->permissions);
	manage_put_group_limits(c, g->id);
	manage_member_time(&c->j, "created_at", g->created);
	manage_member_time(&c->j, "updated_at", g->updated);
	manage_put_user_ref(c, "created_by", g->created_by);
	manage_put_user_ref(c, "updated_by", g->updated_by);
	json_close(&c->j, '}');
}

/* --- bulk --------------------------------------------------------------------------------------------------------- */

static void put_failure(struct manage_call *c, const struct err *why)
{
	const struct err_kind *kind = err_kind(why->code);
	bool fault = c->faults.list.n > 0;
	json_member(&c->j, "status_code", STR("error"));
	json_key(&c->j, STR("error"));
	json_open(&c->j, '{');
	json_member(&c->j, "error_code", fault ? STR("validation_error") : STR("bad_request"));
	json_member(&c->j, "message", fault ? c->faults.list.p[0].message : str_of(why->pub[0] ? why->pub : kind->sentence));
	if (fault) {
		json_key(&c->j, STR("detail"));
		json_open(&c->j, '{');
		json_key(&c->j, c->faults.list.p[0].path);
		json_open(&c->j, '[');
		json_put(&c->j, c->faults.list.p[0].message);
		json_close(&c->j, ']');
		json_close(&c->j, '}');
	}
	json_close(&c->j, '}');
}

bool manage_bulk(struct manage_call *c, bool (*one)(struct manage_call *c, const struct json_node *item, struct err *e), struct err *e)
{
	enum { MOST = 200, ROOM = 1 << 20 };
	/* Where the contract shows one person though it speaks of several, both are taken. */
	bool alone = c->op->run == manage_provision_users && c->body && json_kind(c->body) == JSON_OBJECT;
	if (!c->body || (!alone && json_kind(c->body) != JSON_ARRAY)) return manage_invalid_field(c, "non_field_errors", "Expected a list.");
	size_t n = alone ? 1 : json_count(c->body);
	if (n > MOST) return manage_invalid_field(c, "non_field_errors", "At most %d at once.", MOST);
	if (!manage_fresh(c, e)) return false;
	json_open(&c->j, '{');
	for (size_t i = 0; i < n; i++) {
		auto_buf room = BUF_INIT(ROOM);
		struct err why = { 0 };
		struct json_out kept = c->j;
		c->faults.list.n = 0;
		c->j = JSON_OUT(&room);
		bool ok = one(c, alone ? c->body : json_at(c->body, i), &why);
		c->j = kept;
		json_key(&c->j, arena_printf(c->a, "%zu", i));
		json_open(&c->j, '{');
		if (ok) {
			json_member(&c->j, "status_code", STR("success"));
			json_key(&c->j, STR("data"));
			json_value(&c->j);
			buf_put(c->j.b, buf_str(&room));
		} else {
			put_failure(c, &why);
		}
		json_close(&c->j, '}');
	}
	c->faults.list.n = 0;
	json_close(&c->j, '}');
	return true;
}
