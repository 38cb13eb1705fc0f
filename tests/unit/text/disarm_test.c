/* Markup that leaves for pages of others: it is markup still, and nothing in it acts. */
#include "text/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void gives(const char *in, const char *out)
{
	auto_buf b = BUF_INIT(1 << 20);
	text_disarm(&b, str_of(in));
	auto_arena a = ARENA_INIT;
	assert_string_equal(arena_cstr(&a, buf_str(&b)), out);
	/* What is harmless stays so, and stays the same. */
	auto_buf again = BUF_INIT(1 << 20);
	text_disarm(&again, buf_str(&b));
	assert_true(str_eq(buf_str(&again), buf_str(&b)));
}

static void test_what_stays(void **state)
{
	(void)state;
	gives("", "");
	gives("Trees & hedges, a < b, 3 <4 and \"so\" on", "Trees & hedges, a < b, 3 <4 and \"so\" on");
	gives("<p>One &eacute;</p><ul><li><strong>two</strong></li></ul><br/>", "<p>One &eacute;</p><ul><li><strong>two</strong></li></ul><br>");
	gives("<a href=\"https://town.example/?a=1&amp;b=2\" target=\"_blank\">x</a>", "<a href=\"https://town.example/?a=1&amp;b=2\">x</a>");
	gives("<a href='/about/'>x</a><a href=mailto:a@b.example>y</a>", "<a href=\"/about/\">x</a><a href=\"mailto:a@b.example\">y</a>");
	gives("<img src=\"data:image/png;base64,AA==\" alt='A \"b\"'>", "<img src=\"data:image/png;base64,AA==\" alt=\"A &quot;b&quot;\">");
	gives("<table class=\"x\"><tr><td colspan=2>1</td></tr></table>", "<table class=\"x\"><tr><td colspan=\"2\">1</td></tr></table>");
}

static void test_what_goes(void **state)
{
	(void)state;
	gives("<p onclick=\"alert(1)\" style='x'>a</p>", "<p>a</p>");
	gives("a<script>alert(1)</script>b<SCRIPT src=//x>c</ScRiPt >d", "abd");
	gives("<img src=x onerror=alert(1)>", "<img src=\"x\">");
	gives("<a href=\"javascript:alert(1)\">x</a><a href=\" java\tscript&#58;alert(1)\">y</a><a href=\"&#106;avascript:x\">z</a>", "<a>x</a><a>y</a><a>z</a>");
	gives("<a href=\"data:text/html,x\">x</a><img src=\"data:image/svg+xml,x\"><a href=\"data:image/png,x\">y</a>", "<a>x</a><img><a>y</a>");
	gives("<svg><script>1</script><a onload=1></svg>x<math href=1>y</math>z", "xz");
	gives("<iframe src=\"https://video.example/1\" srcdoc=\"<script>1</script>\">in</iframe>x", "<iframe src=\"https://video.example/1\"></iframe>x");
	gives("<form action=/x><button formaction=javascript:1>b</button></form><base href=//x><meta http-equiv=refresh><link rel=import>", "b");
	gives("<!-- <p> --><!doctype x><?php x ?>y", "y");
	gives("<p<script>1", "1");
	gives("a<img src=x onerror=alert(1) ", "a&lt;img src=x onerror=alert(1) ");
	gives("a<", "a&lt;");
	gives("<a title=\"x\"onclick=alert(1)>b</a>", "<a title=\"x\">b</a>");
	gives("<img/src=\"x\"/onerror=alert(1)>", "<img src=\"x\">");
	gives("<style><p></style><noscript><p title=\"</noscript><img src=x onerror=1>\"></noscript>", "<img src=\"x\">\">");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_what_stays), cmocka_unit_test(test_what_goes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
