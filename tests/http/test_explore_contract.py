"""The transport of the Explore API (§1, §4, §5) at every one of its endpoints, and its smaller endpoints (§15)."""
import gzip

import pytest
import requests
from conftest import API, HOST

ENDPOINTS = ["/", "/catalog", "/catalog/datasets", "/catalog/datasets/cities", "/catalog/datasets/cities/records", "/catalog/facets",
             "/catalog/datasets/cities/facets", "/catalog/datasets/cities/exports", "/catalog/exports", "/catalog/datasets/cities/attachments",
             "/catalog/datasets/cities/files", "/catalog/datasets/cities/snapshots", "/catalog/datasets/cities/feedback",
             "/catalog/datasets/cities/reuses", "/catalog/metadata_templates", "/catalog/metadata_templates/basic",
             "/catalog/metadata_templates/basic/basic", "/catalog/assets", "/catalog/assets/cities", "/catalog/assets/cities/records",
             "/catalog/assets/cities/facets"]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_every_endpoint_has_the_headers_and_a_twin_with_a_slash(server, path):
    plain = server.get(API + path.rstrip("/"))
    assert plain.status_code == 200, plain.text
    assert plain.headers["Content-Type"] == "application/json; charset=utf-8"
    assert plain.headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert {"Accept-Language", "Cookie", "Host"} <= {x.strip() for x in plain.headers["Vary"].split(",")}
    assert plain.headers["Content-Language"] == "en"
    assert plain.headers["Access-Control-Allow-Origin"] == "*" and "Link" in plain.headers["Access-Control-Expose-Headers"]
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    slashed = server.get(API + path.rstrip("/") + "/")
    assert slashed.status_code == 200 and slashed.json().keys() == plain.json().keys()


