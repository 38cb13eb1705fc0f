/* Any bytes as a form that arrives in pieces: put together again, what was kept and what went to files is what the same bytes are when they
 * come at once. The first byte says how long the pieces are. */
#include "httpd/inside.h"
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool give(void *arg, size_t n, int *fd, struct err *e)
{
	(void)arg;
	ensure(n > 0);
	if (*fd < 0) *fd = memfd_create("sift", MFD_CLOEXEC);
	return *fd >= 0 || err_os(e, "memfd_create");
}

/* A part of the form as it was sent, beside what became of it. */
static void same(struct arena *a, const struct httpd_part *sent, const struct httpd_part *got)
{
	struct str bytes;
	struct err e = { 0 };
	ensure(httpd_part_bytes(got, a, (size_t)1 << 20, &bytes, &e));
	ensure(sent->is_file == got->is_file && str_eq(sent->name, got->name) && str_eq(sent->filename, got->filename));
	ensure(sent->size == got->size && str_eq(sent->bytes, bytes));
	ensure(got->fd_or_minus < 0 || (got->is_file && got->filename.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena a = ARENA_INIT;
	struct sift s = { .least = 1, .give = give, .kept = BUF_INIT((size_t)1 << 20) };
	static const struct httpd_pair head[] = { { { "Content-Type", 12 }, { "multipart/form-data; boundary=x", 31 } } };
	const struct httpd_part *sent = NULL, *got = NULL;
	size_t n = 0, m = 0;
	struct err e = { 0 }, f = { 0 };
	if (size == 0) return 0;
	size_t piece = data[0] % 16 + 1u;
	struct str body = str_make((const char *)data + 1, size - 1);
	ensure(sift_open(&s, &a, head[0].value));
	for (size_t at = 0; at < body.n; at += piece) ensure(sift_take(&s, str_sub(body, at, piece), &e));
	struct httpd_request r = { .headers = head, .nheaders = 1, .body = buf_str(&s.kept), .form_or_null = &s };
	bool whole = httpd_multipart(&a, head[0].value, body, &sent, &n, &e);
	bool taken = httpd_parts(&r, &a, &got, &m, &f);
	ensure(whole == taken && n == m);
	for (size_t i = 0; i < n; i++) same(&a, &sent[i], &got[i]);
	sift_done(&s);
	return 0;
}
