/* Files that GDAL writes: the door to it. The library is loaded by a process of its own (the role
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

#endif
