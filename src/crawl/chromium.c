/* Chromium by the DevTools protocol: commands on its descriptor 3, answers and events on 4, each a JSON text ended by NUL.
 * A profile is a browser context, made fresh for each state and thrown away with its cookies. */
#include "crawl/inside.h"
#include "crypt/crypt.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_MS = 30000, LOAD_MS = 60000, TEXT_BYTES = 4 << 20, SEEN_BYTES = 16 << 20 };

static void note_event(struct crawl_browser *b, const struct json_node *m)
{
	struct str method = json_text(json_get(m, "method"));
	const struct json_node *p = json_get(m, "params");
	if (str_eq(method, STR("Page.loadEventFired"))) b->loads++;
	if (str_eq(method, STR("Network.requestWillBeSent"))) {
		buf_put(&b->seen, json_text(json_get(json_get(p, "request"), "url")));
		buf_put_char(&b->seen, '\n');
	}
}

/* Sends a command to the page (or the browser) and waits for its answer; events on the way are noted. The document is
 * the caller's. */
static bool command(struct crawl_browser *b, bool page, const char *method, struct str params, struct json_doc **out, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf text = BUF_INIT(TEXT_BYTES);
	int64_t id = ++b->last_id;
	buf_printf(&text, "{\"id\":%lld,\"method\":\"%s\"", (long long)id, method);
	if (page) buf_printf(&text, ",\"sessionId\":\"%s\"", b->session);
	buf_lit(&text, ",\"params\":");
	buf_put(&text, params.n ? params : STR("{}"));
	buf_put_char(&text, '}');
	buf_put_char(&text, '\0');
	if (!crawl_write(b, buf_str(&text), e)) return false;
	for (;;) {
		struct str m;
		struct json_doc *doc;
		if (!crawl_read(b, ANSWER_MS, CRAWL_NUL, &a, &m, e) || !json_read(m, &doc, e)) return false;
		const struct json_node *root = json_root(doc);
		if (json_int(json_get(root, "id"), 0) != id) {
			note_event(b, root);
			json_free(doc);
			continue;
		}
		const struct json_node *error = json_get(root, "error");
		if (error) {
			err_set(e, ERR_SYSTEM, "the browser refused %s: %.*s", method, STR_ARG(json_text(json_get(error, "message"))));
			json_free(doc);
			return false;
		}
		*out = doc;
		return true;
	}
}

static bool tell(struct crawl_browser *b, bool page, const char *method, struct str params, struct err *e)
{
	auto_json *doc = NULL;
	return command(b, page, method, params, &doc, e);
}

static bool ask_for(struct crawl_browser *b, const char *method, struct str params, const char *member, char *out, size_t size, struct err *e)
{
	auto_json *doc = NULL;
	if (!command(b, false, method, params, &doc, e)) return false;
	struct str s = json_text(json_get(json_get(json_root(doc), "result"), member));
	if (!s.n || s.n >= size) return err_set(e, ERR_SYSTEM, "the browser's answer to %s has no %s", method, member);
	memcpy(out, s.p, s.n);
	out[s.n] = 0;
	return true;
}

static bool fresh(struct crawl_browser *b, struct err *e)
{
	auto_arena a = ARENA_INIT;
	if (b->context[0] && !tell(b, false, "Target.disposeBrowserContext", arena_printf(&a, "{\"browserContextId\":\"%s\"}", b->context), e)) return false;
	return ask_for(b, "Target.createBrowserContext", STR(""), "browserContextId", b->context, sizeof b->context, e) &&
	       ask_for(b, "Target.createTarget", arena_printf(&a, "{\"url\":\"about:blank\",\"browserContextId\":\"%s\"}", b->context), "targetId", b->target,
	               sizeof b->target, e) &&
	       ask_for(b, "Target.attachToTarget", arena_printf(&a, "{\"targetId\":\"%s\",\"flatten\":true}", b->target), "sessionId", b->session,
	               sizeof b->session, e) &&
	       tell(b, false, "Browser.setDownloadBehavior", arena_printf(&a, "{\"behavior\":\"deny\",\"browserContextId\":\"%s\"}", b->context), e) &&
	       tell(b, true, "Page.enable", STR(""), e) &&
	       tell(b, true, "Network.enable", STR("{\"maxTotalBufferSize\":0,\"maxResourceBufferSize\":0}"), e);
}

static bool mode(struct crawl_browser *b, const struct crawl_mode *m, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str signal = m->signal ? STR(",\"Sec-GPC\":\"1\"") : STR("");
	struct str headers = arena_printf(&a, "{\"headers\":{\"Accept-Language\":\"%.*s\"%.*s}}", STR_ARG(m->lang), STR_ARG(signal));
	return tell(b, true, "Network.setExtraHTTPHeaders", headers, e) &&
	       tell(b, true, "Emulation.setScriptExecutionDisabled", m->script ? STR("{\"value\":false}") : STR("{\"value\":true}"), e);
}

