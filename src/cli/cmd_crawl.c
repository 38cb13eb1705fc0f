/* stoa crawl: the browser proof of a portal. The crawl itself runs where it is called, beside the server: it asks the server for a
 * plan (and an account of an hour's life), drives the browsers through the portal, and hands the result back to be signed and
 * kept. `crawl-plan` and `crawl-keep` are the two ends that need the data folder. */
#include "account/account.h"
#include "cli/inside.h"
#include "clock/clock.h"
#include "crawl/crawl.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include "json/json.h"
#include "registry/registry.h"
#include "stoa_version.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLAN_BYTES = 8 << 20, RESULT_BYTES = 8 << 20 };
#define CRAWLER "crawler@crawl.invalid"

/* --- crawl-plan: in the server ---------------------------------------------------------------------------- */

/* One of each kind; pages that set a token for a form (sign-in, sign-up, reset) are walked where that is permitted. */
static const char *const pages[] = { "/", "/explore/", "/terms/cookies-policy/", "/cookies/preferences/", "/api-console/explore/v2.1/", "/elements/", "/map/", "/chart/", "/maps/",
	"/charts/", "/reuses/", "/no-such-page/" };
static const char *const others[] = { "/explore/?q=a", "/robots.txt", "/sitemap.xml", "/terms/cookies-policy/history/", "/terms/cookies-policy.json",
	"/.well-known/cookies.json", "/.well-known/gpc.json", "/api/explore/v2.1/catalog/datasets?limit=1", "/terms/cookies-policy.pdf?disposition=inline" };
static const char *const back[] = { "/account/", "/account/security/", "/account/sessions/", "/backoffice/", "/backoffice/privacy/",
	"/backoffice/privacy/registry/", "/backoffice/privacy/history/", "/backoffice/privacy/ledger/", "/backoffice/privacy/csp/", "/backoffice/audience/",
	"/backoffice/users/", "/backoffice/groups/", "/backoffice/access/", "/backoffice/look/", "/backoffice/pages/", "/account/visualizations/" };
static const char *const tabs[] = { "", "information/", "table/", "map/", "analyze/", "export/", "api/", "history/" };

static void put_list(struct json_out *j, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) json_put(j, str_of(list[i]));
}

/* One dataset stands for all, with every tab; the others are among the paths with the tabs whose content is their publishers' own. Only
 * what everybody may see: the walk begins as nobody. */
static void put_datasets(struct cli *c, const struct catalog_view *v, struct json_out *j, bool all)
{
	enum { OWN_TABS = 3 };
	bool first = true;
	for (size_t i = 0; i < v->n; i++) {
		const struct dataset *d = &v->datasets[i];
		if (d->restricted || !d->data_visible) continue;
		for (size_t k = 0; k < (first ? COUNT_OF(tabs) : (size_t)OWN_TABS); k++)
			json_put(j, arena_printf(&c->arena, "/explore/dataset/%.*s/%s", STR_ARG(d->slug), tabs[k]));
		if (!all) break;
		first = false;
	}
}

/* One that a crawl left behind, or this one at its end. */
static bool remove_account(struct cli *c, const struct tenant *t, struct err *e)
{
	struct account_scene scene = { .as = c->site->accounts, .vault = c->site->vault, .events = c->site->events, .tenant = t, .lang = i18n_english(), .arena = &c->arena };
	struct err none = { 0 };
	int64_t id;
	return !account_id(scene.as, t->id, STR(CRAWLER), &id, &none) || account_remove(&scene, id, e);
}

static bool make_account(struct cli *c, const struct tenant *t, char password[ACCOUNT_PASSWORD_TEXT], struct err *e)
{
	uint64_t may = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN) | ACCOUNT_BIT(ACCOUNT_MAY_MONITORING) | ACCOUNT_BIT(ACCOUNT_MAY_CREATE_PAGE);
	struct instant end = { clock_now().us + (int64_t)3600 * 1000000 };
	return remove_account(c, t, e) && account_temporary(c->site->accounts, t->id, STR(CRAWLER), STR("Crawler"), may, end, password, e);
}

