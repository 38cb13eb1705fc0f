"""Work on datasets: the queue and its states, what ends a job, what a crash leaves, schedules, letters, followers."""
import io
import json
import os
import resource
import signal
import struct
import subprocess
import threading
import time
import urllib.parse
import zipfile
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from conftest import stoa
from elsewhere import Handler, serving
from probe import ADA, ROOT_USER, World
from test_manage_datasets import Api, key_of

HOST = "isoc.example"
SECOND = 1_000_000


class Source(Handler):
    body, status, hold, asked = b"name,height\noak,20\nlime,18\n", 200, None, 0

    def do_GET(self):
        cls = type(self)
        cls.asked += 1
        if cls.hold:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                self.wfile.write(b"name,height\n")
                self.wfile.flush()
                cls.hold.wait(30)
            except OSError:
                pass
            return
        self.send_response(cls.status)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(cls.body)))
        self.end_headers()
        self.wfile.write(cls.body)


@pytest.fixture(scope="module")
def source():
    with serving(Source) as server:
        yield server


@pytest.fixture(autouse=True)
def well():
    Source.body, Source.status, Source.hold = b"name,height\noak,20\nlime,18\n", 200, None
    yield
    if Source.hold:
        Source.hold.set()


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("jobs"), options=("--fetch_private", "--job_silence_s=2"))
    yield made
    made.stop()


def work(world, op, **more):
    return world.ask("POST", "/work", json={"host": HOST, "op": op, **more}).json()


def doc(source, processors=()):
    url = f"http://127.0.0.1:{source.server_port}" if hasattr(source, "server_port") else source
    return {"resources": [{"type": "csvfile", "title": "x", "params": {}, "datasource": {"type": "http", "connection": {"type": "http", "url": url}, "relative_url": "/x.csv"}}],
            "processors": list(processors), "fields": [], "metadata": {}}


def make(world, source, title, processors=()):
    made = work(world, "create", title=title, doc=doc(source, processors))
    assert "dataset" in made, made
    return made["dataset"], made["slug"]


def settled(world, dataset, seconds=20):
    end = time.monotonic() + seconds
    while True:
        now = work(world, "status", dataset=dataset)
        if now["status"] in ("idle", "error", "limit_reached"):
            return now
        assert time.monotonic() < end, now
        time.sleep(0.03)


def until(what, seconds=15):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def rows(world, slug):
    answer = world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/records?limit=0", headers={"Accept": "application/json"})
    return answer.json()["total_count"] if answer.status_code == 200 else None


def test_a_dataset_is_published_and_unpublished(jobs, source):
    d, slug = make(jobs, source, "Trees")
    assert work(jobs, "status", dataset=d)["status"] == "idle"
    job = work(jobs, "put", dataset=d)["job"]
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 2
    item = work(jobs, "list", dataset=d)[0]
    assert item["id"] == job and item["outcome"] == "done" and item["rows"] == 2 and item["title"] == "Trees"
    assert work(jobs, "log", job=job)
    work(jobs, "put", dataset=d, if_changed=True)
    settled(jobs, d)
    assert work(jobs, "list", dataset=d)[0]["outcome"] == "unchanged"
    work(jobs, "put", dataset=d, kind=2)
    now = settled(jobs, d)
    assert now["status"] == "idle" and now["previous"] == "deleting" and rows(jobs, slug) is None
    assert "not published" in work(jobs, "put", dataset=d, kind=2)["message"]


def test_what_was_cut_at_a_limit_comes_whole_when_the_limit_is_raised(jobs, source):
    """The source has not changed, and a clock asks: it is read again all the same, once."""
    from conftest import stoa

    def limited(n):
        stoa(jobs.data, "portal", "set", HOST, "--set", f"limits.records={n}")

    def run():
        work(jobs, "put", dataset=d, if_changed=True)
        return settled(jobs, d)["status"], work(jobs, "list", dataset=d)[0]["outcome"], rows(jobs, slug)
    d, slug = make(jobs, source, "Cut")
    limited(1)
    try:
        assert run() == ("limit_reached", "limit_reached", 1)
        assert run() == ("limit_reached", "unchanged", 1)
        limited(5)
        assert run() == ("idle", "done", 2)
        assert run() == ("idle", "unchanged", 2)
    finally:
        limited(0)


