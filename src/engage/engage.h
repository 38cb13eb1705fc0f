/* What readers tell a portal, and whom the portal tells: subscriptions to datasets, reuses of data, messages about a dataset
 * or a record, messages to the people of the portal, requests for access. Refuses to know pages: forms are front/'s, moderation
 * is back/'s.
 *
 * What is kept of strangers: addresses, names and words sealed by the vault, and a keyed hash of an address that follows, so that
 * it is found again; nothing of it can be read out of the database alone. A subscription counts once its letter was answered
 * (24 hours, once); ending it erases its row. Answers do not tell whether an address follows anything. What was archived or
 * declined is erased after the setting engage.months; what an account wrote goes with the account.
 *
 * Letters are put in the queue in the transaction that makes them due, in their recipient's language. News of datasets goes out from
 * engage_upkeep: at most one letter a day for a reader, holding all that changed, and only of what they may still see.
 *
 * Threads: any. A scene belongs to one. */
#ifndef ENGAGE_ENGAGE_H
#define ENGAGE_ENGAGE_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "clock/clock.h"
#include "httpd/httpd.h"
#include "i18n/i18n.h"
#include "json/json.h"
#include "site/site.h"
#include "tenant/tenant.h"

/* Where and for whom something is done; borrowed for the call. */
struct engage_scene {
	struct site *site;
	const struct tenant *tenant;
	struct str origin;            /* of links: from configuration, never from a request */
	const struct i18n_lang *lang; /* of the person who asks */
	struct str client;            /* address, for counts */
	int64_t by;                   /* account; 0: nobody signed in */
	struct arena *arena;
};

/* --- guard.c: forms that anybody may send ------------------------------------------------------------------- */

/* No puzzle: a field that people do not see, a time that nobody is faster than, a signed moment, and counts. */
enum engage_verdict {
	ENGAGE_FINE,
	ENGAGE_TRAPPED, /* the hidden field was filled in */
	ENGAGE_QUICK,   /* sent within ENGAGE_QUICK_S of being asked for: the same form may be sent again */
	ENGAGE_OLD,     /* open for longer than a day, or not ours */
	ENGAGE_OFTEN,   /* too many from this network or account: wait_s */
	ENGAGE_VERDICTS
};
enum { ENGAGE_QUICK_S = 2, ENGAGE_OLD_S = 86400 };
/* A moment for a hidden field of a form called so; in the arena. */
struct str engage_stamp(const struct engage_scene *s, const char *form) nonnull_all;
/* Judges what came back, and counts it when it is fine. Whoever is signed in is only counted. */
bool engage_guard(const struct engage_scene *s, const char *form, struct str stamp, struct str trap, enum engage_verdict *out, int64_t *wait_s,
                  struct err *e) must_use nonnull_all;
/* An English message for it. */
const char *engage_verdict_sentence(enum engage_verdict v);

/* --- follow.c ------------------------------------------------------------------------------------------------- */

struct engage_follow {
	int64_t id, dataset, account;
	struct str slug, lang;
	struct str address;     /* masked; of an account its own */
	bool confirmed;
	struct instant since;
};
/* Somebody gave an address: a letter with a link goes there; to one that follows already, a letter that says so. The same to the
 * eye. ERR_PARAMETER for what cannot be an address. At most three letters an hour to an address; more are not sent. */
