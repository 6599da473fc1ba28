"""Automation rules as a part of the configuration that goes from house to house (see `configuration`).

A rule is known by its key. People are named by their e-mail address, because numbers differ between houses. Whether a rule is on is not
carried: what comes in is off until somebody who has looked at it switches it on, and what is there stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.automation import checking
from kundenkreis.automation.actions import Do
from kundenkreis.automation.models import AutomationRule
from kundenkreis.automation.nouns import NOUNS, When
from kundenkreis.configuration import parts
from kundenkreis.configuration.parts import Change, Conflict, Definition, Part
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor
from kundenkreis.staff.models import User

CARRIED = (
    "name", "belongs_to", "when", "field", "from_value", "to_value", "days", "conditions", "actions", "responsible", "for_imports",
    "most_a_day", "note",
)  # fmt: skip
_NEEDED = frozenset({"name", "belongs_to", "when"})
_KINDS_OF: dict[str, type] = {"days": int, "most_a_day": int, "for_imports": bool, "conditions": list, "actions": list}
_PEOPLE = ("who", "to")  # of an action


def tell() -> None:
    parts.tell(
        Part(
            name="automation_rules", label=lazy("Automation rules"), models=(AutomationRule,), dump=_rules, wrong=_wrong, put=_put, drop=_drop,
            title=lambda _key, definition: str(definition["name"]), conflicts=_conflicts, told=_told,
            labels={name: AutomationRule._meta.get_field(name).verbose_name for name in CARRIED},  # type: ignore[union-attr]
            after=("custom_fields", "pick_lists"),
        )
    )  # fmt: skip


def _rules() -> Mapping[str, Definition]:
    addresses = dict(User._base_manager.values_list("pk", "email"))
    rules = AutomationRule.objects.living().select_related("responsible").order_by("key")
    return {rule.key: _plain(rule, addresses) for rule in rules}


def _plain(rule: AutomationRule, addresses: Mapping[int, str]) -> Definition:
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

    return [
        {name: renamed(value) if name in _PEOPLE else value for name, value in one.items()}
        if isinstance(one, dict)
        else one
        for one in some
    ]


def _wrong(key: str, definition: Any) -> str:
    """A stranger's data, as far as they have the shape of a rule; what does not fit the house is said by the rule itself."""
    said = _("This is no automation rule.")
    if not key or not isinstance(definition, dict) or not _NEEDED <= set(definition) <= set(CARRIED):
        return said
    kinds_hold = all(type(value) is _KINDS_OF.get(name, str) for name, value in definition.items())
    return "" if kinds_hold and definition["belongs_to"] in NOUNS else said


def _put(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    there = {rule.key: rule for rule in AutomationRule.objects.living()}
    for one in changes:
        values = _values(one.after or {})
        try:
            if (present := there.get(one.key)) is not None:
                present.change(by=by, now=now, batch=batch, **values)
            else:
                AutomationRule.add(by=by, now=now, batch=batch, key=one.key, **values)
        except ValidationError as wrong:
            raise ValidationError(
                _("“%(key)s”: %(why)s") % {"key": one.key, "why": " ".join(wrong.messages)}
            ) from wrong


def _values(definition: Definition) -> dict[str, Any]:
    """As the verbs take them: people by their records. Somebody whom this house does not know is refused there, in words."""
    values = dict(definition)
    if "responsible" in values:
        values["responsible"] = User.objects.living().filter(email__iexact=values["responsible"] or "-").first()
    if "actions" in values:
        known = _known()
        values["actions"] = _renamed(values["actions"], lambda address: known.get(address.lower()))
    return values


def _known() -> dict[str, int]:
    return {email.lower(): pk for pk, email in User.objects.living().values_list("pk", "email")}


def _drop(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    for rule in AutomationRule.objects.living().filter(key__in=[one.key for one in changes]):
        rule.discard(by=by, now=now, batch=batch)


def _told(name: str, value: Any) -> str:
    if name == "belongs_to":
        return str(NOUNS[value].label) if value in NOUNS else str(value)
    if name == "when":
        return str(dict(When.choices).get(value, value))
    if isinstance(value, list):
        return "; ".join(_action_told(one) if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def _action_told(one: Mapping[str, Any]) -> str:
    """What it does, and everything that is said of it: two versions that differ read differently."""
    values = [
        ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in one.items()
        if name != "do"
    ]
    return f"{dict(Do.choices).get(str(one.get('do')), '?')}: {', '.join(filter(None, values))}"


def _conflicts(change: Change) -> Sequence[Conflict]:
    """People whom this house does not know, and conditions that it cannot ask unless the file brings the field along."""
    if change.after is None:
        return ()
    if change.before is not None and change.before["belongs_to"] != change.after["belongs_to"]:
        return (Conflict(_("It is a rule about something else here."), stops=True),)
    return list(_conflicts_of(change.after))


def _conflicts_of(wanted: Definition) -> Iterator[Conflict]:
    known = _known()
    named = {wanted.get("responsible") or "", *_people_of(wanted.get("actions") or [])} - {""}
    for address in sorted(named):
        if address.lower() not in known:
            yield Conflict(_("%(address)s is nobody in this house.") % {"address": address}, stops=True)
    values = {name: value for name, value in wanted.items() if name not in ("responsible", "actions")}
    if said := checking.wrong(AutomationRule(**values)).get("conditions"):
        yield Conflict(said)


def _people_of(some: Sequence[Any]) -> Iterator[str]:
    for one in some:
        for name in _PEOPLE:
            value = one.get(name) if isinstance(one, dict) else None
            for who in value if isinstance(value, list) else [value]:
                if isinstance(who, str) and who.startswith("person:"):
                    yield who.removeprefix("person:")
