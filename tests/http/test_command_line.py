"""The command line with the server stopped and running: the same words, the same answers, nothing lost when killed."""
import gzip
import json
import os
import random
import signal
import re
import socket
import sqlite3
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import pytest

from conftest import BINARY, HOST, stoa

ROWS = 60000


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    stoa(folder, "portal", "add", HOST, "--set", "title=City")
    return folder


@pytest.fixture
def trees(tmp_path):
    path = tmp_path / "trees.csv"
    path.write_text("id,kind,height\n" + "".join(f"{i},kind {i % 7},{i / 8}\n" for i in range(200)), encoding="utf-8")
    return path


def count(data, dataset="trees"):
    done = stoa(data, "query", "--portal", HOST, dataset, "--select", "count(*) as n", "--json")
    return json.loads(done.stdout)[0]["n"]


# --- words ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, code, says", [
    (["bogus"], 2, "no command"), ([], 2, "which command"), (["portal"], 2, "second word"), (["publish"], 2, "--portal"),
    (["publish", "--portal"], 2, "needs HOST"), (["publish", "--portal", "a", "--nope"], 2, "no option --nope"),
    (["portal", "add"], 2, "HOST"), (["query", "--portal", HOST, "a", "b"], 2, "does not take"),
    (["completion", "csh"], 2, "bash, zsh and fish"), (["query", "--portal", "nobody.example", "x"], 1, "no portal answers"),
    (["query", "--portal", HOST, "nothing"], 1, "no dataset nothing"), (["unpublish", "--portal", HOST, "nothing"], 1, "no dataset"),
    (["portal", "add", "UPPER.example"], 1, "not a host name"), (["portal", "set", HOST, "tittle=x"], 1, "no setting named"),
    (["portal", "set", HOST, "theme.accent=red"], 1, "a colour as"), (["portal", "set", HOST, "languages=xx"], 1, "comma list"),
    (["portal", "add", HOST], 1, "already belongs"), (["user", "add", "nobody", "--portal", HOST], 1, "not an e-mail"),
    (["user", "add", "a@b.example", "--portal", HOST, "--role", "king"], 1, "no role"), (["portal", "remove", HOST], 2, "--yes"),
])
def test_what_is_not_understood_says_so(data, arguments, code, says):
    done = stoa(data, *arguments, check=False)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert done.stdout == ""


def test_every_command_explains_itself(data):
    words = [line.strip() for line in stoa(data, "help").stdout.splitlines() if line.startswith("  ")]
    assert len(words) > 15
    for line in words:
        command = line.split("  ")[0].split()
        done = stoa(data, *command, "--help")
        assert done.stdout.startswith("usage: stoa"), command
        assert "--help" in done.stdout


def test_man_page_and_completion_are_well_formed(data, tmp_path):
    page = stoa(data, "man").stdout
    for word in ("publish", "doctor", "restore", "metrics_port"):
        assert word in page
    for shell, check in (("bash", ["bash", "-n"]), ("fish", None), ("zsh", None)):
        script = tmp_path / shell
        script.write_text(stoa(data, "completion", shell).stdout, encoding="utf-8")
        assert "publish" in script.read_text()
        if check:
            subprocess.run([*check, script], check=True)


def test_a_zip_whose_names_have_accents_is_published(data, tmp_path):
    path = tmp_path / "années.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("données/été.csv", "id,mot\n1,un\n2,deux\n")
    stoa(data, "publish", str(path), "--portal", HOST, "--id", "annees")
    assert count(data, "annees") == 2


def test_a_missing_data_folder_is_named(tmp_path):
    done = stoa(tmp_path / "nowhere", "datasets", "--portal", HOST, check=False)
    assert done.returncode == 1
    assert "no data folder" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_mistyped_folder_is_not_served(tmp_path):
    done = stoa(tmp_path / "typo", "serve", "--port", "0", check=False)
    assert done.returncode == 1 and f"no data folder at {tmp_path}/typo" in done.stderr and "portal add" in done.stderr, done.stderr
    assert not (tmp_path / "typo").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    for arguments in (["portal", "list"], ["portal", "add", HOST], ["serve", "--port", "0"], ["doctor"]):
        done = stoa(tmp_path, *arguments, check=False)
        assert done.returncode == 1 and "other things" in done.stderr, (arguments, done.stderr)
    assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]