/* Banners and pages that the ledger refers to and nobody has made a picture of (CON-33); a crawl makes some at a time. */
static bool put_renderings(struct cli *c, const struct tenant *t, struct json_out *j, struct err *e)
{
	enum { AT_ONCE = 40 };
	struct consent_rendering *list, whole;
	size_t n, told = 0;
	if (!consent_renderings(c->site->consent, t->id, &c->arena, &list, &n, e)) return false;
	json_key(j, STR("renderings"));
	json_open(j, '[');
	for (size_t i = 0; i < n && told < AT_ONCE; i++) {
		if (!consent_archived(c->site->consent, t->id, list[i].hash, &c->arena, &whole, e)) return false;
		if (whole.bitmap.n) continue;
		told++;
		json_open(j, '{');
		json_member(j, "hash", list[i].hash);
		json_member(j, "html", whole.html);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}

static bool put_plan(struct cli *c, const struct tenant *t, const struct registry *g, const struct catalog_view *v, struct err *e)
{
	char password[ACCOUNT_PASSWORD_TEXT] = "";
	if (!cli_has(c, "no-account") && !make_account(c, t, password, e)) return false;
	struct json_out j = JSON_OUT(&c->text);
	json_open(&j, '{');
	json_member(&j, "origin", g->origin);
	json_member(&j, "host", g->host);
	json_key(&j, STR("languages"));
	json_open(&j, '[');
	for (size_t i = 0; i < t->nlanguages; i++) json_put(&j, t->languages[i]);
	json_close(&j, ']');
	json_key(&j, STR("pages"));
	json_open(&j, '[');
	put_list(&j, pages, COUNT_OF(pages));
	put_datasets(c, v, &j, false);
	json_close(&j, ']');
	json_key(&j, STR("paths"));
	json_open(&j, '[');
	put_list(&j, pages, COUNT_OF(pages));
	put_list(&j, others, COUNT_OF(others));
	put_datasets(c, v, &j, true);
	json_close(&j, ']');
	json_key(&j, STR("back"));
	json_open(&j, '[');
	put_list(&j, back, COUNT_OF(back));
	json_close(&j, ']');
	if (password[0]) {
		json_member(&j, "email", STR(CRAWLER));
		json_member(&j, "password", str_of(password));
	}
	if (!put_renderings(c, t, &j, e)) return false;
	json_key(&j, STR("registry"));
	json_value(&j);
	buf_put(&c->text, g->json);
	json_close(&j, '}');
	crypt_wipe(password, sizeof password);
	return true;
}

static bool plan(struct cli *c, struct err *e)
{
	const struct tenant *t;
	const struct registry *g;
	const struct catalog_view *v;
	if (!cli_portal(c, &t, e)) return false;
	bool ok = c->site->listen_port > 0 || err_set(e, ERR_CONFLICT, "no server runs on this data folder: start `stoa serve` first, the browsers visit it");
	if (ok && registry_hold(c->site->registries, t, &g, e)) {
		ok = catalog_hold(c->site->catalog, t->id, &v, e);
		if (ok) {
			ok = put_plan(c, t, g, v, e);
			catalog_release(c->site->catalog, v);
		}
		registry_release(c->site->registries, g);
	} else {
		ok = false;
	}
	tenant_release(c->site->tenants, t);
	return ok;
}

static const struct cli_option plan_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "no-account", NULL, 0, "Without an account to sign in with." },
	{ NULL, NULL, 0, NULL },
};
const struct cli_command cli_cmd_crawl_plan = {
	.words = "crawl-plan", .operands = "", .flags = CLI_HIDDEN, .summary = "What a crawl visits, as JSON.", .detail = "", .options = plan_options, .run = plan,
};

/* --- crawl-keep: in the server ----------------------------------------------------------------------------- */

