/* The back office: its pages, below /backoffice/; their frame and components are view/'s. Every page begins with back_enter,
 * which asks in one place who somebody is and what they may, and answers 403 in words when they may not; anonymous visitors
 * are led to /login/. A form is read by back_form, which checks its token. What is changed is changed by rooms below; what
 * happened is written to the security log. */
#ifndef BACK_BACK_H
#define BACK_BACK_H

#include "httpd/httpd.h"

extern const struct httpd_route *const back_routes[]; /* NULL-ended */

#endif
