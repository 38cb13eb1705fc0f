"""How a portal looks, over the wire: versions and who sees them, finished answers after a change, headers and footers of a portal's own,
files, legal texts."""
import json
import re
import struct
import zlib

import pytest

from conftest import stoa
from probe import PASSWORD, World

HOST, SECOND = "isoc.example", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("look"))
    w.folder = tmp_path_factory.mktemp("files")
    yield w
    w.stop()


@pytest.fixture(scope="module")
def root(world):
    world.fixture(users=[{"host": HOST, "email": "keeper@isoc.example", "name": "Keeper", "password": PASSWORD, "role": "admin", "totp": SECOND}])
    c = world.client(HOST)
    c.sign_in("keeper@isoc.example")
    return c


@pytest.fixture
def reader(world):
    return world.client(HOST)


def look(world, value, *more, host=HOST):
    """Sets a look through the command line; gives what it said."""
    file = world.folder / "look.json"
    file.write_text(json.dumps(value))
    return stoa(world.data, "look", "set", str(file), "--portal", host, *more, check=False)


def live(world, theme, host=HOST):
    done = look(world, {"theme": theme}, "--live", host=host)
    assert done.returncode == 0, done.stderr


def sheet(page):
    return re.search(r'href="(/assets/theme/[^"]+)"', page.text).group(1)


def footer(page):
    return page.text.split("<footer", 1)[1]


def test_the_stylesheet_has_the_address_of_its_content_and_is_kept_for_ever(world, reader):
    before = sheet(reader.get("/explore/"))
    first = reader.get(before)
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in first.headers["Cache-Control"]
    live(world, {"colours": {"page-background": "#fff8ee"}})
    after = sheet(reader.get("/explore/"))
    assert after != before and "--page-background:#fff8ee" in reader.get(after).text
    # A page from before the change still finds a stylesheet, which nobody keeps.
    stale = reader.get(before)
    assert stale.status_code == 200 and stale.headers["Cache-Control"] == "no-store"
    live(world, {"colours": {}})


def test_a_draft_is_seen_by_who_may_edit_it_and_by_nobody_else(world, root, reader):
    assert look(world, {"theme": {"colours": {"header-background": "#112233", "header-links": "#ffffff"}}}).returncode == 0
    plain, staged = reader.get("/explore/"), reader.get("/explore/?stage_theme=true")
    assert sheet(plain) == sheet(staged)
    mine = root.get("/explore/?stage_theme=true")
    assert sheet(mine).startswith("/assets/theme/draft-")
    assert mine.headers["X-Robots-Tag"] == "noindex" and mine.headers["Cache-Control"] in ("no-store", "private, no-store")
    assert "--header-background:#112233" in root.get(sheet(mine)).text
    assert reader.get(sheet(mine)).status_code == 404
    assert 'class="staged"' in mine.text and 'class="staged"' not in plain.text
    assert look(world, {"theme": {"colours": {}}}).returncode == 0


def test_what_cannot_be_read_is_refused_with_its_numbers(world, root):
    done = look(world, {"theme": {"colours": {"footer-links": "#888888", "footer-background": "#999999"}}}, "--live")
    assert done.returncode != 0 and "footer-links on footer-background (light)" in done.stderr and "4.5:1" in done.stderr
    page = root.get("/backoffice/look/live/")
    assert "cannot go live yet" in page.text
    answer = root.post("/backoffice/look/live/", {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text).group(1)})
    assert answer.status_code in (400, 422) and "footer-links" in answer.text
    assert look(world, {"theme": {"colours": {}}}).returncode == 0


def test_finished_answers_are_void_when_the_menu_changes(world, reader):
    assert "/pages/new/" not in reader.get("/explore/").text
    reader.get("/explore/")
    done = look(world, {"site": {"menu": [{"label": {"en": "New", "fr": "Neuf"}, "url": "/pages/new/"}]}})
    assert done.returncode == 0, done.stderr
    assert reader.get("/explore/").text.count('href="/pages/new/"') == 2  # wide and folded
    assert "Neuf" in reader.get("/explore/?flg=fr").text
    assert look(world, {"site": {"menu": None}}).returncode == 0


