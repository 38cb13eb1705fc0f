/* Where a picture was taken is taken out of every kind that may tell it, wherever it stands, and nothing else is. */
#include "image/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* A directory of one place, whose degrees lie behind it. */
#define TIFF "II*\0\x08\0\0\0\1\0\x25\x88\4\0\1\0\0\0\x1a\0\0\0\0\0\0\0" \
	"\2\0\2\0\5\0\3\0\0\0\x38\0\0\0" "\4\0\5\0\3\0\0\0\x38\0\0\0" "\0\0\0\0" DEGREES
#define DEGREES "\x30\0\0\0\1\0\0\0\x1e\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0"
#define XMP "<x:xmpmeta><rdf exif:GPSLatitude=\"48,30N\"/></x:xmpmeta>"
#define QUIET "<x:xmpmeta><rdf dc:title=\"A tree\"/></x:xmpmeta>"

static uint32_t crc_of(struct str s)
{
	uint32_t c = UINT32_MAX;
	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~c;
}

static void put_number(struct buf *b, uint32_t v, bool big)
{
	for (int i = 0; i < 4; i++) buf_put_char(b, (char)(v >> (big ? 24 - 8 * i : 8 * i)));
}

static void put_chunk(struct buf *b, const char *type, struct str data)
{
	put_number(b, (uint32_t)data.n, true);
	size_t from = b->n;
	buf_put(b, str_of(type));
	buf_put(b, data);
	put_number(b, crc_of(str_from(buf_str(b), from)), true);
}

static void put_riff(struct buf *b, const char *type, struct str data)
{
	buf_put(b, str_of(type));
	put_number(b, (uint32_t)data.n, false);
	buf_put(b, data);
	if (data.n & 1) buf_put_char(b, '\0');
}

/* Nothing of the place is left, the length is the same, and a second time there is nothing to do. */
static void forgets(struct buf *b)
{
	size_t n = b->n;
	assert_true(image_forget_place(b->p, b->n));
	assert_true(b->n == n);
	assert_true(str_find(buf_str(b), STR(DEGREES)) < 0);
	assert_true(str_find(buf_str(b), STR("GPS")) < 0);
}

static void png(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(10000);
	buf_put(&b, STR("\x89PNG\r\n\x1a\n"));
	put_chunk(&b, "IHDR", STR("\0\0\0\1\0\0\0\1\x08\0\0\0\0"));
	put_chunk(&b, "eXIf", STR(TIFF));
	put_chunk(&b, "iTXt", STR("XML:com.adobe.xmp\0\0\0\0\0" QUIET));
	put_chunk(&b, "iTXt", STR("XML:com.adobe.xmp\0\0\0\0\0" XMP));
	put_chunk(&b, "zTXt", STR("Raw profile type exif\0\0packed"));
	put_chunk(&b, "IEND", STR(""));
	forgets(&b);
	assert_true(str_find(buf_str(&b), STR("A tree")) > 0);
	assert_true(str_find(buf_str(&b), STR("packed")) < 0);
	/* Every chunk still proves itself. */
	struct str s = buf_str(&b);
	size_t chunks = 0;
	for (size_t at = 8; at + 12 <= s.n; chunks++) {
		const unsigned char *p = (const unsigned char *)s.p + at;
		size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		uint32_t told = (uint32_t)p[8 + n] << 24 | (uint32_t)p[9 + n] << 16 | (uint32_t)p[10 + n] << 8 | p[11 + n];
		assert_int_equal(told, crc_of(str_sub(s, at + 4, n + 4)));
		at += n + 12;
	}
	assert_int_equal(chunks, 6);
}

static void png_that_tells_nothing(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(10000);
	buf_put(&b, STR("\x89PNG\r\n\x1a\n"));
	put_chunk(&b, "tEXt", STR("Author\0GPS is what I do"));
	put_chunk(&b, "iTXt", STR("XML:com.adobe.xmp\0\0\0\0\0" QUIET));
	assert_false(image_forget_place(b.p, b.n));
}

static void webp(void **state)
{
	(void)state;
	static const struct str bodies[] = { { TIFF, sizeof TIFF - 1 }, { "Exif\0\0" TIFF, sizeof TIFF + 5 } };
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		auto_buf b = BUF_INIT(10000);
		buf_put(&b, STR("RIFF\0\1\0\0WEBP"));
		put_riff(&b, "VP8X", STR("\x0c\0\0\0\0\0\0\0\0\0"));
		put_riff(&b, "VP8 ", STR("odd"));
		put_riff(&b, "EXIF", bodies[i]);
		put_riff(&b, "XMP ", STR(XMP));
		forgets(&b);
		assert_true(str_find(buf_str(&b), STR("odd")) > 0);
	}
}

static void tiff_and_heic(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(10000);
	buf_put(&b, STR(TIFF "pixels" XMP));
	forgets(&b);
	assert_true(str_find(buf_str(&b), STR("pixels")) > 0);
	buf_clear(&b);
	buf_put(&b, STR("\0\0\0\x18" "ftypheic\0\0\0\0mdat\0\0\0\6" "Exif\0\0" TIFF "pixels" XMP "\0\0\0\0\0\0" TIFF));
	forgets(&b);
	assert_true(str_find(buf_str(&b), STR("pixels")) > 0);
}

static void long_packets_and_second_pictures(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(10000);
	buf_put(&b, STR("\xff\xd8\xff\xff\xe1\0\x54" "http://ns.adobe.com/xmp/extension/\0" "0123456789abcdef0123456789abcdef" "\0\0\0\x20\0\0\0\0" "exif:GP\xff\xda\0\2" "pixels"
	                "\xff\xd9\xff\xd8\xff\xe1\0\x58" "Exif\0\0" TIFF));
	forgets(&b);
	assert_true(str_find(buf_str(&b), STR("exif:GP")) < 0);
	assert_true(str_find(buf_str(&b), STR("pixels")) > 0);
}

static void a_part_of_a_picture(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(10000);
	buf_put(&b, STR("RIFF\0\1\0\0WEBP"));
	put_riff(&b, "EXIF", STR(TIFF));
	for (size_t n = 0; n < b.n; n++) {
		char *copy = malloc(n + 1);
		assert_non_null(copy);
		memcpy(copy, b.p, n);
		image_forget_place(copy, n);
		free(copy);
	}
	char text[] = "Exif\0\0" TIFF;
	assert_false(image_forget_place(text, sizeof text - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(png), cmocka_unit_test(png_that_tells_nothing), cmocka_unit_test(webp), cmocka_unit_test(tiff_and_heic),
		cmocka_unit_test(long_packets_and_second_pictures), cmocka_unit_test(a_part_of_a_picture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
