/* What search engines read: a dataset in the words of schema.org, where a page stands, and how the catalogue
 * is searched. Made of what the reader may see and of nothing else. */
#include "front/inside.h"

#include "export/export.h"
#include "json/json.h"
#include "template/template.h"
#include "text/text.h"

enum { DESCRIPTION_LEAST = 50, DESCRIPTION_MOST = 4800, VARIABLES = 100, DESCRIBED_BYTES = 256 << 10 };

static void put_absolute(struct json_out *j, const struct visit *v, struct str key, struct str path)
{
	json_key(j, key);
	json_put(j, arena_join(v->arena, v->origin, path));
}

static void put_named(struct json_out *j, struct str key, const char *type, struct str name)
{
	if (!name.n)
		return;
	json_key(j, key);
	json_open(j, '{');
	json_member(j, "@type", str_of(type));
	json_member(j, "name", name);
	json_close(j, '}');
}

/* --- where a page stands ----------------------------------------------------------------------------------- */

static void put_step(struct json_out *j, const struct visit *v, int64_t at, struct str name, struct str path)
{
	json_open(j, '{');
	json_member(j, "@type", STR("ListItem"));
	json_member_int(j, "position", at);
	json_member(j, "name", name);
	put_absolute(j, v, STR("item"), path);
	json_close(j, '}');
}

static void put_crumbs(struct json_out *j, const struct front_dataset *d)
{
	const struct visit *v = &d->visit;
	json_open(j, '{');
	json_member(j, "@type", STR("BreadcrumbList"));
	json_key(j, STR("itemListElement"));
	json_open(j, '[');
	put_step(j, v, 1, view_portal_title(v), STR("/"));
	put_step(j, v, 2, i18n_text(v->lang, N_("Catalogue")), STR("/explore/"));
	put_step(j, v, 3, d->title, arena_join(v->arena, d->url, STR("information/")));
	json_close(j, ']');
	json_close(j, '}');
}

/* --- the dataset ------------------------------------------------------------------------------------------- */

/* Engines want fifty characters at least; a shorter description is completed by what else is known. */
static struct str describe(const struct front_dataset *d)
{
	const struct visit *v = &d->visit;
	struct str about = view_plain(v->arena, dataset_meta_text(d->dataset, v->arena, "description", v->lang_code), DESCRIPTION_MOST);
	if (text_length(about) >= DESCRIPTION_LEAST)
		return about;
	struct str publisher = front_meta(d, "default", "publisher");
	auto_buf b = BUF_INIT(DESCRIPTION_MOST * 2);
	buf_put(&b, about.n ? about : d->title);
	buf_lit(&b, " — ");
	if (about.n)
		buf_put(&b, d->title);
	if (publisher.n) {
		if (about.n)
			buf_lit(&b, ", ");
		buf_put(&b, publisher);
	}
	buf_lit(&b, ", ");
	buf_put(&b, view_portal_title(v));
	const struct schema *s = &d->dataset->schema;
	size_t shown = 0;
	for (size_t i = 0; i < s->n && text_length(buf_str(&b)) < 3 * DESCRIPTION_LEAST; i++) {
		if (s->fields[i].flags & FIELD_HIDDEN)
			continue;
		buf_put(&b, shown++ ? STR(", ") : STR(": "));
		buf_put(&b, s->fields[i].label);
	}
	if (text_length(buf_str(&b)) < DESCRIPTION_LEAST) {
		buf_lit(&b, " — ");
		buf_put(&b, v->origin);
		buf_put(&b, d->url);
	}
	return arena_str(v->arena, buf_str(&b));
}

static void put_texts(struct json_out *j, const struct front_dataset *d, struct str key, const char *meta)
{
	struct str *values;
	size_t n = dataset_meta_list(d->dataset, d->visit.arena, meta, d->visit.lang_code, &values);
	if (!n)
		return;
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_put(j, values[i]);
	json_close(j, ']');
}

static void put_text(struct json_out *j, struct str key, struct str text)
{
	if (!text.n)
		return;
	json_key(j, key);
	json_put(j, text);
}

