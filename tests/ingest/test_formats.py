"""Each format, plain and packed: names, types and values as they come out."""
import gzip
import io
import json
import os
import zipfile

import pytest

CSV = "name,height\noak,12.5\nfir,30\n"
ROWS = [["oak", 12.5], ["fir", 30.0]]


def zipped(files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return b.getvalue()


# --- CSV: dialects -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(read, delimiter):
    r = read.rows("a.csv", CSV.replace(",", delimiter))
    assert r.rows == ROWS and r.fields == {"name": "text", "height": "double"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_takes_any_line_end(read, end):
    assert read.rows("a.csv", CSV.replace("\n", end)).rows == ROWS


def test_takes_single_quotes(read):
    r = read.rows("a.csv", "name,town\n'oak, old','a'\n'fir, young','b'\n'elm','c'\n")
    assert r.rows[0] == ["oak, old", "a"]


def test_keeps_line_breaks_and_doubled_quotes_in_cells(read):
    r = read.rows("a.csv", 'a,b\n"one\ntwo","say ""hi"""\n')
    assert r.rows == [["one\ntwo", 'say "hi"']]


def test_keeps_quotes_that_are_text(read):
    r = read.rows("a.csv", 'a,b\n5" pipe,"x" y\n')
    assert r.rows == [['5" pipe', '"x" y']]


def test_reads_commas_as_decimal_marks(read):
    r = read.rows("a.csv", "a;b\n1,5;1.234,25\n2,25;12,5\n")
    assert r.rows == [[1.5, 1234.25], [2.25, 12.5]]


@pytest.mark.parametrize("text,value", [("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1'234.5", 1234.5), ("1\u202f234,5", 1234.5)])
def test_reads_marks_of_thousands(read, text, value):
    r = read.rows("a.csv", f"a;b\n{text};x\n{text};y\n")
    assert r.rows[0][0] == value


def test_thousands_that_may_be_decimals_stay_text_and_say_so(read):
    r = read.rows("a.csv", "a;b\n1,234;x\n5,678;y\n")
    assert r.fields["a"] == "text" and any("1,234" in n for n in r.notes)


def test_another_column_decides_about_thousands(read):
    r = read.rows("a.csv", "a;b\n1.234;1,5\n5.678;2,25\n")
    assert r.fields == {"a": "int", "b": "double"} and r.rows[0] == [1234, 1.5]


def test_skips_a_title_above_the_headings(read):
    r = read.rows("a.csv", "Trees of the town\n\nname;height;year\noak;3;2001\nfir;4;2002\n")
    assert r.labels == ["name", "height", "year"] and len(r.rows) == 2


def test_sees_that_there_are_no_headings(read):
    r = read.rows("a.csv", "1,2020-01-01\n2,2020-01-02\n")
    assert r.labels == ["Column 1", "Column 2"] and len(r.rows) == 2


def test_years_may_be_headings(read):
    r = read.rows("a.csv", "country,2010,2011\nFrance,1,2\nSpain,3,4\n")
    assert r.labels == ["country", "2010", "2011"]


def test_text_only_files_have_headings(read):
    assert read.rows("a.csv", "a,b\nc,d\n").labels == ["a", "b"]


# --- CSV: encodings ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_finds_the_encoding(read, encoding):
    r = read.rows("a.csv", "ville,été\nOrléans,“oui”\nBesançon,non\n".encode(encoding))
    assert r.labels == ["ville", "été"] and r.rows[0] == ["Orléans", "“oui”"]


def test_takes_a_named_encoding(read):
    r = read.rows("a.csv", "a,b\nŁódź,1\n".encode("iso-8859-2"), encoding="iso-8859-2")
    assert r.rows == [["Łódź", 1]]


# --- types ---------------------------------------------------------------------------------------------------------

def column(read, *cells):
    """One column of those cells beside one of text."""
    return read.rows("a.csv", "x;other\n" + "".join(f"{c};t\n" for c in cells))


@pytest.mark.parametrize("cells,kind,first", [
    (["1", "-20"], "int", 1),
    (["007", "12"], "text", "007"),
    (["0", "10"], "int", 0),
    (["+33123", "12"], "text", "+33123"),
    (["9223372036854775807", "1"], "int", 9223372036854775807),
    (["-9223372036854775808", "1"], "int", -9223372036854775808),
    (["9223372036854775808", "1"], "text", "9223372036854775808"),
    (["1.5", "2"], "double", 1.5),
    (["1.5e-3", "2"], "double", 0.0015),
    (["12E4", "13E5"], "text", "12E4"),
    ([".5", "1"], "double", 0.5),
    (["true", "FALSE"], "boolean", True),
    (["vrai", "faux"], "boolean", True),
    (["oui", "non"], "text", "oui"),
    (["2020-01-31", "2020-02-29"], "date", "2020-01-31"),
    (["2020-01-31", "2020-02-30"], "text", "2020-01-31"),
    (["31/01/2020", "01/02/2020"], "date", "2020-01-31"),
    (["01/31/2020", "02/01/2020"], "date", "2020-01-31"),
    (["31.01.2020", "01.02.2020"], "date", "2020-01-31"),
    (["3 Jan 2020", "4 février 2021"], "date", "2020-01-03"),
    (["Jan 3, 2020", "Feb 4 2021"], "date", "2020-01-03"),
    (["2020-01-31T10:20:30", "2020-01-31 10:20"], "datetime", "2020-01-31T10:20:30+00:00"),
    (["2020-01-31T10:20:30+02:00", "2020-01-31T10:20:30Z"], "datetime", "2020-01-31T08:20:30+00:00"),
    (["2020-01-31", "2020-01-31 10:20"], "datetime", "2020-01-31T00:00:00+00:00"),
    (["01/31/2020 1:05 PM", "02/01/2020 12:00 AM"], "datetime", "2020-01-31T13:05:00+00:00"),
    (["48.85, 2.35", "-12.5,130.25"], "geo_point_2d", "48.85,2.35"),
    (["91.5, 2.35", "-12.5,130.25"], "text", "91.5, 2.35"),
    (["NA", "12"], "int", None),
    (["NA", "pine"], "text", "NA"),
    (["-", "1.5"], "double", None),
])
def test_proves_types(read, cells, kind, first):
    r = column(read, *cells)
    assert (r.fields["x"], r.rows[0][0]) == (kind, first)


def test_shapes_in_wkt(read):
    r = column(read, "POINT (2 48)", "POINT (3 49)")
    assert r.fields["x"] == "geo_shape" and json.loads(r.rows[0][0])["coordinates"] == [2, 48]


def test_one_cell_at_the_end_decides(read):
    r = read.rows("a.csv", "x\n" + "12\n" * 50000 + "12b\n")
    assert r.fields["x"] == "text" and any("12b" in n and "50002" in n for n in r.notes)


def test_open_day_and_month_are_told_with_both_readings(read):
    r = column(read, "01/02/2020", "03/04/2020")
    assert r.fields["x"] == "text"
    assert any("day/month/year or month/day/year" in n for n in r.notes)


def test_another_column_tells_day_from_month(read):
    r = read.rows("a.csv", "a;b\n01/02/2020;25/12/2020\n03/04/2020;24/12/2020\n")
    assert r.rows[0] == ["2020-02-01", "2020-12-25"]


def test_joins_latitude_and_longitude(read):
    r = read.rows("a.csv", "Latitude,Longitude,n\n48.5,2.25,1\n,3,2\n")
    assert r.rows == [[48.5, 2.25, 1, "48.5,2.25"], [None, 3.0, 2, None]]
    assert r.result["box"] == [2.25, 48.5, 2.25, 48.5]


@pytest.mark.parametrize("head,row", [("x,y", "1.5,2.5"), ("lat,lon", "480.5,2.25")])
def test_does_not_join_what_is_no_place(read, head, row):
    assert "geo_point_2d" not in read.rows("a.csv", f"{head}\n{row}\n{row}\n").fields


def test_blank_cells_are_null_and_blanks_are_trimmed(read):
    assert read.rows("a.csv", "a,b\n  x , \n\"\",  y\n").rows == [["x", None], [None, "y"]]


# --- headings ------------------------------------------------------------------------------------------------------

def test_doubled_and_empty_headings_are_named(read):
    r = read.rows("a.csv", "a,,a,A\nx,y,z,w\n")
    assert list(r.fields) == ["a", "column_2", "a_2", "a_3"] and r.labels == ["a", "Column 2", "a (2)", "A (3)"]
    assert len(r.notes) == 2


def test_labels_keep_the_heading(read):
    r = read.rows("a.csv", "Größe (m),Nom de l’arbre\n1,x\n")
    assert r.labels == ["Größe (m)", "Nom de l’arbre"]


def test_headings_only_publish_no_rows(read):
    r = read.rows("a.csv", "name,height\n")
    assert r.rows == [] and r.fields == {"name": "text", "height": "text"}


# --- schemas -------------------------------------------------------------------------------------------------------

def schema(read, *fields):
    read.write("schema.json", json.dumps({"fields": list(fields)}))
    return "schema.json"


def test_a_cell_that_does_not_fit_is_rejected_and_its_row_stays(read):
    s = schema(read, {"name": "name", "type": "text"}, {"name": "height", "type": "int"})
    r = read.version("a.csv", "name,height\noak,12\nfir,tall\nelm,3.5\n", schema=s)
    assert r.result["rows"] == 3 and r.result["rejects"] == 2
    lines = [json.loads(line) for line in open(read.path("v1.tmp.rejects"), encoding="utf-8")]
    assert lines[0] == {"row": 3, "field": "height", "value": "tall", "reason": "not a whole number"}
    assert lines[1]["row"] == 4
    assert {x["reason"]: x["count"] for x in r.result["reasons"]} == {"not a whole number": 1, "not a whole number: it has decimals": 1}


def test_strict_refuses_the_whole(read):
    s = schema(read, {"name": "height", "type": "int"})
    r = read.version("a.csv", "height\n12\ntall\n", schema=s, strict="yes")
    assert "row 3" in r.error and "height" in r.error
    assert read.left_behind("a.csv", "schema.json") == []


def test_an_id_that_does_not_fit_rejects_its_row(read):
    s = schema(read, {"name": "n", "type": "int", "annotations": {"id": True}}, {"name": "t", "type": "text"})
    r = read.rows("a.csv", "n,t\n1,a\nx,b\n3,c\n", schema=s)
    assert r.rows == [[1, "a"], [3, "c"]]


def test_a_missing_field_names_near_spellings(read):
    s = schema(read, {"name": "population", "type": "int"})
    r = read.rows("a.csv", "town,Populaton\na,1\n", schema=s)
    assert "population" in r.error and "Populaton" in r.error and "did you mean" in r.error


def test_columns_beyond_the_schema_are_left_out_aloud(read):
    s = schema(read, {"name": "b", "type": "int"})
    r = read.rows("a.csv", "a,b\nx,1\n", schema=s)
    assert r.rows == [[1]] and any("“a”" in n for n in r.notes)


def test_a_schema_splits_lists_and_reads_words_as_truth(read):
    s = schema(read, {"name": "tags", "type": "text", "annotations": {"multivalued": ["/"]}}, {"name": "ok", "type": "boolean"})
    r = read.rows("a.csv", "tags,ok\na / b,oui\n,non\n", schema=s)
    assert r.rows == [[["a", "b"], True], [None, False]]


def test_a_schema_gives_local_times_their_zone(read):
    s = schema(read, {"name": "t", "type": "datetime", "annotations": {"timezone": ["Europe/Paris"]}})
    assert read.rows("a.csv", "t\n2020-07-01 12:00\n2020-07-01T12:00Z\n", schema=s).rows == \
        [["2020-07-01T10:00:00+00:00"], ["2020-07-01T12:00:00+00:00"]]


def test_a_schema_of_open_dates_reads_day_first_and_says_so(read):
    s = schema(read, {"name": "d", "type": "date"})
    r = read.rows("a.csv", "d\n01/02/2020\n", schema=s)
    assert r.rows == [["2020-02-01"]] and any("day first" in n for n in r.notes)


# --- JSON ----------------------------------------------------------------------------------------------------------

RECORDS = [{"name": "oak", "h": 12.5, "tags": ["a", "b"], "ok": True}, {"name": "fir", "h": 30, "more": {"x": [1]}}]


def test_json_arrays(read):
    r = read.rows("a.json", json.dumps(RECORDS))
    assert r.fields == {"name": "text", "h": "double", "tags": "text", "ok": "boolean", "more": "json_blob"}
    assert r.rows == [["oak", 12.5, ["a", "b"], True, None], ["fir", 30.0, None, None, '{"x":[1]}']]


def test_json_finds_the_array_of_records(read):
    doc = {"meta": {"tags": ["a", "b", "c", "d"]}, "result": {"count": 2, "records": RECORDS}, "links": [{"a": 1}]}
    r = read.rows("a.json", json.dumps(doc, indent=1))
    assert len(r.rows) == 2 and json.loads(r.result["dialect"])["part"] == "result.records"


def test_json_takes_a_path(read):
    doc = {"a": [{"x": 1}, {"x": 2}], "b": {"c": [{"y": 1}]}}
    assert read.rows("a.json", json.dumps(doc), part="b.c").rows == [[1]]
    r = read.rows("a.json", part="b.z")
    assert "b.z" in r.error and "b.c" in r.error


def test_json_of_one_object_is_one_record(read):
    assert read.rows("a.json", '{"a":1,"b":"x"}').rows == [[1, "x"]]


def test_json_arrays_of_scalars_and_of_arrays(read):
    assert read.rows("a.json", "[1,2,3]").rows == [[1], [2], [3]]
    assert read.rows("b.json", '[["a",1],["b",2]]').rows == [["a", 1], ["b", 2]]


def test_json_strings_are_no_numbers(read):
    assert read.rows("a.json", '[{"zip":"75001"},{"zip":"13001"}]').fields == {"zip": "text"}


def test_json_points_of_portals(read):
    assert read.rows("a.json", '[{"p":{"lon":2.5,"lat":48.5}}]').rows == [["48.5,2.5"]]


def test_json_lines_and_a_bad_line(read):
    r = read.version("a.jsonl", '{"a":1}\n\n{"a":2}\nnot json\n{"a":3}\n')
    assert r.result["rows"] == 3 and r.result["rejects"] == 1
    line = json.loads(open(read.path("v1.tmp.rejects"), encoding="utf-8").readline())
    assert line["row"] == 4 and line["reason"] == "the line is not JSON"


def test_json_lines_are_known_without_their_suffix(read):
    assert read.rows("data", '{"a":1}\n{"a":2}\n').result["format"] == "jsonl"


def test_large_json_crosses_the_window(read):
    rows = [{"n": i, "t": "x" * (i % 3000)} for i in range(3000)]
    r = read.rows("a.json", json.dumps({"deep": {"rows": rows}}))
    assert [x[0] for x in r.rows] == list(range(3000)) and len(r.rows[2999][1]) == 2999


# --- GeoJSON -------------------------------------------------------------------------------------------------------

def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]]}


