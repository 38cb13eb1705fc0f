/* What the files of this room share. */
#ifndef RECORD_INSIDE_H
#define RECORD_INSIDE_H

#include "record/record.h"

/* Appends the GeoJSON geometry of WKB bytes, or null when they are no geometry. `spaced` is the CSV
 * spelling: coordinates first, a blank after commas and colons. */
void shape_put(struct buf *b, struct str wkb, bool spaced);
/* "Point", "Polygon" …, or an empty view. */
struct str shape_type(struct str wkb);
/* A date cut to its field's precision: 1988, 1988-01, 1988-01-15. */
void date_put(struct buf *b, int32_t days, struct str precision);
/* The address of a file cell: the text itself, or the member "url" of a JSON object. */
struct str file_url(struct arena *a, struct str cell);

#endif
