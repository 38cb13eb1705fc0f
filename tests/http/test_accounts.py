"""Signing in and getting back in (cookie rules §4.2 … §4.5): every case of §8.7 by its number, on a server whose clock can be moved."""
import concurrent.futures
import glob
import json
import os
import re

import pytest

from conftest import CHEAP, USUAL_COST, stoa
from probe import ADA, GRACE, PASSWORD, ROOT_USER, START, World, totp

HOST = "isoc.example"
FRESH = "nine quiet herons over the mill"
BREACHED = "1qaz2wsx3edc4rfv"  # 16 characters, on the shipped list


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("accounts"))
    yield w
    w.stop()


@pytest.fixture
def usual_cost(world):
    """Passwords cost what they cost where nobody has set anything."""
    world.cost = USUAL_COST
    world.restart()
    yield
    world.cost = CHEAP
    world.restart()


_next = iter(range(1, 10**6))


@pytest.fixture
def person(world):
    """A fresh account at an address of its own; a call makes one."""
    def make(password=PASSWORD, **more):
        who = f"person{next(_next)}@isoc.example"
        world.fixture(users=[{"host": HOST, "email": who, "name": "Nobody In Particular", "password": password, "role": "member", **more}])
        return who
    return make


def client(world, host=HOST, **more):
    """Of a network of its own, so that counts of one test do not reach another."""
    n = next(_next)
    return world.client(host, address=f"10.{n // 250 % 250}.{n % 250}.7", **more)


def token_of(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)


def attempt(c, who, password=PASSWORD, token=None, **more):
    return c.post("/login/", {"csrfmiddlewaretoken": token or token_of(c.get("/login/")), "username": who, "password": password}, **more)


def link(letter):
    """The path of the one link of a letter."""
    return re.search(r"https://[^/\s]+(/\S+)", letter.get_content()).group(1)


def without_token(text):
    return re.sub(r'(csrfmiddlewaretoken" value=")[0-9A-Za-z]+', r"\1", text)


def row(world, who):
    return next(r for r in world.table("account") if r["email"] == who and r["state"] is not None)


def signed_in(c):
    return c.get("/api/auth/session", headers={"Accept": "application/json"}).json()["authenticated"]


# --- signing in ------------------------------------------------------------------------------------------------------


def test_aut_t01_wrong_password_and_unknown_user_read_the_same(world, person):
    c = client(world)
    texts = set()
    disabled = person()
    world.fixture(users=[])
    for who in (person(), disabled, "nobody@isoc.example"):
        answer = attempt(c, who, "not the password at all")
        assert answer.status_code == 422
        texts.add(without_token(answer.text).replace(who, "WHO"))
    assert len(texts) == 1, "the pages differ"
    answer = attempt(c, "nobody@isoc.example", "x", headers={"Accept": "application/json"})
    assert answer.status_code == 403 and answer.json()["error_code"] == "InvalidCredentials"


def test_aut_t02_five_failures_then_one_has_to_wait(world, person):
    c, who = client(world), person()
    token = token_of(c.get("/login/"))
    for _ in range(5):
        assert attempt(c, who, "wrong", token).status_code == 422
    answer = attempt(c, who, PASSWORD, token)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 1
    world.advance(3)
    assert attempt(c, who, PASSWORD, token).status_code == 303


def test_aut_t02_unknown_addresses_wait_the_same(world):
    c = client(world)
    token = token_of(c.get("/login/"))
    got = [attempt(c, "ghost@isoc.example", "wrong", token).status_code for _ in range(6)]
    assert got == [422] * 5 + [429]


def test_aut_t02_waiting_doubles_and_success_clears(world, person):
    c, who = client(world), person()
    token = token_of(c.get("/login/"))
    for n in range(8):
        assert attempt(c, who, "wrong", token).status_code == 422, n
        world.advance(20)
    assert 1 < int(attempt(c, who, "wrong", token).headers.get("Retry-After", 0) or 2) <= 8
    world.advance(20)
    assert attempt(c, who, PASSWORD, token).status_code == 303
    c = client(world)
    assert attempt(c, who, "wrong").status_code == 422


def test_aut_t03_thirty_one_accounts_from_one_network(world):
    n = next(_next)
    c = world.client(HOST, address=f"10.200.{n % 250}.1")
    token = token_of(c.get("/login/"))
    for k in range(30):
        c.address = f"10.200.{n % 250}.{k + 1}"
        assert attempt(c, f"ghost{k}@isoc.example", "wrong", token).status_code == 422, k
    answer = attempt(c, "ghost31@isoc.example", "wrong", token)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    c.address = "10.199.1.1"
    assert attempt(c, "ghost32@isoc.example", "wrong", token).status_code == 422


