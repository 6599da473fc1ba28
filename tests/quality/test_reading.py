"""What a file really is: tables are opened by their content, everything else is refused in words."""

import io
import zipfile

import pytest
import xlsxwriter

from kundenkreis.quality.messages import FILES, explain
from kundenkreis.quality.reading import Limits, Unreadable, from_pasted, open_source

ROWS = b"Nr;Name;Ort\n1;Huber;Wien\n2;Maier;Graz\n"


def opened(tmp_path, content, name="upload.csv", **choices):
    path = tmp_path / "stored"
    path.write_bytes(content)
    return open_source(path, name, **choices)


def refusal(tmp_path, content, name="upload.csv", **choices):
    with pytest.raises(Unreadable) as caught:
        opened(tmp_path, content, name, **choices)
    assert caught.value.code in FILES, "every refusal has a sentence"
    sentence = explain(caught.value.code, caught.value.params)
    assert "?" not in sentence
    assert "%(" not in sentence
    return caught.value.code, sentence


def workbook(rows, sheet="Kunden"):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def zipped(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return target.getvalue()


@pytest.mark.parametrize("content", [b"", b"   \n\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n\n", b";;\n;;\n"])
def test_an_empty_file_is_refused_in_words(tmp_path, content):
    code, sentence = refusal(tmp_path, content)
    assert code == "empty_file"
    assert "empty" in sentence


def test_a_file_with_a_header_only_has_columns_and_no_rows(tmp_path):
    source = opened(tmp_path, b"Nr;Name;Ort\n")
    assert source.columns == ("Nr", "Name", "Ort")
    assert list(source.chunks()) == []
    assert source.sample().height == 0


def test_a_pdf_that_claims_to_be_a_csv_is_refused(tmp_path):
    code, sentence = refusal(tmp_path, b"%PDF-1.7\n1 0 obj\n", "kunden.csv")
    assert code == "not_a_table"
    assert "PDF" in sentence


def test_an_upload_that_claims_to_be_a_pdf_is_refused(tmp_path):
    code, sentence = refusal(tmp_path, ROWS, "angebot.pdf")
    assert code == "claims_other"
    assert ".pdf" in sentence
    assert "a table of text" in sentence


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html><table><tr><td>1", "HTML"),
        (b"\xef\xbb\xbf<html><body>", "HTML"),
        (b"<?xml version='1.0'?><Workbook>", "XML"),
        (b'[{"a": 1}]', "JSON"),
        (b"\x89PNG\r\n\x1a\n0000", "PNG"),
        (b"{\\rtf1 hello", "RTF"),
    ],
)
def test_other_kinds_of_file_are_named(tmp_path, content, kind):
    code, sentence = refusal(tmp_path, content)
    assert code == "not_a_table"
    assert kind in sentence


def test_a_program_is_no_table(tmp_path):
    assert refusal(tmp_path, bytes(range(256)) * 20)[0] == "binary"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    assert refusal(tmp_path, zipped(kunden_csv=ROWS), "kunden.xlsx")[0] == "archive"
    assert refusal(tmp_path, zipped(word__document_xml="<w/>"), "kunden.xlsx") == (
        "not_a_table",
        explain("not_a_table", {"kind": "Word"}),
    )


