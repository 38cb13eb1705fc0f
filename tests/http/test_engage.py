"""What readers tell a portal and whom it tells: following a dataset by letter and by account, ending it in one step, news, reuses and their
review, messages, requests for access, feeds, pictures for link previews; that nothing tells whether an address follows or a dataset exists."""
import json
import re
import struct
import subprocess
import zlib

import feedparser
import pytest
import requests
from conftest import publish, stoa, write_sources
from probe import PASSWORD, ROOT_USER, World

HOST = "isoc.example"
BOSS, LIN, JO = ROOT_USER, "lin@isoc.example", "jo@reader.example"
PAGE = "/explore/dataset/cities/"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engage")
    w = World(folder)
    w.fixture(users=[{"host": HOST, "email": LIN, "name": "Lin", "password": PASSWORD, "role": "member"}])
    w.folder = folder
    write_sources(folder)
    publish(w.data, folder, HOST)
    (folder / "more.csv").write_text("a,b\n1,2\n")
    (folder / "hush.csv").write_text("kind,n\nhushkind,4\n")
    stoa(w.data, "publish", folder / "hush.csv", "--portal", HOST, "--id", "hushset", "--title", "Hushtitle")
    stoa(w.data, "secure", "hushset", "--portal", HOST, "--restricted")
    yield w
    w.stop()


def signed_in(world, who, clients={}):
    """Somebody's browser; days pass in these tests, and sessions with them."""
    c = clients.get((world, who))
    if not c or c.get("/account/").status_code != 200:
        c = clients[world, who] = world.client(HOST)
        c.sign_in(who)
    return c


def boss(world):
    return signed_in(world, BOSS)


def lin(world):
    return signed_in(world, LIN)


def fresh(world, n=[0]):
    """A reader from a network that nobody has counted yet."""
    n[0] += 1
    return world.client(HOST, address=f"203.0.{n[0] % 250}.7")


def send(world, c, path, fields, seconds=5, headers=None):
    """Opens a form as a person does: reads for a moment, fills in, sends."""
    page = c.get(path)
    assert page.status_code == 200, (page.status_code, page.text[:800])
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text.split("<main")[1]))
    world.advance(seconds)
    return c.post(path.split("?")[0], {**{k: v for k, v in hidden.items() if k in ("csrfmiddlewaretoken", "stamp")}, **fields}, headers=headers)


def again(world):
    stoa(world.data, "publish", world.folder / "cities.csv", "--portal", HOST, "--id", "cities", "--replace")


def new_letters(world, to, before, wait=1):
    return world.letters(to, wait=before + wait)[before:]


def link(letter, what):
    text = letter.get_content()
    found = re.search(r"https://isoc\.example(/follow/%s/\S+)" % what, text)
    assert found, text
    return found.group(1)


def follow(world, email=JO):
    before = len(world.letters(email))
    answer = send(world, fresh(world), PAGE + "follow/", {"email": email})
    assert answer.status_code == 303
    c = fresh(world)
    at = link(new_letters(world, email, before)[0], "confirm")
    assert c.form(at).status_code == 200
    return c


# --- following --------------------------------------------------------------------------------------------------------

def test_an_address_follows_only_after_a_click_on_the_page_behind_its_letter(world):
    answer = send(world, fresh(world), PAGE + "follow/", {"email": JO})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/follow/?done=1")
    letter = new_letters(world, JO, 0)[0]
    at = link(letter, "confirm")
    assert "List-Unsubscribe" not in letter
    assert world.table("engage_follow")[0]["since"] == 0
    scanner = fresh(world)
    assert scanner.get(at).status_code == 200 and scanner.get(at).status_code == 200
    assert scanner.request("HEAD", at).status_code == 200
    assert world.table("engage_follow")[0]["since"] == 0, "opening the link alone confirms nothing"
    c = fresh(world)
    page = c.form(at)
    assert page.status_code == 200 and "You follow this dataset" in page.text and "j…@reader.example" in page.text
    row = world.table("engage_follow")[0]
    assert row["since"] > 0 and row["secret"] == ""
    assert JO not in json.dumps(row) and "reader" not in json.dumps(row), "the address is sealed"
    assert c.get(at).status_code == 410, "the link works once"


