/* A dataset as a card: title, what it is about, who publishes it, how much, how fresh. */
#include "front/card.h"

#include "text/text.h"

enum { EXCERPT = 240 };

struct str front_title(const struct visit *v, const struct dataset *d)
{
	struct str title = str_trim(dataset_meta_text(d, v->arena, "title", v->lang_code));
	return title.n ? title : d->slug;
}

struct str front_lang_of(const struct dataset *d, const struct visit *v, const char *name)
{
	struct str first = STR("");
	for (size_t i = 0; i < d->nmetas; i++) {
		const struct meta *m = &d->metas[i];
		if (!str_eq(m->name, str_of(name)) || !str_eq(m->template_, STR("default")))
			continue;
		if (!m->lang.n || str_eq(m->lang, v->lang_code))
			return STR("");
		if (!first.n)
			first = m->lang;
	}
	return first;
}

void front_put_lang(struct html *h, struct str lang)
{
	if (!lang.n)
		return;
	html_lit(h, " lang=\"");
	html_text(h, lang);
	html_lit(h, "\"");
}

static void put_fact(struct html *h, enum view_icon icon, const char *label)
{
	html_lit(h, "<div><dt>");
	html_icon(h, icon);
	html_lit(h, "<span class=\"visually-hidden\">");
	html_say(h, label);
	html_lit(h, "</span></dt><dd>");
}

void front_facts(struct html *h, const struct visit *v, const struct dataset *d, bool licence)
{
	struct str publisher = dataset_meta_text(d, v->arena, "publisher", v->lang_code);
	html_lit(h, "<dl class=\"facts\">");
	if (publisher.n) {
		put_fact(h, ICON_PEOPLE, N_("Publisher"));
		html_lit(h, "<bdi>");
		html_text(h, publisher);
		html_lit(h, "</bdi></dd></div>");
	}
	if (d->version.number > 0 && d->rows >= 0) {
		put_fact(h, ICON_ROWS, N_("Records"));
		html_say_plural(h, N2_("{0} record", "{0} records"), d->rows);
		html_lit(h, "</dd></div>");
	}
	put_fact(h, ICON_CALENDAR, N_("Modified"));
	html_date(h, d->modified.us, v->zone, false);
	html_lit(h, "</dd></div>");
	struct str name = licence ? dataset_meta_text(d, v->arena, "license", v->lang_code) : STR("");
	if (name.n) {
		put_fact(h, ICON_SCALES, N_("Licence"));
		html_lit(h, "<bdi>");
		html_text(h, name);
		html_lit(h, "</bdi></dd></div>");
	}
	html_lit(h, "</dl>");
}

/* Words that the whole card does not lead to: each is a filter of the catalogue. */
static void put_keywords(struct html *h, const struct visit *v, const struct dataset *d)
{
	enum { MOST = 4 };
	struct str *words;
	size_t n = dataset_meta_list(d, v->arena, "keyword", v->lang_code, &words);
	if (!n)
		return;
	html_lit(h, "<ul class=\"keywords\" aria-label=\"");
	html_say(h, N_("Keywords"));
	html_lit(h, "\"");
	front_put_lang(h, front_lang_of(d, v, "keyword"));
	html_lit(h, ">");
	for (size_t i = 0; i < n && i < MOST; i++) {
		auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
		buf_lit(&b, "/explore/?refine.keyword=");
		text_put_url(&b, words[i]);
		html_lit(h, "<li><a rel=\"nofollow\" href=\"");
		html_url(h, buf_str(&b));
		html_lit(h, "\"><bdi>");
		html_text(h, words[i]);
		html_lit(h, "</bdi></a></li>");
	}
	html_lit(h, "</ul>");
}

/* Links to what the dataset can be seen as. */
static void put_views(struct html *h, const struct visit *v, const struct dataset *d)
{
	struct front_dataset page = { .visit = *v, .dataset = d, .own = { .dataset = d, .may_read = d->data_visible, .target = { .schema = &d->schema } } };
	struct front_tab_link tabs[FRONT_TABS];
	size_t n = front_tabs(&page, tabs);
	html_lit(h, "<ul class=\"views\">");
	for (size_t i = 0; i < n; i++) {
		/* What it was is for who has come to the dataset. */
		if (str_eq(tabs[i].name, STR("history")))
			continue;
		html_lit(h, "<li><a href=\"/explore/dataset/");
		html_text(h, d->slug);
		html_lit(h, "/");
		html_text(h, tabs[i].name);
		html_lit(h, "/\">");
		html_icon(h, tabs[i].icon);
		html_lit(h, "<span>");
		html_text(h, tabs[i].label);
		html_lit(h, "</span><span class=\"visually-hidden\">: ");
		html_text(h, front_title(v, d));
		html_lit(h, "</span></a></li>");
	}
	html_lit(h, "</ul>");
}

static void put_title(struct html *h, const struct visit *v, const struct dataset *d)
{
	html_lit(h, "<h2><a href=\"/explore/dataset/");
	html_text(h, d->slug);
	html_lit(h, "/\"><bdi");
	front_put_lang(h, front_lang_of(d, v, "title"));
	html_lit(h, ">");
	html_text(h, front_title(v, d));
	html_lit(h, "</bdi></a></h2>");
}

