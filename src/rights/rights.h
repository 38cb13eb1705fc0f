/* Who asks, and what of a portal they may see: the one place where a request becomes a caller, and
 * where a caller's rights become a row filter, a list of visible fields and a yes or no. Every path,
 * export and version of every API, and every page, reaches rows and metadata through here, so that a
 * rule of a dataset cannot be forgotten in one of them. Refuses to know addresses and answers.
 *
 * A dataset that a caller may not see does not exist for them: ERR_NOT_FOUND, in the same words as for
 * a name that was never given. Threads: any; what is filled lives in the arena given and borrows the
 * site visit. */
#ifndef RIGHTS_RIGHTS_H
#define RIGHTS_RIGHTS_H

#include "base/base.h"
#include "httpd/httpd.h"
#include "query/query.h"
#include "site/site.h"

/* Who asks. Zero: nobody known, with nobody's rights. */
struct rights_caller {
	int64_t account;   /* whose rights; 0: anonymous */
	int64_t key;       /* the API key they came with; 0: none */
};

/* Tells the caller of a request from its Authorization field, its apikey parameter, or nothing. Fails
 * with ERR_UNAUTHENTICATED when what it shows is no good, or when the portal is private and it shows
 * nothing. */
bool rights_caller(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out,
                   struct err *e) must_use nonnull_all;
/* True when an answer to this caller is everybody's: it may be kept by the server. */
bool rights_is_public(const struct site_visit *at, const struct rights_caller *who) must_use nonnull_all;

/* One dataset as one caller sees it. */
struct rights_dataset {
	const struct dataset *dataset;
	struct query_target target; /* with the row filter and the visible fields of this caller */
	bool may_read;              /* rows too, not only metadata */
};

/* ERR_NOT_FOUND ("The requested dataset X does not exist.") when there is none for this caller. */
bool rights_find(const struct site_visit *at, const struct rights_caller *who, struct arena *a, struct str slug,
                 struct rights_dataset *out, struct err *e) must_use nonnull_all;
/* ERR_FORBIDDEN unless the caller may read rows. */
bool rights_read(const struct rights_dataset *d, struct err *e) must_use nonnull_all;
/* Whether a dataset of the view exists for a caller. */
bool rights_sees(const struct site_visit *at, const struct rights_caller *who, const struct dataset *d) must_use nonnull_all;
/* The catalogue as a dataset, holding only what the caller sees. */
void rights_catalogue(const struct site_visit *at, const struct rights_caller *who, struct arena *a,
                      struct query_target *out) nonnull_all;

#endif
