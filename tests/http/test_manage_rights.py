"""Who may do what through the management API: permissions of the portal and of one dataset, bounds of keys, rulesets of users and
groups; a matrix of every operation by every kind of caller, made of the served description."""
import json
import re

import pytest

from conftest import stoa
from probe import ADA, GRACE, ROOT_USER
from test_manage_datasets import Api, key_of, make, wait_idle, with_source

HOST = "isoc.example"


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def ada(world):
    return Api(world, key_of(world, ADA))


@pytest.fixture(scope="module")
def grace(world):
    return Api(world, key_of(world, GRACE))


def rule(api, uid, who, permissions, security=None, method="POST"):
    body = {"user": {"username": who}, "permissions": permissions, "security": security or {}}
    return api.good(method, f"/datasets/{uid}/security/users/" + (who + "/" if method == "PUT" else ""), body, status=201 if method == "POST" else 200)


def test_somebody_with_the_right_to_edit_one_dataset_edits_that_one(root, grace):
    mine, other = make(root, "For Grace"), make(root, "Not for Grace")
    uid = mine["uid"]
    grace.bad("GET", "/datasets/", status=403)
    grace.bad("GET", f"/datasets/{uid}/", status=404, code="not_found")
    rule(root, uid, GRACE, ["edit_dataset"])
    assert [x["uid"] for x in grace.good("GET", "/datasets/")["results"]] == [uid]
    assert grace.good("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "G"})["value"] == "G"
    grace.bad("GET", f"/datasets/{other['uid']}/", status=404)
    grace.bad("POST", "/datasets/", {"metadata": {}}, status=403)
    grace.bad("POST", f"/datasets/{uid}/copy/", status=403)
    grace.bad("POST", f"/datasets/{uid}/publish/", status=403)
    grace.bad("GET", f"/datasets/{uid}/security/users/", status=403)
    grace.bad("PUT", f"/datasets/{uid}/", {"is_restricted": True}, status=403)
    grace.bad("PUT", f"/datasets/{uid}/", {"default_security": {"is_data_visible": False}}, status=403)
    grace.bad("PUT", f"/datasets/{uid}/", {"default_security": {"visible_fields": []}}, status=403)
    # What is echoed unchanged does no harm.
    assert grace.good("PUT", f"/datasets/{uid}/", grace.good("GET", f"/datasets/{uid}/"))["uid"] == uid
    rule(root, uid, GRACE, ["publish_dataset"], method="PUT")
    assert grace.good("GET", f"/datasets/{uid}/status")["status"] == "idle"
    grace.bad("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "H"}, status=403)
    rule(root, uid, GRACE, ["edit_dataset", "manage_dataset"], method="PUT")
    assert grace.good("GET", f"/datasets/{uid}/security/users/")["total_count"] == 1
    # Nobody gives what they do not have.
    said = grace.bad("PUT", f"/datasets/{uid}/security/users/{GRACE}/", {"permissions": ["publish_dataset"]}, status=403)
    assert "yourself" in said["message"]
    root.good("DELETE", f"/datasets/{uid}/security/users/{GRACE}/", status=204)
    grace.bad("GET", f"/datasets/{uid}/", status=404)


def test_a_key_has_no_more_than_it_lists_and_its_owner_has(world, root):
    uid = make(root, "Bounded")["uid"]
    rule(root, uid, GRACE, ["edit_dataset"])
    reads = Api(world, stoa(world.data, "key", "add", "reads", "--portal", HOST, "--user", GRACE).stdout.split()[0])
    reads.bad("GET", f"/datasets/{uid}/", status=404)
    reads.bad("GET", "/datasets/", status=403)
    admin_reads = Api(world, stoa(world.data, "key", "add", "reads", "--portal", HOST, "--user", ROOT_USER).stdout.split()[0])
    admin_reads.bad("GET", f"/datasets/{uid}/", status=404)
    admin_reads.bad("POST", "/datasets/", {"metadata": {}}, status=403)


def test_who_makes_a_dataset_may_edit_it(world, root, grace):
    stoa(world.data, "user", "change", GRACE, "--portal", HOST, "--permissions", "create_dataset")
    made = make(grace, "Made by Grace")
    assert grace.good("PUT", f"/datasets/{made['uid']}/metadata/default/publisher/", {"value": "G"})
    assert made["uid"] in [x["uid"] for x in grace.good("GET", "/datasets/")["results"]]
    stoa(world.data, "user", "change", GRACE, "--portal", HOST, "--permissions", "")


def test_a_rule_without_fields_shows_no_records(world, root):
    """As one that shows no data, and not as a question that cannot be read."""
    uid = make(root, "No fields")["uid"]
    with_source(root, uid)
    root.good("POST", f"/datasets/{uid}/publish/", status=200)
    assert wait_idle(root, uid)["status"] == "idle"
    slug = root.good("GET", f"/datasets/{uid}/")["dataset_id"]
    api = f"/api/explore/v2.1/catalog/datasets/{slug}"
    anonymous = world.client(HOST)
    assert anonymous.get(f"{api}/records", headers={"Accept": "*/*"}).json()["total_count"] == 2
    for fields in ([], ["*"]):
        root.good("PUT", f"/datasets/{uid}/", {"default_security": {"is_data_visible": True, "visible_fields": fields, "filter_query": ""}})
        for path in (f"{api}/records", f"{api}/records?select=count(*)", f"{api}/exports/json", f"/api/records/1.0/search/?dataset={slug}"):
            assert anonymous.get(path, headers={"Accept": "*/*"}).status_code == 403, path
        assert anonymous.get(f"/explore/dataset/{slug}/information/").status_code == 200
        assert anonymous.get(api, headers={"Accept": "*/*"}).json()["fields"] == []
    assert Api(world, key_of(world, ROOT_USER))("GET", f"{api}/records", base="").json()["total_count"] == 2


def test_rulesets_are_checked(root):
    uid = make(root, "Rulesets")["uid"]
    base = f"/datasets/{uid}/security/users/"
    assert root.bad("POST", base, {"user": {"username": "nobody@isoc.example"}}, code="validation_error")["detail"]["user"]
    made = rule(root, uid, GRACE, ["explore_restricted_dataset"], {"is_data_visible": True, "visible_fields": ["name"], "filter_query": "", "api_calls_quota": {"unit": "day", "limit": 5}})
    assert made["security"] == {"is_data_visible": True, "visible_fields": ["name"], "filter_query": "", "api_calls_quota": {"unit": "day", "limit": 5}}
    assert made["user"]["username"] == GRACE and made["permissions"] == ["explore_restricted_dataset"]
    root.bad("POST", base, {"user": {"username": GRACE}}, code="validation_error")
    root.bad("PUT", base + GRACE, {"permissions": ["rule_the_world"]}, code="validation_error")
    root.bad("PUT", base + GRACE, {"security": {"api_calls_quota": {"unit": "fortnight", "limit": 1}}}, code="validation_error")
    root.bad("PUT", base + GRACE, {"security": {"visible_fields": "name"}}, code="validation_error")
    # Before a dataset is published its fields are not known; a condition that cannot be read is refused all the same.
    for path, body in ((base + GRACE, {"security": {"filter_query": "this is ((("}}), (f"/datasets/{uid}/", {"default_security": {"filter_query": "height >"}})):
        assert "filter_query" in root.bad("PUT", path, body, code="validation_error")["detail"][next(iter(body))]
    for good in ("height > 3", "#attr(name, town)", ""):
        assert root.good("PUT", base + GRACE, {"security": {"filter_query": good}})["security"]["filter_query"] == good
    assert root.good("PUT", base + GRACE, {"security": {"visible_fields": None}})["security"]["visible_fields"] is None
    root.bad("GET", base + ADA, status=404)
    root.good("DELETE", base + GRACE, status=204)
    root.bad("DELETE", base + GRACE, status=404)
    groups = f"/datasets/{uid}/security/groups/"
    root.bad("POST", groups, {"group": {"uid": "no-such"}}, code="validation_error")
    root.bad("GET", groups + "no-such", status=404)


def test_explore_on_one_dataset_shows_all_of_it(root, grace):
    uid = make(root, "Restricted trees")["uid"]
    with_source(root, uid)
    root.good("PUT", f"/datasets/{uid}/", {"is_restricted": True, "default_security": {"is_data_visible": False}})
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["is_published"]
    explore = "/catalog/datasets/restricted-trees/records"
    grace.bad("GET", explore, base="/api/explore/v2.1", status=404)
    rule(root, uid, GRACE, [], {"filter_query": "height > 10"})
    assert grace.good("GET", explore, base="/api/explore/v2.1")["total_count"] == 1
    rule(root, uid, GRACE, ["explore_restricted_dataset"], {"filter_query": "height > 10"}, method="PUT")
    assert grace.good("GET", explore, base="/api/explore/v2.1")["total_count"] == 2
    root.bad("PUT", f"/datasets/{uid}/security/users/{GRACE}/", {"security": {"filter_query": "no_such_field > 1"}}, code="validation_error")
    root.bad("PUT", f"/datasets/{uid}/", {"default_security": {"filter_query": "height >"}}, code="validation_error")


def test_connections_keep_their_secrets(world, root, ada):
    base = "/datasource_connections/"
    made = root.good("POST", base, {"type": "http", "name": "Town", "url": "https://data.town.example/", "is_reusable": True,
                                    "auth": {"type": "basic_auth", "username": "u", "password": "s3cr3t-word"}}, status=201)
    path = base + made["uid"] + "/"
    assert "s3cr3t-word" not in json.dumps(made) and made["can_manage"] and made["dataset_count"] == 0
    again = root.good("PUT", path, made)
    assert again["auth"]["password"] is None
    assert "s3cr3t-word" not in json.dumps(root.good("GET", base)) and root.good("GET", base + "?sort=-created_at")["total_count"] == 1
    ada_sees = ada("GET", path).status_code
    assert ada_sees in (200, 404)
    shared = root.good("POST", path + "security/users/", {"user": {"username": GRACE}, "permissions": ["manage_connection"]})
    assert shared["user"]["username"] == GRACE
    assert root.good("GET", path + "security/users/")["total_count"] == 1 and root.good("GET", path)["user_count"] == 1
    assert root.good("GET", path + f"security/users/{GRACE}/")["permissions"] == ["manage_connection"]
    root.good("DELETE", path + f"security/users/{GRACE}/", status=204)
    root.bad("GET", path + f"security/users/{GRACE}/", status=404)
    for words in (["edit_dataset"], ["manage_connection", 1], "manage_connection", {}):
        said = root.bad("POST", path + "security/users/", {"user": {"username": GRACE}, "permissions": words}, code="validation_error")
        assert said["detail"]["permissions"] and root.good("GET", path)["user_count"] == 0
    uid = make(root, "Uses a connection")["uid"]
    root.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "datasource": {"type": "http", "connection": {"uid": made["uid"]}, "relative_url": "trees.csv"}}, status=201)
    root.bad("DELETE", path, code="connection_in_use")
    whole = root.good("GET", f"/datasets/{uid}/resources/?expand=datasource.connection")["results"][0]
    assert whole["datasource"]["connection"]["uid"] == made["uid"] and whole["datasource"]["connection"]["url"] == "https://data.town.example/"
    echoed = root.good("PUT", f"/datasets/{uid}/resources/{whole['uid']}/", whole)
    assert echoed["datasource"]["connection"]["uid"] == made["uid"] and root.good("GET", path)["dataset_count"] == 1
    # One that stands in a source with its secrets is saved by itself: the configuration names it.
    inline = root.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "datasource": {"type": "http", "relative_url": "x.csv", "connection":
                       {"type": "http", "url": "https://other.example/", "auth": {"type": "basic_auth", "username": "u", "password": "another-s3cr3t"}}}}, status=201)
    assert inline["datasource"]["connection"]["uid"].startswith("co_")
    assert "another-s3cr3t" not in json.dumps([world.table("config"), world.table("config_version"), world.table("audit")])
    root.bad("GET", base + "co_none/", status=404)
    root.bad("POST", base, {"type": "carrier_pigeon"}, code="validation_error")


