"""No answer of any address tells what a rule hides. The addresses are those the server itself lists, the formats those it
offers, so a new one is tried here without being named; one whose holes are unknown fails until HOLES says how to fill them.
"""
import concurrent.futures
import json
import queue
import re
import subprocess

import pytest
import requests

import rights_world as w
from conftest import BINARY, Server, of_today

# Values for the holes of patterns; {dataset} and {format} are tried with all there are.
HOLES = {"record": ["0" * 40], "attachment": ["x.pdf"], "id": ["x"], "file": ["x"], "name": ["basic", "default", "favicon.ico"],
         "type": ["basic", "interop"], "tab": ["information", "table", "analyze", "images", "calendar", "custom", "export", "api", "history"], "size": ["100"], "snapshot": ["x"],
         "path": ["x"], "export": ["x"], "resource": ["default"], "slug": ["x", "all-there-is"], "template": ["default"], "uid": ["x"], "width": ["100"],
         "token": ["x" * 43], "receipt": ["x" * 22], "kind": ["oidc"], "range": ["1..1"], "version": ["1"], "provider": ["x"],
         "hash": ["sha256-0"], "what": ["banner"], "style": ["bibtex", "ris"], "part": ["1.xml"],
         "z": ["0"], "x": ["0"], "y": ["0"], "tag": ["x"], "ground": ["x"],
         "reuse": ["1"], "message": ["1"], "feed": [f"{d}.atom" for d in ("plain", "rowed", "fielded", "nodata", "secretset", "neverwas")],
         "picture": [f"{d}.png" for d in ("plain", "rowed", "fielded", "nodata", "secretset", "neverwas")],
         "backup": ["x"], "service": ["x"], "item": ["x.y"], "job": ["1"],
         "field": ["title"], "processor": ["pr_x"], "username": ["x"], "group": ["x"], "schedule": ["sc_x"], "connection": ["co_x"], "key": ["ak_1"], "page": ["sp_1"], "portal": ["2"], "program": ["1"]}
OPEN_SETS, ALL_SETS = ["rowed", "fielded"], ["plain", "rowed", "fielded", "nodata", "secretset"]
# Everyone may read these on a private portal.
FOR_EVERYONE = re.compile(r"^/(terms/|\.well-known/|robots\.txt|favicon\.ico|assets/|tiles/-/(?!ground)|elements/stoa\.js|login|logout|signup|password|invitation|account/(data/undo|email/)|cookies/|contact|request-access|follow/|"
                          r"oauth2/|api/(auth|cookies)/|api/(automation|portal)/v1\.0/openapi\.json|oidc/|saml2/|-/)")
# Pages about people and about cookies: they hold tokens and fingerprints that differ from one portal to the next, so what they
# say is searched for marks and not compared with the twin's.
OWN = re.compile(r"^/(account|backoffice|login|logout|signup|password|invitation|oauth2|oidc|saml2|audience|cookies|terms|\.well-known|-)/|^/(login|logout|signup|-)|^/(contact|request-access|follow)/|^/explore/dataset/[^/]+/(follow|reuse|feedback)/|"
                 r"^/api/(auth|cookies)/")

