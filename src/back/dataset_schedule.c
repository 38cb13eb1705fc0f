/* When a dataset is published again by itself: in plain words, with the next times that come of them. */
#include "back/settings.h"
#include "back/dataset.h"
#include "back/schedule_words.h"

enum { NEXT = 5 };

struct scene {
	struct visit *visit;
	struct config *config;
	struct str path;
	struct job_schedule *list, one; /* one: that is being changed; its uid empty: a new one */
	size_t n;
	struct schedule_plan plan;
	struct str zone;
};

static bool read_time(struct str s, struct schedule_plan *p)
{
	int64_t hour, minute;
	ptrdiff_t colon = str_find_char(s, ':');
	if (colon < 1 || !str_to_int(str_sub(s, 0, (size_t)colon), &hour) || !str_to_int(str_sub(s, (size_t)colon + 1, 2), &minute) || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	p->hour = (int)hour;
	p->minute = (int)minute;
	return true;
}

static bool read_plan(struct scene *s, const struct visitor_form *f, struct html_errors *errors)
{
	static const char *const words[] = { "minutes", "hourly", "daily", "weekly", "monthly", "cron" };
	struct visit *v = s->visit;
	struct str kind = visitor_field(f, STR("kind"));
	struct schedule_plan p = { .kind = SCHEDULE_KINDS };
	int64_t n;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(kind, str_of(words[i])))
			p.kind = (enum schedule_kind)i;
	if (p.kind == SCHEDULE_KINDS)
		html_complain(errors, v->lang, "kind", N_("Please choose how often."));
	if (p.kind == SCHEDULE_MINUTES)
		p.every = str_to_int(visitor_field(f, STR("every")), &n) && n >= 5 && n <= 30 ? (int)n : 30;
	if (p.kind == SCHEDULE_HOURLY)
		p.minute = str_to_int(visitor_field(f, STR("minute")), &n) && n >= 0 && n < 60 ? (int)n : 0;
	if ((p.kind == SCHEDULE_DAILY || p.kind == SCHEDULE_WEEKLY || p.kind == SCHEDULE_MONTHLY) && !read_time(visitor_field(f, STR("time")), &p))
		html_complain(errors, v->lang, "time", N_("Please give a time of day."));
	for (unsigned d = 0; d < 7; d++)
		for (size_t i = 0; i < f->n; i++)
			if (str_eq(f->pairs[i].name, STR("day")) && str_eq(f->pairs[i].value, arena_printf(v->arena, "%u", d)))
				p.days |= 1u << d;
	if (p.kind == SCHEDULE_WEEKLY && !p.days)
		html_complain(errors, v->lang, "day", N_("Please tick at least one day."));
	if (p.kind == SCHEDULE_MONTHLY && (!str_to_int(visitor_field(f, STR("date")), &n) || n < 1 || n > 31))
		html_complain(errors, v->lang, "date", N_("Please give a day from 1 to 31."));
	else if (p.kind == SCHEDULE_MONTHLY)
		p.day = (int)n;
	p.cron = visitor_field(f, STR("cron"));
	s->plan = p;
	s->zone = str_trim(visitor_field(f, STR("zone")));
	if (s->zone.n && !clock_zone_or_null(s->zone))
		html_complain(errors, v->lang, "zone", N_("Please give a time zone such as Europe/Paris."));
	return errors->n == 0;
}

