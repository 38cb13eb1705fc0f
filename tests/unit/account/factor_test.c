/* Codes of authenticators by the vectors of RFC 6238, pictures of QR codes, and which passwords are on the list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "account/account.h"

static const unsigned char secret[ACCOUNT_TOTP_BYTES] = { '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0' };

static void aut_7_codes_are_those_of_rfc_6238(void **state)
{
	(void)state;
	static const struct { int64_t at; const char *code; } vectors[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		char code[7];
		account_totp_code(secret, vectors[i].at / 30, code);
		assert_string_equal(code, vectors[i].code);
	}
}

static void aut_t13_the_step_now_and_the_one_before_are_taken(void **state)
{
	(void)state;
	struct instant now = { 1234567890 * INT64_C(1000000) };
	int64_t step = 1234567890 / 30;
	for (int64_t off = -2; off <= 2; off++) {
		char code[7];
		account_totp_code(secret, step + off, code);
		int64_t found = account_totp_step(secret, str_of(code), now, 0);
		assert_int_equal(found, off == 0 || off == -1 ? step + off : -1);
	}
}

static void aut_t12_a_step_is_not_taken_twice(void **state)
{
	(void)state;
	struct instant now = { 1234567890 * INT64_C(1000000) };
	int64_t step = 1234567890 / 30;
	char code[7];
	account_totp_code(secret, step, code);
	assert_int_equal(account_totp_step(secret, str_of(code), now, step - 1), step);
	assert_int_equal(account_totp_step(secret, str_of(code), now, step), -1);
	account_totp_code(secret, step - 1, code);
	assert_int_equal(account_totp_step(secret, str_of(code), now, step), -1);
}

static void a_picture_has_its_three_corners(void **state)
{
	(void)state;
	auto_buf path = BUF_INIT(1 << 20);
	int side;
	assert_true(account_qr(STR("otpauth://totp/isoc.example:ada%40isoc.example?secret=JBSWY3DPEHPK3PXP"), &path, &side));
	assert_true(side >= 21 && side % 4 == 1);
	assert_true(str_starts(buf_str(&path), STR("M0 0h7v1h-7z")));
	char corner[32];
	struct buf b = { .p = corner, .cap = sizeof corner, .max = sizeof corner };
	buf_printf(&b, "M%d 0h7v1h-7z", side - 7);
	assert_true(str_find(buf_str(&path), buf_str(&b)) > 0);
}

static void aut_t08_lists_hold_what_people_choose_first(void **state)
{
	(void)state;
	static const char *const bad[] = { "password", "1qaz2wsx3edc4rfv", "PASSWORD1", "qwertyuiop", "iloveyou!!", "passwordpassword", "dragon1234", "football2024" };
	static const char *const good[] = { "a calm river under nine bridges", "nine quiet herons over the mill", "kT7#vQ2x!mW9", "Zr4-unpronounceable-thing" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) assert_true(account_password_common(str_of(bad[i])));
	for (size_t i = 0; i < COUNT_OF(good); i++) assert_false(account_password_common(str_of(good[i])));
	assert_false(account_password_common(STR("")));
}

static void permissions_read_and_write_the_same_words(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	uint64_t bits;
	assert_true(account_permissions_read(STR("edit_domain, create_dataset"), &bits, &e));
	assert_int_equal(bits, ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN) | ACCOUNT_BIT(ACCOUNT_MAY_CREATE_DATASET));
	assert_true(str_eq(account_permissions_text(&a, bits), STR("edit_domain,create_dataset")));
	assert_false(account_permissions_read(STR("fly"), &bits, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
	for (unsigned i = 0; i < ACCOUNT_PERMISSIONS; i++) assert_true(account_role_permissions(STR("admin")) & ACCOUNT_BIT(i));
	assert_int_equal(account_role_permissions(STR("member")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aut_7_codes_are_those_of_rfc_6238), cmocka_unit_test(aut_t13_the_step_now_and_the_one_before_are_taken),
		cmocka_unit_test(aut_t12_a_step_is_not_taken_twice), cmocka_unit_test(a_picture_has_its_three_corners),
		cmocka_unit_test(aut_t08_lists_hold_what_people_choose_first), cmocka_unit_test(permissions_read_and_write_the_same_words) };
	return cmocka_run_group_tests_name("account factors", tests, NULL, NULL);
}