def test_states_refuse_what_cannot_be(jobs, source):
    d, slug = make(jobs, source, "Busy")
    Source.hold = threading.Event()
    before = Source.asked
    work(jobs, "put", dataset=d)
    until(lambda: Source.asked > before)
    now = work(jobs, "status", dataset=d)
    assert now["status"] == "processing" and now["previous"] == "queued" and now["phase"] == "fetching"
    refused = work(jobs, "put", dataset=d)
    assert refused["error"] == "Conflict" and "'processing'" in refused["message"] and "'idle'" in refused["message"]
    waits = work(jobs, "put", dataset=d, who=0, if_changed=True)["job"]           # a schedule waits …
    assert work(jobs, "put", dataset=d, who=0)["job"] == waits                     # … once
    began = time.monotonic()
    assert work(jobs, "abort", dataset=d) is None
    assert work(jobs, "status", dataset=d)["status"] in ("aborting_processing", "idle")
    assert settled(jobs, d)["status"] == "idle"
    assert time.monotonic() - began < 1.5, "stopping took too long"
    assert [x["outcome"] for x in work(jobs, "list", dataset=d)] == ["aborted", "aborted"]
    assert work(jobs, "abort", dataset=d)["error"] == "Conflict" and rows(jobs, slug) is None
    assert list(jobs.data.glob("*/datasets/**/*.tmp")) == []


def test_a_failing_source_leaves_what_is_published(jobs, source):
    d, slug = make(jobs, source, "Failing")
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 2
    Source.status = 500
    work(jobs, "put", dataset=d)
    now = settled(jobs, d)
    assert now["status"] == "error" and "500" in now["message"] and rows(jobs, slug) == 2
    Source.status, Source.body = 200, b"name,weight\noak,1\n"       # another schema at the source
    work(jobs, "put", dataset=d)
    now = settled(jobs, d)
    assert now["status"] == "idle" or "height" in now["message"], now
    assert rows(jobs, slug) in (1, 2)


def test_record_errors_are_listed(jobs, source):
    d, slug = make(jobs, source, "Errors")
    work(jobs, "write", dataset=d, doc={**doc(source), "fields": [{"type": "type", "name": "height", "type_param": "int", "label": "int"}]})
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    assert isinstance(work(jobs, "faults", dataset=d), list)


def test_a_stopped_reader_is_noticed(jobs, source):
    """The lease of what gives no sign of life runs out: the work is stopped, tried again, and told of."""
    d, slug = make(jobs, source, "Stopped")
    Source.body = b"name,height\n" + b"".join(b"tree%d,%d\n" % (i, i) for i in range(100_000))
    job = work(jobs, "put", dataset=d)["job"]
    stopped = []

    def stop_child():
        found = subprocess.run(["pgrep", "-P", str(jobs.server.process.pid)], stdout=subprocess.PIPE, text=True).stdout.split()
        for pid in found:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if b"__load" in f.read():
                    os.kill(int(pid), signal.SIGSTOP)
                    stopped.append(int(pid))
        return bool(stopped)
    until(stop_child)
    until(lambda: any("no progress" in line for line in work(jobs, "log", job=job)), 20)
    assert not os.path.exists(f"/proc/{stopped[0]}") or open(f"/proc/{stopped[0]}/stat").read().split()[2] == "Z"
    assert work(jobs, "status", dataset=d)["status"] in ("queued", "processing", "idle")
    jobs.advance(60)                                                   # it waits a little before it is tried again
    until(lambda: work(jobs, "list", dataset=d)[0]["outcome"] == "done", 40)
    assert rows(jobs, slug) == 100_000


