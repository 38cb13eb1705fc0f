/* What stands below every page of the front. Whatever a portal's own footer says, the way to the choices about cookies is there
 * (CON-8), and once only. */
#include "view/inside.h"

static void put_item(struct view_page *p, struct str url, const char *message)
{
	struct html *h = &p->h;
	html_lit(h, "<li><a href=\"");
	html_url(h, url);
	html_lit(h, "\"");
	if (str_eq(p->path, url))
		html_lit(h, " aria-current=\"page\"");
	html_lit(h, ">");
	html_say(h, message);
	html_lit(h, "</a></li>");
}

static void put_contact(struct view_page *p)
{
	struct html *h = &p->h;
	struct str contact = tenant_setting(p->visit->at.tenant, "contact");
	if (tenant_setting_on(p->visit->at.tenant, "contact.form")) {
		put_item(p, STR("/contact/"), N_("Contact"));
		return;
	}
	if (!contact.n || str_find_char(contact, '@') <= 0)
		return;
	html_lit(h, "<li><a href=\"");
	html_url(h, arena_join(p->visit->arena, STR("mailto:"), contact));
	html_lit(h, "\">");
	html_say(h, N_("Contact"));
	html_lit(h, "</a></li>");
}

static void put_policies(struct view_page *p)
{
	static const char *const titles[LOOK_LEGALS] = { [LOOK_TERMS] = N_("Terms and conditions"), [LOOK_PRIVACY] = N_("Privacy policy") };
	const struct visit *v = p->visit;
	for (int k = 0; k < LOOK_LEGALS; k++) {
		const struct look_legal *l = &v->look->site.legal[k];
		struct str elsewhere = look_say(&l->url, v->lang_code);
		if (elsewhere.n || look_say(&l->text, v->lang_code).n)
			put_item(p, elsewhere.n ? elsewhere : str_of(look_legal_paths[k]), titles[k]);
	}
	/* A policy kept elsewhere changes this link alone: ours stays where it is (POL-11). */
	struct str elsewhere = tenant_setting(v->at.tenant, "policy.elsewhere");
	put_item(p, str_starts(elsewhere, STR("https://")) ? elsewhere : STR("/terms/cookies-policy/"), N_("Cookies policy"));
}

static void open_legal(struct view_page *p)
{
	html_lit(&p->h, "<nav class=\"legal-links\" aria-label=\"");
	html_say(&p->h, N_("Legal information"));
	html_lit(&p->h, "\"><ul>");
}

static void put_manage(struct view_page *p) { view_put_manage_cookies(&p->h, p->visit, view_back(p->visit)); }

static void put_legal(struct view_page *p)
{
	open_legal(p);
	put_policies(p);
	put_contact(p);
	html_lit(&p->h, "</ul></nav>");
}

static void put_house(struct view_page *p)
{
	html_lit(&p->h, "<span class=\"house\"><svg class=\"mark\" viewBox=\"0 0 44 42\" aria-hidden=\"true\" focusable=\"false\">"
	                "<path d=\"M22 0 44 12v3H0v-3zM4 18h5v15H4zM14.3 18h5v15h-5zM24.7 18h5v15h-5zM35 18h5v15h-5zM0 36h44v4H0z\"/></svg>Stoa</span>");
}

static const struct view_hole holes[] = {
	{ "manage-cookies", put_manage }, /* first: bit 0 */
	{ "legal", put_legal },
	{ "language", view_put_picker },
	{ "ods-logo", put_house },
	{ "logo", view_put_brand },
	{ "brand", view_put_brand },
	{ NULL, NULL },
};

static void put_standard(struct view_page *p)
{
	struct html *h = &p->h;
	struct str provider = tenant_setting(p->visit->at.tenant, "provider");
	html_lit(h, "<div class=\"wide\"><p class=\"who\"><strong>");
	html_text(h, view_portal_title(p->visit));
	html_lit(h, "</strong>");
	if (provider.n && !str_eq(provider, view_portal_title(p->visit))) {
		html_lit(h, "<span>");
		html_text(h, provider);
		html_lit(h, "</span>");
	}
	html_lit(h, "</p>");
	open_legal(p);
	put_item(p, STR("/api-console/explore/v2.1/"), N_("API"));
	put_policies(p);
	html_lit(h, "<li>");
	put_manage(p);
	html_lit(h, "</li>");
	put_contact(p);
	html_lit(h, "</ul></nav></div>");
}

void view_put_footer(struct view_page *p)
{
	struct html *h = &p->h;
	const struct look *l = p->visit->look;
	html_lit(h, "</main><footer class=\"site\">");
	if (!l->footer.n) {
		put_standard(p);
	} else if (!(view_put_filled(p, l->footer, holes) & 1u)) {
		html_lit(h, "<div class=\"wide always\">");
		put_manage(p);
		html_lit(h, "</div>");
	}
	html_lit(h, "</footer></body></html>\n");
}
