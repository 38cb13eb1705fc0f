/* From the address of a page to a question for query/, and to the same question as parameters of the
 * Explore API, so that what a page shows and what its API tab promises are one thing. */
#include "front/inside.h"

#include "text/text.h"

struct str front_quote(struct arena *a, struct str s)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put_char(&b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_put_char(&b, '\\');
		buf_put_char(&b, s.p[i]);
	}
	buf_put_char(&b, '"');
	return arena_str(a, buf_str(&b));
}

/* name:"value", the name in back-quotes so that any name is read as one. */
static struct str named_value(struct arena *a, struct str name, struct str value)
{
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	buf_put_char(&b, '`');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '`' || name.p[i] == '\\')
			buf_put_char(&b, '\\');
		buf_put_char(&b, name.p[i]);
	}
	buf_lit(&b, "`:");
	buf_put(&b, front_quote(a, value));
	return arena_str(a, buf_str(&b));
}

/* The pairs "<prefix><name>=<value>" of the state as name:"value" texts. */
static const struct str *collect(struct arena *a, const struct view_state *s, struct str prefix, size_t *n)
{
	struct str *out = arena_array(a, struct str, s->n + 1);
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (str_starts(s->pairs[i].name, prefix))
			out[(*n)++] = named_value(a, str_from(s->pairs[i].name, prefix.n), s->pairs[i].value);
	return out;
}

struct str front_facet_spec(struct arena *a, const struct view_state *s, struct str name)
{
	struct str parameter = arena_join(a, STR("disjunctive."), name);
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->pairs[i].name, parameter)) {
			struct str quoted = front_quote(a, name);
			return arena_printf(a, "facet(name=%.*s, disjunctive=true)", STR_ARG(quoted));
		}
	return name;
}

/* Facets that the address says take several values, for the questions that filter. */
static const struct str *disjunctive(struct arena *a, const struct view_state *s, size_t *n)
{
	struct str *out = arena_array(a, struct str, s->n + 1);
	struct str prefix = STR("disjunctive.");
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (str_starts(s->pairs[i].name, prefix))
			out[(*n)++] = front_facet_spec(a, s, str_from(s->pairs[i].name, prefix.n));
	return out;
}

struct str front_filter_where(struct arena *a, const struct view_state *s, const struct schema *schema)
{
	struct front_conditions c;
	struct err e = { 0 };
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	(void)front_conditions(a, s, schema, NULL, STR(""), &c, &e);
	for (size_t i = 0; i < c.nwhere; i++) {
		if (i)
			buf_lit(&b, " and ");
		buf_put(&b, c.where[i]);
	}
	return arena_str(a, buf_str(&b));
}

/* Stands for a filter that could not be read, so that a question asked all the same fails as well. */
static void spoil(struct front_conditions *c)
{
	c->where[c->nwhere++] = STR("geofilter cannot be read");
}

void front_filter_make_but(struct front_filter *f, const struct view_state *s, const struct visit *v, struct str but)
{
	struct arena *a = v->arena;
	const struct schema none = { 0 };
	const struct query_target *t = &f->target;
	struct front_conditions c;
	f->wrong = (struct err){ 0 };
	f->request = (struct query_request){
		.target = &f->target,
		.mode = QUERY_PAGE,
		.zone_or_null = v->zone,
		.lang = v->lang->code,
		.now_us = clock_now().us,
	};
	if (!front_conditions(a, s, t->schema ? t->schema : &none, t->visible_or_null, but, &c, &f->wrong))
		spoil(&c);
	struct str zone = view_state_get(s, STR("timezone"));
	if (zone.n && !query_zone(zone, &f->request.zone_or_null, &f->wrong)) {
		f->request.zone_or_null = v->zone;
		spoil(&c);
	}
	f->request.where = c.where;
	f->request.nwhere = c.nwhere;
	f->request.qv1 = c.qv1;
	f->request.nqv1 = c.nqv1;
	f->request.refine = collect(a, s, STR("refine."), &f->request.nrefine);
	f->request.exclude = collect(a, s, STR("exclude."), &f->request.nexclude);
	f->request.facet = disjunctive(a, s, &f->request.nfacet);
}

void front_filter_make(struct front_filter *f, const struct view_state *s, const struct visit *v)
{
	front_filter_make_but(f, s, v, STR(""));
}

static int64_t number_in(struct str text, int64_t low, int64_t high, int64_t otherwise)
{
	int64_t v;
	return text.n && str_to_int(text, &v) && v >= low && v <= high ? v : otherwise;
}

void front_filter_page(const struct view_state *s, int64_t rows_default, int64_t *start, int64_t *rows)
{
	*rows = number_in(view_state_get(s, STR("rows")), 1, LIMIT_PAGE_ROWS, rows_default);
	*start = number_in(view_state_get(s, STR("start")), 0, LIMIT_WINDOW_ROWS - *rows, 0);
}

