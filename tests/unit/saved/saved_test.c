/* What was saved is found again, by whom it may be; of two tabs the second does not overwrite the first; drafts belong to one account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "saved/saved.h"

static const struct store_house_query insert_tenant = { "insert_tenant", "insert into tenant (host, created) values (?1, ?2)" };
static const struct store_house_query insert_account = { "insert_account",
	"insert into account (tenant, email, name, role, password, created) values (?1, ?2, '', 'user', '', 1)" };
static const struct store_house_query delete_account = { "delete_account", "delete from account where id = ?1" };
static const struct store_house_query age_drafts = { "age_drafts", "update saved_draft set changed = 1" };
static const struct store_query prepared[] = {
#define Q(name, text) { #name, text },
#define HOUSE(name, text)
#include "saved/queries.def"
#undef Q
#undef HOUSE
};

struct fixture { char folder[64]; struct store *store; struct tenant_id tenant, other; int64_t ada, bo; };

static int64_t run_house(struct store *s, const struct store_house_query *q, const struct value *params, size_t n)
{
	struct store_tx *t;
	struct err e = { 0 };
	if (!store_begin(s, STORE_WRITE, &t, &e) || !store_run_house(t, q, params, n, &e)) fail_msg("%s; %s", e.pub, e.priv);
	int64_t id = store_last_id(t);
	if (!store_end(t, STORE_COMMIT, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return id;
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char path[96];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-saved-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	*state = f;
	if (!store_open(str_of(path), &f->store, &e)) return -1;
	f->tenant.v = run_house(f->store, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("a.test")), VALUE_OF_INT(1)));
	f->other.v = run_house(f->store, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("b.test")), VALUE_OF_INT(1)));
	f->ada = run_house(f->store, &insert_account, STORE_PARAMS(VALUE_OF_INT(f->tenant.v), VALUE_OF_TEXT(STR("ada@a.test"))));
	f->bo = run_house(f->store, &insert_account, STORE_PARAMS(VALUE_OF_INT(f->tenant.v), VALUE_OF_TEXT(STR("bo@a.test"))));
	return 0;
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

static struct saved thing(const struct fixture *f, const char *title)
{
	return (struct saved){ .kind = SAVED_MAP, .title = str_of(title), .json = STR("{\"layers\":[]}"), .owner = f->ada, .visibility = SAVED_PUBLIC };
}

static struct saved make(struct fixture *f, struct arena *a, const char *title)
{
	struct saved x = thing(f, title);
	struct err e = { 0 };
	if (!saved_make(f->store, f->tenant, a, &x, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return x;
}

static void every_statement_prepares(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	for (size_t i = 0; i < COUNT_OF(prepared); i++) {
		if (!store_prepare_test(f->store, prepared[i].text, &e)) fail_msg("%s: %s", prepared[i].name, e.priv);
		if (!strstr(prepared[i].text, "?1")) fail_msg("%s does not name its portal", prepared[i].name);
	}
}

static void addresses_are_made_of_titles_and_never_twice(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved found;
	assert_true(str_eq(make(f, &a, "  Écoles & crèches de Nantes ").slug, STR("ecoles-creches-de-nantes")));
	assert_true(str_eq(make(f, &a, "Écoles, crèches de Nantes").slug, STR("ecoles-creches-de-nantes-2")));
	assert_true(str_eq(make(f, &a, "مدارس").slug, STR("map")));
	assert_true(str_eq(make(f, &a, "Edit").slug, STR("map-2")));
	assert_true(saved_find(f->store, f->tenant, SAVED_MAP, STR("ecoles-creches-de-nantes"), &a, &found, &e));
	assert_true(str_eq(found.title, STR("Écoles & crèches de Nantes")) && found.revision == 1 && found.owner == f->ada);
	assert_false(saved_find(f->store, f->tenant, SAVED_CHART, STR("map"), &a, &found, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	e = (struct err){ 0 };
	assert_false(saved_find(f->store, f->other, SAVED_MAP, STR("map"), &a, &found, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void a_chosen_address_is_checked(void **state)
{
	static const struct { const char *slug; enum err_code code; } cases[] = {
		{ "embed", ERR_INVALID }, { "Upper", ERR_INVALID }, { "a b", ERR_INVALID }, { "-a", ERR_INVALID }, { "+a", ERR_INVALID }, { "../x", ERR_INVALID },
		{ "free_one-2", ERR_NONE }, { "free_one-2", ERR_CONFLICT } };
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct saved x = thing(f, "x");
		x.slug = str_of(cases[i].slug);
		bool ok = saved_make(f->store, f->tenant, &a, &x, &e);
		if (ok != (cases[i].code == ERR_NONE) || e.code != cases[i].code) fail_msg("%s: %s", cases[i].slug, e.pub);
	}
}

static void what_is_no_object_or_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	static const char *const wrong[] = { "", "[]", "{", "7", "{\"a\":\xff}" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct saved x = thing(f, "x");
		x.json = str_of(wrong[i]);
		e = (struct err){ 0 };
		assert_false(saved_make(f->store, f->tenant, &a, &x, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
	struct saved big = thing(f, "x");
	char *bytes = arena_bytes(&a, SAVED_JSON + 10);
	memset(bytes, ' ', SAVED_JSON + 10);
	memcpy(bytes, "{}", 2);
	big.json = str_make(bytes, SAVED_JSON + 1);
	e = (struct err){ 0 };
	assert_false(saved_make(f->store, f->tenant, &a, &big, &e));
	big.json.n--;
	e = (struct err){ 0 };
	assert_true(saved_make(f->store, f->tenant, &a, &big, &e));
	struct saved nameless = thing(f, "   ");
	assert_false(saved_make(f->store, f->tenant, &a, &nameless, &e));
}

static void of_two_tabs_the_second_is_told(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved one = make(f, &a, "Two tabs"), two = one, now;
	one.title = STR("By the first");
	two.title = STR("By the second");
	assert_true(saved_change(f->store, f->tenant, &a, &one, &e));
	assert_int_equal(one.revision, 2);
	assert_false(saved_change(f->store, f->tenant, &a, &two, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	e = (struct err){ 0 };
	assert_true(saved_find(f->store, f->tenant, SAVED_MAP, one.slug, &a, &now, &e));
	assert_true(str_eq(now.title, STR("By the first")));
	/* Of another portal it cannot be changed at all. */
	assert_false(saved_change(f->store, f->other, &a, &now, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void who_may_see_and_change(void **state)
{
	struct fixture *f = *state;
	struct saved x = thing(f, "x");
	assert_true(saved_may_see(&x, 0) && saved_may_see(&x, f->bo) && saved_may_change(&x, f->ada) && !saved_may_change(&x, f->bo));
	x.visibility = SAVED_UNLISTED;
	assert_true(saved_may_see(&x, 0));
	x.visibility = SAVED_PRIVATE;
	assert_true(!saved_may_see(&x, 0) && !saved_may_see(&x, f->bo) && saved_may_see(&x, f->ada));
	x.owner = 0;
	assert_true(!saved_may_see(&x, 0) && !saved_may_change(&x, 0));
}

static size_t count(struct fixture *f, struct saved_question q)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved *list;
	size_t n;
	int64_t total;
	q.rows = q.rows ? q.rows : 50;
	if (!saved_list(f->store, f->tenant, &q, &a, &list, &n, &total, &e)) fail_msg("%s; %s", e.pub, e.priv);
	for (size_t i = 1; i < n; i++) assert_true(list[i - 1].changed.us >= list[i].changed.us);
	return (size_t)total;
}

static void lists_are_of_what_may_be_listed(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	make(f, &a, "Arbres de la ville");
	struct saved hidden = make(f, &a, "Arbres cachés"), chart = thing(f, "Arbres en barres");
	assert_true(saved_show(f->store, f->tenant, hidden.id, SAVED_UNLISTED, &e));
	chart.kind = SAVED_CHART;
	chart.owner = f->bo;
	assert_true(saved_make(f->store, f->tenant, &a, &chart, &e));
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .listed = true }), 1);
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .charts = true, .listed = true }), 2);
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .charts = true, .owner = f->ada }), 2);
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .charts = true, .words = STR("arbre CACHES") }), 1);
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .charts = true, .words = STR("nothing of it") }), 0);
	assert_true(saved_remove(f->store, f->tenant, hidden.id, &e));
	assert_int_equal(count(f, (struct saved_question){ .maps = true, .owner = f->ada }), 1);
	assert_false(saved_remove(f->store, f->tenant, hidden.id, &e));
}

