/* What stays of publishers' HTML: each case is what went in and exactly what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "content/content.h"

static void expect(const char *given, const char *wanted)
{
	auto_arena a = ARENA_INIT;
	static const struct tenant nobody = { .host = { "town.test", 9 } };
	struct visit v = { .arena = &a, .origin = STR("https://town.test"), .lang = i18n_english(), .lang_code = STR("en"), .at = { .tenant = &nobody } };
	struct view_page page = { .visit = &v, .h = { .out = BUF_INIT(1 << 20), .lang = i18n_english() } };
	content_put_html(&page, NULL, str_of(given));
	if (!str_eq(buf_str(&page.h.out), str_of(wanted))) fail_msg("\n%s\nbecame\n%.*s\nand not\n%s", given, STR_ARG(buf_str(&page.h.out)), wanted);
	buf_done(&page.h.out);
}

static void tags_are_written_anew(void **state)
{
	(void)state;
	expect("<P CLASS=x>a</P>", "<p>a</p>");
	expect("<h1>a</h1><b>c</b><i>d</i>", "<h2>a</h2><strong>c</strong><em>d</em>");
	expect("a < b & c &amp; &copy; &bad", "a &lt; b &amp; c &amp; &copy; &amp;bad");
	expect("<div><p>a<div>b", "<div><p>a</p><div>b</div></div>");
	expect("</div></p>a", "a");
	expect("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
	expect("<unknown>a</unknown><script>b</script>c<style>d", "ac");
}

static void addresses_are_of_known_kinds(void **state)
{
	(void)state;
	expect("<a href='/x?a=1&amp;b=2'>a</a>", "<a href=\"/x?a=1&amp;b=2\">a</a>");
	expect("<a href=\"JavaScript:x\">a</a>", "<a>a</a>");
	expect("<a href='java\tscript:x'>a</a><a href='//evil.test'>b</a><a href='/\t/evil.test'>c</a>", "<a>a</a><a>b</a><a>c</a>");
	expect("<a href='&#x6a;avascript:x'>a</a>", "<a>a</a>");
	expect("<a href='https://a.test/'>a</a>", "<a href=\"https://a.test/\" rel=\"noopener\">a</a>");
	expect("<img src=https://evil.test/x.png alt='a view'>", "a view");
	expect("<img src=https://town.test/x.png alt=v>", "<img src=\"/x.png\" alt=\"v\" loading=\"lazy\">");
	expect("<img src=https://town.test.evil.test/x.png alt=v>", "v");
}

static void attributes_are_those_of_the_table(void **state)
{
	(void)state;
	expect("<p onclick=x style='a:b' id=here lang=fr dir=rtl title='\"'>a</p>", "<p id=\"p-here\" lang=\"fr\" dir=\"rtl\" title=\"&quot;\">a</p>");
	expect("<div class='hero page-card c-x page-'>a</div>", "<div class=\"page-card c-x page-\">a</div>");
	expect("<stoa-kpi dataset=d where='a=\"b\"' onload=x src=y>1</stoa-kpi>", "<stoa-kpi dataset=\"d\" where=\"a=&quot;b&quot;\">1</stoa-kpi>");
	expect("<stoa-else dataset=d>1</stoa-else>", "1");
	expect("<details open=x>a</details>", "<details open=\"\">a</details>");
}

static void nothing_is_read_over_and_over(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	enum { MANY = 200000 };
	char *text = arena_bytes(&a, 2 * MANY);
	for (size_t i = 0; i < MANY; i++) {
		text[2 * i] = '<';
		text[2 * i + 1] = 'b';
	}
	struct visit v = { .arena = &a, .origin = STR(""), .lang = i18n_english() };
	struct view_page page = { .visit = &v, .h = { .out = BUF_INIT(8 << 20), .lang = i18n_english() } };
	content_put_html(&page, NULL, str_make(text, 2 * MANY));
	assert_true(str_starts(buf_str(&page.h.out), STR("&lt;b&lt;b")));
	buf_done(&page.h.out);
}

static void templates_are_documents(void **state)
{
	auto_arena a = ARENA_INIT;
	(void)state;
	for (const struct content_template *t = content_templates; t->word; t++) {
		struct page_faults faults = { .n = 0 };
		struct err e = { 0 };
		struct str doc = content_template_doc(t, &a, STR("A \"title\""), STR("en"), i18n_english());
		if (!page_check(doc, false, &faults, &a, &e)) fail_msg("%s: %s\n%.*s", t->word, e.pub, STR_ARG(doc));
		if (faults.n) fail_msg("%s: %.*s", t->word, STR_ARG(page_fault_text(&faults.items[0], &a)));
		assert_true(str_find(doc, STR("\"@")) < 0 && str_find(doc, STR("A \\\"title\\\"")) >= 0);
		if (str_find(doc, STR(":,")) >= 0 || str_find(doc, STR(":}")) >= 0) fail_msg("%s: a word is not in template.c\n%.*s", t->word, STR_ARG(doc));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_written_anew), cmocka_unit_test(addresses_are_of_known_kinds), cmocka_unit_test(attributes_are_those_of_the_table),
		cmocka_unit_test(nothing_is_read_over_and_over), cmocka_unit_test(templates_are_documents),
	};
	return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
