/* A dataset's page: one head for all tabs, and which tab an address means. An unknown dataset and one
 * that may not be seen give the same answer. */
#include "front/inside.h"

#include "front/card.h"
#include "front/map.h"
#include "json/json.h"
#include "text/text.h"

/* --- which tabs there are, and when ------------------------------------------------------------------------ */

static bool always(const struct front_dataset *d)
{
	(void)d;
	return true;
}

static bool with_rows(const struct front_dataset *d)
{
	return d->dataset->version.number > 0 && d->own.may_read;
}

static const struct tab {
	const char *name, *label;
	enum view_icon icon;
	bool (*shown)(const struct front_dataset *d);
	front_tab *draw;
	bool framed;   /* others may show it in a frame */
} tabs[] = {
	{ "information", N_("Information"), ICON_INFO, always, front_tab_information, true },
	{ "table", N_("Table"), ICON_TABLE, with_rows, front_tab_table, true },
	{ "map", N_("Map"), ICON_MAP, front_has_map, front_tab_map, true },
	{ "analyze", N_("Analyze"), ICON_CHART, front_has_chart, front_tab_analyze, true },
	{ "images", N_("Images"), ICON_IMAGE, front_has_images, front_tab_images, true },
	{ "calendar", N_("Calendar"), ICON_CALENDAR, front_has_calendar, front_tab_calendar, true },
	{ "custom", N_("Custom view"), ICON_ROWS, front_has_custom, front_tab_custom, true },
	{ "export", N_("Export"), ICON_DOWNLOAD, with_rows, front_tab_export, true },
	{ "api", N_("API"), ICON_CODE, with_rows, front_tab_api, false },
	{ "history", N_("History"), ICON_CLOCK, with_rows, front_tab_history, false },
};

/* A custom view is named by its publisher. */
static struct str word_of(const struct front_dataset *d, const struct tab *tab)
{
	return tab->draw == front_tab_custom ? front_custom_slug(d) : str_of(tab->name);
}

static struct str label_of(const struct front_dataset *d, const struct tab *tab)
{
	return tab->draw == front_tab_custom ? front_custom_title(d) : i18n_text(d->visit.lang, tab->label);
}

static enum view_icon icon_of(const struct front_dataset *d, const struct tab *tab)
{
	return tab->draw == front_tab_custom ? front_custom_icon(d) : tab->icon;
}

static const struct tab *tab_or_null(const struct front_dataset *d, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(tabs); i++)
		if (tabs[i].shown(d) && str_eq(name, word_of(d, &tabs[i])))
			return &tabs[i];
	return NULL;
}

front_tab *front_tab_or_null(const struct front_dataset *d, struct str name, const char **label)
{
	const struct tab *tab = tab_or_null(d, name);
	if (tab)
		*label = tab->label;
	return tab ? tab->draw : NULL;
}

size_t front_tabs(const struct front_dataset *d, struct front_tab_link *out)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(tabs) && n < FRONT_TABS; i++)
		if (tabs[i].shown(d))
			out[n++] = (struct front_tab_link){ word_of(d, &tabs[i]), label_of(d, &tabs[i]), icon_of(d, &tabs[i]) };
	return n;
}

/* What the address of a dataset without a tab leads to: what the portal chose, when this dataset has it. */
static struct str default_tab(const struct front_dataset *d)
{
	struct str wanted = tenant_setting(d->visit.at.tenant, "dataset.tab");
	return tab_or_null(d, wanted) ? wanted : STR("information");
}

/* --- the dataset ------------------------------------------------------------------------------------------- */

struct str front_meta(const struct front_dataset *d, const char *template_, const char *name)
{
	struct str json = dataset_meta_json(d->dataset, template_, name, d->visit.lang_code);
	struct err e = { 0 };
	auto_json *doc = NULL;
	if (!json.n || !json_read(json, &doc, &e))
		return STR("");
	const struct json_node *n = json_root(doc);
	auto_buf b = BUF_INIT(LIMIT_CELL_BYTES);
	if (json_kind(n) == JSON_TEXT) {
		buf_put(&b, json_text(n));
	} else if (json_kind(n) == JSON_ARRAY) {
		for (size_t i = 0; i < json_count(n); i++) {
			if (i)
				buf_lit(&b, ", ");
			buf_put(&b, json_text(json_at(n, i)));
		}
	} else if (json_kind(n) != JSON_NULL && json_kind(n) != JSON_OBJECT) {
		json_put_node(&b, n);
	}
	return arena_str(d->visit.arena, buf_str(&b));
}

