/* What the audience's sums say about datasets: how often each was looked at, and taken away. Sums only; where a
 * portal does not count, nothing is told and nothing is made up. */
#include "front/catalogue.h"

enum { FIGURE_DAYS = 90, DOWNLOAD_DAYS = 365, FIGURES_MOST = 20000 };

static struct audience_span last_days(const struct tenant *t, int64_t days)
{
	int64_t today = audience_hour(t, clock_now()) / 24;
	return (struct audience_span){ .from = today - days + 1, .to = today };
}

/* A pair's key is "what\x1Fdataset". */
static struct str download_of(struct str key)
{
	static const struct str kinds[] = { { "export\x1f", 7 }, { "download\x1f", 9 } };
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_starts(key, kinds[i]))
			return str_from(key, kinds[i].n);
	return STR("");
}

static void add(struct arena *a, struct map *out, struct str slug, int64_t n)
{
	int64_t *sum = map_get_or_null(out, slug);
	if (!sum) {
		sum = arena_new(a, int64_t);
		map_put(a, out, slug, sum);
	}
	*sum += n;
}

bool front_figures(const struct visit *v, enum front_figures which, struct map *out, struct err *e)
{
	struct audience_cell *cells;
	size_t n = 0;
	int64_t total;
	*out = (struct map){ 0 };
	if (!audience_is_on(v->at.tenant))
		return true;
	bool views = which == FRONT_FIGURES_VIEWS;
	if (!audience_top(v->at.site->audience, v->at.tenant->id, views ? AUDIENCE_DATASET : AUDIENCE_EVENT_DATASET,
	                  last_days(v->at.tenant, views ? FIGURE_DAYS : DOWNLOAD_DAYS), FIGURES_MOST, v->arena, &cells, &n, &total, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str slug = views ? cells[i].key : download_of(cells[i].key);
		if (slug.n)
			add(v->arena, out, slug, cells[i].n);
	}
	return true;
}

bool front_downloads(const struct visit *v, struct str slug, int64_t *out, struct err *e)
{
	struct map all;
	*out = -1;
	if (!audience_is_on(v->at.tenant))
		return true;
	if (!front_figures(v, FRONT_FIGURES_DOWNLOADS, &all, e))
		return false;
	const int64_t *n = map_get_or_null(&all, slug);
	*out = n ? *n : 0;
	return true;
}
