/* The shapes of replies: JSON, downloads, links. */
#include "rest/rest.h"
#include "text/text.h"

static void common(struct httpd_reply *p)
{
	httpd_reply_cache_control(p, STR("no-cache, no-store, max-age=0, must-revalidate"));
	httpd_reply_vary(p, HTTPD_VARY_LANGUAGE | HTTPD_VARY_COOKIE | HTTPD_VARY_HOST);
}

bool rest_json(struct httpd_reply *p, struct buf *body, struct str lang, struct err *e)
{
	struct str text;
	if (!buf_end(body, &text, e)) return false;
	if (lang.n && !httpd_reply_header(p, STR("Content-Language"), lang, e)) return false;
	common(p);
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_take(p, body);
	return true;
}

/* filename="…" in ASCII for everyone, filename*=UTF-8''… beside it when that loses something. */
static void dispose(struct httpd_reply *p, const char *how, struct str type, struct str file_name)
{
	auto_buf b = BUF_INIT(4096);
	bool plain = true;
	struct err e = { 0 };
	buf_printf(&b, "%s; filename=\"", how);
	for (size_t at = 0; at < file_name.n;) {
		uint32_t c = text_next(file_name, &at);
		bool good = c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/' && c != '%';
		buf_put_char(&b, good ? (char)c : '_');
		plain = plain && good;
	}
	buf_put_char(&b, '"');
	if (!plain) {
		buf_lit(&b, "; filename*=UTF-8''");
		text_put_url(&b, file_name);
	}
	bool good = httpd_reply_header(p, STR("Content-Disposition"),
	                               b.over ? str_of(how) : buf_str(&b), &e);
	ensure(good);
	common(p);
	httpd_reply_type(p, type);
}

void rest_download(struct httpd_reply *p, struct str type, struct str file_name) { dispose(p, "attachment", type, file_name); }
void rest_inline(struct httpd_reply *p, struct str type, struct str file_name) { dispose(p, "inline", type, file_name); }

struct str rest_base(const struct httpd_request *r, struct str prefix)
{
	const char *scheme = r->https ? "https" : "http";
	bool usual = r->port == 0 || r->port == (r->https ? 443 : 80);
	if (usual)
		return arena_printf(r->arena, "%s://%.*s%.*s", scheme, STR_ARG(r->host),
		                    STR_ARG(prefix));
	return arena_printf(r->arena, "%s://%.*s:%d%.*s", scheme, STR_ARG(r->host), r->port,
	                    STR_ARG(prefix));
}

void rest_link(struct json_out *j, struct str rel, struct str href)
{
	json_open(j, '{');
	json_member(j, "rel", rel);
	json_member(j, "href", href);
	json_close(j, '}');
}

static const struct httpd_pair *find_set(const struct httpd_pair *set, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(set[i].name, name)) return &set[i];
	return NULL;
}

static void put_pair(struct buf *b, struct str name, struct str value)
{
	if (b->n) buf_put_char(b, '&');
	text_put_url(b, name);
	buf_put_char(b, '=');
	text_put_url(b, value);
}

struct str rest_query_with(const struct httpd_request *r, const struct httpd_pair *set, size_t nset)
{
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES);
	bool *written = arena_array(r->arena, bool, nset + 1);
	for (size_t i = 0; i < r->nquery; i++) {
		const struct httpd_pair *s = find_set(set, nset, r->query[i].name);
		if (s && written[s - set]) continue;
		if (s) written[s - set] = true;
		put_pair(&b, r->query[i].name, s ? s->value : r->query[i].value);
	}
	for (size_t i = 0; i < nset; i++)
		if (!written[i]) put_pair(&b, set[i].name, set[i].value);
	return arena_str(r->arena, buf_str(&b));
}
