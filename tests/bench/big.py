#!/usr/bin/python3
"""Measures questions on a big dataset with the release binary: thirty of them against the SQL a person would write for a bare
DuckDB of the same rows, the same thirty against PostgreSQL and SQLite with indexes, the unfiltered count, six
facets under a filter, and eight clients at once on fewer rows. Rows are made here by a formula, the same every time; every figure is a
median, both sides in turns; no answer comes from the server's cache. Ends with 1 when a bar is missed.

	tests/bench/big.py BUILD [--rows N] [--rival-rows N] [--client-rows N] [--runs N] [--json FILE] [--keep FOLDER] [--only NAME[,NAME]] [--each]

Names: mix, rivals, count, facets, clients. --each prints a line for every question; against PostgreSQL they always are. Rows come from STOA_BENCH_ROWS (10000000)
and STOA_BENCH_RIVAL_ROWS (as many: the rivals then need 15 GB of disk and half an hour) when they are not given. PostgreSQL runs as a cluster of its own in the folder.
"""
import argparse
import json
import os
import pwd
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from importlib.machinery import SourceFileLoader

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
base = SourceFileLoader("stoa_bench", os.path.join(ROOT, "scripts", "bench")).load_module()

ROWS = """SELECT i AS id, 'Station ' || (hash(i) % 5000) AS station, 'category ' || (hash(i, 1) % 40) AS category,
 'city ' || (hash(i, 2) % 500) AS city, 'kind ' || (hash(i, 3) % 12) AS kind, 'district ' || (hash(i, 4) % 100) AS district,
 'status ' || (hash(i, 5) % 6) AS status, DATE '2010-01-01' + (hash(i, 6) % 5000)::INTEGER AS day,
 TIMESTAMP '2020-01-01' + INTERVAL (hash(i, 7) % 100000000) SECOND AS seen, ((hash(i, 8) % 10000000) / 100)::DOUBLE AS price,
 (hash(i, 9) % 1000)::BIGINT AS pieces, 40 + (hash(i, 10) % 1000000) / 100000 AS lat, (hash(i, 11) % 1000000) / 100000 AS lon,
 hash(i, 12) % 2 = 0 AS open,
 CASE hash(i, 13) % 4 WHEN 0 THEN ['a' || (hash(i, 14) % 50)] WHEN 1 THEN ['a' || (hash(i, 14) % 50), 'b' || (hash(i, 15) % 50)]
 WHEN 2 THEN ['a' || (hash(i, 14) % 50), 'b' || (hash(i, 15) % 50), 'c' || (hash(i, 16) % 50)] ELSE NULL END AS tags
 FROM range({rows}) t(i)"""

ALL = "id, station, category, city, kind, district, status, day, seen, price, pieces, lat, lon, open, tags"
NEAR = "2 * 6371008.7714 * asin(sqrt(pow(sin(radians(lat - 45) / 2), 2) + cos(radians(lat)) * cos(radians(45)) * pow(sin(radians(lon - 5) / 2), 2)))"
FACETS = ("station", "category", "city", "kind", "district", "status")


def page(where, order="", limit=20, offset=0):
    """A page and its total, as the API gives them."""
    return [f"SELECT {ALL} FROM rows WHERE {where} {order} LIMIT {limit} OFFSET {offset}", f"SELECT count(*) FROM rows WHERE {where}"]


def records(where, **more):
    return ("records", {"where": where, "limit": 20, **more})


def facet(column, where):
    return f"SELECT {column}, count(*) AS n FROM rows WHERE {where} AND {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 100"


class Question:
    """One question: as the API is asked, and its SQL; pg and lite where their SQL is another. {n} makes each run a new one."""

    def __init__(self, name, api, sql, pg=None, lite=None):
        self.name, self.api = name, api
        self.sql = {"duck": sql, "pg": pg or sql, "lite": lite or pg or sql}


def grouped(name, key, aggregates, where="price > {n}", duck=None, pg=None, lite=None):
    sql = "SELECT {} AS k, {} FROM rows WHERE {} GROUP BY 1 ORDER BY 1"
    made = {x: [sql.format(k or duck or key, aggregates, where)] for x, k in (("duck", duck), ("pg", pg), ("lite", lite or pg))}
    return Question(name, ("records", {"group_by": key, "select": aggregates, "where": where}), made["duck"], made["pg"], made["lite"])


