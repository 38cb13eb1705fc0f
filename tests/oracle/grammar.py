"""Random records, and random questions about them as trees of reference.py: all that ODSQL lets one ask of where, select,
group_by, order_by, limit, offset, refine, exclude, time zones and facets, written the many ways clients write it."""
import datetime as dt
import math
import random

from reference import (UTC, Context, Node, Test, aggregate, arithmetic, at, compared, compared_date, edits, elements, has_all,
                       in_dates, inside, joined, metres, negated, pattern, tokens, wall)

NAMES = ["Paris", "paris", "La Rochelle", "Bruxelles", "Besançon", "Île-de-France", "Shangri-La", "L'eau vive", "Las Vegas",
         "Œuvre d'art", "STRASSE 7", "Straße 7", "naïve café", "x", "a b c d", "São Paulo", "Zürich HB", "200 100", "Ærøskøbing", "Łódź"]
TAGS = ["river", "metro", "sea", "Sea", "old town", "river-bank", "été", "100%"]
COUNTRIES = ["FR", "BE", "fr", "DE", "", "a:b", 'q"t']
LANGS = ["en", "fr", "nl"]
PATHS = ["A", "A/B", "A/B/C", "B", "B/C", "A/D"]
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]
FIELDS = [("rid", "int"), ("name", "text"), ("country", "text"), ("tags", "list"), ("langs", "list"), ("path", "text"), ("pop", "int"), ("small", "int"),
          ("area", "double"), ("founded", "date"), ("updated", "datetime"), ("capital", "boolean"), ("loc", "point")]
KINDS = dict(FIELDS)
ROWS = 90


def records(seed):
    r = random.Random(seed)

    def maybe(value, odds=0.15):
        return None if r.random() < odds else value

    out = []
    for i in range(ROWS):
        tags = r.sample(TAGS, r.choice([1, 1, 2, 3]))
        updated = dt.datetime(2020, 3, 27, tzinfo=UTC) + dt.timedelta(seconds=r.randrange(0, 4 * 86400 * 100))
        out.append({
            "rid": i, "name": maybe(r.choice(NAMES)), "country": maybe(r.choice([c for c in COUNTRIES if c])), "tags": maybe(tags),
            "langs": maybe(r.sample(LANGS, r.choice([1, 1, 2, 3]))), "path": maybe(r.choice(PATHS)), "pop": maybe(r.choice([0, 1, -5, 75000, 100, 2100000, r.randrange(-1000, 1000)])),
            "small": maybe(r.randrange(0, 6)), "area": maybe(r.choice([0.0, 28.5, -1.25, 100.0, round(r.uniform(-50, 50), 2)])),
            "founded": maybe(dt.date(1987, 11, 1) + dt.timedelta(days=r.randrange(0, 1500))),
            "updated": maybe(updated), "capital": maybe(r.random() < 0.5),
            "loc": maybe((round(r.uniform(40, 55), 4), round(r.uniform(-5, 10), 4)))})
    return out


def cell(value):
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, tuple):
        return f"{value[0]}, {value[1]}"
    return str(value)


def schema():
    types = {"list": "text", "point": "geo_point_2d"}
    notes = {"country": {"facet": True}, "langs": {"multivalued": "|"}, "tags": {"facet": True, "multivalued": "|"}, "path": {"facet": True, "hierarchical": "/"},
             "small": {"facet": True}, "founded": {"facet": True}, "capital": {"facet": True}, "rid": {"id": True}}
    return {"fields": [{"name": n, "type": types.get(k, k), "annotations": notes.get(n, {})} for n, k in FIELDS]}


