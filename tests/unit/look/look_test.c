/* Whatever a portal chooses, what the house makes of it can be read; what it chose itself is measured; what it wrote is cleaned; versions stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "crypt/crypt.h"
#include "look/look.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* --- colours ------------------------------------------------------------------------------------------------------- */

static const uint32_t some[] = { 0x000000, 0xffffff, 0xffd54a, 0xff0000, 0x00ff00, 0x0000ff, 0x8a3ffc, 0x808080, 0x1f5a7a, 0xfffffe, 0x767676 };

static void check_pairs(const struct look_theme *t, uint32_t accent)
{
	for (int s = 0; s < LOOK_SCHEMES; s++) {
		struct look_palette p;
		struct look_pair pairs[LOOK_PAIRS];
		look_colours(t, (enum look_scheme)s, accent, &p);
		size_t n = look_pairs(&p, pairs);
		for (size_t i = 0; i < n; i++)
			if (!pairs[i].ok)
				fail_msg("accent %06x, scheme %d: %s is %.2f, not %.1f", accent, s, pairs[i].title, pairs[i].is, pairs[i].least);
	}
}

static void one_colour_is_enough_for_a_theme_that_can_be_read(void **state)
{
	(void)state;
	struct look_theme plain = look_theme_plain();
	for (size_t i = 0; i < COUNT_OF(some); i++)
		check_pairs(&plain, some[i]);
}

static void grounds_of_any_colour_get_texts_that_can_be_read(void **state)
{
	static const enum look_colour grounds[] = { LOOK_PAGE, LOOK_HEADER, LOOK_FOOTER, LOOK_SECTIONS_BACK };
	(void)state;
	for (size_t g = 0; g < COUNT_OF(grounds); g++)
		for (size_t i = 0; i < COUNT_OF(some); i++)
			for (size_t k = 0; k < COUNT_OF(some); k++) {
				struct look_theme t = look_theme_plain();
				t.given[LOOK_LIGHT][grounds[g]] = true;
				t.colour[LOOK_LIGHT][grounds[g]] = some[i];
				check_pairs(&t, some[k]);
			}
}

static void a_pair_that_was_chosen_is_measured_as_it_is(void **state)
{
	(void)state;
	struct look_theme t = look_theme_plain();
	struct look_palette p;
	struct look_pair pairs[LOOK_PAIRS];
	t.given[LOOK_LIGHT][LOOK_TEXT] = t.given[LOOK_LIGHT][LOOK_PAGE] = true;
	t.colour[LOOK_LIGHT][LOOK_TEXT] = 0x777777;
	t.colour[LOOK_LIGHT][LOOK_PAGE] = 0xffffff;
	look_colours(&t, LOOK_LIGHT, 0x1f5a7a, &p);
	look_pairs(&p, pairs);
	assert_float_equal(pairs[0].is, 4.478, 0.01);
	assert_false(pairs[0].ok);
	assert_float_equal(look_contrast(0, 0xffffff), 21.0, 0.001);
}

/* --- what was written ------------------------------------------------------------------------------------------------ */

static const struct { const char *in, *out; } sheets[] = {
	{ "a { color: red }", "a { color: red }" },
	{ "@import url(x.css); a{}", "  a{}" },
	{ "@IMP\\4fRT 'x'; a{}", "  a{}" },
	{ "@\\69\001mport 'x'; a{}", "@\\69  mport 'x'; a{}" },
	{ "a{b:url(https://x.test/y)}", "a{b:none}" },
	{ "a{b:URL( '/assets/theme_image/x.png' )}", "a{b:url(\"/assets/theme_image/x.png\")}" },
	{ "a{b:u\\72 l(//x.test)}", "a{b:none}" },
	{ "a{b:ur/**/l(//x.test)}", "a{b:ur l(//x.test)}" },
	{ "a{b:url(/assets/../x)}", "a{b:none}" },
	{ "a{b:image-set('//x.test' 1x)}", "a{b:none}" },
	{ "a{width:expression(alert(1))}", "a{width:none}" },
	{ "a{behavior:x;c:d}", "a{ c:d}" },
	{ "@media (width < 60rem){a{b:c}}", "@media (width < 60rem){a{b:c}}" },
	{ "a{content:\"@import url(x)\"}", "a{content:\"@import url(x)\"}" },
	{ "a{b:url(data:image/png;base64,xx)}", "a{b:none}" },
	/* Every line end ends a string, so what follows is no part of one. */
	{ "a{b:'\f;c:url(//x.test)'}", "a{b: \f;c:none " },
	{ "a{b:'\r;c:url(//x.test)'}", "a{b: \r;c:none " },
};

