/* What a picture is, from its first bytes: kind, size, and how the camera was held. Every length is checked
 * against what is there; what is not there is not a picture. */
#include "image/inside.h"

static uint32_t big(struct str s, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = 0; i < n; i++) v = v << 8 | (at + i < s.n ? (unsigned char)s.p[at + i] : 0u);
	return v;
}

static uint32_t little(struct str s, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = n; i-- > 0;) v = v << 8 | (at + i < s.n ? (unsigned char)s.p[at + i] : 0u);
	return v;
}

static bool sized(struct image_facts *out, enum image_kind kind, const char *mime, uint32_t w, uint32_t h)
{
	if (w == 0 || h == 0 || w > IMAGE_SIDE || h > IMAGE_SIDE) return false;
	*out = (struct image_facts){ .kind = kind, .mime = mime, .width = (int)w, .height = (int)h, .orientation = 1 };
	return true;
}

/* --- JPEG ------------------------------------------------------------------------------------------- */

/* Tag 0x0112 of the first directory of an Exif block; 1 when there is none. */
static int exif_orientation(struct str exif)
{
	if (!str_starts(exif, STR("Exif\0\0"))) return 1;
	struct str tiff = str_from(exif, 6);
	bool ii = str_starts(tiff, STR("II*\0"));
	if (!ii && !str_starts(tiff, STR("MM\0*"))) return 1;
	uint32_t (*get)(struct str, size_t, size_t) = ii ? little : big;
	size_t at = get(tiff, 4, 4);
	if (at > tiff.n || tiff.n - at < 2) return 1;
	uint32_t n = get(tiff, at, 2);
	for (size_t i = 0, entry = at + 2; i < n && entry + 12 <= tiff.n; i++, entry += 12) {
		if (get(tiff, entry, 2) != 0x0112) continue;
		uint32_t v = get(tiff, entry + 8, 2);
		return v >= 1 && v <= 8 ? (int)v : 1;
	}
	return 1;
}

/* A frame header is any of SOF0 … SOF15 but DHT, JPG and DAC. */
static bool is_frame(uint32_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool sniff_jpeg(struct str s, struct image_facts *out)
{
	int orientation = 1;
	for (size_t at = 2; at + 4 <= s.n;) {
		uint32_t marker = big(s, at + 1, 1);
		if ((unsigned char)s.p[at] != 0xff) return false;
		if (marker == 0xff) { /* fill byte */
			at++;
			continue;
		}
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) { /* no length */
			at += 2;
			continue;
		}
		uint32_t n = big(s, at + 2, 2);
		if (n < 2 || marker == 0xd9 || marker == 0xda) return false;
		if (marker == 0xe1) {
			int told = exif_orientation(str_sub(s, at + 4, n - 2));
			if (told != 1) orientation = told;
		}
		if (is_frame(marker)) {
			if (at + 9 > s.n || !sized(out, IMAGE_JPEG, "image/jpeg", big(s, at + 7, 2), big(s, at + 5, 2))) return false;
			out->orientation = orientation;
			if (orientation < 5) return true;
			int width = out->width; /* lies on its side */
			out->width = out->height;
			out->height = width;
			return true;
		}
		at += 2 + n;
	}
	return false;
}

/* --- the others --------------------------------------------------------------------------------------- */

static bool sniff_webp(struct str s, struct image_facts *out)
{
	struct str form = str_sub(s, 12, 4);
	if (s.n < 30) return false;
	if (str_eq(form, STR("VP8X"))) return sized(out, IMAGE_WEBP, "image/webp", little(s, 24, 3) + 1, little(s, 27, 3) + 1);
	if (str_eq(form, STR("VP8 ")))
		return str_eq(str_sub(s, 23, 3), STR("\x9d\x01*")) &&
		       sized(out, IMAGE_WEBP, "image/webp", little(s, 26, 2) & 0x3fff, little(s, 28, 2) & 0x3fff);
	if (!str_eq(form, STR("VP8L")) || (unsigned char)s.p[20] != 0x2f) return false;
	uint32_t bits = little(s, 21, 4);
	return sized(out, IMAGE_WEBP, "image/webp", (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
}

bool image_sniff(struct str s, struct image_facts *out)
{
	*out = (struct image_facts){ 0 };
	if (str_starts(s, STR("\x89PNG\r\n\x1a\n")) && s.n >= 24 && str_eq(str_sub(s, 12, 4), STR("IHDR")))
		return sized(out, IMAGE_PNG, "image/png", big(s, 16, 4), big(s, 20, 4));
	if ((str_starts(s, STR("GIF87a")) || str_starts(s, STR("GIF89a"))) && s.n >= 10)
		return sized(out, IMAGE_GIF, "image/gif", little(s, 6, 2), little(s, 8, 2));
	if (str_starts(s, STR("\xff\xd8\xff"))) return sniff_jpeg(s, out);
	if (str_starts(s, STR("RIFF")) && str_eq(str_sub(s, 8, 4), STR("WEBP"))) return sniff_webp(s, out);
	return false;
}

/* --- what is drawn anew only ---------------------------------------------------------------------------- */

static bool sniff_bmp(struct str s, struct image_facts *out)
{
	enum { CORE = 12, LEAST = 26 };
	if (s.n < LEAST) return false;
	if (little(s, 14, 4) == CORE) return sized(out, IMAGE_BMP, "image/bmp", little(s, 18, 2), little(s, 20, 2));
	/* A height below 0 says that rows go from the top. */
	uint32_t height = little(s, 22, 4);
	return sized(out, IMAGE_BMP, "image/bmp", little(s, 18, 4), height >> 31 ? 0u - height : height);
}

static bool sniff_tiff(const struct tiff *t, struct image_facts *out)
{
	enum { WIDTH = 256, HEIGHT = 257 };
	size_t directory = tiff_number(t, 4, 4);
	if (directory >= t->s.n) {
		*out = (struct image_facts){ .kind = IMAGE_TIFF, .mime = "image/tiff", .orientation = 1 };
		return true;
	}
	return sized(out, IMAGE_TIFF, "image/tiff", tiff_whole(t, directory, WIDTH), tiff_whole(t, directory, HEIGHT));
}

bool image_sniff_drawable(struct str s, struct image_facts *out)
{
	struct tiff t;
	if (image_sniff(s, out)) return true;
	if (str_starts(s, STR("BM"))) return sniff_bmp(s, out);
	return tiff_begins(s, &t) && sniff_tiff(&t, out);
}
