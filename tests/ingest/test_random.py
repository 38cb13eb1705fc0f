"""What Python's csv module writes is read back cell by cell, whatever the cells are."""
import csv
import io
import random
import string

import pytest

ALPHABET = string.ascii_letters + string.digits + " \t,;|'\"\n\r.éß漢🙂\u00a0-/:"


def cell(r):
    kind = r.random()
    if kind < 0.1:
        return ""
    if kind < 0.2:
        return str(r.randint(-10**6, 10**6))
    return "".join(r.choice(ALPHABET) for _ in range(r.randint(0, 30)))


def expected(text):
    """Blanks at the ends are dropped, an empty cell is null."""
    text = text.strip(" \t\r\n")
    return text or None


@pytest.mark.parametrize("seed", range(30))
def test_round_trip(read, seed):
    r = random.Random(seed)
    width = r.randint(2, 12)
    rows = [[cell(r) for _ in range(width)] for _ in range(r.randint(1, 400))]
    # One word a column keeps it text, so that cells come back letter by letter; one full row keeps all of them.
    rows.append([f"word{i}" for i in range(width)])
    b = io.StringIO(newline="")
    csv.writer(b, delimiter=r.choice(",;\t|"), lineterminator=r.choice(["\n", "\r\n"])).writerows([[f"c{i}" for i in range(width)]] + rows)
    got = read.rows("a.csv", b.getvalue().encode(), plain="yes")
    wanted = [[expected(c) for c in row] for row in rows]
    # A row of nothing is an empty line only when it has one cell.
    assert got.rows == wanted


@pytest.mark.parametrize("seed", range(10))
def test_numbers_round_trip(read, seed):
    r = random.Random(seed)
    rows = [(r.randint(-2**63, 2**63 - 1), repr(r.uniform(-1e6, 1e6)), repr(r.uniform(-1, 1) * 10.0**r.randint(-20, 14))) for _ in range(500)]
    text = "i,a,b\n" + "".join(f"{i},{a},{b}\n" for i, a, b in rows)
    got = read.rows("a.csv", text)
    assert list(got.fields.values()) == ["int", "double", "double"]
    assert got.rows == [[i, float(a), float(b)] for i, a, b in rows]
