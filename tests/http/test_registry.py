"""The registry of cookies as strangers and administrators meet it: the document and its schema, dry runs, publishing, markup, reports
of browsers, and the record of processing. Cases are those of chapter 8.2."""
import base64
import hashlib
import json
import re

import jsonschema
import pytest

from conftest import stoa
from probe import set_cookies
from registry_world import ITEM, KEEPER, MATOMO, TAGS, YOUTUBE, changed, editor, keeper, publish

WELL_KNOWN = "/.well-known/cookies.json"


@pytest.fixture(scope="module")
def root(world):
    return keeper(world)


def registry(world, host, **more):
    return world.client(host).get(WELL_KNOWN, **more)


# --- the document ---------------------------------------------------------------------------------------------------

def test_reg_t01_the_document_fits_its_schema(world):
    c = world.client("isoc.example")
    answer = c.get(WELL_KNOWN)
    schema = c.get("/terms/cookies-policy.schema.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"] == f'"{answer.json()["hash"]}"'
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert not set_cookies(answer) and not set_cookies(schema)
    jsonschema.Draft202012Validator.check_schema(schema.json())
    jsonschema.validate(answer.json(), schema.json(), cls=jsonschema.Draft202012Validator)
    assert [x["name"] for x in answer.json()["items"]] == ["sessionid", "django_language", "csrftoken", "cookies_preferences"]
    assert "development" not in answer.json()
    assert c.get("/terms/cookies-policy.json").content == answer.content
    head = c.request("HEAD", WELL_KNOWN)
    assert head.status_code == 200 and not head.content and head.headers["ETag"] == answer.headers["ETag"]


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_reg_t02_the_hash_is_of_the_canonical_form_without_hash_and_verification(world):
    for host in ("isoc.example", "tags.example", "delwp.example"):
        text = registry(world, host).content
        value = json.loads(text)
        assert canonical(value) == text
        told = value.pop("hash")
        value.pop("verification", None)
        assert told == "sha256-" + hashlib.sha256(canonical(value)).hexdigest()
        assert told in world.client(host).get("/terms/cookies-policy/").text


def test_reg_t03_who_has_it_is_told_so(world):
    tag = registry(world, "isoc.example").headers["ETag"]
    again = registry(world, "isoc.example", headers={"If-None-Match": tag})
    assert again.status_code == 304 and not again.content


def test_one_language_and_earlier_versions(world):
    one = registry(world, "isoc.example").json()
    limited = world.client("isoc.example").get(WELL_KNOWN + "?flg=fr").json()
    assert limited["items"][0]["function"] == {"fr": "Authentification"} and limited["hash"] == one["hash"]
    assert world.client("isoc.example").get(WELL_KNOWN + "?v=1").json()["policy"]["version"] == 1
    for wrong in ("0", "999", "-1", "1e9", "x", ""):
        assert world.client("isoc.example").get(WELL_KNOWN + "?v=" + wrong).status_code == 404, wrong


def test_jar_t16_one_language_means_no_language_cookie(world):
    found = registry(world, "delwp.example").json()
    assert [x["name"] for x in found["items"]] == ["sessionid", "csrftoken", "cookies_preferences"]
    assert found["audience_measurement"] == {"enabled": False, "stores_on_device": False}


def test_the_key_that_signs_is_published(world):
    key = world.client("isoc.example").get("/.well-known/cookies-key.json").json()
    assert key["crv"] == "Ed25519" and len(base64.urlsafe_b64decode(key["x"] + "=")) == 32
    assert key["x"] != world.client("tags.example").get("/.well-known/cookies-key.json").json()["x"]


# --- editing --------------------------------------------------------------------------------------------------------

def test_the_registry_is_edited_by_people_who_may(world):
    stranger = world.client("tags.example")
    assert stranger.get("/backoffice/privacy/registry.json").status_code in (302, 303, 401)
    ada = editor(world, "isoc.example", "ada@isoc.example")
    assert ada.get("/backoffice/privacy/registry.json").status_code == 403
    assert ada.get("/backoffice/privacy/").status_code == 403


