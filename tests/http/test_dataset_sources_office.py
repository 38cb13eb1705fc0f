"""The back office of a dataset and its sources: files that are sent, what is asked about them before they are published, pushed records, deleting."""
import html
import re
import time

from conftest import stoa
from probe import ROOT_USER
from test_dataset_office import HOST, api, at, form_of, page, published, root, send, sent, uid, until, world  # noqa: F401
from test_manage_datasets import Api, key_of


def test_what_readers_see_is_deleted_after_a_question(world, root):
    for name in ("pines", "firs"):
        stoa(world.data, "publish", world.folder / "trees.csv", "--portal", HOST, "--id", name, "--title", name.capitalize())
    deleted = lambda: page(root, "/backoffice/datasets/?which=deleted")
    pines, firs = uid(root, "pines"), uid(root, "firs")
    listed = page(root, "/backoffice/datasets/?q=pines")
    assert f'href="/backoffice/datasets/do/?uid={pines}"' in listed and "can be brought back for 30 days" in listed
    # By the button of one, of its own page and of those that are ticked: asked once, nothing is done yet.
    for path, fields in (("/backoffice/datasets/do/", {"do": f"delete {pines}"}), (f"/backoffice/datasets/{pines}/do/", {"do": "delete"}),
                         ("/backoffice/datasets/do/", {"do": "delete", "uid": [pines, firs]})):
        answer = root.form("/backoffice/datasets/", fields, action=path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/backoffice/datasets/do/?uid="), (path, answer.headers)
    assert "Pines" not in deleted() and api(world, "").status_code == 200
    question = answer.headers["Location"]
    text = page(root, question)
    assert "Pines" in text and "Firs" in text and "30 days" in text
    gone = root.post("/backoffice/datasets/do/", form_of(text, 'name="sure"'))
    assert gone.status_code == 303 and pines in gone.headers["Location"] and firs in gone.headers["Location"]
    assert "Pines" in deleted() and "Firs" in deleted() and "Undo the deletion" in page(root, gone.headers["Location"])
    assert root.get(f"/backoffice/datasets/do/?uid={pines}").status_code == 404
    ada = world.client(HOST)
    assert ada.get(f"/backoffice/datasets/do/?uid={uid(root, 'trees')}").status_code in (303, 401, 403)


def test_a_file_sent_by_mistake_is_discarded_and_comes_back(root):
    own = sent(root, "mistake.csv", b"a,b\n1,2\n").headers["Location"]
    assert own.endswith("/check/") and "Discard" in page(root, own)
    answer = root.form(own, {"do": "discard"})
    assert answer.status_code == 303 and "done=discarded" in answer.headers["Location"], answer.text[-800:]
    text = page(root, answer.headers["Location"])
    assert "It is discarded" in text and "Undo the deletion" in text and "Mistake" in page(root, "/backoffice/datasets/?which=deleted")
    page(root, own, 404)
    assert root.post("/backoffice/datasets/do/", form_of(text, "undelete")  + [("do", "undelete")]).status_code == 303
    assert "Mistake" in page(root, "/backoffice/datasets/?q=")
    # What readers see is not discarded by a page of its beginnings.
    trees = at("trees", "check")
    assert "Discard" not in page(root, trees) and root.form(trees, {"do": "discard"}).status_code == 403


def test_what_is_no_table_is_refused_by_name_or_by_content(root):
    for name, content, word in (("photo.exe", b"MZ this is not a table\nat all\n", "a program, not a table"), ("photo.jpg", b"one,two\n1,2\n", "a picture, not a table"),
                                ("noise.abc", bytes(range(1, 9)) * 40 + b"\n", "is not of a format that can be read"), ("notes.docx", b"words\n", "a document, not a table")):
        text = page(root, sent(root, name, content).headers["Location"])
        assert word in html.unescape(text) and "% sure" not in text, (name, re.sub(r"<[^>]+>", " ", text)[-1500:])
        assert 'value="publish"' not in text and "Discard" in text
    # A beginning that says what it is counts more than a name; a column of words is one, with a doubt.
    assert 'value="publish"' in page(root, sent(root, "map.bat", b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[1,2]}}]}').headers["Location"])
    text = page(root, sent(root, "names.txt", b"name\nAda\nBob\n").headers["Location"])
    assert "not sure that it is a table" in text and 'value="publish"' in text


def test_words_for_a_value_that_is_withheld_are_counted_and_asked(world, root):
    rows = "".join(f"{i};{'n/c' if i in (3, 7) else i * 10}\n" for i in range(1, 20))
    text = html.unescape(page(root, sent(root, "withheld.csv", ("id;members\n" + rows).encode()).headers["Location"]))
    assert "How is “members” to be read?" in text and "2 values do not fit and would be left empty: n/c" in text


