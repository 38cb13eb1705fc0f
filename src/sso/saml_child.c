/* The process that reads SAML: shut in a cage before it looks at the first byte of a provider's XML. lasso checks signatures; what an
 * assertion must say beside being signed is checked here, on what lasso read from the signed element. A document with more
 * than one assertion, or one that is not where it belongs, is refused before lasso sees it: wrapped signatures need a second. */
#include "sso/library.h"
#include "child/child.h"
#include "crypt/crypt.h"
#include "sso/inside.h"
#include "sso/saml.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY_MB = 1024, CPU_S = 10, ANSWER_BYTES = 256 * 1024 };

struct work {
	struct sso_library lib;
	struct arena arena;
	const struct json_node *job;
	int64_t now_us;
	struct str entity, acs, idp; /* ours, where answers come to, and the provider's entity id */
	LassoServer *server;
	const char *word;            /* why not */
	int code;                    /* what lasso said */
};

static struct str job(const struct work *w, const char *name) { return json_text(json_get(w->job, name)); }
static bool no(struct work *w, const char *word)
{
	w->word = word;
	return false;
}

/* --- the two sides ------------------------------------------------------------------------------------- */

static bool open_server(struct work *w)
{
	struct sso_shape s;
	if (!sso_saml_shape(&w->arena, job(w, "metadata"), &s)) return no(w, "metadata");
	if (!str_eq(s.root, STR("EntityDescriptor")) || !s.entity.n) return no(w, "metadata");
	w->idp = s.entity;
	w->server = w->lib.lasso_server_new_from_buffers(arena_cstr(&w->arena, job(w, "own")), NULL, NULL, NULL);
	if (!w->server) return no(w, "own_metadata");
	return w->lib.lasso_server_add_provider_from_buffer(w->server, LASSO_PROVIDER_ROLE_IDP, arena_cstr(&w->arena, job(w, "metadata")), NULL, NULL) == 0 ||
	       no(w, "metadata");
}

static bool make_request(struct work *w, struct json_out *j)
{
	LassoLogin *login = w->lib.lasso_login_new(w->server);
	LassoProfile *profile = (LassoProfile *)login;
	if (!login) return no(w, "metadata");
	w->lib.lasso_profile_set_signature_hint(profile, LASSO_PROFILE_SIGNATURE_HINT_FORBID);
	if (w->lib.lasso_login_init_authn_request(login, arena_cstr(&w->arena, w->idp), LASSO_HTTP_METHOD_REDIRECT) != 0) return no(w, "metadata");
	LassoSamlp2AuthnRequest *request = (LassoSamlp2AuthnRequest *)profile->request;
	LassoSamlp2RequestAbstract *general = (LassoSamlp2RequestAbstract *)profile->request;
	if (!request || !request->NameIDPolicy) return no(w, "metadata");
	if (json_bool(json_get(w->job, "any_name_id"), false)) request->NameIDPolicy->Format = w->lib.g_strdup(LASSO_SAML2_NAME_IDENTIFIER_FORMAT_UNSPECIFIED);
	else request->NameIDPolicy->Format = w->lib.g_strdup(LASSO_SAML2_NAME_IDENTIFIER_FORMAT_PERSISTENT);
	request->NameIDPolicy->AllowCreate = TRUE;
	request->ProtocolBinding = w->lib.g_strdup(LASSO_SAML2_METADATA_BINDING_POST);
	request->AssertionConsumerServiceURL = w->lib.g_strdup(arena_cstr(&w->arena, w->acs));
	if (w->lib.lasso_login_build_authn_request_msg(login) != 0 || !profile->msg_url || !general->ID) return no(w, "metadata");
	json_member(j, "url", str_of(profile->msg_url));
	json_member(j, "id", str_of(general->ID));
	return true;
}

/* --- what an assertion must say -------------------------------------------------------------------------- */

static bool time_of(const char *text, int64_t *us)
{
	struct clock_text t;
	if (!text || !clock_parse(str_of(text), &t) || t.precision < CLOCK_SECOND) return false;
	*us = clock_us_of_civil(&t.civil) - (int64_t)t.offset_s * 1000000;
	return true;
}

/* Between two texts of time, the clocks of both sides differing a little. */
static bool within(const struct work *w, const char *from, const char *until, bool needs_end)
{
	const int64_t skew = (int64_t)SSO_SKEW_S * 1000000;
	int64_t us;
	if (from && (!time_of(from, &us) || w->now_us + skew < us)) return false;
	if (!until) return !needs_end;
	return time_of(until, &us) && w->now_us - skew < us;
}