def test_reg_t17_a_dry_run_shows_and_stores_nothing(world, root):
    before = registry(world, "tags.example").json()
    answer = publish(root, TAGS, dry=True)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["material"] is True and said["version"] == before["policy"]["version"] + 1
    assert {"change": "added", "of": "service", "id": "matomo", "field": "", "before": "", "after": "Matomo", "material": True} in said["differences"]
    assert "stats.test" not in said["csp"]["before"] and "https://stats.test" in said["csp"]["after"]
    assert registry(world, "tags.example").json() == before


@pytest.mark.parametrize("where,value,field", [
    (("items", 0, "attributes"), {"domain": "tags.example"}, "items.matomo.pk_id.attributes.domain"),
    (("items", 0, "lifetime"), {"type": "persistent", "seconds": 34560001}, "items.matomo.pk_id.lifetime.seconds"),
    (("items", 0, "name"), "a b", "items.matomo.pk_id.name"),
    (("items", 0), {**ITEM, "category": "necessary", "party": "third"}, "items.matomo.pk_id.category"),
])
def test_reg_t10_items_are_checked(root, where, value, field):
    answer = publish(root, changed(TAGS, where, value))
    assert answer.status_code == 422
    assert field in [x["field"] for x in answer.json()["faults"]], answer.text


def test_reg_t11_a_missing_translation_is_named(root):
    answer = publish(root, changed(TAGS, ("services", 0, "purpose"), {"en": "Measures which pages are read.", "ar": "يقيس الصفحات المقروءة."}))
    assert answer.status_code == 422
    assert [x["field"] for x in answer.json()["faults"]] == ["services.matomo.purpose.fr"] and "fr" in answer.json()["message"]


@pytest.mark.parametrize("directive,origin", [("frame", "*"), ("frame", "http://x.test"), ("frame", "https://*.com"), ("frame", "https://10.0.0.1"),
                                               ("script", "data:")])
def test_reg_t12_origins_are_checked(root, directive, origin):
    answer = publish(root, changed(TAGS, ("services", 1, "origins"), {directive: [origin]}))
    assert answer.status_code == 422
    assert f"services.youtube.origins.{directive}" in [x["field"] for x in answer.json()["faults"]]


def test_reg_t18_the_platform_keeps_its_items(root):
    now = root.get("/backoffice/privacy/registry.json").json()
    now["items"] = [x for x in now["items"] if x["id"] != "platform.csrftoken"]
    answer = publish(root, now)
    assert answer.status_code == 422 and answer.json()["faults"][0]["field"] == "items.platform.csrftoken"


def test_json_of_any_kind_is_answered_in_words(root):
    for body, status in ((b"", (400, 422)), (b"{", (400,)), (b"[]", (422,)), (b"7", (400, 422)), (b'{"services":{}}', (422,)), (b"\xff", (400,)),
                         (b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"}", (400,)), (b'{"services":[' + b"{}," * 70 + b"{}]}", (422,))):
        answer = publish(root, body)
        assert answer.status_code in status, (body[:40], answer.status_code, answer.text[:300])


def test_emb_t11_analytics_of_others_need_consent(root):
    answer = publish(root, {"services": [{**MATOMO, "id": "google_analytics", "legal_basis": "audience_exemption"}]})
    assert "services.google_analytics.legal_basis" in [x["field"] for x in answer.json()["faults"]]


