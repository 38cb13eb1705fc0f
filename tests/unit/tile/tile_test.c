/* Tiles: the formulas of the map, the bytes of a layer, shapes cut to the tile, points gathered. */
#include "tile/tile.h"
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* --- a reader of its own, from the specification ------------------------------------------------------- */

struct reader { struct str s; size_t at; };

static uint64_t varint(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0;; shift += 7) {
		assert_true(r->at < r->s.n && shift < 64);
		uint8_t c = (uint8_t)r->s.p[r->at++];
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) return v;
	}
}

static struct str member(struct reader *r, uint64_t *key, uint64_t *number)
{
	*key = varint(r);
	*number = 0;
	if ((*key & 7) == 0) {
		*number = varint(r);
		return STR("");
	}
	size_t n = (*key & 7) == 1 ? 8 : varint(r);
	assert_true(r->at + n <= r->s.n);
	r->at += n;
	return str_sub(r->s, r->at - n, n);
}

struct feature { uint64_t type; struct str tags, geometry; };
struct layer {
	struct str name, keys[8], values[4000];
	size_t nkeys, nvalues, n;
	struct feature f[5000];
	uint64_t version, extent;
};

static void read_feature(struct str s, struct feature *f)
{
	struct reader r = { s, 0 };
	uint64_t key;
	uint64_t number;
	while (r.at < s.n) {
		struct str v = member(&r, &key, &number);
		if (key >> 3 == 2) f->tags = v;
		if (key >> 3 == 3) f->type = number;
		if (key >> 3 == 4) f->geometry = v;
	}
}

static void read_layer(struct tile_layer *l, struct buf *b, struct layer *out)
{
	uint64_t key;
	uint64_t number;
	memset(out, 0, sizeof *out);
	tile_put(b, l);
	struct reader all = { buf_str(b), 0 };
	if (!b->n) return;
	struct reader r = { member(&all, &key, &number), 0 };
	assert_int_equal(key, 3 << 3 | 2);
	assert_int_equal(all.at, all.s.n);
	while (r.at < r.s.n) {
		struct str v = member(&r, &key, &number);
		switch (key >> 3) {
		case 1: out->name = v; break;
		case 2: read_feature(v, &out->f[out->n++]); break;
		case 3: out->keys[out->nkeys++] = v; break;
		case 4: out->values[out->nvalues++] = v; break;
		case 5: out->extent = number; break;
		case 15: out->version = number; break;
		default: fail();
		}
	}
	assert_int_equal(out->version, 2);
	assert_int_equal(out->extent, TILE_SIDE);
}

/* The value of a key as its bytes in a message of type Value; empty: the feature has none. */
static struct str value_of(const struct layer *l, size_t i, const char *key)
{
	struct reader r = { l->f[i].tags, 0 };
	while (r.at < r.s.n) {
		size_t k = varint(&r);
		size_t v = varint(&r);
		assert_true(k < l->nkeys && v < l->nvalues);
		if (str_eq(l->keys[k], str_of(key))) return l->values[v];
	}
	return STR("");
}

