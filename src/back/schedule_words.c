/* Cron texts as plans and as sentences. */
#include "back/schedule_words.h"

const char *const schedule_days[7] = { N_("Sunday"), N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday") };

static bool number(struct str s, int most, int *out)
{
	int64_t n;
	if (!s.n || !str_to_int(s, &n) || n < 0 || n > most || s.p[0] == '+')
		return false;
	*out = (int)n;
	return true;
}

/* "1,3-5" as bits; 7 is Sunday. */
static bool week_days(struct str s, unsigned *out)
{
	struct str part;
	*out = 0;
	while (s.n && str_cut(&s, ',', &part)) {
		ptrdiff_t dash = str_find_char(part, '-');
		int from, to;
		if (!number(dash < 0 ? part : str_sub(part, 0, (size_t)dash), 7, &from))
			return false;
		to = from;
		if (dash >= 0 && (!number(str_from(part, (size_t)dash + 1), 7, &to) || to < from))
			return false;
		for (int d = from; d <= to; d++)
			*out |= 1u << (d % 7);
	}
	return *out != 0;
}

struct schedule_plan schedule_read(struct str cron)
{
	struct schedule_plan p = { .kind = SCHEDULE_CRON, .cron = cron };
	struct str part[6] = { { 0 } }, star = STR("*");
	size_t n = 0;
	for (struct str rest = str_trim(cron); rest.n && n < 6;) {
		ptrdiff_t blank = str_find_char(rest, ' ');
		part[n++] = blank < 0 ? rest : str_sub(rest, 0, (size_t)blank);
		rest = blank < 0 ? STR("") : str_trim(str_from(rest, (size_t)blank));
	}
	if (n != 5 || !str_eq(part[3], star))
		return p;
	bool all_days = str_eq(part[2], star), all_week = str_eq(part[4], star), all_hours = str_eq(part[1], star);
	if (all_hours && all_days && all_week && str_starts(part[0], STR("*/")) && number(str_from(part[0], 2), 30, &p.every) && p.every >= 5 && 60 % p.every == 0)
		p.kind = SCHEDULE_MINUTES;
	else if (!number(part[0], 59, &p.minute))
		return p;
	else if (all_hours && all_days && all_week)
		p.kind = SCHEDULE_HOURLY;
	else if (!number(part[1], 23, &p.hour))
		return p;
	else if (all_days && all_week)
		p.kind = SCHEDULE_DAILY;
	else if (all_days && week_days(part[4], &p.days))
		p.kind = SCHEDULE_WEEKLY;
	else if (all_week && number(part[2], 31, &p.day) && p.day)
		p.kind = SCHEDULE_MONTHLY;
	return p;
}

static void put_week(struct buf *b, unsigned days)
{
	bool some = false;
	for (unsigned d = 0; d < 7; d++)
		if (days & (1u << d)) {
			buf_printf(b, "%s%u", some ? "," : "", d);
			some = true;
		}
	if (!some)
		buf_put_char(b, '*');
}

struct str schedule_cron(struct arena *a, const struct schedule_plan *p)
{
	auto_buf b = BUF_INIT(1000);
	switch (p->kind) {
	case SCHEDULE_MINUTES: buf_printf(&b, "*/%d * * * *", p->every); break;
	case SCHEDULE_HOURLY: buf_printf(&b, "%d * * * *", p->minute); break;
	case SCHEDULE_DAILY: buf_printf(&b, "%d %d * * *", p->minute, p->hour); break;
	case SCHEDULE_WEEKLY:
		buf_printf(&b, "%d %d * * ", p->minute, p->hour);
		put_week(&b, p->days);
		break;
	case SCHEDULE_MONTHLY: buf_printf(&b, "%d %d %d * *", p->minute, p->hour, p->day); break;
	case SCHEDULE_CRON:
	case SCHEDULE_KINDS: buf_put(&b, str_trim(p->cron)); break;
	}
	return arena_str(a, buf_str(&b));
}

/* A message with {0} and {1} as plain text. */
static struct str filled(struct arena *a, struct str message, struct str zero, struct str one)
{
	auto_buf b = BUF_INIT(4000);
	for (size_t i = 0; i < message.n; i++) {
		bool hole = message.p[i] == '{' && i + 2 < message.n && message.p[i + 2] == '}';
		if (!hole) {
			buf_put_char(&b, message.p[i]);
			continue;
		}
		buf_put(&b, message.p[i + 1] == '0' ? zero : one);
		i += 2;
	}
	return arena_str(a, buf_str(&b));
}

struct str schedule_say(struct arena *a, const struct i18n_lang *l, const struct schedule_plan *p)
{
	struct str time = arena_printf(a, "%02d:%02d", p->hour, p->minute), none = STR("");
	auto_buf days = BUF_INIT(1000);
	switch (p->kind) {
	case SCHEDULE_MINUTES: return filled(a, i18n_text(l, N_("Every {0} minutes")), arena_printf(a, "%d", p->every), none);
	case SCHEDULE_HOURLY: return filled(a, i18n_text(l, N_("Every hour, at minute {0}")), arena_printf(a, "%d", p->minute), none);
	case SCHEDULE_DAILY: return filled(a, i18n_text(l, N_("Every day at {0}")), time, none);
	case SCHEDULE_MONTHLY: return filled(a, i18n_text(l, N_("Every month on day {0}, at {1}")), arena_printf(a, "%d", p->day), time);
	case SCHEDULE_WEEKLY:
		for (unsigned d = 1; d <= 7; d++)
			if (p->days & (1u << (d % 7))) {
				buf_put(&days, days.n ? STR(", ") : STR(""));
				buf_put(&days, i18n_text(l, schedule_days[d % 7]));
			}
		return filled(a, i18n_text(l, N_("{0} at {1}")), arena_str(a, buf_str(&days)), time);
	case SCHEDULE_CRON:
	case SCHEDULE_KINDS: break;
	}
	return p->cron;
}
