"""Exports of the catalogue (Explore API §13, its companion §10, §11): tables, RSS, data.json, DCAT and its national profiles,
Dublin Core. Read by programs that are not ours: rapper, rdflib, xmllint, a SHACL validator, a JSON Schema validator."""
import csv
import email.utils
import io
import os
import subprocess
import xml.etree.ElementTree as ET

import pytest
from conftest import API, HOST, ROOT, Server, publish, stoa
from jsonschema import Draft4Validator
from rdf import assert_same, graph, triples_of_rapper
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

PROFILES = ["benap", "ch", "de", "it", "se", "sp", "vl"]
GRAPHS = ["dcat", "rdf", "ttl", "dublin_core"] + ["dcat_ap_" + p for p in PROFILES]
EU = "http://publications.europa.eu/resource/authority/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DISARMED = '<p>A "title" ]]>  &amp; é\U0001f600</p>'  # a description, without what would act
HOSTILE = 'A "title" ]]> <script>alert(1)</script> &amp; é\U0001f600'
# What Project Open Data 1.1 requires of everybody (bureaus and programs are the federal government's own).
URI = {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:[^ ]+$"}
TEXT = {"type": "string", "minLength": 1}
INTERVAL = "^(irregular|R/P(\\d+(\\.\\d+)?[Y|M|W|D])?(T\\d+(\\.\\d+)?[H|M|S])?)$"
POD = {"type": "object", "required": ["conformsTo", "dataset"], "properties": {
    "conformsTo": {"enum": ["https://project-open-data.cio.gov/v1.1/schema"]},
    "dataset": {"type": "array", "minItems": 1, "items": {
        "type": "object",
        "required": ["title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"],
        "properties": {
            "@type": {"enum": ["dcat:Dataset"]}, "title": TEXT, "description": TEXT, "identifier": TEXT,
            "keyword": {"type": "array", "minItems": 1, "items": TEXT}, "theme": {"type": "array", "minItems": 1, "items": TEXT},
            "modified": {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"},
            "publisher": {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
            "contactPoint": {"type": "object", "required": ["fn", "hasEmail"],
                             "properties": {"fn": TEXT, "hasEmail": {"type": "string", "pattern": "^mailto:[^@ ]+@[^@ ]+$"}}},
            "accessLevel": {"enum": ["public", "restricted public", "non-public"]}, "license": URI, "landingPage": URI,
            "accrualPeriodicity": {"type": "string", "pattern": INTERVAL},
            "language": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2}$"}},
            "temporal": {"type": "string", "pattern": "^\\d{4}.*/.*\\d"}, "references": {"type": "array", "items": URI},
            "distribution": {"type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["@type", "downloadURL", "mediaType"],
                "properties": {"downloadURL": URI, "mediaType": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"}}}}}}}}}


def exported(server, name, status=200, host=HOST, **params):
    answer = server.get(f"{API}/catalog/exports/{name}", params, host)
    assert answer.status_code == status, answer.text[:1000]
    return answer


def read(server, name, **params):
    return graph(exported(server, name, **params).content, "ttl" if name == "ttl" else "xml")


@pytest.fixture(scope="module")
def portal(tmp_path_factory, sources):
    """The three datasets of every test, and one whose metadata is rich and hostile."""
    folder = tmp_path_factory.mktemp("catalogue")
    data = folder / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City", "--set", "title.fr=Ville", "--set", "languages=en,fr",
         "--set", "contact=people@city.example", "--set", "description=Data of a <city> & its region")
    publish(data, sources)
    (folder / "rich.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    metas = {"title": HOSTILE, "title.fr": "Titre", "description": f"<p>{HOSTILE}\u0001</p>", "keyword": '["a & b","<i>"]',
             "theme": '["Environment","Café & bar"]', "publisher": "Town hall, north", "language": "fr", "license": "CC BY 4.0",
             "territory": '["Nantes"]', "dcat.issued": "2020-02-03", "dcat.created": "2019-01-01", "dcat.contact_name": "Ann & Bob",
             "dcat.contact_email": "ann@city.example", "dcat.accrualperiodicity": "monthly", "dcat.spatial": "Loire valley",
             "dcat.temporal_coverage_start": "2019-01-01", "dcat.temporal_coverage_end": "2019-12-31",
             "dcat.publisher_type": "LocalAuthority", "dcat.conforms_to": "https://x.example/a standard", "dcat.relation": "see the other one",
             "references": "https://x.example/ref", "dublin-core.coverage": "All of it"}
    stoa(data, "publish", folder / "rich.csv", "--portal", HOST, "--id", "rich",
         *[x for k, v in metas.items() for x in ("--meta", f"{k}={v}")])
    running = Server(data)
    yield running
    running.stop()


# --- which, and as what ----------------------------------------------------------------------------------------------

def test_the_list_names_every_format(portal):
    links = {x["rel"]: x["href"] for x in portal.api("/catalog/exports")["links"]}
    assert list(links) == ["csv", "json", "xlsx", "rss", "data.json", "dublin_core", "rdf", "ttl", "dcat"] + ["dcat_ap_" + p for p in PROFILES]
    for rel, href in links.items():
        assert href.endswith("/catalog/exports/" + rel)
        exported(portal, rel)


@pytest.mark.parametrize("name, mime, suffix", [
    ("csv", "text/csv", "csv"), ("json", "application/json", "json"), ("rss", "text/xml", "rss"), ("data.json", "application/json", "json"),
    ("dcat", "application/rdf+xml", "rdf"), ("rdf", "application/rdf+xml", "rdf"), ("ttl", "text/turtle", "ttl"),
    ("dublin_core", "application/rdf+xml", "rdf"), ("dcat_ap_ch", "application/rdf+xml", "rdf")])
def test_media_types_and_file_names(portal, name, mime, suffix):
    answer = exported(portal, name)
    assert answer.headers["Content-Type"].split(";")[0] == mime
    assert answer.headers["Content-Disposition"] == f'attachment; filename="datasets.{suffix}"'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    head = portal.request("HEAD", f"{API}/catalog/exports/{name}")
    assert head.status_code == 200 and head.headers["Content-Type"] == answer.headers["Content-Type"] and not head.content
    again = portal.get(f"{API}/catalog/exports/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_hyphens_are_underscores(portal):
    assert exported(portal, "dcat-ap-ch").content == exported(portal, "dcat_ap_ch").content
    assert exported(portal, "dublin-core").content == exported(portal, "dublin_core").content
    assert exported(portal, "dcat_ap_xx", 404).json()["error_code"] == "NotFoundURI"


def test_a_portal_can_leave_profiles_out(portal, make_server, tmp_path):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "dcat.profiles=ch, it")
    server = make_server(data)
    assert [x["rel"] for x in server.api("/catalog/exports")["links"] if "_ap_" in x["rel"]] == ["dcat_ap_ch", "dcat_ap_it"]
    assert exported(server, "dcat_ap_de", 404).json()["error_code"] == "NotFoundURI"
    exported(server, "dcat_ap_it")


def test_an_empty_catalogue_is_a_document_too(make_server, tmp_path):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    server = make_server(data)
    assert exported(server, "json").text == "[]" and exported(server, "data.json").json()["dataset"] == []
    assert len(list(read(server, "ttl").subjects(RDF.type, DCAT.Catalog))) == 1
    assert ET.fromstring(exported(server, "rss").content).find("channel/title").text == HOST
    assert exported(server, "csv", with_bom="false").text.endswith("datasetid\r\n")


# --- filters -----------------------------------------------------------------------------------------------------------

def slugs(server, name, **params):
    if name == "rss":
        return [x.text.split("/")[-2] for x in ET.fromstring(exported(server, name, **params).content).iter("guid")]
    if name == "data.json":
        return [d["landingPage"].split("/")[-2] for d in exported(server, name, **params).json()["dataset"]]
    if name == "csv":
        return [r["datasetid"] for r in csv.DictReader(io.StringIO(exported(server, name, with_bom="false", **params).text), delimiter=";")]
    if name == "json":
        return [d["dataset_id"] for d in exported(server, name, **params).json()]
    kind = None if name == "dublin_core" else DCAT.Dataset
    g = read(server, name, **params)
    return sorted({str(s).split("/")[-2] for s in (g.subjects(RDF.type, kind) if kind else g.subjects())})


@pytest.mark.parametrize("name", ["csv", "json", "rss", "data.json", "dcat", "ttl", "dcat_ap_se", "dublin_core"])
def test_filters_apply(portal, name):
    ordered = name in ("csv", "json", "rss", "data.json")
    assert sorted(slugs(portal, name)) == ["cities", "rich", "things", "zones"]
    assert slugs(portal, name, where="publisher = 'Museum'") == ["things"]
    assert slugs(portal, name, refine="theme:Culture", order_by="datasetid") == ["cities", "things"]
    assert slugs(portal, name, exclude="theme:Culture", order_by="datasetid") == ["rich", "zones"]
    assert slugs(portal, name, refine="language:fr", exclude="publisher:Museum") == ["rich"]
    assert slugs(portal, name, order_by="datasetid", limit=2, offset=1) == ["rich", "things"]
    if ordered:
        assert slugs(portal, name, order_by="datasetid desc", limit=2) == ["zones", "things"]
        assert slugs(portal, name)[0] == "rich", "newest first"
    assert exported(portal, name, 400, where="publisher =").json()["error_code"] == "ODSQLSyntaxError"
    assert exported(portal, name, 400, limit="x").json()["error_code"] == "InvalidRESTParameterError"


def test_tables_have_every_meta_and_the_id_last(portal):
    rows = list(csv.reader(io.StringIO(exported(portal, "csv", with_bom="false", where="datasetid='rich'").text), delimiter=";"))
    heading, row = rows[0], dict(zip(*rows))
    assert heading[0] == "default.title" and heading[-1] == "datasetid" and len(set(heading)) == len(heading)
    assert {"dcat.creator", "dcat.publisher_type", "dcat.accessRights", "inspire.theme", "inspire.file_identifier",
            "inspire.extend_bounding_box_westbound_longitude", "dublin-core.coverage", "dublin-core.rights"} <= set(heading)
    assert row["default.keyword"] == "a & b,<i>" and row["dublin-core.coverage"] == "All of it" and row["default.title"] == HOSTILE
    french = dict(zip(*csv.reader(io.StringIO(exported(portal, "csv", with_bom="false", lang="fr", where="datasetid='rich'").text), delimiter=";")))
    assert french["default.title"] == "Titre" and list(french) == heading
    assert exported(portal, "csv", with_bom="false", select="datasetid, title", limit=1, order_by="datasetid").text == "datasetid;title\r\ncities;Cities\r\n"
    refused = exported(portal, "csv", 400, select="datasetid, fields").json()
    assert refused["error_code"] == "ODSQLError" and "fields stands for whole objects" in refused["message"] and "json" in refused["message"]


def test_json_holds_the_objects_of_lists(portal):
    assert exported(portal, "json", order_by="datasetid").json() == portal.api("/catalog/datasets", order_by="datasetid", limit=100)["results"]
    assert exported(portal, "json", select="dataset_id, fields", where="datasetid='rich'").json()[0].keys() == {"dataset_id", "fields"}
    assert exported(portal, "json", select="count(*) as n", group_by="language", order_by="language").json() == \
        portal.api("/catalog/datasets", select="count(*) as n", group_by="language", order_by="language")["results"]


def test_unused_templates_are_not_shown(portal):
    metas = {d["dataset_id"]: d["metas"] for d in exported(portal, "json").json()}
    assert set(metas["zones"]) == {"default", "dcat"} and metas["rich"]["dublin-core"]["coverage"] == "All of it"
    assert metas["zones"]["dcat"]["publisher_type"] is None


# --- RSS ---------------------------------------------------------------------------------------------------------------

def test_rss_is_a_feed(portal, tmp_path):
    content = exported(portal, "rss").content
    (tmp_path / "x.rss").write_bytes(content)
    assert subprocess.run(["xmllint", "--noout", str(tmp_path / "x.rss")], check=False).returncode == 0
    root = ET.fromstring(content)
    assert root.tag == "rss" and root.get("version") == "2.0"
    channel = root.find("channel")
    assert [channel.findtext(x) for x in ("title", "description", "language")] == ["City", "Data of a <city> & its region", "en"]
    assert channel.findtext("link").endswith("/explore/")
    itself = channel.find("{http://www.w3.org/2005/Atom}link")
    assert itself.get("rel") == "self" and itself.get("href").endswith("/catalog/exports/rss") and itself.get("type") == "application/rss+xml"
    items = {x.findtext("guid").split("/")[-2]: x for x in channel.findall("item")}
    rich = items["rich"]
    assert rich.findtext("title") == HOSTILE and rich.findtext("description") == DISARMED
    assert [x.text for x in rich.findall("category")] == ["Environment", "Café & bar", "a & b", "<i>"]
    for item in items.values():
        assert item.findtext("link") == item.findtext("guid")
        assert email.utils.parsedate_to_datetime(item.findtext("pubDate")).tzinfo is not None
        assert item.findtext("pubDate")[:4] in ("Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,")
        assert portal.get(item.findtext("link").split(str(portal.port))[1]).status_code in (200, 302)
    assert ET.fromstring(exported(portal, "rss", lang="fr").content).findtext("channel/title") == "Ville"


# --- data.json -----------------------------------------------------------------------------------------------------------

def test_data_json_has_what_its_schema_requires(portal):
    doc = exported(portal, "data.json").json()
    faults = [f"{list(x.absolute_path)}: {x.message}" for x in Draft4Validator(POD).iter_errors(doc)]
    assert not faults, faults
    assert doc["@context"] == "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld" and doc["@type"] == "dcat:Catalog"
    rich = next(d for d in doc["dataset"] if d["landingPage"].endswith("/rich/"))
    assert rich["title"] == HOSTILE and rich["publisher"]["name"] == "Town hall, north" and rich["accrualPeriodicity"] == "R/P1M"
    assert rich["contactPoint"] == {"@type": "vcard:Contact", "fn": "Ann & Bob", "hasEmail": "mailto:ann@city.example"}
    assert rich["license"] == "https://creativecommons.org/licenses/by/4.0/" and rich["language"] == ["fr"]
    assert rich["issued"] == "2020-02-03T00:00:00+00:00" and rich["accessLevel"] == "public"
    csv_file = next(x for x in rich["distribution"] if x["format"] == "csv")
    assert csv_file["mediaType"] == "text/csv" and portal.get(csv_file["downloadURL"].split(str(portal.port))[1]).status_code == 200


# --- RDF -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_read_alike_by_two_readers(portal, tmp_path, name):
    content = exported(portal, name).content
    form = "ttl" if name == "ttl" else "xml"
    assert_same(graph(content, form), graph(triples_of_rapper(content, form, tmp_path), "n3"), name)
    if form == "xml":
        (tmp_path / "x.rdf").write_bytes(content)
        assert subprocess.run(["xmllint", "--noout", str(tmp_path / "x.rdf")], check=False).returncode == 0


def test_rdf_ttl_and_dcat_are_one_graph(portal):
    dcat = read(portal, "dcat")
    assert_same(dcat, read(portal, "rdf"), "rdf")
    assert_same(dcat, read(portal, "ttl"), "ttl")


def test_dcat_says_what_is_specified(portal):
    g, base = read(portal, "dcat"), f"http://{HOST}:{portal.port}"
    catalogue, rich = URIRef(base + "/explore/"), URIRef(base + "/explore/dataset/rich/")
    one = lambda s, p: g.value(s, p, any=False)  # noqa: E731 - fails when there are several
    assert (catalogue, RDF.type, DCAT.Catalog) in g and len(list(g.objects(catalogue, DCAT.dataset))) == 4
    assert one(catalogue, FOAF.homepage) == URIRef(base) and one(catalogue, DCTERMS.title) == Literal("City", lang="en")
    assert one(catalogue, DCTERMS.language) == URIRef("http://id.loc.gov/vocabulary/iso639-1/en")
    assert set(g.objects(rich, RDF.type)) == {DCAT.Dataset, URIRef("http://purl.org/dc/dcmitype/Dataset"), FOAF.Document}
    assert set(g.objects(rich, DCTERMS.title)) == {Literal(HOSTILE, lang="en"), Literal("Titre", lang="fr")}
    assert one(rich, DCTERMS.description) == Literal(DISARMED, lang="en")
    assert one(rich, DCTERMS.identifier) == Literal(str(rich)) and one(rich, DCAT.landingPage) == rich
    assert str(one(rich, DCTERMS.issued)) == "2020-02-03T00:00:00+00:00" and one(rich, DCTERMS.issued).datatype == XSD.dateTime
    assert one(rich, DCTERMS.date) == one(rich, DCTERMS.modified)
    agent = URIRef(base + "/explore/?refine.publisher=Town+hall%2C+north")
    assert {one(rich, p) for p in (DCTERMS.publisher, DCTERMS.creator, DCTERMS.contributor)} == {agent}
    assert one(agent, FOAF.name) == Literal("Town hall, north") and (agent, RDF.type, FOAF.Agent) in g
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert one(rich, DCTERMS.license) == licence and one(rich, DCTERMS.rights) == licence and (licence, RDF.type, DCTERMS.LicenseDocument) in g
    assert one(rich, DCTERMS.language) == URIRef("http://id.loc.gov/vocabulary/iso639-1/fr")
    assert set(g.objects(rich, DCAT.keyword)) == {Literal("a & b", lang="en"), Literal("<i>", lang="en")}
    assert one(rich, DCTERMS.accrualPeriodicity) == URIRef("http://purl.org/cld/freq/monthly")
    cafe = URIRef(base + "/explore/?refine.theme=Caf%C3%A9+%26+bar")
    assert cafe in set(g.objects(rich, DCAT.theme)) and cafe in set(g.objects(rich, DCTERMS.subject))
    assert one(cafe, SKOS.prefLabel) == Literal("Café & bar") and (cafe, RDF.type, SKOS.Concept) in g
    assert set(map(str, g.objects(rich, DCTERMS.coverage))) == {"Loire valley", "Nantes"}
    contact = one(rich, DCAT.contactPoint)
    assert one(contact, VCARD.fn) == Literal("Ann & Bob") and one(contact, VCARD.hasEmail) == URIRef("mailto:ann@city.example")
    assert one(rich, DCTERMS.conformsTo) == URIRef("https://x.example/a%20standard")
    file = URIRef(f"{base}{API}/catalog/datasets/rich/exports/csv?use_labels=true")
    assert file in set(g.objects(rich, DCAT.distribution)) and one(file, DCAT.accessURL) == file == one(file, DCAT.downloadURL)
    assert one(file, DCTERMS.title) == Literal("rich.csv") and one(file, DCTERMS.description) == Literal(HOSTILE + " (csv)", lang="en")
    assert one(file, DCTERMS["format"]) == one(file, DCAT.mediaType) == URIRef("https://www.iana.org/assignments/media-types/text/csv")
    assert one(file, DCTERMS.license) == licence and one(file, DCTERMS.modified) == one(rich, DCTERMS.modified)


def test_distributions_are_the_exports_offered(portal):
    for dataset in ("things", "cities"):
        wanted = {x["rel"] for x in portal.api(f"/catalog/datasets/{dataset}/exports")["links"]}
        g = read(portal, "dcat", where=f"datasetid='{dataset}'")
        assert {str(s).split("/")[-1].split("?")[0] for s in g.subjects(RDF.type, DCAT.Distribution)} == wanted
    g = read(portal, "ttl", include_exports="json,xlsx", use_labels_in_exports="false", where="datasetid='cities'")
    assert {str(s).split("/")[-1] for s in g.subjects(RDF.type, DCAT.Distribution)} == {"json", "xlsx"}


def test_languages_of_texts(portal):
    rich = URIRef(f"http://{HOST}:{portal.port}/explore/dataset/rich/")
    assert set(read(portal, "dcat", lang="fr").objects(rich, DCTERMS.title)) == {Literal("Titre", lang="fr")}
    assert set(read(portal, "dcat", lang="de").objects(rich, DCTERMS.title)) == {Literal(HOSTILE, lang="en")}
    assert str(read(portal, "dcat", timezone="Asia/Tokyo").value(rich, DCTERMS.issued)) == "2020-02-03T09:00:00+09:00"


def shacl(content, folder):
    (folder / "data.nt").write_text(triples_of_rapper(content, "xml", folder), encoding="utf-8")
    here = os.path.dirname(os.path.abspath(__file__))
    return subprocess.run(["node", os.path.join(here, "shacl.mjs"), os.path.join(here, "dcat_ap.shacl.ttl"), str(folder / "data.nt")],
                          capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_conform_to_dcat_ap(portal, tmp_path, profile):
    done = shacl(exported(portal, "dcat_ap_" + profile).content, tmp_path)
    assert done.returncode == 0, done.stdout[:3000] + done.stderr[:3000]


def test_the_validator_finds_what_plain_dcat_lacks(portal, tmp_path):
    done = shacl(exported(portal, "dcat").content, tmp_path)
    assert done.returncode == 1 and "http://purl.org/dc/terms/publisher" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_use_the_vocabularies_of_the_union(portal, profile):
    g = read(portal, "dcat_ap_" + profile)
    rich = URIRef(f"http://{HOST}:{portal.port}/explore/dataset/rich/")
    assert URIRef(EU + "data-theme/ENVI") in set(g.objects(rich, DCAT.theme))
    assert g.value(rich, DCTERMS.accrualPeriodicity) == URIRef(EU + "frequency/MONTHLY")
    assert g.value(rich, DCTERMS.language) == URIRef(EU + "language/FRA")
    assert g.value(rich, DCTERMS.accessRights) == URIRef(EU + "access-right/PUBLIC")
    formats = {str(o) for o in g.objects(None, DCTERMS["format"])}
    assert {EU + "file-type/" + x for x in ("CSV", "JSON", "XLSX", "GEOJSON", "RDF_TURTLE")} <= formats
    assert g.value(g.value(rich, DCTERMS.publisher), DCTERMS.type) == URIRef("http://purl.org/adms/publishertype/LocalAuthority")
    licence = {"de": "http://dcat-ap.de/def/licenses/cc-by/4.0", "ch": "http://dcat-ap.ch/vocabulary/licenses/terms_by"}
    assert g.value(rich, DCTERMS.license) == URIRef(licence.get(profile, EU + "licence/CC_BY_4_0"))
    for dataset in g.subjects(RDF.type, DCAT.Dataset):
        assert g.value(dataset, DCTERMS.publisher) is not None and g.value(dataset, DCAT.contactPoint) is not None
        assert str(g.value(dataset, DCTERMS.description))


def test_the_italian_profile_has_its_classes_and_defaults(portal):
    g, it = read(portal, "dcat_ap_it"), Namespace("http://dati.gov.it/onto/dcatapit#")
    zones = URIRef(f"http://{HOST}:{portal.port}/explore/dataset/zones/")
    assert (zones, RDF.type, it.Dataset) in g and g.value(zones, DCTERMS.rightsHolder) is not None
    assert g.value(zones, DCAT.theme) == URIRef(EU + "data-theme/OP_DATPRO")
    assert g.value(zones, DCTERMS.accrualPeriodicity) == URIRef(EU + "frequency/UNKNOWN")
    assert {it.Catalog, it.Dataset, it.Distribution, it.Agent} <= set(g.objects(None, RDF.type))


def test_dublin_core_has_the_elements(portal):
    g, dc = read(portal, "dublin_core"), Namespace("http://purl.org/dc/elements/1.1/")
    rich = URIRef(f"http://{HOST}:{portal.port}/explore/dataset/rich/")
    assert set(g.objects(rich, dc.title)) == {Literal(HOSTILE, lang="en"), Literal("Titre", lang="fr")}
    assert {str(o) for o in g.objects(rich, dc.subject)} == {"Environment", "Café & bar", "a & b", "<i>"}
    assert [str(o) for o in g.objects(rich, dc.coverage)] == ["All of it"], "its own template counts first"
    assert g.value(rich, dc.publisher) == Literal("Town hall, north") and g.value(rich, dc.rights) == Literal("CC BY 4.0")
    assert g.value(rich, dc.identifier) == rich and Literal("text/csv") in set(g.objects(rich, dc["format"]))
    assert {p for p in g.predicates()} <= {dc[x] for x in (
        "title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format", "identifier",
        "source", "language", "relation", "coverage", "rights")}


# --- rights --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def ruled(tmp_path_factory):
    """A portal with a dataset few may see, one whose rows are hidden, and one of which a field is."""
    folder = tmp_path_factory.mktemp("ruled")
    data = folder / "data"
    (folder / "partly.csv").write_text("code,hush\nopen,secretword\n", encoding="utf-8")
    for slug in ("secretset", "closed"):
        (folder / f"{slug}.csv").write_text("code,word\nopen,secretword\n", encoding="utf-8")
    stoa(data, "portal", "add", HOST, "--set", "contact=people@city.example")
    for slug in ("secretset", "closed", "partly"):
        stoa(data, "publish", folder / f"{slug}.csv", "--portal", HOST, "--id", slug, "--title", "Title of " + slug)
    stoa(data, "secure", "secretset", "--portal", HOST, "--restricted")
    stoa(data, "secure", "closed", "--portal", HOST, "--data-visible", "no")
    stoa(data, "secure", "partly", "--portal", HOST, "--fields", "code")
    running = Server(data)
    yield running
    running.stop()


@pytest.mark.parametrize("name", ["csv", "json", "rss", "data.json"] + GRAPHS)
def test_what_a_caller_may_not_see_is_in_no_export(ruled, name):
    text = exported(ruled, name, with_bom="false").text
    assert "secretset" not in text and "hush" not in text and "secretword" not in text
    assert "closed" in text and "partly" in text
    assert "/closed/exports/" not in text, "what cannot be downloaded is not offered"
    assert name in ("csv", "json", "rss", "dublin_core") or "/partly/exports/csv" in text


@pytest.mark.parametrize("form", ["turtle", "n3", "rdfxml", "jsonld"])
def test_records_as_rdf_keep_to_the_rules(ruled, form):
    text = ruled.get(f"{API}/catalog/datasets/partly/exports/{form}").text
    assert "open" in text and "hush" not in text and "secretword" not in text
    assert ruled.get(f"{API}/catalog/datasets/closed/exports/{form}").status_code == 403
    assert ruled.get(f"{API}/catalog/datasets/secretset/exports/{form}").status_code == 404


def test_hidden_rows_are_told_to_harvesters(ruled):
    g = read(ruled, "dcat_ap_se", where="datasetid='closed'")
    assert [str(o) for o in g.objects(None, DCTERMS.accessRights)] == [EU + "access-right/RESTRICTED"]
    assert exported(ruled, "data.json", where="datasetid='closed'").json()["dataset"][0]["accessLevel"] == "restricted public"


def test_attachments_are_distributions(make_server, tmp_path, sources):
    data, notice = tmp_path / "data", tmp_path / "notice.pdf"
    notice.write_bytes(b"%PDF-1.4 notice")
    stoa(data, "portal", "add", HOST)
    stoa(data, "publish", sources / "cities.csv", "--portal", HOST, "--id", "cities", "--title", "Cities")
    stoa(data, "attach", "cities", notice, "--portal", HOST)
    server = make_server(data)
    listed = server.api("/catalog/datasets/cities/attachments")["attachments"]
    g = read(server, "dcat")
    urls = {str(s) for s in g.subjects(RDF.type, DCAT.Distribution) if "/attachments/" in str(s)}
    assert urls == {x["href"] for x in listed} and len(urls) == 1
    assert server.get(urls.pop().split(str(server.port))[1]).content == b"%PDF-1.4 notice"
    assert not [s for s in read(server, "dcat", include_exports="csv").subjects(RDF.type, DCAT.Distribution) if "/attachments/" in str(s)]


def test_a_search_passes_by_the_letters_of_permanent_identifiers(server):
    """They are random: two letters of one are no word of a dataset."""
    uid = server.api("/catalog/datasets/cities")["dataset_uid"]
    assert server.api("/catalog/datasets", where='search("da_")')["total_count"] == 0
    assert server.api("/catalog/datasets", where=f'search("{uid}")')["total_count"] == 0
    assert server.api("/catalog/datasets", where=f'search(dataset_uid, "{uid}")')["total_count"] == 1
    assert server.api("/catalog/datasets", where=f'dataset_uid = "{uid}"')["total_count"] == 1
    assert [d["dataset_id"] for d in server.api("/catalog/datasets", where='search("cities")')["results"]] == ["cities"]
