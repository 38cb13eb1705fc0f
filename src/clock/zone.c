/* Time zones: ICU's rules are read once per zone into a sorted table of changes, because exports ask
 * for an offset per cell. After the table's last year the Gregorian cycle of 400 years repeats both
 * dates and weekdays, so an instant is moved back by whole cycles. */
#include "clock/clock.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/ucal.h>

#define US_OF_DAY INT64_C(86400000000)
#define US_OF_CYCLE (INT64_C(146097) * US_OF_DAY)

enum { LAST_YEAR = 2440, MOST_CHANGES = 4096 };

struct change {
	int64_t us; /* from this instant on */
	int offset_s;
};

struct clock_zone {
	struct clock_zone *next;
	char name[64];
	struct change *changes; /* changes[0] holds from the beginning of time */
	size_t n;
	int64_t end_us;
};

/* Zones already read, newest first; only ever prepended to, and never freed. */
static _Atomic(struct clock_zone *) zones;

static int offset_at(UCalendar *c, UDate ms, UErrorCode *status)
{
	ucal_setMillis(c, ms, status);
	int32_t ms_east = ucal_get(c, UCAL_ZONE_OFFSET, status) + ucal_get(c, UCAL_DST_OFFSET, status);
	return ms_east / 1000;
}

static bool read_changes(struct clock_zone *z, UCalendar *c)
{
	UErrorCode status = U_ZERO_ERROR;
	UDate at = -62135596800000.0; /* 0001-01-01 */
	struct change all[MOST_CHANGES];
	z->n = 0;
	z->end_us = (int64_t)clock_days(LAST_YEAR, 1, 1) * US_OF_DAY;
	all[z->n++] = (struct change){ INT64_MIN, offset_at(c, at, &status) };
	while (z->n < MOST_CHANGES) {
		UDate change;
		ucal_setMillis(c, at, &status);
		if (!ucal_getTimeZoneTransitionDate(c, UCAL_TZ_TRANSITION_NEXT, &change, &status)) break;
		if (U_FAILURE(status) || (int64_t)change * 1000 >= z->end_us) break;
		int offset = offset_at(c, change, &status);
		if (offset != all[z->n - 1].offset_s)
			all[z->n++] = (struct change){ (int64_t)change * 1000, offset };
		at = change;
	}
	if (U_FAILURE(status)) return false;
	z->changes = malloc(z->n * sizeof *all);
	ensure(z->changes != NULL);
	memcpy(z->changes, all, z->n * sizeof *all);
	return true;
}

static bool known_to_icu(const UChar *name, int32_t n)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar canonical[128];
	UBool system = false;
	ucal_getCanonicalTimeZoneID(name, n, canonical, (int32_t)COUNT_OF(canonical), &system, &status);
	return U_SUCCESS(status) && system;
}

static struct clock_zone *read_zone(struct str name)
{
	UChar wide[64];
	int32_t n = (int32_t)name.n;
	UErrorCode status = U_ZERO_ERROR;
	for (int32_t i = 0; i < n; i++) wide[i] = (unsigned char)name.p[i]; /* names of zones are ASCII */
	if (!known_to_icu(wide, n)) return NULL;
	UCalendar *c = ucal_open(wide, n, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status)) return NULL;
	struct clock_zone *z = calloc(1, sizeof *z);
	ensure(z != NULL);
	memcpy(z->name, name.p, name.n);
	bool ok = read_changes(z, c);
	ucal_close(c);
	if (ok) return z;
	free(z);
	return NULL;
}

static const struct clock_zone *find(const struct clock_zone *from, struct str name)
{
	while (from && !str_eq(str_of(from->name), name)) from = from->next;
	return from;
}

const struct clock_zone *clock_zone_or_null(struct str name)
{
	if (name.n == 0 || name.n >= sizeof zones->name || str_eq(name, STR("Etc/Unknown"))) return NULL;
	/* acquire: a zone is whole before it is in the list */
	const struct clock_zone *known = find(atomic_load_explicit(&zones, memory_order_acquire), name);
	if (known) return known;
	struct clock_zone *z = read_zone(name);
	if (!z) return NULL;
	/* Two threads may read one zone at once; both copies are right and the list keeps both. */
	z->next = atomic_load_explicit(&zones, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&zones, &z->next, z, memory_order_release,
	                                              memory_order_relaxed)) continue;
	return z;
}

const struct clock_zone *clock_utc(void)
{
	static struct change always = { INT64_MIN, 0 };
	static const struct clock_zone utc = { .name = "UTC", .changes = &always, .n = 1, .end_us = INT64_MAX };
	return &utc;
}

struct str clock_zone_name(const struct clock_zone *z) { return str_of(z->name); }

