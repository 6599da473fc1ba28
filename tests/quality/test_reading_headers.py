"""Where the names of the columns stand, and what separates them."""

import pytest

from kundenkreis.quality.reading import Unreadable, from_pasted, open_source


def source_of(tmp_path, text, **choices):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    return open_source(path, **choices)


def rows_of(source):
    return [row for chunk in source.chunks() for row in chunk.frame.rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^", "~", "\x1f", "¦", "§", "#", "!"])
def test_any_single_delimiter_is_found(tmp_path, delimiter):
    text = "".join(
        delimiter.join(row) + "\n" for row in [("Nr", "Name", "Ort"), ("1", "Huber", "Wien"), ("2", "M ö", "Graz")]
    )
    source = source_of(tmp_path, text)
    assert source.delimiter == delimiter
    assert rows_of(source) == [("1", "Huber", "Wien"), ("2", "M ö", "Graz")]


def test_decimal_commas_are_not_taken_for_delimiters(tmp_path):
    source = source_of(tmp_path, "Name;Preis;Rabatt\nA;1,5;2,5\nB;3,25;0,5\n")
    assert source.delimiter == ";"
    assert rows_of(source)[0] == ("A", "1,5", "2,5")


def test_the_line_with_which_excel_names_its_delimiter_is_no_row(tmp_path):
    source = source_of(tmp_path, "sep=|\nNr|Name\n1|a;b;c\n2|d;e;f\n")
    assert source.columns == ("Nr", "Name")
    assert source.first_data_row == 3
    assert rows_of(source) == [("1", "a;b;c"), ("2", "d;e;f")]


def test_two_header_rows_are_joined(tmp_path):
    source = source_of(
        tmp_path,
        "Kunde;;;Adresse;;\nNr;Name;UID;Straße;PLZ;Ort\n1;Huber;ATU1;Ring 1;1010;Wien\n2;Maier;ATU2;Weg 2;8010;Graz\n",
    )
    assert source.header_rows == 2
    assert source.columns[0] == "Kunde / Nr"
    assert source.columns[3:] == ("Adresse / Straße", "Adresse / PLZ", "Adresse / Ort")
    assert [next(source.chunks()).first_row, len(rows_of(source))] == [3, 2]


def test_two_header_rows_below_a_title_with_single_names_above(tmp_path):
    source = source_of(
        tmp_path,
        "Umsätze der Filialen;;;;\n;;;;\nNr;Name;Umsatz;;Rabatt\n;;2009;2010;\n1;Huber;100;200;5\n2;Maier;300;400;6\n",
    )
    assert source.columns == ("Nr", "Name", "Umsatz / 2009", "Umsatz / 2010", "Rabatt")
    assert source.first_data_row == 5
    assert {note.code for note in source.notes} == {"two_header_rows", "rows_above_header"}


def test_a_header_with_a_gap_over_rows_of_words_is_one_row(tmp_path):
    source = source_of(tmp_path, "Name;;Ort\nHuber;GmbH;Wien\nMaier;KG;Graz\n")
    assert source.columns == ("Name", "Column 2", "Ort")
    assert len(rows_of(source)) == 2


def test_title_lines_above_the_header_are_passed_over(tmp_path):
    source = source_of(tmp_path, "Kundenliste\nStand 1.12.2010\n\nNr;Name;Ort\n1;Huber;Wien\n2;Maier;Graz\n")
    assert source.columns == ("Nr", "Name", "Ort")
    assert source.first_data_row == 5
    assert next(source.chunks()).numbers.to_list() == [5, 6]


def test_repeated_and_empty_names_become_unique(tmp_path):
    source = source_of(tmp_path, "Name,Name,,Name (2),Name\na,b,c,d,e\n")
    assert source.columns == ("Name", "Name (2)", "Column 3", "Name (2) (2)", "Name (3)")
    assert {note.code for note in source.notes} == {"repeated_column_names", "empty_column_names"}


def test_a_file_without_names_gets_numbered_columns_and_keeps_its_first_row(tmp_path):
    source = source_of(tmp_path, "1001;Huber;1010\n1002;Maier;8010\n")
    assert source.columns == ("Column 1", "Column 2", "Column 3")
    assert len(rows_of(source)) == 2


def test_years_and_months_may_be_names_of_columns(tmp_path):
    assert source_of(tmp_path, "Kunde;2009;2010\nA;5;6\nB;7;8\n").columns == ("Kunde", "2009", "2010")
    assert source_of(tmp_path, "Kunde;1;2;3;4\nA;5;6;7;8\nB;7;8;1;2\n").header_rows == 1


def test_two_hundred_columns_are_read(tmp_path):
    names = [f"Spalte {number}" for number in range(200)]
    source = source_of(tmp_path, ";".join(names) + "\n" + ";".join("x" * 200) + "\n")
    assert source.columns == tuple(names)
    assert rows_of(source) == [tuple("x" * 200)]


def test_thousands_of_columns_are_refused(tmp_path):
    with pytest.raises(Unreadable) as caught:
        source_of(tmp_path, ";".join(f"c{number}" for number in range(2_001)) + "\n")
    assert caught.value.code == "too_many_columns"


def test_a_person_may_choose_the_header_and_the_delimiter(tmp_path):
    text = "a;b\nc;d\ne;f\n"
    assert source_of(tmp_path, text, header_rows=0).columns == ("Column 1", "Column 2")
    assert source_of(tmp_path, text, header_at=2).columns == ("c", "d")
    assert source_of(tmp_path, text, header_at=1, header_rows=2).columns == ("a / c", "b / d")
    assert source_of(tmp_path, text, delimiter=",").columns == ("a;b",)


def test_pasted_cells_with_two_header_rows():
    source = from_pasted("Kunde\t\tUmsatz\nNr\tName\tEUR\n1\tHuber\t5\n2\tMaier\t6\n")
    assert source.columns == ("Kunde / Nr", "Kunde / Name", "Umsatz / EUR")
