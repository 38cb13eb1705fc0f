"""Dashboards of the back office: figures that are counted here a second time. And lists that come back as they were left."""
import csv
import html
import io
import json
import re

import pytest

from conftest import stoa
from probe import ADA, PASSWORD, ROOT_USER, World
from test_manage_datasets import Api, key_of, wait_idle

HOST = "isoc.example"
EXPLORE = "/api/explore/v2.1/catalog/datasets"
LONG = "Every tree that the town looks after, measured by its gardeners in spring. " * 4
# Slug: metadata, restricted.
SETS = {
    "trees": ({"title": "Trees of the town", "description": LONG, "license": "CC0 1.0", "theme": "Environment", "keyword": "trees,parks,green", "publisher": "Town", "language": "en"}, False),
    "parks": ({"title": "Parks of the town", "theme": "Environment", "publisher": "Town"}, False),
    "buses": ({"title": "Buses", "theme": "Transport"}, False),
    "wages": ({"title": "Wages of the town hall", "publisher": "Town"}, True),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dashboards")
    w = World(folder)
    (folder / "rows.csv").write_text("name,height,year\noak,20.5,1990\nelm,1234.5,2001\nash,20.5,2001\n")
    for slug, (metas, restricted) in SETS.items():
        options = [x for name, value in metas.items() if name != "title" for x in ("--meta", f"{name}={value}")]
        stoa(w.data, "publish", folder / "rows.csv", "--portal", HOST, "--id", slug, "--title", metas["title"], *options)
        if restricted:
            stoa(w.data, "secure", slug, "--portal", HOST, "--restricted")
    w.fixture(users=[{"host": HOST, "email": "mona@isoc.example", "name": "Mona", "password": PASSWORD, "role": "member"}])
    stoa(w.data, "user", "change", "mona@isoc.example", "--portal", HOST, "--permissions", "explore_monitoring")
    yield w
    w.stop()


def signed_in(world, who):
    c = world.client(HOST)
    c.sign_in(who)
    return c


@pytest.fixture(scope="module")
def root(world):
    return signed_in(world, ROOT_USER)


@pytest.fixture(scope="module")
def mona(world):
    return signed_in(world, "mona@isoc.example")


def sheet(c, path):
    answer = c.get(path)
    assert answer.status_code == 200, (path, answer.text[:500])
    return list(csv.DictReader(io.StringIO(answer.text)))


def page(c, path, status=200):
    answer = c.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.text[-800:])
    return answer.text


def plain(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def tiles(text):
    return {plain(k): plain(v) for k, v in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.S)}


def rows_of(text):
    return [r for body in re.findall(r"<tbody[^>]*>(.*?)</tbody>", text, re.S) for r in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)]


def table(text, id):
    """Rows of the table in a panel: texts of their cells."""
    panel = re.search(rf'<section[^>]*id="{id}".*?</section>', text, re.S).group(0)
    return [[plain(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.S)] for r in rows_of(panel)]


# --- quality -------------------------------------------------------------------------------------------------------------


def test_quality_says_what_is_missing_and_where(root):
    text = page(root, "/backoffice/monitoring/quality/")
    rows = sheet(root, "/backoffice/monitoring/quality/export.csv")
    assert [r["dataset_id"] for r in rows][-1] == "trees" and len(rows) == 4
    scores = {r["dataset_id"]: int(r["score"]) for r in rows}
    assert [r["dataset_id"] for r in rows] == sorted(scores, key=lambda s: (scores[s], s)), "the lowest comes first"
    shown = tiles(text)
    assert shown["Datasets"] == "4" and shown["Score, on average"] == f"{(sum(scores.values()) + 2) // 4} %"
    assert shown["In need (below 40 %)"] == str(sum(s < 40 for s in scores.values()))
    # Each score is what the dataset's own page says.
    for slug, score in scores.items():
        own = page(root, f"/backoffice/datasets/{slug}/information/")
        assert re.search(rf"<strong>{score} %</strong>", own), (slug, score)
    # What is missing most, counted from what was published above.
    gaps = {r[0]: (int(r[1]), int(r[2])) for r in table(text, "gaps")}
    lacking = lambda name: sum(name not in metas for metas, _ in SETS.values())
    assert gaps["Licence"] == (lacking("license"), 0) and gaps["Publisher"] == (lacking("publisher"), 0) and gaps["Themes"] == (lacking("theme"), 0), gaps
    assert gaps["Description"] == (3, 0) and gaps["Title"] == (0, 1), "“Buses” is too short a title"
    assert "/backoffice/datasets/buses/information/" in text
    only = sheet(root, "/backoffice/monitoring/quality/export.csv?lacks=default.publisher")
    assert [r["dataset_id"] for r in only] == ["buses"]
    assert "default.license" in only[0]["missing"].split() and "default.title" in only[0]["too_little"].split()
    # Bands hold all of them, once.
    bands = [int(r[1]) for r in table(text, "spread")]
    assert bands == [sum(low <= s < low + 20 or (low == 80 and s == 100) for s in scores.values()) for low in (80, 60, 40, 20, 0)]


