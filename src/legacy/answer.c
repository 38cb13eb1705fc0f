/* How answers leave: indented when asked for, wrapped in a callback, and kept by the server when they are
 * everybody's and stay right. Errors in the body that clients of v1 show. */
#include "legacy/inside.h"
#include "text/text.h"

bool legacy_is(struct str path)
{
	static const char *const parts[] = { "/api/records/1.0/", "/api/datasets/1.0/", "/api/metadata/1.0/", "/api/reuses",
		"/api/georeference/v1/" };
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (str_starts(path, str_of(parts[i]))) return true;
	return false;
}

void legacy_problem(struct httpd_reply *p, const struct err *e)
{
	const struct err_kind *kind = err_kind(e->code);
	struct buf b = BUF_INIT(16384);
	bool ours = kind->status >= 500 || !e->pub[0];
	struct str said = str_of(ours ? kind->sentence : e->pub);
	ptrdiff_t bad = text_utf8_error(said);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member_int(&j, "errorcode", kind->status);
	json_member(&j, "error", bad < 0 ? said : str_sub(said, 0, (size_t)bad));
	json_close(&j, '}');
	httpd_reply_status(p, kind->status);
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_cache_control(p, STR("no-cache, no-store, max-age=0, must-revalidate"));
	httpd_reply_vary(p, HTTPD_VARY_LANGUAGE | HTTPD_VARY_COOKIE | HTTPD_VARY_HOST);
	httpd_reply_take(p, &b);
}

bool v1_error_window(struct err *e, int64_t sum, int64_t most)
{
	return err_set(e, ERR_PARAMETER, "ResultWindowTooHigh: rows + start is %lld and may be %lld at most; /api/records/1.0/download/ "
	               "gives everything.", (long long)sum, (long long)most);
}

static void put_line(struct buf *b, int depth)
{
	buf_put_char(b, '\n');
	for (int i = 0; i < depth; i++) buf_lit(b, "    ");
}

/* Compact JSON, indented by four. */
static void put_pretty(struct buf *b, struct str s)
{
	int depth = 0;
	bool text = false;
	for (size_t i = 0; i < s.n; i++) {
		char k = s.p[i];
		bool empty = i + 1 < s.n && (s.p[i + 1] == '}' || s.p[i + 1] == ']');
		if (text || k == '"') {
			buf_put_char(b, k);
			if (k == '\\' && text && i + 1 < s.n) buf_put_char(b, s.p[++i]);
			else if (k == '"') text = !text;
		} else if (k == '{' || k == '[') {
			buf_put_char(b, k);
			if (empty) buf_put_char(b, s.p[++i]);
			else put_line(b, ++depth);
		} else if (k == '}' || k == ']') {
			put_line(b, --depth);
			buf_put_char(b, k);
		} else {
			buf_put_char(b, k);
			if (k == ',') put_line(b, depth);
			if (k == ':') buf_put_char(b, ' ');
		}
	}
}

/* A question that names the time, or falls to chance, has another answer the next time. */
static bool lasts(const struct v1_call *c)
{
	for (size_t i = 0; i < c->npairs; i++) {
		struct str v = c->pairs[i].value;
		for (size_t at = 0; at + 3 <= v.n; at++)
			if (str_eq_nocase(str_sub(v, at, 3), STR("now"))) return false;
	}
	return true;
}

bool v1_answer_as(struct v1_call *c, struct buf *body, struct str type, struct err *e)
{
	enum { KEPT_S = 600 };
	if (!rest_json(c->p, body, c->lang, e)) return false;
	httpd_reply_type(c->p, type);
	if (c->r->method != HTTPD_POST && rights_is_public(&c->at, &c->who) && lasts(c)) httpd_reply_cacheable(c->p, KEPT_S);
	return true;
}

bool v1_answer(struct v1_call *c, struct buf *body, struct err *e)
{
	auto_buf b = BUF_INIT(1u << 30);
	struct str text;
	if (!c->pretty && !c->callback.n) return v1_answer_as(c, body, STR("application/json; charset=utf-8"), e);
	if (!buf_end(body, &text, e)) return false;
	if (c->callback.n) {
		buf_put(&b, c->callback);
		buf_put_char(&b, '(');
	}
	if (c->pretty) put_pretty(&b, text);
	else buf_put(&b, text);
	if (c->callback.n) buf_lit(&b, ");");
	return v1_answer_as(c, &b, c->callback.n ? STR("application/javascript; charset=utf-8") : STR("application/json; charset=utf-8"), e);
}
