/* What the files of the room share. */
#ifndef SESSION_INSIDE_H
#define SESSION_INSIDE_H

#include "session/session.h"
#include "crypt/crypt.h"

enum {
#define Q(name, text) SESSION_Q_##name,
#define HOUSE(name, text)
#include "session/queries.def"
#undef Q
#undef HOUSE
};
enum {
#define Q(name, text)
#define HOUSE(name, text) SESSION_H_##name,
#include "session/queries.def"
#undef Q
#undef HOUSE
};
extern const struct store_query session_queries[];
extern const struct store_house_query session_house_queries[];
#define SESSION_Q(name) (&session_queries[SESSION_Q_##name])
#define SESSION_H(name) (&session_house_queries[SESSION_H_##name])

enum { ID = SESSION_ID_TEXT - 1, SALT = SESSION_SALT_TEXT - 1, LABEL = 48, COUNTRY = 4 };
#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define DAY_US (86400 * SECOND_US)

struct digest { unsigned char b[CRYPT_SHA256]; };

/* Why a session is over; "" for one that lives. */
enum end { END_NOT, END_IDLE, END_ABSOLUTE, END_EPOCH, END_SIGN_OUT, END_REPLACED, END_REVOKED, END_TOO_MANY, ENDS };
extern const char *const session_ends[ENDS];

struct live {
	struct session s;
	struct tenant_id tenant;
	int64_t epoch;
	int64_t used_us;             /* exact; s.seen is what is kept, to the minute */
	struct digest hash, former;
	int64_t former_until;        /* microseconds; 0: there is no former id */
	enum end end;
	int64_t ended_us;
	bool unwritten, told;        /* seen or end is not in the store yet; the log knows that it was presented ended */
	char label[LABEL], country[COUNTRY];
	struct live *next_hash, *next_former, *next_account;
};

/* --- table.c: three chains through the same rows ---------------------------------------------------- */

struct table {
	struct live **by_hash, **by_former, **by_account;
	size_t n, size;              /* size: of each of the three, a power of two */
};
void table_done(struct table *t);
/* Takes l. */
void table_put(struct table *t, struct live *l);
void table_drop(struct table *t, struct live *l); /* frees l */
struct live *table_find(const struct table *t, const struct digest *hash);
struct live *table_find_former(const struct table *t, const struct digest *hash);
struct live *table_find_row(const struct table *t, struct tenant_id tenant, int64_t account, int64_t id);
/* The chain that holds all sessions of an account, among others; follow next_account. */
struct live *table_account(const struct table *t, struct tenant_id tenant, int64_t account);
/* Gives a row another id; the present one is the former until then (microseconds; 0: it is forgotten). */
void table_rename(struct table *t, struct live *l, const struct digest *hash, int64_t former_until);

struct sessions {
	struct lock lock;            /* LOCK_SESSION; guards the table and its rows */
	struct table table;
	bool any_unwritten;
	struct store *store;
	struct accounts *accounts;
	struct events *events;
};

/* --- rows.c: what is in the store --------------------------------------------------------------------- */

bool rows_load(struct sessions *ss, struct err *e) must_use;
bool rows_insert(struct sessions *ss, struct live *l, struct err *e) must_use; /* sets l->s.id */
bool rows_update(struct sessions *ss, const struct live *l, struct err *e) must_use;
/* Writes down ends and times of last use that are not written yet. */
bool rows_write(struct sessions *ss, struct err *e) must_use;
bool rows_forget(struct sessions *ss, int64_t before_us, struct err *e) must_use;

void session_digest(struct str host, struct str id, struct digest *out);
/* "Firefox on Linux". */
void session_label(struct str user_agent, char out[LABEL]);
void session_note(struct sessions *ss, struct tenant_id t, enum event_kind kind, int64_t account, struct str reason, struct str client);

#endif
