/* How answers are shaped: pages of lists, errors by place, instants. */
#include "manage/inside.h"
#include "rest/rest.h"
#include "text/text.h"
#include <stdarg.h>
#include <stdio.h>

enum { MOST_LIMIT = 1000, USUAL_LIMIT = 20, BAD = 400 };

/* --- pages -------------------------------------------------------------------------------------------------------- */

static bool number(struct manage_call *c, const char *name, int64_t most, int64_t otherwise, int64_t *out, struct err *e)
{
	struct str text = manage_query(c, name);
	*out = otherwise;
	if (!text.n) return true;
	if (str_to_int(text, out) && *out >= 0 && *out <= most) return true;
	return err_set(e, ERR_PARAMETER, "%s: expected a whole number from 0 to %lld.", name, (long long)most);
}

bool manage_page(struct manage_call *c, struct manage_page *out, struct err *e)
{
	return number(c, "limit", MOST_LIMIT, USUAL_LIMIT, &out->limit, e) && number(c, "offset", INT32_MAX, 0, &out->offset, e);
}

static void put_link(struct manage_call *c, const char *name, bool there, int64_t limit, int64_t offset)
{
	json_key(&c->j, str_of(name));
	if (!there) {
		json_put_null(&c->j);
		return;
	}
	const struct httpd_pair set[] = { { STR("limit"), arena_printf(c->a, "%lld", (long long)limit) }, { STR("offset"), arena_printf(c->a, "%lld", (long long)offset) } };
	struct str query = rest_query_with(c->r, set, COUNT_OF(set));
	json_put(&c->j, arena_printf(c->a, "%.*s?%.*s", STR_ARG(rest_base(c->r, c->r->raw_path)), STR_ARG(query)));
}

void manage_page_begin(struct manage_call *c, const struct manage_page *p, int64_t total)
{
	json_open(&c->j, '{');
	json_member_int(&c->j, "total_count", total);
	put_link(c, "next", p->limit > 0 && p->offset + p->limit < total, p->limit, p->offset + p->limit);
	put_link(c, "previous", p->limit > 0 && p->offset > 0, p->limit, p->offset > p->limit ? p->offset - p->limit : 0);
	json_key(&c->j, STR("results"));
	json_open(&c->j, '[');
}

void manage_page_end(struct manage_call *c)
{
	json_close(&c->j, ']');
	json_close(&c->j, '}');
}

void manage_ok(struct manage_call *c)
{
	json_open(&c->j, '{');
	json_member(&c->j, "detail", STR("ok"));
	json_close(&c->j, '}');
}

/* --- errors ------------------------------------------------------------------------------------------------------- */

static void restart(struct manage_call *c, int status)
{
	buf_clear(&c->out);
	c->j = JSON_OUT(&c->out);
	c->status = status;
}

static struct str after(struct str path, struct str prefix)
{
	if (!prefix.n || !str_starts(path, prefix)) return path;
	path = str_from(path, prefix.n);
	return path.n && path.p[0] == '/' ? str_from(path, 1) : path;
}

struct said { struct str path, message; };

/* Faults whose paths begin alike are one object; those that end here are its messages. */
static void put_faults(struct json_out *j, const struct said *list, size_t n, int depth)
{
	enum { DEEP = 12 };
	auto_arena a = ARENA_INIT;
	struct said *rest = arena_array(&a, struct said, n + 1);
	bool *done = arena_array(&a, bool, n + 1);
	size_t here = 0;
	for (size_t i = 0; i < n; i++) here += !list[i].path.n || depth >= DEEP;
	if (here == n) {
		json_open(j, '[');
		for (size_t i = 0; i < n; i++) json_put(j, list[i].message);
		json_close(j, ']');
		return;
	}
	json_open(j, '{');
	for (size_t i = 0; i < n; i++) {
		if (done[i]) continue;
		ptrdiff_t slash = str_find_char(list[i].path, '/');
		struct str word = slash < 0 ? list[i].path : str_sub(list[i].path, 0, (size_t)slash);
		size_t k = 0;
		for (size_t m = i; m < n; m++) {
			bool same = str_starts(list[m].path, word) && (list[m].path.n == word.n || (word.n && list[m].path.p[word.n] == '/'));
			if (done[m] || !same) continue;
			done[m] = true;
			struct str tail = str_from(list[m].path, word.n);
			rest[k++] = (struct said){ tail.n ? str_from(tail, 1) : tail, list[m].message };
		}
		json_key(j, word.n ? word : STR("non_field_errors"));
		put_faults(j, rest, k, depth + 1);
	}
	json_close(j, '}');
}

