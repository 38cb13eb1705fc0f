"""analyze of the v1.0 API, and what maps ask for: bounding boxes, clusters, shapes, previews."""
import math

import pytest

V1 = "/api/records/1.0"


def analyze(server, status=200, dataset="cities", **params):
    answer = server.get(V1 + "/analyze/", {"dataset": dataset, **{k.replace("__", "."): v for k, v in params.items()}})
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:1000]}"
    return answer.json()


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-9)


# --- §4.1: the table of examples -------------------------------------------------------------------------

@pytest.mark.parametrize("params, rows", [
    ({"x": "country", "y.n.func": "COUNT"}, [{"x": "BE", "n": 1}, {"x": "FR", "n": 2}]),
    ({"x": "country", "y.m.func": "MAX", "y.m.expr": "pop"}, [{"x": "BE", "m": 1200000}, {"x": "FR", "m": 2100000}]),
    ({"x": "founded", "precision": "year", "y.n.func": "COUNT"}, [{"x": {"year": 1988}, "n": 1}, {"x": {"year": 1990}, "n": 2}]),
    ({"x": "country", "y.s.func": "SUM", "y.s.expr": "pop*2"}, [{"x": "BE", "s": 2400000}, {"x": "FR", "s": 4350000}])])
def test_examples(server, params, rows):
    assert analyze(server, **params) == rows


# --- functions -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("func, expr, value", [
    ("COUNT", None, 2), ("COUNT", "pop", 2), ("AVG", "pop", 1087500.0), ("SUM", "pop", 2175000), ("MIN", "pop", 75000),
    ("MAX", "pop", 2100000), ("MIN", "area", 28.4), ("STDDEV", "pop", 1012500.0), ("SUMSQUARES", "pop", 2100000.0 ** 2 + 75000.0 ** 2),
    ("count", None, 2), ("QUANTILES", "pop", 1087500.0)])
def test_functions(server, func, expr, value):
    params = {"x": "country", "y.s.func": func, "refine.country": "FR"}
    if expr:
        params["y.s.expr"] = expr
    [row] = analyze(server, **params)
    assert row == {"x": "FR", "s": value}


def test_rows_with_nothing_to_add_are_passed_over(server):
    [row] = analyze(server, **{"x": "name", "q": "besan", "y.a.func": "AVG", "y.a.expr": "pop", "y.c.func": "COUNT", "y.c.expr": "pop", "y.n.func": "COUNT"})
    assert row == {"x": "Besançon", "a": None, "c": 0, "n": 1}


def test_quantiles(server):
    params = {"x": "country", "refine.country": "FR", "y.q.func": "QUANTILES", "y.q.expr": "pop"}
    assert analyze(server, **params, **{"y.q.subsets": "25,75"}) == [{"x": "FR", "q": {"25.0": 581250.0, "75.0": 1593750.0}}]
    assert analyze(server, **params, **{"y.q.subsets": "100"}) == [{"x": "FR", "q": 2100000.0}]


def test_running_totals(server):
    rows = analyze(server, x="name", **{"y.p.func": "SUM", "y.p.expr": "pop", "y.p.cumulative": "true", "y.n.func": "COUNT", "y.n.cumulative": "true", "sort": "-x"})
    assert [(r["x"], r["p"], r["n"]) for r in rows] == [("Paris", 2100000, 1), ("La Rochelle", 2175000, 2), ("Bruxelles", 3375000, 3), ("Besançon", 3375000, 4)]


# --- expressions -----------------------------------------------------------------------------------------

P, A = 2100000, 105.4


