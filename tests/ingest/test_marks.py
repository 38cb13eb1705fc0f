"""One odd value turns no column round: marks of numbers, the order of latitude and longitude."""
import json

import pytest

POINT = json.dumps([{"type": "type", "field": "v", "type_param": "geo_point_2d"}])
DOUBLE = json.dumps([{"type": "type", "field": "v", "type_param": "double"}])
INT = json.dumps([{"type": "type", "field": "v", "type_param": "int"}])


def table(values, other="v;w"):
    return other + "\n" + "".join(f'"{v}";a{i}\n' for i, v in enumerate(values))


def commas(values):
    return "v,w\n" + "".join(f'"{v}",a{i}\n' for i, v in enumerate(values))


def values(r, at=0):
    return [row[at] for row in r.rows]


@pytest.mark.parametrize("good", [1, 20, 200])
def test_one_latitude_out_of_range_turns_no_places_round(read, good):
    cells = [f"48.{i + 1},2.{i + 1}" for i in range(good)] + ["148.5,2.3"]
    r = read.rows("a.csv", table(cells), parts="yes", fields=POINT)
    assert r.fields["v"] == "geo_point_2d" and r.result["rejects"] == 1, r.notes
    assert values(r)[0] == "48.1,2.1" and values(r)[-1] is None


@pytest.mark.parametrize("cells", [["148.5,2.3", "149.5,2.5"], ["2.3,48.8", "-122.4,37.8", "139.7,35.7", "4.8,45.7"]])
def test_longitude_first_is_read_where_latitude_first_fails_often(read, cells):
    r = read.rows("a.csv", table(cells), parts="yes", fields=POINT)
    assert r.result["rejects"] == 0 and any("read as longitude, latitude" in n for n in r.notes)
    lon, lat = cells[0].split(",")
    assert values(r)[0] == f"{lat},{lon}"


THREE = [f"{1 + i % 9}.{100 + i}" for i in range(300)]


@pytest.mark.parametrize("way", [{}, {"parts": "yes", "fields": DOUBLE}])
def test_one_decimal_comma_makes_no_thousands(read, way):
    cells = THREE[:200] + ["7,5"] + THREE[200:]
    r = read.rows("a.csv", commas(cells), **way)
    assert r.fields["v"] == "double" and values(r)[0] == 1.1 and values(r)[200] is None and r.result["rejects"] == 1
    assert any("“7,5” in row 202" in n and "decimal point" in n for n in r.notes), r.notes


def test_one_decimal_point_makes_no_thousands_of_commas(read):
    cells = [c.replace(".", ",") for c in THREE] + ["7.5"]
    r = read.rows("a.csv", commas(cells))
    assert r.fields["v"] == "text" and any(n.startswith("Nearly every number of “v”") for n in r.notes), r.notes
    r = read.rows("a.csv", commas(cells), parts="yes", fields=DOUBLE)
    assert values(r)[0] == 1.1 and values(r)[-1] in (None, 7.5) and any("decimal comma" in n for n in r.notes)
    r = read.rows("a.csv", commas(cells), parts="yes", fields=json.dumps([{"type": "type", "field": "v", "type_param": "double", "decimal": "."}]))
    assert values(r)[0] == 1100.0 and values(r)[-1] == 7.5 and r.result["rejects"] == 0


@pytest.mark.parametrize("cells,found", [
    (["1.100", "2.101", "7,5"], [1100.0, 2101.0, 7.5]), (THREE[:50] + ["1.234,5"], [1100.0]), (THREE[:50] + ["1.234.567", "7,5"], [1100.0]),
    (THREE[:50] + ["950"] * 20 + ["7,5"], [1100.0]), (THREE[:50] + ["7,5"] * 10, [1100.0]), (THREE[:50] + ["2.5"], [1.1])])
def test_what_is_proved_decides(read, cells, found):
    r = read.rows("a.csv", commas(cells))
    assert r.fields["v"] == "double" and values(r)[:len(found)] == found and r.result["rejects"] == 0


def test_points_and_commas_without_any_proof_stay_text(read):
    r = read.rows("a.csv", commas(["1.234", "1,234", "2.345", "2,345"]))
    assert r.fields["v"] == "text" and any("have points and commas" in n for n in r.notes)


def test_whole_numbers_in_millions_tell_the_mark_of_others(read):
    rows = "v;w\n434.926;1.200.000\n115.104;2.300.000\n"
    for way in ({}, {"parts": "yes", "processors": json.dumps([{"uid": "pr_a", "type": "string_replace", "field": "x", "old": "zz", "new": "z"}])}):
        r = read.rows("a.csv", rows, **way)
        assert r.fields == {"v": "int", "w": "int"} and r.rows[0] == [434926, 1200000], (way, r.notes)


