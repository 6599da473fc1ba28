"""The rows that were not stored, as a file to repair and import again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.quality.chunk_parts import SURPLUS
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportProblem, ImportRun

# A spreadsheet takes a cell that begins like this for a formula (OWASP, CSV injection).
# The name of the added column, the same in every language, so that a repaired file is recognised.
PROBLEM = "Problem"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def sentence(problem: ImportProblem, *, with_row: bool = True) -> str:
    """One problem in words, with its row and the column's name in the file."""
    column = problem.run.mapping.get(problem.field, "") if problem.field else ""
    return explain(
        problem.code, problem.params, row=problem.row if with_row and problem.row else None, column=column or None
    )


def problems_file(run: ImportRun) -> tuple[str, Iterator[bytes]]:
    """Name and pieces of a CSV file: the original columns of every rejected row, what was wrong with it, and
    behind that the cells that fitted into no column.

    It imports as it is, with the same mapping: the added columns go nowhere, and a row with a cell left behind
    them is rejected again. Numbers keep their minus; other cells that a spreadsheet would take for a formula get an apostrophe.
    """
    return f"{PurePath(run.file_name).stem}-{_('rejected')}.csv", _pieces(run)


def _pieces(run: ImportRun) -> Iterator[bytes]:
    columns, surplus = _columns(run), _most_surplus(run)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*map(safe, columns), PROBLEM, *(f"{PROBLEM} {number}" for number in range(2, surplus + 2))])
    problems = ImportProblem.objects.filter(run=run, is_note=False).order_by("row", "pk").iterator(2000)
    yield b"\xef\xbb\xbf"
    for _row, some in groupby(problems, key=lambda p: p.row):
        told = list(some)
        for problem in told:
            problem.run = run
        cells = told[0].cells
        beyond = _beyond(run, cells)
        text = " ".join(sentence(problem, with_row=False) for problem in told)
        writer.writerow(
            [
                *(safe(cells.get(column, "")) for column in columns),
                safe(text),
                *map(safe, beyond),
                *[""] * (surplus - len(beyond)),
            ]
        )
        if out.tell() > 64_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _columns(run: ImportRun) -> list[str]:
    """The file's columns in their order, without those that a file of rejected rows has added."""
    return own_columns(run.options.get("columns", [])) or list(run.mapping.values())


def own_columns(columns: Sequence[str]) -> list[str]:
    """The columns before the one that says what was wrong; in it and behind it nothing is imported."""
    return list(columns[: columns.index(PROBLEM)]) if PROBLEM in columns else list(columns)


def added_columns(columns: Sequence[str]) -> list[str]:
    """The columns behind the one that says what was wrong: cells that fitted into no column, to be moved to their place."""
    return list(columns[columns.index(PROBLEM) + 1 :]) if PROBLEM in columns else []


def _beyond(run: ImportRun, cells: Mapping[str, Any]) -> list[str]:
    """The cells of a rejected row that fitted into no column, also those of a row that was rejected for them once before."""
    again = [cells.get(column, "") for column in added_columns(run.options.get("columns", []))]
    while again and not again[-1].strip():
        again.pop()
    return [*again, *cells.get(SURPLUS, [])]


def _most_surplus(run: ImportRun) -> int:
    """How many cells the rejected row with the most has beyond the columns."""
    ragged = ImportProblem.objects.filter(run=run, is_note=False, code="ragged_row").values_list("cells", flat=True)
    return max((len(_beyond(run, cells)) for cells in ragged.iterator(2000)), default=0)


def safe(cell: str) -> str:
    """The cell so that no spreadsheet calculates it. A plain number such as -12,50 stays as it is."""
    if cell.startswith(_DANGEROUS) and not cell[1:].replace(".", "").replace(",", "").isdigit():
        return "'" + cell
    return cell
