"""Consent on the wire (§8.8): when the banner stands on a page, what a choice stores and where, signals, asking again, and
what is taken away on withdrawal. A portal of its own for each test that publishes; one server for all."""
import re

import pytest
from conftest import stoa
from probe import PASSWORD, World, set_cookies
from services import matomo, registry, vimeo, youtube

DAY = 86400
HOSTS = ("count.example", "youtube", "google")
VALUE = re.compile(r"1\.[0-9A-Za-z]\.\d+\.\d+\.[a-z0-9_:-]+\.(-|[0-9A-Za-z]{22})\.[0-9A-Za-z_-]{22}")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("consent"))
    w.fixture(registries=[{"host": "tags.example", "registry": registry()}])
    yield w
    w.stop()


@pytest.fixture
def portal(world):
    """A portal with its own registry: portal("name") or with services, languages, settings."""
    def make(name, services=None, languages=("en", "fr"), **settings):
        host = f"{name}.test.example"
        world.fixture(domains=[{"host": host, "settings": {"languages": ",".join(languages), **settings}}],
                      registries=[{"host": host, "registry": registry(languages, services)}])
        return host
    return make


def choose(c, action, layer="page", status=303, epoch=None, path="/cookies/preferences/", headers=None, **fields):
    epoch = c.get("/api/cookies/v1/state").json()["epoch"] if epoch is None else epoch
    sent = {"action": action, "layer": layer, "epoch": epoch, "return": "/", **{k.replace("svc_", "svc."): v for k, v in fields.items()}}
    answer = c.post(path, sent, headers=headers)
    assert answer.status_code == status, (answer.status_code, answer.text[:800])
    return answer


def entries(world, host):
    ids = {row["host"]: row["id"] for row in world.table("tenant")}
    return [row for row in world.table("consent_ledger") if row["tenant"] == ids[host]]


def tally(world, host, what):
    world.restart()
    ids = {row["host"]: row["id"] for row in world.table("tenant")}
    return sum(row["n"] for row in world.table("consent_count") if row["tenant"] == ids[host] and row["what"] == what)


def has_banner(page):
    return '<section class="consent"' in page.text


def foreign(page):
    text = page.text.lower() + str(page.headers).lower()
    return [h for h in ("stats.count.example", "youtube.com", "youtube-nocookie.com") if h in text]


def part(value, n):
    return value.split(".")[n]


# --- the banner -------------------------------------------------------------------------------------------------------


def test_con_t01_nothing_to_ask_no_banner(world):
    page = world.client("isoc.example").get("/")
    assert not has_banner(page) and 'href="/cookies/preferences/">Manage cookies' in page.text
    assert "Sec-GPC" not in page.headers["Vary"]


def test_con_t02_banner_without_cookie_or_host(world):
    page = world.client("tags.example").get("/")
    assert has_banner(page) and not set_cookies(page) and not foreign(page)
    assert page.text.index('class="skip"') < page.text.index('class="consent"') < page.text.index("<header")
    assert "role=\"dialog\"" not in page.text and "aria-modal" not in page.text
    assert {"Sec-GPC", "DNT", "Cookie", "Accept-Language"} <= {x.strip() for x in page.headers["Vary"].split(",")}


def test_con_1_where_no_banner_stands(world):
    c = world.client("tags.example")
    assert not has_banner(c.get("/cookies/preferences/"))
    assert not has_banner(c.get("/no/such/page"))
    assert not has_banner(c.get("/login/"))
    assert has_banner(c.get("/terms/cookies-policy/"))


def test_con_2_words_and_order_of_the_first_layer(world):
    for lang, refuse, accept in (("en", "Refuse all", "Accept all"),):
        text = world.client("tags.example").get("/", headers={"Accept-Language": lang}).text
        banner = text[text.index('<section class="consent"'):text.index("</section>", text.index('<section class="consent"'))]
        places = [banner.index(x) for x in ("<h2", "Counting of visits", "Showing videos", "Count Ltd", "Google Ireland", "182",
                                            "/terms/cookies-policy/", refuse, accept, "Customise")]
        assert places == sorted(places)
    assert re.findall(r'<button class="choice" name="action" value="(\w+)">', banner) == ["refuse_all", "accept_all"]


