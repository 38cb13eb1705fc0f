/* The bytes of a layer: a protobuf message, written by hand since it has five fields. Members (number, type of wire): a tile
 * has layers (3, bytes); a layer has name (1, bytes), features (2, bytes), keys (3, bytes), values (4, bytes), extent (5, varint),
 * version (15, varint); a feature has id (1, varint), tags (2, packed), type (3, varint), geometry (4, packed); a value has text (1),
 * double (3, 64 bits), sint (6, zigzag), bool (7). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "tile/inside.h"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2 };

void tile_put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7) buf_put_char(b, (char)(uint8_t)(v | 0x80));
	buf_put_char(b, (char)(uint8_t)v);
}

static void put_key(struct buf *b, unsigned number, unsigned wire)
{
	tile_put_varint(b, number << 3 | wire);
}

static void put_bytes(struct buf *b, unsigned number, struct str bytes)
{
	put_key(b, number, WIRE_BYTES);
	tile_put_varint(b, bytes.n);
	buf_put(b, bytes);
}

static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

void tile_put_command(struct tile_pen *p, enum tile_command c, uint32_t times)
{
	tile_put_varint(p->out, (uint64_t)times << 3 | (unsigned)c);
}

void tile_put_point(struct tile_pen *p, struct tile_point to)
{
	tile_put_varint(p->out, zigzag((int64_t)to.x - p->at.x));
	tile_put_varint(p->out, zigzag((int64_t)to.y - p->at.y));
	p->at = to;
}

struct tile_layer *tile_layer_new(struct str name, struct tile_at at, size_t most)
{
	struct tile_layer *l = calloc(1, sizeof *l);
	ensure(l != NULL);
	*l = (struct tile_layer){ .name = name, .at = at, .most = most, .features = BUF_INIT(most), .values = BUF_INIT(most),
		.one = BUF_INIT(most), .tags = BUF_INIT(most), .geometry = BUF_INIT(most) };
	return l;
}

void tile_layer_free(struct tile_layer *l)
{
	if (!l) return;
	buf_done(&l->features);
	buf_done(&l->values);
	buf_done(&l->one);
	buf_done(&l->tags);
	buf_done(&l->geometry);
	arena_done(&l->arena);
	arena_done(&l->scratch);
	free(l);
}

/* The place of a text among those of a map, from 0; it is added when it is new. */
static uint64_t place_of(struct tile_layer *l, struct map *m, struct str text, bool *fresh)
{
	uintptr_t at = (uintptr_t)map_get_or_null(m, text);
	*fresh = at == 0;
	if (at) return at - 1;
	map_put(&l->arena, m, arena_str(&l->arena, text), (void *)(uintptr_t)(m->n + 1));
	return m->n - 1;
}

static void put_value(struct buf *b, const struct tile_value *v)
{
	uint64_t bits;
	char little[8];
	switch (v->kind) {
	case TILE_TEXT:
		put_bytes(b, 1, v->text);
		return;
	case TILE_INT:
		put_key(b, 6, WIRE_VARINT);
		tile_put_varint(b, zigzag(v->i));
		return;
	case TILE_NUMBER:
		put_key(b, 3, WIRE_64);
		memcpy(&bits, &v->number, sizeof bits);
		for (int i = 0; i < 8; i++) little[i] = (char)(uint8_t)(bits >> (8 * i));
		buf_put(b, str_make(little, sizeof little));
		return;
	case TILE_FLAG:
		put_key(b, 7, WIRE_VARINT);
		tile_put_varint(b, v->flag);
	}
}

static void put_tags(struct tile_layer *l, const struct tile_member *m, size_t n)
{
	buf_clear(&l->tags);
	for (size_t i = 0; i < n; i++) {
		bool fresh;
		if (m[i].value.kind == TILE_NUMBER && !isfinite(m[i].value.number)) continue;
		tile_put_varint(&l->tags, place_of(l, &l->keys, m[i].key, &fresh));
		buf_clear(&l->one);
		put_value(&l->one, &m[i].value);
		tile_put_varint(&l->tags, place_of(l, &l->known, buf_str(&l->one), &fresh));
		if (fresh) put_bytes(&l->values, 4, buf_str(&l->one));
	}
}

bool tile_add_feature(struct tile_layer *l, uint64_t id, enum tile_type type, const struct tile_member *m, size_t n)
{
	put_tags(l, m, n);
	buf_clear(&l->one);
	if (id) {
		put_key(&l->one, 1, WIRE_VARINT);
		tile_put_varint(&l->one, id);
	}
	if (l->tags.n) put_bytes(&l->one, 2, buf_str(&l->tags));
	put_key(&l->one, 3, WIRE_VARINT);
	tile_put_varint(&l->one, (unsigned)type);
	put_bytes(&l->one, 4, buf_str(&l->geometry));
	/* Room is asked for before, so that a feature is written whole or not at all. */
	if (l->features.n + l->values.n + l->one.n + 16 > l->most || l->one.over || l->geometry.over || l->values.over) l->full = true;
	if (l->full) return false;
	put_bytes(&l->features, 2, buf_str(&l->one));
	l->n++;
	return true;
}

bool tile_add_point(struct tile_layer *l, uint64_t id, double lon, double lat, const struct tile_member *m, size_t n)
{
	double x;
	double y;
	if (l->full || !isfinite(lon) || !isfinite(lat)) return false;
	tile_of(l->at, lon, lat, &x, &y);
	if (x < -TILE_MARGIN || y < -TILE_MARGIN || x > TILE_SIDE + TILE_MARGIN || y > TILE_SIDE + TILE_MARGIN) return false;
	buf_clear(&l->geometry);
	struct tile_pen pen = { .out = &l->geometry };
	tile_put_command(&pen, TILE_MOVE, 1);
	tile_put_point(&pen, (struct tile_point){ (int32_t)lround(x), (int32_t)lround(y) });
	return tile_add_feature(l, id, TILE_POINTS, m, n);
}

size_t tile_layer_count(const struct tile_layer *l) { return l->n; }
bool tile_layer_is_full(const struct tile_layer *l) { return l->full; }

void tile_put(struct buf *b, struct tile_layer *l)
{
	auto_buf keys = BUF_INIT(l->most + 4096);
	if (!l->n) return;
	for (size_t i = 0; i < l->keys.n; i++) put_bytes(&keys, 3, l->keys.entries[i].key);
	buf_clear(&l->one);
	l->one.max = 4096 + l->name.n;
	put_key(&l->one, 15, WIRE_VARINT);
	tile_put_varint(&l->one, 2);
	put_bytes(&l->one, 1, l->name);
	put_key(b, 3, WIRE_BYTES);
	struct buf end = BUF_INIT(16);
	put_key(&end, 5, WIRE_VARINT);
	tile_put_varint(&end, TILE_SIDE);
	tile_put_varint(b, l->one.n + l->features.n + keys.n + l->values.n + end.n);
	buf_put(b, buf_str(&l->one));
	buf_put(b, buf_str(&l->features));
	buf_put(b, buf_str(&keys));
	buf_put(b, buf_str(&l->values));
	buf_put(b, buf_str(&end));
	buf_done(&end);
}
