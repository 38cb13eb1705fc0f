/* The cookie policy of a portal as a document (POL-*), every fact of which comes from its registry; and a shelf of finished
 * PDF files (PDF-*). Refuses to know HTML, requests and who is reading: what depends on a reader is handed in, and shown on
 * screens only.
 *
 * What is in a PDF depends on the version, the language and the settings of the portal only, so that equal asks give equal
 * bytes: what moves while a version stays (the last verification, the announcement of the next version, that it was
 * superseded) is for screens. Threads: any. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/base.h"
#include "clock/clock.h"
#include "doc/doc.h"
#include "i18n/i18n.h"
#include "registry/registry.h"

/* --- build.c --------------------------------------------------------------------------------------- */

/* What this reader has chosen; only in pages that are theirs alone (POL-9). */
struct policy_reader {
	bool stored;                     /* a valid choice came along */
	bool refused_by_signal;          /* GPC or DNT said no, and nothing chosen prevails */
	bool gpc;
	bool objects;                    /* to audience measurement */
	const struct str *granted;       /* names of services */
	size_t ngranted;
};
/* Texts and the registry are borrowed and must live as long as the document. */
struct policy_ask {
	const struct registry *registry; /* the version to show */
	const struct i18n_lang *lang;    /* of our sentences */
	struct str lang_code;            /* the same as the portal lists it */
	struct str wanted;               /* a language asked for and not offered; or empty */
	const struct clock_zone *zone;
	bool heading_address;            /* the portal's address is named in the heading of the tables */
	struct str authoritative;        /* the language that counts; empty: none is singled out */
	struct str reviewed;             /* languages whose translation a person has reviewed, comma list */
	struct str elsewhere;            /* address of a policy that the portal keeps elsewhere; or empty */
	struct instant superseded;       /* when a later version came into force; 0: this one is in force, or to come */
	int64_t pending;                 /* a version that is to come; 0: none */
	struct instant pending_effective;
	const struct policy_reader *reader_or_null;
};
struct doc *policy_doc(struct arena *a, const struct policy_ask *ask) nonnull_all __attribute__((returns_nonnull));
/* A name of a language in a language of the product; its code when it has none. */
struct str policy_language_name(const struct i18n_lang *reader, struct str code);

/* --- say.c: messages in documents ------------------------------------------------------------------ */

enum policy_arg_kind { POLICY_TEXT, POLICY_APART, POLICY_STRONG, POLICY_CODE, POLICY_LINK, POLICY_ADDRESS, POLICY_COUNT, POLICY_DATE };
struct policy_arg {
	enum policy_arg_kind kind;
	struct str s;                    /* the words; of ADDRESS: the address, which is its own words */
	struct str url, about;           /* of LINK, ADDRESS */
	int64_t n;                       /* of COUNT; of DATE: microseconds */
};
struct policy_voice {
	struct doc *doc;
	const struct i18n_lang *lang;
	const struct clock_zone *zone;
};
/* A message in the voice's language at the end of a block; {0} … {9} are replaced. */
void policy_say(const struct policy_voice *v, struct doc_block *to, const char *message);
void policy_say_args(const struct policy_voice *v, struct doc_block *to, const char *message, const struct policy_arg *args, size_t n);
#define policy_say_with(v, to, message, ...)                                                               \
	policy_say_args((v), (to), (message), (const struct policy_arg[]){ __VA_ARGS__ },                  \
	                COUNT_OF(((const struct policy_arg[]){ __VA_ARGS__ })))
/* {0} is n by locale; value: what is meant, for machines. */
void policy_say_plural(const struct policy_voice *v, struct doc_block *to, const char *one, const char *many, int64_t n, struct str value);

/* --- pdf.c, shelf.c --------------------------------------------------------------------------------- */

struct policy_pdf_facts {
	uint32_t accent;                 /* dark enough on white */
};
/* The document of an ask as a PDF; a letter without a font is a warning in *missing (0: none). */
bool policy_write_pdf(const struct policy_ask *ask, const struct policy_pdf_facts *f, struct buf *out, size_t *missing, struct err *e)
	must_use nonnull_all;

/* Finished files, at most POLICY_SHELF_BYTES of them, the longest unused going first; at most POLICY_AT_ONCE are
 * made at a time, and one that is being made is waited for. */
enum { POLICY_SHELF_BYTES = 16 << 20, POLICY_AT_ONCE = 4, POLICY_ETAG = 32 + 1 };
struct policy_shelf;
void policy_shelf_open(struct policy_shelf **out) nonnull_all;
void policy_shelf_close(struct policy_shelf *s_or_null);
struct policy_file {
	struct str bytes;                /* in the arena */
	char etag[POLICY_ETAG];          /* of the bytes */
	size_t missing;
};
bool policy_shelf_get(struct policy_shelf *s, const struct policy_ask *ask, const struct policy_pdf_facts *f, struct arena *a,
                      struct policy_file *out, struct err *e) must_use nonnull_all;
struct policy_shelf_stats { int64_t made, given, most_at_once; size_t bytes, files; };
void policy_shelf_stats(struct policy_shelf *s, struct policy_shelf_stats *out) nonnull_all;

#endif
