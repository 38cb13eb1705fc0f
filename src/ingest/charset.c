/* Which of the encodings of one byte a letter a text is written in. Each lays the letters of Western languages on other
 * bytes, so most bytes of a real text are a lower-case letter with an accent in one of them only; Cyrillic and Greek are told by
 * runs of bytes above 0x7f. */
#include "ingest/encoding.h"
#include "text/text.h"

/* Lower-case letters, and what stands beside them in names and prices, by encoding. */
static const struct { const char *name; const char *letters; } western[] = {
	{ "windows-1252", "\xe9\xe8\xea\xeb\xe0\xe2\xe4\xe1\xe3\xe7\xee\xef\xed\xf4\xf6\xf3\xf5\xf9\xfb\xfc\xfa\xf1\xdf\xe5\xe6\xf8\x9c\xc9\xc8\xc0\xd6\xdc\xc4\x80\xb0\x92\xab\xbb\xa0\xb2\xb3" },
	{ "macintosh", "\x8e\x8f\x90\x91\x88\x89\x8a\x87\x8b\x8d\x94\x95\x92\x99\x9a\x97\x9b\x9d\x9e\x9f\x9c\x96\xa7\x8c\xbe\xbf\xcf\x83\xe9\xcb\x85\x86\x80\xdb\xa1\xd5\xc7\xc8\xca" },
	{ "ibm850", "\x82\x8a\x88\x89\x85\x83\x84\xa0\xc6\x87\x8c\x8b\xa1\x93\x94\xa2\xe4\x97\x96\x81\xa3\xa4\xe1\x86\x91\x9b\x90\xd4\xb7\x99\x9a\x8e\xf8\xae\xaf\xfd" },
};

static bool is_letter(unsigned char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

struct tally { size_t high, runs, in_runs, cyrillic_1251, koi8; };

/* Runs of three and more bytes above 0x7f: words of another alphabet. */
static void count_runs(struct str s, struct tally *t)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = 0;
		while (i + n < s.n && (unsigned char)s.p[i + n] >= 0x80) n++;
		t->high += n;
		if (n >= 3) {
			t->runs++;
			t->in_runs += n;
			for (size_t k = i + 1; k < i + n; k++) {
				unsigned char c = (unsigned char)s.p[k];
				t->cyrillic_1251 += c >= 0xe0;             /* small letters of windows-1251 */
				t->koi8 += c >= 0xc0 && c < 0xe0;          /* of KOI8-R */
			}
		}
		i += n ? n : 1;
	}
}

const char *encoding_guess(struct str bytes)
{
	if (text_is_utf8(bytes)) return "utf-8";
	struct tally t = { 0 };
	count_runs(bytes, &t);
	if (t.in_runs * 2 > t.high && t.runs > 2)
		return t.koi8 > 2 * t.cyrillic_1251 ? "koi8-r" : "windows-1251";
	size_t best = 0;
	size_t most = 0;
	for (size_t i = 0; i < COUNT_OF(western); i++) {
		size_t score = 0;
		for (size_t k = 0; k < bytes.n; k++) {
			if ((unsigned char)bytes.p[k] < 0x80 || !strchr(western[i].letters, bytes.p[k])) continue;
			bool beside = (k > 0 && is_letter((unsigned char)bytes.p[k - 1])) || (k + 1 < bytes.n && is_letter((unsigned char)bytes.p[k + 1]));
			score += beside ? 3 : 1;
		}
		/* The usual one unless another is plainly better. */
		if (i > 0 && score * 10 <= most * 11) continue;
		if (score <= most && i > 0) continue;
		most = score;
		best = i;
	}
	return western[best].name;
}

struct str encoding_name(struct arena *a, struct str word)
{
	static const struct { const char *said, *name; } names[] = { { "utf8", "utf-8" }, { "65001", "utf-8" }, { "utf8bom", "utf-8" },
		{ "utf8sig", "utf-8" }, { "1252", "windows-1252" }, { "ansi", "windows-1252" }, { "cp1252", "windows-1252" },
		{ "ansi1252", "windows-1252" }, { "windowslatin1", "windows-1252" }, { "latin1", "iso-8859-1" }, { "88591", "iso-8859-1" },
		{ "28591", "iso-8859-1" }, { "885915", "iso-8859-15" }, { "latin9", "iso-8859-15" }, { "1250", "windows-1250" }, { "1251", "windows-1251" },
		{ "1253", "windows-1253" }, { "1254", "windows-1254" }, { "1256", "windows-1256" }, { "macroman", "macintosh" }, { "macosroman", "macintosh" },
		{ "macintosh", "macintosh" }, { "437", "ibm437" }, { "850", "ibm850" }, { "cp850", "ibm850" }, { "oem850", "ibm850" }, { "utf16", "utf-16le" },
		{ "ucs2", "utf-16le" }, { "neutral", "windows-1252" }, { "windowslatin2", "windows-1250" }, { "windowscyrillic", "windows-1251" } };
	char plain[40];
	size_t n = 0;
	for (size_t i = 0; i < word.n && n + 1 < sizeof plain; i++) {
		char c = word.p[i];
		if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain[n++] = c;
	}
	plain[n] = 0;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].said, plain) == 0) return str_of(names[i].name);
	return arena_str(a, str_trim(word));
}
