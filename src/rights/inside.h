/* What the files of the room share. */
#ifndef RIGHTS_INSIDE_H
#define RIGHTS_INSIDE_H

#include "rights/rights.h"

/* What a request shows of who sends it. */
enum shown { SHOWS_NOTHING, SHOWS_KEY, SHOWS_TOKEN, SHOWS_TWO }; /* two: a token in two ways at once */
enum shown shown_by(const struct httpd_request *r, struct str *key);

/* Whether nobody unknown is let in. */
bool is_private(const struct tenant *t);
/* A quota as a rule says it, {"unit","limit"}; false: there is none. */
bool read_quota(struct str json, struct quota_dataset *out);
/* None, where a rule says 0: there it is no calls at all. */
double calls_a_day(const struct quota_dataset *q);
/* Whether the portal has a quota of calls. */
bool counts_calls(const struct tenant *t);

struct sso_claim;
/* The filter with #attr written out from claims. ERR_ODSQL where it is not whole. */
bool rights_filter_fill(struct arena *a, const struct schema *schema, struct str filter, const struct sso_claim *claims_or_null, size_t n,
                        struct str *out, struct err *e) must_use;

#endif
