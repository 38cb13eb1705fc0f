"""Where clocks and maps have edges: the hour that comes twice, the date line, numbers below zero in intervals; and texts of the catalogue in the
language asked for."""
import pytest
from conftest import API, HOST, Server, stoa

ROWS = """name,at,n,place
a,2024-10-26T23:30:00Z,-1,"-17.5,179.5"
b,2024-10-27T00:30:00Z,-10,"-17.5,-179.5"
c,2024-10-27T01:30:00Z,-11,"-17.5,178.0"
d,2024-10-27T02:30:00Z,0,"0,0"
e,2024-10-27T02:45:00Z,9,"10,10"
f,2024-10-27T03:30:00Z,-9223372036854775808,"48.8,2.3"
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    data, tmp = tmp_path_factory.mktemp("edges") / "data", tmp_path_factory.mktemp("sources")
    (tmp / "edges.csv").write_text(ROWS, encoding="utf-8")
    stoa(data, "portal", "add", HOST, "--set", "languages=en,fr", "--set", "timezone=Europe/Paris")
    stoa(data, "publish", tmp / "edges.csv", "--portal", HOST, "--id", "edges", "--meta", "title=Edges", "--meta", "title.fr=Bords", "--meta", "description=Only English")
    running = Server(data)
    yield running
    running.stop()


def buckets(portal, by, **params):
    return {x[by]: x["count(*)"] for x in portal.records("edges", group_by=by, select="count(*)", **params)["results"]}


def test_the_hour_that_a_clock_shows_twice_is_two_hours(portal):
    assert buckets(portal, "range(at, 1 hour)", timezone="Europe/Paris") == {
        "[2024-10-27T01:00:00+02:00, 2024-10-27T02:00:00+02:00[": 1, "[2024-10-27T02:00:00+02:00, 2024-10-27T02:00:00+01:00[": 1,
        "[2024-10-27T02:00:00+01:00, 2024-10-27T03:00:00+01:00[": 1, "[2024-10-27T03:00:00+01:00, 2024-10-27T04:00:00+01:00[": 2,
        "[2024-10-27T04:00:00+01:00, 2024-10-27T05:00:00+01:00[": 1}
    assert buckets(portal, "range(at, 30 minutes)", timezone="Asia/Kolkata")["[2024-10-27T08:00:00+05:30, 2024-10-27T08:30:00+05:30["] == 2
    # A day of 25 hours is one day.
    assert buckets(portal, "range(at, 1 day)", timezone="Europe/Paris") == {"[2024-10-27T00:00:00+02:00, 2024-10-28T00:00:00+01:00[": 6}


def test_intervals_below_zero(portal):
    assert buckets(portal, "range(n, 10)") == {"[-10, -1]": 2, "[-20, -11]": 1, "[0, 9]": 2, "[-9223372036854775810, -9223372036854775801]": 1}


@pytest.mark.parametrize("shape", [
    "POLYGON((179 -18,181 -18,181 -17,179 -17,179 -18))", "POLYGON((-181 -18,-179 -18,-179 -17,-181 -17,-181 -18))",
    "MULTIPOLYGON(((179 -18,180 -18,180 -17,179 -17,179 -18)),((-180 -18,-179 -18,-179 -17,-180 -17,-180 -18)))"])
def test_a_shape_beyond_the_date_line(portal, shape):
    assert {x["name"] for x in portal.records("edges", where=f"intersects(place, geom'{shape}')")["results"]} == {"a", "b"}
    assert {x["name"] for x in portal.records("edges", where=f"within(place, geom'{shape}')")["results"]} == {"a", "b"}
    assert {x["name"] for x in portal.records("edges", where=f"disjoint(place, geom'{shape}')")["results"]} == {"c", "d", "e", "f"}


def chosen(portal, select, **params):
    return portal.get(API + "/catalog/datasets", {"select": select, **params}).json()["results"][0]


def test_selected_texts_of_the_catalogue_are_in_the_language_asked_for(portal):
    assert chosen(portal, "title", lang="fr") == {"title": "Bords"} and chosen(portal, "title") == {"title": "Edges"}
    assert chosen(portal, "default.title, description", lang="fr") == {"default.title": "Bords", "description": "Only English"}
    assert chosen(portal, "length(title) as n, title as t", lang="fr") == {"n": 5, "t": "Bords"}
    assert chosen(portal, "title", lang="de") == {"title": "Edges"}
    one = portal.get(API + "/catalog/datasets/edges", {"select": "title", "lang": "fr"})
    assert one.json()["title"] == "Bords"
    assert portal.get(API + "/catalog/exports/csv", {"select": "title", "lang": "fr", "with_bom": "false"}).text.split() == ["title", "Bords"]
    # A condition is about the portal's own text, whatever the language of the answer.
    assert portal.get(API + "/catalog/datasets", {"where": "title='Edges'", "lang": "fr"}).json()["total_count"] == 1


def test_patterns_may_leave_out_the_basic_template(portal):
    assert set(chosen(portal, "include(title*)")) == set(chosen(portal, "include(default.title*)")) >= {"default.title"}
    assert "default.description" in chosen(portal, "include(descript*)") and not any("description" in x for x in chosen(portal, "include(*), exclude(descript*)") if x.startswith("default."))
