/* The one entrance: which kind of source it is, where its connection comes from, what the portal allows. */
#include "fetch/inside.h"
#include "crypt/crypt.h"
#include "io/io.h"
#include <unistd.h>

const struct store_query fetch_q[] = {
#define Q(name, text) [FETCH_Q_##name] = { #name, text },
#include "fetch/queries.def"
#undef Q
};

const struct fetch_way fetch_ways[] = {
	{ "uploaded_file", fetch_uploaded }, { "http", fetch_http }, { "ftp", fetch_ftp }, { "amazon_s3", fetch_s3 },
	{ "azure_blob_storage", fetch_azure }, { "postgresql", fetch_postgresql }, { "portal", fetch_portal }, { "federated", fetch_portal },
	{ "published", fetch_published }, { 0 },
};

unsigned fetch_flags(const struct site *s) { return s->conf && s->conf->fetch_private ? NET_PRIVATE : 0; }
const char *fetch_ca(const struct site *s) { return s->conf ? s->conf->ca_file : NULL; }
int fetch_longest(const struct site *s) { return s->conf ? (int)s->conf->fetch_s : 0; }

struct str fetch_text(const struct json_node *o, const char *name) { return str_trim(json_text(json_get(o, name))); }

bool fetch_stopped(const struct fetching *f, struct err *e)
{
	if (!f->r->cancel_or_null || !cancel_fired(f->r->cancel_or_null)) return true;
	return err_set(e, ERR_CANCELLED, "fetching the source was stopped");
}

/* Which source this is: what it says of itself, secrets left out, and where its connection leads. */
static struct str mark_of(struct fetching *f)
{
	auto_buf b = BUF_INIT(1 << 20);
	unsigned char hash[CRYPT_SHA256];
	char hex[2 * CRYPT_SHA256 + 1];
	json_put_node(&b, f->r->datasource);
	buf_put_char(&b, '\n');
	buf_put(&b, fetch_text(f->connection, "url"));
	buf_put(&b, fetch_text(f->connection, "host"));
	buf_put(&b, fetch_text(f->connection, "database"));
	crypt_sha256(buf_str(&b), hash);
	crypt_hex(hash, sizeof hash, hex);
	return arena_str(f->a, str_of(hex));
}

bool fetch_open_connection(struct fetching *f, struct err *e)
{
	const struct json_node *c = json_get(f->r->datasource, "connection");
	if (!c) c = json_get(f->r->datasource, "apikey_connection");
	struct str uid = json_kind(c) == JSON_TEXT ? json_text(c) : fetch_text(c, "uid");
	f->connection = c;
	if (!uid.n) return true;
	f->uid = uid;
	return fetch_connection_open(f->site, f->r->tenant, uid, f->a, &f->connection, e);
}

static bool prepare(struct fetching *f, struct err *e)
{
	int64_t megabytes = 10240;
	const struct tenant *t = tenants_hold_or_null(f->site->tenants, f->r->tenant);
	if (t) {
		megabytes = tenant_number(t, "limits.source_mb");
		tenant_release(f->site->tenants, t);
	}
	f->most = f->r->most_bytes ? f->r->most_bytes : megabytes << 20;
	f->folder = arena_printf(f->a, "%.*s/%lld/sources", STR_ARG(f->site->folder), (long long)f->r->tenant.v);
	if (!io_make_folders(f->folder.p, e) || !fetch_open_connection(f, e)) return false;
	f->mark = mark_of(f);
	return true;
}

bool fetch_source(struct site *s, const struct fetch_request *r, struct arena *a, struct fetch_result **out, size_t *n, struct err *e)
{
	struct fetching f = { .site = s, .r = r, .a = a };
	struct str type = fetch_text(r->datasource, "type");
	size_t i = 0;
	while (fetch_ways[i].type && !str_eq(type, str_of(fetch_ways[i].type))) i++;
	if (!fetch_ways[i].type) return err_set(e, ERR_PARAMETER, "Sources of the type \"%.*s\" are not known here.", STR_ARG(str_sub(type, 0, 40)));
	if (!prepare(&f, e) || !fetch_stopped(&f, e)) return false;
	if (!fetch_ways[i].run(&f, e)) {
		fetch_done(f.out.p, f.out.n);
		return false;
	}
	*out = f.out.p;
	*n = f.out.n;
	return true;
}

void fetch_done(struct fetch_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (results[i].fd >= 0) close(results[i].fd);
		results[i].fd = -1;
	}
}
