/* Dublin Core: the fifteen elements of every dataset as RDF. What the dataset's own template dublin-core
 * says of an element counts before what follows from its other metadata. */
#include "dcat/inside.h"

static const struct rdf_namespace namespaces[] = { { "dc", { "http://purl.org/dc/elements/1.1/", 32 } } };

static void begin(struct dcat *k)
{
	struct rdf_options o = { k->document->syntax, namespaces, COUNT_OF(namespaces), NULL, 0 };
	k->rdf = rdf_begin(k->out, &o);
}

static void end(struct dcat *k) { rdf_end(k->rdf); }

static void put_value(struct dcat *k, struct str property, struct str value, struct str lang)
{
	if (value.n == 0) return;
	if (rdf_is_absolute(value)) rdf_link(k->rdf, property, value);
	else rdf_text(k->rdf, property, value, lang);
}

/* An element with one value, or the dataset's own. */
static void put_one(struct dcat *k, const struct dcat_facts *f, struct str property, struct str value)
{
	struct str own = dcat_meta(k, f->dataset, "dublin-core", str_from(property, 3).p);
	put_value(k, property, own.n ? own : value, STR(""));
}

static void put_texts(struct dcat *k, const struct dcat_facts *f, struct str property, const char *meta)
{
	struct str own = dcat_meta(k, f->dataset, "dublin-core", str_from(property, 3).p);
	struct dcat_text *texts;
	size_t n = own.n ? 0 : dcat_meta_texts(k, f->dataset, meta, &texts);
	if (own.n) rdf_text(k->rdf, property, own, STR(""));
	for (size_t i = 0; i < n; i++) {
		struct str *items;
		size_t count = dcat_list(k, texts[i].text, &items);
		for (size_t j = 0; j < count; j++) rdf_text(k->rdf, property, items[j], texts[i].lang);
	}
	if (n == 0 && own.n == 0 && str_eq(property, STR("dc:title"))) rdf_text(k->rdf, property, f->title, STR(""));
}

static void put_subjects(struct dcat *k, const struct dcat_facts *f)
{
	struct str own = dcat_meta(k, f->dataset, "dublin-core", "subject");
	if (own.n) {
		rdf_text(k->rdf, STR("dc:subject"), own, STR(""));
		return;
	}
	for (size_t i = 0; i < f->nthemes; i++) rdf_text(k->rdf, STR("dc:subject"), f->themes[i], STR(""));
	put_texts(k, f, STR("dc:subject"), "keyword");
}

static void put_coverage(struct dcat *k, const struct dcat_facts *f)
{
	struct str *places, own = dcat_meta(k, f->dataset, "dublin-core", "coverage");
	size_t n = dcat_list(k, dataset_meta_json(f->dataset, "default", "territory", k->o.lang), &places);
	put_value(k, STR("dc:coverage"), own, STR(""));
	if (own.n) return;
	put_value(k, STR("dc:coverage"), dcat_meta(k, f->dataset, "dcat", "spatial"), STR(""));
	for (size_t i = 0; i < n; i++) put_value(k, STR("dc:coverage"), places[i], STR(""));
	put_value(k, STR("dc:coverage"), dcat_meta(k, f->dataset, "dcat", "temporal"), STR(""));
}

static void put(struct dcat *k, const struct dcat_facts *f)
{
	const struct dataset *d = f->dataset;
	rdf_open(k->rdf, STR(""), f->page, STR(""));
	put_texts(k, f, STR("dc:title"), "title");
	put_one(k, f, STR("dc:creator"), f->creator.n ? f->creator : f->publisher);
	put_subjects(k, f);
	put_texts(k, f, STR("dc:description"), "description");
	put_one(k, f, STR("dc:publisher"), f->publisher);
	put_one(k, f, STR("dc:contributor"), f->contributor);
	put_one(k, f, STR("dc:date"), f->modified);
	put_one(k, f, STR("dc:type"), STR("http://purl.org/dc/dcmitype/Dataset"));
	struct dcat_offer *offers;
	size_t n = dcat_meta(k, d, "dublin-core", "format").n ? 0 : dcat_offers(k, f, &offers);
	for (size_t i = 0; i < n; i++) rdf_text(k->rdf, STR("dc:format"), offers[i].mime, STR(""));
	if (n == 0) put_one(k, f, STR("dc:format"), STR(""));
	put_one(k, f, STR("dc:identifier"), f->page);
	put_one(k, f, STR("dc:source"), dcat_meta(k, d, "default", "references"));
	put_one(k, f, STR("dc:language"), f->language);
	put_one(k, f, STR("dc:relation"), dcat_meta(k, d, "dcat", "relation"));
	put_coverage(k, f);
	put_one(k, f, STR("dc:rights"), f->license.n ? f->license : f->license_address);
	rdf_close(k->rdf);
}

const struct dcat_writer dcat_writer_dublin_core = { begin, put, end };
