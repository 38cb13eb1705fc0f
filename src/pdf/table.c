/* Tables: columns share the width by what their words need, head rows come again on every page, and a row taller than
 * what is left of a page goes on at the next. */
#include "pdf/inside.h"

/* KEEP_MOST: a table does not begin on a page that has not this much for its heads and first row. */
enum { COLUMNS_MOST = 16, KEEP_MOST = 200, PAD_X = 5, WIDTH = PDF_WIDTH - 2 * PDF_SIDE };
#define PAD_Y 3.2
#define LEADING 11.8
#define RULE 0.5

static const struct pdf_style body_style = { PDF_SANS, false, false, 8.3, PDF_INK };
static const struct pdf_style head_style = { PDF_SANS, true, false, 7.9, PDF_INK };
static const struct pdf_style detail_style = { PDF_SANS, false, false, 7.6, PDF_SOFT };
static const struct pdf_style caption_style = { PDF_SANS, false, false, 8.3, PDF_SOFT };

struct cell {
	const struct doc_block *block;
	struct pdf_para para;
	int column, columns;
	double x, width;        /* inside its padding */
	struct pdf_tag *tag;
};
struct row {
	const struct doc_block *block;
	VEC(struct cell) cells;
	size_t lines;           /* of its tallest cell */
};
struct table {
	struct pdf_job *job;
	int ncolumns;
	double widths[COLUMNS_MOST];
	VEC(struct row) rows;
	size_t nheads;
};

static const struct pdf_style *style_of(const struct doc_block *row)
{
	return row->head ? &head_style : row->detail ? &detail_style : &body_style;
}

static bool read_rows(struct table *t, const struct doc_block *b, struct err *e)
{
	struct arena *a = t->job->arena;
	for (const struct doc_block *r = b->first; r; r = r->next) {
		struct row *row = vec_add(a, &t->rows);
		row->block = r;
		t->nheads += r->head;
		int column = 0;
		for (const struct doc_block *c = r->first; c && column < t->ncolumns; c = c->next) {
			struct cell *cell = vec_add(a, &row->cells);
			cell->block = c;
			cell->column = column;
			cell->columns = num_min(num_max(c->columns, 1), t->ncolumns - column);
			column += cell->columns;
			if (!pdf_shape(t->job, c, style_of(r), LEADING, &cell->para, e))
				return false;
		}
	}
	return true;
}

/* As browsers do it: every column gets what its widest word needs, and a share of the rest by how much it has to say. */
static void share_width(struct table *t)
{
	double least[COLUMNS_MOST] = { 0 };
	double most[COLUMNS_MOST] = { 0 };
	double sum_least = 0;
	double sum_most = 0;
	for (size_t r = 0; r < t->rows.n; r++) {
		for (size_t i = 0; i < t->rows.p[r].cells.n; i++) {
			const struct cell *c = &t->rows.p[r].cells.p[i];
			if (c->columns != 1)
				continue;
			least[c->column] = num_max(least[c->column], c->para.widest_word + 2 * PAD_X);
			most[c->column] = num_max(most[c->column], c->para.natural + 2 * PAD_X);
		}
	}
	for (int i = 0; i < t->ncolumns; i++) {
		/* One talkative column must not starve the others. */
		most[i] = num_max(least[i], num_min(most[i], WIDTH * 0.45));
		sum_least += least[i];
		sum_most += most[i];
	}
	for (int i = 0; i < t->ncolumns; i++) {
		if (sum_least >= WIDTH)
			t->widths[i] = least[i] * WIDTH / sum_least;
		else if (sum_most > sum_least)
			t->widths[i] = least[i] + (WIDTH - sum_least) * (most[i] - least[i]) / (sum_most - sum_least);
		else
			t->widths[i] = WIDTH / (double)t->ncolumns;
	}
}

static void place_cells(struct table *t)
{
	for (size_t r = 0; r < t->rows.n; r++) {
		struct row *row = &t->rows.p[r];
		for (size_t i = 0; i < row->cells.n; i++) {
			struct cell *c = &row->cells.p[i];
			double before = 0;
			double width = 0;
			for (int k = 0; k < c->column + c->columns; k++)
				*(k < c->column ? &before : &width) += t->widths[k];
			c->width = num_max(width - 2 * PAD_X, 8);
			c->x = (t->job->doc->rtl ? PDF_WIDTH - PDF_SIDE - before - width : PDF_SIDE + before) + PAD_X;
			pdf_break(t->job, &c->para, c->width);
			row->lines = num_max(row->lines, c->para.lines.n);
		}
	}
}

static double height_of(const struct row *r)
{
	return (double)r->lines * LEADING + 2 * PAD_Y;
}

static void put_rule(struct pdf_job *j, double y, uint32_t colour, double weight)
{
	vec_push(j->arena, &pdf_page_now(j)->rules, (struct pdf_rule){ PDF_SIDE, y, WIDTH, weight, colour });
}

