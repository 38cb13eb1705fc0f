"""Files that are wrong, damaged or hostile: a clear sentence, and nothing left behind. All go through the caged child."""
import gzip
import io
import json
import os
import random
import signal
import struct
import subprocess
import time
import zipfile
import zlib

import pytest

from conftest import PROBE
from test_formats import FLIGHTS, workbook, zipped


def refused(read, name, data, *words, **kinds):
    """The version is refused with those words, and the folder holds nothing but the source."""
    before = set(os.listdir(read.folder)) | {name}
    r = read.version(name, data, **kinds)
    assert r.error, r.result
    for word in words:
        assert word in r.error, r.error
    assert read.left_behind(*before) == []
    assert read.folder not in r.error
    return r


# --- packed --------------------------------------------------------------------------------------------------------

CSV = b"name,height\n" + b"oak,12\nfir,30\n" * 20000


def test_truncated_gzip(read):
    refused(read, "a.csv.gz", gzip.compress(CSV)[:-500], "cut short")


def test_damaged_gzip(read):
    data = bytearray(gzip.compress(CSV))
    data[200] ^= 0xff
    refused(read, "a.csv.gz", bytes(data), "damaged")


def test_gzip_with_a_wrong_checksum(read):
    data = bytearray(gzip.compress(CSV))
    data[-6] ^= 0xff
    refused(read, "a.csv.gz", bytes(data), "damaged")


def test_gzip_bomb(read):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = b"".join(packer.compress(b"0" * (1 << 20)) for _ in range(400)) + packer.flush()
    assert len(out) < 1 << 20
    refused(read, "a.csv.gz", out, "times its packed size")


def test_zip_bomb(read):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        with z.open("a.csv", "w") as f:
            for _ in range(400):
                f.write(b"0" * (1 << 20))
    refused(read, "a.zip", b.getvalue(), "times its packed size")


@pytest.mark.parametrize("name", ["../evil.csv", "/evil.csv", "a/../../evil.csv", "..\\evil.csv"])
def test_zip_that_leaves_its_folder(read, name):
    refused(read, "a.zip", zipped({name: "a,b\n1,2\n"}), "points outside")


def test_truncated_zip(read):
    refused(read, "a.zip", zipped({"a.csv": os.urandom(5000).hex()})[:2000], "damaged or cut short")


def test_zip_with_a_damaged_entry(read):
    data = bytearray(zipped({"a.csv": os.urandom(5000).hex()}))
    data[1000:1010] = b"0123456789"
    refused(read, "a.zip", bytes(data), "damaged")


def test_empty_zip(read):
    refused(read, "a.zip", zipped({}), "empty")


def test_an_archive_of_too_many_files(read):
    refused(read, "a.zip", zipped({f"{i}.csv": "a\n1\n" for i in range(10001)}), "more than 10000 files")


def test_packed_again_and_again(read):
    data = CSV
    for _ in range(4):
        data = gzip.compress(data)
    refused(read, "a.csv.gz.gz.gz.gz", data, "packed more than 3 times")
    for _ in range(2):
        data = gzip.decompress(data)
    assert read.rows("a.csv.gz.gz", data).result["rows"] == 40000


def test_an_archive_whose_files_are_too_large_together(read):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(8):
            with z.open(f"{i}.csv", "w") as f:
                f.write(b"a\n")
                for _ in range(60):
                    f.write(b"0" * (1 << 20))
    refused(read, "a.zip", b.getvalue(), "times its packed size")


# --- text ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_file(read, data):
    refused(read, "a.csv", data, "empty")


def test_blank_lines_only(read):
    refused(read, "a.csv", b"\n\n\n", "no rows")


def test_headings_only(read):
    r = read.version("a.csv", b"name,height\n")
    assert r.result["rows"] == 0 and os.path.exists(read.path("v1.tmp"))
    assert r.notes == ["The file has headings and no rows."]


