"""Processors that need something from elsewhere: another dataset, boundaries, a geocoder, files by their address; who may join what, and what
becomes of it when the other side is slow, wrong, away or forbidden."""
import json
import struct
import time
import urllib.parse
import zlib

import pytest
from conftest import stoa
from elsewhere import Handler, serving
from probe import ADA, ROOT_USER, World

HOST = "isoc.example"


def png(red):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress((b"\0" + bytes([red, 0, 0]) * 2) * 2)) + chunk(b"IEND", b""))


def jpeg_with_exif():
    """A frame header of 4 by 3, held on its side, taken at a place and time."""
    def entry(tag, kind, n, value):
        return struct.pack("<HHI", tag, kind, n) + value
    base = 8 + 2 + 3 * 12 + 4
    gps_at = base
    gps_values = gps_at + 2 + 4 * 12 + 4
    date_at = gps_values + 48
    exif_at = date_at + 20
    ifd0 = struct.pack("<H", 3) + entry(0x0112, 3, 1, struct.pack("<HH", 6, 0)) + entry(0x8769, 4, 1, struct.pack("<I", exif_at)) + entry(0x8825, 4, 1, struct.pack("<I", gps_at)) + b"\0" * 4
    gps = (struct.pack("<H", 4) + entry(1, 2, 2, b"N\0\0\0") + entry(2, 5, 3, struct.pack("<I", gps_values)) + entry(3, 2, 2, b"W\0\0\0") +
           entry(4, 5, 3, struct.pack("<I", gps_values + 24)) + b"\0" * 4 + struct.pack("<12I", 48, 1, 30, 1, 0, 1, 2, 1, 15, 1, 0, 1))
    exif = struct.pack("<H", 1) + entry(0x9003, 2, 20, struct.pack("<I", date_at)) + b"\0" * 4
    tiff = b"II*\0" + struct.pack("<I", 8) + ifd0 + gps + b"2024:05:01 12:30:00\0" + exif
    block = b"Exif\0\0" + tiff
    return (b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 2) + block + b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 3, 4, 1) + b"\1\x11\0" + b"\xff\xd9")


# What each kind of geocoder answers, as its documentation says: processor, what it is called, answer, and the label that comes of it.
SERVICES = {
    "/ban": ({"type": "geocode_ban", "address": "street", "city": "town"}, "ban", {"type": "FeatureCollection", "features": [
        {"geometry": {"type": "Point", "coordinates": [6.17, 49.11]}, "properties": {"label": "8 Rue Basse 57000 Metz", "score": 0.9}}]}, "8 Rue Basse 57000 Metz"),
    "/pdok": ({"type": "geocode_pdok", "fields": ["street", "town"]}, "pdok", {"response": {"docs": [{"centroide_ll": "POINT(6.17 49.11)", "score": 9.5, "weergavenaam": "Metz"}]}}, "Metz"),
    "/census": ({"type": "geocode_us_census", "address": "street", "city": "town"}, "us_census",
                {"result": {"addressMatches": [{"coordinates": {"x": 6.17, "y": 49.11}, "matchedAddress": "8 RUE BASSE, METZ"}]}}, "8 RUE BASSE, METZ"),
    "/arcgis": ({"type": "geocode_arcgis", "address": "street", "city": "town"}, "arcgis", {"candidates": [{"address": "8 Rue Basse", "location": {"x": 6.17, "y": 49.11}, "score": 98.5}]}, "8 Rue Basse"),
    "/w3w": ({"type": "what3words_to_point", "field": "words"}, "what3words", {"coordinates": {"lat": 49.11, "lng": 6.17}, "nearestPlace": "Metz"}, "Metz"),
}


