/* The form in which a visitor sees and changes what they allowed (CON-7). Everything in it is made of the registry; nothing is
 * switched on that the visitor has not switched on. */
#include "view/inside.h"

#include "asset/asset.h"
#include "text/text.h"

enum { PROOF_BYTES = 1 << 20 };

static const struct { const char *title, *about; } kinds[REGISTRY_CATEGORIES] = {
	[REGISTRY_NECESSARY] = { N_("Necessary cookies"), N_("They come from the site itself and are kept between visits, so that it can keep you signed in, hold a basket or respect your preferences. They need no consent, because the site could not do what you ask of it without them.") },
	[REGISTRY_STATISTICAL] = { N_("Statistical cookies"), N_("They follow what is done on a site in order to count and improve it. They need no consent only as long as they are strictly limited to anonymous audience statistics.") },
	[REGISTRY_INTERNAL] = { N_("Internal cookies (first-party)"), N_("They are set by the site you are visiting and may serve more than what is necessary for it to work. They need your consent.") },
	[REGISTRY_THIRD_PARTY] = { N_("Third-party cookies"), N_("They are set by, or for, another site than the one you are visiting, and let that other site learn about your visit. They need your consent.") },
};

static void put_name(struct html *h, struct str name)
{
	html_lit(h, "<bdi lang=\"\" translate=\"no\">");
	html_text(h, name);
	html_lit(h, "</bdi>");
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static void put_row(struct html *h, const char *term, struct str text)
{
	if (!text.n)
		return;
	html_lit(h, "<dt>");
	html_say(h, term);
	html_lit(h, "</dt><dd>");
	html_text(h, text);
	html_lit(h, "</dd>");
}

static void put_life(struct html *h, const struct registry_item *item)
{
	if (!item->life_s)
		html_say(h, N_("Until you close the browser"));
	else if (item->life_s < 2 * 86400)
		html_say_plural(h, N2_("{0} hour", "{0} hours"), (item->life_s + 3599) / 3600);
	else
		html_say_plural(h, N2_("{0} day", "{0} days"), item->life_s / 86400);
}

static void put_item(struct html *h, const struct registry_item *item)
{
	html_lit(h, "<li><code dir=\"ltr\" translate=\"no\">");
	html_text(h, item->name);
	if (item->prefix_match)
		html_lit(h, "…");
	html_lit(h, "</code> – ");
	put_life(h, item);
	html_lit(h, "</li>");
}

static void put_items(struct html *h, const struct registry *g, const struct registry_service *s)
{
	if (!s->nitems)
		return;
	html_lit(h, "<dt>");
	html_say(h, N_("Stored on your device"));
	html_lit(h, "</dt><dd><ul>");
	for (size_t i = 0; i < s->nitems; i++)
		put_item(h, &g->items[s->first_item + i]);
	html_lit(h, "</ul></dd>");
}

static void put_details(struct html *h, const struct visit *v, const struct registry_service *s)
{
	html_lit(h, "<details><summary>");
	html_say_with(h, N_("What {0} receives and keeps"), HTML_ARG_TEXT(s->name));
	html_lit(h, "</summary><dl><dt>");
	html_say(h, N_("Service provider"));
	html_lit(h, "</dt><dd>");
	put_name(h, s->provider.name);
	if (s->provider.country.n) {
		html_lit(h, " (");
		html_text(h, s->provider.country);
		html_lit(h, ")");
	}
	html_lit(h, "</dd>");
	put_row(h, N_("Data sent"), view_registry_text(v, &s->data_sent));
	if (s->nrecipients) {
		html_lit(h, "<dt>");
		html_say(h, N_("Recipients"));
		html_lit(h, "</dt><dd>");
		for (size_t i = 0; i < s->nrecipients; i++) {
			if (i)
				html_lit(h, ", ");
			put_name(h, s->recipients[i]);
		}
		html_lit(h, "</dd>");
	}
	put_row(h, N_("Transfer to other countries"), s->transfer);
	put_row(h, N_("Kept for"), s->retention);
	put_items(h, v->registry, s);
	html_lit(h, "</dl>");
	if (s->policy_url.n) {
		html_lit(h, "<p><a rel=\"noopener noreferrer\" href=\"");
		html_url(h, s->policy_url);
		html_lit(h, "\">");
		html_say_with(h, N_("Privacy policy of {0}"), HTML_ARG_TEXT(s->provider.name));
		html_lit(h, "</a></p>");
	}
	html_lit(h, "</details>");
}

/* --- groups ---------------------------------------------------------------------------------------------------- */

static void open_group(struct html *h, const char *title, const char *about)
{
	html_lit(h, "<section class=\"category\"><h2>");
	html_say(h, title);
	html_lit(h, "</h2><p>");
	html_say(h, about);
	html_lit(h, "</p>");
}

static void put_necessary(struct html *h, const struct visit *v)
{
	const struct registry *g = v->registry;
	open_group(h, kinds[REGISTRY_NECESSARY].title, kinds[REGISTRY_NECESSARY].about);
	html_lit(h, "<dl>");
	for (size_t i = 0; i < g->nitems; i++) {
		if (g->items[i].category != REGISTRY_NECESSARY)
			continue;
		html_lit(h, "<dt><code dir=\"ltr\" translate=\"no\">");
		html_text(h, g->items[i].name);
		html_lit(h, "</code></dt><dd>");
		html_text(h, view_registry_text(v, &g->items[i].purpose));
		html_lit(h, " <span class=\"always\">");
		html_say(h, N_("Always active."));
		html_lit(h, "</span></dd>");
	}
	html_lit(h, "</dl></section>");
}

static void put_service(struct html *h, const struct visit *v, size_t i, bool on)
{
	const struct registry_service *s = &v->registry->services[i];
	struct str name = arena_join(v->arena, STR("svc."), s->id);
	html_lit(h, "<div class=\"service\">");
	html_check(h, &(struct html_check){ .name = arena_cstr(v->arena, name), .label_text = s->name,
	                                    .hint_text = view_registry_text(v, &s->purpose), .on = on, .as_switch = true });
	put_details(h, v, s);
	html_lit(h, "</div>");
}

static bool is_of(const struct registry *g, size_t i, enum registry_category c)
{
	return g->services[i].basis == REGISTRY_BASIS_CONSENT && g->services[i].category == c;
}

static void put_categories(struct html *h, const struct visit *v, bool neutral)
{
	const struct registry *g = v->registry;
	for (int c = REGISTRY_STATISTICAL; c < REGISTRY_CATEGORIES; c++) {
		bool open = false;
		for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
			if (!is_of(g, i, (enum registry_category)c))
				continue;
			if (!open)
				open_group(h, kinds[c].title, kinds[c].about);
			open = true;
			put_service(h, v, i, !neutral && v->consent.answers[i] == CONSENT_GRANTED);
		}
		if (open)
			html_lit(h, "</section>");
	}
}

