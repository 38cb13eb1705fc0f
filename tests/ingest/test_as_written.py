"""What a file holds arrives as it was written: codes, long numbers, quoted cells, places, names. Files that a stranger brought."""
import os

import pytest

DATA = os.path.join(os.path.dirname(__file__), "..", "data", "strangers")


# --- codes and dates -----------------------------------------------------------------------------------------------

def test_codes_with_leading_zeros_are_no_dates(read):
    r = read.rows("codes.csv", "code;year;nr\n0101;2001;0101-02\n0203;1999;0203-04\n0999;2010;0999-12\n1012;2024;1012-11\n")
    assert r.fields["code"] == "text" and r.fields["nr"] == "text", r.fields
    assert [row[0] for row in r.rows] == ["0101", "0203", "0999", "1012"]


def test_years_and_months_of_our_time_are_dates_where_a_column_has_others(read):
    r = read.rows("when.csv", "when;n\n2001-04;1\n2001-05;2\n2001-05-06;3\n")
    assert r.fields["when"] == "date"


# --- quotes --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    'name\n"Smith, John"\n"Doe, Jane"\n"Roe, Rick"\n',
    '"name"\n"Smith, John"\n"Doe, Jane"\nPlain\n"Roe, Rick"\n',
    'name\n"Smith; John"\n"Doe; Jane"\n"Roe; Rick"\n',
    'at\n"Mar 5, 2024 9:07 PM"\n',
    'place\n"48.8,2.3"\n"48.9,2.4"\n"47,2"\n'])
def test_a_column_of_quoted_cells_is_one_column(read, text):
    r = read.rows("one.csv", text)
    lines = text.split("\n")[:-1]
    assert len(r.rows) == len(lines) - 1, r.result
    assert r.labels == [lines[0].strip('"')]


def test_the_other_quote_is_still_found(read):
    r = read.rows("single.csv", "a,b\n'x, y',1\n'z, \"w\"',2\n'u, v',3\n")
    assert r.labels == ["a", "b"] and r.rows[0][0] == "x, y"


# --- long numbers of JSON ------------------------------------------------------------------------------------------

LONG = ('{"id":18446744073709551615,"o":9007199254740993,"tags":[1,2]}', '{"id":12345678901234567890,"o":9007199254740995,"tags":[3]}')


@pytest.mark.parametrize("name,text", [("a.json", f"[{LONG[0]},{LONG[1]}]"), ("a.jsonl", LONG[0] + "\n" + LONG[1] + "\n"),
    ("a.geojson", '{"type":"FeatureCollection","features":[' + ",".join(
        f'{{"type":"Feature","geometry":{{"type":"Point","coordinates":[2,48]}},"properties":{x}}}' for x in LONG) + "]}")])
def test_json_keeps_the_digits_of_long_numbers(read, name, text):
    r = read.rows(name, text)
    assert r.fields["id"] == "text" and r.fields["o"] == "int", r.fields
    names = list(r.fields)
    row = dict(zip(names, r.rows[0]))
    assert row["id"] == "18446744073709551615" and row["o"] == 9007199254740993 and row["tags"] == ["1", "2"], row


# --- geometry of Parquet files -------------------------------------------------------------------------------------

@pytest.mark.parametrize("way", [{}, {"parts": "yes"}])
@pytest.mark.parametrize("name,kind", [("points.parquet", "geo_point_2d"), ("areas.parquet", "geo_shape"), ("lambert.parquet", "geo_point_2d")])
def test_geometry_of_parquet_is_geometry(read, name, kind, way):
    with open(os.path.join(DATA, name), "rb") as f:
        r = read.rows(name, f.read(), **way)
    assert r.error is None and r.fields["geo"] == kind, r.result
    at = list(r.fields).index("geo")
    assert len(r.rows) == 2
    if kind == "geo_point_2d":
        lat, lon = map(float, r.rows[0][at].split(","))
        assert abs(lon - 2.35) < 1e-6 and abs(lat - 48.85) < 1e-6, r.rows



def test_a_point_that_a_processor_makes_keeps_its_name(read):
    step = '[{"type":"wkt_to_geojson","field":"geom","output_field":"shape"}]'
    r = read.rows("wkt.csv", "geom;n\nPOINT (2 48);1\nPOINT (3 47);2\n", parts="yes", processors=step)
    assert r.fields["shape"] == "geo_point_2d", r.fields


# --- properties of RDF ---------------------------------------------------------------------------------------------

TURTLE = "@prefix : <http://x/> .\n:a :id 7 ; :name \"A\" .\n:b :id 8 ; :name \"B\" .\n"
RDF_XML = ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/"><rdf:Description rdf:about="http://x/a">'
           "<x:id>7</x:id><x:name>A</x:name></rdf:Description></rdf:RDF>")


@pytest.mark.parametrize("name,text", [("a.ttl", TURTLE), ("a.rdf", RDF_XML)])
def test_a_property_of_rdf_that_is_called_id_stays(read, name, text):
    r = read.rows(name, text)
    row = dict(zip(r.fields, r.rows[0]))
    assert row["id"] == "http://x/a" and str(row["id_2"]) == "7" and row["name"] == "A", (r.fields, r.rows)


# --- names and words -----------------------------------------------------------------------------------------------

def test_folders_of_one_name_keep_it(read):
    places = "".join(f"<Folder><name>Sector {i % 2}</name><Placemark><name>p{i}</name><Point><coordinates>2,48</coordinates></Point></Placemark></Folder>"
                     for i in range(6))
    r = read.rows("a.kml", f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{places}</Document></kml>')
    at = list(r.fields).index("folder")
    assert {row[at] for row in r.rows} == {"Sector 0", "Sector 1"}, r.rows


def test_times_without_a_zone_are_told(read):
    r = read.rows("t.csv", "a,at\n1,2024-07-01 08:30:00\n2,2024-07-02 09:30:00\n")
    assert any("no time zone" in n for n in r.notes), r.notes
    assert not any("no time zone" in n for n in read.rows("z.csv", "a,at\n1,2024-07-01T08:30:00Z\n2,2024-07-02T09:30:00Z\n").notes)


def test_subtotals_between_records_are_left_out_and_counted(read):
    r = read.rows("sums.csv", "product;amount\nA;100\nB;200\nSous-total;300\nC;50\nD;70\nSous-total;120\nE;1\nF;2\nTotal;423\n")
    assert [row[0] for row in r.rows] == ["A", "B", "C", "D", "E", "F"], r.rows
    assert any("Rows of totals between the records were left out: 2" in n for n in r.notes), r.notes


def test_a_siret_is_a_code_whatever_its_first_digit(read):
    r = read.rows("firms.csv", "siret;n\n12345678900017;1\n22345678900017;2\n")
    assert r.fields["siret"] == "text" and r.rows[0][0] == "12345678900017"
