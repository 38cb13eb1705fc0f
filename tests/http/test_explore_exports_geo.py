"""Exports for maps, devices and calendars (Explore API §12.6–12.9), each read back by a program that is not ours: GDAL, GPSBabel,
cs2cs, python3-icalendar, sqlite3, unzip."""
import gzip
import io
import json
import math
import sqlite3
import subprocess
import zipfile

import pytest
from conftest import API, HOST, Server, stoa

import icalendar

SQUARE = [[[0, 45], [4, 45], [4, 48], [0, 48], [0, 45]], [[1, 46], [1, 47], [2, 47], [1, 46]]]
SMALL = [[[0, 45], [1, 45], [1, 46], [0, 45]]]
LINE = [[0, 45], [1, 46], [2, 45]]
MIXED = [
    ("none first", None),
    ("point é", {"type": "Point", "coordinates": [2.3522, 48.8566]}),
    ('line "q" <b>&', {"type": "LineString", "coordinates": LINE}),
    ("polygon", {"type": "Polygon", "coordinates": SQUARE}),
    ("polygons", {"type": "MultiPolygon", "coordinates": [SMALL, SQUARE]}),
    ("points", {"type": "MultiPoint", "coordinates": [[1, 45], [2, 46]]}),
    ("lines", {"type": "MultiLineString", "coordinates": [[[0, 45], [1, 46]], LINE]}),
    ("all", {"type": "GeometryCollection", "geometries": [
        {"type": "Point", "coordinates": [1, 45]}, {"type": "LineString", "coordinates": LINE},
        {"type": "Polygon", "coordinates": SMALL}]}),
]
LONG = "Été, “déjà” — " * 40
EVENTS = [
    {"title": "Concert; \"jazz\", soir", "date_debut": "2024-03-30", "date_fin": "2024-03-31", "lieu": "Salle A, rue b", "note": LONG},
    {"title": "Ligne 1\nligne 2 \\ fin", "date_debut": "2024-12-31", "date_fin": None, "lieu": None, "note": None},
    {"title": "sans date", "date_debut": None, "date_fin": None, "lieu": None, "note": None},
]
MEETINGS = [{"name": "Réunion", "start_time": "2024-07-01T09:30:00+02:00", "end_time": "2024-07-01T11:00:00+02:00", "place": "Town hall"},
            {"name": "moment", "start_time": "2024-01-01T00:00:00Z", "end_time": None, "place": None}]
