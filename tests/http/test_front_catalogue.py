"""The catalogue's page and what search engines read, over the wire: orders, several values of a facet, places, shapes of the list, and help when
nothing is found.
"""
import csv
import json
import re

import pytest

from conftest import Server, stoa

PORTAL, BARE = "fair.localhost", "bare.localhost"


@pytest.fixture(scope="module")
def fair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fair")
    data = folder / "data"
    stoa(data, "portal", "add", PORTAL, "--set", "title=Fair", "--set", "languages=en,fr")
    stoa(data, "portal", "add", BARE, "--set", "title=Bare")
    sets = [("trees", "Street trees", "Parks", "Environment", "trees", "50.8, 4.3"), ("roads", "Road works", "Works", "Transport", "streets", "48.8, 2.3"),
            ("budget", "Budget of the town", "Treasury", "Economy", "money", "")]
    for name, title, publisher, theme, keyword, place in sets:
        path = folder / f"{name}.csv"
        with open(path, "w", newline="", encoding="utf-8") as f:
            w = csv.writer(f)
            w.writerow(["n", "place"] if place else ["n"])
            w.writerows([[i, place] if place else [i] for i in range(len(name))])
        schema = folder / f"{name}.json"
        fields = [{"name": "n", "type": "int"}] + ([{"name": "place", "type": "geo_point_2d"}] if place else [])
        schema.write_text(json.dumps({"fields": fields}), encoding="utf-8")
        stoa(data, "publish", path, "--portal", PORTAL, "--id", name, "--schema", schema, "--title", title, "--meta", f"publisher={publisher}",
             "--meta", f'theme=["{theme}"]', "--meta", f'keyword=["{keyword}"]', "--meta", "license=CC BY 4.0", "--meta", "description=<p>About it</p>",
             "--meta", "title.fr=Titre " + name)
    running = Server(data)
    yield running
    running.stop()


def found(answer):
    return re.findall(r'<h2><a href="/explore/dataset/([^/]+)/"', answer.text)


def page(fair, path="/explore/", **query):
    return fair.get(path, query or None, host=PORTAL)


def test_orders_go_both_ways_and_say_which_is_on(fair):
    assert found(page(fair, sort="title")) == ["budget", "roads", "trees"]
    assert found(page(fair, sort="-title")) == ["trees", "roads", "budget"]
    assert found(page(fair, sort="-records_count"))[-1] == "budget"
    assert found(page(fair, sort="records_count"))[0] == "budget"
    assert re.search(r'data-focus="sort-title" aria-current="true"', page(fair, sort="title").text)


@pytest.mark.parametrize("sort", ["explore.popularity_score", "-explore.popularity_score", "explore.download_count", "popularity_score"])
def test_an_order_without_figures_says_so_and_shows_everything(fair, sort):
    answer = page(fair, sort=sort)
    assert answer.status_code == 200 and len(found(answer)) == 3
    assert "Nothing has been counted here yet" in answer.text


def test_several_values_of_a_facet_are_all_wanted(fair):
    answer = fair.get("/explore/?refine.publisher=Parks&refine.publisher=Works&sort=title", host=PORTAL)
    assert found(answer) == ["roads", "trees"]
    # The files of the list hold the same.
    link = re.search(r'href="(/api/explore/v2.1/catalog/exports/json[^"]+)"', answer.text)[1].replace("&amp;", "&")
    assert {d["dataset_id"] for d in fair.get(link, host=PORTAL).json()} == {"roads", "trees"}
    assert 'class="value">Treasury' in answer.text, "the other values stay in sight"


@pytest.mark.parametrize("q,wanted", [("title:budget", ["budget"]), ("publisher:Parks OR publisher:Works", ["roads", "trees"]), ("records_count>=6", ["budget"]),
                                      ("NOT town", ["roads", "trees"]), ('#exact(publisher,"Works")', ["roads"]),
                                      ("trees: street", ["trees"]), ("Street or trees", []), ('"AND street"', []), ("12:30", [])])
def test_the_search_box_takes_the_query_language_and_mere_words(fair, q, wanted):
    assert sorted(found(page(fair, q=q))) == wanted


def test_the_search_box_of_records_takes_it_too(fair):
    table = page(fair, "/explore/dataset/trees/table/", q="n>2 AND n<4")
    assert re.search(r'class="total"[^>]*>1 record<', table.text), table.text[:500]
    wrong = page(fair, q="title:[a TO")
    assert wrong.status_code == 400 and "</html>" in wrong.text, "a question that cannot be read is a message, not an empty list"


def test_a_page_that_is_the_same_is_not_sent_again(fair):
    for path in ("/", "/explore/", "/explore/dataset/trees/information/"):
        first = page(fair, path)
        tag = first.headers["ETag"]
        again = fair.get(path, host=PORTAL, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"") and again.headers["ETag"].strip('W/"') == tag.strip('W/"')
        assert fair.get(path, host=PORTAL, headers={"If-None-Match": '"other"'}).status_code == 200
    assert page(fair, "/explore/").headers["ETag"] != page(fair, "/explore/", flg="fr").headers["ETag"]


def test_the_list_comes_in_two_shapes(fair):
    assert '<ol class="cards lines">' in page(fair, layout="list").text and '<ol class="cards">' in page(fair).text
    assert '<meta name="robots" content="noindex">' in page(fair, layout="list").text


def test_a_card_leads_to_its_views_and_keywords(fair):
    text = page(fair).text
    assert 'href="/explore/dataset/trees/table/"' in text and 'href="/explore/dataset/trees/export/"' in text
    assert 'href="/explore/?refine.keyword=trees"' in text and 'class="pictogram environment"' in text