def test_a_crash_is_recovered_from(jobs, source):
    d, slug = make(jobs, source, "Crash")
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    Source.hold = threading.Event()
    before = Source.asked
    job = work(jobs, "put", dataset=d)["job"]
    for n in range(3):
        until(lambda: Source.asked > before)
        before = Source.asked
        jobs.server.process.kill()
        jobs.server.process.wait()
        jobs._start()
        assert rows(jobs, slug) == 2, "what was published went with the server"
    now = settled(jobs, d)
    log = work(jobs, "log", job=job)
    assert sum("begins again" in line for line in log) == 2 and now["status"] == "error" and "three times" in now["message"]
    Source.hold.set()
    Source.hold = None
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle"


def test_a_server_that_stops_goes_on_later(jobs, source):
    d, slug = make(jobs, source, "Stops")
    Source.hold = threading.Event()
    before = Source.asked
    job = work(jobs, "put", dataset=d)["job"]
    until(lambda: Source.asked > before)
    jobs.server.stop()
    Source.hold.set()
    Source.hold = None
    jobs._start()
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 2
    assert any("gone on with" in line for line in work(jobs, "log", job=job))


# --- what lies in files


def test_pictures_beside_a_table_in_an_archive(jobs, source):
    """They become files of the records that name them, by path or by name; one that is missing is told."""
    png = lambda n: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0" + bytes([n]) + b"\0\0\0\2\x08\2\0\0\0" + b"x" * 200_000
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("trees.csv", "name,photo\noak,img/a.png\nlime,b.png\nelm,none.png\n")
        z.writestr("img/a.png", png(3))
        z.writestr("deep/er/b.png", png(4))
        z.writestr("__MACOSX/._a.png", b"no")
    Source.body = packed.getvalue()
    d, slug = make(jobs, source, "Pictures")
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle"
    assert any("type file" in x for x in work(jobs, "log", job=work(jobs, "list", dataset=d)[0]["id"])), "nobody says what to do with them"
    work(jobs, "write", dataset=d, doc={**doc(source), "fields": [{"type": "type", "field": "photo", "type_param": "file"}]})
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle"
    assert any("2 files of the archive were kept; 1 that records name" in x and "none.png" in x for x in work(jobs, "log", job=work(jobs, "list", dataset=d)[0]["id"]))
    page = jobs.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/records", headers={"Accept": "application/json"}).json()["results"]
    photos = {r["name"]: r["photo"] for r in page}
    assert photos["oak"]["mimetype"] == "image/png" and photos["oak"]["width"] == 3 and photos["lime"]["width"] == 4, photos
    got = jobs.client(HOST).get(urllib.parse.urlsplit(photos["lime"]["url"]).path)
    assert got.content == png(4)
    assert list(jobs.data.glob("*/datasets/**/*.tmp")) == []


