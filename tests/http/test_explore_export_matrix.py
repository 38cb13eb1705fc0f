"""Every format in which records can be had, with every clause, by a program that is not ours. The formats are those the server lists:
one that has no reader here fails until READ has one. A third of them is asked each day, all of them at night."""
import csv
import gzip
import io
import json
import os
import subprocess

import icalendar
import odf.opendocument as opendocument
import openpyxl
import pytest
from conftest import API, ROOT, of_today
from odf.table import Table, TableRow, TableCell
from odf.teletype import extractText
from rdf import graph, triples_of_rapper
from test_explore_exports_geo import cs2cs, features, near, run

EXPORTS = API + "/catalog/datasets/cities/exports"
FORMATS = ["csv", "json", "jsonl", "geojson", "shp", "kml", "gpx", "ov2", "fgb", "gpkg", "ical", "parquet", "xlsx", "ods", "jsonld", "n3", "rdfxml",
           "turtle"]


def by_gdal(suffix):
    """Rows with the properties GDAL finds, the coordinates of a point under "at"."""
    def read(content, folder):
        path = folder / f"file.{suffix}"
        path.write_bytes(content)
        found = features(f"/vsizip/{path}" if suffix == "zip" else path, "waypoints" if suffix == "gpx" else None)
        return [{**f["properties"], "at": (f["geometry"] or {}).get("coordinates")} for f in found]
    return read


def by_ods(content, _):
    (table,) = opendocument.load(io.BytesIO(content)).spreadsheet.getElementsByType(Table)
    rows = [[extractText(c) for c in r.getElementsByType(TableCell)] for r in table.getElementsByType(TableRow)]
    return [dict(zip(rows[0], r)) for r in rows[1:]]


def by_openpyxl(content, _):
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    return [dict(zip(rows[0], r)) for r in rows[1:]]


def by_hyparquet(content, folder):
    (folder / "file.parquet").write_bytes(content)
    return json.loads(run("node", os.path.join(ROOT, "tests", "http", "parquet.mjs"), folder / "file.parquet"))["rows"]


def by_gpsbabel(content, folder):
    (folder / "file.ov2").write_bytes(content)
    found = json.loads(run("gpsbabel", "-i", "tomtom", "-f", folder / "file.ov2", "-o", "geojson", "-F", "-"))["features"]
    return [{**f["properties"], "at": f["geometry"]["coordinates"]} for f in found]


def by_rdf(form):
    def read(content, folder):
        g = graph(content, form) if form == "jsonld" else graph(triples_of_rapper(content, form, folder), "n3")
        rows = {s: {} for s in set(g.subjects())}
        for s, p, o in g:
            rows[s][str(p).rsplit("/", 1)[1]] = str(o)
        return list(rows.values())
    return read


def by_icalendar(content, _):
    return [{"name": str(e["SUMMARY"])} for e in icalendar.Calendar.from_ical(content).walk("VEVENT")]


READ = {
    "csv": lambda c, _: list(csv.DictReader(io.StringIO(c.decode("utf-8-sig"), newline=""), delimiter=";")), "json": lambda c, _: json.loads(c),
    "jsonl": lambda c, _: [json.loads(x) for x in c.splitlines()], "geojson": by_gdal("geojson"), "shp": by_gdal("zip"), "kml": by_gdal("kml"),
    "gpx": by_gdal("gpx"), "ov2": by_gpsbabel, "fgb": by_gdal("fgb"), "gpkg": by_gdal("gpkg"), "ical": by_icalendar, "parquet": by_hyparquet,
    "xlsx": by_openpyxl, "ods": by_ods, "jsonld": by_rdf("jsonld"), "n3": by_rdf("n3"), "rdfxml": by_rdf("rdfxml"), "turtle": by_rdf("turtle")}
GRAPHS = ("jsonld", "n3", "rdfxml", "turtle")  # sets without an order
DEVICES = ("gpx", "ov2", "ical")               # have words of their own for what a row holds


def rows_of(server, name, folder, **params):
    answer = server.get(f"{EXPORTS}/{name}", params)
    assert answer.status_code == 200, (name, answer.text[:500])
    return READ[name](gzip.decompress(answer.content) if params.get("compressed") else answer.content, folder)


