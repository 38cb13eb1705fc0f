/* Head and foot of the pages: a line of colour above, what the document is and which page of how many below. They are no
 * part of the text: programs that read aloud pass over them. */
#include "pdf/inside.h"

#include "text/text.h"

static const struct pdf_style style = { PDF_SANS, false, false, 7.4, PDF_SOFT };
enum { WIDTH = PDF_WIDTH - 2 * PDF_SIDE, NUMBER_WIDTH = 110 };

static struct str filled(struct pdf_job *j, size_t page)
{
	auto_buf b = BUF_INIT(1024);
	struct str text = j->facts->page_of;
	for (size_t i = 0; i < text.n; i++) {
		bool place = i + 2 < text.n && text.p[i] == '{' && text.p[i + 2] == '}';
		if (place && (text.p[i + 1] == '0' || text.p[i + 1] == '1')) {
			text_put_count(&b, (int64_t)(text.p[i + 1] == '0' ? page + 1 : j->pages.n), j->doc->lang);
			i += 2;
		} else {
			buf_put_char(&b, text.p[i]);
		}
	}
	return arena_str(j->arena, buf_str(&b));
}

static void put_artifact(struct pdf_job *j, struct pdf_page *page, const struct pdf_para *p, double x, double y)
{
	for (size_t i = 0; i < p->pieces.n; i++) {
		/* One style, one line: pieces of a right-to-left text are laid from the right end. */
		double left = x;
		for (size_t k = 0; k < p->pieces.n; k++)
			if (p->rtl ? k > i : k < i)
				left += p->pieces.p[k].width;
		vec_push(j->arena, &page->words, (struct pdf_words){ NULL, p->text, &p->pieces.p[i], left, y });
	}
}

static double width_of(const struct pdf_para *p)
{
	double w = 0;
	for (size_t i = 0; i < p->pieces.n; i++)
		w += p->pieces.p[i].width;
	return w;
}

/* The footer names the portal's address, so it keeps to the left-to-right order of addresses. */
static bool shape_foot(struct pdf_job *j, struct str text, struct pdf_para *out, struct err *e)
{
	struct doc_block b = { .kind = DOC_PARAGRAPH, .columns = 1, .lang = j->doc->lang, .rtl = false };
	struct doc_span s = { .text = text, .look = DOC_SOFT };
	b.spans = b.last_span = &s;
	if (!pdf_shape(j, &b, &style, 10, out, e))
		return false;
	for (size_t i = 0; i < out->pieces.n; i++)
		out->pieces.p[i].span = NULL;
	return true;
}

bool pdf_feet(struct pdf_job *j, struct err *e)
{
	double y = PDF_HEIGHT - 40;
	for (size_t i = 0; i < j->pages.n; i++) {
		struct pdf_page *page = &j->pages.p[i];
		struct pdf_para *foot = arena_new(j->arena, struct pdf_para);
		struct pdf_para *number = arena_new(j->arena, struct pdf_para);
		if (!shape_foot(j, j->facts->footer, foot, e) ||
		    !pdf_shape_text(j, filled(j, i), &style, 10, number, e))
			return false;
		vec_push(j->arena, &page->rules, (struct pdf_rule){ PDF_SIDE, 30, 42, 2.4, j->facts->accent });
		if (j->doc->rtl)
			page->rules.p[page->rules.n - 1].x = PDF_WIDTH - PDF_SIDE - 42;
		vec_push(j->arena, &page->rules, (struct pdf_rule){ PDF_SIDE, y - 14, WIDTH, 0.4, PDF_LINE });
		double room = WIDTH - NUMBER_WIDTH;
		while (foot->pieces.n > 1 && width_of(foot) > room)
			foot->pieces.n--;
		double right = PDF_WIDTH - PDF_SIDE;
		put_artifact(j, page, foot, j->doc->rtl ? right - width_of(foot) : PDF_SIDE, y);
		put_artifact(j, page, number, j->doc->rtl ? PDF_SIDE : right - width_of(number), y);
	}
	return true;
}
