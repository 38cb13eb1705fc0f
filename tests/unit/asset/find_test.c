/* What was compiled in is found by its hashed name, and its compressed forms are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "asset/asset.h"

static void style_and_script_are_there_by_their_addresses(void **s)
{
	(void)s;
	static const char *const names[] = { "style.css", "entry.js" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str url = asset_url(str_of(names[i]));
		assert_true(str_starts(url, STR("/assets/")));
		const struct asset *a = asset_find_or_null(str_from(url, 8));
		assert_non_null(a);
		assert_true(a->bytes.n > 1000);
		assert_true(a->gzip.n > 0 && a->gzip.n < a->bytes.n);
		assert_true(a->br.n > 0 && a->br.n < a->gzip.n);
		assert_memory_equal(a->gzip.p, "\x1f\x8b", 2);
	}
}

static void the_logical_name_alone_is_nothing(void **s)
{
	(void)s;
	assert_null(asset_find_or_null(STR("style.css")));
	assert_null(asset_find_or_null(STR("../style.css")));
	assert_null(asset_find_or_null(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(style_and_script_are_there_by_their_addresses),
		cmocka_unit_test(the_logical_name_alone_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
