/* What a browser holds after a step, against what the registry permits in the present state. */
#include "clock/clock.h"
#include "crawl/inside.h"
#include <stdarg.h>

enum { SLACK_S = 120, MOST_DIFFERENCES = 500 };

void crawl_differ(struct crawl_walk *w, struct str url, const char *fmt, ...)
{
	if (w->ndifferences++ >= MOST_DIFFERENCES) return;
	auto_buf text = BUF_INIT(4096);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	struct json_out *j = &w->differences;
	json_open(j, '{');
	json_member(j, "engine", str_of(w->b->engine->name));
	json_member(j, "state", str_of(w->state));
	json_member(j, "url", url);
	json_member(j, "what", buf_str(&text));
	json_close(j, '}');
}

static const struct json_node *service_of(const struct crawl_walk *w, struct str id)
{
	const struct json_node *all = json_get(w->registry, "services");
	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_text(json_get(json_at(all, i), "id")), id)) return json_at(all, i);
	return NULL;
}

static bool granted(const struct crawl_walk *w, struct str id)
{
	for (size_t i = 0; i < w->ngranted; i++)
		if (str_eq(str_of(w->granted[i]), id)) return true;
	return false;
}

/* The declaration of a name, of the platform or of a service; a prefix counts where it is declared as one. */
static const struct json_node *declared(const struct crawl_walk *w, struct str name)
{
	const struct json_node *items = json_get(w->registry, "items");
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json_node *it = json_at(items, i);
		struct str theirs = json_text(json_get(it, "name"));
		bool prefix = str_eq(json_text(json_get(it, "match")), STR("prefix"));
		if (str_eq(json_text(json_get(it, "kind")), STR("cookie")) && (prefix ? str_starts(name, theirs) : str_eq(name, theirs))) return it;
	}
	return NULL;
}

static bool permitted(const struct crawl_walk *w, const struct json_node *item)
{
	struct str id = json_text(json_get(item, "id"));
	if (str_eq(id, STR("platform.sessionid"))) return w->may_session;
	if (str_eq(id, STR("platform.django_language"))) return w->may_language;
	if (str_eq(id, STR("platform.csrftoken"))) return w->may_csrf;
	if (str_eq(id, STR("platform.cookies_preferences"))) return w->may_preferences;
	return granted(w, json_text(json_get(item, "service")));
}

static void judge_cookie(struct crawl_walk *w, struct str url, const struct crawl_cookie *c)
{
	const struct json_node *item = declared(w, c->name), *as = json_get(item, "attributes"), *life = json_get(item, "lifetime");
	if (!item) {
		crawl_differ(w, url, "the cookie %.*s is not declared", STR_ARG(c->name));
		return;
	}
	if (!permitted(w, item)) crawl_differ(w, url, "the cookie %.*s is not permitted in this state", STR_ARG(c->name));
	bool first = str_eq(json_text(json_get(item, "party")), STR("first"));
	if (!first) return;
	map_put(w->arena, w->seen, arena_str(w->arena, c->name), w);
	if (!str_eq(c->domain, w->host)) crawl_differ(w, url, "%.*s: kept for %.*s, not for this host alone", STR_ARG(c->name), STR_ARG(c->domain));
	if (!str_eq(c->path, json_text(json_get(as, "path")))) crawl_differ(w, url, "%.*s: path %.*s", STR_ARG(c->name), STR_ARG(c->path));
	if (c->http_only != json_bool(json_get(as, "http_only"), true)) crawl_differ(w, url, "%.*s: HttpOnly differs", STR_ARG(c->name));
	if (c->secure != json_bool(json_get(as, "secure"), true) && !w->development) crawl_differ(w, url, "%.*s: Secure differs", STR_ARG(c->name));
	if (!str_eq(c->same_site, json_text(json_get(as, "same_site")))) crawl_differ(w, url, "%.*s: SameSite %.*s", STR_ARG(c->name), STR_ARG(c->same_site));
	int64_t seconds = json_int(json_get(life, "seconds"), 0), now = clock_now().us / 1000000;
	if (!c->session && !seconds) crawl_differ(w, url, "%.*s: outlives the browser", STR_ARG(c->name));
	if (!c->session && seconds && c->expires_s > now + seconds + SLACK_S) crawl_differ(w, url, "%.*s: kept longer than declared", STR_ARG(c->name));
}