def test_aut_t04_a_hundred_failures_suspend_the_password_only(world, person):
    who = person()
    inside = client(world)
    inside.sign_in(who, remember=True)
    c = client(world)
    for n in range(100):
        if n % 20 == 0:
            c.address = f"10.201.{n}.{next(_next) % 250}"
        answer = attempt(c, who, "wrong")
        assert answer.status_code == 422, (n, answer.status_code)
        world.advance(901)
    assert attempt(client(world), who).status_code == 422
    world.advance(901)
    assert signed_in(inside)
    letter = world.letters(who, wait=1)[-1]
    assert row(world, who)["suspended"] == 1
    unlock = link(letter)
    assert "/login/unlock/" in unlock
    c = client(world)
    assert c.form(unlock).status_code == 303
    assert c.get(unlock).status_code == 410
    assert attempt(client(world), who).status_code == 303


def test_aut_t05_hashes_are_argon2id_with_the_stated_parameters(world, usual_cost, person):
    stored = row(world, person())["password"]
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    salt, tag = stored.split("$")[4:6]
    assert len(salt) == 22 and len(tag) == 43  # 16 and 32 bytes of base64 without padding


def test_aut_t06_hashes_of_the_reference_framework_are_replaced(world, person):
    # Django's make_password("a calm river under nine bridges", salt="seasalt"), 260,000 rounds.
    import base64
    import hashlib
    digest = base64.b64encode(hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"seasalt", 260000)).decode()
    who = person(password=f"pbkdf2_sha256$260000$seasalt${digest}")
    assert row(world, who)["password"].startswith("pbkdf2_sha256$")
    assert attempt(client(world), who, "another one").status_code == 422
    assert attempt(client(world), who).status_code == 303
    assert row(world, who)["password"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert attempt(client(world), who).status_code == 303


def change_password(c, password):
    return c.form("/account/password/", {"password": password})


EMOJI = "🌊🦆🍋🚲🧭🎈🪁🌵🐌🧵🪗🛶🥨🏺🧩"
LONG = ("Once upon a tide there were seven ferries; " * 30).encode()[:1024].decode()


@pytest.mark.parametrize("password,good", [
    ("fourteen chars"[:14], False), ("fifteen chars ok"[:15], True), (EMOJI, True), (LONG, True), (LONG + "x", False)],
    ids=["14", "15", "15 emoji", "1024 bytes", "1025 bytes"])
def test_aut_t07_lengths_are_counted_in_code_points(world, person, password, good):
    c, who = client(world), person()
    c.sign_in(who)
    answer = change_password(c, password)
    assert answer.status_code == (303 if good else 422), answer.text[:2000]
    if good:
        assert attempt(client(world), who, password).status_code == 303


def test_aut_t07_blanks_around_are_significant(world, person):
    c, who = client(world), person()
    c.sign_in(who)
    assert change_password(c, f"  {FRESH} ").status_code == 303
    assert attempt(client(world), who, FRESH).status_code == 422
    assert attempt(client(world), who, f"  {FRESH} ").status_code == 303


def test_aut_t08_what_can_be_guessed_is_refused(world, person):
    c, who = client(world), person()
    c.sign_in(who)
    local = who.split("@")[0]
    for password, reason in (("isocisocisocisoc", "portal"), (BREACHED, "common"), ((local * 3)[:40], "address"),
                             ("Internet Society 26", "portal"), ("abcabcabcabcabcabc", "repeats"), (BREACHED.upper() + "!", "common"),
                             ("passwordpassword", "common")):
        answer = change_password(c, password)
        assert answer.status_code == 422 and reason in answer.text, (password, answer.status_code)


def test_aut_t09_a_storm_of_sign_ins_is_bounded(world):
    page_client = client(world)
    token = token_of(page_client.get("/login/"))

    def one(n):
        return page_client.post("/login/", {"csrfmiddlewaretoken": token, "username": f"storm{n}@isoc.example", "password": "x" * 20}, keep=False,
                                headers={"X-Forwarded-For": f"10.210.{n}.1"})

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(one, range(200)))
    codes = {a.status_code for a in answers}
    assert codes <= {422, 503, 504}, codes
    busy = [a for a in answers if a.status_code == 503]
    assert busy, "everything was let in"
    assert all(a.headers.get("Retry-After") for a in busy)
    pid = world.server.process.pid
    rss = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))
    assert rss < 1_500_000, f"{rss} kB"
    assert page_client.get("/login/").status_code == 200


