/* The formulas of Appendix D.1, and a file of keys that is kept, refused or goes on as its header says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "crypt/crypt.h"
#include "vault/vault.h"

enum { DAY = 86400 };
struct world { char folder[64], path[96]; };

static int begin(void **state)
{
	struct err e = { 0 };
	struct world *w = calloc(1, sizeof *w);
	if (!w || !crypt_open(&e)) return -1;
	snprintf(w->folder, sizeof w->folder, "/tmp/stoa-vault-XXXXXX");
	if (!mkdtemp(w->folder)) return -1;
	snprintf(w->path, sizeof w->path, "%s/keys/master", w->folder);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	char keys[96];
	snprintf(keys, sizeof keys, "%s/keys", w->folder);
	unlink(w->path);
	rmdir(keys);
	rmdir(w->folder);
	free(w);
	return 0;
}

static struct vault *open_vault(struct world *w)
{
	struct err e = { 0 };
	struct vault *v = NULL;
	if (!vault_open(str_of(w->folder), &v, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return v;
}

static void sub_keys_match_appendix_d1(void **state)
{
	(void)state;
	static const struct { const char *purpose, *host, *hex; } want[] = {
		{ "csrf", "isoc.example", "604c1f3c0c40a0ac6c307e0f7f6e85842dd5ce16a79ed601a4c9d15a2a1861b4" },
		{ "csrf", "delwp.example", "9d411465f83108bed64ea13fe1427fa0c5639b7771299471c23e20db0e6be578" },
		{ "prefs", "tags.example", "213a1dd772b6c66990a2146123d247258100bfe532c0d370306deac244c06854" },
	};
	unsigned char master[VAULT_KEY], key[VAULT_KEY];
	char hex[2 * VAULT_KEY + 1];
	for (size_t i = 0; i < sizeof master; i++) master[i] = (unsigned char)i;
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		vault_derive(master, want[i].purpose, str_of(want[i].host), key);
		crypt_hex(key, sizeof key, hex);
		assert_string_equal(hex, want[i].hex);
	}
}

static void keys_outlive_the_process(void **state)
{
	struct world *w = *state;
	unsigned char before[VAULT_KEY], after[VAULT_KEY];
	struct stat s;
	struct vault *v = open_vault(w);
	int64_t now = (int64_t)time(NULL);
	char kid = vault_kid(v, now);
	assert_int_equal(kid, '1');
	assert_true(vault_key(v, kid, VAULT_CSRF, STR("a.example"), now, -1, before));
	vault_close(v);
	assert_int_equal(stat(w->path, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
	v = open_vault(w);
	assert_true(vault_key(v, kid, VAULT_CSRF, STR("a.example"), now, -1, after));
	assert_memory_equal(before, after, sizeof before);
	assert_true(vault_key(v, kid, VAULT_CSRF, STR("b.example"), now, -1, after));
	assert_memory_not_equal(before, after, sizeof before);
	assert_true(vault_key(v, kid, VAULT_PREFS, STR("a.example"), now, -1, after));
	assert_memory_not_equal(before, after, sizeof before);
	vault_close(v);
}

static void a_key_is_followed_after_30_days_and_kept_for_its_grace(void **state)
{
	struct world *w = *state;
	unsigned char key[VAULT_KEY];
	struct vault *v = open_vault(w);
	int64_t now = (int64_t)time(NULL) + 5;
	assert_int_equal(vault_kid(v, now + 29 * DAY), '1');
	int64_t turn = now + 30 * DAY;
	assert_int_equal(vault_kid(v, turn), '2');
	assert_int_equal(vault_kid(v, turn), '2');
	assert_true(vault_key(v, '1', VAULT_CSRF, STR("a"), turn + 30 * DAY - 10, 30 * DAY, key));
	assert_false(vault_key(v, '1', VAULT_CSRF, STR("a"), turn + 30 * DAY + 1, 30 * DAY, key));
	assert_true(vault_key(v, '1', VAULT_CSRF, STR("a"), turn + 300 * DAY, -1, key));
	assert_false(vault_key(v, '3', VAULT_CSRF, STR("a"), turn, -1, key));
	/* A clock that goes back asks for no new key and takes none away. */
	assert_int_equal(vault_kid(v, now - 365 * DAY), '2');
	assert_true(vault_key(v, '1', VAULT_CSRF, STR("a"), now - 365 * DAY, 30 * DAY, key));
	vault_close(v);
}

