/* OV2, the points of interest of TomTom devices, always WGS 84: simple records of type 2, each with its own
 * length. A shape stands at the middle of its box; a row without geometry has no place here. Names are in
 * Windows-1252, as the devices read them; a letter that is not in it becomes a question mark. */
#include "export/inside.h"
#include "text/text.h"
#include <math.h>

enum { RECORD_TYPE = 2, RECORD_HEAD = 13, NAME_BYTES = 250 };

struct state {
	struct feature feature;
	size_t naming;
	struct geo *geo;
	struct buf cell, name;
};

/* The upper half of the first two rows of Windows-1252; the rest is as in Unicode. */
static const uint16_t special[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static char letter_of(uint32_t c)
{
	if (c < 0x20 || c == 0x7f) return ' ';
	if (c < 0x80 || (c >= 0xa0 && c < 0x100)) return (char)(unsigned char)c;
	for (size_t i = 0; i < COUNT_OF(special); i++)
		if (special[i] == c) return (char)(unsigned char)(0x80 + i);
	return '?';
}

static void put_u32(struct buf *b, uint32_t v)
{
	char bytes[4] = { (char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24) };
	buf_put(b, str_make(bytes, 4));
}

static void put_row(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	struct geo_box box;
	struct str wkb = feature_of(&s->feature, b, row);
	if (!wkb.n || !geo_box(s->geo, wkb, &box)) return;
	double lon = (box.x0 + box.x1) / 2;
	double lat = (box.y0 + box.y1) / 2;
	if (fabs(lon) > 180 || fabs(lat) > 90) return;
	buf_clear(&s->name);
	struct str text = STR("");
	if (s->naming < x->ncolumns) text = export_text(x, &s->cell, s->naming, &b->columns[s->naming], row);
	for (size_t at = 0; at < text.n && s->name.n < NAME_BYTES;) buf_put_char(&s->name, letter_of(text_next(text, &at)));
	buf_put_char(&x->out, RECORD_TYPE);
	put_u32(&x->out, (uint32_t)(RECORD_HEAD + s->name.n + 1));
	put_u32(&x->out, (uint32_t)(int32_t)lround(lon * 100000));
	put_u32(&x->out, (uint32_t)(int32_t)lround(lat * 100000));
	buf_put(&x->out, buf_str(&s->name));
	buf_put_char(&x->out, '\0');
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	for (size_t row = 0; row < b->nrows; row++) {
		put_row(x, x->state, b, row);
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .naming = export_naming(x, x->job->options.name_field), .geo = geo_new(),
		           .cell = BUF_INIT((size_t)1 << 30), .name = BUF_INIT(1024) };
	x->state = &s;
	bool ok = feature_open(&s.feature, x, false, e) && export_batches(x, rows, e);
	feature_close(&s.feature);
	geo_free(s.geo);
	buf_done(&s.cell);
	buf_done(&s.name);
	return ok;
}

const struct export_format export_fmt_ov2 = {
	"ov2", "text/plain", "ov2", EXPORT_GEO | EXPORT_NEEDS | EXPORT_TAKES_NAME, run,
};
