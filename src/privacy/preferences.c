/* Reading and changing the choice: the page, its answers, and the state for programs. The only place where
 * cookies_preferences is set or removed. Works for a visitor with an empty jar, without script, and needs no token (CSR-12). */
#include "privacy/inside.h"

#include "json/json.h"

enum { STATE_BYTES = 64 << 10 };

bool privacy_wants_json(const struct httpd_request *r)
{
	struct str accept = httpd_header(r, STR("Accept"));
	return str_find(accept, STR("application/json")) >= 0 && str_find(accept, STR("text/html")) < 0;
}

/* --- the state as JSON ------------------------------------------------------------------------------------- */

void privacy_put_state(struct buf *b, const struct visit *v, const struct consent_state *st)
{
	static const char *const words[] = { [CONSENT_UNDECIDED] = "undecided", [CONSENT_REFUSED] = "refused", [CONSENT_GRANTED] = "granted" };
	const struct registry *g = st->registry;
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_member_bool(&j, "audience", g && g->audience && !st->objects);
	json_member_bool(&j, "banner", st->banner_due);
	json_member_bool(&j, "stored", st->stored);
	json_member_bool(&j, "signal", st->signal);
	json_key(&j, STR("services"));
	json_open(&j, '{');
	for (size_t i = 0; g && i < g->nservices && i < CONSENT_SERVICES; i++) {
		json_key(&j, g->services[i].id);
		json_open(&j, '{');
		json_member(&j, "choice", g->services[i].basis == REGISTRY_BASIS_CONSENT ? str_of(words[st->answers[i]]) : STR("exempt"));
		json_member_bool(&j, "granted", st->granted[i]);
		json_close(&j, '}');
	}
	json_close(&j, '}');
	json_key(&j, STR("chosen"));
	if (st->stored) {
		json_value(&j);
		buf_put_char(b, '"');
		clock_put_date(b, (int32_t)st->day);
		buf_put_char(b, '"');
	} else {
		json_put_null(&j);
	}
	if (g) {
		json_member_int(&j, "epoch", g->epoch);
		json_member_int(&j, "version", g->version);
		json_member(&j, "policy", arena_join(v->arena, v->origin, STR("/terms/cookies-policy/")));
	}
	json_close(&j, '}');
}

static bool reply_state(struct visit *v, const struct consent_state *st, int status)
{
	auto_buf b = BUF_INIT(STATE_BYTES);
	privacy_put_state(&b, v, st);
	httpd_reply_status(v->reply, status);
	httpd_reply_type(v->reply, STR("application/json"));
	httpd_reply_cache_control(v->reply, STR("private, no-store"));
	httpd_reply_vary(v->reply, HTTPD_VARY_COOKIE | HTTPD_VARY_SIGNALS);
	httpd_reply_take(v->reply, &b);
	return true;
}

/* --- the wish ------------------------------------------------------------------------------------------------- */

enum action { ACCEPT_ALL, REFUSE_ALL, SAVE };

struct asked {
	struct visit *v;
	struct visitor_form form;
	enum action action;
	bool json, first, placeholder;
};

static bool is_asked(const struct registry *g, size_t i) { return g->services[i].basis == REGISTRY_BASIS_CONSENT; }

static bool any_open(const struct consent_state *st)
{
	for (size_t i = 0; i < st->registry->nservices && i < CONSENT_SERVICES; i++)
		if (is_asked(st->registry, i) && st->answers[i] == CONSENT_UNDECIDED)
			return true;
	return false;
}

static bool read_action(struct asked *a, struct err *e)
{
	struct str action = visitor_field(&a->form, STR("action")), layer = visitor_field(&a->form, STR("layer"));
	a->first = str_eq(layer, STR("first"));
	a->placeholder = str_eq(layer, STR("placeholder"));
	if (str_eq(action, STR("accept_all")))
		a->action = ACCEPT_ALL;
	else if (str_eq(action, STR("refuse_all")))
		a->action = REFUSE_ALL;
	else if (str_eq(action, STR("save")))
		a->action = SAVE;
	else
		return err_set(e, ERR_INVALID, "The field action must be accept_all, refuse_all or save.");
	return true;
}

