/* Vector tiles: points, lines and polygons of one square of the map as bytes that map libraries draw (Mapbox Vector Tile
 * specification 2.1, a protobuf message). Shapes are cut to the tile and a margin around it, simplified to what a screen can
 * show, and put into whole units of the tile. Refuses to know datasets and addresses.
 *
 * Source of formulas: Web Mercator (EPSG:3857) as the tiling of the web uses it: a world of 2^z × 2^z tiles, x to the east from
 * longitude -180, y to the south from latitude 85.05112878 (= atan(sinh(π))); x = (lon + 180) / 360,
 * y = 1/2 - ln(tan(π/4 + lat/2)) / 2π, both of the world's side.
 *
 * A layer belongs to one thread and borrows names and values until tile_put. */
#ifndef TILE_TILE_H
#define TILE_TILE_H

#include "base/base.h"
#include "geo/geo.h"

/* Units of a tile's side, how many beyond each side are drawn too, and the deepest zoom that is told apart. */
enum { TILE_SIDE = 4096, TILE_MARGIN = 256, TILE_ZOOM_MOST = 24 };

struct tile_at { uint32_t z, x, y; };

/* False when the numbers are no tile: z above TILE_ZOOM_MOST, x or y not below 2^z. */
bool tile_is(struct tile_at t) must_use;
/* The tile's box in degrees, with a margin of so many units. Latitudes end at ±85.05112878, longitudes at ±180. */
struct geo_box tile_box(struct tile_at t, double margin);
/* A place as units of the tile, y downwards; may lie outside. */
void tile_of(struct tile_at t, double lon, double lat, double *x, double *y) nonnull_all;
/* And back. */
void tile_place(struct tile_at t, double x, double y, double *lon, double *lat) nonnull_all;

enum tile_kind { TILE_TEXT, TILE_INT, TILE_NUMBER, TILE_FLAG };
struct tile_value {
	enum tile_kind kind;
	struct str text;
	int64_t i;
	double number;
	bool flag;
};
#define TILE_VALUE_TEXT(s) ((struct tile_value){ .kind = TILE_TEXT, .text = (s) })
#define TILE_VALUE_INT(v) ((struct tile_value){ .kind = TILE_INT, .i = (v) })
#define TILE_VALUE_NUMBER(v) ((struct tile_value){ .kind = TILE_NUMBER, .number = (v) })
#define TILE_VALUE_FLAG(v) ((struct tile_value){ .kind = TILE_FLAG, .flag = (v) })
/* A member of a feature; the key is a literal of the program or lives as long as the layer. */
struct tile_member { struct str key; struct tile_value value; };

struct tile_layer;
/* Gives a layer to be ended by tile_layer_free; its memory grows to `most` bytes and no further (tile_layer_is_full). */
struct tile_layer *tile_layer_new(struct str name, struct tile_at at, size_t most) __attribute__((returns_nonnull));
void tile_layer_free(struct tile_layer *l_or_null);
/* Adds a point; false when it lies outside the tile and its margin, or the layer is full. id 0: none. */
bool tile_add_point(struct tile_layer *l, uint64_t id, double lon, double lat, const struct tile_member *m, size_t n) must_use;
/* Adds a shape, cut and simplified; of a collection, its parts of the highest dimension. False when nothing of it is to be seen
 * in the tile, the bytes are no geometry, or the layer is full: a broken shape never breaks a tile. */
bool tile_add_shape(struct tile_layer *l, struct geo *g, uint64_t id, struct str wkb, const struct tile_member *m, size_t n) must_use;
size_t tile_layer_count(const struct tile_layer *l);
bool tile_layer_is_full(const struct tile_layer *l);
/* Appends the layer to a tile; a tile is its layers one after the other. One without features appends nothing. */
void tile_put(struct buf *b, struct tile_layer *l) nonnull_all;

/* --- set.c, gather.c: many points at once ------------------------------------------------------------ */

/* Points of one question, ready to be asked for any tile: kept in whole parts of the world (a 2^32nd of its side, 9 mm), sorted into
 * squares. One thread fills a set; sealed, it never changes and any number read it. */
struct tile_set;
enum { TILE_SET_MOST = 20 * 1000 * 1000, TILE_WORDS_MOST = 65535 };
/* Gives a set to be ended by tile_set_free. */
struct tile_set *tile_set_new(bool with_values, bool with_words) __attribute__((returns_nonnull));
void tile_set_free(struct tile_set *s_or_null);
/* The number of a word, from 1; 0 when there are too many different ones. */
uint32_t tile_set_word(struct tile_set *s, struct str word) must_use;
/* Adds a point; value NaN: none; word 0: none. False when the set holds TILE_SET_MOST: the rest is left out, and told of. What has
 * no place on the map (beyond ±180, not finite) is passed by. */
bool tile_set_add(struct tile_set *s, double lon, double lat, double value, uint32_t word);
void tile_set_seal(struct tile_set *s);
size_t tile_set_count(const struct tile_set *s);
size_t tile_set_bytes(const struct tile_set *s);
bool tile_set_is_cut(const struct tile_set *s); /* points were left out */

enum tile_function { TILE_COUNT, TILE_AVG, TILE_SUM, TILE_MIN, TILE_MAX, TILE_STDDEV };
/* How points are drawn. While there are no more than `few` in the tile, each is a feature; more are gathered. Members of features:
 * n (how many; left out when 1), v (the value, or what `function` makes of the values; stddev is that of a population) and w (the
 * word, of the first). */
struct tile_gathering {
	size_t few;
	double radius;           /* of clusters in units of the tile; 0: squares of a 64th of the tile's side */
	enum tile_function function;
};
/* True when something was gathered, or left out. */
bool tile_add_set(struct tile_layer *l, const struct tile_set *s, const struct tile_gathering *how);

/* Sets by key. Whoever asks first for one makes it and the others wait; the longest unused make room. Any thread. */
struct tile_shelf;
void tile_shelf_open(size_t most_bytes, struct tile_shelf **out);
void tile_shelf_close(struct tile_shelf *s_or_null);
/* Gives a sealed set to be given back by tile_shelf_give. `make` runs with no lock held, gives a sealed set, and fails with *e set. */
bool tile_shelf_take(struct tile_shelf *s, struct str key, bool (*make)(void *arg, struct tile_set **out, struct err *e), void *arg,
                     const struct tile_set **out, struct err *e) must_use;
void tile_shelf_give(struct tile_shelf *s, const struct tile_set *set);


/* --- world.c: the basemap of the house ----------------------------------------------------------------- */

/* The tile of land, borders and names (layers land, border, country, place), compressed by gzip; empty where there is only sea. Land and
 * borders: Natural Earth; places: GeoNames. Down to tile_world_deepest. */
struct str tile_world(struct tile_at t) must_use;
uint32_t tile_world_deepest(void);
/* Equal for equal basemaps: for addresses that may be kept for ever. */
struct str tile_world_tag(void);

/* --- gazetteer.c: where countries and towns are ---------------------------------------------------------- */

/* Some 250 countries, by their names in the languages of the product, and towns of 5,000 inhabitants or more, by GeoNames' name. */
struct tile_place {
	struct str name;         /* English of a country; of a town as GeoNames has it */
	struct str country;      /* its code, ISO 3166-1 of two letters */
	bool is_country;
	int64_t people;          /* of a town */
	struct geo_box box;      /* of a country its largest part; of a town its place, twice */
};
/* Places with a word that begins with a text folded by text_fold: names that begin so first, then by size. About 2 ms when nothing is
 * found. Gives their number. */
size_t tile_places(struct str folded, struct tile_place *out, size_t most);

#endif
