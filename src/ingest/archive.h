/* What of an archive is meant. */
#ifndef INGEST_ARCHIVE_H
#define INGEST_ARCHIVE_H

#include "ingest/unpack.h"
#include "pack/pack.h"

struct archive_choice {
	const char *format;   /* that the archive as a whole is; NULL: its files tell */
	bool whole;           /* it is read as it is (a workbook) */
	bool set;             /* files that belong together: archive_set unpacks them */
	struct str *names;    /* else: these files, one after another, as one table */
	size_t n;
};
bool archive_choose(struct load *l, struct source *s, const struct pack_entries *all, struct archive_choice *out, struct err *e) must_use;
bool archive_is_clutter(struct str name);
/* beside.c: keeps what lies beside the table, where the job wants it. */
bool archive_beside(struct load *l, struct source *s, const struct pack_entries *all, struct err *e) must_use;
/* Unpacks the files of a set into s->files. */
bool archive_set(struct load *l, struct source *s, const struct pack_entries *all, const char *format, struct err *e) must_use;

#endif
