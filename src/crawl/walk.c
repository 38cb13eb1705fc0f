/* The walk: every state a visitor can be in, and in each the pages that may behave differently. */
#include "clock/clock.h"
#include "crawl/inside.h"
#include <poll.h>

enum { ACT_MS = 30000, STEP_MS = 25 };

/* Opens a path of the portal in the present state and judges. */
static bool go(struct crawl_walk *w, struct str path)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str url = arena_join(&a, w->origin, path);
	if (!w->b->engine->visit(w->b, url, &e)) {
		crawl_differ(w, url, "could not be opened: %s", e.pub);
		return false;
	}
	w->pages++;
	crawl_judge(w, url);
	return true;
}

static bool ask_is(struct crawl_walk *w, struct arena *a, const char *expression, const char *wanted)
{
	struct str got;
	struct err e = { 0 };
	return w->b->engine->ask(w->b, str_of(expression), a, &got, &e) && str_eq(got, str_of(wanted));
}

/* Does what a person does with a form: runs an expression that is true when it found what to press, and waits for the
 * page that follows. Nothing is judged: the caller says first what is permitted from then on. */
static bool act(struct crawl_walk *w, const char *what, struct str press)
{
	auto_arena a = ARENA_INIT;
	struct str got;
	struct err e = { 0 };
	struct str expression = arena_printf(&a, "(() => { window.stoaOld = true; const at = %.*s; if (!at) return false; at.click(); return true })()",
	                                     STR_ARG(press));
	if (!w->b->engine->ask(w->b, expression, &a, &got, &e) || !str_eq(got, STR("true"))) {
		crawl_differ(w, w->origin, "%s: %s", what, e.pub[0] ? e.pub : "there is nothing to press");
		return false;
	}
	struct deadline until = clock_in_ms(ACT_MS);
	while (clock_monotonic_ns() < until.ns) {
		poll(NULL, 0, STEP_MS);
		if (ask_is(w, &a, "!window.stoaOld && document.readyState === 'complete'", "true")) {
			w->pages++;
			return true;
		}
	}
	crawl_differ(w, w->origin, "%s: no page followed", what);
	return false;
}

static void forbid(struct crawl_walk *w)
{
	w->may_session = w->may_language = w->may_csrf = w->may_preferences = false;
	w->ngranted = 0;
}

/* Firefox answers no question of ours while a page's script is off, so these states are Chromium's. */
static bool can_go_without_script(const struct crawl_walk *w) { return str_eq(str_of(w->b->engine->name), STR("chromium")); }

/* A fresh profile for a state of that name. */
static bool begin(struct crawl_walk *w, const char *state, struct str lang, bool signal, bool script)
{
	struct err e = { 0 };
	struct crawl_mode m = { lang, signal, script };
	forbid(w);
	w->state = state;
	if (!w->b->engine->fresh(w->b, &e) || !w->b->engine->mode(w->b, &m, &e)) {
		crawl_differ(w, w->origin, "the browser could not be made ready: %s", e.pub);
		return false;
	}
	if (w->options->say) w->options->say(w->options->arg, w->b->engine->name, state, w->steps);
	return true;
}

static void visit_all(struct crawl_walk *w, const char *list, const char *with_flg_or_null)
{
	auto_arena a = ARENA_INIT;
	const struct json_node *paths = json_get(w->plan, list);
	for (size_t i = 0; i < json_count(paths); i++) {
		struct str p = json_text(json_at(paths, i));
		if (with_flg_or_null) p = arena_printf(&a, "%.*s%cflg=%s", STR_ARG(p), str_find_char(p, '?') < 0 ? '?' : '&', with_flg_or_null);
		go(w, p);
	}
}

static const struct json_node *languages(const struct crawl_walk *w) { return json_get(w->plan, "languages"); }
static struct str first_language(const struct crawl_walk *w) { return json_text(json_at(languages(w), 0)); }

static void walk_anonymous(struct crawl_walk *w)
{
	static const char *const names[2][2] = { { "anonymous, without script", "anonymous" },
		{ "anonymous, with a signal, without script", "anonymous, with a signal" } };
	bool both = can_go_without_script(w);
	for (size_t i = 0; i < json_count(languages(w)); i++) {
		/* A quick walk goes through everything in the first language; in each other one, in turn, through two of the four, so that every
		 * pair of language, script and signal is met. */
		bool pairs = w->options->quick && i > 0 && both;
		for (int script = 1; script >= (both ? 0 : 1); script--)
			for (int signal = 0; signal < 2; signal++) {
				if (pairs && (script != signal) != (i % 2 == 1)) continue;
				bool whole = script && !signal && !(w->options->quick && i);
				if (begin(w, names[signal][script], json_text(json_at(languages(w), i)), signal, script)) visit_all(w, whole ? "paths" : "pages", NULL);
			}
	}
}

static void walk_language(struct crawl_walk *w)
{
	size_t n = json_count(languages(w));
	if (n < 2) return;
	auto_arena a = ARENA_INIT;
	struct str last = json_text(json_at(languages(w), n - 1));
	if (!begin(w, "language chosen", first_language(w), false, true) || !go(w, STR("/"))) return;
	w->may_language = true;
	if (!act(w, "choosing a language", arena_printf(&a, "document.querySelector('button[name=language][value=\"%.*s\"]')", STR_ARG(last)))) return;
	crawl_judge(w, w->origin);
	visit_all(w, "pages", NULL);
	if (!go(w, STR("/")) || !act(w, "going back to the browser's language", STR("document.querySelector('button[name=language][value=auto]')"))) return;
	w->may_language = false;
	go(w, STR("/"));
}

/* --- consent ------------------------------------------------------------------------------------------ */

