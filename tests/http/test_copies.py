"""Copies of datasets of other portals keep what they were given: labels and descriptions in their languages, annotations, types and geometry; from a portal of
this server, from one like it elsewhere, and from one that speaks the Explore API as others do. What is said here wins, and can be taken back."""
import http.server
import json
import threading
import urllib.parse

import pytest

from conftest import stoa
from test_live_federation import HERE, THERE, Place

FIELDS = [
    {"name": "code", "type": "text", "label": "Code", "labels": {"fr": "Code postal"}, "annotations": {"id": True, "sortable": True}},
    {"name": "town", "type": "text", "label": "Town", "labels": {"fr": "Ville"}, "description": "Where it is.", "descriptions": {"fr": "Où c’est."},
     "annotations": {"facet": True, "disjunctive": True, "facetsort": "-count"}},
    {"name": "kind", "type": "text", "label": "Kind", "annotations": {"hierarchical": "/", "facet": True}},
    {"name": "tags", "type": "text", "label": "Tags", "annotations": {"multivalued": ";"}},
    {"name": "height", "type": "double", "label": "Height", "annotations": {"unit": "m", "decimals": 1}},
    {"name": "born", "type": "date", "label": "Born", "annotations": {"timeserie_precision": "year", "timerangeFilter": True}},
    {"name": "seen", "type": "datetime", "label": "Seen", "annotations": {"timezone": "Europe/Paris"}},
    {"name": "level", "type": "int", "label": "Level"},
    {"name": "place", "type": "geo_point_2d", "label": "Place"},
    {"name": "nowhere", "type": "geo_point_2d", "label": "Nowhere"},
    {"name": "area", "type": "geo_shape", "label": "Area"},
    {"name": "spots", "type": "geo_shape", "label": "Spots"},
    {"name": "more", "type": "json_blob", "label": "More"},
    {"name": "open", "type": "boolean", "label": "Open"},
]
SQUARE = '{"type": "Polygon", "coordinates": [[[2, 48], [2.5, 48], [2.5, 48.5], [2, 48.5], [2, 48]]]}'
MANY = '{"type": "MultiPolygon", "coordinates": [[[[2, 48], [3, 48], [3, 49], [2, 48]]], [[[5, 45], [6, 45], [6, 46], [5, 45]]]]}'
SPOT = '{"type": "Point", "coordinates": [7.44744, 46.94809]}'
ROWS = [
    ["01000", "Bourg", "tree/oak", "a;b, c", "20.25", "1901-02-03", "2024-07-01T12:00:00", "7", "46.2,5.2", "", SQUARE, SPOT, '{"a": [1, 2]}', "true"],
    ["01001", "Bourg", "tree/oak", "", "", "", "", "", "", "", "", "", "", ""],
    ["02000", "Laon", "tree/elm/old", "d", "3", "2001-12-31", "2024-01-01T00:30:00", "8", "-49.5,3.6", "", MANY, SPOT, "[]", "false"],
]


