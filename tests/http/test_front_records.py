"""The views of records over the wire: filters of every kind on every tab, histograms, columns, records, pictures, calendar,
a publisher's own view, older versions; and the shapes of data that break pages."""
import csv
import html
import json
import re

import pytest

from conftest import API, HOST, Server, publish, stoa, write_sources
from test_explore_files import picture

TABLE = "/explore/dataset/{}/table/"
EVENT_FIELDS = [{"name": "title", "type": "text"}, {"name": "starts", "type": "datetime"}, {"name": "ends", "type": "datetime"},
                {"name": "kind", "type": "text", "annotations": {"facet": True}}, {"name": "photo", "type": "file", "annotations": {"has_thumbnails": True}}]
EVENTS = [["Market", "2024-05-01T22:30:00Z", "", "fair", "oak.png"], ["Long fair", "2024-05-10T08:00:00Z", "2024-05-12T18:00:00Z", "fair", ""],
          ["Concert <b>", "2024-05-31T19:00:00Z", "", "music", ""], ["Last year", "2023-05-10T08:00:00Z", "", "music", ""]]
VIEW = '<h2>Of {{ ctx }}</h2><p>Mine</p><script>window.broken = true</script><stoa-kpi aggregation="count"></stoa-kpi>'


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    at = tmp_path_factory.mktemp("records")
    data = at / "data"
    write_sources(at)
    stoa(data, "portal", "add", HOST, "--set", "title=City", "--set", "languages=en,fr,ar", "--set", "timezone=Europe/Paris")
    publish(data, at)
    (at / "photos").mkdir()
    (at / "photos" / "oak.png").write_bytes(picture(400, 300))
    write_csv(at / "events.csv", [[f["name"] for f in EVENT_FIELDS]] + EVENTS)
    (at / "events.json").write_text(json.dumps({"fields": EVENT_FIELDS}), encoding="utf-8")
    stoa(data, "publish", at / "events.csv", "--portal", HOST, "--id", "events", "--schema", at / "events.json", "--title", "Events", "--files", at / "photos",
         "--meta", "visualization.calendar_enabled=true", "--meta", "visualization.calendar_event_end=ends", "--meta", "visualization.custom_view_enabled=true",
         "--meta", f"visualization.custom_view_html={VIEW}", "--meta", "visualization.custom_view_slug=mine", "--meta", "visualization.custom_view_title=My view",
         "--meta", 'visualization.table_fields=["kind","title"]', "--meta", "visualization.table_default_sort_field=starts",
         "--meta", "visualization.table_default_sort_direction=asc")
    write_csv(at / "wide.csv", [[f"c{i}" for i in range(500)], list(range(500)), list(range(500, 1000))])
    stoa(data, "publish", at / "wide.csv", "--portal", HOST, "--id", "wide", "--title", "Wide")
    write_csv(at / "one.csv", [["name", "number"], ["only", 1]])
    stoa(data, "publish", at / "one.csv", "--portal", HOST, "--id", "one", "--title", "T" * 300)
    (at / "empty.csv").write_text("name,number,day\n", encoding="utf-8")
    schema = [{"name": "name", "type": "text", "annotations": {"facet": True}}, {"name": "number", "type": "int"}, {"name": "day", "type": "date"}]
    (at / "empty.json").write_text(json.dumps({"fields": schema}), encoding="utf-8")
    stoa(data, "publish", at / "empty.csv", "--portal", HOST, "--id", "empty", "--title", "Empty", "--schema", at / "empty.json")
    write_csv(at / "versions.csv", [["name", "number", "gone"], ["old", 1, "x"], ["older", 2, "y"], ["oldest", 3, "z"]])
    stoa(data, "publish", at / "versions.csv", "--portal", HOST, "--id", "versions", "--title", "Versions")
    write_csv(at / "versions.csv", [["name", "number"], ["new", 1]])
    stoa(data, "publish", at / "versions.csv", "--portal", HOST, "--id", "versions", "--replace")
    running = Server(data)
    yield running
    running.stop()