class Maker:
    """Makes one question from one random source."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    # --- spelling

    def word(self, w):
        return self.r.choice([w, w, w.upper(), w.capitalize()])

    def quoted(self, s):
        q = self.r.choice("\"'")
        return q + s.replace("\\", "\\\\").replace(q, "\\" + q) + q

    def field(self, name):
        kind = KINDS[name]
        return Node(self.r.choice([name, name, name, f"`{name}`"]), lambda row, c: row[name], kind, name)

    def space(self):
        return self.r.choice(["", " ", " ", "  "])

    def call(self, name, *args):
        return f"{self.word(name)}({self.space()}{(',' + self.space()).join(args)})"

    # --- values

    def number(self):
        r = self.r
        if r.random() < 0.6:
            n = r.choice([0, 1, 2, 5, 10, 75000, 100000, r.randrange(0, 1000)])
            return Node(str(n), lambda row, c: n, "int")
        d = r.choice([0.5, 28.5, 1.25, 100.0, round(r.uniform(0, 60), 2)])
        return Node(repr(d), lambda row, c: d, "double")

    def numeric(self, depth=2):
        r, pick = self.r, self.r.random()
        if depth == 0 or pick < 0.35:
            return self.field(r.choice(["pop", "small", "area", "rid"]))
        if pick < 0.5:
            return self.number()
        if pick < 0.6:
            text = self.texty()
            return Node(self.call(r.choice(["length", "length"]), text.text), lambda row, c: len_of(text.of(row, c)), "int")
        if pick < 0.72:
            return self.date_part()
        if pick < 0.78:
            a, n = self.field(r.choice(["pop", "small"])), r.randrange(0, 50)
            return Node(self.call("ifnull", a.text, str(n)), lambda row, c: n if a.of(row, c) is None else a.of(row, c), "int")
        if pick < 0.84:
            a = self.numeric(depth - 1)
            return Node(f"-({a.text})", lambda row, c: None if a.of(row, c) is None else -a.of(row, c), a.kind)
        op = r.choice("+-*/") if depth > 1 else r.choice("+-")
        a, b = self.numeric(depth - 1), self.number() if op == "*" else self.numeric(depth - 1)
        made = arithmetic(op, bracketed(a), bracketed(b))
        return Node(f"({made.text})" if r.random() < 0.3 else made.text, made.of, made.kind)

    def date_part(self):
        part = self.r.choice(["year", "month", "day", "hour", "minute", "second"])
        a = self.field(self.r.choice(["founded", "updated"]))
        return Node(self.call(part, a.text), lambda row, c: None if a.of(row, c) is None else getattr(wall(a.of(row, c), c), part), "int")

    def texty(self):
        r, pick = self.r, self.r.random()
        a = self.field(r.choice(["name", "country", "path"]))
        if pick < 0.6:
            return a
        if pick < 0.8:
            return Node(self.call("lower", a.text), lambda row, c: None if a.of(row, c) is None else a.of(row, c).lower(), "text")
        alt = r.choice(["none", "Paris", "é"])
        return Node(self.call("ifnull", a.text, self.quoted(alt)), lambda row, c: alt if a.of(row, c) is None else a.of(row, c), "text")

    def date_format(self):
        a = self.field(self.r.choice(["founded", "updated"]))
        spell, how = self.r.choice([("yyyy-MM", "%Y-%m"), ("dd/MM/YYYY", "%d/%m/%Y"), ("HH:mm", "%H:%M"), ("yy", "%y"),
                                    ("'week 'ww", "week %V"), ("DDD", "%j")])
        return Node(self.call("date_format", a.text, self.quoted(spell)),
                    lambda row, c: None if a.of(row, c) is None else wall(a.of(row, c), c).strftime(how), "text")

    def date_text(self, kind):
        r = self.r
        if kind == "date":
            d = dt.date(1987, 11, 1) + dt.timedelta(days=r.randrange(0, 1500))
            return r.choice([f"{d.year}", f"{d:%Y-%m}", f"{d:%Y/%m}", f"{d:%Y-%m-%d}", f"{d:%Y/%m/%d}", f"{d.year}/{d.month}/{d.day}"])
        t = dt.datetime(2020, 3, 27) + dt.timedelta(seconds=r.randrange(0, 4 * 86400 * 100))
        return r.choice([f"{t.year}", f"{t:%Y-%m}", f"{t:%Y-%m-%d}", f"{t:%Y-%m-%dT%H}", f"{t:%Y-%m-%dT%H:%M}", f"{t:%Y-%m-%dT%H:%M:%S}",
                         f"{t:%Y-%m-%dT%H:%M:%S}Z", f"{t:%Y-%m-%dT%H:%M}+02:00", f"{t:%Y-%m-%dT%H}-0500"])

    # --- predicates

    def leaf(self):
        makers = [self.of_numbers, self.of_numbers, self.of_texts, self.of_texts, self.of_dates, self.of_lists, self.in_set, self.in_range,
                  self.is_null, self.boolean, self.like, self.bare, self.search, self.suggest, self.startswith, self.near, self.box,
                  self.polygon, self.of_formats]
        return self.r.choice(makers)()

    def cmp(self, more=()):
        return self.r.choice(["=", "!=", "<", "<=", ">", ">=", *more])

    def of_numbers(self):
        return compared(self.cmp(), bracketed(self.numeric()), bracketed(self.numeric(1)))

    def of_texts(self):
        a, s = self.texty(), self.r.choice([x for x in NAMES + COUNTRIES + PATHS + ["none"] if x])
        return compared(self.cmp([":"] if a.name else []), a, Node(self.quoted(s), lambda row, c: s, "text"))

    def of_formats(self):
        a, s = self.date_format(), self.r.choice(["1990-05", "week 20", "15", "88", "12:00", "20", "130"])
        return compared(self.cmp(), a, Node(self.quoted(s), lambda row, c: s, "text"))

    def of_dates(self):
        a = self.field(self.r.choice(["founded", "updated"]))
        text = self.date_text(a.kind)
        q = self.r.choice("'\"")
        written = f"{self.word('date')}{q}{text}{q}" if self.r.random() < 0.75 else self.quoted(text)
        return compared_date(self.cmp([":"]), a, text, written)

    def of_lists(self):
        a, s = self.field("tags"), self.r.choice(TAGS + ["boat"])
        if self.r.random() < 0.4:
            return Test(f"{self.quoted(s)} {self.word('in')} {a.text}", lambda row, c: s in elements(a.of(row, c)))
        return compared(self.r.choice(["=", "!=", ":"]), a, Node(self.quoted(s), lambda row, c: s, "text"))

    def in_set(self):
        r = self.r
        name, pool = r.choice([("name", NAMES), ("country", [c for c in COUNTRIES if c]), ("tags", TAGS), ("langs", LANGS), ("small", range(7)), ("pop", [0, 1, 75000, 9])])
        a, chosen = self.field(name), r.sample(list(pool), r.randrange(1, 4))
        written = ", ".join(str(x) if isinstance(x, int) else self.quoted(x) for x in chosen)
        return Test(f"{a.text} {self.word('in')} ({written})", lambda row, c: any(e in chosen for e in elements(a.of(row, c))))

    def in_range(self):
        r = self.r
        left, right = r.choice("[]"), r.choice("[]")
        between = r.choice(["..", " .. ", " TO ", " to "])
        if r.random() < 0.5:
            a = self.field(r.choice(["pop", "small", "area"]))
            low, high = sorted(r.choice([-5, 0, 1, 3, 100, 28.5, 75000]) for _ in range(2))

            def holds(row, c):
                x = a.of(row, c)
                return x is not None and (x >= low if left == "[" else x > low) and (x <= high if right == "]" else x < high)
            return Test(f"{a.text} {self.word('in')} {left}{low}{between}{high}{right}", holds)
        a = self.field(r.choice(["founded", "updated"]))
        low, high = self.date_text(a.kind), self.date_text(a.kind)
        return in_dates(a, low, high, left, right, f"{a.text} {self.word('in')} {left}date'{low}'{between}date'{high}'{right}")

    def is_null(self):
        a = self.field(self.r.choice([n for n, _ in FIELDS]))
        if self.r.random() < 0.5:
            return Test(f"{a.text} {self.word('is')} {self.word('null')}", lambda row, c: a.of(row, c) is None)
        return Test(f"{a.text} {self.word('is')} {self.word('not')} {self.word('null')}", lambda row, c: a.of(row, c) is not None)

    def boolean(self):
        a, wanted = self.field("capital"), self.r.random() < 0.5
        word = self.word("true" if wanted else "false")
        return self.r.choice([
            Test(a.text, lambda row, c: a.of(row, c) is True),
            Test(f"{a.text} {self.word('is')} {word}", lambda row, c: a.of(row, c) is wanted),
            Test(f"{a.text} is not {word}", lambda row, c: a.of(row, c) is not wanted),
            Test(f"{a.text} = {word}", lambda row, c: a.of(row, c) is wanted),
            Test(f"{a.text}:{word}", lambda row, c: a.of(row, c) is wanted)])

    def some_words(self, n=2):
        out = []
        for _ in range(self.r.randrange(1, n + 1)):
            w = self.r.choice(self.r.choice(NAMES + TAGS).split())
            out.append(w[:self.r.randrange(1, len(w) + 1)] + "*" if self.r.random() < 0.25 else w)
        return " ".join(out)

    def like(self):
        a, s = self.field(self.r.choice(["name", "country", "tags"])), self.some_words()
        wanted = pattern(s)
        return Test(f"{a.text} {self.word('like')} {self.quoted(s)}", lambda row, c: has_all(wanted, all_words([a.of(row, c)])), words=True)

    def bare(self):
        s = self.some_words()
        wanted = pattern(s)
        return Test(self.quoted(s), lambda row, c: has_all(wanted, all_words(row[n] for n, k in FIELDS if k in ("text", "list"))), words=True)

    def listed(self, pool):
        chosen = self.r.sample(pool, self.r.randrange(0, 3))
        names = chosen or pool
        return ([self.field(n).text for n in chosen] if chosen else self.r.choice([["*"], []])), names

    def search(self):
        args, names = self.listed(["name", "country", "tags", "langs", "path"])
        terms = [self.r.choice(["paris", "Pariss", "bruxeles", "brxuelles", "las", "la", "sea", "zurich"]) for _ in range(self.r.randrange(0, 2))]
        last = self.r.choice(["p", "par", "BRUX", "vegas", "be", "é", "rochelle", "nope", "7"])
        text = " ".join(terms + [last])
        close, end = [t for s in terms for t in tokens(s)], tokens(last)

        def holds(row, c):
            words = all_words(row[n] for n in names)
            near = all(any(edits(t, w) <= (2 if len(t) > 5 else 1 if len(t) > 2 else 0) for w in words) for t in close)
            return near and all(any(w.startswith(t) for w in words) for t in end)
        return Test(self.call("search", *args, self.quoted(text)), holds, words=True)

    def suggest(self):
        args, names = self.listed(["name", "country", "tags", "langs", "path"])
        text = self.r.choice(["roch", "la roch", "ROCHELLE", "la r", "old t", "sea", "7", "de fr", "eau v", "rochelle la"])
        wanted = tokens(text)

        def follows(value):
            words = tokens(value)
            return any(words[i:i + len(wanted) - 1] == wanted[:-1] and words[i + len(wanted) - 1].startswith(wanted[-1])
                       for i in range(len(words) - len(wanted) + 1))
        return Test(self.call("suggest", *args, self.quoted(text)),
                    lambda row, c: any(follows(e) for n in names for e in elements(row[n])), words=True)

    def startswith(self):
        args, names = self.listed(["name", "country", "tags", "langs", "path"])
        text = self.r.choice(["La", "la", "P", "é", "Î", "A/", "sea", "200 ", "x"])
        return Test(self.call("startswith", *args, self.quoted(text)),
                    lambda row, c: any(e.startswith(text) for n in names for e in elements(row[n])), words=True)

    def near(self):
        r = self.r
        a, here = self.field("loc"), (round(r.uniform(40, 55), 3), round(r.uniform(-5, 10), 3))
        amount, unit, factor = r.choice([(300, "km", 1000), (150.5, "km", 1000), (200, "mi", 1609.344), (250000, "m", 1), (400000, "yd", 0.9144),
                                         (500000, "", 1)])
        geom = f"{self.word('geom')}'POINT({here[1]} {here[0]})'"
        return Test(self.call(r.choice(["within_distance", "distance"]), a.text, geom, f"{amount}{unit}"),
                    lambda row, c: a.of(row, c) is not None and metres(a.of(row, c), here) <= amount * factor)

    def box(self):
        r = self.r
        a = self.field("loc")
        y0, y1 = sorted(r.uniform(40, 55) for _ in range(2))
        x0, x1 = sorted(r.uniform(-5, 10) for _ in range(2))
        box = [round(v, 3) + 0.00005 for v in (y0, x0, y1, x1)]
        return Test(self.call("in_bbox", a.text, *[f"{v:.5f}" for v in box]),
                    lambda row, c: a.of(row, c) is not None and box[0] <= a.of(row, c)[0] <= box[2] and box[1] <= a.of(row, c)[1] <= box[3])

    def polygon(self):
        r = self.r
        a, (y, x) = self.field("loc"), (r.uniform(43, 52), r.uniform(-2, 7))
        corners = r.randrange(3, 7)
        ring = []
        for i in range(corners):  # turning round a centre in steps of less than half a turn, no two edges cross
            t, far = (i + r.uniform(0.1, 0.5)) * 2 * math.pi / corners, r.uniform(1, 6)
            ring.append((round(x + far * math.cos(t), 6), round(y + far * math.sin(t), 6)))
        ring.append(ring[0])
        geom = "geom'POLYGON((" + ",".join(f"{p} {q}" for p, q in ring) + "))'"
        how = r.choice(["intersects", "within", "disjoint", "polygon", "geometry"])
        if how == "disjoint":
            return Test(self.call(how, a.text, geom), lambda row, c: a.of(row, c) is not None and not inside(a.of(row, c), ring))
        return Test(self.call(how, a.text, geom), lambda row, c: a.of(row, c) is not None and inside(a.of(row, c), ring))

    def test(self, depth=3):
        r = self.r
        pick = r.random()
        if depth == 0 or pick < 0.45:
            return self.leaf()
        if pick < 0.6:
            a = self.test(depth - 1)
            brackets = a.level < 2 or r.random() < 0.4
            return negated(a, f"{self.word('not')}{'(' if brackets else ' '}{a.text}{')' if brackets else ''}")
        how = "and" if pick < 0.8 else "or"
        parts = [self.test(depth - 1) for _ in range(r.randrange(2, 4))]
        level = 2 if how == "and" else 1
        return joined(how, parts, f" {self.word(how)} ".join(p.inside(level) for p in parts))

    # --- groups

    def key(self):
        r, pick = self.r, self.r.random()
        if pick < 0.35:
            return self.field(r.choice(["name", "country", "tags", "langs", "path", "small", "capital", "founded", "updated"]))
        if pick < 0.5:
            return self.date_part()
        if pick < 0.58:
            return self.date_format()
        if pick < 0.68:
            a = self.field(r.choice(["name", "country"]))
            if r.random() < 0.5:
                return Node(self.call("lower", a.text), lambda row, c: None if a.of(row, c) is None else a.of(row, c).lower(), "text")
            return Node(self.call("ifnull", a.text, self.quoted("none")), lambda row, c: "none" if a.of(row, c) is None else a.of(row, c), "text")
        return self.range()

    def range(self):
        r, pick = self.r, self.r.random()
        if pick < 0.35:
            a = self.field(r.choice(["pop", "small", "area"]))
            width = r.choice([1, 2, 7, 1000]) if a.kind == "int" else r.choice([5, 12, 100])
            return Node(self.call("range", a.text, str(width)), lambda row, c: wide(a.of(row, c), width, a.kind), "range")
        if pick < 0.75:
            a = self.field(r.choice(["pop", "small", "area"]))
            bounds = sorted(r.sample([-100, -5, 0, 1, 2, 4, 10, 50, 75000], r.randrange(2, 5)))
            before, after = r.random() < 0.5, r.random() < 0.5
            args = (["*"] if before else []) + [str(b) for b in bounds] + (["*"] if after else [])
            return Node(self.call("range", a.text, *args), lambda row, c: between(a.of(row, c), bounds, before, after, a.kind), "range")
        unit = r.choice(["1 year", "1y", "1M", "1 month", "1 day", "2 days", "1 q"])
        a = self.field("founded")
        return Node(self.call("range", a.text, unit), lambda row, c: spell_period(a.of(row, c), unit), "range")

    def aggregated(self, i):
        r = self.r
        name = r.choice(["count", "count *", "distinct", "sum", "avg", "min", "max", "median", "percentile 25", "percentile 90"])
        if name == "count *":
            return "count(*)", lambda rows, c: len(rows)
        if name == "count":
            a = self.field(r.choice([n for n, _ in FIELDS]))
            return self.call("count", a.text), lambda rows, c: aggregate("count", present(a, rows, c), a.kind)
        if name == "distinct":
            a = self.field(r.choice(["name", "country", "small", "capital", "founded"]))
            return f"count(distinct {a.text})", lambda rows, c: aggregate("distinct", present(a, rows, c), a.kind)
        a = self.field(r.choice(["pop", "small", "area"]))
        if name in ("sum", "avg", "min", "max") and r.random() < 0.3:
            a = arithmetic(r.choice("+-*"), a, self.number())
        if name in ("min", "max") and r.random() < 0.3:
            a = self.field(r.choice(["founded", "updated"]))
        if name.startswith("percentile"):
            return self.call("percentile", a.text, name.split()[1]), lambda rows, c: aggregate(name, present(a, rows, c), a.kind)
        return self.call(name, a.text), lambda rows, c: aggregate(name, present(a, rows, c), a.kind)


def bracketed(n):
    return Node(f"({n.text})", n.of, n.kind) if any(op in n.text for op in "+-*/ ") and n.name is None else n


def len_of(s):
    return None if s is None else len(s)


def all_words(values):
    return [t for v in values for e in elements(v) for t in tokens(e)]


def present(a, rows, c):
    return [v for v in (a.of(row, c) for row in rows) if v is not None]


class Label(str):
    """The text of a range, sorted by its lower bound."""
    def __new__(cls, text, place):
        made = super().__new__(cls, text)
        made.place = place
        return made

    def __lt__(self, other):
        return self.place < other.place


def wide(x, width, kind):
    if x is None:
        return None
    k = math.floor(x / width)
    if kind == "int":
        return Label(f"[{k * width}, {k * width + width - 1}]", k)
    return Label(f"[{float(k * width)}, {float(k * width + width)}[", k)


def between(x, bounds, before, after, kind):
    if x is None:
        return None
    spell = (lambda b: str(b)) if kind == "int" else (lambda b: str(float(b)))
    if x < bounds[0]:
        return (Label(f"[*, {bounds[0] - 1}]" if kind == "int" else f"[*, {spell(bounds[0])}[", -1)) if before else None
    for i, (low, high) in enumerate(zip(bounds, bounds[1:])):
        if x < high:
            return Label(f"[{low}, {high - 1}]" if kind == "int" else f"[{spell(low)}, {spell(high)}[", i)
    return (Label(f"[{bounds[-1]}, *]" if kind == "int" else f"[{spell(bounds[-1])}, *[", len(bounds))) if after else None


def spell_period(d, unit):
    if d is None:
        return None
    if "y" in unit and "day" not in unit:
        start, end = dt.date(d.year, 1, 1), dt.date(d.year + 1, 1, 1)
    elif "M" in unit or "month" in unit:
        start, end = dt.date(d.year, d.month, 1), dt.date(d.year + d.month // 12, d.month % 12 + 1, 1)
    elif "q" in unit:
        m = (d.month - 1) // 3 * 3
        start, end = dt.date(d.year, m + 1, 1), dt.date(d.year + (m + 3) // 12, (m + 3) % 12 + 1, 1)
    else:
        n = int(unit.split()[0])
        k = (d - dt.date(1970, 1, 1)).days // n * n
        start, end = dt.date(1970, 1, 1) + dt.timedelta(days=k), dt.date(1970, 1, 1) + dt.timedelta(days=k + n)
    return Label(f"[{start}T00:00:00.000Z, {end}T00:00:00.000Z[", start.toordinal())


__all__ = ["Maker", "records", "cell", "schema", "FIELDS", "KINDS", "ZONES", "Label", "Context", "at"]
