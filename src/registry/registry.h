/* The cookie registry of a portal (REG-*): everything that may be stored on, or read from, a visitor's device, by whom and why.
 * The one source of the policy page and its PDF, cookies.json, banner and preference form, Content-Security-Policy, record of
 * processing and of what Set-Cookie may say. The platform's four cookies are rows of cookies.def; services and
 * their items are added by administrators.
 *
 * What is in force is a struct registry, an immutable snapshot counted while it is held. Publishing makes an immutable
 * version, numbered from 1: nothing is ever edited or deleted. A portal whose settings changed (languages, provider, measurement)
 * gets a new version by itself. `epoch` grows only with material changes (CON-20).
 * The canonical form is JSON after RFC 8785; its SHA-256 ("sha256-" and 64 hexadecimal digits) is the registry hash.
 * Threads: any. */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/base.h"
#include "clock/clock.h"
#include "httpd/httpd.h"
#include "i18n/i18n.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "value/value.h"

enum registry_cookie {
#define COOKIE(symbol, ...) REGISTRY_##symbol,
#include "registry/cookies.def"
#undef COOKIE
	REGISTRY_COOKIES
};
/* The rows the server may set; ends with a row without name. For struct httpd_options. */
extern const struct httpd_cookie_spec registry_cookie_specs[];

enum registry_kind { REGISTRY_COOKIE, REGISTRY_LOCAL_STORAGE, REGISTRY_SESSION_STORAGE, REGISTRY_INDEXED_DB, REGISTRY_CACHE_STORAGE };
enum registry_location { REGISTRY_FRONT = 1u << 0, REGISTRY_BACK = 1u << 1 };
enum registry_category { REGISTRY_NECESSARY, REGISTRY_STATISTICAL, REGISTRY_INTERNAL, REGISTRY_THIRD_PARTY, REGISTRY_CATEGORIES };
enum registry_basis { REGISTRY_BASIS_NECESSARY, REGISTRY_BASIS_EXEMPTION, REGISTRY_BASIS_CONSENT };
enum registry_directive { REGISTRY_SCRIPT, REGISTRY_STYLE, REGISTRY_IMG, REGISTRY_FONT, REGISTRY_CONNECT, REGISTRY_FRAME, REGISTRY_MEDIA,
	REGISTRY_WORKER, REGISTRY_DIRECTIVES };
enum registry_loads { REGISTRY_LOADS_TAG, REGISTRY_LOADS_EMBED };
/* What frames of an embedded service may do beside showing themselves (EMB-4), by the words of the sandbox attribute. What would let a
 * frame lead the page elsewhere or open dialogs over it is not among them. */
enum registry_sandbox {
	REGISTRY_MAY_SEND_FORMS = 1u << 0,   /* allow-forms */
	REGISTRY_MAY_OPEN_WINDOWS = 1u << 1, /* allow-popups */
	REGISTRY_MAY_PRESENT = 1u << 2,      /* allow-presentation */
	REGISTRY_MAY_STORE = 1u << 3,        /* allow-same-origin: its own, which is not the portal's */
	REGISTRY_MAY_RUN = 1u << 4,          /* allow-scripts */
	REGISTRY_SANDBOX_USUAL = REGISTRY_MAY_PRESENT | REGISTRY_MAY_STORE | REGISTRY_MAY_RUN
};
extern const char *const registry_sandbox_words[]; /* in the order of the bits, NULL-ended */

/* A text per language of the portal, in the order of its list; one that is missing is that of the default language.
 * Platform texts are looked up when the snapshot is made. */
struct registry_texts { const struct str *of; };

struct registry_provider { struct str name, url, country; };

/* One declared thing (REG-2). */
struct registry_item {
	struct str id;                /* "platform.sessionid", "matomo.pk_id" */
	enum registry_kind kind;
	struct str name;              /* as emitted: with its prefix in prefix mode (REG-18) */
	bool prefix_match;            /* names that begin so (third party only) */
	struct str service;           /* id of the owner; "platform" for ours */
	enum registry_category category;
	enum registry_basis basis;
	bool first_party;
	struct registry_provider provider;
	struct registry_texts function, purpose, set_when; /* sentences */
	struct str trigger;           /* "sign_in", "language_picker", "form", "saved_choice", or empty */
	unsigned location;            /* enum registry_location */
	int64_t life_s;               /* 0: until the browser closes */
	bool refreshed_daily;
	struct str path;
	struct str domain;            /* of third parties only; else empty */
	bool secure, http_only, partitioned; /* as declared; in development ours go without Secure */
	struct str same_site;         /* "Lax", "None", "Strict" */
	bool personal;
	const struct str *recipients;
	size_t nrecipients;
	struct str transfer;          /* countries and safeguard; may be empty */
	int64_t since;                /* version of the policy */
	enum registry_cookie cookie;  /* REGISTRY_COOKIES for those of services */
};

