/* Records with a date as a calendar: a month, a week, a day or a list, drawn by the server and said by the address
 * (calendar=month:2024-05), so that every step is a link. Weeks begin where the reader's language begins them. */
#include "front/inside.h"

#include "text/text.h"

enum { EVENTS = 1000, A_DAY_SHOWS = 4, LONGEST_DAYS = 62, TITLE_CUT = 160, WEEK = 7 };
#define DAY_US INT64_C(86400000000)

enum span { MONTH, WEEKS, DAY, LIST, SPANS };
static const struct { const char *word, *label; } spans[SPANS] = {
	{ "month", N_("Month") },
	{ "week", N_("Week") },
	{ "day", N_("Day") },
	{ "list", N_("List") },
};

struct occasion {
	struct str id, title;
	struct str tip;         /* markup; empty: none */
	int32_t first, last;    /* days */
	int minute;             /* of its first day; -1: all day */
};

struct calendar {
	struct front_dataset *d;
	struct front_records r;
	const struct field *start, *end, *title;
	struct front_tip tip;
	struct str colour;      /* of events, "#1f5a7a"; empty: the house's */
	bool shown[SPANS];      /* those the publisher offers */
	enum span span;
	int32_t at;             /* a day of what is shown */
	int32_t from, to;       /* shown: [from, to) */
	int32_t today;
	int first_weekday;
	struct occasion *events;
	size_t n;
	bool more;
};

static bool is_date(const struct field *f)
{
	return f->type == VALUE_DATE || f->type == VALUE_DATETIME;
}

bool front_has_calendar(const struct front_dataset *d)
{
	const struct query_target t = { .schema = &d->dataset->schema };
	bool wanted = str_eq(front_meta(d, "visualization", "calendar_enabled"), STR("true")) || front_meta(d, "visualization", "calendar_event_start").n;
	return wanted && !str_eq(front_meta(d, "visualization", "calendar_enabled"), STR("false")) && d->dataset->version.number > 0 && d->own.may_read &&
	       front_chosen_field(d, &t, "calendar_event_start", is_date) &&
	       front_chosen_field(d, &t, "calendar_event_title", front_is_text);
}

/* --- days -------------------------------------------------------------------------------------------------- */

static int32_t day_of(const struct calendar *c, int64_t us)
{
	struct civil local;
	clock_us_to_local(c->d->visit.zone, us, &local);
	return clock_days(local.year, local.month, local.day);
}

/* The same day some months on; the last of a shorter month. */
static int32_t months_on(int32_t day, int months)
{
	struct civil c;
	clock_civil_of_days(day, &c);
	int month = c.year * 12 + c.month - 1 + months;
	int year = num_min(num_max(month / 12, 1), 9998);
	int last = clock_days_in_month(year, month % 12 + 1);
	return clock_days(year, month % 12 + 1, num_min(c.day, last));
}

static int32_t month_start(int32_t day)
{
	struct civil c;
	clock_civil_of_days(day, &c);
	return clock_days(c.year, c.month, 1);
}

static int32_t week_start(const struct calendar *c, int32_t day)
{
	return day - (clock_weekday(day) - c->first_weekday + WEEK) % WEEK;
}

static void settle(struct calendar *c)
{
	if (c->span == WEEKS) {
		c->from = week_start(c, c->at);
		c->to = c->from + WEEK;
	} else if (c->span == DAY) {
		c->from = c->at;
		c->to = c->at + 1;
	} else {
		c->from = month_start(c->at);
		c->to = month_start(months_on(c->from, 1));
	}
}

static bool wrong(struct str text, struct err *e)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for calendar parameter: %.*s was found but month:2024-05, week:2024-05-13, day:2024-05-13 or "
	               "list:2024-05 is expected.", STR_ARG(str_sub(text, 0, 60)));
}

static bool read_span(struct str word, enum span *out)
{
	for (size_t i = 0; i < SPANS; i++)
		if (str_eq(word, str_of(spans[i].word))) {
			*out = (enum span)i;
			return true;
		}
	return false;
}

