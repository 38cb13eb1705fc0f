/* Parameters, error bodies, links: the words that clients of the API already read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rest/rest.h"

static struct arena arena;
static const char *const orders[] = { "asc", "desc", NULL };
static const struct rest_param table[] = {
	{ .name = "limit", .kind = REST_INT, .lo = -1, .hi = 100, .number = 10 },
	{ .name = "links", .kind = REST_BOOL },
	{ .name = "where", .kind = REST_TEXTS, .hi = 20 },
	{ .name = "lang", .kind = REST_TEXT },
	{ .name = "order", .kind = REST_WORD, .number = -1, .words = orders },
	{ 0 },
};
enum { LIMIT_ROW, LINKS, WHERE, LANG, ORDER };

static bool read_query(const char *query, struct rest_value *out, struct err *e)
{
	const struct httpd_pair *pairs;
	size_t n;
	return httpd_form(&arena, str_of(query), &pairs, &n, e) && rest_params_of(&arena, pairs, n, table, out, e);
}

static void values_are_typed(void **state)
{
	(void)state;
	struct rest_value v[5];
	struct err e = { 0 };
	assert_true(read_query("limit=-1&links=TRUE&where=a&unknown=1&where=b%20c&lang=fr&lang=en&order=desc", v, &e));
	assert_int_equal(v[LIMIT_ROW].number, -1);
	assert_int_equal(v[LINKS].number, 1);
	assert_int_equal(v[WHERE].ntexts, 2);
	assert_true(str_eq(v[WHERE].texts[1], STR("b c")));
	assert_true(str_eq(v[LANG].text, STR("en")));
	assert_int_equal(v[ORDER].number, 1);
	assert_true(read_query("limit=&links=0", v, &e));
	assert_false(v[LIMIT_ROW].given);
	assert_int_equal(v[LIMIT_ROW].number, 10);
	assert_true(v[LINKS].given);
	assert_int_equal(v[LINKS].number, 0);
	assert_int_equal(v[ORDER].number, -1);
}

static void expect_refusal(const char *query, const char *message)
{
	struct rest_value v[5];
	struct err e = { 0 };
	assert_false(read_query(query, v, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	assert_string_equal(e.pub, message);
}

static void refusals_have_the_words_of_the_api(void **state)
{
	(void)state;
	struct err e = { 0 };
	expect_refusal("limit=101", "Invalid value for limit API parameter: 101 was found but -1 <= limit <= 100 is expected.");
	expect_refusal("limit=abc", "Invalid value for limit API parameter: abc was found but an integer is expected.");
	expect_refusal("limit=99999999999999999999", "Invalid value for limit API parameter: 99999999999999999999 was found but an integer is expected.");
	expect_refusal("links=maybe", "Invalid value for links API parameter: maybe was found but true or false is expected.");
	expect_refusal("where=123456789012345678901", "Invalid value for where API parameter: 123456789012345678901 was found but at most 20 bytes is expected.");
	expect_refusal("order=up", "Invalid value for order API parameter: up was found but one of asc, desc is expected.");
	assert_true(rest_window(9900, 100, 10000, &e));
	assert_false(rest_window(9901, 100, 10000, &e));
	assert_string_equal(e.pub, "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected.");
	struct err far = { 0 };
	assert_false(rest_window(INT64_MAX, 1, 10000, &far));
}

/* --- through the server ------------------------------------------------------------------------------ */

static bool problem(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app, (void)p, (void)r;
	return err_set(e, ERR_ODSQL, "Unknown field: \"nop\xc3\xa9\".");
}

static bool broken(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app, (void)p, (void)r;
	return err_set(e, ERR_DATABASE, "select secret");
}

static bool good(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app;
	struct buf b = BUF_INIT(10000);
	const struct httpd_pair set[] = { { STR("offset"), STR("20") }, { STR("limit"), STR("10") } };
	buf_put(&b, rest_base(r, STR("/api")));
	buf_put_char(&b, '?');
	buf_put(&b, rest_query_with(r, set, 2));
	return rest_json(p, &b, STR("en-gb"), e);
}

static bool file(struct httpd_request *r, struct httpd_reply *p, void *app, struct err *e)
{
	(void)app, (void)e;
	rest_download(p, STR("text/csv; charset=utf-8"), *httpd_query_or_null(r, STR("name")));
	return true;
}