/* A declared integration of somebody else's (REG-3). */
struct registry_service {
	struct str id, name;
	struct registry_provider provider;
	enum registry_category category;
	enum registry_basis basis;
	enum registry_loads loads;
	unsigned sandbox;             /* enum registry_sandbox; of what is embedded */
	struct registry_texts purpose, data_sent;
	struct str policy_url, retention, transfer;
	const struct str *recipients;
	size_t nrecipients;
	const struct str *origins[REGISTRY_DIRECTIVES];
	size_t norigins[REGISTRY_DIRECTIVES];
	size_t first_item, nitems;    /* its items stand together in registry.items */
	struct str tag_url, tag_site; /* of measurement tags the product knows, such as Matomo: where and which site */
	int64_t asked_epoch;          /* the epoch in which it last changed materially (CON-21) */
	const struct registry_attested *attested; /* with BASIS_EXEMPTION: who attested and when (EMB-9); NULL otherwise */
};
struct registry_attested {
	struct str by, at, evidence;  /* role or name; date; address of the evidence */
	const struct str *criteria;   /* words of the criteria of 6.1 that were ticked */
	size_t ncriteria;
};

struct registry {
	struct tenant_id tenant;
	struct str host, origin;      /* origin from configuration: "https://data.example" */
	const struct str *languages;
	size_t nlanguages;
	const struct registry_item *items;       /* the platform's first, then by service */
	size_t nitems;
	const struct registry_service *services;
	size_t nservices;
	bool needs_consent;           /* at least one service with basis consent */
	bool prefix_mode;             /* names are "__Host-…" */
	bool development;             /* plain HTTP on a loopback name: cookies go without Secure (PRX-8) */
	struct str controller, contact, protection_contact;
	struct str platform_provider; /* of the platform's items */
	bool audience;                /* measurement is on */
	int64_t audience_days;        /* its retention */
	int64_t choice_days;          /* for which a choice about cookies is kept */
	bool honours_dnt;
	int64_t version, epoch;
	struct instant effective;
	struct str note;              /* of the change that made this version */
	struct registry_texts additions_before, additions_after; /* restricted Markdown (POL-11); `of` NULL: none */
	struct registry_texts banner_title, banner_first; /* administrators' words (CON-10); `of` NULL: ours */
	struct str hash;              /* "sha256-…" */
	struct str json;              /* the whole of cookies.json, canonical, verification included */
	struct {                      /* the last signed crawl (REG-20) */
		struct instant passed;    /* of the last that passed; 0: none yet */
		struct instant last;
		bool last_passed;
		int64_t pages;
		struct str signature; /* "ed25519:…" of the one that passed */
	} verification;
};

struct registries;
struct vault;
/* Languages of the texts come from i18n; `port` is that of the server, for origins on loopback. */
bool registries_open(struct store *s, struct tenants *ts, struct vault *v, struct registries **out, struct err *e) must_use nonnull_all;
void registries_close(struct registries *rs);
/* The server's port changed from 0: origins on loopback names carry it. */
void registries_port(struct registries *rs, int port);
/* Called after a version was published or a crawl attested: answers made before are no longer good. Set before any other thread. */
void registries_on_change(struct registries *rs, void (*changed)(void *arg, struct tenant_id t), void *arg);
/* What is in force at a portal. Fails with ERR_DATABASE when it cannot be had: the caller then acts as if all consent
 * were refused (CON-22). */
bool registry_hold(struct registries *rs, const struct tenant *t, const struct registry **out, struct err *e) must_use nonnull_all;
void registry_release(struct registries *rs, const struct registry *g);
/* A frozen version; in the same form. ERR_NOT_FOUND. */
bool registry_hold_version(struct registries *rs, const struct tenant *t, int64_t version, const struct registry **out, struct err *e)
	must_use nonnull_all;

/* Whether cookies of a portal are called "__Host-…" (REG-18). Not on loopback names: browsers take such a cookie with Secure alone, which
 * plain HTTP cannot give. Registry, writer and readers of cookies all ask this. */
