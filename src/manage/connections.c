/* Connections to other servers: seen by whoever may use them, changed by their maker, by whom they are shared with, and by those who
 * may edit all datasets. Secrets never come back. */
#include "fetch/fetch.h"
#include "manage/inside.h"
#include <stdlib.h>

enum { BAD = 400 };

static bool shared_with(struct manage_call *c, struct str uid)
{
	struct fetch_share *list;
	size_t n;
	struct err ignored = { 0 };
	if (!fetch_shares(c->s, c->t, uid, c->a, &list, &n, &ignored)) return false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].account && list[i].account == c->who->account) return true;
		for (size_t k = 0; list[i].group && k < c->who->who.ngroups; k++)
			if (c->who->who.groups[k] == list[i].group) return true;
	}
	return false;
}

static bool may_manage(struct manage_call *c, const struct fetch_connection *x)
{
	if (rights_is_narrow(c->who)) return false;
	return rights_may(c->who, ACCOUNT_MAY_EDIT_DATASET) || x->created_by == c->who->account || shared_with(c, x->uid);
}

/* A key that lists datasets knows the connections that these use, and of them what they are called. */
static bool may_see(struct manage_call *c, const struct fetch_connection *x, bool *may, struct err *e)
{
	*may = x->reusable || may_manage(c, x);
	return !rights_is_narrow(c->who) || config_may_connect(c->s, c->t, c->who, x->uid, may, e);
}

static void put_name(struct manage_call *c, const struct fetch_connection *x)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", x->uid);
	json_member(&c->j, "type", x->type);
	json_member(&c->j, "name", x->name);
	json_close(&c->j, '}');
}

/* What is known of a connection beside what was said of it. Older ones keep these among that, as they came back from a program. */
static const char *const derived[] = { "uid", "is_reusable", "can_reuse", "can_manage", "dataset_count", "user_count", "group_count", "created_at", "updated_at" };

static bool is_derived(struct str key)
{
	for (size_t i = 0; i < COUNT_OF(derived); i++)
		if (str_eq(key, str_of(derived[i]))) return true;
	return false;
}

static void put_connection(struct manage_call *c, const struct fetch_connection *x)
{
	if (rights_is_narrow(c->who)) {
		put_name(c, x);
		return;
	}
	const struct json_node *doc;
	struct err ignored = { 0 };
	struct fetch_share *shares;
	size_t n = 0, people = 0;
	struct str key;
	const struct json_node *v;
	json_open(&c->j, '{');
	json_member(&c->j, "uid", x->uid);
	if (!json_read_in(c->a, x->json, &doc, &ignored)) doc = NULL;
	for (size_t at = 0; json_each(doc, &at, &key, &v);) {
		if (is_derived(key)) continue;
		json_key(&c->j, key);
		json_value(&c->j);
		json_put_node(&c->out, v);
	}
	if (!fetch_shares(c->s, c->t, x->uid, c->a, &shares, &n, &ignored)) n = 0;
	for (size_t i = 0; i < n; i++) people += shares[i].account != 0;
	json_member_bool(&c->j, "is_reusable", x->reusable);
	json_member_bool(&c->j, "can_reuse", x->reusable || may_manage(c, x));
	json_member_bool(&c->j, "can_manage", may_manage(c, x));
	json_member_int(&c->j, "dataset_count", x->datasets);
	json_member_int(&c->j, "user_count", (int64_t)people);
	json_member_int(&c->j, "group_count", (int64_t)(n - people));
	manage_member_time(&c->j, "created_at", x->created);
	manage_member_time(&c->j, "updated_at", x->changed);
	json_close(&c->j, '}');
}

/* --- lists --------------------------------------------------------------------------------------------------------------- */

struct sorting { struct str by; bool down; };

static int by_place(const void *x, const void *y, void *arg)
{
	const struct fetch_connection *a = x, *b = y;
	const struct sorting *s = arg;
	int64_t d;
	if (str_eq(s->by, STR("type"))) d = str_cmp(a->type, b->type);
	else if (str_eq(s->by, STR("dataset_count"))) d = a->datasets - b->datasets;
	else if (str_eq(s->by, STR("updated_at"))) d = a->changed.us - b->changed.us;
	else d = a->created.us - b->created.us;
	int sign = d < 0 ? -1 : d > 0;
	return s->down ? -sign : sign;
}

