"""Programs that people let in (OAuth 2.0): registered in the back office, let in on a page, with tokens for every API; what bad programs try;
and a program that knows the protocol from a library."""
import base64
import concurrent.futures
import hashlib
import html
import json
import os
import re
import subprocess
import urllib.parse

import pytest
import requests

from conftest import ROOT
from probe import ADA, GRACE, PASSWORD, ROOT_USER, session
from test_manage_datasets import Api, key_of, make

HOST, OTHER = "isoc.example", "tags.example"
BACK, DONE = "https://app.example/done", "https://app.example/done?from=stoa"
VERIFIER = "a-verifier-of-enough-letters-0123456789-ABCDEFG"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https"}


def url(world, path):
    return f"http://127.0.0.1:{world.server.port}{path}"


def signed_in(world, who, host=HOST):
    client = world.client(host)
    client.jar["sessionid"] = session(world, who, host)
    return client


def register(world, name, kind="server", redirects=BACK, scope=(), who=ROOT_USER, host=HOST, **more):
    """client_id and secret, as the page shows them once."""
    page = signed_in(world, who, host).form("/backoffice/programs/new/", {"do": "save", "name": name, "about": "", "site": "", "kind": kind, "redirects": redirects,
                                                                        "scope": list(scope), **more})
    assert page.status_code == 200, (page.status_code, page.text[:3000])
    found = [html.unescape(x) for x in re.findall(r"<pre[^>]*><code[^>]*>([^<]*)</code>", page.text)]
    return (found[0], found[1] if kind == "server" else None, page)


@pytest.fixture(scope="module")
def programs(world):
    world.fixture(users=[{"host": OTHER, "email": "boss@tags.example", "name": "Boss", "password": PASSWORD, "role": "admin", "totp": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}])
    server = register(world, "Town app", scope=["edit_dataset", "create_dataset"], alone="on")
    return {"server": server[:2], "device": register(world, "Field notes", kind="device", redirects="http://127.0.0.1/cb\ncom.example.notes:/cb")[:2],
            "other": register(world, "Other app")[:2], "elsewhere": register(world, "Elsewhere", who="boss@tags.example", host=OTHER)[:2]}


def ask_for(client_id, redirect=BACK, scope="read", state="s&t=1", **more):
    fields = {"client_id": client_id, "redirect_uri": redirect, "response_type": "code", "scope": scope, "state": state, **more}
    return "/oauth2/authorize/?" + urllib.parse.urlencode({k: v for k, v in fields.items() if v is not None})


def proof(**more):
    return {"code_challenge": CHALLENGE, "code_challenge_method": "S256", **more}


def decide(world, path, who=ADA, decision="allow", host=HOST):
    """What the person brings back: the address, and what its parameters say."""
    client = signed_in(world, who, host)
    page = client.get(path)
    assert page.status_code == 200, (page.status_code, page.headers, page.text[:1500])
    hidden = {k: html.unescape(v) for k, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)}
    answer = client.post("/oauth2/authorize/", {**hidden, "decision": decision})
    assert answer.status_code == 303, (answer.status_code, answer.text[:1500])
    to = answer.headers["Location"]
    return to, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(to).query))


def token(world, fields, auth=None, host=HOST, path="/oauth2/token/", **headers):
    return requests.post(url(world, path), data=fields, auth=auth, headers={**HEADERS, "Host": host, **headers}, timeout=60)


def tokens(world, program, who=ADA, scope="read", **more):
    """A whole way for a program with a secret."""
    _, said = decide(world, ask_for(program[0], scope=scope), who)
    answer = token(world, {"grant_type": "authorization_code", "code": said["code"], "redirect_uri": BACK, **more}, auth=program)
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer(world, text, path="/api/explore/v2.1/catalog/datasets", method="GET", host=HOST, **more):
    headers = {**HEADERS, "Host": host, "Authorization": f"Bearer {text}", **more.pop("headers", {})}
    return requests.request(method, url(world, path), headers=headers, timeout=60, **more)


