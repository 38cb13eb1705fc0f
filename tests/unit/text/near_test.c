/* Typing errors that search() forgives, and forms of words. */
#include "text/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static bool near(const char *a, const char *b, size_t most) { return text_is_near(str_of(a), str_of(b), most) && text_is_near(str_of(b), str_of(a), most); }

static void edits_are_counted_in_characters(void **state)
{
	(void)state;
	assert_true(near("rochelle", "rochele", 1));
	assert_true(near("paris", "prais", 1));
	assert_true(near("sekret", "secret", 1));
	assert_true(near("brusselles", "bruselle", 2));
	assert_false(near("brusselles", "bruxelles", 1));
	assert_false(near("paris", "rapis", 1));
	assert_true(near("москва", "мосва", 1));
	assert_true(near("москва", "моксва", 1));
	assert_false(near("москва", "мова", 1));
	assert_true(near("", "ab", 2));
	assert_false(near("", "abc", 2));
	assert_false(near("a", "b", 0));
}

static void length_decides_how_many_are_forgiven(void **state)
{
	(void)state;
	assert_int_equal(text_edits_for(STR("la")), 0);
	assert_int_equal(text_edits_for(STR("sea")), 1);
	assert_int_equal(text_edits_for(STR("paris")), 1);
	assert_int_equal(text_edits_for(STR("москва")), 2);
}

static bool are_forms(const char *lang, const char *x, const char *y)
{
	auto_arena a = ARENA_INIT;
	struct text_stemmer *s = text_stemmer_or_null(&a, str_of(lang));
	if (!s) return false;
	struct str stem = arena_str(&a, text_stem(s, str_of(x)));
	bool same = str_eq(stem, text_stem(s, str_of(y))) && str_starts(str_of(y), text_stem_beginning(s, str_of(x)));
	text_stemmer_done(s);
	return same;
}

static void forms_go_by_language(void **state)
{
	(void)state;
	assert_true(are_forms("fr", "film", "films"));
	assert_true(are_forms("en", "running", "run"));
	assert_true(are_forms("de", "hauser", "haus"));
	assert_true(are_forms("es", "casas", "casa"));
	assert_false(are_forms("fr", "film", "fils"));
	assert_false(are_forms("xx", "film", "films"));
	assert_false(are_forms("", "film", "films"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(edits_are_counted_in_characters),
		cmocka_unit_test(length_decides_how_many_are_forgiven), cmocka_unit_test(forms_go_by_language) };
	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
