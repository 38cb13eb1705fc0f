/* The registry holds the four cookies and no fifth, its JSON is canonical, and its hash is of that JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "crypt/crypt.h"
#include "json/json.h"
#include "visitor/visitor.h"

static const struct str two[] = { { "fr", 2 }, { "en", 2 } };

static struct visitor_registry registry(size_t nlanguages)
{
	static struct tenant t;
	t = (struct tenant){ .host = STR("isoc.example"), .languages = two, .nlanguages = nlanguages };
	struct visitor_registry g;
	visitor_registry(&t, STR("https://isoc.example"), &g);
	return g;
}

static void four_rows_and_three_where_there_is_no_choice_of_language(void **s)
{
	(void)s;
	static const char *const names[] = { "sessionid", "django_language", "csrftoken", "cookies_preferences" };
	struct visitor_registry g = registry(2);
	assert_int_equal(g.nitems, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(g.items[i].spec->name, names[i]);
	assert_null(visitor_cookie_specs[VISITOR_COOKIES].name);
	struct visitor_registry single = registry(1);
	assert_int_equal(single.nitems, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_not_equal(single.items[i].spec->name, "django_language");
}

static void lifetimes_and_flags_are_those_of_the_specification(void **s)
{
	(void)s;
	const struct httpd_cookie_spec *c = visitor_cookie_specs;
	assert_int_equal(c[VISITOR_SESSION].life_s, 1209600);
	assert_int_equal(c[VISITOR_LANGUAGE].life_s, 31536000);
	assert_int_equal(c[VISITOR_CSRF].life_s, 0);
	assert_int_equal(c[VISITOR_PREFERENCES].life_s, 182 * 86400);
	for (size_t i = 0; i < VISITOR_COOKIES; i++) {
		assert_true(c[i].flags & HTTPD_COOKIE_SECURE);
		assert_int_equal((c[i].flags & HTTPD_COOKIE_HTTP_ONLY) != 0, i != VISITOR_CSRF);
	}
}

/* Keys of every object in ascending order: what makes the form canonical. */
static void check_sorted(const struct json_node *n)
{
	if (json_kind(n) == JSON_ARRAY)
		for (size_t i = 0; i < json_count(n); i++)
			check_sorted(json_at(n, i));
	if (json_kind(n) != JSON_OBJECT)
		return;
	size_t at = 0;
	struct str last = STR("");
	struct str key;
	const struct json_node *value;
	while (json_each(n, &at, &key, &value)) {
		assert_true(str_cmp(last, key) < 0);
		last = key;
		check_sorted(value);
	}
}

static void the_json_is_canonical_and_carries_its_hash(void **s)
{
	(void)s;
	struct visitor_registry g = registry(2);
	auto_buf b = BUF_INIT(1 << 20);
	visitor_registry_put_json(&b, &g, NULL);
	struct err e = { 0 };
	auto_json *doc = NULL;
	assert_true(json_read(buf_str(&b), &doc, &e));
	check_sorted(json_root(doc));
	struct str hash = json_text(json_get(json_root(doc), "hash"));
	char want[VISITOR_HASH_TEXT];
	visitor_registry_hash(&g, want);
	assert_true(str_eq(hash, str_of(want)));
	/* Without its hash, the text has that hash. */
	auto_arena a = ARENA_INIT;
	struct str member = arena_printf(&a, "\"hash\":\"%s\",", want);
	ptrdiff_t at = str_find(buf_str(&b), member);
	assert_true(at > 0);
	struct str rest = arena_join(&a, str_sub(buf_str(&b), 0, (size_t)at), str_from(buf_str(&b), (size_t)at + member.n));
	unsigned char digest[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	crypt_sha256(rest, digest);
	crypt_hex(digest, CRYPT_SHA256, hex);
	assert_string_equal(hex, want + 7);
}

static void texts_are_in_every_language_or_in_one(void **s)
{
	(void)s;
	struct visitor_registry g = registry(2);
	auto_buf b = BUF_INIT(1 << 20);
	visitor_registry_put_json(&b, &g, &two[0]);
	assert_true(str_find(buf_str(&b), STR("\"function\":{\"fr\":\"Authentification\"}")) > 0);
	buf_clear(&b);
	visitor_registry_put_json(&b, &g, NULL);
	assert_true(str_find(buf_str(&b), STR("\"function\":{\"en\":\"Authentication\",\"fr\":\"Authentification\"}")) > 0);
}

int main(void)
{
	struct err e = { 0 };
	if (!crypt_open(&e))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_rows_and_three_where_there_is_no_choice_of_language),
		cmocka_unit_test(lifetimes_and_flags_are_those_of_the_specification),
		cmocka_unit_test(the_json_is_canonical_and_carries_its_hash),
		cmocka_unit_test(texts_are_in_every_language_or_in_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
