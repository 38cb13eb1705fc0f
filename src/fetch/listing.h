/* Lists of folders as file servers write them. */
#ifndef FETCH_LISTING_H
#define FETCH_LISTING_H

#include "base/base.h"

struct fetch_entry { struct str name, stamp; int64_t bytes; bool file; }; /* stamp: size and time as one text; empty: not told */
/* A line of MLSD (RFC 3659): "type=file;size=3;modify=20261122150000; name". False: it is none. */
bool fetch_facts(struct arena *a, struct str line, struct fetch_entry *out) must_use;
/* False when lines as "ls -l" writes them say that a name is something else than a file. */
bool fetch_is_file(struct str lines, struct str name) must_use;
/* A name that may be joined to an address and kept: no separators, nothing hidden. */
bool fetch_name_ok(struct str name) must_use;

#endif
