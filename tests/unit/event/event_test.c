/* The security log: what is noted is read back newest first, addresses are cut, nothing grows without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "event/event.h"

static const struct store_house_query insert_tenant = { "insert_tenant", "insert into tenant (host, created) values (?1, ?2)" };
static const struct store_house_query all_text = { "all_text", "select group_concat(kind || reason || detail || network) from event" };

struct fixture { char folder[64]; struct store *store; struct events *events; struct tenant_id tenant, other; };

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct store_tx *t;
	char path[96];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-event-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	*state = f;
	if (!store_open(str_of(path), &f->store, &e) || !store_begin(f->store, STORE_WRITE, &t, &e)) return -1;
	if (!store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("a.test")), VALUE_OF_INT(1)), &e)) return -1;
	f->tenant.v = store_last_id(t);
	if (!store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("b.test")), VALUE_OF_INT(1)), &e)) return -1;
	f->other.v = store_last_id(t);
	return store_end(t, STORE_COMMIT, &e) && events_open(f->store, &f->events, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	events_close(f->events);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static size_t list(struct fixture *f, struct tenant_id t, int64_t account, size_t most, struct arena *a, struct event_line **out)
{
	struct err e = { 0 };
	size_t n = 0;
	if (!event_list(f->events, t, account, most, a, out, &n, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return n;
}

static void what_is_noted_is_read_back_newest_first(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct event_line *lines;
	event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_AUTH_FAILURE, .reason = STR("password"), .client = STR("203.0.113.77") });
	event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_AUTH_SUCCESS, .account = 7, .detail = STR("x") });
	event_note(f->events, f->other, &(struct event){ .kind = EVENT_CRAWL_PASSED });
	assert_int_equal(list(f, f->tenant, 0, 10, &a, &lines), 2);
	assert_int_equal(lines[0].kind, EVENT_AUTH_SUCCESS);
	assert_int_equal(lines[0].account, 7);
	assert_int_equal(lines[1].kind, EVENT_AUTH_FAILURE);
	assert_true(str_eq(lines[1].network, STR("203.0.113.0/24")) && str_eq(lines[1].reason, STR("password")));
	assert_int_equal(list(f, f->tenant, 7, 10, &a, &lines), 1);
	assert_int_equal(list(f, f->tenant, 0, 1, &a, &lines), 1);
}

static void log_t01_holds_no_address_and_no_control_bytes(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct store_tx *t;
	struct store_rows *r;
	static const char *const clients[] = { "203.0.113.77", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.78", "not an address 203.0.113.79", "203.0.113.80:99" };
	for (size_t i = 0; i < COUNT_OF(clients); i++)
		event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_CSRF_REJECTED, .reason = STR("a\nb"), .client = str_of(clients[i]) });
	assert_true(event_flush(f->events, &e));
	assert_true(store_begin(f->store, STORE_READ, &t, &e) && store_ask_house(t, &all_text, STORE_NONE, &r, &e));
	assert_int_equal(store_step(r, &e), STORE_ROW);
	struct str all = arena_str(&a, store_text(r, 0));
	store_stop(r);
	assert_true(store_end(t, STORE_ROLLBACK, &e));
	static const char *const never[] = { ".77", ".78", ".79", ".80", ":2:3", ":6", "\n" };
	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (str_find(all, str_of(never[i])) >= 0) fail_msg("%s is in %.*s", never[i], STR_ARG(all));
	assert_true(str_find(all, STR("2001:db8:1::/48")) >= 0 && str_find(all, STR("a b")) >= 0);
}

static void long_texts_are_cut_between_letters(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct event_line *lines;
	char text[400];
	for (size_t i = 0; i < sizeof text; i += 2) memcpy(text + i, "\xc3\xa9", 2);
	event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_AUTH_FAILURE, .reason = str_make("x", 1), .detail = str_make(text, sizeof text) });
	assert_int_equal(list(f, f->tenant, 0, 1, &a, &lines), 1);
	assert_true(lines[0].detail.n <= 160 && lines[0].detail.n > 100 && lines[0].detail.n % 2 == 0);
}

static void more_than_the_memory_holds_is_not_lost(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct event_line *lines;
	enum { MANY = 1500 };
	for (int64_t i = 1; i <= MANY; i++) event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_SESSION_CREATED, .account = i });
	assert_int_equal(list(f, f->tenant, 0, 10000, &a, &lines), MANY);
	for (size_t i = 0; i < MANY; i++) assert_int_equal(lines[i].account, MANY - (int64_t)i);
	assert_int_equal(event_lost(f->events), 0);
}

static void what_is_old_is_swept_and_only_there(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct event_line *lines;
	struct err e = { 0 };
	int64_t n;
	for (int i = 0; i < 700; i++) event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_SESSION_CREATED });
	event_note(f->events, f->other, &(struct event){ .kind = EVENT_SESSION_CREATED });
	assert_true(event_flush(f->events, &e));
	assert_true(event_sweep(f->events, f->tenant, (struct instant){ clock_now().us - 3600000000 }, &n, &e));
	assert_int_equal(n, 0);
	assert_true(event_sweep(f->events, f->tenant, (struct instant){ clock_now().us + 1 }, &n, &e));
	assert_int_equal(n, 700);
	assert_int_equal(list(f, f->tenant, 0, 10, &a, &lines), 0);
	assert_int_equal(list(f, f->other, 0, 10, &a, &lines), 1);
}

static void what_was_noted_outlives_the_process(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct event_line *lines;
	struct err e = { 0 };
	event_note(f->events, f->tenant, &(struct event){ .kind = EVENT_KEY_REVOKED, .account = 3, .by = 4 });
	events_close(f->events);
	f->events = NULL;
	assert_true(events_open(f->store, &f->events, &e));
	assert_int_equal(list(f, f->tenant, 0, 10, &a, &lines), 1);
	assert_int_equal(lines[0].by, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_noted_is_read_back_newest_first, begin, end),
		cmocka_unit_test_setup_teardown(log_t01_holds_no_address_and_no_control_bytes, begin, end),
		cmocka_unit_test_setup_teardown(long_texts_are_cut_between_letters, begin, end),
		cmocka_unit_test_setup_teardown(more_than_the_memory_holds_is_not_lost, begin, end),
		cmocka_unit_test_setup_teardown(what_is_old_is_swept_and_only_there, begin, end),
		cmocka_unit_test_setup_teardown(what_was_noted_outlives_the_process, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
