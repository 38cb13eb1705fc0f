/* The portal's menu: items in order, each with a label in every language, some with a menu of their own. The whole list is one form:
 * moving, adding and taking away come back with the list as filled in, and nothing holds before it is saved. A row says "row" first, so that
 * the order of the fields is the order of the items, whatever they are numbered. */
#include "back/look.h"

enum { ROWS = LOOK_ITEMS * (LOOK_SUB_ITEMS + 1), NAME = 40 };

struct row {
	struct look_text label;
	struct str url;
	bool new_tab, under; /* under: of the sub-menu of the last one that is not */
};
struct list { struct row rows[ROWS]; size_t n; };

/* --- from the look, and back -------------------------------------------------------------------------------------- */

static void add_items(struct list *l, const struct look_item *items, size_t n, bool under)
{
	for (size_t i = 0; i < n && l->n < ROWS; i++) {
		l->rows[l->n++] = (struct row){ .label = items[i].label, .url = items[i].url, .new_tab = items[i].new_tab, .under = under };
		add_items(l, items[i].items, items[i].nitems, true);
	}
}

/* The house's menu, in the portal's languages, to begin with. */
static void add_standard(struct visit *v, struct list *l)
{
	const struct tenant *t = v->at.tenant;
	for (size_t i = 0; i < view_menu_items(); i++) {
		const char *title;
		struct str url;
		view_menu_item(i, &title, &url);
		struct look_words *words = arena_array(v->arena, struct look_words, t->nlanguages);
		for (size_t k = 0; k < t->nlanguages; k++) {
			const struct i18n_lang *lang = i18n_lang_or_null(t->languages[k]);
			words[k] = (struct look_words){ t->languages[k], i18n_text(lang ? lang : i18n_english(), title) };
		}
		l->rows[l->n++] = (struct row){ .label = { words, t->nlanguages }, .url = url };
	}
}

static void to_items(struct visit *v, const struct list *l, struct look_site *s)
{
	struct look_item *items = arena_array(v->arena, struct look_item, l->n + 1);
	struct look_item *below = arena_array(v->arena, struct look_item, l->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct row *r = &l->rows[i];
		struct look_item it = { .label = r->label, .url = r->url, .new_tab = r->new_tab };
		if (!r->under || !n) {
			items[n++] = it;
			continue;
		}
		struct look_item *above = &items[n - 1];
		below[i] = it;
		if (!above->nitems)
			above->items = &below[i];
		above->nitems++;
	}
	s->own_menu = true;
	s->menu = items;
	s->nmenu = n;
}

/* --- from a form ----------------------------------------------------------------------------------------------------- */

static struct str field_of(struct visit *v, const struct visitor_form *f, const char *what, struct str row)
{
	return str_trim(visitor_field(f, arena_printf(v->arena, "%s.%.*s", what, STR_ARG(row))));
}

static void read_rows(struct visit *v, const struct visitor_form *f, struct list *l)
{
	for (size_t i = 0; i < f->n && l->n < ROWS; i++) {
		if (!str_eq(f->pairs[i].name, STR("row")))
			continue;
		struct str k = f->pairs[i].value;
		struct look_text none = { NULL, 0 };
		l->rows[l->n++] = (struct row){
			.label = back_take_text(v, f, arena_printf(v->arena, "label.%.*s", STR_ARG(k)), &none),
			.url = field_of(v, f, "url", k),
			.new_tab = field_of(v, f, "tab", k).n > 0,
			.under = field_of(v, f, "under", k).n > 0,
		};
	}
}

static void swap(struct list *l, size_t a, size_t b)
{
	struct row r = l->rows[a];
	l->rows[a] = l->rows[b];
	l->rows[b] = r;
}

/* "up.3", "down.3", "remove.3" by position, "add", "save", "standard". */
static bool obey(struct list *l, struct str what)
{
	struct str verb;
	int64_t at = -1;
	if (str_eq(what, STR("add")) && l->n < ROWS) {
		l->rows[l->n++] = (struct row){ 0 };
		return true;
	}
	if (!str_cut(&what, '.', &verb) || !str_to_int(what, &at) || at < 0 || (size_t)at >= l->n)
		return false;
	size_t i = (size_t)at;
	if (str_eq(verb, STR("up")) && i > 0)
		swap(l, i, i - 1);
	else if (str_eq(verb, STR("down")) && i + 1 < l->n)
		swap(l, i, i + 1);
	else if (str_eq(verb, STR("remove"))) {
		for (; i + 1 < l->n; i++)
			l->rows[i] = l->rows[i + 1];
		l->n--;
	}
	return true;
}

/* What is missing, said beside the field. */
static void check(struct visit *v, const struct list *l, struct html_errors *errors)
{
	const struct tenant *t = v->at.tenant;
	for (size_t i = 0; i < l->n; i++) {
		const struct str *values = back_text_values(v, &l->rows[i].label);
		bool folder = !l->rows[i].under && i + 1 < l->n && l->rows[i + 1].under;
		for (size_t k = 0; k < t->nlanguages; k++)
			if (!values[k].n)
				html_complain(errors, v->lang, arena_printf(v->arena, "label.%zu.%.*s", i, STR_ARG(t->languages[k])).p,
				              N_("Every item needs a label in every language of the portal."));
		struct str url = l->rows[i].url;
		bool local = str_starts(url, STR("/")) && !str_starts(url, STR("//"));
		if (!local && !str_starts(url, STR("https://")) && !str_starts(url, STR("http://")) && !(folder && !url.n))
			html_complain(errors, v->lang, arena_printf(v->arena, "url.%zu", i).p, N_("An address begins with / here, and with https:// elsewhere."));
	}
}

/* --- showing ------------------------------------------------------------------------------------------------------------ */

