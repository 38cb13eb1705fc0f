/* What could not be taken, and why: lines in a file beside the version, and counts by reason. */
#include "ingest/load.h"
#include "text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FLUSH_BYTES = 64 * 1024, VALUE_BYTES = 200, REASONS = 500 };

void rejects_init(struct rejects *r, struct arena *a, struct str path)
{
	*r = (struct rejects){ .a = a, .path = path, .fd = -1, .out = BUF_INIT(1 << 20) };
}

static bool flush(struct rejects *r, struct err *e)
{
	size_t done = 0;
	while (done < r->out.n) {
		ssize_t w = write(r->fd, r->out.p + done, r->out.n - done);
		if (w < 0 && errno == EINTR) continue;
		if (w < 0) return err_os(e, "write of rejects");
		done += (size_t)w;
	}
	buf_clear(&r->out);
	return true;
}

static void count(struct rejects *r, int64_t row, struct str field, const char *reason)
{
	struct str why = str_of(reason);
	for (size_t i = 0; i < r->reasons.n; i++) {
		struct ingest_reason *known = &r->reasons.p[i];
		if (!str_eq(known->reason, why) || !str_eq(known->field, field)) continue;
		known->count++;
		return;
	}
	if (r->reasons.n == REASONS) return; /* thousands of columns each with their own: the lines tell */
	vec_push(r->a, &r->reasons, (struct ingest_reason){ arena_str(r->a, why), arena_str(r->a, field), 1, row });
}

/* A value may hold half a character where it is cut, or bytes that are not text at all. */
static void put_value(struct json_out *j, struct str value)
{
	struct str cut = text_cut(value, VALUE_BYTES);
	ptrdiff_t bad = text_utf8_error(cut);
	json_put(j, bad >= 0 ? str_sub(cut, 0, (size_t)bad) : cut);
}

bool rejects_add(struct rejects *r, int64_t row, struct str field, struct str value, const char *reason, struct err *e)
{
	return rejects_add_of(r, STR(""), row, field, value, reason, e);
}

bool rejects_add_of(struct rejects *r, struct str processor, int64_t row, struct str field, struct str value, const char *reason,
                    struct err *e)
{
	if (r->tell) {
		r->tell(r->arg, field, value, reason);
		return true;
	}
	r->count++;
	count(r, row_number(row), field, reason);
	if (r->count > LIMIT_REJECTS) return true;
	if (r->fd < 0 && r->path.n) {
		r->fd = open(arena_cstr(r->a, r->path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
		if (r->fd < 0) return err_os(e, "open of the rejects file");
	}
	struct json_out j = JSON_OUT(&r->out);
	json_open(&j, '{');
	json_member_int(&j, "row", row_number(row));
	json_member(&j, "field", field);
	json_key(&j, STR("value"));
	put_value(&j, value);
	json_member(&j, "reason", str_of(reason));
	if (processor.n) json_member(&j, "processor", processor);
	if (r->parts) json_member(&j, "source", r->parts[row_part(row)].name);
	json_close(&j, '}');
	buf_put_char(&r->out, '\n');
	if (r->fd < 0) {
		buf_clear(&r->out);
		return true;
	}
	return r->out.n < FLUSH_BYTES || flush(r, e);
}

bool rejects_end(struct rejects *r, bool keep, struct err *e)
{
	bool ok = true;
	if (r->fd >= 0) {
		if (keep) ok = flush(r, e) && (fsync(r->fd) == 0 || err_os(e, "fsync of rejects"));
		close(r->fd);
		r->fd = -1;
		if (!keep || !ok) unlink(arena_cstr(r->a, r->path));
	}
	buf_done(&r->out);
	return ok;
}