class Elsewhere(Handler):
    """A table, pictures and a geocoder; what was asked is in `asked`."""
    protocol_version = "HTTP/1.1"
    asked, tables, away, red = [], {}, False, 10
    places = {"8 rue Basse Metz": ("49.11", "6.17", 0.9), "1 rue Haute Metz": ("49.12", "6.18", 0.2)}

    def do_GET(self):
        cls = type(self)
        url = urllib.parse.urlsplit(self.path)
        cls.asked.append((url.path, urllib.parse.parse_qs(url.query), dict(self.headers), time.monotonic()))
        if url.path in cls.tables:
            return self.say(200, cls.tables[url.path].encode(), Content_Type="text/csv")
        if url.path == "/search":
            if cls.away:
                return self.say(503, Retry_After="0")
            at = cls.places.get(urllib.parse.parse_qs(url.query)["q"][0])
            found = [{"lat": at[0], "lon": at[1], "importance": at[2], "display_name": "Metz, France"}] if at else []
            return self.say(200, json.dumps(found).encode(), Content_Type="application/json")
        if url.path in SERVICES:
            asked = urllib.parse.parse_qs(url.query)
            answer = SERVICES[url.path][2] if "8 rue Basse" in asked["q"][0] or asked["q"][0] == "filled.count.soap" else {}
            return self.say(200, json.dumps(answer).encode(), Content_Type="application/json")
        if url.path == "/page.png":
            return self.say(200, b"<html>sign in</html>", Content_Type="text/html; charset=utf-8")
        if url.path == "/leads.png":
            return self.say(302, Location="/red.png")
        if url.path in ("/red.png", "/new.png", "/photo.jpg"):
            tag = f'"{cls.red}"'
            if self.headers.get("If-None-Match") == tag:
                return self.say(304)
            body = jpeg_with_exif() if url.path == "/photo.jpg" else png(cls.red)
            return self.say(200, body, ETag=tag, Content_Type="application/octet-stream")
        return self.say(404, b"nothing")


@pytest.fixture(scope="module")
def site():
    with serving(Elsewhere) as server:
        yield server


@pytest.fixture(scope="module")
def near(tmp_path_factory, site):
    folder = tmp_path_factory.mktemp("near")
    file = folder.parent / "geocoders.json"
    file.write_text(json.dumps([{"name": s[1], "url": f"http://127.0.0.1:{site.server_port}{path}?q={{q}}&key={{key}}", "key": "k1", "per_second": 50} for path, s in SERVICES.items()]))
    world = World(folder, options=("--fetch_private", "--call_private", f"--geocoder_url=http://127.0.0.1:{site.server_port}/", "--geocoder_per_second=50", f"--geocoders_file={file}"))
    yield world
    world.stop()


def work(world, op, **more):
    return world.ask("POST", "/work", json={"host": HOST, "op": op, **more}).json()


def document(site, path, processors, fields=()):
    source = {"type": "http", "connection": {"type": "http", "url": f"http://127.0.0.1:{site.server_port}"}, "relative_url": path}
    return {"resources": [{"type": "csvfile", "title": "source", "params": {}, "datasource": source}], "processors": processors, "fields": list(fields), "metadata": {}}


def publish(world, dataset, who=1):
    """Publishes, waits for the end, gives the job's row."""
    put = work(world, "put", dataset=dataset, who=who)
    assert "job" in put, put
    for _ in range(400):
        job = next(j for j in work(world, "list", dataset=dataset) if j["id"] == put["job"])
        if job["ended"]:
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def made(world, site, title, path, processors, fields=(), who=0):
    out = work(world, "create", title=title, doc=document(site, path, processors, fields), who=who)
    assert "dataset" in out, out
    return out


def records(world, slug, **params):
    answer = world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{slug}/records", params={"limit": 50, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def asked(path):
    return [a for a in Elsewhere.asked if a[0] == path]


# --- geocoders


GEOCODER = {"type": "geocode_nominatim", "fields": ["street", "town"], "output_field": "place", "score_field": "sure", "min_score": 0.5}


