/* Sessions as their header promises: found by what the browser holds, ended by times, epochs and people, the same after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "crypt/crypt.h"
#include "session/session.h"

#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

struct world {
	char folder[64];
	struct store *store;
	struct tenants *tenants;
	struct accounts *accounts;
	struct events *events;
	struct sessions *sessions;
	const struct tenant *here, *there;
	int64_t ada, grace;
};

static const struct tenant *portal(struct world *w, const char *host)
{
	struct err e = { 0 };
	struct tenant_id id;
	if (!tenant_add(w->tenants, str_of(host), NULL, 0, NULL, 0, &id, &e)) fail_msg("%s", e.pub);
	return tenants_hold_or_null(w->tenants, id);
}

static int64_t person(struct world *w, const struct tenant *t, const char *email)
{
	struct err e = { 0 };
	char password[ACCOUNT_PASSWORD_TEXT];
	int64_t id = 0;
	if (!account_add(w->accounts, t->id, str_of(email), STR("N"), STR("member"), password, &e) ||
	    !account_id(w->accounts, t->id, str_of(email), &id, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return id;
}

static int begin(void **state)
{
	struct err e = { 0 };
	struct world *w = calloc(1, sizeof *w);
	char path[96];
	if (!w || !crypt_open(&e)) return -1;
	snprintf(w->folder, sizeof w->folder, "/tmp/stoa-session-XXXXXX");
	*state = w;
	if (!mkdtemp(w->folder)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", w->folder);
	if (!store_open(str_of(path), &w->store, &e) || !tenants_open(w->store, &w->tenants, &e) || !accounts_open(w->store, &w->accounts, &e) ||
	    !events_open(w->store, &w->events, &e)) return -1;
	w->here = portal(w, "isoc.example");
	w->there = portal(w, "delwp.example");
	w->ada = person(w, w->here, "ada@isoc.example");
	w->grace = person(w, w->here, "grace@isoc.example");
	return sessions_open(w->store, w->accounts, w->events, &w->sessions, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct world *w = *state;
	char command[160];
	sessions_close(w->sessions);
	tenant_release(w->tenants, w->here);
	tenant_release(w->tenants, w->there);
	accounts_close(w->accounts);
	tenants_close(w->tenants);
	events_close(w->events);
	store_close(w->store);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	int code = system(command);
	free(w);
	return code;
}

struct held { char id[SESSION_ID_TEXT]; struct session s; };

static struct held sign_in(struct world *w, int64_t account, bool remember)
{
	struct err e = { 0 };
	struct held h;
	struct session_birth b = { .account = account, .factors = SESSION_PASSWORD, .remember = remember,
		.user_agent = STR("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), .client = STR("203.0.113.77") };
	if (!session_create(w->sessions, w->here, &b, h.id, &h.s, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return h;
}

static enum session_found look(struct world *w, const char *id, int64_t after_us, struct session *out)
{
	struct session own;
	struct str value = str_of(id);
	return session_find(w->sessions, w->here, &value, 1, (struct instant){ clock_now().us + after_us }, STR("203.0.113.77"), out ? out : &own);
}

static size_t noted(struct world *w, enum event_kind kind, const char *reason)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct event_line *lines;
	size_t n, found = 0;
	if (!event_list(w->events, w->here->id, 0, 10000, &a, &lines, &n, &e)) fail_msg("%s", e.pub);
	for (size_t i = 0; i < n; i++) found += lines[i].kind == kind && (!reason || str_eq(lines[i].reason, str_of(reason)));
	return found;
}

static void the_hash_matches_appendix_d4(void **state)
{
	(void)state;
	unsigned char hash[32];
	char hex[65];
	session_hash(STR("isoc.example"), STR("k3x9a0b1c2d3e4f5g6h7i8j9k0l1m2n3"), hash);
	crypt_hex(hash, sizeof hash, hex);
	assert_string_equal(hex, "b1bff9279c9296725b6093b911fef50b5371dd280efe41b9b7fce2e1aeb34a76");
}

static void an_id_finds_its_session_at_its_portal(void **state)
{
	struct world *w = *state;
	struct session s;
	struct held h = sign_in(w, w->ada, false);
	assert_int_equal(strlen(h.id), 32);
	assert_int_equal(look(w, h.id, 0, &s), SESSION_ONE);
	assert_int_equal(s.account, w->ada);
	assert_int_equal(strlen(s.csrf_salt), 22);
	struct str value = str_of(h.id);
	assert_int_equal(session_find(w->sessions, w->there, &value, 1, clock_now(), STR(""), &s), SESSION_NONE);
	static const char *const bad[] = { "", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) assert_int_equal(look(w, bad[i], 0, &s), SESSION_NONE);
}

static void several_values_count_as_sessions_not_as_values(void **state)
{
	struct world *w = *state;
	struct session s;
	struct held ada = sign_in(w, w->ada, false), grace = sign_in(w, w->grace, false);
	struct str values[] = { STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), str_of(ada.id), str_of(grace.id), STR("x"), STR("y") };
	assert_int_equal(session_find(w->sessions, w->here, values, 2, clock_now(), STR(""), &s), SESSION_ONE);
	assert_int_equal(session_find(w->sessions, w->here, values, 3, clock_now(), STR(""), &s), SESSION_AMBIGUOUS);
	assert_int_equal(session_find(w->sessions, w->here, values, 5, clock_now(), STR(""), &s), SESSION_AMBIGUOUS);
	assert_int_equal(noted(w, EVENT_COOKIE_AMBIGUOUS, NULL), 2);
}

static void times_end_it(void **state)
{
	struct world *w = *state;
	struct held brief = sign_in(w, w->ada, false), kept = sign_in(w, w->ada, true);
	assert_int_equal(look(w, brief.id, 12 * HOUR_US - MINUTE_US, NULL), SESSION_ONE);
	assert_int_equal(look(w, brief.id, 25 * HOUR_US, NULL), SESSION_NONE);
	assert_int_equal(noted(w, EVENT_SESSION_EXPIRED, "absolute"), 1);
	for (int day = 1; day <= 29; day++) assert_int_equal(look(w, kept.id, day * DAY_US, NULL), SESSION_ONE);
	assert_int_equal(look(w, kept.id, 30 * DAY_US + MINUTE_US, NULL), SESSION_NONE);
	struct held idle = sign_in(w, w->ada, true);
	assert_int_equal(look(w, idle.id, 14 * DAY_US + MINUTE_US, NULL), SESSION_NONE);
	assert_int_equal(noted(w, EVENT_SESSION_EXPIRED, "idle"), 1);
	/* Told once; gone for good even when the clock goes back. */
	assert_int_equal(look(w, idle.id, 0, NULL), SESSION_NONE);
	assert_int_equal(noted(w, EVENT_SESSION_EXPIRED, "idle"), 1);
}