/* Lines `from` to `to` of every cell. */
static void put_row_lines(struct table *t, const struct row *r, size_t from, size_t to, bool tagged)
{
	struct pdf_job *j = t->job;
	double top = j->y + PAD_Y;
	for (size_t i = 0; i < r->cells.n; i++) {
		const struct cell *c = &r->cells.p[i];
		for (size_t k = from; k < to && k < c->para.lines.n; k++)
			pdf_put_line(j, tagged ? c->tag : NULL, &c->para, k, c->x, c->width, top + (double)(k - from) * LEADING);
	}
	j->y = top + (double)(to - from) * LEADING + PAD_Y;
}

static void put_heads(struct table *t, bool tagged)
{
	for (size_t i = 0; i < t->nheads; i++)
		put_row_lines(t, &t->rows.p[i], 0, t->rows.p[i].lines, tagged);
	if (t->nheads)
		put_rule(t->job, t->job->y, t->job->facts->accent, 1);
}

static void tag_row(struct table *t, struct row *r, struct pdf_tag *group)
{
	struct pdf_tag *tr = pdf_tag_new(t->job, group, "TR");
	for (size_t i = 0; i < r->cells.n; i++) {
		struct cell *c = &r->cells.p[i];
		c->tag = pdf_tag_new(t->job, tr, c->block->head ? "TH" : "TD");
		if (c->block->head)
			c->tag->scope = r->block->head ? "Column" : "Row";
		c->tag->columns = c->columns;
		c->tag->lang = c->block->lang;
	}
}

static void put_row(struct table *t, const struct row *r, const struct row *next_or_null)
{
	struct pdf_job *j = t->job;
	double whole = height_of(r);
	/* A detail stays with the row it tells of, where both fit on a page. */
	double together = whole + (next_or_null && next_or_null->block->detail ? height_of(next_or_null) : 0);
	double page = pdf_floor() - PDF_TOP - 40;
	double wanted = together < page ? together : whole;
	bool fits_fresh = wanted < page;
	if (j->y + wanted > pdf_floor() && (fits_fresh || j->y + 4 * LEADING > pdf_floor())) {
		pdf_new_page(j);
		put_heads(t, false);
	}
	for (size_t from = 0; from < r->lines;) {
		double room = pdf_floor() - j->y - 2 * PAD_Y;
		size_t fit = room > LEADING ? (size_t)(room / LEADING) : 1;
		size_t to = num_min(r->lines, from + fit);
		put_row_lines(t, r, from, to, true);
		from = to;
		if (from < r->lines) {
			pdf_new_page(j);
			put_heads(t, false);
		}
	}
	if (!next_or_null || !next_or_null->block->detail)
		put_rule(j, j->y, PDF_LINE, RULE);
	else
		j->y -= PAD_Y;
}

bool pdf_table(struct pdf_job *j, struct pdf_tag *parent, const struct doc_block *b, struct err *e)
{
	struct table t = { .job = j, .ncolumns = num_min(num_max(b->columns, 1), COLUMNS_MOST) };
	struct pdf_tag *tag = pdf_tag_new(j, parent, "Table");
	if (!read_rows(&t, b, e))
		return false;
	share_width(&t);
	place_cells(&t);
	double first = 2 * LEADING;
	for (size_t i = 0; i < t.rows.n && i < t.nheads + 2; i++)
		first += i <= t.nheads || t.rows.p[i].block->detail ? height_of(&t.rows.p[i]) : 0;
	if (j->y + num_min(first, KEEP_MOST) > pdf_floor())
		pdf_new_page(j);
	if (b->spans) {
		struct pdf_para caption;
		struct pdf_tag *told = pdf_tag_new(j, tag, "Caption");
		if (!pdf_shape(j, b, &caption_style, LEADING, &caption, e))
			return false;
		pdf_break(j, &caption, WIDTH);
		for (size_t i = 0; i < caption.lines.n; i++, j->y += LEADING)
			pdf_put_line(j, told, &caption, i, PDF_SIDE, WIDTH, j->y);
		j->y += 2;
	}
	if (t.nheads) {
		struct pdf_tag *group = pdf_tag_new(j, tag, "THead");
		for (size_t i = 0; i < t.nheads; i++)
			tag_row(&t, &t.rows.p[i], group);
		put_heads(&t, true);
	}
	struct pdf_tag *group = t.nheads < t.rows.n ? pdf_tag_new(j, tag, "TBody") : NULL;
	for (size_t i = t.nheads; i < t.rows.n; i++) {
		tag_row(&t, &t.rows.p[i], group);
		put_row(&t, &t.rows.p[i], i + 1 < t.rows.n ? &t.rows.p[i + 1] : NULL);
	}
	j->y += 8;
	return true;
}
