/* The filters that all endpoints share, pages of rows, and what an answer repeats of them. */
#include "legacy/inside.h"
#include "text/text.h"

/* --- queries ------------------------------------------------------------------------------------ */

static void add_place(struct v1_call *c, struct texts *out, const char *form, struct str value, const char *after)
{
	auto_buf b = BUF_INIT(2 * LIMIT_URL_BYTES + 100);
	buf_put(&b, str_of(form));
	buf_put_char(&b, '(');
	v1_put_quoted(&b, value);
	buf_put(&b, str_of(after));
	buf_put_char(&b, ')');
	vec_push(c->arena, &out->v, arena_str(c->arena, buf_str(&b)));
}

/* lat,lon[,m] as a circle; without a radius, the place itself. */
static void add_circle(struct v1_call *c, struct texts *out, struct str value)
{
	ptrdiff_t first = str_find_char(value, ',');
	ptrdiff_t comma = first < 0 ? -1 : str_find_char(str_from(value, (size_t)first + 1), ',');
	size_t end = comma < 0 ? value.n : (size_t)(first + 1 + comma);
	auto_buf after = BUF_INIT(LIMIT_URL_BYTES + 100);
	buf_put_char(&after, ',');
	if (comma < 0) buf_put_char(&after, '0');
	else v1_put_quoted(&after, str_from(value, end + 1));
	buf_put_char(&after, '\0');
	add_place(c, out, "#distance", str_sub(value, 0, end), after.over || !after.p ? ",0" : after.p);
}

static void read_queries(struct v1_call *c, struct texts *out)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "q", &at, &name, &value);) vec_push(c->arena, &out->v, value);
	for (size_t at = 0; v1_each(c, "rq", &at, &name, &value);) vec_push(c->arena, &out->v, value);
	for (size_t at = 0; v1_each(c, "geofilter.distance", &at, &name, &value);) add_circle(c, out, value);
	for (size_t at = 0; v1_each(c, "geofilter.polygon", &at, &name, &value);) add_place(c, out, "#polygon", value, "");
	for (size_t at = 0; v1_each(c, "geofilter.bbox", &at, &name, &value);) add_place(c, out, "#bbox", value, "");
	for (size_t at = 0; v1_each(c, "geo_digest", &at, &name, &value);) {
		if (!name.n) {
			add_place(c, out, "#digest", value, "");
			continue;
		}
		auto_buf b = BUF_INIT(2 * LIMIT_URL_BYTES + 100);
		buf_lit(&b, "#digest(");
		buf_put(&b, name);
		buf_put_char(&b, ',');
		v1_put_quoted(&b, value);
		buf_put_char(&b, ')');
		vec_push(c->arena, &out->v, arena_str(c->arena, buf_str(&b)));
	}
}

/* --- facets ------------------------------------------------------------------------------------- */

static void read_values(struct v1_call *c, const char *prefix, struct texts *out)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, prefix, &at, &name, &value);) {
		if (!name.n) continue;
		auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES + 100);
		v1_put_name(&b, name);
		buf_put_char(&b, ':');
		v1_put_quoted(&b, value);
		vec_push(c->arena, &out->v, arena_str(c->arena, buf_str(&b)));
	}
}

/* The value of PREFIX.NAME, empty when absent. */
static struct str of_field(const struct v1_call *c, const char *prefix, struct str field)
{
	struct str name;
	struct str value;
	struct str found = STR("");
	for (size_t at = 0; v1_each(c, prefix, &at, &name, &value);)
		if (str_eq(name, field)) found = value;
	return found;
}

/* One facet(…) a field, with what the request says of it. */
static void add_facet(struct v1_call *c, struct texts *seen, struct texts *out, struct str field)
{
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES + 100);
	for (size_t i = 0; i < seen->v.n; i++)
		if (str_eq(seen->v.p[i], field)) return;
	vec_push(c->arena, &seen->v, field);
	struct str many = of_field(c, "disjunctive", field);
	struct str sort = of_field(c, "facetsort", field);
	bool yes = str_eq_nocase(many, STR("true")) || str_eq_nocase(many, STR("on")) || str_eq(many, STR("1"));
	buf_lit(&b, "facet(name=");
	v1_put_quoted(&b, field);
	buf_printf(&b, ", disjunctive=%s", yes ? "true" : "false");
	if (sort.n) {
		buf_lit(&b, ", sort=");
		v1_put_quoted(&b, sort);
	}
	buf_put_char(&b, ')');
	vec_push(c->arena, &out->v, arena_str(c->arena, buf_str(&b)));
}