def test_con_2_more_than_five_providers(portal, world):
    many = [youtube(("en",), id=f"video{i}", name=f"Video {i}", provider={"name": f"Provider {i}", "country": "FR"},
                    origins={"frame": [f"https://v{i}.video.example"]}) for i in range(8)]
    page = world.client(portal("many", many, ("en",))).get("/")
    assert "8 providers would receive data" in page.text and "Provider 4" in page.text and "Provider 5" not in page.text
    assert ">and 3 more</a>" in page.text


def test_cke_4_a_choice_must_fit_into_its_cookie(world):
    import requests
    many = [youtube(("en",), id=f"a_rather_long_name_of_a_video_{i:02}", name=f"V{i}", origins={"frame": [f"https://v{i}.video.example"]}) for i in range(40)]
    host = "full.test.example"
    world.fixture(domains=[{"host": host, "settings": {"languages": "en"}}])
    send = lambda services: requests.post(world.control + "/fixture", json={"registries": [{"host": host, "registry": registry(("en",), services)}]}, timeout=60)
    refused = send(many)
    assert refused.status_code >= 300 and "cookie" in refused.text
    assert send(many[:26]).status_code < 300
    c = world.client(host)
    choose(c, "accept_all", "first")
    assert len(c.jar["cookies_preferences"]) + len("cookies_preferences") <= 1100


def test_con_t03_refuse_all(world):
    c = world.client("tags.example")
    answer = choose(c, "refuse_all", "first")
    lines = set_cookies(answer)
    assert len(lines) == 1 and lines[0].endswith("; Path=/; Max-Age=15724800; Secure; HttpOnly; SameSite=Lax")
    value = c.jar["cookies_preferences"]
    assert VALUE.fullmatch(value) and part(value, 5) == "-" and part(value, 4) == "matomo:0-youtube:0"
    assert answer.headers["Location"] == "/?cookies=refused" and "no-store" in answer.headers["Cache-Control"]
    page = c.get("/?cookies=refused")
    assert not has_banner(page) and 'role="status"' in page.text and not foreign(page)
    assert not has_banner(c.get("/"))


def test_con_t04_refusals_of_a_day_are_identical(world):
    a, b = world.client("tags.example"), world.client("tags.example", address="203.0.113.9", agent="Other/1")
    choose(a, "refuse_all", "first")
    choose(b, "refuse_all", "first")
    assert a.jar == b.jar


def test_con_t05_accept_all(portal, world):
    host = portal("accept")
    c = world.client(host)
    choose(c, "accept_all", "first")
    value = c.jar["cookies_preferences"]
    assert len(part(value, 5)) == 22 and part(value, 4) == "matomo:1-youtube:1"
    rows = entries(world, host)
    assert len(rows) == 1 and '"event":"grant"' in rows[0]["json"] and part(value, 5) in rows[0]["json"]
    page = c.get("/")
    assert 'data-url="https://stats.count.example/"' in page.text
    assert "script-src 'self' https://stats.count.example;" in page.headers["Content-Security-Policy"]
    assert "youtube" not in page.headers["Content-Security-Policy"] and "Withdraw all consent" in page.text
    assert page.headers["Cache-Control"] == "private, max-age=0, must-revalidate"


def test_con_t11_preferences_at_first(world):
    page = world.client("tags.example").get("/cookies/preferences/")
    switches = re.findall(r'<input type="checkbox"[^>]*name="(svc\.[a-z]+)"[^>]*>', page.text)
    assert switches == ["svc.matomo", "svc.youtube"]
    assert not re.search(r'name="svc\.[a-z]+"[^>]* checked', page.text)
    for name in ("sessionid", "django_language", "csrftoken", "cookies_preferences"):
        assert f">{name}</code>" in page.text and f'name="{name}"' not in page.text
    assert page.text.count("Always active.") == 4
    assert re.findall(r'class="choice" name="action" value="(\w+)"', page.text) == ["refuse_all", "accept_all", "save"]
    assert not set_cookies(page)


