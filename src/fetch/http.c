/* Sources over HTTP: who we are to the other side, whether the source has changed, and going on where a download broke off. */
#include "fetch/inside.h"
#include "crypt/crypt.h"

enum { TRIES = 4, TOKEN_BYTES = 1 << 16, TOKEN_MS = 20000, NAME_BYTES = 120 };
static const char *const wanted[] = { "etag", "last-modified", "content-disposition", "content-encoding", "retry-after", "date", NULL };
enum { ETAG, MODIFIED, DISPOSITION, ENCODING };

/* --- calls --------------------------------------------------------------------------------------------------- */

bool fetch_header(struct fetch_call *c, struct str name, struct str value, struct err *e)
{
	if (c->nheaders == FETCH_HEADERS) return err_set(e, ERR_PARAMETER, "A source is asked with at most %d headers.", FETCH_HEADERS - 4);
	c->headers[c->nheaders++] = (struct net_header){ name, value };
	return true;
}

/* A protocol stands before the first :// and is a word; elsewhere that belongs to the path or the query. */
static bool is_whole(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	for (ptrdiff_t i = 0; i < at; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.", url.p[i])) return false;
	return at > 0;
}

struct str fetch_join(struct arena *a, struct str base, struct str relative)
{
	if (!relative.n) return base;
	if (!base.n || is_whole(relative)) return relative;
	bool slash = str_ends(base, STR("/")), slash2 = str_starts(relative, STR("/")), query = str_starts(relative, STR("?"));
	if (slash && slash2) relative = str_from(relative, 1);
	return arena_printf(a, "%.*s%s%.*s", STR_ARG(base), slash || slash2 || query ? "" : "/", STR_ARG(relative));
}

static bool put_headers(struct fetching *f, const struct json_node *list, struct fetch_call *out, struct err *e)
{
	for (size_t i = 0; i < json_count(list) && i < FETCH_HEADERS; i++) {
		struct str name = fetch_text(json_at(list, i), "name");
		if (name.n && !fetch_header(out, arena_str(f->a, name), arena_str(f->a, fetch_text(json_at(list, i), "value")), e)) return false;
	}
	return true;
}

/* A value of application/x-www-form-urlencoded, or of a query. */
static void put_encoded(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr("-._~", c);
		if (plain && c) {
			buf_put_char(b, (char)c);
		} else {
			buf_put_char(b, '%');
			buf_put_char(b, hex[c >> 4]);
			buf_put_char(b, hex[c & 15]);
		}
	}
}

static void put_form(struct buf *b, const char *name, struct str value)
{
	if (!value.n) return;
	if (b->n) buf_put_char(b, '&');
	buf_put(b, str_of(name));
	buf_put_char(b, '=');
	put_encoded(b, value);
}

/* OAuth 2: a token for the client itself (client_credentials) or for a user (password). */
static bool ask_token(struct fetching *f, const struct json_node *auth, struct str *token, struct err *e)
{
	auto_buf form = BUF_INIT(TOKEN_BYTES);
	auto_json *doc = NULL;
	struct net_answer answer;
	struct err ignored = { 0 };
	struct str grant = fetch_text(auth, "grant_type");
	put_form(&form, "grant_type", grant);
	put_form(&form, "client_id", fetch_text(auth, "client_id"));
	put_form(&form, "client_secret", fetch_text(auth, "client_secret"));
	put_form(&form, "scope", fetch_text(auth, "scope"));
	if (str_eq(grant, STR("password"))) {
		put_form(&form, "username", fetch_text(auth, "username"));
		put_form(&form, "password", fetch_text(auth, "password"));
	}
	const struct net_header type = { STR("Content-Type"), STR("application/x-www-form-urlencoded") };
	const struct net_call call = { .method = "POST", .url = fetch_text(auth, "token_endpoint"), .headers = &type, .nheaders = 1, .body = buf_str(&form), .most = TOKEN_BYTES,
		                       .timeout_ms = TOKEN_MS, .flags = fetch_flags(f->site) | (fetch_flags(f->site) ? NET_NO_TLS : 0), .ca_file_or_empty = fetch_ca(f->site),
		                       .cancel_or_null = f->r->cancel_or_null };
	if (!net_call(&call, f->a, &answer, e)) return false;
	if (answer.status != 200)
		return err_set(e, ERR_UNAUTHENTICATED, "The server that gives tokens answered %d: check the client's name and secret, and the grant type.", answer.status);
	if (json_read(answer.body, &doc, &ignored)) *token = arena_str(f->a, fetch_text(json_root(doc), "access_token"));
	return token->n != 0 || err_set(e, ERR_UPSTREAM, "The server that gives tokens gave none.");
}

