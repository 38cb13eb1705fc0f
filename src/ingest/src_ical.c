/* iCalendar: an entry a record, its properties as columns. Lines are unfolded and texts unescaped; times with the name of a zone
 * become UTC, whole days stay dates. Repeats are not spelled out: RRULE is a text like any other. */
#include "ingest/tree.h"
#include "clock/clock.h"
#include "text/text.h"
#include <stdlib.h>

enum { LINE_BYTES = 4 << 20, MOST_PROPERTIES = 2000 };

struct ical {
	struct window w;
	struct buf line;
	struct tree_rows rows;
	char component[12];
	int64_t number;
	bool open;         /* a calendar has begun, and not ended */
	struct load *load;
	bool told;         /* of a zone that is not known */
};

static struct ical *of(struct source *s) { return s->state; }

static bool ical_rewind(struct source *s, struct err *e)
{
	of(s)->number = 0;
	of(s)->open = false;
	return window_rewind(&of(s)->w, e);
}

static bool ical_open(struct source *s, struct err *e)
{
	struct ical *c = calloc(1, sizeof *c);
	ensure(c);
	s->state = c;
	c->load = s->load;
	c->line = BUF_INIT(LINE_BYTES);
	window_init(&c->w, s->fd, s->start);
	tree_rows_init(&c->rows, s);
	struct str wanted = param_text(s, "component");
	if (wanted.n == 0) wanted = STR("vevent");
	memcpy(c->component, wanted.p, num_min(wanted.n, sizeof c->component - 1));
	return ical_rewind(s, e);
}

/* --- lines ------------------------------------------------------------------------------------------------ */

static bool peek(struct ical *c, size_t want, bool *there, struct err *e)
{
	while (c->w.to - c->w.at < want && !c->w.end) {
		bool more;
		if (!window_more(&c->w, &more, e)) return false;
	}
	*there = c->w.to - c->w.at >= want;
	return true;
}

static bool raw_line(struct ical *c, bool *any, struct err *e)
{
	*any = false;
	for (;;) {
		char *from = c->w.p + c->w.at;
		size_t n = c->w.to - c->w.at;
		char *end = n ? memchr(from, '\n', n) : NULL;
		*any = *any || n > 0;
		buf_put(&c->line, str_make(from, end ? (size_t)(end - from) : n));
		c->w.at += end ? (size_t)(end - from) + 1 : n;
		if (end) return true;
		bool more;
		if (!window_more(&c->w, &more, e)) return false;
		if (!more) return true;
	}
}

/* A line with those that begin with a blank: they go on with it. */
static bool next_line(struct ical *c, struct str *out, bool *any, struct err *e)
{
	buf_clear(&c->line);
	if (!raw_line(c, any, e)) return false;
	for (;;) {
		while (c->line.n && c->line.p[c->line.n - 1] == '\r') c->line.n--;
		bool there;
		if (!peek(c, 1, &there, e)) return false;
		if (!there || (c->w.p[c->w.at] != ' ' && c->w.p[c->w.at] != '\t')) break;
		c->w.at++;
		bool ignored;
		if (!raw_line(c, &ignored, e)) return false;
	}
	if (c->line.over) return err_set(e, ERR_TOO_LARGE, "a line of the calendar is larger than %d MB", LINE_BYTES >> 20);
	*out = buf_str(&c->line);
	return true;
}

/* --- values ----------------------------------------------------------------------------------------------- */

/* NAME;PARAMETER=VALUE;…:VALUE, where quotes may hold colons. */
static bool cut_line(struct str line, struct str *name, struct str *parameters, struct str *value)
{
	bool quoted = false;
	size_t name_n = 0;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"') quoted = !quoted;
		if (quoted) continue;
		if (name_n == 0 && (line.p[i] == ';' || line.p[i] == ':')) name_n = i;
		if (line.p[i] != ':') continue;
		*name = str_sub(line, 0, name_n);
		*parameters = str_sub(line, name_n, i - name_n);
		*value = str_from(line, i + 1);
		return name_n > 0;
	}
	return false;
}

static struct str parameter(struct str parameters, const char *name)
{
	struct str rest = parameters;
	struct str one;
	while (str_cut(&rest, ';', &one)) {
		ptrdiff_t equals = str_find_char(one, '=');
		if (equals <= 0 || !str_eq_nocase(str_sub(one, 0, (size_t)equals), str_of(name))) continue;
		struct str v = str_from(one, (size_t)equals + 1);
		return v.n > 1 && v.p[0] == '"' ? str_sub(v, 1, v.n - 2) : v;
	}
	return STR("");
}

static struct str unescaped(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(LINE_BYTES);
	for (size_t i = 0; i < s.n; i++) {
		bool escape = s.p[i] == '\\' && i + 1 < s.n;
		if (escape) i++;
		buf_put_char(&b, escape && (s.p[i] == 'n' || s.p[i] == 'N') ? '\n' : s.p[i]);
	}
	return arena_str(a, str_trim(buf_str(&b)));
}

