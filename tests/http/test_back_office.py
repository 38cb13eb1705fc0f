"""The back office: who may come in, and what each page shows and does. Every test that changes somebody makes them first, so
that tests do not meet."""
import csv
import html
import io
import re

import pytest

from conftest import stoa
from probe import PASSWORD, ROOT_USER, World

HOST = "isoc.example"
PAGES = ["/backoffice/", "/backoffice/users/", "/backoffice/invite/", "/backoffice/groups/", "/backoffice/requests/", "/backoffice/keys/",
         "/backoffice/access/", "/backoffice/access/sessions/", "/backoffice/access/providers/", "/backoffice/access/providers/new/oidc/",
         "/backoffice/access/providers/new/saml/", "/backoffice/mail/", "/backoffice/events/"]
SESSIONS = {"second_factor.required": "administrators", "password.min_single": "15", "password.min_with_2fa": "8", "session.max_per_user": "20",
            "log.event_months": "12", "session.idle": "14d", "session.idle_unremembered": "12h", "session.absolute": "30d",
            "session.absolute_unremembered": "24h", "session.fresh": "15min"}
SECOND = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("back"))
    yield w
    w.stop()


_next = iter(range(1, 10**6))


def client(world, host=HOST):
    n = next(_next)
    return world.client(host, address=f"10.9.{n // 250}.{n % 250}")


@pytest.fixture(scope="module")
def administrators():
    return {}


@pytest.fixture
def root(world, administrators):
    """An administrator who proved a secret a moment ago: the same one until the clock was moved or the session ended."""
    c = administrators.get("last")
    if c and world.now() - c.since < 300 and c.get("/backoffice/events/").status_code == 200:
        return c
    who = f"admin{next(_next)}@isoc.example"
    world.fixture(users=[{"host": HOST, "email": who, "name": "Admin", "password": PASSWORD, "role": "admin", "totp": SECOND}])
    c = administrators["last"] = client(world)
    c.sign_in(who)
    c.email, c.since = who, world.now()
    return c


@pytest.fixture
def person(world):
    def make(name="Nobody In Particular", **more):
        who = f"person{next(_next)}@isoc.example"
        world.fixture(users=[{"host": HOST, "email": who, "name": name, "password": PASSWORD, "role": "member", **more}])
        return who
    return make


def number(root, email):
    """The number of an account, as its link in the list says."""
    page = root.get(f"/backoffice/users/?q={email}")
    return int(re.search(r'href="/backoffice/users/(\d+)/"', page.text).group(1))


