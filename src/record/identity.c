/* Record ids: BLAKE2b over a salt and a plain spelling of the values, and a check that catches a mistyped id
 * before anything is looked up. */
#include "record/inside.h"
#include "crypt/crypt.h"

/* One value: a byte that tells the type (and null), then fixed bytes, or a length and bytes. Distinct
 * rows never spell alike, because every part tells its own length. */
static void put_bytes(struct buf *b, const void *p, size_t n) { buf_put(b, str_make(p, n)); }

static void put_text(struct buf *b, struct str s)
{
	uint32_t n = (uint32_t)s.n;
	put_bytes(b, &n, sizeof n);
	buf_put(b, s);
}

static void put_cell(struct buf *b, const struct column *c, size_t row)
{
	enum { NULL_BIT = 0x80, LIST_BIT = 0x40 };
	unsigned tag = (unsigned)c->type.type | (c->type.list ? LIST_BIT : 0u);
	if (!column_has(c, row)) {
		buf_put_char(b, (char)(tag | NULL_BIT));
		return;
	}
	buf_put_char(b, (char)tag);
	if (c->type.list) {
		struct list_span span = c->lists[row];
		put_bytes(b, &span.n, sizeof span.n);
		for (uint32_t i = 0; i < span.n; i++) put_text(b, c->items[span.from + i]);
		return;
	}
	switch (c->type.type) {
	case VALUE_INT:
	case VALUE_DATETIME: put_bytes(b, &c->ints[row], sizeof c->ints[row]); break;
	case VALUE_DOUBLE: put_bytes(b, &c->doubles[row], sizeof c->doubles[row]); break;
	case VALUE_BOOL: buf_put_char(b, c->bools[row] ? 1 : 0); break;
	case VALUE_DATE: put_bytes(b, &c->days[row], sizeof c->days[row]); break;
	case VALUE_POINT:
		put_bytes(b, &c->lats[row], sizeof c->lats[row]);
		put_bytes(b, &c->lons[row], sizeof c->lons[row]);
		break;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_JSON:
	case VALUE_SHAPE: put_text(b, c->texts[row]); break;
	case VALUE_TYPES: ensure(false && "a type");
	}
}

void record_ids(const struct schema *s, struct str salt, const struct batch *b, uint8_t (*out)[RECORD_ID_BYTES])
{
	auto_buf spelled = BUF_INIT(SIZE_MAX);
	unsigned flag = 0;
	ensure(s->n == b->ncolumns);
	for (size_t i = 0; i < s->n; i++) flag |= s->fields[i].flags & FIELD_ID;
	for (size_t row = 0; row < b->nrows; row++) {
		buf_clear(&spelled);
		if (salt.n) put_text(&spelled, salt);
		for (size_t i = 0; i < s->n; i++)
			if ((s->fields[i].flags & flag) == flag) put_cell(&spelled, &b->columns[i], row);
		crypt_blake2b(buf_str(&spelled), out[row], RECORD_ID_BYTES);
	}
}

/* --- spelling --------------------------------------------------------------------------------- */

enum { CHECK_BYTES = RECORD_ID_DIGITS / 2 - RECORD_ID_BYTES };

/* Not a secret, only a guard against slips: two rounds of multiply and shift over the 16 bytes. */
static uint32_t check_of(const uint8_t id[RECORD_ID_BYTES])
{
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);
	for (size_t i = 0; i < RECORD_ID_BYTES; i++) {
		x = (x ^ id[i]) * UINT64_C(0x100000001b3);
		x ^= x >> 29;
	}
	return (uint32_t)(x >> 16);
}

void record_id_put(struct buf *b, const uint8_t id[RECORD_ID_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	uint32_t check = check_of(id);
	char *to = buf_room(b, RECORD_ID_DIGITS);
	if (!to) return;
	for (size_t i = 0; i < RECORD_ID_DIGITS / 2; i++) {
		unsigned byte = i < RECORD_ID_BYTES ? id[i] : check >> (8 * (i - RECORD_ID_BYTES)) & 0xff;
		*to++ = hex[byte >> 4];
		*to++ = hex[byte & 15];
	}
	b->n += RECORD_ID_DIGITS;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

bool record_id_parse(struct str text, uint8_t out[RECORD_ID_BYTES])
{
	uint8_t bytes[RECORD_ID_BYTES + CHECK_BYTES];
	if (text.n != RECORD_ID_DIGITS) return false;
	for (size_t i = 0; i < sizeof bytes; i++) {
		int high = digit(text.p[2 * i]);
		int low = digit(text.p[2 * i + 1]);
		if (high < 0 || low < 0) return false;
		bytes[i] = (uint8_t)(high * 16 + low);
	}
	uint32_t check = check_of(bytes);
	for (size_t i = 0; i < CHECK_BYTES; i++)
		if (bytes[RECORD_ID_BYTES + i] != (uint8_t)(check >> (8 * i))) return false;
	memcpy(out, bytes, RECORD_ID_BYTES);
	return true;
}
