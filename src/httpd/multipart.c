/* Forms with files (multipart/form-data, RFC 7578): the parts of a body that is in memory already, as views into it. Only what browsers
 * send is understood: no nested parts, no encodings of transfer, one field "Content-Disposition" a part. */
#include "httpd/inside.h"

#include "text/text.h"

enum { BOUNDARY = 70, HEAD_BYTES = 4096 };

static bool broken(struct err *e) { return err_set(e, ERR_BAD_REQUEST, "the form with files cannot be read"); }

/* The boundary of a media type: 1 to 70 characters, perhaps in quotes. */
static bool read_boundary(struct str type, struct str *out)
{
	for (size_t i = 0; i + 9 < type.n; i++) {
		if (!str_eq_nocase(str_sub(type, i, 9), STR("boundary=")) || (type.p[i - (i > 0)] != ';' && type.p[i - (i > 0)] != ' '))
			continue;
		struct str rest = str_from(type, i + 9);
		if (rest.n && rest.p[0] == '"') {
			ptrdiff_t end = str_find_char(str_from(rest, 1), '"');
			*out = end < 0 ? STR("") : str_sub(rest, 1, (size_t)end);
		} else {
			ptrdiff_t end = str_find_char(rest, ';');
			*out = str_trim(end < 0 ? rest : str_sub(rest, 0, (size_t)end));
		}
		return out->n > 0 && out->n <= BOUNDARY;
	}
	return false;
}

/* A parameter of Content-Disposition: browsers write '"' as %22 and leave the rest as it is. */
static bool parameter(struct str line, struct str name, struct str *out)
{
	for (size_t i = 0; i + name.n + 2 < line.n; i++) {
		bool apart = i > 0 && (line.p[i - 1] == ' ' || line.p[i - 1] == ';');
		if (!apart || !str_eq_nocase(str_sub(line, i, name.n), name) || !str_eq(str_sub(line, i + name.n, 2), STR("=\"")))
			continue;
		struct str rest = str_from(line, i + name.n + 2);
		ptrdiff_t end = str_find_char(rest, '"');
		if (end < 0)
			return false;
		*out = str_sub(rest, 0, (size_t)end);
		return true;
	}
	return false;
}

static bool read_head(struct str head, struct httpd_part *p, struct err *e)
{
	bool named = false;
	while (head.n) {
		ptrdiff_t end = str_find(head, STR("\r\n"));
		struct str line = end < 0 ? head : str_sub(head, 0, (size_t)end);
		head = end < 0 ? STR("") : str_from(head, (size_t)end + 2);
		ptrdiff_t colon = str_find_char(line, ':');
		struct str field = colon < 0 ? STR("") : str_sub(line, 0, (size_t)colon);
		struct str value = colon < 0 ? STR("") : str_trim(str_from(line, (size_t)colon + 1));
		if (str_eq_nocase(field, STR("Content-Type")))
			p->type = value;
		if (!str_eq_nocase(field, STR("Content-Disposition")))
			continue;
		named = parameter(value, STR("name"), &p->name);
		p->is_file = parameter(value, STR("filename"), &p->filename);
	}
	return (named && p->name.n && text_is_utf8(p->name) && text_is_utf8(p->filename)) || broken(e);
}

bool httpd_multipart(struct arena *a, struct str type, struct str body, const struct httpd_part **out, size_t *n, struct err *e)
{
	struct str boundary;
	VEC(struct httpd_part) parts = { 0 };
	if (!read_boundary(type, &boundary))
		return broken(e);
	struct str mark = arena_join(a, STR("--"), boundary);
	struct str between = arena_join(a, STR("\r\n"), mark);
	ptrdiff_t first = str_starts(body, mark) ? 0 : str_find(body, between);
	if (first < 0)
		return broken(e);
	struct str rest = str_from(body, (size_t)first + (first ? between.n : mark.n));
	while (!str_starts(rest, STR("--"))) {
		struct httpd_part p = { 0 };
		if (!str_starts(rest, STR("\r\n")))
			return broken(e);
		rest = str_from(rest, 2);
		ptrdiff_t blank = str_find(str_sub(rest, 0, HEAD_BYTES), STR("\r\n\r\n"));
		if (blank < 0 || !read_head(str_sub(rest, 0, (size_t)blank), &p, e))
			return broken(e);
		rest = str_from(rest, (size_t)blank + 4);
		ptrdiff_t end = str_find(rest, between);
		if (end < 0 || parts.n >= HTTPD_PARTS)
			return broken(e);
		p.bytes = str_sub(rest, 0, (size_t)end);
		rest = str_from(rest, (size_t)end + between.n);
		if (!p.is_file && !text_is_utf8(p.bytes))
			return broken(e);
		*vec_add(a, &parts) = p;
	}
	*out = parts.p;
	*n = parts.n;
	return true;
}
