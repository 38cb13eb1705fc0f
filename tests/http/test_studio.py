"""Maps and charts that people make: saving, who may see and change them, drafts, two tabs, frames for other sites (FRM-1 … FRM-3), the galleries and
the account's list; and datasets that a reader may not see, which stay out of all of it."""
import base64
import html
import json
import re
import time

import pytest
from conftest import publish, stoa, write_sources
from probe import ADA, PASSWORD, World, set_cookies

HOST = "isoc.example"
LIN = "lin@isoc.example"
BASE = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; "
        "frame-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {}; "
        "upgrade-insecure-requests; report-to csp")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    w = World(folder)
    w.fixture(users=[{"host": HOST, "email": LIN, "name": "Lin", "password": PASSWORD, "role": "member"},
                     {"host": HOST, "email": "boss@isoc.example", "name": "Boss", "password": PASSWORD, "role": "admin"}])
    write_sources(folder)
    publish(w.data, folder, HOST)
    (folder / "hush.csv").write_text("kind,n\nhushkind,4\n")
    stoa(w.data, "publish", folder / "hush.csv", "--portal", HOST, "--id", "hushset", "--title", "Hushtitle")
    stoa(w.data, "secure", "hushset", "--portal", HOST, "--restricted")
    w.ada, w.lin, w.boss = w.client(HOST), w.client(HOST), w.client(HOST)
    w.ada.sign_in(ADA)
    w.lin.sign_in(LIN)
    w.boss.sign_in("boss@isoc.example")
    yield w
    w.stop()


def send(c, path, body, token=None):
    return c.post(path, json.dumps(body), headers={"Content-Type": "application/json", "Accept": "application/json",
                                                   "X-CSRFToken": c.token() if token is None else token})


def a_map(*datasets, **more):
    return {"title": "A map", "visibility": "unlisted", "config": {"layers": [{"dataset": d} for d in datasets or ("cities",)]}, **more}


def a_chart(dataset="cities", **more):
    return {"title": "A chart", "visibility": "unlisted", **more,
            "config": {"queries": [{"config": {"dataset": dataset}, "xAxis": "kind" if dataset == "hushset" else "country", "charts": [{"type": "column", "func": "COUNT"}]}]}}


def make(c, path, body):
    answer = send(c, path, body)
    assert answer.status_code == 201, (answer.status_code, answer.text)
    return answer.json()


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_map_is_saved_shown_changed_and_deleted(world):
    made = make(world.ada, "/map/", a_map(title="Villes d’été", description="About cities"))
    assert made == {"slug": "villes-d-ete", "revision": 1, "url": "/map/villes-d-ete/", "edit": "/map/villes-d-ete/edit/"}
    stranger = world.client(HOST)
    page = stranger.get(made["url"])
    assert page.status_code == 200 and "<h1><bdi>Villes d’été</bdi></h1>" in page.text and "About cities" in page.text
    assert '<stoa-map class="work"' in page.text and 'href="/explore/dataset/cities/table/"' in page.text  # the layers, without script
    assert "Edit the map" not in page.text and "noindex" in page.text and not set_cookies(page) and "private" in page.headers["Cache-Control"]
    own = world.ada.get(made["url"])
    assert "Edit the map" in own.text and "Whoever has the address" in own.text
    changed = send(world.ada, made["url"], a_map(title="Villes", revision=1))
    assert changed.status_code == 200 and changed.json()["revision"] == 2
    assert "<h1><bdi>Villes</bdi></h1>" in stranger.get(made["url"]).text
    assert "for good" in world.ada.get(made["url"] + "delete/").text
    assert world.ada.form(made["url"] + "delete/").status_code == 303
    assert stranger.get(made["url"]).status_code == 404


def test_a_chart_is_a_table_without_script(world):
    made = make(world.ada, "/chart/", a_chart(title="By country"))
    page = world.client(HOST).get(made["url"])
    assert page.status_code == 200 and '<stoa-chart class="work"' in page.text and '<table class="numbers">' in page.text
    assert page.text.count('<th scope="row">') > 1
    editor = world.ada.get(made["edit"])
    assert "<stoa-chart-builder" in editor.text and 'revision="1"' in editor.text and "<noscript>" in editor.text


