"""The back office of a dataset after its data: information, views, export, security, schedules, translations, history, queue, connections, templates,
licences and themes, one change for many, and forms that outlive their session."""
import csv
import html
import re
import struct
import time
import zlib
from urllib.parse import unquote

import pytest

from conftest import stoa
from probe import GRACE, ROOT_USER, World
from test_manage_datasets import Api, key_of, wait_idle

HOST = "isoc.example"
ROWS = "name,district,year,loc\nOak,north,2020,\"48.85, 2.35\"\nElm,south,2021,\"48.86, 2.36\"\nAsh,north,2022,\"48.87, 2.37\"\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("office"))
    w.folder = tmp_path_factory.mktemp("source")
    (w.folder / "trees.csv").write_text(ROWS)
    for name in ("trees", "oaks", "shrubs"):
        stoa(w.data, "publish", w.folder / "trees.csv", "--portal", HOST, "--id", name, "--title", name.capitalize())
    yield w
    w.stop()


@pytest.fixture(scope="module")
def root(world):
    c = world.client(HOST)
    c.sign_in(ROOT_USER)
    return c


def at(name, tab):
    return f"/backoffice/datasets/{name}/{tab}/"


def page(c, path, status=200):
    answer = c.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.text[-1500:])
    return answer.text


def form_of(text, *holding):
    """All fields of the first form that holds these texts, as they are filled in."""
    for f in re.findall(r"<form\b.*?</form>", text, re.S):
        if not all(h in f for h in holding):
            continue
        found = []
        for tag in re.findall(r"<input\b[^>]*>", f):
            attribute = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if attribute.get("type") in ("checkbox", "radio") and " checked" not in tag:
                continue
            if attribute.get("name") and attribute.get("type") not in ("file", "submit"):
                found.append((html.unescape(attribute["name"]), html.unescape(attribute.get("value", ""))))
        for name, inner in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', f, re.S):
            found.append((name, html.unescape(inner).lstrip("\n")))
        for name, inner in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', f, re.S):
            chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]* selected', inner)
            found.append((name, html.unescape(chosen.group(1)) if chosen else ""))
        return found
    raise AssertionError(f"no form holds {holding}")


def send(c, path, changes, *holding, action=None, status=303, drop=()):
    """Opens a page, changes fields of one of its forms, and posts it."""
    fields = [(k, v) for k, v in form_of(page(c, path), *(holding or ("csrfmiddlewaretoken",))) if k not in changes and k not in drop]
    for k, v in changes.items():
        fields += [(k, x) for x in (v if isinstance(v, list) else [v])]
    answer = c.post(action or path, fields)
    assert answer.status_code == status, (path, answer.status_code, re.findall(r'class="[^"]*error[^"]*".*?</', answer.text, re.S)[:5], answer.text[-800:])
    return answer


def api(world, path="", **more):
    return world.client(HOST).request("GET", "/api/explore/v2.1/catalog/datasets/trees" + path, **more)


def published(world, c, name, seconds=20):
    """Publishes and waits until it is done."""
    send(c, at(name, "history"), {"do": "publish"}, 'action="/backoffice/datasets/', "/do/", action=f"/backoffice/datasets/{uid(c, name)}/do/")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = page(c, at(name, "history"))
        if "Readers see what you see here" in text:
            return
        time.sleep(0.2)
    raise AssertionError(re.sub(r"<[^>]+>", " ", text)[:2000])


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def uid(c, name):
    return re.search(r"/backoffice/datasets/(da_\w+)/", page(c, at(name, "history"))).group(1)


def test_information_is_asked_in_every_language_and_published(world, root):
    path = at("trees", "information")
    text = page(root, path)
    assert "Add a description of at least 200 characters" in text and 'name="m.title.fr"' in text
    before = int(re.search(r"<strong>(\d+) %", text).group(1))
    send(root, path, {"m.title.en": "Trees", "m.title.fr": "Arbres", "m.description.en": "Every tree of the town. " * 12, "m.keyword.en": "tree, town, green",
                      "m.license": "CC BY 4.0", "m.theme": ["Environment", "Health"], "m.publisher": "Town of Trees", "coverage": "set", "coverage.codes": "world_fr"}, 'name="m.title.en"')
    text = page(root, path)
    assert int(re.search(r"<strong>(\d+) %", text).group(1)) > before + 30
    assert 'value="Arbres"' in text and "Add a description" not in text
    answer = api(world)
    assert "Town of Trees" not in answer.text, "a draft is nobody's to read"
    published(world, root, "trees")
    metas = api(world, "?lang=fr").json()["metas"]["default"]
    assert (metas["title"], metas["publisher"], metas["license"], metas["theme"]) == ("Arbres", "Town of Trees", "CC BY 4.0", ["Environment", "Health"])
    assert metas["license_url"].startswith("https://creativecommons.org/licenses/by/4.0")


def test_what_cannot_be_is_said_beside_its_field_and_kept(root):
    answer = send(root, at("trees", "information"), {"m.timezone": "Mars/Base", "m.territory": "Somewhere"}, 'name="m.title.en"', status=422)
    assert "a time zone as Europe/Paris" in answer.text and 'value="Somewhere"' in answer.text


def test_two_editors_are_told(world, root):
    path = at("oaks", "information")
    fields = dict(form_of(page(root, path), 'name="m.title.en"'))
    send(root, path, {"m.publisher": "First"}, 'name="m.title.en"')
    answer = root.post(path, {**fields, "m.publisher": "Second"})
    assert answer.status_code == 409 and 'value="Second"' in answer.text, answer.status_code
    assert 'value="First"' in page(root, path)


