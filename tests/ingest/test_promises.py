"""The published type of a field is a promise (src/ingest/pledge.h): what becomes of it when the values of its column change."""
import json
import os

import pytest

WAYS = [{}, {"parts": "yes"}, {"parts": "yes", "processors": json.dumps([{"uid": "pr_a", "type": "string_replace", "field": "other", "old": "zz", "new": "z"}])}]


def table(values, head="v"):
    return f"other;{head}\n" + "".join(f"x{i};{v}\n" for i, v in enumerate(values))


def again(read, before, now, way=(), name="t.csv", **more):
    """Reads what was published and, held to it, what came later."""
    way = dict(way)
    first = read.rows(name, before, **way)
    assert not first.error, first.error
    return first, read.rows(name, now, types=first.result["types"], **way, **more)


# What was published, what comes now; the type then, the values of the column (None: all as they are).
KEPT = [
    (["ab", "cd", "ef"], ["1", "2", "3"], "text", ["1", "2", "3"]),
    (["ab", "cd", "ef"], ["2024-01-02", "2024-01-03"], "text", ["2024-01-02", "2024-01-03"]),
    (["ab", "cd", "ef"], ["true", "false"], "text", ["true", "false"]),
    (["ab", "cd", "ef"], ["", ""], "text", [None, None]),
    (["1.5", "2.5"], ["1", "2"], "double", [1.0, 2.0]),
    (["1,5", "2,5"], ["1", "20000000000000000"], "double", [1.0, 2e16]),
    (["1.5", "2.5"], ["", ""], "double", [None, None]),
    (["1", "2"], ["3.0", "4.0"], "int", [3, 4]),
    (["1", "2"], ["", ""], "int", [None, None]),
    (["1", "2"], ["1 234", "5"], "int", [1234, 5]),
    (["1", "2"], ["007", "008", "009"], "int", [7, 8, 9]),
    (["2024-01-02T10:00:00", "2024-01-03T11:00:00"], ["2024-01-02", "2024-01-03"], "datetime", ["2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00"]),
    (["2024-01-02", "2024-01-03"], ["2024-01-04T00:00:00", "2024-01-05"], "date", ["2024-01-04", "2024-01-05"]),
    (["true", "false"], ["1", "0"], "boolean", [True, False]),
    (["true", "false"], ["oui", "non"], "boolean", [True, False]),
    (["31/12/2024", "01/02/2024"], ["03/04/2024", "05/06/2024"], "date", ["2024-04-03", "2024-06-05"]),
    (["12/31/2024", "01/02/2024"], ["03/04/2024", "05/06/2024"], "date", ["2024-03-04", "2024-05-06"]),
    (["12/31/2024", "01/02/2024"], ["", ""], "date", [None, None]),
    (["48.5,2.5", "48.6,2.6"], ["48,2", "12,5"], "geo_point_2d", ["48,2", "12,5"]),
    (["1.234.567", "2.345.678"], ["1.234", "5.678"], "int", [1234, 5678]),
    (["1.234,5", "2.345,5"], ["1.234", "5.678"], "double", [1234.0, 5678.0]),
    (["1.5", "2"], ["1.234", "5.678"], "double", [1.234, 5.678]),
]


def column(outcome, name="v"):
    at = [f["name"] for f in outcome.result["schema"]["fields"]].index(name)
    return [row[at] for row in outcome.rows]


def same(found, expected):
    if isinstance(expected, str) and found is not None and "T00:00:00" in expected:
        return found.replace("Z", "+00:00") == expected
    return found == expected


@pytest.mark.parametrize("before, now, kind, values", KEPT)
def test_values_that_fit_keep_the_published_type(read, before, now, kind, values):
    for way in WAYS:
        first, r = again(read, table(before), table(now), way)
        assert (first.fields["v"], r.fields["v"]) == (kind, kind), (way, first.notes)
        assert r.result["rejects"] == 0, r.result["reasons"]
        found = column(r)
        assert len(found) == len(values) and all(same(f, v) for f, v in zip(found, values)), (way, found)
        assert not any("stays" in n or "from now on" in n for n in r.notes), r.notes