ODD_FIELDS = [{"name": n, "type": t} for n, t in (("fid", "int"), ("geom", "text"), ("a_rather_long_name", "text"),
              ("a_rather_long_name_too", "text"), ("at", "geo_point_2d"), ("other_at", "geo_point_2d"), ("big", "int"), ("real", "double"))]


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    data = folder / "data"
    (folder / "mixed.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": name, "n": i}, "geometry": g} for i, (name, g) in enumerate(MIXED)]}), encoding="utf-8")
    for name, rows in (("events", EVENTS), ("meetings", MEETINGS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    (folder / "odd.csv").write_text("fid,geom,a_rather_long_name,a_rather_long_name_too,at,other_at,big,real\n"
                                    '7,g,one,two,"48.85, 2.35","1, 2",9007199254740993,-0.1\n8,,,,"-90, 0",,,1.5e300\n', encoding="utf-8")
    (folder / "odd.json").write_text(json.dumps({"fields": ODD_FIELDS}), encoding="utf-8")
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    for name in ("mixed.geojson", "events.jsonl", "meetings.jsonl"):
        stoa(data, "publish", folder / name, "--portal", HOST, "--id", name.split(".")[0])
    stoa(data, "publish", folder / "odd.csv", "--portal", HOST, "--id", "odd", "--schema", folder / "odd.json")
    running = Server(data)
    yield running
    running.stop()


def export(server, dataset, name, status=200, **params):
    answer = server.get(f"{API}/catalog/datasets/{dataset}/exports/{name}", params)
    assert answer.status_code == status, answer.text[:1000]
    return answer


def run(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, **{"text": True, **more})
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def features(path, layer=None):
    """What GDAL finds in a file, as GeoJSON features in the coordinates of the file."""
    words = ["ogr2ogr", "-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=15", "-a_srs", "EPSG:4326", "/vsistdout/", path]
    return [json.loads(line) for line in run(*words, *([layer] if layer else [])).splitlines()]


def saved(answer, path):
    path.write_bytes(answer.content)
    return path


def positions(g):
    """Every position of a geometry, rings in any order and direction."""
    if g is None:
        return None
    if g["type"] == "GeometryCollection":
        return sorted(p for x in g["geometries"] for p in positions(x))
    flat, todo = [], [g["coordinates"]]
    while todo:
        x = todo.pop()
        if isinstance(x[0], (int, float)):
            flat.append(tuple(round(v, 9) for v in x[:2]))
        else:
            todo += x
    return sorted(flat)


def near(a, b, by=1e-3):
    return all(math.isclose(x, y, abs_tol=by) for x, y in zip(a, b))


def cs2cs(lat, lon, epsg):
    """East and north of a point by PROJ's own program, asked for x first."""
    text = run("cs2cs", "-f", "%.6f", "EPSG:4326", f"EPSG:{epsg}", input=f"{lat} {lon}\n")
    return tuple(float(x) for x in text.split()[:2])


# --- one file, every kind of geometry ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name,suffix,mime", [("fgb", "fgb", "application/octet-stream"), ("gpkg", "gpkg", "application/geopackage+sqlite3"),
                                              ("kml", "kml", "application/vnd.google-earth.kml+xml")])
def test_every_row_and_every_kind_of_geometry_comes_back(maps, tmp_path, name, suffix, mime):
    answer = export(maps, "mixed", name)
    assert answer.headers["Content-Type"] == mime
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mixed.{suffix}"'
    back = features(saved(answer, tmp_path / f"mixed.{suffix}"))
    assert len(back) == len(MIXED)
    for (word, geometry), feature in zip(MIXED, back):
        p = feature["properties"]
        assert p.get("name", p.get("Name")) == word
        assert (feature["geometry"] or {}).get("type") == (geometry or {}).get("type")
        assert positions(feature["geometry"]) == positions(geometry), word
    assert int(back[3]["properties"]["n"]) == 3


def test_flatgeobuf_has_the_layer_and_the_columns_of_the_original(server, tmp_path):
    path = saved(export(server, "cities", "fgb", timezone="Europe/Paris"), tmp_path / "c.fgb")
    text = run("ogrinfo", "-ro", "-so", path, "Layer1")
    for words in ("Layer name: Layer1", "Geometry: Point", "Feature Count: 4", "name: String", "pop: Integer64", "area: Real",
                  "founded: DateTime", "updated: DateTime", "capital: Integer(Boolean)", 'ID["EPSG",4326]'):
        assert words in text, words
    assert "loc:" not in text
    assert b"2021-05-06T14:34:55+02:00" in path.read_bytes() and b"1988-01-15" in path.read_bytes()
    assert b"1988-01-15T" not in path.read_bytes()
    back = features(path)
    assert back[0]["properties"]["tags"] == "river,metro" and back[3]["geometry"] is None and back[3]["properties"]["name"] == "Besançon"
    assert "pop" not in back[3]["properties"] and back[1]["properties"]["capital"] is False


def test_flatgeobuf_needs_no_geometry(server, tmp_path):
    back = features(saved(export(server, "things", "fgb", limit=5), tmp_path / "t.fgb"))
    assert [f["properties"]["id"] for f in back] == [0, 1, 2, 3, 4] and back[0]["geometry"] is None
    grouped = saved(export(server, "cities", "fgb", select="count(*) as n", group_by="country"), tmp_path / "g.fgb")
    assert [(f["properties"].get("country"), f["properties"]["n"]) for f in features(grouped)] == [(None, 1), ("BE", 1), ("FR", 2)]


