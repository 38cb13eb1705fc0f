/* A crawl from plan to result: one walk in each browser, then the union. */
#include "crawl/crawl.h"
#include "clock/clock.h"
#include "crawl/inside.h"

enum { RESULT_BYTES = 4 << 20 };

/* Where nothing is measured and no service asks for consent there is no choice that differs from the defaults, so none is
 * ever stored (PRF-4): such a portal declares cookies_preferences and has no occasion to set it. */
static bool has_choice(const struct crawl_walk *w)
{
	return json_count(json_get(w->registry, "services")) || json_bool(json_get(json_get(w->registry, "audience_measurement"), "enabled"), false);
}

static void judge_union(struct crawl_walk *w)
{
	const struct json_node *items = json_get(w->registry, "items");
	w->state = "all states together";
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json_node *it = json_at(items, i);
		struct str name = json_text(json_get(it, "name"));
		if (str_eq(json_text(json_get(it, "id")), STR("platform.cookies_preferences")) && !has_choice(w)) continue;
		if (str_eq(json_text(json_get(it, "service")), STR("platform")) && !map_get_or_null(w->seen, name))
			crawl_differ(w, w->origin, "%.*s is declared and was never seen", STR_ARG(name));
	}
}

static void put_result(struct crawl_walk *w, const struct crawl_options *o, char (*versions)[80], struct json_out *j)
{
	struct buf at = BUF_INIT(64);
	clock_put_instant_ms_z(&at, clock_now().us);
	json_open(j, '{');
	json_member(j, "at", buf_str(&at));
	json_member(j, "build", o->build);
	json_key(j, STR("differences"));
	json_value(j);
	buf_put(j->b, buf_str(&w->differences_text));
	json_member(j, "domain", w->host);
	json_key(j, STR("engines"));
	json_open(j, '{');
	if (versions[0][0]) json_member(j, "chromium", str_of(versions[0]));
	if (versions[1][0]) json_member(j, "firefox", str_of(versions[1]));
	json_close(j, '}');
	json_member(j, "origin", w->origin);
	json_member_int(j, "pages", w->pages);
	json_member(j, "registry_hash", json_text(json_get(w->registry, "hash")));
	json_member(j, "result", w->ndifferences ? STR("fail") : STR("pass"));
	json_member(j, "schema", STR("cookie-crawl/1"));
	json_key(j, STR("seen"));
	json_open(j, '[');
	for (size_t i = 0; i < w->seen->n; i++) json_put(j, w->seen->entries[i].key);
	json_close(j, ']');
	json_member_int(j, "steps", w->steps);
	json_close(j, '}');
	buf_done(&at);
}

bool crawl_run(const struct json_node *plan, const struct crawl_options *o, struct arena *a, struct str *result, bool *passed, int64_t *pages,
               struct err *e)
{
	struct map seen = { 0 };
	char versions[2][80] = { "", "" };
	struct crawl_walk w = { .plan = plan, .registry = json_get(plan, "registry"), .options = o, .arena = a, .seen = &seen,
		.origin = json_text(json_get(plan, "origin")), .host = json_text(json_get(plan, "host")), .differences_text = BUF_INIT(RESULT_BYTES) };
	w.development = str_starts(w.origin, STR("http://"));
	if (!w.origin.n || !json_count(json_get(w.registry, "items"))) return err_set(e, ERR_BAD_REQUEST, "the plan names no origin or no registry");
	if (!o->chromium_or_null && !o->firefox_or_null) return err_set(e, ERR_USAGE, "no browser was named");
	w.differences = JSON_OUT(&w.differences_text);
	json_open(&w.differences, '[');
	bool ok = true;
	for (int i = 0; ok && i < 2; i++) {
		const char *program = i == 0 ? o->chromium_or_null : o->firefox_or_null;
		if (!program) continue;
		ok = i == 0 ? crawl_chromium(program, o, &w.b, e) : crawl_firefox(program, &w.b, e);
		if (!ok) break;
		memcpy(versions[i], w.b->version, sizeof versions[i]);
		crawl_walk_all(&w);
		if (!(i == 0 && o->firefox_or_null)) judge_union(&w);
		w.b->engine->close(w.b);
	}
	json_close(&w.differences, ']');
	auto_buf text = BUF_INIT(RESULT_BYTES);
	struct json_out j = JSON_OUT(&text);
	if (ok) {
		put_result(&w, o, versions, &j);
		struct str whole;
		ok = buf_end(&text, &whole, e);
		if (ok) *result = arena_str(a, whole);
		*passed = w.ndifferences == 0;
		*pages = w.pages;
	}
	buf_done(&w.differences_text);
	return ok;
}

bool crawl_pictures(const struct json_node *plan, const struct crawl_options *o, bool (*keep)(void *arg, struct str hash, struct str png, struct err *e),
                    void *arg, struct err *e)
{
	const struct json_node *list = json_get(plan, "renderings");
	struct crawl_browser *b;
	struct crawl_mode m = { .lang = STR("en"), .script = false };
	if (!json_count(list) || !o->chromium_or_null) return true;
	if (!crawl_chromium(o->chromium_or_null, o, &b, e)) return false;
	bool ok = b->engine->fresh(b, e) && b->engine->mode(b, &m, e);
	for (size_t i = 0; ok && i < json_count(list); i++) {
		auto_arena a = ARENA_INIT;
		struct str png;
		const struct json_node *one = json_at(list, i);
		ok = crawl_picture(b, json_text(json_get(plan, "origin")), json_text(json_get(one, "html")), &a, &png, e) &&
		     keep(arg, json_text(json_get(one, "hash")), png, e);
	}
	b->engine->close(b);
	return ok;
}
