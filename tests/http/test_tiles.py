"""Tiles of datasets and what lies under maps: read back with a decoder of others, bounded, under the rights of whoever asks."""
import http.server
import json
import math
import os
import random
import subprocess
import threading

import pytest
from conftest import HOST, OTHER, Server, stoa
from probe import World
from services import TEXTS, registry, texts
from test_consent import choose

HERE = os.path.dirname(__file__)
MANY = 20000
ROOT = "/tiles/many"


def decode(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    done = subprocess.run(["node", os.path.join(HERE, "tiles.mjs")], input=answer.content, capture_output=True, check=True)
    return json.loads(done.stdout)


def count(tile):
    return sum(f["properties"].get("n", 1) for f in tile.get("data", {"features": []})["features"])


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles")
    data = folder / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    random.seed(7)
    rows = [f"{random.uniform(40, 55):.5f},{random.uniform(-5, 20):.5f},{i % 100},{['oak', 'elm', 'fir'][i % 3]}" for i in range(MANY)]
    (folder / "many.csv").write_text("lat,lon,height,kind\n" + "\n".join(rows) + "\n")
    (folder / "many.csv").write_text("place,height,kind\n" + "\n".join(f'"{r.split(",")[0]}, {r.split(",")[1]}",{r.split(",")[2]},{r.split(",")[3]}' for r in rows) + "\n")
    fields = {"fields": [{"name": "place", "type": "geo_point_2d"}, {"name": "height", "type": "int"}, {"name": "kind", "type": "text", "annotations": {"facet": True}}]}
    (folder / "many.fields.json").write_text(json.dumps(fields))
    stoa(data, "publish", folder / "many.csv", "--portal", HOST, "--id", "many", "--schema", folder / "many.fields.json", "--title", "Many")
    shapes = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "square", "size": 4.5}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]]]}},
        {"type": "Feature", "properties": {"name": "way", "size": None}, "geometry": {"type": "LineString", "coordinates": [[-20, -20], [20, -20]]}},
        {"type": "Feature", "properties": {"name": "bow", "size": 1}, "geometry": {"type": "Polygon", "coordinates": [[[30, 0], [40, 10], [40, 0], [30, 10], [30, 0]]]}},
        {"type": "Feature", "properties": {"name": "nowhere", "size": 2}, "geometry": None}]}
    (folder / "shapes.geojson").write_text(json.dumps(shapes))
    stoa(data, "publish", folder / "shapes.geojson", "--portal", HOST, "--id", "shapes", "--title", "Shapes")
    (folder / "plain.csv").write_text("a\n1\n")
    stoa(data, "publish", folder / "plain.csv", "--portal", HOST, "--id", "plain", "--title", "Plain")
    running = Server(data)
    yield running
    running.stop()


def test_many_points_are_gathered_and_all_are_counted(tiles):
    world = decode(tiles.get(f"{ROOT}/0/0/0"))
    assert world["data"]["version"] == 2 and world["data"]["extent"] == 4096
    assert count(world) == MANY and len(world["data"]["features"]) < 4097
    assert world["told"]["features"][0]["properties"] == {"gathered": True}
    four = [decode(tiles.get(f"{ROOT}/1/{x}/{y}")) for x in (0, 1) for y in (0, 1)]
    assert sum(count(t) for t in four) == MANY
    assert tiles.get(f"{ROOT}/0/0/0").headers["Stoa-Tile"] == "gathered"


def test_few_points_stand_where_they_are(tiles):
    rows = tiles.api("/catalog/datasets/many/records", limit=1)["results"]
    lat, lon = rows[0]["place"]["lat"], rows[0]["place"]["lon"]
    z = 12
    n = 2 ** z
    fx = (lon + 180) / 360 * n
    fy = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n
    answer = tiles.get(f"{ROOT}/{z}/{int(fx)}/{int(fy)}", {"by": "kind", "value": "height"})
    tile = decode(answer)
    assert "told" not in tile and "Stoa-Tile" not in answer.headers
    near = [f for f in tile["data"]["features"] if abs(f["geometry"][0][0]["x"] - (fx % 1) * 4096) <= 1 and abs(f["geometry"][0][0]["y"] - (fy % 1) * 4096) <= 1]
    assert near and near[0]["properties"] == {"v": rows[0]["height"], "w": rows[0]["kind"]}


