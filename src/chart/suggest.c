/* A first chart for a dataset, from its schema alone: no question is asked. */
#include "chart/inside.h"

bool chart_takes_x(const struct field *f)
{
	return f->type == VALUE_TEXT || f->type == VALUE_BOOL || chart_is_time(f) || chart_is_number(f);
}

bool chart_takes_breakdown(const struct field *f) { return chart_takes_x(f); }

bool chart_takes_y(const struct field *f, enum chart_function function)
{
	if (!chart_functions[function].takes_field) return true;
	return chart_is_number(f) || (function == CHART_DISTINCT && (chart_takes_x(f)));
}

static bool is_seen(const struct field *f) { return !(f->flags & FIELD_HIDDEN); }

bool chart_applies(const struct dataset *d)
{
	for (size_t i = 0; i < d->schema.n; i++) {
		const struct field *f = &d->schema.fields[i];
		if (is_seen(f) && (chart_is_time(f) || chart_is_number(f) || ((f->flags & FIELD_FACET) && chart_takes_x(f)))) return true;
	}
	return false;
}

static const struct field *first(const struct dataset *d, bool (*fits)(const struct field *))
{
	for (size_t i = 0; i < d->schema.n; i++)
		if (is_seen(&d->schema.fields[i]) && fits(&d->schema.fields[i])) return &d->schema.fields[i];
	return NULL;
}

static bool is_facet_text(const struct field *f) { return (f->flags & (FIELD_FACET | FIELD_HIERARCHICAL)) == FIELD_FACET && f->type == VALUE_TEXT; }
/* A number that was measured; others may be codes, and are counted rather than averaged. */
static bool is_measure(const struct field *f) { return f->type == VALUE_DOUBLE && (f->unit.n || f->decimals >= 0); }
/* How a measure is spread tells something; how numbers of records are does not. */
static bool is_spread(const struct field *f) { return chart_is_number(f) && !(f->flags & FIELD_ID); }
static bool is_facet(const struct field *f) { return (f->flags & FIELD_FACET) && chart_takes_x(f) && !chart_is_time(f); }

static void one_series(struct arena *a, const struct dataset *d, struct chart_query query, enum chart_type type, struct chart *out)
{
	const struct field *measure = type == CHART_LINE ? first(d, is_measure) : NULL;
	struct chart_series *s = arena_new(a, struct chart_series);
	struct chart_query *q = arena_new(a, struct chart_query);
	*s = chart_series_begin();
	s->type = type;
	if (measure) {
		s->function = CHART_AVG;
		s->y = measure->name;
	}
	*q = query;
	q->dataset = d->slug;
	q->series = s;
	q->nseries = 1;
	*out = (struct chart){ .queries = q, .nqueries = 1 };
}

/* What the publisher chose; a chart that does not fit any more is no reason to show none. */
static bool chosen(struct arena *a, const struct dataset *d, struct chart *out)
{
	struct err ignored = { 0 };
	auto_json *doc = NULL;
	struct str json = dataset_meta_json(d, "visualization", "analyze_default", STR(""));
	if (!json.n) return false;
	/* Kept as an object, or as the text of one. */
	if (json_read(json, &doc, &ignored) && json_kind(json_root(doc)) == JSON_TEXT) json = arena_str(a, json_text(json_root(doc)));
	struct chart c;
	if (!json.n || !chart_read(a, json, &c, &ignored)) return false;
	struct query_target t = { .schema = &d->schema };
	for (size_t i = 0; i < c.nqueries; i++)
		if ((!c.queries[i].dataset.n || str_eq(c.queries[i].dataset, d->slug)) && !chart_field_or_null(&t, c.queries[i].x)) return false;
	*out = c;
	return true;
}

void chart_default(struct arena *a, const struct dataset *d, struct chart *out)
{
	const struct field *f;
	struct chart_query q = chart_query_begin();
	if (chosen(a, d, out)) return;
	if ((f = first(d, chart_is_time))) {
		q.x = f->name;
		q.points = 0;
		one_series(a, d, q, CHART_LINE, out);
	} else if ((f = first(d, is_facet_text)) || (f = first(d, is_facet))) {
		q.x = f->name;
		q.points = 10;
		q.sort = STR("-serie1-1");
		one_series(a, d, q, CHART_COLUMN, out);
	} else if ((f = first(d, is_measure)) || (f = first(d, is_spread)) || (f = first(d, chart_is_number))) {
		q.x = f->name;
		one_series(a, d, q, CHART_HISTOGRAM, out);
	} else {
		f = first(d, chart_takes_x);
		q.x = f ? f->name : STR("");
		q.points = 10;
		q.sort = STR("-serie1-1");
		one_series(a, d, q, CHART_COLUMN, out);
	}
}
