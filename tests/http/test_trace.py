"""What the people who run a portal are told of it: the log of what was changed by whom, figures as datasets that the APIs answer about,
dashboards, and backups that come back."""
import csv
import glob
import hashlib
import io
import json
import re
import sqlite3
import time

import pytest
import requests

from conftest import stoa
from probe import ADA, PASSWORD, ROOT_USER, World
from test_manage_datasets import Api, key_of, wait_idle, with_source

HOST = "isoc.example"
RECORDS = "/api/explore/v2.1/catalog/datasets/{}/records"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    made = World(folder, options=("--address_log_days=14", f"--backup_folder={folder / 'safe'}"))
    made.safe = folder / "safe"
    yield made
    made.stop()


@pytest.fixture(scope="module")
def root(world):
    client = world.client(HOST)
    client.sign_in(ROOT_USER)
    return client


@pytest.fixture(scope="module")
def api(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def things(world, tmp_path_factory):
    source = tmp_path_factory.mktemp("trace") / "things.csv"
    source.write_text("id,name\n" + "".join(f"{i},thing {i}\n" for i in range(30)), encoding="utf-8")
    stoa(world.data, "publish", source, "--portal", HOST, "--id", "things", "--title", "Things")
    return "things"


def acts(world, **like):
    found = [a for a in world.table("act") if all(a[k] == v for k, v in like.items())]
    return sorted(found, key=lambda a: a["id"])


def account(world, email):
    return next(a["id"] for a in world.table("account") if a["email"] == email)


def figures(api, name, wait=lambda rows: True, path=RECORDS, **params):
    """Rows of a source; asked again until they say what was just done, since figures are made anew after a second or so."""
    end = time.monotonic() + 15
    while True:
        answer = api("GET", path.format(name), params={"source": "monitoring", "limit": 100, **params}) if callable(api) else None
        assert answer.status_code == 200, answer.text[:1000]
        rows = answer.json()
        if wait(rows) or time.monotonic() > end:
            return rows
        time.sleep(0.3)


@pytest.fixture(scope="module")
def ask(world):
    key = key_of(world, ROOT_USER)

    def call(method, path, **more):
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.77", "Authorization": f"Apikey {key}",
                   "User-Agent": "curl/8.5.0 (secret-machine-name)", "Referer": "https://reuser.example/private/page?who=me"}
        return requests.request(method, f"http://127.0.0.1:{world.server.port}{path}", headers=headers, timeout=60, **more)
    return call


# --- acts ------------------------------------------------------------------------------------------------------------------


def test_a_page_that_changes_something_is_an_act_with_what_was_before(world, root):
    stoa(world.data, "portal", "set", HOST, "provider=Society")
    before = len(acts(world))
    fields = {"audience.retention_days": "700", "audience.hourly_days": "90", "audience.excluded_networks": "", "audience.enabled": "on"}
    answer = root.form("/backoffice/audience/settings/", fields)
    assert answer.status_code == 303, answer.text[:500]
    made = acts(world)[before:]
    assert [(a["action"], a["kind"], a["origin"], a["who"]) for a in made] == [("edit_portal", "portal", "page", account(world, ROOT_USER))]
    assert json.loads(made[0]["diff"])["settings"] == [{"path": ["audience.retention_days"], "old_value": None, "new_value": "700", "operation_type": "create"}]


def test_a_form_that_is_refused_and_a_page_that_is_read_are_none(world, root):
    before = len(acts(world))
    assert root.form("/backoffice/audience/settings/", {"audience.retention_days": "9000", "audience.hourly_days": "90"}).status_code == 422
    assert root.get("/backoffice/datasets/").status_code == 200
    assert len(acts(world)) == before


def test_several_at_once_are_an_act_each_and_none_chosen_is_none(world, root, api):
    uids = [api.good("POST", "/datasets", {"metadata": {"default": {"title": {"value": f"Many {i}"}}}}, status=201)["uid"] for i in range(2)]
    before = len(acts(world))
    assert root.form("/backoffice/datasets/", {"do": "delete"}, action="/backoffice/datasets/do/").status_code == 303
    assert len(acts(world)) == before
    assert root.form("/backoffice/datasets/", {"do": "delete", "uid": uids}, action="/backoffice/datasets/do/").status_code == 303
    assert [(a["action"], a["object"]) for a in acts(world)[before:]] == [("delete_dataset", "many-0"), ("delete_dataset", "many-1")]


