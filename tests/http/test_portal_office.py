"""Running a portal in the back office: its settings and what each does, limits and quotas, basemaps, other portals of the server, and the
letters that people choose."""
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from probe import ADA, PASSWORD, ROOT_USER, World
from test_jobs import until, work

HOST, TAGS = "isoc.example", "tags.example"
HOME = "/backoffice/portal/"
RECORDS = "/api/explore/v2.1/catalog/datasets/{}/records?limit=0"
JSON = {"Accept": "application/json"}
LIST = [{"id": "streets", "label": {"en": "Streets", "fr": "Rues"}, "tiles": "https://tile.example/{z}/{x}/{y}.png"}]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal")
    made = World(folder, options=("--job_silence_s=2",))
    (folder / "trees.csv").write_text("name;height\noak;20\nlime;18\n")
    made.trees = folder / "trees.csv"
    command(made, "publish", made.trees, "--portal", HOST, "--id", "trees", "--title", "Trees")
    yield made
    made.stop()


def command(world, *words, check=True):
    from conftest import stoa
    return stoa(world.data, *words, check=check)


@pytest.fixture
def root(world):
    c = getattr(world, "root_client", None)
    if c and world.now() - c.since < 300 and c.get(HOME).status_code == 200:
        return c
    c = world.root_client = world.client(HOST)
    c.sign_in(ROOT_USER)
    c.since = world.now()
    return c


def fields(page):
    """What a browser would send of the first form of <main>."""
    found = {}
    main = page[page.index("<main"):]
    for tag in re.findall(r"<input[^>]*>", main):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and not (re.search('type="(checkbox|radio)"', tag) and " checked" not in tag) and 'type="submit"' not in tag:
            found[name.group(1)] = value.group(1) if value else "on" if 'type="checkbox"' in tag else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', main):
        found[name] = text
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.S):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]* selected', options) or re.search(r'<option[^>]*value="([^"]*)"', options)
        found[name] = chosen.group(1)
    return found


def save(c, path, without=(), **more):
    """Posts the form as it stands with some fields changed; names have - for a point."""
    sent = fields(c.get(path).text)
    sent.update({k.replace("__", "."): v for k, v in more.items()})
    return c.post(path, {k: v for k, v in sent.items() if k not in without})


def saved(answer):
    assert answer.status_code == 303 and "done=" in answer.headers["Location"], (answer.status_code, re.findall(r'class="(?:error|errors)[^>]*>(.{0,300})', answer.text, re.S), answer.headers.get("Location"))


def test_settings_do_what_they_say(world, root):
    reader = world.client(HOST)
    saved(save(root, HOME, title__en="Open Town", description__en="All about us", csv__separator="comma", dataset__tab="information", datasets__restricted="on",
               datasets__licence="CC BY 4.0", datasets__territory="Amiens, Somme", timezone="Europe/Paris", language__de="on", language__first="fr"))
    page = reader.get("/explore/", headers={"Accept-Language": "xx"}).text
    assert '<html lang="fr"' in page and "delimiter=," in page and 'hreflang="de"' in page
    assert "Open Town" in reader.get("/explore/?flg=en").text
    assert reader.get("/explore/dataset/trees/").headers["Location"].endswith("/information/")
    export = reader.get("/explore/dataset/trees/export/").text
    assert "exports/csv?delimiter=," in export and '<option value="," selected' in export
    assert command(world, "portal", "list", "--json").stdout.count('"fr,en,de"') == 1
    made = work(world, "create", title="New one", doc={"resources": [], "processors": [], "fields": [], "metadata": {}})
    row = next(x for x in world.table("dataset") if x["slug"] == made["slug"])
    config = next(x for x in world.table("config") if x["dataset"] == row["id"])["json"]
    assert row["restricted"] == 1 and '"CC BY 4.0"' in config and '"Amiens"' in config and '"Somme"' in config
    refused = save(root, HOME, timezone="Mars/Base", contact="nobody", report__recipients="a@b.example, x")
    assert refused.status_code == 422 and refused.text.count("aria-invalid") == 3 and "Mars/Base" in refused.text
    refused = save(root, HOME, dcat__profiles="de, xx")
    assert refused.status_code == 422 and refused.text.count("aria-invalid") == 1 and "dcat.profiles-error" in refused.text
    for name, value, bounds in (("schedule__least_minutes", "2", "5 – 1440"), ("versions__kept", "1", "2 – 1000000")):
        refused = save(root, HOME + "limits/", **{name: value})
        assert refused.status_code == 422 and bounds in refused.text and name.replace("__", ".") not in re.sub("<[^>]*>", "", refused.text), name
    assert save(root, HOME, root__page="no-such-page").status_code == 422
    saved(save(root, HOME, without=("datasets.restricted", "language.de"), root__page="catalogue", csv__separator="semicolon", language__first="en"))
    assert "delimiter=," not in reader.get("/").text and "Trees" in reader.get("/").text
    assert 'class="facet place"' in reader.get("/explore/").text
    saved(save(root, HOME, without=("catalogue.place",)))
    assert 'class="facet place"' not in reader.get("/explore/").text and reader.get("/explore/?geofilter.bbox=1,1,2,2").status_code == 200
    saved(save(root, HOME, catalogue__place="on"))
    assert 'class="facet place"' in reader.get("/explore/").text


