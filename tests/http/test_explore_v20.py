"""v2.0 of the Explore API, at both its addresses (§18, and §20 of the language): envelopes, links always, aggregates, and
what it prints in its own way."""
import json

import pytest
from conftest import HOST, stoa

BASES = ["/api/explore/v2.0", "/api/v2"]


@pytest.fixture(params=BASES)
def v2(server, request):
    def get(path, status=200, **params):
        answer = server.get(request.param + path, params)
        assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:1000]}"
        return answer.json()
    get.base = f"http://{HOST}:{server.port}{request.param}"
    return get


def rels(links):
    return {x["rel"]: x["href"] for x in links}


def test_links_documents_stay_below_their_own_base(v2):
    assert rels(v2("/")["links"]) == {"self": v2.base, "source": v2.base + "/catalog"}
    assert rels(v2("/catalog/")["links"])["datasets"] == v2.base + "/catalog/datasets"
    assert rels(v2("/catalog/datasets/cities/exports")["links"])["csv"] == v2.base + "/catalog/datasets/cities/exports/csv"


def test_datasets_come_in_envelopes(v2):
    body = v2("/catalog/datasets", rows=2)
    assert list(body) == ["total_count", "links", "datasets"] and body["total_count"] == 3 and len(body["datasets"]) == 2
    one = body["datasets"][0]
    assert list(one) == ["links", "dataset"] and "_links" not in one["dataset"] and one["dataset"]["metas"]["default"]["title"]
    links = rels(one["links"])
    assert links["self"] == f'{v2.base}/catalog/datasets/{one["dataset"]["dataset_id"]}' and {"records", "exports", "facets"} <= set(links)
    assert {"self", "first", "last", "next"} <= set(rels(body["links"]))
    assert v2("/catalog/datasets", start=2, rows=2)["datasets"][0]["dataset"] not in [x["dataset"] for x in body["datasets"]]


def test_chosen_members_of_datasets_come_in_envelopes(v2):
    body = v2("/catalog/datasets", select="dataset_id, fields", where="dataset_id='cities'")
    one, = body["datasets"]
    assert set(one["dataset"]) == {"dataset_id", "fields"} and rels(one["links"])["self"].endswith("/catalog/datasets/cities")


def test_one_dataset(v2):
    body = v2("/catalog/datasets/cities")
    assert list(body) == ["links", "dataset"] and body["dataset"]["dataset_id"] == "cities"


def test_records_come_in_envelopes(v2):
    body = v2("/catalog/datasets/cities/records", rows=1, sort="name", select="name, pop")
    assert list(body) == ["total_count", "links", "records"] and body["total_count"] == 4
    one, = body["records"]
    assert list(one) == ["links", "record"] and list(one["record"]) == ["id", "timestamp", "size", "fields"]
    assert one["record"]["fields"] == {"name": "Besançon", "pop": None}
    assert len(one["record"]["id"]) == 40 and one["record"]["timestamp"].endswith("Z") and one["record"]["size"] > 0
    assert rels(one["links"])["self"] == f'{v2.base}/catalog/datasets/cities/records/{one["record"]["id"]}'
    assert rels(one["links"])["dataset"] == v2.base + "/catalog/datasets/cities"
    links = rels(body["links"])
    assert links["self"].endswith("&limit=1&offset=0") and "next" in links and "previous" not in links
    single = v2(f'/catalog/datasets/cities/records/{one["record"]["id"]}')
    assert list(single) == ["links", "record"] and single["record"]["fields"]["name"] == "Besançon"


def test_sort_downwards_and_group_by_ignored_on_records(v2):
    body = v2("/catalog/datasets/cities/records", sort="-pop", group_by="country", rows=-1)
    assert [x["record"]["fields"]["name"] for x in body["records"]][0] == "Paris" and body["total_count"] == 4


def test_search_is_a_bare_text(v2):
    body = v2("/catalog/datasets/cities/records", search="rochelle", pretty="true")
    assert [x["record"]["fields"]["name"] for x in body["records"]] == ["La Rochelle"] and body["total_count"] == 1
    assert v2("/catalog/datasets/cities/records", search="rochelle", where="pop > 100000")["total_count"] == 0
    assert v2("/catalog/datasets/cities/records", search='say "x" or \\ not')["total_count"] == 0
    assert v2("/catalog/datasets", search="world")["total_count"] == 1


def test_aggregates_in_groups_leave_out_null(v2):
    body = v2("/catalog/datasets/cities/aggregates", select="count(*) as n", group_by="country", order_by="n desc")
    assert body["aggregations"] == [{"country": "FR", "n": 2}, {"country": "BE", "n": 1}]
    assert list(body) == ["links", "aggregations"]


def test_aggregates_without_groups_are_one_element(v2):
    assert v2("/catalog/datasets/cities/aggregates", select="max(pop) as top, count(*) as n")["aggregations"] == [{"top": 2100000, "n": 4}]
    body = v2("/catalog/datasets/cities/aggregates", 400, select="name")
    assert body["error_code"] == "ODSQLError" and "aggregation" in body["message"]
    v2("/catalog/datasets/cities/aggregates", 400, select="name, count(*)", group_by="country")


