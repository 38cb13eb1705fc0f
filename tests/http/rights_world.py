"""Two portals that must look the same to a stranger. One hides things by rules; its twin never had them. Whatever an
answer of the first says that the second's does not is a leak, whether it is a value, a count, a name or a status.

Every hidden thing carries a mark that appears nowhere else, for answers that cannot be compared byte by byte.
"""
import csv
import gzip
import io
import json
import re
import zipfile

from conftest import stoa

RULED, TWIN, SHUT = "ruled.localhost", "twin.localhost", "shut.localhost"
ADMIN, MEMBER, GROUPED, STRANGER = "admin@example.org", "member@example.org", "grouped@example.org", "stranger@example.org"

FIELDS = [
    {"name": "code", "type": "text", "annotations": {"id": True}},
    {"name": "kind", "type": "text", "annotations": {"facet": True}},
    {"name": "tags", "type": "text", "annotations": {"facet": True, "multivalued": "|"}},
    {"name": "price", "type": "int"},
    {"name": "day", "type": "date", "annotations": {"facet": True}},
    {"name": "place", "type": "geo_point_2d"},
    {"name": "shown", "type": "text"},
]
HIDDEN_FIELDS = [
    {"name": "hushtext", "type": "text", "label": "Hushlabel", "description": "Hushdescription", "annotations": {"facet": True}},
    {"name": "hushnumber", "type": "int", "annotations": {"facet": True}},
    {"name": "hushday", "type": "date", "annotations": {"facet": True}},
    {"name": "hushtime", "type": "datetime"},
    {"name": "hushplace", "type": "geo_point_2d"},
]
OPEN_ROWS = [
    ["a1", "bird", "wing|song", "10", "2020-01-05", "48.5, 2.5", "yes"],
    ["a2", "bird", "wing", "20", "2020-02-05", "47.5, 3.5", "yes"],
    ["a3", "fish", "fin", "30", "2021-03-05", "46.5, 4.5", "yes"],
]
# Beyond the others in every direction, so that a bound, a sum or a sort that counts them shows it.
HIDDEN_ROWS = [
    ["rowmarkcode", "rowmarkkind", "rowmarktag|song", "777777701", "1877-07-07", "77.7701, -77.7702", "no"],
    ["a4", "bird", "rowmarktag", "-777777702", "2077-07-07", "-77.7703, 77.7704", "no"],
]
HIDDEN_CELLS = [
    ["hushvalueone", "888888801", "1888-08-08", "1888-08-08T08:08:01Z", "88.0801, -88.0802"],
    ["hushvaluetwo", "-888888802", "2088-08-08", "2088-08-08T08:08:02Z", "-88.0803, 88.0804"],
    ["hushvalueone", "888888803", "1889-08-08", "1888-08-09T08:08:03Z", "81.0805, 81.0806"],
]
ROW_MARKS = ["rowmarkcode", "rowmarkkind", "rowmarktag", "777777701", "777777702", "1877-07-07", "2077-07-07", "77.7701", "77.7703"]
FIELD_MARKS = ["hushvalue", "888888801", "888888802", "888888803", "1888-08-08", "2088-08-08", "88.0801", "88.0803", "81.0805",
               "Hushlabel", "Hushdescription"]
FIELD_NAMES = [x["name"] for x in HIDDEN_FIELDS]
DATA_MARKS = ["datamarkword", "999999901"]
SECRET_MARKS = ["secretset", "Secrettitle", "secretkeyword", "Secretpublisher", "secretdescription", "Secrettheme", "secretrow",
                "666666601", "secretfield"]
MARKS = ROW_MARKS + FIELD_MARKS + DATA_MARKS + SECRET_MARKS


