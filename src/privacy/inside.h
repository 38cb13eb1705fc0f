/* What the files of preferences share. */
#ifndef PRIVACY_INSIDE_H
#define PRIVACY_INSIDE_H

#include "privacy/privacy.h"
#include "view/view.h"

/* What the page of preferences is to say besides the choices. */
struct privacy_preferences {
	struct visit *visit;
	struct str back;     /* where to go on to */
	bool conflict;       /* "accept all" came with a privacy signal (CON-16) */
	bool stale;          /* what is asked has changed since the form was shown (CON-12) */
	int status;
};
/* The page, whole. */
bool privacy_put_preferences(const struct privacy_preferences *p, struct err *e) must_use nonnull_all;
/* The effective choices as JSON; the receipt only where it is the visitor's own page that asks. */
void privacy_put_state(struct buf *b, const struct visit *v, const struct consent_state *st) nonnull_all;
bool privacy_wants_json(const struct httpd_request *r) must_use nonnull_all;

#endif
