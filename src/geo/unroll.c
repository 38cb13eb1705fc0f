/* Shapes that pass the date line. They are told with longitudes that jump from one end of the map to the other (RFC 7946 would
 * have them cut there, and many files do not): drawn as they stand, they are bands around the world. Here each line goes on beyond
 * the end instead, and its copies a turn away lie where the other side is. A ring that does not come back to where it began
 * goes round a pole: it is closed along the pole, which is an edge of the map. */
#include <math.h>
#include "geo/wkb.h"

enum { TURN = 360 };

struct unrolling {
	struct arena *a;
	struct buf out;
	uint32_t shapes;
	bool crosses;
	enum geo_kind inside;     /* the simple kind being met */
	uint32_t left;            /* positions of the line being met */
	struct { VEC(double) x, y; } at;
	struct { VEC(size_t) v; } ends; /* of the lines of the polygon being met */
};

static void put_line(struct unrolling *u, size_t from, size_t to, double by)
{
	wkb_put_count(&u->out, (uint32_t)(to - from));
	for (size_t i = from; i < to; i++) {
		wkb_put_double(&u->out, u->at.x.p[i] + by);
		wkb_put_double(&u->out, u->at.y.p[i]);
	}
}

static void put_copy(struct unrolling *u, double by)
{
	bool polygon = u->inside == GEO_POLYGON;
	wkb_put_head(&u->out, polygon ? WKB_POLYGON : WKB_LINE);
	if (polygon)
		wkb_put_count(&u->out, (uint32_t)u->ends.v.n);
	for (size_t r = 0, from = 0; r < u->ends.v.n; from = u->ends.v.p[r++])
		put_line(u, from, u->ends.v.p[r], by);
	u->shapes++;
}

/* A line goes on where it jumped. Gives how far its end lies from its beginning by then: whole turns. */
static double unroll_line(struct unrolling *u, size_t from, size_t to)
{
	double last = to > from ? u->at.x.p[from] : 0;
	double by = 0;
	for (size_t i = from; i < to; i++) {
		double x = u->at.x.p[i];
		if (x - last > TURN / 2)
			by -= TURN;
		else if (x - last < -TURN / 2)
			by += TURN;
		last = x;
		u->at.x.p[i] = x + by;
	}
	return by;
}

static void add(struct unrolling *u, double x, double y)
{
	vec_push(u->a, &u->at.x, x);
	vec_push(u->a, &u->at.y, y);
}

/* From the end of the last ring to the pole, along it, and back to the beginning. */
static void close_at_pole(struct unrolling *u, size_t from)
{
	size_t n = u->at.x.n;
	double sum = 0;
	for (size_t i = from; i < n; i++)
		sum += u->at.y.p[i];
	double pole = sum < 0 ? -90 : 90;
	double first_x = u->at.x.p[from], first_y = u->at.y.p[from];
	add(u, u->at.x.p[n - 1], pole);
	add(u, first_x, pole);
	add(u, first_x, first_y);
	u->ends.v.p[u->ends.v.n - 1] = u->at.x.n;
}

static void range(const struct unrolling *u, size_t from, size_t to, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (size_t i = from; i < to; i++) {
		*low = fmin(*low, u->at.x.p[i]);
		*high = fmax(*high, u->at.x.p[i]);
	}
}

static void emit(struct unrolling *u)
{
	double low, high;
	size_t first = u->ends.v.n ? u->ends.v.p[0] : 0;
	for (size_t r = 0, from = 0; r < u->ends.v.n; from = u->ends.v.p[r++]) {
		double by = unroll_line(u, from, u->ends.v.p[r]);
		if (u->inside == GEO_POLYGON && by != 0 && u->ends.v.n == 1) {
			close_at_pole(u, from);
			u->crosses = true;
			first = u->ends.v.p[0];
		}
	}
	range(u, 0, first, &low, &high);
	/* Holes lie within the first ring, wherever that went. */
	for (size_t r = 1; r < u->ends.v.n; r++) {
		double from, to;
		range(u, u->ends.v.p[r - 1], u->ends.v.p[r], &from, &to);
		double by = to < low ? TURN : from > high ? -TURN : 0;
		for (size_t i = u->ends.v.p[r - 1]; by != 0 && i < u->ends.v.p[r]; i++)
			u->at.x.p[i] += by;
	}
	put_copy(u, 0);
	u->crosses |= high > TURN / 2 || low < -TURN / 2;
	if (high > TURN / 2)
		put_copy(u, -TURN);
	if (low < -TURN / 2)
		put_copy(u, TURN);
}

static void begin(struct unrolling *u)
{
	u->at.x.n = u->at.y.n = u->ends.v.n = 0;
}

static void meet_open(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct unrolling *u = arg;
	(void)parts;
	if (kind > GEO_POLYGON)
		return;
	u->inside = kind;
	begin(u);
}

static void meet_line(void *arg, uint32_t positions)
{
	struct unrolling *u = arg;
	u->left = positions;
	if (!positions)
		vec_push(u->a, &u->ends.v, u->at.x.n);
}

static void meet_at(void *arg, double x, double y)
{
	struct unrolling *u = arg;
	if (u->inside == GEO_POINT) {
		geo_put_point(&u->out, x, y);
		u->shapes++;
		return;
	}
	vec_push(u->a, &u->at.x, x);
	vec_push(u->a, &u->at.y, y);
	if (u->left && --u->left == 0)
		vec_push(u->a, &u->ends.v, u->at.x.n);
}

static void meet_close(void *arg, enum geo_kind kind)
{
	struct unrolling *u = arg;
	if ((kind == GEO_LINE || kind == GEO_POLYGON) && u->ends.v.n)
		emit(u);
}

bool geo_unroll(struct arena *a, struct str wkb, struct str *out)
{
	static const struct geo_walker walker = { meet_open, meet_line, meet_at, meet_close };
	enum { ROOM = 4096, COPIES = 4 };
	struct unrolling u = { .a = a, .out = BUF_INIT(COPIES * wkb.n + ROOM) };
	struct err none = { 0 };
	struct str shapes;
	bool ok = geo_walk(wkb, &walker, &u) && buf_end(&u.out, &shapes, &none);
	if (ok && u.crosses) {
		auto_buf whole = BUF_INIT(shapes.n + ROOM);
		wkb_put_head(&whole, WKB_COLLECTION);
		wkb_put_count(&whole, u.shapes);
		buf_put(&whole, shapes);
		*out = arena_str(a, buf_str(&whole));
	} else if (ok) {
		*out = wkb;
	}
	buf_done(&u.out);
	return ok;
}
