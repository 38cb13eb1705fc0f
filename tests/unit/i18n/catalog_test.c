/* Compiled catalogues give the right words and the right plural forms, in every language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "i18n/i18n.h"

static void check_text(struct str got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static const struct i18n_lang *lang(const char *code)
{
	const struct i18n_lang *l = i18n_lang_or_null(str_of(code));
	assert_non_null(l);
	return l;
}

static void eleven_languages_english_first(void **s)
{
	(void)s;
	const struct i18n_lang *all;
	assert_int_equal(i18n_languages(&all), 11);
	check_text(all[0].code, "en");
	assert_true(lang("ar")->rtl);
	assert_false(lang("fr")->rtl);
}

static void a_region_is_left_aside_and_strangers_are_refused(void **s)
{
	(void)s;
	check_text(lang("pt-BR")->code, "pt");
	check_text(lang("FR")->code, "fr");
	assert_null(i18n_lang_or_null(STR("xx")));
	assert_null(i18n_lang_or_null(STR("")));
	assert_null(i18n_lang_or_null(STR("-fr")));
}

static void messages_are_found_and_unknown_ones_stay_english(void **s)
{
	(void)s;
	check_text(i18n_text(lang("fr"), "Search"), "Rechercher");
	check_text(i18n_text(lang("sv"), "What is a cookie?"), "Vad är en kaka?");
	check_text(i18n_text(lang("en"), "Search"), "Search");
	check_text(i18n_text(lang("fr"), "No such message"), "No such message");
	check_text(i18n_text(lang("fr"), ""), "");
}

static void plurals_follow_each_language(void **s)
{
	(void)s;
	static const struct { const char *lang; int64_t n; const char *want; } rows[] = {
		{ "en", 0, "{0} records" }, { "en", 1, "{0} record" }, { "en", 2, "{0} records" },
		{ "fr", 0, "{0} enregistrement" }, { "fr", 1, "{0} enregistrement" }, { "fr", 2, "{0} enregistrements" },
		{ "de", 0, "{0} Datensätze" }, { "de", 1, "{0} Datensatz" },
		{ "ar", 0, "لا سجلات" }, { "ar", 1, "سجل واحد" }, { "ar", 2, "سجلان" }, { "ar", 7, "{0} سجلات" },
		{ "ar", 11, "{0} سجلًا" }, { "ar", 100, "{0} سجل" }, { "ar", 103, "{0} سجلات" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_text(i18n_plural(lang(rows[i].lang), "{0} record", "{0} records", rows[i].n), rows[i].want);
}

static void rules_are_read_as_c(void **s)
{
	(void)s;
	static const struct { const char *rule; uint64_t n, want; } rows[] = {
		{ "n != 1", 1, 0 }, { "n != 1", 5, 1 }, { " (n>1) ", 2, 1 },
		{ "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", 22, 1 },
		{ "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", 11, 2 },
		{ "!n", 0, 1 }, { "2+3*4-n/2", 4, 12 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t got = 99;
		assert_true(i18n_plural_rule(str_of(rows[i].rule), rows[i].n, &got));
		assert_int_equal(got, rows[i].want);
	}
}

static void broken_rules_are_refused(void **s)
{
	(void)s;
	static const char *const rows[] = { "", "n >", "n % 0", "(n", "n n", "x", "n ? 1", "n == 1;", "1/0" };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t got = 99;
		assert_false(i18n_plural_rule(str_of(rows[i]), 3, &got));
		assert_int_equal(got, 99);
	}
	char deep[400];
	memset(deep, '(', sizeof deep);
	uint64_t got;
	assert_false(i18n_plural_rule(str_make(deep, sizeof deep), 1, &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eleven_languages_english_first),
		cmocka_unit_test(a_region_is_left_aside_and_strangers_are_refused),
		cmocka_unit_test(messages_are_found_and_unknown_ones_stay_english),
		cmocka_unit_test(plurals_follow_each_language),
		cmocka_unit_test(rules_are_read_as_c),
		cmocka_unit_test(broken_rules_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
