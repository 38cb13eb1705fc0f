"""Who may do what: every role by every operation of the management API and every section of the back office, with the answer that the
tables say. The roles are made of permissions.def, the operations are the rows of operations.def, the pages those of sections.def.
What somebody may not have says nothing of what it is about."""
import concurrent.futures
import pathlib
import re

import pytest
import requests

from conftest import of_today
from probe import ROOT_USER, session
from test_manage_datasets import Api, key_of, make
from test_oauth import register, tokens

HOST = "isoc.example"
BASE, PORTAL = "/api/automation/v1.0", "/api/portal/v1.0"
MARK = "hushmatrixmark"
SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"


def rows(path, word):
    text = re.sub(r"/\*.*?\*/", "", (SOURCE / path).read_text(), flags=re.S)
    return re.findall(rf"^{word}\((.*)\)$", text, flags=re.M)


PERMISSIONS = {m[0]: m[1] for m in (re.match(r'(\w+),\s*"(\w+)"', r).groups() for r in rows("account/permissions.def", "PERMISSION"))}
OPERATIONS = [(base, *re.match(r'(\w+), (\w+), "([^"]+)", \w+, (\w+), (\w+), ', r).groups()) for base, name in ((BASE, "operations"), (PORTAL, "portal")) for r in rows(f"manage/{name}.def", "OP")]
SECTIONS = [(m[0], m[1], {PERMISSIONS[p] for p in re.findall(r"MAY\((\w+)\)", m[2])}) for m in
            (re.match(r'(\w+),\s*"[^"]*",\s*"([^"]+)",\s*\w+,\s*N_\("[^"]*"\),\s*(.*)$', r).groups() for r in rows("view/sections.def", "SECTION"))]

# A role: permissions of the portal, and those on the one dataset.
ROLES = {"member": (set(), set())}
ROLES |= {p: ({p}, set()) for p in PERMISSIONS.values()}
ROLES |= {f"its {p}": (set(), {p}) for p in ("explore_restricted_dataset", "edit_dataset", "publish_dataset", "manage_dataset")}
ROLES |= {"edits and publishes": ({"edit_dataset", "publish_dataset"}, set()), "edits and manages": ({"edit_dataset", "manage_dataset"}, set()),
          "publishes what they edit": ({"publish_dataset"}, {"edit_dataset"}), "its editor and manager": (set(), {"edit_dataset", "manage_dataset"})}

# Rules of the operations whose rule is that of the thing: what is needed for one that is there.
PAGE = re.compile(r"^/(code_editor_pages|studio_pages)")


def may(rule, path, symbol, own, on_it):
    edits = "edit_dataset" in own
    reads = edits or on_it & {"edit_dataset", "publish_dataset"}
    if rule == "SIGNED" and PAGE.match(path):
        many = path.count("/") == 1
        return bool(own & {"edit_page", "create_page"}) if many else "edit_page" in own
    return {"EVERYONE": True, "SIGNED": True, "CREATES": "create_dataset" in own, "DOMAIN": "edit_domain" in own,
            "LISTS": bool(own & {"create_dataset", "edit_dataset"} or reads), "LOOKS": bool(own & {"edit_domain", "edit_theme"}), "REUSES": bool(own & {"edit_reuse", "manage_showcase_requests"}), "ADMINS": False, "PORTALS": "manage_subdomains" in own, "ASSETS": bool(own & {"edit_domain", "edit_theme", "edit_page"}),
            "DESCRIBES": bool(own & {"edit_domain", "create_dataset", "edit_dataset"} or reads),
            "READS": bool(reads), "EDITS": edits or "edit_dataset" in on_it,
            "PUBLISHES": (edits and "publish_dataset" in own) or "publish_dataset" in on_it or ("edit_dataset" in on_it and "publish_dataset" in own),
            "SECURES": (edits and "manage_dataset" in own) or {"edit_dataset", "manage_dataset"} <= on_it}[rule]


PEOPLE = [f"role{i}@isoc.example" for i in range(4)]