static int64_t int_of(struct str value)
{
	struct reader r = { value, 0 };
	uint64_t key;
	uint64_t number;
	(void)member(&r, &key, &number);
	assert_int_equal(key, 6 << 3);
	return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static double real_of(struct str value)
{
	double v;
	assert_int_equal(value.n, 9);
	memcpy(&v, value.p + 1, 8);
	return v;
}

/* Commands as people write them: "M0,0 L10,0 10,10 Z". */
static void draw(struct str geometry, struct buf *out)
{
	struct reader r = { geometry, 0 };
	int64_t x = 0;
	int64_t y = 0;
	while (r.at < r.s.n) {
		uint64_t c = varint(&r);
		buf_printf(out, "%s%c", out->n ? " " : "", (c & 7) == 1 ? 'M' : (c & 7) == 2 ? 'L' : 'Z');
		for (uint64_t i = 0; (c & 7) != 7 && i < c >> 3; i++) {
			uint64_t dx = varint(&r);
			uint64_t dy = varint(&r);
			x += (int64_t)(dx >> 1) ^ -(int64_t)(dx & 1);
			y += (int64_t)(dy >> 1) ^ -(int64_t)(dy & 1);
			buf_printf(out, "%s%lld,%lld", i ? " " : "", (long long)x, (long long)y);
		}
	}
	buf_put_char(out, '\0');
}

/* --- formulas -------------------------------------------------------------------------------------------- */

static void places_of_the_map_are_those_of_the_web(void **state)
{
	(void)state;
	double x;
	double y;
	double lon;
	double lat;
	/* Notre-Dame de Paris is in tile 12/2074/1409. */
	tile_of((struct tile_at){ 12, 2074, 1409 }, 2.3499, 48.8530, &x, &y);
	assert_true(x >= 0 && x < TILE_SIDE && y >= 0 && y < TILE_SIDE);
	tile_place((struct tile_at){ 12, 2074, 1409 }, x, y, &lon, &lat);
	assert_true(fabs(lon - 2.3499) < 1e-9 && fabs(lat - 48.8530) < 1e-9);
	tile_of((struct tile_at){ 0, 0, 0 }, 0, 0, &x, &y);
	assert_true(fabs(x - 2048) < 1e-9 && fabs(y - 2048) < 1e-9);
	struct geo_box b = tile_box((struct tile_at){ 0, 0, 0 }, 100);
	assert_true(b.x0 == -180 && b.x1 == 180 && fabs(b.y1 - 85.0511287798) < 1e-9 && fabs(b.y0 + 85.0511287798) < 1e-9);
	assert_true(tile_is((struct tile_at){ 3, 7, 7 }));
	assert_false(tile_is((struct tile_at){ 3, 8, 0 }));
	assert_false(tile_is((struct tile_at){ 25, 0, 0 }));
}

static void members_are_told_once(void **state)
{
	(void)state;
	static struct layer got;
	auto_buf b = BUF_INIT(1 << 20);
	struct tile_layer *l = tile_layer_new(STR("data"), (struct tile_at){ 0, 0, 0 }, 1 << 20);
	struct tile_member m[] = { { STR("n"), TILE_VALUE_INT(-3) }, { STR("v"), TILE_VALUE_NUMBER(2.5) }, { STR("w"), TILE_VALUE_TEXT(STR("é")) } };
	assert_true(tile_add_point(l, 7, 0, 0, m, 3));
	assert_true(tile_add_point(l, 0, 0, 0, m, 2));
	assert_false(tile_add_point(l, 0, NAN, 0, m, 2));
	read_layer(l, &b, &got);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.nkeys, 3);
	assert_int_equal(got.nvalues, 3);
	assert_int_equal(int_of(value_of(&got, 0, "n")), -3);
	assert_true(real_of(value_of(&got, 1, "v")) == 2.5);
	assert_int_equal(value_of(&got, 1, "w").n, 0);
	assert_int_equal(got.f[0].type, 1);
	auto_buf d = BUF_INIT(1000);
	draw(got.f[0].geometry, &d);
	assert_string_equal(d.p, "M2048,2048");
	tile_layer_free(l);
}

static void a_full_layer_stays_whole(void **state)
{
	(void)state;
	static struct layer got;
	auto_buf b = BUF_INIT(1 << 20);
	struct tile_layer *l = tile_layer_new(STR("data"), (struct tile_at){ 0, 0, 0 }, 300);
	size_t n = 0;
	while (tile_add_point(l, 0, 0, 0, NULL, 0)) n++;
	assert_true(n > 5 && n < 100);
	assert_true(tile_layer_is_full(l));
	read_layer(l, &b, &got);
	assert_int_equal(got.n, n);
	tile_layer_free(l);
}

/* --- shapes ---------------------------------------------------------------------------------------------- */

