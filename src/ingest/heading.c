/* Where a table's headings end and its records begin, and which rows between and behind them are no records. A row belongs to
 * the headings while it has words where the records have numbers or dates: so are rows of groups ("Population",
 * merged over two columns) and rows of units ("(km)"). */
#include "ingest/layer.h"
#include "ingest/spell.h"
#include "text/text.h"

enum { MOST_ROWS = 3, LEAST_RECORDS = 3 };

/* --- what cells are ---------------------------------------------------------------------------------- */

static const struct cell *cell_at(const struct sampled *r, size_t i)
{
	static const struct cell none = { .kind = CELL_NONE };
	return i < r->n ? &r->cells[i] : &none;
}

static bool is_typed(const struct cell *c)
{
	if (c->kind == CELL_NUMBER || c->kind == CELL_TRUTH) return true;
	return spell_readings(c->text, SPELL_NUMBERS | SPELL_DATES | SPELL_TIMES | SPELL(BOOL) | SPELL(POINT)) != 0;
}

static bool is_year(const struct cell *c)
{
	int64_t y;
	return c->text.n == 4 && text_to_int(c->text, &y) && y >= 1900 && y <= 2100;
}

/* Columns whose records are numbers or dates, judged below where headings may be. */
static size_t typed_columns(struct arena *a, const struct sampled *rows, size_t n, size_t columns, bool *typed)
{
	size_t count = 0;
	(void)a;
	for (size_t i = 0; i < columns; i++) {
		size_t filled = 0;
		size_t fit = 0;
		for (size_t r = num_min(n - LEAST_RECORDS, (size_t)MOST_ROWS); r < n; r++) {
			const struct cell *c = cell_at(&rows[r], i);
			if (c->kind == CELL_NONE || spell_is_null_word(c->text)) continue;
			filled++;
			fit += is_typed(c);
		}
		typed[i] = filled > 0 && fit * 10 >= filled * 7;
		count += typed[i];
	}
	return count;
}

/* --- headings ---------------------------------------------------------------------------------------- */

struct look { size_t words, years, values, rest; }; /* in typed columns; rest: filled cells of the others */

static struct look look_at(const struct sampled *r, const bool *typed, size_t columns)
{
	struct look k = { 0 };
	for (size_t i = 0; i < columns; i++) {
		const struct cell *c = cell_at(r, i);
		if (c->kind == CELL_NONE) continue;
		if (!typed[i]) k.rest++;
		else if (is_year(c)) k.years++;
		else if (is_typed(c) || spell_is_null_word(c->text)) k.values++;
		else k.words++;
	}
	return k;
}

static size_t filled_cells(const struct sampled *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) n += r->cells[i].kind != CELL_NONE;
	return n;
}

static bool continues(const struct sampled *above, const struct sampled *r, const bool *typed, size_t ntyped, size_t columns)
{
	struct look k = look_at(r, typed, columns);
	size_t others = columns - ntyped;
	if (k.values > 0 || k.words + k.years == 0) return false;
	/* Years below a group: the records' own columns say nothing there, or what stands above (merged). */
	size_t news = 0;
	for (size_t i = 0; i < columns; i++) {
		const struct cell *c = cell_at(r, i);
		if (!typed[i] && c->kind != CELL_NONE && !str_eq(c->text, cell_at(above, i)->text)) news++;
	}
	if (k.years > 0 && k.words == 0) return news == 0 && others > 0;
	/* One word in one column may be a record's "unknown". */
	bool gaps = filled_cells(above) < columns || news < others;
	return k.words * 2 > ntyped || (k.words >= 1 && gaps && news == 0);
}

static bool is_aside(const struct sampled *r, size_t columns);

