/* Circles, polygons and boxes: latitude comes first in v1, longitude first in ODSQL. Longitudes beyond the
 * antimeridian, as maps that were turned send them, are brought back for circles and boxes. */
#include <math.h>
#include "qv1/places.h"
#include "text/text.h"

static struct odsql_node *refuse(struct reader *r, struct str text, const char *wanted)
{
	(void)odsql_complain(r->e, ODSQL_QV1, "'%.*s' is not %s.", STR_ARG(text_cut(text, 60)), wanted);
	return NULL;
}

/* n numbers apart by commas, nothing else. */
static bool read_numbers(struct str text, double *out, size_t n)
{
	struct str part;
	size_t got = 0;
	if (!text.n) return false;
	while (str_cut(&text, ',', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR("+"))) part = str_from(part, 1);
		if (got == n || !text_to_double(part, &out[got])) return false;
		got++;
	}
	return got == n;
}

static bool is_place(double lat, double lon) { return fabs(lat) <= 90 && fabs(lon) <= 540; }

static double turned(double lon)
{
	while (lon > 180) lon -= 360;
	while (lon < -180) lon += 360;
	return lon;
}

static struct odsql_node *number(struct reader *r, double v)
{
	struct odsql_node *n = odsql_leaf(r->arena, ODSQL_DOUBLE, STR(""));
	n->d = v;
	return n;
}

struct odsql_node *place_circle(struct reader *r, struct odsql_node *field, struct str centre, struct str metres)
{
	double at[2];
	double m;
	if (!read_numbers(centre, at, 2) || !is_place(at[0], at[1]))
		return refuse(r, centre, "a place: \"latitude,longitude\" in degrees is expected");
	if (!read_numbers(metres, &m, 1) || m < 0)
		return refuse(r, metres, "a distance: a number of metres is expected");
	auto_buf b = BUF_INIT(200);
	buf_lit(&b, "POINT(");
	text_put_double(&b, turned(at[1]));
	buf_put_char(&b, ' ');
	text_put_double(&b, at[0]);
	buf_put_char(&b, ')');
	struct odsql_node *length = odsql_leaf(r->arena, ODSQL_LENGTH, STR(""));
	length->d = m;
	struct odsql_node *const args[] = { field, odsql_leaf(r->arena, ODSQL_GEOM, arena_str(r->arena, buf_str(&b))), length };
	return odsql_call(r->arena, ODSQL_WHERE, "within_distance", args, 3);
}

/* (lat,lon),(lat,lon),… to WKT; false when it is not that. */
static bool put_corners(struct buf *b, struct str s)
{
	size_t n = 0;
	double first[2] = { 0 };
	while (s.n) {
		double at[2];
		ptrdiff_t close = str_find_char(s, ')');
		if (s.p[0] != '(' || close < 0 || !read_numbers(str_sub(s, 1, (size_t)close - 1), at, 2)) return false;
		if (!is_place(at[0], at[1])) return false;
		if (!n) memcpy(first, at, sizeof first);
		if (n++) buf_lit(b, ", ");
		text_put_double(b, at[1]);
		buf_put_char(b, ' ');
		text_put_double(b, at[0]);
		s = str_trim(str_from(s, (size_t)close + 1));
		if (!s.n) break;
		if (s.p[0] != ',') return false;
		s = str_trim(str_from(s, 1));
		if (!s.n) return false;
	}
	buf_lit(b, ", ");
	text_put_double(b, first[1]);
	buf_put_char(b, ' ');
	text_put_double(b, first[0]);
	return n >= 3;
}

struct odsql_node *place_polygon(struct reader *r, struct odsql_node *field, struct str corners)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES * 4);
	struct str s = str_trim(corners);
	/* One more pair of parentheses around everything. */
	if (str_starts(s, STR("(")) && str_starts(str_trim(str_from(s, 1)), STR("("))) {
		s = str_trim(str_from(s, 1));
		if (str_ends(s, STR(")"))) s = str_trim(str_sub(s, 0, s.n - 1));
	}
	buf_lit(&b, "POLYGON((");
	if (!put_corners(&b, s)) return refuse(r, corners, "a polygon: \"(lat,lon),(lat,lon),(lat,lon)…\" is expected");
	buf_lit(&b, "))");
	struct odsql_node *const args[] = { field, odsql_leaf(r->arena, ODSQL_GEOM, arena_str(r->arena, buf_str(&b))) };
	return odsql_call(r->arena, ODSQL_WHERE, "geometry", args, 2);
}

struct odsql_node *place_box(struct reader *r, struct odsql_node *field, struct str corners)
{
	double at[4];
	if (!read_numbers(corners, at, 4) || !is_place(at[0], at[1]) || !is_place(at[2], at[3]))
		return refuse(r, corners, "a box: \"south,west,north,east\" in degrees is expected");
	bool whole_turn = at[3] - at[1] >= 360;
	struct odsql_node *const args[] = { field, number(r, at[0]), number(r, whole_turn ? -180 : turned(at[1])),
		number(r, at[2]), number(r, whole_turn ? 180 : turned(at[3])) };
	return odsql_call(r->arena, ODSQL_WHERE, "in_bbox", args, 5);
}
