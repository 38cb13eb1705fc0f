#!/usr/bin/python3
"""Watches the manners of the house: floors, doors, sizes, tables, statements that name their portal, tests that run.

Reads the tree only; prints one line a fault, "check: file:line: what is wrong and what to do", and ends with 1 if there
was any. tests/meta/test_house.py shows for each check that it can fail.

	scripts/check-house.py [--root FOLDER] [CHECK…]
"""
import argparse
import ast
import os
import re
import subprocess
import sys

MAX_FILE = 800
MAX_FUNCTION = 80

# Headers that every room may use: the C library, POSIX, Linux and the compiler.
SYSTEM_HEADERS = re.compile(
    r"^(sys|linux|netinet|arpa|net|asm|bits)/.*|^(assert|byteswap|complex|ctype|dirent|dlfcn|endian|err|errno|error|"
    r"execinfo|fcntl|fenv|float|fnmatch|fts|getopt|glob|grp|ifaddrs|immintrin|inttypes|iso646|langinfo|libgen|limits|"
    r"link|locale|malloc|math|mqueue|netdb|nl_types|paths|poll|pthread|pwd|regex|sched|search|semaphore|setjmp|signal|"
    r"spawn|stdalign|stdarg|stdatomic|stdbit|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|syscall|"
    r"sysexits|syslog|termios|tgmath|threads|time|uchar|ucontext|unistd|utime|wchar|wctype|x86intrin|arm_neon)\.h$")

# Split so that this file does not trip over its own words.
MACHINE_PATHS = [re.compile(p) for p in (
    r"/" r"work/(main|shared)\b", r"/" r"home/[a-z]", r"/" r"root/", r"/" r"Users/", r"/" r"tmp/[a-z0-9_]+/",
    r"/" r"tmp/brief")]
REGISTRIES = re.compile("|".join((
    r"registry\." r"npmjs", r"registry\." r"yarnpkg", r"npm\.pkg\." r"github", r"pypi\." r"org", r"files\." r"pythonhosted",
    r"proxy\." r"golang", r"deb\." r"debian\.org", r"crates\." r"io")))

# Headers that no folder of the tree has.
WRITTEN_BY_BUILD = ("duckdb.h", "stoa_version.h")
TEXT_ENDINGS = (".c", ".h", ".def", ".py", ".mjs", ".js", ".ts", ".css", ".html", ".md", ".build", ".json", ".txt",
                ".sh", ".toml", ".ini", ".1", ".service", ".conf", ".yml", ".options", ".supp", ".lock")
SIZED_ENDINGS = (".c", ".h", ".py", ".mjs", ".js", ".ts", ".css", ".build")
COMMENT_OPENINGS = {".c": ("/*",), ".h": ("/*",), ".def": ("/*",), ".css": ("/*",), ".mjs": ("/*", "//"),
                    ".js": ("/*", "//"), ".ts": ("/*", "//"), ".py": ('"""', "#", 'r"""'), ".build": ("#",)}