def test_what_was_not_published_is_found_out(read):
    first, r = again(read, table(["ab"]), "other;v;w\nx;1;2\n")
    assert r.fields == {"other": "text", "v": "text", "w": "int"}


WIDER = [
    (["1", "2"], ["3", "2.5", "4"], "int", "double", "“2.5” in row 3"),
    (["1", "2"], ["1.234", "2.345", "1.2"], "int", "double", ""),
    (["1", "2"], ["1", "1.234", "2.5"], "int", "double", ""),
    (["2024-01-02", "2024-01-03"], ["2024-01-04", "2024-01-05T12:30:00"], "date", "datetime", "“2024-01-05T12:30:00” in row 3"),
    (["1", "2"], [str(i) + ".5" for i in range(20)] + ["?"], "int", "double", "“0.5” in row 2"),
]


@pytest.mark.parametrize("before, now, was, kind, told", WIDER)
def test_a_wider_type_loses_nothing_and_is_told(read, before, now, was, kind, told):
    for way in WAYS:
        first, r = again(read, table(before), table(now), way)
        assert (first.fields["v"], r.fields["v"]) == (was, kind)
        assert any(f"“v” was published as {was} and is {kind} from now on" in n and told in n for n in r.notes), r.notes
        assert r.result["rejects"] == now.count("?")
        # The wider type is the promise of the next time.
        third = read.rows("t.csv", table(before), types=r.result["types"], **way)
        assert third.fields["v"] == kind


MISFITS = [
    (["1", "2"], ["1", "2", "abc", "4.5"], "int", 2, "“abc” in row 4"),
    (["1.5", "2"], ["1", "2", "3", "n.b."], "double", 1, "“n.b.” in row 5"),
    (["2024-01-02"], ["2024-01-03", "soon"], "date", 1, "“soon” in row 3"),
    (["true", "false"], ["true", "perhaps", "false"], "boolean", 1, "“perhaps” in row 3"),
    (["12/31/2024"], ["03/04/2024", "05/06/2024", "later"], "date", 1, "“later” in row 4"),
    (["48.5,2.5"], ["48.5,2.5", "48.6,2.6", "Paris"], "geo_point_2d", 1, "“Paris” in row 4"),
]


@pytest.mark.parametrize("before, now, kind, n, told", MISFITS)
def test_values_that_do_not_fit_are_left_empty_and_listed(read, before, now, kind, n, told):
    for way in WAYS:
        first, r = again(read, table(before), table(now), way)
        assert (first.fields["v"], r.fields["v"]) == (kind, kind)
        assert r.result["rejects"] == n and column(r).count(None) == n, column(r)
        assert all(x["field"] == "v" for x in r.result["reasons"])
        assert any(f"“v” stays {kind}, as it was published: {n} of {len(now)} values" in x and told in x and "Schema" in x for x in r.notes), r.notes
        # Nothing is said of a reading that is not taken.
        assert not any("is text because of" in x for x in r.notes)


BROKEN = [
    (["1", "2"], ["a", "b", "3"], "int", "text", "2 of 3 values", "“a” in row 2"),
    (["1.5", "2"], ["never", "often", "1.5"], "double", "text", "2 of 3 values", "“never” in row 2"),
    (["2024-01-02"], ["1", "2"], "date", "int", "2 of 2 values", "“1” in row 2"),
    (["2024-01-02T10:00:00"], ["1.5", "2.5"], "datetime", "double", "2 of 2 values", "“1.5” in row 2"),
    (["true", "false"], ["5", "7", "true"], "boolean", "text", "2 of 3 values", "“5” in row 2"),
    (["48.5,2.5"], ["Paris", "Lyon"], "geo_point_2d", "text", "2 of 2 values", "“Paris” in row 2"),
    (["POINT (2 48)", "POINT (3 47)"], ["Paris", "Lyon"], "geo_shape", "text", "2 of 2 values", "“Paris” in row 2"),
]