static void drafts_are_kept_one_for_each_thing_and_for_their_owner_alone(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved x = make(f, &a, "x");
	struct saved_draft d = { .kind = SAVED_MAP, .json = STR("{}") }, of = { .kind = SAVED_MAP, .of = x.id, .base = 1, .json = STR("{\"a\":1}") }, back, *list;
	size_t n;
	bool found;
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &d, &e));
	assert_int_equal(d.hash.n, SAVED_HASH);
	d.title = STR("Later");
	struct str first = d.hash;
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &d, &e) && str_eq(first, d.hash));
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &of, &e));
	struct saved_draft again = { .kind = SAVED_MAP, .of = x.id, .base = 1, .json = STR("{\"a\":2}") };
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &again, &e) && str_eq(again.hash, of.hash));
	/* A hash that is there no more leads to the draft the thing has. */
	again.hash = STR("zzzzzzzzzzzzzzzz");
	again.json = STR("{\"a\":3}");
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &again, &e) && str_eq(again.hash, of.hash));
	assert_true(saved_draft_of(f->store, f->tenant, f->ada, x.id, &a, &back, &found, &e) && found && str_eq(back.json, STR("{\"a\":3}")));
	assert_true(saved_draft_of(f->store, f->tenant, f->bo, x.id, &a, &back, &found, &e) && !found);
	assert_false(saved_draft_find(f->store, f->tenant, f->bo, first, &a, &back, &e));
	e = (struct err){ 0 };
	assert_false(saved_draft_find(f->store, f->other, f->ada, first, &a, &back, &e));
	e = (struct err){ 0 };
	assert_true(saved_draft_list(f->store, f->tenant, f->ada, &a, &list, &n, &e));
	assert_int_equal(n, 2);
	assert_true(saved_draft_drop(f->store, f->tenant, f->ada, first, &e));
	assert_true(saved_remove(f->store, f->tenant, x.id, &e));
	assert_true(saved_draft_list(f->store, f->tenant, f->ada, &a, &list, &n, &e));
	assert_int_equal(n, 0);
}