def test_con_7_everything_about_a_service(world):
    text = world.client("tags.example").get("/cookies/preferences/").text
    for word in ("Count Ltd", "Your address and the page you read.", "13 months", "_pk_id.", "392 days", "https://count.example/privacy",
                 "United States: adequacy decision", "VISITOR_INFO1_LIVE"):
        assert word in text, word


def test_con_t12_one_service(portal, world):
    c = world.client(portal("one"))
    choose(c, "save", svc_youtube="on", audience="on")
    assert part(c.jar["cookies_preferences"], 4) == "matomo:0-youtube:1"
    page = c.get("/")
    assert "data-tag" not in page.text and not has_banner(page)
    shown = c.get("/cookies/preferences/").text
    assert re.search(r'name="svc\.youtube"[^>]* checked', shown) and not re.search(r'name="svc\.matomo"[^>]* checked', shown)


def test_con_t14_another_site_cannot_choose(portal, world):
    host = portal("cross")
    c = world.client(host)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Origin": None}):
        answer = choose(c, "accept_all", status=403, headers=headers)
        assert not set_cookies(answer)
    assert not entries(world, host)


def test_con_t15_t16_edited_values_are_no_choice(portal, world):  # CON-T15, CON-T16
    c = world.client(portal("edited"))
    choose(c, "save", svc_matomo="on", audience="on")
    good = c.jar["cookies_preferences"]
    p = good.split(".")
    wrong = [good.replace("youtube:0", "youtube:1"), ".".join(["2", *p[1:]]), ".".join([p[0], "z", *p[2:]]), ".".join([*p[:2], "9", *p[3:]]),
             ".".join([*p[:3], str(int(p[3]) + 3), *p[4:]]), good[:-1], good + "x", "1", "%31.1.1", good.upper()]
    for value in wrong:
        page = c.get("/", cookies={"cookies_preferences": value}, keep=False)
        assert page.status_code == 200 and has_banner(page) and not foreign(page), value
        assert not set_cookies(page)
    page = c.get("/", cookies=f"cookies_preferences={good}; cookies_preferences=x", keep=False)
    assert has_banner(page) and not foreign(page)
    assert foreign(c.get("/")) == ["stats.count.example"]


def test_prf_6_a_value_of_another_portal_is_worthless(portal, world):  # ISO-T01
    c = world.client(portal("mine"))
    choose(c, "accept_all", "first")
    page = world.client("tags.example").get("/", cookies=dict(c.jar))
    assert foreign(c.get("/")) and has_banner(page) and not foreign(page)


def test_con_t17_t18_half_a_year(portal, world):  # CON-T17, CON-T18
    host = portal("aged")
    no, yes = world.client(host), world.client(host)
    choose(no, "refuse_all", "first")
    choose(yes, "accept_all", "first")
    start = world.now()
    try:
        world.set_clock(start + 181 * DAY)
        assert not has_banner(no.get("/")) and not has_banner(yes.get("/")) and foreign(yes.get("/"))
        world.set_clock(start + 182 * DAY)
        assert has_banner(no.get("/")) and has_banner(yes.get("/")) and not foreign(yes.get("/"))
    finally:
        world.set_clock(start)


def test_con_19_a_shorter_validity(portal, world):
    c = world.client(portal("short", **{"consent.validity_days": "30"}))
    answer = choose(c, "refuse_all", "first")
    assert "Max-Age=2592000;" in set_cookies(answer)[0]
    start = world.now()
    try:
        world.set_clock(start + 30 * DAY)
        assert has_banner(c.get("/"))
    finally:
        world.set_clock(start)


# --- asking again ---------------------------------------------------------------------------------------------------------


def publish(world, host, services, languages=("en", "fr")):
    return world.fixture(registries=[{"host": host, "registry": registry(languages, services)}])["versions"][0]


def state(c):
    return c.get("/api/cookies/v1/state").json()


def test_con_t19_a_text_correction_asks_nobody(portal, world):
    host = portal("text")
    c = world.client(host)
    choose(c, "refuse_all", "first")
    before = state(c)
    corrected = matomo(("en", "fr"), purpose={"en": "Counting of visits by a firm.", "fr": "Comptage des visites."})
    publish(world, host, [corrected, youtube(("en", "fr"))])
    after = state(c)
    assert after["version"] == before["version"] + 1 and after["epoch"] == before["epoch"]
    assert not has_banner(c.get("/"))


