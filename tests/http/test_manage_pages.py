"""Content pages, pictures and templates of metadata through the management API."""
import pytest

from conftest import stoa
from probe import GRACE, ROOT_USER
from test_manage_datasets import Api, key_of, make
from test_manage_people import Person

HOST = "isoc.example"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def grace(world):
    return Person(world, GRACE)


def test_a_page_in_html(world, root, grace):
    body = {"slug": "hello", "title": {"en": "Hello"}, "description": "A page", "content": {"html": {"en": "<p>Hello world</p><script>alert(1)</script>"}, "css": {"en": ""}},
            "template": "custom.html", "tags": ["greeting"], "is_restricted": False}
    made = root.good("POST", "/code_editor_pages/", body, status=201)
    assert made["title"] == {"en": "Hello"} and made["tags"] == ["greeting"] and not made["is_restricted"] and made["created_by"]["username"] == ROOT_USER
    shown = world.client(HOST).get("/pages/hello/")
    assert shown.status_code == 200 and "Hello world" in shown.text and "alert(1)" not in shown.text
    again = root.good("PUT", "/code_editor_pages/hello/", {**made, "content": {"html": {"en": "<p>Good day</p>"}}})
    assert again["content"]["html"]["en"] == "<p>Good day</p>" and "Good day" in world.client(HOST).get("/pages/hello/").text
    root.bad("PUT", "/code_editor_pages/hello/", {"slug": "other"}, code="validation_error")
    root.bad("PUT", "/code_editor_pages/hello/", {"content": {"css": {"en": "p{}"}}}, code="validation_error")
    root.bad("POST", "/code_editor_pages/", body, code="validation_error")
    root.bad("POST", "/code_editor_pages/", {"slug": "Not a slug", "content": {}}, code="validation_error")
    root.good("POST", "/code_editor_pages/hello/archive/")
    assert root.good("GET", "/code_editor_pages/hello/")["is_archived"] and world.client(HOST).get("/pages/hello/").status_code == 404
    root.bad("PUT", "/code_editor_pages/hello/", {"description": "x"})
    root.good("POST", "/code_editor_pages/hello/unarchive/")
    assert root.good("GET", "/code_editor_pages?limit=0")["total_count"] >= 1
    root.bad("GET", "/studio_pages/hello/", status=404)
    # Somebody without a right of theirs does not see it here; with one, they edit that one and decide nothing.
    grace.bad("GET", "/code_editor_pages/hello/", status=404)
    grace.bad("GET", "/code_editor_pages/", status=403)
    users = "/code_editor_pages/hello/security/users/"
    assert root.good("POST", users, {"user": {"username": GRACE}, "permissions": ["edit_page"]}) == {"user": {"username": GRACE}, "permissions": ["edit_page"]}
    root.bad("POST", users, {"user": {"username": GRACE}, "permissions": []}, code="validation_error")
    root.bad("PUT", users + GRACE, {"permissions": ["manage_page"]}, code="validation_error")
    assert grace.good("PUT", "/code_editor_pages/hello/", {"description": "By Grace"})["updated_by"]["username"] == GRACE
    assert grace.good("GET", "/code_editor_pages/")["total_count"] == 1
    grace.bad("GET", users, status=403)
    grace.bad("PUT", "/code_editor_pages/hello/", {"is_restricted": True}, status=403)
    grace.bad("DELETE", "/code_editor_pages/hello/", status=403)
    grace.bad("DELETE", "/code_editor_pages/?slug=hello", status=403)
    assert root.good("PUT", users + GRACE, {"permissions": []})["permissions"] == []
    grace.bad("GET", "/code_editor_pages/hello/", status=404)
    assert root.good("GET", users)["total_count"] == 1
    root.good("DELETE", users + GRACE, status=204)
    root.bad("GET", users + GRACE, status=404)
    root.bad("DELETE", "/code_editor_pages/", code="bad_request")
    root.good("POST", "/code_editor_pages/", {"title": {"en": "Another one"}, "content": {"html": {"en": "x"}}}, status=201)
    assert root.good("DELETE", "/code_editor_pages/?slug=hello&slug=none&search=another") == ["another-one", "hello"]
    root.bad("GET", "/code_editor_pages/hello/", status=404)


