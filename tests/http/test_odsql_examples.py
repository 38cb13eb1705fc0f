"""The worked examples of ODSQL that need other records than the four cities: counts with and without null (§4), words misspelt (§8.2), an order by
relevance that stays (§8.5), places at the ends of the map (§9), patterns of dates in every language (§10.9), ranges (§12.2)."""
import json

import pytest
from conftest import API, HOST, Server, stoa

# 176 rows: 21 without a value, 124 with x among them, the others with y alone.
MEASURED = [{"i": i, "t": None if i % 8 == 0 and i < 168 else ["x", "z"] if i % 176 < 145 and i % 4 else ["y"]} for i in range(176)]
EXAMPLES = [{"title": "THE SECRET GARDENS", "d": "2007-11-20T01:23:45Z", "day": "2007-11-20", "small": 1, "j": '{"a":1}', "at": [0, 179.95]},
            {"title": "A wall", "d": None, "day": None, "small": 2, "j": "oops", "at": [0, -179.95]},
            {"title": "Snow", "d": None, "day": None, "small": None, "j": None, "at": [89.9, 0]},
            {"title": "More snow", "d": None, "day": None, "small": None, "j": None, "at": [89.9, 180]}]
NAMES = {"en": ("Tuesday", "November"), "fr": ("mardi", "novembre"), "nl": ("dinsdag", "november"), "pt": ("terça-feira", "novembro"),
         "it": ("martedì", "novembre"), "ar": ("الثلاثاء", "نوفمبر"), "de": ("Dienstag", "November"), "es": ("martes", "noviembre"),
         "ca": ("dimarts", "novembre"), "eu": ("asteartea", "azaroa"), "sv": ("tisdag", "november")}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    data = folder / "data"
    rows = [r["t"] for r in MEASURED]
    assert rows.count(None) == 21
    while sum("x" in (t or []) for t in rows) > 124:  # as many as were measured
        rows[next(i for i, t in enumerate(rows) if t == ["x", "z"])] = ["y"]
    while sum("x" in (t or []) for t in rows) < 124:
        rows[next(i for i, t in enumerate(rows) if t == ["y"])] = ["x", "z"]
    kinds = {"measured": ([("i", "int", {"id": True}), ("t", "text", {"multivalued": ",", "facet": True})], [{"i": i, "t": t and ",".join(t)} for i, t in enumerate(rows)]),
             "examples": ([("title", "text", {}), ("d", "datetime", {}), ("day", "date", {}), ("small", "int", {}), ("j", "text", {}), ("at", "geo_point_2d", {})],
                          [{**e, "at": f"{e['at'][0]}, {e['at'][1]}"} for e in EXAMPLES])}
    stoa(data, "portal", "add", HOST)
    for name, (fields, records) in kinds.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps({"fields": [{"name": n, "type": t, "annotations": a} for n, t, a in fields]}), encoding="utf-8")
        stoa(data, "publish", folder / f"{name}.jsonl", "--portal", HOST, "--id", name, "--schema", folder / f"{name}.json")
    running = Server(data)
    yield running
    running.stop()


@pytest.mark.parametrize("where, rows", [
    ("t is null", 21), ('t = "x"', 124), ('t != "x"', 31), ('t != "zzz"', 155), ('NOT t = "x"', 52), ('not(t = "x")', 52), ('NOT t in ("x")', 52),
    ('NOT t like "x"', 52), ('not(t != "x")', 145)])
def test_section_4_counts_with_and_without_null(portal, where, rows):
    assert portal.records("measured", where=where)["total_count"] == rows


@pytest.mark.parametrize("where, titles", [
    ('search(title, "sekret gard")', ["THE SECRET GARDENS"]), ('search(title, "sekrat gard")', ["THE SECRET GARDENS"]), ('search(title, "zekrat gard")', []),
    ('search(title, "gard sekret")', []), ('search(title, "wal a")', ["A wall"]), ('search(title, "snow")', ["Snow", "More snow"])])
def test_section_8_2_forgives_small_slips(portal, where, titles):
    assert [r["title"] for r in portal.records("examples", where=where)["results"]] == titles


