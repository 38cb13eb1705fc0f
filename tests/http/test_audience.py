"""Measurement of the audience (ANA-*) as strangers, administrators and the disk see it. Runs with a test build only (its control
port sets the clock and writes down what was counted); addresses come through a trusted proxy."""
import csv
import io
import json
import os
import re
import subprocess

import pytest

import conftest
from probe import START, World

HOST, OFF, TAGS = "isoc.example", "delwp.example", "tags.example"
DAY = 86400


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audience")
    database = folder / "countries.mmdb"
    database.write_bytes(mmdb({"198.51.0.0/16": "FR", "203.0.0.0/16": "SE", "2001:db8::/32": "DE"}))
    centres = folder / "centres.txt"
    centres.write_text("# programs\n192.0.2.0/25\n192.0.2.16/28\n192.0.2.128/26  # and more\n\n2001:db8:c::/48\n192.0.2.255\n")
    w = World(folder, options=(f"--geoip_database={database}", f"--datacentre_networks={centres}"))
    (folder / "trees.csv").write_text("name,height\noak,3\nelm,4\n")
    conftest.stoa(w.data, "publish", folder / "trees.csv", "--portal", HOST, "--id", "trees")
    yield w
    w.stop()


@pytest.fixture(autouse=True)
def settle(world):
    """Every test begins on a morning of its own, so that nothing counted before is in its day."""
    world.advance(DAY - (world.now() - START) % DAY)
    flush(world)


# --- helpers ---------------------------------------------------------------------------------------------------------


def mmdb(networks):
    """A small database of countries: search tree of 24-bit records over IPv6 (IPv4 below ::/96), data, metadata."""
    import ipaddress
    tree = [[None, None]]
    for text, code in networks.items():
        net = ipaddress.ip_network(text)
        bits, n = int(net.network_address), net.prefixlen + (96 if net.version == 4 else 0)
        at = 0
        for i in range(n):
            bit = bits >> (127 - i) & 1
            if i == n - 1:
                tree[at][bit] = code
                break
            if not isinstance(tree[at][bit], int):
                tree.append([None, None])
                tree[at][bit] = len(tree) - 1
            at = tree[at][bit]

    def text(s):
        return bytes([0x40 | len(s)]) + s.encode()

    def number(kind, value, size):
        head = bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
        return head + value.to_bytes(size, "big")

    data, places = b"", {}
    for code in sorted(set(networks.values())):
        places[code] = len(data)
        data += bytes([0xE1]) + text("country") + bytes([0xE1]) + text("iso_code") + text(code)
    nodes = b""
    for pair in tree:
        for x in pair:
            value = len(tree) if x is None else x if isinstance(x, int) else len(tree) + 16 + places[x]
            nodes += value.to_bytes(3, "big")
    meta = {"node_count": number(6, len(tree), 4), "record_size": number(5, 24, 2), "ip_version": number(5, 6, 2),
            "database_type": text("Test-Country"), "languages": bytes([1, 4]) + text("en"), "binary_format_major_version": number(5, 2, 2),
            "binary_format_minor_version": number(5, 0, 2), "build_epoch": number(9, START, 8), "description": bytes([0xE1]) + text("en") + text("test")}
    body = bytes([0xE0 | len(meta)]) + b"".join(text(k) + v for k, v in meta.items())
    return nodes + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + body


def content_of(path):
    """Read by another process: who opens and closes a store's file by itself loses SQLite's locks on it."""
    return subprocess.run(["cat", path], capture_output=True).stdout


def flush(world):
    world.ask("POST", "/audience/flush")


def today(world):
    return world.now() // DAY


def rows(world, table, host=HOST):
    tenant = next(t["id"] for t in world.table("tenant") if t["host"] == host)
    return [r for r in world.table(table) if r["tenant"] == tenant]


def counted(world, dim, key=None, host=HOST, day=None):
    """The sum of a dimension's cells of a day, which is not closed yet."""
    day = today(world) if day is None else day
    return sum(r["n"] for r in rows(world, "audience_hour", host) if r["dim"] == dim and r["hour"] // 24 == day and key in (None, r["key"]))


def visitors(world, host=HOST, day=None, scope=0, key=""):
    day = today(world) if day is None else day
    return sum(r["n"] for r in rows(world, "audience_visitors", host) if (r["day"], r["scope"], r["key"]) == (day, scope, key))


def administrator(world, host=HOST):
    """A fresh client signed in as the portal's administrator, its secret just proved."""
    made = world.fixture(sessions=[{"host": host, "email": f"root@{host}", "factors": ["password", "totp"]}])
    c = world.client(host, address="192.0.2.200")
    c.jar["sessionid"] = made["sessions"][0]["id"] if isinstance(made["sessions"][0], dict) else made["sessions"][0]
    return c


def office(world, path, host=HOST, status=200):
    answer = administrator(world, host).get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.headers.get("Location"), answer.text[:1500])
    return answer


