"""Links documents, datasets and the catalogue of the Explore API (§8.1–8.3, §10), transport and errors (§1, §4, §5)."""
import json

import pytest
from conftest import API, HOST, OTHER

DATASET_KEYS = ["visibility", "fields", "dataset_id", "dataset_uid", "has_records", "features", "attachments",
                "alternative_exports", "data_visible", "metas"]


def rels(links):
    return {x["rel"]: x["href"] for x in links}


def test_the_root_lists_the_sources(server):
    links = rels(server.api("/")["links"])
    assert links["source"] == f"http://{HOST}:{server.port}{API}/catalog"
    assert "self" in links


def test_the_catalogue_lists_its_entry_points(server):
    links = rels(server.api("/catalog")["links"])
    assert {"self", "datasets", "exports", "facets"} <= set(links)
    assert server.get(links["datasets"].split(str(server.port), 1)[1]).status_code == 200


def test_a_dataset_list_has_whole_objects(server):
    body = server.api("/catalog/datasets", limit=2)
    assert list(body) == ["total_count", "results"]
    assert body["total_count"] == 3 and len(body["results"]) == 2
    for one in body["results"]:
        assert list(one) == DATASET_KEYS


def test_a_dataset_object_tells_everything(server):
    one = server.api("/catalog/datasets/cities")
    assert list(one) == DATASET_KEYS
    assert (one["dataset_id"], one["visibility"], one["has_records"], one["data_visible"]) == ("cities", "domain", True, True)
    assert one["dataset_uid"].startswith("da_") and len(one["dataset_uid"]) == 9
    assert {"analyze", "timeserie", "geo"} <= set(one["features"])
    assert one["attachments"] == [] and one["alternative_exports"] == []
    meta = one["metas"]["default"]
    assert meta["title"] == "Cities" and meta["theme"] == ["Environment", "Culture"] and meta["publisher"] == "City office"
    assert meta["records_count"] == 4 and meta["license"] is None
    assert meta["modified"].endswith("+00:00") and meta["data_processed"] and meta["metadata_processed"]
    assert one["metas"]["dcat"]["creator"] == "The mayor" and one["metas"]["dcat"]["issued"] is None


def test_fields_have_scalar_annotations(server):
    fields = {f["name"]: f for f in server.api("/catalog/datasets/cities")["fields"]}
    assert list(fields) == ["name", "country", "tags", "pop", "area", "founded", "updated", "capital", "loc"]
    for f in fields.values():
        assert {"name", "description", "annotations", "label", "type"} <= set(f)
    assert fields["country"]["annotations"] == {"facet": True, "facetsort": "-count"}
    assert fields["country"]["description"] == "ISO code" and fields["name"]["description"] is None
    assert fields["name"]["annotations"] == {"sortable": True}
    assert fields["tags"]["annotations"] == {"facet": True, "multivalued": ","}
    assert fields["pop"]["annotations"] == {"unit": "inhabitants"} and fields["pop"]["label"] == "Population"
    assert fields["founded"]["annotations"] == {"facet": True, "timeserie_precision": "day"}
    assert [fields[n]["type"] for n in ("name", "pop", "area", "founded", "updated", "capital", "loc")] == [
        "text", "int", "double", "date", "datetime", "boolean", "geo_point_2d"]


def test_links_of_a_dataset_come_on_request(server):
    assert "_links" not in server.api("/catalog/datasets/cities")
    links = rels(server.api("/catalog/datasets/cities", include_links="true")["_links"])
    assert {"self", "attachments", "files", "records", "exports", "facets", "catalog"} <= set(links)
    assert links["records"] == f"http://{HOST}:{server.port}{API}/catalog/datasets/cities/records"


def test_select_narrows_dataset_objects(server):
    rows = server.api("/catalog/datasets", select="dataset_id, fields", where='datasetid="cities"')["results"]
    assert len(rows) == 1 and set(rows[0]) == {"dataset_id", "fields"}
    assert rows[0]["dataset_id"] == "cities" and rows[0]["fields"][0]["name"] == "name"
    rows = server.api("/catalog/datasets", select="default.title, title", where='datasetid="cities"')["results"]
    assert rows == [{"default.title": "Cities", "title": "Cities"}]
    assert server.api("/catalog/datasets", select="fields", limit=1)["results"][0].keys() == {"fields"}


def test_metas_is_not_a_field(server):
    body = server.api("/catalog/datasets", 400, select="metas")
    assert body["error_code"] == "ODSQLError" and "Unknown field: metas" in body["message"]


