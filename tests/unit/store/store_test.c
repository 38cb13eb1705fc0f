/* The store: transactions, the pen, conflicts, backup. */
#include "store/store.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct store_house_query insert_tenant = { "insert_tenant", "insert into tenant (host, created) values (?1, ?2)" };
static const struct store_query put_setting = { "put_setting", "insert into tenant_setting (tenant, name, value) values (?1, ?2, ?3)" };
static const struct store_query get_setting = { "get_setting", "select value from tenant_setting where tenant = ?1 and name = ?2" };

struct fixture { char folder[64]; char path[96]; struct store *store; };

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-store-XXXXXX");
	if (!f || !mkdtemp(f->folder)) return -1;
	snprintf(f->path, sizeof f->path, "%s/stoa.db", f->folder);
	*state = f;
	return store_open(str_of(f->path), &f->store, &e) ? 0 : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

static struct tenant_id add_tenant(struct store *s, const char *host)
{
	struct store_tx *t;
	struct err e = { 0 };
	assert_true(store_begin(s, STORE_WRITE, &t, &e));
	assert_true(store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(str_of(host)), VALUE_OF_INT(1)), &e));
	struct tenant_id id = { store_last_id(t) };
	assert_true(store_end(t, STORE_COMMIT, &e));
	return id;
}

static bool put(struct store *s, struct tenant_id id, const char *value, enum store_end how, struct err *e)
{
	struct store_tx *t;
	assert_true(store_begin(s, STORE_WRITE, &t, e));
	bool ok = store_run(t, &put_setting, id, STORE_PARAMS(VALUE_OF_TEXT(STR("title")), VALUE_OF_TEXT(str_of(value))), e);
	return store_end(t, ok ? how : STORE_ROLLBACK, e) && ok;
}

static void expect(struct store *s, struct tenant_id id, const char *value_or_null)
{
	struct store_tx *t;
	struct store_rows *r;
	struct err e = { 0 };
	assert_true(store_begin(s, STORE_READ, &t, &e));
	assert_true(store_ask(t, &get_setting, id, STORE_PARAMS(VALUE_OF_TEXT(STR("title"))), &r, &e));
	enum store_step step = store_step(r, &e);
	if (value_or_null) {
		assert_int_equal(step, STORE_ROW);
		assert_true(str_eq(store_text(r, 0), str_of(value_or_null)));
	} else {
		assert_int_equal(step, STORE_DONE);
	}
	store_stop(r);
	assert_true(store_end(t, STORE_ROLLBACK, &e));
}

static void keeps_what_is_committed_and_forgets_the_rest(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct tenant_id a = add_tenant(f->store, "a"), b = add_tenant(f->store, "b");
	assert_true(put(f->store, a, "forgotten", STORE_ROLLBACK, &e));
	expect(f->store, a, NULL);
	assert_true(put(f->store, a, "kept", STORE_COMMIT, &e));
	expect(f->store, a, "kept");
	expect(f->store, b, NULL); /* another portal does not see it */
}

static void a_duplicate_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct tenant_id a = add_tenant(f->store, "a");
	assert_true(put(f->store, a, "one", STORE_COMMIT, &e));
	assert_false(put(f->store, a, "two", STORE_COMMIT, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	expect(f->store, a, "one");
}

static void a_reader_keeps_its_snapshot(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct store_tx *t;
	struct store_rows *r;
	struct tenant_id a = add_tenant(f->store, "a");
	assert_true(store_begin(f->store, STORE_READ, &t, &e));
	assert_true(store_ask(t, &get_setting, a, STORE_PARAMS(VALUE_OF_TEXT(STR("title"))), &r, &e));
	assert_int_equal(store_step(r, &e), STORE_DONE); /* the snapshot begins with the first read */
	store_stop(r);
	assert_true(put(f->store, a, "later", STORE_COMMIT, &e));
	assert_true(store_ask(t, &get_setting, a, STORE_PARAMS(VALUE_OF_TEXT(STR("title"))), &r, &e));
	assert_int_equal(store_step(r, &e), STORE_DONE);
	store_stop(r);
	assert_true(store_end(t, STORE_ROLLBACK, &e));
	expect(f->store, a, "later");
}

static void a_backup_is_a_whole_store(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	struct store *copy;
	char path[128];
	struct tenant_id a = add_tenant(f->store, "a");
	assert_true(put(f->store, a, "saved", STORE_COMMIT, &e));
	snprintf(path, sizeof path, "%s/copy.db", f->folder);
	assert_true(store_backup(f->store, str_of(path), &e));
	assert_true(store_open(str_of(path), &copy, &e));
	assert_true(store_check(copy, &e));
	expect(copy, a, "saved");
	store_close(copy);
}

/* Every statement of every room prepares, and those of a portal name it in their first hole. */
static void every_statement_prepares(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *name, *text; bool portal; } all[] = {
#define Q(name, text) { #name, text, true },
#define HOUSE(name, text) { #name, text, false },
#include "tenant/queries.def"
#include "account/queries.def"
#include "catalog/queries.def"
#include "live/queries.def"
#include "quota/queries.def"
#include "event/queries.def"
#include "consent/queries.def"
#include "session/queries.def"
#include "oauth/queries.def"
#include "mail/queries.def"
#include "sso/queries.def"
#include "page/queries.def"
#include "audience/queries.def"
#include "engage/queries.def"
#include "job/queries.def"
#include "publish/queries.def"
#include "fetch/queries.def"
#undef Q
#undef HOUSE
	};
	assert_true(COUNT_OF(all) > 20);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct err e = { 0 };
		if (!store_prepare_test(f->store, all[i].text, &e)) fail_msg("%s: %s", all[i].name, e.priv);
		if (all[i].portal && !strstr(all[i].text, "?1")) fail_msg("%s does not name its portal", all[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_what_is_committed_and_forgets_the_rest, begin, end),
		cmocka_unit_test_setup_teardown(a_duplicate_is_a_conflict, begin, end),
		cmocka_unit_test_setup_teardown(a_reader_keeps_its_snapshot, begin, end),
		cmocka_unit_test_setup_teardown(a_backup_is_a_whole_store, begin, end),
		cmocka_unit_test_setup_teardown(every_statement_prepares, begin, end),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