def test_times_without_a_zone_are_asked_about_on_a_portal_that_has_one(world, root):
    question = "have no time zone: read them as Europe/Paris"
    stoa(world.data, "portal", "set", HOST, "timezone=Europe/Paris")
    try:
        here = sent(root, "calls.csv", b"name,at\na,2024-07-01 08:30:00\nb,2024-12-31 23:59:00\n").headers["Location"]
        text = html.unescape(page(root, here))
        assert question in text and "2024-07-01 08:30:00 is 2024-07-01T10:30:00+02:00" in text and "it is 2024-07-01T08:30:00+02:00" in text
        send(root, here, {"zone.at": "on", "do": "look"}, 'name="zone.at"')
        assert "zone.at" in dict(form_of(page(root, here), 'name="zone.at"'))
        send(root, here, {"do": "publish", "identifier": "zoned-calls"}, 'name="title"')
        records = "/api/explore/v2.1/catalog/datasets/zoned-calls/records?select=at&order_by=name&timezone=UTC"
        end = time.monotonic() + 20
        while time.monotonic() < end and not (rows := world.client(HOST).get(records).json().get("results")):
            time.sleep(0.1)
        assert [r["at"] for r in rows] == ["2024-07-01T06:30:00+00:00", "2024-12-31T22:59:00+00:00"]
        # Times that say their zone are no question.
        assert question not in page(root, sent(root, "sure.csv", b"name,at\na,2024-07-01T08:30:00Z\n").headers["Location"])
    finally:
        stoa(world.data, "portal", "set", HOST, "timezone=UTC")


def test_latitude_and_longitude_that_are_swapped_are_told_and_exchanged(world, root):
    question = "Latitude and longitude seem to be swapped"
    found = lambda rows: sent(root, "places.csv", ("name,lat,lon\n" + rows).encode()).headers["Location"]
    # As the other datasets of the portal lie: not chosen for anybody, one tick exchanges them.
    here = found("a,2.3512,48.8561\nb,2.3722,48.8622\n")
    text = page(root, here)
    assert question in text and "48.86, 2.36" in text and "swap" not in dict(form_of(text, 'name="swap"'))
    send(root, here, {"swap": "on", "do": "look"}, 'name="swap"')
    text = page(root, here)
    assert question not in text and "place" in text and "48.8561" in text
    send(root, here, {"do": "publish", "identifier": "swapped-places"}, 'name="title"')
    records = "/api/explore/v2.1/catalog/datasets/swapped-places/records?select=place&order_by=name&limit=1"
    end = time.monotonic() + 20
    while time.monotonic() < end and not (rows := world.client(HOST).get(records).json().get("results")):
        time.sleep(0.1)
    assert rows == [{"place": {"lon": 2.3512, "lat": 48.8561}}]
    # Beyond the poles there is no doubt.
    text = page(root, found("Sydney,151.2093,-33.8688\nPerth,115.8613,-31.9523\n"))
    assert question in text and dict(form_of(text, 'name="swap"')).get("swap") == "on"
    # Round the town of the portal's time zone.
    madrid = "a,-3.7038,40.4168\nb,-3.6910,40.4200\n"
    assert question not in page(root, found(madrid))
    stoa(world.data, "portal", "set", HOST, "timezone=Europe/Madrid")
    assert question in page(root, found(madrid))
    stoa(world.data, "portal", "set", HOST, "timezone=UTC")
    # As they should be, and on the other side of the world.
    assert question not in page(root, found("a,48.8561,2.3512\nb,48.8622,2.3722\n"))
    assert question not in page(root, found("a,-33.8688,151.2093\nb,-31.9523,115.8613\n"))


def test_pushed_records_begin_with_an_example(world, root):
    new = "/backoffice/datasets/new/"
    assert 'name="bootstrap"' in page(root, new)
    refused = send(root, new, {"way": "push", "title": "Gauges", "bootstrap": "{"}, 'value="push"', status=422).text
    assert "The example is not JSON" in refused
    made = send(root, new, {"way": "push", "title": "Gauges", "bootstrap": '{"gauge": "Quay", "level": 1.25}'}, 'value="push"').headers["Location"]
    own = re.search(r"da_\w+", made).group(0)
    assert "&quot;level&quot;: 1.25" in page(root, at(own, "sources"))
    # The whole road without a command line: checked, published, a key made, a record sent, the key renewed, pushing switched off.
    check = f"/backoffice/datasets/{own}/check/"
    assert 'name="type"' not in page(root, check)
    assert "Publish the dataset once" in page(root, at(own, "sources"))
    assert "/done/" in send(root, check, {"title": "Gauges", "do": "publish"}, 'name="title"').headers["Location"]
    until(lambda: world.client(HOST).get("/api/explore/v2.1/catalog/datasets/gauges/records").status_code == 200)

    def push(key, status):
        answer = world.client(HOST).post(f"/api/push/1.0/gauges/realtime/push/?pushkey={key}", json=[{"gauge": "Lock", "level": 3}])
        assert answer.status_code == status, answer.text

    def deed(what, marker):
        said = send(root, at(own, "sources"), {"do": what}, f'value="{what}"', action=f"/backoffice/datasets/{own}/push/", status=200).text
        return re.search(r"pushkey=(\w+)", said).group(1), marker in said
    key, told = deed("on", "shown only this once")
    assert told
    push(key, 200)
    newer, _ = deed("renew", "")
    push(key, 403)
    push(newer, 200)
    assert key not in page(root, at(own, "sources")) and newer not in page(root, at(own, "sources"))
    send(root, at(own, "sources"), {"do": "off"}, 'value="off"', action=f"/backoffice/datasets/{own}/push/")
    push(newer, 409)
    assert "Take pushed records again" in page(root, at(own, "sources"))
    Api(world, key_of(world, ROOT_USER)).good("POST", f"/datasets/{own}/processors/", {"type": "copy", "field": "gauge", "output_field": "quay"}, 201)
    assert "Records that programs push are taken as they come" in page(root, at(own, "processing"))
    send(root, at(own, "sources"), {"bootstrap": '{"gauge": "Pier", "level": 2}'}, 'name="bootstrap"')
    assert "Pier" in page(root, at(own, "sources"))


