"""Records and their values (Explore API §8.4, §8.5, §17, Annexes A and B), and what is refused (§5)."""
import re

import pytest
from conftest import API, HOST, THINGS


def names(body):
    return [r["name"] for r in body["results"]]


def test_a_page_of_records_is_flat_and_whole(server):
    body = server.records()
    assert list(body) == ["total_count", "results"] and body["total_count"] == 4
    assert body["results"][0] == {
        "name": "Paris", "country": "FR", "tags": ["river", "metro"], "pop": 2100000, "area": 105.4, "founded": "1988-01-15",
        "updated": "2021-05-06T12:34:55+00:00", "capital": True, "loc": {"lon": 2.3522, "lat": 48.8566}}
    assert list(body["results"][0]) == ["name", "country", "tags", "pop", "area", "founded", "updated", "capital", "loc"]
    assert body["results"][3] == {"name": "Besançon", "country": None, "tags": ["river"], "pop": None, "area": 65.0,
                                  "founded": "1990-12-31", "updated": None, "capital": None, "loc": None}
    assert body["results"][2]["tags"] is None


def test_whole_doubles_keep_their_point(server):
    text = server.get(API + "/catalog/datasets/cities/records", {"select": "area", "where": 'name="Besançon"'}).text
    assert re.search(r'"area": ?65\.0\b', text)


def test_select_chooses_names_and_computes(server):
    body = server.records(select="name,loc,founded,tags", limit=1)
    assert body == {"total_count": 4, "results": [{"name": "Paris", "loc": {"lon": 2.3522, "lat": 48.8566}, "founded": "1988-01-15",
                                                   "tags": ["river", "metro"]}]}
    row = server.records(select="pop / area as density, 2 * pop, length(name) as n", limit=1)["results"][0]
    assert row == {"density": 19924.098671726755, "2 * pop": 4200000, "n": 5}
    assert list(server.records(select="*, length(name) as n", limit=1)["results"][0])[-1] == "n"
    assert list(server.records(select="exclude(tags), exclude(u*)", limit=1)["results"][0]) == [
        "name", "country", "pop", "area", "founded", "capital", "loc"]
    assert list(server.records(select="include(p*)", limit=1)["results"][0]) == ["pop"]


def test_where_is_repeated_with_and(server):
    assert names(server.records(where=["pop > 100000", "country='FR'"])) == ["Paris"]
    assert names(server.records(where="")) == names(server.records())
    assert server.records(where="pop > 99999999") == {"total_count": 0, "results": []}


def test_aggregates_alone_give_one_row_and_the_true_total(server):
    assert server.records(select="count(*) as total", limit=1) == {"total_count": 4, "results": [{"total": 4}]}
    row = server.records(select="sum(pop) as s, avg(area) as a, min(founded) as m", limit=1, where="pop is not null")
    assert row["total_count"] == 3 and row["results"] == [{"s": 3375000, "a": 66.9, "m": "1988-01-15"}]


def test_groups_have_no_total(server):
    assert server.records(select="count(*)", group_by="country") == {"results": [
        {"country": None, "count(*)": 1}, {"country": "BE", "count(*)": 1}, {"country": "FR", "count(*)": 2}]}
    body = server.records(select="count(*) as n", group_by="country", order_by="n desc")
    assert [r["n"] for r in body["results"]] == [2, 1, 1] and body["results"][0]["country"] == "FR"
    assert server.records(select="count(*) as n", group_by="tags")["results"] == [
        {"tags": None, "n": 1}, {"tags": "metro", "n": 1}, {"tags": "river", "n": 2}, {"tags": "sea", "n": 1}]


def test_order_puts_nulls_last_both_ways(server):
    assert names(server.records(order_by="pop desc")) == ["Paris", "Bruxelles", "La Rochelle", "Besançon"]
    assert names(server.records(order_by="pop")) == ["La Rochelle", "Bruxelles", "Paris", "Besançon"]
    assert names(server.records(order_by="-pop")) == ["Paris", "Bruxelles", "La Rochelle", "Besançon"]
    assert names(server.records(sort="-pop")) == ["Paris", "Bruxelles", "La Rochelle", "Besançon"]
    assert names(server.records(order_by="founded, name")) == ["Paris", "La Rochelle", "Besançon", "Bruxelles"]


def test_pages_cover_everything_once(server):
    seen = []
    for offset in range(0, THINGS, 100):
        body = server.records("things", select="id", limit=100, offset=offset)
        assert body["total_count"] == THINGS
        seen += [r["id"] for r in body["results"]]
    assert seen == list(range(THINGS))
    assert len(server.records("things")["results"]) == 10
    assert len(server.records("things", limit=-1)["results"]) == 100
    assert server.records("things", limit=0) == {"total_count": THINGS, "results": []}
    assert [r["id"] for r in server.records("things", rows=2, start=3)["results"]] == [3, 4]
    assert server.records("things", offset=5000) == {"total_count": THINGS, "results": []}


