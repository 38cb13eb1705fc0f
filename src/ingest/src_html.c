/* Tables of web pages, and of what programs save as .xls though it is one: the rows of one table, the largest or the one that is named.
 * Cells that span others are filled as merged cells of spreadsheets are; tables inside of a cell are tables of their own. Scripts run
 * nowhere and styles are not read, but for what they hide. */
#include "ingest/hidden.h"
#include "ingest/layer.h"
#include "ingest/merge.h"
#include "text/text.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_BYTES = 256 << 20, MOST_COLUMNS = 16384, MOST_TABLES = 10000, MOST_DEPTH = 64, TAG_BYTES = 64 * 1024, ATTRIBUTES = 32, MOST_SPAN = 1000,
	MOST_ROWS = 10000000 };

struct table { size_t at; int64_t rows, cells; };
struct html {
	struct arena arena, texts;
	char *bytes;
	struct str page;
	VEC(struct table) tables;
	size_t table;
	size_t at;               /* in the page */
	size_t column;           /* columns told above the rows */
	uint32_t *taken;         /* by column: rows below that a cell above reaches into */
	size_t widest;           /* columns so far */
	struct cell *cells;
	size_t n;
	int64_t number, skip;
	bool over;
	struct merges merges;
	struct hidden hidden;
};

static struct html *of(struct source *s) { return s->state; }

/* --- pieces ------------------------------------------------------------------------------------------------ */

enum piece_kind { PIECE_END, PIECE_TEXT, PIECE_OPEN, PIECE_CLOSE };
struct piece { enum piece_kind kind; struct str name, text; };

/* A tag or the text up to one, from *at on; comments, scripts and styles are passed over. */
static struct piece next_piece(struct str page, size_t *at)
{
	static const char *const silent[] = { "script", "style", "noscript", "template", "xml" };
	while (*at < page.n) {
		struct str rest = str_from(page, *at);
		struct text_tag tag;
		if (rest.p[0] != '<' || !text_tag(rest, TAG_BYTES, &tag)) {
			ptrdiff_t end = str_find_char(str_from(rest, 1), '<');
			size_t n = end < 0 ? rest.n : (size_t)end + 1;
			*at += n;
			return (struct piece){ .kind = PIECE_TEXT, .text = str_sub(rest, 0, n) };
		}
		bool quiet = false;
		for (size_t i = 0; i < COUNT_OF(silent) && !tag.closing; i++) quiet |= str_eq_nocase(tag.name, str_of(silent[i]));
		*at += quiet ? text_past_content(rest, tag.name, tag.n) : tag.n;
		if (quiet || tag.name.n == 0) continue;
		return (struct piece){ tag.closing ? PIECE_CLOSE : PIECE_OPEN, tag.name, str_sub(rest, 0, tag.n) };
	}
	return (struct piece){ .kind = PIECE_END };
}

static bool is(const struct piece *p, const char *name) { return str_eq_nocase(p->name, str_of(name)); }
static bool is_cell(const struct piece *p) { return is(p, "td") || is(p, "th"); }

struct look { int64_t across, down; bool hidden; };

static bool hides(struct str style)
{
	auto_buf b = BUF_INIT(4096);
	for (size_t i = 0; i < style.n && b.n < 4000; i++)
		if (style.p[i] != ' ') buf_put_char(&b, (char)(style.p[i] >= 'A' && style.p[i] <= 'Z' ? style.p[i] | 0x20 : style.p[i]));
	return str_find(buf_str(&b), STR("display:none")) >= 0;
}

static int64_t span_of(struct str text)
{
	int64_t n;
	return text_to_int(str_trim(text), &n) && n > 1 ? num_min(n, (int64_t)MOST_SPAN) : 1;
}