def test_files_that_do_not_belong_together_are_told_and_parted(world, root):
    bikes, people = ("bikes 2024.csv", b"station,bikes\nQuay,3\nHill,4\n"), ("people.csv", b"name,age\nAda,36\nBob,40\nEve,41\n")
    more = ("bikes 2025.csv", b"station,bikes,helmets\nLock,5,1\n")
    own = re.search(r"da_\w+", sent(root, *bikes, more, people).headers["Location"]).group(0)
    check = f"/backoffice/datasets/{own}/check/"
    text = page(root, check)
    assert all(name in text for name in ("bikes 2024.csv", "bikes 2025.csv", "people.csv"))
    assert re.search(r"columns that the first file does not have would be left out</strong> \(<bdi>helmets", text)
    assert re.search(r"none of its columns is in the first file; its values would be lost</strong> \(<bdi>name, age", text)
    # Published all the same, nothing is published, and the reason names the file.
    send(root, check, {"title": "All at once", "do": "publish"}, 'name="title"')
    until(lambda: "none of the columns of “people.csv” (“name”, “age”) is in the first source" in page(root, at(own, "history")))
    assert world.client(HOST).get("/api/explore/v2.1/catalog/datasets/all-at-once").status_code == 404
    # One after the other is right for those that do, and each alone for the others.
    parted = re.search(r"da_\w+", sent(root, *bikes, people).headers["Location"]).group(0)
    answer = send(root, f"/backoffice/datasets/{parted}/check/", {"title": "Bikes alone", "access": "restricted", "do": "apart"}, 'name="title"')
    assert "done=parted" in answer.headers["Location"]
    listed = page(root, answer.headers["Location"])
    uids = [re.search(rf'/backoffice/datasets/(da_\w+)/sources/"><bdi>{title}<', listed).group(1) for title in ("Bikes alone", "People")]
    assert uids[0] == parted
    for one, rows in zip(uids, (2, 3)):
        machine = Api(world, key_of(world, ROOT_USER))
        assert len(machine.good("GET", f"/datasets/{one}/resources/")["results"]) == 1
        assert machine.good("GET", f"/datasets/{one}/")["is_restricted"] is True
        published(world, root, one)
        assert f"{rows} " in page(root, at(one, "history"))


def test_where_a_source_lies_is_seen_and_put_right(world, root):
    machine = Api(world, key_of(world, ROOT_USER))
    new = "/backoffice/datasets/new/"
    own = re.search(r"da_\w+", send(root, new, {"way": "url", "url": "https://files.invalid/data/tres.csv"}, 'value="url"').headers["Location"]).group(0)
    check = f"/backoffice/datasets/{own}/check/"
    text = page(root, check)
    assert re.search(r'<details[^>]* open[^>]*><summary>Where it comes from', text) and "data/tres.csv" in text and "https://files.invalid" in text
    send(root, check, {"title": "Trees of others", "where.relative_url": "/data/trees.csv", "do": "look"}, 'name="title"')
    source = lambda: machine.good("GET", f"/datasets/{own}/resources/")["results"][0]["datasource"]
    assert source()["relative_url"] == "/data/trees.csv" and source()["connection"]["url"] == "https://files.invalid"
    text = page(root, at(own, "sources"))
    assert 'value="/data/trees.csv"' in text
    send(root, at(own, "sources"), {"where.connection/url": "https://data.invalid"}, 'name="where.relative_url"')
    assert source()["connection"]["url"] == "https://data.invalid" and source()["relative_url"] == "/data/trees.csv"
    # A connection that is kept has a page of its own, and no secret of it stands here.
    kept = send(root, new, {"way": "url", "url": "https://files.invalid/b.csv", "keep": "on", "connection_name": "Their files", "username": "u", "password": "hush"}, 'value="url"')
    text = page(root, at(re.search(r"da_\w+", kept.headers["Location"]).group(0), "sources"))
    assert re.search(r'<a href="/backoffice/connections/co_\w+/"><bdi>Their files</bdi></a>', text) and "hush" not in text and 'name="where.relative_url"' in text
    assert 'name="where.connection/url"' not in text
