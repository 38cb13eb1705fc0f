/* The back office: its frame and its pages, below /backoffice/. Every page asks for a permission in one place and answers 403
 * in words when it is missing; anonymous visitors are led to /login/. */
#ifndef BACK_BACK_H
#define BACK_BACK_H

#include "httpd/httpd.h"

extern const struct httpd_route *const back_routes[]; /* NULL-ended */

#endif
