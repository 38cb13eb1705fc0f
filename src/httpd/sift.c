/* Forms with files as they arrive, piece by piece: the content of a large file is taken out and put into a file, the rest is kept to be
 * read by multipart.c as if those files were empty. So memory does not grow with what is sent. What cannot be a form is kept as it is:
 * that it is refused is the reader's business. */
#include "httpd/inside.h"

#include <unistd.h>

bool sift_open(struct sift *s, struct arena *a, struct str type)
{
	struct str boundary;
	if (!part_boundary(type, &boundary))
		return false;
	s->a = a;
	s->mark = arena_join(a, STR("--"), boundary);
	s->between = arena_join(a, STR("\r\n"), s->mark);
	s->now.fd = -1;
	return true;
}

void sift_done(struct sift *s)
{
	for (size_t i = 0; i < s->files.n; i++)
		close(s->files.p[i].fd);
	if (s->now.fd >= 0)
		close(s->now.fd);
	buf_done(&s->kept);
}

/* The content so far, up to there, goes to the part's file. */
static bool pour(struct sift *s, size_t to, struct err *e)
{
	struct str bytes = str_sub(buf_str(&s->kept), s->content, to - s->content);
	if (!s->give(s->arg, bytes.n, &s->now.fd, e) || !io_write_at(s->now.fd, bytes, s->now.bytes, e))
		return false;
	s->now.bytes += (int64_t)bytes.n;
	memmove(s->kept.p + s->content, s->kept.p + to, s->kept.n - to);
	s->kept.n -= bytes.n;
	s->at = s->content;
	return true;
}

static bool is_large(const struct sift *s, size_t to)
{
	return s->is_file && (s->now.fd >= 0 || (s->kept.n > s->most_kept && to - s->content >= s->least));
}

/* Where the next boundary begins; false: it is not there yet, and `at` stands where it may begin at the earliest. */
static bool find_boundary(struct sift *s, size_t *where)
{
	ptrdiff_t found = str_find(str_from(buf_str(&s->kept), s->at), s->between);
	if (found < 0) {
		if (s->kept.n >= s->at + s->between.n)
			s->at = s->kept.n - (s->between.n - 1);
		return false;
	}
	*where = s->at + (size_t)found;
	return true;
}

/* Each of these is true when there may be more to do with what is there. */

static bool before(struct sift *s)
{
	size_t where;
	if (s->kept.n < s->mark.n)
		return false;
	if (str_starts(buf_str(&s->kept), s->mark))
		s->at = s->mark.n;
	else if (find_boundary(s, &where))
		s->at = where + s->between.n;
	else
		return false;
	s->state = SIFT_HEAD;
	return true;
}

static bool head(struct sift *s)
{
	struct str rest = str_from(buf_str(&s->kept), s->at);
	struct httpd_part p = { 0 };
	struct err ignored = { 0 };
	if (rest.n < 2)
		return false;
	bool goes_on = str_starts(rest, STR("\r\n"));
	rest = str_from(rest, 2);
	ptrdiff_t blank = str_find(str_sub(rest, 0, PART_HEAD_BYTES), STR("\r\n\r\n"));
	if (goes_on && blank < 0 && rest.n < PART_HEAD_BYTES)
		return false;
	if (!goes_on || blank < 0 || !part_head(str_sub(rest, 0, (size_t)blank), &p, &ignored)) {
		s->state = SIFT_REST;
		return false;
	}
	s->now = (struct spilled){ .part = s->parts++, .fd = -1 };
	s->is_file = p.is_file && p.filename.n;
	s->content = s->at = s->at + 2 + (size_t)blank + 4;
	s->state = SIFT_CONTENT;
	return true;
}

static bool content(struct sift *s, bool *more, struct err *e)
{
	size_t where;
	*more = find_boundary(s, &where);
	size_t to = *more ? where : s->at;
	if (to > s->content && is_large(s, to) && !pour(s, to, e))
		return false;
	if (!*more)
		return true;
	s->at = (s->now.fd >= 0 ? s->content : where) + s->between.n;
	if (s->now.fd >= 0)
		vec_push(s->a, &s->files, s->now);
	s->now.fd = -1;
	s->state = SIFT_HEAD;
	return true;
}

bool sift_take(struct sift *s, struct str bytes, struct err *e)
{
	bool more = true;
	buf_put(&s->kept, bytes);
	if (s->kept.over)
		return err_set(e, ERR_TOO_LARGE, "the body has more than %zu bytes", s->kept.max);
	while (more) {
		switch (s->state) {
		case SIFT_BEFORE:
			more = before(s);
			break;
		case SIFT_HEAD:
			more = head(s);
			break;
		case SIFT_CONTENT:
			if (!content(s, &more, e))
				return false;
			break;
		case SIFT_REST:
			more = false;
			break;
		}
	}
	return true;
}
