/* Pages: what is kept, what readers see of it, two editors at once, revisions and the way back from a removal; documents and where
 * their faults are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "page/page.h"

static const struct store_house_query insert_tenant = { "insert_tenant", "insert into tenant (host, created) values (?1, ?2)" };

struct fixture { char folder[64]; struct store *store; struct pages *pages; struct tenant_id tenant, other; int changes; };

static void changed(void *arg, struct tenant_id t)
{
	(void)t;
	((struct fixture *)arg)->changes++;
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct err e = { 0 };
	struct store_tx *t;
	char path[96];
	if (!f) return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/stoa-page-XXXXXX");
	if (!mkdtemp(f->folder)) return -1;
	snprintf(path, sizeof path, "%s/stoa.db", f->folder);
	*state = f;
	if (!store_open(str_of(path), &f->store, &e) || !store_begin(f->store, STORE_WRITE, &t, &e)) return -1;
	if (!store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("a.test")), VALUE_OF_INT(1)), &e)) return -1;
	f->tenant.v = store_last_id(t);
	if (!store_run_house(t, &insert_tenant, STORE_PARAMS(VALUE_OF_TEXT(STR("b.test")), VALUE_OF_INT(1)), &e)) return -1;
	f->other.v = store_last_id(t);
	if (!store_end(t, STORE_COMMIT, &e) || !pages_open(f->store, &f->pages, &e)) return -1;
	pages_on_change(f->pages, changed, f);
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[160];
	pages_close(f->pages);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
	int code = system(command);
	free(f);
	return code;
}

#define DOC(text) STR("{\"kind\":\"text\",\"title\":{\"en\":\"" text "\"}}")

static bool put(struct fixture *f, int64_t id, int64_t base, struct str slug, struct str doc, int64_t *made, struct err *e)
{
	struct page_put p = { .id = id, .base = base, .slug = slug, .doc = doc };
	int64_t revision;
	return page_put(f->pages, f->tenant, &p, made, &revision, e);
}

static int64_t make(struct fixture *f, struct str slug, struct str doc)
{
	struct err e = { 0 };
	int64_t id = 0;
	if (!put(f, 0, 0, slug, doc, &id, &e)) fail_msg("%s; %s", e.pub, e.priv);
	return id;
}

/* The title that readers see, or "". */
static struct str seen(struct fixture *f, struct tenant_id t, struct str slug, struct arena *a)
{
	struct err e = { 0 };
	const struct page_view *v;
	if (!pages_hold(f->pages, t, &v, &e)) fail_msg("%s; %s", e.pub, e.priv);
	const struct page *p = page_find_or_null(v, slug);
	struct str title = p ? arena_str(a, page_heading(p, STR("en"), STR("en"))) : STR("");
	pages_release(f->pages, v);
	return title;
}
#define assert_seen(f, t, slug, title) \
	do { auto_arena a_ = ARENA_INIT; struct str s_ = seen((f), (t), STR(slug), &a_); assert_true(str_eq(s_, STR(title))); } while (0)

static void readers_see_what_is_published_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id = make(f, STR("about"), DOC("one"));
	assert_seen(f, f->tenant, "about", "");
	assert_true(page_publish(f->pages, f->tenant, id, true, &e));
	assert_seen(f, f->tenant, "about", "one");
	assert_true(put(f, id, 1, STR(""), DOC("two"), &id, &e));
	assert_seen(f, f->tenant, "about", "one");
	assert_true(page_publish(f->pages, f->tenant, id, true, &e));
	assert_seen(f, f->tenant, "about", "two");
	assert_seen(f, f->other, "about", "");
	assert_false(page_publish(f->pages, f->other, id, false, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	e = (struct err){ 0 };
	assert_true(page_archive(f->pages, f->tenant, id, true, &e));
	assert_seen(f, f->tenant, "about", "");
	assert_true(f->changes >= 5);
}

static void a_view_that_is_held_stays_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct page_view *v;
	int64_t id = make(f, STR("held"), DOC("one"));
	assert_true(page_publish(f->pages, f->tenant, id, true, &e));
	assert_true(pages_hold(f->pages, f->tenant, &v, &e));
	assert_true(page_remove(f->pages, f->tenant, id, &e));
	assert_non_null(page_find_or_null(v, STR("held")));
	pages_release(f->pages, v);
	assert_seen(f, f->tenant, "held", "");
}

static void who_saves_second_is_told(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id = make(f, STR("both"), DOC("one"));
	assert_true(put(f, id, 1, STR(""), DOC("two"), &id, &e));
	assert_false(put(f, id, 1, STR(""), DOC("three"), &id, &e));
	assert_int_equal(e.code, ERR_PRECONDITION);
	e = (struct err){ 0 };
	assert_true(put(f, id, 2, STR(""), DOC("three"), &id, &e));
}

