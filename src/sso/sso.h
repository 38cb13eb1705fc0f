/* Signing in by another provider: OpenID Connect (code flow with PKCE) and SAML 2.0. Talks to providers through net/ and checks
 * what they say; gives an identity and never makes a session. The door to lasso, which is only ever loaded by a caged child
 * process (see child/child.h): what a provider's XML says is read nowhere else.
 *
 * The key of a person is (provider id, subject), never an address (AUT-10). A sign-in is a transaction: made when the visitor
 * clicks, bound to the browser by `binding` (what its csrftoken carries, CSR-13), single use, 10 minutes. Everything a provider
 * says is refused unless it is signed by a key of that provider, meant for this portal, fresh, and an answer to that very
 * transaction; the security log gets the reason (event sso.refused). Secrets are sealed by the vault.
 *
 * Threads: any. Functions marked "calls" wait for another server, at most 10 s each; "child" takes a process, some 50 ms. */
#ifndef SSO_SSO_H
#define SSO_SSO_H

#include "account/account.h"
#include "base/base.h"
#include "clock/clock.h"
#include "conf/conf.h"
#include "event/event.h"
#include "i18n/i18n.h"
#include "pool/pool.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "vault/vault.h"

/* Where something is done; borrowed for the call. */
struct sso_scene {
	struct store *store;
	struct vault *vault;
	struct events *events;      /* NULL: nothing is noted */
	const struct conf *conf;
	const struct tenant *tenant;
	struct str origin;          /* the portal's, from configuration */
	struct str client;          /* address, for the log; cut before it is kept */
	struct cancel *cancel_or_null;
	struct arena *arena;        /* what is given lives here */
};

/* --- providers.c: what administrators set -------------------------------------------------------------- */

enum sso_kind { SSO_OIDC, SSO_SAML };
struct sso_provider {
	struct str id;              /* [a-z0-9-], at most 32; in addresses and in identities, so it stays */
	enum sso_kind kind;
#define TEXT(symbol, name, kinds, otherwise, sentence) struct str symbol;
#define SWITCH(symbol, name, kinds, otherwise, sentence) bool symbol;
#include "sso/fields.def"
#undef TEXT
#undef SWITCH
	bool has_secret;
	struct str sealed;          /* the client secret as the store has it */
	struct instant created;
};
/* Rows of fields.def for forms and help: false past the last one. `value` is of p (NULL: the default). */
struct sso_field { const char *name, *sentence; bool is_switch, oidc, saml; struct str value; };
bool sso_field(size_t i, const struct sso_provider *p_or_null, struct sso_field *out) must_use;
/* Sets a field by its name. ERR_PARAMETER: there is none, or the value cannot be. */
bool sso_field_set(struct arena *a, struct sso_provider *p, struct str name, struct str value, struct err *e) must_use nonnull_all;
void sso_provider_new(struct sso_provider *p, struct str id, enum sso_kind kind); /* with defaults */

/* What cannot be, in words for a form: the name of a field and an English message of the catalogues that goes on from the field's label;
 * {0} of it is `arg`. */
struct sso_fault { const char *field, *sentence; struct str arg; };
/* Sets a field, whichever kind it is of; true and nothing when there is none of that name. */
bool sso_field_put(struct arena *a, struct sso_provider *p, struct str name, struct str value, struct sso_fault *fault) must_use nonnull_all;
/* What sso_provider_put would refuse. */
bool sso_provider_check(const struct sso_scene *s, const struct sso_provider *p, struct str secret, struct sso_fault *fault) must_use nonnull_all;

bool sso_provider_list(const struct sso_scene *s, struct sso_provider **out, size_t *n, struct err *e) must_use nonnull_all;
/* ERR_NOT_FOUND. */
bool sso_provider_get(const struct sso_scene *s, struct str id, struct sso_provider *out, struct err *e) must_use nonnull_all;
/* Adds or changes; an empty secret leaves the former. ERR_PARAMETER in words for the person who typed it. The caller has asked
 * for a fresh proof (SES-10). */
bool sso_provider_put(const struct sso_scene *s, const struct sso_provider *p, struct str secret, struct err *e) must_use nonnull_all;
/* Accounts stay; their identities of this provider lead nowhere. ERR_NOT_FOUND. */
bool sso_provider_remove(const struct sso_scene *s, struct str id, struct err *e) must_use nonnull_all;
/* Tries what can be tried without a person: discovery, keys, endpoints; or the metadata, with the lifetime of its certificates.
 * Every finding is one sentence, an English message of the catalogues; {0} of it is `arg`. Calls, child. */
