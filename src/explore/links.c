/* Addresses in answers: absolute, with the request's parameters repeated and defaults made explicit
 * (Explore API, Annex B). */
#include "explore/inside.h"
#include <stdio.h>

struct str link_to(const struct call *c, const char *fmt, ...)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	va_list ap;
	buf_put(&b, c->base);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return arena_str(c->arena, buf_str(&b));
}

struct str link_dataset(const struct call *c, struct str slug, const char *below)
{
	return link_to(c, "/catalog/datasets/%.*s%s", STR_ARG(slug), below);
}

static void put_page(struct json_out *j, const struct call *c, const char *rel, int64_t limit, int64_t offset)
{
	char limit_text[24];
	char offset_text[24];
	snprintf(limit_text, sizeof limit_text, "%lld", (long long)limit);
	snprintf(offset_text, sizeof offset_text, "%lld", (long long)offset);
	struct httpd_pair set[] = {
		{ STR("limit"), str_of(limit_text) },
		{ STR("offset"), str_of(offset_text) },
		{ STR("include_app_metas"), c->v[CALL_APP_METAS].number ? STR("True") : STR("False") },
	};
	size_t n = c->target.catalogue ? 3 : 2;
	struct str path = str_from(c->r->raw_path, c->prefix.n);
	struct str query = rest_query_with(c->r, set, n);
	rest_link(j, str_of(rel), link_to(c, "%.*s?%.*s", STR_ARG(path), STR_ARG(query)));
}

struct str link_cursor(const struct call *c, struct str cursor)
{
	const struct httpd_pair set[] = { { STR("cursor"), cursor } };
	struct str query = rest_query_with(c->r, set, COUNT_OF(set));
	return link_to(c, "%.*s?%.*s", STR_ARG(str_from(c->r->raw_path, c->prefix.n)), STR_ARG(query));
}

void link_pages(struct json_out *j, const struct call *c, const struct query_plan *p, int64_t total)
{
	int64_t limit = p->limit;
	int64_t ceiling = p->grouped ? LIMIT_GROUP_ROWS : LIMIT_WINDOW_ROWS;
	put_page(j, c, "self", limit, p->offset);
	if (limit <= 0 || p->grouped) return;
	int64_t last = total > 0 ? (total - 1) / limit * limit : 0;
	last = num_min(last, (ceiling - limit) / limit * limit);
	put_page(j, c, "first", limit, 0);
	put_page(j, c, "last", limit, last);
	if (p->offset + limit < total && p->offset + 2 * limit <= ceiling) put_page(j, c, "next", limit, p->offset + limit);
	if (p->offset > 0) put_page(j, c, "previous", limit, num_max(p->offset - limit, (int64_t)0));
}
