"""Records as RDF (Explore API §12.10): rdfxml, turtle, n3 and jsonld say the same, in the words of the specification."""
import json
import subprocess

import pytest
from conftest import API, HOST, Server, stoa
from rdf import assert_same, graph, triples_of_rapper
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import XSD

FORMATS = {"turtle": ("text/turtle", "ttl"), "n3": ("text/n3", "n3"), "rdfxml": ("application/rdf+xml", "rdf"),
           "jsonld": ("application/ld+json", "jsonld")}
WKT = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
# What no format may stumble over; U+0001 and U+FFFF are left out by all, as XML has no way to say them.
HOSTILE = ["]]>", "<script>alert(1)</script>", '"quoted" \\ back', "&amp; &", "a\rb\nc\td", "\u0001con\uffff", "'", "é\U0001f600\u202e",
           "=1+1", "x' OR '1'='1", "@prefix : <x> .", "^^<y>", "http://a b/", "\u2028line"]


def export(server, form, dataset="cities", host=HOST, **params):
    answer = server.get(f"{API}/catalog/datasets/{dataset}/exports/{form}", params, host)
    assert answer.status_code == 200, answer.text[:1000]
    return answer


def origin(server):
    return f"http://{HOST}:{server.port}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    fields = [{"name": "id", "type": "int", "annotations": {"id": True}}, {"name": "text", "type": "text"},
              {"name": "rdf", "type": "text"}, {"name": "geo", "type": "text"}, {"name": "xsd", "type": "text"},
              {"name": "tags", "type": "text", "annotations": {"multivalued": "|"}}, {"name": "blob", "type": "json_blob"},
              {"name": "file", "type": "file"}, {"name": "big", "type": "int"}, {"name": "real", "type": "double"}]
    with open(folder / "rows.jsonl", "w", encoding="utf-8") as f:
        for i, text in enumerate(HOSTILE):
            f.write(json.dumps({"id": i, "text": text, "rdf": text, "geo": "g", "xsd": "x", "tags": f"{text}|b", "blob": {"a": text},
                                "file": "https://x.example/a b.pdf" if i else "no address", "big": 2 ** 62 + i,
                                "real": [0.1 + 0.2, 1e300, -5e-324, 1.0, 1e21][i % 5]}) + "\n")
    (folder / "fields.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
    data = folder / "data"
    stoa(data, "portal", "add", HOST)
    stoa(data, "publish", folder / "rows.jsonl", "--portal", HOST, "--id", "hostile", "--schema", folder / "fields.json", "--title", "Hostile")
    running = Server(data)
    yield running
    running.stop()


def test_formats_are_listed_and_typed(server):
    rels = {x["rel"] for x in server.api("/catalog/datasets/things/exports")["links"]}
    assert set(FORMATS) <= rels
    for form, (mime, suffix) in FORMATS.items():
        answer = export(server, form)
        assert answer.headers["Content-Type"].split(";")[0] == mime
        assert answer.headers["Content-Disposition"] == f'attachment; filename="cities.{suffix}"'


def test_a_record_is_said_as_specified(server):
    g = graph(export(server, "turtle").content, "turtle")
    base = Namespace(f"{origin(server)}/ld/ontologies/cities/")
    ids = {r["name"]: r["_id"] for r in server.records(include_links="true")["results"]}
    paris = URIRef(f"{origin(server)}/ld/resources/cities/Record/{ids['Paris']}")
    assert set(g.predicate_objects(paris)) == {
        (base.name, Literal("Paris")), (base.country, Literal("FR")), (base.tags, Literal("river")), (base.tags, Literal("metro")),
        (base["pop"], Literal("2100000", datatype=XSD.integer)), (base.area, Literal("105.4", datatype=XSD.double)),
        (base.founded, Literal("1988-01-15T00:00:00", datatype=XSD.dateTime)),
        (base.updated, Literal("2021-05-06T12:34:55+00:00", datatype=XSD.dateTime)),
        (base.capital, Literal("true", datatype=XSD.boolean)), (base.loc, Literal("POINT (2.3522 48.8566)", datatype=WKT))}
    brussels = URIRef(f"{origin(server)}/ld/resources/cities/Record/{ids['Bruxelles']}")
    assert {p for p, _ in g.predicate_objects(brussels)} == {base.name, base.country, base["pop"], base.updated, base.capital, base.loc}
    assert len(set(g.subjects())) == 4


@pytest.mark.parametrize("dataset, params", [
    ("cities", {}), ("things", {}), ("zones", {}), ("cities", {"select": "name, pop as `a <b> \"c\"`, year(founded)"}),
    ("cities", {"select": "count(*), country", "group_by": "country"}), ("cities", {"select": "avg(area)"}),
    ("cities", {"where": "pop < 0"}), ("cities", {"timezone": "Europe/Paris", "limit": 2, "order_by": "name desc"})])
def test_all_spellings_give_one_graph(server, tmp_path, dataset, params):
    graphs = {form: graph(export(server, form, dataset, **params).content, form) for form in FORMATS}
    for form in FORMATS:
        assert_same(graphs["turtle"], graphs[form], f"{form} differs from turtle")
    for form in ("turtle", "n3", "rdfxml"):
        read = triples_of_rapper(export(server, form, dataset, **params).content, form, tmp_path)
        assert_same(graphs["turtle"], graph(read, "n3"), f"{form} as rapper reads it differs")


def test_groups_are_nodes_without_a_name(server):
    g = graph(export(server, "rdfxml", select="count(*) as n", group_by="country").content, "rdfxml")
    assert len(set(g.subjects())) == 3 and not [s for s in g.subjects() if isinstance(s, URIRef)]


def test_exports_obey_the_question(server):
    base = Namespace(f"{origin(server)}/ld/ontologies/things/")
    g = graph(export(server, "n3", "things", where="colour='red'", select="id", limit=7).content, "n3")
    assert len(g) == 7 and set(g.predicates()) == {base.id}
    whole = graph(export(server, "turtle", "things", exclude="colour:red").content, "turtle")
    assert set(whole.objects(None, base.colour)) == {Literal("green"), Literal("blue")}
    assert server.api("/catalog/datasets/cities/exports/jsonld", 400, where="pop >")["error_code"] == "ODSQLSyntaxError"


def test_hostile_values_mean_the_same_everywhere(hostile, tmp_path):
    graphs = {form: graph(export(hostile, form, "hostile").content, form) for form in FORMATS}
    base = Namespace(f"{origin(hostile)}/ld/ontologies/hostile/")
    said = {str(o) for o in graphs["turtle"].objects(None, base.text)}
    assert said == {x.replace("\u0001", "").replace("\uffff", "") for x in HOSTILE}
    assert {str(o) for o in graphs["turtle"].objects(None, base.geo)} == {"g"}
    assert {int(o) for o in graphs["jsonld"].objects(None, base.big)} == {2 ** 62 + i for i in range(len(HOSTILE))}
    assert set(graphs["turtle"].objects(None, base.file)) == {URIRef("https://x.example/a%20b.pdf"), Literal("no address")}
    for form in FORMATS:
        assert_same(graphs["turtle"], graphs[form], f"{form} differs from turtle")
    for form in ("turtle", "n3", "rdfxml"):
        read = triples_of_rapper(export(hostile, form, "hostile").content, form, tmp_path)
        assert_same(graphs["turtle"], graph(read, "n3"), f"{form} as rapper reads it differs")
    path = tmp_path / "x.rdf"
    path.write_bytes(export(hostile, "rdfxml", "hostile").content)
    assert subprocess.run(["xmllint", "--noout", str(path)], capture_output=True, check=False).returncode == 0


def test_jsonld_is_json_of_plain_names(server):
    doc = export(server, "jsonld", where="name='Paris'").json()
    assert doc["@graph"][0]["name"] == "Paris" and doc["@graph"][0]["pop"] == 2100000 and doc["@graph"][0]["tags"] == ["river", "metro"]
    assert export(server, "jsonld", where="pop < 0").json()["@graph"] == []


def test_the_command_line_writes_the_same(server, tmp_path):
    out = tmp_path / "cities.ttl"
    stoa(server.data, "export", "cities", "--portal", HOST, "--format", "turtle", "-o", out)
    assert_same(graph(export(server, "turtle").content, "turtle"), graph(out.read_bytes(), "turtle"), "the command line differs")