@pytest.mark.parametrize("query,wanted", [({"geofilter.bbox": "50,4,51,5"}, ["trees"]), ({"geofilter.bbox": "40,0,60,10"}, ["roads", "trees"]),
                                          ({"geofilter.distance": "48.8,2.3,1000"}, ["roads"]), ({"geofilter.polygon": "(50,4),(51,4),(51,5)"}, ["trees"]),
                                          ({"south": "50", "west": "4", "north": "51", "east": "5"}, ["trees"]), ({"geofilter.bbox": "0,0,1,1"}, [])])
def test_places_filter_by_extent(fair, query, wanted):
    answer = page(fair, sort="title", **query)
    assert answer.status_code == 200 and found(answer) == wanted
    assert "stoa_west" not in answer.text


@pytest.mark.parametrize("value", ["here", "1,2,3", "91,0,92,1", "(1,2),(3", "1e999,0,1,1", ""])
def test_places_that_cannot_be_read_are_complaints(fair, value):
    answer = page(fair, **{"geofilter.bbox": value})
    assert answer.status_code == (200 if not value else 400), value


@pytest.mark.parametrize("typed,meant", [("budgte", "budget"), ("treees", "trees"), ("stret trees", "street trees")])
def test_a_misspelt_search_says_what_may_be_meant(fair, typed, meant):
    answer = page(fair, q=typed)
    if not found(answer):
        assert f"<strong><bdi>{meant}</bdi></strong>" in answer.text
        assert "/explore/?q=" + meant.replace(" ", "%20") in answer.text
    assert page(fair, q=meant).status_code == 200 and found(page(fair, q=meant))


def test_nothing_found_and_nothing_there_are_two_things(fair):
    assert "No dataset matches your search." in page(fair, q="zzzzzz").text
    bare = fair.get("/explore/", host=BARE)
    assert bare.status_code == 200 and "Nothing has been published here yet." in bare.text


def test_the_hidden_columns_of_the_catalogue_stay_hidden(fair):
    answer = fair.get("/api/explore/v2.1/catalog/datasets", {"select": "stoa_west"}, host=PORTAL)
    assert answer.status_code == 400
    assert "stoa_" not in fair.get("/api/explore/v2.1/catalog/exports/json", host=PORTAL).text


# --- search engines ---------------------------------------------------------------------------------------------


def graph(answer):
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.S)[1]
    return {node["@type"]: node for node in json.loads(block)["@graph"]}


def test_a_dataset_is_described_by_schema_org(fair):
    known = graph(fair.get("/explore/dataset/trees/information/", host=PORTAL))
    d = known["Dataset"]
    origin = f"http://{PORTAL}:{fair.port}"
    assert d["name"] == "Street trees" and len(d["description"]) >= 50 and d["license"] == "CC BY 4.0"
    assert d["creator"]["name"] == "Parks" and d["keywords"] == ["trees"] and d["isAccessibleForFree"] is True
    assert d["includedInDataCatalog"]["url"] == origin + "/explore/" and d["dateModified"].startswith("20")
    assert {v["name"] for v in d["variableMeasured"]} == {"n", "place"}
    for one in d["distribution"]:
        path = one["contentUrl"].removeprefix(origin)
        assert path != one["contentUrl"] and fair.get(path, host=PORTAL).status_code == 200
    steps = known["BreadcrumbList"]["itemListElement"]
    assert [s["position"] for s in steps] == [1, 2, 3]
    assert "Dataset" not in graph(fair.get("/explore/dataset/trees/table/", host=PORTAL))


def test_nothing_in_a_title_ends_the_block(fair):
    stoa(fair.data, "meta", "budget", "--portal", PORTAL, "title=</script><b>x", check=False)
    assert "</script><b>" not in fair.get("/explore/dataset/budget/information/", host=PORTAL).text


def test_pages_name_themselves_and_each_other(fair):
    origin = f"http://{PORTAL}:{fair.port}"
    for path, own in [("/explore/dataset/trees/information/", ""), ("/explore/dataset/trees/information/?flg=fr", "?flg=fr")]:
        text = fair.get(path, host=PORTAL).text
        links = dict(re.findall(r'hreflang="([\w-]+)" href="([^"]+)"', text))
        base = origin + "/explore/dataset/trees/information/"
        assert links == {"en": base + "?flg=en", "fr": base + "?flg=fr", "x-default": base}
        assert re.search(r'rel="canonical" href="([^"]+)"', text)[1] == base + own


def test_the_map_for_search_engines(fair):
    answer = fair.get("/sitemap.xml", host=PORTAL)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.text.count("<url>") == 3 + 3 and answer.text.count("<lastmod>") >= 3
    assert 'hreflang="fr"' in answer.text and 'hreflang="x-default"' in answer.text
    assert fair.get("/sitemap/1.xml", host=PORTAL).text == answer.text
    for wrong in ("0.xml", "2.xml", "x.xml", "1", "-1.xml"):
        assert fair.get(f"/sitemap/{wrong}", host=PORTAL).status_code == 404, wrong
    robots = fair.get("/robots.txt", host=PORTAL).text
    assert "Sitemap: " in robots and "Disallow: /*refine." in robots


def test_the_default_view_is_the_portals_choice(fair):
    assert fair.get("/explore/dataset/trees/", host=PORTAL).headers["Location"] == "/explore/dataset/trees/table/"
    stoa(fair.data, "portal", "set", PORTAL, "dataset.tab=information")
    assert fair.get("/explore/dataset/trees/", host=PORTAL).headers["Location"] == "/explore/dataset/trees/information/"
    assert stoa(fair.data, "portal", "set", PORTAL, "dataset.tab=nonsense", check=False).returncode != 0