/* Services that a form names must be ones that are asked about (CON-13). */
static bool read_services(const struct asked *a, bool granted[CONSENT_SERVICES], struct err *e)
{
	const struct registry *g = a->v->registry;
	for (size_t k = 0; k < a->form.n; k++) {
		struct str name = a->form.pairs[k].name;
		bool known = false;
		if (!str_starts(name, STR("svc.")))
			continue;
		for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
			if (!is_asked(g, i) || !str_eq(g->services[i].id, str_from(name, 4)))
				continue;
			known = true;
			granted[i] |= str_eq(a->form.pairs[k].value, STR("on"));
		}
		if (!known)
			return err_set(e, ERR_INVALID, "There is no service \"%.*s\" to choose.", STR_ARG(str_from(name, 4)));
	}
	return true;
}

/* Whether the page offers to object to measurement at all. */
static bool has_switch(const struct registry *g)
{
	bool any = g->audience;
	for (size_t i = 0; i < g->nservices; i++)
		any |= g->services[i].basis == REGISTRY_BASIS_EXEMPTION;
	return any;
}

static bool make_wish(const struct asked *a, struct consent_wish *w, struct err *e)
{
	struct visit *v = a->v;
	const struct consent_state *st = &v->consent;
	const struct registry *g = v->registry;
	bool named[CONSENT_SERVICES] = { false };
	/* A banner that asks about what is new decides nothing else (CON-21). */
	bool partly = a->first && st->stored && any_open(st);
	if (!read_services(a, named, e))
		return false;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++) {
		bool kept = st->granted[i] && is_asked(g, i);
		bool open = st->answers[i] == CONSENT_UNDECIDED;
		if (a->action == SAVE)
			w->granted[i] = named[i] || (a->placeholder && kept);
		else
			w->granted[i] = partly && !open ? kept : a->action == ACCEPT_ALL && is_asked(g, i);
	}
	if (a->action == SAVE && !a->placeholder && !a->first)
		w->objects = has_switch(g) ? !visitor_field_on(&a->form, STR("audience")) : st->objected;
	else
		w->objects = st->objected && !(a->action == ACCEPT_ALL && !a->first);
	if (!str_to_int(visitor_field(&a->form, STR("epoch")), &w->epoch))
		w->epoch = 0;
	w->mechanism = a->placeholder ? CONSENT_PLACEHOLDER : a->json ? CONSENT_API : a->first ? CONSENT_FIRST_LAYER : CONSENT_PREFERENCES_PAGE;
	w->lang = v->lang_code;
	return true;
}

/* --- what is left on the device ------------------------------------------------------------------------------- */

static bool sweep_name(struct visit *v, struct str name, struct str path, struct err *e)
{
	struct str host = v->at.tenant->host, top = registry_registrable(host);
	if (!httpd_cookie_sweep(v->reply, name, path, STR(""), e))
		return false;
	/* The host itself as a domain, then each parent, down to the one that can be registered. */
	for (struct str domain = host; top.n && domain.n >= top.n;) {
		if (!httpd_cookie_sweep(v->reply, name, path, domain, e))
			return false;
		ptrdiff_t dot = str_find_char(domain, '.');
		if (dot < 0)
			break;
		domain = str_from(domain, (size_t)dot + 1);
	}
	return true;
}

