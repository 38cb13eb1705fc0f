"""A backup takes the place of its portal, on a page and by a program: what is told before, what comes back and what stays, that the portal is closed meanwhile
and opens as it was when it cannot be done, and that a server which ended in between goes on."""
import hashlib
import json
import shutil
import sqlite3
import tarfile
import threading
import time

import pytest
import requests

from conftest import stoa
from elsewhere import Handler, serving
from probe import ADA, PASSWORD, ROOT_USER, World
from services import registry
from test_command_line import step_back
from test_consent import choose
from test_manage_datasets import Api, key_of
from test_manage_portal import Walk

HOST = "isoc.example"
RECORDS = "/api/explore/v2.1/catalog/datasets/things/records?limit=0"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("restore"), options=("--fetch_private",))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def root(world):
    walk = Walk(world, key_of(world, ROOT_USER))
    Walk.described = walk.good("GET", "/openapi.json")
    yield walk
    Walk.described = None


def ask(world, path, accept="application/json", host=HOST, **headers):
    return requests.get(f"http://127.0.0.1:{world.server.port}{path}", headers={"Host": host, "X-Forwarded-Proto": "https", "Accept": accept, **headers}, timeout=60, allow_redirects=False)


def rows_of(world, slug="things"):
    answer = ask(world, RECORDS.replace("things", slug))
    return answer.json()["total_count"] if answer.status_code == 200 else answer.status_code


def publish(world, tmp_path, slug, n):
    source = tmp_path / f"{slug}.csv"
    source.write_text("id,name\n" + "".join(f"{i},{slug} {i}\n" for i in range(n)), encoding="utf-8")
    stoa(world.data, "publish", source, "--portal", HOST, "--id", slug, "--title", slug.title(), "--replace")


def settled(root, uid):
    """The row of a backup or an order once it has ended; and what was answered meanwhile."""
    seen, end = [], time.monotonic() + 90
    while time.monotonic() < end:
        answer = root("GET", f"/backups/{uid}/")
        if answer.status_code == 200 and answer.json()["ended_at"]:
            return answer.json(), seen
        assert answer.status_code in (200, 503), answer.text
        seen.append(answer)
    raise AssertionError(f"{uid} does not end: {seen[-1].text}")


def backup(root):
    done, _ = settled(root, root.good("POST", "/backups/", status=201)["uid"])
    assert done["status"] == "done", done
    return done


def restore(root, uid, host=HOST):
    order = root.good("POST", f"/backups/{uid}/restore/", {"host": host}, status=202)
    assert order["kind"] == "restore" and order["restores"] == uid
    return settled(root, order["uid"])


def row(world, uid):
    return next(b for b in world.table("backup") if b["uid"] == uid)


def portal_of(world):
    return next(t["id"] for t in world.table("tenant") if t["host"] == HOST)


