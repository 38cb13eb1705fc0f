"""The v1.0 API of records: pages, one record, downloads, feeds, and what an answer repeats."""
import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ET

import pytest

from conftest import HOST, stoa

V1 = "/api/records/1.0"
PLACE = {"type": "Point", "coordinates": [2.3522, 48.8566]}


def v1(server, path, params=None, status=200, **more):
    answer = server.get(V1 + path, params, **more)
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:2000]}"
    return answer.json()


def names(server, **params):
    body = v1(server, "/search/", {"dataset": "cities", **params})
    return [r["fields"]["name"] for r in body["records"]]


# --- §1.2: the table of examples, over the wire --------------------------------------------------------

@pytest.mark.parametrize("q, rows", [
    ("riv", ["Paris", "Besançon"]), ('"riv"', []), ("country:FR AND pop>100000", ["Paris"]),
    ("pop:[75000 TO 1200000]", ["La Rochelle", "Bruxelles"]), ("founded<=1990/07", ["Paris", "La Rochelle"]),
    ("#null(pop)", ["Besançon"]), ('#startswith(name,"La")', ["La Rochelle"]),
    ('NOT #exact(country,"FR")', ["Bruxelles", "Besançon"]),
    ('#distance(loc,"48.8566,2.3522",300000)', ["Paris", "Bruxelles"]),
    ('#polygon(loc,"(45,-5),(49,-5),(49,3),(45,3)")', ["Paris", "La Rochelle"])])
def test_examples_of_the_language(server, q, rows):
    assert names(server, q=q, sort="name") == sorted(rows)


def test_words_bring_the_best_first_and_an_order_keeps_its_own(server):
    assert set(names(server, q="riv")) == {"Paris", "Besançon"}
    assert names(server, q="riv", sort="-name") == ["Paris", "Besançon"]


# --- §1.1: shared filters ------------------------------------------------------------------------------

@pytest.mark.parametrize("params, rows", [
    ({"q": ["riv", "NOT paris"]}, ["Besançon"]),
    ({"q": "riv", "q.mine": "paris"}, ["Paris"]),
    ({"q.a": "river", "q.b": "pop:*"}, ["Paris"]),
    ({"q": "riv", "rq": "#null(pop)"}, ["Besançon"]),
    ({"refine.country": "FR"}, ["Paris", "La Rochelle"]),
    ({"exclude.country": "FR"}, ["Bruxelles", "Besançon"]),
    ({"refine.tags": ["river", "metro"]}, ["Paris"]),
    ({"refine.country": ["FR", "BE"]}, []),
    ({"refine.country": ["FR", "BE"], "disjunctive.country": "true"}, ["Paris", "La Rochelle", "Bruxelles"]),
    ({"refine.founded": "1990/07"}, ["La Rochelle"]),
    ({"geofilter.distance": "48.8566,2.3522,300000"}, ["Paris", "Bruxelles"]),
    ({"geofilter.distance": "48.8566,2.3522"}, ["Paris"]),
    ({"geofilter.polygon": "(45,-5),(49,-5),(49,3),(45,3)"}, ["Paris", "La Rochelle"]),
    ({"geofilter.polygon": "((45,-5),(49,-5),(49,3),(45,3))"}, ["Paris", "La Rochelle"]),
    ({"geofilter.bbox": "45,-5,49,3"}, ["Paris", "La Rochelle"]),
    ({"q": "updated:2021/05/07", "timezone": "Europe/Paris"}, ["La Rochelle"])])
def test_shared_filters(server, params, rows):
    assert names(server, **params) == rows


def test_refinements_join_whatever_the_annotation_says(server):
    body = v1(server, "/search/", {"dataset": "things", "refine.colour": ["red", "blue"], "rows": 0})
    assert body["nhits"] == 0
    body = v1(server, "/search/", {"dataset": "things", "refine.colour": ["red", "blue"], "disjunctive.colour": "true", "rows": 0})
    assert body["nhits"] == 167


# --- §3.1: pages ---------------------------------------------------------------------------------------