def test_geojson_points_need_no_shape(read):
    doc = {"type": "FeatureCollection", "features": [feature({"type": "Point", "coordinates": [2.5, 48.5]}, n="a"), feature(None, n="b")]}
    r = read.rows("a.geojson", json.dumps(doc))
    assert r.fields == {"n": "text", "geo_point_2d": "geo_point_2d"} and r.rows == [["a", "48.5,2.5"], ["b", None]]


def test_geojson_shapes_have_a_point_beside_them(read):
    r = read.rows("a.json", json.dumps({"type": "FeatureCollection", "features": [feature(SQUARE, n=1)]}))
    assert r.fields == {"n": "int", "geo_shape": "geo_shape", "geo_point_2d": "geo_point_2d"}
    assert r.rows[0][2] == "1,2" and r.result["box"] == [0.0, 0.0, 4.0, 2.0]


def test_geojson_of_another_system_is_turned_into_degrees(read):
    point = {"type": "Point", "coordinates": [446360.64, 6788946.14]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    r = read.rows("a.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature(point, n=1)]}))
    lat, lon = map(float, r.rows[0][1].split(","))
    assert abs(lat - 48.1516) < 1e-4 and abs(lon + 0.4117) < 1e-4
    crs["properties"]["name"] = "urn:ogc:def:crs:EPSG::99999"
    assert "99999" in read.rows("b.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": []})).error