def test_the_store_is_private(data):
    assert (data / "stoa.db").stat().st_mode & 0o077 == 0


def test_portal_set_takes_settings_both_ways(data):
    stoa(data, "portal", "set", HOST, "--set", "title=One")
    stoa(data, "portal", "set", HOST, "contact=a@b.example", "title=Two")
    listed = json.loads(stoa(data, "portal", "list", "--json").stdout)
    assert listed[0]["title"] == "Two"


def test_accounts_get_one_time_passwords(data):
    made = json.loads(stoa(data, "user", "add", "ada@example.org", "--portal", HOST, "--role", "admin", "--json").stdout)
    again = json.loads(stoa(data, "user", "password", "ada@example.org", "--portal", HOST, "--json").stdout)
    assert len(made["password"]) >= 20 and made["password"] != again["password"]
    listed = json.loads(stoa(data, "user", "list", "--portal", HOST, "--json").stdout)
    assert listed == [{"email": "ada@example.org", "name": "", "role": "admin", "must_change": True, "state": "active", "expired": False,
                       "second_factor": False, "permissions": ""}]
    store = (data / "stoa.db").read_bytes()
    assert made["password"].encode() not in store


# --- publishing ----------------------------------------------------------------------------------------------------

def test_publish_query_export_and_go_back(data, trees, tmp_path):
    stoa(data, "publish", trees, "--portal", HOST)
    assert count(data) == 200
    again = stoa(data, "publish", trees, "--portal", HOST, check=False)
    assert again.returncode == 1 and "--replace" in again.stderr
    trees.write_text("id,kind,height\n1,oak,3.5\n", encoding="utf-8")
    stoa(data, "publish", trees, "--portal", HOST, "--replace")
    assert count(data) == 1
    stoa(data, "publish", "--rollback", "--portal", HOST, "--id", "trees")
    assert count(data) == 200
    out = tmp_path / "out.csv"
    stoa(data, "export", "--portal", HOST, "trees", "--where", "height > 24", "-o", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,kind,height" and len(lines) == 8
    stoa(data, "unpublish", "--portal", HOST, "trees")
    assert json.loads(stoa(data, "datasets", "--portal", HOST, "--json").stdout) == []


@pytest.fixture
def places(data, tmp_path):
    rows = [{"name": f"Place {i}", "tags": ["a", "b"], "at": {"lat": 48.0 + i, "lon": 2.0}} for i in range(3)]
    (tmp_path / "places.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "schema.json").write_text(json.dumps({"fields": [
        {"name": "name", "type": "text", "label": "What it is called"}, {"name": "tags", "type": "text", "annotations": {"multivalued": []}},
        {"name": "at", "type": "geo_point_2d"}]}), encoding="utf-8")
    stoa(data, "publish", tmp_path / "places.json", "--portal", HOST, "--id", "places", "--schema", tmp_path / "schema.json")

    def export(name, *options):
        stoa(data, "export", "--portal", HOST, "places", "-o", tmp_path / name, *options)
        return (tmp_path / name).read_bytes()
    return export


def test_export_takes_what_the_api_takes(places):
    assert places("a.csv").startswith(b"name,tags,at")
    assert places("b.csv", "--no-bom").startswith(b"name,")
    head, first = places("c.csv", "--labels", "--delimiter", ";", "--with-bom", "--quote-all", "--list-separator", " + ").decode().splitlines()[:2]
    assert head.startswith("\ufeff\"What it is called\";")
    assert first.startswith('"Place 0";"a + b";')
    assert places("d.csv", "--delimiter", "tab").startswith(b"name\ttags\t")
    assert gzip.decompress(places("e.csv.gzip", "--gzip", "--format", "csv")) == places("a.csv")
    x, y = json.loads(places("f.geojson", "--epsg", "3857"))["features"][0]["geometry"]["coordinates"]
    assert abs(x - 222638.98) < 1 and abs(y - 6106854.83) < 1
    snappy, zstd = places("g.parquet"), places("h.parquet", "--compression", "zstd")
    assert snappy[:4] == zstd[:4] == b"PAR1" and snappy != zstd
    assert b"<name>a,b</name>" in places("i.gpx", "--name-field", "tags")
    described = places("j.gpx", "--description-fields", "tags", "--no-extensions", "--list-separator", "/")
    assert b"<desc>tags: a/b</desc>" in described and b"<extensions>" not in described


