/* Messages: looked up in the page's language, escaped, their places {0} … {9} filled with escaped
 * values or with the two halves of a link. A brace that is not a place is text. */
#include "view/view.h"

void html_say(struct html *h, const char *message)
{
	html_text(h, i18n_text(h->lang, message));
}

static void put_arg(struct html *h, const struct html_arg *arg)
{
	switch (arg->kind) {
	case HTML_TEXT:
		html_text(h, arg->s);
		break;
	case HTML_CODE:
		html_lit(h, "<code translate=\"no\" dir=\"ltr\">");
		html_text(h, arg->s);
		html_lit(h, "</code>");
		break;
	case HTML_STRONG:
		html_lit(h, "<strong><bdi>");
		html_text(h, arg->s);
		html_lit(h, "</bdi></strong>");
		break;
	case HTML_COUNT:
		html_count(h, arg->n);
		break;
	case HTML_OPEN:
		html_lit(h, "<a href=\"");
		html_url(h, arg->s);
		html_lit(h, "\">");
		break;
	case HTML_CLOSE:
		html_lit(h, "</a>");
		break;
	case HTML_DATE:
		html_date(h, arg->n, arg->zone, false);
		break;
	}
}

static void put_filled(struct html *h, struct str text, const struct html_arg *args, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i + 2 < text.n; i++) {
		if (text.p[i] != '{' || text.p[i + 2] != '}' || text.p[i + 1] < '0' || text.p[i + 1] > '9')
			continue;
		size_t which = (size_t)(text.p[i + 1] - '0');
		if (which >= n)
			continue;
		html_text(h, str_sub(text, from, i - from));
		put_arg(h, &args[which]);
		from = i + 3;
		i += 2;
	}
	html_text(h, str_from(text, from));
}

void html_say_args(struct html *h, const char *message, const struct html_arg *args, size_t n)
{
	put_filled(h, i18n_text(h->lang, message), args, n);
}

void html_say_plural(struct html *h, const char *one, const char *many, int64_t n)
{
	struct html_arg count = HTML_ARG_COUNT(n);
	put_filled(h, i18n_plural(h->lang, one, many, n), &count, 1);
}
