"""What may be named: files that were sent, connections, other datasets of the portal, files of records. Names can be guessed and stand where
many see them; none of them opens what its owner did not open. Nor does a key that is for some datasets open anything else."""
import base64
import json
import time

import pytest
import requests

from conftest import stoa
from elsewhere import Handler, serving
from probe import ROOT_USER, World
from test_manage_datasets import Api, key_of, make, upload, wait_idle, with_source
from test_permission_matrix import MARK, OPERATIONS, PAGE, address

HOST = "isoc.example"
PUB = "pub@isoc.example"
SECRET = "name;sec;grp\nN0;SECRET0;A\nN1;SECRET1;B\nN2;SECRET2;A\n"


class Site(Handler):
    asked = []

    def do_GET(self):
        self.asked.append((self.headers["Host"], self.path, dict(self.headers)))
        self.say(200, b"a;b\n1;2\n")


@pytest.fixture(scope="module")
def site():
    with serving(Site) as server:
        yield server


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("lent"), options=("--fetch_private",))
    made.fixture(users=[{"host": HOST, "email": PUB, "name": "Pub", "password": "a calm river under ten bridges", "role": "member"}])
    stoa(made.data, "user", "change", PUB, "--portal", HOST, "--permissions", "create_dataset,publish_dataset")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def pub(world):
    return Api(world, key_of(world, PUB))


def published(api, title, text):
    uid = make(api, title)["uid"]
    file = upload(api, uid, name=f"{title.lower()}.csv", text=text)["uid"]
    api.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "title": title, "params": {}, "datasource": {"type": "uploaded_file", "file": {"uid": file}}}, status=201)
    api.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(api, uid)["is_published"]
    return uid, file


@pytest.fixture(scope="module")
def secret(root):
    """A dataset, its file; nobody but administrators may see it."""
    uid, file = published(root, "Secret", SECRET)
    root.good("PUT", f"/datasets/{uid}/", {"is_restricted": True})
    return uid, file


WAYS = ("preview", "guess_extractors", "guess_extractor_params")


def refused(api, uid, source, word="", kind="csvfile"):
    """No way of asking about a source that is not saved, nor saving it, gives anything."""
    body = {"type": kind, "title": "x", "params": {}, "datasource": source}
    for path in (*[f"/datasets/{uid}/resources/{way}/" for way in WAYS], f"/datasets/{uid}/resources/"):
        answer = api("POST", path, body)
        assert answer.status_code == 400 and "SECRET" not in answer.text and word in answer.text, (path, answer.status_code, answer.text[:600])


def test_a_file_of_another_dataset_is_not_looked_into(root, pub, secret):
    uid = make(pub, "Own")["uid"]
    refused(pub, uid, {"type": "uploaded_file", "file": {"uid": secret[1]}}, "another dataset")
    with_source(pub, uid)
    own = upload(pub, uid, name="mine.csv")["uid"]
    for way in WAYS:
        pub.good("POST", f"/datasets/{uid}/resources/{way}/", {"type": "csvfile", "datasource": {"type": "uploaded_file", "file": {"uid": own}}})


def federated(slug, host=HOST, **more):
    return {"type": "federated", "domain": {"domain_id": host}, "dataset": {"dataset_id": slug}, **more}


def records(world, slug):
    answer = requests.get(f"http://127.0.0.1:{world.server.port}/api/explore/v2.1/catalog/datasets/{slug}/records", headers={"Host": HOST, "X-Forwarded-Proto": "https"}, timeout=30)
    return answer.json()["results"] if answer.status_code == 200 else answer.status_code