def test_views_are_shown_before_they_are_kept(world, root):
    path = at("trees", "visualizations") + "?view=custom"
    fields = form_of(page(root, path), 'name="names"')
    fields = [(k, v) for k, v in fields if not k.startswith("v.")] + [("v.custom_view_enabled", "on"), ("v.custom_view_html.en", "<p>Behold<script>x()</script></p>"), ("v.custom_view_title.en", "Forest")]
    preview = "/explore/dataset/trees/custom/preview/"
    shown = root.post(preview, fields)
    assert shown.status_code == 200 and "Behold" in shown.text and "x()" not in shown.text and "Forest" in shown.text
    assert "Behold" not in page(root, preview)
    assert world.client(HOST).get(preview).status_code == 303
    grace = world.client(HOST)
    grace.sign_in(GRACE)
    assert grace.get(preview).status_code == 403
    assert root.post(path, fields).status_code == 303
    assert "Behold" in page(root, preview)


def test_views_obey_their_settings(world, root):
    send(root, at("trees", "visualizations") + "?view=map", {}, 'name="names"', drop=("v.map_disabled",))
    send(root, at("trees", "visualizations"), {"v.table_fields": ["district", "name"], "at.table_fields.name": "1", "at.table_fields.district": "2", "v.default_filters": "refine.district=north"}, 'name="names"')
    published(world, root, "trees")
    anyone = world.client(HOST)
    assert anyone.get("/explore/dataset/trees/").headers["Location"].endswith("?refine.district=north")
    table = page(anyone, "/explore/dataset/trees/table/")
    assert "/explore/dataset/trees/map/" not in table
    heads = re.findall(r"<th[^>]*>.*?</th>", table, re.S)
    assert [("name" in h, "district" in h) for h in heads if "name" in h or "district" in h][:2] == [(True, False), (False, True)]


def test_rules_and_seeing_as_somebody_else(world, root):
    path = at("trees", "security")
    wrong = send(root, path, {"filter": "district ="}, 'id="everybody"', status=422)
    assert "district =" in wrong.text and re.search(r"error", wrong.text)
    left = send(root, path, {"filter": 'district = "north"'}, 'id="everybody"')
    assert "left=2" in left.headers["Location"]
    grace = re.search(r'<option value="(a\d+)"[^>]*>Grace', page(root, path)).group(1)
    send(root, path, {"who": grace, "data": "on", "which": "some", "field": "name", "filter": "", "may.publish_dataset": "on"}, "Save the rule")
    public, hers = page(root, path + "as/?who=public"), page(root, path + f"as/?who={grace}")
    assert "Ash" in public and "Elm" not in public
    assert "Elm" in hers and "south" not in hers and "3 are hidden" in hers
    assert any(e.get("reason") == "dataset.seen_as" for e in world.events(HOST))
    send(root, path, {"open": "restricted"}, 'id="everybody"')
    assert "does not exist" in page(root, path + "as/?who=public")
    send(root, path, {"open": "open", "filter": ""}, 'id="everybody"')
    answer = root.post(path, [*[(k, v) for k, v in form_of(page(root, path), f"remove:{grace}")], ("do", f"remove:{grace}")])
    assert answer.status_code == 303 and "No rules yet" in page(root, path)


def test_schedules_in_plain_words(root):
    path = at("trees", "scheduling")
    shown = send(root, path, {"kind": "weekly", "day": ["1", "5"], "time": "06:30", "zone": "Europe/Paris", "do": "show"}, 'name="kind"', status=200)
    assert len(re.findall(r"<li><time", shown.text)) == 5
    assert "tick at least one day" in send(root, path, {"kind": "weekly", "do": "save"}, 'name="kind"', status=422).text
    assert "time zone" in send(root, path, {"kind": "daily", "zone": "Nowhere/X", "do": "save"}, 'name="kind"', status=422).text
    send(root, path, {"kind": "weekly", "day": ["1", "5"], "time": "06:30", "zone": "Europe/Paris", "do": "save"}, 'name="kind"')
    text = page(root, path)
    assert "Monday, Friday at 06:30" in text
    root.post(path, form_of(text, 'name="remove"'))
    assert "published by hand" in page(root, path)


def test_history_tells_and_brings_back(root):
    path = at("oaks", "history")
    send(root, at("oaks", "information"), {"m.publisher": "Third"}, 'name="m.title.en"')
    text = page(root, path)
    assert "<del>" in text and "Third" in text and "Root" in text
    changes = "".join(re.findall(r'<ul class="changes">.*?</ul>', text, re.S))
    assert changes and "{" not in changes and "&quot;" not in changes, changes
    send(root, path, {}, 'name="version"')
    assert 'value="First"' in page(root, at("oaks", "information"))
    assert "Earlier version brought back" in page(root, path)


