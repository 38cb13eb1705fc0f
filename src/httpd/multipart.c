/* Forms with files (multipart/form-data, RFC 7578): the parts of a body that is in memory, as views into it, with the large files that
 * sift.c has taken out of it. Only what browsers send is understood: no nested parts, no encodings of transfer, one field
 * "Content-Disposition" a part. */
#include "httpd/inside.h"

#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { BOUNDARY = 70 };

static bool broken(struct err *e) { return err_set(e, ERR_BAD_REQUEST, "the form with files cannot be read"); }

/* The boundary of a media type: 1 to 70 characters, perhaps in quotes. */
bool part_boundary(struct str type, struct str *out)
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

bool part_head(struct str head, struct httpd_part *p, struct err *e)
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
	if (!part_boundary(type, &boundary))
		return broken(e);
	struct str mark = arena_join(a, STR("--"), boundary);
	struct str between = arena_join(a, STR("\r\n"), mark);
	bool at_once = str_starts(body, mark);
	ptrdiff_t first = at_once ? 0 : str_find(body, between);
	if (first < 0)
		return broken(e);
	struct str rest = str_from(body, (size_t)first + (at_once ? mark.n : between.n));
	while (!str_starts(rest, STR("--"))) {
		struct httpd_part p = { .fd_or_minus = -1 };
		if (!str_starts(rest, STR("\r\n")))
			return broken(e);
		rest = str_from(rest, 2);
		ptrdiff_t blank = str_find(str_sub(rest, 0, PART_HEAD_BYTES), STR("\r\n\r\n"));
		if (blank < 0 || !part_head(str_sub(rest, 0, (size_t)blank), &p, e))
			return broken(e);
		rest = str_from(rest, (size_t)blank + 4);
		ptrdiff_t end = str_find(rest, between);
		if (end < 0 || parts.n >= HTTPD_PARTS)
			return broken(e);
		p.bytes = str_sub(rest, 0, (size_t)end);
		p.size = (int64_t)p.bytes.n;
		rest = str_from(rest, (size_t)end + between.n);
		if (!p.is_file && !text_is_utf8(p.bytes))
			return broken(e);
		*vec_add(a, &parts) = p;
	}
	*out = parts.p;
	*n = parts.n;
	return true;
}

bool httpd_parts(const struct httpd_request *r, struct arena *a, const struct httpd_part **out, size_t *n, struct err *e)
{
	const struct sift *s = r->form_or_null;
	if (!httpd_multipart(a, httpd_header(r, STR("Content-Type")), r->body, out, n, e) || !s || !s->files.n)
		return e->code == ERR_NONE;
	struct httpd_part *parts = arena_array(a, struct httpd_part, *n);
	memcpy(parts, *out, *n * sizeof *parts);
	for (size_t i = 0; i < s->files.n; i++) {
		struct httpd_part *p = &parts[s->files.p[i].part];
		ensure(s->files.p[i].part < *n && p->is_file && !p->bytes.n);
		p->fd_or_minus = s->files.p[i].fd;
		p->size = s->files.p[i].bytes;
	}
	*out = parts;
	return true;
}

bool httpd_part_file(const struct httpd_part *p, const char *folder, int *fd, struct err *e)
{
	int own = -1;
	if (p->fd_or_minus >= 0) {
		own = fcntl(p->fd_or_minus, F_DUPFD_CLOEXEC, 0);
		if (own < 0)
			return err_os(e, "take the file of a form");
	} else if (!io_nameless(folder, &own, e)) {
		return false;
	}
	bool ok = io_write_at(own, p->bytes, 0, e) && (lseek(own, 0, SEEK_SET) == 0 || err_os(e, "go to the beginning of a form's file"));
	if (!ok)
		close(own);
	else
		*fd = own;
	return ok;
}

bool httpd_part_bytes(const struct httpd_part *p, struct arena *a, size_t most, struct str *out, struct err *e)
{
	if (p->size > (int64_t)most)
		return err_set(e, ERR_TOO_LARGE, "the file has more than %zu MB", most >> 20);
	*out = p->bytes;
	if (p->fd_or_minus < 0)
		return true;
	char *room = arena_bytes(a, (size_t)p->size + 1);
	for (size_t at = 0; at < (size_t)p->size;) {
		ssize_t got = pread(p->fd_or_minus, room + at, (size_t)p->size - at, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_os(e, "read the file of a form");
		at += (size_t)got;
	}
	*out = str_make(room, (size_t)p->size);
	return true;
}
