/* Firefox by Marionette: length-prefixed JSON over a loopback socket whose port stands in the profile. Cookies, storage of the
 * jar and requests are looked at from the browser's own side (chrome context), where nothing is hidden. */
#include "crawl/inside.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "clock/clock.h"
#include "io/io.h"

enum { ANSWER_MS = 60000, START_MS = 60000, TEXT_BYTES = 4 << 20 };

/* Answers are [1, id, error or null, result]. The result's "value" is given, as JSON. */
static bool command(struct crawl_browser *b, const char *name, struct str params, struct arena *a, struct str *value, struct err *e)
{
	auto_buf text = BUF_INIT(TEXT_BYTES), head = BUF_INIT(64), out = BUF_INIT(TEXT_BYTES);
	auto_json *doc = NULL;
	struct str m;
	int64_t id = ++b->last_id;
	buf_printf(&text, "[0,%lld,\"%s\",%.*s]", (long long)id, name, STR_ARG(params.n ? params : STR("{}")));
	buf_printf(&head, "%zu:", text.n);
	if (!crawl_write(b, buf_str(&head), e) || !crawl_write(b, buf_str(&text), e)) return false;
	if (!crawl_read(b, ANSWER_MS, CRAWL_LENGTH, a, &m, e) || !json_read(m, &doc, e)) return false;
	const struct json_node *root = json_root(doc), *error = json_at(root, 2), *result = json_at(root, 3);
	if (json_kind(error) == JSON_OBJECT)
		return err_set(e, ERR_SYSTEM, "the browser refused %s: %.*s", name, STR_ARG(json_text(json_get(error, "message"))));
	const struct json_node *v = json_get(result, "value");
	if (v) json_put_node(&out, v);
	else buf_lit(&out, "null");
	if (value) *value = arena_str(a, buf_str(&out));
	return true;
}

static struct str script_params(struct arena *a, struct buf *b, struct str script)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("args"));
	json_open(&j, '[');
	json_close(&j, ']');
	json_member(&j, "script", script);
	json_close(&j, '}');
	return arena_str(a, buf_str(b));
}

/* Runs a function body on the browser's own side; its value as JSON. */
static bool inside(struct crawl_browser *b, struct str body, struct arena *a, struct str *value, struct err *e)
{
	auto_buf text = BUF_INIT(TEXT_BYTES);
	struct str params = script_params(a, &text, body);
	bool ok = command(b, "Marionette:SetContext", STR("{\"value\":\"chrome\"}"), a, NULL, e) &&
	          command(b, "WebDriver:ExecuteScript", params, a, value, e);
	struct err later = { 0 };
	bool back = command(b, "Marionette:SetContext", STR("{\"value\":\"content\"}"), a, NULL, ok ? e : &later);
	return ok && back;
}

static bool fresh(struct crawl_browser *b, struct err *e)
{
	auto_arena a = ARENA_INIT;
	if (!command(b, "WebDriver:Navigate", STR("{\"url\":\"about:blank\"}"), &a, NULL, e)) return false;
	return inside(b, STR("Services.cookies.removeAll(); Services.cache2.clear();"
	                     "const w = Services.wm.getMostRecentWindow('navigator:browser');"
	                     "w.stoaSeen = [];"
	                     "if (!w.stoaWatch) { w.stoaWatch = { observe(s) { try { const c = s.QueryInterface(Ci.nsIHttpChannel);"
	                     "const i = c.loadInfo; if (i && i.browsingContextID) w.stoaSeen.push(c.URI.spec); } catch (x) { w.stoaSeen.push('error:' + x); } } };"
	                     "Services.obs.addObserver(w.stoaWatch, 'http-on-modify-request'); } return true;"),
	              &a, NULL, e);
}

