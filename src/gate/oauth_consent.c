/* /oauth2/authorize/: a program has sent somebody here, who is told what it wants and says yes or no. The request is checked before
 * anybody is asked to sign in; until it is known that the answer may go where it is to go, it goes nowhere. The page is shown in no
 * frame, and both buttons weigh the same. */
#include "gate/inside.h"
#include "text/text.h"

struct scene { struct gate *g; struct oauth_scene o; struct oauth_ask ask; struct oauth_checked c; };

struct oauth_scene gate_oauth_scene(struct gate *g)
{
	const struct visit *v = &g->v;
	return (struct oauth_scene){ .o = v->at.site->oauth, .t = v->at.tenant->id, .client = v->request->client, .by = v->session ? v->session->account : 0, .arena = v->arena };
}

/* Forms are held to their target through redirects, too: the page has to name where the answer goes, or browsers stop it. */
static void put_policy(struct scene *s)
{
	struct arena *a = s->g->v.arena;
	struct str to = s->c.redirect;
	ptrdiff_t colon = str_find_char(to, ':');
	struct str scheme = str_sub(to, 0, colon < 0 ? 0 : (size_t)colon + 1);
	httpd_reply_csp(s->g->v.reply, arena_printf(a, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
		"manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self' %.*s; frame-ancestors 'none'", STR_ARG(scheme)));
	httpd_reply_lit(s->g->v.reply, "X-Frame-Options", "DENY");
}

static bool lead_back(struct scene *s, int status, struct str code, struct err *e)
{
	const struct visit *v = &s->g->v;
	/* A scheme of a program's own is no address of the web, so the field is written here. */
	struct str to = oauth_answer_url(v->arena, &s->ask, &s->c, code, v->origin);
	httpd_reply_status(v->reply, status);
	return httpd_reply_header(v->reply, STR("Location"), to, e) && httpd_reply_header(v->reply, STR("Referrer-Policy"), STR("no-referrer"), e);
}

/* Nowhere to send it: the person is told. */
static bool tell(struct scene *s, struct err *e)
{
	struct gate *g = s->g;
	httpd_reply_status(g->v.reply, 400);
	gate_open(g, N_("This program cannot be let in"));
	gate_paragraph(g, s->c.why);
	gate_paragraph(g, N_("Nothing was given to it. If you came here from a program that you trust, tell whoever makes it."));
	gate_link(g, "/", N_("To the portal"));
	if (!gate_close(g, e)) return false;
	httpd_reply_lit(g->v.reply, "X-Frame-Options", "DENY");
	return true;
}

/* --- the question ---------------------------------------------------------------------------------------------- */

static void put_item(struct html *h, const char *message)
{
	html_lit(h, "<li>");
	html_say(h, message);
	html_lit(h, "</li>");
}

void gate_put_scopes(struct html *h, uint64_t scopes, uint64_t mine)
{
	html_lit(h, "<ul class=\"scopes\">");
	put_item(h, N_("Read what is shown to you"));
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++)
		if (scopes & mine & ACCOUNT_BIT(i)) put_item(h, account_permission_row((enum account_permission)i)->sentence);
	if (scopes == UINT64_MAX) put_item(h, N_("Everything else that you may do later"));
	html_lit(h, "</ul>");
}

static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	struct str rest = at < 0 ? STR("") : str_from(url, (size_t)at + 3);
	size_t n = 0;
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?') n++;
	return str_starts(url, STR("https://")) ? str_sub(rest, 0, n) : STR("");
}

static void put_about(struct scene *s)
{
	struct html *h = &s->g->page.h;
	const struct oauth_program *p = &s->c.program;
	struct str host = host_of(s->c.redirect);
	html_lit(h, "<p>");
	html_say_with(h, N_("{0} asks to work with this portal in your name, {1}."), HTML_ARG_STRONG(p->name),
	              HTML_ARG_TEXT(accounts_name(s->g->scene.as, s->g->v.at.tenant->id, s->g->v.session->account, s->g->v.arena)));
	html_lit(h, "</p>");
	if (p->about.n) {
		html_lit(h, "<p>");
		html_text(h, p->about);
		html_lit(h, "</p>");
	}
	html_lit(h, "<p>");
	if (host.n) html_say_with(h, N_("You go on to {0} afterwards."), HTML_ARG_STRONG(host));
	else html_say(h, N_("You go on to a program on this device afterwards."));
	if (p->site.n) {
		html_lit(h, " <a rel=\"noopener noreferrer\" href=\"");
		html_url(h, p->site);
		html_lit(h, "\">");
		html_say(h, N_("About this program"));
		html_lit(h, "</a>");
	}
	html_lit(h, "</p>");
}

