/* What every tab about records begins and ends with: the count, the search, the filters that are on and the
 * column of filters. The questions behind them are asked once, here. */
#include "front/inside.h"

#include "text/text.h"

static void put_bar(struct front_records *r)
{
	struct html *h = &r->d->page.h;
	html_lit(h, "<div class=\"bar\"><p class=\"total\">");
	html_say_plural(h, N2_("{0} record", "{0} records"), r->total);
	html_lit(h, "</p>");
	if (r->facets.n || r->nspreads) {
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

static const struct query_facet *facet_of(const struct front_records *r, const struct field *f)
{
	for (size_t i = 0; i < r->facets.n; i++)
		if (r->facets.facets[i].field == f)
			return &r->facets.facets[i];
	return NULL;
}

static const struct query_spread *spread_of(const struct front_records *r, const struct field *f)
{
	for (size_t i = 0; i < r->nspreads; i++)
		if (r->spreads[i].field == f && r->spreads[i].known)
			return &r->spreads[i];
	return NULL;
}

static struct str wanted_of(const struct front_records *r, struct str field)
{
	return str_trim(view_state_get(&r->d->state, arena_join(r->d->visit.arena, STR("find."), field)));
}

/* The column: fields in their order, each with its histogram, its values, or both. */
static void put_filters(struct front_records *r)
{
	struct html *h = &r->d->page.h;
	const struct schema *s = r->filter.target.schema;
	size_t n = 0;
	if (!r->facets.n && !r->nspreads)
		return;
	html_lit(h, "<aside class=\"filters\" id=\"filters\" aria-label=\"");
	html_say(h, N_("Filters"));
	html_lit(h, "\"><p class=\"close\"><a class=\"button quiet\" href=\"#results\">");
	html_icon(h, ICON_CLOSE);
	html_lit(h, "<span>");
	html_say(h, N_("Close the filters"));
	html_lit(h, "</span></a></p>");
	for (size_t i = 0; i < s->n; i++) {
		const struct query_facet *f = facet_of(r, &s->fields[i]);
		const struct query_spread *spread = spread_of(r, &s->fields[i]);
		bool finds = wanted_of(r, s->fields[i].name).n > 0;
		if (!spread && !(f && (f->nvalues || finds)))
			continue;
		front_facet_put(h, &r->d->state, f, &(struct front_facet_look){
			.param = arena_join(r->d->visit.arena, STR("refine."), s->fields[i].name), .heading = s->fields[i].label,
			.open = n++ < FRONT_FACETS_OPEN, .finds = finds, .searched = f && (finds || f->nvalues > FRONT_FACET_MOST), .spread = spread });
	}
	html_lit(h, "</aside>");
}

enum { FACETS_MOST = 40, FIND_AMONG = 20000 };

static const struct str *name_facets(struct front_records *r, size_t *n)
{
	const struct query_target *t = &r->filter.target;
	struct arena *a = r->d->visit.arena;
	struct str *out = arena_array(a, struct str, FACETS_MOST + 1);
	*n = 0;
	for (size_t i = 0; i < t->schema->n && *n < FACETS_MOST; i++) {
		const struct field *f = &t->schema->fields[i];
		if (!(f->flags & FIELD_FACET) || (f->flags & FIELD_HIDDEN) || (t->visible_or_null && !t->visible_or_null[i]) || !value_kind(f->type)->orders)
			continue;
		struct str spec = front_facet_spec(a, &r->d->state, f->name);
		if (wanted_of(r, f->name).n)
			spec = arena_printf(a, str_eq(spec, f->name) ? "facet(name=\"%.*s\", limit=%d)" : "facet(name=\"%.*s\", disjunctive=true, limit=%d)",
			                    STR_ARG(f->name), FIND_AMONG);
		out[(*n)++] = spec;
	}
	return out;
}

/* Leaves of a facet's values those with a text in them, and those that filter. */
static void find_values(struct query_facet *f, struct str wanted)
{
	auto_buf folded = BUF_INIT(LIMIT_URL_BYTES), value = BUF_INIT(LIMIT_CELL_BYTES);
	size_t n = 0;
	text_fold(&folded, wanted);
	for (size_t i = 0; i < f->nvalues; i++) {
		buf_clear(&value);
		text_fold(&value, f->values[i].name);
		if (f->values[i].state != QUERY_DISPLAYED || str_find(buf_str(&value), buf_str(&folded)) >= 0)
			f->values[n++] = f->values[i];
	}
	f->nvalues = n;
}

static bool ask(struct front_records *r, struct err *e)
{
	struct front_dataset *d = r->d;
	struct visit *v = &d->visit;
	if (r->filter.wrong.code) {
		*e = r->filter.wrong;
		return false;
	}
	if (!query_count(d->site->engine, v->arena, &r->filter.request, v->request->cancel, &r->total, e))
		return false;
	struct query_request counts = r->filter.request;
	counts.facet = name_facets(r, &counts.nfacet);
	if (counts.nfacet && !query_facets(d->site->engine, v->arena, &counts, v->request->cancel, &r->facets, e))
		return false;
	for (size_t i = 0; i < r->facets.n; i++) {
		struct str wanted = wanted_of(r, r->facets.facets[i].field->name);
		if (wanted.n)
			find_values(&r->facets.facets[i], wanted);
	}
	return front_spread_ask(r, e);
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

static void put_as_of(struct front_records *r)
{
	struct front_dataset *d = r->d;
	struct html *h = &d->page.h;
	int64_t published = 0;
	for (size_t i = 0; i < d->dataset->nversions; i++)
		if (d->dataset->versions[i].number == r->as_of)
			published = d->dataset->versions[i].published.us;
	html_notice_open(h, HTML_INFO);
	html_lit(h, "<p>");
	html_say_with(h, N_("This is version {0}, as published on {1}. {2}Show the present version{3}"), HTML_ARG_COUNT(r->as_of),
	              HTML_ARG_DATE(published, d->visit.zone), HTML_ARG_OPEN(view_state_url(&d->state, STR("as_of"), NULL, STR(""), STR(""))), HTML_ARG_CLOSE);
	html_lit(h, "</p>");
	html_notice_close(h);
}

/* The zone of a dataset that names one is that of its pages, whatever the portal's is; the address wins. */
static void choose_zone(struct front_dataset *d)
{
	struct visit *v = &d->visit;
	struct str own = dataset_meta_text(d->dataset, v->arena, "timezone", v->lang_code), asked = view_state_get(&d->state, STR("timezone"));
	const struct clock_zone *zone = own.n ? clock_zone_or_null(own) : NULL;
	const struct clock_zone *wanted = asked.n ? clock_zone_or_null(asked) : NULL;
	if (wanted)
		v->zone = wanted;
	else if (zone)
		v->zone = zone;
}

void front_records_begin(struct front_records *r, struct front_dataset *d)
{
	*r = (struct front_records){ .d = d, .ok = true };
	choose_zone(d);
	r->filter.target = d->own.target;
	r->ok = front_as_of(d, &r->filter.target, &r->as_of, &r->complaint);
	front_filter_make(&r->filter, &d->state, &d->visit);
}

bool front_records_open(struct front_records *r, struct front_dataset *d, const char *label, struct err *e)
{
	struct html *h = &d->page.h;
	front_records_begin(r, d);
	html_lit(h, "<stoa-live class=\"wide columns table\" data-path=\"");
	html_text(h, d->state.path);
	html_lit(h, "\" data-here=\"");
	html_text(h, view_state_here(&d->state));
	html_lit(h, "\" data-failed=\"");
	html_say(h, N_("No answer came from the portal. What you see is what was there before."));
	html_lit(h, "\" data-again=\"");
	html_say(h, N_("Try again"));
	html_lit(h, "\"><section class=\"results\" id=\"results\" tabindex=\"-1\" aria-label=\"");
	html_say(h, label);
	html_lit(h, "\">");
	if (!r->ok || !ask(r, &r->complaint)) {
		struct err why = r->complaint;
		return front_records_complain(r, &why, e);
	}
	if (r->as_of)
		put_as_of(r);
	put_bar(r);
	front_chips(h, &d->state, r->filter.target.schema, NULL);
	if (r->total == 0) {
		put_empty(r);
		if (view_state_get(&d->state, STR("q")).n)
			httpd_reply_mark(d->visit.reply, HTTPD_MARK_NOTHING);
	}
	return true;
}

void front_records_close(struct front_records *r)
{
	html_put_literal(&r->d->page.h, STR("</section>"));
	put_filters(r);
	html_put_literal(&r->d->page.h, STR("</stoa-live>"));
}
