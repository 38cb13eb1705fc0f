/* Letters that the portals send: a queue in the store that outlives crashes, and one thread that takes letters from it to
 * an SMTP server, or into a folder where a demonstration shows them. Nothing pretends to have been sent: without a server
 * and without a folder letters wait, and `stoa doctor` says so. The door to libidn2.
 *
 * A letter is plain text with at most one link that does something; news may list pages of the portal besides, and says at its end
 * how to end it. Its text is sealed by the vault while it waits and erased when it was
 * delivered or given up; of the recipient stays what is left when the name is masked. No text, no link and no whole address
 * reaches a log or a list. A server that does not take a letter is tried again after 1, 2, 4 … minutes (at most 4 hours) for
 * 3 days; then the letter has failed and is listed for 30 days. Delivered ones are listed for 7 days.
 *
 * How a letter is made (messages are English literals, looked up in the recipient's language):
 *
 *	struct mail_draft d = mail_draft(arena, site->vault, lang, portal_title, origin);
 *	mail_subject_with(&d, N_("Your password at {0}"), portal_title);
 *	mail_say_with(&d, N_("Somebody asked for a new password for {0}."), email);
 *	mail_link(&d, url);
 *	mail_say(&d, N_("The link is good for one hour. If it was not you, nothing needs doing."));
 *	if (!mail_post(tx, tenant, &d, MAIL_RESET, email, e)) return false;   // part of the caller's transaction
 *	… after the commit: mail_wake(site->mail);
 *
 * Threads: any; a draft belongs to one. */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include "base/base.h"
#include "clock/clock.h"
#include "conf/conf.h"
#include "i18n/i18n.h"
#include "log/log.h"
#include "store/store.h"
#include "value/value.h"
#include "vault/vault.h"

/* What letters are for: rows of kinds.def. */
enum mail_kind {
#define KIND(symbol, word, sentence) MAIL_##symbol,
#include "mail/kinds.def"
#undef KIND
	MAIL_KINDS
};
const char *mail_kind_word(enum mail_kind k);     /* "reset" */
const char *mail_kind_sentence(enum mail_kind k); /* English message */

/* --- address.c ----------------------------------------------------------------------------------- */

/* An address as the house keeps it, in the arena: what stands before the @ as given, the domain in lower-case A-labels
 * (RST-6). ERR_PARAMETER, in words for the person who typed it: CR, LF, NUL, more than 254 bytes, not one @, a domain
 * that cannot be one. Compare addresses in this form only. */
enum { MAIL_ADDRESS_BYTES = 254 };
bool mail_address(struct arena *a, struct str given, struct str *out, struct err *e) must_use nonnull_all;
/* "a…@example.org", for lists and pages. */
struct str mail_mask(struct arena *a, struct str address);

/* --- letter.c: the words of a letter --------------------------------------------------------------- */

struct mail_draft {
	struct arena *arena;
	struct vault *vault;
	const struct i18n_lang *lang;
	struct str portal, origin;  /* name and address: the signature, and the name of the sender */
	struct str subject, text;
	struct str reply_to;        /* where an answer goes; empty: nowhere */
	struct str off;             /* address that ends letters of this kind: mail_off */
	bool linked;
	struct instant good_until;  /* not sent later than this; zero: 3 days */
};
/* Keeps its arguments. */
struct mail_draft mail_draft(struct arena *a, struct vault *v, const struct i18n_lang *lang, struct str portal, struct str origin);
/* {0}, {1} … of a message are the texts that follow, at most 10. A paragraph is one message. */
#define mail_subject(d, message) mail_subject_args((d), (message), NULL, 0)
#define mail_subject_with(d, message, ...) mail_subject_args((d), (message), MAIL_ARGS(__VA_ARGS__))
#define mail_say(d, message) mail_say_args((d), (message), NULL, 0)
#define mail_say_with(d, message, ...) mail_say_args((d), (message), MAIL_ARGS(__VA_ARGS__))
#define MAIL_ARGS(...) (const struct str[]){ __VA_ARGS__ }, COUNT_OF(((const struct str[]){ __VA_ARGS__ }))
void mail_subject_args(struct mail_draft *d, const char *message, const struct str *args, size_t n);
void mail_say_args(struct mail_draft *d, const char *message, const struct str *args, size_t n);
/* The one link of a letter, on a line of its own. A second one is a broken promise. */
void mail_link(struct mail_draft *d, struct str url);
/* One of several pages that a letter of news is about: a title and, below it, the address. */
void mail_item(struct mail_draft *d, struct str title, struct str url);
/* Says at the end how to end these letters, and in the headers how a program does it in one step (RFC 8058): a POST of
 * "List-Unsubscribe=One-Click" to that https address, without cookies. */
