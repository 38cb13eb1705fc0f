/* Facets counted together: one reading of the rows counts every facet under the same filters, and all
 * its levels follow from the counts of its full values, be they codes of texts, numbers or days. Facets
 * that cannot be counted so (texts of very many different values, paths in lists, fractions) keep their
 * own statements. */
#include <stdio.h>
#include <stdlib.h>
#include "query/inside.h"

/* --- counting ---------------------------------------------------------------------------------------- */

static const struct field *field_of(const struct counting *c, size_t i)
{
	return &c->scene.scope.schema->fields[c->scene.facets[i].field];
}

static bool is_coded(const struct counting *c, size_t i)
{
	return field_of(c, i)->type == VALUE_TEXT && !c->scene.request->target->at.live
	       && !(c->scene.facets[i].hierarchical && (field_of(c, i)->flags & FIELD_MULTIVALUED));
}

static bool is_counted(const struct counting *c, size_t i)
{
	enum value_type t = field_of(c, i)->type;
	if (t == VALUE_TEXT) return c->tallies[i].codes.n > 0;
	return t == VALUE_INT || t == VALUE_BOOL || is_date(field_of(c, i));
}

/* A disjunctive facet that is refined leaves its own refinements out: its rows are its own. */
static bool is_apart(const struct counting *c, size_t i)
{
	const struct facet_spec *spec = &c->scene.facets[i];
	for (size_t k = 0; k < c->scene.nfilters; k++)
		if (spec->disjunctive && !c->scene.filters[k].exclude && c->scene.filters[k].field == spec->field) return true;
	return false;
}

static bool read_codes(struct counting *c, struct err *e)
{
	size_t n = c->scene.nfacets;
	size_t *fields = arena_array(c->arena, size_t, n + 1);
	size_t *facets = arena_array(c->arena, size_t, n + 1);
	size_t coded = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_coded(c, i)) continue;
		fields[coded] = (size_t)c->scene.facets[i].field;
		facets[coded++] = i;
	}
	struct engine_codes *codes = arena_array(c->arena, struct engine_codes, coded + 1);
	if (coded && !engine_codes(c->engine, c->scene.request->target->at, c->arena, fields, coded, codes, e)) return false;
	for (size_t i = 0; i < coded; i++) {
		/* A facet named twice has one entry in what was read: its first. */
		size_t first = 0;
		while (fields[first] != fields[i]) first++;
		c->tallies[facets[i]].codes = codes[first];
	}
	return true;
}

static void put_counted(struct sql *q, const struct counting *c, size_t i)
{
	size_t field = (size_t)c->scene.facets[i].field;
	if (field_of(c, i)->type == VALUE_TEXT) {
		sql_column(q, field, SQL_CODE);
	} else if (is_date(field_of(c, i))) {
		odsql_emit_wall(q, &c->scene.scope, odsql_field_node(c->arena, &c->scene.scope, (int)field));
	} else {
		sql_column(q, field, SQL_MAIN);
	}
}

/* Counts some facets in one reading; `but` is the field whose refinements are left out, or -1. */
static bool count_some(struct counting *c, const size_t *facets, size_t n, int but, struct err *e)
{
	struct engine_tally *counts = arena_array(c->arena, struct engine_tally, n + 1);
	struct sql q;
	if (n == 0) return true;
	sql_init(&q, c->arena, &sql_duckdb);
	for (size_t i = 0; i < n; i++) {
		sql_put_literal(&q, i ? STR(", ") : STR("SELECT "));
		put_counted(&q, c, facets[i]);
	}
	sql_lit(&q, " FROM ");
	sql_relation(&q, c->scene.request->target->at);
	(void)scene_put_where(&q, &c->scene, but, NULL);
	const struct engine_query question = { .at = c->scene.request->target->at, .sql = &q };
	bool fine = engine_count(c->engine, &question, c->arena, c->cancel, counts, n, e);
	sql_done(&q);
	for (size_t i = 0; i < n && fine; i++) {
		c->tallies[facets[i]].counts = counts[i];
		c->tallies[facets[i]].known = !counts[i].many;
	}
	return fine;
}

bool tally_facets(struct counting *c, struct err *e)
{
	size_t n = c->scene.nfacets;
	size_t *together = arena_array(c->arena, size_t, n + 1);
	size_t ntogether = 0;
	c->tallies = arena_array(c->arena, struct tally, n + 1);
	if (!read_codes(c, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_counted(c, i)) continue;
		if (!is_apart(c, i)) together[ntogether++] = i;
		else if (!count_some(c, &i, 1, c->scene.facets[i].field, e)) return false;
	}
	return count_some(c, together, ntogether, -1, e);
}

/* --- levels ------------------------------------------------------------------------------------------ */

/* The first depth + 1 parts of a path below l->path; false when it is not below. */
static bool cut_path(const struct level *l, struct str value, struct str *out)
{
	struct str sep = l->spec->separator;
	size_t at = 0;
	if (l->depth && !(str_starts(value, l->path) && str_starts(str_from(value, l->path.n), sep))) return false;
	for (size_t part = 0; part <= l->depth; part++) {
		ptrdiff_t found = str_find(str_from(value, at), sep);
		if (found < 0) {
			*out = value;
			return true;
		}
		at += (size_t)found + (part == l->depth ? 0 : sep.n);
	}
	*out = str_sub(value, 0, at);
	return true;
}

