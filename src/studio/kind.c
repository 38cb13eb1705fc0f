/* What differs between maps and charts, and how each is read: by the room of its kind, then cut to what the reader may see. */
#include "studio/inside.h"

const struct studio_kind studio_map = {
	.saved = SAVED_MAP, .path = { "/map/", 5 }, .gallery = { "/maps/", 6 }, .element = "stoa-map", .builder = "stoa-map-builder", .state = "config",
	.icon = ICON_MAP,
	.all = N_("Maps"), .about = N_("Maps that were made of the data of this portal."), .new_one = N_("Make a map"),
	.none = N_("No map yet"), .none_public = N_("Nobody has published a map here yet. Anyone can make one of the data of this portal."),
	.search = N_("Search the maps"), .edit = N_("Edit the map"), .layers = N_("Layers of this map"),
	.hidden = N_("A part of this map is not public, and is left out."),
	.without = N_("Maps are drawn and built by a script, which does not run here. These are the layers."),
	.sure = N_("The map “{0}” will be deleted for good. Pages that show it will show a box that says so."),
};
const struct studio_kind studio_chart = {
	.saved = SAVED_CHART, .path = { "/chart/", 7 }, .gallery = { "/charts/", 8 }, .element = "stoa-chart", .builder = "stoa-chart-builder", .state = "dataChart",
	.icon = ICON_CHART,
	.all = N_("Charts"), .about = N_("Charts that were made of the data of this portal."), .new_one = N_("Make a chart"),
	.none = N_("No chart yet"), .none_public = N_("Nobody has published a chart here yet. Anyone can make one of the data of this portal."),
	.search = N_("Search the charts"), .edit = N_("Edit the chart"), .layers = N_("Numbers of this chart"),
	.hidden = N_("A part of this chart is not public, and is left out."),
	.without = N_("Charts are drawn and built by a script, which does not run here. These are the numbers."),
	.sure = N_("The chart “{0}” will be deleted for good. Pages that show it will show a box that says so."),
};

struct str studio_dataset_title(const struct visit *v, const struct dataset *d)
{
	struct str title = dataset_meta_text(d, v->arena, "title", v->lang_code);
	return title.n ? title : d->slug;
}

static bool sees(const struct visit *v, struct str slug)
{
	return rights_dataset_or_null(&v->at, &v->who, v->arena, slug) != NULL;
}

static void print_map(const struct visit *v, struct studio_work *w)
{
	auto_buf b = BUF_INIT(ATLAS_BYTES);
	/* Its page says both. */
	w->atlas.title = w->atlas.description = STR("");
	atlas_put_json(&b, &w->atlas);
	w->json = arena_str(v->arena, buf_str(&b));
}

static bool read_map(const struct visit *v, struct str text, bool cut, struct studio_work *out, struct err *e)
{
	struct atlas *m = &out->atlas;
	if (!atlas_read(v->arena, text, m, e))
		return false;
	out->title = m->title;
	size_t n = 0;
	for (size_t i = 0; cut && i < m->nlayers; i++) {
		const struct atlas_layer *l = &m->layers[i];
		if (l->source.n || (sees(v, l->dataset) && (!l->join.n || sees(v, l->join))))
			m->layers[n++] = m->layers[i];
		else
			out->hidden++;
	}
	if (cut)
		m->nlayers = n;
	print_map(v, out);
	return true;
}

static void print_chart(const struct visit *v, struct studio_work *w)
{
	auto_buf b = BUF_INIT(ATLAS_BYTES);
	chart_put_json(&b, &w->chart);
	w->json = arena_str(v->arena, buf_str(&b));
}

static bool read_chart(const struct visit *v, struct str text, bool cut, struct studio_work *out, struct err *e)
{
	struct chart *c = &out->chart;
	if (!chart_read(v->arena, text, c, e))
		return false;
	out->title = c->title;
	struct chart_query *queries = arena_array(v->arena, struct chart_query, c->nqueries + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->nqueries; i++) {
		if (!cut || (c->queries[i].dataset.n && sees(v, c->queries[i].dataset)))
			queries[n++] = c->queries[i];
		else
			out->hidden++;
	}
	c->queries = queries;
	c->nqueries = n;
	print_chart(v, out);
	return true;
}

bool studio_read(const struct studio_kind *k, const struct visit *v, struct str text, bool cut, struct studio_work *out, struct err *e)
{
	*out = (struct studio_work){ 0 };
	return k->saved == SAVED_MAP ? read_map(v, text, cut, out, e) : read_chart(v, text, cut, out, e);
}

bool studio_of_dataset(const struct studio_kind *k, const struct visit *v, struct str slug, struct studio_work *out)
{
	const struct dataset *d = rights_dataset_or_null(&v->at, &v->who, v->arena, slug);
	*out = (struct studio_work){ 0 };
	if (!d)
		return false;
	if (k->saved == SAVED_MAP) {
		if (!atlas_default(v->arena, d, v->lang_code, &out->atlas))
			return false;
		print_map(v, out);
	} else {
		chart_default(v->arena, d, &out->chart);
		struct chart_query *queries = arena_array(v->arena, struct chart_query, out->chart.nqueries + 1);
		for (size_t i = 0; i < out->chart.nqueries; i++) {
			queries[i] = out->chart.queries[i];
			queries[i].dataset = d->slug;
		}
		out->chart.queries = queries;
		print_chart(v, out);
	}
	out->title = studio_dataset_title(v, d);
	return true;
}