def test_a_broken_shape_is_rejected_and_its_row_stays(read):
    bad = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}
    r = read.rows("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature(SQUARE, n=1), feature(bad, n=2)]}))
    assert len(r.rows) == 2 and r.rows[1][1] is None and r.result["rejects"] == 1


# --- packed --------------------------------------------------------------------------------------------------------

def test_gzip(read):
    assert read.rows("a.csv.gz", gzip.compress(CSV.encode())).rows == ROWS


def test_gzip_of_two_members_is_one_stream(read):
    assert read.rows("a.csv.gz", gzip.compress(CSV[:20].encode()) + gzip.compress(CSV[20:].encode())).rows == ROWS


def test_zip_with_one_table(read):
    r = read.rows("a.zip", zipped({"readme.md": "hello", "__MACOSX/x.csv": "no", "data/a.csv": CSV}))
    assert r.rows == ROWS and json.loads(r.result["dialect"])["inside"] == "data/a.csv"


def test_zip_with_two_tables_asks_which(read):
    z = zipped({"a.csv": CSV, "b.csv": "x,y\n1,2\n"})
    r = read.rows("a.zip", z)
    assert "a.csv" in r.error and "b.csv" in r.error
    assert read.rows("a.zip", z, inside="b.csv").rows == [[1, 2]]


@pytest.mark.parametrize("name", ["a.json.gz", "a.geojson.gz", "a.jsonl.gz"])
def test_json_in_gzip(read, name):
    assert len(read.rows(name, gzip.compress(b'{"a":1}\n{"a":2}\n' if "l" in name[-5:] else b'[{"a":1},{"a":2}]')).rows) == 2


def test_a_pipe_is_read_like_a_file(read):
    import subprocess
    from conftest import PROBE
    done = subprocess.run([PROBE, "rows", "-", "name=a.csv"], input=CSV, cwd=read.folder, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout.split("\n")[0]) == ROWS[0], done.stdout + done.stderr


# --- Excel ---------------------------------------------------------------------------------------------------------

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows_xml, strings=(), extra_sheets=(), styles="", settings="", doctype=""):
    sheets = "".join(f'<sheet name="{n}" sheetId="{i + 1}" r:id="rId{i + 1}"/>' for i, n in enumerate(["Data", *[n for n, _ in extra_sheets]]))
    relations = "".join(f'<Relationship Id="rId{i + 1}" Type="x" Target="worksheets/sheet{i + 1}.xml"/>' for i in range(1 + len(extra_sheets)))
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{settings}<sheets>{sheets}</sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        z.writestr("xl/sharedStrings.xml", f"<sst>{''.join(f'<si><t>{s}</t></si>' for s in strings)}</sst>")
        z.writestr("xl/styles.xml", styles or "<styleSheet/>")
        for i, xml in enumerate([rows_xml, *[x for _, x in extra_sheets]]):
            z.writestr(f"xl/worksheets/sheet{i + 1}.xml", f"{doctype}<worksheet xmlns='{MAIN}'><sheetData>{xml}</sheetData></worksheet>")
    return b.getvalue()


