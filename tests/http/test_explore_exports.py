"""Exports of datasets and of the catalogue (Explore API §12, §13, Annex A.7)."""
import csv
import gzip
import io
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile

import pytest
from conftest import API, THINGS, stoa

EXPORTS = API + "/catalog/datasets/{}/exports"


def export(server, name, dataset="cities", status=200, **params):
    answer = server.get(EXPORTS.format(dataset) + "/" + name, params)
    assert answer.status_code == status, answer.text[:1000]
    return answer


def test_formats_are_listed_where_they_apply(server):
    links = {x["rel"]: x["href"] for x in server.api("/catalog/datasets/cities/exports")["links"]}
    assert {"csv", "json", "jsonl", "geojson", "parquet", "xlsx"} <= set(links)
    assert links["csv"].endswith("/catalog/datasets/cities/exports/csv")
    assert "geojson" not in {x["rel"] for x in server.api("/catalog/datasets/things/exports")["links"]}
    assert server.api("/catalog/datasets/things/exports/geojson", 404)["error_code"] == "NotFoundURI"


def test_csv_is_as_specified(server):
    answer = export(server, "csv", select="name,country,pop,founded,tags,loc")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.csv"'
    assert answer.headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content == ("\ufeffname;country;pop;founded;tags;loc\r\n"
                              "Paris;FR;2100000;1988-01-15;river,metro;48.8566, 2.3522\r\n"
                              "La Rochelle;FR;75000;1990-07-01;sea;46.1603, -1.1511\r\n"
                              "Bruxelles;BE;1200000;;;50.8503, 4.3517\r\n"
                              "Besançon;;;1990-12-31;river;\r\n").encode()


def test_csv_obeys_its_parameters(server):
    text = export(server, "csv", delimiter=",", list_separator="|", quote_all="true", with_bom="false", use_labels="true",
                  select="name,tags,pop,capital,updated,loc", limit=1).content.decode()
    assert text == ('"Name","Tags","Population","Capital","Updated","Location"\r\n'
                    '"Paris","river|metro",2100000,True,2021-05-06T12:34:55+00:00,"48.8566, 2.3522"\r\n')
    assert export(server, "csv", delimiter="\t", with_bom="false", select="name,pop", limit=1).text == "name\tpop\r\nParis\t2100000\r\n"
    assert export(server, "csv", delimiter="|", with_bom="false", select="name,pop", limit=0).text == "name|pop\r\n"
    assert server.api("/catalog/datasets/cities/exports/csv", 400, delimiter=":")["error_code"] == "InvalidRESTParameterError"


def test_csv_quotes_what_needs_it(server):
    text = export(server, "csv", "things", with_bom="false").content.decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == THINGS + 1 and rows[8][-1] == 'say "é"; or not\nnext'
    assert rows[1][4] == "0" and rows[2][4] == "0.25" and rows[1][5] == "2010-01"


def test_json_is_an_array_of_flat_records(server):
    answer = export(server, "json")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.json"'
    assert answer.json() == server.records()["results"]
    assert export(server, "json", where="pop < 0").text == "[]"


def test_json_lines_have_a_record_each(server):
    answer = export(server, "jsonl", "things")
    lines = answer.text.split("\n")
    assert lines[-1] == "" and [json.loads(x)["id"] for x in lines[:-1]] == list(range(THINGS))
    assert export(server, "jsonl", "things", where="id < 0").text == ""


def test_exports_have_no_ceiling_but_a_limit(server):
    assert len(export(server, "json", "things").json()) == THINGS
    assert len(export(server, "json", "things", limit=120).json()) == 120
    assert len(export(server, "json", "things", limit=-1, offset=200).json()) == THINGS


def test_exports_take_the_clauses_of_records(server):
    assert export(server, "json", select="name", where="pop > 100000", order_by="pop").json() == [{"name": "Bruxelles"}, {"name": "Paris"}]
    assert export(server, "json", select="count(*) as n", group_by="country").json() == [
        {"country": None, "n": 1}, {"country": "BE", "n": 1}, {"country": "FR", "n": 2}]
    assert [r["name"] for r in export(server, "json", refine="country:FR", exclude="tags:sea").json()] == ["Paris"]
    assert export(server, "json", select="updated", timezone="Europe/Paris", limit=1).json() == [{"updated": "2021-05-06T14:34:55+02:00"}]


