"""The Explore API by its description: every operation with every parameter gives every answer that is declared, in the shape that is
declared. The description is the one the server gives, so that an operation or a parameter is walked as soon as there is one; with
STOA_EXPLORE_CONTRACT, the path of another in the same form, that one is walked."""
import json
import os
import re

import jsonschema
import pytest
from conftest import API, CITIES, CITY_FIELDS, HOST, Server, of_today, stoa

CONTRACT = os.environ.get("STOA_EXPLORE_CONTRACT")
PLACES = [{"name": n, "type": t, "annotations": a} for n, t, a in (
    ("name", "text", {"facet": True}), ("size", "int", {}), ("age", "int", {}), ("city", "text", {"facet": True}), ("city_field", "text", {}),
    ("modified", "date", {"facet": True}), ("field_name", "text", {}), ("filepath", "text", {"facet": True, "hierarchical": "/"}))]

# Of each parameter what is taken and what is refused: at the records of a dataset, and at the catalogue where it differs. One that is
# not here is a KeyError: say what it takes.
RECORDS = {
    "select": (["*", "name, pop", "pop * 2 as twice", "include(p*)", "count(*) as n"], ["nope", "sum(name)", "pop as"]),
    "where": (["pop > 100000", ["pop > 5", "name like 'paris'"], '"river"', "within_distance(loc, geom'POINT(2 48)', 5km)"], ["nope = 1", "pop >", "x("]),
    "qv1": (["riv", "pop:[1 TO 5]"], ["pop:", "nope:1"]),
    "group_by": (["country", "year(founded) as y", "range(pop, 1000000)"], ["nope", "loc"]),
    "order_by": (["pop desc", "founded, name", "-name"], ["nope", "loc", "pop down"]),
    "sort": (["-pop"], ["nope"]),
    "limit": ([-1, 0, 1, 100], [-2, "ten", 1.5]), "rows": ([1], ["ten"]),
    "offset": ([0, 3, 9900], [-1, "x", 10001]), "start": ([1], ["x"]),
    "refine": (["country:FR", 'country:"FR"', ["country:FR", "founded:1990/07"]], ["nope:1", "country"]),
    "exclude": (["country:FR", "founded:1990"], ["nope:1"]),
    "facet": (["country", 'facet(name="country", disjunctive=true, sort="alphanum", limit=3)'], ["nope", 'facet(name="nope")', 'facet(name="pop", sort="down")']),
    "lang": (["en", "fr", "nl", "pt", "it", "ar", "de", "es", "ca", "eu", "sv"], []),
    "timezone": (["UTC", "Europe/Paris", "US/Eastern"], ["Mars/Olympus"]),
    "include_links": (["true", "false"], ["perhaps"]), "include_app_metas": (["true", "false"], ["perhaps"]),
    "cursor": (["*"], ["nonsense"]), "as_of": (["1"], ["soon"]), "source": ([], []),
    "use_labels": (["true", "false"], ["perhaps"]), "compressed": (["true", "false"], ["perhaps"]), "epsg": ([4326, 3857, 2154], [0, "x", 999999]),
    "delimiter": ([";", ",", "\t", "|"], [":", "tab"]), "list_separator": (["|", ", "], []), "quote_all": (["true"], ["x"]), "with_bom": (["false"], ["x"]),
    "parquet_compression": (["snappy", "zstd"], ["lzma"]), "name_field": (["name"], ["nope"]), "description_field_list": (["name,pop"], ["name,nope"]),
    "use_extension": (["true", "false"], ["x"]), "thumbnail_size": ([], []),
}
CATALOGUE = {
    "select": (["*", "dataset_id, title", "default.title", "count(*) as n"], ["nope", "metas"]),
    "where": (["records_count > 1", ['"town"', "features='geo'"], 'datasetid="cities"', "modified > date'2020'"], ["nope = 1", "title >", "data_visible = true"]),
    "qv1": (["title:cities"], ["title:"]), "group_by": (["publisher", "features", "year(modified) as y"], ["nope"]), "order_by": (["title", "records_count desc"], ["nope"]),
    "sort": (["-title"], ["nope"]), "refine": (["publisher:Town", "modified:2020", "default.theme:x"], ["nope:1"]), "exclude": (["publisher:Town"], ["nope:1"]),
    "facet": (["publisher", 'facet(name="publisher", limit=2)'], ["nope"]),
    "include_exports": (["csv,json,geojson"], []), "use_labels_in_exports": (["true", "false"], ["x"]),
}
# Parameters that one format has; elsewhere they do nothing.
OF_FORMAT = {"parquet_compression": "parquet", "name_field": "gpx", "description_field_list": "gpx", "use_extension": "gpx",
             "include_exports": "dcat", "use_labels_in_exports": "dcat"}