bool manage_list_connections(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct fetch_connection *list;
	size_t n, total = 0;
	static const char *const sorts[] = { "created_at", "updated_at", "type", "dataset_count" };
	struct sorting sort = { manage_query(c, "sort"), false };
	bool known = !sort.by.n;
	if (str_starts(sort.by, STR("-"))) sort = (struct sorting){ str_from(sort.by, 1), true };
	for (size_t i = 0; i < COUNT_OF(sorts); i++) known |= str_eq(sort.by, str_of(sorts[i]));
	if (!known) return manage_invalid_field(c, "sort", "Expected created_at, updated_at, type or dataset_count, with a - before it for the other way round.");
	if (!manage_page(c, &page, e) || !fetch_connections(c->s, c->t, c->a, &list, &n, e)) return false;
	if (n) qsort_r(list, n, sizeof *list, by_place, &sort);
	for (size_t i = 0; i < n; i++) {
		bool may;
		if (!may_see(c, &list[i], &may, e)) return false;
		if (may) list[total++] = list[i];
	}
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = (size_t)page.offset; i < total && i < (size_t)(page.offset + page.limit); i++) put_connection(c, &list[i]);
	manage_page_end(c);
	return true;
}

/* --- one ----------------------------------------------------------------------------------------------------------------- */

static bool find(struct manage_call *c, bool change, struct fetch_connection *out, struct err *e)
{
	struct str uid = c->r->holes[0];
	if (!fetch_connection_read(c->s, c->t, uid, c->a, out, e)) return false;
	bool manages = may_manage(c, out), may;
	if (!may_see(c, out, &may, e)) return false;
	if (!may) return manage_none("connection", uid, e);
	return !change || manages || err_set(e, ERR_FORBIDDEN, "Only who made this connection, and those it is shared with, may change it.");
}

/* A body without what can only be read. */
static bool written(struct manage_call *c, const struct json_node **out, struct err *e)
{
	auto_buf b = BUF_INIT(1 << 20);
	struct json_out j = JSON_OUT(&b);
	struct str key, text;
	const struct json_node *v;
	json_open(&j, '{');
	for (size_t at = 0; json_each(c->body, &at, &key, &v);) {
		if (is_derived(key) && !str_eq(key, STR("is_reusable"))) continue;
		json_key(&j, key);
		json_value(&j);
		json_put_node(&b, v);
	}
	json_close(&j, '}');
	return buf_end(&b, &text, e) && json_read_in(c->a, arena_str(c->a, text), out, e);
}

static bool write(struct manage_call *c, struct str uid, struct err *e)
{
	struct fetch_connection out;
	const struct json_node *body;
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	if (!written(c, &body, e)) return false;
	if (!fetch_connection_write(c->s, c->t, uid, body, c->who->account, c->a, &out, &c->faults, e)) {
		if (!c->faults.list.n) return false;
		*e = (struct err){ 0 };
		return manage_invalid(c, STR(""));
	}
	put_connection(c, &out);
	return true;
}

bool manage_add_connection(struct manage_call *c, struct err *e)
{
	if (rights_is_narrow(c->who)) return err_set(e, ERR_FORBIDDEN, "This key is for the datasets that it lists, and for nothing else of the portal.");
	return write(c, STR(""), e);
}

bool manage_read_connection(struct manage_call *c, struct err *e)
{
	struct fetch_connection x;
	if (!find(c, false, &x, e)) return false;
	put_connection(c, &x);
	return true;
}

bool manage_replace_connection(struct manage_call *c, struct err *e)
{
	struct fetch_connection x;
	return find(c, true, &x, e) && write(c, x.uid, e);
}

bool manage_remove_connection(struct manage_call *c, struct err *e)
{
	struct fetch_connection x;
	if (!find(c, true, &x, e)) return false;
	if (fetch_connection_remove(c->s, c->t, x.uid, e)) return true;
	if (e->code != ERR_CONFLICT) return false;
	struct str said = arena_str(c->a, str_of(e->pub));
	*e = (struct err){ 0 };
	return manage_refused(c, BAD, "connection_in_use", said);
}

/* --- who may ------------------------------------------------------------------------------------------------------------- */

static void put_share(struct manage_call *c, const struct fetch_share *x, bool may)
{
	json_open(&c->j, '{');
	json_key(&c->j, x->group ? STR("group") : STR("user"));
	json_open(&c->j, '{');
	if (x->group) json_member(&c->j, "uid", manage_group_uid(c, x->group));
	else json_member(&c->j, "username", manage_username(c, x->account));
	json_close(&c->j, '}');
	json_key(&c->j, STR("permissions"));
	json_open(&c->j, '[');
	if (may) json_put(&c->j, STR("manage_connection"));
	json_close(&c->j, ']');
	json_close(&c->j, '}');
}