def test_publishing_is_an_act_wherever_it_is_done(world, root, api, things):
    assert [a["action"] for a in acts(world, origin="command", object=things)] == ["publish_dataset"]
    made = api.good("POST", "/datasets", {"metadata": {"default": {"title": {"value": "Told"}}}}, status=201)
    with_source(api, made["uid"])
    check = f"/backoffice/datasets/{made['uid']}/check/"
    for deed, to in (("save", "/sources/"), ("publish", "/done/")):
        answer = root.form(check, {"title": "Told", "access": "public", "identifier": made["dataset_id"], "do": deed})
        assert answer.status_code == 303 and to in answer.headers["Location"], answer.text[:800]
    wait_idle(api, made["uid"])
    said = [(a["origin"], a["action"]) for a in acts(world, object="told")]
    assert said == [("api", "add_dataset"), ("api", "edit_dataset"), ("api", "edit_dataset"), ("page", "edit_dataset"), ("page", "publish_dataset")], said


def test_what_takes_a_part_away_or_only_asks_is_no_deletion(world, root, api):
    made = api.good("POST", "/datasets", {"dataset_id": "parts", "metadata": {"default": {"title": {"value": "Parts"}}}}, status=201)
    with_source(api, made["uid"])
    step = api.good("POST", f"/datasets/{made['uid']}/processors", {"type": "string_replace", "field": "a", "old": "x", "new": "y"}, status=201)["uid"]
    api.good("POST", f"/datasets/{made['uid']}/publish/")
    wait_idle(api, made["uid"])
    before = len(acts(world, object="parts"))
    answer = root.form(f"/backoffice/datasets/{made['uid']}/processing/", {"do": f"remove {step}"})
    assert answer.status_code == 303, answer.text[:800]
    assert [a["action"] for a in acts(world, object="parts")[before:]] == ["edit_dataset"]
    asked = root.form("/backoffice/datasets/", {"do": "delete"}, action=f"/backoffice/datasets/{made['uid']}/do/")
    assert asked.status_code == 303 and "/do/?uid=" in asked.headers["Location"]
    stoa(world.data, "secure", "parts", "--portal", HOST)
    assert len(acts(world, object="parts")) == before + 1
    gone = root.form("/backoffice/datasets/", {"do": "delete", "uid": made["uid"], "sure": "yes"}, action="/backoffice/datasets/do/")
    assert gone.status_code == 303
    assert [a["action"] for a in acts(world, object="parts")[before + 1:]] == ["delete_dataset"]


def test_programs_and_commands_are_told_apart(world, api):
    made = api.good("POST", "/datasets", {"dataset_id": "traced", "metadata": {"default": {"title": {"value": "Traced"}}}}, status=201)
    api.good("PUT", f"/datasets/{made['uid']}/metadata/default/title", {"value": "Traced well"})
    stoa(world.data, "portal", "set", HOST, "description=Open data")
    added = acts(world, action="add_dataset")
    assert added and added[-1]["origin"] == "api" and added[-1]["api_key"] > 0 and added[-1]["who"] == account(world, ROOT_USER)
    edited = acts(world, action="edit_dataset", object="traced")
    assert edited and "Traced well" in edited[-1]["diff"]
    command = acts(world, origin="command", action="edit_portal")[-1]
    assert command["who"] == 0 and command["place"] == "stoa portal set" and '"Open data"' in command["diff"]
    # What only looks is none.
    before = len(acts(world))
    stoa(world.data, "datasets", "--portal", HOST)
    assert len(acts(world)) == before


def test_the_page_filters_and_the_file_says_the_same(world, root):
    page = root.get("/backoffice/activity/?kind=portal")
    assert page.status_code == 200 and "audience.retention_days" in page.text and "stoa portal set" in page.text and "edit_dataset" not in page.text
    only = root.get("/backoffice/activity/?kind=portal&who=-1")
    assert "stoa portal set" in only.text and "/backoffice/audience/settings/</code>" not in only.text
    assert "Traced well" in root.get("/backoffice/activity/?kind=dataset").text
    assert "stoa portal set" not in root.get("/backoffice/activity/?to=2020-01-01").text
    rows = list(csv.DictReader(io.StringIO(root.get("/backoffice/activity/export.csv?kind=portal").text)))
    assert {r["kind"] for r in rows} == {"portal"} and {r["origin"] for r in rows} == {"page", "command"}


