"""Shows that scripts/check-house.py holds for this tree, and that each of its checks can fail: every case builds a tiny
house with one fault in it and expects exactly that complaint; the sound house next to it must stay silent."""
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHECK = os.path.join(ROOT, "scripts", "check-house.py")
CHECKS = ("floors", "doors", "sizes", "openings", "tables", "statements", "tests", "words")

SOUND = {
    "src/FLOORS": "# floors\n0 base\n1 text clock\n2 store\n",
    "src/base/base.h": "/* Bedrock. */\n#include <stdint.h>\n",
    "src/base/str.h": "/* Views. */\n#include \"base/base.h\"\n",
    "src/text/text.h": "/* Letters. */\n#include \"base/str.h\"\n#include <unicode/ustring.h>\n",
    "src/text/fold.c": "/* Folds. */\n#include \"text/text.h\"\n#include \"text/inner.h\"\nint f(int a)\n{\n\treturn a;\n}\n",
    "src/text/inner.h": "/* Private. */\n",
    "src/text/words.def": "/* Words, sorted by symbol. */\nWORD(A, \"z\")\nWORD(B, \"a\")\n",
    "src/store/queries.def": '/* Statements. */\nQ(a, "SELECT x FROM t "\n     "WHERE tenant = ?1 AND (y = ?2 OR z = ?3)")\n'
                             'Q(b, "INSERT INTO t (tenant, x) VALUES (?1, ?2)")\nHOUSE(c, "DELETE FROM t")\n'
                             'Q(e, "update tenant set n = n + 1 where id = ?1")\n'
                             'Q(d, "INSERT INTO t (x, tenant) SELECT max(x, 2), ?1 FROM u WHERE tenant = ?1")\n',
    "src/store/store.c": "/* Store. */\n#define Q(n, s) (const struct store_query){ #n, s },\n#include \"text/text.h\"\n",
    "tests/unit/text/fold_test.c": "/* Folding. */\n",
    "tests/unit/text/meson.build": "unit_tests = ['fold']\n",
}


def complaints(folder, files, *checks):
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    done = subprocess.run([sys.executable, CHECK, "--root", str(folder), *checks], capture_output=True, text=True)
    assert done.stderr == ""
    lines = done.stdout.strip().split("\n")
    assert done.returncode == (0 if lines == ["the house is in order"] else 1)
    return [] if done.returncode == 0 else lines


