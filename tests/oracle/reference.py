"""What ODSQL means, said a second time and as plainly as can be: one record at a time, over the cells of the CSV, with no
engine and none of the server's code. Slow on purpose. Every node knows how it is written and what it is worth; there is
no parser, because queries are made as trees (see grammar.py).

A predicate is true or it is not (odsql.md §4): whatever touches null is not true, and NOT turns it round.
"""
import datetime as dt
import itertools
import math
import unicodedata
from fractions import Fraction
from zoneinfo import ZoneInfo

UTC = dt.timezone.utc
FOLDED = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})


# --- words (§8.1) --------------------------------------------------------------------------------------------------------

def tokens(text):
    """Lower case, without accents, cut at everything that is no letter or digit."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower().translate(FOLDED)) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain.lower().translate(FOLDED)).split()


def pattern(text):
    """(token, is it a prefix) of LIKE and of bare strings."""
    out = []
    for i, part in enumerate(parts := text.split("*")):
        found = [[t, False] for t in tokens(part)]
        if i + 1 < len(parts) and found and part[-1].isalnum():
            found[-1][1] = True
        out += found
    return out


def has_all(wanted, words):
    return bool(wanted) and all(any(w.startswith(t) if prefix else w == t for w in words) for t, prefix in wanted)


def edits(a, b):
    """Levenshtein distance in which two letters that change places are one edit."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(row[-1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


# --- dates (§2.6, §5.4) --------------------------------------------------------------------------------------------------

def period(text, zone):
    """[start, end) of a literal; a text to the second or finer is one instant (start == end)."""
    text = text.replace("/", "-")
    offset = zone
    day, _, clock = text.partition("T")
    for mark in ("Z", "+", "-"):
        if mark in clock:
            clock, rest = clock[:clock.index(mark)], clock[clock.index(mark):]
            offset = UTC if rest == "Z" else dt.timezone(dt.timedelta(hours=int(rest[:3]), minutes=int(rest[-2:]) if len(rest) > 3 else 0))
    ymd = [int(x) for x in day.split("-")]
    hms = [int(x) for x in clock.split(":")] if clock else []
    start = dt.datetime(*(ymd + [1] * (3 - len(ymd))), *hms)
    if len(hms) == 3:
        end = start
    elif len(hms) == 2:
        end = start + dt.timedelta(minutes=1)
    elif len(hms) == 1:
        end = start + dt.timedelta(hours=1)
    elif len(ymd) == 3:
        end = start + dt.timedelta(days=1)
    elif len(ymd) == 2:
        end = dt.datetime(start.year + start.month // 12, start.month % 12 + 1, 1)
    else:
        end = dt.datetime(start.year + 1, 1, 1)
    return instant(start, offset), instant(end, offset)


def instant(naive, zone):
    return naive.replace(tzinfo=zone).astimezone(UTC)


def wall(value, context):
    """What a clock on the wall shows: of the request's zone for a datetime, of no zone for a date."""
    if isinstance(value, dt.datetime):
        return value.astimezone(context.zone).replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day)


def at(value):
    """A date stands for the first instant of its day."""
    return value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day, tzinfo=UTC)


# --- places (§9, §10.7) --------------------------------------------------------------------------------------------------

def metres(a, b):
    """Great circle on a sphere of 6371008.7714 m."""
    p, q = math.radians(a[0]), math.radians(b[0])
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371008.7714 * math.asin(math.sqrt(h))


def inside(point, ring):
    """Even-odd rule; ring of (lon, lat). Whoever makes the rings keeps points off their edges."""
    (y, x), odd = point, False
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


class Context:
    """Zone and texts of one request."""

    def __init__(self, zone="UTC", texts=()):
        self.zone_name, self.zone, self.texts = zone, ZoneInfo(zone), texts


# --- expressions ---------------------------------------------------------------------------------------------------------

class Node:
    """`text` as a client writes it; `of(row, context)` what it is worth, None for null."""

    def __init__(self, text, of, kind, name=None):
        self.text, self.of, self.kind, self.name = text, of, kind, name


