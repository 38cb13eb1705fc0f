/* Configurations: made, changed with revisions, undone, redone, restored, copied, named, deleted and brought back; who may do what;
 * uploads that go on where they were cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/inside.h"
#include "io/io.h"

struct fixture {
	struct arena arena;
	struct str folder;
	struct site *site;
	struct tenant_id t;
};

static int open_site(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	char name[] = "config-test-XXXXXX";
	assert_non_null(mkdtemp(name));
	char whole[4096];
	assert_non_null(realpath(name, whole));
	f->folder = arena_str(&f->arena, str_of(whole));
	struct site_options o = { .memory_mb = 200, .temp_mb = 100, .engine_threads = 1 };
	if (!site_open(f->folder, &o, &f->site, &e)) fail_msg("%s: %s", e.pub, e.priv);
	const struct tenant_setting_value values[] = { { STR("languages"), STR("en,fr") } };
	if (!tenant_add(f->site->tenants, STR("town.example"), NULL, 0, values, 1, &f->t, &e)) fail_msg("%s: %s", e.pub, e.priv);
	*state = f;
	return 0;
}

static int close_site(void **state)
{
	struct fixture *f = *state;
	char command[600];
	site_close(f->site);
	snprintf(command, sizeof command, "rm -r '%.*s'", STR_ARG(f->folder));
	assert_int_equal(system(command), 0);
	arena_done(&f->arena);
	free(f);
	return 0;
}

#define OK(call) do { struct err e = { 0 }; if (!(call)) fail_msg("%s: %s", e.pub, e.priv); } while (0)
#define REFUSED(call, expected) do { struct err e = { 0 }; assert_false(call); assert_int_equal(e.code, expected); } while (0)

static struct config make(struct fixture *f, const char *title)
{
	struct config c;
	struct process_faults faults = { .arena = &f->arena };
	struct config_new n = { .tenant = f->t, .title = str_of(title) };
	OK(config_create(f->site, &n, &f->arena, &c, &faults, &e));
	return c;
}

static struct config put(struct fixture *f, const struct config *c, const char *place, const char *value)
{
	struct config out;
	struct process_faults faults = { .arena = &f->arena };
	struct config_change change = { .tenant = f->t, .dataset = c->dataset, .revision = c->revision, .who = 0 };
	OK(config_put(&f->arena, c->json, str_of(place), str_of(value), &change.json, &e));
	OK(config_write(f->site, &change, &f->arena, &out, &faults, &e));
	return out;
}

static void places_are_replaced_put_in_and_taken_out(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *json, *place, *value, *after; } cases[] = {
		{ "{\"a\":1}", "a", "2", "{\"a\":2}" },
		{ "{\"a\":1}", "b/c", "\"x\"", "{\"a\":1,\"b\":{\"c\":\"x\"}}" },
		{ "{\"a\":[1,2]}", "a/1", "3", "{\"a\":[1,3]}" },
		{ "{\"a\":[1,2]}", "a/-", "3", "{\"a\":[1,2,3]}" },
		{ "{\"a\":[1,2]}", "a/0", "", "{\"a\":[2]}" },
		{ "{\"a\":{\"b\":1}}", "a/b", "", "{\"a\":{}}" },
		{ "{\"a\":{}}", "a/b", "", "{\"a\":{}}" },
		{ "{\"a\":[{\"uid\":\"re_1\",\"t\":1}]}", "a/re_1/t", "5", "{\"a\":[{\"uid\":\"re_1\",\"t\":5}]}" },
		{ "{\"a\":{\"\":1,\"fr\":2}}", "a/", "5", "{\"a\":{\"\":5,\"fr\":2}}" },
		{ "{\"a\":{\"\":1,\"fr\":2}}", "a/", "", "{\"a\":{\"fr\":2}}" },
		{ "{\"a\":[]}", "a/0", "1", NULL },
		{ "{\"a\":1}", "a/b", "1", NULL },
		{ "{\"a\":1}", "", "1", NULL },
		{ "{\"a\":1}", "a", "{", NULL },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str out;
		struct err e = { 0 };
		bool ok = config_put(&f->arena, str_of(cases[i].json), str_of(cases[i].place), str_of(cases[i].value), &out, &e);
		assert_int_equal(ok, cases[i].after != NULL);
		if (ok) assert_string_equal(arena_cstr(&f->arena, out), cases[i].after);
	}
}

static void a_dataset_begins_with_a_title_and_an_identifier(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Trees of the town"), again = make(f, "Trees of the town");
	assert_string_equal(arena_cstr(&f->arena, c.slug), "trees-of-the-town");
	assert_string_equal(arena_cstr(&f->arena, again.slug), "trees-of-the-town-2");
	assert_true(str_starts(c.uid, STR("da_")));
	assert_string_equal(arena_cstr(&f->arena, c.title), "Trees of the town");
	assert_string_equal(arena_cstr(&f->arena, json_text(config_at_or_null(c.doc, STR("metadata/default/title/en")))), "Trees of the town");
	assert_int_equal(c.revision, 1);
	assert_false(c.published);
	struct config by_slug;
	OK(config_read(f->site, f->t, STR("trees-of-the-town"), &f->arena, &by_slug, &e));
	assert_int_equal(by_slug.dataset, c.dataset);
	struct process_faults faults = { .arena = &f->arena };
	struct config_new n = { .tenant = f->t, .title = STR("x"), .slug = STR("trees-of-the-town"), .strict = true };
	REFUSED(config_create(f->site, &n, &f->arena, &by_slug, &faults, &e), ERR_CONFLICT);
	n.slug = STR("Trees!");
	REFUSED(config_create(f->site, &n, &f->arena, &by_slug, &faults, &e), ERR_PARAMETER);
	REFUSED(config_read(f->site, f->t, STR("nothing"), &f->arena, &by_slug, &e), ERR_NOT_FOUND);
}

static void the_second_of_two_editors_is_told_and_nothing_is_overwritten(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Two editors"), out;
	struct config first = put(f, &c, "metadata/default/publisher", "{\"\":\"Ann\"}");
	assert_int_equal(first.revision, 2);
	struct process_faults faults = { .arena = &f->arena };
	struct config_change second = { .tenant = f->t, .dataset = c.dataset, .revision = 1 };
	OK(config_put(&f->arena, c.json, STR("metadata/default/publisher"), STR("{\"\":\"Bob\"}"), &second.json, &e));
	struct err why = { 0 };
	assert_false(config_write(f->site, &second, &f->arena, &out, &faults, &why));
	assert_int_equal(why.code, ERR_CONFLICT);
	assert_non_null(strstr(why.pub, "metadata"));
	OK(config_read(f->site, f->t, c.uid, &f->arena, &out, &e));
	assert_string_equal(arena_cstr(&f->arena, json_text(config_at_or_null(out.doc, STR("metadata/default/publisher/")))), "Ann");
	/* The same again is no change. */
	struct config same = put(f, &out, "metadata/default/publisher", "{\"\":\"Ann\"}");
	assert_int_equal(same.revision, 2);
}