/* "Basic …" of a user and password. */
static void put_basic(struct buf *b, struct str user, struct str password)
{
	auto_buf both = BUF_INIT(4096);
	buf_put(&both, user);
	buf_put_char(&both, ':');
	buf_put(&both, password);
	buf_lit(b, "Basic ");
	crypt_put_base64(b, buf_str(&both));
}

static bool put_auth(struct fetching *f, const struct json_node *auth, struct fetch_call *out, struct err *e)
{
	struct str type = fetch_text(auth, "type"), token = STR("");
	if (!auth || json_kind(auth) == JSON_NULL || !type.n) return true;
	if (str_eq(type, STR("basic_auth"))) {
		auto_buf b = BUF_INIT(8192);
		put_basic(&b, fetch_text(auth, "username"), json_text(json_get(auth, "password")));
		return fetch_header(out, STR("Authorization"), arena_str(f->a, buf_str(&b)), e);
	}
	if (str_eq(type, STR("api_key"))) {
		struct str name = fetch_text(auth, "name"), value = fetch_text(auth, "value");
		if (!str_eq(fetch_text(auth, "in"), STR("query"))) return fetch_header(out, arena_str(f->a, name.n ? name : STR("Authorization")), arena_str(f->a, value), e);
		auto_buf b = BUF_INIT(1 << 14);
		buf_put(&b, out->url);
		buf_put_char(&b, str_find_char(out->url, '?') < 0 ? '?' : '&');
		put_encoded(&b, name);
		buf_put_char(&b, '=');
		put_encoded(&b, value);
		out->url = arena_str(f->a, buf_str(&b));
		return true;
	}
	if (str_eq(type, STR("bearer"))) token = fetch_text(auth, "token");
	else if (str_eq(type, STR("oauth2")) || str_eq(type, STR("oidc"))) {
		if (!ask_token(f, auth, &token, e)) return false;
	} else {
		return err_set(e, ERR_PARAMETER, "A way of signing in called \"%.*s\" is not known here.", STR_ARG(str_sub(type, 0, 40)));
	}
	return fetch_header(out, STR("Authorization"), arena_printf(f->a, "Bearer %.*s", STR_ARG(token)), e);
}

bool fetch_call_of(struct fetching *f, const struct json_node *connection, struct str relative, struct fetch_call *out, struct err *e)
{
	*out = (struct fetch_call){ .url = arena_str(f->a, fetch_join(f->a, fetch_text(connection, "url"), relative)), .conditional = true };
	if (f->uid.n && !fetch_stays(f->a, f->r->datasource, connection, str_starts(relative, STR("//")) ? relative : out->url, e)) return false;
	return put_headers(f, json_get(connection, "headers"), out, e) && put_auth(f, json_get(connection, "auth"), out, e);
}

bool fetch_http(struct fetching *f, struct err *e)
{
	struct fetch_call c;
	struct str relative = fetch_text(f->r->datasource, "relative_url");
	if (!relative.n) relative = fetch_text(f->r->datasource, "url");
	if (!fetch_call_of(f, f->connection, relative, &c, e) || !put_headers(f, json_get(f->r->datasource, "headers"), &c, e)) return false;
	/* Where somebody signs in, or says headers, the address is meant as it stands. */
	if (!f->uid.n && !c.nheaders) c.shared = fetch_shared(f->a, c.url, &c.url);
	return fetch_by_http(f, &c, e);
}

