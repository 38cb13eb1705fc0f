/* Places in cells: what the processors of the geo family share. */
#ifndef PROCESS_PLACE_H
#define PROCESS_PLACE_H

#include "geo/geo.h"
#include "process/inside.h"

/* The beginning of what such a processor keeps (s->own). */
struct place {
	struct geo *geo;
	struct geo_transform *system; /* NULL: positions are WGS 84 already */
};
/* Makes s->own, a struct of `bytes` that begins with a struct place. */
void *place_open(struct process_step *s, size_t bytes);
void place_close(struct process_step *s);
/* The system named by a parameter of kind EPSG; a fault when it is not known. */
void place_system(struct process_step *s, struct process_faults *f, size_t parameter);

/* Latitude and longitude of a cell that spells a point. */
bool place_point(const struct process_step *s, struct cell c, double *lat, double *lon);
/* A shape of GeoJSON (also a Feature), WKT or WKB in hexadecimal, as WKB in the row's memory; *why is a sentence when it is none. */
bool place_shape(const struct process_step *s, struct cell c, struct str *wkb, const char **why);

/* "lat,lon" in seven decimals, which is a centimetre. */
void place_put_point(struct process_step *s, struct process_row *r, size_t column, double lat, double lon);
/* As GeoJSON. */
void place_put_shape(struct process_step *s, struct process_row *r, size_t column, struct str wkb);

#endif
