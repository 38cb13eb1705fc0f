"""Random valid questions, each answered by the server and by the reference; the answers are the same.

STOA_ORACLE_QUERIES and STOA_ORACLE_SEED change how many and which: `make nightly` asks 20,000. A failure prints the seed of its question: run
`STOA_ORACLE_ONLY=<seed>` to ask that one alone."""
import concurrent.futures
import http.client
import json
import math
import os
import threading
import urllib.parse

import pytest
from grammar import FIELDS, KINDS, ZONES, Context, Label, Maker
from reference import elements, grouped, key_order, shown

QUERIES = int(os.environ.get("STOA_ORACLE_QUERIES", "2000"))
SEED = int(os.environ.get("STOA_ORACLE_SEED", "7"))
ONLY = os.environ.get("STOA_ORACLE_ONLY")
BATCHES = 20
PATH = "/api/explore/v2.1/catalog/datasets/oracle/"


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a) if "lon" not in a else a == b
    return a == b


def sort_value(kind, value, descending):
    """Nulls last both ways; a list by its least element upwards, its greatest downwards."""
    if value is None:
        return None
    if isinstance(value, list):
        return max(value) if descending else min(value)
    return value


def ordered(rows, items, context):
    for node, descending in reversed(items):
        there = [r for r in rows if node.of(r, context) is not None]
        gone = [r for r in rows if node.of(r, context) is None]
        there.sort(key=lambda r: sort_value(node.kind, node.of(r, context), descending), reverse=False)
        if descending:  # equal ones keep their order
            there.reverse()
            there = stable_reverse(there, lambda r: sort_value(node.kind, node.of(r, context), descending))
        rows = there + gone
    return rows


def stable_reverse(rows, key):
    out, i = [], 0
    while i < len(rows):
        j = i
        while j < len(rows) and key(rows[j]) == key(rows[i]):
            j += 1
        out += rows[i:j][::-1]
        i = j
    return out


def refined(r, rows, params):
    """refine and exclude by facet values (explore-api.md §9)."""
    for which in ("refine", "exclude"):
        for _ in range(r.choice([0, 0, 0, 1])):
            name = r.choice(["country", "tags", "small", "capital", "founded", "path"])
            values = [v for row in rows for v in elements(row[name])]
            if not values:
                continue
            value = r.choice(values)
            if name == "founded":
                text = r.choice([f"{value:%Y}", f"{value:%Y/%m}", f"{value:%Y/%m/%d}", f"{value:%Y-%m}"])
                plain = text.replace("-", "/")

                def fits(v, plain=plain):
                    return f"{v:%Y/%m/%d}".startswith(plain)
            elif name == "path":
                text = value

                def fits(v, text=text):
                    return v == text or v.startswith(text + "/")
            else:
                text = str(value).lower() if isinstance(value, bool) else str(value)

                def fits(v, value=value):
                    return v == value
            quote = name in ("country", "tags") and r.random() < 0.5 or '"' in text or ":" in text
            params.append((which, f"{name}:" + ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if quote else text)))
            if which == "refine":
                rows = [row for row in rows if any(fits(v) for v in elements(row[name]))]
            else:
                rows = [row for row in rows if not any(fits(v) for v in elements(row[name]))]
    return rows


