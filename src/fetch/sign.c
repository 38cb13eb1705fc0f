/* Requests that are signed instead of carrying a password: AWS Signature Version 4 (as S3 and what speaks like it want it), and Azure's
 * shared key. */
#include "fetch/inside.h"
#include "crypt/crypt.h"
#include "text/text.h"

static struct str hex_of(struct arena *a, const unsigned char *bytes, size_t n)
{
	char *hex = arena_bytes(a, 2 * n + 1);
	crypt_hex(bytes, n, hex);
	return str_make(hex, 2 * n);
}

static struct str sha256_of(struct arena *a, struct str s)
{
	unsigned char hash[CRYPT_SHA256];
	crypt_sha256(s, hash);
	return hex_of(a, hash, sizeof hash);
}

struct parts { struct str host, path, query; };

/* Host with its port, path, and what stands behind the question mark. */
static bool cut_url(struct str url, struct parts *out)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at < 0) return false;
	struct str rest = str_from(url, (size_t)at + 3);
	at = str_find_char(rest, '#');
	if (at >= 0) rest = str_sub(rest, 0, (size_t)at);
	at = str_find_char(rest, '?');
	out->query = at >= 0 ? str_from(rest, (size_t)at + 1) : STR("");
	if (at >= 0) rest = str_sub(rest, 0, (size_t)at);
	at = str_find_char(rest, '/');
	out->host = at >= 0 ? str_sub(rest, 0, (size_t)at) : rest;
	out->path = at >= 0 ? str_from(rest, (size_t)at) : STR("/");
	return out->host.n != 0;
}

/* Parameters in order of their names, each with its "=". */
static struct str canonical_query(struct arena *a, struct str query)
{
	VEC(struct str) list = { 0 };
	auto_buf b = BUF_INIT(1 << 16);
	struct str part;
	while (query.n && str_cut(&query, '&', &part)) {
		if (!part.n) continue;
		struct str whole = str_find_char(part, '=') < 0 ? arena_join(a, part, STR("=")) : part;
		(void)vec_add(a, &list);
		size_t i = list.n - 1;
		for (; i > 0 && str_cmp(whole, list.p[i - 1]) < 0; i--) list.p[i] = list.p[i - 1];
		list.p[i] = whole;
	}
	for (size_t i = 0; i < list.n; i++) {
		if (i) buf_put_char(&b, '&');
		buf_put(&b, list.p[i]);
	}
	return arena_str(a, buf_str(&b));
}

static void chain(unsigned char key[CRYPT_MAC], struct str message)
{
	unsigned char next[CRYPT_MAC];
	crypt_hmac(str_make((const char *)key, CRYPT_MAC), message, next);
	memcpy(key, next, CRYPT_MAC);
}

#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* SHA-256 of no bytes */

bool fetch_sigv4(struct arena *a, const struct fetch_sigv4 *s, struct str *authorization, struct str *host, struct err *e)
{
	struct parts u;
	unsigned char key[CRYPT_MAC];
	if (!cut_url(s->url, &u)) return err_set(e, ERR_PARAMETER, "this is not an address of a bucket");
	struct str day = str_sub(s->date, 0, 8);
	struct str scope = arena_printf(a, "%.*s/%.*s/%.*s/aws4_request", STR_ARG(day), STR_ARG(s->region), STR_ARG(s->service));
	struct str request = arena_printf(a, "GET\n%.*s\n%.*s\nhost:%.*s\nx-amz-content-sha256:" NOTHING "\nx-amz-date:%.*s\n\nhost;x-amz-content-sha256;x-amz-date\n" NOTHING,
	                                  STR_ARG(u.path), STR_ARG(canonical_query(a, u.query)), STR_ARG(u.host), STR_ARG(s->date));
	struct str text = arena_printf(a, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s", STR_ARG(s->date), STR_ARG(scope), STR_ARG(sha256_of(a, request)));
	crypt_hmac(arena_join(a, STR("AWS4"), s->secret), day, key);
	chain(key, s->region);
	chain(key, s->service);
	chain(key, STR("aws4_request"));
	chain(key, text);
	*authorization = arena_printf(a, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%.*s", STR_ARG(s->key),
	                              STR_ARG(scope), STR_ARG(hex_of(a, key, sizeof key)));
	*host = arena_str(a, u.host);
	return true;
}

/* --- S3 ---------------------------------------------------------------------------------------------------------- */

static bool sign_s3(struct fetching *f, struct fetch_call *c, struct err *e)
{
	const struct json_node *auth = json_get(f->connection, "auth");
	struct civil now;
	struct str authorization, host;
	if (!fetch_text(auth, "access_key_id").n) return true; /* open to everybody */
	clock_civil_of_us(clock_now().us, &now);
	struct str region = fetch_text(auth, "region");
	const struct fetch_sigv4 s = { .url = c->url, .region = region.n ? region : STR("us-east-1"), .service = STR("s3"), .key = fetch_text(auth, "access_key_id"),
		                       .secret = json_text(json_get(auth, "secret_access_key")),
		                       .date = arena_printf(f->a, "%04d%02d%02dT%02d%02d%02dZ", now.year, now.month, now.day, now.hour, now.minute, now.second) };
	return fetch_sigv4(f->a, &s, &authorization, &host, e) && fetch_header(c, STR("x-amz-date"), s.date, e) &&
	       fetch_header(c, STR("x-amz-content-sha256"), STR(NOTHING), e) && fetch_header(c, STR("Authorization"), authorization, e);
}

struct str fetch_encode_key(struct arena *a, struct str key, bool spelled)
{
	static const char hex[] = "0123456789ABCDEF";
	auto_buf b = BUF_INIT(1 << 14);
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("-._~/", c)) || (spelled && c == '%');
		if (plain) {
			buf_put_char(&b, (char)c);
			continue;
		}
		buf_put_char(&b, '%');
		buf_put_char(&b, hex[c >> 4]);
		buf_put_char(&b, hex[c & 15]);
	}
	return arena_str(a, buf_str(&b));
}