def test_quality_is_narrowed_and_knows_who_asks(root, mona):
    slugs = lambda c, query="": [r["dataset_id"] for r in sheet(c, f"/backoffice/monitoring/quality/export.csv{query}")]
    assert set(slugs(root, "?theme=Environment")) == {"trees", "parks"}
    assert set(slugs(root, "?publisher=Town")) == {"trees", "parks", "wages"}
    assert slugs(root, "?access=restricted") == ["wages"] and slugs(root, "?theme=Environment&lacks=default.license") == ["parks"]
    assert "wages" not in slugs(mona) and "wages" not in page(mona, "/backoffice/monitoring/quality/").lower()
    assert tiles(page(mona, "/backoffice/monitoring/quality/"))["Datasets"] == "3"
    nothing = page(root, "/backoffice/monitoring/quality/?theme=Nowhere")
    assert "No dataset fits" in nothing


def test_quality_is_for_those_who_see_figures(world):
    assert signed_in(world, ADA).get("/backoffice/monitoring/quality/").status_code == 403
    assert world.client(HOST).get("/backoffice/monitoring/quality/export.csv").status_code in (303, 401)


# --- data ------------------------------------------------------------------------------------------------------------------


def test_figures_of_the_data_are_those_that_were_counted(world, root, mona):
    reader = world.client(HOST, address="203.0.113.9")
    for _ in range(3):
        assert reader.get(f"{EXPLORE}/trees/exports/csv").status_code == 200
    for slug, n in (("trees", 4), ("parks", 2)):
        for _ in range(n):
            assert reader.get(f"{EXPLORE}/{slug}/records", headers={"Accept": "application/json"}).status_code == 200
    rows = {r["dataset_id"]: r for r in sheet(root, "/backoffice/audience/usage/datasets.csv")}
    assert int(rows["trees"]["downloads"]) == 3 and int(rows["trees"]["api_calls"]) == 7 and int(rows["parks"]["api_calls"]) == 2
    text = page(root, "/backoffice/audience/datasets/")
    shown = tiles(text)
    assert shown["Published datasets"] == "4" and shown["Records"] == "12" and shown["Downloads"] == "3" and shown["API calls"] == "9"
    assert (shown["Without a publisher"], shown["Without a theme"], shown["Without a licence"]) == ("1", "1", "3")
    assert shown["Taken from other portals"] == "0 %" and shown["Datasets with a reuse"] == "0 %" and shown["Reuses"] == "0"
    # The most of each is the whole of its third; nothing is nothing.
    popular = table(text, "popularity")
    assert popular[0][0] == "Trees of the town" and popular[0][1] == "67" and popular[1][0] == "Parks of the town", popular
    assert popular[2][1] == popular[3][1] == "0"
    assert table(text, "themes")[0][:2] == ["Environment", "2"] and ["Without a theme", "1"] in [r[:2] for r in table(text, "themes")]
    assert next(r for r in table(text, "themes") if r[0] == "Environment")[3:5] == ["3", "9"]
    # One kind of them alone.
    assert tiles(page(root, "/backoffice/audience/datasets/?access=restricted"))["Published datasets"] == "1"
    assert [r["dataset_id"] for r in sheet(root, "/backoffice/audience/usage/datasets.csv?access=restricted")] == ["wages"]
    assert tiles(page(mona, "/backoffice/audience/datasets/"))["Published datasets"] == "3"


