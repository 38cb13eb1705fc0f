"""Two people at once in every room of the back office: whoever saves the older page is told, nothing is overwritten, and nothing that was typed is lost.
The rooms are those of src/back/routes.def: an address that takes a form is in ROOMS, or in WITHOUT with the reason why it can overwrite nothing."""
import glob
import html
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from probe import ADA, ROOT_USER, World

HOST = "isoc.example"
PATHS = {}  # of the holes of addresses, filled in by the fixture
ROOMS = {
    "user": "/backoffice/users/{user}/", "group": "/backoffice/groups/{group}/", "engagement": "/backoffice/engagement/", "access": "/backoffice/access/",
    "access_sessions": "/backoffice/access/sessions/", "program": "/backoffice/programs/{program}/", "provider": "/backoffice/access/providers/{provider}/",
    "audience_settings": "/backoffice/audience/settings/", "privacy_registry": "/backoffice/privacy/registry/", "privacy_banner": "/backoffice/privacy/banner/",
    "look": "/backoffice/look/", "look_code": "/backoffice/look/code/", "look_brand": "/backoffice/look/branding/", "navigation": "/backoffice/navigation/",
    "navigation_legal": "/backoffice/navigation/legal/", "page_access": "/backoffice/pages/{page}/access/", "dataset_security": "/backoffice/datasets/{uid}/security/",
    "licences": "/backoffice/licences/", "themes": "/backoffice/themes/", "template": "/backoffice/templates/{template}/", "portal": "/backoffice/portal/",
    "portal_limits": "/backoffice/portal/limits/", "portal_grounds": "/backoffice/portal/basemaps/", "portals_one": "/backoffice/portals/{portal}/",
}
# Of these each form tells two editors apart by itself, by the revision of what it changes.
OWN = {"dataset_" + name: "/backoffice/datasets/{uid}/" + path for name, path in (("check", "check/"), ("sources", "sources/"), ("processing", "processing/"), ("schema", "schema/"),
       ("information", "information/"), ("views", "visualizations/"), ("scheduling", "scheduling/"), ("export", "export/"), ("translations", "translations/"), ("attachments", "information/files/"))}
OWN["page_edit"] = "/backoffice/pages/{page}/"
DEED = {"page_do"}  # on the page of page_edit
WITHOUT = {
    "makes something new": {"invite", "groups", "programs", "program_new", "keys", "provider_new", "pages", "page_new", "dataset_new", "datasets_piece", "portals_new", "templates", "look_files",
                            "backups", "dataset_push", "connection"},
    "takes something away": {"user_remove", "group_remove", "program_remove", "key_revoke", "provider_remove", "backup_remove", "audience_erase", "portals_remove"},
    "one deed on something, without a box that holds its state": {"requests", "message", "reuse", "mail", "backup_restore", "look_key", "look_versions", "look_live", "page_history", "dataset_history",
                                                                  "queue_job", "bulk", "pages_do", "datasets_do", "dataset_do", "look_sheet", "privacy_csp", "privacy_ledger", "followers_of", "dataset_identifier"},
    "a draft of one account alone, which is refused when the register was published meanwhile": {"privacy_services", "privacy_service", "privacy_item", "privacy_publish"},
}
# What would lock the test out, or take things away.
DANGEROUS = re.compile(r"remove|delete|second|language|idle|hours|minutes|password|email|host|suspend|private|mode|^who$|role|admin|do$|standard|hsts|enabled|sessions|fresh|remember")


def address(room):
    return ROOMS[room].format(**PATHS)


# What a text becomes where not every text is taken.
TYPED = {"map.place": ("11,48.85,2.35", "9,40,3"), "audience.excluded_networks": ("10.0.0.0/8", ""), "audience.retention_days": ("700", "600"), "audience.hourly_days": ("80", "70"),
         "readers": (ADA, ""), "editors": (ROOT_USER, "")}