def test_errors_come_before_the_first_byte(server):
    for params in ({"select": "nope"}, {"where": "pop >"}, {"limit": "x"}, {"timezone": "Nowhere"}, {"epsg": "999999"},
                   {"parquet_compression": "lzma"}, {"with_bom": "perhaps"}):
        answer = export(server, "csv", status=400, **params)
        assert answer.headers["Content-Type"].startswith("application/json") and "error_code" in answer.json()
        assert "Content-Disposition" not in answer.headers
    many = export(server, "csv", "things", status=400, group_by="id", select="count(*) as n", order_by="count(*)")
    assert "limit" in many.json()["message"] and "order_by" in many.json()["message"]


def test_a_compressed_export_is_a_gzip_file(server):
    answer = export(server, "csv", compressed="true", with_bom="false")
    assert answer.headers["Content-Type"] == "application/gzip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.csv.gzip"'
    assert gzip.decompress(answer.content).startswith(b"name;country;")


def test_geojson_takes_the_shape_or_the_point(server):
    answer = export(server, "geojson", select="name, loc")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.geojson"'
    body = answer.json()
    assert body["type"] == "FeatureCollection" and len(body["features"]) == 4
    assert body["features"][0] == {"type": "Feature", "geometry": {"type": "Point", "coordinates": [2.3522, 48.8566]},
                                   "properties": {"name": "Paris"}}
    assert body["features"][3]["geometry"] is None
    zones = export(server, "geojson", "zones").json()["features"]
    assert zones[0]["geometry"]["type"] == "Polygon" and zones[0]["properties"]["zone"] == "west"
    assert not any(isinstance(v, dict) and "type" in v for v in zones[0]["properties"].values())
    assert export(server, "geojson", select="name", limit=1).json()["features"] == [{"type": "Feature", "geometry": None, "properties": {"name": "Paris"}}]


# --- workbooks ------------------------------------------------------------------------------------------------------

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheet(content, number=1):
    """Cells by reference: (type, text) of one sheet."""
    book = zipfile.ZipFile(io.BytesIO(content))
    assert book.testzip() is None
    for name in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
        ET.fromstring(book.read(name))
    root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    cells = {}
    for c in root.iterfind(".//m:c", NS):
        text = c.find("m:is/m:t", NS) if c.get("t") == "inlineStr" else c.find("m:v", NS)
        cells[c.get("r")] = (c.get("t", "n"), c.get("s", "0"), text.text)
    return cells


def test_a_workbook_has_typed_cells(server):
    answer = export(server, "xlsx")
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.xlsx"'
    cells = sheet(answer.content)
    assert [cells[c + "1"][2] for c in "ABCDEFGHI"] == ["name", "country", "tags", "pop", "area", "founded", "updated", "capital", "loc"]
    assert cells["A2"] == ("inlineStr", "0", "Paris") and cells["C2"][2] == "river,metro" and cells["I2"][2] == "48.8566, 2.3522"
    assert cells["D2"] == ("n", "0", "2100000") and cells["E2"] == ("n", "0", "105.4")
    assert cells["F2"] == ("n", "1", "32157") and cells["H2"] == ("b", "0", "1") and cells["G2"][1] == "2"
    assert abs(float(cells["G2"][2]) - 44322.524247685) < 1e-6
    assert "D5" not in cells and "B5" not in cells


def test_a_workbook_survives_any_text(server):
    cells = sheet(export(server, "xlsx", "things", use_labels="true", list_separator="|").content)
    assert cells["G9"][2] == 'say "é"; or not\nnext' and cells["A251"][2] == str(THINGS - 1)
    assert cells["F2"] == ("inlineStr", "0", "2010-01")


def test_a_workbook_is_read_by_gdal(server, tmp_path):
    (tmp_path / "cities.xlsx").write_bytes(export(server, "xlsx").content)
    text = subprocess.run(["ogrinfo", "-al", str(tmp_path / "cities.xlsx")], capture_output=True, text=True, check=True).stdout
    assert "Feature Count: 4" in text and "founded: Date" in text and "pop: Integer" in text and "Besançon" in text