def test_of_two_tabs_the_second_is_told(world):
    made = make(world.ada, "/map/", a_map(title="Two tabs"))
    assert send(world.ada, made["url"], a_map(title="First", revision=1)).status_code == 200
    second = send(world.ada, made["url"], a_map(title="Second", revision=1))
    assert second.status_code == 409 and second.json()["reason"] == "changed" and second.json()["error_code"] == "Conflict"
    assert "First" in world.ada.get(made["url"]).text
    taken = send(world.ada, "/map/", a_map(slug=made["slug"]))
    assert taken.status_code == 409 and taken.json()["reason"] == "taken"


@pytest.mark.parametrize("body, status, word", [
    ("{", 400, ""), ("[]", 422, "config"), ({"title": "x"}, 422, "config"), (a_map(title="  "), 422, "title"),
    ({"title": "x", "config": {"layers": [{"dataset": ""}]}}, 400, "layers[0]"), ({"title": "x", "config": {"colour": 1}}, 400, "colour"),
    (a_map(slug="Not good"), 422, "address"), (a_map(slug="embed"), 422, "portal itself"), (a_map(title="x" * 400), 422, "title"),
    (a_map(description="x" * 5000), 422, "description")])
def test_what_cannot_be_saved_is_said(world, body, status, word):
    answer = world.ada.post("/map/", body if isinstance(body, str) else json.dumps(body),
                            headers={"Content-Type": "application/json", "X-CSRFToken": world.ada.token()})
    assert answer.status_code == status and word in answer.json()["message"], answer.text


def test_refusals_are_said_in_the_readers_language(world):
    answer = world.ada.post("/map/?flg=fr", json.dumps(a_map(title=" ")), headers={"Content-Type": "application/json", "X-CSRFToken": world.ada.token()})
    assert answer.status_code == 422 and answer.json()["message"] == "Veuillez lui donner un titre."


def test_saving_takes_a_session_and_a_token(world):
    stranger = world.client(HOST)
    assert send(stranger, "/map/", a_map()).status_code == 401
    assert send(world.ada, "/map/", a_map(), token="").json()["reason"] == "token_missing"
    foreign = world.ada.post("/map/", json.dumps(a_map()), headers={"Content-Type": "application/json", "Origin": "https://foreign.test", "X-CSRFToken": "x" * 128})
    assert foreign.status_code == 403
    form = world.ada.post("/map/", {"title": "x"})
    assert form.status_code == 415


# --- who may what --------------------------------------------------------------------------------------------------------


def test_private_things_are_not_there_for_others(world):
    made = make(world.ada, "/map/", a_map(title="Own things", visibility="private"))
    assert world.ada.get(made["url"]).status_code == 200
    for c in (world.client(HOST), world.lin, world.boss):
        assert c.get(made["url"]).status_code == 404
        assert c.get(f"/map/embed/{made['slug']}/").status_code == 404
        assert c.get(f"/map/?from={made['slug']}").status_code == 404
    assert world.lin.get(made["edit"]).status_code == 404
    assert send(world.lin, made["url"], a_map(revision=1)).status_code == 404


def test_others_may_look_and_copy_and_administrators_delete(world):
    made = make(world.ada, "/chart/", a_chart(title="Look at it"))
    assert world.lin.get(made["edit"]).status_code == 403
    assert send(world.lin, made["url"], a_chart(revision=1)).status_code == 403
    assert world.lin.get(made["url"] + "delete/").status_code == 403
    copy = world.lin.get(f"/chart/?from={made['slug']}")
    assert copy.status_code == 200 and "Look at it" in html.unescape(re.search(r'state="([^"]*)"', copy.text).group(1))
    assert 'slug="' not in copy.text
    assert world.client(HOST).get(made["edit"]).headers["Location"].startswith("/login/?next=")
    assert world.boss.form(made["url"] + "delete/").headers["Location"] == "/charts/"
    assert world.ada.get(made["url"]).status_code == 404