def test_history_speaks_the_readers_language_and_names_things(world, root):
    own = sent(root, "lindens.csv", b"name;height\nOak;3\nElm;4\n").headers["Location"]
    send(root, own, {"do": "save", "identifier": "lindens"}, 'name="title"')
    uid_ = uid(root, "lindens")
    machine = Api(world, key_of(world, ROOT_USER))
    step = machine.good("POST", f"/datasets/{uid_}/processors/", {"type": "string_replace", "field": "name", "old": "Oak", "new": "Ash"}, 201)["uid"]
    machine.good("PUT", f"/datasets/{uid_}/processors/{step}/", {"type": "string_replace", "field": "name", "old": "Oak", "new": "Lime", "enabled": False})
    for operation in ({"type": "rename", "from_name": "height", "to_name": "tall"}, {"type": "type", "field": "tall", "type_param": "double"}):
        machine.good("POST", f"/datasets/{uid_}/fields/", operation, 201)
    send(root, at("lindens", "information"), {"m.title.fr": "Tilleuls", "m.publisher": "Town"}, 'name="m.title.en"')
    words = lambda lang: [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", one))).strip() for one in re.findall(r'<ul class="changes">(.*?)</ul>', page(root, at("lindens", "history") + f"?flg={lang}"), re.S)]
    english, french = " | ".join(words("en")), " | ".join(words("fr"))
    for wanted in ("Title › Français", "Publisher", "Replace text", "Switched on", "No", "height › Technical name", "tall › Type", "Decimal number", "Lime"):
        assert wanted in english, (wanted, english)
    for wanted in ("Titre › Français", "Remplacer du texte"):
        assert wanted in french, (wanted, french)
    for said in (english, french):
        assert not re.search(r"\b(re|pr|ch|fi|da)_\w+|metadata|default|type_param|processors/|enabled", said), said


def test_older_versions_are_forgotten_for_good(world, root):
    source, machine = world.folder / "people.csv", Api(world, key_of(world, ROOT_USER))
    records = "/api/explore/v2.1/catalog/datasets/people/records?limit=0"
    readable = lambda n: world.client(HOST).get(f"{records}&as_of={n}", headers={"Accept": "application/json"}).status_code == 200

    def versions(*rows):
        for i, n in enumerate(rows):
            source.write_text("".join(ROWS.splitlines(True)[:n + 1]))
            stoa(world.data, "publish", source, "--portal", HOST, "--id", "people", *(["--replace"] if i or rows[0] < 3 else []))

    files = lambda: {f.name for f in world.data.rglob("v*.duckdb") if (f.parent / "v2.duckdb").exists() and (f.parent / "v1.duckdb").exists()}
    versions(3, 2)
    assert readable(1) and files() == {"v1.duckdb", "v2.duckdb"}
    assert "Earlier versions stay readable" in page(root, at("people", "sources")) and "3 records" in page(root, at("people", "history"))
    send(root, at("people", "history"), {"do": "forget"}, "Forget older versions", action=f"/backoffice/datasets/{uid(root, 'people')}/do/")
    assert not readable(1) and readable(2) and not files()
    assert "Forget older versions" not in page(root, at("people", "history")) and "stay readable" not in page(root, at("people", "sources"))
    assert "Erased" in page(root, "/backoffice/activity/?kind=dataset")
    assert stoa(world.data, "publish", "--portal", HOST, "--id", "people", "--rollback", check=False).returncode != 0
    # By the management API and the command line.
    versions(1, 2)
    assert readable(2) and readable(3)
    machine.good("POST", f"/datasets/{uid(root, 'people')}/forget_versions/")
    assert not readable(2) and not readable(3) and readable(4)
    versions(1)
    assert "removed for good: 1" in stoa(world.data, "publish", "--portal", HOST, "--id", "people", "--forget").stdout and not readable(4) and readable(5)


def test_sent_files_that_no_source_names_are_forgotten_too(world, root):
    machine = Api(world, key_of(world, ROOT_USER))
    left = lambda word: [f for f in world.data.rglob("*") if f.is_file() and word in f.read_bytes()]
    base = f"/datasets/{machine.good('POST', '/datasets/', {'dataset_id': 'pupils', 'metadata': {'default': {'title': {'value': 'Pupils'}}}}, 201)['uid']}"

    def send_file(name, text):
        return machine.good("POST", f"{base}/resources/files/", files={"file": (name, text, "text/csv")}, status=201)["uid"]

    first = send_file("first.csv", b"name;n\nQQZMARIE;1\nOak;2\n")
    source = lambda file: {"type": "csvfile", "title": "pupils", "datasource": {"type": "uploaded_file", "file": {"uid": file}}}
    resource = machine.good("POST", f"{base}/resources/", source(first), 201)["uid"]
    machine.good("POST", f"{base}/resources/preview/", source(first))
    page(root, at("pupils", "sources"))
    machine.good("POST", f"{base}/publish/")
    wait_idle(machine, base.rsplit("/", 1)[1])
    second = send_file("second.csv", b"name;n\nElm;3\n")
    machine.good("PUT", f"{base}/resources/{resource}/", source(second))
    machine.good("POST", f"{base}/publish/")
    wait_idle(machine, base.rsplit("/", 1)[1])
    assert left(b"QQZMARIE")
    older = page(root, at("pupils", "history")).split('id="older"')[1]
    assert "first.csv" in older and "second.csv" not in older and "no source uses them any more" in older
    machine.good("POST", f"{base}/forget_versions/")
    assert not left(b"QQZMARIE")
    names = [f["uid"] for f in machine.good("GET", f"{base}/resources/files/")["results"]]
    assert names == [second]
    assert 'id="older"' not in page(root, at("pupils", "history"))
    # What named it cannot be brought back, and says so; the one that stands still publishes.
    old = [v for v in machine.good("GET", f"{base}/versions/")["results"] if not v["can_restore"]]
    assert len(old) >= 2
    said = [machine("POST", f"{base}/versions/{v['uid']}/restore/") for v in old]
    assert [s.status_code for s in said if "removed for good" in s.text] == [409], [s.text for s in said]
    machine.good("POST", f"{base}/publish/")
    wait_idle(machine, base.rsplit("/", 1)[1])
    # By the command line, and nothing that is in use.
    third = send_file("third.csv", b"name;n\nYew;4\n")
    machine.good("PUT", f"{base}/resources/{resource}/", source(third))
    machine.good("POST", f"{base}/publish/")
    wait_idle(machine, base.rsplit("/", 1)[1])
    assert "no source uses any more: 1" in stoa(world.data, "publish", "--portal", HOST, "--id", "pupils", "--forget").stdout
    assert "no source uses any more: 0" in stoa(world.data, "publish", "--portal", HOST, "--id", "pupils", "--forget").stdout
    assert not left(b"Elm;3") and left(b"Yew;4")


def test_translations_are_marked_when_the_original_changes(root):
    path = at("trees", "translations") + "?lang=fr"
    text = page(root, path)
    assert "Missing" in text and "Every tree of the town" in text
    name = re.search(r'Description.*?<textarea[^>]*name="(t\d+)"', text, re.S).group(1)
    send(root, path, {name: "Tous les arbres."}, f'name="{name}"')
    assert "has changed since" not in page(root, path)
    send(root, at("trees", "information"), {"m.description.en": "Other words. " * 30}, 'name="m.title.en"')
    assert "has changed since" in page(root, path)
    fields = at("trees", "translations") + "?lang=fr&part=schema"
    label = re.search(r'<h2><bdi>district</bdi>.*?name="(t\d+)"', page(root, fields), re.S).group(1)
    send(root, fields, {label: "Quartier"}, f'name="{label}"')
    assert 'value="Quartier"' in page(root, fields)


def test_readers_see_the_original_until_a_translation_is_confirmed(world, root):
    def shown():
        said = api(world, "?lang=fr").json()
        return said["metas"]["default"]["title"], next(f["label"] for f in said["fields"] if f["name"] == "year")

    information, titles = at("trees", "information"), at("trees", "translations") + "?lang=fr"
    box = re.search(r'<h2><bdi>Title</bdi>.*?name="(t\d+)"', page(root, titles), re.S).group(1)
    send(root, information, {"m.title.en": "Trees of the town"}, 'name="m.title.en"')
    send(root, titles, {box: "Arbres de la ville"}, f'name="{box}"')
    send(root, at("trees", "schema") + "?field=year", {"label.en": "Year"}, 'name="label.en"')
    labels = titles + "&part=schema"
    year = re.search(r'<h2><bdi>year</bdi>.*?name="(t\d+)"', page(root, labels), re.S).group(1)
    send(root, labels, {year: "Année"}, f'name="{year}"')
    published(world, root, "trees")
    assert shown() == ("Arbres de la ville", "Année")
    send(root, information, {"m.title.en": "Trees felled"}, 'name="m.title.en"')
    send(root, at("trees", "schema") + "?field=year", {"label.en": "Year of felling"}, 'name="label.en"')
    published(world, root, "trees")
    assert shown() == ("Trees felled", "Year of felling")
    assert "Arbres de la ville" in page(root, titles) and "has changed since" in page(root, labels)
    # Confirmed as it is, and written anew elsewhere: both are read again.
    send(root, titles, {}, f'name="{box}"')
    send(root, at("trees", "schema") + "?field=year", {"label.fr": "Année d’abattage"}, 'name="label.en"')
    published(world, root, "trees")
    assert shown() == ("Arbres de la ville", "Année d’abattage")


def test_queue_lists_jobs_with_their_log(root):
    text = page(root, "/backoffice/queue/")
    job = re.search(r'href="(/backoffice/queue/\d+/)"', text).group(1)
    assert "Trees" in text and "Done" in text
    assert "Log" in page(root, job)
    assert root.get(job + "errors.csv").text.startswith("row,record,field")
    assert root.get("/backoffice/queue/99999/").status_code == 404


def test_values_that_did_not_fit_are_downloaded_and_no_formulas(world, root):
    (world.folder / "odd.csv").write_text("name,height\nOak,3\nElm,=1+1\nAsh,tall\n")
    (world.folder / "odd.json").write_text('{"fields": [{"name": "name", "type": "string"}, {"name": "height", "type": "integer"}]}')
    stoa(world.data, "publish", world.folder / "odd.csv", "--portal", HOST, "--id", "odd", "--schema", world.folder / "odd.json")
    assert root.form(at("odd", "sources"), {"do": "publish"}, action="/backoffice/datasets/odd/do/").status_code == 303
    end = time.monotonic() + 20
    while time.monotonic() < end and not (rows := list(csv.DictReader(root.get("/backoffice/datasets/odd/errors.csv").text.splitlines()))):
        time.sleep(0.2)
    assert [(r["field"], r["value"]) for r in rows] == [("height", "'=1+1"), ("height", "tall")] and all(r["message"] for r in rows)
    assert "tall" in page(root, "/backoffice/datasets/odd/errors/")


def test_what_does_not_fit_is_asked_about_before_publishing(world, root):
    (world.folder / "ugly.csv").write_text("jour,heure,valeur\n01/02/2024,08:30,1\n12/12/2024,23:59,3\n31/12/2024,24:00,x\n29/02/2023,,4\n")
    stoa(world.data, "publish", world.folder / "ugly.csv", "--portal", HOST, "--id", "ugly")
    text = page(root, at("ugly", "check"))
    assert "1 value does not fit and would be left empty: 29/02/2023" in text and dict(form_of(text, "as.jour"))["as.jour"] == "text"
    send(root, at("ugly", "check"), {"as.jour": "date", "do": "look"}, "as.jour")
    chosen = dict(form_of(page(root, at("ugly", "check")), "as.jour"))
    assert chosen["as.jour"] == "date"
    send(root, at("ugly", "check"), {"as.jour": "text", "do": "look"}, "as.jour")
    chosen = dict(form_of(page(root, at("ugly", "check")), "as.jour"))
    assert chosen["as.jour"] == "text"


def test_a_live_dataset_says_what_stays_at_the_other_portal(world, root):
    stoa(world.data, "publish", world.folder / "trees.csv", "--portal", "tags.example", "--id", "far-trees", "--title", "Far trees")
    api = Api(world, key_of(world, ROOT_USER))
    uid = api.good("POST", "/datasets/", {"dataset_id": "near", "metadata": {"default": {"title": {"value": "Near"}}}}, 201)["uid"]
    api.good("POST", f"/datasets/{uid}/resources/", {"type": "federated", "title": "s", "datasource": {"type": "portal", "url": "https://tags.example", "dataset_id": "far-trees", "live": True}}, 201)
    api("POST", f"/datasets/{uid}/publish/")
    end = time.monotonic() + 20
    while api.good("GET", f"/datasets/{uid}/status/")["status"] != "idle" and time.monotonic() < end:
        time.sleep(0.1)
    assert "Shown live" in page(root, "/backoffice/datasets/?q=near") and "Shown live" in page(root, "/backoffice/queue/")
    assert "taken from the other portal" in page(root, at("near", "information")) and "files that explain it stay there" in page(root, at("near", "information"))
    assert "older versions are kept there" in page(root, at("near", "history")) and "has no processing" in page(root, at("near", "processing"))
    # What readers should find here is added here.
    path = at("near", "information") + "files/"
    token = dict(form_of(page(root, path), "csrfmiddlewaretoken"))["csrfmiddlewaretoken"]
    sent = root.request("POST", path, data={"csrfmiddlewaretoken": token, "part": "file", "title": "Method"}, files={"file": ("method.txt", b"how")}, headers={"Origin": f"https://{HOST}"})
    assert sent.status_code == 303, sent.text[-800:]
    assert "Method" in page(root, path) and "Method" in world.client(HOST).request("GET", "/api/explore/v2.1/catalog/datasets/near/attachments").text
    assert root.form("/backoffice/datasets/", {"do": f"delete {uid}", "sure": "yes"}, action="/backoffice/datasets/do/").status_code == 303
    gone = page(root, "/backoffice/datasets/?which=deleted")
    assert "Near" in gone and "Shown live" not in gone and "Shown live" not in page(root, "/backoffice/queue/")


def sent(c, name, content, *more):
    """Sends files, further ones as pairs of name and content, and comes to the page that shows what was found."""
    token = dict(form_of(page(c, "/backoffice/datasets/new/"), 'name="way"', "drop-files"))["csrfmiddlewaretoken"]
    return c.request("POST", "/backoffice/datasets/new/", data={"csrfmiddlewaretoken": token, "way": "files"}, files=[("files", f) for f in ((name, content), *more)], headers={"Origin": f"https://{HOST}"})


def test_thousands_or_decimals_is_asked_with_both_readings(world, root):
    own = re.search(r"da_\w+", sent(root, "towns.csv", b"name;people\nA;434.926\nB;35.337\nC;29.900\n").headers["Location"]).group(0)
    check = f"/backoffice/datasets/{own}/check/"
    text = page(root, check)
    assert "Thousands or decimals? “people”: 434.926 · 35.337 · 29.900" in text and "434,926 · 35,337 · 29,900" in text and "434.926 · 35.337 · 29.9<" in text
    assert dict(form_of(text, "mark.people"))["mark.people"] == ""
    for way, kind, value in (("thousands", "Whole number", "434926"), ("decimals", "Decimal", "434.926"), ("", "Text", "434.926"), ("", "Text", "29.900"), ("thousands", "Whole number", "29900")):
        send(root, check, {"title": "Towns", "mark.people": way, "do": "look"}, "mark.people")
        text = page(root, check)
        assert dict(form_of(text, "mark.people"))["mark.people"] == way
        table = re.sub("<.*?>", " ", text[text.index("<table"):])
        assert kind in table and value in table, (way, table[:600])


def test_places_are_drawn_as_the_publisher_wants(world, root):
    views, shown = at("oaks", "visualizations") + "?view=map", "/explore/dataset/oaks/map/"
    assert "marker=" not in page(world.client(HOST), shown)
    for changes, wanted in (({"v.map_marker_picto": "tree"}, ('icon="tree"', 'marker="pin"')), ({"v.map_marker_picto": "tree", "v.map_marker_hidemarkershape": "on"}, ('icon="tree"', 'marker="icon"'))):
        send(root, views, changes, 'name="names"', drop=("v.map_marker_hidemarkershape",))
        published(world, root, "oaks")
        text = page(world.client(HOST), shown)
        assert all(w in text for w in wanted), (wanted, re.findall(r"<stoa-map[^>]*>", text))
    assert '<option value="tree" selected' in page(root, views)


def test_a_field_is_left_out_of_searches_and_shown_in_some_languages(world, root):
    schema = at("shrubs", "schema") + "?field=name"
    hits = lambda: world.client(HOST).get("/api/explore/v2.1/catalog/datasets/shrubs/records", params={"where": 'search("elm")'}).json()["total_count"]
    column = lambda lang: "Elm" in page(world.client(HOST), f"/explore/dataset/shrubs/table/?flg={lang}")
    assert (hits(), column("en"), column("fr")) == (1, True, True)
    text = page(root, schema)
    assert re.search(r'name="searched"[^>]* checked', text) and re.search(r'name="shown.fr"[^>]* checked', text)
    send(root, schema, {"shown.fr": "on"}, 'name="searched"', drop=("searched", "shown.en"))
    assert not re.search(r'name="searched"[^>]* checked', page(root, schema)) and not re.search(r'name="shown.en"[^>]* checked', page(root, schema))
    published(world, root, "shrubs")
    assert (hits(), column("en"), column("fr")) == (0, False, True)
    record = world.client(HOST).get("/api/explore/v2.1/catalog/datasets/shrubs/records", params={"where": 'search(name, "elm")'}).json()
    assert record["results"][0]["name"] == "Elm", "programs have it, and a search that names it finds it"
    # The name goes, what is said of it stays; then everything is as before.
    send(root, schema, {"name": "kind"}, 'name="searched"')
    published(world, root, "shrubs")
    assert (hits(), column("en"), column("fr")) == (0, False, True)
    send(root, schema, {"searched": "on", "shown.en": "on", "shown.fr": "on", "name": "name"}, 'name="searched"')
    published(world, root, "shrubs")
    assert (hits(), column("en"), column("fr")) == (1, True, True)


def test_lists_lead_to_figures_and_are_narrowed(world, root):
    assert re.search(r'href="/backoffice/datasets/da_\w+/monitoring/"', page(root, "/backoffice/datasets/?q="))
    machine = Api(world, key_of(world, ROOT_USER))
    made = [machine.good("POST", "/datasource_connections/", {"type": kind, "url": f"{kind}://files.example/", "name": f"Files by {kind}", "is_reusable": True}, 201)["uid"] for kind in ("http", "ftp")]
    everything, ftp = page(root, "/backoffice/connections/"), page(root, "/backoffice/connections/?type=ftp")
    assert "Files by http" in everything and "Files by ftp" in everything and "?type=http" in everything
    assert "Files by http" not in ftp and "Files by ftp" in ftp
    for one in made:
        machine.good("DELETE", f"/datasource_connections/{one}/", status=204)


def test_connections_never_show_secrets(root):
    path = "/backoffice/connections/new/?type=http"
    made = send(root, path, {"name": "Town", "url": "https://files.example.org/open/", "username": "u", "password": "hush-hush-1", "do": "save"}, 'name="password"')
    own = made.headers["Location"].split("?")[0]
    text = page(root, own)
    assert "files.example.org" in text and "hush-hush-1" not in text and "hush-hush-1" not in page(root, "/backoffice/connections/")
    send(root, own, {"name": "Town hall", "do": "save"}, 'name="password"')
    assert "Town hall" in page(root, "/backoffice/connections/")
    send(root, own, {"do": "remove"}, 'value="remove"')
    assert "Town hall" not in page(root, "/backoffice/connections/")


def test_templates_licences_and_themes_of_a_portal(world, root):
    send(root, "/backoffice/templates/new/", {"name": "city", "title.en": "City", "title.fr": "Ville", "active": "on", "f0.name": "ward", "f0.type": "enum", "f0.label.en": "Ward", "f0.label.fr": "Quartier",
                                              "f0.choices": "n = North | Nord\ns = South | Sud", "f0.level": "mandatory", "do": "save"}, 'name="f0.name"')
    path = at("trees", "information") + "?part=city"
    assert "North" in page(root, path) and "Fill in “Ward”." in page(root, path)
    send(root, path, {"m.ward": "n"}, 'name="m.ward"')
    assert "not one of its choices" in send(root, path, {"m.ward": "west"}, 'name="m.ward"', status=422).text
    published(world, root, "trees")
    metas = api(world).json()["metas"]
    assert metas["city"]["ward"] == "n"
    text = page(root, "/backoffice/themes/")
    last = len(re.findall(r'name="i\d+\.id"', text)) - 1
    assert "in every language" in send(root, "/backoffice/themes/", {f"i{last}.label.en": "Harbour"}, 'name="i0.id"', status=422).text
    send(root, "/backoffice/themes/", {f"i{last}.label.en": "Harbour", f"i{last}.label.fr": "Port", "i0.remove": "on"}, 'name="i0.id"')
    text = page(root, at("trees", "information"))
    assert "Harbour" in text and 'value="Health"' in text, "one that is used stays"
    assert "Health" not in page(root, at("shrubs", "information"))
    assert page(root, "/backoffice/licences/").count("CC BY 4.0") >= 1


def test_a_portals_own_words_reach_its_readers(world, root):
    anyone = world.client(HOST)
    shown = page(anyone, "/explore/dataset/trees/information/?flg=fr")
    assert "Ville" in shown and "Quartier" in shown and re.search(r"<dd><bdi>Nord</bdi>", shown)
    for path in ("/api/explore/v2.1/catalog/metadata_templates/basic", "/api/explore/v2.1/catalog/metadata_templates/basic/city", "/api/metadata/1.0/basic/city"):
        answer = anyone.request("GET", path)
        if answer.status_code != 404 or "1.0" not in path:
            assert '"ward"' in answer.text and '"Ward"' in answer.text, (path, answer.text[:300])
    assert anyone.request("GET", "/api/explore/v2.1/catalog/metadata_templates/admin").text.count("ward") == 0
    send(root, at("shrubs", "information"), {"m.theme": ["Harbour"], "m.title.en": "Shrubs"}, 'name="m.title.en"')
    send(root, at("shrubs", "schema") + "?field=district", {"name": "quarter", "label.en": "Quarter", "label.fr": "Quartier", "facet": "on", "sortable": "on"}, 'name="facet.was"')
    published(world, root, "shrubs")
    name = api(world.client(HOST).world, "/../shrubs").json()["metas"]["default"]["theme"][0]
    catalogue = page(anyone, "/explore/?flg=fr")
    assert "<bdi>Port</bdi>" in catalogue and f"refine.theme={name}" in catalogue


def test_views_have_cards_colours_periods_and_a_stylesheet(world, root):
    views = at("oaks", "visualizations")
    (world.folder / "oaks.csv").write_text("name,district,day,loc\nOak,<i>north</i>,2024-05-01,\"48.85, 2.35\"\nElm,south,2024-05-03,\"48.86, 2.36\"\nAsh,north,2024-05-07,\"48.87, 2.37\"\n")
    stoa(world.data, "publish", world.folder / "oaks.csv", "--portal", HOST, "--id", "oaks", "--replace")
    send(root, views + "?view=calendar", {"v.calendar_enabled": "on", "v.calendar_event_start": "day", "v.calendar_event_title": "name", "v.calendar_event_color": "#aa3300",
                                          "v.calendar_available_views": ["month", "list"], "v.calendar_default_view": "list", "v.calendar_tooltip_fields": ["district"]}, 'name="names"')
    assert "as #1f5a7a" in send(root, views + "?view=calendar", {"v.calendar_event_color": "red"}, 'name="names"', status=422).text
    card = "<p onclick=x()>Of <b>{{record.fields.district}}</b> {{record.fields.secret}}</p><script>y()</script>"
    send(root, views + "?view=map", {"v.map_tooltip_html_enabled": "on", "v.map_tooltip_html": card}, 'name="names"')
    send(root, views + "?view=custom", {"v.custom_view_enabled": "on", "v.custom_view_html.en": "<p class='c-big'>Own</p>",
                                        "v.custom_view_css": ".c-big { color: green } @import url(https://evil.example/x.css); p { background: url(https://evil.example/y) }"}, 'name="names"')
    # Everything that the tests below look at is published at once.
    send(root, at("oaks", "export"), {"field": "name", "direction": "desc", "epsg": "2154, 31287"}, 'name="epsg"')
    send(root, at("oaks", "information"), {"coverage": "auto"}, 'name="m.title.en"')
    chart = '{"queries":[{"config":{"dataset":"oaks"},"charts":[{"type":"column","func":"COUNT","yAxis":"","color":"#0072b2"}],"xAxis":"district","maxpoints":20}]}'
    send(root, views + "?view=analyze", {"v.analyze_default": chart}, 'name="names"')
    published(world, root, "oaks")
    anyone = world.client(HOST)
    shown = page(anyone, "/explore/dataset/oaks/calendar/?calendar=list:2024-05")
    assert 'fill="#aa3300"' in shown and "calendar=week" not in shown and "calendar=month" in shown
    assert re.search(r'<dl class="tip">.*?south', shown, re.S) and "&lt;i&gt;north" in shown
    assert "tooltip-html" in page(anyone, "/explore/dataset/oaks/map/")
    record = api(world, "/../oaks/records?select=recordid&where=name%3D%22Oak%22").json()["results"][0]["recordid"]
    tip = re.search(r'<div class="tip prose">.*?</div>', page(anyone, f"/explore/dataset/oaks/record/{record}/?card=map"), re.S).group(0)
    assert "Of <strong>&lt;i&gt;north&lt;/i&gt;</strong>" in tip and "onclick" not in tip and "y()" not in tip and "{{" not in tip
    custom = page(anyone, "/explore/dataset/oaks/custom/")
    sheet = html.unescape(re.search(r'href="(/explore/dataset/oaks/view\.css[^"]*)"', custom).group(1))
    css = page(anyone, sheet)
    assert css.startswith(".own-view.own-view {") and "green" in css and "evil" not in css
    send(root, views + "?view=custom", {"v.custom_view_css": "} body { display: none"}, 'name="names"')
    assert "display" not in page(root, sheet + "&draft=1")
    assert anyone.get(sheet + "&draft=1").status_code in (303, 401, 403)


def test_exports_have_the_publishers_order(world, root):
    names = lambda more="": [x["name"] for x in api(world, "/../oaks/exports/json" + more).json()]
    assert names() == ["Oak", "Elm", "Ash"] and names("?order_by=name") == ["Ash", "Elm", "Oak"]
    assert world.client(HOST).request("GET", "/explore/dataset/oaks/download/?format=csv").text.splitlines()[1].startswith("Oak")
    assert 'value="31287">EPSG:31287' in page(world.client(HOST), "/explore/dataset/oaks/export/")


def test_former_names_and_labels_hold_in_every_api(world, root):
    v2 = lambda more: api(world, "/../shrubs/records?" + more)
    for name in ("quarter", "district"):
        assert v2(f"refine={name}:south").json()["total_count"] == 1, name
        assert v2(f"exclude={name}:south").json()["total_count"] == 2, name
        assert [x["name"] for x in v2(f"order_by={name}%20desc,name").json()["results"]] == ["Elm", "Ash", "Oak"], name
        assert v2(f"group_by={name}&select={name},count(*)%20as%20n&order_by={name}").json()["results"][1]["n"] == 1, name
        facets = api(world, f"/../shrubs/facets?facet={name}").json()["facets"]
        assert sorted(f["name"] for f in facets[0]["facets"]) == ["north", "south"], name
        v1 = world.client(HOST).request("GET", f"/api/records/1.0/search/?dataset=shrubs&facet={name}&refine.{name}=south&sort={name}").json()
        assert v1["nhits"] == 1 and v1["facet_groups"][0]["facets"][0]["name"] == "south", name
    assert api(world, "/../shrubs/exports/csv?select=district&delimiter=,&lang=en").text.split()[-1] in ("north", "south")
    for lang, label in (("en", "Quarter"), ("fr", "Quartier")):
        fields = {f["name"]: f["label"] for f in api(world, f"/../shrubs?lang={lang}").json()["fields"]}
        assert fields["quarter"] == label
        assert label in api(world, f"/../shrubs/exports/csv?use_labels=true&lang={lang}").text.splitlines()[0]


def test_a_dataset_has_a_picture(world, root):
    files = at("oaks", "information") + "files/"
    token = dict(form_of(page(root, files), 'value="picture"'))
    refused = root.request("POST", files, data=token, files={"picture": ("x.png", b"no picture", "image/png")})
    assert refused.status_code == 422 and "PNG, JPEG, GIF or WebP" in refused.text
    row = b"\0" + b"\xff\0\0" * 900
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 900, 700, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(row * 700)) + chunk(b"IEND", b"")
    answer = root.request("POST", files, data={**token, "description": "A red oak"}, files={"picture": ("oak.png", png, "image/png")})
    assert answer.status_code == 303
    anyone = world.client(HOST)
    card = html.unescape(re.search(r'<img class="dataset-picture"[^>]*src="([^"]+)" alt="A red oak"', page(anyone, "/explore/?q=oaks")).group(1))
    picture = anyone.get(card)
    assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/png" and picture.content != png
    thumbnail = api(world, "/../oaks").json()["thumbnail"]
    assert (thumbnail["url"], thumbnail["description"], thumbnail["width"]) == (card, "A red oak", 900)
    assert card.split("?")[0] in html.unescape(page(anyone, "/explore/dataset/oaks/information/"))
    root.post(files, form_of(page(root, files), 'name="remove"'))
    assert anyone.get(card).status_code == 404 and "thumbnail" not in api(world, "/../oaks").json()