bool engage_follow_ask(const struct engage_scene *s, const struct dataset *d, struct str email, struct err *e) must_use nonnull_all;
/* Whose link it is; nothing changes. ERR_GONE. */
bool engage_follow_read(const struct engage_scene *s, struct str token, struct engage_follow *out, struct err *e) must_use nonnull_all;
bool engage_follow_confirm(const struct engage_scene *s, struct str token, struct engage_follow *out, struct err *e) must_use nonnull_all;
/* Of the account s->by; both may be said twice. */
bool engage_follow_set(const struct engage_scene *s, int64_t dataset, bool on, struct err *e) must_use nonnull_all;
bool engage_is_following(const struct engage_scene *s, int64_t dataset, bool *out, struct err *e) must_use nonnull_all;
/* Everything the account s->by follows, newest first. */
bool engage_follows(const struct engage_scene *s, struct engage_follow **out, size_t *n, struct err *e) must_use nonnull_all;
/* What the link at the end of a letter ends. ERR_GONE when it is not ours; n 0: ended already. */
bool engage_off_read(const struct engage_scene *s, struct str token, struct engage_follow **out, size_t *n, struct err *e) must_use nonnull_all;
/* Ends it; `all`: everything of that reader. Fine when it ended before. */
bool engage_off(const struct engage_scene *s, struct str token, bool all, struct err *e) must_use nonnull_all;
/* Who follows a dataset (confirmed ones), newest first, at most `most`. */
bool engage_followers(const struct engage_scene *s, int64_t dataset, size_t most, struct engage_follow **out, size_t *n, int64_t *all, struct err *e) must_use nonnull_all;
bool engage_follower_drop(const struct engage_scene *s, int64_t dataset, int64_t id, struct err *e) must_use nonnull_all;
/* Datasets with their numbers of followers. */
struct engage_count { int64_t dataset, n; struct str slug; };
bool engage_follower_counts(const struct engage_scene *s, struct engage_count **out, size_t *n, struct err *e) must_use nonnull_all;
/* A letter of the publisher to all who follow; n: how many. ERR_BUSY when the queue is full. */
bool engage_write(const struct engage_scene *s, const struct dataset *d, struct str subject, struct str text, int64_t *n, struct err *e) must_use nonnull_all;
/* What was written before, newest first. */
struct engage_post { struct str subject; int64_t account, readers; struct instant created; };
bool engage_posts(const struct engage_scene *s, int64_t dataset, struct engage_post **out, size_t *n, struct err *e) must_use nonnull_all;

/* --- reuse.c -------------------------------------------------------------------------------------------------- */

enum engage_reuse_kind {
#define REUSE_KIND(symbol, word, sentence) ENGAGE_##symbol,
#include "engage/kinds.def"
#undef REUSE_KIND
	ENGAGE_REUSE_KINDS
};
const char *engage_reuse_kind_word(enum engage_reuse_kind k);     /* "application" */
const char *engage_reuse_kind_sentence(enum engage_reuse_kind k); /* English message */
bool engage_reuse_kind_of(struct str word, enum engage_reuse_kind *out) must_use;

enum engage_state { ENGAGE_PENDING, ENGAGE_APPROVED, ENGAGE_REJECTED };
enum { ENGAGE_TITLE = 200, ENGAGE_NAME = 100, ENGAGE_TEXT = 4000, ENGAGE_ABOUT = 300, ENGAGE_SUBJECT = 200 };
/* A picture of one, small and drawn anew, so that it is a picture and nothing else. */
struct engage_picture { struct str type, bytes; int width, height; };
enum { ENGAGE_UPLOAD = 10 << 20, ENGAGE_PICTURE_SIDE = 800, ENGAGE_PICTURE_BYTES = 2 << 20 };
/* Makes one of what was sent: PNG, JPEG, GIF or WebP. ERR_PARAMETER for what is none; ERR_TOO_LARGE. Takes a process. */
bool engage_picture_make(const struct engage_scene *s, const struct httpd_part *sent, struct engage_picture *out, struct err *e) must_use nonnull_all;
struct engage_reuse {
	int64_t id, dataset, account;
	struct str slug;
	enum engage_state state;
	enum engage_reuse_kind kind;
	struct str title, description, url, first_name, last_name;
	struct str email;       /* of who sent it: of lists for who reviews, else empty */
	struct str lang, reason;
	struct instant created, decided;
	struct instant pictured;      /* when its picture came; 0: it has none */
	int width, height;            /* of that */
	const struct engage_picture *picture_or_null; /* what is given: NULL: none, or the one it has stays */
};
/* Takes kind, title, description, url, names, email and picture from r; waits for review; tells who reviews. Whoever is signed in gives no
 * address. ERR_FORBIDDEN when the portal takes none, or none of strangers. */
bool engage_reuse_put(const struct engage_scene *s, const struct dataset *d, const struct engage_reuse *r, struct err *e) must_use nonnull_all;
struct engage_reuse_ask {
	enum engage_state state;
	const int64_t *datasets; /* only of those; NULL: of all */
	size_t ndatasets;
	int64_t start;
	size_t rows;
	bool private_;           /* with addresses: for who reviews */
};
/* Newest first; all: how many there are. */
bool engage_reuses(const struct engage_scene *s, const struct engage_reuse_ask *q, struct engage_reuse **out, size_t *n, int64_t *all, struct err *e) must_use nonnull_all;
bool engage_reuse_get(const struct engage_scene *s, int64_t id, struct engage_reuse *out, struct err *e) must_use nonnull_all; /* ERR_NOT_FOUND */
/* What the review says; the sender is told. ERR_CONFLICT when it is so already. */
bool engage_reuse_decide(const struct engage_scene *s, int64_t id, bool yes, struct str reason, struct err *e) must_use nonnull_all;
/* The picture, in the arena. ERR_NOT_FOUND. Who may see it is the caller's to ask: that of one that waits is for who reviews. */
bool engage_picture_get(const struct engage_scene *s, int64_t id, struct engage_picture *out, struct err *e) must_use nonnull_all;
struct str engage_picture_path(struct arena *a, const struct engage_reuse *r) nonnull_all; /* "/reuses/12/picture?v=…" */
bool engage_picture_drop(const struct engage_scene *s, int64_t id, struct err *e) must_use nonnull_all;
/* Kind, title, description, address and picture; never the names. */
bool engage_reuse_change(const struct engage_scene *s, const struct engage_reuse *r, struct err *e) must_use nonnull_all;
/* What every API tells of a reuse, as members of an open object: title, description, url, thumbnail (behind `origin`, which may be empty), created_at,
 * dataset (with the title of `d_or_null` in a language, else its id) and user. */