def csv_of(rows):
    return "".join(",".join('"%s"' % cell.replace('"', '""') for cell in row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("copies"), (HERE, THERE))
    source, schema = place.folder / "trees.csv", place.folder / "schema.json"
    source.write_text(csv_of([[f["name"] for f in FIELDS]] + ROWS))
    schema.write_text(json.dumps({"fields": FIELDS}))
    stoa(place.data, "publish", source, "--portal", THERE, "--id", "trees", "--title", "Trees", "--schema", schema)
    yield place
    place.server.stop()


def fields(place, slug="trees", host=HERE, **params):
    return place.get(f"/catalog/datasets/{slug}", host, **params).json()["fields"]


def field(place, slug, name, **params):
    return next(f for f in fields(place, slug, **params) if f["name"] == name)


def same_rows(place, slug, host=HERE):
    return sorted(place.rows(slug, host), key=lambda r: r["code"])


@pytest.mark.parametrize("live", (True, False))
def test_a_dataset_of_a_portal_of_this_server(place, live):
    slug = "live" if live else "copy"
    place.shown(slug, f"http://{THERE}", dataset="trees", live=live)
    assert fields(place, slug) == fields(place, host=THERE)
    assert fields(place, slug, lang="fr") == fields(place, host=THERE, lang="fr")
    assert field(place, slug, "town", lang="fr")["label"] == "Ville"
    assert same_rows(place, slug) == same_rows(place, "trees", THERE)
    assert len(same_rows(place, slug)) == 3


@pytest.mark.parametrize("live", (True, False))
def test_what_is_said_here_of_a_field_wins_and_can_be_taken_back(place, live):
    slug = "own-live" if live else "own-copy"
    uid = place.shown(slug, f"http://{THERE}", dataset="trees", live=live)
    made = [place.manage("POST", f"/datasets/{uid}/fields/", body) for body in (
        {"type": "rename", "from_name": "town", "to_name": "town", "field_label": {"fr": "Commune", "en": "Municipality"}},
        {"type": "annotate", "field": "height", "annotation": "unit", "args": ["cm"]},
        {"type": "annotate", "field": "kind", "annotation": "facet", "args": [False]})]
    assert place.order(uid)["status"] == "idle"
    assert field(place, slug, "town")["label"] in ("Municipality", "Commune") and field(place, slug, "town", lang="fr")["label"] == "Commune"
    assert field(place, slug, "town")["description"] == "Where it is." and field(place, slug, "town")["annotations"] == field(place, "trees", "town", host=THERE)["annotations"]
    assert field(place, slug, "height")["annotations"] == {"unit": "cm", "decimals": 1} and field(place, slug, "kind")["annotations"] == {"hierarchical": "/"}
    for one in made:
        place.manage("DELETE", f"/datasets/{uid}/fields/{one['uid']}/")
    assert place.order(uid)["status"] == "idle"
    assert fields(place, slug) == fields(place, host=THERE)


def test_what_the_origin_says_otherwise_comes_with_the_next_run(place):
    place.publish(slug="steps")
    uid = place.uid("steps", THERE)
    copy = place.shown("follows", f"http://{THERE}", dataset="steps", live=False)
    place.manage("POST", f"/datasets/{uid}/fields/", {"type": "rename", "from_name": "wage", "to_name": "wage", "field_label": "Pay"}, host=THERE)
    assert place.order(uid, host=THERE)["status"] == "idle"
    assert field(place, "steps", "wage", host=THERE)["label"] == "Pay"
    assert place.order(copy)["status"] == "idle"
    assert field(place, "follows", "wage")["label"] == "Pay"


def test_steps_of_its_own_keep_labels_and_find_types_anew(place):
    uid = place.make("worked", f"http://{THERE}", dataset="trees", live=False)
    place.manage("POST", f"/datasets/{uid}/processors/", {"type": "expression", "name": "expression", "label": "s", "output_field": "level", "expression": "storey {{ level }}"})
    assert place.order(uid)["status"] == "idle"
    assert field(place, "worked", "town", lang="fr")["label"] == "Ville" and field(place, "worked", "town")["annotations"]["facetsort"] == "-count"
    assert field(place, "worked", "level")["type"] == "text" and {r["level"] for r in place.rows("worked")} >= {"storey 7", "storey 8"}
    assert field(place, "worked", "area")["type"] == "geo_shape" and field(place, "worked", "place")["type"] == "geo_point_2d"


# --- elsewhere


class Other(http.server.BaseHTTPRequestHandler):
    """A portal as others make them: labels in the language that is asked for, annotations as lists, GeoJSON features, one field it alone knows."""
    protocol_version = "HTTP/1.1"
    asked, label = [], "Nom"

    def log_message(self, *a):
        pass

    def do_GET(self):
        cls = type(self)
        cls.asked.append(self.path)
        path, _, query = self.path.partition("?")
        lang = urllib.parse.parse_qs(query).get("lang", ["fr"])[0]
        if path == "/feasts.ics":
            body = FEASTS.encode()
        elif path.endswith("/exports/jsonl"):
            body = "".join(json.dumps(r) + "\n" for r in RECORDS).encode()
        else:
            body = json.dumps({
                "dataset_id": "arbres", "dataset_uid": "da_x", "has_records": True, "visibility": "domain", "features": [], "attachments": [],
                "metas": {"default": {"title": {"fr": "Arbres", "en": "Trees"}[lang], "description": None, "metadata_languages": ["fr", "en"], "language": "fr", "keyword": ["bois"],
                                      "data_processed": "2024-01-01T00:00:00+00:00", "metadata_processed": "2024-01-01T00:00:00+00:00:" + cls.label, "records_count": 3}},
                "fields": [
                    {"name": "nom", "label": {"fr": cls.label, "en": "Name"}[lang], "type": "text", "description": None, "annotations": {"facet": [], "sortable": []}},
                    {"name": "insee", "label": "INSEE", "type": "text", "description": {"fr": "Le code", "en": "The code"}[lang], "annotations": {"id": []}},
                    {"name": "etages", "label": "Étages", "type": "int", "description": None, "annotations": {"unit": ["m"]}},
                    {"name": "hauteur", "label": "Hauteur", "type": "double", "description": None, "annotations": {"decimals": [2]}},
                    {"name": "mots", "label": "Mots", "type": "text", "description": None, "annotations": {"multivalued": [","], "facet": [], "disjunctive": []}},
                    {"name": "le", "label": "Le", "type": "datetime", "description": None, "annotations": {"timezone": ["Europe/Paris"]}},
                    {"name": "jour", "label": "Jour", "type": "date", "description": None, "annotations": {}},
                    {"name": "geo_point_2d", "label": "Point", "type": "geo_point_2d", "description": None, "annotations": {}},
                    {"name": "geo_shape", "label": "Forme", "type": "geo_shape", "description": None, "annotations": {}},
                    {"name": "photo", "label": "Photo", "type": "file", "description": None, "annotations": {}},
                    {"name": "hors", "label": "Hors", "type": "hologram", "description": None, "annotations": {"facet": []}},
                ]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


FEASTS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(
    f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:{name}\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\n"
    for n, (name, day) in enumerate((("Fête nationale", "20240714"), ("Noël", "20241225"), ("Noël", "20231225")))) + "END:VCALENDAR\r\n"


def feature(geometry):
    return {"type": "Feature", "geometry": json.loads(geometry), "properties": {}}


RECORDS = [
    {"nom": "chêne", "insee": "01004", "etages": None, "hauteur": 20.5, "mots": ["a, b", "c"], "le": "2024-07-01T10:00:00+00:00", "jour": "2024-07-01",
     "geo_point_2d": {"lon": 5.2, "lat": 46.2}, "geo_shape": feature(SPOT), "photo": None, "hors": "x"},
    {"nom": "orme", "insee": "02000", "etages": None, "hauteur": None, "mots": None, "le": None, "jour": None, "geo_point_2d": None, "geo_shape": None, "photo": None, "hors": "y"},
    {"nom": "tilleul", "insee": "03000", "etages": None, "hauteur": 1, "mots": ["c"], "le": "2024-01-01T00:00:00+01:00", "jour": "2023-12-31",
     "geo_point_2d": {"lon": -3.5, "lat": 48.0}, "geo_shape": feature(SPOT), "photo": None, "hors": "x"},
]


@pytest.fixture(scope="module")
def other():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_dataset_of_a_portal_of_another_make(place, other):
    uid = place.shown("arbres", other, dataset="arbres", live=False)
    told = {f["name"]: f for f in fields(place, "arbres")}
    assert {n: f["type"] for n, f in told.items()} == {
        "nom": "text", "insee": "text", "etages": "int", "hauteur": "double", "mots": "text", "le": "datetime", "jour": "date", "geo_point_2d": "geo_point_2d",
        "geo_shape": "geo_shape", "photo": "file", "hors": "text"}
    assert {n: f["annotations"] for n, f in told.items() if f["annotations"] and n != "hors"} == {
        "nom": {"facet": True, "sortable": True}, "insee": {"id": True}, "etages": {"unit": "m"}, "hauteur": {"decimals": 2},
        "mots": {"facet": True, "disjunctive": True, "multivalued": ","}, "le": {"timezone": "Europe/Paris"}}
    assert field(place, "arbres", "nom", lang="en")["label"] == "Name" and field(place, "arbres", "nom", lang="fr")["label"] == "Nom"
    assert field(place, "arbres", "insee", lang="en")["description"] == "The code" and field(place, "arbres", "insee", lang="fr")["description"] == "Le code"
    rows = sorted(place.rows("arbres"), key=lambda r: r["insee"])
    assert [r["insee"] for r in rows] == ["01004", "02000", "03000"]
    assert rows[0]["mots"] == ["a, b", "c"] and rows[0]["geo_point_2d"] == {"lon": 5.2, "lat": 46.2} and rows[0]["geo_shape"]["geometry"] == json.loads(SPOT)
    assert rows[0]["le"] == "2024-07-01T10:00:00+00:00" and rows[2]["le"] == "2023-12-31T23:00:00+00:00" and rows[2]["jour"] == "2023-12-31"
    assert rows[1]["geo_point_2d"] is None and rows[1]["geo_shape"] is None and rows[2]["hauteur"] == 1.0
    # Metadata, too, in both languages, where nothing is said here.
    title = f"/datasets/{uid}/metadata/default/title/"
    place.manage("DELETE", title)
    assert place.order(uid)["status"] == "idle"
    assert [place.get("/catalog/datasets/arbres", lang=lang).json()["metas"]["default"]["title"] for lang in ("fr", "en")] == ["Arbres", "Trees"]


def test_labels_that_change_there_come_though_the_data_are_the_same(place, other):
    uid = place.uid("arbres")
    Other.label = "Essence"
    try:
        place.manage("POST", f"/datasets/{uid}/schedules/", {"cron": "0 3 * * *"}, (200, 201, 400))
        assert place.order(uid)["status"] == "idle"
        assert field(place, "arbres", "nom", lang="fr")["label"] == "Essence"
    finally:
        Other.label = "Nom"


def test_a_calendar_is_shown_as_one(place, other):
    """Whole days are days, and the view is the format's own until somebody says otherwise."""
    made = place.manage("POST", "/datasets/", {"dataset_id": "feasts", "metadata": {"default": {"title": {"value": "Feasts"}}}})
    uid = made["uid"]
    place.manage("POST", f"/datasets/{uid}/resources/", {"type": "icalendar", "title": "s", "params": {}, "datasource": {
        "type": "http", "connection": {"type": "http", "url": other}, "relative_url": "/feasts.ics"}})
    assert place.order(uid)["status"] == "idle"
    assert field(place, "feasts", "dtstart")["type"] == "date"
    page = place.server.get("/explore/dataset/feasts/calendar/?calendar=month:2024-07", host=HERE)
    assert page.status_code == 200 and "Fête nationale" in page.text and ">00:00" not in page.text and ">02:00" not in page.text
    for value, status in ((False, 404), (None, 200)):
        if value is None:
            place.manage("DELETE", f"/datasets/{uid}/metadata/visualization/calendar_enabled/")
        else:
            place.manage("PUT", f"/datasets/{uid}/metadata/visualization/calendar_enabled/", {"value": value})
        assert place.order(uid)["status"] == "idle"
        assert place.server.get("/explore/dataset/feasts/calendar/", host=HERE).status_code == status
