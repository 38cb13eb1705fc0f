/* Where a picture was taken is taken out of it, for readers are not told what a camera added unasked. It stands in a directory of Exif, which is a TIFF,
 * and in packets of XMP; each kind of file puts these somewhere else, some at the end, and a JPEG may have a second picture behind it. Nothing changes
 * its length: what is taken out becomes zeros or blanks. Sources: Exif 2.3, XMP part 3 (Adobe), PNG third edition, WebP container. */
#include "image/inside.h"
#include "pack/pack.h"

static const struct str packet = { "http://ns.adobe.com/xap/1.0/", 29 };        /* the zero behind it included */
static const struct str extension = { "http://ns.adobe.com/xmp/extension/", 35 };

/* The directory of the place becomes one without entries, and what they pointed to is emptied. */
static bool empty_place(char *p, struct str s)
{
	static const unsigned char sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
	struct tiff t;
	if (!tiff_begins(s, &t)) return false;
	size_t gps = tiff_whole(&t, tiff_number(&t, 4, 4), 0x8825);
	if (gps < 8 || gps > s.n || s.n - gps < 2) return false;
	uint32_t n = num_min(tiff_number(&t, gps, 2), (uint32_t)TIFF_ENTRIES);
	for (size_t i = 0, at = gps + 2; i < n && at + 12 <= s.n; i++, at += 12) {
		uint32_t type = tiff_number(&t, at + 2, 2), count = tiff_number(&t, at + 4, 4);
		size_t bytes = type < COUNT_OF(sizes) ? (size_t)sizes[type] * count : 0, from = tiff_number(&t, at + 8, 4);
		if (bytes > 4 && from >= 8 && from <= s.n && s.n - from >= bytes) memset(p + from, 0, bytes);
		memset(p + at, 0, 12);
	}
	memset(p + gps, 0, 2);
	return n > 0;
}

static bool tells_place(struct str xmp) { return str_find(xmp, STR("GPS")) >= 0; }

static bool blank(char *p, size_t n)
{
	memset(p, ' ', n);
	return true;
}

/* --- JPEG ------------------------------------------------------------------------------------------- */

/* A long packet goes on in blocks that may part any word of it, so these are taken out unread. */
static bool forget_jpeg(char *p, struct str s)
{
	struct str block;
	unsigned char marker;
	bool any = false;
	for (size_t at = 2; jpeg_block(s, &at, &marker, &block);) {
		char *b = p + (block.p - s.p);
		if (marker != 0xe1) continue;
		if (str_starts(block, STR("Exif\0\0"))) any |= empty_place(b + 6, str_from(block, 6));
		else if (str_starts(block, packet) && tells_place(block)) any |= blank(b + packet.n, block.n - packet.n);
		else if (str_starts(block, extension)) any |= blank(b + extension.n, block.n - extension.n);
	}
	return any;
}

/* --- PNG -------------------------------------------------------------------------------------------- */

static bool is_metadata(struct str text)
{
	return str_starts(text, STR("XML:com.adobe.xmp\0")) || str_starts(text, STR("Raw profile type exif\0")) || str_starts(text, STR("Raw profile type APP1\0")) ||
	       str_starts(text, STR("Raw profile type xmp\0"));
}

/* A text that is packed or written as digits is not read: it becomes an empty remark. */
static bool forget_chunk(char *p, struct str type, struct str data)
{
	static const struct str remark = { "Comment", 8 }; /* the zero behind it included */
	bool text = str_eq(type, STR("tEXt")) || str_eq(type, STR("zTXt")) || str_eq(type, STR("iTXt"));
	size_t prefix = str_starts(data, STR("Exif\0\0")) ? 6 : 0;
	if (str_eq(type, STR("eXIf"))) return empty_place(p + 8 + prefix, str_from(data, prefix));
	if (!text || !is_metadata(data)) return false;
	struct str plain = { "XML:com.adobe.xmp\0", 19 }; /* and not packed */
	if (str_eq(type, STR("iTXt")) && str_starts(data, plain) && !tells_place(data)) return false;
	memcpy(p + 4, "tEXt", 4);
	memcpy(p + 8, remark.p, remark.n);
	return blank(p + 8 + remark.n, data.n - remark.n);
}

static bool forget_png(char *p, struct str s)
{
	struct tiff big = { s, false };
	bool any = false;
	for (size_t at = 8; s.n - at >= 12;) {
		size_t n = tiff_number(&big, at, 4);
		if (n > s.n - at - 12) break;
		if (forget_chunk(p + at, str_sub(s, at + 4, 4), str_sub(s, at + 8, n))) {
			uint32_t crc = __builtin_bswap32(pack_crc32(str_sub(s, at + 4, n + 4)));
			memcpy(p + at + 8 + n, &crc, sizeof crc);
			any = true;
		}
		at += n + 12;
	}
	return any;
}

/* --- the others --------------------------------------------------------------------------------------- */

static bool forget_webp(char *p, struct str s)
{
	struct tiff little = { s, true };
	bool any = false;
	for (size_t at = 12; at <= s.n && s.n - at >= 8;) {
		size_t n = tiff_number(&little, at + 4, 4);
		struct str data = str_sub(s, at + 8, n);
		size_t prefix = str_starts(data, STR("Exif\0\0")) ? 6 : 0;
		if (str_eq(str_sub(s, at, 4), STR("EXIF"))) any |= empty_place(p + at + 8 + prefix, str_from(data, prefix));
		if (str_eq(str_sub(s, at, 4), STR("XMP ")) && tells_place(data)) any |= blank(p + at + 8, data.n);
		at += 8 + n + (n & 1);
	}
	return any;
}

/* Wherever `mark` stands before a TIFF: in boxes of HEIC and AVIF, and in a second picture behind the first. */
static bool forget_marked(char *p, struct str s, struct str mark)
{
	bool any = false;
	ptrdiff_t found;
	for (size_t at = 0; (found = str_find(str_from(s, at), mark)) >= 0;) {
		size_t tiff = at + (size_t)found + mark.n;
		any |= empty_place(p + tiff, str_from(s, tiff));
		at += (size_t)found + 1; /* zeros may begin at any of them */
	}
	return any;
}

static bool forget_packets(char *p, struct str s)
{
	bool any = false;
	ptrdiff_t found;
	for (size_t at = 0; (found = str_find(str_from(s, at), STR("<x:xmpmeta"))) >= 0;) {
		at += (size_t)found;
		ptrdiff_t end = str_find(str_from(s, at), STR("</x:xmpmeta>"));
		size_t n = end < 0 ? s.n - at : (size_t)end + 12;
		if (tells_place(str_sub(s, at, n))) any |= blank(p + at, n);
		at += n;
	}
	return any;
}

bool image_forget_place(char *p, size_t n)
{
	struct str s = str_make(p, n);
	struct tiff t;
	bool any = false;
	if (str_starts(s, STR("\x89PNG\r\n\x1a\n"))) return forget_png(p, s);
	if (str_starts(s, STR("\xff\xd8\xff"))) any |= forget_jpeg(p, s);
	else if (str_starts(s, STR("RIFF")) && str_eq(str_sub(s, 8, 4), STR("WEBP"))) any |= forget_webp(p, s);
	else if (tiff_begins(s, &t)) any |= empty_place(p, s);
	else if (str_eq(str_sub(s, 4, 4), STR("ftyp"))) any |= forget_marked(p, s, STR("\0\0\0\0"));
	else return false;
	any |= forget_marked(p, s, STR("Exif\0\0"));
	return forget_packets(p, s) || any;
}
