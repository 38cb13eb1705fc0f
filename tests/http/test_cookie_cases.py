"""Cases of the cookie rules (§8) that stand between the other files: two choices in one request, the picker that is only ever asked by
a form, letters behind a proxy, the link that no setting takes away, and texts in the wrong language. One server for all."""
import re

import pytest

from probe import ADA, START, set_cookies
from registry_world import TAGS, changed, keeper, publish
from services import registry
from test_consent import choose, foreign, has_banner, part


@pytest.fixture(scope="module")
def tags(world):
    """tags.example with two services that need consent."""
    world.fixture(registries=[{"host": "tags.example", "registry": registry()}])
    return world


def test_par_t17_two_choices_are_no_choice(tags):
    yes, no = tags.client("tags.example"), tags.client("tags.example")
    choose(yes, "accept_all", "first")
    choose(no, "refuse_all", "first")
    all_, none = (f"cookies_preferences={c.jar['cookies_preferences']}" for c in (yes, no))
    assert part(all_, 4) == "matomo:1-youtube:1" and part(none, 4) == "matomo:0-youtube:0"
    c = tags.client("tags.example")
    # Each by itself is good.
    assert foreign(c.get("/", cookies=all_)) and not has_banner(c.get("/", cookies=all_)) and not has_banner(c.get("/", cookies=none))
    for both in (f"{all_}; {none}", f"{none}; {all_}"):
        page = c.get("/", cookies=both)
        assert page.status_code == 200 and has_banner(page) and not foreign(page), both
        assert c.get("/api/cookies/v1/state", cookies=both).json()["services"]["matomo"] == {"choice": "undecided", "granted": False}


@pytest.mark.parametrize("path", ["/set-language/?language=fr", "/set-language/?language=fr&next=/explore/"])
def test_lng_t05_a_link_chooses_no_language(world, path):
    c = world.client("isoc.example")
    for method in ("GET", "HEAD"):
        answer = c.request(method, path)
        assert answer.status_code == 405 and "POST" in answer.headers["Allow"] and not set_cookies(answer) and not c.jar
    assert c.post("/set-language/", {"language": "fr"}).status_code == 303 and c.jar["django_language"] == "fr"


@pytest.mark.parametrize("headers", [{"X-Forwarded-Host": "evil.test"}, {"Forwarded": "host=evil.test"}])
def test_prx_t09_letters_name_the_portal_they_come_from(world, headers):
    before = len(world.letters(ADA))
    answer = world.client("isoc.example").form("/password/reset/", {"email": ADA}, headers=headers)
    assert answer.status_code == 200 and "evil.test" not in answer.text
    letter = world.letters(ADA, wait=before + 1)[-1]
    links = re.findall(r"https?://([^/\s]+)/", letter.get_content())
    assert links and set(links) == {"isoc.example"} and "evil.test" not in letter.as_string()


@pytest.mark.parametrize("host,settings", [("isoc.example", {}), ("delwp.example", {}), ("solo.portal.example", {"policy.elsewhere": "https://legal.example/cookies"})])
def test_con_t28_no_footer_is_without_the_link(world, host, settings):
    """Footers of a portal's own do not exist: that of the product has the link on every page, whatever else is set."""
    world.fixture(domains=[{"host": host, "settings": settings}])
    for path in ("/", "/explore/", "/api-console/explore/v2.1/", "/terms/cookies-policy/", "/terms/cookies-policy/history/", "/cookies/preferences/", "/no/such/page/"):
        page = world.client(host).get(path).text
        footer = page[page.index("<footer"):page.index("</footer>")]
        assert footer.count('<a href="/cookies/preferences/">Manage cookies</a>') == 1, path


def test_pol_t15_a_purpose_in_the_wrong_language_is_refused(world):
    world.set_clock(START)
    root = keeper(world)
    english, french = "Shows the videos within the pages of this site.", "Montre des vidéos dans les pages de ce site."
    for lang, text, found in (("fr", english, "en"), ("en", french, "fr")):
        answer = publish(root, changed(TAGS, ("services", 1, "purpose", lang), text), dry=True)
        assert answer.status_code == 422, answer.text
        fault, = answer.json()["faults"]
        assert fault["field"] == f"services.youtube.purpose.{lang}" and f'"{found}"' in fault["message"]
    right = changed(changed(TAGS, ("services", 1, "purpose", "en"), english), ("services", 1, "purpose", "fr"), french)
    assert publish(root, right, dry=True).status_code == 200
