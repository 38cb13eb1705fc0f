"""What a file holds arrives as it was written: codes, long numbers, quoted cells, places, names. Files that a stranger brought."""
import pytest


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