static void put_hidden(struct scene *s)
{
	const struct { const char *name; struct str value; } all[] = { { "client_id", s->ask.client }, { "redirect_uri", s->ask.redirect }, { "response_type", s->ask.type },
		{ "response_mode", s->ask.mode }, { "scope", s->ask.scope }, { "state", s->ask.state }, { "code_challenge", s->ask.challenge }, { "code_challenge_method", s->ask.method } };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].value.n) html_hidden(&s->g->page.h, all[i].name, all[i].value);
}

static bool ask(struct scene *s, struct err *e)
{
	struct gate *g = s->g;
	struct html *h = &g->page.h;
	g->secret = STR("state");
	gate_open(g, N_("Let a program in?"));
	put_about(s);
	html_lit(h, "<h2>");
	html_say(h, N_("It may then"));
	html_lit(h, "</h2>");
	gate_put_scopes(h, s->c.scopes, g->v.who.who.permissions);
	gate_paragraph(g, N_("It can never do more than you may, and only until you take this back under My account, Programs."));
	html_form_open(h, &(struct html_form){ .visit = &g->v, .action = STR("/oauth2/authorize/"), .errors = &g->errors });
	put_hidden(s);
	html_buttons_open(h);
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Let it in"), .name = "decision", .value = STR("allow") });
	html_button(h, &(struct html_button){ .weight = HTML_SECONDARY, .label = N_("Do not let it in"), .name = "decision", .value = STR("deny") });
	html_buttons_close(h);
	html_form_close(h);
	gate_link(g, "/logout/", N_("This is not me: sign out"));
	if (!gate_close(g, e)) return false;
	put_policy(s);
	return true;
}

/* --- the answer -------------------------------------------------------------------------------------------------- */

static bool decide(struct scene *s, struct err *e)
{
	enum { FOUND_OTHER = 303 };
	char code[OAUTH_SECRET_TEXT];
	struct str said = gate_field(s->g, "decision");
	if (!str_eq(said, STR("allow"))) {
		s->c.fault = OAUTH_DENIED;
		s->c.why = "The person did not let the program in.";
		return lead_back(s, FOUND_OTHER, STR(""), e);
	}
	if (!oauth_grant(&s->o, &s->ask, &s->c, s->g->v.session->account, code, e)) return false;
	return lead_back(s, FOUND_OTHER, str_of(code), e);
}

static bool run(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	enum { FOUND = 302 };
	auto_gate struct gate g = { 0 };
	enum gate_posted how = GATE_AGAIN;
	const char *why;
	if (!gate_enter(&g, r, p, app, e)) return false;
	bool post = r->method == HTTPD_POST;
	if (post && (how = gate_posted(&g, e)) == GATE_FAILED) return false;
	struct scene s = { .g = &g, .o = gate_oauth_scene(&g) };
	const struct httpd_pair *pairs = post ? g.form.pairs : r->query;
	if (!oauth_ask_read(pairs, post ? g.form.n : r->nquery, &s.ask, &why)) {
		s.c = (struct oauth_checked){ .fault = OAUTH_INVALID_REQUEST, .why = why };
		return tell(&s, e);
	}
	if (!oauth_ask_check(&s.o, &s.ask, &s.c, e)) return false;
	if (!s.c.redirect.n) return tell(&s, e);
	if (s.c.fault != OAUTH_FINE) return lead_back(&s, FOUND, STR(""), e);
	if (!visitor_signed_in(&g.v, e)) return false;
	if (rights_lacks_factor(g.v.at.tenant, &g.v.who)) return err_set(e, ERR_NO_FACTOR, "%s", err_kind(ERR_NO_FACTOR)->sentence);
	/* What lets somebody change things is given as a key is: after a proof of late. */
	if (s.c.scopes & g.v.who.who.permissions && !visitor_fresh(&g.v, e)) return false;
	return post && how == GATE_GOOD ? decide(&s, e) : ask(&s, e);
}

const struct httpd_route gate_oauth_authorize = { .method = HTTPD_GET, .pattern = "/oauth2/authorize", .run = run };
const struct httpd_route gate_oauth_authorize_post = { .method = HTTPD_POST, .pattern = "/oauth2/authorize", .run = run };