def test_coverage_is_found_out_from_the_places(world, root):
    assert api(world, "/../oaks").json()["metas"]["default"]["geographic_reference"] == ["world_fr"]


def test_views_of_hidden_fields_say_so(world, root):
    path = at("oaks", "security")
    send(root, path, {"which": "some", "field": ["name", "day"]}, 'id="everybody"')
    seen = page(root, path + "as/?who=public")
    assert "about fields they do not see" in seen and "<code>district</code>" in seen
    shown = page(world.client(HOST), "/explore/dataset/oaks/analyze/")
    assert "not open to you" in shown and "district" not in re.search(r"<main.*", shown, re.S).group(0).split("stoa-chart-editor")[0].split("not open to you")[1][:300]
    assert [x["name"] for x in api(world, "/../oaks/exports/json").json()] == ["Oak", "Elm", "Ash"]
    send(root, path, {"which": "all"}, 'id="everybody"')


def test_one_change_for_many(world, root):
    token = dict(form_of(page(root, "/backoffice/datasets/?q="), "bulk"))["csrfmiddlewaretoken"]
    chosen = [("csrfmiddlewaretoken", token), ("uid", uid(root, "oaks")), ("uid", uid(root, "shrubs"))]
    assert "2 datasets are chosen" in root.post("/backoffice/datasets/bulk/", chosen).text
    shown = root.post("/backoffice/datasets/bulk/", chosen + [("field", "publisher"), ("value", "Both"), ("do", "show")]).text
    assert "First" in shown and shown.count("Both") >= 2 and 'value="First"' in page(root, at("oaks", "information"))
    assert root.post("/backoffice/datasets/bulk/", chosen + [("field", "publisher"), ("value", "Both"), ("do", "change")]).status_code == 303
    assert 'value="Both"' in page(root, at("oaks", "information")) and 'value="Both"' in page(root, at("shrubs", "information"))
    shown = root.post("/backoffice/datasets/bulk/", chosen + [("field", "city.ward"), ("do", "field")]).text
    assert re.search(r'<option value="s">South', shown)
    assert root.post("/backoffice/datasets/bulk/", chosen + [("field", "city.ward"), ("value", "s"), ("do", "change")]).status_code == 303
    assert "not one of its choices" in root.post("/backoffice/datasets/bulk/", chosen + [("field", "city.ward"), ("value", "west"), ("do", "change")]).text
    assert root.post("/backoffice/datasets/bulk/", chosen + [("field", "default.keyword"), ("lang", "fr"), ("value", "arbre, ville"), ("add", "on"), ("do", "change")]).status_code == 303
    assert 'value="arbre, ville"' in page(root, at("shrubs", "information")) and re.search(r'<option value="s" selected', page(root, at("oaks", "information") + "?part=city"))


