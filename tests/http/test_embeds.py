"""Things of other providers on pages (§8.9): what stands in their place, one showing, always, frames, the policy of what may
load. Descriptions of datasets are where pages of today hold embeds."""
import re

import pytest
from conftest import stoa
from probe import World, set_cookies
from services import CRITERIA, matomo, registry, youtube
from test_consent import choose, entries, part

HOST = "tags.example"
PAGE = "/explore/dataset/films/information/"
OTHER = "/explore/dataset/more/information/"
VIDEO = '<p>Before</p><iframe src="https://www.youtube.com/embed/abc123?rel=0" title="A walk by the river" width="640" height="360" onload="alert(1)"></iframe><p>After</p>'
BASE = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; "
        "frame-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
        "upgrade-insecure-requests; report-to csp")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embeds")
    w = World(folder)
    w.fixture(registries=[{"host": HOST, "registry": registry()}])
    (folder / "films.csv").write_text("id,title\n1,River\n")
    evil = ('<p>x</p><script>alert(1)</script><img src="/evil.png" onerror="alert(2)"><a href="javascript:alert(3)">a</a>'
            '<stoa-embed src="https://www.youtube.com/embed/zzz" title="&quot;&gt;&lt;img src=x onerror=1&gt;"></stoa-embed>')
    for slug, description in (("films", VIDEO), ("more", VIDEO), ("plain", "<p>Nothing of others.</p>"), ("evil", evil), ("twice", VIDEO + VIDEO)):
        stoa(w.data, "publish", folder / "films.csv", "--portal", HOST, "--id", slug, "--title", slug, "--meta", f"description={description}")
    yield w
    w.stop()


def fields_of(page, action):
    form = re.search(rf'<form method="post" action="{re.escape(action)}">((?:(?!</form>).)*?(?:Load once|Always allow)[^<]*</button>)</form>', page.text, re.S)
    assert form, page.text[-3000:]
    import html
    return {html.unescape(k): html.unescape(v) for k, v in re.findall(r'name="([^"]+)" value="([^"]*)"', form.group(1))}


def load_once(c, path=PAGE):
    answer = c.post("/cookies/embed/", fields_of(c.get(path), "/cookies/embed/"))
    assert answer.status_code == 303 and not set_cookies(answer), answer.text[:500]
    return answer.headers["Location"].split("#")[0]


def frames(page):
    return re.findall(r"<iframe [^>]*>", page.text)


def test_emb_t01_a_placeholder(world):
    page = world.client(HOST).get(PAGE)
    assert not frames(page) and page.text.count("A walk by the river") == 2
    for word in ("Google Ireland", "Your address and the page you read.", "Load once", "Always allow YouTube", 'width="640" height="360"',
                 'href="https://www.youtube.com/watch?v=abc123"', 'rel="noopener noreferrer"'):
        assert word in page.text, word
    assert page.text.lower().count("youtube.com") == 1 and "youtube-nocookie" not in page.text
    assert page.headers["Content-Security-Policy"] == BASE
    assert "<p>Before</p>" in page.text and "<p>After</p>" in page.text and "alert(1)" not in page.text


def test_emb_t02_load_once(world):
    c = world.client(HOST)
    before = len(entries(world, HOST))
    once = load_once(c)
    shown = c.get(once)
    assert len(frames(shown)) == 1 and shown.headers["Cache-Control"] == "no-store" and not set_cookies(shown) and not c.jar
    assert "frame-src 'self' https://www.youtube-nocookie.com https://www.youtube.com;" in shown.headers["Content-Security-Policy"]
    assert "script-src 'self';" in shown.headers["Content-Security-Policy"]
    assert not frames(c.get(once)) and not frames(c.get(PAGE)) and len(entries(world, HOST)) == before


def test_emb_t02_one_of_two_alike(world):
    c = world.client(HOST)
    page = c.get("/explore/dataset/twice/information/")
    assert len(set(re.findall(r'id="(embed-[0-9a-f]+)"', page.text))) == 2
    shown = c.get(load_once(c, "/explore/dataset/twice/information/"))
    assert len(frames(shown)) == 1 and shown.text.count("Load once") == 1