def test_ragged_rows(read):
    r = read.version("a.csv", b"a,b,c\n" + b"1,2,3\n" * 200 + b"1,2\n1,2,3,4\n1,2,3,,\n")
    assert r.result["rows"] == 202 and r.result["rejects"] == 1
    assert any("row 202" in n for n in r.notes)
    line = json.loads(open(read.path("v1.tmp.rejects"), encoding="utf-8").readline())
    assert line["row"] == 203 and line["value"] == "1 | 2 | 3 | 4" and line["reason"] == "the row has 4 cells where 3 were expected"


def test_headings_make_a_table_of_the_most_ragged_rows(read):
    r = read.version("a.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n")
    assert list(r.fields) == ["a", "b", "c"] and r.result["rows"] == 2 and r.result["rejects"] == 1
    prose = read.rows("b.csv", b"remark\n" + b"One, two, three\nfour\nfive, six\n" * 9)
    assert list(prose.fields) == ["remark"]


def test_empty_columns_at_the_end_are_none(read):
    r = read.rows("a.csv", b"a,,b,,\n" + b"1,,2,,\n" * 3 + b"3,,4\n")
    assert list(r.fields) == ["a", "column_2", "b"] and len(r.rows) == 4 and r.result["rejects"] == 0
    assert any("at the end" in n and "(2)" in n for n in r.notes) and not any("fewer cells" in n for n in r.notes)
    kept = read.rows("b.csv", b"a,b,,\n" + b"1,2,,\n" * 3 + b"1,2,3,\n")
    assert list(kept.fields) == ["a", "b", "column_3"]


@pytest.mark.parametrize("cell", ["12,5 %", "1 034,10 €", "€ 3.50", "$7", "4\u00a0EUR"])
def test_a_sign_beside_numbers_becomes_the_unit(read, cell):
    r = read.rows("a.csv", "name;paid\n" + f"x;{cell}\n" * 5)
    paid = r.result["schema"]["fields"][1]
    assert paid["type"] in ("int", "double") and paid["annotations"]["unit"] == {"%": "%", "$": "$"}.get(cell.strip("0123456789 ,."), "€")
    assert r.rows[4][1] == {"12,5 %": 12.5, "1 034,10 €": 1034.1, "€ 3.50": 3.5, "$7": 7}.get(cell, 4)
    words = read.rows("b.csv", "name;paid\n" + "x;€ soon\n" * 5)
    assert words.fields["paid"] == "text"


def test_signs_that_differ_are_no_numbers_of_one_column(read):
    assert read.rows("a.csv", "x;y\n" + "1 €;a\n2 $;b\n" * 9).fields["x"] == "text"
    halves = read.rows("b.csv", "x;y\n" + "12 %;a\n0,12;b\n" * 9)
    assert halves.fields["x"] == "text" and any("percent sign" in n for n in halves.notes)
    most = read.rows("c.csv", "x;y\n" + "12 €;a\n" * 20 + "3 $;b\n")
    assert most.fields["x"] == "int" and most.rows[20][0] is None and most.result["rejects"] == 1


def test_a_few_cells_that_do_not_fit_leave_numbers_and_dates(read):
    numbers = read.rows("a.csv", "x;y\n" + "1 234,50 €;03/04/2024\n" * 18 + "soon;45390\n5 €;29/02/2023\n")
    assert numbers.fields == {"x": "double", "y": "text"}, numbers.notes
    assert numbers.rows[18][0] is None and numbers.result["reasons"][0]["reason"] == "not a number"
    assert any("18" not in n and "19 of 20" in n and "soon" in n for n in numbers.notes)
    dates = read.rows("b.csv", "x\n" + "13/04/2024\n2024-04-05\n5 avril 2024\n" * 9 + "29/02/2023\n45390\n")
    assert dates.fields["x"] == "date" and dates.rows[1][0] == "2024-04-05" and dates.rows[2][0] == "2024-04-05"
    assert dates.result["rejects"] == 2 and dates.rows[27][0] is None


