"""The v1.0 API of datasets: the catalogue, one dataset, and what hangs below it; metadata and reuses."""
import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

V1 = "/api/datasets/1.0"


def search(server, status=200, **params):
    answer = server.get(V1 + "/search/", params)
    assert answer.status_code == status, answer.text
    return answer.json()


def ids(server, **params):
    return [d["datasetid"] for d in search(server, **params)["datasets"]]


def test_the_catalogue(server):
    body = search(server)
    assert list(body) == ["nhits", "parameters", "datasets"] and body["nhits"] == 3
    assert body["parameters"] == {"rows": 10, "start": 0, "format": "json", "timezone": "UTC"}
    assert sorted(d["datasetid"] for d in body["datasets"]) == ["cities", "things", "zones"]


def test_one_dataset(server):
    d = server.get(V1 + "/cities/").json()
    assert d == server.get(V1 + "/search/", {"q": "datasetid:cities"}).json()["datasets"][0]
    assert list(d) == ["datasetid", "has_records", "data_visible", "features", "metas", "fields", "attachments", "alternative_exports"]
    assert d["has_records"] is True and d["data_visible"] is True and "geo" in d["features"] and d["attachments"] == []
    metas = d["metas"]
    assert metas["title"] == "Cities" and metas["theme"] == ["Environment", "Culture"] and metas["records_count"] == 4 and metas["domain"] == "city.localhost"
    assert "license" not in metas and None not in metas.values()
    assert d["fields"][0] == {"name": "name", "label": "Name", "type": "text", "annotations": [{"name": "sortable"}]}
    tags = d["fields"][2]["annotations"]
    assert {"name": "facet"} in tags and {"name": "multivalued", "args": [","]} in tags
    assert d["fields"][1]["description"] == "ISO code"


def test_groups_of_metadata_on_demand(server):
    d = server.get(V1 + "/cities/", {"interopmetas": "true", "extrametas": "true"}).json()
    assert d["interop_metas"]["dcat"] == {"creator": "The mayor"} and isinstance(d["extra_metas"], dict)


@pytest.mark.parametrize("params, found", [
    ({"q": "things"}, ["things"]), ({"q": "title:cities"}, ["cities"]), ({"q": "cit OR zon", "sort": "datasetid"}, ["cities", "zones"]), ({"q": "theme:culture", "sort": "title"}, ["things", "cities"]),
    ({"refine.publisher": "Museum"}, ["things"]), ({"exclude.theme": "Culture"}, ["zones"]), ({"refine.theme": ["Culture", "Environment"]}, ["cities"]),
    ({"refine.publisher": ["Museum", "City office"]}, []), ({"refine.publisher": ["Museum", "City office"], "disjunctive.publisher": "true", "sort": "datasetid"}, ["cities", "things"]),
    ({"sort": "records_count"}, ["things", "cities", "zones"]), ({"sort": "-records_count"}, ["zones", "cities", "things"]), ({"sort": "title"}, ["things", "cities", "zones"]),
    ({"sort": "-title"}, ["zones", "cities", "things"]), ({"sort": "title", "rows": 1, "start": 1}, ["cities"]), ({"rows": 0}, [])])
def test_filters_order_and_window(server, params, found):
    assert ids(server, **params) == found


def test_facets_of_the_catalogue(server):
    groups = search(server, rows=0, facet=["publisher", "theme"])["facet_groups"]
    assert [g["name"] for g in groups] == ["publisher", "theme"]
    assert {f["name"]: f["count"] for f in groups[1]["facets"]} == {"Culture": 2, "Environment": 1}


def test_the_catalogue_for_scripts_tables_and_readers(server):
    assert server.get(V1 + "/search/", {"format": "jsonp", "callback": "f", "rows": 1}).text.startswith("f({")
    answer = server.get(V1 + "/search/", {"format": "csv", "sort": "title"})
    rows = list(csv.reader(io.StringIO(answer.content.decode()), delimiter=";"))
    assert answer.headers["Content-Type"].startswith("text/csv") and "default.title" in rows[0] and len(rows) == 4
    answer = server.get(V1 + "/search/", {"format": "rss", "sort": "-title"})
    items = ET.fromstring(answer.content).find("channel").findall("item")
    assert [i.find("title").text for i in items] == ["Zones", "Cities", "A world of things"]
    assert [c.text for c in items[1].findall("category")] == ["Environment", "Culture", "town"] and "<em>Europe</em>" in items[1].find("description").text