# --- two steps ----------------------------------------------------------------------------------------------------------


def first_step(c, who=GRACE):
    answer = attempt(c, who)
    assert answer.status_code == 200 and 'name="txn"' in answer.text, answer.text[:1500]
    return answer


def code_now(world, who=GRACE, step=0, secret=None):
    if step == 0:
        world.fresh_step(HOST, who)
    return totp(secret or world.secrets[HOST, who], world.now(), step)


def test_aut_t10_a_password_alone_makes_no_session(world):
    c = client(world)
    answer = first_step(c)
    assert "sessionid" not in c.jar and "sessionid" not in str(answer.raw.headers.getlist("Set-Cookie"))
    assert not signed_in(c)


def test_aut_t11_password_and_code_make_one(world):
    c = client(world)
    assert c.verify(first_step(c), code_now(world)).status_code == 303
    assert signed_in(c)
    assert "authenticator" in c.get("/account/sessions/").text


def test_aut_t12_a_code_is_good_once(world):
    code = code_now(world)
    c = client(world)
    assert c.verify(first_step(c), code).status_code == 303
    c = client(world)
    assert c.verify(first_step(c), code).status_code == 422
    assert not signed_in(c)


def test_aut_t13_the_step_before_is_accepted_others_are_not(world, person):
    secret = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"
    for step, status in ((-2, 422), (1, 422), (-1, 303)):
        who = person(totp=secret)
        world.advance(30 - world.now() % 30)  # far from the end of a step
        c = client(world)
        assert c.verify(first_step(c, who), totp(secret, world.now(), step)).status_code == status, step


def test_aut_t14_six_wrong_codes_end_the_transaction(world, person):
    who = person(totp="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")
    c = client(world)
    page = first_step(c, who)
    for _ in range(5):
        answer = c.verify(page, "000000")
        assert answer.status_code == 422 and 'name="txn"' in answer.text
    answer = c.verify(page, "000000")
    assert answer.status_code == 422 and 'name="password"' in answer.text
    assert 'name="password"' in c.verify(page, totp("MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK", world.now())).text


def test_aut_t15_a_transaction_belongs_to_its_browser(world):
    a, b = client(world), client(world)
    page = first_step(a)
    txn = re.search(r'name="txn" value="([^"]+)"', page.text).group(1)
    answer = b.post("/login/verify/", {"csrfmiddlewaretoken": token_of(b.get("/login/")), "txn": txn, "code": code_now(world)})
    assert answer.status_code == 422 and 'name="password"' in answer.text and not signed_in(b)


def test_aut_t16_five_minutes_and_a_second_are_too_long(world):
    c = client(world)
    page = first_step(c)
    world.advance(301)
    answer = c.verify(page, code_now(world))
    assert answer.status_code == 422 and 'name="password"' in answer.text


def enrol(world, c):
    """Sets up a second factor through the pages; the secret and the recovery codes."""
    page = c.form("/account/2fa/", {"do": "begin"})
    assert page.status_code == 200, page.text[:1500]
    secret = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page.text).group(1).replace(" ", "")
    enrolment = re.search(r'name="enrolment" value="([^"]+)"', page.text).group(1)
    assert '<svg class="qr"' in page.text
    wrong = c.post("/account/2fa/", {"csrfmiddlewaretoken": token_of(page), "do": "finish", "enrolment": enrolment, "code": "000000"})
    assert wrong.status_code == 422 and enrolment in wrong.text
    done = c.post("/account/2fa/", {"csrfmiddlewaretoken": token_of(wrong), "do": "finish", "enrolment": enrolment, "code": totp(secret, world.now())})
    assert done.status_code == 200, done.text[:1500]
    codes = re.findall(r"<li><code>([A-Z2-7-]+)</code>", done.text)
    return secret, codes