def total(answer):
    assert answer.status_code == 200, answer.text[:3000]
    return int(re.search(r'class="total">([\d,]+)', answer.text).group(1).replace(",", ""))


def chips(answer):
    return [html.unescape(re.sub(r"<[^>]+>", "", c)).replace("Remove filter:", "").strip() for c in re.findall(r'<a class="chip".*?</a>', answer.text, re.S)]


def links(answer, part):
    return [html.unescape(a) for a in re.findall(r'href="([^"]*)"', answer.text) if part in a]


@pytest.mark.parametrize("params, n, words", [
    ({"q.range.pop": "pop:[75000 TO 1200000]"}, 2, ["Population: 75,000 – 1,200,000"]),
    ({"min.pop": "75001", "max.pop": ""}, 2, ["Population: ≥ 75,001"]),
    ({"q.any": "founded:[* TO 1989]"}, 1, ["Founded: ≤ 1989"]),
    ({"from.founded": "1990-07-01", "to.founded": "1990-12-31"}, 2, ["Founded: 1 July 1990 – 31 December 1990"]),
    ({"geofilter.bbox": "48,2,49,3"}, 1, ["Within the drawn area"]),
    ({"geofilter.polygon": "(48,2),(49,2),(49,3),(48,3)"}, 1, ["Within the drawn area"]),
    ({"geofilter.distance": "48.85,2.35,5000"}, 1, ["Up to 5 km from a place"]),
    ({"q.x": "pop>100000", "refine.country": "FR"}, 1, ["pop>100000", "Country: FR"]),
    ({"q": "paris", "exclude.country": "BE"}, 1, ["paris", "Country ≠ BE"]),
])
def test_every_kind_of_filter_filters_and_says_so(portal, params, n, words):
    page = portal.get(TABLE.format("cities"), params)
    assert total(page) == n
    assert chips(page) == words
    assert ("Clear all" in page.text) == (len(words) > 1)
    # The same holds on other tabs, in what they lead to, and for the API that is promised there.
    for tab in links(page, "/export/") + links(page, "/api/?"):
        assert all(f"{k}=" in tab for k in params if not k.startswith(("min.", "max.", "from.", "to.")))
    export = portal.get("/explore/dataset/cities/export/", params)
    address = next(a for a in links(export, "/exports/json") if "?" in a)
    assert len(portal.get(address).json()) == n


@pytest.mark.parametrize("params", [{"q.range.pop": "pop:[a TO b]"}, {"q.x": "pop:["}, {"q.x": "nothing:1"}, {"geofilter.bbox": "1,2,3"}, {"geofilter.distance": "x"},
                                    {"geofilter.polygon": "(1,2)"}, {"as_of": "77"}, {"as_of": "x"}, {"timezone": "Mars"}, {"refine.nothing": "1"}])
@pytest.mark.parametrize("tab", ["table", "custom"])
def test_what_cannot_be_read_is_said_and_shows_nothing(portal, params, tab):
    page = portal.get(TABLE.format("cities") if tab == "table" else "/explore/dataset/events/mine/", params)
    if tab == "custom" and "geofilter" in str(params):
        assert "no field of this dataset holds places" in page.text
    assert page.status_code == 400 and 'role="alert"' in page.text and "<tbody>" not in page.text


def test_a_range_of_a_form_is_one_of_the_address(portal):
    page = portal.get(TABLE.format("cities"), {"min.pop": "5", "max.pop": "9", "q.range.pop": "pop:[1 TO 2]"})
    here = html.unescape(re.search(r'data-here="([^"]+)"', page.text).group(1))
    assert here == "/explore/dataset/cities/table/?q.range.pop=pop%3A%5B5%20TO%209%5D"


