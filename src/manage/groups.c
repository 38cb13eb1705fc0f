/* Groups of users. A group that allows more than the caller has is read, not changed. */
#include "manage/inside.h"
#include "text/text.h"
#include <stdlib.h>

static const char *const orders[] = { "created_at", "updated_at", "created_by__username", "updated_by__username", "user_count", "group__title", NULL };
struct sorting { size_t by; bool down; };

static int by_order(const void *x, const void *y, void *arg)
{
	enum { CREATED, UPDATED, CREATED_BY, UPDATED_BY, COUNT, TITLE };
	const struct account_group *a = x, *b = y;
	const struct sorting *s = arg;
	int64_t d = 0;
	switch (s->by) {
	case CREATED: d = a->created.us - b->created.us; break;
	case UPDATED: d = a->updated.us - b->updated.us; break;
	case CREATED_BY: d = str_cmp(a->created_by, b->created_by); break;
	case UPDATED_BY: d = str_cmp(a->updated_by, b->updated_by); break;
	case COUNT: d = (int64_t)a->nmembers - (int64_t)b->nmembers; break;
	case TITLE: d = str_cmp(a->name, b->name); break;
	}
	if (!d) d = a->id - b->id;
	int sign = (d > 0) - (d < 0);
	return s->down ? -sign : sign;
}

bool manage_list_groups(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct manage_people all;
	struct sorting sort;
	uint64_t asked = 0;
	size_t n = 0;
	struct str words = manage_query(c, "permissions");
	if (!manage_page(c, &page, e) || !manage_order(c, orders, "updated_at", &sort.by, &sort.down, e) || (words.n && !account_permissions_read(words, &asked, e)) ||
	    !manage_people(c, &all, e))
		return false;
	for (size_t i = 0; i < all.ngroups; i++) {
		struct str text = arena_printf(c->a, "%.*s %.*s", STR_ARG(all.groups[i].name), STR_ARG(all.groups[i].description));
		if (!(asked & ~all.groups[i].permissions) && manage_holds(c, text, manage_query(c, "search"))) all.groups[n++] = all.groups[i];
	}
	if (n) qsort_r(all.groups, n, sizeof *all.groups, by_order, &sort);
	manage_page_begin(c, &page, (int64_t)n);
	for (size_t i = (size_t)page.offset; i < n && i < (size_t)(page.offset + page.limit); i++) manage_put_group(c, &all.groups[i]);
	manage_page_end(c);
	return true;
}

/* --- one ---------------------------------------------------------------------------------------------------------- */

static bool find(struct manage_call *c, struct manage_people *all, const struct account_group **out, struct err *e)
{
	if (!manage_people(c, all, e)) return false;
	*out = manage_group_or_null(c, all, c->r->holes[0]);
	return *out || manage_none("group", c->r->holes[0], e);
}

static bool may_change(struct manage_call *c, uint64_t bits, struct err *e)
{
	if (bits & ~manage_mine(c)) return err_set(e, ERR_FORBIDDEN, "This group allows more than you may do yourself.");
	return manage_fresh(c, e);
}

static void note(struct manage_call *c, const char *what, struct str group) { visitor_note(&c->visit, EVENT_GROUP_CHANGED, str_of(what), group); }

static bool answer(struct manage_call *c, int64_t id, struct err *e)
{
	struct manage_people all;
	if (!manage_people(c, &all, e)) return false;
	for (size_t i = 0; i < all.ngroups; i++)
		if (all.groups[i].id == id) manage_put_group(c, &all.groups[i]);
	return true;
}

/* Title, description, permissions and limits of the body, over what is there. False: a fault was noted. */
static bool read_body(struct manage_call *c, const struct manage_people *all, struct account_group *g, struct manage_limits *limits)
{
	bool given;
	uint64_t bits;
	const struct json_node *title = json_get(c->body, "title"), *said = json_get(c->body, "description");
	if (!manage_read_permissions(c, json_get(c->body, "permissions"), &given, &bits) || !manage_read_limits(c, c->body, limits)) return false;
	if (given) g->permissions = bits;
	if (json_kind(said) == JSON_TEXT) g->description = json_text(said);
	if (json_kind(title) == JSON_TEXT) g->name = str_trim(json_text(title));
	if (!g->name.n || !text_slug(c->a, g->name).n) {
		process_fault(&c->faults, STR("title"), "A group needs a title with letters or digits.");
		return false;
	}
	const struct account_group *other = manage_group_or_null(c, all, text_slug(c->a, g->name));
	if (other && other->id != g->id) process_fault(&c->faults, STR("title"), "There is a group of this name already.");
	return !other || other->id == g->id;
}