void engage_put_reuse(struct json_out *j, struct arena *a, const struct engage_reuse *r, const struct dataset *d_or_null, struct str lang, struct str origin);
bool engage_reuse_drop(const struct engage_scene *s, int64_t id, struct err *e) must_use nonnull_all;

/* --- note.c: messages ------------------------------------------------------------------------------------------ */

enum engage_note_kind { ENGAGE_FEEDBACK, ENGAGE_CONTACT, ENGAGE_ACCESS, ENGAGE_NOTE_KINDS };
enum engage_note_state { ENGAGE_OPEN, ENGAGE_ANSWERED, ENGAGE_ARCHIVED, ENGAGE_NOTE_STATES };
const char *engage_note_kind_sentence(enum engage_note_kind k);   /* English messages */
const char *engage_note_state_sentence(enum engage_note_state s);
/* "error", "question", "suggestion" and their sentences; NULL ends. */
extern const char *const engage_categories[][2];
struct engage_note {
	int64_t id, dataset, account;
	struct str slug;
	enum engage_note_kind kind;
	enum engage_note_state state;
	struct str category, about, email, name, text, answer, lang;
	struct instant created, changed;
};
/* Takes kind, category, about, email, name and text; d: what it is about, NULL for none. Goes into the inbox and by letter to
 * who answers. Whoever is signed in gives no address. */
bool engage_note_put(const struct engage_scene *s, const struct dataset *d, const struct engage_note *n, struct err *e) must_use;
/* Newest first; kind or state -1: all. */
bool engage_notes(const struct engage_scene *s, int kind, int state, int64_t start, size_t rows, struct engage_note **out, size_t *n, int64_t *all,
                  struct err *e) must_use nonnull_all;
bool engage_note_get(const struct engage_scene *s, int64_t id, struct engage_note *out, struct err *e) must_use nonnull_all; /* ERR_NOT_FOUND */
/* A letter to who wrote, who is thereby answered. ERR_CONFLICT when they left no address. */
bool engage_note_answer(const struct engage_scene *s, int64_t id, struct str text, struct err *e) must_use nonnull_all;
bool engage_note_move(const struct engage_scene *s, int64_t id, enum engage_note_state to, struct err *e) must_use nonnull_all;
bool engage_note_drop(const struct engage_scene *s, int64_t id, struct err *e) must_use nonnull_all;

/* extra.c: further fields of the contact form, from the setting contact.fields: a line each, its name; after ": " its choices with | between
 * them; a * at the end when it must be filled in. Views into the lines. NULL, or an English message that says what is wrong; what stands
 * before that is in `out`. */
enum { ENGAGE_EXTRAS = 10, ENGAGE_CHOICES = 20, ENGAGE_EXTRA_TEXT = 200 };
struct engage_extra { struct str label, choices[ENGAGE_CHOICES]; size_t nchoices; bool required; };
const char *engage_extras(struct str lines, struct engage_extra out[ENGAGE_EXTRAS], size_t *n);

/* --- count.c, news.c: what upkeep and others ask ------------------------------------------------------------------ */

struct engage_waiting { int64_t reuses, notes; };
bool engage_waiting(const struct engage_scene *s, struct engage_waiting *out, struct err *e) must_use nonnull_all;
/* What is kept of an account, as members of an open object: "follows", "reuses", "messages". */
bool engage_export(const struct engage_scene *s, struct json_out *j, struct err *e) must_use nonnull_all;
/* Letters about what was published; and, daily, what is due to be forgotten. False with the first failure; all else was done. */
bool engage_upkeep(struct site *s, bool daily, struct err *e) must_use nonnull_all;

#endif
