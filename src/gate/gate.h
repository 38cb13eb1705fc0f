/* The gate: signing in and out, signing up, getting back in, and one's own account. Pages without a script; every form
 * carries a token. Refuses to know why an account exists. */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "httpd/httpd.h"

extern const struct httpd_route *const gate_routes[]; /* NULL-ended */

#endif