def test_con_t20_only_the_new_service_is_asked(portal, world):
    host = portal("new")
    c, d = world.client(host), world.client(host)
    choose(c, "refuse_all", "first")
    choose(d, "accept_all", "first")
    epoch = state(c)["epoch"]
    publish(world, host, [matomo(("en", "fr")), youtube(("en", "fr")), vimeo(("en", "fr"))])
    assert state(c)["epoch"] == epoch + 1
    page = c.get("/")
    assert has_banner(page) and "Vimeo Inc" in page.text and "Count Ltd" not in page.text and "Google Ireland" not in page.text
    assert re.search(r'href="/terms/cookies-policy/diff/\d+\.\.\d+/"', page.text)
    # What is answered there is answered about the new one alone.
    choose(c, "accept_all", "first")
    assert part(c.jar["cookies_preferences"], 4) == "matomo:0-vimeo:1-youtube:0"
    choose(d, "refuse_all", "first")
    assert part(d.jar["cookies_preferences"], 4) == "matomo:1-vimeo:0-youtube:1"


def test_con_t21_a_recipient_more_voids_that_grant(portal, world):
    host = portal("recipient")
    c = world.client(host)
    choose(c, "accept_all", "first")
    publish(world, host, [matomo(("en", "fr"), recipients=["Another Ltd"]), youtube(("en", "fr"))])
    now = state(c)["services"]
    assert now["matomo"] == {"choice": "undecided", "granted": False} and now["youtube"]["granted"]
    page = c.get("/")
    assert has_banner(page) and not foreign(page) and "Google Ireland" not in page.text


def test_con_t25_a_stale_form_grants_nothing(portal, world):
    host = portal("stale")
    c = world.client(host)
    old = state(c)["epoch"]
    publish(world, host, [matomo(("en", "fr")), youtube(("en", "fr")), vimeo(("en", "fr"))])
    answer = choose(c, "accept_all", "first", status=409, epoch=old)
    assert not set_cookies(answer) and "has changed" in answer.text and not entries(world, host)
    assert choose(c, "accept_all", status=409, epoch=old, headers={"Accept": "application/json"}).json()["stored"] is False
    choose(c, "refuse_all", "first", epoch=old)
    assert "cookies_preferences" in c.jar


def test_con_t26_unknown_services_are_refused(world):
    c = world.client("tags.example")
    assert not set_cookies(choose(c, "save", status=422, **{"svc.unknown": "on"}))
    assert not set_cookies(choose(c, "nonsense", status=422))
    assert not set_cookies(choose(c, "save", status=422, **{"svc.": "on"}))


# --- withdrawing ------------------------------------------------------------------------------------------------------------


def test_con_t22_withdrawal_takes_everything_away(portal, world):
    host = portal("leave")
    c = world.client(host)
    choose(c, "accept_all", "first")
    jar = {**c.jar, "_pk_id.7.abcd": "x", "_pk_ses.7.abcd": "y", "other": "z"}
    page = c.get("/")
    form = re.search(r'<form method="post" action="/cookies/preferences/">(.*?)</form>', page.text[page.text.index("manage-cookies"):]).group(1)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert fields["action"] == "refuse_all" and "Withdraw all consent" in form
    answer = c.post("/cookies/preferences/", fields, cookies=jar)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("cookies=withdrawn")
    lines = set_cookies(answer)
    for name in ("_pk_id.7.abcd", "_pk_ses.7.abcd", "VISITOR_INFO1_LIVE"):
        mine = [x for x in lines if x.startswith(f"{name}=;")]
        assert all("Max-Age=0" in x and "Path=/" in x for x in mine)
        domains = [re.search(r"Domain=([^;]+)", x) for x in mine]
        assert {d.group(1) if d else "" for d in domains} == {"", host, "test.example"}, (name, lines)
    assert not [x for x in lines if x.startswith("other=")]
    assert part(c.jar["cookies_preferences"], 5) == "-"
    after = c.get("/?cookies=withdrawn")
    assert not foreign(after) or foreign(after) == []
    assert "Withdraw all consent" not in after.text and "data-forget=" in after.text and "matomo_seen" in after.text
    assert "https://count.example/privacy" in after.text
    rows = entries(world, host)
    assert [re.search(r'"event":"(\w+)"', r["json"]).group(1) for r in rows] == ["grant", "withdraw"]
    assert '"mechanism":"preferences_page"' in rows[1]["json"]