def test_calls_are_told_by_kind(world, root):
    kinds = {r["kind"]: int(r["calls"]) for r in sheet(root, "/backoffice/audience/usage/kinds.csv")}
    assert kinds["Exports and downloads"] == 3 and kinds["Searches of records"] == 6, kinds
    days = sheet(root, "/backoffice/audience/usage/days.csv")
    shown = tiles(page(root, "/backoffice/audience/api/"))
    assert int(shown["API calls"]) == sum(int(d["calls"]) for d in days) == sum(kinds.values())
    assert shown["Without a key or an account"] == "100 %" and shown["Failed"] == "0 %"
    assert sum(int(r["calls"]) for r in sheet(root, "/backoffice/audience/usage/programs.csv")) == sum(kinds.values())


def test_what_programs_ask_of_datasets_has_the_same_fields(world):
    api = Api(world, key_of(world, ROOT_USER))
    rows = api("GET", f"{EXPLORE}/ods-datasets-monitoring/records?source=monitoring", base="").json()["results"]
    trees = next(r for r in rows if r["dataset_id"] == "trees")
    assert (trees["theme"], trees["publisher"], trees["license"], trees["federated"]) == ("Environment", "Town", "CC0 1.0", False), trees
    assert next(r for r in rows if r["dataset_id"] == "buses")["publisher"] is None


# --- the back office -------------------------------------------------------------------------------------------------------


def test_figures_of_the_back_office_are_the_log(world, root, mona):
    api = Api(world, key_of(world, ROOT_USER))
    for title in ("One", "Two"):
        uid = api.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": title}}}}, status=201)["uid"]
        api.good("PUT", f"/datasets/{uid}/metadata/default/description", {"value": "So it is."})
    tenant = next(t["id"] for t in world.table("tenant") if t["host"] == HOST)
    acts = [a for a in world.table("act") if a["tenant"] == tenant and a["at"] < (world.now() + 3600) * 1_000_000]
    by_kind = {}
    for a in acts:
        by_kind[a["kind"]] = by_kind.get(a["kind"], 0) + 1
    text = page(root, "/backoffice/audience/office/?period=30d")
    assert tiles(text)["Acts"] == str(len(acts)) and tiles(text)["By the management API"] == str(sum(a["origin"] == "api" for a in acts))
    assert sorted(int(r[1]) for r in table(text, "acts")) == sorted(by_kind.values()) and table(text, "acts")[0][0] == "Dataset"
    week = sheet(root, "/backoffice/audience/usage/weekdays.csv?period=30d")
    assert [r["weekday"] for r in week] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    assert sum(int(r["acts"]) for r in week) == len(acts)
    objects = {r["object"]: int(r["acts"]) for r in sheet(root, "/backoffice/audience/usage/objects.csv?period=30d")}
    assert objects["one"] == sum(a["object"] == "one" for a in acts) == 2
    users = {r["user"]: int(r["acts"]) for r in sheet(root, "/backoffice/audience/usage/users.csv?period=30d")}
    me = next(a["id"] for a in world.table("account") if a["email"] == ROOT_USER and a["tenant"] == tenant)
    assert users["Root"] == sum(a["who"] == me for a in acts) and users[""] == sum(a["who"] == 0 for a in acts)
    assert "wages" in objects and "wages" not in {r["object"] for r in sheet(mona, "/backoffice/audience/usage/objects.csv?period=30d")}
    assert tiles(page(root, "/backoffice/audience/office/?period=custom&from=2020-01-01&to=2020-01-02"))["Acts"] == "0"


# --- searches in vain --------------------------------------------------------------------------------------------------------


def test_words_that_found_nothing_are_told_once_five_asked_for_them(world, root):
    def search(word, n, path="/explore/"):
        for i in range(n):
            world.client(HOST, address=f"203.0.113.{i + 1}").get(f"{path}?q={word}")
        world.ask("POST", "/audience/flush")

    search("unicorns", 4)
    search("parks", 5)
    vain = lambda: {r["name"]: int(r["number"]) for r in sheet(root, "/backoffice/audience/export.csv") if r["list"] == "searches_in_vain"}
    sums = lambda: {r["name"]: int(r["number"]) for r in sheet(root, "/backoffice/audience/export.csv") if r["list"] == "sums"}
    assert vain() == {} and sums()["searches_in_vain"] == 4 and sums()["searches"] == 9
    world.client(HOST, address="203.0.113.9").get("/explore/?q=unicorns")
    world.ask("POST", "/audience/flush")
    assert vain() == {"unicorns": 5} and sums()["searches_in_vain"] == 5
    # Among the records of a dataset, and from the answers that are kept.
    search("dragons", 5, "/explore/dataset/trees/table/")
    assert vain() == {"unicorns": 5, "dragons": 5}
    search("dragons", 2, "/explore/dataset/trees/table/")
    assert vain()["dragons"] == 7
    text = page(root, "/backoffice/audience/")
    own = {plain(k): plain(v) for k, v in re.findall(r'<div class="tile"><dt>(.*?)</dt><dd>(.*?)</dd>', page(root, "/backoffice/datasets/trees/monitoring/"))}
    assert own["Searches of its records"] == own["Searches that found nothing"] == own["Views of its pages"] == "7" and own["Sum of daily visitors"] == "5"
    assert own["Exports and downloads"] == "3" and own["Searches of records by the API"] == "4" and own["Calls of the API"] == "7"
    assert "Words that found nothing" in text and tiles(text)["Searches that found nothing"] == "12"
    assert b"203.0.113." not in b"".join(f.read_bytes() for f in world.data.glob("stoa.db*"))


