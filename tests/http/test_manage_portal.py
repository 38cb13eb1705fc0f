"""The portal itself by programs: settings, limits, look, and the lists that publishers and readers choose from; what the pages of the back
office do is done, bounded and noted alike."""
import json

import jsonschema
import pytest

from conftest import stoa
from probe import GRACE, ROOT_USER
from test_manage_datasets import Api, key_of, make, wait_idle, with_source

HOST = "isoc.example"
PORTAL = "/api/portal/v1.0"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'


class Walk(Api):
    """Every answer has the shape that the description promises."""
    described = None

    def __call__(self, method, path, body=None, headers=None, base=PORTAL, **more):
        answer = super().__call__(method, path, body, headers, base, **more)
        plain = path.split("?")[0]
        if Walk.described and answer.status_code < 300 and answer.content and not plain.endswith(".json"):
            parts = plain.strip("/").split("/")
            key = next(p for p in sorted(Walk.described["paths"], key=lambda p: p.count("{")) if len(p.strip("/").split("/")) == len(parts)
                       and all(a == b or a.startswith("{") for a, b in zip(p.strip("/").split("/"), parts)))
            said = Walk.described["paths"][key][method.lower()]["responses"][str(answer.status_code)]
            jsonschema.validate(answer.json(), {"components": Walk.described["components"], **said["content"]["application/json"]["schema"]})
        return answer


@pytest.fixture(scope="module")
def root(world):
    walk = Walk(world, key_of(world, ROOT_USER))
    Walk.described = walk.good("GET", "/openapi.json")
    assert Walk.described["openapi"].startswith("3.1") and "/datasets/" not in Walk.described["paths"] and Walk.described["servers"][0]["url"].endswith(PORTAL)
    return walk


def test_settings_are_read_and_changed_as_on_their_pages(world, root):
    before = root.good("GET", "/settings/")
    assert before["quota.key"] == "0" and "session.idle" not in before and "access" not in before
    said = root.good("PUT", "/settings/", {"description.fr": "Des données", "quota.key": 5000, "feedback": False, "report.recipients": "a@town.example,b@town.example"})
    assert (said["description.fr"], said["quota.key"], said["feedback"]) == ("Des données", "5000", "off") and said == root.good("GET", "/settings")
    assert "Des données" in world.client(HOST).get("/explore/?flg=fr").text
    assert root.good("PUT", "/settings/", said) == said
    for wrong, value in (("session.idle", "1h"), ("access", "private"), ("ceiling.calls", 1), ("nothing", "x"), ("title.xx", "x"), ("report.recipients", "nobody"), ("timezone", "Mars/Base"), ("quota.key", [1]),
                         ("engage.months", "900")):
        told = root.bad("PUT", "/settings/", {wrong: value, "title": "Not this"}, code="validation_error")
        assert wrong in json.dumps(told), told
    assert root.good("GET", "/settings/") == said  # all or nothing
    stoa(world.data, "portal", "set", HOST, "ceiling.datasets=7")
    assert "at most 7" in root.bad("PUT", "/settings/", {"limits.datasets": 8})["detail"]["limits.datasets"][0]
    assert root.good("GET", "/quotas/")["published_datasets"]["limit"] == 7
    stoa(world.data, "portal", "set", HOST, "ceiling.datasets=0")
    back = root.good("PUT", "/settings/", {"description.fr": None, "quota.key": None, "feedback": None, "report.recipients": None})
    assert back == before
    # One dataset more than there may be: published ones stand, the other says why it is not.
    api = Api(world, root.key)
    uids = [make(api, title)["uid"] for title in ("Room for one", "No room")]
    for uid in uids:
        with_source(api, uid)
    api.good("POST", f"/datasets/{uids[0]}/publish/")
    assert wait_idle(api, uids[0])["status"] == "idle"
    there = root.good("GET", "/quotas/")["published_datasets"]["used"]
    root.good("PUT", "/settings/", {"limits.datasets": there})
    api.good("POST", f"/datasets/{uids[1]}/publish/")
    told = wait_idle(api, uids[1])
    assert told["status"] == "limit_reached" and told["params"]["error"] == {"limit_type": "datasets", "limit": there, "value": there + 1}, told
    assert "unpublish one" in told["message"] and not told["is_published"]
    root.good("PUT", "/settings/", {"limits.datasets": None})
    api.good("POST", f"/datasets/{uids[1]}/publish/")
    assert wait_idle(api, uids[1])["status"] == "idle"
    for uid in uids:
        api.good("DELETE", f"/datasets/{uid}/", status=204)
    assert ("settings.changed", "quota.key") in [(e["kind"], e["detail"]) for e in world.events(HOST)]