def words(page):
    """What a page says in <main>, without markup."""
    text = re.sub(r"<[^>]*>", " ", page.text.split("<main", 1)[1].split("</main>")[0])
    return re.sub(r"\s+", " ", text.replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&"))


def done(answer, word):
    assert answer.status_code == 303, (answer.status_code, words(answer) if "<main" in answer.text else answer.text)
    assert f"done={word}" in answer.headers["Location"], answer.headers["Location"]
    return answer.headers["Location"]


def field_error(page, name):
    """The sentence beside a field, or None."""
    found = re.search(rf'id="f\d+-{re.escape(name)}-error">.*?<span>(.*?)</span>', page.text, re.S)
    return found and found.group(1)


# --- coming in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_led_to_the_door_and_back(world, path):
    answer = client(world).get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login/?next=")
    assert answer.headers["Location"].endswith(path.replace("/", "%2F"))


@pytest.mark.parametrize("path", PAGES)
def test_without_a_permission_every_page_says_so_and_nothing_else(world, person, path):
    c = client(world)
    c.sign_in(person())
    answer = c.get(path)
    assert answer.status_code == 403
    assert "This is not allowed" in answer.text and 'class="office"' not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_one_person_are_kept_nowhere(root, path):
    answer = root.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert " style=" not in answer.text and "<script>" not in answer.text


def test_aut_5_administrators_without_a_second_factor_enrol_first(world):
    who = f"bare{next(_next)}@isoc.example"
    world.fixture(users=[{"host": HOST, "email": who, "name": "Bare", "password": PASSWORD, "role": "admin"}])
    c = client(world)
    c.form("/login/", {"username": who, "password": PASSWORD})
    answer = c.get("/backoffice/users/")
    assert answer.status_code == 303 and "/enrol/" in answer.headers["Location"]


def test_sections_are_those_of_the_permission(world, person):
    who = person()
    c = client(world)
    c.sign_in(who)
    admin = client(world)
    admin.sign_in(ROOT_USER)
    at = f"/backoffice/users/{number(admin, who)}/"
    done(admin.form(at, {"do": "save", "name": "Counter", "role": "member", "may.analytics": "explore_monitoring"}), "saved")
    page = c.get("/backoffice/")
    assert page.status_code == 200
    assert 'href="/backoffice/audience/"' in page.text
    assert 'href="/backoffice/users/"' not in page.text
    assert c.get("/backoffice/users/").status_code == 403


def test_a_form_of_another_site_is_refused(world, root):
    page = root.get("/backoffice/groups/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)
    answer = root.post("/backoffice/groups/", {"csrfmiddlewaretoken": token, "name": "Evil"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert root.post("/backoffice/groups/", {"name": "Evil"}).status_code == 403
    assert "Evil" not in root.get("/backoffice/groups/").text


def test_csr_5_a_form_with_a_stale_token_comes_back_with_its_input_and_a_fresh_one(world, root):
    other = client(world)
    other.sign_in(ROOT_USER)
    stale = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', other.get("/backoffice/").text).group(1)
    name = f"Stale {next(_next)}"
    answer = root.post("/backoffice/groups/", {"csrfmiddlewaretoken": stale, "name": name})
    assert answer.status_code == 403 and f'value="{name}"' in answer.text
    fresh = re.search(r'<form class="form"[^>]*><input type="hidden" name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', answer.text).group(1)
    assert fresh != stale
    done(root.post("/backoffice/groups/", {"csrfmiddlewaretoken": fresh, "name": name}), "added")


def test_signing_out_stands_on_every_page(root):
    page = root.get("/backoffice/")
    assert 'action="/logout/"' in page.text and 'href="/account/"' in page.text


# --- users ------------------------------------------------------------------------------------------------------------


def names(page):
    """Rows of the list, by the name that links."""
    return [re.sub(r"<[^>]+>", "", n) for n in re.findall(r'rowheader" scope="row"><a href="/backoffice/users/\d+/"><bdi>(.*?)</bdi>', page.text)]


def test_users_are_found_sorted_and_narrowed(world, root, person):
    mark = f"Zz{next(_next)}"
    person(name=f"Çelik {mark}")
    person(name=f"Celan {mark}")
    person(name=f"Aalto {mark}")
    assert names(root.get(f"/backoffice/users/?q={mark}")) == [f"Aalto {mark}", f"Celan {mark}", f"Çelik {mark}"]
    assert names(root.get(f"/backoffice/users/?q={mark}&sort=-name")) == [f"Çelik {mark}", f"Celan {mark}", f"Aalto {mark}"]
    assert names(root.get(f"/backoffice/users/?q=celik+{mark}")) == [f"Çelik {mark}"]  # accents do not hide anybody
    assert names(root.get(f"/backoffice/users/?q={mark}&state=active")) == []
    assert len(names(root.get(f"/backoffice/users/?q={mark}&state=never"))) == 3
    assert 'aria-sort="ascending"' in root.get("/backoffice/users/?sort=seen").text


def test_a_list_that_finds_nobody_says_so_and_shows_the_way(root):
    page = root.get("/backoffice/users/?q=nobodyatall")
    assert "No account fits" in words(page) and 'href="/backoffice/users/"' in page.text


def test_the_list_as_csv_with_the_same_filters(world, root, person):
    mark = f"Csv{next(_next)}"
    who = person(name=f"=HYPERLINK {mark}")
    answer = root.get(f"/backoffice/users/export.csv?q={mark}")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))
    assert [r["email"] for r in rows] == [who]
    assert rows[0]["name"] == f"'=HYPERLINK {mark}"  # no formula for a spreadsheet
    assert rows[0]["status"] == "never" and rows[0]["role"] == "member" and rows[0]["last_seen_at"] == ""
    semicolons = root.get(f"/backoffice/users/export.csv?q={mark}&delimiter=%3B").text.splitlines()[0]
    assert semicolons.startswith("email;name;status")
    assert root.get("/backoffice/users/export.csv?delimiter=ab").status_code == 400


def test_ses_10_an_export_asks_for_a_fresh_proof(world, root):
    world.advance(16 * 60)
    answer = root.get("/backoffice/users/export.csv")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/account/confirm/?next=")


def test_ses_10_a_form_that_comes_too_late_keeps_its_input(world, root, person):
    at = f"/backoffice/users/{number(root, person())}/"
    world.advance(16 * 60)  # the next test has a new administrator
    answer = root.form(at, {"do": "save", "name": "Typed For Long", "role": "publisher"})
    assert answer.status_code == 422
    assert 'value="Typed For Long"' in answer.text
    assert re.search(r'value="publisher" checked', answer.text)
    assert f"/account/confirm/?next={at.replace('/', '%2F')}" in answer.text
    assert "Typed For Long" not in root.get(at).text


@pytest.mark.parametrize("path, fields, name, typed", [
    ("/backoffice/access/", {"access": "open", "access.signup": "closed", "access.message": "none"}, "access.disclaimer.en", "Typed too late"),
    ("/backoffice/access/sessions/", {"do": "save", **SESSIONS}, "trusted_origins", "https://late.example"),
    ("/backoffice/audience/settings/", {"audience.enabled": "on", "audience.retention_days": "760", "audience.hourly_days": "90"},
     "audience.excluded_networks", "203.0.113.99"),
])
def test_ses_10_settings_that_come_too_late_change_nothing_and_keep_their_input(world, root, path, fields, name, typed):
    before = world.table("tenant_setting")
    world.advance(16 * 60)
    answer = root.form(path, {**fields, name: typed})
    assert answer.status_code == 422 and typed in answer.text
    assert f"/account/confirm/?next={path.replace('/', '%2F')}" in answer.text
    assert typed not in root.get(path).text and world.table("tenant_setting") == before


def test_a_user_is_changed_whole_and_the_log_says_by_whom(world, root, person):
    who = person()
    n = number(root, who)
    at = f"/backoffice/users/{n}/"
    root.form("/backoffice/groups/", {"name": f"Team {n}"})
    group = re.search(rf'href="/backoffice/groups/(\d+)/"><bdi>Team {n}', root.get("/backoffice/groups/").text).group(1)
    done(root.form(at, {"do": "save", "name": "New Name", "role": "publisher", "expires": "2030-06-30", "group": group,
                        "may.pages": ["create_page", "edit_page"]}), "saved")
    page = root.get(at)
    assert "New Name" in page.text and re.search(r'value="publisher" checked', page.text)
    assert 'value="2030-06-30"' in page.text
    assert re.search(rf'value="{group}" checked', page.text)
    assert re.search(r'value="create_page" checked', page.text) and not re.search(r'value="publish_page" checked', page.text)
    assert "Make datasets" in words(page) or "Create datasets" in words(page)  # through the role, apart
    admin = number(root, root.email)
    world.events(HOST)  # writes the log down
    assert any(e["account"] == n and e["doer"] == admin for e in world.table("event") if e["kind"] == "account.changed")


def test_what_cannot_be_is_said_beside_its_field_and_nothing_changes(root, person):
    at = f"/backoffice/users/{number(root, person())}/"
    answer = root.form(at, {"do": "save", "name": "Kept", "role": "member", "expires": "2001-01-01"})
    assert answer.status_code == 422
    assert "over already" in field_error(answer, "expires")
    assert 'value="Kept"' in answer.text and 'role="alert"' in answer.text
    assert re.search(r'href="#f\d+-expires"', answer.text)
    answer = root.form(at, {"do": "save", "name": "Kept", "role": "emperor"})
    assert answer.status_code == 422 and field_error(answer, "role")
    assert "Kept" not in root.get(at).text


def test_names_are_text_wherever_they_stand(root, person):
    who = person(name="<script>alert(1)</script>")
    n = number(root, who)
    for path in (f"/backoffice/users/?q={who}", f"/backoffice/users/{n}/", f"/backoffice/users/{n}/remove/", f"/backoffice/events/?account={n}"):
        assert "<script>alert" not in root.get(path).text, path


def test_disabling_ends_sessions_and_enabling_brings_the_account_back(world, root, person):
    who = person()
    c = client(world)
    c.sign_in(who)
    assert c.get("/account/").status_code == 200
    at = f"/backoffice/users/{number(root, who)}/"
    done(root.form(at, {"do": "disable"}), "disabled")
    assert c.get("/account/").status_code == 303
    assert "Disabled" in words(root.get(at))
    assert names(root.get(f"/backoffice/users/?q={who}&state=disabled"))
    done(root.form(at, {"do": "enable"}), "enabled")
    client(world).sign_in(who)


def test_ses_12_all_sessions_of_somebody_end_and_they_are_told(world, root, person):
    who = person()
    first, second = client(world), client(world)
    first.sign_in(who)
    second.sign_in(who)
    at = f"/backoffice/users/{number(root, who)}/"
    assert root.get(at).text.count("Firefox on Linux") == 2
    done(root.form(at, {"do": "sessions"}), "sessions")
    assert first.get("/account/").status_code == 303 and second.get("/account/").status_code == 303
    assert world.letters(to=who, wait=1)


def test_rst_7_an_administrator_has_a_reset_letter_sent_and_sees_no_password(world, root, person):
    who = person()
    at = f"/backoffice/users/{number(root, who)}/"
    done(root.form(at, {"do": "reset"}), "reset")
    letter = [m for m in world.letters(to=who, wait=1) if "/password/reset/" in m.get_content()][-1]
    token = re.search(r"/password/reset/([^/\s]+)", letter.get_content()).group(1)
    assert token not in root.get(at).text and token not in root.get("/backoffice/mail/").text


def test_a_second_factor_is_taken_away_for_somebody_who_lost_it(world, root, person):
    who = person(totp=SECOND)
    at = f"/backoffice/users/{number(root, who)}/"
    assert "Enrolled" in words(root.get(at))
    done(root.form(at, {"do": "factor"}), "factor")
    answer = client(world).form("/login/", {"username": who, "password": PASSWORD})
    assert answer.status_code == 303  # no code is asked for any more


def test_removing_asks_first_and_then_it_is_gone(root, person):
    who = person()
    at = f"/backoffice/users/{number(root, who)}/"
    page = root.get(at + "remove/")
    assert page.status_code == 200 and who in words(page)
    done(root.form(at + "remove/"), "user-removed")
    assert root.get(at).status_code == 404
    assert not names(root.get(f"/backoffice/users/?q={who}"))


def test_nobody_takes_their_own_rights_away(root):
    at = f"/backoffice/users/{number(root, root.email)}/"
    page = root.get(at)
    assert 'name="role"' not in page.text and 'value="disable"' not in page.text
    done(root.form(at, {"do": "save", "name": "Still Admin", "role": "member"}), "saved")
    assert root.get("/backoffice/users/").status_code == 200
    assert root.form(at, {"do": "disable"}).status_code == 422
    assert root.get(at + "remove/").status_code == 403


def test_administrators_are_changed_by_administrators_only(world, root, person):
    keeper = person(totp=SECOND)
    done(root.form(f"/backoffice/users/{number(root, keeper)}/", {"do": "save", "name": "Keeper", "role": "member", "may.workspace": "edit_domain"}), "saved")
    c = client(world)
    c.sign_in(keeper)
    admin, other = number(root, root.email), number(root, person())
    page = c.get(f"/backoffice/users/{admin}/")
    assert page.status_code == 200 and "changed by administrators only" in words(page)
    for deed in ("disable", "factor", "sessions", "reset", "save"):
        assert c.form("/backoffice/users/", {}, action=f"/backoffice/users/{admin}/").status_code == 403
        token = re.search(r'name="csrfmiddlewaretoken" value="([0-9A-Za-z]+)"', page.text).group(1)
        assert c.post(f"/backoffice/users/{admin}/", {"csrfmiddlewaretoken": token, "do": deed}).status_code == 403, deed
    # Nobody gives what they do not have: neither the role nor a permission of another family.
    answer = c.form(f"/backoffice/users/{other}/", {"do": "save", "name": "X", "role": "admin"})
    assert answer.status_code == 422 and field_error(answer, "role")
    done(c.form(f"/backoffice/users/{other}/", {"do": "save", "name": "X", "role": "member", "may.catalogue": "edit_dataset", "may.workspace": "edit_domain"}), "saved")
    page = root.get(f"/backoffice/users/{other}/")
    assert re.search(r'value="edit_domain" checked', page.text) and not re.search(r'value="edit_dataset" checked', page.text)


def test_the_last_administrator_stays(world):
    host, last = "solo.portal.example", f"last{next(_next)}@solo.example"
    world.fixture(users=[{"host": host, "email": last, "name": "Last", "password": PASSWORD, "role": "admin", "totp": SECOND},
                         {"host": host, "email": "second@solo.example", "name": "Second", "password": PASSWORD, "role": "admin", "totp": SECOND}])
    c = client(world, host)
    c.sign_in(last)
    other = number(c, "second@solo.example")
    done(c.form(f"/backoffice/users/{other}/", {"do": "save", "name": "Second", "role": "member"}), "saved")
    own = number(c, last)
    assert c.form(f"/backoffice/users/{own}/", {"do": "disable"}).status_code == 422
    assert c.get(f"/backoffice/users/{own}/remove/").status_code == 403
    assert c.get("/backoffice/users/").status_code == 200


def test_unknown_numbers_are_not_found(root):
    for path in ("users/999999/", "users/abc/", "users/999999/remove/", "groups/999999/", "groups/x/remove/", "keys/999999/revoke/", "access/providers/nothing/",
                 "access/providers/new/ldap/"):
        assert root.get("/backoffice/" + path).status_code == 404, path


# --- invitations ------------------------------------------------------------------------------------------------------


def test_a_pasted_list_is_invited_each_by_a_letter(world, root):
    one, two = f"first{next(_next)}@elsewhere.example", f"second{next(_next)}@elsewhere.example"
    where = done(root.form("/backoffice/invite/", {"addresses": f"Ada Lovelace <{one}>;\r\n {two} ", "role": "publisher", "may.pages": "create_page"}), "invited")
    page = root.get(where)
    assert one in page.text and two in page.text and "on their way" in words(page)
    for who in (one, two):
        assert any("/invitation/" in m.get_content() for m in world.letters(to=who, wait=1))
    user = root.get(f"/backoffice/users/{number(root, one)}/")
    assert "Invited" in words(user) and re.search(r'value="publisher" checked', user.text) and re.search(r'value="create_page" checked', user.text)


def test_addresses_that_cannot_be_invited_stay_with_the_reason(root, person):
    taken, fresh = person(), f"third{next(_next)}@elsewhere.example"
    answer = root.form("/backoffice/invite/", {"addresses": f"{taken}\n{fresh}\nbroken@@example", "role": "member"})
    assert answer.status_code == 422
    box = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.S).group(1)
    assert taken in box and "broken@@example" in box and fresh not in box
    assert taken in field_error(answer, "addresses")
    assert "1 invitation is on its way" in words(answer)


def test_what_is_no_address_is_named_and_names_are_not(world, root):
    answer = root.form("/backoffice/invite/", {"addresses": "x\nDoe, Jane <jane.doe@new.example>\nRay <ray@new.example>, y", "role": "member"})
    text = html.unescape(answer.text)
    assert answer.status_code == 422 and "x is not an e-mail address. y is not an e-mail address." in text, re.findall(r"[^.>]*is not an e-mail[^<]*", text)
    assert re.search(r"<textarea[^>]*>\s*x\s+y\s*</textarea>", text)
    assert world.letters(to="jane.doe@new.example", wait=1) and world.letters(to="ray@new.example", wait=1)


def test_an_address_that_stands_twice_is_invited_once_and_a_misspelt_one_stays(world, root):
    who = f"fourth{next(_next)}@elsewhere.example"
    answer = root.form("/backoffice/invite/", {"addresses": f"{who}\n{who.upper()}\nbob.elsewhere.example", "role": "member"})
    assert answer.status_code == 422 and "1 invitation is on its way" in words(answer)
    assert re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.S).group(1).split() == ["bob.elsewhere.example"]
    assert "bob.elsewhere.example" in field_error(answer, "addresses")
    assert len(world.letters(to=who, wait=1)) == 1


