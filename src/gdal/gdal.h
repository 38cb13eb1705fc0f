/* Files that GDAL writes and reads: the door to it. The library is loaded by a process of its own (the role
 * "__convert"), shut in a cage before the first row comes: with its many libraries it would slow every start of the
 * program, and a fault or a hunger of its own costs one file and not the server. Rows travel to that
 * process through a socket, so memory stays flat on both sides. No network, no configuration files, no
 * environment reach the library.
 *
 * Refuses to know where rows come from, and what becomes of the files. Errors: ERR_SYSTEM when the library
 * is missing or fails, ERR_DISK_FULL, ERR_TOO_LARGE when the process needed more than it may have, or the
 * format has no room for so much; ERR_CANCELLED. Threads: a writer belongs to one, which stays until
 * gdal_end or gdal_drop. */
#ifndef GDAL_GDAL_H
#define GDAL_GDAL_H

#include "base/base.h"
#include "clock/clock.h"
#include "pool/pool.h"
#include "value/value.h"

#define GDAL_ROLE "__convert"

enum gdal_driver {
	GDAL_SHAPEFILE,  /* <name>.shp, .shx, .dbf, .prj, .cpg; a set for each kind of geometry, when there are several:
	                  * <name>_points, _multipoints, _lines, _polygons; collections go into the sets of their parts */
	GDAL_GEOPACKAGE, /* <name>.gpkg with one layer <name> (of letters, digits, "_" and "-"); with a spatial index up
	                  * to two million rows */
};

struct gdal_field {
	struct str name;      /* as the format allows it: unique, at most 10 letters in a shapefile */
	enum value_type type; /* TEXT INT DOUBLE BOOL DATE DATETIME (written in UTC; not in a shapefile) */
};

struct gdal_job {
	enum gdal_driver driver;
	const char *folder;   /* absolute; empty; everything is written there */
	struct str name;
	int epsg;             /* of the geometries, x first */
	bool points;          /* every geometry is a point */
	const struct gdal_field *fields;
	size_t nfields;
	struct cancel *cancel_or_null;
};

struct gdal_writer;
bool gdal_begin(const struct gdal_job *j, struct gdal_writer **out, struct err *e) must_use nonnull_all;
/* One row: WKB (empty: none) and a value for each field, of its type or null. */
bool gdal_row(struct gdal_writer *w, struct str wkb, const struct value *values, struct err *e) must_use;
/* The files are whole when it answers true. Takes w whatever it answers. */
bool gdal_end(struct gdal_writer *w, struct err *e) must_use nonnull_all;
void gdal_drop(struct gdal_writer *w_or_null);

/* The role: gives the exit code of the process. */
int gdal_child_main(void);

/* --- reading ----------------------------------------------------------------------------------------------
 * In the calling process, which must be in a cage already (ingest/): the library is loaded when the first reader is
 * opened, and sees no other files than those handed in, under names of their own. Shapes come in WGS 84 and
 * two dimensions, curves as lines. A reader belongs to one thread. */

/* What the cage must let be read for it: the libraries, coordinate systems. */
extern const char *const gdal_read_folders[];
enum { GDAL_READ_FOLDERS = 7 };

struct gdal_file { struct str name; int fd; int64_t bytes; };
struct gdal_source {
	const char *driver;          /* "ESRI Shapefile", "GPKG", "FlatGeobuf", "KML", "GPX", "GML", "MapInfo File", "TopoJSON", "OSM" */
	const struct gdal_file *files; /* borrowed, with their descriptors */
	size_t nfiles;
	struct str first;            /* name of the file that is opened */
	struct str layer;            /* empty: the only one, else the largest */
	bool all_layers;             /* one after the other, where no layer is named */
	bool raw;                    /* texts come as the bytes of the file: their encoding is somebody else's */
	int epsg;                    /* in place of what the file says; 0: as it says */
	const char *const *options;  /* NAME=VALUE, ends with NULL; may be NULL */
	struct str settings;         /* of OSM: name of the file that says which tags are fields; empty: none */
	bool centroids;              /* points in place of polygons */
	const char *folder;          /* for what the library keeps aside; may be NULL */
};
enum gdal_cell_kind { GDAL_NONE, GDAL_TEXT, GDAL_NUMBER, GDAL_TRUTH, GDAL_LIST, GDAL_NEST };
struct gdal_cell { struct str text; enum gdal_cell_kind kind; };
struct gdal_feature {
	size_t layer;
	int64_t fid;
	const struct gdal_cell *cells; /* as many as the layer has fields; borrowed until the next feature */
	struct str geometry;           /* GeoJSON; empty: none */
	bool misplaced;                /* a shape that has no place in WGS 84; geometry is then empty */
};
struct gdal_layer {
	struct str name;
	struct str *fields;          /* names, as they stand in the file */
	size_t nfields;
	int64_t features;            /* -1: not told without counting */
	bool shapes;                 /* has a geometry */
};
struct gdal_reader;
/* ERR_BAD_SOURCE: what is wrong with the file, or which layers there are when the one asked for is none of them. */
bool gdal_reader_open(const struct gdal_source *s, struct gdal_reader **out, struct err *e) must_use nonnull_all;
/* Those that are read, in their order. */
size_t gdal_reader_layers(const struct gdal_reader *r, const struct gdal_layer **out) nonnull_all;
/* All layers of the file, by name. */
size_t gdal_reader_names(const struct gdal_reader *r, const struct str **out) nonnull_all;
bool gdal_reader_rewind(struct gdal_reader *r, struct err *e) must_use nonnull_all;
bool gdal_reader_next(struct gdal_reader *r, struct gdal_feature *out, bool *more, struct err *e) must_use nonnull_all;
void gdal_reader_close(struct gdal_reader *r_or_null);

#endif
