/* Any text as markup of a publisher: looked at without harm, and an address that stands in a picture as it is to be fetched is never
 * overlooked. */
#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str origins[] = { { "https://www.youtube-nocookie.com", 32 } };
	static const struct registry_service service = { .origins[REGISTRY_FRAME] = origins, .norigins[REGISTRY_FRAME] = 1 };
	static const struct registry g = { .host = { "tags.example", 12 }, .services = &service, .nservices = 1 };
	auto_arena a = ARENA_INIT;
	struct err e = { 0 };
	struct str html = str_make((const char *)data, size);
	bool ok = registry_check_markup(&g, html, &e);
	ensure(ok || e.code == ERR_INVALID || e.code == ERR_TOO_LARGE);
	/* In front of everything, nothing can hide it. */
	struct str worse = arena_join(&a, STR("<img src=\"https://undeclared.test/\">"), html);
	e = (struct err){ 0 };
	ensure(!registry_check_markup(&g, worse, &e));
	return 0;
}
