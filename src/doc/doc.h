/* A document as structure: blocks of text in reading order, without any look. One tree, several renderers: HTML (view/),
 * tagged PDF (pdf/), plain text and the comparison of two documents (here). Refuses to know HTML, fonts and messages.
 *
 * Everything lives in the arena given to doc_new and is never freed alone; texts handed in are kept, not copied, so they
 * must live as long. Texts are UTF-8. Building never fails: what strangers can enlarge is bounded where it is read. A
 * document belongs to one thread while it grows; afterwards any number may read it. */
#ifndef DOC_DOC_H
#define DOC_DOC_H

#include "base/base.h"

/* --- text ----------------------------------------------------------------------------------------- */

enum doc_look {
	DOC_STRONG = 1u << 0,
	DOC_EMPHASIS = 1u << 1,
	DOC_CODE = 1u << 2,     /* a name for machines: fixed letters, left to right, not translated */
	DOC_LTR = 1u << 3,      /* an address: left to right wherever it stands */
	DOC_SOFT = 1u << 4,     /* less important than its neighbours */
	DOC_INSERTED = 1u << 5, /* of a comparison */
	DOC_DELETED = 1u << 6,
	DOC_APART = 1u << 7     /* somebody's own words: their direction is their own */
};
/* Spans that carry the same link are one link. */
struct doc_link {
	struct str url;         /* absolute, or "/…" of the document's own origin, or mailto: */
	struct str about;       /* where it leads, for who does not see the words around it */
};
enum doc_value_kind { DOC_NO_VALUE, DOC_DATA, DOC_TIME };
struct doc_span {
	struct doc_span *next;
	struct str text;
	unsigned look;                /* enum doc_look */
	const struct doc_link *link;  /* or NULL */
	struct str lang;              /* when it is not the document's; else empty */
	enum doc_value_kind value_kind;
	struct str value;             /* what the text says, for machines: a number, a date of ISO 8601 */
};

/* --- blocks --------------------------------------------------------------------------------------- */

enum doc_kind {
	DOC_HEADING,     /* level 1 … 6, id */
	DOC_PARAGRAPH,
	DOC_LEAD,        /* the first paragraph, larger */
	DOC_NOTICE,      /* a paragraph about the document rather than of it */
	DOC_LIST,        /* of DOC_ITEM */
	DOC_ITEM,        /* text, then perhaps lists */
	DOC_DEFINITIONS, /* of DOC_TERM and DOC_MEANING in turn */
	DOC_TERM,
	DOC_MEANING,
	DOC_TABLE,       /* its text is the caption; of DOC_ROW, those with `head` first */
	DOC_ROW,         /* of DOC_CELL */
	DOC_CELL,        /* `head`: of its column in a head row, else of its row; `columns` it spans */
	DOC_SECTION      /* of any; id */
};
/* Where a block is shown: paper has nothing to press. */
enum doc_medium { DOC_EVERYWHERE, DOC_SCREEN, DOC_PAPER };
struct doc_block {
	enum doc_kind kind;
	enum doc_medium medium;
	struct doc_block *first, *last, *next;
	struct doc_span *spans, *last_span;
	struct str id;          /* of headings and sections; may be empty */
	struct str lang;        /* of all its text, when it is not the document's; else empty */
	bool rtl;               /* with lang */
	int level;
	int columns;            /* of a table: how many; of a cell: how many it spans, at least 1 */
	bool ordered;           /* of a list */
	bool head;              /* of a row or a cell */
	bool detail;            /* a row that tells more of the one before */
	bool has_button;        /* its link is the thing to do here, shown as a button on screen */
};
struct doc {
	struct arena *arena;
	struct str title;
	struct str lang;        /* "fr" */
	bool rtl;
	struct doc_block root;  /* a section */
};

struct doc *doc_new(struct arena *a, struct str title, struct str lang, bool rtl);
/* A block at the end of another; under == NULL: of the document. */
struct doc_block *doc_add(struct doc *d, struct doc_block *under_or_null, enum doc_kind kind);
struct doc_block *doc_heading(struct doc *d, struct doc_block *under_or_null, int level, struct str id);
/* A row of n plain cells is built cell by cell: this adds one, spanning so many columns. */
struct doc_block *doc_cell(struct doc *d, struct doc_block *row, bool head, int columns);
/* Text at the end of a block. */
struct doc_span *doc_put(struct doc *d, struct doc_block *b, struct str text, unsigned look);
struct doc_span *doc_put_link(struct doc *d, struct doc_block *b, struct str text, struct str url, struct str about);
struct doc_span *doc_put_value(struct doc *d, struct doc_block *b, struct str text, enum doc_value_kind kind, struct str value);

/* The words of a block, spans joined; in the arena. */
struct str doc_text(const struct doc_block *b, struct arena *a);
/* The whole as plain text for one medium (DOC_SCREEN or DOC_PAPER): a line for each block that has words, in reading
 * order. */
void doc_put_text(struct buf *b, const struct doc *d, enum doc_medium medium);
/* What a reader of the other medium does not get is left out. */
bool doc_is_shown(const struct doc_block *b, enum doc_medium medium);

/* --- compare.c ------------------------------------------------------------------------------------- */

/* What became of `before` in `after`, word by word: a flat document in d (under `under`) whose changed blocks carry spans
 * that are inserted or deleted; blocks that stayed as they were are left out, except headings above a change. Gives how many
 * blocks changed. Time is bounded: texts that differ too much are shown as one deletion and one insertion. */
size_t doc_compare(struct doc *d, struct doc_block *under, const struct doc *before, const struct doc *after);

/* --- markdown.c ------------------------------------------------------------------------------------ */

enum { DOC_MARKDOWN_BYTES = 64 << 10, DOC_MARKDOWN_DEPTH = 4 };
/* Restricted Markdown as blocks under another, for what administrators add to documents (POL-11): headings from level 3 on
 * without gaps, paragraphs, lists, links to http, https, mailto and paths of the site, emphasis, code, tables of up to 12
 * columns. HTML is text. Fails with ERR_INVALID, naming the line: a picture, a link to elsewhere, a text of more than
 * DOC_MARKDOWN_BYTES, lists deeper than DOC_MARKDOWN_DEPTH. Nothing is added then. Keeps the text. */
bool doc_markdown(struct doc *d, struct doc_block *under, struct str text, struct err *e) must_use nonnull_all;
/* The check alone, for who publishes. */
bool doc_markdown_check(struct str text, struct err *e) must_use nonnull_all;

#endif