def write_csv(path, fields, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow([x["name"] for x in fields])
        w.writerows(rows)
    schema = path.with_suffix(".fields.json")
    schema.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    return schema


def publish(data, portal, path, schema, name, *more):
    stoa(data, "publish", path, "--portal", portal, "--id", name, "--schema", schema, "--title", f"About {name}",
         "--meta", "publisher=Town", "--meta", 'theme=["Environment"]', "--meta", 'keyword=["animals"]', "--meta", "language=en", *more)


def publish_open(data, portal, folder, hidden):
    """The datasets both portals have; with `hidden`, with what the rules will hide."""
    folder.mkdir(exist_ok=True)
    schema = write_csv(folder / "plain.csv", FIELDS, OPEN_ROWS)
    publish(data, portal, folder / "plain.csv", schema, "plain")
    rows = OPEN_ROWS[:1] + HIDDEN_ROWS[:1] + OPEN_ROWS[1:] + HIDDEN_ROWS[1:] if hidden else OPEN_ROWS
    schema = write_csv(folder / "rowed.csv", FIELDS, rows)
    publish(data, portal, folder / "rowed.csv", schema, "rowed")
    fields = FIELDS[:2] + HIDDEN_FIELDS + FIELDS[2:] if hidden else FIELDS
    rows = [a[:2] + b + a[2:] for a, b in zip(OPEN_ROWS, HIDDEN_CELLS)] if hidden else OPEN_ROWS
    schema = write_csv(folder / "fielded.csv", fields, rows)
    publish(data, portal, folder / "fielded.csv", schema, "fielded")


def publish_secret(data, portal, folder, name="secretset"):
    fields = [{"name": "secretfield", "type": "text", "annotations": {"facet": True}}, {"name": "n", "type": "int"}]
    path = folder / f"{name}.csv"
    schema = write_csv(path, fields, [["secretrow", "666666601"]])
    stoa(data, "publish", path, "--portal", portal, "--id", name, "--schema", schema, "--title", "Secrettitle",
         "--meta", "publisher=Secretpublisher", "--meta", 'theme=["Secrettheme"]', "--meta", 'keyword=["secretkeyword"]',
         "--meta", "description=<p>secretdescription</p>", "--meta", "language=de")


def secure(data, dataset, *arguments, portal=RULED, **more):
    return stoa(data, "secure", dataset, "--portal", portal, *arguments, **more)


def make_key(data, user, *arguments, portal=RULED, name="test"):
    return stoa(data, "key", "add", name, "--portal", portal, "--user", user, *arguments).stdout.strip()


def make_people(data, portal):
    stoa(data, "user", "add", ADMIN, "--portal", portal, "--role", "admin")
    for who in (MEMBER, GROUPED, STRANGER):
        stoa(data, "user", "add", who, "--portal", portal)


def put_page(data, portal, folder):
    """A page that shows something of every dataset: to each reader only what is theirs."""
    def blocks(dataset):
        of = {"dataset": dataset, "title": "t"}
        hidden = [{"field": "hushtext", "is": "not_empty"}]
        return [{"blocks": [{"type": "kpi", **of}, {"type": "kpi", **of, "function": "max", "field": "price"}, {"type": "kpi", **of, "function": "max", "field": "hushnumber"},
                            {"type": "kpi", **of, "conditions": hidden}]},
                {"blocks": [{"type": "table", **of, "limit": 20}, {"type": "table", **of, "fields": "code, hushtext"}, {"type": "records", **of, "title_field": "code"},
                            {"type": "records", **of, "title_field": "hushtext"}]},
                {"blocks": [{"type": "chart", **of, "x": "kind", "x_label": "x", "y_label": "y"}, {"type": "chart", **of, "x": "hushtext", "x_label": "x", "y_label": "y"},
                            {"type": "filters", "dataset": dataset, "fields": "kind, hushtext"}, {"type": "map", **of}]}]
    file = folder / "all-there-is.json"
    file.write_text(json.dumps({"kind": "grid", "title": "All", "sections": [{"blocks": [{"type": "counters"}, {"type": "latest"}, {"type": "themes"}, {"type": "publishers"}]},
                    *(row for d in ("rowed", "fielded", "secretset") for row in blocks(d))]}), encoding="utf-8")
    stoa(data, "page", "put", file, "--portal", portal, "--public", "--publish")


def make_world(data, folder):
    """Gives the keys by who holds them."""
    for portal in (RULED, TWIN, SHUT):
        stoa(data, "portal", "add", portal, "--set", "title=Town", "--set", "languages=en,fr")
    publish_open(data, RULED, folder / "a", True)
    publish_open(data, TWIN, folder / "b", False)
    schema = write_csv(folder / "nodata.csv", [{"name": "word", "type": "text", "annotations": {"facet": True}}, {"name": "n", "type": "int"}],
                       [["datamarkword", "999999901"]])
    publish(data, SHUT, folder / "nodata.csv", schema, "nodata")
    publish_open(data, SHUT, folder / "a", True)
    publish_secret(data, SHUT, folder)
    publish_secret(data, RULED, folder)
    for portal in (RULED, SHUT):
        make_people(data, portal)
    stoa(data, "group", "add", "readers", "--portal", RULED)
    stoa(data, "group", "join", "readers", GROUPED, "--portal", RULED)
    visible = ",".join(x["name"] for x in FIELDS)
    for portal in (RULED, SHUT):
        secure(data, "rowed", "--filter", "shown = 'yes'", portal=portal)
        secure(data, "fielded", "--fields", visible, portal=portal)
        secure(data, "secretset", "--restricted", portal=portal)
    secure(data, "nodata", "--data-visible", "no", portal=SHUT)
    for portal in (RULED, TWIN, SHUT):
        put_page(data, portal, folder)
    for dataset in ("rowed", "fielded", "secretset"):
        secure(data, dataset, "--group", "readers")
    return {"admin": make_key(data, ADMIN), "grouped": make_key(data, GROUPED), "stranger": make_key(data, STRANGER),
            "listed": make_key(data, ADMIN, "--dataset", "plain"), "shut": make_key(data, ADMIN, portal=SHUT),
            "shut_stranger": make_key(data, STRANGER, portal=SHUT)}


# --- reading answers ------------------------------------------------------------------------------

def texts_of(body):
    """The bytes, and what is inside when they are a zip or gzip: sheets and shapefiles hold their text there."""
    found = [body]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as z:
            found += [z.read(n) for n in z.namelist()]
    if body[:2] == b"\x1f\x8b":
        found += texts_of(gzip.decompress(body))
    return found


def contains(body, mark):
    """The mark as text in either width; a number as the bytes of binary formats too."""
    wanted = [mark.encode(), mark.encode("utf-16-le"), mark.encode("utf-16-be")]
    if re.fullmatch(r"\d{6,}", mark):
        n = int(mark)
        wanted += [n.to_bytes(8, "little"), (-n).to_bytes(8, "little", signed=True)]
    return any(w in part for part in texts_of(body) for w in wanted)


def marks_in(answer, marks):
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
    return [m for m in marks if m in head or contains(answer.content, m)]


def plain(answer, host):
    """An answer without what differs between two portals that show the same: names, numbers and times of their own."""
    text = answer.content.decode("utf-8", "replace")
    text = text.replace(host, "HOST").replace("da_", "da_")
    text = re.sub(r"da_[0-9a-z]{6}", "da_UID", text)
    # The picture of a page says the portal's host, and its address a digest of what it says.
    text = re.sub(r"(/preview/page/[^\"]*?v=)[0-9a-f]{16}", r"\1DIGEST", text)
    text = re.sub(r"20(2[5-9]|[3-6]\d)-\d\d-\d\d[T ][0-9:.]+(Z|[+-]\d\d:?\d\d)?", "TIME", text)
    text = re.sub(r"20(2[5-9]|[3-6]\d)-\d\d-\d\d", "TIME", text)
    text = re.sub(r"DTSTAMP:\w+", "DTSTAMP", text)
    text = re.sub(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w+ \d{4} [0-9:]+ (GMT|[+-]\d{4})", "TIME", text)
    text = re.sub(r"datetime=\"[^\"]*\"|<time[^>]*>[^<]*</time>", "TIME", text)
    return re.sub(r"\b[0-9a-f]{32,64}\b", "HASH", text)