def test_con_t23_the_button_is_there_only_with_something_granted(portal, world):
    host = portal("button")
    c = world.client(host)
    assert "Withdraw all consent" not in c.get("/").text
    choose(c, "refuse_all", "first")
    assert "Withdraw all consent" not in c.get("/").text
    choose(c, "save", svc_matomo="on", audience="on")
    for path in ("/", "/explore/", "/terms/cookies-policy/", "/cookies/preferences/"):
        assert "Withdraw all consent" in c.get(path).text, path


def test_con_t27_a_shared_cache_tells_them_apart(world):
    """The portal's own cache of finished answers stands between the two."""
    a, b = world.client("tags.example"), world.client("tags.example")
    assert has_banner(b.get("/"))
    choose(a, "refuse_all", "first")
    for _ in range(3):
        assert not has_banner(a.get("/")) and has_banner(b.get("/"))
    quiet = b.get("/", headers={"Sec-GPC": "1"})
    assert not has_banner(quiet) and has_banner(b.get("/"))
    assert a.get("/").headers["Cache-Control"].startswith("private")


def test_con_t29_t30_defaults_and_objection(world):  # CON-T29, CON-T30
    c = world.client("isoc.example")
    assert not set_cookies(choose(c, "save", audience="on")) or "Max-Age=0" in set_cookies(choose(c, "save", audience="on"))[0]
    assert not c.jar
    choose(c, "save")
    assert part(c.jar["cookies_preferences"], 4) == "audience:0" and part(c.jar["cookies_preferences"], 5) == "-"
    assert state(c)["audience"] is False
    answer = choose(c, "save", audience="on")
    assert "Max-Age=0" in set_cookies(answer)[0] and not c.jar and state(c)["audience"] is True


def test_con_11_answers_for_programs(portal, world):
    c = world.client(portal("json"))
    answer = choose(c, "save", status=200, svc_matomo="on", audience="on", headers={"Accept": "application/json"})
    body = answer.json()
    assert body["services"]["matomo"]["granted"] and body["stored"] and not body["banner"] and set_cookies(answer)
    assert c.get("/cookies/preferences/", headers={"Accept": "application/json"}).json()["services"] == body["services"]
    read = c.get("/api/cookies/v1/state")
    assert read.json()["services"] == body["services"] and not set_cookies(read)
    assert "receipt" not in read.text and part(c.jar["cookies_preferences"], 5) not in read.text


def test_con_11_the_way_back_is_ours(world):
    c = world.client("tags.example")
    for bad in ("//evil.example/", "https://evil.example/", "/\\evil.example", "/%2f/evil.example", "javascript:alert(1)"):
        answer = c.post("/cookies/preferences/", {"action": "refuse_all", "epoch": 1, "return": bad})
        assert answer.headers["Location"] == "/?cookies=refused", bad
    answer = c.post("/cookies/preferences/", {"action": "refuse_all", "epoch": 1, "return": "/explore/?q=a&sort=title"})
    assert answer.headers["Location"] == "/explore/?q=a&sort=title&cookies=refused"


def test_con_31_a_receipt_opens_for_its_holder(portal, world):
    host = portal("receipt")
    c, d = world.client(host), world.client(host)
    choose(c, "accept_all", "first")
    choose(d, "accept_all", "first")
    choose(c, "save", svc_youtube="on", audience="on")
    mine, theirs = part(c.jar["cookies_preferences"], 5), part(d.jar["cookies_preferences"], 5)
    page = c.get(f"/cookies/preferences/receipt/{mine}")
    assert page.status_code == 200 and page.text.count("Number in the ledger") == 2 and "Choice changed" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert c.get(f"/cookies/preferences/receipt/{theirs}").status_code == 404  # LED-T08
    assert d.get(f"/cookies/preferences/receipt/{mine}").status_code == 404
    assert world.client(host).get(f"/cookies/preferences/receipt/{mine}").status_code == 404