def test_a_log_of_years_is_given_whole(world, root):
    tenant, many = acts(world)[0]["tenant"], 60000
    with sqlite3.connect(world.data / "stoa.db", timeout=30) as db:
        db.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2) insert into act (tenant, at, who, api_key, origin, action, kind, object, account, place, diff)"
                   " select ?1, i, 0, 0, 'command', 'edit_page', 'page', '=p' || i, 0, 'x', '' from n", (tenant, many))
    rows = list(csv.DictReader(io.StringIO(root.get("/backoffice/activity/export.csv?kind=page&to=1970-01-02").text)))
    with sqlite3.connect(world.data / "stoa.db", timeout=30) as db:
        db.execute("delete from act where at <= ?", (many,))
    assert len(rows) == many and rows[0]["object"] == f"'=p{many}" and rows[-1]["object"] == "'=p1" and rows[0]["timestamp"].startswith("1970-01-01T00:00:00.06")


def test_whoever_may_not_see_it_does_not(world):
    ada = world.client(HOST)
    ada.sign_in(ADA)
    for path in ("/backoffice/activity/", "/backoffice/activity/export.csv", "/backoffice/backups/", "/backoffice/audience/storage/"):
        assert ada.get(path).status_code == 403, path


# --- figures as datasets --------------------------------------------------------------------------------------------------------


def test_uses_of_the_api_are_told_without_anybody(world, ask, things):
    for _ in range(3):
        assert ask("GET", RECORDS.format(things)).status_code == 200
    rows = figures(ask, "ods-api-monitoring", lambda r: r["results"], where="dataset_id='things' and api='records_index'")["results"]
    mine = [r for r in rows if r["user_ip_addr"] == "203.0.0.0/16"]
    assert sum(r["calls"] for r in mine) >= 3 and {r["user_id"] for r in mine} == {"key"}
    assert {r["referer"] for r in mine} == {"reuser.example"} and all("secret-machine" not in (r["user_agent"] or "") for r in mine)
    assert mine[0]["api_type"] == "v2.1" and mine[0]["in_error"] is False and mine[0]["exec_time"] >= 0
    whole = b"".join(f.read_bytes() for f in world.data.glob("stoa.db*"))
    assert b"203.0.113.77" not in whole and b"secret-machine-name" not in whole and b"private/page" not in whole


def test_the_whole_language_exports_and_the_older_apis_answer_about_them(ask, things):
    grouped = figures(ask, "ods-api-monitoring", select="dataset_id, sum(calls) as n", group_by="dataset_id", order_by="n desc")
    assert any(r["dataset_id"] == things and r["n"] >= 3 for r in grouped["results"])
    file = ask("GET", "/api/explore/v2.1/catalog/datasets/ods-datasets-monitoring/exports/csv?source=monitoring&delimiter=,")
    assert file.status_code == 200 and "sources_bytes" in file.text.splitlines()[0] and "things" in file.text
    sizes = figures(ask, "ods-datasets-monitoring", where="dataset_id='things'")["results"][0]
    assert sizes["records"] == 30 and sizes["bytes"] > 0 and sizes["versions_bytes"] >= sizes["bytes"] and sizes["published"] is True
    old = ask("GET", "/api/records/1.0/search/?dataset=ods-users-monitoring&source=monitoring").json()
    assert any("group" not in r["fields"] and r["fields"]["users"] >= 2 for r in old["records"])
    log = figures(ask, "ods-activity-log", where="action='edit_portal'")["results"]
    assert any(r["user_id"] == ROOT_USER for r in log)
    names = {d["dataset_id"] for d in ask("GET", "/api/explore/v2.1/catalog/datasets?source=monitoring").json()["results"]}
    assert names == {"ods-api-monitoring", "ods-datasets-monitoring", "ods-users-monitoring", "ods-activity-log"}
    plain = {d["dataset_id"] for d in ask("GET", "/api/explore/v2.1/catalog/datasets?limit=100").json()["results"]}
    assert not plain & names and ask("GET", RECORDS.format("ods-api-monitoring")).status_code == 404


