/* From what was handed in to plain bytes. */
#ifndef INGEST_UNPACK_H
#define INGEST_UNPACK_H

#include "ingest/load.h"

enum { HEAD_BYTES = 64 * 1024 };

/* Copies pipes, unpacks gzip, bzip2, zip and tar, and chooses what of an archive is meant: s->fd then has the plain bytes,
 * s->name their name. *hint: the format that the archive as a whole is (a workbook, a shapefile); NULL: the bytes tell.
 * `head` has room for HEAD_BYTES. */
bool source_unwrap(struct load *l, struct source *s, char *head, size_t *n, const char **hint, struct err *e) must_use;
/* The same for member i of s->members, into another source of the same archive. */
bool source_member(struct load *l, const struct source *s, size_t i, struct source *into, struct err *e) must_use;
/* Unpacks one file of an archive: its descriptor, or -1. */
int unpack_file(struct load *l, int archive, struct str name, int64_t *bytes, struct err *e) must_use;
/* A number of an own descriptor instead of the present one. */
void source_take_fd(struct source *s, int fd);

struct str base_name(struct str path);
struct str suffix_of(struct str name); /* without its point */
const struct source_format *format_by_suffix(struct str name);
bool has_word(const char *words, struct str word); /* any case */

#endif
