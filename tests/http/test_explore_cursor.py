"""Pages by cursor: however deep, each record once, in the order asked for."""
import re
import pytest
from conftest import API


def pages(server, dataset="things", **params):
    """All pages, following next_cursor."""
    cursor, found = "*", []
    while cursor is not None:
        body = server.api(f"/catalog/datasets/{dataset}/records", cursor=cursor, **params)
        found.append(body)
        cursor = body["next_cursor"]
    return found


def whole(server, dataset="things", **params):
    return server.api(f"/catalog/datasets/{dataset}/exports/json", **params)


@pytest.mark.parametrize("order", [None, "kind", "kind desc, id desc", "colour, kind", "random(7)", "path desc"])
def test_pages_together_are_the_whole(server, order):
    ask = {"order_by": order} if order else {}
    found = pages(server, limit=40, select="id", **ask)
    ids = [r["id"] for page in found for r in page["results"]]
    assert ids == [r["id"] for r in whole(server, select="id", **ask)]
    assert len(ids) == len(set(ids)) == 250
    assert [len(p["results"]) for p in found] == [40] * 6 + [10]
    assert {p["total_count"] for p in found} == {250}


def test_filters_hold_on_every_page(server):
    found = pages(server, limit=30, where="colour='red'", order_by="kind desc")
    assert sum(len(p["results"]) for p in found) == found[0]["total_count"] == 84
    assert all(r["colour"] == "red" for p in found for r in p["results"])


def test_the_header_names_the_next_page(server):
    answer = server.get(f"{API}/catalog/datasets/things/records", {"cursor": "*", "limit": 100, "order_by": "kind"})
    address = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers["Link"]).group(1)
    assert answer.json()["next_cursor"] in address and "order_by=kind" in address


def test_without_cursor_nothing_is_said_of_it(server):
    assert "next_cursor" not in server.api("/catalog/datasets/things/records")


@pytest.mark.parametrize("more, word", [({"offset": 10}, "offset"), ({"group_by": "kind"}, "groups"), ({"select": "count(*)"}, "aggregates")])
def test_what_has_no_pages_of_this_kind_says_so(server, more, word):
    body = server.api("/catalog/datasets/things/records", 400, cursor="*", **more)
    assert body["error_code"] == "InvalidRESTParameterError" and word in body["message"]


def test_a_cursor_of_another_question_is_refused(server):
    cursor = server.api("/catalog/datasets/things/records", cursor="*", order_by="kind")["next_cursor"]
    for bad in (cursor[:-3], "nonsense", "*" + cursor, cursor + "AAAA"):
        assert server.api("/catalog/datasets/things/records", 400, cursor=bad, order_by="kind")["error_code"] == "InvalidRESTParameterError"
    body = server.api("/catalog/datasets/things/records", 400, cursor=cursor, order_by="kind desc")
    assert "start again with cursor=*" in body["message"]


@pytest.mark.parametrize("offset", [0, 1, 100, 249, 250, 900])
def test_pages_by_offset_stand_at_their_place(server, offset):
    body = server.api("/catalog/datasets/things/records", offset=offset, limit=3, select="id")
    assert [r["id"] for r in body["results"]] == list(range(offset, min(offset + 3, 250))) and body["total_count"] == 250