static void undo_redo_and_restore_are_changes_like_any_other(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Steps"), out;
	struct config a = put(f, &c, "metadata/default/publisher", "{\"\":\"A\"}");
	struct config b = put(f, &a, "metadata/default/publisher", "{\"\":\"B\"}");
#define PUBLISHER(c) arena_cstr(&f->arena, json_text(config_at_or_null((c).doc, STR("metadata/default/publisher/"))))
	OK(config_undo(f->site, f->t, c.dataset, 0, false, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "A");
	assert_int_equal(out.revision, 4);
	OK(config_undo(f->site, f->t, c.dataset, 0, false, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "");
	REFUSED(config_undo(f->site, f->t, c.dataset, 0, false, &f->arena, &out, &e), ERR_NOT_FOUND);
	OK(config_undo(f->site, f->t, c.dataset, 0, true, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "A");
	OK(config_undo(f->site, f->t, c.dataset, 0, true, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "B");
	REFUSED(config_undo(f->site, f->t, c.dataset, 0, true, &f->arena, &out, &e), ERR_NOT_FOUND);
	/* An edit after undoing forgets what could be redone, not what was. */
	OK(config_undo(f->site, f->t, c.dataset, 0, false, &f->arena, &out, &e));
	struct config d = put(f, &out, "metadata/default/publisher", "{\"\":\"D\"}");
	REFUSED(config_undo(f->site, f->t, c.dataset, 0, true, &f->arena, &out, &e), ERR_NOT_FOUND);
	OK(config_undo(f->site, f->t, c.dataset, 0, false, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "A");
	struct config_version *list;
	size_t n;
	OK(config_versions(f->site, f->t, c.dataset, &f->arena, &list, &n, &e));
	assert_int_equal(n, 10);
	assert_string_equal(arena_cstr(&f->arena, list[0].action), "undo");
	assert_string_equal(arena_cstr(&f->arena, list[0].sections), "metadata");
	assert_false(list[0].can_restore);
	assert_int_equal(list[n - 1 - 2].revision, b.revision);
	OK(config_restore(f->site, f->t, c.dataset, list[n - 1 - 2].uid, 0, &f->arena, &out, &e));
	assert_string_equal(PUBLISHER(out), "B");
	assert_true(out.revision > d.revision);
	REFUSED(config_restore(f->site, f->t, c.dataset, STR("ch_000000"), 0, &f->arena, &out, &e), ERR_NOT_FOUND);
}

static void only_so_many_versions_are_kept_and_the_published_one(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Many");
	struct str json;
	OK(config_published(f->site, f->t, c.dataset, 1, &e));
	for (int i = 0; i < 30; i++) c = put(f, &c, "metadata/default/publisher", arena_printf(&f->arena, "{\"\":\"%d\"}", i).p);
	struct config_version *list;
	size_t n;
	OK(config_versions(f->site, f->t, c.dataset, &f->arena, &list, &n, &e));
	assert_int_equal(n, CONFIG_VERSIONS);
	OK(config_at_revision(f->site, f->t, c.dataset, 1, &f->arena, &json, &e));
	REFUSED(config_at_revision(f->site, f->t, c.dataset, 2, &f->arena, &json, &e), ERR_NOT_FOUND);
}

static void a_difference_names_what_was_and_what_is(void **state)
{
	struct fixture *f = *state;
	struct str sections, diff;
	const struct json_node *was, *is;
	OK(json_read_in(&f->arena, STR("{\"processors\":[{\"uid\":\"pr_a\",\"x\":1},{\"uid\":\"pr_b\",\"x\":2}],\"metadata\":{\"default\":{\"title\":{\"\":\"T\"}}}}"), &was, &e));
	OK(json_read_in(&f->arena, STR("{\"processors\":[{\"uid\":\"pr_n\",\"x\":0},{\"uid\":\"pr_a\",\"x\":5},{\"uid\":\"pr_b\",\"x\":2}],\"metadata\":{\"default\":{}}}"), &is, &e));
	config_diff(&f->arena, was, is, &sections, &diff);
	assert_string_equal(arena_cstr(&f->arena, sections), "processors metadata");
	assert_string_equal(arena_cstr(&f->arena, diff),
		"{\"processors\":[{\"path\":[\"pr_a\",\"x\"],\"old_value\":1,\"new_value\":5,\"operation_type\":\"update\"},"
		"{\"path\":[\"pr_n\"],\"old_value\":null,\"new_value\":{\"uid\":\"pr_n\",\"x\":0},\"operation_type\":\"create\"}],"
		"\"metadata\":[{\"path\":[\"default\",\"title\"],\"old_value\":{\"\":\"T\"},\"new_value\":null,\"operation_type\":\"delete\"}]}");
	config_diff(&f->arena, was, was, &sections, &diff);
	assert_int_equal(sections.n, 0);
}

static void faults_name_their_place(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *place, *value, *fault; } cases[] = {
		{ "resources/-", "{\"type\":\"nonsense\",\"datasource\":{\"type\":\"published\"}}", "resources/0/type" },
		{ "resources/-", "{\"type\":\"\"}", "resources/0/datasource" },
		{ "resources/-", "{\"type\":\"\",\"datasource\":{\"type\":\"uploaded_file\",\"file\":{\"uid\":\"no.csv\"}}}", "resources/0/datasource" },
		{ "processors/-", "{\"type\":\"nonsense\"}", "processors/0" },
		{ "fields/-", "{\"type\":\"nonsense\"}", "fields/0" },
		{ "metadata/default/nonsense", "{\"\":1}", "metadata/default/nonsense" },
		{ "metadata/nonsense/a", "{\"\":1}", "metadata/nonsense" },
		{ "metadata/default/description", "{\"en\":\"<img src='https://elsewhere.example/x.png'>\"}", "metadata/default/description/en" },
	};
	struct config c = make(f, "Faults"), out;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct process_faults faults = { .arena = &f->arena };
		struct config_change change = { .tenant = f->t, .dataset = c.dataset, .revision = c.revision };
		OK(config_put(&f->arena, c.json, str_of(cases[i].place), str_of(cases[i].value), &change.json, &e));
		REFUSED(config_write(f->site, &change, &f->arena, &out, &faults, &e), ERR_PARAMETER);
		assert_true(faults.list.n > 0);
		if (!str_starts(faults.list.p[0].path, str_of(cases[i].fault)))
			fail_msg("%s: %.*s %.*s", cases[i].place, STR_ARG(faults.list.p[0].path), STR_ARG(faults.list.p[0].message));
	}
}

static void copies_have_uids_of_their_own_and_keep_what_bounds_readers(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Origin"), copy;
	c = put(f, &c, "fields/-", "{\"type\":\"description\",\"field\":\"a\",\"description\":\"x\"}");
	struct rule_change rule = { .parts = RULE_RESTRICTED | RULE_FILTER, .restricted = true, .row_filter = STR("a = 1") };
	OK(catalog_rule_set(f->site->catalog, f->t, c.slug, &rule, &e));
	OK(config_copy(f->site, f->t, c.dataset, 0, &f->arena, &copy, &e));
	assert_string_equal(arena_cstr(&f->arena, copy.slug), "origin-2");
	assert_string_equal(arena_cstr(&f->arena, copy.title), "Origin (2)");
	assert_false(str_eq(json_text(config_at_or_null(copy.doc, STR("fields/0/uid"))), json_text(config_at_or_null(c.doc, STR("fields/0/uid")))));
	struct catalog_rules rules;
	OK(catalog_rules(f->site->catalog, f->t, copy.dataset, &f->arena, &rules, &e));
	assert_true(rules.restricted);
	assert_string_equal(arena_cstr(&f->arena, rules.everybody.row_filter), "a = 1");
}

static void a_name_can_be_changed_until_it_is_taken(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "First name"), other = make(f, "Other name"), out;
	OK(config_rename(f->site, f->t, c.dataset, STR("second-name"), 0, &e));
	OK(config_read(f->site, f->t, STR("second-name"), &f->arena, &out, &e));
	REFUSED(config_rename(f->site, f->t, c.dataset, STR("Not good"), 0, &e), ERR_PARAMETER);
	struct err why = { 0 };
	assert_false(config_rename(f->site, f->t, c.dataset, other.slug, 0, &why));
	assert_int_equal(why.code, ERR_CONFLICT);
	assert_non_null(strstr(why.pub, "other-name-2 is free"));
}

static void what_is_deleted_comes_back_and_leaves_its_name_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Gone"), out;
	OK(config_delete(f->site, f->t, c.dataset, 0, &e));
	REFUSED(config_read(f->site, f->t, c.uid, &f->arena, &out, &e), ERR_NOT_FOUND);
	OK(config_read_deleted(f->site, f->t, c.uid, &f->arena, &out, &e));
	assert_string_equal(arena_cstr(&f->arena, out.slug), "gone");
	struct config other = make(f, "Gone");
	assert_string_equal(arena_cstr(&f->arena, other.slug), "gone");
	OK(config_undelete(f->site, f->t, c.dataset, 0, &e));
	OK(config_read(f->site, f->t, c.uid, &f->arena, &out, &e));
	assert_string_equal(arena_cstr(&f->arena, out.slug), "gone-2");
	OK(config_delete(f->site, f->t, c.dataset, 0, &e));
	OK(config_sweep(f->site, &e));
	OK(config_read_deleted(f->site, f->t, c.uid, &f->arena, &out, &e));
}

static void drafts_that_nobody_finishes_go(void **state)
{
	struct fixture *f = *state;
	static const struct store_house_query age = { "age", "update config set draft = ?2, changed = ?3 where dataset = ?1" };
	struct config left = make(f, "Left behind"), fresh = make(f, "Begun today"), done = make(f, "Finished long ago"), out;
	const struct { int64_t dataset; bool draft; int days; } rows[] = {
		{ left.dataset, true, CONFIG_DAYS + 1 }, { fresh.dataset, true, CONFIG_DAYS - 1 }, { done.dataset, false, CONFIG_DAYS + 1 },
	};
	struct store_tx *tx;
	OK(store_begin(f->site->store, STORE_WRITE, &tx, &e));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		OK(store_run_house(tx, &age, STORE_PARAMS(VALUE_OF_INT(rows[i].dataset), VALUE_OF_INT(rows[i].draft), VALUE_OF_INT(clock_now().us - rows[i].days * INT64_C(86400000000))), &e));
	OK(store_end(tx, STORE_COMMIT, &e));
	OK(config_sweep(f->site, &e));
	REFUSED(config_read(f->site, f->t, left.uid, &f->arena, &out, &e), ERR_NOT_FOUND);
	OK(config_read(f->site, f->t, fresh.uid, &f->arena, &out, &e));
	OK(config_read(f->site, f->t, done.uid, &f->arena, &out, &e));
}

static void lists_are_searched_sorted_and_cut(void **state)
{
	struct fixture *f = *state;
	struct rights_caller admin = { .account = 1, .who = { .account = 1, .admin = true, .permissions = UINT64_MAX, .ceiling = UINT64_MAX } };
	struct rights_caller nobody = { .account = 2, .who = { .account = 2, .ceiling = UINT64_MAX } };
	struct config_item *list;
	size_t n;
	int64_t total;
	make(f, "Zebra crossings");
	make(f, "Écoles");
	struct config_query q = { .restricted = -1, .search = STR("ecol"), .limit = 10 };
	OK(config_list(f->site, f->t, &admin, &q, &f->arena, &list, &n, &total, &e));
	assert_int_equal(n, 1);
	assert_int_equal(total, 1);
	q = (struct config_query){ .restricted = -1, .sort = STR("-title"), .limit = 1 };
	OK(config_list(f->site, f->t, &admin, &q, &f->arena, &list, &n, &total, &e));
	assert_int_equal(n, 1);
	assert_true(total > 5);
	assert_string_equal(arena_cstr(&f->arena, list[0].head.title), "Zebra crossings");
	OK(config_list(f->site, f->t, &nobody, &q, &f->arena, &list, &n, &total, &e));
	assert_int_equal(total, 0);
}

static void permissions_of_one_dataset_are_of_that_one_and_a_key_has_no_more_than_it_lists(void **state)
{
	struct fixture *f = *state;
	struct config c = make(f, "Mine"), other = make(f, "Not mine");
	const int64_t groups[] = { 9 };
	struct rights_caller w = { .account = 5, .who = { .account = 5, .ceiling = UINT64_MAX, .groups = groups, .ngroups = 1 } };
	/* A rule names an account that exists. */
	struct store_tx *tx;
	static const struct store_house_query give = { "give", "insert into account (id, tenant, email, role, password, created) values (5, ?1, 'a@b.example', 'member', '', 0)" };
	OK(store_begin(f->site->store, STORE_WRITE, &tx, &e));
	OK(store_run_house(tx, &give, STORE_PARAMS(VALUE_OF_INT(f->t.v)), &e));
	OK(store_end(tx, STORE_COMMIT, &e));
	assert_false(config_may(f->site, f->t, &w, c.dataset, CONFIG_READ));
	struct rule_change rule = { .account = 5, .parts = RULE_PERMISSIONS, .permissions = RULE_MAY_EDIT };
	OK(catalog_rule_set(f->site->catalog, f->t, c.slug, &rule, &e));
	assert_true(config_may(f->site, f->t, &w, c.dataset, CONFIG_EDIT));
	assert_false(config_may(f->site, f->t, &w, c.dataset, CONFIG_PUBLISH));
	assert_false(config_may(f->site, f->t, &w, c.dataset, CONFIG_SECURE));
	assert_false(config_may(f->site, f->t, &w, other.dataset, CONFIG_READ));
	assert_true(config_may_any(f->site, f->t, &w));
	rule.permissions = RULE_MAY_PUBLISH;
	OK(catalog_rule_set(f->site->catalog, f->t, c.slug, &rule, &e));
	assert_true(config_may(f->site, f->t, &w, c.dataset, CONFIG_PUBLISH));
	assert_false(config_may(f->site, f->t, &w, c.dataset, CONFIG_EDIT));
	w.who.permissions = ACCOUNT_BIT(ACCOUNT_MAY_EDIT_DATASET) | ACCOUNT_BIT(ACCOUNT_MAY_MANAGE_DATASET);
	assert_true(config_may(f->site, f->t, &w, other.dataset, CONFIG_SECURE));
	w.key = 3;
	assert_false(config_may(f->site, f->t, &w, other.dataset, CONFIG_READ));
	w.who.scope = ACCOUNT_WRITE;
	w.who.permissions = 0;
	w.who.ceiling = ACCOUNT_BIT(ACCOUNT_MAY_EXPLORE_RESTRICTED);
	assert_false(config_may(f->site, f->t, &w, c.dataset, CONFIG_PUBLISH));
	w.who.ceiling = ACCOUNT_BIT(ACCOUNT_MAY_PUBLISH_DATASET);
	assert_true(config_may(f->site, f->t, &w, c.dataset, CONFIG_PUBLISH));
}

static void an_upload_goes_on_where_it_was_cut_off(void **state)
{
	struct fixture *f = *state;
	struct config_file file;
	struct str path, text;
	struct config_piece p = { .tenant = f->t, .name = STR("My Data.CSV"), .total = 10, .fd_or_minus = -1, .bytes = STR("hello") };
	OK(config_file_put(f->site, &p, &f->arena, &file, &e));
	assert_string_equal(arena_cstr(&f->arena, file.uid), "my_data.csv");
	assert_int_equal(file.bytes, 5);
	assert_int_equal(file.hash.n, 0);
	p.uid = file.uid;
	REFUSED(config_file_put(f->site, &p, &f->arena, &file, &e), ERR_CONFLICT);
	OK(config_file_read(f->site, f->t, p.uid, &f->arena, &file, &path, &e));
	assert_int_equal(file.bytes, 5);
	assert_int_equal(path.n, 0);
	p.offset = 5;
	p.bytes = STR("world");
	OK(config_file_put(f->site, &p, &f->arena, &file, &e));
	assert_int_equal(file.hash.n, 64);
	OK(config_file_read(f->site, f->t, p.uid, &f->arena, &file, &path, &e));
	OK(io_read(&f->arena, path.p, 100, &text, &e));
	assert_string_equal(arena_cstr(&f->arena, text), "helloworld");
	p = (struct config_piece){ .tenant = f->t, .name = STR("my data.csv"), .total = 3, .fd_or_minus = -1, .bytes = STR("abc") };
	OK(config_file_put(f->site, &p, &f->arena, &file, &e));
	assert_string_equal(arena_cstr(&f->arena, file.uid), "my_data_2.csv");
	p = (struct config_piece){ .tenant = f->t, .name = STR("../../etc/passwd"), .total = 1, .fd_or_minus = -1, .bytes = STR("abc") };
	REFUSED(config_file_put(f->site, &p, &f->arena, &file, &e), ERR_PARAMETER);
	p.total = INT64_C(1) << 50;
	REFUSED(config_file_put(f->site, &p, &f->arena, &file, &e), ERR_TOO_LARGE);
	OK(config_sweep(f->site, &e));
	OK(config_file_read(f->site, f->t, STR("my_data.csv"), &f->arena, &file, &path, &e));
}

static void every_statement_can_be_prepared(void **state)
{
	struct fixture *f = *state;
	static const char *const texts[] = {
#define Q(name, text) text,
#include "config/queries.def"
#undef Q
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) OK(store_prepare_test(f->site->store, texts[i], &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_replaced_put_in_and_taken_out),
		cmocka_unit_test(a_dataset_begins_with_a_title_and_an_identifier),
		cmocka_unit_test(the_second_of_two_editors_is_told_and_nothing_is_overwritten),
		cmocka_unit_test(undo_redo_and_restore_are_changes_like_any_other),
		cmocka_unit_test(only_so_many_versions_are_kept_and_the_published_one),
		cmocka_unit_test(a_difference_names_what_was_and_what_is),
		cmocka_unit_test(faults_name_their_place),
		cmocka_unit_test(copies_have_uids_of_their_own_and_keep_what_bounds_readers),
		cmocka_unit_test(a_name_can_be_changed_until_it_is_taken),
		cmocka_unit_test(what_is_deleted_comes_back_and_leaves_its_name_meanwhile),
		cmocka_unit_test(drafts_that_nobody_finishes_go),
		cmocka_unit_test(lists_are_searched_sorted_and_cut),
		cmocka_unit_test(permissions_of_one_dataset_are_of_that_one_and_a_key_has_no_more_than_it_lists),
		cmocka_unit_test(an_upload_goes_on_where_it_was_cut_off),
		cmocka_unit_test(every_statement_can_be_prepared),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
