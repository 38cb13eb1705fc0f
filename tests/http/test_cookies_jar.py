"""Nobody gets a cookie for reading, and nothing undeclared leaves: cases JAR-T* and, for the writer and the wire, REG-T04 …
REG-T08 and REG-T19 of the cookie rules."""
import re

import pytest

from conftest import publish, write_sources
from probe import ADA, PASSWORD, World, session, set_cookies

API = "/api/explore/v2.1/catalog/datasets"
STATIC = ["/assets/", "/favicon.ico", "/robots.txt", "/sitemap.xml", "/.well-known/cookies.json", "/.well-known/gpc.json", "/.well-known/security.txt",
          f"{API}/cities/exports/csv", f"{API}/cities/records?limit=1", f"{API}?limit=1", "/api/explore/v2.1/catalog/exports/dcat",
          "/terms/cookies-policy.pdf", "/api/cookies/v1/state", "/.well-known/change-password"]
PAGES = ["/", "/explore/", "/explore/dataset/cities/information/", "/explore/dataset/cities/table/", "/explore/dataset/cities/export/",
         "/explore/dataset/cities/api/", "/terms/cookies-policy/", "/cookies/preferences/", "/nothing-here/"]


@pytest.fixture(scope="module")
def town(world, tmp_path_factory):
    """The world with data at isoc.example."""
    folder = tmp_path_factory.mktemp("sources")
    write_sources(folder)
    publish(world.data, folder, "isoc.example")
    return world


def addresses(world):
    css = re.search(r'href="(/assets/[^"]+\.css)"', world.client("isoc.example").get("/").text)
    return [css.group(1) if path == "/assets/" else path for path in STATIC]


@pytest.mark.parametrize("path", PAGES)
def test_jar_t02_t03_pages_are_everybody_s(town, path):  # JAR-T02, JAR-T03
    c = town.client("isoc.example")
    first, second = c.get(path), c.get(path)
    assert not set_cookies(first) and not c.jar
    assert first.content == second.content
    assert not re.search(rb"[0-9A-Za-z]{64}", re.sub(rb"sha256-[0-9a-f]{64}|integrity=\"[^\"]*\"|/assets/[^\"]+", b"", first.content))
    if first.status_code == 200 and path != "/cookies/preferences/":
        assert "public" in first.headers["Cache-Control"], first.headers
        assert "Cookie" in first.headers["Vary"] and "Accept-Language" in first.headers["Vary"]


def test_jar_t04_the_api(town):
    answer = town.client("isoc.example").get(f"{API}?limit=1", headers={"Accept": "application/json"})
    assert answer.status_code == 200 and not set_cookies(answer)
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_jar_t05_signing_in_gets_a_token(town):
    answer = town.client("isoc.example").get("/login/")
    lines = set_cookies(answer)
    assert answer.status_code == 200 and len(lines) == 1
    assert re.fullmatch(r"csrftoken=[0-9A-Za-z]{64}; Path=/; Secure; SameSite=Lax", lines[0])
    assert answer.headers["Cache-Control"] == "no-store"


def test_jar_t06_asking_who_one_is(town):
    answer = town.client("isoc.example").get("/api/auth/session")
    assert answer.status_code == 200 and answer.json() == {"authenticated": False} and not set_cookies(answer)


def test_jar_t07_a_token_for_scripts(town):
    c = town.client("isoc.example")
    answer = c.get("/api/auth/csrf")
    assert answer.status_code == 200 and len(set_cookies(answer)) == 1 and list(c.jar) == ["csrftoken"]
    assert re.fullmatch(r"[0-9A-Za-z]{128}", answer.json()["csrf_token"]) and answer.headers["Cache-Control"] == "no-store"
    again = c.get("/api/auth/csrf")
    assert not set_cookies(again) and again.json() != answer.json()  # a good cookie is kept


def test_jar_t08_head(town):
    c = town.client("isoc.example")
    head, get = c.request("HEAD", "/login/", keep=False), c.get("/login/", keep=False)
    same = lambda a: {k: v for k, v in a.headers.items() if k not in ("Set-Cookie", "Content-Length", "Date", "ETag")}
    assert same(head) == same(get) and head.content == b""
    assert [x.split("=")[0] for x in set_cookies(head)] in ([], ["csrftoken"])


