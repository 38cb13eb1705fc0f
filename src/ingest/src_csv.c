/* CSV and its cousins. A row is cut where it lies in the window; nothing is copied until the row is
 * whole, and then only cells with doubled quotes are changed, in place. The dialect is guessed from
 * the beginning and proved by a whole pass: when many rows do not fit, the next guess is tried. */
#include "ingest/src_csv.h"
#include <stdlib.h>

struct csv {
	struct window w;
	struct csv_parse parse;
	struct csv_dialect dialects[CSV_DIALECTS];
	double bad[CSV_DIALECTS];
	size_t ndialects, present;
	bool settled;
	int64_t number;
};

/* --- one row ------------------------------------------------------------------------------------- */

void csv_parse_init(struct csv_parse *c, const struct csv_dialect *d)
{
	*c = (struct csv_parse){ .delimiter = d->delimiter, .quote = d->quote, .escape = d->escape, .cr_ends = d->cr_ends, .columns = d->columns };
	c->stop[(unsigned char)d->delimiter] = true;
	c->stop['\n'] = true;
	c->stop['\r'] = true;
	c->cap = 64;
	c->cells = calloc(c->cap, sizeof *c->cells);
	c->quoted = calloc(c->cap, 1);
	ensure(c->cells && c->quoted);
}

void csv_parse_done(struct csv_parse *c)
{
	free(c->cells);
	free(c->quoted);
	*c = (struct csv_parse){ 0 };
}

static void grow(struct csv_parse *c)
{
	c->cap *= 2;
	c->cells = realloc(c->cells, c->cap * sizeof *c->cells);
	c->quoted = realloc(c->quoted, c->cap);
	ensure(c->cells && c->quoted);
}

static inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static inline void add(struct csv_parse *c, const char *from, const char *to, uint8_t quoted)
{
	while (from < to && is_blank(*from)) from++;
	while (to > from && is_blank(to[-1])) to--;
	if (c->n == c->cap) grow(c);
	c->quoted[c->n] = quoted;
	c->cells[c->n++] = (struct cell){ { from, (size_t)(to - from) }, from == to ? CELL_NONE : CELL_FREE };
}

/* An odd number of escapes stands before it. */
static bool is_escaped(const char *from, const char *at, char escape)
{
	const char *p = at;
	while (p > from && p[-1] == escape) p--;
	return (at - p) % 2 == 1;
}

/* The end of a quoted cell: *p stands behind the opening quote and is moved behind the closing one.
 * False: there is none before `end`. */
static bool close_quote(const struct csv_parse *c, const char **p, const char *end, uint8_t *quoted)
{
	const char *at = *p;
	*quoted = 1;
	for (;;) {
		at = memchr(at, c->quote, (size_t)(end - at));
		if (!at) return false;
		if (c->escape && is_escaped(*p, at, c->escape)) {
			at++;
			continue;
		}
		if (at + 1 < end && at[1] == c->quote) {
			*quoted = 2;
			at += 2;
			continue;
		}
		*p = at + 1;
		return true;
	}
}

/* Doubled quotes become one, and what was escaped stands alone. */
static void undouble(struct cell *cell, char quote, char escape)
{
	/* The bytes are the window's own and are not looked at again. */
	char *to = (char *)(uintptr_t)cell->text.p;
	const char *from = to;
	const char *end = from + cell->text.n;
	while (from < end) {
		if (*from == quote && from + 1 < end && from[1] == quote) from++;
		else if (escape && *from == escape && from + 1 < end && (from[1] == quote || from[1] == escape)) from++;
		*to++ = *from++;
	}
	cell->text.n = (size_t)(to - cell->text.p);
}

static bool finish(struct csv_parse *c, const char *start, const char *behind)
{
	c->used = (size_t)(behind - start);
	for (size_t i = 0; i < c->n; i++)
		if (c->quoted[i] == 2 || (c->quoted[i] && c->escape)) undouble(&c->cells[i], c->quote, c->escape);
	return true;
}

/* The line end at p is the row's. */
static bool end_row(struct csv_parse *c, const char *start, const char *p, const char *end, bool last)
{
	char stop = *p++;
	if (stop == '\r' && p == end && !last) return false;
	if (stop == '\r' && p < end && *p == '\n') p++;
	return finish(c, start, p);
}

/* A CR alone, behind the last cell of a row: it ends the row where what follows is a whole row too, and is a letter of the cell where not.
 * *unknown: the bytes end before that can be told. */
static bool is_row_end(const struct csv_parse *c, const char *p, const char *end, bool last, bool *unknown)
{
	size_t cells = 1;
	bool quoted = false;
	if (c->columns < 2 || c->n + 1 != c->columns) return false;
	for (; p < end; p++) {
		if (c->quote && *p == c->quote) quoted = !quoted;
		else if (!quoted && *p == c->delimiter) cells++;
		else if (!quoted && (*p == '\n' || *p == '\r')) break;
	}
	*unknown = p == end && !last;
	return !*unknown && cells == c->columns;
}

