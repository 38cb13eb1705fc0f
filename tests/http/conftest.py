"""A running server for black-box tests: a data folder made with the command line, small datasets published on it, and
the server started on a port of its own. One for the whole run; a test that changes data makes its own with `make_server`.
"""
import csv
import http.cookiejar
import json
import os
import signal
import subprocess
import threading
import time

import pytest
import requests

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("STOA_BIN", os.path.join(ROOT, "build", "debug", "stoa"))
HOST, OTHER = "city.localhost", "other.localhost"
API = "/api/explore/v2.1"


# Passwords cost what the settings say at least; where a test asks for the usual cost it says so.
CHEAP = {"STOA_ARGON2_MEMORY_KB": "19456", "STOA_ARGON2_PASSES": "2"}
USUAL_COST = {"STOA_ARGON2_MEMORY_KB": "65536", "STOA_ARGON2_PASSES": "3"}


def of_today(things, days=2):
    """Of questions that are many, every second one, the others on the next day (or in so many days); with STOA_WHOLE set (`make nightly`)
    all of them."""
    things = list(things)
    return things if os.environ.get("STOA_WHOLE") else things[int(time.time() // 86400) % days::days]


def stoa(data, *arguments, check=True, env=None, **more):
    """Runs one command; fails the test with what the command said."""
    done = subprocess.run([BINARY, "--data", str(data), *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, env={**os.environ, **CHEAP, **(env or {})}, **more)
    if check:
        assert done.returncode == 0, f"stoa {' '.join(map(str, arguments))}:\n{done.stdout}\n{done.stderr}"
    return done


class Server:
    """`get` speaks to a portal by its Host header, whatever the address is."""

    def __init__(self, data, *options, env=None):
        self.data = data
        self.log = open(os.path.join(str(data) + ".log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([BINARY, "--data", str(data), "serve", "--port", "0", "--announce", *options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**os.environ, **CHEAP, **(env or {})})
        self.url = self._ready()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.session = requests.Session()
        self.asked = time.monotonic()
        # A visitor with an empty jar, every time: tests send the cookies they mean.
        self.session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))

    def _ready(self):
        said, ready = [], threading.Event()

        def listen():
            for line in self.process.stdout:
                said.append(line)
                if line.startswith("READY "):
                    ready.set()
            ready.set()

        threading.Thread(target=listen, daemon=True).start()
        if ready.wait(60) and said and said[-1].startswith("READY "):
            return said[-1][6:].strip().rstrip("/")
        self.process.kill()
        self.log.seek(0)
        raise AssertionError("the server did not start:\n" + "".join(said) + self.log.read())

    def request(self, method, path, host=HOST, headers=None, **more):
        # The server closes what rests for 30 seconds, perhaps in this very moment.
        if time.monotonic() - self.asked > 15:
            self.session.close()
        self.asked = time.monotonic()
        return self.session.request(method, f"http://127.0.0.1:{self.port}{path}", allow_redirects=False, timeout=60,
                                    headers={"Host": f"{host}:{self.port}", **(headers or {})}, **more)

    def get(self, path, params=None, host=HOST, **more):
        return self.request("GET", path, host, params=params, **more)

    def api(self, path, status=200, host=HOST, **params):
        """The JSON of an API call with ODSQL parameters; a list makes repeats."""
        answer = self.get(API + path, params, host)
        assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def records(self, dataset="cities", **params):
        return self.api(f"/catalog/datasets/{dataset}/records", **params)

    def stop(self):
        self.session.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "no end within 60 s of SIGTERM"
        self.log.seek(0)
        said = self.log.read()
        self.log.close()
        assert code == 0, f"the server ended with {code}:\n{said[-6000:]}"


# The data of the worked examples of the specification of ODSQL.
CITIES = [
    ["Paris", "FR", "river,metro", "2100000", "105.4", "1988-01-15", "2021-05-06T12:34:55Z", "true", "48.8566, 2.3522"],
    ["La Rochelle", "FR", "sea", "75000", "28.4", "1990-07-01", "2021-05-06T23:30:00Z", "false", "46.1603, -1.1511"],
    ["Bruxelles", "BE", "", "1200000", "", "", "2021-01-01T00:00:00Z", "true", "50.8503, 4.3517"],
    ["Besançon", "", "river", "", "65.0", "1990-12-31", "", "", ""],
]
CITY_FIELDS = [
    {"name": "name", "type": "text", "label": "Name", "annotations": {"sortable": True}},
    {"name": "country", "type": "text", "label": "Country", "description": "ISO code",
     "annotations": {"facet": True, "facetsort": "-count"}},
    {"name": "tags", "type": "text", "label": "Tags", "annotations": {"facet": True, "multivalued": ","}},
    {"name": "pop", "type": "int", "label": "Population", "annotations": {"unit": "inhabitants"}},
    {"name": "area", "type": "double", "label": "Area"},
    {"name": "founded", "type": "date", "label": "Founded", "annotations": {"facet": True, "timeserie_precision": "day"}},
    {"name": "updated", "type": "datetime", "label": "Updated"},
    {"name": "capital", "type": "boolean", "label": "Capital", "annotations": {"facet": True}},
    {"name": "loc", "type": "geo_point_2d", "label": "Location"},
]
THINGS = 250
COLOURS = ["red", "green", "blue"]


def thing(i):
    return {"id": i, "colour": COLOURS[i % 3], "kind": f"kind {i % 120:03d}",
            "path": ["Europe", "Europe/France", "Europe/France/Paris", "Asia/Japan"][i % 4],
            "value": i / 4, "month": f"20{10 + i % 5:02d}-{i % 12 + 1:02d}-01", "note": 'say "é"; or not\nnext' if i == 7 else None}


THING_FIELDS = [
    {"name": "id", "type": "int", "annotations": {"id": True}},
    {"name": "colour", "type": "text", "annotations": {"facet": True, "disjunctive": True}},
    {"name": "kind", "type": "text", "annotations": {"facet": True, "facetsort": "alphanum"}},
    {"name": "path", "type": "text", "annotations": {"facet": True, "hierarchical": "/"}},
    {"name": "value", "type": "double", "annotations": {"decimals": 2}},
    {"name": "month", "type": "date", "annotations": {"timeserie_precision": "month"}},
    {"name": "note", "type": "text"},
]
ZONES = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"zone": name, "size": size},
     "geometry": {"type": "Polygon", "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]]} if name != "none" else None}
    for x, (name, size) in enumerate([("west", 1), ("middle", 2), ("none", 3)])]}


def write_sources(folder):
    with open(folder / "cities.csv", "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow([x["name"] for x in CITY_FIELDS])
        w.writerows(CITIES)
    with open(folder / "things.jsonl", "w", encoding="utf-8") as f:
        f.writelines(json.dumps(thing(i)) + "\n" for i in range(THINGS))
    (folder / "zones.geojson").write_text(json.dumps(ZONES), encoding="utf-8")
    (folder / "cities.fields.json").write_text(json.dumps({"fields": CITY_FIELDS}), encoding="utf-8")
    (folder / "things.fields.json").write_text(json.dumps({"fields": THING_FIELDS}), encoding="utf-8")


def publish(data, folder, host=HOST):
    stoa(data, "publish", folder / "cities.csv", "--portal", host, "--id", "cities", "--schema", folder / "cities.fields.json",
         "--title", "Cities", "--meta", "description=<p>Four cities of <em>Europe</em>.</p>", "--meta", 'theme=["Environment","Culture"]',
         "--meta", "publisher=City office", "--meta", "language=en", "--meta", 'keyword=["town"]', "--meta", "dcat.creator=The mayor")
    stoa(data, "publish", folder / "things.jsonl", "--portal", host, "--id", "things", "--schema", folder / "things.fields.json",
         "--title", "A world of things", "--meta", 'theme=["Culture"]', "--meta", "publisher=Museum", "--meta", "language=fr")
    stoa(data, "publish", folder / "zones.geojson", "--portal", host, "--id", "zones", "--title", "Zones")


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    write_sources(folder)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory, sources):
    data = tmp_path_factory.mktemp("portals") / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City", "--set", "languages=en,fr")
    stoa(data, "portal", "add", OTHER, "--set", "title=Other")
    publish(data, sources)
    (sources / "secret.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    stoa(data, "publish", sources / "secret.csv", "--portal", OTHER, "--id", "elsewhere", "--title", "Elsewhere")
    running = Server(data)
    yield running
    running.stop()


@pytest.fixture
def make_server(tmp_path):
    """Starts a server on a data folder of the test's own: make_server(data, *options)."""
    started = []

    def make(data, *options, env=None):
        started.append(Server(data, *options, env=env))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A server of this file's own with the standard portals and people of the cookie rules; see probe.py."""
    from probe import World
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.stop()
