/* iCalendar (RFC 5545): an event a row. It begins at the first date or datetime of the result and ends at the
 * first later column of the same type whose name says so ("end", "fin", "until" …), else it lasts as long as
 * its date says (a day, a month, a year) or is a moment. Its summary is the first text, its place a text
 * named like one, its position the first point; everything else is its description. A row without a
 * beginning is no event. Moments are written in UTC, so no rules of zones need to be carried. */
#include "export/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

enum { LINE_BYTES = 75 };

struct state {
	size_t start, end, summary, place, at; /* columns; ncolumns: none */
	struct str stamp;                      /* DTSTAMP: when the data were processed */
	struct buf line, cell;
};

/* --- lines ------------------------------------------------------------------------------------------- */

/* Ends the line, folded so that no piece has more than 75 bytes, and never inside a letter. */
static void end_line(struct export *x, struct state *s)
{
	struct str rest = buf_str(&s->line);
	for (size_t most = LINE_BYTES; rest.n > most; most = LINE_BYTES - 1) {
		struct str piece = text_cut(rest, most);
		buf_put(&x->out, piece);
		buf_lit(&x->out, "\r\n ");
		rest = str_from(rest, piece.n);
	}
	buf_put(&x->out, rest);
	buf_lit(&x->out, "\r\n");
	if (s->line.over) x->out.over = true;
	buf_clear(&s->line);
}

static void put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\\' || c == ';' || c == ',') buf_put_char(b, '\\');
		if (c == '\n') buf_lit(b, "\\n");
		else if ((unsigned char)c >= 0x20 || c == '\t') buf_put_char(b, c);
	}
}

static void put_date(struct buf *b, const struct civil *c)
{
	buf_printf(b, "%04d%02d%02d", (int)c->year, c->month, c->day);
}

static void put_moment(struct buf *b, int64_t us)
{
	struct civil c;
	clock_civil_of_us(us, &c);
	put_date(b, &c);
	buf_printf(b, "T%02d%02d%02dZ", c.hour, c.minute, c.second);
}

/* --- when -------------------------------------------------------------------------------------------- */

static enum clock_precision precision_of(const struct export *x, size_t column)
{
	struct str p = x->columns[column].precision;
	if (str_eq(p, STR("year"))) return CLOCK_YEAR;
	return str_eq(p, STR("month")) ? CLOCK_MONTH : CLOCK_DAY;
}

static void put_days(struct export *x, struct state *s, int32_t first, int32_t last)
{
	struct civil from;
	struct civil to;
	clock_civil_of_days(first, &from);
	clock_civil_of_days(last, &to);
	to = clock_period_end(to, precision_of(x, s->start)); /* the end is the first day that is not part of it */
	buf_lit(&s->line, "DTSTART;VALUE=DATE:");
	put_date(&s->line, &from);
	end_line(x, s);
	if (to.year > 9999) return;
	buf_lit(&s->line, "DTEND;VALUE=DATE:");
	put_date(&s->line, &to);
	end_line(x, s);
}

static void put_when(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	const struct column *from = &b->columns[s->start];
	const struct column *to = s->end < x->ncolumns && column_has(&b->columns[s->end], row) ? &b->columns[s->end] : NULL;
	if (from->type.type == VALUE_DATE) {
		bool later = to && to->days[row] > from->days[row];
		put_days(x, s, from->days[row], later ? to->days[row] : from->days[row]);
		return;
	}
	buf_lit(&s->line, "DTSTART:");
	put_moment(&s->line, from->ints[row]);
	end_line(x, s);
	if (!to || to->ints[row] <= from->ints[row]) return;
	buf_lit(&s->line, "DTEND:");
	put_moment(&s->line, to->ints[row]);
	end_line(x, s);
}

/* --- events ------------------------------------------------------------------------------------------ */

static void put_text(struct export *x, struct state *s, const char *name, const struct batch *b, size_t column, size_t row)
{
	if (column >= x->ncolumns || !column_has(&b->columns[column], row)) return;
	buf_put(&s->line, str_of(name));
	put_escaped(&s->line, export_text(x, &s->cell, column, &b->columns[column], row));
	end_line(x, s);
}

static void put_description(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	bool any = false;
	buf_lit(&s->line, "DESCRIPTION:");
	for (size_t i = 0; i < x->ncolumns; i++) {
		bool told = i == s->start || i == s->end || i == s->summary || i == s->place || i == s->at;
		if (told || x->columns[i].type.type == VALUE_SHAPE || !column_has(&b->columns[i], row)) continue;
		if (any) buf_lit(&s->line, "\\n");
		any = true;
		put_escaped(&s->line, export_label(x, i));
		buf_lit(&s->line, ": ");
		put_escaped(&s->line, export_text(x, &s->cell, i, &b->columns[i], row));
	}
	if (any) end_line(x, s);
	else buf_clear(&s->line);
}

