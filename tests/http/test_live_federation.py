"""Datasets of other portals shown live. On one server: the version that stands there, never more of it than everybody may see there, and what this portal
hides on top; it follows when it is published, unpublished, secured or deleted there. Between two servers: asked while it is read, good data
kept while the other is silent, and both told."""
import signal
import socket
import threading
import time

import pytest

from conftest import Server, stoa

HERE, THERE = "here.localhost", "there.localhost"
BASE = "/api/automation/v1.0"
ROWS = "name,town,wage,day\n" + "".join(f"p{i:02d},{'Bern' if i % 2 else 'Basel'},{1000 + i},2024-01-{i % 28 + 1:02d}\n" for i in range(40))
OPEN = {"is_data_visible": True, "visible_fields": None, "filter_query": ""}


class Place:
    """A server with portals, an administrator's key for each."""

    def __init__(self, folder, hosts):
        self.folder, self.data = folder, folder / "data"
        for host in hosts:
            stoa(self.data, "portal", "add", host, "--set", "title=" + host, "--set", "languages=en,fr", "--admin", "root@" + host)
        self.keys = {host: stoa(self.data, "key", "add", "m", "--portal", host, "--user", "root@" + host, "--write").stdout.split()[0] for host in hosts}
        self.start()

    def start(self):
        self.server = Server(self.data, "--live_seconds", "1", "--fetch_private")

    def publish(self, text=ROWS, slug="people", host=THERE):
        source = self.folder / "source.csv"
        source.write_text(text)
        stoa(self.data, "publish", source, "--portal", host, "--id", slug, "--title", "People", "--replace")

    def key(self, host=HERE):
        return {"Authorization": "Apikey " + self.keys[host]}

    def manage(self, method, path, body=None, status=(200, 201, 202, 204), host=HERE):
        answer = self.server.request(method, BASE + path, host, headers=self.key(host), **({} if body is None else {"json": body}))
        assert answer.status_code in status, f"{method} {path}: {answer.status_code} {answer.text[:1500]}"
        return answer.json() if answer.content else None

    def uid(self, slug, host=HERE):
        return self.manage("GET", "/datasets/?dataset_id=" + slug, host=host)["results"][0]["uid"]

    def secure(self, host, restricted=False, slug="people", status=(200,), **core):
        return self.manage("PUT", f"/datasets/{self.uid(slug, host)}/", {"is_restricted": restricted, "default_security": {**OPEN, **core}}, status, host)

    def make(self, slug, url, dataset="people", live=True, **source):
        made = self.manage("POST", "/datasets/", {"dataset_id": slug, "metadata": {"default": {"title": {"value": slug}}}})
        datasource = {"type": "portal", "url": url, "dataset_id": dataset, "live": live, **source}
        self.manage("POST", f"/datasets/{made['uid']}/resources/", {"type": "federated", "title": "s", "datasource": datasource})
        return made["uid"]

    def order(self, uid, what="publish", host=HERE):
        self.manage("POST", f"/datasets/{uid}/{what}/", host=host)
        for _ in range(600):
            said = self.manage("GET", f"/datasets/{uid}/status/", host=host)
            if said["status"] in ("idle", "error", "limit_reached"):
                return said
            time.sleep(0.05)
        raise AssertionError(said)

    def shown(self, slug, url, **source):
        uid = self.make(slug, url, **source)
        said = self.order(uid)
        assert said["status"] == "idle", said
        return uid

    def get(self, path, host=HERE, headers=None, **params):
        return self.server.get("/api/explore/v2.1" + path, params, host, headers=headers)

    def rows(self, slug="people", host=HERE, headers=None, **params):
        answer = self.get(f"/catalog/datasets/{slug}/records", host, headers, limit=100, **params)
        return answer.json()["results"] if answer.status_code == 200 else answer.status_code


