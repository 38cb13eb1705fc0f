"""Files with something odd in them: what is published is what they say, and what cannot be is told."""
import json

import pytest

from conftest import HOST, stoa

SHAPES = "id,geom\n1,POINT(700000 6600000)\n2,POINT(2 48)\n3,\"POLYGON((179 0,181 0,181 1,179 0))\"\n"


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    stoa(folder / "data", "portal", "add", HOST)
    return folder


def publish(odd, name, text, *options, check=True):
    (odd / name).write_text(text, encoding="utf-8")
    done = stoa(odd / "data", "publish", odd / name, "--portal", HOST, "--id", "odd", "--replace", *options, check=check)
    return done.stdout + done.stderr


def rows(odd, make_server):
    server = make_server(odd / "data")
    found = server.records("odd", limit=50)["results"]
    server.stop()
    return found


XML = '<r><g n="G"><i><a>1</a></i></g><g n="H" m="M"><i><a>2</a></i><i><a>3</a></i></g><g><i><a>4</a></i></g></r>'


@pytest.mark.parametrize("by", ["tag_name=i", "tag_depth=2"])
def test_a_record_of_xml_has_the_attributes_of_its_own_parents(odd, make_server, by):
    publish(odd, "a.xml", XML, "--format", "xmlfile", "--param", by, "--param", "parent_levels=1")
    assert [(str(r["a"]), r["g_n"], r["g_m"]) for r in rows(odd, make_server)] == [("1", "G", None), ("2", "H", "M"), ("3", "H", "M"), ("4", None, None)]


@pytest.mark.parametrize("text,line", [('[{"a":1}]\n[{"a":2}]', 2), ('{"items":[{"a":1}]}{"items":[{"a":2}]}', 1), ('[{"a":1}] x', 1)])
def test_more_behind_the_end_of_a_json_document_is_refused(odd, text, line):
    said = publish(odd, "b.json", text, "--format", "jsonfile", check=False)
    assert "more behind the end of the JSON" in said and f"line {line}" in said, said
    publish(odd, "b.json", '[{"a":1}] \n\n', "--format", "jsonfile")


def test_shapes_that_are_no_degrees_are_told(odd, make_server):
    fields = odd / "shapes.json"
    fields.write_text(json.dumps({"fields": [{"name": "id", "type": "int"}, {"name": "geom", "type": "geo_shape"}]}), encoding="utf-8")
    said = publish(odd, "c.csv", SHAPES, "--schema", fields)
    assert "not a shape in degrees" in said, said
    assert [r["geom"] is None for r in rows(odd, make_server)] == [True, False, False]
    # A file that is nothing else is not published as shapes.
    lambert = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Point", "coordinates": [700000, 6600000 + n]}} for n in range(3)]}
    said = publish(odd, "d.geojson", json.dumps(lambert))
    assert "not a shape in degrees" in said or "not a point in degrees" in said, said


ICAL = "BEGIN:VCALENDAR\r\n" + "".join(f'BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART;TZID={zone}:20240701T100000\r\nEND:VEVENT\r\n' for n, zone in enumerate(
    ['"W. Europe Standard Time"', "/freeassociation.sourceforge.net/Europe/Paris", "Europe/Paris", '"Eastern Standard Time"'])) + "END:VCALENDAR\r\n"


def test_calendars_name_time_zones_in_several_ways(odd, make_server):
    said = publish(odd, "e.ics", ICAL)
    assert [r["dtstart"][11:16] for r in sorted(rows(odd, make_server), key=lambda r: str(r["uid"]))] == ["08:00", "08:00", "08:00", "14:00"]
    assert "not known" not in said
    said = publish(odd, "e.ics", ICAL.replace("Europe/Paris", "Nowhere/None"))
    assert "the time zone “/freeassociation.sourceforge.net/Nowhere/None”, which is not known" in said, said