STYLES = ('<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\\-mm\\-yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
          '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>')


def test_workbooks(read):
    book = workbook('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>when</t></is></c>'
                    '<c r="D1" t="str"><v>ok</v></c></row>'
                    '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>12.5</v></c><c r="C2" s="2"><v>43831</v></c><c r="D2" t="b"><v>1</v></c></row>'
                    '<row r="3"/><row r="4"><c r="A4" t="inlineStr"><is><r><t>f</t></r><r><t>ir</t></r></is></c><c r="C4" s="1"><v>43832</v></c></row>',
                    ["name", "height", "oak"], styles=STYLES)
    r = read.rows("a.xlsx", book)
    assert r.fields == {"name": "text", "height": "double", "when": "date", "ok": "boolean"}
    assert r.rows == [["oak", 12.5, "2020-01-01", True], ["fir", None, "2020-01-02", None]]


def test_workbook_times_and_the_other_epoch(read):
    xml = '<row r="1"><c t="str"><v>t</v></c><c t="str"><v>n</v></c></row><row r="2"><c s="3"><v>42369.5</v></c><c><v>1</v></c></row>'
    assert read.rows("a.xlsx", workbook(xml, styles=STYLES)).rows[0][0] == "2015-12-31T12:00:00+00:00"
    assert read.rows("b.xlsx", workbook(xml, styles=STYLES, settings='<workbookPr date1904="1"/>')).rows[0][0] == "2020-01-01T12:00:00+00:00"


