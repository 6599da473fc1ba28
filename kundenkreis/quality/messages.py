"""What went wrong or was noticed while reading, in words: where, what, what was kept, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.quality import sentences
from kundenkreis.quality.phrases import spoken

LONGEST_VALUE = 80

# The file as a whole cannot be read; nothing was imported or changed.
FILES = {
    "empty_file": gettext_lazy("The file is empty. Choose a file with a row of column names and rows below it."),
    "nothing_pasted": gettext_lazy(
        "Nothing was pasted. Copy the cells in your spreadsheet, headings included, and paste them here."
    ),
    "empty_sheet": gettext_lazy("The sheet “%(sheet)s” is empty. Choose another one: %(sheets)s."),
    "no_file": gettext_lazy("There is no file at “%(path)s” that can be read."),
    "archive": gettext_lazy("The file is a packed archive (%(kind)s). Unpack it and choose the table inside."),
    "not_a_table": gettext_lazy(
        "The file is not a table: by its content it is %(kind)s, whatever its name says. "
        "Save the data as XLSX or CSV and choose that file."
    ),
    "claims_other": gettext_lazy(
        "The file calls itself “%(suffix)s”, but its content is %(kind)s. Nothing was read. "
        "If it is the table you mean, give it the right ending and choose it again."
    ),
    "binary": gettext_lazy(
        "The file is not text and not a spreadsheet. Save the data as XLSX or CSV and choose that file."
    ),
    "broken_archive": gettext_lazy(
        "The file looks like a workbook or archive, but it is damaged or cut off. Save or copy it again."
    ),
    "broken_workbook": gettext_lazy(
        "The workbook cannot be opened; it seems damaged. Open it in your spreadsheet and save it again as XLSX."
    ),
    "other_workbook": gettext_lazy(
        "Workbooks of the kind %(kind)s are not read. Save it as XLSX and choose that file."
    ),
    "password": gettext_lazy("The workbook is protected with a password. Save it without one and choose it again."),
    "zip_bomb": gettext_lazy(
        "The workbook was not opened: unpacked it would be far larger than a table of this size can be. "
        "If it is real, save the sheet as CSV; CSV files may have any size."
    ),
    "sheet_too_large": gettext_lazy(
        "The sheet reaches to row %(rows)s and column %(columns)s, which is too large to open. "
        "Delete cells far away from the table, or save the sheet as CSV; CSV files may have any size."
    ),
    "too_many_columns": gettext_lazy(
        "The table has %(columns)s columns; at most %(most)s can be read. Keep the columns you need."
    ),
    "line_too_long": gettext_lazy(
        "A single line is longer than %(most)s characters, so this is probably no table. "
        "The rows before it are not affected. Check the file's line ends."
    ),
    "parquet_cut_off": gettext_lazy("The Parquet file is cut off: its end is missing. Copy it again."),
    "broken_parquet": gettext_lazy("The Parquet file cannot be read; it seems damaged. Export it again."),
    "unknown_encoding": gettext_lazy("There is no text encoding “%(encoding)s”. Leave it empty and it will be found."),
    "bad_delimiter": gettext_lazy(
        "“%(delimiter)s” cannot separate columns. Choose one character, such as ; or , or a tab."
    ),
    "no_sheet": gettext_lazy("The workbook has no sheet “%(sheet)s”. It has: %(sheets)s."),
}

# A row that cannot be told apart into cells.
ROWS = {
    "ragged_row": gettext_lazy(
        "The row has %(found)s cells where %(expected)s are expected, so it is not clear which belongs where."
    ),
    "unclosed_quote": gettext_lazy(
        "A quotation mark opens in this row and is never closed properly. Add or remove a quotation mark."
    ),
}

# A cell that cannot be read as what its column is.
CELLS = {
    "missing": gettext_lazy("This must not be empty."),
    "not_a_number": gettext_lazy("“%(value)s” is not a number. Write it like 1234.56 or 1.234,56."),
    "not_whole": gettext_lazy("“%(value)s” is not a whole number."),
    "number_too_large": gettext_lazy("“%(value)s” is too large a number for this field."),
    "not_a_date": gettext_lazy("“%(value)s” is not a date. Write it like 2010-12-31 or 31.12.2010."),
    "no_such_day": gettext_lazy("“%(value)s” is a day or time that does not exist."),
    "other_date_order": gettext_lazy(
        "“%(value)s” has day and month the other way round than this column. Write it like 2010-12-31, or choose the other order."
    ),
    "not_yes_or_no": gettext_lazy("“%(value)s” is neither yes nor no. Write yes, no, 1, 0 or x."),
    "unknown_country": gettext_lazy("“%(value)s” is no country we know. Write its name or its two-letter code."),
    "unknown_currency": gettext_lazy("“%(value)s” is no currency. Write its three-letter code, such as EUR."),
    "unknown_language": gettext_lazy("“%(value)s” is no language we know. Write its name or code, such as de."),
    "not_an_email": gettext_lazy("“%(value)s” is not an e-mail address."),
    "several_emails": gettext_lazy("“%(value)s” holds several e-mail addresses. Keep one of them here."),
    "not_a_phone": gettext_lazy("“%(value)s” is not a telephone number."),
    "too_long": gettext_lazy("The text is longer than %(most)s characters: “%(value)s”"),
}

# Read and kept; good to know.
NOTES = {
    "claims_other_table": gettext_lazy(
        "The file's ending “%(suffix)s” does not fit; by its content it is %(kind)s and was read as such."
    ),
    "rows_above_header": gettext_lazy("Rows above the column names were passed over: %(count)s."),
    "no_header": gettext_lazy("The file has no column names; the columns are numbered."),
    "two_header_rows": gettext_lazy("Two rows of headings were joined: “Group / Name”."),
    "empty_column_names": gettext_lazy("Columns without a name were numbered: %(columns)s."),
    "repeated_column_names": gettext_lazy("Names that occur more than once were numbered: %(names)s."),
    "formulas": gettext_lazy(
        "The sheet has formulas; the results last calculated and saved are used, nothing is calculated here."
    ),
    "several_sheets": gettext_lazy("The workbook has several sheets: %(sheets)s. “%(sheet)s” is read."),
    "other_encoding": gettext_lazy(
        "Lines in another text encoding than the rest of the file were recognised and kept: %(count)s (rows %(rows)s)."
    ),
    "decimal_mark_unclear": gettext_lazy(
        "Numbers like 1,234 can be read in two ways here; “%(mark)s” is taken as the decimal mark. Choose the other one if that is wrong."
    ),
    "date_order_unclear": gettext_lazy(
        "Dates like 03/04/2010 can be read in two ways here; %(order)s is assumed. Choose the other order if that is wrong."
    ),
    "rounded": gettext_lazy("“%(value)s” has more decimals than are kept and was rounded."),
    "scientific": gettext_lazy(
        "“%(value)s” is written with an exponent; digits may have been lost before it came here."
    ),
    "formula": gettext_lazy("“%(value)s” begins like a formula. It was kept as text and is never calculated."),
    "markup": gettext_lazy("“%(value)s” contains HTML. It was kept as text and is never run."),
    "control_characters": gettext_lazy("Invisible control characters were removed from “%(value)s”."),
    "country_unspecified": gettext_lazy("“%(value)s” names no country; the field was left empty."),
    "country_region": gettext_lazy("“%(value)s” is a region, not a country; the field was left empty."),
    "country_collective": gettext_lazy("“%(value)s” stands for several countries; the nearest one was taken."),
}
SENTENCES = {**FILES, **ROWS, **CELLS, **NOTES, **sentences.SENTENCES}

OUTCOMES = {
    "row": gettext_lazy("The row was not imported; it is in the file of rejected rows, to repair and import again."),
    "cell": gettext_lazy("The rest of the row was imported; this field was left as it was."),
}
WORDS = {
    "delimited": gettext_lazy("a table of text"),
    "workbook": gettext_lazy("an Excel workbook"),
    "parquet": gettext_lazy("a Parquet table"),
    "dmy": gettext_lazy("day before month"),
    "mdy": gettext_lazy("month before day"),
}


def explain(
    code: str,
    params: Mapping[str, Any] | None = None,
    *,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    outcome: str | None = None,
) -> str:
    """One or two sentences in the language of the moment for a code of the reader, with the place before them.

    `value` is the cell as it stood in the file, `outcome` "row" (left out) or "cell" (the row went in without it).
    The result is plain text: escape it for HTML.
    """
    shown = {name: _shown(item) for name, item in (params or {}).items()}
    shown["value"] = _short(value if value is not None else shown.get("value", ""))
    sentence = SENTENCES.get(code)
    if sentence is None:
        text = _("This could not be read (%(code)s).") % {"code": code}
    else:
        text = str(sentence) % _Blanks(shown)
    if outcome in OUTCOMES:
        text = f"{text} {OUTCOMES[outcome]}"
    return _place(row, column) + text


class _Blanks(dict):
    """Missing parameters become "?", so that a message never fails."""

    def __missing__(self, name: str) -> str:
        return "?"


def _place(row: int | None, column: str | None) -> str:
    if row is not None and column:
        return _("Row %(row)s, column “%(column)s”: ") % {"row": row, "column": column}
    if row is not None:
        return _("Row %(row)s: ") % {"row": row}
    return _("Column “%(column)s”: ") % {"column": column} if column else ""


def _shown(item: Any) -> str:
    if isinstance(item, list | tuple | set | frozenset):
        return ", ".join(_short(str(spoken(one))) for one in item)
    said = spoken(item)
    return str(WORDS.get(said, said)) if isinstance(said, str) else str(said)


def _short(text: str) -> str:
    """A cell fit to be shown: on one line, control characters visible as blanks, not too long."""
    line = "".join(one if one.isprintable() else " " for one in text)
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"
