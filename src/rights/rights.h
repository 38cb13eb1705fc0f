/* Who asks, and what of a portal they may see: the one place where a request becomes a caller, and
 * where a caller's rights become a row filter, a list of visible fields and a yes or no. Every path,
 * export and version of every API, and every page, reaches rows and metadata through here, so that a
 * rule of a dataset cannot be forgotten in one of them. Refuses to know addresses and answers.
 *
 * A dataset that a caller may not see does not exist for them: ERR_NOT_FOUND, in the same words as for
 * a name that was never given. A dataset they may see is handed out as a copy cut to their rights: fields
 * they may not see are flagged FIELD_HIDDEN in its schema and gone from schema_json and features,
 * data_visible is theirs, rows is the number of their records, or -1 where that cannot be told. So what
 * prints a dataset needs no rule of its own, and must never print one out of the view itself.
 *
 * Whose rules hold: administrators who are signed in see everything of their portal, and so does who has the permission
 * explore_restricted_dataset, by session or by a key or access token that holds it. An account, or the key that acts for
 * it, has the rules made for it and for its groups; with several, the rows that any of them shows and the
 * fields that any of them shows (rules that show no data do not count beside one that does). Without such
 * a rule, everybody's holds, and of a restricted dataset nothing. A key that lists datasets sees those at
 * most. A rule whose filter means nothing to the version at hand (a field is gone) shows no rows: fails
 * closed, told once to the log and by `stoa doctor`.
 *
 * Threads: any; what is filled lives in the arena given and borrows the site visit. */
#ifndef RIGHTS_RIGHTS_H
#define RIGHTS_RIGHTS_H

#include "account/account.h"
#include "base/base.h"
#include "catalog/catalog.h"
#include "httpd/httpd.h"
#include "query/query.h"
#include "quota/quota.h"
#include "session/session.h"
#include "site/site.h"

/* Who asks. Zero: nobody known, with nobody's rights. */
struct rights_caller {
	int64_t account;   /* whose rights; 0: anonymous */
	int64_t key;       /* the API key they came with; 0: none; below 0: an access token of a program, by the number of its grant (oauth/) */
	uint64_t generation; /* of the portal's rights when this was found out; 0 for nobody known */
	struct account_who who; /* the rest of it, when known; in the request's arena */
	bool by_session;   /* signed in, by the cookie (SID-6); cookies are not looked at when a key came along (CSR-7) */
	bool metered;      /* the calls of the dataset at hand are counted (rights_meter): its answers are not kept */
	bool stranger;     /* nobody known, at a private portal: no dataset is there for them */
	bool ambiguous;    /* two live sessions came along (PAR-7): nobody, and unsafe methods are refused */
	const struct session *session; /* with by_session; in the request's arena */
};

/* Whether somebody signed in has to set up a second factor before anything else (AUT-5), because the portal asks it of everyone.
 * rights_caller refuses them with ERR_NO_FACTOR; rights_person does not. */
bool rights_lacks_factor(const struct tenant *t, const struct rights_caller *who) must_use nonnull_all;
/* The one place where a permission is asked for. False for nobody known, and for a key whose list does not hold it. A permission is about
 * the whole portal: a key that lists datasets has none, whatever its owner may; on those that it lists it has what it holds (rights_may_on). */
bool rights_may(const struct rights_caller *who, enum account_permission what) must_use nonnull_all;
bool rights_may_on(const struct rights_caller *who, enum account_permission what, int64_t dataset) must_use nonnull_all;
/* A key that lists datasets: it is for those, and for nothing else of the portal. */
bool rights_is_narrow(const struct rights_caller *who) must_use nonnull_all;
/* Tells the caller of a request from its Authorization field (Apikey KEY, Bearer TOKEN), its parameter apikey or access_token (of the
 * address, or of a form that was posted), else from the cookie of a session, else nobody. Fails with ERR_UNAUTHENTICATED when what it shows is
 * no good, or when the portal is private and it shows nothing. Other schemes than Apikey and Bearer are
 * some proxy's business and are not looked at. */
bool rights_caller(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out,
                   struct err *e) must_use nonnull_all;
/* What WWW-Authenticate says beside a refusal (RFC 6750 §3): of a token that is no good, that does not allow this, or that came twice; empty:
 * nothing. */
