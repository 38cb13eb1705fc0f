/* Blocks that pages of the back office and of the gate are made of: buttons, notices, badges, headings, panels, empty places,
 * the question before a deed, differences between texts. */
#include "view/inside.h"

#define LIT(text) { "" text "", sizeof(text) - 1 }

/* --- buttons ----------------------------------------------------------------------------------------- */

static void put_button_class(struct html *h, const struct html_button *b)
{
	static const struct str classes[] = {
		[HTML_PRIMARY] = LIT(" class=\"button"),
		[HTML_SECONDARY] = LIT(" class=\"button quiet"),
		[HTML_DANGER] = LIT(" class=\"button danger"),
		[HTML_PLAIN] = LIT(" class=\"button bare"),
	};
	html_put_literal(h, classes[b->weight]);
	view_put_either(h, b->small, STR(" small\""), STR("\""));
}

void html_button(struct html *h, const struct html_button *b)
{
	bool link = b->href.n > 0;
	view_put_either(h, link, STR("<a"), STR("<button type=\"submit\""));
	put_button_class(h, b);
	if (link) {
		html_lit(h, " href=\"");
		html_url(h, b->href);
		html_lit(h, "\"");
	} else if (b->name) {
		html_lit(h, " name=\"");
		html_text(h, str_of(b->name));
		html_lit(h, "\" value=\"");
		html_text(h, b->value);
		html_lit(h, "\"");
	}
	if (b->disabled && !link)
		html_lit(h, " disabled");
	html_lit(h, ">");
	if (b->with_icon)
		html_icon(h, b->icon);
	html_lit(h, "<span>");
	view_put_words(h, b->label, b->text);
	if (b->about.n) {
		html_lit(h, "<span class=\"visually-hidden\"> ");
		html_text(h, b->about);
		html_lit(h, "</span>");
	}
	html_lit(h, "</span>");
	view_put_either(h, link, STR("</a>"), STR("</button>"));
}

void html_buttons_open(struct html *h)
{
	html_lit(h, "<div class=\"buttons\">");
}

void html_buttons_close(struct html *h)
{
	html_lit(h, "</div>");
}

/* --- notices and badges -------------------------------------------------------------------------------- */

void html_notice_open(struct html *h, enum html_tone tone)
{
	static const struct { struct str open; enum view_icon icon; } tones[] = {
		[HTML_INFO] = { LIT("<div class=\"notice info\" role=\"status\">"), ICON_INFO },
		[HTML_SUCCESS] = { LIT("<div class=\"notice success\" role=\"status\">"), ICON_CHECK },
		[HTML_WARNING] = { LIT("<div class=\"notice warning\" role=\"status\">"), ICON_WARNING },
		[HTML_BAD] = { LIT("<div class=\"notice danger\" role=\"alert\">"), ICON_WARNING },
		[HTML_NEUTRAL] = { LIT("<div class=\"notice plain\" role=\"note\">"), ICON_INFO },
	};
	html_put_literal(h, tones[tone].open);
	html_icon(h, tones[tone].icon);
	html_lit(h, "<div>");
}

void html_notice_close(struct html *h)
{
	html_lit(h, "</div></div>");
}

void html_notice_text(struct html *h, enum html_tone tone, struct str text)
{
	html_notice_open(h, tone);
	html_lit(h, "<p>");
	html_reason(h, text);
	html_lit(h, "</p>");
	html_notice_close(h);
}

void html_notice(struct html *h, enum html_tone tone, const char *message)
{
	html_notice_text(h, tone, i18n_text(h->lang, message));
}

void html_badge_text(struct html *h, enum html_tone tone, struct str text)
{
	static const struct str opens[] = {
		[HTML_INFO] = LIT("<span class=\"badge info\">"),
		[HTML_SUCCESS] = LIT("<span class=\"badge success\">"),
		[HTML_WARNING] = LIT("<span class=\"badge warning\">"),
		[HTML_BAD] = LIT("<span class=\"badge danger\">"),
		[HTML_NEUTRAL] = LIT("<span class=\"badge\">"),
	};
	html_put_literal(h, opens[tone]);
	html_text(h, text);
	html_lit(h, "</span>");
}

