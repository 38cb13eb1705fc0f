/* The footers of Parquet files, so that several small files become one: their pages follow each other and
 * one footer at the end lists the groups of rows of all of them. A footer is a FileMetaData in Thrift's
 * compact protocol (parquet.thrift of the format's specification; thrift-compact-protocol.md); it is copied
 * field by field, and only the fields that say where in the file something stands are moved. */
#include "engine/inside.h"
#include <string.h>

enum wire { WIRE_STOP, WIRE_TRUE, WIRE_FALSE, WIRE_BYTE, WIRE_I16, WIRE_I32, WIRE_I64, WIRE_DOUBLE, WIRE_BINARY, WIRE_LIST,
	WIRE_SET, WIRE_MAP, WIRE_STRUCT };

/* The structures on the way to a place in the file. */
enum kind { OTHER, GROUP, CHUNK, META };

enum { FIELD_ROWS = 3, FIELD_GROUPS = 4, GROUP_ORDINAL = 7, DEEPEST = 32, LONG_LIST = 15 };

struct reader {
	const unsigned char *p, *end;
	bool bad;
};

struct header {
	enum wire type;
	int64_t id;
};

static unsigned take(struct reader *r)
{
	if (r->p < r->end) return *r->p++;
	r->bad = true;
	return 0;
}

static uint64_t take_number(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned c = take(r);
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) return v;
	}
	r->bad = true;
	return 0;
}

static int64_t take_signed(struct reader *r)
{
	uint64_t v = take_number(r);
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void put_number(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7) buf_put_char(b, (char)(v | 0x80));
	buf_put_char(b, (char)v);
}

static void put_signed(struct buf *b, int64_t v) { put_number(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0)); }

/* The head of a field; `before` is the number of the field before it. */
static struct header take_header(struct reader *r, int64_t before)
{
	unsigned c = take(r);
	struct header h = { .type = (enum wire)(c & 15) };
	if (h.type != WIRE_STOP) h.id = c >> 4 ? before + (c >> 4) : take_signed(r);
	return h;
}

static void put_header(struct buf *b, struct header h, int64_t before)
{
	if (h.id > before && h.id - before < 16) {
		buf_put_char(b, (char)((unsigned)(h.id - before) << 4 | (unsigned)h.type));
		return;
	}
	buf_put_char(b, (char)h.type);
	put_signed(b, h.id);
}

static uint64_t take_list(struct reader *r, enum wire *of)
{
	unsigned c = take(r);
	*of = (enum wire)(c & 15);
	return c >> 4 == LONG_LIST ? take_number(r) : c >> 4;
}

static void put_list(struct buf *b, enum wire of, uint64_t n)
{
	buf_put_char(b, (char)((n < LONG_LIST ? (unsigned)n : (unsigned)LONG_LIST) << 4 | (unsigned)of));
	if (n >= LONG_LIST) put_number(b, n);
}

static void skip_bytes(struct reader *r, uint64_t n)
{
	if (n > (uint64_t)(r->end - r->p)) r->bad = true;
	else r->p += n;
}

static void skip(struct reader *r, enum wire type, bool element, int depth);

static void skip_fields(struct reader *r, int depth)
{
	for (int64_t id = 0; !r->bad;) {
		struct header h = take_header(r, id);
		if (h.type == WIRE_STOP) return;
		id = h.id;
		skip(r, h.type, false, depth);
	}
}

static void skip_list(struct reader *r, int depth)
{
	enum wire of;
	uint64_t n = take_list(r, &of);
	for (uint64_t i = 0; i < n && !r->bad; i++) skip(r, of, true, depth);
}

static void skip_map(struct reader *r, int depth)
{
	uint64_t n = take_number(r);
	unsigned types = n ? take(r) : 0;
	for (uint64_t i = 0; i < n && !r->bad; i++) {
		skip(r, (enum wire)(types >> 4), true, depth);
		skip(r, (enum wire)(types & 15), true, depth);
	}
}

/* A boolean has a byte of its own in lists only. */
static void skip(struct reader *r, enum wire type, bool element, int depth)
{
	if (depth > DEEPEST) r->bad = true;
	if (r->bad) return;
	switch (type) {
	case WIRE_TRUE:
	case WIRE_FALSE: skip_bytes(r, element); return;
	case WIRE_BYTE: skip_bytes(r, 1); return;
	case WIRE_I16:
	case WIRE_I32:
	case WIRE_I64: take_number(r); return;
	case WIRE_DOUBLE: skip_bytes(r, 8); return;
	case WIRE_BINARY: skip_bytes(r, take_number(r)); return;
	case WIRE_LIST:
	case WIRE_SET: skip_list(r, depth + 1); return;
	case WIRE_MAP: skip_map(r, depth + 1); return;
	case WIRE_STRUCT: skip_fields(r, depth + 1); return;
	case WIRE_STOP: break;
	}
	r->bad = true;
}

