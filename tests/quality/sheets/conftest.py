"""Workbooks as a spreadsheet would write them again."""

import io
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from kundenkreis.quality.sheets import bringing, marks, writing
from kundenkreis.quality.sheets.nouns import EDITABLE


def exported(person, noun, records, fields=None, others=()):
    """The bytes of a workbook to edit with these fields, and columns that are only to be read."""
    editable = EDITABLE[noun]
    names = list(fields or editable.fields)
    columns = [(str(editable.fields[name].label), name) for name in names] + [(label, "") for label, _cells in others]
    mark = writing.mark_of(editable, columns, by=person, address="f=", title="List")
    out = io.BytesIO()
    rows = [(record, [cells[place] for _label, cells in others]) for place, record in enumerate(records)]
    writing.write(out, mark, editable, rows, by=person)
    return out.getvalue()


class Book:
    """A workbook held as rows: `cells` of the sheet with the rows, changed at will, and written as another program would."""

    def __init__(self, content: bytes):
        book = python_calamine.load_workbook(io.BytesIO(content))
        self.sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        self.name = next(name for name in self.sheets if name != marks.HIDDEN)

    @property
    def cells(self):
        return self.sheets[self.name]

    def column(self, heading):
        heads = [str(head).casefold() for head in self.cells[0]]
        return heads.index(heading.casefold())

    def put(self, row, heading, value):
        """`row` counts as people do: 2 is the first below the headings."""
        self.cells[row - 1][self.column(heading)] = value

    def drop(self, heading):
        place = self.column(heading)
        for row in self.cells:
            del row[place]

    def bytes(self, hidden=True):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(
            out, {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
        )
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in self.sheets.items():
            if name == marks.HIDDEN and not hidden:
                continue
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value == "" or value is None:
                        continue
                    if hasattr(value, "year"):
                        sheet.write_datetime(line, place, value, day)
                    else:
                        sheet.write(line, place, value)
        book.close()
        return out.getvalue()


@pytest.fixture
def bring(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def work(person, content):
        name = tmp_path / "edited.xlsx"
        Path(name).write_bytes(content.bytes() if isinstance(content, Book) else content)
        return bringing.compare(bringing.start(name, "edited.xlsx", person))

    return work


def cells_of(sheet, kind="change"):
    """{(row, field): (now, new)} of one kind; of problems {(row, field): code}."""
    found = sheet.cells.filter(kind=kind).order_by("row", "pk")
    if kind == "problem":
        return {(cell.row, cell.field): cell.code for cell in found}
    return {(cell.row, cell.field): (cell.now, cell.new) for cell in found}
