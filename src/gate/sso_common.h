/* What the files about signing in by another provider share, and the part of the sign-in page that offers it. */
#ifndef GATE_SSO_COMMON_H
#define GATE_SSO_COMMON_H

#include "sso/sso.h"
#include "view/view.h"
#include "visitor/visitor.h"

struct sso_scene gate_sso_scene(const struct visit *v);
/* What binds a sign-in to this browser: the nonce of its csrftoken. Empty when it has none that is good. */
struct str gate_sso_binding(const struct visit *v);
/* A form with a button for each provider that is switched on; nothing when there is none. `next` is where to go afterwards. */
/* Those that lead, which stand before the password, or the others; *put: how many. */
bool gate_put_providers(struct html *h, struct visit *v, struct str next, bool leading, size_t *put, struct err *e) must_use;
/* The same on the page of one's own account: what is linked, and buttons to link more. */
bool gate_put_identities(struct html *h, struct visit *v, struct err *e) must_use;
struct gate;
/* The page that says why somebody was not signed in. */
bool gate_sso_refused(struct gate *g, const char *reason, struct err *e) must_use;
/* Signs out here and, of somebody who came by a provider that offers it, leads on to sign out there. */
bool gate_sso_leave(struct gate *g, struct err *e) must_use;
/* Whom an identity belongs to comes in: account, session, and on to where they wanted to go. */
bool gate_sso_enter(struct gate *g, const struct sso_identity *i, struct err *e) must_use;

#endif