static void read_facets(struct v1_call *c, struct texts *out)
{
	struct texts seen = { 0 };
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "facet", &at, &name, &value);) {
		struct str rest = value;
		struct str one;
		while (!name.n && str_cut(&rest, ',', &one))
			if (str_trim(one).n) add_facet(c, &seen, out, str_trim(one));
	}
	for (size_t at = 0; v1_each(c, "refine", &at, &name, &value);)
		if (name.n) add_facet(c, &seen, out, name);
	for (size_t at = 0; v1_each(c, "exclude", &at, &name, &value);)
		if (name.n) add_facet(c, &seen, out, name);
}

bool v1_question(struct v1_call *c, struct query_request *out, struct err *e)
{
	struct texts queries = { 0 };
	struct texts refine = { 0 };
	struct texts exclude = { 0 };
	struct texts facets = { 0 };
	(void)e;
	read_queries(c, &queries);
	read_values(c, "refine", &refine);
	read_values(c, "exclude", &exclude);
	read_facets(c, &facets);
	*out = (struct query_request){
		.target = &c->target, .mode = QUERY_EXPORT,
		.qv1 = queries.v.p, .nqv1 = queries.v.n, .refine = refine.v.p, .nrefine = refine.v.n,
		.exclude = exclude.v.p, .nexclude = exclude.v.n, .facet = facets.v.p, .nfacet = facets.v.n,
		.zone_or_null = c->zone, .lang = c->lang, .now_us = clock_now().us,
		.default_order = c->target.catalogue ? STR("modified desc, datasetid") : STR(""),
	};
	return true;
}

/* --- pages -------------------------------------------------------------------------------------- */

static struct str select_of(struct v1_call *c)
{
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES);
	struct str rest = v1_text(c, "fields");
	struct str one;
	while (rest.n && str_cut(&rest, ',', &one)) {
		one = str_trim(one);
		if (!one.n) continue;
		if (b.n) buf_put_char(&b, ',');
		v1_put_name(&b, one);
	}
	return arena_str(c->arena, buf_str(&b));
}

/* Numbers and dates come highest first, texts lowest first; a minus turns either round. */
static struct str order_of(struct v1_call *c)
{
	auto_buf b = BUF_INIT(4 * LIMIT_URL_BYTES);
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "sort", &at, &name, &value);) {
		struct str rest = value;
		struct str one;
		while (!name.n && str_cut(&rest, ',', &one)) {
			one = str_trim(one);
			bool minus = str_starts(one, STR("-"));
			if (minus) one = str_from(one, 1);
			if (!one.n) continue;
			const struct field *f = v1_field_or_null(c, one);
			bool text = f && f->type == VALUE_TEXT;
			if (b.n) buf_put_char(&b, ',');
			v1_put_name(&b, one);
			buf_put(&b, text == minus ? STR(" desc") : STR(" asc"));
		}
	}
	return arena_str(c->arena, buf_str(&b));
}

/* Pages of a usual size come best first when words are looked for; larger ones are taken as they stand. */
enum { RANKED_PAGE = 1000 };

bool v1_page(struct v1_call *c, struct query_request *q, int64_t absent, int64_t most, struct err *e)
{
	int64_t rows;
	int64_t start;
	int64_t ceiling = most ? most : INT64_C(1) << 53;
	if (!v1_int(c, "rows", absent < 0 ? -1 : 0, ceiling, absent, &rows, e)) return false;
	if (!v1_int(c, "start", 0, ceiling, 0, &start, e)) return false;
	if (most && rows + start > most) return v1_error_window(e, rows + start, most);
	if (most && rows <= RANKED_PAGE) {
		q->mode = QUERY_PAGE;
		q->most_rows = RANKED_PAGE;
	}
	q->select = select_of(c);
	q->order_by = order_of(c);
	q->limit = arena_printf(c->arena, "%lld", (long long)rows);
	q->offset = arena_printf(c->arena, "%lld", (long long)start);
	return true;
}

/* --- what an answer repeats --------------------------------------------------------------------- */

/* A member that is given as text, number, switch or list, once or several times. */
static void echo_list(struct json_out *j, const struct v1_call *c, const char *name)
{
	struct str below;
	struct str value;
	bool any = false;
	for (size_t at = 0; v1_each(c, name, &at, &below, &value);) {
		struct str one;
		while (!below.n && str_cut(&value, ',', &one)) {
			if (!any) {
				json_key(j, str_of(name));
				json_open(j, '[');
			}
			any = true;
			json_put(j, one);
		}
	}
	if (any) json_close(j, ']');
}