def test_a_link_is_over_after_a_day(world):
    assert send(world, fresh(world), PAGE + "follow/", {"email": "late@reader.example"}).status_code == 303
    at = link(new_letters(world, "late@reader.example", 0)[0], "confirm")
    world.advance(86401)
    assert fresh(world).get(at).status_code == 410
    world.ask("POST", "/upkeep")
    assert not [r for r in world.table("engage_follow") if r["since"] == 0], "what was not confirmed is forgotten"


def test_the_answer_is_the_same_whether_an_address_follows_or_not(world):
    known = send(world, fresh(world), PAGE + "follow/", {"email": JO})
    other = send(world, fresh(world), PAGE + "follow/", {"email": "nobody@reader.example"})
    assert (known.status_code, known.headers["Location"], known.text) == (other.status_code, other.headers["Location"], other.text)
    letter = new_letters(world, JO, 1)[0]
    assert "already" in letter["Subject"] and "/follow/confirm/" not in letter.get_content()
    refused = send(world, fresh(world), PAGE + "follow/", {"email": "not an address"})
    assert refused.status_code == 422 and "not an address" in refused.text


def test_an_address_gets_three_letters_an_hour_at_most(world):
    for _ in range(5):
        assert send(world, fresh(world), PAGE + "follow/", {"email": "often@reader.example"}).status_code == 303
    world.letters("often@reader.example", wait=4, seconds=1)
    assert len(world.letters("often@reader.example")) == 3