def test_a_geopackage_is_one_and_keeps_types(server, maps, tmp_path):
    path = saved(export(server, "cities", "gpkg", timezone="Europe/Paris"), tmp_path / "c.gpkg")
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT table_name, geometry_type_name, srs_id FROM gpkg_geometry_columns").fetchall() == [("cities", "POINT", 4326)]
        types = {r[1]: r[2] for r in db.execute("PRAGMA table_info(cities)")}
        assert {k: types[k] for k in ("pop", "area", "founded", "updated", "capital")} == {
            "pop": "INTEGER", "area": "REAL", "founded": "DATE", "updated": "DATETIME", "capital": "BOOLEAN"}
        assert db.execute("SELECT count(*) FROM rtree_cities_geom").fetchone() == (3,)
        assert db.execute("SELECT updated, tags FROM cities WHERE name='Paris'").fetchone() == ("2021-05-06T12:34:55.000Z", "river,metro")
    odd = saved(export(maps, "odd", "gpkg"), tmp_path / "odd.gpkg")
    with sqlite3.connect(odd) as db:
        row = db.execute("SELECT fid, geom, a_rather_long_name_too, other_at, big, real FROM odd ORDER BY fid").fetchone()
        assert row == (7, "g", "two", "1, 2", 9007199254740993, -0.1)


# --- shapefiles -------------------------------------------------------------------------------------------------------------------


def unzipped(answer, folder):
    assert answer.headers["Content-Type"] == "application/zip"
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert book.testzip() is None
    book.extractall(folder)
    return sorted(book.namelist())


def test_a_shapefile_is_whole(server, tmp_path):
    answer = export(server, "cities", "shp")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.zip"'
    assert unzipped(answer, tmp_path) == ["cities.cpg", "cities.dbf", "cities.prj", "cities.shp", "cities.shx"]
    assert (tmp_path / "cities.cpg").read_text().strip() == "UTF-8"
    assert (tmp_path / "cities.prj").read_text().startswith('GEOGCS["GCS_WGS_1984"')
    back = features(tmp_path / "cities.shp")
    assert [f["properties"]["name"] for f in back] == ["Paris", "La Rochelle", "Bruxelles", "Besançon"]
    assert back[0]["properties"]["pop"] == 2100000 and back[0]["properties"]["founded"] in ("1988/01/15", "1988-01-15")
    assert back[0]["properties"]["updated"] == "2021-05-06T12:34:55+00:00" and back[0]["properties"]["area"] == 105.4
    assert back[0]["geometry"]["coordinates"] == [2.3522, 48.8566] and back[3]["geometry"] is None and back[3]["properties"]["pop"] is None


def test_shapefiles_are_split_by_kind(maps, tmp_path):
    names = unzipped(export(maps, "mixed", "shp"), tmp_path)
    assert names == sorted(f"mixed_{k}.{s}" for k in ("points", "multipoints", "lines", "polygons") for s in ("shp", "shx", "dbf", "prj", "cpg"))
    by_kind = {k: features(tmp_path / f"mixed_{k}.shp") for k in ("points", "multipoints", "lines", "polygons")}
    words = {k: [f["properties"]["name"] for f in v] for k, v in by_kind.items()}
    assert words == {"points": ["none first", "point é"], "multipoints": ["points", "all"], "lines": ['line "q" <b>&', "lines", "all"],
                     "polygons": ["polygon", "polygons", "all"]}
    shapes = dict(MIXED)
    for kind in ("lines", "polygons"):
        for f in by_kind[kind][:2]:
            assert positions(f["geometry"]) == positions(shapes[f["properties"]["name"]])
    assert positions(by_kind["polygons"][2]["geometry"]) == positions({"type": "Polygon", "coordinates": SMALL})
    one = tmp_path / "one"
    assert unzipped(export(maps, "mixed", "shp", where="n=3 or n=4"), one) == [f"mixed.{s}" for s in ("cpg", "dbf", "prj", "shp", "shx")]