def test_section_8_5_the_order_by_relevance_stays(portal):
    """Most rows match equally well: pages, however they are cut, and a cursor give each once, in the order of the whole."""
    ask = {"where": 'search("x")', "select": "i"}
    whole = [r["i"] for r in portal.api("/catalog/datasets/measured/exports/json", **ask)]
    assert len(whole) == 124
    for size in (7, 50, 100):
        pages = [r["i"] for at in range(0, 124, size) for r in portal.records("measured", limit=size, offset=at, **ask)["results"]]
        assert pages == whole, size
    cursor, met = "*", []
    while cursor:
        page = portal.records("measured", cursor=cursor, limit=33, **ask)
        met += [r["i"] for r in page["results"]]
        cursor = page["next_cursor"]
    assert sorted(met) == sorted(whole) and len(met) == 124
    assert whole == sorted(whole), "ties stand as they came"


@pytest.mark.parametrize("where, rows", [
    ("within_distance(at, geom'POINT(180 0)', 10km)", 2), ("within_distance(at, geom'POINT(-180 0)', 10km)", 2), ("within_distance(at, geom'POINT(180 0)', 5km)", 0),
    ("within_distance(at, geom'POINT(0 90)', 12km)", 2), ("within_distance(at, geom'POINT(77 90)', 12km)", 2), ("within_distance(at, geom'POINT(90 89.9)', 17km)", 2),
    ("in_bbox(at, -1, 179, 1, -179)", 2), ("in_bbox(at, -1, -180, 1, 180)", 2), ("within(at, geom'POLYGON((179 -1,181 -1,181 1,179 1,179 -1))')", 2),
    ("in_bbox(at, 89, -180, 90, 180)", 2)])
def test_section_9_at_the_ends_of_the_map(portal, where, rows):
    assert portal.records("examples", where=where)["total_count"] == rows, where


def test_section_10_7_measures_across_the_ends(portal):
    found = portal.records("examples", select="distance(at, geom'POINT(-179.95 0)') as far, title")["results"]
    assert 11000 < found[0]["far"] < 11200 and found[1]["far"] == 0


@pytest.mark.parametrize("pattern, wanted", [
    ("dd/MM/YYYY", "20/11/2007"), ("'day 'D' of 'yyyy", "day 324 of 2007"), ("'week '''ww''", "week '47'"), ("yyyy-MM-dd'T'HH:mm", "2007-11-20T01:23"),
    ("yyyyMMdd", "20071120"), ("H", "1"), ("HH", "01"), ("yy", "07"), ("YY", "07"), ("xx", "07"), ("xxxx", "2007"), ("w", "47"), ("e", "2"), ("DDD", "324"),
    ("M", "11"), ("MM", "11"), ("d", "20"), ("m", "23"), ("mm", "23"), ("s", "45"), ("ss", "45"), ("? , . : / -", "? , . : / -"), ("''", "'")])
def test_section_10_9_patterns(portal, pattern, wanted):
    found = portal.records("examples", select=f'date_format(d, "{pattern}") as x', where="d is not null")["results"]
    assert found == [{"x": wanted}]


@pytest.mark.parametrize("lang", NAMES)
def test_section_10_9_in_every_language(portal, lang):
    row = portal.records("examples", select="date_format(d,'EEEE') as a, date_format(day,'MMMM') as b", where="d is not null", lang=lang)["results"][0]
    assert (row["a"], row["b"]) == NAMES[lang]
    groups = portal.records("examples", select="count(*) as n", group_by="date_format(d,'EEEE') as a", lang=lang, where="d is not null")["results"]
    assert groups == [{"a": NAMES[lang][0], "n": 1}]
    if lang == "fr":
        short = portal.records("examples", select="date_format(d,'E') as a, date_format(d,'MMM') as b", where="d is not null", lang="fr")["results"][0]
        assert short == {"a": "mar.", "b": "nov."}


def test_section_10_6_texts_as_json(portal):
    ask = ["json_format(j) as a", "json_format(j,'bad json') as b", "json_format(j,null) as c"]
    rows = portal.records("examples", select=", ".join(ask), limit=2)["results"]
    assert rows == [{"a": {"a": 1}, "b": {"a": 1}, "c": {"a": 1}}, {"a": "oops", "b": "bad json", "c": None}]
    assert portal.get(API + "/catalog/datasets/examples/exports/csv", {"select": ask[0], "limit": 1, "with_bom": "false", "delimiter": "|"}).text.splitlines()[1].replace('""', '"').strip('"') == '{"a":1}'


def test_section_12_2_bounds_next_to_each_other(portal):
    assert portal.records("examples", select="count(*) as n", group_by="range(small,1,2,3) as r")["results"] == [{"r": "[1, 1]", "n": 1}, {"r": "[2, 2]", "n": 1}]
