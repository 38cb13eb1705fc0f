"""The language cookie, the registry and the policy page, by the rules of the cookie specification (ids in brackets)."""
import hashlib
import json

import pytest

from conftest import HOST, OTHER

OURS = {"Sec-Fetch-Site": "same-origin"}


def choose(server, headers=None, host=HOST, **form):
    return server.request("POST", "/set-language/", host, data=form, headers={**OURS, **(headers or {})})


def test_the_picker_sets_one_cookie(server):  # LNG-T01, LNG-T02
    for given in ("fr", "FR"):
        answer = choose(server, language=given, next="/explore/")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/explore/")
        attributes = [p.strip() for p in answer.headers["Set-Cookie"].split(";")]
        assert attributes[:3] == ["django_language=fr", "Path=/", "Max-Age=31536000"]
        assert attributes[-2:] == ["HttpOnly", "SameSite=Lax"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["xx", "", "en;Path=/x", "e" * 10240])
def test_other_values_set_nothing(server, language):  # LNG-T03
    answer = choose(server, language=language, next="/")
    assert answer.status_code == 303 and "Set-Cookie" not in answer.headers
    assert not language or language[:9] not in answer.text


@pytest.mark.parametrize("onward", ["//evil.test", "/\\evil.test", "https:evil.test", "/%0d%0aSet-Cookie:x=1", "javascript:alert(1)", "\x01/x"])
def test_the_picker_leads_nowhere_else(server, onward):  # LNG-T04
    answer = choose(server, language="fr", next=onward)
    assert answer.headers["Location"] == "/"
    answer = choose(server, {"Referer": f"http://{HOST}:{server.port}/explore/?q=a"}, language="fr", next=onward)
    assert answer.headers["Location"] == "/explore/?q=a"


def test_forms_of_other_sites_are_refused(server):  # LNG-T06
    for headers in ({"Origin": "https://evil.test", "Sec-Fetch-Site": ""}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": ""}):
        answer = choose(server, headers, language="fr", next="/")
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


def test_json_clients(server):
    assert choose(server, {"Accept": "application/json"}, language="fr").status_code == 204
    assert choose(server, {"Accept": "application/json"}, language="xx").status_code == 422


def test_automatic_takes_the_cookie_back(server):  # LNG-T12
    answer = choose(server, {"Cookie": "django_language=fr"}, language="auto", next="/")
    assert answer.status_code == 303
    assert answer.headers["Set-Cookie"].startswith("django_language=; Path=/; Max-Age=0")


def test_a_portal_in_one_language_has_no_picker(server):  # LNG-T13, LNG-7
    assert choose(server, host=OTHER, language="en").status_code == 404
    assert "/set-language/" not in server.get("/", host=OTHER).text
    assert "django_language" not in server.get("/terms/cookies-policy/", host=OTHER).text


@pytest.mark.parametrize("headers,params,lang", [
    ({"Cookie": "django_language=fr", "Accept-Language": "en"}, {}, "fr"),        # LNG-T07
    ({"Cookie": "django_language=fr"}, {"flg": "en-gb"}, "en"),                   # LNG-T08
    ({"Accept-Language": "de, fr;q=0.7, en;q=0.9"}, {}, "en"),                    # LNG-T09
    ({"Accept-Language": "fr;q=0, *"}, {}, "en"),                                 # LNG-T10
    ({"Accept-Language": "fr," * 500}, {}, "en"),                                 # LNG-T11
    ({"Accept-Language": "fr"}, {}, "fr"),
    ({}, {"flg": "fr-fr"}, "fr"),                                                 # JAR-T09
    ({}, {"flg": "xx"}, "en"),                                                    # POL-T05
    ({"Cookie": "django_language=zz", "Accept-Language": "fr"}, {}, "fr"),
    ({"Cookie": "django_language=fr; django_language=en", "Accept-Language": "fr"}, {}, "fr"),
])
def test_which_language_answers(server, headers, params, lang):
    answer = server.get("/explore/", params, headers=headers)
    assert answer.headers["Content-Language"] == lang and f'<html lang="{lang}" dir="ltr"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_language_that_is_not_offered_is_announced(server):  # POL-T05
    assert "not available in the language asked for" in server.get("/terms/cookies-policy/", {"flg": "xx"}).text
    assert "not available" not in server.get("/terms/cookies-policy/", {"flg": "fr-ca"}).text


def test_the_registry_for_machines(server):  # REG-T01, REG-T02, REG-T03
    answer = server.get("/.well-known/cookies.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    registry = answer.json()
    assert [i["name"] for i in registry["items"]] == ["sessionid", "django_language", "csrftoken", "cookies_preferences"]
    assert answer.headers["ETag"].removeprefix("W/") == f'"{registry["hash"]}"'
    claimed = registry.pop("hash")
    canonical = json.dumps(registry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert claimed == "sha256-" + hashlib.sha256(canonical).hexdigest()
    assert claimed in server.get("/terms/cookies-policy/").text
    assert server.get("/terms/cookies-policy.json").content == answer.content
    again = server.get("/.well-known/cookies.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    sent = choose(server, language="fr", next="/").headers["Set-Cookie"]
    declared = next(i for i in registry["items"] if i["name"] == "django_language")
    # Plain HTTP on a loopback name is development, and says so [PRX-8].
    assert declared["attributes"]["secure"] and registry["development"] and "Secure" not in sent and f'Max-Age={declared["lifetime"]["seconds"]};' in sent
    french = server.get("/.well-known/cookies.json", {"flg": "fr"}).json()
    assert french["items"][0]["function"] == {"fr": "Authentification"}
    assert server.get("/.well-known/cookies.json", host=OTHER).json()["domain"] == OTHER


def test_no_answer_sets_a_cookie_by_itself(server):  # JAR-T10
    for path in ("/robots.txt", "/sitemap.xml", "/.well-known/cookies.json", "/favicon.ico", "/api/explore/v2.1/catalog/datasets?limit=1",
                 "/api/explore/v2.1/catalog/datasets/cities/exports/csv"):
        assert "Set-Cookie" not in server.get(path).headers, path