def test_public_takes_the_permission_to_make_pages(world):
    refused = send(world.lin, "/map/", a_map(visibility="public"))
    assert refused.status_code == 403 and "create_page" in refused.json()["message"]
    made = make(world.lin, "/map/", a_map(title="Of Lin"))
    own = world.lin.form("/account/visualizations/", {"kind": "map", "slug": made["slug"], "visibility": "public"})
    assert own.status_code == 403
    made = make(world.boss, "/map/", a_map(title="Of the boss", visibility="public", description="zanzibar"))
    gallery = world.client(HOST).get("/maps/")
    assert "Of the boss" in gallery.text and "Of Lin" not in gallery.text and not set_cookies(gallery)
    assert "Of the boss" in world.client(HOST).get("/maps/?q=Zanzibár").text
    assert "Nothing was found" in world.client(HOST).get("/maps/?q=qqq").text
    assert "Of the boss" not in world.client(HOST).get("/charts/").text
    assert "noindex" not in world.client(HOST).get(made["url"]).text


def test_one_s_own_list(world):
    made = make(world.lin, "/chart/", a_chart(title="Chart of Lin"))
    page = world.lin.get("/account/visualizations/")
    assert "Chart of Lin" in page.text and "Two tabs" not in page.text and page.headers["Cache-Control"] == "private, no-store"
    assert "Chart of Lin" in world.lin.get("/account/visualizations/?q=lin").text
    assert "Nothing was found" in world.lin.get("/account/visualizations/?q=zzz").text
    assert world.client(HOST).get(made["url"]).status_code == 200
    done = world.lin.form("/account/visualizations/", {"kind": "chart", "slug": made["slug"], "visibility": "private"})
    assert done.status_code == 303 and world.client(HOST).get(made["url"]).status_code == 404
    stolen = world.ada.form("/account/visualizations/", {"kind": "chart", "slug": made["slug"], "visibility": "unlisted"})
    assert stolen.status_code == 404
    assert world.client(HOST).get("/account/visualizations/").status_code == 303


# --- drafts -------------------------------------------------------------------------------------------------------------------


def test_drafts_are_kept_and_go_when_saved(world):
    kept = send(world.ada, "/map/drafts/", a_map(title="In the making"))
    assert kept.status_code == 200, kept.text
    draft = kept.json()
    again = send(world.ada, "/map/drafts/", a_map(title="Still in the making", draft=draft["draft"]))
    assert again.json() == draft
    page = world.ada.get(draft["edit"])
    assert page.status_code == 200 and "Still in the making" in html.unescape(page.text) and " from-draft" in page.text
    assert world.lin.get(draft["edit"]).status_code == 404 and world.client(HOST).get(draft["edit"]).status_code == 303
    assert "Still in the making" in world.ada.get("/account/visualizations/").text
    made = make(world.ada, "/map/", a_map(title="Made", draft=draft["draft"]))
    assert world.ada.get(draft["edit"]).status_code == 404
    kept = send(world.ada, "/map/drafts/", a_map("cities", title="Changed but not saved", of=made["slug"], revision=1)).json()
    assert kept["edit"] == made["edit"]
    editor = world.ada.get(made["edit"]).text
    assert "Changed but not saved" in html.unescape(editor) and " from-draft" in editor and "Changed but" not in world.ada.get(made["url"]).text
    assert world.ada.form(f"/map/+{kept['draft']}/delete/").status_code == 303
    assert " from-draft" not in world.ada.get(made["edit"]).text
    assert send(world.lin, "/map/drafts/", a_map(of=made["slug"])).status_code == 403


# --- anyone may build -----------------------------------------------------------------------------------------------------------