bool registry_prefixed(const struct tenant *t) must_use nonnull_all;
const struct registry_item *registry_item(const struct registry *g, enum registry_cookie c); /* NULL: not declared here */
const struct registry_service *registry_service_or_null(const struct registry *g, struct str id);
/* The place of a language among those of the registry; its texts are at that index. 0 when it is not one. */
size_t registry_language(const struct registry *g, struct str code);
/* cookies.json limited to one language. */
void registry_put_json(struct buf *b, const struct registry *g, struct str only_language);
/* Whether anybody can register names below a host name ("com", "co.uk"), by the Public Suffix List. */
bool registry_is_public_suffix(struct str host) must_use;
/* The part of a host name that somebody registered ("data.example.org": "example.org"), a view into it; empty when there is
 * none: a suffix, an address, "localhost". */
struct str registry_registrable(struct str host) must_use;

/* --- versions --------------------------------------------------------------------------------------------- */

struct registry_version {
	int64_t version, epoch;
	struct instant made, effective;
	struct str note, role, hash;  /* role: of its author, never a name; "system" for changes of settings */
	bool material;
	bool in_force;                /* the one that is, now */
	bool replaced;                /* another was published before it came into force: it never did */
};
/* Oldest first. */
bool registry_versions(struct registries *rs, struct tenant_id t, struct arena *a, struct registry_version **out, size_t *n,
                       struct err *e) must_use nonnull_all;

/* One difference between two versions, for people and machines. */
enum registry_change { REGISTRY_ADDED, REGISTRY_REMOVED, REGISTRY_CHANGED };
struct registry_difference {
	enum registry_change what;
	struct str of;      /* "item", "service", "registry" */
	struct str id, field, before, after;
	bool material;
};
void registry_compare(const struct registry *before, const struct registry *after, struct arena *a, struct registry_difference **out,
                      size_t *n) nonnull_all;

/* --- publishing ------------------------------------------------------------------------------------------- */

/* What an administrator sends: a JSON object with `services` and `items` in the shape of cookies.json, `controller` (name, contact,
 * data_protection; empty: as the settings say), `additions` (before, after), `banner` (title, first) and `material`: ids
 * of services whose new wording means something else (CON-20), which nobody but the author can tell. Items of the platform may be left
 * out together; those given must be what they are. Every fault is collected: field, language, what was expected. */
enum { REGISTRY_FAULT_ARGS = 2 };
struct registry_fault {
	struct str field, message;                /* the message in English, for programs */
	const char *sentence;                     /* the same before its {0} and {1} are filled in: a message of the catalogues */
	struct str args[REGISTRY_FAULT_ARGS];
};
/* What a fault says, in a language. */
struct str registry_fault_text(const struct registry_fault *f, const struct i18n_lang *l, struct arena *a) nonnull_all;
struct registry_draft {
	const struct registry *now;        /* what is in force */
	const struct registry *next;       /* what it would be; NULL with faults */
	const struct registry_fault *faults;
	size_t nfaults;
	bool material;
	const struct registry_difference *differences;
	size_t ndifferences;
	struct str csp_before, csp_after;  /* with every service granted and used */
};
/* Gives back what a draft holds. */
void registry_draft_done(struct registries *rs, struct registry_draft *d);
/* Reads, checks (REG-7, POL-14), compares; stores nothing. */
bool registry_dry_run(struct registries *rs, const struct tenant *t, struct str json, struct arena *a, struct registry_draft *out,
                      struct err *e) must_use nonnull_all;
/* The same, then makes it a version; what says the same as before makes none. `etag` is the hash the author has seen:
 * ERR_PRECONDITION when another is in force. ERR_INVALID with the first fault. `effective` 0: now; later: it waits until then, and
 * takes the place of one that waited. */
bool registry_publish(struct registries *rs, const struct tenant *t, struct str json, struct str etag, struct str note, struct str role,
                      struct instant effective, int64_t *version, struct err *e) must_use nonnull_all;
/* What an editor starts from: the editable part of what is in force, as JSON. */
void registry_put_editable(struct buf *b, const struct registry *g);

/* --- services known by name: something to start from --------------------------------------------------------- */

