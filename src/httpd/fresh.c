/* From what a handler said to what goes out: conditional requests, compression, the order of
 * headers, and the last look at cookies. */
#include "crypt/crypt.h"
#include "httpd/inside.h"
#include "pack/pack.h"

enum { WORTH_SQUEEZING = 1024, GZIP_LEVEL = 5, TAG_BYTES = 12 };

/* --- Accept-Encoding -------------------------------------------------------------------------- */

/* "gzip;q=0" refuses; anything else that is listed is accepted. */
static bool is_refused(struct str parameters)
{
	struct str part;
	struct str rest = parameters;
	while (rest.n && str_cut(&rest, ';', &part)) {
		part = str_trim(part);
		if (!str_starts(part, STR("q=")) && !str_starts(part, STR("Q="))) continue;
		for (size_t i = 2; i < part.n; i++)
			if (part.p[i] >= '1' && part.p[i] <= '9') return false;
		return true;
	}
	return false;
}

static bool lists(struct str accept, struct str coding)
{
	struct str rest = accept;
	struct str part;
	while (rest.n && str_cut(&rest, ',', &part)) {
		ptrdiff_t semi = str_find_char(part, ';');
		struct str name = str_trim(semi < 0 ? part : str_sub(part, 0, (size_t)semi));
		if (!str_eq_nocase(name, coding)) continue;
		return semi < 0 || !is_refused(str_from(part, (size_t)semi + 1));
	}
	return false;
}

enum coding coding_of(struct str accept)
{
	if (accept.n == 0) return CODING_NONE;
	if (lists(accept, STR("br"))) return CODING_BR;
	return lists(accept, STR("gzip")) ? CODING_GZIP : CODING_NONE;
}

bool httpd_accepts(const struct httpd_request *r, const char *coding)
{
	return lists(httpd_header(r, STR("accept-encoding")), str_of(coding));
}

/* --- conditional requests --------------------------------------------------------------------- */

bool etag_matches(struct str if_none_match, struct str tag)
{
	struct str rest = if_none_match;
	struct str part;
	while (rest.n && str_cut(&rest, ',', &part)) {
		part = str_trim(part);
		if (str_eq(part, STR("*"))) return true;
		if (str_starts(part, STR("W/"))) part = str_from(part, 2);
		if (part.n >= 2 && part.p[0] == '"' && str_eq(str_sub(part, 1, part.n - 2), tag)) return true;
	}
	return false;
}

bool httpd_reply_is_fresh(const struct httpd_request *r, struct str tag)
{
	if (r->method != HTTPD_GET && r->method != HTTPD_HEAD) return false;
	return etag_matches(httpd_header(r, STR("if-none-match")), tag);
}

/* --- compression ------------------------------------------------------------------------------ */

static bool is_squeezable(struct str type)
{
	static const char *const types[] = { "application/json",
		                             "application/geo+json",
		                             "application/ld+json",
		                             "application/javascript",
		                             "application/xml",
		                             "application/xhtml+xml",
		                             "application/rdf+xml",
		                             "application/atom+xml",
		                             "application/rss+xml",
		                             "application/manifest+json",
		                             "application/n-triples",
		                             "application/gpx+xml",
		                             "application/vnd.google-earth.kml+xml",
		                             "image/svg+xml" };
	ptrdiff_t semi = str_find_char(type, ';');
	struct str bare = str_trim(semi < 0 ? type : str_sub(type, 0, (size_t)semi));
	if (str_starts(bare, STR("text/"))) return true;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq_nocase(bare, str_of(types[i]))) return true;
	return false;
}

static struct str body_bytes(const struct httpd_reply *p)
{
	if (p->body == BODY_BUF) return buf_str(&p->buf);
	return p->body == BODY_STATIC ? p->fixed : str_make("", 0);
}

static void squeeze(const struct httpd_request *r, struct httpd_reply *p)
{
	struct str in = body_bytes(p);
	enum coding coding = coding_of(httpd_header(r, STR("accept-encoding")));
	if (coding == CODING_NONE || in.n < WORTH_SQUEEZING) return;
	struct buf out = BUF_INIT(in.n + 32 * 1024); /* the gzip writer asks for its room in pieces */
	bool smaller = coding == CODING_BR ? squeeze_brotli(&out, in) : pack_gzip(&out, in, GZIP_LEVEL);
	if (!smaller || out.n > in.n - in.n / 16) { /* less than that is not worth the client's work */
		buf_done(&out);
		return;
	}
	buf_done(&p->buf);
	p->buf = out;
	p->body = BODY_BUF;
	p->coding = coding == CODING_BR ? "br" : "gzip";
}

/* --- headers ---------------------------------------------------------------------------------- */

struct heads {
	struct arena *a;
	struct finished *f;
};

static bool has(const struct finished *f, struct str name)
{
	for (size_t i = 0; i < f->headers.n; i++)
		if (str_eq_nocase(f->headers.p[i].name, name)) return true;
	return false;
}

