"""The OpenAPI document: valid, whole, and true; docs/API.md is made of it."""
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess

import pytest
from conftest import API, ROOT


@pytest.fixture(scope="module")
def document(server):
    return server.api("/swagger.json")


def holes(server, path):
    record = server.get("/api/explore/v2.0/catalog/datasets/cities/records").json()["records"][0]["record"]["id"]
    known = {"dataset_id": "cities", "record_id": record, "type": "basic", "name": "default", "attachment_id": "none", "file_id": "none",
             "format": "json"}
    return re.sub(r"\{(\w+)\}", lambda m: known[m[1]], path)


@pytest.mark.parametrize("api", [API, "/api/explore/v2.0", "/api/v2"])
def test_it_is_valid_openapi(server, api):
    answer = server.get(api + "/swagger.json")
    assert answer.status_code == 200
    done = subprocess.run(["node", os.path.join(ROOT, "tests", "http", "openapi.mjs")], input=answer.text, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_path_answers(server, document):
    for path, item in document["paths"].items():
        status = server.get(API + holes(server, path)).status_code
        assert status == (404 if "none" in holes(server, path) else 200), path
        assert list(item) == ["get"]


def test_names_of_operations_are_unique(document):
    names = [i["get"]["operationId"] for i in document["paths"].values()]
    assert len(set(names)) == len(names)


def test_the_paths_of_the_original_are_there(document):
    for path in ["/catalog/datasets", "/catalog/exports", "/catalog/exports/{format}", "/catalog/facets",
                 "/catalog/datasets/{dataset_id}/records", "/catalog/datasets/{dataset_id}/exports",
                 "/catalog/datasets/{dataset_id}/exports/{format}", "/catalog/datasets/{dataset_id}",
                 "/catalog/datasets/{dataset_id}/facets", "/catalog/datasets/{dataset_id}/attachments",
                 "/catalog/datasets/{dataset_id}/records/{record_id}"]:
        assert path in document["paths"], path


def test_bounds_are_those_of_the_server(server, document):
    """Each number parameter is refused outside the bounds that are told."""
    for path, item in document["paths"].items():
        for p in item["get"]["parameters"]:
            bounds = p["schema"]
            if p["in"] != "query" or bounds.get("type") != "integer" or "file_id" in path:
                continue
            at = API + holes(server, path)
            assert server.get(at, {p["name"]: bounds["minimum"] - 1}).status_code == 400, (path, p)
            if p["name"] in ("limit", "rows"):
                over = bounds.get("maximum")
                assert over is None or server.get(at, {p["name"]: over + 1}).status_code == 400, (path, p)


def test_words_are_those_of_the_server(server, document):
    for path, item in document["paths"].items():
        for p in item["get"]["parameters"]:
            if p["in"] != "query" or "enum" not in p["schema"] or p["name"] == "lang":
                continue
            at = API + holes(server, path)
            assert server.get(at, {p["name"]: "nonsense"}).status_code == 400, (path, p["name"])
            for word in p["schema"]["enum"]:
                assert server.get(at, {p["name"]: word}).status_code == 200, (path, p["name"], word)


def test_answers_have_the_shapes_told(server, document):
    schemas = document["components"]["schemas"]
    for path in ["/catalog/datasets", "/catalog/datasets/{dataset_id}", "/catalog/datasets/{dataset_id}/records", "/catalog/facets"]:
        ref = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json; charset=utf-8"]["schema"]["$ref"]
        schema = schemas[ref.rsplit("/", 1)[1]]
        answer = server.api(holes(server, path))
        assert set(schema.get("required", [])) <= set(answer), path
        assert set(answer) <= set(schema["properties"]), path


def test_functions_are_told_for_consoles(document):
    words = {f["name"] for f in document["x-odsql"]["functions"]}
    assert {"search", "within_distance", "median", "date_format", "range"} <= words
    assert not [w for w in words if w.startswith("#")]


def test_the_page_of_the_api_is_made_of_it(document):
    loader = importlib.machinery.SourceFileLoader("api_docs", os.path.join(ROOT, "scripts", "api-docs"))
    spec = importlib.util.spec_from_loader("api_docs", loader)
    docs = importlib.util.module_from_spec(spec)
    loader.exec_module(docs)
    with open(os.path.join(ROOT, "docs", "API.md"), encoding="utf-8") as f:
        assert f.read() == docs.make(json.loads(json.dumps(document))), "run scripts/api-docs again"