def test_strangers_of_a_private_portal_get_a_page_without_data(world, root, tmp_path):
    page = {"title": {"en": "Welcome", "fr": "Bienvenue"}, "kind": "grid", "sections": [{"blocks": [{"type": "text", "text": {"en": "Members only"}}, {"type": "counters"}, {"type": "latest", "limit": 3}]},
            {"blocks": [{"type": "kpi", "title": "Total", "dataset": "trees", "function": "sum", "field": "height"}]}]}
    (tmp_path / "welcome.json").write_text(json.dumps(page))
    command(world, "page", "put", tmp_path / "welcome.json", "--portal", HOST, "--public", "--publish")
    assert "38" in world.client(HOST).get("/pages/welcome/").text
    stranger = world.client(HOST)
    saved(save(root, HOME, access__landing="welcome"))
    command(world, "portal", "set", HOST, "access=private")
    try:
        page = stranger.get("/")
        assert page.status_code == 200 and "Members only" in page.text and "38" not in re.sub(r"<(svg|head)[^>]*>.*?</\1>", "", page.text, flags=re.S) and "/dataset/trees" not in page.text
        for path in ("/explore/", "/pages/welcome/", "/sitemap.xml"):
            assert stranger.get(path).status_code == 303, path
        assert stranger.get("/api/explore/v2.1/catalog/datasets", headers=JSON).status_code == 401
        assert root.get("/").status_code == 200 and "Members only" not in root.get("/").text
    finally:
        command(world, "portal", "set", HOST, "access=open", "access.landing=")
    assert "/pages/welcome/" in stranger.get("/sitemap.xml").text


def key_of(world, who):
    return {"Authorization": "Apikey " + command(world, "key", "add", "k", "--user", who, "--portal", HOST).stdout.split()[-1], **JSON}


