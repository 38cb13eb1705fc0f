/* Lists of folders: facts, line by line, and what ls says of a name. */
#include "fetch/listing.h"

enum { NAME_BYTES = 200 };

bool fetch_name_ok(struct str name)
{
	if (!name.n || name.n > NAME_BYTES || name.p[0] == '.') return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '/' || name.p[i] == '\\') return false;
	return true;
}

bool fetch_facts(struct arena *a, struct str line, struct fetch_entry *out)
{
	struct str size = STR(""), time = STR(""), fact;
	bool file = false;
	ptrdiff_t at = str_find_char(line, ' ');
	if (at < 1 || line.p[at - 1] != ';') return false;
	struct str facts = str_sub(line, 0, (size_t)at - 1), name = str_from(line, (size_t)at + 1);
	while (str_ends(name, STR("\r")) || str_ends(name, STR("\n"))) name.n--;
	while (str_cut(&facts, ';', &fact)) {
		ptrdiff_t equals = str_find_char(fact, '=');
		if (equals < 0) return false;
		struct str key = str_sub(fact, 0, (size_t)equals), value = str_from(fact, (size_t)equals + 1);
		if (str_eq_nocase(key, STR("type"))) file = str_eq_nocase(value, STR("file"));
		if (str_eq_nocase(key, STR("size"))) size = value;
		if (str_eq_nocase(key, STR("modify"))) time = value;
	}
	*out = (struct fetch_entry){ .name = arena_str(a, name), .file = file, .bytes = -1 };
	if (!str_to_int(size, &out->bytes) || out->bytes < 0) out->bytes = -1;
	if (out->bytes >= 0 && time.n) out->stamp = arena_printf(a, "%lld %.*s", (long long)out->bytes, STR_ARG(str_sub(time, 0, 20)));
	return name.n != 0;
}

bool fetch_is_file(struct str lines, struct str name)
{
	struct str line;
	while (lines.n && str_cut(&lines, '\n', &line)) {
		if (str_ends(line, STR("\r"))) line.n--;
		if (line.n <= name.n || !str_ends(line, name) || line.p[line.n - name.n - 1] != ' ') continue;
		if (line.p[0] != '-') return false;
	}
	return true;
}
