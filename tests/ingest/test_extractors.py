"""Every format by its extractor, from files as publishers send them, and what hostile ones come to."""
import io
import json
import os
import subprocess
import tarfile
import zipfile

import pytest

UGLY = os.path.join(os.path.dirname(__file__), "..", "data", "ugly")


def ugly(name):
    with open(os.path.join(UGLY, name), "rb") as f:
        return f.read()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return out.getvalue()


def way(extractor, **params):
    return {"extractor": extractor, "params": json.dumps(params)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The ugly shapefile in the other formats that the library writes."""
    folder = tmp_path_factory.mktemp("made")
    source = "/vsizip/" + os.path.abspath(os.path.join(UGLY, "zones-lambert93.zip")) + "/zones/zones_protegees.shp"
    opened = ["ogr2ogr", "-q", "-oo", "ENCODING=ISO-8859-1", "-nln", "zones"]
    for name, driver in (("a.gpkg", "GPKG"), ("a.fgb", "FlatGeobuf"), ("a.gml", "GML"), ("a.mif", "MapInfo File")):
        subprocess.run(opened + ["-f", driver, str(folder / name), source], check=True, capture_output=True)
    subprocess.run(opened + ["-f", "KML", "-t_srs", "EPSG:4326", str(folder / "a.kml"), source], check=True, capture_output=True)
    (folder / "mapinfo.zip").write_bytes(zipped({n: (folder / n).read_bytes() for n in ("a.mif", "a.mid")}))
    (folder / "a.kmz").write_bytes(zipped({"doc.kml": (folder / "a.kml").read_bytes()}))
    return folder


# --- what publishers send ----------------------------------------------------------------------------------------------

def test_windows_1252_with_decimal_commas_and_empty_columns(read):
    r = read.rows("budget.csv", ugly("budget-windows-1252.csv"))
    assert r.rows[0][:5] == [2021, "Réfection de la toiture de l'école", "Évron œuvre n° 1", 814000.73, 740424.43]
    assert len(r.fields) == 8 and list(r.fields.values())[-2:] == ["date", "geo_point_2d"]


def test_two_rows_of_headings_merged_cells_and_a_total(read):
    r = read.rows("p.xlsx", ugly("population-two-headings.xlsx"))
    assert r.labels[:4] == ["Canton", "Commune", "Population – Hommes", "Population – Femmes"]
    assert len(r.rows) == 20 and [row[0] for row in r.rows[:5]] == ["Canton 1"] * 4 + ["Canton 2"]
    assert r.fields["superficie_km2"] == "double" and r.rows[0][-1] == "48.156,-0.402"


def test_what_was_guessed_of_headings_is_overruled(read):
    r = read.rows("p.xlsx", ugly("population-two-headings.xlsx"), **way("excel", first_row_no=5, header_rows=1, skip_totals=False))
    assert r.labels[2] == "Hommes" and len(r.rows) == 22


def test_macroman_with_day_month_dates_and_a_total(read):
    r = read.rows("e.csv", ugly("events-day-month.csv"))
    assert r.rows[0][:4] == ["2023-01-04", "11h30", "Marché de Noël", "Évron"]
    assert len(r.rows) == 36 and r.fields["date"] == "date" and any("totals" in n for n in r.notes)


def test_escaped_quotes(read):
    text = 'a,b\n"say \\"yes\\", or ""no""",1\n"back\\\\",2\n"C:\\temp",3\n'.encode()
    r = read.rows("e.csv", text, **way("csvfile", escapechar="\\", separator=","))
    assert [x[0] for x in r.rows] == ['say "yes", or "no"', "back\\", "C:\\temp"]


def test_utf16_with_a_title_above(read):
    r = read.rows("b.csv", ugly("bins-lambert93.csv"))
    assert r.labels[0] == "N°" and len(r.rows) == 60 and r.fields["x"] == "double"


def test_shapefile_of_lambert_93_in_latin_1(read):
    r = read.rows("z.zip", ugly("zones-lambert93.zip"))
    assert r.rows[0][:2] == ["Évron", "Zone à protéger"] and len(r.rows) == 12
    lat, lon = map(float, r.rows[0][-1].split(","))
    assert abs(lat - 48.156) < 0.001 and abs(lon + 0.402) < 0.001


def test_json_of_an_api(read):
    r = read.rows("s.json", ugly("stations-api.json"))
    assert len(r.rows) == 20 and r.fields["position"] == "geo_point_2d"
    inner = read.rows("s.json", ugly("stations-api.json"), **way("jsonfile", json_root="results", json_object="address"))
    assert list(inner.fields) == ["street", "city", "postcode"]


# --- the other formats --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name,extractor", [("a.gpkg", "geopackage"), ("a.fgb", "flatgeobuf"), ("a.gml", "gml"), ("mapinfo.zip", "mapinfo"),
                                            ("a.kml", "kml"), ("a.kmz", "kml")])
