"""A noun that defines choices (a pick list, a custom field of choices): history tells of each choice by itself, and takes each back by itself.

A list of ten thousand would else stand twice in the event of each change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kundenkreis.history.recording import Recorded

PREFIX = "choice:"
ORDER = "choice_order"


class Choosing(Recorded):
    """Expects a column `choices` as `checking.choices` keeps it."""

    class Meta:
        abstract = True

    @property
    def by_key(self) -> dict[str, dict[str, Any]]:
        return {one["key"]: one for one in self.choices}  # type: ignore[attr-defined]

    def _shown(self, name: str) -> list:
        if name.startswith(PREFIX):
            return [self.by_key.get(name.removeprefix(PREFIX))]
        if name == ORDER:
            return [list(self.by_key)]
        return super()._shown(name)

    def _differing(self, before: Mapping[str, list]) -> dict[str, list]:
        return told_apart(super()._differing(before))

    def _fill(self, values: dict[str, Any]) -> set[str]:
        own = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
        order = values.get(ORDER)
        rest = {name: value for name, value in values.items() if not name.startswith(PREFIX) and name != ORDER}
        if own or order is not None:
            there = {key: one for key, one in (self.by_key | own).items() if one is not None}
            keys = dict.fromkeys([*(order or ()), *there])
            rest["choices"] = [there[key] for key in keys if key in there]
        return super()._fill(rest)

    def knows(self, name: str) -> bool:
        return name.startswith(PREFIX) or name == ORDER or super().knows(name)

    def columns_of(self, names: Iterable[str]) -> set[str]:
        return {"choices" if name.startswith(PREFIX) or name == ORDER else name for name in super().columns_of(names)}

    @classmethod
    def told_apart(cls, changes: dict[str, list]) -> dict[str, list]:
        return changes if changes.get("choices", [None])[0] is None else told_apart(super().told_apart(changes))


def told_apart(changes: dict[str, list]) -> dict[str, list]:
    """{"choices": [before, after]} → one line for each choice that differs, and one for the order where that alone does."""
    if "choices" not in changes:
        return changes
    before, after = ({one["key"]: one for one in some or ()} for some in changes["choices"][:2])
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    found = {name: values for name, values in changes.items() if name != "choices"}
    found |= {PREFIX + key: [before.get(key), after.get(key)] for key in keys}
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        found[ORDER] = [list(before), list(after)]
    return found
