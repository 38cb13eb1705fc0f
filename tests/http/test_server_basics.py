"""The server under any portal: what a request may be, how connections live and end, what is measured and logged."""
import gzip
import json
import os
import re
import resource
import socket
import time

import pytest
from conftest import API, HOST, Server, stoa

DATASETS = API + "/catalog/datasets"


def dial(port, timeout=15):
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(timeout)
    return s


def read_all(s):
    out = b""
    try:
        while piece := s.recv(65536):
            out += piece
    except (ConnectionResetError, BrokenPipeError):
        out += b"<reset>"
    s.close()
    return out


def raw(server, data):
    """Everything the server says to these bytes until it closes."""
    s = dial(server.port)
    try:
        s.sendall(data)
    except (ConnectionResetError, BrokenPipeError):
        pass
    return read_all(s)


def status(answer):
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(found.group(1)) if found else 0


def get(path, *heads, host=HOST):
    lines = [b"GET " + path + b" HTTP/1.1", b"Host: " + host.encode(), b"Connection: close", *heads]
    return b"\r\n".join(lines) + b"\r\n\r\n"


GOOD_HOST = b"Host: " + HOST.encode() + b"\r\nConnection: close\r\n"
REFUSED = [
    ("a broken escape", get(b"/%zz"), 400),
    ("an escape cut short", get(b"/%4"), 400),
    ("a path that is not UTF-8", get(b"/%ff"), 400),
    ("a NUL in the path", get(b"/%00"), 400),
    ("a query that is not UTF-8", get(DATASETS.encode() + b"?where=%ff"), 400),
    ("a broken escape in the query", get(DATASETS.encode() + b"?where=%"), 400),
    ("an address in absolute form", b"GET http://localhost/ HTTP/1.1\r\n" + GOOD_HOST + b"\r\n", 400),
    ("a star", b"OPTIONS * HTTP/1.1\r\n" + GOOD_HOST + b"\r\n", 400),
    ("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ("no host in 1.0", b"GET / HTTP/1.0\r\n\r\n", 400),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\n" + GOOD_HOST + b"\r\n", 400),
    ("a host with a slash", get(b"/", host="a/b"), 400),
    ("a host with user information", get(b"/", host="me@city.localhost"), 400),
    ("a host with a bad port", get(b"/", host="city.localhost:99999"), 400),
    ("two lengths", b"POST / HTTP/1.1\r\n" + GOOD_HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("a negative length", b"POST / HTTP/1.1\r\n" + GOOD_HOST + b"Content-Length: -1\r\n\r\n", 400),
    ("a control character in a cookie", get(b"/", b"Cookie: a=\x0b"), 400),
    ("8,193 bytes of cookies", get(b"/", b"Cookie: a=" + b"x" * 8191), 431),
    ("201 cookies", get(b"/", b"Cookie: " + b"a=1;" * 201), 431),
    ("headers of 100 kB", get(b"/", b"X-Large: " + b"x" * 100_000), 431),
    ("an address of 100 kB", get(b"/" + b"x" * 100_000), 414),
    ("TRACE", b"TRACE / HTTP/1.1\r\n" + GOOD_HOST + b"\r\n", 405),
    ("a name and a blank before its colon", b"POST /api/records/1.0/search HTTP/1.1\r\n" + GOOD_HOST + b"Content-Length : 1\r\n\r\nx", 400),
    ("a coding nobody knows", b"POST /api/records/1.0/search HTTP/1.1\r\n" + GOOD_HOST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    ("a chunk of no number", b"POST /api/records/1.0/search HTTP/1.1\r\n" + GOOD_HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
    ("a version there is not", b"GET / HTTP/2.0\r\n" + GOOD_HOST + b"\r\n", 505),
    ("DELETE of the catalogue", b"DELETE " + DATASETS.encode() + b" HTTP/1.1\r\n" + GOOD_HOST + b"\r\n", 405),
]


@pytest.mark.parametrize("what,data,expected", REFUSED, ids=[x[0] for x in REFUSED])
def test_what_cannot_be_served_is_refused(server, what, data, expected):
    answer = raw(server, data)
    assert status(answer) == expected, f"{what}: {answer[:300]}"
    assert b"set-cookie" not in answer.lower()


# Of an API, also where its address could not even be read. What is longer than the memory of a connection is refused by the HTTP library
# in words of its own; see docs/COMPATIBILITY.md.
FAULTS = [
    ("an address of 34 kB", get(DATASETS.encode() + b"?where=" + b"x" * 34_000), 414, "URITooLong", "32768 bytes"),
    ("a path that is not UTF-8", get(DATASETS.encode() + b"/%ff"), 400, "BadRequest", "percent-encoded"),
    ("a broken escape in the query", get(DATASETS.encode() + b"?where=%"), 400, "BadRequest", "parameter 1"),
    ("no host", b"GET " + DATASETS.encode() + b" HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "BadRequest", "one Host field"),
    ("two hosts", b"GET " + DATASETS.encode() + b" HTTP/1.1\r\nHost: a\r\n" + GOOD_HOST + b"\r\n", 400, "BadRequest", "one Host field"),
    ("a cookie too large", get(DATASETS.encode(), b"Cookie: a=" + b"x" * 8191), 431, "HeadersTooLarge", "8192 bytes"),
    ("a coding nobody knows", b"GET " + DATASETS.encode() + b" HTTP/1.1\r\n" + GOOD_HOST + b"Transfer-Encoding: gzip\r\n\r\n", 400, "BadRequest", "chunks"),
    ("a control character", get(DATASETS.encode(), b"X-A: a\0b"), 400, "BadRequest", "control character"),
]


@pytest.mark.parametrize("what,data,expected,code,words", FAULTS, ids=[x[0] for x in FAULTS])
def test_an_api_says_what_is_wrong_in_its_own_form(server, what, data, expected, code, words):
    answer = raw(server, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status(answer) == expected and b"\r\nContent-Type: application/json" in head, answer[:300]
    assert json.loads(body)["error_code"] == code and words in json.loads(body)["message"], body
    assert b"\r\nAccess-Control-Allow-Origin: *" in head and answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.slow
def test_noise_ends_the_connection_only(server):
    for noise in [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", b"GET /\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n" * 200 + b"x"]:
        s = dial(server.port)
        s.sendall(noise)
        s.shutdown(socket.SHUT_WR)
        read_all(s)
    assert server.get("/-/health").text == "ok\n"


def test_odd_cookies_are_no_reason_to_fail(server):
    for cookie in [b"sessionid", b"=sessionid", b";;;", b'x="; a=b; y="', b"a=1, b=2", b"\xc2\xa0a=1", b"a=%66"]:
        answer = raw(server, get(DATASETS.encode() + b"?limit=1", b"Cookie: " + cookie))
        assert status(answer) == 200, (cookie, answer[:200])


def test_a_connection_serves_many_requests_in_a_row(server):
    one = b"GET " + DATASETS.encode() + b"?limit=1 HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n"
    answer = raw(server, one * 20 + get(b"/-/health"))
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 21


def test_answers_are_compressed_for_those_who_ask(server):
    path = DATASETS + "?limit=100"
    plain = raw(server, get(path.encode())).split(b"\r\n\r\n", 1)
    packed = raw(server, get(path.encode(), b"Accept-Encoding: gzip")).split(b"\r\n\r\n", 1)
    assert b"Content-Encoding" not in plain[0] and b"Content-Encoding: gzip" in packed[0]
    assert gzip.decompress(packed[1]) == plain[1]
    assert b"Content-Encoding: br" in raw(server, get(path.encode(), b"Accept-Encoding: gzip, br"))
    for head in (plain[0], packed[0]):
        assert b"Accept-Encoding" in re.search(rb"\r\nVary: ([^\r]*)", head).group(1)


def test_every_answer_carries_the_same_protection(server):
    for path in ["/", "/nowhere", DATASETS, API + "/nowhere", "/-/health"]:
        head = server.get(path).headers
        assert head["X-Content-Type-Options"] == "nosniff", path
        assert head["Referrer-Policy"] == "strict-origin-when-cross-origin", path
        assert "Permissions-Policy" in head and "Server" not in head and "Set-Cookie" not in head, path


def test_forwarding_headers_of_strangers_are_ignored(server):
    said = server.get(DATASETS + "?include_links=true", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"})
    assert "evil.test" not in said.text and "https://city.localhost" not in said.text


def test_a_trusted_proxy_is_believed(tmp_path, make_server):
    stoa(tmp_path, "portal", "add", HOST, "--set", "title=City")
    server = make_server(tmp_path, "--trusted-proxies", "127.0.0.0/8")
    said = server.get(DATASETS + "?include_links=true", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
    assert said.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "https://city.localhost" in said.text
    assert server.get("/", headers={"X-Forwarded-Proto": "gopher"}).status_code == 400


def test_health_is_told_for_any_host(server):
    for path in ["/-/health", "/-/ready"]:
        assert server.get(path, host="nobody.example").status_code == 200


def read_metrics(port):
    s = dial(port)
    s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    text = read_all(s).decode()
    return {m.group(1): float(m.group(2)) for m in re.finditer(r"^([a-z_]+(?:\{[^}]*\})?) ([-0-9.e+]+)$", text, re.M)}


@pytest.fixture
def small(tmp_path, make_server):
    """A server with one empty portal and a metrics port."""
    stoa(tmp_path / "data", "portal", "add", HOST, "--set", "title=City")

    def make(*options):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            metrics = s.getsockname()[1]
        server = make_server(tmp_path / "data", "--metrics-port", str(metrics), *options)
        server.metrics = lambda: read_metrics(metrics)
        server.metrics_port = metrics
        return server

    return make


def test_metrics_count_requests(small):
    server = small()
    server.get("/-/health")
    server.get("/nowhere")
    time.sleep(0.1)
    seen = server.metrics()
    assert seen['stoa_http_requests_total{class="2xx"}'] == 1
    assert seen['stoa_http_requests_total{class="4xx"}'] == 1
    assert seen["stoa_http_request_seconds_count"] == 2
    assert seen["process_resident_memory_bytes"] > 1_000_000
    for path, expected in [(b"/healthz", 200), (b"/readyz", 200), (b"/", 404)]:
        s = dial(server.metrics_port)
        s.sendall(get(path))
        assert status(read_all(s)) == expected


def test_the_log_names_routes_not_people(small):
    server = small("--log-level", "debug")
    server.get(DATASETS + "?where=search('Secret-Word')", headers={"User-Agent": "Telltale/1.0", "Cookie": "sessionid=cookievalue"})
    server.get("/hidden-path-of-someone")
    server.stop()
    log = open(str(server.data) + ".log", encoding="utf-8").read()
    assert "event=request" in log and "route=" in log
    for word in ["Secret-Word", "Telltale", "cookievalue", "127.0.0.1", "hidden-path"]:
        assert word not in log, word


@pytest.mark.slow
def test_slow_clients_are_closed(small):
    server = small("--header-timeout-s", "3", "--idle-timeout-s", "6")
    dripping, silent, body = dial(server.port, 40), dial(server.port, 40), dial(server.port, 40)
    body.sendall(b"POST / HTTP/1.1\r\n" + GOOD_HOST + b"Content-Length: 100\r\n\r\nab")
    began, ended = time.monotonic(), None
    for byte in b"GET / HTTP/1.1\r\nX-Slow: " + b"a" * 100:
        try:
            dripping.send(bytes([byte]))
            time.sleep(0.3)
        except OSError:
            ended = time.monotonic() - began
            break
    assert ended and ended < 12, "bytes that drip in kept the connection"
    assert silent.recv(1) == b"" and time.monotonic() - began < 20
    read_all(body)
    assert time.monotonic() - began < 20
    assert server.get("/-/health").status_code == 200


@pytest.mark.slow
def test_ten_thousand_idle_connections(small):
    want = 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < want + 1000:
        pytest.skip(f"this account may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = small("--idle-timeout-s", "120")
    idle = []
    try:
        for _ in range(want):
            idle.append(dial(server.port))
        time.sleep(1)
        seen = server.metrics()
        assert seen["stoa_http_connections"] >= want
        assert server.get("/-/health").status_code == 200
        for s in idle[::100]:
            s.sendall(get(b"/-/health"))
        assert all(status(read_all(s)) == 200 for s in idle[::100])
    finally:
        for s in idle:
            s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for _ in range(50):
        if server.metrics()["stoa_http_connections"] < 10:
            break
        time.sleep(0.1)
    assert server.metrics()["stoa_http_connections"] < 10
    server.stop()


def test_connections_of_one_server_are_bounded(small):
    server = small("--connections", "20")
    many = [dial(server.port) for _ in range(40)]
    time.sleep(0.3)
    for s in many:
        s.close()
    time.sleep(1.5)
    assert status(raw(server, get(b"/-/health"))) == 200


def test_two_servers_cannot_share_a_port(small, tmp_path):
    server = small()
    stoa(tmp_path / "second", "portal", "add", HOST)
    done = stoa(tmp_path / "second", "serve", "--port", str(server.port), check=False)
    assert done.returncode == 1 and f"port {server.port} of" in done.stderr and "--port" in done.stderr and "errno" not in done.stderr, done.stderr


def test_large_bodies_share_what_memory_they_may_have(tmp_path):
    stoa(tmp_path / "data", "portal", "add", HOST)
    stoa(tmp_path / "data", "user", "add", "ada@city.example", "--portal", HOST, "--role", "admin")
    server = Server(tmp_path / "data", "--bodies_mb=16")
    try:
        path, mb = "/api/automation/v1.0/datasets/da_none/resources/files/trees.csv/", b"x" * (1 << 20)
        assert server.request("PUT", path, data=mb * 10).status_code == 401
        crowded = server.request("PUT", path, data=mb * 20)
        assert crowded.status_code == 503 and "try again" in crowded.text
        # What was given up counts no more.
        assert [server.request("PUT", path, data=mb * 10).status_code for _ in range(3)] == [401] * 3
        # A form whose files would go to disk is not taken in at all from somebody unknown.
        s = dial(server.port)
        s.sendall(b"POST " + path[:-10].encode() + b" HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20971520\r\n" + GOOD_HOST + b"\r\n")
        assert status(read_all(s)) == 401
        # Nor do fields of a form that are no files go there: they are what memory is for.
        form = b'--b\r\nContent-Disposition: form-data; name="field"\r\n\r\n' + mb * 14
        key = stoa(tmp_path / "data", "key", "add", "machine", "--portal", HOST, "--user", "ada@city.example", "--write").stdout.split()[0]
        many = server.request("POST", path[:-10], data=form, headers={"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Apikey {key}"})
        assert many.status_code == 503 and "try again" in many.text
    finally:
        server.stop()