def test_jar_t09_a_language_for_one_request(town):
    c = town.client("isoc.example")
    french = c.get("/?flg=fr-fr", headers={"Accept-Language": "en"})
    assert '<html lang="fr"' in french.text and not set_cookies(french)
    assert '<html lang="en"' in c.get("/", headers={"Accept-Language": "en"}).text


def test_jar_t10_nothing_sets_a_cookie(town):
    for path in addresses(town):
        answer = town.client("isoc.example").get(path)
        assert answer.status_code < 400 and not set_cookies(answer), (path, answer.status_code)


def test_jar_t11_nor_for_somebody_signed_in(town):
    sid = session(town, ADA)
    for path in addresses(town) + [f"{API}?limit={n}" for n in range(1, 11)]:
        answer = town.client("isoc.example").get(path, cookies=f"sessionid={sid}")
        assert not set_cookies(answer), path


def test_jar_3_errors_and_redirects_set_nothing(town):
    sid = session(town, ADA)
    for path in ("/nothing-here/", "/explore/dataset/none/", "/terms/cookies-information", "/api/nothing"):
        assert not set_cookies(town.client("isoc.example").get(path, cookies=f"sessionid={sid}; sessionid={'a' * 32}; csrftoken=x")), path


def test_jar_4_what_kept_answers_depend_on(town):
    c = town.client("isoc.example")
    sid = session(town, ADA)
    assert c.get("/explore/", cookies=f"sessionid={'0' * 32}", headers={"Sec-Fetch-Dest": "empty"}).headers["Cache-Control"] == "private, no-store"
    assert c.get("/explore/", cookies=f"sessionid={sid}").headers["Cache-Control"] in ("private, no-store", "no-store")
    assert c.get("/explore/", cookies="django_language=fr").headers["Cache-Control"] == "private, max-age=0, must-revalidate"


def test_jar_t13_other_people_s_cookies(town):
    c = town.client("isoc.example")
    answer = c.get("/", cookies="foo=bar; _ga=GA1.2.3")
    assert answer.status_code == 200 and not set_cookies(answer) and answer.content == c.get("/").content


def test_csr_4_a_page_completes_the_jar_of_somebody_signed_in(town):
    c = town.client("isoc.example")
    c.jar["sessionid"] = session(town, ADA)
    answer = c.get("/explore/")
    assert [x.split("=")[0] for x in set_cookies(answer)] == ["csrftoken"]
    assert not set_cookies(c.get("/explore/"))
    # What a script fetches is no occasion, and neither is the API.
    fetched = c.get(f"{API}?limit=1", cookies={"sessionid": c.jar["sessionid"]}, headers={"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"})
    assert fetched.status_code == 200 and not set_cookies(fetched)


# --- the writer and the wire --------------------------------------------------------------------------------


def emitted(world, through, name, value, path="/-/emit", host="isoc.example"):
    world.emit(through, name, value)
    before = len(world.events(host, "cookie.undeclared"))
    answer = world.client(host).get(path)
    return answer, world.events(host, "cookie.undeclared")[:len(world.events(host, "cookie.undeclared")) - before]


@pytest.mark.parametrize("through,name,value", [("header", "Set-Cookie", "tracker=1"), ("header", "sEt-cOOKIE", "tracker=1; Path=/"),
                                                ("cookie", "tracker", "1"), ("raw", "", "tracker=1; Path=/; Secure; SameSite=Lax")])
def test_reg_t04_an_undeclared_cookie(world, through, name, value):
    answer, events = emitted(world, through, name, value)
    assert answer.status_code == 500 and not set_cookies(answer) and "tracker" not in answer.text
    assert [x["reason"] for x in events] == ["tracker"] and "1" not in events[0]["reason"] and events[0]["detail"] == "/-/emit"


@pytest.mark.parametrize("line", [
    "django_language=fr; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None", "django_language=fr; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
    "django_language=fr; Path=/; Max-Age=60; Domain=isoc.example; Secure; HttpOnly; SameSite=Lax",
    "django_language=fr; Path=/; Max-Age=60; Secure; SameSite=Lax", "django_language=fr; Path=/x; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
    "django_language=fr; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Partitioned",
    "django_language=fr; Path=/; Max-Age=31536001; Secure; HttpOnly; SameSite=Lax", "__Host-django_language=fr; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"])