# Questions that would bring a hidden thing to light. No whole mark stands in them, so one in an answer is not an echo.
PROBES = [
    {},
    {"limit": "20", "rows": "20", "include_links": "true", "use_labels": "true", "with_bom": "false", "lang": "en"},
    {"where": "search('rowmar')"}, {"where": "'hushval'"}, {"where": "'rowmar' or 'hushval' or 'secretr'"}, {"q": "rowmar"}, {"q": "hushval"},
    {"q": "secretr"}, {"where": "suggest('hushva')"}, {"where": "startswith(code, 'rowm')"},
    {"where": "hushtext is not null"}, {"where": "hushnumber > 0"}, {"select": "hushtext"}, {"select": "max(hushnumber)"},
    {"select": "code, hushnumber + 1 as x"}, {"select": "count(*), min(price), max(price), sum(price), min(day), max(day)"},
    {"select": "envelope(place)"}, {"select": "bbox(place)"}, {"select": "count(distinct kind)"},
    {"group_by": "hushtext"}, {"group_by": "kind", "select": "kind, count(*)"}, {"group_by": "tags"}, {"group_by": "year(hushday)"},
    {"group_by": "year(day)"}, {"order_by": "hushnumber"}, {"order_by": "-price", "sort": "-price"}, {"order_by": "price"},
    {"sort": "hushnumber"}, {"facet": "hushtext"}, {"facet": ["kind", "tags", "day"]}, {"facet": "hushday"},
    {"refine": "kind:rowmarkkin"}, {"refine": "hushnumber:1"}, {"exclude": "kind:bird"}, {"refine": "day:1877"}, {"refine": "hushday:1888"},
    {"mode": "points", "by": "hushtext"}, {"mode": "cluster", "value": "hushnumber", "function": "max"}, {"field": "hushplace", "by": "code"},
    {"by": "code", "value": "price"}, {"mode": "cluster", "by": "tags", "radius": "200"},
    {"refine.kind": "bird"}, {"refine.hushtext": "x"}, {"exclude.kind": "bird", "facet": "kind"}, {"disjunctive.kind": "true", "refine.kind": "fish"},
    {"where": "price > 100"}, {"where": "price < 0"}, {"where": "within_distance(place, geom'POINT(-77.7 77.7)', 100km)"},
    {"geofilter.distance": "77.77,-77.77,100000"}, {"geofilter.polygon": "(60,-90),(60,-60),(85,-60),(85,-90)"},
    {"where": "recordid is not null", "select": "recordid, record_timestamp"}, {"as_of": "1"}, {"timezone": "Pacific/Auckland"},
    {"where": "shown = 'no'"}, {"where": "not shown = 'yes'"}, {"where": "shown = 'no' or true"}, {"qv1": "shown:no"}, {"q": "shown:no"},
    {"where": "hushtext = 'x' or 1 = 1"}, {"epsg": "3857"}, {"x": "kind", "y.a.func": "COUNT"}, {"x": "kind", "y.a.func": "MAX", "y.a.expr": "price"},
    {"x": "hushtext", "y.a.func": "COUNT"}, {"x": "kind", "y.a.func": "SUM", "y.a.expr": "hushnumber"}, {"fields": "code,hushtext"},
    {"q.range.hushnumber": "hushnumber:[0 TO *]"}, {"q.range.price": "price:[100 TO *]"}, {"find.hushtext": "hush"}, {"find.kind": "rowmar"},
    {"source": "monitoring"}, {"source": "monitoring", "where": "dataset_id = 'secretset'"}, {"columns": "hushtext,code"}, {"geofilter.bbox": "60,-90,85,-60"}, {"min.price": "-9"}, {"q.x": "hushtext:hushval"}, {"calendar": "month:1877-01"},
    {"start": "1", "offset": "1"}, {"format": "json"}, {"format": "geojson"}, {"format": "csv"}, {"geo_field": "hushplace"},
    {"clusterprecision": "3", "geofilter.bbox": "-90,-180,90,180"}, {"name_field": "hushtext"}, {"select": "stoa_readers"},
    {"where": "stoa_readers = 'all'"}, {"select": "* "}, {"select": "include(hush*), code"}, {"select": "exclude(code)"},
    {"c.0.xAxis": "hushtext"}, {"c.0.xAxis": "hushday", "c.0.timescale": "year"}, {"c.0.xAxis": "kind", "c.0.0.func": "SUM", "c.0.0.yAxis": "hushnumber"},
    {"c.0.xAxis": "kind", "c.0.0.func": "MAX", "c.0.0.yAxis": "price", "c.0.seriesBreakdown": "tags"}, {"c.0.xAxis": "price", "c.0.0.type": "histogram"},
    {"chart": '{"queries":[{"xAxis":"kind","seriesBreakdown":"hushtext","charts":[{}]}]}'},
    {"chart": '{"queries":[{"config":{"options":{"where":"hushnumber > 0"}},"xAxis":"day","charts":[{"func":"MIN","yAxis":"price"}]}]}'},
    {"chart": '{"queries":[{"config":{"dataset":"secretset"},"xAxis":"secretfield","charts":[{}]}]}'},
]
CATALOGUE_PROBES = PROBES[:10] + [
    {"where": "search('Secrett')"}, {"where": "'secretkeyw'"}, {"q": "Secrett"}, {"group_by": "publisher", "select": "publisher, count(*)"},
    {"group_by": "keyword"}, {"select": "count(*), max(records_count)"}, {"facet": ["publisher", "theme", "keyword", "language", "features"]},
    {"refine": "language:de"}, {"refine.language": "de"}, {"refine.publisher": "Secretpublishe"}, {"exclude": "publisher:Town"},
    {"order_by": "title"}, {"order_by": "records_count desc"}, {"where": "records_count > 3"}, {"where": "datasetid like 'secret*'"},
    {"where": "stoa_readers is not null"}, {"where": "stoa_west < 0"}, {"select": "stoa_north"}, {"sort": "explore.popularity_score"}, {"select": "stoa_readers"}, {"group_by": "stoa_readers"}, {"facet": "stoa_readers"},
    {"where": "startswith(datasetid, 'secre')"}, {"select": "datasetid, features"}, {"include_app_metas": "true", "include_links": "true"},
    {"dataset": "plain", "q": "x"}, {"interopmetas": "true", "extrametas": "true"}, {"include_exports": "csv,geojson,json"},
]