# --- counting ----------------------------------------------------------------------------------------------------------


def test_ana_t01_views_and_visitors(world):
    one, two = world.client(HOST, address="198.51.100.1"), world.client(HOST, address="198.51.100.2")
    for c in (one, one, one, two):
        answer = c.get("/")
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    flush(world)
    assert counted(world, "views") == 4
    assert visitors(world) == 2
    assert counted(world, "path", "/") == 4 and visitors(world, scope=1, key="/") == 2


def test_answers_from_the_cache_are_counted_like_others(world):
    """The first makes the answer, the others find it; a copy that is still fresh (304) is a view as well."""
    c = world.client(HOST)
    first = c.get("/explore/")
    again = [c.get("/explore/") for _ in range(3)]
    assert all(x.content == first.content for x in again)
    views = 4
    if "ETag" in first.headers:
        assert c.get("/explore/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        views += 1
    flush(world)
    assert counted(world, "path", "/explore/") == views
    assert counted(world, "language", "en") >= 4


def test_dimensions_of_a_view(world):
    c = world.client(HOST, address="198.51.100.9")
    assert c.get("/explore/dataset/trees/information/", headers={"Referer": "https://www.google.fr/search?q=secret+words"}).status_code == 200
    assert c.get("/explore/dataset/trees/information/", headers={"Referer": "https://news.example/who/jo?mail=a@b.c"}).status_code == 200
    assert c.get("/nothing/here/", headers={"Referer": "https://links.example/old?mail=a@b.c"}).status_code == 404
    flush(world)
    path = next(r["key"] for r in rows(world, "audience_hour") if r["dim"] == "path" and r["hour"] // 24 == today(world))
    assert path.startswith("/explore/dataset/trees")
    for dim, key, n in (("referrer", "Google", 1), ("referrer", "news.example", 1), ("country", "FR", 2), ("device", "desktop", 2),
                        ("browser", "Firefox 140", 2), ("os", "Linux", 2), ("dataset", "trees", 2), ("event", "not_found", 1),
                        ("response", "2xx", 2), ("response", "4xx", 1), ("path_country", f"{path}\x1fFR", 2), ("event_dataset", "view\x1ftrees", 2),
                        ("path_referrer", "(unknown address)\x1flinks.example", 1)):  # dead links by the site they are on (ANA-16)
        assert counted(world, dim, key) == n, (dim, key)
    assert visitors(world, scope=2, key="trees") == 1


def test_exports_and_calls_are_counted_by_format_and_dataset(world):
    c = world.client(HOST, agent="curl/8.5.0")
    for path, status in (("/api/explore/v2.1/catalog/datasets/trees/exports/csv", 200), ("/api/explore/v2.1/catalog/datasets/trees/records", 200),
                         ("/api/explore/v2.1/catalog/datasets/trees/records?where=x%20%3E", 400), ("/api/explore/v2.1/catalog/datasets/none/records", 404)):
        assert c.get(path).status_code == status
    flush(world)
    assert counted(world, "format", "csv") == 1 and counted(world, "event", "export") == 1
    assert counted(world, "views") == 0 and counted(world, "robot") == 0
    calls = [r for r in rows(world, "api_call") if r["day"] == today(world)]
    assert sum(r["n"] for r in calls) == 4
    assert {(r["version"], r["dataset"], r["format"], r["error"]) for r in calls} == {
        ("v2.1", "trees", "csv", ""), ("v2.1", "trees", "", ""), ("v2.1", "", "", "400"), ("v2.1", "", "", "404")}


def test_ana_t06_objections_and_signals_are_not_counted(world):
    c = world.client(HOST)
    c.get("/", headers={"Sec-GPC": "1"})
    c.get("/", headers={"DNT": "1"})
    c.get("/", cookies="cookies_preferences=1.1.3.20514.audience:0.-.4Gi9NnHJQRMGHEvtEULoCA")
    c.get("/api/explore/v2.1/catalog/datasets", headers={"DNT": "1"})
    flush(world)
    assert not [r for r in rows(world, "audience_hour") if r["hour"] // 24 == today(world)]
    assert not [r for r in rows(world, "api_call") if r["day"] == today(world)]
    assert visitors(world) == 0


def test_ana_t07_prefetch_head_back_office_and_administrators(world):
    c = world.client(HOST)
    for field, value in (("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch")):
        c.get("/", headers={field: value})
    c.request("HEAD", "/")
    c.get("/backoffice/audience/")
    c.get("/login/")
    root = administrator(world)
    assert root.get("/").status_code == 200
    assert root.get("/backoffice/audience/").status_code == 200
    flush(world)
    assert counted(world, "views") == 0 and visitors(world) == 0


def test_ana_t08_robots_have_their_own_counter(world):
    for agent in ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "", "curl/8.5.0"):
        world.client(HOST, agent=agent).get("/", headers={"Accept": "*/*"})
    flush(world)
    assert counted(world, "robot") == 3 and counted(world, "robot", "Googlebot") == 1
    assert counted(world, "views") == 0 and visitors(world) == 0


def test_ana_11_page_views_from_data_centres_are_robots(world):
    for inside in ("192.0.2.0", "192.0.2.20", "192.0.2.127", "192.0.2.191", "192.0.2.255", "2001:db8:c:ffff::9"):
        world.client(HOST, address=inside).get("/")
    for outside in ("192.0.2.192", "192.0.1.255", "2001:db8:d::1"):
        world.client(HOST, address=outside).get("/")
    world.client(HOST, address="192.0.2.1").get("/api/explore/v2.1/catalog/datasets")
    flush(world)
    assert counted(world, "robot", "Data centre") == 6 and counted(world, "views") == 3 and visitors(world) == 3


def test_ana_11_a_list_that_cannot_be_read_is_refused_by_its_line(tmp_path):
    (tmp_path / "list").write_text("192.0.2.0/24\nmachines\n")
    (tmp_path / "data").mkdir()
    for file, said in (("list", "line 2 of the file"), ("none", "cannot be read")):
        told = subprocess.run([conftest.BINARY, "--data", tmp_path / "data", "serve", "--port", "0", f"--datacentre_networks={tmp_path / file}"],
                              capture_output=True, text=True, timeout=30)
        assert told.returncode and said in told.stderr, told.stderr


def test_ana_13_dnt_is_an_objection_whatever_it_means_for_consent(world):
    """honour_dnt is about consent; who says DNT: 1 is never counted, neither as a reader nor as a caller of the API."""
    world.fixture(domains=[{"host": HOST, "settings": {"honour_dnt": "off"}}])
    c = world.client(HOST)
    c.get("/", headers={"DNT": "1"})
    c.get("/api/explore/v2.1/catalog/datasets/trees/records", headers={"DNT": "1"})
    c.get("/")
    flush(world)
    world.fixture(domains=[{"host": HOST, "settings": {"honour_dnt": ""}}])
    assert counted(world, "views") == 1 and visitors(world) == 1
    assert not [row for row in world.table("api_call") if row["dataset"] == "trees" and row["hour"] // 24 == today(world)]


def test_ana_t19_one_visitor_in_a_64(world):
    world.client(HOST, address="2001:db8:1:2:3:4:5:6").get("/")
    world.client(HOST, address="2001:db8:1:2:ffff::1").get("/")
    world.client(HOST, address="2001:db8:1:3::1").get("/")
    flush(world)
    assert visitors(world) == 2 and counted(world, "country", "DE") == 3


def test_ana_t03_once_on_each_side_of_midnight(world):
    world.fixture(domains=[{"host": "solo.portal.example", "settings": {"timezone": "Asia/Kolkata"}}])
    midnight = (today(world) + 1) * DAY - 19800  # 00:00 in Kolkata, five and a half hours before UTC
    world.set_clock(midnight - 60)
    c = world.client("solo.portal.example")
    c.get("/")
    c.get("/")
    flush(world)
    day = (midnight + 19800) // DAY
    world.set_clock(midnight + 5)
    c.get("/")
    flush(world)
    assert visitors(world, "solo.portal.example", day - 1) == 1 and visitors(world, "solo.portal.example", day) == 1


def test_ana_t05_portals_share_nothing(world):
    for host in (HOST, TAGS):
        world.client(host).get("/")
    flush(world)
    assert visitors(world) == 1 and visitors(world, TAGS) == 1
    for table in ("audience_hour", "audience_visitors", "audience_day"):
        assert all(set(r) <= {"tenant", "dim", "hour", "day", "key", "n", "us", "scope"} for r in world.table(table)), "a column that could name somebody"


def test_ana_t09_and_t11_nothing_personal_is_stored(world):
    c = world.client(HOST, address="198.51.100.77")
    c.get("/explore/?q=something+only+i+want&utm_source=campaign7&email=jo@b.example", headers={"Referer": "https://elsewhere.example/private/path?x=1"})
    c.get("/users/jo@b.example/secret-token")
    flush(world)
    store = content_of(os.path.join(str(world.data), "stoa.db")) + content_of(os.path.join(str(world.data), "stoa.db-wal"))
    for word in (b"198.51.100.77", bytes([198, 51, 100, 77]) + b"\x1f", b"Gecko", b"only i want", b"campaign7", b"jo@b", b"private/path", b"secret-token"):
        assert word not in store, word
    assert b"elsewhere.example" in store


def test_ana_t10_words_of_five_visitors(world):
    for i in range(1, 5):
        world.client(HOST, address=f"198.51.100.{i}").get("/explore/?q=Bicycle+Lanes")
    flush(world)
    assert not [r for r in rows(world, "audience_term") if r["term"] == "bicycle lanes"]
    world.client(HOST, address="198.51.100.5").get("/explore/?q=bicycle+lanes")
    flush(world)
    assert [r["n"] for r in rows(world, "audience_term") if r["term"] == "bicycle lanes"] == [5]


def test_ana_t15_switched_off(world):
    world.client(OFF).get("/")
    flush(world)
    for table in ("audience_hour", "audience_day", "audience_visitors", "audience_term", "api_call"):
        assert rows(world, table, OFF) == []
    on, off = world.client(HOST).get("/terms/cookies-policy/").text, world.client(OFF).get("/terms/cookies-policy/").text
    assert on != off and "does not measure its audience" in off


def test_ana_t04_a_restart_counts_twice_and_leaves_no_secret(world):
    c = world.client(HOST)
    print(c.get("/").status_code, c.jar)
    flush(world)
    world.restart()
    c.get("/")
    flush(world)
    assert visitors(world) == 2
    assert "counted twice" in office(world, "/backoffice/audience/").text


def test_ana_t04_salts_are_locked_and_left_out_of_dumps(world):
    """What the kernel says of the server's memory: each portal that counts has a page that is locked, neither dumped nor inherited."""
    world.client(HOST).get("/")
    flush(world)
    flags, sizes = [], []
    with open(f"/proc/{world.server.process.pid}/smaps") as f:
        for line in f:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                first, last = (int(x, 16) for x in line.split()[0].split("-"))
                sizes.append(last - first)
            elif line.startswith("VmFlags:"):
                flags.append(set(line.split()[1:]))
    pages = [(s, f) for s, f in zip(sizes, flags) if {"lo", "dd", "dc"} <= f]
    assert pages, "no page is locked (lo), left out of core dumps (dd) and of children (dc)"
    # The ring that addresses pass through is not dumped either.
    assert any(s >= 4 << 20 and "dd" in f for s, f in zip(sizes, flags))


def salts_of(pid):
    """The first 32 bytes of every page that is locked and left out of dumps, read as root from the living process."""
    found, place = [], None
    with open(f"/proc/{pid}/smaps") as f, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in f:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                place = [int(x, 16) for x in line.split()[0].split("-")]
            elif line.startswith("VmFlags:") and {"lo", "dd", "dc"} <= set(line.split()[1:]):
                for at in range(place[0], place[1], 4096):
                    memory.seek(at)
                    salt = memory.read(32)
                    if any(salt):
                        found.append(salt)
    return found


def test_ana_t04_the_bytes_of_salts_are_nowhere_else(world):
    world.client(HOST).get("/")
    flush(world)
    salts = salts_of(world.server.process.pid)
    assert salts, "no salt was found to look for"
    for folder, _, files in os.walk(str(world.data)):
        for name in (x for x in files if not x.endswith(".sock")):
            content = content_of(os.path.join(folder, name))
            for salt in salts:
                assert salt not in content and salt.hex().encode() not in content, f"a salt is in {name}"
    with open(str(world.data) + ".log", "rb") as f:
        log = f.read()
    assert not any(s in log or s.hex().encode() in log for s in salts)
    # And at midnight all of them are other ones.
    world.advance(DAY)
    world.client(HOST).get("/")
    flush(world)
    assert not set(salts) & set(salts_of(world.server.process.pid))


# --- time ------------------------------------------------------------------------------------------------------------------


def test_ana_t12_hours_go_after_90_days_and_days_after_760(world):
    world.client(HOST).get("/")
    flush(world)
    day = today(world)
    assert counted(world, "views", day=day) == 1
    world.advance(91 * DAY)
    flush(world)
    assert not [r for r in rows(world, "audience_hour") if r["hour"] // 24 == day]
    assert [r["n"] for r in rows(world, "audience_day") if r["dim"] == "views" and r["day"] == day] == [1]
    world.advance(670 * DAY)
    flush(world)
    assert not [r for r in rows(world, "audience_day") if r["day"] == day]
    assert not [r for r in rows(world, "audience_visitors") if r["day"] == day]
    assert {"hourly", "daily"} <= {r["what"] for r in rows(world, "audience_removed")}
    assert "past their time" in office(world, "/backoffice/audience/settings/").text


def test_ana_t13_retention_cannot_leave_its_range(world):
    page = administrator(world).form("/backoffice/audience/settings/", {"audience.enabled": "on", "audience.retention_days": "800", "audience.hourly_days": "90",
                                                                        "audience.excluded_networks": ""})
    assert page.status_code == 422 and "30 to 760" in page.text
    done = conftest.stoa(world.data, "portal", "set", HOST, "audience.retention_days=800", check=False)
    assert done.returncode != 0 and "760" in done.stdout + done.stderr


def test_csr_5_settings_outlive_a_stale_token(world):
    import re
    token = lambda page: re.findall(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text)[-1]
    path = "/backoffice/audience/settings/"
    fields = {"audience.enabled": "on", "audience.retention_days": "760", "audience.hourly_days": "90", "audience.excluded_networks": "203.0.113.77"}
    stale = token(administrator(world).get(path))
    c = administrator(world)
    answer = c.post(path, {"csrfmiddlewaretoken": stale, **fields})
    assert answer.status_code == 403 and "What you filled in is still here" in answer.text and "203.0.113.77" in answer.text
    assert "203.0.113.77" not in c.get(path).text
    assert c.post(path, {"csrfmiddlewaretoken": token(answer), **fields}).status_code == 303
    assert "203.0.113.77" in c.get(path).text
    assert c.form(path, {**fields, "audience.excluded_networks": ""}).status_code == 303


# --- pages -------------------------------------------------------------------------------------------------------------------


def test_ana_t14_a_week_knows_no_unique_visitors(world):
    world.client(HOST).get("/")
    page = office(world, "/backoffice/audience/?period=7d").text
    main = re.search(r"<main.*</main>", page, re.S).group(0)
    assert "sum of daily visitors" in main.lower() and "average daily visitors" in main.lower()
    assert "unique" not in main.lower()
    from datetime import datetime, timezone
    day = datetime.fromtimestamp(world.now(), timezone.utc).date().isoformat()
    assert "unique visitors of the day" in office(world, f"/backoffice/audience/?period=custom&from={day}&to={day}").text.lower()


def test_a_period_that_cannot_be_is_explained(world):
    for query in ("period=custom&from=2026-02-01&to=2026-01-01", "period=custom&from=x&to=y", "period=custom", "period=custom&from=1900-01-01&to=2026-01-01"):
        assert "Choose a first and a last day" in office(world, f"/backoffice/audience/?{query}", status=422).text


def test_ana_16_exports_hold_what_the_page_shows(world):
    c = world.client(HOST)
    for _ in range(3):
        c.get("/")
    table = list(csv.DictReader(io.StringIO(office(world, "/backoffice/audience/export.csv?period=7d").text)))
    numbers = {(r["list"], r["name"]): int(r["number"]) for r in table}
    assert numbers["sums", "page_views"] == sum(n for (kind, _), n in numbers.items() if kind == "page_views")
    assert numbers["pages", "/"] >= 3
    whole = json.loads(office(world, "/backoffice/audience/export.json?period=7d").text)
    assert whole["sums"]["page_views"] == numbers["sums", "page_views"] and whole["lists"]["pages"]["/"] == numbers["pages", "/"]


def test_only_those_who_may_see_the_figures(world):
    assert world.client(HOST).get("/backoffice/audience/").status_code == 303
    made = world.fixture(sessions=[{"host": HOST, "email": "grace@isoc.example", "factors": ["password"]}])
    c = world.client(HOST)
    c.jar["sessionid"] = made["sessions"][0]["id"] if isinstance(made["sessions"][0], dict) else made["sessions"][0]
    for path in ("", "export.csv", "export.json", "self-assessment/", "settings/", "erase/"):
        assert c.get(f"/backoffice/audience/{path}").status_code == 403, path


def test_ana_t17_small_numbers_are_hidden_from_the_public(world):
    assert world.client(HOST).get("/audience/").status_code == 404
    world.advance(8 * DAY)
    for i in range(3):
        world.client(HOST, address=f"203.0.113.{i}").get("/")
    for i in range(23):
        world.client(HOST, address=f"198.51.100.{i}").get("/")
    flush(world)
    world.fixture(domains=[{"host": HOST, "settings": {"audience.public_dashboard": "on"}}])
    before = world.client(HOST).get("/audience/?period=7d").text
    assert "France" not in before, "the day that goes on is told"
    world.advance(DAY)
    flush(world)
    page = world.client(HOST).get("/audience/").text
    countries = re.search(r'<section[^>]*id="countries".*?</section>', page, re.S).group(0)
    assert "&lt;5" in countries and "Sweden" in countries
    # One hidden alone would be the total less the others: the next one is hidden too.
    assert "not shown" in countries and ">23<" not in countries
    assert re.search(r"<dt>Page views</dt><dd>25</dd>", page), "the sum is not rounded to five"
    world.fixture(domains=[{"host": HOST, "settings": {"audience.public_dashboard": "off"}}])
    assert world.client(HOST).get("/audience/").status_code == 404


def test_ana_t18_the_self_assessment_turns_red(world):
    page = office(world, "/backoffice/audience/self-assessment/").text
    assert page.count("Not met") == 0 and page.count(">Met<") == 14 and "no certificate" in page
    # A value that no form lets through, written by hand and read at the next start.
    import sqlite3
    tenant = next(t["id"] for t in world.table("tenant") if t["host"] == HOST)
    now = world.now()
    world.server.stop()
    with sqlite3.connect(f"{world.data}/stoa.db") as db:
        db.execute("insert or replace into tenant_setting values (?, 'audience.retention_days', '800')", (tenant,))
    world._start()
    world.set_clock(now)
    page = office(world, "/backoffice/audience/self-assessment/").text
    assert page.count(">Not met<") == 1, re.findall(r'class="fails"><div><h2>(.*?)<', page)
    assert 'class="fails"' in page and "outside of the exemption" in page
    world.fixture(domains=[{"host": HOST, "settings": {"audience.retention_days": "760"}}])
    assert "Not met" not in office(world, "/backoffice/audience/self-assessment/").text


def test_ana_t17_off_and_past_figures_removed(world):
    """ANA-17: switching off counts nothing from then on, and what was counted can be removed."""
    world.client(HOST).get("/")
    flush(world)
    assert rows(world, "audience_hour")
    root = administrator(world)
    done = root.form("/backoffice/audience/settings/", {"audience.retention_days": "760", "audience.hourly_days": "90", "audience.excluded_networks": ""})
    assert done.status_code == 303, done.text[:2000]
    before = counted(world, "views")
    world.client(HOST).get("/")
    flush(world)
    assert counted(world, "views") == before
    done = root.form("/backoffice/audience/erase/")
    assert done.status_code == 303, done.text[:2000]
    for table in ("audience_hour", "audience_day", "audience_visitors", "api_call"):
        assert rows(world, table) == []
    assert [r["what"] for r in rows(world, "audience_removed")][-1] == "erased"
    world.fixture(domains=[{"host": HOST, "settings": {"audience.enabled": "on"}}])


def test_a_database_of_countries_that_is_none_stops_the_start(tmp_path):
    (tmp_path / "bad.mmdb").write_bytes(b"nothing of the kind" * 100)
    conftest.stoa(tmp_path / "data", "portal", "add", "a.localhost")
    done = subprocess.run([conftest.BINARY, "--data", str(tmp_path / "data"), f"--geoip_database={tmp_path}/bad.mmdb", "serve", "--port", "0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "geoip_database" in done.stdout + done.stderr


def test_ana_t20_calls_hold_no_address_and_no_user_agent(world):
    world.client(HOST, agent="my-very-own-program/1.0", address="198.51.100.99").get("/api/explore/v2.1/catalog/datasets?apikey=")
    flush(world)
    columns = {c for r in world.table("api_call") for c in r}
    assert columns == {"tenant", "day", "hour", "version", "endpoint", "dataset", "format", "caller", "error", "n"}
    text = json.dumps(world.table("api_call"))
    assert "my-very-own" not in text and "198.51" not in text
