"""Cookies and privacy in the back office: adding a service in a few clicks, a draft that visitors do not notice, what is wrong said beside
the fields, the dry run, publishing, the conflict of two editors, and the pages of records."""
import json
import re

import pytest

from conftest import stoa
from registry_world import KEEPER, MATOMO, TAGS, YOUTUBE, editor, keeper, publish

BASE = "/backoffice/privacy/"


@pytest.fixture(scope="module")
def c(world):
    return keeper(world)


def document(world, host="tags.example"):
    return world.client(host).get("/.well-known/cookies.json").json()


def words(page):
    text = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page.text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def post(c, path, fields, action=None):
    """A form of the page, by its fields; the token is that of any form of it."""
    return c.form(BASE + path, fields, action=BASE + (action if action is not None else path))


def service_fields(**more):
    return {"name": "Video site", "category": "third_party", "legal_basis": "consent", "loads": "embed", "provider_name": "Video Ltd", "provider_country": "IE",
            "provider_url": "https://video.test/", "policy_url": "https://video.test/privacy", "retention": "13 months", "transfer": "", "recipients": "",
            "purpose.en": "Shows videos within pages.", "purpose.fr": "Montre des vidéos dans les pages.", "purpose.ar": "يعرض مقاطع الفيديو داخل الصفحات.",
            "data_sent.en": "Address of the video.", "data_sent.fr": "Adresse de la vidéo.", "data_sent.ar": "عنوان الفيديو.",
            "origins": "frame https://video.test\r\nimg https://img.video.test", "tag_url": "", "tag_site": "", **more}


@pytest.mark.parametrize("path", ["", "services/", "registry/", "registry/publish/", "history/", "csp/", "crawl/", "exemptions/"])
def test_every_page_opens_for_who_may_and_for_nobody_else(world, c, path):
    page = c.get(BASE + path)
    assert page.status_code == 200 and "<h1" in page.text and "no-store" in page.headers["Cache-Control"]
    assert world.client("tags.example").get(BASE + path).status_code in (302, 303)
    assert editor(world, "isoc.example", "ada@isoc.example").get(BASE + path).status_code == 403


def test_the_first_page_says_what_is_declared(c):
    text = words(c.get(BASE))
    assert "Version 1" in text and "never shown: there is nothing to ask" in text and "sha256-" in text