def test_histograms_stand_with_their_fields_and_count_what_is_left(portal):
    page = portal.get(TABLE.format("things"), {"refine.colour": "red"})
    brushes = re.findall(r'<stoa-brush.*?data-about="([^"]*)">(.*?)</stoa-brush>', page.text, re.S)
    assert [about for about, _ in brushes] == ["value", "month"]
    for _, inside in brushes:
        assert inside.count("<rect") > 5 and 'class="in"' in inside
        assert '<input type="hidden" name="refine.colour" value="red">' in inside
    # Its own range takes nothing out of a histogram, but tells which bars are in.
    ranged = portal.get(TABLE.format("things"), {"q.range.value": "value:[0 TO 10]"})
    before, after = portal.get(TABLE.format("things")).text, ranged.text
    bars = [re.findall(r'<rect[^>]* height="([\d.]+)"', re.search(r'data-about="value">(.*?)</svg>', text, re.S).group(1)) for text in (before, after)]
    assert bars[0] == bars[1]
    assert after.count('class="in"') < before.count('class="in"')
    assert 'name="min.value" data-focus="min.value" value="0"' in after and 'value="10"' in after
    # Identifiers are not measured.
    assert 'name="min.id"' not in before


def test_values_of_long_facets_are_found_on_the_server(portal):
    page = portal.get(TABLE.format("things"))
    assert page.text.count('class="find"') == 1 and 'name="find.kind"' in page.text
    found = portal.get(TABLE.format("things"), {"find.kind": "KIND 11"})
    assert total(found) == 250
    facet = re.search(r'<details class="facet" data-key="refine.kind".*?</details>', found.text, re.S).group(0)
    assert re.findall(r'class="value">([^<]+)', facet) == [f"kind 11{i}" for i in range(10)]
    assert not any("find." in a for a in links(found, "refine.kind"))
    assert "No value fits." in portal.get(TABLE.format("things"), {"find.kind": "zzz"}).text


def test_levels_of_paths_and_dates_lead_down(portal):
    page = portal.get(TABLE.format("things"), {"refine.path": "Europe"})
    below = [a for a in links(page, "refine.path=") if "France" in a]
    assert below and all(a.count("refine.path=") == 1 for a in below)
    dates = portal.get(TABLE.format("cities"), {"refine.founded": "1990"})
    assert '<bdi class="value">July</bdi>' in dates.text


def test_columns_are_chosen_by_address_form_or_publisher(portal):
    def heads(params, dataset="cities"):
        head = re.search(r"<thead>(.*?)</thead>", portal.get(TABLE.format(dataset), params).text, re.S).group(1)
        return re.findall(r"<bdi>([^<]*)</bdi>", head)
    assert heads({"columns": "pop,name,nothing,pop"}) == ["Population", "Name"]
    assert heads({"column": ["name", "area"]}) == ["Name", "Area"]
    assert heads({"columns": "nothing"}) == heads({})
    assert heads({}, "events") == ["kind", "title"]
    rows = re.findall(r'<td class="short"><bdi>([^<]*)</bdi></td></tr>', portal.get(TABLE.format("events")).text)
    assert rows == ["Last year", "Market", "Long fair", "Concert &lt;b&gt;"]


def test_five_hundred_fields_stay_readable(portal):
    page = portal.get(TABLE.format("wide"))
    assert page.text.count("<th ") == 61 and "The first 60 columns are shown." in page.text
    assert page.text.count('name="column"') == 500 and len(page.content) < 400_000
    assert page.text.count("<stoa-brush") <= 5
    record = portal.get(links(page, "/record/")[0])
    assert record.text.count("<dt>") == 500