static void put_verb(struct html *h, struct visit *v, const char *verb, size_t i, const char *label, enum view_icon icon, bool disabled)
{
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = label, .about = arena_printf(v->arena, "%zu", i + 1), .icon = icon, .with_icon = true, .small = true,
		.name = "do", .value = arena_printf(v->arena, "%s.%zu", verb, i), .disabled = disabled });
}

static void put_row(struct html *h, struct visit *v, const struct list *l, size_t i)
{
	const struct row *r = &l->rows[i];
	struct arena *a = v->arena;
	html_lit(h, "<li class=\"menu-item");
	if (r->under)
		html_lit(h, " under");
	html_lit(h, "\">");
	html_hidden(h, "row", arena_printf(a, "%zu", i));
	html_field_languages(h, &(struct html_field){ .name = arena_printf(a, "label.%zu", i).p, .label = N_("Label"), .most = 200 }, v->at.tenant,
		back_text_values(v, &r->label));
	html_field(h, &(struct html_field){ .name = arena_printf(a, "url.%zu", i).p, .label = N_("Address"), .value = r->url, .code = true, .most = 2000 });
	html_lit(h, "<div class=\"choices\">");
	html_check(h, &(struct html_check){ .name = arena_printf(a, "under.%zu", i).p, .label = N_("In the sub-menu of the item above"), .on = r->under, .disabled = i == 0 });
	html_check(h, &(struct html_check){ .name = arena_printf(a, "tab.%zu", i).p, .label = N_("Opens in a new tab"), .on = r->new_tab });
	html_lit(h, "</div><div class=\"row-buttons\">");
	put_verb(h, v, "up", i, N_("Move up"), ICON_ARROW_UP, i == 0);
	put_verb(h, v, "down", i, N_("Move down"), ICON_ARROW_DOWN, i + 1 == l->n);
	put_verb(h, v, "remove", i, N_("Remove"), ICON_TRASH, false);
	html_lit(h, "</div></li>");
}

static bool show(struct visit *v, const struct list *l, bool unsaved, const struct html_errors *errors, struct err *e)
{
	auto_page page = back_page(v, N_("Navigation"), "/backoffice/navigation/");
	view_office_open(&page, VIEW_OFFICE_NAVIGATION);
	struct html *h = &page.h;
	html_heading_open(h, page.title, N_("The menu at the top of every page. It holds as soon as it is saved."));
	html_heading_close(h);
	back_said(&page, v->request);
	back_put_navigation_tabs(h, NAVIGATION_MENU);
	if (unsaved && !errors)
		html_notice(h, HTML_INFO, N_("Not saved yet: visitors see the former menu until you save."));
	html_form_open(h, &(struct html_form){ .visit = v, .errors = errors, .rebuilt = unsaved });
	/* Enter in a field saves, and does not move the first item. */
	html_lit(h, "<button class=\"visually-hidden\" name=\"do\" value=\"save\" tabindex=\"-1\" aria-hidden=\"true\"></button>");
	html_lit(h, "<stoa-sort><ol class=\"menu-items\">");
	for (size_t i = 0; i < l->n; i++)
		put_row(h, v, l, i);
	html_lit(h, "</ol></stoa-sort>");
	if (!l->n)
		html_empty(h, N_("No items"), N_("The portal has no menu then."), NULL);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_PRIMARY, .label = N_("Save"), .name = "do", .value = STR("save") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Add an item"), .icon = ICON_PLUS, .with_icon = true, .name = "do", .value = STR("add") });
	html_button(h, &(struct html_button){ .weight = HTML_PLAIN, .label = N_("Back to the house's menu"), .name = "do", .value = STR("standard") });
	html_buttons_close(h);
	html_form_close(h);
	return view_close(&page, e);
}

static bool save(struct visit *v, const struct list *l_or_null, struct html_errors *errors, struct err *e)
{
	struct look_site site = v->look->site;
	site.own_menu = false;
	site.menu = NULL;
	site.nmenu = 0;
	if (l_or_null)
		to_items(v, l_or_null, &site);
	if (!look_save_site(v->at.site->looks, v->at.tenant, &site, e))
		return back_complain(v, errors, "", e) && false;
	visitor_note(v, EVENT_SETTINGS_CHANGED, STR(""), STR("menu"));
	return back_done(v, STR("/backoffice/navigation/"), "saved", e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct visitor_form form;
	struct html_errors errors = { 0 };
	bool taken;
	if (!back_enter(app, r, p, VIEW_OFFICE_NAVIGATION, 0, &v, e))
		return back_answered(p, e);
	if (!back_form_taken(&v, &form, &errors, &taken, e))
		return false;
	struct list *l = arena_new(v.arena, struct list);
	if (r->method != HTTPD_POST) {
		if (v.look->site.own_menu)
			add_items(l, v.look->site.menu, v.look->site.nmenu, false);
		else
			add_standard(&v, l);
		return show(&v, l, false, NULL, e);
	}
	read_rows(&v, &form, l);
	struct str what = visitor_field(&form, STR("do"));
	if (taken && !obey(l, what)) {
		bool standard = str_eq(what, STR("standard"));
		if (!standard)
			check(&v, l, &errors);
		if (!errors.n && save(&v, standard ? NULL : l, &errors, e))
			return true;
		if (!errors.n)
			return false;
		back_refused(&v);
	}
	return show(&v, l, true, errors.n ? &errors : NULL, e);
}

const struct httpd_route back_navigation = { .method = HTTPD_GET, .pattern = "/backoffice/navigation/", .run = run };
const struct httpd_route back_navigation_post = { .method = HTTPD_POST, .pattern = "/backoffice/navigation/", .body_max = 512 * 1024, .run = run };