def routes():
    said = subprocess.run([BINARY, "serve", "--routes"], capture_output=True, text=True, check=True).stdout
    return [line.split(" ", 1) for line in said.splitlines()]


def fill(pattern, datasets, formats):
    """Every address a pattern stands for. A hole nobody told about is a KeyError: teach HOLES its values."""
    filled = [pattern]
    for hole in re.findall(r"\{([^}]+)\}", pattern):
        name = hole.rstrip(".")
        values = datasets if name == "dataset" else formats if name == "format" else HOLES[name]
        filled = [f.replace("{%s}" % hole, v, 1) for f in filled for v in values]
    return filled


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rights")
    data = folder / "data"
    keys = w.make_world(data, folder)
    running = Server(data)
    running.keys = keys
    yield running
    running.stop()


def formats_of(server, host, key):
    """Every format the server knows, from its own lists, of datasets and of the catalogue, in all versions of the API."""
    found = set()
    for api in ("v2.1", "v2.0"):
        for path in ("/catalog/exports", "/catalog/datasets/plain/exports"):
            answer = server.get(f"/api/explore/{api}{path}", host=host, headers={"Authorization": f"Apikey {key}"})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found |= {link["rel"] for link in body.get("links", body.get("_links", []))} - {"self", "dataset", "catalog"}
    assert {"csv", "json", "xlsx", "geojson", "parquet"} <= found
    return sorted(found)


def is_catalogue(path):
    return not re.search(r"/(datasets?|dataset)/(plain|rowed|fielded|nodata|secretset)\b", path) and "/records/1.0" not in path


# Addresses that take no questions: asked as they are. All others, new ones too, get the questions.
SILENT = re.compile(r"/(attachments|alternative_exports|files|images|snapshots|reuses|feedback|metadata|metadata_templates|services|georeference|"
                    r"assets/theme|assets/[^/]*\.|maps?|charts?|terms|\.well-known|account|backoffice|login|logout|signup|password|invitation|oidc|saml2|audience|cookies|auth|swagger\.json|push|robots|sitemap|favicon)|/citation/|/aggregates$|/exports$|/schema$")