static void add_texts(const struct counting *c, const struct level *l, struct level_values *out)
{
	const struct tally *t = l->tally;
	struct map known = { 0 };
	if (!t->counts.by_code) return;
	for (size_t i = 0; i < t->codes.n; i++) {
		struct str path = t->codes.values[i];
		int64_t count = (int64_t)t->counts.by_code[t->codes.codes[i]];
		if (!count || (l->spec->hierarchical && !cut_path(l, path, &path))) continue;
		size_t at = l->spec->hierarchical ? (size_t)(uintptr_t)map_get_or_null(&known, path) : 0;
		if (at) {
			out->v.p[at - 1].count += count;
			continue;
		}
		vec_push(c->arena, &out->v, (struct level_value){ .path = path, .number = (int64_t)i, .count = count });
		if (l->spec->hierarchical) map_put(c->arena, &known, path, (void *)(uintptr_t)out->v.n);
	}
}

static void add_number(const struct counting *c, struct level_values *out, struct map *known, int64_t number, struct str path, int64_t count)
{
	size_t at = (size_t)(uintptr_t)map_get_or_null(known, path);
	if (at) {
		out->v.p[at - 1].count += count;
		return;
	}
	vec_push(c->arena, &out->v, (struct level_value){ .path = path, .number = number, .count = count });
	map_put(c->arena, known, path, (void *)(uintptr_t)out->v.n);
}

static void add_dates(const struct counting *c, const struct level *l, struct level_values *out)
{
	struct map known = { 0 };
	struct clock_text in = { 0 };
	/* A path that is no date has nothing below it. */
	if (l->depth && !clock_parse(l->path, &in)) return;
	for (size_t i = 0; i < l->tally->counts.n; i++) {
		struct civil d;
		clock_civil_of_days((int32_t)l->tally->counts.numbers[i], &d);
		if (l->depth > 0 && d.year != in.civil.year) continue;
		if (l->depth > 1 && d.month != in.civil.month) continue;
		int part = l->depth == 0 ? d.year : l->depth == 1 ? d.month : d.day;
		char text[64];
		int n = l->depth ? snprintf(text, sizeof text, "%.*s/%02d", STR_ARG(str_sub(l->path, 0, 40)), part)
		                 : snprintf(text, sizeof text, "%04d", part);
		struct str path = str_make(text, (size_t)n);
		if (!map_get_or_null(&known, path)) path = arena_str(c->arena, path);
		add_number(c, out, &known, part, path, (int64_t)l->tally->counts.counts[i]);
	}
}

/* Their texts are made of those few only that are shown. */
static void add_numbers(const struct counting *c, const struct level *l, struct level_values *out)
{
	const struct engine_tally *t = &l->tally->counts;
	for (size_t i = 0; i < t->n; i++)
		vec_push(c->arena, &out->v, (struct level_value){ .number = t->numbers[i], .count = (int64_t)t->counts[i] });
}

static void spell_numbers(const struct counting *c, const struct level *l, struct level_values *out)
{
	for (size_t i = 0; i < out->v.n; i++) {
		struct level_value *v = &out->v.p[i];
		if (l->field->type == VALUE_INT) v->path = arena_printf(c->arena, "%lld", (long long)v->number);
		else if (l->field->type == VALUE_BOOL) v->path = v->number ? STR("true") : STR("false");
	}
}

/* --- order ------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const struct level_value *x = a;
	const struct level_value *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

static int by_value_down(const void *a, const void *b) { return by_value(b, a); }

static int by_count(const void *a, const void *b)
{
	const struct level_value *x = a;
	const struct level_value *y = b;
	int order = (x->count > y->count) - (x->count < y->count);
	return order ? order : by_value(a, b);
}

static int by_count_down(const void *a, const void *b)
{
	const struct level_value *x = a;
	const struct level_value *y = b;
	int order = (x->count < y->count) - (x->count > y->count);
	return order ? order : by_value(a, b);
}

/* Parts of paths are sorted as texts: "A-b" stands before "A/c", whose part is "A". */
static int by_path(const void *a, const void *b)
{
	const struct level_value *x = a;
	const struct level_value *y = b;
	return str_cmp(x->path, y->path);
}

static void number_paths(struct level_values *v)
{
	if (v->v.n) qsort(v->v.p, v->v.n, sizeof *v->v.p, by_path);
	for (size_t i = 0; i < v->v.n; i++) v->v.p[i].number = (int64_t)i;
}

void tally_level(const struct counting *c, const struct level *l, struct level_values *out)
{
	static int (*const orders[2][2])(const void *a, const void *b) = { { by_value, by_value_down }, { by_count, by_count_down } };
	struct level_order o = level_order(c, l);
	if (l->field->type == VALUE_TEXT) add_texts(c, l, out);
	else if (is_date(l->field)) add_dates(c, l, out);
	else add_numbers(c, l, out);
	if (l->field->type == VALUE_TEXT && l->spec->hierarchical) number_paths(out);
	if (out->v.n) qsort(out->v.p, out->v.n, sizeof *out->v.p, orders[o.by_count][o.down]);
	if ((int64_t)out->v.n > l->spec->limit) out->v.n = (size_t)l->spec->limit;
	spell_numbers(c, l, out);
}