def test_workbook_takes_the_first_sheet_with_rows_or_the_named_one(read):
    table = '<row r="1"><c t="str"><v>a</v></c></row><row r="2"><c><v>{}</v></c></row>'
    book = workbook("", extra_sheets=[("Two", table.format(2)), ("Three", table.format(3))])
    assert read.rows("a.xlsx", book).rows == [[2]]
    assert read.rows("a.xlsx", part="Three").rows == [[3]]
    assert "Two" in read.rows("a.xlsx", part="Four").error


def test_workbook_passes_over_a_sheet_of_words(read):
    words = "".join(f'<row r="{i}"><c t="str"><v>Notes {i}</v></c></row>' for i in (1, 2, 3))
    table = '<row r="1"><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row><row r="2"><c><v>1</v></c><c><v>2</v></c></row>'
    book = workbook(words, extra_sheets=[("Two", table)])
    r = read.rows("a.xlsx", book)
    assert r.labels == ["a", "b"] and r.rows == [[1, 2]] and any("“Two” was read" in n for n in r.notes)
    assert len(read.rows("a.xlsx", part="Data").rows) == 2
    assert len(read.rows("b.xlsx", workbook(words)).rows) == 2


def test_workbook_skips_a_title(read):
    r = read.rows("a.xlsx", workbook('<row r="1"><c t="str"><v>Trees of the town</v></c></row>'
                                     '<row r="3"><c t="str"><v>a</v></c><c t="str"><v>b</v></c><c t="str"><v>c</v></c></row>'
                                     '<row r="4"><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>'))
    assert r.labels == ["a", "b", "c"] and r.rows == [[1, 2, 3]]


