/* Who may read and edit a page: everybody, those it names, and by permission. A page that one may not read does not exist. */
#include "content/inside.h"

/* 0: no right of its own; 1: reads; 2: edits. */
static int own_right(const struct visit *v, const struct page *p)
{
	int best = 0;
	const struct account_who *w = &v->who.who;
	/* A key for some datasets has none of its owner's rights on pages. */
	if (!v->who.account || rights_is_narrow(&v->who))
		return 0;
	if (p->author == v->who.account)
		return 2;
	for (size_t i = 0; i < p->nrights; i++) {
		const struct page_right *r = &p->rights[i];
		bool mine = r->account && r->account == v->who.account;
		for (size_t k = 0; k < w->ngroups && !mine; k++)
			mine = r->group && w->groups[k] == r->group;
		if (mine)
			best = num_max(best, r->edits ? 2 : 1);
	}
	return best;
}

bool content_may_read(const struct visit *v, const struct page *p)
{
	return p->open || own_right(v, p) > 0 || rights_may(&v->who, ACCOUNT_MAY_BROWSE_PAGE) || rights_may(&v->who, ACCOUNT_MAY_EDIT_PAGE);
}

bool content_may_edit(const struct visit *v, const struct page *p)
{
	if (rights_may(&v->who, ACCOUNT_MAY_EDIT_PAGE))
		return true;
	/* By a key only what its list of permissions holds. */
	return !v->who.key && own_right(v, p) == 2;
}

bool content_may_publish(const struct visit *v, const struct page *p)
{
	return rights_may(&v->who, ACCOUNT_MAY_EDIT_PAGE) || (rights_may(&v->who, ACCOUNT_MAY_PUBLISH_PAGE) && content_may_edit(v, p));
}

bool content_may_manage(const struct visit *v, const struct page *p)
{
	return rights_may(&v->who, ACCOUNT_MAY_EDIT_PAGE) || (rights_may(&v->who, ACCOUNT_MAY_MANAGE_PAGE) && p->author && p->author == v->who.account);
}
