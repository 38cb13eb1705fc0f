"""Exports as tables for other programs: ODS read by odfpy, XLSX by openpyxl, Parquet's own words about its columns; and what happens
when the process that writes a file dies."""
import io
import json
import os
import signal
import struct
import subprocess
import threading
import time
import zipfile

import pytest
import requests
from conftest import API, HOST, THINGS, Server, stoa

import odf.opendocument as opendocument
import openpyxl
from odf.namespaces import OFFICENS, TABLENS  # noqa: E402
from odf.table import Table, TableCell, TableRow  # noqa: E402
from odf.teletype import extractText  # noqa: E402
from odf.text import P  # noqa: E402


def export(server, dataset, name, status=200, **params):
    answer = server.get(f"{API}/catalog/datasets/{dataset}/exports/{name}", params)
    assert answer.status_code == status, answer.text[:1000]
    return answer


def tables(content):
    """Rows of (type, value, text) of each table; repeated cells spread out."""
    found = []
    for table in opendocument.load(io.BytesIO(content)).spreadsheet.getElementsByType(Table):
        rows = []
        for row in table.getElementsByType(TableRow):
            cells = []
            for c in row.getElementsByType(TableCell):
                kind = c.attributes.get((OFFICENS, "value-type"))
                value = next((c.attributes[k] for k in c.attributes if k[0] == OFFICENS and k[1].endswith("value")), None)
                text = "\n".join(extractText(p) for p in c.getElementsByType(P))
                cells += [(kind, value, text)] * int(c.attributes.get((TABLENS, "number-columns-repeated"), 1))
            rows.append(cells)
        found.append(rows)
    return found


def test_ods_has_typed_cells(server):
    answer = export(server, "cities", "ods", timezone="Europe/Paris")
    assert answer.headers["Content-Type"] == "application/vnd.oasis.opendocument.spreadsheet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cities.ods"'
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert book.testzip() is None and book.namelist()[0] == "mimetype" and book.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert book.read("mimetype").decode() == answer.headers["Content-Type"]
    (rows,) = tables(answer.content)
    assert [c[2] for c in rows[0]] == ["name", "country", "tags", "pop", "area", "founded", "updated", "capital", "loc"]
    assert rows[1] == [("string", None, "Paris"), ("string", None, "FR"), ("string", None, "river,metro"), ("float", "2100000", "2100000"),
                       ("float", "105.4", "105.4"), ("date", "1988-01-15", "1988-01-15"),
                       ("date", "2021-05-06T14:34:55", "2021-05-06 14:34:55"), ("boolean", "true", "TRUE"), ("string", None, "48.8566, 2.3522")]
    assert len(rows) == 5 and rows[4][0][2] == "Besançon" and [c[0] for c in rows[4]][6:] == [None] * 3


def test_ods_survives_any_text(server, tmp_path, make_server):
    (rows,) = tables(export(server, "things", "ods", use_labels="true").content)
    assert len(rows) == THINGS + 1 and rows[8][-1] == ("string", None, 'say "é"; or not\nnext') and rows[1][5][:2] == ("string", None)
    texts = ["  two  blanks  ", "tab\there", "<b>&amp;", "=1+1", "a\r\nb", "𝄞 \u200f", "'", " "]
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"i": i, "t": t}) + "\n" for i, t in enumerate(texts)), encoding="utf-8")
    stoa(data, "publish", tmp_path / "texts.jsonl", "--portal", HOST, "--id", "texts")
    own = make_server(data)
    stored = [r["t"] for r in export(own, "texts", "json").json()]
    (rows,) = tables(export(own, "texts", "ods").content)
    assert [r[1][2] for r in rows[1:]] == [(t or "").replace("\r\n", "\n") for t in stored]
    sheet = openpyxl.load_workbook(io.BytesIO(export(own, "texts", "xlsx").content)).active
    assert [r[1] for r in sheet.iter_rows(min_row=2, values_only=True)] == [t if t is None else t.replace("\r\n", "\n") for t in stored]
    assert all(sheet.cell(i + 2, 2).data_type != "f" for i in range(len(texts)))


def test_tables_may_be_empty_or_grouped(server):
    assert len(tables(export(server, "cities", "ods", where="pop < 0").content)[0]) == 1
    (rows,) = tables(export(server, "cities", "ods", select="count(*) as n", group_by="country").content)
    assert [[c[2] for c in r] for r in rows] == [["country", "n"], ["", "1"], ["BE", "1"], ["FR", "2"]]
    sheet = openpyxl.load_workbook(io.BytesIO(export(server, "cities", "xlsx", select="count(*) as n", group_by="country").content)).active
    assert list(sheet.values) == [("country", "n"), (None, 1), ("BE", 1), ("FR", 2)]


# --- Parquet ----------------------------------------------------------------------------------------------------------------------


