/* A dataset cut down to what may be known of it: by one caller, or by all who see it. Copies only; the
 * views that hold the whole truth are shared and never change. */
#include "catalog/inside.h"
#include "json/json.h"
#include "text/text.h"

static bool counts(const struct field *f) { return !(f->flags & FIELD_HIDDEN); }

static bool any_type(const struct schema *s, enum value_type a, enum value_type b)
{
	for (size_t i = 0; i < s->n; i++)
		if (counts(&s->fields[i]) && (s->fields[i].type == a || s->fields[i].type == b)) return true;
	return false;
}

static bool any_facet(const struct schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (counts(&s->fields[i]) && (s->fields[i].flags & FIELD_FACET)) return true;
	return false;
}

void find_features(struct arena *a, struct dataset *d)
{
	struct str *f = arena_array(a, struct str, 3);
	size_t n = 0;
	if (any_type(&d->schema, VALUE_INT, VALUE_DOUBLE) || any_facet(&d->schema)) f[n++] = STR("analyze");
	if (any_type(&d->schema, VALUE_DATE, VALUE_DATETIME)) f[n++] = STR("timeserie");
	if (any_type(&d->schema, VALUE_POINT, VALUE_SHAPE)) f[n++] = STR("geo");
	d->features = f;
	d->nfeatures = n;
}

void dataset_narrow(struct dataset *d, struct arena *a, const bool *visible)
{
	auto_buf b = BUF_INIT(16 << 20);
	struct field *fields = arena_array(a, struct field, d->schema.n + 1);
	for (size_t i = 0; i < d->schema.n; i++) {
		fields[i] = d->schema.fields[i];
		if (!visible[i]) fields[i].flags |= FIELD_HIDDEN;
	}
	d->schema.fields = fields;
	schema_put_json(&b, &d->schema);
	d->schema_json = b.over ? STR("[]") : arena_str(a, buf_str(&b));
	find_features(a, d);
}

const struct dataset *dataset_told(const struct dataset *d, struct arena *a, struct str lang)
{
	auto_buf b = BUF_INIT(16 << 20);
	bool any = false;
	for (size_t i = 0; i < d->schema.n; i++) any |= d->schema.fields[i].labels.n || d->schema.fields[i].descriptions.n;
	if (!any || lang.n == 0) return d;
	struct dataset *copy = arena_new(a, struct dataset);
	*copy = *d;
	copy->schema.fields = arena_array(a, struct field, d->schema.n + 1);
	for (size_t i = 0; i < d->schema.n; i++) {
		const struct field *f = &d->schema.fields[i];
		copy->schema.fields[i] = *f;
		copy->schema.fields[i].label = field_label(f, a, lang);
		copy->schema.fields[i].description = field_description(f, a, lang);
	}
	schema_put_json(&b, &copy->schema);
	copy->schema_json = b.over ? d->schema_json : arena_str(a, buf_str(&b));
	return copy;
}

/* Everybody's rule when everybody sees it; else what no rule of those who do hides. Counts are told only
 * where no filter of rows applies: the number itself is made of the rows. */
struct dataset dataset_common(struct arena *a, const struct dataset *d)
{
	struct dataset copy = *d;
	const struct dataset_rule *rules = d->restricted ? d->rules : &d->everybody;
	size_t n = d->restricted ? d->nrules : 1;
	bool *visible = arena_array(a, bool, d->schema.n + 1);
	bool some = false;
	memset(visible, true, d->schema.n + 1);
	for (size_t k = 0; k < n; k++) {
		if (rules[k].row_filter.n) copy.rows = -1;
		for (size_t i = 0; rules[k].visible_or_null && i < d->schema.n; i++) {
			visible[i] &= rules[k].visible_or_null[i];
			some |= !visible[i];
		}
	}
	if (some) dataset_narrow(&copy, a, visible);
	return copy;
}

/* --- where it lies ----------------------------------------------------------------------------------- */

static bool sane(const double e[4])
{
	return e[0] >= -180 && e[2] <= 180 && e[1] >= -90 && e[3] <= 90 && e[0] <= e[2] && e[1] <= e[3];
}

static bool stated_extent(const struct dataset *d, double out[4])
{
	static const char *const names[4] = { "extend_bounding_box_westbound_longitude", "extend_bounding_box_southbound_latitude",
		"extend_bounding_box_eastbound_longitude", "extend_bounding_box_northbound_latitude" };
	for (size_t i = 0; i < 4; i++) {
		auto_json *doc = NULL;
		struct err e = { 0 };
		struct str json = dataset_meta_json(d, "inspire", names[i], STR(""));
		if (!json.n || !json_read(json, &doc, &e) || !text_to_double(str_trim(json_text(json_root(doc))), &out[i])) return false;
	}
	return sane(out);
}

bool dataset_extent(const struct dataset *d, double out[4])
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	if (stated_extent(d, out)) return true;
	/* Measured over all rows and all geometries: told only where all of them may be seen. */
	if (d->rows < 0 || !d->data_visible || !any_type(&d->schema, VALUE_POINT, VALUE_SHAPE)) return false;
	for (size_t i = 0; i < d->schema.n; i++)
		if (!counts(&d->schema.fields[i]) && (d->schema.fields[i].type == VALUE_POINT || d->schema.fields[i].type == VALUE_SHAPE)) return false;
	struct str summary = d->link_or_null ? d->link_or_null->summary : d->summary;
	if (!summary.n || !json_read(summary, &doc, &e)) return false;
	const struct json_node *box = json_get(json_root(doc), "bbox");
	for (size_t i = 0; i < 4; i++) {
		if (json_kind(json_at(box, i)) != JSON_REAL && json_kind(json_at(box, i)) != JSON_INT) return false;
		out[i] = json_real(json_at(box, i), 0);
	}
	return sane(out);
}

int64_t dataset_cut_at(const struct dataset *d)
{
	auto_json *doc = NULL;
	struct err e = { 0 };
	struct str summary = d->link_or_null ? d->link_or_null->summary : d->summary;
	return summary.n && json_read(summary, &doc, &e) ? json_int(json_get(json_root(doc), "limited"), 0) : 0;
}
