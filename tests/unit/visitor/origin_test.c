/* Our own pages are told from others, and a form leads only to a path of this origin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "visitor/visitor.h"

static const struct tenant portal = { .host = { "isoc.example", 12 } };
struct row { const char *site, *from, *referer; bool ours; const char *reason; };

static struct httpd_request request(struct arena *a, struct httpd_pair *headers, const struct row *row)
{
	struct httpd_request r = { .method = HTTPD_POST, .host = STR("isoc.example"), .arena = a, .headers = headers };
	const struct httpd_pair all[] = {
		{ STR("Sec-Fetch-Site"), str_of(row->site) }, { STR("Origin"), str_of(row->from) }, { STR("Referer"), str_of(row->referer) },
	};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].value.n)
			headers[r.nheaders++] = all[i];
	return r;
}

static void requests_of_other_sites_are_told_apart(void **s)
{
	(void)s;
	static const struct row rows[] = {
		{ "same-origin", "https://evil.test", "", true, "" },
		{ "cross-site", "https://isoc.example", "", false, "fetch_site" },
		{ "same-site", "", "", false, "fetch_site" },
		{ "none", "https://isoc.example", "", true, "" },
		{ "", "https://isoc.example", "", true, "" },
		{ "", "https://isoc.example.evil.test", "", false, "origin" },
		{ "", "http://isoc.example", "", false, "origin" },
		{ "", "null", "https://isoc.example/", false, "origin" },
		{ "", "", "https://isoc.example/explore/", true, "" },
		{ "", "", "https://evil.test/https://isoc.example/", false, "referer" },
		{ "", "", "/explore/", false, "referer_malformed" },
		{ "", "", "", false, "referer_missing" },
		{ "banana", "https://isoc.example", "", true, "" },
		{ "", "https://isoc.example:8443", "", false, "origin" },
		{ "", "https://evil.test/https://isoc.example", "", false, "origin" },
		{ "", "", "http://isoc.example/", false, "referer_insecure" },
		{ "", "", "https://isoc.example@evil.test/", false, "referer_malformed" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_arena a = ARENA_INIT;
		struct httpd_pair headers[3];
		struct httpd_request r = request(&a, headers, &rows[i]);
		const char *reason = "";
		assert_int_equal(visitor_same_origin(&r, &portal, STR("https://isoc.example"), &reason), rows[i].ours);
		if (!rows[i].ours)
			assert_string_equal(reason, rows[i].reason);
	}
}

static void a_form_leads_nowhere_else(void **s)
{
	(void)s;
	static const struct { const char *next, *referer, *want; } rows[] = {
		{ "/explore/?q=a%20b", "", "/explore/?q=a%20b" }, { "//evil.test", "", "/" }, { "/\\evil.test", "", "/" },
		{ "https:evil.test", "", "/" }, { "/%0d%0aSet-Cookie:x=1", "", "/" }, { "javascript:alert(1)", "", "/" },
		{ "/\x01/x", "", "/" }, { "", "https://isoc.example/explore/?q=x#y", "/explore/?q=x" },
		{ "", "https://evil.test/explore/", "/" }, { "//evil.test", "https://isoc.example//evil.test", "/" },
		{ "/%2fevil.test", "", "/" }, { "/%5cevil.test", "", "/" }, { "/ok%", "", "/" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_arena a = ARENA_INIT;
		struct httpd_pair headers[3];
		struct row row = { "", "", rows[i].referer, true, "" };
		struct httpd_request r = request(&a, headers, &row);
		struct str got = visitor_next(&r, &a, STR("https://isoc.example"), str_of(rows[i].next));
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s led to %.*s", rows[i].next, STR_ARG(got));
	}
}

static void the_origin_is_https_but_on_loopback(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	assert_true(str_eq(visitor_origin(&a, STR("isoc.example"), 8080), STR("https://isoc.example")));
	assert_true(str_eq(visitor_origin(&a, STR("isoc.localhost"), 8080), STR("http://isoc.localhost:8080")));
	assert_true(str_eq(visitor_origin(&a, STR("localhost"), 80), STR("http://localhost")));
	assert_true(str_eq(visitor_origin(&a, STR("notlocalhost"), 80), STR("https://notlocalhost")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_of_other_sites_are_told_apart),
		cmocka_unit_test(a_form_leads_nowhere_else),
		cmocka_unit_test(the_origin_is_https_but_on_loopback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
