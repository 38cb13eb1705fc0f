/* Cards for link previews: a PNG of the promised size whatever the title, other letters make another picture, and titles of any length and
 * script fit between the band and the edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "draw/draw.h"

static int open_draw(void **state) { *state = draw_open(); return 0; }
static int close_draw(void **state) { draw_close(*state); return 0; }

static unsigned be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (unsigned)u[0] << 24 | (unsigned)u[1] << 16 | (unsigned)u[2] << 8 | u[3];
}

/* With STOA_DRAW_FOLDER set, pictures are kept there to be looked at. */
static void keep(const char *name, struct str png)
{
	const char *folder = getenv("STOA_DRAW_FOLDER");
	char path[400];
	if (!folder) return;
	snprintf(path, sizeof path, "%s/%s.png", folder, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(png.p, 1, png.n, f), png.n);
	fclose(f);
}

static struct buf card(struct draw *d, const char *name, const char *title, const char *lang)
{
	struct buf b = BUF_INIT(DRAW_BYTES);
	struct err e = { 0 };
	struct draw_card c = { .portal = STR("Open data of a town"), .kind = STR("Dataset"), .title = str_of(title), .by = STR("Town of Somewhere"),
		.facts = STR("1,234 records · 22 November 2026"), .lang = str_of(lang), .accent = 0x1f5a7a };
	if (!draw_card_put(d, &c, &b, &e)) fail_msg("%s: %s (%s)", name, e.pub, e.priv);
	assert_true(b.n > 2000);
	assert_memory_equal(b.p, "\x89PNG\r\n\x1a\n", 8);
	assert_int_equal(be32(b.p + 16), DRAW_WIDTH);
	assert_int_equal(be32(b.p + 20), DRAW_HEIGHT);
	keep(name, buf_str(&b));
	return b;
}

static void draws_titles_of_any_script_and_length(void **state)
{
	static const struct { const char *name, *title, *lang; } cases[] = {
		{ "short", "Trees", "en" },
		{ "empty", "", "en" },
		{ "arabic", "الأشجار في شوارع المدينة وحدائقها العامة مع سنة الغرس والنوع والارتفاع", "ar" },
		{ "chinese", "城市街道和公园的树木，包括种植年份、树种和高度", "zh" },
		{ "thai", "ต้นไม้ในถนนและสวนสาธารณะของเมือง", "th" },
		{ "mixed", "Arbres — أشجار — 木 — деревья", "fr" },
		{ "breaks", "a\nb\tc\x01 d", "en" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = card(*state, cases[i].name, cases[i].title, cases[i].lang);
		buf_done(&b);
	}
	char word[301];
	memset(word, 'W', 300);
	word[300] = '\0';
	struct buf b = card(*state, "word", word, "en");
	buf_done(&b);
	for (size_t i = 5; i < 300; i += 6) word[i] = ' ';
	b = card(*state, "long", word, "en");
	buf_done(&b);
}

static void other_words_make_another_picture_and_the_same_words_the_same(void **state)
{
	struct buf a = card(*state, "one", "Trees", "en"), b = card(*state, "two", "Rivers", "en"), c = card(*state, "three", "Trees", "en");
	assert_false(str_eq(buf_str(&a), buf_str(&b)));
	assert_true(str_eq(buf_str(&a), buf_str(&c)));
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
}

static void broken_letters_do_no_harm(void **state)
{
	struct buf b = card(*state, "broken", "a\xff\xc3 b", "x-nothing-of-the-sort-at-all");
	buf_done(&b);
}

static void refuses_what_does_not_fit(void **state)
{
	struct err e = { 0 };
	auto_buf b = BUF_INIT(100);
	assert_false(draw_card_put(*state, &(struct draw_card){ .title = STR("Trees") }, &b, &e));
	assert_int_equal(e.code, ERR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_titles_of_any_script_and_length),
		cmocka_unit_test(other_words_make_another_picture_and_the_same_words_the_same),
		cmocka_unit_test(broken_letters_do_no_harm),
		cmocka_unit_test(refuses_what_does_not_fit),
	};
	return cmocka_run_group_tests(tests, open_draw, close_draw);
}
