/* Objects of the file: numbers, places, streams, and how texts and numbers are spelled. */
#include "pdf/inside.h"

#include "pack/pack.h"
#include "text/text.h"

int pdf_object(struct pdf_job *j)
{
	vec_push(j->arena, &j->objects.places, 0);
	return (int)j->objects.places.n;
}

void pdf_begin(struct pdf_job *j, int object)
{
	struct buf *b = j->objects.out;
	j->objects.places.p[object - 1] = b->n - j->objects.base;
	buf_put_int(b, object);
	buf_lit(b, " 0 obj\n");
}

void pdf_end(struct pdf_job *j)
{
	buf_lit(j->objects.out, "\nendobj\n");
}

bool pdf_stream(struct pdf_job *j, int object, struct str dict, struct str bytes, bool packed, struct err *e)
{
	auto_buf small = BUF_INIT(PDF_BYTES_MOST);
	struct buf *b = j->objects.out;
	if (packed && !pack_deflate(&small, bytes))
		return err_set(e, ERR_TOO_LARGE, "The document is larger than %d bytes.", (int)PDF_BYTES_MOST);
	struct str body = packed ? buf_str(&small) : bytes;
	pdf_begin(j, object);
	buf_lit(b, "<<");
	buf_put(b, dict);
	if (packed)
		buf_lit(b, "/Filter/FlateDecode");
	buf_printf(b, "/Length %zu>>\nstream\n", body.n);
	buf_put(b, body);
	buf_lit(b, "\nendstream");
	pdf_end(j);
	return true;
}

static void put_unit(struct buf *b, uint32_t unit)
{
	buf_printf(b, "%04X", unit);
}

void pdf_put_text(struct buf *b, struct str utf8)
{
	buf_lit(b, "<FEFF");
	for (size_t at = 0; at < utf8.n;) {
		uint32_t c = text_next(utf8, &at);
		if (c > 0xffff) {
			put_unit(b, 0xd7c0 + (c >> 10));
			put_unit(b, 0xdc00 + (c & 0x3ff));
		} else {
			put_unit(b, c);
		}
	}
	buf_put_char(b, '>');
}

/* At most three places, no zeros at the end: what a PDF reader needs and no more. */
void pdf_put_number(struct buf *b, double v)
{
	int64_t thousandths = (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5));
	if (thousandths < 0) {
		buf_put_char(b, '-');
		thousandths = -thousandths;
	}
	buf_put_int(b, thousandths / 1000);
	int rest = (int)(thousandths % 1000);
	if (!rest)
		return;
	buf_put_char(b, '.');
	for (int place = 100; rest; place /= 10) {
		buf_put_char(b, (char)('0' + rest / place));
		rest %= place;
	}
}

void pdf_put_colour(struct buf *b, uint32_t colour)
{
	for (int shift = 16; shift >= 0; shift -= 8) {
		pdf_put_number(b, (double)((colour >> shift) & 0xff) / 255);
		buf_put_char(b, ' ');
	}
}
