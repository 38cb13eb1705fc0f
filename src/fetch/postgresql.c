/* A table or a query of a PostgreSQL server as a CSV file: COPY … TO STDOUT in a transaction that cannot write, with a bound on its
 * time. The door to libpq. The server's address is judged before anything is sent to it; the query has to be one that the
 * server can prepare by itself, so that nothing but it is run. */
#include "fetch/inside.h"
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>

enum { CONNECT_MS = 15000, POLL_MS = 150, STATEMENT_MS = 3600 * 1000 };

struct talk { struct fetching *f; PGconn *c; struct fetch_file *file; };

static bool lost(struct talk *t, struct err *e)
{
	err_set(e, ERR_UPSTREAM, "The connection to the database broke off.");
	return err_cause(e, "%s", PQerrorMessage(t->c));
}

static bool wait_for(struct talk *t, short events, int64_t until_ns, struct err *e)
{
	for (;;) {
		struct pollfd p = { .fd = PQsocket(t->c), .events = events };
		if (!fetch_stopped(t->f, e)) return false;
		if (until_ns && clock_monotonic_ns() > until_ns) return err_set(e, ERR_UPSTREAM, "The database took too long to answer.");
		int n = poll(&p, 1, POLL_MS);
		if (n > 0) return true;
		if (n < 0 && errno != EINTR) return err_os(e, "poll of a database");
		if (t->file) fetch_file_tick(t->file);
	}
}

/* --- connecting ------------------------------------------------------------------------------------------------- */

static bool explain_connect(PGconn *c, struct err *e)
{
	const char *said = PQerrorMessage(c);
	if (strstr(said, "password") || strstr(said, "authentication") || strstr(said, "role"))
		err_set(e, ERR_UNAUTHENTICATED, "The database does not accept the user and password.");
	else if (strstr(said, "database \"")) err_set(e, ERR_NOT_FOUND, "The server has no such database.");
	else if (strstr(said, "SSL") || strstr(said, "certificate")) err_set(e, ERR_UPSTREAM, "No protected connection to the database can be made: see the kind of encryption in the connection.");
	else err_set(e, ERR_UPSTREAM, "The database cannot be reached.");
	return err_cause(e, "%s", said);
}

static bool start(struct talk *t, struct err *e)
{
	const struct json_node *c = t->f->connection, *auth = json_get(c, "auth");
	struct arena *a = t->f->a;
	struct str host = fetch_text(c, "host"), address, mode = fetch_text(c, "sslmode"), ca = str_of(fetch_ca(t->f->site));
	int64_t port = json_int(json_get(c, "port"), 0);
	if (!port && !str_to_int(fetch_text(c, "port"), &port)) port = 5432;
	if (port < 1 || port > 65535 || str_starts(host, STR("/"))) return err_set(e, ERR_PARAMETER, "The connection needs the name of a server and a port.");
	if (!net_resolve(a, host, (int)port, fetch_flags(t->f->site), &address, e)) return false;
	const char *keys[] = { "host", "hostaddr", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "connect_timeout", "application_name", "client_encoding", "passfile", "service", NULL };
	const char *values[] = { arena_cstr(a, host), arena_cstr(a, address), arena_printf(a, "%lld", (long long)port).p, arena_cstr(a, fetch_text(c, "database")),
		                 arena_cstr(a, fetch_text(auth, "username")), arena_cstr(a, json_text(json_get(auth, "password"))), mode.n ? arena_cstr(a, mode) : "prefer",
		                 ca.n ? ca.p : str_eq(mode, STR("verify-full")) ? "/etc/ssl/certs/ca-certificates.crt" : "", "15", "stoa", "UTF8", "/dev/null", "", NULL };
	t->c = PQconnectStartParams(keys, values, 0);
	ensure(t->c != NULL);
	int64_t until = clock_monotonic_ns() + (int64_t)CONNECT_MS * 1000000;
	if (PQstatus(t->c) == CONNECTION_BAD) return explain_connect(t->c, e);
	for (PostgresPollingStatusType s = PGRES_POLLING_WRITING; s != PGRES_POLLING_OK;) {
		if (!wait_for(t, s == PGRES_POLLING_READING ? POLLIN : POLLOUT, until, e)) return false;
		s = PQconnectPoll(t->c);
		if (s == PGRES_POLLING_FAILED) return explain_connect(t->c, e);
	}
	return PQsetnonblocking(t->c, 0) == 0 || lost(t, e);
}

/* --- asking -------------------------------------------------------------------------------------------------------- */

static bool explain(struct talk *t, PGresult *r, struct err *e)
{
	const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE), *said = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	bool timeout = code && strcmp(code, "57014") == 0;
	if (timeout) err_set(e, ERR_UPSTREAM, "The query took longer than an hour and was stopped.");
	/* What the database says of the query that its author wrote helps them, and nobody else sees it. */
	else if (said) err_set(e, ERR_PARAMETER, "The database refuses the query: %.300s", said);
	else lost(t, e);
	PQclear(r);
	return false;
}

