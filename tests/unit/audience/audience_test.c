/* Counting without knowing anybody: the formula of visitors and its vectors, what is counted and what is not, distinct numbers and
 * their memory, days that close, robots, referrers, words searched for, and what is left of it all in the store. */
#include "audience/inside.h"
#include "crypt/crypt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define FIREFOX "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
/* Tuesday 3 March 2026, 10:15 UTC. */
#define TUESDAY_US INT64_C(1772532900000000)
#define HOUR INT64_C(3600000000)

struct fixture { char folder[64]; struct store *store; struct tenants *tenants; struct tenant_id a, b; struct portal *portal; struct gather gather; };

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char path[96];
	const struct tenant_setting_value paris = { STR("timezone"), STR("Europe/Paris") };
	ensure(f != NULL);
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-audience-XXXXXX");
	if (!mkdtemp(f->folder) || !crypt_open(&e)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	if (!store_open(str_of(path), &f->store, &e) || !tenants_open(f->store, &f->tenants, &e) ||
	    !tenant_add(f->tenants, STR("a.test"), NULL, 0, &paris, 1, &f->a, &e) || !tenant_add(f->tenants, STR("b.test"), NULL, 0, NULL, 0, &f->b, &e)) {
		fprintf(stderr, "%s %s\n", e.pub, e.priv);
		return -1;
	}
	f->portal = portal_new(f->a.v);
	assert_true(portal_refresh(f->portal, f->tenants));
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	portal_free(f->portal);
	gather_done(&f->gather);
	tenants_close(f->tenants);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static void address(const char *text, unsigned char out[AUDIENCE_ADDRESS])
{
	unsigned v[4];
	memset(out, 0, AUDIENCE_ADDRESS);
	out[10] = out[11] = 0xff;
	assert_int_equal(sscanf(text, "%u.%u.%u.%u", &v[0], &v[1], &v[2], &v[3]), 4);
	for (size_t i = 0; i < 4; i++) out[12 + i] = (unsigned char)v[i];
}

static struct audience_hit page(const char *client, const char *pattern, const char *target, int64_t at_us)
{
	struct audience_hit h = { .tenant = 1, .at = { at_us }, .method = AUDIENCE_GET, .pattern_or_null = pattern, .target = str_of(target), .status = 200,
		                  .us = 5000, .html = true, .host = STR("a.test"), .user_agent = STR(FIREFOX), .fetch_dest = STR("document"), .language = STR("en") };
	address(client, h.client);
	return h;
}

static void count(struct fixture *f, const struct audience_hit *h)
{
	portal_turn(f->portal, h->at, &f->gather);
	struct audience_agent agent;
	audience_agent(h->user_agent, &agent);
	portal_count(f->portal, h, &agent, NULL, NULL);
}

static void write_down(struct fixture *f)
{
	struct err e = { 0 };
	portal_collect(f->portal, &f->gather);
	if (!gather_write(f->store, &f->gather, &e)) fail_msg("%s %s", e.pub, e.priv);
	gather_done(&f->gather);
	f->gather = (struct gather){ 0 };
}

/* The one number that a statement gives. */
static int64_t number_of(struct fixture *f, const struct store_house_query *q, struct value with)
{
	struct err e = { 0 };
	struct store_tx *tx;
	struct store_rows *rows;
	if (!store_begin(f->store, STORE_READ, &tx, &e) || !store_ask_house(tx, q, &with, strstr(q->text, "?1") ? 1 : 0, &rows, &e)) fail_msg("%s", e.priv);
	int64_t n = store_step(rows, &e) == STORE_ROW ? store_int(rows, 0) : -1;
	store_stop(rows);
	assert_true(store_end(tx, STORE_ROLLBACK, &e));
	return n;
}
/* The store knows a statement by its place, so each has one of its own. */
#define number(f, sql, with) __extension__ ({ static const struct store_house_query q_ = { "test", sql }; number_of((f), &q_, (with)); })
#define NUMBER(f, sql) number(f, sql, VALUE_OF_INT(0))

/* --- visitors ------------------------------------------------------------------------------------------------------- */

static void ana_t02_the_vector_of_the_appendix(void **state)
{
	unsigned char salt[AUDIENCE_SALT], client[AUDIENCE_ADDRESS];
	(void)state;
	for (size_t i = 0; i < sizeof salt; i++) salt[i] = (unsigned char)(0x64 + i);
	address("203.0.113.7", client);
	assert_true(audience_visitor(salt, client, STR(FIREFOX)) == UINT64_C(0x37bde199f38ae81c));
	static const unsigned char one[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 };
	static const unsigned char two[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0xff, 0xff, 0, 0, 0, 0, 0, 1 };
	assert_true(audience_visitor(salt, one, STR(FIREFOX)) == UINT64_C(0xd9786954cf4c762f));
	/* ANA-T19: the same /64. */
	assert_true(audience_visitor(salt, two, STR(FIREFOX)) == UINT64_C(0xd9786954cf4c762f));
}

static void ana_t16_a_million_visitors_within_three_percent(void **state)
{
	struct fixture *f = *state;
	struct audience_set *s = audience_set_new(AUDIENCE_SET_PORTAL);
	uint64_t x = 88172645463325252u;
	for (int64_t i = 1; i <= 1000000; i++) {
		/* splitmix64: as evenly spread as the bytes of an HMAC */
		uint64_t z = x += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		audience_set_add(s, z ^ (z >> 31));
		if (i <= 1024) assert_int_equal(audience_set_count(s), i);
	}
	int64_t n = audience_set_count(s);
	assert_in_range(n, 970000, 1030000);
	assert_true(audience_set_bytes(s) < 32768);
	audience_set_free(s);
	/* A portal with many visitors on many pages, from many places, stays below one mebibyte. */
	for (int i = 0; i < 120000; i++) {
		char client[32], target[64], referer[64];
		snprintf(client, sizeof client, "10.%d.%d.%d", i >> 16 & 255, i >> 8 & 255, i & 255);
		snprintf(target, sizeof target, "/explore/dataset/set-%d/?q=word%d", i % 1500, i % 3000);
		snprintf(referer, sizeof referer, "https://host%d.example/", i % 5000);
		struct audience_hit h = page(client, "/explore/dataset/{dataset}/", target, TUESDAY_US);
		h.referer = str_of(referer);
		count(f, &h);
	}
	if (portal_bytes(f->portal) >= 1u << 20) fail_msg("a portal takes %zu bytes", portal_bytes(f->portal));
	assert_in_range(audience_set_count(f->portal->people.groups[PEOPLE_NAMES].set), 116400, 123600);
}

static void ana_t03_counted_once_on_each_side_of_local_midnight(void **state)
{
	struct fixture *f = *state;
	unsigned char former[AUDIENCE_SALT];
	int64_t midnight = TUESDAY_US - TUESDAY_US % (24 * HOUR) + 23 * HOUR; /* 00:00 in Paris */
	struct audience_hit before = page("192.0.2.1", "/", "/", midnight - 1000000), again = before, after = page("192.0.2.1", "/", "/", midnight);
	count(f, &before);
	memcpy(former, f->portal->salt, sizeof former);
	count(f, &again);
	assert_memory_equal(former, f->portal->salt, sizeof former);
	count(f, &after);
	/* The salt of the day that is over is gone. */
	assert_memory_not_equal(former, f->portal->salt, sizeof former);
	write_down(f);
	int64_t day = (midnight + HOUR) / (24 * HOUR);
	assert_int_equal(number(f, "select n from audience_visitors where scope = 0 and day = ?1", VALUE_OF_INT(day - 1)), 1);
	assert_int_equal(number(f, "select n from audience_visitors where scope = 0 and day = ?1", VALUE_OF_INT(day)), 1);
	assert_int_equal(number(f, "select n from audience_day where dim = 'views' and day = ?1", VALUE_OF_INT(day - 1)), 2);
	assert_int_equal(NUMBER(f, "select count(*) from audience_closed"), 1);
}

static void ana_t05_portals_have_salts_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct portal *other = portal_new(f->b.v);
	assert_memory_not_equal(f->portal->salt, other->salt, AUDIENCE_SALT);
	unsigned char client[AUDIENCE_ADDRESS];
	address("192.0.2.1", client);
	assert_true(audience_visitor(f->portal->salt, client, STR(FIREFOX)) != audience_visitor(other->salt, client, STR(FIREFOX)));
	portal_free(other);
}

