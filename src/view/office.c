/* The frames that are not the portal's front: the back office with its navigation, the card of the gate, and the pages of
 * one's own account. What they show is one person's: not for indexes, not for caches. The navigation is written twice, beside
 * the content for wide screens and folded away for narrow ones; one of them is always out of the page. */
#include "view/inside.h"

#include "account/account.h"
#include "config/config.h"

/* --- sections ------------------------------------------------------------------------------------------ */

struct section {
	struct view_section_row row;
	const char *group;
};
#define MAY(symbol) ((uint64_t)1 << ACCOUNT_MAY_##symbol)
static const struct section sections[VIEW_OFFICE_SECTIONS] = {
#define SECTION(symbol, group_, path_, icon_, title_, permissions_)                                                      \
	[VIEW_OFFICE_##symbol] = {                                                                                       \
		.row = { .path = path_, .title = title_, .icon = ICON_##icon_, .permissions = permissions_ },            \
		.group = group_,                                                                                         \
	},
#include "view/sections.def"
#undef SECTION
};
#undef MAY

static const struct { const char *group, *title; } groups[] = {
	{ "", NULL },
	{ "catalogue", N_("Catalogue") },
	{ "content", N_("Content") },
	{ "look", N_("Look") },
	{ "people", N_("People") },
	{ "portal", N_("Portal") },
};

const struct view_section_row *view_section_row(enum view_section s)
{
	return &sections[s].row;
}

static bool may_any(const struct rights_caller *who, uint64_t permissions)
{
	for (unsigned bit = 0; bit < ACCOUNT_PERMISSIONS; bit++)
		if (permissions >> bit & 1 && rights_may(who, (enum account_permission)bit))
			return true;
	return false;
}

/* Who may edit one dataset only has no permission of the portal, and comes in for it all the same. */
static bool by_dataset(const struct visit *v)
{
	return v->who.account && config_may_any(v->at.site, v->at.tenant->id, &v->who);
}

bool view_has_office(const struct visit *v)
{
	uint64_t all = 0;
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		all |= sections[i].row.permissions;
	return may_any(&v->who, all) || by_dataset(v);
}

bool view_section_open(const struct visit *v, enum view_section s)
{
	if (!sections[s].row.permissions)
		return view_has_office(v);
	return may_any(&v->who, sections[s].row.permissions) ||
	       ((s == VIEW_OFFICE_DATASETS || s == VIEW_OFFICE_QUEUE) && by_dataset(v));
}

/* --- navigation ------------------------------------------------------------------------------------------ */

/* How many people wait for an answer; a page is not refused because they cannot be counted. */
static int64_t waiting(const struct visit *v)
{
	int64_t n = 0;
	struct err ignored = { 0 };
	return account_waiting(v->at.site->accounts, v->at.tenant->id, &n, &ignored) ? n : 0;
}

static void put_link(struct view_page *p, enum view_section s, bool current, int64_t n)
{
	struct html *h = &p->h;
	html_lit(h, "<li><a href=\"");
	html_url(h, str_of(sections[s].row.path));
	view_put_either(h, current, STR("\" aria-current=\"page\">"), STR("\">"));
	html_icon(h, sections[s].row.icon);
	html_lit(h, "<span>");
	html_say(h, sections[s].row.title);
	html_lit(h, "</span>");
	if (n > 0) {
		html_lit(h, " <span class=\"count\">");
		html_count(h, n);
		html_lit(h, "</span>");
	}
	html_lit(h, "</a></li>");
}

static void put_group(struct view_page *p, size_t group, enum view_section current, int64_t requests)
{
	struct html *h = &p->h;
	bool any = false;
	for (size_t i = 0; i < COUNT_OF(sections); i++) {
		if (!str_eq(str_of(sections[i].group), str_of(groups[group].group)) ||
		    !view_section_open(p->visit, (enum view_section)i))
			continue;
		if (!any && groups[group].title) {
			html_lit(h, "<p class=\"group\" aria-hidden=\"true\">");
			html_say(h, groups[group].title);
			html_lit(h, "</p><ul aria-label=\"");
			html_say(h, groups[group].title);
			html_lit(h, "\">");
		} else if (!any) {
			html_lit(h, "<ul>");
		}
		any = true;
		put_link(p, (enum view_section)i, i == current, i == VIEW_OFFICE_REQUESTS ? requests : 0);
	}
	if (any)
		html_lit(h, "</ul>");
}

static void put_navigation(struct view_page *p, enum view_section current, int64_t requests)
{
	struct html *h = &p->h;
	html_lit(h, "<nav class=\"rooms\" aria-label=\"");
	html_say(h, N_("Back office"));
	html_lit(h, "\">");
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		put_group(p, i, current, requests);
	html_lit(h, "</nav>");
}

/* --- other portals ---------------------------------------------------------------------------------------- */

/* Which portals a server has is nobody's business: only those are listed where the same person has an account, too. Each
 * portal has sessions of its own, so these are plain links to their doors. */
static void put_portals(struct view_page *p)
{
	struct html *h = &p->h;
	const struct visit *v = p->visit;
	struct tenant_id *ids;
	size_t n;
	struct err ignored = { 0 };
	if (!account_portals(v->at.site->accounts, v->at.tenant->id, v->who.account, v->arena, &ids, &n, &ignored) || !n)
		return;
	html_lit(h, "<details class=\"fold portals\"><summary>");
	html_icon(h, ICON_PEOPLE);
	html_lit(h, "<span>");
	html_say(h, N_("Other portals"));
	html_lit(h, "</span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><div class=\"sheet\"><ul>");
	for (size_t i = 0; i < n; i++) {
		const struct tenant *t = tenants_hold_or_null(v->at.site->tenants, ids[i]);
		if (!t)
			continue;
		struct str title = tenant_text(t, "title", v->lang_code);
		html_lit(h, "<li><a href=\"");
		html_url(h, arena_join(v->arena, visitor_origin(v->arena, t->host, v->at.site->listen_port), STR("/backoffice/")));
		html_lit(h, "\"><span><bdi>");
		html_text(h, title.n ? title : t->host);
		html_lit(h, "</bdi></span></a></li>");
		tenant_release(v->at.site->tenants, t);
	}
	html_lit(h, "</ul></div></details>");
}

/* --- the person ------------------------------------------------------------------------------------------ */

void view_put_account(struct view_page *p, bool office)
{
	struct html *h = &p->h;
	struct str name = accounts_name(p->visit->at.site->accounts, p->visit->at.tenant->id, p->visit->who.account, p->visit->arena);
	html_lit(h, "<details class=\"fold account\"><summary>");
	html_icon(h, ICON_USER);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, N_("Signed in:"));
	html_lit(h, " </span><span class=\"who\"><bdi>");
	html_text(h, name);
	html_lit(h, "</bdi></span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary><div class=\"sheet\"><ul><li><a href=\"/account/\">");
	html_icon(h, ICON_USER);
	html_say(h, N_("My account"));
	html_lit(h, "</a></li>");
	if (!office && view_has_office(p->visit)) {
		html_lit(h, "<li><a href=\"/backoffice/\">");
		html_icon(h, ICON_GEAR);
		html_say(h, N_("Back office"));
		html_lit(h, "</a></li>");
	}
	html_lit(h, "<li>");
	html_form_open(h, &(struct html_form){ .visit = p->visit, .action = STR("/logout/"), .plain = true });
	html_lit(h, "<button>");
	html_icon(h, ICON_SIGN_OUT);
	html_say(h, N_("Sign out"));
	html_lit(h, "</button>");
	html_form_close(h);
	html_lit(h, "</li></ul></div></details>");
}