# What one record or one dataset is asked for has no aggregates.
ONE = {"select": (["name, pop", "pop * 2 as twice"], ["nope"])}
ONE_DATASET = {"select": (["dataset_id, title", "default.title"], ["nope"])}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walk")
    data = folder / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=Town")
    for name, fields, rows in (("cities", CITY_FIELDS, CITIES), ("places", PLACES, [["a", 1, 2, "Paris", "Lyon", "2020-11-03", "x", "/archive/maps/file.txt"],
                                                                                ["b", 2, 3, "Lyon", "Paris", "2019-12-01", "y", "/archive/x"]])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(dict(zip([f["name"] for f in fields], [x if x != "" else None for x in r]))) + "\n" for r in rows), encoding="utf-8")
        (folder / f"{name}.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
        stoa(data, "publish", folder / f"{name}.jsonl", "--portal", HOST, "--id", name, "--schema", folder / f"{name}.json", "--meta", "publisher=Town")
    (folder / "notice.pdf").write_bytes(b"%PDF-1.4")
    stoa(data, "attach", "cities", folder / "notice.pdf", "--portal", HOST)
    stoa(data, "attach", "cities", folder / "notice.pdf", "--portal", HOST, "--alternative", "--title", "Whole")
    running = Server(data)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def described(portal):
    if CONTRACT:
        with open(CONTRACT, encoding="utf-8") as f:
            return json.load(f)
    return portal.api("/swagger.json")


def follow(described, x):
    """The thing itself where a reference stands."""
    while isinstance(x, dict) and "$ref" in x:
        at = described
        for part in x["$ref"][2:].split("/"):
            at = at[part]
        x = at
    return x


def plain(x):
    """A schema as JSON Schema has it: OpenAPI 3.0 says null in a word of its own, and "any" for no type at all. Names of links are
    more than the published description lists: its own list of formats uses others."""
    if isinstance(x, list):
        return [plain(y) for y in x]
    if not isinstance(x, dict):
        return x
    out = {k: plain(v) for k, v in x.items() if k not in ("nullable", "format")}
    if out.get("type") == "any":
        del out["type"]
    if "self" in out.get("enum", []):
        del out["enum"]
    if x.get("nullable"):
        out["type"] = [out["type"], "null"]
    return out


def schema_of(described, x):
    return {**plain(x), "components": {"schemas": plain(described["components"]["schemas"])}}


def parameters(described, operation):
    return [follow(described, p) for p in operation.get("parameters", [])]


def enumerated(described, p):
    return [v for v in follow(described, p["schema"]).get("enum", []) if v != "monitoring"]


def record_of(portal):
    return portal.records("cities", include_links="true", limit=1)["results"][0]["_id"]


def operations(described, portal):
    """(path as written, its addresses filled in, the operation)."""
    known = {"dataset_id": ["cities"], "record_id": [record_of(portal)], "attachment_id": ["notice_pdf"], "type": ["basic"], "name": ["basic"]}
    for path, item in described["paths"].items():
        assert list(item) == ["get"], path
        filled = [path]
        for p in parameters(described, item["get"]):
            if p["in"] != "path":
                continue
            values = known.get(p["name"]) or enumerated(described, p) or ["whole"]
            filled = [f.replace("{%s}" % p["name"], v) for f in filled for v in values]
        assert not [f for f in filled if "{" in f], path
        yield path, filled, item["get"]


def right(described, operation, answer, status):
    """The answer is one of those declared, of a declared type and shape."""
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:600]}"
    assert str(status) in operation["responses"], (answer.url, status)
    content = follow(described, operation["responses"][str(status)]).get("content", {})
    kinds = {k.split(";")[0].replace("8json", "8"): v for k, v in content.items()}
    kind = answer.headers["Content-Type"].split(";")[0]
    assert not kinds or kind in kinds or "*/*" in kinds or kind == "application/gzip" and "compressed" in answer.url, (answer.url, kind, list(kinds))
    # Groups are in neither description's schema of results.
    if kinds.get(kind, {}).get("schema") and "group_by" not in answer.url:
        jsonschema.validate(answer.json(), schema_of(described, kinds[kind]["schema"]))


def values_of(path, name):
    special = ONE if path.endswith("{record_id}") else ONE_DATASET if re.search(r"/(datasets|assets)/\{dataset_id\}$", path) else \
        CATALOGUE if "{dataset_id}" not in path else {}
    return special.get(name) or RECORDS.get(name) or CATALOGUE[name]


