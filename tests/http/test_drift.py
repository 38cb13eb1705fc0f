"""A source whose columns become of another type: the published type of a field is a promise to those who read it (src/ingest/pledge.h)."""
import html
import http.server
import re
import threading

import pytest

from conftest import stoa
from probe import ROOT_USER, World
from test_dataset_office import form_of
from test_jobs import HOST, settled, work
from test_manage_datasets import Api, key_of

FIRST = "name,height,planted,place\noak,20,2020-01-02,\"48.5,2.5\"\nlime,18,2021-03-04,\"48.6,2.6\"\nash,12,2022-05-06,\"48.7,2.7\"\n"


class Source(http.server.BaseHTTPRequestHandler):
    body = FIRST

    def log_message(self, *a):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.end_headers()
        self.wfile.write(type(self).body.encode())


@pytest.fixture(scope="module")
def source():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("drift"), options=("--fetch_private",))
    w.folder = tmp_path_factory.mktemp("files")
    yield w
    w.stop()


@pytest.fixture(scope="module")
def root(world):
    c = world.client(HOST)
    c.sign_in(ROOT_USER)
    return c


def doc(source, processors=(), fields=()):
    return {"resources": [{"uid": "re_source", "type": "csvfile", "title": "x", "params": {}, "datasource": {"type": "http", "connection": {
        "type": "http", "url": f"http://127.0.0.1:{source.server_port}"}, "relative_url": "/x.csv"}}], "processors": list(processors), "fields": list(fields), "metadata": {}}


def published(world, source, title, body=FIRST, **more):
    Source.body = body
    made = work(world, "create", title=title, doc=doc(source, **more))
    assert "dataset" in made, made
    assert again(world, made["dataset"])["status"] == "idle"
    return made["dataset"], made["slug"]


def again(world, dataset, body=None, **more):
    if body is not None:
        Source.body = body
    put = work(world, "put", dataset=dataset, **more)
    assert "job" in put, put
    return {**settled(world, dataset), "log": [x["text"] if isinstance(x, dict) else str(x) for x in work(world, "log", job=put["job"])]}


def types(world, slug):
    answer = world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}", headers={"Accept": "application/json"}).json()
    return {f["name"]: f["type"] for f in answer["fields"]}


def records(world, slug):
    return world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/records?limit=20", headers={"Accept": "application/json"}).json()["results"]


def said(now, *words):
    text = "\n".join(now["log"])
    assert all(w in text for w in words), text


def test_what_fits_stays_what_it_was_published_as(world, source):
    d, slug = published(world, source, "Kept", FIRST.replace("20,", "20.5,"))
    was = types(world, slug)
    assert was == {"name": "text", "height": "double", "planted": "date", "place": "geo_point_2d"}
    now = again(world, d, "name,height,planted,place\n1,20,,\"48,2\"\n2,18,,\n")
    assert now["status"] == "idle" and types(world, slug) == was
    assert [(r["name"], r["height"], r["planted"]) for r in records(world, slug)] == [("1", 20.0, None), ("2", 18.0, None)]
    # … the next time as well: what a version had no values for is not forgotten.
    assert again(world, d, FIRST)["status"] == "idle" and types(world, slug) == was


def test_a_wider_type_is_taken_and_told(world, source):
    d, slug = published(world, source, "Wider")
    now = again(world, d, FIRST.replace("18,", "18.5,").replace("2021-03-04", "2021-03-04T10:00:00Z"))
    assert now["status"] == "idle" and types(world, slug) == {"name": "text", "height": "double", "planted": "datetime", "place": "geo_point_2d"}
    said(now, "“height” was published as int and is double from now on", "“18.5” in row 3", "“planted” was published as date and is datetime from now on")
    assert again(world, d, FIRST)["status"] == "idle" and types(world, slug)["height"] == "double"


def test_some_values_that_do_not_fit_are_left_empty_and_listed(world, source):
    d, slug = published(world, source, "Misfits")
    now = again(world, d, FIRST.replace("lime,18", "lime,tall"))
    assert now["status"] == "idle" and types(world, slug)["height"] == "int"
    said(now, "“height” stays int, as it was published: 1 of 3 values", "“tall” in row 3", "choose it for the field under Schema")
    assert [r["height"] for r in records(world, slug)] == [20, None, 12]
    faults = work(world, "faults", dataset=d)
    assert len(faults) == 1 and "height" in str(faults) and "tall" in str(faults), faults


def test_a_column_that_became_another_is_refused_and_the_way_out_is_one_button(world, source, root):
    d, slug = published(world, source, "Broken")
    before = records(world, slug)
    changed = FIRST.replace("20,", "high,").replace("18,", "higher,")
    now = again(world, d, changed)
    assert now["status"] == "error" and records(world, slug) == before and types(world, slug)["height"] == "int"
    for words in ("“height” is published as int", "looks like text now", "2 of 3 values", "“high” in row 2", "The published data stay", "under Schema"):
        assert words in now["message"], now["message"]
    path = f"/backoffice/datasets/{slug}/schema/"
    text = root.get(path).text
    assert "is published as Whole number, and its column looks like Text now" in html.unescape(re.sub("<.*?>", "", text)), text[-6000:]
    assert "a publication would be refused" in text and "Take the new type: Text" in text
    fields = [f for f in form_of(text, 'value="take height"') if f[0] != "do"]
    answer = root.post(path, fields + [("do", "take height")])
    assert answer.status_code == 303, answer.text[-2000:]
    text = root.get(path).text
    assert "Take the new type" not in text and "would be refused" not in text
    now = again(world, d)
    assert now["status"] == "idle" and types(world, slug)["height"] == "text"
    assert [r["height"] for r in records(world, slug)] == ["high", "higher", "12"]
    # What was chosen is the promise from now on.
    assert again(world, d, FIRST)["status"] == "idle" and types(world, slug)["height"] == "text"


