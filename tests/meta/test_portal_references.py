"""What store/portal.def must know: every column that holds a number of another table is a foreign key, or is named there; a portal that is
taken in would else point at rows of another."""
import os
import re
import sqlite3

ROOT = os.environ.get("STOA_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
REFERS = re.compile(r"^(account|dataset|who|doer|owner|author|grp|member_of|api_key|page|job|connection|.*_by)$")


def schema():
    with open(os.path.join(ROOT, "src", "store", "migrations.def"), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    db = sqlite3.connect(":memory:")
    steps = re.findall(r'STEP\((\d+),\s*"[^"]*",((?:\s*"(?:[^"\\]|\\.)*")+)\)', text)
    assert len(steps) > 15
    for _, literals in steps:
        db.executescript("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"'))
    return db


def test_every_number_of_another_table_is_declared():
    db = schema()
    with open(os.path.join(ROOT, "src", "store", "portal.def"), encoding="utf-8") as f:
        text = f.read()
    named = set(re.findall(r'^REFERENCE\("(\w+)", "(\w+)", "\w+"\)', text, re.M))
    moments = set(re.findall(r'^MOMENT\("(\w+)"\)', text, re.M))
    tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")]
    assert moments <= set(tables) and {t for t, _ in named} <= set(tables)
    missing, seen = [], 0
    for table in tables:
        columns = db.execute(f"pragma table_info({table})").fetchall()
        if table in moments or not any(c[1] == "tenant" for c in columns):
            continue
        keys = {row[3] for row in db.execute(f"pragma foreign_key_list({table})")}
        for c in columns:
            if c[2].lower() == "integer" and REFERS.match(c[1]):
                seen += 1
                if c[1] not in keys and (table, c[1]) not in named:
                    missing.append(f"{table}.{c[1]}")
    assert seen > 20
    assert not missing, "name them in src/store/portal.def, or make them foreign keys: " + ", ".join(missing)


def test_nothing_of_a_portal_is_unique_on_the_whole_server():
    """What is may not be taken in twice; host names, keys and sessions are told by design."""
    db = schema()
    allowed = {("tenant_host", "host"), ("api_key", "hash"), ("session", "hash")}
    found = []
    for (table,) in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%'").fetchall():
        names = {c[1] for c in db.execute(f"pragma table_info({table})")}
        keys = {row[3] for row in db.execute(f"pragma foreign_key_list({table})")}
        if "tenant" not in names:
            continue
        for _, index, unique, *_ in db.execute(f"pragma index_list({table})").fetchall():
            columns = {row[2] for row in db.execute(f"pragma index_info('{index}')")}
            if unique and "tenant" not in columns and not columns & keys and (table, *sorted(columns)) not in allowed:
                found.append((table, sorted(columns)))
    assert not found