void mail_off(struct mail_draft *d, struct str url);
/* A paragraph of somebody's own words, such as the reason of a request: at most 2,000 bytes are kept, each line
 * begins with "> ". */
void mail_quote(struct mail_draft *d, struct str words);

/* --- queue.c -------------------------------------------------------------------------------------- */

struct mail_letter {
	struct vault *vault;        /* seals the text while it waits */
	enum mail_kind kind;
	struct str to, lang;
	struct str sender;          /* the name beside the server's own address; may be empty */
	struct str subject, text;
	struct str reply_to, off;   /* as in a draft */
	struct instant good_until;  /* zero: 3 days */
};
/* Puts a letter in the queue as part of the transaction. ERR_PARAMETER as mail_address; ERR_BUSY when a portal has
 * MAIL_WAITING letters waiting. */
enum { MAIL_WAITING = 20000, MAIL_TEXT_BYTES = 64 * 1024, MAIL_SUBJECT_BYTES = 400 };
bool mail_put(struct store_tx *t, struct tenant_id tenant, const struct mail_letter *l, struct err *e) must_use nonnull_all;
/* The same of a draft, signed with the portal's name and origin. */
bool mail_post(struct store_tx *t, struct tenant_id tenant, struct mail_draft *d, enum mail_kind kind, struct str to,
               struct err *e) must_use nonnull_all;

enum mail_state { MAIL_IS_WAITING, MAIL_IS_SENT, MAIL_HAS_FAILED };
struct mail_line {
	int64_t id;
	enum mail_kind kind;
	enum mail_state state;
	struct str recipient, error; /* masked; what the server said last, or empty */
	struct instant created, next, ended; /* next: of the next try; ended: sent or given up */
	int64_t tries;
};
/* Newest first, at most n, in the arena. */
bool mail_list(struct store *s, struct tenant_id tenant, size_t n, struct arena *a, struct mail_line **out, size_t *count,
               struct err *e) must_use nonnull_all;
/* Makes a waiting letter due now; id 0: all of the portal. A failed one has no text any more and cannot be sent again:
 * ERR_CONFLICT. ERR_NOT_FOUND. */
bool mail_retry(struct store *s, struct tenant_id tenant, int64_t id, int64_t *n, struct err *e) must_use nonnull_all;
/* Forgets a letter, whatever its state; id 0: all failed ones. ERR_NOT_FOUND. */
bool mail_drop(struct store *s, struct tenant_id tenant, int64_t id, int64_t *n, struct err *e) must_use nonnull_all;
/* Waiting, and failed, of all portals; how long the oldest waits, in seconds. */
struct mail_counts { int64_t waiting, failed, oldest_s; };
bool mail_count(struct store *s, struct mail_counts *out, struct err *e) must_use nonnull_all;

/* --- deliver.c: the thread ------------------------------------------------------------------------- */

struct mail;
/* Where letters go, read from the settings: a folder (mail_folder, below the data folder unless absolute) if there is one,
 * else the server of smtp_host, else nowhere. Keeps conf and log. ERR_USAGE names the setting that cannot be. */
bool mail_open(struct store *s, struct vault *v, const struct conf *c, struct str folder, struct log *log, struct mail **out,
               struct err *e) must_use nonnull_all;
void mail_close(struct mail *m_or_null); /* a letter on its way is interrupted and stays in the queue */
/* There may be something to send. NULL does nothing: letters are also looked for every 15 s. */
void mail_wake(struct mail *m_or_null);
/* "a folder", "mail.example.org:587", or empty: nowhere. */
struct str mail_where(struct arena *a, const struct conf *c);

/* --- box.c: letters in a folder, for the page of a demonstration ------------------------------------- */

struct mail_boxed {
	struct str to, subject, text;
	struct instant at;
};
/* True when letters go to a folder. */
bool mail_has_box(const struct mail *m_or_null) must_use;
/* The newest n that went there for one portal, in the arena. ERR_NOT_FOUND when there is no folder. */
bool mail_box(const struct mail *m_or_null, struct tenant_id tenant, size_t n, struct arena *a, struct mail_boxed **out, size_t *count,
              struct err *e) must_use;

#endif
