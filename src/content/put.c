/* A page from its document: text in the reader's language, or sections of blocks. Whatever goes wrong with one block is said in it. */
#include "content/inside.h"

struct str content_text(const struct content *c, const struct json_node *block, const char *field)
{
	return str_trim(page_text(json_get(block, field), c->lang, c->otherwise));
}

void content_complain(struct content *c, const struct err *e)
{
	struct html *h = c->h;
	int status = err_kind(e->code)->status;
	html_lit(h, "<p class=\"calm\" role=\"note\">");
	if (e->code == ERR_NOT_FOUND || e->code == ERR_FORBIDDEN || e->code == ERR_UNAUTHENTICATED) {
		html_say(h, N_("This part shows data that is not there, or not open to you."));
	} else if (status >= 500) {
		html_say(h, N_("This part could not be loaded. Please try again."));
		if (c->trouble->code == ERR_NONE)
			*c->trouble = *e;
	} else {
		/* Why is said to who can mend it: it may name a field that others do not know of. */
		const struct rights_caller *who = &c->page->visit->who;
		if (rights_may(who, ACCOUNT_MAY_EDIT_PAGE) || rights_may(who, ACCOUNT_MAY_CREATE_PAGE)) {
			html_say(h, N_("This part cannot be shown:"));
			html_lit(h, " <bdi>");
			html_reason(h, str_of(e->pub));
			html_lit(h, "</bdi>");
		} else {
			html_say(h, N_("This cannot be shown"));
		}
	}
	html_lit(h, "</p>");
}

void content_put_heading(struct content *c, const struct json_node *block)
{
	struct str title = content_text(c, block, "title");
	if (!title.n)
		return;
	if (c->level == 2)
		html_lit(c->h, "<h2>");
	else
		html_lit(c->h, "<h3>");
	html_text(c->h, title);
	if (c->level == 2)
		html_lit(c->h, "</h2>");
	else
		html_lit(c->h, "</h3>");
}

/* --- blocks that hold no data of their own ---------------------------------------------------------------------------------- */

static size_t limit_of(const struct json_node *block) { return (size_t)num_min(num_max(json_int(json_get(block, "limit"), 5), (int64_t)1), (int64_t)20); }

static void put_markdown(struct content *c, struct str text)
{
	struct err e = { 0 };
	if (!content_put_markdown(c->page, &c->census, text, &e))
		content_complain(c, &e);
}

static void put_text(struct content *c, const struct json_node *block)
{
	struct str align = json_text(json_get(block, "align"));
	if (str_eq(align, STR("center")))
		html_lit(c->h, "<div class=\"prose page-center\">");
	else if (str_eq(align, STR("end")))
		html_lit(c->h, "<div class=\"prose page-end\">");
	else
		html_lit(c->h, "<div class=\"prose\">");
	put_markdown(c, content_text(c, block, "text"));
	html_lit(c->h, "</div>");
}

/* By way of the cleaner, so that addresses are checked in one place. */
static void put_image(struct content *c, const struct json_node *block)
{
	struct html t = { .out = BUF_INIT(2 * PAGE_DOC_BYTES), .lang = c->h->lang };
	struct str link = json_text(json_get(block, "link")), caption = content_text(c, block, "caption");
	html_lit(&t, "<figure>");
	if (link.n) {
		html_lit(&t, "<a href=\"");
		html_text(&t, link);
		html_lit(&t, "\">");
	}
	html_lit(&t, "<img src=\"");
	html_text(&t, json_text(json_get(block, "src")));
	html_lit(&t, "\" alt=\"");
	html_text(&t, content_text(c, block, "alt"));
	html_lit(&t, "\">");
	if (link.n)
		html_lit(&t, "</a>");
	if (caption.n) {
		html_lit(&t, "<figcaption>");
		html_text(&t, caption);
		html_lit(&t, "</figcaption>");
	}
	html_lit(&t, "</figure>");
	content_put_html(c->page, NULL, arena_str(c->v->arena, buf_str(&t.out)));
	buf_done(&t.out);
}

static void put_icon(struct html *h, struct str icon)
{
	static const struct { const char *word; enum view_icon icon; } icons[] = { { "data", ICON_TABLE }, { "map", ICON_MAP }, { "chart", ICON_CHART },
		{ "people", ICON_PEOPLE } };
	for (size_t i = 0; i < COUNT_OF(icons); i++)
		if (str_eq(icon, str_of(icons[i].word))) {
			html_lit(h, "<span class=\"pictogram other\" aria-hidden=\"true\">");
			html_icon(h, icons[i].icon);
			html_lit(h, "</span>");
		}
}

