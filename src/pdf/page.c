/* Pages as the file has them. Glyphs are written in the order of reading, each at its place, with the codes that say what
 * they stand for; a cluster of several glyphs carries its text itself (/ActualText). */
#include "pdf/inside.h"

#include "text/text.h"

enum { CONTENT_BYTES = 8 << 20 };

/* What the reader of the page remembers at this point. */
struct pen {
	struct pdf_job *job;
	struct buf *b;
	const struct pdf_face *face;
	double size;
	uint32_t colour;
	double x, y;            /* where the next glyph would stand */
	bool placed;            /* x and y are known */
	bool in_array, in_string;
};

static void end_array(struct pen *p)
{
	if (p->in_string)
		buf_put_char(p->b, '>');
	if (p->in_array)
		buf_lit(p->b, "]TJ\n");
	p->in_array = p->in_string = false;
}

static void put_glyph(struct pen *p, const struct pdf_words *w, const struct pdf_glyph *g, double x, struct str text)
{
	struct buf *b = p->b;
	struct pdf_face *face = w->piece->face;
	double size = w->piece->style.size;
	double y = PDF_HEIGHT - w->y;
	bool raised = g->dy > 0.01 || g->dy < -0.01;
	if (!p->placed || y < p->y - 0.001 || y > p->y + 0.001) {
		end_array(p);
		buf_lit(b, "1 0 0 1 ");
		pdf_put_number(b, x);
		buf_put_char(b, ' ');
		pdf_put_number(b, y);
		buf_lit(b, " Tm\n");
		p->x = x;
		p->y = y;
		p->placed = true;
	}
	if (raised) {
		end_array(p);
		pdf_put_number(b, g->dy);
		buf_lit(b, " Ts\n");
	}
	if (!p->in_array)
		buf_put_char(b, '[');
	p->in_array = true;
	double back = (p->x - x) / size * 1000;
	if (back > 0.4 || back < -0.4) {
		if (p->in_string)
			buf_put_char(b, '>');
		p->in_string = false;
		pdf_put_number(b, back);
	}
	if (!p->in_string)
		buf_put_char(b, '<');
	p->in_string = true;
	buf_printf(b, "%04X", pdf_cid(p->job, face, g->gid, text));
	p->x = x + pdf_glyph_width(face, g->gid) * size / 1000;
	if (raised) {
		end_array(p);
		buf_lit(b, "0 Ts\n");
	}
}

static void set_style(struct pen *p, const struct pdf_piece *x)
{
	if (p->face != x->face || p->size < x->style.size || p->size > x->style.size) {
		end_array(p);
		if (!x->face->object)
			x->face->object = pdf_object(p->job);
		buf_printf(p->b, "/F%d ", x->face->number);
		pdf_put_number(p->b, x->style.size);
		buf_lit(p->b, " Tf\n");
		p->face = x->face;
		p->size = x->style.size;
	}
	if (p->colour != x->style.colour) {
		end_array(p);
		pdf_put_colour(p->b, x->style.colour);
		buf_lit(p->b, "rg\n");
		p->colour = x->style.colour;
	}
}

/* Glyph k of a piece in the order of reading: shaping gives them from left to right. */
static size_t logical(const struct pdf_piece *x, size_t k)
{
	return x->level & 1 ? x->nglyphs - 1 - k : k;
}

static void put_words(struct pen *p, const struct pdf_words *w)
{
	const struct pdf_piece *x = w->piece;
	struct arena *a = p->job->arena;
	double *lefts = arena_array(a, double, x->nglyphs + 1);
	double at = w->x;
	for (size_t i = 0; i < x->nglyphs; i++) {
		lefts[i] = at + x->glyphs[i].dx;
		at += x->glyphs[i].advance;
	}
	set_style(p, x);
	for (size_t k = 0; k < x->nglyphs;) {
		size_t from = x->glyphs[logical(x, k)].cluster;
		size_t end = k + 1;
		while (end < x->nglyphs && x->glyphs[logical(x, end)].cluster == from)
			end++;
		size_t to = end < x->nglyphs ? x->glyphs[logical(x, end)].cluster : x->to;
		struct str text = str_sub(w->text, from, to - from);
		bool several = end - k > 1 && w->tag;
		if (several) {
			end_array(p);
			buf_lit(p->b, "/Span<</ActualText");
			pdf_put_text(p->b, text);
			buf_lit(p->b, ">>BDC\n");
		}
		for (size_t i = k; i < end; i++) {
			size_t g = logical(x, i);
			/* What follows in a cluster adds no letter: a blank of no width, for readers that ask each glyph. */
			put_glyph(p, w, &x->glyphs[g], lefts[g], i == k ? text : STR("\u200b"));
		}
		if (several) {
			end_array(p);
			buf_lit(p->b, "EMC\n");
		}
		k = end;
	}
}

