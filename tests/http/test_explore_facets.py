"""Facets of records (Explore API §8.6, §9, §11)."""
import pytest
from conftest import API, HOST


def facet(body, name):
    return [f for f in body["facets"] if f["name"] == name][0]["facets"]


def facets(server, dataset="cities", status=200, **params):
    return server.api(f"/catalog/datasets/{dataset}/facets", status, **params)


def test_declared_facets_come_in_schema_order(server):
    body = facets(server)
    assert list(body) == ["links", "facets"]
    base = f"http://{HOST}:{server.port}{API}/catalog/datasets/cities"
    assert body["links"] == [{"rel": "self", "href": base + "/facets"}, {"rel": "dataset", "href": base}]
    assert [f["name"] for f in body["facets"]] == ["country", "tags", "founded", "capital"]
    assert facet(body, "country") == [{"name": "FR", "count": 2, "state": "displayed", "value": "FR"},
                                      {"name": "BE", "count": 1, "state": "displayed", "value": "BE"}]
    assert list(facet(body, "country")[0]) == ["name", "count", "state", "value"]


def test_a_list_counts_each_of_its_values(server):
    assert [(v["name"], v["count"]) for v in facet(facets(server), "tags")] == [("river", 2), ("metro", 1), ("sea", 1)]


def test_booleans_and_numbers_are_strings(server):
    values = {v["name"]: v["count"] for v in facet(facets(server, facet="capital"), "capital")}
    assert values == {"true": 2, "false": 1}
    assert {v["value"] for v in facet(facets(server, facet="pop"), "pop")} == {"2100000", "75000", "1200000"}


def test_any_field_but_a_place_can_be_a_facet(server):
    assert {v["name"] for v in facet(facets(server, facet="name"), "name")} == {"Paris", "La Rochelle", "Bruxelles", "Besançon"}
    assert facets(server, status=400, facet="loc")["error_code"] == "ODSQLError"
    assert facets(server, status=400, facet="nope")["error_code"] == "ODSQLError"


def test_dates_are_years_until_refined(server):
    assert facet(facets(server, facet="founded"), "founded") == [
        {"name": "1988", "count": 1, "state": "displayed", "value": "1988"}, {"name": "1990", "count": 2, "state": "displayed", "value": "1990"}]


def test_the_sample_of_the_specification(server):
    body = facets(server, facet=["country", "founded"], refine="founded:1990", exclude="country:BE")
    assert body["facets"] == [
        {"name": "country", "facets": [{"name": "FR", "count": 1, "state": "displayed", "value": "FR"},
                                       {"name": "BE", "state": "excluded", "value": "BE"}]},
        {"name": "founded", "facets": [{"name": "1990", "count": 2, "state": "refined", "value": "1990", "facets": [
            {"name": "07", "count": 1, "state": "displayed", "value": "1990/07"},
            {"name": "12", "count": 1, "state": "displayed", "value": "1990/12"}]}]}]


def test_counts_follow_where(server):
    assert facet(facets(server, where="pop > 100000", facet="country"), "country") == [
        {"name": "BE", "count": 1, "state": "displayed", "value": "BE"}, {"name": "FR", "count": 1, "state": "displayed", "value": "FR"}]


def test_a_conjunctive_facet_shows_what_is_left(server):
    values = facet(facets(server, refine="country:FR", facet="country"), "country")
    assert values == [{"name": "FR", "count": 2, "state": "refined", "value": "FR"}]


def test_a_disjunctive_facet_keeps_its_siblings(server):
    values = {v["name"]: (v["count"], v["state"]) for v in facet(facets(server, "things", refine="colour:red"), "colour")}
    assert values == {"red": (84, "refined"), "green": (83, "displayed"), "blue": (83, "displayed")}
    kinds = facet(facets(server, "things", refine="colour:red"), "kind")
    assert sum(v["count"] for v in kinds) == 84


def test_a_request_may_make_a_facet_disjunctive(server):
    values = facet(facets(server, facet='facet(name="country", disjunctive=true)', refine="country:BE"), "country")
    assert {v["name"]: v["state"] for v in values} == {"FR": "displayed", "BE": "refined"}


def test_hierarchies_open_where_they_are_refined(server):
    top = facet(facets(server, "things", facet="path"), "path")
    assert [(v["name"], v["value"], "facets" in v) for v in top] == [("Europe", "Europe", False), ("Asia", "Asia", False)]
    assert top[0]["count"] == 188
    refined = facet(facets(server, "things", facet="path", refine="path:Europe"), "path")
    assert [v["name"] for v in refined] == ["Europe"] and refined[0]["state"] == "refined"
    assert [(v["name"], v["value"], v["count"]) for v in refined[0]["facets"]] == [("France", "Europe/France", 125)]
    deeper = facet(facets(server, "things", facet="path", refine="path:Europe/France"), "path")
    assert deeper[0]["facets"][0]["facets"][0]["value"] == "Europe/France/Paris"


def test_order_and_number_of_values_can_be_asked_for(server):
    assert len(facet(facets(server, "things", facet="kind"), "kind")) == 100
    few = facet(facets(server, "things", facet='facet(name="kind", limit=3, sort="-alphanum")'), "kind")
    assert [v["name"] for v in few] == ["kind 119", "kind 118", "kind 117"]
    assert [v["name"] for v in facet(facets(server, "things", facet="facet(sort='alphanum', limit=2, name='kind')"), "kind")] == ["kind 000", "kind 001"]
    assert [v["name"] for v in facet(facets(server, "things", facet='facet(name="id", sort="num", limit=3)'), "id")] == ["0", "1", "2"]


def test_the_zone_moves_years_of_datetimes(server):
    assert [v["name"] for v in facet(facets(server, facet="updated"), "updated")] == ["2021"]
    assert [v["name"] for v in facet(facets(server, facet="updated", timezone="America/New_York"), "updated")] == ["2020", "2021"]
    assert server.records(refine="updated:2020", timezone="America/New_York")["total_count"] == 1


@pytest.mark.parametrize("bad", ["facet(", "facet(name=)", 'facet(name="country", sort="sideways")', 'facet(name="country", limit=x)'])
def test_a_facet_that_cannot_be_read_is_refused(server, bad):
    assert facets(server, status=400, facet=bad)["error_code"] in ("ODSQLError", "ODSQLSyntaxError")
