"""Keys, groups and rules as their owners meet them: made on the command line while the server runs, felt by the next request."""
import json
import shutil
import sqlite3
import time

import pytest

import rights_world as w
from conftest import API, HOST, stoa

CSV = "city,country,pop,note\nParis,FR,2100000,a\nLyon,FR,520000,b\nGent,BE,265000,c\nKöln,DE,1080000,d\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Made once; every test has a copy."""
    folder = tmp_path_factory.mktemp("rights")
    data = folder / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    (folder / "towns.csv").write_text(CSV, encoding="utf-8")
    stoa(data, "publish", folder / "towns.csv", "--portal", HOST, "--id", "towns", "--title", "Towns")
    w.make_people(data, HOST)
    return folder


@pytest.fixture
def portal(made, tmp_path, make_server):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    server = make_server(tmp_path / "data")
    server.folder = tmp_path
    return server


def key(server, user, *more):
    return w.make_key(server.data, user, *more, portal=HOST)


def secure(server, *arguments, **more):
    return w.secure(server.data, "towns", *arguments, portal=HOST, **more)


def get(server, path="/records", apikey=None, params=None, **more):
    head = {"Authorization": f"Apikey {apikey}"} if apikey else {}
    return server.get(f"{API}/catalog/datasets/towns{path}", params, headers={**head, **more})


def cities(server, apikey=None, **params):
    answer = get(server, "/records", apikey, params)
    assert answer.status_code == 200, answer.text
    return sorted(r["city"] for r in answer.json()["results"])


# --- keys -----------------------------------------------------------------------------------------

def test_a_key_is_shown_once_and_kept_as_a_digest(portal):
    text = key(portal, w.MEMBER)
    assert text.startswith("stoa_") and len(text) == 45
    listed = stoa(portal.data, "key", "list", "--portal", HOST).stdout
    assert text[:9] in listed and text not in listed
    store = sqlite3.connect(f"file:{portal.data}/stoa.db?mode=ro", uri=True)
    assert not [r for r in store.execute("select * from api_key") if text in r]
    assert text not in stoa(portal.data, "key", "list", "--portal", HOST, "--json").stdout


@pytest.mark.parametrize("scheme", ["Apikey", "ApiKey", "apikey", "APIKEY"])
def test_the_scheme_is_read_in_any_case(portal, scheme):
    text = key(portal, w.MEMBER)
    assert portal.get(f"{API}/catalog", headers={"Authorization": f"{scheme} {text}"}).status_code == 200


def test_a_key_works_in_the_field_and_in_the_address(portal):
    text = key(portal, w.ADMIN)
    secure(portal, "--restricted")
    assert get(portal).status_code == 404
    assert len(cities(portal, text)) == 4
    assert get(portal, params={"apikey": text}).status_code == 200
    assert get(portal).status_code == 404


def test_a_key_works_in_a_posted_form(portal):
    text = key(portal, w.ADMIN)
    secure(portal, "--restricted")
    for given, status in ((text, 200), ("stoa_nonsense", 401)):
        answer = portal.request("POST", "/api/records/1.0/search", data={"dataset": "towns", "apikey": given})
        assert answer.status_code == status, answer.text
    assert portal.request("POST", "/api/records/1.0/search", data={"dataset": "towns"}).status_code == 404


@pytest.mark.parametrize("head", ["Apikey stoa_nonsense", "Apikey ", "Apikey", "Bearer abc", "bearer abc"])
def test_what_is_no_good_is_refused_as_such(portal, head):
    answer = portal.get(f"{API}/catalog", headers={"Authorization": head})
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "AuthenticationError" and answer.json()["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Apikey" if head.startswith("Apikey") else 'Bearer realm="API", error="invalid_token"')
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "stoa_nonsense" not in answer.text


def test_a_token_in_the_address_is_told_what_it_is_worth(portal):
    answer = portal.get(f"{API}/catalog", {"access_token": "x"})
    assert answer.status_code == 401 and "access token is not good" in answer.json()["message"] and "invalid_token" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("head", ["Basic eDp5", "Digest a=b"])
def test_the_schemes_of_proxies_are_not_ours(portal, head):
    assert portal.get(f"{API}/catalog", headers={"Authorization": head}).status_code == 200


def test_an_empty_parameter_is_none(portal):
    assert portal.get(f"{API}/catalog?apikey=").status_code == 200