/* Which ways to look the publisher offers: "month,week", also as FullCalendar calls them; nothing said, or nothing known: all. */
static void read_spans(struct calendar *c)
{
	static const struct { const char *word; enum span span; } others[] = { { "agendaWeek", WEEKS }, { "basicWeek", WEEKS }, { "agendaDay", DAY }, { "basicDay", DAY } };
	struct str list = front_meta(c->d, "visualization", "calendar_available_views"), word;
	bool any = false;
	while (list.n && str_cut(&list, ',', &word)) {
		enum span s = SPANS;
		word = str_trim(word);
		for (size_t i = 0; i < COUNT_OF(others); i++)
			if (str_eq(word, str_of(others[i].word)))
				s = others[i].span;
		if (s == SPANS && !read_span(word, &s))
			continue;
		c->shown[s] = any = true;
	}
	for (size_t i = 0; i < SPANS; i++)
		c->shown[i] = c->shown[i] || !any;
	while (c->span < LIST && !c->shown[c->span])
		c->span++;
}

/* Sets what the address says; *open stays true when it names no day. */
static bool read_address(struct calendar *c, bool *open, struct err *e)
{
	struct str text = view_state_get(&c->d->state, STR("calendar"));
	ptrdiff_t colon = str_find_char(text, ':');
	struct clock_text t;
	*open = true;
	read_spans(c);
	enum span first;
	if (read_span(front_meta(c->d, "visualization", "calendar_default_view"), &first) && c->shown[first])
		c->span = first;
	if (!text.n)
		return true;
	if (!read_span(colon < 0 ? text : str_sub(text, 0, (size_t)colon), &c->span))
		return wrong(text, e);
	if (colon < 0)
		return true;
	if (!clock_parse(str_from(text, (size_t)colon + 1), &t) || t.precision > CLOCK_DAY)
		return wrong(text, e);
	c->at = clock_days(t.civil.year, t.civil.month, t.civil.day);
	*open = false;
	return true;
}

/* --- asking ------------------------------------------------------------------------------------------------ */

typedef void take_row(struct calendar *c, const struct batch *b, size_t row, const struct query_plan *plan);

static bool ask(struct calendar *c, const struct query_request *q, take_row *take, struct err *e)
{
	struct front_dataset *d = c->d;
	struct query_plan plan;
	struct query_cursor *k;
	struct batch b;
	if (!query_plan_rows(d->visit.arena, q, &plan, e))
		return false;
	if (!query_open(d->site->engine, &plan, d->visit.request->cancel, &k, e)) {
		query_plan_done(&plan);
		return false;
	}
	bool ok;
	while ((ok = query_next(k, &b, e)) && b.nrows)
		for (size_t i = 0; i < b.nrows; i++)
			take(c, &b, i, &plan);
	query_close(k);
	query_plan_done(&plan);
	return ok;
}

static int32_t cell_day(const struct calendar *c, const struct column *col, size_t row)
{
	return col->type.type == VALUE_DATE ? col->days[row] : day_of(c, col->ints[row]);
}

/* Without a day in the address: today, or the nearest day that has something. */
static void take_bounds(struct calendar *c, const struct batch *b, size_t row, const struct query_plan *plan)
{
	(void)plan;
	if (!column_has(&b->columns[0], row) || !column_has(&b->columns[1], row))
		return;
	c->at = num_min(num_max(c->today, cell_day(c, &b->columns[0], row)), cell_day(c, &b->columns[1], row));
}

static bool find_day(struct calendar *c, struct err *e)
{
	struct query_request q = c->r.filter.request;
	q.select = arena_printf(c->d->visit.arena, "min(`%.*s`) as a, max(`%.*s`) as b", STR_ARG(c->start->name), STR_ARG(c->start->name));
	return ask(c, &q, take_bounds, e);
}

static void take_event(struct calendar *c, const struct batch *b, size_t row, const struct query_plan *plan)
{
	struct arena *a = c->d->visit.arena;
	const struct column *start = &b->columns[0], *title = &b->columns[1];
	if (c->n == EVENTS || !column_has(start, row))
		return;
	struct occasion *ev = &c->events[c->n++];
	*ev = (struct occasion){ .id = arena_str(a, b->columns[plan->id_column].texts[row]), .first = cell_day(c, start, row), .minute = -1 };
	ev->last = ev->first;
	if (c->end && column_has(&b->columns[2], row))
		ev->last = num_min(num_max(cell_day(c, &b->columns[2], row), ev->first), ev->first + LONGEST_DAYS);
	if (start->type.type == VALUE_DATETIME) {
		struct civil local;
		clock_us_to_local(c->d->visit.zone, start->ints[row], &local);
		ev->minute = local.hour * 60 + local.minute;
	}
	if (c->tip.n || c->tip.html.n)
		ev->tip = front_tip_text(c->d, &(struct front_tip_row){ &c->tip, plan, b, row, ev->id });
	ev->title = column_has(title, row) ? arena_str(a, text_cut(title->texts[row], TITLE_CUT)) : STR("–");
}

