/* Requests of programs: the line is a field Authorization, the rest a form. Whatever it holds, what is read is a part of it, nothing comes twice,
 * and an answer goes to no address but a registered one. */
#include "oauth/oauth.h"
#include "oauth/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(struct str url)
{
	static const struct str known[] = { { "https://app.example/done", 24 }, { "http://127.0.0.1/cb", 19 } };
	bool good = !oauth_redirect_fault(url, false);
	if (!oauth_redirect_fault(url, true)) ensure(good && (str_starts(url, STR("https://")) || str_starts(url, STR("http://"))));
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (oauth_redirect_same(known[i], url)) ensure(str_eq(known[i], url) || (str_starts(url, STR("http://127.0.0.1:")) && str_ends(url, STR("/cb")) && str_find_char(url, '@') < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str all = str_make((const char *)data, size), line = all, body = STR("");
	struct oauth_call c = { 0 };
	struct oauth_ask ask;
	struct oauth_credentials who;
	enum oauth_fault fault;
	struct err e = { 0 };
	const char *why = NULL;
	uint64_t scopes = 0;
	struct str bad;
	ptrdiff_t at = str_find_char(all, '\n');
	if (at >= 0) {
		line = str_sub(all, 0, (size_t)at);
		body = str_from(all, (size_t)at + 1);
	}
	c.authorization = line;
	if (!httpd_form(&a, body, &c.pairs, &c.n, &e)) return 0;
	bool named = oauth_credentials_read(&a, &c, &who, &fault, &why);
	ensure(named ? who.client.n > 0 : why && fault != OAUTH_FINE);
	if (!oauth_ask_read(c.pairs, c.n, &ask, &why)) return 0;
	check_address(ask.redirect);
	check_address(line);
	if (oauth_scopes_read(ask.scope, &scopes, &bad)) {
		uint64_t again = 0;
		ensure(oauth_scopes_read(oauth_scopes_text(&a, scopes), &again, &bad) && again == scopes);
	}
	struct oauth_checked checked = { .redirect = STR("https://app.example/done"), .fault = OAUTH_DENIED, .why = "No." };
	struct str to = oauth_answer_url(&a, &ask, &checked, STR(""), STR("https://portal.example"));
	ensure(str_starts(to, STR("https://app.example/done?error=access_denied&")) && str_find_char(to, '\n') < 0 && str_find_char(to, '\r') < 0);
	return 0;
}