/* Rows of services.def. Sentences are English messages. */
struct registry_known {
	const char *id, *name, *provider, *country, *url; /* provider empty: one's own server */
	enum registry_category category;
	enum registry_loads loads;
	const char *policy_url, *retention, *transfer;
	const char *origins;       /* "frame https://…,img https://…"; "$": the host that is asked for */
	unsigned sandbox;
	const char *embeds;        /* beginnings of addresses of what is embedded, blanks between */
	bool exempt;               /* can be within the exemption for audience measurement (EMB-9) */
	const char *purpose, *data_sent;
};
extern const struct registry_known registry_known_services[]; /* ends with a row without id */
const struct registry_known *registry_known_or_null(struct str id);
const struct registry_known *registry_known_of_host(struct str host); /* whose origins hold https://host; NULL */
/* How long a service keeps what it has, or where it takes it, in a language: English lengths ("13 months") and the countries of services.def are
 * translated, all else is told as it was written. */
struct str registry_said_in(const struct i18n_lang *l, struct arena *a, struct str text) must_use nonnull_all;
/* {"service":…,"items":[…]} for the portal's languages; texts that are not translated are left out. */
void registry_put_known(struct buf *b, const struct registry *g, const struct registry_known *k, struct str host);

/* --- drafts: what an author has written and not published ------------------------------------------------------ */

struct registry_working { struct str base, json; struct instant changed; }; /* base: hash of what it was begun from */
bool registry_working_get(struct registries *rs, struct tenant_id t, int64_t account, struct arena *a, struct registry_working *out, bool *found,
                          struct err *e) must_use nonnull_all;
bool registry_working_put(struct registries *rs, struct tenant_id t, int64_t account, struct str base, struct str json, struct err *e) must_use nonnull_all;
bool registry_working_drop(struct registries *rs, struct tenant_id t, int64_t account, struct err *e) must_use nonnull_all;

/* --- what is derived -------------------------------------------------------------------------------------- */

/* The Content-Security-Policy of a page (EMB-6): the base, and the origins of services that are granted and used on it. */
void registry_put_csp(struct buf *b, const struct registry *g, const struct registry_service *const *used, size_t n,
                      bool embed, struct str ancestors);
/* The criteria that an attestation ticks (EMB-9), NULL-ended. */
extern const char *const registry_criteria[];
/* The value of Reporting-Endpoints that "report-to csp" refers to. */
void registry_put_reporting(struct buf *b, const struct registry *g);
/* The record of processing of GDPR art. 30, in a language of the product. The portal tells how long logs and proofs are kept. */
void registry_put_art30_json(struct buf *b, const struct registry *g, const struct tenant *t, struct str lang);
void registry_put_art30_csv(struct buf *b, const struct registry *g, const struct tenant *t, struct str lang);
/* Keeps the signed result of a crawl (REG-20); the JSON is what was signed, with at, result ("pass" or
 * "fail"), pages and registry_hash; the signature is
 * "ed25519:" and base64url. ERR_PARAMETER when it is not by the portal's key. */
bool registry_attest(struct registries *rs, const struct tenant *t, struct str json, struct str signature, bool passed, int64_t pages,
                     struct instant at, struct err *e) must_use nonnull_all;
/* Results of crawls, newest first. What is not genuine was altered after it was signed: it proves nothing. */
struct registry_attestation {
	struct instant at;
	bool passed, genuine;
	int64_t pages;
	struct str hash, json, signature; /* hash: of the registry that was crawled */
};
bool registry_attestations(struct registries *rs, const struct tenant *t, size_t most, struct arena *a, struct registry_attestation **out, size_t *n,
                           struct err *e) must_use nonnull_all;

/* What browsers reported as blocked (REG-21). Counts of many reports at once are written together; rows of a day are bounded. */
struct registry_report {
	struct str origin, directive, path;
	int64_t n;
	int64_t first_day, last_day; /* since 1970; told by registry_reports */
};
/* False when a portal gets too many at once. */
bool registry_report_admit(struct registries *rs, struct tenant_id t) must_use nonnull_all;
bool registry_report(struct registries *rs, struct tenant_id t, const struct registry_report *list, size_t n, struct err *e) must_use;
/* Of the last days, the most frequent first. */
bool registry_reports(struct registries *rs, struct tenant_id t, int64_t days, size_t most, struct arena *a, struct registry_report **out, size_t *n,
                      struct err *e) must_use nonnull_all;
bool registry_reports_forget(struct registries *rs, struct tenant_id t, struct str origin, struct err *e) must_use nonnull_all;

/* REG-8: markup that would make a browser fetch from elsewhere: false with element and address in *e unless a declared
 * service has its origin. */
bool registry_check_markup(const struct registry *g, struct str html, struct err *e) must_use nonnull_all;

#endif
