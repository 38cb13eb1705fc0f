/* Letters: UTF-8, folding for search and slugs, nearness and stems of words, escaping by destination,
 * numbers as text. Refuses to know the C locale: numbers are always written with a point. Every
 * function is pure and safe on any thread; writers append to a buf and let it remember overflow. */
#ifndef TEXT_TEXT_H
#define TEXT_TEXT_H

#include "base/base.h"

/* utf8.c: strict UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool text_is_utf8(struct str s) must_use;
/* Offset of the first byte that is not UTF-8, or -1. */
ptrdiff_t text_utf8_error(struct str s);
/* Reads one code point at *at and steps over it; a bad byte gives U+FFFD and steps one. */
uint32_t text_next(struct str s, size_t *at);
void text_put_codepoint(struct buf *b, uint32_t c);
size_t text_length(struct str s);                    /* code points */
struct str text_cut(struct str s, size_t max_bytes); /* shortened on a code point boundary */
/* Bytes of a legacy single-byte encoding to UTF-8: "windows-1252", "iso-8859-1", "iso-8859-15",
 * "utf-16le", "utf-16be" … whatever ICU converts. False: the encoding is unknown. */
bool text_from_encoding(struct buf *out, struct str bytes, const char *encoding, struct err *e) must_use;

/* fold.c: the analyzer of ODSQL §8.1. Folds case and accents (œ→oe, ß→ss, ø→o, đ→d, ł→l), and
 * maps everything that is not a letter or digit to one space; no blank at the ends. */
void text_fold(struct buf *out, struct str s);
/* Tokens of a folded text: views into it. */
bool text_next_token(struct str folded, size_t *at, struct str *token);

/* near.c: whether at most `most` edits make one word of another; an edit puts in, leaves out or changes
 * a character, or swaps two neighbours. */
enum { TEXT_EDITS_MOST = 2 };
bool text_is_near(struct str a, struct str b, size_t most);
/* The edits that search() forgives in a word of this length (ODSQL §8.2). */
size_t text_edits_for(struct str token);

/* stem.c: forms of one word (film, films), for the languages of the product that Snowball knows: ar ca
 * de en es eu fr it nl pt sv. Tokens are folded ones. One thread at a time. */
struct text_stemmer;
/* In the arena, to be ended by text_stemmer_done; NULL: the language has none. */
struct text_stemmer *text_stemmer_or_null(struct arena *a, struct str lang);
void text_stemmer_done(struct text_stemmer *s_or_null);
/* Borrowed until the next call (or the token itself). Equal stems are forms of one word when their
 * tokens also begin alike: */
struct str text_stem(struct text_stemmer *s, struct str token);
/* … with this much of the token; it may be empty. */
struct str text_stem_beginning(const struct text_stemmer *s, struct str token);

/* escape.c: each appends s made safe for one destination. */
void text_put_html(struct buf *b, struct str s);      /* element content and quoted attributes */
void text_put_url(struct buf *b, struct str s);       /* one component: everything but unreserved */
void text_put_json(struct buf *b, struct str s);      /* with its quotes; s must be UTF-8 */
void text_put_csv(struct buf *b, struct str s, char delimiter, bool always_quote);
void text_put_xml(struct buf *b, struct str s);       /* content and attributes; drops what XML 1.0 forbids */
/* Percent-decodes; plus_is_space for query strings. False on a broken escape. */
bool text_url_decode(struct arena *a, struct str s, bool plus_is_space, struct str *out) must_use;