bool csv_parse_row(struct csv_parse *c, const char *p, size_t n, bool last)
{
	const char *start = p;
	const char *end = p + n;
	c->n = 0;
	c->open_quote = false;
	for (;;) {
		/* Blanks that separate cells are one, however many there are, and none before the first. */
		while (c->delimiter == ' ' && p < end && *p == ' ') p++;
		if (c->delimiter == ' ' && c->n > 0 && p < end && (*p == '\n' || *p == '\r')) return end_row(c, start, p, end, last);
		const char *from = p;
		uint8_t quoted = 0;
		if (c->quote) {
			const char *q = p;
			while (q < end && *q == ' ') q++;
			if (q < end && *q == c->quote) {
				const char *inside = q + 1;
				p = inside;
				if (!close_quote(c, &p, end, &quoted)) {
					if (!last) return false;
					c->open_quote = true;
					add(c, inside, end, quoted);
					return finish(c, start, end);
				}
				/* A closing quote at the very end may be half of a doubled one. */
				if (p == end && !last) return false;
				from = inside;
			}
		}
		const char *text_end = quoted ? p - 1 : NULL;
		const char *tail = p;
		for (;; p++) {
			while (p < end && !c->stop[(unsigned char)*p]) p++;
			if (p == end || *p != '\r' || c->cr_ends) break;
			/* Half of a line end, a line end of another system, or a letter like any other. */
			bool unknown = false;
			if (p + 1 == end || p[1] == '\n' || is_row_end(c, p + 1, end, last, &unknown)) break;
			if (unknown) return false;
		}
		if (p == end && !last) return false;
		/* Anything but blanks behind a closing quote: the quotes were part of the text. */
		if (quoted) {
			while (tail < p && is_blank(*tail)) tail++;
			if (tail < p) {
				from--;
				text_end = p;
				quoted = 0;
			}
		}
		add(c, from, text_end ? text_end : p, quoted);
		if (p == end) return finish(c, start, end);
		if (*p != c->delimiter) return end_row(c, start, p, end, last);
		p++;
	}
}

/* --- the source ----------------------------------------------------------------------------------- */

static struct csv *csv_of(struct source *s) { return s->state; }

static void take_dialect(struct source *s, size_t i)
{
	struct csv *c = csv_of(s);
	s->columns = c->dialects[i].columns;
	s->table_row = c->dialects[i].skip + 1;
	c->present = i;
	csv_parse_done(&c->parse);
	csv_parse_init(&c->parse, &c->dialects[i]);
}

static bool csv_rewind(struct source *s, struct err *e)
{
	csv_of(s)->number = 0;
	return window_rewind(&csv_of(s)->w, e);
}

static bool csv_open(struct source *s, struct err *e)
{
	struct csv *c = calloc(1, sizeof *c);
	ensure(c);
	s->state = c;
	window_init(&c->w, s->fd, s->start);
	if (!csv_rewind(s, e)) return false;
	bool more = true;
	while (more && c->w.to < 512 * 1024)
		if (!window_more(&c->w, &more, e)) return false;
	struct ingest_dialect given = s->dialect;
	if (str_eq(str_of(s->format->name), STR("tsv")) && !given.delimiter) given.delimiter = '\t';
	c->ndialects = csv_dialects(str_make(c->w.p, num_min(c->w.to, (size_t)512 * 1024)), c->w.end, &given, c->dialects);
	int64_t first = param_int(s, "first_row_no", 0);
	for (size_t i = 0; i < c->ndialects; i++) {
		c->bad[i] = -1;
		if (first > 0) c->dialects[i].skip = (int)num_min(first - 1, (int64_t)INT32_MAX);
		if (!param_bool(s, "doublequote", true)) c->dialects[i].quote = 0;
	}
	take_dialect(s, 0);
	return csv_rewind(s, e);
}

static bool unclosed(const struct csv *c, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE,
	               "row %lld opens a quote (%c) that is never closed; close it, or double it if it is part of the text",
	               (long long)c->number, c->parse.quote);
}

/* Cuts one row, whatever it holds; *more false at the end of the file. */
static bool cut(struct csv *c, bool *more, struct err *e)
{
	for (;;) {
		size_t n = c->w.to - c->w.at;
		if (n == 0 && c->w.end) {
			*more = false;
			return true;
		}
		if (n > 0 && csv_parse_row(&c->parse, c->w.p + c->w.at, n, c->w.end)) break;
		bool grew;
		if (!window_more(&c->w, &grew, e)) {
			if (e->code == ERR_TOO_LARGE)
				err_cause(e, "row %lld, quote %d", (long long)c->number + 1, c->parse.quote);
			return false;
		}
	}
	c->number++;
	c->w.at += c->parse.used;
	*more = true;
	return !c->parse.open_quote || unclosed(c, e);
}

