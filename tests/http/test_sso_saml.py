"""Signing in by SAML 2.0: through an identity provider that is not ours (npm samlify), and past what a forger does."""
import json
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
import requests

from conftest import stoa
from sso_world import ORIGIN, PORTAL, Portal, click, is_in, node, said, way

ACS = f"{ORIGIN}/saml2/acs"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    world = Portal(tmp_path_factory.mktemp("saml") / "data").start()
    yield world
    world.stop()


def key_pair(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-days", "2",
                    "-subj", "/CN=idp"], check=True, capture_output=True)
    return (folder / f"{name}.key").read_text(), (folder / f"{name}.pem").read_text()


@pytest.fixture(scope="module")
def idp(portal, tmp_path_factory):
    folder = tmp_path_factory.mktemp("idp")
    key, cert = key_pair(folder, "idp")
    other_key, other_cert = key_pair(folder, "other")
    sp = portal.client().get("/saml2/metadata.xml")
    assert sp.status_code == 200 and sp.headers["Content-Type"] == "application/samlmetadata+xml"
    process, address = node("saml_idp.mjs", {"key": key, "cert": cert, "other_key": other_key, "other_cert": other_cert, "sp": sp.text})
    (folder / "idp.xml").write_text(requests.get(f"{address}/metadata", timeout=10).text)
    stoa(portal.data, "sso", "set", "saml", "label=Town hall", f"metadata=@{folder / 'idp.xml'}", "--kind", "saml", "--portal", PORTAL)
    yield address
    process.kill()
    process.wait()


def begin(portal, next_="/"):
    c = portal.client()
    return c, way(click(c, "saml", next_))


