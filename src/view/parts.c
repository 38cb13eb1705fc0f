/* Parts that pages share: crumbs, pager, code with a button to copy it. */
#include "view/view.h"

void view_crumbs(struct html *h, const struct view_crumb *crumbs, size_t n)
{
	html_lit(h, "<nav class=\"crumbs\" aria-label=\"");
	html_say(h, N_("You are here"));
	html_lit(h, "\"><ol>");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li>");
		if (crumbs[i].url.n) {
			html_lit(h, "<a href=\"");
			html_url(h, crumbs[i].url);
			html_lit(h, "\">");
			html_text(h, crumbs[i].title);
			html_lit(h, "</a>");
		} else {
			html_lit(h, "<span aria-current=\"page\">");
			html_text(h, crumbs[i].title);
			html_lit(h, "</span>");
		}
		html_lit(h, "</li>");
	}
	html_lit(h, "</ol></nav>");
}

static void put_page_link(struct html *h, const struct view_state *s, int64_t start, const char *rel, const char *word, bool icon_first)
{
	struct str url = start ? view_state_url(s, STR(""), NULL, STR("start"), arena_printf(s->arena, "%lld", (long long)start))
	                       : view_state_url(s, STR(""), NULL, STR(""), STR(""));
	html_lit(h, "<a class=\"button quiet\" rel=\"");
	html_text(h, str_of(rel));
	html_lit(h, "\" href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	if (icon_first)
		html_icon(h, ICON_BEFORE);
	html_lit(h, "<span>");
	html_say(h, word);
	html_lit(h, "</span>");
	if (!icon_first)
		html_icon(h, ICON_NEXT);
	html_lit(h, "</a>");
}

void view_pager(struct html *h, const struct view_state *s, int64_t start, int64_t size, int64_t total, int64_t ceiling)
{
	int64_t end = num_min(start + size, total);
	if (total <= size && start == 0)
		return;
	html_lit(h, "<nav class=\"pager\" aria-label=\"");
	html_say(h, N_("Pages"));
	html_lit(h, "\">");
	if (start > 0)
		put_page_link(h, s, num_max(start - size, (int64_t)0), "prev", N_("Previous"), true);
	else
		html_lit(h, "<span></span>");
	html_lit(h, "<p>");
	if (start < total)
		html_say_with(h, N_("{0} to {1} of {2}"), HTML_ARG_COUNT(start + 1), HTML_ARG_COUNT(end), HTML_ARG_COUNT(total));
	html_lit(h, "</p>");
	if (end < total && end + size <= ceiling)
		put_page_link(h, s, end, "next", N_("Next"), false);
	else
		html_lit(h, "<span></span>");
	html_lit(h, "</nav>");
}

void view_code(struct html *h, const char *language, struct str code)
{
	html_lit(h, "<stoa-copy class=\"code\" data-done=\"");
	html_say(h, N_("Copied"));
	html_lit(h, "\" data-label=\"");
	html_say(h, N_("Copy"));
	html_lit(h, "\"><pre dir=\"ltr\" translate=\"no\" tabindex=\"0\"><code class=\"language-");
	html_text(h, str_of(language));
	html_lit(h, "\">");
	html_text(h, code);
	html_lit(h, "</code></pre></stoa-copy>");
}
