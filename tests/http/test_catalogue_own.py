"""Fields of a portal's own templates of metadata as facets of its catalogue, once they are marked as filters: on the page, in every version of the
API, by what the caller may see; and gone as soon as the mark is.
"""
import csv
import json
import re

import pytest
import requests

from conftest import Server, stoa

PORTAL = "ward.localhost"
AUTOMATION = "/api/automation/v1.0"
FIELDS = [
    {"name": "ward", "type": "enum", "label": {"en": "Ward", "fr": "Quartier"}, "choices": ["n", "s"], "is_filter": True,
     "labels": {"n": {"en": "North", "fr": "Nord"}, "s": {"en": "South", "fr": "Sud"}}},
    {"name": "uses", "type": "list", "label": "Uses", "is_filter": True},
    {"name": "floors", "type": "int", "label": "Floors", "is_filter": True},
    {"name": "score", "type": "double", "label": "Score", "is_filter": True},
    {"name": "founded", "type": "date", "label": "Founded", "is_filter": True},
    {"name": "open", "type": "boolean", "label": "Open", "is_filter": True},
    {"name": "place", "type": "text", "label": {"en": "Place", "fr": "Lieu"}, "i18n": True, "is_filter": True},
    {"name": "note", "type": "text", "label": "Note"},
]
AREAS = {"hall": (40, 0, 50, 10), "pool": (45, 4, 46, 5)}  # south, west, north, east
# What the three datasets say; the last is hidden from all but its admin.
METAS = {
    "hall": {"ward": "n", "uses": ["meeting", "sport"], "floors": 2, "score": 1.5, "founded": "2019-04-01", "open": True, "place.en": "Market", "place.fr": "Marché", "note": "75"},
    "pool": {"ward": "s", "uses": ["sport"], "floors": 1, "score": 1.5, "founded": "2020-05-02", "open": False, "place.en": "River", "note": "sauna"},
    "vault": {"ward": "n", "uses": ["secretuse"], "floors": 9, "founded": "1890-01-01", "open": True, "place.en": "Cellar"},
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    data = folder / "data"
    stoa(data, "portal", "add", PORTAL, "--set", "title=Wards", "--set", "languages=en,fr")
    stoa(data, "user", "add", "admin@example.org", "--portal", PORTAL, "--role", "admin")
    key = stoa(data, "key", "add", "machine", "--portal", PORTAL, "--user", "admin@example.org", "--write").stdout.split()[0]
    for name, metas in METAS.items():
        path = folder / f"{name}.csv"
        with open(path, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([["n"], [1]])
        told = [x for k, v in metas.items() for x in ("--meta", f"city.{k}={v if isinstance(v, str) else json.dumps(v)}")]
        for side, at in zip(("southbound_latitude", "westbound_longitude", "northbound_latitude", "eastbound_longitude"), AREAS.get(name, ())):
            told += ["--meta", f"inspire.extend_bounding_box_{side}={at}"]
        stoa(data, "publish", path, "--portal", PORTAL, "--id", name, "--title", name.title(), "--meta", "publisher=Town", *told)
    stoa(data, "secure", "vault", "--portal", PORTAL, "--restricted")
    running = Server(data)
    running.key = key
    running.template = {"name": "city", "title": "City", "type": "basic", "is_active": True, "schema": FIELDS}
    said = manage(running, "POST", "/metadata/templates/", running.template)
    assert said.status_code == 201, said.text
    yield running
    running.stop()


def manage(town, method, path, body=None):
    return town.request(method, AUTOMATION + path, PORTAL, json=body, headers={"Authorization": f"Apikey {town.key}", "X-Forwarded-Proto": "https"})


def put(town, schema, **more):
    said = manage(town, "PUT", "/metadata/templates/city/", {**town.template, "schema": schema, **more})
    assert said.status_code == 200, said.text


def facets(town, path="/api/explore/v2.1/catalog/facets", headers=None, **query):
    answer = town.get(path, query, host=PORTAL, headers=headers or {})
    assert answer.status_code == 200, answer.text
    return {g["name"]: [(v["name"], v["count"]) for v in g["facets"]] for g in answer.json()["facets"]}



def found(answer):
    return sorted(re.findall(r'<h2><a href="/explore/dataset/([^/]+)/"', answer.text))


def heading(text):
    return re.findall(r'<summary><h2><bdi>([^<]+)</bdi></h2>', text)


def facet_of(text, param):
    return re.search(r'<details class="facet" data-key="refine\.' + re.escape(param) + r'".*?</stoa-facet>', text, re.S)[0]


@pytest.mark.parametrize("version", ["v2.1", "v2.0"])
def test_marked_fields_are_facets_of_the_catalogue(town, version):
    said = facets(town, f"/api/explore/{version}/catalog/facets")
    assert said["city.ward"] == [("n", 1), ("s", 1)]
    assert dict(said["city.uses"]) == {"meeting": 1, "sport": 2}
    assert dict(said["city.floors"]) == {"1": 1, "2": 1} and said["city.score"] == [("1.5", 2)]
    assert said["city.founded"] == [("2019", 1), ("2020", 1)]
    assert dict(said["city.open"]) == {"true": 1, "false": 1}
    assert dict(said["city.place"]) == {"Market": 1, "River": 1}
    assert "city.note" not in said and list(said)[0] == "features"
    assert facets(town, f"/api/explore/{version}/catalog/facets", facet="city.note") == {"city.note": [("75", 1), ("sauna", 1)]}


def test_whoever_may_see_more_counts_more(town):
    said = facets(town, headers={"Authorization": f"Apikey {town.key}"})
    assert dict(said["city.ward"]) == {"n": 2, "s": 1} and dict(said["city.uses"])["secretuse"] == 1
    assert "secretuse" not in town.get("/explore/", host=PORTAL).text


@pytest.mark.parametrize("query,wanted", [
    ({"refine": "city.ward:n"}, ["hall"]), ({"exclude": "city.ward:n"}, ["pool"]), ({"refine": "city.uses:sport"}, ["hall", "pool"]),
    ({"refine": 'city.place:"River"'}, ["pool"]), ({"refine": "city.place.fr:Marché"}, ["hall"]), ({"refine": "city.place.fr:River"}, ["pool"]),
    ({"refine": "city.founded:2019"}, ["hall"]), ({"refine": "city.founded:2020/05"}, ["pool"]), ({"refine": "city.floors:2"}, ["hall"]),
    ({"refine": "city.open:true"}, ["hall"]), ({"refine": "city.score:1.5"}, ["hall", "pool"]),
    ({"where": "city.floors > 1"}, ["hall"]), ({"where": "city.note = '75'"}, ["hall"]), ({"where": "city.founded < date'2020'"}, ["hall"]),
    ({"where": 'search("sauna")'}, ["pool"]), ({"refine": ["city.uses:sport", "city.uses:meeting"]}, ["hall", "pool"])])
def test_questions_name_them(town, query, wanted):
    answer = town.get("/api/explore/v2.1/catalog/datasets", {"order_by": "dataset_id", **query}, host=PORTAL)
    assert answer.status_code == 200 and [d["dataset_id"] for d in answer.json()["results"]] == wanted, answer.text[:600]


def test_they_are_selected_and_grouped_by(town):
    said = town.get("/api/explore/v2.1/catalog/datasets", {"select": "city.ward, count(*) as n", "group_by": "city.ward", "order_by": "city.ward"}, host=PORTAL).json()
    assert said["results"] == [{"city.ward": "n", "n": 1}, {"city.ward": "s", "n": 1}]
    said = town.get("/api/explore/v2.1/catalog/datasets", {"select": "city.place", "lang": "fr", "refine": "city.ward:n"}, host=PORTAL).json()
    assert said["results"] == [{"city.place": "Marché"}]


def test_the_first_version_has_them_too(town):
    said = town.get("/api/datasets/1.0/search/", {"facet": ["city.ward", "city.founded"], "refine.city.ward": "n"}, host=PORTAL).json()
    assert [d["datasetid"] for d in said["datasets"]] == ["hall"] and said["nhits"] == 1
    groups = {g["name"]: [(v["name"], v["count"], v["state"]) for v in g["facets"]] for g in said["facet_groups"]}
    assert groups == {"city.ward": [("n", 1, "refined")], "city.founded": [("2019", 1, "displayed")]}
    said = town.get("/api/datasets/1.0/search/", {"exclude.city.ward": "n"}, host=PORTAL).json()
    assert [d["datasetid"] for d in said["datasets"]] == ["pool"]


def test_the_page_shows_them_in_the_readers_words(town):
    text = town.get("/explore/", host=PORTAL).text
    assert heading(text)[-7:] == ["Ward", "Uses", "Floors", "Score", "Founded", "Open", "Place"]
    ward = facet_of(text, "city.ward")
    assert re.search(r'refine\.city\.ward=n".*?<bdi class="value">North</bdi><span class="count">1', ward, re.S)
    assert ">Yes</bdi>" in facet_of(text, "city.open")
    french = town.get("/explore/?flg=fr", host=PORTAL).text
    assert heading(french)[-7] == "Quartier" and ">Nord</bdi>" in facet_of(french, "city.ward") and ">Oui</bdi>" in facet_of(french, "city.open")
    place = facet_of(french, "city.place.fr")
    assert heading(french)[-1] == "Lieu" and ">Marché</bdi>" in place and ">River</bdi>" in place, "where nothing is said in French, the portal's own words"


def test_several_values_are_chosen_on_the_page_and_named_above_the_list(town):
    one = town.get("/explore/?refine.city.ward=n", host=PORTAL)
    assert found(one) == ["hall"] and ">South</bdi>" in facet_of(one.text, "city.ward"), "the other values stay in sight"
    assert re.search(r'class="of"><bdi>Ward</bdi>: </span><bdi>North</bdi>', one.text)
    assert found(town.get("/explore/?refine.city.ward=n&refine.city.ward=s", host=PORTAL)) == ["hall", "pool"]
    assert found(town.get("/explore/?exclude.city.ward=n", host=PORTAL)) == ["pool"]
    french = town.get("/explore/?refine.city.place=Market&flg=fr", host=PORTAL)
    assert found(french) == ["hall"] and re.search(r'<bdi>Lieu</bdi>: </span><bdi>Market</bdi>', french.text)
    feed = re.search(r'href="(/feeds/catalogue\.atom\?[^"]+)"', one.text)[1].replace("&amp;", "&")
    assert town.get(feed, host=PORTAL).text.count("<entry>") == 1


def test_a_mark_that_is_taken_away_is_gone_at_once_and_comes_back(town):
    put(town, [{**f, "is_filter": f["name"] != "ward" and f.get("is_filter", False)} for f in FIELDS])
    assert "city.ward" not in facets(town) and "Ward" not in heading(town.get("/explore/", host=PORTAL).text)
    assert found(town.get("/explore/?refine.city.ward=n", host=PORTAL)) == ["hall"], "an address of before still means what it meant"
    put(town, FIELDS, is_active=False)
    assert not [n for n in facets(town) if n.startswith("city.")]
    put(town, [{**f, "label": "Bezirk" if f["name"] == "ward" else f["label"]} for f in FIELDS])
    assert "Bezirk" in heading(town.get("/explore/", host=PORTAL).text)
    put(town, FIELDS, type="admin")
    assert not [n for n in facets(town) if n.startswith("city.")], "what is for publishers is never told"
    put(town, FIELDS)
    assert facets(town)["city.ward"] == [("n", 1), ("s", 1)]


def test_what_nobody_can_choose_among_is_refused(town):
    for kind in ("html", "geo_shape"):
        said = manage(town, "PUT", "/metadata/templates/city/", {**town.template, "schema": [*FIELDS, {"name": "bad", "type": kind, "label": "Bad", "is_filter": True}]})
        assert said.status_code == 400 and kind in said.json()["detail"]["schema"]["8"]["is_filter"][0], said.text
    assert "city.ward" in facets(town)


def test_there_are_only_so_many_filters(town):
    many = [{"name": f"x{i}", "type": "text", "label": "X", "is_filter": True} for i in range(24)]
    said = manage(town, "POST", "/metadata/templates/", {"name": "more", "title": "More", "type": "basic", "is_active": True, "schema": many})
    assert said.status_code == 400 and "at most 30 fields" in said.json()["detail"]["schema"]["23"]["is_filter"][0], said.text
    said = manage(town, "POST", "/metadata/templates/", {"name": "more", "title": "More", "type": "basic", "is_active": True, "schema": many[:23]})
    assert said.status_code == 201 and "more.x22" in facets(town, facet="more.x22"), said.text
    assert town.get("/explore/", host=PORTAL).status_code == 200
    assert manage(town, "DELETE", "/metadata/templates/more/").status_code == 204
    answer = town.get("/api/explore/v2.1/catalog/facets", {"facet": "more.x22"}, host=PORTAL)
    assert answer.status_code == 400 and "more.x22" in answer.text


def test_larger_territories_are_among_the_datasets_of_a_place_or_not(town):
    shown = lambda query, state="": found(town.get(f"/explore/?geofilter.bbox={query}{state}", host=PORTAL))
    assert shown("44,3,47,6") == ["hall", "pool"] and shown("44,3,47,6", "&territories=within") == ["pool"]
    assert shown("30,-5,60,20", "&territories=within") == ["hall", "pool"] and shown("60,3,70,6") == [] and shown("45.2,4.2,45.8,4.8", "&territories=within") == []
    assert shown("44,3,45.5,6") == ["hall", "pool"] and shown("44,3,45.5,6", "&territories=within") == []
    text = town.get("/explore/?geofilter.bbox=44,3,47,6", host=PORTAL).text
    link = re.search(r'href="([^"]+territories=within)"[^>]* class="on"', text)[1].replace("&amp;", "&")
    assert found(town.get(link, host=PORTAL)) == ["pool"] and "territories=" not in town.get("/explore/", host=PORTAL).text
    stoa(town.data, "portal", "set", PORTAL, "catalogue.place.larger=off")
    assert shown("44,3,47,6") == ["pool"] and shown("44,3,47,6", "&territories=larger") == ["hall", "pool"]
    stoa(town.data, "portal", "set", PORTAL, "catalogue.place.larger=on")


def test_the_usual_place_is_offered_or_applied_at_first(town):
    settings = lambda *words: stoa(town.data, "portal", "set", PORTAL, *words, check=False)
    for wrong in ("here", "1,2,3", "50,0,40,10", "40,0,50,190", "40,0,50,10,1"):
        refused = settings(f"catalogue.place.usual={wrong}")
        assert refused.returncode and "south,west,north,east" in refused.stderr, wrong
    assert not settings("catalogue.place.usual=45.2,4.2,45.8,4.8", "catalogue.place.larger=on").returncode
    get = lambda path: town.get(path, host=PORTAL)
    text = get("/explore/").text
    assert found(get("/explore/")) == ["hall", "pool"] and "The usual place of this portal" in text
    link = re.search(r'href="([^"]+)" data-focus="usual">', text)[1].replace("&amp;", "&")
    assert "geofilter.bbox=45.2" in link.replace("%2C", ",") and 'data-focus="usual" class="on"' in get(link).text
    assert not settings("catalogue.place.usual=41,1,42,2", "catalogue.place.applied=on").returncode
    try:
        for path in ("/explore/", "/explore/?flg=fr"):
            assert found(get(path)) == ["hall"], path
        text = get("/explore/").text
        assert "noindex" not in text and 'rel="canonical" href="' in text and "geofilter" not in re.search(r'rel="canonical" href="([^"]+)"', text)[1]
        away = re.search(r'<a class="chip" rel="nofollow" href="([^"]+)"', text)[1]
        assert away.endswith("?territories=all") and found(get(away)) == ["hall", "pool"], away
        assert found(get("/explore/?sort=title")) == ["hall", "pool"], "an address that says something means what it says"
        assert found(get("/explore/?refine.city.ward=s")) == ["pool"]
        assert not settings("catalogue.place.usual=-10,1,-5,2").returncode
        assert 'href="/explore/?territories=all"' in get("/explore/").text and not found(get("/explore/"))
    finally:
        settings("catalogue.place.usual=", "catalogue.place.applied=off")
    assert found(get("/explore/")) == ["hall", "pool"]