static void check_shape(const char *wkt, struct tile_at at, uint64_t type, const char *drawn)
{
	static struct layer got;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1 << 20);
	auto_buf d = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct str wkb;
	struct geo *g = geo_new();
	struct tile_layer *l = tile_layer_new(STR("data"), at, 1 << 20);
	assert_true(geo_parse(g, &a, str_of(wkt), &wkb, &e));
	assert_int_equal(tile_add_shape(l, g, 0, wkb, NULL, 0), drawn != NULL);
	read_layer(l, &b, &got);
	assert_int_equal(got.n, drawn != NULL);
	if (drawn) {
		assert_int_equal(got.f[0].type, type);
		draw(got.f[0].geometry, &d);
		assert_string_equal(d.p, drawn);
	}
	tile_layer_free(l);
	geo_free(g);
}

static void shapes_are_cut_turned_and_simplified(void **state)
{
	(void)state;
	const struct tile_at world = { 0, 0, 0 };
	/* Whichever way it turns, an outer ring turns clockwise on the screen. */
	check_shape("POLYGON((-90 0,0 0,0 66.51326044311186,-90 66.51326044311186,-90 0))", world, 3, "M1024,1024 L2048,1024 2048,2048 1024,2048 Z");
	check_shape("POLYGON((-90 0,-90 66.51326044311186,0 66.51326044311186,0 0,-90 0))", world, 3, "M1024,2048 L1024,1024 2048,1024 2048,2048 Z");
	/* Positions on a straight line are left out, and what is no longer than half a pixel. */
	check_shape("LINESTRING(0 0,10 0,20 0,90 0)", world, 2, "M2048,2048 L3072,2048");
	check_shape("POLYGON((0 0,0.001 0,0.001 0.001,0 0.001,0 0))", world, 3, NULL);
	/* Beyond the tile and its margin there is nothing. */
	check_shape("POINT(10 10)", (struct tile_at){ 1, 0, 0 }, 1, NULL);
	check_shape("LINESTRING(-170 40,-160 40)", (struct tile_at){ 1, 1, 0 }, 2, NULL);
	check_shape("LINESTRING(-90 0,90 0)", (struct tile_at){ 1, 0, 0 }, 2, "M2048,4096 L4352,4096");
	/* Of a collection, what has the highest dimension. */
	check_shape("GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(0 0,90 0))", world, 2, "M2048,2048 L3072,2048");
	check_shape("MULTIPOINT((0 0),(90 0))", world, 1, "M2048,2048 3072,2048");
}

static void a_hole_turns_the_other_way(void **state)
{
	(void)state;
	check_shape("POLYGON((-90 -60,90 -60,90 60,-90 60,-90 -60),(-45 -30,45 -30,45 30,-45 30,-45 -30))", (struct tile_at){ 0, 0, 0 }, 3,
	            "M1024,1189 L3072,1189 3072,2907 1024,2907 Z M1536,2406 L2560,2406 2560,1690 1536,1690 Z");
}

static void a_shape_across_the_date_line_is_drawn_on_both_sides(void **state)
{
	(void)state;
	/* Each side goes on beyond the end of the map; nothing lies between them. */
	check_shape("POLYGON((170 0,-170 0,-170 40,170 40,170 0))", (struct tile_at){ 0, 0, 0 }, 3,
	            "M3982,1551 L4210,1551 4210,2048 3982,2048 Z M-114,1551 L114,1551 114,2048 -114,2048 Z");
	/* Round a pole, told without the pole: closed along the edge of the map. */
	check_shape("POLYGON((-180 -70,-90 -72,0 -60,90 -72,180 -70,-180 -70))", (struct tile_at){ 0, 0, 0 }, 3,
	            "M0,4096 L0,3179 1024,3249 2048,2907 3072,3249 4096,3179 4096,4096 Z");
	/* The same told with it: there is no other side. */
	check_shape("POLYGON((-180 -60,180 -60,180 -90,-180 -90,-180 -60))", (struct tile_at){ 0, 0, 0 }, 3, "M0,4096 L0,2907 4096,2907 4096,4096 Z");
}

static void broken_bytes_draw_nothing(void **state)
{
	(void)state;
	struct geo *g = geo_new();
	struct tile_layer *l = tile_layer_new(STR("data"), (struct tile_at){ 0, 0, 0 }, 1 << 20);
	assert_false(tile_add_shape(l, g, 0, STR("\x01\x03\x00\x00\x00\xff\xff\xff\xff"), NULL, 0));
	assert_false(tile_add_shape(l, g, 0, STR(""), NULL, 0));
	assert_true(tile_add_point(l, 0, 0, 0, NULL, 0));
	tile_layer_free(l);
	geo_free(g);
}