static bool obey(struct scene *s, const struct visitor_form *f, struct html_errors *errors, bool *show, struct err *e)
{
	struct visit *v = s->visit;
	struct job_schedule made;
	struct str remove = visitor_field(f, STR("remove")), uid = visitor_field(f, STR("uid"));
	struct str what = visitor_field(f, STR("do"));
	*show = false;
	if (str_eq(what, STR("silence")))
		return back_silence_save(v, s->config, f, s->path, errors, e);
	if (remove.n)
		return job_schedule_remove(v->at.site, v->at.tenant->id, s->config->dataset, remove, e) && back_done(v, s->path, "removed", e);
	if (!read_plan(s, f, errors)) {
		back_refused(v);
		return false;
	}
	if (str_eq(what, STR("show"))) {
		*show = true;
		return false;
	}
	if (job_schedule_write(v->at.site, v->at.tenant->id, s->config->dataset, uid, schedule_cron(v->arena, &s->plan), s->zone, v->who.account, v->arena, &made, e))
		return back_done(v, s->path, "saved-now", e);
	if (e->code == ERR_PARAMETER || e->code == ERR_CONFLICT || e->code == ERR_NOT_FOUND) {
		html_complain_text(errors, s->plan.kind == SCHEDULE_CRON ? STR("cron") : STR("kind"), arena_str(v->arena, str_of(e->pub)));
		*e = (struct err){ 0 };
		back_refused(v);
	}
	return false;
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static const struct clock_zone *zone_of(const struct scene *s, struct str name)
{
	const struct clock_zone *z = name.n ? clock_zone_or_null(name) : NULL;
	return z ? z : s->visit->zone;
}

static void put_next(struct html *h, const struct scene *s, struct str cron, struct str zone)
{
	struct instant next[NEXT];
	struct err why = { 0 };
	const struct clock_zone *z = zone_of(s, zone);
	if (!job_cron_next(cron, clock_zone_name(z), clock_now(), NEXT, next, &why)) {
		html_notice_text(h, HTML_BAD, arena_str(s->visit->arena, str_of(why.pub)));
		return;
	}
	html_lit(h, "<ol class=\"times\">");
	for (size_t i = 0; i < NEXT; i++) {
		html_lit(h, "<li>");
		html_date(h, next[i].us, z, true);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ol><p class=\"hint\">");
	html_say_with(h, N_("Times are those of {0}."), HTML_ARG_TEXT(clock_zone_name(z)));
	html_lit(h, "</p>");
}

static void put_one(struct html *h, const struct scene *s, const struct job_schedule *one, bool may)
{
	struct arena *a = s->visit->arena;
	struct schedule_plan plan = schedule_read(one->cron);
	struct str words = schedule_say(a, s->visit->lang, &plan);
	html_lit(h, "<section class=\"panel\"><h2>");
	html_text(h, words);
	html_lit(h, "</h2>");
	if (one->failures > 0) {
		html_notice_open(h, HTML_BAD);
		html_lit(h, "<p>");
		html_say_plural(h, N2_("It failed {0} time in a row; whoever looks after the dataset got a letter.", "It failed {0} times in a row; whoever looks after the dataset got a letter."), one->failures);
		html_lit(h, "</p>");
		html_notice_close(h);
	}
	if (one->last.us) {
		html_lit(h, "<p>");
		html_say_with(h, N_("Last run: {0}"), HTML_ARG_DATE(one->last.us, zone_of(s, one->timezone)));
		html_lit(h, "</p>");
	}
	html_lit(h, "<h3>");
	html_say(h, N_("Next times"));
	html_lit(h, "</h3>");
	put_next(h, s, one->cron, one->timezone);
	if (may) {
		html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .plain = true });
		html_hidden(h, "remove", one->uid);
		html_buttons_open(h);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Change"), .about = words, .href = arena_printf(a, "%.*s?schedule=%.*s#schedule", STR_ARG(s->path), STR_ARG(one->uid)) });
		html_button(h, &(struct html_button){ .weight = HTML_DANGER, .small = true, .label = N_("Remove"), .about = words });
		html_buttons_close(h);
		html_form_close(h);
	}
	html_lit(h, "</section>");
}

static void put_zone(struct html *h, const struct scene *s)
{
	back_put_zones(h);
	html_field(h, &(struct html_field){ .name = "zone", .label = N_("Time zone"), .value = s->zone, .list = STR("zones"), .code = true,
		.hint_text = arena_printf(s->visit->arena, "%.*s %.*s", STR_ARG(i18n_text(s->visit->lang, N_("Empty: the portal's,"))), STR_ARG(clock_zone_name(s->visit->zone))) });
}

/* Fields of some kinds of schedule: the stylesheet shows those of the kind that is chosen, without any script. */
static void kinds_open(struct html *h, const char *kinds)
{
	html_lit(h, "<div data-kinds=\"");
	html_text(h, str_of(kinds));
	html_lit(h, "\">");
}

