/* Many threads at once on one catalogue: publishing, going back, hiding, asking, portal settings. What is
 * checked: every answer is one of the published ones, every setting ends as it was last given, and nothing is
 * left behind. Meant for the sanitizers as much as for its own assertions. */
#include "catalog/catalog.h"
#include "tenant/tenant.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PUBLISHERS = 3, READERS = 3, SETTERS = 3, ROUNDS = 3, SETTINGS = 20 };

struct house {
	char folder[64];
	struct store *store;
	struct engine *engine;
	struct tenants *tenants;
	struct catalog *catalog;
	struct tenant_id portal;
	struct tenant_id own[SETTERS]; /* a portal for each setter */
	atomic_int publishing, failed;
};
struct worker { struct house *h; int number; pthread_t thread; };

static struct field fields[] = { { .name = { "n", 1 }, .label = { "N", 1 }, .type = VALUE_INT, .decimals = -1 } };
static const struct schema schema = { .fields = fields, .n = 1 };

static void complain(struct house *h, const char *what, const struct err *e)
{
	print_error("%s: %s (%s)\n", what, e->pub, e->priv);
	atomic_fetch_add(&h->failed, 1);
}

static bool write_version(const struct catalog_draft *d, int64_t n, struct err *e)
{
	char path[256];
	struct engine_load *l;
	struct column c = { .type = { VALUE_INT, false }, .ints = &n };
	struct batch rows = { &c, 1, 1 };
	const uint8_t ids[1][16] = { { 1 } };
	snprintf(path, sizeof path, "%.*s.tmp", STR_ARG(d->file));
	return engine_load_begin(str_of(path), &schema, &l, e) && engine_load_rows(l, &rows, ids, e) && engine_load_end(l, LOAD_COMMIT, e);
}

static bool publish(struct house *h, struct str slug, int64_t n, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct catalog_draft d;
	struct catalog_loaded l = { .schema = schema, .rows = 1, .source_name = STR("n.csv"), .summary = STR("{}") };
	if (!catalog_draft_begin(h->catalog, h->portal, slug, true, &a, &d, e)) return false;
	if (write_version(&d, n, e)) return catalog_draft_commit(h->catalog, &d, &l, NULL, 0, e);
	catalog_draft_abandon(h->catalog, &d);
	return false;
}

static void *publisher(void *arg)
{
	struct worker *w = arg;
	char slug[16];
	snprintf(slug, sizeof slug, "d%d", w->number);
	for (int i = 0; i < ROUNDS; i++) {
		struct err e = { 0 };
		int64_t number;
		bool ok = publish(w->h, str_of(slug), w->number, &e) &&
		          (i == 0 || catalog_rollback(w->h->catalog, w->h->portal, str_of(slug), &number, &e)) &&
		          catalog_unpublish(w->h->catalog, w->h->portal, str_of(slug), &e) &&
		          catalog_rollback(w->h->catalog, w->h->portal, str_of(slug), &number, &e);
		if (!ok) complain(w->h, "publisher", &e);
	}
	atomic_fetch_sub(&w->h->publishing, 1);
	return NULL;
}

static bool ask_one(struct house *h, struct version_ref at, const char *column, struct batch *out, struct engine_cursor **k,
                    struct sql *q, struct engine_query *ask, struct err *e)
{
	sql_lit(q, "SELECT ");
	if (*column == 'c') sql_lit(q, "count(*)::BIGINT FROM ");
	else sql_lit(q, "f0 FROM ");
	sql_relation(q, at);
	*ask = (struct engine_query){ .at = at, .sql = q, .columns = ask->columns, .ncolumns = 1, .stream = true };
	if (!engine_ask(h->engine, ask, NULL, k, e)) return false;
	if (engine_next(*k, out, e)) return true;
	engine_finish(*k);
	return false;
}

/* Asks at `at` and says the one number of the answer. */
static void expect(struct house *h, struct version_ref at, const char *column, int64_t wanted)
{
	auto_arena a = ARENA_INIT;
	static const struct column_type type = { VALUE_INT, false };
	struct err e = { 0 };
	struct batch b;
	struct sql q;
	struct engine_cursor *k;
	struct engine_query ask = { .columns = &type };
	sql_init(&q, &a, &sql_duckdb);
	if (!ask_one(h, at, column, &b, &k, &q, &ask, &e)) {
		complain(h, "reader", &e);
	} else {
		if (b.nrows != 1 || b.columns[0].ints[0] != wanted) complain(h, "another answer", &e);
		engine_finish(k);
	}
	sql_done(&q);
}

