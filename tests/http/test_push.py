"""The Push API as a sensor or a script meets it: records in one by one and in batches, overwritten, deleted, seen at once
everywhere records are read; refusals that say why; nothing that was answered is lost, whatever happens to the server."""
import base64
import json
import os
import signal
import threading
import time

import pytest

from conftest import HOST, stoa
from probe import ROOT_USER, World
from test_manage_datasets import Api, key_of, upload, wait_idle, with_source

FIELDS = [
    {"name": "sensor", "type": "text", "annotations": {"id": True, "facet": True}},
    {"name": "temperature", "type": "double"},
    {"name": "count", "type": "int"},
    {"name": "at", "type": "datetime"},
    {"name": "day", "type": "date"},
    {"name": "ok", "type": "boolean"},
    {"name": "tags", "type": "text", "annotations": {"multivalued": ",", "facet": True}},
    {"name": "place", "type": "geo_point_2d"},
    {"name": "area", "type": "geo_shape"},
    {"name": "more", "type": "json_blob"},
    {"name": "photo", "type": "file"},
]
PLAIN = [{"name": "n", "type": "int"}, {"name": "word", "type": "text", "annotations": {"facet": True}}]


def publish(data, folder, dataset, fields, rows=(), *options):
    """A dataset of given fields; without rows it is empty, as one that lives of pushes begins."""
    names = [f["name"] for f in fields]
    lines = [",".join(names)] + [",".join(str(v) for v in r) for r in rows]
    (folder / f"{dataset}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / f"{dataset}.fields.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
    stoa(data, "publish", folder / f"{dataset}.csv", "--portal", HOST, "--id", dataset, "--schema",
         folder / f"{dataset}.fields.json", *options)


def enable(data, dataset, *options):
    return json.loads(stoa(data, "push", "enable", dataset, "--portal", HOST, "--json", *options).stdout)["pushkey"]


def push(server, dataset, key, body, what="push", status=200, resource="realtime", raw=False):
    answer = server.request("POST", f"/api/push/1.0/{dataset}/{resource}/{what}/", params={"pushkey": key},
                            data=body if raw else json.dumps(body))
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()


def wait_for(what, expected, seconds=5.0):
    """How long it took until a question had its answer."""
    start = time.monotonic()
    while True:
        got = what()
        took = time.monotonic() - start
        if got == expected:
            return took
        assert took < seconds, f"after {took:.1f} s: {got!r} instead of {expected!r}"
        time.sleep(0.01)


def total(server, dataset, **params):
    return server.records(dataset, limit=0, **params)["total_count"]


class Pushing:
    def __init__(self, tmp_path, make_server, options=()):
        self.folder, self.make, self.options = tmp_path, make_server, options
        self.data = tmp_path / "data"
        stoa(self.data, "portal", "add", HOST)
        publish(self.data, tmp_path, "sensors", FIELDS)
        publish(self.data, tmp_path, "log", PLAIN, [(i, "base") for i in range(1, 6)])
        self.keys = {d: enable(self.data, d) for d in ("sensors", "log")}
        self.server = make_server(self.data, *options)

    def push(self, dataset, body, **more):
        return push(self.server, dataset, self.keys[dataset], body, **more)

    def kill(self):
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        self.server.session.close()

    def restart(self):
        self.server = self.make(self.data, *self.options)


@pytest.fixture
def pushing(tmp_path, make_server):
    return Pushing(tmp_path, make_server)


FULL = {"sensor": "a", "temperature": 21.5, "count": "7", "at": "2024-05-06T12:00:00+02:00", "day": "2024-05-06", "ok": True,
        "tags": ["hot", "new"], "place": {"lat": 48.5, "lon": 2.25}, "area": {"type": "Polygon", "coordinates":
        [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, "more": {"x": [1, 2]}, "photo": "https://example.org/a.png", "unknown": "ignored"}


def test_one_record_is_seen_within_a_second_with_every_type(pushing):
    assert pushing.push("sensors", FULL) == {"status": "OK"}
    took = wait_for(lambda: total(pushing.server, "sensors"), 1)
    assert took < 1, f"seen after {took:.2f} s"
    record = pushing.server.records("sensors")["results"][0]
    assert record["sensor"] == "a" and record["temperature"] == 21.5 and record["count"] == 7 and record["ok"] is True
    assert record["at"] == "2024-05-06T10:00:00+00:00" and record["day"] == "2024-05-06" and record["tags"] == ["hot", "new"]
    assert record["place"] == {"lon": 2.25, "lat": 48.5} and record["area"]["geometry"]["type"] == "Polygon"
    assert "unknown" not in record and "example.org/a.png" in json.dumps(record["photo"])


def test_pushes_are_held_to_the_records_a_dataset_may_have(pushing):
    """`log` has no key and 5 records; `sensors` replaces by its key. What is refused is refused whole, and says how many there may be."""
    publish(pushing.data, pushing.folder, "keyed", [{"name": "id", "type": "text", "annotations": {"id": True}}, {"name": "n", "type": "int"}])
    pushing.keys["keyed"] = enable(pushing.data, "keyed")
    stoa(pushing.data, "portal", "set", HOST, "--set", "limits.records=8")
    pushing.kill()
    pushing.restart()
    pushing.push("log", [{"n": 6, "word": "new"}, {"n": 7, "word": "new"}])
    said = pushing.push("log", [{"n": 8, "word": "new"}, {"n": 9, "word": "new"}], status=413)
    assert "may have 8 records and has 7" in said["message"] and "add 2" in said["message"], said
    pushing.push("log", {"n": 8, "word": "new"})
    pushing.push("log", {"n": 9, "word": "new"}, status=413)
    wait_for(lambda: total(pushing.server, "log"), 8)
    pushing.push("log", {"n": 8, "word": "new"}, what="delete")
    wait_for(lambda: total(pushing.server, "log"), 7)
    pushing.push("log", {"n": 10, "word": "new"})
    # With a key: those that replace others are always taken, new ones as long as there is room.
    pushing.push("keyed", [{"id": f"k{i}", "n": i} for i in range(8)])
    wait_for(lambda: total(pushing.server, "keyed"), 8)
    pushing.push("keyed", [{"id": f"k{i}", "n": -i} for i in range(8)])
    wait_for(lambda: total(pushing.server, "keyed", where="n < 0"), 7)
    said = pushing.push("keyed", [{"id": "k1", "n": 100}, {"id": "k9", "n": 1}, {"id": "k9", "n": 2}], status=413)
    assert "has 8" in said["message"] and "add 1" in said["message"], said
    assert total(pushing.server, "keyed", where="n = 100") == 0
    # No limit, no question.
    stoa(pushing.data, "portal", "set", HOST, "--set", "limits.records=0")
    pushing.kill()
    pushing.restart()
    pushing.push("keyed", {"id": "k9", "n": 1})


def test_a_batch_is_seen_in_every_question(pushing):
    pushing.push("sensors", [dict(FULL, sensor=f"s{i}", count=i, temperature=i / 2) for i in range(300)])
    wait_for(lambda: total(pushing.server, "sensors"), 300)
    s = pushing.server
    assert total(s, "sensors", where="count > 249") == 50
    assert total(s, "sensors", where='sensor = "s12"') == 1
    assert total(s, "sensors", where='search("s12")') >= 1
    assert total(s, "sensors", where="tags = 'hot'") == 300
    assert total(s, "sensors", where="within_distance(place, geom'POINT(2.25 48.5)', 1km)") == 300
    assert total(s, "sensors", where="in_bbox(place, 48, 2, 49, 3)") == 300
    assert total(s, "sensors", refine="tags:new") == 300
    assert [r["count"] for r in s.records("sensors", order_by="count desc", limit=3)["results"]] == [299, 298, 297]
    assert [r["count"] for r in s.records("sensors", order_by="count", limit=3, offset=290, select="count")["results"]] == [290, 291, 292]
    groups = s.records("sensors", select="count(*) as n, avg(temperature) as t", group_by="tags", limit=5)["results"]
    assert {g["tags"]: g["n"] for g in groups} == {"hot": 300, "new": 300}
    facets = s.api("/catalog/datasets/sensors/facets")["facets"]
    assert {f["name"]: f["count"] for f in next(x for x in facets if x["name"] == "tags")["facets"]} == {"hot": 300, "new": 300}
    lines = s.get("/api/explore/v2.1/catalog/datasets/sensors/exports/jsonl").text.splitlines()
    assert sorted(json.loads(line)["count"] for line in lines) == list(range(300))
    assert s.get("/api/explore/v2.1/catalog/datasets/sensors/exports/csv").text.count("\n") == 301
    assert s.get("/api/explore/v2.1/catalog/datasets/sensors/exports/parquet").content[:4] == b"PAR1"


def test_the_unique_id_overwrites_and_the_rest_appends(pushing):
    for value in (1, 2, 3):
        pushing.push("sensors", [{"sensor": "a", "count": value}, {"sensor": "b", "count": 10 * value}])
    wait_for(lambda: sorted(r["count"] for r in pushing.server.records("sensors")["results"]), [3, 30])
    pushing.push("log", [{"n": 1, "word": "again"}, {"n": 1, "word": "again"}])
    wait_for(lambda: total(pushing.server, "log"), 7)


def test_rows_of_the_file_are_overwritten_too(tmp_path, make_server):
    p = Pushing(tmp_path, make_server)
    publish(p.data, tmp_path, "keyed", [dict(PLAIN[0], annotations={"id": True}), PLAIN[1]], [(i, "base") for i in range(1, 6)])
    key = enable(p.data, "keyed")
    push(p.server, "keyed", key, [{"n": 2, "word": "new"}, {"n": 9, "word": "new"}])
    wait_for(lambda: total(p.server, "keyed", where="word = 'new'"), 2)
    assert total(p.server, "keyed") == 6
    assert p.server.records("keyed", where="n = 2", select="word")["results"] == [{"word": "new"}]
    facet = p.server.api("/catalog/datasets/keyed/facets")["facets"][0]["facets"]
    assert {f["name"]: f["count"] for f in facet} == {"base": 4, "new": 2}


def test_records_are_deleted_by_values_and_by_id(pushing):
    pushing.push("sensors", [{"sensor": x, "count": 1} for x in "abc"])
    wait_for(lambda: total(pushing.server, "sensors"), 3)
    assert pushing.push("sensors", {"sensor": "a"}, what="delete") == {"status": "OK"}
    wait_for(lambda: total(pushing.server, "sensors"), 2)
    ident = pushing.server.records("sensors", select="recordid", where="sensor='b'")["results"][0]["recordid"]
    path = f"/api/push/1.0/sensors/realtime/{ident}/delete/"
    assert pushing.server.request("HEAD", path, params={"pushkey": pushing.keys["sensors"]}).status_code == 405
    answer = pushing.server.get(path, {"pushkey": pushing.keys["sensors"]})
    assert answer.status_code == 200 and answer.json() == {"status": "OK"}
    wait_for(lambda: [r["sensor"] for r in pushing.server.records("sensors")["results"]], ["c"])
    # Rows that came with the file go as well: their id is the hash of all values.
    pushing.push("log", {"n": 3, "word": "base"}, what="delete")
    wait_for(lambda: [r["n"] for r in pushing.server.records("log")["results"]], [1, 2, 4, 5])
    assert pushing.server.get("/api/push/1.0/sensors/realtime/12ab/delete/", {"pushkey": pushing.keys["sensors"]}).status_code == 400


PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def test_a_file_comes_inside_a_record(pushing):
    pushing.push("sensors", [{"sensor": "a", "photo": {"content": PIXEL, "content-type": "image/jpg"}},
                             {"sensor": "b", "photo": {"content": base64.b64encode(b"plain words").decode(), "content-type": "text/plain"}}])
    wait_for(lambda: total(pushing.server, "sensors"), 2)
    photos = {r["sensor"]: r["photo"] for r in pushing.server.records("sensors")["results"]}
    assert photos["a"]["format"] == "PNG" or photos["a"]["mimetype"] == "image/png", photos
    address = photos["a"]["url"]
    path = address[address.index("/api/"):]
    assert pushing.server.get(path).content == base64.b64decode(PIXEL)
    words = photos["b"]["url"]
    assert pushing.server.get(words[words.index("/api/"):]).content == b"plain words"
    pushing.kill()
    pushing.restart()
    assert pushing.server.get(path).content == base64.b64decode(PIXEL)


def test_the_catalogue_follows(pushing):
    pushing.push("log", [{"n": i, "word": "x"} for i in range(20)])
    count = lambda: pushing.server.api("/catalog/datasets/log")["metas"]["default"]["records_count"]
    wait_for(count, 25)
    wait_for(lambda: pushing.server.api("/catalog/datasets", where="records_count = 25")["total_count"], 1, 15)


def test_who_may_not_is_told_so(pushing):
    s, key = pushing.server, pushing.keys["log"]
    body = {"n": 1, "word": "x"}
    assert push(s, "log", "wrong", body, status=403)["error_code"] == "ForbiddenAccess"
    assert push(s, "log", pushing.keys["sensors"], body, status=403)
    assert s.request("POST", "/api/push/1.0/log/realtime/push/", data=json.dumps(body)).status_code == 401
    assert push(s, "nowhere", key, body, status=404)["error_code"] == "NotFoundResource"
    assert push(s, "log", key, body, status=404, resource="other")["error_code"] == "NotFoundResource"
    stoa(pushing.data, "push", "disable", "log", "--portal", HOST)
    assert "disabled" in push(s, "log", key, body, status=409)["message"]
    stoa(pushing.data, "push", "enable", "log", "--portal", HOST)
    push(s, "log", key, body)
    fresh = json.loads(stoa(pushing.data, "push", "key", "log", "--portal", HOST, "--json").stdout)["pushkey"]
    push(s, "log", key, body, status=403)
    push(s, "log", fresh, body)
    s.log.seek(0)
    said = s.log.read()
    assert key not in said and fresh not in said
    wait_for(lambda: total(s, "log"), 7)


def test_the_key_is_kept_as_a_hash_only(pushing):
    for name in os.listdir(pushing.data):
        if name.startswith("stoa.db"):
            content = (pushing.data / name).read_bytes()
            assert pushing.keys["log"].encode() not in content


def test_a_body_that_cannot_be_read_says_where(pushing):
    said = pushing.push("log", '{"n": 1,\n "word": }', status=400, raw=True)
    assert said["error_code"] == "BadRequest" and "line 2" in said["message"] and "column" in said["message"]
    for body in ("", "7", '"x"', "null", "[1]", "[[]]", "{", b"\xff\xfe", '{"n": 1}{"n": 2}', "[" * 300 + "]" * 300):
        pushing.push("log", body, status=400, raw=True)
    assert pushing.push("log", [], status=200) == {"status": "OK"}
    big = json.dumps([{"n": 1, "word": "x" * 100}] * 60000)
    assert len(big) > 5 << 20
    pushing.push("log", big, status=413, raw=True)
    assert total(pushing.server, "log") == 5


def test_records_that_do_not_fit_are_refused_with_the_field(pushing):
    said = pushing.push("log", {"n": "many", "word": "x"}, status=400)["message"]
    assert 'field "n"' in said and "many" in said and "whole number" in said
    said = pushing.push("log", [{"n": 100, "word": "x"}, {"n": 1.5}, {"n": 101}])
    assert said["status"] == "OK" and "2 of 3" in said["message"] and "record 2" in said["message"]
    wait_for(lambda: total(pushing.server, "log", where="n >= 100"), 2)
    assert "identity" in pushing.push("sensors", {"count": 1}, status=400)["message"]
    assert "not base64" in pushing.push("sensors", {"sensor": "x", "photo": {"content": "§§", "content-type": "image/png"}}, status=400)["message"]
    assert "No record" in pushing.push("log", [{"n": "a"}, {"n": "b"}], status=400)["message"]
    assert "none of the dataset's fields" in pushing.push("log", {}, status=400)["message"]
    assert "none of the dataset's fields" in pushing.push("log", {"wrod": "x"}, status=400)["message"]


def test_pages_do_not_shift_while_records_come(pushing):
    """One answer is one picture: its count and its rows agree, however many pushes come meanwhile."""
    stop, failures = threading.Event(), []

    def pour():
        i = 0
        while not stop.is_set():
            push(pushing.server, "log", pushing.keys["log"], [{"n": 1000 + i + k, "word": "w"} for k in range(10)])
            i += 10

    threads = [threading.Thread(target=pour) for _ in range(2)]
    for t in threads:
        t.start()
    end = time.monotonic() + 4
    last = 0
    while time.monotonic() < end:
        page = pushing.server.records("log", limit=100, order_by="n", select="n")
        if len(page["results"]) < 100 and page["total_count"] != len(page["results"]):
            failures.append(page["total_count"])
        if page["total_count"] < last:
            failures.append((last, page["total_count"]))
        last = page["total_count"]
        group = pushing.server.records("log", select="count(*) as n", limit=1)["results"]
        assert group[0]["n"] >= last
    stop.set()
    for t in threads:
        t.join()
    assert not failures and last > 100


def test_a_push_changes_the_tag_of_an_answer(pushing):
    path = "/api/explore/v2.1/catalog/datasets/log/records"
    before = pushing.server.get(path)
    assert pushing.server.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    pushing.push("log", {"n": 77, "word": "x"})
    wait_for(lambda: pushing.server.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code, 200, 1)


# --- what survives ------------------------------------------------------------------------------------------------


def test_what_was_answered_survives_a_kill(pushing):
    """Killed again and again amid pushes: every answered record is there, none twice, those not answered once at most."""
    answered, doubtful, n = set(), set(), 0
    for _ in range(4):
        stop = threading.Event()
        counter, lock = [n], threading.Lock()

        def pour():
            while not stop.is_set():
                with lock:
                    counter[0] += 3
                    mine = range(counter[0] - 3, counter[0])
                try:
                    push(pushing.server, "log", pushing.keys["log"], [{"n": 1000 + i, "word": "k"} for i in mine])
                    answered.update(mine)
                except Exception:
                    doubtful.update(mine)
                    return

        threads = [threading.Thread(target=pour) for _ in range(2)]
        for t in threads:
            t.start()
        time.sleep(0.7)
        pushing.kill()
        stop.set()
        for t in threads:
            t.join()
        n = counter[0]
        pushing.restart()
        lines = pushing.server.get("/api/explore/v2.1/catalog/datasets/log/exports/jsonl", {"where": "word='k'"}).text.splitlines()
        got = [json.loads(line)["n"] - 1000 for line in lines]
        assert len(got) == len(set(got)), "a record is there twice"
        assert answered <= set(got), f"lost: {sorted(answered - set(got))[:10]}"
        assert set(got) <= answered | doubtful
    assert len(answered) > 100


def compacted(pushing, dataset, least):
    status = json.loads(stoa(pushing.data, "push", "status", dataset, "--portal", HOST, "--json").stdout)
    assert not status["trouble"], status["trouble"]
    return status["version"] >= least


def test_compaction_makes_a_version_and_readers_notice_nothing(pushing):
    records = [{"n": i, "word": f"w{i % 7}"} for i in range(1000, 13000)]
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            seen.append(total(pushing.server, "log"))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(0, len(records), 3000):
        pushing.push("log", records[i:i + 3000])
    pushing.push("log", {"n": 1, "word": "base"}, what="delete")
    wait_for(lambda: compacted(pushing, "log", 2), True, 30)
    wait_for(lambda: total(pushing.server, "log"), 12004)
    stop.set()
    reader.join()
    s = pushing.server
    grown = [x for x in seen if x != 12004]
    assert grown == sorted(grown), "the count went back while the version changed"
    assert total(s, "log") == 12004
    lines = s.get("/api/explore/v2.1/catalog/datasets/log/exports/jsonl").text.splitlines()
    got = [json.loads(line)["n"] for line in lines]
    assert got[:4] == [2, 3, 4, 5] and got[4:] == list(range(1000, 13000)), "the order of the rows changed"
    pushing.push("log", {"n": 50000, "word": "after"})
    wait_for(lambda: total(s, "log"), 12005)
    pushing.kill()
    pushing.restart()
    assert total(pushing.server, "log") == 12005
    # What there was to roll back to before the pushes is there still: nothing, in this case.
    done = stoa(pushing.data, "publish", "--rollback", "--id", "log", "--portal", HOST, check=False)
    assert done.returncode == 1 and "no former version" in done.stderr


def test_kills_amid_compactions_lose_nothing_and_double_nothing(tmp_path, make_server):
    pushing = Pushing(tmp_path, make_server)
    pushed = 0
    for turn in range(4):
        for _ in range(4):
            pushing.push("log", [{"n": 100000 + pushed + k, "word": "k"} for k in range(3000)])
            pushed += 3000
        time.sleep(0.25 + 0.15 * turn)
        pushing.kill()
        pushing.restart()
        rows = pushing.server.records("log", select="count(*) as all, count(distinct n) as different", where="word='k'")["results"][0]
        assert rows == {"all": pushed, "different": pushed}
    assert total(pushing.server, "log") == pushed + 5


def test_a_publication_leaves_the_pushes_behind(pushing):
    pushing.push("log", [{"n": 99, "word": "pushed"}])
    wait_for(lambda: total(pushing.server, "log"), 6)
    publish(pushing.data, pushing.folder, "log", PLAIN, [(1, "fresh"), (2, "fresh")], "--replace")
    assert total(pushing.server, "log") == 2
    pushing.push("log", {"n": 3, "word": "onto the new one"})
    wait_for(lambda: total(pushing.server, "log"), 3)
    # Back to the former version: what was pushed onto it is there again.
    stoa(pushing.data, "publish", "--rollback", "--id", "log", "--portal", HOST)
    pushing.push("log", {"n": 100, "word": "later"})
    wait_for(lambda: sorted(r["n"] for r in pushing.server.records("log")["results"]), [1, 2, 3, 4, 5, 99, 100])
    pushing.kill()
    pushing.restart()
    assert sorted(r["n"] for r in pushing.server.records("log")["results"]) == [1, 2, 3, 4, 5, 99, 100]


def test_commands_see_what_was_pushed_and_a_backup_holds_it(pushing, tmp_path, make_server):
    pushing.push("log", {"n": 99, "word": "pushed"})
    wait_for(lambda: total(pushing.server, "log"), 6)
    stoa(pushing.data, "backup", tmp_path / "copy")
    pushing.server.stop()
    said = json.loads(stoa(pushing.data, "push", "status", "log", "--portal", HOST, "--json").stdout)
    assert said["rows"] == 6 and said["not_compacted"] == 1 and said["last_push"] == 1 and said["enabled"] is True
    stoa(tmp_path / "again", "restore", tmp_path / "copy")
    again = make_server(tmp_path / "again")
    assert total(again, "log", where="word = 'pushed'") == 1
    push(again, "log", pushing.keys["log"], {"n": 100, "word": "pushed"})
    wait_for(lambda: total(again, "log"), 7)


def test_two_pushers_of_one_id_leave_one_record(pushing):
    def pour(k):
        for i in range(40):
            push(pushing.server, "sensors", pushing.keys["sensors"], {"sensor": "same", "count": 1000 * k + i})

    threads = [threading.Thread(target=pour, args=(k,)) for k in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    wait_for(lambda: [r["count"] % 1000 for r in pushing.server.records("sensors")["results"]], [39])


def test_what_cannot_be_compacted_is_kept_and_more_is_refused(pushing):
    """Memory is bounded: when no version can be written, pushes are refused in time, and nothing answered is lost."""
    folder = next(p for p in pushing.data.glob("1/*") if (p / "v1.duckdb").exists() and p.name == "2")
    for number in range(2, 12):
        (folder / f"v{number}.duckdb.tmp").mkdir()
    for start in range(0, 24000, 4000):
        pushing.push("log", [{"n": 1000 + start + k, "word": "kept"} for k in range(4000)])
    status = lambda: json.loads(stoa(pushing.data, "push", "status", "log", "--portal", HOST, "--json").stdout)
    wait_for(lambda: bool(status()["trouble"]) and status()["not_compacted"] == 24000, True, 20)
    answer = pushing.push("log", {"n": 7, "word": "too much"}, status=503)
    assert answer["error_code"] == "PortalBusy"
    assert total(pushing.server, "log", where="word = 'kept'") == 24000
    pushing.kill()
    for number in range(2, 12):
        (folder / f"v{number}.duckdb.tmp").rmdir()
    pushing.restart()
    assert total(pushing.server, "log", where="word = 'kept'") == 24000
    wait_for(lambda: compacted(pushing, "log", 2), True, 30)
    assert total(pushing.server, "log", where="word = 'kept'") == 24000
    pushing.push("log", {"n": 7, "word": "again"})
    wait_for(lambda: total(pushing.server, "log"), 24006)


def test_a_removed_portal_takes_its_pushes_along(pushing):
    pushing.push("log", {"n": 7, "word": "private"})
    journal = pushing.data / "push" / "1"
    assert list(journal.glob("*/*.log"))
    pushing.server.stop()
    stoa(pushing.data, "portal", "remove", HOST, "--yes", "--now", check=False)
    stoa(pushing.data, "portal", "add", "other.localhost")
    stoa(pushing.data, "portal", "list")
    assert not list(journal.glob("*/*.log"))


def test_a_cursor_goes_on_over_pushes(pushing):
    """Pages by cursor go on by values: every record of the beginning is met once, whatever is pushed between the pages."""
    pushing.push("log", [{"n": n, "word": "early"} for n in range(10, 20)])
    wait_for(lambda: total(pushing.server, "log"), 15)
    met, cursor = [], "*"
    while cursor:
        page = pushing.server.records("log", cursor=cursor, limit=4, order_by="n")
        met += [r["n"] for r in page["results"]]
        cursor = page["next_cursor"]
        pushing.push("log", {"n": -len(met), "word": "late"})  # before the place that is read
        time.sleep(0.3)
    assert met == [1, 2, 3, 4, 5, *range(10, 20)]


# --- taken in again -------------------------------------------------------------------------------------------------


def recover(root, uid, resource):
    root.good("POST", f"/datasets/{uid}/resources/{resource}/recover/")
    wait_idle(root, uid)
    return root.good("GET", f"/datasets/{uid}/status/")


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
def test_what_was_left_behind_is_taken_in_again(tmp_path, keyed):
    """A source that is published leaves pushed records behind; recovering repeats them, in their order, once, and deletions among them."""
    world = World(tmp_path)
    try:
        root = Api(world, key_of(world, ROOT_USER))
        uid = root.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "Sensors"}}}}, status=201)["uid"]
        with_source(root, uid, text="n,word\n1,file\n")
        slug, resource = root.good("GET", f"/datasets/{uid}/")["dataset_id"], root.good("GET", f"/datasets/{uid}/resources/")["results"][0]["uid"]
        if keyed:
            root.good("POST", f"/datasets/{uid}/fields/", {"type": "annotate", "field": "n", "annotation": "id", "args": []}, status=201)
        root.good("POST", f"/datasets/{uid}/publish/")
        wait_idle(root, uid)
        path = root.good("POST", f"/datasets/{uid}/resources/{resource}/enable/")["url"].split("://", 1)[1]
        path = path[path.index("/"):]

        def send(body, what="push"):
            answer = root("POST", path.replace("/push/?", f"/{what}/?"), body, base="")
            assert answer.status_code == 200, answer.text

        def rows():
            got = root("GET", f"/{slug}/records?limit=100&order_by=n,word", base="/api/explore/v2.1/catalog/datasets").json()["results"]
            return [(r["n"], r["word"]) for r in got]

        send([{"n": 2, "word": "a"}, {"n": 3, "word": "b"}, {"n": 4, "word": "c"}])
        send({"n": 3, "word": "b"}, "delete")
        send({"n": 2, "word": "later"})
        whole = [(1, "file"), (2, "later"), (4, "c")] if keyed else [(1, "file"), (2, "a"), (2, "later"), (4, "c")]
        wait_for(rows, whole)
        for n in range(2):                                   # … and once more after the next publication
            file = upload(root, uid, name=f"{n}.csv", text=f"n,word\n1,file\n{50 + n},new\n")["uid"]
            source = root.good("GET", f"/datasets/{uid}/resources/{resource}/")
            root.good("PUT", f"/datasets/{uid}/resources/{resource}/", {**source, "datasource": {"type": "uploaded_file", "file": {"uid": file}}})
            root.good("POST", f"/datasets/{uid}/publish/")
            wait_idle(root, uid)
            wait_for(rows, [(1, "file"), (50 + n, "new")])
            whole = [row for row in whole if row[1] != "new"] + [(50 + n, "new")]
            assert recover(root, uid, resource)["status"] == "idle"
            wait_for(rows, whole)
            assert recover(root, uid, resource)["status"] == "idle"  # nothing is left: nothing is doubled
            send({"n": 9, "word": "mark"})
            wait_for(rows, sorted(whole + [(9, "mark")]))
            send({"n": 9, "word": "mark"}, "delete")
            wait_for(rows, whole)
    finally:
        world.stop()
