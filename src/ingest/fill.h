/* Rows of cells into batches: casts, rejects, derived points, lists. A fill is one batch's memory,
 * used again and again; while one is being written by the sink's thread another is filled. */
#ifndef INGEST_FILL_H
#define INGEST_FILL_H

#include "geo/geo.h"
#include "ingest/load.h"
#include "ingest/prove.h"
#include "record/record.h"

struct clock_zone;

/* One field of the new version. */
struct plan_column {
	int from;                   /* cell of the row; -1: derived */
	struct verdict as;
	const struct field *field;
	const struct clock_zone *zone; /* of datetimes without offset */
	bool identity;              /* a cell that does not fit rejects its row */
	bool truncate;              /* int: decimals are cut off */
	bool facet_said;            /* whether it is a facet was decided, not found */
	int lat, lon;               /* derived from two numeric columns of the plan; -1: not */
	int shape;                  /* derived from a shape column of the plan; -1: not */
};
struct plan {
	struct schema schema;
	struct plan_column *columns; /* `total` of them: as many as fields, and those that only others are made of */
	size_t total;
};

struct slab; /* text of a batch */
struct fill_column {
	struct column column;
	void *cells;                 /* ints, doubles … by type */
	double *lons;
	uint64_t valid[LIMIT_BATCH_ROWS / 64];
	VEC(struct str) items;
};
struct fill {
	const struct plan *plan;
	struct arena fixed;          /* the arrays */
	struct arena lists;          /* items; rewound each batch */
	struct slab *slab;
	struct fill_column *columns;
	size_t ncolumns;             /* of the plan, those that are no fields too */
	struct batch batch;
	uint8_t (*ids)[RECORD_ID_BYTES];
	size_t nrows;
	size_t fixed_bytes;
};
struct fill *fill_new(const struct plan *plan);
void fill_free(struct fill *f);
void fill_clear(struct fill *f);
/* What it holds in memory. */
size_t fill_bytes(const struct fill *f);
/* Text kept until the next clear. */
struct str fill_keep(struct fill *f, struct str s);

/* What casting needs besides the cell. */
struct caster {
	struct load *load;
	const struct plan *plan;
	struct geo *geo;
	struct arena scratch;
	struct ingest_dates *dates;  /* one a field; rows of fields that are not dates stay unused */
	bool *has_dates;
};
/* Adds a row; *kept false when it was rejected as a whole. */
bool fill_row(struct fill *f, struct caster *c, const struct row *r, bool *kept, struct err *e) must_use;

/* point.c: a point that stands for a shape: the centre of mass of its highest dimension. */
bool point_of_shape(struct str wkb, double *lat, double *lon);

/* feed.c: the sink's thread. */
struct feed;
struct feed *feed_open(struct load *l, const struct plan *plan, struct err *e);
/* An empty fill to work on; NULL when the sink has failed (feed_close tells why). */
struct fill *feed_take(struct feed *f);
void feed_give(struct feed *f, struct fill *full);
/* Waits until everything is written; false with the sink's failure. */
bool feed_close(struct feed *f, struct err *e) must_use;

#endif
