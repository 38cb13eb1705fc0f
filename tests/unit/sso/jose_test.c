/* Signed tokens: every algorithm against another library's work, and every way of getting past the signature. */
#include "sso/inside.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "vectors.h"

static struct json_doc *read(const char *text)
{
	struct json_doc *doc = NULL;
	struct err e = { 0 };
	assert_true(json_read(str_of(text), &doc, &e));
	return doc;
}

static bool verify(struct arena *a, struct str token, const char *set, const char *offered_or_null, struct str *payload, const char **reason)
{
	auto_json *keys = read(set), *offered = offered_or_null ? read(offered_or_null) : NULL;
	struct sso_jose_header h;
	bool unknown;
	return sso_jose_verify(a, token, json_root(keys), offered ? json_root(offered) : NULL, payload, &h, &unknown, reason);
}

static void every_algorithm_of_the_table_is_verified(void **state)
{
	auto_arena a = ARENA_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		const char *reason;
		struct str payload;
		if (!verify(&a, str_of(vectors[i].token), key_set, NULL, &payload, &reason)) fail_msg("%s: %s", vectors[i].alg, reason);
		assert_string_equal(arena_cstr(&a, payload), arena_printf(&a, "{\"sub\":\"ada\",\"alg\":\"%s\"}", vectors[i].alg).p);
	}
}

static void any_changed_letter_is_noticed(void **state)
{
	auto_arena a = ARENA_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		size_t n = strlen(vectors[i].token);
		for (size_t at = 0; at < n; at += 7) {
			char *copy = arena_bytes(&a, n + 1);
			const char *reason;
			struct str payload;
			memcpy(copy, vectors[i].token, n);
			copy[at] = copy[at] == 'A' ? 'Q' : 'A';
			/* Of some numbers the last letter has spare bits, which no decoder is asked to look at. */
			if (memcmp(copy, vectors[i].token, n) == 0 || at + 1 == n) continue;
			if (verify(&a, str_make(copy, n), key_set, NULL, &payload, &reason)) fail_msg("%s: letter %zu", vectors[i].alg, at);
		}
	}
}

static void expect(const char *token, const char *set, const char *offered, const char *why)
{
	auto_arena a = ARENA_INIT;
	const char *reason = "";
	struct str payload;
	if (verify(&a, str_of(token), set, offered, &payload, &reason)) fail_msg("taken although %s", why);
	assert_string_equal(reason, why);
}

static void tricks_are_refused(void **state)
{
	(void)state;
	expect(unsigned_token, key_set, NULL, "algorithm");
	expect(confused, key_set, NULL, "algorithm");
	expect(small_token, small_set, NULL, "signature");
	expect(crit_token, crit_set, NULL, "token");
	expect(vectors[0].token, key_set, "[\"ES256\"]", "algorithm");
	expect(vectors[0].token, "{\"keys\":[]}", NULL, "key");
	expect(vectors[0].token, "{}", NULL, "key");
	expect(vectors[0].token, "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rs256\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", NULL, "signature");
	expect("", key_set, NULL, "token");
	expect("a.b", key_set, NULL, "token");
	expect("a.b.c.d", key_set, NULL, "token");
	expect("e30.e30.e30.", key_set, NULL, "token");
	expect("e30.e30.", key_set, NULL, "token");
	expect("bm8.bm8.bm8", key_set, NULL, "token");
}

static void keys_serve_what_they_are_for_only(void **state)
{
	auto_arena a = ARENA_INIT;
	auto_json *keys = read(key_set);
	(void)state;
	/* The same numbers, said to be for encrypting. */
	auto_buf b = BUF_INIT(65536);
	json_put_node(&b, json_root(keys));
	struct str text = arena_str(&a, buf_str(&b)), rest = text;
	auto_buf changed = BUF_INIT(65536);
	for (ptrdiff_t at; (at = str_find(rest, STR("\"sig\""))) >= 0; rest = str_from(rest, (size_t)at + 5)) {
		buf_put(&changed, str_sub(rest, 0, (size_t)at));
		buf_lit(&changed, "\"enc\"");
	}
	buf_put(&changed, rest);
	expect(vectors[0].token, arena_cstr(&a, buf_str(&changed)), NULL, "key");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_algorithm_of_the_table_is_verified),
		cmocka_unit_test(any_changed_letter_is_noticed),
		cmocka_unit_test(tricks_are_refused),
		cmocka_unit_test(keys_serve_what_they_are_for_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
