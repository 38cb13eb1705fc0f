/* Snapshots and versions: four items and no fifth, one canonical form and its hash, versions made by settings and by people,
 * epochs, waiting versions, crawls that cannot be altered. */
#include "world.h"

static void four_rows_and_three_where_there_is_no_choice_of_language(void **s)
{
	struct world *w = *s;
	static const char *const names[] = { "sessionid", "django_language", "csrftoken", "cookies_preferences" };
	const struct registry *g = world_hold(w);
	assert_int_equal(g->nitems, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(str_eq(g->items[i].name, str_of(names[i])));
		assert_int_equal(g->items[i].cookie, i);
		assert_true(str_eq(g->items[i].provider.name, STR("The Town")));
		assert_true(g->items[i].secure);
		assert_int_equal(g->items[i].http_only, i != REGISTRY_CSRF);
	}
	assert_int_equal(g->items[REGISTRY_SESSION].life_s, 1209600);
	assert_int_equal(g->items[REGISTRY_LANGUAGE].life_s, 31536000);
	assert_int_equal(g->items[REGISTRY_CSRF].life_s, 0);
	assert_int_equal(g->items[REGISTRY_PREFERENCES].life_s, 182 * 86400);
	assert_int_equal(g->items[REGISTRY_PREFERENCES].location, REGISTRY_FRONT);
	assert_null(registry_cookie_specs[REGISTRY_COOKIES].name);
	assert_true(str_eq(g->items[0].function.of[registry_language(g, STR("fr"))], STR("Authentification")));
	registry_release(w->registries, g);
	world_set(w, "languages", "en");
	g = world_hold(w);
	assert_int_equal(g->nitems, 3);
	assert_null(registry_item(g, REGISTRY_LANGUAGE));
	registry_release(w->registries, g);
}

/* Keys of every object in ascending order: what makes the form canonical. */
static void check_sorted(const struct json_node *n)
{
	if (json_kind(n) == JSON_ARRAY)
		for (size_t i = 0; i < json_count(n); i++) check_sorted(json_at(n, i));
	if (json_kind(n) != JSON_OBJECT) return;
	size_t at = 0;
	struct str last = STR(""), key;
	const struct json_node *value;
	while (json_each(n, &at, &key, &value)) {
		if (str_cmp(last, key) >= 0) fail_msg("%.*s is not before %.*s", STR_ARG(last), STR_ARG(key));
		last = key;
		check_sorted(value);
	}
}

static void check_hash(const struct registry *g)
{
	auto_arena a = ARENA_INIT;
	auto_json *doc = NULL;
	struct err e = { 0 };
	assert_true(json_read(g->json, &doc, &e));
	check_sorted(json_root(doc));
	assert_true(str_eq(json_text(json_get(json_root(doc), "hash")), g->hash));
	struct str member = arena_printf(&a, "\"hash\":\"%.*s\",", STR_ARG(g->hash));
	ptrdiff_t at = str_find(g->json, member);
	assert_true(at > 0);
	struct str rest = arena_join(&a, str_sub(g->json, 0, (size_t)at), str_from(g->json, (size_t)at + member.n));
	ptrdiff_t proof = str_find(rest, STR(",\"verification\":{"));
	if (proof > 0) rest = arena_join(&a, str_sub(rest, 0, (size_t)proof), STR("}"));
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(rest, digest);
	crypt_hex(digest, CRYPT_SHA256, hex);
	assert_true(str_eq(str_from(g->hash, 7), str_of(hex)));
}