@pytest.mark.parametrize("expr, value", [
    ("pop+1", P + 1), ("pop-area", P - A), ("pop*area/2", P * A / 2), ("(pop+area)*2", (P + A) * 2), ("-pop", -P), ("2+3*4", 14), ("10/4", 2.5),
    ("8/2/2", 2.0), ("5-2-1", 2), ("pop/0", None), ("sin(area)", math.sin(A)), ("cos(area)", math.cos(A)), ("tan(area)", math.tan(A)),
    ("asin(0.5)", math.asin(.5)), ("acos(0.5)", math.acos(.5)), ("atan(area)", math.atan(A)), ("toRadians(180)", math.pi), ("toDegrees(1)", math.degrees(1)),
    ("exp(2)", math.exp(2)), ("log(area)", math.log(A)), ("log10(1000)", 3), ("sqrt(area)", math.sqrt(A)), ("cbrt(27)", 3), ("IEEEremainder(10,4)", 2),
    ("IEEEremainder(11,4)", -1), ("ceil(area)", 106), ("floor(area)", 105), ("rint(2.5)", 2), ("rint(3.5)", 4), ("atan2(1,2)", math.atan2(1, 2)),
    ("pow(2,10)", 1024), ("round(2.6)", 3), ("abs(-5)", 5), ("max(1,area)", A), ("min(1,area)", 1), ("ulp(1)", math.ulp(1.0)), ("signum(-3)", -1),
    ("sinh(1)", math.sinh(1)), ("cosh(1)", math.cosh(1)), ("tanh(1)", math.tanh(1)), ("hypot(3,4)", 5), ("SQRT(16)", 4), ("`pop` + 0", P),
    ("time(founded)", 569203200000), (" ( ( pop ) ) ", P), (".5*2", 1.0), ("1e3", 1000.0), ("sqrt(0-1)", None), ("log(0)", None), ("asin(2)", None),
    ("exp(100000)", None), ("pow(10,400)", None), ("sqrt(sqrt(sqrt(sqrt(65536))))", 2)])
def test_expressions(server, expr, value):
    [row] = analyze(server, **{"x": "name", "q": "paris", "y.v.func": "MAX", "y.v.expr": expr})
    assert (row["v"] is None) == (value is None) and (value is None or near(row["v"], value)), row


def test_chance_is_a_number_between_nothing_and_one(server):
    rows = analyze(server, x="name", **{"y.v.func": "MAX", "y.v.expr": "random()"})
    assert len({r["v"] for r in rows}) == 4 and all(0 <= r["v"] <= 1 for r in rows)


@pytest.mark.parametrize("expr, said", [
    ("pop+", "unexpected end of line at position 4"), ("nope*2", "unknown field: nope"), ("pop pop", "unexpected p at position 4"), ("eval(pop)", "unexpected ( at position 4"),
    ("pop;drop", "unexpected ; at position 3"), ("sqrt()", "unexpected ) at position 5"), ("sqrt(1,2)", "unexpected , at position 6"), ("pow(1)", "unexpected ) at position 5"),
    ("(pop", "unexpected end of line"), ("name*2", "is not a number"), ("sqrt(name)", "needs a number"), ("time(pop)", "needs a date"), ("'a'", "unexpected '"),
    ("(" * 100 + "1" + ")" * 100, "unexpected"), ("+".join(["pop"] * 200), "too long or nested too deep"), ("max(1," * 12 + "pop" + ")" * 12, "too long or nested too deep"),
    ("1.2.3", "unexpected"), ("é", "unknown field")])
def test_expressions_that_cannot_be(server, expr, said):
    body = analyze(server, 400, **{"x": "name", "y.v.func": "SUM", "y.v.expr": expr})
    assert set(body) == {"errorcode", "error"} and said in body["error"]


