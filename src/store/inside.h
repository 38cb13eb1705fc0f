/* What the files of this room share: connections, and how SQLite's failures are told. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/store.h"
#include <sqlite3.h>

enum { STORE_CACHED = 256 };

struct statement {
	const void *key; /* the query row */
	sqlite3_stmt *stmt;
	bool busy;
};

struct connection {
	sqlite3 *db;
	bool taken;
	struct statement cache[STORE_CACHED];
};

struct store_tx {
	struct store *store;
	struct connection *at;
};

/* False with the connection's own last failure; what was to be done: "read", "changed". */
bool store_said(sqlite3 *db, struct err *e, const char *what);
bool store_exec(sqlite3 *db, const char *text, struct err *e) must_use;
bool store_connect(struct str path, bool write, struct connection *out, struct err *e) must_use;
void store_disconnect(struct connection *c);
/* Brings the tables of a file up to date. */
bool store_migrate(sqlite3 *db, struct err *e) must_use;

#endif