static struct look look_of(const struct piece *p)
{
	struct text_attribute all[ATTRIBUTES];
	struct look out = { .across = 1, .down = 1 };
	size_t n = text_attributes(p->text, all, ATTRIBUTES);
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(all[i].name, STR("colspan")) || str_eq_nocase(all[i].name, STR("span"))) out.across = span_of(all[i].value);
		if (str_eq_nocase(all[i].name, STR("rowspan"))) out.down = span_of(all[i].value);
		if (str_eq_nocase(all[i].name, STR("style"))) out.hidden = hides(all[i].value);
		if (str_eq_nocase(all[i].name, STR("hidden"))) out.hidden = true;
	}
	return out;
}

/* --- which table ------------------------------------------------------------------------------------------- */

static bool list_tables(struct html *h, struct err *e)
{
	size_t open[MOST_DEPTH];
	size_t depth = 0;
	for (size_t at = 0;;) {
		struct piece p = next_piece(h->page, &at);
		struct table *t = depth ? &h->tables.p[open[depth - 1]] : NULL;
		if (p.kind == PIECE_END) return true;
		if (p.kind == PIECE_TEXT) continue;
		if (is(&p, "table") && p.kind == PIECE_OPEN) {
			if (depth == MOST_DEPTH || h->tables.n == MOST_TABLES) return err_set(e, ERR_TOO_LARGE, "the page has too many tables, or tables within tables");
			open[depth++] = h->tables.n;
			vec_push(&h->arena, &h->tables, (struct table){ .at = at });
		} else if (is(&p, "table") && depth) {
			depth--;
		} else if (t && p.kind == PIECE_OPEN) {
			t->rows += is(&p, "tr");
			t->cells += is_cell(&p);
		}
	}
}