/* A field that is there for other languages is not shown in this one; programs get it all the same. */
static void leave_languages(struct front_dataset *d)
{
	struct visit *v = &d->visit;
	const struct schema *s = &d->own.dataset->schema;
	struct query_target *t = &d->own.target;
	bool *visible = arena_array(v->arena, bool, s->n + 1), any = false;
	for (size_t i = 0; i < s->n; i++) {
		bool here = field_shown_in(&s->fields[i], v->lang_code);
		any |= !here;
		visible[i] = here && !(s->fields[i].flags & FIELD_HIDDEN) && (!t->visible_or_null || t->visible_or_null[i]);
	}
	if (!any)
		return;
	struct dataset *copy = arena_new(v->arena, struct dataset);
	*copy = *d->own.dataset;
	dataset_narrow(copy, v->arena, visible);
	d->own.dataset = copy;
	t->visible_or_null = visible;
}

bool front_dataset_enter(struct front_dataset *d, struct site *site, struct httpd_request *r, struct httpd_reply *p, struct str id, struct err *e)
{
	*d = (struct front_dataset){ .site = site };
	if (!visitor_enter(site, r, p, &d->visit, e))
		return false;
	struct visit *v = &d->visit;
	if (!rights_find(&v->at, &v->who, v->arena, id, &d->own, e))
		return false;
	leave_languages(d);
	d->dataset = dataset_told(d->own.dataset, v->arena, v->lang_code);
	d->title = front_title(v, d->dataset);
	d->url = arena_printf(v->arena, "/explore/dataset/%.*s/", STR_ARG(d->dataset->slug));
	return true;
}

void front_dataset_leave(struct front_dataset *d)
{
	view_drop(&d->page);
	visitor_leave(&d->visit);
}

/* --- the head ---------------------------------------------------------------------------------------------- */

static void put_tabs(struct front_dataset *d, const struct tab *now)
{
	struct html *h = &d->page.h;
	struct str filters = view_state_filters(&d->state);
	html_lit(h, "<nav class=\"tabs\" aria-label=\"");
	html_say(h, N_("Views of this dataset"));
	html_lit(h, "\"><ul>");
	for (size_t i = 0; i < COUNT_OF(tabs); i++) {
		if (!tabs[i].shown(d))
			continue;
		html_lit(h, "<li><a href=\"");
		html_url(h, d->url);
		html_text(h, word_of(d, &tabs[i]));
		html_lit(h, "/");
		html_text(h, filters);
		if (&tabs[i] == now)
			html_lit(h, "\" aria-current=\"page\">");
		else
			html_lit(h, "\">");
		html_icon(h, icon_of(d, &tabs[i]));
		html_lit(h, "<span>");
		html_text(h, label_of(d, &tabs[i]));
		html_lit(h, "</span>");
		/* Information about what, to whom hears one link alone. */
		if (tabs[i].draw == front_tab_information) {
			html_lit(h, "<span class=\"visually-hidden\">: ");
			html_text(h, d->title);
			html_lit(h, "</span>");
		}
		html_lit(h, "</a></li>");
	}
	html_lit(h, "</ul></nav>");
}

