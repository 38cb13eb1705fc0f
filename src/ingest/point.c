/* A point that stands for a shape: the centre of mass of its parts of highest dimension, in degrees. A shape that passes the date line is taken
 * together on one side of it: it is there where a line jumps half a turn or more, or where both ends of the map are touched, and where counting
 * from 0 to 360 makes it narrower and leaves no jump (a shape round a pole, or round the world, has one either way).
 * Formulas: area centroid by the shoelace sum over rings taken about the first vertex, length centroid
 * by segments, mean of points (P. Bourke, "Calculating the area and centroid of a polygon"). */
#include "ingest/fill.h"
#include <math.h>

struct wkb {
	const unsigned char *p, *end;
	bool swap;
};
enum { HALF = 180, TURN = 360 };
struct ends { double low, high, last; bool jumps; };
struct sums {
	struct ends given, shifted;   /* longitudes as they are, and from 0 to 360 */
	bool whole;                   /* a line goes from one end of the map to the other */
	bool shift;
	double weight[3], x[3], y[3]; /* by dimension: points, lines, areas */
	bool begun;
	double ox, oy; /* origin, so that sums stay small */
};

static bool take(struct wkb *w, void *to, size_t n)
{
	if ((size_t)(w->end - w->p) < n) return false;
	memcpy(to, w->p, n);
	w->p += n;
	return true;
}

static bool take_u32(struct wkb *w, uint32_t *out)
{
	if (!take(w, out, sizeof *out)) return false;
	if (w->swap) *out = __builtin_bswap32(*out);
	return true;
}

static bool take_double(struct wkb *w, double *out)
{
	uint64_t bits;
	if (!take(w, &bits, sizeof bits)) return false;
	if (w->swap) bits = __builtin_bswap64(bits);
	memcpy(out, &bits, sizeof bits);
	return true;
}

static void see(struct ends *n, double x)
{
	n->low = fmin(n->low, x);
	n->high = fmax(n->high, x);
	n->jumps |= fabs(x - n->last) >= HALF;
	n->last = x;
}

static bool take_point(struct wkb *w, int ordinates, struct sums *s, double *x, double *y)
{
	double ignored;
	if (!take_double(w, x) || !take_double(w, y)) return false;
	for (int i = 2; i < ordinates; i++)
		if (!take_double(w, &ignored)) return false;
	double shifted = *x < 0 ? *x + TURN : *x;
	s->whole |= fabs(*x - s->given.last) >= TURN;
	see(&s->given, *x);
	see(&s->shifted, shifted);
	if (s->shift) *x = shifted;
	if (!s->begun) {
		s->begun = true;
		s->ox = *x;
		s->oy = *y;
	}
	*x -= s->ox;
	*y -= s->oy;
	return true;
}

static void add(struct sums *s, int dimension, double weight, double x, double y)
{
	s->weight[dimension] += weight;
	s->x[dimension] += weight * x;
	s->y[dimension] += weight * y;
}

/* A line, or a ring whose signed area counts: holes run the other way round and subtract, whatever the
 * direction the outer ring has. */
static bool path(struct wkb *w, int ordinates, struct sums *s, bool ring, int outer)
{
	uint32_t n;
	if (!take_u32(w, &n) || n > (size_t)(w->end - w->p) / 16) return false;
	double x0 = 0;
	double y0 = 0;
	double area = 0;
	double cx = 0;
	double cy = 0;
	s->given.last = s->shifted.last = NAN;
	for (uint32_t i = 0; i < n; i++) {
		double x;
		double y;
		if (!take_point(w, ordinates, s, &x, &y)) return false;
		if (i > 0) {
			double cross = x0 * y - x * y0;
			area += cross;
			cx += (x0 + x) * cross;
			cy += (y0 + y) * cross;
			add(s, 1, hypot(x - x0, y - y0), (x + x0) / 2, (y + y0) / 2);
		} else {
			add(s, 0, 1, x, y);
		}
		x0 = x;
		y0 = y;
	}
	if (!ring || area == 0) return true;
	double sign = (outer ? 1.0 : -1.0) * (area < 0 ? -1.0 : 1.0);
	s->weight[2] += sign * area / 2;
	s->x[2] += sign * cx / 6;
	s->y[2] += sign * cy / 6;
	return true;
}

static bool shape(struct wkb *w, struct sums *s, int depth)
{
	unsigned char order;
	uint32_t type;
	if (depth > 16 || !take(w, &order, 1)) return false;
	w->swap = order == 0;
	if (!take_u32(w, &type)) return false;
	int ordinates = 2 + ((type & 0x80000000u) != 0) + ((type & 0x40000000u) != 0);
	if (type & 0x20000000u) w->p += num_min((ptrdiff_t)4, w->end - w->p);
	type &= 0x0fffffffu;
	if (type >= 1000) ordinates = type >= 3000 ? 4 : 3;
	type %= 1000;
	uint32_t n;
	double x;
	double y;
	if (type == 1) {
		s->given.last = s->shifted.last = NAN;
		if (!take_point(w, ordinates, s, &x, &y)) return false;
		if (!isnan(x)) add(s, 0, 1, x, y);
		return true;
	}
	if (type == 2) return path(w, ordinates, s, false, 0);
	if (type < 1 || type > 7 || !take_u32(w, &n)) return false;
	for (uint32_t i = 0; i < n; i++)
		if (type == 3 ? !path(w, ordinates, s, true, i == 0) : !shape(w, s, depth + 1)) return false;
	return true;
}

static bool sum(struct str wkb, bool shift, struct sums *s)
{
	struct wkb w = { .p = (const unsigned char *)wkb.p, .end = (const unsigned char *)wkb.p + wkb.n };
	*s = (struct sums){ .given = { INFINITY, -INFINITY, NAN, false }, .shifted = { INFINITY, -INFINITY, NAN, false }, .shift = shift };
	return shape(&w, s, 0);
}

static bool passes_date_line(const struct sums *s)
{
	bool meets = s->given.jumps || (s->given.low <= -HALF && s->given.high >= HALF);
	return meets && !s->whole && !s->shifted.jumps && s->shifted.high - s->shifted.low < s->given.high - s->given.low;
}

bool point_of_shape(struct str wkb, double *lat, double *lon)
{
	struct sums s;
	if (!sum(wkb, false, &s) || (passes_date_line(&s) && !sum(wkb, true, &s))) return false;
	for (int d = 2; d >= 0; d--) {
		if (!(s.weight[d] > 0)) continue;
		*lon = s.ox + s.x[d] / s.weight[d];
		*lat = s.oy + s.y[d] / s.weight[d];
		if (*lon > HALF && *lon <= TURN) *lon -= TURN;
		return isfinite(*lat) && isfinite(*lon);
	}
	return false;
}
