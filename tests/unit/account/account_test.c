/* Accounts as their header promises: the book follows changes, the last administrator stays, secrets are used once, hashes of
 * other products and with a pepper are verified and replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "account/account.h"
#include "crypt/crypt.h"

struct world {
	char folder[64];
	struct store *store;
	struct tenants *tenants;
	struct accounts *accounts;
	struct vault *vault;
	struct arena arena;
	const struct tenant *here;
	struct account_scene scene;
};

static int begin(void **state)
{
	struct err e = { 0 };
	struct world *w = calloc(1, sizeof *w);
	struct tenant_id id;
	char path[96];
	if (!w || !crypt_open(&e)) return -1;
	snprintf(w->folder, sizeof w->folder, "/tmp/stoa-account-XXXXXX");
	*state = w;
	if (!mkdtemp(w->folder)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", w->folder);
	if (!store_open(str_of(path), &w->store, &e) || !tenants_open(w->store, &w->tenants, &e) || !accounts_open(w->store, &w->accounts, &e) ||
	    !vault_open(str_of(w->folder), &w->vault, &e) || !tenant_add(w->tenants, STR("isoc.example"), NULL, 0, NULL, 0, &id, &e)) {
		fprintf(stderr, "%s; %s\n", e.pub, e.priv);
		return -1;
	}
	w->here = tenants_hold_or_null(w->tenants, id);
	w->scene = (struct account_scene){ .as = w->accounts, .vault = w->vault, .tenant = w->here, .origin = STR("https://isoc.example"),
	                                   .lang = i18n_english(), .client = STR("192.0.2.7"), .arena = &w->arena };
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	char command[160];
	tenant_release(w->tenants, w->here);
	accounts_close(w->accounts);
	tenants_close(w->tenants);
	vault_close(w->vault);
	store_close(w->store);
	arena_done(&w->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	int code = system(command);
	free(w);
	return code;
}

static int64_t make(struct world *w, const char *email, const char *role, char password[ACCOUNT_PASSWORD_TEXT])
{
	struct err e = { 0 };
	int64_t id = 0;
	if (!account_add(w->accounts, w->here->id, str_of(email), STR("N"), str_of(role), password, &e) ||
	    !account_id(w->accounts, w->here->id, str_of(email), &id, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return id;
}

static void the_book_follows_changes(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct account_who who;
	char password[ACCOUNT_PASSWORD_TEXT];
	int64_t id = make(w, "bo@isoc.example", "member", password);
	assert_true(accounts_who(w->accounts, w->here->id, id, &w->arena, &who));
	assert_int_equal(who.permissions, 0);
	int64_t epoch = accounts_epoch(w->accounts, w->here->id, id);
	struct account_change c = { .flags = ACCOUNT_SET_PERMISSIONS, .own = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_PAGE) };
	assert_true(account_change(&w->scene, id, &c, &e));
	assert_true(account_group_add(w->accounts, w->here->id, STR("Editors"), 0, &e));
	int64_t group;
	assert_true(account_group_id(w->accounts, w->here->id, STR("Editors"), &group, &e));
	struct account_group g = { .id = group, .name = STR("Editors"), .permissions = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_THEME) };
	assert_true(account_group_change(w->accounts, w->here->id, &g, 0, &e));
	assert_true(account_group_join(w->accounts, w->here->id, STR("Editors"), STR("BO@isoc.example"), &e));
	assert_true(accounts_who(w->accounts, w->here->id, id, &w->arena, &who));
	assert_int_equal(who.permissions, ACCOUNT_BIT(ACCOUNT_MAY_EDIT_PAGE) | ACCOUNT_BIT(ACCOUNT_MAY_EDIT_THEME));
	assert_int_equal(accounts_epoch(w->accounts, w->here->id, id), epoch);
	assert_true(account_disable(&w->scene, id, &e));
	assert_false(accounts_who(w->accounts, w->here->id, id, &w->arena, &who));
	assert_int_equal(accounts_epoch(w->accounts, w->here->id, id), -1);
	assert_true(account_enable(&w->scene, id, &e));
	assert_true(accounts_epoch(w->accounts, w->here->id, id) > epoch);
	c = (struct account_change){ .flags = ACCOUNT_SET_EXPIRES, .expires = { 1 } };
	assert_true(account_change(&w->scene, id, &c, &e));
	assert_false(accounts_who(w->accounts, w->here->id, id, &w->arena, &who));
}

static void the_last_administrator_stays(void **state)
{
	struct world *w = *state;
	char password[ACCOUNT_PASSWORD_TEXT];
	int64_t boss = make(w, "boss@isoc.example", "admin", password);
	struct account_change demote = { .flags = ACCOUNT_SET_ROLE, .role = STR("member") };
	struct account_change ends = { .flags = ACCOUNT_SET_EXPIRES, .expires = { INT64_MAX } };
	struct err e[5] = { 0 };
	assert_false(account_change(&w->scene, boss, &demote, &e[0]));
	assert_false(account_change(&w->scene, boss, &ends, &e[1]));
	assert_false(account_disable(&w->scene, boss, &e[2]));
	assert_false(account_remove(&w->scene, boss, &e[3]));
	assert_false(account_leave(&w->scene, boss, &e[4]));
	for (size_t i = 0; i < COUNT_OF(e); i++) assert_int_equal(e[i].code, ERR_CONFLICT);
	int64_t other = make(w, "other@isoc.example", "admin", password);
	assert_true(account_disable(&w->scene, other, &e[0]) || e[0].code == ERR_CONFLICT);
	struct err again = { 0 };
	assert_false(account_remove(&w->scene, boss, &again));
	struct err fine = { 0 };
	assert_true(account_enable(&w->scene, other, &fine));
	/* Who leaves one day is nobody to rely on. */
	struct account_change stays = { .flags = ACCOUNT_SET_EXPIRES };
	assert_true(account_change(&w->scene, other, &ends, &fine));
	again = (struct err){ 0 };
	assert_false(account_change(&w->scene, boss, &demote, &again));
	assert_true(account_change(&w->scene, other, &stays, &fine));
	assert_true(account_change(&w->scene, boss, &demote, &fine));
}

