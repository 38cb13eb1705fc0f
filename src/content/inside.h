/* What the files of this room share. */
#ifndef CONTENT_INSIDE_H
#define CONTENT_INSIDE_H

#include "content/content.h"

/* A page that is being shown. */
struct content {
	struct view_page *page;
	struct html *h;
	const struct visit *v;
	const struct content_shelf *shelf;
	struct content_census census;
	struct str lang, otherwise;  /* of texts */
	/* The page's own filters, as the address has them: of one dataset. */
	struct str filtered;         /* its identifier; empty: the page has none */
	const struct str *refine;    /* "field:value" */
	size_t nrefine;
	int level;                   /* of the headings of blocks: 2 or 3 */
	struct err *trouble;
};
struct str content_text(const struct content *c, const struct json_node *block, const char *field);
/* A failure in place of a block's content. */
void content_complain(struct content *c, const struct err *e);

/* --- data.c: asking ------------------------------------------------------------------------------------------ */

enum { CONTENT_COLUMNS = 20, CONTENT_ROWS = 200 };
struct content_ask {
	struct str dataset, select, group_by, order_by;
	const struct json_node *conditions; /* of the block; may be NULL */
	int64_t limit;
	bool everything;             /* not narrowed by the page's filters: what a figure is compared with */
};
struct content_cell { struct str text; double number; bool has, is_number; };
struct content_rows {
	const struct dataset *dataset;  /* the reader's copy */
	const struct schema *schema;
	size_t ncolumns, nrows;
	struct str labels[CONTENT_COLUMNS];
	struct content_cell *cells;     /* row by row */
};
bool content_ask(struct content *c, const struct content_ask *q, struct content_rows *out, struct err *e) must_use nonnull_all;
/* A dataset as its reader has it; its rows may be read. ERR_NOT_FOUND, ERR_FORBIDDEN. */
bool content_dataset(struct content *c, struct str slug, struct rights_dataset *out, struct err *e) must_use nonnull_all;
/* Conditions as ODSQL; empty: none. ERR_PARAMETER names the field that cannot be compared so. */
bool content_where(struct content *c, const struct json_node *conditions, const struct schema *s, struct str *out, struct err *e) must_use;
struct str content_field(struct arena *a, struct str name); /* between backquotes */
/* Values to filter by. */
bool content_facets(struct content *c, struct str dataset, const struct str *names, size_t n, struct query_facets *out, const struct schema **schema,
                    struct err *e) must_use nonnull_all;

/* --- blocks.c, figures.c: writing ----------------------------------------------------------------------------- */

void content_put_block(struct content *c, const struct json_node *block);
typedef void content_block(struct content *c, const struct json_node *block);
content_block content_block_kpi, content_block_chart, content_block_map, content_block_table, content_block_records, content_block_filters;
void content_put_heading(struct content *c, const struct json_node *block);

#endif