def test_a_geocoder_is_asked_once_for_each_address(near, site):
    Elsewhere.tables["/shops.csv"] = "name,street,town\na,8 rue Basse,Metz\nb, 8  rue Basse,Metz \nc,1 rue Haute,Metz\nd,nowhere,\ne,,\n"
    Elsewhere.asked.clear()
    shops = made(near, site, "Shops", "/shops.csv", [GEOCODER])
    assert publish(near, shops["dataset"])["outcome"] == "done", work(near, "list", dataset=shops["dataset"])
    rows = records(near, shops["slug"], order_by="name")
    assert [r["place"] for r in rows] == [{"lon": 6.17, "lat": 49.11}] * 2 + [None] * 3, rows
    questions = asked("/search")
    assert sorted(q[1]["q"][0] for q in questions) == ["1 rue Haute Metz", "8 rue Basse Metz", "nowhere"], questions
    assert all(HOST in q[2]["User-Agent"] and "Cookie" not in q[2] for q in questions)
    # Fifty a second at most: 40 ms for three, but for what the first was late by.
    times = sorted(q[3] for q in questions)
    assert times[-1] - times[0] > 0.02, times
    told = {(f["row"], f["message"].split(":")[0]) for f in work(near, "faults", dataset=shops["dataset"])}
    assert len(told) == 2 and any("no such place" in m for _, m in told) and any("not sure enough" in m for _, m in told), told
    assert any("OpenStreetMap" in line for line in work(near, "log", job=work(near, "list", dataset=shops["dataset"])[0]["id"]))


def test_what_was_answered_is_not_asked_again_and_a_service_that_fails_takes_nothing_away(near, site):
    Elsewhere.tables["/stalls.csv"] = "name,street,town\na,8 rue Basse,Metz\n"
    stalls = made(near, site, "Stalls", "/stalls.csv", [{**GEOCODER, "min_score": 0}])
    assert publish(near, stalls["dataset"])["outcome"] == "done"
    Elsewhere.asked.clear()
    Elsewhere.tables["/stalls.csv"] += "b,8 rue Basse,Metz\n"
    assert publish(near, stalls["dataset"])["outcome"] == "done" and asked("/search") == []
    Elsewhere.tables["/stalls.csv"] += "".join(f"x,{i} rue Neuve,Metz\n" for i in range(9))
    Elsewhere.away = True
    try:
        job = publish(near, stalls["dataset"])
    finally:
        Elsewhere.away = False
    assert job["outcome"] == "error" and "does not answer" in job["message"] and "503" in job["message"], job
    assert len(asked("/search")) <= 15, "it went on asking"
    assert len(records(near, stalls["slug"])) == 2, "what was published is gone"


def test_answers_of_each_kind_of_geocoder(near, site):
    """One server that answers as each of them does, all in one line of processors."""
    Elsewhere.tables["/each.csv"] = "street,town,words\n8 rue Basse,Metz,filled.count.soap\nnowhere,at all,no.such.words\n"
    each = made(near, site, "Each", "/each.csv", [{**s[0], "output_field": f"at_{s[1]}", "label_field": f"label_{s[1]}"} for s in SERVICES.values()])
    job = publish(near, each["dataset"])
    assert job["outcome"] == "done", job
    first, second = sorted(records(near, each["slug"]), key=lambda r: r["street"])
    for path, (_, name, _, label) in SERVICES.items():
        assert first[f"at_{name}"] == {"lon": 6.17, "lat": 49.11} and first[f"label_{name}"] == label and second[f"at_{name}"] is None, (name, first)
        assert all(a[1]["key"] == ["k1"] for a in asked(path)) and asked(path)


def test_a_geocoder_that_is_not_switched_on_is_not_asked(near, site):
    Elsewhere.tables["/x.csv"] = "name,street\na,8 rue Basse\n"
    for processor in ({"type": "point_to_what3words", "field": "street", "output_field": "place"}, {"type": "geocode", "service": "other", "fields": ["street"], "output_field": "place"},
                      {"type": "ip_to_coordinates", "field": "street", "output_field": "place"}):
        x = made(near, site, "X", "/x.csv", [processor])
        job = publish(near, x["dataset"])
        assert job["outcome"] == "error" and ("switched on" in job["message"] or "geoip_places" in job["message"]), job


# --- files


