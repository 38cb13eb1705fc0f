/* One address may hold so many connections and no more; loopback and trusted proxies are exempt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "httpd/inside.h"

static bool enter(struct httpd *h, const char *text, bool *counted)
{
	struct in6_addr a;
	assert_true(address_parse(str_of(text), &a));
	return address_enter(h, &a, counted);
}

static void addresses_are_counted_apart(void **state)
{
	(void)state;
	auto_arena arena = ARENA_INIT;
	static const char *const trusted[] = { "10.0.0.0/8", NULL };
	struct err e = { 0 };
	bool counted;
	struct httpd *h = calloc(1, sizeof *h);
	assert_non_null(h);
	h->o.connections_per_address = 2;
	assert_true(proxies_read(&arena, trusted, &h->server.proxies, &e));
	for (int i = 0; i < 2; i++) {
		assert_true(enter(h, "192.0.2.1", &counted) && counted);
		assert_true(enter(h, "2001:db8::1", &counted) && counted);
	}
	assert_false(enter(h, "192.0.2.1", &counted));
	assert_false(counted);
	assert_false(enter(h, "2001:db8::1", &counted));
	assert_true(enter(h, "192.0.2.2", &counted) && counted);
	static const char *const exempt[] = { "127.0.0.1", "127.9.9.9", "::1", "10.1.2.3" };
	for (size_t i = 0; i < COUNT_OF(exempt); i++)
		for (int k = 0; k < 5; k++) assert_true(enter(h, exempt[i], &counted) && !counted);
	for (size_t i = 0; i < ADDRESSES; i++)
		while (h->addresses[i]) {
			struct address_count *x = h->addresses[i];
			h->addresses[i] = x->next;
			free(x);
		}
	free(h);
}

static void blocks_match_to_the_bit(void **state)
{
	(void)state;
	auto_arena arena = ARENA_INIT;
	static const char *const blocks[] = { "192.0.2.128/25", "2001:db8:8000::/33", "203.0.113.7", "::/128", NULL };
	static const struct { const char *address; bool trusted; } cases[] = {
		{ "192.0.2.127", false }, { "192.0.2.128", true }, { "192.0.2.255", true }, { "192.0.3.128", false },
		{ "2001:db8:8000::1", true }, { "2001:db8:7fff::1", false }, { "203.0.113.7", true }, { "203.0.113.6", false },
		{ "::ffff:203.0.113.7", true }, { "::", true }, { "::1", false },
	};
	struct proxies x = { 0 };
	struct err e = { 0 };
	assert_true(proxies_read(&arena, blocks, &x, &e));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct in6_addr a;
		assert_true(address_parse(str_of(cases[i].address), &a));
		if (proxies_trust(&x, &a) != cases[i].trusted) fail_msg("%s", cases[i].address);
	}
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "x", "", "::/129", "10.0.0.0/" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const char *const one[] = { bad[i], NULL };
		struct err why = { 0 };
		if (proxies_read(&arena, one, &x, &why)) fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(why.code, ERR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(addresses_are_counted_apart), cmocka_unit_test(blocks_match_to_the_bit) };
	return cmocka_run_group_tests_name("httpd guard", tests, NULL, NULL);
}
