"""Rows as chunks: nothing is shifted, nothing is lost, and every chunk can be the first one."""

import io

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kundenkreis.quality.messages import explain
from kundenkreis.quality.reading import Unreadable, open_source


@pytest.fixture
def source_of(tmp_path):
    def build(content, **choices):
        path = tmp_path / "a.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_source(path, **choices)

    return build


def rows_of(source, size=25_000):
    return [row for chunk in source.chunks(size) for row in chunk.frame.rows()]


def errors_of(source, size=25_000):
    return [error for chunk in source.chunks(size) for error in chunk.row_errors]


def counts_add_up(source, rows, size=3):
    """Rows in = rows out + rows rejected + blank ones, for every chunk and the whole."""
    chunks = list(source.chunks(size))
    assert all(
        chunk.height
        == chunk.frame.height + len(chunk.row_errors) + chunk.blank
        == len(chunk.numbers) + len(chunk.row_errors) + chunk.blank
        for chunk in chunks
    )
    assert sum(chunk.height for chunk in chunks) == rows
    assert [chunk.next_row for chunk in chunks] == [min(rows, size * place) for place in range(1, len(chunks) + 1)]
    return True


def test_a_row_with_too_few_or_too_many_cells_is_reported_and_not_shifted(source_of):
    source = source_of("Nr;Name;Ort\n1;Huber;Wien\n2;Maier\n3;Berger;Graz;8010\n4;Gruber;Linz\n5;Pichler;Wels;\n")
    assert rows_of(source) == [("1", "Huber", "Wien"), ("4", "Gruber", "Linz"), ("5", "Pichler", "Wels")]
    assert next(source.chunks()).numbers.to_list() == [2, 5, 6]
    short, long = errors_of(source)
    assert (short.row, short.code, short.cells) == (3, "ragged_row", ("2", "Maier"))
    assert (long.row, long.text) == (4, "3;Berger;Graz;8010")
    assert explain(long.code, long.params, row=long.row, outcome="row") == (
        "Row 4: The row has 4 cells where 3 are expected, so it is not clear which belongs where. "
        "The row was not imported; it is in the file of rejected rows, to repair and import again."
    )
    assert counts_add_up(source, 5)


def test_a_long_row_with_an_empty_end_does_not_hide_a_short_one(source_of):
    source = source_of("a,b,c\n1,2,3,\n1,2\n4,5,6\n")
    assert rows_of(source) == [("1", "2", "3"), ("4", "5", "6")]
    assert [error.row for error in errors_of(source)] == [3]


def test_blank_rows_are_counted_and_keep_their_numbers(source_of):
    source = source_of("Nr;Name\n\n1;Huber\n;\n  \n2;Maier\n\n")
    (chunk,) = source.chunks()
    assert chunk.numbers.to_list() == [3, 6]
    assert chunk.blank == 4
    assert counts_add_up(source, 6)


def test_cells_with_line_ends_delimiters_and_quotes(source_of):
    source = source_of('Nr;Name;Ort\r\n1;"Huber\r\n""& Söhne"";\r\nKG";Wien\r\n"2";"";"Graz"\r\n')
    assert rows_of(source) == [("1", 'Huber\n"& Söhne";\nKG', "Wien"), ("2", "", "Graz")]
    assert counts_add_up(source, 2, size=1)


def test_an_inch_sign_does_not_swallow_the_rows_below(source_of):
    lines = "".join(f'{number};Rohr 12" lang;{number}\n' for number in range(1, 8))
    source = source_of("Nr;Text;Menge\n" + lines)
    assert rows_of(source)[0] == ("1", 'Rohr 12" lang', "1")
    assert counts_add_up(source, 7)


def test_a_quote_that_never_closes_costs_one_row(source_of):
    source = source_of('Nr;Text;Menge\n1;"offen;1\n2;gut;2\n3;"auch gut";3\n4;gut;4\n')
    assert [row[0] for row in rows_of(source)] == ["2", "3", "4"]
    (error,) = errors_of(source)
    assert (error.row, error.code, error.text) == (2, "unclosed_quote", '1;"offen;1')
    assert counts_add_up(source, 4)


def test_a_quote_opened_twice_does_not_join_two_rows(source_of):
    source = source_of('Nr;Text\n1;"offen\n2;"noch eins\n3;gut\n')
    assert rows_of(source) == [("3", "gut")]
    assert [error.row for error in errors_of(source)] == [2, 3]


def test_quotes_protected_by_a_backslash(source_of):
    source = source_of('Nr;Text;Ort\n1;"Rohr 12\\" lang; neu";Wien\n2;"b";Graz\n')
    assert rows_of(source) == [("1", 'Rohr 12" lang; neu', "Wien"), ("2", "b", "Graz")]