def test_an_empty_list_is_refused(root):
    answer = root.form("/backoffice/invite/", {"addresses": "nobody in particular", "role": "member"})
    assert answer.status_code == 422 and field_error(answer, "addresses")


def test_an_invitation_is_sent_again_and_the_former_link_is_void(world, root):
    who = f"again{next(_next)}@elsewhere.example"
    done(root.form("/backoffice/invite/", {"addresses": who, "role": "member"}), "invited")
    at = f"/backoffice/users/{number(root, who)}/"
    done(root.form(at, {"do": "invite"}), "invited-again")
    first, second = [re.search(r"(/invitation/\S+)", m.get_content()).group(1) for m in world.letters(to=who, wait=2)]
    assert first != second
    assert client(world).get(first).status_code == 410
    assert client(world).get(second).status_code == 200


# --- groups -----------------------------------------------------------------------------------------------------------


def make_group(root, name):
    where = done(root.form("/backoffice/groups/", {"name": name}), "added")
    return where.split("?")[0]


def test_a_group_is_made_described_and_given_permissions(root):
    name = f"Editors {next(_next)}"
    at = make_group(root, name)
    done(root.form(at, {"do": "save", "name": name, "description": "They edit.", "may.catalogue": ["edit_dataset", "publish_dataset"]}), "saved")
    page = root.get(at)
    assert "They edit." in page.text and re.search(r'value="edit_dataset" checked', page.text)
    answer = root.form("/backoffice/groups/", {"name": name})
    assert answer.status_code == 422 and "already" in field_error(answer, "name")