def test_quotas_of_people_groups_and_datasets(world, root):
    reader, path = world.client(HOST), RECORDS.format("trees")
    key = key_of(world, ADA)
    number = next(a["id"] for a in world.table("account") if a["email"] == ADA and a["tenant"] == 1)
    saved(save(root, HOME + "limits/", quota__user="5"))
    first = reader.get(path, headers=key, keep=False)
    assert first.status_code == 200 and first.headers["X-RateLimit-Limit"] == "5" and first.headers["X-RateLimit-Remaining"] == "4"
    user = f"/backoffice/users/{number}/"
    assert "What holds now: 5" in root.get(user).text
    saved(root.form(user, {**fields(root.get(user).text), "do": "save", "calls": "2"}))
    # The letter cannot be stored: then nobody is noted as told, and it comes as soon as it can be.
    with sqlite3.connect(world.data / "stoa.db", timeout=30) as db:
        db.execute("create trigger no_letters before insert on mail when new.kind = 'quota' begin select raise(fail, 'no letters'); end")
    left = [reader.get(path, headers=key, keep=False) for _ in range(3)]
    assert [x.status_code for x in left] == [200, 200, 429], "counted anew"
    assert left[2].json()["errorcode"] == 10003 and left[2].json()["call_limit"] == 2 and left[2].json()["limit_time_unit"] == "day" and int(left[2].headers["Retry-After"]) > 0
    until(lambda: "no letters" in open(f"{world.data}.log", encoding="utf-8").read())
    assert not [t for t in world.table("quota_told") if t["account"] == number and t["level"] >= 100]
    with sqlite3.connect(world.data / "stoa.db", timeout=30) as db:
        db.execute("drop trigger no_letters")
    until(lambda: any("used up" in x["Subject"] for x in world.letters(to=ADA)))
    assert len([x for x in world.letters(to=ADA) if "used up" in x["Subject"]]) == 1
    ada = world.client(HOST)
    ada.sign_in(ADA)
    assert "with all keys: 2 of 2." in ada.get("/account/keys/").text
    saved(root.form(user, {**fields(root.get(user).text), "do": "save", "calls": ""}))
    command(world, "group", "add", "callers", "--portal", HOST)
    command(world, "group", "join", "callers", ADA, "--portal", HOST)
    group = "/backoffice/groups/%d/" % next(g["id"] for g in world.table("account_group") if g["name"] == "callers")
    saved(root.form(group, {**fields(root.get(group).text), "do": "save", "calls": "0"}))
    assert "X-RateLimit-Limit" not in reader.get(path, headers=key, keep=False).headers
    saved(save(root, HOME + "limits/", quota__user="0"))
    dataset = next(d for d in world.table("dataset") if d["slug"] == "trees")
    key_root = {"Authorization": "Apikey " + command(world, "key", "add", "k", "--user", ROOT_USER, "--portal", HOST, "--write").stdout.split()[-1], **JSON}
    put = reader.request("PUT", f"/api/automation/v1.0/datasets/{dataset['uid']}/", headers={**key_root, "Content-Type": "application/json"}, keep=False, json={"dataset_id": "trees", "is_restricted": False,
                         "default_security": {"is_data_visible": True, "visible_fields": None, "filter_query": "", "api_calls_quota": {"unit": "hour", "limit": 2}}})
    assert put.status_code == 200, put.text
    answers = [reader.get(path, headers=JSON) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a.headers["X-RateLimit-dataset-Remaining"] for a in answers[:2]] == ["1", "0"] and answers[0].headers["X-RateLimit-dataset-Limit"] == "2"
    assert answers[2].json()["limit_time_unit"] == "hour" and re.match(r"\d{4}-\d\d-\d\d \d\d:00:00\+00:00", answers[0].headers["X-RateLimit-dataset-Reset"])
    assert reader.get("/api/records/1.0/search/?dataset=trees", headers=JSON).status_code == 429
    assert world.client(HOST, address="203.0.113.9").get(path, headers=JSON).status_code == 200, "each caller has their own"
    assert reader.get(path, headers=key_root, keep=False).status_code == 200, "no rule is about an administrator"
    assert reader.get("/explore/dataset/trees/table/").status_code == 200
    world.advance(3600)
    assert reader.get(path, headers=JSON).status_code == 200


def test_limits_from_above_hold(world, root):
    command(world, "portal", "set", HOST, "ceiling.calls=1000", "ceiling.datasets=1")
    refused = save(root, HOME + "limits/", quota__portal="2000")
    assert refused.status_code == 422 and "from above" in refused.text
    page = root.get(HOME + "limits/").text
    assert "1,000, set from above" in page and "<meter" in page
    answer = world.client(HOST).get(RECORDS.format("trees"), headers=JSON)
    assert answer.headers["X-RateLimit-Limit"] == "1000"
    command(world, "portal", "set", HOST, "ceiling.calls=", "ceiling.datasets=")


