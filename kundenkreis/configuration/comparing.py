"""What a document would change here, in words; with what a test copy began with as the third side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.configuration import document, parts
from kundenkreis.configuration.document import Document
from kundenkreis.configuration.parts import Change, Conflict, Definition, Part

NEW, CHANGED, GONE = "new", "changed", "gone"
_SHORT = 120


@dataclass
class Item:
    """One definition that differs. `lines` are (member, from, to); `is_clash`: it was changed here too since the test copy was made;
    `is_told_only`: the file lacks it, and nobody says that it should go.
    """

    part: Part
    kind: str
    change: Change
    title: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    is_clash: bool = False
    is_told_only: bool = False

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.part.name}:{self.change.key}"

    @property
    def is_stopped(self) -> bool:
        return any(one.stops for one in self.conflicts)

    @property
    def is_usual(self) -> bool:
        """Whether it is chosen unless somebody says otherwise."""
        return not (self.is_stopped or self.is_clash or self.is_told_only)


@dataclass
class Difference:
    """Every part in which something differs, in the order in which it would be applied."""

    items: list[Item] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_three_way: bool = False

    def __bool__(self) -> bool:
        return bool(self.items)

    def by_part(self) -> list[tuple[Part, list[Item]]]:
        found: dict[str, tuple[Part, list[Item]]] = {}
        for one in self.items:
            found.setdefault(one.part.name, (one.part, []))[1].append(one)
        return list(found.values())

    @property
    def digest(self) -> str:
        """Another one as soon as something else would be done: who has looked at it says so with it."""
        said = [(one.name, one.change.before, one.change.after) for one in self.items]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def compare(wanted: Document, mine: document.Parts | None = None) -> Difference:
    """What becoming as `wanted` would change in this house (or in `mine`)."""
    found = Difference(unknown=wanted.unknown, is_three_way=wanted.base is not None)
    mine = document.dump(wanted.parts) if mine is None else mine
    for part in parts.every():
        if part.name in wanted.parts:
            base = None if wanted.base is None else wanted.base.get(part.name, {})
            found.items += _of_part(part, mine.get(part.name, {}), wanted.parts[part.name], base)
    return found


def _of_part(
    part: Part, mine: Mapping[str, Definition], theirs: Mapping[str, Definition], base: Mapping[str, Definition] | None
) -> list[Item]:
    some = []
    for key in {**mine, **theirs}:
        now, wanted = mine.get(key), theirs.get(key)
        if now is not None and wanted is not None:
            wanted = now | wanted  # what a file does not say stays
        if now == wanted:
            continue
        if base is None:
            some.append(_item(part, key, now, wanted, is_clash=False, is_told_only=wanted is None))
            continue
        began = base.get(key)
        if wanted == began:
            continue  # the test copy has left it alone, whatever happened here
        after, is_clash = merged(began, now, wanted)
        if after != now:
            some.append(_item(part, key, now, after, is_clash=is_clash, is_told_only=False))
    order = {NEW: 0, CHANGED: 1, GONE: 2}
    return sorted(some, key=lambda item: (order[item.kind], item.title.casefold()))


def merged(
    began: Definition | None, now: Definition | None, wanted: Definition | None
) -> tuple[Definition | None, bool]:
    """What the test copy changed, put onto what is here now; and whether both have changed the same."""
    if now is None or wanted is None or began is None:
        return wanted, now != began
    after, is_clash = dict(now), False
    for name in {**began, **wanted}:
        if wanted.get(name) == began.get(name) or wanted.get(name) == now.get(name):
            continue
        is_clash = is_clash or now.get(name) != began.get(name)
        after[name] = wanted.get(name)
    return after, is_clash


def _item(part: Part, key: str, now: Definition | None, wanted: Definition | None, **marks: bool) -> Item:
    kind = NEW if now is None else GONE if wanted is None else CHANGED
    change = Change(key, now, wanted)
    title = part.title(key, wanted or now or {})
    before = part.shipped(key) if now is None else now
    lines = [] if kind == GONE else _lines(part, before or {}, wanted or {}, is_new=not before)
    return Item(part, kind, change, title, lines, list(part.conflicts(change)), **marks)


def _lines(part: Part, now: Definition, wanted: Definition, *, is_new: bool) -> list[tuple[str, str, str]]:
    found = []
    for name in {**wanted, **now}:
        before, after = now.get(name), wanted.get(name)
        if before == after or (is_new and after in (None, "", [], {}, False)):
            continue
        label = capfirst(str(part.labels.get(name, name)))
        if _is_keyed(before) or _is_keyed(after):
            found.append((label, "", _keyed_told(part, name, before or [], after or [])))
        else:
            found.append((label, "" if is_new else _told(part, name, before), _told(part, name, after)))
    return found


def _told(part: Part, name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return part.told(name, value)[:_SHORT]


def _is_keyed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "key" in one for one in value)


def _keyed_told(part: Part, name: str, before: list[Any], after: list[Any]) -> str:
    """A list whose members have keys: which are new, which are another, which are no longer there."""
    was, now = ({one["key"]: one for one in some} for some in (before, after))
    said = [
        (_("new: %(names)s"), [one for key, one in now.items() if key not in was]),
        (_("changed: %(names)s"), [one for key, one in now.items() if key in was and was[key] != one]),
        (_("no longer there: %(names)s"), [one for key, one in was.items() if key not in now]),
    ]
    told = [text % {"names": _names(part, name, some)} for text, some in said if some]
    return "; ".join(told) or _("another order")


def _names(part: Part, name: str, some: list[Any], most: int = 8) -> str:
    names = [part.told(name, one)[:60] for one in some[:most]]
    return ", ".join(names) + (f" … ({len(some)})" if len(some) > most else "")