class Question:
    """`path`, `params` and what the answer is."""

    def __init__(self, seed, rows):
        self.maker, self.seed = Maker(seed), seed
        r = self.maker.r
        self.zone = r.choice(ZONES) if r.random() < 0.4 else "UTC"
        self.context = Context(self.zone)
        self.params = [("timezone", self.zone)] if self.zone != "UTC" else []
        self.words = False
        self.rows = refined(r, rows, self.params)
        for _ in range(r.choice([0, 1, 1, 1, 2])):
            test = self.maker.test()
            self.params.append(("where", test.text))
            self.rows = [row for row in self.rows if test.holds(row, self.context)]
            self.words |= test.words
        kind = r.random()
        self.path = "records"
        if kind < 0.45:
            self.plain()
        elif kind < 0.85:
            self.groups()
        elif kind < 0.93:
            self.totals()
        else:
            self.facets()

    def plain(self):
        m, r = self.maker, self.maker.r
        columns = []
        if r.random() < 0.5:
            for i in range(r.randrange(1, 5)):
                node = r.choice([lambda: m.field(r.choice(FIELDS)[0]), lambda: m.numeric(), m.texty, m.date_format])()
                label = node.name if node.name and r.random() < 0.5 else f"c{i}"
                columns.append((label, node))
            self.params.append(("select", ", ".join(n.text if n.name == label else f"{n.text} {m.word('as')} {label}" for label, n in columns)))
            columns = list(dict(columns).items())
        else:
            columns = [(n, m.field(n)) for n, _ in FIELDS]
        items = []
        for _ in range(r.choice([0, 1, 1, 2])):
            node = r.choice([lambda: m.field(r.choice([n for n, k in FIELDS if k != "point"])), lambda: m.numeric(1), m.texty])()
            items.append((node, r.random() < 0.5))
        if self.words:
            items.append((m.field("rid"), False))  # else the best match would come first
        if items:
            self.params.append(("order_by", ", ".join(n.text + (f" {m.word('desc')}" if d else r.choice(["", " asc"])) for n, d in items)))
        rows = ordered(self.rows, items, self.context)
        limit, offset = r.choice([10, 10, 100, 1, 0, -1]), r.choice([0, 0, 0, 3, 50])
        if limit != 10:
            self.params.append(("limit", str(limit)))
        if offset:
            self.params.append(("offset", str(offset)))
        page = rows[offset:offset + (100 if limit < 0 else limit)]
        results = [{label: shown(n.of(row, self.context), self.context) for label, n in columns} for row in page]
        self.answer = {"total_count": len(rows), "results": results}

    def groups(self):
        m, r = self.maker, self.maker.r
        keys = [m.key() for _ in range(r.choice([1, 1, 1, 2]))]
        labels = [f"k{i}" if r.random() < 0.6 else k.name or k.text for i, k in enumerate(keys)]
        labels = [f"k{i}" if k.kind == "range" and i == 0 else x for i, (k, x) in enumerate(zip(keys, labels))]  # can be sorted by
        if len(set(labels)) < len(labels):
            labels = [f"k{i}" for i in range(len(keys))]
        self.params.append(("group_by", ", ".join(k.text if label in (k.name, k.text) else f"{k.text} as {label}" for k, label in zip(keys, labels))))
        columns = [(f"a{i}", *m.aggregated(i)) for i in range(r.randrange(1, 4))]
        self.params.append(("select", ", ".join(f"{text} as {label}" for label, text, _ in columns)))
        found = sorted(grouped(self.rows, keys, self.context).items(), key=lambda g: [key_order(v) for v in g[0]])
        results = [{**dict(zip(labels, combination)), **{label: of(rows, self.context) for label, _, of in columns}}
                   for combination, rows in found]
        if r.random() < 0.3:
            label, descending = r.choice(columns)[0], r.random() < 0.5
            if any(isinstance(x[label], float) for x in results):
                label = labels[0]  # sums of parts that are not exact tie or not by chance
            self.params.append(("order_by", (keys[0].text if label == keys[0].text else label) + (" desc" if descending else "")))
            there = sorted((x for x in results if x[label] is not None), key=lambda x: x[label])
            if descending:
                there = stable_reverse(there[::-1], lambda x: x[label])
            results = there + [x for x in results if x[label] is None]
        if r.random() < 0.3:
            limit, offset = r.randrange(0, 12), r.choice([0, 0, 2])
            self.params += [("limit", str(limit)), ("offset", str(offset))]
            results = results[offset:offset + limit]
        self.answer = {"results": [{k: shown(v, self.context) for k, v in x.items()} for x in results]}

    def totals(self):
        columns = [(f"a{i}", *self.maker.aggregated(i)) for i in range(self.maker.r.randrange(1, 4))]
        self.params += [("select", ", ".join(f"{text} as {label}" for label, text, _ in columns)), ("limit", "1")]
        row = {label: shown(of(self.rows, self.context), self.context) for label, _, of in columns}
        self.answer = {"total_count": len(self.rows), "results": [row]}

    def facets(self):
        r = self.maker.r
        self.path = "facets"
        names = r.sample(["country", "tags", "small", "capital", "name"], r.randrange(1, 4))
        self.params = [p for p in self.params if p[0] != "refine"] if any(p[0] == "refine" for p in self.params) else self.params
        self.params += [("facet", n) for n in names]
        self.answer = None
        self.names = names

    def facet_counts(self, rows):
        out = {}
        for n in self.names:
            counts = {}
            for row in rows:
                for v in set(elements(row[n])):
                    word = str(v).lower() if isinstance(v, bool) else str(v)
                    counts[word] = counts.get(word, 0) + 1
            out[n] = counts
        return out


