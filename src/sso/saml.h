/* What both ends of the process that reads SAML know. */
#ifndef SSO_SAML_H
#define SSO_SAML_H

enum { SSO_FRAME_DONE = 1, SSO_FRAME_ERROR = 2 };

#endif
