/* What a camera wrote into a JPEG: when, where, with what, and how it was held. Every offset is checked against what is there, directories are read once
 * each, and what cannot be read is simply not told. Source: Exif 2.3 (CIPA DC-008), TIFF 6.0. */
#include "image/inside.h"
#include <math.h>

enum { TEXT_BYTES = 64 };
enum tag_type { BYTE = 1, ASCII, SHORT, LONG, RATIONAL };

uint32_t tiff_number(const struct tiff *t, size_t at, size_t n)
{
	uint32_t v = 0;
	if (at > t->s.n || t->s.n - at < n) return 0;
	for (size_t i = 0; i < n; i++) v = v << 8 | (unsigned char)t->s.p[at + (t->little ? n - 1 - i : i)];
	return v;
}

size_t tiff_entry(const struct tiff *t, size_t directory, uint32_t tag)
{
	if (directory < 8 || directory > t->s.n || t->s.n - directory < 2) return 0;
	uint32_t n = num_min(tiff_number(t, directory, 2), (uint32_t)TIFF_ENTRIES);
	for (size_t i = 0, at = directory + 2; i < n && at + 12 <= t->s.n; i++, at += 12)
		if (tiff_number(t, at, 2) == tag) return at;
	return 0;
}

uint32_t tiff_whole(const struct tiff *t, size_t directory, uint32_t tag)
{
	size_t at = tiff_entry(t, directory, tag);
	uint32_t type = at ? tiff_number(t, at + 2, 2) : 0;
	return type == SHORT ? tiff_number(t, at + 8, 2) : type == LONG ? tiff_number(t, at + 8, 4) : 0;
}

static struct str text_of(const struct tiff *t, size_t directory, uint32_t tag)
{
	size_t at = tiff_entry(t, directory, tag);
	if (!at || tiff_number(t, at + 2, 2) != ASCII) return (struct str){ 0 };
	uint32_t n = tiff_number(t, at + 4, 4);
	size_t from = n > 4 ? tiff_number(t, at + 8, 4) : at + 8;
	if (from > t->s.n || t->s.n - from < n || n > TEXT_BYTES) return (struct str){ 0 };
	struct str s = str_sub(t->s, from, n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0') s.n = i;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e) return (struct str){ 0 };
	return str_trim(s);
}

/* Degrees, minutes and seconds, each a fraction. */
static double degrees_of(const struct tiff *t, size_t directory, uint32_t tag, uint32_t reference, char away)
{
	size_t at = tiff_entry(t, directory, tag);
	if (!at || tiff_number(t, at + 2, 2) != RATIONAL || tiff_number(t, at + 4, 4) != 3) return NAN;
	size_t from = tiff_number(t, at + 8, 4);
	double v = 0;
	if (from > t->s.n || t->s.n - from < 24) return NAN;
	for (size_t i = 0; i < 3; i++) {
		double below = tiff_number(t, from + 8 * i + 4, 4);
		if (!(below > 0)) {
			if (i == 0 || tiff_number(t, from + 8 * i, 4) != 0) return NAN;
			continue;
		}
		v += tiff_number(t, from + 8 * i, 4) / below / (i == 0 ? 1 : i == 1 ? 60 : 3600);
	}
	struct str side = text_of(t, directory, reference);
	return side.n && (side.p[0] | 32) == away ? -v : v;
}

/* "2024:05:01 12:30:00" as ISO 8601, without a zone: cameras know none. */
static void date_of(struct str s, char out[20])
{
	static const char pattern[] = "dddd:dd:dd dd:dd:dd";
	out[0] = '\0';
	if (s.n != 19) return;
	for (size_t i = 0; i < 19; i++)
		if (pattern[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != pattern[i]) return;
	if (str_starts(s, STR("0000"))) return;
	memcpy(out, s.p, 19);
	out[4] = out[7] = '-';
	out[10] = 'T';
	out[19] = '\0';
}

static void join(struct str make, struct str model, char out[IMAGE_CAMERA])
{
	size_t n = 0;
	if (str_starts(model, make)) make.n = 0;
	for (size_t i = 0; i < make.n && n + 1 < IMAGE_CAMERA; i++) out[n++] = make.p[i];
	if (make.n && model.n && n + 1 < IMAGE_CAMERA) out[n++] = ' ';
	for (size_t i = 0; i < model.n && n + 1 < IMAGE_CAMERA; i++) out[n++] = model.p[i];
	out[n] = '\0';
}

bool tiff_begins(struct str s, struct tiff *out)
{
	*out = (struct tiff){ s, str_starts(s, STR("II*\0")) };
	return out->little || str_starts(s, STR("MM\0*"));
}

static void read_tiff(struct str s, struct image_exif *out)
{
	struct tiff t;
	if (!tiff_begins(s, &t)) return;
	size_t first = tiff_number(&t, 4, 4);
	size_t exif = tiff_whole(&t, first, 0x8769);
	size_t gps = tiff_whole(&t, first, 0x8825);
	uint32_t held = tiff_whole(&t, first, 0x0112);
	struct str taken = text_of(&t, exif, 0x9003);
	out->orientation = held >= 1 && held <= 8 ? (int)held : 0;
	date_of(taken.n ? taken : text_of(&t, first, 0x0132), out->date);
	join(text_of(&t, first, 0x010f), text_of(&t, first, 0x0110), out->camera);
	double lat = degrees_of(&t, gps, 2, 1, 's');
	double lon = degrees_of(&t, gps, 4, 3, 'w');
	out->has_place = isfinite(lat) && isfinite(lon) && fabs(lat) <= 90 && fabs(lon) <= 180 && (fabs(lat) > 0 || fabs(lon) > 0);
	if (out->has_place) {
		out->lat = lat;
		out->lon = lon;
	}
}

bool jpeg_block(struct str head, size_t *at, unsigned char *marker, struct str *block)
{
	/* Bytes of 0xff may stand before a marker. */
	while (*at + 1 < head.n && (unsigned char)head.p[*at] == 0xff && (unsigned char)head.p[*at + 1] == 0xff) ++*at;
	if (head.n < 4 || *at > head.n - 4) return false;
	size_t n = (size_t)(unsigned char)head.p[*at + 2] << 8 | (unsigned char)head.p[*at + 3];
	*marker = (unsigned char)head.p[*at + 1];
	if ((unsigned char)head.p[*at] != 0xff || *marker == 0xd9 || *marker == 0xda || n < 2) return false;
	*block = str_sub(head, *at + 4, n - 2);
	*at += 2 + n;
	return true;
}

bool image_exif(struct str head, struct image_exif *out)
{
	unsigned char marker;
	struct str block;
	*out = (struct image_exif){ 0 };
	if (!str_starts(head, STR("\xff\xd8\xff"))) return false;
	for (size_t at = 2; jpeg_block(head, &at, &marker, &block);)
		if (marker == 0xe1 && str_starts(block, STR("Exif\0\0"))) {
			read_tiff(str_from(block, 6), out);
			return true;
		}
	return false;
}
