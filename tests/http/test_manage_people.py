"""Users, groups and API keys through the management API: what is found, changed, invited and revoked, and that nobody gives what they
do not have."""
import csv
import io

import pytest

from conftest import stoa
from probe import ADA, GRACE, ROOT_USER
from test_manage_datasets import Api, key_of

HOST = "isoc.example"
BASE = "/api/automation/v1.0"


class Person:
    """Somebody signed in, as the pages are: cookie and token."""

    def __init__(self, world, who):
        self.client = world.client(HOST)
        self.client.sign_in(who)

    def __call__(self, method, path, body=None, token=True):
        headers = {"X-CSRFToken": self.client.token(), "Origin": f"https://{HOST}"} if token else {"Origin": f"https://{HOST}"}
        return self.client.request(method, BASE + path, headers=headers, json=body)

    def good(self, method, path, body=None, status=200):
        answer = self(method, path, body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def bad(self, method, path, body=None, status=400):
        answer = self(method, path, body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def clerk(world):
    """Has edit_domain and nothing else."""
    world.fixture(users=[{"host": HOST, "email": "clerk@isoc.example", "name": "Clara Clerk", "password": "a calm river under ten bridges", "role": "member"}])
    stoa(world.data, "user", "change", "clerk@isoc.example", "--portal", HOST, "--permissions", "edit_domain")
    return Api(world, key_of(world, "clerk@isoc.example"))


def test_users_are_listed_searched_and_sorted(root, clerk):
    page = root.good("GET", "/users/")
    names = [u["username"] for u in page["results"]]
    assert page["total_count"] == len(names) and names == sorted(names) and ROOT_USER in names
    assert [u["username"] for u in root.good("GET", "/users?search=clara")["results"]] == ["clerk@isoc.example"]
    assert [u["username"] for u in root.good("GET", "/users?sort=-username")["results"]] == names[::-1]
    root.bad("GET", "/users?sort=shoe_size", code="validation_error")
    assert "clerk@isoc.example" in [u["username"] for u in root.good("GET", "/users?permissions=edit_domain")["results"]]
    assert GRACE not in [u["username"] for u in root.good("GET", "/users?all_permissions=edit_domain")["results"]]
    root.bad("GET", "/users?permissions=fly", code="validation_error")
    one = root.good("GET", "/users/clerk@isoc.example")
    assert (one["first_name"], one["last_name"], one["permissions"]) == ("Clara", "Clerk", ["edit_domain"])
    root.bad("GET", "/users/nobody@isoc.example", status=404, code="not_found")
    assert clerk.good("GET", "/users/?limit=0")["results"] == []


def test_users_are_exported(root):
    answer = root("GET", "/users/export/?delimiter=;")
    rows = list(csv.DictReader(io.StringIO(answer.text), delimiter=";"))
    assert answer.status_code == 200 and ROOT_USER in [r["username"] for r in rows]
    root.bad("GET", "/users/export?delimiter=ab", code="validation_error")


def test_a_user_is_changed(root, clerk):
    path = f"/users/{GRACE}/"
    one = root.good("GET", path)
    changed = root.good("PUT", path, {**one, "first_name": "Grace Brewster", "last_name": "Hopper", "permissions": ["create_dataset"]})
    assert changed["display_name"] == "Grace Brewster Hopper" and changed["permissions"] == ["create_dataset"]
    assert root.good("PUT", path, changed) == changed
    assert root.bad("PUT", path, {"permissions": ["fly"]}, code="validation_error")["detail"]["permissions"]
    root.bad("PUT", path, {"groups": [{"uid": "no-such"}]}, code="validation_error")
    # The quota of the page, by the API: for one, and for a group.
    assert one["explore_limits"] == {} and "explore_limits" in root.bad("PUT", path, {"explore_limits": {"api_calls": {"limit": 1, "unit": "week"}}}, code="validation_error")["detail"]
    for wrong in (-1, 1.5, "1", None):
        root.bad("PUT", path, {"explore_limits": {"api_calls": {"limit": wrong, "unit": "day"}}}, code="validation_error")
    limited = {"api_calls": {"limit": 4321, "unit": "day"}}
    assert root.good("PUT", path, {"explore_limits": limited})["explore_limits"] == limited
    assert root.good("PUT", path, {"last_name": "Hopper"})["explore_limits"] == limited and root.good("GET", path)["explore_limits"] == limited
    assert root.good("PUT", path, {"explore_limits": {}})["explore_limits"] == {}
    group = root.good("POST", "/groups/", {"title": "Bounded", "explore_limits": limited}, status=201)
    assert group["explore_limits"] == limited and root.good("PUT", "/groups/bounded/", {"description": "x"})["explore_limits"] == limited
    changed = root.good("PUT", "/groups/bounded/", {"explore_limits": {"api_calls": None}})
    assert changed["explore_limits"] == {}
    # Who made it and who changed it last, and the order of that.
    assert group["created_by"] == group["updated_by"] == changed["created_by"] == {"username": ROOT_USER} and group["updated_at"] == group["created_at"]
    assert changed["created_at"] == group["created_at"] < changed["updated_at"]
    assert root.good("GET", "/groups/?sort=-updated_at")["results"][0]["uid"] == "bounded"
    assert root.good("GET", "/groups/?sort=-created_by__username")["results"][0]["created_by"] == {"username": ROOT_USER}
    assert root.good("POST", "/users/invite/", [{"email": "bounded@town.example", "explore_limits": limited}])["0"]["data"]["explore_limits"] == limited
    root.good("DELETE", "/groups/bounded/", status=204)
    # Nobody gives or takes what they do not have.
    clerk.bad("PUT", path, {"permissions": ["edit_theme"]}, status=403)
    clerk.bad("PUT", path, {"permissions": []}, status=403)
    clerk.bad("PUT", path, {"role": "admin"}, status=403)
    clerk.bad("PUT", f"/users/{ROOT_USER}/", {"first_name": "X"}, status=403)
    clerk.bad("DELETE", f"/users/{ROOT_USER}/", status=403)
    clerk.bad("PUT", "/users/clerk@isoc.example/", {"permissions": []}, status=403)
    assert clerk.good("PUT", path, {"last_name": "H"})["permissions"] == ["create_dataset"]
    root.good("PUT", path, {"first_name": "Grace", "last_name": "", "permissions": []})


def test_people_are_invited(world, root, clerk):
    said = root.good("POST", "/users/invite/", [{"email": "new@town.example", "first_name": "New", "permissions": ["create_dataset"]}, {"email": "no address"},
                                                {"email": GRACE}, {"email": "x@town.example", "permissions": ["fly"]}])
    assert said["0"]["status_code"] == "success" and said["0"]["data"]["permissions"] == ["create_dataset"] and not said["0"]["data"]["is_active"]
    assert [said[i]["status_code"] for i in "123"] == ["error"] * 3 and said["3"]["error"]["detail"]["permissions/0"]
    assert world.letters(to="new@town.example", wait=1)
    assert clerk.good("POST", "/users/invite", [{"email": "y@town.example", "permissions": ["edit_dataset"]}])["0"]["status_code"] == "error"
    root.bad("POST", "/users/invite", {"email": "z@town.example"}, code="validation_error")
    assert root.good("POST", "/users/provision", [{"email": "s@town.example", "identity_provider": {"uid": "none"}}])["0"]["status_code"] == "error"
    root.good("DELETE", "/users/new@town.example", status=204)
    root.bad("GET", "/users/new@town.example", status=404)


def test_the_last_administrator_stays(world, root):
    admins = [u["username"] for u in root.good("GET", "/users?limit=1000")["results"] if u["role"] == "admin"]
    assert admins == [ROOT_USER]
    root.bad("DELETE", f"/users/{ROOT_USER}", status=403)
    root.bad("PUT", f"/users/{ROOT_USER}", {"permissions": []}, status=403)


def test_groups(root, clerk):
    made = root.good("POST", "/groups/", {"title": "Content designers", "permissions": ["edit_page"]}, status=201)
    assert made["uid"] == "content-designers" and made["user_count"] == 0 and made["created_at"]
    root.bad("POST", "/groups/", {"title": "Content Designers"}, code="validation_error")
    root.bad("POST", "/groups/", {}, code="validation_error")
    path = "/groups/content-designers/"
    assert root.good("PUT", path, {**made, "description": "Who write"})["description"] == "Who write"
    assert root.good("POST", path + "users/", {"username": GRACE}, status=201)["groups"] == [{"uid": "content-designers"}]
    root.bad("POST", path + "users/", {"username": "nobody"}, code="validation_error")
    said = root.good("POST", path + "users/batch/", [{"username": ADA}, {"username": "nobody"}])
    assert (said["0"]["status_code"], said["1"]["status_code"]) == ("success", "error")
    assert root.good("GET", path + "users")["total_count"] == 2
    assert root.good("GET", "/groups?search=designers&sort=-user_count&permissions=edit_page")["total_count"] == 1
    assert GRACE in [u["username"] for u in root.good("GET", "/users?all_permissions=edit_page&expand=groups")["results"]]
    # A group that allows more than one may do oneself.
    clerk.bad("PUT", path, {"description": "x"}, status=403)
    clerk.bad("POST", path + "users/", {"username": "clerk@isoc.example"}, status=403)
    clerk.bad("POST", "/groups/", {"title": "Rulers", "permissions": ["manage_dataset"]}, status=403)
    clerk.bad("PUT", f"/users/{GRACE}", {"groups": []}, status=403)
    root.good("DELETE", path + f"users/{ADA}/", status=204)
    root.bad("DELETE", path + f"users/{ADA}/", status=404)
    root.good("DELETE", path, status=204)
    root.bad("GET", path, status=404)


def test_keys_are_made_by_people_not_by_keys(world, root):
    person = Person(world, GRACE)
    made = person.good("POST", "/apikeys/", {"label": "Nightly"}, status=201)
    assert made["key"].startswith("stoa_") and made["permissions"] == ["explore_restricted_dataset"] and made["user"]["username"] == GRACE
    path = f"/apikeys/{made['uid']}/"
    again = person.good("GET", path)
    assert made["key"] not in str(again) and again["key"].startswith(made["key"][:9]) and not again["is_revoked"]
    by_key = Api(world, made["key"])
    assert by_key.good("GET", "/apikeys")["results"][0]["uid"] == made["uid"]
    by_key.bad("POST", "/apikeys/", {"label": "Child"}, status=403)
    by_key.bad("POST", path + "revoke/", {}, status=403)
    root.bad("GET", path, status=404)
    person.bad("PUT", path, {})
    assert person.good("PUT", path, {"label": "Weekly", "permissions": ["create_dataset"]})["permissions"] == ["create_dataset"]
    by_key.bad("POST", "/datasets/", {"metadata": {}}, status=403)
    stoa(world.data, "user", "change", GRACE, "--portal", HOST, "--permissions", "create_dataset")
    by_key.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "By key"}}}}, status=201)
    stoa(world.data, "user", "change", GRACE, "--portal", HOST, "--permissions", "")
    assert root.good("POST", "/apikeys/search_key/", {"key": made["key"]})["result"]["uid"] == made["uid"]
    assert root.good("POST", "/apikeys/search_key/", {"key": "stoa_nothing"}) == {"found": False, "result": None}
    gone = person.good("POST", path + "revoke/", {"reason": "It was lost"})
    assert gone["is_revoked"] and gone["revocation_status"]["revocation_reason"] == "It was lost"
    by_key.bad("GET", "/apikeys", status=401)
    person.bad("POST", path + "revoke/", {})
    assert root.good("POST", "/apikeys/search_key/", {"key": made["key"]})["result"]["is_revoked"]
    assert person("POST", "/apikeys/", {"label": "Without a token"}, token=False).status_code == 403