static void an_epoch_ends_all_but_the_session_that_made_it(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct held one = sign_in(w, w->ada, false), other = sign_in(w, w->ada, false);
	char id[SESSION_ID_TEXT], salt[SESSION_SALT_TEXT];
	memcpy(salt, one.s.csrf_salt, sizeof salt);
	assert_true(accounts_after_restore(w->accounts, &e));
	assert_true(session_survive(w->sessions, w->here, &one.s, id, &e));
	assert_int_equal(look(w, id, 0, NULL), SESSION_ONE);
	assert_int_equal(look(w, one.id, 0, NULL), SESSION_NONE);
	assert_int_equal(look(w, other.id, 0, NULL), SESSION_NONE);
	assert_string_not_equal(salt, one.s.csrf_salt);
	assert_int_equal(noted(w, EVENT_SESSION_EXPIRED, "epoch"), 1);
}

static void a_renewed_id_leaves_the_former_a_minute(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct held h = sign_in(w, w->ada, true);
	struct session found;
	char id[SESSION_ID_TEXT], again[SESSION_ID_TEXT];
	assert_int_equal(look(w, h.id, 23 * HOUR_US, &found), SESSION_ONE);
	assert_false(found.renew);
	assert_int_equal(look(w, h.id, DAY_US, &found), SESSION_ONE);
	assert_true(found.renew);
	struct session parallel = found;
	assert_true(session_renew(w->sessions, w->here, &found, id, &e));
	assert_int_equal(strlen(id), 32);
	/* Of two requests at once only one renews, so that neither loses its id. */
	assert_true(session_renew(w->sessions, w->here, &parallel, again, &e));
	assert_int_equal(strlen(again), 0);
	assert_int_equal(look(w, h.id, 59 * 1000000, NULL), SESSION_ONE);
	assert_int_equal(look(w, id, 59 * 1000000, NULL), SESSION_ONE);
	assert_int_equal(look(w, h.id, 61 * 1000000, NULL), SESSION_NONE);
	assert_int_equal(look(w, id, 61 * 1000000, NULL), SESSION_ONE);
	assert_int_equal(noted(w, EVENT_SESSION_STALE, NULL), 1);
}

