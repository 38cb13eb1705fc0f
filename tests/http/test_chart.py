"""Charts: the numbers at /api/charts/1.0/ against the Explore API's own, the form without script, links that others made, and
what cannot be answered."""
import base64
import json

from conftest import API, HOST, THINGS, thing

CHARTS = "/api/charts/1.0/"


def chart(*series, x="colour", **query):
    return {"queries": [{"config": query.pop("config", {}), "xAxis": x, "charts": list(series) or [{}], **query}]}


def ask(server, config, dataset="things", status=200, **params):
    if config is not None:
        params["chart"] = json.dumps(config)
    answer = server.get(CHARTS + dataset, params={"lang": "en", **params})
    assert answer.status_code == status, answer.text
    return answer.json()


def as_dict(table, line=0):
    return dict(zip(table["keys"], table["series"][line]["values"]))


def api(server, dataset="things", **params):
    return server.get(f"{API}/catalog/datasets/{dataset}/records", params=params).json()["results"]


def test_numbers_are_those_of_the_explore_api(server):
    table = ask(server, chart({"func": "SUM", "yAxis": "value"}, {"func": "COUNT"}, {"func": "MAX", "yAxis": "id"}))
    rows = api(server, select="colour, sum(value) as s, count(*) as n, max(id) as m", group_by="colour")
    assert as_dict(table, 0) == {r["colour"]: r["s"] for r in rows}
    assert as_dict(table, 1) == {r["colour"]: r["n"] for r in rows}
    assert as_dict(table, 2) == {r["colour"]: r["m"] for r in rows}


def test_a_breakdown_has_a_line_a_group(server):
    table = ask(server, chart({"func": "COUNT"}, x="month", timescale="year", maxpoints=0, seriesBreakdown="colour"))
    wanted = {}
    for i in range(THINGS):
        one = thing(i)
        wanted.setdefault(one["colour"], {}).setdefault(one["month"][:4], 0)
        wanted[one["colour"]][one["month"][:4]] += 1
    assert {line["group"]: dict(zip(table["keys"], line["values"])) for line in table["series"]} == wanted


def test_filters_of_the_page_and_of_the_query_hold_together(server):
    config = chart(config={"options": {"refine.colour": ["red", "green"], "disjunctive.colour": "true"}})
    assert as_dict(ask(server, config)) == {"green": 83, "red": 84}
    assert as_dict(ask(server, config, **{"refine.colour": "red"})) == {"red": 84}
    assert sum(as_dict(ask(server, chart(), **{"q.range.value": "value:[10 TO 19.75]"})).values()) == 40
    assert sum(as_dict(ask(server, chart(), where="value < 10")).values()) == 40
    assert as_dict(ask(server, chart(), q="nothinglikethis")) == {}


def test_points_are_sorted_and_cut_with_a_notice(server):
    table = ask(server, chart({"func": "SUM", "yAxis": "value"}, x="kind", sort="-y", maxpoints=3))
    rows = api(server, select="kind, sum(value) as s", group_by="kind", order_by="s desc", limit=3)
    assert table["keys"] == [r["kind"] for r in rows]
    assert table["notices"] == [{"code": "points", "n": 3, "message": "Only the first 3 points are shown."}]


def test_labels_are_in_the_language_asked_for(server):
    config = chart(x="month", timescale="month", maxpoints=1)
    assert ask(server, config)["labels"] == ["January 2010"]
    assert ask(server, config, lang="fr")["labels"] == ["janvier 2010"]


def test_base64_of_published_portals_is_read(server):
    config = {"queries": [{"config": {"dataset": "things", "options": {"refine.colour": "red"}}, "xAxis": "kind", "maxpoints": 5, "sort": "",
                           "timescale": None, "stacked": "null", "seriesBreakdown": "", "charts": [{"type": "column", "func": "AVG", "yAxis": "value",
                                                                                                   "color": "range-Accent", "displayUnits": True}]}],
              "timescale": "", "displayLegend": True, "alignMonth": True}
    text = base64.b64encode(json.dumps(config).encode()).decode()
    for spelled in (text, text.rstrip("="), text.replace("+", " ")):
        answer = server.get(CHARTS + "things", params={"dataChart": spelled})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["keys"]) == 5


