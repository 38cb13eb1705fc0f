/* A point that stands for a shape: the centre of mass of its parts of highest dimension, in degrees.
 * Formulas: area centroid by the shoelace sum over rings taken about the first vertex, length centroid
 * by segments, mean of points (P. Bourke, "Calculating the area and centroid of a polygon"). */
#include "ingest/fill.h"
#include <math.h>

struct wkb {
	const unsigned char *p, *end;
	bool swap;
};
struct sums {
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

static bool take_point(struct wkb *w, int ordinates, struct sums *s, double *x, double *y)
{
	double ignored;
	if (!take_double(w, x) || !take_double(w, y)) return false;
	for (int i = 2; i < ordinates; i++)
		if (!take_double(w, &ignored)) return false;
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

bool point_of_shape(struct str wkb, double *lat, double *lon)
{
	struct wkb w = { .p = (const unsigned char *)wkb.p, .end = (const unsigned char *)wkb.p + wkb.n };
	struct sums s = { 0 };
	if (!shape(&w, &s, 0)) return false;
	for (int d = 2; d >= 0; d--) {
		if (!(s.weight[d] > 0)) continue;
		*lon = s.ox + s.x[d] / s.weight[d];
		*lat = s.oy + s.y[d] / s.weight[d];
		return isfinite(*lat) && isfinite(*lon);
	}
	return false;
}
