/* What a portal has, as its reader sees it, counted in one walk; and the parts of first pages that are made of it. */
#include "content/inside.h"
#include "text/text.h"
#include <stdlib.h>

static void count(struct map *m, struct arena *a, struct str name)
{
	struct content_count *n = map_get_or_null(m, name);
	if (!n) {
		n = arena_new(a, struct content_count);
		n->name = name;
		map_put(a, m, name, n);
	}
	n->n++;
}

static int most_first(const void *a, const void *b)
{
	const struct content_count *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : str_cmp(x->name, y->name);
}

static struct content_count *ranked(struct map *m, struct arena *a, size_t *n)
{
	struct content_count *all = arena_array(a, struct content_count, m->n + 1);
	for (size_t i = 0; i < m->n; i++)
		all[i] = *(struct content_count *)m->entries[i].value;
	qsort(all, m->n, sizeof *all, most_first);
	*n = m->n;
	return all;
}

void content_census(const struct visit *v, struct content_census *out)
{
	struct map themes = { 0 }, publishers = { 0 };
	struct arena *a = v->arena;
	*out = (struct content_census){ 0 };
	out->ndatasets = rights_datasets(&v->at, &v->who, a, &out->datasets);
	for (size_t i = 0; i < out->ndatasets; i++) {
		const struct dataset *d = out->datasets[i];
		struct str *list;
		size_t n = dataset_meta_list(d, a, "theme", v->lang_code, &list);
		for (size_t k = 0; k < n; k++)
			count(&themes, a, list[k]);
		struct str publisher = dataset_meta_text(d, a, "publisher", v->lang_code);
		if (publisher.n)
			count(&publishers, a, publisher);
		out->records += num_max(d->rows, INT64_C(0));
	}
	out->themes = ranked(&themes, a, &out->nthemes);
	out->publishers = ranked(&publishers, a, &out->npublishers);
}

static void put_counter(struct html *h, int64_t n, const char *one, const char *many, const char *url)
{
	html_lit(h, "<li>");
	if (url) {
		html_lit(h, "<a href=\"");
		html_url(h, str_of(url));
		html_lit(h, "\">");
	}
	html_lit(h, "<strong>");
	html_count(h, n);
	html_lit(h, "</strong> <span>");
	html_text(h, i18n_plural(h->lang, one, many, n));
	html_lit(h, "</span>");
	if (url)
		html_lit(h, "</a>");
	html_lit(h, "</li>");
}

void content_put_counters(struct html *h, const struct content_census *c)
{
	html_lit(h, "<ul class=\"counters\">");
	put_counter(h, (int64_t)c->ndatasets, N2_("dataset", "datasets"), "/explore/");
	if (c->nthemes)
		put_counter(h, (int64_t)c->nthemes, N2_("theme", "themes"), NULL);
	if (c->npublishers)
		put_counter(h, (int64_t)c->npublishers, N2_("publisher", "publishers"), NULL);
	put_counter(h, c->records, N2_("record", "records"), NULL);
	html_lit(h, "</ul>");
}

static void put_refine(struct html *h, const char *facet, struct str value)
{
	html_lit(h, "<a href=\"/explore/?refine.");
	html_put_literal(h, str_of(facet));
	html_lit(h, "=");
	auto_buf b = BUF_INIT(64 << 10);
	text_put_url(&b, value);
	html_text(h, buf_str(&b));
	html_lit(h, "\">");
}

static void put_tail(struct html *h, int64_t n)
{
	html_lit(h, "</bdi> <span class=\"count\">");
	html_say_plural(h, N2_("{0} dataset", "{0} datasets"), n);
	html_lit(h, "</span></a></li>");
}

void content_put_themes(struct html *h, const struct content_census *c, const struct content_shelf *s)
{
	enum { TILES = 24 };
	html_lit(h, "<ul class=\"theme-tiles\">");
	for (size_t i = 0; i < c->nthemes && i < TILES; i++) {
		html_lit(h, "<li>");
		put_refine(h, "theme", c->themes[i].name);
		s->pictogram(h, c->themes[i].name);
		html_lit(h, "<bdi>");
		html_text(h, s->theme(h, c->themes[i].name));
		put_tail(h, c->themes[i].n);
	}
	html_lit(h, "</ul>");
}

void content_put_publishers(struct html *h, const struct visit *v, const struct content_census *c, size_t most)
{
	(void)v;
	html_lit(h, "<ol class=\"publishers\">");
	for (size_t i = 0; i < c->npublishers && i < most; i++) {
		html_lit(h, "<li>");
		put_refine(h, "publisher", c->publishers[i].name);
		html_lit(h, "<bdi>");
		html_text(h, c->publishers[i].name);
		put_tail(h, c->publishers[i].n);
	}
	html_lit(h, "</ol>");
}
