/* Trying out a connection before it is kept: the other side is asked for as little as there is. */
#include "fetch/inside.h"
#include "fetch/secret.h"

enum { TRY_MS = 20000, TRY_BYTES = 1 << 16 };

/* A file system's folder is listed, a database says "select 1", a portal tells of its catalogue; of a web address and of a bucket the headers
 * are enough. The text is what a datasource of that kind would be. */
static struct str probe_of(struct arena *a, struct str type, struct str connection)
{
	if (str_eq(type, STR("postgresql"))) return arena_printf(a, "{\"type\":\"postgresql\",\"query\":\"select 1\",\"connection\":%.*s}", STR_ARG(connection));
	if (str_eq(type, STR("ftp"))) return arena_printf(a, "{\"type\":\"ftp\",\"connection\":%.*s}", STR_ARG(connection));
	return STR("");
}

/* Whether somebody answers and lets us in. An address that is only the beginning of others may well have nothing itself. */
static bool try_http(struct fetching *f, struct str type, struct err *e)
{
	struct fetch_call c;
	struct net_answer answer;
	bool portal = str_eq(type, STR("portal"));
	if (!fetch_call_of(f, f->connection, portal ? STR("api/explore/v2.1/catalog/datasets?limit=1") : STR(""), &c, e)) return false;
	const struct net_call call = { .method = "GET", .url = c.url, .headers = c.headers, .nheaders = c.nheaders, .most = TRY_BYTES, .timeout_ms = TRY_MS,
		                       .flags = fetch_flags(f->site) | NET_NO_TLS, .ca_file_or_empty = fetch_ca(f->site) };
	struct err own = { 0 };
	if (!net_call(&call, f->a, &answer, &own)) {
		if (own.code == ERR_TOO_LARGE) return true; /* somebody answers, and at length */
		*e = own;
		return false;
	}
	if (answer.status == 401 || answer.status == 403) return err_set(e, ERR_UNAUTHENTICATED, "The other server does not let us in (%d). Check the user, password or key.", answer.status);
	if (answer.status >= 500) return err_set(e, ERR_UPSTREAM, "The other server answered %d.", answer.status);
	return !portal || answer.status == 200 || err_set(e, ERR_UPSTREAM, "What answers at this address is no portal (%d).", answer.status);
}

static bool try_source(struct site *s, struct tenant_id t, struct arena *a, struct str probe, struct err *e)
{
	const struct json_node *d;
	struct fetch_result *out;
	size_t n;
	if (!json_read_in(a, probe, &d, e)) return false;
	struct fetch_request r = { .tenant = t, .datasource = d, .fresh = true, .most_bytes = TRY_BYTES };
	struct err own = { 0 };
	if (!fetch_source(s, &r, a, &out, &n, &own)) {
		/* The server was reached and let us in: what is in its first folder does not matter. */
		if (own.code == ERR_NOT_FOUND || own.code == ERR_TOO_LARGE) return true;
		*e = own;
		return false;
	}
	fetch_done(out, n);
	return true;
}

bool fetch_connection_try(struct site *s, struct tenant_id t, const struct json_node *json, struct str uid, struct err *e)
{
	auto_arena a = ARENA_INIT;
	struct process_faults faults = { .arena = &a };
	const struct json_node *old = NULL, *whole;
	struct fetch_request none = { .tenant = t, .datasource = json };
	struct fetching f = { .site = s, .a = &a, .r = &none };
	auto_buf text = BUF_INIT(1 << 17);
	fetch_check_connection(json, STR(""), uid.n != 0, &faults);
	if (faults.list.n) return err_set(e, ERR_PARAMETER, "%.*s: %.*s", STR_ARG(faults.list.p[0].path), STR_ARG(faults.list.p[0].message));
	if (uid.n && !fetch_connection_open(s, t, uid, &a, &old, e)) return false;
	if (!fetch_merge(json, old, &a, &whole, &faults, e)) return false;
	f.connection = whole;
	json_put_node(&text, whole);
	struct str type = fetch_text(whole, "type"), probe = probe_of(&a, type, buf_str(&text));
	if (probe.n) return try_source(s, t, &a, probe, e);
	if (str_eq(type, STR("http")) || str_eq(type, STR("portal"))) return try_http(&f, type, e);
	return true; /* buckets say nothing without a name of something in them */
}
