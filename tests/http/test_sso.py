"""Signing in by OpenID Connect: through a real provider with its own pages, and from a provider that lies."""
import base64
import json
import time

import pytest
import requests

from conftest import stoa
from sso_world import ORIGIN, PORTAL, Portal, back, click, is_in, node, said, token_of, walk, way

REDIRECT = f"{ORIGIN}/oidc/authenticate"
CLIENT = {"issuer": None, "client_id": "stoa", "secret": "a secret of the client", "scopes": "openid profile email", "claims": "sub groups"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    world = Portal(tmp_path_factory.mktemp("sso") / "data").start()
    yield world
    world.stop()


def provider_of(world, name, alg, auth="client_secret_basic"):
    process, issuer = node("oidc_provider.mjs", {"redirect_uri": REDIRECT, "post_logout": f"{ORIGIN}/", "alg": alg, "auth": auth})
    world.set(name, "oidc", **{**CLIENT, "issuer": issuer, "label": f"Town {name}"})
    return process, issuer


@pytest.fixture(scope="module")
def real(portal):
    process, issuer = provider_of(portal, "town", "RS256")
    yield issuer
    process.kill()
    process.wait()


def sign_in(portal, who, provider="town", next_="/"):
    c = portal.client()
    url = way(click(c, provider, next_))
    return c, back(c, walk(url, who))


def test_through_a_real_provider(portal, real):
    c = portal.client()
    assert not is_in(c)
    answer = click(c, "town", "/explore/?q=trees")
    url = way(answer)
    assert "code_challenge_method=S256" in url and "code_challenge=" in url and "nonce=" in url and "response_type=code" in url
    assert "no-store" in answer.headers["Cache-Control"]
    assert "sessionid" not in c.jar
    done = back(c, walk(url, "ada"))
    assert done.status_code == 303 and done.headers["Location"] == "/explore/?q=trees", done.text[:1500]
    assert is_in(c)
    # The profile came from the userinfo endpoint, since this provider keeps it out of the token.
    accounts = portal.query("select email, name from account where email like '%people.example'")
    assert ("ada@people.example", "Ada Lovelace") in accounts
    assert portal.query("select value from sso_claim where name = 'groups' order by place") == [("staff",), ("maps",)]
    # The second time it is the same account.
    again, _ = sign_in(portal, "ada")
    assert is_in(again) and portal.query("select count(*) from account where email = 'ada@people.example'") == [(1,)]


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_every_signature_that_a_provider_offers(portal, alg):
    process, _ = provider_of(portal, alg.lower(), alg, "client_secret_post")
    try:
        c, done = sign_in(portal, "bob", alg.lower())
        assert done.status_code == 303 and is_in(c), done.text[:1500]
    finally:
        process.kill()
        process.wait()
        stoa(portal.data, "sso", "remove", alg.lower(), "--portal", PORTAL)


def test_aut_10_an_address_is_no_key(portal, real):
    """Eve's provider says that she has an address of an account here."""
    stoa(portal.data, "user", "add", "ada@isoc.example", "--portal", PORTAL, "--role", "member")
    c, done = sign_in(portal, "eve")
    assert said(done) == "address_taken" and not is_in(c)


def test_without_provisioning_only_known_people_come_in(portal, real):
    stoa(portal.data, "sso", "set", "town", "provision=false", "--portal", PORTAL)
    try:
        c, done = sign_in(portal, "nemo")
        assert said(done) == "no_account" and not is_in(c)
        c, done = sign_in(portal, "ada")
        assert done.status_code == 303 and is_in(c)
    finally:
        stoa(portal.data, "sso", "set", "town", "provision=true", "--portal", PORTAL)


def test_a_person_without_address_gets_no_account(portal, real):
    c, done = sign_in(portal, "nemo")
    assert said(done) == "no_email" and not is_in(c)


def test_the_condition_of_access(portal, real):
    stoa(portal.data, "sso", "set", "town", "condition_claim=groups", "condition_value=maps", "--portal", PORTAL)
    try:
        assert said(sign_in(portal, "bob")[1]) == "condition"
        assert is_in(sign_in(portal, "ada")[0])
    finally:
        stoa(portal.data, "sso", "set", "town", "condition_claim=", "condition_value=", "--portal", PORTAL)


def test_a_rule_may_ask_for_what_the_provider_says(portal, real, tmp_path):
    """platform §2.3: records whose field equals the caller's attribute; whoever has none sees none."""
    table = tmp_path / "work.csv"
    table.write_text("team,what\nstaff,desks\nmaps,tiles\nother,secrets\n,nobody\n", encoding="utf-8")
    stoa(portal.data, "publish", table, "--portal", PORTAL, "--id", "work")
    stoa(portal.data, "secure", "work", "--portal", PORTAL, "--filter", "#attr(team, groups) and what != '#attr(x)'")

    def rows(client):
        answer = client.get("/api/explore/v2.1/catalog/datasets/work/records?order_by=what").json()
        assert client.get("/api/explore/v2.1/catalog/datasets/work").json()["metas"]["default"]["records_count"] == answer["total_count"]
        return [r["what"] for r in answer["results"]]
    assert rows(sign_in(portal, "ada")[0]) == ["desks", "tiles"]
    assert rows(sign_in(portal, "bob")[0]) == []
    assert rows(portal.client()) == []
    refused = stoa(portal.data, "secure", "work", "--portal", PORTAL, "--filter", "#attr(team)", check=False)
    assert refused.returncode != 0 and "Expected #attr(field, attribute)" in refused.stderr
    refused = stoa(portal.data, "secure", "work", "--portal", PORTAL, "--filter", "#attr(nosuch, groups)", check=False)
    assert refused.returncode != 0 and "nosuch" in refused.stderr


def test_refusing_there_is_no_sign_in_here(portal, real):
    c = portal.client()
    url = way(click(c, "town"))
    state = dict(p.split("=") for p in url.split("?", 1)[1].split("&"))["state"]
    assert said(c.get(f"/oidc/authenticate?error=access_denied&state={state}")) == "access_denied"
    assert not is_in(c)


def test_csr_13_an_answer_is_good_once_and_in_one_browser(portal, real):
    c, other = portal.client(), portal.client()
    here = walk(way(click(c, "town")), "ada")
    other.get("/login/")
    assert said(back(other, here)) == "binding" and not is_in(other)
    # It is over for the first browser, too.
    assert said(back(c, here)) == "state" and not is_in(c)
    here = walk(way(click(c, "town")), "ada")
    assert back(c, here).status_code == 303
    assert said(back(portal.client(), here)) == "state"
    assert said(portal.client().get("/oidc/authenticate?state=&code=x")) == "state"


def test_csr_13_a_transaction_lasts_ten_minutes(portal, real):
    import sqlite3
    c = portal.client()
    here = walk(way(click(c, "town")), "ada")
    with sqlite3.connect(portal.data / "stoa.db", timeout=10) as db:
        db.execute("update sso_transaction set created = created - 601000000")
    db.close()
    assert said(back(c, here)) == "late" and not is_in(c)


def test_a_provider_may_stand_before_the_password(portal, real):
    page = lambda: portal.client().get("/login/").text.split("<main")[1]
    before = page()
    assert before.index('name="password"') < before.index("/login/sso/town/") and "You can also sign in with:" in before
    portal.set("town", "oidc", leads="on")
    try:
        after = page()
        assert after.index("/login/sso/town/") < after.index("Or with an address and a password:") < after.index('name="password"')
        assert after.count("/login/sso/town/") == 1
    finally:
        portal.set("town", "oidc", leads="off")
    assert page().index('name="password"') < page().index("/login/sso/town/")


def test_starting_needs_the_visitors_click(portal, real):
    c = portal.client()
    assert c.get("/login/sso/town/").status_code == 405
    assert c.post("/login/sso/town/", {"next": "/"}).status_code == 403
    assert c.request("HEAD", "/oidc/authenticate?state=x&code=y").status_code == 405
    page = c.get("/login/")
    token = token_of(page)
    assert c.post("/login/sso/nobody/", {"csrfmiddlewaretoken": token}).status_code == 404
    # Whoever asks for another site is led home.
    done = back(c, walk(way(click(c, "town", "https://evil.example/")), "ada"))
    assert done.status_code == 303 and done.headers["Location"] == "/"


def test_what_providers_are_told_about_us(portal):
    c = portal.client()
    info = c.get("/oidc/client_info").json()
    assert info["redirect_uris"] == [REDIRECT] and info["client_name"] == "Internet Society"
    assert info["backchannel_logout_uri"] == f"{ORIGIN}/oidc/backchannel_logout"


def test_the_command_tests_a_provider(portal, real):
    assert "ok" in stoa(portal.data, "sso", "test", "town", "--portal", PORTAL).stdout
    listed = json.loads(stoa(portal.data, "sso", "list", "--portal", PORTAL, "--json").stdout)
    town = [p for p in listed if p["id"] == "town"][0]
    assert town["has_secret"] and "secret" not in json.dumps(town).replace("has_secret", "")
    assert "a secret of the client" not in json.dumps(portal.query("select * from sso_provider"))


@pytest.mark.parametrize("fields, word", [
    ({"issuer": "id.example"}, "issuer"), ({"client_id": ""}, "client_id"), ({"scopes": "email"}, "openid"), ({"label": ""}, "label"),
    ({"role": "king"}, "role"), ({"profile_url": "javascript:alert(1)"}, "profile_url"), ({"colour": "red"}, "colour"),
    ({"metadata": "<x/>"}, "metadata"), ({"provision": "maybe"}, "provision"), ({"discovery": "{}"}, "discovery"), ({"condition_value": "x"}, "condition_claim")])
def test_settings_that_cannot_be_are_refused_by_name(portal, fields, word):
    good = {"issuer": "https://id.example", "client_id": "stoa", "label": "X", **fields}
    done = stoa(portal.data, "sso", "set", "bad", *[f"{k}={v}" for k, v in good.items()], "--kind", "oidc", "--portal", PORTAL, check=False)
    assert done.returncode == 1 and word in done.stderr, done.stderr


# --- lies ---------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def liar(portal):
    process, issuer = node("oidc_liar.mjs")

    def lie(**what):
        # A provider set anew has nothing remembered of its former answers.
        portal.set("liar", "oidc", **{**CLIENT, "issuer": issuer, "label": "Liar", "claims": "sub"})
        return requests.post(f"{issuer}/lie", data=json.dumps(what), timeout=10).json()

    lie.issuer = issuer
    yield lie
    process.kill()
    process.wait()


def attempt(portal):
    c = portal.client()
    url = way(click(c, "liar"))
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert "spy" not in c.jar
    return c, back(c, answer.headers["Location"])


def test_the_liar_can_be_honest(portal, liar):
    liar()
    c, done = attempt(portal)
    assert done.status_code == 303 and is_in(c)
    assert "spy" not in str(done.headers)


NOW = int(time.time())


@pytest.mark.parametrize("lie, reason", [
    ({"claims": {"iss": "https://evil.example"}}, "issuer"),
    ({"claims": {"aud": "other"}}, "audience"),
    ({"claims": {"aud": ["stoa", "other"]}}, "audience"),
    ({"claims": {"azp": "other"}}, "audience"),
    ({"claims": {"exp": NOW - 3600, "iat": NOW - 4000}}, "expired"),
    ({"claims": {"iat": NOW + 4000, "exp": NOW + 8000}}, "times"),
    ({"claims": {"nonce": "another"}}, "nonce"),
    ({"without": ["nonce"]}, "nonce"),
    ({"without": ["sub"]}, "subject"),
    ({"without": ["exp"]}, "times"),
    ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, "at_hash"),
    ({"unsigned": True}, "algorithm"),
    ({"hmac": True}, "algorithm"),
    ({"key": "stranger"}, "signature"),
    ({"key": "second"}, "key"),
    ({"garbage": True}, "token"),
    ({"back": {"iss": "https://evil.example"}}, "issuer"),
    ({"discovery": {"authorization_response_iss_parameter_supported": True}}, "issuer"),
    ({"back": {"code": "made up"}}, "code"),
    ({"token": {"text": "<html>"}}, "token_endpoint"),
    ({"token": {"text": "{}"}}, "code"),
    ({"without": ["email"], "me": {"sub": "somebody else", "email": "root@isoc.example"}}, "userinfo"),
    ({"huge": True}, "unreachable"),
])
def test_nobody_is_signed_in_by_a_lie(portal, liar, lie, reason):
    liar(**lie)
    before = len(portal.query("select * from session"))
    c, done = attempt(portal)
    assert said(done) == reason
    assert not is_in(c) and "sessionid" not in c.jar
    assert len(portal.query("select * from session")) == before
    assert "evil.example" not in done.text