def test_anyone_may_build_and_the_address_holds_it(world):
    c = world.client(HOST)
    config = base64.urlsafe_b64encode(json.dumps({"layers": [{"dataset": "cities", "title": "Towns"}]}).encode()).decode().rstrip("=")
    page = c.get(f"/map/?config={config}&title=Mine")
    assert page.status_code == 200 and not set_cookies(page) and 'login="/login/' in page.text and "token=" not in page.text
    state = json.loads(html.unescape(re.search(r'state="([^"]*)"', page.text).group(1)))
    assert state["title"] == "Mine" and state["config"]["layers"][0]["title"] == "Towns"
    chart = base64.b64encode(json.dumps(a_chart()["config"]).encode()).decode()
    assert "<table" in c.get("/chart/", params={"dataChart": chart}).text
    assert "cannot be read" in c.get("/map/?config=%%%").text or c.get("/map/?config=%%%").status_code == 400
    broken = c.get("/map/?config=bm9uc2Vuc2U")
    assert broken.status_code == 200 and "cannot be read" in broken.text
    assert c.get("/chart/?dataset=cities").status_code == 200 and c.get("/map/?dataset=nothing").status_code == 200
    assert world.ada.get("/map/").headers["Cache-Control"] == "private, no-store"


# --- frames ------------------------------------------------------------------------------------------------------------------------

FRAMES = ["/explore/embed/dataset/cities/table/", "/explore/embed/dataset/cities/information/", "/explore/embed/dataset/nothing/table/", "/map/embed/nothing/",
          "/chart/embed/?dataChart=x"]


@pytest.mark.parametrize("path", FRAMES)
def test_jar_t12_frames_are_the_same_for_everyone(world, path):
    """FRM-1, JAR-3: no cookie is read or set, whoever is signed in; any site may show it, and nothing but frames."""
    anonymous, signed_in = world.client(HOST).get(path), world.ada.get(path, keep=False)
    assert anonymous.content == signed_in.content and not set_cookies(anonymous) and not set_cookies(signed_in)
    assert anonymous.status_code == signed_in.status_code
    assert anonymous.headers["Cross-Origin-Resource-Policy"] == "cross-origin" and "X-Frame-Options" not in anonymous.headers
    assert "frame-ancestors *" in anonymous.headers["Content-Security-Policy"] and "Sign in" not in anonymous.text
    assert "requestStorageAccess" not in anonymous.text and '<header class="site"' not in anonymous.text
    cookies = {"django_language": "fr", "sessionid": "x" * 43, "csrftoken": "y" * 64, "cookies_preferences": "z"}
    tossed = world.client(HOST).get(path, cookies=cookies, keep=False)
    assert tossed.content == anonymous.content and not set_cookies(tossed)


def test_con_t28_frames_need_no_footer_of_cookies(world):
    """CON-1: no banner and no link to choices in a frame; the line below says whose it is."""
    page = world.client(HOST).get("/explore/embed/dataset/cities/table/?q=a&static=true&datasetcard=true&scrollWheelZoom=true")
    assert page.status_code == 200 and page.headers["Content-Security-Policy"] == BASE.format("*")
    assert "/cookies/preferences/" not in page.text and '<footer class="frame with-card">' in page.text and 'class="frame still"' in page.text
    assert 'href="/explore/dataset/cities/table/?q=a"' in page.text and "Internet Society" in page.text
    assert "noindex" in page.text and '<base target="_blank">' in page.text
    for path in ("/explore/dataset/cities/table/", "/maps/", "/map/"):
        assert "frame-ancestors 'self'" in world.client(HOST).get(path).headers["Content-Security-Policy"]


