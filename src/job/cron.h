/* Cron texts as sets of minutes, hours and days. */
#ifndef JOB_CRON_H
#define JOB_CRON_H

#include "base/base.h"
#include "clock/clock.h"

enum cron_part { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_WEEKDAY, CRON_PARTS };
struct cron {
	uint64_t bits[CRON_PARTS]; /* by number */
	bool either_day;           /* both kinds of days are bounded: one of them is enough */
};
/* ERR_PARAMETER names the part that is wrong and what it may be. */
bool cron_read(struct str text, struct cron *out, struct err *e) must_use nonnull_all;
/* The first time later than `after`; false: it never comes. */
bool cron_next(const struct cron *c, const struct clock_zone *z, int64_t after, int64_t *out) must_use nonnull_all;
/* The shortest time between two; false: it never comes. */
bool cron_least_minutes(const struct cron *c, int64_t from, int64_t *out) must_use nonnull_all;

#endif
