"""The management API by its description, beside the walk of test_manage_contract: what is refused, and how lists lead on. With STOA_CONTRACT, of another
description in the same form."""
import re

import pytest
import requests

from probe import ROOT_USER
from test_manage_contract import DEFAULT, described, faults  # noqa: F401 (a fixture)
from test_manage_datasets import BASE, HOST, Api, key_of, with_source


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


class Quick(Api):
    """One connection for hundreds of small questions."""

    def __init__(self, world, key):
        super().__init__(world, key)
        self.http = requests.Session()

    def __call__(self, method, path, body=None, **more):
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", **({"Authorization": f"Apikey {self.key}"} if self.key else {})}
        return self.http.request(method, f"http://127.0.0.1:{self.world.server.port}{BASE}{path}", headers=sent, timeout=60, allow_redirects=False, **({} if body is None else {"json": body}), **more)


def fill(path, things):
    return re.sub(r"\{(\w+)\}", lambda m: things.get(m.group(1).replace("dataset_uid", "uid"), "none"), path)


def test_what_is_refused_has_the_shape_of_an_error(world, described):
    """Every operation without a key, of something that is not there, and with a body that is none."""
    root, nobody, wrong, seen = Quick(world, key_of(world, ROOT_USER)), Quick(world, ""), [], set()
    uid = root.good("POST", "/datasets/", {"metadata": {"default": DEFAULT}}, status=201)["uid"]
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "put", "post", "delete") or "harvester" in path or path.endswith(".json"):
                continue
            body = 7 if "application/json" in operation.get("requestBody", {}).get("content", {}) else None
            tries = [(nobody, fill(path, {"uid": uid}), {401})]
            if "{" in path:
                tries.append((root, fill(path, {}), {404} if "apikey" not in path or method == "get" else {400, 403, 404}))
            if body is not None:
                tries.append((root, fill(path, {"uid": uid}), {400, 403, 404}))
            for api, at, expected in tries:
                answer = api(method.upper(), at, body if body is None or 404 not in expected or 400 in expected else {})
                said = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
                if answer.status_code not in expected or not isinstance(said.get("error_code"), str) or not isinstance(said.get("message"), str) or not said["message"]:
                    wrong.append((method, at, answer.status_code, expected, answer.text[:200]))
                seen.add(answer.status_code)
                answers = operation["responses"]
                wrong += [(method, at, answer.status_code, *f) for f in faults(described, answers.get(str(answer.status_code), answers.get("default", {})), said)]
    assert not wrong, "\n".join(map(str, wrong[:40])) + f"\n{len(wrong)} in all"
    assert {400, 401, 404} <= seen
    root.good("DELETE", f"/datasets/{uid}/", status=204)


def test_pages_of_lists_lead_on_and_back(world, described):
    root = Quick(world, key_of(world, ROOT_USER))
    uid = with_source(root, root.good("POST", "/datasets/", {"metadata": {"default": DEFAULT}}, status=201)["uid"]) and root.good("GET", "/datasets/?sort=-created_at&limit=1")["results"][0]["uid"]
    walked = 0
    for path, item in described["paths"].items():
        given = [described["components"]["parameters"][q["$ref"].rsplit("/", 1)[1]] if "$ref" in q else q for q in [*item.get("parameters", []), *item.get("get", {}).get("parameters", [])]]
        at = fill(path, {"uid": uid, "template": "default", "template_name": "default"})
        if "limit" not in [q["name"] for q in given] or "harvester" in path or "/none/" in at:
            continue
        walked += 1
        whole = root.good("GET", at + "?limit=1000")
        n = whole["total_count"]
        assert isinstance(n, int) and len(whole["results"]) == n and whole["next"] is None and whole["previous"] is None, (at, n)
        assert root.good("GET", at + "?limit=0") == {"total_count": n, "next": None, "previous": None, "results": []}, at
        for bad in ("limit=1001", "limit=-1", "limit=x", "offset=-1"):
            root.bad("GET", at + "?" + bad, code="validation_error")
        assert root.good("GET", at + f"?offset={n + 5}")["results"] == []
        if n < 2:
            continue
        first = root.good("GET", at + "?limit=1&x=kept%20so")
        assert "limit=1" in first["next"] and "offset=1" in first["next"] and "x=kept" in first["next"] and first["previous"] is None, first["next"]
        second = root.good("GET", first["next"].split("/api/automation/v1.0", 1)[1])
        assert second["results"] == whole["results"][1:2] and "offset=0" in second["previous"] and "limit=1" in second["previous"], at
    assert walked > 15
    root.good("DELETE", f"/datasets/{uid}/", status=204)