# --- lists -------------------------------------------------------------------------------------------------------------------


def test_a_list_comes_back_as_it_was_left(world, root):
    home = "/backoffice/datasets/"
    everything = page(root, home)
    assert "as you left it" not in everything
    narrowed = page(root, home + "?q=&access=restricted&status=&source=&sort=title")
    assert len(rows_of(narrowed)) == 1 and "as you left it" not in narrowed
    again = page(root, home)
    assert len(rows_of(again)) == 1 and "wages" in again and "as you left it" in again
    assert '<option value="restricted" selected' in again and "access=restricted" in again
    # Kept with the account, nothing with the browser: somebody else and another browser of the same person.
    assert len(rows_of(page(signed_in(world, ROOT_USER), home))) == 1
    assert not re.search(r'href="/backoffice/datasets/"[^>]*>All', again), "“All” would come back as it was left"
    assert set(root.jar) <= {"sessionid", "csrftoken", "django_language", "cookies_preferences"}
    assert json.loads(root.form("/account/data/", {"do": "export"}).text)["account"]["lists"]["datasets"] == "access=restricted&sort=title"
    # What was deleted is a place apart.
    page(root, home + "?which=deleted")
    assert len(rows_of(page(root, home))) == 1 and "access=restricted" in page(root, home)
    # The notice of a deed does not stand in the way.
    assert len(rows_of(page(root, home + "?done=saved"))) == 1
    whole = page(root, home + "?q=")
    assert len(rows_of(whole)) >= 4 and len(rows_of(page(root, home))) == len(rows_of(whole)), "all was asked for, and all comes back"


def test_the_list_of_users_forgets_who_was_looked_for(world, root):
    path = "/backoffice/users/"
    assert "mona" in page(root, path + "?q=mona&state=never&sort=-seen")
    kept = [r["query"] for r in world.table("account_list") if r["list"] == "users"]
    assert kept == ["state=never&sort=-seen"], kept
    assert "as you left it" in page(root, path)
    page(root, path + "?q=")
    assert not [r for r in world.table("account_list") if r["list"] == "users"]


def test_another_portal_stands_once_among_the_sources(root):
    options = re.search(r'<select[^>]*name="source".*?</select>', page(root, "/backoffice/datasets/?q="), re.S).group(0)
    assert options.count("Another portal") == 1 and 'value="portal"' in options


# --- numbers ------------------------------------------------------------------------------------------------------------------


def test_numbers_of_filters_and_previews_are_written_as_the_reader_writes_them(world, root):
    stoa(world.data, "publish", world.data.parent / "rows.csv", "--portal", HOST, "--id", "trees", "--replace", "--title", "Trees of the town")
    api = Api(world, key_of(world, ROOT_USER))
    uid = api.good("GET", "/datasets/?dataset_id=trees")["results"][0]["uid"]
    api.good("POST", f"/datasets/{uid}/fields/", {"type": "annotate", "field": "height", "annotation": "facet", "args": []}, status=201)
    api.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(api, uid)
    c = world.client(HOST)
    french = page(c, "/explore/dataset/trees/table/?flg=fr")
    assert re.search(r'href="[^"]*refine\.height=20\.5"[^>]*>.*?<bdi class="value">20,5</bdi>', french, re.S), "the address keeps the point"
    assert '<bdi class="value">1\u202f234,5</bdi>' in french and 'placeholder="1\u202f234,5"' in french
    english = page(c, "/explore/dataset/trees/table/?flg=en")
    assert '<bdi class="value">20.5</bdi>' in english and 'placeholder="1,234.5"' in english
    chips = page(c, "/explore/dataset/trees/table/?flg=fr&refine.height=20.5")
    assert re.search(r'class="chip".*?20,5</bdi>', chips, re.S)
    preview = page(root, "/backoffice/datasets/trees/check/?flg=fr")
    assert ">20,5</td>" in preview and ">20.5</td>" not in preview
    page(root, "/backoffice/datasets/trees/check/?flg=en")


