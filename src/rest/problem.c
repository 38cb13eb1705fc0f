/* The error body: two members, indented by two, as existing clients expect it. */
#include "rest/rest.h"
#include "text/text.h"

void rest_problem(struct httpd_reply *p, const struct err *e)
{
	const struct err_kind *kind = err_kind(e->code);
	struct buf b = BUF_INIT(16384);
	/* What went wrong on our side is nobody's business but the log's. */
	bool ours = kind->status >= 500 || !e->pub[0];
	struct str said = str_of(ours ? kind->sentence : e->pub);
	size_t whole = said.n;
	ptrdiff_t bad = text_utf8_error(said);
	if (bad >= 0) whole = (size_t)bad; /* a message cut in the middle of a letter */
	buf_lit(&b, "{\n  \"error_code\": ");
	text_put_json(&b, str_of(kind->word));
	buf_lit(&b, ",\n  \"message\": ");
	text_put_json(&b, str_sub(said, 0, whole));
	buf_lit(&b, "\n}");
	httpd_reply_status(p, kind->status);
	httpd_reply_type(p, STR("application/json"));
	httpd_reply_cache_control(p, STR("no-cache, no-store, max-age=0, must-revalidate"));
	httpd_reply_vary(p, HTTPD_VARY_LANGUAGE | HTTPD_VARY_COOKIE | HTTPD_VARY_HOST);
	httpd_reply_take(p, &b);
}