def test_basemaps_are_edited(world, root):
    path = HOME + "basemaps/"
    added = root.form(path, {"do": "add"})
    assert added.status_code == 200 and 'name="address.0"' in added.text and "Not saved yet" in added.text
    row = {"row": "0", "id.0": "", "label.0.en": "Streets", "label.0.fr": "Rues", "kind.0": "xyz", "address.0": "https://tile.example/{z}/{x}/{y}.png", "attribution.0": "Town", "do": "save"}
    for wrong, word in (({"label.0.fr": ""}, "every language"), ({"address.0": "https://tile.example/a.png"}, "stand for the tile"), ({"address.0": "ftp://x"}, "https://"),
                        ({"kind.0": "wms"}, "names of its layers"), ({"direct.0": "on"}, "No service of the register"), ({"most.0": "40"}, "0 to 24")):
        answer = root.form(path, {**row, **wrong})
        assert answer.status_code == 422 and word in answer.text and "Streets" in answer.text, wrong
    saved(root.form(path, {**row, "map.first": "on"}))
    second = {"row": "1", "id.1": "", "label.1.en": "Plan", "label.1.fr": "Plan", "kind.1": "wms", "address.1": "https://maps.example/wms", "layers.1": "roads"}
    now = fields(root.get(path).text)
    assert now["id.0"] == "basemap-1" and f'/tiles/-/ground/{now["id.0"]}/5/16/11' in root.get(path).text
    saved(root.post(path, list({**now, "do": "save"}.items()) + list(second.items())))
    up = root.post(path, list({**fields(root.get(path).text), "do": "up.1"}.items()) + [("row", "0")])
    assert up.status_code == 200
    new = world.client(HOST).get("/map/").text
    found = re.search(r'basemaps="([^"]+)"', new).group(1).replace("&quot;", '"')
    assert "basemap-first" in new and '"label":"Streets"' in found and '"attribution":"Town"' in found and "tile.example" not in found
    assert "tile.example" not in world.client(HOST).get("/map/").headers["Content-Security-Policy"]


def test_new_maps_begin_where_the_portal_is(world, root):
    path = HOME + "basemaps/"
    for wrong in ("here", "11,48.85", "11,91,2", "30,1,1", "1,2,3,4"):
        answer = root.form(path, {"do": "save", "map.place": wrong})
        assert answer.status_code == 422 and "such as 11,48.85,2.35" in answer.text and f'value="{wrong}"' in answer.text
    saved(root.form(path, {"do": "save", "map.place": " 11.5,48.85, 2.35 "}))
    try:
        assert "location&quot;:{&quot;zoom&quot;:11.5,&quot;lat&quot;:48.85,&quot;lon&quot;:2.35}" in world.client(HOST).get("/map/").text
        assert "location" not in re.search(r' state="([^"]+)"', world.client(HOST).get("/chart/").text).group(1)
    finally:
        saved(root.form(path, {"do": "save", "map.place": ""}))
    assert "location&quot;" not in world.client(HOST).get("/map/").text
    with pytest.raises(AssertionError, match="such as 11,48.85,2.35"):
        command(world, "portal", "set", HOST, "map.place=x")