def test_names_of_a_shapefile_are_short_and_unique(maps, tmp_path):
    unzipped(export(maps, "odd", "shp"), tmp_path)
    p = features(tmp_path / "odd.shp")[0]["properties"]
    assert p == {"fid": 7, "geom": "g", "a_rather_l": "one", "a_rather_1": "two", "other_at": "1, 2", "big": 9007199254740993, "real": -0.1}
    assert features(tmp_path / "odd.shp")[1]["properties"]["real"] is None, "what its table cannot hold is not another number"


# --- nothing at all ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name,suffix", [("fgb", "fgb"), ("gpkg", "gpkg"), ("kml", "kml"), ("gpx", "gpx"), ("geojson", "geojson"), ("shp", "zip")])
def test_an_empty_result_is_an_empty_file(server, maps, tmp_path, name, suffix):
    for on, dataset, where in ((server, "cities", "pop < 0"), (maps, "mixed", "n < 0")):
        path = saved(export(on, dataset, name, where=where), tmp_path / f"{dataset}.{suffix}")
        text = run("ogrinfo", "-ro", "-so", "-al", f"/vsizip/{path}" if suffix == "zip" else path)
        # A KML document without placemarks has no layer at all.
        assert ("Feature Count: 0" in text or name == "kml") and "Feature Count: 1" not in text and "successful" in text


def test_without_geometry_there_are_null_geometries_or_an_error(server, tmp_path):
    for name in ("geojson", "fgb", "gpkg", "kml"):
        back = features(saved(export(server, "cities", name, select="name as title"), tmp_path / f"c.{name}"))
        assert len(back) == 4 and all(f["geometry"] is None for f in back), name
    unzipped(export(server, "cities", "shp", select="name"), tmp_path)
    assert "Feature Count: 4" in run("ogrinfo", "-ro", "-so", "-al", tmp_path / "cities.dbf")
    for name, missing in (("gpx", "geometry"), ("ov2", "geometry"), ("ical", "date")):
        for method in ("GET", "HEAD"):
            answer = server.request(method, f"{API}/catalog/datasets/cities/exports/{name}?select=name")
            assert answer.status_code == 400 and "Content-Disposition" not in answer.headers
        assert missing in export(server, "cities", name, 400, select="name").json()["message"]


# --- coordinate systems -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epsg", [2154, 3857])
def test_coordinates_are_those_of_cs2cs(server, tmp_path, epsg):
    wanted = cs2cs(48.8566, 2.3522, epsg)
    shp = tmp_path / "shp"
    unzipped(export(server, "cities", "shp", epsg=epsg), shp)
    paths = [shp / "cities.shp"] + [saved(export(server, "cities", name, epsg=epsg), tmp_path / f"c.{name}") for name in ("fgb", "gpkg")]
    for path in paths:
        assert near(features(path)[0]["geometry"]["coordinates"], wanted), path
        assert f"\"EPSG\",{epsg}]" in run("ogrinfo", "-ro", "-so", "-al", path), path
    body = export(server, "cities", "geojson", epsg=epsg).json()
    assert body["crs"]["properties"]["name"] == f"urn:ogc:def:crs:EPSG::{epsg}"
    assert near(body["features"][0]["geometry"]["coordinates"], wanted) and body["features"][3]["geometry"] is None
    assert "crs" not in export(server, "cities", "geojson").json()


def test_shapes_are_moved_too_and_what_has_no_place_is_null(maps, tmp_path):
    body = export(maps, "mixed", "geojson", epsg=3857).json()["features"]
    ring = body[3]["geometry"]["coordinates"][0]
    assert all(near(p, cs2cs(lat, lon, 3857)) for p, (lon, lat) in zip(ring, SQUARE[0]))
    odd = export(maps, "odd", "geojson", epsg=2154, select="fid, at").json()["features"]
    assert near(odd[0]["geometry"]["coordinates"], cs2cs(48.85, 2.35, 2154))
    assert odd[1] == {"type": "Feature", "geometry": None, "properties": {"fid": 8}}