def test_a_key_is_bound_to_the_whole_request_and_a_refusal_may_be_mended(world):
    root = Quick(world, key_of(world, ROOT_USER))

    def once(path, body, key, status, **more):
        answer = Api(world, root.key)("POST", path, body, headers={"Idempotency-Key": key, **more})
        assert answer.status_code == status, answer.text
        return answer.json()
    body = {"metadata": {"default": {"title": {"value": "Bound"}}}}
    made = once("/datasets/", body, "bound", 201)
    assert once("/datasets", body, "bound", 201) == made  # the same address
    once("/datasets/?strict=true", body, "bound", 422)
    once("/groups/", {"title": ""}, "mended", 400)
    assert once("/groups/", {"title": "Mended"}, "mended", 201)["uid"] == "mended"
    # Any of several tags will do, and none of them that is old.
    path = f"/datasets/{made['uid']}/"
    tag = root("GET", path).headers["ETag"]
    for match, status in ((f'"9-0", {tag}', 200), (f'{tag}, "9-0"', 412), ('"8-0", "9-0"', 412), (",", 412), ("*", 200)):
        assert Api(world, root.key)("PUT", path + "metadata/default/publisher/", {"value": "P" + match[:2]}, headers={"If-Match": match}).status_code == status, match
    root.good("DELETE", path, status=204)
    root.good("DELETE", "/groups/mended/", status=204)


@pytest.mark.parametrize("body", [b"", b"null", b"5", b'"x"', b"[]", b'{"default":5}', b'{"default":null}', b'{"default":[1]}', b'{"default":"x"}'])
def test_metadata_is_replaced_by_an_object_only(root, body):
    made = root.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "Kept"}, "publisher": {"value": "Town"}, "keyword": {"value": ["a", "b"]}}}}, status=201)
    base = f"/datasets/{made['uid']}/metadata/"
    before = root.good("GET", base)
    headers = {"Content-Type": "application/json"}
    said = root("PUT", base, data=body, headers=headers)
    assert said.status_code == 400 and said.json()["error_code"] == "validation_error", said.text
    if not body.startswith(b"{"):
        assert root("PUT", base + "default/", data=body, headers=headers).status_code == 400
        assert root("PUT", f"/datasets/{made['uid']}/", data=body, headers=headers).status_code == 400
    assert root.good("GET", base) == before
    if body in (b"", b"null", b"[]"):
        assert root("PUT", base + "default/publisher/", data=body, headers=headers).status_code == 400
    assert root("PUT", base + "default/publisher/", data=b"{}", headers=headers).status_code == 400
    assert root.good("GET", base) == before


def test_permissions_of_a_ruleset_are_a_list(root):
    made = root.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "Ruled"}}}}, status=201)
    rules = f"/datasets/{made['uid']}/security/groups/"
    group = root.good("POST", "/groups/", {"title": "Ruled readers"}, status=201)["uid"]
    root.good("POST", rules, {"group": {"uid": group}, "permissions": ["edit_dataset"]}, status=201)
    for wrong in ("publish_dataset", True, 5, {}, {"a": 1}):
        said = root.bad("PUT", f"{rules}{group}/", {"permissions": wrong}, code="validation_error")
        assert "permissions" in said["detail"], said
    for wrong in (5, "x", []):
        root.bad("PUT", f"{rules}{group}/", wrong, code="validation_error")
    assert root.good("GET", f"{rules}{group}/")["permissions"] == ["edit_dataset"]


def test_an_answer_to_put_tells_the_new_state(root):
    made = root.good("POST", "/datasets/", {"metadata": {"default": {"title": {"value": "Tagged"}}}}, status=201)
    path = f"/datasets/{made['uid']}/"
    tag = root("GET", path).headers["ETag"]
    for n in range(3):
        answer = root("PUT", path + "metadata/default/publisher/", {"value": f"Town {n}"}, headers={"If-Match": tag})
        assert answer.status_code == 200 and answer.headers["ETag"] != tag, answer.text
        tag = answer.headers["ETag"]
