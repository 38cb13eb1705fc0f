/* Exports: the rows of a planned question written as a file to any sink, a batch at a time, so that
 * memory does not grow with the data. One format a file (fmt_<name>.c); the list of them stands in
 * meson.build. Refuses to know HTTP, and who may export what. Any thread; a run belongs to one. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/base.h"
#include "engine/engine.h"
#include "pool/pool.h"
#include "query/query.h"

/* Where bytes go: a file descriptor, a spool, a buffer. */
struct export_sink {
	bool (*write)(void *to, struct str bytes, struct err *e);
	void *to;
};

enum export_flags {
	EXPORT_GEO = 1u << 0,       /* offered only where there is a geometry */
	EXPORT_CATALOGUE = 1u << 1, /* also a format of the catalogue's own rows */
	EXPORT_PACKED = 1u << 8,    /* bytes that do not shrink any more: sent without gzip */
	EXPORT_IDS = 1u << 2,       /* names records: plan the question with_id */
	EXPORT_DATES = 1u << 3,     /* offered only where there is a date or a datetime */
	EXPORT_LEGACY = 1u << 9,    /* offered by former versions of the API only */
	EXPORT_NEEDS = 1u << 4,     /* the result itself must have what EXPORT_GEO or EXPORT_DATES says */
	/* Options it heeds; `compressed` is every format's. */
	EXPORT_TAKES_CSV = 1u << 16,    /* delimiter, quote_all, with_bom */
	EXPORT_TAKES_LISTS = 1u << 17,  /* list_separator */
	EXPORT_TAKES_LABELS = 1u << 18, /* use_labels */
	EXPORT_TAKES_EPSG = 1u << 19,
	EXPORT_TAKES_PARQUET = 1u << 20, /* parquet_compression */
	EXPORT_TAKES_NAME = 1u << 21,   /* name_field */
	EXPORT_TAKES_GPX = 1u << 22,    /* description_field_list, use_extension */
};

/* What the request may choose; zero is not the default: start from export_defaults. */
struct export_options {
	char delimiter;             /* csv: ; , tab | */
	struct str list_separator;  /* wherever several values stand in one cell */
	bool quote_all;             /* csv: every text */
	bool with_bom;              /* csv */
	bool use_labels;            /* labels of fields for headings, or beside names */
	bool compressed;            /* the whole file as gzip */
	struct str parquet_compression; /* "snappy" or "zstd" */
	int epsg;                   /* geojson, shp, fgb, gpkg, parquet: coordinate system of geometries */
	struct str name_field;      /* gpx, ov2: what names a place; empty: the first text */
	struct str description_field_list; /* gpx: fields in <desc>, with commas between; empty: see use_extension */
	bool use_extension;         /* gpx: other fields in <extensions> rather than in <desc> */
	bool epochs;                /* geojson: datetimes as milliseconds since 1970, as v2.0 of the API has them */
	struct str origin;          /* rdf: "https://data.example", what names of records and fields begin with */
};
struct export_options export_defaults(void);
/* Copies the texts of options into an arena. */
void export_options_keep(struct arena *a, struct export_options *o);

struct export_job {
	struct engine *engine;
	const struct query_plan *plan;
	struct export_options options;
	struct cancel *cancel_or_null;
	int64_t *rows_or_null; /* counts the records written; -1: the format cannot tell */
};

struct export;
struct export_format {
	const char *name, *mime, *suffix;
	unsigned flags;
	bool (*run)(struct export *x, struct err *e); /* for export_run */
};

/* All formats by name; ends with NULL. */
const struct export_format *const *export_formats(void);
const struct export_format *export_format_or_null(struct str name);
/* Whether a format is offered for what a caller sees of a dataset. Memory only. */
bool export_offered(const struct query_target *t, const struct export_format *f) must_use nonnull_all;
/* "csv", or "csv.gzip" and its media type when compressed. */
struct str export_suffix(struct arena *a, const struct export_format *f, const struct export_options *o);
struct str export_mime(const struct export_format *f, const struct export_options *o);

/* Whether the format can be made of this result, for telling before the first byte: ERR_PARAMETER when
 * it needs a geometry or a date and the result has none, when a field named by an option is not in the
 * result, or when epsg is unknown. export_run asks too. */
bool export_check(const struct export_job *j, const struct export_format *f, struct err *e) must_use nonnull_all;
/* Writes the whole export. Formats that need temporary files have them below the data folder's "tmp",
 * gone when it returns; export_sweep removes what a crash left there. What was written before a failure
 * is not a valid file. Borrows everything. */
bool export_run(const struct export_job *j, const struct export_format *f, const struct export_sink *to,
                struct err *e) must_use nonnull_all;

/* At start, before anybody writes. */
void export_sweep(const struct engine *g);

/* A sink that appends to a buf (ERR_TOO_LARGE past its ceiling) and one that writes to a descriptor
 * (`to` points at an int). */
bool export_to_buf(void *to, struct str bytes, struct err *e);
bool export_to_fd(void *to, struct str bytes, struct err *e);

#endif
