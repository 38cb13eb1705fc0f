/* From what was proved, or from a given schema, to the fields of the new version and where each takes
 * its values. */
#include "clock/clock.h"
#include "ingest/survey.h"
#include <stdlib.h>

/* --- evidence --------------------------------------------------------------------------------------- */

static struct evidence gather(struct load *l, const struct survey *v)
{
	struct evidence out = { 0 };
	for (size_t i = 0; i < v->proofs.n; i++) proof_testify(&v->proofs.p[i], &out);
	char given = l->job.dialect.decimal;
	if (given) {
		out.point = given == '.';
		out.comma = given == ',';
	}
	auto_buf text = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&text);
	json_open(&j, '{');
	if (l->source.format->describe) l->source.format->describe(&l->source, &j);
	/* A semicolon between cells is a sign of commas within numbers. */
	if (str_find(buf_str(&text), STR("\"delimiter\":\";\"")) >= 0) out.delimiter = ';';
	return out;
}

/* --- without a schema ------------------------------------------------------------------------------- */

static bool good_facet(const struct proof *p, const struct verdict *as)
{
	if (as->type == VALUE_BOOL) return true;
	return as->type == VALUE_TEXT && !p->many && p->nvalues >= 2 && p->filled >= 2 * (int64_t)p->nvalues;
}

static struct plan_column *add_field(struct plan *out, struct field f, struct verdict as, int from)
{
	size_t i = out->schema.n++;
	f.type = as.type;
	f.decimals = -1;
	if (as.list) f.flags |= FIELD_MULTIVALUED;
	out->schema.fields[i] = f;
	out->columns[i] = (struct plan_column){ .from = from, .as = as, .field = &out->schema.fields[i], .lat = -1, .lon = -1, .shape = -1 };
	return &out->columns[i];
}

static struct str free_name(struct load *l, const struct plan *p, struct str wish)
{
	struct str name = wish;
	for (int i = 2; schema_find(&p->schema, name) >= 0; i++) name = arena_printf(l->a, "%.*s_%d", STR_ARG(wish), i);
	return name;
}

static bool has_type(const struct plan *p, enum value_type t, int *at)
{
	for (size_t i = 0; i < p->schema.n; i++) {
		if (p->schema.fields[i].type != t) continue;
		*at = (int)i;
		return true;
	}
	return false;
}

static bool in_degrees(const struct survey *v, const struct plan *p, int i, double most)
{
	const struct plan_column *c = &p->columns[i];
	if (c->from < 0 || (c->as.type != VALUE_DOUBLE && c->as.type != VALUE_INT)) return false;
	const struct proof *proof = &v->proofs.p[c->from];
	return !proof->ranged || (proof->filled > 0 && proof->low >= -most && proof->high <= most);
}

/* Bare x and y are many things; with three decimals and more they are places. */
static bool is_bare(const struct field *f) { return f->name.n == 1; }

static bool is_fine(const struct survey *v, const struct plan *p, int i)
{
	const struct proof *proof = &v->proofs.p[p->columns[i].from];
	return p->columns[i].as.type == VALUE_DOUBLE && proof->ranged && proof->decimals >= 3;
}

/* The columns of the plan that hold latitude and longitude. */
static bool find_pair(const struct survey *v, const struct plan *p, int *lat, int *lon)
{
	int best = 1000;
	for (size_t i = 0; i < p->schema.n; i++) {
		int rank;
		if (place_word_of(p->schema.fields[i].name, &rank) != PLACE_LATITUDE || !in_degrees(v, p, (int)i, 90)) continue;
		for (size_t k = 0; k < p->schema.n; k++) {
			int other;
			if (place_word_of(p->schema.fields[k].name, &other) != PLACE_LONGITUDE || !in_degrees(v, p, (int)k, 180)) continue;
			if (is_bare(&p->schema.fields[i]) != is_bare(&p->schema.fields[k])) continue;
			if (is_bare(&p->schema.fields[i]) && !(is_fine(v, p, (int)i) && is_fine(v, p, (int)k))) continue;
			if (rank + other >= best) continue;
			best = rank + other;
			*lat = (int)i;
			*lon = (int)k;
		}
	}
	return best < 1000;
}

static void add_points(struct load *l, const struct survey *v, struct plan *out)
{
	int at;
	int lat;
	int lon;
	struct verdict point = { .type = VALUE_POINT };
	if (has_type(out, VALUE_POINT, &at)) return;
	struct str name = free_name(l, out, STR("geo_point_2d"));
	struct field f = { .name = name, .label = STR("Geo Point") };
	if (has_type(out, VALUE_SHAPE, &at)) {
		add_field(out, f, point, -1)->shape = at;
		return;
	}
	if (!find_pair(v, out, &lat, &lon)) return;
	struct plan_column *c = add_field(out, f, point, -1);
	c->lat = lat;
	c->lon = lon;
	load_note(l, "“%.*s” and “%.*s” were joined to the point “%.*s”.", STR_ARG(out->schema.fields[lat].label),
	          STR_ARG(out->schema.fields[lon].label), STR_ARG(name));
}

