/* Pictures told by their first bytes: each kind, how a camera was held, and what is no picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "image/image.h"

static void sees(struct str head, enum image_kind kind, int width, int height, int orientation)
{
	struct image_facts f;
	assert_true(image_sniff(head, &f));
	assert_int_equal(f.kind, kind);
	assert_int_equal(f.width, width);
	assert_int_equal(f.height, height);
	assert_int_equal(f.orientation, orientation);
}

static void sees_none(struct str head)
{
	struct image_facts f;
	assert_false(image_sniff(head, &f));
}

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define JPEG_FRAME "\xff\xc0\0\x11\x08\0\x20\0\x40\x03"

static void tells_each_kind(void **state)
{
	(void)state;
	sees(STR(PNG_HEAD "\0\0\1\0\0\0\0\x80"), IMAGE_PNG, 256, 128, 1);
	sees(STR("GIF89a\x0a\0\x05\0"), IMAGE_GIF, 10, 5, 1);
	sees(STR("\xff\xd8" JPEG_FRAME), IMAGE_JPEG, 64, 32, 1);
	sees(STR("RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\0\0\x1f\0\0"), IMAGE_WEBP, 64, 32, 1);
	sees(STR("RIFF....WEBPVP8L\x05\0\0\0\x2f\x3f\xc0\x07\0......"), IMAGE_WEBP, 64, 32, 1);
	sees(STR("RIFF....WEBPVP8 \x05\0\0\0\0\0\0\x9d\x01*\x40\0\x20\0"), IMAGE_WEBP, 64, 32, 1);
}

static void turns_the_size_of_a_camera_held_upright(void **state)
{
	(void)state;
	static const char little[] = "\xff\xd8\xff\xe1\0\x22" "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0" JPEG_FRAME;
	static const char large[] = "\xff\xd8\xff\xe1\0\x22" "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\3\0\0\0\0\0\0" JPEG_FRAME;
	sees(str_make(little, sizeof little - 1), IMAGE_JPEG, 32, 64, 6);
	sees(str_make(large, sizeof large - 1), IMAGE_JPEG, 64, 32, 3);
}

static void a_thumbnail_inside_does_not_undo_the_orientation(void **state)
{
	(void)state;
	static const char two[] = "\xff\xd8\xff\xe1\0\x22" "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
		"\xff\xe1\0\x08http:/" JPEG_FRAME;
	sees(str_make(two, sizeof two - 1), IMAGE_JPEG, 32, 64, 6);
}

/* A directory of one place, whose degrees lie behind it; and a packet of XMP that tells another. */
static void forgets_where_it_was_taken(void **state)
{
	(void)state;
	char head[] = "\xff\xd8\xff\xe1\0\x64" "Exif\0\0II*\0\x08\0\0\0\1\0\x25\x88\4\0\1\0\0\0\x1a\0\0\0\0\0\0\0"
		"\2\0\2\0\5\0\3\0\0\0\x38\0\0\0" "\4\0\5\0\3\0\0\0\xf0\xff\xff\xff" "\0\0\0\0"
		"\x30\0\0\0\1\0\0\0\x1e\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0" "after it...\0"
		"\xff\xe1\0\x2e" "http://ns.adobe.com/xap/1.0/\0exif:GPS=\"48,2\"" JPEG_FRAME;
	struct str s = str_make(head, sizeof head - 1);
	struct image_exif x;
	assert_true(image_forget_place(head, s.n));
	assert_true(str_find(s, STR("\x30\0\0\0\1\0\0\0\x1e")) < 0 && str_find(s, STR("GPS")) < 0);
	assert_true(str_find(s, STR("after it...")) > 0);
	assert_true(image_exif(s, &x) && !x.has_place);
	assert_false(image_forget_place(head, s.n) && str_find(s, STR("GPS")) >= 0);
	sees(s, IMAGE_JPEG, 64, 32, 1);
	for (size_t n = 0; n < s.n; n++) image_forget_place(head, n);
}

static void refuses_what_is_no_picture(void **state)
{
	(void)state;
	sees_none(STR(""));
	sees_none(STR("<svg xmlns='http://www.w3.org/2000/svg'/>"));
	sees_none(STR(PNG_HEAD));
	sees_none(STR(PNG_HEAD "\0\0\0\0\0\0\0\x80"));
	sees_none(STR(PNG_HEAD "\0\1\0\0\0\0\0\x80"));
	sees_none(STR("\xff\xd8\xff\xda\0\x08......" JPEG_FRAME));
	sees_none(STR("\xff\xd8\xff\xe0\xff\xff" JPEG_FRAME));
	sees_none(STR("\xff\xd8\xff\xe0\0\1" JPEG_FRAME));
	sees_none(STR("GIF89a\x0a"));
	sees_none(STR("RIFF....WEBPVP8L\x05\0\0\0\x2e\x3f\xc0\x07\0......"));
}

static void tells_what_can_be_drawn_anew(void **state)
{
	static const char bmp[] = "BM" "\0\0\0\0" "\0\0\0\0" "\x36\0\0\0" "\x28\0\0\0" "\x03\0\0\0" "\xfe\xff\xff\xff"; /* its rows go from the top */
	static const char tiff[] = "II*\0" "\x08\0\0\0" "\2\0" "\0\1\3\0\1\0\0\0\x28\0\0\0" "\1\1\3\0\1\0\0\0\x1e\0\0\0" "\0\0\0\0";
	struct image_facts f;
	(void)state;
	/* Not given to anybody as they are. */
	sees_none(str_make(bmp, sizeof bmp - 1));
	sees_none(str_make(tiff, sizeof tiff - 1));
	assert_true(image_sniff_drawable(str_make(bmp, sizeof bmp - 1), &f));
	assert_true(f.kind == IMAGE_BMP && f.width == 3 && f.height == 2);
	assert_true(image_sniff_drawable(str_make(tiff, sizeof tiff - 1), &f));
	assert_true(f.kind == IMAGE_TIFF && f.width == 40 && f.height == 30);
	assert_true(image_sniff_drawable(STR("MM\0*\x7f\xff\xff\xff"), &f));
	assert_true(f.kind == IMAGE_TIFF && f.width == 0);
	for (size_t n = 0; n + 1 < sizeof bmp; n++) assert_false(image_sniff_drawable(str_make(bmp, n), &f));
	/* A part of a directory has no size; nothing beyond it is read. */
	for (size_t n = 9; n + 1 < sizeof tiff; n++) assert_true(!image_sniff_drawable(str_make(tiff, n), &f) || !f.width || n >= 34);
	assert_true(image_sniff_drawable(STR(PNG_HEAD "\0\0\1\0\0\0\0\x80"), &f) && f.kind == IMAGE_PNG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_kind),
		cmocka_unit_test(turns_the_size_of_a_camera_held_upright),
		cmocka_unit_test(a_thumbnail_inside_does_not_undo_the_orientation),
		cmocka_unit_test(forgets_where_it_was_taken),
		cmocka_unit_test(refuses_what_is_no_picture), cmocka_unit_test(tells_what_can_be_drawn_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
