"""A portal of hard cases, as publishers bring them: no record, one record, 500 fields, titles of 300 characters, right-to-left data,
nothing but the data, geometry that is broken, data withheld; and a portal without datasets. Also a program: states.py DATA_FOLDER
makes it, to be looked at."""
import csv
import json
import os
import sys

HOST, EMPTY = "hard.localhost", "bare.localhost"
LONG = ("Consolidated register of measurements of the quality of surface waters, groundwaters and bathing waters in the "
        "municipalities of the metropolitan area, by station, by parameter and by month, including provisional values that "
        "have not been validated, with Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft data")
ARABIC = [["القاهرة", "9500000", "2024-01-15", "30.0444, 31.2357"], ["الدار البيضاء", "3360000", "2023-05-01", "33.5731, -7.5898"],
          ["صنعاء (עיר)", "2545000", "2022-11-30", "15.3694, 44.1910"]]
BROKEN = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": "bow tie"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}},
    {"type": "Feature", "properties": {"name": "nothing"}, "geometry": None},
    {"type": "Feature", "properties": {"name": "a point twice"}, "geometry": {"type": "LineString", "coordinates": [[5, 5], [5, 5]]}},
    {"type": "Feature", "properties": {"name": "whole"}, "geometry": {"type": "Polygon", "coordinates": [[[10, 10], [12, 10], [12, 12], [10, 10]]]}}]}
DATASETS = ["none", "one", "wide", "long", "arabic", "untold", "broken", "withheld"]


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows)
    return path


def make(stoa, data, folder):
    """stoa(data, *words) runs a command; folder is for the sources."""
    stoa(data, "portal", "add", HOST, "--set", "title=Hard cases", "--set", "languages=en,fr,ar")
    stoa(data, "portal", "add", EMPTY, "--set", "title=Nothing yet", "--set", "languages=en,ar")

    def publish(name, path, *more):
        stoa(data, "publish", path, "--portal", HOST, "--id", name, *more)

    fields = [{"name": "name", "type": "text", "annotations": {"facet": True}}, {"name": "at", "type": "date", "annotations": {"facet": True}},
              {"name": "value", "type": "double"}, {"name": "place", "type": "geo_point_2d"}]
    schema = os.path.join(folder, "none.json")
    with open(schema, "w", encoding="utf-8") as f:
        json.dump({"fields": fields}, f)
    head = [f["name"] for f in fields]
    publish("none", write_csv(os.path.join(folder, "none.csv"), [head]), "--schema", schema, "--title", "No records at all")
    publish("one", write_csv(os.path.join(folder, "one.csv"), [head, ["only", "2024-02-29", "1.5", "48.85, 2.35"]]), "--schema", schema, "--title", "One record")
    publish("wide", write_csv(os.path.join(folder, "wide.csv"), [[f"field_{i}" for i in range(500)]] + [[r * i for i in range(500)] for r in range(30)]),
            "--title", "Five hundred fields")
    publish("long", write_csv(os.path.join(folder, "long.csv"), [["name", LONG[:60]], ["x" * 400, LONG], [LONG, "y"]]), "--title", LONG[:300],
            "--meta", "publisher=" + LONG[:200], "--meta", "keyword=" + json.dumps([LONG[:120], "b"]), "--meta", "description=" + "word " * 900)
    publish("arabic", write_csv(os.path.join(folder, "arabic.csv"), [["المدينة", "السكان", "التاريخ", "الموقع"]] + ARABIC), "--title", "مدن عربية (English words inside)",
            "--meta", "language=ar", "--meta", "description=<p>بيانات من اليمين إلى اليسار.</p>")
    publish("untold", write_csv(os.path.join(folder, "untold.csv"), [["a", "b"], ["1", "x"], ["2", "y"]]))
    broken = os.path.join(folder, "broken.geojson")
    with open(broken, "w", encoding="utf-8") as f:
        json.dump(BROKEN, f)
    publish("broken", broken, "--title", "Broken shapes")
    publish("withheld", write_csv(os.path.join(folder, "withheld.csv"), [["a", "b"], ["1", "x"]]), "--title", "Only described")
    publish("shutout", write_csv(os.path.join(folder, "shut.csv"), [["a"], ["1"]]), "--title", "Not for strangers")
    stoa(data, "secure", "withheld", "--portal", HOST, "--data-visible", "no")
    stoa(data, "secure", "shutout", "--portal", HOST, "--restricted")


if __name__ == "__main__":
    import subprocess
    import tempfile

    def run(data, *words):
        subprocess.run([os.environ["STOA_BIN"], "--data", data, *words], check=True)

    with tempfile.TemporaryDirectory() as folder:
        make(run, sys.argv[1], folder)