def test_geographic_formats_give_the_same_records(read, made, name, extractor):
    data = (made / name).read_bytes()
    r = read.rows(name, data)
    assert len(r.rows) == 12 and any("Évron" in row for row in r.rows)
    west, south, east, north = r.result["box"]
    assert -1.1 < west < -0.9 and 47.8 < south < north < 48.5 and east < 0
    assert len(read.rows("data", data, **way(extractor)).rows) == 12


def test_a_geographic_file_in_the_cage(read, made):
    with open(read.path("a.gpkg"), "wb") as f:
        f.write((made / "a.gpkg").read_bytes())
    assert read.run("version", read.path("a.gpkg"), read.path("v1.tmp")).result["rows"] == 12


def test_a_geographic_file_cut_short_is_one_clear_error(read, made):
    data = (made / "a.gpkg").read_bytes()
    r = read.rows("a.gpkg", data[:20000])
    assert r.word == "BadSource" and "/" not in r.error.replace("and/or", "")


def test_gpx(read):
    r = read.rows("a.gpx", '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="48.1" lon="-0.7"><name>Un</name></wpt><trk><name>Tour'
                  '</name><trkseg><trkpt lat="48.1" lon="-0.7"/><trkpt lat="48.2" lon="-0.6"/></trkseg></trk></gpx>')
    assert [row[r.labels.index("kind")] for row in r.rows] == ["waypoints", "tracks"]


def test_topojson(read):
    doc = {"type": "Topology", "objects": {"c": {"type": "GeometryCollection", "geometries": [
        {"type": "LineString", "properties": {"nom": "A"}, "arcs": [0]}]}}, "arcs": [[[0, 0], [1, 1]]]}
    assert "A" in read.rows("a.topojson", json.dumps(doc)).rows[0]


def test_openstreetmap(read):
    doc = ('<osm version="0.6"><node id="1" lat="48.1" lon="-0.7"><tag k="amenity" v="cafe"/><tag k="cuisine" v="pain"/></node>'
           '<node id="2" lat="48.2" lon="-0.7"><tag k="shop" v="books"/></node></osm>')
    assert len(read.rows("a.osm", doc).rows) == 1
    r = read.rows("a.osm", doc, **way("osm", only_amenities=False, tags="shop,cuisine"))
    assert len(r.rows) == 2 and "pain" in r.rows[0]


def test_xml_and_its_parameters(read):
    doc = '<c><m/><l e="X"><b id="1"><t>Un</t><a>A</a><a>B</a></b><b id="2"><t d="q">Deux</t></b></l></c>'
    r = read.rows("a.xml", doc)
    assert r.labels == ["id", "t", "a"] and r.rows[0] == [1, "Un", ["A", "B"]]
    assert read.rows("a.xml", doc, **way("xmlfile", tag_depth=2, tag_name="b", parent_levels=1)).labels[-1] == "l_e"


def test_entities_are_refused_in_xml(read):
    r = read.rows("a.xml", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x><y>&b;</y><y>1</y></x>')
    assert r.word == "BadSource" and "document type" in r.error


def test_deep_xml_is_refused(read):
    assert read.rows("a.xml", "<r>" + ("<a>" * 200 + "</a>" * 200) * 2 + "</r>").word == "BadSource"


def test_feeds(read):
    r = read.rows("a.rss", '<rss version="2.0"><channel><item><title>Un</title><guid>1</guid><pubDate>Tue, 05 Sep 2023 08:00:00 +0200</pubDate>'
                  '</item></channel></rss>')
    assert r.rows == [["1", "Un", "2023-09-05T06:00:00+00:00"]] or r.rows == [[1, "Un", "2023-09-05T06:00:00+00:00"]]


def test_rdf_in_two_spellings_is_the_same(read):
    xml = ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://e.org/"><d:V rdf:about="http://e.org/1">'
           "<d:nom>Azé</d:nom></d:V></rdf:RDF>")
    ttl = '@prefix d: <http://e.org/> . d:1 a d:V ; d:nom "Azé" .'
    assert read.rows("a.rdf", xml).rows[0] == ["http://e.org/1", "V", "Azé"]
    assert read.rows("a.ttl", ttl).rows[0] == ["http://e.org/1", "http://e.org/V", "Azé"]
    assert "line" in read.rows("a.ttl", ttl[:-2] + "; ; [").error


