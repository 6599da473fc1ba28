"""The record of processing activities (Art. 30 GDPR): each purpose with what of the inventory serves it, and where the two do not meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kundenkreis.privacy import holding, inventory
from kundenkreis.privacy.models import Controller, Purpose
from kundenkreis.privacy.saying import named


@dataclass
class Entry:
    """One purpose, the lines of the inventory that serve it, and the categories of their fields."""

    purpose: Purpose
    lines: list[holding.Holding] = field(default_factory=list)

    @property
    def categories(self) -> list[str]:
        """What kinds of data, each once, in the inventory's order."""
        found = {one for line in self.lines for one in line.by_category()}
        return [str(one.label) for one in holding.Category if one in found]

    @property
    def tables(self) -> list[str]:
        return sorted({named(line) for line in self.lines})


@dataclass
class Record:
    """The whole record. `uncovered`: lines that serve no purpose; `empty`: purposes that no line serves."""

    controller: Controller
    entries: list[Entry]
    uncovered: list[holding.Holding]

    @property
    def empty(self) -> list[Purpose]:
        return [one.purpose for one in self.entries if not one.lines]

    @property
    def gaps(self) -> list[str]:
        return sorted({named(line) for line in self.uncovered})


@cache
def coverable() -> frozenset[str]:
    """What a purpose can cover: a purpose of the inventory, or one of its tables and places."""
    return frozenset({*holding.Purpose.values, *(line.what for line in inventory.holdings())})


def choices() -> list[tuple[str, Any]]:
    """`coverable` as a form offers it: the inventory's purposes first, then its tables by their names."""
    tables = sorted(((line.what, named(line)) for line in inventory.holdings()), key=lambda one: one[1].casefold())
    return [*holding.Purpose.choices, *tables]


def serves(line: holding.Holding, covers: Iterable[str]) -> bool:
    asked = set(covers)
    return line.what in asked or line.purpose.value in asked


def record() -> Record:
    """The record as it is now. Two queries."""
    purposes = list(Purpose.objects.living().select_related("responsible").order_by("position", "pk"))
    lines = inventory.holdings()
    entries = [Entry(one, [line for line in lines if serves(line, one.covers)]) for one in purposes]
    covered = {line.what for entry in entries for line in entry.lines}
    return Record(Controller.current(), entries, [line for line in lines if line.what not in covered])


def purposes_of(line: holding.Holding, purposes: Iterable[Purpose]) -> list[Purpose]:
    """The purposes that a line of the inventory serves."""
    return [one for one in purposes if serves(line, one.covers)]


def as_json(shown: Record) -> dict[str, Any]:
    """The record as data, with the texts of both languages."""
    head = ("name", "address", "email", "phone", "register", "representative", "officer", "authority")
    return {
        "controller": {name: getattr(shown.controller, name) for name in head},
        "purposes": [_entry(one) for one in shown.entries],
        "gaps": {
            "data_without_purpose": [line.what for line in shown.uncovered],
            "purposes_without_data": [p.key for p in shown.empty],
        },
    }


def _entry(entry: Entry) -> dict[str, Any]:
    one = entry.purpose
    both = ("name", "interest", "people", "recipients", "transfers", "retention", "measures")
    return {
        "key": one.key,
        "version": one.version,
        "legal_bases": one.bases,
        **{name: {"de": getattr(one, f"{name}_de"), "en": getattr(one, f"{name}_en")} for name in both},
        "retention_source": one.retention_source,
        "responsible": str(one.responsible or ""),
        "data": [
            {"what": line.what, "fields": sorted(line.fields), "retention": line.retention.value}
            for line in entry.lines
        ],
    }