/* --- many points ----------------------------------------------------------------------------------------- */

static void gather(const struct tile_set *s, struct tile_at at, struct tile_gathering how, struct layer *got, struct buf *b, bool told)
{
	struct tile_layer *l = tile_layer_new(STR("data"), at, 1 << 20);
	assert_int_equal(tile_add_set(l, s, &how), told);
	read_layer(l, b, got);
	tile_layer_free(l);
}

static int64_t count_in(const struct layer *l)
{
	int64_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct str v = value_of(l, i, "n");
		n += v.n ? int_of(v) : 1;
	}
	return n;
}

static void many_points_are_gathered_and_none_is_lost(void **state)
{
	(void)state;
	static struct layer got;
	struct tile_set *s = tile_set_new(true, true);
	uint32_t word = tile_set_word(s, STR("oak"));
	assert_int_equal(word, 1);
	assert_int_equal(tile_set_word(s, STR("oak")), 1);
	for (int i = 0; i < 10000; i++) assert_true(tile_set_add(s, -10 + (i % 100) * 0.2, 40 + (i / 100) * 0.1, i % 3, word));
	assert_true(tile_set_add(s, 500, 0, 0, 0));
	tile_set_seal(s);
	assert_int_equal(tile_set_count(s), 10000);
	for (uint32_t z = 0; z < 7; z++) {
		int64_t sum = 0;
		for (uint32_t x = 0; x < 1u << z; x++)
			for (uint32_t y = 0; y < 1u << z; y++) {
				auto_buf b = BUF_INIT(1 << 20);
				struct tile_layer *l = tile_layer_new(STR("data"), (struct tile_at){ z, x, y }, 1 << 20);
				(void)tile_add_set(l, s, &(struct tile_gathering){ .few = 50, .radius = x % 2 ? 320 : 0, .function = TILE_AVG });
				read_layer(l, &b, &got);
				sum += count_in(&got);
				tile_layer_free(l);
			}
		assert_int_equal(sum, 10000);
	}
	auto_buf b = BUF_INIT(1 << 20);
	gather(s, (struct tile_at){ 0, 0, 0 }, (struct tile_gathering){ .radius = 4096, .function = TILE_AVG }, &got, &b, true);
	assert_int_equal(got.n, 1);
	assert_true(fabs(real_of(value_of(&got, 0, "v")) - 0.9999) < 1e-6);
	tile_set_free(s);
}

static void functions_are_those_of_all_values(void **state)
{
	(void)state;
	static struct layer got;
	static const struct { enum tile_function f; double expected; } rows[] = {
		{ TILE_COUNT, 3 }, { TILE_AVG, 4 }, { TILE_SUM, 12 }, { TILE_MIN, 2 }, { TILE_MAX, 6 }, { TILE_STDDEV, 1.6329931618554521 },
	};
	struct tile_set *s = tile_set_new(true, false);
	for (int i = 1; i <= 3; i++) assert_true(tile_set_add(s, i, i, 2 * i, 0));
	assert_true(tile_set_add(s, 1, 1, NAN, 0));
	tile_set_seal(s);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1 << 20);
		gather(s, (struct tile_at){ 0, 0, 0 }, (struct tile_gathering){ .radius = 1000, .function = rows[i].f }, &got, &b, true);
		assert_int_equal(got.n, 1);
		assert_int_equal(count_in(&got), 4);
		assert_true(fabs(real_of(value_of(&got, 0, "v")) - rows[i].expected) < 1e-9);
	}
	tile_set_free(s);
}