def old_workbook(rows, merged):
    """BIFF8 in an OLE2 container, as little of it as makes a workbook."""
    record = lambda kind, body: struct.pack("<HH", kind, len(body)) + body
    bof = lambda kind: record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xdbb, 0x7cc, 0, 6))
    texts = [c for r in rows for c in r if isinstance(c, str)]
    sst = struct.pack("<II", len(texts), len(texts)) + b"".join(struct.pack("<HB", len(x), 0) + x.encode("latin-1") for x in texts)
    xf = record(0xe0, struct.pack("<HHH", 0, 0, 0) + bytes(14)) * 16
    def globals_(at):
        return bof(5) + record(0x42, struct.pack("<H", 1200)) + xf + record(0x85, struct.pack("<IHBB", at, 0, 2, 0) + b"T1") + record(0xfc, sst) + record(0x0a, b"")
    cells, n = b"", 0
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, str):
                cells, n = cells + record(0xfd, struct.pack("<HHHI", y, x, 15, n)), n + 1
            elif cell is not None:
                cells += record(0x203, struct.pack("<HHHd", y, x, 15, cell))
    sheet = bof(16) + record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)) + cells
    sheet += record(0xe5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *m) for m in merged)) + record(0x0a, b"")
    stream = globals_(len(globals_(0))) + sheet
    stream += bytes(max(4096, -(-len(stream) // 512) * 512) - len(stream))
    sectors = len(stream) // 512
    table = list(range(1, sectors)) + [0xfffffffe, 0xfffffffe, 0xfffffffd]
    table += [0xffffffff] * (128 - len(table))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHHIHIIIIIII", 0x3e, 3, 0xfffe, 9, 6, 0, 0, 0, 1, sectors, 0, 4096, 0xfffffffe, 0)
    head += struct.pack("<II", 0xfffffffe, 0) + struct.pack("<I", sectors + 1) + b"\xff" * 4 * 108
    entry = lambda name, kind, child, start, size: (name.encode("utf-16le").ljust(64, b"\0") + struct.pack("<HBBIII", 2 * len(name) + 2 if name else 0, kind, 1, 0xffffffff, 0xffffffff, child) +
                                                    bytes(36) + struct.pack("<IQ", start, size))
    folder = entry("Root Entry", 5, 1, 0xfffffffe, 0) + entry("Workbook", 2, 0xffffffff, 0, len(stream)) + entry("", 0, 0xffffffff, 0, 0) * 2
    return head + stream + folder + struct.pack("<128I", *table)


def test_merged_cells_of_an_old_workbook(jobs, source):
    Source.body = old_workbook([["town", "street", "trees"], ["Metz", "Rue Haute", 3.0], [None, "Rue Basse", 4.0], ["Nancy", "Quai", 5.0]], [(1, 2, 0, 0)])
    d, slug = make(jobs, source, "Old workbook")
    work(jobs, "write", dataset=d, doc={**doc(source), "resources": [{**doc(source)["resources"][0], "type": "excel"}]})
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle", work(jobs, "status", dataset=d)
    page = jobs.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/records?order_by=trees", headers={"Accept": "application/json"}).json()["results"]
    assert [r["town"] for r in page] == ["Metz", "Metz", "Nancy"], page


# --- schedules


def local(us, zone):
    return datetime.fromtimestamp(us / SECOND, timezone.utc).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def test_cron_texts_are_checked(jobs, source):
    d, slug = make(jobs, source, "Crons")
    ask = lambda cron, zone="Europe/Paris": work(jobs, "schedule", dataset=d, uid="", cron=cron, timezone=zone)
    made = ask("0  6 * * mon-fri")
    assert made["cron"] == "0 6 * * mon-fri" and local(made["next"], "Europe/Paris").endswith("06:00")
    for bad, part in (("61 * * * *", "minute"), ("0 24 * * *", "hour"), ("0 0 0 * *", "day of the month"), ("0 0 * 13 *", "month"), ("0 0 * * 8", "day of the week"),
                      ("* * * *", "five parts"), ("@daily", "five parts"), ("0 0 31 2 *", "never"), ("*/2 * * * *", "every 2 minutes"), ("0,3 * * * *", "every 3 minutes"), ("0 0 * * 5-1", "day of the week")):
        got = ask(bad)
        assert got["error"] == "InvalidRESTParameterError" and part in got["message"], (bad, got)
    assert "time zone" in ask("0 0 * * *", "Mars/Olympus")["message"]
    assert work(jobs, "schedule", dataset=d, uid="sc_none00", cron="0 0 * * *", timezone="")["error"] == "NotFoundResource"
    assert work(jobs, "schedule", dataset=d, uid=made["uid"], cron="*/5 * * * *", timezone="")["uid"] == made["uid"]


def test_a_schedule_publishes_what_has_changed(jobs, source):
    d, slug = make(jobs, source, "Scheduled")
    work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="Asia/Kathmandu")
    jobs.advance(700)
    time.sleep(1.2)
    assert work(jobs, "list", dataset=d) == [], "what is not published was published by the clock"
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    jobs.advance(700)
    until(lambda: work(jobs, "list", dataset=d)[0]["outcome"] == "unchanged")
    Source.body = b"name,height\nelm,3\n"
    jobs.advance(700)
    until(lambda: rows(jobs, slug) == 1)
    item = work(jobs, "list", dataset=d)[0]
    assert item["who"] == 0 and work(jobs, "schedules", dataset=d)[0]["last"] > 0
    count = len(work(jobs, "list", dataset=d))
    jobs.advance(30 * 3600)                                   # a long stop: begun once, not two hundred times
    until(lambda: len(work(jobs, "list", dataset=d)) > count)
    time.sleep(1.2)
    assert len(work(jobs, "list", dataset=d)) == count + 1
    back = jobs.now() - 7 * 86400                              # the wall clock goes back a week
    jobs.set_clock(back)
    until(lambda: abs(work(jobs, "schedules", dataset=d)[0]["next"] / SECOND - back) < 700)


def test_nothing_is_published_by_the_clock_while_a_portal_is_closed(jobs, source):
    d, slug = make(jobs, source, "Closed for now")
    work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="")
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    Source.body = b"name,height\nelm,3\n"
    count = len(work(jobs, "list", dataset=d))
    stoa(jobs.data, "portal", "suspend", HOST)
    try:
        until(lambda: jobs.client(HOST).get("/").status_code in (403, 404, 503))
        jobs.advance(700)
        until(lambda: work(jobs, "schedules", dataset=d)[0]["next"] > jobs.now() * SECOND)
        assert len(work(jobs, "list", dataset=d)) == count, "what came due meanwhile was begun"
    finally:
        stoa(jobs.data, "portal", "resume", HOST)
    until(lambda: rows(jobs, slug) == 2)
    jobs.advance(700)
    until(lambda: rows(jobs, slug) == 1)


def test_failures_are_told_once(jobs, source):
    d, slug = make(jobs, source, "Told")
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    made = work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="")
    before = len(jobs.letters())
    Source.status = 404
    for n in range(2):
        jobs.advance(700)
        until(lambda: work(jobs, "schedules", dataset=d)[0]["failures"] == n + 1)
    until(lambda: any("Told" in x["Subject"] for x in jobs.letters()[before:]), 60)
    time.sleep(0.7)
    told = [x for x in jobs.letters()[before:] if "Told" in x["Subject"]]
    people = {x["To"] for x in told}
    assert told and len(told) == len(people), "a letter a streak"
    text = told[0].get_content()
    assert "404" in text and "/backoffice/datasets/da_" in text and "still there for readers" in text
    Source.status = 200
    jobs.advance(700)
    until(lambda: work(jobs, "schedules", dataset=d)[0]["failures"] == 0)
    Source.status = 404
    jobs.advance(700)
    until(lambda: len([x for x in jobs.letters() if "Told" in x["Subject"]]) > len(told), 60)