static void stylesheets_ask_for_nothing_from_elsewhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(sheets); i++) {
		auto_buf b = BUF_INIT(4096);
		look_clean_css(&b, str_of(sheets[i].in), NULL);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, sheets[i].out);
	}
}

static const struct { const char *in, *out; } marks[] = {
	{ "<div class=\"a\">##menu##</div>", "<div class=\"a\">##menu##</div>" },
	{ "<p>a<script>b</script>c", "<p>ac</p>" },
	{ "<a href=\"javascript:x\" onclick=y>t</a>", "<a>t</a>" },
	{ "<a href='/x' target=_blank>t</a>", "<a href=\"/x\" target=\"_blank\" rel=\"noopener\">t</a>" },
	{ "<img src=https://x.test/y.png>", "<img alt=\"\">" },
	{ "<img src=/assets/theme_image/y.png alt='A & B'>", "<img src=\"/assets/theme_image/y.png\" alt=\"A &amp; B\">" },
	{ "<a title=\"##menu##\">t</a>", "<a title=\"&#35;#menu&#35;#\">t</a>" },
	{ "<div style=\"color:red\" hidden>a</div>", "<div>a</div>" },
	{ "</footer></main>x", "x" },
	{ "<a href=\"//evil.test\">t</a>", "<a>t</a>" },
	{ "a < b &eacute; & c", "a &lt; b &eacute; &amp; c" },
};

static void headers_hold_what_is_on_the_list(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		auto_buf b = BUF_INIT(4096);
		look_clean_html(&b, str_of(marks[i].in), NULL);
		buf_put_char(&b, 0);
		assert_string_equal(b.p, marks[i].out);
	}
}

/* --- versions ----------------------------------------------------------------------------------------------------------- */

struct world {
	char folder[40];
	struct store *store;
	struct tenants *tenants;
	struct looks *looks;
	const struct tenant *t;
};

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct err e = { 0 };
	struct tenant_id id;
	auto_arena a = ARENA_INIT;
	memcpy(w->folder, "/tmp/look-XXXXXX", sizeof "/tmp/look-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_true(crypt_open(&e));
	assert_true(store_open(arena_printf(&a, "%s/stoa.db", w->folder), &w->store, &e));
	assert_true(tenants_open(w->store, &w->tenants, &e));
	const struct tenant_setting_value languages = { STR("languages"), STR("en,fr") };
	assert_true(tenant_add(w->tenants, STR("city.example"), NULL, 0, &languages, 1, &id, &e));
	assert_true(looks_open(w->store, w->tenants, str_of(w->folder), &w->looks, &e));
	w->t = tenants_find_or_null(w->tenants, STR("city.example"));
	*state = w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;
	auto_arena a = ARENA_INIT;
	tenant_release(w->tenants, w->t);
	looks_close(w->looks);
	tenants_close(w->tenants);
	store_close(w->store);
	for (size_t i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };
		unlink(arena_printf(&a, "%s/stoa.db%s", w->folder, ends[i]).p);
	}
	rmdir(w->folder);
	free(w);
	return 0;
}

static uint32_t page_of(struct world *w)
{
	const struct look *l = look_hold(w->looks, w->t);
	uint32_t c = l->palette[LOOK_LIGHT].colour[LOOK_PAGE];
	look_release(w->looks, l);
	return c;
}

static uint32_t colour_of(struct str css, const char *name)
{
	auto_arena a = ARENA_INIT;
	uint32_t c;
	ptrdiff_t at = str_find(css, arena_printf(&a, "--%s:#", name));
	assert_true(at >= 0);
	assert_true(look_colour_parse(str_sub(css, (size_t)at + strlen(name) + 3, 7), &c));
	return c;
}