/* --- the frames -------------------------------------------------------------------------------------------- */

/* A page of one person; view_close adds the headers that go with it. */
static void begin(struct view_page *p, struct str classes)
{
	p->h = (struct html){ .out = BUF_INIT(VIEW_PAGE_BYTES), .lang = p->visit->lang };
	p->noindex = true;
	view_put_head(p);
	struct html *h = &p->h;
	html_lit(h, "<body class=\"");
	html_put_literal(h, classes);
	html_lit(h, "\"><a class=\"skip\" href=\"#main\">");
	html_say(h, N_("Skip to the content"));
	html_lit(h, "</a>");
}

static void put_small_print(struct html *h)
{
	html_lit(h, "<footer class=\"small-print\"><ul><li><a href=\"/\">");
	html_say(h, N_("To the portal"));
	html_lit(h, "</a></li><li><a href=\"/terms/cookies-policy/\">");
	html_say(h, N_("Cookies policy"));
	html_lit(h, "</a></li></ul></footer>");
}

static void end_office(struct view_page *p)
{
	html_lit(&p->h, "</main></div>");
	put_small_print(&p->h);
	html_lit(&p->h, "</body></html>\n");
}

/* Signing in often ends here: what became of the device's choices about cookies is said once (CON-32). */
static void put_joined(struct view_page *p)
{
	const struct str *said = httpd_query_or_null(p->visit->request, STR("cookies"));
	if (said && str_eq(*said, STR("account")) && p->visit->account_choices)
		html_notice(&p->h, HTML_INFO, N_("The choices about cookies that are kept with your account hold here now. What this device had refused stays refused."));
}