static void slugs_are_unique_and_stay_while_published(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id = make(f, STR("one"), DOC("x")), other;
	assert_false(put(f, 0, 0, STR("one"), DOC("y"), &other, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	static const char *const bad[] = { "", "Über", "a b", "a/b", "embed", "UP", "a.b" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) assert_false(page_slug_ok(str_of(bad[i])));
	e = (struct err){ 0 };
	assert_true(page_rename(f->pages, f->tenant, id, STR("two"), &e) && page_publish(f->pages, f->tenant, id, true, &e));
	assert_false(page_rename(f->pages, f->tenant, id, STR("three"), &e));
	assert_int_equal(e.code, ERR_CONFLICT);
}

static void a_removed_page_comes_back_unless_its_place_is_taken(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	int64_t id = make(f, STR("here"), DOC("x"));
	assert_true(page_publish(f->pages, f->tenant, id, true, &e) && page_remove(f->pages, f->tenant, id, &e));
	assert_true(page_unremove(f->pages, f->tenant, id, &e));
	assert_seen(f, f->tenant, "here", "x");
	assert_true(page_remove(f->pages, f->tenant, id, &e));
	make(f, STR("here"), DOC("y"));
	assert_false(page_unremove(f->pages, f->tenant, id, &e));
	assert_int_equal(e.code, ERR_CONFLICT);
	e = (struct err){ 0 };
	assert_true(pages_sweep(f->pages, &e));
}

static void the_last_revisions_are_kept_and_the_published_one(void **state)
{
	struct fixture *f = *state;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct page_revision *list;
	struct str doc;
	size_t n;
	int64_t id = make(f, STR("long"), DOC("0"));
	assert_true(page_publish(f->pages, f->tenant, id, true, &e));
	for (int64_t i = 1; i <= PAGE_REVISIONS + 5; i++)
		assert_true(put(f, id, i, STR(""), arena_printf(&a, "{\"title\":\"%lld\"}", (long long)i), &id, &e));
	assert_true(page_revisions(f->pages, f->tenant, id, &a, &list, &n, &e));
	assert_int_equal(n, PAGE_REVISIONS + 1);
	assert_int_equal(list[0].number, PAGE_REVISIONS + 6);
	assert_true(page_revision_doc(f->pages, f->tenant, id, 1, &a, &doc, &e));
	assert_false(page_revision_doc(f->pages, f->tenant, id, 2, &a, &doc, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void texts_fall_back(void **state)
{
	auto_json *d = NULL;
	struct err e = { 0 };
	(void)state;
	assert_true(json_read(STR("{\"a\":{\"en\":\"E\",\"fr\":\"F\"},\"b\":\"all\",\"c\":{\"nl\":\"N\"},\"d\":7}"), &d, &e));
	const struct json_node *r = json_root(d);
	assert_true(str_eq(page_text(json_get(r, "a"), STR("fr"), STR("en")), STR("F")));
	assert_true(str_eq(page_text(json_get(r, "a"), STR("de"), STR("en")), STR("E")));
	assert_true(str_eq(page_text(json_get(r, "b"), STR("de"), STR("en")), STR("all")));
	assert_true(str_eq(page_text(json_get(r, "c"), STR("de"), STR("en")), STR("N")));
	assert_true(!page_text(json_get(r, "d"), STR("de"), STR("en")).n && !page_text(NULL, STR("de"), STR("en")).n);
	assert_true(page_speaks(json_get(r, "a"), STR("fr")) && !page_speaks(json_get(r, "a"), STR("de")));
}

static void faults_say_where(void **state)
{
	auto_arena a = ARENA_INIT;
	struct page_faults faults = { .n = 0 };
	struct err e = { 0 };
	(void)state;
	assert_true(page_check(STR("{\"kind\":\"grid\",\"title\":\"t\",\"sections\":[{\"blocks\":[{\"type\":\"separator\"}]},{\"blocks\":[{\"type\":\"kpi\",\"title\":\"x\","
	                           "\"decimals\":9,\"colour\":1}]}]}"), true, &faults, &a, &e));
	assert_int_equal(faults.n, 3);
	assert_true(str_eq(page_fault_text(&faults.items[0], &a), STR("section 2, block 1, Dataset: is missing")));
	assert_true(str_eq(page_fault_text(&faults.items[1], &a), STR("section 2, block 1, Decimals: must be between these numbers: 0 – 6")));
	assert_true(str_eq(page_fault_text(&faults.items[2], &a), STR("section 2, block 1: this block has no such field colour")));
	faults.n = 0;
	assert_true(page_check(STR("{\"kind\":\"grid\",\"sections\":[{\"blocks\":[{\"type\":\"kpi\"}]}]}"), false, &faults, &a, &e));
	assert_int_equal(faults.n, 0); /* a draft may lack things */
	assert_false(page_check(STR("{"), false, &faults, &a, &e));
	assert_int_equal(e.code, ERR_BAD_REQUEST);
}

static void markdown_becomes_html(void **state)
{
	struct fixture *f = *state;
	auto_buf b = BUF_INIT(4096);
	struct err e = { 0 };
	assert_true(page_markdown(f->pages, STR("~~a~~ https://x.test\n\n|a|\n|-|\n|1|\n\n<b>raw</b>"), &b, &e));
	struct str s = buf_str(&b);
	assert_true(str_find(s, STR("<del>a</del>")) >= 0 && str_find(s, STR("href=\"https://x.test\"")) >= 0 && str_find(s, STR("<table>")) >= 0 &&
	            str_find(s, STR("<b>raw</b>")) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readers_see_what_is_published_and_nothing_else, begin, end),
		cmocka_unit_test_setup_teardown(a_view_that_is_held_stays_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(who_saves_second_is_told, begin, end),
		cmocka_unit_test_setup_teardown(slugs_are_unique_and_stay_while_published, begin, end),
		cmocka_unit_test_setup_teardown(a_removed_page_comes_back_unless_its_place_is_taken, begin, end),
		cmocka_unit_test_setup_teardown(the_last_revisions_are_kept_and_the_published_one, begin, end),
		cmocka_unit_test(texts_fall_back),
		cmocka_unit_test(faults_say_where),
		cmocka_unit_test_setup_teardown(markdown_becomes_html, begin, end),
	};
	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