def soon(what, seconds=1.0):
    """Within a second, says the promise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return what()


class Wire:
    """An address that leads to another server until it is cut."""

    def __init__(self, port):
        self.to, self.open, self.asked, self.answers = port, True, [], threading.Event()
        self.answers.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.to)) if self.open else None
            except OSError:
                there = None
            if not there:
                here.close()
                continue
            threading.Thread(target=self.carry, args=(here, there), daemon=True).start()

    def carry(self, here, there):
        def pump(a, b, note):
            try:
                while data := a.recv(65536):
                    if note and data.startswith(b"GET "):
                        self.asked.append(data.split(b" ")[1].decode())
                    self.answers.wait()
                    b.sendall(data)
                b.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        threading.Thread(target=pump, args=(there, here, False), daemon=True).start()
        pump(here, there, True)


def asks_while_it_is_read(near, beyond):
    place, far = Place(near, (HERE,)), Place(beyond, ("far.localhost",))
    try:
        far.publish(host="far.localhost")
        far.wire = Wire(far.server.port)
        far.deaf = Wire(far.server.port)
        ask_and_be_told(place, far)
    finally:
        far.deaf.answers.set()
        for wire in (far.wire, far.deaf):
            wire.listener.close()
        place.server.stop()
        far.server.stop()


def ask_and_be_told(place, far):
    uid = place.shown("far", f"http://far.localhost:{far.wire.port}")
    assert len(place.rows("far")) == 40 and place.get("/catalog/datasets/far").json()["metas"]["default"]["federated"] is True
    # A third server that takes the question and never answers keeps only those waiting who read from it.
    place.shown("deaf", f"http://far.localhost:{far.deaf.port}")
    far.deaf.answers.clear()
    far.deaf.asked.clear()
    assert soon(lambda: place.rows("deaf") and far.deaf.asked, 6)
    far.wire.asked.clear()
    assert soon(lambda: place.rows("far") and far.wire.asked, 6)
    assert not far.deaf.answers.is_set()
    for _ in range(20):
        place.rows("far")
    assert len(far.wire.asked) <= 2 and "exports" not in str(far.wire.asked), far.wire.asked  # one cheap question a second, however many read
    far.publish(ROWS.replace("p00,", "newer,"), host="far.localhost")
    assert soon(lambda: place.rows("far")[0]["name"] == "newer", 6)
    # Silence: what stands goes on being shown, at once, and both sides are told since when.
    far.wire.open = False
    began = time.monotonic()
    assert soon(lambda: len(place.rows("far")) == 40 and "has not been reachable" in place.server.get("/explore/dataset/far/information/", host=HERE).text, 8)
    assert time.monotonic() - began < 8
    assert place.rows("far")[0]["name"] == "newer"
    far.wire.open = True
    assert soon(lambda: place.rows("far") and "has not been reachable" not in place.server.get("/explore/dataset/far/information/", host=HERE).text, 8)
    # Copied from now on: nobody is asked any more.
    source = place.manage("GET", f"/datasets/{uid}/resources/")["results"][0]
    source["datasource"]["live"] = False
    place.manage("PUT", f"/datasets/{uid}/resources/{source['uid']}/", {k: source[k] for k in ("type", "title", "datasource")})
    assert place.order(uid)["status"] == "idle"
    far.wire.asked.clear()
    place.rows("far")
    time.sleep(1.3)
    place.rows("far")
    time.sleep(0.3)
    assert far.wire.asked == [] and place.get("/catalog/datasets/far").json()["metas"]["default"]["federated"] is False


@pytest.fixture(scope="module", autouse=True)
def between_servers(tmp_path_factory):
    """Two servers and the road between them, on a thread beside the other tests: most of it is waiting for a second to pass. One portal's origin
    answers nothing at all meanwhile, which must not keep the other waiting."""
    ends = []

    def run():
        try:
            asks_while_it_is_read(tmp_path_factory.mktemp("near"), tmp_path_factory.mktemp("far"))
            ends.append(None)
        except BaseException as e:  # told by the test that waits for it
            ends.append(e)
    thread = threading.Thread(target=run)
    thread.start()
    yield lambda: (thread.join(), ends)[1]
    thread.join()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("live"), (HERE, THERE))
    place.publish()
    place.shown("people", f"http://{THERE}")
    yield place
    place.server.stop()


def test_it_is_the_version_that_stands_there(place):
    assert place.rows() == place.rows(host=THERE) and len(place.rows()) == 40
    said = place.get("/catalog/datasets/people").json()
    assert said["metas"]["default"]["federated"] is True and said["metas"]["default"]["records_count"] == 40
    files = [p for p in place.data.rglob("*.duckdb") if p.parent.name != "0"]
    assert len(files) == 1, files  # no copy, no second index
    assert place.get("/catalog/datasets/people/exports/csv").text == place.get("/catalog/datasets/people/exports/csv", THERE).text
    page = place.server.get("/explore/dataset/people/information/", host=HERE).text
    assert "Live from" in page and THERE in page


def test_what_the_origin_says_stands_beside_what_is_said_here(place):
    for slug, url, live in (("told", f"http://{THERE}", True), ("copied", f"http://{THERE}", False)):
        uid = place.make(slug, url, live=live)
        said = place.order(uid)
        assert said["status"] == "idle", said
        title, publisher = (f"/datasets/{uid}/metadata/default/{name}/" for name in ("title", "publisher"))
        own = place.manage("GET", title)
        assert (own["value"], own["remote_value"], own["override_remote_value"]) == (slug, "People", True), own
        own = place.manage("PUT", title, {"value": "of no use", "override_remote_value": False})
        assert (own["value"], own["remote_value"], own["override_remote_value"]) == ("People", "People", False), own
        whole = place.manage("GET", f"/datasets/{uid}/metadata/")
        assert whole["default"]["title"]["override_remote_value"] is False
        # What is sent back as it was read stays the origin's.
        place.manage("PUT", f"/datasets/{uid}/metadata/", whole)
        assert place.manage("GET", f"/datasets/{uid}/")["metadata"] == whole
        assert place.manage("GET", publisher)["override_remote_value"] is False
        own = place.manage("PUT", publisher, {"value": "Town", "override_remote_value": True})
        assert own["value"] == "Town" and own["override_remote_value"] is True
        assert place.manage("PUT", publisher, {"override_remote_value": True}, (400,))["detail"].keys() == {"value"}
        place.manage("DELETE", publisher)
        assert place.manage("GET", publisher)["override_remote_value"] is False and place.manage("GET", publisher)["value"] != "Town"
        place.order(uid)
        assert place.get(f"/catalog/datasets/{slug}").json()["metas"]["default"]["title"] == "People"
        place.order(uid, "unpublish")
        place.manage("DELETE", f"/datasets/{uid}/")
    plain = place.manage("GET", f"/datasets/{place.uid('people', THERE)}/metadata/default/title/", host=THERE)
    assert plain["value"] == "People" and "override_remote_value" not in plain


def everything(place):
    """What this portal says of it to everybody, in many forms; what the question itself says is taken out."""
    said = []
    for path in ("", "/records?limit=100", "/exports/json", "/exports/parquet", "/exports/csv", "/facets", "/records?select=*&limit=50", "/records?where=search(%221003%22)",
                 "/records?where=%221003%22", "/records?group_by=name&select=count(*)", "/exports/jsonl?order_by=name", "/snapshots"):
        said.append(place.server.get(f"/api/explore/v2.1/catalog/datasets/people{path}", host=HERE).content)
    for path in ("/api/records/1.0/search/?dataset=people&rows=100", "/api/v2/catalog/datasets/people/records?limit=100", "/api/datasets/1.0/people/",
                 "/explore/dataset/people/information/", "/explore/dataset/people/table/", "/explore/dataset/people/analyze/", "/explore/dataset/people/export/"):
        said.append(place.server.get(path, host=HERE).content)
    return b"\n".join(said).replace(b"1003%22", b"")


def test_fields_hidden_there_have_no_name_here(place):
    assert b"wage" in everything(place)
    place.secure(THERE, visible_fields=["name", "town"])
    try:
        assert soon(lambda: set(place.rows()[0]) == {"name", "town"})
        said = everything(place)
        assert b"wage" not in said and b"1017" not in said and b"2024-01" not in said
        for where in ("wage > 1010", "search(wage, '1010')", "`\x012` > 3", "f2 > 3"):
            assert place.get("/catalog/datasets/people/records", where=where).status_code == 400, where
        assert place.rows(where='search("1017")') == [] and place.rows(q="1017") in ([], place.rows())
        # Nor by who runs this portal: no key and no rule can name it, or search it.
        assert set(place.rows(headers=place.key())[0]) == {"name", "town"}
        place.secure(HERE, filter_query="wage > 1010", status=(400,))
        place.secure(HERE, filter_query="search('1017')")
        assert place.rows() == []
    finally:
        place.secure(HERE)
        place.secure(THERE)
    assert soon(lambda: len(place.rows()[0]) == 4)


def test_rows_filtered_there_are_not_here_and_rules_here_come_on_top(place):
    place.secure(THERE, filter_query="town = 'Bern'")
    try:
        assert soon(lambda: {r["town"] for r in place.rows()} == {"Bern"})
        assert place.get("/catalog/datasets/people").json()["metas"]["default"]["records_count"] == 20
        assert b"Basel" not in everything(place)
        assert {r["town"] for r in place.rows(headers=place.key())} == {"Bern"}
        place.secure(HERE, filter_query="wage < 1010", visible_fields=["name", "wage"])
        rows = place.rows()
        assert len(rows) == 5 and set(rows[0]) == {"name", "wage"} and b"Basel" not in everything(place)
        assert place.get("/catalog/datasets/people/records", where="town = 'Bern'").status_code == 400
        place.secure(HERE)
    finally:
        place.secure(HERE)
        place.secure(THERE)


def test_data_hidden_there_and_restricted_there(place):
    try:
        place.secure(THERE, is_data_visible=False)
        assert soon(lambda: place.rows() in ([], 403)), place.rows()
        said = everything(place)
        assert b"Basel" not in said and b"1003" not in said
        assert place.rows(headers=place.key()) in ([], 403)
        place.secure(THERE, restricted=True)
        assert soon(lambda: place.rows() == 404 and place.get("/catalog/datasets").json()["total_count"] == 0)
    finally:
        place.secure(THERE)
    assert soon(lambda: len(place.rows()) == 40)


def test_it_follows_within_a_second_and_its_publisher_is_told(place):
    place.publish(ROWS.replace("p00,", "first,"))
    assert soon(lambda: place.rows()[0]["name"] == "first")
    uid = place.uid("people", THERE)
    place.manage("PUT", f"/datasets/{uid}/metadata/default/description/", {"value": "Who works here"}, host=THERE)
    place.order(uid, "publish_metadata", THERE)
    assert soon(lambda: place.get("/catalog/datasets/people").json()["metas"]["default"]["description"] == "Who works here")
    place.order(uid, "unpublish", THERE)
    assert soon(lambda: place.rows() == 404)
    said = place.order(place.uid("people"))
    assert said["status"] == "error" and "no dataset" in str(said), said
    place.publish()
    assert soon(lambda: place.rows() == place.rows(host=THERE))
    # A portal that closes takes its datasets along, and brings them back.
    stoa(place.data, "portal", "suspend", THERE)
    assert soon(lambda: place.rows() == 404)
    stoa(place.data, "portal", "resume", THERE)
    assert soon(lambda: place.rows() == place.rows(host=THERE))
    stoa(place.data, "portal", "remove", THERE, "--yes")
    assert soon(lambda: place.rows() == 404)
    stoa(place.data, "portal", "restore", THERE)
    assert soon(lambda: place.rows() == place.rows(host=THERE))


def test_what_it_may_be_made_of(place):
    uid = place.make("chain", f"http://{HERE}")
    said = place.order(uid)
    assert said["status"] == "error" and "itself shown live" in str(said)
    uid = place.make("some", f"http://{THERE}", where="wage >= 1030")
    assert place.order(uid)["status"] == "idle" and len(place.rows("some")) == 10
    place.manage("POST", f"/datasets/{uid}/processors/", {"type": "lowercase", "args": {"field": "name"}}, status=(200, 201, 400))
    place.manage("POST", f"/datasets/{uid}/resources/", {"type": "federated", "title": "t", "datasource": {"type": "portal", "url": f"http://{THERE}", "dataset_id": "people"}})
    said = place.order(uid)
    assert said["status"] == "error" and "the only one" in str(said) and len(place.rows("some")) == 10
    place.manage("POST", "/datasets/", {"dataset_id": "odd", "metadata": {"default": {"title": {"value": "x"}}}, "resources": []})


def test_a_portal_leaves_and_comes_back_and_a_killed_server_does(place, tmp_path):
    place.server.process.send_signal(signal.SIGKILL)
    place.server.process.wait()
    place.server.log.close()
    stoa(place.data, "portal", "export", HERE, tmp_path / "out")
    stoa(place.data, "portal", "import", tmp_path / "out", "--host", "twin.localhost")
    elsewhere = tmp_path / "elsewhere"
    stoa(elsewhere, "portal", "import", tmp_path / "out")
    place.start()
    assert len(place.rows()) == 40 and place.rows(host="twin.localhost") == place.rows()
    place.publish(ROWS.replace("p00,", "later,"))
    assert soon(lambda: place.rows(host="twin.localhost")[0]["name"] == "later" and place.rows()[0]["name"] == "later")
    other = Server(elsewhere)
    try:  # Where the portal it came from is not, readers have no such dataset.
        assert other.get("/api/explore/v2.1/catalog/datasets/people", host=HERE).status_code == 404
    finally:
        other.stop()


def test_another_server_is_asked_while_it_is_read(between_servers):
    end = between_servers()
    if end[0] is not None:
        raise end[0]