def test_a_source_that_has_nothing_any_more_does_not_empty_a_dataset_by_the_clock(jobs, source):
    d, slug = make(jobs, source, "Emptied")
    Source.body = b"name,height\n" + b"".join(b"oak,%d\n" % n for n in range(200))
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="")
    before = len(jobs.letters())
    Source.body = b"name,height\n"
    jobs.advance(700)
    until(lambda: work(jobs, "schedules", dataset=d)[0]["failures"] == 1)
    said = work(jobs, "status", dataset=d)
    assert rows(jobs, slug) == 200 and said["status"] == "error" and "no records any more" in said["message"], said
    until(lambda: any("Emptied" in x["Subject"] for x in jobs.letters()[before:]), 60)
    assert "by its schedule" in next(x for x in jobs.letters()[before:] if "Emptied" in x["Subject"]).get_content()
    # Much less is published, and told in the log; by hand nothing is nothing.
    Source.body = b"name,height\noak,1\n"
    jobs.advance(700)
    until(lambda: rows(jobs, slug) == 1)
    last = work(jobs, "list", dataset=d)[0]["id"]
    assert "the version before had 200" in stoa(jobs.data, "jobs", "log", last, "--portal", HOST).stdout
    Source.body = b"name,height\n"
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    assert rows(jobs, slug) == 0