static void put_rules(struct buf *b, const struct pdf_page *page)
{
	if (!page->rules.n)
		return;
	buf_lit(b, "/Artifact BMC\n");
	for (size_t i = 0; i < page->rules.n; i++) {
		const struct pdf_rule *r = &page->rules.p[i];
		pdf_put_colour(b, r->colour);
		buf_lit(b, "rg ");
		const double box[] = { r->x, PDF_HEIGHT - r->y - r->h, r->w, r->h };
		for (size_t k = 0; k < COUNT_OF(box); k++) {
			pdf_put_number(b, box[k]);
			buf_put_char(b, ' ');
		}
		buf_lit(b, "re f\n");
	}
	buf_lit(b, "EMC\n");
}

static void put_content(struct pdf_job *j, struct buf *b, const struct pdf_page *page)
{
	struct pen p = { .job = j, .b = b, .colour = UINT32_MAX };
	int content = 0;
	put_rules(b, page);
	for (size_t i = 0; i < page->words.n;) {
		const struct pdf_tag *tag = page->words.p[i].tag;
		if (tag)
			buf_printf(b, "/%s<</MCID %d>>BDC\nBT\n", tag->type, content++);
		else
			buf_lit(b, "/Artifact<</Type/Pagination>>BDC\nBT\n");
		p.placed = false;
		for (; i < page->words.n && page->words.p[i].tag == tag; i++)
			put_words(&p, &page->words.p[i]);
		end_array(&p);
		buf_lit(b, "ET\nEMC\n");
	}
}

static void put_note(struct pdf_job *j, const struct pdf_page *page, const struct pdf_note *n, size_t key)
{
	struct buf *b = j->objects.out;
	struct str url = n->link->url;
	if (str_starts(url, STR("/")))
		url = arena_join(j->arena, j->facts->origin, url);
	pdf_begin(j, n->object);
	buf_lit(b, "<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[");
	const double box[] = { n->x, PDF_HEIGHT - n->y - n->h, n->x + n->w, PDF_HEIGHT - n->y };
	for (size_t k = 0; k < COUNT_OF(box); k++) {
		pdf_put_number(b, box[k]);
		buf_put_char(b, ' ');
	}
	buf_printf(b, "]/P %d 0 R/StructParent %zu/Contents", page->object, key);
	pdf_put_text(b, n->link->about.n ? n->link->about : url);
	buf_lit(b, "/A<</Type/Action/S/URI/URI(");
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c == '(' || c == ')' || c == '\\')
			buf_put_char(b, '\\');
		if (c > ' ' && c < 0x7f)
			buf_put_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
	buf_lit(b, ")>>>>");
	pdf_end(j);
}

bool pdf_put_pages(struct pdf_job *j, int *list, struct err *e)
{
	struct buf *b = j->objects.out;
	size_t key = j->pages.n;
	int resources = pdf_object(j);
	*list = pdf_object(j);
	for (size_t i = 0; i < j->pages.n; i++)
		j->pages.p[i].object = pdf_object(j);
	for (size_t i = 0; i < j->pages.n; i++) {
		struct pdf_page *page = &j->pages.p[i];
		auto_buf content = BUF_INIT(CONTENT_BYTES);
		struct str bytes;
		put_content(j, &content, page);
		if (!buf_end(&content, &bytes, e))
			return false;
		int stream = pdf_object(j);
		if (!pdf_stream(j, stream, STR(""), bytes, true, e))
			return false;
		pdf_begin(j, page->object);
		buf_printf(b, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Resources %d 0 R/Contents %d 0 R/StructParents %zu/Tabs/S",
		           *list, PDF_WIDTH, PDF_HEIGHT, resources, stream, i);
		if (page->notes.n)
			buf_lit(b, "/Annots[");
		for (size_t k = 0; k < page->notes.n; k++)
			buf_printf(b, "%d 0 R ", page->notes.p[k].object);
		if (page->notes.n)
			buf_put_char(b, ']');
		buf_lit(b, ">>");
		pdf_end(j);
		for (size_t k = 0; k < page->notes.n; k++)
			put_note(j, page, &page->notes.p[k], key++);
	}
	pdf_begin(j, *list);
	buf_printf(b, "<</Type/Pages/Count %zu/Kids[", j->pages.n);
	for (size_t i = 0; i < j->pages.n; i++)
		buf_printf(b, "%d 0 R ", j->pages.p[i].object);
	buf_lit(b, "]>>");
	pdf_end(j);
	return pdf_put_fonts(j, resources, e);
}
