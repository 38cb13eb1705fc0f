"""Requests that change something, and who may send them: cases CSR-T* of the cookie rules. The form is the profile of the
account, where a success is 303; JSON clients get the reason of a refusal."""
import json
import re
import socket

import pytest

from conftest import stoa
from probe import ADA, GRACE, PASSWORD, ROOT_USER, session, set_cookies

DAY = 86400
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "/account/profile/"


def with_session(world, email=ADA, host="isoc.example"):
    c = world.client(host)
    c.jar["sessionid"] = session(world, email, host)
    return c


@pytest.fixture(scope="module")
def ada(world):
    c = with_session(world)
    c.token()
    return c


def send(c, token=None, headers=None, fields=None, **more):
    """The profile form, as JSON clients send it; `token` goes into the form."""
    fields = {"name": "Ada", "language": "", **(fields or {})}
    if token is not None:
        fields["csrfmiddlewaretoken"] = token
    return c.post(FORM, fields, headers={"Accept": "application/json", **(headers or {})}, keep=False, **more)


def reason(answer, status=403):
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["Cache-Control"] == "no-store" and not set_cookies(answer)
    said = answer.json()
    assert said["error_code"] == "CSRFVerificationFailed" and said["message"] and isinstance(said["retry"], bool)
    return said["reason"]


def mask(token, with_=None):
    letters = with_ or "".join(BASE62[(7 * i + 3) % 62] for i in range(64))
    return letters + "".join(BASE62[(BASE62.index(t) + BASE62.index(m)) % 62] for t, m in zip(token, letters))


# --- what is let in -----------------------------------------------------------------------------------------


def test_csr_t02_the_form_with_its_token(ada):
    page = ada.get(FORM)
    token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]{128})"', page.text).group(1)
    assert page.headers["Cache-Control"].startswith("private, no-store") or page.headers["Cache-Control"] == "no-store"
    assert send(ada, token).status_code == 303


def test_csr_t03_the_header_with_the_cookie_s_value(ada, world):
    assert send(ada, headers={"X-CSRFToken": ada.jar["csrftoken"]}).status_code == 303
    root = with_session(world, ROOT_USER)
    root.token()
    now = root.get("/backoffice/privacy/registry.json", headers={"Accept": "application/json"})
    if now.status_code == 200:  # an administrator without a second factor is asked for one first
        answer = root.request("PUT", "/backoffice/privacy/registry.json?dry_run=1", data=now.content,
                              headers={"X-CSRFToken": root.jar["csrftoken"], "Content-Type": "application/json"})
        assert answer.status_code == 200


def test_csr_t04_masks_differ_and_hold(ada):
    token = ada.jar["csrftoken"]
    first, second = ada.token(), ada.token()
    assert first != second and ada.jar["csrftoken"] == token
    for given in (first, second, mask(token), mask(token, "z" * 64)):
        assert send(ada, given).status_code == 303
        assert send(ada, headers={"X-CSRFToken": given}).status_code == 303


def test_csr_3_the_header_wins(ada):
    assert reason(send(ada, ada.jar["csrftoken"], {"X-CSRFToken": "0" * 64})) == "token_mismatch"
    assert send(ada, "0" * 64, {"X-CSRFToken": ada.jar["csrftoken"]}).status_code == 303
    assert send(ada, ada.jar["csrftoken"], {"X-CSRFToken": ""}).status_code == 303


def test_csr_3_in_a_form_with_files_the_token_comes_first(ada):
    def parts(*pairs):
        return ada.post(FORM, files=[(name, (None, value)) for name, value in pairs], headers={"Accept": "application/json"}, keep=False)
    token, name = ("csrfmiddlewaretoken", ada.jar["csrftoken"]), ("name", "Ada")
    assert parts(token, name, ("language", "")).status_code == 303
    assert reason(parts(name, token)) == "token_missing"


def test_csr_t17_only_a_referer(ada):
    assert send(ada, ada.jar["csrftoken"], {"Origin": None, "Referer": "https://isoc.example/account/"}).status_code == 303


def test_csr_t19_an_unknown_fetch_site(ada):
    assert send(ada, ada.jar["csrftoken"], {"Sec-Fetch-Site": "banana"}).status_code == 303