# --- every operation by every caller -----------------------------------------------------------------------------------------


def test_every_operation_asks_for_its_permission(world, root):
    """No caller without a right gets anything but 401, 403 or 404 from any operation; a stranger's dataset does not exist."""
    said = root.good("GET", "/openapi.json")
    uid = make(root, "Matrix")["uid"]
    world.fixture(users=[{"host": HOST, "email": "nemo@isoc.example", "name": "Nemo", "password": "a calm river under ten bridges", "role": "member"}])
    nemo = Api(world, key_of(world, "nemo@isoc.example"))
    nobody, wrong = Api(world, ""), Api(world, "stoa_" + "x" * 40)
    fill = {"uid": uid, "template": "default", "field": "title", "connection": "co_none", "username": GRACE, "group": "x"}
    seen = 0
    for path, methods in said["paths"].items():
        at = re.sub(r"\{(\w+)\}", lambda m: fill.get(m.group(1), "x"), path)
        for method, operation in methods.items():
            if operation["operationId"] == "describe":
                continue
            seen += 1
            assert nobody(method.upper(), at).status_code == 401, (method, path)
            assert wrong(method.upper(), at).status_code == 401, (method, path)
            # One's own keys are one's own.
            assert operation["operationId"] == "list_keys" or nemo(method.upper(), at, {} if method in ("post", "put") else None).status_code in (403, 404), (method, path)
    assert seen > 90
