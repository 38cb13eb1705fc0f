/* Blocks flow down the pages. Each kind has its measures here; headings stay with what follows, paragraphs leave no line
 * alone, and every line is tagged as it is placed. */
#include "pdf/inside.h"

struct look {
	struct pdf_style style;
	double leading, before, after;
	bool accent;
	const char *tag;
};
enum { COLUMN = PDF_WIDTH - 2 * PDF_SIDE, INDENT = 18, KEEP_WORDS = 46, KEEP_TABLE = 115 };

static const struct look headings[] = {
	{ { PDF_SERIF, false, false, 25, PDF_INK }, 32, 4, 8, false, "H1" },
	{ { PDF_SERIF, false, false, 15.5, 0 }, 21, 20, 5, true, "H2" },
	{ { PDF_SANS, true, false, 10.6, PDF_INK }, 15, 12, 4, false, "H3" },
	{ { PDF_SANS, true, false, 9.8, PDF_INK }, 14.5, 9, 3, false, "H4" },
	{ { PDF_SANS, true, false, 9.4, PDF_SOFT }, 14, 8, 3, false, "H5" },
	{ { PDF_SANS, false, true, 9.4, PDF_SOFT }, 14, 8, 3, false, "H6" },
};
static const struct look paragraph = { { PDF_SANS, false, false, 9.6, PDF_INK }, 14.6, 0, 7, false, "P" };
static const struct look lead = { { PDF_SANS, false, false, 11.4, PDF_INK }, 17, 2, 9, false, "P" };
static const struct look notice = { { PDF_SANS, false, false, 9, PDF_SOFT }, 13.5, 0, 6, false, "P" };
static const struct look item = { { PDF_SANS, false, false, 9.6, PDF_INK }, 14.6, 0, 3, false, "LBody" };
static const struct look term = { { PDF_SANS, true, false, 9.6, PDF_INK }, 14.6, 3, 0, false, "Lbl" };
static const struct look meaning = { { PDF_SANS, false, false, 9.6, PDF_INK }, 14.6, 0, 5, false, "LBody" };

/* Where a block stands between the margins; `start` grows with every list around it. */
struct place { struct pdf_tag *parent; double start, width; };

double pdf_floor(void)
{
	return PDF_HEIGHT - PDF_BOTTOM;
}

void pdf_new_page(struct pdf_job *j)
{
	(void)vec_add(j->arena, &j->pages);
	j->page = j->pages.n - 1;
	j->y = PDF_TOP;
}

struct pdf_page *pdf_page_now(struct pdf_job *j)
{
	return &j->pages.p[j->page];
}

struct pdf_tag *pdf_tag_new(struct pdf_job *j, struct pdf_tag *parent, const char *type)
{
	struct pdf_tag *t = arena_new(j->arena, struct pdf_tag);
	t->type = type;
	t->parent = parent;
	if (parent)
		vec_push(j->arena, &parent->kids, (struct pdf_kid){ .kind = PDF_KID_TAG, .tag = t });
	return t;
}

/* The tag of a child made for the same thing, when it is the last one; else a new one. */
static struct pdf_tag *same_or_new(struct pdf_job *j, struct pdf_tag *parent, const char *type, const void *of)
{
	if (parent->kids.n) {
		const struct pdf_kid *last = &parent->kids.p[parent->kids.n - 1];
		if (last->kind == PDF_KID_TAG && last->tag->of == of)
			return last->tag;
	}
	struct pdf_tag *t = pdf_tag_new(j, parent, type);
	t->of = of;
	return t;
}

static struct pdf_tag *tag_of(struct pdf_job *j, struct pdf_tag *block, const struct doc_span *s)
{
	struct pdf_tag *t = block;
	if (!block || !s)
		return block;
	if (s->link) {
		t = same_or_new(j, t, "Link", s->link);
		t->alt = s->link->about;
	}
	if (s->look & DOC_CODE)
		t = same_or_new(j, t, "Code", s);
	else if (s->lang.n)
		t = same_or_new(j, t, "Span", s);
	t->lang = s->lang;
	return t;
}