def test_the_second_of_two_is_told(root):
    read = root("GET", "/settings/")
    tag = read.headers["ETag"]
    root.good("PUT", "/settings/", {"title.fr": "Un"}, headers={"If-Match": tag})
    told = root.bad("PUT", "/settings/", {"title.fr": "Deux"}, status=412, code="precondition_failed", headers={"If-Match": tag})
    assert "changed since" in told["message"] and root.good("GET", "/settings/")["title.fr"] == "Un"
    assert root("PUT", "/settings/", {"title.fr": None}).headers["ETag"] == root("GET", "/settings/").headers["ETag"]
    tag = root("GET", "/themes/").headers["ETag"]
    root.bad("PUT", "/themes/", [], status=412, headers={"If-Match": '"0"'})
    root.good("PUT", "/themes/", root.good("GET", "/themes/"), headers={"If-Match": tag})


def test_lists_have_a_label_in_every_language(world, root):
    themes = root.good("GET", "/themes/")
    assert len(themes) == 12 and set(themes[0]["labels"]) == {"en", "fr"}
    mine = [{"labels": {"en": "Rivers", "fr": "Rivières"}, "colour": "#1f5a7a"}, themes[0]]
    said = root.good("PUT", "/themes/", mine)
    assert said[0]["name"] == "Rivers" and said[0]["id"] == "rivers" and said[1]["labels"] == themes[0]["labels"] and root.good("GET", "/themes") == said
    assert root.bad("PUT", "/themes/", [{"labels": {"en": "Rivers"}}])["detail"]["0"]["labels"]["fr"]
    assert "colour" in json.dumps(root.bad("PUT", "/themes/", [{"labels": {"en": "R", "fr": "R"}, "colour": "blue"}]))
    assert "twice" in json.dumps(root.bad("PUT", "/themes/", [mine[0], mine[0]]))
    root.bad("PUT", "/themes/", {})
    assert root.good("GET", "/themes/") == said
    assert root.good("PUT", "/themes/", themes) == themes
    licences = root.good("GET", "/licences/")
    new = {"labels": {"en": "Town licence", "fr": "Licence de la ville"}, "urls": {"en": "https://town.example/licence"}}
    said = root.good("PUT", "/licences/", [new, *licences])
    assert said[0]["urls"] == new["urls"] and len(said) == len(licences) + 1
    assert "https" in json.dumps(root.bad("PUT", "/licences/", [{**new, "urls": {"en": "javascript:alert(1)"}}]))
    root.good("PUT", "/licences/", licences)
    ground = {"id": "hills", "label": {"en": "Hills", "fr": "Collines"}, "tiles": "https://tile.example/{z}/{x}/{y}.png", "attribution": "Town"}
    assert root.good("GET", "/basemaps/") == [] and root.good("PUT", "/basemaps/", [ground]) == [ground] == root.good("GET", "/basemaps/")
    assert root.bad("PUT", "/basemaps/", [{**ground, "label": {"en": "Hills"}}])["detail"]["0"]["label"]["fr"]
    assert root.bad("PUT", "/basemaps/", [{**ground, "direct": True}])["detail"]["0"]["direct"]
    root.bad("PUT", "/basemaps/", [{"id": "x", "label": ground["label"], "tiles": "ftp://x"}])
    assert root.good("PUT", "/basemaps/", []) == []