@pytest.mark.parametrize("lie", [
    {"discovery": {"issuer": "https://evil.example"}}, {"redirect": "discovery"}, {"discovery": {"token_endpoint": "file:///etc/passwd"}},
    {"discovery": {"authorization_endpoint": "javascript:alert(1)"}}, {"discovery": {"jwks_uri": ""}}])
def test_a_discovery_document_that_lies_leads_nowhere(portal, liar, lie):
    liar(**lie)
    c = portal.client()
    assert said(click(c, "liar")) == "unreachable"
    assert "BAD" in stoa(portal.data, "sso", "test", "liar", "--portal", PORTAL, check=False).stdout


def test_a_slow_provider_ends_in_time(portal, liar):
    liar(slow="keys")
    from_ = time.monotonic()
    c, done = attempt(portal)
    assert said(done) == "unreachable" and time.monotonic() - from_ < 14 and not is_in(c)


def test_keys_that_were_changed_are_fetched_again(portal, liar):
    """Once a minute at most, so that tokens with made-up key ids cost the provider nothing."""
    import sqlite3
    liar()
    assert is_in(attempt(portal)[0])
    asked = requests.post(f"{liar.issuer}/lie", data='{"rotate": true, "key": "second"}', timeout=10).json()["asked"]
    assert said(attempt(portal)[1]) == "key"
    with sqlite3.connect(portal.data / "stoa.db", timeout=10) as db:
        db.execute("update sso_provider set keys_at = keys_at - 61000000 where id = 'liar'")
    db.close()
    c, done = attempt(portal)
    assert done.status_code == 303 and is_in(c)
    assert requests.post(f"{liar.issuer}/lie", data='{"key": "second"}', timeout=10).json()["asked"] == asked + 1