# --- axes ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("params, xs", [
    ({"x": "capital"}, [False, True]), ({"x": "pop"}, [75000, 1200000, 2100000]), ({"x": "tags"}, ["metro", "river", "sea"]),
    ({"x": "founded"}, [{"year": 1988, "month": 1, "day": 15}, {"year": 1990, "month": 7, "day": 1}, {"year": 1990, "month": 12, "day": 31}]),
    ({"x": "founded", "precision": "month"}, [{"year": 1988, "month": 1}, {"year": 1990, "month": 7}, {"year": 1990, "month": 12}]),
    ({"x": "founded", "precision": "week"}, [{"year": 1988, "month": 1, "day": 11}, {"year": 1990, "month": 6, "day": 25}, {"year": 1990, "month": 12, "day": 31}]),
    ({"x": "updated", "precision": "hour"}, [{"year": 2021, "month": 1, "day": 1, "hour": 0}, {"year": 2021, "month": 5, "day": 6, "hour": 12},
                                             {"year": 2021, "month": 5, "day": 6, "hour": 23}]),
    ({"x": "updated", "precision": "hour", "timezone": "Europe/Paris"}, [{"year": 2021, "month": 1, "day": 1, "hour": 1}, {"year": 2021, "month": 5, "day": 6, "hour": 14},
                                                                        {"year": 2021, "month": 5, "day": 7, "hour": 1}]),
    ({"x": "updated", "precision": "minute", "q": "paris"}, [{"year": 2021, "month": 5, "day": 6, "hour": 12, "minute": 34}]),
    ({"x": "founded", "periodic": "year", "precision": "year"}, [{"year": 1988}, {"year": 1990}]),
    ({"x": "founded", "periodic": "month"}, [{"month": 1}, {"month": 7}, {"month": 12}]),
    ({"x": "founded", "periodic": "month", "precision": "day"}, [{"month": 1, "day": 15}, {"month": 7, "day": 1}, {"month": 12, "day": 31}]),
    ({"x": "founded", "periodic": "day"}, [{"day": 1}, {"day": 15}, {"day": 31}]),
    ({"x": "founded", "periodic": "weekday"}, [{"weekday": 0}, {"weekday": 4}, {"weekday": 6}]),
    ({"x": "founded", "periodic": "weekday", "precision": "hour"}, [{"weekday": 0}, {"weekday": 4}, {"weekday": 6}]),
    ({"x": "founded", "periodic": "week"}, [{"week": 1}, {"week": 2}, {"week": 26}]),
    ({"x": "updated", "periodic": "hour"}, [{"hour": 0}, {"hour": 12}, {"hour": 23}]),
    ({"x": "updated", "periodic": "minute"}, [{"minute": 0}, {"minute": 30}, {"minute": 34}]),
    ({"x": "founded.year"}, [{"year": 1988}, {"year": 1990}]), ({"x": "founded.yearday"}, [{"yearday": 15}, {"yearday": 182}, {"yearday": 365}]),
    ({"x": ["founded.year", "founded.month"]}, [{"year": 1988, "month": 1}, {"year": 1990, "month": 7}, {"year": 1990, "month": 12}]),
    ({"x": ["updated.weekday", "updated.hour"]}, [{"weekday": 3, "hour": 12}, {"weekday": 3, "hour": 23}, {"weekday": 4, "hour": 0}]),
    ({"x": ["country", "capital"]}, [{"country": "BE", "capital": True}, {"country": "FR", "capital": False}, {"country": "FR", "capital": True}]),
    ({"x": ["country", "founded"], "precision": "year"}, [{"country": "FR", "founded": {"year": 1988}}, {"country": "FR", "founded": {"year": 1990}}])])
def test_shapes_of_x(server, params, xs):
    rows = analyze(server, **params, **{"y.n.func": "COUNT"})
    assert [r["x"] for r in rows] == xs and all(r["n"] >= 1 for r in rows)


def test_precision_of_the_field_is_respected(server):
    rows = analyze(server, dataset="things", x="month", **{"y.n.func": "COUNT"})
    assert set(rows[0]["x"]) == {"year", "month"}


@pytest.mark.parametrize("sort, xs", [
    ("x", ["Besançon", "Bruxelles", "La Rochelle", "Paris"]), ("-x", ["Paris", "La Rochelle", "Bruxelles", "Besançon"]),
    ("p", ["Paris", "Bruxelles", "La Rochelle", "Besançon"]), ("-p", ["Besançon", "La Rochelle", "Bruxelles", "Paris"]), ("y.p", ["Paris", "Bruxelles", "La Rochelle", "Besançon"])])