def test_aut_t17_recovery_codes_work_once(world, person):
    who = person()
    c, other = client(world), client(world)
    c.sign_in(who)
    other.sign_in(who)
    before = c.jar["sessionid"]
    secret, codes = enrol(world, c)
    assert len(codes) == 10 and all(re.fullmatch(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", x) for x in codes)
    assert signed_in(c) and c.jar["sessionid"] != before and not signed_in(other)
    assert secret not in json.dumps(world.table("account")) and codes[0].replace("-", "") not in json.dumps(world.table("account_recovery"))
    letters = len(world.letters(who, wait=1))
    d = client(world)
    answer = d.verify(first_step(d, who), codes[0].lower())
    assert answer.status_code == 303 and "recovery=9" in answer.headers["Location"]
    assert "9 are left" in d.get(answer.headers["Location"]).text
    assert len(world.letters(who, wait=letters + 1)) > letters
    e = client(world)
    assert e.verify(first_step(e, who), codes[0]).status_code == 422


def test_aut_t18_an_administrator_without_a_second_factor_sees_enrolment(world):
    who = f"boss{next(_next)}@isoc.example"
    world.fixture(users=[{"host": HOST, "email": who, "name": "Boss", "password": PASSWORD, "role": "admin"}])
    c = client(world)
    c.sign_in(who)
    answer = c.get("/backoffice/")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/enrol/"), (answer.status_code, answer.headers)
    assert "second factor" in c.get(answer.headers["Location"]).text
    assert c.get("/backoffice/users/").status_code == 303


# --- changes of one's own account -----------------------------------------------------------------------------------------


def test_aut_t19_a_new_password_ends_the_other_sessions(world, person):
    who = person()
    a, b = client(world), client(world)
    a.sign_in(who)
    b.sign_in(who)
    before = a.jar["sessionid"]
    assert change_password(a, FRESH).status_code == 303
    assert signed_in(a) and a.jar["sessionid"] != before and not signed_in(b)
    assert any("password" in x["Subject"].lower() for x in world.letters(who, wait=1))


def test_aut_t20_an_old_proof_is_asked_for_again(world, person):
    c, who = client(world), person()
    c.sign_in(who, remember=True)
    world.advance(15 * 60 + 1)
    for path in ("/account/email/", "/account/password/"):
        answer = c.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/account/confirm/?next="), path
    assert c.form("/account/confirm/?next=/account/email/", {"password": "wrong"}).status_code == 422
    answer = c.form("/account/confirm/?next=/account/email/", {"password": PASSWORD, "next": "/account/email/"})
    assert answer.status_code == 303 and answer.headers["Location"] == "/account/email/"
    assert c.get("/account/email/").status_code == 200


def test_aut_t21_sessions_are_ended_one_by_one_and_all(world, person):
    who, stranger = person(), person()
    a, b, d, x = (client(world) for _ in range(4))
    for c in (a, b, d):
        c.sign_in(who)
    x.sign_in(stranger)
    foreign = max(r["id"] for r in world.table("session"))
    page = a.get("/account/sessions/")
    ids = re.findall(r'name="session" value="(\d+)"', page.text)
    assert len(ids) == 3 and page.text.count("This device") == 1
    post = lambda data: a.post("/account/sessions/revoke/", {"csrfmiddlewaretoken": token_of(a.get("/account/sessions/")), **data})
    assert post({"session": str(foreign)}).status_code == 404 and signed_in(x)
    own = [r["id"] for r in world.table("session") if str(r["id"]) in ids]
    assert post({"session": str(sorted(own)[1])}).status_code == 303
    assert signed_in(a) and not signed_in(b) and signed_in(d)
    assert post({"others": "1"}).status_code == 303
    assert signed_in(a) and not signed_in(d)
    assert post({"all": "1"}).status_code == 303 and not signed_in(a)


def test_aut_t22_a_disabled_account_is_out_at_the_next_request(world, person):
    who = person()
    c, root = client(world), client(world)
    c.sign_in(who)
    root.sign_in(ROOT_USER)
    page = root.form(f"/backoffice/users/{row(world, who)['id']}/", {"do": "disable"})
    assert page.status_code in (200, 303), page.text[:1500]
    assert row(world, who)["state"] == 4
    assert not signed_in(c)
    assert attempt(client(world), who).status_code == 422


# --- getting back in ---------------------------------------------------------------------------------------------------------


def ask_reset(c, who):
    return c.form("/password/reset/", {"email": who})


def reset_link(world, who, wait=1):
    return link([x for x in world.letters(who, wait=wait) if "/password/reset/" in x.get_content()][-1])


def test_rst_t01_known_and_unknown_addresses_get_the_same_page(world, person):
    who = person()
    known, unknown = ask_reset(client(world), who), ask_reset(client(world), "nobody9@isoc.example")
    assert known.status_code == unknown.status_code == 200
    assert without_token(known.text) == without_token(unknown.text)
    assert len(world.letters(who, wait=1)) == 1 and not world.letters("nobody9@isoc.example")


def test_rst_t02_a_link_sets_a_password_once_and_signs_nobody_in(world, person):
    who = person()
    inside, c = client(world), client(world)
    inside.sign_in(who)
    ask_reset(c, who)
    path = reset_link(world, who)
    answer = c.form(path, {"password": "short"})
    assert answer.status_code == 422 and c.get(path).status_code == 200
    answer = c.form(path, {"password": FRESH})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/") and "sessionid" not in c.jar
    assert not signed_in(inside)
    assert c.get(path).status_code == 410
    assert attempt(client(world), who, FRESH).status_code == 303


def test_rst_t02_of_two_at_once_one_succeeds(world, person):
    who = person()
    ask_reset(client(world), who)
    path = reset_link(world, who)
    clients = [client(world) for _ in range(4)]
    tokens = [token_of(c.get(path)) for c in clients]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda i: clients[i].post(path, {"csrfmiddlewaretoken": tokens[i], "password": FRESH + str(i)}).status_code, range(4)))
    assert sorted(got) == [303, 410, 410, 410]


