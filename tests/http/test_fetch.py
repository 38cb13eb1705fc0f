"""Sources that lie elsewhere: HTTP with what can go wrong, FTP, SFTP, S3, PostgreSQL, other portals; connections and their secrets."""
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest
from elsewhere import Handler, serving
from probe import World

HOST = "isoc.example"
CSV = "name,height\noak,20.5\nlime,18\n"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Site(Handler):
    """A web server that can be told how to behave; what it was asked is in `asked`."""
    protocol_version = "HTTP/1.1"
    asked, slow_started = [], threading.Event()
    body, tag, breaks, parts = CSV.encode(), '"v1"', 0, 3

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        good = form.get("client_secret") == ["s3cret!"] and form["grant_type"] == ["client_credentials"]
        self.say(200 if good else 401, json.dumps({"access_token": "tok-123"}).encode() if good else b"{}", Content_Type="application/json")

    def do_GET(self):
        cls = type(self)
        path = self.path.split("?")[0]
        cls.asked.append((self.path, dict(self.headers)))
        if path == "/plain.csv":
            return self.say(200, CSV.encode(), Content_Type="text/csv")
        if path == "/tagged":
            if self.headers.get("If-None-Match") == cls.tag:
                return self.say(304, ETag=cls.tag)
            return self.say(200, cls.body, Content_Type="text/csv; charset=utf-8", ETag=cls.tag, Content_Disposition='attachment; filename="trees of the town.csv"')
        if path == "/basic.csv":
            good = self.headers.get("Authorization") == "Basic " + base64.b64encode("ada:påss:word".encode()).decode()
            return self.say(200 if good else 401, CSV.encode() if good else b"")
        if path == "/bearer.csv":
            return self.say(200 if self.headers.get("Authorization") == "Bearer tok-123" else 403, CSV.encode())
        if path == "/key.csv":
            return self.say(200 if self.headers.get("X-Key") == "k1" or "key=k%202" in self.path else 403, CSV.encode())
        if path == "/leads-on.csv":
            return self.say(302, Location="http://localhost:%d/end.csv" % self.server.server_port)
        if path == "/leads-here.csv":
            return self.say(302, Location="/end.csv")
        if path == "/end.csv":
            return self.say(200, CSV.encode())
        if path == "/circle.csv":
            return self.say(302, Location="/circle.csv")
        if path == "/to-file":
            return self.say(302, Location="file:///etc/passwd")
        if path == "/broken.bin":
            whole = cls.body
            start = int(re.match(r"bytes=(\d+)-", self.headers["Range"]).group(1)) if "Range" in self.headers and self.headers.get("If-Range") == cls.tag else 0
            self.send_response(206 if start else 200)
            self.send_header("ETag", cls.tag)
            self.send_header("Content-Length", str(len(whole) - start))
            self.end_headers()
            if cls.breaks > 0:
                cls.breaks -= 1
                self.wfile.write(whole[start:start + len(whole) // cls.parts])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.wfile.write(whole[start:])
            return
        if path in ("/chunks.csv", "/chunks-cut.csv", "/until-close.csv"):
            # A body without a length: in chunks, in chunks without the last, and as long as the connection stands.
            chunked = "chunks" in path
            self.send_response(200)
            self.send_header("Transfer-Encoding" if chunked else "Connection", "chunked" if chunked else "close")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(cls.body), cls.body) if chunked else cls.body)
            if path == "/chunks.csv":
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True
            return
        if path == "/part":
            return self.say(206, CSV.encode()[:8], Content_Range="bytes 0-7/100")
        if path == "/unchanged":
            return self.say(304)
        if path == "/headers":
            return self.say(200, CSV.encode(), **{f"X_{i}": "x" * 60000 for i in range(10)})
        if path == "/slow.csv":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            cls.slow_started.set()
            try:
                for _ in range(200):
                    self.wfile.write(b"x,y\n")
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                pass
            return
        if path.startswith("/bucket/"):
            return self.say(*self.s3())
        if path.startswith("/town/"):
            return self.azure()
        self.say(404)

    def s3(self):
        """Signature Version 4, reckoned anew from what came."""
        found = re.match(r"AWS4-HMAC-SHA256 Credential=AK/(\d{8})/eu-west-3/s3/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$", self.headers.get("Authorization", ""))
        if not found:
            return 403, b"unsigned"
        day, names, signature = found.groups()
        path, _, query = self.path.partition("?")
        query = "&".join(sorted(p if "=" in p else p + "=" for p in query.split("&") if p))
        headers = "".join(f"{n}:{self.headers[n].strip()}\n" for n in names.split(";"))
        request = "\n".join(["GET", path, query, headers, names, self.headers["x-amz-content-sha256"]])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], f"{day}/eu-west-3/s3/aws4_request", hashlib.sha256(request.encode()).hexdigest()])
        key = b"AWS4very secret"
        for part in (day, "eu-west-3", "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        good = hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == signature and abs(int(day) - int(time.strftime("%Y%m%d", time.gmtime()))) < 2000000
        if not good:
            return 403, b"signature"
        asked = urllib.parse.parse_qs(query)
        if "list-type" in asked:
            return 200, self.objects(asked)
        return (200, type(self).things[path[8:]]) if path[8:] in type(self).things else (200, CSV.encode())

    things = {}

    def objects(self, asked):
        """ListObjectsV2, one object a page."""
        names = sorted(n for n in type(self).things if urllib.parse.unquote(n).startswith(asked["prefix"][0]))
        at = int(asked.get("continuation-token", ["0+"])[0][:-1])
        one = "".join(f"<Contents><Key>{n}</Key><ETag>&quot;{hashlib.md5(type(self).things[n]).hexdigest()}&quot;</ETag><Size>{len(type(self).things[n])}</Size></Contents>" for n in names[at:at + 1])
        more = f"<NextContinuationToken>{at + 1}+</NextContinuationToken>" if at + 1 < len(names) else ""
        return f"<ListBucketResult>{one}{more}</ListBucketResult>".encode()

    def azure(self):
        """Shared Key as Azure reckons it."""
        path, _, query = self.path.partition("?")
        asked = {k: v[0] for k, v in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
        h = lambda n: self.headers.get(n) or ""
        lines = ["GET", "", "", "", "", "", "", h("If-Modified-Since"), "", h("If-None-Match"), "", h("Range"), "x-ms-date:" + h("x-ms-date"), "x-ms-version:" + h("x-ms-version"), "/town" + path]
        text = "\n".join(lines + [f"{k}:{asked[k]}" for k in sorted(asked)])
        want = "SharedKey town:" + base64.b64encode(hmac.new(b"very secret", text.encode(), hashlib.sha256).digest()).decode()
        if h("Authorization") != want:
            return self.say(403, b"<Error/>")
        if asked.get("comp") == "list":
            inside = path[len("/town/"):] + "/"
            blob = lambda n, v: f"<Blob><Name>{urllib.parse.unquote(n[len(inside):])}</Name><Properties><Content-Length>{len(v)}</Content-Length><Etag>0x{hashlib.md5(v).hexdigest()}</Etag></Properties></Blob>"
            return self.say(200, "".join(blob(n, v) for n, v in sorted(type(self).things.items()) if urllib.parse.unquote(n).startswith(inside + asked["prefix"])).encode())
        name = path[len("/town/"):]
        if name not in type(self).things:
            return self.say(404)
        tag = '"0x%s"' % hashlib.md5(type(self).things[name]).hexdigest()
        return self.say(304, ETag=tag) if h("If-None-Match") == tag else self.say(200, type(self).things[name], ETag=tag)


@pytest.fixture(scope="module")
def site():
    with serving(Site) as server:
        yield server


@pytest.fixture(scope="module")
def near(tmp_path_factory):
    """A server whose operator lets sources lie at private addresses."""
    made = World(tmp_path_factory.mktemp("near"), options=("--fetch_private",))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def dataset(near):
    return work(near, "create", title="Trees", doc={"resources": [], "processors": [], "fields": [], "metadata": {}})["dataset"]


def work(world, op, **more):
    return world.ask("POST", "/work", json={"host": HOST, "op": op, **more}).json()


def http_source(site, path, **connection):
    return {"type": "http", "connection": {"type": "http", "url": f"http://127.0.0.1:{site.server_port}", **connection}, "relative_url": path}


def leftovers(world):
    """Files of the sources folder that no row names."""
    rows = {r["file"] for r in world.table("fetch_copy")}
    return [p.name for p in world.data.glob("*/sources/fetched-*") if p.name not in rows]


# --- HTTP


def test_a_file_is_brought_and_named(near, site, dataset):
    got, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/tagged"))
    assert got["text"] == CSV and got["name"] == "trees of the town.csv" and got["mime"] == "text/csv", got
    got, = work(near, "fetch", dataset=0, datasource=http_source(site, "/plain.csv?x=1"))
    assert got["name"] == "plain.csv" and got["bytes"] == len(CSV)
    assert leftovers(near) == []


def test_what_has_not_changed_costs_nothing(near, site, dataset):
    Site.body, Site.tag = CSV.encode(), '"w1"'
    source = http_source(site, "/tagged")
    first, = work(near, "fetch", dataset=dataset, datasource=source)
    Site.asked.clear()
    again, = work(near, "fetch", dataset=dataset, datasource=source, known=first["known"])
    assert again["unchanged"] and Site.asked[-1][1]["If-None-Match"] == '"w1"'
    other, = work(near, "fetch", dataset=dataset, datasource=source)          # who knows nothing gets the copy
    assert not other["unchanged"] and other["text"] == CSV
    Site.tag = '"w2"'                                                            # another tag, the same bytes
    same, = work(near, "fetch", dataset=dataset, datasource=source, known=first["known"])
    assert same["unchanged"]
    Site.body, Site.tag = b"name\nelm\n", '"w3"'
    new, = work(near, "fetch", dataset=dataset, datasource=source, known=first["known"])
    assert not new["unchanged"] and new["text"] == "name\nelm\n"
    Site.asked.clear()
    kept, = work(near, "fetch", dataset=dataset, datasource=source, fresh=False)
    assert kept["text"] == "name\nelm\n" and Site.asked == []                # a preview a moment later asks nobody
    assert work(near, "forget", dataset=dataset) is None
    work(near, "fetch", dataset=dataset, datasource=source, fresh=False)
    assert len(Site.asked) == 1 and leftovers(near) == []


@pytest.mark.parametrize("path, auth, good", [
    ("/basic.csv", {"type": "basic_auth", "username": "ada", "password": "påss:word"}, True),
    ("/basic.csv", {"type": "basic_auth", "username": "ada", "password": "not this one"}, False),
    ("/bearer.csv", {"type": "bearer", "token": "tok-123"}, True),
    ("/bearer.csv", {"type": "oauth2", "client_id": "c", "client_secret": "s3cret!", "grant_type": "client_credentials", "token_endpoint": "HERE/token"}, True),
    ("/bearer.csv", {"type": "oauth2", "client_id": "c", "client_secret": "wrong", "grant_type": "client_credentials", "token_endpoint": "HERE/token"}, False),
    ("/key.csv", {"type": "api_key", "name": "X-Key", "value": "k1"}, True),
    ("/key.csv", {"type": "api_key", "name": "key", "value": "k 2", "in": "query"}, True),
])
def test_ways_of_signing_in(near, site, path, auth, good):
    auth = {k: v.replace("HERE", f"http://127.0.0.1:{site.server_port}") for k, v in auth.items()}
    got = work(near, "fetch", datasource=http_source(site, path, auth=auth))
    if good:
        assert got[0]["text"] == CSV, got
    else:
        assert got["error"] == "AuthenticationError" and not any(auth[k] in str(got) for k in ("password", "client_secret") if k in auth), got


def test_redirects_keep_secrets_at_home(near, site):
    Site.asked.clear()
    source = http_source(site, "/leads-on.csv", auth={"type": "basic_auth", "username": "u", "password": "p"}, headers=[{"name": "X-Key", "value": "k1"}])
    assert work(near, "fetch", datasource=source)[0]["text"] == CSV
    first, last = Site.asked
    assert first[1]["X-Key"] == "k1" and "Authorization" in first[1] and last[0] == "/end.csv"
    assert "X-Key" not in last[1] and "Authorization" not in last[1], "another server was told our secrets"
    Site.asked.clear()
    source["relative_url"] = "/leads-here.csv"
    got = work(near, "fetch", datasource=source)
    assert isinstance(got, list), (got, Site.asked)
    assert got[0]["text"] == CSV and Site.asked[-1][1]["X-Key"] == "k1"
    source["relative_url"] = "/circle.csv"
    assert "leads on" in work(near, "fetch", datasource=source)["message"]
    source["relative_url"] = "/to-file"
    assert work(near, "fetch", datasource=source)["error"] != "", "a file of this machine was read"


def test_private_addresses_are_refused(world, site):
    """On the address itself, whatever it is called, and for every protocol."""
    port = site.server_port
    for url in (f"http://127.0.0.1:{port}", f"http://localhost:{port}", f"http://[::1]:{port}", f"http://127.1:{port}", f"http://0x7f000001:{port}", "http://169.254.169.254"):
        got = work(world, "fetch", datasource={"type": "http", "connection": {"url": url}, "relative_url": "/plain.csv"})
        assert got["error"] in ("ForbiddenAccess", "UpstreamError"), (url, got)
        assert got["error"] == "ForbiddenAccess" or "::1" in url, (url, got)
    for source in ({"type": "ftp", "connection": {"url": f"ftp://127.0.0.1:{port}"}, "relative_url": "/x"}, {"type": "ftp", "connection": {"url": f"sftp://127.0.0.1:{port}"}, "relative_url": "/x"},
                   {"type": "postgresql", "connection": {"host": "127.0.0.1", "database": "x"}, "table": "t"},
                   {"type": "amazon_s3", "connection": {"url": f"http://127.0.0.1:{port}", "auth": {}}, "url": "s3://bucket/key"},
                   {"type": "portal", "url": f"http://127.0.0.1:{port}", "dataset_id": "x"}):
        assert work(world, "fetch", datasource=source)["error"] == "ForbiddenAccess", source
    assert [] == leftovers(world)


def test_a_download_that_breaks_off_goes_on(near, site, dataset):
    Site.body, Site.tag, Site.breaks = os.urandom(300_000), '"b1"', 2
    Site.asked.clear()
    got, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/broken.bin"))
    assert json.loads(got["known"])["sha256"] == hashlib.sha256(Site.body).hexdigest() and got["bytes"] == 300_000
    ranges = [h.get("Range") for p, h in Site.asked]
    assert len(ranges) == 3 and ranges[0] is None and ranges[1] == "bytes=100000-", ranges


def test_a_source_that_changes_while_it_breaks_off_begins_anew(near, site, dataset):
    Site.body, Site.tag, Site.breaks = b"a" * 90_000, '"c1"', 1
    answer = {}
    asking = threading.Thread(target=lambda: answer.update(got=work(near, "fetch", dataset=dataset, datasource=http_source(site, "/broken.bin?other"))))
    Site.asked.clear()
    asking.start()
    while not Site.asked:
        time.sleep(0.005)
    Site.body, Site.tag = b"b" * 80_000, '"c2"'
    asking.join()
    got, = answer["got"]
    assert json.loads(got["known"])["sha256"] in (hashlib.sha256(b"b" * 80_000).hexdigest(), hashlib.sha256(b"a" * 90_000).hexdigest()), "two files were mixed"
    Site.breaks, Site.parts = 99, 10
    got = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/broken.bin?never"), known="")
    Site.breaks, Site.parts = 0, 3
    assert got["error"] == "UpstreamError" and "broke off" in got["message"]


def test_a_body_without_a_length(near, site, dataset):
    Site.body = CSV.encode()
    got, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/chunks.csv"))
    assert got["bytes"] == len(CSV)
    got = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/chunks-cut.csv"))
    assert got["error"] == "UpstreamError" and "broke" in got["message"], got
    # Nothing says where the connection's end was meant to be: a line that is not whole, where it was before, tells.
    whole, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/until-close.csv"))
    Site.body = CSV.encode()[:-4]
    got = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/until-close.csv"), known=whole["known"])
    assert got["error"] == "UpstreamError" and "in the middle of a line" in got["message"], got
    # Whoever asks by hand means it; and one that never ended with a line goes on doing so.
    bare, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/until-close.csv?again"))
    Site.body = CSV.encode()[:-6]
    got, = work(near, "fetch", dataset=dataset, datasource=http_source(site, "/until-close.csv?again"), known=bare["known"])
    assert got["bytes"] == len(CSV) - 6 and not leftovers(near)


def test_what_is_not_there_is_told(near, site):
    assert work(near, "fetch", datasource=http_source(site, "/nothing"))["error"] == "NotFoundResource"
    gone = {"type": "http", "connection": {"url": f"http://127.0.0.1:{free_port()}"}, "relative_url": "/x.csv"}
    assert "cannot be reached" in work(near, "fetch", datasource=gone)["message"]
    assert "name of the other server" in work(near, "fetch", datasource={"type": "http", "connection": {"url": "http://nowhere.invalid"}})["message"]
    big = work(near, "fetch", datasource=http_source(site, "/plain.csv"), most=10)
    assert big["error"] == "TooLarge" and leftovers(near) == []


@pytest.mark.parametrize("path,said", [("/part", "answered 206 instead of the file"), ("/unchanged", "answered 304 instead of the file"), ("/headers", "too many headers")])
def test_answers_that_nobody_asked_for_are_refused(near, site, path, said):
    got = work(near, "fetch", datasource=http_source(site, path))
    assert "message" in got and said in got["message"], got
    assert not leftovers(near)


# --- S3


def test_s3_is_signed(near, site):
    base = f"http://127.0.0.1:{site.server_port}"
    auth = {"type": "aws_signature_v4", "access_key_id": "AK", "secret_access_key": "very secret", "region": "eu-west-3"}
    source = {"type": "amazon_s3", "connection": {"type": "amazon_s3", "url": base, "auth": auth}, "url": "s3://bucket/trees of é/a.csv"}
    assert work(near, "fetch", datasource=source)[0]["text"] == CSV
    source["url"] = base + "/bucket/a.csv?versionId=3&b"
    assert work(near, "fetch", datasource=source)[0]["text"] == CSV
    source["connection"]["auth"]["secret_access_key"] = "other"
    assert work(near, "fetch", datasource=source)["error"] == "AuthenticationError"


def test_all_objects_of_a_place_in_a_bucket(near, site, dataset, monkeypatch):
    things = {"y/2024/a.csv": b"x\n1\n", "y/2025/b%20%C3%BC.csv": b"x\n2\n", "y/2025/": b"", "y/.hidden": b"no", "z.csv": b"no"}
    monkeypatch.setattr(Site, "things", things)
    auth = {"type": "aws_signature_v4", "access_key_id": "AK", "secret_access_key": "very secret", "region": "eu-west-3"}
    source = {"type": "amazon_s3", "connection": {"type": "amazon_s3", "url": f"http://127.0.0.1:{site.server_port}", "auth": auth}, "url": "s3://bucket/y/"}
    ask = lambda known="": work(near, "fetch", dataset=dataset, datasource=source, known=known)
    got = ask()
    assert [(x["name"], x["text"]) for x in got] == [("2024/a.csv", "x\n1\n"), ("2025/b ü.csv", "x\n2\n")], got
    assert ask(got[0]["known"])[0]["unchanged"]
    things["y/2025/c.csv"] = b"x\n3\n"
    Site.asked.clear()
    assert [x["text"] for x in ask(got[0]["known"])] == ["x\n1\n", "x\n2\n", "x\n3\n"]
    assert [p for p, h in Site.asked if "list-type" not in p] == ["/bucket/y/2025/c.csv"], "what is kept was brought again"
    source["url"] = "s3://bucket/nothing/"
    assert ask()["error"] == "NotFoundResource"
    source["connection"]["auth"] = {**auth, "secret_access_key": "other"}
    assert ask()["error"] == "AuthenticationError" and leftovers(near) == []


def test_azure_is_signed(near, site, dataset, monkeypatch):
    things = {"trees/a%20%C3%A9.csv": CSV.encode(), "trees/in/b.csv": b"x\n2\n"}
    monkeypatch.setattr(Site, "things", things)
    auth = {"type": "shared_key", "account_name": "town", "shared_key": base64.b64encode(b"very secret").decode()}
    source = {"type": "azure_blob_storage", "connection": {"type": "azure_blob_storage", "url": f"http://127.0.0.1:{site.server_port}/town", "auth": auth}, "url": "trees/a é.csv"}
    ask = lambda known="": work(near, "fetch", dataset=dataset, datasource=source, known=known)
    one, = ask()
    assert one["text"] == CSV and one["name"] == "a é.csv"
    assert ask(one["known"])[0]["unchanged"]
    source["url"] = "trees/in/"
    assert [(x["name"], x["text"]) for x in ask()] == [("b.csv", "x\n2\n")]
    source["url"] = "trees/none.csv"
    assert ask()["error"] == "NotFoundResource"
    source["connection"]["auth"] = {**auth, "shared_key": base64.b64encode(b"other").decode()}
    assert ask()["error"] == "AuthenticationError"
    source["connection"]["auth"] = {**auth, "shared_key": "not base64!"}
    assert "base64" in ask()["message"]


# --- FTP and SFTP


@pytest.fixture(scope="module")
def ftp(tmp_path_factory):
    authorizers = pytest.importorskip("pyftpdlib.authorizers")
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer
    folder = tmp_path_factory.mktemp("ftp")
    (folder / "trees").mkdir()
    (folder / "trees" / "a.csv").write_text("x\n1\n")
    (folder / "trees" / "b ü.csv").write_text("x\n2\n")
    (folder / "trees" / ".hidden").write_text("no")
    (folder / "trees" / "inside").mkdir()
    (folder / "one.csv").write_text(CSV)

    class Handler(FTPHandler):
        authorizer = authorizers.DummyAuthorizer()

        def log(self, *a, **k):
            pass
        logline = log_cmd = log
    Handler.authorizer.add_user("ada", "secret", str(folder))
    server = ThreadedFTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"ftp://127.0.0.1:{server.address[1]}", Handler
    server.close_all()


def file_source(url, path, password="secret"):
    return {"type": "ftp", "connection": {"type": "ftp", "url": url, "auth": {"type": "basic_auth", "username": "ada", "password": password}}, "relative_url": path}


def test_ftp_files_and_folders(near, ftp, dataset):
    folder, url, handler = ftp
    one, = work(near, "fetch", dataset=dataset, datasource=file_source(url, "/one.csv"))
    assert one["text"] == CSV and one["name"] == "one.csv"
    assert work(near, "fetch", dataset=dataset, datasource=file_source(url, "/one.csv"), known=one["known"])[0]["unchanged"]
    trees = work(near, "fetch", dataset=dataset, datasource=file_source(url, "/trees/"))
    assert [(x["name"], x["text"]) for x in trees] == [("a.csv", "x\n1\n"), ("b ü.csv", "x\n2\n")]
    assert work(near, "fetch", dataset=dataset, datasource=file_source(url, "/trees/"), known=trees[0]["known"])[0]["unchanged"]
    (folder / "trees" / "a.csv").unlink()
    (folder / "trees" / "c.csv").write_text("x\n33\n")
    later = work(near, "fetch", dataset=dataset, datasource=file_source(url, "/trees/"), known=trees[0]["known"])
    assert [x["name"] for x in later] == ["a.csv", "b ü.csv", "c.csv"], "what vanished there stays until the cache is cleaned"
    work(near, "forget", dataset=dataset)
    assert [x["name"] for x in work(near, "fetch", dataset=dataset, datasource=file_source(url, "/trees/"))] == ["b ü.csv", "c.csv"]
    assert leftovers(near) == []


def test_ftp_without_mlsd(near, ftp, dataset, monkeypatch):
    folder, url, handler = ftp
    commands = dict(handler.proto_cmds)
    commands.pop("MLSD")
    monkeypatch.setattr(handler, "proto_cmds", commands)
    work(near, "forget", dataset=dataset)
    assert [x["name"] for x in work(near, "fetch", dataset=dataset, datasource=file_source(url, "/trees/"))] == sorted(p.name for p in (folder / "trees").glob("*.csv"))


def test_ftp_says_what_is_wrong(near, ftp):
    folder, url, handler = ftp
    assert work(near, "fetch", datasource=file_source(url, "/one.csv", "wrong"))["error"] == "AuthenticationError"
    assert work(near, "fetch", datasource=file_source(url, "/none.csv"))["error"] == "NotFoundResource"
    assert work(near, "fetch", datasource=file_source(url, "/trees/inside/"))["error"] == "NotFoundResource"


@pytest.fixture(scope="module")
def sftp(tmp_path_factory):
    """A server of the library paramiko over one folder, with one user."""
    paramiko = pytest.importorskip("paramiko")
    folder = tmp_path_factory.mktemp("sftp")
    (folder / "a.csv").write_text("x\n1\n")
    (folder / "b.csv").write_text("x\n2\n")
    (folder / "inside").mkdir()
    key = paramiko.RSAKey.generate(2048)

    class Files(paramiko.SFTPServerInterface):
        def _at(self, path):
            return str(folder / path.lstrip("/"))

        def list_folder(self, path):
            out = []
            for name in os.listdir(self._at(path)):
                entry = paramiko.SFTPAttributes.from_stat(os.stat(os.path.join(self._at(path), name)))
                entry.filename = name
                out.append(entry)
            return out

        def stat(self, path):
            try:
                return paramiko.SFTPAttributes.from_stat(os.stat(self._at(path)))
            except OSError as e:
                return paramiko.SFTPServer.convert_errno(e.errno)
        lstat = stat

        def open(self, path, flags, attr):
            try:
                f = open(self._at(path), "rb")
            except OSError as e:
                return paramiko.SFTPServer.convert_errno(e.errno)
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = f
            handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(f.fileno()))
            return handle

    class Who(paramiko.ServerInterface):
        def check_auth_password(self, user, password):
            return paramiko.AUTH_SUCCESSFUL if (user, password) == ("ada", "secret") else paramiko.AUTH_FAILED

        def check_channel_request(self, kind, chanid):
            return paramiko.OPEN_SUCCEEDED

        def get_allowed_auths(self, user):
            return "password"

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    transports = []

    def serve():
        while True:
            try:
                conn, _ = listening.accept()
            except OSError:
                return
            t = paramiko.Transport(conn)
            t.add_server_key(key)
            t.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transports.append(t)
            try:
                t.start_server(server=Who())
            except (paramiko.SSHException, EOFError):
                pass
    threading.Thread(target=serve, daemon=True).start()
    fingerprint = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    yield folder, f"sftp://127.0.0.1:{listening.getsockname()[1]}", fingerprint
    listening.close()
    for t in transports:
        t.close()


def test_sftp(near, sftp, dataset):
    folder, url, fingerprint = sftp
    one, = work(near, "fetch", dataset=dataset, datasource=file_source(url, "/a.csv"))
    assert one["text"] == "x\n1\n"
    assert work(near, "fetch", dataset=dataset, datasource=file_source(url, "/a.csv"), known=one["known"])[0]["unchanged"]
    assert [x["name"] for x in work(near, "fetch", dataset=dataset, datasource=file_source(url, "/"))] == ["a.csv", "b.csv"]
    assert work(near, "fetch", datasource=file_source(url, "/a.csv", "wrong"))["error"] == "AuthenticationError"
    source = file_source(url, "/b.csv")
    source["connection"]["host_key"] = fingerprint
    assert work(near, "fetch", datasource=source)[0]["text"] == "x\n2\n"
    source["connection"]["host_key"] = base64.b64encode(b"x" * 32).decode().rstrip("=")
    assert "error" in work(near, "fetch", datasource=source), "another server's key was believed"


# --- PostgreSQL


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    found = sorted(p for p in ("/usr/lib/postgresql/%d/bin" % v for v in range(12, 20)) if os.path.exists(p + "/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here")
    where, port = tmp_path_factory.mktemp("pg"), free_port()
    as_user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    folder = where / "db"
    if as_user:
        os.makedirs(folder)
        for p in (folder, where, where.parent, where.parent.parent):
            os.chmod(p, 0o755)
        os.chmod(folder, 0o700)
        shutil.chown(folder, "nobody", "nogroup")
    (where / "pw").write_text("secret\n")
    os.chmod(where / "pw", 0o644)
    run = lambda *a: subprocess.run([*as_user, *a], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/")
    run(found[-1] + "/initdb", "-D", str(folder), "-U", "ada", "-A", "scram-sha-256", f"--pwfile={where}/pw", "--no-sync")
    run(found[-1] + "/pg_ctl", "-D", str(folder), "-w", "-l", str(folder / "log"), "-o", f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off", "start")
    sql = "create table trees (name text, height numeric, planted date); insert into trees values ('oak', 20.5, '2020-01-02'), ('li\"me', null, null); create schema \"Odd\"; create table \"Odd\".\"T t\" as select generate_series(1, 3) as n"
    subprocess.run([found[-1] + "/psql", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "ada", "postgres", "-c", sql], check=True, env={**os.environ, "PGPASSWORD": "secret"})
    yield port
    run(found[-1] + "/pg_ctl", "-D", str(folder), "-m", "immediate", "stop")


def test_postgresql(near, postgres, dataset):
    connection = {"type": "postgresql", "host": "127.0.0.1", "port": postgres, "database": "postgres", "auth": {"type": "basic_auth", "username": "ada", "password": "secret"}}
    ask = lambda **more: work(near, "fetch", dataset=dataset, datasource={"type": "postgresql", "connection": connection, **more}, known=more.pop("known", ""))
    got, = ask(table="trees")
    assert got["text"] == 'name,height,planted\noak,20.5,2020-01-02\n"li""me",,\n' and got["name"] == "trees.csv"
    assert ask(table="Odd.T t")[0]["text"] == "n\n1\n2\n3\n"
    assert ask(query="select name from trees where height > 3 -- the tall ones;")[0]["text"] == "name\noak\n"
    assert work(near, "fetch", dataset=dataset, datasource={"type": "postgresql", "connection": connection, "table": "trees"}, known=got["known"])[0]["unchanged"]
    for bad in ("delete from trees returning *", "select 1) to program 'touch x' --", "select 1; drop table trees", "with x as (delete from trees returning *) select * from x"):
        got = ask(query=bad)
        assert isinstance(got, dict) and got["error"] == "InvalidRESTParameterError", (bad, got)
    assert ask(query="select count(*) from trees")[0]["text"] == "count\n2\n"
    connection["auth"]["password"] = "wrong"
    assert ask(table="trees")["error"] == "AuthenticationError"


def test_postgresql_brings_only_new_rows(near, postgres, dataset):
    port, psql = postgres, sorted(p for p in ("/usr/lib/postgresql/%d/bin/psql" % v for v in range(12, 20)) if os.path.exists(p))[-1]
    sql = lambda text: subprocess.run([psql, "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "ada", "postgres", "-c", text], check=True, env={**os.environ, "PGPASSWORD": "secret"})
    connection = {"type": "postgresql", "host": "127.0.0.1", "port": port, "database": "postgres", "auth": {"type": "basic_auth", "username": "ada", "password": "secret"}}
    source = {"type": "postgresql", "connection": connection, "table": "log", "incremental_field": "at"}
    ask = lambda known="": work(near, "fetch", dataset=dataset, datasource=source, known=known)[0]
    sql("create table log (at timestamp, what text); insert into log values ('2026-01-01 10:00:00.123456', 'a \"b\"'), (null, 'never')")
    first = ask()
    assert first["text"] == 'at,what\n2026-01-01 10:00:00.123456,"a ""b"""\n,never\n'
    assert ask(first["known"])["unchanged"]
    sql("update log set what = 'changed' where at is not null; insert into log values ('2026-01-01 10:00:00.123457', 'c')")
    second = ask(first["known"])
    assert second["text"] == first["text"] + "2026-01-01 10:00:00.123457,c\n", "what was read before was read again, or not kept"
    sql("alter table log add column more int")                          # other columns: everything anew
    third = ask(second["known"])
    assert third["text"].startswith("at,what,more\n") and "changed" in third["text"]
    source["incremental_field"] = "nothing"
    assert "nothing" in work(near, "fetch", dataset=dataset, datasource=source)["message"]
    assert leftovers(near) == []


# --- other portals


def test_portals_of_this_server_and_of_others(near, dataset):
    """One portal reads another's dataset by HTTP, and of this same server without asking it."""
    from conftest import stoa
    path = near.data.parent / "rivers.csv"
    path.write_text("name,km\nSeine,777\nLoire,1006\n")
    stoa(near.data, "publish", str(path), "--portal", "other.portal.example", "--id", "rivers", "--title", "Rivers")
    got, = work(near, "fetch", dataset=dataset, datasource={"type": "portal", "url": "https://other.portal.example", "dataset_id": "rivers", "where": "km > 900"})
    assert got["name"] == "rivers.parquet" and json.loads(got["metadata"])["default"]["title"] == {"en": "Rivers"}
    assert [f["name"] for f in json.loads(got["metadata"])["fields"]] == ["name", "km"]
    again = work(near, "fetch", dataset=dataset, datasource={"type": "portal", "url": "https://other.portal.example", "dataset_id": "rivers", "where": "km > 900"}, known=got["known"])
    assert again[0]["unchanged"]
    stoa(near.data, "secure", "rivers", "--portal", "other.portal.example", "--restricted")
    hidden = work(near, "fetch", dataset=dataset, datasource={"type": "federated", "domain": {"domain_id": "other.portal.example"}, "dataset": {"dataset_id": "rivers"}})
    assert hidden["error"] in ("ForbiddenAccess", "NotFoundResource"), hidden


# --- shapes and secrets


def test_faults_are_told_by_place(near):
    def faults(source):
        return {f["path"]: f["message"] for f in work(near, "check", datasource=source)}
    assert faults({"type": "nothing"}).keys() == {"type"}
    assert faults({"type": "http", "connection": {"url": "gopher://x"}}).keys() == {"connection/url"}
    assert "User and password" in faults({"type": "http", "connection": {"url": "https://u:p@x/"}})["connection/url"]
    assert faults({"type": "postgresql", "connection": {"host": "x"}}).keys() == {"connection/database", "table"}
    assert faults({"type": "ftp", "connection": {"url": "ftp://x", "auth": {"type": "magic"}}}).keys() == {"connection/auth/type"}
    assert faults({"type": "http", "connection": {"url": "https://x"}, "headers": [{"name": "a b", "value": "c"}]}).keys() == {"headers/0/name"}
    assert faults({"type": "portal", "url": "https://x"}).keys() == {"dataset_id"}
    assert faults({"type": "http", "connection": {"uid": "co_nothing"}}).keys() == {"connection"}
    assert faults({"type": "http", "connection": {"url": "https://data.example.org"}, "relative_url": "x.csv"}) == {}


def test_connections_keep_their_secrets(near, site):
    secret = "a very particular secret"
    auth = {"type": "basic_auth", "username": "ada", "password": secret}
    made = work(near, "connect", uid="", json={"type": "http", "name": "Town", "url": f"http://127.0.0.1:{site.server_port}", "auth": auth, "headers": [{"name": "X-Key", "value": secret}]})
    assert made["json"]["auth"] == {**auth, "password": None} and made["json"]["headers"] == [{"name": "X-Key", "value": None}]
    raw = b"".join(p.read_bytes() for p in near.data.glob("stoa.db*"))
    assert secret.encode() not in raw and secret not in open(str(near.data) + ".log").read()
    again = work(near, "connect", uid=made["uid"], json={**made["json"], "name": "City"})     # as it was shown, a name changed
    assert again["name"] == "City" and again["uid"] == made["uid"]
    Site.asked.clear()
    work(near, "fetch", datasource={"type": "http", "connection": {"uid": made["uid"]}, "relative_url": "/plain.csv"})
    assert Site.asked[0][1]["X-Key"] == secret and base64.b64decode(Site.asked[0][1]["Authorization"][6:]).decode() == f"ada:{secret}"
    stolen = work(near, "connect", uid=made["uid"], json={**made["json"], "url": "https://evil.example.net"})
    assert stolen["error"] == "InvalidRESTParameterError" and "again" in stolen["message"], "a secret can be sent to another server"
    assert work(near, "try", uid=made["uid"], json=made["json"]) is None
    used = work(near, "create", title="User", doc={"resources": [{"type": "csvfile", "title": "x", "params": {}, "datasource": {"type": "http", "connection": {"uid": made["uid"]}, "relative_url": "/plain.csv"}}],
                                                   "processors": [], "fields": [], "metadata": {}})
    assert "dataset" in used, used
    refused = work(near, "disconnect", uid=made["uid"])
    assert refused["error"] == "Conflict" and "1 dataset uses" in refused["message"]


def test_secrets_never_stand_in_a_configuration(near):
    source = {"type": "http", "connection": {"type": "http", "url": "https://x.example", "auth": {"type": "bearer", "token": "tok"}}, "relative_url": "a.csv"}
    settled = work(near, "settle", datasource=source)
    assert re.fullmatch(r"co_[a-z0-9]{6}", settled["connection"]["uid"]) and settled["relative_url"] == "a.csv" and "tok" not in json.dumps(settled)
    plain = {"type": "http", "connection": {"url": "https://x.example"}, "relative_url": "a.csv"}
    assert work(near, "settle", datasource=plain) == plain
