/* Patterns compiled to a trie of segments at start. At each segment a literal is tried first,
 * then a hole, then a rest; the first path with a route for the method wins, and the methods of
 * all paths that fit are remembered for 405. */
#include "httpd/inside.h"
#include "text/text.h"

enum { SEGMENTS = 64 };

struct node {
	struct map literals;      /* of struct node */
	struct node *hole, *rest;
	const struct httpd_route *routes[HTTPD_METHODS];
};
struct router {
	struct node root;
};

static struct node *child(struct arena *a, struct node *at, struct str segment, bool *is_rest,
                          int *holes)
{
	struct node **place = NULL;
	*is_rest = false;
	if (str_starts(segment, STR("{")) && str_ends(segment, STR("}"))) {
		*is_rest = str_ends(segment, STR("...}"));
		place = *is_rest ? &at->rest : &at->hole;
		(*holes)++;
		if (!*place) *place = arena_new(a, struct node);
		return *place;
	}
	struct node *n = map_get_or_null(&at->literals, segment);
	if (n) return n;
	n = arena_new(a, struct node);
	map_put(a, &at->literals, segment, n);
	return n;
}

static bool add(struct arena *a, struct router *t, const struct httpd_route *route, struct err *e)
{
	struct str rest = str_of(route->pattern);
	struct str segment;
	struct node *at = &t->root;
	bool ended = false;
	int holes = 0;
	if (!str_starts(rest, STR("/")) || (size_t)route->method >= HTTPD_METHODS)
		return err_set(e, ERR_USAGE,
		               "route \"%s\" must start with a slash and have a known method",
		               route->pattern);
	rest = str_from(rest, 1);
	while (rest.n && str_cut(&rest, '/', &segment)) {
		if (ended || segment.n == 0)
			return err_set(e, ERR_USAGE,
			               "route \"%s\": empty segment, or one after a rest",
			               route->pattern);
		at = child(a, at, segment, &ended, &holes);
	}
	if (holes > HTTPD_HOLES)
		return err_set(e, ERR_USAGE, "route \"%s\" has more than %d holes", route->pattern,
		               HTTPD_HOLES);
	if (at->routes[route->method])
		return err_set(e, ERR_USAGE, "two routes for one method and pattern: %s", route->pattern);
	at->routes[route->method] = route;
	return true;
}

bool router_new(struct arena *a, const struct httpd_route *const *routes, struct router **out,
                struct err *e)
{
	struct router *t = arena_new(a, struct router);
	for (; *routes; routes++)
		if (!add(a, t, *routes, e)) return false;
	*out = t;
	return true;
}

struct search {
	struct arena *a;
	struct str segments[SEGMENTS]; /* decoded */
	const char *starts[SEGMENTS];  /* where each begins in the raw path */
	const char *end;
	size_t n;
	enum httpd_method method;
	struct match *out;
	int holes;
};

static bool leaf(struct search *s, const struct node *at)
{
	for (size_t m = 0; m < HTTPD_METHODS; m++)
		if (at->routes[m]) s->out->methods |= 1u << m;
	const struct httpd_route *r = s->method < HTTPD_METHODS ? at->routes[s->method] : NULL;
	if (!r && s->method == HTTPD_HEAD) r = at->routes[HTTPD_GET];
	if (!r) return false;
	s->out->route_or_null = r;
	return true;
}

static bool search(struct search *s, const struct node *at, size_t i)
{
	if (i == s->n && leaf(s, at)) return true;
	if (i < s->n) {
		const struct node *n = map_get_or_null(&at->literals, s->segments[i]);
		if (n && search(s, n, i + 1)) return true;
		if (at->hole && s->segments[i].n) {
			s->out->holes[s->holes++] = s->segments[i];
			if (search(s, at->hole, i + 1)) return true;
			s->holes--;
		}
		if (at->rest) {
			struct str raw = str_make(s->starts[i], (size_t)(s->end - s->starts[i]));
			struct str value;
			bool good = text_url_decode(s->a, raw, false, &value);
			ensure(good); /* every segment was decoded already */
			s->out->holes[s->holes] = value;
			if (leaf(s, at->rest)) return true;
		}
	}
	return false;
}

void router_find(const struct router *t, struct arena *a, struct str raw_path, enum httpd_method m,
                 struct match *out)
{
	struct search s = { .a = a, .method = m, .out = out, .end = raw_path.p + raw_path.n };
	*out = (struct match){ 0 };
	struct str rest = str_from(raw_path, 1);
	struct str segment;
	while (rest.n && str_cut(&rest, '/', &segment)) {
		if (s.n == SEGMENTS || !text_url_decode(a, segment, false, &s.segments[s.n])) return;
		s.starts[s.n++] = segment.p;
	}
	if (!search(&s, &t->root, 0)) out->route_or_null = NULL;
}

struct str method_name(enum httpd_method m)
{
	static const char *const names[] = { "GET",   "HEAD",   "POST",    "PUT",
		                             "PATCH", "DELETE", "OPTIONS", "OTHER" };
	return str_of(names[m <= HTTPD_METHODS ? m : HTTPD_METHODS]);
}

enum httpd_method method_of(struct str name)
{
	for (unsigned m = 0; m < HTTPD_METHODS; m++)
		if (str_eq(name, method_name((enum httpd_method)m))) return (enum httpd_method)m;
	return HTTPD_METHODS;
}

void allow_put(struct buf *b, unsigned methods)
{
	if (methods & (1u << HTTPD_GET)) methods |= 1u << HTTPD_HEAD;
	methods |= 1u << HTTPD_OPTIONS;
	for (unsigned m = 0; m < HTTPD_METHODS; m++) {
		if (!(methods & (1u << m))) continue;
		if (b->n) buf_lit(b, ", ");
		buf_put(b, method_name((enum httpd_method)m));
	}
}