def test_workbook_in_a_gzip(read):
    book = workbook('<row r="1"><c t="str"><v>a</v></c></row><row r="2"><c><v>5</v></c></row>')
    assert read.rows("a.xlsx.gz", gzip.compress(book)).rows == [[5]]


# --- what spreadsheets hide ------------------------------------------------------------------------------------------

UGLY = os.path.join(os.path.dirname(__file__), "..", "data", "ugly")


@pytest.mark.parametrize("name", ["hidden.xls", "hidden.xlsx", "hidden.ods"])
def test_what_is_hidden_is_left_out_and_told(read, name):
    with open(os.path.join(UGLY, name), "rb") as f:
        r = read.rows(name, f.read())
    assert r.labels == ["name", "height"] and [row[1] for row in r.rows] == [1, 2, 5, 7, 8]
    assert [n.split(";")[0] for n in r.notes[:3]] == ["Hidden sheets were passed over (“Staff”)", "Hidden columns of the sheet were left out (B)",
                                                      "Hidden rows of the sheet were left out (3)"]


@pytest.mark.parametrize("name", ["hidden.xls", "hidden.xlsx", "hidden.ods"])
def test_what_is_hidden_is_taken_by_who_asks(read, name):
    with open(os.path.join(UGLY, name), "rb") as f:
        r = read.rows(name, f.read(), extractor="ods" if name.endswith("ods") else "excel", params='{"hidden":true}')
    assert r.labels == ["name", "keeper", "height"] and len(r.rows) == 8 and not any("idden" in n for n in r.notes)
    r = read.rows(name, part="Staff")
    assert r.rows == [["Ann", 5000]], "naming a sheet is asking for it"