def test_a_letter_about_a_run_by_hand_speaks_of_no_schedule(jobs, source):
    d, slug = make(jobs, source, "Handmade")
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    before = len(jobs.letters())
    Source.status = 404
    assert stoa(jobs.data, "run", slug, "--portal", HOST, check=False).returncode == 1
    until(lambda: any("Handmade" in x["Subject"] for x in jobs.letters()[before:]), 60)
    text = next(x for x in jobs.letters()[before:] if "Handmade" in x["Subject"]).get_content()
    assert "404" in text and "schedule" not in text and "still there for readers" in text


def test_publishing_by_hand_asks_the_source_for_news(jobs, source):
    d, slug = make(jobs, source, "News")
    body = doc(source)
    body["resources"][0]["uid"] = "re_aaaaaa"                             # the same source every time
    title = lambda text: work(jobs, "write", dataset=d, doc={**body, "metadata": {"default": {"title": {"en": text}}}})
    told = lambda: jobs.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}", headers={"Accept": "application/json"}).json()["metas"]["default"]["title"]
    title("First")
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 2
    title("Second")                                                       # only told otherwise: no new version, yet the source was asked
    before = Source.asked
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle" and told() == "Second" and Source.asked > before
    said = work(jobs, "log", job=work(jobs, "list", dataset=d)[0]["id"])
    assert any("no other data" in x for x in said), said
    Source.body = b"name,height\noak,20\nlime,18\nelm,3\n"                # and now it has news
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 3
    title("Third")
    Source.body = b"name,height\noak,20\n"
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle" and rows(jobs, slug) == 1 and told() == "Third"
    title("Fourth")
    Source.status = 500                                                   # not to be had: told otherwise all the same, and said
    work(jobs, "put", dataset=d)
    now = settled(jobs, d)
    assert now["status"] == "error" and "500" in now["message"] and "still those of version" in now["message"]
    assert rows(jobs, slug) == 1 and told() == "Fourth"
    work(jobs, "put", dataset=d)                                          # nor does another click make it well
    assert settled(jobs, d)["status"] == "error"


def test_a_schedule_publishes_what_was_published_and_not_the_draft(jobs, source):
    d, slug = make(jobs, source, "Draft")
    records = lambda: jobs.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}", headers={"Accept": "application/json"}).json()
    title = lambda text: {"default": {"title": {"en": text}}}
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="")
    skip = [{"type": "skip_record", "field": "name", "value": "oak"}]
    written = work(jobs, "write", dataset=d, doc={**doc(source, skip), "metadata": title("Half done")})
    assert "revision" in written, written
    Source.body = b"name,height\noak,20\nlime,18\nelm,3\n"
    jobs.advance(700)
    until(lambda: rows(jobs, slug) == 3)
    settled(jobs, d)
    assert any("draft has changes" in x for x in work(jobs, "log", job=work(jobs, "list", dataset=d)[0]["id"]))
    assert records()["metas"]["default"]["title"] == "Draft"
    work(jobs, "put", dataset=d, kind=1)                                  # the metadata alone are published: they stay
    settled(jobs, d)
    assert records()["metas"]["default"]["title"] == "Half done" and rows(jobs, slug) == 3
    Source.body = b"name,height\noak,20\n"
    jobs.advance(700)
    until(lambda: rows(jobs, slug) == 1)
    settled(jobs, d)
    assert records()["metas"]["default"]["title"] == "Half done"
    work(jobs, "put", dataset=d)                                          # and by hand: the draft
    settled(jobs, d)
    assert rows(jobs, slug) == 0, (work(jobs, "status", dataset=d), work(jobs, "log", job=work(jobs, "list", dataset=d)[0]["id"]))


