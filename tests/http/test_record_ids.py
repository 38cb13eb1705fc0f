"""The id of a record: the same from one version to the next, and no means of finding out what is hidden by trying."""
import json
import sqlite3

from conftest import HOST, stoa
from test_push import PLAIN, enable, publish, push, total, wait_for

ROWS = [(1, "one"), (2, "two"), (3, "three")]


def ids(server, dataset, **params):
    return [r["recordid"] for r in server.records(dataset, select="recordid", order_by="n", **params)["results"]]


def test_ids_stay_from_version_to_version_and_are_no_test_of_hidden_values(tmp_path, make_server):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    publish(data, tmp_path, "hidden", PLAIN, ROWS)
    server = make_server(data)
    first = ids(server, "hidden")
    assert len(set(first)) == 3
    publish(data, tmp_path, "hidden", PLAIN, ROWS[:1] + [(9, "nine")] + ROWS[2:], "--replace")
    stoa(data, "secure", "hidden", "--portal", HOST, "--fields", "n")
    wait_for(lambda: total(server, "hidden", where="n = 9"), 1)
    now = ids(server, "hidden")
    assert now[0] == first[0] and now[1] == first[2] and now[2] not in first
    assert ids(server, "hidden", as_of=1) == first
    assert server.get(f"/explore/dataset/hidden/record/{first[0]}/").status_code == 200
    # Whoever guesses the rows, here or on a machine of their own, does not get their ids.
    publish(data, tmp_path, "guess", PLAIN, ROWS + [(9, "nine")])
    assert not set(ids(server, "guess")) & set(first + now)


def test_pushed_records_are_found_by_their_ids(tmp_path, make_server):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    publish(data, tmp_path, "log", PLAIN, ROWS)
    key = enable(data, "log")
    server = make_server(data)
    push(server, "log", key, {"n": 4, "word": "four"})
    wait_for(lambda: total(server, "log"), 4)
    before = ids(server, "log")
    # By value and by id, of the source and pushed.
    push(server, "log", key, {"n": 2, "word": "two"}, what="delete")
    push(server, "log", key, {"n": 4, "word": "four"}, what="delete")
    assert server.get(f"/api/push/1.0/log/realtime/{before[0]}/delete/", params={"pushkey": key}).status_code == 200
    wait_for(lambda: ids(server, "log"), before[2:3])
    server.stop()
    server = make_server(data)
    assert ids(server, "log") == before[2:3]


def test_what_was_pushed_to_before_keeps_its_ids(tmp_path, make_server):
    """A dataset of before there were salts: made without one, and journals name its records by ids that are made so."""
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    for name in ("old", "other", "fresh"):
        publish(data, tmp_path, name, PLAIN, ROWS)
    with sqlite3.connect(data / "stoa.db") as db:
        assert db.execute("select count(distinct salt), min(length(salt)) from dataset").fetchone() == (3, 32)
        db.execute("update dataset set salt = '-' where slug in ('old', 'other')")
    for name in ("old", "other", "fresh"):
        publish(data, tmp_path, name, PLAIN, ROWS, "--replace")
    key = enable(data, "old")
    server = make_server(data)
    assert ids(server, "old") == ids(server, "other") != ids(server, "fresh")
    push(server, "old", key, {"n": 2, "word": "two"}, what="delete")
    wait_for(lambda: total(server, "old"), 2)
    assert json.loads(stoa(data, "datasets", "--portal", HOST, "--json").stdout)