@pytest.mark.parametrize("path", ENDPOINTS)
def test_every_endpoint_takes_head_and_options_and_nothing_that_writes(server, path):
    head = server.request("HEAD", API + path)
    assert head.status_code == 200 and not head.content and head.headers["Content-Type"].startswith("application/json")
    options = server.request("OPTIONS", API + path, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
    assert options.status_code == 204 and "GET" in options.headers["Allow"]
    assert options.headers["Access-Control-Allow-Methods"] == "POST, GET, OPTIONS"
    for method in ("PUT", "DELETE", "PATCH"):
        answer = server.request(method, API + path)
        assert answer.status_code == 405 and answer.json()["error_code"] == "MethodNotAllowed", (method, answer.text)


@pytest.mark.parametrize("path", ["/catalog/datasets/cities", "/catalog/datasets", "/catalog/datasets/cities/records", "/catalog/datasets/cities/attachments",
                                  "/catalog/datasets/cities/facets"])
def test_answers_are_tagged_and_tags_are_honoured(server, path):
    tag = server.get(API + path).headers["ETag"]
    again = server.get(API + path, headers={"If-None-Match": tag})
    assert again.status_code == 304 and not again.content
    assert server.get(API + path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert server.get(API + path, {"timezone": "Asia/Tokyo"}, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_json_is_compressed(server, coding):
    answer = requests.get(f"http://127.0.0.1:{server.port}{API}/catalog/datasets/things/records?limit=100", stream=True,
                          headers={"Host": f"{HOST}:{server.port}", "Accept-Encoding": coding})
    raw = answer.raw.read(decode_content=False)
    plain = server.get(API + "/catalog/datasets/things/records?limit=100", headers={"Accept-Encoding": "identity"}).content
    assert answer.headers["Content-Encoding"] == coding and len(raw) < len(plain) / 2
    if coding == "gzip":
        assert gzip.decompress(raw) == plain


def test_unknown_addresses_and_parameters(server):
    for path in ("/nothing", "/catalog/nothing", "/catalog/datasets/cities/nothing", "/catalog/datasets/cities/records/1/2"):
        answer = server.get(API + path)
        assert answer.status_code == 404 and answer.json() == {"error_code": "NotFoundURI", "message": "The requested URI does not exist."}
    assert server.records(nothing="x", search="nowhere", epsg="no number", delimiter="?", thumbnail_size="0")["total_count"] == 4


@pytest.mark.parametrize("yes,no", [("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("1", "0")])
def test_booleans_in_all_their_spellings(server, yes, no):
    assert "_links" in server.records(include_links=yes) and "_links" not in server.records(include_links=no)
    answer = server.get(API + "/catalog/datasets/cities/records", {"include_links": "oui"})
    assert answer.status_code == 400 and answer.json()["error_code"] == "InvalidRESTParameterError"


def test_former_names_of_parameters(server):
    assert server.records(rows=2, start=1, sort="-name")["results"] == server.records(limit=2, offset=1, order_by="name desc")["results"]
    assert server.records(rows=2, limit=1)["results"] == server.records(limit=1)["results"]


def test_times_are_told_once(server):
    path = "/catalog/datasets/things/records?select=count(*)%20as%20fresh_answer"
    timing = server.get(API + path).headers["Server-Timing"]
    parts = {x.split(";")[0].strip(): float(x.split("dur=")[1]) for x in timing.split(",")}
    assert set(parts) == {"plan", "query", "total"} and parts["total"] >= parts["query"] > 0
    assert "Server-Timing" not in server.get(API + path).headers  # kept by the server: it took no time


def test_technical_fields_of_a_record(server):
    row = server.records(select="name, recordid, record_timestamp, datasetid, record_size", where='name="Paris"')["results"][0]
    linked = server.records(include_links="true", where='name="Paris"')["results"][0]
    assert row["recordid"] == linked["_id"] and row["datasetid"] == "cities" and row["record_timestamp"] == linked["_timestamp"]
    assert isinstance(row["record_size"], int) and row["record_size"] > 0
    assert server.records(select="recordid as id", where='name="Paris"')["results"] == [{"id": linked["_id"]}]


def test_datasets_follow_the_time_zone(server):
    utc = server.api("/catalog/datasets/cities")["metas"]["default"]["modified"]
    tokyo = server.api("/catalog/datasets/cities", timezone="Asia/Tokyo")["metas"]["default"]["modified"]
    assert utc.endswith("+00:00") and tokyo.endswith("+09:00")
    from datetime import datetime
    assert datetime.fromisoformat(utc) == datetime.fromisoformat(tokyo)
    listed = server.api("/catalog/datasets", timezone="Asia/Tokyo", where="datasetid='cities'")["results"][0]
    assert listed["metas"]["default"]["modified"] == tokyo


def test_one_dataset_can_be_narrowed(server):
    one = server.api("/catalog/datasets/cities", select="dataset_id, title, fields")
    assert set(one) == {"dataset_id", "title", "fields"} and one["title"] == "Cities"
    assert server.get(API + "/catalog/datasets/cities", {"select": "nope"}).json()["error_code"] == "ODSQLError"
    assert server.get(API + "/catalog/datasets/nowhere", {"select": "title"}).status_code == 404


def test_metadata_templates(server):
    links = {x["rel"]: x["href"] for x in server.api("/catalog/metadata_templates")["links"]}
    assert {"Basic", "Interoperability", "Extra", "Admin"} <= set(links)
    for href in links.values():
        assert server.get(href.split(str(server.port), 1)[1]).status_code == 200
    basic, = server.api("/catalog/metadata_templates/basic")["metadata_templates"]
    assert list(basic) == ["links", "metadata_template"] and basic["metadata_template"]["type"] == "basic"
    fields = {f["name"]: f for f in basic["metadata_template"]["schema"]}
    assert list(fields["title"]) == ["widget", "name", "uri", "label", "values", "self_suggest", "allow_empty", "help_text", "hidden", "type",
                                     "values_domain_property"]
    assert fields["title"]["type"] == "text" and fields["title"]["allow_empty"] is False and fields["description"]["type"] == "html"
    assert fields["theme"]["type"] == "list" and fields["records_count"]["type"] == "int" and fields["modified"]["type"] == "datetime"
    one = server.api("/catalog/metadata_templates/interop/dcat")
    assert list(one) == ["metadata_template"] and "creator" in [f["name"] for f in one["metadata_template"]["schema"]]
    # The templates tell what a dataset's object holds.
    metas = server.api("/catalog/datasets/cities")["metas"]
    for kind in ("basic", "interop"):
        for t in server.api(f"/catalog/metadata_templates/{kind}")["metadata_templates"]:
            name = t["metadata_template"]["name"]
            if name != "basic" and name not in metas:
                continue  # nothing of it is set
            assert {f["name"] for f in t["metadata_template"]["schema"]} <= set(metas["default" if name == "basic" else name])
    for wrong in ("/catalog/metadata_templates/other", "/catalog/metadata_templates/basic/other", "/catalog/metadata_templates/extra/dcat"):
        assert server.get(API + wrong).json()["error_code"] == "NotFoundResource"


def test_lists_that_this_portal_leaves_empty(server):
    for what in ("feedback", "reuses"):
        assert server.api(f"/catalog/datasets/cities/{what}") == {"total_count": 0, "results": []}
        assert server.get(f"{API}/catalog/datasets/nowhere/{what}").status_code == 404


def test_assets_are_datasets(server):
    assert server.api("/catalog/assets")["total_count"] == server.api("/catalog/datasets")["total_count"]
    assert server.api("/catalog/assets/cities") == server.api("/catalog/datasets/cities")
    assert server.api("/catalog/assets/cities/records") == server.records()
    assert server.api("/catalog/assets/cities/facets")["facets"] == server.api("/catalog/datasets/cities/facets")["facets"]


def test_the_size_of_a_record_counts_what_is_seen(server):
    rows = server.records("zones", select="zone, record_size", order_by="record_size desc")["results"]
    assert rows[-1]["zone"] == "none" and rows[0]["record_size"] > rows[-1]["record_size"] > 0
    assert server.records("zones", where="record_size > 50")["total_count"] == 2