static struct str encode_value(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(1 << 14);
	struct str key = fetch_encode_key(a, s, false);
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '/') buf_lit(&b, "%2F");
		else buf_put_char(&b, key.p[i]);
	}
	return arena_str(a, buf_str(&b));
}

static struct str s3_list(struct arena *a, struct str root, struct str prefix, struct str next)
{
	return arena_printf(a, "%.*s/?%s%.*s%sencoding-type=url&list-type=2&prefix=%.*s", STR_ARG(root), next.n ? "continuation-token=" : "", STR_ARG(encode_value(a, next)),
	                    next.n ? "&" : "", STR_ARG(encode_value(a, prefix)));
}

/* s3://bucket/key, with the connection's endpoint (or AWS itself) and style: the address of the bucket, and the key. */
static void cut_s3(struct fetching *f, struct str given, struct str *root, struct str *key)
{
	struct str endpoint = fetch_text(f->connection, "url"), region = fetch_text(json_get(f->connection, "auth"), "region");
	bool host_style = !endpoint.n || str_eq(fetch_text(f->connection, "style"), STR("host"));
	struct str rest = str_from(given, 5), bucket = STR("");
	if (rest.n && !str_cut(&rest, '/', &bucket)) bucket = rest;
	*key = rest;
	if (!endpoint.n) endpoint = arena_printf(f->a, "https://s3.%.*s.amazonaws.com", STR_ARG(region.n ? region : STR("us-east-1")));
	while (str_ends(endpoint, STR("/"))) endpoint.n--;
	ptrdiff_t at = str_find(endpoint, STR("://"));
	struct str scheme = str_sub(endpoint, 0, at < 0 ? 0 : (size_t)at + 3), host = str_from(endpoint, scheme.n);
	*root = host_style ? arena_printf(f->a, "%.*s%.*s.%.*s", STR_ARG(scheme), STR_ARG(bucket), STR_ARG(host)) :
	                     arena_printf(f->a, "%.*s/%.*s", STR_ARG(endpoint), STR_ARG(bucket));
}

bool fetch_s3(struct fetching *f, struct err *e)
{
	static const struct fetch_bucket_way way = { s3_list, sign_s3 };
	struct str given = fetch_text(f->r->datasource, "url"), root, key;
	bool whole = !str_starts(given, STR("s3://"));
	if (!whole) cut_s3(f, given, &root, &key);
	if (!whole && f->uid.n && !fetch_stays(f->a, f->r->datasource, f->connection, root, e)) return false;
	if (!whole && (!key.n || str_ends(key, STR("/")))) return fetch_bucket(f, &way, root, key, e);
	struct str url = !whole ? arena_printf(f->a, "%.*s/%.*s", STR_ARG(root), STR_ARG(fetch_encode_key(f->a, key, true))) :
	                          fetch_join(f->a, fetch_text(f->connection, "url"), str_find(given, STR("://")) > 0 ? given : fetch_encode_key(f->a, given, true));
	if (f->uid.n && !fetch_stays(f->a, f->r->datasource, f->connection, url, e)) return false;
	struct fetch_call c = { .url = url, .conditional = true, .sign = sign_s3 };
	const struct json_node *headers = json_get(f->connection, "headers");
	for (size_t i = 0; i < json_count(headers); i++)
		if (!fetch_header(&c, fetch_text(json_at(headers, i), "name"), fetch_text(json_at(headers, i), "value"), e)) return false;
	return fetch_by_http(f, &c, e);
}

