/* Documents made of a dataset whose metadata is hostile, of one that says everything, and of one that says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dcat/dcat.h"

static struct str portal_languages[] = { { "en", 2 }, { "fr", 2 } };
static const struct meta metas[] = {
#define META(template_, name, lang, json) \
	{ { template_, sizeof template_ - 1 }, { name, sizeof name - 1 }, { lang, sizeof lang - 1 }, { json, sizeof json - 1 } }
	META("default", "title", "", "\"A \\\"title\\\" ]]> <script>&\""),
	META("default", "title", "fr", "\"Titre\""),
	META("default", "description", "", "\"<p>x</p>\\u0001\\n]]>\""),
	META("default", "theme", "", "[\"Caf\\u00e9 & bar\",\"Environment\"]"),
	META("default", "publisher", "", "\"Town hall, \\\"north\\\"\""),
	META("default", "license_url", "", "\"https://x.example/a b<c>\""),
	META("default", "language", "", "\"fr\""),
	META("dcat", "accrualperiodicity", "", "\"Mensuel\""),
	META("dcat", "contact_email", "", "\"a b@x.example\""),
	META("dcat", "temporal", "", "\"2019-01-01/2019-12-31\""),
	META("dcat", "spatial", "", "\"Nantes\""),
#undef META
};
static const struct dataset rich = { .slug = { "rich", 4 }, .version = { .number = 1 }, .metas = metas, .nmetas = COUNT_OF(metas),
	                             .modified = { INT64_C(1795314600000000) }, .data_visible = true };
static const struct dataset silent = { .slug = { "silent", 6 }, .version = { .number = 1 }, .data_visible = true };
static const struct dcat_format formats[] = { { { "csv", 3 }, { "text/csv; charset=utf-8", 23 }, { "csv", 3 } },
	                                      { { "json", 4 }, { "application/json", 16 }, { "json", 4 } } };

static void write(struct buf *b, const char *name, const char *only)
{
	static const struct tenant portal = { .host = { "x.example", 9 }, .languages = portal_languages, .nlanguages = 2 };
	struct dcat_options o = { .tenant = &portal, .origin = STR("https://x.example"), .api = STR("https://x.example/api"),
		                  .self = STR("https://x.example/api/it?a=1&b=2"), .lang = STR("en"), .every_language = true,
		                  .zone = clock_utc(), .only = str_of(only), .labels = true };
	const struct dcat_document *d = dcat_document_or_null(str_of(name));
	assert_non_null(d);
	struct dcat *k = dcat_begin(b, d, &o);
	dcat_put(k, &rich, formats, COUNT_OF(formats));
	dcat_put(k, &silent, formats, 0);
	dcat_end(k);
	assert_false(b->over);
}

static void check_has(const struct buf *b, const char *const *parts)
{
	for (; *parts; parts++)
		if (str_find(buf_str(b), str_of(*parts)) < 0) fail_msg("not there: %s\nin: %.*s", *parts, (int)b->n, b->p);
}

static void check_lacks(const struct buf *b, const char *part)
{
	if (str_find(buf_str(b), str_of(part)) >= 0) fail_msg("there: %s\nin: %.*s", part, (int)b->n, b->p);
}

static void finds_documents_under_both_spellings(void **state)
{
	(void)state;
	assert_ptr_equal(dcat_document_or_null(STR("dcat-ap-ch")), dcat_document_or_null(STR("dcat_ap_ch")));
	assert_non_null(dcat_document_or_null(STR("dcat-ap-ch")));
	assert_non_null(dcat_document_or_null(STR("data.json")));
	assert_null(dcat_document_or_null(STR("dcat_ap")));
	assert_null(dcat_document_or_null(STR("dcat_ap_ch_")));
	assert_null(dcat_document_or_null(STR("")));
}

static void writes_plain_dcat(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	write(&b, "dcat", "");
	check_has(&b, (const char *const[]){
		"<dcterms:title xml:lang=\"en\">A &quot;title&quot; ]]&gt; &lt;script&gt;&amp;</dcterms:title>",
		"<dcterms:title xml:lang=\"fr\">Titre</dcterms:title>",
		"<dcterms:description xml:lang=\"en\">&lt;p&gt;x&lt;/p&gt;\n]]&gt;</dcterms:description>",
		"<foaf:Agent rdf:about=\"https://x.example/explore/?refine.publisher=Town+hall%2C+%22north%22\">",
		"<skos:Concept rdf:about=\"https://x.example/explore/?refine.theme=Caf%C3%A9+%26+bar\">",
		"<dcterms:LicenseDocument rdf:about=\"https://x.example/a%20b%3Cc%3E\">",
		"<dcterms:RightsStatement rdf:about=\"https://x.example/a%20b%3Cc%3E\">",
		"<dcterms:LinguisticSystem rdf:about=\"http://id.loc.gov/vocabulary/iso639-1/fr\">",
		"<dcterms:Frequency rdf:about=\"http://purl.org/cld/freq/monthly\">",
		"<vcard:hasEmail rdf:resource=\"mailto:a%20b@x.example\"/>",
		"<dcat:startDate rdf:datatype=\"http://www.w3.org/2001/XMLSchema#date\">2019-01-01</dcat:startDate>",
		"<dcterms:coverage>Nantes</dcterms:coverage>",
		"<dcat:downloadURL rdf:resource=\"https://x.example/api/catalog/datasets/rich/exports/csv?use_labels=true\"/>",
		"<dcat:Dataset rdf:about=\"https://x.example/explore/dataset/silent/\">",
		"<dcterms:title>silent</dcterms:title>", NULL });
	check_lacks(&b, "publications.europa.eu");
	check_lacks(&b, "<script");
	check_lacks(&b, "\x01");
}

static void writes_profiles_with_their_vocabularies(void **state)
{
	static const struct { const char *name, *part; } parts[] = {
		{ "dcat_ap_se", "http://publications.europa.eu/resource/authority/data-theme/ENVI" },
		{ "dcat_ap_se", "http://publications.europa.eu/resource/authority/frequency/MONTHLY" },
		{ "dcat_ap_se", "http://publications.europa.eu/resource/authority/language/FRA" },
		{ "dcat_ap_se", "http://publications.europa.eu/resource/authority/file-type/CSV" },
		{ "dcat_ap_se", "http://publications.europa.eu/resource/authority/access-right/PUBLIC" },
		{ "dcat_ap_se", "<dcterms:description>silent</dcterms:description>" },
		{ "dcat_ap_it", "http://dati.gov.it/onto/dcatapit#Dataset" },
		{ "dcat_ap_it", "<dcterms:rightsHolder rdf:resource=\"https://x.example/explore/?refine.publisher=x.example\"/>" },
		{ "dcat_ap_it", "authority/data-theme/OP_DATPRO" },
		{ "dcat_ap_it", "authority/frequency/UNKNOWN" },
		{ "dcat_ap_sp", "http://datos.gob.es/kos/sector-publico/sector/medio-ambiente" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		auto_buf b = BUF_INIT(1 << 20);
		write(&b, parts[i].name, "");
		check_has(&b, (const char *const[]){ parts[i].part, NULL });
	}
}

static void lists_only_the_distributions_asked_for(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	write(&b, "ttl", "json, shp");
	check_has(&b, (const char *const[]){ "/exports/json>", NULL });
	check_lacks(&b, "/exports/csv");
}

static void writes_rss(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	write(&b, "rss", "");
	check_has(&b, (const char *const[]){
		"<title>A &quot;title&quot; ]]&gt; &lt;script&gt;&amp;</title>", "<pubDate>Sun, 22 Nov 2026 02:30:00 +0000</pubDate>",
		"<description>&lt;p&gt;x&lt;/p&gt;\n]]&gt;</description>", "<guid>https://x.example/explore/dataset/rich/</guid>",
		"href=\"https://x.example/api/it?a=1&amp;b=2\"", "<category>Café &amp; bar</category>", "<title>silent</title>", NULL });
	check_lacks(&b, "\x01");
}

static void writes_data_json(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	write(&b, "data.json", "");
	check_has(&b, (const char *const[]){
		"\"title\":\"A \\\"title\\\" ]]> <script>&\"", "\"accrualPeriodicity\":\"R/P1M\"", "\"temporal\":\"2019-01-01/2019-12-31\"",
		"\"keyword\":[\"Café & bar\",\"Environment\"]", "\"keyword\":[\"silent\"]", "\"fn\":\"x.example\"", "\"language\":[\"fr\"]", NULL });
}

static void writes_dublin_core(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 20);
	write(&b, "dublin_core", "");
	check_has(&b, (const char *const[]){
		"<rdf:Description rdf:about=\"https://x.example/explore/dataset/rich/\">", "<dc:title xml:lang=\"fr\">Titre</dc:title>",
		"<dc:publisher>Town hall, &quot;north&quot;</dc:publisher>", "<dc:rights rdf:resource=\"https://x.example/a%20b%3Cc%3E\"/>",
		"<dc:type rdf:resource=\"http://purl.org/dc/dcmitype/Dataset\"/>", "<dc:coverage>Nantes</dc:coverage>", NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_documents_under_both_spellings),
		cmocka_unit_test(writes_plain_dcat),
		cmocka_unit_test(writes_profiles_with_their_vocabularies),
		cmocka_unit_test(lists_only_the_distributions_asked_for),
		cmocka_unit_test(writes_rss),
		cmocka_unit_test(writes_data_json),
		cmocka_unit_test(writes_dublin_core),
	};
	return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
