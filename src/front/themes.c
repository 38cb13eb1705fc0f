/* The twelve themes every portal begins with, as pictograms in colours of their own; any other theme has
 * a mark that is everybody's. Colours are in catalogue.css, so that they turn with the scheme. */
#include "front/inside.h"

static const struct theme {
	const char *name, *mark, *drawing;
} themes[] = {
	{ "Health", "health", "<path d=\"M12 20S4 15 4 9.5A4.2 4.2 0 0 1 12 7.5 4.2 4.2 0 0 1 20 9.5C20 15 12 20 12 20Z\"/><path d=\"M8 12h2l1-2.5 2 4 1-1.5h2\"/>" },
	{ "Culture", "culture", "<path d=\"M4 5h10v6c0 3-2 5.5-5 5.5S4 14 4 11V5ZM7 9h.5M11 9h.5M7 12.5c1.2 1 2.8 1 4 0\"/><path d=\"M16.5 8H20v6c0 3-2 5.5-5 5.5-1 0-2-.3-2.8-.8\"/>" },
	{ "Education and research", "education", "<path d=\"m2.5 9.5 9.5-4.5 9.5 4.5-9.5 4.5-9.5-4.5Z\"/><path d=\"M6.5 11.5v5c3 2.5 8 2.5 11 0v-5M21.5 9.5v5.5\"/>" },
	{ "Environment", "environment", "<path d=\"M5 19C4 10 9 5 20 4.5 20.5 14 16 19.5 8 18\"/><path d=\"M4 21c2-5 5-8.5 10-11\"/>" },
	{ "Transport", "transport", "<rect x=\"5\" y=\"4\" width=\"14\" height=\"13\" rx=\"2\"/><path d=\"M5 11h14M8.5 14h.5M15 14h.5M7.5 17l-2 3.5M16.5 17l2 3.5\"/>" },
	{ "Planning and housing", "planning", "<path d=\"M4 20.5V9l5-3v14.5M9 20.5V4h11v16.5M3 20.5h18M12.5 8h4M12.5 12h4M12.5 16h4\"/>" },
	{ "Economy", "economy", "<path d=\"M4 20h16M5 15.5l4.5-5 3.5 3 6-7.5M15 6h4v4\"/>" },
	{ "Administration and finance", "administration", "<path d=\"m3 9.5 9-5 9 5H3ZM5.5 10v8M10 10v8M14 10v8M18.5 10v8M3 20.5h18\"/>" },
	{ "Justice and safety", "justice", "<path d=\"M12 4v16M7 20h10M5 7h14M5 7l-2.5 7h5L5 7ZM19 7l-2.5 7h5L19 7Z\"/>" },
	{ "Sports and leisure", "sports", "<circle cx=\"12\" cy=\"12\" r=\"8.5\"/><path d=\"m12 8 3.5 2.5-1.3 4.200H9.800L8.5 10.5 12 8ZM12 8V3.5M15.5 10.5l4.5-1.5M14.2 14.700l2.6 4M9.8 14.700l-2.6 4M8.5 10.5 4 9\"/>" },
	{ "Hospitality", "hospitality", "<path d=\"M3 19v-13M3 15.5h18V19M21 15.5v-2a3 3 0 0 0-3-3h-7v5\"/><circle cx=\"7\" cy=\"12\" r=\"1.8\"/>" },
	{ "Services and social", "services", "<circle cx=\"8\" cy=\"8.5\" r=\"3\"/><circle cx=\"16.5\" cy=\"9.5\" r=\"2.5\"/><path d=\"M2.5 19c0-3.5 2.2-5.5 5.5-5.5s5.5 2 5.5 5.5M15.5 14c3.5-.5 6 1.5 6 5\"/>" },
};
static const struct theme other = { "", "other", "<path d=\"M4 4h7l9 9-7 7-9-9V4Z\"/><circle cx=\"8.5\" cy=\"8.5\" r=\"1\"/>" };

static const struct theme *find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (str_eq(name, str_of(themes[i].name)))
			return &themes[i];
	return &other;
}

void front_put_pictogram(struct html *h, struct str theme)
{
	const struct theme *t = find(theme);
	/* Of the portal's own list: the mark it chose, else that of the name. */
	const struct template_item *own = view_theme_or_null(h, theme);
	for (size_t i = 0; own && own->mark.n && i < COUNT_OF(themes); i++)
		if (str_eq(own->mark, str_of(themes[i].mark)))
			t = &themes[i];
	html_lit(h, "<span class=\"pictogram ");
	html_text(h, str_of(t->mark));
	html_lit(h, "\" aria-hidden=\"true\"><svg class=\"icon\" viewBox=\"0 0 24 24\" focusable=\"false\">");
	uint32_t colour;
	bool coloured = own && view_accent_parse(own->colour, &colour);
	if (coloured) {
		html_lit(h, "<g stroke=\"");
		html_text(h, own->colour);
		html_lit(h, "\">");
	}
	html_put_literal(h, str_of(t->drawing));
	html_put_literal(h, coloured ? STR("</g></svg></span>") : STR("</svg></span>"));
}

void front_put_theme(struct html *h, struct str theme)
{
	html_lit(h, "<p class=\"theme\">");
	front_put_pictogram(h, theme);
	html_lit(h, "<bdi>");
	front_value(h, FRONT_VALUE_THEME, NULL, theme);
	html_lit(h, "</bdi></p>");
}
