"""What is wrong with a rule (an `AutomationRule`): asked when somebody stores it, and again before it acts.

Meanwhile a field, a choice or a person may have gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.automation import actions
from kundenkreis.automation.nouns import NOUNS, Noun, When
from kundenkreis.core.filters import BadFilter, condition, parse

# By a change of these the whole rule is looked at.
LOOKED_AT = frozenset({"when", "field", "from_value", "to_value", "conditions", "actions", "responsible"})


def trouble(rule: Any) -> str:
    """Why a rule cannot act (any more), in words; "" when it can."""
    return " ".join(dict.fromkeys(wrong(rule).values()))


def wrong(rule: Any) -> dict[str, str]:
    """What is wrong, by field."""
    noun = NOUNS.get(rule.belongs_to)
    if noun is None:
        return {"belongs_to": _("There are no rules for this.")}
    if rule.when not in noun.whens:
        return {"when": _("This does not start a rule for these records.")}
    found = {
        "responsible": _wrong_responsible(rule.responsible),
        "field": _wrong_field(rule, noun),
        "to_value": _wrong_values(rule, noun),
        "conditions": _wrong_conditions(rule, noun),
        "actions": _wrong_actions(rule, noun),
    }
    return {name: said for name, said in found.items() if said}


def _wrong_responsible(person: Any) -> str:
    if person is None:
        return _("Say as whom the rule acts.")
    if not person.is_active or person.deleted_at is not None:
        return _("%(name)s, as whom the rule acts, has left.") % {"name": person}
    return ""


def _wrong_field(rule: Any, noun: Noun) -> str:
    if rule.when == When.CHANGED and rule.field not in noun.watched_fields():
        return _("There is no field “%(name)s” whose change starts a rule.") % {"name": rule.field[:60]}
    if rule.when == When.DAY and rule.field not in noun.days():
        return _("There is no date “%(name)s”.") % {"name": rule.field[:60]}
    return ""


def _wrong_values(rule: Any, noun: Noun) -> str:
    """Between values that there are: a choice may have been removed."""
    if rule.when != When.CHANGED:
        return ""
    known = dict(noun.choices(rule.field))
    gone = [value for value in (rule.from_value, rule.to_value) if value and known and value not in known]
    return _("“%(value)s” is none of the choices.") % {"value": gone[0][:60]} if gone else ""


def _wrong_conditions(rule: Any, noun: Noun) -> str:
    if not isinstance(rule.conditions, list) or not all(isinstance(one, str) for one in rule.conditions):
        return _("A condition is written as text.")
    if rule.when == When.MEETS and not rule.conditions:
        return _("Say which conditions the record has to fulfil.")
    try:
        asked = parse(rule.conditions, noun.readable(), by=rule.responsible)
    except BadFilter as bad:
        return str(bad)
    if any({"me", "my_team", "mine"} & set(one.texts) for one in asked.asked()):
        return _("A rule holds for everybody: name the person or the team instead of “me”.")
    return ""


def _wrong_actions(rule: Any, noun: Noun) -> str:
    if not isinstance(rule.actions, list) or not rule.actions:
        return _("Say what is to be done.")
    if len(rule.actions) > actions.MOST:
        return _("At most %(n)d actions.") % {"n": actions.MOST}
    found = []
    for place, one in enumerate(rule.actions, start=1):
        found += [f"{place}. {said}" for said in actions.wrong(one, noun, rule.when)]
    return " ".join(found)


def on_days(noun: Noun, field: str, days: Iterable[dt.date]) -> Any:
    """The condition that the date `field` of a record is one of these days."""
    return parse([condition(field, "on", *[day.isoformat() for day in days])], noun.readable()).q()
