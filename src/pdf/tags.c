/* The tree of tags: what the words are and in which order they are read, and the way back from a page's contents to it. */
#include "pdf/inside.h"

static void number(struct pdf_job *j, struct pdf_tag *t)
{
	t->object = pdf_object(j);
	for (size_t i = 0; i < t->kids.n; i++)
		if (t->kids.p[i].kind == PDF_KID_TAG)
			number(j, t->kids.p[i].tag);
}

static void put_attributes(struct buf *b, const struct pdf_tag *t)
{
	if (t->lang.n) {
		buf_lit(b, "/Lang");
		pdf_put_text(b, t->lang);
	}
	if (t->numbering)
		buf_printf(b, "/A<</O/List/ListNumbering/%s>>", t->numbering);
	if (t->scope || t->columns > 1) {
		buf_lit(b, "/A<</O/Table");
		if (t->scope)
			buf_printf(b, "/Scope/%s", t->scope);
		if (t->columns > 1)
			buf_printf(b, "/ColSpan %d", t->columns);
		buf_lit(b, ">>");
	}
}

static void put_tag(struct pdf_job *j, const struct pdf_tag *t, int parent)
{
	struct buf *b = j->objects.out;
	pdf_begin(j, t->object);
	buf_printf(b, "<</Type/StructElem/S/%s/P %d 0 R", t->type, parent);
	put_attributes(b, t);
	buf_lit(b, "/K[");
	for (size_t i = 0; i < t->kids.n; i++) {
		const struct pdf_kid *k = &t->kids.p[i];
		switch (k->kind) {
		case PDF_KID_TAG:
			buf_printf(b, "%d 0 R ", k->tag->object);
			break;
		case PDF_KID_CONTENT:
			buf_printf(b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", j->pages.p[k->page].object, k->number);
			break;
		case PDF_KID_LINK:
			buf_printf(b, "<</Type/OBJR/Pg %d 0 R/Obj %d 0 R>>", j->pages.p[k->page].object, k->number);
			break;
		}
	}
	buf_lit(b, "]>>");
	pdf_end(j);
	for (size_t i = 0; i < t->kids.n; i++)
		if (t->kids.p[i].kind == PDF_KID_TAG)
			put_tag(j, t->kids.p[i].tag, t->object);
}

int pdf_put_tags(struct pdf_job *j)
{
	struct buf *b = j->objects.out;
	int root = pdf_object(j);
	int back = pdf_object(j);
	number(j, j->root);
	pdf_begin(j, back);
	buf_lit(b, "<</Nums[");
	for (size_t i = 0; i < j->pages.n; i++) {
		const struct pdf_page *page = &j->pages.p[i];
		buf_printf(b, "%zu[", i);
		for (size_t k = 0; k < page->contents.n; k++)
			buf_printf(b, "%d 0 R ", page->contents.p[k]->object);
		buf_lit(b, "]\n");
	}
	size_t key = j->pages.n;
	for (size_t i = 0; i < j->pages.n; i++)
		for (size_t k = 0; k < j->pages.p[i].notes.n; k++)
			buf_printf(b, "%zu %d 0 R ", key++, j->pages.p[i].notes.p[k].tag->object);
	buf_lit(b, "]>>");
	pdf_end(j);
	pdf_begin(j, root);
	buf_printf(b, "<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %zu>>", j->root->object, back, key);
	pdf_end(j);
	put_tag(j, j->root, root);
	return root;
}

int pdf_put_marks(struct pdf_job *j)
{
	struct buf *b = j->objects.out;
	size_t n = j->marks.n;
	if (!n)
		return 0;
	int outline = pdf_object(j);
	for (size_t i = 0; i < n; i++)
		j->marks.p[i].object = pdf_object(j);
	pdf_begin(j, outline);
	buf_printf(b, "<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %zu>>", j->marks.p[0].object, j->marks.p[n - 1].object, n);
	pdf_end(j);
	for (size_t i = 0; i < n; i++) {
		const struct pdf_mark *m = &j->marks.p[i];
		pdf_begin(j, m->object);
		buf_printf(b, "<</Parent %d 0 R/Dest[%d 0 R/XYZ null ", outline, j->pages.p[m->page].object);
		pdf_put_number(b, PDF_HEIGHT - m->y);
		buf_lit(b, " null]/Title");
		pdf_put_text(b, m->title);
		if (i > 0)
			buf_printf(b, "/Prev %d 0 R", j->marks.p[i - 1].object);
		if (i + 1 < n)
			buf_printf(b, "/Next %d 0 R", j->marks.p[i + 1].object);
		buf_lit(b, ">>");
		pdf_end(j);
	}
	return outline;
}