def test_a_workbook_of_hidden_sheets_only_says_so(read):
    book = workbook('<row r="1"><c t="str"><v>a</v></c></row><row r="2"><c><v>1</v></c></row>')
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for n in old.namelist():
            new.writestr(n, old.read(n).replace(b'sheetId="1"', b'sheetId="1" state="veryHidden"'))
    r = read.rows("a.xlsx", out.getvalue())
    assert "hidden ones (“Data”); name the sheet" in r.error
    assert read.rows("a.xlsx", part="Data").rows == [[1]]


# --- tables of web pages ---------------------------------------------------------------------------------------------

PAGE = os.path.join(os.path.dirname(__file__), "..", "fuzz", "seeds", "html", "spans.html")


@pytest.mark.parametrize("name", ["a.xls", "a.html"])
def test_a_web_page_saved_as_a_workbook(read, name):
    with open(PAGE, "rb") as f:
        r = read.rows(name, f.read())
    assert r.labels == ["Commune", "Population – Hommes", "Population – Femmes"]
    assert r.rows == [["Évron", 1234.5, "12"], ["Évron", 1334.5, "13 & x"], ["Laval", 2.5, "13"]]
    assert any("number 2 was read" in n for n in r.notes) and any("Hidden columns" in n for n in r.notes)


def test_another_table_of_the_page(read):
    with open(PAGE, "rb") as f:
        r = read.rows("a.xls", f.read(), extractor="html", params='{"table":9}')
    assert "3 tables" in r.error
    assert read.rows("b.xls", "<html><body>Sign in</body></html>").error == "“b.xls” is a web page without a table; was it saved instead of the file?"


def test_a_web_page_in_place_of_another_file_is_a_stranger(read):
    assert "is a web page" in read.rows("a.csv", "<html><table><tr><td>a<td>b<tr><td>1<td>2</table>").error
    assert "is a web page" in read.rows("download", "<!DOCTYPE html><table><tr><td>a<td>b<tr><td>1<td>2</table>").error


def test_a_line_end_of_another_system_among_the_others(read):
    assert read.rows("a.csv", "a,b\r\n1,2\r3,4\r\n5,6\r\n").rows == [[1, 2], [3, 4], [5, 6]]
    assert read.rows("a.csv", "a,b\r\n1,x\ry\r\n5,z\r\n").rows == [[1, "x\ry"], [5, "z"]]


def test_columns_parted_by_blanks(read):
    text = "name   height  girth\n" + "".join(f" t{i}  {i}.5   {i * 2} \n" for i in range(5))
    r = read.rows("a.txt", text)
    assert r.labels == ["name", "height", "girth"] and r.rows[1] == ["t1", 1.5, 2]
    assert read.rows("b.txt", "place\n12 rue Hugo\n14 rue Paul\n3 rue Ada\n5 rue Zola\n").labels == ["place"]
    r = read.rows("c.txt", "a b\n1 2\n3 4\n", parts="yes", extractor="csvfile", params='{"separator":"space"}')
    assert r.rows == [[1, 2], [3, 4]]


# --- Parquet -------------------------------------------------------------------------------------------------------

FLIGHTS = os.path.join(os.path.dirname(__file__), "..", "..", "node_modules", "vega-datasets", "data", "flights-3m.parquet")


@pytest.fixture(scope="session")
def parquet():
    assert os.path.exists(FLIGHTS), "scripts/setup brings vega-datasets, whose Parquet file this test reads"
    with open(FLIGHTS, "rb") as f:
        return f.read()


@pytest.mark.slow
def test_parquet_into_a_version(read, parquet):
    r = read.version("a.parquet", parquet)
    assert r.result["rows"] == 3000000 and r.fields["delay"] == "int" and r.fields["date"] == "datetime"


# --- packages ------------------------------------------------------------------------------------------------------

