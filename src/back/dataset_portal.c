/* The datasets of another portal, to choose one from: asked of its own Explore API, which every server of the kind answers. */
#include "back/dataset_inside.h"
#include "fetch/fetch.h"

#include <unistd.h>

#define HOME "/backoffice/datasets/"
enum { A_PAGE = 50, ANSWER = 8 << 20 };

static struct str query(const struct httpd_request *r, struct str name)
{
	const struct str *s = httpd_query_or_null(r, name);
	return s ? str_trim(*s) : STR("");
}

/* "https://data.example.org/explore/?q=x" is "https://data.example.org"; without scheme it is https. */
static struct str origin_of(struct arena *a, struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0)
		return url.n ? origin_of(a, arena_join(a, STR("https://"), url)) : url;
	size_t n = (size_t)at + 3;
	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	return arena_str(a, str_sub(url, 0, n));
}

static bool read_all(int fd, struct arena *a, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(ANSWER);
	for (;;) {
		char *room = buf_room(&b, 64 << 10);
		if (!room)
			return err_set(e, ERR_TOO_LARGE, "The list of this portal is too long.");
		ssize_t n = read(fd, room, 64 << 10);
		if (n < 0)
			return err_os(e, "reading a portal's list");
		if (!n)
			break;
		b.n += (size_t)n;
	}
	*out = arena_str(a, buf_str(&b));
	return true;
}

static bool ask(struct visit *v, struct str origin, struct str q, const struct json_node **out, struct err *e)
{
	auto_buf url = BUF_INIT(8192);
	buf_printf(&url, "/api/explore/v2.1/catalog/datasets?limit=%d&order_by=title", A_PAGE);
	if (q.n) {
		auto_buf where = BUF_INIT(4096);
		buf_lit(&where, "search(\"");
		for (size_t i = 0; i < q.n; i++)
			if (q.p[i] != '"' && q.p[i] != '\\')
				buf_put_char(&where, q.p[i]);
		buf_lit(&where, "\")");
		buf_lit(&url, "&where=");
		text_put_url(&url, buf_str(&where));
	}
	const struct json_node *source;
	struct str json = arena_printf(v->arena, "{\"type\":\"http\",\"connection\":{\"type\":\"http\",\"url\":%.*s},\"relative_url\":%.*s}",
		STR_ARG(back_json_text(v->arena, origin)), STR_ARG(back_json_text(v->arena, buf_str(&url))));
	if (!json_read_in(v->arena, json, &source, e))
		return false;
	struct fetch_request fetch = { .tenant = v->at.tenant->id, .datasource = source, .most_bytes = ANSWER, .cancel_or_null = v->request->cancel };
	struct fetch_result *results;
	size_t n;
	struct str text = STR("");
	if (!fetch_source(v->at.site, &fetch, v->arena, &results, &n, e))
		return false;
	bool ok = n && read_all(results[0].fd, v->arena, &text, e) && json_read_in(v->arena, text, out, e);
	fetch_done(results, n);
	return ok || err_set(e, ERR_UPSTREAM, "This server does not answer as a data portal.");
}

static struct str title_of(const struct json_node *d)
{
	const struct json_node *metas = json_get(json_get(d, "metas"), "default");
	struct str title = json_text(json_get(metas, "title"));
	return title.n ? title : json_text(json_get(d, "dataset_id"));
}

