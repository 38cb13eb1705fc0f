/* Tags as browsers cut them: where one ends, what its attributes are, what is text. */
#include "text/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void ends(const char *s, const char *name, bool closing, size_t n)
{
	struct text_tag tag;
	assert_true(text_tag(str_of(s), 64, &tag));
	assert_true(str_eq(tag.name, str_of(name)));
	assert_int_equal(tag.closing, closing);
	assert_int_equal(tag.n, n);
}

static void test_where_a_tag_ends(void **state)
{
	(void)state;
	ends("<p>x", "p", false, 3);
	ends("</P >x", "P", true, 5);
	ends("<a title=\"a>b\">x", "a", false, 15);
	ends("<a title = 'a>b'>x", "a", false, 18 - 1);
	ends("<a title=x\">y\">", "a", false, 12); /* a quote within a bare value is a letter of it */
	ends("<a \"x>y\">", "a", false, 6);
	ends("<br/>x", "br", false, 5);
	ends("<stoa-chart\nx=1>", "stoa-chart", false, 16);
	ends("<!doctype html>x", "", false, 15);
	ends("<!-- > --->x", "", false, 11);
	ends("<!-- never", "", false, 10);
	ends("<a ==>x", "a", false, 6);
}

static void test_what_is_text(void **state)
{
	(void)state;
	static const char *const texts[] = { "<", "< p>", "<5", "</", "</ p>", "<a", "<a href=\"x>", "<a href='x\">", "<>" };
	struct text_tag tag;
	for (size_t i = 0; i < COUNT_OF(texts); i++) assert_false(text_tag(str_of(texts[i]), 64, &tag));
	assert_false(text_tag(STR("<a title=\"12345678\">"), 12, &tag));
	assert_true(text_tag(STR("<a title=\"12345678\">"), 20, &tag));
}

static void test_attributes(void **state)
{
	(void)state;
	struct text_attribute a[4];
	assert_int_equal(text_attributes(STR("<a href=/x/y disabled title = 'a \"b' HREF=z>"), a, 4), 3);
	assert_true(str_eq(a[0].name, STR("href")) && str_eq(a[0].value, STR("/x/y")));
	assert_true(str_eq(a[1].name, STR("disabled")) && a[1].value.n == 0);
	assert_true(str_eq(a[2].name, STR("title")) && str_eq(a[2].value, STR("a \"b")));
	assert_int_equal(text_attributes(STR("<a b=1 c=2 d=3 e=4 f=5>"), a, 4), 4);
	assert_int_equal(text_attributes(STR("<img/src=x/onerror=y>"), a, 4), 1);
	assert_true(str_eq(a[0].value, STR("x/onerror=y")));
	assert_int_equal(text_attributes(STR("<br />"), a, 4), 0);
	assert_int_equal(text_attributes(STR("<a x=\"never"), a, 4), 1);
}

static void test_contents_that_are_passed_over(void **state)
{
	(void)state;
	assert_int_equal(text_past_content(STR("<script>a</b></scripts></SCRIPT >x"), STR("script"), 8), 33);
	assert_int_equal(text_past_content(STR("<style>a"), STR("style"), 7), 8);
}

static void test_references(void **state)
{
	(void)state;
	assert_int_equal(text_reference(STR("&eacute;x")), 8);
	assert_int_equal(text_reference(STR("&#233;")), 6);
	assert_int_equal(text_reference(STR("&#xe9;")), 6);
	assert_int_equal(text_reference(STR("&eacute x")), 0);
	assert_int_equal(text_reference(STR("&;")), 0);
	assert_int_equal(text_reference(STR("&")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_a_tag_ends), cmocka_unit_test(test_what_is_text), cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_contents_that_are_passed_over), cmocka_unit_test(test_references),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
