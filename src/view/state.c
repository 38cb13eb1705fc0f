/* The state of a filter page is its address and nothing else: parameters are read once, and every link
 * of the page is the same address with a little less or more. What a form without script can only send in
 * parts (two ends of a range, boxes that are ticked) is put together here, so that the rest of the house and
 * every link knows one spelling. */
#include "view/view.h"

#include "text/text.h"

enum { STATE_PAIRS = 200 };

/* Which records: these go along to every tab. */
static bool is_filter(struct str name)
{
	static const char *const names[] = { "q", "timezone", "as_of", "geofilter.bbox", "geofilter.distance", "geofilter.polygon" };
	static const char *const beginnings[] = { "refine.", "exclude.", "disjunctive.", "q." };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (str_starts(name, str_of(beginnings[i])) && name.n > str_of(beginnings[i]).n)
			return true;
	return false;
}

/* How one tab shows them. */
static bool is_view(struct str name)
{
	static const char *const names[] = { "sort", "rows", "start", "flg", "location", "basemap", "dataChart", "columns", "view", "calendar", "layout", "territories" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return str_starts(name, STR("find.")) && name.n > 5;
}

/* Parts of a range as forms send them: min.F and max.F of numbers, from.F and to.F of dates. */
static const struct range_part { const char *low, *high, *kind; } parts[] = {
	{ "min.", "max.", "q.range." },
	{ "from.", "to.", "q.timerange." },
};

static struct str last_of(const struct httpd_request *r, struct str name)
{
	struct str out = STR("");
	for (size_t i = 0; i < r->nquery; i++)
		if (str_eq(r->query[i].name, name))
			out = str_trim(r->query[i].value);
	return out;
}

struct reading {
	struct arena *arena;
	struct httpd_pair *pairs;
	size_t n;
};

static void push(struct reading *s, struct str name, struct str value)
{
	if (s->n < STATE_PAIRS)
		s->pairs[s->n++] = (struct httpd_pair){ name, value };
}

static void drop_name(struct reading *s, struct str name)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!str_eq(s->pairs[i].name, name))
			s->pairs[n++] = s->pairs[i];
	s->n = n;
}

/* A form's range takes the place of the one before; with both ends empty there is none. */
static void fold_range(struct reading *s, const struct httpd_request *r, const struct range_part *part, struct str field)
{
	struct str low = last_of(r, arena_join(s->arena, str_of(part->low), field));
	struct str high = last_of(r, arena_join(s->arena, str_of(part->high), field));
	struct str name = arena_join(s->arena, str_of(part->kind), field);
	drop_name(s, name);
	if (!low.n && !high.n)
		return;
	low = low.n ? low : STR("*");
	high = high.n ? high : STR("*");
	push(s, name, arena_printf(s->arena, "%.*s:[%.*s TO %.*s]", STR_ARG(field), STR_ARG(low), STR_ARG(high)));
}

static void fold_ranges(struct reading *s, const struct httpd_request *r)
{
	for (size_t i = 0; i < r->nquery; i++)
		for (size_t k = 0; k < COUNT_OF(parts); k++) {
			struct str name = r->query[i].name, low = str_of(parts[k].low), high = str_of(parts[k].high);
			if (str_starts(name, low) && name.n > low.n)
				fold_range(s, r, &parts[k], str_from(name, low.n));
			else if (str_starts(name, high) && name.n > high.n)
				fold_range(s, r, &parts[k], str_from(name, high.n));
		}
}

/* column=a&column=b is columns=a,b. */
static void fold_columns(struct reading *s, const struct httpd_request *r)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < r->nquery; i++) {
		if (!str_eq(r->query[i].name, STR("column")) || !r->query[i].value.n)
			continue;
		if (b.n)
			buf_put_char(&b, ',');
		buf_put(&b, r->query[i].value);
	}
	if (!b.n)
		return;
	drop_name(s, STR("columns"));
	push(s, STR("columns"), arena_str(s->arena, buf_str(&b)));
}

