/* Requests of programs as they are read: addresses, scopes, names and secrets, and what of them comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oauth/inside.h"

static void addresses_that_can_be(void **state)
{
	static const char *const good[] = { "https://app.example/done", "https://app.example:8443/a?b=c", "http://127.0.0.1/cb", "http://127.0.0.1:80/cb", "http://[::1]:1/x", "http://localhost/" };
	static const char *const bad[] = { "", "app.example", "http://app.example/", "https://", "https:///x", "https://a@b.example/", "https://*.example/", "https://a.example/#x", "https://a.example/ b",
		"javascript:alert(1)", "data:text/html,x", "http://127.0.0.1:/cb", "http://127.0.0.1:1@evil.example/", "http://localhost.evil.example/", "app:/x", "https://:443/" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) assert_null(oauth_redirect_fault(str_of(good[i]), true));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (!oauth_redirect_fault(str_of(bad[i]), true)) fail_msg("%s was taken", bad[i]);
		if (!oauth_redirect_fault(str_of(bad[i]), false)) fail_msg("%s was taken without a secret", bad[i]);
	}
	assert_null(oauth_redirect_fault(STR("com.example.app:/done"), false));
	assert_non_null(oauth_redirect_fault(STR("com.example.app:/done"), true));
}

static void only_the_port_of_this_machine_is_free(void **state)
{
	(void)state;
	assert_true(oauth_redirect_same(STR("http://127.0.0.1/cb"), STR("http://127.0.0.1:4711/cb")));
	assert_true(oauth_redirect_same(STR("http://[::1]:9/cb"), STR("http://[::1]/cb")));
	assert_false(oauth_redirect_same(STR("http://127.0.0.1/cb"), STR("http://127.0.0.1:4711/cb/")));
	assert_false(oauth_redirect_same(STR("http://127.0.0.1/cb"), STR("http://localhost:4711/cb")));
	assert_false(oauth_redirect_same(STR("https://app.example/cb"), STR("https://app.example:444/cb")));
	assert_false(oauth_redirect_same(STR("https://app.example/cb"), STR("https://app.example/cb?x=1")));
}

static void scopes_are_words(void **state)
{
	auto_arena a = ARENA_INIT;
	struct str bad = STR("");
	uint64_t scopes = 7;
	(void)state;
	assert_true(oauth_scopes_read(STR(""), &scopes, &bad));
	assert_int_equal(scopes, 7);
	assert_true(oauth_scopes_read(STR("read  edit_dataset"), &scopes, &bad));
	assert_true(scopes == ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DATASET));
	assert_true(str_eq(oauth_scopes_text(&a, scopes), STR("read edit_dataset")));
	assert_true(oauth_scopes_read(STR("all"), &scopes, &bad) && scopes == UINT64_MAX);
	assert_true(str_eq(oauth_scopes_text(&a, UINT64_MAX), STR("all")));
	assert_false(oauth_scopes_read(STR("read everything"), &scopes, &bad));
	assert_true(str_eq(bad, STR("everything")));
}

static void credentials_come_one_way(void **state)
{
	auto_arena a = ARENA_INIT;
	struct oauth_credentials who;
	enum oauth_fault fault;
	const char *why;
	const struct httpd_pair posted[] = { { STR("client_id"), STR("app") }, { STR("client_secret"), STR("s") } };
	const struct httpd_pair twice[] = { { STR("scope"), STR("read") }, { STR("scopes"), STR("all") }, { STR("client_id"), STR("app") } };
	(void)state;
	/* "app:a%3Ab+c" */
	assert_true(oauth_credentials_read(&a, &(struct oauth_call){ .authorization = STR("basic YXBwOmElM0FiK2M=") }, &who, &fault, &why));
	assert_true(who.basic && str_eq(who.client, STR("app")) && str_eq(who.secret, STR("a:b c")));
	assert_true(oauth_credentials_read(&a, &(struct oauth_call){ posted, 2, STR("") }, &who, &fault, &why));
	assert_false(oauth_credentials_read(&a, &(struct oauth_call){ posted, 2, STR("Basic YXBwOmI=") }, &who, &fault, &why));
	assert_int_equal(fault, OAUTH_INVALID_REQUEST);
	assert_false(oauth_credentials_read(&a, &(struct oauth_call){ twice, 3, STR("") }, &who, &fault, &why));
	assert_int_equal(fault, OAUTH_INVALID_REQUEST);
	assert_false(oauth_credentials_read(&a, &(struct oauth_call){ .authorization = STR("Basic ***") }, &who, &fault, &why));
	assert_int_equal(fault, OAUTH_INVALID_CLIENT);
}

static void answers_are_addresses(void **state)
{
	auto_arena a = ARENA_INIT;
	struct oauth_checked c = { .redirect = STR("https://app.example/done?x=1") };
	(void)state;
	assert_true(str_eq(oauth_answer_url(&a, &(struct oauth_ask){ .state = STR("a&b\n") }, &c, STR("C"), STR("https://p.example")),
	                   STR("https://app.example/done?x=1&code=C&state=a%26b%0A&iss=https%3A%2F%2Fp.example")));
	c.fault = OAUTH_DENIED;
	c.why = "No.";
	assert_true(str_eq(oauth_answer_url(&a, &(struct oauth_ask){ 0 }, &c, STR(""), STR("i")), STR("https://app.example/done?x=1&error=access_denied&error_description=No.&iss=i")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_that_can_be), cmocka_unit_test(only_the_port_of_this_machine_is_free), cmocka_unit_test(scopes_are_words),
		cmocka_unit_test(credentials_come_one_way), cmocka_unit_test(answers_are_addresses) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
