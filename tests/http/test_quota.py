"""Quotas of calls and budgets of work: what is counted, for whom, and what a refusal says."""
import datetime
import re
import shutil
import time

import pytest

import rights_world as w
from conftest import API, HOST, stoa

PATH = f"{API}/catalog/datasets/cities/records"


@pytest.fixture(scope="module")
def made(tmp_path_factory, sources):
    """Made once; every test has a copy."""
    data = tmp_path_factory.mktemp("quota") / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    stoa(data, "publish", sources / "cities.csv", "--portal", HOST, "--id", "cities", "--schema", sources / "cities.fields.json")
    w.make_people(data, HOST)
    return data


@pytest.fixture
def portal(made, tmp_path, make_server):
    """A server behind a proxy, so that a test can come from any address."""
    shutil.copytree(made, tmp_path / "data")
    return make_server(tmp_path / "data", "--trusted-proxies", "127.0.0.1")


def setting(server, *values):
    stoa(server.data, "portal", "set", HOST, *values)


def call(server, address="192.0.2.1", path=PATH, **headers):
    return server.get(path, headers={"X-Forwarded-For": address, **headers})


def left(answer):
    assert answer.status_code == 200, answer.text
    return int(answer.headers["X-RateLimit-Remaining"])


def test_nothing_is_counted_unless_asked(portal):
    answer = call(portal)
    assert answer.status_code == 200
    assert not [h for h in answer.headers if h.lower().startswith("x-ratelimit")]


