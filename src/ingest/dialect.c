/* Guesses how a CSV is written from its beginning: each pair of delimiter and quote cuts the same
 * bytes, and the one whose rows agree best comes first. */
#include "ingest/spell.h"
#include "ingest/src_csv.h"
#include <stdlib.h>

enum { SAMPLE_ROWS = 2000, MAX_SKIP = 20 };

struct tally {
	uint32_t *counts;     /* cells of each sampled row */
	uint32_t *filled;     /* cells that are not empty */
	bool *lone;           /* nothing is in it, or in its first cell only */
	uint32_t *numbers;    /* of the rows in the file: empty lines are not sampled */
	uint32_t seen;
	bool announced;       /* the first row names the delimiter, and is none of the table */
	size_t rows;
	int64_t cells, typed; /* how many cells spell something */
	int64_t closed;       /* quoted cells */
	int64_t sealed;       /* of those, with something in them that could part cells */
};

static bool holds_delimiter(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ',' || s.p[i] == ';' || s.p[i] == '\t' || s.p[i] == '|') return true;
	return false;
}

static void take_row(struct tally *t, const struct csv_parse *p)
{
	uint32_t filled = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct str s = p->cells[i].text;
		if (s.n == 0) continue;
		filled++;
		t->closed += p->quoted[i] != 0;
		t->sealed += p->quoted[i] != 0 && holds_delimiter(s);
		if (t->rows > 200) continue;
		t->cells++;
		if (spell_readings(s, SPELL_NUMBERS | SPELL(BOOL) | SPELL_DATES | SPELL_TIMES)) t->typed++;
	}
	t->counts[t->rows] = (uint32_t)p->n;
	t->numbers[t->rows] = t->seen;
	t->lone[t->rows] = filled == 0 || (filled == 1 && p->cells[0].text.n > 0);
	t->filled[t->rows++] = filled;
}

static void sample(struct str head, bool whole, struct csv_parse *p, struct tally *t)
{
	size_t at = t->announced ? (size_t)str_find_char(head, '\n') + 1 : 0;
	t->seen = t->announced;
	while (at < head.n && t->rows < SAMPLE_ROWS) {
		if (!csv_parse_row(p, head.p + at, head.n - at, whole)) {
			/* One row longer than the sample. */
			t->seen++;
			if (t->rows == 0 && csv_parse_row(p, head.p, head.n, true)) take_row(t, p);
			break;
		}
		at += p->used;
		t->seen++;
		if (p->n == 1 && p->cells[0].text.n == 0) continue;
		take_row(t, p);
	}
}

/* The number of cells most rows have. */
static size_t usual(const struct tally *t, size_t *agreeing)
{
	size_t best = 0;
	size_t count = 0;
	for (size_t i = 0; i < t->rows && i < 400; i++) {
		size_t same = 0;
		for (size_t k = 0; k < t->rows; k++) same += t->counts[k] == t->counts[i];
		if (same > count || (same == count && t->counts[i] > best)) {
			count = same;
			best = t->counts[i];
		}
	}
	*agreeing = count;
	return best;
}

/* A title above the table: a row shorter than the others, or, of those who save a sheet as text, one that is filled up with empty cells, above a
 * row of headings that has none. */
static bool is_title(const struct tally *t, size_t i, size_t columns)
{
	if (t->filled[i] > 1) return false;
	if (t->counts[i] != columns) return true;
	size_t k = i;
	while (k < t->rows && k < MAX_SKIP && t->lone[k]) k++;
	return columns >= 3 && t->lone[i] && k < t->rows && t->filled[k] == columns;
}