def test_clusters_tell_what_their_values_make(tiles):
    for function, api in (("avg", "avg(height)"), ("max", "max(height)"), ("sum", "sum(height)"), ("stddev", None)):
        tile = decode(tiles.get(f"{ROOT}/0/0/0", {"mode": "cluster", "radius": 200, "value": "height", "function": function}))
        assert count(tile) == MANY and len(tile["data"]["features"]) == 1
        if api:
            assert tile["data"]["features"][0]["properties"]["v"] == pytest.approx(tiles.records("many", select=f"{api} as x")["results"][0]["x"])


def test_filters_of_pages_and_of_the_api_are_the_same(tiles):
    expected = tiles.records("many", where="kind = 'oak' and height < 10", limit=1)["total_count"]
    asked = [{"refine.kind": "oak", "q.range.height": "height:[* TO 9]"}, {"where": "height < 10", "refine": "kind:oak"},
             {"where": ["kind = 'oak'", "height < 10"]}, {"exclude": ["kind:elm", "kind:fir"], "q.h": "height:[0 TO 9]"}]
    for params in asked:
        assert count(decode(tiles.get(f"{ROOT}/0/0/0", params))) == expected, params
    box = decode(tiles.get(f"{ROOT}/0/0/0", {"geofilter.bbox": "45,0,50,10"}))
    assert count(box) == tiles.records("many", where="in_bbox(place, 45, 0, 50, 10)", limit=1)["total_count"]
    assert count(decode(tiles.get(f"{ROOT}/0/0/0", {"q": "nosuchword"}))) == 0


def test_shapes_keep_their_form_and_broken_ones_harm_nobody(tiles):
    tile = decode(tiles.get("/tiles/shapes/0/0/0", {"by": "name", "value": "size"}))
    found = {f["properties"]["w"]: f for f in tile["data"]["features"]}
    assert set(found) >= {"square", "way"} and "nowhere" not in found
    assert found["square"]["type"] == 3 and found["square"]["properties"]["v"] == 4.5
    assert len(found["square"]["geometry"][0]) == 5
    assert found["way"]["type"] == 2 and "v" not in found["way"]["properties"]
    assert decode(tiles.get("/tiles/shapes/3/0/0")) == {}
    assert count(decode(tiles.get("/tiles/shapes/2/1/1", {"mode": "cluster"}))) >= 0


def test_gdal_reads_the_same(tiles, tmp_path):
    (tmp_path / "t.mvt").write_bytes(tiles.get("/tiles/shapes/0/0/0", {"by": "name"}).content)
    said = subprocess.run(["ogrinfo", "-ro", "-al", str(tmp_path / "t.mvt")], capture_output=True, text=True, check=True).stdout
    assert "Layer name: data" in said and "w (String) = square" in said


