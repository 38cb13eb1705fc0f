"""Files of records and beside datasets, at their v1.0 addresses."""
import io

import pytest
from PIL import Image

from conftest import HOST, Server, stoa

V1 = "/api/datasets/1.0/photos"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    at = tmp_path_factory.mktemp("files")
    (at / "photos").mkdir()
    Image.new("RGB", (400, 300), (200, 30, 30)).save(at / "photos" / "oak tree.png")
    (at / "photos.csv").write_text("name,photo\noak,oak tree.png\nnone,\n", encoding="utf-8")
    (at / "fields.json").write_text('{"fields":[{"name":"name","type":"text"},{"name":"photo","type":"file"}]}', encoding="utf-8")
    (at / "notice.pdf").write_bytes(b"%PDF-1.4\nnotice")
    data = at / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    stoa(data, "publish", at / "photos.csv", "--portal", HOST, "--id", "photos", "--schema", at / "fields.json", "--files", at / "photos")
    stoa(data, "attach", "photos", at / "notice.pdf", "--portal", HOST)
    stoa(data, "attach", "photos", at / "notice.pdf", "--portal", HOST, "--alternative")
    running = Server(data)
    yield running
    running.stop()


def follow(server, path):
    answer = server.get(path)
    assert answer.status_code == 302, f"{path}: {answer.status_code} {answer.text[:300]}"
    return server.get(answer.headers["Location"])


def test_a_record_tells_its_file_and_the_file_is_there(portal):
    body = portal.get("/api/records/1.0/multimedia/", {"dataset": "photos"}).json()
    photo = body["records"][0]["fields"]["photo"]
    assert body["nhits"] == 1 and photo["filename"] == "oak tree.png" and photo["format"].lower() == "png" and (photo["width"], photo["height"]) == (400, 300)
    for path in (f"{V1}/files/{photo['id']}/", f"{V1}/images/{photo['id']}", f"/explore/dataset/photos/files/{photo['id']}/download/"):
        assert Image.open(io.BytesIO(follow(portal, path).content)).size == (400, 300)
    for path in (f"{V1}/files/{photo['id']}/100/", f"/explore/dataset/photos/files/{photo['id']}/100/"):
        assert max(Image.open(io.BytesIO(follow(portal, path).content)).size) == 100


def test_files_beside_a_dataset(portal):
    d = portal.get(V1 + "/").json()
    assert [a["title"] for a in d["attachments"]] == ["notice.pdf"] and portal.get(V1 + "/attachments/").json()["attachments"] == d["attachments"]
    assert follow(portal, f"{V1}/attachments/{d['attachments'][0]['id']}/").content == b"%PDF-1.4\nnotice"
    assert follow(portal, f"{V1}/alternative_exports/{d['alternative_exports'][0]['id']}/").content == b"%PDF-1.4\nnotice"