def test_record_errors_are_told_once(jobs, source):
    d, slug = make(jobs, source, "Torn")
    work(jobs, "write", dataset=d, doc={**doc(source), "fields": [{"type": "type", "field": "height", "type_param": "int"}]})
    work(jobs, "put", dataset=d)
    settled(jobs, d)
    work(jobs, "schedule", dataset=d, uid="", cron="*/10 * * * *", timezone="")
    told = lambda: [x for x in jobs.letters() if "torn" in x["Subject"] and "with errors" in x["Subject"]]
    for n, body in enumerate((b"name,height\noak,tall\nelm,low\n", b"name,height\noak,tall\n")):
        Source.body = body
        jobs.advance(700)
        until(lambda: len([x for x in work(jobs, "list", dataset=d) if x["who"] == 0 and x["ended"]]) == n + 1)
    until(told)
    time.sleep(0.7)
    assert len(told()) == len({x["To"] for x in told()}) and "but 2 values" in told()[0].get_content()
    for body in (b"name,height\noak,1\n", b"name,height\noak,tall\n"):      # well in between: told anew
        Source.body, count = body, len(work(jobs, "list", dataset=d))
        jobs.advance(700)
        until(lambda: len(work(jobs, "list", dataset=d)) > count)
        settled(jobs, d)
    until(lambda: len(told()) > 1)


# --- followers


def test_what_reads_another_dataset_follows_it(jobs, source):
    path = jobs.data.parent / "heights.csv"
    path.write_text("name,m\noak,1\n")
    stoa(jobs.data, "publish", str(path), "--portal", HOST, "--id", "heights")
    d, slug = make(jobs, source, "Joined", [{"type": "join_datasets", "dataset": "heights", "local_keys": ["name"], "remote_keys": ["name"], "output_fields": ["m"], "republish": True}])
    work(jobs, "put", dataset=d)
    assert settled(jobs, d)["status"] == "idle"
    assert [r["remote"] for r in jobs.table("joined")] == ["heights"]
    path.write_text("name,m\noak,1\nlime,2\n")
    stoa(jobs.data, "publish", str(path), "--portal", HOST, "--id", "heights", "--replace")
    until(lambda: [x["outcome"] for x in work(jobs, "list", dataset=d)] == ["done", "done"])
    time.sleep(1.1)                                                     # two turns of the clock: published again once, not twice
    assert [x["who"] for x in work(jobs, "list", dataset=d)] == [0, 1]


def test_the_command_line_runs_and_lists(jobs, source):
    d, slug = make(jobs, source, "By command")
    done = stoa(jobs.data, "run", slug, "--portal", HOST)
    assert f"{slug}: done, 2 records" in done.stdout, done.stdout
    assert f"{slug}: unchanged" in stoa(jobs.data, "run", slug, "--portal", HOST, "--if-changed").stdout
    listed = json.loads(stoa(jobs.data, "jobs", slug, "--portal", HOST, "--json").stdout)
    assert [x["state"] for x in listed] == ["unchanged", "done"]
    assert "Published as version" in stoa(jobs.data, "jobs", "log", str(listed[1]["id"]), "--portal", HOST).stdout
    unknown = stoa(jobs.data, "jobs", "log", "99999", "--portal", HOST, check=False)
    assert unknown.returncode == 1 and "no job 99999" in unknown.stderr and not unknown.stdout
    Source.status = 404
    failed = stoa(jobs.data, "run", slug, "--portal", HOST, check=False)
    assert failed.returncode == 1 and "404" in failed.stderr
    Source.status = 200
    jobs.server.stop()                                        # and without a server
    done = stoa(jobs.data, "run", slug, "--portal", HOST, env={"STOA_FETCH_PRIVATE": "on"})
    assert f"{slug}: done" in done.stdout, (done.stdout, done.stderr)
    jobs._start()
    assert rows(jobs, slug) == 2


