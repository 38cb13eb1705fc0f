/* What the files of the room share. */
#ifndef ENGAGE_INSIDE_H
#define ENGAGE_INSIDE_H

#include "engage/engage.h"
#include "crypt/crypt.h"
#include "mail/mail.h"
#include "text/text.h"

enum {
#define Q(name, text) ENGAGE_Q_##name,
#include "engage/queries.def"
#undef Q
	ENGAGE_Q_COUNT
};
extern const struct store_query engage_queries[];
#define ENGAGE_Q(name) (&engage_queries[ENGAGE_Q_##name])

#define ENGAGE_SECOND_US INT64_C(1000000)
#define ENGAGE_DAY_US (86400 * ENGAGE_SECOND_US)
enum { ENGAGE_TOKEN = 43, ENGAGE_HASH = 2 * CRYPT_SHA256 };

/* common.c */
bool engage_begin(const struct engage_scene *s, enum store_mode m, struct store_tx **tx, struct err *e) must_use;
/* Commits or not; wakes the mail. */
bool engage_done(const struct engage_scene *s, struct store_tx *tx, bool ok, struct err *e) must_use;
/* The same after something that finished pages show. */
bool engage_done_shown(const struct engage_scene *s, struct store_tx *tx, bool ok, struct err *e) must_use;
/* A statement as a transaction of its own. */
bool engage_run(const struct engage_scene *s, const struct store_query *q, const struct value *params, size_t n, int64_t *changes, struct err *e) must_use;
/* An HMAC of a text of this portal, in hexadecimal; the key is made of the server's first and does not change. `purpose` is a word. */
void engage_mac(const struct engage_scene *s, const char *purpose, struct str text, char out[2 * CRYPT_MAC + 1]);
struct str engage_mark(const struct engage_scene *s, struct str address);
/* A text for the store, and back; what cannot be opened is empty. */
bool engage_seal(const struct engage_scene *s, struct str plain, struct str *out, struct err *e) must_use;
struct str engage_open(const struct engage_scene *s, struct arena *a, struct str sealed);
/* A new secret for a link, and its hash for the store. */
void engage_secret(char token[ENGAGE_TOKEN + 1], char hash[ENGAGE_HASH + 1]);
void engage_hash(struct str token, char hash[ENGAGE_HASH + 1]);
struct account_scene engage_account_scene(const struct engage_scene *s);
struct str engage_portal(const struct engage_scene *s, const struct i18n_lang *l);
const struct i18n_lang *engage_lang(const struct engage_scene *s, struct str code);
struct mail_draft engage_draft(const struct engage_scene *s, struct str lang);
/* The title of a dataset in a language, or its identifier. */
struct str engage_title(const struct engage_scene *s, const struct dataset *d, struct str lang);
struct str engage_dataset_url(const struct engage_scene *s, struct str slug);
/* One line, or several, of UTF-8 without controls, at most so many bytes. */
bool engage_text_ok(struct str s, size_t most, bool lines);

/* picture.c: of a reuse, within the transaction that writes it; NULL: nothing is done. */
bool engage_picture_put(struct store_tx *tx, const struct engage_scene *s, int64_t id, const struct engage_picture *p_or_null, struct err *e) must_use;

/* Who is told something; each once. */
struct engage_reader { struct str email, lang; };
struct engage_readers { struct engage_reader items[50]; size_t n; };
void engage_reader_add(const struct engage_scene *s, struct engage_readers *r, struct str email, struct str lang);
/* Addresses of a comma list; what is none is left out. */
void engage_readers_add(const struct engage_scene *s, struct engage_readers *r, struct str list);
/* Active accounts that have a permission. */
bool engage_readers_may(const struct engage_scene *s, struct engage_readers *r, enum account_permission what, struct err *e) must_use;
/* Who somebody signed in is. */
bool engage_account(const struct engage_scene *s, int64_t id, struct account *out, struct err *e) must_use;

/* off.c: the address at the end of letters. `all`: of everything that the reader of this row follows. */
struct str engage_off_url(const struct engage_scene *s, int64_t id, int64_t asked, bool all);

#endif