@pytest.mark.parametrize("cells", [["75001"] * 30 + ["2A004"], ["1.2"] * 30 + ["1.2.3"], ["12"] * 8 + ["x"], ["12"] * 17 + ["x"] * 3])
def test_codes_and_columns_of_many_misfits_stay_text(read, cells):
    r = read.rows("a.csv", "x\n" + "\n".join(cells) + "\n")
    assert r.fields["x"] == "text" and r.rows[-1][0] == cells[-1] and r.result["rejects"] == 0


def test_percentages_of_a_workbook_are_those_of_a_csv(read):
    styles = '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="inlineStr"><is><t>rate</t></is></c></row>'
    rows += "".join(f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>x</t></is></c><c r="B{i}" s="1"><v>{v}</v></c></row>' for i, v in ((2, "0.07"), (3, "0.125")))
    book = read.rows("a.xlsx", workbook(rows, styles=styles))
    text = read.rows("b.csv", "name;rate\nx;7 %\nx;12,5 %\n")
    assert book.rows == text.rows == [["x", 7.0], ["x", 12.5]]
    assert book.result["schema"] == text.result["schema"]


def test_totals_between_and_behind_the_records_are_none(read):
    block = "Voirie;Travaux;1 234,50 €\nÉcoles;Cantine;12,00 €\nTotal Access;Essence;5,00 €\nSous-total;;1 251,50 €\n"
    r = read.rows("a.csv", "service;libellé;montant\n" + block * 20 + "TOTAL GÉNÉRAL;;25 030,00 €\n;;\nSource : finances;;\n* provisoire;;\n")
    assert r.result["rows"] == 60 and r.result["rejects"] == 0 and not any("otal" in row[0] and row[0] != "Total Access" for row in r.rows)
    assert any("Rows of totals" in n and "19" in n and "row 5." in n for n in r.notes), r.notes


def test_mixed_encodings(read):
    refused(read, "a.csv", b"a,b\n" + "é,1\n".encode() * 30 + "é,2\n".encode("cp1252") * 30, "line 2", "line 32", "encodings")


def test_nuls_reject_their_row(read):
    r = read.version("a.csv", b"a,b\n" + b"x,1\n" * 200 + b"x\0y,2\nz,3\n")
    assert r.result["rows"] == 201 and r.result["rejects"] == 1
    assert "NUL" in r.result["reasons"][0]["reason"]


def test_a_file_of_nuls(read):
    refused(read, "a.csv", bytes(100000), "")


def test_binary_noise(read):
    refused(read, "a.csv", random.Random(1).randbytes(100000), "")


def test_ten_thousand_columns(read):
    refused(read, "a.csv", (",".join(f"c{i}" for i in range(10000)) + "\n").encode() * 2, "10000 columns", "2000")
    refused(read, "a.json", json.dumps([{f"c{i}": i for i in range(10000)}]).encode(), "columns", "2000")


def test_two_thousand_columns_are_taken(read):
    r = read.version("a.csv", (",".join(f"c{i}" for i in range(2000)) + "\n" + ",".join("1" for _ in range(2000)) + "\n").encode())
    assert r.result["rows"] == 1


def test_a_quote_that_is_never_closed(read):
    refused(read, "a.csv", b'a,b\nx,y\nz,"w\nv,u\n', "row 3", "never closed")


def test_an_oversized_cell_rejects_its_row(read):
    r = read.version("a.csv", b"a,b\nx,1\n" + b"y" * (17 << 20) + b",2\nz,3\n")
    assert r.result["rows"] == 2 and "16 MB" in r.result["reasons"][0]["reason"]


def test_a_row_without_end(read):
    with open(read.path("a.csv"), "wb") as f:
        f.write(b"a,b\n")
        for _ in range(140):
            f.write(b"x" * (1 << 20))
    refused(read, "a.csv", None, "larger than 128 MB")


def test_not_a_number_of_bytes_past_utf8(read):
    r = read.version("a.csv", b"a,b\n\xed\xa0\x80x,1\n\xf5\x80\x80\x80,2\n")
    assert r.result["rows"] == 2  # windows-1252 gives every byte a letter


# --- JSON ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["[" * 100000 + "]" * 100000, '[{"a":' * 100000, '{"a":' * 100000 + "1" + "}" * 100000,
                                  '[{"x":1},' + "[" * 100000 + "]" * 100000 + "]"], ids=["arrays", "open", "objects", "second"])