/* What can be done with the dataset as a whole. */
static void put_actions(struct front_dataset *d, const struct tab *now)
{
	static const struct { const char *tab, *element, *builder; } elements[] = {
		{ "table", "stoa-table", NULL }, { "map", "stoa-map", "/map/" }, { "analyze", "stoa-chart", "/chart/" },
	};
	struct arena *a = d->visit.arena;
	struct html *h = &d->page.h;
	struct str filters = view_state_filters(&d->state), sort = view_state_get(&d->state, STR("sort"));
	ptrdiff_t query = str_find_char(d->page.path, '?');
	struct str state = query < 0 ? STR("") : str_from(d->page.path, (size_t)query);
	const struct httpd_pair attributes[] = { { STR("dataset"), d->dataset->slug }, { STR("parameters"), filters.n ? str_from(filters, 1) : filters }, { STR("sort"), sort } };
	struct view_share share = { .title = d->title, .path = d->page.path, .dataset = true, .map = str_eq(str_of(now->name), STR("map")) };
	if (now->framed)
		share.frame = arena_printf(a, "/explore/embed/dataset/%.*s/%.*s/%.*s", STR_ARG(d->dataset->slug), STR_ARG(word_of(d, now)), STR_ARG(state));
	for (size_t i = 0; i < COUNT_OF(elements); i++) {
		if (!str_eq(str_of(now->name), str_of(elements[i].tab)))
			continue;
		share.element = elements[i].element;
		share.attributes = attributes;
		share.nattributes = COUNT_OF(attributes);
		if (elements[i].builder)
			share.build = arena_printf(a, "%s?dataset=%.*s", elements[i].builder, STR_ARG(d->dataset->slug));
	}
	html_lit(h, "<div class=\"dataset-actions\">");
	front_put_follow(d);
	view_put_share(&d->page, &share);
	html_lit(h, "</div>");
}

/* Sums and counts of what was cut off are of what is there: whoever reads or takes them should know. */
static void put_cut(struct front_dataset *d)
{
	struct html *h = &d->page.h;
	int64_t most = d->dataset->rows < 0 || !d->own.may_read ? 0 : dataset_cut_at(d->dataset);
	if (most <= 0)
		return;
	html_lit(h, "<div class=\"wide\">");
	html_notice_open(h, HTML_WARNING);
	html_lit(h, "<p>");
	html_say_plural(h, N2_("These data are not complete: only the first record of the source is published.", "These data are not complete: only the first {0} records of the source are published."), most);
	html_lit(h, "</p>");
	html_notice_close(h);
	html_lit(h, "</div>");
}

enum { TITLE_BYTES = 110 };

static void put_head(struct front_dataset *d, const struct tab *now)
{
	struct html *h = &d->page.h;
	struct visit *v = &d->visit;
	struct view_crumb crumbs[] = {
		{ i18n_text(v->lang, N_("Catalogue")), STR("/explore/") },
		{ d->title, STR("") },
	};
	struct str *themes;
	size_t nthemes = dataset_meta_list(d->dataset, v->arena, "theme", v->lang_code, &themes);
	html_lit(h, "<div class=\"hero dataset\"><div class=\"wide\">");
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	if (nthemes)
		front_put_theme(h, themes[0]);
	if (d->title.n > TITLE_BYTES)
		html_lit(h, "<h1 class=\"long\"><bdi");
	else
		html_lit(h, "<h1><bdi");
	front_put_lang(h, front_lang_of(d->dataset, v, "title"));
	html_lit(h, ">");
	html_text(h, d->title);
	html_lit(h, "</bdi></h1>");
	front_facts(h, v, d->dataset, true);
	put_actions(d, now);
	put_tabs(d, now);
	html_lit(h, "</div></div>");
	put_cut(d);
}

/* Addresses of former days, ?tab=metas, and the bare address of a dataset. */
static bool redirect(struct front_dataset *d, struct httpd_reply *p, struct str name, int status, struct err *e)
{
	if (str_eq(name, STR("metas")))
		name = STR("information");
	if (!tab_or_null(d, name))
		name = default_tab(d);
	struct str filters = view_state_filters(&d->state), first = front_meta(d, "visualization", "default_filters");
	/* What the publisher filters by at first; readers take it away like filters of their own. */
	if (!filters.n && first.n)
		filters = arena_join(d->visit.arena, STR("?"), first);
	struct str to = arena_printf(d->visit.arena, "%.*s%.*s/%.*s", STR_ARG(d->url), STR_ARG(name), STR_ARG(filters));
	httpd_reply_cache_control(p, STR("public, max-age=0, s-maxage=60"));
	return httpd_reply_redirect(p, status, to, e);
}

