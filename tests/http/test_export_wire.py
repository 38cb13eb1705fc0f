"""Exports on the wire: compressed where the reader understands it, and told at the end how long they were, so that one
that was cut short is noticed. Speaks HTTP by hand, because client libraries swallow trailers."""
import base64
import gzip
import hashlib
import socket
import zlib

import pytest
from conftest import API, HOST, THINGS, of_today

EXPORT = API + "/catalog/datasets/{}/exports/{}"


def raw(server, path, coding=""):
    """Status, headers, body and trailers of one answer, chunks put together."""
    s = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    s.sendall((f"GET {path} HTTP/1.1\r\nHost: {HOST}:{server.port}\r\nConnection: close\r\n"
               + (f"Accept-Encoding: {coding}\r\n" if coding else "") + "\r\n").encode())
    data = b""
    while piece := s.recv(65536):
        data += piece
    s.close()
    head, rest = data.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    headers = {k.lower(): v for k, v in (x.split(": ", 1) for x in lines[1:])}
    if headers.get("transfer-encoding") != "chunked":
        return int(lines[0].split()[1]), headers, rest, headers
    body = b""
    while True:
        size, rest = rest.split(b"\r\n", 1)
        n = int(size, 16)
        if n == 0:
            break
        body, rest = body + rest[:n], rest[n + 2:]
    trailers = {k.lower(): v for k, v in (x.split(": ", 1) for x in rest.decode().strip().split("\r\n") if x)}
    return int(lines[0].split()[1]), headers, body, trailers


def digest(body):
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "xlsx"])
@pytest.mark.parametrize("coding", ["", "gzip", "br, gzip;q=0.5"])
def test_rows_and_digest_come_at_the_end(server, name, coding):
    status, headers, body, end = raw(server, EXPORT.format("things", name), coding)
    assert status == 200
    assert end["stoa-rows"] == str(THINGS)
    assert end["content-digest"] == digest(body)
    assert headers["trailer"] == "Content-Digest, Stoa-Rows"
    packed = "gzip" in coding and name != "xlsx"
    assert (headers.get("content-encoding") == "gzip") == packed
    if name in ("csv", "json", "jsonl"):
        assert "Accept-Encoding" in headers["vary"]


def test_a_compressed_export_is_one_gzip_member(server):
    plain = raw(server, EXPORT.format("things", "jsonl"))[2]
    packed = raw(server, EXPORT.format("things", "jsonl"), "gzip")[2]
    whole = zlib.decompressobj(31)
    assert whole.decompress(packed) == plain
    assert whole.eof and whole.unused_data == b""
    assert len(packed) < len(plain) / 3


def test_a_file_that_is_asked_for_as_gzip_is_not_packed_twice(server):
    status, headers, body, end = raw(server, EXPORT.format("things", "csv") + "?compressed=true", "gzip")
    assert status == 200 and "content-encoding" not in headers
    assert gzip.decompress(body).count(b"\r\n") == THINGS + 1  # the heading
    assert end["content-digest"] == digest(body)


def test_a_group_counts_what_was_written(server):
    end = raw(server, EXPORT.format("things", "csv") + "?group_by=colour&select=count(*)")[3]
    assert end["stoa-rows"] == "3"


def test_an_empty_export_says_so(server):
    end = raw(server, EXPORT.format("things", "json") + "?where=id%20%3C%200")[3]
    assert end["stoa-rows"] == "0"


def test_every_format_tells_its_rows_and_its_digest(server):
    """At the end, or at the beginning where the file was finished before it was sent. Half of the formats each day."""
    formats = [x["rel"] for x in server.api("/catalog/datasets/cities/exports")["links"]]
    for name in of_today(formats):
        status, headers, body, end = raw(server, EXPORT.format("cities", name))
        told = {**headers, **end}
        assert status == 200 and told.get("content-digest") == digest(body), name
        assert told.get("stoa-rows") == "4", name  # of the question: what has no place or day is in no file of places or days
    for name in [x["rel"] for x in server.api("/catalog/exports")["links"]]:
        headers, body, end = raw(server, f"{API}/catalog/exports/{name}")[1:]
        told = {**headers, **end}
        assert told.get("content-digest") == digest(body), name