def test_reg_t16_t20_con_t19_t20_publishing(world, root):  # REG-T16, REG-T20, CON-T19, CON-T20
    """In one test, because each step begins where the last ended."""
    tag = root.get("/backoffice/privacy/registry.json").headers["ETag"]
    answer = publish(root, TAGS, tag=tag, note="Statistics and videos")
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 2 and answer.json()["epoch"] == 2
    assert publish(root, {}, tag=tag).status_code == 412
    assert publish(root, {}, tag=None).status_code == 412
    now = registry(world, "tags.example")
    jsonschema.validate(now.json(), world.client("tags.example").get("/terms/cookies-policy.schema.json").json(), cls=jsonschema.Draft202012Validator)
    assert [x["id"] for x in now.json()["services"]] == ["matomo", "youtube"]
    assert [x["asked_epoch"] for x in now.json()["services"]] == [2, 2]
    assert [e for e in world.events("tags.example", "registry.published") if "2" in e["detail"]]
    # what is read can be sent back, and says the same
    same = root.get("/backoffice/privacy/registry.json")
    assert publish(root, same.json(), tag=same.headers["ETag"]).json()["version"] == 2
    # a correction asks nobody
    better = same.json()
    better["services"][1]["purpose"]["en"] = "Shows videos inside the pages."
    assert publish(root, better, tag=same.headers["ETag"], note="Wording").json() | {"hash": ""} == {"version": 3, "in_force": 3, "epoch": 2, "hash": ""}
    # another service asks about itself only
    vimeo = {**YOUTUBE, "id": "vimeo", "name": "Vimeo", "origins": {"frame": ["https://player.vimeo.com"]}}
    tag = root.get("/backoffice/privacy/registry.json").headers["ETag"]
    assert publish(root, changed(TAGS, ("services",), [MATOMO, YOUTUBE, vimeo]), tag=tag).json()["epoch"] == 3
    assert {x["id"]: x["asked_epoch"] for x in registry(world, "tags.example").json()["services"]} == {"matomo": 2, "youtube": 2, "vimeo": 3}
    # earlier versions stay as they were
    assert world.client("tags.example").get(WELL_KNOWN + "?v=2").json() == now.json()
    # the record of processing has each service and what the platform does
    record = root.get("/backoffice/privacy/art30.json").json()
    found = {x["id"]: x for x in record["activities"]}
    assert set(found) >= {"sign_in", "language", "anti_forgery", "consent_proof", "audience_measurement", "security_log", "matomo", "youtube", "vimeo"}
    assert all(x["retention"] for x in record["activities"]) and "Town" in found["matomo"]["recipients"]
    table = root.get("/backoffice/privacy/art30.csv")
    assert table.headers["Content-Type"].startswith("text/csv") and table.content.decode("utf-8-sig").count("\r\n") == len(record["activities"]) + 1


def test_publishing_needs_a_recent_proof(world, root):
    late = editor(world, "tags.example", KEEPER)
    tag = late.get("/backoffice/privacy/registry.json").headers["ETag"]
    world.advance(16 * 60)
    refused = publish(late, {"services": []}, tag=tag)
    assert refused.status_code in (303, 401, 403), refused.text
    assert publish(late, TAGS, dry=True).status_code == 200
    assert publish(late, TAGS, tag=tag, headers={"X-CSRFToken": "0" * 64}).status_code == 403


def test_reg_t19_prefix_mode_is_told_by_the_document(world):
    world.fixture(domains=[{"host": "prefix.example", "settings": {"languages": "en,fr", "cookie_prefix": "host"}}])
    names = [x["name"] for x in registry(world, "prefix.example").json()["items"]]
    assert names == ["__Host-sessionid", "__Host-django_language", "__Host-csrftoken", "__Host-cookies_preferences"]
    assert "__Host-sessionid" in world.client("prefix.example").get("/terms/cookies-policy/").text


# --- reports of browsers --------------------------------------------------------------------------------------------

def report(c, blocked="https://undeclared.test/p.gif", page="https://delwp.example/explore/?x=1", directive="img-src", **more):
    body = {"csp-report": {"document-uri": page, "blocked-uri": blocked, "effective-directive": directive, "original-policy": "x", "referrer": "https://secret.test/"}}
    return c.post("/csp-report/", data=json.dumps(body), headers={"Content-Type": "application/csp-report"}, **more)


def test_reg_t22_reports_are_bounded_and_anonymous(world):
    c = world.client("delwp.example")
    answer = report(c)
    assert answer.status_code == 204 and not answer.content and not set_cookies(answer)
    modern = [{"type": "csp-violation", "age": 1, "url": "https://delwp.example/", "user_agent": "secret agent",
               "body": {"documentURL": "https://delwp.example/a?token=1#x", "blockedURL": "https://undeclared.test/other.js", "effectiveDirective": "script-src-elem"}}]
    assert c.post("/csp-report/", data=json.dumps(modern), headers={"Content-Type": "application/reports+json"}).status_code == 204
    for body in (b"", b"{", b"[[]]", b"\xff\xfe", b'{"csp-report":7}'):
        assert c.post("/csp-report/", data=body, headers={"Content-Type": "application/csp-report"}).status_code == 204
    assert report(c, page="https://other.test/").status_code == 204
    assert c.post("/csp-report/", data="x" * (1 << 20), headers={"Content-Type": "application/csp-report"}).status_code == 413
    rows = world.table("csp_report")
    assert {(x["origin"], x["directive"], x["path"], x["n"]) for x in rows} == {
        ("https://undeclared.test", "img-src", "/explore/", 1), ("https://undeclared.test", "script-src-elem", "/a", 1)}
    assert set(rows[0]) == {"tenant", "day", "origin", "directive", "path", "n"}
    assert "secret" not in json.dumps(rows)


