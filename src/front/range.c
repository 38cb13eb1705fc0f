/* Ranges and places of an address as conditions: field:[a TO b] of the older query language, and the three
 * spellings of geofilter. What cannot be read becomes a complaint, never a filter that lets everything in. */
#include "front/inside.h"

#include "qv1/qv1.h"
#include "text/text.h"

bool front_range_read(struct arena *a, struct str name, struct str text, struct front_range *out)
{
	ptrdiff_t colon = str_find_char(text, ':');
	if (!str_starts(name, STR("q.")) || colon <= 0)
		return false;
	struct str rest = str_trim(str_from(text, (size_t)colon + 1));
	ptrdiff_t to = str_find(rest, STR(" TO "));
	if (rest.n < 8 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']' || to <= 0)
		return false;
	struct str low = str_trim(str_sub(rest, 1, (size_t)to - 1));
	struct str high = str_trim(str_sub(rest, (size_t)to + 4, rest.n - (size_t)to - 5));
	*out = (struct front_range){ .field = str_trim(str_sub(text, 0, (size_t)colon)) };
	out->low = str_eq(low, STR("*")) ? STR("") : arena_str(a, low);
	out->high = str_eq(high, STR("*")) ? STR("") : arena_str(a, high);
	return low.n && high.n && out->field.n;
}

static bool is_date(const struct field *f)
{
	return f->type == VALUE_DATE || f->type == VALUE_DATETIME;
}

/* One end as ODSQL; false when it is no value of the field. */
static bool put_end(struct buf *b, const struct field *f, struct str text)
{
	double d;
	struct clock_text t;
	if (value_kind(f->type)->numeric && text_to_double(text, &d)) {
		text_put_double_plain(b, d);
		return true;
	}
	if (!is_date(f) || !clock_parse(text, &t))
		return false;
	buf_lit(b, "date'");
	for (size_t i = 0; i < text.n; i++)
		buf_put_char(b, text.p[i] == '/' ? '-' : text.p[i]);
	buf_put_char(b, '\'');
	return true;
}

/* A range as ODSQL; empty when it is for the older language to judge, as it judges fields that one may not see: like those
 * that are not there. */
static struct str range_where(struct arena *a, const struct schema *s, const bool *visible_or_null, const struct front_range *r)
{
	int at = schema_find(s, r->field);
	if (at < 0 || (s->fields[at].flags & (FIELD_MULTIVALUED | FIELD_HIDDEN)) || (visible_or_null && !visible_or_null[at]))
		return STR("");
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	const struct str ends[2] = { r->low, r->high };
	for (size_t i = 0; i < 2; i++) {
		if (!ends[i].n)
			continue;
		buf_put(&b, b.n ? STR(" and `") : STR("`"));
		buf_put(&b, s->fields[at].name);
		buf_put(&b, i ? STR("` <= ") : STR("` >= "));
		if (!put_end(&b, &s->fields[at], ends[i]))
			return STR("");
	}
	return arena_str(a, buf_str(&b));
}

/* --- places ------------------------------------------------------------------------------------------------ */

enum { MOST_NUMBERS = 1000 };

static bool read_numbers(struct arena *a, struct str text, double **out, size_t *n)
{
	double *numbers = arena_array(a, double, MOST_NUMBERS);
	*n = 0;
	for (size_t i = 0; i < text.n;) {
		if (str_find_char(STR("(), \t"), text.p[i]) >= 0) {
			i++;
			continue;
		}
		size_t end = i;
		while (end < text.n && str_find_char(STR("(), \t"), text.p[end]) < 0)
			end++;
		if (*n == MOST_NUMBERS || !text_to_double(str_sub(text, i, end - i), &numbers[*n]))
			return false;
		(*n)++;
		i = end;
	}
	*out = numbers;
	return true;
}

static bool are_places(const double *numbers, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		if (!(numbers[i] >= -90 && numbers[i] <= 90 && numbers[i + 1] >= -180 && numbers[i + 1] <= 180))
			return false;
	return true;
}

static void put_lon_lat(struct buf *b, const double *at)
{
	text_put_double_plain(b, at[1]);
	buf_put_char(b, ' ');
	text_put_double_plain(b, at[0]);
}

static void put_polygon(struct buf *b, const double *numbers, size_t n)
{
	buf_lit(b, "geom'POLYGON((");
	for (size_t i = 0; i < n; i += 2) {
		put_lon_lat(b, &numbers[i]);
		buf_lit(b, ", ");
	}
	put_lon_lat(b, numbers);
	buf_lit(b, "))'");
}

static bool wrong(const struct httpd_pair *p, const char *expected, struct err *e)
{
	return err_set(e, ERR_PARAMETER, "Invalid value for %.*s parameter: %.*s was found but %s is expected.", STR_ARG(p->name),
	               STR_ARG(str_sub(p->value, 0, 80)), expected);
}