def test_blanks_between_delimiter_and_quote(source_of):
    source = source_of('Nr, Text, Ort\n1, "a, b", Wien\n2, "c", Graz\n')
    assert rows_of(source) == [("1", "a, b", "Wien"), ("2", "c", "Graz")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_encodings_are_found(source_of, encoding):
    text = "Nr;Name\n" + "".join(f"{number};Müßig Söhne {number}\n" for number in range(1, 9))
    source = source_of(text.encode(encoding))
    assert source.columns == ("Nr", "Name")
    assert rows_of(source, size=3) == [(str(number), f"Müßig Söhne {number}") for number in range(1, 9)]
    second = list(source.chunks(3))[1]
    onward = list(source.chunks(3, start_row=second.next_row, offset=second.next_offset))
    assert [row for chunk in onward for row in chunk.frame.rows()] == rows_of(source)[6:]


def test_an_encoding_may_be_chosen(source_of):
    assert rows_of(source_of("Nr;Name\n1;Łódź\n".encode("iso-8859-2"), encoding="iso-8859-2")) == [("1", "Łódź")]
    assert rows_of(source_of("Nr;Name\n1;東京\n2;大阪\n".encode("shift_jis"), encoding="shift_jis"), size=1)[1] == (
        "2",
        "大阪",
    )


def test_lines_in_mixed_encodings_are_all_read_and_reported(source_of):
    content = (
        "Nr;Name\n1;Müller\n".encode()
        + "2;Gräf\n".encode("cp1252")
        + "3;Jörg\n4;Eva\n".encode()
        + "5;ß\n".encode("cp1252")
    )
    source = source_of(content)
    assert [row[1] for row in rows_of(source)] == ["Müller", "Gräf", "Jörg", "Eva", "ß"]
    (note,) = next(source.chunks()).notes
    assert (note.code, dict(note.params)) == ("other_encoding", {"count": 2, "rows": [3, 6]})
    assert "rows 3, 6" in explain(note.code, note.params)
    assert counts_add_up(source, 5)


def test_utf_8_lines_in_a_windows_file_are_reported_too(source_of):
    content = b"Nr;Name\n1;M\xfcller\n" + b"2;Eva\n" * 50_000 + "3;Jörg\n".encode()
    source = source_of(content)
    assert rows_of(source)[-1] == ("3", "Jörg")
    assert [dict(note.params)["rows"] for chunk in source.chunks() for note in chunk.notes] == [[50_003]]


def test_bytes_that_no_encoding_has_are_kept(source_of):
    source = source_of(b"Nr;Name\n1;a\x81b\xfc\n")
    assert rows_of(source) == [("1", "a\x81bü")]


def test_line_ends_of_old_macs(source_of):
    assert rows_of(source_of("Nr;Name\r1;Huber\r2;Maier\r"), size=1) == [("1", "Huber"), ("2", "Maier")]


def test_leading_zeros_formulas_and_html_stay_text(source_of):
    source = source_of("Nr;PLZ;Name\n001;01010;=cmd|' /C calc'!A0\n002;08010;<script>alert(1)</script>\n")
    assert rows_of(source) == [
        ("001", "01010", "=cmd|' /C calc'!A0"),
        ("002", "08010", "<script>alert(1)</script>"),
    ]


def test_an_endless_line_is_refused_and_the_rows_before_it_are_read(source_of):
    with pytest.raises(Unreadable) as caught:
        source_of(b"Nr;Name\n1;Huber\n" + b"x" * 18_000_000)
    assert caught.value.code == "line_too_long"
    chunks = source_of(b"Nr;Name\n" + b"1;Huber\n" * 200 + b"x" * 18_000_000).chunks(100)
    assert [next(chunks).height, next(chunks).height] == [100, 100]
    with pytest.raises(Unreadable):
        next(chunks)


def test_a_very_long_cell_is_read(source_of):
    source = source_of('Nr;Text\n1;"' + "a;b" * 100_000 + '"\n2;"kurz" \n')
    assert len(rows_of(source)[0][1]) == 300_000


@pytest.mark.parametrize("start", range(9))
def test_reading_goes_on_at_any_row(source_of, start):
    text = "Nr;Name\n" + "".join(f'{n};"Zeile\n{n}"\n' if n % 2 else f'{n};Rohr 1" {n}\n' for n in range(8))
    source = source_of(text)
    every = [(number, row) for c in source.chunks() for number, row in zip(c.numbers, c.frame.rows(), strict=True)]
    late = [
        (number, row)
        for c in source.chunks(2, start_row=start)
        for number, row in zip(c.numbers, c.frame.rows(), strict=True)
    ]
    assert late == [(number, row) for number, row in every if number >= start + 2]


def test_every_chunk_can_be_the_first_after_a_kill(source_of):
    rng = range(1, 2_001)
    text = "Nr;Name;Text\n" + "".join(f'{n};Huber {n};"{"x" * (n % 7)}{chr(10) if n % 3 == 0 else ""}"\n' for n in rng)
    source = source_of(text)
    chunks = list(source.chunks(300))
    for chunk in chunks:
        onward = source.chunks(300, start_row=chunk.next_row, offset=chunk.next_offset)
        rest = [row for later in onward for row in later.frame.rows()]
        assert rest == [row for later in chunks if later.first_row > chunk.first_row for row in later.frame.rows()]
    assert source.progress(chunks[-1]) == 1.0


def test_a_workbook_and_a_parquet_file_go_on_at_any_row(tmp_path):
    rows = [(f"{number}", f"Name {number}") for number in range(1, 51)]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    for place, row in enumerate([("Nr", "Name"), *rows]):
        page.write_row(place, 0, row)
    book.close()
    (tmp_path / "a.xlsx").write_bytes(target.getvalue())
    pl.DataFrame(rows, schema=["Nr", "Name"], orient="row").write_parquet(tmp_path / "a.parquet")
    for name, first in (("a.xlsx", 2), ("a.parquet", 1)):
        source = open_source(tmp_path / name)
        assert source.rows == 50
        assert rows_of(source, size=7) == rows
        late = list(source.chunks(7, start_row=21))
        assert late[0].first_row == first + 21
        assert [row for chunk in late for row in chunk.frame.rows()] == rows[21:]
        assert counts_add_up(source, 50, size=7)


def test_blank_rows_of_a_workbook_keep_the_row_numbers_on_the_screen(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    page.write_row(3, 2, ["Nr", "Name"])
    page.write_row(4, 2, [1, "Huber"])
    page.write_row(7, 2, [2, "Maier"])
    book.close()
    (tmp_path / "a.xlsx").write_bytes(target.getvalue())
    source = open_source(tmp_path / "a.xlsx")
    (chunk,) = source.chunks()
    assert chunk.numbers.to_list() == [5, 8]
    assert chunk.blank == 2


cell = st.text(st.sampled_from('aä€ ";,\n1'), max_size=6).map(lambda text: text.replace("\r", ""))


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=12), size=st.integers(1, 5))
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory, rows, size):
    import csv

    path = tmp_path_factory.mktemp("x") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([("Nr", "Name", "Ort"), *rows])
    source = open_source(path, delimiter=";", header_at=1, header_rows=1)
    full = [row for row in rows if any(one.strip() for one in row)]
    assert rows_of(source, size) == full
    assert sum(chunk.height for chunk in source.chunks(size)) == len(rows)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.sampled_from('ab;";"\n\r'), max_size=80), size=st.integers(1, 4))