static void reg_t02_the_json_is_canonical_and_carries_its_hash(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	const struct registry *g = world_hold(w);
	check_hash(g);
	registry_release(w->registries, g);
	if (!world_publish(w, WORLD_TAGS, 0, &version, &e)) fail_msg("%s", e.pub);
	g = world_hold(w);
	check_hash(g);
	auto_buf b = BUF_INIT(1 << 20);
	registry_put_json(&b, g, STR("fr"));
	assert_true(str_find(buf_str(&b), STR("\"function\":{\"fr\":\"Authentification\"}")) > 0);
	registry_release(w->registries, g);
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	for (int64_t v = 1; v <= version; v++) {
		assert_true(registry_hold_version(w->registries, t, v, &g, &e));
		check_hash(g);
		assert_int_equal(g->version, v);
		assert_int_equal(g->nservices, v == 1 ? 0 : 2);
		registry_release(w->registries, g);
	}
	assert_false(registry_hold_version(w->registries, t, 999, &g, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	tenant_release(w->tenants, t);
}

static int64_t count(struct world *w, struct registry_version *last)
{
	auto_arena a = ARENA_INIT;
	struct registry_version *list;
	size_t n;
	struct err e = { 0 };
	if (!registry_versions(w->registries, w->id, &a, &list, &n, &e)) fail_msg("%s", e.pub);
	*last = list[n - 1];
	return (int64_t)n;
}

static void settings_make_a_version_once_and_a_start_makes_none(void **s)
{
	struct world *w = *s;
	struct registry_version last;
	struct err e = { 0 };
	assert_int_equal(count(w, &last), 1);
	world_set(w, "theme.accent", "#123456");
	registry_release(w->registries, world_hold(w));
	assert_int_equal(count(w, &last), 1);
	world_set(w, "audience.enabled", "off");
	const struct registry *g = world_hold(w);
	assert_false(g->audience);
	assert_int_equal(g->version, 2);
	assert_int_equal(g->epoch, 1);
	registry_release(w->registries, g);
	assert_int_equal(count(w, &last), 2);
	assert_true(last.in_force && !last.material);
	world_set(w, "provider", "Another Town"); /* the controller: material */
	g = world_hold(w);
	assert_int_equal(g->epoch, 2);
	registry_release(w->registries, g);
	assert_int_equal(count(w, &last), 3);
	world_shut(w);
	assert_true(world_open(w, &e) && registries_open(w->store, w->tenants, w->vault, &w->registries, &e));
	registry_release(w->registries, world_hold(w));
	assert_int_equal(count(w, &last), 3);
}

static void con_t19_t20_t21_what_asks_again_and_what_does_not(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	auto_arena a = ARENA_INIT;
	assert_true(world_publish(w, WORLD_TAGS, 0, &version, &e));
	const struct registry *g = world_hold(w);
	assert_true(g->needs_consent);
	assert_int_equal(g->version, 2);
	assert_int_equal(g->epoch, 2);
	assert_int_equal(g->services[0].asked_epoch, 2);
	auto_buf b = BUF_INIT(1 << 20);
	registry_put_editable(&b, g);
	struct str same = arena_str(&a, buf_str(&b));
	registry_release(w->registries, g);
	/* What an editor starts from says the same: no version is made of it. */
	if (!world_publish(w, arena_cstr(&a, same), 0, &version, &e)) fail_msg("%s", e.pub);
	assert_int_equal(version, 2);
	/* a correction of words */
	const char *from = "Shows videos within pages.", *to = "Shows videos inside the pages.";
	ptrdiff_t at = str_find(same, str_of(from));
	struct str corrected = arena_printf(&a, "%.*s%s%.*s", (int)at, same.p, to, STR_ARG(str_from(same, (size_t)at + strlen(from))));
	if (!world_publish(w, arena_cstr(&a, corrected), 0, &version, &e)) fail_msg("%s", e.pub);
	g = world_hold(w);
	assert_int_equal(g->version, 3);
	assert_int_equal(g->epoch, 2);
	registry_release(w->registries, g);
	/* … which the author calls another purpose */
	assert_true(world_publish(w, "{\"services\":[" WORLD_MATOMO "," WORLD_YOUTUBE "],\"items\":[" WORLD_ITEM "],\"material\":[\"youtube\"]}", 0, &version, &e));
	g = world_hold(w);
	assert_int_equal(g->epoch, 3);
	assert_int_equal(registry_service_or_null(g, STR("youtube"))->asked_epoch, 3);
	assert_int_equal(registry_service_or_null(g, STR("matomo"))->asked_epoch, 2);
	registry_release(w->registries, g);
	/* a recipient more */
	at = str_find(STR(WORLD_TAGS), STR("[\"The Town\"]"));
	struct str more = arena_printf(&a, "%.*s[\"The Town\",\"Somebody\"]%.*s", (int)at, WORLD_TAGS, STR_ARG(str_from(STR(WORLD_TAGS), (size_t)at + 12)));
	if (!world_publish(w, arena_cstr(&a, more), 0, &version, &e)) fail_msg("%s", e.pub);
	g = world_hold(w);
	assert_int_equal(g->epoch, 4);
	assert_int_equal(registry_service_or_null(g, STR("youtube"))->asked_epoch, 3);
	assert_int_equal(registry_service_or_null(g, STR("matomo"))->asked_epoch, 4);
	registry_release(w->registries, g);
	/* everything removed: nobody is asked */
	assert_true(world_publish(w, "{}", 0, &version, &e));
	g = world_hold(w);
	assert_int_equal(g->epoch, 4);
	assert_false(g->needs_consent);
	registry_release(w->registries, g);
}

static void a_version_waits_for_its_day_and_is_replaced_by_a_later_one(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	struct registry_version last;
	int64_t later = clock_now().us + 400000;
	assert_true(world_publish(w, WORLD_TAGS, clock_now().us + INT64_C(3600000000), &version, &e));
	assert_int_equal(version, 2);
	const struct registry *g = world_hold(w);
	assert_int_equal(g->version, 1);
	registry_release(w->registries, g);
	assert_true(world_publish(w, WORLD_TAGS, later, &version, &e));
	assert_int_equal(version, 3);
	assert_int_equal(count(w, &last), 3);
	assert_false(last.in_force);
	while (clock_now().us < later) {}
	g = world_hold(w);
	assert_int_equal(g->version, 3);
	assert_int_equal(g->nservices, 2);
	registry_release(w->registries, g);
	assert_int_equal(count(w, &last), 3);
	assert_true(last.in_force);
	assert_false(world_publish(w, "{}", clock_now().us + INT64_C(86400000000) * 400, &version, &e));
	assert_int_equal(e.code, ERR_INVALID);
}

static void reg_t16_the_second_of_two_editors_is_told(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	assert_true(world_publish(w, WORLD_TAGS, 0, &version, &e));
	assert_false(registry_publish(w->registries, t, STR("{}"), STR("sha256-00"), STR(""), STR("administrator"), (struct instant){ 0 }, &version, &e));
	assert_int_equal(e.code, ERR_PRECONDITION);
	tenant_release(w->tenants, t);
}

static void reg_t21_a_crawl_is_believed_only_when_its_signature_holds(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	static const char json[] = "{\"at\":\"2026-11-20T03:00:00Z\",\"pages\":214,\"registry_hash\":\"sha256-00\",\"result\":\"pass\"}";
	static const struct store_house_query tamper = { "tamper", "update registry_attestation set json = replace(json, '214', '215')" };
	unsigned char raw[VAULT_SIGNATURE];
	auto_buf signature = BUF_INIT(200);
	const struct tenant *t = tenants_hold_or_null(w->tenants, w->id);
	struct instant at = { clock_now().us };
	vault_sign(w->vault, t->host, str_of(json), raw);
	buf_lit(&signature, "ed25519:");
	crypt_put_base64url(&signature, str_make((const char *)raw, sizeof raw));
	assert_false(registry_attest(w->registries, t, str_of(json), STR("ed25519:AAAA"), true, 214, at, &e));
	e = (struct err){ 0 };
	if (!registry_attest(w->registries, t, str_of(json), buf_str(&signature), true, 214, at, &e)) fail_msg("%s", e.pub);
	const struct registry *g = world_hold(w);
	assert_int_equal(g->verification.pages, 214);
	assert_true(g->verification.last_passed);
	assert_true(str_find(g->json, STR("\"verification\":{\"at\":\"2026-11-20T03:00:00Z\"")) > 0);
	check_hash(g);
	assert_int_equal(g->version, 1);
	registry_release(w->registries, g);
	struct store_tx *x;
	assert_true(store_begin(w->store, STORE_WRITE, &x, &e) && store_run_house(x, &tamper, STORE_NONE, &e) && store_end(x, STORE_COMMIT, &e));
	registries_port(w->registries, 0); /* forgets what is in memory */
	g = world_hold(w);
	assert_int_equal(g->verification.passed.us, 0);
	assert_true(str_find(g->json, STR("verification")) < 0);
	registry_release(w->registries, g);
	tenant_release(w->tenants, t);
}

static void reg_t19_prefix_mode_changes_the_names(void **s)
{
	struct world *w = *s;
	world_set(w, "cookie_prefix", "host");
	const struct registry *g = world_hold(w);
	assert_true(g->prefix_mode);
	for (size_t i = 0; i < g->nitems; i++) assert_true(str_starts(g->items[i].name, STR("__Host-")));
	assert_true(str_find(g->json, STR("\"name\":\"__Host-sessionid\"")) > 0);
	registry_release(w->registries, g);
}

static void emb_t06_the_policy_of_content_is_the_base_and_what_is_used(void **s)
{
	struct world *w = *s;
	struct err e = { 0 };
	int64_t version;
	auto_buf b = BUF_INIT(1 << 16);
	assert_true(world_publish(w, WORLD_TAGS, 0, &version, &e));
	const struct registry *g = world_hold(w);
	registry_put_csp(&b, g, NULL, 0, false, STR(""));
	buf_put_char(&b, 0);
	assert_string_equal(b.p, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
	                         "media-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
	                         "frame-ancestors 'self'; upgrade-insecure-requests; report-to csp");
	buf_clear(&b);
	const struct registry_service *used[] = { registry_service_or_null(g, STR("matomo")), registry_service_or_null(g, STR("matomo")) };
	registry_put_csp(&b, g, used, 2, true, STR("https://a.test"));
	assert_true(str_find(buf_str(&b), STR("script-src 'self' https://stats.test; style-src 'self'; img-src 'self' data: https://stats.test;")) > 0);
	assert_true(str_find(buf_str(&b), STR("frame-ancestors https://a.test;")) > 0);
	registry_release(w->registries, g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(four_rows_and_three_where_there_is_no_choice_of_language, world_begin, world_end),
		cmocka_unit_test_setup_teardown(reg_t02_the_json_is_canonical_and_carries_its_hash, world_begin, world_end),
		cmocka_unit_test_setup_teardown(settings_make_a_version_once_and_a_start_makes_none, world_begin, world_end),
		cmocka_unit_test_setup_teardown(con_t19_t20_t21_what_asks_again_and_what_does_not, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_version_waits_for_its_day_and_is_replaced_by_a_later_one, world_begin, world_end),
		cmocka_unit_test_setup_teardown(reg_t16_the_second_of_two_editors_is_told, world_begin, world_end),
		cmocka_unit_test_setup_teardown(reg_t21_a_crawl_is_believed_only_when_its_signature_holds, world_begin, world_end),
		cmocka_unit_test_setup_teardown(reg_t19_prefix_mode_changes_the_names, world_begin, world_end),
		cmocka_unit_test_setup_teardown(emb_t06_the_policy_of_content_is_the_base_and_what_is_used, world_begin, world_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