def test_json_of_great_depth(read, text):
    refused(read, "a.json", text.encode(), "nested deeper than 256")


def test_json_lines_of_great_depth_reject_themselves(read):
    r = read.version("a.jsonl", b'{"a":1}\n' + b"[" * 100000 + b"\n" + b'{"a":2}\n')
    assert r.result["rows"] == 2 and r.result["rejects"] == 1


@pytest.mark.parametrize("text,words", [
    ('[{"a":1},{"a":2', "cut short"), ('[{"a":1},{"a" 2}]', "record 2"), ('[{"a":1}}', "not well-formed"),
    ('[{"a":1},,{"a":2}]', "out of place"), ('{"a":[1,2}', "not well-formed"), ('{"a": "x', "cut short"),
    ('[{"a":"\\ud800"}]', "record 1"), ("[{'a':1}]", ""), ("[]", "no columns"), ("[nul]", "record 1")])
def test_damaged_json(read, text, words):
    refused(read, "a.json", text.encode(), words)


# --- Parquet -------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def parquet():
    with open(FLIGHTS, "rb") as f:
        return f.read()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_parquet_with_flipped_bytes(read, parquet, seed):
    r = random.Random(seed)
    data = bytearray(parquet)
    tail = len(data) - struct.unpack("<I", data[-8:-4])[0] - 8
    low, high = (tail, len(data) - 8) if seed % 2 else (4, len(data) - 8)
    for _ in range(40):
        data[r.randrange(low, high)] ^= 1 << r.randrange(8)
    done = read.version("a.parquet", bytes(data))
    if done.error:
        assert read.left_behind("a.parquet") == []
    else:
        assert done.result["rows"] >= 0  # the flips hit values only


def test_truncated_parquet(read, parquet):
    refused(read, "a.parquet", parquet[:100000], "cut short")


def test_parquet_that_is_not_one(read):
    refused(read, "a.parquet", b"name,height\noak,12\n", "is not a parquet file")
    refused(read, "b.parquet", b"PAR1" + b"x" * 1000 + b"PAR1", "Parquet")


# --- Excel ---------------------------------------------------------------------------------------------------------

def test_workbook_that_is_not_one(read):
    refused(read, "a.xlsx", b"name,height\noak,12\n", "is not a xlsx file")
    refused(read, "b.xlsx", zipped({"a.txt": "x"}), "not an Excel workbook")
    refused(read, "c.xls", b"\xd0\xcf\x11\xe0" + bytes(3000), "save it as .xlsx")


def test_workbook_with_entities(read):
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    refused(read, "a.xlsx", workbook('<row r="1"><c t="str"><v>&b;</v></c></row>', doctype=doctype), "document type or entities")


def test_workbook_with_broken_xml(read):
    refused(read, "a.xlsx", workbook('<row r="1"><c t="str"><v>x</c></row>'), "not well-formed XML")


@pytest.mark.slow
def test_workbook_that_is_a_bomb(read):
    refused(read, "a.xlsx", workbook('<row r="1"><c t="str"><v>x</v></c></row>' + "<row/>\n" * (14 << 20)), "times its packed size")


# --- other things ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data,word", [(b"%PDF-1.7 ...", "PDF"), (b"<!DOCTYPE html><p>", "web page"),
                                       (b"BZh91AY", "bzip2"), (b"SQLite format 3\0...", "database")])
