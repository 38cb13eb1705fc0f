"""The parameter qv1 of the Explore API: v1 queries beside ODSQL, on lists, facets and exports."""
import pytest

from conftest import API

D = "/catalog/datasets/cities"


@pytest.mark.parametrize("qv1, names", [
    ("riv", ["Paris", "Besançon"]), ('"riv"', []), ("(country:FR) AND (pop>100000)", ["Paris"]),
    (["riv", "NOT paris"], ["Besançon"]), ("", ["Paris", "La Rochelle", "Bruxelles", "Besançon"])])
def test_records_are_filtered(server, qv1, names):
    body = server.records(qv1=qv1, select="name", order_by="name")
    assert [r["name"] for r in body["results"]] == sorted(names)
    assert body["total_count"] == len(names)


def test_it_is_joined_with_where_and_refine(server):
    assert server.records(qv1="riv", where="country is null")["total_count"] == 1
    assert server.records(qv1="riv", refine="country:FR")["total_count"] == 1


def test_groups_are_of_what_is_left(server):
    assert server.records(qv1="riv", select="count(*) as n", group_by="country")["results"] == [
        {"country": None, "n": 1}, {"country": "FR", "n": 1}]


def test_facets_count_what_is_left(server):
    facets = server.api(D + "/facets", qv1="#null(pop)", facet="tags")["facets"]
    assert [(f["name"], f["count"]) for f in facets[0]["facets"]] == [("river", 1)]


def test_exports_hold_what_is_left(server):
    assert [r["name"] for r in server.get(API + D + "/exports/json", {"qv1": "pop:[75000 TO 1200000]"}).json()] == ["La Rochelle", "Bruxelles"]


def test_the_catalogue_too(server):
    assert [d["dataset_id"] for d in server.api("/catalog/datasets", qv1="title:things")["results"]] == ["things"]
    assert [d["dataset_id"] for d in server.api("/catalog/datasets", qv1="datasetid:cities OR theme:culture", order_by="datasetid")["results"]] == ["cities", "things"]
    assert [d["dataset_id"] for d in server.get(API + "/catalog/exports/json", {"qv1": "zon"}).json()] == ["zones"]
    facets = server.api("/catalog/facets", qv1="features:geo", facet="publisher")["facets"]
    assert [f["name"] for f in facets[0]["facets"]] == ["City office"]


@pytest.mark.parametrize("kind, zones", [("polygon", 2), ("point", 0), ("multipolygon", 0)])
def test_kinds_of_shapes(server, kind, zones):
    assert server.records("zones", qv1=f'#geometry(geo_shape,"{kind}")')["total_count"] == zones


@pytest.mark.parametrize("qv1, code, part", [
    ("pop:", "ODSQLSyntaxError", "unexpected end of line at position 4 in pop:. Clause(s) containing the error(s): q."),
    ("nope:1", "ODSQLError", "Unknown field: nope."), ("#attr(country,org)", "ODSQLError", "access rules")])
def test_what_is_refused(server, qv1, code, part):
    body = server.api(D + "/records", 400, qv1=qv1)
    assert body["error_code"] == code and part in body["message"]
