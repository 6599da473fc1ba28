"""Rules as plain data, from a test house to the live one: taken out (`dump`), held against what is there (`compare`), brought in (`apply`).

A rule is known by its key. People are named by their e-mail address, because numbers differ between houses; what conditions name by number
(teams, tags) must be the same in both, as it is in a copy. Whether a rule is on is not carried: what comes in is off until somebody who has
looked at it switches it on, and what is there stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.automation.models import AutomationRule
from kundenkreis.automation.nouns import NOUNS
from kundenkreis.history.recording import Actor
from kundenkreis.staff.models import User

CARRIED = (
    "key", "name", "belongs_to", "when", "field", "from_value", "to_value", "days", "conditions", "actions", "responsible",
    "for_imports", "most_a_day", "note",
)  # fmt: skip
_KINDS_OF: dict[str, type] = {"days": int, "most_a_day": int, "for_imports": bool, "conditions": list, "actions": list}


@dataclass
class Difference:
    """What the data would do: rules to add, rules to change with {part: (before, after)}, rules that the house has and the data has not."""

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[AutomationRule, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    left: list[AutomationRule] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


def dump() -> list[dict[str, Any]]:
    """All rules that are not in the bin, by their key."""
    rules = list(AutomationRule.objects.living().select_related("responsible").order_by("key"))
    addresses = dict(User._base_manager.values_list("pk", "email"))
    return [_plain(rule, addresses) for rule in rules]


def _plain(rule: AutomationRule, addresses: dict[int, str]) -> dict[str, Any]:
    found = {name: getattr(rule, name) for name in CARRIED}
    found["responsible"] = rule.responsible.email if rule.responsible else ""
    found["actions"] = _renamed(rule.actions, lambda number: addresses.get(int(number)) if number.isdigit() else None)
    return found


def _renamed(some: list[Any], called: Callable[[str], Any]) -> list[Any]:
    """Actions with "person:7" as "person:ada@…", or the other way round; whom nobody knows stays as it is."""

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if isinstance(value, str) and value.startswith("person:"):
            known = called(value.removeprefix("person:"))
            return value if known is None else f"person:{known}"
        return value

    people = ("who", "to")
    return [
        {name: renamed(value) if name in people else value for name, value in one.items()}
        if isinstance(one, dict)
        else one
        for one in some
    ]


def check(rows: Any) -> list[dict[str, Any]]:
    """The data of somebody else, as far as it has the shape of rules. Raises ValidationError for what has not."""
    if not isinstance(rows, list) or not all(_is_rule(row) for row in rows):
        raise ValidationError(_("These are no automation rules."))
    if len({row["key"] for row in rows}) < len(rows):
        raise ValidationError(_("A key stands there twice."))
    return rows


def _is_rule(row: Any) -> bool:
    if (
        not isinstance(row, dict)
        or not set(row) <= set(CARRIED)
        or not {"key", "name", "belongs_to", "when"} <= set(row)
    ):
        return False
    kinds_hold = all(type(value) is _KINDS_OF.get(name, str) for name, value in row.items())
    return kinds_hold and bool(row["key"]) and row["belongs_to"] in NOUNS


def compare(rows: list[dict[str, Any]]) -> Difference:
    """What `apply` would do. A rule of the same key about another noun is another rule: it is told as a change that is refused."""
    here = {row["key"]: row for row in dump()}
    rules = {rule.key: rule for rule in AutomationRule.objects.living()}
    found = Difference()
    for row in check(rows):
        present = here.pop(row["key"], None)
        if present is None:
            found.added.append(row)
            continue
        differing = {name: (present[name], value) for name, value in row.items() if present[name] != value}
        if differing:
            found.changed.append((rules[row["key"]], differing))
    found.left = [rules[key] for key in here]
    return found


@transaction.atomic
def apply(rows: list[dict[str, Any]], *, by: Actor | None) -> Difference:
    """Add (switched off) and change what differs; nothing goes to the bin. All or nothing: raises ValidationError, naming the rule."""
    found = compare(rows)
    for row in found.added:
        _told(row["key"], lambda row=row: AutomationRule.add(by=by, **_values(row)))
    for rule, differing in found.changed:
        if "belongs_to" in differing:
            raise ValidationError(_("“%(key)s” is a rule about something else here.") % {"key": rule.key})
        values = _values({name: after for name, (_before, after) in differing.items()})
        _told(rule.key, lambda rule=rule, values=values: rule.change(by=by, **values))
    return found


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """As the verbs take them: people by their records. Somebody whom this house does not know is refused there, in words."""
    values = dict(row)
    if "responsible" in values:
        values["responsible"] = User.objects.living().filter(email__iexact=values["responsible"] or "-").first()
    if "actions" in values:
        known = {email.lower(): pk for pk, email in User.objects.living().values_list("pk", "email")}
        values["actions"] = _renamed(values["actions"], lambda address: known.get(address.lower()))
    return values


def _told(key: str, verb: Callable[[], Any]) -> None:
    try:
        verb()
    except ValidationError as wrong:
        raise ValidationError(_("“%(key)s”: %(why)s") % {"key": key, "why": " ".join(wrong.messages)}) from wrong