@pytest.mark.parametrize("value, says", [
    ({"site": {"menu": [{"label": {"en": "Data"}, "url": "/x/"}]}}, "no label in fr"),
    ({"site": {"menu": [{"label": {"en": "D", "fr": "D"}, "url": "//evil.example"}]}}, "must begin with"),
    ({"theme": {"colours": {"text": "red"}}}, "#1f5a7a"),
    ({"theme": {"width": 9}}, "from 40 to 160"),
    ({"theme": {"stylesheet": "a" * 200000}}, "200000 bytes"),
    ({"site": {"privacy": {"text": {"en": "![x](/y.png)"}}}}, "picture"),
    ({"nothing": 1}, "theme"),
])
def test_what_a_look_cannot_be_is_said(world, value, says):
    done = look(world, value)
    assert done.returncode != 0 and says in done.stderr, done.stderr


def test_a_header_of_a_portals_own_is_cleaned_and_filled(world, reader):
    live(world, {"header": '<div class="mine" onclick="x()"><script>alert(1)</script>##logo## ##menu## <a title="##language##">##language## ##secondary-menu##</a></div>'})
    page = reader.get("/explore/")
    header = page.text.split("<header", 1)[1].split("</header>")[0]
    assert '<div class="mine">' in header and "alert(1)" not in header and "onclick" not in header
    assert 'href="/explore/"' in header and "/set-language/" in header and "/login/" in header and "##" not in header.replace("&#35;#", "")
    assert page.text.index('class="skip"') < page.text.index('class="mine"')
    live(world, {"header": ""})


def test_con_t28_a_footer_without_the_placeholder_gets_the_link(world, reader):
    live(world, {"footer": "<p>Ours</p>"})
    assert footer(reader.get("/explore/")).count('href="/cookies/preferences/"') == 1
    live(world, {"footer": "<p>##manage-cookies## and ##manage-cookies##</p>"})
    assert footer(reader.get("/explore/")).count('href="/cookies/preferences/"') == 1
    live(world, {"footer": '<p hidden style="display:none">##legal## <!-- ##manage-cookies## --></p>'})
    below = footer(reader.get("/explore/"))
    assert below.count('href="/cookies/preferences/"') == 1 and "hidden" not in below and "style=" not in below
    assert "/terms/cookies-policy/" in below
    live(world, {"footer": ""})


def test_rules_of_a_stylesheet_fetch_nothing_from_elsewhere(world, reader):
    live(world, {"stylesheet": "@import 'https://evil.example/a.css'; .x{background:url(https://evil.example/b)} .y{color:red}"})
    css = reader.get(sheet(reader.get("/explore/"))).text
    assert "evil.example" not in css and ".y{color:red}" in css
    live(world, {"stylesheet": ""})


# --- files -----------------------------------------------------------------------------------------------------------------


def png(secret):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x20\x60\xa0" * 8 for _ in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"tEXt", b"Author\0" + secret)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def upload(c, name, content, kind="application/octet-stream"):
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', c.get("/backoffice/look/files/").text).group(1)
    head = f'--gap\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n--gap\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return c.request("POST", "/backoffice/look/files/", data=head.encode() + content + b"\r\n--gap--\r\n", headers={"Content-Type": "multipart/form-data; boundary=gap"})


def test_a_picture_is_kept_without_what_its_camera_wrote(world, root, reader):
    answer = upload(root, "My Logo.png", png(b"Ada at home"))
    assert answer.status_code == 303, answer.text[-1500:]
    url = re.search(r'/assets/theme_image/[^"?<]+\.png', root.get("/backoffice/look/files/").text).group(0)
    got = reader.get(url)
    assert got.status_code == 200 and got.headers["Content-Type"] == "image/png" and b"Ada at home" not in got.content
    assert "sandbox" in got.headers["Content-Security-Policy"] and got.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=300" in got.headers["Cache-Control"]
    assert look(world, {"site": {"logo": url.rsplit("/", 1)[1]}}).returncode == 0
    page = reader.get("/explore/")
    kept = re.search(r'<img class="logo" src="([^"]+)"', page.text).group(1)
    assert "immutable" in reader.get(kept).headers["Cache-Control"]
    assert root.form("/backoffice/look/files/", {"remove": url.rsplit("/", 1)[1]}).status_code == 303
    assert reader.get(url).status_code == 404
    assert 'class="logo"' not in reader.get("/explore/").text