static bool sweep_item(struct visit *v, const struct registry_item *item, struct err *e)
{
	const struct httpd_pair *cookies;
	size_t n;
	struct str path = item->path.n ? item->path : STR("/");
	if (item->kind != REGISTRY_COOKIE)
		return true;
	if (!item->prefix_match)
		return sweep_name(v, item->name, path, e);
	if (!httpd_cookies(v->request, &cookies, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool before = false;
		for (size_t k = 0; k < i && !before; k++)
			before = str_eq(cookies[k].name, cookies[i].name);
		if (!before && str_starts(cookies[i].name, item->name) && !sweep_name(v, cookies[i].name, path, e))
			return false;
	}
	return true;
}

static bool sweep(struct visit *v, const struct consent_outcome *out, struct err *e)
{
	const struct registry *g = v->registry;
	for (size_t i = 0; i < g->nservices && i < CONSENT_SERVICES; i++)
		for (size_t k = 0; out->withdrawn[i] && k < g->services[i].nitems; k++)
			if (!sweep_item(v, &g->items[g->services[i].first_item + k], e))
				return false;
	return true;
}

/* --- the answer ------------------------------------------------------------------------------------------------- */

static const char *what_was_done(const struct asked *a, const struct consent_outcome *out)
{
	for (size_t i = 0; i < CONSENT_SERVICES; i++)
		if (out->withdrawn[i])
			return "withdrawn";
	if (!a->v->registry->needs_consent)
		return "saved";
	return a->action == ACCEPT_ALL ? "accepted" : a->action == REFUSE_ALL ? "refused" : "saved";
}

static bool store_choice(struct visit *v, const struct consent_outcome *out, struct err *e)
{
	return visitor_keep_choice(v, out, e) && sweep(v, out, e);
}

static bool refuse_stale(const struct asked *a, struct str back, struct err *e)
{
	*e = (struct err){ 0 };
	if (a->json)
		return reply_state(a->v, &a->v->consent, 409);
	return privacy_put_preferences(&(struct privacy_preferences){ .visit = a->v, .back = back, .stale = true, .status = 409 }, e);
}

static bool run_post(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	struct asked a = { .v = &v, .json = privacy_wants_json(r) };
	struct consent_wish w = { 0 };
	struct consent_outcome out;
	if (!visitor_enter_anyone(app, r, p, &v, e) || !visitor_form(&v, VISITOR_TOKEN_FREE, &a.form, e) || !read_action(&a, e))
		return false;
	if (!v.registry)
		return err_set(e, ERR_BUSY, "Choices cannot be read at the moment. Please try again.");
	struct str back = visitor_next(r, v.arena, v.origin, visitor_field(&a.form, STR("return")));
	if (!make_wish(&a, &w, e))
		return false;
	/* A yes to everything at once is not what the signal lets count (CON-16). */
	if (a.first && a.action == ACCEPT_ALL && v.consent.signal)
		return a.json ? reply_state(&v, &v.consent, 409)
		              : httpd_reply_redirect(p, 303, STR("/cookies/preferences/?conflict=1"), e);
	w.ui_html = a.first ? view_banner_proof(&v) : view_preferences_proof(&v);
	if (!consent_choose(v.at.site->consent, &v.consent, &w, clock_now(), &out, e))
		return e->code == ERR_CONFLICT ? refuse_stale(&a, back, e) : false;
	if (!store_choice(&v, &out, e))
		return false;
	if (a.json)
		return reply_state(&v, &out.state, 200);
	return httpd_reply_redirect(p, 303, visitor_with_said(v.arena, back, what_was_done(&a, &out)), e);
}

static bool run_get(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	if (!visitor_enter_anyone(app, r, p, &v, e))
		return false;
	if (privacy_wants_json(r))
		return reply_state(&v, &v.consent, 200);
	const struct str *back = httpd_query_or_null(r, STR("return"));
	struct privacy_preferences page = { .visit = &v, .status = 200, .back = STR("/cookies/preferences/"),
		                            .conflict = httpd_query_or_null(r, STR("conflict")) && v.consent.signal };
	if (back && back->n && back->n < 2000)
		page.back = visitor_next(r, v.arena, v.origin, *back);
	return privacy_put_preferences(&page, e);
}

static bool run_state(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	auto_visit v = { 0 };
	return visitor_enter_anyone(app, r, p, &v, e) && reply_state(&v, &v.consent, 200);
}

const struct httpd_route privacy_preferences_page = { .method = HTTPD_GET, .pattern = "/cookies/preferences/", .run = run_get };
const struct httpd_route privacy_preferences_save = { .method = HTTPD_POST, .pattern = "/cookies/preferences/", .body_max = 64 * 1024, .run = run_post };
const struct httpd_route privacy_state = { .method = HTTPD_GET, .pattern = "/api/cookies/v1/state", .run = run_state };