class Form:
    def __init__(self, text):
        self.pairs, self.boxes = [], []
        action = re.search(r'action="([^"]*)"', text.split(">", 1)[0])
        self.action = action and html.unescape(action.group(1))
        for tag in re.finditer(r"<input\b[^>]*>|<textarea\b[^>]*>(.*?)</textarea>|<select\b[^>]*>(.*?)</select>", text, re.S):
            head = tag.group(0).split(">", 1)[0]
            name = re.search(r'\bname="([^"]*)"', head)
            if not name or " disabled" in head:
                continue
            name, value = html.unescape(name.group(1)), re.search(r' value="([^"]*)"', head)
            value = html.unescape(value.group(1)) if value else ""
            kind = (re.search(r' type="([^"]*)"', head) or [None, head[1:9].strip()])[1]
            if kind in ("checkbox", "radio"):
                on = " checked" in head
                if on:
                    self.pairs.append((name, value))
                if kind == "checkbox":
                    self.boxes.append((name, kind, value, on))
            elif head.startswith("<select"):
                options = [(html.unescape(o.group(1)), " selected" in o.group(0), " disabled" in o.group(0)) for o in re.finditer(r'<option[^>]*value="([^"]*)"[^>]*>', tag.group(2))]
                chosen = next((o for o, on, _ in options if on), options[0][0] if options else "")
                self.pairs.append((name, chosen))
                others = [o for o, _, off in options if o != chosen and not off]
                if others:
                    self.boxes.append((name, "select", others[0], chosen))
            elif kind not in ("file", "submit"):
                text_value = html.unescape(tag.group(1)).removeprefix("\n") if head.startswith("<textarea") else value
                self.pairs.append((name, text_value))
                if kind not in ("hidden", "password"):
                    self.boxes.append((name, "text", None, text_value))
        button = re.search(r'<button[^>]*\bname="([^"]*)"[^>]*value="(save|general)"|<button[^>]*\bname="(do)"[^>]*value="([^"]*)"', text)
        if button:
            self.pairs.append((button.group(1) or button.group(3), html.unescape(button.group(2) or button.group(4))))

    def value(self, name):
        return next((v for n, v in self.pairs if n == name), None)

    def changed(self, box):
        """What is sent with one box changed, and what the box then holds."""
        name, kind, value, now = box
        if kind == "checkbox":
            same = [p for p in self.pairs if p != (name, value)]
            return same + ([] if now else [(name, value)]), None if now else value
        if kind == "text":
            one, other = TYPED.get(name, (None, None))
            more = 1 if re.search("width|radius|months", name) else 100000
            value = (other if now.strip() == one else one) if one else str(int(now or 0) + more) if now.isdigit() or (not now and "limit" in name) else (now + " x").strip()
        return [(n, value if n == name else v) for n, v in self.pairs], value


def forms(page):
    main = page.split("<main", 1)[1]
    return [f for f in (Form(m.group(0)) for m in re.finditer(r'<form\b[^>]*method="post".*?</form>', main, re.S)) if f.boxes]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from conftest import stoa
    folder = tmp_path_factory.mktemp("two")
    made = World(folder)
    (folder / "trees.csv").write_text("name;height\noak;20\nlime;18\n")
    stoa(made.data, "publish", folder / "trees.csv", "--portal", HOST, "--id", "trees", "--title", "Trees")
    c = made.root = made.client(HOST)
    c.sign_in(ROOT_USER)
    PATHS["user"] = re.search(r'href="/backoffice/users/(\d+)/"', c.get(f"/backoffice/users/?q={ADA}").text).group(1)
    PATHS["group"] = c.form("/backoffice/groups/", {"name": "Gardeners"}).headers["Location"].split("/")[3]
    PATHS["uid"] = re.search(r"/backoffice/datasets/(da_\w+)/", c.get("/backoffice/datasets/").text).group(1)
    page = c.form("/backoffice/pages/new/", {"title": "About", "template": "dashboard"})
    PATHS["page"] = page.headers["Location"].split("/")[3].split("?")[0]
    page = c.form("/backoffice/programs/new/", {"do": "save", "name": "Town app", "kind": "server", "redirects": "https://app.example/back"})
    PATHS["program"] = re.search(r"/backoffice/programs/(\d+)/", page.text + c.get("/backoffice/programs/").text).group(1)
    c.form("/backoffice/access/providers/new/oidc/", {"do": "save", "id": "town", "label": "Town hall", "issuer": "https://id.example", "client_id": "stoa", "secret": "very secret words",
                                                      "scopes": "openid", "claims": "sub", "role": "member"})
    PATHS["provider"] = "town"
    c.form("/backoffice/templates/new/", {"name": "city", "title.en": "City", "title.fr": "Ville", "active": "on", "f0.name": "ward", "f0.type": "text", "f0.label.en": "Ward",
                                          "f0.label.fr": "Quartier", "f0.level": "optional", "do": "save"})
    PATHS["template"] = "city"
    page = c.form("/backoffice/portals/new/", {"title": "Little Town", "host": "little.example", "language": "en", "email": "mayor@little.example"})
    PATHS["portal"] = page.headers["Location"].split("/")[3].split("?")[0]
    yield made
    made.stop()