static void ana_9_visits_have_a_gap_of_half_an_hour(void **state)
{
	struct fixture *f = *state;
	struct audience_hit h = page("192.0.2.1", "/", "/", TUESDAY_US), second = page("192.0.2.1", "/explore/", "/explore/", TUESDAY_US + HOUR / 4),
	                    late = page("192.0.2.1", "/explore/", "/explore/", TUESDAY_US + 2 * HOUR);
	count(f, &h);
	count(f, &second);
	count(f, &late);
	people_end_visits(&f->portal->people, &f->portal->daily, UINT32_MAX);
	write_down(f);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'visits'"), 2);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'bounces'"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'entry' and key = '/'"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'exit' and key = '/explore/'"), 2);
}

/* --- what is counted ---------------------------------------------------------------------------------------------------- */

static int64_t views_of(struct fixture *f) { return NUMBER(f, "select coalesce(sum(n), 0) from audience_hour where dim = 'views'"); }

static void ana_2_only_navigations_to_pages_are_views(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *dest, *accept, *ua; int status; bool html; enum audience_method method; const char *pattern; int64_t views; } cases[] = {
		{ "document", "", FIREFOX, 200, true, AUDIENCE_GET, "/", 1 },
		{ "document", "", FIREFOX, 304, true, AUDIENCE_GET, "/", 1 },
		{ "", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", FIREFOX, 200, true, AUDIENCE_GET, "/", 1 },
		{ "", "application/json", FIREFOX, 200, true, AUDIENCE_GET, "/", 0 },
		{ "", "application/json, text/html;q=0.5", FIREFOX, 200, true, AUDIENCE_GET, "/", 0 },
		{ "empty", "text/html", FIREFOX, 200, true, AUDIENCE_GET, "/", 0 },
		{ "iframe", "text/html", FIREFOX, 200, true, AUDIENCE_GET, "/", 0 },
		{ "document", "", FIREFOX, 302, true, AUDIENCE_GET, "/", 0 },
		{ "document", "", FIREFOX, 200, false, AUDIENCE_GET, "/robots.txt", 0 },
		{ "document", "", FIREFOX, 200, true, AUDIENCE_OTHER, "/", 0 },
		{ "document", "", FIREFOX, 200, true, AUDIENCE_GET, "/backoffice/", 0 },
		{ "document", "", FIREFOX, 200, true, AUDIENCE_GET, "/login/", 0 },
		{ "document", "", "", 200, true, AUDIENCE_GET, "/", 0 },
		{ "", "*/*", "curl/8.5.0", 200, true, AUDIENCE_GET, "/", 0 },
		{ "document", "", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 200, true, AUDIENCE_GET, "/", 0 },
	};
	int64_t expected = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audience_hit h = page("192.0.2.1", cases[i].pattern, cases[i].pattern, TUESDAY_US);
		h.fetch_dest = str_of(cases[i].dest);
		h.accept = str_of(cases[i].accept);
		h.user_agent = str_of(cases[i].ua);
		h.status = cases[i].status;
		h.html = cases[i].html;
		h.method = cases[i].method;
		count(f, &h);
		write_down(f);
		expected += cases[i].views;
		if (views_of(f) != expected) fail_msg("case %zu: %lld views, %lld expected", i, (long long)views_of(f), (long long)expected);
	}
	/* ANA-T08: the three robots at the end stand in their own counter, and nowhere else. */
	assert_int_equal(NUMBER(f, "select sum(n) from audience_hour where dim = 'robot'"), 3);
	assert_int_equal(NUMBER(f, "select count(*) from audience_hour where dim = 'browser' and key = 'other'"), 0);
}