@pytest.mark.parametrize("before, now, was, kind, share, told", BROKEN)
def test_most_values_that_do_not_fit_refuse_the_publication(read, before, now, was, kind, share, told):
    for way in WAYS:
        first, r = again(read, table(before), table(now), way)
        assert first.fields["v"] == was
        assert r.word == "BadSource" and r.rows == [], r.result
        assert f"“v” is published as {was}, and its column looks like {kind} now" in r.error and share in r.error and told in r.error
        assert "under Schema" in r.error
        # Choosing the new type is enough.
        if way:
            chosen = json.dumps([{"type": "type", "field": "v", "type_param": kind}])
            taken = read.rows("t.csv", table(now), types=first.result["types"], fields=chosen, **way)
            assert taken.fields["v"] == kind and taken.result["rejects"] == 0


def test_a_schema_wins_over_what_was_published(read):
    read.write("s.json", json.dumps({"fields": [{"name": "other", "type": "text"}, {"name": "v", "type": "text"}]}))
    first, r = again(read, table(["1", "2"]), table(["a", "b"]), schema="s.json")
    assert first.fields["v"] == "int" and r.fields["v"] == "text" and column(r) == ["a", "b"]


def test_a_file_without_headings_is_held_by_numbers(read):
    first, r = again(read, "1;a\n2;b\n3;c\n", "x;a\ny;b\nz;c\n4;d\n", params='{"headers_first_row":false}', extractor="csvfile", parts="yes")
    assert first.fields == {"column_1": "int", "column_2": "text"}
    assert "column_1" in (r.error or ""), r.result
    first, r = again(read, "1;2024-01-01\n2;2024-01-02\n", "1.5;2024-01-02\n7;2024-01-03\n")
    assert first.fields == {"column_1": "int", "column_2": "date"} and r.fields == {"column_1": "double", "column_2": "date"}


def test_a_renamed_field_is_held_by_its_column(read):
    fields = json.dumps([{"type": "rename", "from_name": "v", "to_name": "price"}])
    first = read.rows("t.csv", table(["1", "2"]), parts="yes")
    r = read.rows("t.csv", table(["a", "b", "3"]), parts="yes", fields=fields, types=first.result["types"])
    assert "“price” is published as int" in r.error


def test_json_keeps_its_kinds(read):
    def doc(values):
        return json.dumps([{"v": v} for v in values])
    for before, now, kind, values in [
            ([[1, 2], [3]], ["4", "5"], "text", [["4"], ["5"]]),
            ([{"a": 1}], [1, "x"], "json_blob", None),
            (["12", "x"], [12, 13], "text", ["12", "13"]),
            ([1, 2], ["12", "13"], "int", [12, 13]),
            ([True, False], ["true", "false"], "boolean", [True, False])]:
        first, r = again(read, doc(before), doc(now), name="t.json")
        assert (first.fields["v"], r.fields["v"]) == (kind, kind), (before, r.result)
        assert r.result["rejects"] == 0, (before, r.result)
        if values:
            assert column(r) == values
    first, r = again(read, doc([1, 2]), doc([{"a": 1}, [2]]), name="t.json")
    assert "published as int" in r.error and "row 1" in r.error


def shapes(*geometries):
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"n": i}, "geometry": g} for i, g in enumerate(geometries)]})


POINT = {"type": "Point", "coordinates": [2, 48]}
AREA = {"type": "Polygon", "coordinates": [[[2, 48], [3, 48], [3, 49], [2, 48]]]}


def test_geometries_of_a_file_keep_their_fields(read):
    for way in WAYS[:2]:
        first, r = again(read, shapes(POINT, POINT), shapes(POINT, AREA), way, name="t.geojson")
        assert first.fields == {"n": "int", "geo_point_2d": "geo_point_2d"}
        assert r.fields == {"n": "int", "geo_shape": "geo_shape", "geo_point_2d": "geo_point_2d"}
        assert r.result["rejects"] == 0 and any("“geo_shape” is new" in n for n in r.notes)
        first, r = again(read, shapes(POINT, AREA), shapes(POINT, POINT), way, name="t.geojson")
        assert r.fields == first.fields == {"n": "int", "geo_shape": "geo_shape", "geo_point_2d": "geo_point_2d"}
        first, r = again(read, shapes(POINT, POINT), shapes(POINT), way, name="t.geojson")
        assert r.fields == first.fields == {"n": "int", "geo_point_2d": "geo_point_2d"}
        first, r = again(read, shapes(POINT, POINT), shapes(None, None), way, name="t.geojson")
        assert r.fields == first.fields and r.result["rejects"] == 0, r.fields