static bool digits(struct str s, size_t at, size_t n, int *out)
{
	*out = 0;
	for (size_t i = at; i < at + n; i++) {
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9') return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	return true;
}

/* A zone by its name: that of the world's list, also behind somebody's own beginning ("/example.org/2024/Europe/Paris"), or that of Windows.
 * NULL: nobody knows it. */
static const struct clock_zone *zone_called(struct str name)
{
	static const struct { const char *windows, *zone; } others[] = {
#define ZONE(windows, zone) { windows, zone },
#include "ingest/windows_zones.def"
#undef ZONE
	};
	const struct clock_zone *z = clock_zone_or_null(name);
	for (size_t i = 0; !z && i < COUNT_OF(others); i++)
		if (str_eq_nocase(name, str_of(others[i].windows))) z = clock_zone_or_null(str_of(others[i].zone));
	for (ptrdiff_t at; !z && (at = str_find_char(name, '/')) >= 0;) {
		name = str_from(name, (size_t)at + 1);
		z = clock_zone_or_null(name);
	}
	return z;
}

/* A time in a zone that nobody knows stands as it is written, and the zone is told, once. */
static const struct clock_zone *zone_of(struct ical *c, struct str name)
{
	const struct clock_zone *z = zone_called(name);
	if (!z && !c->told) {
		c->told = true;
		load_note(c->load, "The calendar names the time zone “%.*s”, which is not known; times in it are read as if they had none.", STR_ARG(text_cut(name, 80)));
	}
	return z;
}

/* 20230905, 20230905T080000, 20230905T080000Z; empty: it is none of these. */
static struct str moment(struct ical *k, struct arena *a, struct str s, struct str zone)
{
	struct civil c = { 0 };
	if (!digits(s, 0, 4, &c.year) || !digits(s, 4, 2, &c.month) || !digits(s, 6, 2, &c.day) || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
		return STR("");
	struct str day = arena_printf(a, "%04d-%02d-%02d", c.year, c.month, c.day);
	if (s.n == 8) return day;
	if (s.n < 15 || s.p[8] != 'T' || !digits(s, 9, 2, &c.hour) || !digits(s, 11, 2, &c.minute) || !digits(s, 13, 2, &c.second)) return STR("");
	if (c.hour > 23 || c.minute > 59 || c.second > 60) return STR("");
	bool utc = s.n == 16 && s.p[15] == 'Z';
	const struct clock_zone *z = !utc && zone.n ? zone_of(k, zone) : NULL;
	auto_buf b = BUF_INIT(100);
	if (z) clock_put_instant(&b, clock_local_to_us(z, &c), clock_utc());
	else buf_printf(&b, "%.*sT%02d:%02d:%02d%s", STR_ARG(day), c.hour, c.minute, c.second, utc ? "Z" : "");
	return arena_str(a, buf_str(&b));
}

static void put(struct ical *c, struct str name, struct str parameters, struct str value)
{
	static const char *const times[] = { "DTSTART", "DTEND", "DTSTAMP", "DUE", "CREATED", "LAST-MODIFIED", "COMPLETED", "RECURRENCE-ID" };
	struct tree_rows *r = &c->rows;
	struct str shown = { 0 };
	for (size_t i = 0; i < COUNT_OF(times); i++)
		if (str_eq_nocase(name, str_of(times[i]))) shown = moment(c, &r->row, value, parameter(parameters, "TZID"));
	if (str_eq_nocase(name, STR("GEO"))) {
		ptrdiff_t semicolon = str_find_char(value, ';');
		if (semicolon > 0)
			shown = arena_printf(&r->row, "%.*s,%.*s", STR_ARG(str_sub(value, 0, (size_t)semicolon)), STR_ARG(str_from(value, (size_t)semicolon + 1)));
	}
	if (shown.n == 0) shown = unescaped(&r->row, value);
	auto_buf label = BUF_INIT(200);
	for (size_t i = 0; i < name.n; i++) buf_put_char(&label, name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i] == '-' ? '_' : name.p[i]);
	if (!text_is_utf8(buf_str(&label)) || label.over) return;
	tree_rows_put(r, arena_str(&r->row, buf_str(&label)), (struct cell){ shown, shown.n ? CELL_STRING : CELL_NONE });
}

/* --- entries ---------------------------------------------------------------------------------------------- */

static bool ical_next(struct source *s, struct row *out, struct err *e)
{
	struct ical *c = of(s);
	int inside = 0;    /* 1: the entry; more: what it holds, as alarms */
	int properties = 0;
	*out = (struct row){ .more = false };
	tree_rows_begin(&c->rows);
	for (;;) {
		struct str line = { 0 };
		struct str name;
		struct str parameters;
		struct str value;
		bool any;
		if (!next_line(c, &line, &any, e)) return false;
		if (!any && inside == 0 && c->open) return err_set(e, ERR_BAD_SOURCE, "the calendar has no end (END:VCALENDAR): the file was cut short");
		if (!any) return inside == 0 || err_set(e, ERR_BAD_SOURCE, "the calendar ends within an entry: the file was cut short");
		if (!cut_line(line, &name, &parameters, &value)) continue;
		bool begins = str_eq_nocase(name, STR("BEGIN"));
		bool ends = str_eq_nocase(name, STR("END"));
		if ((begins || ends) && str_eq_nocase(str_trim(value), STR("VCALENDAR"))) c->open = begins;
		if (begins && (inside > 0 || str_eq_nocase(str_trim(value), str_of(c->component)))) inside++;
		else if (ends && inside > 0 && --inside == 0) break;
		else if (!begins && !ends && inside == 1 && properties++ < MOST_PROPERTIES) put(c, name, parameters, value);
	}
	*out = (struct row){ .number = ++c->number, .more = true };
	tree_rows_end(&c->rows, out);
	return true;
}

static void ical_close(struct source *s)
{
	struct ical *c = of(s);
	window_done(&c->w);
	buf_done(&c->line);
	tree_rows_done(&c->rows);
	s->names.n = s->names.cap = 0;
	free(c);
	s->state = NULL;
}

static int64_t ical_place(struct source *s) { return window_place(&of(s)->w); }
static unsigned ical_sniff(struct str head) { return str_eq_nocase(str_sub(str_trim(head), 0, 15), STR("BEGIN:VCALENDAR")) ? 150 : 0; }

const struct source_format source_icalendar = { "icalendar", "ics ical ifb", SOURCE_TEXT, ical_sniff, ical_open, ical_rewind, ical_next, NULL,
	ical_close, NULL, ical_place, NULL };