def test_rst_t03_links_die_of_age_of_newer_ones_and_of_a_new_address(world, person):
    who = person()
    ask_reset(client(world), who)
    first = reset_link(world, who)
    ask_reset(client(world), who)
    second = reset_link(world, who, wait=2)
    assert client(world).get(first).status_code == 410 and client(world).get(second).status_code == 200
    world.advance(3601)
    assert client(world).get(second).status_code == 410
    c = client(world)
    c.sign_in(who)
    ask_reset(client(world), who)
    third = reset_link(world, who, wait=3)
    assert client(world).get(third).status_code == 200
    other = f"new{next(_next)}@isoc.example"
    assert c.form("/account/email/", {"email": other}).status_code == 303
    assert client(world).form(link(world.letters(other, wait=1)[-1])).status_code == 303
    assert client(world).get(third).status_code == 410


def test_rst_t04_scanners_do_not_use_a_link_up(world, person):
    who = person()
    ask_reset(client(world), who)
    path = reset_link(world, who)
    scanner = client(world)
    assert {scanner.get(path).status_code for _ in range(10)} == {200}
    assert client(world).form(path, {"password": FRESH}).status_code == 303


def test_rst_t05_headers_of_the_page(world, person):
    who = person()
    ask_reset(client(world), who)
    answer = client(world).get(reset_link(world, who))
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.text
    foreign = [u for u in re.findall(r'(?:src|href|action)="(https?://[^"]+)"', answer.text) if not u.startswith("https://isoc.example")]
    assert not foreign, foreign


def test_rst_t06_the_second_factor_is_still_asked_for(world, person):
    who = person(totp="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK")
    ask_reset(client(world), who)
    assert client(world).form(reset_link(world, who), {"password": "eightch8"}).status_code == 303
    c = client(world)
    answer = attempt(c, who, "eightch8")
    assert answer.status_code == 200 and 'name="txn"' in answer.text and not signed_in(c)


def test_rst_t07_three_letters_an_hour(world, person):
    who = person()
    pages = [without_token(ask_reset(client(world), who).text) for _ in range(4)]
    assert len(set(pages)) == 1
    world.letters(who, wait=3)
    assert len(world.letters(who, wait=4, seconds=2)) == 3


def test_rst_t07_ten_requests_of_a_network_an_hour(world):
    c = client(world)
    got = [ask_reset(c, f"nobody{n}@isoc.example").status_code for n in range(11)]
    assert got == [200] * 10 + [429]


@pytest.fixture
def open_portal(world):
    def settings(**more):
        world.fixture(domains=[{"host": HOST, "settings": {"access.signup": "open", "access.terms": "", "access.message": "optional", **more}}])
    settings()
    yield settings
    world.fixture(domains=[{"host": HOST, "settings": {"access.signup": "closed"}}])


def test_rst_t08_signing_up_with_a_taken_address_looks_the_same(world, person, open_portal):
    who, new = person(), f"new{next(_next)}@isoc.example"
    taken, fresh = client(world).form("/signup/", {"email": who}), client(world).form("/signup/", {"email": new})
    assert taken.status_code == fresh.status_code == 200 and without_token(taken.text) == without_token(fresh.text)
    assert "already" in world.letters(who, wait=1)[-1]["Subject"]