def test_a_provider_at_a_private_address_needs_the_operators_word(tmp_path, liar):
    """Without call_private neither the address itself nor a name for it is called."""
    world = Portal(tmp_path / "data")
    world.options = ()
    from conftest import Server
    world.server = Server(world.data, "--trusted-proxies", "127.0.0.1/32")
    port = liar.issuer.rsplit(":", 1)[1]
    try:
        for issuer in (f"https://127.0.0.1:{port}", f"https://localhost:{port}", f"https://[::1]:{port}", "https://169.254.169.254"):
            world.set("inside", "oidc", **{**CLIENT, "issuer": issuer, "label": "Inside"})
            assert said(click(world.client(), "inside")) == "unreachable"
            assert "public internet" in stoa(world.data, "sso", "test", "inside", "--portal", PORTAL, check=False).stdout
        done = stoa(world.data, "sso", "set", "inside", f"issuer=http://127.0.0.1:{port}", "--portal", PORTAL, check=False)
        assert done.returncode == 1 and "https" in done.stderr
    finally:
        world.stop()


def test_linking_another_provider(portal, real, liar):
    """Signed in by one provider, an identity of another is added; then either way leads to the same account, until it is removed."""
    # Without a session there is nothing to link to.
    nobody = portal.client()
    answer = nobody.post("/login/sso/town/", {"csrfmiddlewaretoken": token_of(nobody.get("/login/")), "link": "on"})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/")
    liar(claims={"sub": "linda", "email": "linda@liar.example"})
    c, _ = attempt(portal)
    assert is_in(c)
    url = way(c.post("/login/sso/town/", {"csrfmiddlewaretoken": c.token(), "link": "on"}))
    done = back(c, walk(url, "linda"))
    assert done.status_code == 303 and done.headers["Location"] == "/account/security/?done=linked"
    other, done = sign_in(portal, "linda")
    assert is_in(other) and other.get("/api/auth/session").json() == c.get("/api/auth/session").json()
    assert "Profile" in c.get("/account/security/").text or "Town town" in c.get("/account/security/").text
    # What one browser began as somebody, another cannot end.
    url = way(c.post("/login/sso/town/", {"csrfmiddlewaretoken": c.token(), "link": "on"}))
    assert said(back(portal.client(), walk(url, "bob"))) == "binding"
    assert c.post("/account/identities/town/", {"csrfmiddlewaretoken": c.token()}).status_code == 303
    # The last way in stays.
    assert c.post("/account/identities/liar/", {"csrfmiddlewaretoken": c.token()}).status_code == 422
    stranger, done = sign_in(portal, "linda")
    assert said(done) == "no_email" and not is_in(stranger)