/* Waits for one more load event than there were. */
static bool wait_for_load(struct crawl_browser *b, int64_t before, struct err *e)
{
	auto_arena a = ARENA_INIT;
	while (b->loads == before) {
		struct str m;
		struct json_doc *doc;
		if (!crawl_read(b, LOAD_MS, CRAWL_NUL, &a, &m, e) || !json_read(m, &doc, e)) return false;
		note_event(b, json_root(doc));
		json_free(doc);
	}
	return true;
}

static bool visit(struct crawl_browser *b, struct str url, struct err *e)
{
	auto_buf params = BUF_INIT(TEXT_BYTES);
	auto_json *doc = NULL;
	struct json_out j = JSON_OUT(&params);
	json_open(&j, '{');
	json_member(&j, "url", url);
	json_close(&j, '}');
	int64_t before = b->loads;
	if (!command(b, true, "Page.navigate", buf_str(&params), &doc, e)) return false;
	struct str failed = json_text(json_get(json_get(json_root(doc), "result"), "errorText"));
	if (str_eq(failed, STR("net::ERR_ABORTED"))) return true; /* a download */
	if (failed.n) return err_set(e, ERR_SYSTEM, "%.*s", STR_ARG(failed));
	/* A step within the same document loads nothing. */
	if (!json_get(json_get(json_root(doc), "result"), "loaderId")) return true;
	return wait_for_load(b, before, e);
}

static bool ask(struct crawl_browser *b, struct str expression, struct arena *a, struct str *out, struct err *e)
{
	auto_buf params = BUF_INIT(TEXT_BYTES);
	auto_buf value = BUF_INIT(TEXT_BYTES);
	auto_json *doc = NULL;
	struct json_out j = JSON_OUT(&params);
	json_open(&j, '{');
	json_member(&j, "expression", expression);
	json_member_bool(&j, "awaitPromise", true);
	json_member_bool(&j, "returnByValue", true);
	json_close(&j, '}');
	if (!command(b, true, "Runtime.evaluate", buf_str(&params), &doc, e)) return false;
	const struct json_node *result = json_get(json_root(doc), "result");
	const struct json_node *thrown = json_get(result, "exceptionDetails");
	if (thrown)
		return err_set(e, ERR_SYSTEM, "the page said: %.*s", STR_ARG(json_text(json_get(json_get(thrown, "exception"), "description"))));
	const struct json_node *v = json_get(json_get(result, "result"), "value");
	if (v) json_put_node(&value, v);
	else buf_lit(&value, "null");
	*out = arena_str(a, buf_str(&value));
	return true;
}

static bool jar(struct crawl_browser *b, struct arena *a, struct crawl_cookie **out, size_t *n, struct err *e)
{
	auto_json *doc = NULL;
	if (!command(b, false, "Storage.getCookies", arena_printf(a, "{\"browserContextId\":\"%s\"}", b->context), &doc, e)) return false;
	const struct json_node *list = json_get(json_get(json_root(doc), "result"), "cookies");
	*n = json_count(list);
	*out = arena_array(a, struct crawl_cookie, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		const struct json_node *c = json_at(list, i);
		(*out)[i] = (struct crawl_cookie){
			.name = arena_str(a, json_text(json_get(c, "name"))),
			.domain = arena_str(a, json_text(json_get(c, "domain"))),
			.path = arena_str(a, json_text(json_get(c, "path"))),
			.same_site = arena_str(a, json_text(json_get(c, "sameSite"))),
			.http_only = json_bool(json_get(c, "httpOnly"), false),
			.secure = json_bool(json_get(c, "secure"), false),
			.session = json_bool(json_get(c, "session"), false),
			.expires_s = (int64_t)json_real(json_get(c, "expires"), 0),
		};
	}
	return true;
}

static bool asked(struct crawl_browser *b, struct arena *a, struct str **out, size_t *n, struct err *e)
{
	struct str all = arena_str(a, buf_str(&b->seen)), one;
	(void)e;
	*n = 0;
	size_t most = 1;
	for (size_t i = 0; i < all.n; i++) most += all.p[i] == '\n';
	*out = arena_array(a, struct str, most);
	while (*n < most && str_cut(&all, '\n', &one))
		if (one.n) (*out)[(*n)++] = one;
	buf_clear(&b->seen);
	return true;
}