# The same handlers under an older name.
ALIAS = re.compile(r"^/api/v2/|^/api/explore/v2\.0/catalog/assets|/catalog/assets/")
# Where every question is asked; elsewhere every fourth, beginning with another one at each address.
ALL_QUESTIONS = re.compile(r"^/tiles/\w+/0|/v2\.1/catalog/(datasets/\w+/(records|facets)|datasets|facets)$|/datasets/1\.0/\w+/records/(search|analyze)$|/api/charts/1\.0/\w+$")


def probes_of(path):
    catalogue = is_catalogue(path)
    probes = CATALOGUE_PROBES if catalogue else PROBES
    if SILENT.search(path) or "neverwas" in path or "secretset" in path:
        return probes[:2]
    if ALIAS.match(path) or "/plain" in path:
        return probes[:3]
    export = re.search(r"/exports/(\w+)", path)
    if export and export.group(1) != "json":
        return probes[1:2] + [{"select": "count(*), max(price)"}, {"where": "price > 100"}][: 0 if catalogue else 2]
    if ALL_QUESTIONS.search(path):
        return probes
    return probes[:2] + probes[2 + len(path) % 4::4]


def questions(formats, datasets):
    """(path, parameters) of everything that is tried; of v1 also with the dataset as a parameter."""
    for method, pattern in routes():
        if method != "GET":
            continue
        for path in fill(pattern, datasets, formats):
            for probe in probes_of(path):
                if "/records/1.0" not in path or "{dataset}" in pattern:
                    yield path, probe
                    continue
                for d in datasets:
                    # The same handlers as with the dataset in the address.
                    if not probe or d == "rowed" and len(json.dumps(probe)) % 3 == 0:
                        yield path, {**probe, "dataset": d}


def ask(session, server, host, path, probe, key=None):
    head = {"Host": f"{host}:{server.port}", "Accept-Encoding": "identity"}
    if key:
        head["Authorization"] = f"Apikey {key}"
    return session.get(f"http://127.0.0.1:{server.port}{path}", params=probe, headers=head, allow_redirects=False, timeout=60)


def in_parallel(work, things):
    """Runs over everything with a few connections; gives the results in order."""
    sessions = [requests.Session() for _ in range(4)]
    idle = queue.SimpleQueue()
    for one in sessions:
        idle.put(one)

    def run(thing):
        session = idle.get()
        try:
            return work(session, *thing)
        finally:
            idle.put(session)

    with concurrent.futures.ThreadPoolExecutor(len(sessions)) as pool:
        results = list(pool.map(run, things))
    for one in sessions:
        one.close()
    return results


def test_every_address_has_known_holes():
    for _, pattern in routes():
        assert fill(pattern, ["plain"], ["csv"]), pattern


# What of an answer is not compared: the catalogue's own records_count is null where rows are filtered.
def comparable(answer, host):
    text = w.plain(answer, host)
    return re.sub(r"\"(default\.)?records_count\":\s*(null|\d+)", '"records_count":N', text)


def compare(session, world, path, probe):
    """What a stranger would learn from this question, or nothing."""
    mine, other = (ask(session, world, host, path, probe) for host in (w.RULED, w.TWIN))
    where = f"{path} {json.dumps(probe)}"
    # The identifier of the hidden dataset may stand in the question itself.
    found = [m for m in w.marks_in(mine, w.MARKS) if m not in path and m not in json.dumps(probe)]
    if found:
        return f"{where}: {found}"
    if mine.status_code != other.status_code:
        return f"{where}: {mine.status_code}, twin {other.status_code}: {mine.text[:200]} | {other.text[:200]}"
    if path.startswith("/tiles/"):
        return None if mine.content == other.content else f"{where}: the tiles differ"
    if mine.content[:2] == b"PK" or b"\0" in mine.content[:4096] or is_known_difference(path, probe) or OWN.match(path):
        return None
    a, b = comparable(mine, w.RULED), comparable(other, w.TWIN)
    if a == b:
        return None
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"{where}: differs at {at}: …{a[max(0, at - 60):at + 100]}… twin …{b[max(0, at - 60):at + 100]}…"