class Thrift:
    """The compact protocol, as far as the end of a Parquet file uses it: structs as dicts by field number."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        n = shift = 0
        while True:
            b = self.byte()
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return n

    def number(self):
        n = self.varint()
        return n >> 1 ^ -(n & 1)

    def binary(self):
        n = self.varint()
        self.at += n
        return self.data[self.at - n:self.at]

    def list(self):
        head = self.byte()
        n = head >> 4 if head >> 4 != 15 else self.varint()
        return [self.value(head & 15) for _ in range(n)]

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 7:
            self.at += 8
            return struct.unpack("<d", self.data[self.at - 8:self.at])[0]
        return {3: self.byte, 4: self.number, 5: self.number, 6: self.number, 8: self.binary, 9: self.list, 12: self.struct}[kind]()

    def struct(self):
        out, field = {}, 0
        while True:
            head = self.byte()
            if head == 0:
                return out
            field = field + (head >> 4) if head >> 4 else self.number()
            out[field] = self.value(head & 15)


def footer(content):
    """Columns as name: (physical type, converted type), the number of rows, and the keys with their texts."""
    assert content[:4] == content[-4:] == b"PAR1"
    size = struct.unpack("<I", content[-8:-4])[0]
    end = Thrift(content[-8 - size:-8]).struct()
    columns = {c[4].decode(): (c.get(1), c.get(6)) for c in end[2]}
    return columns, end[3], {k[1].decode(): k.get(2, b"").decode() for k in end.get(5, [])}


INT32, INT64, DOUBLE, BYTES, BOOLEAN = 1, 2, 5, 6, 0
UTF8, LIST, DATE, TIMESTAMP_US = 0, 3, 6, 10


def test_parquet_is_typed_and_says_where_the_geometry_is(server):
    columns, rows, keys = footer(export(server, "cities", "parquet").content)
    assert rows == 4 and columns["name"] == (BYTES, UTF8) and columns["pop"][0] == INT64 and columns["area"][0] == DOUBLE
    assert columns["founded"] == (INT32, DATE) and columns["updated"] == (INT64, TIMESTAMP_US) and columns["capital"][0] == BOOLEAN
    assert columns["tags"] == (None, LIST) and columns["loc"] == (BYTES, None)
    assert json.loads(keys["geo"]) == {"version": "1.1.0", "primary_column": "loc",
                                       "columns": {"loc": {"encoding": "WKB", "geometry_types": ["Point"]}}}
    geo = json.loads(footer(export(server, "zones", "parquet").content)[2]["geo"])
    shape = geo["primary_column"]
    assert geo["columns"][shape] == {"encoding": "WKB", "geometry_types": []} and len(geo["columns"]) == 2
    assert "geo" not in footer(export(server, "things", "parquet").content)[2]
    assert footer(export(server, "cities", "parquet", select="count(*) as n", group_by="country").content)[1] == 3
    assert footer(export(server, "cities", "parquet", where="pop < 0").content)[1] == 0


def test_parquet_in_another_system(server):
    content = export(server, "cities", "parquet", epsg=2154, select="loc", limit=1).content
    geo = json.loads(footer(content)[2]["geo"])
    assert geo["columns"]["loc"]["crs"]["id"] == {"authority": "EPSG", "code": 2154}
    at = content.index(b"\x01\x01\x00\x00\x00")
    x, y = struct.unpack("<dd", content[at + 5:at + 21])
    text = subprocess.run(["cs2cs", "-f", "%.6f", "EPSG:4326", "EPSG:2154"], input="48.8566 2.3522\n", capture_output=True, text=True, check=True)
    assert abs(x - float(text.stdout.split()[0])) < 1e-3 and abs(y - float(text.stdout.split()[1])) < 1e-3


# --- a process that dies ----------------------------------------------------------------------------------------------------------


def converters(pid):
    """Processes of the role below a server."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{entry}/cmdline", "rb") as f:
                if parent == pid and b"__convert" in f.read():
                    found.append(int(entry))
        except (OSError, IndexError, ValueError):
            continue
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    with open(folder / "points.csv", "w", encoding="utf-8") as f:
        f.write("n,at\n" + "".join(f'{i},"{40 + i % 1000 / 100}, {i / 100000}"\n' for i in range(200000)))
    (folder / "points.json").write_text(json.dumps({"fields": [{"name": "n", "type": "int"}, {"name": "at", "type": "geo_point_2d"}]}))
    stoa(folder / "data", "portal", "add", HOST, "--set", "title=City")
    stoa(folder / "data", "publish", folder / "points.csv", "--portal", HOST, "--id", "points",
         "--schema", folder / "points.json")
    running = Server(folder / "data")
    yield running
    running.stop()


def kill_first_converter(pid):
    for _ in range(2000):
        for one in converters(pid):
            os.kill(one, signal.SIGKILL)
            return
        time.sleep(0.005)


def said(server, words):
    """The log has the words, within some seconds: the connection is cut before the reason is written down."""
    for _ in range(200):
        with open(str(server.data) + ".log", encoding="utf-8") as log:
            if words in log.read():
                return True
        time.sleep(0.05)
    return False


def test_a_converter_that_dies_costs_one_file_and_not_the_server(many):
    killer = threading.Thread(target=kill_first_converter, args=(many.process.pid,))
    killer.start()
    with pytest.raises(requests.exceptions.RequestException):
        export(many, "points", "gpkg")
    killer.join()
    assert said(many, "needs more memory or time")
    assert [p.name for p in (many.data / "tmp").iterdir() if p.name.startswith("export-")] == []
    assert len(export(many, "points", "shp", limit=10).content) > 500


def test_a_reader_who_leaves_stops_the_converter(many):
    with many.session.get(f"http://127.0.0.1:{many.port}{API}/catalog/datasets/points/exports/gpkg", stream=True, timeout=60,
                          headers={"Host": f"{HOST}:{many.port}"}):
        for _ in range(1000):
            if converters(many.process.pid):
                break
            time.sleep(0.005)
        assert converters(many.process.pid)
    for _ in range(1000):
        if not converters(many.process.pid):
            break
        time.sleep(0.01)
    assert converters(many.process.pid) == []