static bool keep(struct cli *c, struct err *e)
{
	const struct tenant *t;
	struct str text;
	auto_json *doc = NULL;
	if (!io_read(&c->arena, cli_path(c, c->operands[0]).p, RESULT_BYTES, &text, e) || !json_read(text, &doc, e) || !cli_portal(c, &t, e)) return false;
	const struct json_node *root = json_root(doc);
	bool passed = str_eq(json_text(json_get(root, "result")), STR("pass"));
	unsigned char signature[VAULT_SIGNATURE];
	auto_buf signed_by = BUF_INIT(256);
	vault_sign(c->site->vault, t->host, text, signature);
	buf_lit(&signed_by, "ed25519:");
	crypt_put_base64url(&signed_by, (struct str){ (const char *)signature, sizeof signature });
	bool ok = registry_attest(c->site->registries, t, text, buf_str(&signed_by), passed, json_int(json_get(root, "pages"), 0), clock_now(), e);
	struct event ev = { .kind = passed ? EVENT_CRAWL_PASSED : EVENT_CRAWL_FAILED, .detail = json_text(json_get(root, "registry_hash")) };
	event_note(c->site->events, t->id, &ev);
	ok = remove_account(c, t, ok ? e : &(struct err){ 0 }) && ok;
	tenant_release(c->site->tenants, t);
	return ok;
}

const struct cli_command cli_cmd_crawl_keep = {
	.words = "crawl-keep", .operands = "FILE", .least = 1, .most = 1, .flags = CLI_HIDDEN, .summary = "Signs and keeps the result of a crawl.", .detail = "",
	.options = plan_options, .run = keep,
};

/* --- crawl ------------------------------------------------------------------------------------------------------ */

/* This program again, on the same data folder; what it prints is given. */
static bool again(struct cli *c, const char *const *words, size_t n, struct str *said, struct err *e)
{
	int ends[2];
	pid_t pid;
	posix_spawn_file_actions_t actions;
	char *argv[16] = { (char *)(uintptr_t)"stoa", (char *)(uintptr_t)"--data", (char *)(uintptr_t)arena_cstr(&c->arena, c->folder) };
	ensure(n + 4 < COUNT_OF(argv));
	for (size_t i = 0; i < n; i++) argv[3 + i] = (char *)(uintptr_t)words[i];
	if (pipe2(ends, O_CLOEXEC) != 0) return err_os(e, "make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	int failed = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	auto_buf b = BUF_INIT(PLAN_BYTES);
	char turn[65536];
	ssize_t got;
	while (!failed && ((got = read(ends[0], turn, sizeof turn)) > 0 || (got < 0 && errno == EINTR)))
		if (got > 0) buf_put(&b, (struct str){ turn, (size_t)got });
	close(ends[0]);
	if (failed) return err_set(e, ERR_SYSTEM, "this program cannot start itself again");
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return err_set(e, ERR_SYSTEM, "`stoa %s` failed; see above", words[0]);
	*said = arena_str(&c->arena, buf_str(&b));
	return true;
}

/* A file that is nobody else's, gone when the other end has read it. */
static bool hand_over(struct cli *c, const char *const *before, size_t nbefore, struct str bytes, struct err *e)
{
	const char *words[8];
	struct str said;
	char file[] = "/tmp/stoa-crawl-XXXXXX";
	int fd = mkstemp(file);
	if (fd < 0) return err_os(e, "write a result");
	close(fd);
	ensure(nbefore < COUNT_OF(words));
	memcpy(words, before, nbefore * sizeof *words);
	words[nbefore] = file;
	bool ok = io_replace(file, bytes, 0600, e) && again(c, words, nbefore + 1, &said, e);
	unlink(file);
	return ok;
}

static bool keep_picture(void *arg, struct str hash, struct str png, struct err *e)
{
	struct cli *c = arg;
	const char *words[] = { "ledger", "picture", "--portal", arena_cstr(&c->arena, cli_value(c, "portal")), arena_cstr(&c->arena, hash) };
	return hand_over(c, words, COUNT_OF(words), png, e);
}

static void progress(void *arg, const char *engine, const char *state, int64_t steps)
{
	cli_note(arg, "%s: %s (%lld steps so far)", engine, state, (long long)steps);
}

static const char *program(struct cli *c, const char *option, const char *usual)
{
	struct str given = cli_value(c, option);
	if (str_eq(given, STR("none"))) return NULL;
	if (given.n) return arena_cstr(&c->arena, given);
	return access(usual, X_OK) == 0 ? usual : NULL;
}

static void say_differences(struct cli *c, struct str result)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!json_read(result, &doc, &ignored)) return;
	const struct json_node *list = json_get(json_root(doc), "differences");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_node *d = json_at(list, i);
		cli_say(c, "%.*s, %.*s, %.*s: %.*s", STR_ARG(json_text(json_get(d, "engine"))), STR_ARG(json_text(json_get(d, "state"))),
		        STR_ARG(json_text(json_get(d, "url"))), STR_ARG(json_text(json_get(d, "what"))));
	}
}