def test_a_revoked_key_stops_at_once(portal):
    text = key(portal, w.ADMIN)
    path = f"{API}/catalog/datasets/towns/records?apikey={text}"
    for _ in range(3):
        assert portal.get(path).status_code == 200
    tag = portal.get(path).headers["ETag"]
    stoa(portal.data, "key", "revoke", text, "--portal", HOST)
    assert portal.get(path).status_code == 401
    assert portal.get(path, headers={"If-None-Match": tag}).status_code == 401
    assert "revoked" in stoa(portal.data, "key", "list", "--portal", HOST).stdout
    again = stoa(portal.data, "key", "revoke", "1", "--portal", HOST, check=False)
    assert again.returncode == 1 and "no good key" in again.stderr


def test_a_key_past_its_time_is_refused(portal):
    text = key(portal, w.ADMIN, "--expires", "2099-12-31")
    assert get(portal, apikey=text).status_code == 200
    said = stoa(portal.data, "key", "add", "old", "--portal", HOST, "--user", w.ADMIN, "--expires", "2020-01-01", check=False)
    assert said.returncode == 1 and "2030-01-31" in said.stderr
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    text = key(portal, w.ADMIN, "--expires", soon)
    assert get(portal, apikey=text).status_code == 200
    time.sleep(3)
    assert get(portal, apikey=text).status_code == 401


def test_a_key_of_another_portal_is_unknown(portal):
    stoa(portal.data, "portal", "add", "other.localhost")
    stoa(portal.data, "user", "add", w.ADMIN, "--portal", "other.localhost", "--role", "admin")
    text = w.make_key(portal.data, w.ADMIN, portal="other.localhost")
    assert get(portal, apikey=text).status_code == 401
    assert portal.get(f"{API}/catalog", host="other.localhost", headers={"Authorization": f"Apikey {text}"}).status_code == 200


def test_the_day_of_last_use_is_written_down_and_no_finer(portal, make_server):
    text = key(portal, w.ADMIN)
    assert get(portal, apikey=text).status_code == 200
    portal.stop()
    listed = json.loads(stoa(portal.data, "key", "list", "--portal", HOST, "--json").stdout)
    assert listed[0]["last_used"] == time.strftime("%Y-%m-%d", time.gmtime())


# --- rules ----------------------------------------------------------------------------------------

def test_a_restricted_dataset_is_for_those_listed(portal):
    admin, member, stranger = key(portal, w.ADMIN), key(portal, w.MEMBER), key(portal, w.STRANGER)
    secure(portal, "--restricted")
    assert get(portal).status_code == 404
    assert get(portal, apikey=member).status_code == 404
    secure(portal, "--user", w.MEMBER)
    assert len(cities(portal, member)) == len(cities(portal, admin)) == 4
    assert get(portal, apikey=stranger).status_code == 404
    assert portal.api("/catalog/datasets")["total_count"] == 0
    mine = portal.get(f"{API}/catalog/datasets", headers={"Authorization": f"Apikey {member}"}).json()
    assert mine["total_count"] == 1 and mine["results"][0]["visibility"] == "restricted"
    secure(portal, "--user", w.MEMBER, "--remove")
    assert get(portal, apikey=member).status_code == 404
    secure(portal, "--open")
    assert len(cities(portal)) == 4


def test_the_rules_of_those_listed_replace_everybodys(portal):
    member, stranger = key(portal, w.MEMBER), key(portal, w.STRANGER)
    secure(portal, "--filter", "country = 'FR'", "--fields", "city,country")
    assert cities(portal) == cities(portal, stranger) == ["Lyon", "Paris"]
    assert set(get(portal).json()["results"][0]) == {"city", "country"}
    secure(portal, "--user", w.MEMBER, "--filter", "country = 'BE'")
    assert cities(portal, member) == ["Gent"]
    assert "pop" in get(portal, apikey=member).json()["results"][0]
    assert cities(portal, key(portal, w.ADMIN)) == ["Gent", "Köln", "Lyon", "Paris"]