def test_jar_5_two_anonymous_pages_are_identical(world):
    a = world.client("tags.example").get("/")
    b = world.client("tags.example", address="203.0.113.77").get("/")
    assert a.content == b.content and not re.search(rb"[0-9A-Za-z]{64}", a.content)


# --- signals ----------------------------------------------------------------------------------------------------------------


def test_gpc_t01_honoured(world):
    c = world.client("tags.example")
    page = c.get("/", headers={"Sec-GPC": "1"})
    assert not has_banner(page) and not set_cookies(page) and not foreign(page)
    assert "Privacy signal honoured" in page.text and "Sec-GPC" in page.headers["Vary"]
    assert "Privacy signal honoured" in c.get("/cookies/preferences/", headers={"Sec-GPC": "1"}).text
    # GPC-T06: nothing was stored, so without it the banner is there.
    assert has_banner(c.get("/"))


def test_gpc_t02_only_exactly_one(world):
    c = world.client("tags.example")
    for value in ("0", "true", "1 ,1", "", "11", "1;a"):
        assert has_banner(c.get("/", headers={"Sec-GPC": value})), value


def test_gpc_t03_two_fields(world):
    import http.client
    line = http.client.HTTPConnection("127.0.0.1", world.server.port)
    line.putrequest("GET", "/", skip_host=True)
    for name, value in (("Host", "tags.example"), ("X-Forwarded-Proto", "https"), ("Accept", "text/html"), ("Sec-GPC", "0"), ("Sec-GPC", "1")):
        line.putheader(name, value)
    line.endheaders()
    text = line.getresponse().read().decode()
    line.close()
    assert '<section class="consent"' not in text and "Privacy signal honoured" in text


def test_gpc_t04_an_earlier_yes_is_silenced(portal, world):
    c = world.client(portal("silenced"))
    choose(c, "accept_all", "first")
    page = c.get("/", headers={"Sec-GPC": "1"})
    assert not foreign(page) and not set_cookies(page) and not has_banner(page)
    assert foreign(c.get("/"))


def test_gpc_t05_a_yes_under_the_signal_prevails(portal, world):
    host = portal("despite")
    c = world.client(host)
    on = {"Sec-GPC": "1"}
    assert "go" in c.get("/cookies/preferences/", headers=on).text
    # Everything at once does not count (CON-16) …
    answer = choose(c, "accept_all", "first", headers=on)
    assert answer.headers["Location"] == "/cookies/preferences/?conflict=1" and not set_cookies(answer) and not entries(world, host)
    assert "one by one" in c.get("/cookies/preferences/?conflict=1", headers=on).text
    # … one by one does.
    choose(c, "save", headers=on, svc_matomo="on")
    assert part(c.jar["cookies_preferences"], 4) == "audience:0-gpc:1-matomo:1-youtube:0"
    assert foreign(c.get("/", headers=on)) == ["stats.count.example"]
    assert '"signals":{"dnt":false,"gpc":true}' in entries(world, host)[0]["json"]