/* Waits, at most two seconds, until the style sheets of a page without script are there. */
static bool styled(struct crawl_browser *b, struct arena *a, struct err *e)
{
	struct str there = STR("false");
	for (int i = 0; i < 50 && !str_eq(there, STR("true")); i++) {
		poll(NULL, 0, 40);
		if (!ask(b, STR("[...document.querySelectorAll('link[rel=stylesheet]')].every(l => l.sheet) && document.fonts.status === 'loaded'"), a, &there, e)) return false;
	}
	return true;
}

bool crawl_picture(struct crawl_browser *b, struct str origin, struct str html, struct arena *a, struct str *png, struct err *e)
{
	auto_buf params = BUF_INIT(TEXT_BYTES);
	auto_json *tree = NULL, *shot = NULL;
	/* Shown as a document of the portal, so that its style sheets are found. */
	if (!visit(b, arena_join(a, origin, STR("/robots.txt")), e) || !command(b, true, "Page.getFrameTree", STR(""), &tree, e)) return false;
	struct json_out j = JSON_OUT(&params);
	json_open(&j, '{');
	json_member(&j, "frameId", json_text(json_get(json_get(json_get(json_get(json_root(tree), "result"), "frameTree"), "frame"), "id")));
	json_member(&j, "html", html);
	json_close(&j, '}');
	if (!tell(b, true, "Page.setDocumentContent", buf_str(&params), e) || !styled(b, a, e) ||
	    !command(b, true, "Page.captureScreenshot", STR("{\"format\":\"png\",\"captureBeyondViewport\":true}"), &shot, e))
		return false;
	struct str data = arena_str(a, json_text(json_get(json_get(json_root(shot), "result"), "data")));
	char *letters = arena_array(a, char, data.n + 1);
	memcpy(letters, data.p, data.n);
	size_t n = data.n;
	while (n > 0 && letters[n - 1] == '=') n--;
	for (size_t i = 0; i < n; i++) letters[i] = letters[i] == '+' ? '-' : letters[i] == '/' ? '_' : letters[i];
	return crypt_base64url_decode(a, (struct str){ letters, n }, png) || err_set(e, ERR_SYSTEM, "the browser's picture cannot be read");
}

static const struct crawl_engine engine = { "chromium", fresh, mode, visit, ask, jar, asked, crawl_stop };

static void put_version(struct crawl_browser *b, const struct json_node *result)
{
	struct str product = json_text(json_get(result, "product"));
	snprintf(b->version, sizeof b->version, "%.*s", STR_ARG(product));
}

bool crawl_chromium(const char *program, const struct crawl_options *o, struct crawl_browser **out, struct err *e)
{
	struct crawl_browser *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	*b = (struct crawl_browser){ .engine = &engine, .to = -1, .from = -1, .in = BUF_INIT(64u << 20), .seen = BUF_INIT(SEEN_BYTES) };
	auto_arena a = ARENA_INIT;
	int down[2] = { -1, -1 }, up[2] = { -1, -1 };
	char *argv[24];
	size_t n = 0;
	bool ok = crawl_profile(b, e);
	if (ok && (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0)) ok = err_os(e, "make pipes for the browser");
	static const char *const fixed[] = { "chromium", "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-extensions", "--disable-dev-shm-usage", "--mute-audio", "--password-store=basic",
		/* Readiness for a next page that nobody asks for: pages kept for going back, processes in reserve. */
		"--disable-features=BackForwardCache,SpareRendererForSitePerProcess,RenderDocument,Translate,MediaRouter,OptimizationHints" };
	for (size_t i = 0; i < COUNT_OF(fixed); i++) argv[n++] = (char *)(uintptr_t)fixed[i];
	argv[n++] = (char *)(uintptr_t)arena_printf(&a, "--user-data-dir=%s", b->profile).p;
	if (o->resolve_or_null) {
		argv[n++] = (char *)(uintptr_t)arena_printf(&a, "--host-resolver-rules=MAP * %s", o->resolve_or_null).p;
		argv[n++] = (char *)(uintptr_t)"--ignore-certificate-errors";
	}
	argv[n] = NULL;
	/* Lifted above 4, so that one dup2 does not close what the other needs. */
	int read_end = ok ? fcntl(down[0], F_DUPFD_CLOEXEC, 16) : -1, write_end = ok ? fcntl(up[1], F_DUPFD_CLOEXEC, 16) : -1;
	ok = ok && crawl_start(b, program, argv, read_end, write_end, e);
	if (down[0] >= 0) close(down[0]);
	if (up[1] >= 0) close(up[1]);
	if (read_end >= 0) close(read_end);
	if (write_end >= 0) close(write_end);
	b->to = down[1];
	b->from = up[0];
	auto_json *doc = NULL;
	ok = ok && command(b, false, "Browser.getVersion", STR(""), &doc, e);
	if (!ok) {
		crawl_stop(b);
		return false;
	}
	put_version(b, json_get(json_root(doc), "result"));
	*out = b;
	return true;
}