static void *reader(void *arg)
{
	struct worker *w = arg;
	while (atomic_load(&w->h->publishing) > 0) {
		struct err e = { 0 };
		const struct catalog_view *v;
		if (!catalog_hold(w->h->catalog, w->h->portal, &v, &e)) {
			complain(w->h, "hold", &e);
			continue;
		}
		expect(w->h, v->reflected, "count", (int64_t)v->n);
		catalog_release(w->h->catalog, v);
	}
	return NULL;
}

static void *setter(void *arg)
{
	struct worker *w = arg;
	for (int i = 0; i <= SETTINGS; i++) {
		struct err e = { 0 };
		char title[32];
		snprintf(title, sizeof title, "title %d", i);
		struct tenant_setting_value v = { STR("title"), str_of(title) };
		if (!tenant_set(w->h->tenants, w->h->own[w->number], &v, 1, &e)) complain(w->h, "setter", &e);
		tenants_bump(w->h->tenants, w->h->own[w->number]);
		const struct tenant *t = tenants_hold_or_null(w->h->tenants, w->h->own[w->number]);
		if (!t || !str_eq(tenant_setting(t, "title"), str_of(title))) complain(w->h, "a setting went back", &e);
		tenant_release(w->h->tenants, t);
	}
	return NULL;
}

static size_t files_below(struct house *h, const char *folder)
{
	char path[128];
	size_t n = 0;
	snprintf(path, sizeof path, "%s/%lld/%s", h->folder, (long long)h->portal.v, folder);
	DIR *d = opendir(path);
	for (struct dirent *at; d && (at = readdir(d));) n += at->d_name[0] == 'v';
	if (d) closedir(d);
	return n;
}

static void open_house(struct house *h)
{
	struct err e = { 0 };
	char path[96];
	struct engine_options o = { .folder = str_of(h->folder), .memory_mb = 256 };
	snprintf(path, sizeof path, "%s/stoa.db", h->folder);
	if (!store_open(str_of(path), &h->store, &e) || !engine_open(&o, &h->engine, &e) || !tenants_open(h->store, &h->tenants, &e) ||
	    !catalog_open(h->store, h->engine, &h->catalog, &e) ||
	    !tenant_add(h->tenants, STR("city.example"), NULL, 0, NULL, 0, &h->portal, &e))
		fail_msg("open: %s (%s)", e.pub, e.priv);
	for (int i = 0; i < SETTERS; i++) {
		char host[32];
		snprintf(host, sizeof host, "p%d.example", i);
		if (!tenant_add(h->tenants, str_of(host), NULL, 0, NULL, 0, &h->own[i], &e)) fail_msg("add: %s (%s)", e.pub, e.priv);
	}
}

static void start(struct house *h, struct worker *w, int n, void *(*run)(void *))
{
	for (int i = 0; i < n; i++) {
		w[i] = (struct worker){ .h = h, .number = i };
		assert_int_equal(pthread_create(&w[i].thread, NULL, run, &w[i]), 0);
	}
}

static void everybody_at_once(void **state)
{
	struct house h = { .publishing = PUBLISHERS };
	struct worker publishers[PUBLISHERS], readers[READERS], setters[SETTERS];
	char command[160];
	(void)state;
	snprintf(h.folder, sizeof h.folder, "/tmp/stoa-stress-XXXXXX");
	assert_non_null(mkdtemp(h.folder));
	open_house(&h);
	start(&h, publishers, PUBLISHERS, publisher);
	start(&h, readers, READERS, reader);
	start(&h, setters, SETTERS, setter);
	for (int i = 0; i < PUBLISHERS; i++) pthread_join(publishers[i].thread, NULL);
	for (int i = 0; i < READERS; i++) pthread_join(readers[i].thread, NULL);
	for (int i = 0; i < SETTERS; i++) pthread_join(setters[i].thread, NULL);
	size_t left = files_below(&h, "0");
	catalog_close(h.catalog);
	tenants_close(h.tenants);
	engine_close(h.engine);
	store_close(h.store);
	snprintf(command, sizeof command, "rm -rf '%s'", h.folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(atomic_load(&h.failed), 0);
	assert_int_equal(left, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everybody_at_once) };
	return cmocka_run_group_tests_name("catalog at once", tests, NULL, NULL);
}