def test_csr_9_origins_that_are_trusted(world):
    world.fixture(domains=[{"host": "solo.portal.example", "settings": {"trusted_origins": "https://forms.test, https://*.city.test"}}])
    c = with_session(world, "ada@solo.example", "solo.portal.example")
    c.token()
    for origin in ("https://forms.test", "https://a.city.test", "https://a.b.city.test"):
        assert send(c, c.jar["csrftoken"], {"Origin": origin}).status_code == 303, origin
    for origin in ("https://city.test", "https://xforms.test", "http://a.city.test", "https://a.city.test:8443"):
        assert reason(send(c, c.jar["csrftoken"], {"Origin": origin})) == "origin", origin


# --- what is not --------------------------------------------------------------------------------------------


def test_csr_t05_no_cookie(ada):
    assert reason(send(ada, ada.jar["csrftoken"], cookies={"sessionid": ada.jar["sessionid"]})) == "cookie_missing"


def test_csr_t06_no_token(ada):
    assert reason(send(ada)) == "token_missing"


def test_csr_t07_one_letter_off(ada):
    token = ada.jar["csrftoken"]
    for at in (0, 22, 63):
        other = token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1:]
        assert reason(send(ada, other)) == "token_mismatch"


@pytest.mark.parametrize("n", [32, 63, 65, 127, 129])
def test_csr_t08_other_lengths(ada, n):
    assert reason(send(ada, "a" * n)) == "token_malformed"


def test_csr_t08_other_letters(ada):
    assert reason(send(ada, ada.jar["csrftoken"][:-1] + "-")) == "token_malformed"


def test_csr_t09_a_pair_of_one_s_own_making(ada):
    made = "0" * 64
    assert reason(send(ada, made, cookies={**ada.jar, "csrftoken": made})) == "cookie_invalid"


def test_csr_t10_a_pair_of_somebody_anonymous(ada, world):
    other = world.client("isoc.example")
    token = other.token()
    assert reason(send(ada, token, cookies={**ada.jar, "csrftoken": other.jar["csrftoken"]})) == "cookie_invalid"


def test_csr_t11_a_pair_of_another_session(ada, world):
    grace = with_session(world, GRACE)
    token = grace.token()
    assert reason(send(ada, token, cookies={**ada.jar, "csrftoken": grace.jar["csrftoken"]})) == "cookie_invalid"


def test_par_7_one_good_token_among_others(ada):
    cookies = f"sessionid={ada.jar['sessionid']}; csrftoken={'0' * 64}; csrftoken={ada.jar['csrftoken']}"
    assert send(ada, ada.jar["csrftoken"], cookies=cookies).status_code == 303
    assert reason(send(ada, "0" * 64, cookies=cookies)) == "token_mismatch"


def test_csr_t12_from_another_site(ada):
    assert reason(send(ada, ada.jar["csrftoken"], {"Sec-Fetch-Site": "cross-site"})) == "fetch_site"


def test_csr_t13_from_a_sibling(world):
    c = with_session(world, "ada@solo.example", "solo.portal.example")
    c.token()
    answer = send(c, c.jar["csrftoken"], {"Sec-Fetch-Site": "same-site", "Origin": "https://other.portal.example"})
    assert reason(answer) == "fetch_site"


@pytest.mark.parametrize("origin", ["null", "https://isoc.example.evil.test", "https://evil.test/https://isoc.example", "http://isoc.example",
                                    "https://isoc.example:8443", "isoc.example", "https://"],
                         ids=["csr_t14_null", "csr_t15_suffix", "csr_t15_path", "csr_t15_scheme", "csr_t15_port", "no_scheme", "no_host"])
def test_origins_of_others(ada, origin):
    assert reason(send(ada, ada.jar["csrftoken"], {"Origin": origin})) == "origin"


def test_csr_9_two_origins(ada, world):
    body = f"name=Ada&csrfmiddlewaretoken={ada.jar['csrftoken']}".encode()
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        s.sendall(b"POST /account/profile/ HTTP/1.1\r\nHost: isoc.example\r\nX-Forwarded-Proto: https\r\nAccept: application/json\r\n"
                  b"Origin: https://isoc.example\r\nOrigin: https://isoc.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                  + f"Cookie: sessionid={ada.jar['sessionid']}; csrftoken={ada.jar['csrftoken']}\r\nContent-Length: {len(body)}\r\n".encode()
                  + b"Connection: close\r\n\r\n" + body)
        got = b""
        while piece := s.recv(65536):
            got += piece
    assert b'"reason":"origin"' in got.replace(b" ", b"")


