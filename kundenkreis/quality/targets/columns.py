"""The mapped columns of a chunk as typed columns named by the target's fields, and which rows are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kundenkreis.core.models import House
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.repairing import added_columns
from kundenkreis.quality.targets.base import Problem
from kundenkreis.quality.values import Hints, hints_for, parse

if TYPE_CHECKING:
    import polars as pl

    from kundenkreis.quality.models import ImportRun
    from kundenkreis.quality.reading import Chunk, Note, Source


def mapped(run: ImportRun, fields: tuple[FieldSpec, ...]) -> dict[str, str]:
    """{field: column} of the run for the target's own fields."""
    known = {spec.name for spec in fields}
    return {name: column for name, column in run.mapping.items() if column and name in known}


def base_hints(options: Mapping[str, Any]) -> Hints:
    """What the person said about the file, else what is usual in the house."""
    hints = Hints(country=House.current().country)
    if options.get("decimal_mark"):
        hints = replace(hints, decimal_mark=options["decimal_mark"])
    if options.get("date_order"):
        hints = replace(hints, date_order=options["date_order"])
    return hints


def decide(
    run: ImportRun, fields: tuple[FieldSpec, ...], source: Source
) -> tuple[dict[str, dict[str, str]], list[Note]]:
    """How each column's numbers and dates are written, by its first rows; kept in the run, so that a resumed run reads alike.

    What the person said is not decided again.
    """
    base, sample = base_hints(run.options), source.sample(1000)
    notes: list[Any] = []
    decided: dict[str, dict[str, str]] = {}
    by_name = {spec.name: spec for spec in fields}
    for name, column in mapped(run, fields).items():
        hints, found = hints_for(sample[column], by_name[name].kind, base)
        kind = by_name[name].kind
        if kind in ("decimal", "percent", "integer"):
            decided[name] = {"decimal_mark": run.options.get("decimal_mark") or hints.decimal_mark}
            notes += [] if run.options.get("decimal_mark") else found
        elif kind in ("date", "datetime"):
            decided[name] = {"date_order": run.options.get("date_order") or hints.date_order}
            notes += [] if run.options.get("date_order") else found
    return decided, notes


class Columns:
    """Reads chunks by one run's mapping."""

    def __init__(
        self, run: ImportRun, fields: tuple[FieldSpec, ...], special: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """`special` are hints by field: lengths and places of the columns they go to."""
        self.mapping = mapped(run, fields)
        self.specs = [spec for spec in fields if spec.name in self.mapping]
        base, decided, special = base_hints(run.options), run.options.get("decided", {}), special or {}
        self.hints = {s.name: replace(base, **decided.get(s.name, {}), **special.get(s.name, {})) for s in self.specs}
        self.is_repaired = bool(run.options.get("repaired"))
        self.beyond = added_columns(run.options.get("columns", [])) if self.is_repaired else []
        # {field: {text in the file: text to read instead}}
        self.translations: dict[str, dict[str, str]] = run.options.get("values", {})

    def read(
        self, chunk: Chunk, *, lenient: frozenset[str] = frozenset(), only: frozenset[str] | None = None
    ) -> tuple[pl.DataFrame, list[Problem]]:
        """Typed columns with the file's row numbers as `row`, and problems. Cells of `lenient` fields are never a reason to reject."""
        import polars as pl

        numbers = chunk.numbers
        columns, problems = [numbers.alias("row")], self._left_behind(chunk)
        for spec in self.specs:
            if only is not None and spec.name not in only:
                continue
            cells = chunk.frame[self.mapping[spec.name]]
            if self.is_repaired:  # the apostrophes that `repairing.safe` had put before
                cells = cells.str.replace(r"^'([=+\-@\t\r])", "${1}")
            if translations := self.translations.get(spec.name):
                cells = cells.str.strip_chars().replace(translations)
            parsed = parse(cells, spec.kind, hints=self.hints[spec.name])
            columns.append(parsed.values.alias(spec.name))
            kind_of_problem = [(e, spec.name in lenient) for e in parsed.errors] + [(n, True) for n in parsed.notes]
            problems += [
                Problem(numbers[cell.index], spec.name, cell.code, {**cell.params, "value": cell.original}, note)
                for cell, note in kind_of_problem
            ]
            if spec.required and parsed.values.null_count():
                wrong = {e.index for e in parsed.errors}
                empty = parsed.values.is_null().arg_true().to_list()
                problems += [Problem(numbers[i], spec.name, "missing") for i in empty if i not in wrong]
        return pl.DataFrame(columns), problems

    def _left_behind(self, chunk: Chunk) -> list[Problem]:
        """Rows of a repaired file with cells that nobody has moved to their column yet."""
        import polars as pl

        if not self.beyond:
            return []
        filled = [pl.col(name).str.strip_chars() != "" for name in self.beyond]
        counts = chunk.frame.select(pl.sum_horizontal(filled)).to_series()
        width = chunk.frame.width - len(self.beyond) - 1
        return [
            Problem(number, "", "ragged_row", {"expected": width, "found": width + count})
            for number, count in zip(chunk.numbers, counts, strict=True)
            if count
        ]
