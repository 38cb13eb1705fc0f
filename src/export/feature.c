/* The geometry of a row, for all formats that have one a row: the first shape of the result, else its
 * first point (Explore API §12.6). */
#include "export/inside.h"

size_t feature_column(const struct record_column *columns, size_t n)
{
	size_t point = n;
	for (size_t i = 0; i < n; i++) {
		if (columns[i].type.type == VALUE_SHAPE) return i;
		if (columns[i].type.type == VALUE_POINT && point == n) point = i;
	}
	return point;
}

bool feature_open(struct feature *f, const struct export *x, bool projected, struct err *e)
{
	int epsg = x->job->options.epsg;
	*f = (struct feature){ .column = feature_column(x->columns, x->ncolumns), .wkb = BUF_INIT((size_t)1 << 30) };
	f->point = f->column < x->ncolumns && x->columns[f->column].type.type == VALUE_POINT;
	return !projected || epsg == GEO_WGS84 || geo_transform_open(epsg, &f->transform, e);
}

void feature_close(struct feature *f)
{
	geo_transform_close(f->transform);
	buf_done(&f->wkb);
}

struct str feature_of(struct feature *f, const struct batch *b, size_t row)
{
	const struct column *c = f->column < b->ncolumns ? &b->columns[f->column] : NULL;
	if (!c || !column_has(c, row)) return STR("");
	buf_clear(&f->wkb);
	if (!f->point && !f->transform) return c->texts[row];
	if (!f->point) return geo_transform_shape(f->transform, c->texts[row], &f->wkb) ? buf_str(&f->wkb) : STR("");
	double lon = c->lons[row];
	double lat = c->lats[row];
	if (f->transform && !geo_transform_point(f->transform, lon, lat, &lon, &lat)) return STR("");
	geo_put_point(&f->wkb, lon, lat);
	return buf_str(&f->wkb);
}