def test_a_record_has_a_page_of_its_own(portal):
    table = portal.get(TABLE.format("cities"), {"sort": "name", "q.range.pop": "pop:[1 TO *]"})
    rows = links(table, "/record/")
    assert len(rows) == 3 and "at=1" in rows[1]
    page = portal.get(rows[1])
    assert page.status_code == 200 and re.search(r'<h1 id="record-title"[^>]*><bdi>La Rochelle</bdi>', page.text)
    assert "inhabitants" in page.text and 'name="robots" content="noindex' in page.text
    steps = {rel: html.unescape(url) for rel, url in re.findall(r'data-record rel="nofollow (prev|next)" href="([^"]+)"', page.text)}
    assert steps == {"prev": rows[0], "next": rows[2]}
    assert "Bruxelles" in portal.get(steps["prev"]).text
    assert 'rel="nofollow prev"' not in portal.get(steps["prev"]).text
    assert portal.get(links(page, "/records/")[0]).json()["name"] == "La Rochelle"
    assert any(a.startswith("/explore/dataset/cities/table/?") and "q.range.pop" in a for a in links(page, "/table/"))
    # A list that has changed since: the record is shown, its neighbours are not.
    moved = portal.get(rows[1].replace("at=1", "at=2"))
    assert moved.status_code == 200 and 'class="steps"' not in moved.text
    for bad in ("0" * 40, "x", rows[0].split("/record/")[1][:39]):
        assert portal.get(f"/explore/dataset/cities/record/{bad}/").status_code == 404
    assert portal.get(rows[0].replace("/cities/", "/events/").split("?")[0]).status_code == 404


def test_an_older_version_is_shown_as_it_was(portal):
    now, then = portal.get(TABLE.format("versions")), portal.get(TABLE.format("versions"), {"as_of": "1"})
    assert (total(now), total(then)) == (1, 3)
    assert "This is version 1, as published on" in then.text and "This is version" not in now.text
    # What was taken out since does not come back.
    assert ">number</bdi>" in then.text and "gone" not in then.text
    assert any("as_of=1" in a for a in links(then, "/export/")) and TABLE.format("versions") in links(then, "/table/")
    assert "oldest" in portal.get(TABLE.format("versions"), {"as_of": "1", "sort": "-name", "columns": "name"}).text
    record = portal.get(links(then, "/record/")[0])
    assert record.status_code == 200 and "as_of=1" in record.text
    address = next(a for a in links(portal.get("/explore/dataset/versions/export/", {"as_of": "1", "q": "old"}), "/exports/json") if "?" in a)
    assert {r["name"] for r in portal.get(address).json()} >= {"old"}


def test_pictures_are_a_gallery(portal):
    page = portal.get("/explore/dataset/events/images/")
    assert page.text.count("<img") == 1 and 'alt="Market"' in page.text
    picture_url = html.unescape(re.search(r'<img[^>]* src="([^"]+)"', page.text).group(1))
    assert portal.get(picture_url).headers["Content-Type"] == "image/png"
    assert portal.get(next(a for a in links(page, "/files/"))).status_code == 200
    assert "No picture here." in portal.get("/explore/dataset/events/images/", {"refine.kind": "music"}).text
    assert portal.get("/explore/dataset/cities/images/").status_code == 404


