/* A document (doc/) as HTML: each kind of block as the element that means it. What the document says of languages,
 * directions and values for machines becomes attributes; looks are the style sheet's. */
#include "view/view.h"

static const char *const open_tags[] = { "", "<h1", "<h2", "<h3", "<h4", "<h5", "<h6" };
static const char *const close_tags[] = { "", "</h1>", "</h2>", "</h3>", "</h4>", "</h5>", "</h6>" };

static void put_id(struct html *h, struct str id)
{
	if (!id.n)
		return;
	html_lit(h, " id=\"");
	html_text(h, id);
	html_lit(h, "\"");
}

static void put_lang(struct html *h, const struct doc_block *b)
{
	if (!b->lang.n)
		return;
	html_lit(h, " lang=\"");
	html_text(h, b->lang);
	html_lit(h, "\" dir=\"");
	html_put_literal(h, b->rtl ? STR("rtl") : STR("ltr"));
	html_lit(h, "\"");
}

#define LIT(words) { words, sizeof(words) - 1 }
/* What wraps a span, outermost first; each is closed in reverse. */
static const struct wrap { unsigned look; struct str open, close; } wraps[] = {
	{ DOC_INSERTED, LIT("<ins>"), LIT("</ins>") },
	{ DOC_DELETED, LIT("<del>"), LIT("</del>") },
	{ DOC_SOFT, LIT("<span class=\"soft\">"), LIT("</span>") },
	{ DOC_STRONG, LIT("<strong>"), LIT("</strong>") },
	{ DOC_EMPHASIS, LIT("<em>"), LIT("</em>") },
	{ DOC_CODE, LIT("<code translate=\"no\" dir=\"ltr\">"), LIT("</code>") },
	{ DOC_LTR, LIT("<bdi dir=\"ltr\">"), LIT("</bdi>") },
	{ DOC_APART, LIT("<bdi>"), LIT("</bdi>") },
};

static void put_label(struct html *h, unsigned look)
{
	if (!(look & (DOC_INSERTED | DOC_DELETED)))
		return;
	html_lit(h, "<span class=\"label\">");
	html_say(h, look & DOC_INSERTED ? N_("added:") : N_("removed:"));
	html_lit(h, " </span>");
}

static void put_span(struct html *h, const struct doc_span *s)
{
	for (size_t i = 0; i < COUNT_OF(wraps); i++)
		if (s->look & wraps[i].look)
			html_put_literal(h, wraps[i].open);
	put_label(h, s->look);
	if (s->lang.n) {
		html_lit(h, "<span lang=\"");
		html_text(h, s->lang);
		html_lit(h, "\">");
	}
	if (s->value_kind == DOC_DATA)
		html_lit(h, "<data value=\"");
	else if (s->value_kind == DOC_TIME)
		html_lit(h, "<time datetime=\"");
	if (s->value_kind != DOC_NO_VALUE) {
		html_text(h, s->value);
		html_lit(h, "\">");
	}
	html_text(h, s->text);
	if (s->value_kind == DOC_DATA)
		html_lit(h, "</data>");
	else if (s->value_kind == DOC_TIME)
		html_lit(h, "</time>");
	if (s->lang.n)
		html_lit(h, "</span>");
	for (size_t i = COUNT_OF(wraps); i-- > 0;)
		if (s->look & wraps[i].look)
			html_put_literal(h, wraps[i].close);
}

static void open_link(struct html *h, const struct doc_span *s, bool button)
{
	const struct doc_link *l = s->link;
	html_lit(h, "<a");
	if (button)
		html_lit(h, " class=\"button\"");
	else if (str_ends(l->url, s->text)) /* the address is there to be read already: paper need not print it twice */
		html_lit(h, " class=\"address\"");
	if (!str_starts(l->url, STR("/")))
		html_lit(h, " rel=\"noopener noreferrer\"");
	html_lit(h, " href=\"");
	html_url(h, l->url);
	html_lit(h, "\">");
}

static void put_words(struct html *h, const struct doc_block *b)
{
	const struct doc_link *link = NULL;
	for (const struct doc_span *s = b->spans; s; s = s->next) {
		if (link && s->link != link)
			html_lit(h, "</a>");
		if (s->link && s->link != link)
			open_link(h, s, b->has_button);
		link = s->link;
		put_span(h, s);
	}
	if (link)
		html_lit(h, "</a>");
}

static void put_block(struct html *h, const struct doc_block *b);

static void put_children(struct html *h, const struct doc_block *b)
{
	for (const struct doc_block *c = b->first; c; c = c->next)
		put_block(h, c);
}

