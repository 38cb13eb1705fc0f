/* Feeds: datasets of the catalogue as they change, with the filters of its page; the publications of one dataset; new reuses. Atom (RFC
 * 4287), and RSS 2.0 for the catalogue. Ids are addresses that stay. What a reader may not see is in no feed of theirs. */
#include "front/engage.h"

#include "front/card.h"
#include "text/text.h"

enum { ENTRIES = 50, FEED_BYTES = 4 << 20, SUMMARY = 500 };

struct entry {
	struct str title, url, id, summary, by;
	struct instant updated;
	const struct str *words;        /* categories */
	size_t nwords;
};
struct feed {
	struct visit *v;
	struct str title, page, self, id;
	struct instant updated;
	const struct entry *entries;
	size_t n;
};

static void put(struct buf *b, const char *open, struct str s, const char *close)
{
	buf_put(b, str_of(open));
	text_put_xml(b, s);
	buf_put(b, str_of(close));
}

static void put_updated(struct buf *b, int64_t us)
{
	buf_lit(b, "<updated>");
	clock_put_instant(b, us - us % 1000000, clock_utc());
	buf_lit(b, "</updated>");
}

static void put_atom(struct buf *b, const struct feed *f)
{
	struct str origin = f->v->origin;
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
	put(b, "", f->v->lang->code, "\">");
	put(b, "<id>", f->id, "</id>");
	put(b, "<title>", f->title, "</title>");
	put_updated(b, f->updated.us);
	put(b, "<link rel=\"self\" type=\"application/atom+xml\" href=\"", arena_join(f->v->arena, origin, f->self), "\"/>");
	put(b, "<link rel=\"alternate\" type=\"text/html\" href=\"", arena_join(f->v->arena, origin, f->page), "\"/>");
	put(b, "<author><name>", view_portal_title(f->v), "</name></author>\n");
	for (size_t i = 0; i < f->n; i++) {
		const struct entry *x = &f->entries[i];
		put(b, "<entry><id>", x->id, "</id>");
		put(b, "<title>", x->title, "</title>");
		put_updated(b, x->updated.us);
		put(b, "<link rel=\"alternate\" href=\"", x->url, "\"/>");
		if (x->by.n)
			put(b, "<author><name>", x->by, "</name></author>");
		for (size_t k = 0; k < x->nwords; k++)
			put(b, "<category term=\"", x->words[k], "\"/>");
		if (x->summary.n)
			put(b, "<summary>", x->summary, "</summary>");
		buf_lit(b, "</entry>\n");
	}
	buf_lit(b, "</feed>\n");
}

static void put_rss(struct buf *b, const struct feed *f)
{
	struct str origin = f->v->origin, about = tenant_text(f->v->at.tenant, "description", f->v->lang_code);
	buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>");
	put(b, "<title>", f->title, "</title>");
	put(b, "<link>", arena_join(f->v->arena, origin, f->page), "</link>");
	put(b, "<description>", about.n ? about : f->title, "</description>");
	put(b, "<language>", f->v->lang->code, "</language>");
	put(b, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"", arena_join(f->v->arena, origin, f->self), "\"/>\n");
	for (size_t i = 0; i < f->n; i++) {
		const struct entry *x = &f->entries[i];
		put(b, "<item><title>", x->title, "</title>");
		put(b, "<link>", x->url, "</link>");
		put(b, "<guid isPermaLink=\"false\">", x->id, "</guid>");
		if (x->summary.n)
			put(b, "<description>", x->summary, "</description>");
		for (size_t k = 0; k < x->nwords; k++)
			put(b, "<category>", x->words[k], "</category>");
		buf_lit(b, "<pubDate>");
		clock_put_http(b, x->updated.us);
		buf_lit(b, "</pubDate></item>\n");
	}
	buf_lit(b, "</channel></rss>\n");
}

