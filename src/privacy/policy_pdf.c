/* The policy as a PDF file: one of the shelf's, whole or a part of it (RFC 9110, 14: one range; several are answered with
 * the whole, as it allows). */
#include "privacy/policy_pages.h"

/* The bytes of "bytes=a-b", "bytes=a-" or "bytes=-n" that a file of so many has: false when there are none (416); *whole
 * when the field is not one we serve. */
static bool read_range(struct str field, size_t size, size_t *from, size_t *to, bool *whole)
{
	struct str rest = field;
	struct str first;
	int64_t a = -1;
	int64_t b = -1;
	*whole = true;
	if (!str_starts(field, STR("bytes=")) || str_find_char(field, ',') >= 0)
		return true;
	rest = str_trim(str_from(field, 6));
	if (!rest.n || !str_cut(&rest, '-', &first) || !rest.p)
		return true;
	if ((first.n && (!str_to_int(first, &a) || a < 0)) || (rest.n && (!str_to_int(rest, &b) || b < 0)) || (!first.n && !rest.n))
		return true;
	if (a >= 0 && b >= 0 && b < a)
		return true;
	*whole = false;
	if (a < 0) {
		*from = (uint64_t)b >= size ? 0 : size - (size_t)b;
		*to = size;
		return b > 0;
	}
	*from = (size_t)a;
	*to = b < 0 || (uint64_t)b >= size ? size : (size_t)b + 1;
	return *from < size;
}

static bool put_body(const struct httpd_request *r, struct httpd_reply *reply, const struct policy_file *f, struct err *e)
{
	struct str field = httpd_header(r, STR("Range"));
	struct str unless = httpd_header(r, STR("If-Range"));
	struct str quoted = arena_printf(r->arena, "\"%s\"", f->etag);
	size_t from = 0;
	size_t to = f->bytes.n;
	bool whole = true;
	httpd_reply_lit(reply, "Accept-Ranges", "bytes");
	if (field.n && (!unless.n || str_eq(unless, quoted)) && !read_range(field, f->bytes.n, &from, &to, &whole)) {
		httpd_reply_status(reply, 416);
		return httpd_reply_header(reply, STR("Content-Range"), arena_printf(r->arena, "bytes */%zu", f->bytes.n), e);
	}
	httpd_reply_type(reply, STR("application/pdf"));
	if (whole) {
		httpd_reply_bytes(reply, f->bytes);
		return true;
	}
	httpd_reply_status(reply, 206);
	httpd_reply_bytes(reply, str_sub(f->bytes, from, to - from));
	return httpd_reply_header(reply, STR("Content-Range"), arena_printf(r->arena, "bytes %zu-%zu/%zu", from, to - 1, f->bytes.n), e);
}

/* ASCII letters, digits, dots and hyphens: what a name of a file may hold anywhere. */
static struct str plain(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
		p[i] = good ? c : '-';
	}
	return str_make(p, s.n);
}

static bool put_head(const struct policy_visit *v, const struct policy_file *f, bool frozen, struct err *e)
{
	struct httpd_reply *reply = v->visit.reply;
	struct arena *a = v->visit.arena;
	const struct registry *g = v->ask.registry;
	const struct str *how = httpd_query_or_null(v->visit.request, STR("disposition"));
	const char *word = how && str_eq(*how, STR("inline")) ? "inline" : "attachment";
	httpd_reply_etag(reply, str_of(f->etag));
	/* The page in force changes; a version never does. */
	httpd_reply_cache_control(reply, frozen ? STR("public, max-age=86400, immutable") : STR("public, max-age=300"));
	httpd_reply_vary(reply, HTTPD_VARY_LANGUAGE | HTTPD_VARY_COOKIE);
	struct str name = arena_printf(a, "%s; filename=\"cookies-policy-%.*s-%.*s-v%lld.pdf\"", word, STR_ARG(plain(a, g->host)),
	                               STR_ARG(plain(a, v->visit.lang_code)), (long long)g->version);
	return httpd_reply_header(reply, STR("Content-Disposition"), name, e) &&
	       httpd_reply_header(reply, STR("Content-Language"), v->visit.lang->code, e);
}

static bool run(struct httpd_request *r, struct httpd_reply *reply, void *app, struct err *e)
{
	struct site *s = app;
	auto_policy v = { 0 };
	const struct str *asked = httpd_query_or_null(r, STR("v"));
	int64_t version = asked ? policy_version_of(*asked) : 0;
	if (asked && !version)
		return err_set(e, ERR_NOT_FOUND, "There is no such version of the policy.");
	if (!policy_enter(s, r, reply, version, &v, e))
		return false;
	const struct str *flg = httpd_query_or_null(r, STR("flg"));
	if (flg && i18n_find_flg(v.visit.at.tenant->languages, v.visit.at.tenant->nlanguages, *flg) < 0)
		return err_set(e, ERR_NOT_FOUND, "The policy is not available in this language.");
	struct policy_pdf_facts facts = { .accent = view_readable(view_accent(v.visit.at.tenant), 0xffffff, 5) };
	struct policy_file file;
	if (!policy_shelf_get(s->shelf, &v.ask, &facts, r->arena, &file, e) || !put_head(&v, &file, asked != NULL, e))
		return false;
	if (file.missing)
		log_say(s->log, LOG_LEVEL_WARN, "policy.letters", log_text("portal", v.ask.registry->host),
		        log_int("version", v.ask.registry->version), log_int("missing", (int64_t)file.missing));
	if (httpd_reply_is_fresh(r, str_of(file.etag)))
		return true;
	return put_body(r, reply, &file, e);
}

const struct httpd_route privacy_policy_pdf = { .method = HTTPD_GET, .pattern = "/terms/cookies-policy.pdf", .run = run };