void view_office_open(struct view_page *p, enum view_section section)
{
	p->end = end_office;
	begin(p, STR("office"));
	int64_t requests = view_section_open(p->visit, VIEW_OFFICE_REQUESTS) ? waiting(p->visit) : 0;
	struct html *h = &p->h;
	html_lit(h, "<header class=\"top\">");
	view_put_brand(p);
	html_lit(h, "<span class=\"place\">");
	html_say(h, N_("Back office"));
	html_lit(h, "</span><div class=\"tools\"><a class=\"tool\" href=\"/\">");
	html_icon(h, ICON_OUT);
	html_lit(h, "<span>");
	html_say(h, N_("To the portal"));
	html_lit(h, "</span></a>");
	put_portals(p);
	view_put_picker(p);
	view_put_account(p, true);
	html_lit(h, "</div></header><details class=\"fold menu\"><summary>");
	html_icon(h, ICON_MENU);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, N_("Menu:"));
	html_lit(h, " </span><span>");
	html_say(h, sections[section].row.title);
	html_lit(h, "</span>");
	html_icon(h, ICON_DOWN);
	html_lit(h, "</summary>");
	put_navigation(p, section, requests);
	html_lit(h, "</details><div class=\"floor\"><div class=\"side\">");
	put_navigation(p, section, requests);
	html_lit(h, "</div><main id=\"main\" tabindex=\"-1\">");
	put_joined(p);
}

static void end_gate(struct view_page *p)
{
	html_lit(&p->h, "</div></main>");
	put_small_print(&p->h);
	html_lit(&p->h, "</body></html>\n");
}

void view_gate_open(struct view_page *p)
{
	p->end = end_gate;
	begin(p, STR("gate"));
	struct html *h = &p->h;
	html_lit(h, "<header class=\"top\"><div class=\"tools\">");
	view_put_picker(p);
	html_lit(h, "</div></header><main id=\"main\" tabindex=\"-1\"><div class=\"door\">");
	view_put_brand_large(p);
	html_lit(h, "</div><div class=\"card-of\"><h1>");
	html_text(h, p->title);
	html_lit(h, "</h1>");
}

void view_account_open(struct view_page *p)
{
	p->end = end_gate;
	begin(p, STR("gate own"));
	struct html *h = &p->h;
	html_lit(h, "<header class=\"top\">");
	view_put_brand(p);
	html_lit(h, "<div class=\"tools\">");
	view_put_picker(p);
	view_put_account(p, false);
	html_lit(h, "</div></header><main id=\"main\" tabindex=\"-1\"><div class=\"inner\">");
	put_joined(p);
}