def test_reg_t22_too_many_reports_are_turned_away(world):
    c = world.client("solo.portal.example")
    codes = [report(c, page="https://solo.portal.example/").status_code for _ in range(200)]
    assert set(codes) == {204, 429} and codes[0] == 204
    assert len([x for x in world.table("csp_report") if x["origin"] == "https://undeclared.test"]) <= 3


# --- markup ---------------------------------------------------------------------------------------------------------

def test_reg_t13_t15_descriptions_that_would_fetch_are_refused(tmp_path):  # REG-T13, REG-T14, REG-T15
    data = tmp_path / "data"
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    stoa(data, "portal", "add", "localhost")

    def publish_with(description):
        return stoa(data, "publish", str(tmp_path / "a.csv"), "--portal", "localhost", "--id", "a", "--meta", f"description={description}", check=False)

    refused = publish_with('<p>x</p><img src="https://undeclared.test/p.gif">')
    assert refused.returncode != 0 and "<img>" in refused.stderr and "https://undeclared.test/p.gif" in refused.stderr and "declare" in refused.stderr
    assert stoa(data, "list", "--portal", "localhost", check=False).stdout.find("undeclared") < 0
    # Every position that fetches is known to the unit test of the check; these stand for them.
    for evil in ('<p style="background:url(//undeclared.test/x)">x</p>', '<svg><image href="https://undeclared.test/x"/></svg>',
                 "<iframe srcdoc='<img src=https://undeclared.test>'></iframe>", '<img srcset="https://undeclared.test/x 2x">',
                 '<meta http-equiv="refresh" content="0;url=https://undeclared.test/">'):
        refused = publish_with(evil)
        assert refused.returncode != 0 and "undeclared.test" in refused.stderr, evil
    accepted = publish_with('<p><a href="https://undeclared.test">x</a></p>')
    assert accepted.returncode == 0, accepted.stderr


# --- the command ----------------------------------------------------------------------------------------------------

def test_the_command_shows_checks_and_publishes(tmp_path):
    data, file = tmp_path / "data", tmp_path / "registry.json"
    stoa(data, "portal", "add", "town.example", "--set", "languages=en,fr,ar")
    shown = json.loads(stoa(data, "registry", "show", "--portal", "town.example").stdout)
    assert [x["id"] for x in shown["items"]] == ["platform.sessionid", "platform.django_language", "platform.csrftoken", "platform.cookies_preferences"]
    file.write_text(json.dumps(TAGS))
    checked = stoa(data, "registry", "check", str(file), "--portal", "town.example").stdout
    assert "matomo" in checked and "asks again" in checked
    assert json.loads(stoa(data, "registry", "show", "--portal", "town.example").stdout)["services"] == []
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(changed(TAGS, ("items", 0, "name"), "a b")))
    refused = stoa(data, "registry", "publish", str(wrong), "--portal", "town.example", "--note", "x", check=False)
    assert refused.returncode != 0 and "items.matomo.pk_id.name" in refused.stderr
    broken = tmp_path / "broken.json"
    broken.write_text('{"services":\n[}')
    refused = stoa(data, "registry", "check", str(broken), "--portal", "town.example", check=False)
    assert refused.returncode != 0 and "line 2" in refused.stderr
    told = stoa(data, "registry", "publish", str(file), "--portal", "town.example", "--note", "Statistics").stdout
    assert "2" in told
    assert [x["id"] for x in json.loads(stoa(data, "registry", "show", "--portal", "town.example").stdout)["services"]] == ["matomo", "youtube"]