@pytest.mark.parametrize("name, content, says", [
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "script"),
    ("x.png", b"not a picture", "neither a picture"),
    ("x.woff2", b"wOF2" + b"0" * (701 * 1024), "700 kB"),
    ("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * (2 << 20), "2 MB"),
    ("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * (5 << 20), "2 MB"),
])
def test_other_files_are_refused_with_the_reason(root, name, content, says):
    answer = upload(root, name, content)
    assert answer.status_code == 422 and says in answer.text, answer.status_code


def test_a_broken_form_with_files_is_refused(root):
    answer = root.request("POST", "/backoffice/look/files/", data=b"--gap\r\nnothing", headers={"Content-Type": "multipart/form-data; boundary=gap"})
    assert answer.status_code == 400


# --- who may --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/backoffice/look/", "/backoffice/look/code/", "/backoffice/look/files/", "/backoffice/navigation/"])
def test_without_the_permission_the_look_is_not_edited(world, path):
    c = world.client(HOST)
    c.sign_in("ada@isoc.example")
    assert c.get(path).status_code == 403
    assert c.get("/explore/?stage_theme=true").text.count('class="staged"') == 0


# --- stylesheets from outside ------------------------------------------------------------------------------------------------

THEME, STAGE = "/api/management/1.0/domain_theme/?themeapikey=", "/explore/?stage_theme=true&themeapikey="
KEYS = "/backoffice/look/key/"


def send(c, key, css, **more):
    return c.post(THEME + key, json={"stylesheet": css}, **more)


@pytest.fixture(scope="module")
def key(root):
    made = root.form(KEYS, {"do": "make"})
    assert made.status_code == 200 and "shown only this once" in made.text and made.headers["Cache-Control"] == "private, no-store"
    return re.search(r"themeapikey=([0-9A-Za-z]{40})", made.text).group(1)


def test_a_program_sends_a_stylesheet_into_the_draft_and_sees_it(world, root, reader, key):
    before = sheet(reader.get("/explore/"))
    answer = send(reader, key, "@import 'https://evil.example/a'; .pushed { color: #123456; background: url(https://evil.example/b) }")
    assert answer.status_code == 200 and answer.json() == {"status": "OK", "left_out": 2, "preview": "/explore/?stage_theme=true"}
    assert "Set-Cookie" not in answer.headers and "no-store" in answer.headers["Cache-Control"]
    # Nobody else sees it, whatever the address says.
    for other in ("/explore/", "/explore/?stage_theme=true", STAGE + "x", STAGE + "0" * 40, STAGE.replace("true", "1") + key):
        page = reader.get(other)
        assert sheet(page) == before and 'class="staged"' not in page.text and key not in page.text.split("<body")[0], other
    staged = reader.get(STAGE + key)
    assert 'class="staged"' in staged.text and "/backoffice/look/" not in staged.text
    assert staged.headers["Cache-Control"] in ("no-store", "private, no-store") and staged.headers["X-Robots-Tag"] == "noindex" and "Set-Cookie" not in staged.headers
    css = sheet(staged).replace("&amp;", "&")
    assert css.startswith("/assets/theme/draft-") and css.endswith("themeapikey=" + key)
    got = reader.get(css)
    assert got.status_code == 200 and "#123456" in got.text and "evil.example" not in got.text and got.headers["Cache-Control"] == "no-store"
    assert reader.get(css.split("?")[0]).status_code == 404 and reader.get(css[:-1] + "!").status_code == 404
    # The rest of the draft stays as it was; on the page it is the stylesheet, and it goes live from there.
    assert look(world, {"theme": {"colours": {"highlight": "#7a1f5a"}}}).returncode == 0
    assert send(reader, key, ".pushed{color:#654321}").status_code == 200
    shown = json.loads(stoa(world.data, "look", "show", "--portal", HOST).stdout)["theme"]
    assert shown["colours"]["highlight"] == "#7a1f5a" and shown["stylesheet"] == ".pushed{color:#654321}"
    assert "#654321" in root.get("/backoffice/look/code/").text
    assert root.form("/backoffice/look/live/", {}).status_code == 303
    assert "#654321" in reader.get(sheet(reader.get("/explore/"))).text
    live(world, {"stylesheet": "", "colours": {}})
    kinds = [(e["kind"], e["reason"]) for e in world.events(HOST) if e["detail"] == "look.stylesheet"]
    assert ("settings.changed", "themeapikey") in kinds and ("key.created", "themeapikey") in kinds


@pytest.mark.parametrize("css, status, says", [
    ("a { color: red", 400, 'line 1: this block is not closed (})'),
    ("a {}\n\nb { color: red; }}\n", 400, "line 3: this } closes nothing"),
    ("a {\n  color red;\n}", 400, 'line 2: expected a property, a colon and a value: "color red;"'),
    ("a { content: 'x\n' }", 400, "line 1: this text in quotation marks has no end"),
    ("a{}\r\n/* never ends", 400, "line 2: this comment has no end"),
    ("a{color:red}\nb", 400, 'line 2: expected a rule with a block in { }: "b"'),
    ("/* long */", 413, "150000 bytes; at most 131072"),
])
def test_a_stylesheet_that_is_none_is_refused_with_its_line(world, reader, key, css, status, says):
    answer = send(reader, key, css * 15000 if status == 413 else css)
    assert answer.status_code == status and answer.json()["error_code"] == "validation_error"
    assert says in answer.json()["message"] and answer.json()["detail"]["stylesheet"] == [answer.json()["message"]]
    assert json.loads(stoa(world.data, "look", "show", "--portal", HOST).stdout)["theme"].get("stylesheet", "") == ""


def test_without_the_key_no_stylesheet_is_taken(world, root, reader, key):
    for c in (reader, root):  # being signed in does not help: this is for programs
        for wrong in ("", "x", "0" * 40, key[:-1] + ("a" if key[-1] != "a" else "b"), key.upper()):
            answer = send(c, wrong, "a{}")
            assert answer.status_code == 401 and answer.json()["error_code"] and (len(wrong) < 2 or wrong not in answer.text)
    assert reader.post(THEME.split("?")[0], json={"stylesheet": "a{}"}).status_code == 401
    assert send(world.client("delwp.example"), key, "a{}").status_code == 401  # it is one portal's
    for body in ("", "[]", "{", '{"stylesheet": 1}', '{"css": ""}'):
        answer = reader.post(THEME + key, data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400 and "stylesheet" in answer.json()["message"], body
    assert reader.get(THEME + key).status_code == 405


def test_the_key_is_made_and_revoked_by_who_edits_the_look(world, root, reader, key):
    ada = world.client(HOST)
    ada.sign_in("ada@isoc.example")
    assert ada.get(KEYS).status_code == 403 and ada.post(KEYS, {"do": "make"}).status_code == 403
    assert reader.get(KEYS).status_code in (302, 303)
    assert key not in root.get(KEYS).text  # told once
    assert key not in (world.data / "stoa.db").read_bytes().decode("latin1") if (world.data / "stoa.db").exists() else True
    other = re.search(r"themeapikey=([0-9A-Za-z]{40})", root.form(KEYS, {"do": "make"}).text).group(1)
    assert send(reader, key, "a{}").status_code == 401 and send(reader, other, "").status_code == 200
    assert root.form(KEYS, {"do": "revoke"}).status_code == 303
    assert send(reader, other, "a{}").status_code == 401 and 'class="staged"' not in reader.get(STAGE + other).text


# --- legal texts -----------------------------------------------------------------------------------------------------------------


def test_terms_are_a_page_of_the_portal_in_each_language_or_elsewhere(world, reader):
    assert reader.get("/terms/terms-and-conditions/").status_code == 404
    assert look(world, {"site": {"terms": {"text": {"en": "### Use\n\nBe **kind**.", "fr": "### Usage\n\nSoyez *gentils*."}, "url": {}}}}).returncode == 0
    page = reader.get("/terms/terms-and-conditions/")
    assert page.status_code == 200 and "<strong>kind</strong>" in page.text
    assert "gentils" in reader.get("/terms/terms-and-conditions/?flg=fr").text
    assert 'href="/terms/terms-and-conditions/"' in footer(page)
    assert look(world, {"site": {"terms": {"text": {}, "url": {"en": "https://elsewhere.example/terms"}}}}).returncode == 0
    answer = reader.get("/terms/terms-and-conditions/")
    assert answer.status_code == 302 and answer.headers["Location"] == "https://elsewhere.example/terms"
    assert look(world, {"site": {"terms": {"text": {}, "url": {}}}}).returncode == 0


def test_search_engines_are_told_the_page_without_a_language(reader):
    page = reader.get("/explore/")
    assert f'hreflang="x-default" href="https://{HOST}/explore/"' in page.text


def test_titles_begin_with_the_portals_prefix(world, reader):
    assert look(world, {"site": {"prefix": {"en": "ISOC", "fr": "ISOC"}}}).returncode == 0
    assert re.search(r"<title>ISOC \| ", reader.get("/explore/").text)
    assert look(world, {"site": {"prefix": {}}}).returncode == 0


def test_parts_of_a_header_are_for_some_readers_only(world, reader, root):
    live(world, {"header": '##menu## <a class="if-signed-in" href="/a">A</a> <a class="if-lang-fr" href="/b">B</a> ##secondary-menu##'})
    out, inside = reader.get("/explore/").text, root.get("/explore/").text
    assert '<a class="if-signed-in" href="/a">' in out and "<body>" in out and '<body class="signed-in">' in inside
    style = reader.get(re.search(r'href="(/assets/style[^"]+)"', out).group(1)).text
    for rule in ("body:not(.signed-in) .if-signed-in", ".signed-in .if-signed-out", "html:not(:lang(fr)) .if-lang-fr", "html:not(:lang(ar)) .if-lang-ar"):
        assert rule in style, rule
    assert "if-lang-fr" in root.get("/backoffice/look/code/").text
    live(world, {"header": ""})


def test_a_portal_lays_out_the_cards_of_its_datasets(world, reader, root):
    source = world.folder / "mills.csv"
    source.write_text("name\nold mill\n", encoding="utf-8")
    stoa(world.data, "publish", str(source), "--portal", HOST, "--id", "mills", "--title", "Mills & more", "--meta", "publisher=The <miller>",
         "--meta", 'keyword=["flour"]', "--meta", "language=en")
    card = lambda page: re.search(r'<li class="card">(.*?)</li>(?=<li class="card">|</ol>)', page.text, re.S).group(1)
    house = card(reader.get("/explore/?q=mills"))
    live(world, {"card": '<div class="top" onclick="x()">##title##<script>alert(1)</script></div><p>##publisher## ##license## ##records_count##</p>'
                         '##keywords####description## <a href="##title##">##nothing##</a>'})
    own = card(reader.get("/explore/?q=mills"))
    assert own.startswith('<article class="own-card"><div class="top"><h2><a href="/explore/dataset/mills/"><bdi>Mills &amp; more</bdi></a></h2></div><p>')
    assert '<span class="item publisher"><span class="label">Publisher</span> <bdi>The &lt;miller&gt;</bdi></span>' in own
    assert '<bdi>1</bdi>' in own and "license" not in own and "refine.keyword=flour" in own and "##nothing##" in own
    assert "alert" not in own and "onclick" not in own and own.count("<h2>") == 1
    # Also on the first page, in a preview by its editor, and with a way to the dataset whatever is written.
    assert '<article class="own-card">' in reader.get("/").text
    assert look(world, {"theme": {"card": "<p>##description##</p>"}}).returncode == 0
    assert card(reader.get("/explore/?q=mills")) == own
    staged = card(root.get("/explore/?q=mills&stage_theme=true"))
    assert staged.startswith('<article class="own-card"><h2><a href="/explore/dataset/mills/">')
    form = root.get("/backoffice/look/code/").text
    assert "##description##" in form and 'name="card"' in form
    saved = root.form("/backoffice/look/code/", {"css": "", "header": "", "footer": "", "card": "##title##\r\n##facts##"})
    assert saved.status_code == 303 and "##facts##" in root.get("/backoffice/look/code/").text
    assert root.form("/backoffice/look/code/", {"css": "", "header": "", "footer": "", "card": "x" * 40000}).status_code in (400, 413, 422)
    live(world, {"card": ""})
    assert card(reader.get("/explore/?q=mills")) == house