/* Pictograms of themes by their short names. */
static struct str theme_of(struct str icon)
{
	static const struct { const char *word, *theme; } themes[] = { { "health", "Health" }, { "transport", "Transport" }, { "environment", "Environment" },
		{ "culture", "Culture" }, { "education", "Education and research" }, { "economy", "Economy" } };
	for (size_t i = 0; i < COUNT_OF(themes); i++)
		if (str_eq(icon, str_of(themes[i].word)))
			return str_of(themes[i].theme);
	return STR("");
}

static void put_card(struct content *c, const struct json_node *block)
{
	struct html *h = c->h;
	struct str link = json_text(json_get(block, "link")), icon = json_text(json_get(block, "icon")), theme = theme_of(icon);
	html_lit(h, "<div class=\"feature\">");
	if (theme.n)
		c->shelf->pictogram(h, theme);
	else
		put_icon(h, icon);
	if (c->level == 2)
		html_lit(h, "<h2>");
	else
		html_lit(h, "<h3>");
	if (link.n) {
		html_lit(h, "<a href=\"");
		html_url(h, link);
		html_lit(h, "\">");
	}
	html_text(h, content_text(c, block, "title"));
	if (link.n)
		html_lit(h, "</a>");
	if (c->level == 2)
		html_lit(h, "</h2>");
	else
		html_lit(h, "</h3>");
	put_markdown(c, content_text(c, block, "text"));
	html_lit(h, "</div>");
}

static void put_search(struct content *c, const struct json_node *block)
{
	content_put_heading(c, block);
	c->shelf->search(c->h, STR(""), NULL);
}

static void put_counters(struct content *c, const struct json_node *block)
{
	(void)block;
	content_put_counters(c->h, &c->census);
}

static void put_themes(struct content *c, const struct json_node *block)
{
	content_put_heading(c, block);
	content_put_themes(c->h, &c->census, c->shelf);
}

static void put_publishers(struct content *c, const struct json_node *block)
{
	content_put_heading(c, block);
	content_put_publishers(c->h, c->v, &c->census, limit_of(block));
}

static void put_none(struct content *c, const char *sentence)
{
	html_lit(c->h, "<p class=\"none\">");
	html_say(c->h, sentence);
	html_lit(c->h, "</p>");
}

static void put_latest(struct content *c, const struct json_node *block)
{
	size_t n = num_min(c->census.ndatasets, limit_of(block));
	content_put_heading(c, block);
	if (n)
		c->shelf->cards(c->h, c->v, c->census.datasets, n, true);
	else
		put_none(c, N_("Nothing has been published here yet."));
}

static void put_popular(struct content *c, const struct json_node *block)
{
	const struct dataset **list = arena_array(c->v->arena, const struct dataset *, 20);
	size_t n = c->shelf->popular(c->v, list, limit_of(block));
	content_put_heading(c, block);
	if (n)
		c->shelf->cards(c->h, c->v, list, n, true);
	else
		put_none(c, N_("Nothing has been counted yet."));
}

static void put_reuses(struct content *c, const struct json_node *block)
{
	content_put_heading(c, block);
	if (!c->shelf->reuses(c->h, c->v, limit_of(block)))
		put_none(c, N_("No reuse has been published yet."));
}

static void put_embed(struct content *c, const struct json_node *block)
{
	struct view_frame f = { .src = json_text(json_get(block, "src")), .title = content_text(c, block, "title"), .width = 800,
		.height = json_int(json_get(block, "height"), 450) };
	if (!view_put_embed(c->page, &f))
		put_none(c, N_("The service of this frame is not declared for this portal, so it is not shown."));
}

static void put_separator(struct content *c, const struct json_node *block)
{
	(void)block;
	html_lit(c->h, "<hr>");
}

static const struct { const char *word; content_block *put; } blocks[] = {
	{ "text", put_text }, { "kpi", content_block_kpi }, { "chart", content_block_chart }, { "map", content_block_map }, { "table", content_block_table },
	{ "records", content_block_records }, { "filters", content_block_filters }, { "image", put_image }, { "card", put_card }, { "search", put_search },
	{ "counters", put_counters }, { "themes", put_themes }, { "latest", put_latest }, { "popular", put_popular }, { "publishers", put_publishers },
	{ "reuses", put_reuses }, { "embed", put_embed }, { "separator", put_separator },
};

void content_put_block(struct content *c, const struct json_node *block)
{
	struct str type = json_text(json_get(block, "type"));
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		if (str_eq(type, str_of(blocks[i].word))) {
			html_lit(c->h, "<div class=\"block b-");
			html_put_literal(c->h, str_of(blocks[i].word));
			html_lit(c->h, "\">");
			blocks[i].put(c, block);
			html_lit(c->h, "</div>");
		}
}