@pytest.mark.parametrize("path, status, word", [
    ("/tiles/many/0/0/1", 404, "There is no tile 0/0/1"), ("/tiles/many/25/0/0", 404, "z goes from 0 to 24"), ("/tiles/many/a/0/0", 400, "whole numbers"),
    ("/tiles/many/0/-1/0", 400, "whole numbers"), ("/tiles/many/99999999999/0/0", 400, "whole numbers"), ("/tiles/nosuch/0/0/0", 404, "does not exist"),
    ("/tiles/plain/0/0/0", 400, "no field with places"), ("/tiles/many/0/0/0?mode=pie", 400, "mode"), ("/tiles/many/0/0/0?field=kind", 400, "field with places"),
    ("/tiles/many/0/0/0?value=kind", 400, "field with numbers"), ("/tiles/many/0/0/0?function=avg", 400, "needs value"),
    ("/tiles/many/0/0/0?where=nosuch%20%3D%201", 400, "nosuch"), ("/tiles/many/0/0/0?geofilter.bbox=1", 400, "geofilter"),
    ("/tiles/-/nosuch/0/0/0", 404, "no such tile"), ("/tiles/-/ground/x/0/0/0", 404, "no background"),
])
def test_what_cannot_be_drawn_is_said(tiles, path, status, word):
    answer = tiles.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json") and word in answer.json()["message"], answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_tiles_are_for_any_page_and_kept_for_strangers(tiles):
    answer = tiles.get(f"{ROOT}/0/0/0")
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers and answer.headers["ETag"]
    again = tiles.get(f"{ROOT}/0/0/0", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert tiles.get(f"{ROOT}/0/0/0.mvt").content == answer.content == tiles.get(f"{ROOT}/0/0/0.pbf").content


def test_the_world_is_ours(tiles):
    said = tiles.get("/tiles/-/world").json()
    tile = decode(tiles.get(f"/tiles/-/{said['tag']}/0/0/0"))
    assert set(tile) == {"land", "country", "border"} | set(tile) & {"place"}
    deep = decode(tiles.get(f"/tiles/-/{said['tag']}/7/65/45"))
    assert any(f["properties"]["name"] == "Lyon" for f in deep["place"]["features"])
    assert "immutable" in tiles.get(f"/tiles/-/{said['tag']}/0/0/0").headers["Cache-Control"]
    assert tiles.get(f"/tiles/-/{said['tag']}/8/0/0").status_code == 404
    named = decode(tiles.get(f"/tiles/-/{said['tag']}/3/4/2"))
    assert {"DE", "FR"} <= {f["properties"].get("code") for f in named["country"]["features"]}


def test_places_of_the_world_are_found_by_name(tiles):
    def find(q):
        return tiles.get("/tiles/-/places", params={"q": q}).json()["places"]

    assert [(p["name"], p["kind"]) for p in find("ALEMANIA")] == [("Germany", "country")]
    assert find("ألمانيا")[0]["code"] == "DE"
    west, south, east, north = find("Österreich")[0]["bounds"]
    assert 9 < west < east < 18 and 46 < south < north < 50
    assert find("lyon")[0]["people"] > 400000
    assert find("") == [] and find("zzqq") == [] and find("\t") == [] and len(find("a" * 5000)) == 0
    assert len(find("s")) == 8


def test_the_tab_is_there_where_there_are_places(tiles):
    page = tiles.get("/explore/dataset/many/map/", {"refine.kind": "oak"})
    assert page.status_code == 200 and "<stoa-map" in page.text and 'parameters="refine.kind=oak"' in page.text
    assert "/explore/dataset/many/table/?refine.kind=oak" in page.text
    assert "style=" not in page.text.split("<stoa-map")[1].split("</stoa-map>")[0]
    assert tiles.get("/explore/dataset/plain/map/").status_code == 404
    assert "/map/" not in tiles.get("/explore/dataset/plain/table/").text
    assert tiles.get("/explore/dataset/many/map/", {"geofilter.bbox": "x"}).status_code == 400


# --- backgrounds of others ---------------------------------------------------------------------------------------------------

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082")


UNWANTED = {"Set-Cookie2": "spy=2", "Clear-Site-Data": '"*"', "Service-Worker-Allowed": "/", "NEL": '{"report_to":"spy"}', "Report-To": '{"group":"spy"}'}


class Upstream(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        Upstream.seen.append((self.path, dict(self.headers), self.client_address[0]))
        self.send_response(200 if "/9/" not in self.path else 500)
        self.send_header("Content-Type", "image/png" if "/8/" not in self.path else "text/html")
        self.send_header("Set-Cookie", "spy=1")
        for name, value in UNWANTED.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *_):
        pass


def direct_service(languages):
    return {"id": "tiles", "name": "Tile House", "category": "third_party", "legal_basis": "consent", "loads": "embed",
            "provider": {"name": "Tile House", "country": "FR", "url": "https://tile.example"}, "purpose": texts("youtube", languages), "data_sent": texts("sent", languages),
            "policy_url": "https://tile.example/privacy", "retention": "none", "origins": {"connect": ["https://*.tile.example"], "img": ["https://*.tile.example"]}}


@pytest.fixture(scope="module")
def grounds(tmp_path_factory):
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("grounds")
    w = World(folder, options=("--call_private=true",))
    w.fixture(registries=[{"host": "tags.example", "registry": registry(services=[direct_service(("en", "fr", "ar"))])}])
    (folder / "p.csv").write_text('place,name\n"48.85, 2.35",Paris\n')
    (folder / "p.json").write_text(json.dumps({"fields": [{"name": "place", "type": "geo_point_2d"}, {"name": "name", "type": "text"}]}))
    stoa(w.data, "publish", folder / "p.csv", "--portal", "tags.example", "--id", "p", "--schema", folder / "p.json", "--title", "P")
    own = f"http://127.0.0.1:{upstream.server_port}"
    basemaps = [{"id": "plan", "label": {"en": "Plan", "fr": "Carte"}, "tiles": own + "/{s}/{z}/{x}/{y}.png", "subdomains": "a,b", "attribution": "© Town", "maxZoom": 9},
                {"id": "south", "label": "South", "tiles": own + "/tms/{z}/{x}/{y}.png", "tms": True},
                {"id": "wms", "label": "Roads", "wms": own + "/wms", "layers": "roads"},
                {"id": "far", "label": "Far", "tiles": "https://a.tile.example/{z}/{x}/{y}.png", "direct": True},
                {"id": "undeclared", "label": "Undeclared", "tiles": "https://spy.example/{z}/{x}/{y}.png", "direct": True}]
    stoa(w.data, "portal", "set", "tags.example", f"map.basemaps={json.dumps(basemaps)}")
    yield w
    w.stop()
    upstream.shutdown()


def offered(page):
    import html
    import re
    return {b["id"]: b for b in json.loads(html.unescape(re.search(r'basemaps="([^"]*)"', page.text).group(1)))}


def csp(page):
    return {d.split()[0]: d for d in page.headers["Content-Security-Policy"].split("; ")}


def test_emb_t10_tiles_come_from_us_and_the_service_learns_nothing_of_the_reader(grounds):
    Upstream.seen.clear()
    c = grounds.client("tags.example")
    page = c.get("/explore/dataset/p/map/")
    assert offered(page)["plan"]["tiles"][0].endswith("/tiles/-/ground/plan/{z}/{x}/{y}")
    assert "tile.example" not in page.text and "127.0.0.1" not in offered(page)["plan"]["tiles"][0]
    answer = c.get("/tiles/-/ground/plan/3/4/5", headers={"Referer": "https://tags.example/secret", "Accept-Language": "sv", "X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200 and answer.content == PNG and answer.headers["Content-Type"] == "image/png"
    assert "Set-Cookie" not in answer.headers
    (path, headers, address), = Upstream.seen
    assert path == "/b/3/4/5.png" and address == "127.0.0.1"
    assert {k.lower() for k in headers} <= {"host", "user-agent", "accept", "accept-encoding"} and headers["User-Agent"] == "Stoa"
    assert "203.0.113.9" not in str(headers) and "sv" not in str(headers)
    c.get("/tiles/-/ground/south/3/4/0")
    assert Upstream.seen[-1][0] == "/tms/3/4/7.png"
    c.get("/tiles/-/ground/wms/1/0/0")
    assert "BBOX=-20037508.342789,0.000000,0.000000,20037508.342789" in Upstream.seen[-1][0] and "LAYERS=roads" in Upstream.seen[-1][0]


def test_reg_t09_what_an_upstream_sets_goes_nowhere(grounds):
    """Services that are passed on to readers are backgrounds of maps; what such a one would store or switch in a browser stays here (REG-16)."""
    c = grounds.client("tags.example")
    for path in ("/tiles/-/ground/plan/2/1/1", "/tiles/-/ground/plan/2/1/1", "/tiles/-/ground/wms/1/1/0", "/tiles/-/ground/plan/8/0/1"):
        answer = c.get(path)
        assert answer.status_code in (200, 502)
        assert not {"set-cookie", *(x.lower() for x in UNWANTED)} & {x.lower() for x in answer.headers}, (path, answer.headers)
    assert not c.jar and any(path == "/b/2/1/1.png" or path == "/a/2/1/1.png" for path, _, _ in Upstream.seen)


def test_what_a_service_gives_is_a_picture_or_nothing(grounds):
    c = grounds.client("tags.example")
    assert c.get("/tiles/-/ground/plan/8/0/0").status_code == 502
    assert c.get("/tiles/-/ground/plan/9/0/0").status_code == 502
    assert c.get("/tiles/-/ground/plan/10/0/0").status_code == 404
    assert c.get("/tiles/-/ground/far/1/0/0").status_code == 404


def test_direct_tiles_wait_for_consent(grounds):
    c = grounds.client("tags.example")
    page = c.get("/explore/dataset/p/map/")
    far = offered(page)["far"]
    assert "tiles" not in far and far["ask"] == "/cookies/preferences/" and "undeclared" not in offered(page)
    assert "tile.example" not in page.headers["Content-Security-Policy"]
    choose(c, "save", svc_tiles="on")
    page = c.get("/explore/dataset/p/map/")
    assert offered(page)["far"]["tiles"] == ["https://a.tile.example/{z}/{x}/{y}.png"]
    assert "https://*.tile.example" in csp(page)["connect-src"]
    assert "undeclared" not in offered(page) and "spy.example" not in page.text
    assert "tile.example" not in c.get("/explore/dataset/p/table/").headers["Content-Security-Policy"]