void heading_guess(struct arena *a, const struct sampled *rows, size_t n, struct heading_guess *out)
{
	size_t columns = 0;
	for (size_t i = 0; i < n; i++) columns = num_max(columns, rows[i].n);
	*out = (struct heading_guess){ .rows = 1, .ncolumns = columns, .full = arena_array(a, bool, columns + 1) };
	if (n == 0 || columns == 0) return;
	bool *typed = arena_array(a, bool, columns + 1);
	size_t ntyped = n >= 1 + LEAST_RECORDS ? typed_columns(a, rows, n, columns, typed) : 0;
	struct look first = look_at(&rows[0], typed, columns);
	if (ntyped > 0 && first.values == 0)
		while (out->rows < MOST_ROWS && out->rows + LEAST_RECORDS <= n &&
		       continues(&rows[out->rows - 1], &rows[out->rows], typed, ntyped, columns)) out->rows++;
	/* The last row may be the one in question, and rows of totals and notes are no records. */
	for (size_t i = 0; i < columns; i++) {
		out->full[i] = n > out->rows + 1;
		for (size_t r = out->rows; r + 1 < n; r++)
			if (cell_at(&rows[r], i)->kind == CELL_NONE && !is_aside(&rows[r], columns)) out->full[i] = false;
	}
}

static void add_word(struct buf *b, struct str word, struct str last)
{
	if (word.n == 0 || str_eq(word, last)) return;
	if (b->n) buf_put(b, word.p[0] == '(' || word.p[0] == '[' ? STR(" ") : STR(" – "));
	buf_put(b, word);
}

void heading_join(struct arena *a, const struct sampled *rows, size_t n, bool spread, struct str *out, size_t columns)
{
	struct str *left = arena_array(a, struct str, n + 1);
	for (size_t i = 0; i < columns; i++) {
		auto_buf b = BUF_INIT(4096);
		struct str last = { 0 };
		for (size_t r = 0; r < n; r++) {
			struct str word = cell_at(&rows[r], i)->text;
			bool below = r + 1 < n && cell_at(&rows[r + 1], i)->text.n > 0;
			/* A group's name stands over its first column only, where nothing tells how far it goes. */
			if (word.n == 0 && !spread && below) word = left[r];
			else left[r] = word.n ? word : below ? left[r] : (struct str){ 0 };
			add_word(&b, word, last);
			if (word.n) last = word;
		}
		out[i] = arena_str(a, buf_str(&b));
	}
}

/* --- the end ----------------------------------------------------------------------------------------- */

static const char *const totals[] = { "total", "totals", "totaux", "grand total", "total general", "sum", "sums", "somme", "summe", "gesamt",
	"gesamtsumme", "insgesamt", "totaux generaux", "suma", "soma", "totale", "totaal", "totalt", "totales", "totais", "итого", "المجموع", "合计", "合計" };
static const char *const notes[] = { "source", "sources", "note", "notes", "nb", "n.b.", "quelle", "quellen", "anmerkung", "fuente", "fuentes", "nota",
	"fonte", "fonti", "champ", "lecture", "bron", "remarque", "legend", "legende" };

static const char *const subtotals[] = { "sous-total", "sous total", "sous-totaux", "subtotal", "sub-total", "sub total", "subtotals", "zwischensumme",
	"teilsumme", "subtotale", "subtotali", "subtotales", "subtotais", "subtotaal", "tussentotaal", "delsumma", "delsum" };

static bool begins_with(struct str folded, const char *const *words, size_t n, bool *exact)
{
	bool found = false;
	for (size_t i = 0; i < n && !*exact; i++) {
		struct str w = str_of(words[i]);
		if (!str_starts(folded, w)) continue;
		struct str rest = str_trim(str_from(folded, w.n));
		*exact = rest.n == 0 || (rest.n == 1 && rest.p[0] == ':');
		char next = folded.n > w.n ? folded.p[w.n] : ' ';
		found |= *exact || next == ' ' || next == ':' || next == '(' || next == '-';
	}
	return found;
}

