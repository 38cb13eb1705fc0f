/* Pages about the portal as a whole. */
#ifndef BACK_PORTAL_H
#define BACK_PORTAL_H

#include "back/settings.h"

enum back_portal_tab { PORTAL_GENERAL, PORTAL_LIMITS, PORTAL_GROUNDS };
void back_put_portal_tabs(struct html *h, enum back_portal_tab tab);

/* portal_limits.c. What an account or a group's members are allowed: the fields, what was posted in them, and keeping that. */
struct back_limits { bool said; struct account_limits to; }; /* said false: the form has no such fields */
void back_put_limits(struct html *h, const struct visit *v, const struct account_bounds *now, bool group);
bool back_read_limits(const struct visit *v, const struct visitor_form *f, struct back_limits *out, struct html_errors *errors);
bool back_write_limits(struct visit *v, int64_t account, int64_t group, const struct back_limits *l, struct err *e) must_use;

#endif
