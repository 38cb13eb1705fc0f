"""What publishers, administrators and readers are told: limits, titles in dashboards, spreads of values, entries of lists."""
import html
import re

from conftest import stoa
from test_dataset_office import HOST, at, form_of, page, published, root, send, sent, until, world  # noqa: F401
from test_manage_datasets import Api, key_of
from probe import ROOT_USER


def told(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_a_limit_of_records_is_told_to_readers(world, root):
    stoa(world.data, "portal", "set", HOST, "limits.records=2")
    try:
        made = sent(root, "cut.csv", b"name;n\nOak;1\nElm;2\nAsh;3\n").headers["Location"]
        send(root, made, {"title": "Cut", "identifier": "cut", "do": "publish"}, 'name="title"')
        until(lambda: world.client(HOST).get("/explore/dataset/cut/table/").status_code == 200)
        for tab in ("table", "information", "export"):
            assert "only the first 2 records of the source are published" in page(world.client(HOST), f"/explore/dataset/cut/{tab}/"), tab
        assert "not every row is published" in page(root, at("cut", "history"))
        assert "These data are not complete" not in page(world.client(HOST), "/explore/dataset/oaks/table/")
    finally:
        stoa(world.data, "portal", "set", HOST, "limits.records=0")


def test_a_limit_of_datasets_says_that_nothing_is_published(world, root):
    stoa(world.data, "portal", "set", HOST, "limits.datasets=1")
    try:
        made = sent(root, "late.csv", b"name;n\nOak;1\n").headers["Location"]
        send(root, made, {"title": "Late", "identifier": "late", "do": "publish"}, 'name="title"')
        until(lambda: "A limit of the portal was reached" in page(root, at("late", "history")))
        said = page(root, at("late", "history") + "?done=publishing-now")
        assert "the dataset is not published" in said and "not every row" not in said and "It is being published now" not in said
    finally:
        stoa(world.data, "portal", "set", HOST, "limits.datasets=0")


def test_dashboards_call_datasets_as_their_reader_does(world, root):
    send(root, at("trees", "information"), {"m.title.en": "Trees", "m.title.fr": "Arbres"}, 'name="m.title.en"')
    published(world, root, "trees")
    for lang, title, other in (("fr", "Arbres", "Trees"), ("en", "Trees", "Arbres")):
        for part in ("datasets", "storage"):
            shown = told(page(root, f"/backoffice/audience/{part}/?flg={lang}"))
            assert title in shown and other not in shown, (lang, part)
    languages = re.search(rf'"{HOST}".*?"languages": ?"([^"]+)"', stoa(world.data, "portal", "list", "--json").stdout, re.S).group(1)
    stoa(world.data, "portal", "set", HOST, "languages=fr,en")
    try:
        api = Api(world, key_of(world, ROOT_USER))
        rows = lambda: api("GET", "/api/explore/v2.1/catalog/datasets/ods-datasets-monitoring/records?source=monitoring", base="").json()["results"]
        until(lambda: next(r for r in rows() if r["dataset_id"] == "trees")["title"] == "Arbres")
    finally:
        stoa(world.data, "portal", "set", HOST, f"languages={languages}")


def test_most_are_near_a_value_only_where_most_are(world, root):
    for name, values in (("even", range(40)), ("heap", [7] * 30 + list(range(10, 20)))):
        (world.folder / f"{name}.csv").write_text("height\n" + "".join(f"{v}.5\n" for v in values))
        stoa(world.data, "publish", world.folder / f"{name}.csv", "--portal", HOST, "--id", name, "--title", name)
        shown = told(page(world.client(HOST), f"/explore/dataset/{name}/table/"))
        assert ("most are near" in shown) == (name == "heap") and "Values go from" in shown, shown[:1500]


def test_what_is_wrong_with_a_licence_stands_beside_its_field(root):
    path = "/backoffice/licences/"
    fields = form_of(page(root, path), 'name="i0.id"')
    last = max(int(k[1:].split(".")[0]) for k, _ in fields if re.match(r"i\d+\.", k))
    names = {k for k, _ in fields if k.startswith(f"i{last}.label.")}
    wrong = send(root, path, {**{k: "Our own" for k in names}, f"i{last}.url.en": "ours.example"}, 'name="i0.id"', status=422).text
    assert "begins with https://" in wrong and "/urls" not in told(wrong) and re.search(rf'name="i{last}\.url\.en"[^>]*aria-invalid|aria-invalid[^>]*name="i{last}\.url\.en"', wrong)


def test_a_unit_that_is_none_is_refused_without_words_of_programs(world, root):
    wrong = send(root, at("shrubs", "schema") + "?field=year", {"unit": "Nonsense"}, 'name="facet.was"', status=422).text
    assert "Nonsense" in told(wrong) and "args" not in told(wrong)


def test_a_setting_that_cannot_be_is_marked(root):
    wrong = send(root, "/backoffice/portal/", {"embed.ancestors": "http://x y"}, 'name="embed.ancestors"', status=422).text
    assert re.search(r'aria-invalid[^>]*name="embed\.ancestors"|name="embed\.ancestors"[^>]*aria-invalid', wrong)
