"""The management API: what scripts written for the original do (the numbered list of its contract), every operation's good end and
its errors, two editors at once, keys that are sent twice."""
import http.client
import json
import os
import re
import time

import pytest
import requests

from conftest import stoa
from probe import ADA, GRACE, ROOT_USER, session

HOST = "isoc.example"
BASE = "/api/automation/v1.0"


class Api:
    def __init__(self, world, key, scheme="Apikey"):
        self.world, self.key, self.scheme = world, key, scheme

    def __call__(self, method, path, body=None, headers=None, base=BASE, **more):
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "Authorization": f"{self.scheme} {self.key}" if self.key else None, **(headers or {})}
        if body is not None:
            more["json"] = body
        return requests.request(method, f"http://127.0.0.1:{self.world.server.port}{base}{path}", headers={k: v for k, v in sent.items() if v}, timeout=60,
                                allow_redirects=False, **more)

    def good(self, method, path, body=None, status=200, **more):
        answer = self(method, path, body, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def bad(self, method, path, body=None, status=400, code=None, **more):
        answer = self(method, path, body, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        said = answer.json()
        assert said["message"] and (code is None or said["error_code"] == code), said
        return said


def key_of(world, who, *options):
    return stoa(world.data, "key", "add", "machine", "--portal", HOST, "--user", who, "--write", *options).stdout.split()[0]


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def ada(world):
    return Api(world, key_of(world, ADA))


@pytest.fixture(scope="module")
def grace(world):
    return Api(world, key_of(world, GRACE))


def make(api, title="Trees", **more):
    return api.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": title}}}, **more}, status=201)


def upload(api, uid, name="trees.csv", text="name;height\nOak;12\nAsh;9\n"):
    return api.good("POST", f"/datasets/{uid}/resources/files/", files={"file": (name, text.encode())}, status=201)


def with_source(api, uid, **more):
    file = upload(api, uid, **more)
    return api.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "title": "Trees", "params": {}, "datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}}, status=201)


def wait_idle(api, uid, seconds=30):
    """As clients do: until status is idle, but for errors, which are told."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said = api.good("GET", f"/datasets/{uid}/status")
        if said["status"] in ("idle", "error", "limit_reached"):
            return said
        time.sleep(0.1)
    raise AssertionError(said)


class Ash:
    """A form with one file of so many MB, made while it is sent."""
    HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="ash.csv"\r\nContent-Type: text/csv\r\n\r\nname;height\n'
    LINE = b"Ash;9\r\n--\n" * 6553 + b"\r\n--\r\n\r\n--\n"  # with what nearly is a boundary

    def __init__(self, mb, end=b"\r\n--b--\r\n"):
        self.lines, self.end = mb * 16, end
        self.size = len(self.HEAD) + self.lines * len(self.LINE) + len(end)
        self.file_size = self.lines * len(self.LINE) + len(b"name;height\n")

    def send(self, world, key, path, length=True, cut=None):
        c = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=60)
        c.putrequest("POST", BASE + path, skip_host=True)
        for name, value in (("Host", HOST), ("X-Forwarded-Proto", "https"), ("Authorization", f"Apikey {key}"), ("Content-Type", "multipart/form-data; boundary=b"),
                            ("Content-Length", str(self.size)) if length else ("Transfer-Encoding", "chunked")):
            c.putheader(name, value)
        c.endheaders()
        pieces = [self.HEAD, *[self.LINE] * (self.lines if cut is None else cut), self.end]
        for piece in pieces if cut is None else pieces[:-1]:
            c.send(piece if length else b"%x\r\n%s\r\n" % (len(piece), piece))
        if cut is not None:
            return c
        if not length:
            c.send(b"0\r\n\r\n")
        answer = c.getresponse()
        said = answer.read()
        c.close()
        return answer.status, json.loads(said)


def peak_kb(process, start=False):
    if start:
        with open(f"/proc/{process.pid}/clear_refs", "w", encoding="ascii") as f:
            f.write("5")
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))


def nameless(process):
    """Files of uploads that the server has open and that have no name."""
    found = []
    for fd in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{process.pid}/fd/{fd}"))
        except FileNotFoundError:
            pass
    return [f for f in found if "/sources/" in f and f.endswith("(deleted)")]


def test_a_form_with_a_large_file_goes_to_disk_while_it_arrives(world, root):
    uid, process, form = make(root, "Large file")["uid"], world.server.process, Ash(200)
    small = Ash(3)
    assert small.send(world, root.key, f"/datasets/{uid}/resources/files/")[0] == 201
    before = peak_kb(process, start=True)
    status, said = form.send(world, root.key, f"/datasets/{uid}/resources/files/")
    grown = peak_kb(process) - before
    assert status == 201 and said["size"] == form.file_size and said["is_complete"], said
    assert grown < 40_000, f"{grown} kB more in memory for a file of 200 MB"
    # The same in chunks, whose length nobody told; and every byte of it is there.
    status, said = small.send(world, root.key, f"/datasets/{uid}/resources/files/", length=False)
    assert status == 201 and said["size"] == small.file_size, said
    whole = root("GET", f"/datasets/{uid}/resources/files/{said['uid']}/download/").content
    assert whole == b"name;height\n" + small.LINE * small.lines
    assert nameless(process) == []


def test_a_large_form_that_ends_badly_leaves_nothing(world, root):
    uid, process = make(root, "Large file cut")["uid"], world.server.process
    path = f"/datasets/{uid}/resources/files/"
    count = root.good("GET", path)["total_count"]
    sources = [os.path.join(at, f) for at, _, files in os.walk(world.data) if at.endswith("/sources") for f in files]
    # Without its last boundary it is no form.
    assert Ash(3, end=b"").send(world, root.key, path)[0] == 400
    # Somebody leaves in the middle, with files of it on disk.
    c = Ash(6).send(world, root.key, path, cut=64)
    end = time.monotonic() + 10
    while not nameless(process) and time.monotonic() < end:
        time.sleep(0.01)
    assert nameless(process)
    c.close()
    while nameless(process) and time.monotonic() < end:
        time.sleep(0.01)
    assert nameless(process) == []
    # More than the portal lets a file have: told before a byte of it is sent, and of chunks when it is noticed.
    stoa(world.data, "portal", "set", HOST, "files.most_mb=2")
    try:
        status, said = Ash(4).send(world, root.key, path, cut=0), None
        answer = status.getresponse()
        assert answer.status == 413 and "2 MB" in answer.read().decode()
        status, said = Ash(4).send(world, root.key, path, length=False)
        assert status == 413 and "2 MB" in said["message"], said
    finally:
        stoa(world.data, "portal", "set", HOST, "files.most_mb=")
    assert root.good("GET", path)["total_count"] == count
    assert sorted(sources) == sorted(os.path.join(at, f) for at, _, files in os.walk(world.data) if at.endswith("/sources") for f in files)


# --- the list of the contract (19.2) -----------------------------------------------------------------------------------


def test_19_2_01_a_dataset_is_found_by_its_identifier(root):
    made = make(root, "Found by name")
    page = root.good("GET", "/datasets/?dataset_id=found-by-name")
    assert page["total_count"] == 1 and page["results"][0]["uid"] == made["uid"]
    assert root.good("GET", "/datasets/?dataset_id=nothing-of-that-name")["results"] == []


def test_19_2_02_the_status_of_a_new_dataset_is_idle(root):
    made = make(root, "Idle")
    said = root.good("GET", f"/datasets/{made['uid']}/status")
    assert said["status"] == "idle" and said["is_published"] is False and said["records_errors"] == []


def test_19_2_03_a_value_is_read_from_its_template(root):
    made = make(root, "Values")
    assert root.good("GET", f"/datasets/{made['uid']}/metadata/default/")["title"]["value"] == "Values"
    assert root.good("GET", f"/datasets/{made['uid']}/metadata/")["default"]["title"]["value"] == "Values"
    root.bad("GET", f"/datasets/{made['uid']}/metadata/nothing/", status=404, code="not_found")
    root.bad("GET", f"/datasets/{made['uid']}/metadata/default/nothing/", status=404, code="not_found")


def test_19_2_04_one_value_is_set_and_published(root):
    uid = make(root, "Published values")["uid"]
    with_source(root, uid)
    assert root.good("POST", f"/datasets/{uid}/publish/")["detail"] == "ok"
    said = wait_idle(root, uid)
    assert said["status"] == "idle" and said["is_published"], said
    assert root.good("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "Parks"})["value"] == "Parks"
    explore = lambda: root.good("GET", "/catalog/datasets/published-values", base="/api/explore/v2.1")
    assert explore()["metas"]["default"]["publisher"] is None
    root.good("POST", f"/datasets/{uid}/publish_metadata/")
    assert wait_idle(root, uid)["status"] == "idle"
    assert explore()["metas"]["default"]["publisher"] == "Parks"
    rows = root.good("GET", "/catalog/datasets/published-values/records", base="/api/explore/v2.1")
    assert rows["total_count"] == 2 and rows["results"][0]["name"] in ("Oak", "Ash")
    # The date of change is the publisher's where nothing says that it follows changes.
    when = "2020-05-04T00:00:00+00:00"
    assert root.good("PUT", f"/datasets/{uid}/metadata/default/modified/", {"value": when})["value"] == when
    root.good("POST", f"/datasets/{uid}/publish_metadata/")
    assert wait_idle(root, uid)["status"] == "idle" and explore()["metas"]["default"]["modified"].startswith("2020-05-04")
    everything = root.good("GET", f"/datasets/{uid}/metadata/")
    assert root.good("PUT", f"/datasets/{uid}/metadata/", everything)["default"]["modified"]["value"] == when
    root.bad("PUT", f"/datasets/{uid}/metadata/default/modified/", {"value": "yesterday"}, code="validation_error")
    root.good("PUT", f"/datasets/{uid}/metadata/default/modified_updates_on_data_change/", {"value": True})
    root.bad("PUT", f"/datasets/{uid}/metadata/default/modified/", {"value": when}, code="validation_error")
    root.good("DELETE", f"/datasets/{uid}/metadata/default/modified/", status=204)
    # A published dataset keeps its identifier, and is unpublished on demand.
    root.bad("PUT", f"/datasets/{uid}/", {"dataset_id": "another-name"}, code="validation_error")
    root.good("POST", f"/datasets/{uid}/unpublish/")
    assert wait_idle(root, uid)["is_published"] is False
    root.bad("GET", "/catalog/datasets/published-values", base="/api/explore/v2.1", status=404)
    root.bad("POST", f"/datasets/{uid}/unpublish/", code="invalid_dataset_status")
    root.bad("POST", f"/datasets/{uid}/abort/", code="invalid_dataset_status")


def test_19_2_05_an_uploaded_file_becomes_the_source(root):
    uid = make(root, "Another file")["uid"]
    resource = with_source(root, uid)
    file = upload(root, uid, name="trees.csv", text="name;height\nElm;3\n")
    assert file["uid"] != "trees.csv" and file["is_complete"]
    changed = root.good("PUT", f"/datasets/{uid}/resources/{resource['uid']}/", {**resource, "datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}})
    assert changed["datasource"]["file"]["uid"] == file["uid"] and changed["uid"] == resource["uid"]
    got = root("GET", f"/datasets/{uid}/resources/files/{file['uid']}/download/")
    assert got.status_code == 200 and got.text == "name;height\nElm;3\n" and "attachment" in got.headers["Content-Disposition"]
    assert root.good("GET", f"/datasets/{uid}/resources/files/{file['uid']}/")["size"] == 18


def test_19_2_06_pages_are_followed_by_next(root):
    for i in range(5):
        make(root, f"Paged {i}")
    seen, url = [], f"{BASE}/datasets/?limit=2&sort=title&search=paged"
    while url:
        page = root.good("GET", url.split(".example", 1)[1] if "://" in url else url, base="")
        assert isinstance(page["total_count"], int)
        seen += [x["dataset_id"] for x in page["results"]]
        url = page["next"]
        assert url is None or ("limit=2" in url and "offset=" in url and "search=paged" in url)
    assert seen == sorted(set(seen)) and len(seen) == 5
    assert root.good("GET", "/datasets/?limit=0")["results"] == []
    back = root.good("GET", "/datasets/?limit=2&offset=2")["previous"]
    assert "offset=0" in back and "limit=2" in back
    root.bad("GET", "/datasets/?limit=1001")
    root.bad("GET", "/datasets/?offset=-1")
    root.bad("GET", "/datasets/?sort=colour")


def test_19_2_07_a_federated_source_has_parameters(root):
    uid = make(root, "From elsewhere")["uid"]
    body = {"type": "federated", "title": "There", "datasource": {"type": "federated", "domain": {"domain_id": "tags.example"}, "dataset": {"dataset_id": "x"},
                                                                 "parameters": {"refine.kind": "a"}}}
    made = root.good("POST", f"/datasets/{uid}/resources/", body, status=201)
    assert made["datasource"]["parameters"] == {"refine.kind": "a"} and made["origin"]["type"] == "federated"


def test_19_2_08_addresses_without_slash_and_schemes_in_any_case(world, root):
    uid = make(root, "Slashes")["uid"]
    for scheme in ("apikey", "Apikey", "ApiKey", "APIKEY"):
        assert Api(world, root.key, scheme).good("GET", f"/datasets/{uid}")["uid"] == uid
    nobody = Api(world, "")
    assert nobody.good("GET", f"/datasets/{uid}/?apikey={root.key}")["uid"] == uid
    assert nobody.good("PUT", f"/datasets/{uid}/metadata/default/publisher?apikey={root.key}", {"value": "x"})["value"] == "x"
    nobody.bad("GET", f"/datasets/{uid}", status=401)
    Api(world, "wrong").bad("GET", f"/datasets/{uid}", status=401)
    # The header wins.
    Api(world, "wrong").bad("GET", f"/datasets/{uid}?apikey={root.key}", status=401)


def test_19_2_09_what_is_only_read_is_passed_over_when_echoed(root):
    made = make(root, "Echo")
    echoed = root.good("PUT", f"/datasets/{made['uid']}/", {**made, "uid": "da_other", "created_at": "1999-01-01", "is_published": True})
    assert echoed["uid"] == made["uid"] and echoed["created_at"] == made["created_at"] and echoed["is_published"] is False
    assert echoed["metadata"] == made["metadata"]


def test_19_2_10_total_count_is_a_number(root):
    uid = make(root, "Numbers")["uid"]
    for path in ("/datasets/", f"/datasets/{uid}/fields/", f"/datasets/{uid}/processors/", f"/datasets/{uid}/resources/", f"/datasets/{uid}/versions/",
                 f"/datasets/{uid}/schedules/", f"/datasets/{uid}/attachments/", f"/datasets/{uid}/alternative_exports/", f"/datasets/{uid}/security/users/",
                 f"/datasets/{uid}/security/groups/", f"/datasets/{uid}/feedbacks/", f"/datasets/{uid}/resources/files/", "/datasource_connections/"):
        page = root.good("GET", path)
        assert type(page["total_count"]) is int and isinstance(page["results"], list) and {"next", "previous"} <= set(page), path
    for path in ("/datasets/", f"/datasets/{uid}/feedbacks/", "/datasource_connections/"):
        assert root.bad("GET", path + "?sort=nothing", code="validation_error")["detail"].keys() == {"sort"}
        assert root.good("GET", path + "?sort=-created_at")["results"] is not None


# --- datasets --------------------------------------------------------------------------------------------------------------


def test_identifiers_are_made_of_titles_and_never_taken_twice(root):
    first, second = make(root, "My dataset title"), make(root, "My dataset title")
    assert first["dataset_id"] == "my-dataset-title" and second["dataset_id"] != first["dataset_id"]
    assert root.bad("POST", "/datasets/?strict=true", {"dataset_id": "my-dataset-title", "metadata": {}}, code="validation_error")["detail"]["dataset_id"]
    assert "is free" in root.bad("PUT", f"/datasets/{second['uid']}/", {"dataset_id": "my-dataset-title"})["detail"]["dataset_id"][0]
    assert root.good("PUT", f"/datasets/{second['uid']}/", {"dataset_id": "its-own-name"})["dataset_id"] == "its-own-name"
    untitled = root.good("POST", "/datasets/", {"metadata": {}}, status=201)
    assert untitled["dataset_id"] == untitled["uid"]


def test_faults_stand_at_their_place(root):
    uid = make(root, "Faults")["uid"]
    said = root.bad("POST", f"/datasets/{uid}/processors/", {"type": "no_such"}, code="validation_error")
    assert "type" in json.dumps(said["detail"])
    said = root.bad("PUT", f"/datasets/{uid}/metadata/", {"default": {"title": {"value": 5}, "nothing": {"value": 1}}}, code="validation_error")
    assert said["detail"]["metadata"]["default"]["nothing"], said
    said = root.bad("PUT", f"/datasets/{uid}/metadata/default/timezone/", {"value": "Mars/Olympus"}, code="validation_error")
    assert list(said["detail"]) == ["value"], said
    facet = {"field_name": "name", "facetsort": "-count", "disjunctive": True}
    for path, good, wrong in (("asset_content_configuration/facets", [facet], ([{**facet, "facetsort": "size"}], [{"facetsort": "count"}], [5])),
                              ("asset_content_configuration/records_search_boosts", {"name": 2, "height": 0}, ({"name": -1}, {"name": "much"}, {"name": 1.5})),
                              ("visualization/calendar_default_view", "week", ("decade",)), ("visualization/calendar_available_views", "month,day", ("month,decade",)),
                              ("visualization/custom_view_slug", "at-a-glance", ("At a glance", "a/b")), ("visualization/calendar_event_color", "#1f5a7a", ("red",))):
        assert root.good("PUT", f"/datasets/{uid}/metadata/{path}/", {"value": good})["value"] == good
        for value in wrong:
            assert list(root.bad("PUT", f"/datasets/{uid}/metadata/{path}/", {"value": value}, code="validation_error")["detail"]) == ["value"], (path, value)
        assert root.good("GET", f"/datasets/{uid}/metadata/{path}/")["value"] == good
    assert root("PUT", f"/datasets/{uid}/", data="{", headers={"Content-Type": "application/json"}).status_code == 400
    root.bad("POST", f"/datasets/{uid}/resources/", {"type": "no_such", "datasource": {"type": "uploaded_file", "file": {"uid": "none.csv"}}})


def test_a_refused_change_of_a_dataset_is_refused_whole(root):
    uid = make(root, "Whole")["uid"]
    with_source(root, uid)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    before, count = root.good("GET", f"/datasets/{uid}/"), root.good("GET", f"/datasets/{uid}/versions/")["total_count"]
    for body in ({"dataset_id": "other", "metadata": {}}, {"metadata": {}, "default_security": {"filter_query": "height >"}}, {"metadata": {}, "is_restricted": "yes"},
                 {"dataset_id": "other", "is_restricted": True, "metadata": {"default": {"title": {"value": "Other"}}}}, {"metadata": {}, "default_security": {"is_data_visible": "no"}}):
        root.bad("PUT", f"/datasets/{uid}/", body, code="validation_error")
        assert root.good("GET", f"/datasets/{uid}/") == before, body
    assert root.good("GET", f"/datasets/{uid}/versions/")["total_count"] == count
    total = root.good("GET", "/datasets/?limit=0")["total_count"]
    root.bad("POST", "/datasets/", {"metadata": {}, "default_security": {"is_data_visible": "no"}}, code="validation_error")
    assert root.good("GET", "/datasets/?limit=0")["total_count"] == total
    # A connection that came with a source goes with it.
    count = root.good("GET", "/datasource_connections/")["total_count"]
    source = {"type": "http", "connection": {"type": "http", "url": "https://data.town.example/", "auth": {"type": "basic_auth", "username": "a", "password": "secret"}}, "relative_url": "x.csv"}
    root.bad("POST", f"/datasets/{uid}/resources/", {"type": "no_such", "datasource": source})
    assert root.good("GET", "/datasource_connections/")["total_count"] == count


def test_values_are_checked_when_they_are_given(root):
    uid = make(root, "Checked")["uid"]
    with_source(root, uid)
    for name, value in (("theme_id", ["zzz"]), ("license_id", "zzz"), ("theme_id", 5), ("license_id", ["x"])):
        root.bad("PUT", f"/datasets/{uid}/metadata/internal/{name}/", {"value": value}, code="validation_error")
        root.bad("PUT", f"/datasets/{uid}/metadata/", {"internal": {name: {"value": value}}}, code="validation_error")
    root.good("PUT", f"/datasets/{uid}/metadata/default/theme/", {"value": ["Of nobody's list"]})
    assert root.good("PUT", f"/datasets/{uid}/metadata/internal/theme_id/", {"value": ["Of nobody's list"]})["value"] == ["Of nobody's list"]
    # What is known of the columns: from the list itself, and of what is published.
    rename = lambda of, to, status=201: root("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": of, "to_name": to}).status_code == status
    assert rename("name", "tree") and rename("height", "tree", 400)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["is_published"]
    assert "already" in json.dumps(root.bad("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "tree", "to_name": "height"})["detail"])
    assert rename("height", "size") and rename("tree", "height")


def test_markup_of_descriptions_leaves_without_what_acts(root):
    uid = make(root, "Markup")["uid"]
    with_source(root, uid)
    html = '<p onclick="alert(1)">Trees<script>alert(1)</script><img src="https://isoc.example/x.png" onerror="alert(1)"><a href="javascript:alert(1)">here</a></p>'
    root.good("PUT", f"/datasets/{uid}/metadata/default/description/", {"value": html})
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["is_published"]
    for path, base in (("/catalog/datasets/markup", "/api/explore/v2.1"), ("/catalog/exports/json", "/api/explore/v2.1"), ("/catalog/exports/dcat", "/api/explore/v2.1"),
                       ("/search/?q=markup", "/api/datasets/1.0")):
        text = root("GET", path, base=base).text
        assert "Trees" in text and not re.search("alert|onclick|javascript", text), (path, text[:500])
    assert root.good("GET", "/catalog/datasets/markup", base="/api/explore/v2.1")["metas"]["default"]["description"] == '<p>Trees<img src="https://isoc.example/x.png"><a>here</a></p>'


def test_a_dataset_of_many_files_is_read(root):
    uid = make(root, "Many files")["uid"]
    for i in range(12):
        with_source(root, uid, name=f"part{i}.csv")
    root.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(root, uid)
    assert said["status"] == "idle" and said["params"]["records_count"] == 24, said


def test_a_copy_has_its_own_uids_and_a_deleted_dataset_is_gone(root):
    uid = make(root, "Original")["uid"]
    field = root.good("POST", f"/datasets/{uid}/fields/", {"type": "description", "field": "name", "description": "What it is called"}, status=201)
    copy = root.good("POST", f"/datasets/{uid}/copy/", status=201)
    assert copy["uid"] != uid and copy["is_published"] is False and copy["metadata"]["default"]["title"]["value"] == "Original (2)"
    copied = root.good("GET", f"/datasets/{copy['uid']}/fields/")["results"]
    assert copied[0]["description"] == field["description"] and copied[0]["uid"] != field["uid"]
    assert root.good("DELETE", f"/datasets/{copy['uid']}/", status=204) is None
    root.bad("GET", f"/datasets/{copy['uid']}/", status=404, code="not_found")
    assert copy["dataset_id"] not in [x["dataset_id"] for x in root.good("GET", "/datasets/?limit=1000")["results"]]


def test_fields_and_processors_are_appended_replaced_and_taken_away(root):
    uid = make(root, "Items")["uid"]
    for path, one, other in (("fields", {"type": "rename", "from_name": "a", "to_name": "b", "field_label": "B"}, {"type": "delete", "field": "c"}),
                             ("processors", {"type": "string_replace", "label": "x", "field": "a", "old": "1", "new": "2"},
                              {"name": "string_replace", "label": "y", "args": {"field": "a", "old": "3", "new": "4"}})):
        base = f"/datasets/{uid}/{path}/"
        first, second = root.good("POST", base, {**one, "uid": "pr_mine"}, status=201), root.good("POST", base, other, status=201)
        assert first["uid"].startswith("pr_") and first["uid"] != "pr_mine" and first["type"] == one["type"]
        assert [x["uid"] for x in root.good("GET", base)["results"]] == [first["uid"], second["uid"]]
        assert root.good("GET", base + "?limit=1")["next"]
        if path == "processors":
            assert second["type"] == "string_replace" and second["old"] == "3"
        again = root.good("PUT", base + first["uid"] + "/", {**one, "label": "changed"})
        assert again["uid"] == first["uid"] and again["label"] == "changed" and root.good("GET", base + first["uid"])["label"] == "changed"
        root.good("DELETE", base + first["uid"] + "/", status=204)
        root.bad("GET", base + first["uid"], status=404, code="not_found")
        root.bad("PUT", base + first["uid"], one, status=404)
        root.bad("DELETE", base + first["uid"], status=404)
        root.bad("POST", base, [1])


def test_every_processor_and_extractor_is_listed_with_its_parameters(root):
    found = {x["type"]: x for x in root.good("GET", "/processors/")}
    assert "string_replace" in found and all(x["label"] and x["description"] and x["family"] for x in found.values())
    assert {"field", "old", "new"} <= {p["name"] for p in found["string_replace"]["parameters"]}
    extractors = {x["type"] for x in root.good("GET", "/extractors/")}
    assert "csvfile" in extractors


def test_a_source_is_looked_at_before_it_is_saved(root):
    uid = make(root, "Preview")["uid"]
    resource = with_source(root, uid)
    seen = root.good("GET", f"/datasets/{uid}/resources/{resource['uid']}/preview/")
    assert [f["name"] for f in seen["fields"]] == ["name", "height"] and seen["records"][0]["name"] == "Oak"
    source = {"datasource": resource["datasource"]}
    assert root.good("POST", f"/datasets/{uid}/resources/preview/", {**source, "type": "csvfile"})["records"]
    assert root.good("GET", f"/datasets/{uid}/resources/{resource['uid']}/guess_extractors/")[0]["type"] == "csvfile"
    assert root.good("POST", f"/datasets/{uid}/resources/guess_extractors/", source)[0]["type"] == "csvfile"
    assert root.good("POST", f"/datasets/{uid}/resources/guess_extractor_params/", {**source, "type": "csvfile"})["params"]["separator"] == ";"
    assert root.good("GET", f"/datasets/{uid}/resources/{resource['uid']}/guess_extractors_params/")["extractor"] == "csvfile"
    root.bad("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile"})
    root.bad("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": {"type": "uploaded_file", "file": {"uid": "none.csv"}}})
    root.bad("GET", f"/datasets/{uid}/resources/re_none/preview/", status=404)
    assert root("POST", f"/datasets/{uid}/resources/{resource['uid']}/clean_cache/").status_code == 204


def test_an_upload_goes_on_after_a_break(root):
    uid = make(root, "Pieces")["uid"]
    begun = root.good("POST", f"/datasets/{uid}/resources/files/", {"filename": "Big file.csv", "size": 10}, status=201)
    assert begun["size"] == 0 and not begun["is_complete"]
    path = f"/datasets/{uid}/resources/files/{begun['uid']}/"
    assert root.good("PUT", path, data=b"a;b\n1", headers={"Content-Range": "bytes 0-4/10"})["size"] == 5
    assert "byte 5" in root.bad("PUT", path, data=b"a;b\n1", headers={"Content-Range": "bytes 0-4/10"}, status=409)["message"]
    assert root.good("GET", path)["size"] == 5
    assert root.good("PUT", path + "?offset=5&size=10", data=b";2\n3;")["is_complete"]
    root.bad("PUT", path, data=b"x", headers={"Content-Range": "lines 1"})
    root.bad("POST", f"/datasets/{uid}/resources/files/", data="x", headers={"Content-Type": "text/csv"})
    root.bad("POST", f"/datasets/{uid}/resources/files/", {"filename": "big.csv", "size": 1 << 50}, status=413)


def test_a_dataset_whose_records_are_all_pushed_begins_with_an_example(world, root):
    uid = make(root, "Levels")["uid"]
    feed = root.good("POST", f"/datasets/{uid}/resources/", {"type": "realtime", "title": "Gauges"}, status=201)["uid"]
    root.good("POST", f"/datasets/{uid}/publish/")
    assert "give an example of one" in wait_idle(root, uid)["message"]
    for wrong, word in (("{", "not JSON"), ("7", "as a JSON object"), ("[]", "as a JSON object"), ('[{"a":1}, 2]', "as a JSON object")):
        said = root.bad("PUT", f"/datasets/{uid}/resources/{feed}/", {"type": "realtime", "title": "Gauges", "params": {"bootstrap": wrong}})
        assert word in said["message"] and "params" in str(said["detail"]), said
    example = {"gauge": "Quay", "at": "2024-05-31T12:00:00Z", "level": 1.25, "place": "48.85, 2.35"}
    root.good("PUT", f"/datasets/{uid}/resources/{feed}/", {"type": "realtime", "title": "Gauges", "params": {"bootstrap": json.dumps(example)}})
    seen = root.good("GET", f"/datasets/{uid}/resources/{feed}/preview/")
    assert {f["name"]: f["type"] for f in seen["fields"]} == {"gauge": "text", "at": "datetime", "level": "double", "place": "geo_point_2d"} and len(seen["records"]) == 1
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "annotate", "field": "gauge", "annotation": "id"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(root, uid)
    assert said["status"] == "idle" and said["params"]["records_count"] == 0, said
    records = lambda: root("GET", "/catalog/datasets/levels/records", base="/api/explore/v2.1").json()
    assert records() == {"total_count": 0, "results": []}
    url = root.good("POST", f"/datasets/{uid}/resources/{feed}/enable/")["url"]
    path = url[url.index("/api/push/"):]
    for level in (1.5, 2.5):
        assert root("POST", path, {**example, "level": level}, base="").json()["status"] == "OK"
    end = time.monotonic() + 10
    while [r["level"] for r in records()["results"]] != [2.5] and time.monotonic() < end:
        time.sleep(0.1)
    assert [(r["gauge"], r["level"]) for r in records()["results"]] == [("Quay", 2.5)]
    # Publishing again changes what is said of it, and keeps what was pushed.
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "description", "field": "level", "description": "In metres"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["status"] == "idle"
    assert records()["results"][0]["level"] == 2.5
    assert "In metres" in root("GET", "/catalog/datasets/levels", base="/api/explore/v2.1").text


def test_texts_with_decimal_commas_are_no_places(root):
    uid = make(root, "Prices")["uid"]
    source = {"type": "uploaded_file", "file": {"uid": upload(root, uid, "prices.json", json.dumps([{"price": "12,5", "at": "48,2"}, {"price": "45,80", "at": "48.5,2.25"}]))["uid"]}}
    seen = root.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "jsonfile", "datasource": source})
    assert {f["name"]: f["type"] for f in seen["fields"]} == {"price": "text", "at": "geo_point_2d"}
    root.good("POST", f"/datasets/{uid}/resources/", {"type": "jsonfile", "title": "p", "datasource": source}, status=201)
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "type", "field": "price", "type_param": "double"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["records_errors_count"] == 0
    assert [r["price"] for r in root("GET", "/catalog/datasets/prices/records", base="/api/explore/v2.1").json()["results"]] == [12.5, 45.8]


def test_files_of_other_datasets_are_out_of_reach(root):
    uid, other = make(root, "Own file")["uid"], make(root, "Others file")["uid"]
    file = upload(root, uid)
    root.bad("GET", f"/datasets/{other}/resources/files/{file['uid']}/", status=404)
    root.bad("GET", f"/datasets/{other}/resources/files/{file['uid']}/download/", status=404)
    root.bad("POST", f"/datasets/{other}/resources/", {"type": "csvfile", "datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}})


# --- two editors, and requests sent twice --------------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told(root):
    uid = make(root, "Two editors")["uid"]
    seen = root("GET", f"/datasets/{uid}/").headers["ETag"]
    path = f"/datasets/{uid}/metadata/default/publisher/"
    root.good("PUT", path, {"value": "First"}, headers={"If-Match": seen})
    root.bad("PUT", path, {"value": "Second"}, headers={"If-Match": seen}, status=412, code="precondition_failed")
    assert root.good("GET", path)["value"] == "First"
    again = root("GET", f"/datasets/{uid}/")
    assert root("GET", f"/datasets/{uid}/", headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
    root.good("PUT", path, {"value": "Second"}, headers={"If-Match": again.headers["ETag"]})


def test_a_request_sent_twice_is_done_once(world, root, ada):
    body, sent = {"metadata": {"default": {"title": {"value": "Once"}}}}, {"Idempotency-Key": "a1"}
    first = root.good("POST", "/datasets/", body, headers=sent, status=201)
    second = root.good("POST", "/datasets/", body, headers=sent, status=201)
    assert first == second
    assert root.good("GET", "/datasets/?search=once")["total_count"] == 1
    root.bad("POST", "/datasets/", {"metadata": {}}, headers=sent, status=422)
    # Somebody else's key of the same spelling is another one; and so is yesterday's.
    assert ada.good("POST", "/datasets/", body, headers=sent, status=201)["uid"] != first["uid"]
    world.advance(86400 + 60)
    assert root.good("POST", "/datasets/", body, headers=sent, status=201)["uid"] != first["uid"]


def test_what_failed_may_be_sent_again_with_its_key(root):
    sent = {"Idempotency-Key": "b1"}
    uid = make(root, "Again")["uid"]
    bad = root.bad("POST", f"/datasets/{uid}/schedules/", {"cron_schedule": "nonsense"}, headers=sent)
    assert root.bad("POST", f"/datasets/{uid}/schedules/", {"cron_schedule": "nonsense"}, headers=sent) == bad
    root.bad("POST", "/datasets/da_none/copy/", headers={"Idempotency-Key": "c1"}, status=404)


# --- metadata -------------------------------------------------------------------------------------------------------------------


def test_metadata_are_replaced_set_and_reset(root):
    uid = make(root, "Metadata")["uid"]
    base = f"/datasets/{uid}/metadata"
    root.good("PUT", base + "/default/", {"title": {"value": "New"}, "keyword": {"value": ["a", "b"]}})
    assert root.good("GET", base + "/default/keyword")["value"] == ["a", "b"]
    root.good("PUT", base + "/default/", {"title": {"value": "New"}})
    assert root.good("GET", base + "/default/keyword")["value"] is None
    root.good("PUT", base + "/default/keyword/", {"value": ["c"]})
    root.good("PUT", base + "/", {"default": {"title": {"value": "Newer"}}})
    whole = root.good("GET", base)
    assert whole["default"]["title"]["value"] == "Newer" and whole["default"]["keyword"]["value"] is None
    root.good("PUT", base + "/default/publisher", {"value": "P"})
    assert root("DELETE", base + "/default/publisher/").status_code == 204
    assert root.good("GET", base + "/default/publisher")["value"] is None
    root.bad("PUT", base + "/default/keyword", {"value": {"no": 1}}, code="validation_error")


def test_each_language_has_its_value_and_keeps_it(root):
    uid = make(root, "Languages")["uid"]
    path = f"/datasets/{uid}/metadata/default/title/"
    root.good("PUT", path + "?lang=fr", {"value": "Langues"})
    assert root.good("GET", path)["value"] == "Languages" and root.good("GET", path + "?lang=fr")["value"] == "Langues"
    assert root.good("GET", path)["translations"] == {"en": "Languages", "fr": "Langues"}
    whole = root.good("GET", f"/datasets/{uid}/metadata/")
    root.good("PUT", f"/datasets/{uid}/metadata/", whole)
    assert root.good("GET", path)["translations"] == {"en": "Languages", "fr": "Langues"}


def test_themes_and_licence_have_two_names(root):
    uid = make(root, "Two names")["uid"]
    base = f"/datasets/{uid}/metadata"
    root.good("PUT", base + "/default/theme/", {"value": ["Health"]})
    ids = root.good("GET", base + "/internal/theme_id")["value"]
    assert len(ids) == 1
    root.good("PUT", base + "/internal/theme_id/", {"value": ids})
    assert root.good("GET", base + "/default/theme")["value"] == ["Health"]
    root.good("PUT", base + "/", {"default": {"title": {"value": "x"}}, "internal": {"theme_id": {"value": ids}}})
    assert root.good("GET", base + "/default/theme")["value"] == ["Health"]


# --- versions, schedules, files beside ------------------------------------------------------------------------------------------------


def test_versions_say_what_changed_and_can_be_gone_back_to(root):
    uid = make(root, "History")["uid"]
    root.good("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "A"})
    root.good("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "B"})
    versions = root.good("GET", f"/datasets/{uid}/versions/")["results"]
    assert len(versions) == 3 and not versions[0]["can_restore"] and versions[1]["can_restore"]
    assert versions[0]["created_by"]["username"] == ROOT_USER and versions[0]["sections"] == ["metadata"]
    change = versions[0]["diff"]["metadata"][0]
    assert change["old_value"] == "A" and change["new_value"] == "B" and change["operation_type"] == "update"
    back = root.good("POST", f"/datasets/{uid}/versions/{versions[1]['uid']}/restore/")
    assert back["metadata"]["default"]["publisher"]["value"] == "A"
    assert len(root.good("GET", f"/datasets/{uid}/versions/")["results"]) == 4
    assert root.good("GET", f"/datasets/{uid}/versions/{versions[2]['uid']}")["uid"] == versions[2]["uid"]
    root.bad("POST", f"/datasets/{uid}/versions/ch_none/restore/", status=404)


def test_schedules_are_cron_texts(root):
    uid = make(root, "Scheduled")["uid"]
    base = f"/datasets/{uid}/schedules/"
    made = root.good("POST", base, {"cron_schedule": "0 4 * * *"}, status=201)
    assert made["uid"].startswith("sc_") and made["timezone"] and made["next_run_at"]
    assert root.good("PUT", base + made["uid"], {"cron_schedule": "0 5 * * 1"})["cron_schedule"] == "0 5 * * 1"
    assert root.good("GET", base)["total_count"] == 1 and root.good("GET", base + made["uid"])["cron_schedule"] == "0 5 * * 1"
    assert root.bad("POST", base, {"cron_schedule": "61 * * * *"}, code="validation_error")["detail"]["cron_schedule"]
    root.bad("POST", base, {})
    assert root("DELETE", base + made["uid"]).status_code == 204
    root.bad("GET", base + made["uid"], status=404)


def test_attachments_and_alternative_exports(root):
    uid = make(root, "Beside")["uid"]
    base = f"/datasets/{uid}/attachments/"
    made = root.good("POST", base, files={"file": ("notice.txt", b"Read me")}, status=201)
    assert made["uid"].startswith("at_") and root.good("GET", base)["total_count"] == 1
    assert root("GET", base + made["uid"] + "/download/").content == b"Read me"
    assert root("DELETE", base + made["uid"]).status_code == 204
    root.bad("GET", base + made["uid"], status=404)
    base = f"/datasets/{uid}/alternative_exports/"
    made = root.good("POST", base, data={"title": "As text", "type": "uploaded_file", "description": "d"}, files={"file": ("all.txt", b"all of it")}, status=201)
    assert made["uid"].startswith("ae_") and made["title"] == "As text" and made["type"] == "uploaded_file"
    assert root.good("PUT", base + made["uid"], {"title": "Renamed", "type": "uploaded_file"})["title"] == "Renamed"
    assert root.good("GET", base + made["uid"])["description"] == "d"
    assert root("GET", base + made["uid"] + "/download/").content == b"all of it"
    root.bad("POST", base, files={"file": ("all.txt", b"x")})
    assert root("DELETE", base + made["uid"]).status_code == 204


# --- the older API, and the description ------------------------------------------------------------------------------------------------


def test_the_older_addresses_do_the_same(root):
    uid = make(root, "Older")["uid"]
    v2 = "/api/management/v2"
    assert root.good("PUT", f"/datasets/{uid}/metadata/default/publisher", {"value": "Old"}, base=v2)["value"] == "Old"
    assert root.good("GET", f"/datasets/{uid}/status", base=v2)["status"] == "idle"
    with_source(root, uid)
    root.good("PUT", f"/datasets/{uid}/publish", base=v2)
    assert wait_idle(root, uid)["is_published"]
    root.good("PUT", f"/datasets/{uid}/unpublish/", base=v2)
    assert wait_idle(root, uid)["is_published"] is False


def test_the_description_names_every_operation(world, root):
    said = Api(world, "").good("GET", "/openapi.json")
    assert said["openapi"] == "3.1.0"
    operations = [o["operationId"] for path in said["paths"].values() for o in path.values()]
    assert len(operations) == len(set(operations)) > 90
    assert set(said["paths"]["/datasets/{uid}/"]) == {"get", "put", "delete"}
    names = set(said["components"]["schemas"])
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(said))) <= names
    root.bad("GET", "/no/such/address", status=404, code="not_found")


def test_a_session_needs_a_token_and_a_page_of_this_portal(world):
    made = session(world, ADA)
    c = world.client(HOST)
    c.jar["sessionid"] = made if isinstance(made, str) else made["id"] if "id" in made else made["sessionid"]
    assert c.get(f"{BASE}/datasets/").status_code == 200
    body = {"metadata": {"default": {"title": {"value": "By session"}}}}
    assert c.request("POST", f"{BASE}/datasets/", json=body).status_code == 403
    token = c.token()
    good = c.request("POST", f"{BASE}/datasets/", json=body, headers={"X-CSRFToken": token})
    assert good.status_code == 201, good.text
    assert c.request("POST", f"{BASE}/datasets/", json=body, headers={"X-CSRFToken": token, "Origin": "https://elsewhere.example"}).status_code == 403


def test_what_came_by_command_line_is_the_truth_and_can_be_undone(world, root, tmp_path):
    uid = make(root, "Two ways")["uid"]
    mine = with_source(root, uid)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["is_published"]
    (tmp_path / "other.csv").write_text("name;height\nElm;3\n")
    stoa(world.data, "publish", tmp_path / "other.csv", "--portal", HOST, "--id", "two-ways", "--replace")
    resources = root.good("GET", f"/datasets/{uid}/resources/")["results"]
    assert [r["datasource"]["type"] for r in resources] == ["published"]
    versions = root.good("GET", f"/datasets/{uid}/versions/")["results"]
    assert versions[0]["action"] == "command line" and versions[0]["created_by"] is None
    root.good("POST", f"/datasets/{uid}/versions/{versions[1]['uid']}/restore/")
    assert root.good("GET", f"/datasets/{uid}/resources/")["results"][0]["uid"] == mine["uid"]


def test_a_dataset_that_came_by_command_line_has_a_configuration(world, root, tmp_path):
    (tmp_path / "shops.csv").write_text("code;open\n01;2024-01-05\n02;2024-01-06\n")
    stoa(world.data, "publish", tmp_path / "shops.csv", "--portal", HOST, "--id", "shops", "--title", "Shops")
    found = root.good("GET", "/datasets/?dataset_id=shops")["results"][0]
    assert found["is_published"] and found["metadata"]["default"]["title"]["value"] == "Shops"
    types = {f["field"]: f["type_param"] for f in root.good("GET", f"/datasets/{found['uid']}/fields/?limit=100")["results"] if f["type"] == "type"}
    assert types == {"code": "text", "open": "date"}
    root.good("PUT", f"/datasets/{found['uid']}/metadata/default/publisher/", {"value": "Town"})
    root.good("POST", f"/datasets/{found['uid']}/publish/")
    said = wait_idle(root, found["uid"])
    assert said["status"] == "idle", said
    rows = root.good("GET", "/catalog/datasets/shops/records", base="/api/explore/v2.1")
    assert sorted(r["code"] for r in rows["results"]) == ["01", "02"]


# --- what is wrong, and what comes of it: one row of the specification's table each ------------------------------------------------------

def test_bad_input_a_file_that_is_too_large_is_refused_before_it_comes_with_the_limit(root):
    uid = make(root, "Too large")["uid"]
    said = root.bad("POST", f"/datasets/{uid}/resources/files/", {"filename": "big.csv", "size": 1 << 50}, status=413)
    assert re.search(r"\d+ ?(MB|GB|MiB|GiB|bytes)", said["message"]), said


def test_bad_input_a_format_nobody_can_guess_has_an_empty_preview_and_may_be_chosen(root):
    uid = make(root, "Riddle")["uid"]
    file = root.good("POST", f"/datasets/{uid}/resources/files/", files={"file": ("riddle.bin", bytes(range(256)) * 40)}, status=201)
    source = {"datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}}
    assert root.good("POST", f"/datasets/{uid}/resources/guess_extractors/", source) == []
    page = make(root, "Page")["uid"]
    file = upload(root, page, "page.csv", "<html><body><table><tr><td>a<td>b<tr><td>1<td>2</table></body></html>")
    source = {"datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}, "type": "html"}
    assert root.good("POST", f"/datasets/{page}/resources/preview/", source)["records"] == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("kind,params,word", [("csvfile", {"encoding": "klingon"}, "an encoding that is known"), ("csvfile", {"separator": "ab"}, "must be one of"),
                                              ("csvfile", {"escapechar": "ab"}, "one sign"), ("csvfile", {"first_row_no": "x"}, "a whole number"), ("csvfile", {"sheet": 1}, "has no parameter"),
                                              ("geojson", {"epsg": 999999}, "the EPSG number"), ("spreadsheet", {}, "no extractor")])
def test_bad_input_how_a_source_is_read_is_checked_before_it_is_saved(root, kind, params, word):
    uid = make(root, "Reading")["uid"]
    source = {"type": "uploaded_file", "file": {"uid": upload(root, uid)["uid"]}}
    assert word in root.bad("POST", f"/datasets/{uid}/resources/preview/", {"type": kind, "params": params, "datasource": source})["message"]
    assert word in root.bad("POST", f"/datasets/{uid}/resources/", {"type": kind, "title": "x", "params": params, "datasource": source})["message"]
    for params in ({"encoding": "Latin 1"}, {"encoding": "CP-1252"}, {"encoding": "iso-8859-15"}, {"escapechar": "\\"}, {"separator": "tab"}):
        assert "records" in root.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "params": params, "datasource": source})


def test_a_dataset_has_500_fields_at_most_unless_some_are_discarded(root):
    uid = make(root, "Wide")["uid"]
    with_source(root, uid, text=";".join(f"c{i}" for i in range(502)) + "\n" + ";".join("1" for _ in range(502)) + "\n")
    root.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(root, uid)
    assert said["status"] == "error" and "502 fields; a dataset has at most 500" in said["message"], said
    for name in ("c7", "c8"):
        root.good("POST", f"/datasets/{uid}/fields/", {"type": "delete", "field": name}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["status"] == "idle"


def test_bad_input_the_identifier_of_a_published_dataset_stays(root):
    uid = make(root, "Stays")["uid"]
    with_source(root, uid)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    assert "dataset_id" in json.dumps(root.bad("PUT", f"/datasets/{uid}/", {"dataset_id": "moved-away"}))


@pytest.mark.parametrize("processor, word", [
    ({"type": "regexp_replace", "field": "name", "regexp": "(", "new": "x"}, "regexp"),
    ({"type": "expression", "expression": "=1 +", "output_field": "x"}, "expression"),
    ({"type": "create_geopoint", "latitude": "height", "longitude": "height", "epsg": 1, "output_field": "p"}, "epsg"),
    ({"type": "date_normalizer", "field": "name", "output_field": "d", "pattern": "%Q"}, "pattern")])
def test_bad_input_a_processor_that_cannot_be_is_flagged_and_nothing_is_published(root, processor, word):
    uid = make(root, "Bad step")["uid"]
    with_source(root, uid)
    said = root("POST", f"/datasets/{uid}/processors/", processor)
    assert said.status_code == 400 and word in said.text, said.text


def test_bad_input_addresses_and_schedules_are_told_at_their_field(root):
    uid = make(root, "Bad places")["uid"]
    said = root.bad("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "datasource": {"type": "http", "connection": {"type": "http", "url": "ftp//x"}}})
    assert "url" in json.dumps(said)
    with_source(root, uid)
    assert "cron" in json.dumps(root.bad("POST", f"/datasets/{uid}/schedules/", {"cron_schedule": "61 * * * *"}))