def test_a_service_goes_from_catalogue_to_banner(world, c):
    """In one test, because each step begins where the last ended."""
    before = document(world)
    added = post(c, "services/", {"known": "youtube", "host": ""})
    assert added.status_code == 303 and added.headers["Location"].startswith(BASE + "services/youtube/"), added.text[:800]
    assert document(world) == before, "a draft is nobody's business"
    page = c.get(BASE + "services/youtube/")
    assert "VISITOR_INFO1_LIVE" in page.text and "https://www.youtube-nocookie.com" in page.text and "not published yet" in page.text
    # by hand, with what is missing said beside the fields and kept all the same
    assert post(c, "services/", {"name": "Video site", "id": "Video!"}).status_code == 422
    assert post(c, "services/", {"name": "Video site", "id": "video"}).status_code == 303
    short = post(c, "services/video/", service_fields(**{"purpose.fr": "", "origins": "frame https://*.com"}))
    assert short.status_code == 422 and "the text in" in short.text and "public suffix" in short.text
    # faults are said with the label of their field, in the reader's language
    assert 'Purpose (fr): the text in' in words(short).replace("&quot;", '"') and "Origins: " in words(short)
    french = c.get(BASE + "services/video/", headers={"Accept-Language": "fr"})
    assert "Finalité (fr)" in words(french) and "Purpose (fr)" not in words(french)
    assert "Video Ltd" in c.get(BASE + "services/video/").text
    assert post(c, "services/video/", service_fields(origins="somewhere https://x.test")).status_code == 422
    assert "services.video.purpose.fr" in c.get(BASE + "registry/publish/").text
    assert post(c, "services/video/", service_fields(sandbox_asked="1", sandbox=["allow-scripts", "allow-forms"])).status_code == 303
    item = {"kind": "cookie", "name": "vid seen", "party": "third", "category": "third_party", "function.en": "Player", "function.fr": "Lecteur", "function.ar": "مشغّل",
            "purpose.en": "Remembers the volume.", "purpose.fr": "Retient le volume sonore.", "purpose.ar": "يتذكر مستوى الصوت.", "set_when.en": "When a video is shown.",
            "set_when.fr": "Quand une vidéo est montrée.", "set_when.ar": "عند عرض الفيديو.", "life": "persistent", "lifetime_seconds": "30", "life_unit": "days",
            "front": "on", "personal": "on", "secure": "on", "attributes_path": "/", "attributes_domain": "video.test", "same_site": "None", "recipients": "", "transfer": ""}
    wrong = c.form(BASE + "items/new/?service=video", item, action=BASE + "items/new/?service=video")
    assert wrong.status_code == 422 and "cannot be the name of a cookie" in wrong.text
    # it is in the draft under an id of its own and is mended there
    made = re.search(r'action="/backoffice/privacy/items/(video\.[^/"]+)/"', wrong.text).group(1)
    mended = post(c, f"items/{made}/", {**item, "name": "vid_seen"})
    assert mended.status_code == 303, words(mended)[:1500]
    assert "30 days" in words(c.get(BASE + "services/video/"))
    # away with what is not wanted: the catalogue's texts may not be there in every language
    gone = post(c, "services/youtube/", {"remove": "on"})
    assert gone.status_code == 303
    page = c.get(BASE + "registry/publish/")
    assert "The change is material" in page.text and "Video site" in page.text and "frame-src" in page.text and "+ " in page.text, words(page)[:2000]
    refused = post(c, "registry/publish/", {"do": "publish", "note": ""})
    assert refused.status_code == 422 and "Say in a sentence" in refused.text
    done = post(c, "registry/publish/", {"do": "publish", "note": "Videos of the council"})
    assert done.status_code == 303 and "done=published" in done.headers["Location"], words(done)[:1500]
    now = document(world)
    assert [x["id"] for x in now["services"]] == ["video"] and now["policy"]["version"] == 2 and now["policy"]["epoch"] == 2
    assert now["items"][-1]["lifetime"] == {"refreshed": "never", "seconds": 30 * 86400, "type": "persistent"}
    assert "Nothing to publish" in c.get(BASE + "registry/publish/").text
    assert now["services"][0]["sandbox"] == ["allow-forms", "allow-scripts"]
    # the same draft in a second tab: no version is made, and none is claimed
    late = post(c, "registry/", {"do": "publish", "note": "Again"}, action="registry/publish/")
    assert late.status_code == 303 and "done=published-already" in late.headers["Location"], words(late)[:800]
    assert document(world)["policy"]["version"] == 2 and "No version was made" in c.get(late.headers["Location"]).text
    assert "Videos of the council" in words(c.get(BASE + "history/"))


def test_wording_is_a_correction_unless_its_author_says_otherwise(world, c):
    assert publish(c, TAGS).status_code == 200
    epoch = document(world)["policy"]["epoch"]
    fields = {"name": "YouTube", "category": "third_party", "legal_basis": "consent", "loads": "embed", "provider_name": "Google Ireland Limited", "provider_country": "IE",
              "policy_url": YOUTUBE["policy_url"], "retention": "18 months", "transfer": "United States", "origins": "frame https://www.youtube-nocookie.com",
              **{f"purpose.{k}": v for k, v in YOUTUBE["purpose"].items()}, **{f"data_sent.{k}": v for k, v in YOUTUBE["data_sent"].items()}}
    assert post(c, "services/youtube/", {**fields, "purpose.en": "Shows videos inside the pages."}).status_code == 303
    page = c.get(BASE + "registry/publish/")
    assert "not material" in page.text and 'name="material"' in page.text
    again = post(c, "registry/publish/", {"do": "check", "material": "youtube", "note": ""})
    assert "The change is material" in again.text and "asked about" in again.text
    assert post(c, "registry/publish/", {"do": "publish", "note": "Wording"}).status_code == 303
    assert document(world)["policy"]["epoch"] == epoch