def test_an_unknown_system_is_told_before_the_first_byte(server):
    for name in ("geojson", "shp", "fgb", "gpkg", "parquet", "csv"):
        for epsg in ("999999", "4978", "0", "x"):
            answer = export(server, "cities", name, 400, epsg=epsg)
            assert answer.json()["error_code"] == "InvalidRESTParameterError" and "epsg" in answer.json()["message"]
    # Formats that have one system only stay in it.
    assert b"<coordinates>2.3522,48.8566</coordinates>" in export(server, "cities", "kml", epsg=3857).content


# --- KML, GPX, OV2 ----------------------------------------------------------------------------------------------------------------


def test_kml_shows_labels_when_asked(server, tmp_path):
    path = saved(export(server, "cities", "kml", use_labels="true", list_separator="|"), tmp_path / "c.kml")
    run("xmllint", "--noout", path)
    text = path.read_text(encoding="utf-8")
    assert '<Data name="pop"><displayName>Population</displayName><value>2100000</value></Data>' in text and "<name>Besançon</name>" in text
    assert "river|metro" in text and "displayName" not in export(server, "cities", "kml").text


def test_gpx_has_waypoints_then_tracks(maps, tmp_path):
    answer = export(maps, "mixed", "gpx")
    assert answer.headers["Content-Type"] == "application/gpx+xml"
    path = saved(answer, tmp_path / "m.gpx")
    run("xmllint", "--noout", path)
    assert answer.content.rindex(b"<wpt") < answer.content.index(b"<trk>")
    points, tracks = features(path, "waypoints"), features(path, "tracks")
    assert [(f["properties"]["name"], *f["geometry"]["coordinates"]) for f in points] == [
        ("point é", 2.3522, 48.8566), ("points", 1, 45), ("points", 2, 46), ("all", 1, 45)]
    assert [f["properties"]["name"] for f in tracks] == ['line "q" <b>&', "polygon", "polygons", "lines", "all", "all"]
    assert tracks[0]["geometry"]["coordinates"] == [LINE] and tracks[1]["geometry"]["coordinates"] == SQUARE
    assert tracks[0]["properties"]["field_n"] == 2
    assert answer.headers.get("Stoa-Rows", "8") == "8"


def test_gpx_obeys_its_parameters(server):
    text = export(server, "cities", "gpx", limit=1, name_field="country", description_field_list="name, pop", use_labels="true").text
    assert "<name>FR</name><desc>Name: Paris\nPopulation: 2100000</desc><extensions><field:country>FR</field:country>" in text
    assert "field:pop" not in text and "field:area" in text
    bare = export(server, "cities", "gpx", limit=1, use_extension="false").text
    assert "extensions" not in bare and "<desc>country: FR\ntags: river,metro\npop: 2100000" in bare
    for params in ({"name_field": "nope"}, {"description_field_list": "name,nope"}):
        assert "nope" in export(server, "cities", "gpx", 400, **params).json()["message"]


def test_ov2_is_read_by_gpsbabel(server, maps, tmp_path):
    answer = export(server, "cities", "ov2")
    assert answer.headers["Content-Type"].startswith("text/plain") and answer.headers["Content-Disposition"].endswith('"cities.ov2"')
    path = saved(answer, tmp_path / "c.ov2")
    back = json.loads(run("gpsbabel", "-i", "tomtom", "-f", path, "-o", "geojson", "-F", "-"))["features"]
    assert [(f["properties"]["name"], *(round(x, 5) for x in f["geometry"]["coordinates"])) for f in back] == [
        ("Paris", 2.3522, 48.8566), ("La Rochelle", -1.1511, 46.1603), ("Bruxelles", 4.3517, 50.8503)]
    mixed = export(maps, "mixed", "ov2").content
    assert mixed[:1] == b"\x02" and b"point \xe9\x00" in mixed and len(mixed.split(b"\x00polygon\x00")) == 2 and b"none first" not in mixed
    assert mixed[:13] == b"\x02" + (13 + 8).to_bytes(4, "little") + (235220).to_bytes(4, "little") + (4885660).to_bytes(4, "little")


