/* Any token before the first line end, any key set after it, and any claims: verified or refused by a word. What is verified had a
 * key of the set; a token with no keys never is. */
#include "sso/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_claims(struct arena *a, struct str text)
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	struct sso_expect x = { .nonce = STR("n"), .access_token = STR("t") };
	if (!json_read(text, &doc, &e)) return;
	for (int logout = 0; logout < 2; logout++) {
		x.logout = logout;
		const char *fault = sso_id_claims(json_root(doc), STR("https://id.example"), STR("stoa"), &x, STR("RS256"), 1790000000, a);
		ensure(fault || str_eq(json_text(json_get(json_root(doc), "iss")), STR("https://id.example")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	auto_json *keys = NULL;
	struct err e = { 0 };
	struct str all = str_make((const char *)data, size), token = all, payload;
	struct sso_jose_header h;
	bool unknown;
	const char *reason = NULL;
	ptrdiff_t at = str_find_char(all, '\n');
	if (at >= 0) token = str_sub(all, 0, (size_t)at);
	if (at >= 0 && !json_read(str_from(all, (size_t)at + 1), &keys, &e)) keys = NULL;
	bool good = sso_jose_verify(&a, token, keys ? json_root(keys) : NULL, NULL, &payload, &h, &unknown, &reason);
	ensure(reason && (!good || json_count(json_get(json_root(keys), "keys")) > 0));
	check_claims(&a, good ? payload : all);
	return 0;
}
