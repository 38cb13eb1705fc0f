/* Who may read and edit one content page: a ruleset for each user and group that is listed. Without edit_page in it, a ruleset lets
 * somebody read a page that is not for everybody. */
#include "content/content.h"
#include "manage/pages.h"

enum { RULES = 500 };

static int64_t who_of(const struct page_right *r, bool groups) { return groups ? r->group : r->account; }

static void put_right(struct manage_call *c, const struct page_right *r, bool groups)
{
	json_open(&c->j, '{');
	json_key(&c->j, groups ? STR("group") : STR("user"));
	json_open(&c->j, '{');
	if (groups) json_member(&c->j, "uid", manage_group_uid(c, r->group));
	else json_member(&c->j, "username", manage_username(c, r->account));
	json_close(&c->j, '}');
	json_key(&c->j, STR("permissions"));
	json_open(&c->j, '[');
	if (r->edits) json_put(&c->j, STR("edit_page"));
	json_close(&c->j, ']');
	json_close(&c->j, '}');
}

static bool enter(struct manage_call *c, const struct manage_shelf *s, struct manage_leaf *l, struct err *e)
{
	if (!manage_page_find(c, s, l, e)) return false;
	if (content_may_manage(&c->visit, l->page)) return true;
	manage_page_drop(c, l);
	return err_set(e, ERR_FORBIDDEN, "Deciding who may see a page needs the permission manage_page.");
}

static bool list(struct manage_call *c, const struct manage_shelf *s, bool groups, struct err *e)
{
	struct manage_page page;
	struct manage_leaf l;
	size_t total = 0, at = 0;
	if (!manage_page(c, &page, e) || !enter(c, s, &l, e)) return false;
	for (size_t i = 0; i < l.page->nrights; i++) total += who_of(&l.page->rights[i], groups) != 0;
	manage_page_begin(c, &page, (int64_t)total);
	for (size_t i = 0; i < l.page->nrights; i++) {
		if (!who_of(&l.page->rights[i], groups)) continue;
		if (at >= (size_t)page.offset && at < (size_t)(page.offset + page.limit)) put_right(c, &l.page->rights[i], groups);
		at++;
	}
	manage_page_end(c);
	manage_page_drop(c, &l);
	return true;
}

/* False: a fault was noted. */
static bool read_permissions(struct manage_call *c, bool *edits)
{
	const struct json_node *words = json_get(c->body, "permissions");
	if (json_kind(words) > JSON_NULL && json_kind(words) != JSON_ARRAY) process_fault(&c->faults, STR("permissions"), "Expected a list of permissions.");
	for (size_t i = 0; i < json_count(words); i++) {
		if (str_eq(json_text(json_at(words, i)), STR("edit_page"))) *edits = true;
		else process_fault(&c->faults, arena_printf(c->a, "permissions/%zu", i), "Expected edit_page. manage_page is given to users and groups, for the pages they make.");
	}
	return c->faults.list.n == 0;
}

static const struct page_right *right_or_null(const struct page *p, bool groups, int64_t id)
{
	for (size_t i = 0; i < p->nrights; i++)
		if (id && who_of(&p->rights[i], groups) == id) return &p->rights[i];
	return NULL;
}

/* The page's list with one ruleset put in the place of its like, or taken out. */
static bool rewrite(struct manage_call *c, const struct page *p, bool groups, const struct page_right *r, bool keep, struct err *e)
{
	struct page_right *now = arena_array(c->a, struct page_right, p->nrights + 1);
	size_t n = 0;
	for (size_t i = 0; i < p->nrights; i++)
		if (who_of(&p->rights[i], groups) != who_of(r, groups)) now[n++] = p->rights[i];
	if (keep) now[n++] = *r;
	if (n > RULES) return err_set(e, ERR_PARAMETER, "A page has at most %d rulesets; a group can hold more people.", RULES);
	return page_access(c->s->pages, c->t, p->id, p->open, now, n, e);
}

enum deed { READ, ADD, REPLACE, REMOVE };

static bool on(struct manage_call *c, const struct page *p, bool groups, enum deed d, struct err *e)
{
	const char *member = groups ? "group" : "user";
	struct str name = d == ADD ? json_text(json_get(json_get(c->body, member), groups ? "uid" : "username")) : c->r->holes[1];
	struct page_right r = { 0 };
	if (!(groups ? manage_group(c, name, &r.group, e) : manage_account(c, name, &r.account, e))) return false;
	int64_t id = who_of(&r, groups);
	const struct page_right *former = right_or_null(p, groups, id);
	if (d == ADD && !id) return manage_invalid_field(c, member, "There is nobody of that name on this portal.");
	if (d == ADD && former) return manage_invalid_field(c, member, "There is a ruleset for this %s already; change it with PUT.", member);
	if (d != ADD && !former) return manage_none("ruleset for", name, e);
	if (d == READ) put_right(c, former, groups);
	if (d == READ) return true;
	if (d == REMOVE) return rewrite(c, p, groups, former, false, e);
	if (!read_permissions(c, &r.edits)) return manage_invalid(c, STR(""));
	if (!rewrite(c, p, groups, &r, true, e)) return false;
	put_right(c, &r, groups);
	return true;
}

static bool one(struct manage_call *c, const struct manage_shelf *s, bool groups, enum deed d, struct err *e)
{
	struct manage_leaf l;
	if (!enter(c, s, &l, e)) return false;
	bool ok = on(c, l.page, groups, d, e);
	manage_page_drop(c, &l);
	return ok;
}

#define READERS(name, shelf) \
	bool manage_list_##name##_users(struct manage_call *c, struct err *e) { return list(c, &shelf, false, e); } \
	bool manage_add_##name##_user(struct manage_call *c, struct err *e) { return one(c, &shelf, false, ADD, e); } \
	bool manage_read_##name##_user(struct manage_call *c, struct err *e) { return one(c, &shelf, false, READ, e); } \
	bool manage_replace_##name##_user(struct manage_call *c, struct err *e) { return one(c, &shelf, false, REPLACE, e); } \
	bool manage_remove_##name##_user(struct manage_call *c, struct err *e) { return one(c, &shelf, false, REMOVE, e); } \
	bool manage_list_##name##_groups(struct manage_call *c, struct err *e) { return list(c, &shelf, true, e); } \
	bool manage_add_##name##_group(struct manage_call *c, struct err *e) { return one(c, &shelf, true, ADD, e); } \
	bool manage_read_##name##_group(struct manage_call *c, struct err *e) { return one(c, &shelf, true, READ, e); } \
	bool manage_replace_##name##_group(struct manage_call *c, struct err *e) { return one(c, &shelf, true, REPLACE, e); } \
	bool manage_remove_##name##_group(struct manage_call *c, struct err *e) { return one(c, &shelf, true, REMOVE, e); }
READERS(code_page, manage_code_pages)
READERS(studio_page, manage_studio_pages)