bool manage_add_group(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	struct account_group g = { .name = STR(""), .description = STR("") };
	struct manage_limits limits;
	if (!manage_people(c, &all, e)) return false;
	if (json_kind(c->body) != JSON_OBJECT || !read_body(c, &all, &g, &limits)) {
		if (!c->faults.list.n) process_fault(&c->faults, STR("title"), "A group needs a title.");
		return manage_invalid(c, STR(""));
	}
	if (!may_change(c, g.permissions, e)) return false;
	if (!account_group_add(c->s->accounts, c->t, g.name, c->who->account, e)) return manage_conflict(c, "validation_error", e);
	if (!account_group_id(c->s->accounts, c->t, g.name, &g.id, e)) return false;
	if ((g.permissions || g.description.n) && !account_group_change(c->s->accounts, c->t, &g, c->who->account, e)) {
		struct err ignored = { 0 };
		if (!account_group_remove(c->s->accounts, c->t, g.name, &ignored)) log_failure(c->s->log, LOG_LEVEL_ERROR, "a group of nothing", &ignored);
		return manage_conflict(c, "validation_error", e);
	}
	if (!manage_write_limits(c, 0, g.id, &limits, e)) return false;
	note(c, "made", g.name);
	return answer(c, g.id, e);
}

bool manage_read_group(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	if (!find(c, &all, &g, e)) return false;
	manage_put_group(c, g);
	return true;
}

bool manage_update_group(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	if (!find(c, &all, &g, e)) return false;
	struct account_group now = *g;
	struct manage_limits limits;
	if (json_kind(c->body) != JSON_OBJECT) return manage_invalid_field(c, "non_field_errors", "Expected a JSON object.");
	if (!read_body(c, &all, &now, &limits)) return manage_invalid(c, STR(""));
	if (!may_change(c, g->permissions | now.permissions, e)) return false;
	if (!account_group_change(c->s->accounts, c->t, &now, c->who->account, e)) return manage_conflict(c, "validation_error", e);
	if (!manage_write_limits(c, 0, g->id, &limits, e)) return false;
	note(c, "changed", now.name);
	return answer(c, g->id, e);
}

bool manage_delete_group(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	if (!find(c, &all, &g, e) || !may_change(c, g->permissions, e) || !account_group_remove(c->s->accounts, c->t, g->name, e)) return false;
	note(c, "removed", g->name);
	return true;
}

/* --- members ------------------------------------------------------------------------------------------------------ */

static const struct account *member_or_null(const struct manage_people *all, struct str username)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq_nocase(all->list[i].email, username)) return &all->list[i];
	return NULL;
}

static bool is_in(const struct account *u, const struct account_group *g)
{
	for (size_t i = 0; i < u->ngroups; i++)
		if (str_eq(u->groups[i], g->name)) return true;
	return false;
}

bool manage_list_members(struct manage_call *c, struct err *e)
{
	struct manage_page page;
	struct manage_people all;
	const struct account_group *g;
	size_t at = 0;
	if (!manage_page(c, &page, e) || !find(c, &all, &g, e)) return false;
	manage_page_begin(c, &page, (int64_t)g->nmembers);
	for (size_t i = 0; i < all.n; i++) {
		if (!is_in(&all.list[i], g)) continue;
		if (at >= (size_t)page.offset && at < (size_t)(page.offset + page.limit)) manage_put_user(c, &all, &all.list[i]);
		at++;
	}
	manage_page_end(c);
	return true;
}

/* False with nothing in e: a fault was noted. */
static bool join(struct manage_call *c, const struct json_node *item, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	int64_t n;
	if (!find(c, &all, &g, e) || !may_change(c, g->permissions, e)) return false;
	struct str name = json_text(json_get(item, "username"));
	const struct account *u = member_or_null(&all, name);
	if (!u) {
		process_fault(&c->faults, STR("username"), "There is no user \"%.*s\" on this portal.", STR_ARG(str_sub(name, 0, 120)));
		return false;
	}
	if (u->id == c->who->account && g->permissions) return err_set(e, ERR_FORBIDDEN, "Role, permissions and groups of your own account are changed by somebody else.");
	if (!account_group_join(c->s->accounts, c->t, g->name, u->email, e)) return false;
	note(c, "joined", g->name);
	/* Who may change the portal from now on begins anew with fresh sessions (SES-6). */
	if ((g->permissions & ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN)) && !session_revoke_all(c->s->sessions, c->tenant, u->id, 0, &n, e)) return false;
	return manage_answer_user(c, u->id, e);
}

bool manage_add_member(struct manage_call *c, struct err *e)
{
	if (join(c, c->body, e)) return true;
	return c->faults.list.n ? manage_invalid(c, STR("")) : e->code == ERR_PARAMETER && manage_conflict(c, "validation_error", e);
}

bool manage_add_members(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	return find(c, &all, &g, e) && may_change(c, g->permissions, e) && manage_bulk(c, join, e);
}

bool manage_remove_member(struct manage_call *c, struct err *e)
{
	struct manage_people all;
	const struct account_group *g;
	if (!find(c, &all, &g, e) || !may_change(c, g->permissions, e)) return false;
	const struct account *u = member_or_null(&all, c->r->holes[1]);
	if (!u || !is_in(u, g)) return manage_none("member", c->r->holes[1], e);
	if (!account_group_leave(c->s->accounts, c->t, g->name, u->email, e)) return false;
	note(c, "left", g->name);
	return true;
}