static void rst_2_a_link_is_good_once(void **state)
{
	struct world *w = *state;
	struct err e = { 0 }, gone = { 0 };
	struct account_attempt a = { .email = STR("once@isoc.example") };
	struct account_outcome o;
	char password[ACCOUNT_PASSWORD_TEXT];
	make(w, "once@isoc.example", "member", password);
	a.password = str_of(password);
	assert_true(account_sign_in(&w->scene, &a, &o, &e));
	assert_int_equal(o.verdict, ACCOUNT_MUST_CHANGE);
	struct str token = arena_str(&w->arena, str_of(o.txn));
	enum account_fault fault;
	bool waits;
	assert_true(account_pass_password(&w->scene, ACCOUNT_PASS_RESET, token, STR(""), STR("once@isoc.example"), &fault, &waits, &e));
	assert_int_equal(fault, ACCOUNT_CONTEXT);
	assert_true(account_pass_password(&w->scene, ACCOUNT_PASS_RESET, token, STR(""), STR("a calm river under nine bridges"), &fault, &waits, &e));
	assert_int_equal(fault, ACCOUNT_FINE);
	assert_false(account_pass_password(&w->scene, ACCOUNT_PASS_RESET, token, STR(""), STR("a calm river under nine bridges"), &fault, &waits, &gone));
	assert_int_equal(gone.code, ERR_GONE);
	a.password = STR("a calm river under nine bridges");
	assert_true(account_sign_in(&w->scene, &a, &o, &e));
	assert_int_equal(o.verdict, ACCOUNT_PROVED);
	a.email = STR("ONCE@ISOC.example");
	assert_true(account_sign_in(&w->scene, &a, &o, &e));
	assert_int_equal(o.verdict, ACCOUNT_PROVED);
}