/* Waits for the next result without blocking longer than a moment. */
static bool next_result(struct talk *t, PGresult **out, struct err *e)
{
	while (PQisBusy(t->c)) {
		if (!wait_for(t, POLLIN, 0, e)) return false;
		if (!PQconsumeInput(t->c)) return lost(t, e);
	}
	*out = PQgetResult(t->c);
	return true;
}

static bool finish(struct talk *t, ExecStatusType wanted, struct err *e)
{
	PGresult *r = NULL;
	bool seen = false;
	for (;;) {
		if (!next_result(t, &r, e)) return false;
		if (!r) return seen || lost(t, e);
		ExecStatusType s = PQresultStatus(r);
		if (s == PGRES_FATAL_ERROR || s == PGRES_BAD_RESPONSE) return explain(t, r, e);
		seen = seen || s == wanted || s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
		PQclear(r);
		if (s == wanted && wanted == PGRES_COPY_OUT) return true;
	}
}

static bool command(struct talk *t, const char *sql, struct err *e) { return (PQsendQuery(t->c, sql) || lost(t, e)) && finish(t, PGRES_COMMAND_OK, e); }

/* "schema.table" with each part quoted. */
static struct str quoted(struct talk *t, struct str name)
{
	auto_buf b = BUF_INIT(4096);
	struct str part;
	while (str_cut(&name, '.', &part)) {
		char *q = PQescapeIdentifier(t->c, part.p, part.n);
		if (b.n) buf_put_char(&b, '.');
		buf_put(&b, str_of(q ? q : "\"\""));
		PQfreemem(q);
	}
	return arena_str(t->f->a, buf_str(&b));
}

static bool copy_out(struct talk *t, struct err *e)
{
	for (;;) {
		char *piece = NULL;
		int n = PQgetCopyData(t->c, &piece, 1);
		if (n == -1) return finish(t, PGRES_COMMAND_OK, e);
		if (n == -2) return lost(t, e);
		if (n == 0) {
			if (!wait_for(t, POLLIN, 0, e)) return false;
			if (!PQconsumeInput(t->c)) return lost(t, e);
			continue;
		}
		bool ok = fetch_file_take(t->file, str_make(piece, (size_t)n), e);
		PQfreemem(piece);
		if (ok && t->file->bytes > t->f->most) ok = err_set(e, ERR_TOO_LARGE, "The table is larger than the %lld bytes that the portal accepts.", (long long)t->f->most);
		if (!ok) return false;
		if (!fetch_stopped(t->f, e)) return false;
	}
}

static void cancel(struct talk *t)
{
	char ignored[256];
	PGcancel *c = PQgetCancel(t->c);
	if (c) PQcancel(c, ignored, sizeof ignored);
	PQfreeCancel(c);
}

static bool run(struct talk *t, struct err *e)
{
	struct arena *a = t->f->a;
	struct str table = fetch_text(t->f->r->datasource, "table"), query = fetch_text(t->f->r->datasource, "query");
	while (str_ends(query, STR(";"))) query = str_trim(str_sub(query, 0, query.n - 1));
	if (table.n) query = arena_printf(a, "select * from %.*s", STR_ARG(quoted(t, table)));
	if (!query.n) return err_set(e, ERR_PARAMETER, "The source names no table and no query.");
	if (!command(t, arena_printf(a, "begin isolation level repeatable read read only; set local statement_timeout = %d; set local idle_in_transaction_session_timeout = %d", STATEMENT_MS, STATEMENT_MS).p, e)) return false;
	/* Prepared by the protocol that takes one statement and no more. */
	if (!(PQsendPrepare(t->c, "stoa", arena_cstr(a, query), 0, NULL) || lost(t, e)) || !finish(t, PGRES_COMMAND_OK, e)) return false;
	struct str copy = arena_printf(a, "copy (%.*s\n) to stdout with (format csv, header)", STR_ARG(query));
	if (!(PQsendQuery(t->c, copy.p) || lost(t, e)) || !finish(t, PGRES_COPY_OUT, e)) return false;
	return fetch_file_begin(t->file, true, -1, e) && copy_out(t, e) && command(t, "commit", e);
}

bool fetch_postgresql(struct fetching *f, struct err *e)
{
	struct fetch_copy copy;
	struct fetch_file file;
	struct talk t = { .f = f };
	bool found;
	if (!fetch_copy_read(f, STR(""), &copy, &found, e)) return false;
	if (found && !f->r->fresh && fetch_copy_recent(&copy) && fetch_copy_give(f, &copy)) return true;
	if (!fetch_file_open(f, STR(""), &file, e)) return false;
	t.file = &file;
	bool ok = start(&t, e) && run(&t, e);
	if (!ok && t.c && e->code == ERR_CANCELLED) cancel(&t);
	if (t.c) PQfinish(t.c);
	struct str table = fetch_text(f->r->datasource, "table");
	copy = (struct fetch_copy){ .name = arena_printf(f->a, "%.*s.csv", STR_ARG(table.n ? str_sub(table, 0, 100) : STR("query"))), .mime = STR("text/csv") };
	if (ok) return fetch_settle(f, &file, &copy, STR(""), STR(""), e);
	fetch_file_abandon(&file, false);
	return false;
}