@pytest.mark.parametrize("check", CHECKS)
def test_this_house_is_in_order(check):
    done = subprocess.run([sys.executable, CHECK, check], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_sound_house_is_silent(tmp_path):
    assert complaints(tmp_path, SOUND) == []


FAULTS = [
    ("floors", "src/text/up.c", "/* Up. */\n#include \"store/store.h\"\n", "only lower floors"),
    ("floors", "src/text/across.c", "/* Across. */\n#include \"clock/clock.h\"\n", "only lower floors"),
    ("floors", "src/store/window.c", "/* Window. */\n#include \"text/inner.h\"\n", "by the window"),
    ("floors", "src/attic/attic.c", "/* No floor. */\n", "has no floor"),
    ("floors", "src/store/bare.c", "/* Bare. */\n#include \"store.h\"\n", "includes name their room"),
    ("doors", "src/store/icu.c", "/* Second door. */\n#include <unicode/ustring.h>\n", "more than one door"),
    ("doors", "src/store/icu2.c", "/* Second door. */\n#include \"unicode/ustring.h\"\n", "more than one door"),
    ("sizes", "src/text/long.c", "/* Long. */\n" + "\n" * 800, "801 lines"),
    ("sizes", "src/text/fun.c", "/* Long function. */\nint\ng(int a,\n  int b)\n{\n" + "\ta;\n" * 76 + "}\n", "g has 81 lines"),
    ("sizes", "src/text/kr.c", "/* Long function. */\nstatic int h(void) {\n" + "\ta; /* } */\n" * 79 + "}\n", "h has 81 lines"),
    ("sizes", "scripts/x.py", '"""Why."""\n\n\ndef f():\n' + "    a = 1\n" * 80, "f has 81 lines"),
    ("sizes", "web/x.ts", "/* Why. */\nexport function k() {\n" + "\ta()\n" * 79 + "}\n", "k has 81 lines"),
    ("openings", "src/text/mute.c", "#include \"text/text.h\"\n", "begin with a comment"),
    ("openings", "src/text/mute.def", "WORD(A)\n", "begin with a comment"),
    ("openings", "scripts/mute", "#!/bin/sh\necho\n", "begin with a comment"),
    ("openings", "scripts/mute.py", "import os\n", "begin with a comment"),
    ("tables", "src/text/a.def", "/* Sorted? Yes: sorted. */\nW(B)\nW(A)\n", "stands after B"),
    ("tables", "src/text/n.def", "/* sorted by name */\nW(A, \"b\")\nW(B, \"a\")\n", "but the table says sorted"),
    ("tests", "tests/unit/text/lost_test.c", "/* Lost. */\n", "nothing runs it"),
    ("tests", "tests/unit/cellar/x_test.c", "/* Lost. */\n", "no room is called"),
    ("words", "docs/a.md", "see /" + "work/main for more\n", "path of one machine"),
    ("words", "docs/b.md", "in /" + "root/x\n", "path of one machine"),
    ("words", "docs/c.json", '"https://registry.' + 'npmjs.org/"\n', "names a registry"),
]


@pytest.mark.parametrize("check, path, text, words", FAULTS, ids=[f"{f[0]}-{f[1].split('/')[-1]}" for f in FAULTS])
def test_each_fault_is_seen(tmp_path, check, path, text, words):
    found = complaints(tmp_path, {**SOUND, path: text})
    assert len(found) == 1, found
    assert found[0].startswith(check + ": ") and words in found[0]


STATEMENTS = [
    ('Q(x, "SELECT a FROM t")', "does not say tenant"),
    ('Q(x, "SELECT a FROM t WHERE tenant = ?12")', "does not say tenant"),
    ('Q(x, "SELECT a FROM t WHERE note = \'tenant = ?1\'")', "does not say tenant"),
    ('Q(x, "SELECT a FROM t WHERE tenant = ?1 OR b = 2")', "has an OR"),
    ('Q(x, "SELECT a FROM t WHERE tenant = ?1 UNION SELECT a FROM u")', "does not say tenant"),
    ('Q(x, "UPDATE tenant_host SET a = ?2 WHERE id = ?1")', "does not say tenant"),
    ('Q(x, "UPDATE t SET a = ?2")', "does not say tenant"),
    ('Q(x, "DELETE FROM t WHERE a = ?1")', "does not say tenant"),
    ('Q(x, "DELETE FROM t WHERE tenant = ?1; DELETE FROM t")', "more than one statement"),
    ('Q(x, "INSERT INTO t (a, b) VALUES (?1, ?2)")', "without the column tenant"),
    ('Q(x, "INSERT INTO t (a, tenant) VALUES (?1, ?2)")', "must insert ?1"),
    ('Q(x, "INSERT INTO t (a, tenant) VALUES (f(?2, ?1), ?3)")', "must insert ?1"),
    ('Q(x, "INSERT INTO t VALUES (?1)")', "without naming its columns"),
    ('Q(x, WHOLE_STATEMENT)', "write Q(name"),
    ('ASK(x, "SELECT a FROM t WHERE tenant = ?1")', "write Q(name"),
]


@pytest.mark.parametrize("row, words", STATEMENTS)
def test_a_statement_cannot_forget_its_portal(tmp_path, row, words):
    found = complaints(tmp_path, {**SOUND, "src/text/queries.def": f"/* Statements. */\n{row}\n"})
    assert len(found) == 1, found
    assert found[0].startswith("statements: src/text/queries.def:2: ") and words in found[0]


def test_a_statement_is_made_nowhere_else(tmp_path):
    code = "/* Smuggler. */\nbool f(void)\n{\n\treturn run(&(struct store_query){ \"x\", \"DELETE FROM t\" });\n}\n"
    found = complaints(tmp_path, {**SOUND, "src/store/smuggle.c": code})
    assert len(found) == 1 and "outside queries.def" in found[0]