@pytest.mark.parametrize("referer,expected", [
    pytest.param(None, "referer_missing", id="csr_t16"), pytest.param("isoc.example", "referer_malformed", id="csr_t18_malformed"),
    pytest.param("http://isoc.example/", "referer_insecure", id="csr_t18_insecure"),
    pytest.param("https://evil.test/?isoc.example", "referer", id="csr_t18_other")])
def test_referers(ada, referer, expected):
    assert reason(send(ada, ada.jar["csrftoken"], {"Origin": None, "Referer": referer})) == expected


def test_a_refusal_is_noted_without_tokens(ada, world):
    before = len(world.events("isoc.example", "csrf.rejected"))
    send(ada, ada.jar["csrftoken"], {"Origin": "https://evil.test"})
    events = world.events("isoc.example", "csrf.rejected")
    assert len(events) == before + 1
    assert events[0]["reason"] == "origin" and events[0]["detail"] == "/account/profile/ from evil.test"
    assert ada.jar["csrftoken"] not in json.dumps(events) and ada.jar["sessionid"] not in json.dumps(events)


# --- keys ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key(world):
    return stoa(world.data, "key", "add", "machine", "--portal", "isoc.example", "--user", ROOT_USER, "--write").stdout.split()[0]


def test_csr_t20_a_key_needs_no_token(world, key):
    c = world.client("isoc.example")
    headers = {"Authorization": f"Apikey {key}", "Origin": "https://elsewhere.test", "Content-Type": "application/json", "Accept": "application/json"}
    now = c.get("/backoffice/privacy/registry.json", headers=headers)
    answer = c.request("PUT", "/backoffice/privacy/registry.json?dry_run=1", data=now.content, headers=headers)
    assert answer.status_code == 200, (now.status_code, answer.status_code, answer.text[:300])


def test_csr_t21_a_bad_key_is_no_session(ada, world):
    answer = ada.get("/api/explore/v2.1/catalog/datasets?limit=1", headers={"Authorization": "Apikey nonsense", "Accept": "application/json"}, keep=False)
    assert answer.status_code == 401
    answer = send(ada, ada.jar["csrftoken"], {"Authorization": "Apikey nonsense"})
    assert answer.status_code == 401


def test_csr_t22_a_key_in_the_address_writes_nothing(world, key):
    c = world.client("isoc.example")
    answer = c.request("PUT", f"/backoffice/privacy/registry.json?dry_run=1&apikey={key}", data="{}", headers={"Content-Type": "application/json", "Accept": "application/json"})
    assert reason(answer) == "apikey_in_url"
    answer = c.request("PUT", "/backoffice/privacy/registry.json?dry_run=1&access_token=x", data="{}", headers={"Content-Type": "application/json", "Accept": "application/json"})
    assert answer.status_code == 401 or reason(answer) == "access_token_in_url"


# --- bodies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None])
def test_csr_t23_json_in_other_clothes(world, key, kind):
    c = world.client("isoc.example")
    answer = c.request("PUT", "/backoffice/privacy/registry.json?dry_run=1", data="{}",
                       headers={"Authorization": f"Apikey {key}", "Content-Type": kind, "Accept": "application/json"})
    assert answer.status_code == 415


def test_csr_t29_a_huge_body_is_not_read(ada, world):
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        s.sendall(f"POST {FORM} HTTP/1.1\r\nHost: isoc.example\r\nX-Forwarded-Proto: https\r\nOrigin: https://isoc.example\r\n"
                  f"X-CSRFToken: {'0' * 64}\r\nCookie: sessionid={ada.jar['sessionid']}; csrftoken={ada.jar['csrftoken']}\r\n"
                  f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {50 << 20}\r\n\r\n".encode() + b"--x\r\n")
        assert int(s.recv(4096).split(b" ", 2)[1]) in (403, 413)


# --- signing in ---------------------------------------------------------------------------------------------


def test_csr_t24_signing_in_without_the_page(world):
    answer = world.client("isoc.example").post("/login/", {"username": ADA, "password": PASSWORD}, headers={"Accept": "application/json"})
    assert reason(answer) == "cookie_missing"


def test_csr_t25_a_tossed_pair_from_another_site(world):
    attacker = world.client("isoc.example")
    token = attacker.token()
    for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}):
        answer = world.client("isoc.example").post("/login/", {"username": ADA, "password": PASSWORD, "csrfmiddlewaretoken": token},
                                                   cookies=dict(attacker.jar), headers={"Accept": "application/json", **headers})
        assert reason(answer) in ("origin", "fetch_site")


