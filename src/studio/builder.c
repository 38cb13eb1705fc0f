/* The pages of the builders: something new, a copy, a draft, a saved thing to be changed; and the question before one is deleted. What is being built
 * is one JSON: {"title", "description", "slug", "visibility", "config"}, the same in a draft, in what the builder is given and in what it sends. */
#include "studio/state.h"

#include "crypt/crypt.h"
#include "text/text.h"

/* What a builder opens with. */
struct scene {
	const struct studio_kind *k;
	struct visit v;
	struct view_page page;
	struct studio_state state;
	struct studio_work work;
	struct str draft;               /* its hash */
	struct str of;                  /* slug of the saved thing that is changed; empty: something new */
	int64_t revision;               /* of that, as it was when this was begun */
	bool from_draft;
	bool broken;                    /* what the address or the store held cannot be read: it begins empty */
};

static void done(struct scene *s)
{
	view_drop(&s->page);
	visitor_leave(&s->v);
}

/* --- the page ----------------------------------------------------------------------------------------------------- */

static void put_attribute(struct html *h, struct str name, struct str value)
{
	html_lit(h, " ");
	html_put_literal(h, name);
	html_lit(h, "=\"");
	html_text(h, value);
	html_lit(h, "\"");
}
#define put(h, name, value) put_attribute((h), STR(name), (value))

/* Where who is not signed in goes to sign in, and comes back to. */
static struct str login_of(struct scene *s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES * 4);
	buf_lit(&b, "/login/?next=");
	text_put_url(&b, s->k->path);
	return arena_str(s->v.arena, buf_str(&b));
}

static void put_element(struct scene *s)
{
	struct html *h = &s->page.h;
	auto_buf b = BUF_INIT(SAVED_JSON + 64 * 1024);
	s->state.config = s->work.json;
	studio_put_state(&b, &s->state);
	html_put_literal(h, s->k->saved == SAVED_MAP ? STR("<stoa-map-builder") : STR("<stoa-chart-builder"));
	if (s->k->saved == SAVED_MAP)
		view_put_basemaps(&s->page);
	put(h, "path", s->k->path);
	put(h, "gallery", s->k->gallery);
	put(h, "state", buf_str(&b));
	if (s->of.n) {
		put(h, "slug", s->of);
		put(h, "revision", arena_printf(s->v.arena, "%lld", (long long)s->revision));
	}
	if (s->draft.n)
		put(h, "draft", s->draft);
	if (s->from_draft)
		html_lit(h, " from-draft");
	if (s->v.session)
		put(h, "token", visitor_token(&s->v));
	else
		put(h, "login", login_of(s));
	if (studio_may_publish(&s->v))
		html_lit(h, " may-publish");
	html_lit(h, "><div class=\"without\">");
}

static bool put_page(struct scene *s, struct err *e)
{
	struct html *h = &s->page.h;
	const struct studio_kind *k = s->k;
	const char *title = s->of.n ? k->edit : k->new_one;
	struct view_crumb crumbs[] = { { i18n_text(s->v.lang, k->all), k->gallery }, { i18n_text(s->v.lang, title), STR("") } };
	s->page = (struct view_page){ .visit = &s->v, .title = i18n_text(s->v.lang, title), .path = s->of.n ? studio_url(k, &s->v, s->of, "edit/") : k->path,
	                              .noindex = s->of.n || s->draft.n || s->v.request->nquery > 0 };
	view_open(&s->page);
	html_lit(h, "<div class=\"wide studio building\">");
	view_crumbs(h, crumbs, COUNT_OF(crumbs));
	html_lit(h, "<h1>");
	html_say(h, title);
	html_lit(h, "</h1>");
	if (s->broken)
		html_notice(h, HTML_WARNING, N_("What the address holds cannot be read, so this begins empty."));
	put_element(s);
	if (!studio_put_plain(&s->page, k, &s->work, e))
		return false;
	html_put_literal(h, k->saved == SAVED_MAP ? STR("</div></stoa-map-builder></div>") : STR("</div></stoa-chart-builder></div>"));
	studio_cache(&s->v);
	return view_close(&s->page, e);
}

/* --- something new ---------------------------------------------------------------------------------------------------- */

