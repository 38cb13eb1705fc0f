"""What users and groups may make and how often they may call, by the management API and on their pages; and further rows of its contract:
permissions that scripts name, facets said in two ways, pictures of every kind, candidates for processors, sources that are not served."""
import struct
import zlib

import pytest


from probe import ROOT_USER
from test_manage_datasets import HOST, Api, key_of, make, upload, wait_idle, with_source
from test_portal_office import fields

RECORDS = "/api/explore/v2.1/catalog/datasets/{}/records?limit=0"


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


@pytest.fixture(scope="module")
def maker(world):
    """May make and publish datasets of their own."""
    world.fixture(users=[{"host": HOST, "email": "maker@isoc.example", "name": "Mia Maker", "password": "a calm river under ten bridges", "role": "publisher"}])
    return Api(world, key_of(world, "maker@isoc.example"))


USER, GROUP = "/users/maker@isoc.example/", "/groups/makers/"


@pytest.fixture(autouse=True, scope="module")
def group(root, maker):
    root.good("POST", "/groups/", {"title": "Makers"}, status=201)
    root.good("POST", GROUP + "users/", {"username": "maker@isoc.example"}, status=201)


def limit(root, own=None, group=None, calls=None):
    root.good("PUT", USER, {"management_limits": own or {}, "explore_limits": {"api_calls": calls} if calls else {}})
    root.good("PUT", GROUP, {"management_limits": group or {}, "explore_limits": {}})


# --- limits -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [USER, GROUP])
def test_limits_are_kept_and_given_back(root, path):
    both = {"max_datasets": 3, "max_records_by_dataset": 1000}
    calls = {"api_calls": {"limit": 9, "unit": "year"}}
    assert root.good("PUT", path, {"management_limits": both, "explore_limits": calls})["management_limits"] == both
    read = root.good("GET", path)
    assert read["management_limits"] == both and read["explore_limits"] == calls
    assert root.good("PUT", path, read)["management_limits"] == both, "echoed"
    assert root.good("PUT", path, {"explore_limits": {}})["management_limits"] == both, "what is omitted stays"
    assert root.good("PUT", path, {"management_limits": {"max_datasets": 4}})["management_limits"] == {"max_datasets": 4}
    for unit in ("year", "month", "day", "hour", "minute", "second"):
        said = {"api_calls": {"limit": 5, "unit": unit}}
        assert root.good("PUT", path, {"explore_limits": said})["explore_limits"] == said
    for body, place in (({"management_limits": {"max_datasets": -1}}, ["management_limits", "max_datasets"]), ({"management_limits": {"max_datasets": 1.5}}, ["management_limits", "max_datasets"]),
                        ({"management_limits": {"max_records_by_dataset": "many"}}, ["management_limits", "max_records_by_dataset"]), ({"management_limits": 5}, ["management_limits"]),
                        ({"management_limits": {"max_dataset": 5}}, ["management_limits", "max_dataset"]), ({"explore_limits": {"calls": 1}}, ["explore_limits", "calls"]),
                        ({"explore_limits": []}, ["explore_limits"]), ({"explore_limits": {"api_calls": 5}}, ["explore_limits", "api_calls"]),
                        ({"explore_limits": {"api_calls": {"limit": 1, "unit": "week"}}}, ["explore_limits", "api_calls", "unit"]),
                        ({"explore_limits": {"api_calls": {"unit": "day"}}}, ["explore_limits", "api_calls", "limit"])):
        at = root.bad("PUT", path, body, code="validation_error")["detail"]
        for name in place:
            at = at[name]
        assert at and isinstance(at[0], str), body
    assert root.good("PUT", path, {"explore_limits": {}, "management_limits": {}})["management_limits"] == {}


