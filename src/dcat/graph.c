/* DCAT: a catalogue, its datasets and their distributions. The plain form is the one clients of the
 * original platform read; a national profile adds what DCAT-AP asks for: publishers everywhere, texts never
 * empty, and the vocabularies of the EU Publications Office. In RDF/XML the
 * catalogue is one element around all datasets, as naive readers expect; in Turtle, where a node inside another
 * waits for its parent's end, each dataset follows with a statement that the catalogue has it. */
#include "dcat/graph.h"

static const struct rdf_namespace namespaces[] = {
	{ "adms", { "http://www.w3.org/ns/adms#", 26 } },
	{ "dc", { "http://purl.org/dc/elements/1.1/", 32 } },
	{ "dcterms", { "http://purl.org/dc/terms/", 25 } },
	{ "dctype", { "http://purl.org/dc/dcmitype/", 28 } },
	{ "dcat", { "http://www.w3.org/ns/dcat#", 26 } },
	{ "dcatap", { "http://data.europa.eu/r5r/", 26 } },
	{ "dcatde", { "http://dcat-ap.de/def/dcatde/", 29 } },
	{ "eli", { "http://data.europa.eu/eli/ontology#", 35 } },
	{ "foaf", { "http://xmlns.com/foaf/0.1/", 26 } },
	{ "geo", { "http://www.opengis.net/ont/geosparql#", 37 } },
	{ "rdfs", { "http://www.w3.org/2000/01/rdf-schema#", 37 } },
	{ "skos", { "http://www.w3.org/2004/02/skos/core#", 36 } },
	{ "vcard", { "http://www.w3.org/2006/vcard/ns#", 32 } },
};

/* --- the catalogue -------------------------------------------------------------------------------- */

static struct str catalogue_iri(struct dcat *k) { return arena_printf(&k->arena, "%.*s/explore/", STR_ARG(k->o.origin)); }

static void put_portal_texts(struct dcat *k, struct str lang)
{
	struct str title = dcat_portal_title(k, lang), description = tenant_text(k->o.tenant, "description", lang);
	TEXT(k, "dcterms:title", title, lang);
	if (description.n == 0) description = arena_printf(&k->arena, "%.*s catalog", STR_ARG(title));
	TEXT(k, "dcterms:description", description, lang);
}

static void put_catalogue(struct dcat *k)
{
	const struct tenant *t = k->o.tenant;
	const char *eu_code;
	rdf_open(k->rdf, STR(""), catalogue_iri(k), STR("dcat:Catalog"));
	graph_own_class(k, "Catalog");
	put_portal_texts(k, k->o.lang);
	struct str lang = dcat_language(&k->arena, t->nlanguages ? t->languages[0] : k->o.lang, &eu_code);
	graph_language(k, lang, eu_code);
	graph_named(k, STR("foaf:homepage"), k->o.origin, STR("foaf:Document"));
	if (is_ap(k)) {
		graph_agent(k, STR("dcterms:publisher"), arena_printf(&k->arena, "%.*s/#publisher", STR_ARG(k->o.origin)),
		            dcat_portal_provider(k), STR(""));
		TIME(k, "dcterms:modified", dcat_instant(k, k->o.updated));
		NODE(k, "dcat:themeTaxonomy", STR(EU "data-theme"), "skos:ConceptScheme");
		TEXT(k, "dcterms:title", STR("Data theme"), STR("en"));
		CLOSE(k);
	}
}

static bool stays_open(const struct dcat *k) { return k->document->syntax == RDF_XML; }

static void begin(struct dcat *k)
{
	struct rdf_options o = { k->document->syntax, namespaces, COUNT_OF(namespaces), NULL, 0 };
	k->rdf = rdf_begin(k->out, &o);
	put_catalogue(k);
	if (!stays_open(k)) CLOSE(k);
}

static void end(struct dcat *k)
{
	if (stays_open(k)) CLOSE(k);
	rdf_end(k->rdf);
}

/* --- a dataset ------------------------------------------------------------------------------------ */

static void put_texts(struct dcat *k, const struct dcat_facts *f, struct str property, const char *meta, struct str otherwise)
{
	struct dcat_text *texts;
	size_t n = dcat_meta_texts(k, f->dataset, meta, &texts), said = 0;
	for (size_t i = 0; i < n; i++) {
		struct str *items;
		size_t count = dcat_list(k, texts[i].text, &items);
		for (size_t j = 0; j < count; j++) rdf_text(k->rdf, property, items[j], texts[i].lang);
		said += count;
	}
	if (said == 0 && otherwise.n) rdf_text(k->rdf, property, otherwise, STR(""));
}

static void put_times(struct dcat *k, const struct dcat_facts *f)
{
	TIME(k, "dcterms:issued", f->issued);
	TIME(k, "dcterms:date", f->modified);
	TIME(k, "dcterms:modified", f->modified);
}

