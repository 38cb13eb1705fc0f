/* What stands above every page of the front: the portal's mark, its menu, languages, the person. A portal may lay it out itself; then its
 * markup was cleaned when the look was made, and placeholders are filled here. The menu is written twice, in a row for wide screens
 * and folded away for narrow ones, so that both work without script; one of them is always out of the page. */
#include "view/inside.h"

#include "text/text.h"

/* --- the mark ------------------------------------------------------------------------------------------------- */

static struct str brand_of(const struct visit *v)
{
	struct str own = look_say(&v->look->site.brand, v->lang_code);
	return own.n ? own : view_portal_title(v);
}

static void put_picture(struct html *h, struct str url, struct str alt, int width, int height)
{
	html_lit(h, "<img class=\"logo\" src=\"");
	html_url(h, url);
	html_lit(h, "\" alt=\"");
	html_text(h, alt);
	if (width > 0 && height > 0) {
		html_lit(h, "\" width=\"");
		html_int(h, width);
		html_lit(h, "\" height=\"");
		html_int(h, height);
	}
	html_lit(h, "\">");
}

static void put_mark(struct html *h)
{
	html_lit(h, "<svg class=\"mark\" viewBox=\"0 0 44 42\" aria-hidden=\"true\" focusable=\"false\">"
	            "<path d=\"M22 0 44 12v3H0v-3zM4 18h5v15H4zM14.3 18h5v15h-5zM24.7 18h5v15h-5zM35 18h5v15h-5zM0 36h44v4H0z\"/></svg>");
}

enum brand_part { BRAND_ALL, BRAND_LOGO, BRAND_NAME };

static void put_brand(struct view_page *p, enum brand_part part, bool login)
{
	struct html *h = &p->h;
	const struct look *l = p->visit->look;
	struct str url = login && l->login_logo_url.n ? l->login_logo_url : l->logo_url;
	bool same = str_eq(url, l->logo_url);
	bool named = part == BRAND_NAME || (part == BRAND_ALL && !(url.n && (l->site.hide_brand || !same)));
	view_put_either(h, login && url.n && !same, STR("<a class=\"brand large\" href=\"/\">"), STR("<a class=\"brand\" href=\"/\">"));
	if (part != BRAND_NAME && url.n)
		put_picture(h, url, named ? STR("") : brand_of(p->visit), same ? l->logo_width : 0, same ? l->logo_height : 0);
	else if (part != BRAND_NAME)
		put_mark(h);
	if (named) {
		html_lit(h, "<span>");
		html_text(h, brand_of(p->visit));
		html_lit(h, "</span>");
	} else if (!url.n) {
		html_lit(h, "<span class=\"visually-hidden\">");
		html_text(h, brand_of(p->visit));
		html_lit(h, "</span>");
	}
	html_lit(h, "</a>");
}

void view_put_brand(struct view_page *p) { put_brand(p, BRAND_ALL, false); }
void view_put_brand_large(struct view_page *p) { put_brand(p, BRAND_ALL, true); }

/* --- languages and the person ----------------------------------------------------------------------------------- */

void view_put_picker(struct view_page *p)
{
	struct html *h = &p->h;
	struct visit *v = p->visit;
	const struct tenant *t = v->at.tenant;
	if (t->nlanguages < 2 || p->error)
		return;
	html_lit(h, "<details class=\"languages\"><summary>");
	html_icon(h, ICON_GLOBE);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, N_("Language:"));
	html_lit(h, " </span><span lang=\"");
	html_text(h, v->lang->code);
	html_lit(h, "\">");
	html_text(h, v->lang->name);
	html_lit(h, "</span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><form method=\"post\" action=\"/set-language/\"><input type=\"hidden\" name=\"next\" value=\"");
	html_text(h, p->path);
	html_lit(h, "\">");
	for (size_t i = 0; i < t->nlanguages; i++) {
		const struct i18n_lang *l = i18n_lang_or_null(t->languages[i]);
		html_lit(h, "<button name=\"language\" value=\"");
		html_text(h, t->languages[i]);
		html_lit(h, "\" lang=\"");
		html_text(h, t->languages[i]);
		if (str_eq(t->languages[i], v->lang_code))
			html_lit(h, "\" aria-current=\"true");
		html_lit(h, "\">");
		html_text(h, l ? l->name : t->languages[i]);
		if (str_eq(t->languages[i], v->lang_code))
			html_icon(h, ICON_CHECK);
		html_lit(h, "</button>");
	}
	html_lit(h, "<button name=\"language\" value=\"auto\" class=\"auto\">");
	html_say(h, N_("Automatic (browser language)"));
	html_lit(h, "</button></form></details>");
}

