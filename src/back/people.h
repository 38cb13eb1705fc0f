/* What the pages about people share. */
#ifndef BACK_PEOPLE_H
#define BACK_PEOPLE_H

#include "back/inside.h"

/* The states that administrators think in: those of the account, the expiry date, and whether anybody ever came. */
enum user_status {
	USER_ACTIVE, USER_NEVER, USER_INVITED, USER_WAITING, USER_UNVERIFIED, USER_EXPIRED, USER_DISABLED, USER_LEAVING, USER_STATUSES
};
enum user_status back_user_status(const struct account *a) nonnull_all;
void back_put_status(struct html *h, const struct account *a) nonnull_all;
const char *back_role_title(struct str role); /* English message */

/* A list of events; with `people` their accounts are said by name. */
void back_put_events(struct html *h, const struct visit *v, const struct event_line *lines, size_t n, const struct account *people,
                     size_t npeople);

/* What a form says about an account. */
struct back_profile {
	struct str name, role;
	struct instant expires;
	uint64_t own;
	const struct str *groups;
	size_t ngroups;
};
/* Fields for role, expiry date, permissions and groups of an account or of those invited. */
void back_put_profile(struct html *h, const struct visit *v, const struct back_profile *now, const struct account_group *groups, size_t ngroups);
/* Reads them; complains about what cannot be. Roles and permissions that the person may not give are those of `former`. */
void back_read_profile(struct visit *v, const struct visitor_form *f, const struct back_profile *former, const struct account_group *groups,
                       size_t ngroups, struct back_profile *out, struct html_errors *errors);

#endif
