/* Parts of the catalogue that content pages and the first page borrow. */
#include "front/page.h"

#include "engage/engage.h"
#include "front/catalogue.h"
#include <stdlib.h>

struct ranked { const struct dataset *dataset; int64_t n; size_t place; };

static int most_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : (x->place > y->place) - (x->place < y->place);
}

static size_t popular(const struct visit *v, const struct dataset **out, size_t most)
{
	struct map figures = { 0 };
	struct err e = { 0 };
	size_t n = 0;
	if (!front_figures(v, FRONT_FIGURES_VIEWS, &figures, &e) || !figures.n)
		return 0;
	struct ranked *all = arena_array(v->arena, struct ranked, figures.n);
	for (size_t i = 0; i < figures.n; i++) {
		const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, figures.entries[i].key);
		if (d)
			all[n] = (struct ranked){ d, *(const int64_t *)figures.entries[i].value, n }, n++;
	}
	qsort(all, n, sizeof *all, most_first);
	n = num_min(n, most);
	for (size_t i = 0; i < n; i++)
		out[i] = all[i].dataset;
	return n;
}

static bool reuses(struct html *h, const struct visit *v, size_t most)
{
	struct engage_scene s = { .site = v->at.site, .tenant = v->at.tenant, .origin = v->origin, .lang = v->lang, .arena = v->arena };
	struct engage_reuse *list;
	struct err e = { 0 };
	size_t n;
	int64_t all;
	/* Of datasets that everybody sees: a reuse names its dataset. */
	const struct dataset **seen;
	size_t nseen = rights_datasets(&v->at, &v->who, v->arena, &seen);
	int64_t *ids = arena_array(v->arena, int64_t, nseen + 1);
	for (size_t i = 0; i < nseen; i++)
		ids[i] = seen[i]->id;
	struct engage_reuse_ask q = { .state = ENGAGE_APPROVED, .datasets = ids, .ndatasets = nseen, .rows = most };
	if (!tenant_setting_on(v->at.tenant, "reuses") || !nseen || !engage_reuses(&s, &q, &list, &n, &all, &e) || !n)
		return false;
	html_lit(h, "<ul class=\"reuse-lines\">");
	for (size_t i = 0; i < n; i++) {
		html_lit(h, "<li><a rel=\"noopener nofollow\" href=\"");
		html_url(h, list[i].url);
		html_lit(h, "\"><bdi>");
		html_text(h, list[i].title);
		html_lit(h, "</bdi></a> <span class=\"count\">");
		html_say(h, engage_reuse_kind_sentence(list[i].kind));
		html_lit(h, "</span></li>");
	}
	html_lit(h, "</ul>");
	return true;
}

const struct content_shelf front_shelf = {
	.search = front_put_search, .cards = front_put_cards, .pictogram = front_put_pictogram, .theme = front_theme, .popular = popular, .reuses = reuses,
};