static void plan_free(struct load *l, struct survey *v, const struct evidence *ev, struct plan *out)
{
	for (size_t i = 0; i < v->proofs.n; i++) {
		const struct proof *p = &v->proofs.p[i];
		const struct heading *h = &v->headings.p[i];
		struct verdict as = proof_verdict(p, l, h->label, ev);
		struct field f = { .name = h->name, .label = h->label };
		if (as.type == VALUE_SHAPE && p->kinds == 1u << CELL_SHAPE && p->only_points) {
			/* A point needs no shape beside it. */
			as = (struct verdict){ .type = VALUE_POINT, .reading = SPELL_SHAPE_JSON };
			f.name = free_name(l, out, STR("geo_point_2d"));
			f.label = STR("Geo Point");
		}
		if (!l->job.plain && good_facet(p, &as)) f.flags |= FIELD_FACET;
		add_field(out, f, as, (int)i);
	}
	if (out->schema.n < LIMIT_COLUMNS) add_points(l, v, out);
}

/* --- with a schema ---------------------------------------------------------------------------------- */

static bool set_zone(struct plan_column *c, const struct field *f, struct err *e)
{
	if (f->timezone.n == 0) return true;
	c->zone = clock_zone_or_null(f->timezone);
	return c->zone || err_set(e, ERR_BAD_SOURCE, "the field “%.*s” has the time zone “%.*s”, which does not exist",
	                          STR_ARG(f->name), STR_ARG(f->timezone));
}

/* The column of geometries that are all points, or -1: what a declared point without a column means. */
static int points_heading(const struct survey *v)
{
	for (size_t i = 0; i < v->proofs.n; i++)
		if (v->proofs.p[i].kinds == 1u << CELL_SHAPE && v->proofs.p[i].only_points) return (int)i;
	return -1;
}

static bool plan_given(struct load *l, struct survey *v, const struct evidence *ev, struct plan *out, struct err *e)
{
	const struct schema *s = l->job.schema;
	bool *used = arena_array(l->a, bool, v->headings.n + 1);
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		int from = heading_for(v, f);
		bool geometry = from < 0 && f->type == VALUE_POINT && (from = points_heading(v)) >= 0;
		if (from >= 0) used[from] = true;
		struct verdict as = { .type = f->type, .list = f->flags & FIELD_MULTIVALUED };
		if (geometry) as.reading = SPELL_SHAPE_JSON;
		else if (from >= 0) as = proof_declared(&v->proofs.p[from], l, f, ev);
		out->schema.fields[out->schema.n] = *f;
		struct plan_column *c = &out->columns[out->schema.n];
		*c = (struct plan_column){ .from = from, .as = as, .field = &out->schema.fields[out->schema.n], .lat = -1, .lon = -1,
			.shape = -1, .identity = f->flags & FIELD_ID };
		out->schema.n++;
		if (!set_zone(c, f, e)) return false;
	}
	/* Points that have no column of their own. */
	for (size_t i = 0; i < out->schema.n; i++) {
		struct plan_column *c = &out->columns[i];
		if (c->from >= 0) continue;
		bool made = c->as.type == VALUE_POINT &&
		            (has_type(out, VALUE_SHAPE, &c->shape) || find_pair(v, out, &c->lat, &c->lon));
		if (!made) return missing_field(v, c->field, e);
	}
	size_t extra = 0;
	auto_buf names = BUF_INIT(400);
	for (size_t i = 0; i < v->headings.n; i++) {
		if (used[i]) continue;
		if (extra++ < 8) buf_printf(&names, "%s“%.*s”", names.n ? ", " : "", STR_ARG(v->headings.p[i].label));
	}
	if (extra)
		load_note(l, "Columns of the file that are not in the schema were left out (%zu): %.*s%s", extra, STR_ARG(buf_str(&names)),
		          extra > 8 ? " …" : ".");
	return true;
}

bool plan_make(struct load *l, struct survey *v, struct plan *out, struct err *e)
{
	size_t most = (l->job.schema ? l->job.schema->n : v->proofs.n) + 1;
	*out = (struct plan){ .schema = { arena_array(l->a, struct field, most), 0 },
		.columns = arena_array(l->a, struct plan_column, most) };
	struct evidence ev = gather(l, v);
	if (l->job.schema) return plan_given(l, v, &ev, out, e);
	plan_free(l, v, &ev, out);
	return true;
}
