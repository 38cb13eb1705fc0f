/* Runtime text never becomes markup: escaping, links, messages with places, publishers' HTML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "view/view.h"

static void check(struct html *h, const char *want)
{
	buf_put_char(&h->out, 0);
	assert_string_equal(h->out.p, want);
	buf_clear(&h->out);
}

static struct html writer(const char *lang)
{
	return (struct html){ .out = BUF_INIT(1 << 16), .lang = i18n_lang_or_null(str_of(lang)) };
}

static void only_harmless_addresses_become_links(void **s)
{
	(void)s;
	static const struct { const char *url, *want; } rows[] = {
		{ "/explore/?q=a&b", "/explore/?q=a&amp;b" }, { "https://x.example/\"", "https://x.example/&quot;" },
		{ "mailto:a@b.example", "mailto:a@b.example" }, { "javascript:alert(1)", "#" }, { "//evil.test", "#" },
		{ "/\\evil.test", "#" }, { "data:text/html,x", "#" }, { " /x", "#" }, { "", "#" }, { "#top", "#top" },
	};
	struct html h = writer("en");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		html_url(&h, str_of(rows[i].url));
		check(&h, rows[i].want);
	}
	buf_done(&h.out);
}

static void places_of_messages_are_filled_and_escaped(void **s)
{
	(void)s;
	struct html h = writer("fr");
	html_say_with(&h, "This site is run by {0}.", HTML_ARG_STRONG(STR("<b>")));
	check(&h, "Ce site est géré par <strong><bdi>&lt;b&gt;</bdi></strong>.");
	html_say_with(&h, "a {0}b{1} {7} {x} {", HTML_ARG_OPEN(STR("javascript:x")), HTML_ARG_CLOSE);
	check(&h, "a <a href=\"#\">b</a> {7} {x} {");
	html_say_plural(&h, "{0} record", "{0} records", 1);
	check(&h, "1 enregistrement");
	buf_done(&h.out);
}

static void publishers_markup_is_written_again_from_what_is_allowed(void **s)
{
	(void)s;
	static const struct { const char *in, *want; } rows[] = {
		{ "one\n\ntwo & <3", "<p>one</p><p>two &amp; &lt;3</p>" },
		{ "<p onclick=x>a<script>b</script>c</p>", "<p>ac</p>" },
		{ "<script>alert(1)", "" },
		{ "<b>x", "<strong>x</strong>" },
		{ "<p>a<p>b", "<p>a</p><p>b</p>" },
		{ "<ul><li>a<li>b</ul>c", "<ul><li>a<li>b</li></li></ul>c" },
		{ "</p></div>x<p>y", "x<p>y</p>" },
		{ "<a href='javascript:x'>l</a>", "<a>l</a>" },
		{ "<a href=\"https://x.example/?a=1&amp;b=2\" onclick=y>l</a>", "<a rel=\"noopener\" href=\"https://x.example/?a=1&amp;b=2\">l</a>" },
		{ "<a title='>' href=https://x.example/>l", "<a rel=\"noopener\" href=\"https://x.example/\">l</a>" },
		{ "<img src=x onerror=y>caf&eacute; &amp; &bogus", "caf&eacute; &amp; &amp;bogus" },
		{ "<!-- <b>no</b> -->x<br/>", "x<br>" },
		{ "a<!-- b", "a" },
		{ "<h1>t</h1><iframe src=x>in</iframe>", "<h3>t</h3>" },
		{ "<p <b>", "<p></p>" },
		{ "<style>p{}</style ><em>e</em>", "<em>e</em>" },
		{ "<svg/onload=x>y", "y" },
	};
	struct html h = writer("en");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		html_rich(&h, str_of(rows[i].in));
		check(&h, rows[i].want);
	}
	buf_done(&h.out);
}

static void an_excerpt_is_words_cut_between_words(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	struct str got = view_plain(&a, STR("<p>Every <b>tree</b>, with&nbsp;<a href=x>leaves</a>.</p><script>no()</script><p>Next &amp; last</p>"), 300);
	assert_string_equal(arena_cstr(&a, got), "Every tree, with leaves. Next & last");
	got = view_plain(&a, STR("one two three four"), 9);
	assert_string_equal(arena_cstr(&a, got), "one two…");
	got = view_plain(&a, STR("éééééééééé"), 5);
	assert_string_equal(arena_cstr(&a, got), "éé…");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_harmless_addresses_become_links),
		cmocka_unit_test(places_of_messages_are_filled_and_escaped),
		cmocka_unit_test(publishers_markup_is_written_again_from_what_is_allowed),
		cmocka_unit_test(an_excerpt_is_words_cut_between_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
