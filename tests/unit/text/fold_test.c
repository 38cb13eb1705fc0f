/* The analyzer of ODSQL §8.1, tokens, slugs and field names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/text.h"

static void folds_case_accents_and_punctuation(void **s)
{
	(void)s;
	static const struct { const char *in, *want; } rows[] = {
		{ "Shangri-La", "shangri la" }, { "l'eau", "l eau" }, { "BESANÇON", "besancon" },
		{ "Œuvre Æther Straße", "oeuvre aether strasse" }, { "Ø đ Ł", "o d l" }, { "%river%", "river" },
		{ "  two   blanks ", "two blanks" }, { "", "" }, { "--- !", "" }, { "ﬁn ½", "fin 1 2" },
		{ "Ελλάδα", "ελλαδα" }, { "ПРИВЕТ", "привет" }, { "a_b", "a b" }, { "日本 語", "日本 語" },
		{ "e\xcc\x81t\xc3\xa9", "ete" }, { "bad\xff\xfe" "byte", "bad byte" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		auto_buf b = BUF_INIT(1 << 16);
		text_fold(&b, str_of(rows[i].in));
		buf_put_char(&b, 0);
		assert_string_equal(b.p, rows[i].want);
	}
}

static void appends_without_a_blank_before(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(1 << 16);
	buf_lit(&b, "x");
	text_fold(&b, STR(" ÉTÉ Y"));
	assert_true(str_eq(buf_str(&b), STR("xete y")));
}

static void remembers_that_it_ran_over(void **s)
{
	(void)s;
	auto_buf b = BUF_INIT(3);
	text_fold(&b, STR("abcdefgh"));
	assert_true(b.over);
}

static void tokens_are_views_in_order(void **s)
{
	(void)s;
	struct str t;
	size_t at = 0;
	struct str folded = STR("la rochelle 17");
	assert_true(text_next_token(folded, &at, &t) && str_eq(t, STR("la")));
	assert_true(text_next_token(folded, &at, &t) && str_eq(t, STR("rochelle")));
	assert_true(text_next_token(folded, &at, &t) && str_eq(t, STR("17")));
	assert_false(text_next_token(folded, &at, &t));
}

static void slugs_are_short_ascii_and_never_empty(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	char longer[400];
	memset(longer, 'x', sizeof longer);
	assert_true(str_eq(text_slug(&a, STR("Les arbres d'Île-de-France !")), STR("les-arbres-d-ile-de-france")));
	assert_true(str_eq(text_slug(&a, STR("Ελλάδα")), STR("ellada")));
	assert_true(str_eq(text_slug(&a, STR("???")), STR("dataset")));
	assert_int_equal(text_slug(&a, str_make(longer, sizeof longer)).n, 100);
}

static void field_names_do_not_start_with_a_digit(void **s)
{
	(void)s;
	auto_arena a = ARENA_INIT;
	assert_true(str_eq(text_field_name(&a, STR("Nom de l'établissement")), STR("nom_de_l_etablissement")));
	assert_true(str_eq(text_field_name(&a, STR("2019 Total (€)")), STR("_2019_total")));
	assert_true(str_eq(text_field_name(&a, STR("%")), STR("field")));
	assert_true(text_field_name(&a, STR("a very long heading that goes on and on and on until nobody reads it")).n <= 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_case_accents_and_punctuation),
		cmocka_unit_test(appends_without_a_blank_before),
		cmocka_unit_test(remembers_that_it_ran_over),
		cmocka_unit_test(tokens_are_views_in_order),
		cmocka_unit_test(slugs_are_short_ascii_and_never_empty),
		cmocka_unit_test(field_names_do_not_start_with_a_digit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
