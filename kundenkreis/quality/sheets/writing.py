"""The workbook that goes out: one sheet with the list's columns and a key for each row, and a hidden one that says what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.quality.sheets import marks
from kundenkreis.quality.sheets.columns import held
from kundenkreis.quality.sheets.marks import Mark
from kundenkreis.quality.sheets.nouns import Editable
from kundenkreis.quality.sheets.written import Written, plain_text
from kundenkreis.staff.models import User

MOST = 100_000  # rows that one workbook takes
_AT_ONCE = 500  # records of which is read at once what they lead to
_WIDE = {"name": 32, "email": 28, "description": 40}


def mark_of(
    editable: Editable,
    columns: Sequence[tuple[str, str]],
    *,
    by: User,
    address: str,
    title: str,
    now: dt.datetime | None = None,
) -> Mark:
    """What the workbook says of itself. `columns` are (label, field or ""); a label that comes twice is numbered."""
    headings: list[tuple[str, str]] = []
    taken = {(key := _("Key (do not change)")).casefold()}
    for label, name in columns:
        first = heading = capfirst(" ".join(plain_text(label).split()))
        number = 1
        while heading.casefold() in taken:
            number += 1
            heading = f"{first} {number}"
        taken.add(heading.casefold())
        headings.append((heading, name))
    made = (now or timezone.now()).isoformat(timespec="seconds")
    sheet = "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "List"
    return Mark(
        editable.plural, get_random_string(16), House.known().name, address[:2000], made, by.get_full_name(), sheet, key,
        tuple(headings),
    )  # fmt: skip


def write(
    out: IO[bytes], mark: Mark, editable: Editable, rows: Iterable[tuple[Any, Sequence[Any]]], *, by: User
) -> int:
    """The workbook into `out`; returns how many rows. `rows` are (record, its cells that are only to be read, in their order)."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    formats = {
        "head": book.add_format({"bold": True}),
        "grey": book.add_format({"font_color": "#666666", "italic": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
    }
    sheet = book.add_worksheet(mark.sheet)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 20, formats["grey"])
    sheet.write_string(0, 0, mark.key_heading, formats["grey"])
    for place, (heading, name) in enumerate(mark.columns, start=1):
        sheet.set_column(place, place, _WIDE.get(name, 18))
        sheet.write_string(0, place, heading, formats["head" if name else "grey"])
    count = 0
    for line, cells in enumerate(_lines(mark, editable, rows, by), start=1):
        for place, cell in enumerate(cells):
            is_read_only = place == 0 or not mark.columns[place - 1][1]
            _put(sheet, line, place, cell, formats, formats["grey"] if is_read_only else formats["text"])
        count = line
    hidden = book.add_worksheet(marks.HIDDEN)
    for line, said in enumerate(mark.rows()):
        for place, text in enumerate(said):
            hidden.write_string(line, place, text)
    hidden.hide()
    book.close()
    return count


def _lines(mark: Mark, editable: Editable, rows: Iterable[tuple[Any, Sequence[Any]]], by: User) -> Iterator[list[Any]]:
    written, waiting = Written(editable, by), iter(rows)
    names = [name for _heading, name in mark.columns if name]
    while some := list(islice(waiting, _AT_ONCE)):
        written.know(names, [record for record, _others in some])
        for record, others in some:
            rest = iter(others)
            cells = [written.cell(name, held(record, name)) if name else next(rest) for _heading, name in mark.columns]
            yield [marks.key(mark.token, mark.noun, record.pk, record.version), *cells]


def _put(sheet: Any, line: int, place: int, value: Any, formats: dict[str, Any], style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, place, _("yes") if value else _("no"), style)
    elif isinstance(value, dt.datetime):
        naive = timezone.make_naive(value) if timezone.is_aware(value) else value
        sheet.write_datetime(line, place, naive, formats["day"])
    elif isinstance(value, dt.date) and value.year < 1901:
        sheet.write_string(
            line, place, value.isoformat(), style
        )  # a spreadsheet knows no days before its own beginning
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, place, dt.datetime.combine(value, dt.time()), formats["day"])
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, place, float(value))
    else:
        sheet.write_string(line, place, str(value)[:32_000], style)