def test_schema_and_other_parts(server):
    assert server.get(V1 + "/cities/schema/").json()["fields"] == server.get(V1 + "/cities/").json()["fields"]
    for part, member in (("attachments", "attachments"), ("alternative_exports", "alternative_exports"), ("snapshots", "snapshots"), ("services", "services")):
        assert server.get(f"{V1}/cities/{part}/").json() == {"datasetid": "cities", member: []}
        assert server.get(f"{V1}/nope/{part}/").status_code == 404
    assert server.get(V1 + "/cities/snapshots/1/").json() == {"errorcode": 404, "error": "The requested snapshot 1 does not exist."}


@pytest.mark.parametrize("path, to", [
    (V1 + "/cities/attachments/a%2Fb/", "/attachments/a%2Fb"), (V1 + "/cities/alternative_exports/x/", "/alternative_exports/x"), (V1 + "/cities/files/f/", "/files/f"),
    (V1 + "/cities/files/f/300/", "/files/f?thumbnail_size=300"), (V1 + "/cities/images/f/", "/files/f"), ("/explore/dataset/cities/files/f/300/", "/files/f?thumbnail_size=300"),
    ("/explore/dataset/cities/files/f/download/", "/files/f"), (V1 + "/cities/files/f/?apikey=", "/files/f?apikey=")])
def test_files_are_at_one_address(server, path, to):
    answer = server.get(path)
    assert answer.status_code == 302 and answer.headers["Location"] == "/api/explore/v2.1/catalog/datasets/cities" + to
    assert server.get(answer.headers["Location"]).status_code == 404


def test_files_of_nothing(server):
    assert server.get(V1 + "/nope/files/f/").status_code == 404


def test_errors(server):
    for params, said in (({"q": "("}, "unexpected"), ({"rows": 10001}, "rows"), ({"sort": "nope"}, "Unknown field: nope"), ({"format": "atom"}, "json, jsonp, csv, rss"), ({"facet": "nope"}, "nope")):
        body = search(server, 400, **params)
        assert set(body) == {"errorcode", "error"} and said in body["error"]
    answer = server.get(V1 + "/nope/")
    assert answer.status_code == 404 and answer.json() == {"errorcode": 404, "error": "The requested dataset nope does not exist."}


def test_forms(server):
    assert server.request("POST", V1 + "/search/", data={"q": "title:cities"}).json()["nhits"] == 1


def test_metadata_templates(server):
    basic = server.get("/api/metadata/1.0/basic/").json()
    assert basic[0]["name"] == "default" and basic[0]["schema"][0] == {"name": "title", "label": "Title", "type": "text"}
    assert server.get("/api/metadata/1.0/interop/dcat/").json()["name"] == "dcat" and server.get("/api/metadata/1.0/admin/").json() == []
    for path in ("nope/", "basic/nope/", "basic/dcat/"):
        assert server.get("/api/metadata/1.0/" + path).json()["errorcode"] == 404


def test_reuses_and_territories(server):
    assert server.get("/api/reuses/").json() == {"nhits": 0, "reuses": []}
    assert server.get("/api/reuses/", {"rows": "x"}).status_code == 400
    assert server.get("/api/georeference/v1/uid/fr/").json()["errorcode"] == 404


def test_another_portals_datasets_are_nobodys(server):
    assert server.get(V1 + "/elsewhere/").status_code == 404
    assert [d["datasetid"] for d in server.get(V1 + "/search/", host="other.localhost").json()["datasets"]] == ["elsewhere"]


@pytest.mark.parametrize("parameter", ["q", "sort", "rows", "start", "facet", "refine.theme", "refine.'", "exclude.x", "lang", "format", "extrametas", "geofilter.distance", "source", "geonav"])
def test_hostile_texts(server, parameter):
    for text in ["'", '"', "`", "\\", "((((", "<b>", "a" * 2000, "%00", "NOT", "x:", "[", "#attr(a,b)", "9" * 50, "\u202e", "=1+1"]:
        answer = server.get(V1 + "/search/", {parameter: text})
        assert answer.status_code in (200, 400), f"{answer.url}: {answer.status_code} {answer.text[:400]}"