def test_members_join_and_leave_and_have_the_permissions_at_once(world, root, person):
    who = person(totp=SECOND)
    c = client(world)
    c.sign_in(who)
    assert c.get("/backoffice/").status_code == 403
    at = make_group(root, f"Counters {next(_next)}")
    name = re.search(r"<h1>(.*?)</h1>", root.get(at).text).group(1)
    done(root.form(at, {"do": "save", "name": name, "may.analytics": "explore_monitoring"}), "saved")
    answer = root.form(at, {"do": "join", "addresses": f"{who}, unknown@isoc.example"})
    assert answer.status_code == 422 and "unknown@isoc.example" in field_error(answer, "addresses")
    assert who in words(root.get(at))
    assert c.get("/backoffice/").status_code == 200
    user = root.get(f"/backoffice/users/{number(root, who)}/")
    assert name in words(user).split("Permissions through role and groups")[1]
    done(root.form(at, {"do": "leave", "address": who}), "saved")
    assert c.get("/backoffice/").status_code == 403


def test_ses_6_whoever_comes_to_change_the_portal_signs_in_anew(world, root, person):
    by_group, by_change, by_role = person(totp=SECOND), person(totp=SECOND), person(totp=SECOND)
    clients = [client(world) for _ in range(3)]
    for c, who in zip(clients, (by_group, by_change, by_role)):
        c.sign_in(who)
    strong, weak = f"Strong {next(_next)}", f"Weak {next(_next)}"
    at, other = make_group(root, strong), make_group(root, weak)
    done(root.form(other, {"do": "join", "addresses": by_change}), "saved")
    assert clients[1].get("/account/").status_code == 200
    done(root.form(at, {"do": "save", "name": strong, "may.workspace": "edit_domain"}), "saved")
    done(root.form(at, {"do": "join", "addresses": by_group}), "saved")
    done(root.form(other, {"do": "save", "name": weak, "may.workspace": "edit_domain"}), "saved")
    done(root.form(f"/backoffice/users/{number(root, by_role)}/", {"do": "save", "name": "X", "role": "admin"}), "saved")
    assert [c.get("/account/").status_code for c in clients] == [303, 303, 303]