class House:
    """The tracked files of a folder (all files when it is not a git repository), read once."""

    def __init__(self, root):
        self.root = root
        self.faults = []
        self.files = sorted(self._list())
        self._text = {}

    def _list(self):
        git = subprocess.run(["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True) if os.path.exists(os.path.join(self.root, ".git")) else None
        if git and git.returncode == 0:
            return [f for f in git.stdout.split("\0") if f and os.path.isfile(os.path.join(self.root, f))]
        return [os.path.relpath(os.path.join(d, f), self.root) for d, _, fs in os.walk(self.root) for f in fs]

    def text(self, path):
        if path not in self._text:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
                self._text[path] = f.read()
        return self._text[path]

    def lines(self, path):
        return self.text(path).split("\n")

    def fault(self, check, path, line, words):
        self.faults.append(f"{check}: {path}:{line}: {words}" if line else f"{check}: {path}: {words}")

    def sources(self, *endings):
        return [f for f in self.files if f.startswith("src/") and f.endswith(endings)]

    def floors(self):
        if "src/FLOORS" not in self.files:
            return {}
        rooms = {}
        for line in self.lines("src/FLOORS"):
            words = line.split("#")[0].split()
            for room in words[1:]:
                rooms[room] = int(words[0])
        return rooms


def room_of(path):
    return path.split("/")[1] if path.count("/") >= 2 else ""


def blank(text, strings=True):
    """C text with comments (and string contents, if wanted) blanked, so that patterns do not match inside them."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def paint(m):
        s = m.group(0)
        if s[0] == "/" or strings:
            edge = s[0] if s[0] in "\"'" else " "
            return edge + re.sub(r"[^\n]", " ", s[1:-1]) + (edge if edge != " " else " ")
        return s
    return re.sub(pattern, paint, text, flags=re.S)


def check_floors(house):
    """An include may go down, never up, across, or past a room's front door."""
    floors = house.floors()
    for path in house.sources(".c", ".h", ".def"):
        room = room_of(path)
        if not room:
            continue
        if room not in floors:
            house.fault("floors", path, 0, f"room '{room}' has no floor; add it to src/FLOORS")
            continue
        for n, line in enumerate(blank(house.text(path), strings=False).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m or m.group(1) in WRITTEN_BY_BUILD:
                continue
            target = m.group(1)
            other, _, rest = target.partition("/")
            if not rest:
                house.fault("floors", path, n, f'write "{room}/{target}": includes name their room')
            elif other == room:
                continue
            elif other not in floors:
                if os.path.isdir(os.path.join(house.root, "src", other)):
                    house.fault("floors", path, n, f"room '{other}' has no floor; add it to src/FLOORS")
            elif floors[other] >= floors[room]:
                house.fault("floors", path, n, f"{room} (floor {floors[room]}) may not include {target} (floor "
                            f"{floors[other]}): only lower floors")
            elif other != "base" and rest != other + ".h":
                house.fault("floors", path, n, f"{target} enters '{other}' by the window; use \"{other}/{other}.h\"")


def check_doors(house):
    """A foreign library's header is included by one room only."""
    users = {}
    floors = house.floors()
    for path in house.sources(".c", ".h"):
        for n, line in enumerate(blank(house.text(path), strings=False).split("\n"), 1):
            m = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
            if not m or SYSTEM_HEADERS.match(m.group(1)) or m.group(1).partition("/")[0] in floors:
                continue
            users.setdefault(m.group(1), {}).setdefault(room_of(path), (path, n))
    for header, rooms in sorted(users.items()):
        if len(rooms) > 1:
            path, n = rooms[sorted(rooms)[1]]
            house.fault("doors", path, n, f"<{header}> has more than one door: {', '.join(sorted(rooms))}")


def check_sizes(house):
    """Files up to 800 lines, functions up to 80: in C, Python and top-level JavaScript."""
    for path in house.files:
        if not path.endswith(SIZED_ENDINGS) or path.startswith("po/"):
            continue
        count = house.text(path).count("\n")
        if count > MAX_FILE:
            house.fault("sizes", path, 0, f"{count} lines; {MAX_FILE} is the most, split it")
        for name, start, length in functions(house, path):
            if length > MAX_FUNCTION:
                house.fault("sizes", path, start, f"{name} has {length} lines; {MAX_FUNCTION} is the most")


def functions(house, path):
    if path.endswith((".c", ".h")):
        return c_functions(blank(house.text(path)).split("\n"))
    if path.endswith(".py"):
        try:
            tree = ast.parse(house.text(path))
        except SyntaxError:
            return [("this file (it does not parse)", 1, MAX_FUNCTION + 1)]
        return [(f.name, f.lineno, f.end_lineno - f.lineno + 1) for f in ast.walk(tree)
                if isinstance(f, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if path.endswith((".mjs", ".js", ".ts")):
        found, start = [], None
        for n, line in enumerate(house.lines(path), 1):
            m = re.match(r"(?:export )?(?:default )?(?:async )?function\*? *(\w*)", line)
            if m:
                start = (m.group(1), n)
            elif line.rstrip() == "}" and start:
                found.append((start[0], start[1], n - start[1] + 1))
                start = None
        return found
    return []


def c_functions(lines):
    """Functions end with a "}" in the first column and begin at the first line of their signature."""
    found, begin, head = [], None, ""
    for n, line in enumerate(lines, 1):
        if line.rstrip() == "}" and begin:
            m = re.search(r"(\w+)\s*\(", head)
            if m and "{" in head and not re.match(r"(typedef )?(struct|enum|union) \w* *\{", head):
                found.append((m.group(1), begin, n - begin + 1))
            begin, head = None, ""
        elif line[:1].isalpha() or line[:1] == "_":
            if begin is None or head.rstrip().endswith((";", ",")) and "{" not in head:
                begin, head = n, line
            elif "{" not in head:
                head += " " + line
        elif begin and "{" not in head:
            head += " " + line
        if begin and "{" not in head and head.rstrip().endswith(";") or line.startswith(("};", "} ")):
            begin, head = None, ""
    return found


def check_openings(house):
    """Every file opens with its reason."""
    for path in house.files:
        ending = os.path.splitext(path)[1]
        first = house.text(path).lstrip("\ufeff \t\n") if ending in COMMENT_OPENINGS or not ending else ""
        script = first.startswith("#!")
        if script:
            first = first.partition("\n")[2].lstrip()
        if ending in COMMENT_OPENINGS:
            if os.path.basename(path) == "meson.build" and path.count("/") >= 2:
                continue  # a room's list of files: nothing to explain
            if not first.startswith(COMMENT_OPENINGS[ending]) and not re.match(r"project\(", first):
                house.fault("openings", path, 1, "begin with a comment that says why this file exists")
        elif not ending and script and not first.startswith(("#", '"""', "//", "/*")):
            house.fault("openings", path, 2, "begin with a comment that says why this script exists")


def def_rows(text):
    """Rows WORD(arg, …) of a table with the line they start on; arguments split at top-level commas."""
    clean = blank(text, strings=False)
    for m in re.finditer(r"^[ \t]*([A-Z][A-Z_0-9]*)\(", clean, re.M):
        depth, quote, args, begin, i = 1, None, [], m.end(), m.end()
        while i < len(clean) and depth:
            c = clean[i]
            if quote:
                i += c == "\\"
                quote = None if c == quote else quote
            elif c in "\"'":
                quote = c
            elif c in "([{":
                depth += 1
            elif c in ")]}":
                depth -= 1
            if c == "," and depth == 1 and not quote or not depth:
                args.append(clean[begin:i].strip())
                begin = i + 1
            i += 1
        yield m.group(1), args, clean.count("\n", 0, m.start()) + 1


def literal(arg):
    """The value of adjacent C string literals; None when the argument is something else too."""
    parts = re.findall(r'"((?:\\.|[^"\\])*)"', arg)
    rest = re.sub(r'"(?:\\.|[^"\\])*"', "", arg).strip()
    if not parts or rest:
        return None
    return "".join(parts).replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")


def check_tables(house):
    """A table that says it is sorted is: by its first text when the comment says "by name", else by its first column."""
    for path in house.sources(".def"):
        text = house.text(path)
        said = re.search(r"(?<!un)(?<!not )\bsorted\b( by (?:name|word|text))?", text.split("*/")[0] if "*/" in text else "")
        if not said:
            continue
        last = {}
        for word, args, line in def_rows(text):
            texts = [t for t in map(literal, args) if t is not None]
            key = texts[0] if said.group(1) and texts else args[0]
            if word in last and key < last[word]:
                house.fault("tables", path, line, f"{word}({key}, …) stands after {last[word]}, but the table says sorted")
            last[word] = key


def names_tenant(sql):
    """None when the statement holds to portal ?1, else what is wrong with it."""
    flat = re.sub(r"\s+", " ", re.sub(r"'(?:[^']|'')*'", "''", sql)).strip().rstrip(";")
    low = flat.lower()
    if ";" in flat:
        return "is more than one statement"
    insert = re.match(r"(?:with .*)?(?:insert|replace)(?: or \w+)? into (\w+) ?\(([^)]*)\) ?(values|select)(.*)", low)
    if insert:
        columns = [c.strip() for c in insert.group(2).split(",")]
        if "tenant" not in columns:
            return "inserts without the column tenant"
        body = insert.group(4).strip()
        values = split_top(body[1:] if insert.group(3) == "values" else body)
        at = columns.index("tenant")
        if at >= len(values) or not re.match(r"\?1\b(?!\d)", values[at]):
            return "must insert ?1 as tenant"
        return None
    if re.match(r"(insert|replace)\b", low):
        return "inserts without naming its columns; name them, tenant among them"
    for part in re.split(r"\b(?:union all|union|except|intersect)\b", low):
        itself = re.search(r"\b(from|update) tenant\b", part) and re.search(r"\bid = \?1(?!\d)|\?1 = id\b", part)
        if not itself and not re.search(r"\btenant = \?1(?!\d)", part):
            return "does not say tenant = ?1"
        where = part.split(" where ", 1)
        if len(where) == 2 and top_level_or(where[1]):
            return "has an OR beside tenant = ?1; put it in parentheses"
    return None


def split_top(text):
    """Splits at commas outside parentheses, up to the parenthesis that closes the list."""
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth < 0 or c == "," and depth == 0:
            parts.append(text[begin:i].strip())
            begin = i + 1
            if depth < 0:
                return parts
    return parts + [text[begin:].strip()]


def top_level_or(text):
    depth = 0
    for word in re.findall(r"[()]|\bor\b", text):
        depth += (word == "(") - (word == ")")
        if word == "or" and depth <= 0:
            return True
    return False


def check_statements(house):
    """Every statement of a queries.def names its portal, or is a row HOUSE; and none is made anywhere else."""
    for path in house.files:
        if re.fullmatch(r"src/\w+/queries\.def", path):
            for word, args, line in def_rows(house.text(path)):
                if word == "HOUSE":
                    continue
                sql = literal(args[-1]) if args else None
                if word != "Q" or len(args) != 2 or sql is None:
                    house.fault("statements", path, line, f'{word}(…): write Q(name, "sql") or HOUSE(name, "sql")')
                elif names_tenant(sql):
                    house.fault("statements", path, line, f"{args[0]} {names_tenant(sql)}")
        elif path.startswith("src/") and path.endswith((".c", ".h")):
            for n, line in enumerate(house.lines(path), 1):
                if re.search(r"\(\s*(const )?struct store(_house)?_query\s*\)\s*\{", line) and "#define" not in line:
                    house.fault("statements", path, n, "a statement made outside queries.def; give it a row there")


def check_tests(house):
    """A unit test that no meson.build lists would never run."""
    for path in house.files:
        m = re.fullmatch(r"tests/unit/(\w+)/(.+)\.c", path)
        if not m:
            continue
        lists = f"tests/unit/{m.group(1)}/meson.build"
        if m.group(1) not in house.floors():
            house.fault("tests", path, 0, f"no room is called '{m.group(1)}'")
        elif m.group(2).endswith("_test"):
            listed = re.findall(r"'([^']+)'", house.text(lists)) if lists in house.files else []
            if m.group(2)[:-5] not in listed:
                house.fault("tests", path, 0, f"nothing runs it; list '{m.group(2)[:-5]}' in {lists}")


def check_words(house):
    """No paths of somebody's machine and no address of a registry in what is shipped."""
    for path in house.files:
        if os.path.splitext(path)[1] not in ("",) + TEXT_ENDINGS:
            continue
        for n, line in enumerate(house.lines(path), 1):
            for pattern in MACHINE_PATHS:
                m = pattern.search(line)
                if m and not re.search(r"[\w.]$", line[:m.start()]):
                    house.fault("words", path, n, f"'{m.group(0)}' is a path of one machine")
            m = REGISTRIES.search(line)
            if m and path != "LICENSE":
                house.fault("words", path, n, f"'{m.group(0)}' names a registry; any mirror must do")


CHECKS = {"floors": check_floors, "doors": check_doors, "sizes": check_sizes, "openings": check_openings,
          "tables": check_tables, "statements": check_statements, "tests": check_tests, "words": check_words}


def main():
    parser = argparse.ArgumentParser(description="Checks the manners of the house.")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    args = parser.parse_args()
    for name in args.checks or CHECKS:
        if name not in CHECKS:
            parser.error(f"unknown check {name}; there are {', '.join(CHECKS)}")
    house = House(args.root)
    for name in args.checks or CHECKS:
        CHECKS[name](house)
    print("\n".join(house.faults) if house.faults else "the house is in order")
    return 1 if house.faults else 0


if __name__ == "__main__":
    sys.exit(main())
