"""The front pages over the wire: status, headers, caching, filters by address, and what a stranger may type."""
import re

import pytest

from conftest import HOST, OTHER, stoa

PAGES = ["/", "/explore/", "/explore/?q=city&sort=title", "/explore/dataset/cities/information/", "/explore/dataset/cities/table/",
         "/explore/dataset/cities/table/?refine.country=FR&sort=-pop", "/explore/dataset/things/export/", "/explore/dataset/things/api/",
         "/terms/cookies-policy/"]


def titles(answer):
    return re.findall(r'<h2><a href="/explore/dataset/([^/]+)/"', answer.text)


def column(answer, number):
    rows = re.findall(r"<tr>(.*?)</tr>", answer.text.split("<tbody>")[1], re.S)
    cells = [re.findall(r'<td(?! class="open")[^>]*>(.*?)</td>', row, re.S)[number] for row in rows]
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_shared_by_all_anonymous_readers(server, path):
    first, second = server.get(path), server.get(path, headers={"Cookie": "foo=bar; _ga=GA1.2.3"})
    assert first.status_code == 200
    assert first.content == second.content == server.get(path).content
    assert "Set-Cookie" not in first.headers
    assert "public" in first.headers["Cache-Control"] and "s-maxage" in first.headers["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= {v.strip() for v in first.headers["Vary"].split(",")}
    assert not re.search(r"[0-9A-Za-z]{64}", re.sub(r"sha256-[0-9a-f]{64}", "", first.text)), "something like a token"


@pytest.mark.parametrize("path", PAGES + ["/nothing", "/explore/?refine.nothing=1"])
def test_the_policy_of_content_is_strict_and_kept(server, path):
    answer = server.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'") and "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy and "form-action 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<[^>]+\sstyle=", answer.text) and not re.search(r"<[^>]+\son[a-z]+=", answer.text)
    assert not re.search(r'<script(?![^>]*\ssrc=| type="application/ld\+json">)', answer.text) and "<style" not in answer.text
    for url in re.findall(r'<(?:script|img|iframe)[^>]+src="([^"]+)"|<link rel="(?:stylesheet|icon)"[^>]+href="([^"]+)"', answer.text):
        assert "".join(url).startswith("/assets/")


def test_with_cookies_of_ours_a_page_is_private(server):
    assert server.get("/", headers={"Cookie": "django_language=fr"}).headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert server.get("/", headers={"Cookie": "sessionid=abc"}).headers["Cache-Control"] == "private, no-store"


def test_head_answers_like_get_without_a_body(server):
    got, head = server.get("/explore/"), server.request("HEAD", "/explore/")
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Type", "Cache-Control", "Vary", "Content-Language"):
        assert head.headers[name] == got.headers[name]


def test_the_catalogue_is_searched_filtered_and_sorted_by_address(server):
    assert set(titles(server.get("/explore/"))) == {"cities", "things", "zones"}
    assert titles(server.get("/explore/", {"sort": "title"})) == ["things", "cities", "zones"]
    assert titles(server.get("/explore/", {"sort": "-title"})) == ["zones", "cities", "things"]
    assert titles(server.get("/explore/", {"sort": "records_count"})) == ["things", "cities", "zones"]
    assert titles(server.get("/explore/", {"q": "world"})) == ["things"]
    assert titles(server.get("/explore/", {"refine.theme": "Environment"})) == ["cities"]
    assert set(titles(server.get("/explore/", {"exclude.theme": "Environment"}))) == {"things", "zones"}
    assert titles(server.get("/explore/", {"refine.publisher": "Nobody"})) == []
    assert titles(server.get("/explore/", {"rows": "1", "start": "1", "sort": "title"})) == ["cities"]


def test_themes_are_shown_in_the_readers_language_and_keep_their_value(server):
    french = {"flg": "fr"}
    card = server.get("/explore/", {**french, "refine.theme": "Environment"})
    assert titles(card) == ["cities"]
    assert re.search(r'<p class="theme"><span class="pictogram environment".*?</span><bdi>Environnement</bdi>', card.text)
    assert re.search(r'<bdi class="value">Environnement</bdi>', card.text) and re.search(r'class="chip".*?<bdi>Environnement</bdi>', card.text, re.S)
    assert "refine.theme=Environment" in server.get("/explore/", french).text
    page = server.get("/explore/dataset/cities/information/", french).text
    assert '</span><bdi>Environnement</bdi></p>' in page
    assert re.search(r'refine\.theme=Environment"><bdi>Environnement</bdi>', page)
    assert '</span><bdi>Environment</bdi></p>' in server.get("/explore/dataset/cities/information/", {"flg": "en"}).text


def test_a_facet_takes_several_values_when_the_address_says_so(server):
    page, two = "/explore/dataset/cities/table/", {"refine.country": ["FR", "BE"]}
    assert "No record matches" in server.get(page, two).text
    answer = server.get(page, {**two, "disjunctive.country": "true"})
    assert column(answer, 0) == ["Paris", "La Rochelle", "Bruxelles"]
    assert len(re.findall(r'class="on"', answer.text)) == 2
    api = server.get("/explore/dataset/cities/api/", {**two, "disjunctive.country": "true"}).text
    url = next(u for u in re.findall(r'href="http://[^/]+(/[^"]+/records[^"]*)"', api)).replace("&amp;", "&")
    assert server.get(url).json()["total_count"] == 3


def test_a_question_that_cannot_be_answered_says_so_in_the_page(server):
    answer = server.get("/explore/", {"refine.nothing": "1"})
    assert answer.status_code == 400 and 'role="alert"' in answer.text and "nothing" in answer.text
    assert server.get("/explore/dataset/cities/table/", {"refine.nothing": "1"}).status_code == 400


@pytest.mark.parametrize("params", [{"q": '"'}, {"q": "\\"}, {"q": "a') or ('1'='1"}, {"refine.theme": 'x"y\\'}, {"refine.a`b": "1"}, {"sort": "nothing"},
                                    {"start": "-1"}, {"start": "99999999999999999999"}, {"rows": "0"}, {"rows": "x"}, {"q": "é" * 400}, {"exclude.": "x"}])
def test_whatever_is_typed_gives_a_page(server, params):
    for path in ("/explore/", "/explore/dataset/cities/table/", "/explore/dataset/cities/export/", "/explore/dataset/cities/api/"):
        answer = server.get(path, params)
        assert answer.status_code in (200, 400), answer.text[:500]
        assert "</html>" in answer.text
        for value in params.values():
            if "<" in value:
                assert value not in answer.text


def test_markup_in_parameters_stays_text(server):
    for path in ("/explore/", "/explore/dataset/cities/table/"):
        answer = server.get(path, {"q": "<script>alert(1)</script>", "refine.country": "\"><img src=x>"})
        assert "<script>alert" not in answer.text and "<img" not in answer.text


def test_the_table_shows_filters_and_sorts(server):
    page = "/explore/dataset/cities/table/"
    assert column(server.get(page), 0) == ["Paris", "La Rochelle", "Bruxelles", "Besançon"]
    assert column(server.get(page, {"refine.country": "FR"}), 0) == ["Paris", "La Rochelle"]
    assert column(server.get(page, {"q": "rochelle"}), 0) == ["La Rochelle"]
    # The published rule: numbers and dates downwards, texts upwards, "-" the other way.
    assert column(server.get(page, {"sort": "name"}), 0) == ["Besançon", "Bruxelles", "La Rochelle", "Paris"]
    assert column(server.get(page, {"sort": "pop"}), 0)[:3] == ["Paris", "Bruxelles", "La Rochelle"]
    assert column(server.get(page, {"sort": "-founded"}), 0)[0] == "Paris"
    assert column(server.get(page), 3)[0] == "2,100,000"
    assert "no value" in column(server.get(page), 3)[3]
    assert column(server.get(page, {"flg": "fr"}), 5)[0] == "15 janvier 1988"


def test_pages_of_a_table_follow_each_other(server):
    page = "/explore/dataset/things/table/"
    first = server.get(page, {"sort": "-id"})
    assert column(first, 0) == [str(i) for i in range(50)]
    onward = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
    assert column(server.get(onward), 0) == [str(i) for i in range(50, 100)]
    last = server.get(page, {"sort": "-id", "start": "200"})
    assert len(column(last, 0)) == 50 and 'rel="next"' not in last.text


def test_what_the_page_says_of_the_api_is_what_the_api_answers(server):
    page = server.get("/explore/dataset/cities/api/", {"refine.country": "FR", "q": "paris"}).text
    url = next(u for u in re.findall(r'href="(http[^"]+/records[^"]*)"', page)).replace("&amp;", "&")
    path = url.split("localhost", 1)[1].split("/", 1)[1]
    assert server.get("/" + path).json()["total_count"] == 1
    export = re.search(r'href="(/api/[^"]+/exports/jsonl[^"]*)"', server.get("/explore/dataset/cities/export/", {"refine.country": "FR"}).text).group(1)
    assert len(server.get(export.replace("&amp;", "&")).text.strip().split("\n")) == 2


@pytest.mark.parametrize("dataset, geo", [("cities", True), ("zones", True), ("things", False)])
def test_the_export_tab_offers_what_the_api_offers(server, dataset, geo):
    page = server.get(f"/explore/dataset/{dataset}/export/").text
    shown = re.findall(rf'<a rel="nofollow" download class="[^"]*" href="/api/explore/v2.1/catalog/datasets/{dataset}/exports/(\w+)"', page)
    offered = {link["rel"] for link in server.get(f"/api/explore/v2.1/catalog/datasets/{dataset}/exports").json()["links"]} - {"self"}
    if not geo:
        offered -= {"fgb"}  # the API offers it without shapes, too; nobody looks for that
    assert len(shown) == len(set(shown)) and set(shown) == offered
    assert ("geojson" in shown) == geo
    assert set(re.findall(r'<form action="/api/[^"]+/exports/(\w+)"', page)) == offered


def test_options_of_the_export_tab_are_heeded_without_script(server):
    page = server.get("/explore/dataset/cities/export/", {"refine.country": "FR"}).text
    form = re.search(r'<form action="([^"]+/exports/geojson)">(.*?)</form>', page, re.S)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', form[2]))
    assert hidden == {"refine": "country:FR"} and form[2].count('name="epsg"') == 2
    # What a browser sends: the list and the field beside it, in this order.
    of = lambda listed, typed: server.get(form[1], [*hidden.items(), ("epsg", listed), ("epsg", typed)]).json()["features"]
    plain, listed, typed = of("4326", ""), of("3857", ""), of("4326", "3857")
    assert len(plain) == 2 and listed == typed != plain
    form = re.search(r'<form action="([^"]+/exports/csv)">(.*?)</form>', page, re.S)
    assert set(re.findall(r' name="(\w+)"', form[2])) == {"refine", "delimiter", "quote_all", "with_bom", "list_separator", "use_labels", "compressed"}


def test_old_addresses_lead_on(server):
    for path, to, status in [("/explore/dataset/cities/", "/explore/dataset/cities/table/", 302),
                             ("/explore/assets/cities/", "/explore/dataset/cities/table/", 302),
                             ("/explore/dataset/cities/?tab=metas", "/explore/dataset/cities/information/", 301),
                             ("/explore/dataset/cities/?tab=table&refine.country=FR", "/explore/dataset/cities/table/?refine.country=FR", 301),
                             ("/explore/dataset/cities/?tab=nonsense", "/explore/dataset/cities/table/", 301),
                             ("/terms/cookies-information", "/terms/cookies-policy/", 301),
                             ("/terms/cookies-information?flg=fr-fr", "/terms/cookies-policy/?flg=fr-fr", 301)]:
        answer = server.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (status, to), path
        assert "Set-Cookie" not in answer.headers


def test_unknown_and_unseen_datasets_answer_alike(server):
    unknown, elsewhere = server.get("/explore/dataset/nowhere/table/"), server.get("/explore/dataset/elsewhere/table/")
    assert unknown.status_code == elsewhere.status_code == 404
    assert unknown.text.replace("nowhere", "elsewhere") == elsewhere.text
    assert unknown.headers["Cache-Control"] == "no-store"
    assert server.get("/explore/dataset/elsewhere/table/", host=OTHER).status_code == 200


@pytest.mark.parametrize("method,path,status", [("GET", "/nothing", 404), ("GET", "/explore/dataset/cities/nothing/", 404), ("POST", "/explore/", 405),
                                                ("DELETE", "/", 405), ("GET", "/set-language/", 405), ("GET", "/assets/nothing.css", 404),
                                                ("GET", "/assets/../etc/passwd", 404)])
def test_errors_are_pages_in_the_readers_language(server, method, path, status):
    answer = server.request(method, path, headers={"Accept-Language": "fr"})
    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
    if not path.startswith("/assets"):
        assert '<html lang="fr"' in answer.text and "no-store" in answer.headers["Cache-Control"]


def test_a_host_without_portal_learns_nothing(server):
    answer = server.get("/", host="nobody.example")
    assert answer.status_code == 421 and answer.content == b""
    assert "Set-Cookie" not in answer.headers and "Location" not in answer.headers


def test_assets_are_compressed_and_kept_for_ever(server):
    page = server.get("/").text
    for url in set(re.findall(r'"(/assets/[^"]+)"', page)):
        for coding in ("br", "gzip", "identity"):
            answer = server.get(url, headers={"Accept-Encoding": coding}, stream=True)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"] and "Set-Cookie" not in answer.headers
            if "theme" not in url and "mark" not in url:
                assert answer.headers.get("Content-Encoding", "identity") == coding
                tag = answer.headers["ETag"]
                assert server.get(url, headers={"Accept-Encoding": coding, "If-None-Match": tag}).status_code == 304
            answer.close()


def test_what_robots_read(server):
    robots = server.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    sitemap_url = re.search(r"^Sitemap: (.+)$", robots.text, re.M).group(1)
    assert sitemap_url.startswith(f"http://{HOST}")
    sitemap = server.get("/sitemap.xml").text
    addresses = re.findall(r"<loc>([^<]+)</loc>", sitemap)
    assert f"{sitemap_url.rsplit('/', 1)[0]}/explore/dataset/cities/information/" in addresses
    assert not any("elsewhere" in a for a in addresses)
    for address in addresses:
        assert server.get("/" + address.split("/", 3)[3]).status_code == 200
    favicon = server.get("/favicon.ico")
    assert favicon.status_code == 302
    assert server.get(favicon.headers["Location"]).headers["Content-Type"] == "image/svg+xml"


def test_the_footer_names_a_provider_that_is_not_the_portal(make_server, tmp_path):
    for title, provider, times in (("City data", "City council", 1), ("City data", "City data", 0)):
        data = tmp_path / provider.replace(" ", "")
        stoa(data, "portal", "add", HOST, "--set", f"title={title}", "--set", f"provider={provider}")
        footer = make_server(data).get("/").text.split('<footer class="site">')[1]
        assert footer.count(f"<span>{provider}</span>") == times


def test_addresses_of_other_portals_lead_on(server):
    for path, to in {"/api/": "/api-console/explore/v2.1/", "/api-console/": "/api-console/explore/v2.1/", "/terms/": "/terms/terms-and-conditions/",
                     "/privacy/": "/terms/privacy-policy/", "/account/quota/": "/account/keys/", "/account/applications/": "/account/programs/",
                     "/backoffice/catalog/": "/backoffice/datasets/", "/backoffice/customization/theme/": "/backoffice/look/",
                     "/backoffice/monitoring/activity_log/?user=1": "/backoffice/activity/?user=1"}.items():
        answer = server.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, to)
        assert "Set-Cookie" not in answer.headers
    for path in ("/api-console/explore/v2.1/", "/account/keys/", "/account/programs/", "/backoffice/datasets/", "/backoffice/look/", "/backoffice/navigation/",
                 "/backoffice/audience/people/", "/backoffice/audience/api/", "/backoffice/activity/"):
        assert server.get(path).status_code in (200, 303), path


def test_a_record_has_a_way_to_write_about_it(server):
    record = re.search(r'href="/explore/dataset/things/(record/[0-9a-f]+/)', server.get("/explore/dataset/things/table/").text).group(1)
    link = re.search(r'href="(/explore/dataset/things/feedback/\?record=[0-9a-f]+)"', server.get("/explore/dataset/things/" + record).text).group(1)
    form = server.get(link)
    assert form.status_code == 200 and f'name="record" value="{record.split("/")[1]}"' in re.sub(r'(name="record")[^>]*( value=)', r"\1\2", form.text)