def posted_routes():
    root = os.environ.get("STOA_ROOT", ".")
    with open(os.path.join(root, "src/back/routes.def"), encoding="utf-8") as f:
        routes = set(re.findall(r"ROUTE\((\w+)\)", f.read()))
    source = ""
    for name in glob.glob(os.path.join(root, "src/back/*.c")):
        with open(name, encoding="utf-8") as f:
            source += f.read()
    taking = set(re.findall(r"BACK_PAGE\((\w+),", source)) | {n.removesuffix("_post") for n in re.findall(r"back_(\w+) = \{ \.method = HTTPD_POST", source)}
    assert {n.removesuffix("_post") for n in routes if n.endswith("_post")} <= taking
    return taking


def test_every_address_that_takes_a_form_is_known_here():
    known = [*ROOMS, *OWN, *DEED, *(name for names in WITHOUT.values() for name in names)]
    assert len(known) == len(set(known))
    assert posted_routes() == set(known)


def told(answer):
    return answer.status_code == 409 and "Somebody else has changed the same thing since you opened it" in answer.text


def usable(c, path, at):
    """Two boxes of a form whose change is taken, found by trying."""
    found = []
    boxes = [b for b in forms(c.get(path).text)[at].boxes if not DANGEROUS.search(b[0])]
    for box in sorted(boxes, key=lambda b: ("text", "checkbox", "select").index(b[1])):
        form = forms(c.get(path).text)[at]
        now = next((b for b in form.boxes if (b[0], b[1]) == box[:2] and (b[1] != "checkbox" or b[2] == box[2])), None)
        if not now or any(now[0] == f[0] for f in found):
            continue
        answer = c.post(path, form.changed(now)[0])
        assert answer.status_code in (303, 422), (path, now, answer.status_code, answer.text[:300])
        after = forms(c.get(path).text)
        if answer.status_code == 303 and len(after) > at and after[at].pairs != form.pairs:
            found.append(now)
        if len(found) == 2:
            return found
    return found


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {"privacy_registry", "privacy_banner"}))
def test_who_saves_the_older_page_is_told_and_nothing_is_overwritten(world, room):
    c, path = world.root, address(room)
    two = next(((at, found) for at in range(len(forms(c.get(path).text))) if len(found := usable(c, path, at)) == 2), None)
    assert two, f"no form of {path} has two boxes that can be changed: {[f.boxes for f in forms(c.get(path).text)]}"
    at, (first, second) = two

    def box(form, like):
        return next(b for b in form.boxes if b[0] == like[0] and (b[1] != "checkbox" or b[2] == like[2]))
    mine, theirs = (forms(c.get(path).text)[at] for _ in range(2))
    assert mine.value("stood"), f"{path} does not say how it stood"
    sent, value = theirs.changed(box(theirs, first))
    assert c.post(path, sent).status_code == 303
    stands = forms(c.get(path).text)[at].pairs

    sent, typed = mine.changed(box(mine, second))
    answer = c.post(path, sent)
    assert told(answer), (path, first, second, answer.status_code, answer.headers.get("Location"))
    assert [p for p in forms(c.get(path).text)[at].pairs if p[0] not in ("csrfmiddlewaretoken", "stood")] == [p for p in stands if p[0] not in ("csrfmiddlewaretoken", "stood")]
    assert "Saved by somebody else meanwhile" in answer.text
    again = next(f for f in forms(answer.text) if any(b[0] == second[0] for b in f.boxes))
    if second[1] == "checkbox":
        assert ((second[0], second[2]) in again.pairs) == (typed is not None)
    else:
        assert again.value(second[0]) == typed
    answer = c.post(path, again.pairs)
    assert answer.status_code == 303, (path, answer.status_code)


@pytest.mark.parametrize("room", sorted(ROOMS) + sorted(OWN))
def test_every_form_with_boxes_says_how_it_stood(world, room):
    path = (ROOMS | OWN)[room].format(**PATHS)
    page = world.root.get(path)
    assert page.status_code == 200
    for form in forms(page.text):
        assert form.value("base") or (form.value("stood") and form.action in (None, path, path + "do/")), (room, form.action, form.boxes)


def test_a_form_that_goes_to_an_address_below_its_page(world):
    c, path = world.root, "/backoffice/pages/{page}/".format(**PATHS)
    form = next(f for f in forms(c.get(path).text) if f.action == path + "do/")
    assert c.post(form.action, [(n, "our-town" if n == "slug" else v) for n, v in form.pairs]).status_code == 303
    assert c.post(form.action, [(n, "my-town" if n == "slug" else v) for n, v in form.pairs]).status_code == 409
    assert 'value="our-town"' in c.get(path).text