static void what_is_made_of_a_highlight_can_be_read(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < COUNT_OF(some); i++) {
		struct look_theme t = look_theme_plain();
		const struct look *l;
		struct err e = { 0 };
		t.given[LOOK_LIGHT][LOOK_HIGHLIGHT] = true;
		t.colour[LOOK_LIGHT][LOOK_HIGHLIGHT] = some[i];
		assert_true(look_hold_theme(w->looks, w->t, &t, &l, &e));
		struct str css = l->stylesheet;
		struct str dark = str_from(css, (size_t)str_find(css, STR("@media")));
		assert_true(look_contrast(colour_of(css, "accent-text"), 0xfbfaf6) >= 4.5);
		assert_true(look_contrast(colour_of(css, "accent-text"), colour_of(css, "accent-soft")) >= 4.5);
		assert_true(look_contrast(colour_of(css, "ink-soft"), colour_of(css, "sunken")) >= 4.5);
		assert_true(look_contrast(0xffffff, colour_of(css, "accent-fill")) >= 4.5);
		assert_true(look_contrast(0xffffff, colour_of(css, "accent-deep")) >= 7);
		assert_true(look_contrast(0xffffff, colour_of(css, "accent-column")) >= 4.5);
		assert_true(look_contrast(0xffffff, colour_of(dark, "accent-deep")) >= 7);
		assert_true(look_contrast(colour_of(dark, "accent-text"), 0x15161a) >= 4.5);
		assert_true(look_contrast(colour_of(dark, "accent-text"), 0x1e2026) >= 4.5);
		assert_true(look_contrast(colour_of(dark, "accent-text"), colour_of(dark, "accent-soft")) >= 4.5);
		assert_true(look_contrast(colour_of(dark, "ink-soft"), colour_of(dark, "paper")) >= 4.5);
		assert_true(look_contrast(0xeceae4, colour_of(dark, "accent-soft")) >= 4.5);
		look_release(w->looks, l);
	}
}

