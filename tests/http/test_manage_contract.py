"""The management API by its description: every operation is there, and what it answers has the shape that is promised. The description
is the one the server gives; with STOA_CONTRACT, the path of another in the same form, that one is walked (what is about harvesters in
it is left out)."""
import hashlib
import json
import os
import re
import sqlite3

import jsonschema
import pytest

from conftest import stoa
from probe import ADA, GRACE, ROOT_USER
from test_engage import send
from test_manage_datasets import BASE, Api, key_of, wait_idle, with_source
from test_manage_people import Person

HOST = "isoc.example"
DEFAULT = {"title": {"value": "Walked"}, "language": {"value": "en"}, "modified": {"value": "2026-11-01T00:00:00Z"}}
CONTRACT = os.environ.get("STOA_CONTRACT")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'


# What a request may leave behind though it was refused: that it was made.
PASSING = {"api_call", "quota_count", "event", "session", "throttle", "job_day", "sqlite_sequence"}
# Answered, and nothing of the portal is changed by them.
ONLY_ASKED = ("preview/", "guess_extractors/", "guess_extractor_params/", "search_key/")
WRONG = (["x", 1], {"no": {"such": 1}}, "no such \u2603", -1.5)


class Recorder:
    """Says a call on and notes what was answered; what a change leaves in the log; and what the same change does when one part of it is wrong."""

    def __init__(self, api, seen):
        self.world = api.world if isinstance(api, Api) else api.client.world
        self.api, self.seen, self.left, self.silent, self.tried = api, seen, [], [], 0
        self.known = -1, {}
        self.db = sqlite3.connect(f"file:{self.world.data}/stoa.db?mode=ro", uri=True)
        self.tables = [t for (t,) in self.db.execute("select name from sqlite_master where type = 'table' and name not like '%_fts%'") if t not in PASSING]

    def stands(self):
        """A sum of every table, made anew only when something was written since."""
        version = self.db.execute("pragma data_version").fetchone()[0]
        if self.known[0] != version:
            self.known = version, self.sums()
        return self.known[1]

    def sums(self):
        return {t: hashlib.sha1(repr(self.db.execute(f'select * from "{t}"').fetchall()).encode()).hexdigest() for t in self.tables}

    def acts(self):
        return self.db.execute("select origin, action, kind, object, account from act order by id").fetchall()

    def __call__(self, method, path, *args, **more):
        changes = method != "GET" and not path.endswith(ONLY_ASKED)
        before = len(self.acts())
        answer = self.api(method, path, *args, **more)
        if answer.status_code < 300:
            self.seen.append((method, path.split("?")[0], answer.status_code, answer, args[0] if args else None))
            made = self.acts()[before:]
            if changes and "slug=none" not in path and (not made or any(a[0] != "api" or not (a[3] or a[4] or a[2] in ("portal", "user")) for a in made)):
                self.silent.append((method, path, made))
        return answer

    def good(self, method, path, body=None, status=200, **more):
        answer = self(method, path, body, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        if isinstance(body, dict) and method != "GET" and not path.endswith(ONLY_ASKED):
            self.spoil(method, path, body)
        return answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else answer

    def spoil(self, method, path, body):
        fresh = {k: f"{v} {len(self.seen)}" if method == "POST" and k in ("title", "label", "name") and isinstance(v, str) else v for k, v in body.items()}
        now = self.stands()
        for member in [*body, *(["dataset_id", "is_restricted", "default_security"] if re.fullmatch("/datasets/[^/]*/?", path) else [])]:
            for wrong in WRONG if member not in body or "/" not in path.strip("/") else [WRONG[self.tried % 4]]:
                self.tried += 1
                answer = self.api(method, path, {**fresh, member: wrong})
                then = self.stands()
                if answer.status_code >= 400 and then != now:
                    self.left.append((method, path, answer.status_code, member, wrong, [t for t in now if now[t] != then[t]]))
                assert answer.status_code < 500, (method, path, member, wrong, answer.text)
                if answer.status_code < 300:
                    # Taken all the same: what was made goes, what was changed goes back.
                    made = answer.headers.get("Location")
                    self.api(*(("DELETE", made.removeprefix(BASE)) if method == "POST" and made else (method, path, body)))
                    then = self.stands()
                now = then


@pytest.fixture(scope="module")
def described(world):
    if CONTRACT:
        with open(CONTRACT) as f:
            return json.load(f)
    return Api(world, key_of(world, ROOT_USER)).good("GET", "/openapi.json")


def plain(path):
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def operations(doc):
    return {(method.upper(), plain(path)): operation for path, item in doc["paths"].items() if "harvester" not in path
            for method, operation in item.items() if method in ("get", "put", "post", "delete")}


def test_every_operation_of_the_description_is_served(world, described):
    served = operations(Api(world, key_of(world, ROOT_USER)).good("GET", "/openapi.json"))
    missing = sorted(set(operations(described)) - set(served))
    assert not missing, missing
    wrong = []
    for key, operation in operations(described).items():
        good = {c for c in operation["responses"] if c.startswith(("2", "3"))}
        ours = {c for c in served[key]["responses"] if c.startswith("2")}
        if not ours <= good:
            wrong.append((key, ours, good))
    assert len(served) > 160
    # A file that was sent is created: those who keep the description's programs say 201 in place of its 200, and so do all other uploads of it.
    assert [w for w in wrong if w != (("POST", "/datasets/{}/resources/files"), {"201"}, {"200"})] == [], wrong


# Every address of harvesters that the description knows.
HARVESTERS = [("GET", ""), ("POST", ""), ("GET", "ha_x/"), ("PUT", "ha_x/"), ("DELETE", "ha_x/?delete_attached_datasets=false"), ("POST", "ha_x/start/"), ("POST", "ha_x/abort/"),
              ("POST", "ha_x/publish/"), ("POST", "ha_x/unpublish/"), ("GET", "ha_x/errors/"), ("GET", "ha_x/preview/"), ("POST", "ha_x/unsaved_preview/"), ("GET", "ha_x/schedules/"),
              ("POST", "ha_x/schedules/"), ("GET", "ha_x/schedules/sc_x/"), ("PUT", "ha_x/schedules/sc_x/"), ("DELETE", "ha_x/schedules/sc_x/")]


def test_harvesters_are_not_there_and_say_so_in_the_shape_of_the_api(world):
    root = Api(world, key_of(world, ROOT_USER))
    for method, path in HARVESTERS:
        said = root.bad(method, "/harvesters/" + path, {} if method in ("POST", "PUT") else None, status=404, code="not_found")
        assert set(said) == {"error_code", "message"} and "harvesters" in said["message"]


def people(root, person):
    root.good("GET", "/users/")
    root.good("GET", f"/users/{GRACE}/")
    root.good("PUT", f"/users/{GRACE}/", {"email": GRACE, "first_name": "Grace"})
    root.good("GET", "/users/export/")
    root.good("POST", "/users/invite/", [{"email": "i@town.example"}])
    root.good("POST", "/users/provision/", {"email": "p@town.example", "identity_provider": {"uid": "town"}})
    root.good("DELETE", "/users/i@town.example/", status=204)
    root.good("POST", "/groups/", {"uid": "walkers", "title": "Walkers"}, status=201)
    group = "/groups/walkers/"
    root.good("GET", "/groups/")
    root.good("PUT", group, {"uid": "walkers", "title": "Walkers", "description": "Who walk"})
    root.good("GET", group)
    root.good("POST", group + "users/", {"username": GRACE}, status=201)
    root.good("POST", group + "users/batch/", [{"username": ADA}])
    root.good("GET", group + "users/")
    root.good("DELETE", group + f"users/{ADA}/", status=204)
    key = person.good("POST", "/apikeys/", {"label": "Walk"}, status=201)
    path = f"/apikeys/{key['uid']}/"
    person.good("GET", "/apikeys/")
    person.good("GET", path)
    person.good("PUT", path, {"label": "Walks"})
    root.good("POST", "/apikeys/search_key/", {"key": key["key"]})
    person.good("POST", path + "revoke/", {"reason": "Walked"})


def rulesets(root, base, status, body):
    for kind, who in (("user", {"username": GRACE}), ("group", {"uid": "walkers"})):
        name = list(who.values())[0]
        root.good("POST", f"{base}security/{kind}s/", {kind: who, **body}, status=status)
        root.good("GET", f"{base}security/{kind}s/")
        root.good("GET", f"{base}security/{kind}s/{name}/")
        root.good("PUT", f"{base}security/{kind}s/{name}/", {kind: who, **body})
        root.good("DELETE", f"{base}security/{kind}s/{name}/", status=204)


def pages(root):
    root.good("POST", "/code_editor_pages/", {"slug": "walk", "title": {"en": "Walk"}, "content": {"html": {"en": "x"}}}, status=201)
    code = "/code_editor_pages/walk/"
    root.good("GET", "/code_editor_pages/")
    root.good("GET", code)
    root.good("PUT", code, {"slug": "walk", "title": {"en": "Walk"}, "description": "x", "content": {"html": {"en": "x"}}})
    rulesets(root, code, 200, {"permissions": ["edit_page"]})
    root.good("POST", code + "archive/")
    root.good("POST", code + "unarchive/")
    root.good("DELETE", "/code_editor_pages/?slug=none")
    root.good("DELETE", code, status=204)
    studio = f"/studio_pages/{root.good('POST', '/studio_pages/', {'slug': 'walks', 'title': {'en': 'W'}}, status=201)['uid']}/"
    root.good("GET", "/studio_pages/")
    root.good("GET", studio)
    root.good("PUT", studio, {"public": True})
    rulesets(root, studio, 200, {"permissions": ["edit_page"]})
    root.good("POST", studio + "publish/")
    root.good("POST", studio + "unpublish/")
    root.good("DELETE", studio, status=204)
    root.good("POST", "/medias/images/", files={"file": ("walk.svg", SVG)}, status=201)
    root.good("GET", "/medias/images/")
    base = "/metadata/templates/"
    root.good("POST", base, {"name": "walk", "title": "Walk", "type": "basic", "is_active": True, "schema": [{"name": "way", "type": "text", "label": "Way"}]}, status=201)
    root.good("GET", base)
    root.good("GET", base + "walk/")
    root.good("PUT", base + "walk/", {"name": "walk", "title": "Walks", "type": "basic", "is_active": True, "schema": [{"name": "way", "type": "text", "label": "Way"}]})
    root.good("GET", base + "walk/fields/")
    root.good("GET", base + "walk/fields/way/")
    root.good("GET", base + "walk/fields/way/suggest/")
    root.good("DELETE", base + "walk/", status=204)


def sources(root, at, source):
    one, file = at + f"resources/{source['uid']}/", source["datasource"]["file"]["uid"]
    body = {"type": "csvfile", "title": "Trees", "params": {"separator": ";"}, "datasource": {"type": "uploaded_file", "file": {"uid": file}}}
    root.good("PUT", one, body)
    root.good("GET", at + "resources/files/")
    root.good("GET", at + f"resources/files/{file}/")
    root.good("GET", at + f"resources/files/{file}/download/")
    root.good("GET", one + "guess_extractors/")
    root.good("GET", one + "guess_extractors_params/")
    root.good("POST", one + "clean_cache/", status=204)
    root.good("POST", at + "resources/preview/", body)
    root.good("POST", at + "resources/guess_extractors/", {"datasource": body["datasource"]})
    root.good("POST", at + "resources/guess_extractor_params/", {"datasource": body["datasource"], "type": "csvfile"})
    more = root.good("POST", at + "resources/", {**body, "title": "More"}, status=201)
    root.good("DELETE", at + f"resources/{more['uid']}/", status=204)


def readers(root, at):
    """What a reader of the published dataset writes about it."""
    world, slug = root.world, root.good("GET", at)["dataset_id"]
    stoa(world.data, "portal", "set", HOST, "feedback=on")
    answer = send(world, world.client(HOST), f"/explore/dataset/{slug}/feedback/", {"category": "error", "text": "A tree is missing.", "name": "Reader", "email": "reader@people.example"})
    assert answer.status_code == 303, answer.text[:2000]
    message = root.good("GET", at + "feedbacks/")["results"][0]
    root.good("GET", at + f"feedbacks/{message['uid']}/")
    root.good("POST", at + f"feedbacks/{message['uid']}/archive/")


def parts(root, at):
    root.good("GET", at + "metadata/")
    root.good("PUT", at + "metadata/", {"default": DEFAULT})
    root.good("GET", at + "metadata/default/")
    root.good("PUT", at + "metadata/default/", DEFAULT)
    root.good("PUT", at + "metadata/default/publisher/", {"value": "P"})
    root.good("GET", at + "metadata/default/publisher/")
    root.good("DELETE", at + "metadata/default/publisher/", status=204)
    for base, one in ((at + "fields/", {"type": "rename", "label": "R", "from_name": "name", "to_name": "tree", "field_label": "Tree"}),
                      (at + "processors/", {"type": "string_replace", "label": "S", "field": "name", "old": "a", "new": "b"}), (at + "schedules/", {"cron_schedule": "0 3 * * *"})):
        made = root.good("POST", base, one, status=201)
        root.good("GET", base)
        root.good("GET", base + made["uid"] + "/")
        root.good("PUT", base + made["uid"] + "/", one)
        root.good("DELETE", base + made["uid"] + "/", status=204)
    root.good("GET", "/processors/")
    root.good("GET", "/extractors/")
    root.good("GET", at + "versions/")
    version = root.good("GET", at + "versions/")["results"][-1]["uid"]
    root.good("GET", at + f"versions/{version}/")
    root.good("POST", at + f"versions/{version}/restore/")
    root.good("GET", at + "attachments/")
    added = root.good("POST", at + "attachments/", files={"file": ("note.txt", b"Note")}, status=201)
    root.good("GET", at + f"attachments/{added['uid']}/")
    root.good("GET", at + f"attachments/{added['uid']}/download/")
    root.good("DELETE", at + f"attachments/{added['uid']}/", status=204)
    root.good("GET", at + "alternative_exports/")
    other = root.good("POST", at + "alternative_exports/", files={"file": ("all.zip", b"PK"), "title": (None, "All"), "type": (None, "uploaded_file")}, status=201)
    one = at + f"alternative_exports/{other['uid']}/"
    root.good("GET", one)
    root.good("PUT", one, {"title": "All of it", "type": "uploaded_file", "description": "Once a year"})
    root.good("GET", one + "download/")
    root.good("DELETE", one, status=204)
    rulesets(root, at, 201, {"permissions": ["edit_dataset"], "security": {"is_data_visible": True, "visible_fields": None, "filter_query": ""}})


def datasets(root):
    uid = root.good("POST", "/datasets/", {"metadata": {"default": DEFAULT}}, status=201)["uid"]
    at = f"/datasets/{uid}/"
    root.good("GET", "/datasets/")
    root.good("GET", at)
    root.good("PUT", at, {"is_restricted": False, "metadata": {"default": DEFAULT}})
    source = with_source(root, uid)
    root.good("GET", at + "resources/")
    root.good("GET", at + f"resources/{source['uid']}/")
    root.good("GET", at + f"resources/{source['uid']}/preview/")
    sources(root, at, source)
    parts(root, at)
    source = with_source(root, uid, name="again.csv")  # what was gone back to had none
    root.good("POST", at + "publish/")
    root.good("GET", at + "status/")
    root("POST", at + "abort/")  # it may be done already
    wait_idle(root, uid)
    root.good("POST", at + "publish/")
    wait_idle(root, uid)
    readers(root, at)
    # The resource that records are pushed to.
    pushed = at + f"resources/{root.good('GET', at + 'resources/')['results'][0]['uid']}/"
    for deed in ("enable", "renew_api_key", "delete_recover_data", "recover"):
        root.good("POST", pushed + deed + "/")
        wait_idle(root, uid)
    root.good("POST", pushed + "disable/")
    root.good("POST", at + "publish_metadata/")
    wait_idle(root, uid)
    root.good("POST", at + "copy/", status=201)
    root.good("POST", at + "unpublish/")
    wait_idle(root, uid)
    root.good("DELETE", at, status=204)
    made = root.good("POST", "/datasource_connections/", {"type": "http", "name": "W", "url": "https://data.town.example/", "is_reusable": True}, status=201)
    root.good("GET", "/datasource_connections/")
    root.good("GET", f"/datasource_connections/{made['uid']}/")
    root.good("PUT", f"/datasource_connections/{made['uid']}/", made)
    rulesets(root, f"/datasource_connections/{made['uid']}/", 200, {"permissions": ["manage_connection"]})
    root.good("DELETE", f"/datasource_connections/{made['uid']}/", status=204)


# What may be null though older descriptions do not say so: who and when, where nobody is known; values that are not given.
UNKNOWN = {"value", "description", "user", "record_id", "created_at", "created_by", "updated_at", "updated_by", "first_published_at", "last_login_at", "last_seen_at"}


def tolerated(error):
    """What is not known is null; a list with nothing in it is a list of anything; a count is a number, whatever older descriptions say; publish_page
    is a permission of this platform; shapes that leave open which of two is meant are met by both."""
    at = list(error.absolute_path)
    if "is valid under each of" in error.message or (error.validator == "enum" and error.instance == "publish_page"):
        return True
    return (error.instance is None and at[-1:] and at[-1] in UNKNOWN) or (error.validator == "oneOf" and error.instance == []) or (CONTRACT and at == ["total_count"])


def faults(described, holder, value):
    """Where a value is not what the description of a body (or of an answer) says."""
    schema = (holder or {}).get("content", {}).get("application/json", {}).get("schema")
    if not schema:
        return []
    found = jsonschema.Draft202012Validator({"components": described["components"], "allOf": [schema]}).iter_errors(value)
    return [("/".join(map(str, e.absolute_path)), e.message[:160]) for e in found if not tolerated(e)]


@pytest.fixture(scope="module")
def walk(world):
    """Every operation, called once by a program and where that must be by somebody who is signed in."""
    seen = []
    root, person = Recorder(Api(world, key_of(world, ROOT_USER)), seen), Recorder(Person(world, GRACE), seen)
    people(root, person)
    pages(root)
    datasets(root)
    root.good("DELETE", "/groups/walkers/", status=204)
    root.left += person.left
    root.silent += person.silent
    return root


def test_a_change_that_is_refused_changes_nothing(walk):
    assert walk.tried > 100
    assert not walk.left, "\n".join(map(str, walk.left))


def test_every_change_is_in_the_log_with_what_it_was_done_to(walk):
    assert not walk.silent, "\n".join(map(str, walk.silent))


def test_requests_and_answers_have_the_shapes_of_the_description(walk, described):
    known, wrong, walked = operations(described), [], set()
    for method, path, status, answer, sent in walk.seen:
        # Addresses that are said out come before those with holes.
        fits = [k for k in known if k[0] == method and re.fullmatch(re.escape(k[1]).replace(r"\{\}", "[^/]+"), path.rstrip("/"))]
        assert fits or CONTRACT, (method, path)
        # The list of a dataset's files is this platform's own.
        if not fits or (CONTRACT and re.fullmatch(r"/datasets/[^/]+/resources/files/", path) and method == "GET"):
            continue
        key = min(fits, key=lambda k: k[1].count("{}"))
        walked.add(key)
        if sent is not None:
            wrong += [(key, "request", *f) for f in faults(described, known[key].get("requestBody", {}), sent)]
        content = known[key]["responses"].get(str(status), {}).get("content", {}).get("application/json")
        if not content or "json" not in answer.headers.get("Content-Type", ""):
            continue
        wrong += [(key, "answer", *f) for f in faults(described, known[key]["responses"][str(status)], answer.json())]
    # What says something of its own beside the description is not walked by it.
    missed = sorted(k for k in set(known) - walked if CONTRACT or k[1] not in ("/openapi.json",))
    print(f"{len(walked)} of {len(known)} operations walked; not: {missed}")
    assert not wrong, "\n".join(sorted({str(w) for w in wrong})[:40])
    assert len(walked) > 100, sorted(set(known) - walked)