def test_a_record(server):
    body = v1(server, "/search/", {"dataset": "cities", "rows": 1})
    assert list(body) == ["nhits", "parameters", "records"] and body["nhits"] == 4
    record = body["records"][0]
    assert list(record) == ["datasetid", "recordid", "fields", "geometry", "record_timestamp"]
    assert record["datasetid"] == "cities" and re.fullmatch("[0-9a-f]{40}", record["recordid"])
    assert record["fields"] == {"name": "Paris", "country": "FR", "tags": "river,metro", "pop": 2100000, "area": 105.4,
                                "founded": "1988-01-15", "updated": "2021-05-06T12:34:55+00:00", "capital": True,
                                "loc": [48.8566, 2.3522]}
    assert record["geometry"] == PLACE
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", record["record_timestamp"])


def test_nulls_are_left_out_and_so_is_a_geometry_that_is_not_there(server):
    record = v1(server, "/search/", {"dataset": "cities", "q": "besan"})["records"][0]
    assert record["fields"] == {"name": "Besançon", "tags": "river", "area": 65.0, "founded": "1990-12-31"}
    assert "geometry" not in record


def test_shapes(server):
    records = v1(server, "/search/", {"dataset": "zones"})["records"]
    assert records[0]["geometry"]["type"] == "Polygon" and records[0]["fields"]["geo_shape"] == records[0]["geometry"]
    assert "geometry" not in records[2]


def test_instants_are_in_the_zone_asked_for(server):
    record = v1(server, "/search/", {"dataset": "cities", "rows": 1, "timezone": "Europe/Paris"})["records"][0]
    assert record["fields"]["updated"] == "2021-05-06T14:34:55+02:00"


@pytest.mark.parametrize("sort, rows", [
    ("pop", ["Paris", "Bruxelles", "La Rochelle", "Besançon"]), ("-pop", ["La Rochelle", "Bruxelles", "Paris", "Besançon"]),
    ("founded", ["Besançon", "La Rochelle", "Paris", "Bruxelles"]), ("-founded", ["Paris", "La Rochelle", "Besançon", "Bruxelles"]),
    ("name", ["Besançon", "Bruxelles", "La Rochelle", "Paris"]), ("-name", ["Paris", "La Rochelle", "Bruxelles", "Besançon"]),
    ("country,pop", ["Bruxelles", "Paris", "La Rochelle", "Besançon"])])
def test_signs_of_sort_are_upside_down(server, sort, rows):
    assert names(server, sort=sort) == rows


def test_the_least_and_the_most_as_clients_fetch_them(server):
    assert names(server, sort="-pop", rows=1) == ["La Rochelle"] and names(server, sort="pop", rows=1) == ["Paris"]


def test_fields_rows_and_start(server):
    body = v1(server, "/search/", {"dataset": "cities", "fields": "pop,name", "rows": 2, "start": 1})
    assert [r["fields"] for r in body["records"]] == [{"pop": 75000, "name": "La Rochelle"}, {"pop": 1200000, "name": "Bruxelles"}]
    assert body["nhits"] == 4
    assert v1(server, "/search/", {"dataset": "things"})["nhits"] == 250
    assert len(v1(server, "/search/", {"dataset": "things"})["records"]) == 10
    assert len(v1(server, "/search/", {"dataset": "things", "rows": 10000})["records"]) == 250


def test_what_the_answer_repeats(server):
    body = v1(server, "/search/", {"dataset": "cities", "q": "riv", "rows": 5, "start": 1, "sort": "-pop,name", "facet": ["country", "tags"],
                                   "refine.country": "FR", "exclude.tags": ["x", "y"], "disjunctive.country": "true", "timezone": "Europe/Paris"})
    assert body["parameters"] == {"dataset": "cities", "q": "riv", "rows": 5, "start": 1, "sort": ["-pop", "name"],
                                  "facet": ["country", "tags"], "refine": {"country": ["FR"]}, "exclude": {"tags": ["x", "y"]},
                                  "disjunctive": {"country": True}, "format": "json", "timezone": "Europe/Paris"}


