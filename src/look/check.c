/* What a theme and what goes with it may be. Every refusal names the field, and what was expected. */
#include "look/inside.h"
#include "text/text.h"

enum { LABEL_BYTES = 200, URL_BYTES = 2000 };

static bool check_long(struct str text, const char *name, size_t most, struct err *e)
{
	if (!text_is_utf8(text))
		return err_set(e, ERR_INVALID, "%s is not UTF-8", name);
	return text.n <= most || err_set(e, ERR_INVALID, "%s has %zu bytes; at most %zu are kept", name, text.n, most);
}

static bool check_font(struct str font, const char *name, struct err *e)
{
	if (!font.n || (str_starts(font, STR("file:")) && font.n > 5 && font.n <= LOOK_FILE_NAME + 5))
		return true;
	for (const struct look_font_row *r = look_font_rows; r->word; r++)
		if (str_eq(font, str_of(r->word)))
			return true;
	return err_set(e, ERR_INVALID, "%s must be one of the house's families, or file: and the name of an uploaded font", name);
}

bool look_check_theme(const struct look_theme *t, struct err *e)
{
	if (t->width && (t->width < LOOK_WIDTH_LEAST || t->width > LOOK_WIDTH_MOST))
		return err_set(e, ERR_INVALID, "the width of pages must be from %d to %d", LOOK_WIDTH_LEAST, LOOK_WIDTH_MOST);
	if (t->radius < -1 || t->radius > LOOK_RADIUS_MOST)
		return err_set(e, ERR_INVALID, "the radius of corners must be from 0 to %d pixels", LOOK_RADIUS_MOST);
	return check_font(t->text_font, "text_font", e) && check_font(t->title_font, "title_font", e) &&
	       check_long(t->css, "the stylesheet", LOOK_CSS_BYTES, e) && check_long(t->header, "the header", LOOK_HTML_BYTES, e) &&
	       check_long(t->footer, "the footer", LOOK_HTML_BYTES, e) && check_long(t->card, "the card", LOOK_HTML_BYTES, e);
}

static bool is_address(struct str url)
{
	bool local = url.n && url.p[0] == '/' && !str_starts(url, STR("//")) && !str_starts(url, STR("/\\"));
	if (!local && !str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == '"' || url.p[i] == '<' || url.p[i] == '>')
			return false;
	return url.n <= URL_BYTES && text_is_utf8(url);
}

static bool has_language(const struct look_text *t, struct str lang)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->p[i].lang, lang) && str_trim(t->p[i].text).n)
			return true;
	return false;
}

static bool check_items(const struct tenant *t, const struct look_item *items, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct look_item *it = &items[i];
		for (size_t l = 0; l < t->nlanguages; l++)
			if (!has_language(&it->label, t->languages[l]))
				return err_set(e, ERR_INVALID, "the item %.*s of the menu has no label in %.*s", STR_ARG(it->url), STR_ARG(t->languages[l]));
		for (size_t l = 0; l < it->label.n; l++)
			if (!check_long(it->label.p[l].text, "the label of an item", LABEL_BYTES, e))
				return false;
		if (!is_address(it->url) && !(it->nitems && !it->url.n))
			return err_set(e, ERR_INVALID, "the address \"%.*s\" of the menu must begin with / or https://", STR_ARG(text_cut(it->url, 100)));
		if (!check_items(t, it->items, it->nitems, e))
			return false;
	}
	return true;
}

static bool check_legal(const struct look_legal *l, struct err *e)
{
	for (size_t i = 0; i < l->text.n; i++)
		if (!check_long(l->text.p[i].text, "the text", LOOK_LEGAL_BYTES, e) || !doc_markdown_check(l->text.p[i].text, e))
			return false;
	for (size_t i = 0; i < l->url.n; i++)
		if (l->url.p[i].text.n && !is_address(l->url.p[i].text))
			return err_set(e, ERR_INVALID, "the address \"%.*s\" must begin with / or https://", STR_ARG(text_cut(l->url.p[i].text, 100)));
	return true;
}

bool look_check_site(const struct tenant *t, const struct look_site *s, struct err *e)
{
	if (!check_items(t, s->menu, s->nmenu, e))
		return false;
	for (int k = 0; k < LOOK_LEGALS; k++)
		if (!check_legal(&s->legal[k], e))
			return false;
	for (size_t i = 0; i < s->brand.n; i++)
		if (!check_long(s->brand.p[i].text, "the brand", LABEL_BYTES, e))
			return false;
	for (size_t i = 0; i < s->prefix.n; i++)
		if (!check_long(s->prefix.p[i].text, "the prefix of titles", LABEL_BYTES, e))
			return false;
	return true;
}