/* --- the whole ---------------------------------------------------------------------------------------------------------------- */

static void put_section(struct content *c, const struct json_node *section)
{
	struct html *h = c->h;
	const struct json_node *list = json_get(section, "blocks");
	struct str ground = json_text(json_get(section, "ground")), title = content_text(c, section, "title");
	size_t n = num_min(json_count(list), (size_t)PAGE_BLOCKS);
	if (str_eq(ground, STR("strong")))
		html_lit(h, "<section class=\"page-section strong\">");
	else if (str_eq(ground, STR("soft")))
		html_lit(h, "<section class=\"page-section soft\">");
	else
		html_lit(h, "<section class=\"page-section\">");
	html_lit(h, "<div class=\"wide\">");
	c->level = title.n ? 3 : 2;
	if (title.n) {
		html_lit(h, "<h2>");
		html_text(h, title);
		html_lit(h, "</h2>");
	}
	html_lit(h, "<div class=\"blocks of-");
	html_int(h, (int64_t)n);
	html_lit(h, "\">");
	for (size_t i = 0; i < n; i++)
		content_put_block(c, json_at(list, i));
	html_lit(h, "</div></div></section>");
}

/* The page's filters: the fields that its filter blocks name, with the values of the address. */
static void read_filters(struct content *c, const struct json_node *sections)
{
	struct arena *a = c->v->arena;
	VEC(struct str) refine = { 0 };
	const struct httpd_request *r = c->v->request;
	for (size_t i = 0; i < json_count(sections); i++) {
		const struct json_node *list = json_get(json_at(sections, i), "blocks");
		for (size_t k = 0; k < json_count(list); k++) {
			const struct json_node *b = json_at(list, k);
			struct str rest = json_text(json_get(b, "fields")), name;
			if (!str_eq(json_text(json_get(b, "type")), STR("filters")))
				continue;
			struct str dataset = json_text(json_get(b, "dataset"));
			if (!c->filtered.n)
				c->filtered = dataset;
			if (!str_eq(dataset, c->filtered))
				continue;
			while (rest.n && str_cut(&rest, ',', &name)) {
				struct str wanted = arena_join(a, STR("refine."), str_trim(name));
				for (size_t q = 0; q < r->nquery; q++)
					if (str_eq(r->query[q].name, wanted) && r->query[q].value.n && refine.n < CONTENT_COLUMNS)
						vec_push(a, &refine, arena_printf(a, "%.*s:%.*s", STR_ARG(str_trim(name)), STR_ARG(r->query[q].value)));
			}
		}
	}
	c->refine = refine.p;
	c->nrefine = refine.n;
}

static void put_grid(struct content *c, const struct json_node *root)
{
	const struct json_node *sections = json_get(root, "sections");
	read_filters(c, sections);
	if (c->filtered.n) {
		html_lit(c->h, "<stoa-live data-path=\"");
		html_text(c->h, c->page->path);
		html_lit(c->h, "\">");
	}
	for (size_t i = 0; i < json_count(sections) && i < PAGE_SECTIONS; i++)
		put_section(c, json_at(sections, i));
	if (c->filtered.n)
		html_lit(c->h, "</stoa-live>");
}

static void put_root(struct view_page *page, const struct json_node *root, const struct content_shelf *shelf, struct err *trouble)
{
	const struct visit *v = page->visit;
	struct content c = { .page = page, .h = &page->h, .v = v, .shelf = shelf, .lang = v->lang_code, .otherwise = v->at.tenant->languages[0],
		.trouble = trouble };
	content_census(v, &c.census);
	if (str_eq(json_text(json_get(root, "kind")), STR("grid"))) {
		put_grid(&c, root);
		return;
	}
	struct str content = page_text(json_get(root, "content"), c.lang, c.otherwise);
	html_lit(c.h, "<div class=\"wide\"><div class=\"prose\">");
	if (str_eq(json_text(json_get(root, "format")), STR("html")))
		content_put_html(page, &c.census, content);
	else
		put_markdown(&c, content);
	html_lit(c.h, "</div></div>");
}

void content_put(struct view_page *page, const struct page *p, const struct content_shelf *shelf, struct err *trouble)
{
	put_root(page, p->root, shelf, trouble);
}

bool content_put_doc(struct view_page *page, struct str doc, const struct content_shelf *shelf, struct err *trouble, struct err *e)
{
	auto_json *d = NULL;
	if (!json_read(doc, &d, e))
		return false;
	put_root(page, json_root(d), shelf, trouble);
	return true;
}
