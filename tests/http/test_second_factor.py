"""Who is asked for a second factor where that is whoever works in the back office (AUT-5)."""
from test_accounts import HOST, attempt, client, enrol, person, world  # noqa: F401: fixtures


def test_a_second_factor_may_be_asked_of_whoever_works_in_the_back_office(world, person):
    reader, worker, out = person(), person(role="publisher"), person(role="publisher")
    c, d = client(world), client(world)
    assert attempt(d, out).status_code == 303 and d.get("/backoffice/datasets/").status_code == 200
    world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "office"}}])
    try:
        assert attempt(c, reader).headers["Location"] == "/" and c.get("/account/").status_code == 200
        assert c.get("/backoffice/").status_code == 403
        inside = client(world)
        assert attempt(inside, worker).status_code == 303 and inside.get("/explore/").status_code == 200
        answer = inside.get("/backoffice/datasets/")
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/login/enrol/")
        assert d.get("/backoffice/").headers["Location"].startswith("/login/enrol/")
        enrol(world, inside)
        assert inside.get("/backoffice/datasets/").status_code == 200
        assert inside.form("/account/2fa/", {"do": "remove"}).status_code == 422
    finally:
        world.fixture(domains=[{"host": HOST, "settings": {"second_factor.required": "administrators"}}])