/* Left edges in visual order: the reversal of UAX 9, rule L2, on pieces. */
static void order(const struct pdf_para *p, const struct pdf_line *l, size_t *places)
{
	unsigned highest = 0;
	for (size_t i = 0; i < l->n; i++) {
		places[i] = i;
		highest = num_max(highest, (unsigned)p->pieces.p[l->first + i].level);
	}
	for (unsigned level = highest; level > 0; level--) {
		for (size_t i = 0; i < l->n;) {
			size_t end = i;
			while (end < l->n && p->pieces.p[l->first + places[end]].level >= level)
				end++;
			for (size_t a = i, b = end; a + 1 < b; a++, b--) {
				size_t t = places[a];
				places[a] = places[b - 1];
				places[b - 1] = t;
			}
			i = num_max(end, i + 1);
		}
	}
}

/* A link's line of words, one note for each stretch; a thin line under it says what it is without colour. */
static void put_note(struct pdf_job *j, struct pdf_tag *link, const struct pdf_piece *x, double left, double y)
{
	struct pdf_page *page = pdf_page_now(j);
	double width = x->width - x->blank;
	double start = x->level & 1 ? left + x->blank : left;
	struct pdf_rule line = { start, y + x->style.size * 0.16, width, 0.45, j->facts->accent };
	if (page->notes.n) {
		struct pdf_note *last = &page->notes.p[page->notes.n - 1];
		double top = y - x->style.size * 0.95;
		if (last->tag == link && last->y < top + 1 && last->y > top - 1) {
			double from = num_min(last->x, start);
			last->w = num_max(last->x + last->w, start + width) - from;
			last->x = from;
			/* One line under all of its words, blanks included. */
			page->rules.p[page->rules.n - 1].x = last->x;
			page->rules.p[page->rules.n - 1].w = last->w;
			return;
		}
	}
	vec_push(j->arena, &page->rules, line);
	int object = pdf_object(j);
	vec_push(j->arena, &link->kids,
	         (struct pdf_kid){ .kind = PDF_KID_LINK, .page = j->page, .number = object });
	vec_push(j->arena, &page->notes, (struct pdf_note){ start, y - x->style.size * 0.95, width, x->style.size * 1.25, link,
	                                                    x->span->link, object });
}

void pdf_put_line(struct pdf_job *j, struct pdf_tag *tag, const struct pdf_para *p, size_t line, double x, double width, double y)
{
	const struct pdf_line *l = &p->lines.p[line];
	size_t *places = arena_array(j->arena, size_t, l->n + 1);
	double *lefts = arena_array(j->arena, double, l->n + 1);
	double whole = 0;
	order(p, l, places);
	for (size_t i = 0; i < l->n; i++)
		whole += p->pieces.p[l->first + i].width;
	double at = p->rtl ? x + width - whole : x;
	/* The blank at the end of a line hangs over its edge, whichever edge that is. */
	const struct pdf_piece *end = &p->pieces.p[l->first + l->n - 1];
	if (p->rtl && !(end->level & 1) && places[l->n - 1] == l->n - 1)
		at += end->blank;
	for (size_t i = 0; i < l->n; i++) {
		lefts[places[i]] = at;
		at += p->pieces.p[l->first + places[i]].width;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct pdf_piece *piece = &p->pieces.p[l->first + i];
		struct pdf_tag *t = tag_of(j, tag, piece->span);
		struct pdf_page *page = pdf_page_now(j);
		if (t && (page->words.n == 0 || page->words.p[page->words.n - 1].tag != t)) {
			vec_push(j->arena, &t->kids, (struct pdf_kid){ .kind = PDF_KID_CONTENT, .page = j->page,
			                                               .number = (int)page->contents.n });
			vec_push(j->arena, &page->contents, t);
		}
		vec_push(j->arena, &page->words, (struct pdf_words){ t, p->text, piece, lefts[i], y + p->ascent });
		if (tag && piece->span && piece->span->link)
			put_note(j, piece->span->look & DOC_CODE ? t->parent : t, piece, lefts[i], y + p->ascent);
	}
}