def test_a_damaged_workbook_is_refused(tmp_path):
    whole = workbook([["Nr", "Name"], [1, "Huber"]])
    assert refusal(tmp_path, whole[: len(whole) // 2], "kunden.xlsx")[0] == "broken_archive"
    assert refusal(tmp_path, zipped(xl__workbook_xml="not xml"), "kunden.xlsx")[0] == "broken_workbook"


def test_a_damaged_parquet_file_is_refused(tmp_path):
    assert refusal(tmp_path, b"PAR1 cut off", "a.parquet")[0] == "parquet_cut_off"
    assert refusal(tmp_path, b"PAR1 nothing in it PAR1", "a.parquet")[0] == "broken_parquet"


def test_a_table_under_another_tables_name_is_read_with_a_note(tmp_path):
    source = opened(tmp_path, ROWS, "kunden.xlsx")
    assert [note.code for note in source.notes] == ["claims_other_table"]
    assert next(source.chunks()).frame.height == 2


def test_a_zip_bomb_as_xlsx_is_refused_before_it_is_unpacked(tmp_path):
    bomb = zipped(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=b" " * 70_000_000)
    assert len(bomb) < 200_000
    code, sentence = refusal(tmp_path, bomb, "kunden.xlsx")
    assert code == "zip_bomb"
    assert "CSV" in sentence


def test_a_zip_bomb_that_lies_about_its_size_is_measured(tmp_path):
    bomb = bytearray(zipped(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=b" " * 3_000_000))
    true, small = (3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert bomb.count(true) >= 2
    bomb = bytes(bomb).replace(true, small)
    code, _ = refusal(tmp_path, bomb, "kunden.xlsx", limits=Limits(unpacked=1_000_000))
    assert code == "zip_bomb"


def test_a_zip_with_too_many_parts_is_refused(tmp_path):
    parts = {f"part{number}_xml": "x" for number in range(50)}
    bomb = zipped(xl__workbook_xml="<workbook/>", **parts)
    assert refusal(tmp_path, bomb, "kunden.xlsx", limits=Limits(entries=20))[0] == "zip_bomb"


def test_a_sheet_with_one_cell_far_out_is_refused_instead_of_filling_the_memory(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    page.write(0, 0, "Nr")
    page.write(1_048_575, 16_383, "x")
    book.close()
    code, sentence = refusal(tmp_path, target.getvalue(), "kunden.xlsx")
    assert code == "sheet_too_large"
    assert "1048576" in sentence


def test_a_workbook_with_a_password_is_refused(tmp_path):
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(tmp_path, locked, "kunden.xlsx")[0] == "password"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Unreadable) as caught:
            open_source(path)
        assert caught.value.code == "no_file"


def test_an_unknown_encoding_sheet_or_delimiter_is_refused(tmp_path):
    assert refusal(tmp_path, ROWS, encoding="klingon")[0] == "unknown_encoding"
    assert refusal(tmp_path, ROWS, delimiter=";;")[0] == "bad_delimiter"
    assert refusal(tmp_path, workbook([["a"], [1]]), "a.xlsx", sheet="Nein")[0] == "no_sheet"


def test_nothing_pasted_is_refused():
    with pytest.raises(Unreadable) as caught:
        from_pasted(" \n ")
    assert caught.value.code == "nothing_pasted"


def test_cells_pasted_from_a_spreadsheet_keep_line_ends_and_quotes():
    source = from_pasted('Nr\tName\n1\t"Huber\n""& Sohn"""\n2\tMaier, Graz\n')
    assert source.delimiter == "\t"
    assert next(source.chunks()).frame.rows() == [("1", 'Huber\n"& Sohn"'), ("2", "Maier, Graz")]


def test_numbers_of_a_workbook_become_the_text_a_person_would_type(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    page.write_row(0, 0, ["Kunde", "PLZ", "Preis", "Anteil", "Datum", "Ja"])
    page.write_row(1, 0, [13085, "01010", 0.1 + 0.2, 1.234])
    page.write_datetime(1, 4, __import__("datetime").datetime(2010, 12, 31), day)
    page.write_boolean(1, 5, True)
    book.close()
    source = opened(tmp_path, target.getvalue(), "a.xlsx")
    assert next(source.chunks()).frame.rows() == [("13085", "01010", "0.3", "1.2340", "2010-12-31", "true")]


def test_formulas_of_a_workbook_are_not_evaluated(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    page.write_row(0, 0, ["Name", "Summe"])
    page.write_string(1, 0, "=cmd|' /C calc'!A0")
    page.write_formula(1, 1, "=1+1", None, 2)
    book.close()
    source = opened(tmp_path, target.getvalue(), "a.xlsx")
    assert "formulas" in [note.code for note in source.notes]
    assert next(source.chunks()).frame.rows() == [("=cmd|' /C calc'!A0", "2")]


def test_the_first_sheet_with_cells_is_read_and_the_others_are_named(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet("Deckblatt")
    book.add_worksheet("Kunden").write_column(0, 0, ["Nr", 1, 2])
    book.add_worksheet("Preise").write_column(0, 0, ["Preis", 5])
    book.close()
    path = tmp_path / "a.xlsx"
    path.write_bytes(target.getvalue())
    source = open_source(path)
    assert (source.sheet, source.sheets) == ("Kunden", ("Deckblatt", "Kunden", "Preise"))
    assert open_source(path, sheet="Preise").columns == ("Preis",)


def test_typed_columns_of_a_parquet_file_become_clean_text(tmp_path):
    import datetime as dt
    from decimal import Decimal

    import polars as pl

    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "Customer ID": [13085.0, None],
            "Price": [1.234, 6.95],
            "When": [dt.datetime(2010, 12, 31, 8), dt.datetime(2011, 1, 1)],
            "Day": [dt.date(2010, 12, 31), None],
            "Net": [Decimal("5.000"), Decimal("1.230")],
            "Open": [True, None],
            "Tags": [["a", "b"], []],
            "Big": [1e20, 1e-7],
        }
    ).write_parquet(path)
    source = open_source(path)
    assert source.rows == 2
    assert next(source.chunks()).frame.rows() == [
        ("13085", "1.2340", "2010-12-31T08:00:00", "2010-12-31", "5", "true", "['a', 'b']", "100000000000000000000"),
        ("", "6.95", "2011-01-01", "", "1.2300", "", "[]", "0.0000001"),
    ]


def test_a_changed_file_has_another_fingerprint(tmp_path):
    before = opened(tmp_path, ROWS).fingerprint
    assert opened(tmp_path, ROWS).fingerprint == before
    assert opened(tmp_path, ROWS.replace(b"Maier", b"Mayer")).fingerprint != before


def test_html_in_a_cell_makes_no_web_page_of_a_table(tmp_path):
    source = opened(tmp_path, b"Nr;Text\n1;<html><script>alert(1)</script>\n")
    assert next(source.chunks()).frame.rows() == [("1", "<html><script>alert(1)</script>")]