static bool mode(struct crawl_browser *b, const struct crawl_mode *m, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str body = arena_printf(&a, "Services.prefs.setCharPref('intl.accept_languages', '%.*s');"
	                                   "Services.prefs.setBoolPref('privacy.globalprivacycontrol.enabled', %s);"
	                                   "Services.prefs.setBoolPref('javascript.enabled', %s); return true;",
	                               STR_ARG(m->lang), m->signal ? "true" : "false", m->script ? "true" : "false");
	return inside(b, body, &a, NULL, e);
}

static bool visit(struct crawl_browser *b, struct str url, struct err *e)
{
	auto_arena a = ARENA_INIT;
	auto_buf params = BUF_INIT(TEXT_BYTES);
	struct json_out j = JSON_OUT(&params);
	json_open(&j, '{');
	json_member(&j, "url", url);
	json_close(&j, '}');
	return command(b, "WebDriver:Navigate", buf_str(&params), &a, NULL, e);
}

/* A promise is waited for by the script that returns it. */
static bool ask(struct crawl_browser *b, struct str expression, struct arena *a, struct str *out, struct err *e)
{
	auto_buf text = BUF_INIT(TEXT_BYTES);
	struct str params = script_params(a, &text, arena_printf(a, "return (%.*s)", STR_ARG(expression)));
	return command(b, "WebDriver:ExecuteScript", params, a, out, e);
}

static bool jar(struct crawl_browser *b, struct arena *a, struct crawl_cookie **out, size_t *n, struct err *e)
{
	struct str text;
	auto_json *doc = NULL;
	if (!inside(b, STR("return Services.cookies.cookies.map(c => ({ n: c.name, d: c.host, p: c.path, h: c.isHttpOnly, s: c.isSecure, e: c.isSession,"
	                   " x: c.expiry, m: c.sameSite }));"), a, &text, e) ||
	    !json_read(text, &doc, e))
		return false;
	static const char *const sites[] = { "None", "Lax", "Strict" };
	const struct json_node *list = json_root(doc);
	*n = json_count(list);
	*out = arena_array(a, struct crawl_cookie, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		const struct json_node *c = json_at(list, i);
		int64_t site = json_int(json_get(c, "m"), 0), at = (int64_t)json_real(json_get(c, "x"), 0);
		(*out)[i] = (struct crawl_cookie){
			.name = arena_str(a, json_text(json_get(c, "n"))),
			.domain = arena_str(a, json_text(json_get(c, "d"))),
			.path = arena_str(a, json_text(json_get(c, "p"))),
			.same_site = site >= 0 && site < 3 ? str_of(sites[site]) : STR(""),
			.http_only = json_bool(json_get(c, "h"), false),
			.secure = json_bool(json_get(c, "s"), false),
			.session = json_bool(json_get(c, "e"), false),
			/* Seconds in older versions, milliseconds in newer. */
			.expires_s = at > 100000000000 ? at / 1000 : at,
		};
	}
	return true;
}

static bool asked(struct crawl_browser *b, struct arena *a, struct str **out, size_t *n, struct err *e)
{
	struct str text;
	auto_json *doc = NULL;
	if (!inside(b, STR("const w = Services.wm.getMostRecentWindow('navigator:browser'); const s = w.stoaSeen || []; w.stoaSeen = []; return s;"), a, &text, e) ||
	    !json_read(text, &doc, e))
		return false;
	const struct json_node *list = json_root(doc);
	*n = json_count(list);
	*out = arena_array(a, struct str, *n + 1);
	for (size_t i = 0; i < *n; i++) (*out)[i] = arena_str(a, json_text(json_at(list, i)));
	return true;
}

static void shut(struct crawl_browser *b)
{
	auto_arena a = ARENA_INIT;
	struct err ignored = { 0 };
	if (b->to >= 0 && b->session[0]) (void)!command(b, "Marionette:Quit", STR("{\"flags\":[\"eForceQuit\"]}"), &a, NULL, &ignored);
	crawl_stop(b);
}

static const struct crawl_engine engine = { "firefox", fresh, mode, visit, ask, jar, asked, shut };