def test_an_address_has_its_calls_and_no_more(portal):
    setting(portal, "quota.anonymous=3")
    assert [left(call(portal)) for _ in range(3)] == [2, 1, 0]
    answer = call(portal)
    assert answer.status_code == 429
    body = answer.json()
    assert set(body) == {"errorcode", "reset_time", "limit_time_unit", "call_limit", "error"}
    assert (body["errorcode"], body["limit_time_unit"], body["call_limit"]) == (10005, "day", 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", body["reset_time"]) and "key" in body["error"]
    assert 0 < int(answer.headers["Retry-After"]) <= 86400
    assert "X-RateLimit-Limit" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert left(call(portal, "192.0.2.2")) == 2


def test_the_headers_are_those_of_the_original(portal):
    setting(portal, "quota.anonymous=10")
    head = call(portal).headers
    assert head["X-RateLimit-Limit"] == "10" and head["X-RateLimit-Remaining"] == "9"
    midnight = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%d 00:00:00+00:00")
    assert head["X-RateLimit-Reset"] == midnight
    assert "X-RateLimit-Limit" not in call(portal, path=f"{API}/catalog/datasets/none").headers


def test_answers_that_were_kept_count_too(portal):
    assert call(portal).status_code == 200
    assert call(portal).status_code == 200
    setting(portal, "quota.anonymous=2")
    assert [call(portal).status_code for _ in range(3)] == [200, 200, 429]


def test_failures_and_unknown_addresses_count(portal):
    setting(portal, "quota.anonymous=3")
    assert call(portal, path=f"{PATH}?where=nothere=1").status_code == 400
    assert call(portal, path=f"{API}/nowhere").status_code == 404
    assert call(portal, path=f"/%61pi/explore/v2.1/catalog/datasets/cities/records").status_code == 200
    assert call(portal).status_code == 429


def test_pages_and_preflights_do_not_count(portal):
    setting(portal, "quota.anonymous=1")
    for _ in range(3):
        assert call(portal, path="/explore/").status_code == 200
        assert portal.request("OPTIONS", PATH, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 204
    assert left(call(portal)) == 0


def test_the_portal_has_one_quota_for_all(portal):
    setting(portal, "quota.portal=3")
    key = w.make_key(portal.data, w.MEMBER, portal=HOST)
    assert left(call(portal, "192.0.2.1")) == 2
    assert left(call(portal, "192.0.2.2")) == 1
    assert left(call(portal, Authorization=f"Apikey {key}")) == 0
    answer = call(portal, "192.0.2.9")
    assert answer.status_code == 429 and answer.json()["errorcode"] == 10002 and "on the domain" in answer.json()["error"]


def test_keys_have_their_own(portal):
    setting(portal, "quota.key=2", "quota.anonymous=1")
    usual, more, free = (w.make_key(portal.data, w.MEMBER, *x, portal=HOST) for x in ((), ("--calls", "4"), ("--calls", "0")))
    heads = [{"Authorization": f"Apikey {k}"} for k in (usual, more, free)]
    assert [call(portal, **heads[0]).status_code for _ in range(3)] == [200, 200, 429]
    answer = call(portal, **heads[0]).json()
    assert (answer["errorcode"], answer["call_limit"]) == (10003, 2)
    assert [call(portal, **heads[1]).status_code for _ in range(5)] == [200] * 4 + [429]
    assert [call(portal, **heads[2]).status_code for _ in range(6)] == [200] * 6
    assert "X-RateLimit-Limit" not in call(portal, **heads[2]).headers
    # A key that is no good is nobody's: its calls are those of the address.
    assert call(portal, Authorization="Apikey nonsense").status_code == 401
    assert call(portal).status_code == 429


def test_a_network_of_ipv6_is_one_caller(portal):
    setting(portal, "quota.anonymous=2")
    assert left(call(portal, "2001:db8:1:2::1")) == 1
    assert left(call(portal, "2001:db8:1:2:ffff::9")) == 0
    assert left(call(portal, "2001:db8:1:3::1")) == 1


def test_a_restart_does_not_begin_the_day_anew(portal, make_server):
    setting(portal, "quota.portal=5", "quota.key=3")
    head = {"Authorization": "Apikey " + w.make_key(portal.data, w.MEMBER, portal=HOST)}
    assert left(call(portal, **head)) == 2
    portal.stop()
    second = make_server(portal.data, "--trusted-proxies", "127.0.0.1")
    assert left(call(second, **head)) == 1
    assert left(call(second)) == 2


def test_addresses_are_kept_nowhere(portal):
    setting(portal, "quota.anonymous=5")
    assert call(portal, "198.51.100.77").status_code == 200
    portal.stop()
    for file in ("stoa.db", "stoa.db-wal"):
        path = portal.data / file
        assert not path.exists() or b"198.51.100" not in path.read_bytes()


def test_taking_a_quota_back_ends_it(portal):
    setting(portal, "quota.anonymous=1")
    assert [call(portal).status_code for _ in range(2)] == [200, 429]
    setting(portal, "quota.anonymous=")
    assert call(portal).status_code == 200


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_a_quota_is_a_number(portal, value):
    done = stoa(portal.data, "portal", "set", HOST, f"quota.portal={value}", check=False)
    assert done.returncode == 1 and "whole number" in done.stderr


# --- work -----------------------------------------------------------------------------------------

def spend(server, address, most=200, **headers):
    """Asks until refused; gives the refusal."""
    for i in range(most):
        answer = call(server, address, f"{PATH}?where=pop>{i}", **headers)
        if answer.status_code != 200:
            return answer
    raise AssertionError("never refused")


def test_too_much_work_is_refused_with_what_to_change(portal):
    setting(portal, "budget.ms=20")
    answer = spend(portal, "192.0.2.1")
    body = answer.json()
    assert answer.status_code == 429
    assert (body["errorcode"], body["limit_time_unit"], body["call_limit"]) == (10010, "minute", 20)
    for word in ("facets", "where", "export", "API key"):
        assert word in body["error"]
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= 61
    assert call(portal, "192.0.2.2").status_code == 200


def test_the_bucket_runs_dry_by_itself(portal):
    setting(portal, "budget.ms=400")
    answer = spend(portal, "192.0.2.1", 2000)
    assert answer.status_code == 429
    for _ in range(40):
        if call(portal, "192.0.2.1").status_code == 200:
            break
        time.sleep(1)
    else:
        raise AssertionError("still refused after 40 seconds")


def test_keys_have_a_budget_of_their_own(portal):
    setting(portal, "budget.ms=20", "budget.key=0")
    head = {"Authorization": "Apikey " + w.make_key(portal.data, w.MEMBER, portal=HOST)}
    spend(portal, "192.0.2.1")
    assert all(call(portal, "192.0.2.1", f"{PATH}?where=pop>{i}", **head).status_code == 200 for i in range(40))


def test_exports_pay_for_their_own_time(portal):
    setting(portal, "budget.ms=15")
    for i in range(60):
        answer = call(portal, path=f"{API}/catalog/datasets/cities/exports/parquet?where=pop>{i}")
        assert answer.status_code in (200, 429)
        if answer.status_code == 429:
            return
        assert answer.content
    raise AssertionError("never refused")


def test_kept_answers_cost_nothing(portal):
    setting(portal, "budget.ms=100000")
    for _ in range(3):
        assert call(portal).status_code == 200


def test_a_budget_set_on_purpose_holds_for_this_machine_too(tmp_path, sources, make_server):
    """The usual one spares it: all visitors of a proxy that does not say for whom it asks would share it."""
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "budget.ms=5")
    server = make_server(data)
    answers = [server.get(f"{API}/catalog/datasets", {"where": f"records_count > {i}"}).status_code for i in range(60)]
    assert answers[0] == 200 and 429 in answers
