"""A rule as a sentence: when, if, then; and what a run of it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.automation import actions, checking
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.automation.nouns import When
from kundenkreis.core.filters import BadFilter
from kundenkreis.staff.models import User


@dataclass(frozen=True)
class Sentence:
    """Its parts, in the language of the moment. `wrong` says why the rule cannot act."""

    when: str
    conditions: list[str]
    then: list[str]
    wrong: str = ""

    def __str__(self) -> str:
        conditions = _(" and ").join(self.conditions)
        if conditions:
            return _("%(when)s, and %(conditions)s: %(then)s") % {
                "when": self.when,
                "conditions": conditions,
                "then": "; ".join(self.then),
            }
        return _("%(when)s: %(then)s") % {"when": self.when, "then": "; ".join(self.then)}


def sentence(rule: AutomationRule) -> Sentence:
    """ "When an account is changed so that Tier becomes A, and Country is Austria: make for the owner: Call “…”, due in 3 days"."""
    try:
        conditions = [f"{chip.label} {chip.text}" for chip in rule.asked().describe()]
    except BadFilter:
        conditions = [str(one) for one in rule.conditions]
    said = [_safely(one, rule) for one in rule.actions] if isinstance(rule.actions, list) else []
    return Sentence(_when(rule), conditions, said, checking.trouble(rule))


def _safely(action: Any, rule: AutomationRule) -> str:
    return actions.said(action, rule.of) if not actions.wrong(action, rule.of, rule.when) else _said_wrong(action, rule)


def _said_wrong(action: Any, rule: AutomationRule) -> str:
    """As far as it can be said: what it leads to may have gone."""
    try:
        return actions.said(actions.tidied(action), rule.of)
    except (KeyError, TypeError, AttributeError):
        return _("This is no action.")


def _when(rule: AutomationRule) -> str:
    one = rule.of.one
    if rule.when == When.MEETS:
        return _("When %(noun)s newly fulfils the conditions") % {"noun": one}
    if rule.when == When.CHANGED:
        return _changed(rule)
    if rule.when == When.DAY:
        return _day(rule)
    return _("When %(noun)s is added") % {"noun": one}


def _changed(rule: AutomationRule) -> str:
    noun = rule.of
    words = {
        "noun": noun.one,
        "field": capfirst(str(noun.watched_fields().get(rule.field, rule.field))),
        "before": actions.value_said(noun, rule.field, rule.from_value),
        "after": actions.value_said(noun, rule.field, rule.to_value),
    }
    if rule.from_value and rule.to_value:
        return _("When %(noun)s is changed so that %(field)s goes from %(before)s to %(after)s") % words
    if rule.to_value:
        return _("When %(noun)s is changed so that %(field)s becomes %(after)s") % words
    if rule.from_value:
        return _("When %(noun)s is changed so that %(field)s is %(before)s no longer") % words
    return _("When %(noun)s is changed in %(field)s") % words


def _day(rule: AutomationRule) -> str:
    found = rule.of.days().get(rule.field)
    words = {"noun": rule.of.one, "field": found.label if found else rule.field, "n": abs(rule.days)}
    if not rule.days:
        return _("When %(noun)s reaches the day “%(field)s”") % words
    if rule.days < 0:
        return (
            ngettext(
                "When %(noun)s is %(n)d day before “%(field)s”", "When %(noun)s is %(n)d days before “%(field)s”", -rule.days
            )
            % words
        )  # fmt: skip
    return (
        ngettext("When %(noun)s is %(n)d day after “%(field)s”", "When %(noun)s is %(n)d days after “%(field)s”", rule.days)
        % words
    )  # fmt: skip


# --- what a run did


def people_of(runs: Iterable[AutomationRun]) -> dict[int, str]:
    """Number → name of everybody of whom the deeds of these runs tell; one query."""
    numbers = {deed["person"] for run in runs for deed in run.deeds if deed.get("person")}
    numbers |= {pk for run in runs for deed in run.deeds for pk in deed.get("people", ())}
    return {person.pk: str(person) for person in User._base_manager.filter(pk__in=numbers)}


Labels = dict[tuple[str, str], dict[str, str]]


def deed(done: Mapping[str, Any], rule: AutomationRule, people: Mapping[int, str], known: Labels) -> str:
    """What one action did. `known` keeps the labels of a field's values from one deed to the next."""
    who = people.get(done.get("person", 0), "–")
    if done["do"] == actions.Do.TASK:
        return _("task for %(who)s") % {"who": who}
    if done["do"] == actions.Do.OWNER:
        return (_("owner: %(who)s") if done["changed"] else _("owner was %(who)s already")) % {"who": who}
    if done["do"] == actions.Do.FIELD:
        label = capfirst(str(rule.of.settable_fields().get(done["field"], done["field"])))
        at = (rule.belongs_to, done["field"])
        known[at] = known[at] if at in known else dict(rule.of.choices(done["field"]))
        value = actions.labelled(known[at], done["value"])
        return (_("%(field)s: %(value)s") if done["changed"] else _("%(field)s was %(value)s already")) % {
            "field": label,
            "value": value,
        }
    told = ", ".join(people.get(pk, "–") for pk in done["people"])
    if done.get("unseen"):
        return _("told %(who)s (%(n)d do not see the record)") % {"who": told, "n": done["unseen"]}
    return _("told %(who)s") % {"who": told}