static void put_where(struct json_out *j, const struct front_dataset *d)
{
	double at[4];
	struct str spatial = front_meta(d, "dcat", "spatial");
	if (!spatial.n)
		spatial = front_meta(d, "default", "territory");
	/* What the publisher states; the measured extent is made of rows that this reader may not see. */
	struct dataset stated = *d->dataset;
	stated.rows = -1;
	bool box = dataset_extent(&stated, at);
	if (!spatial.n && !box)
		return;
	json_key(j, STR("spatialCoverage"));
	json_open(j, '{');
	json_member(j, "@type", STR("Place"));
	if (spatial.n)
		json_member(j, "name", spatial);
	if (box) {
		json_key(j, STR("geo"));
		json_open(j, '{');
		json_member(j, "@type", STR("GeoShape"));
		json_member(j, "box", arena_printf(d->visit.arena, "%.6g %.6g %.6g %.6g", at[1], at[0], at[3], at[2]));
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void put_when(struct json_out *j, const struct front_dataset *d)
{
	struct str from = str_sub(front_meta(d, "dcat", "temporal_coverage_start"), 0, 10);
	struct str to = str_sub(front_meta(d, "dcat", "temporal_coverage_end"), 0, 10);
	if (from.n || to.n)
		put_text(j, STR("temporalCoverage"), arena_printf(d->visit.arena, "%.*s/%.*s", STR_ARG(from.n ? from : STR("..")), STR_ARG(to.n ? to : STR(".."))));
	else
		put_text(j, STR("temporalCoverage"), front_meta(d, "dcat", "temporal"));
	auto_buf b = BUF_INIT(64);
	clock_put_instant(&b, d->dataset->modified.us / 1000000 * 1000000, clock_utc());
	json_member(j, "dateModified", buf_str(&b));
	struct str issued = front_meta(d, "dcat", "issued");
	put_text(j, STR("datePublished"), issued.n ? issued : front_meta(d, "dcat", "created"));
}

static void put_variables(struct json_out *j, const struct front_dataset *d)
{
	const struct schema *s = &d->dataset->schema;
	size_t shown = 0;
	for (size_t i = 0; i < s->n && shown < VARIABLES; i++) {
		const struct field *f = &s->fields[i];
		if (f->flags & FIELD_HIDDEN)
			continue;
		if (shown++ == 0) {
			json_key(j, STR("variableMeasured"));
			json_open(j, '[');
		}
		json_open(j, '{');
		json_member(j, "@type", STR("PropertyValue"));
		json_member(j, "name", f->label);
		put_text(j, STR("description"), f->description);
		put_text(j, STR("unitText"), f->unit);
		json_close(j, '}');
	}
	if (shown)
		json_close(j, ']');
}

static void put_distributions(struct json_out *j, const struct front_dataset *d)
{
	static const char *const told[] = { "csv", "xlsx", "json", "geojson", "parquet" };
	if (!d->own.may_read || d->dataset->version.number <= 0)
		return;
	json_key(j, STR("distribution"));
	json_open(j, '[');
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		const struct export_format *f = export_format_or_null(str_of(told[i]));
		if (!f || !export_offered(&d->own.target, f))
			continue;
		json_open(j, '{');
		json_member(j, "@type", STR("DataDownload"));
		json_member(j, "encodingFormat", str_of(f->mime));
		put_absolute(j, &d->visit, STR("contentUrl"), arena_printf(d->visit.arena, "/api/explore/v2.1/catalog/datasets/%.*s/exports/%s",
		                                                           STR_ARG(d->dataset->slug), told[i]));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_licence(struct json_out *j, const struct front_dataset *d)
{
	struct str url = front_meta(d, "default", "license_url");
	put_text(j, STR("license"), url.n ? url : front_meta(d, "default", "license"));
}

static void put_dataset(struct json_out *j, const struct front_dataset *d)
{
	const struct visit *v = &d->visit;
	struct str publisher = front_meta(d, "default", "publisher");
	struct str creator = front_meta(d, "dcat", "creator");
	struct str url = arena_join(v->arena, d->url, STR("information/"));
	json_open(j, '{');
	json_member(j, "@type", STR("Dataset"));
	put_absolute(j, v, STR("@id"), url);
	put_absolute(j, v, STR("url"), url);
	json_member(j, "name", d->title);
	json_member(j, "description", describe(d));
	json_member(j, "identifier", d->dataset->slug);
	put_licence(j, d);
	struct str maker = creator.n ? creator : publisher.n ? publisher : view_portal_title(v);
	put_named(j, STR("creator"), "Organization", maker);
	put_named(j, STR("publisher"), "Organization", publisher.n ? publisher : view_portal_title(v));
	put_texts(j, d, STR("keywords"), "keyword");
	put_text(j, STR("inLanguage"), front_meta(d, "default", "language"));
	/* Those who came from elsewhere may say it in words. */
	struct str page = front_meta(d, "default", "references");
	put_text(j, STR("sameAs"), template_is_web(page) ? page : STR(""));
	put_when(j, d);
	put_where(j, d);
	json_member_bool(j, "isAccessibleForFree", true);
	if (d->dataset->version.number > 0)
		json_member_int(j, "version", d->dataset->version.number);
	put_variables(j, d);
	put_distributions(j, d);
	json_key(j, STR("includedInDataCatalog"));
	json_open(j, '{');
	json_member(j, "@type", STR("DataCatalog"));
	json_member(j, "name", view_portal_title(v));
	put_absolute(j, v, STR("url"), STR("/explore/"));
	json_close(j, '}');
	json_close(j, '}');
}

static struct str finish(const struct visit *v, struct json_out *j)
{
	json_close(j, ']');
	json_close(j, '}');
	/* Half a document is worse than none. */
	return j->b->over ? STR("") : arena_str(v->arena, buf_str(j->b));
}

static void begin(struct json_out *j)
{
	json_open(j, '{');
	json_member(j, "@context", STR("https://schema.org"));
	json_key(j, STR("@graph"));
	json_open(j, '[');
}

struct str front_describe(const struct front_dataset *d, bool whole)
{
	auto_buf b = BUF_INIT(DESCRIBED_BYTES);
	struct json_out j = JSON_OUT(&b);
	begin(&j);
	put_crumbs(&j, d);
	if (whole)
		put_dataset(&j, d);
	return finish(&d->visit, &j);
}

struct str front_describe_catalogue(const struct visit *v)
{
	auto_buf b = BUF_INIT(DESCRIBED_BYTES);
	struct json_out j = JSON_OUT(&b);
	begin(&j);
	json_open(&j, '{');
	json_member(&j, "@type", STR("BreadcrumbList"));
	json_key(&j, STR("itemListElement"));
	json_open(&j, '[');
	put_step(&j, v, 1, view_portal_title(v), STR("/"));
	put_step(&j, v, 2, i18n_text(v->lang, N_("Catalogue")), STR("/explore/"));
	json_close(&j, ']');
	json_close(&j, '}');
	json_open(&j, '{');
	json_member(&j, "@type", STR("DataCatalog"));
	json_member(&j, "name", view_portal_title(v));
	put_absolute(&j, v, STR("url"), STR("/explore/"));
	put_text(&j, STR("description"), tenant_text(v->at.tenant, "description", v->lang_code));
	json_close(&j, '}');
	return finish(v, &j);
}