# --- pages --------------------------------------------------------------------------------------------------------------------


def test_pages_are_handled_from_their_list_one_or_many_at_once(world, root):
    home, deed = "/backoffice/pages/", "/backoffice/pages/do/"
    for slug in ("about", "press", "team"):
        assert root.form(home + "new/", {"title": slug.capitalize(), "slug": slug, "template": "dashboard"}).status_code == 303
    state = lambda: {plain(re.search(r"<bdi>(.*?)</bdi>", r).group(1)): next(s for s in ("Published", "Not published", "Archived") if f">{s}<" in r) for r in rows_of(page(root, home + "?q="))}
    assert state() == dict.fromkeys(("About", "Press", "Team"), "Not published")
    assert root.form(home, {"do": "publish", "uid": ["about", "press"]}, action=deed).status_code == 303
    assert state() == {"About": "Published", "Press": "Published", "Team": "Not published"}
    row = next(r for r in rows_of(page(root, home)) if "About" in r)
    assert 'value="unpublish about"' in row and 'value="archive about"' in row and 'value="publish about"' not in row and "/pages/about/" in row
    assert root.form(home, {"do": "unpublish about"}, action=deed).status_code == 303
    assert root.form(home, {"do": "archive", "uid": ["team"]}, action=deed).status_code == 303
    assert state() == {"About": "Not published", "Press": "Published"}
    assert "Team" in page(root, home + "?q=&state=archived") and "Team" in page(root, home), "the list comes back as it was left"
    page(root, home + "?q=")
    answer = root.form(home, {"do": "remove", "uid": ["about", "press"], "back": home + "?q="}, action=deed)
    assert answer.status_code == 303 and "undo=" in answer.headers["Location"] and state() == {}
    gone = page(root, answer.headers["Location"])
    assert "can be brought back" in gone
    undo = re.search(r'name="undo" value="([\d,]+)"', gone).group(1)
    assert root.form(home + f"?undo={undo}", {"do": "undo", "undo": undo}, action=home).status_code == 303
    assert state() == {"About": "Not published", "Press": "Published"}
    assert "none-chosen" in root.form(home, {"do": "publish"}, action=deed).headers["Location"]
    assert root.form(home, {"do": "publish", "uid": ["about", "nothing"]}, action=deed).status_code == 404 and state()["About"] == "Not published", "all of them or none"
    tenant = next(t["id"] for t in world.table("tenant") if t["host"] == HOST)
    told = [(a["action"], a["object"]) for a in world.table("act") if a["kind"] == "page" and a["tenant"] == tenant and a["place"].endswith("/do/")]
    assert "press" in {a["object"] for a in world.table("act") if a["action"] in ("add_page", "edit_page") and a["tenant"] == tenant}, "by its name, not by its number"
    assert told[:3] == [("publish_page", "about"), ("publish_page", "press"), ("unpublish_page", "about")], told


def test_who_may_only_write_pages_does_not_publish_them_from_the_list(world, root):
    world.fixture(users=[{"host": HOST, "email": "wim@isoc.example", "name": "Wim", "password": PASSWORD, "role": "member"}])
    stoa(world.data, "user", "change", "wim@isoc.example", "--portal", HOST, "--permissions", "create_page")
    wim, home, deed = signed_in(world, "wim@isoc.example"), "/backoffice/pages/", "/backoffice/pages/do/"
    assert wim.form(home + "new/", {"title": "Own", "slug": "own", "template": "dashboard"}).status_code == 303
    listed = page(wim, home)
    assert 'value="publish own"' not in listed and 'value="remove own"' in listed and "About" not in listed
    assert wim.form(home, {"do": "publish", "uid": ["own"]}, action=deed).status_code == 403
    assert wim.form(home, {"do": "remove", "uid": ["about"]}, action=deed).status_code == 404
    assert "Not published" in page(root, home + "?q=own") and "About" in page(root, home + "?q=")
    assert "undo=" in wim.form(home, {"do": "remove own"}, action=deed).headers["Location"]