def test_figures_are_for_who_holds_the_permission(world, things):
    def status(path, **headers):
        return requests.get(f"http://127.0.0.1:{world.server.port}{path}", headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers}, timeout=60).status_code

    ada = f"Apikey {key_of(world, ADA)}"
    for path in (RECORDS.format("ods-api-monitoring") + "?source=monitoring", "/api/explore/v2.1/catalog/datasets?source=monitoring",
                 "/api/explore/v2.1/catalog/datasets/ods-activity-log/exports/json?source=monitoring", "/api/v2/catalog/datasets?source=monitoring",
                 "/api/records/1.0/search/?dataset=ods-activity-log&source=monitoring", "/api/datasets/1.0/search/?source=monitoring"):
        assert status(path) == 401, path
        assert status(path, Authorization=ada) == 403, path
    assert status(RECORDS.format(things) + "?source=domain") == 200


# --- dashboards -----------------------------------------------------------------------------------------------------------------


def test_dashboards_have_their_table_and_file(root, things):
    for path, words in (("datasets", ["things", "Reuses"]), ("api", ["/catalog/datasets/{dataset}/records", "API calls by key"]),
                        ("people", ["Everybody"]), ("storage", ["things", "Size of versions"])):
        page = root.get(f"/backoffice/audience/{path}/?period=30d")
        assert page.status_code == 200 and all(w in page.text for w in words), (path, page.text[:300])
    rows = list(csv.DictReader(io.StringIO(root.get("/backoffice/audience/usage/storage.csv").text)))
    size = next(r for r in rows if r["dataset_id"] == things)
    assert int(size["bytes"]) == int(size["versions_bytes"]) + int(size["files_bytes"]) + int(size["sources_bytes"]) > 0
    keys = list(csv.DictReader(io.StringIO(root.get("/backoffice/audience/usage/keys.csv").text)))
    assert any(int(k["calls"]) >= 3 and k["account"] == ROOT_USER for k in keys)
    days = list(csv.DictReader(io.StringIO(root.get("/backoffice/audience/usage/days.csv").text)))
    assert days and sum(int(d["calls"]) for d in days) > 5 and sum(int(d["failed"]) for d in days) > 0
    assert root.get("/backoffice/audience/usage/none.csv").status_code == 404
    assert root.get("/backoffice/audience/datasets/?sort=-api_calls").status_code == 200


def test_ana_15_sums_over_portals_have_no_visitors(world, things):
    said = json.loads(stoa(world.data, "audience", "sums", "--json").stdout)
    assert said[HOST]["api_calls"] > 5 and set(said[HOST]) == {"page_views", "api_calls"} and "solo.portal.example" in said


# --- backups --------------------------------------------------------------------------------------------------------------------


