/* Any bytes as what a file server says of a folder, line by line and as a whole. */
#include "fetch/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct str all = str_make((const char *)data, size), rest = all, line;
	while (rest.n && str_cut(&rest, '\n', &line)) {
		struct fetch_entry x;
		if (!fetch_facts(&a, line, &x)) continue;
		ensure(x.bytes >= -1 && x.name.n);
		if (fetch_name_ok(x.name)) ensure(str_find_char(x.name, '/') < 0 && x.name.p[0] != '.');
		(void)fetch_is_file(all, x.name);
	}
	return 0;
}
