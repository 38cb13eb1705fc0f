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

/* The footer names the portal's address, so it keeps to the left-to-right order of addresses. */
static bool shape_foot(struct pdf_job *j, struct str text, struct pdf_para *out, struct err *e)
{
	struct doc_block b = { .kind = DOC_PARAGRAPH, .columns = 1, .lang = j->doc->lang, .rtl = false };
	struct doc_span s = { .text = text, .look = DOC_SOFT };
	b.spans = b.last_span = &s;
	return pdf_shape(j, &b, &style, 10, out, e);
}

/* One line: what has no room is left out. */
static void put(struct pdf_job *j, struct pdf_para *p, bool right, double width, double y)
{
	pdf_break(j, p, width);
	if (!p->lines.n)
		return;
	double ink = p->lines.p[0].width;
	pdf_put_line(j, NULL, p, 0, right ? PDF_WIDTH - PDF_SIDE - ink : PDF_SIDE, ink, y - p->ascent);
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
		j->page = i;
		put(j, foot, j->doc->rtl, WIDTH - NUMBER_WIDTH, y);
		put(j, number, !j->doc->rtl, NUMBER_WIDTH, y);
	}
	return true;
}