static bool answer(const struct feed *f, bool rss, struct err *e)
{
	auto_buf b = BUF_INIT(FEED_BYTES);
	struct httpd_reply *p = f->v->reply;
	struct str whole;
	(rss ? put_rss : put_atom)(&b, f);
	if (!buf_end(&b, &whole, e))
		return false;
	httpd_reply_type(p, rss ? STR("application/rss+xml; charset=utf-8") : STR("application/atom+xml; charset=utf-8"));
	visitor_cache_page(f->v, FRONT_CACHE_S);
	httpd_reply_take(p, &b);
	return true;
}

/* The newest of entries, so that a feed of which nothing changed is the same; a portal without any is as old as time. */
static void date(struct feed *f)
{
	for (size_t i = 0; i < f->n; i++)
		f->updated.us = num_max(f->updated.us, f->entries[i].updated.us);
}

static struct str asked(const struct visit *v)
{
	return v->request->raw_query.n ? arena_printf(v->arena, "%.*s?%.*s", STR_ARG(v->request->raw_path), STR_ARG(v->request->raw_query)) : v->request->raw_path;
}

/* --- the catalogue ---------------------------------------------------------------------------------------- */

static void fill_dataset(struct visit *v, const struct dataset *d, struct entry *x)
{
	struct str *words;
	struct arena *a = v->arena;
	x->title = front_title(v, d);
	x->url = arena_printf(a, "%.*s/explore/dataset/%.*s/", STR_ARG(v->origin), STR_ARG(d->slug));
	x->id = x->url;
	x->summary = view_plain(a, dataset_meta_text(d, a, "description", v->lang_code), SUMMARY);
	x->by = dataset_meta_text(d, a, "publisher", v->lang_code);
	x->updated = d->modified;
	x->nwords = dataset_meta_list(d, a, "keyword", v->lang_code, &words);
	x->words = words;
}