HAS_A1, PG_A1 = "list_contains(tags, 'a1')", "tags @> ARRAY['a1']"
LITE_A1 = "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'a1')"
MEDIAN = "SELECT quantile_cont(price, 0.5), quantile_cont(price, 0.9) FROM rows WHERE pieces > {m}"
QUESTIONS = [
    Question("first page", ("records", {"limit": 20, "offset": "{m}"}), page("true", offset="{m}")),
    Question("lookup of one number", records("id = {n}"), page("id = {n}")),
    Question("text equals, number above", records("category='category 7' and price > {n}"), page("category = 'category 7' AND price > {n}")),
    Question("two texts equal", records("city='city {m}' and status='status 2'"), page("city = 'city {m}' AND status = 'status 2'")),
    Question("number between", records("price >= {n} and price < 30000"), page("price >= {n} AND price < 30000")),
    Question("a month of days", records("day >= date'2015-01' and day < date'2015-02' and pieces > {m}"),
             page("day >= DATE '2015-01-01' AND day < DATE '2015-02-01' AND pieces > {m}"),
             lite=page("day >= '2015-01-01' AND day < '2015-02-01' AND pieces > {m}")),
    Question("after an instant", records("seen >= date'2023-01-01T00:00:00Z' and pieces > {m}"),
             page("seen >= TIMESTAMP '2023-01-01' AND pieces > {m}"), lite=page("seen >= '2023-01-01' AND pieces > {m}")),
    Question("ordered page", records("pieces > {m}", order_by="price desc"), page("pieces > {m}", "ORDER BY price DESC")),
    Question("ordered by two", records("category='category 3' and pieces > {m}", order_by="city, price desc"),
             page("category = 'category 3' AND pieces > {m}", "ORDER BY city, price DESC")),
    Question("page far down", records("price > {n}", limit=100, offset=9000), page("price > {n}", "", 100, 9000)),
    Question("ordered page far down", records("price > {n}", order_by="price", limit=100, offset=9000), page("price > {n}", "ORDER BY price", 100, 9000)),
    Question("one of several", records("city in ('city 1', 'city 2', 'city 3') and price > {n}"),
             page("city IN ('city 1', 'city 2', 'city 3') AND price > {n}")),
    Question("or", records("kind='kind 1' or (status='status 3' and price < {n})"), page("(kind = 'kind 1' OR (status = 'status 3' AND price < {n}))")),
    Question("true and above", records("open and price > {n}"), page("open AND price > {n}")),
    Question("not", records("not (kind='kind 1') and price > {n}"), page("kind IS DISTINCT FROM 'kind 1' AND price > {n}"),
             lite=page("kind IS NOT 'kind 1' AND price > {n}")),
    Question("in a box", records("in_bbox(geo_point_2d, 44, 4, 45, 5) and pieces > {m}"),
             page("lat BETWEEN 44 AND 45 AND lon BETWEEN 4 AND 5 AND pieces > {m}")),
    Question("within 20 km", records("within_distance(geo_point_2d, geom'POINT(5 45)', 20km) and pieces > {m}"),
             page("lat BETWEEN 44.82 AND 45.18 AND lon BETWEEN 4.74 AND 5.26 AND " + NEAR + " <= 20000 AND pieces > {m}")),
    Question("list contains", records("tags='a1' and price > {n}"), page(HAS_A1 + " AND price > {n}"), page(PG_A1 + " AND price > {n}"),
             page(LITE_A1 + " AND price > {n}")),
    Question("nothing in a list", records("tags is null and price > {n}"), page("tags IS NULL AND price > {n}")),
    grouped("count and mean by text", "category", "count(*) as n, avg(price) as mean"),
    grouped("sum by 500 texts", "city", "sum(pieces) as n"),
    grouped("count by 5,000 texts", "station", "count(*) as n"),
    grouped("sum by month", "month(day)", "sum(price) as n", pg="extract(month FROM day)", lite="strftime('%m', day)"),
    grouped("count by year", "year(day)", "count(*) as n, max(price) as most", pg="extract(year FROM day)", lite="strftime('%Y', day)"),
    grouped("histogram", "range(price, 10000)", "count(*) as n", duck="floor(price / 10000)"),
    Question("count by element of a list", ("records", {"group_by": "tags", "select": "count(*) as n", "where": "price > {n}"}),
             ["SELECT k, count(*) FROM (SELECT unnest(CASE WHEN len(tags) > 0 THEN list_distinct(tags) ELSE [NULL] END) AS k FROM rows WHERE price > {n}) GROUP BY 1 ORDER BY 1 NULLS FIRST"],
             ["SELECT k, count(*) FROM (SELECT DISTINCT id, unnest(coalesce(tags, ARRAY[NULL])) AS k FROM rows WHERE price > {n}) x GROUP BY 1 ORDER BY 1 NULLS FIRST"],
             ["SELECT k, count(*) FROM (SELECT DISTINCT rows.id, value AS k FROM rows LEFT JOIN json_each(tags) WHERE price > {n}) GROUP BY 1 ORDER BY 1"]),
    Question("four aggregates", ("records", {"select": "count(*) as n, avg(price) as a, min(day) as b, max(seen) as c", "where": "pieces > {m}", "limit": 1}),
             ["SELECT count(*), avg(price), min(day), max(seen) FROM rows WHERE pieces > {m}"]),
    Question("median and percentile", ("records", {"select": "median(price) as a, percentile(price, 90) as b", "where": "pieces > {m}", "limit": 1}), [MEDIAN],
             ["SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY price) FROM rows WHERE pieces > {m}"],
             ["WITH x AS (SELECT price, row_number() OVER (ORDER BY price) AS i, count(*) OVER () AS n FROM rows WHERE pieces > {m}) "
              "SELECT avg(price) FROM x WHERE i IN ((n + 1) / 2, (n + 2) / 2) UNION ALL SELECT max(price) FROM x WHERE i <= n * 9 / 10 + 1"]),
    Question("one facet", ("facets", {"facet": "city", "where": "price > {n}"}), [facet("city", "price > {n}")]),
    Question("six facets", ("facets", {"facet": list(FACETS), "where": "price > {n}"}), [facet(c, "price > {n}") for c in FACETS]),
]