struct sso_finding { bool good; const char *sentence; struct str arg; };
struct str sso_finding_text(const struct sso_finding *f, const struct i18n_lang *l, struct arena *a) nonnull_all;
bool sso_provider_test(const struct sso_scene *s, const struct sso_provider *p, struct sso_finding **out, size_t *n, struct err *e) must_use nonnull_all;

/* --- one sign-in ------------------------------------------------------------------------------------------ */

enum { SSO_STATE_TEXT = 43 + 1, SSO_TRANSACTION_S = 600 };
struct sso_start {
	struct str provider;
	struct str binding;         /* of the browser: what its csrftoken carries */
	struct str next;            /* local path to go on to, checked by the caller */
	struct str lang;            /* asked of the provider */
	int64_t link;               /* account that the identity is to be linked to; 0: signing in */
};
/* Begins a transaction; *url is the provider's page. ERR_NOT_FOUND: no such provider, or it is switched off. Calls, child. */
bool sso_begin(const struct sso_scene *s, const struct sso_start *b, struct str *url, struct err *e) must_use nonnull_all;

struct sso_claim { struct str name, value; };
struct sso_identity {
	struct sso_provider provider;
	struct account_identity who;   /* provider, subject, email, name */
	const struct sso_claim *claims;
	size_t nclaims;
	struct str next;
	int64_t link;
};
/* What came back at /oidc/authenticate. ERR_FORBIDDEN: refused, and *reason is a word for the log and the page; the event is
 * noted. ERR_GONE: the transaction is over or was used. Calls. */
struct sso_return { struct str state, code, error, issuer; };
bool sso_oidc_finish(const struct sso_scene *s, const struct sso_return *r, struct str binding, struct sso_identity *out, const char **reason,
                     struct err *e) must_use nonnull_all;
/* What was posted to /saml2/acs: kept with its transaction until the same browser asks for it by GET. ERR_GONE. */
enum { SSO_RESPONSE_BYTES = 256 * 1024 };
bool sso_saml_park(const struct sso_scene *s, struct str relay, struct str response, struct err *e) must_use nonnull_all;
/* Child. */
bool sso_saml_finish(const struct sso_scene *s, struct str relay, struct str binding, struct sso_identity *out, const char **reason,
                     struct err *e) must_use nonnull_all;
/* The account of an identity, made when the provider may (provision). What it claims is kept beside. ERR_FORBIDDEN: the condition
 * of access is not met, there is no account and none may be made; ERR_CONFLICT: its address belongs to an account
 * that is not linked. */
bool sso_account(const struct sso_scene *s, struct accounts *as, const struct sso_identity *i, int64_t *account, const char **reason,
                 struct err *e) must_use nonnull_all;
/* Claims kept at the last sign-in of an account. */
bool sso_claims(const struct sso_scene *s, int64_t account, struct sso_claim **out, size_t *n, struct err *e) must_use nonnull_all;

/* --- leaving ------------------------------------------------------------------------------------------------- */

/* Where a browser goes to sign out at the provider of an account, too; empty: the provider offers nothing. Asks nobody. */
bool sso_logout_url(const struct sso_scene *s, struct accounts *as, int64_t account, struct str *out, struct err *e) must_use nonnull_all;
/* A provider says that somebody left (OpenID Connect Back-Channel Logout): whose sessions are to end. Calls. */
bool sso_oidc_left(const struct sso_scene *s, struct accounts *as, struct str logout_token, int64_t *account, struct err *e) must_use nonnull_all;

/* --- about us --------------------------------------------------------------------------------------------------- */

void sso_put_client_info(const struct sso_scene *s, struct buf *b);  /* JSON of /oidc/client_info */
/* XML of /saml2/metadata.xml; `entity` empty: the address of that file. */
void sso_put_metadata(const struct sso_scene *s, struct str entity, struct buf *b);
/* Transactions that are over, and used assertion ids. */
bool sso_sweep(struct store *s, struct err *e) must_use nonnull_all;

/* The role of the child process, for main(). */
#define SSO_ROLE "__saml"
int sso_child_main(void);

#endif