void view_state_read(struct view_state *s, const struct httpd_request *r, struct str path)
{
	struct reading all = { .arena = r->arena, .pairs = arena_array(r->arena, struct httpd_pair, STATE_PAIRS + 1) };
	for (size_t i = 0; i < r->nquery; i++) {
		const struct httpd_pair *p = &r->query[i];
		if ((is_filter(p->name) || is_view(p->name)) && (p->value.n || str_starts(p->name, STR("disjunctive."))))
			push(&all, p->name, p->value);
	}
	fold_ranges(&all, r);
	fold_columns(&all, r);
	*s = (struct view_state){ .arena = r->arena, .path = path, .pairs = all.pairs, .n = all.n };
}

struct str view_state_get(const struct view_state *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->pairs[i].name, name))
			return s->pairs[i].value;
	return STR("");
}

bool view_state_is_filter(struct str name)
{
	return is_filter(name) && !str_eq(name, STR("timezone")) && !str_eq(name, STR("as_of")) && !str_starts(name, STR("disjunctive."));
}

static void put_pair(struct buf *b, size_t start, struct str name, struct str value)
{
	buf_put_char(b, b->n == start ? '?' : '&');
	text_put_url(b, name);
	buf_put_char(b, '=');
	text_put_url(b, value);
}

/* What a link of the same page leaves behind: the place in the pages, and what was looked for in a facet. */
static bool is_passing(struct str name)
{
	return str_eq(name, STR("start")) || str_starts(name, STR("find."));
}

struct str view_state_url(const struct view_state *s, struct str drop, const struct str *drop_value, struct str add,
                          struct str add_value)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put(&b, s->path);
	size_t start = b.n;
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (is_passing(p->name))
			continue;
		if (drop.n && str_eq(p->name, drop) && (!drop_value || str_eq(p->value, *drop_value)))
			continue;
		put_pair(&b, start, p->name, p->value);
	}
	if (add.n)
		put_pair(&b, start, add, add_value);
	if (b.n == start)
		buf_put(&b, s->bare);
	return arena_str(s->arena, buf_str(&b));
}

struct str view_state_here(const struct view_state *s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put(&b, s->path);
	size_t start = b.n;
	for (size_t i = 0; i < s->n; i++)
		if (!str_starts(s->pairs[i].name, STR("find.")))
			put_pair(&b, start, s->pairs[i].name, s->pairs[i].value);
	if (b.n == start)
		buf_put(&b, s->bare);
	return arena_str(s->arena, buf_str(&b));
}

struct str view_state_cleared(const struct view_state *s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put(&b, s->path);
	size_t start = b.n;
	for (size_t i = 0; i < s->n; i++)
		if (!is_passing(s->pairs[i].name) && !view_state_is_filter(s->pairs[i].name) && !str_starts(s->pairs[i].name, STR("disjunctive.")))
			put_pair(&b, start, s->pairs[i].name, s->pairs[i].value);
	if (b.n == start)
		buf_put(&b, s->bare);
	return arena_str(s->arena, buf_str(&b));
}

struct str view_state_filters(const struct view_state *s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		if (is_filter(p->name) || str_eq(p->name, STR("sort")) || str_eq(p->name, STR("flg")))
			put_pair(&b, 0, p->name, p->value);
	}
	return arena_str(s->arena, buf_str(&b));
}

void html_hidden_pair(struct html *h, const struct httpd_pair *p)
{
	html_lit(h, "<input type=\"hidden\" name=\"");
	html_text(h, p->name);
	html_lit(h, "\" value=\"");
	html_text(h, p->value);
	html_lit(h, "\">");
}

void view_state_inputs(struct html *h, const struct view_state *s, struct str except)
{
	for (size_t i = 0; i < s->n; i++)
		if (!is_passing(s->pairs[i].name) && !str_eq(s->pairs[i].name, except))
			html_hidden_pair(h, &s->pairs[i]);
}
