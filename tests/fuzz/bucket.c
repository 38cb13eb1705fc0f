/* Any bytes as the list of a bucket (S3) or a container (Azure): reading goes on and comes to an end, and what is taken stands in the
 * list. */
#include "fetch/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str all = str_make((const char *)data, size), rest = all;
	struct fetch_object x;
	for (size_t left = rest.n; fetch_next_object(&a, &rest, &x); left = rest.n) {
		ensure(rest.n < left && x.bytes >= -1);
		ensure(x.key.n <= all.n && x.tag.n <= all.n + 2);
		ensure(!x.tag.n || x.tag.p[0] == '"');
		struct str name = str_from(x.key, (size_t)(str_rfind_char(x.key, '/') + 1));
		if (fetch_name_ok(name)) ensure(str_find_char(name, '/') < 0 && name.p[0] != '.');
	}
	ensure(fetch_next_page(&a, all).n <= all.n);
	return 0;
}