struct str front_filter_order(struct arena *a, const struct schema *s, struct str sort, bool *descending, struct str *field)
{
	bool turned = sort.n > 0 && sort.p[0] == '-';
	struct str name = turned ? str_from(sort, 1) : sort;
	ptrdiff_t at = schema_find(s, name);
	if (at < 0 && name.n)
		at = schema_find(s, arena_join(a, STR("default."), name));
	if (at < 0)
		return STR("");
	const struct field *f = &s->fields[at];
	if (!value_kind(f->type)->orders || (f->flags & (FIELD_HIDDEN | FIELD_MULTIVALUED)))
		return STR("");
	*descending = (f->type != VALUE_TEXT && f->type != VALUE_BOOL) != turned;
	*field = f->name;
	/* Names of the catalogue have a dot, and are spelled as they are; names of rows are always quoted. */
	if (str_find_char(f->name, '.') >= 0)
		return arena_printf(a, "%.*s %s", STR_ARG(f->name), *descending ? "desc" : "asc");
	return arena_printf(a, "`%.*s` %s", STR_ARG(f->name), *descending ? "desc" : "asc");
}

/* The filters as the API spells them, in the arena. */
static struct httpd_pair *api_pairs(struct arena *a, const struct view_state *s, const struct schema *schema, bool with_order, size_t *n)
{
	static const char *const carried[] = { "timezone", "as_of" };
	struct httpd_pair *out = arena_array(a, struct httpd_pair, 2 * s->n + 8);
	struct front_conditions c;
	struct err e = { 0 };
	(void)front_conditions(a, s, schema, NULL, STR(""), &c, &e);
	*n = 0;
	for (size_t i = 0; i < c.nwhere; i++)
		out[(*n)++] = (struct httpd_pair){ STR("where"), c.where[i] };
	for (size_t i = 0; i < c.nqv1; i++)
		out[(*n)++] = (struct httpd_pair){ STR("qv1"), c.qv1[i] };
	for (size_t i = 0; i < COUNT_OF(carried); i++)
		if (view_state_get(s, str_of(carried[i])).n)
			out[(*n)++] = (struct httpd_pair){ str_of(carried[i]), view_state_get(s, str_of(carried[i])) };
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		bool refine = str_starts(p->name, STR("refine."));
		if (!refine && !str_starts(p->name, STR("exclude.")))
			continue;
		struct str name = str_from(p->name, refine ? 7 : 8);
		/* As people would write it; quoted only where the bare spelling could be misread. */
		bool plain = name.n && p->value.n && p->value.p[0] != '"' && p->value.p[0] != '\'' && str_find_char(name, ':') < 0;
		out[(*n)++] = (struct httpd_pair){
			refine ? STR("refine") : STR("exclude"),
			plain ? arena_printf(a, "%.*s:%.*s", STR_ARG(name), STR_ARG(p->value)) : named_value(a, name, p->value),
		};
	}
	size_t nfacets;
	const struct str *facets = disjunctive(a, s, &nfacets);
	for (size_t i = 0; i < nfacets; i++)
		out[(*n)++] = (struct httpd_pair){ STR("facet"), facets[i] };
	bool descending;
	struct str field;
	struct str order = front_filter_order(a, schema, view_state_get(s, STR("sort")), &descending, &field);
	if (with_order && order.n)
		out[(*n)++] = (struct httpd_pair){ STR("order_by"), arena_printf(a, "%.*s%s", STR_ARG(field), descending ? " desc" : "") };
	return out;
}

struct str front_filter_api(struct arena *a, const struct view_state *s, const struct schema *schema, bool with_order)
{
	size_t n;
	const struct httpd_pair *pairs = api_pairs(a, s, schema, with_order, &n);
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	for (size_t i = 0; i < n; i++) {
		buf_put_char(&b, i ? '&' : '?');
		buf_put(&b, pairs[i].name);
		buf_put_char(&b, '=');
		text_put_url(&b, pairs[i].value);
	}
	return arena_str(a, buf_str(&b));
}

struct str front_csv_comma(const struct visit *v, const char *format, struct str query)
{
	if (strcmp(format, "csv") != 0 || !str_eq(tenant_setting(v->at.tenant, "csv.separator"), STR("comma")))
		return STR("");
	return query.n ? STR("&delimiter=,") : STR("?delimiter=,");
}

void front_filter_inputs(struct html *h, struct arena *a, const struct view_state *s, const struct schema *schema, bool with_where)
{
	size_t n;
	const struct httpd_pair *pairs = api_pairs(a, s, schema, with_where, &n);
	for (size_t i = 0; i < n; i++) {
		if (!with_where && str_eq(pairs[i].name, STR("where")))
			continue;
		html_lit(h, "<input type=\"hidden\" name=\"");
		html_text(h, pairs[i].name);
		html_lit(h, "\" value=\"");
		html_text(h, pairs[i].value);
		html_lit(h, "\">");
	}
}

void front_put_reading(struct buf *b, const struct record_column *c, const struct field *f, const struct column *col, size_t row,
                       const struct record_style *style, struct str lang)
{
	if (col->type.list || col->type.type != VALUE_POINT) {
		record_put_reading(b, c, f, col, row, style, lang);
		return;
	}
	if (!column_has(col, row))
		return;
	/* Always with points: a comma stands between the two. */
	text_put_number(b, col->lats[row], 5, STR("en"));
	buf_lit(b, ", ");
	text_put_number(b, col->lons[row], 5, STR("en"));
}
