"""Rooms of the portal by programs: the review of reuses, backups, programs of others, languages and the first page; as their pages do."""
import hashlib
import time

import pytest

from conftest import stoa
from probe import ROOT_USER
from test_engage import REUSE, fresh, send
from test_manage_datasets import HOST, Api, key_of, make, wait_idle, with_source
from test_manage_portal import Walk


@pytest.fixture(scope="module")
def root(world):
    walk = Walk(world, key_of(world, ROOT_USER))
    Walk.described = walk.good("GET", "/openapi.json")
    return walk


@pytest.fixture(scope="module")
def runner(world):
    """Runs the portal and is no administrator."""
    world.fixture(users=[{"host": HOST, "email": "runner@isoc.example", "name": "Rue Runner", "password": "a calm river under ten bridges", "role": "member"}])
    stoa(world.data, "user", "change", "runner@isoc.example", "--portal", HOST, "--permissions", "edit_domain")
    return Walk(world, key_of(world, "runner@isoc.example"))


def test_reuses_are_reviewed(world, root, runner):
    api = Api(world, root.key)
    uid = make(api, "Reused trees")["uid"]
    with_source(api, uid)
    api.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(api, uid)
    assert send(world, fresh(world), "/explore/dataset/reused-trees/reuse/", {**REUSE, "title": "By programs"}).status_code in (200, 303)
    one = next(r for r in root.good("GET", "/reuses/")["results"] if r["title"] == "By programs")
    path = f"/reuses/{one['uid']}/"
    assert one["status"] == "pending" and one["dataset"] == {"id": "reused-trees", "title": "Reused trees"} and one["email"] and one["moderated_at"] is None and root.good("GET", path) == one
    changed = root.good("PUT", path, {**one, "title": "By good programs", "status": "approved", "user": {"first_name": "Nobody"}})
    assert changed["title"] == "By good programs" and changed["status"] == "pending" and changed["user"] == one["user"]
    for body, field in (({"url": "javascript:alert(1)"}, "non_field_errors"), ({"kind": "poem"}, "kind"), ({"title": 5}, "title"), ({"title": " "}, "title"), ([], "non_field_errors")):
        assert root.bad("PUT", path, body, code="validation_error")["detail"][field], body
    assert root.good("GET", path) == changed
    shown = lambda: [r["title"] for r in fresh(world).get("/api/reuses/?rows=50").json()["reuses"]]
    said = root.good("POST", path + "approve/")
    assert said["status"] == "approved" and said["moderated_at"] and not said["email"] and "By good programs" in shown()
    assert root.bad("POST", path + "approve/")["error_code"] == "invalid_reuse_status"
    assert [r["uid"] for r in root.good("GET", "/reuses/?status=approved")["results"] if r["title"] == "By good programs"] == [one["uid"]]
    root.bad("POST", path + "reject/", {"reason": 5}, code="validation_error")
    assert root.good("POST", path + "reject/", {"reason": "It is gone"})["reason"] == "It is gone" and "By good programs" not in shown()
    root.bad("GET", "/reuses/?status=strange", code="validation_error")
    root.bad("GET", "/reuses/abc/", status=404), root.bad("POST", "/reuses/999999/approve/", status=404), runner.bad("GET", "/reuses/", status=403)
    root.good("DELETE", path, status=204)
    root.bad("GET", path, status=404)
    api.good("DELETE", f"/datasets/{uid}/", status=204)