static bool has_exempt(const struct registry *g)
{
	for (size_t i = 0; i < g->nservices; i++)
		if (g->services[i].basis == REGISTRY_BASIS_EXEMPTION)
			return true;
	return false;
}

static void put_measurement(struct html *h, const struct visit *v, bool neutral)
{
	const struct registry *g = v->registry;
	if (!g->audience && !has_exempt(g))
		return;
	open_group(h, N_("Audience measurement"),
	           N_("This site's own server counts visits while it answers: nothing is stored on or read from your device. You may object."));
	html_lit(h, "<div class=\"service\">");
	html_check(h, &(struct html_check){ .name = "audience", .label = N_("Count my visits anonymously"), .on = neutral || !v->consent.objects,
	                                    .as_switch = true });
	for (size_t i = 0; i < g->nservices; i++)
		if (g->services[i].basis == REGISTRY_BASIS_EXEMPTION)
			put_details(h, v, &g->services[i]);
	html_lit(h, "</div></section>");
}

/* --- the form --------------------------------------------------------------------------------------------------- */

static void put_button(struct html *h, const char *value, const char *label)
{
	html_lit(h, "<button class=\"choice\" name=\"action\" value=\"");
	html_text(h, str_of(value));
	html_lit(h, "\">");
	html_say(h, label);
	html_lit(h, "</button>");
}

static void put_form(struct html *h, const struct visit *v, struct str back, bool neutral)
{
	const struct registry *g = v->registry;
	const struct str *flg = httpd_query_or_null(v->request, STR("flg"));
	html_lit(h, "<form id=\"services\" method=\"post\" action=\"/cookies/preferences/");
	if (!neutral && flg && flg->n && !v->lang_wanted.n) {
		html_lit(h, "?flg=");
		html_text(h, v->lang_code);
	}
	html_lit(h, "\"><input type=\"hidden\" name=\"layer\" value=\"page\"><input type=\"hidden\" name=\"epoch\" value=\"");
	html_int(h, g->epoch);
	html_lit(h, "\"><input type=\"hidden\" name=\"return\" value=\"");
	html_text(h, back);
	html_lit(h, "\">");
	put_necessary(h, v);
	put_categories(h, v, neutral);
	put_measurement(h, v, neutral);
	html_lit(h, "<div class=\"choices\">");
	if (g->needs_consent) {
		put_button(h, "refuse_all", N_("Refuse all"));
		put_button(h, "accept_all", N_("Accept all"));
	}
	if (g->needs_consent || g->audience || has_exempt(g))
		put_button(h, "save", N_("Save my choices"));
	html_lit(h, "</div></form>");
}

void view_put_preferences(struct html *h, const struct visit *v, struct str back) { put_form(h, v, back, false); }

struct str view_preferences_proof(const struct visit *v)
{
	struct html h = { .out = BUF_INIT(PROOF_BYTES), .lang = v->lang };
	html_lit(&h, "<!DOCTYPE html>\n<html lang=\"");
	html_text(&h, v->lang->code);
	html_lit(&h, "\"><meta charset=\"utf-8\"><title>");
	html_text(&h, v->at.tenant->host);
	html_lit(&h, "</title><link rel=\"stylesheet\" href=\"");
	html_url(&h, asset_url(STR("style.css")));
	html_lit(&h, "\"><body><main><div class=\"preferences\">");
	put_form(&h, v, STR("/"), true);
	html_lit(&h, "</div></main></body></html>\n");
	struct str out = arena_str(v->arena, buf_str(&h.out));
	buf_done(&h.out);
	return out;
}