static struct str page_title(const struct front_dataset *d, const struct tab *tab)
{
	struct arena *a = d->visit.arena;
	struct str title = d->title.n > TITLE_BYTES ? arena_join(a, str_trim(text_cut(d->title, TITLE_BYTES)), STR("…")) : d->title;
	if (tab == &tabs[0])
		return title;
	return arena_printf(a, "%.*s — %.*s", STR_ARG(title), STR_ARG(label_of(d, tab)));
}

static void fill_page(struct front_dataset *d, const struct tab *tab)
{
	struct visit *v = &d->visit;
	d->page.visit = v;
	d->page.title = page_title(d, tab);
	d->page.description = view_plain(v->arena, dataset_meta_text(d->dataset, v->arena, "description", v->lang_code), 300);
	if (!d->page.description.n)
		d->page.description = d->title;
	d->page.path = view_state_url(&d->state, STR("flg"), NULL, STR(""), STR(""));
	d->page.place = VIEW_CATALOGUE;
	d->page.noindex = d->state.n > 0 && front_is_filtered(&d->state);
	d->page.json_alternate = arena_printf(v->arena, "/api/explore/v2.1/catalog/datasets/%.*s", STR_ARG(d->dataset->slug));
	d->page.image = front_preview_dataset(v, d->dataset);
	if (d->dataset->version.number > 0) {
		struct view_feed *feed = arena_new(v->arena, struct view_feed);
		*feed = (struct view_feed){ arena_printf(v->arena, "/feeds/dataset/%.*s.atom", STR_ARG(d->dataset->slug)), STR("application/atom+xml"), d->title };
		d->page.feeds = feed;
		d->page.nfeeds = 1;
	}
	d->page.json_ld = front_describe(d, tab == &tabs[0]);
}

bool front_dataset_show(struct front_dataset *d, struct str name, struct err *e)
{
	const struct tab *tab = tab_or_null(d, name);
	if (!tab)
		return err_set(e, ERR_NOT_FOUND, "No such view of this dataset.");
	fill_page(d, tab);
	view_open(&d->page);
	put_head(d, tab);
	if (!tab->draw(d, e))
		return false;
	if (httpd_reply_get_status(d->visit.reply) == 200 && !d->unfinished && !d->draft)
		visitor_cache_page(&d->visit, FRONT_CACHE_S);
	return view_close(&d->page, e);
}

static bool show(struct httpd_request *r, struct httpd_reply *p, struct site *site, struct str id, struct str tab_name, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	if (!front_dataset_enter(&d, site, r, p, id, e))
		return false;
	/* A former identifier leads on. */
	if (!str_eq(id, d.dataset->slug)) {
		struct str to = arena_printf(r->arena, "%.*s%.*s%s%s%.*s", STR_ARG(d.url), STR_ARG(tab_name), tab_name.n ? "/" : "", r->raw_query.n ? "?" : "", STR_ARG(r->raw_query));
		return httpd_reply_redirect(p, 301, to, e);
	}
	const struct str *old = httpd_query_or_null(r, STR("tab"));
	view_state_read(&d.state, r, arena_printf(r->arena, "%.*s%.*s/", STR_ARG(d.url), STR_ARG(tab_name)));
	if (old || !tab_name.n)
		return redirect(&d, p, old ? *old : STR(""), old ? 301 : 302, e);
	return front_dataset_show(&d, tab_name, e);
}

static bool run_bare(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return show(r, p, app, r->holes[0], STR(""), e);
}

static bool run_tab(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	return show(r, p, app, r->holes[0], r->holes[1], e);
}

const struct httpd_route front_dataset_page = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/", .run = run_bare };
const struct httpd_route front_asset_page = { .method = HTTPD_GET, .pattern = "/explore/assets/{dataset}/", .run = run_bare };
const struct httpd_route front_dataset_tab = { .method = HTTPD_GET, .pattern = "/explore/dataset/{dataset}/{tab}/", .run = run_tab };
