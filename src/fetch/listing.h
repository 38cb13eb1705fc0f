/* Lists of folders as file servers write them. */
#ifndef FETCH_LISTING_H
#define FETCH_LISTING_H

#include "base/base.h"

struct fetch_entry { struct str name, stamp; int64_t bytes; bool file; }; /* stamp: size and time as one text; empty: not told */
/* A line of MLSD (RFC 3659): "type=file;size=3;modify=20261122150000; name". False: it is none. */
bool fetch_facts(struct arena *a, struct str line, struct fetch_entry *out) must_use;
/* The next object of a list as S3 and Azure give them; *rest goes on behind it. False: there is none. No XML is read as such: names and
 * tags stand in elements of their own. */
struct fetch_object { struct str key, tag; int64_t bytes; }; /* tag: of its content, as If-None-Match wants it; bytes -1: not told */
bool fetch_next_object(struct arena *a, struct str *rest, struct fetch_object *out) must_use;
/* What asks for the next page of such a list; empty: this was the last. */
struct str fetch_next_page(struct arena *a, struct str list);
/* False when lines as "ls -l" writes them say that a name is something else than a file. */
bool fetch_is_file(struct str lines, struct str name) must_use;
/* A name that may be joined to an address and kept: no separators, nothing hidden. */
bool fetch_name_ok(struct str name) must_use;

#endif