def test_the_look_goes_live_and_back_by_programs(world, root):
    first = root.good("GET", "/look/")
    assert root.good("PUT", "/look/", {"theme": {"stylesheet": ".by-api{color:red}"}})["theme"]["stylesheet"] == ".by-api{color:red}"
    assert "by-api" not in json.dumps(root.good("GET", "/look/?version=live"))
    one = root.good("POST", "/look/publish/", {"note": "By a program"})
    assert one["is_live"] and one["note"] == "By a program" and "by-api" in json.dumps(root.good("GET", "/look/?version=live"))
    root.good("PUT", "/look/", {"theme": {"stylesheet": ""}})
    two = root.good("POST", "/look/publish/")
    assert root.good("GET", "/look/versions/")["results"][:2] == [two, {**one, "is_live": False}] and root.good("GET", "/look/versions/?limit=1")["next"]
    assert root.good("POST", f"/look/versions/{one['version']}/choose/")["is_live"]
    assert root.good("POST", f"/look/versions/{two['version']}/choose/")["is_live"]
    root.bad("POST", "/look/versions/99/choose/", status=404, code="not_found")
    root.bad("GET", "/look/?version=99", status=404)
    root.bad("GET", "/look/?version=x")
    assert "from 40 to 160" in root.bad("PUT", "/look/", {"theme": {"width": 9}}, code="validation_error")["message"]
    root.good("PUT", "/look/", {"theme": {"colours": {"text": "#777777", "page-background": "#888888"}}})
    assert "contrast" in root.bad("POST", "/look/publish/", code="validation_error")["message"]
    root.good("POST", "/look/reset/", {"to": "house"})
    root.bad("POST", "/look/reset/", {"to": "now"}, code="validation_error")
    # The menu has no draft.
    root.good("PUT", "/look/", {"site": {"menu": [{"label": {"en": "Ours", "fr": "Nous"}, "url": "/pages/ours/"}]}})
    assert "/pages/ours/" in world.client(HOST).get("/explore/").text
    root.bad("PUT", "/look/", {"site": {"menu": [{"label": {"en": "Ours"}, "url": "/pages/ours/"}]}}, code="validation_error")
    root.good("PUT", "/look/", {"site": {"menu": None}})
    file = root.good("POST", "/look/files/", files={"file": ("walk.svg", SVG)}, status=201)
    assert file["url"].startswith("/assets/theme_image/") and [f["name"] for f in root.good("GET", "/look/files/")["results"]] == [file["name"]]
    root.bad("POST", "/look/files/", files={"file": ("walk.exe", b"MZ")})
    root.bad("POST", "/look/files/", files={"other": ("walk.svg", SVG)})
    root.good("DELETE", f"/look/files/{file['name']}/", status=204)
    root.bad("DELETE", f"/look/files/{file['name']}/", status=404)
    root.good("POST", "/look/reset/", {"to": "live"})
    assert root.good("GET", "/look/")["site"] == first["site"]


def test_who_may_not_and_what_is_not_there(world, root):
    grace = Walk(world, key_of(world, GRACE))
    for path in ("/settings/", "/look/", "/themes/", "/quotas/"):
        grace.bad("GET", path, status=403)
        Walk(world, "").bad("GET", path, status=401)
    root.bad("GET", "/nothing/", status=404, code="not_found")
    root.bad("DELETE", "/settings/", status=405)
    same = {"Idempotency-Key": "look-once"}
    root.good("PUT", "/look/", {"theme": {"stylesheet": ".once{color:red}"}})
    one = root.good("POST", "/look/publish/", {"note": "Once"}, headers=same)
    assert root.good("POST", "/look/publish/", {"note": "Once"}, headers=same) == one
    root.bad("POST", "/look/publish/", {"note": "Twice"}, status=422, headers=same)
    root.good("POST", "/look/reset/", {"to": "house"})
    root.good("POST", "/look/publish/")
