/* Lists of folders: facts, line by line, what ls says of a name, and the objects of a bucket. */
#include "fetch/listing.h"
#include "text/text.h"
#include <stdio.h>

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

/* --- buckets -------------------------------------------------------------------------------------------------- */

/* The text between the first <name> and </name>; *rest goes on behind. */
static bool element(struct str *rest, const char *name, struct str *out)
{
	char open[40], close[40];
	int n = snprintf(open, sizeof open, "<%s>", name), m = snprintf(close, sizeof close, "</%s>", name);
	ptrdiff_t at = str_find(*rest, str_make(open, (size_t)n));
	if (at < 0) return false;
	struct str tail = str_from(*rest, (size_t)at + (size_t)n);
	ptrdiff_t end = str_find(tail, str_make(close, (size_t)m));
	if (end < 0) return false;
	*out = str_sub(tail, 0, (size_t)end);
	*rest = str_from(tail, (size_t)end + (size_t)m);
	return true;
}

static struct str unescaped(struct arena *a, struct str s)
{
	static const struct { const char *name; char c; } entities[] = { { "&amp;", '&' }, { "&quot;", '"' }, { "&#34;", '"' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&apos;", '\'' }, { "&#39;", '\'' } };
	char *p = arena_bytes(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		size_t k = 0;
		while (s.p[i] == '&' && k < COUNT_OF(entities) && !str_starts(str_from(s, i), str_of(entities[k].name))) k++;
		bool found = s.p[i] == '&' && k < COUNT_OF(entities);
		p[n++] = found ? entities[k].c : s.p[i];
		i += found ? strlen(entities[k].name) : 1;
	}
	return str_make(p, n);
}

/* Moves to the next object, whichever way it is told; one look at each letter, for lists are long. */
static bool object_begins(struct str *rest, bool *s3)
{
	for (ptrdiff_t at; (at = str_find_char(*rest, '<')) >= 0; *rest = str_from(*rest, 1)) {
		*rest = str_from(*rest, (size_t)at);
		*s3 = str_starts(*rest, STR("<Contents>"));
		if (*s3 || str_starts(*rest, STR("<Blob>"))) return true;
	}
	return false;
}

bool fetch_next_object(struct arena *a, struct str *rest, struct fetch_object *out)
{
	struct str inside, text, at;
	bool s3;
	if (!object_begins(rest, &s3) || !element(rest, s3 ? "Contents" : "Blob", &inside)) return false;
	*out = (struct fetch_object){ .bytes = -1 };
	at = inside;
	if (element(&at, s3 ? "Key" : "Name", &text)) out->key = unescaped(a, text);
	/* S3 is asked for names as addresses spell them, so that any can be told. */
	if (s3 && !text_url_decode(a, out->key, true, &out->key)) out->key = STR("");
	at = inside;
	if (element(&at, s3 ? "ETag" : "Etag", &text)) out->tag = unescaped(a, text);
	if (out->tag.n && !str_starts(out->tag, STR("\""))) out->tag = arena_printf(a, "\"%.*s\"", STR_ARG(out->tag));
	at = inside;
	if (!element(&at, s3 ? "Size" : "Content-Length", &text) || !str_to_int(text, &out->bytes) || out->bytes < 0) out->bytes = -1;
	return true;
}

struct str fetch_next_page(struct arena *a, struct str list)
{
	struct str text, at = list;
	if (element(&at, "NextContinuationToken", &text)) return unescaped(a, text);
	at = list;
	return element(&at, "NextMarker", &text) ? unescaped(a, text) : STR("");
}