def test_a_dataset_of_the_portal_is_a_source_as_far_as_one_may_see_it(world, root, pub, secret):
    uid = make(pub, "Borrowed")["uid"]
    refused(pub, uid, federated("secret"), "secret", kind="federated")
    root.good("PUT", f"/datasets/{secret[0]}/", {"is_restricted": False, "default_security": {"is_data_visible": False}})
    refused(pub, uid, federated("secret"), "secret", kind="federated")
    root.good("PUT", f"/datasets/{secret[0]}/", {"default_security": {"is_data_visible": True, "visible_fields": ["name"], "filter_query": 'grp = "A"'}})
    made = pub.good("POST", f"/datasets/{uid}/resources/", {"type": "federated", "datasource": federated("secret")}, status=201)
    seen = pub.good("GET", f"/datasets/{uid}/resources/{made['uid']}/preview/")
    assert [f["name"] for f in seen["fields"]] == ["name"] and [r["name"] for r in seen["records"]] == ["N0", "N2"]
    # What an administrator looked at before is not what others are given.
    whole = root.good("GET", f"/datasets/{uid}/resources/{made['uid']}/preview/")
    assert len(whole["records"]) == 3 and "SECRET" in json.dumps(whole)
    assert "SECRET" not in json.dumps(pub.good("GET", f"/datasets/{uid}/resources/{made['uid']}/preview/"))
    pub.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(pub, uid)["is_published"]
    assert records(world, "borrowed") == [{"name": "N0"}, {"name": "N2"}]
    # Whoever publishes, it is read as who wrote the source; and when that one may not any more, not at all.
    root.good("PUT", f"/datasets/{uid}/metadata/default/title/", {"value": "Touched by root"})
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    assert records(world, "borrowed") == [{"name": "N0"}, {"name": "N2"}]
    root.good("PUT", f"/datasets/{secret[0]}/", {"is_restricted": True})
    root.good("PUT", f"/datasets/{uid}/metadata/default/title/", {"value": "Touched again"})
    root.good("POST", f"/datasets/{uid}/resources/{made['uid']}/clean_cache/", status=204)
    root.good("POST", f"/datasets/{uid}/processors/", {"type": "string_replace", "field": "name", "old": "N", "new": "M"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert "secret" in (wait_idle(root, uid)["message"] or "").lower()
    assert records(world, "borrowed") == [{"name": "N0"}, {"name": "N2"}]


@pytest.fixture(scope="module")
def connection(root, site):
    def saved(reusable):
        return root.good("POST", "/datasource_connections/", {"type": "http", "name": "Town", "url": f"http://127.0.0.1:{site.server_port}/data/", "is_reusable": reusable,
                         "headers": [{"name": "X-Secret", "value": "hs"}], "auth": {"type": "basic_auth", "username": "u", "password": "pw"}}, status=201)["uid"]
    return saved


def test_the_secrets_of_a_connection_stay_on_its_server(site, root, pub, connection):
    uid, co, port = make(pub, "Abroad")["uid"], connection(True), site.server_port
    pub.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": {"type": "http", "connection": {"uid": co}, "relative_url": "x.csv"}})
    assert Site.asked[-1][1] == "/data/x.csv" and Site.asked[-1][2]["X-Secret"] == "hs"
    whole = {"type": "http", "connection": {"uid": co}, "relative_url": f"http://127.0.0.1:{port}/data/y.csv?next=http://elsewhere.example/"}
    pub.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": whole})
    before = len(Site.asked)
    for there in (f"http://localhost:{port}/abs", f"HTTP://localhost:{port}/", f"http://127.0.0.1:{port + 1}/", f"https://127.0.0.1:{port}/", f"http://127.0.0.1:{port}@localhost:{port}/",
                  f"http://u:p@127.0.0.1:{port}/", f"//localhost:{port}/", f"http://127.0.0.1:{port}\\@localhost:{port}/", f"http://localhost:{port}\\.127.0.0.1:{port}/",
                  f"http://127.0.0.1.localhost:{port}/", f"http://127.0.0.1%2e:{port}/", "file:///etc/passwd"):
        refused(pub, uid, {"type": "http", "connection": {"uid": co}, "relative_url": there}, "another server")
    refused(pub, uid, {"type": "http", "connection": {"uid": co}, "url": f"http://localhost:{port}/"}, "another server")
    assert len(Site.asked) == before
    # A source without a connection, and one with secrets of its own, say any address.
    pub.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": {"type": "http", "url": f"http://localhost:{port}/plain.csv"}})
    pub.good("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": {"type": "http", "relative_url": "z.csv", "connection":
             {"type": "http", "url": f"http://localhost:{port}/", "auth": {"type": "basic_auth", "username": "me", "password": "mine"}}}})
    assert Site.asked[-1][2]["Authorization"] == "Basic " + base64.b64encode(b"me:mine").decode()


@pytest.mark.parametrize("kind,own,urls", [
    ("amazon_s3", {"auth": {"type": "aws_signature_v4", "access_key_id": "AK", "secret_access_key": "s", "region": "eu-west-3"}}, ["http://localhost:%d/b/k.csv"]),
    ("azure_blob_storage", {"auth": {"type": "shared_key", "account_name": "town", "shared_key": "c2VjcmV0"}}, ["http://localhost:%d/c/k.csv"]),
    ("portal", {"auth": {"type": "api_key", "name": "Authorization", "value": "Apikey k"}}, ["http://localhost:%d"]),
])
def test_so_do_those_of_buckets_and_portals(site, root, kind, own, urls):
    uid, port = make(root, f"Abroad {kind}")["uid"], site.server_port
    co = root.good("POST", "/datasource_connections/", {"type": kind, "name": kind, "url": f"http://127.0.0.1:{port}", **own}, status=201)["uid"]
    before = len(Site.asked)
    for url in urls:
        refused(root, uid, {"type": kind, "connection": {"uid": co}, "url": url % port, "dataset_id": "x"}, "another server")
    if kind == "amazon_s3":
        bent = root.good("POST", "/datasource_connections/", {"type": kind, "name": kind, "url": f"http://127.0.0.1:{port}", "style": "host", **own}, status=201)["uid"]
        said = root.bad("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "datasource": {"type": kind, "connection": {"uid": bent}, "url": f"s3://localhost:{port}?/k.csv"}})
        assert "another server" in said["message"]
    assert len(Site.asked) == before


def test_a_connection_that_is_not_shared_is_its_makers(site, root, pub, connection):
    uid, co = make(pub, "Unshared")["uid"], connection(False)
    source = {"type": "http", "connection": {"uid": co}, "relative_url": "x.csv"}
    pub.bad("GET", f"/datasource_connections/{co}/", status=404)
    before = len(Site.asked)
    refused(pub, uid, source, "There is no connection")
    refused(pub, uid, {"type": "http", "connection": co, "relative_url": "x.csv"}, "There is no connection")
    assert len(Site.asked) == before
    # Where it stands already it stays; what is asked of it is not theirs to change.
    made = root.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "title": "A", "params": {}, "datasource": source}, status=201)
    kept = pub.good("GET", f"/datasets/{uid}/resources/{made['uid']}/")
    assert pub.good("PUT", f"/datasets/{uid}/resources/{made['uid']}/", {**kept, "title": "B"})["title"] == "B"
    pub.bad("PUT", f"/datasets/{uid}/resources/{made['uid']}/", {**kept, "datasource": {**source, "relative_url": "other.csv"}})
    pub.good("GET", f"/datasets/{uid}/resources/{made['uid']}/preview/")
    pub.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(pub, uid)
    assert said["status"] == "idle", said
    copied = pub.good("POST", f"/datasets/{uid}/copy/", status=201)["uid"]
    its = pub.good("GET", f"/datasets/{copied}/resources/")["results"][0]["uid"]
    before = len(Site.asked)
    assert "connection" in pub.bad("GET", f"/datasets/{copied}/resources/{its}/preview/")["message"]
    pub.good("POST", f"/datasets/{copied}/publish/")
    assert "connection" in (wait_idle(pub, copied)["message"] or "") and len(Site.asked) == before
    # Shared, it may be used; taken back, what was made of it meanwhile is not fetched any more.
    other = make(pub, "Shared for a while")["uid"]
    root.good("POST", f"/datasource_connections/{co}/security/users/", {"user": {"username": PUB}, "permissions": ["manage_connection"]})
    pub.good("POST", f"/datasets/{other}/resources/", {"type": "csvfile", "title": "A", "params": {}, "datasource": source}, status=201)
    root.good("DELETE", f"/datasource_connections/{co}/security/users/{PUB}/", status=204)
    pub.good("POST", f"/datasets/{other}/publish/")
    assert "connection" in (wait_idle(pub, other)["message"] or "")


