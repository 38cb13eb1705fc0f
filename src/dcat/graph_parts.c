/* Parts of the DCAT graph: people, licences, themes, places and times. */
#include "dcat/graph.h"
#include "geo/geo.h"

void graph_own_class(struct dcat *k, const char *class_)
{
	if (!is_ap(k) || !k->document->profile->classes[0]) return;
	LINK(k, "rdf:type", arena_printf(&k->arena, "%s%s", k->document->profile->classes, class_));
}

void graph_named(struct dcat *k, struct str name, struct str iri, struct str type)
{
	rdf_open(k->rdf, name, iri, type);
	CLOSE(k);
}

/* --- people --------------------------------------------------------------------------------------- */

void graph_agent(struct dcat *k, struct str name, struct str iri, struct str label, struct str kind)
{
	rdf_open(k->rdf, name, iri, STR("foaf:Agent"));
	graph_own_class(k, "Agent");
	TEXT(k, "foaf:name", label, STR(""));
	/* A publisher of many datasets is of one kind: the first that is told. */
	const char *term = kind.n ? dcat_publisher_type_or_null(&k->arena, kind) : NULL;
	if (term && iri.n && !map_get_or_null(&k->agents, iri)) {
		map_put(&k->kept, &k->agents, arena_str(&k->kept, iri), k);
		NODE(k, "dcterms:type", arena_printf(&k->arena, "http://purl.org/adms/publishertype/%s", term), "skos:Concept");
		TEXT(k, "skos:prefLabel", str_of(term), STR("en"));
		CLOSE(k);
	}
	CLOSE(k);
}

void graph_people(struct dcat *k, const struct dcat_facts *f)
{
	struct str kind = dcat_meta(k, f->dataset, "dcat", "publisher_type");
	struct str publisher = f->publisher.n ? dcat_refined(k, "publisher", f->publisher) : STR("");
	if (publisher.n) {
		graph_agent(k, STR("dcterms:publisher"), publisher, f->publisher, kind);
		if (is_ap(k) && k->document->profile->holder) LINK(k, "dcterms:rightsHolder", publisher);
	}
	if (f->creator.n) graph_agent(k, STR("dcterms:creator"), STR(""), f->creator, STR(""));
	else if (publisher.n) LINK(k, "dcterms:creator", publisher);
	if (f->contributor.n) graph_agent(k, STR("dcterms:contributor"), STR(""), f->contributor, STR(""));
	else if (publisher.n) LINK(k, "dcterms:contributor", publisher);
	struct str id = tenant_setting(k->o.tenant, "dcat.contributor");
	if (is_ap(k) && k->document->profile->licences == DCAT_DE && rdf_is_absolute(id)) LINK(k, "dcatde:contributorID", id);
	if (f->own_contact || (is_ap(k) && f->contact_mail.n)) graph_contact(k, f->contact_name, f->contact_mail);
}

void graph_contact(struct dcat *k, struct str name, struct str mail)
{
	NODE(k, "dcat:contactPoint", STR(""), "vcard:Kind");
	if (is_ap(k)) LINK(k, "rdf:type", STR("http://www.w3.org/2006/vcard/ns#Organization"));
	TEXT(k, "vcard:fn", name, STR(""));
	if (mail.n) LINK(k, "vcard:hasEmail", str_starts(mail, STR("mailto:")) ? mail : arena_join(&k->arena, STR("mailto:"), mail));
	CLOSE(k);
}

/* --- conditions ----------------------------------------------------------------------------------- */

/* The address of a licence where the profile looks for it; empty when its lists have none. */
static struct str listed(struct dcat *k, const struct dcat_licence *l)
{
	if (!l || !is_ap(k)) return STR("");
	switch (k->document->profile->licences) {
	case DCAT_DE: return l->de[0] ? arena_printf(&k->arena, "http://dcat-ap.de/def/licenses/%s", l->de) : STR("");
	case DCAT_CH: return l->ch[0] ? arena_printf(&k->arena, "http://dcat-ap.ch/vocabulary/licenses/%s", l->ch) : STR("");
	case DCAT_EU: break;
	}
	return l->eu[0] ? arena_printf(&k->arena, EU "licence/%s", l->eu) : STR("");
}

