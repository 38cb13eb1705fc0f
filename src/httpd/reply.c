/* What a handler says: status, headers, one body. Nothing is sent here; finish() makes it whole. */
#include "httpd/inside.h"
#include <unistd.h>

void reply_init(struct httpd_reply *p, struct arena *a, const struct httpd_cookie_spec *specs,
                bool insecure)
{
	*p = (struct httpd_reply){
		.arena = a, .specs = specs, .insecure = insecure, .status = 200, .fd = -1
	};
	p->buf = BUF_INIT(SIZE_MAX / 2);
}

static void drop_body(struct httpd_reply *p)
{
	if (p->fd >= 0) close(p->fd);
	io_reader_close(p->reader);
	buf_done(&p->buf);
	p->fd = -1;
	p->reader = NULL;
	p->body = BODY_NONE;
}

void reply_done(struct httpd_reply *p) { drop_body(p); }

void httpd_reply_reset(struct httpd_reply *p)
{
	struct httpd_reply former = *p;
	drop_body(p);
	reply_init(p, former.arena, former.specs, former.insecure);
	p->prefixed = former.prefixed;
	p->host = former.host;
	p->marks = former.marks;
	p->refused.p = former.refused.p;
	p->refused.n = former.refused.n;
	p->refused.cap = former.refused.cap;
}

void httpd_reply_mark(struct httpd_reply *p, unsigned marks) { p->marks |= marks; }

bool httpd_reply_is_page(const struct httpd_reply *p)
{
	return p->status == 200 && p->body != BODY_NONE && str_starts(p->type, STR("text/html"));
}

struct arena *httpd_reply_arena(struct httpd_reply *p) { return p->arena; }
void httpd_reply_status(struct httpd_reply *p, int status) { p->status = status; }
int httpd_reply_get_status(const struct httpd_reply *p) { return p->status; }

struct str httpd_reply_get_location(const struct httpd_reply *p)
{
	for (size_t i = 0; i < p->headers.n; i++)
		if (str_eq_nocase(p->headers.p[i].name, STR("Location"))) return p->headers.p[i].value;
	return str_make("", 0);
}

void httpd_reply_vary(struct httpd_reply *p, unsigned vary) { p->vary |= vary; }
void httpd_reply_cacheable(struct httpd_reply *p, int seconds) { p->cacheable_s = seconds; }
void httpd_reply_encoded(struct httpd_reply *p, const char *coding) { p->coding = coding; }

bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		            (c && memchr("!#$%&'*+-.^_`|~", c, 15));
		if (!good) return false;
	}
	return s.n > 0;
}

bool has_line_break(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0') return true;
	return false;
}

static bool is_ours(struct str name)
{
	static const char *const ours[] = { "content-length", "transfer-encoding", "connection", "date",
		"content-encoding", "set-cookie", "set-cookie2", "server",
		/* Whoever passes on what another server said must not pass on these (REG-16). */
		"clear-site-data", "service-worker-allowed", "nel", "report-to" };
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_eq_nocase(name, str_of(ours[i]))) return true;
	return false;
}

bool httpd_reply_header(struct httpd_reply *p, struct str name, struct str value, struct err *e)
{
	if (!is_token(name) || is_ours(name) || has_line_break(value)) {
		if (str_eq_nocase(name, STR("set-cookie"))) cookie_refused(p, cookie_line_name(value));
		err_set(e, ERR_SYSTEM, "a header could not be written");
		return err_cause(e, "header %.*s refused", (int)num_min(name.n, (size_t)60), name.p);
	}
	vec_push(p->arena, &p->headers,
	         (struct httpd_pair){ arena_str(p->arena, name), arena_str(p->arena, value) });
	return true;
}

void httpd_reply_literal(struct httpd_reply *p, struct str name, struct str value)
{
	struct err e = { 0 };
	bool good = httpd_reply_header(p, name, value, &e);
	ensure(good);
}

/* A value that cannot break the line; one that would is left out whole. */
static struct str safe(struct httpd_reply *p, struct str value)
{
	return has_line_break(value) ? str_make("", 0) : arena_str(p->arena, value);
}

void httpd_reply_type(struct httpd_reply *p, struct str type) { p->type = safe(p, type); }
void httpd_reply_cache_control(struct httpd_reply *p, struct str value)
{
	p->cache_control = safe(p, value);
}
void httpd_reply_csp(struct httpd_reply *p, struct str policy) { p->csp = safe(p, policy); }

void httpd_reply_etag(struct httpd_reply *p, struct str tag)
{
	for (size_t i = 0; i < tag.n; i++)
		if (tag.p[i] <= ' ' || tag.p[i] == '"' || tag.p[i] == 0x7f) return;
	p->etag = arena_str(p->arena, tag);
}

void httpd_reply_take(struct httpd_reply *p, struct buf *body)
{
	drop_body(p);
	p->buf = *body;
	*body = BUF_INIT(body->max);
	p->body = BODY_BUF;
}

void httpd_reply_bytes(struct httpd_reply *p, struct str bytes)
{
	drop_body(p);
	p->buf = BUF_INIT(SIZE_MAX / 2);
	buf_put(&p->buf, bytes);
	p->body = BODY_BUF;
}

void httpd_reply_static(struct httpd_reply *p, struct str bytes)
{
	drop_body(p);
	p->fixed = bytes;
	p->body = BODY_STATIC;
}

void httpd_reply_file(struct httpd_reply *p, int fd, int64_t size)
{
	drop_body(p);
	p->fd = fd;
	p->fd_size = size;
	p->body = BODY_FILE;
}

void httpd_reply_spool(struct httpd_reply *p, struct io_reader *reader)
{
	drop_body(p);
	p->reader = reader;
	p->body = BODY_SPOOL;
}

bool httpd_reply_redirect(struct httpd_reply *p, int status, struct str location, struct err *e)
{
	bool local = str_starts(location, STR("/")) && !str_starts(location, STR("//")) &&
	             !str_starts(location, STR("/\\"));
	bool absolute = str_starts(location, STR("http://")) || str_starts(location, STR("https://"));
	bool known = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
	if ((!local && !absolute) || !known)
		return err_set(e, ERR_SYSTEM, "a redirect could not be written");
	p->status = status;
	return httpd_reply_header(p, STR("Location"), location, e);
}