def test_the_whole_portal_goes_back_and_forth(world, root, tmp_path):
    api = Api(world, root.key)
    publish(world, tmp_path, "things", 30)
    api.good("POST", "/code_editor_pages/", {"slug": "about-us", "title": {"en": "About"}, "content": {"html": {"en": "<p>Of then</p>"}}, "is_restricted": False}, status=201)
    spare = key_of(world, ROOT_USER)
    root.good("PUT", "/settings/", {"description.fr": "De ce temps"})
    kept = backup(root)
    assert kept["kind"] == "backup" and kept["restores"] is None

    publish(world, tmp_path, "things", 50)
    publish(world, tmp_path, "later", 5)
    api.good("DELETE", "/code_editor_pages/about-us/", status=204)
    root.good("PUT", "/settings/", {"description.fr": "De maintenant"})
    stoa(world.data, "portal", "set", HOST, "ceiling.datasets=70")
    stoa(world.data, "portal", "hosts", HOST, HOST, "data.localhost")
    number = next(str(k["id"]) for k in sorted(world.table("api_key"), key=lambda k: -k["id"]))
    stoa(world.data, "key", "revoke", number, "--portal", HOST)
    world.fixture(users=[{"host": HOST, "email": "new@isoc.example", "name": "Newcomer", "password": "a calm river under ten bridges", "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ"}])

    told = root.good("GET", f"/backups/{kept['uid']}/contents/")
    assert (told["datasets"]["in_backup"], told["datasets"]["now"], told["datasets"]["made"]) == (1, 2, ["later"]) and told["datasets"]["changed"] == ["things"]
    assert (told["pages"]["in_backup"], told["pages"]["now"], told["pages"]["removed_since"]) == (1, 0, 1) and told["people"]["made"] == ["Newcomer"]
    newcomer = world.client(HOST)
    newcomer.sign_in("new@isoc.example", "a calm river under ten bridges")
    page = newcomer.get(f"/backoffice/backups/{kept['uid']}/restore/").text
    assert "Your own account is not in this backup" in page and "later" in page and "Newcomer" in page

    person = world.client(HOST)
    person.sign_in(ROOT_USER)
    assert "Your own account" not in person.get(f"/backoffice/backups/{kept['uid']}/restore/").text
    wrong = person.form(f"/backoffice/backups/{kept['uid']}/restore/", {"name": "isoc"})
    assert wrong.status_code == 422 and "This is not its host name" in wrong.text and not [b for b in world.table("backup") if b["kind"] == "restore"]
    former = portal_of(world)
    assert person.form(f"/backoffice/backups/{kept['uid']}/restore/", {"name": HOST}).headers["Location"] == "/backoffice/backups/?done=restore-ordered"
    order = next(b for b in world.table("backup") if b["kind"] == "restore")
    closed = None
    done, seen = settled(root, order["uid"])
    closed = next(s for s in seen if s.status_code == 503)
    assert closed.headers["Retry-After"] == "20" and closed.json()["message"].startswith("This portal is being restored"), closed.text
    assert (done["status"], done["created_by"], done["message"]) == ("done", {"username": ROOT_USER}, ""), done

    assert rows_of(world) == 30 and rows_of(world, "later") == 404 and "Of then" in ask(world, "/pages/about-us/", "text/html").text
    assert root.good("GET", "/settings/")["description.fr"] == "De ce temps"
    assert ask(world, RECORDS, host="data.localhost").status_code == 308, "names are of the place"
    assert root.good("GET", "/quotas/")["published_datasets"]["limit"] == 70, "limits from above are of the place"
    assert Api(world, spare)("GET", "/datasets/").status_code == 401, "what was revoked since stays so"
    assert "login" in person.get("/backoffice/").headers["Location"]
    again = world.client(HOST)
    again.sign_in(ROOT_USER)
    listed = again.get("/backoffice/backups/").text
    assert "Brings back the backup of" in listed and "Root" in listed
    new = portal_of(world)
    assert not (world.data / str(former)).exists()
    assert new != former and [t["restoring"] for t in world.table("tenant")].count(0) == len(world.table("tenant"))
    act = next(a for a in world.table("act") if a["action"] == "restore_portal")
    assert act["tenant"] == new and act["who"] == next(a["id"] for a in world.table("account") if a["email"] == ROOT_USER and a["tenant"] == new) and act["object"] == kept["uid"]
    assert [x for x in world.events(HOST, "settings.changed") if x["reason"] == "restored"]

    # The way back: the backup of the moment before has everything.
    back, _ = restore(root, done["saved_before"])
    assert back["status"] == "done" and back["restores"] == done["saved_before"], back
    assert (rows_of(world), rows_of(world, "later")) == (50, 5) and ask(world, "/pages/about-us/", "text/html").status_code == 404
    assert root.good("GET", "/settings/")["description.fr"] == "De maintenant"
    assert not list((world.data / "tmp").glob("restored-*"))