static void ana_11_too_fast_for_a_person(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 130; i++) {
		struct audience_hit h = page("192.0.2.1", "/", "/", TUESDAY_US);
		count(f, &h);
	}
	write_down(f);
	assert_int_equal(views_of(f), ROBOT_VIEWS_A_MINUTE);
	assert_int_equal(NUMBER(f, "select n from audience_hour where dim = 'robot'"), 10);
}

static void excluded_networks_are_left_out(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct tenant_setting_value bad = { STR("audience.excluded_networks"), STR("10.0.0.0/33") }, good = { bad.name, STR("10.0.0.0/8, 2001:db8::/32") };
	assert_false(tenant_set(f->tenants, f->a, &bad, 1, &e));
	e = (struct err){ 0 };
	assert_true(tenant_set(f->tenants, f->a, &good, 1, &e));
	assert_true(portal_refresh(f->portal, f->tenants));
	struct audience_hit in = page("10.200.1.1", "/", "/", TUESDAY_US), out = page("11.0.0.1", "/", "/", TUESDAY_US);
	count(f, &in);
	count(f, &out);
	write_down(f);
	assert_int_equal(views_of(f), 1);
}

static void ana_t13_retention_has_bounds(void **state)
{
	struct fixture *f = *state;
	static const struct { struct str name, value; bool good; } cases[] = {
		{ { "audience.retention_days", 23 }, { "800", 3 }, false }, { { "audience.retention_days", 23 }, { "29", 2 }, false },
		{ { "audience.retention_days", 23 }, { "30", 2 }, true },   { { "audience.hourly_days", 20 }, { "91", 2 }, false },
		{ { "audience.hourly_days", 20 }, { "1", 1 }, true },       { { "audience.hourly_days", 20 }, { "0", 1 }, false } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		const struct tenant_setting_value v = { cases[i].name, cases[i].value };
		if (tenant_set(f->tenants, f->a, &v, 1, &e) != cases[i].good) fail_msg("case %zu: %s", i, e.pub);
	}
}

