/* A tab of a dataset in a frame of another site: what the tab shows, its filters in the address, and a line that says where it is from.
 * Nobody is signed in there (FRM-1): what is not everybody's stays a box that says so, never a way to sign in. */
#include "front/inside.h"

#include "front/card.h"

/* What a frame's address says besides the state of its tab. */
static const char *const options[] = { "static", "datasetcard", "scrollWheelZoom" };

static bool is_on(const struct httpd_request *r, const char *name)
{
	const struct str *v = httpd_query_or_null(r, str_of(name));
	return v && (str_eq(*v, STR("true")) || str_eq(*v, STR("1")));
}

/* The options go along with every link that stays in the frame. */
static void keep_options(struct view_state *s, const struct httpd_request *r)
{
	struct httpd_pair *pairs = arena_array(s->arena, struct httpd_pair, s->n + COUNT_OF(options) + 1);
	if (s->n)
		memcpy(pairs, s->pairs, s->n * sizeof *pairs);
	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (httpd_query_or_null(r, str_of(options[i])))
			pairs[s->n++] = (struct httpd_pair){ str_of(options[i]), is_on(r, options[i]) ? STR("true") : STR("false") };
	s->pairs = pairs;
}

/* Who published it and how much there is, for the card. */
static struct str note(const struct front_dataset *d)
{
	const struct visit *v = &d->visit;
	struct str publisher = dataset_meta_text(d->dataset, v->arena, "publisher", v->lang_code);
	struct html h = { .out = BUF_INIT(LIMIT_CELL_BYTES), .lang = v->lang };
	buf_put(&h.out, publisher);
	if (d->own.may_read && d->dataset->rows >= 0) {
		if (publisher.n)
			buf_lit(&h.out, " · ");
		html_say_plural(&h, N2_("{0} record", "{0} records"), d->dataset->rows);
	}
	struct str text = arena_str(v->arena, buf_str(&h.out));
	buf_done(&h.out);
	return text;
}

static bool draw(struct front_dataset *d, const char *label, front_tab *tab, struct str tab_name, struct err *e)
{
	struct visit *v = &d->visit;
	struct view_state whole = d->state;
	whole.path = arena_printf(v->arena, "%.*s%.*s/", STR_ARG(d->url), STR_ARG(tab_name));
	struct view_whole shown = {
		.title = d->title,
		.url = view_state_url(&whole, STR("flg"), NULL, STR(""), STR("")),
		.note = note(d),
		.card = is_on(v->request, "datasetcard") || tenant_setting_on(v->at.tenant, "embed.card"),
		.still = d->still,
	};
	d->page.visit = v;
	d->page.title = arena_printf(v->arena, "%.*s — %.*s", STR_ARG(d->title), STR_ARG(i18n_text(v->lang, label)));
	d->page.path = shown.url;
	keep_options(&d->state, v->request);
	view_frame_open(&d->page, &shown);
	html_lit(&d->page.h, "<h1 class=\"visually-hidden\">");
	html_text(&d->page.h, d->title);
	html_lit(&d->page.h, "</h1>");
	if (!tab(d, e))
		return false;
	if (httpd_reply_get_status(v->reply) == 200 && !d->unfinished)
		visitor_cache_page(v, FRONT_CACHE_S);
	return view_close(&d->page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(front_dataset_leave) struct front_dataset d = { 0 };
	struct str name = r->holes[1];
	const char *label;
	if (!front_dataset_enter(&d, app, r, p, r->holes[0], e))
		return false;
	d.embedded = true;
	d.still = is_on(r, "static");
	d.wheel = is_on(r, "scrollWheelZoom");
	view_state_read(&d.state, r, arena_printf(r->arena, "/explore/embed/dataset/%.*s/%.*s/", STR_ARG(d.dataset->slug), STR_ARG(name)));
	front_tab *tab = str_eq(name, STR("api")) ? NULL : front_tab_or_null(&d, name, &label);
	if (!tab && !d.own.may_read && d.dataset->version.number > 0)
		return err_set(e, ERR_FORBIDDEN, "The records of this dataset are not public.");
	if (!tab)
		return err_set(e, ERR_NOT_FOUND, "No such view of this dataset.");
	return draw(&d, label, tab, name, e);
}

const struct httpd_route front_embed = { .method = HTTPD_GET, .pattern = "/explore/embed/dataset/{dataset}/{tab}/", .run = run };