def test_strangers_are_called_by_name(read, data, word):
    refused(read, "data", data, word)


def test_an_unknown_format_names_those_there_are(read):
    refused(read, "a.csv", b"a,b\n", "geojson, shapefile, geopackage", format="dbf")


def test_a_folder_is_no_source(read):
    os.mkdir(read.path("d"))
    r = read.run("version", "d", read.path("v1.tmp"))
    assert "folder" in r.error


# --- while it is read -------------------------------------------------------------------------------------------------

def start(read, name, **kinds):
    words = [f"{k}={v}" for k, v in kinds.items()]
    return subprocess.Popen([PROBE, "version", name, read.path("v1.tmp"), *words], cwd=read.folder, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_for(process, sign):
    """Reads progress until a line holds the sign."""
    for line in process.stderr:
        if sign in line:
            return True
    return False


def big(read, rows=600000):
    with open(read.path("a.csv"), "w", encoding="utf-8") as f:
        f.write("id,name,height\n")
        f.writelines(f"{i},some name of a tree {i},{i / 7:.3f}\n" for i in range(rows))


def answer(process):
    out, _ = process.communicate(timeout=120)
    return json.loads(out.split("\n")[-2])


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["phase 1", "phase 2"])
def test_a_file_that_shrinks(read, phase):
    big(read)
    p = start(read, "a.csv")
    assert wait_for(p, phase)
    os.truncate(read.path("a.csv"), 1000)
    r = answer(p)
    if phase == "phase 2":
        assert "changed while it was read" in r["error"], r
    if "error" in r:
        assert read.left_behind("a.csv") == []


@pytest.mark.slow
def test_cancelling_ends_the_child_at_once(read):
    big(read)
    begun = time.monotonic()
    r = read.version("a.csv", cancel_ms=300)
    assert r.word == "Timeout" and time.monotonic() - begun < 5
    assert read.left_behind("a.csv") == []


@pytest.mark.slow
def test_a_killed_parent_takes_its_child_along(read):
    big(read)
    p = start(read, "a.csv")
    assert wait_for(p, "phase 2")
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(p.pid)], capture_output=True, text=True).stdout.split()
    assert len(children) == 1
    p.send_signal(signal.SIGKILL)
    p.wait()
    for _ in range(50):
        if not os.path.exists(f"/proc/{children[0]}"):
            break
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{children[0]}")


@pytest.mark.slow
def test_a_full_disk(read):
    big(read)
    refused(read, "a.csv", None, "no space is left", file_mb=2)


@pytest.mark.slow
def test_too_much_processor_time(read):
    big(read, 3000000)
    refused(read, "a.csv", None, "processor time", cpu_s=1)


def test_a_version_that_exists_is_not_touched(read):
    read.write("v1.tmp", b"mine")
    r = read.version("a.csv", b"a,b\n1,2\n")
    assert r.word == "Conflict" and open(read.path("v1.tmp"), "rb").read() == b"mine"


def test_lines_and_calendars_that_end_too_soon(read):
    lines = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'
    refused(read, "a.jsonl", lines + '{"a":3,"b":', "cut short")
    # A last line that nobody ended is whole where it is JSON; a bad one between others is one error.
    assert len(read.rows("a.jsonl", lines + '{"a":3,"b":"z"}').rows) == 3
    assert len(read.rows("a.jsonl", lines + '{"a":3,"b":\n{"a":4,"b":"z"}\n').rows) == 3
    event = "BEGIN:VEVENT\r\nSUMMARY:Fête\r\nDTSTART:20230714T200000Z\r\nEND:VEVENT\r\n"
    refused(read, "a.ics", "BEGIN:VCALENDAR\r\n" + event, "cut short")
    assert len(read.rows("a.ics", "BEGIN:VCALENDAR\r\n" + event + "END:VCALENDAR\r\n").rows) == 1