/* --- Azure ---------------------------------------------------------------------------------------------------------- */

static bool decode_key(struct arena *a, struct str key, struct str *out)
{
	struct str url = arena_str(a, key);
	char *p = (char *)(uintptr_t)url.p; /* just copied, ours to change */
	for (size_t i = 0; i < url.n; i++) p[i] = p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i];
	while (str_ends(url, STR("="))) url.n--;
	return crypt_base64url_decode(a, url, out);
}

static struct str header_of(const struct fetch_call *c, const char *name)
{
	for (size_t i = 0; i < c->nheaders; i++)
		if (str_eq_nocase(c->headers[i].name, str_of(name))) return c->headers[i].value;
	return STR("");
}

/* What is asked of a container, as the signature wants it: a line each, in order, decoded. */
static struct str azure_query(struct arena *a, struct str query)
{
	auto_buf b = BUF_INIT(1 << 16);
	struct str list = canonical_query(a, query), part, name;
	while (list.n && str_cut(&list, '&', &part)) {
		if (!str_cut(&part, '=', &name)) continue;
		struct str value = part;
		if (!text_url_decode(a, part, false, &value)) value = part;
		buf_printf(&b, "\n%.*s:%.*s", STR_ARG(name), STR_ARG(value));
	}
	return arena_str(a, buf_str(&b));
}

static bool sign_azure(struct fetching *f, struct fetch_call *c, struct err *e)
{
	const struct json_node *auth = json_get(f->connection, "auth");
	struct str account = fetch_text(auth, "account_name"), key;
	auto_buf date = BUF_INIT(128), signature = BUF_INIT(256);
	unsigned char mac[CRYPT_MAC];
	struct parts u;
	if (!account.n) return true;
	if (!decode_key(f->a, fetch_text(auth, "shared_key"), &key)) return err_set(e, ERR_PARAMETER, "The shared key of the connection is not base64.");
	if (!cut_url(c->url, &u)) return err_set(e, ERR_PARAMETER, "this is not an address of a container");
	clock_put_http(&date, clock_now().us);
	struct str when = arena_str(f->a, buf_str(&date)), range = c->from ? arena_printf(f->a, "bytes=%lld-", (long long)c->from) : STR("");
	struct str text = arena_printf(f->a, "GET\n\n\n\n\n\n\n%.*s\n\n%.*s\n\n%.*s\nx-ms-date:%.*s\nx-ms-version:2020-04-08\n/%.*s%.*s%.*s", STR_ARG(header_of(c, "If-Modified-Since")),
	                               STR_ARG(header_of(c, "If-None-Match")), STR_ARG(range), STR_ARG(when), STR_ARG(account), STR_ARG(u.path),
	                               STR_ARG(azure_query(f->a, u.query)));
	crypt_hmac(key, text, mac);
	crypt_put_base64(&signature, str_make((const char *)mac, sizeof mac));
	return fetch_header(c, STR("x-ms-date"), when, e) && fetch_header(c, STR("x-ms-version"), STR("2020-04-08"), e) &&
	       fetch_header(c, STR("Authorization"), arena_printf(f->a, "SharedKey %.*s:%.*s", STR_ARG(account), STR_ARG(buf_str(&signature))), e);
}

static struct str azure_list(struct arena *a, struct str root, struct str prefix, struct str next)
{
	return arena_printf(a, "%.*s?comp=list%s%.*s&prefix=%.*s&restype=container", STR_ARG(root), next.n ? "&marker=" : "", STR_ARG(encode_value(a, next)),
	                    STR_ARG(encode_value(a, prefix)));
}

bool fetch_azure(struct fetching *f, struct err *e)
{
	static const struct fetch_bucket_way way = { azure_list, sign_azure };
	struct str base = fetch_text(f->connection, "url"), account = fetch_text(json_get(f->connection, "auth"), "account_name"), given = fetch_text(f->r->datasource, "url");
	if (!base.n && account.n) base = arena_printf(f->a, "https://%.*s.blob.core.windows.net", STR_ARG(account));
	bool whole = str_find(given, STR("://")) > 0;
	if (!whole && str_ends(given, STR("/"))) {
		struct str prefix = given, container = STR("");
		while (!container.n && prefix.n && str_cut(&prefix, '/', &container)) continue;
		return fetch_bucket(f, &way, fetch_join(f->a, base, fetch_encode_key(f->a, container, true)), prefix, e);
	}
	struct fetch_call c = { .url = whole ? given : fetch_join(f->a, base, fetch_encode_key(f->a, given, true)), .conditional = true, .sign = sign_azure };
	if (f->uid.n && !fetch_stays(f->a, f->r->datasource, f->connection, c.url, e)) return false;
	return fetch_by_http(f, &c, e);
}
