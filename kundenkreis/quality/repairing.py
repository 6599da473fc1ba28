"""The rows that were not stored, as a file to repair and import again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePath

from django.utils.translation import gettext as _

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
    """Name and pieces of a CSV file: the original columns of every rejected row, and what was wrong with it in the last one.

    It imports as it is, with the same mapping: the added column goes nowhere. Numbers keep their minus; other cells that
    a spreadsheet would take for a formula get an apostrophe.
    """
    return f"{PurePath(run.file_name).stem}-{_('rejected')}.csv", _pieces(run)


def _pieces(run: ImportRun) -> Iterator[bytes]:
    columns = _columns(run)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*map(safe, columns), PROBLEM])
    problems = ImportProblem.objects.filter(run=run, is_note=False).order_by("row", "pk").iterator(2000)
    yield b"\xef\xbb\xbf"
    for _row, some in groupby(problems, key=lambda p: p.row):
        told = list(some)
        for problem in told:
            problem.run = run
        cells = told[0].cells
        text = " ".join(sentence(problem, with_row=False) for problem in told)
        writer.writerow([*(safe(cells.get(column, "")) for column in columns), safe(text)])
        if out.tell() > 64_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _columns(run: ImportRun) -> list[str]:
    """The file's columns in their order."""
    return [column for column in run.options.get("columns", []) if column != PROBLEM] or list(run.mapping.values())


def safe(cell: str) -> str:
    """The cell so that no spreadsheet calculates it. A plain number such as -12,50 stays as it is."""
    if cell.startswith(_DANGEROUS) and not cell[1:].replace(".", "").replace(",", "").isdigit():
        return "'" + cell
    return cell
