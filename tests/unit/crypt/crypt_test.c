/* Known answers, and what must differ differs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "crypt/crypt.h"

static void digests_match_known_answers(void **state)
{
	(void)state;
	unsigned char d[32];
	char hex[65];
	crypt_sha256(STR("abc"), d);
	crypt_hex(d, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	struct crypt_sha256_state s;
	crypt_sha256_start(&s);
	crypt_sha256_add(&s, STR("a"));
	crypt_sha256_add(&s, STR("bc"));
	crypt_sha256_end(&s, d);
	crypt_hex(d, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypt_blake2b(STR("abc"), d, 32);
	crypt_hex(d, 32, hex);
	assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void macs_match_rfc_4231(void **state)
{
	(void)state;
	unsigned char d[32];
	char hex[65];
	crypt_hmac(STR("Jefe"), STR("what do ya want for nothing?"), d);
	crypt_hex(d, 32, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_true(crypt_hmac_verify(STR("Jefe"), STR("what do ya want for nothing?"), str_make((char *)d, 32)));
	d[31] ^= 1;
	assert_false(crypt_hmac_verify(STR("Jefe"), STR("what do ya want for nothing?"), str_make((char *)d, 32)));
	assert_false(crypt_hmac_verify(STR("Jefe"), STR("what do ya want for nothing?"), str_make((char *)d, 31)));
}

static void tokens_have_their_alphabet(void **state)
{
	(void)state;
	char a[33], b[33], c[65];
	crypt_random_base36(a, 32);
	crypt_random_base36(b, 32);
	crypt_random_base62(c, 64);
	assert_string_not_equal(a, b);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz0123456789"), 32);
	assert_int_equal(strlen(c), 64);
}

static void base64url_goes_there_and_back(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(100);
	struct str back;
	crypt_put_base64url(&b, STR("\xff\xfe\x00?"));
	assert_true(str_eq(buf_str(&b), STR("__4APw")));
	assert_true(crypt_base64url_decode(&a, buf_str(&b), &back));
	assert_true(str_eq(back, STR("\xff\xfe\x00?")));
	assert_false(crypt_base64url_decode(&a, STR("__4APw=="), &back));
	assert_false(crypt_base64url_decode(&a, STR("a b"), &back));
	assert_false(crypt_base64url_decode(&a, STR("\xc2\xa7\xc2\xa7"), &back));
}

static void passwords_verify(void **state)
{
	(void)state;
	char stored[CRYPT_PASSWORD_TEXT];
	struct err e = { 0 };
	assert_true(crypt_password_hash(STR("correct horse"), stored, &e));
	assert_memory_equal(stored, "$argon2id$", 10);
	assert_true(crypt_password_verify(STR("correct horse"), stored));
	assert_false(crypt_password_verify(STR("correct hors"), stored));
	assert_false(crypt_password_verify(STR("correct horse"), "rubbish"));
	assert_false(crypt_password_dummy(STR("correct horse")));
	assert_false(crypt_password_is_old(stored));
}

static void comparing_looks_at_all(void **state)
{
	(void)state;
	assert_true(crypt_equal(STR("same"), STR("same")));
	assert_false(crypt_equal(STR("same"), STR("samf")));
	assert_false(crypt_equal(STR("same"), STR("sam")));
	assert_true(crypt_equal(STR(""), STR("")));
}

static int start(void **state)
{
	(void)state;
	struct err e = { 0 };
	return crypt_open(&e) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(digests_match_known_answers), cmocka_unit_test(macs_match_rfc_4231),
		cmocka_unit_test(tokens_have_their_alphabet), cmocka_unit_test(base64url_goes_there_and_back),
		cmocka_unit_test(passwords_verify), cmocka_unit_test(comparing_looks_at_all) };
	return cmocka_run_group_tests_name("crypt", tests, start, NULL);
}