static bool equals(const char *given, struct str wanted) { return given && wanted.n && str_eq(str_of(given), wanted); }

static bool check_subject(struct work *w, const LassoSaml2Assertion *a)
{
	const LassoSaml2Subject *s = a->Subject;
	if (!s || !s->SubjectConfirmation || !equals(s->SubjectConfirmation->Method, STR("urn:oasis:names:tc:SAML:2.0:cm:bearer"))) return no(w, "subject");
	const LassoSaml2SubjectConfirmationData *d = s->SubjectConfirmation->SubjectConfirmationData;
	if (!d || !equals(d->Recipient, w->acs)) return no(w, "recipient");
	if (!equals(d->InResponseTo, job(w, "request"))) return no(w, "in_response_to");
	return within(w, d->NotBefore, d->NotOnOrAfter, true) || no(w, "expired");
}

static bool check_audience(struct work *w, const LassoSaml2Conditions *c)
{
	size_t n = 0;
	for (const GList *r = c->AudienceRestriction; r; r = r->next, n++) {
		/* lasso keeps one audience of a restriction. */
		bool ours = equals(((const LassoSaml2AudienceRestriction *)r->data)->Audience, w->entity);
		if (!ours) return no(w, "audience");
	}
	return n > 0 || no(w, "audience");
}

static bool check_assertion(struct work *w, const LassoSaml2Assertion *a)
{
	if (!a->Issuer || !equals(a->Issuer->content, w->idp)) return no(w, "issuer");
	if (!a->ID || !*a->ID) return no(w, "token");
	if (!a->Conditions || !within(w, a->Conditions->NotBefore, a->Conditions->NotOnOrAfter, true)) return no(w, "expired");
	if (!check_audience(w, a->Conditions) || !check_subject(w, a)) return false;
	for (const GList *s = a->AuthnStatement; s; s = s->next)
		if (!within(w, NULL, ((const LassoSaml2AuthnStatement *)s->data)->SessionNotOnOrAfter, false)) return no(w, "expired");
	return a->AuthnStatement != NULL || no(w, "token");
}

/* --- what it says ------------------------------------------------------------------------------------------ */

static void put_pair(struct json_out *j, struct str name, struct str value)
{
	if (!value.n || value.n > SSO_CLAIM_BYTES) return;
	json_open(j, '[');
	json_put(j, name);
	json_put(j, value);
	json_close(j, ']');
}

static void put_values(struct json_out *j, const LassoSaml2Attribute *a)
{
	for (const GList *v = a->AttributeValue; v; v = v->next) {
		const GList *any = ((const LassoSaml2AttributeValue *)v->data)->any;
		struct str text = any && any->data ? str_trim(str_of(((const LassoMiscTextNode *)any->data)->content)) : STR("");
		put_pair(j, str_of(a->Name), text);
		if (a->FriendlyName && a->Name && strcmp(a->FriendlyName, a->Name) != 0) put_pair(j, str_of(a->FriendlyName), text);
	}
}

static void put_assertion(struct json_out *j, const LassoSaml2Assertion *a)
{
	const LassoSaml2NameID *name = a->Subject->NameID;
	int64_t until = 0;
	if (time_of(a->Conditions->NotOnOrAfter, &until)) json_member_int(j, "until", until);
	json_member(j, "assertion", str_of(a->ID));
	json_member(j, "name_id", name ? str_of(name->content) : STR(""));
	json_member(j, "format", name ? str_of(name->Format) : STR(""));
	json_key(j, STR("claims"));
	json_open(j, '[');
	for (const GList *s = a->AttributeStatement; s; s = s->next)
		for (const GList *x = ((const LassoSaml2AttributeStatement *)s->data)->Attribute; x; x = x->next) put_values(j, x->data);
	json_close(j, ']');
}