static struct str day_word(struct arena *a, int32_t day)
{
	auto_buf b = BUF_INIT(40);
	clock_put_date(&b, day);
	return arena_str(a, buf_str(&b));
}

static bool find_events(struct calendar *c, struct err *e)
{
	struct arena *a = c->d->visit.arena;
	struct query_request q = c->r.filter.request;
	struct str *where = arena_array(a, struct str, q.nwhere + 2);
	struct str s = c->start->name, from = day_word(a, c->from), to = day_word(a, c->to);
	for (size_t i = 0; i < q.nwhere; i++)
		where[i] = q.where[i];
	where[q.nwhere++] = arena_printf(a, "`%.*s` < date'%.*s'", STR_ARG(s), STR_ARG(to));
	if (c->end)
		where[q.nwhere++] = arena_printf(a, "(`%.*s` >= date'%.*s' or `%.*s` >= date'%.*s')", STR_ARG(s), STR_ARG(from), STR_ARG(c->end->name), STR_ARG(from));
	else
		where[q.nwhere++] = arena_printf(a, "`%.*s` >= date'%.*s'", STR_ARG(s), STR_ARG(from));
	q.where = where;
	q.select = c->end ? arena_printf(a, "`%.*s`, `%.*s`, `%.*s`", STR_ARG(s), STR_ARG(c->title->name), STR_ARG(c->end->name))
	                  : arena_printf(a, "`%.*s`, `%.*s`", STR_ARG(s), STR_ARG(c->title->name));
	/* Below the event in a list and a day; in a month and a week a card that comes with the pointer and the keyboard. */
	(void)front_tip_of(c->d, &c->r.filter.target, "calendar", "calendar_tooltip_fields", &c->tip);
	q.select = arena_join(a, q.select, front_tip_select(a, &c->tip));
	q.order_by = arena_printf(a, "`%.*s`", STR_ARG(s));
	q.limit = arena_printf(a, "%d", EVENTS);
	q.most_rows = EVENTS;
	q.with_id = true;
	c->events = arena_array(a, struct occasion, EVENTS + 1);
	if (!ask(c, &q, take_event, e))
		return false;
	c->more = c->n == EVENTS;
	return true;
}

/* --- drawing ----------------------------------------------------------------------------------------------- */

static struct str words(const struct calendar *c, int32_t day, const char *pattern)
{
	struct civil civil;
	struct err e = { 0 };
	auto_buf b = BUF_INIT(300);
	clock_civil_of_days(day, &civil);
	ensure(clock_format(&b, &civil, str_of(pattern), c->d->visit.lang->code, &e));
	return arena_str(c->d->visit.arena, buf_str(&b));
}

static struct str long_day(const struct calendar *c, int32_t day)
{
	auto_buf b = BUF_INIT(300);
	clock_put_long(&b, (int64_t)day * DAY_US, clock_utc(), c->d->visit.lang->code, false);
	return arena_str(c->d->visit.arena, buf_str(&b));
}

static struct str url_of(const struct calendar *c, enum span span, int32_t day)
{
	struct arena *a = c->d->visit.arena;
	struct str date = day_word(a, day);
	if (span == MONTH || span == LIST)
		date = str_sub(date, 0, date.n - 3);
	return view_state_url(&c->d->state, STR("calendar"), NULL, STR("calendar"), arena_printf(a, "%s:%.*s", spans[span].word, STR_ARG(date)));
}

static int32_t stepped(const struct calendar *c, int by)
{
	switch (c->span) {
	case WEEKS: return c->at + by * WEEK;
	case DAY: return c->at + by;
	case MONTH:
	case LIST:
	case SPANS: break;
	}
	return months_on(c->from, by);
}

