"""The Cookie field as it arrives: what is read of it, what is not, and what siblings toss in. Cases PAR-T* of the cookie rules."""
import re
import socket

import pytest

from probe import ADA, GRACE, session, set_cookies


def lang(answer):
    return re.search(r'<html lang="(\w+)"', answer.text).group(1)


def ask(world, cookie, path="/terms/cookies-policy/", host="isoc.example", **more):
    return world.client(host).get(path, cookies=cookie, **more)


def raw(world, lines, host="isoc.example"):
    """Bytes as they are; gives the status line and everything after it."""
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        s.sendall(b"\r\n".join([b"GET /robots.txt HTTP/1.1", f"Host: {host}".encode(), b"X-Forwarded-Proto: https", b"Connection: close", *lines]) + b"\r\n\r\n")
        got = b""
        while piece := s.recv(65536):
            got += piece
    return int(got.split(b" ", 2)[1]), got


def test_par_t01_more_than_8192_bytes(world):
    most = ask(world, "a=" + "x" * 8190)
    assert most.status_code == 200
    answer = ask(world, "a=" + "x" * 8191)
    assert answer.status_code == 431 and not set_cookies(answer)


def test_par_t02_more_than_200_pairs(world):
    assert ask(world, "; ".join(f"a{i}=1" for i in range(200))).status_code == 200
    assert ask(world, "; ".join(f"a{i}=1" for i in range(201))).status_code == 431


def test_par_t03_two_cookie_fields_are_one(world):
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        s.sendall(b"GET /terms/cookies-policy/ HTTP/1.1\r\nHost: isoc.example\r\nX-Forwarded-Proto: https\r\nAccept: text/html\r\n"
                  b"Cookie: a=1\r\nCookie: django_language=fr\r\nConnection: close\r\n\r\n")
        got = b""
        while piece := s.recv(65536):
            got += piece
    assert b'<html lang="fr"' in got


@pytest.mark.parametrize("cookie,expected", [
    pytest.param("a=1, django_language=fr", "en", id="par_t04_a_comma_does_not_separate"),
    pytest.param("$Version=1; django_language=fr; $Path=/", "fr", id="par_t05_no_legacy_names"),
    pytest.param('x="; django_language=fr; y="', "fr", id="par_t06_quotes_do_not_span"),
    pytest.param('django_language="fr"', "en", id="par_t07_quotes_are_part_of_the_value"),
    pytest.param("\u2000django_language=fr".encode(), "en", id="par_t08_u2000"),
    pytest.param("\u00a0django_language=fr".encode(), "en", id="par_t08_u00a0"),
    pytest.param("\u0085django_language=fr".encode(), "en", id="par_t08_u0085"),
    pytest.param("Django_Language=fr", "en", id="par_t09_names_keep_their_case"),
    pytest.param("django_language=%66%72", "en", id="par_t10_nothing_is_decoded"),
    pytest.param(" \t django_language \t=\t fr \t", "fr", id="blanks_and_tabs_are_trimmed"),
])
def test_which_pairs_count(world, cookie, expected):
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=30) as s:
        field = cookie if isinstance(cookie, bytes) else cookie.encode()
        s.sendall(b"GET /terms/cookies-policy/ HTTP/1.1\r\nHost: isoc.example\r\nX-Forwarded-Proto: https\r\nAccept: text/html\r\n"
                  b"Accept-Language: en\r\nConnection: close\r\nCookie: " + field + b"\r\n\r\n")
        got = b""
        while piece := s.recv(65536):
            got += piece
    assert f'<html lang="{expected}"'.encode() in got


@pytest.mark.parametrize("cookie", ["sessionid", "=sessionid", ";;;", "a=1;", "; ; a=1 ;;", "="])
def test_par_t11_odd_pairs_are_skipped(world, cookie):
    answer = ask(world, cookie)
    assert answer.status_code == 200 and not set_cookies(answer)


@pytest.mark.parametrize("byte", [0x00, 0x01, 0x0b, 0x1f, 0x7f])
@pytest.mark.parametrize("after", [b"", b"Accept: text/html"])
def test_par_t12_control_bytes(world, byte, after):
    lines = [b"Cookie: a=" + bytes([byte]) + b"b", *([after] if after else [])]
    status, got = raw(world, lines)
    assert status == 400 and b"Set-Cookie" not in got
    status, _ = raw(world, [*([after] if after else []), b"Cookie: a=b"])
    assert status == 200