static double left_of(const struct pdf_job *j, const struct place *at)
{
	return j->doc->rtl ? PDF_WIDTH - PDF_SIDE - at->start - at->width : PDF_SIDE + at->start;
}

static void put_lines(struct pdf_job *j, struct pdf_tag *tag, const struct pdf_para *p, const struct place *at, bool bar)
{
	size_t n = p->lines.n;
	for (size_t i = 0; i < n; i++) {
		bool pair = (i == 0 && n > 1) || (n > 2 && i == n - 2);
		if (j->y + p->leading * (pair ? 2 : 1) > pdf_floor())
			pdf_new_page(j);
		if (bar)
			vec_push(j->arena, &pdf_page_now(j)->rules,
			         (struct pdf_rule){ j->doc->rtl ? PDF_WIDTH - PDF_SIDE - 2 : PDF_SIDE, j->y, 2, p->leading,
			                            j->facts->accent });
		pdf_put_line(j, tag, p, i, left_of(j, at), at->width, j->y);
		j->y += p->leading;
	}
}

static bool put_text(struct pdf_job *j, const struct doc_block *b, const struct look *l, const struct place *at, struct pdf_tag *tag,
                     bool bar, struct err *e)
{
	struct pdf_para p;
	struct pdf_style style = l->style;
	if (l->accent)
		style.colour = j->facts->accent;
	if (!pdf_shape(j, b, &style, l->leading, &p, e))
		return false;
	pdf_break(j, &p, at->width);
	put_lines(j, tag, &p, at, bar);
	return true;
}

/* What must have room below a heading, so that it is not left alone at the foot of a page. */
static double room_after(const struct doc_block *b)
{
	const struct doc_block *next = b->next;
	while (next && !doc_is_shown(next, DOC_PAPER))
		next = next->next;
	if (!next)
		return 0;
	if (next->kind != DOC_HEADING)
		return next->kind == DOC_TABLE ? KEEP_TABLE : KEEP_WORDS;
	const struct look *l = &headings[num_min(num_max(next->level, 1), 6) - 1];
	return l->before + l->leading + l->after + room_after(next);
}

static bool put_heading(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e)
{
	const struct look *l = &headings[num_min(num_max(b->level, 1), 6) - 1];
	if (j->y > PDF_TOP + 1)
		j->y += l->before;
	if (j->y + l->leading + l->after + room_after(b) > pdf_floor())
		pdf_new_page(j);
	struct pdf_tag *tag = pdf_tag_new(j, at->parent, l->tag);
	tag->lang = b->lang;
	if (b->level == 2)
		vec_push(j->arena, &j->marks, (struct pdf_mark){ doc_text(b, j->arena), j->page, j->y, 0 });
	if (!put_text(j, b, l, at, tag, false, e))
		return false;
	j->y += l->after;
	return true;
}

static bool put_paragraph(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e)
{
	const struct look *l = b->kind == DOC_LEAD ? &lead : b->kind == DOC_NOTICE ? &notice : &paragraph;
	struct place here = *at;
	bool bar = b->kind == DOC_NOTICE;
	if (bar) {
		here.start += 10;
		here.width -= 10;
	}
	j->y += l->before;
	/* What announces a list stays with it. */
	bool announces = b->next && (b->next->kind == DOC_LIST || b->next->kind == DOC_DEFINITIONS) && doc_is_shown(b->next, DOC_PAPER);
	if (announces && j->y + l->leading + KEEP_WORDS > pdf_floor())
		pdf_new_page(j);
	struct pdf_tag *tag = pdf_tag_new(j, at->parent, l->tag);
	tag->lang = b->lang;
	if (!put_text(j, b, l, &here, tag, bar, e))
		return false;
	j->y += l->after;
	return true;
}

static bool put_list(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e);

