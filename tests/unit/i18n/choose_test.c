/* The order of LNG-6: flg, cookie, Accept-Language, default; only languages of the portal are chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "i18n/i18n.h"

static const struct str offered[] = { { "en", 2 }, { "fr", 2 }, { "pt-br", 5 }, { "ar", 2 } };

static void check(struct i18n_wish w, const char *want)
{
	w.offered = offered;
	w.noffered = COUNT_OF(offered);
	struct str got = offered[i18n_choose(&w)];
	if (!str_eq(got, str_of(want)))
		fail_msg("%.*s instead of %s", STR_ARG(got), want);
}

static void accept_language_is_read_by_weight(void **s)
{
	(void)s;
	static const struct { const char *accept, *want; } rows[] = {
		{ "", "en" }, { "fr", "fr" }, { "fr-CH, en;q=0.5", "fr" }, { "de, fr;q=0.7, en;q=0.9", "en" },
		{ "fr;q=0, *", "en" }, { "*, fr", "en" }, { "fr;q=0", "en" }, { "de;q=1, ar;q=0.1", "ar" },
		{ "pt", "pt-br" }, { "pt-PT", "pt-br" }, { "PT-BR", "pt-br" }, { "fr;q=2", "en" }, { "fr;q=0.1234", "en" },
		{ "en;q=0.8,fr;q=0.8", "en" }, { "fr;q=0.8,en;q=0.8", "fr" }, { ",,fr", "fr" }, { "x;;;q=,fr;q=0.3", "fr" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check((struct i18n_wish){ .accept = str_of(rows[i].accept) }, rows[i].want);
}

static void an_absurd_header_is_ignored(void **s)
{
	(void)s;
	char many[400] = "";
	size_t n = 0;
	for (int i = 0; i < 40; i++) {
		memcpy(many + n, "fr,", 3);
		n += 3;
	}
	check((struct i18n_wish){ .accept = str_make(many, n) }, "en");
	static char longer[2000];
	memset(longer, 'a', sizeof longer);
	memcpy(longer, "fr,", 3);
	check((struct i18n_wish){ .accept = str_make(longer, sizeof longer) }, "en");
}

static void the_cookie_comes_before_the_header(void **s)
{
	(void)s;
	static const struct str fr[] = { { "fr", 2 } };
	static const struct str two[] = { { "fr", 2 }, { "ar", 2 } };
	static const struct str mixed[] = { { "fr", 2 }, { "nonsense", 8 } };
	static const struct str bad[] = { { "xx", 2 } };
	check((struct i18n_wish){ .cookies = fr, .ncookies = 1, .accept = STR("ar") }, "fr");
	check((struct i18n_wish){ .cookies = two, .ncookies = 2, .accept = STR("ar") }, "ar");
	check((struct i18n_wish){ .cookies = mixed, .ncookies = 2, .accept = STR("ar") }, "fr");
	check((struct i18n_wish){ .cookies = bad, .ncookies = 1, .accept = STR("ar") }, "ar");
}

static void flg_comes_first(void **s)
{
	(void)s;
	static const struct str fr[] = { { "fr", 2 } };
	check((struct i18n_wish){ .flg = STR("en-gb"), .cookies = fr, .ncookies = 1 }, "en");
	check((struct i18n_wish){ .flg = STR("PT-BR") }, "pt-br");
	check((struct i18n_wish){ .flg = STR("pt-pt") }, "pt-br");
	check((struct i18n_wish){ .flg = STR("xx"), .cookies = fr, .ncookies = 1 }, "fr");
}

static void one_language_pays_no_heed_to_the_cookie(void **s)
{
	(void)s;
	static const struct str one[] = { { "nl", 2 } };
	static const struct str cookie[] = { { "nl", 2 } };
	struct i18n_wish w = { .cookies = cookie, .ncookies = 1, .accept = STR("fr"), .offered = one, .noffered = 1 };
	assert_int_equal(i18n_choose(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_language_is_read_by_weight),
		cmocka_unit_test(an_absurd_header_is_ignored),
		cmocka_unit_test(the_cookie_comes_before_the_header),
		cmocka_unit_test(flg_comes_first),
		cmocka_unit_test(one_language_pays_no_heed_to_the_cookie),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