static void begin_empty(struct scene *s)
{
	struct err ignored = { 0 };
	auto_buf b = BUF_INIT(200);
	double at[3];
	buf_lit(&b, "{");
	if (s->k->saved == SAVED_MAP && tenant_place(tenant_setting(s->v.at.tenant, "map.place"), at)) {
		buf_lit(&b, "\"location\":{\"zoom\":");
		text_put_double_plain(&b, at[0]);
		buf_lit(&b, ",\"lat\":");
		text_put_double_plain(&b, at[1]);
		buf_lit(&b, ",\"lon\":");
		text_put_double_plain(&b, at[2]);
		buf_lit(&b, "}");
	}
	buf_lit(&b, "}");
	if (!studio_read(s->k, &s->v, arena_str(s->v.arena, buf_str(&b)), false, &s->work, &ignored))
		s->work = (struct studio_work){ .json = STR("{}") };
}

/* Of a text that came from outside or was kept: what cannot be read begins empty, and says so. */
static void begin_with(struct scene *s, struct str json, bool cut)
{
	struct err why = { 0 };
	if (studio_read(s->k, &s->v, json, cut, &s->work, &why))
		return;
	s->broken = true;
	begin_empty(s);
}

static bool begin_copy(struct scene *s, struct str slug, struct err *e)
{
	struct saved x;
	if (!studio_find(s->k, &s->v, slug, &x, e))
		return false;
	begin_with(s, x.json, true);
	s->state.title = x.title;
	s->state.description = x.description;
	return true;
}

static struct str given(const struct httpd_request *r, const char *name)
{
	const struct str *v = httpd_query_or_null(r, str_of(name));
	return v ? *v : STR("");
}

/* A map in an address is base64, as a chart is; plain JSON is read too. */
static struct str unpacked(struct scene *s, struct str text)
{
	struct str plain;
	if (s->k->saved == SAVED_CHART || str_starts(str_trim(text), STR("{")))
		return text;
	return crypt_base64url_decode(s->v.arena, text, &plain) ? plain : text;
}

static bool build(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(done) struct scene s = { .k = k };
	if (!visitor_enter(app, r, p, &s.v, e))
		return false;
	struct str from = given(r, "from"), dataset = given(r, "dataset"), state = given(r, k->state);
	if (state.n) {
		begin_with(&s, unpacked(&s, state), false);
	} else if (from.n) {
		if (!begin_copy(&s, from, e))
			return false;
	} else if (!dataset.n || !studio_of_dataset(k, &s.v, dataset, &s.work)) {
		begin_empty(&s);
	}
	if (!s.state.title.n)
		s.state.title = given(r, "title").n ? given(r, "title") : s.work.title;
	return put_page(&s, e);
}
STUDIO_PAGE(build, HTTPD_GET, build, "/map/", "/chart/");

/* --- a draft, a saved thing ---------------------------------------------------------------------------------------------- */

static bool begin_draft(struct scene *s, const struct saved_draft *d, struct err *e)
{
	struct err why = { 0 };
	s->draft = d->hash;
	s->from_draft = true;
	if (studio_read_state(&s->v, d->json, &s->state, &why)) {
		begin_with(s, s->state.config, false);
		return true;
	}
	s->broken = true;
	begin_empty(s);
	if (err_kind(why.code)->status < 500)
		return true;
	*e = why;
	return false;
}

static bool edit_draft(struct scene *s, struct str hash, struct err *e)
{
	struct saved_draft d;
	const struct visit *v = &s->v;
	if (!saved_draft_find(v->at.site->store, v->at.tenant->id, v->session->account, hash, v->arena, &d, e))
		return false;
	if (d.kind != s->k->saved || d.of)
		return err_set(e, ERR_NOT_FOUND, "There is no such draft of yours.");
	return begin_draft(s, &d, e);
}

static bool edit_saved(struct scene *s, struct str slug, struct err *e)
{
	struct saved x;
	struct saved_draft d;
	struct visit *v = &s->v;
	bool found;
	if (!studio_find(s->k, v, slug, &x, e))
		return false;
	if (!saved_may_change(&x, v->session->account))
		return err_set(e, ERR_FORBIDDEN, "Only its owner may change it.");
	if (!saved_draft_of(v->at.site->store, v->at.tenant->id, v->session->account, x.id, v->arena, &d, &found, e))
		return false;
	s->of = x.slug;
	s->revision = x.revision;
	if (found && d.changed.us > x.changed.us) {
		s->revision = d.base;
		return begin_draft(s, &d, e);
	}
	s->state = (struct studio_state){ .title = x.title, .description = x.description, .slug = x.slug, .visibility = x.visibility };
	begin_with(s, x.json, false);
	return true;
}