class Caller:
    def __init__(self, world, email):
        self.port = world.server.port
        self.headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept": "application/json"}
        self.http = requests.Session()
        if email:
            client = world.client(HOST)
            client.jar["sessionid"] = session(world, email)
            token = client.token()
            self.headers |= {"Cookie": "; ".join(f"{k}={v}" for k, v in client.jar.items()), "X-CSRFToken": token, "Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}

    def __call__(self, method, path, body=None, **more):
        return self.http.request(method, f"http://127.0.0.1:{self.port}{path}", headers={**self.headers, **more}, json=body, timeout=60, allow_redirects=False)


@pytest.fixture(scope="module")
def things(world):
    """A dataset and a page that most may not see, and somebody for each role."""
    root = Api(world, key_of(world, ROOT_USER))
    uid = make(root, MARK)["uid"]
    root.good("PUT", f"/datasets/{uid}/", {"is_restricted": True})
    root.good("POST", "/code_editor_pages/", {"slug": "matrix", "title": {"en": MARK}, "content": {"html": {"en": MARK}}}, status=201)
    board = root.good("POST", "/studio_pages/", {"slug": "matrix-board", "title": {"en": MARK}}, status=201)["uid"]
    group = root.good("POST", "/groups/", {"title": MARK}, status=201)["uid"]
    world.fixture(users=[{"host": HOST, "email": e, "name": "Role", "password": "a calm river under ten bridges", "role": "member"} for e in PEOPLE])
    return {"uid": uid, "slug": "matrix", "page": board, "group": group, "root": root}


def play(world, things, email, role):
    """The person has this role from now on, and a new session."""
    own, on_it = ROLES[role]
    rules = f"/datasets/{things['uid']}/security/users/"
    things["root"].good("PUT", f"/users/{email}/", {"permissions": sorted(own)})
    things["root"]("DELETE", rules + email)
    if on_it:
        things["root"].good("POST", rules, {"user": {"username": email}, "permissions": sorted(on_it)}, status=201)
    return Caller(world, email)


def share(world, things, what):
    """Every role is played by one of a few people, who are at it at once."""
    def part(n):
        return sum((what(play(world, things, PEOPLE[n], role), role, things) for role in list(ROLES)[n::len(PEOPLE)]), [])
    with concurrent.futures.ThreadPoolExecutor(len(PEOPLE)) as pool:
        wrong = sum(pool.map(part, range(len(PEOPLE))), [])
    assert not wrong, "\n".join(map(str, wrong[:40])) + f"\n{len(wrong)} in all"


def address(base, path, things):
    fill = {"slug": things["slug"], "page": things["page"], "template": "default", "field": "title", "username": "nobody@isoc.example", "group": "none", "connection": "co_none"}
    if path.startswith("/datasets"):
        fill["uid"] = things["uid"]
    return base + re.sub(r"\{(\w+)\}", lambda m: fill.get(m.group(1), "x"), path)


# What is done for good when it may be done, and is not about a revision.
DEEDS = {"remove_code_page", "remove_studio_page", "archive_code_page", "add_backup"}


# What nobody does by a key or a token: it would outlive itself.
IN_PERSON = {"add_key", "update_key", "revoke_key"}


def ask(caller, role, things):
    own, on_it = ROLES[role]
    wrong = []
    for base, symbol, method, path, rule, takes in OPERATIONS:
        yes = may(rule, path, symbol, own, on_it) and not (isinstance(caller, Bearer) and symbol in IN_PERSON)
        if yes and symbol in DEEDS:
            continue
        # A body that is no object and a revision that never was: who may is told so, and nothing happens. Of who may not, a body that could be
        # one is refused.
        answer = caller(method, address(base, path, things), (7 if yes else {}) if takes == "JSON" else None, **({"If-Match": '"999999-0"'} if method != "GET" and path.startswith("/datasets/{uid}") else {}))
        sees = may("READS", path, symbol, own, on_it) or (rule == "PUBLISHES" and yes)
        expected = "no refusal" if yes else {404} if rule in ("READS", "EDITS", "PUBLISHES", "SECURES") and not sees or PAGE.match(path) and path.count("/") > 1 else {403}
        code = answer.status_code
        if (code in (401, 403) or code >= 500) if yes else (code not in expected or MARK in answer.text):
            wrong.append((role, symbol, code, expected, answer.text[:160]))
        if yes and method != "GET" and code < 300 and symbol not in ("publish_studio_page", "unpublish_studio_page", "unarchive_code_page", "copy_dataset"):
            wrong.append((role, symbol, code, "nothing done", answer.text[:160]))
    return wrong


def test_every_role_by_every_operation(world, things):
    assert len(OPERATIONS) > 180 and len(PERMISSIONS) > 15
    share(world, things, ask)


def test_nobody_by_every_operation(world, things):
    nobody = Caller(world, None)
    for base, symbol, method, path, rule, takes in OPERATIONS:
        answer = nobody(method, address(base, path, things), 7 if takes == "JSON" else None)
        assert answer.status_code == (200 if rule == "EVERYONE" else 401) and MARK not in answer.text, (symbol, answer.status_code, answer.text[:200])


class Bearer(Caller):
    """A program that somebody let in."""

    def __init__(self, world, token):
        super().__init__(world, None)
        self.headers |= {"Authorization": f"Bearer {token}"}


def test_every_scope_by_every_operation(world, things):
    """A token allows what the person may, and of that its scopes: somebody who may everything with a token of one scope has the rights of a role of
    that one permission, and so has somebody who may one thing with a token for everything."""
    program = register(world, "Matrix", scope=["all"])[:2]
    scopes = [(s, set(PERMISSIONS.values()), {s}) for s in of_today(sorted(PERMISSIONS.values()), 3)] + [("all", {"edit_dataset"}, {"edit_dataset"}), ("read", set(PERMISSIONS.values()), set())]

    def part(n):
        wrong = []
        for scope, person, granted in scopes[n::len(PEOPLE)]:
            things["root"].good("PUT", f"/users/{PEOPLE[n]}/", {"permissions": sorted(person)})
            # A rule on the dataset gives no more than the scope, either.
            rules = f"/datasets/{things['uid']}/security/users/"
            things["root"]("DELETE", rules + PEOPLE[n])
            if scope == "read":
                things["root"].good("POST", rules, {"user": {"username": PEOPLE[n]}, "permissions": ["edit_dataset"]}, status=201)
            role = f"scope {scope}"
            ROLES[role] = (granted, set())
            wrong += ask(Bearer(world, tokens(world, program, PEOPLE[n], scope)["access_token"]), role, things)
            del ROLES[role]
        return wrong

    with concurrent.futures.ThreadPoolExecutor(len(PEOPLE)) as pool:
        wrong = sum(pool.map(part, range(len(PEOPLE))), [])
    assert not wrong, "\n".join(map(str, wrong[:40])) + f"\n{len(wrong)} in all"


def visit(caller, role, things):
    own, on_it = ROLES[role]
    wrong = []
    by_dataset = bool(on_it & {"edit_dataset", "publish_dataset"})
    for name, path, needs in SECTIONS:
        answer = caller("GET", path, **{"Accept": "text/html"})
        yes = bool(own & needs) or (by_dataset and name in ("DATASETS", "QUEUE", "HOME")) or (name == "HOME" and any(own & n for _, _, n in SECTIONS))
        if (answer.status_code not in (200, 303)) if yes else (answer.status_code not in (403, 404) or MARK in answer.text):
            wrong.append((role, name, answer.status_code, yes))
        # A dataset that is not theirs is on no list.
        if yes and name == "DATASETS" and (MARK in answer.text) != bool("edit_dataset" in own or by_dataset):
            wrong.append((role, name, "the dataset is", MARK in answer.text))
    return wrong


def test_every_role_by_every_section_of_the_back_office(world, things):
    assert len(SECTIONS) > 15
    share(world, things, visit)
