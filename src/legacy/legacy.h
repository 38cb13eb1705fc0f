/* The v1.0 API: records and datasets as clients of the first generation ask for them, with its upside-down
 * sort signs, [lat, lon] points and bodies of errors. Filters become v1 queries (qv1/), everything else a
 * question to query/ like any other, so that rights and results are those of the Explore API. Every path
 * takes GET and POST of a form. Refuses to know SQL.
 *
 * Choices where the former API is not documented: errors carry their HTTP status as `errorcode`; two
 * refinements of one field both hold unless disjunctive.F=true is given, whatever the field's annotation;
 * `multimedia` answers like `search` with only the records that have a file; answers for programs in pages
 * (jsonp) take dotted names of letters, digits, _ and $ as callbacks, 100 bytes at most. */
#ifndef LEGACY_LEGACY_H
#define LEGACY_LEGACY_H

#include "base/base.h"
#include "httpd/httpd.h"

/* Ends with NULL. The handlers' app is a struct site *. */
extern const struct httpd_route *const legacy_routes[];
/* Whether errors at this path are told in the way of v1. */
bool legacy_is(struct str path);
/* {"errorcode": 400, "error": "…"}; for the server's error hook. */
void legacy_problem(struct httpd_reply *p, const struct err *e);

#endif
