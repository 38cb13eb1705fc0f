/* The filters of a query, which have the names of addresses, as those of a question. Words and ranges ("q", "q.…") are of the
 * v1 language, in which such charts were always filtered; `where` is ODSQL. Filters that mean nothing here (sort, rows,
 * location …) are left aside. */
#include <math.h>
#include "chart/inside.h"

#include "text/text.h"

struct texts { VEC(struct str) v; };
struct gather {
	struct arena *arena;
	const struct query_target *target;
	struct texts where, qv1, refine, exclude, facet;
	size_t npage;                /* how many of refine are the page's */
};

static struct str between(struct arena *a, struct str s, char mark)
{
	auto_buf b = BUF_INIT(2 * LIMIT_CLAUSE_BYTES);
	buf_put_char(&b, mark);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == mark || s.p[i] == '\\') buf_put_char(&b, '\\');
		buf_put_char(&b, s.p[i]);
	}
	buf_put_char(&b, mark);
	return arena_str(a, buf_str(&b));
}

struct str chart_name(struct arena *a, struct str name) { return between(a, name, '`'); }

struct str chart_quote(struct arena *a, struct str text) { return between(a, text, '"'); }

static struct str named(struct arena *a, struct str name, struct str value)
{
	struct str n = chart_name(a, name), v = chart_quote(a, value);
	return arena_printf(a, "%.*s:%.*s", STR_ARG(n), STR_ARG(v));
}

/* --- places -------------------------------------------------------------------------------------------------------- */

/* Points before shapes. */
static struct str place_field(const struct gather *g)
{
	const struct schema *s = g->target->schema;
	struct str shape = STR("");
	for (size_t i = 0; i < s->n; i++) {
		if (!chart_field_or_null(g->target, s->fields[i].name)) continue;
		if (s->fields[i].type == VALUE_POINT) return s->fields[i].name;
		if (s->fields[i].type == VALUE_SHAPE && !shape.n) shape = s->fields[i].name;
	}
	return shape;
}

enum { CORNERS = 200 };

/* The numbers of "(lat,lon),(lat,lon)" or "lat,lon,metres". */
static bool read_numbers(struct str text, double *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n;) {
		size_t from = i;
		while (i < text.n && !strchr("(), ", text.p[i])) i++;
		if (i > from) {
			if (*n == (size_t)2 * CORNERS || !text_to_double(str_sub(text, from, i - from), &out[*n])) return false;
			++*n;
		}
		i += i == from || i < text.n;
	}
	return true;
}

static void put_corner(struct buf *b, const double *corner)
{
	text_put_double_plain(b, corner[1]);
	buf_put_char(b, ' ');
	text_put_double_plain(b, corner[0]);
}

static void put_polygon(struct buf *b, struct str field, const double *v, size_t n)
{
	buf_printf(b, "intersects(%.*s, geom'POLYGON((", STR_ARG(field));
	for (size_t i = 0; i < n; i += 2) {
		put_corner(b, &v[i]);
		buf_lit(b, ", ");
	}
	put_corner(b, v);
	buf_lit(b, "))')");
}

static bool add_place(struct gather *g, struct str kind, struct str value)
{
	double v[2 * CORNERS];
	size_t n;
	struct str field = place_field(g);
	if (!field.n || !value.n) return true;
	if (!read_numbers(value, v, &n)) return false;
	field = chart_name(g->arena, field);
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES);
	if (str_eq(kind, STR("bbox")) && n == 4) {
		buf_printf(&b, "in_bbox(%.*s", STR_ARG(field));
		for (size_t i = 0; i < 4; i++) {
			buf_lit(&b, ", ");
			text_put_double_plain(&b, v[i]);
		}
		buf_put_char(&b, ')');
	} else if (str_eq(kind, STR("distance")) && (n == 2 || n == 3)) {
		buf_printf(&b, "within_distance(%.*s, geom'POINT(", STR_ARG(field));
		put_corner(&b, v);
		buf_lit(&b, ")', ");
		text_put_double_plain(&b, n == 3 ? v[2] : 0);
		buf_lit(&b, "m)");
	} else if (str_eq(kind, STR("polygon")) && n >= 6 && n % 2 == 0) {
		put_polygon(&b, field, v, n);
	} else {
		return false;
	}
	vec_push(g->arena, &g->where.v, arena_str(g->arena, buf_str(&b)));
	return !b.over;
}

