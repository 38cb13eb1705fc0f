/* The management ("Automation") API: what the back office does with datasets, done by programs. Every operation is a row of
 * operations.def: method, address, who may, what it takes and gives, handler; routes and the served OpenAPI document are made of the
 * rows. A handler reads the request and writes the answer through a struct manage_call (inside.h); what it does is config/'s, job/'s,
 * fetch/'s and catalog/'s. Refuses to know rules of its own: what one may do here, one may do on the pages.
 *
 * To add operations: rows in operations.def or portal.def, handlers `bool manage_<symbol>(struct manage_call *c, struct err *e)` in files of
 * meson.build, shapes in shapes.def.
 *
 * Choices where the contract leaves one: a username is the account's e-mail address; a group's uid is the slug of its name; a change
 * is a draft until it is published; If-Match with the ETag of what was read refuses a change of something older (412); an
 * Idempotency-Key is kept for a day and bound to caller, method, address and body (422 for another body, 409 while the first is under
 * way), but for answers that tell a secret once. Nobody gives or takes permissions that they do not have; keys are made, changed and
 * revoked by people who are signed in; addresses of harvesters, which this server does not have, answer 404 `not_found` in the API's own
 * shape; a file that was uploaded is answered with 201; pages in HTML are code editor pages, all others studio pages. Threads: handlers run on the workers of their lane. */
#ifndef MANAGE_MANAGE_H
#define MANAGE_MANAGE_H

#include "base/base.h"
#include "httpd/httpd.h"

#define MANAGE_BASE "/api/automation/v1.0"
#define MANAGE_V2 "/api/management/v2"
/* The portal itself (portal.def): settings, look, lists. It is the product's own and no part of the contract. */
#define MANAGE_PORTAL "/api/portal/v1.0"

/* Ends with NULL. */
extern const struct httpd_route *const manage_routes[];
/* Whether an address is of this API, so that errors are told in its way. */
bool manage_is(struct str path);
void manage_problem(const struct httpd_request *r, struct httpd_reply *p, const struct err *e) nonnull_all;

#endif
