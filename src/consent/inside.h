/* What the files of the room share. */
#ifndef CONSENT_INSIDE_H
#define CONSENT_INSIDE_H

#include "consent/consent.h"
#include "crypt/crypt.h"

enum {
#define Q(name, text) CONSENT_Q_##name,
#include "consent/queries.def"
#undef Q
	CONSENT_Q_COUNT
};
extern const struct store_query consent_queries[];
#define CONSENT_Q(name) (&consent_queries[CONSENT_Q_##name])

#define CONSENT_DAY_US INT64_C(86400000000)
enum {
	CONSENT_DAYS = 182, CONSENT_GRACE_S = 214 * 86400, CONSENT_MAC = 22, CONSENT_SALT = 16, CONSENT_HEX = 64,
	CONSENT_ENTRY_BYTES = 64 << 10, CONSENT_ONCE_S = 60, CONSENT_ONCE_MOST = 4096,
};

/* An entry that waits for its number: the JSON before and after the value of "seq". */
struct consent_line {
	struct tenant_id tenant;
	struct str salt;            /* hexadecimal; also what tells the same entry written twice */
	int64_t at, ends;           /* microseconds; when the choice was made, and when it is over by itself */
	struct str receipt, before, after;
	struct str ui_hash, ui_html;
};
struct consent_waiting { struct consent_waiting *next; struct arena arena; struct consent_line line; };
struct consent_used { char mac[CONSENT_MAC]; int64_t until_us; };
struct consent_tallied { struct tenant_id tenant; int64_t day, version, n; char what[16], lang[16]; };
enum { CONSENT_TALLIES = 512 };

struct consent {
	struct store *store;
	struct vault *vault;
	struct tenants *tenants;
	char *queue_path;
	struct lock lock;                  /* LOCK_CONSENT; guards what follows */
	struct consent_waiting *first, *last;
	bool queue_lost;                   /* the file of what waits could not be written: what waits is in memory only */
	struct consent_tallied tallies[CONSENT_TALLIES];
	size_t ntallies;
	struct consent_used used[CONSENT_ONCE_MOST];
	size_t nused;
	int64_t next_daily_us;             /* when heads and retention are looked at again */
};

/* cookie.c */
bool consent_is_asked(const struct registry_service *s);    /* one that needs consent */
int64_t consent_validity_days(const struct registry *g);
/* What is in effect of a state whose answers are known. */
void consent_settle(struct consent_state *st);
/* The services that need consent, as places in the registry, in order of their ids. */
size_t consent_sorted(const struct registry *g, size_t places[CONSENT_SERVICES]);

/* ledger.c */
/* Appends what waits, then this line; durable when true. */
bool consent_append(struct consent *c, const struct consent_line *l, struct err *e) must_use;
bool consent_drain(struct consent *c, struct err *e) must_use nonnull_all;

/* queue.c */
bool consent_queue_open(struct consent *c, struct err *e) must_use nonnull_all;
void consent_queue_push(struct consent *c, const struct consent_line *l) nonnull_all;
size_t consent_queue_copy(struct consent *c, struct arena *a, struct consent_line **out) nonnull_all;
/* Those with the salts of these. */
void consent_queue_drop(struct consent *c, const struct consent_line *lines, size_t n) nonnull_all;
void consent_queue_close(struct consent *c) nonnull_all;
bool consent_waits(struct consent *c) nonnull_all;

/* tally.c */
bool consent_tally_flush(struct consent *c, struct err *e) must_use nonnull_all;

/* head.c */
bool consent_signed(const unsigned char key[VAULT_PUBLIC], struct str message, struct str signature_base64url);
/* Whether nothing may be appended for the time being (SES-14). */
bool consent_holds(struct store_tx *tx, struct tenant_id t, bool *out, struct err *e) must_use nonnull_all;
/* The name that a portal's ledger is of: the portal's at its first entry. A new name leaves the chain and its signatures as they are. */
struct str consent_ledger_name(const struct tenant *t) nonnull_all;
struct str consent_signature(struct consent *c, struct arena *a, struct str host, struct str message);

/* export.c: the texts of a ledger file, which the verifier makes again to compare them byte by byte. */
enum { CONSENT_EXPORT_BYTES = 1 << 30 };
struct consent_file_head {
	struct str domain, head, public_key, signature;
	int64_t entries;
	const struct consent_signed_head *heads; /* oldest first */
	size_t nheads;
	const struct str *names; /* others than `domain` that entries speak of: what the portal was called later */
	size_t nnames;
};
/* Without its signature: what is signed. */
void consent_put_file_head(struct buf *b, const struct consent_file_head *h, bool with_signature);
void consent_put_file_entry(struct buf *b, const struct consent_entry *x);

#endif
