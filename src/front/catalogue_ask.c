/* The questions behind the catalogue's page: how many, which ones on this page, and the counts of facets. Orders
 * that go by figures of the audience are put together here, since no row of the catalogue has them. */
#include "front/catalogue.h"

#include <stdlib.h>

enum { ROWS = 20 };

/* Something is chosen of it, and something else could be as well. */
static bool is_several(const struct catalogue *c, const struct front_facet_kind *k)
{
	return k->several && view_state_get(&c->state, arena_join(c->visit.arena, STR("refine."), k->name)).n;
}

/* Several values of one facet are all of interest: whoever ticks two publishers wants both. */
static void say_several(struct catalogue *c)
{
	struct arena *a = c->visit.arena;
	struct httpd_pair *pairs = arena_array(a, struct httpd_pair, c->state.n + c->kinds.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->state.n; i++)
		if (!str_starts(c->state.pairs[i].name, STR("geofilter.")) && !str_starts(c->state.pairs[i].name, STR("disjunctive.")))
			pairs[n++] = c->state.pairs[i];
	for (size_t k = 0; k < c->kinds.n; k++)
		if (is_several(c, &c->kinds.list[k]))
			pairs[n++] = (struct httpd_pair){ arena_join(a, STR("disjunctive."), c->kinds.list[k].name), STR("true") };
	c->asked = (struct view_state){ .arena = a, .path = c->state.path, .pairs = pairs, .n = n };
}

void front_catalogue_state(struct catalogue *c, struct httpd_request *r, struct str path)
{
	view_state_read(&c->state, r, path);
	const struct httpd_pair *typed = view_state_get(&c->state, STR("geofilter.bbox")).n ? NULL : front_catalogue_typed_box(c, r);
	if (typed) {
		struct httpd_pair *pairs = arena_array(r->arena, struct httpd_pair, c->state.n + 1);
		if (c->state.n)
			memcpy(pairs, c->state.pairs, c->state.n * sizeof *pairs);
		pairs[c->state.n++] = *typed;
		c->state.pairs = pairs;
	}
	front_catalogue_usual(c);
	front_facets_of(&c->visit, &c->kinds);
	front_filter_page(&c->state, ROWS, &c->start, &c->rows);
	c->lines = str_eq(view_state_get(&c->state, STR("layout")), STR("list"));
	say_several(c);
}

/* --- which datasets ---------------------------------------------------------------------------------------- */

static void keep(struct catalogue *c, struct str slug)
{
	const struct dataset *d = rights_dataset_or_null(&c->visit.at, &c->visit.who, c->visit.arena, slug);
	if (d)
		c->found[c->nfound++] = d;
}

/* Calls for every identifier that a question gives. */
static bool each_id(struct catalogue *c, const struct query_request *r, void (*take)(void *arg, struct str slug), void *arg, struct err *e)
{
	struct visit *v = &c->visit;
	struct query_plan plan;
	if (!query_plan_rows(v->arena, r, &plan, e))
		return false;
	struct query_cursor *cursor;
	if (!query_open(c->site->engine, &plan, v->request->cancel, &cursor, e)) {
		query_plan_done(&plan);
		return false;
	}
	struct batch rows;
	bool ok;
	while ((ok = query_next(cursor, &rows, e)) && rows.nrows)
		for (size_t i = 0; i < rows.nrows; i++)
			if (column_has(&rows.columns[0], i))
				take(arg, rows.columns[0].texts[i]);
	query_close(cursor);
	query_plan_done(&plan);
	return ok;
}

static void take_found(void *arg, struct str slug)
{
	struct catalogue *c = arg;
	if (c->nfound < (size_t)c->rows)
		keep(c, slug);
}

static bool read_page(struct catalogue *c, struct str sort, struct err *e)
{
	struct visit *v = &c->visit;
	struct query_request page = c->filter.request;
	page.select = STR("datasetid");
	page.order_by = front_filter_order(v->arena, v->at.view->reflected_schema, sort, &c->descending, &c->sorted_by);
	page.default_order = STR("modified desc, datasetid");
	page.limit = arena_printf(v->arena, "%lld", (long long)c->rows);
	page.offset = arena_printf(v->arena, "%lld", (long long)c->start);
	return each_id(c, &page, take_found, c, e);
}