def test_frames_refuse_in_their_box(world):
    c = world.client(HOST)
    for path, status in (("/explore/embed/dataset/nothing/table/", 404), ("/explore/embed/dataset/cities/nothing/", 404), ("/explore/embed/dataset/cities/api/", 404),
                         ("/map/embed/nothing/", 404), ("/chart/embed/", 404), ("/chart/embed/?dataChart=%7B", 400)):
        page = c.get(path)
        assert page.status_code == status and '<div class="refused" role="alert">' in page.text, (path, page.text[-600:])
    french = c.get("/explore/embed/dataset/nothing/table/", headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in french.text


def test_frames_of_a_private_portal_are_boxes(world):
    stoa(world.data, "portal", "set", HOST, "access=private")
    try:
        time.sleep(0.1)
        for path in ("/explore/embed/dataset/cities/table/", "/map/embed/nothing/"):
            page = world.ada.get(path, keep=False)
            assert page.status_code == 401 and "Location" not in page.headers and '<div class="refused"' in page.text
    finally:
        stoa(world.data, "portal", "set", HOST, "access=open")


def test_frames_may_be_for_some_sites_only(world):
    stoa(world.data, "portal", "set", HOST, "embed.ancestors=https://town.example,https://*.news.example")
    try:
        page = world.client(HOST).get("/explore/embed/dataset/cities/table/")
        assert "frame-ancestors 'self' https://town.example https://*.news.example;" in page.headers["Content-Security-Policy"]
    finally:
        stoa(world.data, "portal", "set", HOST, "embed.ancestors=")


def test_frames_of_saved_things(world):
    made = make(world.ada, "/map/", a_map(title="In frames"))
    page = world.client(HOST).get(f"/map/embed/{made['slug']}/?static=true&scrollWheelZoom=true")
    assert page.status_code == 200 and " static" in page.text and 'scroll-wheel-zoom="true"' in page.text and f'href="{made["url"]}"' in page.text
    assert 'scroll-wheel-zoom="false"' in world.client(HOST).get(f"/map/embed/{made['slug']}/").text
    chart = base64.urlsafe_b64encode(json.dumps(a_chart()["config"]).encode()).decode().rstrip("=")
    page = world.client(HOST).get(f"/chart/embed/?dataChart={chart}")
    assert page.status_code == 200 and "<table" in page.text and not set_cookies(page)


# --- what a reader may not see ------------------------------------------------------------------------------------------------------


def test_datasets_that_are_not_for_the_reader_stay_out(world):
    hidden = world.client(HOST).get("/api/explore/v2.1/catalog/datasets/hushset", headers={"Accept": "application/json"}).status_code
    assert hidden == 404, "the fixture must restrict hushset"
    for path, body in (("/map/", a_map("cities", "hushset", title="Mixed")), ("/chart/", a_chart("hushset", title="Hidden numbers"))):
        made = make(world.boss, path, body)
        for c in (world.client(HOST), world.lin):
            for at in (made["url"], f"{path}embed/{made['slug']}/", f"{path}?from={made['slug']}"):
                page = c.get(at)
                assert page.status_code == 200 and "hush" not in page.text.lower(), at
        assert "is not public, and is left out" in world.client(HOST).get(made["url"]).text
    framed = world.boss.get("/explore/embed/dataset/hushset/table/", keep=False)
    assert framed.status_code == 404 and "ush" not in framed.text.replace("/assets/", "")


# --- sharing --------------------------------------------------------------------------------------------------------------------------


def test_a_share_has_link_frame_and_element(world):
    made = make(world.ada, "/map/", a_map(title='Share "this" & that'))
    page = world.client(HOST).get(made["url"]).text
    text = html.unescape(html.unescape(page))
    assert f"https://{HOST}/map/{made['slug']}/" in text
    assert f'<iframe src="https://{HOST}/map/embed/{made["slug"]}/?static=false&scrollWheelZoom=false" width="600" height="450"' in text
    assert f'<script type="module" src="https://{HOST}/elements/stoa.js"></script>' in text and f'<stoa-map source="https://{HOST}" config="' in text
    assert "mailto:?subject=" in page and not re.search(r'<script[^>]*src="https?://', page)
    stoa(world.data, "portal", "set", HOST, "share.networks=email,linkedin")
    try:
        page = world.client(HOST).get(made["url"]).text
        assert "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2F" in page and "facebook" not in page
    finally:
        stoa(world.data, "portal", "set", HOST, "share.networks=")
