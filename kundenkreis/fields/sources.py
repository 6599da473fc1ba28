"""What roll-ups can be made of: each room tells which of its records belong to a noun, what of them can be added up, and who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import Filter

HOW: dict[str, Any] = {
    "count": _("how many"),
    "sum": _("sum"),
    "average": _("average"),
    "min": _("least, or earliest"),
    "max": _("most"),
    "latest": _("latest"),
}
OF_KIND = {
    "number": ("sum", "average", "min", "max"),
    "money": ("sum", "average", "min", "max"),
    "date": ("min", "latest"),
}


@dataclass(frozen=True)
class Measure:
    """A column that is added up. `kind` is "number", "money" (in house currency) or "date"."""

    column: str
    kind: str
    label: Any


@dataclass(frozen=True)
class Source:
    """Records of `model` that belong to a record of a noun, by one of the columns `ways`; none belongs by two of them.

    `rows()` are those that count, whoever asks. `sees` is the action of whoever may see such records at all. Where not everybody who
    sees the noun's record sees all of these as well, it `needs_all`: the figure is for those alone who see all such records.
    """

    name: str
    label: Any
    model: Any
    rows: Callable[[], Any]
    ways: tuple[str, ...]
    measures: Mapping[str, Measure]
    filters: Callable[[], Iterable[Filter]]
    sees: str
    needs_all: bool = False
    part: Mapping[str, str] = field(
        default_factory=dict
    )  # {model label: column} of wholes whose change changes these rows

    def asked(self) -> list[Filter]:
        """What a condition can ask: what the rows answer by themselves, whoever asks."""
        return [
            one
            for one in self.filters()
            if one.relation is None
            and one.total is None
            and not one.refused
            and one.kind not in ("record", "reference")
        ]


SOURCES: dict[str, dict[str, Source]] = {}


def tell(noun: str, *some: Source) -> None:
    """Records of this noun can keep roll-ups over these."""
    SOURCES.setdefault(noun, {}).update({one.name: one for one in some})


def of(noun: str, name: str) -> Source | None:
    return SOURCES.get(noun, {}).get(name)


def kind_of(noun: str, rollup: Mapping[str, Any]) -> str:
    """The kind of a roll-up's values; "number" for one whose source is no more."""
    source = of(noun, str(rollup.get("of", "")))
    measure = source.measures.get(str(rollup.get("what", ""))) if source else None
    return measure.kind if measure and rollup.get("how") != "count" else "number"