# --- a key for some datasets ---------------------------------------------------------------------------------------------------


def narrow(world, uid, *slugs):
    options = [x for s in slugs for x in ("--dataset", s)]
    return Api(world, key_of(world, ROOT_USER, *options))


def test_a_key_for_one_dataset_does_nothing_else(world, root, secret, connection):
    edge, _ = published(root, "Edge", "name;n\nN0;1\n")
    root.good("PUT", f"/datasets/{secret[0]}/", {"is_restricted": True})
    hidden = make(root, MARK)
    co = connection(True)
    key = narrow(world, edge, "edge")
    things = {"uid": hidden["uid"], "slug": "none", "page": "none", "group": "none"}
    allowed = {"EVERYONE", "LISTS", "DESCRIBES"}
    wrong = []
    for base, symbol, method, path, rule, takes in OPERATIONS:
        if path.startswith("/datasource_connections"):
            continue
        answer = key(method, address(base, path, things)[len(base):], {} if takes == "JSON" else None, base=base)
        about_it = path.startswith("/datasets/{uid}")
        good = (404,) if about_it else (200, 404) if rule in allowed else (403,)
        if answer.status_code not in good or MARK in answer.text:
            wrong.append((symbol, rule, answer.status_code, answer.text[:120]))
    assert not wrong, wrong
    assert [d["uid"] for d in key.good("GET", "/datasets/")["results"]] == [edge]
    # Everything about its own dataset.
    key.good("PUT", f"/datasets/{edge}/metadata/default/publisher/", {"value": "P"})
    upload(key, edge)
    key.good("POST", f"/datasets/{edge}/publish/")
    assert wait_idle(key, edge)["is_published"]
    key.bad("POST", f"/datasets/{edge}/copy/", status=403)
    # Connections: those its dataset uses, by name.
    assert key.good("GET", "/datasource_connections/")["total_count"] == 0
    key.bad("GET", f"/datasource_connections/{co}/", status=404)
    key.bad("POST", "/datasource_connections/", {"type": "http", "name": "x", "url": "https://x.example/"}, status=403)
    refused(key, edge, {"type": "http", "connection": {"uid": co}, "relative_url": "x.csv"}, "There is no connection")
    used = root.good("POST", f"/datasets/{edge}/resources/", {"type": "csvfile", "title": "U", "params": {}, "datasource": {"type": "http", "connection": {"uid": co}, "relative_url": "x.csv"}}, status=201)
    assert key.good("GET", "/datasource_connections/")["results"] == [{"uid": co, "type": "http", "name": "Town"}]
    key.bad("PUT", f"/datasource_connections/{co}/", {"type": "http", "name": "y", "url": "https://x.example/"}, status=403)
    key.bad("DELETE", f"/datasource_connections/{co}/", status=403)
    key.bad("GET", f"/datasource_connections/{co}/security/users/", status=403)
    root.good("DELETE", f"/datasets/{edge}/resources/{used['uid']}/", status=204)
    # Sources and processors name no other dataset, open or not.
    published(root, "Open", "name;town\nN0;Paris\n")
    for slug in ("secret", "open"):
        refused(key, edge, federated(slug), slug, kind="federated")
        refused(key, edge, federated(slug, live=True), slug, kind="federated")
        join = {"type": "join_datasets", "dataset": slug, "local_keys": ["name"], "remote_keys": ["name"], "output_fields": ["town" if slug == "open" else "sec"]}
        assert "may not read" in json.dumps(key.bad("POST", f"/datasets/{edge}/processors/", join))
    both = narrow(world, edge, "edge", "open")
    both.good("POST", f"/datasets/{edge}/processors/", {"type": "join_datasets", "dataset": "open", "local_keys": ["name"], "remote_keys": ["name"], "output_fields": ["town"]}, status=201)
    # A page that its owner wrote and nobody else may read.
    root.good("POST", "/code_editor_pages/", {"slug": "drafted", "title": {"en": "Drafted"}, "content": {"html": {"en": "<p>hushpage</p>"}}}, status=201)
    assert "hushpage" in root("GET", "/pages/drafted/", base="").text
    assert key("GET", "/pages/drafted/", base="").status_code in (401, 403, 404)
    # What the catalogue and its exports tell is the one dataset.
    told = key.good("GET", "/catalog/datasets", base="/api/explore/v2.1")
    assert [d["dataset_id"] for d in told["results"]] == ["edge"]
    assert "open" not in key("GET", "/catalog/exports/csv", base="/api/explore/v2.1").text.split("\n", 1)[1].split(";")
    for path in ("/api/explore/v2.1/monitoring/datasets", "/api/explore/v2.1/catalog/datasets/secret/records", "/api/privacy/v1/registry", "/backoffice/users/", "/backoffice/"):
        assert key("GET", path, base="").status_code in (302, 303, 401, 403, 404), path


