/* The state of a filter page is its address and nothing else: parameters are read once, and every link
 * of the page is the same address with a little less or more. */
#include "view/view.h"

#include "text/text.h"

enum { STATE_PAIRS = 200 };

static bool is_known(struct str name)
{
	static const char *const names[] = { "q", "sort", "rows", "start", "timezone", "flg" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return (str_starts(name, STR("refine.")) && name.n > 7) || (str_starts(name, STR("exclude.")) && name.n > 8) ||
	       (str_starts(name, STR("disjunctive.")) && name.n > 12);
}

void view_state_read(struct view_state *s, const struct httpd_request *r, struct str path)
{
	struct httpd_pair *pairs = arena_array(r->arena, struct httpd_pair, num_min(r->nquery, (size_t)STATE_PAIRS) + 1);
	size_t n = 0;
	for (size_t i = 0; i < r->nquery && n < STATE_PAIRS; i++)
		if (is_known(r->query[i].name) && (r->query[i].value.n || str_starts(r->query[i].name, STR("disjunctive."))))
			pairs[n++] = r->query[i];
	*s = (struct view_state){ .arena = r->arena, .path = path, .pairs = pairs, .n = n };
}

struct str view_state_get(const struct view_state *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->pairs[i].name, name))
			return s->pairs[i].value;
	return STR("");
}

static void put_pair(struct buf *b, size_t start, struct str name, struct str value)
{
	buf_put_char(b, b->n == start ? '?' : '&');
	text_put_url(b, name);
	buf_put_char(b, '=');
	text_put_url(b, value);
}

struct str view_state_url(const struct view_state *s, struct str drop, const struct str *drop_value, struct str add,
                          struct str add_value)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put(&b, s->path);
	size_t start = b.n;
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (str_eq(p->name, STR("start")))
			continue;
		if (drop.n && str_eq(p->name, drop) && (!drop_value || str_eq(p->value, *drop_value)))
			continue;
		put_pair(&b, start, p->name, p->value);
	}
	if (add.n)
		put_pair(&b, start, add, add_value);
	return arena_str(s->arena, buf_str(&b));
}

struct str view_state_filters(const struct view_state *s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (!str_eq(p->name, STR("start")) && !str_eq(p->name, STR("rows")))
			put_pair(&b, 0, p->name, p->value);
	}
	return arena_str(s->arena, buf_str(&b));
}

void view_state_inputs(struct html *h, const struct view_state *s, struct str except)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (str_eq(p->name, STR("start")) || str_eq(p->name, except))
			continue;
		html_lit(h, "<input type=\"hidden\" name=\"");
		html_text(h, p->name);
		html_lit(h, "\" value=\"");
		html_text(h, p->value);
		html_lit(h, "\">");
	}
}
