"""Questions made to cost much: refused, or stopped at the deadline, with a sentence that says what to change; never an error 500."""
import time
import pytest
from conftest import API, HOST, Server, stoa


def many(n, form, joint=" or "):
    return joint.join(form.format(i) for i in range(n))


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A server that gives every answer half a second, and a dataset that can take far more."""
    folder = tmp_path_factory.mktemp("short")
    source, data = folder / "numbers.csv", folder / "data"
    with open(source, "w", encoding="ascii") as f:
        f.write("id,word,other,value\n")
        f.writelines(f"{i},word {i % 977},other {i * 7 % 1013},{i * 37 % 100003}.5\n" for i in range(150000))
    stoa(data, "portal", "add", HOST, "--set", "title=Short")
    stoa(data, "publish", source, "--portal", HOST, "--id", "numbers")
    server = Server(data, env={"STOA_DEADLINE_MS": "500"})
    yield server
    server.stop()


TOO_MUCH = {
    "ninety conditions on texts": {"where": many(90, "word like 'x{}*'")},
    "groups of every row and more": {"group_by": "id,word,other,value", "select": many(40, "median(value+{})", ",")},
    "a hundred sort keys": {"order_by": many(200, "length(word)*{}+value", ",")},
    "a hundred percentiles": {"select": many(99, "percentile(value+{},50)", ",")},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_takes_too_long_is_stopped_and_says_what_to_change(short, name):
    before = time.monotonic()
    answer = short.get(f"{API}/catalog/datasets/numbers/records", TOO_MUCH[name])
    took = time.monotonic() - before
    assert answer.status_code in (200, 503, 504), answer.text
    assert took < 15
    if answer.status_code != 200:
        assert "fewer" in answer.json()["message"]


def test_something_does_take_too_long(short):
    """So that the test above can fail."""
    answers = [short.get(f"{API}/catalog/datasets/numbers/records", ask).status_code for ask in TOO_MUCH.values()]
    assert 504 in answers
    assert short.api("/catalog/datasets/numbers/records", limit=1)["total_count"] == 150000


@pytest.mark.parametrize("ask, word", [
    ({"where": many(101, "word like 'x{}'")}, "conditions on texts"),
    ({"where": [many(60, "word like 'x{}'"), many(60, "search('w{}')")]}, "conditions on texts"),
    ({"where": "id in (" + many(501, "{}", ",") + ")"}, "more than 500 values"),
    ({"where": "not " * 100 + "id = 1"}, "64 levels"),
    ({"where": "(" * 100 + "id = 1" + ")" * 100}, "64 levels"),
    ({"where": many(1700, "id={}")}, "longer than 16384 bytes"),
])
def test_what_is_too_much_is_refused(server, short, ask, word):
    body = short.api("/catalog/datasets/numbers/records", 400, **ask)
    assert word in body["message"]


def test_long_but_cheap_is_answered(server):
    body = server.api("/catalog/datasets/things/records", where=many(1000, "id={}"), limit=1)
    assert body["total_count"] == 250
    assert server.api("/catalog/datasets/things/records", where="kind like '" + "*d" * 99 + "'")["total_count"] == 0