def test_facet_groups(server):
    body = v1(server, "/search/", {"dataset": "cities", "facet": ["country", "founded"], "refine.founded": "1990", "exclude.country": "BE"})
    assert body["facet_groups"] == [
        {"name": "country", "count": 1, "facets": [{"name": "FR", "path": "FR", "count": 1, "state": "displayed"},
                                                   {"name": "BE", "path": "BE", "count": 0, "state": "excluded"}]},
        {"name": "founded", "count": 2, "facets": [{"name": "1990", "path": "1990", "count": 2, "state": "refined", "facets": [
            {"name": "07", "path": "1990/07", "count": 1, "state": "displayed"}, {"name": "12", "path": "1990/12", "count": 1, "state": "displayed"}]}]}]
    assert "facet_groups" not in v1(server, "/search/", {"dataset": "cities", "refine.country": "FR"})


def test_the_order_of_facet_values(server):
    values = lambda **more: [f["name"] for f in v1(server, "/search/", {"dataset": "cities", "facet": "tags", "rows": 0, **more})["facet_groups"][0]["facets"]]
    assert values(**{"facetsort.tags": "alphanum"}) == ["metro", "river", "sea"]
    assert values(**{"facetsort.tags": "-alphanum"}) == ["sea", "river", "metro"]


# --- other shapes of a page ----------------------------------------------------------------------------

def test_geojson(server):
    body = v1(server, "/search/", {"dataset": "cities", "format": "geojson", "fields": "name,loc"})
    assert body["type"] == "FeatureCollection" and len(body["features"]) == 4
    first, last = body["features"][0], body["features"][3]
    assert first["geometry"] == PLACE and first["properties"]["name"] == "Paris" and len(first["properties"]["recordid"]) == 40
    assert last["geometry"] is None


@pytest.mark.parametrize("form", ["jsonp", "geojsonp"])
def test_answers_for_scripts(server, form):
    answer = server.get(V1 + "/search/", {"dataset": "cities", "format": form, "callback": "a.b$_1", "rows": 1})
    assert answer.headers["Content-Type"] == "application/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.text.startswith("a.b$_1({") and answer.text.endswith("});")
    assert json.loads(answer.text[len("a.b$_1("):-2])


@pytest.mark.parametrize("callback", ["", "1a", "a-b", "alert(1)", "a;b", "<script>", "a.", ".a", "a..b", "a b", "é", "x" * 101])
def test_callbacks_that_are_no_names_are_refused(server, callback):
    answer = server.get(V1 + "/search/", {"dataset": "cities", "format": "jsonp", "callback": callback})
    assert answer.status_code == 400 and answer.headers["Content-Type"].startswith("application/json")
    assert "callback" in answer.json()["error"]


def test_csv_page(server):
    answer = server.get(V1 + "/search/", {"dataset": "cities", "format": "csv", "fields": "name,pop,tags", "rows": 2})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text == "name;pop;tags\r\nParis;2100000;river,metro\r\nLa Rochelle;75000;sea\r\n"


def test_rss(server):
    answer = server.get(V1 + "/search/", {"dataset": "cities", "format": "rss"})
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    channel = ET.fromstring(answer.content).find("channel")
    items = channel.findall("item")
    assert channel.find("title").text == "Cities" and [i.find("title").text for i in items] == ["Paris", "La Rochelle", "Bruxelles", "Besançon"]
    assert items[0].find("{http://www.georss.org/georss}point").text == "48.8566 2.3522"
    assert items[3].find("{http://www.georss.org/georss}point") is None
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", items[0].find("pubDate").text)
    assert "<dt>Population</dt>" in items[0].find("description").text
    link = items[0].find("link").text
    assert server.get(link[link.index("/api/"):]).json()["fields"]["name"] == "Paris"


def test_atom(server):
    answer = server.get(V1 + "/search/", {"dataset": "cities", "format": "atom"})
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == atom + "feed" and len(feed.findall(atom + "entry")) == 4
    for part in ("title", "id", "updated", "summary"):
        assert feed.find(atom + "entry").find(atom + part).text


def test_pretty_print(server):
    plain = server.get(V1 + "/search/", {"dataset": "things", "rows": 8}).text
    pretty = server.get(V1 + "/search/", {"dataset": "things", "rows": 8, "pretty_print": "true"}).text
    assert json.loads(plain) == json.loads(pretty) and pretty.startswith('{\n    "nhits": 250,\n') and "\n" not in plain


# --- POST, aliases, one record ---------------------------------------------------------------------------