def test_what_cannot_be_drawn_says_where(server):
    said = ask(server, chart({"func": "AVG", "yAxis": "colour"}), status=400)
    assert said["message"].startswith("queries[0].charts[0].yAxis: AVG needs a number")
    assert ask(server, chart(x="nothere"), status=400)["message"].startswith("queries[0].xAxis: there is no field nothere")
    assert "neither JSON nor base64" in server.get(CHARTS + "things", params={"chart": "%%%"}).json()["message"]
    assert server.get(CHARTS + "nothere").status_code == 404
    assert server.get(CHARTS).status_code == 400


def test_queries_over_several_datasets_meet_by_their_keys(server):
    config = {"queries": [{"config": {"dataset": "cities"}, "xAxis": "founded", "timescale": "year", "charts": [{}]},
                          {"config": {"dataset": "things"}, "xAxis": "month", "timescale": "year", "charts": [{}]}]}
    answer = server.get(CHARTS, params={"chart": json.dumps(config)}).json()
    assert answer["keys"] == ["1988", "1990", "2010", "2011", "2012", "2013", "2014"]
    assert answer["series"][0]["values"][:3] == [1, 2, None] and answer["series"][1]["values"][2] == 50
    config["queries"][0]["config"]["dataset"] = "elsewhere"  # of the other portal
    assert server.get(CHARTS, params={"chart": json.dumps(config)}).status_code == 404


def test_the_same_table_as_csv(server):
    answer = server.get(CHARTS + "things", params={"chart": json.dumps(chart()), "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv") and "things-chart.csv" in answer.headers["content-disposition"]
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "colour;Number of records" and lines[1] == "blue;83"


def test_others_may_ask_and_answers_are_kept(server):
    answer = server.get(CHARTS + "things", params={"chart": json.dumps(chart())})
    assert answer.headers["access-control-allow-origin"] == "*"
    tag = answer.headers["etag"]
    assert server.get(CHARTS + "things", params={"chart": json.dumps(chart())}, headers={"If-None-Match": tag}).status_code == 304


# --- the tab ------------------------------------------------------------------------------------------------------------------


def page(server, **params):
    return server.get("/explore/dataset/things/analyze/", params=params)


def test_the_tab_has_the_table_and_the_form_without_script(server):
    answer = page(server, **{"refine.colour": "red"})
    assert answer.status_code == 200
    assert 'class="chart-bar"' in answer.text and 'name="c.0.xAxis"' in answer.text and "style=" not in answer.text.split("<main")[1]
    assert "<stoa-chart dataset=\"things\" parameters=\"refine.colour=red\"" in answer.text


def test_a_form_is_folded_into_the_address(server):
    sent = {"c.0.xAxis": "colour", "c.0.0.type": "pie", "c.0.0.func": "SUM", "c.0.0.yAxis": "value", "q": "kind", "c.0.sort": "-serie1-1"}
    answer = server.get("/explore/dataset/things/analyze/", params=sent)
    assert answer.status_code == 303
    to = answer.headers["location"]
    assert "dataChart=" in to and "q=kind" in to and "c.0" not in to
    shown = server.get(to)
    text = to.split("dataChart=")[1].split("&")[0]
    config = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert config["queries"][0]["charts"][0] == {"type": "pie", "func": "SUM", "yAxis": "value"}
    assert shown.status_code == 200 and "value (Sum)" in shown.text


def test_a_link_that_is_no_chart_shows_the_first_one_and_says_so(server):
    for bad in ("%%%", base64.b64encode(b"{}").decode(), base64.b64encode(b'{"queries":[{"xAxis":"gone","charts":[{}]}]}').decode()):
        answer = page(server, dataChart=bad)
        assert answer.status_code == 200
        assert "Another one is shown in its place." in answer.text and 'class="chart-table' not in answer.text.split("</main>")[1]


def test_the_publishers_chart_comes_first(make_server, tmp_path):
    from conftest import stoa, write_sources
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST)
    write_sources(tmp_path)
    mine = json.dumps(chart({"type": "treemap"}, x="capital"))
    stoa(data, "publish", tmp_path / "cities.csv", "--portal", HOST, "--id", "cities", "--schema", tmp_path / "cities.fields.json", "--title", "Cities",
         "--meta", f"visualization.analyze_default={mine}")
    answer = make_server(data).get(CHARTS + "cities")
    assert answer.json()["series"][0]["type"] == "treemap"


def test_numbers_alone_are_a_chart(server):
    assert server.get("/explore/dataset/zones/analyze/").status_code == 200
    assert "/zones/analyze/" in server.get("/explore/dataset/zones/table/").text
