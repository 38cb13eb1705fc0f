"""What the settings of fields and metadata mean to readers: weights of searches, addresses of pages."""
import re

from conftest import stoa
from probe import ROOT_USER
from test_dataset_office import HOST, at, page, published, root, send, uid, world  # noqa: F401
from test_manage_datasets import Api, key_of


def test_what_counts_more_in_searches_comes_first(world, root):
    (world.folder / "pines.csv").write_text("name,note\nElm tree,old book\nOak tree,elm book\n")
    stoa(world.data, "publish", world.folder / "pines.csv", "--portal", HOST, "--id", "pines", "--title", "Pines")
    base = "/api/explore/v2.1/catalog/datasets/pines/records"
    order = lambda: [r["name"] for r in world.client(HOST).get(base, params={"where": 'search("elm")'}).json()["results"]]
    schema = at("pines", "schema") + "?field=note"
    assert order() == ["Elm tree", "Oak tree"], "alike, so in their order"
    assert "from 1 to 100" in send(root, schema, {"weight": "101"}, 'name="searched"', status=422).text
    send(root, schema, {"weight": "5"}, 'name="searched"')
    assert re.search(r'name="weight"[^>]* value="5"|value="5"[^>]* name="weight"', page(root, schema))
    published(world, root, "pines")
    assert order() == ["Oak tree", "Elm tree"]
    text = page(world.client(HOST), "/explore/dataset/pines/table/?q=elm")
    assert text.index("Oak tree") < text.index("Elm tree")
    machine = Api(world, key_of(world, ROOT_USER))
    path = f"/datasets/{uid(root, 'pines')}/metadata/asset_content_configuration/records_search_boosts/"
    assert machine.good("GET", path)["value"] == {"note": 5}
    machine.good("PUT", path, {"value": {"name": 9, "note": 2}})
    published(world, root, "pines")
    assert order() == ["Elm tree", "Oak tree"]


def test_a_reference_is_the_address_of_a_page(world, root):
    machine = Api(world, key_of(world, ROOT_USER))
    path = f"/datasets/{uid(root, 'pines')}/metadata/default/references/"
    for wrong in ("A book of trees", "ftp://trees.example/", "https://", "https://trees example/"):
        assert "https://data.example.org/about" in str(machine.bad("PUT", path, {"value": wrong}, code="validation_error")["detail"]), wrong
        assert "https://data.example.org/about" in send(root, at("pines", "information"), {"m.references": wrong}, 'name="m.references"', status=422).text
    for right in ("https://trees.example/about?a=1,2", "http://trees.example"):
        assert machine.good("PUT", path, {"value": right})["value"] == right
    send(root, at("pines", "information"), {"m.references": "https://trees.example/"}, 'name="m.references"')
    published(world, root, "pines")
    assert '"sameAs":"https://trees.example/"' in page(world.client(HOST), "/explore/dataset/pines/information/").replace('": "', '":"')
