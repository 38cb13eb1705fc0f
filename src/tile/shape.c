/* Shapes into whole units: cut by geo/, then every line without positions that fall on the one before or say little, every
 * ring turned as the specification wants it (outer rings have a positive area where y points down), rings without area left out. */
#include <math.h>
#include <stdlib.h>
#include "tile/inside.h"

struct drawing {
	struct tile_layer *l;
	struct tile_pen pen;
	enum tile_type type;     /* what is drawn; parts of other dimensions are passed by */
	enum geo_kind inside;    /* the simple kind being met */
	size_t ring;             /* of the polygon being met */
	bool outer_drawn;
	uint32_t left;           /* positions of the line being met */
	struct tile_points line;
	uint32_t points;         /* of a feature of points */
	bool drew;
};

static enum tile_type type_of(enum geo_kind k)
{
	if (k == GEO_POINT) return TILE_POINTS;
	return k == GEO_LINE ? TILE_LINES : TILE_POLYGONS;
}

static void meet_open(void *arg, enum geo_kind kind, uint32_t parts)
{
	struct drawing *d = arg;
	(void)parts;
	if (kind > GEO_POLYGON) return;
	d->inside = kind;
	d->ring = 0;
	d->outer_drawn = false;
}

static void meet_line(void *arg, uint32_t positions)
{
	struct drawing *d = arg;
	d->left = positions;
	d->line.v.n = 0;
}

/* Twice the area, positive when the ring turns clockwise on the screen. */
static int64_t area_of(const struct tile_points *r)
{
	int64_t sum = 0;
	for (size_t i = 0; i < r->v.n; i++) {
		struct tile_point a = r->v.p[i];
		struct tile_point b = r->v.p[(i + 1) % r->v.n];
		sum += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
	}
	return sum;
}

static void turn(struct tile_points *r)
{
	for (size_t i = 0, k = r->v.n; i < k / 2; i++) {
		struct tile_point kept = r->v.p[i];
		r->v.p[i] = r->v.p[k - 1 - i];
		r->v.p[k - 1 - i] = kept;
	}
}

/* The square of how far a place lies from a stretch. */
static double off(struct tile_point p, struct tile_point a, struct tile_point b)
{
	double dx = (double)b.x - a.x;
	double dy = (double)b.y - a.y;
	double ax = (double)p.x - a.x;
	double ay = (double)p.y - a.y;
	double length = dx * dx + dy * dy;
	double t = length > 0 ? fmax(0, fmin(1, (ax * dx + ay * dy) / length)) : 0;
	return (ax - t * dx) * (ax - t * dx) + (ay - t * dy) * (ay - t * dy);
}

struct stretch { size_t from, to; };
struct stretches { VEC(struct stretch) v; };

/* Douglas and Peucker: of every stretch the farthest position stays when it is far enough off. Ends stay; a ring's end is its
 * beginning. */
static void simplify(struct drawing *d)
{
	/* Four units are half a pixel of a tile that is shown at 512. */
	enum { DETAIL = 4 };
	struct tile_points *p = &d->line;
	struct stretches todo = { 0 };
	if (p->v.n < 3) return;
	bool *keep = arena_array(&d->l->scratch, bool, p->v.n);
	keep[0] = keep[p->v.n - 1] = true;
	vec_push(&d->l->scratch, &todo.v, (struct stretch){ 0, p->v.n - 1 });
	while (todo.v.n) {
		struct stretch s = todo.v.p[--todo.v.n];
		double most = DETAIL * DETAIL;
		size_t farthest = 0;
		for (size_t i = s.from + 1; i < s.to; i++) {
			double far = off(p->v.p[i], p->v.p[s.from], p->v.p[s.to]);
			if (far <= most) continue;
			most = far;
			farthest = i;
		}
		if (!farthest) continue;
		keep[farthest] = true;
		vec_push(&d->l->scratch, &todo.v, (struct stretch){ s.from, farthest });
		vec_push(&d->l->scratch, &todo.v, (struct stretch){ farthest, s.to });
	}
	size_t n = 0;
	for (size_t i = 0; i < p->v.n; i++)
		if (keep[i]) p->v.p[n++] = p->v.p[i];
	p->v.n = n;
}

static void put_line(struct drawing *d, bool closed)
{
	struct tile_points *p = &d->line;
	tile_put_command(&d->pen, TILE_MOVE, 1);
	tile_put_point(&d->pen, p->v.p[0]);
	tile_put_command(&d->pen, TILE_LINE, (uint32_t)(p->v.n - 1));
	for (size_t i = 1; i < p->v.n; i++) tile_put_point(&d->pen, p->v.p[i]);
	if (closed) tile_put_command(&d->pen, TILE_CLOSE, 1);
	d->drew = true;
}

