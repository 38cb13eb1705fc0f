/* JSON values as rows of cells: what the JSON formats share. */
#ifndef INGEST_JSON_ROWS_H
#define INGEST_JSON_ROWS_H

#include "ingest/load.h"

struct json_rows {
	struct source *s;
	struct arena names;    /* keys and the map; lives as long as the source */
	struct map columns;    /* key → index + 1 */
	struct arena row;      /* texts of the present row */
	struct json_doc *doc;  /* of the present row */
	struct str object;     /* keys joined by points: only what stands there is read; empty: all */
	struct cell *cells;
	size_t ncells;
};
void json_rows_init(struct json_rows *r, struct source *s);
void json_rows_done(struct json_rows *r);
/* A column that comes first and is filled by the caller. */
void json_rows_first(struct json_rows *r, struct str label);
/* Names the columns of rows that are arrays. */
void json_rows_name(struct json_rows *r, const struct json_node *headings);
/* Reads one value as a row: an object (a GeoJSON Feature by its properties and geometry), an array, or
 * a scalar. Cells are borrowed until the next call. */
bool json_rows_read(struct json_rows *r, struct str text, struct row *out, struct err *e) must_use;
/* The same from a value that was read already; its document must outlive the row. */
void json_rows_take(struct json_rows *r, const struct json_node *root, struct row *out);

#endif