/* --- by figures -------------------------------------------------------------------------------------------- */

struct ranked { struct str slug; int64_t figure; size_t at; };
struct ranking {
	struct catalogue *c;
	struct map figures;
	VEC(struct ranked) list;
};

static void take_ranked(void *arg, struct str slug)
{
	struct ranking *k = arg;
	struct arena *a = k->c->visit.arena;
	const int64_t *n = map_get_or_null(&k->figures, slug);
	struct ranked one = { arena_str(a, slug), n ? *n : 0, k->list.n };
	vec_push(a, &k->list, one);
}

static int by_figure(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->figure != y->figure)
		return x->figure < y->figure ? 1 : -1;
	return x->at < y->at ? -1 : 1;
}

static bool read_ranked(struct catalogue *c, enum front_figures which, bool turned, struct err *e)
{
	struct ranking k = { .c = c };
	struct query_request all = c->filter.request;
	if (!front_figures(&c->visit, which, &k.figures, e))
		return false;
	c->no_figures = k.figures.n == 0;
	c->descending = !turned;
	c->sorted_by = which == FRONT_FIGURES_VIEWS ? STR("explore.popularity_score") : STR("explore.download_count");
	all.mode = QUERY_EXPORT;
	all.select = STR("datasetid");
	all.default_order = STR("modified desc, datasetid");
	if (!each_id(c, &all, take_ranked, &k, e))
		return false;
	if (!c->no_figures && k.list.n)
		qsort(k.list.p, k.list.n, sizeof *k.list.p, by_figure);
	for (size_t i = 0; i < (size_t)c->rows && (size_t)c->start + i < k.list.n; i++) {
		size_t at = (size_t)c->start + i;
		keep(c, k.list.p[turned && !c->no_figures ? k.list.n - 1 - at : at].slug);
	}
	return true;
}

static bool read_found(struct catalogue *c, struct err *e)
{
	struct str sort = view_state_get(&c->state, STR("sort"));
	bool turned = str_starts(sort, STR("-"));
	struct str name = turned ? str_from(sort, 1) : sort;
	if (str_starts(name, STR("explore.")))
		name = str_from(name, 8);
	c->found = arena_array(c->visit.arena, const struct dataset *, (size_t)c->rows + 1);
	if (str_eq(name, STR("popularity_score")) || str_eq(name, STR("download_count")))
		return read_ranked(c, str_eq(name, STR("download_count")) ? FRONT_FIGURES_DOWNLOADS : FRONT_FIGURES_VIEWS, turned, e);
	return read_page(c, sort.n ? sort : STR("modified"), e);
}

/* --- all of it --------------------------------------------------------------------------------------------- */

static bool read_facets(struct catalogue *c, struct err *e)
{
	struct visit *v = &c->visit;
	struct query_request counts = c->filter.request;
	struct str *names = arena_array(v->arena, struct str, c->kinds.n + 1);
	size_t n = c->kinds.n;
	for (size_t i = 0; i < n; i++) {
		struct str name = c->kinds.list[i].name;
		/* Where nothing is chosen it makes no difference, and facets that are alike are counted in one reading. Names are of letters, digits, ".", "-"
		 * and "_" (template/). */
		names[i] = arena_printf(v->arena, is_several(c, &c->kinds.list[i]) ? "facet(name=\"%.*s\", disjunctive=true)" : "`%.*s`", STR_ARG(name));
	}
	counts.facet = names;
	counts.nfacet = n;
	return query_facets(c->site->engine, v->arena, &counts, v->request->cancel, &c->facets, e);
}

bool front_catalogue_ask(struct catalogue *c, struct err *e)
{
	struct visit *v = &c->visit;
	if (v->at.view->reflected.number == 0)
		return true;
	rights_catalogue(&v->at, &v->who, v->arena, &c->filter.target);
	if (!front_catalogue_place(c, e))
		return false;
	front_filter_make(&c->filter, &c->asked, v);
	return query_count(c->site->engine, v->arena, &c->filter.request, v->request->cancel, &c->total, e) &&
	       (c->total == 0 || read_found(c, e)) && read_facets(c, e);
}
