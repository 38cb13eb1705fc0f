/* Places in cells: read in any spelling, written in one. */
#include "process/place.h"
#include <math.h>
#include "text/text.h"

void *place_open(struct process_step *s, size_t bytes)
{
	struct place *p = arena_bytes(s->keep, bytes);
	p->geo = geo_new();
	s->own = p;
	return p;
}

void place_close(struct process_step *s)
{
	struct place *p = s->own;
	if (!p) return;
	geo_transform_close(p->system);
	geo_free(p->geo);
}

void place_system(struct process_step *s, struct process_faults *f, size_t parameter)
{
	struct place *p = s->own;
	int64_t epsg = s->values[parameter].whole;
	struct err e = { 0 };
	if (epsg == GEO_WGS84 || epsg == 0) return;
	if (epsg < 0 || epsg > INT32_MAX || !geo_transform_open((int)epsg, &p->system, &e))
		process_step_fault(s, f, s->kind->parameters[parameter].name,
		                   "expected the EPSG code of a projected or geographic coordinate system, such as 4326, 3857 or 2154; %lld is none.", (long long)epsg);
}

bool place_point(const struct process_step *s, struct cell c, double *lat, double *lon)
{
	const struct place *p = s->own;
	return geo_spelled_point(p->geo, c.text, lat, lon);
}

bool place_shape(const struct process_step *s, struct cell c, struct str *wkb, const char **why)
{
	const struct place *p = s->own;
	struct err e = { 0 };
	if (geo_parse(p->geo, process_arena(s), c.text, wkb, &e)) return true;
	*why = "This is no geometry: GeoJSON, WKT or WKB in hexadecimal is expected, with the longitude first.";
	return false;
}

static void put_ordinate(struct buf *b, double v)
{
	double rounded = round(v * 1e7) / 1e7;
	text_put_double_plain(b, rounded + 0.0 > 0 || rounded < 0 ? rounded : 0);
}

void place_put_point(struct process_step *s, struct process_row *r, size_t column, double lat, double lon)
{
	auto_buf b = BUF_INIT(100);
	put_ordinate(&b, lat);
	buf_put_char(&b, ',');
	put_ordinate(&b, lon);
	char *to = process_bytes(s, b.n);
	if (!to) {
		process_too_large(s, r, column);
		return;
	}
	memcpy(to, b.p, b.n);
	process_put(r, column, str_make(to, b.n), CELL_STRING);
}

void place_put_shape(struct process_step *s, struct process_row *r, size_t column, struct str wkb)
{
	const struct place *p = s->own;
	auto_buf b = BUF_INIT(PROCESS_MOST_CELL);
	bool fine = geo_put_geojson(p->geo, &b, wkb);
	char *to = fine && !b.over ? process_bytes(s, b.n) : NULL;
	if (!to) {
		if (fine) process_too_large(s, r, column);
		else process_tell(s, r, column, (struct str){ 0 }, "This geometry holds a position that is no number.");
		return;
	}
	memcpy(to, b.p, b.n);
	process_put(r, column, str_make(to, b.n), CELL_SHAPE);
}