def test_a_stranger_cannot_tell_the_portal_with_rules_from_its_twin(world):
    """The strongest of these tests: nothing need be listed, whole answers are compared."""
    formats = formats_of(world, w.RULED, world.keys["admin"])
    things = [(world, path, probe) for path, probe in of_today(questions(formats, OPEN_SETS + ["secretset", "neverwas1"]))]
    differing = [d for d in in_parallel(compare, things) if d]
    assert len(things) > 1000, "the addresses were not found"
    assert not differing, f"{len(differing)} of {len(things)}:\n" + "\n".join(differing[:60])


def is_known_difference(path, probe):
    """What the catalogue asked as a dataset says of the number of filtered records: null, where the twin has a number."""
    text = json.dumps(probe) + path
    return "records_count" in text or bool(re.search(r"/catalog/exports/(csv|xlsx)$", path))


def hidden_from(world, key, marks, datasets, host=w.RULED):
    formats = formats_of(world, w.RULED, world.keys["admin"])

    def look(session, path, probe):
        answer = ask(session, world, host, path, probe, key)
        found = [m for m in w.marks_in(answer, marks) if m not in path and m not in json.dumps(probe)]
        if answer.status_code >= 500:
            found.append(answer.text[:300])
        return f"{path} {json.dumps(probe)}: {answer.status_code} {found}" if found else None

    things = of_today(questions(formats, datasets))
    leaks = [x for x in in_parallel(look, things) if x]
    assert len(things) > 100
    assert not leaks, f"{len(leaks)} of {len(things)}:\n" + "\n".join(leaks[:40])


def chart_of(dataset, x, y=""):
    series = {"type": "column", "func": "SUM" if y else "COUNT", **({"yAxis": y} if y else {})}
    return json.dumps({"queries": [{"config": {"dataset": dataset}, "xAxis": x, "charts": [series]}]})


# Builders and frames take a dataset, or a whole map or chart, in the address.
BUILT = [(path, {"dataChart": chart_of(d, x, y)}) for path in ("/chart/", "/chart/embed/") for d in (*OPEN_SETS, "secretset", "neverwas1")
         for x, y in (("kind", ""), ("tags", ""), ("day", ""), ("kind", "price"), ("hushtext", ""), ("kind", "hushnumber"))] + \
        [(path, {"dataset": d}) for path in ("/map/", "/chart/") for d in (*OPEN_SETS, "secretset", "neverwas1")] + \
        [("/map/", {"config": json.dumps({"layers": [{"dataset": d, "by": "hushtext"}]})}) for d in (*OPEN_SETS, "secretset")]


def test_what_is_built_of_a_dataset_tells_no_more_than_the_dataset(world):
    differing = [d for d in in_parallel(compare, [(world, path, probe) for path, probe in BUILT]) if d]
    assert not differing, "\n".join(differing)
    shown = ask(requests, world, w.RULED, "/chart/embed/", {"dataChart": chart_of("rowed", "kind")})
    assert shown.status_code == 200 and "<table" in shown.text, "nothing was shown at all"