def test_columns_of_several_sources_are_held_together(read):
    read.write("two.csv", table(["x", "y", "z"]))
    first = read.rows("t.csv", table(["1", "2"]), parts="yes")
    r = read.rows("t.csv", table(["1", "2"]), also="two.csv", types=first.result["types"])
    assert "3 of 5 values" in r.error and "“x” in row 2" in r.error


def test_what_processors_make_is_held_too(read):
    def step(text):
        return json.dumps([{"uid": "pr_a", "type": "expression", "expression": text, "output": "made"}])
    first = read.rows("t.csv", table(["1", "2"]), parts="yes", processors=step("=v*2"))
    assert first.fields["made"] == "int"
    r = read.rows("t.csv", table(["1", "2"]), parts="yes", processors=step("=v*1.5"), types=first.result["types"])
    assert r.fields["made"] == "double" and any("“made” was published as int" in n for n in r.notes)
    r = read.rows("t.csv", table(["1", "2"]), parts="yes", processors=step("=other"), types=first.result["types"])
    assert "“made” is published as int" in r.error


def test_what_fits_and_may_be_meant_otherwise_is_told(read):
    first, r = again(read, table(["75001", "75002"]), table(["01000", "75001"]))
    assert r.fields["v"] == "int" and column(r) == [1000, 75001] and any("begin with a zero" in n and ": 1." in n for n in r.notes)
    first, r = again(read, table(["1", "2"]), table(["1.234", "2.345"]))
    assert r.fields["v"] == "int" and column(r) == [1234, 2345] and any("thousands or three decimals" in n for n in r.notes)
    first, r = again(read, "a,v\nx,1\n", "a,v\nx,1.234\ny,2.345\n")
    assert r.fields["v"] == "double" and column(r) == [1.234, 2.345]


def test_codes_and_words_for_nothing_do_not_count(read):
    first, r = again(read, table(["1", "2"]), table(["n/c", "-", "NA", "3"]))
    assert r.fields["v"] == "int" and r.result["rejects"] == 0 and column(r) == [None, None, None, 3]


# --- Parquet: its columns have types, which are not proved -----------------------------------------------------------

DATA = os.path.join(os.path.dirname(__file__), "..", "data", "strangers")


def promise(**types):
    return json.dumps([dict({"column": k}, **(v if isinstance(v, dict) else {"type": v})) for k, v in types.items()])


def parquet(read, name, **types):
    with open(os.path.join(DATA, name), "rb") as f:
        return read.rows(name, f.read(), types=promise(**types))


def test_parquet_is_held_to_what_was_published(read):
    r = parquet(read, "points.parquet", a="text", geo={"type": "geo_point_2d", "geometry": True})
    assert r.fields == {"a": "text", "geo": "geo_point_2d"} and r.rows == [["1", "48.85,2.35"], ["2", "43.3,5.37"]] and not r.notes
    r = parquet(read, "points.parquet", a="double", geo="geo_shape")
    assert r.fields == {"a": "double", "geo": "geo_shape", "geo_point_2d": "geo_point_2d"} and r.result["rejects"] == 0
    r = parquet(read, "areas.parquet", geo={"type": "geo_point_2d", "geometry": True})
    assert r.fields["geo"] == "geo_point_2d" and r.result["rejects"] == 0 and any("“geo” is published as points" in n and "1 of them" in n for n in r.notes)
    r = parquet(read, "points.parquet", a="date")
    assert "“a” is published as date, and its column looks like int now: 2 of 2 values" in r.error
    assert read.left_behind("points.parquet", "areas.parquet") == []
