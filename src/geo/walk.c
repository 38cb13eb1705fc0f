/* Walking a shape for those who write it in their own way: parts, lines and positions are told one
 * after the other, and nothing is built. */
#include "geo/wkb.h"

struct walk {
	struct wkb_reader r;
	const struct geo_walker *w;
	void *arg;
};

static bool walk_position(struct walk *k)
{
	double x;
	double y;
	if (!wkb_point(&k->r, &x, &y)) return false;
	k->w->at(k->arg, x, y);
	return true;
}

static bool walk_line(struct walk *k)
{
	uint32_t n;
	if (!wkb_count(&k->r, 16, &n)) return false;
	k->w->line(k->arg, n);
	for (uint32_t i = 0; i < n; i++)
		if (!walk_position(k)) return false;
	return true;
}

static bool walk_rings(struct walk *k, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!walk_line(k)) return false;
	return true;
}

static bool walk_geometry(struct walk *k, int depth)
{
	enum wkb_type type;
	uint32_t n = 1;
	bool fine = true;
	if (depth > WKB_DEPTH || !wkb_head(&k->r, &type)) return false;
	if (type >= WKB_POLYGON && !wkb_count(&k->r, type == WKB_POLYGON ? 4 : 5, &n)) return false;
	k->w->open(k->arg, (enum geo_kind)type, n);
	if (type == WKB_POINT) fine = walk_position(k);
	else if (type == WKB_LINE) fine = walk_line(k);
	else if (type == WKB_POLYGON) fine = walk_rings(k, n);
	for (uint32_t i = 0; fine && type > WKB_POLYGON && i < n; i++) fine = walk_geometry(k, depth + 1);
	if (fine) k->w->close(k->arg, (enum geo_kind)type);
	return fine;
}

bool geo_walk(struct str wkb, const struct geo_walker *w, void *arg)
{
	struct walk k = { .r = { .bytes = wkb }, .w = w, .arg = arg };
	_Static_assert((int)GEO_COLLECTION == (int)WKB_COLLECTION, "the numbers of WKB");
	return walk_geometry(&k, 0);
}

void geo_put_point(struct buf *b, double x, double y)
{
	wkb_put_head(b, WKB_POINT);
	wkb_put_double(b, x);
	wkb_put_double(b, y);
}