static void ana_13_signals_and_objections_are_read(void **state)
{
	(void)state;
	assert_true(audience_declines(AUDIENCE_GPC, STR("1")));
	assert_false(audience_declines(AUDIENCE_GPC, STR("0")));
	assert_true(audience_declines(AUDIENCE_DNT, STR(" 1 ")));
	assert_false(audience_declines(AUDIENCE_DNT, STR("")));
	assert_true(audience_declines(AUDIENCE_PURPOSE, STR("prefetch;prerender")));
	assert_false(audience_declines(AUDIENCE_PURPOSE, STR("navigate")));
	assert_true(audience_declines(AUDIENCE_COOKIE, STR("a=b; cookies_preferences=1.1.3.20514.audience:0.-.4Gi9NnHJQRMGHEvtEULoCA; c=d")));
	assert_true(audience_declines(AUDIENCE_COOKIE, STR("__Host-cookies_preferences=1.1.3.20514.audience:0-matomo:0.-.x")));
	assert_false(audience_declines(AUDIENCE_COOKIE, STR("cookies_preferences=1.1.3.20514.matomo:0.-.x; other=audience:0")));
}

/* --- names ------------------------------------------------------------------------------------------------------------------- */

static void agents_become_families(void **state)
{
	static const struct { const char *ua, *device, *browser; int major; const char *os, *robot; } cases[] = {
		{ FIREFOX, "desktop", "Firefox", 140, "Linux", NULL },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.70", "desktop", "Edge", 131, "Windows", NULL },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1", "mobile", "Safari", 17, "iOS", NULL },
		{ "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1", "tablet", "Chrome", 120, "iOS", NULL },
		{ "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36", "mobile", "Chrome", 130, "Android", NULL },
		{ "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Safari/537.36", "tablet", "Samsung Internet", 24, "Android", NULL },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "desktop", "Safari", 18, "macOS", NULL },
		{ "Lynx/2.9.0dev.10 libwww-FM/2.14", "other", "other", 0, "other", NULL },
		{ "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36", "desktop", "Chrome", 131, "Linux", "Headless browser" },
		{ "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "other", "other", 0, "other", "Bingbot" },
		{ "python-requests/2.32.3", "other", "other", 0, "other", "Python" },
		{ "Mozilla/5.0", "other", "other", 0, "other", "No name" },
		{ "${jndi:ldap://x}", "other", "other", 0, "other", "Probe for holes" },
		{ "", "other", "other", 0, "other", "No name" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audience_agent a;
		audience_agent(str_of(cases[i].ua), &a);
		const char *robot = a.robot_or_null ? a.robot_or_null : "", *wanted = cases[i].robot ? cases[i].robot : "";
		if (strcmp(a.device, cases[i].device) != 0 || strcmp(a.os, cases[i].os) != 0 || strcmp(robot, wanted) != 0 ||
		    (strcmp(a.browser, cases[i].browser) != 0 && *cases[i].ua && cases[i].major) || a.major != cases[i].major)
			fail_msg("%s: %s, %s %d, %s, \"%s\"", cases[i].ua, a.device, a.browser, a.major, a.os, robot);
	}
}