def test_csr_t26_a_form_opened_before_signing_in_elsewhere(world):
    c = world.client("isoc.example")
    old = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', c.get("/password/reset/").text).group(1)
    c.sign_in(ADA)
    answer = c.post("/password/reset/", {"csrfmiddlewaretoken": old, "email": "typed@isoc.example"})
    assert answer.status_code == 403 and 'value="typed@isoc.example"' in answer.text
    fresh = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text).group(1)
    assert fresh != old and old not in answer.text
    assert c.post("/password/reset/", {"csrfmiddlewaretoken": fresh, "email": "typed@isoc.example"}).status_code in (200, 303)


def test_csr_t27_signing_in_changes_the_token(world):
    c = world.client("isoc.example")
    token = c.token()
    before = c.jar["csrftoken"]
    c.sign_in(ADA)
    assert c.jar["csrftoken"] != before
    answer = send(c, token, cookies={**c.jar, "csrftoken": before})
    assert reason(answer) == "cookie_invalid"


def test_csr_t28_the_refusal_in_the_reader_s_language(ada):
    answer = send(ada, "0" * 64, {"Accept-Language": "fr"})
    said = answer.json()
    assert said["reason"] == "token_mismatch" and said["retry"] is True
    assert send(ada, "0" * 64, {"Origin": "https://evil.test"}).json()["retry"] is False
    assert "0" * 64 not in answer.text


def test_csr_16_the_refusal_as_a_page(ada):
    answer = ada.post(FORM, {"csrfmiddlewaretoken": ada.jar["csrftoken"]}, headers={"Origin": "https://evil.test"}, keep=False)
    assert answer.status_code == 403 and answer.headers["Content-Type"].startswith("text/html") and not set_cookies(answer)
    assert ada.jar["csrftoken"] not in answer.text and "<h1" in answer.text


def test_csr_t30_tokens_are_for_our_own_pages(ada):
    for site in ("same-site", "cross-site"):
        answer = ada.get("/api/auth/csrf", headers={"Sec-Fetch-Site": site}, keep=False)
        assert answer.status_code == 403 and not set_cookies(answer) and "csrf_token" not in answer.text


def test_csr_t31_tokens_grow_old(world):
    c = world.client("isoc.example")
    # The keys were made by the real clock: past that of the first, the clock of this world makes them.
    world.advance(60 * DAY)
    world.client("isoc.example").token()
    world.advance(31 * DAY)
    token = c.token()
    login = {"username": "nobody@isoc.example", "password": "x" * 20, "csrfmiddlewaretoken": token}
    ask = lambda: c.post("/login/", login, headers={"Accept": "application/json"}, keep=False)
    world.advance(29 * DAY)
    assert "reason" not in ask().json()
    world.advance(32 * DAY)
    assert reason(ask()) == "cookie_invalid"


# --- methods ------------------------------------------------------------------------------------------------


def raw(world, request):
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        s.sendall(request.encode() + b" HTTP/1.1\r\nHost: isoc.example\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n")
        return int(s.recv(4096).split(b" ", 2)[1])


@pytest.mark.parametrize("path", ["/", "/explore/", "/login/", "/api/explore/v2.1/catalog/datasets", "/nothing-here/", "/-/health"])
def test_csr_t32_trace_is_not_answered(world, path):
    assert raw(world, f"TRACE {path}") == 405


@pytest.mark.parametrize("method", ["BREW", "CONNECT", "PROPFIND"])
def test_csr_15_unknown_methods(world, method):
    assert raw(world, f"{method} /") in (400, 405)


def test_csr_15_overrides_are_ignored(world):
    c = with_session(world)
    assert c.get("/logout/", headers={"X-HTTP-Method-Override": "POST"}, params={"_method": "POST"}).status_code == 200
    assert c.get("/api/auth/session").json()["authenticated"] is True


# --- token-free ---------------------------------------------------------------------------------------------


def test_csr_12_the_language_needs_no_second_cookie(world):
    c = world.client("isoc.example")
    answer = c.post("/set-language/", {"language": "fr", "next": "/"})
    assert answer.status_code == 303 and list(c.jar) == ["django_language"]
    answer = world.client("isoc.example").post("/set-language/", {"language": "fr"}, headers={"Origin": "https://evil.test", "Accept": "application/json"})
    assert reason(answer) == "origin"
