/* Times of schedules in plain words: what forms ask and what lists say. A cron text that no word stands for is shown as it is. */
#ifndef BACK_SCHEDULE_WORDS_H
#define BACK_SCHEDULE_WORDS_H

#include "back/inside.h"

enum schedule_kind { SCHEDULE_MINUTES, SCHEDULE_HOURLY, SCHEDULE_DAILY, SCHEDULE_WEEKLY, SCHEDULE_MONTHLY, SCHEDULE_CRON, SCHEDULE_KINDS };
struct schedule_plan {
	enum schedule_kind kind;
	int every;              /* minutes, of SCHEDULE_MINUTES: 5, 10, 15, 20, 30 */
	int minute, hour, day;  /* day of the month */
	unsigned days;          /* of the week, bit 0 Sunday */
	struct str cron;        /* of SCHEDULE_CRON */
};
/* "30 6 * * 1-5" is every weekday at 06:30. */
struct schedule_plan schedule_read(struct str cron);
/* And back; in the arena. */
struct str schedule_cron(struct arena *a, const struct schedule_plan *p) nonnull_all;
/* "Every Monday, Friday at 06:30", in the page's language. */
struct str schedule_say(struct arena *a, const struct i18n_lang *l, const struct schedule_plan *p) nonnull_all;
extern const char *const schedule_days[7]; /* English messages, Sunday first */

/* --- dataset_silence.c: the letter when nothing is pushed any more, on the same page; nothing for datasets that nobody pushes to ----- */
struct config;
struct html;
struct visit;
struct visitor_form;
struct html_errors;
/* With a button do=silence; saves and answers 303. */
bool back_silence_save(struct visit *v, struct config *c, const struct visitor_form *f, struct str path, struct html_errors *errors, struct err *e) must_use nonnull_all;
void back_put_silence(struct html *h, struct visit *v, const struct config *c, struct str path, const struct visitor_form *posted_or_null, const struct html_errors *errors);

#endif
