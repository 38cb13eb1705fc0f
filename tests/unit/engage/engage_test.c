/* The parts of the room that need no page: moments of forms, links that end letters, addresses that are kept sealed, and what is
 * refused of a reuse or a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engage/inside.h"

struct fixture {
	struct arena arena;
	struct str folder;
	struct site *site;
	const struct tenant *tenant;
	struct engage_scene s;
};

static int open_site(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char name[] = "engage-test-XXXXXX";
	assert_non_null(mkdtemp(name));
	char whole[4096];
	assert_non_null(realpath(name, whole));
	f->folder = arena_str(&f->arena, str_of(whole));
	struct site_options o = { .memory_mb = 200, .temp_mb = 100, .engine_threads = 1 };
	if (!site_open(f->folder, &o, &f->site, &e)) fail_msg("%s: %s", e.pub, e.priv);
	struct tenant_id id;
	const struct tenant_setting_value values[] = { { STR("languages"), STR("en,fr") } };
	if (!tenant_add(f->site->tenants, STR("town.example"), NULL, 0, values, 1, &id, &e)) fail_msg("%s: %s", e.pub, e.priv);
	f->tenant = tenants_hold_or_null(f->site->tenants, id);
	f->s = (struct engage_scene){ .site = f->site, .tenant = f->tenant, .origin = STR("https://town.example"), .lang = i18n_english(),
		.client = STR("203.0.113.7"), .arena = &f->arena };
	*state = f;
	return 0;
}

static int close_site(void **state)
{
	struct fixture *f = *state;
	char command[600];
	tenant_release(f->site->tenants, f->tenant);
	site_close(f->site);
	snprintf(command, sizeof command, "rm -r '%.*s'", STR_ARG(f->folder));
	assert_int_equal(system(command), 0);
	arena_done(&f->arena);
	free(f);
	return 0;
}

static enum engage_verdict judged(struct fixture *f, const char *form, struct str stamp, const char *trap)
{
	struct err e = { 0 };
	enum engage_verdict v;
	int64_t wait;
	if (!engage_guard(&f->s, form, stamp, str_of(trap), &v, &wait, &e)) fail_msg("%s: %s", e.pub, e.priv);
	return v;
}

static void a_moment_is_good_for_its_form_and_cannot_be_made_up(void **state)
{
	struct fixture *f = *state;
	struct str stamp = engage_stamp(&f->s, "contact");
	assert_int_equal(judged(f, "contact", stamp, ""), ENGAGE_QUICK);
	assert_int_equal(judged(f, "reuse", stamp, ""), ENGAGE_OLD);
	assert_int_equal(judged(f, "contact", stamp, "x"), ENGAGE_TRAPPED);
	static const char *const others[] = { "", "-", "1", "1-", "99999999999999999999-0", "1700000000-00", "x-y-z" };
	for (size_t i = 0; i < COUNT_OF(others); i++) assert_int_equal(judged(f, "contact", str_of(others[i]), ""), ENGAGE_OLD);
}

static void who_is_signed_in_is_only_counted(void **state)
{
	struct fixture *f = *state;
	f->s.by = 7;
	for (int i = 0; i < 10; i++) assert_int_equal(judged(f, "contact", STR(""), ""), ENGAGE_FINE);
	assert_int_equal(judged(f, "contact", STR(""), ""), ENGAGE_OFTEN);
	f->s.by = 0;
}

static void a_link_that_ends_letters_is_only_ours(void **state)
{
	struct fixture *f = *state;
	struct engage_follow *list;
	size_t n;
	struct str url = engage_off_url(&f->s, 5, 1700000000, false), token = str_from(url, sizeof "https://town.example/follow/off/" - 1);
	struct err e = { 0 };
	assert_true(engage_off_read(&f->s, token, &list, &n, &e));
	assert_int_equal(n, 0); /* it ended already */
	assert_true(engage_off(&f->s, token, true, &e));
	static const char *const others[] = { "", "o", "a5", "o5-1700000000-", "o5-1700000000-0000000000000000000000000000000000000000", "x5-1-1", "o-1-1", "o5" };
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		e = (struct err){ 0 };
		assert_false(engage_off_read(&f->s, str_of(others[i]), &list, &n, &e));
		assert_int_equal(e.code, ERR_GONE);
	}
	/* One that ends a single subscription cannot be turned into one that ends all. */
	char *turned = arena_bytes(&f->arena, token.n + 1);
	memcpy(turned, token.p, token.n);
	turned[0] = 'a';
	e = (struct err){ 0 };
	assert_false(engage_off(&f->s, str_make(turned, token.n), true, &e));
	assert_int_equal(e.code, ERR_GONE);
}

static void an_address_is_sealed_and_found_again_in_any_case(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct str sealed, again;
	assert_true(engage_seal(&f->s, STR("jo@reader.example"), &sealed, &e) && engage_seal(&f->s, STR("jo@reader.example"), &again, &e));
	assert_true(str_find(sealed, STR("reader")) < 0);
	assert_false(str_eq(sealed, again)); /* equal addresses are not to be seen as equal */
	assert_true(str_eq(engage_open(&f->s, &f->arena, sealed), STR("jo@reader.example")));
	assert_int_equal(engage_open(&f->s, &f->arena, STR("nothing of the sort")).n, 0);
	assert_true(str_eq(engage_mark(&f->s, STR("Jo@Reader.Example")), engage_mark(&f->s, STR("jo@reader.example"))));
	assert_false(str_eq(engage_mark(&f->s, STR("jo@reader.example")), engage_mark(&f->s, STR("jo@reader.examples"))));
}

static void refuses_what_cannot_be_kept(void **state)
{
	struct fixture *f = *state;
	struct dataset d = { .id = 1, .slug = STR("trees") };
	struct engage_reuse good = { .title = STR("T"), .description = STR("D"), .url = STR("https://a.example/x"), .email = STR("a@b.example") };
	struct engage_reuse bad[6];
	for (size_t i = 0; i < COUNT_OF(bad); i++) bad[i] = good;
	bad[0].title = STR("two\nlines");
	bad[1].description = STR("  ");
	bad[2].url = STR("ftp://a.example");
	bad[3].url = STR("https://a.example/ x");
	bad[4].first_name = STR("\x01");
	bad[5].email = STR("a@b@c");
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = { 0 };
		assert_false(engage_reuse_put(&f->s, &d, &bad[i], &e));
		assert_int_equal(e.code, ERR_PARAMETER);
	}
	struct err e = { 0 };
	assert_false(engage_note_put(&f->s, NULL, &(struct engage_note){ .kind = ENGAGE_CONTACT, .text = STR("\xff") }, &e));
	assert_int_equal(e.code, ERR_PARAMETER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_good_for_its_form_and_cannot_be_made_up),
		cmocka_unit_test(who_is_signed_in_is_only_counted),
		cmocka_unit_test(a_link_that_ends_letters_is_only_ours),
		cmocka_unit_test(an_address_is_sealed_and_found_again_in_any_case),
		cmocka_unit_test(refuses_what_cannot_be_kept),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
