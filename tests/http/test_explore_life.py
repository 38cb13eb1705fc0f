"""The API while things change and go wrong: new versions, clients that leave, requests too large, many at once."""
import concurrent.futures
import json
import socket
import time

import pytest
from conftest import API, HOST, stoa

ROWS = 60000


@pytest.fixture
def big(tmp_path, make_server):
    """A portal of the test's own with one dataset of many rows."""
    data = tmp_path / "data"
    write(tmp_path / "rows.csv", 1)
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    stoa(data, "publish", tmp_path / "rows.csv", "--portal", HOST, "--id", "rows")
    return make_server(data)


def write(path, generation):
    with open(path, "w", encoding="utf-8") as f:
        f.write("n,generation,text\n")
        f.writelines(f"{i},{generation},some words about number {i}\n" for i in range(ROWS))


def total(server, **params):
    return server.records("rows", **params)["total_count"]


def test_a_new_version_appears_at_once_and_whole(big, tmp_path):
    write(tmp_path / "rows.csv", 2)
    url = API + "/catalog/datasets/rows/records"
    first = big.get(url, {"limit": 1})
    assert big.get(url, {"limit": 1}).content == first.content
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        publishing = pool.submit(stoa, big.data, "publish", tmp_path / "rows.csv", "--portal", HOST, "--id", "rows", "--replace")
        while not publishing.done():
            groups = big.api("/catalog/datasets/rows/records", select="count(*) as n", group_by="generation")["results"]
            assert groups in ([{"generation": 1, "n": ROWS}], [{"generation": 2, "n": ROWS}])
        publishing.result()
    again = big.get(url, {"limit": 1}, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200 and again.json()["results"][0]["generation"] == 2
    stoa(big.data, "publish", "--rollback", "--portal", HOST, "--id", "rows")
    assert big.get(url, {"limit": 1}).json()["results"][0]["generation"] == 1
    stoa(big.data, "unpublish", "rows", "--portal", HOST)
    assert big.get(url, {"limit": 1}).status_code == 404
    assert big.api("/catalog/datasets")["results"] == []


def test_an_export_ends_with_the_version_it_began_with(big, tmp_path):
    write(tmp_path / "rows.csv", 2)
    answer = big.get(API + "/catalog/datasets/rows/exports/jsonl", stream=True)
    lines = answer.iter_lines()
    rows = [json.loads(next(lines))]
    stoa(big.data, "publish", tmp_path / "rows.csv", "--portal", HOST, "--id", "rows", "--replace")
    rows += [json.loads(line) for line in lines]
    assert len(rows) == ROWS and {r["generation"] for r in rows} == {1}


def test_clients_that_leave_cost_nothing(big):
    request = f"GET {API}/catalog/datasets/rows/exports/csv HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", big.port), 10) as s:
            s.sendall(request)
            assert s.recv(200).startswith(b"HTTP/1.1 200")
    answer = big.get(API + "/catalog/datasets/rows/exports/csv")
    assert answer.content.count(b"\r\n") == ROWS + 1


def test_many_at_once_are_all_answered(big):
    def ask(i):
        kind = i % 4
        if kind == 0:
            return total(big, where=f"n >= {i}") == ROWS - i
        if kind == 1:
            return len(big.api("/catalog/datasets/rows/facets", facet="generation")["facets"]) == 1
        if kind == 2:
            return big.get(API + "/catalog/datasets/rows/exports/csv", {"limit": i}).content.count(b"\n") == i + 1
        return big.records("rows", select="nope", status=400)["error_code"] == "ODSQLError"

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))


def test_too_many_exports_are_told_to_come_again(big):
    """One portal holds its share of the lane, not more; who is turned away is told so at once."""
    sockets = []
    request = f"GET {API}/catalog/datasets/rows/exports/jsonl?order_by=text HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    for _ in range(120):
        s = socket.create_connection(("127.0.0.1", big.port), 10)
        s.sendall(request)
        sockets.append(s)
    codes = set()
    for s in sockets:
        s.settimeout(60)
        codes.add(s.recv(64)[9:12])
    for s in sockets:
        s.close()
    assert codes <= {b"200", b"503"} and b"200" in codes
    assert total(big) == ROWS


def raw(server, request, timeout=20):
    with socket.create_connection(("127.0.0.1", server.port), timeout) as s:
        s.sendall(request)
        s.settimeout(timeout)
        answer = b""
        try:
            while chunk := s.recv(65536):
                answer += chunk
        except (ConnectionResetError, socket.timeout):
            pass
    return answer


@pytest.mark.parametrize("head, status", [
    (f"GET {API}/catalog/datasets?where={'x' * 60000} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n", (b"414", b"431")),
    (f"GET {API}/catalog/datasets HTTP/1.1\r\nHost: {HOST}\r\nX-Long: {'x' * 200000}\r\nConnection: close\r\n\r\n", (b"431",)),
    (f"POST {API}/catalog/datasets HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n", (b"413", b"405")),
    (f"GET {API}/catalog/datasets HTTP/1.1\r\nConnection: close\r\n\r\n", (b"400", b"404")),
    ("nonsense\r\n\r\n", (b"400", b"")),  # or no answer at all
])
def test_requests_beyond_bounds_are_refused(server, head, status):
    answer = raw(server, head.encode())
    assert answer[9:12] in status and answer.startswith(b"HTTP/1."[:len(answer)]), answer[:200]
    assert server.records()["total_count"] == 4


def test_data_outlive_the_server(tmp_path, sources, make_server):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    stoa(data, "publish", sources / "cities.csv", "--portal", HOST, "--id", "cities", "--schema", sources / "cities.fields.json")
    first = make_server(data)
    rows, tag = first.records(), first.records(include_links="true", limit=1)["results"][0]["_id"]
    first.process.kill()
    first.process.wait()
    second = make_server(data)
    assert second.records() == rows
    assert second.records(include_links="true", limit=1)["results"][0]["_id"] == tag


def test_the_server_ends_in_peace_while_exports_run(tmp_path, make_server):
    data = tmp_path / "data"
    write(tmp_path / "rows.csv", 1)
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    stoa(data, "publish", tmp_path / "rows.csv", "--portal", HOST, "--id", "rows")
    server = make_server(data, "--drain_s", "1")
    s = socket.create_connection(("127.0.0.1", server.port), 10)
    s.sendall(f"GET {API}/catalog/datasets/rows/exports/csv HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    s.recv(100)
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 20
    s.close()