static void six_years_of_keys_leave_the_first_and_no_number_twice(void **state)
{
	struct world *w = *state;
	unsigned char first[VAULT_PUBLIC], last[VAULT_PUBLIC], key[VAULT_KEY];
	struct vault *v = open_vault(w);
	int64_t now = (int64_t)time(NULL) + 5;
	char kid = 0, before = 0;
	vault_public(v, STR("a"), first);
	for (int i = 1; i <= 73; i++) {
		before = kid;
		kid = vault_kid(v, now + (int64_t)i * 30 * DAY);
		assert_int_not_equal(kid, before);
		assert_int_not_equal(kid, '1');
	}
	assert_true(vault_key(v, before, VAULT_PREFS, STR("a"), now + 74 * 30 * (int64_t)DAY, 214 * DAY, key));
	vault_close(v);
	v = open_vault(w);
	vault_public(v, STR("a"), last);
	assert_memory_equal(first, last, sizeof first);
	vault_close(v);
}

static void a_file_others_may_read_is_refused(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct vault *v = open_vault(w);
	vault_close(v);
	assert_int_equal(chmod(w->path, 0640), 0);
	assert_false(vault_open(str_of(w->folder), &v, &e));
	assert_non_null(strstr(e.pub, "chmod 600"));
	/* The next test begins with a fresh one. */
	unlink(w->path);
}

static void a_damaged_file_is_refused_and_left_alone(void **state)
{
	struct world *w = *state;
	static const char *const damaged[] = { "", "1 5 00\n", "1 x 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
		"-- 5 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n",
		"1 5 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\nnoise\n" };
	struct vault *v = open_vault(w);
	vault_close(v);
	for (size_t i = 0; i < COUNT_OF(damaged); i++) {
		struct err e = { 0 };
		struct stat s;
		int fd = open(w->path, O_WRONLY | O_TRUNC);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, damaged[i], strlen(damaged[i])), (ssize_t)strlen(damaged[i]));
		close(fd);
		assert_false(vault_open(str_of(w->folder), &v, &e));
		assert_int_equal(e.code, ERR_SYSTEM);
		assert_int_equal(stat(w->path, &s), 0);
		assert_int_equal(s.st_size, (off_t)strlen(damaged[i]));
	}
	unlink(w->path);
}

static void a_sealed_secret_opens_only_as_what_it_is(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	auto_arena a = ARENA_INIT;
	auto_buf b = BUF_INIT(1000);
	struct vault *v = open_vault(w);
	struct str plain;
	assert_true(vault_seal(v, STR("a.example"), STR("totp"), STR("very secret"), &b, &e));
	struct str sealed = buf_str(&b);
	assert_int_equal(str_find(sealed, STR("secret")), -1);
	for (size_t i = 0; i < sealed.n; i++)
		assert_non_null(strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_", sealed.p[i]));
	assert_true(vault_unseal(v, STR("a.example"), STR("totp"), sealed, &a, &plain, &e));
	assert_true(str_eq(plain, STR("very secret")));
	assert_false(vault_unseal(v, STR("b.example"), STR("totp"), sealed, &a, &plain, &e));
	assert_false(vault_unseal(v, STR("a.example"), STR("other"), sealed, &a, &plain, &e));
	b.p[b.n / 2] = b.p[b.n / 2] == 'A' ? 'B' : 'A';
	assert_false(vault_unseal(v, STR("a.example"), STR("totp"), sealed, &a, &plain, &e));
	assert_false(vault_unseal(v, STR("a.example"), STR("totp"), STR("short"), &a, &plain, &e));
	vault_close(v);
}

static void a_signature_holds_for_its_portal_and_message(void **state)
{
	struct world *w = *state;
	unsigned char signature[VAULT_SIGNATURE], key[VAULT_PUBLIC];
	struct vault *v = open_vault(w);
	vault_sign(v, STR("a.example"), STR("head"), signature);
	vault_public(v, STR("a.example"), key);
	assert_true(vault_verify(key, STR("head"), signature));
	assert_false(vault_verify(key, STR("Head"), signature));
	vault_public(v, STR("b.example"), key);
	assert_false(vault_verify(key, STR("head"), signature));
	vault_close(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_keys_match_appendix_d1),
		cmocka_unit_test_setup_teardown(keys_outlive_the_process, begin, end),
		cmocka_unit_test_setup_teardown(a_key_is_followed_after_30_days_and_kept_for_its_grace, begin, end),
		cmocka_unit_test_setup_teardown(six_years_of_keys_leave_the_first_and_no_number_twice, begin, end),
		cmocka_unit_test_setup_teardown(a_file_others_may_read_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_damaged_file_is_refused_and_left_alone, begin, end),
		cmocka_unit_test_setup_teardown(a_sealed_secret_opens_only_as_what_it_is, begin, end),
		cmocka_unit_test_setup_teardown(a_signature_holds_for_its_portal_and_message, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