@pytest.mark.parametrize("options, says", [
    (["--format", "csv", "--epsg", "3857"], "--epsg changes nothing in the format csv; formats that heed it: geojson"),
    (["--format", "json", "--labels"], "--labels changes nothing in the format json"),
    (["--format", "geojson", "--epsg", "here"], "--epsg is the number"), (["--format", "geojson", "--epsg", "0"], "--epsg is the number"),
    (["--format", "csv", "--delimiter", "x"], "--delimiter is one of"), (["--format", "csv", "--delimiter", ""], "--delimiter is one of"),
    (["--format", "parquet", "--compression", "lzma"], "snappy or zstd"), (["--format", "dbf"], "no format"),
])
def test_export_refuses_what_changes_nothing(data, trees, options, says):
    stoa(data, "publish", trees, "--portal", HOST)
    done = stoa(data, "export", "--portal", HOST, "trees", *options, check=False)
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert done.stdout == ""


def test_help_man_and_completion_tell_the_options_of_exports(data):
    told = [stoa(data, "export", "--help").stdout, stoa(data, "man").stdout.replace("\\-", "-"), stoa(data, "completion", "bash").stdout]
    for option in ("epsg", "labels", "delimiter", "with-bom", "no-bom", "quote-all", "list-separator", "compression", "name-field", "description-fields", "gzip"):
        assert all("--" + option in text for text in told), option


def test_rejects_can_be_read(data, tmp_path):
    (tmp_path / "n.csv").write_text("id,height\n1,3.5\n2,tall\n", encoding="utf-8")
    (tmp_path / "n.json").write_text('{"fields":[{"name":"id","type":"int"},{"name":"height","type":"double"}]}', encoding="utf-8")
    done = stoa(data, "publish", tmp_path / "n.csv", "--portal", HOST, "--schema", tmp_path / "n.json")
    assert "did not fit" in done.stdout
    rejects = [json.loads(line) for line in stoa(data, "datasets", "--portal", HOST, "--rejects", "n").stdout.splitlines()]
    assert len(rejects) == 1
    assert (rejects[0]["row"], rejects[0]["field"], rejects[0]["value"]) == (3, "height", "tall")
    strict = stoa(data, "publish", tmp_path / "n.csv", "--portal", HOST, "--schema", tmp_path / "n.json", "--replace", "--strict", check=False)
    assert strict.returncode == 1 and "height" in strict.stderr
    assert count(data, "n") == 2


