/* Any bytes as a source of one format: loaded or refused, never a crash, and what is loaded keeps the
 * promises of a batch: text is UTF-8, columns are those of the schema, at most LIMIT_BATCH_ROWS rows. */
#ifndef TESTS_FUZZ_INGEST_H
#define TESTS_FUZZ_INGEST_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "ingest/load.h"
#include "text/text.h"

struct fuzz_sink { struct schema schema; int64_t rows; };

static bool fuzz_begin(void *arg, const struct schema *s, struct err *e)
{
	(void)e;
	struct fuzz_sink *k = arg;
	k->schema = *s;
	ensure(s->n > 0 && s->n <= LIMIT_COLUMNS);
	for (size_t i = 0; i < s->n; i++) {
		ensure(s->fields[i].label.n > 0 && s->fields[i].name.n > 0);
		ensure(text_is_utf8(s->fields[i].label) && schema_find(s, s->fields[i].name) == (int)i);
	}
	return true;
}

static bool fuzz_rows(void *arg, const struct batch *b, const uint8_t (*ids)[16], struct err *e)
{
	(void)ids;
	(void)e;
	struct fuzz_sink *k = arg;
	ensure(b->ncolumns == k->schema.n && b->nrows > 0 && b->nrows <= LIMIT_BATCH_ROWS);
	k->rows += (int64_t)b->nrows;
	for (size_t i = 0; i < b->ncolumns; i++) {
		const struct column *c = &b->columns[i];
		ensure(c->type.type == k->schema.fields[i].type);
		for (size_t row = 0; row < b->nrows; row++) {
			if (!column_has(c, row)) continue;
			bool text = c->type.type == VALUE_TEXT || c->type.type == VALUE_JSON;
			if (text && !c->type.list) ensure(text_is_utf8(c->texts[row]));
			for (uint32_t n = 0; c->type.list && n < c->lists[row].n; n++) ensure(text_is_utf8(c->items[c->lists[row].from + n]));
			if (c->type.type == VALUE_POINT) ensure(c->lats[row] >= -90 && c->lats[row] <= 90);
		}
	}
	return true;
}

static bool fuzz_end(void *arg, enum load_end how, struct err *e)
{
	(void)arg;
	(void)how;
	(void)e;
	return true;
}

static int fuzz_source(const char *format, const char *name, const uint8_t *data, size_t size)
{
	if (size > 1 << 20) return 0;
	auto_arena a = ARENA_INIT;
	int fd = memfd_create("source", MFD_CLOEXEC);
	ensure(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	struct fuzz_sink sink = { 0 };
	const char *folder = getenv("TMPDIR");
	struct load l = { .a = &a, .sink = { &sink, fuzz_begin, fuzz_rows, fuzz_end } };
	l.job.source = fd;
	l.job.name = str_of(name);
	l.job.format = str_of(format);
	l.job.version_path = arena_printf(&a, "%s/fuzz-%d", folder ? folder : "/var/tmp", (int)getpid());
	struct ingest_result r;
	struct err e = { 0 };
	if (load_run(&l, &r, &e)) ensure(r.rows == sink.rows);
	else ensure(e.code == ERR_BAD_SOURCE || e.code == ERR_TOO_LARGE);
	ensure(text_is_utf8(str_of(e.pub)));
	close(fd);
	return 0;
}

#endif
