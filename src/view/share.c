/* Handing on what a page shows: its address, the code of a frame for another site, the code of an element. Buttons of networks are plain
 * links; no script of theirs is ever loaded. Script of ours (web/parts/share.ts) keeps the codes in step with options and address. */
#include "view/inside.h"

#include "text/text.h"

enum { CODE = 64 << 10 };

/* Networks that a portal may list in share.networks; the address follows. */
static const struct network { const char *id, *name, *beginning; } networks[] = {
	{ "bluesky", "Bluesky", "https://bsky.app/intent/compose?text=" },
	{ "linkedin", "LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url=" },
	{ "facebook", "Facebook", "https://www.facebook.com/sharer/sharer.php?u=" },
	{ "x", "X", "https://x.com/intent/post?url=" },
};

static struct str absolute(const struct view_page *p, struct str path)
{
	return arena_join(p->visit->arena, p->visit->origin, path);
}

static struct str encoded(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(CODE);
	text_put_url(&b, s);
	return arena_str(a, buf_str(&b));
}

static void put_attribute(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, " %s=\"", name);
	text_put_html(b, value);
	buf_put_char(b, '"');
}

/* --- codes ------------------------------------------------------------------------------------------------------ */

static struct str frame_code(struct view_page *p, const struct view_share *s)
{
	auto_buf b = BUF_INIT(CODE);
	struct str url = absolute(p, s->frame);
	buf_lit(&b, "<iframe src=\"");
	text_put_html(&b, url);
	text_put_html(&b, str_find_char(url, '?') < 0 ? STR("?static=false") : STR("&static=false"));
	if (s->dataset)
		buf_lit(&b, "&amp;datasetcard=false");
	if (s->map)
		buf_lit(&b, "&amp;scrollWheelZoom=false");
	buf_lit(&b, "\" width=\"600\" height=\"450\"");
	put_attribute(&b, "title", s->title);
	buf_lit(&b, " loading=\"lazy\" frameborder=\"0\"></iframe>");
	return arena_str(p->visit->arena, buf_str(&b));
}

static struct str element_code(struct view_page *p, const struct view_share *s)
{
	auto_buf b = BUF_INIT(CODE);
	buf_lit(&b, "<script type=\"module\"");
	put_attribute(&b, "src", absolute(p, STR("/elements/stoa.js")));
	buf_printf(&b, "></script>\n<%s", s->element);
	put_attribute(&b, "source", p->visit->origin);
	for (size_t i = 0; i < s->nattributes; i++) {
		const struct httpd_pair *at = &s->attributes[i];
		if (!at->value.n)
			continue;
		buf_put_char(&b, ' ');
		buf_put(&b, at->name);
		buf_lit(&b, "=\"");
		text_put_html(&b, at->value);
		buf_put_char(&b, '"');
	}
	buf_printf(&b, "></%s>", s->element);
	return arena_str(p->visit->arena, buf_str(&b));
}

/* --- parts of the panel ------------------------------------------------------------------------------------------ */

static bool lists(struct str list, struct str id)
{
	struct str part;
	while (list.n && str_cut(&list, ',', &part))
		if (str_eq_nocase(str_trim(part), id))
			return true;
	return false;
}

static void put_out(struct html *h, struct str url, struct str name, bool mail)
{
	html_lit(h, "<li><a class=\"button quiet small\" rel=\"noopener noreferrer\"");
	if (!mail)
		html_lit(h, " target=\"_blank\"");
	html_lit(h, " href=\"");
	html_url(h, url);
	html_lit(h, "\">");
	if (mail)
		html_icon(h, ICON_MAIL);
	html_lit(h, "<span>");
	html_text(h, name);
	html_lit(h, "</span></a></li>");
}