def test_a_page_of_blocks(world, root, grace):
    made = root.good("POST", "/studio_pages/", {"slug": "board"}, status=201)
    path = f"/studio_pages/{made['uid']}/"
    assert made["uid"].startswith("sp_") and made["public"] is False and [v["version_name"] for v in made["contents"]] == ["draft"]
    root.bad("POST", path + "publish/", code="validation_error")
    assert root.good("PUT", path, {"slug": "notice-board", "title": {"en": "Notice board"}, "public": True})["slug"] == "notice-board"
    root.good("POST", path + "publish/")
    assert [v["version_name"] for v in root.good("GET", path)["contents"]] == ["draft", "published"]
    root.bad("PUT", path, {"slug": "elsewhere"}, code="validation_error")
    assert world.client(HOST).get("/pages/notice-board/").status_code == 200
    root.good("POST", path + "unpublish/")
    assert world.client(HOST).get("/pages/notice-board/").status_code == 404
    root.good("POST", "/groups/", {"title": "Board"}, status=201)
    assert root.good("POST", path + "security/groups/", {"group": {"uid": "board"}, "permissions": ["edit_page"]})["group"] == {"uid": "board"}
    assert root.good("GET", path + "security/groups/board/")["permissions"] == ["edit_page"]
    grace.bad("POST", "/studio_pages/", {"slug": "mine"}, status=403)
    grace.bad("GET", path, status=404)
    root.good("DELETE", path, status=204)
    root.bad("GET", path, status=404)


def test_pictures(root, grace):
    made = root.good("POST", "/medias/images/", files={"file": ("Town hall.svg", SVG)}, status=201)
    assert made["url"].startswith("/assets/theme_image/") and made["url"].endswith(".svg")
    assert made in root.good("GET", "/medias/images/")["results"]
    root.bad("POST", "/medias/images/", files={"file": ("x.svg", SVG.replace(b"<rect", b"<script"))}, code="validation_error")
    root.bad("POST", "/medias/images/", files={"file": ("x.exe", b"MZ")}, code="validation_error")
    root.bad("POST", "/medias/images/", files={"other": ("x.svg", SVG)}, code="validation_error")
    grace.bad("GET", "/medias/images/", status=403)


def test_templates_of_metadata(root, grace):
    base = "/metadata/templates/"
    page = root.good("GET", base + "?limit=100")
    assert {"default", "dcat"} <= {t["name"] for t in page["results"]} and page["total_count"] == len(page["results"])
    assert {t["type"] for t in root.good("GET", base + "?type=interop")["results"]} == {"interop"}
    new = {"name": "town", "title": "Town", "type": "basic", "is_active": True, "schema": [{"name": "district", "type": "enum", "label": "District", "choices": ["north", "south"],
           "labels": {"north": {"en": "North"}}, "requirement_level": "recommended"}, {"name": "contact", "type": "text", "label": "Contact", "self_suggest": True}]}
    made = root.good("POST", base, new, status=201)
    assert made["schema"][0]["choices"] == ["north", "south"] and made["schema"][0]["labels"]["north"] == {"en": "North"} and not made["is_system"]
    root.bad("POST", base, new, code="validation_error")
    root.bad("POST", base, {**new, "name": "towns", "type": "interop"}, code="validation_error")
    assert root.bad("POST", base, {**new, "name": "towns", "schema": [{"name": "x", "type": "colour"}]}, code="validation_error")["detail"]["schema"]["0"]["type"]
    path = base + "town/"
    assert root.good("PUT", path, {"is_active": False})["is_active"] is False
    assert root.good("PUT", path, {**made, "title": "Our town"})["title"] == "Our town"
    root.bad("PUT", path, {"schema": [{"name": "contact", "type": "int"}]}, code="validation_error")
    root.bad("PUT", path, {"name": "village"}, code="validation_error")
    assert root.good("GET", path + "fields/")["total_count"] == 2 and root.good("GET", path + "fields/contact/")["suggest_url"].endswith("/suggest/")
    root.bad("GET", path + "fields/none", status=404)
    uid = make(root, "Told of")["uid"]
    root.good("PUT", f"/datasets/{uid}/metadata/default/publisher/", {"value": "Ministry of maps"})
    assert "hits" in root.good("GET", base + "default/fields/publisher/suggest/?query=mini&count=5")
    root.bad("GET", base + "default/fields/publisher/suggest/?count=x", code="validation_error")
    root.bad("PUT", base + "default/", {"is_active": False}, code="validation_error")
    assert root.good("PUT", base + "inspire/", {"is_active": False})["is_active"] is False
    assert root.good("PUT", base + "inspire/", {"is_active": True})["is_active"] is True
    root.bad("DELETE", base + "default/", code="validation_error")
    root.good("DELETE", path, status=204)
    root.bad("GET", path, status=404)
    grace.bad("GET", base, status=403)