void graph_license(struct dcat *k, const struct dcat_facts *f)
{
	struct str address = listed(k, f->known_license);
	if (address.n == 0) address = f->license_address;
	if (address.n) {
		graph_named(k, STR("dcterms:license"), address, STR("dcterms:LicenseDocument"));
		graph_named(k, STR("dcterms:rights"), address, STR("dcterms:RightsStatement"));
	} else if (f->license.n) {
		NODE(k, "dcterms:license", STR(""), "dcterms:LicenseDocument");
		TEXT(k, "rdfs:label", f->license, STR(""));
		CLOSE(k);
		NODE(k, "dcterms:rights", STR(""), "dcterms:RightsStatement");
		TEXT(k, "rdfs:label", f->license, STR(""));
		CLOSE(k);
	}
}

void graph_access(struct dcat *k, const struct dcat_facts *f)
{
	struct str given = dcat_meta(k, f->dataset, "dcat", "accessRights");
	if (rdf_is_absolute(given)) {
		graph_named(k, STR("dcterms:accessRights"), given, STR("dcterms:RightsStatement"));
	} else if (given.n && !is_ap(k)) {
		NODE(k, "dcterms:accessRights", STR(""), "dcterms:RightsStatement");
		TEXT(k, "rdfs:label", given, STR(""));
		CLOSE(k);
	} else if (is_ap(k)) {
		bool open = !f->dataset->restricted && f->dataset->data_visible;
		graph_named(k, STR("dcterms:accessRights"), open ? STR(EU "access-right/PUBLIC") : STR(EU "access-right/RESTRICTED"),
		            STR("dcterms:RightsStatement"));
	}
}

/* --- words of vocabularies ------------------------------------------------------------------------ */

void graph_language(struct dcat *k, struct str lang, const char *eu_code)
{
	if (lang.n == 0) return;
	struct str iri = is_ap(k) && eu_code ? arena_printf(&k->arena, EU "language/%s", eu_code)
	                                     : arena_printf(&k->arena, "http://id.loc.gov/vocabulary/iso639-1/%.*s", STR_ARG(lang));
	graph_named(k, STR("dcterms:language"), iri, STR("dcterms:LinguisticSystem"));
}

static void put_concept(struct dcat *k, struct str iri, struct str label, struct str lang)
{
	NODE(k, "dcat:theme", iri, "skos:Concept");
	TEXT(k, "skos:prefLabel", label, lang);
	CLOSE(k);
}

static void put_listed_theme(struct dcat *k, const struct dcat_theme *t)
{
	put_concept(k, arena_printf(&k->arena, EU "data-theme/%s", t->code), str_of(t->label), STR("en"));
	if (k->document->profile->sectors)
		put_concept(k, arena_printf(&k->arena, "http://datos.gob.es/kos/sector-publico/sector/%s", t->sector), str_of(t->sector), STR("es"));
}

static void put_listed_themes(struct dcat *k, const struct dcat_facts *f)
{
	enum { MOST = 8 };
	const struct dcat_theme *told[MOST];
	const char *otherwise = k->document->profile->theme;
	size_t n = 0;
	for (size_t i = 0; i < f->nthemes && n < MOST; i++) {
		const struct dcat_theme *t = dcat_theme_or_null(&k->arena, f->themes[i]);
		for (size_t j = 0; t && j < n; j++)
			if (told[j] == t) t = NULL;
		if (!t) continue;
		told[n++] = t;
		put_listed_theme(k, t);
	}
	if (n == 0 && otherwise[0])
		put_concept(k, arena_printf(&k->arena, EU "data-theme/%s", otherwise), STR("Provisional data"), STR("en"));
}

void graph_themes(struct dcat *k, const struct dcat_facts *f)
{
	for (size_t i = 0; i < f->nthemes; i++) put_concept(k, dcat_refined(k, "theme", f->themes[i]), f->themes[i], STR(""));
	if (is_ap(k)) put_listed_themes(k, f);
	for (size_t i = 0; i < f->nthemes; i++) LINK(k, "dcterms:subject", dcat_refined(k, "theme", f->themes[i]));
}

void graph_frequency(struct dcat *k, const struct dcat_facts *f)
{
	const struct dcat_frequency *known = f->known_frequency;
	const char *code = known ? known->code : is_ap(k) && f->frequency.n == 0 ? k->document->profile->frequency : "";
	struct str iri = STR("");
	if (is_ap(k) && code[0]) iri = arena_printf(&k->arena, EU "frequency/%s", code);
	else if (rdf_is_absolute(f->frequency)) iri = f->frequency;
	else if (known && known->term[0]) iri = arena_printf(&k->arena, "http://purl.org/cld/freq/%s", known->term);
	if (iri.n == 0 && f->frequency.n == 0) return;
	NODE(k, "dcterms:accrualPeriodicity", iri, "dcterms:Frequency");
	if (iri.n == 0) TEXT(k, "rdfs:label", f->frequency, STR(""));
	CLOSE(k);
}

