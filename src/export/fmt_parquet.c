/* Parquet is the engine's own trade: it writes a file beside the version, whose name a sweep knows,
 * and the file goes out from there. The name is gone before the first byte is sent. */
#include "export/inside.h"
#include "crypt/crypt.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void close_at(int *fd)
{
	if (*fd >= 0) close(*fd);
}

static bool send(struct export *x, int fd, struct err *e)
{
	char *chunk = arena_bytes(&x->arena, EXPORT_CHUNK);
	for (;;) {
		ssize_t n = read(fd, chunk, EXPORT_CHUNK);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return err_os(e, "read of a Parquet export");
		if (n == 0) return true;
		if (!export_put(x, str_make(chunk, (size_t)n), e)) return false;
	}
}

static bool run(struct export *x, struct err *e)
{
	const struct query_plan *p = x->job->plan;
	struct version_ref at = p->request->target->at;
	struct engine_query q = { .at = at, .sql = &p->sql, .columns = p->types, .ncolumns = p->ncolumns };
	char unique[17];
	crypt_random_base36(unique, 16);
	struct str file = engine_path(x->job->engine, &x->arena, at);
	struct str path = arena_printf(&x->arena, "%.*s.export-%s.tmp", STR_ARG(file), unique);
	bool ok = engine_write_parquet(x->job->engine, &q, x->headings, path, x->job->options.parquet_compression,
	                               x->job->cancel_or_null, e);
	__attribute__((cleanup(close_at))) int fd = ok ? open(path.p, O_RDONLY | O_CLOEXEC) : -1;
	if (ok && fd < 0) ok = err_os(e, "open of a Parquet export");
	unlink(path.p);
	return ok && send(x, fd, e);
}

const struct export_format export_fmt_parquet = { "parquet", "application/parquet", "parquet", 0, run };