def test_a_schedule_that_meets_another_type_is_an_error(world, source):
    d, slug = published(world, source, "Clock")
    now = again(world, d, FIRST.replace("2020-01-02", "soon").replace("2021-03-04", "later"), if_changed=True, who=0)
    assert now["status"] == "error" and "“planted” is published as date" in now["message"] and types(world, slug)["planted"] == "date"


def test_what_is_no_longer_published_promises_nothing(world, source):
    d, slug = published(world, source, "Gone")
    work(world, "put", dataset=d, kind=2)
    settled(world, d)
    assert again(world, d, FIRST.replace("20,", "high,").replace("18,", "higher,"))["status"] == "idle" and types(world, slug)["height"] == "text"


def test_renamed_and_made_fields_are_held(world, source):
    step = {"uid": "pr_a", "type": "expression", "expression": "=height*2", "output": "twice"}
    rename = {"uid": "pr_b", "type": "rename", "from_name": "height", "to_name": "size"}
    d, slug = published(world, source, "Made", processors=[step], fields=[rename])
    assert types(world, slug)["size"] == types(world, slug)["twice"] == "int"
    now = again(world, d, FIRST.replace("18,", "18.25,"))
    assert now["status"] == "idle" and types(world, slug)["size"] == types(world, slug)["twice"] == "double"
    said(now, "“height” was published as int", "“twice” was published as int")
    work(world, "write", dataset=d, doc=doc(source, processors=[{**step, "expression": "=name"}], fields=[rename]))
    now = again(world, d)
    assert now["status"] == "error" and "“twice” is published as double" in now["message"]


def test_programs_are_told_by_the_status(world, source):
    d, slug = published(world, source, "Status")
    Source.body = FIRST.replace("20,", "high,").replace("18,", "higher,")
    api = Api(world, key_of(world, ROOT_USER))
    uid = [x for x in api.good("GET", "/datasets/?limit=100")["results"] if x["dataset_id"] == slug][0]["uid"]
    api.good("POST", f"/datasets/{uid}/publish/")
    settled(world, d)
    status = api.good("GET", f"/datasets/{uid}/status/")
    assert status["status"] == "error" and "“height” is published as int" in str(status), status
    # The field gets the new type, and the next publication takes it.
    api.good("POST", f"/datasets/{uid}/fields/", {"type": "type", "field": "height", "type_param": "text", "label": "type"}, status=201)
    api.good("POST", f"/datasets/{uid}/publish/")
    assert settled(world, d)["status"] == "idle" and types(world, slug)["height"] == "text"


# --- the command line -------------------------------------------------------------------------------------------------

def command(world, name, *more, ok=True):
    return stoa(world.data, "publish", world.folder / name, "--portal", HOST, "--id", "by-hand", *more, check=ok)


def test_the_command_line_keeps_promises_too(world):
    (world.folder / "one.csv").write_text(FIRST)
    (world.folder / "two.csv").write_text(FIRST.replace("18,", "18.5,"))
    (world.folder / "three.csv").write_text(FIRST.replace("20,", "high,").replace("18,", "higher,"))
    (world.folder / "text.json").write_text('{"fields":[{"name":"name","type":"text"},{"name":"height","type":"text"},{"name":"planted","type":"date"},{"name":"place","type":"geo_point_2d"}]}')
    command(world, "one.csv")
    assert types(world, "by-hand")["height"] == "int"
    assert "“height” was published as int and is double from now on" in command(world, "two.csv", "--replace").stdout
    command(world, "one.csv", "--replace")
    assert types(world, "by-hand")["height"] == "double"
    refused = command(world, "three.csv", "--replace", ok=False)
    assert refused.returncode and "“height” is published as double" in refused.stderr and "with a schema on the command line" in refused.stderr
    assert types(world, "by-hand")["height"] == "double" and len(records(world, "by-hand")) == 3
    command(world, "three.csv", "--replace", "--schema", world.folder / "text.json")
    assert types(world, "by-hand")["height"] == "text"
    command(world, "one.csv", "--replace")
    assert types(world, "by-hand")["height"] == "text"


def test_parquet_is_held_by_the_command_line(world, source):
    d, slug = published(world, source, "Whole")
    answer = world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/exports/parquet")
    (world.folder / "whole.parquet").write_bytes(answer.content)
    for name, first, kind in (("p-int", "a,height\nx,1\n", "int"), ("p-text", "a,height\nx,tall\n", "text"), ("p-real", "a,height\nx,1.5\n", "double"), ("p-day", "a,height\nx,2020-01-01\n", "date")):
        (world.folder / "first.csv").write_text(first)
        stoa(world.data, "publish", world.folder / "first.csv", "--portal", HOST, "--id", name)
        done = stoa(world.data, "publish", world.folder / "whole.parquet", "--portal", HOST, "--id", name, "--replace", check=False)
        if kind == "date":
            assert done.returncode and "“height” is published as date, and its column looks like int now: 3 of 3 values" in done.stderr, done
            continue
        assert done.returncode == 0, done.stderr
        assert types(world, name)["height"] == kind
        assert [r["height"] for r in records(world, name)] == {"int": [20, 18, 12], "text": ["20", "18", "12"], "double": [20.0, 18.0, 12.0]}[kind]
