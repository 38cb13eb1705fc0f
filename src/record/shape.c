/* WKB to GeoJSON without a geometry library: exports write millions of these, and turning bytes into
 * objects and back would cost more than the writing. Anything that is not whole and known is null. */
#include "record/inside.h"
#include "text/text.h"

enum { DEEPEST = 32 };

struct wkb {
	struct buf *b;
	const unsigned char *p, *end;
	bool swap;     /* the bytes are big-endian */
	bool spaced;
	bool bad;
	int dimensions;
};

static uint32_t take_u32(struct wkb *w)
{
	uint32_t v = 0;
	if (w->end - w->p < 4) {
		w->bad = true;
		return 0;
	}
	memcpy(&v, w->p, sizeof v);
	w->p += sizeof v;
	return w->swap ? __builtin_bswap32(v) : v;
}

static double take_double(struct wkb *w)
{
	uint64_t bits = 0;
	double v;
	if (w->end - w->p < 8) {
		w->bad = true;
		return 0;
	}
	memcpy(&bits, w->p, sizeof bits);
	w->p += sizeof bits;
	if (w->swap) bits = __builtin_bswap64(bits);
	memcpy(&v, &bits, sizeof v);
	if (!(v - v == 0)) w->bad = true; /* NaN and infinity have no JSON */
	return v;
}

static void put_comma(const struct wkb *w) { buf_put(w->b, w->spaced ? STR(", ") : STR(",")); }

static void put_position(struct wkb *w)
{
	buf_put_char(w->b, '[');
	for (int i = 0; i < w->dimensions; i++) {
		if (i > 0) put_comma(w);
		text_put_double_plain(w->b, take_double(w));
	}
	buf_put_char(w->b, ']');
}

/* Positions nested `levels` deep: 1 a line, 2 a polygon. */
static void put_positions(struct wkb *w, int levels)
{
	uint32_t n = take_u32(w);
	buf_put_char(w->b, '[');
	for (uint32_t i = 0; i < n && !w->bad; i++) {
		if (i > 0) put_comma(w);
		if (levels > 1) put_positions(w, levels - 1);
		else put_position(w);
	}
	buf_put_char(w->b, ']');
}

static const struct { const char *name; int levels; uint32_t part; } types[] = {
	[1] = { "Point", 0, 0 },           [2] = { "LineString", 1, 0 },
	[3] = { "Polygon", 2, 0 },         [4] = { "MultiPoint", 0, 1 },
	[5] = { "MultiLineString", 1, 2 }, [6] = { "MultiPolygon", 2, 3 },
	[7] = { "GeometryCollection", 0, 0 },
};

/* Byte order and type; 0 when unknown. Both the ISO (1000s) and the PostGIS (high bits) ways to say
 * that there is a Z or an M are read; an M is written as a further number. */
static uint32_t take_head(struct wkb *w)
{
	if (w->end - w->p < 5 || *w->p > 1) {
		w->bad = true;
		return 0;
	}
	w->swap = *w->p++ == 0;
	uint32_t type = take_u32(w);
	bool z = (type & 0x80000000u) != 0;
	bool m = (type & 0x40000000u) != 0;
	if (type & 0x20000000u) (void)take_u32(w); /* SRID */
	type &= 0x0fffffffu;
	if (type >= 1000 && type < 4000) {
		z = z || type / 1000 != 2;
		m = m || type / 1000 >= 2;
		type %= 1000;
	}
	w->dimensions = 2 + z + m;
	if (type < 1 || type >= COUNT_OF(types)) w->bad = true;
	return w->bad ? 0 : type;
}

static void put_geometry(struct wkb *w, int depth);

static void put_coordinates(struct wkb *w, uint32_t type)
{
	if (!types[type].part) {
		if (types[type].levels) put_positions(w, types[type].levels);
		else put_position(w);
		return;
	}
	uint32_t n = take_u32(w);
	buf_put_char(w->b, '[');
	for (uint32_t i = 0; i < n && !w->bad; i++) {
		if (i > 0) put_comma(w);
		uint32_t part = take_head(w);
		if (part != types[type].part) w->bad = true;
		if (w->bad) break;
		put_coordinates(w, part);
	}
	buf_put_char(w->b, ']');
}

static void put_collection(struct wkb *w, int depth)
{
	uint32_t n = take_u32(w);
	buf_put_char(w->b, '[');
	for (uint32_t i = 0; i < n && !w->bad; i++) {
		if (i > 0) put_comma(w);
		put_geometry(w, depth + 1);
	}
	buf_put_char(w->b, ']');
}

static void put_key(const struct wkb *w, const char *key)
{
	buf_put_char(w->b, '"');
	buf_put(w->b, str_of(key));
	buf_put(w->b, w->spaced ? STR("\": ") : STR("\":"));
}

static void put_geometry(struct wkb *w, int depth)
{
	uint32_t type = take_head(w);
	if (depth > DEEPEST) w->bad = true;
	if (w->bad) return;
	struct str name = str_of(types[type].name);
	bool collection = type == 7;
	buf_put_char(w->b, '{');
	if (!w->spaced) {
		put_key(w, "type");
		text_put_json(w->b, name);
		put_comma(w);
	}
	put_key(w, collection ? "geometries" : "coordinates");
	if (collection) put_collection(w, depth);
	else put_coordinates(w, type);
	if (w->spaced) {
		put_comma(w);
		put_key(w, "type");
		text_put_json(w->b, name);
	}
	buf_put_char(w->b, '}');
}

void shape_put(struct buf *b, struct str bytes, bool spaced)
{
	struct wkb w = { .b = b, .spaced = spaced };
	size_t start = b->n;
	w.p = (const unsigned char *)bytes.p;
	w.end = w.p + bytes.n;
	put_geometry(&w, 0);
	if (!w.bad || b->over) return;
	b->n = start;
	buf_lit(b, "null");
}

struct str shape_type(struct str bytes)
{
	struct wkb w = { 0 };
	w.p = (const unsigned char *)bytes.p;
	w.end = w.p + bytes.n;
	uint32_t type = take_head(&w);
	return type ? str_of(types[type].name) : STR("");
}
