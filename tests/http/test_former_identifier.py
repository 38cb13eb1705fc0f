"""A dataset that was given another identifier is found by the former one, until another dataset takes that."""
from probe import World
from test_jobs import HOST, make, rows, settled, source, work


def test_a_former_identifier_leads_to_the_dataset(tmp_path, source):
    world = World(tmp_path, options=("--fetch_private",))
    try:
        d, old = make(world, source, "Trees of the town")
        draft, never = make(world, source, "Never published")
        assert work(world, "rename", dataset=draft, slug="drafted") is None
        work(world, "put", dataset=d)
        assert settled(world, d)["status"] == "idle" and rows(world, old) == 2
        work(world, "put", dataset=d, kind=2)
        settled(world, d)
        assert work(world, "rename", dataset=d, slug="trees") is None
        assert rows(world, old) is None
        work(world, "put", dataset=d)
        assert settled(world, d)["status"] == "idle"
        client = world.client(HOST)
        assert rows(world, "trees") == rows(world, old) == 2 and rows(world, never) is None
        page = client.get(f"/explore/dataset/{old}/table/?q=oak")
        assert page.status_code == 301 and page.headers["Location"].endswith("/explore/dataset/trees/table/?q=oak")
        assert client.get(f"/explore/dataset/{old}/").headers["Location"].endswith("/explore/dataset/trees/")
        listed = client.get("/api/explore/v2.1/catalog/datasets", headers={"Accept": "application/json"}).json()
        assert [x["dataset_id"] for x in listed["results"]] == ["trees"]
        world.restart()
        assert rows(world, old) == 2
        # Whoever takes it has it.
        other, slug = make(world, source, "Other")
        assert work(world, "rename", dataset=other, slug=old) is None
        work(world, "put", dataset=other)
        assert settled(world, other)["status"] == "idle"
        listed = world.client(HOST).get(f"/api/explore/v2.1/catalog/datasets/{old}", headers={"Accept": "application/json"}).json()
        assert listed["dataset_id"] == old and listed["metas"]["default"]["title"] == "Other"
    finally:
        world.stop()
