/* data.json: the catalogue by the schema of Project Open Data 1.1. A keyword is required there, so a dataset
 * without one is known by its themes, or by its id. */
#include "dcat/inside.h"
#include "text/text.h"

#define POD "https://project-open-data.cio.gov/v1.1/schema"

static void begin(struct dcat *k)
{
	struct json_out *j = &k->json;
	json_open(j, '{');
	json_member(j, "@context", STR(POD "/catalog.jsonld"));
	json_member(j, "@id", k->o.self);
	json_member(j, "@type", STR("dcat:Catalog"));
	json_member(j, "conformsTo", STR(POD));
	json_member(j, "describedBy", STR(POD "/catalog.json"));
	json_key(j, STR("dataset"));
	json_open(j, '[');
}

static void end(struct dcat *k)
{
	json_close(&k->json, ']');
	json_close(&k->json, '}');
	buf_put_char(k->out, '\n');
}

static void put_list(struct json_out *j, struct str key, const struct str *items, size_t n)
{
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) json_put(j, items[i]);
	json_close(j, ']');
}

static void put_if(struct json_out *j, struct str key, struct str value)
{
	if (value.n == 0) return;
	json_key(j, key);
	json_put(j, value);
}

static void put_people(struct dcat *k, const struct dcat_facts *f)
{
	struct json_out *j = &k->json;
	json_key(j, STR("publisher"));
	json_open(j, '{');
	json_member(j, "@type", STR("org:Organization"));
	json_member(j, "name", f->publisher.n ? f->publisher : dcat_portal_provider(k));
	json_close(j, '}');
	json_key(j, STR("contactPoint"));
	json_open(j, '{');
	json_member(j, "@type", STR("vcard:Contact"));
	json_member(j, "fn", f->contact_name);
	if (f->contact_mail.n)
		json_member(j, "hasEmail", str_starts(f->contact_mail, STR("mailto:")) ? f->contact_mail : arena_join(&k->arena, STR("mailto:"), f->contact_mail));
	json_close(j, '}');
}

static void put_subjects(struct dcat *k, const struct dcat_facts *f)
{
	const struct str *keywords = f->nkeywords ? f->keywords : f->nthemes ? f->themes : &f->dataset->slug;
	put_list(&k->json, STR("keyword"), keywords, f->nkeywords ? f->nkeywords : f->nthemes ? f->nthemes : 1);
	if (f->nthemes) put_list(&k->json, STR("theme"), f->themes, f->nthemes);
}

static void put_distributions(struct dcat *k, const struct dcat_facts *f)
{
	struct json_out *j = &k->json;
	struct dcat_offer *offers;
	size_t n = dcat_offers(k, f, &offers);
	if (n == 0) return;
	json_key(j, STR("distribution"));
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_member(j, "@type", STR("dcat:Distribution"));
		json_member(j, "downloadURL", offers[i].address);
		json_member(j, "mediaType", offers[i].mime);
		if (offers[i].format.n) json_member(j, "format", offers[i].format);
		json_member(j, "title", offers[i].title);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_times(struct dcat *k, const struct dcat_facts *f)
{
	struct json_out *j = &k->json;
	json_member(j, "modified", f->modified);
	put_if(j, STR("issued"), dcat_date(k, f->dataset, "dcat", "issued"));
	if (f->known_frequency) put_if(j, STR("accrualPeriodicity"), str_of(f->known_frequency->iso));
	struct str words = dcat_meta(k, f->dataset, "dcat", "temporal"), from = dcat_date(k, f->dataset, "dcat", "temporal_coverage_start");
	struct str until = dcat_date(k, f->dataset, "dcat", "temporal_coverage_end");
	struct clock_text ignored;
	ptrdiff_t slash = str_find_char(words, '/');
	/* An interval, or nothing: the schema has no room for words. */
	if (from.n && until.n) put_if(j, STR("temporal"), arena_printf(&k->arena, "%.*s/%.*s", STR_ARG(from), STR_ARG(until)));
	else if (slash > 0 && clock_parse(str_sub(words, 0, (size_t)slash), &ignored)) put_if(j, STR("temporal"), words);
}

static void put(struct dcat *k, const struct dcat_facts *f)
{
	const struct dataset *d = f->dataset;
	struct json_out *j = &k->json;
	struct str references = dcat_meta(k, d, "default", "references"), conforms = dcat_meta(k, d, "dcat", "conforms_to");
	json_open(j, '{');
	json_member(j, "@type", STR("dcat:Dataset"));
	json_member(j, "title", f->title);
	json_member(j, "description", f->description.n ? f->description : f->title);
	put_subjects(k, f);
	put_times(k, f);
	put_people(k, f);
	json_member(j, "identifier", f->page);
	json_member(j, "accessLevel", d->restricted || !d->data_visible ? STR("restricted public") : STR("public"));
	put_if(j, STR("license"), f->license_address);
	if (f->license_address.n == 0) put_if(j, STR("rights"), f->license);
	if (f->language.n) put_list(j, STR("language"), &f->language, 1);
	json_member(j, "landingPage", f->page);
	put_if(j, STR("spatial"), dcat_meta(k, d, "dcat", "spatial"));
	if (rdf_is_absolute(conforms)) put_if(j, STR("conformsTo"), conforms);
	if (rdf_is_absolute(references)) put_list(j, STR("references"), &references, 1);
	put_distributions(k, f);
	json_close(j, '}');
}

const struct dcat_writer dcat_writer_data_json = { begin, put, end };
