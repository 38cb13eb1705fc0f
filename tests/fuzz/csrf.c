/* What forms carry against forgery: any text is a token or is refused, a mask comes off and goes on again, and the body of a
 * form is read or refused. */
#include "crypt/crypt.h"
#include "session/session.h"
#include "httpd/httpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str text = str_make((const char *)data, size);
	char token[CSRF_TOKEN + 1], masked[CSRF_MASKED + 1], again[CSRF_TOKEN + 1];
	if (!crypt_open(&e)) return 0;
	if (csrf_unmask(text, token)) {
		ensure(size == CSRF_TOKEN || size == CSRF_MASKED);
		csrf_mask(str_of(token), masked);
		ensure(csrf_unmask(str_of(masked), again) && strcmp(token, again) == 0);
	}
	const struct httpd_pair *pairs = NULL;
	size_t n = 0;
	if (!httpd_form(&a, text, &pairs, &n, &e)) {
		ensure(e.code == ERR_BAD_REQUEST);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		ensure(str_find_char(pairs[i].name, '\0') < 0 && str_find_char(pairs[i].value, '\0') < 0);
		if (str_eq(pairs[i].name, STR("csrfmiddlewaretoken")) && csrf_unmask(pairs[i].value, token)) ensure(strlen(token) == CSRF_TOKEN);
	}
	return 0;
}