def test_a_data_package_publishes_its_resources(data, tmp_path):
    (tmp_path / "a.csv").write_text("k,v\na,1\nb,2\n", encoding="utf-8")
    (tmp_path / "b.json").write_text('[{"x": 1}, {"x": 2}, {"x": 3}]', encoding="utf-8")
    (tmp_path / "datapackage.json").write_text(json.dumps({
        "name": "two", "licenses": [{"name": "CC0-1.0", "title": "CC0 1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "resources": [{"name": "first", "path": "a.csv", "title": "The first", "description": "Letters & numbers."}, {"name": "second", "path": "b.json"}]}), encoding="utf-8")
    stoa(data, "publish", tmp_path / "datapackage.json", "--portal", HOST)
    assert count(data, "first") == 2 and count(data, "second") == 3
    listed = {d["dataset"]: d for d in json.loads(stoa(data, "datasets", "--portal", HOST, "--json").stdout)}
    assert listed["first"]["title"] == "The first"


def test_standard_input_is_a_source(data):
    done = subprocess.run([BINARY, "--data", str(data), "publish", "-", "--name", "piped.csv", "--portal", HOST], input="a,b\n1,2\n",
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert count(data, "piped") == 1


# --- with the server running ----------------------------------------------------------------------------------------

def test_commands_reach_a_running_server(data, trees, make_server):
    server = make_server(data)
    assert server.get("/api/explore/v2.1/catalog/datasets").json()["total_count"] == 0
    stoa(data, "publish", trees, "--portal", HOST, "--title", "Trees")
    assert server.records("trees", limit=1)["total_count"] == 200  # at once, although the former answer was kept
    assert server.get("/api/explore/v2.1/catalog/datasets").json()["total_count"] == 1
    assert count(data) == 200
    stoa(data, "portal", "set", HOST, "title=Another name")
    assert "Another name" in server.get("/").text
    assert "times are those of UTC" in stoa(data, "portal", "add", "new.localhost", "--set", "title=New").stderr
    assert "UTC" not in stoa(data, "portal", "add", "zoned.localhost", "--set", "timezone=Europe/Paris").stderr
    assert server.get("/", host="new.localhost").status_code == 200
    assert stoa(data, "serve", "--port", "0", check=False).returncode == 1
    assert stoa(data, "restore", data, check=False).returncode == 1
    assert stoa(data, "doctor").returncode == 0


def test_two_publications_of_one_dataset_at_once(data, tmp_path, make_server):
    make_server(data)
    big = tmp_path / "big.csv"
    with open(big, "w", encoding="utf-8") as f:
        f.write("id,word,value\n")
        f.writelines(f"{i},word {i % 999},{i * 0.5}\n" for i in range(ROWS))
    stoa(data, "publish", big, "--portal", HOST)
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(stoa(data, "publish", big, "--portal", HOST, "--replace", check=False))) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert any(c.returncode == 0 for c in codes)
    for c in codes:
        assert c.returncode == 0 or "being changed" in c.stderr
    assert count(data, "big") == ROWS


def test_readers_never_see_half_a_version(data, tmp_path, make_server):
    server = make_server(data)
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("v\n" + "1\n" * 3000, encoding="utf-8")
    b.write_text("v\n" + "2\n" * 5000, encoding="utf-8")
    stoa(data, "publish", a, "--portal", HOST, "--id", "d")
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            # An unknown parameter makes each answer a fresh one.
            got = server.records("d", select="count(*) as n, sum(v) as s", x=random.random())
            seen.add((got["results"][0]["n"], got["results"][0]["s"]))

    reader = threading.Thread(target=read)
    reader.start()
    for source in (b, a, b):
        stoa(data, "publish", source, "--portal", HOST, "--id", "d", "--replace")
    stop.set()
    reader.join()
    assert seen <= {(3000, 3000), (5000, 10000)}, seen
    assert len(seen) == 2


def test_a_command_that_leaves_is_cancelled(data, tmp_path, make_server):
    make_server(data)
    big = tmp_path / "big.csv"
    with open(big, "w", encoding="utf-8") as f:
        f.write("id,word\n")
        f.writelines(f"{i},word {i}\n" for i in range(400000))
    running = subprocess.Popen([BINARY, "--data", str(data), "publish", str(big), "--portal", HOST], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    running.send_signal(signal.SIGKILL)
    running.wait()
    deadline = time.time() + 20
    while time.time() < deadline and list(data.rglob("*.tmp")):
        time.sleep(0.1)
    assert not list(data.rglob("*.tmp"))
    assert json.loads(stoa(data, "datasets", "--portal", HOST, "--json").stdout) == []


def test_a_server_ends_whatever_its_control_clients_do(data, tmp_path, make_server):
    server = make_server(data)
    wide = tmp_path / "wide.csv"
    wide.write_text("a\n" + f"{'x' * 4000}\n" * 100, encoding="utf-8")
    stoa(data, "publish", wide, "--portal", HOST)
    silent = socket.socket(socket.AF_UNIX)
    silent.connect(str(data / "control.sock"))
    # A pager that shows its first page: the pipe is full and nobody reads on.
    reader = subprocess.Popen([BINARY, "--data", str(data), "query", "--portal", HOST, "wide", "--json"], stdout=subprocess.PIPE)
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    try:
        assert server.process.wait(timeout=20) == 0
    finally:
        silent.close()
        reader.stdout.close()
        reader.wait(timeout=20)


def test_streams_of_a_request_that_makes_no_sense_are_closed(data, make_server):
    server = make_server(data)
    held = lambda: len(os.listdir(f"/proc/{server.process.pid}/fd"))
    before = held()
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(data / "control.sock"))
            socket.send_fds(s, [b"\x02\x00\x00\x00"], [0, 1, 2, 2])
            s.settimeout(10)
            assert s.recv(1) == b""
    deadline = time.time() + 5
    while held() > before + 10 and time.time() < deadline:
        time.sleep(0.2)
    assert held() <= before + 10
    assert stoa(data, "datasets", "--portal", HOST).returncode == 0


# --- pulling the plug -------------------------------------------------------------------------------------------------

@pytest.mark.slow
def test_kill_at_any_moment_loses_no_published_version(data, tmp_path):
    source = tmp_path / "plug.csv"
    with open(source, "w", encoding="utf-8") as f:
        f.write("id,word,value\n")
        f.writelines(f"{i},word {i % 999},{i * 0.5}\n" for i in range(ROWS))
    stoa(data, "portal", "set", HOST, "versions.kept=2")
    stoa(data, "publish", source, "--portal", HOST)
    random.seed(7)
    for _ in range(8):
        running = subprocess.Popen([BINARY, "--data", str(data), "publish", str(source), "--portal", HOST, "--replace"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.05, 1.5))
        running.kill()
        running.wait()
        assert count(data, "plug") == ROWS
    stoa(data, "datasets", "--portal", HOST)
    left = [p.name for p in data.rglob("*") if p.suffix == ".tmp"]
    assert left == []
    files = [p.name for p in (data / "1").rglob("v*.duckdb")]
    assert len(files) <= 3, files  # the two versions that are kept, and the catalogue
    assert stoa(data, "doctor").returncode == 0


def test_a_server_killed_starts_again_with_everything(data, trees, make_server):
    server = make_server(data)
    stoa(data, "publish", trees, "--portal", HOST)
    server.process.kill()
    server.process.wait()
    again = make_server(data)
    assert again.records("trees", limit=1)["total_count"] == 200


def test_a_full_disk_is_said_and_nothing_is_lost(data, trees, tmp_path):
    stoa(data, "publish", trees, "--portal", HOST)
    big = tmp_path / "big.csv"
    with open(big, "w", encoding="utf-8") as f:
        f.write("id,word\n")
        f.writelines(f"{i},{random.getrandbits(256):x}\n" for i in range(ROWS))
    # A limit on file size stands for a full disk: the write fails in the same place.
    done = subprocess.run(["sh", "-c", 'ulimit -f 2000; exec "$@"', "sh", BINARY, "--data", str(data), "publish", str(big), "--portal", HOST],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stdout
    assert "space" in done.stderr or "room" in done.stderr, done.stderr
    assert not list(data.rglob("*.tmp"))
    assert [d["dataset"] for d in json.loads(stoa(data, "datasets", "--portal", HOST, "--json").stdout)] == ["trees"]


# --- backup -----------------------------------------------------------------------------------------------------------

def test_backup_and_restore(data, trees, tmp_path, make_server):
    make_server(data)
    stoa(data, "publish", trees, "--portal", HOST, "--title", "Trees")
    stoa(data, "publish", trees, "--portal", HOST, "--replace")
    stoa(data, "backup", tmp_path / "copy")
    refused = stoa(data, "backup", tmp_path / "copy", check=False)
    assert refused.returncode == 1 and "exists already" in refused.stderr
    fresh = tmp_path / "fresh"
    stoa(fresh, "restore", tmp_path / "copy")
    assert count(fresh) == 200
    stoa(fresh, "publish", "--rollback", "--portal", HOST, "--id", "trees")  # the former version came along
    assert count(fresh) == 200
    live = stoa(tmp_path / "other", "restore", data, check=False)
    assert live.returncode == 1 and "a server runs" in live.stderr
    again = stoa(fresh, "restore", tmp_path / "copy", check=False)
    assert again.returncode == 1 and "portals already" in again.stderr


def test_keys_are_kept_apart_from_backups(data, tmp_path):  # SES-14
    keys = data / "keys" / "master"
    stoa(data, "backup", tmp_path / "copy")
    assert keys.stat().st_mode & 0o777 == 0o600 and not (tmp_path / "copy" / "keys").exists()
    (tmp_path / "kept").write_bytes(keys.read_bytes())
    said = stoa(tmp_path / "without", "restore", tmp_path / "copy")
    assert "New keys were made" in said.stderr and not (tmp_path / "copy" / "keys").exists()
    assert (tmp_path / "without" / "keys" / "master").read_bytes() != keys.read_bytes()
    said = stoa(tmp_path / "with", "restore", tmp_path / "copy", "--keys", tmp_path / "kept")
    assert "New keys" not in said.stderr and (tmp_path / "with" / "keys" / "master").read_bytes() == keys.read_bytes()
    (tmp_path / "with" / "keys" / "master").chmod(0o644)
    refused = stoa(tmp_path / "with", "portal", "list", check=False)
    assert refused.returncode == 1 and "chmod 600" in refused.stderr


def test_sessions_are_listed_and_ended(data):
    stoa(data, "user", "add", "ada@town.example", "--portal", HOST, "--role", "member")
    assert json.loads(stoa(data, "sessions", "list", "--portal", HOST, "--user", "ada@town.example", "--json").stdout) == []
    assert stoa(data, "sessions", "revoke", "--portal", HOST, "--everybody").stdout == "0 sessions have ended\n"
    assert "0 sessions" in stoa(data, "sessions", "purge").stdout
    unknown = stoa(data, "sessions", "revoke", "--portal", HOST, "--user", "nobody@town.example", check=False)
    assert unknown.returncode == 1
    assert stoa(data, "sessions", "revoke", "--portal", HOST, check=False).returncode == 2


def test_doctor_finds_a_damaged_version(data, trees):
    stoa(data, "publish", trees, "--portal", HOST)
    version = next((data / "1" / "1").glob("v*.duckdb"))
    with open(version, "r+b") as f:
        f.seek(4096 * 3 + 100)
        f.write(os.urandom(200000))
    done = stoa(data, "doctor", "--json", check=False)
    assert done.returncode == 1
    findings = json.loads(done.stdout)
    assert any(f["verdict"] == "bad" and "trees" in f["text"] and f["todo"] for f in findings)


def step_back(data):
    """The store as the version before the last step left it; gives its format."""
    steps = (Path(__file__).parents[2] / "src/store/migrations.def").read_text().split("\nSTEP(")[1:]
    number = int(steps[-1].split(",")[0])
    books = sqlite3.connect(data / "stoa.db")
    for table in re.findall(r"create table (\w+)", steps[-1]):
        books.execute(f"drop table {table}")
    for table, column in re.findall(r"alter table (\w+) add column (\w+)", steps[-1]):
        books.execute(f"alter table {table} drop column {column}")
    books.execute(f"pragma user_version={number - 1}")
    books.commit()
    books.close()
    return number - 1


def format_of(path):
    books = sqlite3.connect(path)
    number = books.execute("pragma user_version").fetchone()[0]
    books.close()
    return number


def test_an_upgrade_keeps_the_former_store_and_a_look_leaves_it_alone(data):
    former = step_back(data)
    done = stoa(data, "doctor")
    assert "a migration is waiting" in done.stdout and "DuckDB" in done.stdout and format_of(data / "stoa.db") == former
    refused = stoa(data, "portal", "list", check=False)
    assert refused.returncode == 1 and "a migration is waiting" in refused.stderr and format_of(data / "stoa.db") == former
    kept = data / f"stoa.db.format-{former}"
    assert not kept.exists()
    assert kept.name in stoa(data, "portal", "set", HOST, "title=Town").stderr
    assert format_of(data / "stoa.db") > former and format_of(kept) == former and (kept.stat().st_mode & 0o777) == 0o600
    assert not [f for f in data.glob("stoa.db.format-*") if f != kept]
    done = stoa(data, "doctor")
    assert kept.name in done.stdout and "no migration is waiting" in done.stdout
    assert stoa(data, "portal", "set", HOST, "title=City").stderr == ""


def test_doctor_goes_on_when_the_store_is_damaged(data):
    with open(data / "stoa.db", "r+b") as f:
        f.seek(0)
        f.write(os.urandom(8192))
    done = stoa(data, "doctor", "--json", check=False)
    findings = json.loads(done.stdout)
    assert done.returncode == 1 and len(findings) >= 6
    assert [f for f in findings if f["verdict"] == "bad" and "store" in f["text"] and "restore BACKUP" in f["todo"]]
    assert [f for f in findings if "free" in f["text"]] and [f for f in findings if "clock" in f["text"]]
