/* What the files of the room share. */
#ifndef VISITOR_INSIDE_H
#define VISITOR_INSIDE_H

#include "visitor/visitor.h"

enum { VALUES = 4 };

/* Left in the request for the hooks at its end. */
struct visitor_after {
	struct tenant_id tenant;
	const struct session *session;   /* NULL: nobody is signed in */
	int64_t account, key;            /* who asks; 0: nobody known, no key */
	bool ambiguous, navigation;
	bool signed_out;                 /* the cookies are what the handler made them */
	const char *reason;              /* of the guard's refusal; NULL: none */
};

struct cookie_seen {
	struct str values[VALUES];
	size_t n;                        /* distinct values; may be more than fit */
};
/* The values of a cookie of ours, under the name that the reply's portal gives it, or the other one. */
void seen_cookie(const struct httpd_request *r, const struct httpd_reply *p, enum registry_cookie c, bool other, struct cookie_seen *out);
/* "a", or "s:" and the salt. */
struct str csrf_binding(struct arena *a, const struct session *s_or_null);
/* The first value of csrftoken that verifies; empty: none. */
struct str good_token(const struct site *s, const struct tenant *t, const struct httpd_request *r, const struct httpd_reply *p,
                      const struct session *s_or_null);
/* The text that clients get of Accept: true when a page is wanted before anything else. */
bool prefers_html(const struct httpd_request *r);

/* choices.c: what is in effect of choices and signals. */
void choices_read(struct visit *v) nonnull_all;

#endif