static bool read_response(struct work *w, struct json_out *j)
{
	struct str text;
	struct sso_shape s;
	if (!sso_saml_decode(&w->arena, job(w, "response"), &text) || !sso_saml_shape(&w->arena, text, &s)) return no(w, "xml");
	if (!str_eq(s.root, STR("Response")) || s.misplaced || s.assertions > 1 || s.signatures > 2) return no(w, "xml");
	if (s.encrypted) return no(w, "encrypted");
	LassoLogin *login = w->lib.lasso_login_new(w->server);
	LassoProfile *profile = (LassoProfile *)login;
	if (!login) return no(w, "metadata");
	/* MAYBE is: the response or its assertion has to be signed. FORCE would refuse a response whose assertion alone is. */
	w->lib.lasso_profile_set_signature_verify_hint(profile, LASSO_PROFILE_SIGNATURE_VERIFY_HINT_MAYBE);
	auto_buf clean = BUF_INIT(2 * SSO_RESPONSE_BYTES);
	crypt_put_base64(&clean, text);
	int code = w->lib.lasso_login_process_authn_response_msg(login, w->lib.g_strdup(arena_cstr(&w->arena, buf_str(&clean))));
	w->code = code;
	if (code == LASSO_LOGIN_ERROR_REQUEST_DENIED || code == LASSO_PROFILE_ERROR_STATUS_NOT_SUCCESS || code == LASSO_LOGIN_ERROR_FEDERATION_NOT_FOUND) return no(w, "access_denied");
	if (code == LASSO_SERVER_ERROR_PROVIDER_NOT_FOUND || code == LASSO_PROFILE_ERROR_UNKNOWN_PROVIDER || code == LASSO_PROFILE_ERROR_INVALID_ISSUER) return no(w, "issuer");
	if (code != 0 || !s.signatures) return no(w, "signature");
	const LassoSamlp2Response *r = (const LassoSamlp2Response *)profile->response;
	const LassoSamlp2StatusResponse *head = (const LassoSamlp2StatusResponse *)profile->response;
	if (!r || !r->Assertion || r->Assertion->next) return no(w, "token");
	if (head->Destination && !equals(head->Destination, w->acs)) return no(w, "recipient");
	if (head->InResponseTo && !equals(head->InResponseTo, job(w, "request"))) return no(w, "in_response_to");
	const LassoSaml2Assertion *a = r->Assertion->data;
	if (!check_assertion(w, a)) return false;
	put_assertion(j, a);
	return true;
}

/* --- the role ---------------------------------------------------------------------------------------------- */

static bool work(struct work *w, struct buf *out, struct err *e)
{
	struct child_cage cage = { .memory_mb = MEMORY_MB, .cpu_s = CPU_S, .file_mb = 1 };
	struct json_doc *doc;
	struct str settings;
	unsigned parts;
	struct json_out j = JSON_OUT(out);
	/* Libraries talk on standard error; what they say holds bytes of strangers. */
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (quiet < 0 || dup2(quiet, 2) < 0) return err_os(e, "standard error");
	if (!child_begin(e) || !child_settings(&w->arena, &settings, e) || !json_read(settings, &doc, e)) return false;
	if (clearenv() != 0) return err_os(e, "clearenv");
	/* The library comes in before the cage shuts; the documents after. */
	if (!sso_library(&w->lib, e)) return false;
	if (w->lib.lasso_init() != 0) return err_set(e, ERR_SYSTEM, "the library for SAML (lasso) does not start");
	if (!child_cage(&cage, &parts, e)) return false;
	w->job = json_root(doc);
	w->entity = job(w, "entity");
	w->acs = job(w, "acs");
	w->now_us = json_int(json_get(w->job, "now"), 0);
	w->word = "";
	json_open(&j, '{');
	bool ok = open_server(w);
	if (ok && str_eq(job(w, "op"), STR("request"))) ok = make_request(w, &j);
	else if (ok && str_eq(job(w, "op"), STR("response"))) ok = read_response(w, &j);
	json_member(&j, "refused", str_of(w->word));
	json_member_int(&j, "code", w->code);
	json_close(&j, '}');
	(void)ok;
	return !out->over || err_set(e, ERR_TOO_LARGE, "the answer of the identity provider is too large");
}

int sso_child_main(void)
{
	struct work w = { .word = "" };
	struct buf out = BUF_INIT(ANSWER_BYTES);
	struct err e = { 0 };
	bool told = work(&w, &out, &e) ? child_send(SSO_FRAME_DONE, buf_str(&out)) : child_send(SSO_FRAME_ERROR, str_make((const char *)&e, sizeof e));
	/* No destructors: the leak checker would trace this process, which the cage forbids. */
	_exit(told ? 0 : 1);
}