def test_removing_a_group_asks_first(root):
    at = make_group(root, f"Gone {next(_next)}")
    assert root.get(at + "remove/").status_code == 200
    done(root.form(at + "remove/"), "removed")
    assert root.get(at).status_code == 404


# --- requests ---------------------------------------------------------------------------------------------------------


def test_requests_are_answered_by_letter_and_bring_the_default_permissions(world, root):
    done(root.form("/backoffice/access/", {"access": "open", "access.signup": "approval", "access.message": "optional", "may.pages": "create_page"}), "saved")
    yes, no = f"yes{next(_next)}@elsewhere.example", f"no{next(_next)}@elsewhere.example"
    for who in (yes, no):
        c = client(world)
        page = c.get("/signup/")
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        answer = c.post("/signup/", {**fields, "email": who, "username": who, "name": "Asks", "message": "Please <b>let</b> me in."})
        assert answer.status_code in (200, 303), answer.text[:800]
        letter = world.letters(to=who, wait=1)[-1].get_content()
        path = re.search(r"https://[^/\s]+(/signup/confirm/\S+)", letter).group(1)
        answer = c.form(path, {"name": "Asks", "password": "seven slow barges at the lock", "password2": "seven slow barges at the lock"})
        assert answer.status_code in (200, 303), answer.text[:800]
    page = root.get("/backoffice/requests/")
    assert yes in page.text and no in page.text
    assert "Please &lt;b&gt;let&lt;/b&gt; me in." in page.text
    assert re.search(r'<span class="count">\d', page.text)
    assert "ask for access" in words(root.get("/backoffice/"))
    done(root.form("/backoffice/requests/", {"do": "approve", "account": number(root, yes)}), "approved")
    refused = number(root, no)
    done(root.form("/backoffice/requests/", {"do": "reject", "account": refused}), "rejected")
    assert len(world.letters(to=yes, wait=2)) == 2 and len(world.letters(to=no, wait=2)) == 2
    user = root.get(f"/backoffice/users/{number(root, yes)}/")
    assert re.search(r'value="create_page" checked', user.text)
    assert root.form("/backoffice/requests/", {"do": "approve", "account": refused}, action="/backoffice/requests/").status_code in (200, 422)