static void the_oldest_draft_goes_when_there_are_many(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved_draft *list;
	size_t n;
	for (int i = 0; i < SAVED_DRAFTS + 3; i++) {
		struct saved_draft d = { .kind = SAVED_CHART, .json = STR("{}"), .title = arena_printf(&a, "%d", i) };
		assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &d, &e));
	}
	assert_true(saved_draft_list(f->store, f->tenant, f->ada, &a, &list, &n, &e));
	assert_int_equal(n, SAVED_DRAFTS);
	assert_true(str_eq(list[0].title, arena_printf(&a, "%d", SAVED_DRAFTS + 2)));
	run_house(f->store, &age_drafts, STORE_NONE);
	assert_true(saved_sweep(f->store, clock_now(), &e));
	assert_true(saved_draft_list(f->store, f->tenant, f->ada, &a, &list, &n, &e));
	assert_int_equal(n, 0);
}

static void what_others_may_see_outlives_its_owner(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct saved open = make(f, &a, "Open"), own = make(f, &a, "Own"), found;
	struct saved_draft d = { .kind = SAVED_MAP, .json = STR("{}") }, *list;
	size_t n;
	assert_true(saved_show(f->store, f->tenant, own.id, SAVED_PRIVATE, &e));
	assert_true(saved_draft_put(f->store, f->tenant, &a, f->ada, &d, &e));
	run_house(f->store, &delete_account, STORE_PARAMS(VALUE_OF_INT(f->ada)));
	assert_true(saved_sweep(f->store, clock_now(), &e));
	assert_true(saved_find(f->store, f->tenant, SAVED_MAP, open.slug, &a, &found, &e) && found.owner == 0);
	assert_false(saved_find(f->store, f->tenant, SAVED_MAP, own.slug, &a, &found, &e));
	e = (struct err){ 0 };
	assert_true(saved_draft_list(f->store, f->tenant, f->ada, &a, &list, &n, &e));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_statement_prepares, begin, end),
		cmocka_unit_test_setup_teardown(addresses_are_made_of_titles_and_never_twice, begin, end),
		cmocka_unit_test_setup_teardown(a_chosen_address_is_checked, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_object_or_too_large_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(of_two_tabs_the_second_is_told, begin, end),
		cmocka_unit_test_setup_teardown(who_may_see_and_change, begin, end),
		cmocka_unit_test_setup_teardown(lists_are_of_what_may_be_listed, begin, end),
		cmocka_unit_test_setup_teardown(drafts_are_kept_one_for_each_thing_and_for_their_owner_alone, begin, end),
		cmocka_unit_test_setup_teardown(the_oldest_draft_goes_when_there_are_many, begin, end),
		cmocka_unit_test_setup_teardown(what_others_may_see_outlives_its_owner, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