/* The id of the record; where rows are no records, a digest of what the row says. */
static void put_uid(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	int id = x->job->plan->id_column;
	struct str dataset = x->job->plan->request->target->dataset_id;
	buf_lit(&s->line, "UID:");
	if (id >= 0) {
		put_escaped(&s->line, b->columns[id].texts[row]);
	} else {
		unsigned char digest[CRYPT_HASH];
		char hex[2 * sizeof digest + 1];
		auto_buf all = BUF_INIT((size_t)1 << 30);
		for (size_t i = 0; i < x->ncolumns; i++) {
			buf_put(&all, export_text(x, &s->cell, i, &b->columns[i], row));
			buf_put_char(&all, '\0');
		}
		crypt_blake2b(buf_str(&all), digest, 20);
		crypt_hex(digest, 20, hex);
		buf_put(&s->line, str_of(hex));
	}
	buf_put_char(&s->line, '@');
	put_escaped(&s->line, dataset);
	end_line(x, s);
}

static void put_row(struct export *x, struct state *s, const struct batch *b, size_t row)
{
	if (!column_has(&b->columns[s->start], row)) return;
	buf_lit(&x->out, "BEGIN:VEVENT\r\n");
	put_uid(x, s, b, row);
	buf_put(&x->out, s->stamp);
	put_when(x, s, b, row);
	put_text(x, s, "SUMMARY:", b, s->summary, row);
	put_text(x, s, "LOCATION:", b, s->place, row);
	if (s->at < x->ncolumns && column_has(&b->columns[s->at], row)) {
		buf_lit(&s->line, "GEO:");
		text_put_double_plain(&s->line, b->columns[s->at].lats[row]);
		buf_put_char(&s->line, ';');
		text_put_double_plain(&s->line, b->columns[s->at].lons[row]);
		end_line(x, s);
	}
	put_description(x, s, b, row);
	buf_lit(&x->out, "END:VEVENT\r\n");
}

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	for (size_t row = 0; row < b->nrows; row++) {
		put_row(x, x->state, b, row);
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

/* --- columns ----------------------------------------------------------------------------------------- */

static const char *const ends[] = { "end", "ends", "until", "to", "fin", "jusqu", "ende", "bis", "einde", "tot", "fim", "fine", "slut",
	NULL };
static const char *const places[] = { "location", "place", "address", "venue", "lieu", "adresse", "ort", "plaats", "adres", "lugar",
	"direccion", "local", "endereco", "luogo", "indirizzo", "plats", NULL };

/* One of the words stands in the name, between "_" or its ends. */
static bool says(struct str name, const char *const *words)
{
	struct str rest = name;
	struct str part;
	while (rest.n && str_cut(&rest, '_', &part))
		for (size_t i = 0; words[i]; i++)
			if (str_eq_nocase(part, str_of(words[i]))) return true;
	return false;
}

static bool is_time(const struct record_column *c) { return c->type.type == VALUE_DATE || c->type.type == VALUE_DATETIME; }

static void choose_columns(const struct export *x, struct state *s)
{
	size_t none = x->ncolumns;
	s->start = s->end = s->place = s->at = none;
	s->summary = export_naming(x, STR(""));
	/* A column that says it is the end does not begin anything, unless it is alone. */
	for (size_t i = 0; i < none; i++)
		if (is_time(&x->columns[i]) && s->start == none && !says(x->columns[i].key, ends)) s->start = i;
	for (size_t i = 0; i < none; i++)
		if (is_time(&x->columns[i]) && s->start == none) s->start = i;
	for (size_t i = 0; i < none; i++) {
		const struct record_column *c = &x->columns[i];
		if (c->type.type == x->columns[s->start].type.type && i != s->start && s->end == none && says(c->key, ends)) s->end = i;
		if (c->type.type == VALUE_TEXT && !c->type.list && i != s->summary && s->place == none && says(c->key, places)) s->place = i;
		if (c->type.type == VALUE_POINT && s->at == none) s->at = i;
	}
}

static void put_head(struct export *x, struct state *s)
{
	const struct query_target *t = x->job->plan->request->target;
	buf_lit(&x->out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Stoa//Export//EN\r\nCALSCALE:GREGORIAN\r\n");
	buf_lit(&s->line, "X-WR-CALNAME:");
	put_escaped(&s->line, t->dataset_id);
	end_line(x, s);
	buf_lit(&s->line, "X-WR-TIMEZONE:");
	put_escaped(&s->line, clock_zone_name(x->style.zone));
	end_line(x, s);
	buf_lit(&s->line, "DTSTAMP:");
	put_moment(&s->line, t->record_timestamp_us);
	buf_lit(&s->line, "\r\n");
	s->stamp = arena_str(&x->arena, buf_str(&s->line));
	buf_clear(&s->line);
}

static bool run(struct export *x, struct err *e)
{
	struct state s = { .line = BUF_INIT((size_t)1 << 30), .cell = BUF_INIT((size_t)1 << 30) };
	choose_columns(x, &s);
	x->state = &s;
	put_head(x, &s);
	bool ok = export_batches(x, rows, e);
	buf_lit(&x->out, "END:VCALENDAR\r\n");
	buf_done(&s.line);
	buf_done(&s.cell);
	return ok;
}

const struct export_format export_fmt_ical = {
	"ical", "text/calendar; charset=utf-8", "ics", EXPORT_DATES | EXPORT_NEEDS | EXPORT_IDS | EXPORT_TAKES_LISTS, run,
};
