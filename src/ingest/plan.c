/* From what was proved, or from a given schema, to the fields of the new version and where each takes
 * its values. */
#include "clock/clock.h"
#include "ingest/fields.h"
#include "ingest/many.h"
#include "ingest/survey.h"
#include "json/json.h"
#include <stdlib.h>

/* --- evidence --------------------------------------------------------------------------------------- */

struct evidence plan_evidence(struct load *l, const struct survey *v)
{
	struct evidence out = { 0 };
	for (size_t i = 0; i < v->proofs.n; i++) proof_testify(&v->proofs.p[i], &out);
	char given = l->source.dialect.decimal;
	if (given) {
		out.point = given == '.';
		out.comma = given == ',';
	}
	auto_buf text = BUF_INIT(4096);
	struct json_out j = JSON_OUT(&text);
	json_open(&j, '{');
	if (l->many) buf_put(&text, many_dialect(l->many));
	else if (l->source.format->describe) l->source.format->describe(&l->source, &j);
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

/* Bare x and y, cx and cy are many things; with three decimals and more they are places. */
static bool is_bare(const struct field *f) { return f->name.n <= 2; }

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

/* What the column is read as: as its publisher says, else as all its cells allow. */
static struct verdict verdict_of(struct load *l, const struct proof *p, const struct heading *h, const struct evidence *ev,
                                 const struct fate *one)
{
	struct evidence said = *ev;
	if (one->dates != FATE_OPEN) {
		said.dmy = one->dates == FATE_DAY_FIRST;
		said.mdy = !said.dmy;
	}
	if (one->decimal) {
		said.comma = one->decimal == ',';
		said.point = !said.comma;
	}
	if (one->deleted) return (struct verdict){ .type = VALUE_TEXT };
	struct field f = one->field;
	f.label = h->label;
	if (!one->typed && !one->listed) return p->pledge ? pledge_verdict(p, l, &f, &said) : proof_verdict(p, l, h->label, &said);
	if (!one->typed) f.type = VALUE_TEXT;
	return proof_declared(p, l, &f, &said);
}

/* The name that readers of formats give to geometries. */
static bool is_ours(const struct heading *h) { return str_eq(h->label, STR("geo_shape")); }

/* Geometries that were all points become shapes beside the points: the field that was promised is made of them, see add_points. */
static bool is_spread(const struct proof *p, const struct heading *h)
{
	return p->pledge && p->pledge->geometry && is_ours(h) && p->kinds == 1u << CELL_SHAPE && !p->only_points;
}

/* A point needs no shape beside it, unless it was published as a shape. */
static bool is_point(const struct proof *p, const struct verdict *as)
{
	const struct pledge *g = p->pledge;
	if (g && g->geometry && p->filled == 0) return true;
	return as->type == VALUE_SHAPE && p->kinds == 1u << CELL_SHAPE && p->only_points && !(g && g->type == VALUE_SHAPE);
}

static void plan_column(struct load *l, struct survey *v, size_t i, const struct evidence *ev, struct plan *out)
{
	struct proof *p = &v->proofs.p[i];
	const struct heading *h = &v->headings.p[i];
	if (is_spread(p, h)) {
		load_note(l, "The geometries are not all points any more: “geo_shape” is new, and the point of each stays in “geo_point_2d”.");
		p->pledge = NULL;
	}
	struct fate one = fields_one(l->a, l->fields, h->name);
	struct verdict as = verdict_of(l, p, h, ev, &one);
	struct field f = { .name = h->name, .label = h->label };
	if (!one.typed && !one.deleted && is_point(p, &as)) {
		/* The name that readers of formats give is changed, one that somebody gave is not. */
		as = (struct verdict){ .type = VALUE_POINT, .reading = SPELL_SHAPE_JSON };
		if (is_ours(h)) f.name = free_name(l, out, STR("geo_point_2d"));
		if (is_ours(h)) f.label = STR("Geo Point");
	}
	if (as.type == VALUE_INT || as.type == VALUE_DOUBLE) f.unit = spell_sign_unit(as.sign);
	if (!l->job.plain && !one.typed && good_facet(p, &as)) f.flags |= FIELD_FACET;
	add_field(out, f, as, (int)i)->truncate = one.typed && as.type == VALUE_INT;
}

static void plan_free(struct load *l, struct survey *v, const struct evidence *ev, struct plan *out)
{
	for (size_t i = 0; i < v->proofs.n; i++)
		if (v->headings.p[i].name.n) plan_column(l, v, i, ev, out);
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

/* --- operations on fields ---------------------------------------------------------------------------- */

/* Flags and types that do not go together are settled for the type. */
static void settle(struct field *f, const struct plan_column *c)
{
	f->type = c->as.type;
	if (!c->as.list) f->flags &= ~(unsigned)FIELD_MULTIVALUED;
	else f->flags |= FIELD_MULTIVALUED;
	if (f->type != VALUE_TEXT) f->flags &= ~(unsigned)FIELD_HIERARCHICAL;
	if (f->type == VALUE_POINT || f->type == VALUE_SHAPE) f->flags &= ~(unsigned)(FIELD_FACET | FIELD_DISJUNCTIVE);
	if (f->type != VALUE_DATE && f->type != VALUE_DATETIME) f->flags &= ~(unsigned)FIELD_RANGE;
}

static int moved(const struct fate *fates, size_t n, int from)
{
	for (size_t i = 0; from >= 0 && i < n; i++)
		if (fates[i].from == (size_t)from) return (int)i;
	return -1;
}

/* What is left out goes to the end, where only those columns are made that others need. */
static void part_deleted(struct arena *a, struct fate *fates, size_t n)
{
	struct fate *sorted = arena_array(a, struct fate, n + 1);
	size_t at = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
			if (fates[i].deleted == (pass == 1)) sorted[at++] = fates[i];
	memcpy(fates, sorted, n * sizeof *fates);
}

static size_t kept(const struct fate *fates, size_t n)
{
	size_t k = 0;
	while (k < n && !fates[k].deleted) k++;
	return k;
}

static bool shape(struct load *l, struct plan *p, struct err *e)
{
	size_t n = p->schema.n;
	struct fate *fates = arena_array(l->a, struct fate, n + 1);
	for (size_t i = 0; i < n; i++) fates[i] = (struct fate){ .field = p->schema.fields[i], .from = i };
	if (!fields_apply(l->a, l->fields, true, fates, n, e)) return false;
	part_deleted(l->a, fates, n);
	struct plan made = { { .fields = arena_array(l->a, struct field, n + 1), .n = kept(fates, n) }, arena_array(l->a, struct plan_column, n + 1), n };
	if (made.schema.n == 0) return err_set(e, ERR_BAD_SOURCE, "every field is left out: nothing would be published");
	for (size_t i = 0; i < n; i++) {
		struct plan_column *c = &made.columns[i];
		*c = p->columns[fates[i].from];
		c->lat = moved(fates, n, c->lat);
		c->lon = moved(fates, n, c->lon);
		c->shape = moved(fates, n, c->shape);
		made.schema.fields[i] = fates[i].field;
		settle(&made.schema.fields[i], c);
		c->field = &made.schema.fields[i];
		c->identity = i < made.schema.n && c->field->flags & FIELD_ID;
		c->facet_said = fates[i].facet_said;
		if (!fates[i].moments && !set_zone(c, c->field, e)) return false;
	}
	*p = made;
	return true;
}

/* A dataset that is published from its configuration; one that came by another way, or was wider before, may stay as wide as it is. */
static size_t most_fields(const struct load *l)
{
	auto_json *doc = NULL;
	struct err ignored = { 0 };
	if (!l->job.nparts || !l->job.version_path.n) return LIMIT_COLUMNS;
	size_t before = l->job.columns.n && json_read(l->job.columns, &doc, &ignored) ? json_count(json_root(doc)) : 0;
	return num_min((size_t)LIMIT_COLUMNS, num_max((size_t)LIMIT_FIELDS, before));
}

static bool too_many_fields(size_t n, size_t most, struct err *e)
{
	return err_set(e, ERR_BAD_SOURCE, "The sources and processors give %zu fields; a dataset has at most %zu. Discard those that readers do not need under Schema.", n, most);
}

/* --- what was done with some words and years ----------------------------------------------------------- */

static bool takes_words(enum value_type t) { return t == VALUE_TEXT || t == VALUE_FILE || t == VALUE_JSON; }

static void note_nulls(struct load *l, const struct survey *v, const struct plan *p)
{
	enum { TOLD = 8 };
	auto_buf list = BUF_INIT(4096);
	struct str word = STR("");
	size_t n = 0;
	for (size_t i = 0; i < p->schema.n; i++) {
		const struct plan_column *c = &p->columns[i];
		const struct proof *proof = c->from >= 0 ? &v->proofs.p[c->from] : NULL;
		if (!proof || !proof->null_words || takes_words(c->as.type)) continue;
		if (n == 0) word = proof->null_word;
		if (n++ < TOLD) buf_printf(&list, "%s“%.*s”: %lld", list.n ? ", " : "", STR_ARG(c->field->label), (long long)proof->null_words);
	}
	if (n) load_note(l, "Words that stand for nothing, such as “%.*s”, were left empty (%.*s%s).", STR_ARG(word), STR_ARG(buf_str(&list)), n > TOLD ? " …" : "");
}

static void note_years(struct load *l, const struct survey *v, const struct plan *p)
{
	for (size_t i = 0; i < p->schema.n; i++) {
		const struct plan_column *c = &p->columns[i];
		struct str sample = c->from >= 0 && (c->as.type == VALUE_DATE || c->as.type == VALUE_DATETIME) ? v->proofs.p[c->from].short_year : STR("");
		int64_t us;
		bool local;
		if (!sample.n || !spell_time(sample, c->as.reading, &us, &local)) continue;
		auto_buf day = BUF_INIT(100);
		clock_put_date(&day, (int32_t)((us - (us % 86400000000 + 86400000000) % 86400000000) / 86400000000));
		load_note(l, "Years of “%.*s” have two figures: 00 to 68 were read as 2000 to 2068, 69 to 99 as 1969 to 1999, so that “%.*s” is %.*s.", STR_ARG(c->field->label),
		          STR_ARG(sample), STR_ARG(buf_str(&day)));
	}
}

static void note_readings(struct load *l, const struct survey *v, const struct plan *p)
{
	note_nulls(l, v, p);
	note_years(l, v, p);
}

bool plan_make(struct load *l, struct survey *v, struct plan *out, struct err *e)
{
	size_t most = (l->job.schema ? l->job.schema->n : v->proofs.n) + 1;
	*out = (struct plan){ .schema = { arena_array(l->a, struct field, most), 0 },
		.columns = arena_array(l->a, struct plan_column, most) };
	struct evidence ev = plan_evidence(l, v);
	if (l->job.schema) {
		bool ok = plan_given(l, v, &ev, out, e);
		out->total = out->schema.n;
		if (ok) note_readings(l, v, out);
		return ok;
	}
	plan_free(l, v, &ev, out);
	out->total = out->schema.n;
	if (l->fields && !shape(l, out, e)) return false;
	note_readings(l, v, out);
	size_t fields = most_fields(l);
	return out->schema.n <= fields || too_many_fields(out->schema.n, fields, e);
}