/* {"field": ["value", …]}, each field once. */
static void echo_fields(struct json_out *j, const struct v1_call *c, const char *prefix, bool flags)
{
	struct str name;
	struct str value;
	struct texts seen = { 0 };
	for (size_t at = 0; v1_each(c, prefix, &at, &name, &value);) {
		bool known = !name.n;
		for (size_t i = 0; i < seen.v.n; i++) known = known || str_eq(seen.v.p[i], name);
		if (known) continue;
		if (!seen.v.n) {
			json_key(j, str_of(prefix));
			json_open(j, '{');
		}
		vec_push(c->arena, &seen.v, name);
		json_key(j, name);
		if (flags) {
			json_put_bool(j, str_eq_nocase(value, STR("true")) || str_eq(value, STR("1")) || str_eq_nocase(value, STR("on")));
			continue;
		}
		struct str other;
		json_open(j, '[');
		for (size_t i = 0; v1_each(c, prefix, &i, &other, &value);)
			if (str_eq(other, name)) json_put(j, value);
		json_close(j, ']');
	}
	if (seen.v.n) json_close(j, '}');
}

static void echo_text(struct json_out *j, const struct v1_call *c, const char *name)
{
	struct str value = v1_text(c, name);
	if (!value.n) return;
	json_key(j, str_of(name));
	json_put(j, value);
}

static void echo_int(struct json_out *j, const struct v1_call *c, const char *name, int64_t absent)
{
	struct err ignored = { 0 };
	int64_t v;
	if (!v1_int(c, name, INT64_MIN, INT64_MAX, absent, &v, &ignored)) return;
	json_key(j, str_of(name));
	json_put_int(j, v);
}

void v1_echo(struct json_out *j, const struct v1_call *c)
{
	static const char *const plain[] = { "rq", "fields", "lang", "geofilter.distance", "geofilter.polygon", "geofilter.bbox" };
	struct str name;
	struct str value;
	json_key(j, STR("parameters"));
	json_open(j, '{');
	if (c->own.dataset) json_member(j, "dataset", c->own.dataset->slug);
	for (size_t at = 0; v1_each(c, "q", &at, &name, &value);)
		if (name.n) {
			json_key(j, arena_join(c->arena, STR("q."), name));
			json_put(j, value);
		}
	echo_text(j, c, "q");
	for (size_t i = 0; i < COUNT_OF(plain); i++) echo_text(j, c, plain[i]);
	echo_int(j, c, "rows", 10);
	echo_int(j, c, "start", 0);
	echo_list(j, c, "sort");
	echo_list(j, c, "facet");
	echo_fields(j, c, "refine", false);
	echo_fields(j, c, "exclude", false);
	echo_fields(j, c, "disjunctive", true);
	json_member(j, "format", c->format);
	json_member(j, "timezone", clock_zone_name(c->zone));
	json_close(j, '}');
}

/* --- facet groups ------------------------------------------------------------------------------- */

static void put_values(struct json_out *j, const struct query_facet_value *values, size_t n)
{
	static const char *const states[] = { [QUERY_DISPLAYED] = "displayed", [QUERY_REFINED] = "refined",
		[QUERY_EXCLUDED] = "excluded" };
	json_key(j, STR("facets"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct query_facet_value *v = &values[i];
		json_open(j, '{');
		json_member(j, "name", v->name);
		json_member(j, "path", v->path);
		json_member_int(j, "count", v->state == QUERY_EXCLUDED ? 0 : v->count);
		json_member(j, "state", str_of(states[v->state]));
		if (v->nchildren && j->depth < 50) put_values(j, v->children, v->nchildren);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static bool is_asked(const struct v1_call *c, struct str field)
{
	struct str name;
	struct str value;
	for (size_t at = 0; v1_each(c, "facet", &at, &name, &value);) {
		struct str one;
		while (!name.n && str_cut(&value, ',', &one))
			if (str_eq(str_trim(one), field)) return true;
	}
	return false;
}

bool v1_facets(struct json_out *j, struct v1_call *c, const struct query_request *q, struct err *e)
{
	struct query_facets f = { 0 };
	if (!v1_text(c, "facet").n) return true;
	if (v1_has_rows(c) && !query_facets(c->at.site->engine, c->arena, q, c->r->cancel, &f, e)) return false;
	json_key(j, STR("facet_groups"));
	json_open(j, '[');
	for (size_t i = 0; i < f.n; i++) {
		const struct query_facet *g = &f.facets[i];
		int64_t all = 0;
		if (!is_asked(c, g->name)) continue;
		for (size_t k = 0; k < g->nvalues; k++) all += g->values[k].state == QUERY_EXCLUDED ? 0 : g->values[k].count;
		json_open(j, '{');
		json_member(j, "name", g->name);
		json_member_int(j, "count", all);
		put_values(j, g->values, g->nvalues);
		json_close(j, '}');
	}
	json_close(j, ']');
	return true;
}