static void pwd_3_a_pepper_goes_into_hashes_and_the_floor_holds(void **state)
{
	struct world *w = *state;
	struct err e = { 0 }, low = { 0 };
	char path[96], password[ACCOUNT_PASSWORD_TEXT];
	struct account *all;
	struct account_outcome o;
	size_t n;
	assert_false(accounts_settings(w->accounts, &(struct account_settings){ .argon_kb = 19456, .argon_passes = 1 }, &low));
	assert_int_equal(low.code, ERR_USAGE);
	make(w, "plain@isoc.example", "member", password);
	snprintf(path, sizeof path, "%s/pepper", w->folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("# keys\n000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", f);
	fclose(f);
	assert_true(accounts_settings(w->accounts, &(struct account_settings){ .argon_kb = 19456, .argon_passes = 2, .pepper_file = str_of(path) }, &e));
	struct account_attempt a = { .email = STR("plain@isoc.example"), .password = str_of(password) };
	/* Made without a pepper: right once more, and replaced. */
	for (int i = 0; i < 2; i++) {
		assert_true(account_sign_in(&w->scene, &a, &o, &e));
		assert_int_equal(o.verdict, ACCOUNT_MUST_CHANGE);
	}
	a.password = STR("not it");
	assert_true(account_sign_in(&w->scene, &a, &o, &e));
	assert_int_equal(o.verdict, ACCOUNT_REFUSED);
	assert_true(account_list(w->store, w->here->id, &w->arena, &all, &n, &e));
	assert_int_equal(n, 1);
}

static void ses_14_after_a_restore_everything_half_done_is_void(void **state)
{
	struct world *w = *state;
	struct err e = { 0 }, gone = { 0 };
	char password[ACCOUNT_PASSWORD_TEXT];
	struct account_bearer b;
	struct account_attempt a = { .email = STR("once@isoc.example") };
	struct account_outcome o;
	int64_t id = make(w, "once@isoc.example", "member", password);
	a.password = str_of(password);
	assert_true(account_sign_in(&w->scene, &a, &o, &e));
	int64_t epoch = accounts_epoch(w->accounts, w->here->id, id);
	assert_true(account_pass_read(&w->scene, ACCOUNT_PASS_RESET, str_of(o.txn), &b, &e));
	assert_true(accounts_after_restore(w->accounts, &e));
	assert_false(account_pass_read(&w->scene, ACCOUNT_PASS_RESET, str_of(o.txn), &b, &gone));
	assert_true(accounts_epoch(w->accounts, w->here->id, id) > epoch);
}

static void keys_are_mute_while_their_owner_is(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	char password[ACCOUNT_PASSWORD_TEXT], text[ACCOUNT_KEY_TEXT];
	struct account_who who;
	int64_t id = make(w, "key@isoc.example", "publisher", password), found;
	struct account_key k = { .email = STR("key@isoc.example"), .name = STR("mill"), .scope = ACCOUNT_READ | ACCOUNT_WRITE, .calls_a_day = -1,
	                         .listed_permissions = true, .permissions = ACCOUNT_BIT(ACCOUNT_MAY_CREATE_DATASET) | ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DOMAIN) };
	assert_true(account_key_add(w->accounts, w->here->id, &k, text, &e));
	assert_true(accounts_key(w->accounts, w->here->id, str_of(text), clock_now(), &w->arena, &who));
	/* What the owner may not do, the key may not either, whatever it lists. */
	assert_int_equal(who.permissions, ACCOUNT_BIT(ACCOUNT_MAY_CREATE_DATASET));
	assert_true(account_key_find(w->accounts, w->here->id, str_of(text), &found, &e));
	assert_int_equal(found, who.key);
	assert_true(account_disable(&w->scene, id, &e));
	assert_false(accounts_key(w->accounts, w->here->id, str_of(text), clock_now(), &w->arena, &who));
	assert_true(account_enable(&w->scene, id, &e));
	assert_true(accounts_key(w->accounts, w->here->id, str_of(text), clock_now(), &w->arena, &who));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_book_follows_changes, begin, end), cmocka_unit_test_setup_teardown(the_last_administrator_stays, begin, end),
		cmocka_unit_test_setup_teardown(rst_2_a_link_is_good_once, begin, end),
		cmocka_unit_test_setup_teardown(pwd_3_a_pepper_goes_into_hashes_and_the_floor_holds, begin, end),
		cmocka_unit_test_setup_teardown(ses_14_after_a_restore_everything_half_done_is_void, begin, end),
		cmocka_unit_test_setup_teardown(keys_are_mute_while_their_owner_is, begin, end) };
	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