static void what_was_presented_ends(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct held planted = sign_in(w, w->grace, false), made;
	struct session_birth b = { .account = w->ada, .presented = { STR("nonsense"), str_of(planted.id) }, .npresented = 2 };
	assert_true(session_create(w->sessions, w->here, &b, made.id, &made.s, &e));
	assert_int_equal(look(w, planted.id, 0, NULL), SESSION_NONE);
	assert_int_equal(look(w, made.id, 0, NULL), SESSION_ONE);
	assert_int_equal(noted(w, EVENT_SESSION_REVOKED, "replaced"), 1);
}

static void the_longest_unused_makes_room(void **state)
{
	struct world *w = *state;
	struct held all[21];
	for (size_t i = 0; i < 20; i++) all[i] = sign_in(w, w->ada, false);
	for (size_t i = 0; i < 20; i++)
		if (i != 5) assert_int_equal(look(w, all[i].id, MINUTE_US, NULL), SESSION_ONE);
	all[20] = sign_in(w, w->ada, false);
	for (size_t i = 0; i < 21; i++) assert_int_equal(look(w, all[i].id, MINUTE_US, NULL), i == 5 ? SESSION_NONE : SESSION_ONE);
}

static void a_list_shows_what_lives_and_no_id(void **state)
{
	struct world *w = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct session_line *lines;
	size_t n;
	int64_t ended;
	struct held one = sign_in(w, w->ada, true), two = sign_in(w, w->ada, false);
	sign_in(w, w->grace, false);
	assert_true(session_list(w->sessions, w->here, w->ada, &a, &lines, &n, &e));
	assert_int_equal(n, 2);
	assert_true(str_eq(lines[0].label, STR("Firefox on Linux")));
	assert_true(session_revoke(w->sessions, w->here, w->ada, two.s.id, &e));
	assert_false(session_revoke(w->sessions, w->here, w->ada, two.s.id, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	e = (struct err){ 0 };
	assert_false(session_revoke(w->sessions, w->here, w->grace, one.s.id, &e));
	e = (struct err){ 0 };
	assert_true(session_list(w->sessions, w->here, w->ada, &a, &lines, &n, &e));
	assert_int_equal(n, 1);
	sign_in(w, w->ada, false);
	assert_true(session_revoke_all(w->sessions, w->here, w->ada, one.s.id, &ended, &e));
	assert_int_equal(ended, 1);
	assert_int_equal(look(w, one.id, 0, NULL), SESSION_ONE);
	assert_true(session_revoke_all(w->sessions, w->here, 0, 0, &ended, &e));
	assert_int_equal(ended, 2);
	assert_int_equal(look(w, one.id, 0, NULL), SESSION_NONE);
}

static void all_is_there_after_a_restart(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct held kept = sign_in(w, w->ada, true), ended = sign_in(w, w->ada, false), renewed = sign_in(w, w->grace, true);
	struct session s = renewed.s;
	char id[SESSION_ID_TEXT];
	assert_true(session_revoke(w->sessions, w->here, w->ada, ended.s.id, &e));
	assert_true(session_renew(w->sessions, w->here, &s, id, &e));
	sessions_close(w->sessions);
	w->sessions = NULL;
	assert_true(sessions_open(w->store, w->accounts, w->events, &w->sessions, &e));
	assert_int_equal(look(w, kept.id, 0, NULL), SESSION_ONE);
	assert_int_equal(look(w, ended.id, 0, NULL), SESSION_NONE);
	assert_int_equal(look(w, id, 0, &s), SESSION_ONE);
	assert_int_equal(look(w, renewed.id, 0, NULL), SESSION_ONE);
	assert_true(s.remember);
	assert_int_equal(s.factors, SESSION_PASSWORD);
	assert_string_equal(s.csrf_salt, renewed.s.csrf_salt);
}

static void a_proof_grows_old(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct held h = sign_in(w, w->ada, false);
	struct instant now = clock_now();
	assert_true(session_is_fresh(w->here, &h.s, now));
	assert_false(session_is_fresh(w->here, &h.s, (struct instant){ now.us + 15 * MINUTE_US + 1000000 }));
	/* A clock that was set back a year proves nothing. */
	assert_false(session_is_fresh(w->here, &h.s, (struct instant){ now.us - 365 * DAY_US }));
	char salt[SESSION_SALT_TEXT];
	memcpy(salt, h.s.csrf_salt, sizeof salt);
	assert_true(session_freshen(w->sessions, w->here, &h.s, &e));
	assert_string_not_equal(salt, h.s.csrf_salt);
}

static void the_table_grows_and_shrinks(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };
	struct tenant_setting_value most = { STR("session.max_per_user"), STR("100") };
	assert_true(tenant_set(w->tenants, w->here->id, &most, 1, &e));
	const struct tenant *now = tenants_hold_or_null(w->tenants, w->here->id);
	tenant_release(w->tenants, w->here);
	w->here = now;
	char ids[700][SESSION_ID_TEXT];
	int64_t people[7];
	for (size_t i = 0; i < 7; i++) {
		char email[32];
		snprintf(email, sizeof email, "p%zu@isoc.example", i);
		people[i] = person(w, w->here, email);
	}
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		struct held h = sign_in(w, people[i % 7], false);
		memcpy(ids[i], h.id, sizeof h.id);
	}
	for (size_t i = 0; i < COUNT_OF(ids); i++) assert_int_equal(look(w, ids[i], 0, NULL), SESSION_ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_matches_appendix_d4),
		cmocka_unit_test_setup_teardown(an_id_finds_its_session_at_its_portal, begin, end),
		cmocka_unit_test_setup_teardown(several_values_count_as_sessions_not_as_values, begin, end),
		cmocka_unit_test_setup_teardown(times_end_it, begin, end),
		cmocka_unit_test_setup_teardown(an_epoch_ends_all_but_the_session_that_made_it, begin, end),
		cmocka_unit_test_setup_teardown(a_renewed_id_leaves_the_former_a_minute, begin, end),
		cmocka_unit_test_setup_teardown(what_was_presented_ends, begin, end),
		cmocka_unit_test_setup_teardown(the_longest_unused_makes_room, begin, end),
		cmocka_unit_test_setup_teardown(a_list_shows_what_lives_and_no_id, begin, end),
		cmocka_unit_test_setup_teardown(all_is_there_after_a_restart, begin, end),
		cmocka_unit_test_setup_teardown(a_proof_grows_old, begin, end),
		cmocka_unit_test_setup_teardown(the_table_grows_and_shrinks, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
