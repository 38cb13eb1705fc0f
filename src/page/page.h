/* Content pages: what their authors wrote, what is published of it, who may read and edit them. A page has a slug (unique, and what
 * its address says), a document and revisions of that; readers see the published revision, editors the newest one.
 *
 * A document is JSON, the same for the editor, the command line and the store:
 *	{"kind":"text","format":"markdown","title":{"en":"…"},"description":{"en":"…"},"tags":["…"],"image":"/…","template":"home",
 *	 "content":{"en":"…"}}
 *	{"kind":"grid","title":…,"css":{"en":"…"},"sections":[{"title":{"en":"…"},"ground":"plain","blocks":[{"type":"text","text":{"en":"…"}}, …]}]}
 * "css", of either kind, is the page's own stylesheet; it reaches nothing but the page's content.
 * Texts are an object with a text for each language, or one text for all. What blocks hold are rows of blocks.def; page_check
 * says what is wrong by section, block and field.
 *
 * What readers see is a struct page_view, an immutable snapshot counted while it is held. Refuses to know who asks (that is
 * content/) and what a page looks like. Threads: any. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "base/base.h"
#include "clock/clock.h"
#include "i18n/i18n.h"
#include "json/json.h"
#include "store/store.h"
#include "value/value.h"

struct pages;

enum page_kind { PAGE_TEXT, PAGE_GRID };
enum page_format { PAGE_MARKDOWN, PAGE_HTML };
enum { PAGE_DOC_BYTES = 1 << 20, PAGE_CSS_BYTES = 64 << 10, PAGE_SLUG = 100, PAGE_REVISIONS = 20, PAGE_SECTIONS = 40, PAGE_BLOCKS = 4, PAGE_TAGS = 20, PAGE_TITLE = 300,
	PAGE_MOST = 2000, PAGE_KEPT_DAYS = 30 };

struct page_right { int64_t account, group; bool edits; }; /* one of account and group is 0 */

struct page {
	int64_t id;
	struct str slug;
	enum page_kind kind;
	enum page_format format;
	const struct json_node *root;  /* the document */
	struct str doc;                /* its text */
	bool open;                     /* everybody may read it */
	bool archived;
	int64_t author;                /* account; 0: nobody any more, or the command line */
	struct instant created, changed, published_at;
	int64_t revision, published;   /* newest, public; 0: not published */
	const struct page_right *rights;
	size_t nrights;
};
struct page_view {
	struct tenant_id tenant;
	const struct page *pages;      /* by slug */
	size_t n;
};

bool pages_open(struct store *s, struct pages **out, struct err *e) must_use nonnull_all;
void pages_close(struct pages *ps);
/* Called after each change of a portal's pages: answers made before are no longer good. Set before any other thread. */
void pages_on_change(struct pages *ps, void (*changed)(void *arg, struct tenant_id t), void *arg);
/* Forgets for good what was removed more than PAGE_KEPT_DAYS ago. */
bool pages_sweep(struct pages *ps, struct err *e) must_use nonnull_all;

/* Published pages of a portal, held until pages_release. Asks the store at first use and after changes. */
bool pages_hold(struct pages *ps, struct tenant_id t, const struct page_view **out, struct err *e) must_use nonnull_all;
/* All pages as their editors have them: the newest revision, of this moment. Also ended by pages_release. */
bool pages_read(struct pages *ps, struct tenant_id t, const struct page_view **out, struct err *e) must_use nonnull_all;
void pages_release(struct pages *ps, const struct page_view *v_or_null);
const struct page *page_find_or_null(const struct page_view *v, struct str slug) nonnull_all;
const struct page *page_of_id_or_null(const struct page_view *v, int64_t id) nonnull_all;

/* Of texts (an object by language, or one text): that of a language, else of the portal's default, else any; may be empty. */
struct str page_text(const struct json_node *texts_or_null, struct str lang, struct str otherwise);
struct str page_heading(const struct page *p, struct str lang, struct str otherwise) nonnull_all;
/* True when the texts say something in that very language (or in all). */
bool page_speaks(const struct json_node *texts_or_null, struct str lang);

/* --- check.c: documents ------------------------------------------------------------------------------------- */

/* What is wrong with a document, and where: sections and blocks from 1, 0: the page itself. `message` is an English message,
 * `field` the label of the field, another one, or NULL. */
struct page_fault { int section, block; const char *field, *message; struct str detail; };
enum { PAGE_FAULTS = 40 };
struct page_faults { struct page_fault items[PAGE_FAULTS]; size_t n; };
/* Reads a document. False: it is not JSON at all, or too large. Faults of its content are noted; `finished` asks for what publishing
 * needs, too (titles, datasets), which a draft may lack. */