static void put_link(const struct calendar *c, enum span span, int32_t day, const char *label, bool current)
{
	struct html *h = &c->d->page.h;
	html_lit(h, "<li><a rel=\"nofollow\" data-focus=\"when-");
	html_text(h, str_of(label));
	html_lit(h, "\" href=\"");
	html_url(h, url_of(c, span, day));
	html_put_literal(h, current ? STR("\" aria-current=\"true\">") : STR("\">"));
	html_say(h, label);
	html_lit(h, "</a></li>");
}

static void put_navigation(const struct calendar *c)
{
	struct html *h = &c->d->page.h;
	html_lit(h, "<nav class=\"when\" aria-label=\"");
	html_say(h, N_("Calendar"));
	html_lit(h, "\"><h2>");
	if (c->span == WEEKS) {
		html_text(h, long_day(c, c->from));
		html_lit(h, " – ");
		html_text(h, long_day(c, c->to - 1));
	} else {
		html_text(h, c->span == DAY ? words(c, c->at, "EEEE") : words(c, c->from, "MMMM yyyy"));
		if (c->span == DAY) {
			html_lit(h, ", ");
			html_text(h, long_day(c, c->at));
		}
	}
	html_lit(h, "</h2><ul>");
	put_link(c, c->span, months_on(c->at, -12), N_("One year back"), false);
	put_link(c, c->span, stepped(c, -1), N_("Previous"), false);
	put_link(c, c->span, c->today, N_("Today"), false);
	put_link(c, c->span, stepped(c, 1), N_("Next"), false);
	put_link(c, c->span, months_on(c->at, 12), N_("One year on"), false);
	html_lit(h, "</ul><ul>");
	for (size_t i = 0; i < SPANS; i++)
		if (c->shown[i] || c->span == i)
			put_link(c, (enum span)i, c->at, spans[i].label, c->span == i);
	html_lit(h, "</ul></nav>");
}

static void put_event(const struct calendar *c, const struct occasion *ev, int32_t day)
{
	struct html *h = &c->d->page.h;
	html_lit(h, "<li>");
	front_put_record_link(c->d, ev->id);
	/* A mark of its own: styles of single elements are not for pages. */
	if (c->colour.n) {
		html_lit(h, "<svg class=\"mark\" viewBox=\"0 0 8 8\" aria-hidden=\"true\" focusable=\"false\"><circle cx=\"4\" cy=\"4\" r=\"4\" fill=\"");
		html_text(h, c->colour);
		html_lit(h, "\"/></svg>");
	}
	if (ev->minute >= 0 && ev->first == day) {
		struct str time = arena_printf(c->d->visit.arena, "%02d:%02d", ev->minute / 60, ev->minute % 60);
		html_lit(h, "<time>");
		html_text(h, time);
		html_lit(h, "</time> ");
	}
	html_lit(h, "<bdi>");
	html_text(h, ev->title);
	html_lit(h, "</bdi></a>");
	html_put_literal(h, ev->tip);
	html_lit(h, "</li>");
}

/* Gives how many there are on the day; writes at most so many. */
static size_t put_events(const struct calendar *c, int32_t day, size_t most)
{
	struct html *h = &c->d->page.h;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (c->events[i].first > day || c->events[i].last < day)
			continue;
		if (n == 0)
			html_lit(h, "<ul class=\"events\">");
		if (n < most)
			put_event(c, &c->events[i], day);
		n++;
	}
	if (n > most) {
		html_lit(h, "<li><a rel=\"nofollow\" href=\"");
		html_url(h, url_of(c, DAY, day));
		html_lit(h, "\">");
		html_say_plural(h, N2_("{0} more", "{0} more"), (int64_t)(n - most));
		html_lit(h, "</a></li>");
	}
	if (n)
		html_lit(h, "</ul>");
	return n;
}

static void put_day(const struct calendar *c, int32_t day, size_t most)
{
	struct html *h = &c->d->page.h;
	struct civil civil;
	clock_civil_of_days(day, &civil);
	html_lit(h, "<td class=\"");
	if (day < c->from || day >= c->to)
		html_lit(h, "other ");
	if (day == c->today)
		html_lit(h, "today");
	html_lit(h, "\"><a class=\"day\" rel=\"nofollow\" href=\"");
	html_url(h, url_of(c, DAY, day));
	html_lit(h, "\"><time datetime=\"");
	html_text(h, day_word(c->d->visit.arena, day));
	html_lit(h, "\"><span aria-hidden=\"true\">");
	html_int(h, civil.day);
	html_lit(h, "</span><span class=\"visually-hidden\">");
	html_text(h, long_day(c, day));
	html_lit(h, "</span></time></a>");
	if (day >= c->from && day < c->to)
		(void)put_events(c, day, most);
	html_lit(h, "</td>");
}