# --- rules and columns ---------------------------------------------------------------------------------------------------------------


def test_rules_go_with_their_columns(world, root, pub):
    uid, _ = published(root, "Renamed", "name;sec\nN0;SECRET0\n")
    root.good("PUT", f"/datasets/{uid}/", {"default_security": {"visible_fields": ["name"]}})
    root.good("POST", f"/datasets/{uid}/security/users/", {"user": {"username": PUB}, "permissions": [], "security": {"visible_fields": ["sec"], "filter_query": 'sec = "SECRET0"'}}, status=201)

    def publish():
        root.good("POST", f"/datasets/{uid}/publish/")
        return wait_idle(root, uid)

    def as_pub():
        return pub.good("GET", "/catalog/datasets/renamed/records", base="/api/explore/v2.1")["results"]
    assert records(world, "renamed") == [{"name": "N0"}] and as_pub() == [{"sec": "SECRET0"}]
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "name", "to_name": "nom"}, status=201)
    assert publish()["status"] == "idle"
    assert records(world, "renamed") == [{"nom": "N0"}]
    assert root.good("GET", f"/datasets/{uid}/")["default_security"]["visible_fields"] == ["nom"]
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "sec", "to_name": "name"}, status=201)
    assert publish()["status"] == "idle"
    assert records(world, "renamed") == [{"nom": "N0"}] and as_pub() == [{"name": "SECRET0"}]