def test_an_open_mark_stays_text_whatever_processors_do(read):
    for way in ({}, {"parts": "yes", "processors": json.dumps([{"uid": "pr_a", "type": "string_replace", "field": "x", "old": "zz", "new": "z"}])}):
        r = read.rows("a.csv", "g;v\na;434.926\nb;115.104\n", **way)
        assert r.fields["v"] == "text" and any("thousands or three decimals" in n for n in r.notes), (way, r.notes)


@pytest.mark.parametrize("mark,kind,found", [(",", "int", [434926, 29900]), (".", "double", [434.926, 29.9])])
def test_the_choice_of_a_mark_holds(read, mark, kind, found):
    r = read.rows("a.csv", "g;v\na;434.926\nb;29.900\n", parts="yes", fields=json.dumps([{"type": "type", "field": "v", "type_param": kind, "decimal": mark}]))
    assert r.fields["v"] == kind and values(r, 1) == found


def test_blanks_of_thousands_go_beside_other_marks(read):
    for cells, found in ((["1 234", "5"], [1234, 5]), (["1 234", "5", "1,234"], [1234, 5, 1234]), (["1'234", "5", "1,234"], [1234, 5, 1234])):
        r = read.rows("a.csv", table(cells), parts="yes", fields=INT)
        assert values(r) == found and r.result["rejects"] == 0


@pytest.mark.parametrize("first,mark", [("sep=;", ";"), ("SEP=|\r", "|"), ('"sep=,"', ","), ("sep=\t", "\t")])
def test_the_line_that_names_the_delimiter_is_no_row(read, first, mark):
    r = read.rows("a.csv", f"{first}\nname{mark}n\nA{mark}1\nB{mark}2\n")
    assert r.fields == {"name": "text", "n": "int"} and r.rows == [["A", 1], ["B", 2]], r.notes
    r = read.rows("b.csv", f"{first}\nname{mark}n\nA{mark}1\nB{mark}2\n", parts="yes", extractor="csvfile")
    assert r.fields == {"name": "text", "n": "int"} and r.rows == [["A", 1], ["B", 2]], r.notes


def test_dates_of_both_orders_are_told_truly(read):
    r = read.rows("a.csv", table(["01/02/2024", "25/03/2024", "04/05/2024", "03/25/2024"]), parts="yes", fields=json.dumps([{"type": "type", "field": "v", "type_param": "date"}]))
    assert r.result["rejects"] == 1 and values(r)[0] == "2024-02-01"
    assert any("as many fit the one as the other" in n for n in r.notes) and not any("is over" in n for n in r.notes)


def test_processors_that_leave_no_row_are_told(read):
    r = read.rows("a.csv", "v;w\n1;a\n2;b\n", parts="yes", processors=json.dumps([{"uid": "pr_a", "type": "skip_record", "value": "=true"}]))
    assert r.rows == [] and "The processors left out every row of the source (2)." in r.notes and not any("headings" in n for n in r.notes)


def test_a_withheld_value_among_two_numbers_is_asked_about(read):
    read.write("a.csv", "v;w\n1;a\nn/c;b\n3;c\n")
    mixed = read.run("preview", "a.csv", parts="yes").result["mixed"]
    assert [(m["field"], m["misfit"], m["sample"]) for m in mixed] == [("v", 1, ["n/c"])]


def test_what_is_found_out_is_what_the_type_can_be_told(read):
    read.write("a.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nDTSTART:20240102T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    source = read.run("preview", "a.ics", parts="yes").result["source"]
    assert source["type"] == "icalendar" and "encoding" not in source["params"]


def test_a_discarded_column_is_not_new(read):
    r = read.rows("a.csv", "a,b,c\n1,2,3\n", parts="yes", columns=json.dumps([{"name": "a", "label": "a", "field": "a"}]), fields=json.dumps([{"type": "delete", "field": "c"}]))
    assert "New columns since the last publication (1): “b”." in r.notes


def test_what_a_map_does_not_say_is_not_made_up(read):
    doc = ('<osm version="0.6"><node id="1" lat="48" lon="2"><tag k="amenity" v="cafe"/></node><node id="2" version="3" timestamp="2020-01-02T03:04:05Z" uid="7" user="u" changeset="9" '
           'lat="48.5" lon="2.5"><tag k="amenity" v="bar"/></node></osm>')
    r = read.rows("a.osm", doc, extractor="osm", params='{"metadata":true}')
    told = [dict(zip(r.fields, row)) for row in r.rows]
    assert [told[0][k] for k in ("osm_version", "osm_uid", "osm_changeset", "osm_timestamp")] == [None] * 4
    assert [told[1][k] for k in ("osm_version", "osm_uid", "osm_changeset")] == [3, 7, 9] and told[1]["osm_timestamp"].startswith("2020-01-02T03:04:05")