/* --- all ------------------------------------------------------------------------------------------------------------- */

/* The page filters by this field already. */
static bool is_refined(const struct gather *g, struct str field)
{
	struct str beginning = arena_join(g->arena, chart_name(g->arena, field), STR(":"));
	for (size_t i = 0; i < g->npage; i++)
		if (str_starts(g->refine.v.p[i], beginning)) return true;
	return false;
}

/* Values of a field that takes several would join those of the page; as a condition they stay the query's own. */
static void refine_apart(struct gather *g, const struct chart_query *q, struct str name)
{
	auto_buf b = BUF_INIT(LIMIT_CLAUSE_BYTES);
	struct str field = chart_name(g->arena, str_from(name, 7));
	for (size_t i = 0; i < q->nfilters; i++) {
		if (!str_eq(q->filters[i].name, name)) continue;
		struct str value = chart_quote(g->arena, q->filters[i].value);
		buf_printf(&b, "%s%.*s = %.*s", b.n ? " or " : "", STR_ARG(field), STR_ARG(value));
	}
	if (!b.over) vec_push(g->arena, &g->where.v, arena_str(g->arena, buf_str(&b)));
}

static bool is_first(const struct chart_query *q, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(q->filters[i].name, q->filters[at].name)) return false;
	return true;
}

static bool add(struct gather *g, const struct chart_query *q, size_t at)
{
	struct arena *a = g->arena;
	const struct chart_filter *f = &q->filters[at];
	const struct field *field = str_starts(f->name, STR("refine.")) ? chart_field_or_null(g->target, str_from(f->name, 7)) : NULL;
	if (field && field->type == VALUE_TEXT && is_refined(g, field->name)) {
		if (is_first(q, at)) refine_apart(g, q, f->name);
	} else if (str_starts(f->name, STR("refine."))) {
		vec_push(a, &g->refine.v, named(a, str_from(f->name, 7), f->value));
	} else if (str_starts(f->name, STR("exclude."))) {
		vec_push(a, &g->exclude.v, named(a, str_from(f->name, 8), f->value));
	} else if (str_starts(f->name, STR("disjunctive."))) {
		struct str name = chart_quote(a, str_from(f->name, 12));
		vec_push(a, &g->facet.v, arena_printf(a, "facet(name=%.*s, disjunctive=true)", STR_ARG(name)));
	} else if (str_eq(f->name, STR("q")) || str_starts(f->name, STR("q."))) {
		if (str_trim(f->value).n) vec_push(a, &g->qv1.v, f->value);
	} else if (str_eq(f->name, STR("where"))) {
		if (str_trim(f->value).n) vec_push(a, &g->where.v, f->value);
	} else if (str_starts(f->name, STR("geofilter."))) {
		return add_place(g, str_from(f->name, 10), f->value);
	}
	return true;
}

static void begin(struct arena *a, struct texts *t, const struct str *p, size_t n)
{
	for (size_t i = 0; i < n; i++) vec_push(a, &t->v, p[i]);
}

bool chart_filters(struct arena *a, const struct chart_query *q, const struct query_target *t, const char *place, struct query_request *r,
                   struct err *e)
{
	struct gather g = { .arena = a, .target = t };
	begin(a, &g.where, r->where, r->nwhere);
	begin(a, &g.qv1, r->qv1, r->nqv1);
	begin(a, &g.refine, r->refine, r->nrefine);
	begin(a, &g.exclude, r->exclude, r->nexclude);
	begin(a, &g.facet, r->facet, r->nfacet);
	g.npage = r->nrefine;
	for (size_t i = 0; i < q->nfilters; i++)
		if (!add(&g, q, i))
			return err_set(e, ERR_PARAMETER, "%s.config.options.%.*s: numbers are expected, as in 48.85,2.35,1000.", place,
			               STR_ARG(text_cut(q->filters[i].name, 60)));
	r->where = g.where.v.p;
	r->nwhere = g.where.v.n;
	r->qv1 = g.qv1.v.p;
	r->nqv1 = g.qv1.v.n;
	r->refine = g.refine.v.p;
	r->nrefine = g.refine.v.n;
	r->exclude = g.exclude.v.p;
	r->nexclude = g.exclude.v.n;
	r->facet = g.facet.v.p;
	r->nfacet = g.facet.v.n;
	return true;
}
