"""Portals that are run from another one, by programs: made, named, bounded, closed, taken away and brought back, as on the pages; those of others are
not there."""
import requests
import pytest

from conftest import stoa
from probe import ADA, ROOT_USER, World
from test_manage_datasets import HOST, key_of
from test_manage_portal import Walk

CHILD, NEW = "leaf.portal.example", "branch.portal.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("portals"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def root(world):
    walk = Walk(world, key_of(world, ROOT_USER))
    Walk.described = walk.good("GET", "/openapi.json")
    yield walk
    Walk.described = None


def status(world, host):
    return requests.get(f"http://127.0.0.1:{world.server.port}/api/explore/v2.1/catalog/datasets", headers={"Host": host, "X-Forwarded-Proto": "https"}, timeout=60, allow_redirects=False).status_code


def test_a_portal_from_its_beginning_to_its_end(world, root):
    body = {"host": CHILD, "title": "Leaf", "language": "fr", "administrator": "leaf@portal.example", "limits": {"datasets": 3, "calls_per_day": None}}
    made = root.good("POST", "/portals/", body, status=201)
    assert (made["host"], made["title"], made["languages"], made["parent"], made["state"]) == (CHILD, "Leaf", ["fr"], HOST, "open")
    assert made["limits"] == {"calls_per_day": None, "datasets": 3, "records_per_dataset": None} and made["used"] == {"datasets": 0, "records": 0, "bytes": 0}
    assert status(world, CHILD) == 200 and CHILD in world.letters("leaf@portal.example", wait=1)[0].get_content()
    path = f"/portals/{made['uid']}/"
    assert root.good("GET", path) == made and root.good("GET", "/portals/")["results"] == [made]

    named = root.good("PUT", path, {"host": NEW, "aliases": [CHILD, "data.portal.example"], "limits": {"records_per_dataset": 1000}})
    assert (named["host"], named["aliases"], named["limits"]["records_per_dataset"], named["limits"]["datasets"]) == (NEW, [CHILD, "data.portal.example"], 1000, 3)
    assert status(world, NEW) == 200 and status(world, CHILD) == 308
    assert root.good("PUT", path, {"aliases": []})["aliases"] == [] and status(world, CHILD) == 421
    assert root.good("PUT", path, named)["aliases"] == [CHILD, "data.portal.example"], "what was read can be given back"

    assert root.good("PUT", path, {"is_suspended": True})["state"] == "suspended" and status(world, NEW) == 503
    assert root.good("PUT", path, {"is_suspended": False})["state"] == "open" and status(world, NEW) == 200
    root.good("DELETE", path, status=204)
    gone = root.good("GET", path)
    assert gone["state"] == "removed" and gone["removed_at"] and status(world, NEW) == 410
    assert "bring it back first" in str(root.bad("PUT", path, {"is_suspended": False}))
    assert root.good("POST", path + "restore/")["state"] == "open" and status(world, NEW) == 200
    noted = {x["reason"] for x in world.events(HOST, "settings.changed")}
    assert {"portal.created", "portal.named", "portal.limited", "portal.suspended", "portal.resumed", "portal.removed", "portal.restored"} <= noted


@pytest.mark.parametrize("body, field", [
    ({}, "host"), ({"host": "Not A Host"}, "host"), ({"host": "tags.example"}, "host"), ({"title": " "}, "title"), ({"language": "tlh"}, "language"), ({"administrator": "nobody"}, "administrator"),
    ({"limits": {"datasets": -1}}, "limits"), ({"limits": {"cakes": 1}}, "limits"), ({"limits": 3}, "limits")])
def test_what_no_portal_can_be_made_of(world, root, body, field):
    good = {"host": "fresh.portal.example", "title": "Fresh", "administrator": "fresh@portal.example"}
    told = root.bad("POST", "/portals/", {**good, **body} if body else {}, code="validation_error")
    assert field in str(told["detail"]) and status(world, "fresh.portal.example") == 421


@pytest.mark.parametrize("body, field", [
    ({"host": "tags.example"}, "host"), ({"aliases": ["delwp.example"]}, "host"), ({"aliases": "x.example"}, "aliases"), ({"aliases": ["Not A Host"]}, "aliases"), ({"host": None}, "host"),
    ({"aliases": [f"a{i}.example" for i in range(20)]}, "aliases"), ({"is_suspended": "yes"}, "is_suspended"), ({"limits": {"datasets": "many"}}, "limits")])
def test_a_change_that_cannot_be_changes_nothing(world, root, body, field):
    one = root.good("GET", "/portals/")["results"][0]
    told = root.bad("PUT", f"/portals/{one['uid']}/", {"limits": {"calls_per_day": 5}, **body}, code="validation_error")
    assert field in str(told["detail"]) and root.good("GET", f"/portals/{one['uid']}/") == one


def test_portals_of_others_are_not_there(world, root):
    tags = next(t["id"] for t in world.table("tenant") if t["host"] == "tags.example")
    for method, path, body in (("GET", "", None), ("PUT", "", {"is_suspended": True}), ("DELETE", "", None), ("POST", "restore/", None)):
        for number in (tags, 9999, "x", "-1"):
            root.bad(method, f"/portals/{number}/{path}", body, status=404)
    stoa(world.data, "user", "change", ADA, "--portal", HOST, "--permissions", "edit_domain")
    Walk(world, key_of(world, ADA)).bad("GET", "/portals/", status=403)
    # One that is run from another runs none itself, and there are no more than the operator allows.
    stoa(world.data, "portal", "set", HOST, "ceiling.portals=1")
    root.bad("POST", "/portals/", {"host": "one.too.many.example", "title": "More", "administrator": "more@portal.example"}, status=403)