# --- access -----------------------------------------------------------------------------------------------------------


def test_access_settings_are_saved_and_logged_by_name(world, root):
    done(root.form("/backoffice/access/", {"access": "open", "access.signup": "open", "access.message": "none", "access.disclaimer.en": "Be kind.",
                                           "access.disclaimer.fr": "Soyez aimables.", "access.terms.en": "/pages/terms/", "access.terms.fr": ""}), "saved")
    page = root.get("/backoffice/access/")
    assert "Be kind." in page.text and "Soyez aimables." in page.text and re.search(r'value="open" checked', page.text)
    assert "Be kind." in client(world).get("/signup/").text
    changed = {e["detail"] for e in world.events(HOST, "settings.changed")}
    assert {"access.signup", "access.disclaimer.en"} <= changed
    answer = root.form("/backoffice/access/", {"access": "open", "access.signup": "closed", "access.terms.en": "javascript:alert(1)", "access.disclaimer.en": "Kept."})
    assert answer.status_code == 422 and field_error(answer, "access.terms.en")
    assert "Kept." in answer.text and "Kept." not in root.get("/backoffice/access/").text


def test_ses_4_the_preset_of_restricted_portals(root):
    fields = SESSIONS
    done(root.form("/backoffice/access/sessions/", {**fields, "do": "restricted"}), "saved")
    page = root.get("/backoffice/access/sessions/")
    assert len(re.findall(r'value="1h" selected', page.text)) == 2 and len(re.findall(r'value="24h" selected', page.text)) == 2
    done(root.form("/backoffice/access/sessions/", {**fields, "do": "save"}), "saved")
    assert re.search(r'value="14d" selected', root.get("/backoffice/access/sessions/").text)
    for name, value in (("password.min_single", "3"), ("trusted_origins", "http://plain.example"), ("session.max_per_user", "many"), ("log.event_months", "25")):
        answer = root.form("/backoffice/access/sessions/", {**fields, "do": "save", name: value})
        assert answer.status_code == 422 and field_error(answer, name), name
        assert value in answer.text
    done(root.form("/backoffice/access/sessions/", {**fields, "do": "save", "trusted_origins": "https://map.example\nhttps://*.maps.example"}), "saved")
    assert "https://map.example\nhttps://*.maps.example" in root.get("/backoffice/access/sessions/").text
    done(root.form("/backoffice/access/sessions/", {**fields, "do": "save", "trusted_origins": ""}), "saved")