def test_no_more_datasets_than_may_be(root, maker):
    limit(root, own={"max_datasets": 1}, group={"max_datasets": 2})
    first, second = make(maker, "Mine"), make(maker, "Mine, too")
    for refused in (maker.bad("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "More"}}}}, code="validation_error"),
                    maker.bad("POST", f"/datasets/{first['uid']}/copy/", code="validation_error")):
        said = refused["detail"]["management_limits"]["max_datasets"][0]
        assert "2 datasets" in said
    # Those of others do not count, nor what was deleted; no limit is more than any.
    make(root, "Somebody else's")
    maker.good("DELETE", f"/datasets/{second['uid']}/", status=204)
    second = maker.good("POST", f"/datasets/{first['uid']}/copy/", status=201)
    limit(root, own={"max_datasets": 1}, group={"max_datasets": 0})
    third = make(maker, "A third")
    limit(root)
    fourth = make(maker, "A fourth")
    for one in (first, second, third, fourth):
        maker.good("DELETE", f"/datasets/{one['uid']}/", status=204)


def test_no_more_datasets_on_pages_either(root, maker, world):
    limit(root, own={"max_datasets": 1})
    client = world.client(HOST)
    client.sign_in("maker@isoc.example", "a calm river under ten bridges")
    one = make(maker, "Only one")
    page = client.form("/backoffice/datasets/new/", {"way": "empty", "title": "No room"}, action="/backoffice/datasets/new/")
    assert page.status_code != 303 and "You may have 1 datasets" in page.text, (page.headers, page.text[:500])
    deed = client.form(f"/backoffice/datasets/{one['uid']}/history/", {"do": "copy"}, action=f"/backoffice/datasets/{one['uid']}/do/")
    assert deed.status_code == 303 and "done=full" in deed.headers["Location"], deed.headers
    # What the guide began waits as a draft, which is no dataset yet; it can be discarded, and become one when there is room.
    limit(root)
    drafts = []
    for name in ("first", "second"):
        token = client.token()
        sent = client.request("POST", "/backoffice/datasets/new/", data={"csrfmiddlewaretoken": token, "way": "files"}, files={"files": (f"{name}.csv", b"a,b\n1,2\n")}, headers={"Origin": f"https://{HOST}"})
        assert sent.status_code == 303, sent.text[:500]
        drafts.append(sent.headers["Location"].split("/")[3])
    limit(root, own={"max_datasets": 1})
    check = lambda uid, do: client.form(f"/backoffice/datasets/{uid}/check/", {"do": do, "title": "Waits"})
    assert "done=full" in check(drafts[0], "save").headers["Location"]
    assert "done=discarded" in check(drafts[1], "discard").headers["Location"]
    limit(root, own={"max_datasets": 2})
    assert "done=full" not in check(drafts[0], "save").headers["Location"]
    limit(root)
    for uid in (one["uid"], drafts[0]):
        maker.good("DELETE", f"/datasets/{uid}/", status=204)


def test_no_more_records_than_may_be(root, maker):
    limit(root, own={"max_records_by_dataset": 1}, group={"max_records_by_dataset": 2})
    uid = make(maker, "Rows")["uid"]
    file = upload(maker, uid, text="n\n1\n2\n3\n4\n")
    maker.good("POST", f"/datasets/{uid}/resources/", {"type": "csvfile", "title": "n", "params": {}, "datasource": {"type": "uploaded_file", "file": {"uid": file["uid"]}}}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    said = wait_idle(root, uid)
    assert said["status"] == "limit_reached" and said["params"]["error"] == {"limit_type": "records", "limit": 2, "value": 3}, said
    slug = root.good("GET", f"/datasets/{uid}/")["dataset_id"]
    assert root.good("GET", RECORDS.format(slug), base="")["total_count"] == 2, "whoever publishes: the limit is that of who made it"
    limit(root, own={"max_records_by_dataset": 10})
    root.good("PUT", "/settings/", {"limits.records": 3}, base="/api/portal/v1.0")
    root.good("PUT", f"/datasets/{uid}/metadata/default/description/", {"value": "again"})
    root.good("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "n", "to_name": "m", "field_label": "m"}, status=201)
    root.good("POST", f"/datasets/{uid}/publish/")
    assert wait_idle(root, uid)["params"]["error"]["limit"] == 3, "the portal's own bounds it still"
    root.good("PUT", "/settings/", {"limits.records": None}, base="/api/portal/v1.0")
    limit(root)
    root.good("DELETE", f"/datasets/{uid}/", status=204)


# --- calls ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit, most_seconds", [("year", 366 * 86400), ("month", 31 * 86400), ("day", 86400), ("hour", 3600)])
def test_calls_are_counted_in_every_unit(root, maker, unit, most_seconds):
    limit(root, calls={"limit": 2, "unit": unit})
    path = "/api/explore/v2.1/catalog/datasets?limit=0"
    answers = [maker("GET", path, base="") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429], unit
    assert [a.headers["X-RateLimit-Remaining"] for a in answers[:2]] == ["1", "0"] and answers[0].headers["X-RateLimit-Limit"] == "2"
    said = answers[2].json()
    assert said["limit_time_unit"] == unit and said["call_limit"] == 2 and 0 < int(answers[2].headers["Retry-After"]) <= most_seconds
    assert said["reset_time"].replace("T", " ").replace("Z", "+00:00") == answers[0].headers["X-RateLimit-Reset"]
    ends = {"year": "-01-01T00:00:00Z", "month": "-01T00:00:00Z", "day": "T00:00:00Z", "hour": ":00:00Z"}[unit]
    assert said["reset_time"].endswith(ends)
    # Another limit begins anew.
    limit(root, calls={"limit": 3, "unit": unit})
    assert maker("GET", path, base="").headers["X-RateLimit-Remaining"] == "2"
    limit(root)
    assert "X-RateLimit-Limit" not in maker("GET", path, base="").headers


@pytest.mark.parametrize("unit", ["minute", "second"])
def test_short_periods_pass(root, maker, world, unit):
    """Without waiting: more calls than a period lets in are refused, whichever second they fall into."""
    limit(root, calls={"limit": 1, "unit": unit})
    path = "/api/explore/v2.1/catalog/datasets?limit=0"
    answers = [maker("GET", path, base="") for _ in range(60)]
    refused = [a for a in answers if a.status_code == 429]
    assert refused and {a.status_code for a in answers} == {200, 429} and refused[0].json()["limit_time_unit"] == unit
    assert int(refused[0].headers["Retry-After"]) <= (60 if unit == "minute" else 1)
    limit(root)


def test_the_largest_of_the_groups_counts(root, maker):
    other = "/groups/more-makers/"
    limit(root)
    root.good("POST", "/groups/", {"title": "More makers"}, status=201)
    root.good("POST", other + "users/", {"username": "maker@isoc.example"}, status=201)
    root.good("PUT", GROUP, {"explore_limits": {"api_calls": {"limit": 100, "unit": "hour"}}})
    root.good("PUT", other, {"explore_limits": {"api_calls": {"limit": 1000, "unit": "day"}}})
    path = "/api/explore/v2.1/catalog/datasets?limit=0"
    assert maker("GET", path, base="").headers["X-RateLimit-Limit"] == "100", "2,400 a day"
    root.good("PUT", other, {"explore_limits": {"api_calls": {"limit": 0, "unit": "year"}}})
    assert "X-RateLimit-Limit" not in maker("GET", path, base="").headers
    root.good("DELETE", other, status=204)
    limit(root)


def test_limits_on_the_pages(root, world):
    client = world.client(HOST)
    client.sign_in(ROOT_USER)
    number = next(a["id"] for a in world.table("account") if a["email"] == "maker@isoc.example")
    pages = (f"/backoffice/users/{number}/", "/backoffice/groups/%d/" % next(g["id"] for g in world.table("account_group") if g["name"] == "Makers"))
    for path, where in zip(pages, (USER, GROUP)):
        sent = {**fields(client.get(path).text), "do": "save", "calls": "7", "calls_unit": "month", "max_datasets": "12", "max_records": "3400"}
        assert client.form(path, sent).status_code == 303
        said = root.good("GET", where)
        assert said["explore_limits"] == {"api_calls": {"limit": 7, "unit": "month"}} and said["management_limits"] == {"max_datasets": 12, "max_records_by_dataset": 3400}
        again = fields(client.get(path).text)
        assert (again["calls"], again["calls_unit"], again["max_datasets"], again["max_records"]) == ("7", "month", "12", "3400")
        for wrong in ({"max_datasets": "-1"}, {"max_records": "many"}, {"calls_unit": "week"}):
            page = client.form(path, {**again, "do": "save", **wrong})
            assert page.status_code != 303 and "aria-invalid" in page.text, wrong
        assert root.good("GET", where)["management_limits"] == said["management_limits"], "nothing is lost"
        assert client.form(path, {**again, "do": "save", "calls": "", "max_datasets": "", "max_records": ""}).status_code == 303
        assert root.good("GET", where)["management_limits"] == {} == root.good("GET", where)["explore_limits"]


# --- permissions ------------------------------------------------------------------------------------------------------------------------

NAMED = ["create_external_asset", "edit_external_asset", "explore_restricted_external_asset", "manage_glossary", "manage_showcase_requests"]


def test_permissions_of_scripts_are_kept(root, maker, world):
    before = root.good("GET", USER)["permissions"]
    assert set(NAMED) <= set(root.good("PUT", USER, {"permissions": before + NAMED})["permissions"])
    assert set(root.good("PUT", GROUP, {"permissions": NAMED})["permissions"]) == set(NAMED)
    client = world.client(HOST)
    client.sign_in("maker@isoc.example", "a calm river under ten bridges")
    key = client.request("POST", "/api/automation/v1.0/apikeys/", headers={"X-CSRFToken": client.token(), "Origin": f"https://{HOST}"}, json={"label": "names", "permissions": NAMED})
    assert key.status_code == 201 and set(key.json()["permissions"]) == set(NAMED), key.text
    # Who may review requests to show a reuse may what edit_reuse allows.
    assert client.get("/backoffice/reuses/").status_code == 200
    said = root.bad("PUT", USER, {"permissions": ["edit_everything"]}, code="validation_error")["detail"]["permissions"]
    assert "manage_showcase_requests" in str(said) and "edit_domain" in str(said)
    root.good("PUT", GROUP, {"permissions": []})
    root.good("PUT", USER, {"permissions": before})
    assert client.get("/backoffice/reuses/").status_code == 403


# --- facets -----------------------------------------------------------------------------------------------------------------------------


def annotations(api, uid):
    return sorted((i["field"], i["annotation"], *i["args"]) for i in api.good("GET", f"/datasets/{uid}/fields/?limit=100")["results"] if i["type"] == "annotate")


def test_facets_are_said_in_two_ways(root):
    uid = make(root, "Facets")["uid"]
    listed = f"/datasets/{uid}/metadata/asset_content_configuration/facets/"
    item = lambda field, word, *args: root.good("POST", f"/datasets/{uid}/fields/", {"type": "annotate", "field": field, "annotation": word, "args": list(args)}, status=201)
    # The former way is shown as the present one.
    item("town", "facet"), item("town", "facetsort", "-count"), item("town", "disjunctive"), item("day", "facet")
    day = item("day", "timerangeFilter")
    town = {"field_name": "town", "facetsort": "-count", "disjunctive": True, "timerange_filter": False}
    both = [town, {"field_name": "day", "disjunctive": False, "timerange_filter": True}]
    assert root.good("GET", listed)["value"] == both
    assert root.good("GET", f"/datasets/{uid}/metadata/")["asset_content_configuration"]["facets"]["value"] == both
    assert root.good("PUT", listed, {"value": both})["value"] == both
    # A list makes the annotations, and an annotation changes the list.
    root.good("PUT", listed, {"value": [town, {"field_name": "kind", "disjunctive": True}]})
    assert annotations(root, uid) == [("kind", "disjunctive"), ("kind", "facet"), ("town", "disjunctive"), ("town", "facet"), ("town", "facetsort", "-count")]
    item("day", "facet")
    assert [f["field_name"] for f in root.good("GET", listed)["value"]] == ["town", "kind", "day"]
    kind = next(i["uid"] for i in root.good("GET", f"/datasets/{uid}/fields/?limit=100")["results"] if (i["field"], i["annotation"]) == ("kind", "facet"))
    root.good("DELETE", f"/datasets/{uid}/fields/{kind}/", status=204)
    assert [f["field_name"] for f in root.good("GET", listed)["value"]] == ["town", "day"]
    # What has nothing to do with it leaves both alone; without the list there is none of its annotations.
    item("town", "id")
    assert [f["field_name"] for f in root.good("GET", listed)["value"]] == ["town", "day"]
    root.good("DELETE", listed, status=204)
    assert annotations(root, uid) == [("town", "id")] and not root.good("GET", listed)["value"]
    root.good("DELETE", f"/datasets/{uid}/", status=204)


# --- pictures -----------------------------------------------------------------------------------------------------------------------------


def bmp(width=3, height=2):
    row = b"\x10\x20\xf0" * width + b"\0" * (-3 * width % 4)
    body = row * height
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(body), 2835, 2835, 0, 0) + body


def tiff(width=3, height=2, big=False):
    """Its directory stands behind its pixels, as most programs write it."""
    order, pixels = ">" if big else "<", b"\xf0\x20\x10" * width * height
    at = 8 + len(pixels)
    tags = [(256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, height), (279, 4, 1, len(pixels))]
    entry = lambda tag, kind, n, v: struct.pack(order + "HHI", tag, kind, n) + (struct.pack(order + "HH", v, 0) if kind == 3 else struct.pack(order + "I", v))
    return (b"MM\0*" if big else b"II*\0") + struct.pack(order + "I", at) + pixels + struct.pack(order + "H", len(tags)) + b"".join(entry(*t) for t in tags) + struct.pack(order + "I", 0)


def png_facts(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:40]
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("name, data, size", [("a.bmp", bmp(), (3, 2)), ("b.tiff", tiff(), (3, 2)), ("c.tif", tiff(big=True), (3, 2)), ("d.TIFF", tiff(400, 300), (400, 300))])
def test_pictures_that_browsers_do_not_show_are_drawn_anew(root, world, name, data, size):
    made = root.good("POST", "/medias/images/", files={"file": (name, data)}, status=201)
    assert made["url"].endswith(".png")
    answer = world.client(HOST).get(made["url"])
    assert answer.headers["Content-Type"] == "image/png" and png_facts(answer.content) == size


BROKEN = {"cut.bmp": bmp()[:40], "huge.bmp": bmp()[:18] + struct.pack("<ii", 60000, 60000) + bmp()[26:], "none.bmp": b"BM" + bytes(60), "cut.tiff": tiff()[:20], "loop.tiff": b"II*\0\x08\0\0\0" + b"\xff" * 200,
          "lies.tiff": tiff().replace(struct.pack("<HHIHH", 257, 3, 1, 2, 0), struct.pack("<HHIHH", 257, 3, 1, 60000, 0)).replace(struct.pack("<HHIHH", 256, 3, 1, 3, 0), struct.pack("<HHIHH", 256, 3, 1, 60000, 0)), "far.tiff": b"II*\0\xff\xff\xff\x7f" + bytes(100),
          "random.tiff": b"MM\0*" + zlib.compress(bytes(range(256)) * 40)}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_pictures_are_refused(root, name):
    before = root.good("GET", "/medias/images/?limit=1000")
    said = root.bad("POST", "/medias/images/", files={"file": (name, BROKEN[name])}, code="validation_error")
    assert said["detail"]["file"] and root.good("GET", "/medias/images/?limit=1000") == before


def test_large_pictures_are_refused(root):
    said = root.bad("POST", "/medias/images/", files={"file": ("large.tiff", tiff(1000, 800))}, code="validation_error")
    assert "2 MB" in said["detail"]["file"][0]


# --- processors and sources ----------------------------------------------------------------------------------------------------------------


def test_candidates_for_a_processor(root):
    uid = make(root, "Candidates")["uid"]
    path = f"/datasets/{uid}/guess_processor_params/"
    assert "source" in root.bad("POST", path, {"name": "split"})["detail"]["non_field_errors"][0]
    with_source(root, uid, text="town;y;x;seen_on;post_code\nBern;46.9;7.4;2024-05-01;3000\nBasel;47.5;7.6;2024-06-02;4000\n")
    guess = lambda name, **more: root.good("POST", path, {"name": name}, **more)
    said = guess("create_geopoint")
    assert said["processor"] == "create_geopoint" and said["params"]["latitude"][0] == "y" and said["params"]["longitude"][0] == "x", said
    assert "seen_on" not in said["params"]["latitude"]
    assert guess("date_normalizer")["params"]["field"][0] == "seen_on" and guess("split")["params"]["field"] == ["town"]
    # What processors make is a candidate for those after them.
    root.good("POST", f"/datasets/{uid}/processors/", {"type": "create_geopoint", "latitude": "y", "longitude": "x", "output_field": "place"}, status=201)
    assert guess("geo_distance")["params"]["point_a"][0] == "place"
    assert guess("split", base="/api/management/v2") == guess("split")
    root.bad("POST", path, [], code="validation_error")
    for body in ({}, {"name": "no_such"}, {"name": 5}):
        assert root.bad("POST", path, body, code="validation_error")["detail"]["name"]
    root.good("DELETE", f"/datasets/{uid}/", status=204)


@pytest.mark.parametrize("kind", ["google_drive", "sharepoint", "snowflake_odbc", "ods_form"])
def test_sources_that_are_not_served_are_refused(root, kind):
    uid = make(root, "Sources")["uid"]
    with_source(root, uid)
    before = root.good("GET", f"/datasets/{uid}/resources/")
    body = {"type": "csvfile", "title": "x", "params": {}, "datasource": {"type": kind, "connection": {"type": kind, "auth": {"type": "oidc", "code": "x"}}, "file_id": "1", "drive_id": "2", "query": "select 1",
                                                                          "form_uid": "f", "status_to_extract": []}}
    for method, path in (("POST", ""), ("PUT", before["results"][0]["uid"] + "/"), ("POST", "preview/"), ("POST", "guess_extractors/"), ("POST", "guess_extractor_params/")):
        said = root.bad(method, f"/datasets/{uid}/resources/{path}", body)
        assert "uploaded_file" in str(said) and "amazon_s3" in str(said), (path, said)
    assert root.good("GET", f"/datasets/{uid}/resources/") == before
    assert "amazon_s3" in str(root.bad("POST", "/datasource_connections/", {"type": kind, "auth": None}, code="validation_error"))
    root.good("DELETE", f"/datasets/{uid}/", status=204)