def check_facets(q, answer):
    """Without refinements the counts are those of the rows left; more rows come first, names in order within a count."""
    wanted = q.facet_counts(q.rows)
    for f in answer["facets"]:
        values = [v for v in f["facets"] if v["state"] == "displayed"]
        if {v["value"]: v["count"] for v in values} != wanted[f["name"]]:
            return f"{f['name']}: {values} and not {wanted[f['name']]}"
        if [v["count"] for v in values] != sorted((v["count"] for v in values), reverse=True):
            return f"{f['name']} is not in order"
    return None


own = threading.local()


def fetch(server, target):
    """Plain and kept open: twenty thousand questions should not wait for a client library."""
    if getattr(own, "port", None) != server.port:
        own.port, own.line = server.port, http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    own.line.request("GET", target, headers={"Host": f"city.localhost:{server.port}"})
    answer = own.line.getresponse()
    return answer.status, answer.read()


def ask(server, seed, rows):
    q = Question(seed, rows)
    if q.path == "facets":
        q = facets_question(seed, rows)
    status, body = fetch(server, PATH + q.path + "?" + urllib.parse.urlencode(q.params))
    if status != 200:
        return f"seed {seed}: {status} {body.decode()}\n{q.params}"
    got = json.loads(body)
    if q.answer is None:
        wrong = check_facets(q, got)
        return wrong and f"seed {seed}: {wrong}\n{q.params}"
    if list(got) == list(q.answer) and same(got, q.answer):
        return None
    return f"seed {seed}:\n  asked    {q.params}\n  expected {q.answer}\n  got      {got}"[:6000]


def facets_question(seed, rows):
    """The same question without refine, whose effect on a facet's own values is told by tests of their own."""
    q = Question.__new__(Question)
    q.maker, q.seed = Maker(seed), seed
    r = q.maker.r
    q.zone, q.context, q.params, q.words, q.rows = "UTC", Context(), [], False, rows
    for _ in range(r.choice([0, 1, 2])):
        test = q.maker.test()
        q.params.append(("where", test.text))
        q.rows = [row for row in q.rows if test.holds(row, q.context)]
    Question.facets(q)
    return q


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(1 if ONLY else BATCHES))
def test_answers_are_those_of_the_reference(server, rows, batch):
    seeds = [int(ONLY)] if ONLY else [SEED * 10_000_000 + i for i in range(batch, QUERIES, BATCHES)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [w for w in pool.map(lambda s: ask(server, s, rows), seeds) if w]
    assert not wrong, f"{len(wrong)} of {len(seeds)} answers differ; the first:\n" + "\n".join(wrong[:3])


def test_the_questions_are_of_many_kinds(rows):
    """A generator that asks one thing only proves nothing."""
    questions = [Question(SEED * 10_000_000 + i, rows) for i in range(300)]
    text = " ".join(v for q in questions for _, v in q.params).lower()
    for word in ("search", "suggest", "startswith", "like", "within_distance", "in_bbox", "polygon", "range", "median", "percentile",
                 "distinct", "date_format", "not ", " or ", " and ", "is null", "ifnull", " in "):
        assert word in text, word
    some = [q for q in questions if q.answer and q.answer["results"]]
    assert len(some) > 150