#define PRESS(action) STR("document.querySelector('button[name=action][value=" action "]')")
#define WITHDRAW STR("document.querySelector('footer form:has(input[name=action][value=refuse_all]) button')")

static size_t consent_services(const struct crawl_walk *w, struct arena *a, const char ***out)
{
	const struct json_node *all = json_get(w->registry, "services");
	size_t n = 0;
	*out = arena_array(a, const char *, json_count(all) + 1);
	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_text(json_get(json_at(all, i), "legal_basis")), STR("consent")))
			(*out)[n++] = arena_cstr(a, json_text(json_get(json_at(all, i), "id")));
	return n;
}

static void allow(struct crawl_walk *w, const char *const *ids, size_t n)
{
	for (size_t i = 0; i < n && i < COUNT_OF(w->granted); i++) w->granted[i] = ids[i];
	w->ngranted = num_min(n, COUNT_OF(w->granted));
	w->may_preferences = true;
}

static void walk_objection(struct crawl_walk *w)
{
	if (!json_bool(json_get(json_get(w->registry, "audience_measurement"), "enabled"), false)) return;
	if (!begin(w, "objects to measurement", first_language(w), false, true) || !go(w, STR("/cookies/preferences/"))) return;
	w->may_preferences = true;
	if (!act(w, "objecting to measurement", STR("(() => { const s = document.querySelector('input[name=audience][type=checkbox]'); if (!s) return null;"
	                                            " s.checked = false; return s.form.querySelector('button[value=save]') })()")))
		return;
	crawl_judge(w, w->origin);
	visit_all(w, "pages", NULL);
	if (!go(w, STR("/cookies/preferences/"))) return;
	if (!act(w, "taking the objection back", STR("(() => { const s = document.querySelector('input[name=audience][type=checkbox]'); if (!s) return null;"
	                                             " s.checked = true; return s.form.querySelector('button[value=save]') })()")))
		return;
	if (!json_count(json_get(w->registry, "services"))) w->may_preferences = false;
	crawl_judge(w, w->origin);
}

static void walk_consent(struct crawl_walk *w)
{
	auto_arena a = ARENA_INIT;
	const char **ids;
	size_t n = consent_services(w, &a, &ids);
	walk_objection(w);
	if (!n) return;
	for (int script = 1; script >= (can_go_without_script(w) ? 0 : 1); script--) {
		/* Without script the press itself goes through the form, as a person's would. */
		if (begin(w, script ? "all refused" : "all refused, without script", first_language(w), false, script) && go(w, STR("/"))) {
			w->may_preferences = true;
			if (act(w, "refusing all", PRESS("refuse_all"))) visit_all(w, "pages", NULL);
		}
		if (begin(w, script ? "all accepted" : "all accepted, without script", first_language(w), false, script) && go(w, STR("/"))) {
			allow(w, ids, n);
			if (act(w, "accepting all", PRESS("accept_all"))) visit_all(w, "pages", NULL);
			w->state = script ? "withdrawn" : "withdrawn, without script";
			go(w, STR("/"));
			if (act(w, "withdrawing", WITHDRAW)) {
				w->ngranted = 0;
				auto_arena later = ARENA_INIT;
				struct str *urls;
				size_t k;
				struct err ignored = { 0 };
				/* What the page before was still loading is not this state's. */
				(void)!w->b->engine->asked(w->b, &later, &urls, &k, &ignored);
				visit_all(w, "pages", NULL);
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (!begin(w, "one service accepted", first_language(w), false, true) || !go(w, STR("/cookies/preferences/"))) continue;
		allow(w, &ids[i], 1);
		if (act(w, "accepting one service",
		        arena_printf(&a, "(() => { const s = document.querySelector('input[name=\"svc.%s\"]'); if (!s) return null; s.checked = true;"
		                         " return s.form.querySelector('button[value=save]') })()", ids[i])))
			visit_all(w, "pages", NULL);
	}
}

/* --- signed in ------------------------------------------------------------------------------------------ */

static void walk_signed_in(struct crawl_walk *w)
{
	auto_arena a = ARENA_INIT;
	struct str email = json_text(json_get(w->plan, "email")), password = json_text(json_get(w->plan, "password"));
	if (!email.n || !begin(w, "signed in", first_language(w), false, true)) return;
	w->may_csrf = true;
	if (!go(w, STR("/login/"))) return;
	w->may_session = true;
	if (!act(w, "signing in",
	         arena_printf(&a, "(() => { const p = document.querySelector('input[name=password]'); if (!p) return null; const f = p.form;"
	                          " f.querySelector('[name=username]').value = '%.*s'; p.value = '%.*s';"
	                          " const r = f.querySelector('[name=remember]'); if (r) r.checked = true; return f.querySelector('button[type=submit], button:not([type])') })()",
	                      STR_ARG(email), STR_ARG(password))))
		return;
	if (!ask_is(w, &a, "fetch('/api/auth/session').then(r => r.json()).then(s => s.authenticated)", "true")) {
		crawl_differ(w, w->origin, "signing in did not sign in");
		return;
	}
	crawl_judge(w, w->origin);
	visit_all(w, "pages", NULL);
	for (size_t i = 0; i < json_count(languages(w)); i++) visit_all(w, "back", arena_cstr(&a, json_text(json_at(languages(w), i))));
	if (!go(w, STR("/logout/"))) return;
	if (!act(w, "signing out", STR("document.querySelector('main form button[type=submit]')"))) return;
	w->state = "signed out";
	w->may_session = w->may_csrf = false;
	crawl_judge(w, w->origin);
	visit_all(w, "pages", NULL);
}

void crawl_walk_all(struct crawl_walk *w)
{
	walk_anonymous(w);
	walk_language(w);
	walk_consent(w);
	walk_signed_in(w);
}
