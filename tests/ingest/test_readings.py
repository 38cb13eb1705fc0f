"""Readings that must be told to whoever publishes: words for nothing, years of two figures, codes that look like numbers."""
import pytest


def test_words_for_nothing_are_counted(read):
    r = read.rows("a.csv", "name;price;height\nn/c;1;2\nx;n.d.;3\ny;-;n/c\nz;4;NA\n")
    assert r.fields == {"name": "text", "price": "int", "height": "int"} and r.result["rejects"] == 0
    assert "Words that stand for nothing, such as “n.d.”, were left empty (“price”: 2, “height”: 2)." in r.notes
    assert r.rows[0][0] == "n/c"
    r = read.rows("a.csv", "price\n1\n2\n")
    assert not any("stand for nothing" in n for n in r.notes)


def test_words_for_nothing_in_a_chosen_type_are_counted(read):
    r = read.rows("a.csv", "price\n1\nn/c\n", parts="yes", fields='[{"type":"type","field":"price","type_param":"double"}]')
    assert any("“price”: 1" in n for n in r.notes) and r.result["rejects"] == 0


@pytest.mark.parametrize("cells,kind,values", [
    (["13/04/24", "3/4/69", "05/06/68"], "date", ["2024-04-13", "1969-04-03", "2068-06-05"]),
    (["04/13/24", "3/4/99"], "date", ["2024-04-13", "1999-03-04"]),
    (["03.04.24", "31.12.00"], "date", ["2024-04-03", "2000-12-31"]),
    (["13/04/24 10:30", "14/04/24 11:00"], "datetime", None),
    (["13/04/24", "14/04/2024"], "date", ["2024-04-13", "2024-04-14"]),
    (["1.2.10", "2.3.11"], "text", None), (["03-04-24", "13-04-24"], "text", None), (["13/04/2", "14/04/3"], "text", None), (["13/04/240", "14/04/241"], "text", None)])
def test_years_of_two_figures(read, cells, kind, values):
    r = read.rows("a.csv", "d;x\n" + "".join(f"{c};y\n" for c in cells))
    assert r.fields["d"] == kind
    assert any("have two figures: 00 to 68" in n and f"“{cells[0]}”" in n for n in r.notes) == (kind != "text"), r.notes
    if values:
        assert [row[0] for row in r.rows] == values


def test_years_of_two_figures_that_leave_the_order_open(read):
    r = read.rows("a.csv", "d;x\n03/04/24;y\n05/06/24;y\n")
    assert r.fields["d"] == "text" and any("can be read day/month/year or month/day/year" in n for n in r.notes)
    r = read.rows("a.csv", "d;e\n03/04/24;13/01/2024\n05/06/24;14/01/2024\n")
    assert r.fields["d"] == "date" and r.rows[0][0] == "2024-04-03"


def test_thousands_with_a_comma_beside_decimals_with_a_point(read):
    r = read.rows("a.csv", 'v\n"2,000"\n1.5\n"12,345.25"\n7\n')
    assert r.fields["v"] == "double" and [row[0] for row in r.rows] == [2000.0, 1.5, 12345.25, 7.0]


@pytest.mark.parametrize("heading", ["Téléphone", "phone", "id", "code_insee_iris", "EAN", "N° FINESS", "parcelle_id", "ISBN", "Code UAI"])
def test_figures_of_codes_stay_text(read, heading):
    r = read.rows("a.csv", f"x;{heading}\na;612345678\nb;712345678\n")
    name = list(r.fields)[1]
    assert r.fields[name] == "text" and r.rows[0][1] == "612345678"
    assert any("has 9 figures" in n and "Schema" in n for n in r.notes)


@pytest.mark.parametrize("heading,cells", [
    ("population", ["612345678", "712345678"]), ("montant", ["612345678", "712345678"]), ("id", ["1", "22", "333"]), ("id", ["612345678", "1712345678"]),
    ("code", ["12345", "23456"]), ("identity_count", ["612345678", "712345678"]), ("id", ["-61234567", "712345678"]), ("id", ["612345678"])])
def test_what_is_counted_or_measured_stays_a_number(read, heading, cells):
    r = read.rows("a.csv", f"x;{heading}\n" + "".join(f"a;{c}\n" for c in cells))
    assert list(r.fields.values())[1] == "int" and r.rows[0][1] == int(cells[0])


def test_numbers_of_a_file_with_types_stay_numbers(read):
    r = read.rows("a.json", '[{"id":612345678},{"id":712345678}]')
    assert r.fields["id"] == "int"


@pytest.mark.parametrize("text,told", [("5", "a single value"), ('"abc"', "a single value"), (" true\n", "a single value"), ("null", "a single value"), ("-1.5", "a single value"),
                                       ("hello", "begins with “h”"), ('"abc', "cut short"), ("[1,", "cut short"), ("{", "cut short")])
def test_json_without_a_record_says_so(read, text, told):
    r = read.rows("a.json", text)
    assert r.error and told in r.error, r.result
