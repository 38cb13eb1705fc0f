/* What a visitor agreed to, and the proof of it (CON-*, PRF-*). The cookie cookies_preferences is read and composed here and
 * nowhere else; its value carries a MAC, no identifier unless something was granted, and for everyone who refused on one
 * day the same bytes. Grants, changes and withdrawals are appended to a ledger: a chain of hashes, signed once a day.
 * Refuses to set cookies, and to know pages. Threads: any. */
#ifndef CONSENT_CONSENT_H
#define CONSENT_CONSENT_H

#include "base/base.h"
#include "clock/clock.h"
#include "registry/registry.h"
#include "store/store.h"
#include "tenant/tenant.h"
#include "vault/vault.h"

struct consent;
/* `folder` is the data folder: what could not be written to the ledger waits in <folder>/consent.queue. */
bool consent_open(struct store *s, struct vault *v, struct tenants *ts, struct str folder, struct consent **out, struct err *e)
	must_use nonnull_all;
/* Appends what waited for the store when the process ended: it may be there again. If not, upkeep tries on. Not before consent_after_restore
 * has said which ledgers are held. */
void consent_resume(struct consent *c) nonnull_all;
void consent_close(struct consent *c); /* writes down counters */

enum { CONSENT_SERVICES = 64, CONSENT_RECEIPT_TEXT = 22 + 1, CONSENT_VALUE_TEXT = 1100 };

/* --- the choice of one request ---------------------------------------------------------------------------- */

enum consent_answer { CONSENT_UNDECIDED, CONSENT_REFUSED, CONSENT_GRANTED };
struct consent_state {
	const struct registry *registry; /* borrowed; NULL: it could not be had, and all is refused (CON-22) */
	bool signal;                     /* Sec-GPC or DNT said no (CON-14) */
	bool gpc, dnt;                   /* which of them was there */
	bool stored;                     /* a valid choice came along */
	bool chosen_under_signal;        /* it carries gpc:1, and prevails */
	bool objects;                    /* to audience measurement: by choice or by signal */
	bool objected;                   /* by choice: audience:0 is stored */
	int64_t day, epoch;              /* of the stored choice; day 0: none */
	char receipt[CONSENT_RECEIPT_TEXT]; /* "" when none */
	enum consent_answer answers[CONSENT_SERVICES]; /* as stored, by place in registry.services */
	bool granted[CONSENT_SERVICES];  /* in effect: what may be emitted */
	bool any_granted;
	bool banner_due;                 /* CON-1 as far as the request tells; the page decides the rest */
};
/* What a request may get. A choice is good for as many days as the registry gives the cookie (CON-19). `values` are the distinct values of cookies_preferences, `gpc` and `dnt` all values of these fields. */
void consent_read(struct consent *c, const struct registry *registry_or_null, const struct str *values, size_t n, const struct str *gpc,
                  size_t ngpc, const struct str *dnt, size_t ndnt, struct instant now, struct consent_state *out);
bool consent_granted(const struct consent_state *st, struct str service) must_use;
bool consent_signal(const struct str *gpc, size_t ngpc, const struct str *dnt, size_t ndnt, bool honours_dnt) must_use;

/* --- a new choice ------------------------------------------------------------------------------------------ */

enum consent_mechanism { CONSENT_FIRST_LAYER, CONSENT_PREFERENCES_PAGE, CONSENT_PLACEHOLDER, CONSENT_API };
struct consent_wish {
	bool granted[CONSENT_SERVICES];  /* by place in registry.services */
	bool objects;
	int64_t epoch;                   /* as it was displayed */
	enum consent_mechanism mechanism;
	struct str lang;
	struct str ui_html;              /* the rendering that was shown: kept once, by hash, when the ledger gets an entry (CON-33) */
};
struct consent_outcome {
	bool store;                      /* set the cookie to `value`; false: remove it (PRF-4) */
	char value[CONSENT_VALUE_TEXT];
	struct consent_state state;      /* in effect from this answer on */
	bool withdrawn[CONSENT_SERVICES]; /* whose things are to be removed (CON-24) */
};
/* Weighs a wish against the state, appends to the ledger what must be proved, and composes the value. ERR_CONFLICT when the
 * epoch is an older one and something would be granted (CON-12); ERR_BUSY when a grant cannot be written to the ledger
 * (CON-26): nothing is granted then. Refusals never fail for the ledger's sake. */
bool consent_choose(struct consent *c, const struct consent_state *before, const struct consent_wish *w, struct instant now,
                    struct consent_outcome *out, struct err *e) must_use nonnull_all;

/* The formula alone, for test vectors (D.3). */
void consent_compose(const unsigned char key[VAULT_KEY], struct str host, struct str before_mac, char mac[22 + 1]);

/* --- account.c: choices kept with an account, where the portal offers it (CON-32) -------------------------------- */

/* The value of cookies_preferences that the account has; empty: none. */
bool consent_account_get(struct consent *c, struct tenant_id t, int64_t account, struct arena *a, struct str *value, struct err *e) must_use nonnull_all;
/* An empty value forgets it. */
bool consent_account_put(struct consent *c, struct tenant_id t, int64_t account, struct str value, struct instant now, struct err *e) must_use nonnull_all;

