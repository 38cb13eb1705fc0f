/* What the files of the room share. */
#ifndef RIGHTS_INSIDE_H
#define RIGHTS_INSIDE_H

#include "rights/rights.h"

/* What a request shows of who sends it. */
enum shown { SHOWS_NOTHING, SHOWS_KEY, SHOWS_TOKEN };
enum shown shown_by(const struct httpd_request *r, struct str *key);

/* Whether nobody unknown is let in. */
bool is_private(const struct tenant *t);
/* Whether the portal has a quota of calls. */
bool counts_calls(const struct tenant *t);

#endif
