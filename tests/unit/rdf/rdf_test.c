/* One document in four spellings, byte for byte, and what strangers put into names, IRIs and texts. That the
 * spellings mean the same graph is shown in tests/http by programs that are not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rdf/rdf.h"

static const struct rdf_namespace known[] = { { "ex", { "http://ex.org/ns#", 17 } } };
static const struct rdf_namespace bare[] = { { "", { "http://ex.org/f/", 16 } }, { "geo", { "http://geo.org/", 15 } } };
static const struct rdf_typing typings[] = { { { ":area", 5 }, { "xsd:double", 10 } }, { { ":pop", 4 }, { "xsd:integer", 11 } } };

static void check(const struct buf *b, const char *expected)
{
	char found[8192];
	assert_false(b->over);
	assert_true(b->n < sizeof found);
	memcpy(found, b->p, b->n);
	found[b->n] = '\0';
	assert_string_equal(found, expected);
}

/* --- a tree --------------------------------------------------------------------------------------- */

static void write_tree(struct buf *b, enum rdf_syntax syntax)
{
	struct rdf_options o = { syntax, known, COUNT_OF(known), NULL, 0 };
	struct rdf *w = rdf_begin(b, &o);
	rdf_open(w, STR(""), STR("http://ex.org/a b"), STR("ex:Thing"));
	rdf_link(w, STR("rdf:type"), STR("http://ex.org/Other"));
	rdf_text(w, STR("ex:title"), STR("Été \"x\"\n"), STR("fr"));
	rdf_text(w, STR("ex:title"), STR("]]> & <b>"), STR("not a language"));
	rdf_open(w, STR("ex:contact"), STR(""), STR("ex:Kind"));
	rdf_link(w, STR("ex:mail"), STR("mailto:a@b.example"));
	rdf_close(w);
	rdf_open(w, STR("ex:agent"), STR("http://ex.org/agent"), STR("ex:Agent"));
	rdf_text(w, STR("ex:name"), STR("A\\B"), STR(""));
	rdf_close(w);
	rdf_typed(w, STR("ex:count"), STR("7"), STR("xsd:integer"));
	rdf_typed(w, STR("ex:size"), STR("1.5"), STR("xsd:double"));
	rdf_close(w);
	rdf_open(w, STR(""), STR("http://ex.org/silent"), STR(""));
	rdf_close(w);
	rdf_end(w);
}

static void writes_a_tree_as_turtle(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 16);
	write_tree(&b, RDF_TURTLE);
	check(&b, "@prefix ex: <http://ex.org/ns#> .\n"
	          "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
	          "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
	          "<http://ex.org/a%20b> a ex:Thing, <http://ex.org/Other> ;\n"
	          "\tex:title \"Été \\\"x\\\"\\n\"@fr, \"]]> & <b>\" ;\n"
	          "\tex:contact [\n\t\ta ex:Kind ;\n\t\tex:mail <mailto:a@b.example>\n\t] ;\n"
	          "\tex:agent <http://ex.org/agent> ;\n"
	          "\tex:count 7 ;\n"
	          "\tex:size \"1.5\"^^xsd:double .\n"
	          "<http://ex.org/agent> a ex:Agent ;\n\tex:name \"A\\\\B\" .\n");
}

static void writes_a_tree_as_ntriples(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 16);
	write_tree(&b, RDF_NTRIPLES);
#define S "<http://ex.org/a%20b> "
#define TYPE "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
	check(&b, S TYPE "<http://ex.org/ns#Thing> .\n"
	          S TYPE "<http://ex.org/Other> .\n"
	          S "<http://ex.org/ns#title> \"Été \\\"x\\\"\\n\"@fr .\n"
	          S "<http://ex.org/ns#title> \"]]> & <b>\" .\n"
	          S "<http://ex.org/ns#contact> _:b0 .\n"
	          "_:b0 " TYPE "<http://ex.org/ns#Kind> .\n"
	          "_:b0 <http://ex.org/ns#mail> <mailto:a@b.example> .\n"
	          S "<http://ex.org/ns#agent> <http://ex.org/agent> .\n"
	          "<http://ex.org/agent> " TYPE "<http://ex.org/ns#Agent> .\n"
	          "<http://ex.org/agent> <http://ex.org/ns#name> \"A\\\\B\" .\n"
	          S "<http://ex.org/ns#count> \"7\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n"
	          S "<http://ex.org/ns#size> \"1.5\"^^<http://www.w3.org/2001/XMLSchema#double> .\n");
}

