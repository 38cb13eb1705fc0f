/* The functions of lasso that are used, found by name when the process of the role starts. */
#ifndef SSO_LIBRARY_H
#define SSO_LIBRARY_H

/* First: the macros of base/ are names in its headers. */
#include <lasso/lasso.h>
#include <lasso/xml/misc_text_node.h>
#include <lasso/xml/saml-2.0/saml2_assertion.h>
#include <lasso/xml/saml-2.0/saml2_attribute.h>
#include <lasso/xml/saml-2.0/saml2_attribute_statement.h>
#include <lasso/xml/saml-2.0/saml2_attribute_value.h>
#include <lasso/xml/saml-2.0/saml2_audience_restriction.h>
#include <lasso/xml/saml-2.0/saml2_authn_statement.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <lasso/xml/saml-2.0/samlp2_response.h>
#include "base/base.h"

#define SSO_FUNCTIONS(F)                                                                                          \
	F(lasso_init) F(lasso_server_new_from_buffers) F(lasso_server_add_provider_from_buffer) F(lasso_login_new)    \
	F(lasso_login_init_authn_request) F(lasso_login_build_authn_request_msg) F(lasso_login_process_authn_response_msg) \
	F(lasso_profile_set_signature_hint) F(lasso_profile_set_signature_verify_hint) F(lasso_strerror) F(g_strdup)

struct sso_library {
#define MEMBER(name) __typeof__(name) *name;
	SSO_FUNCTIONS(MEMBER)
#undef MEMBER
};
bool sso_library(struct sso_library *out, struct err *e) must_use;

#endif