static void put_list(struct html *h, struct visit *v, const struct json_node *answer, struct str origin, struct str to)
{
	const struct json_node *list = json_get(answer, "results");
	static const struct html_column columns[] = { { .title = N_("Title"), .main = true }, { .title = N_("Records"), .number = true }, { .title = N_("Choose"), .hide_title = true } };
	struct html_table table = { .caption = N_("Datasets"), .columns = columns, .ncolumns = COUNT_OF(columns) };
	html_form_open(h, &(struct html_form){ .visit = v, .action = to });
	html_hidden(h, "way", STR("portal"));
	html_hidden(h, "url", origin);
	dataset_put_live_choice(h, false);
	html_table_open(h, &table);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *d = json_at(list, i);
		html_row_open(h, &table);
		html_cell_open(h, &table);
		/* What the button chooses keeps its title. */
		html_hidden(h, arena_cstr(v->arena, arena_join(v->arena, STR("title:"), json_text(json_get(d, "dataset_id")))), title_of(d));
		html_lit(h, "<bdi>");
		html_text(h, title_of(d));
		html_lit(h, "</bdi><small><code>");
		html_text(h, json_text(json_get(d, "dataset_id")));
		html_lit(h, "</code></small>");
		html_cell_close(h, &table);
		html_cell_count(h, &table, json_int(json_get(json_get(json_get(d, "metas"), "default"), "records_count"), 0));
		html_cell_open(h, &table);
		html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .small = true, .label = N_("Take this one"), .name = "dataset_id",
			.value = json_text(json_get(d, "dataset_id")), .about = title_of(d) });
		html_cell_close(h, &table);
		html_row_close(h, &table);
	}
	html_table_close(h, &table);
	html_form_close(h);
	int64_t total = json_int(json_get(answer, "total_count"), 0);
	if (total > (int64_t)json_count(list)) {
		html_lit(h, "<p class=\"hint\">");
		html_say_with(h, N_("The first {0} of {1}: search for the one you want."), HTML_ARG_COUNT((int64_t)json_count(list)), HTML_ARG_COUNT(total));
		html_lit(h, "</p>");
	}
}

static void put_search(struct html *h, struct str origin, struct str q, struct str to)
{
	html_form_open(h, &(struct html_form){ .inline_ = true, .action = STR(HOME "new/portal/"), .label = N_("Find datasets") });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_URL, .name = "url", .label = N_("Address of the portal"), .value = origin });
	html_field(h, &(struct html_field){ .kind = HTML_FIELD_SEARCH, .name = "q", .label = N_("Words"), .value = q });
	html_hidden(h, "to", to);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Find"), .icon = ICON_SEARCH, .with_icon = true });
	html_form_close(h);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	const struct json_node *answer = NULL;
	struct str fault = STR("");
	if (!back_enter(app, r, p, VIEW_OFFICE_DATASETS, 0, &v, e))
		return back_answered(p, e);
	struct str origin = origin_of(v.arena, query(r, STR("url"))), q = query(r, STR("q")), to = query(r, STR("to"));
	if (!str_starts(to, STR(HOME)))
		to = STR(HOME "new/");
	if (origin.n && !ask(&v, origin, q, &answer, e)) {
		fault = arena_str(v.arena, str_of(e->pub[0] ? e->pub : err_kind(e->code)->sentence));
		*e = (struct err){ 0 };
	}
	auto_page page = back_page(&v, N_("A dataset of another portal"), HOME "new/portal/");
	view_office_open(&page, VIEW_OFFICE_DATASETS);
	struct html *h = &page.h;
	const struct view_crumb crumbs[] = { { i18n_text(v.lang, N_("Datasets")), STR(HOME) }, { i18n_text(v.lang, N_("New dataset")), STR(HOME "new/") }, { page.title, STR("") } };
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_heading_open(h, page.title, NULL);
	html_heading_close(h);
	put_search(h, origin, q, to);
	if (fault.n)
		html_notice_text(h, HTML_BAD, fault);
	else if (answer && json_count(json_get(answer, "results")))
		put_list(h, &v, answer, origin, to);
	else if (answer)
		html_empty(h, N_("No dataset fits"), N_("Look for less, or for another portal."), NULL);
	return view_close(&page, e);
}

const struct httpd_route back_dataset_portal = { .method = HTTPD_GET, .pattern = HOME "new/portal/", .lane = HTTPD_LANE_CALL, .deadline_ms = 40000, .run = run };
