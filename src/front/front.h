/* The pages that people see: catalogue, dataset and its tabs, cookie policy, errors, and the small files
 * beside them. Refuses to know how rows are stored or asked for: it speaks to query/ and catalog/. Every
 * page is whole without script and says its state in its address. */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "base/base.h"
#include "httpd/httpd.h"

/* Ends with NULL. The handlers' app is a struct site *. */
extern const struct httpd_route *const front_routes[];

/* Writes the page of an error for paths outside /api/; for the server's error hook. Memory only. `app` is a
 * struct site *. */
void front_error(const struct httpd_request *r, struct httpd_reply *p, void *app, const struct err *e);

#endif
