/* Any document, plain and as if it were base64: its shape is told or it is refused. */
#include "sso/saml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str all = str_make((const char *)data, size), text;
	struct sso_shape s;
	if (sso_saml_shape(&a, all, &s)) {
		ensure(s.root.n > 0 && s.elements > 0);
		ensure(s.assertions <= s.elements && s.signatures <= s.elements && s.misplaced <= s.elements);
	}
	if (sso_saml_decode(&a, all, &text)) ensure(text.n <= all.n);
	return 0;
}
