/* API keys of the caller. A key's text is given once, when it is made; afterwards its first characters stand for it. Keys are made,
 * changed and revoked by people who are signed in: a key that is stolen must not be able to outlive itself. */
#include "manage/inside.h"

enum { BAD = 400 };

static bool listed(struct manage_call *c, struct account_key **list, size_t *n, struct err *e) { return account_key_list(c->s->accounts, c->t, c->a, list, n, e); }

static uint64_t permissions_of(const struct account_key *k)
{
	if (k->listed_permissions) return k->permissions;
	return k->scope & ACCOUNT_WRITE ? account_role_permissions(STR("admin")) : ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED);
}

static bool put_owner(struct manage_call *c, const struct account_key *k, struct err *e)
{
	if (!manage_lists(c, "expand", "user")) {
		manage_put_user_ref(c, "user", k->email);
		return true;
	}
	json_key(&c->j, STR("user"));
	return manage_answer_user(c, k->account, e);
}

static bool put_key(struct manage_call *c, const struct account_key *k, struct str text, struct err *e)
{
	json_open(&c->j, '{');
	json_member(&c->j, "uid", arena_printf(c->a, "ak_%lld", (long long)k->id));
	json_member(&c->j, "label", k->name);
	json_member(&c->j, "key", text.n ? text : arena_join(c->a, k->hint, STR("…")));
	manage_put_permissions(c, permissions_of(k));
	manage_member_time(&c->j, "created_at", k->created);
	manage_member_time(&c->j, "expires_at", k->expires);
	if (!put_owner(c, k, e)) return false;
	json_key(&c->j, STR("revocation_status"));
	json_open(&c->j, '{');
	manage_member_time(&c->j, "revoked_at", k->revoked);
	json_member(&c->j, "revocation_reason", k->reason);
	json_close(&c->j, '}');
	json_member_bool(&c->j, "is_revoked", k->revoked.us != 0);
	json_close(&c->j, '}');
	return true;
}

bool manage_list_keys(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct account_key *list;
	size_t n, total = 0;
	bool ok = true;
	if (!manage_page(c, &page, e) || !listed(c, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].account == c->who->account) list[total++] = list[i];
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = (size_t)page.offset; ok && i < total && i < (size_t)(page.offset + page.limit); i++) ok = put_key(c, &list[i], STR(""), e);
	manage_page_end(c);
	return ok;
}

/* The caller's own; the numbers of other people's keys are none of theirs. */
static bool find(struct manage_call *c, struct account_key *out, struct err *e)
{
	struct account_key *list;
	size_t n;
	int64_t id = 0;
	struct str uid = c->r->holes[0];
	if (!listed(c, &list, &n, e)) return false;
	bool number = str_starts(uid, STR("ak_")) && str_to_int(str_from(uid, 3), &id);
	for (size_t i = 0; number && i < n; i++) {
		if (list[i].id != id || list[i].account != c->who->account) continue;
		*out = list[i];
		return true;
	}
	return manage_none("API key", uid, e);
}

bool manage_read_key(struct manage_call *c, struct err *e)
{
	struct account_key k;
	return find(c, &k, e) && put_key(c, &k, STR(""), e);
}

static bool in_person(struct manage_call *c, struct err *e)
{
	if (!c->who->by_session) return err_set(e, ERR_FORBIDDEN, "Keys are made, changed and revoked by somebody who is signed in, not by a key.");
	return visitor_fresh(&c->visit, e);
}

/* Label and permissions of the body; false: a fault was noted. */
static bool read_body(struct manage_call *c, struct account_key *k, bool *label, bool *permissions)
{
	uint64_t bits;
	const struct json_node *name = json_get(c->body, "label");
	*label = json_kind(name) == JSON_TEXT;
	if (*label) k->name = str_trim(json_text(name));
	if (*label && (!k->name.n || k->name.n > ACCOUNT_KEY_NAME)) {
		process_fault(&c->faults, STR("label"), "A label has 1 to %d bytes.", (int)ACCOUNT_KEY_NAME);
		return false;
	}
	if (!manage_read_permissions(c, json_get(c->body, "permissions"), permissions, &bits)) return false;
	if (*permissions) {
		k->permissions = bits;
		k->listed_permissions = true;
		k->scope = (k->scope & ACCOUNT_LISTED) | ACCOUNT_READ | (bits ? ACCOUNT_WRITE : 0);
	}
	return true;
}