@pytest.mark.parametrize("order", [0, 1])
def test_par_t13_a_stray_id_beside_a_live_one(world, order):
    sid = session(world, ADA)
    pair = [f"sessionid={sid}", "sessionid=" + "z" * 31 + str(order)]
    host, before = "solo.portal.example", len(world.events("isoc.example", "cookie.tossed"))
    c = world.client("isoc.example")
    assert c.get("/api/auth/session", cookies="; ".join(pair[::1 - 2 * order])).json()["authenticated"] is True
    answer = c.get("/explore/", cookies="; ".join(pair[::1 - 2 * order]), keep=False)
    removed = [x for x in set_cookies(answer) if x.startswith("sessionid=;")]
    # isoc.example is what was registered: nobody stands above it, and its own cookie is good.
    assert not removed
    assert len(world.events("isoc.example", "cookie.tossed")) == before + 1
    sid = session(world, "ada@solo.example", host)
    answer = world.client(host).get("/explore/", cookies=f"sessionid={sid}; sessionid={'y' * 32}")
    assert [x for x in set_cookies(answer) if x.startswith("sessionid=;")] == [
        "sessionid=; Path=/; Max-Age=0; Domain=portal.example; Secure; HttpOnly; SameSite=Lax"]
    assert answer.headers["Cache-Control"] == "no-store"


def two(world):
    return f"sessionid={session(world, ADA)}; sessionid={session(world, GRACE)}"


def test_par_t14_two_live_sessions_are_nobody(world):
    cookies, before = two(world), len(world.events("isoc.example", "cookie.ambiguous"))
    c = world.client("isoc.example")
    assert c.get("/api/auth/session", cookies=cookies).json() == {"authenticated": False}
    assert len(world.events("isoc.example", "cookie.ambiguous")) == before + 1


def test_par_t14_the_account_page_leads_to_sign_in(world):
    answer = world.client("isoc.example").get("/account/", cookies=two(world))
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/?next=")
    assert not set_cookies(answer)


def test_par_t15_two_live_sessions_change_nothing(world):
    ada = world.client("isoc.example")
    ada.jar["sessionid"] = session(world, ADA)
    token = ada.token()
    cookies = f"sessionid={ada.jar['sessionid']}; sessionid={session(world, GRACE)}; csrftoken={ada.jar['csrftoken']}"
    answer = ada.post("/set-language/", {"language": "fr", "csrfmiddlewaretoken": token}, cookies=cookies, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.json()["reason"] == "cookie_ambiguous" and not set_cookies(answer)


def test_par_t16_five_values_are_ambiguous(world):
    values = [session(world, ADA)] + [c * 32 for c in "abcd"]
    cookies = "; ".join(f"sessionid={v}" for v in values)
    assert world.client("isoc.example").get("/api/auth/session", cookies=cookies).json() == {"authenticated": False}
    four = "; ".join(f"sessionid={v}" for v in values[:4])
    assert world.client("isoc.example").get("/api/auth/session", cookies=four).json()["authenticated"] is True


@pytest.mark.parametrize("value", ["a" * 31, "a" * 33, "a" * 4000, "A" * 32, "a" * 31 + "-"])
def test_par_t18_malformed_ids(world, value):
    c = world.client("isoc.example")
    answer = c.get("/api/explore/v2.1/catalog/datasets?limit=1", cookies=f"sessionid={value}", headers={"Accept": "application/json"})
    assert answer.status_code == 200 and not set_cookies(answer)
    answer = c.get("/explore/", cookies=f"sessionid={value}")
    assert answer.status_code == 200
    assert set_cookies(answer) == ["sessionid=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"]
    script = c.get("/explore/", cookies=f"sessionid={value}", headers={"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"})
    assert not set_cookies(script)


@pytest.mark.parametrize("value", ["f" * 4000, "../../etc/passwd", "fr\\r\\nX: y", "fr%0d%0aX: y"])
def test_par_t19_odd_languages(world, value):
    answer = ask(world, f"django_language={value}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200 and lang(answer) == "en" and not set_cookies(answer)
    assert value[:16] not in answer.text