static void judge(const struct tally *t, struct csv_dialect *d)
{
	size_t agreeing;
	d->columns = usual(t, &agreeing);
	if (t->rows == 0) return;
	size_t skip = 0;
	if (d->columns >= 2)
		while (skip + 1 < t->rows && skip < MAX_SKIP && is_title(t, skip, d->columns)) skip++;
	if (skip == MAX_SKIP) skip = 0;
	d->skip = skip || t->announced ? (int)t->numbers[skip] - 1 : 0;
	double share = (double)agreeing / (double)t->rows;
	bool headed = t->counts[skip] == d->columns;
	d->headed = headed && d->columns >= 2 && t->filled[skip] == d->columns;
	double typed = t->cells ? (double)t->typed / (double)t->cells : 0;
	d->score = d->columns < 2 ? 0.01 : share - (headed ? 0 : 0.2) + 0.05 * typed;
	/* One column whose cells are quoted because of what they hold is no text without columns. */
	d->sealed = d->columns == 1 && d->quote == '"' && agreeing == t->rows && t->sealed > 0 && t->closed * 2 >= (int64_t)t->rows;
	if (d->sealed) d->score = 0.6;
	/* Words are parted by blanks, too: a table has three columns of them at least, in nearly every row, and half of them values; and nothing else
	   parts them. */
	if (d->delimiter == ' ') d->score = d->columns < 3 || share < 0.95 || t->rows < 4 || typed < 0.5 ? -2 : 0.02;
	/* The usual quote is tried first unless the other one is plainly at work. */
	if (d->quote == '\'') d->score += t->closed > 1 ? 0.001 : -1;
}

static int by_score(const void *x, const void *y)
{
	const struct csv_dialect *a = x;
	const struct csv_dialect *b = y;
	return a->score < b->score ? 1 : a->score > b->score ? -1 : 0;
}

/* "sep=;": the line that Excel reads, and writes, before a table to say what parts its cells; 0: there is none. */
static char announced(struct str head)
{
	ptrdiff_t end = str_find_char(head, '\n');
	struct str line = end > 0 ? str_trim(str_sub(head, 0, (size_t)end)) : STR("");
	if (line.n == 7 && line.p[0] == '"' && line.p[6] == '"') line = str_sub(line, 1, 5);
	bool tab = line.n == 4 && end > 4 && head.p[4] == '\t';
	if (tab && str_eq_nocase(line, STR("sep="))) return '\t';
	return line.n == 5 && str_eq_nocase(str_sub(line, 0, 4), STR("sep=")) && holds_delimiter(line) ? line.p[4] : 0;
}

size_t csv_dialects(struct str head, bool whole, const struct ingest_dialect *given, struct csv_dialect *out)
{
	static const char delimiters[] = { ',', ';', '\t', '|', ' ' };
	static const char quotes[] = { '"', '\'' };
	size_t n = 0;
	struct tally t = { 0 };
	bool cr_ends = str_find_char(head, '\n') < 0;
	char said = announced(head);
	t.counts = calloc(SAMPLE_ROWS, sizeof *t.counts);
	t.filled = calloc(SAMPLE_ROWS, sizeof *t.filled);
	t.lone = calloc(SAMPLE_ROWS, sizeof *t.lone);
	char *copy = malloc(head.n + 1);
	t.numbers = calloc(SAMPLE_ROWS, sizeof *t.numbers);
	ensure(t.counts && t.filled && t.lone && t.numbers && copy);
	for (size_t i = 0; i < COUNT_OF(delimiters) * COUNT_OF(quotes); i++) {
		struct csv_dialect d = { .delimiter = delimiters[i / 2], .quote = quotes[i % 2], .escape = given->escape, .cr_ends = cr_ends };
		if ((given->delimiter || said) && i / 2 > 0) break;
		if (given->quote && i % 2 > 0) continue;
		if (given->delimiter || said) d.delimiter = given->delimiter ? given->delimiter : said;
		if (given->quote) d.quote = given->quote;
		if (head.n) memcpy(copy, head.p, head.n); /* cutting a row may change it */
		struct csv_parse p;
		csv_parse_init(&p, &d);
		t.rows = 0;
		t.announced = said != 0;
		t.cells = t.typed = t.closed = t.sealed = 0;
		sample(str_make(copy, head.n), whole, &p, &t);
		csv_parse_done(&p);
		judge(&t, &d);
		d.score -= (double)i * 1e-6; /* equals keep the order of the lists */
		if (d.score > -1.5 || given->delimiter || said) out[n++] = d;
	}
	free(copy);
	free(t.counts);
	free(t.filled);
	free(t.lone);
	free(t.numbers);
	qsort(out, n, sizeof *out, by_score);
	return n;
}
