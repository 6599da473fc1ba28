"""A question to a list while somebody is building it: conditions and groups that may still be unfinished.

A draft comes from an address or from the builder's form, whose fields are named by their place: `c.1.0.name` is the field of the first
condition in the second part. It becomes conditions of the filter language again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenkreis.core import filter_days
from kundenkreis.core.filter_asking import Condition, Part
from kundenkreis.core.filter_kinds import OPERATIONS
from kundenkreis.core.filter_saying import JOINED, WORDS
from kundenkreis.core.filters import Filter, condition, group, relation

_SPANS = ("this", "previous", "following")
MOST_TICKED = 300  # choices that can be ticked
_MOST = 40  # parts of one group that a form may have


@dataclass
class Row:
    """One condition. `asked` is the chosen filter, None while there is none."""

    asked: Filter | None = None
    operation: str = ""
    values: list[str] = field(default_factory=list)
    problem: str = ""
    place: str = ""
    choices: list[Filter] = field(default_factory=list)  # what may be asked here
    text: str = ""  # the name of a record as it was typed, or as it is
    groups: list[tuple[str, str]] = field(default_factory=list)  # a record alone or with others: value, words

    is_block = False

    @property
    def operators(self) -> list[tuple[str, str]]:
        """The comparisons in words."""
        if self.asked is None:
            return []
        calendar = {
            "this": _("is in the current"),
            "previous": _("is in the previous"),
            "following": _("is in the following"),
        }
        return [(name, calendar.get(name) or str(one.words)) for name, one in OPERATIONS[self.kind].items()]

    @property
    def kind(self) -> str:
        return self.asked.kind if self.asked else ""

    @property
    def entry(self) -> str:
        """How the value is given: "none", "options", "record", "length", "calendar", "two" or "one"."""
        if self.asked is None or OPERATIONS[self.kind][self.operation].count[1] == 0:
            return "none"
        if self.kind in ("record", "reference"):
            return "record"
        if self.kind in ("flag", "choice", "person") and self.options:
            return "options"
        if self.operation in ("last", "next"):
            return "length"
        if self.operation in _SPANS:
            return "calendar"
        return "two" if self.operation == "between" else "one"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be ticked or chosen."""
        if self.asked is None:
            return []
        if self.operation in _SPANS:
            return filter_days.choices(self.operation)
        if self.kind == "flag":
            return [("yes", _("yes")), ("no", _("no"))]
        listed = list(self.asked.labels().items())
        if len(listed) > MOST_TICKED:
            return []  # typed by their labels
        if self.kind == "person":
            return [("me", str(WORDS["me"])), ("my_team", str(WORDS["my_team"])), *listed]
        return [("mine", str(WORDS["mine"])), *listed] if self.asked.own else listed

    @property
    def record(self) -> tuple[str, str]:
        """The number of the chosen record, and with which of its groups ("" for none)."""
        group, _dash, number = (self.values[0] if self.values else "").rpartition("-")
        return number, group

    @property
    def ticked(self) -> str:
        """What is ticked, in words."""
        return ", ".join(label for value, label in self.options if value in self.values)

    @property
    def length(self) -> tuple[str, str]:
        """Number and unit of "the last 90 days"."""
        text = self.values[0] if self.values else "90d"
        return (text[:-1], text[-1]) if text[-1:] in ("d", "w", "m", "y") else (text, "d")

    @property
    def units(self) -> list[tuple[str, str]]:
        return [("d", _("days")), ("w", _("weeks")), ("m", _("months")), ("y", _("years"))]

    @property
    def typed(self) -> str:
        return ", ".join(self.values)

    @property
    def is_finished(self) -> bool:
        if self.asked is None:
            return False
        return len(self.values) >= OPERATIONS[self.kind][self.operation].count[0]

    def written(self) -> str:
        assert self.asked is not None
        return condition(self.asked.name, self.operation, *([] if self.entry == "none" else self.values))


@dataclass
class Block:
    """A group (`joined` is "all", "any", "none"), or the records of a relation (`asked`; "with", "without")."""

    joined: str
    parts: list[Row | Block] = field(default_factory=list)
    asked: Filter | None = None
    problem: str = ""
    place: str = ""
    choices: list[Filter] = field(default_factory=list)

    is_block = True

    @property
    def ways(self) -> list[tuple[str, str]]:
        if self.asked is not None:
            return [(name, str(one.words)) for name, one in OPERATIONS["relation"].items()]
        return [(name, str(words)) for name, words in JOINED.items()]

    @property
    def is_finished(self) -> bool:
        return self.asked is not None or any(part.is_finished for part in self.parts)

    def written(self) -> str:
        parts = [part.written() for part in self.parts if part.is_finished]
        if self.asked is not None:
            return relation(self.asked.name, self.joined, *parts)
        return group(self.joined, *parts)


