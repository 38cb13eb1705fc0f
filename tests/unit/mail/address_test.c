/* Addresses: what is refused before any letter is made, and the one form they are kept in (RST-6). */
#include "mail/mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void rst_6_hostile_addresses_are_refused(void **state)
{
	static const struct str bad[] = {
		{ "a@b.org\r\nBcc: c@d.org", 24 }, { "a@b.org\n", 8 }, { "a\0@b.org", 8 }, { "a@b\0.org", 8 }, { "\r\na@b.org", 9 }, { "", 0 }, { "a", 1 }, { "@b.org", 6 },
		{ "a@", 2 }, { "a b@c.org", 9 }, { "<a@b.org>", 9 }, { "a@b@c.org", 9 }, { "a@b..org", 8 }, { "a@.org", 6 }, { "a@b.org.", 8 }, { ".a@b.org", 8 },
		{ "a.@b.org", 8 }, { "a..b@c.org", 10 }, { "a@-b.org", 8 }, { "a@b_c.org", 9 }, { "a@[127.0.0.1]", 13 }, { "\"a b\"@c.org", 11 }, { "a@b c.org", 9 },
		{ "a@b.org,c@d.org", 15 }, { "a@b/c", 5 }, { "a;b@c.org", 9 }, { "\xc3\xa9@b.org", 8 }, { "a@b\xff.org", 8 },
	};
	auto_arena a = ARENA_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };
		struct str out;
		if (mail_address(&a, bad[i], &out, &e)) fail_msg("\"%.*s\" was taken for an address", STR_ARG(bad[i]));
		assert_int_equal(e.code, ERR_PARAMETER);
	}
}

static void rst_6_more_than_254_bytes_are_refused(void **state)
{
	auto_arena a = ARENA_INIT;
	char text[400];
	struct str out;
	struct err e = { 0 };
	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "a@", 2);
	for (size_t i = 60; i < sizeof text; i += 60) text[i] = '.';
	assert_true(mail_address(&a, str_make(text, 250), &out, &e));
	assert_false(mail_address(&a, str_make(text, 256), &out, &e));
}

static void expect(const char *given, const char *kept)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str out;
	if (!mail_address(&a, str_of(given), &out, &e)) fail_msg("%s was refused: %s", given, e.pub);
	assert_string_equal(arena_cstr(&a, out), kept);
}

static void rst_6_domains_are_kept_as_lower_case_a_labels(void **state)
{
	(void)state;
	expect("Ada@ISOC.Example", "Ada@isoc.example");
	expect(" ada@isoc.example ", "ada@isoc.example");
	expect("info@b\xc3\xbc" "cher.example", "info@xn--bcher-kva.example");
	expect("info@B\xc3\x9c" "CHER.example", "info@xn--bcher-kva.example");
	expect("info@XN--BCHER-KVA.example", "info@xn--bcher-kva.example");
	expect("root@localhost", "root@localhost");
	expect("a.b+c_d'e@x.org", "a.b+c_d'e@x.org");
}

static void masks_keep_the_domain(void **state)
{
	auto_arena a = ARENA_INIT;
	(void)state;
	assert_string_equal(mail_mask(&a, STR("ada@isoc.example")).p, "a…@isoc.example");
	assert_string_equal(mail_mask(&a, STR("a…@isoc.example")).p, "a…@isoc.example");
	assert_string_equal(mail_mask(&a, STR("nobody")).p, "…");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rst_6_hostile_addresses_are_refused),
		cmocka_unit_test(rst_6_more_than_254_bytes_are_refused),
		cmocka_unit_test(rst_6_domains_are_kept_as_lower_case_a_labels),
		cmocka_unit_test(masks_keep_the_domain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
