#!/usr/bin/python3
"""Measures full-text search and the publishing of texts with the release binary, over the API as a client meets it: one
dataset of short texts to ask, one of longer texts to publish. The texts are made here, the same ones every time: words of
syllables, some far commoner than others, as in a language. Ends with 1 when a bar is missed.

	tests/bench/search.py BUILD [--rows N] [--runs N] [--json FILE] [--keep FOLDER]

Figures are medians; the processor's time is told too, for machines that do other work meanwhile. Answers are not taken
from the server's cache (it keeps none for those who send a cookie).
"""
import argparse
import http.client
import itertools
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HOST = "search.localhost"
API = "/api/explore/v2.1/catalog/datasets/texts"
# A question, what it is, and its bar in milliseconds (None: told, not judged).
QUESTIONS = [
    ("common term, records and count", "records?limit=10", '"commune"', 30),
    ("common term, count only", "records?limit=0", '"commune"', 30),
    ("common term, one field", "records?limit=10", 'body like "commune"', 30),
    ("two common terms", "records?limit=10", '"commune ville"', 30),
    ("medium term (1 %)", "records?limit=10", '"marais"', 30),
    ("rare term (20 rows)", "records?limit=10", '"zanzibar"', 10),
    ("term that is nowhere", "records?limit=10", '"xyzzyx"', 10),
    ("prefix of four letters", "records?limit=10", '"zanz*"', 10),
    ("prefix of two letters", "records?limit=10", '"co*"', None),
    ("search(), the last word as a prefix", "records?limit=10", 'search("zanzi")', None),
    ("search() with a typing error", "records?limit=10", 'search("zanzibra ville")', None),
    ("search() with two typing errors", "records?limit=10", 'search("comune vilel")', None),
    ("suggest() of two words", "records?limit=10", 'suggest("zanzibar vil")', None),
    ("not a common term", "records?limit=10", 'not "commune"', None),
    ("common term and a number", "records?limit=10", '"commune" and id > 500000', None),
    ("facets under a common term", "facets?facet=category", '"commune"', None),
    ("groups under a rare term", "records?group_by=category&select=count(*)", '"zanzibar"', None),
]


def vocabulary(n):
    r = random.Random(1)
    syllables = [a + b for a in ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "br", "ch", "tr") for b in "aeiou"]
    words = {}
    while len(words) < n:
        words["".join(r.choice(syllables) for _ in range(r.randint(2, 5)))] = None
    return list(words)


def make(path, rows, size):
    """Rows of a number, a category and a text of about `size` characters."""
    r = random.Random(size)
    words = vocabulary(60000)
    weights = list(itertools.accumulate(1 / (i + 20) for i in range(len(words))))
    per_row = size // 8
    with open(path, "w", encoding="utf-8") as f:
        f.write("id,category,title,body\n")
        for i in range(rows):
            text = r.choices(words, cum_weights=weights, k=per_row)
            if r.random() < 0.45:
                text.insert(r.randrange(per_row), "Commune")
            if r.random() < 0.30:
                text.insert(r.randrange(per_row), "ville")
            if i % 100 == 7:
                text.append("Marais")
            if i % (rows // 20) == 11:
                text.append("Zanzibar ville")
            f.write(f"{i},category {i % 37},{text[0]} {text[1]},{' '.join(text)}.\n")


def stoa(a, *arguments):
    done = subprocess.run([os.path.join(a.build, "stoa"), "--data", os.path.join(a.folder, "data"), *arguments],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"stoa {' '.join(arguments)}\n{done.stdout}{done.stderr}")


class Server:
    def __init__(self, a):
        self.process = subprocess.Popen([os.path.join(a.build, "stoa"), "--data", os.path.join(a.folder, "data"), "serve",
                                         "--port", "0", "--announce"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("READY "):
                self.connection = http.client.HTTPConnection("127.0.0.1", int(line.strip().rstrip("/").rsplit(":", 1)[1]))
                return
        sys.exit("the server did not start")

    def get(self, path):
        before = time.monotonic()
        self.connection.request("GET", path, headers={"Host": HOST, "Cookie": "bench=1"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {body[:500]}")
        return (time.monotonic() - before) * 1000, body

    def processor_ms(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            parts = f.read().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Report:
    def __init__(self):
        self.rows, self.missed = [], False

    def tell(self, work, figure, unit, bar, note=""):
        good = bar is None or figure <= bar
        self.missed = self.missed or not good
        self.rows.append({"work": work, "figure": figure, "unit": unit, "bar": bar, "good": good, "note": note})
        print(f"{work:<46} {figure:>10.1f} {unit:<3} {'' if bar is None else f'<= {bar}':<8} {'ok' if good else 'MISSED'}  {note}", flush=True)


def publish(a, report, name, size, bar):
    path = os.path.join(a.folder, f"{name}.csv")
    if not os.path.exists(path):
        make(path, a.rows, size)
    before = time.monotonic()
    was = resource.getrusage(resource.RUSAGE_CHILDREN)
    stoa(a, "publish", path, "--portal", HOST, "--id", name, "--replace", "--meta", "language=fr")
    seconds = time.monotonic() - before
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / 1024
    report.tell(f"publish {a.rows} rows of {size} characters", seconds, "s", bar,
                f"{os.path.getsize(path) / 1e6:.0f} MB, "
                f"{used.ru_utime + used.ru_stime - was.ru_utime - was.ru_stime:.1f} s of processor, largest process so far {peak:.0f} MB")


def ask(a, report):
    server = Server(a)
    for work, path, where, bar in QUESTIONS:
        url = f"{API}/{path}{'&' if '?' in path else '?'}where={urllib.parse.quote(where)}"
        body = json.loads(server.get(url)[1])
        before = server.processor_ms()
        times = [server.get(url)[0] for _ in range(a.runs)]
        note = f"{(server.processor_ms() - before) / a.runs:.1f} ms of processor"
        if "total_count" in body:
            note += f", {body['total_count']} rows"
        report.tell(work, statistics.median(times), "ms", bar, note)
    server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json")
    parser.add_argument("--keep", help="folder for the data, kept for the next time")
    a = parser.parse_args()
    a.folder = a.keep or tempfile.mkdtemp(prefix="stoa-search-")
    os.makedirs(a.folder, exist_ok=True)
    shutil.rmtree(os.path.join(a.folder, "data"), ignore_errors=True)
    report = Report()
    try:
        stoa(a, "portal", "add", HOST, "--set", "title=Search")
        publish(a, report, "texts", 100, None)
        publish(a, report, "long", 200, 30)
        ask(a, report)
        if a.json:
            with open(a.json, "w", encoding="utf-8") as f:
                json.dump(report.rows, f, indent="\t")
    finally:
        if not a.keep:
            shutil.rmtree(a.folder)
    sys.exit(report.missed)


if __name__ == "__main__":
    main()