static void put_ways(struct view_page *p, const struct view_share *s)
{
	struct html *h = &p->h;
	struct arena *a = p->visit->arena;
	struct str url = encoded(a, absolute(p, s->path)), wanted = tenant_setting(p->visit->at.tenant, "share.networks");
	if (!wanted.n || str_eq(wanted, STR("none")))
		return;
	html_lit(h, "<ul class=\"ways\">");
	struct str subject = encoded(a, text_cut(s->title, 200));
	if (lists(wanted, STR("email")))
		put_out(h, arena_printf(a, "mailto:?subject=%.*s&body=%.*s", STR_ARG(subject), STR_ARG(url)), i18n_text(h->lang, N_("E-mail")), true);
	for (size_t i = 0; i < COUNT_OF(networks); i++)
		if (lists(wanted, str_of(networks[i].id)))
			put_out(h, arena_printf(a, "%s%.*s", networks[i].beginning, STR_ARG(url)), str_of(networks[i].name), false);
	html_lit(h, "</ul>");
}

static void put_option(struct html *h, const char *name, const char *label)
{
	html_lit(h, "<label class=\"check\"><input type=\"checkbox\" data-option=\"");
	html_text(h, str_of(name));
	html_lit(h, "\"><span>");
	html_say(h, label);
	html_lit(h, "</span></label>");
}

/* For scripts alone: what they change stands in the code. */
static void put_options(struct html *h, const struct view_share *s)
{
	static const struct { struct str value; const char *label; } sizes[] = {
		{ { "400x300", 7 }, N_("Small: 400 × 300") }, { { "600x450", 7 }, N_("Medium: 600 × 450") },
		{ { "900x600", 7 }, N_("Large: 900 × 600") }, { { "100%x500", 8 }, N_("Full width, 500 high") } };
	html_lit(h, "<div class=\"options\"><label class=\"size\"><span>");
	html_say(h, N_("Size"));
	html_lit(h, "</span><select data-option=\"size\" autocomplete=\"off\">");
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		html_lit(h, "<option value=\"");
		html_text(h, sizes[i].value);
		html_put_literal(h, i == 1 ? STR("\" selected>") : STR("\">"));
		html_say(h, sizes[i].label);
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></label>");
	if (s->dataset)
		put_option(h, "datasetcard", N_("With a card about the dataset"));
	put_option(h, "static", s->map ? N_("Locked: readers cannot move it") : N_("Still: readers cannot change anything"));
	if (s->map)
		put_option(h, "scrollWheelZoom", N_("The mouse wheel zooms"));
	html_lit(h, "</div>");
}

static void put_code(struct html *h, const char *which, const char *language, const char *heading, const char *sentence, struct str code)
{
	html_lit(h, "<section data-code=\"");
	html_text(h, str_of(which));
	html_lit(h, "\"><h2>");
	html_say(h, heading);
	html_lit(h, "</h2>");
	if (sentence) {
		html_lit(h, "<p>");
		html_say(h, sentence);
		html_lit(h, "</p>");
	}
	view_code(h, language, code);
	html_lit(h, "</section>");
}

void view_put_share(struct view_page *p, const struct view_share *s)
{
	struct html *h = &p->h;
	html_lit(h, "<stoa-share class=\"share\" data-path=\"");
	html_text(h, s->path);
	html_lit(h, "\" data-frame=\"");
	html_text(h, s->frame);
	html_lit(h, "\"><details><summary class=\"button quiet\">");
	html_icon(h, ICON_SHARE);
	html_lit(h, "<span>");
	html_say(h, N_("Share"));
	html_lit(h, "</span></summary><div class=\"panel\">");
	put_code(h, "link", "text", N_("Link"), NULL, absolute(p, s->path));
	put_ways(p, s);
	if (s->frame.n) {
		put_code(h, "frame", "html", N_("In a page of yours"), N_("A frame that any site can show; it sets no cookie."), frame_code(p, s));
		put_options(h, s);
	}
	if (s->element)
		put_code(h, "element", "html", N_("As an element"), N_("For pages that load our script: it takes on the look of your page."), element_code(p, s));
	if (s->build.n) {
		html_lit(h, "<p class=\"build\"><a class=\"button quiet small\" href=\"");
		html_url(h, s->build);
		html_lit(h, "\">");
		html_icon(h, ICON_EDIT);
		html_lit(h, "<span>");
		html_say(h, s->map ? N_("Make a map of it") : N_("Make a chart of it"));
		html_lit(h, "</span></a></p>");
	}
	html_lit(h, "</div></details></stoa-share>");
}