def test_everybody_else_is_signed_out_at_once(world, root, person):
    c = client(world)
    c.sign_in(person())
    done(root.form("/backoffice/access/sessions/", {"do": "everybody"}), "everybody")
    assert c.get("/account/").status_code == 303
    assert root.get("/backoffice/").status_code == 200


def test_identity_providers_are_added_tried_changed_and_removed(world, root):
    at = "/backoffice/access/providers/new/oidc/"
    assert re.search(r'role="switch" checked', root.get(at).text)  # offered unless somebody says otherwise
    answer = root.form(at, {"do": "save", "id": "Not A Word", "label": "Town", "issuer": "https://id.example", "client_id": "stoa", "secret": "very secret words"})
    assert answer.status_code == 422 and "very secret words" not in answer.text and 'value="Town"' in answer.text
    assert "small letters" in field_error(answer, "id")  # what is wrong is said beside its field
    unnamed = root.form(at, {"do": "save", "id": "town", "issuer": "https://id.example", "client_id": "stoa"})
    assert unnamed.status_code == 422 and field_error(unnamed, "label")
    done(root.form(at, {"do": "save", "id": "town", "label": "Town hall", "enabled": "on", "issuer": "https://id.example", "client_id": "stoa", "secret": "very secret words",
                        "scopes": "openid profile email", "claims": "sub", "role": "member"}), "saved")
    page = root.get("/backoffice/access/providers/town/")
    assert "very secret words" not in page.text and 'value="https://id.example"' in page.text
    assert "very secret words" not in str(world.table("sso_provider"))
    assert "Town hall" in client(world).get("/login/").text
    assert len(re.findall(r'role="switch" checked', page.text)) == 1  # "enabled" was ticked, "provision" was not
    tried = root.form("/backoffice/access/providers/town/", {"do": "try", "label": "Town hall", "issuer": "https://id.example", "client_id": "stoa",
                                                             "scopes": "openid", "claims": "sub", "role": "member"})
    assert tried.status_code == 200 and "does not work yet" in words(tried)
    assert root.form(at, {"do": "save", "id": "town", "label": "Twin", "issuer": "https://id.example", "client_id": "x", "role": "member"}).status_code == 422
    done(root.form("/backoffice/access/providers/town/remove/"), "removed")
    assert root.get("/backoffice/access/providers/town/").status_code == 404
    assert "Town hall" not in client(world).get("/login/").text


