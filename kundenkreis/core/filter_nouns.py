"""What may be asked of a list: the declarations of the filter language (see `filters`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from kundenkreis.core import clock

Choices = Sequence[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]]


class BadFilter(ValueError):
    """A condition that cannot be understood; the message says in words what is wrong with it.

    `at` is the place of the condition: (2,) the third, (2, 0) the first one within it.
    """

    at: tuple[int, ...] = ()


class Unseen(BadFilter):
    """A condition that asks for a record which there is not, or which this person does not see: nothing is of it."""


@dataclass(frozen=True)
class Found:
    """A record that a filter asks for: how people call it, and the condition for the ORM.

    `group` says more of a record that may stand for others too: an account alone or with those of its group (`customers.grouping`).
    """

    name: str
    q: Q
    group: Any = None


@dataclass(frozen=True)
class Picked:
    """How a person chooses a record: among those of a noun ("accounts"), by its name. `called(text, person)` are the numbers of those
    that she sees under a name; two when more than one are called so.
    """

    noun: str
    called: Callable[[str, Any], list[int]]


@dataclass(frozen=True)
class Many:
    """Rows that lead from their column `here` to the list's column `there`: the tags of an account."""

    rows: Callable[[], Any]
    here: str
    there: str = "pk"
    are_few: bool = False  # few enough to be gathered first, so that an index leads from them to the list's rows


@dataclass(frozen=True)
class Relation:
    """Other records that belong to a row: an account's orders.

    `rows(person)` are those that count and that this person may see, whose column `here` equals the list's column `there`; `filters()`
    is what may be asked of them; `drivers` are those whose column leads an index. `beside` are filters whose column follows in each of
    these indexes, so that the index alone tells how many records at most an answer reads; None when it does not. `ways` are further
    paths of these records that lead to the same column as `here`: the participants of an activity beside its contact.
    """

    rows: Callable[[Any], Any]
    filters: Callable[[], tuple[Filter, ...]]
    here: str
    there: str = "pk"
    drivers: frozenset[str] = frozenset()
    beside: frozenset[str] | None = None
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """What may be asked of a list under one name.

    `kind` is "text", "choice", "number", "date", "moment" (a point in time, asked for by its day), "flag", "person", "record",
    "reference" (a record whose number stands in the column) or "relation"; `column` the path in the ORM (the name when left out).
    A text whose column ends in "key" is compared folded.
    `choices` are (value, label) pairs or a function that gives them; for a person they are the names behind the ids. Of a
    record, `find(text, person)` gives name and condition, None when that person sees no such record; unless it is `picked`,
    links alone ask for it. `aliases` are further names. `own` is the attribute of a person that "mine" stands for ("own_teams"). `many` leads
    to a column of other rows; it holds when one of them does. A `relation` is asked by conditions of its own. `total` is
    what a relation's rows come to together (a `Sum` or `Count`), and is compared as a number. A choice that no column holds `asks`:
    it gives the condition for each of its values. `refused` says why a filter that there was cannot be asked any more.
    `may(person)` says who may ask by it at all; None: everybody.
    `index_is_of_living`: the index that its column leads holds only what is not in the bin, whatever its kind.
    """

    name: str
    kind: str
    label: Any
    column: str = ""
    choices: Choices = ()
    find: Callable[[str, Any], Found | None] | None = None
    picked: Picked | None = None
    aliases: tuple[str, ...] = ()
    own: str = ""
    many: Many | None = None
    relation: Relation | None = None
    total: Any = None
    asks: Callable[[str], Q] | None = None
    refused: str = ""
    index_is_of_living: bool = False
    may: Callable[[Any], bool] | None = None

    @property
    def path(self) -> str:
        return self.column or self.name

    def labels(self) -> dict[str, str]:
        """The choices' values, as they are written in an address, with their labels."""
        pairs = self.choices() if callable(self.choices) else self.choices
        return {str(value): str(label) for value, label in pairs}


@dataclass(frozen=True)
class Reading:
    """What words in values stand for while one request is read."""

    me: int | None
    day: dt.date | None
    by: Any = None  # the person herself, for what only she knows: her team, what she may see

    def today(self) -> dt.date:
        return self.day or clock.today()
