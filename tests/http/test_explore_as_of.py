"""as_of: a dataset as it was published earlier, with today's rights (records, one record, facets, exports, snapshots)."""
import json
import time

import pytest
from conftest import API, HOST, Server, stoa

VERSIONS = [
    ("name,country,secret\nOak,FR,a\n", [{"name": "name", "type": "text"}, {"name": "country", "type": "text", "annotations": {"facet": True}},
                                        {"name": "secret", "type": "text"}]),
    ("name,country,secret\nOak,FR,a\nElm,BE,b\n", None),
    ("name,country,region\nOak,,North\nElm,,South\nYew,,South\n", [{"name": "name", "type": "text"}, {"name": "country", "type": "text", "annotations": {"facet": True}}, {"name": "region", "type": "text", "annotations": {"facet": True}}]),
]
RECORDS = API + "/catalog/datasets/trees/records"


def publish(data, tmp, number, text, fields):
    (tmp / "trees.csv").write_text(text, encoding="utf-8")
    more = []
    if fields:
        (tmp / "trees.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
        more = ["--schema", tmp / "trees.json"]
    stoa(data, "publish", tmp / "trees.csv", "--portal", HOST, "--id", "trees", *more, *(["--replace"] if number > 1 else []))


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    data, tmp = tmp_path_factory.mktemp("asof") / "data", tmp_path_factory.mktemp("sources")
    stoa(data, "portal", "add", HOST)
    fields = None
    for number, (text, own) in enumerate(VERSIONS, 1):
        fields = own or fields
        publish(data, tmp, number, text, fields)
        time.sleep(1.1)
    running = Server(data)
    yield running
    running.stop()


def names(portal, **params):
    return [x["name"] for x in portal.records("trees", select="name", **params)["results"]]


def test_records_of_each_version(portal):
    assert names(portal) == ["Oak", "Elm", "Yew"]
    for number, expected in ((1, ["Oak"]), (2, ["Oak", "Elm"]), (3, ["Oak", "Elm", "Yew"])):
        assert names(portal, as_of=number) == expected
    body = portal.records("trees", as_of=1)
    assert body == {"total_count": 1, "results": [{"name": "Oak", "country": "FR"}]}
    # What was taken out since does not come back by asking for an older version.
    assert portal.get(RECORDS, {"as_of": "1", "select": "secret"}).status_code == 400
    assert portal.records("trees", as_of=1, where='"a"')["total_count"] == 0
    assert portal.records("trees", as_of=2, where='country="BE"', select="name")["results"] == [{"name": "Elm"}]


def test_the_answer_says_which_version_it_shows(portal):
    now = portal.get(RECORDS).headers["Stoa-Version"]
    then = portal.get(RECORDS, {"as_of": "1"}).headers["Stoa-Version"]
    assert now.startswith('3; published="20') and then.startswith('1; published="20') and then.endswith('+00:00"')
    assert portal.get(API + "/catalog/datasets/trees").headers["Stoa-Version"] == now
    tags = {portal.get(RECORDS, {"as_of": n, "select": "count(*)"}).headers["ETag"] for n in ("1", "2", "3")}
    assert len(tags) == 3


def test_snapshots_list_the_versions_and_times_lead_to_them(portal):
    body = portal.api("/catalog/datasets/trees/snapshots", include_links="true")
    assert body["total_count"] == 3
    assert [(x["number"], x["records_count"], x["current"]) for x in body["results"]] == [(3, 3, True), (2, 2, False), (1, 1, False)]
    for one in body["results"]:
        assert len(names(portal, as_of=one["published"])) == one["records_count"], one
        link = one["_links"][0]["href"].split(str(portal.port), 1)[1]
        assert portal.get(link).json()["total_count"] == one["records_count"]
    zoned = portal.api("/catalog/datasets/trees/snapshots", timezone="Asia/Tokyo")["results"][1]["published"]
    assert zoned.endswith("+09:00") and names(portal, as_of=zoned) == ["Oak", "Elm"]
    assert names(portal, as_of="2999") == ["Oak", "Elm", "Yew"] and names(portal, as_of="2999-01-01T00:00:00Z") == ["Oak", "Elm", "Yew"]


def test_versions_that_are_not_there_are_named_404(portal):
    for wrong in ("7", "0", "1999", "2001-01-01"):
        answer = portal.get(RECORDS, {"as_of": wrong})
        assert answer.status_code == 404 and "There are: 3 (" in answer.json()["message"], answer.text
    answer = portal.get(RECORDS, {"as_of": "yesterday"})
    assert answer.status_code == 400 and "as_of" in answer.json()["message"]


def test_one_record_facets_and_exports_of_a_version(portal):
    linked = portal.records("trees", as_of=2, include_links="true", where='name="Elm"')["results"][0]
    path = f'{RECORDS}/{linked["_id"]}'
    assert portal.get(path, {"as_of": "2"}).json() == {"name": "Elm", "country": "BE"}
    assert portal.get(path).status_code == 404
    facets = portal.api("/catalog/datasets/trees/facets", as_of=2)["facets"]
    assert [f["name"] for f in facets] == ["country"] and {v["name"] for v in facets[0]["facets"]} == {"FR", "BE"}
    for form, first in (("csv", "name;country"), ("jsonl", '{"name":"Oak","country":"FR"}')):
        answer = portal.get(f"{API}/catalog/datasets/trees/exports/{form}", {"as_of": "1", "with_bom": "false"})
        assert answer.text.splitlines()[0] == first and answer.headers["Stoa-Version"].startswith("1;")
    unknown = portal.get(RECORDS, {"as_of": "1", "where": 'region="North"'})
    assert unknown.status_code == 400 and "Unknown field: region" in unknown.json()["message"]


def test_a_conditional_request_holds_for_its_version(portal):
    tag = portal.get(RECORDS, {"as_of": "1"}).headers["ETag"]
    assert portal.get(RECORDS, {"as_of": "1"}, headers={"If-None-Match": tag}).status_code == 304
    assert portal.get(RECORDS, {"as_of": "2"}, headers={"If-None-Match": tag}).status_code == 200


def test_as_many_versions_are_kept_as_the_portal_says(make_server, tmp_path):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "versions.kept=3")
    for number in range(1, 6):
        publish(data, tmp_path, number, "n\n" + "".join(f"{i}\n" for i in range(number)), None)
    server = make_server(data)
    assert [x["number"] for x in server.api("/catalog/datasets/trees/snapshots")["results"]] == [5, 4, 3]
    assert server.records("trees", as_of=3)["total_count"] == 3
    assert server.get(RECORDS, {"as_of": "2"}).status_code == 404
    assert len(list(data.rglob("v*.duckdb"))) >= 3 and not list(data.rglob("v1.duckdb"))
    stoa(data, "publish", "--portal", HOST, "--id", "trees", "--rollback")
    assert server.get(RECORDS).headers["Stoa-Version"].startswith("4;")
    assert server.records("trees", as_of=5)["total_count"] == 5