/* A row that calls itself a total, whatever is in it. */
static bool says_total(struct str text, bool *exact)
{
	auto_buf b = BUF_INIT(8192);
	*exact = false;
	if (text.n > 2000) return false;
	text_fold(&b, text);
	return begins_with(buf_str(&b), subtotals, COUNT_OF(subtotals), exact) || begins_with(buf_str(&b), totals, COUNT_OF(totals), exact);
}

/* Nothing else is called so: it may have every cell that a record has. */
static bool says_subtotal(struct str text)
{
	auto_buf b = BUF_INIT(8192);
	bool exact = false;
	if (text.n > 200) return false;
	text_fold(&b, text);
	return begins_with(buf_str(&b), subtotals, COUNT_OF(subtotals), &exact);
}

static bool is_aside(const struct sampled *r, size_t columns)
{
	size_t first = 0;
	bool exact;
	while (first < r->n && r->cells[first].kind == CELL_NONE) first++;
	if (first == r->n || (first == 0 && columns >= 3 && filled_cells(r) == 1)) return true;
	return first <= 2 && says_total(r->cells[first].text, &exact);
}

/* A total leaves empty what every record has. */
static bool lacks(const struct row *r, size_t first, const struct heading_guess *g)
{
	for (size_t i = 0; i < g->ncolumns; i++)
		if (i != first && g->full[i] && (i >= r->n || r->cells[i].kind == CELL_NONE)) return true;
	return false;
}

/* Letters with which a total or a note begins: most records are told by them alone. */
static bool may_close(const struct row *r, size_t first, const struct heading_guess *g)
{
	struct str text = r->cells[first].text;
	if (first > 2 || text.n == 0 || text.n > 2000 || (unsigned char)text.p[0] < '(' || g->ncolumns < 2) return false;
	char c = (char)(text.p[0] | 0x20);
	return (unsigned char)text.p[0] >= 0x80 || strchr("tgsinqflcbrzd", c) || text.p[0] == '*' || text.p[0] == '(';
}

static size_t first_filled(const struct row *r)
{
	size_t first = 0;
	while (first < r->n && r->cells[first].kind == CELL_NONE) first++;
	return first;
}

bool heading_is_total(const struct row *r, const struct heading_guess *g)
{
	size_t first = first_filled(r);
	size_t sums = 0;
	bool exact;
	if (first == r->n || !may_close(r, first, g) || !says_total(r->cells[first].text, &exact)) return false;
	if (!lacks(r, first, g) && !says_subtotal(r->cells[first].text)) return false;
	for (size_t i = first + 1; i < r->n; i++) {
		if (r->cells[i].kind == CELL_NONE) continue;
		if (!is_typed(&r->cells[i])) return false;
		sums++;
	}
	return sums > 0;
}

bool heading_is_closing(const struct row *r, const struct heading_guess *g)
{
	size_t first = first_filled(r);
	if (first == r->n) return g->ncolumns > 1;
	if (!may_close(r, first, g)) return false;
	struct str text = r->cells[first].text;
	bool exact = false;
	if (says_total(text, &exact)) return exact || lacks(r, first, g);
	auto_buf b = BUF_INIT(8192);
	text_fold(&b, text);
	for (size_t i = first + 1; i < r->n; i++)
		if (r->cells[i].kind != CELL_NONE) return false;
	if (first > 0 || g->ncolumns < 3) return false;
	return text.p[0] == '*' || text.p[0] == '(' || begins_with(buf_str(&b), notes, COUNT_OF(notes), &exact);
}

int64_t heading_skip(const size_t *filled, const int64_t *numbers, size_t n)
{
	enum { MOST = 20 };
	size_t widest = 0;
	size_t first = 0;
	for (size_t i = 0; i < n; i++) widest = num_max(widest, filled[i]);
	while (first < n && (filled[first] < 2 || filled[first] * 2 < widest)) first++;
	return widest > 2 && first > 0 && first < n && first <= MOST ? numbers[first] - 1 : 0;
}