def test_order(server, sort, xs):
    assert [r["x"] for r in analyze(server, x="name", sort=sort, **{"y.p.func": "SUM", "y.p.expr": "pop"})] == xs


@pytest.mark.parametrize("sort, xs", [
    ("x.founded.year,x.founded.month", [(1988, 1), (1990, 7), (1990, 12)]), ("-x.founded.year,x.founded.month", [(1990, 7), (1990, 12), (1988, 1)]),
    ("-x.founded", [(1990, 12), (1990, 7), (1988, 1)]), ("n,-x.founded.month", [(1990, 12), (1990, 7), (1988, 1)])])
def test_order_by_parts_of_dates(server, sort, xs):
    rows = analyze(server, x=["founded.year", "founded.month"], sort=sort, **{"y.n.func": "COUNT"})
    assert [(r["x"]["year"], r["x"]["month"]) for r in rows] == xs


def test_maxpoints_and_the_header_that_tells(server):
    cut = server.get(V1 + "/analyze/", {"dataset": "things", "x": "kind", "y.n.func": "COUNT", "maxpoints": 5})
    whole = server.get(V1 + "/analyze/", {"dataset": "things", "x": "kind", "y.n.func": "COUNT", "maxpoints": 120})
    assert len(cut.json()) == 5 and cut.headers["ods-analyze-truncated"] == "true"
    assert len(whole.json()) == 120 and "ods-analyze-truncated" not in whole.headers
    assert len(analyze(server, dataset="things", x="kind", maxpoints=0, **{"y.n.func": "COUNT"})) == 120


def test_extremes_over_everything(server):
    body = analyze(server, x="country", **{"y.n.func": "COUNT", "agg.hi.func": "MAX", "agg.hi.expr": "pop", "agg.lo.func": "MIN", "agg.lo.expr": "pop*2"})
    assert body == {"results": [{"x": "BE", "n": 1}, {"x": "FR", "n": 2}], "aggregations": {"hi": {"MAX": 2100000}, "lo": {"MIN": 150000}}}


JOIN = {"x": "country", "y.n.func": "COUNT", "join.j.remotedataset": "things", "join.j.remotekey": "colour", "join.j.localkey": "country"}


def test_records_of_another_dataset_are_told_beside_a_key(make_server, tmp_path):
    from conftest import HOST, Server, stoa, write_sources, publish
    data = tmp_path / "data"
    stoa(data, "portal", "add", HOST, "--set", "title=City")
    write_sources(tmp_path)
    publish(data, tmp_path)
    (tmp_path / "countries.csv").write_text("code,title,n\nFR,France,1\nFR,Again,2\nDE,Germany,3\n", encoding="utf-8")
    stoa(data, "publish", tmp_path / "countries.csv", "--portal", HOST, "--id", "countries")
    server = make_server(data)
    join = {"x": "country", "y.n.func": "COUNT", "join.j.remotedataset": "countries", "join.j.remotekey": "code", "join.j.localkey": "country", "join.j.fields": "title"}
    none, france = analyze(server, **join)
    assert none == {"x": [{"fields": {}}, "BE"], "n": 1}
    assert france["x"][0]["fields"] == {"code": "FR", "title": "France"} and france["x"][0]["datasetid"] == "countries" and france["x"][1] == "FR"
    assert france["n"] == 2
    whole = {**join, "x": "pop", "join.j.localkey": "pop", "join.j.remotekey": "n"}
    assert [r["x"][0] for r in analyze(server, **whole)] == [{"fields": {}}] * 3
    csv_text = server.get(V1 + "/analyze/", {"dataset": "cities", **join, "format": "csv"}).text
    assert csv_text == "x;n\r\nBE;1\r\nFR;2\r\n"