def at_format(path, filled, name):
    """One address is enough for a parameter; of files, one in a format that has it."""
    wanted = OF_FORMAT.get(name, "csv")
    return next((f for f in filled if f.endswith("/" + wanted)), filled[0]) if "{format}" in path else filled[0]


def test_every_operation_gives_what_it_declares(portal, described):
    asked = 0
    for path, filled, operation in operations(described, portal):
        for at in filled:
            status = 404 if at.endswith("/files/whole") else 200
            right(described, operation, portal.get(API + at), status)
            asked += 1
        if "{file_id}" in path:
            continue
        for p in parameters(described, operation):
            if p["in"] != "query":
                continue
            good, _ = values_of(path, p["name"])
            for value in of_today([*good, *(v for v in enumerated(described, p) if v not in good)]):
                right(described, operation, portal.get(API + at_format(path, filled, p["name"]), {p["name"]: value}), 200)
                asked += 1
    assert asked > 80


def test_every_parameter_refuses_what_it_cannot_use(portal, described):
    refused = 0
    for path, filled, operation in operations(described, portal):
        if "{file_id}" in path:
            continue
        for p in parameters(described, operation):
            for value in values_of(path, p["name"])[1] if p["in"] == "query" else []:
                if p["name"] in ("offset", "start") and "exports" in path and value == 10001:
                    continue  # files have no pages
                answer = portal.get(API + at_format(path, filled, p["name"]), {p["name"]: value})
                right(described, operation, answer, 400)
                assert set(answer.json()) == {"error_code", "message"} and len(answer.json()["message"]) > 20, answer.text
                assert "Content-Disposition" not in answer.headers and answer.headers["Access-Control-Allow-Origin"] == "*"
                refused += 1
    assert refused > 50


def test_a_key_that_is_no_good_is_refused_everywhere(portal, described):
    for _, filled, operation in operations(described, portal):
        for at in filled[:1]:
            right(described, operation, portal.get(API + at, {"apikey": "nonsense"}), 401)
            answer = portal.get(API + at, headers={"Authorization": "Apikey nonsense"})
            right(described, operation, answer, 401)
            assert answer.json()["error_code"] == "AuthenticationError"


def test_what_is_not_there_is_told_everywhere(portal, described):
    """The published description declares no 404, and portals answer it all the same."""
    for path, filled, _ in operations(described, portal):
        if "{" not in path:
            continue
        for at in {filled[0].replace("cities", "nowhere"), re.sub(r"[^/]+$", "nowhere", filled[0])} - {filled[0]}:
            answer = portal.get(API + at)
            assert answer.status_code == 404 and set(answer.json()) == {"error_code", "message"}, (at, answer.status_code, answer.text)
            assert answer.json()["error_code"] in ("NotFoundResource", "NotFoundURI")


def test_calls_beyond_the_quota_are_refused_everywhere(portal, described):
    asked = list(operations(described, portal))
    stoa(portal.data, "portal", "set", HOST, "quota.anonymous=1")
    try:
        portal.get(API + "/catalog")
        for path, filled, operation in asked:
            if "429" not in operation["responses"]:
                assert path == "/swagger.json", path
                continue
            answer = portal.get(API + filled[0])
            right(described, operation, answer, 429)
            assert set(answer.json()) == {"errorcode", "reset_time", "limit_time_unit", "call_limit", "error"} and answer.headers["Retry-After"]
    finally:
        stoa(portal.data, "portal", "set", HOST, "quota.anonymous=")


def test_hidden_data_is_forbidden_where_that_is_declared(portal, described):
    asked = list(operations(described, portal))
    stoa(portal.data, "secure", "cities", "--portal", HOST, "--data-visible", "no")
    try:
        told = 0
        for path, filled, operation in asked:
            if "{dataset_id}" not in path or not re.search(r"/(records|facets|exports/|files/)", path):
                continue
            answer = portal.get(API + filled[0])
            assert answer.status_code == 403, (path, answer.status_code)
            assert answer.json() == {"error_code": "ForbiddenAccess", "message": "You don't have permission to access the requested resource"}
            if "403" in operation["responses"]:
                right(described, operation, answer, 403)
            told += 1
        assert told >= 4
    finally:
        stoa(portal.data, "secure", "cities", "--portal", HOST, "--data-visible", "yes")


