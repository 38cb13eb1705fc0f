/* Facets as JSON (Explore API §8.6, §11). */
#include "explore/inside.h"

static const char *const states[] = {
	[QUERY_DISPLAYED] = "displayed", [QUERY_REFINED] = "refined", [QUERY_EXCLUDED] = "excluded",
};

static void put_values(struct json_out *j, const struct query_facet_value *values, size_t n)
{
	json_key(j, STR("facets"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		const struct query_facet_value *v = &values[i];
		json_open(j, '{');
		json_member(j, "name", v->name);
		if (v->state != QUERY_EXCLUDED) json_member_int(j, "count", v->count);
		json_member(j, "state", str_of(states[v->state]));
		json_member(j, "value", v->path);
		if (v->nchildren && j->depth < 50) put_values(j, v->children, v->nchildren);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_answer(struct buf *b, struct str self, const char *parent_rel, struct str parent,
                       const struct query_facets *f)
{
	struct json_out j = JSON_OUT(b);
	json_open(&j, '{');
	json_key(&j, STR("links"));
	json_open(&j, '[');
	rest_link(&j, STR("self"), self);
	rest_link(&j, str_of(parent_rel), parent);
	json_close(&j, ']');
	json_key(&j, STR("facets"));
	json_open(&j, '[');
	for (size_t i = 0; i < f->n; i++) {
		json_open(&j, '{');
		json_member(&j, "name", f->facets[i].name);
		put_values(&j, f->facets[i].values, f->facets[i].nvalues);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
}

/* The facets that a catalogue has by itself go by the short names of the basic metadata; one that was asked for
 * goes by the name it was asked for. */
static void shorten_names(struct query_facets *f)
{
	struct str basic = STR("default.");
	for (size_t i = 0; i < f->n; i++)
		if (str_starts(f->facets[i].name, basic)) f->facets[i].name = str_from(f->facets[i].name, basic.n);
}

bool facets_answer(struct call *c, struct str self, const char *parent_rel, struct str parent, struct err *e)
{
	auto_buf b = BUF_INIT(256 << 20);
	struct query_facets f = { 0 };
	struct query_request q = call_question(c, QUERY_PAGE);
	if (call_is_fresh(c, STR("facets"))) return true;
	if (call_has_rows(c) && !query_facets(c->at.site->engine, c->arena, &q, c->r->cancel, &f, e)) return false;
	if (q.target->catalogue && !q.nfacet) shorten_names(&f);
	put_answer(&b, self, parent_rel, parent, &f);
	return call_reply(c, &b, e);
}