struct str rights_challenge(const struct httpd_request *r, const struct err *e) nonnull_all;
/* True for what is rendered for pages of others: no cookie is read or set there (FRM-1). */
bool rights_foreign_frame(const struct httpd_request *r) nonnull_all;
/* The distinct values of sessionid, under the name this portal gives it; the count may be more than fits. */
enum { RIGHTS_SESSIONS = 4 };
size_t rights_session_values(const struct tenant *t, const struct httpd_request *r, struct str out[RIGHTS_SESSIONS]) nonnull_all;
/* The same for what everyone may read on a private portal too: whoever is signed in, else nobody; keys are not looked at. */
void rights_person(const struct site_visit *at, struct httpd_request *r, struct rights_caller *out) nonnull_all;
/* Whether the cookies of this request say who asks: not beside a key, nor from pages of others (SID-6). */
bool rights_reads_cookies(const struct httpd_request *r) must_use nonnull_all;
/* True when an answer to this caller is everybody's: it may be kept by the server. False for everyone
 * while the portal counts calls: a kept answer is given without counting. */
bool rights_is_public(const struct site_visit *at, const struct rights_caller *who) must_use nonnull_all;
/* A text that differs whenever rights may differ while the portal stays as it is, for tags of answers. */
struct str rights_fingerprint(const struct rights_caller *who, struct arena *a) nonnull_all;

/* One dataset as one caller sees it. */
struct rights_dataset {
	const struct dataset *dataset; /* the caller's copy */
	struct query_target target;    /* with the row filter and the visible fields of this caller */
	bool may_read;                 /* rows too, not only metadata */
	struct str quota;              /* of calls, as the rules say it; empty: none */
};

/* ERR_NOT_FOUND ("The requested dataset X does not exist.") when there is none for this caller. */
bool rights_find(const struct site_visit *at, const struct rights_caller *who, struct arena *a, struct str slug,
                 struct rights_dataset *out, struct err *e) must_use nonnull_all;
/* ERR_FORBIDDEN unless the caller may read rows. */
bool rights_read(const struct rights_dataset *d, struct err *e) must_use nonnull_all;
/* The caller's copy of a dataset, for lists; NULL when it does not exist for them. */
const struct dataset *rights_dataset_or_null(const struct site_visit *at, const struct rights_caller *who,
                                             struct arena *a, struct str slug) nonnull_all;
/* All datasets a caller sees, in the order of the view, as their copies. */
size_t rights_datasets(const struct site_visit *at, const struct rights_caller *who, struct arena *a,
                       const struct dataset ***out) nonnull_all;
/* Whether a dataset of the view exists for a caller. */
bool rights_sees(const struct site_visit *at, const struct rights_caller *who, const struct dataset *d) must_use nonnull_all;
/* The catalogue as a dataset, holding only what the caller sees. Its records_count is null where rows are
 * filtered: what the caller has of it is in their copy of the dataset. */
void rights_catalogue(const struct site_visit *at, const struct rights_caller *who, struct arena *a,
                      struct query_target *out) nonnull_all;

/* --- calls and work (admit.c) --------------------------------------------------------------------------- */

/* Counts a call of an API before it is routed: http thread, memory only. False when it is refused: the reply
 * says why (429, with what to change). Leaves a ticket in r->portal for the two below. */
bool rights_admit(struct site *s, const struct tenant *t, struct httpd_request *r, struct httpd_reply *p) must_use nonnull_all;
/* Counts a call of an API against the quota that a dataset's rules give its caller, once it is known which dataset is asked; marks the caller
 * as metered. ERR_TOO_MANY when it is used up, told by rights_refused. */
bool rights_meter(const struct site_visit *at, const struct httpd_request *r, struct rights_caller *who, const struct rights_dataset *d,
                  struct err *e) must_use nonnull_all;
/* Writes the answer to a call that rights_meter refused; false when it was refused for something else. */
bool rights_refused(const struct httpd_request *r, struct httpd_reply *p) must_use nonnull_all;
/* Charges the handler's time, gives the headers of quotas to what succeeded, and from time to time has the
 * counts written down. After the handler, on its thread. */
void rights_settle(struct site *s, const struct httpd_request *r, struct httpd_reply *p) nonnull_all;
/* Who pays for work that goes on after the handler; to be given to quota_charge. */
struct quota_purse rights_purse(const struct httpd_request *r) nonnull_all;

/* --- rules ---------------------------------------------------------------------------------------- */

/* Why the filter of a rule means nothing to the dataset's present version, in the words of ODSQL; false
 * with *e set. True for an empty one. */
bool rights_filter_ok(const struct dataset *d, struct str row_filter, struct err *e) must_use nonnull_all;
/* attr.c: whether a filter is another one for another caller, because it asks for what their identity provider says (#attr). */
bool rights_filter_asks_caller(struct str filter) must_use;
/* A filter as it is for a caller: #attr written out as conditions. *out may be the filter itself. */
bool rights_filter_of(const struct site_visit *at, const struct rights_caller *w, struct arena *a, const struct dataset *d, struct str filter,
                      struct str *out, struct err *e) must_use nonnull_all;

#endif