@pytest.mark.parametrize("where, ids", [
    ('datasetid="cities"', {"cities"}),
    ('datasetid:"cities"', {"cities"}),
    ("features='geo'", {"cities", "zones"}),
    ('"world"', {"things"}),
    ('search("citi")', {"cities"}),
    ("publisher='Museum'", {"things"}),
    ("default.theme='Culture'", {"cities", "things"}),
    ("records_count > 100", {"things"}),
    ("modified > date'2020'", {"cities", "things", "zones"}),
    ("modified < date'2020'", set()),
])
def test_the_catalogue_is_asked_with_odsql(server, where, ids):
    body = server.api("/catalog/datasets", where=where)
    assert {x["dataset_id"] for x in body["results"]} == ids
    assert body["total_count"] == len(ids)


def test_the_catalogue_refines_and_groups(server):
    assert {x["dataset_id"] for x in server.api("/catalog/datasets", refine="theme:Culture")["results"]} == {"cities", "things"}
    assert {x["dataset_id"] for x in server.api("/catalog/datasets", refine="default.theme:Environment")["results"]} == {"cities"}
    assert {x["dataset_id"] for x in server.api("/catalog/datasets", exclude="publisher:Museum")["results"]} == {"cities", "zones"}
    groups = server.api("/catalog/datasets", select="features,count(*) as count", group_by="features")
    assert "total_count" not in groups
    assert {g["features"]: g["count"] for g in groups["results"]}["geo"] == 2


def test_datasets_are_ordered_and_paged(server):
    ids = [x["dataset_id"] for x in server.api("/catalog/datasets", order_by="datasetid")["results"]]
    assert ids == ["cities", "things", "zones"]
    assert [x["dataset_id"] for x in server.api("/catalog/datasets", order_by="datasetid", limit=1, offset=1)["results"]] == ["things"]
    assert server.api("/catalog/datasets", limit=0) == {"total_count": 3, "results": []}
    assert [x["dataset_id"] for x in server.api("/catalog/datasets", sort="-datasetid", rows=1, start=0)["results"]] == ["zones"]


def test_links_of_the_catalogue_page_through_it(server):
    links = rels(server.api("/catalog/datasets", include_links="true", limit=1, offset=1, order_by="datasetid")["_links"])
    assert {"self", "first", "last", "next", "previous", "catalog"} <= set(links)
    for rel, offset in (("self", 1), ("first", 0), ("last", 2), ("next", 2), ("previous", 0)):
        assert f"offset={offset}" in links[rel] and "limit=1" in links[rel] and "order_by=datasetid" in links[rel]
    assert "include_app_metas=False" in links["self"]


def test_attachments_are_an_empty_list(server):
    body = server.api("/catalog/datasets/cities/attachments")
    assert body["attachments"] == [] and "links" in body


def test_catalogue_facets_have_the_configured_order(server):
    body = server.api("/catalog/facets")
    assert list(body) == ["links", "facets"] and rels(body["links"])["source"].endswith("/catalog")
    names = [f["name"] for f in body["facets"]]
    assert names == ["features", "theme", "keyword", "license", "language", "modified", "publisher"]
    theme = body["facets"][1]["facets"]
    assert [(v["name"], v["count"]) for v in theme] == [("Culture", 2), ("Environment", 1)]


def test_a_facet_of_the_catalogue_goes_by_the_name_asked_for(server):
    assert [f["name"] for f in server.api("/catalog/facets", facet=["default.theme", "theme"])["facets"]] == ["default.theme", "theme"]


def test_orders_by_popularity_that_clients_send_are_answered(server):
    usual = [d["dataset_id"] for d in server.api("/catalog/datasets", select="dataset_id")["results"]]
    for order in ("explore.popularity_score desc", "explore.download_count"):
        page = server.api("/catalog/datasets", order_by=order, select="dataset_id, explore.download_count")
        assert page["results"] == [{"dataset_id": d, "explore.download_count": None} for d in usual]
    old = server.get("/api/datasets/1.0/search/", {"sort": "explore.popularity_score", "rows": 2})
    assert [d["datasetid"] for d in old.json()["datasets"]] == usual[:2]


def test_facets_of_the_catalogue_follow_refinements(server):
    body = server.api("/catalog/facets", facet="publisher", refine="publisher:Museum")
    values = {v["name"]: v["state"] for v in body["facets"][0]["facets"]}
    assert body["facets"][0]["name"] == "publisher" and values["Museum"] == "refined"
    dates = server.api("/catalog/facets", facet="modified")["facets"][0]["facets"]
    assert len(dates) >= 1 and dates[0]["name"].isdigit() and dates[0]["count"] == 3


# --- transport ------------------------------------------------------------------------------------------------------


def test_portals_do_not_see_each_other(server):
    assert [x["dataset_id"] for x in server.api("/catalog/datasets", host=OTHER)["results"]] == ["elsewhere"]
    assert server.api("/catalog/datasets/elsewhere", 404)["error_code"] == "NotFoundResource"
    assert server.api("/catalog/datasets/cities", 404, host=OTHER)["error_code"] == "NotFoundResource"
    assert server.api("/catalog/datasets/cities/records", 404, host=OTHER)["error_code"] == "NotFoundResource"