/* --- places and times ----------------------------------------------------------------------------- */

/* The box of a dataset, a GeoJSON Feature, as WKT; empty when there is none. */
static struct str box_of(struct dcat *k, const struct dataset *d)
{
	struct err ignored = { 0 }; /* what is no geometry says nothing */
	struct str json = dataset_meta_json(d, "default", "bbox", STR("")), wkb;
	if (json.n < 2 || json.p[0] != '{') return STR("");
	auto_buf b = BUF_INIT(1 << 16);
	struct geo *g = geo_new();
	bool ok = geo_from_geojson(g, &k->arena, json, &wkb, &ignored) && geo_put_wkt(g, &b, wkb);
	geo_free(g);
	return ok && !b.over ? arena_str(&k->arena, buf_str(&b)) : STR("");
}

static void put_place(struct dcat *k, struct str value)
{
	bool named = rdf_is_absolute(value);
	NODE(k, "dcterms:spatial", named ? value : STR(""), "dcterms:Location");
	if (!named) TEXT(k, "rdfs:label", value, STR(""));
	CLOSE(k);
}

void graph_places(struct dcat *k, const struct dcat_facts *f)
{
	struct str *territories, spatial = dcat_meta(k, f->dataset, "dcat", "spatial"), box = box_of(k, f->dataset);
	size_t n = dcat_list(k, dataset_meta_json(f->dataset, "default", "territory", k->o.lang), &territories);
	if (spatial.n) put_place(k, spatial);
	for (size_t i = 0; i < n; i++) put_place(k, territories[i]);
	if (box.n) {
		NODE(k, "dcterms:spatial", STR(""), "dcterms:Location");
		rdf_typed(k->rdf, STR("dcat:bbox"), box, STR("geo:wktLiteral"));
		CLOSE(k);
	}
	if (spatial.n && !rdf_is_absolute(spatial)) TEXT(k, "dcterms:coverage", spatial, STR(""));
	for (size_t i = 0; i < n; i++)
		if (!rdf_is_absolute(territories[i])) TEXT(k, "dcterms:coverage", territories[i], STR(""));
}

/* One end of a period as it was given: a day stays a day. */
static void put_moment(struct dcat *k, struct str property, struct str text)
{
	struct clock_text when;
	static const char *const types[] = { [CLOCK_YEAR] = "xsd:gYear", [CLOCK_MONTH] = "xsd:gYearMonth", [CLOCK_DAY] = "xsd:date" };
	if (!clock_parse(text, &when)) return;
	if (when.precision <= CLOCK_DAY) {
		auto_buf b = BUF_INIT(64);
		static const size_t digits[] = { [CLOCK_YEAR] = 4, [CLOCK_MONTH] = 7, [CLOCK_DAY] = 10 };
		clock_put_date(&b, clock_days(when.civil.year, when.civil.month, when.civil.day));
		rdf_typed(k->rdf, property, str_sub(buf_str(&b), 0, digits[when.precision]), str_of(types[when.precision]));
	} else {
		int64_t us = clock_us_of_civil(&when.civil) - (int64_t)when.offset_s * 1000000;
		rdf_typed(k->rdf, property, dcat_instant(k, (struct instant){ us }), STR("xsd:dateTime"));
	}
}

void graph_period(struct dcat *k, const struct dcat_facts *f)
{
	const struct dataset *d = f->dataset;
	struct str words = dcat_meta(k, d, "dcat", "temporal"), from = dcat_meta(k, d, "dcat", "temporal_coverage_start");
	struct str until = dcat_meta(k, d, "dcat", "temporal_coverage_end");
	struct clock_text ignored;
	ptrdiff_t slash = str_find_char(words, '/');
	if (words.n + from.n + until.n == 0) return;
	/* "2019-01-01/2019-12-31" is both ends. */
	if (from.n + until.n == 0 && slash > 0 && clock_parse(str_sub(words, 0, (size_t)slash), &ignored)) {
		from = str_sub(words, 0, (size_t)slash);
		until = str_from(words, (size_t)slash + 1);
	}
	NODE(k, "dcterms:temporal", rdf_is_absolute(words) ? words : STR(""), "dcterms:PeriodOfTime");
	put_moment(k, STR("dcat:startDate"), from);
	put_moment(k, STR("dcat:endDate"), until);
	if (words.n && !rdf_is_absolute(words)) TEXT(k, "rdfs:label", words, STR(""));
	CLOSE(k);
}
