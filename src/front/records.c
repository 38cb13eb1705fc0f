/* What every tab about records begins and ends with: the count, the search, the filters that are on and the
 * column of filters. The questions behind them are asked once, here. */
#include "front/inside.h"

static void put_bar(struct front_records *r)
{
	struct html *h = &r->d->page.h;
	html_lit(h, "<div class=\"bar\"><p class=\"total\" role=\"status\">");
	html_say_plural(h, N2_("{0} record", "{0} records"), r->total);
	html_lit(h, "</p>");
	if (r->facets.n) {
		html_lit(h, "<a class=\"button quiet to-filters\" href=\"#filters\">");
		html_icon(h, ICON_FILTER);
		html_lit(h, "<span>");
		html_say(h, N_("Filters"));
		html_lit(h, "</span></a>");
	}
	html_lit(h, "<form class=\"search small\" role=\"search\" action=\"");
	html_url(h, r->d->state.path);
	html_lit(h, "\"><label class=\"visually-hidden\" for=\"q\">");
	html_say(h, N_("Search the records"));
	html_lit(h, "</label>");
	html_icon(h, ICON_SEARCH);
	html_lit(h, "<input id=\"q\" type=\"search\" name=\"q\" maxlength=\"500\" placeholder=\"");
	html_say(h, N_("Search the records"));
	html_lit(h, "\" value=\"");
	html_text(h, view_state_get(&r->d->state, STR("q")));
	html_lit(h, "\">");
	view_state_inputs(h, &r->d->state, STR("q"));
	html_lit(h, "<button class=\"button\">");
	html_say(h, N_("Search"));
	html_lit(h, "</button></form></div>");
}

static void put_filters(struct front_records *r)
{
	struct html *h = &r->d->page.h;
	if (!r->facets.n)
		return;
	html_lit(h, "<aside class=\"filters\" id=\"filters\" aria-label=\"");
	html_say(h, N_("Filters"));
	html_lit(h, "\"><p class=\"close\"><a class=\"button quiet\" href=\"#results\">");
	html_icon(h, ICON_CLOSE);
	html_lit(h, "<span>");
	html_say(h, N_("Close the filters"));
	html_lit(h, "</span></a></p>");
	for (size_t i = 0; i < r->facets.n; i++) {
		const struct query_facet *f = &r->facets.facets[i];
		front_facet(h, &r->d->state, f, arena_join(r->d->visit.arena, STR("refine."), f->field->name),
		            f->field->label, FRONT_VALUE_PLAIN, i < FRONT_FACETS_OPEN);
	}
	html_lit(h, "</aside>");
}

static const struct str *name_facets(struct front_records *r, size_t *n)
{
	const struct schema *s = &r->d->dataset->schema;
	struct arena *a = r->d->visit.arena;
	struct str *out = arena_array(a, struct str, s->n + 1);
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if ((s->fields[i].flags & FIELD_FACET) && !(s->fields[i].flags & FIELD_HIDDEN))
			out[(*n)++] = front_facet_spec(a, &r->d->state, s->fields[i].name);
	return out;
}

static bool ask(struct front_records *r, struct err *e)
{
	struct front_dataset *d = r->d;
	struct visit *v = &d->visit;
	if (!query_count(d->site->engine, v->arena, &r->filter.request, v->request->cancel, &r->total, e))
		return false;
	struct query_request counts = r->filter.request;
	counts.facet = name_facets(r, &counts.nfacet);
	return !counts.nfacet || query_facets(d->site->engine, v->arena, &counts, v->request->cancel, &r->facets, e);
}

static void put_empty(struct front_records *r)
{
	struct html *h = &r->d->page.h;
	html_lit(h, "<div class=\"empty\"><h2>");
	if (front_is_filtered(&r->d->state))
		html_say(h, N_("No record matches your filters."));
	else
		html_say(h, N_("This dataset has no records."));
	html_lit(h, "</h2></div>");
}

bool front_records_complain(struct front_records *r, const struct err *why, struct err *e)
{
	if (!front_is_complaint(why)) {
		*e = *why;
		return false;
	}
	r->ok = false;
	front_complaint(&r->d->page.h, &r->d->state, why);
	httpd_reply_status(r->d->visit.reply, 400);
	return true;
}

bool front_records_open(struct front_records *r, struct front_dataset *d, const char *label, struct err *e)
{
	struct html *h = &d->page.h;
	*r = (struct front_records){ .d = d, .ok = true };
	r->filter.target = d->own.target;
	front_filter_make(&r->filter, &d->state, &d->visit);
	html_lit(h, "<stoa-live class=\"wide columns table\" data-path=\"");
	html_text(h, d->state.path);
	html_lit(h, "\"><section class=\"results\" id=\"results\" tabindex=\"-1\" aria-label=\"");
	html_say(h, label);
	html_lit(h, "\">");
	if (!ask(r, &r->complaint))
		return front_records_complain(r, &r->complaint, e);
	put_bar(r);
	front_chips(h, &d->state, &d->dataset->schema, false);
	if (r->total == 0)
		put_empty(r);
	return true;
}

void front_records_close(struct front_records *r)
{
	html_put_literal(&r->d->page.h, STR("</section>"));
	put_filters(r);
	html_put_literal(&r->d->page.h, STR("</stoa-live>"));
}