def test_several_rules_show_what_any_of_them_shows(portal):
    member = key(portal, w.MEMBER)
    for group in ("one", "two"):
        stoa(portal.data, "group", "add", group, "--portal", HOST)
        stoa(portal.data, "group", "join", group, w.MEMBER, "--portal", HOST)
    secure(portal, "--restricted")
    secure(portal, "--group", "one", "--filter", "country = 'BE'", "--fields", "city")
    secure(portal, "--group", "two", "--filter", "pop > 2000000 or city = 'Lyon'", "--fields", "city,pop")
    answer = get(portal, apikey=member).json()
    assert sorted(r["city"] for r in answer["results"]) == ["Gent", "Lyon", "Paris"]
    assert set(answer["results"][0]) == {"city", "pop"}
    assert get(portal, "", apikey=member).json()["metas"]["default"]["records_count"] == 3
    stoa(portal.data, "group", "leave", "two", w.MEMBER, "--portal", HOST)
    assert cities(portal, member) == ["Gent"]
    stoa(portal.data, "group", "remove", "one", "--portal", HOST)
    assert get(portal, apikey=member).status_code == 404


def test_a_rule_without_data_adds_nothing_to_one_with(portal):
    member = key(portal, w.MEMBER)
    stoa(portal.data, "group", "add", "one", "--portal", HOST)
    stoa(portal.data, "group", "join", "one", w.MEMBER, "--portal", HOST)
    secure(portal, "--group", "one", "--data-visible", "no")
    assert get(portal, apikey=member).status_code == 403
    secure(portal, "--user", w.MEMBER, "--filter", "country = 'BE'", "--fields", "city")
    assert cities(portal, member) == ["Gent"]
    assert set(get(portal, apikey=member).json()["results"][0]) == {"city"}


def test_hidden_data_leaves_the_metadata(portal):
    secure(portal, "--data-visible", "no")
    about = get(portal, "").json()
    assert about["data_visible"] is False and about["fields"]
    for path in ("/records", "/facets", "/exports/csv", "/records/" + "0" * 40):
        answer = get(portal, path)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "ForbiddenAccess"), path
    assert portal.get("/explore/dataset/towns/information/").status_code == 200
    assert portal.get("/explore/dataset/towns/table/").status_code == 404


def test_counts_are_those_of_the_caller(portal):
    secure(portal, "--filter", "country = 'FR'")
    about = get(portal, "").json()
    assert about["metas"]["default"]["records_count"] == 2
    assert get(portal).json()["total_count"] == 2
    assert portal.api("/catalog/datasets", select="datasetid, records_count")["results"] == [{"datasetid": "towns", "records_count": None}]


def test_answers_of_one_caller_are_not_given_to_another(portal):
    member = key(portal, w.MEMBER)
    secure(portal, "--user", w.MEMBER, "--filter", "country = 'BE'")
    open_tag = get(portal).headers["ETag"]
    mine = get(portal, apikey=member)
    assert mine.headers["ETag"] != open_tag and "Authorization" in mine.headers["Vary"]
    for _ in range(2):
        assert len(cities(portal)) == 4 and cities(portal, member) == ["Gent"]
    assert get(portal, apikey=member, **{"If-None-Match": open_tag}).status_code == 200
    assert get(portal, apikey=member, **{"If-None-Match": mine.headers["ETag"]}).status_code == 304


def test_a_change_of_groups_is_felt_by_conditional_requests(portal):
    member = key(portal, w.MEMBER)
    stoa(portal.data, "group", "add", "one", "--portal", HOST)
    secure(portal, "--group", "one", "--filter", "country = 'BE'")
    tag = get(portal, apikey=member).headers["ETag"]
    stoa(portal.data, "group", "join", "one", w.MEMBER, "--portal", HOST)
    answer = get(portal, apikey=member, **{"If-None-Match": tag})
    assert answer.status_code == 200 and answer.json()["total_count"] == 1


@pytest.mark.parametrize("arguments, says", [
    (["--filter", "nothere = 1"], "Unknown field: nothere"),
    (["--filter", "country ="], "ODSQL"),
    (["--filter", "a) or (b"], "ODSQL"),
    (["--fields", "city,nothere"], 'no field "nothere"'),
    (["--user", "nobody@example.org"], "no account"),
    (["--group", "nobody"], "no group"),
])
def test_a_rule_that_means_nothing_is_refused(portal, arguments, says):
    done = secure(portal, *arguments, check=False)
    assert done.returncode == 1 and says in done.stderr, done.stderr
    assert len(cities(portal)) == 4


@pytest.mark.parametrize("arguments", [["--restricted", "--open"], ["--user", w.MEMBER, "--restricted"], ["--data-visible", "maybe"],
                                       ["--user", w.MEMBER, "--group", "x"], ["--remove", "--filter", "pop > 1"], ["--fields", ""]])