def test_emb_t03_the_word_is_good_once_here_and_now(world):
    c = world.client(HOST)
    once = load_once(c)
    assert not frames(c.get(once.replace("/films/", "/more/")))
    # Looking ahead neither shows nor uses it up.
    for headers in ({"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        assert not frames(c.get(once, headers=headers))
    assert c.request("HEAD", once).status_code == 200
    assert frames(world.client(HOST).get(once))
    assert not frames(c.get(once))
    late = load_once(c)
    world.advance(62)
    assert not frames(c.get(late))
    for word in ("", "x", "0" * 16 + ".1.9999999999.aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb"):
        answer = c.get(f"{PAGE}?once={word}")
        assert answer.status_code == 200 and not frames(answer) and answer.headers["Cache-Control"] == "no-store"


def test_emb_3_another_site_cannot_ask_and_paths_stay_ours(world):
    c = world.client(HOST)
    fields = fields_of(c.get(PAGE), "/cookies/embed/")
    assert c.post("/cookies/embed/", fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    away = c.post("/cookies/embed/", {**fields, "page": "https://evil.example/"})
    assert away.headers["Location"].startswith("/?once=")
    assert c.post("/cookies/embed/", {**fields, "embed": "../x"}).status_code == 422


def test_emb_t04_always(world):
    c = world.client(HOST)
    fields = fields_of(c.get(PAGE), "/cookies/preferences/")
    answer = c.post("/cookies/preferences/", fields)
    assert answer.status_code == 303 and answer.headers["Location"].startswith(PAGE) and "#embed-" in answer.headers["Location"]
    assert part(c.jar["cookies_preferences"], 4) == "matomo:0-youtube:1"
    assert '"mechanism":"placeholder"' in entries(world, HOST)[-1]["json"]
    for path in (PAGE, OTHER):
        assert len(frames(c.get(path))) == 1


def test_emb_t04_a_placeholder_adds_to_what_is_granted(world):
    c = world.client(HOST)
    fields = fields_of(c.get(PAGE), "/cookies/preferences/")
    choose(c, "save", **{"svc.matomo": "on", "audience": "on"})
    c.post("/cookies/preferences/", fields)
    assert part(c.jar["cookies_preferences"], 4) == "matomo:1-youtube:1"


def test_emb_t05_the_frame(world):
    c = world.client(HOST)
    choose(c, "save", **{"svc.youtube": "on", "audience": "on"})
    frame, = frames(c.get(PAGE))
    for word in ('src="https://www.youtube-nocookie.com/embed/abc123?rel=0"', 'title="A walk by the river"', 'sandbox="allow-presentation allow-same-origin allow-scripts"', 'referrerpolicy="no-referrer"',
                 'loading="lazy"', " credentialless>", 'allow="'):
        assert word in frame, word
    assert "onload" not in frame and "allow-top-navigation" not in frame


def test_emb_4_a_service_declares_what_its_frames_may_do(world):
    for words, shown in ((["allow-scripts", "allow-forms"], "allow-forms allow-scripts"), ([], "")):
        narrow = registry()
        youtube, = [s for s in narrow["services"] if s["id"] == "youtube"]
        youtube["sandbox"] = words
        world.fixture(registries=[{"host": HOST, "registry": narrow}])
        c = world.client(HOST)
        choose(c, "save", **{"svc.youtube": "on", "audience": "on"})
        frame, = frames(c.get(PAGE))
        assert f'sandbox="{shown}"' in frame
    world.fixture(registries=[{"host": HOST, "registry": registry()}])


def test_emb_t06_t09_policies(world):  # EMB-T06, EMB-T09
    c = world.client(HOST)
    assert c.get("/explore/dataset/plain/information/").headers["Content-Security-Policy"] == BASE
    assert 'csp="' in c.get("/").headers["Reporting-Endpoints"]
    choose(c, "save", **{"svc.youtube": "on", "audience": "on"})
    assert c.get("/explore/dataset/plain/information/").headers["Content-Security-Policy"] == BASE
    assert "youtube" in c.get(PAGE).headers["Content-Security-Policy"]
    choose(c, "save", **{"svc.matomo": "on", "audience": "on"})
    policy = c.get(PAGE).headers["Content-Security-Policy"]
    assert "youtube" not in policy and "script-src 'self' https://stats.count.example;" in policy


def test_emb_t13_t14_descriptions_stay_tame(world):  # EMB-T13, EMB-T14
    text = world.client(HOST).get("/explore/dataset/evil/information/").text
    description = text[text.index('class="prose"'):] if 'class="prose"' in text else text
    assert "alert(" not in text
    assert not re.search(r"(?<!/preview/dataset/)evil\.png", text) and "javascript:" not in text and "<img" not in description
    assert "&quot;&gt;&lt;img src=x onerror=1&gt;" in text and "<img src=x" not in text


def test_emb_1_no_hint_of_a_tag_before_consent(world):
    c = world.client(HOST)
    for path in ("/", PAGE, "/cookies/preferences/", "/terms/cookies-policy/"):
        page = c.get(path)
        assert "stats.count.example" not in str(page.headers), path
        assert not re.search(r'<(?:script|link|img|iframe)[^>]*(?:count\.example|youtube)', page.text), path


def test_emb_9_an_exempt_tag_heeds_signal_and_objection(world):
    host = "exempt.test.example"
    services = [matomo(("en",), legal_basis="audience_exemption",
                       attestation={"at": "2026-10-01", "by": "Data protection officer", "criteria": CRITERIA, "evidence": "https://count.example/evidence"})]
    world.fixture(domains=[{"host": host, "settings": {"languages": "en"}}])
    world.fixture(registries=[{"host": host, "registry": registry(("en",), services)}])
    c = world.client(host)
    assert "data-tag" in c.get("/").text and "<section class=\"consent\"" not in c.get("/").text
    assert "data-tag" not in c.get("/", headers={"Sec-GPC": "1"}).text
    choose(c, "save")
    assert "data-tag" not in c.get("/").text


def test_emb_2_undeclared_frames_are_dropped(world):
    """Without the service the same description holds nothing but its words."""
    world.fixture(registries=[{"host": HOST, "registry": registry(services=[matomo(("en", "fr", "ar"))])}])
    text = world.client(HOST).get(PAGE).text
    assert "youtube" not in text and "A walk by the river" not in text and "Before" in text and "After" in text
    world.fixture(registries=[{"host": HOST, "registry": registry(services=[matomo(("en", "fr", "ar")), youtube(("en", "fr", "ar"))])}])
    assert "A walk by the river" in world.client(HOST).get(PAGE).text