def test_date_keys_are_milliseconds_and_parts_of_dates_texts(v2, server):
    rows = v2("/catalog/datasets/cities/aggregates", select="count(*) as n", group_by="founded", order_by="founded")["aggregations"]
    assert rows[0] == {"founded": 569203200000, "n": 1}
    rows = v2("/catalog/datasets/cities/aggregates", select="count(*) as n", group_by="year(founded) as y", order_by="y")["aggregations"]
    assert rows == [{"y": "1988", "n": 1}, {"y": "1990", "n": 2}]
    rows = v2("/catalog/datasets/cities/records", select="month(founded) as m", where='name="Paris"')["records"]
    assert rows[0]["record"]["fields"] == {"m": "1"}
    modern = server.records("cities", select="count(*) as n", group_by="founded", where="founded is not null", order_by="founded")["results"]
    assert modern[0] == {"founded": "1988-01-15", "n": 1}


def test_aggregates_of_the_catalogue(v2):
    rows = v2("/catalog/aggregates", select="count(*) as n", group_by="publisher")["aggregations"]
    assert {"publisher": "Museum", "n": 1} in rows and all(x["publisher"] is not None for x in rows)


def test_query_gives_flat_rows_and_groups(v2):
    body = v2("/catalog/datasets/cities/query", select="name", limit=1, order_by="name")
    assert body["results"] == [{"name": "Besançon"}] and body["total_count"] == 4
    assert v2("/catalog/datasets/cities/query", select="count(*) as n", group_by="country")["results"][0] == {"country": "BE", "n": 1}
    assert "dataset_id" in v2("/catalog/query", limit=1)["results"][0]


def test_facets_are_those_of_the_modern_version(v2, server):
    old = v2("/catalog/datasets/cities/facets", facet="country")
    assert old["facets"] == server.api("/catalog/datasets/cities/facets", facet="country")["facets"]
    assert rels(old["links"])["self"].startswith(v2.base)


@pytest.mark.parametrize("base", BASES)
def test_csv_has_no_mark_unless_asked_for(server, base):
    path = base + "/catalog/datasets/cities/exports/csv"
    assert not server.get(path).content.startswith(b"\xef\xbb\xbf")
    assert server.get(path, {"with_bom": "true"}).content.startswith(b"\xef\xbb\xbf")
    assert len(server.get(path, {"group_by": "country", "select": "name"}).content.splitlines()) == 5


@pytest.mark.parametrize("base", BASES)
def test_geojson_has_instants_as_milliseconds(server, base):
    features = json.loads(server.get(base + "/catalog/datasets/cities/exports/geojson").content)["features"]
    assert features[0]["properties"]["updated"] == 1620304495000 and features[0]["properties"]["founded"] == "1988-01-15"
    features = json.loads(server.get("/api/explore/v2.1/catalog/datasets/cities/exports/geojson").content)["features"]
    assert features[0]["properties"]["updated"] == "2021-05-06T12:34:55+00:00"


@pytest.mark.parametrize("base", BASES)
def test_what_changes_is_told_in_headers(server, base):
    headers = server.get(base + "/catalog/datasets/cities/records").headers
    assert headers["ODS-Explore-API-Deprecation"].startswith("DATE_KEYS_AS_ISOFORMAT: ")
    assert headers["Link"] == f'<http://{HOST}:{server.port}/api/explore/v2.1>; rel="successor-version"'
    assert "ODS-Explore-API-Deprecation" not in server.get("/api/explore/v2.1/catalog").headers


def test_the_modern_version_says_410_where_the_old_answers(server):
    for path in ("/catalog/aggregates", "/catalog/query", "/catalog/datasets/cities/aggregates", "/catalog/datasets/cities/query"):
        assert server.get("/api/explore/v2.1" + path).status_code == 410, path
    for base in BASES:
        answer = server.get(base + "/catalog/assets")
        assert answer.status_code == 404 and answer.json()["error_code"] == "NotFoundURI"


@pytest.mark.parametrize("base", BASES)
def test_xls_is_a_workbook_of_the_old_version_only(server, base):
    import xml.etree.ElementTree as xml
    answer = server.get(base + "/catalog/datasets/cities/exports/xls", {"use_labels": "true"})
    assert answer.status_code == 200 and answer.headers["Content-Disposition"] == 'attachment; filename="cities.xls"'
    assert answer.headers["Content-Type"] == "application/vnd.ms-excel"
    ns = {"s": "urn:schemas-microsoft-com:office:spreadsheet"}
    rows = [[(d.get(f"{{{ns['s']}}}Type"), d.text) if (d := cell.find("s:Data", ns)) is not None else None for cell in row.findall("s:Cell", ns)]
            for row in xml.fromstring(answer.content).iter(f"{{{ns['s']}}}Row")]
    assert [x[1] for x in rows[0]] == ["Name", "Country", "Tags", "Population", "Area", "Founded", "Updated", "Capital", "Location"]
    assert rows[1][0] == ("String", "Paris") and rows[1][3] == ("Number", "2100000") and rows[1][5] == ("DateTime", "1988-01-15T00:00:00.000")
    assert "xls" in rels(server.get(base + "/catalog/datasets/cities/exports").json()["links"])
    assert server.get("/api/explore/v2.1/catalog/datasets/cities/exports/xls").status_code == 404
    assert "xls" not in rels(server.api("/catalog/datasets/cities/exports")["links"])