def test_a_form_is_told_what_an_address_is_told(world):
    """The older APIs take forms, too: the same questions have the same answers either way, so what holds of addresses holds of forms."""
    formats = formats_of(world, w.RULED, world.keys["admin"])
    things = []
    for method, pattern in routes():
        if method != "POST" or not re.match(r"/api/(datasets|records|metadata|reuses|georeference)\b|/explore/dataset/\{dataset\}/download$", pattern):
            continue
        for path in fill(pattern, ["rowed", "fielded", "secretset"], formats):
            probes = [p for p in PROBES[:2] + PROBES[2 + len(path) % 9::9] if len(json.dumps(p)) < 400]
            named = [{}] if "{dataset}" in pattern or "/records/1.0" not in pattern else [{"dataset": d} for d in OPEN_SETS]
            things += [(path, {**probe, **name}) for probe in probes for name in named]

    def both(session, path, probe):
        head = {"Host": f"{w.RULED}:{world.port}", "Accept-Encoding": "identity"}
        at = f"http://127.0.0.1:{world.port}{path}"
        form = session.post(at, data=probe, headers=head, allow_redirects=False, timeout=60)
        address = ask(session, world, w.RULED, path, probe)
        moved = form.is_redirect and address.is_redirect  # the way back to an address has its questions, that to a form has none
        same = form.status_code == address.status_code and (moved or comparable(form, w.RULED) == comparable(address, w.RULED))
        return None if same else f"{path} {json.dumps(probe)}: {form.status_code} {form.text[:200]} | {address.status_code} {address.text[:200]}"

    differing = [d for d in in_parallel(both, of_today(things, 6)) if d]
    assert len(things) > 300
    assert not differing, f"{len(differing)} of {len(things)}:\n" + "\n".join(differing[:30])


def test_a_key_without_rules_sees_no_more_than_anybody(world):
    hidden_from(world, world.keys["stranger"], w.MARKS + w.FIELD_NAMES, ["rowed", "fielded", "secretset"])


def test_a_key_that_lists_datasets_sees_those_only(world):
    hidden_from(world, world.keys["listed"], w.MARKS + ["About rowed", "About fielded"], ["rowed", "fielded", "secretset"])


def test_hidden_data_is_nowhere(world):
    hidden_from(world, world.keys["shut_stranger"], w.MARKS, ["nodata"], w.SHUT)
    for path in ("records", "facets", "exports/json", "exports/csv", "records/" + "0" * 40):
        answer = world.get(f"/api/explore/v2.1/catalog/datasets/nodata/{path}", host=w.SHUT,
                           headers={"Authorization": f"Apikey {world.keys['shut_stranger']}"})
        assert answer.status_code == 403, path
        assert answer.json() == {"error_code": "ForbiddenAccess", "message": "You don't have permission to access the requested resource"}


def test_a_private_portal_tells_nothing_to_nobody(world):
    w.stoa(world.data, "portal", "set", w.SHUT, "access=private")
    formats = formats_of(world, w.RULED, world.keys["admin"])
    words = w.MARKS + ["About plain", "animals", "bird"]
    with requests.Session() as session:
        for path, probe in questions(formats, ALL_SETS):
            if probe:
                continue
            for key in (None, "stoa_" + "x" * 40):
                answer = ask(session, world, w.SHUT, path, probe, key)
                found = [m for m in w.marks_in(answer, words) if m not in path]
                assert not found, f"{path}: {found}"
                if FOR_EVERYONE.match(path):
                    assert answer.status_code in (200, 301, 302, 303, 400, 401, 403, 404, 405, 410), f"{path}: {answer.status_code}"
                else:
                    # A browser is led to the page of sign-in, a program is told that it needs a key.
                    assert answer.status_code in (401, 404, 410, 301, 302, 303, 308), f"{path}: {answer.status_code}"
                    assert answer.status_code != 303 or answer.headers["Location"].startswith("/login/"), path
    for path in ("/", "/explore/", "/explore/dataset/plain/information/", "/sitemap.xml", "/api/explore/v2.1/catalog/datasets"):
        assert world.get(path, host=w.SHUT, headers={"Accept": "text/html" if path.startswith("/explore") or path == "/" else "*/*"}).status_code in (303, 401), path
        assert world.get(path, host=w.SHUT, headers={"Authorization": "Apikey stoa_" + "x" * 40}).status_code == 401, path
        assert world.get(path, host=w.SHUT, headers={"Authorization": f"Apikey {world.keys['shut']}"}).status_code == 200, path
    assert "Disallow: /\n" in world.get("/robots.txt", host=w.SHUT).text
    assert world.get("/terms/cookies-policy/", host=w.SHUT).status_code == 200