static void few_points_stand_where_they_are(void **state)
{
	(void)state;
	static struct layer got;
	auto_buf b = BUF_INIT(1 << 20);
	auto_buf d = BUF_INIT(100);
	struct tile_set *s = tile_set_new(false, false);
	const struct tile_at at = { 12, 2074, 1409 };
	double x;
	double y;
	char expected[40];
	assert_true(tile_set_add(s, 2.3499, 48.8530, NAN, 0));
	assert_true(tile_set_add(s, 100, -30, NAN, 0));
	tile_set_seal(s);
	gather(s, at, (struct tile_gathering){ .few = 10 }, &got, &b, false);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.f[0].tags.n, 0);
	tile_of(at, 2.3499, 48.8530, &x, &y);
	draw(got.f[0].geometry, &d);
	snprintf(expected, sizeof expected, "M%ld,%ld", lround(x), lround(y));
	assert_string_equal(d.p, expected);
	tile_set_free(s);
}

/* --- the shelf ------------------------------------------------------------------------------------------- */

static bool make(void *arg, struct tile_set **out, struct err *e)
{
	int *made = arg;
	if (*made < 0) return err_set(e, ERR_SYSTEM, "no set today");
	++*made;
	*out = tile_set_new(false, false);
	for (int i = 0; i < 1000; i++) (void)!tile_set_add(*out, i % 90, 0, NAN, 0);
	tile_set_seal(*out);
	return true;
}

static void sets_are_made_once_and_make_room(void **state)
{
	(void)state;
	struct tile_shelf *s;
	const struct tile_set *set;
	struct err e = { 0 };
	char key[16];
	int made = 0;
	int fails = -1;
	tile_shelf_open(2 << 20, &s);
	for (int i = 0; i < 5; i++) {
		assert_true(tile_shelf_take(s, STR("a"), make, &made, &set, &e));
		tile_shelf_give(s, set);
	}
	assert_int_equal(made, 1);
	assert_false(tile_shelf_take(s, STR("b"), make, &fails, &set, &e));
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof key, "k%d", i);
		assert_true(tile_shelf_take(s, str_of(key), make, &made, &set, &e));
		assert_int_equal(tile_set_count(set), 1000);
		tile_shelf_give(s, set);
	}
	assert_int_equal(made, 101);
	assert_true(tile_shelf_take(s, STR("a"), make, &made, &set, &e));
	assert_int_equal(made, 102);
	tile_shelf_give(s, set);
	tile_shelf_close(s);
}

static void places_are_found_by_their_names(void **state)
{
	(void)state;
	struct tile_place p[8];
	assert_true(tile_places(STR("deutschland"), p, 8) >= 1);
	assert_true(p[0].is_country && str_eq(p[0].name, STR("Germany")) && str_eq(p[0].country, STR("DE")));
	assert_true(p[0].box.x0 > 5 && p[0].box.x1 < 16 && p[0].box.y0 > 46 && p[0].box.y1 < 56);
	assert_true(tile_places(STR("paris"), p, 8) > 1);
	assert_true(!p[0].is_country && str_eq(p[0].country, STR("FR")) && p[0].people > 1000000);
	/* A later word of a name counts too, and each place is given once; codes and numbers are no names. */
	assert_true(tile_places(STR("york"), p, 8) > 2);
	assert_true(str_eq(p[0].name, STR("York")));
	size_t n = tile_places(STR("new york"), p, 8);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) assert_true(p[i].name.p != p[k].name.p);
	assert_int_equal(tile_places(STR("zzzqqq"), p, 8), 0);
	assert_int_equal(tile_places(STR(""), p, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_of_the_map_are_those_of_the_web), cmocka_unit_test(members_are_told_once),
		cmocka_unit_test(a_full_layer_stays_whole), cmocka_unit_test(shapes_are_cut_turned_and_simplified),
		cmocka_unit_test(a_hole_turns_the_other_way), cmocka_unit_test(a_shape_across_the_date_line_is_drawn_on_both_sides),
		cmocka_unit_test(broken_bytes_draw_nothing),
		cmocka_unit_test(many_points_are_gathered_and_none_is_lost), cmocka_unit_test(functions_are_those_of_all_values),
		cmocka_unit_test(few_points_stand_where_they_are), cmocka_unit_test(sets_are_made_once_and_make_room),
		cmocka_unit_test(places_are_found_by_their_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