static enum kind inside(enum kind k, int64_t id)
{
	if (k == GROUP && id == 1) return CHUNK; /* RowGroup.columns */
	if (k == CHUNK && id == 3) return META;  /* ColumnChunk.meta_data */
	return OTHER;
}

/* Fields that say where something begins. */
static bool is_place(enum kind k, int64_t id)
{
	switch (k) {
	case GROUP: return id == 5;                                   /* file_offset */
	case CHUNK: return id == 2 || id == 4 || id == 6;             /* file_offset, offset and column index */
	case META: return id == 9 || id == 10 || id == 11 || id == 14; /* data, index, dictionary page; Bloom filter */
	case OTHER: break;
	}
	return false;
}

struct move {
	int64_t by;      /* bytes */
	int64_t ordinal; /* of the group of rows */
};

static void copy_fields(struct reader *r, struct buf *b, enum kind k, struct move m);

static void copy_list(struct reader *r, struct buf *b, enum kind k, struct move m)
{
	enum wire of;
	uint64_t n = take_list(r, &of);
	if (of != WIRE_STRUCT) r->bad = true;
	put_list(b, of, n);
	for (uint64_t i = 0; i < n && !r->bad; i++) copy_fields(r, b, k, m);
}

static void copy_value(struct reader *r, struct buf *b, enum kind k, struct header h, struct move m)
{
	enum kind child = inside(k, h.id);
	const unsigned char *from = r->p;
	if (h.type == WIRE_I64 && is_place(k, h.id)) {
		/* 0 says that it is not told. */
		int64_t at = take_signed(r);
		put_signed(b, at ? at + m.by : 0);
	} else if (h.type == WIRE_I16 && k == GROUP && h.id == GROUP_ORDINAL) {
		take_signed(r);
		put_signed(b, num_min(m.ordinal, (int64_t)INT16_MAX));
	} else if (child != OTHER && h.type == WIRE_LIST) {
		copy_list(r, b, child, m);
	} else if (child != OTHER && h.type == WIRE_STRUCT) {
		copy_fields(r, b, child, m);
	} else {
		skip(r, h.type, false, 0);
		buf_put(b, str_make((const char *)from, (size_t)(r->p - from)));
	}
}

static void copy_fields(struct reader *r, struct buf *b, enum kind k, struct move m)
{
	for (int64_t id = 0; !r->bad;) {
		struct header h = take_header(r, id);
		if (h.type == WIRE_STOP) break;
		put_header(b, h, id);
		id = h.id;
		copy_value(r, b, k, h, m);
	}
	buf_put_char(b, WIRE_STOP);
}

static void add_groups(struct footers *f, struct reader *r, int64_t by)
{
	enum wire of;
	uint64_t n = take_list(r, &of);
	if (n && of != WIRE_STRUCT) r->bad = true;
	for (uint64_t i = 0; i < n && !r->bad; i++)
		copy_fields(r, &f->groups, GROUP, (struct move){ by, (int64_t)f->ngroups++ });
}

bool footers_add(struct footers *f, struct str footer, int64_t by, struct err *e)
{
	struct reader r = { (const unsigned char *)footer.p, (const unsigned char *)footer.p + footer.n, false };
	bool first = f->fields.n == 0;
	for (int64_t id = 0; !r.bad;) {
		struct header h = take_header(&r, id);
		if (h.type == WIRE_STOP) break;
		id = h.id;
		const unsigned char *from = r.p;
		if (h.id == FIELD_ROWS && h.type == WIRE_I64) {
			f->rows += take_signed(&r);
		} else if (h.id == FIELD_GROUPS && h.type == WIRE_LIST) {
			add_groups(f, &r, by);
		} else {
			skip(&r, h.type, false, 0);
			if (!first || r.bad) continue;
		}
		struct str bytes = arena_str(&f->arena, str_make((const char *)from, (size_t)(r.p - from)));
		if (first) vec_push(&f->arena, &f->fields, ((struct footer_field){ h.id, (int)h.type, bytes }));
	}
	if (f->groups.over) return err_set(e, ERR_TOO_LARGE, "this Parquet file has too many groups of rows");
	if (!r.bad) return true;
	err_set(e, ERR_DATABASE, "the data could not be written");
	return err_cause(e, "a Parquet footer of %zu bytes is not understood", footer.n);
}

void footers_put(const struct footers *f, struct buf *b)
{
	int64_t before = 0;
	for (size_t i = 0; i < f->fields.n; i++) {
		const struct footer_field *field = &f->fields.p[i];
		put_header(b, (struct header){ (enum wire)field->type, field->id }, before);
		before = field->id;
		if (field->id == FIELD_ROWS) {
			put_signed(b, f->rows);
		} else if (field->id == FIELD_GROUPS) {
			put_list(b, WIRE_STRUCT, f->ngroups);
			buf_put(b, buf_str(&f->groups));
		} else {
			buf_put(b, field->bytes);
		}
	}
	buf_put_char(b, WIRE_STOP);
}

void footers_done(struct footers *f)
{
	buf_done(&f->groups);
	arena_done(&f->arena);
}