/* A rendering of banner or preference page that an entry refers to: HTML, and a bitmap (PNG, URL-safe base64) once somebody made
 * one. ERR_NOT_FOUND. */
struct consent_rendering { struct str hash, html, bitmap; struct instant made; };
bool consent_archived(struct consent *c, struct tenant_id t, struct str hash, struct arena *a, struct consent_rendering *out, struct err *e)
	must_use nonnull_all;
/* All of them without their texts, newest first; and the bitmap of one. */
bool consent_renderings(struct consent *c, struct tenant_id t, struct arena *a, struct consent_rendering **out, size_t *n, struct err *e)
	must_use nonnull_all;
bool consent_picture(struct consent *c, struct tenant_id t, struct str hash, struct str png_base64url, struct err *e) must_use nonnull_all;

/* --- load once (EMB-3) --------------------------------------------------------------------------------------- */

/* A word for one showing of one embed on one page within 60 s; and its use, which only the first time succeeds. What was used
 * is remembered in memory only. `consume` false: whether it would be good. */
struct str consent_once_make(struct consent *c, struct str host, struct str page, struct str embed, struct instant now, struct arena *a) nonnull_all;
bool consent_once_take(struct consent *c, struct str host, struct str page, struct str embed, struct str word, bool consume, struct instant now)
	must_use nonnull_all;

/* --- the ledger ---------------------------------------------------------------------------------------------- */

struct consent_entry {
	int64_t seq;
	struct str json, salt, commit, hash; /* salt, commit, hash in hexadecimal; json and salt empty once erased (CON-30) */
};
/* Entries from `first` on, at most n. */
bool consent_ledger(struct consent *c, struct tenant_id t, int64_t first, size_t n, struct arena *a, struct consent_entry **out,
                    size_t *count, struct err *e) must_use nonnull_all;
bool consent_of_receipt(struct consent *c, struct tenant_id t, struct str receipt, struct arena *a, struct consent_entry **out, size_t *count,
                        struct err *e) must_use nonnull_all;
/* The whole ledger as NDJSON: a head line, then entries. */
bool consent_export(struct consent *c, const struct tenant *t, struct buf *out, struct err *e) must_use nonnull_all;
/* Verifies such a text: its shape to the byte, every commit and link of the chain, its signature and the daily heads it
 * holds, with the key it names itself, or with `key_or_null`. False with the reason in *e and *bad the first seq that does not
 * hold; 0: the head line. Needs no data folder. */
bool consent_verify(struct str ndjson, const unsigned char *key_or_null, int64_t *bad, struct err *e) must_use;
/* The last daily signed head as JSON (CON-29); makes what is due. */
bool consent_head(struct consent *c, const struct tenant *t, struct instant now, struct arena *a, struct str *json, struct err *e) must_use nonnull_all;
struct consent_signed_head { struct str date, head, signature; }; /* hexadecimal; the signature URL-safe base64 */
bool consent_heads(struct consent *c, struct tenant_id t, size_t most, struct arena *a, struct consent_signed_head **out, size_t *n, struct err *e)
	must_use nonnull_all; /* newest first */
/* SES-14, after a backup was brought back: a ledger whose head is not the last one that was signed takes no entry and signs no
 * head until an operator acknowledges it. Meanwhile grants fail (ERR_BUSY), refusals count, and withdrawals wait in the queue. */
bool consent_after_restore(struct consent *c, struct err *e) must_use nonnull_all;
bool consent_is_held(struct consent *c, struct tenant_id t, bool *out, struct err *e) must_use nonnull_all;
/* The same for one portal, `now`, that is about to take the place of another, `was`, which it is a backup of: when its ledger lacks the last entry of that. */
bool consent_went_back(struct consent *c, struct tenant_id now, struct tenant_id was, struct err *e) must_use nonnull_all;
/* `was`: whether there was something to acknowledge. */
bool consent_acknowledge(struct consent *c, struct tenant_id t, bool *was, struct err *e) must_use nonnull_all;
/* Upkeep, meant for every minute: counters written down, what waited appended, heads of the day, retention. Cheap when
 * nothing is due. */
bool consent_upkeep(struct consent *c, struct instant now, struct err *e) must_use nonnull_all;
/* Counts of what is not in the ledger: "refused", "signal", "load_once", "invalid" by day, policy version and language. In memory, written
 * down by upkeep, by consent_tallies and at the end. */
void consent_count(struct consent *c, struct tenant_id t, struct str what, struct str lang, int64_t version, struct instant now) nonnull_all;
struct consent_tally { int64_t day, version; struct str what, lang; int64_t n; };
bool consent_tallies(struct consent *c, struct tenant_id t, int64_t from_day, struct arena *a, struct consent_tally **out, size_t *n,
                     struct err *e) must_use nonnull_all;

/* --- formulas alone (D.5) -------------------------------------------------------------------------------------- */

void consent_commit(struct str salt, struct str json, char hex[64 + 1]);
/* hash_0 is that of an empty `former`: of the host alone. */
void consent_first(struct str host, char hex[64 + 1]);
/* What the signature of a day's head is of. */
struct str consent_head_text(struct arena *a, struct str host, struct str date, struct str head);
void consent_link(struct str former_hex, struct str commit_hex, char hex[64 + 1]);

#endif