def of_address(parts: Iterable[Part], declared: Iterable[Filter]) -> Block:
    """The draft of a question that was understood."""
    root = Block("all", [_of_part(part) for part in parts])
    return placed(root, choosable(declared))


def choosable(declared: Iterable[Filter]) -> list[Filter]:
    """What a person can ask for in the builder; the rest is for links alone."""
    return [one for one in declared if one.kind != "record" or one.picked is not None]


def _of_part(part: Part) -> Row | Block:
    if not isinstance(part, Condition):
        return Block(part.joined, [_of_part(one) for one in part.parts])
    if part.filter.relation is not None:
        return Block(part.operation, [_of_part(one) for one in part.parts], part.filter)
    return Row(part.filter, part.operation, list(part.texts))


def of_form(given: QueryDict, declared: Iterable[Filter], plain: Any) -> Block:
    """The draft that the builder's form sends. `plain(kind, text)` is a figure or day as an address has it."""
    choices = choosable(declared)
    return placed(Block("all", _parts(given, "c", choices, plain, 0)), choices)


def _parts(given: QueryDict, place: str, choices: list[Filter], plain: Any, depth: int) -> list[Row | Block]:
    numbers = set()
    for name in given:
        if name.startswith(f"{place}."):
            number = name[len(place) + 1 :].partition(".")[0]
            if number.isascii() and number.isdigit() and len(number) < 4:
                numbers.add(int(number))
    if depth > 5:
        return []
    return [_part(given, f"{place}.{number}", choices, plain, depth) for number in sorted(numbers)[:_MOST]]


def _part(given: QueryDict, place: str, choices: list[Filter], plain: Any, depth: int) -> Row | Block:
    asked = next((one for one in choices if one.name == given.get(f"{place}.name")), None)
    joined = given.get(f"{place}.joined", "")
    if asked is not None and asked.relation is not None:
        inner = _parts(given, place, list(asked.relation.filters()), plain, depth + 1)
        return Block(joined if joined in OPERATIONS["relation"] else "with", inner, asked)
    if joined in JOINED:
        return Block(joined, _parts(given, place, choices, plain, depth + 1))
    if asked is None:
        return Row()
    operation = given.get(f"{place}.op", "")
    row = begun(asked)
    row.operation = operation if operation in OPERATIONS[asked.kind] else row.operation
    if given.get(f"{place}.was", asked.name) == asked.name:
        row.values = _values(given, place, row, plain)
        row.text = given.get(f"{place}.value_text", "").strip()[:200]
    return row


def begun(asked: Filter) -> Row:
    """A condition without a value, with its first comparison."""
    return Row(asked, next(iter(OPERATIONS[asked.kind])))


def _values(given: QueryDict, place: str, row: Row, plain: Any) -> list[str]:
    """What was typed or ticked, as the address has it."""
    if row.entry == "length":
        number, unit = given.get(f"{place}.length", "").strip(), given.get(f"{place}.unit", "d")
        return [f"{number}{unit}"] if number else []
    found = [text.strip() for text in given.getlist(f"{place}.value") if text.strip()]
    if row.entry == "record":
        group = given.get(f"{place}.group", "")
        return [f"{group}-{found[0]}" if group else found[0]] if found else []
    if row.entry == "one" and row.kind == "text":
        found = [one.strip() for text in found for one in text.split(",") if one.strip()]
    if row.entry == "calendar":
        return [text for text in found if text in filter_days.UNITS][:1]
    if row.entry == "options":
        known = {value for value, _label in row.options}
        return [text for text in found if text in known]
    return [plain(row.kind, text) for text in found]


def placed(root: Block, choices: list[Filter]) -> Block:
    """Every part told its place and what may be asked there."""
    _place(root, "c", choices)
    return root


def _place(block: Block, place: str, choices: list[Filter]) -> None:
    block.place = place
    within = choices if block.asked is None or block.asked.relation is None else list(block.asked.relation.filters())
    block.choices = within if block.asked is not None else [one for one in choices if one.total is None]
    if place == "c":
        block.choices = choices
    for number, part in enumerate(block.parts):
        part.place = f"{place}.{number}"
        if isinstance(part, Block):
            _place(part, part.place, block.choices)
        else:
            part.choices = block.choices


def at(root: Block, place: str) -> Row | Block | None:
    """The part at a place ("c.1.0"); the root at "c"."""
    found: Row | Block = root
    for number in place.split(".")[1:]:
        if not isinstance(found, Block) or not number.isdigit() or int(number) >= len(found.parts):
            return None
        found = found.parts[int(number)]
    return found if place.split(".")[0] == "c" else None


def finished(block: Block) -> None:
    """Without the parts that nobody began; a condition that lacks its value stays, to be said."""
    for part in block.parts:
        if isinstance(part, Block):
            finished(part)
    block.parts = [
        part for part in block.parts if (part.asked if isinstance(part, Row) else part.is_finished or part.parts)
    ]
