/* Shows content pages: publishers' HTML and Markdown cleaned by an allow-list, and grids of blocks with the figures, tables and lists of
 * datasets written by the server, within the rights of whoever reads. What a reader may not see of a dataset is said calmly in
 * its block; the rest of the page stays. Refuses to know addresses, and how pages are kept (page/).
 *
 * In texts of pages these words stand for values: {{portal.title}} {{portal.description}} {{count.datasets}} {{count.records}}
 * {{count.themes}} {{count.publishers}}. Elements that pages may hold are rows of elements.def: each owner adds its own.
 * Threads: a page belongs to the thread of its request. */
#ifndef CONTENT_CONTENT_H
#define CONTENT_CONTENT_H

#include "base/base.h"
#include "page/page.h"
#include "view/view.h"
#include "visitor/visitor.h"

/* --- who may (rights.c) ------------------------------------------------------------------------------------ */

bool content_may_read(const struct visit *v, const struct page *p) must_use nonnull_all;
bool content_may_edit(const struct visit *v, const struct page *p) must_use nonnull_all;
/* Its publication and who may see it: whoever edits all pages, or the author with the permission for one's own. */
bool content_may_publish(const struct visit *v, const struct page *p) must_use nonnull_all;
bool content_may_manage(const struct visit *v, const struct page *p) must_use nonnull_all;

/* --- what a portal has (census.c) --------------------------------------------------------------------------- */

struct content_count { struct str name; int64_t n; };
struct content_census {
	const struct dataset **datasets; /* what the reader sees, newest first */
	size_t ndatasets;
	int64_t records;
	struct content_count *themes, *publishers; /* most first */
	size_t nthemes, npublishers;
};
/* Counted once, in the visit's arena. */
void content_census(const struct visit *v, struct content_census *out) nonnull_all;

/* --- parts of the catalogue, lent by whoever shows it --------------------------------------------------------- */

struct content_shelf {
	void (*search)(struct html *h, struct str words, const struct view_state *state_or_null);
	void (*cards)(struct html *h, const struct visit *v, const struct dataset *const *list, size_t n, bool lines);
	void (*pictogram)(struct html *h, struct str theme);
	struct str (*theme)(struct html *h, struct str theme);
	/* Datasets by popularity, at most `most`, in the arena; 0 when nothing is counted. */
	size_t (*popular)(const struct visit *v, const struct dataset **out, size_t most);
	/* Reuses that are shown to everybody; false, and nothing written, when there are none. */
	bool (*reuses)(struct html *h, const struct visit *v, size_t most);
};

/* Rows of the built-in home, also blocks of pages; each writes a heading when it is given one. */
void content_put_counters(struct html *h, const struct content_census *c) nonnull_all;
void content_put_themes(struct html *h, const struct content_census *c, const struct content_shelf *s) nonnull_all;
void content_put_publishers(struct html *h, const struct visit *v, const struct content_census *c, size_t most) nonnull_all;

/* --- showing ----------------------------------------------------------------------------------------------------- */

/* Writes a page's content into an open view_page. What went wrong with single blocks is shown in them; the first failure of the
 * system (not of rights or of the page) is noted in *trouble for the log. */
void content_put(struct view_page *page, const struct page *p, const struct content_shelf *shelf, struct err *trouble) nonnull_all;
/* The same for a document that is not kept, as a preview. ERR_BAD_REQUEST when it is not JSON. */
bool content_put_doc(struct view_page *page, struct str doc, const struct content_shelf *shelf, struct err *trouble, struct err *e) must_use nonnull_all;
/* Publishers' HTML, cleaned. */
void content_put_html(struct view_page *page, const struct content_census *census_or_null, struct str html);
/* Markdown, then the same. */
bool content_put_markdown(struct view_page *page, const struct content_census *census_or_null, struct str markdown, struct err *e) must_use;

/* --- elements and templates ---------------------------------------------------------------------------------------- */

struct content_element { const char *name, *attributes; }; /* names with blanks between them */
extern const struct content_element content_elements[];    /* ends with a row without name */

/* Documents that new pages begin with: rows of templates.def; ends with a row without word. */
struct content_template { const char *word, *title, *sentence, *doc; };
extern const struct content_template content_templates[];
/* The document with a title of one's own, in a language; words of the template are looked up in it. In the arena. */
struct str content_template_doc(const struct content_template *t, struct arena *a, struct str title, struct str lang_code, const struct i18n_lang *l) nonnull_all;

#endif