# --- a full disk


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_leaves_nothing(tmp_path, source):
    """The source does not fit, what is published stays, nothing is left over. A limit on file size stands for a full disk: the write fails in
    the same place."""
    world = World(tmp_path, options=("--fetch_private",))
    server = world.server.process.pid
    try:
        d, slug = make(world, source, "Full")
        work(world, "put", dataset=d)
        assert settled(world, d)["status"] == "idle"
        Source.body = b"name,height\n" + b"x" * 70_000_000
        resource.prlimit(server, resource.RLIMIT_FSIZE, (60_000_000, resource.RLIM_INFINITY))
        work(world, "put", dataset=d)
        now = settled(world, d, 40)
        assert now["status"] == "error" and ("space" in now["message"] or "disk" in now["message"]) and rows(world, slug) == 2, now
        names = {r["file"] for r in world.table("fetch_copy")}
        assert [p for p in world.data.glob("*/sources/fetched-*") if p.name not in names] == []
        resource.prlimit(server, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        Source.body = b"name,height\nelm,3\n"
        work(world, "put", dataset=d)
        assert settled(world, d)["status"] == "idle" and rows(world, slug) == 1
    finally:
        world.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_disk_without_room_is_no_broken_store(tmp_path):
    """A limit on the size of files stops the store as a full disk does, and needs nothing mounted."""
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)

    def tight(*words):
        """Files may not grow beyond what the store has; for its log nothing is left."""
        return stoa(data, *words, check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384)))
    told = tight("doctor").stdout
    assert "no space is left" in told and "Make room" in told and "restore the last backup" not in told, told
    refused = tight("user", "add", "ada@example.org", "--portal", HOST)
    assert refused.returncode == 1 and "no space is left" in refused.stderr, refused.stderr
    assert "the store is whole" in stoa(data, "doctor", check=False).stdout


def test_a_publication_leaves_some_of_the_disk_free(tmp_path, source):
    """More shall stay free than there is: a publication stops before it takes any, and what is published stays."""
    world = World(tmp_path, options=("--fetch_private",))
    d, slug = make(world, source, "Full")
    work(world, "put", dataset=d)
    assert settled(world, d)["status"] == "idle"
    try:
        world.restart("--disk_free_mb=1000000000")
        Source.body = b"name,height\nelm,3\n"
        work(world, "put", dataset=d)
        now = settled(world, d)
        assert now["status"] == "error" and "MB would stay free" in now["message"] and rows(world, slug) == 2, now
        assert not list(world.data.glob("*/*/*.tmp"))
    finally:
        world.stop()


# --- a source that trickles


def test_a_source_that_trickles_ends(tmp_path, source):
    """It would keep a worker, and all who wait behind, for as long as it likes."""
    world = World(tmp_path, options=("--fetch_private", "--fetch_s=1", "--job_workers=1", "--deadline_ms=700"))
    try:
        slow, _ = make(world, source, "Slow")
        quick, slug = make(world, source, "Quick")
        Source.hold = threading.Event()
        work(world, "put", dataset=slow)
        until(lambda: work(world, "status", dataset=slow)["status"] not in ("idle", "queued"))
        api = Api(world, key_of(world, ROOT_USER))
        uid = api.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "Looked at"}}}}, status=201)["uid"]
        datasource = doc(source)["resources"][0]["datasource"]
        said = api("POST", f"/datasets/{uid}/resources/preview/", {"type": "csvfile", "params": {}, "datasource": datasource})
        assert said.status_code == 400 and "too slow" in said.text, said.text
        now = settled(world, slow)
        assert now["status"] == "error" and "too slow" in now["message"], now
        Source.hold.set()
        Source.hold = None
        work(world, "put", dataset=quick)
        assert settled(world, quick)["status"] == "idle" and rows(world, slug) == 2
    finally:
        world.stop()
