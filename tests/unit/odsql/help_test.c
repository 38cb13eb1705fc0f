/* What is told of functions and what the language has are one list. */
#include "odsql/odsql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { S = 1, W = 2, O = 4, G = 8, AGG = 0, PRED = 0, WORDS = 0, NAMED = 0, RANGES = 0, COUNTS = 0, NAMES = 0 };
static const struct { const char *word; unsigned clauses; } functions[] = {
#define FN(symbol, word, takes, result, flags, duckdb) { word, flags },
#include "odsql/functions.def"
#undef FN
};

static unsigned clauses_of(const char *letters)
{
	unsigned all = 0;
	for (; *letters; letters++) all |= *letters == 's' ? S : *letters == 'w' ? W : *letters == 'o' ? O : G;
	return all;
}

static unsigned told(const char *word)
{
	size_t n;
	unsigned all = 0;
	const struct odsql_help *h = odsql_help(&n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(h[i].word), str_of(word))) all |= clauses_of(h[i].clauses);
	return all;
}

static unsigned there(const char *word)
{
	unsigned all = 0;
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (str_eq(str_of(functions[i].word), str_of(word))) all |= functions[i].clauses;
	return all;
}

static void every_function_is_told_with_its_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (functions[i].word[0] != '#') assert_int_equal(told(functions[i].word), there(functions[i].word));
}

static void nothing_is_told_that_is_not_there(void **state)
{
	size_t n;
	const struct odsql_help *h = odsql_help(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(there(h[i].word), 0);
		assert_true(str_starts(str_of(h[i].spelling), str_of(h[i].word)));
		assert_true(i == 0 || str_cmp(str_of(h[i - 1].word), str_of(h[i].word)) <= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_is_told_with_its_clauses),
		cmocka_unit_test(nothing_is_told_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