def test_groups_reach_further_than_pages(server):
    body = server.records("things", group_by="id", select="count(*) as n")
    assert len(body["results"]) == THINGS
    assert len(server.records("things", group_by="id", limit=120)["results"]) == 120


def test_dates_are_cut_to_their_precision(server):
    assert server.records("things", select="month", limit=1)["results"] == [{"month": "2010-01"}]


def test_the_zone_moves_datetimes_but_not_dates(server):
    row = server.records(select="updated, founded, hour(updated) as h", timezone="Europe/Paris", where='name="La Rochelle"')["results"][0]
    assert row == {"updated": "2021-05-07T01:30:00+02:00", "founded": "1990-07-01", "h": 1}
    assert server.records(timezone="US/Eastern", select="updated", limit=1)["results"][0]["updated"] == "2021-05-06T08:34:55-04:00"


def test_the_language_names_days(server):
    assert server.records(select="date_format(founded, 'EEEE MMMM') as d", lang="fr", limit=1)["results"] == [{"d": "vendredi janvier"}]
    assert server.records(select="date_format(founded, 'EEEE MMMM') as d", lang="en", limit=1)["results"] == [{"d": "Friday January"}]


def test_shapes_are_features(server):
    rows = server.records("zones", order_by="size")["results"]
    shape = [k for k, v in rows[0].items() if isinstance(v, dict) and v.get("type") == "Feature"]
    assert len(shape) == 1
    assert rows[0][shape[0]] == {"type": "Feature", "properties": {}, "geometry": {
        "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}}
    assert rows[2][shape[0]] is None


def test_refine_and_exclude(server):
    assert names(server.records(refine="country:FR")) == ["Paris", "La Rochelle"]
    assert names(server.records(refine='country:"FR"')) == ["Paris", "La Rochelle"]
    assert names(server.records(refine="`country`:FR")) == ["Paris", "La Rochelle"]
    assert names(server.records(refine=["country:FR", "founded:1990"])) == ["La Rochelle"]
    assert names(server.records(refine=["tags:river", "tags:metro"])) == ["Paris"]
    assert names(server.records(refine="founded:1990/07")) == ["La Rochelle"]
    assert names(server.records(refine="founded:1990-7")) == ["La Rochelle"]
    assert names(server.records(refine="founded:1990/12/31")) == ["Besançon"]
    assert names(server.records(refine="pop:75000")) == ["La Rochelle"]
    assert names(server.records(exclude="country:FR")) == ["Bruxelles", "Besançon"]
    assert names(server.records(exclude=["country:FR", "tags:river"])) == ["Bruxelles"]
    assert server.records("things", refine=["colour:red", "colour:blue"])["total_count"] == 167
    assert server.records("things", refine=["kind:kind 000", "kind:kind 001"])["total_count"] == 0
    assert server.records("things", refine=["kind:kind 000", "kind:kind 001"], facet='facet(name="kind", disjunctive=true)')["total_count"] == 6
    assert server.records("things", refine="path:Europe/France")["total_count"] == 125
    assert server.records("things", refine="path:Europe")["total_count"] == 188


def test_one_record_is_found_by_its_id(server):
    first = server.records(include_links="true", limit=1)["results"][0]
    assert re.fullmatch("[0-9a-f]{40}", first["_id"])
    one = server.api("/catalog/datasets/cities/records/" + first["_id"])
    assert one == {k: v for k, v in first.items() if not k.startswith("_")}
    assert one["name"] == "Paris"
    assert server.api("/catalog/datasets/cities/records/" + first["_id"], select="pop") == {"pop": 2100000}


def test_an_unknown_record_is_not_found(server):
    real = server.records(include_links="true", limit=1)["results"][0]["_id"]
    for bad in ("0" * 40, "nonsense", real[:-1], real[:-1] + ("0" if real[-1] != "0" else "1")):
        body = server.api("/catalog/datasets/cities/records/" + bad, 404)
        assert body["error_code"] == "NotFoundResource" and bad in body["message"]
    assert server.api("/catalog/datasets/things/records/" + real, 404)["error_code"] == "NotFoundResource"


def test_ids_are_selected_like_fields(server):
    real = server.records(include_links="true", limit=1)["results"][0]["_id"]
    assert server.records(select="recordid", limit=1)["results"] == [{"recordid": real}]


def test_links_of_a_page(server):
    body = server.records("things", include_links="true", limit=100, offset=100, where="id >= 0")
    links = {x["rel"]: x["href"] for x in body["_links"]}
    base = f"http://{HOST}:{server.port}{API}/catalog/datasets/things"
    assert links["dataset"] == base and links["catalog"] == f"http://{HOST}:{server.port}{API}/catalog"
    for rel, offset in (("self", 100), ("first", 0), ("last", 200), ("next", 200), ("previous", 0)):
        assert links[rel].startswith(base + "/records?") and f"offset={offset}" in links[rel] and "where=id%20%3E%3D%200" in links[rel]
    one = body["results"][0]
    assert one["_links"][0] == {"rel": "self", "href": f"{base}/records/{one['_id']}"} and one["_timestamp"] and one["_size"] > 0
    first = {x["rel"] for x in server.records("things", include_links="true")["_links"]}
    assert "previous" not in first and "next" in first
    last = {x["rel"] for x in server.records("things", include_links="true", offset=240)["_links"]}
    assert "next" not in last and "previous" in last


PARAMETERS = [
    ({"limit": "101"}, "Invalid value for limit API parameter: 101 was found but -1 <= limit <= 100 is expected."),
    ({"limit": "-2"}, "Invalid value for limit API parameter: -2 was found but -1 <= limit <= 100 is expected."),
    ({"limit": "10", "offset": "9991"}, "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected."),
    ({"limit": "20001", "group_by": "id"}, "Invalid value for limit API parameter"),
    ({"limit": "20000", "offset": "1", "group_by": "id"}, "20001 was found but <= 20000 is expected."),
    ({"limit": "ten"}, "limit"),
    ({"offset": "-1"}, "offset"),
    ({"timezone": "Mars/Olympus"}, "timezone"),
    ({"include_links": "maybe"}, "include_links"),
]


@pytest.mark.parametrize("params, message", PARAMETERS)
def test_parameters_out_of_bounds_are_refused(server, params, message):
    body = server.records("things", status=400, **params)
    assert body["error_code"] == "InvalidRESTParameterError" and message in body["message"]


ODSQL = [
    ({"select": "nope"}, "ODSQLError", "Unknown field: nope. Clause(s) containing the error(s): select."),
    ({"where": "nope = 1"}, "ODSQLError", "Unknown field: nope. Clause(s) containing the error(s): where."),
    ({"group_by": "nope"}, "ODSQLError", "Unknown field: nope. Clause(s) containing the error(s): group_by."),
    ({"order_by": "nope"}, "ODSQLError", "Unknown field: nope. Clause(s) containing the error(s): order_by."),
    ({"where": "bogus("}, "ODSQLSyntaxError", "unexpected ( at position 5"),
    ({"where": "pop >"}, "ODSQLSyntaxError", "ODSQL syntax exception"),
    ({"where": "pop <> 3"}, "ODSQLSyntaxError", "unexpected"),
    ({"where": "pop > 'many'"}, "ODSQLError", "where"),
    ({"where": "name like 3"}, "ODSQLSyntaxError", "where"),
    ({"where": "founded > date'soon'"}, "ODSQLError", "where"),
    ({"where": "within_distance(loc, geom'POINT(1)', 1km)"}, "ODSQLError", "where"),
    ({"select": "sum(name)"}, "ODSQLError", "select"),
    ({"select": "name, count(*)", "group_by": "country"}, "ODSQLError", "select"),
    ({"order_by": "loc"}, "ODSQLError", "order_by"),
    ({"refine": "nope:1"}, "ODSQLError", "nope"),
    ({"where": "(" * 500 + "pop" + ")" * 500}, "ODSQLError", "where"),
    ({"where": "pop in (" + ",".join(["1"] * 501) + ")"}, "ODSQLError", "where"),
    ({"where": "name = '" + "x" * 20000 + "'"}, "ODSQLError", "where"),
]


@pytest.mark.parametrize("params, code, message", ODSQL)
def test_clauses_that_cannot_be_read_say_where(server, params, code, message):
    body = server.records(status=400, **params)
    assert (body["error_code"], message in body["message"]) == (code, True), body


@pytest.mark.parametrize("text", ["'; DROP TABLE t; --", "1=1; ATTACH 'x'", "name = \"x\" UNION SELECT 1", "read_csv('/etc/passwd')",
                                  "\x7f", "pop > 1 /* x */", "`", "name = 'a\\"])
def test_nothing_of_a_clause_becomes_sql(server, text):
    for clause in ("where", "select", "group_by", "order_by"):
        answer = server.get(API + "/catalog/datasets/cities/records", {clause: text})
        assert answer.status_code == 400, f"{clause}={text}: {answer.text[:300]}"
        assert answer.json()["error_code"] in ("ODSQLSyntaxError", "ODSQLError")
        for word in ("DuckDB", "Binder", "Parser Error", "Catalog Error", "SELECT count", "f0"):
            assert word not in answer.json()["message"]