def test_gpc_t07_the_file(world):
    answer = world.client("isoc.example").get("/.well-known/gpc.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json" and not set_cookies(answer)
    assert answer.json()["gpc"] is True and re.fullmatch(r"\d{4}-\d\d-\d\d", answer.json()["lastUpdate"])


def test_gpc_t08_dnt(portal, world):
    assert not has_banner(world.client("tags.example").get("/", headers={"DNT": "1"}))
    deaf = world.client(portal("deaf", honour_dnt="off"))
    assert has_banner(deaf.get("/", headers={"DNT": "1"}))
    assert not has_banner(deaf.get("/", headers={"Sec-GPC": "1"}))


def test_con_32_choices_go_with_the_account_where_the_portal_says_so(portal, world):
    host = portal("across", **{"consent.cross_device": "on"})
    who = "ada@across.test.example"
    world.fixture(users=[{"host": host, "email": who, "name": "Ada", "password": PASSWORD, "role": "member"}])
    kept = "kept with your account"
    first, second = world.client(host), world.client(host, address="198.51.100.8")
    assert kept not in first.get("/").text
    first.sign_in(who)
    page = first.get("/")
    assert has_banner(page) and kept in page.text  # the first layer says so
    answer = choose(first, "accept_all", "first")
    assert not set_cookies(answer) and "cookies_preferences" not in first.jar
    assert "stats.count" in first.get("/").text and kept in first.get("/cookies/preferences/").text
    # Another device of the same person needs no asking; a refusal there holds here.
    second.sign_in(who)
    assert not has_banner(second.get("/")) and "stats.count" in second.get("/").text
    choose(second, "save", **{"svc_youtube": "on", "audience": "on"})
    assert "stats.count" not in first.get("/").text and "matomo:0" in world.table("consent_account")[-1]["value"]
    rows = [r["json"] for r in entries(world, host)]
    assert len(rows) == 2 and "Ada" not in str(rows) and who not in str(rows)
    # It is in the copy of what is kept of them; signing out leaves the device as it was.
    token = second.token()
    second.post("/logout/", {"csrfmiddlewaretoken": token})
    assert has_banner(second.get("/")) and "cookies_preferences" not in second.jar
    # What a device refused before signing in is refused with the account, and a notice says whose choices hold.
    third = world.client(host, address="198.51.100.9")
    choose(third, "refuse_all", "first")
    own = dict(third.jar)["cookies_preferences"]
    arrived = third.sign_in(who)
    assert "cookies=account" in arrived.headers["Location"]
    assert "kept with your account hold here now" in third.get(arrived.headers["Location"]).text
    assert "youtube:0" in world.table("consent_account")[-1]["value"] and third.jar["cookies_preferences"] == own
    assert third.get("/api/cookies/v1/state").json()["services"]["youtube"]["choice"] == "refused"
    assert first.get("/api/cookies/v1/state").json()["services"]["youtube"]["choice"] == "refused"


def test_con_32_is_off_unless_the_portal_says_so(portal, world):
    host = portal("alone")
    who = "ada@alone.test.example"
    world.fixture(users=[{"host": host, "email": who, "name": "Ada", "password": PASSWORD, "role": "member"}])
    c = world.client(host)
    c.sign_in(who)
    assert "kept with your account" not in c.get("/").text
    choose(c, "accept_all", "first")
    assert "cookies_preferences" in c.jar and not has_banner(c.get("/"))


def test_security_txt(world):
    text = world.client("isoc.example").get("/.well-known/security.txt").text
    assert "Contact: mailto:data@isoc.example\n" in text and re.search(r"^Expires: 2027-0[1-7]-01T00:00:00Z$", text, re.M)
    assert world.client("tags.example").get("/.well-known/security.txt").status_code == 404


# --- when what is declared cannot be read --------------------------------------------------------------------------------------


def test_con_t24_without_the_registry_nothing_is_asked_or_given(tmp_path_factory):
    """The table of versions is taken away: pages are served, as if all were refused."""
    import sqlite3
    w = World(tmp_path_factory.mktemp("registry"))
    try:
        w.fixture(registries=[{"host": "tags.example", "registry": registry()}])
        c = w.client("tags.example")
        choose(c, "accept_all", "first")
        jar = dict(c.jar)
        with sqlite3.connect(w.data / "stoa.db", timeout=20) as db:
            db.execute("alter table registry_version rename to hidden")
        # A changed setting has the snapshot made anew, which now fails.
        stoa(w.data, "portal", "set", "tags.example", "description=Another")
        page = c.get("/")
        assert page.status_code == 200 and not has_banner(page) and not foreign(page) and not set_cookies(page) and c.jar == jar
        with sqlite3.connect(w.data / "stoa.db", timeout=20) as db:
            db.execute("alter table hidden rename to registry_version")
        stoa(w.data, "portal", "set", "tags.example", "description=And another")
        assert foreign(c.get("/"))
    finally:
        w.stop()