static bool place_where(struct arena *a, struct str field, const struct httpd_pair *p, struct str *out, struct err *e)
{
	double *numbers = NULL;
	size_t n = 0;
	bool fine = read_numbers(a, p->value, &numbers, &n);
	auto_buf b = BUF_INIT(LIMIT_URL_BYTES);
	if (str_eq(p->name, STR("geofilter.bbox"))) {
		if (!fine || n != 4 || !are_places(numbers, 4))
			return wrong(p, "lat,lon,lat,lon", e);
		buf_printf(&b, "in_bbox(`%.*s`", STR_ARG(field));
		for (size_t i = 0; i < 4; i++) {
			buf_lit(&b, ", ");
			text_put_double_plain(&b, numbers[i]);
		}
		buf_lit(&b, ")");
	} else if (str_eq(p->name, STR("geofilter.distance"))) {
		if (!fine || (n != 2 && n != 3) || !are_places(numbers, 2) || (n == 3 && !(numbers[2] >= 0 && numbers[2] <= 2.1e7)))
			return wrong(p, "lat,lon,metres", e);
		buf_printf(&b, "within_distance(`%.*s`, geom'POINT(", STR_ARG(field));
		put_lon_lat(&b, numbers);
		buf_lit(&b, ")', ");
		text_put_double_plain(&b, n == 3 ? numbers[2] : 0);
		buf_lit(&b, "m)");
	} else {
		if (!fine || n < 6 || n % 2 || !are_places(numbers, n))
			return wrong(p, "(lat,lon),(lat,lon),(lat,lon) … with three corners or more", e);
		buf_printf(&b, "intersects(`%.*s`, ", STR_ARG(field));
		put_polygon(&b, numbers, n);
		buf_lit(&b, ")");
	}
	*out = arena_str(a, buf_str(&b));
	return true;
}

struct str front_geo_field(const struct schema *s, const bool *visible_or_null)
{
	static const enum value_type kinds[] = { VALUE_POINT, VALUE_SHAPE };
	for (size_t k = 0; k < COUNT_OF(kinds); k++)
		for (size_t i = 0; i < s->n; i++)
			if (s->fields[i].type == kinds[k] && !(s->fields[i].flags & FIELD_HIDDEN) && (!visible_or_null || visible_or_null[i]))
				return s->fields[i].name;
	return STR("");
}

/* --- all of them ------------------------------------------------------------------------------------------- */

static struct str *push(struct str *list, size_t *n, struct str one)
{
	if (one.n)
		list[(*n)++] = one;
	return list;
}

/* What stands in the search box: words, or a question of the query language. */
static void push_words(struct arena *a, const struct view_state *s, const struct schema *schema, const bool *visible_or_null, struct front_conditions *out)
{
	struct odsql_scope scope = { .schema = schema, .visible_or_null = visible_or_null, .catalogue = schema_find(schema, STR("default.title")) >= 0 };
	struct str q = str_trim(view_state_get(s, STR("q")));
	if (!q.n)
		return;
	if (qv1_speaks(&scope, q)) {
		push(out->qv1, &out->nqv1, q);
	} else {
		struct str quoted = front_quote(a, q);
		push(out->where, &out->nwhere, arena_printf(a, "search(%.*s)", STR_ARG(quoted)));
	}
}

bool front_conditions(struct arena *a, const struct view_state *s, const struct schema *schema, const bool *visible_or_null, struct str but,
                      struct front_conditions *out, struct err *e)
{
	struct str *where = arena_array(a, struct str, s->n + 2), *qv1 = arena_array(a, struct str, s->n + 2);
	struct str geo = front_geo_field(schema, visible_or_null);
	struct front_range range;
	bool ok = true;
	*out = (struct front_conditions){ .where = where, .qv1 = qv1 };
	push_words(a, s, schema, visible_or_null, out);
	for (size_t i = 0; i < s->n; i++) {
		const struct httpd_pair *p = &s->pairs[i];
		struct str one = STR("");
		if (str_starts(p->name, STR("q."))) {
			bool reads = front_range_read(a, p->name, p->value, &range);
			if (reads && but.n && str_eq(range.field, but))
				continue;
			one = reads ? range_where(a, schema, visible_or_null, &range) : one;
			push(one.n ? where : qv1, one.n ? &out->nwhere : &out->nqv1, one.n ? one : p->value);
		} else if (str_starts(p->name, STR("geofilter."))) {
			if (!geo.n)
				ok = ok && err_set(e, ERR_PARAMETER, "%.*s cannot be used here: no field of this dataset holds places.", STR_ARG(p->name));
			else
				ok = ok && place_where(a, geo, p, &one, e);
			push(where, &out->nwhere, one);
		}
	}
	return ok;
}
