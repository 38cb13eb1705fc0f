/* Tokens of forms: the vectors of Appendix D.2, what verifies and what does not, masks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "crypt/crypt.h"
#include "session/session.h"

#define DAY_US INT64_C(86400000000)
struct world { char folder[64]; struct vault *vault; };

static int begin(void **state)
{
	struct err e = { 0 };
	struct world *w = calloc(1, sizeof *w);
	if (!w || !crypt_open(&e)) return -1;
	snprintf(w->folder, sizeof w->folder, "/tmp/stoa-csrf-XXXXXX");
	*state = w;
	return mkdtemp(w->folder) && vault_open(str_of(w->folder), &w->vault, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct world *w = *state;
	char command[160];
	vault_close(w->vault);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	int code = system(command);
	free(w);
	return code;
}

static void csr_t01_tokens_match_appendix_d2(void **state)
{
	(void)state;
	unsigned char master[VAULT_KEY], key[VAULT_KEY];
	char token[CSRF_TOKEN + 1];
	for (size_t i = 0; i < sizeof master; i++) master[i] = (unsigned char)i;
	vault_derive(master, "csrf", STR("isoc.example"), key);
	csrf_compose(key, '1', STR("isoc.example"), STR("a"), STR("0123456789ABCDEFGHIJKL"), token);
	assert_string_equal(token, "10123456789ABCDEFGHIJKLAmgG4pZ4NlJfsjLrvEiKbiyz9tBfMgnXmpHfhMEb1");
	csrf_compose(key, '1', STR("isoc.example"), STR("s:abcdefghijklmnopqrstuv"), STR("0123456789ABCDEFGHIJKL"), token);
	assert_string_equal(token, "10123456789ABCDEFGHIJKLN6UMbTQmlv5duViedUAXLxKrZ2wEd956kN4Ch04Ts");
}

static void a_mask_comes_off(void **state)
{
	(void)state;
	char token[CSRF_TOKEN + 1], masked[CSRF_MASKED + 1], again[CSRF_MASKED + 1];
	assert_true(csrf_unmask(STR("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0z0123456789ABCDEFGHIJK9lfF3oY3MvTp2tV15OsUls89J3LpWqxhwzRprWOlB"), token));
	assert_string_equal(token, "10123456789ABCDEFGHIJKLAmgG4pZ4NlJfsjLrvEiKbiyz9tBfMgnXmpHfhMEb1");
	csrf_mask(str_of(token), masked);
	csrf_mask(str_of(token), again);
	assert_string_not_equal(masked, again);
	assert_true(csrf_unmask(str_of(masked), again));
	assert_string_equal(again, token);
	assert_true(csrf_unmask(str_of(token), again));
	assert_string_equal(again, token);
}

static void what_is_no_token_is_not_unmasked(void **state)
{
	(void)state;
	char token[CSRF_TOKEN + 1], bad[CSRF_MASKED + 2];
	static const size_t lengths[] = { 0, 32, 63, 65, 127, 129 };
	memset(bad, 'a', sizeof bad);
	for (size_t i = 0; i < COUNT_OF(lengths); i++) assert_false(csrf_unmask(str_make(bad, lengths[i]), token));
	for (size_t at = 0; at < CSRF_TOKEN; at += 21)
		for (const char *c = "-_ /+\x80"; *c; c++) {
			memset(bad, 'a', sizeof bad);
			bad[at] = *c;
			assert_false(csrf_unmask(str_make(bad, CSRF_TOKEN), token));
			assert_false(csrf_unmask(str_make(bad, CSRF_MASKED), token));
		}
}

static void a_token_is_of_one_host_one_binding_and_a_time(void **state)
{
	struct world *w = *state;
	struct instant now = { clock_now().us + 1000000 };
	char token[CSRF_TOKEN + 1];
	assert_true(csrf_make(w->vault, STR("isoc.example"), STR("a"), now, token));
	struct str t = str_of(token);
	assert_int_equal(t.n, CSRF_TOKEN);
	assert_true(csrf_verify(w->vault, STR("isoc.example"), STR("a"), now, t));
	assert_false(csrf_verify(w->vault, STR("delwp.example"), STR("a"), now, t));
	assert_false(csrf_verify(w->vault, STR("isoc.example"), STR("s:abcdefghijklmnopqrstuv"), now, t));
	assert_false(csrf_verify(w->vault, STR("isoc.example"), STR("a"), now, str_sub(t, 0, 63)));
	for (size_t i = 0; i < CSRF_TOKEN; i++) {
		char other[CSRF_TOKEN + 1];
		memcpy(other, token, sizeof other);
		other[i] = other[i] == 'q' ? 'r' : 'q';
		assert_false(csrf_verify(w->vault, STR("isoc.example"), STR("a"), now, str_of(other)));
	}
	assert_true(csrf_verify(w->vault, STR("isoc.example"), STR("a"), (struct instant){ now.us + 59 * DAY_US }, t));
	assert_false(csrf_verify(w->vault, STR("isoc.example"), STR("a"), (struct instant){ now.us + 61 * DAY_US }, t));
}

static void no_two_tokens_are_alike(void **state)
{
	struct world *w = *state;
	char first[CSRF_TOKEN + 1], second[CSRF_TOKEN + 1];
	assert_true(csrf_make(w->vault, STR("a"), STR("a"), clock_now(), first) && csrf_make(w->vault, STR("a"), STR("a"), clock_now(), second));
	assert_string_not_equal(first, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csr_t01_tokens_match_appendix_d2), cmocka_unit_test(a_mask_comes_off), cmocka_unit_test(what_is_no_token_is_not_unmasked),
		cmocka_unit_test_setup_teardown(a_token_is_of_one_host_one_binding_and_a_time, begin, end),
		cmocka_unit_test_setup_teardown(no_two_tokens_are_alike, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
