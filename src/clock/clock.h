/* Time: instants, calendar arithmetic, ISO 8601, time zones and their rules (the door to ICU's
 * calendars). Wall time is microseconds since 1970-01-01T00:00:00Z; days are days since then.
 * Years 1 to 9999. Refuses to know a "local" zone: a zone is always an argument. Any thread. */
#ifndef CLOCK_CLOCK_H
#define CLOCK_CLOCK_H

#include "base/base.h"

struct instant { int64_t us; };  /* wall clock */
struct deadline { int64_t ns; }; /* monotonic clock; never stored, never shown */

struct instant clock_now(void);
#ifdef STOA_TEST_CONTROL
/* Test builds only: from now on the wall clock is that much ahead of the system's (microseconds). */
void clock_set_ahead(int64_t us);
int64_t clock_ahead(void);
#endif
int64_t clock_monotonic_ns(void);
struct deadline clock_in_ms(int64_t ms);

/* civil.c */
struct civil { int32_t year; int month, day, hour, minute, second, micro; }; /* month 1–12, day 1–31 */
int32_t clock_days(int year, int month, int day);
void clock_civil_of_days(int32_t days, struct civil *out);
void clock_civil_of_us(int64_t us, struct civil *out);      /* as UTC */
int64_t clock_us_of_civil(const struct civil *c);           /* as UTC */
int clock_days_in_month(int year, int month);
int clock_weekday(int32_t days);                             /* 1 Monday … 7 Sunday */
void clock_iso_week(int32_t days, int *week_year, int *week);

/* What a text of a date or time denotes. Precision tells the period a shorter text stands for. */
enum clock_precision { CLOCK_YEAR, CLOCK_MONTH, CLOCK_DAY, CLOCK_HOUR, CLOCK_MINUTE, CLOCK_SECOND, CLOCK_MICRO };
struct clock_text {
	struct civil civil;
	enum clock_precision precision;
	bool has_offset;
	int offset_s; /* seconds east of UTC; 0 for Z */
};
/* ISO 8601 and the spellings of ODSQL §2.6 (slashes, a blank for T, one-digit parts with slashes). */
bool clock_parse(struct str s, struct clock_text *out) must_use;
/* Start of the next period after c at a precision: 2017 → 2018-01-01, and so on. */
struct civil clock_period_end(struct civil c, enum clock_precision p);

/* zone.c */
struct clock_zone; /* immutable, shared, cached for the life of the process */
/* Borrowed for ever, or NULL when no zone has this IANA or CLDR name. Case-sensitive. */
const struct clock_zone *clock_zone_or_null(struct str name);
const struct clock_zone *clock_utc(void);
struct str clock_zone_name(const struct clock_zone *z);
int clock_offset_s(const struct clock_zone *z, int64_t us); /* seconds east of UTC at an instant */
int64_t clock_local_to_us(const struct clock_zone *z, const struct civil *local); /* gap: moved on; overlap: earlier */
void clock_us_to_local(const struct clock_zone *z, int64_t us, struct civil *out);
/* What people there call the zone at an instant: "CET", "Central European Summer Time". */
void clock_put_zone_name(struct buf *b, const struct clock_zone *z, int64_t us, struct str lang, bool whole);

/* The weekday that weeks begin with where a language is at home: 1 Monday … 7 Sunday. */
int clock_first_weekday(struct str lang);

/* Writers. */
void clock_put_date(struct buf *b, int32_t days);                              /* 2012-11-13 */
void clock_put_instant(struct buf *b, int64_t us, const struct clock_zone *z); /* …T12:34:55+00:00; micros only if not 0 */
void clock_put_instant_ms_z(struct buf *b, int64_t us);                        /* 2020-11-13T00:00:00.000Z */
void clock_put_http(struct buf *b, int64_t us);                                /* Sun, 22 Nov 2026 02:30:00 GMT */
/* Locale dates for readers: "22 November 2026", "22 novembre 2026"; with_time adds hours and minutes. */
void clock_put_long(struct buf *b, int64_t us, const struct clock_zone *z, struct str lang, bool with_time);
/* ODSQL date_format (§10.9). Fails with ERR_ODSQL naming the letter that is not a symbol. */
bool clock_format(struct buf *b, const struct civil *local, struct str pattern, struct str lang, struct err *e) must_use;
/* The same of an instant as a zone's clocks show it: z is the zone's name in the language (four: in full), Z its offset
 * +0100 (two: +01:00, three: the zone's identifier). A date without a zone has neither and writes nothing for them. */
bool clock_format_at(struct buf *b, int64_t us, const struct clock_zone *z, struct str pattern, struct str lang, struct err *e) must_use;
/* Whether a pattern asks for the zone. */
bool clock_format_asks_zone(struct str pattern);
/* Checks a pattern without a date. */
bool clock_format_check(struct str pattern, struct err *e) must_use;

#endif