def test_package(read):
    read.write("a.csv", CSV)
    read.write("datapackage.json", json.dumps({
        "title": "Trees", "licenses": [{"name": "CC0"}], "keywords": ["tree"], "resources": [
            {"name": "trees", "path": "a.csv", "description": "All", "schema": {"fields": [{"name": "Name", "type": "string"}]}},
            {"name": "far", "path": "https://example.org/x.csv"}, {"name": "inline", "data": [1]}]}))
    r = read.run("package", "datapackage.json").result
    assert [x["name"] for x in r["resources"]] == ["trees"] and r["resources"][0]["licences"] == 1
    assert r["resources"][0]["fields"] == 1 and len(r["notes"]) == 2


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "link.csv"])
def test_package_paths_stay_inside(read, path):
    os.mkdir(read.path("in"))
    os.mkdir(read.path("in/a"))
    read.write("secret.csv", CSV)
    os.symlink("../secret.csv", read.path("in/link.csv"))
    read.write("in/datapackage.json", json.dumps({"resources": [{"name": "x", "path": path}]}))
    assert "leaves the folder" in read.run("package", "in/datapackage.json").error


def test_package_finds_data_in_their_own_folder(read):
    os.mkdir(read.path("data"))
    read.write("data/a.csv", CSV)
    read.write("datapackage.json", json.dumps({"resources": [{"name": "a", "path": "a.csv", "format": "csv"}, {"name": "b", "path": "b.png", "format": "png"}]}))
    r = read.run("package", "datapackage.json").result
    assert r["resources"][0]["path"].endswith("/data/a.csv") and "png" in r["notes"][0]


def test_a_package_that_lacks_a_file_says_which(read):
    read.write("datapackage.json", json.dumps({"resources": [{"name": "trees", "path": "gone.csv"}]}))
    r = read.run("package", "datapackage.json")
    assert "trees" in r.error and "gone.csv" in r.error


def test_zeros_in_front_fit_a_declared_number(read):
    s = schema(read, {"name": "a", "type": "int"}, {"name": "b", "type": "double"})
    assert read.rows("a.csv", "a,b\n007,01.5\n12,2\n", schema=s).rows == [[7, 1.5], [12, 2.0]]


def test_a_single_feature_or_shape_is_a_record(read):
    shape = {"type": "Polygon", "coordinates": [[[6, 49], [7, 49], [7, 50], [6, 49]]]}
    lone = {"type": "Feature", "properties": {"name": "Metz", "lines": [{"n": 1}, {"n": 2}]}, "geometry": shape}
    r = read.rows("a.geojson", json.dumps(lone))
    assert r.result["format"] == "geojson" and len(r.rows) == 1 and r.rows[0][0] == "Metz" and r.fields["geo_shape"] == "geo_shape"
    r = read.rows("b.json", json.dumps({"geometry": {"type": "Point", "coordinates": [6.1, 49.1]}, "properties": {"name": "x"}, "type": "Feature"}))
    assert len(r.rows) == 1 and r.fields["geo_point_2d"] == "geo_point_2d"
    assert [f for f in read.rows("c.json", json.dumps(shape)).fields if f == "geo_shape"] and len(read.rows("c.json").rows) == 1
    lines = "".join(json.dumps({**lone, "properties": {"name": n}}) + "\n" for n in "abc")
    assert len(read.rows("d", lines).rows) == 3


def test_a_title_filled_up_with_empty_cells(read):
    rows = "".join(f"Town {i};{i},5;0{i}/12/2023\n" for i in range(1, 9))
    r = read.rows("a.csv", "Grants of 2023;;\n;;\nName;Amount;Day\n" + rows)
    assert r.labels == ["Name", "Amount", "Day"] and r.fields["amount"] == "double" and len(r.rows) == 8
    group = read.rows("b.csv", ";2023;;\nName;Amount;Day;Place\n" + "a;1;2;x\n" * 5)
    assert "2023 – Amount" in group.labels, group.labels


def test_degrees_in_words_say_what_makes_places_of_them(read):
    r = read.rows("a.csv", "name;Latitude\n" + "".join(f"x;48,8{i} N\n" for i in range(5)))
    assert r.fields["latitude"] == "text" and any("Convert degrees" in n and "row 2" in n for n in r.notes), r.notes
    roads = read.rows("b.csv", "name;road\n" + "".join(f"x;N {i}\n" for i in range(5)))
    assert not any("degrees" in n for n in roads.notes)