def test_who_comes_second_loses_nothing(world, c):
    assert publish(c, TAGS).status_code == 200
    post(c, "registry/", {"controller.name": "", "controller.contact": "second@tags.example", "controller.data_protection": ""})
    assert publish(c, {"services": [MATOMO]}, note="the other editor").status_code == 200
    second = post(c, "registry/publish/", {"do": "publish", "note": "mine"})
    assert second.status_code == 412 and "Nothing of yours is lost" in second.text and "the other editor" in second.text
    assert "second@tags.example" in second.text and document(world)["controller"].get("contact") != "second@tags.example"
    assert post(c, "registry/publish/", {"do": "rebase"}).status_code == 303
    assert post(c, "registry/publish/", {"do": "publish", "note": "mine"}).status_code == 303
    assert document(world)["controller"]["contact"] == "second@tags.example"
    assert [x["id"] for x in document(world)["services"]] == ["matomo", "youtube"]


def test_texts_are_kept_and_checked(world, c):
    texts = {"controller.name": "", "controller.contact": "", "controller.data_protection": "dpo@tags.example", "before.en": "### Our note\r\n\r\nRead this first.",
             "title.en": "Accept for the best experience"}
    refused = post(c, "registry/", texts)
    assert refused.status_code == 422 and "neutral" in refused.text and "Read this first." in refused.text
    assert post(c, "registry/", {**texts, "title.en": "Cookies of others"}).status_code == 303
    assert post(c, "registry/publish/", {"do": "publish", "note": "Texts"}).status_code == 303
    now = document(world)
    assert now["additions"]["before"] == {"en": "### Our note\n\nRead this first."} and now["banner"]["title"] == {"en": "Cookies of others"}
    assert now["controller"]["data_protection"] == "dpo@tags.example"
    post(c, "registry/", {"controller.name": "Somebody else"})
    assert post(c, "registry/publish/", {"do": "discard"}).status_code == 303
    assert "Nothing to publish" in c.get(BASE + "registry/publish/").text


def test_lengths_and_countries_of_a_service_are_told_in_each_language(world, c):
    assert publish(c, {"services": [MATOMO, {**YOUTUBE, "transfer": "United States"}], "items": TAGS["items"]}).status_code == 200
    policy = words(world.client("tags.example").get("/terms/cookies-policy/?flg=fr"))
    assert "18 mois" in policy and "13 mois" in policy and " months" not in policy
    assert "18 mois" in c.get(BASE + "art30.csv?flg=fr").text


def test_a_version_can_wait_for_its_day(world, c):
    post(c, "registry/", {"controller.contact": "later@tags.example"})
    version = document(world)["policy"]["version"]
    done = post(c, "registry/publish/", {"do": "publish", "note": "Later", "effective": "2026-12-20"})
    assert done.status_code == 303 and "done=scheduled" in done.headers["Location"]
    assert document(world)["policy"]["version"] == version
    assert "from" in words(c.get(BASE)) and "Waiting" in words(c.get(BASE + "history/"))
    world.advance(60 * 86400)
    late = keeper(world)
    assert document(world)["controller"]["contact"] == "later@tags.example"
    assert late.get(BASE).status_code == 200


def test_what_browsers_stopped_leads_to_a_declaration(world):
    c = keeper(world)
    body = {"csp-report": {"document-uri": "https://tags.example/page", "blocked-uri": "https://widgets.undeclared.test/x.js", "effective-directive": "script-src"}}
    known = {"csp-report": {"document-uri": "https://tags.example/page", "blocked-uri": "https://player.vimeo.com/video/1", "effective-directive": "frame-src"}}
    for one in (body, known):
        assert c.post("/csp-report/", data=json.dumps(one), headers={"Content-Type": "application/csp-report"}).status_code == 204
    page = c.get(BASE + "csp/")
    assert "https://widgets.undeclared.test" in page.text and "?origin=https%3A%2F%2Fwidgets.undeclared.test" in page.text and "Declare Vimeo" in words(page)
    assert "https://widgets.undeclared.test" in c.get(BASE + "services/?origin=https%3A%2F%2Fwidgets.undeclared.test").text
    assert post(c, "csp/", {"forget": "https://widgets.undeclared.test"}).status_code == 303
    assert "widgets.undeclared.test" not in c.get(BASE + "csp/").text