def test_refusals_stand_in_the_security_log(portal, liar):
    liar(claims={"nonce": "another"})
    attempt(portal)
    def noted():
        return [r for r in portal.refusals() if "sso.refused" in str(r) or "nonce" in str(r)]
    end = time.monotonic() + 10
    while not noted() and time.monotonic() < end:
        time.sleep(0.1)
    assert any("nonce" in str(r) for r in noted())


# --- leaving ------------------------------------------------------------------------------------------------------

def test_signing_out_here_leads_to_signing_out_there(portal, real):
    c, _ = sign_in(portal, "ada")
    answer = c.form("/logout/")
    assert answer.status_code == 200 and not is_in(c) and "sessionid" not in c.jar
    url = answer.headers["Refresh"].split("url=", 1)[1]
    assert url.startswith(f"{real}/session/end?client_id=stoa&post_logout_redirect_uri=")
    assert requests.get(url, timeout=10).status_code == 200


def test_a_provider_ends_the_sessions_of_who_left(portal, liar):
    liar()
    c, _ = attempt(portal)
    assert is_in(c)
    anybody = portal.client()
    for lie, status in [({"key": "stranger"}, 400), ({"logout": {"aud": "other"}}, 400), ({"logout": {"nonce": "x"}}, 400), ({"logout": {"events": {}}}, 400)]:
        liar(**lie)
        token = requests.post(f"{liar.issuer}/logout_token", timeout=10).json()["token"]
        assert anybody.post("/oidc/backchannel_logout", {"logout_token": token}).status_code == status
        assert is_in(c)
    liar()
    token = requests.post(f"{liar.issuer}/logout_token", timeout=10).json()["token"]
    head = {"Origin": None}
    assert anybody.post("/oidc/backchannel_logout", {"logout_token": token}, headers=head).status_code == 200
    assert not is_in(c)
    # The same again is a replay.
    assert anybody.post("/oidc/backchannel_logout", {"logout_token": token}, headers=head).status_code == 400
    assert anybody.post("/oidc/backchannel_logout", {"logout_token": "a.b.c"}).status_code == 400
    assert anybody.post("/oidc/backchannel_logout", {}).status_code == 400


@pytest.mark.parametrize("path", ["/oidc/authenticate?state=" + "A" * 8000, "/oidc/authenticate?state=%00", "/oidc/authenticate?code=" + base64.b64encode(b"x" * 99).decode(),
                                  "/oidc/authenticate?iss=%ff", "/oidc/authenticate"])
def test_nonsense_is_answered_like_nonsense(portal, path):
    assert portal.client().get(path).status_code in (400, 403, 414)