/* `label`: the head of its column, for screens too narrow to show the heads above. */
static void put_cell(struct html *h, const struct doc_block *c, bool head_row, const struct doc_block *label_or_null)
{
	html_put_literal(h, c->head ? STR("<th scope=\"") : STR("<td"));
	if (c->head)
		html_put_literal(h, head_row ? STR("col\"") : STR("row\""));
	if (c->columns > 1) {
		html_lit(h, " colspan=\"");
		html_int(h, c->columns);
		html_lit(h, "\"");
	}
	if (label_or_null && !c->head) {
		html_lit(h, " data-label=\"");
		for (const struct doc_span *s = label_or_null->spans; s; s = s->next)
			html_text(h, s->text);
		html_lit(h, "\"");
	}
	put_lang(h, c);
	html_lit(h, ">");
	put_words(h, c);
	html_put_literal(h, c->head ? STR("</th>") : STR("</td>"));
}

/* The caption names the region that scrolls, too: a table may be wider than a telephone. */
static void put_table(struct html *h, const struct doc_block *b)
{
	html_lit(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	for (const struct doc_span *s = b->spans; s; s = s->next)
		html_text(h, s->text);
	if (!b->spans)
		html_say(h, N_("Table"));
	html_lit(h, "\"><table>");
	if (b->spans) {
		html_lit(h, "<caption>");
		put_words(h, b);
		html_lit(h, "</caption>");
	}
	bool body = false;
	for (const struct doc_block *r = b->first; r; r = r->next) {
		if (r == b->first && r->head)
			html_lit(h, "<thead>");
		if (!r->head && !body) {
			if (r != b->first)
				html_lit(h, "</thead>");
			html_lit(h, "<tbody>");
			body = true;
		}
		html_put_literal(h, r->detail ? STR("<tr class=\"detail\">") : STR("<tr>"));
		const struct doc_block *label = b->first->head && !r->head && !r->detail ? b->first->first : NULL;
		for (const struct doc_block *c = r->first; c; c = c->next, label = label ? label->next : NULL)
			put_cell(h, c, r->head, label);
		html_lit(h, "</tr>");
	}
	if (body)
		html_lit(h, "</tbody>");
	else if (b->first)
		html_lit(h, "</thead>");
	html_lit(h, "</table></div>");
}

/* A term and its meanings are one group, so that they stay together on paper and in columns. */
static void put_definitions(struct html *h, const struct doc_block *b)
{
	bool open = false;
	html_lit(h, "<dl>");
	for (const struct doc_block *c = b->first; c; c = c->next) {
		if (c->kind == DOC_TERM) {
			if (open)
				html_lit(h, "</div>");
			html_lit(h, "<div><dt>");
			open = true;
		} else {
			html_lit(h, "<dd>");
		}
		put_words(h, c);
		html_put_literal(h, c->kind == DOC_TERM ? STR("</dt>") : STR("</dd>"));
	}
	if (open)
		html_lit(h, "</div>");
	html_lit(h, "</dl>");
}

static void put_heading(struct html *h, const struct doc_block *b)
{
	int level = num_min(num_max(b->level, 1), 6);
	html_put_literal(h, str_of(open_tags[level]));
	put_id(h, b->id);
	put_lang(h, b);
	html_lit(h, ">");
	put_words(h, b);
	html_put_literal(h, str_of(close_tags[level]));
}

static void put_paragraph(struct html *h, const struct doc_block *b)
{
	html_put_literal(h, b->kind == DOC_LEAD ? STR("<p class=\"lead\"") : b->kind == DOC_NOTICE ? STR("<p class=\"notice\"") : STR("<p"));
	put_id(h, b->id);
	put_lang(h, b);
	html_lit(h, ">");
	put_words(h, b);
	html_lit(h, "</p>");
}

static void put_list(struct html *h, const struct doc_block *b)
{
	html_put_literal(h, b->ordered ? STR("<ol>") : STR("<ul>"));
	put_children(h, b);
	html_put_literal(h, b->ordered ? STR("</ol>") : STR("</ul>"));
}

static void put_block(struct html *h, const struct doc_block *b)
{
	if (!doc_is_shown(b, DOC_SCREEN))
		return;
	switch (b->kind) {
	case DOC_HEADING:
		put_heading(h, b);
		break;
	case DOC_PARAGRAPH:
	case DOC_LEAD:
	case DOC_NOTICE:
		put_paragraph(h, b);
		break;
	case DOC_LIST:
		put_list(h, b);
		break;
	case DOC_ITEM:
		html_lit(h, "<li>");
		put_words(h, b);
		put_children(h, b);
		html_lit(h, "</li>");
		break;
	case DOC_DEFINITIONS:
		put_definitions(h, b);
		break;
	case DOC_TABLE:
		put_table(h, b);
		break;
	case DOC_SECTION:
		html_lit(h, "<section class=\"addition\"");
		put_id(h, b->id);
		put_lang(h, b);
		html_lit(h, ">");
		put_children(h, b);
		html_lit(h, "</section>");
		break;
	case DOC_TERM:
	case DOC_MEANING:
	case DOC_ROW:
	case DOC_CELL:
		break; /* inside their own kinds only */
	}
}

void html_document(struct html *h, const struct doc *d)
{
	put_children(h, &d->root);
}