# --- keys, mail, events -------------------------------------------------------------------------------------------------


def test_a_key_that_turned_up_is_found_and_revoked_with_a_reason(world, root, person):
    who = person()
    made = stoa(world.data, "key", "add", "Nightly", "--user", who, "--portal", HOST).stdout
    key = re.search(r"stoa_[0-9A-Za-z]{40}", made).group(0)
    assert root.form("/backoffice/keys/", {"key": "stoa_" + "0" * 40}).status_code == 422
    page = root.form("/backoffice/keys/", {"key": key})
    assert page.status_code == 200 and who in words(page) and key not in page.text
    number_of = re.findall(r"/backoffice/keys/(\d+)/revoke/", page.text)
    assert len(number_of) == 1
    at = f"/backoffice/keys/{number_of[0]}/revoke/"
    assert root.form(at, {"reason": ""}).status_code == 422
    ask = {"headers": {"Host": HOST, "X-Forwarded-Proto": "https", "Authorization": f"Apikey {key}"}}
    assert client(world).request("GET", "/api/explore/v2.1/catalog/datasets", **ask).status_code == 200
    done(root.form(at, {"reason": "It stood in a public file."}), "revoked")
    assert client(world).request("GET", "/api/explore/v2.1/catalog/datasets", **ask).status_code == 401
    assert "It stood in a public file." in words(root.get("/backoffice/keys/"))
    assert root.get(at).status_code == 404
    assert world.events(HOST, "key.revoked")


def test_letters_are_listed_masked_and_dropped(world, root, person):
    who = person()
    root.form(f"/backoffice/users/{number(root, who)}/", {"do": "reset"})
    world.letters(to=who, wait=1)
    page = root.get("/backoffice/mail/")
    assert "Letters go to a folder of this server" in page.text
    assert who not in page.text and f"{who[0]}…@isoc.example" in page.text
    assert "folder" in words(page)
    assert root.form("/backoffice/mail/", {"do": "drop", "letter": "999999"}).status_code == 422


def test_a_test_letter_goes_to_the_reader_and_nobody_else(world, root):
    before = len(world.letters(to=root.email))
    done(root.form("/backoffice/mail/", {"do": "test", "to": "victim@elsewhere.example"}), "tested")
    assert len(world.letters(to=root.email, wait=before + 1)) > before
    assert not world.letters(to="victim@elsewhere.example")


def test_the_security_log_speaks_in_words_and_narrows(world, root, person):
    who = person(name="Watched Person")
    c = client(world)
    c.form("/login/", {"username": who, "password": "wrong"})
    c.sign_in(who)
    n = number(root, who)
    page = root.get(f"/backoffice/events/?account={n}")
    assert "Signed in" in words(page) and "Sign-in refused" in words(page) and "Watched Person" in words(page)
    assert "10.9." not in page.text.replace("10.9.0.0/24", "").replace(f"{c.address.rsplit('.', 1)[0]}.0/24", "")
    only = root.get(f"/backoffice/events/?account={n}&kind=session")
    assert "Sign-in refused" not in words(only) and "Session began" in words(only)
    assert root.get("/backoffice/events/?rows=notanumber&account=-4&kind=%3Cscript%3E").status_code == 200


def test_the_portal_switch_lists_only_portals_of_the_same_person(world, root):
    world.fixture(users=[{"host": "other.portal.example", "email": root.email, "name": "Same", "password": PASSWORD, "role": "member"}])
    page = root.get("/backoffice/")
    assert 'href="https://other.portal.example/backoffice/"' in page.text
    assert "solo.portal.example" not in page.text and "tags.example" not in page.text


def test_the_back_office_speaks_every_language_of_the_front(world):
    host, who = "tags.example", f"ar{next(_next)}@tags.example"
    world.fixture(users=[{"host": host, "email": who, "name": "A", "password": PASSWORD, "role": "admin", "totp": SECOND}])
    c = client(world, host)
    c.sign_in(who)
    assert '<html lang="ar" dir="rtl">' in c.get("/backoffice/?flg=ar").text
    assert '<html lang="fr"' in c.get("/backoffice/?flg=fr").text