def test_rdf_lists_lose_no_resource(read):
    head = "@prefix e: <http://e.org/> .\n"
    many = "".join(f'e:s{i} e:n "x{i}" .\n' for i in range(5))
    got = read.rows("l.ttl", head + many + 'e:l e:n "l" ; e:list ("one" "two" [ e:n "in" ] ("four")) ; e:after "z" ; e:none () .\n' + many.replace("e:s", "e:t"))
    assert [r[0] for r in got.rows] == [f"http://e.org/s{i}" for i in range(5)] + ["http://e.org/l"] + [f"http://e.org/t{i}" for i in range(5)], got.rows
    row = dict(zip(got.fields, got.rows[5]))
    assert row["n"] == "l" and row["after"] == "z" and "none" not in got.fields, row
    assert all(word in str(row["list"]) for word in ("one", "two", "in", "four")), row
    # A list that is itself spoken of, and resources nested deeper than records are: all of one statement, none lost.
    deep = "e:d e:p " + "[ e:p " * 40 + '"end"' + " ]" * 40 + " .\n"
    got = read.rows("s.ttl", head + 'e:a e:n "1" .\n("x" "y") e:n "list" .\n' + deep + 'e:b e:n "2" .\n')
    assert {"http://e.org/a", "http://e.org/b", "http://e.org/d"} <= {r[0] for r in got.rows} and any("list" in map(str, r) for r in got.rows), got.rows


def test_icalendar(read):
    r = read.rows("a.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Fête\\, grande\r\n  suite\r\nDTSTART;TZID=Europe/Paris:20230714T200000\r\n"
                  "END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert r.rows == [["Fête, grande suite", "2023-07-14T18:00:00+00:00"]]


def test_timetable_and_its_shapes(read):
    z = zipped({"stops.txt": "stop_id,stop_lat,stop_lon\nS,48.1,-0.7\nT,48.2,-0.6\n", "routes.txt": "route_id\nR\n", "agency.txt": "agency_id\nA\n",
                "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nA,48.2,-0.6,2\nA,48.1,-0.7,1\n"})
    assert read.rows("g.zip", z).rows[0][-1] == "48.1,-0.7"
    lines = read.rows("g.zip", z, **way("gtfs", gtfs_file="shapes"))
    assert json.loads(lines.rows[0][2])["coordinates"] == [[-0.7, 48.1], [-0.6, 48.2]]


def test_json_dictionary(read):
    r = read.rows("d.json", '{"d":{"A":{"n":1},"B":{"n":2}}}', **way("jsondict", json_root="d", key_column="code"))
    assert r.labels == ["code", "n"] and r.rows == [["A", 1], ["B", 2]]


# --- archives -------------------------------------------------------------------------------------------------------------

def test_files_of_one_format_become_one_table(read):
    z = zipped({"2022.csv": "a,b\n1,x\n", "2023.csv": "b,a\ny,2\n", "README.txt": "hello"})
    r = read.rows("years.zip", z, **way("csvfile", extract_filename=True))
    assert r.labels == ["a", "b", "filename"] and r.rows == [[1, "x", "2022.csv"], [2, "y", "2023.csv"]]


@pytest.mark.parametrize("mode,name", [("w", "a.tar"), ("w:gz", "a.tgz"), ("w:bz2", "a.tar.bz2")])
def test_tar(read, mode, name):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        info = tarfile.TarInfo("a.csv")
        info.size = 8
        t.addfile(info, io.BytesIO(b"a,b\n1,2\n"))
    assert read.rows(name, out.getvalue()).rows == [[1, 2]]


def test_a_tar_that_points_outside_is_refused(read):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        info = tarfile.TarInfo("../a.csv")
        info.size = 8
        t.addfile(info, io.BytesIO(b"a,b\n1,2\n"))
    assert "points outside" in read.rows("a.tar", out.getvalue()).error


# --- guesses --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name,kind,least", [("budget-windows-1252.csv", "csvfile", 80), ("zones-lambert93.zip", "shapefile", 90),
                                             ("population-two-headings.xlsx", "excel", 90), ("stations-api.json", "jsonfile", 60)])
def test_guess_comes_with_all_parameters(read, name, kind, least):
    r = read.run("guess", os.path.join(UGLY, name))
    type_, confidence, params = r.rows[0]
    assert type_ == kind and confidence >= least
    again = read.rows(name, ugly(name), extractor=type_, params=json.dumps(params))
    assert again.rows == read.rows(name, ugly(name)).rows