static void writes_a_tree_as_xml(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 16);
	write_tree(&b, RDF_XML);
	check(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	          "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:ex=\"http://ex.org/ns#\">\n"
	          "<ex:Thing rdf:about=\"http://ex.org/a%20b\">\n"
	          "<rdf:type rdf:resource=\"http://ex.org/Other\"/>\n"
	          "<ex:title xml:lang=\"fr\">Été &quot;x&quot;\n</ex:title>\n"
	          "<ex:title>]]&gt; &amp; &lt;b&gt;</ex:title>\n"
	          "<ex:contact><ex:Kind>\n<ex:mail rdf:resource=\"mailto:a@b.example\"/>\n</ex:Kind></ex:contact>\n"
	          "<ex:agent><ex:Agent rdf:about=\"http://ex.org/agent\">\n<ex:name>A\\B</ex:name>\n</ex:Agent></ex:agent>\n"
	          "<ex:count rdf:datatype=\"http://www.w3.org/2001/XMLSchema#integer\">7</ex:count>\n"
	          "<ex:size rdf:datatype=\"http://www.w3.org/2001/XMLSchema#double\">1.5</ex:size>\n"
	          "</ex:Thing>\n"
	          "<rdf:Description rdf:about=\"http://ex.org/silent\"></rdf:Description>\n"
	          "</rdf:RDF>\n");
}

static void writes_a_tree_as_jsonld(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 16);
	write_tree(&b, RDF_JSONLD);
	check(&b, "{\"@context\":{\"@version\":1.1,\"ex\":\"http://ex.org/ns#\","
	          "\"rdf\":\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\",\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"},\"@graph\":[\n"
	          "{\"@id\":\"http://ex.org/a%20b\",\"@type\":\"ex:Thing\",\"rdf:type\":{\"@id\":\"http://ex.org/Other\"},"
	          "\"ex:title\":[{\"@value\":\"Été \\\"x\\\"\\n\",\"@language\":\"fr\"},\"]]> & <b>\"],"
	          "\"ex:contact\":{\"@type\":\"ex:Kind\",\"ex:mail\":{\"@id\":\"mailto:a@b.example\"}},"
	          "\"ex:agent\":{\"@id\":\"http://ex.org/agent\",\"@type\":\"ex:Agent\",\"ex:name\":\"A\\\\B\"},"
	          "\"ex:count\":7,\"ex:size\":{\"@value\":\"1.5\",\"@type\":\"xsd:double\"}},\n"
	          "{\"@id\":\"http://ex.org/silent\"}\n]}\n");
}

/* --- names of strangers --------------------------------------------------------------------------- */

static void keeps_field_names_bare_in_jsonld(void **state)
{
	(void)state;
	auto_buf b = BUF_INIT(1 << 16);
	struct rdf_options o = { RDF_JSONLD, bare, COUNT_OF(bare), typings, COUNT_OF(typings) };
	struct rdf *w = rdf_begin(&b, &o);
	rdf_open(w, STR(""), STR(""), STR(""));
	rdf_typed(w, STR(":area"), STR("1.5"), STR("xsd:double"));
	rdf_typed(w, STR(":pop"), STR("12345678901234567"), STR("xsd:integer"));
	rdf_text(w, STR(":geo"), STR("not the prefix"), STR(""));
	rdf_typed(w, STR(":at"), STR("POINT (1 2)"), STR("geo:wktLiteral"));
	rdf_close(w);
	rdf_end(w);
	check(&b, "{\"@context\":{\"@version\":1.1,\"@vocab\":\"http://ex.org/f/\","
	          "\"area\":{\"@id\":\"http://ex.org/f/area\",\"@type\":\"http://www.w3.org/2001/XMLSchema#double\"},"
	          "\"pop\":{\"@id\":\"http://ex.org/f/pop\",\"@type\":\"http://www.w3.org/2001/XMLSchema#integer\"}},\"@graph\":[\n"
	          "{\"area\":\"1.5\",\"pop\":\"12345678901234567\",\"geo\":\"not the prefix\","
	          "\"at\":{\"@value\":\"POINT (1 2)\",\"@type\":\"http://geo.org/wktLiteral\"}}\n]}\n");
}