static void put_distribution(struct dcat *k, const struct dcat_facts *f, const struct dcat_offer *o)
{
	struct arena *a = &k->arena;
	struct str iana = arena_printf(a, "https://www.iana.org/assignments/media-types/%.*s", STR_ARG(o->mime));
	const char *code = is_ap(k) ? dcat_filetype_or_null(o->format) : NULL;
	struct str kind = code ? arena_printf(a, EU "file-type/%s", code) : iana;
	NODE(k, "dcat:distribution", o->address, "dcat:Distribution");
	graph_own_class(k, "Distribution");
	TEXT(k, "dcterms:title", o->title, STR(""));
	TEXT(k, "dcterms:description", o->description, o->format.n ? k->o.lang : STR(""));
	LINK(k, "dcat:accessURL", o->address);
	LINK(k, "dcat:downloadURL", o->address);
	graph_named(k, STR("dcterms:format"), kind, STR("dcterms:MediaTypeOrExtent"));
	graph_named(k, STR("dcat:mediaType"), iana, STR("dcterms:MediaType"));
	graph_license(k, f);
	graph_language(k, f->language, f->language_eu);
	put_times(k, f);
	if (is_ap(k)) {
		NODE(k, "dcatap:availability", STR(EU "planned-availability/STABLE"), "skos:Concept");
		TEXT(k, "skos:prefLabel", STR("Stable"), STR("en"));
		CLOSE(k);
	}
	CLOSE(k);
}

/* Values that may be an address or words: a named node, or a nameless one with a label. */
static void put_resource(struct dcat *k, struct str property, struct str type, struct str value)
{
	if (value.n == 0) return;
	bool named = rdf_is_absolute(value);
	rdf_open(k->rdf, property, named ? value : STR(""), type);
	if (!named) TEXT(k, "rdfs:label", value, STR(""));
	CLOSE(k);
}

/* Each value of a list of the DCAT-AP template that is an address. */
static void put_addresses(struct dcat *k, const struct dataset *d, struct str property, struct str type, const char *name)
{
	struct err ignored = { 0 };
	auto_json *doc = NULL;
	struct str json = dataset_meta_json(d, "dcat_ap", name, k->o.lang);
	if (!json.n || !json_read(json, &doc, &ignored)) return;
	const struct json_node *n = json_root(doc);
	for (size_t i = 0; i < (json_kind(n) == JSON_ARRAY ? json_count(n) : 1); i++) {
		struct str one = json_text(json_kind(n) == JSON_ARRAY ? json_at(n, i) : n);
		if (rdf_is_absolute(one)) graph_named(k, property, arena_str(&k->arena, one), type);
	}
}

/* DCAT-AP 3: what a law says of the dataset, where it comes from, what is new in it. */
static void put_ap(struct dcat *k, const struct dataset *d)
{
	struct str provenance = dcat_meta(k, d, "dcat_ap", "provenance");
	if (!is_ap(k)) return;
	put_addresses(k, d, STR("dcatap:applicableLegislation"), STR("eli:LegalResource"), "applicable_legislation");
	put_addresses(k, d, STR("dcatap:hvdCategory"), STR("skos:Concept"), "hvd_category");
	put_resource(k, STR("dcterms:provenance"), STR("dcterms:ProvenanceStatement"), provenance);
	if (dcat_meta(k, d, "dcat_ap", "version_notes").n) TEXT(k, "adms:versionNotes", dcat_meta(k, d, "dcat_ap", "version_notes"), STR(""));
}

static void put_dataset(struct dcat *k, const struct dcat_facts *f)
{
	const struct dataset *d = f->dataset;
	NODE(k, "dcat:dataset", f->page, "dcat:Dataset");
	LINK(k, "rdf:type", STR("http://purl.org/dc/dcmitype/Dataset"));
	graph_own_class(k, "Dataset");
	put_texts(k, f, STR("dcterms:title"), "title", f->title);
	put_texts(k, f, STR("dcterms:description"), "description", is_ap(k) ? f->title : STR(""));
	TEXT(k, "dcterms:identifier", f->page, STR(""));
	put_times(k, f);
	if (dcat_date(k, d, "dcat", "created").n) TIME(k, "dcterms:created", dcat_date(k, d, "dcat", "created"));
	graph_people(k, f);
	graph_license(k, f);
	graph_access(k, f);
	graph_named(k, STR("dcat:landingPage"), f->page, STR("foaf:Document"));
	graph_language(k, f->language, f->language_eu);
	put_texts(k, f, STR("dcat:keyword"), "keyword", STR(""));
	graph_frequency(k, f);
	graph_themes(k, f);
	graph_places(k, f);
	graph_period(k, f);
	put_resource(k, STR("dcterms:relation"), STR("rdfs:Resource"), dcat_meta(k, d, "dcat", "relation"));
	put_resource(k, STR("dcterms:conformsTo"), STR("dcterms:Standard"), dcat_meta(k, d, "dcat", "conforms_to"));
	if (rdf_is_absolute(dcat_meta(k, d, "default", "references")))
		LINK(k, "dcterms:references", dcat_meta(k, d, "default", "references"));
	put_ap(k, d);
	struct dcat_offer *offers;
	size_t n = dcat_offers(k, f, &offers);
	for (size_t i = 0; i < n; i++) put_distribution(k, f, &offers[i]);
	CLOSE(k);
}

static void put(struct dcat *k, const struct dcat_facts *f)
{
	if (!stays_open(k)) rdf_open(k->rdf, STR(""), catalogue_iri(k), STR(""));
	put_dataset(k, f);
	if (!stays_open(k)) CLOSE(k);
}

const struct dcat_writer dcat_writer_graph = { begin, put, end };