def test_an_unknown_host_is_refused(server):
    answer = server.get(API + "/catalog/datasets", host="nobody.example")
    assert answer.status_code == 421 and answer.content == b"" and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/catalog", "/catalog/datasets", "/catalog/datasets/cities", "/catalog/facets",
                                  "/catalog/datasets/cities/records", "/catalog/datasets/cities/facets", "/catalog/exports",
                                  "/catalog/datasets/cities/exports", "/catalog/datasets/cities/attachments"])
def test_every_endpoint_has_the_headers_of_the_api(server, path):
    for p in (API + path, API + path.rstrip("/") + "/"):
        answer = server.get(p)
        assert answer.status_code == 200, p
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Max-Age"] == "1000"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "X-RateLimit-Remaining" in answer.headers["Access-Control-Expose-Headers"]
        vary = {x.strip() for x in answer.headers["Vary"].split(",")}
        assert {"Accept-Language", "Cookie", "Host"} <= vary
        assert answer.headers["Content-Language"] == "en"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_head_is_get_without_a_body(server):
    for path in ("/catalog/datasets/cities/records", "/catalog/datasets/cities/exports/csv"):
        answer = server.request("HEAD", API + path)
        assert answer.status_code == 200 and answer.content == b""
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_options_answers_browsers(server):
    answer = server.request("OPTIONS", API + "/catalog/datasets", headers={"Origin": "https://elsewhere.example",
                                                                         "Access-Control-Request-Method": "GET"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "GET" in answer.headers["Allow"]


def test_other_methods_are_not_allowed(server):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = server.request(method, API + "/catalog/datasets")
        assert answer.status_code == 405 and answer.json()["error_code"] == "MethodNotAllowed"


def test_an_unknown_route_is_told_as_such(server):
    answer = server.get(API + "/catalog/nothing")
    assert answer.status_code == 404 and answer.json() == {"error_code": "NotFoundURI", "message": "The requested URI does not exist."}
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/catalog/datasets/cities/aggregates", "/catalog/datasets/cities/query", "/catalog/query",
                                  "/catalog/aggregates"])
def test_endpoints_of_v2_0_are_gone(server, path):
    assert server.api(path, 410)["error_code"] == "Gone"


def test_unknown_things_are_not_found(server):
    body = server.api("/catalog/datasets/nope", 404)
    assert body == {"error_code": "NotFoundResource", "message": "The requested dataset nope does not exist."}
    for below in ("/records", "/facets", "/exports", "/exports/csv", "/attachments"):
        assert server.api("/catalog/datasets/nope" + below, 404)["error_code"] == "NotFoundResource"
    assert server.api("/catalog/datasets/cities/exports/odt", 404)["error_code"] == "NotFoundURI"
    assert server.api("/catalog/exports/odt", 404)["error_code"] == "NotFoundURI"


def test_errors_are_indented_by_two(server):
    text = server.get(API + "/catalog/datasets/cities/records", {"select": "nope"}).text
    body = json.loads(text)
    assert list(body) == ["error_code", "message"]
    assert text.startswith('{\n  "error_code": "ODSQLError",\n  "message": ')


def test_unknown_parameters_are_ignored(server):
    assert server.api("/catalog/datasets/cities/records", nonsense="1", pretty="false", search="x")["total_count"] == 4


def test_answers_have_tags_that_spare_the_body(server):
    path = API + "/catalog/datasets/cities/records"
    first = server.get(path, {"limit": 1}, headers={"Accept-Encoding": "identity"})
    tag = first.headers["ETag"]
    again = server.get(path, {"limit": 1}, headers={"If-None-Match": tag, "Accept-Encoding": "identity"})
    assert again.status_code == 304 and again.content == b""
    other = server.get(path, {"limit": 2}, headers={"If-None-Match": tag, "Accept-Encoding": "identity"})
    assert other.status_code == 200 and other.headers["ETag"] != tag


def test_an_unknown_language_is_the_portal_s(server):
    answer = server.get(API + "/catalog/datasets/cities/records", {"lang": "xx"})
    assert answer.status_code == 200 and answer.headers["Content-Language"] == "en"
    assert server.get(API + "/catalog/datasets", {"lang": "fr"}).headers["Content-Language"] == "fr"


def test_a_ticket_of_bad_escapes_is_refused(server):
    for query in ("?where=%zz", "?where=%ff%fe", "?where=a%00b"):
        answer = server.get(API + "/catalog/datasets/cities/records" + query)
        assert answer.status_code == 400, query
        assert "error_code" in answer.json()