def test_of_several_at_once_one_is_saved(world):
    """They all opened the page before any of them saved."""
    c, path = world.root, "/backoffice/look/branding/"
    form = forms(c.get(path).text)[0]
    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(lambda i: c.post(path, [(n, f"Name {i}" if n == "brand.en" else v) for n, v in form.pairs], keep=False), range(4)))
    assert sorted(a.status_code for a in answers) == [303, 409, 409, 409]


def test_the_same_thing_twice_is_no_quarrel(world):
    """A form that was sent twice, such as by a second click, is saved twice."""
    c, path = world.root, "/backoffice/look/branding/"
    form = forms(c.get(path).text)[0]
    sent = [(n, "Twice" if n == "brand.en" else v) for n, v in form.pairs]
    assert c.post(path, sent).status_code == 303
    assert c.post(path, sent).status_code == 303


def test_a_form_with_a_stale_token_keeps_how_it_stood(world):
    """What was not done because of the token is not saved over somebody else's the second time, either."""
    c, path = world.root, "/backoffice/look/branding/"
    older = forms(c.get(path).text)[0]
    newer = forms(c.get(path).text)[0]
    assert c.post(path, [(n, v + "!" if n == "brand.en" else v) for n, v in newer.pairs]).status_code == 303
    answer = c.post(path, [(n, "0" * 64 if n == "csrfmiddlewaretoken" else "B" if n == "prefix.en" else v) for n, v in older.pairs])
    assert answer.status_code == 403 and forms(answer.text)[0].value("prefix.en") == "B"
    assert told(c.post(path, forms(answer.text)[0].pairs))


def test_a_new_rule_does_not_take_the_place_of_one_that_was_made_meanwhile(world):
    c, path = world.root, address("dataset_security")

    def rule():
        return next(f for f in forms(c.get(path).text) if f.value("do") == "rule")
    older = rule()
    of_group = [(n, "g" + PATHS["group"] if n == "who" else "height > 19" if n == "filter" else v) for n, v in rule().pairs]
    assert c.post(path, of_group).status_code == 303
    answer = c.post(path, [(n, "g" + PATHS["group"] if n == "who" else v) for n, v in older.pairs])
    assert answer.status_code == 422 and "They have a rule already" in answer.text
    assert "height &gt; 19" in c.get(path).text


def test_a_restriction_is_not_lifted_by_an_older_page(world):
    """A restricts a dataset; B, whose page is older, sets a limit of calls."""
    c, path, reader = world.root, address("dataset_security"), world.client(HOST)
    records = "/api/explore/v2.1/catalog/datasets/trees/records"

    def general():
        return next(f for f in forms(c.get(path).text) if f.value("do") == "general")
    open_again = [(n, "open" if n == "open" else v) for n, v in general().pairs]
    assert c.post(path, open_again).status_code == 303 and reader.get(records).status_code == 200
    older = general()
    assert c.post(path, [(n, "restricted" if n == "open" else v) for n, v in general().pairs]).status_code == 303
    answer = c.post(path, [(n, "600" if n == "limit" else v) for n, v in older.pairs])
    assert told(answer) and reader.get(records).status_code == 404


@pytest.mark.parametrize("path, changes", [
    ("/groups/{group}", ({"title": "Weeders", "description": "one"}, {"title": "Weeders", "description": "two"})),
    ("/users/{ada}", ({"last_name": "Hopper"}, {"last_name": "Lovelace"})),
    ("/datasets/{uid}/security/users/{ada}", ({"security": {"filter_query": "height > 19"}}, {"security": {"filter_query": "height > 1"}})),
])
def test_programs_are_told_by_if_match(world, path, changes):
    """A PUT with the ETag of what was read is refused when somebody else was faster."""
    c, base = world.root, "/api/automation/v1.0"
    c.post(address("dataset_security"), [("csrfmiddlewaretoken", c.token()), ("do", "rule"), ("who", f"a{PATHS['user']}"), ("data", "on"), ("which", "all")])
    c.form("/backoffice/groups/", {"name": "Weeders"})
    path = base + path.format(group="weeders", ada=ADA, uid=PATHS["uid"])

    def put(body, tag):
        return c.request("PUT", path, json=body, headers={"X-CSRFToken": c.token(), "If-Match": tag, "Accept": "application/json"})
    answer = c.get(path)
    tag = answer.headers.get("ETag")
    assert answer.status_code == 200 and tag, (path, answer.status_code, answer.text[:300])
    first = put(changes[0], tag)
    assert first.status_code == 200, first.text
    assert put(changes[1], tag).status_code == 412
    assert put(changes[1], first.headers["ETag"]).status_code == 200