def test_rst_t09_only_the_button_confirms(world, open_portal):
    who = f"new{next(_next)}@isoc.example"
    c = client(world)
    assert c.form("/signup/", {"email": who, "name": "Nora"}).status_code == 200
    path = link(world.letters(who, wait=1)[-1])
    for _ in range(3):
        assert client(world).get(path).status_code == 200
    assert row(world, who)["state"] == 2
    assert attempt(client(world), who, FRESH).status_code == 422
    answer = client(world).form(path, {"password": FRESH})
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/")
    assert row(world, who)["state"] == 0 and client(world).get(path).status_code == 410
    assert attempt(client(world), who, FRESH).status_code == 303


def test_signing_up_with_approval_waits_for_somebody(world, open_portal):
    open_portal(**{"access.signup": "approval", "access.message": "required", "access.terms": "/terms/"})
    who = f"new{next(_next)}@isoc.example"
    c = client(world)
    answer = c.form("/signup/", {"email": who})
    assert answer.status_code == 422 and "terms" in answer.text and "sentence" in answer.text
    assert c.form("/signup/", {"email": who, "terms": "on", "message": "I count the herons."}).status_code == 200
    answer = client(world).form(link(world.letters(who, wait=1)[-1]), {"password": FRESH})
    assert answer.status_code == 200 and "decides" in answer.text
    assert attempt(client(world), who, FRESH).status_code == 422
    assert any("I count the herons." in x.get_content() for x in world.letters(ROOT_USER, wait=1))


def test_signing_up_is_refused_where_it_is_closed(world):
    c = client(world)
    assert c.get("/signup/").status_code == 403
    assert c.post("/signup/", {"csrfmiddlewaretoken": token_of(c.get("/login/")), "email": "a@b.example"}).status_code == 403


@pytest.mark.parametrize("address", ["a\r\nBcc: x@y.example@isoc.example", "a\0b@isoc.example", "x" * 250 + "@isoc.example", "no-at-sign", "a@b@c.example"])
def test_rst_6_addresses_that_cannot_be_are_refused_before_any_letter(world, open_portal, address):
    letters = len(world.letters())
    answer = client(world).form("/signup/", {"email": address})
    assert answer.status_code in (400, 422)
    assert len(world.letters()) == letters


def test_rst_4_a_changed_address_can_be_undone(world, person):
    who, other = person(), f"new{next(_next)}@isoc.example"
    c = client(world)
    c.sign_in(who)
    before = c.jar["sessionid"]
    assert c.form("/account/email/", {"email": other}).status_code == 303
    path = link(world.letters(other, wait=1)[-1])
    assert c.get(path).status_code == 200 and attempt(client(world), other).status_code == 422
    assert c.form(path).status_code == 303 and signed_in(c) and c.jar["sessionid"] != before
    assert attempt(client(world), other).status_code == 303
    undo = link([x for x in world.letters(who) if "/account/email/undo/" in x.get_content()][-1])
    world.advance(71 * 3600)
    assert client(world).form(undo).status_code == 303
    assert attempt(client(world), who).status_code == 303 and not signed_in(c)


# --- one's own data ---------------------------------------------------------------------------------------------------------------


def test_ses_15_data_is_exported_and_the_account_leaves_for_seven_days(world, person):
    who = person()
    c = client(world)
    c.sign_in(who)
    made = c.form("/account/keys/", {"do": "make", "label": "mill"})
    key = re.search(r"stoa_[0-9A-Za-z]{40}", made.text).group(0)
    assert "stoa_" not in c.get("/account/keys/").text.replace(key[:9], "")
    answer = c.form("/account/data/", {"do": "export"})
    data = answer.json()
    assert data["account"]["email"] == who and data["api_keys"][0]["label"] == "mill" and data["sessions"] and data["security_log"]
    assert "attachment" in answer.headers["Content-Disposition"] and key not in answer.text and "argon2" not in answer.text
    assert c.form("/account/data/", {"do": "delete"}).status_code == 422
    gone = c.form("/account/data/", {"do": "delete", "sure": "on"})
    assert gone.status_code == 303 and "sessionid" not in c.jar
    assert attempt(client(world), who).status_code == 422
    path = link([x for x in world.letters(who, wait=1) if "/account/data/undo/" in x.get_content()][-1])
    assert client(world).form(path).status_code == 303
    assert attempt(client(world), who).status_code == 303
    assert client(world).get("/api/explore/v2.1/catalog/datasets", headers={"Authorization": f"Apikey {key}"}).status_code == 401


def test_ses_11_signing_out_takes_a_form(world, person):
    c = client(world)
    c.sign_in(person())
    assert c.get("/logout/").status_code == 200 and signed_in(c)
    assert c.form("/logout/").status_code == 303
    assert "sessionid" not in c.jar and "csrftoken" not in c.jar