def test_rights_of_today_hold_for_what_was_published_before(make_server, tmp_path):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    publish(data, tmp_path, 1, "name,secret,zone\nOak,a,1\nElm,b,2\n", None)
    publish(data, tmp_path, 2, "name,zone\nOak,1\nElm,2\nYew,2\n", None)
    publish(data, tmp_path, 3, "name,zone,secret\nOak,1,a\nElm,2,b\nYew,2,c\n", None)
    stoa(data, "secure", "trees", "--portal", HOST, "--filter", "zone=2", "--fields", "name,zone")
    server = make_server(data)
    assert server.records("trees", as_of=1)["results"] == [{"name": "Elm", "zone": 2}]
    assert server.get(RECORDS, {"as_of": "1", "select": "secret"}).status_code == 400
    assert server.records("trees", as_of=2)["results"] == [{"name": "Elm", "zone": 2}, {"name": "Yew", "zone": 2}]
    rows = server.get(API + "/catalog/datasets/trees/exports/csv", {"as_of": "1", "with_bom": "false"}).text.splitlines()
    assert rows == ["name;zone", "Elm;2"]
    assert server.api("/catalog/datasets/trees/snapshots")["results"][2]["records_count"] is None
    publish(data, tmp_path, 4, "name,area\nOak,1\nYew,2\n", None)
    stoa(data, "secure", "trees", "--portal", HOST, "--filter", "area=2", "--fields", "name,area")
    refused = server.get(RECORDS, {"as_of": "1"})
    assert refused.status_code == 403 and "today's rules" in refused.json()["message"], refused.text
    assert server.records("trees")["results"] == [{"name": "Yew", "area": 2}]


def test_no_text_in_as_of_breaks_anything(portal):
    for text in ("9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59Z", "0001", "0001-01-01T00:00:00+14:00", "-1", "99999999999999999999",
                 "9223372036854775807", "1e3", "3 ", " 3", "3;drop", "2026-13-45", "2026/11/22", "\u0663", "\u202e3", "'", '"', "%", "x" * 64,
                 "2026-11-22T10:00:00 00:00", "\n"):
        answer = portal.get(RECORDS, {"as_of": text})
        assert answer.status_code in (200, 400, 404), (text, answer.status_code, answer.text)
    assert portal.get(RECORDS, {"as_of": "x" * 65}).status_code == 400
    assert names(portal, as_of=" 1 ") == ["Oak"]
