/* Parts that pages about the look have in common. */
#include "back/look.h"

void back_put_look_tabs(struct html *h, enum back_look_tab tab)
{
	static const struct { const char *url, *label; } rows[LOOK_TABS] = {
		[LOOK_TAB_THEME] = { "/backoffice/look/", N_("Colours and letters") },
		[LOOK_TAB_CODE] = { "/backoffice/look/code/", N_("Stylesheet, header, footer") },
		[LOOK_TAB_VERSIONS] = { "/backoffice/look/versions/", N_("Versions") },
		[LOOK_TAB_BRAND] = { "/backoffice/look/branding/", N_("Branding") },
		[LOOK_TAB_FILES] = { "/backoffice/look/files/", N_("Pictures and fonts") },
	};
	struct html_tab tabs[LOOK_TABS];
	for (size_t i = 0; i < LOOK_TABS; i++)
		tabs[i] = (struct html_tab){ .url = str_of(rows[i].url), .label = rows[i].label, .current = i == (size_t)tab };
	html_tabs(h, N_("Look and feel"), tabs, LOOK_TABS);
}

void back_put_navigation_tabs(struct html *h, enum back_navigation_tab tab)
{
	const struct html_tab tabs[] = {
		{ .url = STR("/backoffice/navigation/"), .label = N_("Menu"), .current = tab == NAVIGATION_MENU },
		{ .url = STR("/backoffice/navigation/legal/"), .label = N_("Legal texts"), .current = tab == NAVIGATION_LEGAL },
	};
	html_tabs(h, N_("Navigation"), tabs, COUNT_OF(tabs));
}

struct str back_colour(struct arena *a, uint32_t c) { return arena_printf(a, "#%06x", c); }

void back_put_sample(struct html *h, uint32_t front, uint32_t back)
{
	buf_printf(&h->out, "<svg class=\"sample\" viewBox=\"0 0 44 26\" aria-hidden=\"true\" focusable=\"false\"><rect width=\"44\" height=\"26\" rx=\"4\" fill=\"#%06x\"/>"
	                    "<text x=\"22\" y=\"18.500\" text-anchor=\"middle\" font-size=\"15\" fill=\"#%06x\">Aa</text></svg>", back, front);
}

bool back_hold_draft(struct visit *v, const struct look **out, struct err *e)
{
	return look_hold_version(v->at.site->looks, v->at.tenant, LOOK_DRAFT, out, e);
}

static bool same_colours(const struct look_theme *a, const struct look_theme *b)
{
	for (int s = 0; s < LOOK_SCHEMES; s++)
		for (int i = 0; i < LOOK_COLOURS; i++)
			if (a->given[s][i] != b->given[s][i] || (a->given[s][i] && a->colour[s][i] != b->colour[s][i]))
				return false;
	return true;
}

size_t back_look_changes(const struct look_theme *a, const struct look_theme *b, const char *out[LOOK_PARTS])
{
	size_t n = 0;
	if (!same_colours(a, b))
		out[n++] = N_("Colours");
	if (a->width != b->width || a->radius != b->radius || a->density != b->density)
		out[n++] = N_("Measures");
	if (!str_eq(a->text_font, b->text_font) || !str_eq(a->title_font, b->title_font))
		out[n++] = N_("Typefaces");
	if (!str_eq(a->css, b->css))
		out[n++] = N_("Stylesheet");
	if (!str_eq(a->header, b->header))
		out[n++] = N_("Header");
	if (!str_eq(a->footer, b->footer))
		out[n++] = N_("Footer");
	if (!str_eq(a->card, b->card))
		out[n++] = N_("Card of a dataset");
	return n;
}

void back_put_draft_bar(struct view_page *p, const struct look *draft)
{
	struct html *h = &p->h;
	const char *changes[LOOK_PARTS];
	const struct look *live = look_hold(p->visit->at.site->looks, p->visit->at.tenant);
	size_t n = back_look_changes(&draft->theme, &live->theme, changes);
	look_release(p->visit->at.site->looks, live);
	if (!n)
		return;
	html_lit(h, "<div class=\"draft-bar\"><p>");
	html_badge(h, HTML_WARNING, N_("Draft"));
	html_lit(h, " <span>");
	html_say(h, N_("The draft differs from what visitors see:"));
	for (size_t i = 0; i < n; i++) {
		if (i)
			html_lit(h, ",");
		html_lit(h, " ");
		html_say(h, changes[i]);
	}
	html_lit(h, "</span></p>");
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Make it live …"), .href = STR("/backoffice/look/live/"), .small = true });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Look at the whole portal"), .href = STR("/?stage_theme=true"), .icon = ICON_OUT, .with_icon = true, .small = true });
	html_buttons_close(h);
	html_lit(h, "</div>");
}

struct look_text back_take_text(struct visit *v, const struct visitor_form *f, struct str name, const struct look_text *former)
{
	const struct tenant *t = v->at.tenant;
	struct look_words *words = arena_array(v->arena, struct look_words, t->nlanguages + former->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < t->nlanguages; i++) {
		struct str field = arena_printf(v->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(t->languages[i]));
		struct str text = str_trim(visitor_field(f, field));
		if (text.n)
			words[n++] = (struct look_words){ t->languages[i], text };
	}
	for (size_t i = 0; i < former->n; i++)
		if (!tenant_has_language(t, former->p[i].lang))
			words[n++] = former->p[i];
	return (struct look_text){ words, n };
}

const struct str *back_text_values(const struct visit *v, const struct look_text *t)
{
	const struct tenant *tenant = v->at.tenant;
	struct str *values = arena_array(v->arena, struct str, tenant->nlanguages);
	for (size_t i = 0; i < tenant->nlanguages; i++)
		for (size_t k = 0; k < t->n; k++)
			if (str_eq(t->p[k].lang, tenant->languages[i]))
				values[i] = t->p[k].text;
	return values;
}
