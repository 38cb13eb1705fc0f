/* What the pages of the policy share: the visit, the version asked for, and the document made of it. */
#ifndef PRIVACY_POLICY_PAGES_H
#define PRIVACY_POLICY_PAGES_H

#include "policy/policy.h"
#include "view/view.h"

enum { POLICY_CACHE_S = 60, POLICY_VERSION_MOST = 1000000 };

struct policy_visit {
	struct visit visit;
	struct site *site;
	const struct registry *now;      /* in force; held */
	const struct registry *shown;    /* another version that was asked for, held; NULL: `now` is shown */
	struct registry_version *versions; /* oldest first */
	size_t nversions;
	struct policy_ask ask;
};
/* Enters, and holds what is in force; `version` 0 shows that. ERR_NOT_FOUND for a version there is not. */
bool policy_enter(struct site *s, struct httpd_request *r, struct httpd_reply *p, int64_t version, struct policy_visit *out,
                  struct err *e) must_use nonnull_all;
void policy_leave(struct policy_visit *v);
#define auto_policy auto_with(policy_leave) struct policy_visit

/* A number of a version, digits only; 0: it is not one. */
int64_t policy_version_of(struct str text);
/* A version made ready to be shown like the one of the visit. */
void policy_ask_of(const struct policy_visit *v, const struct registry *g, struct policy_ask *out);
/* A page around a document. `noindex` for versions that are not in force. */
struct policy_page {
	struct str title, path;
	struct str beside;               /* markup of literals and escaped values above the heading; may be empty */
	bool noindex, with_json;
};
bool policy_put_page(struct policy_visit *v, const struct doc *d, const struct policy_page *page, struct err *e) must_use nonnull_all;

#endif