def test_files_are_fetched_kept_and_only_asked_for_when_they_may_have_changed(near, site):
    base = f"http://127.0.0.1:{site.server_port}"
    Elsewhere.tables["/pictures.csv"] = f"name,photo\na,{base}/red.png\nb,{base}/red.png\nc,{base}/missing.png\nd,{base}/page.png\ne,{base}/photo.jpg\nf,just a name\ng,{base}/leads.png\nh,\n"
    Elsewhere.asked.clear()
    pictures = made(near, site, "Pictures", "/pictures.csv", [{"type": "file", "field": "photo", "extract_exif": True}])
    job = publish(near, pictures["dataset"])
    assert job["outcome"] == "done" and len(asked("/red.png")) == 2, job   # once for itself, once where /leads.png leads
    told = {f["row"]: f["message"] for f in work(near, "faults", dataset=pictures["dataset"])}
    assert len(told) == 3 and any("404" in m for m in told.values()) and any("web page" in m for m in told.values()) and any("http://" in m for m in told.values()), told
    rows = {r["name"]: r for r in records(near, pictures["slug"])}
    photo = rows["a"]["photo"]
    assert photo["mimetype"] == "image/png" and photo["thumbnail"] and photo["width"] == 2, photo
    got = near.client(HOST).get(urllib.parse.urlsplit(photo["url"]).path)
    assert got.content == png(10)
    e = rows["e"]
    assert e["photo_orientation"] == 6 and e["photo_date"].startswith("2024-05-01T12:30:00") and e["photo_place"] == {"lon": -2.25, "lat": 48.5}, e
    assert rows["c"]["photo"] is None and rows["f"]["photo"] is None
    copy = lambda r: near.client(HOST).get(urllib.parse.urlsplit(r["photo"]["url"]).path).content
    place = struct.pack("<12I", 48, 1, 30, 1, 0, 1, 2, 1, 15, 1, 0, 1)
    assert place in jpeg_with_exif() and place not in copy(e) and b"2024:05:01" in copy(e), "readers are told where a picture was taken"
    told = made(near, site, "Pictures with places", "/pictures.csv", [{"type": "file", "field": "photo", "keep_place": True}])
    assert publish(near, told["dataset"])["outcome"] == "done"
    assert place in copy(next(r for r in records(near, told["slug"]) if r["name"] == "e")), "the publisher says that it is told"
    near.advance(3600)
    Elsewhere.asked.clear()
    Elsewhere.tables["/pictures.csv"] += f"i,{base}/new.png\n"
    assert publish(near, pictures["dataset"])["outcome"] == "done"
    assert all("If-None-Match" in a[2] for a in asked("/red.png")) and len(asked("/new.png")) == 1, Elsewhere.asked
    assert {r["name"] for r in records(near, pictures["slug"]) if r["photo"]} == {"a", "b", "e", "g", "i"}


def test_files_of_private_addresses_are_refused(world, site, tmp_path):
    """The setting that lets tests near loopback is off here; the source came by command line."""
    base = f"http://127.0.0.1:{site.server_port}"
    source = tmp_path / "inner.csv"
    source.write_text(f"name,photo\na,{base}/red.png\nb,http://localhost:{site.server_port}/red.png\nc,http://169.254.169.254/latest\nd,file:///etc/passwd\n")
    Elsewhere.asked.clear()
    world.stop()
    stoa(world.data, "publish", str(source), "--portal", HOST, "--id", "inner")
    world._start()
    doc = {"resources": [{"type": "", "title": "inner", "params": {}, "datasource": {"type": "published"}}], "processors": [{"type": "file", "field": "photo"}], "fields": [], "metadata": {}}
    dataset = next(d["id"] for d in world.table("dataset") if d["slug"] == "inner")
    assert "dataset" in work(world, "write", dataset=dataset, doc=doc)
    job = publish(world, dataset)
    assert job["outcome"] == "done" and Elsewhere.asked == [], job
    told = [f["message"] for f in work(world, "faults", dataset=dataset)]
    assert len(told) == 4 and sum("not one of the public internet" in m for m in told) == 3, told


# --- boundaries and joins


def test_places_are_in_countries_and_codes_have_boundaries(near, site):
    Elsewhere.tables["/trips.csv"] = "place,code\n\"48.85,2.35\",fr\n\"-33.87,151.2\",36\n\"0,-30\",Nowhere\n\"52.5,13.4\",DEU\n"
    trips = made(near, site, "Trips", "/trips.csv", [
        {"type": "retrieve_administrative_divisions", "field": "place", "country": "world", "level": 1, "output_name": "country", "output_code": "iso", "tolerance": 20},
        {"type": "geojoin", "country": "world", "repository": "countries", "local_key": "code", "output_field": "shape"}])
    job = publish(near, trips["dataset"])
    assert job["outcome"] == "done", job
    rows = records(near, trips["slug"])
    assert sorted((r["country"] or "", r["iso"] or "") for r in rows) == [("", ""), ("Australia", "AU"), ("France", "FR"), ("Germany", "DE")], rows
    assert sorted(r["code"] for r in rows if r["shape"]) == ["36", "DEU", "fr"] or sorted(str(r["code"]) for r in rows if r["shape"]) == ["36", "DEU", "fr"]
    wrong = made(near, site, "Wrong", "/trips.csv", [{"type": "geojoin", "country": "fr", "repository": "communes", "local_key": "code", "output_field": "shape"}])
    job = publish(near, wrong["dataset"])
    assert job["outcome"] == "error" and "world/countries" in job["message"], job