static void referrers_become_hosts(void **state)
{
	static const struct { const char *referer, *host; bool spam; } cases[] = {
		{ "https://www.google.co.uk/search?q=something+private", "Google", false },
		{ "https://google.com/", "Google", false },
		{ "https://fr.search.yahoo.com/x", "Yahoo", false },
		{ "https://notgoogle.example.org/google", "notgoogle.example.org", false },
		{ "http://A.Test:8080/x?y", "internal", false },
		{ "https://www.example.org/path/with/name?mail=a@b.c#x", "example.org", false },
		{ "https://user:secret@example.org/", "example.org", false },
		{ "android-app://com.example/", "", false },
		{ "https://192.0.2.7/", "", false },
		{ "https://[2001:db8::1]/", "", false },
		{ "https://exa mple.org/", "", false },
		{ "javascript:alert(1)", "", false },
		{ "https://x.semalt.com/?u=a", "", true },
		{ "", "", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char room[AUDIENCE_HOST_TEXT];
		bool spam;
		struct str host = audience_referrer(str_of(cases[i].referer), STR("a.test"), room, &spam);
		if (!str_eq(host, str_of(cases[i].host)) || spam != cases[i].spam) fail_msg("%s: \"%.*s\"", cases[i].referer, STR_ARG(host));
	}
}

static void ana_t10_words_are_known_once_five_asked(void **state)
{
	struct fixture *f = *state;
	for (int i = 1; i <= 5; i++) {
		char client[32];
		snprintf(client, sizeof client, "192.0.2.%d", i);
		struct audience_hit h = page(client, "/explore/", "/explore/?q=Bike++Lanes%21&sort=title", TUESDAY_US), same = h, mail = page(client, "/explore/", "/explore/?q=jo%40example.org", TUESDAY_US);
		count(f, &h);
		count(f, &same);
		count(f, &mail);
		write_down(f);
		assert_int_equal(NUMBER(f, "select count(*) from audience_term"), i == 5 ? 1 : 0);
	}
	assert_int_equal(NUMBER(f, "select n from audience_term where term = 'bike lanes'"), 10);
}

static void ana_t11_parameters_are_dropped(void **state)
{
	struct fixture *f = *state;
	struct audience_hit h = page("192.0.2.1", "/explore/dataset/{dataset}/", "/explore/dataset/trees/?utm_source=x&email=a@b.c", TUESDAY_US);
	struct audience_hit lost = page("192.0.2.1", NULL, "/who/jo@example.org/", TUESDAY_US), token = page("192.0.2.1", "/other/{token}/", "/other/abc/", TUESDAY_US);
	lost.status = 404;
	count(f, &h);
	count(f, &lost);
	count(f, &token);
	write_down(f);
	assert_int_equal(NUMBER(f, "select count(*) from audience_hour where key like '%@%' or key like '%utm%' or key like '%abc%' or key like '%192.0%' or key like '%Gecko%'"), 0);
	assert_int_equal(NUMBER(f, "select n from audience_hour where dim = 'path' and key = '/explore/dataset/trees/'"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_hour where dim = 'event' and key = 'not_found'"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_hour where dim = 'path' and key = '/other/{token}/'"), 1);
}

static void log_3_calls_are_counted_apart(void **state)
{
	struct fixture *f = *state;
	struct audience_hit h = page("192.0.2.1", "/api/explore/v2.1/catalog/datasets/{dataset}/exports/{format}", "/api/explore/v2.1/catalog/datasets/trees/exports/csv", TUESDAY_US);
	struct audience_hit wrong = page("192.0.2.1", "/api/explore/v2.1/catalog/datasets/{dataset}/records", "/api/explore/v2.1/catalog/datasets/trees/records?where=x", TUESDAY_US);
	h.html = wrong.html = false;
	h.user_agent = wrong.user_agent = STR("curl/8.5.0");
	h.with_key = true;
	wrong.status = 400;
	count(f, &h);
	count(f, &h);
	count(f, &wrong);
	write_down(f);
	assert_int_equal(NUMBER(f, "select n from api_call where version = 'v2.1' and dataset = 'trees' and format = 'csv' and caller = 'key' and error = ''"), 2);
	assert_int_equal(NUMBER(f, "select n from api_call where dataset = '' and caller = 'anonymous' and error = '400'"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_hour where dim = 'format' and key = 'csv'"), 2);
	assert_int_equal(NUMBER(f, "select count(*) from audience_hour where dim = 'robot' or dim = 'views'"), 0);
}

/* --- closing and removing ------------------------------------------------------------------------------------------------------ */

static void ana_4_rare_pairs_fold_when_the_day_closes(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 9; i++) {
		struct audience_hit h = page("192.0.2.1", "/", "/", TUESDAY_US + i % 2 * HOUR);
		h.referer = i < 6 ? STR("https://often.example/") : STR("https://seldom.example/");
		count(f, &h);
	}
	struct audience_hit next = page("192.0.2.1", "/", "/", TUESDAY_US + 24 * HOUR);
	count(f, &next);
	write_down(f);
	int64_t day = TUESDAY_US / (24 * HOUR);
	assert_int_equal(number(f, "select sum(n) from audience_day where dim = 'path_referrer' and day = ?1 and key like '%often%'", VALUE_OF_INT(day)), 6);
	assert_int_equal(number(f, "select sum(n) from audience_day where dim = 'path_referrer' and day = ?1 and key = 'other'", VALUE_OF_INT(day)), 3);
	assert_int_equal(number(f, "select count(*) from audience_hour where dim = 'path_referrer' and hour / 24 = ?1 and key like '%seldom%'", VALUE_OF_INT(day)), 0);
	assert_int_equal(number(f, "select sum(n) from audience_hour where dim = 'path_referrer' and hour / 24 = ?1", VALUE_OF_INT(day)), 9);
}

static void ana_t12_old_figures_go_and_that_is_seen(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct audience_hit h = page("192.0.2.1", "/", "/", TUESDAY_US);
	count(f, &h);
	write_down(f);
	const struct tenant *t = tenants_hold_or_null(f->tenants, f->a);
	assert_true(write_upkeep(f->store, t, (struct instant){ TUESDAY_US + 90 * 24 * HOUR }, &e));
	assert_true(NUMBER(f, "select count(*) from audience_hour") > 0);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'views'"), 1);
	assert_true(write_upkeep(f->store, t, (struct instant){ TUESDAY_US + 91 * 24 * HOUR }, &e));
	assert_int_equal(NUMBER(f, "select count(*) from audience_hour"), 0);
	assert_int_equal(NUMBER(f, "select count(*) from audience_removed where what = 'hourly' and rows > 0"), 1);
	assert_int_equal(NUMBER(f, "select n from audience_day where dim = 'views'"), 1);
	assert_true(write_upkeep(f->store, t, (struct instant){ TUESDAY_US + 761 * 24 * HOUR }, &e));
	assert_int_equal(NUMBER(f, "select count(*) from audience_day") + NUMBER(f, "select count(*) from audience_visitors"), 0);
	assert_int_equal(NUMBER(f, "select count(*) from audience_removed where what = 'daily'"), 1);
	tenant_release(f->tenants, t);
}

static void the_room_counts_writes_and_erases(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct audience *a;
	auto_arena arena = ARENA_INIT;
	struct audience_cell *cells;
	size_t n;
	int64_t total;
	assert_true(audience_open(f->store, f->tenants, &a, &e));
	assert_false(audience_start(a, "/nowhere/at/all.mmdb", "", NULL, &e));
	e = (struct err){ 0 };
	assert_true(audience_start(a, "", "", NULL, &e));
	for (int i = 0; i < 30000; i++) {
		struct audience_hit h = page("192.0.2.1", "/", "/", 0);
		char client[32];
		snprintf(client, sizeof client, "10.0.%d.%d", i / 200, i % 200);
		address(client, h.client);
		h.tenant = f->a.v;
		h.uncounted = i % 3 == 0;
		audience_count(a, &h);
		if (i % 1000 == 0) audience_drain(a);
	}
	assert_true(audience_flush(a, &e));
	const struct tenant *t = tenants_hold_or_null(f->tenants, f->a);
	int64_t today = audience_hour(t, clock_now()) / 24;
	struct audience_span span = { .from = today - 1, .to = today };
	assert_true(audience_top(a, f->a, AUDIENCE_VIEWS, span, 10, &arena, &cells, &n, &total, &e));
	struct audience_state st;
	audience_state(a, &st);
	assert_int_equal(total + (int64_t)st.left_out, 20000);
	/* The ring holds nothing of anybody once it is drained. */
	for (size_t i = 0; i < RING_BYTES; i++)
		if (a->ring.bytes[i] == 'M' && memcmp(a->ring.bytes + i, "Mozilla", 7) == 0) fail_msg("a User-Agent is left in the ring at %zu", i);
	assert_true(audience_erase(a, f->a, &e));
	assert_true(audience_top(a, f->a, AUDIENCE_VIEWS, span, 10, &arena, &cells, &n, &total, &e));
	assert_int_equal(total, 0);
	tenant_release(f->tenants, t);
	audience_close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ana_t02_the_vector_of_the_appendix),
		cmocka_unit_test_setup_teardown(ana_t16_a_million_visitors_within_three_percent, begin, end),
		cmocka_unit_test_setup_teardown(ana_t03_counted_once_on_each_side_of_local_midnight, begin, end),
		cmocka_unit_test_setup_teardown(ana_t05_portals_have_salts_of_their_own, begin, end),
		cmocka_unit_test_setup_teardown(ana_9_visits_have_a_gap_of_half_an_hour, begin, end),
		cmocka_unit_test_setup_teardown(ana_2_only_navigations_to_pages_are_views, begin, end),
		cmocka_unit_test_setup_teardown(ana_11_too_fast_for_a_person, begin, end),
		cmocka_unit_test_setup_teardown(excluded_networks_are_left_out, begin, end),
		cmocka_unit_test_setup_teardown(ana_t13_retention_has_bounds, begin, end),
		cmocka_unit_test(ana_13_signals_and_objections_are_read),
		cmocka_unit_test(agents_become_families),
		cmocka_unit_test(referrers_become_hosts),
		cmocka_unit_test_setup_teardown(ana_t10_words_are_known_once_five_asked, begin, end),
		cmocka_unit_test_setup_teardown(ana_t11_parameters_are_dropped, begin, end),
		cmocka_unit_test_setup_teardown(log_3_calls_are_counted_apart, begin, end),
		cmocka_unit_test_setup_teardown(ana_4_rare_pairs_fold_when_the_day_closes, begin, end),
		cmocka_unit_test_setup_teardown(ana_t12_old_figures_go_and_that_is_seen, begin, end),
		cmocka_unit_test_setup_teardown(the_room_counts_writes_and_erases, begin, end),
	};
	return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