def test_files_and_exports_kept_elsewhere(world, root):
    path = at("trees", "export")
    assert "begins with https" in send(root, path, {"url": "ftp://x", "title": "All"}, 'name="url"', status=422).text
    send(root, path, {"url": "https://files.example.org/all.zip", "title": "All"}, 'name="url"')
    found = api(world).json()
    assert [x["title"] for x in found["alternative_exports"]] == ["All"]
    went = api(world, f"/alternative_exports/{found['alternative_exports'][0]['id']}")
    assert went.status_code == 303 and went.headers["Location"] == "https://files.example.org/all.zip"
    files = at("trees", "information") + "files/"
    token = dict(form_of(page(root, files), 'type="file"'))
    answer = root.request("POST", files, data=token, files={"file": ("method.txt", b"how it was done", "text/plain")})
    assert answer.status_code == 303 and "method.txt" in page(root, files)


def test_a_form_outlives_its_session(world):
    c = world.client(HOST)
    c.sign_in(ROOT_USER)
    path = at("shrubs", "information")
    fields = [(k, v) for k, v in form_of(page(c, path), 'name="m.title.en"') if k != "m.territory"] + [("m.territory", "A long afternoon of typing")]
    c.jar.pop("sessionid")
    led = c.post(path, fields)
    assert led.status_code == 303 and led.headers["Location"].startswith("/login/?next="), led.status_code
    back = unquote(led.headers["Location"].split("next=")[1])
    assert "kept=" in back and "afternoon" not in back
    c.sign_in(ROOT_USER)
    again = page(c, back)
    assert "A long afternoon of typing" in again and "You had been signed out" in again
    assert "afternoon" not in page(c, path), "nothing is done by itself"
    assert "afternoon" not in page(c, back.replace("information", "export")), "only where it belongs"
    fields = form_of(again, 'name="m.title.en"')
    assert c.post(path, fields).status_code == 303
    assert "A long afternoon of typing" in page(c, path)