/* Whether a granted service has declared to be asked at this address. */
static bool asked_rightly(const struct crawl_walk *w, struct str url)
{
	static const char *const directives[] = { "script", "style", "img", "font", "connect", "frame", "media", "worker" };
	for (size_t i = 0; i < w->ngranted; i++) {
		const struct json_node *origins = json_get(service_of(w, str_of(w->granted[i])), "origins");
		for (size_t d = 0; d < COUNT_OF(directives); d++) {
			const struct json_node *list = json_get(origins, directives[d]);
			for (size_t k = 0; k < json_count(list); k++) {
				struct str o = json_text(json_at(list, k));
				if (str_starts(o, STR("https://*."))) {
					ptrdiff_t end = str_find_char(str_from(url, 8), '/');
					struct str host = str_sub(url, 8, end < 0 ? url.n : (size_t)end);
					if (str_starts(url, STR("https://")) && str_ends(host, str_from(o, 9))) return true;
				} else if (str_starts(url, o)) {
					return true;
				}
			}
		}
	}
	return false;
}

static void judge_asked(struct crawl_walk *w, struct str url, struct arena *a)
{
	struct str *urls;
	size_t n;
	struct err e = { 0 };
	if (!w->b->engine->asked(w->b, a, &urls, &n, &e)) {
		crawl_differ(w, url, "what was asked for could not be seen: %s", e.pub);
		return;
	}
	struct str slash = arena_join(a, w->origin, STR("/"));
	for (size_t i = 0; i < n; i++) {
		/* What a browser shows a document of its own with, such as its reader of PDF, is inside it. */
		bool local = str_starts(urls[i], STR("chrome-extension:")) || str_starts(urls[i], STR("chrome:")) || str_starts(urls[i], STR("resource:")) ||
		             str_starts(urls[i], STR("data:")) || str_starts(urls[i], STR("blob:")) || str_starts(urls[i], STR("about:")) ||
		             str_eq(urls[i], w->origin) || str_starts(urls[i], slash);
		if (!local && !asked_rightly(w, urls[i])) crawl_differ(w, url, "asked for %.*s", STR_ARG(str_sub(urls[i], 0, 300)));
	}
}

static void judge_storage(struct crawl_walk *w, struct str url, struct arena *a)
{
	struct str found;
	struct err e = { 0 };
	/* A document without an origin of its own, such as a browser's own view of JSON, has no storage either. */
	if (!w->b->engine->ask(w->b, STR("(async () => { if (!/^http/.test(location.protocol)) return '';"
	                                 " try { const f = [...Object.keys(localStorage), ...Object.keys(sessionStorage)];"
	                                 " if (indexedDB.databases) f.push(...(await indexedDB.databases()).map(d => 'indexedDB ' + d.name));"
	                                 " if (self.caches) f.push(...(await caches.keys()).map(k => 'cache ' + k));"
	                                 " if (navigator.serviceWorker) f.push(...(await navigator.serviceWorker.getRegistrations()).map(r => 'worker ' + r.scope));"
	                                 " return f.join(' ') } catch (x) { if (String(x).includes('SecurityError')) return ''; throw x } })()"),
	                       a, &found, &e)) {
		crawl_differ(w, url, "storage could not be looked at: %s", e.pub);
		return;
	}
	if (!str_eq(found, STR("\"\"")) && w->ngranted == 0) crawl_differ(w, url, "storage is not empty: %.*s", STR_ARG(str_sub(found, 0, 300)));
}

void crawl_judge(struct crawl_walk *w, struct str url)
{
	auto_arena a = ARENA_INIT;
	struct crawl_cookie *jar;
	size_t n;
	struct err e = { 0 };
	w->steps++;
	if (!w->b->engine->jar(w->b, &a, &jar, &n, &e)) crawl_differ(w, url, "the jar could not be read: %s", e.pub);
	else
		for (size_t i = 0; i < n; i++) judge_cookie(w, url, &jar[i]);
	judge_storage(w, url, &a);
	judge_asked(w, url, &a);
}