def test_other_portals_are_run_from_here(world, root):
    home = "/backoffice/portals/"
    assert "No other portals" in root.get(home).text
    new = {"title": "Little Town", "host": "little.example", "language": "fr", "email": "mayor@little.example", "ceiling.calls": "500", "ceiling.datasets": "3", "ceiling.records": "0"}
    for wrong, word in (({"host": "Not A Host"}, "small letters"), ({"host": TAGS}, "has this name already"), ({"email": "x"}, "not an e-mail"), ({"ceiling.calls": "-1"}, "whole number")):
        answer = root.form(home + "new/", {**new, **wrong})
        assert answer.status_code == 422 and word in answer.text and "Little Town" in answer.text, wrong
    command(world, "portal", "set", HOST, "ceiling.portals=0")
    assert "No more portals" in root.form(home + "new/", new).text
    # Four at once where there is room for one.
    command(world, "portal", "set", HOST, "ceiling.portals=1")
    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(lambda i: root.form(home + "new/", {**new, "host": f"one{i}.example", "email": f"mayor@one{i}.example"}), range(4)))
    assert sorted(a.status_code for a in answers) == [303, 422, 422, 422] and sum("No more portals" in a.text for a in answers) == 3
    assert len(world.table("tenant_child")) == 1
    lucky = next(i for i, a in enumerate(answers) if a.status_code == 303)
    command(world, "portal", "remove", f"one{lucky}.example", "--yes", "--now")
    command(world, "portal", "set", HOST, "ceiling.portals=")
    made = root.form(home + "new/", new)
    saved(made)
    path = made.headers["Location"].split("?")[0]
    letter = world.letters(to="mayor@little.example", wait=1)[0]
    link = re.search(r"https://little\.example(/invitation/\S+)", letter.get_content()).group(1)
    mayor = world.client("little.example")
    assert mayor.get("/").status_code == 200 and "Little Town" in mayor.get("/").text and mayor.get(link).status_code == 200
    assert "Little Town" in root.get(home).text and "500" in root.get(path).text
    # Its name changes: the former one leads there, and what is sealed for the portal opens under the new name.
    clerk = {"email": "clerk@little.example", "name": "Clerk", "password": PASSWORD, "role": "member", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ"}
    world.fixture(users=[{"host": "little.example", **clerk}])
    saved(root.form(path, {"do": "hosts", "hosts": "town.example\nlittle.example"}))
    world.secrets["town.example", clerk["email"]] = clerk["totp"]
    world.client("town.example").sign_in(clerk["email"])
    moved = mayor.get("/explore/?q=x")
    assert moved.status_code == 308 and moved.headers["Location"] == "https://town.example/explore/?q=x"
    assert world.client("town.example").get("/").status_code == 200
    assert root.form(path, {"do": "hosts", "hosts": f"town.example\n{TAGS}"}).status_code == 422
    # A blank does not make two names of one.
    assert root.form(path, {"do": "hosts", "hosts": "town.example\nec ole"}).status_code == 422
    # Closed for a while.
    saved(root.form(path, {"do": "suspend"}))
    town = world.client("town.example")
    assert town.get("/").status_code == 503 and "fermé" in town.get("/").text or "closed" in town.get("/").text
    assert town.get("/explore/").status_code == 503 and "/explore/" not in town.get("/").text
    assert town.get("/api/explore/v2.1/catalog/datasets", headers=JSON).status_code == 503
    assert "Closed for now" in root.get(home).text
    saved(root.form(path, {"do": "resume"}))
    assert town.get("/").status_code == 200
    # Taken away, and brought back.
    assert root.form(path + "remove/", {"name": "little.example"}).status_code == 422
    saved(root.form(path + "remove/", {"name": "town.example"}))
    assert town.get("/").status_code == 410 and "Bring it back" in root.get(path).text
    saved(root.form(path, {"do": "restore"}))
    assert town.get("/").status_code == 200
    # Both portals' logs say what was done, by its name.
    child = next(t["id"] for t in world.table("tenant") if t["host"] == "town.example")
    done = [a["action"] for a in sorted(world.table("act"), key=lambda a: a["id"]) if a["tenant"] == child and a["object"] == "town.example"]
    assert [d for d in done if d != "edit_portal"] == ["disable_portal", "enable_portal", "delete_portal", "restore_portal"], done
    told = root.get("/backoffice/activity/?kind=portal").text
    assert "town.example" in told and "Disabled" in told
    # Not for others, and others' are not there.
    other = next(t["id"] for t in world.table("tenant") if t["host"] == TAGS)
    assert root.get(f"{home}{other}/").status_code == 404 and root.form(path, {"do": "suspend"}, action=f"{home}{other}/").status_code == 404
    ada = world.client(HOST)
    ada.sign_in(ADA)
    assert ada.get(home).status_code == 403 and ada.get(path).status_code == 403
    assert "cannot run portals" in command(world, "portal", "parent", HOST, "town.example", check=False).stderr
    command(world, "portal", "parent", TAGS, HOST)
    assert root.get(f"{home}{other}/").status_code == 200
    command(world, "portal", "parent", TAGS, "--none")
    command(world, "portal", "hosts", "town.example", "town.example")
    assert mayor.get("/").status_code == 421
    command(world, "portal", "suspend", "town.example")
    assert '"suspended"' in command(world, "portal", "list", "--json").stdout
    command(world, "portal", "resume", "town.example")
    command(world, "portal", "remove", "town.example", "--yes")
    assert town.get("/").status_code == 410
    command(world, "portal", "restore", "town.example")
    assert town.get("/").status_code == 200


def test_people_choose_their_letters(world, root):
    ada = world.client(HOST)
    ada.sign_in(ADA)
    page = ada.get("/account/notifications/").text
    assert 'name="quota"' in page and 'name="request"' not in page and not re.search(r'name="report"[^>]* checked', page)
    assert re.search(r'name="request"', root.get("/account/notifications/").text)
    saved(root.form("/account/notifications/", {"report": "on", "data": "on", "quota": "on", "request": "on", "message": "on"}))
    row = next(a for a in world.table("account") if a["email"] == ROOT_USER and a["tenant"] == 1)
    assert row["letters"] == "+report,-reuse"
    # A pushed dataset that falls silent, set on the page of schedules; and the report of the morning.
    command(world, "publish", world.trees, "--portal", HOST, "--id", "pushed", "--title", "Pushed")
    row = next(d for d in world.table("dataset") if d["slug"] == "pushed")
    uid = row["uid"]
    written = work(world, "write", dataset=row["id"], doc={"resources": [{"type": "realtime", "title": "feed", "params": {}}], "processors": [], "fields": [], "metadata": {"default": {"title": {"": "Pushed"}}}})
    assert "revision" in written, written
    path = f"/backoffice/datasets/{uid}/scheduling/"
    assert "nothing is pushed any more" in root.get(path).text
    source = re.search(r'name="source" value="([^"]+)"', root.get(path).text).group(1)
    assert root.form(path, {"do": "silence", "source": source, "alert": "on", "minutes": "0"}).status_code == 422
    saved(root.form(path, {"do": "silence", "source": source, "alert": "on", "minutes": "15"}))
    assert 'value="15"' in root.get(path).text
    world.advance(20 * 60)
    until(lambda: any("Nothing arrives" in x["Subject"] for x in world.letters()))
    silent = [x for x in world.letters() if "Nothing arrives" in x["Subject"]]
    assert "Pushed" in silent[0]["Subject"] and "15" in silent[0].get_content()
    reader, contact = world.client(HOST), {"subject": "Hello", "text": "Good day", "email": "jo@reader.example", "website": ""}
    stamp = re.search(r'name="stamp" value="([^"]+)"', reader.get("/contact/").text).group(1)
    world.advance(5)
    assert reader.form("/contact/", {**contact, "stamp": stamp}).status_code == 303
    before = len(world.letters(to=ROOT_USER))
    with sqlite3.connect(world.data / "stoa.db", timeout=10) as db:      # the server began on another day than the clock it was given
        db.execute("delete from job_day")
    world.advance(86400)
    until(lambda: any("what needs a look" in x["Subject"] for x in world.letters(to=ROOT_USER)[before:]))
    report = next(x for x in world.letters(to=ROOT_USER)[before:] if "what needs a look" in x["Subject"])
    text = report.get_content()
    assert "Pushed" in text and "1 message of a reader is open" in text and "/backoffice/messages/" in text
    assert not [x for x in world.letters(to=ADA) if "what needs a look" in x["Subject"]]
