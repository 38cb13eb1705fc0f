/* Records as RDF (Explore API §12.10, its companion §13): a record is the subject
 * <origin>/ld/resources/<dataset>/Record/<record id>, a field the property
 * <origin>/ld/ontologies/<dataset>/<field>, a value a literal: text xsd:string, int xsd:integer, double
 * xsd:double, boolean xsd:boolean, date and datetime xsd:dateTime (a date is its first moment, without a
 * zone), points and shapes geo:wktLiteral of GeoSPARQL (longitude first), a file the address it is at.
 * A null says nothing, a list says each element. Rows that are no records, such as groups, are nodes
 * without a name. */
#include "export/triples.h"
#include "clock/clock.h"
#include "geo/geo.h"
#include "json/json.h"
#include "text/text.h"
#include <assert.h>
#include <math.h>

struct state {
	struct rdf *rdf;
	struct geo *geo;
	struct str resources; /* what names of records begin with */
	struct str *names;    /* of the columns, ":field" */
	struct buf text;      /* the value or name being made */
};

static const char *const datatypes[] = {
	[VALUE_TEXT] = "xsd:string", [VALUE_INT] = "xsd:integer", [VALUE_DOUBLE] = "xsd:double", [VALUE_BOOL] = "xsd:boolean",
	[VALUE_DATE] = "xsd:dateTime", [VALUE_DATETIME] = "xsd:dateTime", [VALUE_POINT] = "geo:wktLiteral",
	[VALUE_SHAPE] = "geo:wktLiteral", [VALUE_FILE] = "xsd:string", [VALUE_JSON] = "xsd:string",
};
static_assert(COUNT_OF(datatypes) == VALUE_TYPES, "every type has a datatype");

/* --- one value ------------------------------------------------------------------------------------ */

/* A cell of a file holds its address, or an object with a member url. */
static void put_file(struct state *s, struct str name, struct str cell)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 }; /* what is no JSON is the address itself */
	struct str url = cell;
	if (str_starts(cell, STR("{")) && json_read(cell, &doc, &ignored)) url = json_text(json_get(json_root(doc), "url"));
	if (rdf_is_absolute(url)) rdf_link(s->rdf, name, url);
	else rdf_text(s->rdf, name, url.n ? url : cell, STR(""));
}

/* Fills s->text. False for a number without end and bytes that are no shape: they say nothing. */
static bool spell(struct state *s, const struct record_style *style, const struct value *v)
{
	struct buf *b = &s->text;
	buf_clear(b);
	switch (v->type) {
	case VALUE_INT: buf_put_int(b, v->i); return true;
	case VALUE_DOUBLE: text_put_double_plain(b, v->d); return isfinite(v->d);
	case VALUE_BOOL: buf_put(b, v->b ? STR("true") : STR("false")); return true;
	case VALUE_DATE:
		clock_put_date(b, v->days);
		buf_lit(b, "T00:00:00");
		return true;
	case VALUE_DATETIME: clock_put_instant(b, v->i, style->zone); return true;
	case VALUE_POINT:
		buf_lit(b, "POINT (");
		text_put_double_plain(b, v->at.lon);
		buf_put_char(b, ' ');
		text_put_double_plain(b, v->at.lat);
		buf_put_char(b, ')');
		return true;
	case VALUE_SHAPE: return geo_put_wkt(s->geo, b, v->s);
	case VALUE_TEXT: case VALUE_FILE: case VALUE_JSON: case VALUE_TYPES: break;
	}
	return false;
}

static void put_value(struct export *x, struct state *s, size_t i, const struct column *c, size_t row)
{
	if (!column_has(c, row)) return;
	if (c->type.list) {
		struct list_span span = c->lists[row];
		for (uint32_t k = 0; k < span.n; k++) rdf_text(s->rdf, s->names[i], c->items[span.from + k], STR(""));
		return;
	}
	struct value v = column_value(c, row);
	if (v.type == VALUE_FILE) put_file(s, s->names[i], v.s);
	else if (v.type == VALUE_TEXT || v.type == VALUE_JSON) rdf_text(s->rdf, s->names[i], v.s, STR(""));
	else if (spell(s, &x->style, &v)) rdf_typed(s->rdf, s->names[i], buf_str(&s->text), str_of(datatypes[v.type]));
}

/* --- the run -------------------------------------------------------------------------------------- */

static bool rows(struct export *x, const struct batch *b, struct err *e)
{
	struct state *s = x->state;
	int id = x->job->plan->id_column;
	for (size_t row = 0; row < b->nrows; row++) {
		buf_clear(&s->text);
		if (id >= 0) {
			buf_put(&s->text, s->resources);
			buf_put(&s->text, b->columns[id].texts[row]);
		}
		rdf_open(s->rdf, STR(""), buf_str(&s->text), STR(""));
		for (size_t i = 0; i < x->ncolumns; i++) put_value(x, s, i, &b->columns[i], row);
		rdf_close(s->rdf);
		if (s->text.over) return err_set(e, ERR_TOO_LARGE, "one value of the export is too large");
		if (x->out.n >= EXPORT_CHUNK && !export_flush(x, false, e)) return false;
	}
	return true;
}

/* Names of columns as properties, and what JSON-LD is told of them in advance. */
static size_t name_columns(struct export *x, struct state *s, struct rdf_typing *typings)
{
	size_t n = 0;
	s->names = arena_array(&x->arena, struct str, x->ncolumns);
	for (size_t i = 0; i < x->ncolumns; i++) {
		enum value_type t = x->columns[i].type.type;
		buf_clear(&s->text);
		buf_put_char(&s->text, ':');
		rdf_put_name(&s->text, x->columns[i].key);
		s->names[i] = arena_str(&x->arena, buf_str(&s->text));
		struct str datatype = str_of(datatypes[t]);
		if (!str_eq(datatype, STR("xsd:string"))) typings[n++] = (struct rdf_typing){ s->names[i], datatype };
	}
	return n;
}

bool export_triples(struct export *x, enum rdf_syntax syntax, struct err *e)
{
	enum { VALUE_BYTES = 1 << 28 };
	struct str slug = x->job->plan->request->target->dataset_id;
	struct str origin = x->job->options.origin;
	struct state s = { .text = BUF_INIT(VALUE_BYTES) };
	if (slug.n == 0) slug = STR("catalog");
	s.resources = arena_printf(&x->arena, "%.*s/ld/resources/%.*s/Record/", STR_ARG(origin), STR_ARG(slug));
	struct rdf_namespace namespaces[] = {
		{ "", arena_printf(&x->arena, "%.*s/ld/ontologies/%.*s/", STR_ARG(origin), STR_ARG(slug)) },
		{ "geo", STR("http://www.opengis.net/ont/geosparql#") },
	};
	struct rdf_typing *typings = arena_array(&x->arena, struct rdf_typing, x->ncolumns);
	size_t ntypings = name_columns(x, &s, typings);
	struct rdf_options o = { syntax, namespaces, COUNT_OF(namespaces), typings, ntypings };
	s.geo = geo_new();
	s.rdf = rdf_begin(&x->out, &o);
	x->state = &s;
	bool ok = export_batches(x, rows, e);
	rdf_end(s.rdf);
	geo_free(s.geo);
	buf_done(&s.text);
	return ok;
}
