/* A chart as the fields of a plain form, so that it can be edited without script: each is named after its member of the JSON.
 * What a field says wrongly is as if not said; the page that comes back shows what holds. */
#include "chart/inside.h"

struct form {
	struct arena *arena;
	struct chart_query *queries;
	size_t nqueries;
	struct chart_series *series[CHART_QUERIES]; /* room for CHART_SERIES each */
	bool removed[CHART_QUERIES][CHART_SERIES];
};

static void open_query(struct form *f, size_t i, const struct chart_query *from_or_null)
{
	f->series[i] = arena_array(f->arena, struct chart_series, CHART_SERIES);
	f->queries[i] = from_or_null ? *from_or_null : chart_query_begin();
	for (size_t s = 0; s < f->queries[i].nseries; s++) f->series[i][s] = f->queries[i].series[s];
	f->queries[i].series = f->series[i];
	if (f->queries[i].nseries) return;
	f->series[i][0] = chart_series_begin();
	f->queries[i].nseries = 1;
}

static void add_series(struct form *f, size_t q)
{
	struct chart_query *query = &f->queries[q];
	if (query->nseries == CHART_SERIES) return;
	f->series[q][query->nseries] = chart_series_begin();
	f->series[q][query->nseries++].type = query->series[0].type;
}

static void set(struct form *f, enum chart_object part, void *into, struct str name, struct str value)
{
	size_t n;
	const struct chart_member *members = chart_members(part, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(members[i].name))) {
			(void)chart_member_set(f->arena, &members[i], into, value);
			return;
		}
}

static void set_series(struct form *f, size_t q, size_t s, struct str name, struct str value)
{
	if (s >= CHART_SERIES || s > f->queries[q].nseries) return;
	if (s == f->queries[q].nseries) {
		if (!value.n) return;
		add_series(f, q);
	}
	if (str_eq(name, STR("remove"))) f->removed[q][s] = true;
	else set(f, PART_SERIES, &f->series[q][s], name, value);
}

static void set_query(struct form *f, size_t q, struct str rest, struct str value)
{
	struct str name;
	int64_t s;
	if (q >= CHART_QUERIES || q > f->nqueries) return;
	if (q == f->nqueries) {
		if (!value.n) return;
		open_query(f, f->nqueries++, NULL);
	}
	if (str_cut(&rest, '.', &name) && str_to_int(name, &s) && s >= 0) set_series(f, q, (size_t)s, rest, value);
	else if (str_eq(name, STR("dataset")) && value.n <= 200) f->queries[q].dataset = arena_str(f->arena, value);
	else if (str_eq(name, STR("add"))) add_series(f, q);
	else set(f, PART_QUERY, &f->queries[q], name, value);
}

/* A type whose function takes a field while none is given would be refused at once: it counts instead. */
static void settle(struct form *f, size_t q)
{
	struct chart_query *query = &f->queries[q];
	size_t kept = 0;
	for (size_t s = 0; s < query->nseries; s++)
		if (!f->removed[q][s]) f->series[q][kept++] = f->series[q][s];
	if (kept) query->nseries = kept;
	for (size_t s = 0; s < query->nseries; s++) {
		struct chart_series *one = &f->series[q][s];
		if (!one->y.n && chart_functions[one->function].takes_field) one->function = CHART_COUNT;
		if (!one->y.n && chart_types[one->type].numbers > 1) one->type = CHART_COLUMN;
	}
}

bool chart_form_read(struct arena *a, const struct httpd_pair *pairs, size_t n, struct chart *io)
{
	struct form f = { .arena = a, .queries = arena_array(a, struct chart_query, CHART_QUERIES) };
	bool any = false;
	for (size_t i = 0; i < n; i++) any = any || str_starts(pairs[i].name, STR("c."));
	if (!any) return false;
	for (size_t i = 0; i < io->nqueries && i < CHART_QUERIES; i++) open_query(&f, f.nqueries++, &io->queries[i]);
	for (size_t i = 0; i < n; i++) {
		struct str rest = pairs[i].name, part;
		int64_t q;
		if (!str_starts(rest, STR("c."))) continue;
		rest = str_from(rest, 2);
		struct str whole = rest;
		if (str_cut(&rest, '.', &part) && str_to_int(part, &q) && q >= 0) set_query(&f, (size_t)q, rest, pairs[i].value);
		else set(&f, PART_CHART, io, whole, pairs[i].value);
	}
	for (size_t i = 0; i < f.nqueries; i++) settle(&f, i);
	io->queries = f.queries;
	io->nqueries = f.nqueries;
	return true;
}