def test_backups_are_made_and_taken_away(world, root, runner):
    made = runner.good("POST", "/backups/", status=201)
    assert made["status"] in ("waiting", "running") and made["created_by"] == {"username": "runner@isoc.example"}
    path, end = f"/backups/{made['uid']}/", time.monotonic() + 60
    while root.good("GET", path)["status"] in ("waiting", "running") and time.monotonic() < end:
        time.sleep(0.05)
    done = root.good("GET", path)
    assert done["status"] == "done" and done["size"] > 0 and done["ended_at"], done
    assert root.good("GET", "/backups/?limit=1")["results"] == [done]
    Walk.described, described = None, Walk.described
    file = root("GET", path + "download/")
    Walk.described = described
    assert file.status_code == 200 and len(file.content) == done["size"] and hashlib.sha256(file.content).hexdigest() == done["sha256"] and done["filename"] in file.headers["Content-Disposition"]
    runner.bad("GET", path + "download/", status=403), runner.bad("DELETE", path, status=403)
    root.bad("GET", "/backups/none/", status=404)
    root.good("DELETE", path, status=204)
    root.bad("GET", path, status=404), root.bad("GET", path + "download/", status=404)


def test_programs_are_registered(world, root):
    body = {"name": "Importer", "about": "Brings rows.", "site": "https://app.example.org/", "redirects": ["https://app.example.org/done"], "scopes": ["read", "create_dataset"]}
    same = {"Idempotency-Key": "program-once"}
    made = root.good("POST", "/programs/", body, status=201, headers=same)
    secret, path = made.pop("client_secret"), f"/programs/{made['uid']}/"
    assert secret and made["client_id"] and made["keeps_secret"] and made["scopes"] == ["read", "create_dataset"] and not made["works_alone"]
    assert root.good("GET", path) == made and made in root.good("GET", "/programs/")["results"], "the secret is told once"
    with open(world.data / "stoa.db", "rb") as db:
        assert secret.encode() not in db.read()
    assert root.good("PUT", path, {"about": "Brings rows and more."})["redirects"] == body["redirects"]
    assert root.good("PUT", path, {"scopes": ["all"]})["scopes"] == ["all"]
    for wrong, field in (({"name": ""}, "name"), ({"redirects": []}, "redirects"), ({"redirects": ["http://far.example/"]}, "redirects"), ({"scopes": ["fly"]}, "scopes"), ({"scopes": "all"}, "scopes"),
                         ({"site": "ftp://x"}, "site"), ({"works_alone": True}, "works_alone"), ({"works_alone": "yes"}, "works_alone")):
        assert root.bad("PUT", path, wrong, code="validation_error")["detail"][field], wrong
    new = root.good("POST", path + "renew_secret/")["client_secret"]
    assert new != secret and "client_secret" not in root.good("GET", path)
    device = root.good("POST", "/programs/", {"name": "App", "keeps_secret": False, "redirects": ["http://127.0.0.1/done"]}, status=201)
    assert "client_secret" not in device and root.bad("POST", f"/programs/{device['uid']}/renew_secret/")["error_code"] == "no_secret"
    for uid in (made["uid"], device["uid"]):
        root.good("DELETE", f"/programs/{uid}/", status=204)
        root.bad("GET", f"/programs/{uid}/", status=404)


def test_languages_and_the_first_page(world, root):
    before = root.good("GET", "/settings/")
    assert root.good("PUT", "/settings/", {"languages": before["languages"] + ",de"})["languages"].endswith(",de")
    assert 'lang="de"' in world.client(HOST).get("/explore/?flg=de").text
    for wrong in ({"languages": "xx"}, {"root.page": "no-such-page"}, {"root.page": "rooms-draft"}):
        assert list(wrong)[0].split(".")[0] in str(root.bad("PUT", "/settings/", wrong, code="validation_error")).lower()
    api = Api(world, root.key)
    api.good("POST", "/code_editor_pages/", {"slug": "rooms-first", "title": {"en": "Welcome in"}, "content": {"html": {"en": "<p>Come right in</p>"}}, "is_restricted": False}, status=201)
    assert root.good("PUT", "/settings/", {"root.page": "rooms-first"})["root.page"] == "rooms-first"
    assert "Come right in" in world.client(HOST).get("/").text
    assert root.good("PUT", "/settings/", {"root.page": None, "languages": before["languages"]})["root.page"] == ""
    api.good("DELETE", "/code_editor_pages/rooms-first/", status=204)
