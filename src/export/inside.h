/* What a format sees of the run it is part of. */
#ifndef EXPORT_INSIDE_H
#define EXPORT_INSIDE_H

#include "export/export.h"
#include "geo/geo.h"

struct export {
	const struct export_job *job;
	const struct export_sink *to;
	struct arena arena;           /* ends with the run */
	struct buf out;               /* text on its way; export_flush sends it */
	struct record_style style;
	struct str *headings;         /* keys, or labels when asked for */
	const struct record_column *columns;
	size_t ncolumns;
	void *state;                  /* the format's own */
};

/* Sends `out` when it is worth a write. Call after every row or so. */
enum { EXPORT_CHUNK = 128 * 1024 };
bool export_flush(struct export *x, bool all, struct err *e) must_use;
/* Sends bytes that need not be copied; what is in `out` goes first. */
bool export_put(struct export *x, struct str bytes, struct err *e) must_use;
/* Calls `each` for every batch of the plan's rows. */
bool export_batches(struct export *x, bool (*each)(struct export *x, const struct batch *rows, struct err *e),
                    struct err *e) must_use;

/* --- text.c: cells as plain text ------------------------------------------------------------------- */

/* As CSV has it, without quotes; a view of the cell or of scratch. Empty for null. */
struct str export_text(struct export *x, struct buf *scratch, size_t column, const struct column *c, size_t row);
/* The first column of text, or the one named by name_or_empty; ncolumns when there is none. */
size_t export_naming(const struct export *x, struct str name_or_empty);
/* What people call a column: the label of its field, else its key. */
struct str export_label(const struct export *x, size_t column);
/* True when the result's dates stand for months or years. */
bool export_is_cut(const struct export *x, size_t column);

/* --- feature.c: the geometry of a row -------------------------------------------------------------- */

/* The first shape of the result, else its first point; null where there is none, or where the
 * coordinate system asked for has no place for it. */
struct feature {
	size_t column;                   /* ncolumns: the result has no geometry */
	bool point;                      /* every geometry is a point */
	struct geo_transform *transform; /* NULL: as it is stored */
	struct buf wkb;
};
/* projected: by the option epsg. Ends with feature_close whatever it answers. */
bool feature_open(struct feature *f, const struct export *x, bool projected, struct err *e) must_use;
void feature_close(struct feature *f);
/* WKB until the next call; empty for null. */
struct str feature_of(struct feature *f, const struct batch *b, size_t row);
size_t feature_column(const struct record_column *columns, size_t n);

/* A sink for pack_zip_open whose argument is the run. */
bool export_zip_sink(void *arg, struct str bytes, struct err *e);

/* --- convert.c: formats written by a library in a process of its own --------------------------------- */

/* As a zip of shapefiles, or as a GeoPackage. */
bool export_convert(struct export *x, bool shapefile, struct err *e) must_use;

#endif
