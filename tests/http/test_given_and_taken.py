"""What is given is looked at when it is given, and what is taken away comes back without readers seeing it."""
import re

import pytest

from conftest import stoa
from probe import ROOT_USER, World
from test_dataset_office import uid
from test_manage_datasets import Api, key_of, wait_idle

HOST = "isoc.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("given"))
    file = tmp_path_factory.mktemp("source") / "trees.csv"
    file.write_text("name,height\nOak,21\nElm,12\n")
    stoa(w.data, "publish", file, "--portal", HOST, "--id", "trees", "--title", "Trees")
    yield w
    w.stop()


@pytest.fixture(scope="module")
def root(world):
    return Api(world, key_of(world, ROOT_USER))


def test_a_deleted_dataset_comes_back_unpublished(world, root):
    c = world.client(HOST)
    c.sign_in(ROOT_USER)
    ident = uid(c, "trees")
    readers = lambda: root("GET", "/catalog/datasets/trees/records", base="/api/explore/v2.1").status_code
    assert readers() == 200
    root("DELETE", f"/datasets/{ident}/")
    assert readers() == 404
    text = c.get(f"/backoffice/datasets/?deleted={ident}").text
    form = next(f for f in re.findall(r"<form.*?</form>", text, re.S) if 'value="undelete"' in f)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    answer = c.post(re.search(r'action="([^"]+)"', form).group(1).replace("&amp;", "&"), {**fields, "do": "undelete"})
    assert answer.status_code == 303
    assert readers() == 404 and not root.good("GET", f"/datasets/{ident}/")["is_published"]
    # What readers had is there when its publisher wishes so, also with steps, although its data came by the command line.
    root("POST", f"/datasets/{ident}/publish/")
    assert wait_idle(root, ident)["status"] == "idle" and readers() == 200
    records = root("GET", "/catalog/datasets/trees/records", base="/api/explore/v2.1").json()
    assert records["total_count"] == 2 and records["results"][0] == {"name": "Oak", "height": 21}


def test_what_comes_back_under_another_identifier_says_so(world, root):
    c = world.client(HOST)
    c.sign_in(ROOT_USER)
    make = lambda: root.good("POST", "/datasets/", {"dataset_id": "twice", "metadata": {"default": {"title": {"value": "Twice"}}}}, 201)["uid"]
    first = make()
    root("DELETE", f"/datasets/{first}/")
    assert root.good("GET", f"/datasets/{make()}/")["dataset_id"] == "twice"
    answer = c.form(f"/backoffice/datasets/?deleted={first}", {"do": f"undelete {first}"}, action="/backoffice/datasets/do/")
    assert "done=undeleted-renamed" in answer.headers["Location"], answer.headers
    assert "has another identifier" in c.get(answer.headers["Location"]).text


@pytest.mark.parametrize("template, name, value", [
    ("default", "references", "javascript:alert(1)"), ("default", "references", " java\tscript:alert(1)"), ("dcat", "conforms_to", "data:text/html,x")])
def test_addresses_that_would_act_are_refused(root, template, name, value):
    ident = root.good("GET", "/datasets/?limit=1")["results"][0]["uid"]
    root.bad("PUT", f"/datasets/{ident}/metadata/{template}/{name}/", {"value": value}, code="validation_error")
    root.good("PUT", f"/datasets/{ident}/metadata/{template}/{name}/", {"value": "https://town.example/data:all"})


@pytest.mark.parametrize("template, name, bad, good", [
    ("default", "language", "xx", "pt-BR"), ("default", "language", "french", "fr"), ("default", "geographic_reference", ["zz"], ["fr_40_93"]),
    ("default", "geographic_reference", ["fr", "zz_1"], ["world_fr"]), ("visualization", "map_marker_color", "rouge", "#1f5a7a")])
def test_codes_that_mean_nothing_are_refused(root, template, name, bad, good):
    ident = root.good("GET", "/datasets/?limit=1")["results"][0]["uid"]
    root.bad("PUT", f"/datasets/{ident}/metadata/{template}/{name}/", {"value": bad}, code="validation_error")
    said = root.bad("PUT", f"/datasets/{ident}/metadata/{template}/", {name: {"value": bad}}, code="validation_error")
    assert name in str(said["detail"]) and "Expected" in str(said["detail"]), said
    assert root.good("PUT", f"/datasets/{ident}/metadata/{template}/{name}/", {"value": good})["value"] == good
