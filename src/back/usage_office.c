/* What is done in the back office: acts by kind of object and by day of the week, what is changed most, and by whom. */
#include "back/usage.h"

enum { WEEK = 7 };
#define HOUR_US INT64_C(3600000000)

static const char *const weekdays[WEEK] = { N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday") };

static void set_text(struct value *v, struct str s) { *v = VALUE_OF_TEXT(s); }

static const char *title_of(struct str kind)
{
	for (const struct trace_kind *k = trace_kinds; k->word; k++)
		if (str_eq(kind, str_of(k->word))) return k->title;
	return NULL;
}

void usage_fold_acts(struct visit *v, struct sheet_rows *rows)
{
	(void)v;
	for (size_t i = 0; i < rows->n; i++) {
		const char *title = title_of(rows->p[i].cells[0].s);
		if (title) set_text(&rows->p[i].cells[0], str_of(title));
	}
}

/* Hours of UTC become days of the week where the portal is. */
void usage_fold_weekdays(struct visit *v, struct sheet_rows *rows)
{
	int64_t by[WEEK] = { 0 };
	for (size_t i = 0; i < rows->n; i++) {
		struct civil local;
		clock_us_to_local(v->zone, rows->p[i].cells[0].i * HOUR_US, &local);
		by[clock_weekday((int32_t)clock_days(local.year, local.month, local.day)) - 1] += rows->p[i].cells[1].i;
	}
	rows->p = arena_array(v->arena, struct trace_row, WEEK);
	rows->n = WEEK;
	for (size_t i = 0; i < WEEK; i++) {
		set_text(&rows->p[i].cells[0], str_of(weekdays[i]));
		rows->p[i].cells[1] = VALUE_OF_INT(by[i]);
	}
}

/* What is restricted, or not published, has no name for those who may not see it. */
void usage_fold_objects(struct visit *v, struct sheet_rows *rows)
{
	bool all = v->who.who.admin || (v->who.who.permissions & ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED));
	size_t n = 0;
	for (size_t i = 0; i < rows->n; i++) {
		const char *title = title_of(rows->p[i].cells[0].s);
		if (rows->p[i].cells[4].i && !all) continue;
		if (title) set_text(&rows->p[i].cells[0], i18n_text(v->lang, title));
		rows->p[n++] = rows->p[i];
	}
	rows->n = n;
}

void usage_put_acts(struct html *h, struct visit *v, const struct figures *f, const struct sheet_rows *rows)
{
	(void)v;
	(void)f;
	int64_t acts = 0, pages = 0, api = 0, commands = 0;
	for (size_t i = 0; i < rows->n; i++) {
		acts += rows->p[i].cells[1].i;
		pages += rows->p[i].cells[2].i;
		api += rows->p[i].cells[3].i;
		commands += rows->p[i].cells[4].i;
	}
	html_lit(h, "<dl class=\"tiles\">");
	figures_tile(h, N_("Acts"), acts, NULL);
	figures_tile(h, N_("On pages"), pages, NULL);
	figures_tile(h, N_("By the management API"), api, NULL);
	figures_tile(h, N_("By commands"), commands, NULL);
	html_lit(h, "</dl>");
}