def test_csr_13_exemptions_are_printed(world):
    text = words(keeper(world).get(BASE + "exemptions/"))
    for address in ("/set-language/", "/cookies/preferences/", "/cookies/embed/", "/csp-report/"):
        assert address in text


def test_hostile_input_is_shown_as_text(world):
    c = keeper(world)
    evil = '"><script>alert(1)</script>'
    assert post(c, "services/", {"name": evil, "id": "evil"}).status_code == 303
    for path in ("services/", "services/evil/", "registry/publish/"):
        assert "<script>alert" not in c.get(BASE + path).text
    assert c.get(BASE + "services/nothing/").status_code == 404
    assert c.get(BASE + "items/platform.sessionid/").status_code == 404
    assert c.get(BASE + "items/new/?service=nothing").status_code == 404
    assert post(c, "registry/publish/", {"do": "discard"}).status_code == 303


@pytest.fixture(scope="module")
def stale(world):
    """A token that was good before somebody signed in."""
    return re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', keeper(world).get(BASE + "services/").text).group(1)


@pytest.mark.parametrize("path, fields, shown, then", [
    ("services/", {"name": "Late service", "id": "late"}, ('value="Late service"', 'value="late"'), "added"),
    ("services/", {"known": "matomo", "host": "stats.late.test"}, ('value="stats.late.test"',), "added"),
    ("services/kept/", service_fields(name="Kept by hand"), ('value="Kept by hand"', "frame https://video.test", "Montre des vidéos"), "saved-draft"),
    ("items/new/?service=kept", {"kind": "cookie", "name": "kept_one", "party": "third", "category": "third_party", "function.en": "Late words", "life": "session"},
     ('value="kept_one"', "Late words"), None),
    ("registry/", {"controller.contact": "late@tags.example", "before.en": "Late words."}, ('value="late@tags.example"', "Late words."), "saved-draft"),
])
def test_csr_5_what_was_typed_outlives_a_stale_token(world, stale, path, fields, shown, then):
    c = keeper(world)
    publish(c, {"services": []})
    post(c, "services/", {"name": "Kept", "id": "kept"})
    before = world.table("registry_working")
    answer = c.post(BASE + path, {"csrfmiddlewaretoken": stale, **fields})
    assert answer.status_code == 403 and "What you filled in is still here" in answer.text
    for text in shown:
        assert text in answer.text, text
    assert world.table("registry_working") == before and "kept in the draft" not in answer.text
    fresh = re.findall(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', answer.text)[-1]
    again = c.post(BASE + path, {"csrfmiddlewaretoken": fresh, **fields})
    assert again.status_code in (303, 422)
    if then:
        assert f"done={then}" in again.headers["Location"]
    post(c, "registry/publish/", {"do": "discard"})


def test_csr_5_the_note_of_a_publication_outlives_a_stale_token(world, stale):
    c = keeper(world)
    publish(c, TAGS)
    post(c, "registry/", {"controller.contact": "note@tags.example"})
    fields = {"do": "publish", "note": "Late note", "effective": "2027-03-01"}
    answer = c.post(BASE + "registry/publish/", {"csrfmiddlewaretoken": stale, **fields})
    assert answer.status_code == 403 and "Late note" in answer.text and 'value="2027-03-01"' in answer.text
    fresh = re.findall(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', answer.text)[-1]
    assert "done=scheduled" in c.post(BASE + "registry/publish/", {"csrfmiddlewaretoken": fresh, **fields}).headers["Location"]