void html_badge(struct html *h, enum html_tone tone, const char *message)
{
	html_badge_text(h, tone, i18n_text(h->lang, message));
}

/* --- headings, panels, empty places ---------------------------------------------------------------------- */

void html_heading_open(struct html *h, struct str title, const char *sentence)
{
	html_lit(h, "<div class=\"heading\"><div><h1>");
	html_text(h, title);
	html_lit(h, "</h1>");
	if (sentence) {
		html_lit(h, "<p>");
		html_say(h, sentence);
		html_lit(h, "</p>");
	}
	html_lit(h, "</div><div class=\"buttons\">");
}

void html_heading_close(struct html *h)
{
	html_lit(h, "</div></div>");
}

void html_panel_open(struct html *h, const char *id, const char *heading, const char *sentence)
{
	html_lit(h, "<section class=\"panel\"");
	if (id) {
		html_lit(h, " id=\"");
		html_text(h, str_of(id));
		html_lit(h, "\"");
	}
	html_lit(h, ">");
	if (heading) {
		html_lit(h, "<h2>");
		html_say(h, heading);
		html_lit(h, "</h2>");
	}
	if (sentence) {
		html_lit(h, "<p class=\"about\">");
		html_say(h, sentence);
		html_lit(h, "</p>");
	}
}

void html_panel_close(struct html *h)
{
	html_lit(h, "</section>");
}

void html_empty(struct html *h, const char *heading, const char *sentence, const struct html_button *b)
{
	html_lit(h, "<div class=\"empty\"><h2>");
	html_say(h, heading);
	html_lit(h, "</h2>");
	if (sentence) {
		html_lit(h, "<p>");
		html_say(h, sentence);
		html_lit(h, "</p>");
	}
	if (b)
		html_button(h, b);
	html_lit(h, "</div>");
}

/* --- the question before a deed ---------------------------------------------------------------------------- */

void html_confirm(struct html *h, const struct html_confirm *c)
{
	html_lit(h, "<section class=\"panel confirm\"><p class=\"sentence\">");
	html_text(h, c->sentence);
	html_lit(h, "</p>");
	html_form_open(h, &(struct html_form){ .visit = c->visit, .action = c->action, .errors = c->errors });
	for (size_t i = 0; i < c->nhidden; i++) {
		html_lit(h, "<input type=\"hidden\" name=\"");
		html_text(h, c->hidden[i].name);
		html_lit(h, "\" value=\"");
		html_text(h, c->hidden[i].value);
		html_lit(h, "\">");
	}
	if (c->field)
		html_field(h, c->field);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_DANGER, .label = c->button });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Cancel"), .href = c->back });
	html_buttons_close(h);
	html_form_close(h);
	html_lit(h, "</section>");
}

/* --- differences --------------------------------------------------------------------------------------------- */

void html_diff(struct html *h, struct str text)
{
	html_lit(h, "<pre class=\"diff\" dir=\"ltr\" translate=\"no\" tabindex=\"0\">");
	struct str rest = text;
	struct str line;
	while (rest.n && str_cut(&rest, '\n', &line)) {
		if (str_starts(line, STR("+")))
			html_lit(h, "<ins>");
		else if (str_starts(line, STR("-")))
			html_lit(h, "<del>");
		else
			html_lit(h, "<span>");
		html_text(h, line);
		if (str_starts(line, STR("+")))
			html_lit(h, "</ins>\n");
		else if (str_starts(line, STR("-")))
			html_lit(h, "</del>\n");
		else
			html_lit(h, "</span>\n");
	}
	html_lit(h, "</pre>");
}
