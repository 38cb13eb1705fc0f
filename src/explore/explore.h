/* The Explore API v2.1: one endpoint a file, listed in meson.build. Refuses to know SQL and files: rows
 * come from query/, datasets from catalog/, file formats from export/. Handlers run on the workers of
 * their lane; exports go on in the site's lane for long work after the reply has begun. */
#ifndef EXPLORE_EXPLORE_H
#define EXPLORE_EXPLORE_H

#include "base/base.h"
#include "httpd/httpd.h"

#define EXPLORE_PREFIX "/api/explore/v2.1"

/* Ends with NULL. The handlers' app is a struct site *. CORS headers and error bodies are the server
 * hooks' work, so that answers made without a handler have them too (rest_cors, rest_problem). */
extern const struct httpd_route *const explore_routes[];

#endif