/* --- names ------------------------------------------------------------------------------------------------------- */

static const struct { const char *mime, *suffix; } suffixes[] = {
	{ "text/csv", ".csv" }, { "application/csv", ".csv" }, { "text/tab-separated-values", ".tsv" }, { "application/json", ".json" }, { "application/geo+json", ".geojson" },
	{ "application/vnd.geo+json", ".geojson" }, { "application/x-ndjson", ".jsonl" }, { "application/jsonl", ".jsonl" }, { "application/zip", ".zip" }, { "application/gzip", ".gz" },
	{ "application/xml", ".xml" }, { "text/xml", ".xml" }, { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx" },
	{ "application/vnd.ms-excel", ".xls" }, { "application/vnd.oasis.opendocument.spreadsheet", ".ods" }, { "application/vnd.google-earth.kml+xml", ".kml" },
	{ "application/vnd.google-earth.kmz", ".kmz" }, { "application/gpx+xml", ".gpx" }, { "application/rss+xml", ".rss" }, { "application/atom+xml", ".atom" },
	{ "application/rdf+xml", ".rdf" }, { "text/calendar", ".ics" }, { "application/vnd.apache.parquet", ".parquet" }, { "application/geopackage+sqlite3", ".gpkg" },
};

static int hex_of(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* Letters and digits of any script, dots, blanks and dashes: no separators, nothing that a terminal obeys. */
static struct str clean_name(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(1 << 12);
	for (size_t i = 0; i < s.n && b.n < NAME_BYTES; i++) {
		char c = s.p[i];
		if (c == '%' && i + 2 < s.n && hex_of(s.p[i + 1]) >= 0 && hex_of(s.p[i + 2]) >= 0) {
			c = (char)(hex_of(s.p[i + 1]) * 16 + hex_of(s.p[i + 2]));
			i += 2;
		}
		buf_put_char(&b, (unsigned char)c < 0x20 || c == 0x7f || c == '/' || c == '\\' ? '_' : c);
	}
	return arena_str(a, buf_str(&b));
}

static struct str of_disposition(struct str s)
{
	ptrdiff_t at = str_find(s, STR("filename*=UTF-8''"));
	if (at < 0) at = str_find(s, STR("filename*=utf-8''"));
	if (at >= 0) {
		s = str_from(s, (size_t)at + 17);
	} else {
		at = str_find(s, STR("filename="));
		if (at < 0) return STR("");
		s = str_from(s, (size_t)at + 9);
		if (str_starts(s, STR("\""))) {
			s = str_from(s, 1);
			at = str_find_char(s, '"');
			return at < 0 ? STR("") : str_sub(s, 0, (size_t)at);
		}
	}
	at = str_find_char(s, ';');
	return str_trim(at < 0 ? s : str_sub(s, 0, (size_t)at));
}

static struct str of_url(struct str url)
{
	ptrdiff_t at = str_find_char(url, '#');
	if (at >= 0) url = str_sub(url, 0, (size_t)at);
	at = str_find_char(url, '?');
	if (at >= 0) url = str_sub(url, 0, (size_t)at);
	at = str_find(url, STR("://"));
	if (at >= 0) url = str_from(url, (size_t)at + 3);
	at = str_find_char(url, '/');
	if (at < 0) return STR("");
	return str_from(url, (size_t)(str_rfind_char(url, '/') + 1));
}

static struct str name_of(struct fetching *f, const struct fetch_call *c, const struct net_brought *got, struct str mime)
{
	struct str name = c->name.n ? c->name : clean_name(f->a, of_disposition(got->wanted[DISPOSITION]));
	if (!name.n) name = clean_name(f->a, of_url(got->url.n ? got->url : c->url));
	if (!name.n) name = STR("source");
	if (str_find_char(name, '.') >= 0) return name;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (str_eq_nocase(mime, str_of(suffixes[i].mime))) return arena_join(f->a, name, str_of(suffixes[i].suffix));
	return name;
}

static struct str mime_of(struct fetching *f, struct str type)
{
	ptrdiff_t at = str_find_char(type, ';');
	return arena_str(f->a, str_trim(at < 0 ? type : str_sub(type, 0, (size_t)at)));
}

/* --- one download ----------------------------------------------------------------------------------------------------- */

struct download {
	struct fetching *f;
	struct fetch_call *call;
	struct fetch_copy copy;     /* what is kept, whole or not */
	bool kept;
	struct fetch_known known;   /* of the copy, else what the caller knows */
	struct fetch_file file;
	struct net_brought got;
};

static bool begin(void *arg, bool whole, int64_t total, struct err *e)
{
	struct download *d = arg;
	return fetch_file_begin(&d->file, whole, total, e);
}
static bool take(void *arg, struct str bytes, struct err *e)
{
	struct download *d = arg;
	return fetch_file_take(&d->file, bytes, e);
}
static void tick(void *arg)
{
	struct download *d = arg;
	fetch_file_tick(&d->file);
}

/* Weak validators do not promise the same bytes: nothing can be gone on with. */
static struct str strong(const struct fetch_known *k)
{
	if (k->etag.n && !str_starts(k->etag, STR("W/"))) return k->etag;
	return k->etag.n ? STR("") : k->modified;
}

static bool ask(struct download *d, struct err *e)
{
	struct fetch_call c = *d->call;
	struct fetching *f = d->f;
	bool resume = d->file.bytes > 0;
	bool good = !resume || fetch_header(&c, STR("If-Range"), strong(&d->known), e);
	if (!resume && c.conditional && d->known.etag.n) good = good && fetch_header(&c, STR("If-None-Match"), d->known.etag, e);
	else if (!resume && c.conditional && d->known.modified.n) good = good && fetch_header(&c, STR("If-Modified-Since"), d->known.modified, e);
	c.from = d->file.bytes;
	if (!good || (c.sign && !c.sign(f, &c, e))) return false;
	const struct net_bring b = { .url = c.url, .schemes = NET_HTTP | NET_HTTPS, .headers = c.headers, .nheaders = c.nheaders,
		                     .from = d->file.bytes, .most = f->most, .redirects = FETCH_REDIRECTS, .longest_s = fetch_longest(f->site), .flags = fetch_flags(f->site), .ca_file_or_empty = fetch_ca(f->site),
		                     .wanted = wanted, .begin = begin, .take = take, .tick = tick, .arg = d, .cancel_or_null = f->r->cancel_or_null };
	return net_bring(&b, f->a, &d->got, e);
}

static bool judge(const struct download *d, struct err *e)
{
	int s = d->got.status;
	bool asked = d->call->conditional && (d->known.etag.n || d->known.modified.n); /* whether it has changed */
	if (s == 200 || s == 206 || (s == 304 && asked)) return true;
	if (s == 401 || s == 403) return err_set(e, ERR_UNAUTHENTICATED, "The other server does not let us in (%d). Check the user, password or key of the connection.", s);
	if (s == 404 || s == 410) return err_set(e, ERR_NOT_FOUND, "The other server has nothing at this address (%d). Check it in a browser.", s);
	if (s == 416) return err_set(e, ERR_UPSTREAM, "The other server has less of the file than before; try again.");
	if (s == 429 || s == 503) return err_set(e, ERR_UPSTREAM, "The other server is too busy (%d). Try again later.", s);
	return err_set(e, ERR_UPSTREAM, "The other server answered %d instead of the file.", s);
}

static bool wait_a_little(struct fetching *f, int try, struct err *e)
{
	int64_t until = clock_monotonic_ns() + (INT64_C(250000000) << try);
	while (clock_monotonic_ns() < until) {
		if (!fetch_stopped(f, e)) return false;
		if (f->r->progress) f->r->progress(f->r->arg, f->done, 0);
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return true;
}

/* Notes what came so that it can be gone on with, now or another day. */
static bool keep_part(struct download *d)
{
	struct err ignored = { 0 };
	const struct fetch_known k = { .etag = d->got.wanted[ETAG], .modified = d->got.wanted[MODIFIED], .bytes = d->file.bytes };
	if (!strong(&k).n || !d->file.bytes) return false;
	d->known = k;
	struct fetch_copy c = { .item = d->call->item, .file = d->file.name, .name = d->copy.name, .bytes = d->file.bytes, .known = fetch_known_text(d->f->a, &k) };
	return d->f->r->dataset == 0 || fetch_copy_write(d->f, &c, &ignored);
}

static bool bring(struct download *d, struct err *e)
{
	for (int i = 0;; i++) {
		struct err why = { 0 };
		if (ask(d, &why)) {
			if (d->got.status != 416 || i == TRIES - 1) return judge(d, e);
			if (!fetch_file_begin(&d->file, true, -1, e)) return false; /* from its beginning */
			continue;
		}
		bool kept = (d->got.broken || why.code == ERR_CANCELLED) && keep_part(d);
		if (!d->got.broken || i == TRIES - 1) {
			*e = why;
			fetch_file_abandon(&d->file, kept && d->f->r->dataset != 0);
			return false;
		}
		if (!kept && !fetch_file_begin(&d->file, true, -1, e)) return false;
		if (!kept) d->file.bytes = 0;
		if (!wait_a_little(d->f, i, e)) return false;
	}
}

static bool same_as_known(struct fetching *f, const struct fetch_copy *c)
{
	struct fetch_known now = fetch_known_read(f->a, c->known), then = fetch_known_read(f->a, f->r->known);
	return then.sha256.n && str_eq(now.sha256, then.sha256);
}

/* 304: the copy is still what lies there, or, without one, what the caller knows. */
static bool not_modified(struct download *d, struct err *e)
{
	struct fetching *f = d->f;
	if (d->kept && !same_as_known(f, &d->copy)) {
		bool ok = fetch_copy_write(f, &d->copy, e);
		return ok && (fetch_copy_give(f, &d->copy) || err_set(e, ERR_UPSTREAM, "the kept copy of the source is gone; try again"));
	}
	vec_push(f->a, &f->out, (struct fetch_result){ .unchanged = true, .fd = -1, .name = d->copy.name, .mime = d->copy.mime, .known = f->r->known });
	return true;
}

bool fetch_by_http(struct fetching *f, struct fetch_call *call, struct err *e)
{
	struct download d = { .f = f, .call = call, .file = { .fd = -1 } };
	bool found;
	if (!fetch_copy_read(f, call->item, &d.copy, &found, e)) return false;
	if (found && !call->item.n && !f->r->fresh && fetch_copy_recent(&d.copy) && fetch_copy_give(f, &d.copy)) return true;
	d.kept = found && d.copy.whole;
	bool part = found && !d.copy.whole;
	d.known = found ? fetch_known_read(f->a, d.copy.known) : fetch_known_read(f->a, call->item.n ? STR("") : f->r->known);
	if (!fetch_file_open(f, part ? d.copy.file : STR(""), &d.file, e)) return false;
	if (!bring(&d, e)) {
		if (d.file.fd >= 0) fetch_file_abandon(&d.file, false);
		return false;
	}
	if (d.got.status == 304) {
		fetch_file_abandon(&d.file, false);
		return not_modified(&d, e);
	}
	struct str mime = mime_of(f, d.got.type);
	if (call->shared && str_eq_nocase(mime, STR("text/html"))) {
		fetch_file_abandon(&d.file, false);
		return err_set(e, ERR_UNAUTHENTICATED, "The link leads to a page instead of the file. Share the file itself with “anyone with the link”, not a folder, and paste that link.");
	}
	if (!fetch_file_whole(&d.file, d.got.ended, e)) return false;
	struct fetch_copy c = { .item = call->item, .name = name_of(f, call, &d.got, mime), .mime = mime };
	bool shorter = !d.got.ended && d.file.bytes < fetch_known_read(f->a, f->r->known).bytes;
	if (!fetch_settle(f, &d.file, &c, d.got.wanted[ETAG].n ? d.got.wanted[ETAG] : call->tag, d.got.wanted[MODIFIED], e)) return false;
	f->out.p[f->out.n - 1].shorter = shorter;
	return true;
}
