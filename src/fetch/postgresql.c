/* A table or a query of a PostgreSQL server as a CSV file: COPY … TO STDOUT in a transaction that cannot write, with a bound on its
 * time. The door to libpq. The server's address is judged before anything is sent to it; the query has to be one that the
 * server can prepare by itself, so that nothing but it is run. */
#include "fetch/inside.h"
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

enum { CONNECT_MS = 15000, POLL_MS = 150, STATEMENT_MS = 3600 * 1000 };

struct talk {
	struct fetching *f;
	PGconn *c;
	struct fetch_file *file;
	struct buf *text;           /* what comes goes here instead; NULL: into the file */
};

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
		if (t->text) buf_put(t->text, str_make(piece, (size_t)n));
		bool ok = t->text || fetch_file_take(t->file, str_make(piece, (size_t)n), e);
		PQfreemem(piece);
		if (ok && !t->text && t->file->bytes > t->f->most) ok = err_set(e, ERR_TOO_LARGE, "The table is larger than the %lld bytes that the portal accepts.", (long long)t->f->most);
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

/* The statement that is read, prepared by the protocol that takes one statement and no more. */
static bool prepare(struct talk *t, struct str *query, struct err *e)
{
	struct arena *a = t->f->a;
	struct str table = fetch_text(t->f->r->datasource, "table");
	*query = fetch_text(t->f->r->datasource, "query");
	while (str_ends(*query, STR(";"))) *query = str_trim(str_sub(*query, 0, query->n - 1));
	if (table.n) *query = arena_printf(a, "select * from %.*s", STR_ARG(quoted(t, table)));
	if (!query->n) return err_set(e, ERR_PARAMETER, "The source names no table and no query.");
	if (!command(t, arena_printf(a, "begin isolation level repeatable read read only; set local statement_timeout = %d; set local idle_in_transaction_session_timeout = %d", STATEMENT_MS, STATEMENT_MS).p, e)) return false;
	return (PQsendPrepare(t->c, "stoa", arena_cstr(a, *query), 0, NULL) || lost(t, e)) && finish(t, PGRES_COMMAND_OK, e);
}

static bool copy(struct talk *t, struct str query, const char *how, struct err *e)
{
	struct str sql = arena_printf(t->f->a, "copy (%.*s\n) to stdout with (format csv%s)", STR_ARG(query), how);
	return (PQsendQuery(t->c, sql.p) || lost(t, e)) && finish(t, PGRES_COPY_OUT, e) && copy_out(t, e);
}

static bool run(struct talk *t, struct err *e)
{
	struct str query;
	return prepare(t, &query, e) && fetch_file_begin(t->file, true, -1, e) && copy(t, query, ", header", e) && command(t, "commit", e);
}

static struct fetch_copy copy_named(struct fetching *f, struct str item)
{
	struct str table = fetch_text(f->r->datasource, "table");
	return (struct fetch_copy){ .item = item, .name = arena_printf(f->a, "%.*s.csv", STR_ARG(table.n ? str_sub(table, 0, 100) : STR("query"))), .mime = STR("text/csv") };
}

/* --- only what is new ------------------------------------------------------------------------------------------------- */

enum { HEADER_BYTES = 1 << 20, PIECE = 1 << 20 };

struct growth {
	struct talk *t;
	struct str query, field;    /* the field quoted */
	struct fetch_copy had;
	int old;                    /* its bytes; -1: none */
	struct str mark, header;    /* the greatest value there is now; the line of names */
};

static bool read_text(struct growth *g, struct str query, const char *how, struct str *out, struct err *e)
{
	auto_buf b = BUF_INIT(HEADER_BYTES);
	g->t->text = &b;
	bool ok = copy(g->t, query, how, e);
	g->t->text = NULL;
	*out = arena_str(g->t->f->a, buf_str(&b));
	return ok;
}

/* As the database writes it where it is compared again, so that nothing of it is lost: a line of CSV with one cell. */
static struct str uncelled(struct arena *a, struct str line)
{
	line = str_trim(line);
	if (!str_starts(line, STR("\""))) return line;
	auto_buf b = BUF_INIT(HEADER_BYTES);
	for (size_t i = 1; i + 1 < line.n; i++) {
		buf_put_char(&b, line.p[i]);
		if (line.p[i] == '"') i++;
	}
	return arena_str(a, buf_str(&b));
}

static bool look(struct growth *g, struct err *e)
{
	struct arena *a = g->t->f->a;
	struct str line;
	if (!read_text(g, arena_printf(a, "select max(%.*s)::text from (%.*s\n) as stoa", STR_ARG(g->field), STR_ARG(g->query)), "", &line, e)) return false;
	g->mark = uncelled(a, line);
	return read_text(g, arena_printf(a, "select * from (%.*s\n) as stoa where false", STR_ARG(g->query)), ", header", &g->header, e);
}

