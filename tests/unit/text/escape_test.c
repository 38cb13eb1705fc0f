/* Each writer makes text safe for its one destination; decoding gives the text back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/text.h"

static void check_with(void (*put)(struct buf *, struct str), struct str in, const char *want)
{
	auto_buf b = BUF_INIT(1 << 16);
	put(&b, in);
	buf_put_char(&b, 0);
	assert_string_equal(b.p, want);
}

static void html_escapes_markup_and_quotes(void **s)
{
	(void)s;
	check_with(text_put_html, STR("<a href=\"x\">l'eau & vin</a>"),
	           "&lt;a href=&quot;x&quot;&gt;l&#39;eau &amp; vin&lt;/a&gt;");
	check_with(text_put_html, STR(""), "");
}

static void xml_drops_what_xml_forbids(void **s)
{
	(void)s;
	check_with(text_put_xml, STR("a\x01" "b\tc\n\xef\xbf\xbe" "d\x1f"), "ab\tc\nd");
	check_with(text_put_xml, STR("<&>"), "&lt;&amp;&gt;");
}

static void json_escapes_quotes_backslashes_and_controls(void **s)
{
	(void)s;
	check_with(text_put_json, STR("a\"b\\c\n\r\t\x01\x1f"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\"");
	check_with(text_put_json, STR("12345678\"12345678"), "\"12345678\\\"12345678\"");
	check_with(text_put_json, STR("é\xf0\x9f\x98\x80\x7f"), "\"é\xf0\x9f\x98\x80\x7f\"");
}

static void csv_quotes_only_where_needed(void **s)
{
	(void)s;
	static const struct { const char *in; char delimiter; bool always; const char *want; } rows[] = {
		{ "plain", ';', false, "plain" }, { "a;b", ';', false, "\"a;b\"" }, { "a;b", ',', false, "a;b" },
		{ "say \"hi\"", ';', false, "\"say \"\"hi\"\"\"" }, { "a\nb", ';', false, "\"a\nb\"" },
		{ "a\rb", ';', false, "\"a\rb\"" }, { "plain", ';', true, "\"plain\"" }, { "", ';', true, "\"\"" },
		{ "\"", ';', false, "\"\"\"\"" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1 << 16);
		text_put_csv(&b, str_of(rows[i].in), rows[i].delimiter, rows[i].always);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].want);
	}
}

static void url_encodes_all_but_the_unreserved(void **s)
{
	(void)s;
	check_with(text_put_url, STR("a b/é?&=~-._Z9"), "a%20b%2F%C3%A9%3F%26%3D~-._Z9");
}

static void url_decoding_refuses_broken_escapes(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	struct str out;
	assert_true(text_url_decode(&a, STR("a%20b+%C3%a9"), true, &out));
	assert_true(str_eq(out, STR("a b é")));
	assert_true(text_url_decode(&a, STR("a+b%25"), false, &out));
	assert_true(str_eq(out, STR("a+b%")));
	assert_false(text_url_decode(&a, STR("%2"), true, &out));
	assert_false(text_url_decode(&a, STR("%"), true, &out));
	assert_false(text_url_decode(&a, STR("%zz"), true, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_escapes_markup_and_quotes),
		cmocka_unit_test(xml_drops_what_xml_forbids),
		cmocka_unit_test(json_escapes_quotes_backslashes_and_controls),
		cmocka_unit_test(csv_quotes_only_where_needed),
		cmocka_unit_test(url_encodes_all_but_the_unreserved),
		cmocka_unit_test(url_decoding_refuses_broken_escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