def path_of(dataset, question, n):
    kind, parameters = question.api
    pairs = [(k, str(x).format(n=n, m=n % 400)) for k, v in parameters.items() for x in (v if isinstance(v, list) else [v])]
    return f"{base.API}/{dataset}/{kind}?{urllib.parse.urlencode(pairs)}"


def statements(question, rival, n):
    return [s.format(n=n, m=n % 400) for s in question.sql[rival]]


def rows_of(body):
    body = json.loads(body)
    return len(body["results"]) if "results" in body else len(body["facets"][-1]["facets"])


# --- rivals -----------------------------------------------------------------------------------------------------------


class Duck:
    """The bare program around DuckDB, kept open and warm, with as many cores as a question of ours that is alone has."""

    def __init__(self, b, file, threads=base.CORES):
        self.process = subprocess.Popen([b.duck_path, file, "read", str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql):
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().split()
        if len(line) != 2:
            sys.exit(f"bench-duck failed at {sql}")
        return float(line[0]), int(line[1])

    def stop(self):
        self.process.stdin.close()
        self.process.wait(60)


INDEXED = ("station", "category", "city", "kind", "district", "status", "day", "seen", "price", "pieces")
TUNED = """listen_addresses=''
shared_buffers=1GB
work_mem=256MB
maintenance_work_mem=1GB
effective_cache_size=8GB
random_page_cost=1.1
max_wal_size=8GB
fsync=off
"""


class Postgres:
    """A cluster of its own below the folder, run by an ordinary user."""

    def __init__(self, b, csv):
        found = [d for d in ("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin") if os.path.exists(d)]
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed")
        self.bin, self.folder = found[0], os.path.join(b.folder, "pg")
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        os.makedirs(self.folder)
        os.chmod(b.folder, 0o755)
        shutil.chown(self.folder, self.user)
        self.run("initdb", "-D", f"{self.folder}/data", "-E", "UTF8", "--no-locale", "-A", "trust", "-N")
        with open(f"{self.folder}/data/postgresql.conf", "a", encoding="ascii") as f:
            f.write(TUNED + f"unix_socket_directories='{self.folder}'\n")
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "start")
        self.psql = subprocess.Popen(self.command("psql", "-qAtX", "-h", self.folder, "-d", "postgres", "-v", "ON_ERROR_STOP=1"),
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask("CREATE TABLE rows (id bigint PRIMARY KEY, station text, category text, city text, kind text, district text, status text,"
                 " day date, seen timestamp, price float8, pieces bigint, lat float8, lon float8, open boolean, tags text[])")
        with open(csv, encoding="utf-8") as f:
            subprocess.run(self.command("psql", "-qX", "-h", self.folder, "-d", "postgres", "-c", "COPY rows FROM STDIN (FORMAT csv, HEADER)"), stdin=f, check=True)
        for column in INDEXED:
            self.ask(f"CREATE INDEX ON rows ({column})")
        for more in ("CREATE INDEX ON rows (lat, lon)", "CREATE INDEX ON rows USING gin (tags)", "VACUUM ANALYZE rows"):
            self.ask(more)

    def command(self, *words):
        prefix = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups"] if os.getuid() == 0 else []
        return prefix + [os.path.join(self.bin, words[0]), *words[1:]]

    def run(self, *words):
        done = subprocess.run(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
                              stdin=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"{words[0]}: {done.stdout}")

    def ask(self, sql):
        before, rows = time.monotonic(), 0
        self.psql.stdin.write(sql + ";\n\\echo =done=\n")
        self.psql.stdin.flush()
        while (line := self.psql.stdout.readline()) != "=done=\n":
            if not line:
                sys.exit(f"psql ended at {sql}")
            rows += 1
        return (time.monotonic() - before) * 1000, rows

    def stop(self):
        self.psql.stdin.close()
        self.psql.wait(60)
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")


class Lite:
    def __init__(self, b, csv):
        file = os.path.join(b.folder, "rival.sqlite")
        subprocess.run(["sqlite3", file], check=True, text=True, input="PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;\n"
                       "CREATE TABLE rows (id INTEGER PRIMARY KEY, station TEXT, category TEXT, city TEXT, kind TEXT, district TEXT, status TEXT,"
                       " day TEXT, seen TEXT, price REAL, pieces INTEGER, lat REAL, lon REAL, open INTEGER, tags TEXT);\n"
                       f".import --csv --skip 1 {csv} rows\n" "UPDATE rows SET tags = nullif(tags, ''), open = open = 'true';\n"
                       + "".join(f"CREATE INDEX i_{c} ON rows ({c});\n" for c in INDEXED) + "CREATE INDEX i_place ON rows (lat, lon);\nANALYZE;\n",
                       stdout=subprocess.DEVNULL)
        self.db = sqlite3.connect(file)
        self.db.executescript("PRAGMA cache_size=-1000000; PRAGMA mmap_size=8000000000;")

    def ask(self, sql):
        before = time.monotonic()
        rows = self.db.execute(sql).fetchall()
        return (time.monotonic() - before) * 1000, len(rows)

    def stop(self):
        self.db.close()


class Wire:
    """Asks over a connection of its own and reads the answer to its last byte: psql and the bare program are programs in C, and
    Python's own client would add half as much again to a short answer of ours."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {base.HOST}\r\nCookie: bench=1\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self.socket.recv(1 << 18)):
                sys.exit(f"{path}: no answer")
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"\r\ncontent-length: *(\d+)", head, re.I).group(1))
        parts, have = [body], len(body)
        while have < length:
            if not (more := self.socket.recv(1 << 18)):
                sys.exit(f"{path}: the answer ends early")
            parts.append(more)
            have += len(more)
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"{path}: {head[:20]} {b''.join(parts)[:500]}")
        return b"".join(parts)

    def close(self):
        self.socket.close()


# --- works ------------------------------------------------------------------------------------------------------------


SLOW = 3000  # milliseconds: SQLite has all in memory, and what takes so long the first time does so the second


class Big:
    def __init__(self, b, o):
        self.b, self.rows, self.rival_rows, self.client_rows, self.runs, self.each = b, o.rows, o.rival_rows, o.client_rows, o.runs, o.each
        self.number = random.Random(7)
        self.report = []
        self.server = None

    def tell(self, bar, figure, wanted, held, note=""):
        self.report.append({"bar": bar, "figure": figure, "wanted": wanted, "held": held, "note": note})
        print(f"{bar:<58} {figure:>20}  {wanted:<18} {'held' if held else 'NOT held'}  {note}", flush=True)

    def make(self, name, rows):
        """The dataset published, and the same rows in a bare file; those of the rivals may be the same as the big ones."""
        if rows == self.rows:
            name = "big"
        made = " ".join(ROWS.format(rows=rows).split())
        parquet, bare = (os.path.join(self.b.folder, f"{name}.{x}") for x in ("parquet", "duckdb"))
        if not os.path.exists(bare):
            self.b.duck(bare, [f"!CREATE TABLE rows AS {made}", "!CHECKPOINT"], "write")
        if not os.path.exists(parquet):
            self.b.duck(bare, [f"!COPY rows TO '{parquet}' (FORMAT parquet)"])
        if not os.path.exists(self.b.data):
            self.b.stoa("portal", "add", base.HOST, "--set", "title=Bench")
        if not re.search(rf"^{name} ", self.b.stoa("datasets", "--portal", base.HOST), re.M):
            self.b.stoa("publish", parquet, "--portal", base.HOST, "--id", name)
        return bare

    def serve(self):
        if not self.server:
            self.server = base.Server(self.b)
        return self.server

    def timed(self, dataset, question, n):
        path, wire = path_of(dataset, question, n), Wire(self.serve().port)  # a rival may take longer than the server waits for an idle client
        before = time.monotonic()
        body = wire.get(path)
        took = (time.monotonic() - before) * 1000
        wire.close()
        return took, rows_of(body)

    def turns(self, dataset, rival, key, runs):
        """For each question the medians of both, and the rows of both, which must be as many."""
        out = []
        for q in QUESTIONS:
            ours, theirs = [], []
            for i in range(runs + 1):
                n = self.number.randrange(1000, 20000)
                mine, shown = self.timed(dataset, q, n)
                asked = [rival.ask(s) for s in statements(q, key, n)]
                last = asked[-1][1] if q.api[0] == "facets" else asked[0][1]
                if shown != last and not (key != "duck" and q.name.startswith("median")):
                    sys.exit(f"{q.name} ({n}): {shown} rows against {last} of {key}")
                took = sum(t for t, _ in asked)
                if i or (key == "lite" and took > SLOW):  # the first of each warms
                    ours.append(mine)
                    theirs.append(took)
                if len(theirs) == runs:
                    break
            out.append((q.name, statistics.median(ours), statistics.median(theirs)))
            if self.each or key == "pg":  # so that it is plain where its indexes win
                print(f"    {q.name:<40} {out[-1][1]:>9.1f} ms {out[-1][2]:>9.1f} ms  {out[-1][1] / out[-1][2]:.2f} x", flush=True)
        return out

    def mix(self):
        bare = self.make("big", self.rows)
        duck = Duck(self.b, bare)
        found = self.turns("big", duck, "duck", self.runs)
        duck.stop()
        worst = max(found, key=lambda f: (f[1] - 1) / f[2])
        missed = [f for f in found if f[1] > 1.5 * f[2] + 1]
        self.tell(f"{len(found)} questions, {self.rows / 1e6:g}M rows, bare DuckDB", f"{len(found) - len(missed)} of {len(found)}", "1.5 x + 1 ms each", not missed,
                  f"median {statistics.median(f[1] / f[2] for f in found):.2f} x; worst: {worst[0]}, {worst[1]:.0f} ms against {worst[2]:.0f}"
                  + "".join(f"; missed: {f[0]} {f[1] / f[2]:.2f} x" for f in missed))

    def rivals(self):
        bare = self.make("rivals", self.rival_rows)
        csv = os.path.join(self.b.folder, "rival.csv")
        for name, key, kind, tags in (("PostgreSQL", "pg", Postgres, "'{' || array_to_string(tags, ',') || '}'"), ("SQLite", "lite", Lite, "to_json(tags)")):
            self.b.duck(bare, [f"!COPY (SELECT * REPLACE ({tags} AS tags) FROM rows) TO '{csv}' (HEADER)"])
            bar = f"the same on {self.rival_rows / 1e6:g}M rows, {name} with indexes"
            try:
                rival = kind(self.b, csv)
            except FileNotFoundError as e:
                self.tell(bar, "not measured", ">= 10 x in median", False, str(e))
                continue
            found = self.turns(os.path.basename(bare).split(".")[0], rival, key, 1)
            rival.stop()
            os.remove(csv)
            ratios = sorted(f[2] / f[1] for f in found)
            middle = statistics.median(ratios)
            self.tell(bar, f"{middle:.1f} x faster", ">= 10 x in median", middle >= 10,
                      f"slowest {ratios[0]:.2f} x, fastest {ratios[-1]:.0f} x, faster in {sum(r > 1 for r in ratios)} of {len(ratios)}; "
                      f"all thirty: {sum(f[1] for f in found):.0f} ms against {sum(f[2] for f in found):.0f} ms")

    def count(self):
        self.make("big", self.rows)
        path = f"{base.API}/big/records?limit=0"
        self.serve().timed(path)
        took = statistics.median(self.serve().timed(path) for _ in range(20))
        total = json.loads(self.serve().get(path, Cookie="bench=1"))["total_count"]
        self.tell(f"unfiltered count, {self.rows / 1e6:g}M rows", f"{took:.2f} ms", "< 5 ms", took < 5 and total == self.rows)

    def facets(self):
        self.make("big", self.rows)
        for name, low in (("half", 50000), ("nearly all", 0)):
            took = [self.timed("big", Question("", ("facets", {"facet": list(FACETS), "where": "price > {n}"}), []), low + i)[0] for i in range(8)]
            middle = statistics.median(took[1:])
            self.tell(f"six facets under a filter that keeps {name}", f"{middle:.0f} ms", "< 300 ms", middle < 300, f"{self.rows / 1e6:g}M rows, {os.cpu_count()} cores")

    def clients(self):
        """Eight clients, each its own order of the thirty questions twice."""
        dataset = os.path.basename(self.make("small", self.client_rows)).split(".")[0]
        self.serve()
        took, lost, lock = [], [], threading.Lock()

        def client(number):
            import http.client
            dice = random.Random(number)
            connection = http.client.HTTPConnection("127.0.0.1", self.serve().port, timeout=120)
            for q in dice.sample(QUESTIONS, len(QUESTIONS)) + dice.sample(QUESTIONS, len(QUESTIONS)):
                before = time.monotonic()
                connection.request("GET", path_of(dataset, q, dice.randrange(1000, 20000)), headers={"Host": base.HOST, "Cookie": "bench=1"})
                answer = connection.getresponse()
                body = answer.read()
                with lock:
                    took.append((time.monotonic() - before) * 1000)
                    if answer.status != 200 or not body.endswith(b"}"):
                        lost.append((q.name, answer.status))

        threads = [threading.Thread(target=client, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        took.sort()
        median, p99 = statistics.median(took), took[int(len(took) * 0.99)]
        held = p99 <= 5 * median and not lost and len(took) == 16 * len(QUESTIONS)
        self.tell(f"8 clients, mixed questions, {self.client_rows / 1e6:g}M rows", f"p99 {p99 / median:.1f} x median", "<= 5 x, none lost", held,
                  f"median {median:.0f} ms, p99 {p99:.0f} ms, {len(took)} answers, {len(lost)} lost {lost[:3] if lost else ''}")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("build")
    ask.add_argument("--rows", type=int, default=int(os.environ.get("STOA_BENCH_ROWS", 10000000)))
    ask.add_argument("--rival-rows", type=int, default=int(os.environ.get("STOA_BENCH_RIVAL_ROWS", 0)), help="0: as many as --rows")
    ask.add_argument("--client-rows", type=int, default=1000000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--json")
    ask.add_argument("--keep")
    ask.add_argument("--only", default="mix,rivals,count,facets,clients")
    ask.add_argument("--each", action="store_true")
    o = ask.parse_args()
    o.rival_rows = o.rival_rows or o.rows
    folder = o.keep or tempfile.mkdtemp(prefix="stoa-bench-")
    os.makedirs(folder, exist_ok=True)
    big = Big(base.Bench(os.path.abspath(o.build), o.runs, os.path.abspath(folder)), o)
    try:
        for name in o.only.split(","):
            getattr(big, name)()
        if o.json:
            with open(o.json, "w", encoding="utf-8") as f:
                json.dump(big.report, f, indent="\t")
    finally:
        if big.server:
            big.server.stop()
        if not o.keep:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(not all(r["held"] for r in big.report))


if __name__ == "__main__":
    main()