def test_whoever_has_the_rights_sees_everything(world):
    """So that the tests above cannot pass because nothing is shown to anyone."""
    formats = formats_of(world, w.RULED, world.keys["admin"])
    for who in ("admin", "grouped"):
        head = {"Authorization": f"Apikey {world.keys[who]}", "Accept-Encoding": "identity"}
        for f in formats:
            for dataset, mark in (("rowed", "rowmarkcode"), ("fielded", "hushvalueone"), ("secretset", "secretrow")):
                answer = world.get(f"/api/explore/v2.1/catalog/datasets/{dataset}/exports/{f}", host=w.RULED, headers=head)
                # A format that is not offered for it, and points of interest, which have a name and nothing else.
                if answer.status_code == 404 or f == "ov2":
                    continue
                assert answer.status_code == 200 and w.contains(answer.content, mark), f"{who} {dataset} {f}"
        found = world.get("/api/explore/v2.1/catalog/datasets", host=w.RULED, headers=head).json()
        assert {d["dataset_id"] for d in found["results"]} == {"plain", "rowed", "fielded", "secretset"}
        counts = {d["dataset_id"]: d["metas"]["default"]["records_count"] for d in found["results"]}
        assert counts == {"plain": 3, "rowed": 5, "fielded": 3, "secretset": 1}
        page = world.get("/explore/dataset/secretset/table/", host=w.RULED, headers=head)
        assert "secretrow" in page.text and "no-store" in page.headers["Cache-Control"]
        page = world.get("/explore/dataset/secretset/table/", {"apikey": world.keys[who]}, w.RULED)
        assert "secretrow" in page.text and "no-store" in page.headers["Cache-Control"]
        assert world.get("/explore/dataset/secretset/table/", host=w.RULED).status_code == 404


@pytest.mark.parametrize("path", ["/api/explore/v2.1/catalog/datasets/{}", "/api/explore/v2.1/catalog/datasets/{}/records",
                                  "/api/explore/v2.1/catalog/datasets/{}/exports/csv", "/explore/dataset/{}/information/"])
def test_a_hidden_dataset_and_none_are_told_in_the_same_words(world, path):
    hidden, none = (world.get(path.format(name), host=w.RULED) for name in ("secretset", "neverwas1"))
    assert hidden.status_code == none.status_code == 404
    assert hidden.text.replace("secretset", "NAME") == none.text.replace("neverwas1", "NAME")
    same = [{k: v for k, v in x.headers.items() if k not in ("Date", "Content-Length")} for x in (hidden, none)]
    assert same[0] == same[1]


def test_records_of_hidden_rows_are_not_found_by_their_ids(world):
    rows = world.get("/api/explore/v2.1/catalog/datasets/rowed/records", {"include_links": "true", "limit": "20"}, w.RULED,
                     headers={"Authorization": f"Apikey {world.keys['admin']}"}).json()["results"]
    ids = {r["_id"]: r["shown"] for r in rows}
    assert sorted(ids.values()) == ["no", "no", "yes", "yes", "yes"]
    for api in ("v2.1", "v2.0"):
        for record, shown in ids.items():
            answer = world.get(f"/api/explore/{api}/catalog/datasets/rowed/records/{record}", host=w.RULED)
            assert answer.status_code == (200 if shown == "yes" else 404)


def test_a_row_filter_means_the_same_in_every_zone_and_language(world):
    w.secure(world.data, "plain", "--filter", "day >= date'2020-02-05'")
    try:
        for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
            for lang in ("en", "fr"):
                found = world.get("/api/explore/v2.1/catalog/datasets/plain/records", {"timezone": zone, "lang": lang}, w.RULED).json()
                assert found["total_count"] == 2
    finally:
        w.secure(world.data, "plain", "--remove")