def test_who_may_not_edit_sees_nothing(world):
    grace = world.client(HOST)
    grace.sign_in(GRACE)
    for tab in ("information", "visualizations", "export", "security", "security/as", "scheduling", "translations", "history", "feedback", "monitoring"):
        assert grace.get(at("oaks", tab)).status_code in (403, 404), tab
    for path in ("/backoffice/queue/", "/backoffice/connections/", "/backoffice/templates/", "/backoffice/licences/", "/backoffice/themes/"):
        assert grace.get(path).status_code == 403, path
    assert 'href="/backoffice/' not in page(grace, "/")


def test_who_may_edit_one_dataset_is_led_to_it(world, root):
    path = at("oaks", "security")
    who = re.search(r'<option value="(a\d+)"[^>]*>Grace', page(root, path)).group(1)
    send(root, path, {"who": who, "data": "on", "which": "all", "filter": "", "may.edit_dataset": "on"}, "Save the rule")
    grace = world.client(HOST)
    grace.sign_in(GRACE)
    assert 'href="/backoffice/"' in page(grace, "/")
    home = page(grace, "/backoffice/")
    assert 'href="/backoffice/datasets/"' in home and 'href="/backoffice/queue/"' in home and "/backoffice/connections/" not in home
    listed = page(grace, "/backoffice/datasets/")
    assert "/oaks/" in listed or "Oaks" in listed
    assert "Shrubs" not in listed and 'href="/backoffice/datasets/new/"' not in listed
    page(grace, at("oaks", "information"))


def test_a_database_is_named_by_its_address(root):
    new = "/backoffice/datasets/new/"
    made = send(root, new, {"url": "postgresql://127.0.0.1:1/parks", "username": "ada", "password": "hush", "table": "trees"}, 'value="postgresql"')
    assert made.headers["Location"].endswith("/check/")
    refused = send(root, new, {"url": "postgresql://127.0.0.1:1", "username": "ada", "password": "hush", "table": "trees"}, 'value="postgresql"', status=422)
    assert 'href="#' in refused.text and "This is missing." in refused.text