def error(answer, word, status=400):
    assert answer.status_code == status and answer.json()["error"] == word, (answer.status_code, answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


# --- the pages ---------------------------------------------------------------------------------------------------------------------

def test_a_secret_is_shown_once_and_kept_as_a_hash(world, programs):
    client_id, secret = programs["server"]
    rows = world.table("oauth_program")
    mine = next(r for r in rows if r["client"] == client_id)
    assert mine["hash"] == hashlib.sha256(secret.encode()).hexdigest() and secret not in json.dumps(rows)
    page = signed_in(world, ROOT_USER).get(f"/backoffice/programs/{mine['id']}/")
    assert page.status_code == 200 and secret not in page.text and mine["hint"] in page.text
    assert signed_in(world, ADA).get("/backoffice/programs/").status_code == 403


@pytest.mark.parametrize("address", ["http://app.example/done", "https://app.example/done#x", "https://*.app.example/", "javascript:alert(1)", "https://a@b.example/", "com.example.app:/done",
                                     "/done", "https://"])
def test_addresses_that_cannot_be(world, address):
    page = signed_in(world, ROOT_USER).form("/backoffice/programs/new/", {"do": "save", "name": "Bad", "kind": "server", "redirects": address})
    assert page.status_code == 422 and "client_secret" not in page.text


def test_the_page_says_who_asks_for_what_and_is_shown_in_no_frame(world, programs):
    page = signed_in(world, ADA).get(ask_for(programs["server"][0], scope="edit_dataset create_dataset"))
    assert page.status_code == 200 and "Town app" in page.text and "app.example" in page.text
    # What Ada may not do is not promised.
    assert "Create datasets" in page.text and "Edit all datasets" not in page.text
    assert page.headers["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"] and page.headers["Referrer-Policy"] == "no-referrer"
    buttons = re.findall(r'<button[^>]*class="([^"]*)"[^>]*name="decision"', page.text) or re.findall(r'<button[^>]*name="decision"[^>]*class="([^"]*)"', page.text)
    assert len(buttons) == 2 and buttons[0] == buttons[1]


def test_strangers_sign_in_first_and_come_back(world, programs):
    path = ask_for(programs["server"][0])
    answer = world.client(HOST).get(path)
    assert answer.status_code == 303 and answer.headers["Location"] == "/login/?next=" + urllib.parse.quote(path, safe="")


def test_no_is_told_with_the_state_and_who_said_it(world, programs):
    to, said = decide(world, ask_for(programs["server"][0]), decision="deny")
    assert to.startswith(BACK + "?") and said["error"] == "access_denied" and said["state"] == "s&t=1" and said["iss"] == f"https://{HOST}" and "code" not in said


def test_a_yes_from_another_page_is_refused(world, programs):
    client = signed_in(world, ADA)
    client.get(ask_for(programs["server"][0]))
    fields = {"client_id": programs["server"][0], "redirect_uri": BACK, "response_type": "code", "decision": "allow"}
    for sent, headers in ((fields, {}), ({**fields, "csrfmiddlewaretoken": "0" * 64}, {}), (fields, {"Origin": "https://evil.example"})):
        answer = client.post("/oauth2/authorize/", sent, headers=headers)
        assert answer.status_code in (200, 403) and "Location" not in answer.headers


# --- tokens ----------------------------------------------------------------------------------------------------------------------

def test_a_library_that_knows_the_protocol(world, programs):
    uid = make(Api(world, key_of(world, ROOT_USER)), "Library")["uid"]
    for kind, redirect in (("server", BACK), ("device", "http://127.0.0.1:4711/cb")):
        client_id, secret = programs[kind]
        wanted = {"issuer": f"https://{HOST}", "port": world.server.port, "client_id": client_id, "client_secret": secret, "redirect_uri": redirect, "resource": "/api/automation/v1.0/apikeys/"}
        with subprocess.Popen(["node", os.path.join(ROOT, "tests", "http", "oauth_client.mjs"), json.dumps(wanted)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as node:
            path = node.stdout.readline().strip().removeprefix(f"https://{HOST}")
            assert path, node.stderr.read()
            said, wrong = node.communicate(decide(world, path)[0] + "\n", timeout=60)
        found = json.loads(said) if said else pytest.fail(wrong)
        assert found["scope"] == "read" and found["another"], found
        assert (found["before"], found["refreshed"], found["after"]) == (200, 200, 401), found
        if secret:
            assert found["worth"]["active"] and found["worth"]["client_id"] == client_id and "username" not in found["worth"] and found["alone"] == 200, found
    assert uid


def test_tokens_work_at_every_api_and_never_beyond_scope_and_person(world, programs):
    root = Api(world, key_of(world, ROOT_USER))
    uid = make(root, "Secret trees", dataset_id="oauth-secret", is_restricted=True)["uid"]
    plain, wide = tokens(world, programs["server"], ROOT_USER), tokens(world, programs["server"], ROOT_USER, "read edit_dataset")
    assert plain["token_type"] == "Bearer" and plain["expires_in"] == 3600 and plain["scope"] == "read" and wide["scope"] == "read edit_dataset"
    path = f"/api/automation/v1.0/datasets/{uid}/"
    assert bearer(world, plain["access_token"], path).status_code == 404
    assert bearer(world, wide["access_token"], path).status_code == 200
    assert bearer(world, wide["access_token"], path, "PUT", json={"is_restricted": True}).status_code == 200
    refused = bearer(world, wide["access_token"], path + "security/users/")
    assert refused.status_code == 403 and refused.headers["WWW-Authenticate"].startswith('Bearer realm="API", error="insufficient_scope"') and refused.json()["error_code"] == "permission_denied"
    for api in ("/api/explore/v2.1/catalog/datasets", "/api/explore/v2.0/catalog/datasets", "/api/datasets/1.0/search/", "/api/automation/v1.0/apikeys/"):
        assert bearer(world, plain["access_token"], api).status_code == 200, api
        bad = bearer(world, "nonsense", api)
        assert bad.status_code == 401 and 'error="invalid_token"' in bad.headers["WWW-Authenticate"] and bad.json(), api
    # In the address for reading, never for changing; never twice.
    assert requests.get(url(world, "/api/automation/v1.0/apikeys/?access_token=" + plain["access_token"]), headers=HEADERS, timeout=60).status_code == 200
    twice = bearer(world, plain["access_token"], "/api/automation/v1.0/apikeys/?access_token=" + plain["access_token"])
    assert twice.status_code == 400 and 'error="invalid_request"' in twice.headers["WWW-Authenticate"]
    # A token makes no keys, and is nobody at another portal.
    assert bearer(world, wide["access_token"], "/api/automation/v1.0/apikeys/", "POST", json={"label": "x"}).status_code == 403
    assert bearer(world, plain["access_token"], host=OTHER).status_code == 401


def test_nobody_known_is_told_of_both_ways(world):
    answer = requests.get(url(world, "/api/automation/v1.0/apikeys/"), headers=HEADERS, timeout=60)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == 'Apikey realm="API", Bearer realm="API"'


def test_a_suspended_person_silences_their_tokens(world, programs):
    got = tokens(world, programs["server"], GRACE)
    assert bearer(world, got["access_token"], "/api/automation/v1.0/apikeys/").status_code == 200
    world.fixture(users=[{"host": HOST, "email": "gone@isoc.example", "name": "Gone", "password": PASSWORD, "role": "member"}])
    theirs = tokens(world, programs["server"], "gone@isoc.example")
    root = Api(world, key_of(world, ROOT_USER))
    root.good("DELETE", "/users/gone@isoc.example/", status=204)
    assert bearer(world, theirs["access_token"]).status_code == 401
    error(token(world, {"grant_type": "refresh_token", "refresh_token": theirs["refresh_token"]}, auth=programs["server"]), "invalid_grant")
    assert bearer(world, got["access_token"]).status_code == 200


def test_taken_back_is_over_at_once(world, programs):
    got = tokens(world, programs["other"])
    client = signed_in(world, ADA)
    page = client.get("/account/programs/")
    number = re.search(r'name="program" value="(\d+)"[^>]*>(?:(?!name="program").)*?Other app', page.text, re.S).group(1)
    assert "Other app" in client.form("/account/data/", {"do": "export"}).text
    assert client.form("/account/programs/", {"program": number}).status_code == 303
    assert bearer(world, got["access_token"]).status_code == 401
    error(token(world, {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}, auth=programs["other"]), "invalid_grant")
    assert "Other app" not in client.get("/account/programs/").text
    kinds = [x["kind"] for x in world.events(HOST)]
    assert {"oauth.program", "oauth.granted", "oauth.ended"} <= set(kinds)


def test_tokens_are_over_after_an_hour_and_live_through_a_restart(world, programs):
    got = tokens(world, programs["server"])
    world.restart()
    assert bearer(world, got["access_token"]).status_code == 200
    world.advance(3601)
    assert bearer(world, got["access_token"]).status_code == 401
    again = token(world, {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}, auth=programs["server"]).json()
    assert bearer(world, again["access_token"]).status_code == 200
    world.advance(91 * 86400)
    error(token(world, {"grant_type": "refresh_token", "refresh_token": again["refresh_token"]}, auth=programs["server"]), "invalid_grant")


# --- bad programs ------------------------------------------------------------------------------------------------------------------

def test_the_answer_goes_to_no_other_address(world, programs):
    for bad in ("https://evil.example/done", DONE, BACK + "/", "https://app.example/done/../x", "https://app.example", "http://127.0.0.1/cb"):
        answer = signed_in(world, ADA).get(ask_for(programs["server"][0], redirect=bad))
        assert answer.status_code == 400 and "Location" not in answer.headers, bad
    assert signed_in(world, ADA).get(ask_for("nobody")).status_code == 400
    assert signed_in(world, ADA).get(ask_for(programs["elsewhere"][0])).status_code == 400
    assert signed_in(world, ADA).get(ask_for(programs["server"][0]) + "&redirect_uri=https://evil.example/").status_code == 400
    # Of this machine the port is free, and nothing else.
    device = programs["device"][0]
    assert signed_in(world, ADA).get(ask_for(device, redirect="http://127.0.0.1:49152/cb", **proof())).status_code == 200
    for bad in ("http://127.0.0.1:49152/other", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1:1@evil.example/cb", "http://localhost/cb"):
        assert signed_in(world, ADA).get(ask_for(device, redirect=bad, **proof())).status_code == 400, bad


@pytest.mark.parametrize("word, more", [("unsupported_response_type", {"response_type": "token"}), ("invalid_request", {"response_type": None}), ("invalid_scope", {"scope": "everything"}),
                                        ("invalid_scope", {"scope": "edit_domain"}), ("invalid_request", {"response_mode": "fragment"}), ("invalid_request", {"code_challenge": "short", "code_challenge_method": "S256"}),
                                        ("invalid_request", {"code_challenge": CHALLENGE}), ("invalid_request", {"code_challenge": CHALLENGE, "code_challenge_method": "plain"})])
def test_what_cannot_be_goes_back_with_its_word(world, programs, word, more):
    answer = world.client(HOST).get(ask_for(programs["server"][0], **more))
    said = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK) and said["error"] == word and said["state"] == "s&t=1" and said["iss"], said


def test_a_program_without_a_secret_must_prove_itself(world, programs):
    device, redirect = programs["device"][0], "com.example.notes:/cb"
    answer = world.client(HOST).get(ask_for(device, redirect=redirect))
    assert answer.status_code == 302 and answer.headers["Location"].startswith(redirect + "?error=invalid_request")
    for wrong in (None, "x" * 43, VERIFIER + "x", CHALLENGE):
        _, said = decide(world, ask_for(device, redirect=redirect, **proof()))
        fields = {"grant_type": "authorization_code", "client_id": device, "code": said["code"], "redirect_uri": redirect}
        error(token(world, {**fields, **({"code_verifier": wrong} if wrong else {})}), "invalid_grant")
        # One try a code.
        error(token(world, {**fields, "code_verifier": VERIFIER}), "invalid_grant")
    _, said = decide(world, ask_for(device, redirect=redirect, **proof()))
    got = token(world, {"grant_type": "authorization_code", "client_id": device, "code": said["code"], "redirect_uri": redirect, "code_verifier": VERIFIER})
    assert got.status_code == 200 and bearer(world, got.json()["access_token"]).status_code == 200


def test_a_code_is_good_once_for_one_program_at_one_portal_for_two_minutes(world, programs):
    server, other = programs["server"], programs["other"]
    _, said = decide(world, ask_for(server[0]))
    fields = {"grant_type": "authorization_code", "code": said["code"], "redirect_uri": BACK}
    error(token(world, fields, auth=other), "invalid_grant")
    error(token(world, fields, auth=programs["elsewhere"], host=OTHER), "invalid_grant")
    got = token(world, {**fields, "state": "mine"}, auth=server)
    assert got.status_code == 200 and got.json()["state"] == "mine"
    # The second use is a theft: what the first brought is over.
    error(token(world, fields, auth=server), "invalid_grant")
    assert bearer(world, got.json()["access_token"]).status_code == 401
    error(token(world, {"grant_type": "refresh_token", "refresh_token": got.json()["refresh_token"]}, auth=server), "invalid_grant")
    _, said = decide(world, ask_for(server[0]))
    error(token(world, {**fields, "code": said["code"], "redirect_uri": DONE}, auth=server), "invalid_grant")
    _, said = decide(world, ask_for(server[0]))
    error(token(world, {**fields, "code": said["code"], "code_verifier": VERIFIER}, auth=server), "invalid_grant")  # no challenge came before: a downgrade
    _, said = decide(world, ask_for(server[0]))
    world.advance(121)
    error(token(world, {**fields, "code": said["code"]}, auth=server), "invalid_grant")


def test_a_refresh_token_used_twice_ends_everything_that_came_of_it(world, programs):
    server = programs["server"]
    first = tokens(world, server)
    fields = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    error(token(world, fields, auth=programs["other"]), "invalid_grant")
    error(token(world, {**fields, "scope": "edit_dataset"}, auth=server), "invalid_scope")
    second = token(world, fields, auth=server).json()
    assert bearer(world, second["access_token"]).status_code == 200
    error(token(world, fields, auth=server), "invalid_grant")
    for text in (first["access_token"], second["access_token"]):
        assert bearer(world, text).status_code == 401
    error(token(world, {**fields, "refresh_token": second["refresh_token"]}, auth=server), "invalid_grant")
    # At the same moment: one at most is served, and then nothing is left.
    third = tokens(world, server)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: token(world, {**fields, "refresh_token": third["refresh_token"]}, auth=server), range(6)))
    good = [a.json() for a in answers if a.status_code == 200]
    assert len(good) == 1 and {a.json().get("error") for a in answers} == {None, "invalid_grant"}
    assert bearer(world, good[0]["access_token"]).status_code == 401


def test_who_a_program_is_has_to_be_right(world, programs):
    client_id, secret = programs["server"]
    fields = {"grant_type": "client_credentials"}
    answer = error(token(world, fields, auth=(client_id, secret + "x")), "invalid_client", 401)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    error(token(world, {**fields, "client_id": client_id, "client_secret": "x"}), "invalid_client", 400)
    error(token(world, {**fields, "client_id": client_id}), "invalid_client", 400)
    error(token(world, {**fields, "client_id": client_id, "client_secret": secret}, auth=(client_id, secret)), "invalid_request")
    error(token(world, {**fields, "client_id": "other"}, auth=(client_id, secret)), "invalid_request")
    error(token(world, fields, auth=(client_id, secret), host=OTHER), "invalid_client", 401)
    error(token(world, [("grant_type", "client_credentials"), ("grant_type", "refresh_token"), ("client_id", client_id), ("client_secret", secret)]), "invalid_request")
    error(token(world, {"grant_type": "password", "username": ADA, "password": PASSWORD}, auth=(client_id, secret)), "unsupported_grant_type")
    error(token(world, json.dumps(fields), auth=(client_id, secret), **{"Content-Type": "application/json"}), "invalid_request")
    error(token(world, fields, auth=programs["other"]), "unauthorized_client")
    good = token(world, {**fields, "client_id": client_id, "client_secret": secret, "scope": "read create_dataset"})
    assert good.status_code == 200 and "refresh_token" not in good.json() and good.json()["scope"] == "read create_dataset"
    assert bearer(world, good.json()["access_token"], "/api/automation/v1.0/datasets/").status_code == 200
    assert requests.get(url(world, "/oauth2/token/"), headers=HEADERS, timeout=60).status_code == 405


def test_only_the_newest_tokens_of_a_yes_are_good(world, programs):
    fields = {"grant_type": "client_credentials"}
    made = [token(world, fields, auth=programs["server"]).json()["access_token"] for _ in range(21)]
    assert [bearer(world, one).status_code for one in (made[0], made[1], made[20])] == [401, 200, 200]


def test_revoking_and_asking_are_for_ones_own_tokens(world, programs):
    got = tokens(world, programs["server"])
    for path in ("/oauth2/revoke/", "/oauth2/introspect/"):
        answer = token(world, {"token": got["access_token"]}, auth=programs["other"], path=path)
        assert answer.status_code == 200 and answer.json().get("active") in (None, False)
    error(token(world, {"token": got["access_token"], "client_id": programs["device"][0]}, path="/oauth2/introspect/"), "invalid_client")
    assert bearer(world, got["access_token"]).status_code == 200
    assert token(world, {"token": got["access_token"], "token_type_hint": "access_token"}, auth=programs["server"], path="/oauth2/revoke/").status_code == 200
    assert bearer(world, got["access_token"]).status_code == 401
    assert token(world, {"token": got["access_token"]}, auth=programs["server"], path="/oauth2/introspect/").json() == {"active": False}


def test_a_changed_program_takes_along_what_it_may_no_longer(world, programs):
    client_id, secret, _ = register(world, "Changing", scope=["edit_dataset"], alone="on")
    number = next(r["id"] for r in world.table("oauth_program") if r["client"] == client_id)
    page = f"/backoffice/programs/{number}/"
    wide, plain = tokens(world, (client_id, secret), scope="edit_dataset"), tokens(world, (client_id, secret))
    root = signed_in(world, ROOT_USER)
    assert root.form(page, {"do": "save", "name": "Changing", "redirects": BACK, "alone": "on"}).status_code == 303
    assert bearer(world, wide["access_token"]).status_code == 401 and bearer(world, plain["access_token"]).status_code == 200
    renewed = root.form(page, {"do": "renew"})
    fresh = re.findall(r"<pre[^>]*><code[^>]*>([^<]*)</code>", renewed.text)[1]
    error(token(world, {"grant_type": "client_credentials"}, auth=(client_id, secret)), "invalid_client", 401)
    assert token(world, {"grant_type": "client_credentials"}, auth=(client_id, fresh)).status_code == 200
    # Somebody else who renews the secret does not get to work in the first one's name.
    world.fixture(users=[{"host": HOST, "email": "second@isoc.example", "name": "Second", "password": PASSWORD, "role": "admin", "totp": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}])
    taken = re.findall(r"<pre[^>]*><code[^>]*>([^<]*)</code>", signed_in(world, "second@isoc.example").form(page, {"do": "renew"}).text)[1]
    error(token(world, {"grant_type": "client_credentials"}, auth=(client_id, taken)), "unauthorized_client")
    assert root.form(page + "remove/").status_code == 303
    assert bearer(world, plain["access_token"]).status_code == 401