# --- calendars --------------------------------------------------------------------------------------------------------------------


def calendar(answer):
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")) and b"\n" not in answer.content.replace(b"\r\n", b"")
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def test_calendars_are_offered_where_there_are_dates(server, maps):
    assert "ical" in {x["rel"] for x in server.api("/catalog/datasets/cities/exports")["links"]}
    assert "ical" not in {x["rel"] for x in server.api("/catalog/datasets/zones/exports")["links"]}
    export(server, "zones", "ical", 404)


def test_days_become_events(maps):
    answer = export(maps, "events", "ical")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="events.ics"'
    first, second = calendar(answer)
    assert str(first["SUMMARY"]) == EVENTS[0]["title"] and str(first["LOCATION"]) == "Salle A, rue b"
    assert first["DTSTART"].dt.isoformat() == "2024-03-30" and first["DTEND"].dt.isoformat() == "2024-04-01"
    assert str(first["DESCRIPTION"]) == "note: " + LONG.strip() or LONG.strip() in str(first["DESCRIPTION"])
    assert str(second["SUMMARY"]) == EVENTS[1]["title"] and second["DTEND"].dt.isoformat() == "2025-01-01"
    ids = {r["_id"] if "_id" in r else None for r in maps.records("events", include_links="true")["results"]}
    assert {str(first["UID"]).split("@")[0], str(second["UID"]).split("@")[0]} <= ids or None in ids


def test_moments_become_events_in_utc(server, maps):
    first, second = calendar(export(maps, "meetings", "ical", timezone="Europe/Paris"))
    assert first["DTSTART"].dt.isoformat() == "2024-07-01T07:30:00+00:00" and first["DTEND"].dt.isoformat() == "2024-07-01T09:00:00+00:00"
    assert str(first["LOCATION"]) == "Town hall" and "DTEND" not in second
    cities = calendar(export(server, "cities", "ical"))
    assert [str(e["SUMMARY"]) for e in cities] == ["Paris", "La Rochelle", "Besançon"] and cities[0]["GEO"].to_ical() == "48.8566;2.3522"
    months = calendar(export(server, "things", "ical", limit=1))
    assert months[0]["DTSTART"].dt.isoformat() == "2010-01-01" and months[0]["DTEND"].dt.isoformat() == "2010-02-01"
    assert calendar(export(maps, "meetings", "ical", where="name='nobody'")) == []
    grouped = calendar(export(server, "cities", "ical", select="count(*) as n", group_by="founded"))
    assert len(grouped) == 3 and len({str(e["UID"]) for e in grouped}) == 3


# --- what is common ---------------------------------------------------------------------------------------------------------------


def test_every_format_can_be_compressed_and_leaves_nothing_behind(server):
    for name in (x["rel"] for x in server.api("/catalog/datasets/cities/exports")["links"]):
        plain, packed = export(server, "cities", name), export(server, "cities", name, compressed="true")
        assert packed.headers["Content-Disposition"].endswith('.gzip"') and packed.headers["Content-Type"] == "application/gzip"
        once = gzip.decompress(packed.content)
        # A GeoPackage tells the time it was made; everything else is the same to the byte.
        assert len(once) == len(plain.content) and (name == "gpkg" or once == plain.content), name
    assert [p.name for p in (server.data / "tmp").iterdir() if p.name.startswith("export-")] == []


def test_clauses_work_everywhere(server, tmp_path):
    for name in ("kml", "fgb", "gpkg", "geojson"):
        path = saved(export(server, "cities", name, select="name as big, loc", where="pop > 70000", order_by="pop", limit=2,
                            refine="country:FR"), tmp_path / f"c.{name}")
        assert [f["properties"]["big"] for f in features(path)] == ["La Rochelle", "Paris"], name


def test_a_restart_removes_what_a_crash_left(tmp_path, make_server):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    left = data / "tmp" / "export-abc"
    left.mkdir(parents=True)
    (left / "x.shp").write_text("x")
    make_server(data)
    assert not left.exists()