def test_a_calendar_is_drawn_by_the_server(portal):
    def page(calendar, **more):
        answer = portal.get("/explore/dataset/events/calendar/", {"calendar": calendar, **more})
        assert answer.status_code == 200, answer.text[:2000]
        return answer
    def days(answer):
        cells = re.findall(r'<td class="([^"]*)"><a[^>]*><time datetime="([^"]+)">(.*?)</td>', answer.text, re.S)
        return {day: [html.unescape(t) for t in re.findall(r'<a class="record".*?<bdi>(.*?)</bdi>', inside)] for kind, day, inside in cells if "other" not in kind}
    may = page("month:2024-05")
    shown = {day: titles for day, titles in days(may).items() if titles}
    # In the zone of the portal: half past midnight of the second.
    assert shown == {"2024-05-02": ["Market"], "2024-05-10": ["Long fair"], "2024-05-11": ["Long fair"], "2024-05-12": ["Long fair"], "2024-05-31": ["Concert <b>"]}
    assert "00:30" in may.text and len(days(may)) == 31
    assert re.search(r"<h2>May 2024</h2>", may.text) and re.search(r'<th scope="col"><abbr title="Monday">', may.text)
    arabic = portal.get("/explore/dataset/events/calendar/?calendar=month:2024-05&flg=ar").text
    assert re.search(r'<thead><tr><th[^>]*><abbr title="([^"]*)"', arabic).group(1) == "السبت"
    wanted = {"month:2024-04", "month:2024-06", "month:2023-05", "month:2025-05", "week:2024-05-01", "day:2024-05-01", "list:2024-05"}
    assert wanted <= {a.split("calendar=")[1].replace("%3A", ":") for a in links(may, "calendar=")}
    assert set(days(page("week:2024-05-11"))) == {f"2024-05-{d:02d}" for d in range(6, 13)}
    assert "Concert" in page("day:2024-05-31").text and "Market" not in page("day:2024-05-31").text
    assert page("list:2024-05").text.split('class="agenda"')[1].split("</dl>")[0].count("<dt>") == 5
    assert "Long fair" not in page("month:2024-05", **{"refine.kind": "music"}).text
    assert "Nothing in this time." in page("month:1999-01").text
    assert "<h2>May 2024</h2>" in portal.get("/explore/dataset/events/calendar/").text
    for bad in ("month:x", "decade:2024", "day:2024-05-31T10"):
        assert portal.get("/explore/dataset/events/calendar/", {"calendar": bad}).status_code == 400
    assert portal.get("/explore/dataset/cities/calendar/").status_code == 404


def test_a_publishers_view_has_its_own_name_and_is_harmless(portal):
    page = portal.get("/explore/dataset/events/mine/", {"refine.kind": "fair"})
    assert page.status_code == 200 and re.search(r'href="/explore/dataset/events/mine/[^"]*" aria-current="page">.*?My view', page.text, re.S)
    assert "<p>Mine</p>" in page.text and "window.broken" not in page.text
    context = re.search(r'<stoa-context id="ctx"[^>]*>', page.text).group(0)
    assert 'dataset="events"' in context and "refine.kind=fair" in context
    assert portal.get("/explore/dataset/events/custom/").status_code == 404
    assert portal.get("/explore/dataset/cities/custom/").status_code == 404


def test_little_and_nothing_look_like_it(portal):
    empty = portal.get(TABLE.format("empty"))
    assert total(empty) == 0 and "This dataset has no records." in empty.text and "<stoa-brush" not in empty.text
    assert "No record matches your filters." in portal.get(TABLE.format("cities"), {"q": "zzzz"}).text
    one = portal.get(TABLE.format("one"))
    assert total(one) == 1 and "<stoa-brush" not in one.text and 'class="pager"' not in one.text
    assert portal.get(API + "/catalog/datasets/one/records").json()["total_count"] == 1


def test_metadata_of_applications_come_only_when_asked_for(portal):
    """Explore API §10.3: how pages show the data is no metadata of the data."""
    plain = portal.get(f"{API}/catalog/datasets/events").json()["metas"]
    asked = portal.get(f"{API}/catalog/datasets/events?include_app_metas=true").json()["metas"]
    assert "visualization" not in plain and "default" in plain
    assert asked["visualization"]["calendar_event_end"] == "ends" and asked["default"] == plain["default"]
    listed = portal.get(f"{API}/catalog/datasets?where=datasetid='events'&include_app_metas=true").json()["results"][0]
    assert listed["metas"]["visualization"] == asked["visualization"]
    legacy = portal.get("/api/datasets/1.0/events/?assetmetas=true&extrametas=true").json()
    assert legacy["asset_metas"]["visualization"]["calendar_event_end"] == "ends" and "visualization" not in legacy.get("extra_metas", {})
    assert portal.get("/api/datasets/1.0/events/?extrametas=true").json().get("asset_metas") is None