static void put_form(struct html *h, const struct scene *s, const struct visitor_form *posted, const struct html_errors *errors, bool show)
{
	static const struct html_option kinds[] = {
		{ .value = { "daily", 5 }, .message = N_("Every day") }, { .value = { "weekly", 6 }, .message = N_("On days of the week") }, { .value = { "monthly", 7 }, .message = N_("Every month") },
		{ .value = { "hourly", 6 }, .message = N_("Every hour") }, { .value = { "minutes", 7 }, .message = N_("Every few minutes") }, { .value = { "cron", 4 }, .message = N_("As a cron text") } };
	static const char *const words[] = { "minutes", "hourly", "daily", "weekly", "monthly", "cron" };
	const struct schedule_plan *p = &s->plan;
	struct arena *a = s->visit->arena;
	struct html_option days[7], every[5];
	static const int steps[5] = { 5, 10, 15, 20, 30 };
	for (unsigned i = 0; i < 7; i++)
		days[i] = (struct html_option){ .value = arena_printf(a, "%u", (i + 1) % 7), .message = schedule_days[(i + 1) % 7], .on = p->days & (1u << ((i + 1) % 7)) };
	for (size_t i = 0; i < 5; i++)
		every[i] = (struct html_option){ .value = arena_printf(a, "%d", steps[i]), .text = arena_printf(a, "%d", steps[i]) };
	html_panel_open(h, "schedule", s->one.uid.n ? N_("Change the schedule") : N_("A new schedule"), N_("Nothing is done when the source has not changed since."));
	html_form_open(h, &(struct html_form){ .visit = s->visit, .action = s->path, .posted = posted, .errors = errors, .id = "plan" });
	html_hidden(h, "uid", s->one.uid);
	html_choice(h, &(struct html_choice){ .kind = HTML_RADIOS, .columns = true, .name = "kind", .label = N_("How often"), .options = kinds, .noptions = COUNT_OF(kinds), .value = str_of(words[p->kind]) });
	kinds_open(h, "daily weekly monthly");
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_TIME, .name = "time", .label = N_("Time of day"), .narrow = true, .value = arena_printf(a, "%02d:%02d", p->hour, p->minute) });
	html_lit(h, "</div>");
	kinds_open(h, "weekly");
	html_choice(h, &(struct html_choice){ .kind = HTML_CHECKS, .columns = true, .name = "day", .label = N_("Days of the week"), .options = days, .noptions = 7 });
	html_lit(h, "</div>");
	kinds_open(h, "monthly");
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "date", .label = N_("Day of the month"), .narrow = true, .min = STR("1"), .max = STR("31"), .value = arena_printf(a, "%d", p->day ? p->day : 1) });
	html_lit(h, "</div>");
	kinds_open(h, "hourly");
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_NUMBER, .name = "minute", .label = N_("Minute of the hour"), .narrow = true, .min = STR("0"), .max = STR("59"), .value = arena_printf(a, "%d", p->minute) });
	html_lit(h, "</div>");
	kinds_open(h, "minutes");
	html_choice(h, &(struct html_choice){ .kind = HTML_SELECT, .name = "every", .label = N_("Every so many minutes"), .options = every, .noptions = 5, .value = arena_printf(a, "%d", p->every ? p->every : 30) });
	html_lit(h, "</div>");
	kinds_open(h, "cron");
	html_field(h, &(struct html_field){ .name = "cron", .label = N_("Cron text"), .code = true, .value = p->kind == SCHEDULE_CRON ? p->cron : schedule_cron(a, p), .hint = N_("Minute, hour, day, month, day of the week: 30 6 * * 1-5") });
	html_lit(h, "</div>");
	put_zone(h, s);
	if (show) {
		html_lit(h, "<h3>");
		html_say(h, N_("Next times"));
		html_lit(h, "</h3>");
		put_next(h, s, schedule_cron(a, p), s->zone);
	}
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Show the next times"), .name = "do", .value = STR("show") });
	html_buttons_close(h);
	html_form_close(h);
	html_panel_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct config c;
	struct visitor_form form = { 0 };
	struct html_errors errors = { 0 };
	bool taken, show = false;
	if (!back_dataset_enter(app, r, p, CONFIG_READ, &v, &c, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct scene s = { .visit = &v, .config = &c, .path = back_dataset_path(&v, &c, DATASET_TAB_SCHEDULING), .plan = { .kind = SCHEDULE_DAILY, .hour = 6 } };
	if (taken && obey(&s, &form, &errors, &show, e))
		return true;
	if (taken && !errors.n && !show)
		return false;
	if (!job_schedules(v.at.site, v.at.tenant->id, c.dataset, v.arena, &s.list, &s.n, e))
		return false;
	const struct str *wanted = httpd_query_or_null(r, STR("schedule"));
	struct str uid = form.n ? visitor_field(&form, STR("uid")) : wanted ? *wanted : STR("");
	for (size_t i = 0; i < s.n; i++)
		if (uid.n && str_eq(s.list[i].uid, uid)) {
			s.one = s.list[i];
			if (!form.n) {
				s.plan = schedule_read(s.one.cron);
				s.zone = s.one.timezone;
			}
		}
	auto_page page = { .visit = &v };
	if (!back_dataset_open(&page, &c, DATASET_TAB_SCHEDULING, e))
		return false;
	struct html *h = &page.h;
	bool may = back_dataset_may(&v, &c, CONFIG_EDIT), silence = form.n && str_eq(visitor_field(&form, STR("do")), STR("silence"));
	if (!s.n)
		html_empty(h, N_("It is published by hand"), N_("With a schedule the portal fetches the source again by itself. Whoever looks after the dataset gets a letter when that fails."), NULL);
	for (size_t i = 0; i < s.n; i++)
		put_one(h, &s, &s.list[i], may);
	if (s.plan.kind == SCHEDULE_KINDS)
		s.plan.kind = SCHEDULE_DAILY;
	if (may)
		put_form(h, &s, form.n && !silence ? &form : NULL, silence ? NULL : &errors, show);
	if (may)
		back_put_silence(h, &v, &c, s.path, silence ? &form : NULL, &errors);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_scheduling = { .method = HTTPD_GET, .pattern = "/backoffice/datasets/{uid}/scheduling/", .run = run };
const struct httpd_route back_dataset_scheduling_post = { .method = HTTPD_POST, .pattern = "/backoffice/datasets/{uid}/scheduling/", .body_max = 64 * 1024, .run = run };