def test_aut_4_a_new_kind_of_browser_is_told(world, person):
    who = person()
    client(world).sign_in(who)
    client(world).sign_in(who)
    assert not world.letters(who)
    client(world, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1").sign_in(who)
    assert "sign-in" in world.letters(who, wait=1)[-1]["Subject"]


@pytest.mark.parametrize("given,want", [("/explore/", "/explore/"), ("//evil.example/", "/"), ("/\\evil.example", "/"), ("https://evil.example/", "/"),
                                        ("/%2f/evil.example", "/"), ("/login/", "/")])
def test_aut_1_next_stays_here(world, person, given, want):
    c, who = client(world), person()
    answer = c.form("/login/", {"username": who, "password": PASSWORD, "next": given})
    assert answer.status_code == 303 and answer.headers["Location"] == want


def test_cke_5_without_cookies_the_page_explains(world, person):
    c = client(world)
    token = token_of(c.get("/login/"))
    answer = c.request("POST", "/login/", cookies={}, data={"csrfmiddlewaretoken": token, "username": person(), "password": PASSWORD}, keep=False)
    assert answer.status_code == 403 and "cookie" in answer.text and "Set-Cookie" not in answer.headers


def test_csr_14_a_form_of_another_site_signs_nobody_in(world, person):
    c = client(world)
    for origin in ("https://evil.example", "https://other.portal.example", "null"):
        answer = attempt(c, person(), headers={"Origin": origin})
        assert answer.status_code == 403 and "sessionid" not in c.jar


# --- the command line -----------------------------------------------------------------------------------------------------------


def test_one_time_passwords_of_the_command_line_are_changed_before_anything_else(world):
    who = f"clerk{next(_next)}@isoc.example"
    once = json.loads(stoa(world.data, "user", "add", who, "--portal", HOST, "--permissions", "create_dataset", "--json").stdout)["password"]
    c = client(world)
    answer = attempt(c, who, once)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/password/reset/") and "sessionid" not in c.jar
    choose = answer.headers["Location"]
    answer = c.form(choose, {"password": FRESH}, action=choose)
    # The new password was just typed: it is not asked for again.
    assert answer.status_code == 303 and answer.headers["Location"] == "/" and signed_in(c), answer.text[:500]
    other = client(world)
    assert attempt(other, who, once).status_code == 422 and attempt(other, who, FRESH).status_code == 303
    assert "Create datasets" in c.get("/account/").text


def test_the_command_line_changes_disables_and_ends(world, person):
    who = person()
    portal = ("--portal", HOST)
    c = client(world)
    c.sign_in(who)
    stoa(world.data, "user", "change", who, *portal, "--role", "publisher", "--permissions", "edit_page")
    assert "Edit all pages" in c.get("/account/").text
    assert "Firefox" in stoa(world.data, "user", "sessions", who, *portal).stdout
    assert "1 session" in stoa(world.data, "user", "sessions", who, *portal, "--end").stdout
    assert not signed_in(c)
    c.sign_in(who)
    stoa(world.data, "user", "disable", who, *portal)
    assert not signed_in(c) and attempt(client(world), who).status_code == 422
    stoa(world.data, "user", "enable", who, *portal)
    assert attempt(client(world), who).status_code == 303
    refused = stoa(world.data, "user", "change", who, *portal, "--permissions", "fly", check=False)
    assert refused.returncode != 0 and "fly" in refused.stderr
    stoa(world.data, "user", "remove", who, *portal)
    assert attempt(client(world), who).status_code == 422


def test_a_one_time_password_leads_on_to_what_was_asked_for(world, person):
    who = person()
    password = json.loads(stoa(world.data, "user", "password", who, "--portal", HOST, "--json").stdout)["password"]
    c = client(world)
    way = c.form("/login/?next=/account/data/", {"username": who, "password": password, "next": "/account/data/"}).headers["Location"]
    answer = c.form(way, {"password": "a brand new passphrase 4711"}, action=way)
    assert answer.status_code == 303 and answer.headers["Location"] == "/account/data/", (answer.status_code, answer.headers.get("Location"))


def test_a_private_portal_lets_people_sign_in(world, person):
    who = person()
    world.fixture(domains=[{"host": HOST, "settings": {"access": "private"}}])
    try:
        c = client(world)
        answer = c.get("/explore/")
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/?next="), answer.status_code
        answer = c.form(answer.headers["Location"], {"username": who, "password": PASSWORD, "next": "/explore/"})
        assert answer.status_code == 303 and c.get("/explore/").status_code == 200
    finally:
        world.fixture(domains=[{"host": HOST, "settings": {"access": "open"}}])


def test_aut_5_nothing_is_shown_before_a_factor_that_everyone_needs(world, person):
    program = {"Accept": "application/json"}
    who, later = person(), person()
    c, d = client(world), client(world)
    for x, name in ((c, who), (d, later)):
        assert attempt(x, name).status_code == 303 and x.get("/account/").status_code == 200
    key = re.search(r"stoa_[0-9A-Za-z]{40}", c.form("/account/keys/", {"do": "make", "label": "mill"}).text).group(0)
    world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "everyone"}}])
    try:
        for path in ("/", "/explore/", "/explore/dataset/nothing/information/", "/account/", "/account/profile/", "/account/security/", "/account/keys/",
                     "/account/sessions/", "/account/data/", "/account/password/", "/account/email/", "/backoffice/"):
            answer = c.get(path)
            assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/enrol/?next="), (path, answer.status_code)
            assert "no-store" in answer.headers["Cache-Control"]
        for path in ("/api/explore/v2.1/catalog/datasets", "/api/explore/v2.0/catalog/datasets", "/api/records/1.0/search?dataset=x"):
            assert c.get(path, headers=program).status_code == 403, path
        assert c.get("/api/explore/v2.1/catalog/datasets", headers=program).json()["error_code"] == "SecondFactorRequired"
        assert c.get("/account/keys/", headers=program).status_code == 403
        before = world.table("account")
        saved = c.post("/account/profile/", {"csrfmiddlewaretoken": c.token(), "name": "Sneaked In"})
        assert saved.status_code == 303 and "/login/enrol/" in saved.headers["Location"] and world.table("account") == before
        # What everyone may read stays so, and so do programs and strangers.
        assert c.get("/cookies/preferences/").status_code == 200 and c.get("/logout/").status_code == 200
        assert client(world).get("/").status_code == 200
        keyed = client(world).get("/api/explore/v2.1/catalog/datasets", headers={**program, "Authorization": f"Apikey {key}"})
        assert keyed.status_code == 200
        # The way there asks for a fresh secret, and lets it be given.
        world.advance(16 * 60)
        asked = d.form("/login/enrol/?next=/account/", {"do": "begin"})
        assert asked.status_code == 303 and asked.headers["Location"].startswith("/account/confirm/")
        assert d.get("/account/confirm/").status_code == 200
        c = client(world)
        assert attempt(c, who).headers["Location"].startswith("/login/enrol/")
        enrol(world, c)
        for path in ("/", "/account/", "/account/keys/"):
            assert c.get(path).status_code == 200, path
        assert c.get("/api/explore/v2.1/catalog/datasets", headers=program).status_code == 200
    finally:
        world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "administrators"}}])
    assert d.get("/account/").status_code == 200