# --- Parquet --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["snappy", "zstd"])
def test_parquet_comes_back_as_it_went(server, tmp_path, compression):
    answer = export(server, "parquet", parquet_compression=compression)
    assert answer.headers["Content-Type"] == "application/parquet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.parquet"'
    assert answer.content[:4] == b"PAR1" and answer.content[-4:] == b"PAR1"
    path = tmp_path / "back.parquet"
    path.write_bytes(answer.content)
    data = tmp_path / "data"
    stoa(data, "portal", "add", "back.localhost", "--set", "title=Back")
    stoa(data, "publish", path, "--portal", "back.localhost", "--id", "back")
    rows = json.loads(stoa(data, "query", "--portal", "back.localhost", "back", "--json").stdout)
    rows = rows["results"] if isinstance(rows, dict) else rows
    assert [r["name"] for r in rows] == ["Paris", "La Rochelle", "Bruxelles", "Besançon"]
    assert rows[0]["pop"] == 2100000 and rows[0]["founded"] == "1988-01-15" and rows[0]["tags"] == ["river", "metro"]


def test_no_export_leaves_a_file_behind(server):
    export(server, "parquet")
    export(server, "csv")
    left = [os.path.join(d, f) for d, _, files in os.walk(server.data) for f in files if re.search(r"export|spool|\.tmp$", f)]
    assert left == []


# --- the catalogue --------------------------------------------------------------------------------------------------


def test_the_catalogue_is_offered_in_formats(server):
    assert {"csv", "json", "xlsx"} <= {x["rel"] for x in server.api("/catalog/exports")["links"]}


def test_the_catalogue_as_csv_has_every_meta_and_the_id_last(server):
    answer = server.get(API + "/catalog/exports/csv", {"order_by": "datasetid"})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"] == 'attachment; filename="datasets.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    head = list(rows[0])
    assert head[-1] == "datasetid" and {"default.title", "default.theme", "dcat.creator"} <= set(head)
    assert all(h.count(".") == 1 for h in head[:-1])
    assert [r["datasetid"] for r in rows] == ["cities", "things", "zones"]
    assert rows[0]["default.theme"] == "Environment,Culture" and rows[0]["dcat.creator"] == "The mayor"


def test_the_catalogue_as_json_has_the_objects_of_the_list(server):
    answer = server.get(API + "/catalog/exports/json", {"order_by": "datasetid", "where": "features='geo'"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="datasets.json"'
    assert answer.json() == server.api("/catalog/datasets", order_by="datasetid", where="features='geo'")["results"]


def test_the_catalogue_as_a_workbook(server):
    answer = server.get(API + "/catalog/exports/xlsx", {"limit": 2})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="datasets.xlsx"'
    cells = sheet(answer.content)
    assert len({re.sub("[A-Z]", "", ref) for ref in cells}) == 3


def test_the_command_line_writes_the_same_bytes(server, tmp_path, sources):
    data = tmp_path / "data"
    stoa(data, "portal", "add", "one.localhost", "--set", "title=One")
    stoa(data, "publish", sources / "cities.csv", "--portal", "one.localhost", "--id", "cities", "--schema", sources / "cities.fields.json")
    done = stoa(data, "export", "--portal", "one.localhost", "cities", "--format", "jsonl")
    assert done.stdout == export(server, "jsonl").text


@pytest.mark.slow
def test_a_full_sheet_is_followed_by_another(tmp_path, make_server):
    rows = 1048576 + 10
    with open(tmp_path / "n.csv", "w", encoding="ascii") as f:
        f.write("n\n" + "".join(f"{i}\n" for i in range(rows)))
    data = tmp_path / "data"
    stoa(data, "portal", "add", "city.localhost", "--set", "title=City")
    stoa(data, "publish", tmp_path / "n.csv", "--portal", "city.localhost", "--id", "n")
    content = export(make_server(data), "xlsx", "n").content
    second = sheet(content, 2)
    assert second["A1"][2] == "n" and second["A2"][2] == "1048575" and len(second) == 12
    assert ET.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("xl/workbook.xml")).findall(".//m:sheet", NS)[1].get("name") == "Sheet2"