static void show(const struct httpd_request *r, struct httpd_reply *p, void *app, const struct err *e)
{
	(void)r, (void)app;
	rest_problem(p, e);
}

static void cors(const struct httpd_request *r, struct httpd_reply *p, void *app)
{
	(void)r, (void)app;
	rest_cors(p);
}

static void options(const struct httpd_request *r, struct httpd_reply *p, void *app, struct str allow)
{
	(void)r, (void)app;
	rest_options(p, allow);
}

static const struct httpd_route r1 = { .pattern = "/problem", .run = problem }, r2 = { .pattern = "/broken", .run = broken },
	r3 = { .pattern = "/good", .run = good }, r4 = { .pattern = "/file", .run = file };
static const struct httpd_route *const routes[] = { &r1, &r2, &r3, &r4, NULL };
static const struct httpd_options server = { .routes = routes, .hooks = { .error = show, .finish = cors, .options = options } };

static struct httpd_answer ask(enum httpd_method m, const char *target, const char *head)
{
	struct httpd_answer a = { 0 };
	struct err e = { 0 };
	if (!httpd_loopback(&server, &arena, m, str_of(target), str_of(head), STR(""), &a, &e)) fail_msg("%s", e.pub);
	return a;
}

static bool has(struct httpd_answer a, const char *line)
{
	return str_find(a.headers, arena_printf(&arena, "%s\r\n", line)) >= 0;
}

static void problems_are_indented_json(void **state)
{
	(void)state;
	struct httpd_answer a = ask(HTTPD_GET, "/problem", "");
	assert_int_equal(a.status, 400);
	assert_true(has(a, "Content-Type: application/json"));
	assert_true(str_starts(a.body, STR("{\n  \"error_code\": \"ODSQLError\",\n  \"message\": \"Unknown field: \\\"nop")));
	assert_true(str_ends(a.body, STR("\n}")));
	a = ask(HTTPD_GET, "/broken", "");
	assert_int_equal(a.status, 500);
	assert_true(str_eq(a.body, STR("{\n  \"error_code\": \"InternalServerError\",\n  \"message\": \"Something went wrong on our side.\"\n}")));
	a = ask(HTTPD_GET, "/nowhere", "");
	assert_true(str_eq(a.body, STR("{\n  \"error_code\": \"NotFoundURI\",\n  \"message\": \"The requested URI does not exist.\"\n}")));
	assert_true(has(a, "Access-Control-Allow-Origin: *"));
}

static void answers_have_the_headers_of_the_api(void **state)
{
	(void)state;
	struct httpd_answer a = ask(HTTPD_GET, "/good?where=a%20b&offset=1&x=%26&offset=2", "Host: City.example:8080");
	assert_true(str_eq(a.body, STR("http://city.example:8080/api?where=a%20b&offset=20&x=%26&limit=10")));
	assert_true(has(a, "Content-Type: application/json; charset=utf-8"));
	assert_true(has(a, "Content-Language: en-gb"));
	assert_true(has(a, "Cache-Control: no-cache, no-store, max-age=0, must-revalidate"));
	assert_true(has(a, "Vary: Accept-Language, Cookie, Host, Accept-Encoding"));
	assert_true(has(a, "Access-Control-Max-Age: 1000"));
	assert_true(has(a, "Access-Control-Allow-Methods: POST, GET, OPTIONS"));
	a = ask(HTTPD_OPTIONS, "/good", "");
	assert_int_equal(a.status, 204);
	assert_true(has(a, "Allow: GET, HEAD, OPTIONS"));
	assert_true(has(a, "Access-Control-Allow-Origin: *"));
}

static void file_names_are_safe(void **state)
{
	(void)state;
	assert_true(has(ask(HTTPD_GET, "/file?name=trees.csv", ""), "Content-Disposition: attachment; filename=\"trees.csv\""));
	assert_true(has(ask(HTTPD_GET, "/file?name=%C3%A9%22a%0d%0ab.csv", ""),
	                "Content-Disposition: attachment; filename=\"__a__b.csv\"; filename*=UTF-8''%C3%A9%22a%0D%0Ab.csv"));
}

static int clean(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values_are_typed), cmocka_unit_test(refusals_have_the_words_of_the_api),
		cmocka_unit_test(problems_are_indented_json), cmocka_unit_test(answers_have_the_headers_of_the_api),
		cmocka_unit_test(file_names_are_safe) };
	return cmocka_run_group_tests_name("rest", tests, NULL, clean);
}