def test_whoever_may_not_and_what_is_not_there(world, root):
    kept = backup(root)
    path = f"/backups/{kept['uid']}/restore/"
    for body in ({}, {"host": "delwp.example"}, {"host": 5}):
        assert HOST in root.bad("POST", path, body, code="validation_error")["detail"]["host"][0]
    root.bad("POST", "/backups/none/restore/", {"host": HOST}, status=404), root.bad("GET", "/backups/none/contents/", status=404)
    world.fixture(users=[{"host": HOST, "email": "mona@isoc.example", "name": "Mona", "password": PASSWORD, "role": "member", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXR"}])
    stoa(world.data, "user", "change", "mona@isoc.example", "--portal", HOST, "--permissions", "edit_domain")
    mona = Walk(world, key_of(world, "mona@isoc.example"))
    mona.bad("POST", path, {"host": HOST}, status=403), mona.bad("GET", f"/backups/{kept['uid']}/contents/", status=403)
    person = world.client(HOST)
    person.sign_in("mona@isoc.example")
    assert person.get(f"/backoffice/backups/{kept['uid']}/restore/").status_code == 403 and f"{kept['uid']}/restore" not in person.get("/backoffice/backups/").text
    # One of another portal is not there, either.
    world.fixture(users=[{"host": "tags.example", "email": "keeper@tags.example", "name": "Keeper", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXS"}])
    other = world.client("tags.example")
    other.sign_in("keeper@tags.example")
    assert other.get(f"/backoffice/backups/{kept['uid']}/restore/").status_code == 404
    assert not [b for b in world.table("backup") if not b["ended"]] and rows_of(world) == 50


def spoil(world, uid, **values):
    with sqlite3.connect(world.data / "stoa.db", timeout=30) as db:
        for column, value in values.items():
            db.execute(f"update backup set {column} = ? where uid = ?", (value, uid))


def repack(world, uid, tmp_path, change):
    """The backup with something of it changed, under the digest of what it is now."""
    file, folder = row(world, uid)["file"], tmp_path / "unpacked"
    with tarfile.open(file) as tar:
        tar.extractall(folder)
    change(folder)
    with tarfile.open(file, "w") as tar:
        tar.add(folder, arcname=".")
    shutil.rmtree(folder)
    with open(file, "rb") as f:
        spoil(world, uid, digest=hashlib.sha256(f.read()).hexdigest())


def flip(world, uid, tmp_path):
    with open(row(world, uid)["file"], "r+b") as f:
        f.seek(5000)
        byte = f.read(1)
        f.seek(5000)
        f.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("wrong, said", [
    (flip, "checksum is another"),
    (lambda world, uid, tmp_path: spoil(world, uid, bytes=1 << 60), "free disk space"),
    (lambda world, uid, tmp_path: repack(world, uid, tmp_path, lambda f: (f / "portal.json").write_text("{")), "portal.json"),
    (lambda world, uid, tmp_path: repack(world, uid, tmp_path, lambda f: (f / "portal.db").write_bytes(b"nothing")), "portal.db"),
    (lambda world, uid, tmp_path: repack(world, uid, tmp_path, lambda f: next(f.glob("datasets/things/*.duckdb")).unlink()), "is missing"),
], ids=["changed", "no-room", "no-head", "no-books", "no-version"])
def test_what_cannot_be_done_is_told_and_everything_is_as_it_was(world, root, tmp_path, wrong, said):
    kept, before = backup(root), portal_of(world)
    wrong(world, kept["uid"], tmp_path)
    done, _ = restore(root, kept["uid"])
    assert done["status"] == "error" and said in done["message"], done
    assert rows_of(world) == 50 and portal_of(world) == before and not [t for t in world.table("tenant") if t["restoring"] or t["suspended"]]
    assert not list((world.data / "tmp").glob("restored-*")) and not list(world.data.glob("tmp/taken-in*"))
    root.good("DELETE", f"/backups/{kept['uid']}/", status=204)


def test_a_file_that_is_gone_and_one_that_is_needed(world, root):
    kept = backup(root)
    (world.data / "backups" / kept["filename"]).unlink()
    assert "not there any more" in str(root.bad("POST", f"/backups/{kept['uid']}/restore/", {"host": HOST}, status=404))
    order = backup(root)
    restore_row = root.good("POST", f"/backups/{order['uid']}/restore/", {"host": HOST}, status=202)
    for method, path, body in (("POST", "/backups/", None), ("POST", f"/backups/{order['uid']}/restore/", {"host": HOST}), ("DELETE", f"/backups/{order['uid']}/", None)):
        answer = root(method, path, body)
        assert answer.status_code == 503 or (answer.status_code == 400 and answer.json()["error_code"] == "backup_under_way"), answer.text
    assert settled(root, restore_row["uid"])[0]["status"] == "done" and rows_of(world) == 50


def test_a_backup_of_an_older_version_comes_back(world, root, tmp_path):
    kept = backup(root)

    def older(folder):
        (folder / "portal.db").rename(folder / "stoa.db")
        step_back(folder)
        (folder / "stoa.db").rename(folder / "portal.db")
    repack(world, kept["uid"], tmp_path, older)
    spoil(world, kept["uid"], contents="")
    assert root.good("GET", f"/backups/{kept['uid']}/contents/")["datasets"] == {"in_backup": None, "now": 2, "made_since": None, "changed_since": None, "removed_since": None, "made": [], "changed": []}
    person = world.client(HOST)
    person.sign_in(ROOT_USER)
    assert "made by an earlier version" in person.get(f"/backoffice/backups/{kept['uid']}/restore/").text
    done, _ = restore(root, kept["uid"])
    assert done["status"] == "done" and rows_of(world) == 50, done


def test_a_server_that_ended_in_between_goes_on(world, root, tmp_path):
    kept = backup(root)
    publish(world, tmp_path, "things", 20)
    world.server.stop()
    with sqlite3.connect(world.data / "stoa.db") as db:
        t = db.execute("select id from tenant where host = ?", (HOST,)).fetchone()[0]
        db.execute("update tenant set restoring = 5 where id = ?", (t,))
        db.execute("insert into backup (tenant, uid, who, state, queued, started, kind, source) values (?, 'cutoff', 0, 'running', 1, 1, 'restore', ?)", (t, kept["uid"]))
        # Another one ended in the very moment in which the server did.
        db.execute("update tenant set restoring = 5 where host = 'tags.example'")
    listed = {p["portal"]: p["state"] for p in json.loads(stoa(world.data, "portal", "list", "--json").stdout)}
    assert listed[HOST] == "restoring"
    refused = stoa(world.data, "portal", "import", row(world, kept["uid"])["file"], "--replace", check=False)
    assert refused.returncode == 1 and "is being restored" in refused.stderr
    world._start()
    done, _ = settled(root, "cutoff")
    assert done["status"] == "done" and rows_of(world) == 50 and ask(world, "/api/explore/v2.1/catalog/datasets", host="tags.example").status_code == 200


def test_work_under_way_is_stopped_and_goes_on_when_nothing_came_of_it(world, root, tmp_path):
    held, asked = threading.Event(), []

    class Slow(Handler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"name,height\n")
            self.wfile.flush()
            held.wait(60)

    kept = backup(root)
    with serving(Slow) as server:
        doc = {"resources": [{"type": "csvfile", "title": "x", "params": {}, "datasource": {"type": "http", "connection": {"url": f"http://127.0.0.1:{server.server_port}"}, "relative_url": "/slow.csv"}}],
               "processors": [], "fields": [], "metadata": {}}
        work = lambda op, **more: world.ask("POST", "/work", json={"host": HOST, "op": op, **more}).json()
        try:
            made = work("create", title="Slow", doc=doc)
            work("put", dataset=made["dataset"])
            end = time.monotonic() + 30
            while not asked and time.monotonic() < end:
                pass
            assert asked
            # One that cannot be taken in: the work is begun again.
            with open(row(world, kept["uid"])["file"], "rb") as f:
                whole = f.read()
            digest = row(world, kept["uid"])["digest"]
            repack(world, kept["uid"], tmp_path, lambda f: (f / "portal.db").write_bytes(b"nothing"))
            done, _ = restore(root, kept["uid"])
            assert done["status"] == "error" and "portal.db" in done["message"], done
            state = work("status", dataset=made["dataset"])
            assert state["status"] in ("queued", "processing"), state
            with open(row(world, kept["uid"])["file"], "wb") as f:
                f.write(whole)
            spoil(world, kept["uid"], digest=digest)
            done, _ = restore(root, kept["uid"])
            assert done["status"] == "done" and not [j for j in world.table("job") if not j["ended"]], done
        finally:
            held.set()


def test_a_portal_that_was_closed_from_above_stays_closed(world, root):
    stoa(world.data, "portal", "parent", "delwp.example", HOST)
    world.fixture(users=[{"host": "delwp.example", "email": "boss@delwp.example", "name": "Boss", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXT"}])
    boss = world.client("delwp.example")
    boss.sign_in("boss@delwp.example")
    assert boss.form("/backoffice/backups/", {"do": "new"}).status_code == 303
    t = next(t["id"] for t in world.table("tenant") if t["host"] == "delwp.example")
    end, mine = time.monotonic() + 60, []
    while not [b for b in mine if b["ended"]] and time.monotonic() < end:
        mine = [b for b in world.table("backup") if b["tenant"] == t]
    world.server.stop()
    with sqlite3.connect(world.data / "stoa.db") as db:
        db.execute("update tenant set suspended = 1 where id = ?", (t,))
        db.execute("insert into backup (tenant, uid, who, state, queued, kind, source) values (?, 'closed', 0, 'waiting', 1, 'restore', ?)", (t, mine[0]["uid"]))
    world._start()
    while not row(world, "closed")["ended"] and time.monotonic() < end:
        pass
    done = row(world, "closed")
    assert done["state"] == "done" and done["tenant"] != t, done
    answer = ask(world, "/api/explore/v2.1/catalog/datasets", host="delwp.example")
    assert answer.status_code == 503 and answer.json()["error_code"] == "PortalClosed", answer.text


def test_pushed_records_people_and_twins_are_there_without_a_restart(world, root, tmp_path):
    """What a running server has in memory of a portal is that of the one that came."""
    stoa(world.data, "push", "things", "--portal", HOST, "--enable", check=False)
    kept = backup(root)
    stoa(world.data, "portal", "import", row(world, kept["uid"])["file"], "--host", "twin.example")
    client = world.client("twin.example")
    client.sign_in(ADA)
    assert client.get("/account/").status_code == 200


def test_ses_14_a_ledger_that_lost_entries_waits_for_an_operator(world, root):
    world.fixture(registries=[{"host": "tags.example", "registry": registry()}],
                  users=[{"host": "tags.example", "email": "proof@tags.example", "name": "Proof", "password": PASSWORD, "role": "admin", "totp": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXU"}])
    keeper = world.client("tags.example")
    portal = lambda: next(t["id"] for t in world.table("tenant") if t["host"] == "tags.example")
    rows = lambda kind: [b for b in world.table("backup") if b["tenant"] == portal() and b["kind"] == kind]

    def ended(kind, n, end):
        while [b["state"] for b in rows(kind)].count("done") < n:
            assert time.monotonic() < end, rows(kind)

    choose(world.client("tags.example"), "accept_all", "first")
    keeper.sign_in("proof@tags.example")
    keeper.form("/backoffice/backups/", {"do": "new"})
    ended("backup", 1, time.monotonic() + 60)
    kept = rows("backup")[0]["uid"]
    # Nothing was agreed to since: nothing is lost.
    keeper.form(f"/backoffice/backups/{kept}/restore/", {"name": "tags.example"})
    ended("restore", 1, time.monotonic() + 60)
    choose(world.client("tags.example"), "accept_all", "first")
    keeper.jar.clear()
    keeper.sign_in("proof@tags.example")
    keeper.form(f"/backoffice/backups/{kept}/restore/", {"name": "tags.example"})
    ended("restore", 2, time.monotonic() + 60)
    choose(world.client("tags.example"), "accept_all", "first", status=503)
    choose(world.client("tags.example"), "refuse_all", "first")
    assert "takes entries again" in stoa(world.data, "ledger", "acknowledge", "--portal", "tags.example").stdout
    choose(world.client("tags.example"), "accept_all", "first")
