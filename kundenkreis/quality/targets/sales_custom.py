"""Custom fields of orders in a file of their lines: each text is read once, and the first line of an order that has one speaks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kundenkreis.fields import known, recomputing
from kundenkreis.orders.models import Order
from kundenkreis.quality.targets.base import Job, Problem
from kundenkreis.quality.targets.custom import fragments

if TYPE_CHECKING:
    import polars as pl


class OrderCustom:
    """`mapped` are the custom fields that the file has, by name. A cell becomes the JSON of what it puts into the column."""

    def __init__(self, job: Job) -> None:
        self.job, self.fields = job, known.of("orders")
        self.mapped = {one.name: one for one in self.fields.written if one.name in job.run.mapping}

    def read(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
        """The lines with these cells as JSON, and what is wrong with which."""
        import polars as pl

        problems: list[Problem] = []
        for name, field in self.mapped.items():
            listed = lines[name].to_list()
            kept, wrong = fragments(field, self.job, listed)
            written = [None if cell is None else kept.get(cell) for cell in listed]
            numbers = zip(lines["row"].to_list(), listed, strict=True)
            problems += [Problem(row, name, *wrong[cell]) for row, cell in numbers if cell in wrong]
            lines = lines.with_columns(pl.Series(name, written, dtype=pl.String))
        return lines, problems

    def of_orders(self, heads: pl.DataFrame) -> pl.DataFrame:
        """One row per order with what its lines say of its custom fields together, as the column `custom`."""
        import polars as pl

        if not self.mapped:
            return heads
        columns = zip(*(heads[name].to_list() for name in self.mapped), strict=True)
        merged = [json.dumps(_together(some), ensure_ascii=False) for some in columns]
        return heads.drop(*self.mapped).with_columns(pl.Series("custom", merged, dtype=pl.String))

    def work_out(self, orders: list[int]) -> None:
        """The formulas of these orders, whose sums may have changed."""
        if self.job.write and self.fields.formulas:
            recomputing.these(Order, orders)


def _together(some: tuple[str | None, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in some:
        found |= json.loads(one) if one else {}
    return found