static const char *fault_of(const struct source *s, const struct csv_parse *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->cells[i].text.n > LIMIT_CELL_BYTES) return "a cell is larger than 16 MB";
		if (s->nuls && memchr(p->cells[i].text.p, 0, p->cells[i].text.n)) return "a cell holds a NUL byte";
	}
	return NULL;
}

static bool csv_next(struct source *s, struct row *out, struct err *e)
{
	struct csv *c = csv_of(s);
	for (;;) {
		bool more;
		if (!cut(c, &more, e)) return false;
		if (!more) {
			*out = (struct row){ .more = false };
			return true;
		}
		if (c->number <= c->dialects[c->present].skip) continue;
		if (c->parse.n == 1 && c->parse.cells[0].text.n == 0) continue; /* an empty line */
		break;
	}
	*out = (struct row){ .cells = c->parse.cells, .n = c->parse.n, .number = c->number, .more = true };
	if (s->nuls || c->parse.used > LIMIT_CELL_BYTES) out->fault = fault_of(s, &c->parse);
	return true;
}

/* A pass went well when few rows are ragged and there is more than one column; else the other guesses
 * get their pass, and the one with the fewest ragged rows wins. A row of headings in front speaks for a
 * table however ragged: one column of text would swallow it without a word. */
static bool csv_again(struct source *s, int64_t rows, int64_t bad, size_t columns)
{
	struct csv *c = csv_of(s);
	if (c->settled) return false;
	double share = rows > 0 ? (double)bad / (double)rows : 0;
	double weight = c->dialects[c->present].headed ? 0.49 : 1;
	bool table = columns > 1 || c->dialects[c->present].sealed;
	c->bad[c->present] = table ? weight * share : 0.5 + share;
	if (table && share <= 0.02) return false;
	if (c->present + 1 < c->ndialects) {
		take_dialect(s, c->present + 1);
		return true;
	}
	c->settled = true;
	size_t best = 0;
	for (size_t i = 1; i < c->ndialects; i++)
		if (c->bad[i] < c->bad[best]) best = i;
	if (best == c->present) return false;
	take_dialect(s, best);
	return true;
}

static void csv_close(struct source *s)
{
	struct csv *c = csv_of(s);
	if (!c) return;
	window_done(&c->w);
	csv_parse_done(&c->parse);
	free(c);
	s->state = NULL;
}

static void csv_describe(struct source *s, struct json_out *j)
{
	const struct csv_dialect *d = &csv_of(s)->dialects[csv_of(s)->present];
	json_member(j, "delimiter", str_make(&d->delimiter, 1));
	json_member(j, "quote", str_make(&d->quote, d->quote ? 1 : 0));
	if (d->skip) json_member_int(j, "skipped_rows", d->skip);
}

static void csv_used(struct source *s, struct json_out *j)
{
	const struct csv_dialect *d = &csv_of(s)->dialects[csv_of(s)->present];
	json_member(j, "separator", d->delimiter == '\t' ? STR("\\t") : d->delimiter == ' ' ? STR("space") : str_make(&d->delimiter, 1));
	json_member_bool(j, "doublequote", d->quote != 0);
	if (d->quote) json_member(j, "quote", str_make(&d->quote, 1));
}

static int64_t csv_place(struct source *s) { return window_place(&csv_of(s)->w); }

/* Any text may be one column of rows. */
static unsigned csv_sniff(struct str head)
{
	if (head.n == 0 || memchr(head.p, 0, head.n)) return 0;
	/* Texts have few signs that cannot be written; the odd one is forgiven. */
	size_t odd = 0;
	for (size_t i = 0; i < head.n; i++) odd += (unsigned char)head.p[i] < 32 && !(head.p[i] >= 9 && head.p[i] <= 13) && head.p[i] < 26;
	if (odd > 8 && odd * 50 > head.n) return 0;
	return head.p[0] == '{' || head.p[0] == '[' || head.p[0] == '<' ? 5 : 20;
}

const struct source_format source_csv = { "csv", "csv txt dat", SOURCE_TEXT | SOURCE_HEADED, csv_sniff, csv_open,
	csv_rewind, csv_next, csv_again, csv_close, csv_describe, csv_place, csv_used };
const struct source_format source_tsv = { "tsv", "tsv tab", SOURCE_TEXT | SOURCE_HEADED, NULL, csv_open,
	csv_rewind, csv_next, csv_again, csv_close, csv_describe, csv_place, csv_used };
