"""The management API as programs use it without asking first: what they echo, send twice, send at once, and what they are told of a source."""
import socket
import threading

import pytest
import requests

from probe import ROOT_USER
from test_manage_datasets import HOST, Api, key_of, make, upload, wait_idle, with_source


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


def of_file(uid, kind="csvfile", **params):
    return {"type": kind, "params": params, "datasource": {"type": "uploaded_file", "file": {"uid": uid}}}


@pytest.mark.parametrize("kind, name, text, words", [
    ("xmlfile", "a.xml", "<a><b>", "well-formed"),
    ("csvfile", "a.csv", "", None),
    ("excel", "b.csv", "a;b\n1;2\n", None),
])
def test_a_source_that_cannot_be_read_has_no_preview(root, kind, name, text, words):
    uid = make(root)["uid"]
    file = upload(root, uid, name=name, text=text)["uid"]
    said = root.bad("POST", f"/datasets/{uid}/resources/preview/", of_file(file, kind), code="bad_source")
    assert words is None or words in said["message"], said
    saved = root.good("POST", f"/datasets/{uid}/resources/", of_file(file, kind), status=201)["uid"]
    assert root.bad("GET", f"/datasets/{uid}/resources/{saved}/preview/", code="bad_source")["message"] == said["message"]


def test_a_connection_that_comes_back_as_it_was_read(root):
    made = root.good("POST", "/datasource_connections/", {"type": "http", "url": "https://data.example.org/"}, status=201)
    at = f"/datasource_connections/{made['uid']}/"
    root.good("PUT", at, {**made, "can_manage": False, "dataset_count": 7})
    answer = root("GET", at)
    for name in made:
        assert answer.text.count(f'"{name}":') == 1, (name, answer.text)
    assert {**answer.json(), "updated_at": None} == {**made, "updated_at": None} and list(answer.json()) == list(made)


def test_who_asks_first_how_long_an_export_is_is_not_told_nothing(world, root):
    uid = make(root, "Heads")["uid"]
    with_source(root, uid)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    name = root.good("GET", f"/datasets/{uid}/")["dataset_id"]
    for base, path in (("/api/explore/v2.1", f"/catalog/datasets/{name}/exports/csv"), ("/api/explore/v2.1", f"/catalog/datasets/{name}/exports/json"),
                       ("/api/explore/v2.1", "/catalog/exports/csv"), ("/api/records/1.0", f"/download/?dataset={name}"), ("", f"/explore/dataset/{name}/download/?format=csv")):
        head, got = root("HEAD", path, base=base), root("GET", path, base=base)
        assert head.status_code == got.status_code == 200 and not head.content and got.content, path
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers.get("Content-Length") in (None, str(len(got.content))), (path, head.headers)
    # Nothing of a body comes, which a kept connection would read as the beginning of the next answer.
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=10) as s:
        s.sendall(f"HEAD /api/explore/v2.1/catalog/datasets/{name}/exports/csv HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n".encode())
        raw = b"".join(iter(lambda: s.recv(65536), b""))
    assert raw.startswith(b"HTTP/1.1 200") and raw.endswith(b"\r\n\r\n") and raw.count(b"\r\n\r\n") == 1 and b"chunked" not in raw, raw
    with requests.Session() as kept:
        for _ in range(3):
            for method in ("HEAD", "GET"):
                answer = kept.request(method, f"http://127.0.0.1:{world.server.port}/api/explore/v2.1/catalog/datasets/{name}/exports/csv", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
                assert answer.status_code == 200 and bool(answer.content) == (method == "GET")


def at_once(calls):
    answers = [None] * len(calls)

    def ask(i):
        answers[i] = calls[i]()
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def test_changes_at_once_are_all_made(root):
    uid = make(root)["uid"]
    steps = [{"type": "expression", "label": f"step {i}", "output_field": f"f{i}", "expression": str(i)} for i in range(12)]
    answers = at_once([lambda b=b: root("POST", f"/datasets/{uid}/processors/", b) for b in steps])
    assert [a.status_code for a in answers] == [201] * 12, [a.text for a in answers if a.status_code != 201]
    assert {p["label"] for p in root.good("GET", f"/datasets/{uid}/processors/?limit=50")["results"]} == {b["label"] for b in steps}
    names = ("publisher", "description", "references", "keyword")
    values = {"publisher": "Town", "description": "<p>All</p>", "references": "https://example.org/", "keyword": ["a"]}
    answers = at_once([lambda n=n: root("PUT", f"/datasets/{uid}/metadata/default/{n}/", {"value": values[n]}) for n in names * 3])
    assert [a.status_code for a in answers] == [200] * 12, [a.text for a in answers if a.status_code != 200]
    # Who says which state a change is of is refused as ever.
    tag = root("GET", f"/datasets/{uid}/").headers["ETag"]
    answers = at_once([lambda i=i: root("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": f"Town {i}"}, headers={"If-Match": tag}) for i in range(6)])
    assert sorted(a.status_code for a in answers).count(200) == 1 and {a.status_code for a in answers} <= {200, 409, 412}