def test_a_join_reads_what_its_author_may_read_and_follows_the_other_dataset(near, site):
    portal = next(t["tenant"] for t in near.table("tenant_host") if t["host"] == HOST)
    ada, root = (next(a["id"] for a in near.table("account") if a["email"] == email and a["tenant"] == portal) for email in (ADA, ROOT_USER))
    Elsewhere.tables["/towns.csv"] = "code,town,secret\n01262,Montluel,1\n02,Laon,2\n"
    Elsewhere.tables["/people.csv"] = "name,insee\na,1262\nb,2.0\nc,9\n"
    towns = made(near, site, "Towns", "/towns.csv", [])
    assert publish(near, towns["dataset"])["outcome"] == "done"
    join = {"type": "join_datasets", "dataset": towns["slug"], "local_keys": ["insee"], "remote_keys": ["code"], "output_fields": ["town"], "republish": True}
    people = made(near, site, "People", "/people.csv", [join], who=ada)
    job = publish(near, people["dataset"])
    assert job["outcome"] == "done", job
    assert {r["name"]: r["town"] for r in records(near, people["slug"])} == {"a": "Montluel", "b": "Laon", "c": None}

    # The other dataset changes: this one is published again by itself.
    Elsewhere.tables["/towns.csv"] = "code,town,secret\n01262,MONTLUEL,1\n"
    assert publish(near, towns["dataset"])["outcome"] == "done"
    for _ in range(300):
        now = {r["name"]: r["town"] for r in records(near, people["slug"])}
        if now == {"a": "MONTLUEL", "b": None, "c": None}:
            break
        time.sleep(0.05)
    assert now == {"a": "MONTLUEL", "b": None, "c": None}, (now, work(near, "list", dataset=people["dataset"]))

    # A field and a dataset that the author may not see are not there, in a preview and in a publication.
    near.stop()
    stoa(near.data, "secure", towns["slug"], "--portal", HOST, "--restricted")
    near._start()
    for who, doc in ((ada, document(site, "/people.csv", [join])), (0, document(site, "/people.csv", [join]))):
        seen = work(near, "preview", dataset=people["dataset"], doc=doc, who=who)
        assert "MONTLUEL" not in json.dumps(seen) and "may not see" in json.dumps(seen), seen
    assert "MONTLUEL" in json.dumps(work(near, "preview", dataset=people["dataset"], doc=document(site, "/people.csv", [join]), who=root))
    job = publish(near, people["dataset"], who=root)                        # it is ada's join, whoever publishes
    assert job["outcome"] == "error" and "may not see it" in job["message"], job
    assert "dataset" in work(near, "write", dataset=people["dataset"], doc=document(site, "/people.csv", [{**join, "separator": ";"}]), who=root)
    assert publish(near, people["dataset"])["outcome"] == "done"


# --- what processors leave empty


def test_a_text_that_a_processor_empties_is_nothing(near, site):
    Elsewhere.tables["/blanks.csv"] = "a,k\nn/a,1\ny,2\n,3\nz,4\n"
    blanks = made(near, site, "Blanks", "/blanks.csv", [{"type": "string_replace", "field": "a", "old": "n/a", "new": ""},
                                                        {"type": "expression", "expression": "=k == 4 ? '' : a", "output_field": "a"}])
    assert publish(near, blanks["dataset"])["outcome"] == "done"
    assert [r["a"] for r in records(near, blanks["slug"], order_by="k")] == [None, "y", None, None]
    assert records(near, blanks["slug"], select="count(a) as n") == [{"n": 1}]