/* number.c */
void text_put_double(struct buf *b, double v);        /* shortest that reads back; integral keeps ".0" */
void text_put_double_plain(struct buf *b, double v);  /* as above, without ".0" on integral values */
bool text_to_int(struct str s, int64_t *out) must_use;    /* whole text, optional sign; no blanks */
bool text_to_double(struct str s, double *out) must_use;  /* whole text, point, exponent; finite only */
/* A count in words of a locale: 1234567 → "1,234,567" (en), "1 234 567" (fr). */
void text_put_count(struct buf *b, int64_t v, struct str lang);
/* The name of a country by its two letters; the letters when it has none. */
void text_put_country(struct buf *b, struct str code, struct str lang);
/* Decimal number for reading, by locale, at most `decimals` places (-1: as many as needed). */
void text_put_number(struct buf *b, double v, int decimals, struct str lang);

/* case.c: letters changed without knowing a language. */
void text_put_lower(struct buf *b, struct str s);
void text_put_upper(struct buf *b, struct str s);
/* The first character large and the rest small; of every word when asked. */
void text_put_title(struct buf *b, struct str s, bool every_word);
/* Composed characters (NFC); accents off and the rest left out (ASCII). False: more than the buf takes. */
bool text_put_nfc(struct buf *b, struct str s) must_use;
bool text_put_ascii(struct buf *b, struct str s) must_use;
/* What a character is, by Unicode. */
enum text_classes {
	TEXT_ALPHA = 1u << 0, TEXT_LOWER = 1u << 1, TEXT_UPPER = 1u << 2, TEXT_DECIMAL = 1u << 3, TEXT_DIGIT = 1u << 4,
	TEXT_NUMERIC = 1u << 5, TEXT_BLANK = 1u << 6
};
unsigned text_class(uint32_t c);

/* entity.c: the character reference of HTML that s begins with ("&eacute;", "&#xe9;"): how many bytes it has, 0 for none; its one
 * code point, or two (else *second is 0). */
size_t text_entity(struct str s, uint32_t *first, uint32_t *second);
/* Appends what the "&" at the start of s stands for, itself when for nothing; gives the bytes that were read. */
size_t text_put_reference(struct buf *b, struct str s);
/* Appends s with its references resolved. */
void text_put_resolved(struct buf *b, struct str s);

/* tag.c: the markup of strangers. Everything given is a view into s. */
struct text_tag { struct str name; bool closing; size_t n; }; /* a comment has no name; n: bytes up to behind the ">" */
/* The tag that s begins with ("<"). False: it is text, as is one that does not end within `most` bytes, whose name is told. */
bool text_tag(struct str s, size_t most, struct text_tag *out) must_use;
struct text_attribute { struct str name, value; };            /* as written: references are not resolved */
/* The attributes of one tag, at most `most`; of several with one name the first. */
size_t text_attributes(struct str tag, struct text_attribute *out, size_t most);
/* How many bytes of s are up to behind the end tag of a name whose own tag has n bytes; all when it has no end. */
size_t text_past_content(struct str s, struct str name, size_t n);
/* disarm.c: appends HTML so that nothing in it acts on a page it is put into: no script, no handler, no address but of the web. Text without tags
 * stays as it is. */
void text_disarm(struct buf *out, struct str s);
/* The bytes of what looks like a character reference at the start of s, known or not; 0 for none. */
size_t text_reference(struct str s);

/* line.c: what a line of text obeys, a byte of `out` for each byte of s (at most 16 MiB of UTF-8). */
/* Unicode's bidirectional levels (UAX 9) of a paragraph whose direction is given: even is left to right. */
bool text_bidi_levels(struct str s, bool rtl, unsigned char *out, struct err *e) must_use nonnull_all;
/* 1 where a line may begin (UAX 14; words of Thai by the dictionary), else 0. */
bool text_line_starts(struct str s, struct str lang, unsigned char *out, struct err *e) must_use nonnull_all;

/* slug.c: a title to an identifier [a-z0-9_-]+, at most 100 bytes, never empty ("dataset" then). */
struct str text_slug(struct arena *a, struct str title);
/* A column heading to a field name [a-z0-9_]+, not starting with a digit, at most 60 bytes. */
struct str text_field_name(struct arena *a, struct str heading);

#endif