@pytest.mark.parametrize("change, said", [
    ({"join.j.remotedataset": ""}, "join.j.remotedataset is missing"), ({"join.j.remotekey": ""}, "join.j.remotekey is missing"), ({"join.j.localkey": ""}, "join.j.localkey is missing"),
    ({"join.j.remotekey": "nope"}, "Unknown field: nope"), ({"join.j.fields": "nope"}, "Unknown field: nope"), ({"join.j.localkey": "name"}, "must be the one x"),
    ({"x": ["country", "capital"]}, "must be the one x"), ({"x": "founded", "join.j.localkey": "founded"}, "must be the one x"), ({"join.k.fields": "a"}, "One dataset can be joined")])
def test_joins_that_cannot_be(server, change, said):
    assert said in analyze(server, 400, **{**JOIN, **change})["error"]


def test_what_is_hidden_cannot_be_joined(server):
    assert "does not exist" in analyze(server, 404, **{**JOIN, "join.j.remotedataset": "elsewhere"})["error"]


def test_filters(server):
    assert analyze(server, x="country", q="pop>100000", **{"y.n.func": "COUNT"}) == [{"x": "BE", "n": 1}, {"x": "FR", "n": 1}]
    assert analyze(server, x="country", **{"y.n.func": "COUNT", "geofilter.bbox": "45,-5,49,3"}) == [{"x": "FR", "n": 2}]
    assert analyze(server, x="country", q="nothinglikeit", **{"y.n.func": "COUNT"}) == []


def test_as_csv(server):
    answer = server.get(V1 + "/analyze/", {"dataset": "cities", "x": ["country", "founded.year"], "y.n.func": "COUNT", "y.q.func": "QUANTILES", "y.q.expr": "pop",
                                           "y.q.subsets": "0,100", "format": "csv", "csv_separator": ","})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text == "x.country,x.founded.year,n,q.0.0,q.100.0\r\nFR,1988,1,2100000,2100000\r\nFR,1990,1,75000,75000\r\n"


@pytest.mark.parametrize("params, row", [
    ({"y.serie1.func": "COUNT"}, {"serie1": 4}), ({"y.serie1.func": "SUM", "y.serie1.expr": "pop", "sort": "x", "maxpoints": ""}, {"serie1": 3375000}),
    ({"y.a.func": "MAX", "y.a.expr": "pop", "y.b.func": "AVG", "y.b.expr": "pop", "refine.country": "FR"}, {"a": 2100000, "b": 1087500.0}),
    ({"y.n.func": "COUNT", "q": "nowhere"}, {"n": 0})])
def test_series_without_x_are_over_everything(server, params, row):
    assert analyze(server, **params) == [row]


def test_series_without_x_as_csv(server):
    answer = server.get(V1 + "/analyze/", {"dataset": "cities", "y.n.func": "COUNT", "y.m.func": "MAX", "y.m.expr": "pop", "format": "csv"})
    assert answer.text == "n,m\r\n4,2100000\r\n" or answer.text == "n;m\r\n4;2100000\r\n"


def test_for_scripts(server):
    answer = server.get(V1 + "/analyze/", {"dataset": "cities", "x": "country", "y.n.func": "COUNT", "format": "jsonp", "callback": "f"})
    assert answer.text == 'f([{"x":"BE","n":1},{"x":"FR","n":2}]);'