static bool list_shares(struct manage_call *c, bool groups, struct err *e)
{
	struct manage_page page;
	struct fetch_connection x;
	struct fetch_share *list;
	size_t n, total = 0;
	if (!manage_page(c, &page, e) || !find(c, true, &x, e) || !fetch_shares(c->s, c->t, x.uid, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if ((list[i].group != 0) == groups) list[total++] = list[i];
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = (size_t)page.offset; i < total && i < (size_t)(page.offset + page.limit); i++) put_share(c, &list[i], true);
	manage_page_end(c);
	return true;
}

static bool named(struct manage_call *c, bool groups, struct str name, struct fetch_share *out, struct err *e)
{
	*out = (struct fetch_share){ 0 };
	return groups ? manage_group(c, name, &out->group, e) : manage_account(c, name, &out->account, e);
}

static bool is_shared(struct manage_call *c, struct str uid, const struct fetch_share *who, bool *out, struct err *e)
{
	struct fetch_share *list;
	size_t n;
	*out = false;
	if (!fetch_shares(c->s, c->t, uid, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++) *out |= list[i].account == who->account && list[i].group == who->group;
	return true;
}

/* An empty list shares it no more; none at all is the one there is. */
static bool read_share_words(struct manage_call *c, bool *may)
{
	const struct json_node *list = json_get(c->body, "permissions");
	enum json_kind kind = json_kind(list);
	bool good = kind == JSON_ABSENT || kind == JSON_NULL || kind == JSON_ARRAY;
	*may = kind != JSON_ARRAY || json_count(list) > 0;
	for (size_t i = 0; kind == JSON_ARRAY && i < json_count(list); i++) good &= str_eq(json_text(json_at(list, i)), STR("manage_connection"));
	if (!good) manage_invalid_field(c, "permissions", "Expected [\"manage_connection\"] or an empty list.");
	return good;
}

static bool set_share(struct manage_call *c, bool groups, struct str name, struct err *e)
{
	struct fetch_connection x;
	struct fetch_share who;
	bool may;
	if (!find(c, true, &x, e) || !named(c, groups, name, &who, e)) return false;
	if (!who.account && !who.group) return manage_invalid_field(c, groups ? "group" : "user", "There is nobody of that name on this portal.");
	if (!read_share_words(c, &may)) return true;
	if (!fetch_share_set(c->s, c->t, x.uid, who, may, e)) return false;
	put_share(c, &who, may);
	return true;
}

static bool read_share(struct manage_call *c, bool groups, struct err *e)
{
	struct fetch_connection x;
	struct fetch_share who;
	bool may;
	if (!find(c, true, &x, e) || !named(c, groups, c->r->holes[1], &who, e)) return false;
	if (!who.account && !who.group) return manage_none("ruleset for", c->r->holes[1], e);
	if (!is_shared(c, x.uid, &who, &may, e) || (!may && !manage_none("ruleset for", c->r->holes[1], e))) return false;
	put_share(c, &who, true);
	return true;
}

static bool drop_share(struct manage_call *c, bool groups, struct err *e)
{
	struct fetch_connection x;
	struct fetch_share who;
	bool may;
	return find(c, true, &x, e) && named(c, groups, c->r->holes[1], &who, e) && is_shared(c, x.uid, &who, &may, e) &&
	       (may || manage_none("ruleset for", c->r->holes[1], e)) && fetch_share_set(c->s, c->t, x.uid, who, false, e);
}

bool manage_list_connection_users(struct manage_call *c, struct err *e) { return list_shares(c, false, e); }
bool manage_add_connection_user(struct manage_call *c, struct err *e) { return set_share(c, false, json_text(json_get(json_get(c->body, "user"), "username")), e); }
bool manage_read_connection_user(struct manage_call *c, struct err *e) { return read_share(c, false, e); }
bool manage_replace_connection_user(struct manage_call *c, struct err *e) { return set_share(c, false, c->r->holes[1], e); }
bool manage_remove_connection_user(struct manage_call *c, struct err *e) { return drop_share(c, false, e); }
bool manage_list_connection_groups(struct manage_call *c, struct err *e) { return list_shares(c, true, e); }
bool manage_add_connection_group(struct manage_call *c, struct err *e) { return set_share(c, true, json_text(json_get(json_get(c->body, "group"), "uid")), e); }
bool manage_read_connection_group(struct manage_call *c, struct err *e) { return read_share(c, true, e); }
bool manage_replace_connection_group(struct manage_call *c, struct err *e) { return set_share(c, true, c->r->holes[1], e); }
bool manage_remove_connection_group(struct manage_call *c, struct err *e) { return drop_share(c, true, e); }