bool manage_invalid(struct manage_call *c, struct str prefix)
{
	size_t n = c->faults.list.n;
	struct said *list = arena_array(c->a, struct said, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str path = after(c->faults.list.p[i].path, prefix);
		/* A single value has no fields but itself. */
		if (c->op->run == manage_set_value && prefix.n) path = path.n && json_get(json_get(c->body, "translations"), arena_cstr(c->a, path)) ? arena_printf(c->a, "translations/%.*s", STR_ARG(path)) : STR("value");
		list[i] = (struct said){ path.n ? path : STR("non_field_errors"), c->faults.list.p[i].message };
	}
	restart(c, BAD);
	json_open(&c->j, '{');
	json_member(&c->j, "error_code", STR("validation_error"));
	json_member(&c->j, "message", n == 1 ? list[0].message : STR("Some values cannot be taken; detail says which and why."));
	json_key(&c->j, STR("detail"));
	if (n) put_faults(&c->j, list, n, 0);
	else json_put_null(&c->j);
	json_close(&c->j, '}');
	return true;
}

bool manage_invalid_field(struct manage_call *c, const char *field, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	process_fault(&c->faults, str_of(field), "%s", text);
	return manage_invalid(c, STR(""));
}

bool manage_refused(struct manage_call *c, int status, const char *code, struct str message)
{
	restart(c, status);
	json_open(&c->j, '{');
	json_member(&c->j, "error_code", str_of(code));
	json_member(&c->j, "message", message);
	json_close(&c->j, '}');
	return true;
}

/* What no handler answered itself. */
void manage_problem(const struct httpd_request *r, struct httpd_reply *p, const struct err *e)
{
	enum { BODY = 16384, OURS = 500 };
	static const char *const words[ERR_COUNT] = {
		[ERR_PARAMETER] = "validation_error", [ERR_INVALID] = "validation_error", [ERR_BAD_SOURCE] = "bad_source", [ERR_UPSTREAM] = "source_unreachable",
		[ERR_UNAUTHENTICATED] = "not_authenticated", [ERR_FORBIDDEN] = "permission_denied", [ERR_NOT_FOUND] = "not_found", [ERR_NO_ROUTE] = "not_found",
		[ERR_METHOD] = "method_not_allowed", [ERR_CONFLICT] = "conflict", [ERR_PRECONDITION] = "precondition_failed", [ERR_TOO_LARGE] = "too_large",
		[ERR_TOO_MANY] = "too_many_requests", [ERR_MEDIA_TYPE] = "unsupported_media_type", [ERR_CSRF] = "csrf_failed" };
	const struct err_kind *kind = err_kind(e->code);
	bool ours = kind->status >= OURS && e->code != ERR_UPSTREAM;
	struct str said = str_of(ours || !e->pub[0] ? kind->sentence : e->pub);
	/* Told apart from a mistake in an address: this part of the contract is not served. */
	if (e->code == ERR_NO_ROUTE && str_starts(r->path, STR(MANAGE_BASE "/harvesters"))) said = STR("This server has no harvesters: there is nothing at this address.");
	ptrdiff_t bad = text_utf8_error(said);
	struct buf b = BUF_INIT(BODY);
	struct json_out j = JSON_OUT(&b);
	json_open(&j, '{');
	json_member(&j, "error_code", str_of(ours ? "internal_error" : words[e->code] ? words[e->code] : "bad_request"));
	json_member(&j, "message", bad >= 0 ? str_sub(said, 0, (size_t)bad) : said);
	if (ours) {
		auto_buf trace = BUF_INIT(64);
		buf_printf(&trace, "%08llx-0000-4000-8000-%012llx", (unsigned long long)(r->id >> 48), (unsigned long long)(r->id & 0xffffffffffff));
		json_member(&j, "trace_id", buf_str(&trace));
	}
	json_close(&j, '}');
	httpd_reply_status(p, e->code == ERR_UPSTREAM ? BAD : kind->status);
	httpd_reply_type(p, STR("application/json; charset=utf-8"));
	httpd_reply_cache_control(p, STR("private, no-store"));
	httpd_reply_take(p, &b);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

void manage_member_time(struct json_out *j, const char *name, struct instant at)
{
	char room[80];
	struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
	json_key(j, str_of(name));
	if (!at.us) {
		json_put_null(j);
		return;
	}
	clock_put_instant(&b, at.us, clock_utc());
	json_put(j, buf_str(&b));
}

void manage_member_node(struct json_out *j, const char *name, const struct json_node *v)
{
	json_key(j, str_of(name));
	json_value(j);
	json_put_node(j->b, v);
}
