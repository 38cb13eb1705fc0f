"""A whole portal as a folder of files, and back: here under another name, in the place of itself, and on a server with other keys."""
import contextlib
import json
import os
import shutil
import sqlite3

import pytest

from conftest import Server, stoa
from probe import World


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A portal with a dataset, a file beside it, rules, people and a setting, beside a neighbour that has the same."""
    place = tmp_path_factory.mktemp("transfer")
    data = place / "data"
    for host in ("one.localhost", "two.localhost"):
        stoa(data, "portal", "add", host, "--alias", f"www.{host}", "--set", f"title=Portal {host}", "--set", "languages=en,fr")
        source = place / f"{host}.csv"
        source.write_text("id,name,secret\n" + "".join(f"{i},{host} {i},{i * 7}\n" for i in range(50)), encoding="utf-8")
        stoa(data, "publish", source, "--portal", host, "--id", "things", "--title", "Things")
        source.write_text("id,name,secret\n" + "".join(f"{i},{host} {i},{i * 7}\n" for i in range(60)), encoding="utf-8")
        stoa(data, "publish", source, "--portal", host, "--id", "things", "--replace")
        (place / "notice.txt").write_text(f"notice of {host}", encoding="utf-8")
        stoa(data, "attach", "things", place / "notice.txt", "--portal", host)
        stoa(data, "user", "add", f"ada@{host}", "--portal", host, "--role", "publisher")
        stoa(data, "group", "add", "Friends", "--portal", host)
        stoa(data, "group", "join", "Friends", f"ada@{host}", "--portal", host)
        stoa(data, "secure", "things", "--portal", host, "--group", "Friends", "--filter", "id < 10")
    stoa(data, "portal", "export", "two.localhost", place / "out")
    return place


def ask(server, host, path):
    return server.get(path, host=host)


def test_the_folder_can_be_read_by_other_programs(folder):
    out = folder / "out"
    head = json.loads((out / "portal.json").read_text())
    assert head["host"] == "two.localhost" and head["aliases"] == ["www.two.localhost"]
    assert [d["dataset_id"] for d in head["datasets"]] == ["things"] and len(head["datasets"][0]["versions"]) == 2
    rows = (out / "datasets" / "things" / "records.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 61 and "two.localhost 59" in rows[-1]
    assert json.loads((out / "datasets" / "things" / "dataset.json").read_text())["dataset_id"] == "things"
    kept = [os.path.join(at, f) for at, _, files in os.walk(out / "kept") for f in files]
    assert any(open(f, "rb").read() == b"notice of two.localhost" for f in kept)


def test_nothing_of_others_is_in_it(folder):
    with open(folder / "out" / "portal.db", "rb") as f:
        assert b"one.localhost" not in f.read()
    db = sqlite3.connect(folder / "out" / "portal.db")
    assert db.execute("select host from tenant").fetchall() == [("two.localhost",)]
    assert db.execute("select count(*) from dataset").fetchone() == (1,)


def test_it_comes_back_under_another_name_and_its_numbers_are_its_own(folder):
    stoa(folder / "data", "portal", "import", folder / "out", "--host", "three.localhost")
    server = Server(folder / "data")
    try:
        for host, own in (("one.localhost", "one.localhost"), ("two.localhost", "two.localhost"), ("three.localhost", "two.localhost")):
            answer = ask(server, host, "/api/explore/v2.1/catalog/datasets/things/records?order_by=id%20desc&limit=1").json()
            assert answer["total_count"] == 60 and answer["results"][0]["name"] == f"{own} 59"
            assert ask(server, host, "/api/explore/v2.1/catalog/datasets/things/attachments/notice_txt").text == f"notice of {own}"
    finally:
        server.stop()
    db = sqlite3.connect(folder / "data" / "stoa.db")
    rules = db.execute("select t.host, g.name, r.row_filter from dataset_rule r join account_group g on g.id = r.member_of and g.tenant = r.tenant "
                       "join dataset d on d.id = r.dataset and d.tenant = r.tenant join tenant t on t.id = r.tenant order by 1").fetchall()
    assert rules == [(h, "Friends", "id < 10") for h in ("one.localhost", "three.localhost", "two.localhost")]
    assert db.execute("select count(*) from tenant_host where host like '%two.localhost'").fetchone() == (2,)
    db.close()


def test_it_takes_the_place_of_the_portal_it_was(folder):
    data = folder / "data"
    said = stoa(data, "portal", "import", folder / "out", check=False)
    assert said.returncode != 0 and "two.localhost already" in said.stderr
    stoa(data, "portal", "set", "two.localhost", "title=Spoilt")
    stoa(data, "portal", "parent", "two.localhost", "one.localhost")
    with contextlib.closing(sqlite3.connect(data / "stoa.db")) as db, db:
        db.execute("insert into backup (tenant, uid, who, state, queued, ended) select id, 'kept', 7, 'done', 1, 1 from tenant where host = 'two.localhost'")
    stoa(data, "portal", "import", folder / "out", "--replace")
    # Who runs it and its backups stay with the place.
    with contextlib.closing(sqlite3.connect(data / "stoa.db")) as db, db:
        assert db.execute("select p.host from tenant_child c join tenant t on t.id = c.tenant join tenant p on p.id = c.parent where t.host = 'two.localhost'").fetchall() == [("one.localhost",)]
        assert db.execute("select t.host, b.who from backup b join tenant t on t.id = b.tenant").fetchall() == [("two.localhost", -1)]
        db.execute("delete from backup")
    stoa(data, "portal", "parent", "two.localhost", "--none")
    shown = json.loads(stoa(data, "portal", "list", "--json").stdout)
    two = next(p for p in shown if p["portal"] == "two.localhost")
    assert two["title"] == "Portal two.localhost" and two["aliases"] == ["www.two.localhost"] and two["datasets"] == 1


@pytest.mark.parametrize("spoil, said", [
    (lambda out: (out / "portal.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000), "portal.db"),
    (lambda out: (out / "portal.db").unlink(), "portal.db is missing"),
    (lambda out: (out / "portal.json").unlink(), "no portal.json"),
    (lambda out: (out / "portal.json").write_text("{}"), "not of a format"),
    (lambda out: [f.unlink() for f in (out / "datasets" / "things").glob("*.duckdb")], "is missing"),
    (lambda out: [f.write_bytes(b"not a database") for f in (out / "datasets" / "things").glob("*.duckdb")], "cannot be read"),
    (lambda out: sqlite3.connect(out / "portal.db").executescript("create view surprise as select 1;"), "damaged, or was not written"),
], ids=["db", "no-db", "no-head", "head", "no-version", "version", "view"])
def test_what_is_not_whole_is_refused_and_leaves_nothing(folder, tmp_path, spoil, said):
    shutil.copytree(folder / "out", tmp_path / "out")
    spoil(tmp_path / "out")
    before = stoa(folder / "data", "portal", "list").stdout
    answer = stoa(folder / "data", "portal", "import", tmp_path / "out", "--host", "nine.localhost", check=False)
    assert answer.returncode != 0 and said in answer.stderr, answer.stderr
    assert stoa(folder / "data", "portal", "list").stdout == before
    db = sqlite3.connect(folder / "data" / "stoa.db")
    assert db.execute("select count(*) from tenant where suspended = 1").fetchone() == (0,)


def test_what_an_interrupted_one_left_goes_at_the_next_start(folder):
    db = sqlite3.connect(folder / "data" / "stoa.db")
    with db:
        db.execute("insert into tenant (host, created, suspended) values ('taken-in-00.invalid', 1, 1)")
    left = db.execute("select max(id) from tenant").fetchone()[0]
    os.makedirs(folder / "data" / str(left) / "7")
    db.close()
    Server(folder / "data").stop()
    stoa(folder / "data", "portal", "list")
    db = sqlite3.connect(folder / "data" / "stoa.db")
    assert db.execute("select count(*) from tenant where suspended = 1").fetchone() == (0,)
    assert not os.path.exists(folder / "data" / str(left))


def test_on_a_server_with_other_keys_what_is_sealed_is_told(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("origin"))
    out = tmp_path_factory.mktemp("carried") / "out"
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "data"
    try:
        stoa(world.data, "portal", "export", "isoc.example", out, "--bare")
    finally:
        world.stop()
    answer = stoa(elsewhere, "portal", "import", out)
    assert "2 second factors were sealed with other keys" in answer.stdout + answer.stderr
    db = sqlite3.connect(elsewhere / "stoa.db")
    assert {t for (t,) in db.execute("select totp from account")} <= {""}
    assert db.execute("select count(*) from account").fetchone()[0] >= 3
    assert db.execute("select count(*) from session").fetchone() == (0,)