static void a_draft_is_nobodys_until_it_goes_live_and_then_stays(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	int64_t version;
	uint32_t house = page_of(w);
	struct look_theme t = look_theme_plain();
	t.given[LOOK_LIGHT][LOOK_PAGE] = true;
	t.colour[LOOK_LIGHT][LOOK_PAGE] = 0xfff0e0;
	assert_true(look_save_draft(w->looks, w->t, &t, &e));
	assert_int_equal(page_of(w), house);
	assert_true(look_go_live(w->looks, w->t, STR("first"), &version, &e));
	assert_int_equal(version, 1);
	assert_int_equal(page_of(w), 0xfff0e0);
	t.colour[LOOK_LIGHT][LOOK_PAGE] = 0xe0f0ff;
	assert_true(look_save_draft(w->looks, w->t, &t, &e));
	assert_true(look_go_live(w->looks, w->t, STR(""), &version, &e));
	assert_int_equal(version, 2);
	assert_true(look_choose(w->looks, w->t, 1, &e));
	assert_int_equal(page_of(w), 0xfff0e0);
	assert_false(look_choose(w->looks, w->t, 9, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void a_stylesheet_is_one_from_end_to_end(void **state)
{
	static const char *const good[] = { "", " \n", "a{}", "a{b:c}", "a{b:c;}", "a{b:c;;}", "@import 'x';a{}", "@media (min-width:9px) and (x:y){a{b:c}@supports (d:e){f{g:h}}}",
		"a{b:c;&:hover{d:e}f{g:h}}", "a::before{content:'}{;\\''}", "/*}*/a{/*{*/b:url(x;y{z)}", "a{b:url( 'x)' )}", "@font-face{src:url(/assets/x.woff2)}",
		"a[b='c']:not(.d,e){f:calc((1px + 2px) * 3)}", ":root{--x:{a:b};--y:[1]}", "a\\:b{c:d}", "a{b:c !important}", "@charset \"x\"; a,\nb{}" };
	static const struct { const char *css, *says; } bad[] = { { "a", "line 1: expected a rule" }, { "a{b:c", "line 1: this block is not closed" }, { "a{b:c}}", "closes nothing" },
		{ "a{b}", "line 1: expected a property" }, { "a{\n\tb;c:d}", "line 2: expected a property" }, { "\r\n\r\na{b:(c}", "line 3: this bracket is not closed" }, { "a{b:'c\n'}", "line 1: this text" },
		{ "\n/*", "line 2: this comment" }, { "{b:c}", "needs a selector" }, { "a{b:url(x", "line 1: this address" }, { "a)", "closes nothing" }, { "a{b:[c)}", "line 1: this bracket" },
		{ "\n\xff", "line 2: this is not UTF-8" }, { "a(b{c:d})", "line 1: this bracket" }, { "a;b{}", "line 1: expected a rule" } };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct err e = { 0 };
		if (!look_check_css(str_of(good[i]), &e))
			fail_msg("%s: %s", good[i], e.pub);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };
		if (look_check_css(str_of(bad[i].css), &e) || !strstr(e.pub, bad[i].says))
			fail_msg("%s: %s", bad[i].css, e.pub);
	}
}

static void what_cannot_be_read_does_not_go_live(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	int64_t version;
	struct look_theme t = look_theme_plain();
	t.given[LOOK_DARK][LOOK_TEXT] = true;
	t.colour[LOOK_DARK][LOOK_TEXT] = 0x333333;
	assert_true(look_save_draft(w->looks, w->t, &t, &e));
	assert_false(look_go_live(w->looks, w->t, STR(""), &version, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_non_null(strstr(e.pub, "text on page-background (dark)"));
}

static void a_menu_without_a_label_in_each_language_is_refused(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	assert_false(look_read_json(w->looks, w->t, STR("{\"site\":{\"menu\":[{\"label\":{\"en\":\"Data\"},\"url\":\"/explore/\"}]}}"), &e));
	assert_non_null(strstr(e.pub, "no label in fr"));
	e = (struct err){ 0 };
	assert_false(look_read_json(w->looks, w->t, STR("{\"site\":{\"menu\":[{\"label\":{\"en\":\"D\",\"fr\":\"D\"},\"url\":\"javascript:x\"}]}}"), &e));
	assert_non_null(strstr(e.pub, "must begin with"));
	e = (struct err){ 0 };
	assert_false(look_read_json(w->looks, w->t, STR("{\"theme\":{\"nothing\":1}}"), &e));
	e = (struct err){ 0 };
	assert_false(look_read_json(w->looks, w->t, STR("{\"theme\":{\"colours\":{\"nothing\":\"#fff\"}}}"), &e));
	assert_non_null(strstr(e.pub, "not a colour"));
	e = (struct err){ 0 };
	assert_true(look_read_json(w->looks, w->t, STR("{\"site\":{\"menu\":[{\"label\":{\"en\":\"Data\",\"fr\":\"D\"},\"url\":\"/explore/\"}],\"palette\":[\"#102030\"]}}"), &e));
	const struct look *l = look_hold(w->looks, w->t);
	assert_int_equal(l->site.nmenu, 1);
	assert_int_equal(l->site.palette[0], 0x102030);
	look_release(w->looks, l);
}

static void files_are_told_by_their_bytes(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	struct str kept;
	assert_true(look_file_add(w->looks, w->t, STR("C:\\My Logo.PNG"), STR("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), &kept, &a, &e));
	assert_true(str_ends(kept, STR(".svg")) && str_find_char(kept, ' ') < 0 && str_find_char(kept, '\\') < 0);
	assert_false(look_file_add(w->looks, w->t, STR("x.svg"), STR("<svg><script>1</script></svg>"), &kept, &a, &e));
	e = (struct err){ 0 };
	assert_false(look_file_add(w->looks, w->t, STR("x.png"), STR("no picture"), &kept, &a, &e));
	assert_int_equal(e.code, ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_colour_is_enough_for_a_theme_that_can_be_read),
		cmocka_unit_test(grounds_of_any_colour_get_texts_that_can_be_read),
		cmocka_unit_test(a_pair_that_was_chosen_is_measured_as_it_is),
		cmocka_unit_test(stylesheets_ask_for_nothing_from_elsewhere),
		cmocka_unit_test(headers_hold_what_is_on_the_list),
		cmocka_unit_test_setup_teardown(what_is_made_of_a_highlight_can_be_read, open_world, close_world),
		cmocka_unit_test_setup_teardown(a_draft_is_nobodys_until_it_goes_live_and_then_stays, open_world, close_world),
		cmocka_unit_test(a_stylesheet_is_one_from_end_to_end),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_does_not_go_live, open_world, close_world),
		cmocka_unit_test_setup_teardown(a_menu_without_a_label_in_each_language_is_refused, open_world, close_world),
		cmocka_unit_test_setup_teardown(files_are_told_by_their_bytes, open_world, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