/* Signing in, for who has not; for who has, their name, their account and the way out. */
static void put_person(struct view_page *p)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	if (v->session) {
		view_put_account(p, false);
		return;
	}
	/* An error page is everybody's, and says nothing of who reads it. A session that is over, or that does not count
	 * here, is as none: who has it finds the way in, and a frame of others reads what a stranger reads (JAR-T12). */
	if (p->error)
		return;
	html_lit(h, "<a class=\"sign-in\" href=\"/login/\">");
	html_icon(h, ICON_USER);
	html_lit(h, "<span>");
	html_say(h, N_("Sign in"));
	html_lit(h, "</span></a>");
}

/* --- the menu ------------------------------------------------------------------------------------------------------ */

/* The house's menu, when a portal has none of its own. */
static const struct { const char *title, *url; } standard[] = {
	{ N_("Data"), "/explore/" },
	{ N_("Maps"), "/maps/" },
	{ N_("Charts"), "/charts/" },
	{ N_("API"), "/api-console/explore/v2.1/" },
	{ N_("Documentation"), "/elements/" },
};

size_t view_menu_items(void) { return COUNT_OF(standard); }

void view_menu_item(size_t i, const char **title, struct str *url)
{
	*title = standard[i].title;
	*url = str_of(standard[i].url);
}

/* The page itself, or one below it. */
static const char *current(const struct view_page *p, struct str url)
{
	struct str path = p->path;
	ptrdiff_t query = str_find_char(path, '?');
	if (query >= 0)
		path = str_sub(path, 0, (size_t)query);
	if (p->error || !url.n)
		return NULL;
	if (str_eq(path, url))
		return "page";
	return url.n > 1 && str_ends(url, STR("/")) && str_starts(path, url) ? "true" : NULL;
}

static void put_link(struct view_page *p, struct str url, struct str label, bool new_tab)
{
	struct html *h = &p->h;
	const char *here = current(p, url);
	html_lit(h, "<a href=\"");
	html_url(h, url);
	if (here) {
		html_lit(h, "\" aria-current=\"");
		html_text(h, str_of(here));
	}
	html_lit(h, "\"");
	if (new_tab)
		html_lit(h, " target=\"_blank\" rel=\"noopener\"");
	html_lit(h, ">");
	html_text(h, label);
	if (new_tab) {
		html_icon(h, ICON_OUT);
		html_lit(h, "<span class=\"visually-hidden\"> ");
		html_say(h, N_("(opens in a new tab)"));
		html_lit(h, "</span>");
	}
	html_lit(h, "</a>");
}

