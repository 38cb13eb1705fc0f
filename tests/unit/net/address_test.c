/* Which addresses may be connected to, and which texts are addresses to call. */
#include "net/net.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>

static bool is_public(const char *text)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &four.sin_addr) == 1) return net_is_public(&four, sizeof four);
	assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return net_is_public(&six, sizeof six);
}

static void only_the_public_internet_is_public(void **state)
{
	static const char *const no[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
		"255.255.255.255", "240.0.0.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1",
		"2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "::7f00:1", "3fff::1",
	};
	static const char *const yes[] = { "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.0.1", "100.128.0.1", "126.1.1.1", "128.0.0.1", "172.15.0.1", "172.32.0.1",
		"192.0.1.1", "192.167.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.254", "2606:4700::1111", "2a00:1450:4007::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2001:4860::1" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (is_public(no[i])) fail_msg("%s was taken for public", no[i]);
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (!is_public(yes[i])) fail_msg("%s was not taken for public", yes[i]);
}

static void other_families_are_not_public(void **state)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	(void)state;
	assert_false(net_is_public(&local, sizeof local));
	assert_false(net_is_public(&local, 1));
}

static void urls_are_http_without_users(void **state)
{
	static const char *const bad[] = { "", "example.org", "ftp://example.org/", "file:///etc/passwd", "https://u:p@example.org/", "https://u@example.org/", "https://",
		"https://example.org/a b", "https://exa\nmple.org/", "gopher://x/", "javascript:alert(1)", "https://example.org:99999/" };
	auto_arena a = ARENA_INIT;
	struct net_url u;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (net_url(&a, str_of(bad[i]), &u)) fail_msg("\"%s\" was taken for an address to call", bad[i]);
	assert_true(net_url(&a, STR("https://id.example.org/realms/town"), &u));
	assert_true(str_eq(u.host, STR("id.example.org")));
	assert_int_equal(u.port, 443);
	assert_true(net_url(&a, STR("http://localhost:8080/x"), &u));
	assert_int_equal(u.port, 8080);
	assert_true(str_eq(u.scheme, STR("http")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_public_internet_is_public),
		cmocka_unit_test(other_families_are_not_public),
		cmocka_unit_test(urls_are_http_without_users),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