/* The bullet stands on the item's first line, so it is placed when that line's page is known. */
static bool put_item(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct str mark, struct err *e)
{
	/* Too deep to go on indenting: the text matters more than its edge. */
	double step = at->width > 6 * INDENT ? INDENT : 0;
	struct place inside = { NULL, at->start + step, at->width - step };
	struct pdf_para p;
	struct pdf_para dot;
	struct pdf_tag *li = pdf_tag_new(j, at->parent, "LI");
	struct pdf_tag *label = pdf_tag_new(j, li, "Lbl");
	struct pdf_tag *body = pdf_tag_new(j, li, "LBody");
	if (!pdf_shape(j, b, &item.style, item.leading, &p, e) ||
	    !pdf_shape_text(j, mark, &item.style, item.leading, &dot, e))
		return false;
	pdf_break(j, &p, inside.width);
	pdf_break(j, &dot, INDENT);
	if (j->y + p.leading * (p.lines.n > 1 ? 2 : 1) > pdf_floor())
		pdf_new_page(j);
	struct place before = { NULL, at->start + 5, INDENT - 5 };
	pdf_put_line(j, label, &dot, 0, left_of(j, &before), before.width, j->y);
	put_lines(j, body, &p, &inside, false);
	j->y += item.after;
	inside.parent = body;
	for (const struct doc_block *c = b->first; c; c = c->next)
		if (c->kind == DOC_LIST && !put_list(j, c, &inside, e))
			return false;
	return true;
}

static bool put_list(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e)
{
	struct place inside = *at;
	inside.parent = pdf_tag_new(j, at->parent, "L");
	inside.parent->numbering = b->ordered ? "Decimal" : "Disc";
	int n = 0;
	for (const struct doc_block *c = b->first; c; c = c->next) {
		struct str mark = b->ordered ? arena_printf(j->arena, "%d.", ++n) : STR("\u2022");
		if (!put_item(j, c, &inside, mark, e))
			return false;
	}
	j->y += 4;
	return true;
}

static bool put_definitions(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e)
{
	struct pdf_tag *list = pdf_tag_new(j, at->parent, "L");
	struct pdf_tag *li = NULL;
	list->numbering = "None";
	for (const struct doc_block *c = b->first; c; c = c->next) {
		const struct look *l = c->kind == DOC_TERM ? &term : &meaning;
		struct place here = *at;
		if (c->kind == DOC_TERM) {
			li = pdf_tag_new(j, list, "LI");
			j->y += l->before;
			if (j->y + 3 * l->leading > pdf_floor())
				pdf_new_page(j);
		} else {
			here.start += INDENT;
			here.width -= INDENT;
		}
		if (!put_text(j, c, l, &here, pdf_tag_new(j, li ? li : list, l->tag), false, e))
			return false;
		j->y += l->after;
	}
	return true;
}

static bool put_block(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e);

static bool put_all(struct pdf_job *j, const struct doc_block *first, const struct place *at, struct err *e)
{
	for (const struct doc_block *b = first; b; b = b->next)
		if (doc_is_shown(b, DOC_PAPER) && !put_block(j, b, at, e))
			return false;
	return true;
}

static bool put_block(struct pdf_job *j, const struct doc_block *b, const struct place *at, struct err *e)
{
	struct place inside = *at;
	switch (b->kind) {
	case DOC_HEADING:
		return put_heading(j, b, at, e);
	case DOC_PARAGRAPH:
	case DOC_LEAD:
	case DOC_NOTICE:
		return put_paragraph(j, b, at, e);
	case DOC_LIST:
		return put_list(j, b, at, e);
	case DOC_DEFINITIONS:
		return put_definitions(j, b, at, e);
	case DOC_TABLE:
		return pdf_table(j, at->parent, b, e);
	case DOC_SECTION:
		inside.parent = pdf_tag_new(j, at->parent, "Sect");
		return put_all(j, b->first, &inside, e);
	case DOC_ITEM:
	case DOC_TERM:
	case DOC_MEANING:
	case DOC_ROW:
	case DOC_CELL:
		break; /* inside their own kinds only */
	}
	return true;
}

bool pdf_flow(struct pdf_job *j, struct err *e)
{
	j->root = pdf_tag_new(j, NULL, "Document");
	pdf_new_page(j);
	struct place at = { j->root, 0, COLUMN };
	return put_all(j, j->doc->root.first, &at, e);
}