def test_columns_that_change_names_at_once_show_nothing_more(world, root, pub):
    uid, _ = published(root, "Swapped", "name;sec\nN0;SECRET0\n")
    root.good("PUT", f"/datasets/{uid}/", {"default_security": {"visible_fields": ["name"]}})
    for was, to in (("name", "nom"), ("sec", "name")):
        root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": was, "to_name": to}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    wait_idle(root, uid)
    assert "SECRET" not in json.dumps(records(world, "swapped"))
    # A filter is somebody's text: its names do not become other columns'.
    uid, _ = published(root, "Filtered", "grp;other\nA;B\nB;A\n")
    root.good("PUT", f"/datasets/{uid}/", {"default_security": {"filter_query": 'grp = "A"'}})
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "grp", "to_name": "group"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["status"] == "idle" and records(world, "filtered") == [{"group": "A", "other": "B"}]
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "other", "to_name": "grp"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert "grp" in wait_idle(root, uid)["message"]
    assert records(world, "filtered") == [{"group": "A", "other": "B"}]


# --- files of records --------------------------------------------------------------------------------------------------------------


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_file_goes_with_the_record_that_names_it(world, root):
    uid = make(root, "Faces")["uid"]
    file = upload(root, uid, name="faces.csv", text="n;f\n1;\n")["uid"]
    root.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "title": "F", "params": {}, "datasource": {"type": "uploaded_file", "file": {"uid": file}}}, status=201)
    source = root.good("GET", f"/datasets/{uid}/resources/")["results"][0]["uid"]
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "type", "field": "f", "type_param": "file"}, status=201)
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "annotate", "field": "n", "annotation": "id"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["is_published"]
    door = root.good("POST", f"/datasets/{uid}/resources/{source}/enable/")
    push = f"http://127.0.0.1:{world.server.port}" + door["url"][door["url"].index("/api/push/"):].split("?")[0].rstrip("/").removesuffix("/push")

    def send(what, end="push/"):
        return requests.post(f"{push}/{end}", params={"pushkey": door["push_key"]}, json=what, headers={"Host": HOST, "X-Forwarded-Proto": "https"}, timeout=30)

    def get(url):
        return requests.get(f"http://127.0.0.1:{world.server.port}{url[url.index('/api/'):]}", headers={"Host": HOST, "X-Forwarded-Proto": "https"}, timeout=30).status_code

    for what in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", '"><script>', {"url": "javascript:alert(1)"}, {}, 7, "JAVASCRIPT:alert(1)", "//evil.example/x", "https://x.example/\"><b>", "{}"):
        said = send({"n": 9, "f": what})
        assert said.status_code == 400 and '"f"' in said.text.replace("\\", ""), (what, said.text)
    for what in ("https://x.example/a.png", "HTTP://x.example/b c.png".replace(" ", "%20"), None, {"content": PIXEL, "content-type": "image/png"}):
        assert send({"n": 11, "f": what}).status_code == 200, what

    def rows():
        return {r["n"]: r["f"] for r in records(world, "faces")}
    url = until(lambda: (rows().get(11) or {}).get("url", "") if "/files/" in str((rows().get(11) or {}).get("url", "")) else "")
    assert get(url) == 200
    assert send({"n": 11}, "delete/").status_code == 200
    until(lambda: 11 not in rows())
    assert get(url) == 404
    # Forgetting the older versions takes the bytes, and leaves those of records that are there.
    kept = {"content": base64.b64encode(b"plain words").decode(), "content-type": "text/plain"}
    assert send({"n": 12, "f": kept}).status_code == 200
    other = until(lambda: (rows().get(12) or {}).get("url", ""))

    def files():
        return {f["name"] for f in world.table("dataset_file") if f["kind"] == "record"}
    assert len(files()) == 2
    world.advance(3600)
    root.good("POST", f"/datasets/{uid}/forget_versions/")
    assert len(files()) == 1 and get(other) == 200 and get(url) == 404
    assert len(list((world.data).glob("*/files/*"))) == 1


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")