def ask(url, lie=None):
    answer = requests.get(url, params={"lie": json.dumps(lie or {})}, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(c, form):
    """As a browser does from another site: without cookies, which are Lax."""
    return c.post("/saml2/acs", {k: form[k] for k in ("SAMLResponse", "RelayState")}, cookies={}, headers={"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"})


def finish(c, form):
    answer = post(c, form)
    if answer.status_code != 303:
        return answer
    assert "Set-Cookie" not in answer.headers and answer.headers["Location"].startswith("/saml2/acs?relay=")
    return c.get(answer.headers["Location"])


def attempt(portal, lie=None, next_="/"):
    c, url = begin(portal, next_)
    return c, finish(c, ask(url, lie))


def test_our_metadata_is_what_providers_expect(portal):
    root = ElementTree.fromstring(portal.client().get("/saml2/metadata.xml").text)
    md = "{urn:oasis:names:tc:SAML:2.0:metadata}"
    assert root.get("entityID") == f"{ORIGIN}/saml2/metadata.xml"
    acs = root.find(f"{md}SPSSODescriptor/{md}AssertionConsumerService")
    assert acs.get("Location") == ACS and acs.get("Binding").endswith("HTTP-POST")


def test_through_an_identity_provider(portal, idp):
    c, url = begin(portal, "/explore/?q=trees")
    form = ask(url)
    assert form["request"]["request"]["assertionConsumerServiceUrl"] == ACS
    done = finish(c, form)
    assert done.status_code == 303, said(done)
    assert done.headers["Location"] == "/explore/?q=trees"
    assert is_in(c)
    assert portal.query("select email, name from account where email like '%saml.example'") == [("sam@saml.example", "Sam Öztürk")]
    assert portal.query("select value from sso_claim where name = 'groups' order by place") == [("staff",), ("maps",)]
    # The same person again, with the whole message signed, too.
    c, done = attempt(portal, {"sign": "message"})
    assert done.status_code == 303 and is_in(c)
    assert portal.query("select count(*) from account where email = 'sam@saml.example'") == [(1,)]


HOUR = 3600


@pytest.mark.parametrize("lie, reason", [
    ({"forge": "unsigned"}, "signature"), ({"forge": "changed"}, "signature"), ({"forge": "name"}, "signature"), ({"stranger": True}, "signature"),
    ({"forge": "before"}, "xml"), ({"forge": "after"}, "xml"), ({"forge": "around"}, "xml"), ({"forge": "object"}, "xml"),
    ({"forge": "doctype"}, "xml"), ({"forge": "bomb"}, "xml"), ({"forge": "deep"}, "xml"), ({"forge": "cut"}, "xml"), ({"forge": "noise"}, "xml"),
    ({"forge": "encrypted"}, "encrypted"),
    ({"words": {"Issuer": "https://evil.example"}}, "issuer"),
    ({"words": {"AssertionIssuer": "https://evil.example"}}, "issuer"),
    ({"words": {"Audience": "https://other.example"}}, "audience"),
    ({"words": {"Recipient": "https://other.example/acs"}}, "recipient"),
    ({"words": {"Destination": "https://other.example/acs"}}, "recipient"),
    ({"words": {"InResponseTo": "_another"}}, "in_response_to"),
    ({"words": {"SubjectInResponseTo": "_another"}}, "in_response_to"),
    ({"words": {"NotBefore": -2 * HOUR, "NotOnOrAfter": -HOUR}}, "expired"),
    ({"words": {"SubjectNotOnOrAfter": -HOUR}}, "expired"),
    ({"words": {"NotBefore": HOUR, "NotOnOrAfter": 2 * HOUR}}, "expired"),
    ({"words": {"Method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"}}, "subject"),
    ({"words": {"NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}}, "transient"),
    ({"words": {"StatusCode": "urn:oasis:names:tc:SAML:2.0:status:Responder"}}, "access_denied"),
    ({"words": {"NameID": ""}}, "subject"),
])
def test_nobody_is_signed_in_by_a_forgery(portal, idp, lie, reason):
    before = len(portal.query("select * from session"))
    c, done = attempt(portal, lie)
    assert said(done) == reason
    assert not is_in(c) and "sessionid" not in c.jar
    assert len(portal.query("select * from session")) == before
    assert "evil.example" not in done.text


def test_an_assertion_is_good_once(portal, idp):
    c, done = attempt(portal, {"assertion_id": "_the_same"})
    assert done.status_code == 303
    c, done = attempt(portal, {"assertion_id": "_the_same"})
    assert said(done) == "replay" and not is_in(c)
    # An old answer in a new sign-in is an answer to another request.
    ask(begin(portal)[1])
    c, url = begin(portal)
    assert said(finish(c, ask(url, {"again": True}))) == "in_response_to" and not is_in(c)


def test_csr_13_the_browser_that_began_is_the_one_that_ends(portal, idp):
    c, url = begin(portal)
    form = ask(url)
    answer = post(c, form)
    other = portal.client()
    other.get("/login/")
    assert said(other.get(answer.headers["Location"])) == "binding" and not is_in(other)
    assert said(c.get(answer.headers["Location"])) == "state" and not is_in(c)
    # Posting is only good while the transaction lives, and once.
    c, url = begin(portal)
    form = ask(url)
    assert post(c, form).status_code == 303 and said(post(c, form)) == "state"
    assert said(portal.client().post("/saml2/acs", {"SAMLResponse": "eA==", "RelayState": "x" * 43})) == "state"
    assert said(portal.client().post("/saml2/acs", {"SAMLResponse": "eA=="})) == "state"
    # The answer alone, without a post before, is nothing.
    c, url = begin(portal)
    relay = url.rsplit("RelayState=", 1)[1]
    assert said(c.get(f"/saml2/acs?relay={relay}")) == "provider" and not is_in(c)


def test_bounds_on_what_is_posted(portal, idp):
    c, url = begin(portal)
    form = ask(url)
    form["SAMLResponse"] = "A" * 300_000
    assert said(post(c, form)) == "state"
    form["SAMLResponse"] = "A" * 900_000
    assert post(c, form).status_code == 413
    assert c.request("HEAD", "/saml2/acs?relay=x").status_code == 405


def test_the_person_may_be_named_by_an_attribute(portal, idp):
    stoa(portal.data, "sso", "set", "saml", "id_attribute=mail", "condition_claim=groups", "condition_value=maps", "--portal", PORTAL)
    try:
        c, done = attempt(portal, {"words": {"NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "NameID": "t-1", "mail": "tim@saml.example"}})
        assert done.status_code == 303 and is_in(c)
        c, done = attempt(portal, {"words": {"NameID": "t-2", "mail": ""}})
        assert said(done) == "subject"
    finally:
        stoa(portal.data, "sso", "set", "saml", "id_attribute=", "condition_claim=", "condition_value=", "--portal", PORTAL)


@pytest.mark.parametrize("text", ["<x/>", "no xml", "<!DOCTYPE x><EntityDescriptor/>", "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='x'/>"])
def test_metadata_that_cannot_be_used(portal, text):
    done = stoa(portal.data, "sso", "set", "broken", "label=Broken", f"metadata={text}", "--kind", "saml", "--portal", PORTAL, check=False)
    if done.returncode == 0:
        assert "BAD" in stoa(portal.data, "sso", "test", "broken", "--portal", PORTAL, check=False).stdout
        assert said(click(portal.client(), "broken")) == "unreachable"
        stoa(portal.data, "sso", "remove", "broken", "--portal", PORTAL)
    else:
        assert "metadata" in done.stderr


def test_the_command_tests_a_provider(portal, idp):
    assert f"{idp}/sso" in stoa(portal.data, "sso", "test", "saml", "--portal", PORTAL).stdout
