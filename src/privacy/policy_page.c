/* The cookie policy as a page: what is in force, and every version before it, frozen. */
#include "privacy/policy_pages.h"

/* Download and language, above the heading. */
static struct str beside(const struct policy_visit *v, struct buf *b)
{
	struct html h = { .out = BUF_INIT(4096), .lang = v->visit.lang };
	const struct registry *g = v->ask.registry;
	html_lit(&h, "<p class=\"tools\"><a class=\"button\" href=\"/terms/cookies-policy.pdf?flg=");
	html_text(&h, v->visit.lang_code);
	if (v->shown) {
		html_lit(&h, "&amp;v=");
		html_int(&h, g->version);
	}
	html_lit(&h, "\" type=\"application/pdf\" hreflang=\"");
	html_text(&h, v->visit.lang->code);
	html_lit(&h, "\">");
	html_icon(&h, ICON_DOWNLOAD);
	html_say(&h, N_("Download as PDF"));
	html_lit(&h, "</a></p>");
	buf_put(b, buf_str(&h.out));
	buf_done(&h.out);
	return buf_str(b);
}

/* What this reader chose, when the request says something of it: then the page is theirs alone. */
static bool read_reader(const struct policy_visit *v, struct arena *a, struct policy_reader *out)
{
	const struct consent_state *c = &v->visit.consent;
	const struct registry *g = v->now;
	if (v->shown || c->registry != g || !(c->stored || c->signal))
		return false;
	struct str *names = arena_array(a, struct str, g->nservices + 1);
	size_t n = 0;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++)
		if (c->granted[i])
			names[n++] = g->services[i].name;
	*out = (struct policy_reader){
		.stored = c->stored,
		.refused_by_signal = c->signal && !c->chosen_under_signal,
		.gpc = c->gpc,
		.objects = c->objects && g->audience,
		.granted = names,
		.ngranted = n,
	};
	return true;
}

static bool show(struct policy_visit *v, struct err *e)
{
	struct arena *a = v->visit.arena;
	struct policy_reader reader;
	bool theirs = read_reader(v, a, &reader);
	if (theirs)
		v->ask.reader_or_null = &reader;
	struct doc *d = policy_doc(a, &v->ask);
	auto_buf above = BUF_INIT(8192);
	struct policy_page page = {
		.title = d->title,
		.path = v->shown ? arena_printf(a, "/terms/cookies-policy/v/%lld/", (long long)v->shown->version) : STR("/terms/cookies-policy/"),
		.beside = beside(v, &above),
		.noindex = v->shown != NULL,
		.with_json = !v->shown,
	};
	if (theirs)
		visitor_private(&v->visit);
	else
		visitor_cache_page(&v->visit, POLICY_CACHE_S);
	httpd_reply_vary(v->visit.reply, HTTPD_VARY_SIGNALS);
	return policy_put_page(v, d, &page, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_policy v = { 0 };
	return policy_enter(app, r, reply, 0, &v, e) && show(&v, e);
}

static bool run_version(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	auto_policy v = { 0 };
	int64_t version = policy_version_of(r->holes[0]);
	if (!version)
		return err_set(e, ERR_NOT_FOUND, "There is no such version of the policy.");
	return policy_enter(app, r, reply, version, &v, e) && show(&v, e);
}

static bool run_old(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	(void)app;
	struct str query = r->raw_query.n ? arena_join(r->arena, STR("?"), r->raw_query) : STR("");
	return httpd_reply_redirect(reply, 301, arena_join(r->arena, STR("/terms/cookies-policy/"), query), e);
}

const struct httpd_route privacy_policy = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/", .run = run };
const struct httpd_route privacy_policy_version = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy/v/{version}/", .run = run_version };
const struct httpd_route privacy_policy_old = { .method = HTTPD_GET, .pattern = "/terms/cookies-information", .run = run_old };