bool manage_add_key(struct manage_call *c, struct err *e)
{
	struct account_key k = { .name = STR("API key"), .scope = ACCOUNT_READ | ACCOUNT_WRITE, .listed_permissions = true, .calls_a_day = -1,
		.permissions = ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED) };
	struct account_key *list;
	size_t n;
	bool label, permissions;
	char text[ACCOUNT_KEY_TEXT];
	if (!in_person(c, e)) return false;
	if (c->body && json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	k.email = manage_username(c, c->who->account);
	if (!read_body(c, &k, &label, &permissions)) return manage_invalid(c, STR(""));
	int64_t id;
	if (!account_key_add(c->s->accounts, c->t, &k, text, e)) return manage_conflict(c, "validation_error", e);
	visitor_note(&c->visit, EVENT_KEY_CREATED, STR(""), STR(""));
	if (!account_key_find(c->s->accounts, c->t, str_of(text), &id, e) || !listed(c, &list, &n, e)) return false;
	for (size_t i = 0; i < n; i++)
		if (list[i].id == id) return put_key(c, &list[i], arena_str(c->a, str_of(text)), e);
	return manage_none("API key", STR(""), e);
}

bool manage_update_key(struct manage_call *c, struct err *e)
{
	struct account_key k;
	bool label, permissions;
	if (!in_person(c, e) || !find(c, &k, e)) return false;
	if (k.revoked.us) return manage_refused(c, BAD, "bad_request", STR("This key is revoked."));
	if (!read_body(c, &k, &label, &permissions)) return manage_invalid(c, STR(""));
	if (!label && !permissions) return manage_invalid_field(c, "non_field_errors", "Give a label or permissions.");
	return account_key_change(c->s->accounts, c->t, &k, e) && put_key(c, &k, STR(""), e);
}

bool manage_revoke_key(struct manage_call *c, struct err *e)
{
	struct account_key k;
	struct str reason = str_trim(json_text(json_get(c->body, "reason")));
	if (!in_person(c, e) || !find(c, &k, e)) return false;
	if (k.revoked.us) return manage_refused(c, BAD, "bad_request", STR("This key is revoked already."));
	if (!account_key_revoke_for(c->s->accounts, c->t, c->who->account, k.id, reason, e)) return manage_conflict(c, "validation_error", e);
	visitor_note(&c->visit, EVENT_KEY_REVOKED, STR(""), STR(""));
	return find(c, &k, e) && put_key(c, &k, STR(""), e);
}

bool manage_search_key(struct manage_call *c, struct err *e)
{
	struct account_key *list;
	size_t n;
	int64_t id = 0;
	struct err why = { 0 };
	struct str key = str_trim(json_text(json_get(c->body, "key")));
	bool ok = true;
	if (!key.n) return manage_invalid_field(c, "key", "Give the key.");
	if (!account_key_find(c->s->accounts, c->t, key, &id, &why) && why.code != ERR_NOT_FOUND) {
		*e = why;
		return false;
	}
	if (!listed(c, &list, &n, e)) return false;
	json_open(&c->j, '{');
	json_member_bool(&c->j, "found", id != 0);
	json_key(&c->j, STR("result"));
	bool put = false;
	for (size_t i = 0; ok && id && i < n; i++) {
		if (list[i].id != id) continue;
		ok = put_key(c, &list[i], STR(""), e);
		put = true;
	}
	if (!put) json_put_null(&c->j);
	json_close(&c->j, '}');
	return ok;
}