def test_a_backup_is_made_downloaded_and_comes_back(world, root, things, tmp_path):
    assert root.form("/backoffice/backups/", {"do": "new"}).status_code == 303
    end = time.monotonic() + 60
    while not (rows := [b for b in world.table("backup") if b["ended"] and b["who"]]) and time.monotonic() < end:
        time.sleep(0.2)
    assert rows and rows[0]["state"] == "done", rows
    page = root.get("/backoffice/backups/").text
    found = re.search(r'href="(/backoffice/backups/[^"]+/download\.tar)"', page)
    assert found and rows[0]["digest"] in page and "stoa portal import FILE.tar" in page
    answer = root.get(found.group(1))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/x-tar"
    assert hashlib.sha256(answer.content).hexdigest() == rows[0]["digest"] and len(answer.content) == rows[0]["bytes"]
    tar = tmp_path / "portal.tar"
    tar.write_bytes(answer.content)
    stoa(world.data, "portal", "import", tar, "--host", "copy.localhost")
    copy = requests.get(f"http://127.0.0.1:{world.server.port}{RECORDS.format(things)}", headers={"Host": "copy.localhost"}, timeout=60)
    assert copy.status_code == 200 and copy.json()["total_count"] == 30
    assert not list((world.data / "tmp").glob("unpacked-*"))
    tar.write_bytes(answer.content[: len(answer.content) // 2])
    broken = stoa(world.data, "portal", "import", tar, "--host", "broken.localhost", check=False)
    assert broken.returncode == 1 and "damaged or cut short" in broken.stderr
    # Past its days it goes, file and row.
    assert root.form(f"/backoffice/backups/{rows[0]['uid']}/remove/").status_code == 303
    assert not [b for b in world.table("backup") if b["who"]] and not [f for f in world.safe.rglob("*.tar") if hashlib.sha256(f.read_bytes()).hexdigest() == rows[0]["digest"]]


    assert [a["action"] for a in acts(world, place="stoa portal import")] == ["add_portal"]  # in the log of the one that came
    stoa(world.data, "portal", "hosts", "copy.localhost")
    stoa(world.data, "portal", "hosts", "copy.localhost", "moved.localhost", "copy.localhost")
    assert len(acts(world, place="stoa portal hosts")) == 1  # what only looks is none


def test_each_portal_is_backed_up_once_a_day_by_itself(world, root):
    end = time.monotonic() + 60
    portals = {t["id"] for t in world.table("tenant") if t["host"].endswith(".example") and not t["removed"]}
    daily = lambda: [b for b in world.table("backup") if not b["who"] and b["tenant"] in portals]
    while len([b for b in daily() if b["ended"]]) < 1 and time.monotonic() < end:
        time.sleep(0.2)
    for b in daily():
        assert b["state"] in ("done", "running", "waiting"), b
        if b["state"] == "done":
            assert str(world.safe) in b["file"] and hashlib.sha256(open(b["file"], "rb").read()).hexdigest() == b["digest"]
    assert "Every day by itself" in root.get("/backoffice/backups/").text
    # One more that somebody orders does not begin the day anew.
    assert len({(b["tenant"], b["queued"] // 86400000000) for b in daily()}) == len(daily())


# --- the log, for those who may read it and not everything ---------------------------------------------------------------------------


def test_the_log_does_not_tell_of_what_somebody_may_not_see(world, root, things, ask, tmp_path):
    source = tmp_path / "wages.csv"
    source.write_text("name,wage\nA,1\n", encoding="utf-8")
    stoa(world.data, "publish", source, "--portal", HOST, "--id", "hushed-wages")
    stoa(world.data, "secure", "hushed-wages", "--portal", HOST, "--restricted")
    # Who opened or closed what, and to whom.
    stoa(world.data, "group", "add", "auditors", "--portal", HOST)
    stoa(world.data, "secure", "hushed-wages", "--portal", HOST, "--group", "auditors")
    assert ask("POST", "/api/automation/v1.0/datasets/hushed-wages/security/users/", json={"user": {"username": ADA}}).status_code in (200, 201)
    told = [x for a in world.table("act") if a["object"] == "hushed-wages" and "security" in a["diff"] for x in json.loads(a["diff"])["security"]]
    assert [x["path"][0] for x in told[:2]] == ["everybody", "group auditors"] and re.fullmatch(r"account \d+", told[2]["path"][0]), told
    assert [x["operation_type"] for x in told] == ["update", "create", "create"]
    assert told[0]["old_value"]["is_restricted"] is False and told[0]["new_value"]["is_restricted"] is True
    page = root.get("/backoffice/activity/?kind=dataset").text
    assert "everybody" in page and "group auditors" in page and ">Ada" in page
    stoa(world.data, "secure", "things", "--portal", HOST, "--open")
    world.fixture(users=[{"host": HOST, "email": "mona@isoc.example", "name": "Mona", "password": PASSWORD, "role": "member"}])
    stoa(world.data, "user", "change", "mona@isoc.example", "--portal", HOST, "--permissions", "explore_monitoring")
    mona, key = world.client(HOST), key_of(world, "mona@isoc.example")
    mona.sign_in("mona@isoc.example")
    for path in ("/backoffice/activity/", "/backoffice/activity/export.csv"):
        full, seen = root.get(path).text, mona.get(path).text
        assert "hushed-wages" in full and "audience.retention_days" in full, path
        assert "hushed-wages" not in seen and "audience.retention_days" not in seen and "things" in seen, path
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.78", "Authorization": f"Apikey {key}"}
    call = lambda method, path, **more: requests.request(method, f"http://127.0.0.1:{world.server.port}{path}", headers=headers, timeout=60, **more)
    log = figures(call, "ods-activity-log", lambda r: any(x["dataset_id"] == "things" for x in r["results"]))["results"]
    assert log and "hushed-wages" not in str(log) and not any("diff" in x for x in log)
    # Nor does running a portal mean taking its backups away.
    stoa(world.data, "user", "change", "mona@isoc.example", "--portal", HOST, "--permissions", "explore_monitoring,edit_domain")
    assert mona.get("/backoffice/backups/").status_code in (200, 303)
    assert mona.get("/backoffice/backups/x/remove/").status_code in (303, 403)


# --- the end: an account goes -------------------------------------------------------------------------------------------------------


def test_a_person_who_is_deleted_is_a_number_from_then_on(world, root, ask):
    stoa(world.data, "user", "add", "gone@isoc.example", "--portal", HOST, "--name", "Gone Girl")
    number = account(world, "gone@isoc.example")
    assert root.form(f"/backoffice/users/{number}/", {"name": "Gone Girl", "role": "publisher"}).status_code == 303
    assert "Gone Girl" in root.get("/backoffice/activity/?kind=user").text
    stoa(world.data, "key", "add", "Zzgirl's laptop", "--portal", HOST, "--user", "gone@isoc.example")
    stoa(world.data, "user", "password", "gone@isoc.example", "--portal", HOST)
    books = lambda: b"".join(f.read_bytes() for f in world.data.glob("stoa.db*"))
    assert b"gone@isoc" in books() and b"Zzgirl" in books()
    stoa(world.data, "user", "remove", "gone@isoc.example", "--portal", HOST)
    # Nor in what was free in the file, nor in the log beside it.
    assert b"gone@isoc" not in books() and b"Zzgirl" not in books()
    books = sqlite3.connect(world.data / "stoa.db")
    for (name,) in books.execute("select name from sqlite_master where type = 'table'").fetchall():
        assert not [r for r in books.execute(f'select * from "{name}"') if "gone@isoc" in str(r)], name
    books.close()
    page = root.get("/backoffice/activity/?kind=user").text
    assert "Gone Girl" not in page and f"#{number}" in page
    assert "gone@" not in root.get("/backoffice/activity/export.csv").text
    log = figures(ask, "ods-activity-log", lambda r: any(x["username"] == f"#{number}" for x in r["results"]), where="object_type='user'")["results"]
    assert all("gone" not in json.dumps(r) for r in log) and any(r["username"] == f"#{number}" for r in log)
    assert not [a for a in world.table("act") if "gone" in json.dumps(a)]


def test_log_1_whole_addresses_are_for_the_operator_alone_and_sealed(world):
    stranger = world.client(HOST, address="198.51.100.202")
    stranger.form("/login/", {"username": ADA, "password": "wrong"})
    day = time.strftime("%Y-%m-%d", time.gmtime(world.now()))
    said = stoa(world.data, "addresses", day).stdout
    assert "198.51.100.202" in said and "auth.failure" in said
    kept = (world.data / "operator" / f"addresses-{day}.log").read_bytes()
    assert b"198.51.100" not in kept and kept.count(b"\n") >= 1
    assert b"198.51.100.202" not in b"".join(f.read_bytes() for f in world.data.glob("stoa.db*"))
    assert stoa(world.data, "addresses", "2020-01-01", check=False).returncode == 1


# --- days go by (last: the clock goes on) -----------------------------------------------------------------------------------------


def test_daily_backups_go_on_and_go_when_their_time_is_over(world):
    portal = next(t["id"] for t in world.table("tenant") if t["host"] == HOST)
    daily = lambda: sorted((b for b in world.table("backup") if b["tenant"] == portal and not b["who"] and b["ended"]), key=lambda b: b["queued"])

    def after(days, many):
        # What is due is looked for once a minute, and when somebody orders one, of whatever portal.
        world.advance(days * 86400)
        other = world.client("tags.example")
        other.sign_in("keeper@tags.example")
        assert other.form("/backoffice/backups/", {"do": "new"}).status_code == 303
        end = time.monotonic() + 30
        while not many(daily()) and time.monotonic() < end:
            time.sleep(0.1)
        return daily()

    world.fixture(users=[{"host": "tags.example", "email": "keeper@tags.example", "name": "Keeper", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXR"}])
    first, many = daily()[0], len(daily())
    two = after(1, lambda found: len(found) > many)
    assert two[-1]["state"] == "done" and two[-1]["queued"] // 86400000000 > first["queued"] // 86400000000
    assert all(b["digest"] == hashlib.sha256(open(b["file"], "rb").read()).hexdigest() for b in two)
    late = after(8, lambda found: found and not {b["uid"] for b in found} & {b["uid"] for b in two})
    assert [b["state"] for b in late] == ["done"] and not any(glob.glob(b["file"]) for b in two) and glob.glob(late[0]["file"])