def test_what_contradicts_itself_is_not_understood(portal, arguments):
    assert secure(portal, *arguments, check=False).returncode == 2


def test_rules_are_listed(portal):
    secure(portal, "--filter", "country = 'FR'")
    secure(portal, "--user", w.MEMBER, "--fields", "city")
    listed = json.loads(secure(portal, "--json").stdout)
    assert listed["restricted"] is False
    assert [(r["who"], r["fields"], r["filter"]) for r in listed["rules"]] == [
        ("everybody", "all", "country = 'FR'"), (w.MEMBER, "city", "")]
    assert "everybody" in secure(portal).stdout


def publish_again(server, text):
    (server.folder / "towns.csv").write_text(text, encoding="utf-8")
    stoa(server.data, "publish", server.folder / "towns.csv", "--portal", HOST, "--id", "towns", "--replace")


def test_a_rule_left_behind_by_a_publication_fails_closed(portal):
    member, admin = key(portal, w.MEMBER), key(portal, w.ADMIN)
    secure(portal, "--filter", "country = 'FR'")
    secure(portal, "--user", w.MEMBER, "--fields", "city,note")
    publish_again(portal, "city,land,pop,extra\nParis,FR,1,hidden\n")
    assert get(portal).status_code == 403
    about = get(portal, "").json()
    assert about["data_visible"] is False and about["metas"]["default"]["records_count"] is None
    assert get(portal, "/exports/json").status_code == 403
    # A list of fields does not grow by itself.
    assert get(portal, apikey=member).json()["results"] == [{"city": "Paris"}]
    assert len(get(portal, apikey=admin).json()["results"][0]) == 4
    said = stoa(portal.data, "doctor", check=False).stdout
    assert "Unknown field: country" in said and "the field note is gone" in said and "stoa secure" in said
    assert "shows no rows" in secure(portal).stdout
    portal.log.flush()
    with open(portal.log.name, encoding="utf-8") as f:
        assert f.read().count("rule.broken") == 1
    publish_again(portal, CSV)
    assert cities(portal) == ["Lyon", "Paris"]


def test_one_broken_rule_of_two_leaves_the_other(portal):
    member = key(portal, w.MEMBER)
    stoa(portal.data, "group", "add", "one", "--portal", HOST)
    stoa(portal.data, "group", "join", "one", w.MEMBER, "--portal", HOST)
    secure(portal, "--group", "one", "--filter", "country = 'BE'")
    secure(portal, "--user", w.MEMBER, "--filter", "pop > 1000000")
    assert cities(portal, member) == ["Gent", "Köln", "Paris"]
    publish_again(portal, CSV.replace("country", "land"))
    assert cities(portal, member) == ["Köln", "Paris"]


def test_a_key_whose_datasets_are_gone_shows_nothing(portal):
    text = key(portal, w.ADMIN, "--dataset", "towns")
    assert len(cities(portal, text)) == 4
    (portal.folder / "more.csv").write_text("a\n1\n", encoding="utf-8")
    stoa(portal.data, "publish", portal.folder / "more.csv", "--portal", HOST, "--id", "more", "--title", "More")
    stoa(portal.data, "unpublish", "towns", "--portal", HOST)
    answer = portal.get(f"{API}/catalog/datasets", headers={"Authorization": f"Apikey {text}"}).json()
    assert answer["total_count"] == 0 and answer["results"] == []


def test_rules_work_while_no_server_runs(portal, make_server):
    text = key(portal, w.MEMBER)
    portal.stop()
    secure(portal, "--restricted")
    secure(portal, "--user", w.MEMBER, "--filter", "country = 'BE'")
    second = make_server(portal.data)
    assert get(second).status_code == 404
    assert cities(second, text) == ["Gent"]


# --- private portals --------------------------------------------------------------------------------

def test_a_private_portal_lets_in_keys_only(portal):
    text = key(portal, w.STRANGER)
    assert get(portal).status_code == 200 and portal.get("/explore/").status_code == 200
    stoa(portal.data, "portal", "set", HOST, "access=private")
    for path in (f"{API}/catalog/datasets", f"{API}/catalog/datasets/towns/records", "/", "/explore/", "/sitemap.xml"):
        answer = portal.get(path)
        # Pages lead to the one where people sign in; programs are told that they need a key.
        page = not path.startswith("/api/")
        assert answer.status_code == (303 if page else 401), path
        assert not page or answer.headers["Location"].startswith("/login/?next=%2F"), path
        assert "Paris" not in answer.text and "Towns" not in answer.text
    assert len(cities(portal, text)) == 4
    stoa(portal.data, "portal", "set", HOST, "access=")
    assert portal.get("/explore/").status_code == 200