static bool edit(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_with(done) struct scene s = { .k = k };
	struct str slug = r->holes[0];
	if (!visitor_enter(app, r, p, &s.v, e) || !visitor_signed_in(&s.v, e))
		return false;
	if (str_starts(slug, STR("+")) ? !edit_draft(&s, str_from(slug, 1), e) : !edit_saved(&s, slug, e))
		return false;
	return put_page(&s, e);
}
STUDIO_PAGE(edit, HTTPD_GET, edit, "/map/{slug}/edit/", "/chart/{slug}/edit/");

/* --- deleting ----------------------------------------------------------------------------------------------------------------- */

struct removal {
	struct saved x;
	struct saved_draft d;
	bool is_draft;
};

static bool find_removal(const struct studio_kind *k, const struct visit *v, struct str slug, struct removal *out, struct err *e)
{
	*out = (struct removal){ .is_draft = str_starts(slug, STR("+")) };
	if (out->is_draft)
		return saved_draft_find(v->at.site->store, v->at.tenant->id, v->session->account, str_from(slug, 1), v->arena, &out->d, e);
	if (!studio_find(k, v, slug, &out->x, e))
		return false;
	return saved_may_change(&out->x, v->session->account) || studio_is_admin(v) ||
	       err_set(e, ERR_FORBIDDEN, "Only its owner, or an administrator, may delete it.");
}

static struct str sure(const struct studio_kind *k, const struct visit *v, const struct removal *m)
{
	if (m->is_draft)
		return i18n_text(v->lang, N_("The draft will be deleted for good."));
	struct str text = i18n_text(v->lang, k->sure);
	ptrdiff_t at = str_find(text, STR("{0}"));
	if (at < 0)
		return text;
	return arena_printf(v->arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(m->x.title), STR_ARG(str_from(text, (size_t)at + 3)));
}

static bool ask_removal(const struct studio_kind *k, struct visit *v, const struct removal *m, struct err *e)
{
	struct str back = m->is_draft ? STR("/account/visualizations/") : studio_url(k, v, m->x.slug, "");
	auto_page page = { .visit = v, .title = i18n_text(v->lang, N_("Delete")), .path = v->request->path, .noindex = true };
	view_open(&page);
	html_lit(&page.h, "<div class=\"wide studio\"><h1>");
	html_say(&page.h, N_("Delete"));
	html_lit(&page.h, "</h1>");
	html_confirm(&page.h, &(struct html_confirm){ .visit = v, .back = back, .sentence = sure(k, v, m), .button = N_("Delete") });
	html_lit(&page.h, "</div>");
	visitor_private(v);
	return view_close(&page, e);
}

static bool remove_it(const struct studio_kind *k, struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct removal m;
	struct visitor_form form;
	if (!visitor_enter(app, r, p, &v, e) || !visitor_signed_in(&v, e) || !find_removal(k, &v, r->holes[0], &m, e))
		return false;
	if (r->method != HTTPD_POST)
		return ask_removal(k, &v, &m, e);
	struct store *store = v.at.site->store;
	if (!visitor_form(&v, VISITOR_TOKEN, &form, e))
		return false;
	if (m.is_draft ? !saved_draft_drop(store, v.at.tenant->id, v.session->account, m.d.hash, e) : !saved_remove(store, v.at.tenant->id, m.x.id, e))
		return false;
	bool own = m.is_draft || saved_may_change(&m.x, v.session->account);
	return httpd_reply_redirect(p, 303, own ? STR("/account/visualizations/?done=deleted") : k->gallery, e);
}
STUDIO_PAGE(remove, HTTPD_GET, remove_it, "/map/{slug}/delete/", "/chart/{slug}/delete/");
STUDIO_PAGE(remove_post, HTTPD_POST, remove_it, "/map/{slug}/delete/", "/chart/{slug}/delete/");