static bool crawl(struct cli *c, struct err *e)
{
	const char *host = arena_cstr(&c->arena, cli_value(c, "portal"));
	const char *ask[] = { "crawl-plan", "--portal", host };
	struct str text, result;
	auto_json *doc = NULL;
	bool passed;
	int64_t visited;
	struct crawl_options o = { .chromium_or_null = program(c, "chromium", "/usr/bin/chromium"), .firefox_or_null = program(c, "firefox", "/usr/bin/firefox-esr"),
		.resolve_or_null = cli_has(c, "resolve") ? arena_cstr(&c->arena, cli_value(c, "resolve")) : NULL, .quick = cli_has(c, "quick"),
		.build = STR(STOA_VERSION), .say = cli_has(c, "quiet") ? NULL : progress, .arg = c };
	if (!o.chromium_or_null && !o.firefox_or_null) return err_set(e, ERR_USAGE, "neither Chromium nor Firefox was found; --chromium or --firefox names the program");
	struct str given = cli_value(c, "plan");
	if (given.n ? !io_read(&c->arena, cli_path(c, given).p, PLAN_BYTES, &text, e) : !again(c, ask, COUNT_OF(ask), &text, e)) return false;
	if (!json_read(text, &doc, e) || !crawl_run(json_root(doc), &o, &c->arena, &result, &passed, &visited, e)) return false;
	if (given.n) {
		cli_say(c, "%.*s", STR_ARG(result));
		c->exit_code = passed ? 0 : 1;
		return true;
	}
	const char *give[] = { "crawl-keep", "--portal", host }, *shown[] = { "crawl-plan", "--no-account", "--portal", host };
	auto_json *after = NULL;
	/* Asked once more: what the walk itself was shown has its picture too. */
	bool ok = hand_over(c, give, COUNT_OF(give), result, e) && again(c, shown, COUNT_OF(shown), &text, e) && json_read(text, &after, e) &&
	          crawl_pictures(json_root(after), &o, keep_picture, c, e);
	if (!ok) return false;
	if (cli_has(c, "json")) cli_say(c, "%.*s", STR_ARG(result));
	else say_differences(c, result);
	if (!cli_has(c, "json"))
		cli_say(c, "%s: %s, %lld pages. The policy page of the portal shows it.", host, passed ? "passed" : "FAILED", (long long)visited);
	c->exit_code = passed ? 0 : 1;
	return true;
}

static const struct cli_option crawl_options[] = {
	{ "portal", "HOST", CLI_REQUIRED, "The portal." },
	{ "chromium", "PROGRAM", 0, "Chromium to drive; none: without it. Usually /usr/bin/chromium." },
	{ "firefox", "PROGRAM", 0, "Firefox to drive; none: without it. Usually /usr/bin/firefox-esr." },
	{ "quick", NULL, 0, "Every address, script and signal in the first language only; in the others one page of each kind, in half of these states." },
	{ "resolve", "ADDRESS:PORT", 0, "Chromium asks this for every host, whatever its certificate: for trials." },
	{ "plan", "FILE", 0, "Crawls by this plan instead of the server's, prints the result and keeps nothing." },
	{ "quiet", NULL, 0, "No progress." },
	{ "json", NULL, 0, "Prints the result as JSON." },
	{ NULL, NULL, 0, NULL },
};
const struct cli_command cli_cmd_crawl = {
	.words = "crawl", .operands = "", .flags = CLI_NO_SITE,
	.summary = "Proves with real browsers that a portal stores what its register of cookies says, and nothing else.",
	.detail = "Drives Chromium and Firefox with empty profiles through every state a visitor can be in (anonymous, with privacy signals, without script, "
	          "languages, choices, signed in and out), and after each step compares the browser's own jar, its storage and the hosts it asked with the register. "
	          "The result is signed with the portal's key and shown on its policy page. Ends with 1 when something differs.",
	.options = crawl_options, .run = crawl,
};