def test_an_unknown_access_is_refused(portal):
    done = stoa(portal.data, "portal", "set", HOST, "access=closed", check=False)
    assert done.returncode == 1 and "open or private" in done.stderr


# --- the permission to see restricted datasets ---------------------------------------------------------

def test_the_permission_shows_restricted_datasets_by_session_and_by_key(world, tmp_path):
    host, ada = "isoc.example", "ada@isoc.example"
    (tmp_path / "hush.csv").write_text(CSV, encoding="utf-8")
    stoa(world.data, "publish", tmp_path / "hush.csv", "--portal", host, "--id", "hush", "--title", "Hush")
    w.secure(world.data, "hush", "--restricted", portal=host)
    # A rule that is somebody's own does not cut what the permission shows.
    w.secure(world.data, "hush", "--user", "grace@isoc.example", "--filter", "country = 'BE'", portal=host)
    made = world.fixture(sessions=[{"host": host, "email": "root@isoc.example", "factors": ["password", "totp"]},
                                   {"host": host, "email": ada, "factors": ["password"]},
                                   {"host": host, "email": "grace@isoc.example", "factors": ["password", "totp"]}])["sessions"]
    root, reader, listed = (world.client(host, address=f"192.0.2.{20 + i}") for i in range(3))
    for c, one in zip((root, reader, listed), made):
        c.jar["sessionid"] = one
    label = reader.form("/account/keys/", {"do": "make", "label": "none"})
    bare = label.text.split("stoa_")[1][:40]
    by_scope = w.make_key(world.data, ada, portal=host)

    def seen(c, **head):
        """In the catalogue, by its records, by its export, on its page."""
        base = "/api/explore/v2.1/catalog"
        ask = lambda path: c.get(path, headers={"Accept": "*/*", **head})
        ids = [d["dataset_id"] for d in ask(f"{base}/datasets?limit=100").json()["results"]]
        rows = ask(f"{base}/datasets/hush/records")
        export = ask(f"{base}/datasets/hush/exports/json")
        page = ask("/explore/dataset/hush/information/") if not head else rows
        assert rows.status_code == export.status_code == page.status_code == (200 if "hush" in ids else 404)
        if "hush" not in ids:
            return None
        assert rows.json()["total_count"] == len(export.json())
        return len(export.json())

    stranger = world.client(host, address="192.0.2.30")
    keyed = lambda text: seen(stranger, Authorization=f"Apikey {text}")
    assert seen(reader) is seen(stranger) is keyed(by_scope) is None and seen(root) == 4 and seen(listed) == 1
    where = root.form("/backoffice/groups/", {"name": "Archive"}).headers["Location"].split("?")[0]
    assert root.form(where, {"do": "save", "name": "Archive", "may.catalogue": "explore_restricted_dataset"}).status_code == 303
    for who in (ada, "grace@isoc.example"):
        assert root.form(where, {"do": "join", "addresses": who}).status_code == 303
    assert seen(reader) == seen(listed) == 4 and seen(stranger) is None
    assert keyed(by_scope) == 4
    # A key holds what its list says and no more.
    assert keyed("stoa_" + bare) is None
    full = reader.form("/account/keys/", {"do": "make", "label": "full", "may.catalogue": "explore_restricted_dataset", "permissions": "explore_restricted_dataset"})
    assert keyed("stoa_" + full.text.split("stoa_")[1][:40]) == 4
    # An administrator's too: nothing ticked is nothing beyond what everybody sees.
    for ticked, sees in (({}, None), ({"permissions": "explore_restricted_dataset"}, 4), ({"permissions": "edit_dataset"}, None)):
        made = root.form("/account/keys/", {"do": "make", "label": "root's", **ticked})
        assert keyed("stoa_" + made.text.split("stoa_")[1][:40]) == sees, ticked
    assert root.form(where, {"do": "leave", "address": ada}).status_code == 303
    assert seen(reader) is keyed(by_scope) is None
    assert seen(listed) == 4
