"""Attachments, alternative exports and files of records (§14, §17): kept with the dataset, served harmlessly, made small,
backed up, and gone when nothing names them."""
import contextlib
import hashlib
import io
import json
import os
import sqlite3

import pytest
from conftest import API, HOST, stoa
from PIL import Image

DATASET = API + "/catalog/datasets/photos"
FIELDS = {"fields": [{"name": "name", "type": "text"}, {"name": "photo", "type": "file", "annotations": {"has_thumbnails": True}}]}


def picture(width, height, kind="PNG", orientation=None, colour=(200, 30, 30)):
    image, out = Image.new("RGB", (width, height), colour), io.BytesIO()
    image.paste((10, 10, 240), (0, 0, width // 2, height // 2))  # the upper left corner is blue
    exif = image.getexif()
    if orientation:
        exif[0x0112] = orientation
    image.save(out, kind, **({"exif": exif} if orientation else {}))
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("files")
    (at / "photos").mkdir()
    (at / "photos" / "oak tree.png").write_bytes(picture(400, 300))
    (at / "photos" / "held.jpg").write_bytes(picture(300, 200, "JPEG", orientation=6))
    (at / "photos" / "page.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    (at / "photos" / "broken.png").write_bytes(picture(50, 50)[:60])
    (at / "photos" / "nobody.png").write_bytes(picture(5, 5))
    (at / "secret.txt").write_text("secret", encoding="utf-8")
    os.symlink(at / "secret.txt", at / "photos" / "link.txt")
    (at / "photos.csv").write_text("name,photo\noak,oak tree.png\nheld,held.jpg\npage,page.html\nbroken,broken.png\ngone,gone.png\n"
                                   "climb,../secret.txt\nlink,link.txt\nfar,https://example.org/a.png\nnone,\n", encoding="utf-8")
    (at / "fields.json").write_text(json.dumps(FIELDS), encoding="utf-8")
    (at / "notice of use.pdf").write_bytes(b"%PDF-1.4\nnotice")
    (at / "plain.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", encoding="utf-8")
    (at / "all.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    return at


@pytest.fixture(scope="module")
def portal(tmp_path_factory, folder):
    data = tmp_path_factory.mktemp("attached") / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    said = stoa(data, "publish", folder / "photos.csv", "--portal", HOST, "--id", "photos", "--schema", folder / "fields.json",
                "--files", folder / "photos").stdout
    assert "4 files that records name are stored" in said, said
    for missing in ("gone.png", "link.txt"):
        assert missing in said, said
    stoa(data, "attach", "photos", folder / "notice of use.pdf", folder / "plain.svg", "--portal", HOST)
    stoa(data, "attach", "photos", folder / "all.zip", "--portal", HOST, "--alternative", "--title", "Everything", "--description", "As ZIP.")
    from conftest import Server
    running = Server(data)
    yield running
    running.stop()


def record(portal, name):
    return portal.records("photos", where=f'name="{name}"')["results"][0]["photo"]


def local(portal, url):
    assert url.startswith(f"http://{HOST}:{portal.port}{DATASET}/files/"), url
    return url.split(str(portal.port), 1)[1]


def test_a_dataset_tells_its_attachments(portal):
    one = portal.api("/catalog/datasets/photos")
    assert one["attachments"] == [
        {"id": "notice_of_use_pdf", "title": "notice of use.pdf", "mimetype": "application/pdf", "url": "odsfile://notice of use.pdf"},
        {"id": "plain_svg", "title": "plain.svg", "mimetype": "image/svg+xml", "url": "odsfile://plain.svg"}]
    assert one["alternative_exports"] == [{"id": "everything", "title": "Everything", "mimetype": "application/zip", "url": "odsfile://all.zip",
                                           "description": "As ZIP."}]
    assert portal.api("/catalog/datasets", select="attachments, alternative_exports")["results"] == [
        {k: one[k] for k in ("attachments", "alternative_exports")}]


def test_the_list_of_attachments_leads_to_them(portal, folder):
    body = portal.api("/catalog/datasets/photos/attachments")
    assert [x["metas"]["title"] for x in body["attachments"]] == ["notice of use.pdf", "plain.svg"]
    first = body["attachments"][0]
    assert first["metas"]["mime-type"] == "application/pdf"
    answer = portal.get(first["href"].split(str(portal.port), 1)[1])
    assert answer.content == (folder / "notice of use.pdf").read_bytes()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notice of use.pdf"'
    assert answer.headers["ETag"] == '"' + hashlib.sha256(answer.content).hexdigest() + '"'
    again = portal.get(DATASET + "/attachments/notice_of_use_pdf", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.content


def test_no_uploaded_file_runs_in_a_browser(portal):
    for path in (DATASET + "/attachments/plain_svg", DATASET + "/alternative_exports/everything", local(portal, record(portal, "page")["url"])):
        answer = portal.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment"), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_unknown_files_are_404(portal):
    for path in ("attachments/x", "alternative_exports/notice_of_use_pdf", "attachments/everything", "files/" + "0" * 40, "files/../../x"):
        answer = portal.get(f"{DATASET}/{path}")
        assert answer.status_code == 404, path
    assert portal.get(DATASET + "/files/x").json()["error_code"] == "NotFoundResource"


def test_a_record_tells_its_file(portal):
    oak = record(portal, "oak")
    assert list(oak) == ["thumbnail", "filename", "format", "id", "mimetype", "url", "width", "height"]
    assert (oak["thumbnail"], oak["filename"], oak["format"], oak["width"], oak["height"]) == (True, "oak tree.png", "png", 400, 300)
    held = record(portal, "held")
    assert (held["width"], held["height"]) == (200, 300)  # as it is seen, not as it is stored
    assert record(portal, "page")["thumbnail"] is False
    assert record(portal, "gone")["url"] == "gone.png" and record(portal, "link")["url"] == "link.txt"
    assert record(portal, "climb")["url"] == "../secret.txt" and record(portal, "far")["url"] == "https://example.org/a.png"
    assert record(portal, "none") is None


def test_exports_tell_the_address(portal):
    url = record(portal, "oak")["url"]
    lines = portal.get(DATASET + "/exports/csv", {"with_bom": "false"}).text.splitlines()
    assert lines[1] == f"oak;{url}"
    assert json.loads(portal.get(DATASET + "/exports/json").text)[0]["photo"]["url"] == url
    assert json.loads(portal.get(DATASET + "/exports/jsonl").text.splitlines()[0])["photo"]["url"] == url


def test_a_file_is_shown_as_it_is(portal, folder):
    answer = portal.get(local(portal, record(portal, "oak")["url"]))
    assert answer.content == (folder / "photos" / "oak tree.png").read_bytes()
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'inline; filename="oak tree.png"'
    head = portal.request("HEAD", local(portal, record(portal, "oak")["url"]))
    assert head.status_code == 200 and not head.content and head.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("name,size,expected,kind", [("oak", 100, (100, 75), "PNG"), ("held", 100, (67, 100), "JPEG"), ("oak", 2048, (400, 300), "PNG")])
def test_small_copies_fit_and_stand_upright(portal, name, size, expected, kind):
    path = local(portal, record(portal, name)["url"])
    for _ in range(2):  # made, then kept
        answer = portal.get(path, {"thumbnail_size": size})
        assert answer.status_code == 200, answer.text
        small = Image.open(io.BytesIO(answer.content))
        assert small.size == expected and small.format == kind
    # What is blue on the left of the top as stored is on the right of the top when turned.
    corner = small.convert("RGB").getpixel((expected[0] - 8, 8) if name == "held" else (8, 8))
    assert corner[2] > 150 and corner[0] < 90, corner
    assert portal.get(path, {"thumbnail_size": size}, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_small_copies_are_refused_where_there_is_no_picture(portal):
    for name, size in (("page", 100), ("broken", 100), ("oak", 0), ("oak", 5000), ("oak", "x")):
        answer = portal.get(local(portal, record(portal, name)["url"]), {"thumbnail_size": size})
        assert answer.status_code == 400 and "thumbnail_size" in answer.json()["message"], (name, size, answer.text)


def test_a_bomb_of_pixels_is_refused_in_time(make_server, tmp_path):
    bomb = bytearray(picture(8, 8))
    bomb[16:24] = (60000).to_bytes(4, "big") * 2
    import struct
    import zlib
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "bomb.png").write_bytes(bytes(bomb))
    (tmp_path / "a.csv").write_text("photo,n\nbomb.png,1\n", encoding="utf-8")
    (tmp_path / "s.json").write_text(json.dumps({"fields": [{"name": "photo", "type": "file"}, {"name": "n", "type": "int"}]}), encoding="utf-8")
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    stoa(data, "publish", tmp_path / "a.csv", "--portal", HOST, "--id", "photos", "--schema", tmp_path / "s.json", "--files", tmp_path / "f")
    server = make_server(data)
    url = server.records("photos")["results"][0]["photo"]["url"]
    answer = server.get(url.split(str(server.port), 1)[1], {"thumbnail_size": 64})
    assert answer.status_code == 400 and "60000 by 60000" in answer.json()["message"]


def test_files_are_listed_removed_backed_up_and_swept(make_server, tmp_path, folder):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    stoa(data, "publish", folder / "photos.csv", "--portal", HOST, "--id", "photos", "--schema", folder / "fields.json", "--files", folder / "photos")
    first = stoa(data, "attach", "photos", folder / "notice of use.pdf", "--portal", HOST).stdout.strip()
    second = stoa(data, "attach", "photos", folder / "notice of use.pdf", "--portal", HOST).stdout.strip()
    assert (first, second) == ("notice_of_use_pdf", "notice_of_use_pdf_2")
    files = json.loads(stoa(data, "attach", "photos", "--list", "--json", "--portal", HOST).stdout)
    assert [x["id"] for x in files if x["kind"] == "attachment"] == [first, second]
    content = next(p for p in data.rglob("files/*") if p.name == files[0]["sha256"])
    stoa(data, "attach", "photos", "--remove", second, "--portal", HOST)
    assert content.exists()  # the other one is the same content
    assert stoa(data, "attach", "photos", "--remove", second, "--portal", HOST, check=False).returncode == 1
    stoa(data, "backup", tmp_path / "copy")
    stoa(tmp_path / "back", "restore", tmp_path / "copy")
    restored = make_server(tmp_path / "back")
    assert restored.get(f"{DATASET}/attachments/{first}").content == content.read_bytes()
    assert restored.records("photos")["results"][0]["photo"]["width"] == 400
    orphan = content.with_name("f" * 64)
    orphan.write_bytes(b"left over")
    stoa(data, "attach", "photos", "--remove", first, "--portal", HOST)
    assert not content.exists() and not orphan.exists()
    stoa(data, "portal", "remove", HOST, "--yes", "--now")
    stoa(data, "portal", "list")
    assert not list(data.rglob("files"))


@pytest.mark.parametrize("serving", [True, False], ids=["a-server-runs", "none-runs"])
def test_forgetting_takes_files_that_no_record_names_any_more(make_server, tmp_path, folder, serving):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    words = ("--portal", HOST, "--id", "photos", "--schema", folder / "fields.json")
    stoa(data, "publish", folder / "photos.csv", *words, "--files", folder / "photos")
    with contextlib.closing(sqlite3.connect(data / "stoa.db")) as db, db:
        # What came a moment ago may be named by a push that is under way.
        db.execute("update dataset_file set created = created - 3600000000")
    server = make_server(data) if serving else None
    (tmp_path / "fewer.csv").write_text("name,photo\nheld,held.jpg\n", encoding="utf-8")
    stoa(data, "publish", tmp_path / "fewer.csv", *words, "--replace")
    held = lambda: {p.read_bytes() for p in data.rglob("files/*") if p.is_file()}
    oak, other = (folder / "photos" / "oak tree.png").read_bytes(), (folder / "photos" / "held.jpg").read_bytes()
    assert oak in held()
    stoa(data, "publish", *words[:4], "--forget")
    assert oak not in held() and other in held()
    if server:
        assert server.get(local(server, record(server, "held")["url"])).status_code == 200


def test_rights_hold_for_files(make_server, tmp_path, folder):
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    stoa(data, "publish", folder / "photos.csv", "--portal", HOST, "--id", "photos", "--schema", folder / "fields.json", "--files", folder / "photos")
    stoa(data, "attach", "photos", folder / "notice of use.pdf", "--portal", HOST)
    stoa(data, "attach", "photos", folder / "all.zip", "--portal", HOST, "--alternative", "--title", "Everything")
    server = make_server(data)
    files = {n: local(server, record(server, n)["url"]) for n in ("oak", "held")}

    def statuses():
        paths = [files["oak"], files["held"], files["held"] + "?thumbnail_size=50", DATASET + "/attachments/notice_of_use_pdf",
                 DATASET + "/alternative_exports/everything"]
        return [server.get(p).status_code for p in paths]

    assert statuses() == [200, 200, 200, 200, 200]
    stoa(data, "secure", "photos", "--portal", HOST, "--filter", 'name="oak"')
    assert statuses() == [200, 404, 404, 200, 404]  # the files of their own rows; never the whole data as a file
    assert server.api("/catalog/datasets/photos")["alternative_exports"] == []
    stoa(data, "secure", "photos", "--portal", HOST, "--filter", "", "--fields", "name")
    assert statuses() == [404, 404, 404, 200, 404]
    stoa(data, "secure", "photos", "--portal", HOST, "--fields", "all", "--data-visible", "no")
    assert statuses() == [403, 403, 403, 200, 404]
    stoa(data, "secure", "photos", "--portal", HOST, "--restricted")
    assert statuses() == [404, 404, 404, 404, 404]


@pytest.mark.parametrize("name", ["..%2f..%2fstoa.db", "%00", "%ff", "a" * 3000, "%3Cscript%3E", "'%20or%201=1", "%E2%80%AE", "%2e%2e%2f"])
def test_no_name_of_a_file_leads_elsewhere(portal, name):
    for place in ("attachments", "alternative_exports", "files"):
        answer = portal.get(f"{DATASET}/{place}/{name}")
        assert answer.status_code in (400, 404), (place, answer.status_code)
        assert answer.headers["Content-Type"] == "application/json" and answer.headers["X-Content-Type-Options"] == "nosniff"
