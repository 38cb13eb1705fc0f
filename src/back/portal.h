/* Pages about the portal as a whole. */
#ifndef BACK_PORTAL_H
#define BACK_PORTAL_H

#include "back/settings.h"

enum back_portal_tab { PORTAL_GENERAL, PORTAL_LIMITS, PORTAL_GROUNDS };
void back_put_portal_tabs(struct html *h, enum back_portal_tab tab);

/* portal_limits.c. The quota of an account or of a group's members: a field "calls", what was posted in it, and keeping that. */
void back_put_calls(struct html *h, const struct visit *v, const struct account_calls *now, bool group);
bool back_read_calls(const struct visit *v, const struct visitor_form *f, int64_t *out, struct html_errors *errors);
bool back_write_calls(struct visit *v, int64_t account, int64_t group, int64_t calls_a_day, struct err *e) must_use;

#endif
