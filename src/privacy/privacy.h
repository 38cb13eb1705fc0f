/* What every visitor may know and decide about cookies: the policy in all its forms, preferences, "load once", the head of the
 * ledger, privacy signals, and reports of browsers. Refuses to be private: these pages are for everyone. */
#ifndef PRIVACY_PRIVACY_H
#define PRIVACY_PRIVACY_H

#include "httpd/httpd.h"

extern const struct httpd_route *const privacy_routes[]; /* NULL-ended */

#endif