@pytest.mark.parametrize("params, said", [
    ({"sort": "x"}, "The parameter x is missing."), ({"x": "nope", "y.n.func": "COUNT"}, "unknown field: nope"),
    ({"x": "country.year", "y.n.func": "COUNT"}, "country, which is no date"), ({"x": "founded.century", "y.n.func": "COUNT"}, "unknown field: founded.century"),
    ({"x": "country", "y.n.expr": "pop"}, "y.n.func is missing"), ({"x": "country", "y.n.func": "MODE"}, "COUNT, AVG, SUM"), ({"x": "country", "y.n.func": "SUM"}, "y.n.expr is missing"),
    ({"x": "country", "y.q.func": "QUANTILES", "y.q.expr": "pop", "y.q.subsets": "101"}, "y.q.subsets"), ({"x": "founded", "precision": "decade", "y.n.func": "COUNT"}, "precision"),
    ({"x": "founded", "periodic": "decade", "y.n.func": "COUNT"}, "periodic"), ({"x": "country", "y.n.func": "COUNT", "sort": "m"}, "sort"), ({"x": "country", "y.n.func": "COUNT", "maxpoints": "-1"}, "maxpoints"),
    ({"x": "country", "y.n.func": "COUNT", "agg.a.func": "AVG", "agg.a.expr": "pop"}, "MIN or MAX"), ({"x": "loc", "y.n.func": "COUNT"}, "geo point field"),
    ({"x": ["country", "capital", "country"], "y.n.func": "COUNT"}, "twice"), ({"x": "country", "y.s.func": "SUM", "y.s.expr": "name"}, "numeric")])
def test_what_is_refused(server, params, said):
    body = analyze(server, 400, **params)
    assert set(body) == {"errorcode", "error"} and said in body["error"], body


# --- §4.2 … 4.5: maps --------------------------------------------------------------------------------------

def ask(server, what, status=200, **params):
    answer = server.get(f"{V1}/{what}/", params)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_bounding_box_of_points(server):
    assert ask(server, "boundingbox", dataset="cities") == {"bbox": [-1.1511, 46.1603, 4.3517, 50.8503], "count": 3, "geometries": {"Point": 3}}
    assert ask(server, "boundingbox", dataset="cities", q="paris") == {"bbox": [2.3522, 48.8566, 2.3522, 48.8566], "count": 1, "geometries": {"Point": 1}}
    assert ask(server, "boundingbox", dataset="cities", q="besan") == {"bbox": [], "count": 0, "geometries": {}}


def test_bounding_box_of_shapes(server):
    assert ask(server, "boundingbox", dataset="zones") == {"bbox": [0.0, 0.0, 2.0, 1.0], "count": 2, "geometries": {"Polygon": 2}}


def test_clusters(server):
    body = ask(server, "geocluster", dataset="cities", clusterprecision=10, clusterdistance=40, **{"y.p.func": "SUM", "y.p.expr": "pop"})
    assert body["count"] == {"min": 1, "max": 1} and body["clusterprecision"] == 10 and body["series"] == {"p": {"min": 75000.0, "max": 2100000.0}}
    paris = [c for c in body["clusters"] if c["series"]["p"] == 2100000][0]
    assert paris == {"cluster_center": [48.8566, 2.3522], "count": 1, "series": {"p": 2100000}, "cluster": {"type": "Point", "coordinates": [2.3522, 48.8566]}}


def test_one_cluster_has_a_hull(server):
    body = ask(server, "geocluster", dataset="cities", clusterprecision=0, clusterdistance=40)
    [cluster] = body["clusters"]
    assert cluster["count"] == 3 and cluster["cluster"]["type"] == "Polygon" and len(cluster["cluster"]["coordinates"][0]) == 4
    lat, lon = cluster["cluster_center"]
    assert 46 < lat < 51 and -2 < lon < 5
    heat = ask(server, "geocluster", dataset="cities", clusterprecision=0, clusterdistance=40, clustermode="heatmap")["clusters"][0]
    assert heat["cluster"] == {"type": "Point", "coordinates": [lon, lat]}


def test_shapes_that_are_the_same(server):
    body = ask(server, "geopolygon", dataset="zones", **{"y.s.func": "SUM", "y.s.expr": "size"})
    assert sorted(c["series"]["s"] for c in body["clusters"]) == [1, 2] and body["count"] == {"min": 1, "max": 1}
    west = [c for c in body["clusters"] if c["series"]["s"] == 1][0]
    assert west["cluster_center"] == [0.5, 0.5] and west["cluster"]["type"] == "Polygon" and west["count"] == 1
    found = server.get(V1 + "/search/", {"dataset": "zones", "geo_digest": west["geo_digest"]}).json()
    assert [r["fields"]["zone"] for r in found["records"]] == ["west"]
    found = server.get(V1 + "/download/", {"dataset": "zones", "format": "json", "geo_digest.geo_shape": west["geo_digest"]}).json()
    assert [r["fields"]["zone"] for r in found] == ["west"]


