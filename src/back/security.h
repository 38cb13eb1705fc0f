/* What the pages about who sees a dataset share. */
#ifndef BACK_SECURITY_H
#define BACK_SECURITY_H

#include "back/meta.h"
#include "content/content.h"

/* The people of a portal, for lists to choose from. */
struct back_people {
	struct account *accounts;
	struct account_group *groups;
	size_t naccounts, ngroups;
};
bool back_people(struct visit *v, struct arena *a, struct back_people *out, struct err *e) must_use nonnull_all;
/* "Ada (ada@…)", or the name of a group. */
struct str back_person(const struct back_people *p, struct arena *a, int64_t account, int64_t group) nonnull_all;
/* "a12", "g5", "all" (both 0). */
bool back_who_read(struct str word, int64_t *account, int64_t *group) must_use;
/* The select "who"; `everybody`: also somebody who is not signed in. */
void back_put_who(struct html *h, struct visit *v, const struct back_people *p, struct str value, bool everybody) nonnull_all;

#endif