static void put_folder(struct view_page *p, const struct look_item *it)
{
	struct html *h = &p->h;
	struct str lang = p->visit->lang_code;
	html_lit(h, "<details class=\"sub\"><summary>");
	html_text(h, look_say(&it->label, lang));
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><ul>");
	if (it->url.n) {
		html_lit(h, "<li>");
		put_link(p, it->url, look_say(&it->label, lang), it->new_tab);
		html_lit(h, "</li>");
	}
	for (size_t i = 0; i < it->nitems; i++) {
		html_lit(h, "<li>");
		put_link(p, it->items[i].url, look_say(&it->items[i].label, lang), it->items[i].new_tab);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul></details>");
}

static void put_items(struct view_page *p)
{
	struct html *h = &p->h;
	const struct look_site *s = &p->visit->look->site;
	html_lit(h, "<nav aria-label=\"");
	html_say(h, N_("Main"));
	html_lit(h, "\"><ul>");
	for (size_t i = 0; s->own_menu && i < s->nmenu; i++) {
		html_lit(h, "<li>");
		if (s->menu[i].nitems)
			put_folder(p, &s->menu[i]);
		else
			put_link(p, s->menu[i].url, look_say(&s->menu[i].label, p->visit->lang_code), s->menu[i].new_tab);
		html_lit(h, "</li>");
	}
	for (size_t i = 0; !s->own_menu && i < COUNT_OF(standard); i++) {
		html_lit(h, "<li>");
		put_link(p, str_of(standard[i].url), i18n_text(p->visit->lang, standard[i].title), false);
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul></nav>");
}

static bool has_menu(const struct view_page *p)
{
	const struct look_site *s = &p->visit->look->site;
	return !s->own_menu || s->nmenu;
}

static void put_row(struct view_page *p)
{
	if (!has_menu(p))
		return;
	html_lit(&p->h, "<div class=\"menu-row\">");
	put_items(p);
	html_lit(&p->h, "</div>");
}

static void put_folded(struct view_page *p)
{
	struct html *h = &p->h;
	if (!has_menu(p))
		return;
	html_lit(h, "<details class=\"menu-fold\"><summary>");
	html_icon(h, ICON_MENU);
	html_lit(h, "<span>");
	html_say(h, N_("Menu"));
	html_lit(h, "</span></summary>");
	put_items(p);
	html_lit(h, "</details>");
}

static void put_menu(struct view_page *p)
{
	put_row(p);
	put_folded(p);
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */

static void put_nothing(struct view_page *p) { (void)p; }
static void put_logo(struct view_page *p) { put_brand(p, BRAND_LOGO, false); }
static void put_name(struct view_page *p) { put_brand(p, BRAND_NAME, false); }

static const struct view_hole holes[] = {
	{ "skip-to-content-link", put_nothing }, /* it stands before everything, whatever the header says */
	{ "menu", put_menu },
	{ "secondary-menu", put_person },
	{ "logo", put_logo },
	{ "brand", put_name },
	{ "language", view_put_picker },
	{ NULL, NULL },
};

unsigned view_put_filled(struct view_page *p, struct str markup, const struct view_hole *list)
{
	const char *names[VIEW_HOLES + 1] = { NULL };
	unsigned filled = 0;
	struct str before;
	for (size_t i = 0; i < VIEW_HOLES && list[i].name; i++)
		names[i] = list[i].name;
	for (;;) {
		int k = look_next_hole(&markup, names, &before);
		buf_put(&p->h.out, before); /* cleaned by look_clean_html */
		if (k < 0)
			return filled;
		if (!(filled & 1u << k))
			list[k].put(p);
		filled |= 1u << k;
	}
}

static void put_staged(struct view_page *p)
{
	struct html *h = &p->h;
	html_lit(h, "<p class=\"staged\" role=\"status\">");
	html_say(h, N_("This is a preview: visitors do not see this look."));
	if (!p->visit->stage_key.n) {
		html_lit(h, " <a href=\"/backoffice/look/\">");
		html_say(h, N_("Back to the editor"));
		html_lit(h, "</a>");
	}
	html_lit(h, "</p>");
}

void view_put_header(struct view_page *p)
{
	struct html *h = &p->h;
	const struct look *l = p->visit->look;
	if (p->visit->staged)
		put_staged(p);
	html_lit(h, "<header class=\"site\">");
	if (l->header.n) {
		(void)view_put_filled(p, l->header, holes);
	} else {
		html_lit(h, "<div class=\"wide\">");
		view_put_brand(p);
		put_row(p);
		view_put_picker(p);
		put_person(p);
		put_folded(p);
		html_lit(h, "</div>");
	}
	html_lit(h, "</header>");
}