def test_aut_5_where_everyone_needs_a_second_factor_enrolment_comes_first(world, person):
    who = person()
    world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "everyone"}}])
    try:
        c = client(world)
        answer = attempt(c, who)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/enrol/?next=")
        page = c.form("/login/enrol/", {"do": "begin"})
        assert page.status_code == 200 and "svg" in page.text
        assert c.form("/account/2fa/", {"do": "remove"}).status_code == 422
    finally:
        world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "administrators"}}])


def test_log_t01_no_secret_is_written_down(world):
    """Last of all: what the tests above used is in no log and in no event."""
    ask_reset(client(world), ADA)
    assert client(world).form(reset_link(world, ADA), {"password": "short"}).status_code == 422
    secrets = [PASSWORD, FRESH, *world.secrets.values()]
    for path in glob.glob(os.path.join(str(world.letters_folder), "*.eml")):
        secrets += re.findall(r"/([0-9A-Za-z_-]{43})/", open(path, encoding="utf-8", errors="replace").read().replace("=\n", ""))
    world.server.log.flush()
    logged = open(world.server.log.name, encoding="utf-8", errors="replace").read()
    events = json.dumps(world.events(HOST)) + json.dumps(world.table("event")) + json.dumps(world.table("audit"))
    assert len(secrets) > 4
    for secret in secrets:
        assert secret not in logged and secret not in events, secret
    assert not re.search(r"stoa_[0-9A-Za-z]{40}|sessionid=|csrftoken=[0-9A-Za-z]", logged + events)
    assert not re.search(r"\b10\.\d+\.\d+\.7\b", events), "a full address is kept"
