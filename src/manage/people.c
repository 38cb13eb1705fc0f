/* Accounts and groups as the API names them: a username is the address one signs in with, a group's uid the slug of its name. */
#include "manage/inside.h"
#include "text/text.h"

struct str manage_username(struct manage_call *c, int64_t account)
{
	struct account *list;
	size_t n;
	struct err ignored = { 0 };
	if (!account || !account_list(c->s->store, c->t, c->a, &list, &n, &ignored)) return STR("");
	for (size_t i = 0; i < n; i++)
		if (list[i].id == account) return list[i].email;
	return STR("");
}

bool manage_account(struct manage_call *c, struct str username, int64_t *out, struct err *e)
{
	struct account *list;
	size_t n;
	*out = 0;
	if (!account_list(c->s->store, c->t, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n && username.n; i++)
		if (str_eq_nocase(list[i].email, username)) *out = list[i].id;
	return true;
}

struct str manage_group_uid(struct manage_call *c, int64_t group)
{
	struct account_group *list;
	size_t n;
	struct err ignored = { 0 };
	if (!account_group_list(c->s->accounts, c->t, c->a, &list, &n, &ignored)) return STR("");
	for (size_t i = 0; i < n; i++)
		if (list[i].id == group) return text_slug(c->a, list[i].name);
	return STR("");
}

bool manage_group(struct manage_call *c, struct str uid, int64_t *out, struct err *e)
{
	struct account_group *list;
	size_t n;
	*out = 0;
	if (!account_group_list(c->s->accounts, c->t, c->a, &list, &n, e)) return false;
	for (size_t i = 0; i < n && uid.n; i++)
		if (str_eq(list[i].name, uid) || str_eq(text_slug(c->a, list[i].name), uid)) *out = list[i].id;
	return true;
}
