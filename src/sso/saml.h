/* What both ends of the process that reads SAML know, and the look that every document gets first. */
#ifndef SSO_SAML_H
#define SSO_SAML_H

#include "base/base.h"

enum { SSO_FRAME_DONE = 1, SSO_FRAME_ERROR = 2 };

/* What stands where in a document. `misplaced`: a Response that is not the root, an Assertion that is not its child, a Signature
 * that is no child of either. */
struct sso_shape {
	struct str root, entity; /* name of the root element and its entityID */
	size_t elements, assertions, misplaced, encrypted, signatures;
};
/* Reads a document whole. False: it is not well-formed, has a document type, is too deep or too large. */
bool sso_saml_shape(struct arena *a, struct str text, struct sso_shape *out) must_use;
/* Standard base64, lines and all. */
bool sso_saml_decode(struct arena *a, struct str text, struct str *out) must_use;

#endif
