/* What both ends of the conversation share. Settings are JSON; rows follow on CHILD_FD in the order of the
 * machine, since both ends are one:
 *   u32  bytes of the row after this number
 *   u32  bytes of WKB, then the WKB
 *   then for each field: u8 present; int i64 · double f64 · bool u8 · date i32 ·
 *   datetime i64 microseconds · text u32 bytes, then the bytes */
#ifndef GDAL_INSIDE_H
#define GDAL_INSIDE_H

#include "gdal/gdal.h"

enum gdal_frame { GDAL_FRAME_DONE = 1, GDAL_FRAME_ERROR };
enum { GDAL_ROW_BYTES = 1 << 30 };

/* write.c: the work of the child, after the settings. */
struct gdal_settings {
	enum gdal_driver driver;
	const char *folder, *name;
	int epsg;
	bool points;
	struct gdal_field *fields;
	const char **names; /* of the fields */
	size_t nfields;
};
struct gdal_set;
bool gdal_load(struct arena *a, const struct gdal_settings *s, struct gdal_set **out, struct err *e) must_use;
bool gdal_open(struct gdal_set *w, struct err *e) must_use;
bool gdal_write(struct gdal_set *w, struct str row, struct err *e) must_use;
bool gdal_close(struct gdal_set *w, struct err *e) must_use;

#endif