static bool read_found(struct visit *v, struct front_filter *f, struct entry *entries, size_t *n, struct err *e)
{
	struct query_plan plan;
	struct query_cursor *cursor;
	struct batch rows;
	bool ok;
	if (!query_plan_rows(v->arena, &f->request, &plan, e))
		return false;
	if (!query_open(v->at.site->engine, &plan, v->request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows)
		for (size_t i = 0; i < rows.nrows && *n < ENTRIES; i++) {
			const struct dataset *d = column_has(&rows.columns[0], i) ? rights_dataset_or_null(&v->at, &v->who, v->arena, rows.columns[0].texts[i]) : NULL;
			if (d)
				fill_dataset(v, d, &entries[(*n)++]);
		}
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

static bool run_catalogue(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct view_state state = { 0 };
	struct front_filter filter = { 0 };
	struct entry entries[ENTRIES] = { 0 };
	size_t n = 0;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	view_state_read(&state, r, STR("/explore/"));
	rights_catalogue(&v.at, &v.who, v.arena, &filter.target);
	front_filter_make(&filter, &state, &v);
	filter.request.select = STR("datasetid");
	filter.request.order_by = STR("");
	filter.request.default_order = STR("modified desc, datasetid");
	filter.request.limit = arena_printf(v.arena, "%d", ENTRIES);
	if (!read_found(&v, &filter, entries, &n, e))
		return false;
	struct feed f = { .v = &v, .page = view_state_url(&state, STR("flg"), NULL, STR(""), STR("")), .self = asked(&v), .entries = entries, .n = n };
	f.title = arena_printf(v.arena, "%.*s — %.*s", STR_ARG(view_portal_title(&v)), STR_ARG(i18n_text(v.lang, N_("Catalogue"))));
	f.id = arena_join(v.arena, v.origin, f.self);
	date(&f);
	return answer(&f, r->route_or_null->extra != NULL, e);
}

const struct httpd_route front_feed_atom = { .method = HTTPD_GET, .pattern = "/feeds/catalogue.atom", .run = run_catalogue };
const struct httpd_route front_feed_rss = { .method = HTTPD_GET, .pattern = "/feeds/catalogue.rss", .run = run_catalogue, .extra = "rss" };

/* --- a dataset ---------------------------------------------------------------------------------------------- */

static struct str count_of(const struct visit *v, int64_t n)
{
	auto_buf b = BUF_INIT(256);
	text_put_count(&b, n, v->lang->code);
	buf_put_char(&b, ' ');
	buf_put(&b, i18n_plural(v->lang, N2_("record", "records"), n));
	return arena_str(v->arena, buf_str(&b));
}

static bool run_dataset(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct rights_dataset own;
	struct entry entries[ENTRIES] = { 0 };
	struct str name = r->holes[0];
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	if (!str_ends(name, STR(".atom")))
		return err_set(e, ERR_NOT_FOUND, "There is no such feed.");
	if (!rights_find(&v.at, &v.who, v.arena, str_sub(name, 0, name.n - 5), &own, e))
		return false;
	const struct dataset *d = own.dataset;
	struct feed f = { .v = &v, .self = asked(&v), .entries = entries, .title = front_title(&v, d) };
	f.page = arena_printf(v.arena, "/explore/dataset/%.*s/", STR_ARG(d->slug));
	f.id = arena_printf(v.arena, "%.*s/feeds/dataset/%.*s.atom", STR_ARG(v.origin), STR_ARG(d->slug));
	for (size_t i = 0; i < d->nversions && f.n < ENTRIES; i++) {
		struct entry *x = &entries[f.n++];
		/* How many records the reader has is known of the present version alone. */
		bool counted = d->versions[i].number == d->version.number && own.may_read && d->rows >= 0;
		x->title = counted ? arena_printf(v.arena, "%.*s — %.*s", STR_ARG(f.title), STR_ARG(count_of(&v, d->rows))) : f.title;
		x->url = arena_join(v.arena, v.origin, f.page);
		x->id = arena_printf(v.arena, "%.*s#version-%lld", STR_ARG(f.id), (long long)d->versions[i].number);
		x->updated = d->versions[i].published;
	}
	f.updated = f.n ? (struct instant){ 0 } : d->modified;
	date(&f);
	return answer(&f, false, e);
}

const struct httpd_route front_feed_dataset = { .method = HTTPD_GET, .pattern = "/feeds/dataset/{feed}", .run = run_dataset };

/* --- reuses -------------------------------------------------------------------------------------------------- */

static bool run_reuses(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct entry entries[ENTRIES] = { 0 };
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED, .rows = ENTRIES };
	struct engage_reuse *list;
	size_t n;
	int64_t all;
	if (!visitor_enter(app, r, p, &v, e))
		return false;
	if (!tenant_setting_on(v.at.tenant, "reuses"))
		return err_set(e, ERR_NOT_FOUND, "This portal shows no reuses.");
	struct engage_scene s = front_engage(&v);
	q.ndatasets = front_engage_datasets(&v, STR(""), &q.datasets);
	if (!engage_reuses(&s, &q, &list, &n, &all, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct engage_reuse *x = &list[i];
		entries[i] = (struct entry){ .title = x->title, .url = x->url, .summary = text_cut(x->description, SUMMARY), .updated = x->decided };
		entries[i].id = arena_printf(v.arena, "%.*s/reuses/#%lld", STR_ARG(v.origin), (long long)x->id);
		if (x->first_name.n || x->last_name.n)
			entries[i].by = str_trim(arena_printf(v.arena, "%.*s %.*s", STR_ARG(x->first_name), STR_ARG(x->last_name)));
	}
	struct feed f = { .v = &v, .page = STR("/reuses/"), .self = asked(&v), .entries = entries, .n = n };
	f.title = arena_printf(v.arena, "%.*s — %.*s", STR_ARG(view_portal_title(&v)), STR_ARG(i18n_text(v.lang, N_("Reuses"))));
	f.id = arena_join(v.arena, v.origin, STR("/feeds/reuses.atom"));
	date(&f);
	return answer(&f, false, e);
}

const struct httpd_route front_feed_reuses = { .method = HTTPD_GET, .pattern = "/feeds/reuses.atom", .run = run_reuses };
