/* How a cell may be spelled: every reading a text allows, as bits, and the casts that turn a text into
 * a value by one reading. A column's type is what is left after all its cells have been asked. Pure
 * functions; any thread. */
#ifndef INGEST_SPELL_H
#define INGEST_SPELL_H

#include "base/base.h"
#include "value/value.h"

enum spell_bit {
	SPELL_INT,           /* 1234 */
	SPELL_INT_COMMA,     /* 1,234 */
	SPELL_INT_POINT,     /* 1.234 */
	SPELL_INT_BLANK,     /* 1 234, any blank of one character */
	SPELL_INT_APOSTROPHE,/* 1'234 */
	SPELL_REAL,          /* 1234.5 1.2e-5 */
	SPELL_REAL_COMMA,    /* 1234,5 */
	SPELL_REAL_TH_COMMA, /* 1,234.5 */
	SPELL_REAL_TH_POINT, /* 1.234,5 */
	SPELL_REAL_TH_BLANK, /* 1 234.5 */
	SPELL_REAL_TH_BLANK_COMMA, /* 1 234,5 */
	SPELL_REAL_TH_APOSTROPHE,  /* 1'234.5 */
	SPELL_BOOL,          /* true, vrai … */
	SPELL_BOOL_WORD,     /* yes, oui, 1 …: only where a schema says boolean */
	SPELL_DATE_YMD,
	SPELL_DATE_DMY,
	SPELL_DATE_MDY,
	SPELL_DATE_NAMED,    /* 3 Jan 2020, Jan 3, 2020 */
	SPELL_TIME_YMD,      /* with a time, or without: midnight */
	SPELL_TIME_DMY,
	SPELL_TIME_MDY,
	SPELL_TIME_NAMED,
	SPELL_POINT,         /* lat,lon */
	SPELL_POINT_LONLAT,  /* lon,lat: only where a schema says geo_point_2d and lat,lon does not fit most */
	SPELL_SHAPE_JSON,
	SPELL_SHAPE_WKT,
	SPELL_BITS
};
#define SPELL(bit) (1u << SPELL_##bit)

#define SPELL_INTS (SPELL(INT) | SPELL(INT_COMMA) | SPELL(INT_POINT) | SPELL(INT_BLANK) | SPELL(INT_APOSTROPHE))
#define SPELL_REALS (SPELL(REAL) | SPELL(REAL_COMMA) | SPELL(REAL_TH_COMMA) | SPELL(REAL_TH_POINT) | \
                     SPELL(REAL_TH_BLANK) | SPELL(REAL_TH_BLANK_COMMA) | SPELL(REAL_TH_APOSTROPHE))
#define SPELL_NUMBERS (SPELL_INTS | SPELL_REALS)
#define SPELL_DATES (SPELL(DATE_YMD) | SPELL(DATE_DMY) | SPELL(DATE_MDY) | SPELL(DATE_NAMED))
#define SPELL_TIMES (SPELL(TIME_YMD) | SPELL(TIME_DMY) | SPELL(TIME_MDY) | SPELL(TIME_NAMED))
#define SPELL_POINTS (SPELL(POINT) | SPELL(POINT_LONLAT))
#define SPELL_SHAPES (SPELL(SHAPE_JSON) | SPELL(SHAPE_WKT))
/* What is tried where no schema says more. */
#define SPELL_FREE (SPELL_NUMBERS | SPELL(BOOL) | SPELL_DATES | SPELL_TIMES | SPELL(POINT) | SPELL_SHAPES)

/* A unit written beside a number, before it or behind: "1 234,50 €", "20 %", "$12". Readings and casts of numbers pass over it;
 * whether the signs of a column agree is its proof's business. */
enum spell_sign { SPELL_SIGN_NONE, SPELL_SIGN_PERCENT, SPELL_SIGN_EURO, SPELL_SIGN_KILOEURO, SPELL_SIGN_DOLLAR, SPELL_SIGN_POUND, SPELL_SIGNS };
/* The number without its sign; *sign may be NULL. */
struct str spell_bare(struct str s, enum spell_sign *sign);
/* The unit of a field: "€"; empty for none. And back. */
struct str spell_sign_unit(enum spell_sign sign);
enum spell_sign spell_unit_sign(struct str unit);

/* The readings of a trimmed, not empty text among those wanted. Shapes are judged by their beginning
 * only; the cast has the last word. */
uint32_t spell_readings(struct str s, uint32_t wanted);
/* A word that stands for "no value" in a column of another type than text. */
bool spell_is_null_word(struct str s);
/* One of those that say why there is none ("n/c"): whoever publishes is asked whether it may go. */
bool spell_is_withheld_word(struct str s);
/* A date whose year has two figures: 00 to 68 are of this century, 69 to 99 of the one before. */
bool spell_short_year(struct str s);
/* The readings a declared type admits. */
uint32_t spell_of_type(enum value_type t);
enum value_type spell_type(enum spell_bit reading);

/* Casts of a text by one reading; false when it does not have it. */
bool spell_int(struct str s, enum spell_bit reading, int64_t *out) must_use;
bool spell_real(struct str s, enum spell_bit reading, double *out) must_use;
bool spell_bool(struct str s, bool *out) must_use;
bool spell_date(struct str s, enum spell_bit reading, int32_t *days) must_use;
/* UTC when the text has an offset; else local time in *us with *local set. */
bool spell_time(struct str s, enum spell_bit reading, int64_t *us, bool *local) must_use;
bool spell_point(struct str s, enum spell_bit reading, double *lat, double *lon) must_use;

#endif