/* The one that is named by its number, else the one with the most cells. */
static bool find_table(struct source *s, struct err *e)
{
	struct html *h = of(s);
	int64_t wanted = param_int(s, "table", 0);
	if (wanted > (int64_t)h->tables.n || wanted < 0)
		return err_set(e, ERR_BAD_SOURCE, "the page has %zu tables; there is no table number %lld", h->tables.n, (long long)wanted);
	for (size_t i = 1; i < h->tables.n && !wanted; i++)
		if (h->tables.p[i].cells > h->tables.p[h->table].cells) h->table = i;
	if (wanted) h->table = (size_t)wanted - 1;
	if (h->tables.n == 0 || h->tables.p[h->table].cells < 2)
		return err_set(e, ERR_BAD_SOURCE, "“%.*s” is a web page without a table; was it saved instead of the file?", STR_ARG(text_cut(s->name, 100)));
	if (!wanted && h->tables.n > 1) load_note(s->load, "The page has %zu tables; number %zu was read, which has the most cells.", h->tables.n, h->table + 1);
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------------- */

static void rewind_table(struct html *h)
{
	h->at = h->tables.p[h->table].at;
	h->number = 0;
	h->column = 0;
	merges_done(&h->merges);
	memset(h->taken, 0, MOST_COLUMNS * sizeof *h->taken);
}

/* Blanks of any kind and number are one. */
static struct str collapsed(struct html *h, struct str text)
{
	char *to = arena_array(&h->texts, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool wide = text.p[i] == '\xc2' && i + 1 < text.n && text.p[i + 1] == '\xa0';
		bool blank = wide || strchr(" \t\n\r\f", text.p[i]);
		i += wide;
		if (!blank) to[n++] = text.p[i];
		else if (n > 0 && to[n - 1] != ' ') to[n++] = ' ';
	}
	while (n > 0 && to[n - 1] == ' ') n--;
	return str_make(to, n);
}

struct building { struct html *h; struct buf text; struct look cell; bool in_cell, any, hidden; };

static void end_cell(struct building *b)
{
	struct html *h = b->h;
	if (!b->in_cell) return;
	b->in_cell = false;
	while (h->n < MOST_COLUMNS && h->taken[h->n]) h->cells[h->n++] = (struct cell){ .kind = CELL_NONE };
	size_t from = h->n;
	size_t to = num_min(from + (size_t)b->cell.across, (size_t)MOST_COLUMNS);
	struct str text = b->cell.hidden && !h->hidden.take ? STR("") : collapsed(h, buf_str(&b->text));
	if (b->text.over) h->over = true;
	b->text.n = 0;
	for (size_t i = from; i < to; i++) {
		h->cells[i] = (struct cell){ .kind = CELL_NONE };
		/* One more, for the row itself; the end of a row takes one from each. */
		if (b->cell.down > 1) h->taken[i] = (uint32_t)b->cell.down;
	}
	if (from < to && text.n) h->cells[from] = (struct cell){ text, CELL_FREE };
	h->n = to;
	h->widest = num_max(h->widest, to);
	if (!text.n || from == to || b->cell.across * b->cell.down == 1) return;
	merges_add(&h->merges, (struct merge){ .row = (uint32_t)h->number, .column = (uint32_t)from, .last_row = (uint32_t)(h->number + b->cell.down - 1),
		.last_column = (uint32_t)to - 1 });
}

static void begin_row(struct building *b, const struct piece *p)
{
	b->any = true;
	b->hidden = is(p, "tr") && look_of(p).hidden;
	b->h->number++;
}

/* What one piece does to the row; false: the row ends before it. */
static bool take_piece(struct building *b, const struct piece *p)
{
	struct html *h = b->h;
	bool open = p->kind == PIECE_OPEN;
	if (p->kind == PIECE_TEXT) {
		if (b->in_cell) text_put_resolved(&b->text, p->text);
	} else if (is_cell(p)) {
		end_cell(b);
		if (!open) return true;
		if (!b->any) begin_row(b, p);
		b->in_cell = true;
		b->cell = look_of(p);
	} else if (is(p, "tr") || is(p, "thead") || is(p, "tbody") || is(p, "tfoot")) {
		if (b->any) return false;
		if (open && is(p, "tr")) begin_row(b, p);
	} else if (is(p, "col") && open && !b->any) {
		struct look k = look_of(p);
		if (k.hidden) hidden_columns(&h->hidden, h->column, h->column + (size_t)k.across - 1);
		h->column += (size_t)k.across;
	} else if (b->in_cell && (is(p, "br") || is(p, "p") || is(p, "div") || is(p, "li"))) {
		buf_put_char(&b->text, ' ');
	}
	return true;
}

/* The next row of the table, empty or not; false: there is none. */
static bool read_row(struct html *h, bool *hidden)
{
	struct building b = { .h = h, .text = BUF_INIT(LIMIT_CELL_BYTES + 1) };
	size_t inner = 0;
	bool end = h->number >= MOST_ROWS;
	arena_done(&h->texts);
	h->n = 0;
	h->over = false;
	while (!end) {
		size_t before = h->at;
		struct piece p = next_piece(h->page, &h->at);
		bool table = p.kind != PIECE_TEXT && is(&p, "table");
		end = p.kind == PIECE_END || (table && p.kind == PIECE_CLOSE && inner == 0);
		if (end) h->at = before;
		else if (table) inner += p.kind == PIECE_OPEN ? 1 : (size_t)-1;
		else if (inner == 0 && !take_piece(&b, &p)) {
			/* The end of the row is taken with it, the beginning of the next is not. */
			if (p.kind == PIECE_OPEN) h->at = before;
			break;
		}
	}
	end_cell(&b);
	for (size_t i = 0; b.any && i < h->widest; i++) h->taken[i] -= h->taken[i] > 0;
	while (h->n > 0 && h->cells[h->n - 1].kind == CELL_NONE) h->n--;
	*hidden = b.hidden;
	buf_done(&b.text);
	return b.any;
}

static bool next_row(struct html *h)
{
	bool hidden;
	while (read_row(h, &hidden)) {
		h->n = merges_fill(&h->merges, h->number, h->cells, h->n, MOST_COLUMNS);
		if (hidden_skips(&h->hidden, hidden)) continue;
		h->n = hidden_squeeze(&h->hidden, h->cells, h->n);
		if (h->n > 0) return true;
	}
	return false;
}

static bool html_rewind(struct source *s, struct err *e)
{
	(void)e;
	rewind_table(of(s));
	return true;
}

static bool html_next(struct source *s, struct row *out, struct err *e)
{
	struct html *h = of(s);
	bool more;
	(void)e;
	do more = next_row(h);
	while (more && h->number <= h->skip);
	*out = (struct row){ .cells = h->cells, .n = more ? h->n : 0, .number = h->number, .more = more };
	if (more && h->over) out->fault = "a cell is larger than 16 MB";
	return true;
}

/* --- opening ----------------------------------------------------------------------------------------------- */

static bool read_page(struct source *s, struct err *e)
{
	struct html *h = of(s);
	size_t n = (size_t)num_max(s->bytes, (int64_t)0);
	if (n > MOST_BYTES) return err_set(e, ERR_TOO_LARGE, "the page is larger than 256 MB; save it as .xlsx or CSV");
	h->bytes = malloc(n + 1);
	ensure(h->bytes);
	size_t at = 0;
	while (at < n) {
		ssize_t got = pread(s->fd, h->bytes + at, n - at, (off_t)(s->start + (int64_t)at));
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return err_os(e, "read of a source");
		if (got == 0) break;
		at += (size_t)got;
	}
	h->page = str_make(h->bytes, at);
	return true;
}

static void look_at(struct html *h)
{
	enum { ROWS = 50 };
	size_t filled[ROWS] = { 0 };
	int64_t numbers[ROWS];
	size_t n = 0;
	rewind_table(h);
	for (; n < ROWS && next_row(h); n++) {
		for (size_t i = 0; i < h->n; i++) filled[n] += h->cells[i].kind != CELL_NONE;
		numbers[n] = h->number;
	}
	h->skip = heading_skip(filled, numbers, n);
	bool hidden;
	rewind_table(h);
	while (read_row(h, &hidden)) h->hidden.rows += hidden && h->n > 0;
}

static bool html_open(struct source *s, struct err *e)
{
	struct html *h = calloc(1, sizeof *h);
	ensure(h);
	s->state = h;
	h->cells = calloc(MOST_COLUMNS, sizeof *h->cells);
	h->taken = calloc(MOST_COLUMNS, sizeof *h->taken);
	ensure(h->cells && h->taken);
	hidden_begin(&h->hidden, s);
	if (!read_page(s, e) || !list_tables(h, e) || !find_table(s, e)) return false;
	look_at(h);
	hidden_note(&h->hidden, s->load, STR(""));
	int64_t first = param_int(s, "first_row_no", 0);
	if (first > 0) h->skip = first - 1;
	else if (h->skip) load_note(s->load, "The rows above row %lld were taken for a title and left out.", (long long)h->skip + 1);
	s->table_row = h->skip + 1;
	s->spread = h->merges.list.n > 0;
	rewind_table(h);
	return true;
}

static void html_close(struct source *s)
{
	struct html *h = of(s);
	merges_done(&h->merges);
	hidden_done(&h->hidden);
	arena_done(&h->texts);
	arena_done(&h->arena);
	free(h->bytes);
	free(h->cells);
	free(h->taken);
	free(h);
	s->state = NULL;
}

static void html_describe(struct source *s, struct json_out *j) { json_member_int(j, "table", (int64_t)of(s)->table + 1); }
static int64_t html_place(struct source *s) { return (int64_t)of(s)->at; }

static unsigned html_sniff(struct str head)
{
	static const char *const begins[] = { "<!doctype html", "<html", "<table", "<head", "<meta", "<style" };
	struct str s = str_trim(head);
	for (size_t i = 0; i < COUNT_OF(begins); i++)
		if (str_eq_nocase(str_sub(s, 0, strlen(begins[i])), str_of(begins[i]))) return 40;
	return 0;
}

const struct source_format source_html = { "html", "html htm xls", SOURCE_TEXT | SOURCE_HEADED | SOURCE_NAMED, html_sniff, html_open, html_rewind, html_next,
	NULL, html_close, html_describe, html_place, html_describe };