def test_news_come_once_a_day_and_end_in_one_step(world):
    before = len(world.letters(JO))
    world.advance(60)
    again(world)
    world.ask("POST", "/upkeep")
    letter = new_letters(world, JO, before)[0]
    assert "was published anew" in letter["Subject"] and "/explore/dataset/cities/" in letter.get_content()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    off = re.match(r"<https://isoc\.example(/follow/off/[^>]+)>$", letter["List-Unsubscribe"].strip()).group(1)
    assert off in letter.get_content()
    world.advance(3600)
    again(world)
    world.ask("POST", "/upkeep")
    assert len(world.letters(JO)) == before + 1, "not twice on one day"
    world.advance(86400)
    world.ask("POST", "/upkeep")
    assert len(new_letters(world, JO, before + 1)) == 1, "what came meanwhile is told the next day"
    world.advance(86401)
    world.ask("POST", "/upkeep")
    assert len(world.letters(JO)) == before + 2, "nothing new, no letter"
    mine = len(world.table("engage_follow"))
    c = fresh(world)
    assert c.get(off).status_code == 200 and len(world.table("engage_follow")) == mine, "a GET ends nothing"
    # RFC 8058: no cookie, no Origin, no token.
    answer = requests.post(f"http://127.0.0.1:{world.server.port}{off}", data="List-Unsubscribe=One-Click", allow_redirects=False,
                           headers={"Host": HOST, "X-Forwarded-Proto": "https", "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 200 and len(world.table("engage_follow")) == mine - 1
    assert c.get(off).status_code == 200, "a second click does no harm"
    assert fresh(world).get(off[:-3] + "000").status_code == 410


def test_an_account_follows_with_one_click_and_sees_its_list(world):
    page = lin(world).get(PAGE + "follow/")
    assert 'name="email"' not in page.text
    answer = lin(world).form(PAGE + "follow/", {"do": "follow"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/cities/information/")
    assert "/explore/dataset/cities/" in lin(world).get("/account/follows/").text
    before = len(world.letters(LIN))
    world.advance(60)
    again(world)
    stoa(world.data, "publish", world.folder / "more.csv", "--portal", HOST, "--id", "more", "--title", "More things")
    assert lin(world).form("/explore/dataset/more/follow/", {"do": "follow"}).status_code == 303
    world.advance(60)
    stoa(world.data, "publish", world.folder / "more.csv", "--portal", HOST, "--id", "more", "--replace")
    world.ask("POST", "/upkeep")
    letter = new_letters(world, LIN, before)[0]
    text = letter.get_content()
    assert "Datasets that you follow" in letter["Subject"] and "/explore/dataset/cities/" in text and "/explore/dataset/more/" in text
    c = fresh(world)
    off = link(letter, "off")
    page = c.get(off)
    assert "More things" in page.text
    assert c.post(off).status_code == 200
    assert not [r for r in world.table("engage_follow") if r["account"]], "the link of a letter about several ends all of them"


def test_who_lost_the_right_to_see_a_dataset_is_told_nothing(world):
    stoa(world.data, "publish", world.folder / "more.csv", "--portal", HOST, "--id", "soon", "--title", "Soon hidden")
    assert lin(world).form("/explore/dataset/soon/follow/", {"do": "follow"}).status_code == 303
    before = len(world.letters(LIN))
    stoa(world.data, "secure", "soon", "--portal", HOST, "--restricted")
    world.advance(90000)
    stoa(world.data, "publish", world.folder / "more.csv", "--portal", HOST, "--id", "soon", "--replace")
    world.ask("POST", "/upkeep")
    world.letters(LIN, wait=before + 1, seconds=1)
    assert len(world.letters(LIN)) == before


def test_a_publisher_writes_to_followers_and_never_sees_a_whole_address(world):
    follow(world, "ann@reader.example")
    page = boss(world).get("/backoffice/followers/cities/")
    assert page.status_code == 200 and "a…@reader.example" in page.text and "ann@reader.example" not in page.text
    before = len(world.letters("ann@reader.example"))
    assert boss(world).form("/backoffice/followers/cities/", {"subject": "", "text": "x"}).status_code == 422
    answer = boss(world).form("/backoffice/followers/cities/", {"subject": "A field changes", "text": "From March on the field pop is called people."})
    assert answer.status_code == 303
    letter = new_letters(world, "ann@reader.example", before)[0]
    assert letter["Subject"] == "A field changes" and "> From March on" in letter.get_content() and letter["List-Unsubscribe"]
    assert "A field changes" in boss(world).get("/backoffice/followers/cities/").text
    assert world.events(HOST, "followers.written")


# --- reuses ------------------------------------------------------------------------------------------------------------

REUSE = {"title": "A walk through <cities>", "url": "https://maker.example/walk", "kind": "application", "description": "Walks by size of city.",
         "first_name": "Mo", "last_name": "Maker", "email": "mo@maker.example"}


EXPLORED = "/api/explore/v2.1/catalog/datasets/cities/reuses"


def reuse_number(world, title):
    return next(r["id"] for r in world.table("engage_reuse") if r["title"] == title)


def test_a_reuse_is_shown_after_somebody_approved_it(world):
    before = len(world.letters(BOSS))
    answer = send(world, fresh(world), PAGE + "reuse/", REUSE)
    assert answer.status_code == 303, answer.text[:3000]
    assert "waits for review" in new_letters(world, BOSS, before)[0]["Subject"]
    assert "maker.example" not in fresh(world).get("/reuses/").text
    assert fresh(world).get("/api/reuses/").json() == {"nhits": 0, "reuses": []}
    assert fresh(world).get(EXPLORED).json() == {"total_count": 0, "results": []}
    assert "mo@maker.example" not in json.dumps(world.table("engage_reuse"))
    number = reuse_number(world, REUSE["title"])
    page = boss(world).get(f"/backoffice/reuses/{number}/")
    assert page.status_code == 200 and "mo@maker.example" in page.text
    assert boss(world).form(f"/backoffice/reuses/{number}/", {"do": "approve"}).status_code == 303
    shown = fresh(world).get("/reuses/").text
    assert "A walk through &lt;cities&gt;" in shown and 'rel="nofollow noopener ugc"' in shown and "Mo Maker" in shown
    told = fresh(world).get("/api/reuses/?rows=5").json()
    assert told["nhits"] == 1
    one = told["reuses"][0]
    assert (one["title"], one["url"], one["dataset"]["id"], one["user"]) == (REUSE["title"], REUSE["url"], "cities", {"first_name": "Mo", "last_name": "Maker"})
    told = fresh(world).get(EXPLORED).json()
    assert told["total_count"] == 1 and (told["results"][0]["title"], told["results"][0]["user"]["last_name"]) == (REUSE["title"], "Maker")
    assert "is shown" in new_letters(world, "mo@maker.example", 0)[0]["Subject"]
    assert [r["address"] for r in world.table("engage_reuse")] == [""], "the address is not needed any more"


def test_a_reuse_has_a_picture_that_is_drawn_anew(world):
    """Of what was sent only the picture stays; before it is approved only who reviews sees it."""
    place = b"taken at 48.8566,2.3522"
    def png(width, height, extra=b""):
        chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + (chunk(b"tEXt", b"Comment\0" + extra) if extra else b"") +
                chunk(b"IDAT", zlib.compress((b"\0" + b"\x20\x60\xa0" * width) * height)) + chunk(b"IEND", b""))
    def tell(title, name, data):
        c = fresh(world)
        page = c.get(PAGE + "reuse/")
        assert 'enctype="multipart/form-data"' in page.text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text.split("<main")[1]))
        world.advance(5)
        return c.post(PAGE + "reuse/", {**{k: v for k, v in hidden.items() if k in ("csrfmiddlewaretoken", "stamp")}, **REUSE, "title": title, "email": "pic@maker.example"},
                      files={"picture": (name, data, "image/png")})
    for data in (b"no picture at all", png(40, 40)[:60]):
        answer = tell("Broken", "x.png", data)
        assert answer.status_code == 422 and "PNG, JPEG, GIF or WebP" in answer.text.split("<form")[-1] and 'value="Broken"' in answer.text
    assert not [r for r in world.table("engage_reuse") if r["title"] == "Broken"]
    answer = tell("Pictured", "x.png", png(1600, 900, place))
    assert answer.status_code == 303, answer.text[-3000:]
    number = reuse_number(world, "Pictured")
    path = re.search(rf'src="(/reuses/{number}/picture\?v=\d+)"', boss(world).get(f"/backoffice/reuses/{number}/").text).group(1)
    assert fresh(world).get(path).status_code == 404
    seen = boss(world).get(path)
    assert seen.status_code == 200 and seen.headers["Content-Type"] == "image/png" and place not in seen.content and struct.unpack(">II", seen.content[16:24]) == (800, 450)
    assert boss(world).form(f"/backoffice/reuses/{number}/", {"do": "approve"}).status_code == 303
    assert fresh(world).get(path).content == seen.content and "sandbox" in fresh(world).get(path).headers["Content-Security-Policy"]
    assert f'src="{path}" width="800" height="450"' in fresh(world).get("/reuses/").text and f'src="{path}"' in fresh(world).get(PAGE + "information/").text
    listed = next(r for r in fresh(world).get("/api/reuses/").json()["reuses"] if r["title"] == "Pictured")
    assert listed["thumbnail"].endswith(path)
    change = {"do": "save", "title": "Pictured", "url": REUSE["url"], "kind": "application", "description": "Walks."}
    assert boss(world).form(f"/backoffice/reuses/{number}/", change).status_code == 303 and fresh(world).get(path).status_code == 200
    assert boss(world).form(f"/backoffice/reuses/{number}/", {**change, "no_picture": "on"}).status_code == 303
    assert fresh(world).get(path).status_code == 404 and f"/reuses/{number}/picture" not in fresh(world).get("/reuses/").text
    assert boss(world).form(f"/backoffice/reuses/{number}/", {"do": "delete"}).status_code == 303
    assert fresh(world).get("/reuses/99999/picture").status_code == 404 and fresh(world).get("/reuses/x/picture").status_code == 404


def test_a_reuse_is_declined_with_a_reason_and_changed_without_the_names(world):
    assert send(world, fresh(world), PAGE + "reuse/", {**REUSE, "title": "Advert", "email": "ad@maker.example"}).status_code == 303
    number = reuse_number(world, "Advert")
    assert boss(world).form(f"/backoffice/reuses/{number}/", {"do": "reject", "reason": "It sells shoes."}).status_code == 303
    letter = new_letters(world, "ad@maker.example", 0)[0]
    assert "not shown" in letter["Subject"] and "> It sells shoes." in letter.get_content()
    assert "Advert" not in fresh(world).get("/reuses/").text
    change = {"do": "save", "title": "A better title", "url": REUSE["url"], "kind": "study", "description": "Text", "first_name": "Somebody", "last_name": "Else"}
    first = reuse_number(world, REUSE["title"])
    assert boss(world).form(f"/backoffice/reuses/{first}/", change).status_code == 303
    told = fresh(world).get("/api/reuses/").json()["reuses"][0]
    assert told["title"] == "A better title" and told["user"]["first_name"] == "Mo"
    wrong = boss(world).form(f"/backoffice/reuses/{first}/", {**change, "url": "javascript:alert(1)"})
    assert wrong.status_code == 422 and "A better title" in wrong.text


@pytest.mark.parametrize("field, value", [("url", "javascript:alert(1)"), ("url", "https://x"), ("title", ""), ("description", ""), ("kind", "spam"), ("email", "x")])
def test_a_reuse_with_a_mistake_is_shown_again_as_typed(world, field, value):
    answer = send(world, fresh(world), PAGE + "reuse/", {**REUSE, "title": "Kept title", **{field: value}})
    assert answer.status_code == 422
    assert field == "title" or "Kept title" in answer.text
    assert not [r for r in world.table("engage_reuse") if r["title"] == "Kept title"]


def test_reuses_of_what_a_reader_may_not_see_are_in_no_list(world):
    assert boss(world).form("/explore/dataset/hushset/reuse/", {k: v for k, v in REUSE.items() if k != "email"} | {"title": "Hushreuse"}).status_code == 303
    assert boss(world).form(f"/backoffice/reuses/{reuse_number(world, 'Hushreuse')}/", {"do": "approve"}).status_code == 303
    c = fresh(world)
    for path in ("/reuses/", "/reuses/?dataset=hushset", "/api/reuses/", "/feeds/reuses.atom"):
        assert "hush" not in c.get(path).text.lower().replace("dataset=hushset", ""), path
    assert "Hushreuse" in boss(world).get("/reuses/").text
    for path in ("reuse/", "feedback/", "follow/"):
        assert c.get("/explore/dataset/hushset/" + path).status_code == 404
        assert c.get("/explore/dataset/neverwas/" + path).status_code == 404


# --- messages ----------------------------------------------------------------------------------------------------------

def test_feedback_goes_to_the_contact_of_the_dataset_and_into_the_inbox(world):
    stoa(world.data, "publish", world.folder / "more.csv", "--portal", HOST, "--id", "told", "--title", "Told", "--meta", "dcat.contact_email=keeper@town.example")
    answer = send(world, fresh(world), "/explore/dataset/told/feedback/?record=abc123",
                  {"category": "error", "record": "abc123", "text": "This street is\ncalled otherwise.\nBcc: all@town.example", "name": "Jo", "email": JO})
    assert answer.status_code == 303
    letter = new_letters(world, "keeper@town.example", 0)[0]
    text = letter.get_content()
    assert letter["Reply-To"] == f"<{JO}>" or letter["Reply-To"] == JO
    assert "> called otherwise." in text and "abc123" in text and letter["Bcc"] is None
    note = world.table("engage_note")[-1]
    assert JO not in json.dumps(note) and "street" not in json.dumps(note), "words are sealed"
    page = boss(world).get(f"/backoffice/messages/{note['id']}/")
    assert "called otherwise." in page.text and JO in page.text
    before = len(world.letters(JO))
    assert boss(world).form(f"/backoffice/messages/{note['id']}/", {"do": "answer", "answer": ""}).status_code == 422
    assert boss(world).form(f"/backoffice/messages/{note['id']}/", {"do": "answer", "answer": "Thank you, it is mended."}).status_code == 303
    assert "Thank you, it is mended." in new_letters(world, JO, before)[0].get_content()
    assert world.table("engage_note")[-1]["state"] == 1
    assert boss(world).form(f"/backoffice/messages/{note['id']}/", {"do": "archive"}).status_code == 303
    assert world.table("engage_note")[-1]["state"] == 2


def test_the_record_of_the_address_stands_in_the_form(world):
    assert 'value="a&quot;b"' in fresh(world).get(PAGE + "feedback/?record=a%22b").text


def test_contact_goes_to_who_is_set_and_needs_an_address(world):
    c = fresh(world)
    wrong = send(world, c, "/contact/", {"subject": "Hello", "text": "Kept words", "email": ""})
    assert wrong.status_code == 422 and "Kept words" in wrong.text and "Hello" in wrong.text
    assert send(world, c, "/contact/", {"subject": "Hello", "text": "Good day", "email": JO}).status_code == 303
    letter = new_letters(world, "data@isoc.example", 0)[0]
    assert "> Good day" in letter.get_content()
    assert set(c.jar) <= {"csrftoken"}, "no other cookie"


def test_access_is_asked_for_in_the_same_words_whether_there_is_something_or_not(world):
    texts = []
    for name in ("hushset", "neverwas"):
        c = fresh(world)
        lost = c.get(f"/explore/dataset/{name}/")
        assert lost.status_code == 404 and f"/request-access/?dataset={name}" in lost.text
        page = c.get(f"/request-access/?dataset={name}")
        answer = send(world, c, f"/request-access/?dataset={name}", {"about": name, "text": "For school", "email": JO})
        done = c.get(answer.headers["Location"])
        texts.append([re.sub(r'value="[0-9A-Za-z-]{40,}"|name="stamp" value="[^"]*"', "", x.replace(name, "NAME")) for x in (lost.text, page.text, done.text)])
    assert texts[0] == texts[1]
    note = world.table("engage_note")[-2]
    assert note["kind"] == 2 and note["dataset"] is None and note["about"] == "hushset"
    assert "For school" in boss(world).get(f"/backoffice/messages/{note['id']}/").text


def test_the_guard_of_forms_asks_nothing_of_people(world):
    fields = {"text": "Buy", "email": JO}
    before = len(world.table("engage_note"))
    quick = send(world, fresh(world), "/contact/", fields, seconds=0)
    assert quick.status_code == 422 and "very quick" in quick.text
    trapped = send(world, fresh(world), "/contact/", {**fields, "website": "https://spam.example"})
    assert trapped.status_code == 422
    stale = send(world, fresh(world), "/contact/", fields, seconds=90000)
    assert stale.status_code in (403, 422) and "Buy" in stale.text
    forged = send(world, fresh(world), "/contact/", {**fields, "stamp": "1-abc"})
    assert forged.status_code == 422
    other_form = fresh(world)
    page = other_form.get("/request-access/")
    stamp = re.search(r'name="stamp" value="([^"]+)"', page.text).group(1)
    assert send(world, other_form, "/contact/", {**fields, "stamp": stamp}).status_code == 422, "a moment is good for its own form"
    assert len(world.table("engage_note")) == before
    page = other_form.get("/contact/").text
    assert "<img" not in page.split("<main")[1].split("</main")[0] and "captcha" not in page.lower()


def test_the_contact_form_asks_for_what_the_portal_wants_to_know(world):
    settings = {k: "on" for k in ("follow", "feedback", "contact.form", "access.requests", "reuses", "reuses.anonymous", "share.email")} | {"engage.months": "12"}
    for bad, said in (("Department: only one", "two to 20"), (": a | b", "name of a field"), ("Department: a | a", "each once"), ("\n".join("abcdefghijk"), "at most 10")):
        answer = boss(world).form("/backoffice/engagement/", {**settings, "contact.fields.en": bad, "contact.fields.fr": ""})
        assert answer.status_code == 422 and said in answer.text, bad
    uneven = boss(world).form("/backoffice/engagement/", {**settings, "contact.fields.en": "Phone", "contact.fields.fr": ""})
    assert uneven.status_code == 422 and "in every language" in uneven.text
    done = boss(world).form("/backoffice/engagement/", {**settings, "contact.fields.en": "Department: Roads | Water <&> *\r\nPhone",
                                                       "contact.fields.fr": "Service : Voirie | Eau *\r\nTéléphone".replace("Service :", "Service:")})
    assert done.status_code == 303, done.text[-2000:]
    try:
        page = fresh(world).get("/contact/").text
        assert '<option value="Water &lt;&amp;&gt;"' in page and "Phone" in page and "Voirie" in fresh(world).get("/contact/?flg=fr").text
        fields = {"text": "The tap drips.", "email": JO, "extra.2": "555"}
        for value in ("", "Parks"):
            answer = send(world, fresh(world), "/contact/", {**fields, "extra.1": value})
            assert answer.status_code == 422 and "The tap drips." in answer.text and 'value="555"' in answer.text
        before = len(world.letters("data@isoc.example"))
        assert send(world, fresh(world), "/contact/", {**fields, "extra.1": "Water <&>"}).status_code == 303
        letter = new_letters(world, "data@isoc.example", before)[0].get_content()
        assert "Department: Water <&>" in letter and "Phone: 555" in letter and "The tap drips." in letter
    finally:
        assert boss(world).form("/backoffice/engagement/", {**settings, "contact.fields.en": "", "contact.fields.fr": ""}).status_code == 303
    assert "extra.1" not in fresh(world).get("/contact/").text


def test_a_network_sends_ten_forms_an_hour(world):
    c = world.client(HOST, address="192.0.2.200")
    codes = [send(world, c, "/contact/", {"text": f"Message {i}", "email": JO}).status_code for i in range(11)]
    assert codes == [303] * 10 + [429]
    neighbour = world.client(HOST, address="192.0.2.201")
    late = send(world, neighbour, "/contact/", {"text": "me too", "email": JO})
    assert late.status_code == 429 and int(late.headers["Retry-After"]) > 0 and "me too" in late.text


def test_a_form_of_another_site_is_refused(world):
    c = fresh(world)
    assert send(world, c, "/contact/", {"text": "x", "email": JO}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert c.post("/contact/", {"text": "x", "email": JO}).status_code == 403


# --- back office ---------------------------------------------------------------------------------------------------------

def test_pages_of_the_office_are_for_who_may(world):
    note = world.table("engage_note")[0]["id"]
    for path in ("/backoffice/reuses/", "/backoffice/messages/", f"/backoffice/messages/{note}/", "/backoffice/followers/", "/backoffice/followers/cities/", "/backoffice/engagement/"):
        assert fresh(world).get(path).status_code == 303, path
        assert lin(world).get(path).status_code == 403, path
        assert boss(world).get(path).status_code == 200, path


def test_what_is_off_is_not_offered(world):
    page = boss(world).get("/backoffice/engagement/")
    on = re.findall(r'name="([\w.]+)"[^>]*type="checkbox"[^>]*checked|type="checkbox"[^>]*name="([\w.]+)"[^>]*checked', page.text)
    assert on
    off = {"engage.months": "6", "contact.recipients": "desk@isoc.example, data@isoc.example"}
    answer = boss(world).form("/backoffice/engagement/", off)
    assert answer.status_code == 303, answer.text[:4000]
    c = fresh(world)
    for path in (PAGE + "follow/", PAGE + "reuse/", PAGE + "feedback/", "/contact/", "/request-access/", "/reuses/", "/feeds/reuses.atom"):
        assert c.get(path).status_code == 404, path
    assert c.get("/api/reuses/").json()["nhits"] == 0
    wrong = boss(world).form("/backoffice/engagement/", {"engage.months": "6", "contact.recipients": "not an address"})
    assert wrong.status_code == 422
    everything = {k: "on" for k in ("follow", "feedback", "contact.form", "access.requests", "reuses", "reuses.anonymous", "share.email")}
    assert boss(world).form("/backoffice/engagement/", {**everything, "engage.months": "12", "contact.recipients": ""}).status_code == 303
    assert c.get("/contact/").status_code == 200


def test_archived_messages_are_erased_when_their_time_is_over(world):
    assert [n for n in world.table("engage_note") if n["state"] == 2]
    number = len(world.table("engage_note"))
    world.advance(13 * 31 * 86400)
    world.ask("POST", "/upkeep")
    assert len(world.table("engage_note")) < number and not [n for n in world.table("engage_note") if n["state"] == 2]
    assert not [r for r in world.table("engage_reuse") if r["state"] == 2]


def test_what_an_account_wrote_is_in_its_copy_and_goes_with_it(world):
    world.fixture(users=[{"host": HOST, "email": "gone@isoc.example", "name": "Gone", "password": PASSWORD, "role": "member"}])
    c = fresh(world)
    c.sign_in("gone@isoc.example")
    assert c.form(PAGE + "follow/", {"do": "follow"}).status_code == 303
    assert send(world, c, "/contact/", {"text": "My own words"}).status_code == 303
    copy = c.form("/account/data/", {"do": "export"}).json()
    assert copy["follows"][0]["dataset"] == "cities" and copy["messages"][0]["text"] == "My own words" and copy["reuses"] == []
    dot = bytes.fromhex("47494638396101000100800000ff000000000021f90400000000002c00000000010001000002024401003b")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', c.get(PAGE + "reuse/").text).group(1)
    assert c.post(PAGE + "reuse/", {"csrfmiddlewaretoken": token, **REUSE, "title": "My dot"}, files={"picture": ("dot.gif", dot, "image/gif")}).status_code == 303
    picture = c.form("/account/data/", {"do": "export"}).json()["reuses"][0]["picture"]
    assert c.get(picture).headers["Content-Type"].startswith("image/") and fresh(world).get(picture).status_code == 404
    number = next(a["id"] for a in world.table("account") if a["email"] == "gone@isoc.example")
    assert c.form("/account/data/", {"do": "delete", "sure": "on"}).status_code == 303
    world.advance(8 * 86400)
    world.ask("POST", "/upkeep")
    assert not world.table("engage_picture") or not [r for r in world.table("engage_reuse") if r["account"] == number]
    assert not [r for r in world.table("engage_follow") if r["account"] == number] and not [n for n in world.table("engage_note") if n["account"] == number]


# --- feeds and pictures ------------------------------------------------------------------------------------------------------

def read_feed(world, path, c=None):
    answer = (c or fresh(world)).get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    assert "Set-Cookie" not in answer.headers
    subprocess.run(["xmllint", "--noout", "-"], input=answer.content, check=True)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def test_feeds_of_the_catalogue_follow_its_filters(world):
    atom, rss = read_feed(world, "/feeds/catalogue.atom"), read_feed(world, "/feeds/catalogue.rss")
    assert atom.version == "atom10" and rss.version == "rss20"
    slugs = [e.link for e in atom.entries]
    assert f"https://{HOST}/explore/dataset/cities/" in slugs and not [s for s in slugs if "hush" in s or "soon" in s]
    assert sorted(slugs) == sorted(e.link for e in rss.entries)
    assert all(e.id and e.updated_parsed and e.title for e in atom.entries) and atom.feed.updated_parsed
    found = read_feed(world, "/feeds/catalogue.atom?q=cities")
    assert [e.link for e in found.entries] == [f"https://{HOST}/explore/dataset/cities/"]
    assert found.feed.links[0].href == f"https://{HOST}/feeds/catalogue.atom?q=cities"
    assert read_feed(world, "/feeds/catalogue.atom?q=nothingofthesort").entries == []


def test_the_feed_of_a_dataset_has_its_publications(world):
    feed = read_feed(world, "/feeds/dataset/cities.atom")
    assert 1 <= len(feed.entries) <= 5 and "4 records" in feed.entries[0].title and len({e.id for e in feed.entries}) == len(feed.entries)
    c = fresh(world)
    for name in ("hushset.atom", "neverwas.atom", "cities.xml", "cities"):
        assert c.get(f"/feeds/dataset/{name}").status_code == 404, name


def test_the_feed_of_reuses(world):
    feed = read_feed(world, "/feeds/reuses.atom")
    assert [e.title for e in feed.entries] == ["A better title"] and feed.entries[0].author == "Mo Maker"


def png_size(answer):
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png" and answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", answer.content[16:24])


def test_pictures_for_previews_are_of_what_a_reader_may_see(world):
    c = fresh(world)
    for path in ("/preview/portal.png", "/preview/dataset/cities.png"):
        answer = c.get(path)
        assert png_size(answer) == (1200, 630) and "Set-Cookie" not in answer.headers and "public" in answer.headers["Cache-Control"]
        again = c.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and not again.content
    hidden, none = c.get("/preview/dataset/hushset.png"), c.get("/preview/dataset/neverwas.png")
    assert hidden.status_code == none.status_code == 404 and hidden.text.replace("hushset", "x") == none.text.replace("neverwas", "x")
    own = boss(world).get("/preview/dataset/hushset.png")
    assert png_size(own) == (1200, 630) and "private" in own.headers["Cache-Control"]
    assert c.get("/preview/page/nothing.png").status_code == 404
