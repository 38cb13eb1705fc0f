/* The Push API (real-time datasets): POST /api/push/1.0/{dataset}/{resource}/push/ and …/delete/ with
 * ?pushkey=, a body of one JSON object or an array of them, whatever its content type; GET
 * …/{record_id}/delete/. Answers {"status":"OK"}, with a "message" when only some records could be taken;
 * errors are {"error_code","message"}. What a push is and when it is seen: live/live.h.
 *
 * And the push of a stylesheet: POST /api/management/1.0/domain_theme/?themeapikey= with {"stylesheet"} makes it that of the draft of the
 * portal's look, which the key shows at /explore/?stage_theme=true&themeapikey=; the key is made and revoked on the page of the stylesheet. */
#ifndef PUSH_PUSH_H
#define PUSH_PUSH_H

#include "base/base.h"
#include "httpd/httpd.h"

extern const struct httpd_route *const push_routes[]; /* ends with NULL */
enum { PUSH_BODY_BYTES = 5 << 20 };

#endif