int clock_offset_s(const struct clock_zone *z, int64_t us)
{
	if (z->n == 1) return z->changes[0].offset_s;
	if (us >= z->end_us) us -= ((us - z->end_us) / US_OF_CYCLE + 1) * US_OF_CYCLE;
	size_t low = 0; /* the last change not later than us */
	size_t high = z->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (z->changes[middle].us <= us) low = middle;
		else high = middle;
	}
	return z->changes[low].offset_s;
}

int64_t clock_local_to_us(const struct clock_zone *z, const struct civil *local)
{
	int64_t us = clock_us_of_civil(local);
	int64_t before = (int64_t)clock_offset_s(z, us - US_OF_DAY) * 1000000;
	int64_t after = (int64_t)clock_offset_s(z, us + US_OF_DAY) * 1000000;
	/* In an overlap both offsets fit and the former gives the earlier instant; in a gap neither fits
	 * and the former moves the clock on. */
	if (before == after) return us - before;
	if ((int64_t)clock_offset_s(z, us - before) * 1000000 == before) return us - before;
	if ((int64_t)clock_offset_s(z, us - after) * 1000000 == after) return us - after;
	return us - before;
}

void clock_us_to_local(const struct clock_zone *z, int64_t us, struct civil *out)
{
	clock_civil_of_us(us + (int64_t)clock_offset_s(z, us) * 1000000, out);
}

int clock_first_weekday(struct str lang)
{
	UErrorCode status = U_ZERO_ERROR;
	char locale[16];
	/* A language alone is that of its largest country; the product's English and Portuguese are European. */
	struct str known = str_eq(lang, STR("en")) ? STR("en_GB") : str_eq(lang, STR("pt")) ? STR("pt_PT") : str_sub(lang, 0, sizeof locale - 1);
	memcpy(locale, known.p, known.n);
	locale[known.n] = '\0';
	UCalendar *c = ucal_open(NULL, 0, locale, UCAL_GREGORIAN, &status);
	if (U_FAILURE(status)) return 1;
	int sunday_is_one = ucal_getAttribute(c, UCAL_FIRST_DAY_OF_WEEK);
	ucal_close(c);
	return (sunday_is_one + 5) % 7 + 1;
}

static UCalendar *calendar_or_null(const struct clock_zone *z)
{
	UChar wide[sizeof z->name];
	int32_t n = 0;
	UErrorCode status = U_ZERO_ERROR;
	for (; z->name[n]; n++) wide[n] = (unsigned char)z->name[n];
	UCalendar *c = ucal_open(wide, n, "en", UCAL_GREGORIAN, &status);
	return U_SUCCESS(status) ? c : NULL;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9') return true;
	return false;
}

/* Names of zones are letters of living scripts, all of them in one unit of UTF-16. */
static void put_unit(struct buf *b, UChar c)
{
	if (c >= 0x800) buf_put_char(b, (char)(0xe0 | c >> 12));
	if (c >= 0x800) buf_put_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
	else if (c >= 0x80) buf_put_char(b, (char)(0xc0 | c >> 6));
	buf_put_char(b, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
}

static struct str zone_name(UCalendar *c, UCalendarDisplayNameType kind, const char *locale, struct buf *room)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar name[128];
	int32_t length = ucal_getTimeZoneDisplayName(c, kind, locale, name, (int32_t)COUNT_OF(name), &status);
	buf_clear(room);
	if (U_FAILURE(status)) return STR("");
	for (int32_t i = 0; i < length && i < (int32_t)COUNT_OF(name); i++) {
		if (name[i] >= 0xd800 && name[i] <= 0xdfff) return STR("");
		put_unit(room, name[i]);
	}
	return room->over ? STR("") : buf_str(room);
}

/* Few languages have short names for zones of elsewhere and ICU writes an offset instead; English as spoken here or there mostly has one. */
void clock_put_zone_name(struct buf *b, const struct clock_zone *z, int64_t us, struct str lang, bool whole)
{
	UErrorCode status = U_ZERO_ERROR;
	char own[16], bytes[512];
	struct buf room = { .p = bytes, .cap = sizeof bytes, .max = sizeof bytes };
	UCalendar *c = calendar_or_null(z);
	struct str name = STR("");
	if (!c) {
		buf_put(b, clock_zone_name(z));
		return;
	}
	(void)snprintf(own, sizeof own, "%.*s", STR_ARG(lang));
	ucal_setMillis(c, (UDate)(us / 1000), &status);
	bool summer = ucal_get(c, UCAL_DST_OFFSET, &status) != 0;
	UCalendarDisplayNameType kind = summer ? (whole ? UCAL_DST : UCAL_SHORT_DST) : whole ? UCAL_STANDARD : UCAL_SHORT_STANDARD;
	const char *const locales[] = { own, "en", "en_GB", own };
	for (size_t i = 0; i < COUNT_OF(locales) && (!name.n || has_digit(name)); i++) name = zone_name(c, kind, locales[i], &room);
	ucal_close(c);
	buf_put(b, name.n ? name : clock_zone_name(z));
}