def elements(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def arithmetic(op, a, b):
    def of(row, c):
        x, y = a.of(row, c), b.of(row, c)
        if x is None or y is None:
            return None
        if op == "/":
            return None if y == 0 else float(x) / float(y)
        if isinstance(x, float) or isinstance(y, float):
            x, y = float(x), float(y)
        return x + y if op == "+" else x - y if op == "-" else x * y
    kind = "double" if op == "/" or "double" in (a.kind, b.kind) else "int"
    return Node(f"{a.text} {op} {b.text}", of, kind)


# --- predicates: (text, truth) -------------------------------------------------------------------------------------------

class Test:
    """`holds(row, context)`; `level` tells what must be put into brackets: 3 leaf, 2 not, 1 and, 0 or."""

    def __init__(self, text, holds, level=3, words=False):
        self.text, self.holds, self.level, self.words = text, holds, level, words

    def inside(self, level):
        return self.text if self.level >= level else f"({self.text})"


COMPARE = {"=": lambda x, y: x == y, ":": lambda x, y: x == y, "<": lambda x, y: x < y, "<=": lambda x, y: x <= y,
           ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}


def compared(op, a, b):
    def holds(row, c):
        x, y = a.of(row, c), b.of(row, c)
        if x is None or y is None or x == []:
            return False
        if op == "!=":
            return all(e != y for e in elements(x))
        return any(COMPARE[op](e, y) for e in elements(x))
    return Test(f"{a.text} {op} {b.text}", holds)


def compared_date(op, a, literal, written):
    def holds(row, c):
        x = a.of(row, c)
        if x is None:
            return False
        start, end = period(literal, c.zone if a.kind == "datetime" else UTC)
        x, single = at(x), start == end
        among = x == start if single else start <= x < end
        return {"=": among, ":": among, "!=": not among, ">=": x >= start, "<": x < start,
                ">": x > start if single else x >= end, "<=": x <= start if single else x < end}[op]
    return Test(f"{a.text} {op} {written}", holds)


def in_dates(a, low, high, left, right, text):
    first = compared_date(">=" if left == "[" else ">", a, low, "")
    last = compared_date("<=" if right == "]" else "<", a, high, "")
    return Test(text, lambda row, c: first.holds(row, c) and last.holds(row, c))


def negated(a, text):
    return Test(text, lambda row, c: not a.holds(row, c), 2, a.words)


def joined(how, parts, text):
    each = all if how == "and" else any
    return Test(text, lambda row, c: each(p.holds(row, c) for p in parts), 1 if how == "and" else 0, any(p.words for p in parts))


# --- groups (§11, §12) ---------------------------------------------------------------------------------------------------

def key_order(value):
    """Ascending, null first; a bool sorts as false, true."""
    return (value is not None, value if not isinstance(value, list) else value[0])


def percentile(values, p):
    if not values:
        return None
    values = sorted(values)
    place = (len(values) - 1) * p / 100
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (place - low))


def exact_sum(values):
    return sum(map(Fraction, values), Fraction(0))


def aggregate(name, values, kind):
    """Of the values that are not null; `kind` is the argument's."""
    if name == "count":
        return len(values)
    if name == "distinct":
        return len(set(itertools.chain.from_iterable(elements(v) for v in values)))
    if name == "sum":
        return sum(values) if kind == "int" else float(exact_sum(values))
    if not values:
        return None
    if name == "avg":
        return float(exact_sum(values) / len(values))
    if name in ("min", "max"):
        return (min if name == "min" else max)(values)
    return percentile(values, 50 if name == "median" else float(name.split()[1]))


def grouped(rows, keys, context):
    """{key values: rows}; a list gives its row to the group of each element, a null element to none but its own."""
    out = {}
    for row in rows:
        each = []
        for k in keys:
            value = k.of(row, context)
            each.append(value or [None] if isinstance(value, list) else [value])
        for combination in itertools.product(*each):
            if any(v is None and k.kind == "range" for v, k in zip(combination, keys)):
                continue
            out.setdefault(combination, []).append(row)
    return out


def shown(value, context):
    """As the API writes it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(context.zone).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return {"lon": value[1], "lat": value[0]}
    return value