def test_everything_described_is_served(portal, described):
    """Each parameter of the description is one the server tells of, with the same bounds, default and words."""
    served = portal.api("/swagger.json")
    for path, item in described["paths"].items():
        own = re.sub(r"/exports/(csv|parquet|gpx|dcat\{dcat_ap_format\})$", "/exports/{format}", path)
        theirs = {p["name"]: p for p in parameters(served, served["paths"][own]["get"])}
        for p in parameters(described, item["get"]):
            if p["name"] == "dcat_ap_format":
                assert {"dcat" + x for x in enumerated(described, p)} <= set(enumerated(served, theirs["format"]))
                continue
            assert p["name"] in theirs, (path, p["name"])
            a, b = follow(described, p["schema"]), theirs[p["name"]]["schema"]
            assert set(a.get("enum", [])) <= set(b.get("enum", [])) or p["name"] == "include_exports", (path, p["name"])
            for word in ("minimum", "maximum", "default"):
                assert a.get(word) == b.get(word) or word not in a or (word == "maximum" and p["name"] == "offset"), (path, p["name"], word)


def test_the_examples_of_the_description_are_answered(portal, described):
    """Those of a parameter as values, and those that its text shows as name=value; each is good for the catalogue or for a dataset."""
    asked = set()
    for _, _, operation in operations(described, portal):
        for p in parameters(described, operation):
            if p["in"] == "query":
                asked |= {(p["name"], x["value"]) for x in p.get("examples", {}).values()} if isinstance(p.get("examples"), dict) else set()
                asked |= {(n, v) for n, v in re.findall(r"`(\w+)=([^`<]+)`", p.get("description", "")) if n == p["name"]}
    for name, value in sorted(asked):
        group = {"group_by": "name", "select": "name, sum(age)"} if "sum(" in value else {}
        answers = [portal.get(API + at, {name: value, **group}) for at in ("/catalog/datasets", "/catalog/datasets/places/records", "/catalog/datasets/places/facets",
                                                                          "/catalog/exports/dcat")]
        assert any(a.status_code == 200 for a in answers), (name, value, [a.text[:200] for a in answers])
    assert len(asked) >= 10 or not CONTRACT


def test_the_members_of_examples_are_in_our_answers(portal, described):
    examples = described["components"].get("examples", {})
    dataset = portal.api("/catalog/datasets/cities")
    for name in ("datasets-v2.1", "dataset-v2.1"):
        whole = examples.get(name, {}).get("value", {})
        for one in whole.get("results", [whole] if whole else []):
            assert set(one) <= set(dataset), name
            assert set(one["metas"]["default"]) <= set(dataset["metas"]["default"]), set(one["metas"]["default"]) - set(dataset["metas"]["default"])
            assert all(set(f) == set(dataset["fields"][0]) for f in one["fields"])
    for name, path in (("catalog_facets", "/catalog/facets"), ("facets", "/catalog/datasets/cities/facets")):
        for group in examples.get(name, {}).get("value", {}).get("facets", []):
            mine = portal.api(path)["facets"][0]
            assert set(group) == set(mine) and set(group["facets"][0]) == set(mine["facets"][0])
    listed = portal.api("/catalog/datasets/cities/attachments")["attachments"]
    for one in examples.get("attachments", {}).get("value", {}).get("attachments", []):
        assert set(one) == set(listed[0]) and set(one["metas"]) <= set(listed[0]["metas"])


def test_every_operation_keeps_the_rules_of_transport(portal, described):
    """CORS, HEAD, OPTIONS, a slash at the end, a tag that is honoured, and no method that writes: of each operation, at each version."""
    for path, filled, _ in operations(described, portal):
        if "{file_id}" in path and "alternative" not in path:
            continue
        for version in ("v2.1", "v2.0") if "/assets" not in path else ("v2.1",):
            at = f"/api/explore/{version}{filled[0]}".rstrip("/")
            plain_answer, slashed, head = portal.get(at), portal.get(at + "/"), portal.request("HEAD", at)
            assert plain_answer.status_code == slashed.status_code == head.status_code == 200, (at, plain_answer.text[:200], slashed.status_code, head.status_code)
            for answer in (plain_answer, slashed, head):
                assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["X-Content-Type-Options"] == "nosniff", at
                assert answer.headers["Content-Type"] == plain_answer.headers["Content-Type"], at
            assert not head.content
            options = portal.request("OPTIONS", at, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
            assert options.status_code == 204 and "GET" in options.headers["Allow"] and options.headers["Access-Control-Max-Age"] == "1000", at
            wrong = portal.request("DELETE", at)
            assert wrong.status_code == 405 and wrong.json()["error_code"] == "MethodNotAllowed", at
            if plain_answer.headers.get("ETag"):
                again = portal.get(at, headers={"If-None-Match": plain_answer.headers["ETag"]})
                assert again.status_code == 304 and not again.content, at