bool page_check(struct str doc, bool finished, struct page_faults *faults, struct arena *a, struct err *e) must_use nonnull_all;
/* "Section 2, block 1, Dataset: …" in English, for the command line. */
struct str page_fault_text(const struct page_fault *f, struct arena *a) nonnull_all;
/* [a-z0-9-_], 1 to PAGE_SLUG. */
bool page_slug_ok(struct str slug) must_use;

/* Fields of blocks: rows of blocks.def. */
enum page_field_kind {
	PAGE_F_TEXTS,      /* a line in each language */
	PAGE_F_MARKDOWN,   /* a text in each language */
	PAGE_F_DATASET, PAGE_F_FIELD,
	PAGE_F_FIELDS,     /* names, comma list */
	PAGE_F_CHOICE, PAGE_F_NUMBER, PAGE_F_SWITCH,
	PAGE_F_LINK,       /* a path of this portal, https, mailto */
	PAGE_F_IMAGE,      /* a path of this portal, or data:image */
	PAGE_F_FRAME,      /* https:// */
	PAGE_F_CONDITIONS, /* [{"field":…,"is":"gt","value":["…"],"or":true}, …] */
	PAGE_F_JSON,       /* an object, kept as it is */
};
struct page_field {
	const char *name;
	enum page_field_kind kind;
	bool required;
	const char *label, *hint;  /* messages; hint may be NULL */
	const char *choices;       /* of a choice: "count,sum"; of a number: "1,20" */
	const char *of;            /* needed only when this field … */
	const char *is;            /* … has another value than this */
};
struct page_block { const char *word, *title, *sentence; const struct page_field *fields; }; /* fields end with one without name */
extern const struct page_block page_blocks[]; /* ends with a row without word */
const struct page_block *page_block_or_null(struct str word);
/* What stands for a choice, an English message; and comparisons of conditions, which end with a row without word. */
const char *page_choice_label(struct str word) __attribute__((returns_nonnull));
struct page_comparison { const char *word, *label; bool alone; }; /* alone: takes no value */
extern const struct page_comparison page_comparisons[];

/* --- changes ---------------------------------------------------------------------------------------------------- */

/* Writes a new revision, or with id 0 a new page. `base`: the revision the author began from; another is there by now: ERR_PRECONDITION.
 * ERR_PARAMETER and ERR_CONFLICT name the slug. A document that says the same as the newest makes no revision. */
struct page_put {
	int64_t id, base;
	struct str slug;        /* of a new page */
	struct str doc;         /* page_check has seen it */
	int64_t author;
	bool open;              /* of a new page */
};
bool page_put(struct pages *ps, struct tenant_id t, const struct page_put *c, int64_t *id, int64_t *revision, struct err *e) must_use nonnull_all;
/* Makes the newest revision the public one, or takes the page back. */
bool page_publish(struct pages *ps, struct tenant_id t, int64_t id, bool on, struct err *e) must_use nonnull_all;
/* Only while it is not published: ERR_CONFLICT. */
bool page_rename(struct pages *ps, struct tenant_id t, int64_t id, struct str slug, struct err *e) must_use nonnull_all;
bool page_archive(struct pages *ps, struct tenant_id t, int64_t id, bool on, struct err *e) must_use nonnull_all;
bool page_access(struct pages *ps, struct tenant_id t, int64_t id, bool open, const struct page_right *rights, size_t n, struct err *e) must_use;
/* Gone for readers and lists; comes back for PAGE_KEPT_DAYS, unless another page has taken its slug: ERR_CONFLICT. */
bool page_remove(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) must_use nonnull_all;
bool page_unremove(struct pages *ps, struct tenant_id t, int64_t id, struct err *e) must_use nonnull_all;

struct page_revision { int64_t number, author; struct instant at; };
/* Newest first, in the arena. */
bool page_revisions(struct pages *ps, struct tenant_id t, int64_t id, struct arena *a, struct page_revision **out, size_t *n, struct err *e) must_use nonnull_all;
/* The document of one; ERR_NOT_FOUND. */
bool page_revision_doc(struct pages *ps, struct tenant_id t, int64_t id, int64_t number, struct arena *a, struct str *out, struct err *e) must_use nonnull_all;

/* --- markdown.c ------------------------------------------------------------------------------------------------- */

/* CommonMark with tables, strikethrough and links that are only typed, as HTML; markup inside it is handed on as it is, for the
 * caller to clean. ERR_TOO_LARGE. */
bool page_markdown(struct pages *ps, struct str markdown, struct buf *out, struct err *e) must_use nonnull_all;

#endif
