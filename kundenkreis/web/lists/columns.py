"""A column of a list: where its value comes from, how it reads on the screen, and what the database must fetch for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kundenkreis.core import clock
from kundenkreis.web import formats
from kundenkreis.web.addresses import around

Kind = Literal[
    "text", "number", "money", "percent", "delta", "date", "moment", "choice", "flag", "person", "name", "html"
]
FIGURES = frozenset({"number", "money", "percent", "delta", "date"})


@dataclass(frozen=True)
class Column:
    """One declared column.

    `value` is a path ("owner", "owner__last_name"), or a function of the row; it is what an export writes. `cell`, if given, is what the
    screen shows instead. `sort` names the ORM columns behind the heading's sorting ("" = not sortable); index them.
    `needs` are the ORM columns that the row must bring along (default: the path itself), so that wide columns stay in the database.
    """

    key: str
    label: Any
    kind: Kind = "text"
    value: str | Callable[[Any], Any] = ""
    cell: Callable[[Any], Any] | None = None
    sort: str = ""
    needs: tuple[str, ...] | None = None
    related: tuple[str, ...] = ()
    shown: bool = True
    always: bool = False
    first_down: bool = False  # the first click on its heading sorts from the top down
    may: Callable[[Any], bool] | None = None  # who may see it at all; None: everybody
    hang: Callable[[Sequence[Any], Any], None] | None = (
        None  # `hang(rows, person)` puts onto the rows what the column reads of them
    )
    with_extra: bool = False  # reads what `ListPage.annotate[key]` hangs on the rows; not exported

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES

    @property
    def fetched(self) -> tuple[str, ...]:
        """The ORM columns that this one reads."""
        if self.needs is not None:
            return self.needs
        return (self.value or self.key,) if isinstance(self.value, str) else ()

    def read(self, row: Any) -> Any:
        """The plain value, for exports and for formatting."""
        if callable(self.value):
            return self.value(row)
        found = row
        for step in (self.value or self.key).split("__"):
            found = getattr(found, step, None)
        return found

    def show(self, row: Any) -> Any:
        """The cell's content: text (escaped by the template) or Markup."""
        return self.shower()(row)

    def shower(self) -> Callable[[Any], Any]:
        """`show` for many rows of one page: what is the same for all of them is worked out once."""
        if self.cell is not None:
            return self.cell
        if self.kind in ("date", "moment"):
            today = clock.today()
            return lambda row: formats.when(value, today) if (value := self.read(row)) else ""
        return lambda row: shown(self.read(row), self.kind, row, self.key)

    def heading(self) -> dict[str, Any]:
        """What the table macro wants to know."""
        return {
            "key": self.key,
            "label": self.label,
            "sort": self.key if self.sort else "",
            "num": self.is_figure,
            "down_first": self.first_down,
        }


def link(name: str, pk: Any, text: Any) -> Markup:
    """A cell that leads to a record's page. The address is worked out once, not for each row."""
    before, after = around(name)
    return Markup(f'<a href="{before}{pk}{after}">{escape(text)}</a>')  # noqa: S704 the text is escaped


def shown(value: Any, kind: str, row: Any = None, name: str = "") -> Any:
    """A value as people read it; an empty one is an empty cell."""
    if value is None or value == "":
        return ""
    if kind == "money":
        return formats.money(value, digits=0)
    if kind == "number":
        return formats.number(value)
    if kind == "percent":
        return formats.percent(value)
    if kind == "delta":
        return formats.delta(value)
    if kind in ("date", "moment"):
        return formats.when(value)
    if kind == "choice":
        said = getattr(row, f"get_{name}_display", None)
        return said() if said else value
    if kind == "flag":
        return _("yes") if value else ""
    return value if isinstance(value, Markup) else force_str(value)


def exported(value: Any) -> str | int | float | Decimal | dt.date | dt.datetime | bool | None:
    """A value as a spreadsheet takes it: figures, dates and flags as such, everything else as text."""
    if value is None or isinstance(value, bool | int | float | Decimal | dt.date | dt.datetime):
        return value
    return value.striptags() if isinstance(value, Markup) else force_str(value)
