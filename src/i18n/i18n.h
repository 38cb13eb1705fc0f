/* Words in the reader's language. Messages are written in English in the source and looked up in
 * compiled gettext catalogues that are part of the binary. Refuses gettext's global state: the language
 * is always an argument, and nothing here remembers anything. Every function is safe on any thread;
 * every text given lives for ever. */
#ifndef I18N_I18N_H
#define I18N_I18N_H

#include "base/base.h"

/* Marks a message for extraction where it stands in a table and is looked up later. */
#define N_(message) message
/* The same for the two English forms of a message that counts. */
#define N2_(one, many) one, many

struct i18n_lang {
	struct str code; /* "fr" */
	struct str name; /* in itself: "Français" */
	bool rtl;
	struct str mo;   /* the compiled catalogue; empty for English */
};

/* --- catalog.c ----------------------------------------------------------------------------------- */

/* All languages of the product, English first. */
size_t i18n_languages(const struct i18n_lang **out) must_use nonnull_all;
/* The language of a code, its region left aside ("pt-BR" is Portuguese), any case; NULL when the
 * product does not speak it. */
const struct i18n_lang *i18n_lang_or_null(struct str code);
const struct i18n_lang *i18n_english(void) __attribute__((returns_nonnull));

/* A message in a language, or the message itself when the catalogue lacks it. */
struct str i18n_text(const struct i18n_lang *l, const char *message) nonnull_all;
/* The form of a message that goes with n; the caller puts the number in its place. */
struct str i18n_plural(const struct i18n_lang *l, const char *one, const char *many, int64_t n) nonnull_all;
/* Writes a text, {0} … {9} of it replaced by what is given; a number beyond stands for nothing. */
void i18n_put_filled(struct buf *b, struct str text, const struct str *args, size_t n);
/* True when the catalogue has the message; for tests of completeness. */
bool i18n_has(const struct i18n_lang *l, const char *message) must_use nonnull_all;

/* --- reason.c ------------------------------------------------------------------------------------ */

/* Why something failed, in a reader's language. Such sentences (what err_set and its kind make, lines of job logs, faults of rows) are
 * made, kept, logged and told to programs in English; they are recognised by their templates when they are shown. The templates are those of
 * scripts/reasons, with what it takes in po/ under the context "reason". A text is written
 *   - as the translation of the template that has most letters in common with it, its values put in their places: a value that is itself
 *     such a sentence is translated, too, unless it stands in quotation marks; any other stays, set apart by FSI and PDI in a language
 *     that is written from right to left;
 *   - else sentence by sentence ("A. B."), when each is known;
 *   - else behind a prefix ("cities.csv: A"), when the rest is known;
 *   - else as it is.
 * Nothing of a text is ever lost, whatever it holds. */
void i18n_put_reason(struct buf *b, const struct i18n_lang *l, struct str english) nonnull_all;
/* The same as a text in an arena. */
struct str i18n_reason(const struct i18n_lang *l, struct arena *a, struct str english) must_use nonnull_all;
/* The i-th template, with {0} … {9} where values stand; the empty text beyond the last. For tests. */
struct str i18n_template(size_t i) must_use;
/* The translation of a template, or the empty text. For tests. */
struct str i18n_template_in(const struct i18n_lang *l, size_t i) must_use nonnull_all;

/* --- inside the room: catalog.c ------------------------------------------------------------------ */

/* The translation of a message by its whole key (its context, U+0004, the message), or the empty text. */
struct str i18n_by_key(const struct i18n_lang *l, struct str key) must_use nonnull_all;

/* --- plural.c ------------------------------------------------------------------------------------ */

/* The value of a C expression over n, as catalogues state their plural rule ("n != 1"). False when
 * the text is not one. */
bool i18n_plural_rule(struct str expression, uint64_t n, uint64_t *out) must_use nonnull_all;

/* --- choose.c ------------------------------------------------------------------------------------ */

/* What a request says about language; empty texts were not said. */
struct i18n_wish {
	struct str flg;                  /* query parameter, "fr-fr" */
	const struct str *cookies;       /* distinct values of the language cookie */
	size_t ncookies;
	struct str account;              /* what somebody signed in prefers */
	struct str accept;               /* Accept-Language */
	const struct str *offered;       /* codes of the portal, the default first; at least one */
	size_t noffered;
};
/* Index into `offered`: the flg parameter, then the cookie, the account's language, then Accept-Language by descending
 * weight, then the default. */
size_t i18n_choose(const struct i18n_wish *w) must_use nonnull_all;
/* Index of a code in a list by exact match, ASCII case ignored, or -1. */
ptrdiff_t i18n_find(const struct str *offered, size_t n, struct str code) must_use;
/* Index of the language a flg parameter asks for, or -1: exact, then without its region. */
ptrdiff_t i18n_find_flg(const struct str *offered, size_t n, struct str flg) must_use;

#endif