static void makes_names_that_every_spelling_accepts(void **state)
{
	static const struct { const char *text, *name; } examples[] = {
		{ "area_2", "area_2" }, { "count(*)", "count_x0028__x002A__x0029_" }, { "2024", "_x0032_024" },
		{ "été", "été" }, { "a.b", "a_x002E_b" }, { "-a", "_x002D_a" }, { "a_x0028_", "a_x005F_x0028_" },
		{ "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" }, { "\xf3\xb0\x80\x80", "_x0F0000_" }, { "\xef\xbf\xbe", "_xFFFE_" }, { "@id", "_x0040_id" }, { "", "_" },
		{ "a<b>\"", "a_x003C_b_x003E__x0022_" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		auto_buf b = BUF_INIT(1 << 10);
		rdf_put_name(&b, str_of(examples[i].text));
		check(&b, examples[i].name);
	}
}

static void encodes_what_no_iri_may_hold(void **state)
{
	static const struct { const char *text, *iri; } examples[] = {
		{ "https://x.example/é?a=%20#f", "https://x.example/é?a=%20#f" },
		{ "https://x/<\"> {|}\\^`", "https://x/%3C%22%3E%20%7B%7C%7D%5C%5E%60" },
		{ "https://x/\x01\n\x7f\xc2\x85", "https://x/%01%0A%7F%C2%85" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		auto_buf b = BUF_INIT(1 << 10);
		rdf_put_iri(&b, str_of(examples[i].text));
		check(&b, examples[i].iri);
	}
}

static void tells_addresses_from_sentences(void **state)
{
	(void)state;
	assert_true(rdf_is_absolute(STR("https://x.example/")));
	assert_true(rdf_is_absolute(STR("mailto:a@b.example")));
	assert_true(rdf_is_absolute(STR("urn:isbn:12")));
	assert_false(rdf_is_absolute(STR("/local")));
	assert_false(rdf_is_absolute(STR("Source: the town hall")));
	assert_false(rdf_is_absolute(STR("12:30")));
	assert_false(rdf_is_absolute(STR("x:y")));
	assert_false(rdf_is_absolute(STR("https:")));
	assert_false(rdf_is_absolute(STR("")));
}

/* --- texts of strangers --------------------------------------------------------------------------- */

static void leaves_out_what_xml_cannot_say_everywhere(void **state)
{
	static const char *const expected[] = {
		[RDF_TURTLE] = "_:b0 :t \"ab\\r\\n\tc\"", [RDF_NTRIPLES] = "> \"ab\\r\\n\tc\" .", [RDF_XML] = "<t>ab&#13;\n\tc</t>",
		[RDF_JSONLD] = "{\"t\":\"ab\\r\\n\\tc\"}",
	};
	(void)state;
	for (enum rdf_syntax s = RDF_TURTLE; s <= RDF_JSONLD; s++) {
		auto_buf b = BUF_INIT(1 << 16);
		struct rdf_options o = { s, bare, COUNT_OF(bare), NULL, 0 };
		struct rdf *w = rdf_begin(&b, &o);
		rdf_open(w, STR(""), STR(""), STR(""));
		rdf_text(w, STR(":t"), str_make("a\0\x01" "b\xef\xbf\xbf\r\n\tc", 11), STR(""));
		rdf_close(w);
		rdf_end(w);
		if (str_find(buf_str(&b), str_of(expected[s])) < 0) fail_msg("spelling %d: %.*s", (int)s, (int)b.n, b.p);
	}
}

static void says_when_the_ceiling_was_reached(void **state)
{
	(void)state;
	for (enum rdf_syntax s = RDF_TURTLE; s <= RDF_JSONLD; s++) {
		auto_buf b = BUF_INIT(300);
		write_tree(&b, s);
		assert_true(b.over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_tree_as_turtle),
		cmocka_unit_test(writes_a_tree_as_ntriples),
		cmocka_unit_test(writes_a_tree_as_xml),
		cmocka_unit_test(writes_a_tree_as_jsonld),
		cmocka_unit_test(keeps_field_names_bare_in_jsonld),
		cmocka_unit_test(makes_names_that_every_spelling_accepts),
		cmocka_unit_test(encodes_what_no_iri_may_hold),
		cmocka_unit_test(tells_addresses_from_sentences),
		cmocka_unit_test(leaves_out_what_xml_cannot_say_everywhere),
		cmocka_unit_test(says_when_the_ceiling_was_reached),
	};
	return cmocka_run_group_tests_name("rdf", tests, NULL, NULL);
}