def test_reg_t05_other_attributes(world, line):
    answer, events = emitted(world, "raw", "", line)
    assert answer.status_code == 500 and not set_cookies(answer) and len(events) == 1


def test_reg_t05_the_declared_form_leaves(world):
    answer, events = emitted(world, "raw", "", "django_language=fr; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax")
    assert answer.status_code == 200 and len(set_cookies(answer)) == 1 and not events


@pytest.mark.parametrize("life,good", [(31536000, True), (31536001, False)])
def test_reg_t06_a_longer_life(world, life, good):
    answer, events = emitted(world, "declared", "django_language", f"fr {life}")
    assert (answer.status_code == 200) is good and bool(set_cookies(answer)) is good and bool(events) is not good


def test_reg_t07_the_same_name_twice(world):
    answer, events = emitted(world, "twice", "django_language", "fr 60")
    assert len(set_cookies(answer)) <= 1 and [x["reason"] for x in events] == ["django_language"]


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nSet-Cookie: x=1"])
def test_reg_t08_a_header_is_one_line(world, value):
    answer, _ = emitted(world, "header", "X-Note", value)
    assert not set_cookies(answer) and "x=1" not in str(answer.headers) and (answer.status_code == 500 or "X-Note" not in answer.headers)


@pytest.mark.parametrize("name", ["Clear-Site-Data", "Service-Worker-Allowed", "NEL", "Report-To", "Set-Cookie2"])
def test_reg_16_what_others_said_is_not_passed_on(world, name):
    answer, _ = emitted(world, "header", name, '"*"')
    assert name not in answer.headers


# --- prefix mode --------------------------------------------------------------------------------------------


def test_reg_t19_prefix_mode(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("prefix"), users=[{"host": "isoc.example", "email": ADA, "name": "Ada", "password": PASSWORD, "role": "publisher"}])
    try:
        old = session(w, ADA)
        w.fixture(domains=[{"host": "isoc.example", "settings": {"cookie_prefix": "host"}}])
        c = w.client("isoc.example")
        answer = c.get("/explore/", cookies=f"sessionid={old}; django_language=fr", headers={"Accept-Language": "en"}, keep=False)
        assert '<html lang="en"' in answer.text
        assert sorted(x.split("=")[0] + "|" + x.split("; ", 1)[1] for x in set_cookies(answer)) == [
            "django_language|Path=/; Max-Age=0; Secure; SameSite=Lax", "sessionid|Path=/; Max-Age=0; Secure; SameSite=Lax"]
        assert c.get("/api/auth/session", cookies=f"sessionid={old}").json() == {"authenticated": False}
        # The published names are read nowhere, on pages that cannot be shown neither; on loopback names there is no prefix at all (REG-18).
        lost = c.get("/no/such/page/", cookies="django_language=fr", headers={"Accept-Language": "en"}, keep=False)
        assert lost.status_code == 404 and '<html lang="en"' in lost.text
        assert '<html lang="fr"' in c.get("/no/such/page/", cookies="__Host-django_language=fr", headers={"Accept-Language": "en"}, keep=False).text
        w.fixture(domains=[{"host": "prefix.localhost", "settings": {"languages": "en,fr", "cookie_prefix": "host"}}])
        near = w.client("prefix.localhost")
        said = near.get("/login/", headers={"X-Forwarded-Proto": None})
        assert [x.split("=")[0] for x in set_cookies(said)] == ["csrftoken"]
        assert {i["name"] for i in near.get("/.well-known/cookies.json").json()["items"]} >= {"csrftoken", "sessionid"}
        page = c.get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)
        assert c.post("/login/", {"csrfmiddlewaretoken": token, "username": ADA, "password": PASSWORD}).status_code == 303
        assert c.get("/api/auth/session").json()["authenticated"] is True
        assert c.post("/set-language/", {"language": "fr"}).status_code == 303
        assert sorted(c.jar) == ["__Host-csrftoken", "__Host-django_language", "__Host-sessionid"]
        assert '<html lang="fr"' in c.get("/explore/").text
        names = [i["name"] for i in c.get("/.well-known/cookies.json").json()["items"]]
        assert names and all(n.startswith("__Host-") for n in names)
    finally:
        w.stop()