def word(row):
    """The name of the city, whatever the format calls it."""
    return next(row[k] for k in ("big", "Name", "name", "Label") if row.get(k))


def test_every_format_has_a_reader(server):
    assert {x["rel"] for x in server.api("/catalog/datasets/cities/exports")["links"]} == set(READ) == set(FORMATS)


@pytest.mark.parametrize("name", of_today(FORMATS, 3))
def test_clauses_choose_and_sort_the_rows(server, tmp_path, name):
    ask = {"select": "name as big, pop, founded, loc", "where": "pop > 70000", "order_by": "pop desc", "compressed": "true"}
    wanted = {"Paris": "2100000", "Bruxelles": "1200000", "La Rochelle": "75000"}
    if name == "ical":
        del wanted["Bruxelles"]  # has no day
    rows = rows_of(server, name, tmp_path, **ask)
    assert [word(r) for r in rows] == list(wanted) or name in GRAPHS and {word(r) for r in rows} == set(wanted)
    for r in rows if name not in DEVICES else []:
        assert str(r["pop"]) == wanted[word(r)]
        assert not {"country", "tags", "area", "name"} & set(r)
    refined = rows_of(server, name, tmp_path, **ask, limit=1, refine="country:FR", exclude="tags:metro")
    assert [word(r) for r in refined] == ["La Rochelle"]


@pytest.mark.parametrize("name", of_today(FORMATS, 3))
def test_groups_are_rows(server, tmp_path, name):
    answer = server.get(f"{EXPORTS}/{name}", {"select": "count(*) as n", "group_by": "country as land"})
    if name in DEVICES:
        assert answer.status_code == 400 and len(answer.json()["message"]) > 20, name
        return
    assert answer.status_code == 200, answer.text
    found = {(r.get("land") or None, str(r["n"])) for r in READ[name](answer.content, tmp_path)}
    assert found == {(None, "1"), ("BE", "1"), ("FR", "2")}


@pytest.mark.parametrize("name", of_today(FORMATS, 3))
def test_labels_stand_where_there_are_headings(server, tmp_path, name):
    rows = rows_of(server, name, tmp_path, use_labels="true", limit=1)
    assert len(rows) == 1 and word(rows[0]) == "Paris"
    if name in ("csv", "xlsx", "ods", "parquet"):
        assert list(rows[0]) == ["Name", "Country", "Tags", "Population", "Area", "Founded", "Updated", "Capital", "Location"]
    elif name not in DEVICES:
        assert "pop" in rows[0] and "Population" not in rows[0]


@pytest.mark.parametrize("name", of_today(FORMATS, 3))
def test_coordinates_are_in_the_system_asked_for(server, tmp_path, name):
    rows = rows_of(server, name, tmp_path, epsg=2154, limit=1)
    wanted = cs2cs(48.8566, 2.3522, 2154)
    if name in ("geojson", "shp", "fgb", "gpkg"):
        assert near(rows[0]["at"], wanted)
    elif name == "parquet":
        assert near(rows[0]["loc"]["coordinates"], wanted)
    elif name in ("kml", "gpx", "ov2"):
        assert near(rows[0]["at"], (2.3522, 48.8566))  # have one system only
    elif name in ("csv", "xlsx", "ods"):
        assert rows[0]["loc"] == "48.8566, 2.3522"


@pytest.mark.parametrize("compression", ["snappy", "zstd"])
def test_parquet_values_are_those_of_the_records(server, tmp_path, compression):
    rows = rows_of(server, "parquet", tmp_path, parquet_compression=compression)
    assert [r.get("tags") for r in rows] == [["river", "metro"], ["sea"], None, ["river"]] and rows[0]["area"] == 105.4 and rows[0]["capital"] is True
    assert rows[0]["founded"][:10] == "1988-01-15" and rows[0]["updated"].startswith("2021-05-06T12:34:55") and rows[3].get("loc") is None
    assert rows[0]["loc"] == {"type": "Point", "coordinates": [2.3522, 48.8566]}