def test_whatever_the_text_is_every_character_of_it_is_accounted_for(tmp_path_factory, text, size):
    path = tmp_path_factory.mktemp("x") / "a.csv"
    path.write_bytes(b"Nr;Name\n" + text.encode())
    source = open_source(path, delimiter=";", header_at=1, header_rows=1)
    chunks = list(source.chunks(size))
    letters = sum(text.count(letter) for letter in "ab")
    read = "".join(cell for chunk in chunks for row in chunk.frame.rows() for cell in row)
    read += "".join(error.text for chunk in chunks for error in chunk.row_errors)
    assert sum(read.count(letter) for letter in "ab") == letters
    assert chunks == [] or chunks[-1].next_offset == path.stat().st_size
    whole = [row for chunk in source.chunks() for row in chunk.frame.rows()]
    assert [row for chunk in chunks for row in chunk.frame.rows()] == whole


def test_long_rows_and_many_columns_make_smaller_chunks(source_of, monkeypatch):
    from kundenkreis.quality.reading import feed, source

    monkeypatch.setattr(feed, "MOST_WINDOW", 20_000)
    monkeypatch.setattr(feed, "LEAST_READ", 4_000)
    for text in ("x" * 900, '"' + "x;\n" * 300 + '"', 'Rohr 12" ' + "x" * 900, '"offen ' + "x" * 900):
        data = "Nr;Text\n" + "".join(f"{number};{text}\n" for number in range(100))
        wide = source_of(data)
        chunks = list(wide.chunks(1_000))
        assert len(chunks) > 1
        assert sum(chunk.height for chunk in chunks) == 100
        assert [chunk.next_row for chunk in chunks][-1] == 100
        assert sum(len(chunk.row_errors) for chunk in chunks) == (100 if text.startswith('"offen') else 0)
    monkeypatch.setattr(source, "CHUNK_CELLS", 3_000)
    assert next(source_of("a;b;c\n" + "1;2;3\n" * 2_000).chunks()).height == 1_000