def test_what_a_publication_could_not_take_is_told_with_its_row(root):
    uid = make(root)["uid"]
    with_source(root, uid, text="".join(["name;height\n", *[f"Oak {i};{i}\n" for i in range(40)], "Ash;tall\n"]))
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "type", "field": "height", "type_param": "int"}, status=201)
    other = upload(root, uid, name="more.csv", text="name;colour\nElm;red\n")["uid"]
    root.good("POST", f"/datasets/{uid}/resources/", of_file(other), status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(root, uid)
    assert said["records_errors_count"] == 1
    fault = said["records_errors"][0]
    assert fault["field_uid"] == "height" and fault["value"] == "tall" and fault["row"] >= 41 and fault["message"], fault
    assert said["params"]["records_count"] == 42
    assert any("colour" in line["message"] and "more.csv" in line["message"] for line in said["log"]), said["log"]
    assert {line["level"] for line in said["log"]} <= {"info", "warning", "error"}


def test_a_form_that_is_sent_again_is_the_same_though_its_boundary_is_not(root):
    uid = make(root)["uid"]
    for text in ("a;b\n1;2\n", "a;b\n" + "1;2\n" * 2_000_000):
        key = {"Idempotency-Key": f"form {len(text)}"}

        def send(what, name="a.csv", key=key):
            return root("POST", f"/datasets/{uid}/resources/files/", files={"file": (name, what.encode())}, headers=key)
        first, again = send(text), send(text)
        assert first.status_code == again.status_code == 201 and first.json() == again.json(), again.text
        assert send(text[:-2] + "3\n").status_code == 422 and send(text, name="b.csv").status_code == 422


def test_a_resource_says_where_records_are_pushed_to(root):
    uid = make(root, "Pushes")["uid"]
    made = with_source(root, uid)
    assert "is_enabled" not in made and "url" not in made
    later = root.good("POST", f"/datasets/{uid}/resources/", {"type": "realtime", "title": "later", "params": {"sample": {"name": "Elm", "height": 3}}}, status=201)
    assert later["is_enabled"] is False and later["url"].endswith("/realtime/push/")
    root.good("DELETE", f"/datasets/{uid}/resources/{later['uid']}/", status=204)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    at = f"/datasets/{uid}/resources/{made['uid']}/"
    told = root.good("POST", at + "enable/")
    read = root.good("GET", at)
    assert read["is_enabled"] is True and "pushkey" not in read["url"] and told["url"].split("?")[0] == read["url"] and "push_key" not in read
    assert root.good("GET", f"/datasets/{uid}/resources/")["results"] == [read]
    echoed = root.good("PUT", at, {**read, "is_enabled": False, "push_key": "x"})
    assert {**echoed, "updated_at": None} == {**read, "updated_at": None}, "what is only told changes nothing"
    assert root("GET", at).text.count('"url":') == 1
    root.good("POST", at + "disable/")
    assert root.good("GET", at)["is_enabled"] is False


def test_records_are_pushed_to_one_of_the_sources(root):
    uid = make(root, "Pushes of two")["uid"]
    first = root.good("POST", f"/datasets/{uid}/resources/", {"type": "realtime", "title": "First", "params": {"bootstrap": {"name": "Elm"}}}, status=201)
    second = root.good("POST", f"/datasets/{uid}/resources/", {"type": "realtime", "title": "Second", "params": {"bootstrap": {"name": "Elm"}}}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    assert root.good("POST", f"/datasets/{uid}/resources/{first['uid']}/enable/")["push_key"]
    for deed in ("enable", "disable", "renew_api_key"):
        told = root("POST", f"/datasets/{uid}/resources/{second['uid']}/{deed}/").json()
        assert "First" in told["message"], told
    one, other = root.good("GET", f"/datasets/{uid}/resources/")["results"]
    assert one["is_enabled"] is True and "url" not in other and "is_enabled" not in other


def test_what_a_dataset_of_another_portal_is_narrowed_by_is_understood_or_refused(root):
    uid = make(root)["uid"]
    source = {"type": "federated", "domain": {"domain_id": "tags.example"}, "dataset": {"dataset_id": "x"}}
    for name, value in (("q", "number>5"), ("refne.city", "A"), ("refine.", "A"), ("refine.year", 2020), ("refine.city", []), ("where", 5)):
        body = {"type": "federated", "datasource": {**source, "parameters": {"refine.kind": "a", name: value}}}
        said = root.bad("POST", f"/datasets/{uid}/resources/", body, code="validation_error")
        assert "refine.FIELD" in said["detail"]["datasource"]["parameters"][name][0], said
        assert "refine.FIELD" in root.bad("POST", f"/datasets/{uid}/resources/preview/", body)["message"]
    root.bad("POST", f"/datasets/{uid}/resources/", {"type": "federated", "datasource": {**source, "parameters": ["q"]}}, code="validation_error")
    root.good("POST", f"/datasets/{uid}/resources/", {"type": "federated", "datasource": {**source, "parameters": {"refine.kind": ["a", "b"], "where": "n > 5"}}}, status=201)
    root.bad("POST", f"/datasets/{uid}/resources/", {"type": "federated", "datasource": {**source, "domain": {"domain_id": "ftp://tags.example"}}}, code="validation_error")
    root.good("POST", f"/datasets/{uid}/resources/", {"type": "federated", "datasource": {**source, "domain": {"domain_id": "https://tags.example/"}}}, status=201)


def test_a_metadata_of_yes_or_no_takes_nothing_else(root):
    uid = make(root)["uid"]
    at = f"/datasets/{uid}/metadata/default/modified_updates_on_data_change/"
    for wrong in ("maybe", 5, ["true"], {"a": 1}):
        root.bad("PUT", at, {"value": wrong}, code="validation_error")
    root.bad("PUT", f"/datasets/{uid}/", {"metadata": {"default": {"modified_updates_on_data_change": {"value": "maybe"}}}}, code="validation_error")
    for right in (True, False, "true"):
        root.good("PUT", at, {"value": right})


def test_a_copy_lists_the_files_that_its_sources_name(root):
    uid = make(root)["uid"]
    source = with_source(root, uid)["datasource"]["file"]["uid"]
    copy = root.good("POST", f"/datasets/{uid}/copy/", status=201)["uid"]
    listed = root.good("GET", f"/datasets/{copy}/resources/files/")
    assert listed["total_count"] == 1 and listed["results"] == root.good("GET", f"/datasets/{uid}/resources/files/")["results"]
    assert root.good("GET", f"/datasets/{copy}/resources/files/{source}/") == listed["results"][0]
    upload(root, copy)
    assert root.good("GET", f"/datasets/{copy}/resources/files/")["total_count"] == 2


def test_what_would_not_be_changed_is_refused_by_its_name(root):
    user = root.good("GET", "/users/")["results"][0]
    at = f"/users/{user['username']}/"
    assert "email" in root.bad("PUT", at, {"email": "other@example.org"}, code="validation_error")["detail"]
    root.good("PUT", at, user)


def test_of_two_files_in_one_form_none_is_dropped_without_a_word(root):
    uid = make(root)["uid"]
    two = [("file", ("a.csv", b"a\n1\n")), ("file", ("b.csv", b"a\n2\n"))]
    for path in (f"/datasets/{uid}/resources/files/", f"/datasets/{uid}/attachments/"):
        assert "2 files" in root.bad("POST", path, files=two, code="validation_error")["detail"]["file"][0]
        assert root.good("GET", path)["total_count"] == 0


def test_what_was_stopped_leaves_the_count_of_what_readers_see(root):
    uid = make(root, "Stopped")["uid"]
    source = with_source(root, uid)["uid"]
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["params"]["records_count"] == 2
    large = upload(root, uid, name="large.csv", text="name;height\n" + "Oak;12\n" * 1_500_000)["uid"]
    root.good("PUT", f"/datasets/{uid}/resources/{source}/", of_file(large))
    root.good("POST", f"/datasets/{uid}/publish/")
    while (said := root.good("GET", f"/datasets/{uid}/status/"))["params"]["records_count"] < 3 and said["status"] in ("queued", "processing"):
        pass
    assert said["params"]["records_count"] > 2
    root.good("POST", f"/datasets/{uid}/abort/")
    said = wait_idle(root, uid)
    assert said["params"]["records_count"] == 2 and said["log"][-1]["message"].startswith("Stopped."), said


def test_what_comes_back_as_it_was_read_is_no_change(root):
    uid = make(root)["uid"]
    source = with_source(root, uid)
    read = root.good("GET", f"/datasets/{uid}/")
    answers = [root("PUT", f"/datasets/{uid}/", read), root("PUT", f"/datasets/{uid}/metadata/", read["metadata"]),
               root("PUT", f"/datasets/{uid}/resources/{source['uid']}/", root.good("GET", f"/datasets/{uid}/resources/{source['uid']}/"))]
    assert [(a.status_code, int(a.headers["X-Revision"])) for a in answers] == [(200, read["revision"])] * 3
    assert answers[0].json() == read and answers[0].headers["ETag"].strip('W/"').startswith(f"{read['revision']}-")