static void add(struct heads *h, struct str name, struct str value)
{
	if (value.n) vec_push(h->a, &h->f->headers, (struct httpd_pair){ name, arena_str(h->a, value) });
}

static void add_missing(struct heads *h, struct str name, struct str value)
{
	if (!has(h->f, name)) add(h, name, value);
}

static void add_vary(struct heads *h, unsigned vary, bool by_coding)
{
	auto_buf b = BUF_INIT(200);
	if (vary & HTTPD_VARY_LANGUAGE) buf_lit(&b, ", Accept-Language");
	if (vary & HTTPD_VARY_COOKIE) buf_lit(&b, ", Cookie");
	if (vary & HTTPD_VARY_HOST) buf_lit(&b, ", Host");
	if (vary & HTTPD_VARY_SIGNALS) buf_lit(&b, ", Sec-GPC, DNT");
	if (vary & HTTPD_VARY_AUTHORIZATION) buf_lit(&b, ", Authorization");
	if (by_coding) buf_lit(&b, ", Accept-Encoding");
	add_missing(h, STR("Vary"), str_from(buf_str(&b), 2));
}

/* Whether another line before it says something of the same cookie: same name and same domain. */
static bool said_before(const struct httpd_reply *p, size_t i)
{
	struct str line = p->cookies.p[i].text;
	bool domain = str_find(line, STR("; Domain=")) >= 0;
	for (size_t k = 0; k < i; k++) {
		struct str other = p->cookies.p[k].text;
		bool both = domain || str_find(other, STR("; Domain=")) >= 0;
		if (both ? str_eq(line, other) : str_eq(cookie_line_name(line), cookie_line_name(other))) return true;
	}
	return false;
}

/* Cookies that the registry does not allow, or given twice, never leave; the rest of the reply
 * does. */
static void add_cookies(struct heads *h, struct httpd_reply *p)
{
	for (size_t i = 0; i < p->cookies.n; i++) {
		const struct cookie_line *c = &p->cookies.p[i];
		bool good = (c->spec ? cookie_line_allowed(p, c->text) : cookie_sweep_allowed(p, c->text)) && !said_before(p, i);
		if (good) add(h, STR("Set-Cookie"), c->text);
		else cookie_refused(p, cookie_line_name(c->text));
	}
}

static void add_etag(struct heads *h, const struct httpd_reply *p)
{
	if (p->etag.n == 0 || has(h->f, STR("ETag"))) return;
	const char *weak = p->coding ? "W/" : "";
	add(h, STR("ETag"), arena_printf(h->a, "%s\"%.*s\"", weak, STR_ARG(p->etag)));
}

/* What everybody gets alike is known by its bytes: a reader who comes back to a page that is the same is told so. */
static void tag_by_content(struct httpd_reply *p)
{
	unsigned char hash[CRYPT_SHA256];
	char text[2 * TAG_BYTES];
	if (p->etag.n || p->status != 200 || p->cacheable_s <= 0 || p->body != BODY_BUF || p->cookies.n) return;
	crypt_sha256(buf_str(&p->buf), hash);
	for (size_t i = 0; i < TAG_BYTES; i++) {
		text[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	p->etag = arena_str(p->arena, str_make(text, sizeof text));
}

void finish(const struct httpd_request *r, struct httpd_reply *p, bool closing,
            struct finished *out)
{
	struct heads h = { p->arena, out };
	*out = (struct finished){ .status = p->status };
	bool squeezable = !p->coding && is_squeezable(p->type);
	bool reads = r->method == HTTPD_GET || r->method == HTTPD_HEAD;
	if (reads) tag_by_content(p);
	if (reads && p->status == 200 && p->etag.n && httpd_reply_is_fresh(r, p->etag)) {
		out->status = 304;
		out->not_modified = true;
	} else if (squeezable && (p->body == BODY_BUF || p->body == BODY_STATIC)) {
		squeeze(r, p);
	}
	for (size_t i = 0; i < p->headers.n; i++) vec_push(p->arena, &out->headers, p->headers.p[i]);
	if (!out->not_modified) add_missing(&h, STR("Content-Type"), p->type);
	struct str control = p->cache_control;
	if (p->cookies.n || (control.n == 0 && p->status >= 400)) control = STR("no-store");
	add_missing(&h, STR("Cache-Control"), control);
	add_etag(&h, p);
	add_vary(&h, p->vary, squeezable || p->coding);
	add_missing(&h, STR("Content-Security-Policy"), p->csp);
#define HEADER(name, value) add_missing(&h, STR(name), STR(value));
#include "httpd/headers.def"
#undef HEADER
	if (r->https) add_missing(&h, STR("Strict-Transport-Security"), STR("max-age=31536000"));
	add_cookies(&h, p);
	if (p->coding && !out->not_modified) add(&h, STR("Content-Encoding"), str_of(p->coding));
	if (closing) add(&h, STR("Connection"), STR("close"));
}