/* What is there begins with the line of names that the table has now. */
static bool has_header(const struct growth *g)
{
	char *piece = arena_bytes(g->t->f->a, g->header.n + 1);
	ssize_t n = pread(g->old, piece, g->header.n, 0);
	return g->header.n && n == (ssize_t)g->header.n && str_eq(str_make(piece, g->header.n), g->header);
}

static bool put_former(struct growth *g, struct err *e)
{
	char *piece = arena_bytes(g->t->f->a, PIECE);
	ssize_t n;
	while ((n = pread(g->old, piece, PIECE, g->t->file->bytes)) > 0)
		if (!fetch_file_take(g->t->file, str_make(piece, (size_t)n), e) || !fetch_stopped(g->t->f, e)) return false;
	return n == 0 || err_os(e, "read of a source");
}

/* Rows beyond the mark go behind those that are there; where the columns are others, or nothing is there, all are read. */
static bool grow(struct growth *g, struct err *e)
{
	struct arena *a = g->t->f->a;
	struct str then = fetch_known_read(a, g->had.known).modified, more = STR("");
	bool all = g->old < 0 || !then.n || !g->mark.n || !has_header(g);
	char *literal = PQescapeLiteral(g->t->c, then.n ? then.p : "", then.n);
	if (!all) more = arena_printf(a, " where %.*s > %s", STR_ARG(g->field), literal ? literal : "''");
	PQfreemem(literal);
	struct str query = arena_printf(a, "select * from (%.*s\n) as stoa%.*s order by %.*s", STR_ARG(g->query), STR_ARG(more), STR_ARG(g->field));
	return (all || put_former(g, e)) && copy(g->t, query, all ? ", header" : "", e) && command(g->t, "commit", e);
}

static bool bring_new(struct growth *g, struct err *e)
{
	struct talk *t = g->t;
	struct str field = fetch_text(t->f->r->datasource, "incremental_field");
	if (!start(t, e) || !prepare(t, &g->query, e)) return false;
	char *name = PQescapeIdentifier(t->c, field.p, field.n);
	g->field = arena_str(t->f->a, str_of(name ? name : "\"\""));
	PQfreemem(name);
	return look(g, e) && grow(g, e);
}

/* What was brought before is copied into a file of its own and goes on there, so that whoever reads the former one is not disturbed. What
 * the database changes or deletes later is not seen until the copy is forgotten. */
static bool incremental(struct fetching *f, struct err *e)
{
	struct talk t = { .f = f };
	struct growth g = { .t = &t, .old = -1 };
	struct fetch_file file;
	struct str item = STR("rows");
	bool found;
	if (!fetch_copy_read(f, item, &g.had, &found, e)) return false;
	if (found && !f->r->fresh && fetch_copy_recent(&g.had) && fetch_copy_give(f, &g.had)) return true;
	if (!fetch_file_open(f, STR(""), &file, e)) return false;
	t.file = &file;
	if (found) g.old = open(arena_printf(f->a, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(g.had.file)).p, O_RDONLY | O_CLOEXEC);
	bool ok = bring_new(&g, e);
	if (!ok && t.c && e->code == ERR_CANCELLED) cancel(&t);
	if (t.c) PQfinish(t.c);
	if (g.old >= 0) close(g.old);
	if (!ok) {
		fetch_file_abandon(&file, false);
		return false;
	}
	struct fetch_copy c = copy_named(f, item);
	struct fetch_known then = fetch_known_read(f->a, f->r->known);
	if (!fetch_settle(f, &file, &c, STR(""), g.mark, e)) return false;
	struct fetch_result *last = &f->out.p[f->out.n - 1];
	if (!then.sha256.n || !str_eq(then.sha256, fetch_known_read(f->a, last->known).sha256)) return true;
	fetch_done(last, 1);
	last->unchanged = true;
	return true;
}

bool fetch_postgresql(struct fetching *f, struct err *e)
{
	struct fetch_copy copy;
	struct fetch_file file;
	struct talk t = { .f = f };
	bool found;
	if (fetch_text(f->r->datasource, "incremental_field").n) return incremental(f, e);
	if (!fetch_copy_read(f, STR(""), &copy, &found, e)) return false;
	if (found && !f->r->fresh && fetch_copy_recent(&copy) && fetch_copy_give(f, &copy)) return true;
	if (!fetch_file_open(f, STR(""), &file, e)) return false;
	t.file = &file;
	bool ok = start(&t, e) && run(&t, e);
	if (!ok && t.c && e->code == ERR_CANCELLED) cancel(&t);
	if (t.c) PQfinish(t.c);
	copy = copy_named(f, STR(""));
	if (ok) return fetch_settle(f, &file, &copy, STR(""), STR(""), e);
	fetch_file_abandon(&file, false);
	return false;
}