def test_points_at_one_place_are_one_shape(server):
    body = ask(server, "geopolygon", dataset="cities", geo_field="loc")
    assert len(body["clusters"]) == 3 and {c["cluster"]["type"] for c in body["clusters"]} == {"Point"}


def test_previews(server):
    rows = ask(server, "geopreview", dataset="zones", clusterprecision=5)
    assert len(rows) == 2 and set(rows[0]) == {"geometry", "geo_digest"} and rows[0]["geometry"]["type"] == "Polygon"
    assert len(ask(server, "geopreview", dataset="zones", rows=1)) == 1
    assert len(ask(server, "geopreview", dataset="zones", **{"geofilter.bbox": "0.2,0.2,0.8,0.8"})) == 1


@pytest.mark.parametrize("what, params, said", [
    ("geocluster", {"dataset": "cities"}, "clusterprecision is missing"), ("geocluster", {"dataset": "cities", "clusterprecision": 5}, "clusterdistance is missing"),
    ("geocluster", {"dataset": "cities", "clusterprecision": 26, "clusterdistance": 4}, "clusterprecision"), ("geocluster", {"dataset": "cities", "clusterprecision": 5, "clusterdistance": 0}, "clusterdistance"),
    ("geocluster", {"dataset": "cities", "clusterprecision": 20, "clusterdistance": 4, "shapeprecision": 10}, "29 at most"), ("geocluster", {"dataset": "cities", "clusterprecision": 2, "clusterdistance": 4, "clustermode": "x"}, "clustermode"),
    ("geocluster", {"dataset": "things", "clusterprecision": 2, "clusterdistance": 4}, "no such geographic field"), ("geocluster", {"dataset": "zones", "clusterprecision": 2, "clusterdistance": 4, "geo_field": "geo_shape"}, "made of points"),
    ("boundingbox", {"dataset": "things"}, "no such geographic field"), ("boundingbox", {"dataset": "cities", "geo_field": "name"}, "no such geographic field"),
    ("boundingbox", {}, "dataset is missing"), ("geopreview", {"dataset": "zones", "rows": "x"}, "rows")])
def test_maps_refuse_clearly(server, what, params, said):
    assert said in ask(server, what, 400, **params)["error"]


HOSTILE = ["'", '"', "`", "\\", "(", ")", "x" * 2000, "1/0", "pop.year.year", ".", "..", "founded.", ".year", "%", "\u202e", "a,b", "-", "--", "x.", "y.", "sqrt(", "#now()", "*", "NaN", "1e400", "9" * 60]


@pytest.mark.parametrize("parameter", ["x", "y.s.func", "y.s.expr", "y.s.subsets", "y.s.cumulative", "periodic", "precision", "maxpoints", "sort", "agg.a.func", "agg.a.expr",
                                       "join.a.fields", "timezone", "output_timezone", "clusterprecision", "clusterdistance", "shapeprecision", "clustermode", "geo_field", "csv_separator"])
def test_hostile_texts(server, parameter):
    for text in HOSTILE:
        for what in ("analyze", "geocluster", "geopolygon", "boundingbox", "geopreview"):
            params = {"dataset": "cities", "x": "founded", "y.s.func": "QUANTILES", "y.s.expr": "pop", "agg.a.func": "MIN", "agg.a.expr": "pop",
                      "clusterprecision": "3", "clusterdistance": "40", parameter: text}
            answer = server.get(f"{V1}/{what}/", params)
            assert answer.status_code in (200, 400), f"{answer.url}: {answer.status_code} {answer.text[:400]}"