static void put_grid(const struct calendar *c)
{
	struct html *h = &c->d->page.h;
	int32_t first = week_start(c, c->from);
	html_lit(h, "<table class=\"month\"><caption class=\"visually-hidden\"><bdi>");
	html_text(h, c->d->title);
	html_lit(h, "</bdi></caption><thead><tr>");
	for (int i = 0; i < WEEK; i++) {
		html_lit(h, "<th scope=\"col\"><abbr title=\"");
		html_text(h, words(c, first + i, "EEEE"));
		html_lit(h, "\">");
		html_text(h, words(c, first + i, "EEE"));
		html_lit(h, "</abbr></th>");
	}
	html_lit(h, "</tr></thead><tbody>");
	for (int32_t day = first; day < c->to; day += WEEK) {
		html_lit(h, "<tr>");
		for (int i = 0; i < WEEK; i++)
			put_day(c, day + i, c->span == MONTH ? A_DAY_SHOWS : EVENTS);
		html_lit(h, "</tr>");
	}
	html_lit(h, "</tbody></table>");
}

static bool has_events(const struct calendar *c, int32_t day)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->events[i].first <= day && c->events[i].last >= day)
			return true;
	return false;
}

static void put_agenda(const struct calendar *c)
{
	struct html *h = &c->d->page.h;
	html_lit(h, "<dl class=\"agenda\">");
	for (int32_t day = c->from; day < c->to; day++) {
		if (!has_events(c, day))
			continue;
		html_lit(h, "<div><dt><time datetime=\"");
		html_text(h, day_word(c->d->visit.arena, day));
		html_lit(h, "\">");
		html_text(h, long_day(c, day));
		html_lit(h, "</time></dt><dd>");
		(void)put_events(c, day, EVENTS);
		html_lit(h, "</dd></div>");
	}
	html_lit(h, "</dl>");
}

static void draw(const struct calendar *c)
{
	struct html *h = &c->d->page.h;
	put_navigation(c);
	if (c->more)
		html_notice(h, HTML_INFO, N_("There are too many events to show them all: filter, or choose a shorter time."));
	if (!c->n) {
		html_lit(h, "<p class=\"none\" role=\"status\">");
		html_say(h, N_("Nothing in this time."));
		html_lit(h, "</p>");
	}
	html_lit(h, "<stoa-rows data-close=\"");
	html_say(h, N_("Close"));
	html_lit(h, "\">");
	if (c->span == MONTH || c->span == WEEKS)
		put_grid(c);
	else if (c->n)
		put_agenda(c);
	html_lit(h, "</stoa-rows>");
}

static bool fill(struct calendar *c, struct err *e)
{
	bool open;
	c->today = day_of(c, clock_now().us);
	c->at = c->today;
	c->first_weekday = clock_first_weekday(c->d->visit.lang->code);
	if (!read_address(c, &open, e) || (open && !find_day(c, e)))
		return false;
	settle(c);
	return find_events(c, e);
}

bool front_tab_calendar(struct front_dataset *d, struct err *e)
{
	struct calendar c = { .d = d };
	struct err why = { 0 };
	if (!front_records_open(&c.r, d, N_("Calendar"), e))
		return false;
	const struct query_target *t = &c.r.filter.target;
	c.start = front_chosen_field(d, t, "calendar_event_start", is_date);
	c.title = front_chosen_field(d, t, "calendar_event_title", front_is_text);
	if (front_meta(d, "visualization", "calendar_event_end").n)
		c.end = front_chosen_field(d, t, "calendar_event_end", is_date);
	if (c.end == c.start)
		c.end = NULL;
	uint32_t colour;
	if (view_accent_parse(front_meta(d, "visualization", "calendar_event_color"), &colour))
		c.colour = arena_printf(d->visit.arena, "#%06x", colour);
	if (c.r.ok && c.start && c.title) {
		if (fill(&c, &why))
			draw(&c);
		else if (!front_records_complain(&c.r, &why, e))
			return false;
	}
	front_records_close(&c.r);
	return true;
}