static void put_about(struct html *h, const struct visit *v, const struct dataset *d)
{
	struct str about = view_plain(v->arena, dataset_meta_text(d, v->arena, "description", v->lang_code), EXCERPT);
	if (!about.n)
		return;
	html_lit(h, "<p class=\"about\"><bdi");
	front_put_lang(h, front_lang_of(d, v, "description"));
	html_lit(h, ">");
	html_text(h, about);
	html_lit(h, "</bdi></p>");
}

static void put_first_theme(struct html *h, const struct visit *v, const struct dataset *d)
{
	struct str *themes;
	if (dataset_meta_list(d, v->arena, "theme", v->lang_code, &themes))
		front_put_theme(h, themes[0]);
}

static void put_picture(struct html *h, const struct visit *v, const struct dataset *d) { (void)front_put_picture(h, v, d); }
static void put_facts(struct html *h, const struct visit *v, const struct dataset *d) { front_facts(h, v, d, true); }

/* --- as a portal lays it out ------------------------------------------------------------------------------- */

static void open_item(struct html *h, const char *name, const char *label)
{
	html_lit(h, "<span class=\"item ");
	html_text(h, str_of(name));
	html_lit(h, "\"><span class=\"label\">");
	html_say(h, label);
	html_lit(h, "</span> <bdi>");
}

static void put_meta(struct html *h, const struct visit *v, const struct dataset *d, const char *name, const char *label)
{
	struct str text = dataset_meta_text(d, v->arena, name, v->lang_code);
	if (!text.n)
		return;
	open_item(h, name, label);
	if (str_eq(str_of(name), STR("language")))
		front_value(h, FRONT_VALUE_LANGUAGE, NULL, text);
	else
		html_text(h, text);
	html_lit(h, "</bdi></span>");
}

static void put_publisher(struct html *h, const struct visit *v, const struct dataset *d) { put_meta(h, v, d, "publisher", N_("Publisher")); }
static void put_license(struct html *h, const struct visit *v, const struct dataset *d) { put_meta(h, v, d, "license", N_("Licence")); }
static void put_language(struct html *h, const struct visit *v, const struct dataset *d) { put_meta(h, v, d, "language", N_("Language")); }
static void put_references(struct html *h, const struct visit *v, const struct dataset *d) { put_meta(h, v, d, "references", N_("References")); }

static void put_modified(struct html *h, const struct visit *v, const struct dataset *d)
{
	open_item(h, "modified", N_("Modified"));
	html_date(h, d->modified.us, v->zone, false);
	html_lit(h, "</bdi></span>");
}

static void put_records(struct html *h, const struct visit *v, const struct dataset *d)
{
	(void)v;
	if (d->version.number <= 0 || d->rows < 0)
		return;
	open_item(h, "records_count", N_("Records"));
	html_count(h, d->rows);
	html_lit(h, "</bdi></span>");
}

/* What fills the placeholders of a portal's own card; the first is always there. */
static const char *const holes[] = { "title", "theme-icon", "description", "keywords", "visualizations", "facts", "picture", "publisher", "license", "language",
	"references", "modified", "records_count", NULL };
static void (*const fillers[])(struct html *h, const struct visit *v, const struct dataset *d) = { put_title, put_first_theme, put_about, put_keywords, put_views,
	put_facts, put_picture, put_publisher, put_license, put_language, put_references, put_modified, put_records };
_Static_assert(COUNT_OF(holes) == COUNT_OF(fillers) + 1, "every placeholder has what fills it");

static void put_own(struct html *h, const struct visit *v, const struct dataset *d)
{
	struct str rest = v->look->card, before;
	/* A card that leads nowhere would be none. */
	if (str_find(rest, STR("##title##")) < 0)
		put_title(h, v, d);
	for (;;) {
		int k = look_next_hole(&rest, holes, &before);
		buf_put(&h->out, before); /* cleaned by look_clean_html */
		if (k < 0)
			return;
		fillers[k](h, v, d);
	}
}

void front_card(struct html *h, const struct visit *v, const struct dataset *d)
{
	if (v->look->card.n) {
		html_lit(h, "<li class=\"card\"><article class=\"own-card\">");
		put_own(h, v, d);
		html_lit(h, "</article></li>");
		return;
	}
	html_lit(h, "<li class=\"card\"><article>");
	put_picture(h, v, d);
	put_first_theme(h, v, d);
	put_title(h, v, d);
	put_about(h, v, d);
	html_lit(h, "<div class=\"foot\">");
	put_facts(h, v, d);
	put_keywords(h, v, d);
	put_views(h, v, d);
	html_lit(h, "</div></article></li>");
}

void front_put_cards(struct html *h, const struct visit *v, const struct dataset *const *list, size_t n, bool lines)
{
	if (lines)
		html_lit(h, "<ol class=\"cards lines\">");
	else
		html_lit(h, "<ol class=\"cards\">");
	for (size_t i = 0; i < n; i++)
		front_card(h, v, list[i]);
	html_lit(h, "</ol>");
}