/* Nothing of the browser's own may be mistaken for the portal's: what it asks at home is switched off. */
static bool write_prefs(struct crawl_browser *b, struct err *e)
{
	auto_arena a = ARENA_INIT;
	return io_replace(arena_printf(&a, "%s/user.js", b->profile).p,
	                  STR("user_pref('marionette.port', 0);\nuser_pref('remote.prefs.recommended', true);\n"
	                      "user_pref('network.captive-portal-service.enabled', false);\nuser_pref('network.connectivity-service.enabled', false);\n"
	                      "user_pref('app.update.enabled', false);\nuser_pref('toolkit.telemetry.enabled', false);\n"
	                      "user_pref('datareporting.policy.dataSubmissionEnabled', false);\nuser_pref('browser.safebrowsing.malware.enabled', false);\n"
	                      "user_pref('browser.safebrowsing.phishing.enabled', false);\nuser_pref('network.prefetch-next', false);\n"
	                      "user_pref('network.dns.disablePrefetch', true);\nuser_pref('network.predictor.enabled', false);\n"
	                      "user_pref('browser.shell.checkDefaultBrowser', false);\nuser_pref('browser.startup.homepage', 'about:blank');\n"
	                      "user_pref('services.settings.server', 'data:,');\nuser_pref('dom.security.https_only_mode', false);\n"
	                      "user_pref('browser.download.alwaysOpenPanel', false);\nuser_pref('pdfjs.disabled', false);\n"),
	                  0600, e);
}

/* The port appears in the profile when the browser listens. */
static bool connect_it(struct crawl_browser *b, struct err *e)
{
	struct deadline until = clock_in_ms(START_MS);
	while (clock_monotonic_ns() < until.ns) {
		auto_arena a = ARENA_INIT;
		struct err ignored = { 0 };
		struct str text;
		int64_t port;
		if (io_read(&a, arena_printf(&a, "%s/MarionetteActivePort", b->profile).p, 64, &text, &ignored) && str_to_int(str_trim(text), &port) && port > 0) {
			struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
			int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
			if (s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0) {
				b->to = b->from = s;
				return true;
			}
			if (s >= 0) close(s);
		}
		poll(NULL, 0, 50);
	}
	return err_set(e, ERR_CANCELLED, "Firefox did not begin to listen");
}

static bool greet(struct crawl_browser *b, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct str m;
	auto_json *doc = NULL;
	if (!crawl_read(b, START_MS, CRAWL_LENGTH, &a, &m, e)) return false; /* says its protocol */
	if (!command(b, "WebDriver:NewSession", STR("{\"capabilities\":{\"alwaysMatch\":{\"acceptInsecureCerts\":true,\"pageLoadStrategy\":\"normal\"}}}"), &a, NULL, e))
		return false;
	strcpy(b->session, "open");
	if (!inside(b, STR("return Services.appinfo.name + '/' + Services.appinfo.version;"), &a, &m, e) || !json_read(m, &doc, e)) return false;
	snprintf(b->version, sizeof b->version, "%.*s", STR_ARG(json_text(json_root(doc))));
	return true;
}

bool crawl_firefox(const char *program, struct crawl_browser **out, struct err *e)
{
	struct crawl_browser *b = calloc(1, sizeof *b);
	ensure(b != NULL);
	*b = (struct crawl_browser){ .engine = &engine, .to = -1, .from = -1, .in = BUF_INIT(64u << 20), .seen = BUF_INIT(16) };
	if (!crawl_profile(b, e) || !write_prefs(b, e)) {
		crawl_stop(b);
		return false;
	}
	static const char *const words[] = { "firefox-esr", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile" };
	char *argv[COUNT_OF(words) + 2];
	for (size_t i = 0; i < COUNT_OF(words); i++) argv[i] = (char *)(uintptr_t)words[i];
	argv[COUNT_OF(words)] = b->profile;
	argv[COUNT_OF(words) + 1] = NULL;
	if (!crawl_start(b, program, argv, -1, -1, e) || !connect_it(b, e) || !greet(b, e)) {
		shut(b);
		return false;
	}
	*out = b;
	return true;
}