def test_forms(server):
    answer = server.request("POST", V1 + "/search/?rows=1", data={"dataset": "cities", "q": "besan", "refine.tags": "river"})
    assert answer.status_code == 200
    assert [r["fields"]["name"] for r in answer.json()["records"]] == ["Besançon"]
    assert server.request("POST", V1 + "/analyze/", data={"dataset": "cities", "x": "country", "y.n.func": "COUNT"}).json()[0]["x"] == "BE"


@pytest.mark.parametrize("verb", ["search", "download", "analyze", "boundingbox", "geocluster", "geopolygon", "geopreview", "multimedia"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_aliases_answer_alike(server, verb, slash):
    params = {"x": "country", "y.n.func": "COUNT", "clusterprecision": 3, "clusterdistance": 40, "format": "json"}
    one = server.get(f"{V1}/{verb}{slash}", {"dataset": "cities", **params})
    other = server.get(f"/api/datasets/1.0/cities/records/{verb}{slash}", params)
    assert one.status_code == other.status_code == 200 and one.json() == other.json()


def test_one_record(server):
    page = v1(server, "/search/", {"dataset": "cities", "q": "rochelle"})["records"][0]
    for address in (f"/api/datasets/1.0/cities/records/{page['recordid']}/", f"{V1}/lookup/?dataset=cities&recordid={page['recordid']}",
                    f"/api/datasets/1.0/cities/records/lookup/?recordid={page['recordid']}"):
        assert server.get(address).json() == page
    for bad in ("0" * 40, "nope", page["recordid"][:-1] + ("0" if page["recordid"][-1] != "0" else "1")):
        answer = server.get(f"/api/datasets/1.0/cities/records/{bad}/")
        assert answer.status_code == 404 and answer.json()["errorcode"] == 404
    assert "recordid" in v1(server, "/lookup/", {"dataset": "cities"}, 400)["error"]


def test_records_with_files(make_server, tmp_path):
    from conftest import stoa
    data = tmp_path / "data"
    stoa(data, "portal", "add", "city.localhost", "--set", "title=City")
    (tmp_path / "p.csv").write_text("name,photo\na,https://example.org/a.png\nb,\n", encoding="utf-8")
    (tmp_path / "p.json").write_text('{"fields":[{"name":"name","type":"text"},{"name":"photo","type":"file"}]}', encoding="utf-8")
    stoa(data, "publish", tmp_path / "p.csv", "--portal", "city.localhost", "--id", "p", "--schema", tmp_path / "p.json")
    server = make_server(data)
    body = v1(server, "/multimedia/", {"dataset": "p"})
    assert body["nhits"] == 1 and body["records"][0]["fields"]["photo"]["filename"] == "a.png"


def test_no_record_has_a_file_where_there_is_no_field_of_files(server):
    assert v1(server, "/multimedia/", {"dataset": "cities"})["nhits"] == 0


# --- §3.3: downloads -------------------------------------------------------------------------------------

def test_download_is_csv_without_mark(server):
    answer = server.get(V1 + "/download/", {"dataset": "cities", "fields": "name,pop,loc,capital"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.csv"'
    assert answer.content.decode("utf-8") == ("name;pop;loc;capital\r\nParis;2100000;48.8566, 2.3522;True\r\nLa Rochelle;75000;46.1603, -1.1511;False\r\n"
                                              "Bruxelles;1200000;50.8503, 4.3517;True\r\nBesançon;;;\r\n")


@pytest.mark.parametrize("separator", [",", "|", "\t", "x", "~", " "])
def test_download_with_any_separator(server, separator):
    text = server.get(V1 + "/download/", {"dataset": "cities", "csv_separator": separator, "use_labels_for_header": "true"}).content.decode()
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    assert len(rows) == 5 and rows[0][:4] == ["Name", "Country", "Tags", "Population"]
    assert rows[1][0] == "Paris" and rows[1][8] == "48.8566, 2.3522" and {len(r) for r in rows} == {9}


@pytest.mark.parametrize("separator", ['"', "é", "ab", "\n"])
def test_separators_that_cannot_be(server, separator):
    answer = server.get(V1 + "/download/", {"dataset": "cities", "csv_separator": separator})
    assert answer.status_code == 400 and "csv_separator" in answer.json()["error"]


def test_download_json_is_a_bare_array_of_records(server):
    body = server.get(V1 + "/download/", {"dataset": "things", "format": "json"}).json()
    page = v1(server, "/search/", {"dataset": "things", "rows": 250})
    assert isinstance(body, list) and body == page["records"] and len(body) == 250


def test_download_takes_filters_order_and_window(server):
    body = server.get(V1 + "/download/", {"dataset": "cities", "format": "json", "q": "pop:*", "sort": "pop", "rows": 1, "start": 1, "fields": "name"}).json()
    assert [r["fields"] for r in body] == [{"name": "Bruxelles"}]
    assert server.get(V1 + "/download/", {"dataset": "cities", "format": "json", "q": "nothinglikethis"}).json() == []


def test_download_simplifies_shapes(server, tmp_path):
    ring = [[2 + math.cos(i * math.pi / 500) / 10, 48 + math.sin(i * math.pi / 500) / 10] for i in range(1000)]
    (tmp_path / "round.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "round"}, "geometry": {"type": "Polygon", "coordinates": [ring + ring[:1]]}}]}), encoding="utf-8")
    stoa(server.data, "publish", tmp_path / "round.geojson", "--portal", HOST, "--id", "round", "--title", "Round")

    def corners(form, **params):
        body = server.get(V1 + "/download/", {"dataset": "round", "format": form, **params}).json()
        return len((body["features"] if form == "geojson" else body)[0]["geometry"]["coordinates"][0])
    assert corners("geojson") == corners("json") == 1001
    assert 4 <= corners("geojson", geo_simplify="true", geo_simplify_zoom=6) < corners("json", geo_simplify="true", geo_simplify_zoom=10) < 500
    assert corners("json", geo_simplify="true") < 1001
    refused = server.get(V1 + "/download/", {"dataset": "round", "format": "json", "geo_simplify_zoom": "far"})
    assert refused.status_code == 400 and "geo_simplify_zoom" in refused.text


def test_download_geojson_and_scripts(server):
    body = server.get(V1 + "/download/", {"dataset": "cities", "format": "geojson"}).json()
    assert body["features"][0]["geometry"] == PLACE and body["features"][0]["properties"]["loc"] == [48.8566, 2.3522]
    answer = server.get(V1 + "/download/", {"dataset": "cities", "format": "jsonp", "callback": "f"})
    assert answer.text.startswith("f([{") and answer.text.endswith("}]);") and "javascript" in answer.headers["Content-Type"]


@pytest.mark.parametrize("form, suffix, start", [("csv", "csv", b"name;"), ("json", "json", b"[{"), ("geojson", "geojson", b'{"type"'),
                                                 ("xls", "xlsx", b"PK"), ("xlsx", "xlsx", b"PK"), ("jsonl", "jsonl", b'{"name"')])
def test_the_download_address_of_pages(server, form, suffix, start):
    answer = server.get("/explore/dataset/cities/download/", {"format": form, "refine.country": "FR", "timezone": "Europe/Paris", "lang": "fr"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="cities.{suffix}"' and answer.content.startswith(start)


def test_the_download_address_uses_labels(server):
    text = server.get("/explore/dataset/cities/download/", {"format": "csv", "use_labels_for_header": "true"}).text
    assert text.startswith("Name;Country;")


# --- errors ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path, params, status, said", [
    ("/search/", {}, 400, "The parameter dataset is missing."),
    ("/search/", {"dataset": "nope"}, 404, "The requested dataset nope does not exist."),
    ("/search/", {"dataset": "elsewhere"}, 404, "The requested dataset elsewhere does not exist."),
    ("/search/", {"dataset": "cities@other.example"}, 404, "does not exist"),
    ("/search/", {"dataset": "cities", "rows": 10001}, 400, "rows parameter: 10001 was found but 0 <= rows <= 10000"),
    ("/search/", {"dataset": "cities", "rows": 10, "start": 9991}, 400, "ResultWindowTooHigh: rows + start is 10001"),
    ("/search/", {"dataset": "cities", "rows": -1}, 400, "rows"),
    ("/search/", {"dataset": "cities", "rows": "many"}, 400, "a whole number is expected"),
    ("/search/", {"dataset": "cities", "sort": "nope"}, 400, "Unknown field: nope"),
    ("/search/", {"dataset": "cities", "sort": "loc"}, 400, "loc"),
    ("/search/", {"dataset": "cities", "fields": "name,nope"}, 400, "Unknown field: nope"),
    ("/search/", {"dataset": "cities", "facet": "nope"}, 400, "Unknown field: nope"),
    ("/search/", {"dataset": "cities", "refine.nope": "x"}, 400, "Unknown field: nope"),
    ("/search/", {"dataset": "cities", "q": "(a"}, 400, "unexpected end of line at position 2"),
    ("/search/", {"dataset": "cities", "format": "shp"}, 400, "json, jsonp, geojson"),
    ("/search/", {"dataset": "cities", "timezone": "Nowhere/Town"}, 400, "timezone"),
    ("/search/", {"dataset": "cities", "geofilter.polygon": "(1,2)"}, 400, "is not a polygon"),
    ("/search/", {"dataset": "cities", "geofilter.distance": "x"}, 400, "is not a place"),
    ("/search/", {"dataset": "things", "geofilter.distance": "1,2,3"}, 400, "no geographic field"),
    ("/search/", {"dataset": "cities", "pretty_print": "perhaps"}, 400, "true or false"),
    ("/download/", {"dataset": "cities", "format": "pizza"}, 400, "another format"),
    ("/nothing/", {"dataset": "cities"}, 404, "")])
def test_errors_are_told_in_the_way_of_v1(server, path, params, status, said):
    answer = server.get(V1 + path, params)
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"errorcode", "error"} and body["errorcode"] == status and said in body["error"]


def test_the_dataset_may_carry_this_portals_name(server):
    assert v1(server, "/search/", {"dataset": "cities@city.localhost"})["nhits"] == 4


def test_methods_and_preflight(server):
    assert server.request("DELETE", V1 + "/search/?dataset=cities").status_code == 405
    answer = server.request("OPTIONS", V1 + "/search/")
    assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert server.request("HEAD", V1 + "/search/?dataset=cities").status_code == 200


HOSTILE = ["'; DROP TABLE x; --", "\" OR 1=1", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202e\u0000".replace("\u0000", ""), "%00", "\\", "`", '"',
           "((((((", "))))", "[" * 50, "]" * 50, "#" * 20, "#now(", "NOT " * 100, "a OR " * 400, "x:" * 100, "\U0001f600", "É̀", "9" * 400, "-" * 300,
           "1e999", "NaN", "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x}", "\t\r\n", "a" * 3000, "*", "**", "* OR *", "geo:", ":" * 9, "#search(*,)", "#polygon(,)"]


@pytest.mark.parametrize("parameter", ["dataset", "q", "q.x", "rq", "sort", "fields", "facet", "facetsort.name", "refine.country", "refine.`", "exclude.founded",
                                       "disjunctive.name", "geofilter.distance", "geofilter.polygon", "geofilter.bbox", "geo_digest", "geo_field", "rows", "start", "timezone",
                                       "lang", "format", "callback", "pretty_print", "csv_separator", "apikey"])
def test_hostile_texts_are_answered_or_refused(server, parameter):
    for text in HOSTILE:
        for path in ("/search/", "/download/"):
            params = {"dataset": "cities", parameter: text}
            answer = server.get(V1 + path, params)
            assert answer.status_code in (200, 400, 401, 404), f"{answer.url}: {answer.status_code} {answer.text[:500]}"
            if answer.status_code != 200:
                assert set(answer.json()) == {"errorcode", "error"}


def test_hostile_names_of_parameters(server):
    for text in HOSTILE:
        for prefix in ("refine.", "exclude.", "disjunctive.", "q.", "y."):
            answer = server.get(V1 + "/search/", {"dataset": "cities", prefix + text: "true"})
            assert answer.status_code in (200, 400), f"{answer.url}: {answer.status_code} {answer.text[:500]}"


def test_ten_thousand_words_are_refused(server):
    answer = server.request("POST", V1 + "/search/", data={"dataset": "cities", "q": "a OR " * 2000 + "a"})
    assert answer.status_code == 400 and "500 words" in answer.json()["error"]
