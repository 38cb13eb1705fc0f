/* The shelf of finished files under many readers, and letters for every language of the product. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypt/crypt.h"
#include "policy/policy.h"

enum { READERS = 50, VERSIONS = 12 };

static const struct str languages[] = { { "en", 2 }, { "ar", 2 } };
static const struct str function[] = { { "Authentication", 14 }, { "المصادقة", 16 } };
static const struct str purpose[] = { { "Keeps you signed in.", 20 }, { "تبقيك متصلا.", 21 } };
static const struct registry_item items[] = {
	{ .id = { "platform.sessionid", 18 }, .name = { "sessionid", 9 }, .service = { "platform", 8 }, .first_party = true,
	  .provider = { .name = { "Stoa", 4 } }, .function = { function }, .purpose = { purpose }, .set_when = { purpose },
	  .location = REGISTRY_FRONT | REGISTRY_BACK, .life_s = 14 * 86400, .refreshed_daily = true, .path = { "/", 1 },
	  .secure = true, .http_only = true, .same_site = { "Lax", 3 }, .cookie = REGISTRY_SESSION },
};

static struct registry made(int64_t version)
{
	return (struct registry){
		.tenant = { 1 }, .host = STR("isoc.example"), .origin = STR("https://isoc.example"), .languages = languages, .nlanguages = 2,
		.items = items, .nitems = 1, .controller = STR("Internet Society"), .contact = STR("data@isoc.example"), .audience = true,
		.audience_days = 760, .honours_dnt = true, .version = version, .epoch = 1, .effective = { 1792000000000000 },
		.hash = STR("sha256-00"),
	};
}

static struct policy_ask ask_of(const struct registry *g, const char *lang)
{
	const struct i18n_lang *l = i18n_lang_or_null(str_of(lang));
	return (struct policy_ask){ .registry = g, .lang = l, .lang_code = l->code, .zone = clock_utc(), .heading_address = true };
}

struct reader {
	struct policy_shelf *shelf;
	int64_t version;
	char etag[POLICY_ETAG];
	bool done;
};

static void *read_one(void *arg)
{
	struct reader *r = arg;
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct registry g = made(r->version);
	struct policy_ask ask = ask_of(&g, "en");
	struct policy_pdf_facts facts = { .accent = 0x1f5a7a };
	struct policy_file file;
	r->done = policy_shelf_get(r->shelf, &ask, &facts, &a, &file, &e) && str_starts(file.bytes, STR("%PDF-1.7"));
	if (r->done)
		memcpy(r->etag, file.etag, POLICY_ETAG);
	return NULL;
}

static void test_pdf_t07_each_file_is_made_once_and_four_at_a_time(void **state)
{
	(void)state;
	static struct reader readers[READERS];
	pthread_t threads[READERS];
	struct policy_shelf *shelf;
	struct policy_shelf_stats stats;
	policy_shelf_open(&shelf);
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .shelf = shelf, .version = 1 + i % VERSIONS };
		assert_int_equal(pthread_create(&threads[i], NULL, read_one, &readers[i]), 0);
	}
	for (int i = 0; i < READERS; i++) {
		(void)pthread_join(threads[i], NULL);
		assert_true(readers[i].done);
		assert_string_equal(readers[i].etag, readers[i % VERSIONS].etag);
	}
	policy_shelf_stats(shelf, &stats);
	assert_int_equal(stats.made, VERSIONS);
	assert_int_equal(stats.given, READERS);
	assert_in_range(stats.most_at_once, 1, POLICY_AT_ONCE);
	assert_int_equal(stats.files, VERSIONS);
	policy_shelf_close(shelf);
}

static void the_shelf_forgets_the_longest_unused(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct policy_shelf *shelf;
	struct policy_shelf_stats stats;
	policy_shelf_open(&shelf);
	for (int64_t version = 1; version <= 140; version++) {
		struct reader r = { .shelf = shelf, .version = version };
		read_one(&r);
		assert_true(r.done);
	}
	policy_shelf_stats(shelf, &stats);
	assert_in_range(stats.files, 1, 128);
	assert_in_range(stats.bytes, 1, POLICY_SHELF_BYTES);
	policy_shelf_close(shelf);
}

static void test_pdf_3_every_language_of_the_product_has_its_letters(void **state)
{
	(void)state;
	const struct i18n_lang *all;
	size_t n = i18n_languages(&all);
	struct registry g = made(1);
	assert_true(n >= 11);
	for (size_t i = 0; i < n; i++) {
		auto_buf out = BUF_INIT(4 << 20);
		struct err e = { 0 };
		size_t missing = 0;
		struct policy_ask ask = ask_of(&g, all[i].code.p);
		struct policy_pdf_facts facts = { .accent = 0x1f5a7a };
		assert_true(policy_write_pdf(&ask, &facts, &out, &missing, &e));
		if (missing)
			fail_msg("%s: %zu letters have no font", all[i].code.p, missing);
		assert_in_range(out.n, 1, 400 * 1024);
	}
}

static struct str text_for(struct arena *a, struct registry *g, const struct policy_ask *ask, enum doc_medium medium)
{
	auto_buf b = BUF_INIT(1 << 20);
	(void)g;
	doc_put_text(&b, policy_doc(a, ask), medium);
	return arena_str(a, buf_str(&b));
}

static bool holds(struct str s, const char *words)
{
	return str_find(s, str_of(words)) >= 0;
}

static void test_pol_4_the_clause_follows_the_registry(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct registry g = made(3);
	struct policy_ask ask = ask_of(&g, "en");
	assert_true(holds(text_for(&a, &g, &ask, DOC_SCREEN), "for web analytics"));
	g.audience = false;
	assert_false(holds(text_for(&a, &g, &ask, DOC_SCREEN), "for web analytics"));
	static const struct registry_service service = { .id = { "m", 1 }, .name = { "M", 1 }, .category = REGISTRY_STATISTICAL,
		                                         .basis = REGISTRY_BASIS_CONSENT, .purpose = { purpose }, .data_sent = { purpose } };
	g.services = &service;
	g.nservices = 1;
	assert_true(holds(text_for(&a, &g, &ask, DOC_SCREEN), "for web analytics"));
}

static void test_pol_6_the_heading_names_the_portal_or_not(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct registry g = made(3);
	struct policy_ask ask = ask_of(&g, "en");
	assert_true(holds(text_for(&a, &g, &ask, DOC_SCREEN), "Cookies used on https://isoc.example\n"));
	ask.heading_address = false;
	assert_true(holds(text_for(&a, &g, &ask, DOC_SCREEN), "Cookies used on this site\n"));
}

/* What moves while a version stays is not on paper, so that equal versions are equal bytes. */
static void test_pdf_5_paper_keeps_to_the_version(void **state)
{
	(void)state;
	auto_arena a = ARENA_INIT;
	struct registry g = made(3);
	struct policy_ask ask = ask_of(&g, "en");
	struct str before = text_for(&a, &g, &ask, DOC_PAPER);
	g.verification.passed = (struct instant){ 1792000000000000 };
	g.verification.pages = 214;
	ask.superseded = ask.pending_effective = (struct instant){ 1792900000000000 };
	ask.pending = 4;
	struct str screen = text_for(&a, &g, &ask, DOC_SCREEN);
	assert_true(holds(screen, "Last verified on") && holds(screen, "214 pages"));
	assert_true(holds(screen, "superseded on") && holds(screen, "comes into force on"));
	assert_true(str_eq(before, text_for(&a, &g, &ask, DOC_PAPER)));
}

int main(void)
{
	struct err e = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdf_t07_each_file_is_made_once_and_four_at_a_time),
		cmocka_unit_test(the_shelf_forgets_the_longest_unused),
		cmocka_unit_test(test_pdf_3_every_language_of_the_product_has_its_letters),
		cmocka_unit_test(test_pol_4_the_clause_follows_the_registry),
		cmocka_unit_test(test_pol_6_the_heading_names_the_portal_or_not),
		cmocka_unit_test(test_pdf_5_paper_keeps_to_the_version),
	};
	if (!crypt_open(&e))
		return 1;
	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
