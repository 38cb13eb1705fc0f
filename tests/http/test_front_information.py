"""A dataset's Information, History and Export over the wire, and what they must not tell."""
import csv
import json
import re

import pytest

from conftest import Server, stoa

PORTAL = "books.localhost"
FIELDS = [{"name": "id", "type": "int", "annotations": {"id": True}}, {"name": "kind", "type": "text", "annotations": {"facet": True}},
          {"name": "price", "type": "double"}, {"name": "day", "type": "date"}, {"name": "secret", "type": "text"}]


def write(folder, name, rows, fields=FIELDS):
    path = folder / f"{name}.csv"
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow([x["name"] for x in fields])
        w.writerows(rows)
    schema = folder / f"{name}.json"
    schema.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    return path, schema


def row(i, kind="novel", price=None, secret="hushword"):
    return [i, kind, 10 + i if price is None else price, f"2020-01-{1 + i % 28:02d}", secret]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    data = folder / "data"
    stoa(data, "portal", "add", PORTAL, "--set", "title=Books", "--set", "languages=en,fr")
    first = [row(i) for i in range(30)] + [row(90, "hiddenkind", 7777.5)]
    second = [row(i, price=99.25 if i == 3 else None, secret="othersecret") for i in range(28)] + [row(50, "poem"), row(91, "hiddenkind", 8888.5)]
    for name in ("open", "rowed", "fielded"):
        path, schema = write(folder, f"{name}1", first)
        stoa(data, "publish", path, "--portal", PORTAL, "--id", name, "--schema", schema, "--title", f"Books {name}", "--meta", "publisher=Town",
             "--meta", "license=CC0", "--meta", "license_url=https://example.org/cc0", "--meta", 'keyword=["reading"]')
        path, schema = write(folder, f"{name}2", [r + ["more"] for r in second], FIELDS + [{"name": "extra", "type": "text", "label": "Something more"}])
        stoa(data, "publish", path, "--portal", PORTAL, "--id", name, "--schema", schema, "--replace")
    stoa(data, "secure", "rowed", "--portal", PORTAL, "--filter", "kind != 'hiddenkind'")
    stoa(data, "secure", "fielded", "--portal", PORTAL, "--fields", "id,kind,price,day,extra")
    path, schema = write(folder, "none", [], FIELDS[:2])
    stoa(data, "publish", path, "--portal", PORTAL, "--id", "none", "--schema", schema, "--title", "Nothing")
    path, schema = write(folder, "wide", [[1] * 500], [{"name": f"c{i}", "type": "int"} for i in range(500)])
    stoa(data, "publish", path, "--portal", PORTAL, "--id", "wide", "--schema", schema, "--title", "Wide " * 60)
    running = Server(data)
    yield running
    running.stop()


def get(books, path, **query):
    answer = books.get(f"/explore/dataset/{path}", query or None, host=PORTAL)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_columns_say_what_they_hold(books):
    text = get(books, "open/information/")
    said = words(text)
    assert "Median" in said and "Every value is different" in said and 'class="histogram"' in text
    assert re.search(r"novel</bdi>.{0,200}28</span>", text, re.S), "the value that comes most often and how often"
    assert "10 to 8,888.5" in said and "Never empty" in said
    assert 'rel="license noopener"' in text and 'href="/explore/?refine.keyword=reading"' in text


def test_profiles_and_examples_keep_the_rules(books):
    said = get(books, "rowed/information/")
    assert "hiddenkind" not in said and "8,888" not in said and "8888" not in said
    assert "99.25" in said, "what may be seen is told"
    said = get(books, "fielded/information/")
    assert "othersecret" not in said and "secret" not in said and "8,888.5" in said


@pytest.mark.parametrize("dataset", ["rowed", "fielded"])
def test_versions_and_differences_keep_the_rules(books, dataset):
    for path in ("history/", "history/?old=1&new=2"):
        text = get(books, f"{dataset}/{path}")
        assert "secret" not in text.replace("othersecret", "secret") if dataset == "fielded" else "hiddenkind" not in text
        if dataset == "rowed":
            assert "7777" not in text and "8888" not in text
            assert "31 records" not in text and "30 records" in words(text) and "29 records" in words(text)


def test_two_versions_are_compared_by_the_identity_of_records(books):
    said = words(get(books, "open/history/", old="1", new="2"))
    assert "New field extra" in said
    assert "2 records added" in said and "3 records taken out" in said
    # Every record has another secret; the one with another price is among them.
    assert "28 records changed" in said
    said = words(get(books, "fielded/history/", old="1", new="2"))
    assert "1 record changed" in said and "13 99.25" in said, "what is hidden makes no change"
    assert "From version 1 to version 2" in words(get(books, "open/history/", old="2", new="1"))


@pytest.mark.parametrize("query", [{"old": "1", "new": "9"}, {"old": "x", "new": "y"}, {"old": "0", "new": "2"}, {"old": "1" * 40, "new": "2"}])
def test_versions_that_are_not_there(books, query):
    answer = books.get("/explore/dataset/open/history/", query, host=PORTAL)
    assert answer.status_code in (200, 404)
    assert "Version 2" in words(answer.text)


def test_history_leads_to_the_records_of_a_version(books):
    text = get(books, "open/history/")
    assert "/explore/dataset/open/table/?as_of=1" in text
    assert "/explore/dataset/open/history/?old=1&amp;new=2" in text
    assert get(books, "open/table/", as_of="1")


def test_citations(books):
    text = books.get("/explore/dataset/open/citation/bibtex", host=PORTAL)
    assert text.headers["Content-Type"].startswith("application/x-bibtex") and "open.bib" in text.headers["Content-Disposition"]
    assert text.text.startswith("@misc{open,") and "author = {Town}" in text.text
    ris = books.get("/explore/dataset/open/citation/ris", host=PORTAL)
    assert ris.text.startswith("TY  - DATA\r\n") and ris.text.endswith("ER  - \r\n")
    assert books.get("/explore/dataset/open/citation/endnote", host=PORTAL).status_code == 404
    assert books.get("/explore/dataset/nowhere/citation/ris", host=PORTAL).status_code == 404


def test_export_tells_how_much(books):
    said = words(get(books, "open/export/"))
    assert "The whole dataset has 30 records." in said and "about" in said
    said = words(get(books, "open/export/", **{"refine.kind": "poem"}))
    assert "Your filters leave 1 of them." in said
    text = get(books, "rowed/export/")
    assert "The whole dataset has 29 records." in words(text)


def test_extremes_are_pages_too(books):
    text = get(books, "wide/information/")
    assert "460 more fields" in words(text)
    title = re.search(r"<title>(.*?)</title>", text)[1]
    assert len(title) < 140 and "…" in title
    assert "This dataset has no records yet." not in get(books, "none/information/")
    for path in ("none/history/", "none/export/", "wide/history/", "wide/export/"):
        get(books, path)


def test_strangers_are_offered_to_sign_in_where_nothing_is_found(books):
    answer = books.get("/explore/dataset/nowhere/table/", host=PORTAL)
    assert answer.status_code == 404 and "/login/?next=" in answer.text