static void end_ring(struct drawing *d)
{
	struct tile_points *p = &d->line;
	bool outer = d->ring++ == 0;
	simplify(d);
	if (p->v.n && p->v.p[0].x == p->v.p[p->v.n - 1].x && p->v.p[0].y == p->v.p[p->v.n - 1].y) p->v.n--;
	int64_t area = p->v.n >= 3 ? area_of(p) : 0;
	if (!area || (!outer && !d->outer_drawn)) return;
	if ((area > 0) != outer) turn(p);
	if (outer) d->outer_drawn = true;
	put_line(d, true);
}

static void meet_point(struct drawing *d, struct tile_point at)
{
	/* A dot is drawn whole by the one tile that it belongs to. */
	if (at.x < 0 || at.y < 0 || at.x >= TILE_SIDE || at.y >= TILE_SIDE) return;
	vec_push(&d->l->scratch, &d->line.v, at);
	d->points++;
}

static int32_t whole(double v)
{
	/* Far beyond any tile, so that sums of products stay within 64 bits. */
	enum { FAR = 1 << 28 };
	return (int32_t)lround(fmax(-FAR, fmin(FAR, v)));
}

static void meet_at(void *arg, double lon, double lat)
{
	struct drawing *d = arg;
	double x;
	double y;
	bool counts = type_of(d->inside) == d->type;
	if (isfinite(lon) && isfinite(lat) && counts) {
		tile_of(d->l->at, lon, lat, &x, &y);
		struct tile_point at = { whole(x), whole(y) };
		const struct tile_point *last = d->line.v.n ? &d->line.v.p[d->line.v.n - 1] : NULL;
		if (d->type == TILE_POINTS) meet_point(d, at);
		else if (!last || last->x != at.x || last->y != at.y) vec_push(&d->l->scratch, &d->line.v, at);
	}
	if (d->type == TILE_POINTS || !d->left || --d->left || !counts) return;
	if (d->type == TILE_POLYGONS) {
		end_ring(d);
		return;
	}
	simplify(d);
	if (d->line.v.n >= 2) put_line(d, false);
}

static void meet_close(void *arg, enum geo_kind kind)
{
	(void)arg;
	(void)kind;
}

/* The highest dimension among the parts. */
static void see_open(void *arg, enum geo_kind kind, uint32_t parts)
{
	enum tile_type *best = arg;
	(void)parts;
	if (kind <= GEO_POLYGON && type_of(kind) > *best) *best = type_of(kind);
}
static void see_line(void *arg, uint32_t positions) { (void)arg; (void)positions; }
static void see_at(void *arg, double x, double y) { (void)arg; (void)x; (void)y; }

static bool draw(struct tile_layer *l, struct str wkb, enum tile_type type)
{
	static const struct geo_walker walker = { meet_open, meet_line, meet_at, meet_close };
	struct drawing d = { .l = l, .pen.out = &l->geometry, .type = type };
	buf_clear(&l->geometry);
	if (!geo_walk(wkb, &walker, &d)) return false;
	if (type == TILE_POINTS && d.points) {
		tile_put_command(&d.pen, TILE_MOVE, d.points);
		for (size_t i = 0; i < d.line.v.n; i++) tile_put_point(&d.pen, d.line.v.p[i]);
		d.drew = true;
	}
	return d.drew;
}

/* The box that shapes are cut by. At the ends of the map it goes on beyond ±180, as unrolled shapes do: no edge is drawn where the
 * map goes on, and none of a shape that ends at ±180 falls together with an edge of the box. */
static struct geo_box cutting_box(struct tile_at at)
{
	struct geo_box b = tile_box(at, TILE_MARGIN);
	double margin = 360.0 / (double)(1u << at.z) * TILE_MARGIN / TILE_SIDE;
	if (b.x0 <= -180) b.x0 = -180 - margin;
	if (b.x1 >= 180) b.x1 = 180 + margin;
	return b;
}

bool tile_add_shape(struct tile_layer *l, struct geo *g, uint64_t id, struct str wkb, const struct tile_member *m, size_t n)
{
	static const struct geo_walker walker = { see_open, see_line, see_at, meet_close };
	enum tile_type type = 0;
	struct str cut;
	struct str whole;
	if (l->full) return false;
	struct arena_mark mark = arena_mark(&l->scratch);
	bool drawn = geo_unroll(&l->scratch, wkb, &whole) && geo_cut(g, &l->scratch, whole, cutting_box(l->at), &cut) && cut.n &&
	             geo_walk(cut, &walker, &type) && type && draw(l, cut, type);
	arena_rewind(&l->scratch, mark);
	return drawn && tile_add_feature(l, id, type, m, n);
}
