"""A rule while an administrator writes it: its conditions in the lists' builder, its actions one under the other, unfinished as they may be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.automation import actions
from kundenkreis.automation.actions import Do
from kundenkreis.automation.models import AutomationRule
from kundenkreis.automation.nouns import Noun, When
from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.customers.models import Consent
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role
from kundenkreis.web.lists import building, drafts
from kundenkreis.web.lists.drafts import Block, Row
from kundenkreis.web.lists.picking import pick
from kundenkreis.web.lists.plain import plain

BEGUN: dict[str, Any] = {
    "name": "", "when": "added", "field": "", "from_value": "", "to_value": "", "days": 0, "for_imports": False, "most_a_day": 200,
    "note": "", "conditions": [], "actions": [], "responsible": None,
}  # fmt: skip
_MOST_PARTS = 30
TASK_PARTS = ("kind", "title", "text", "who", "purpose")


class RuleDraft:
    """What the form shows. `problems` say by field what is wrong; `parts` are the values of the plain fields."""

    def __init__(self, noun: Noun, person: Any, parts: Mapping[str, Any], root: Block, some: list[dict[str, Any]]):
        self.noun, self.person, self.root, self.actions = noun, person, root, some
        self.parts = {**BEGUN, **parts}
        self.problems: dict[str, str] = {}

    @classmethod
    def of_values(cls, noun: Noun, person: Any, values: Mapping[str, Any]) -> RuleDraft:
        """Of a rule as it stands, or of an example. A condition that cannot be read any more is left out, and said."""
        kept: list[Any] = []
        lost: list[str] = []
        for text in values.get("conditions", []):
            try:
                kept += parse(
                    [text], noun.readable(), by=values.get("responsible") or person, today=clock.today()
                ).parts
            except BadFilter as bad:
                lost.append(f"{text}: {bad}")
        root = drafts.of_address(kept, noun.asked())
        known = [actions.tidied(one) for one in values.get("actions", []) if actions.is_action(one)]
        found = cls(noun, person, {name: values[name] for name in BEGUN if name in values}, root, known)
        pick(root, person)
        if lost:
            found.problems["conditions"] = " ".join(lost)
        return found

    @classmethod
    def of_rule(cls, rule: AutomationRule, person: Any) -> RuleDraft:
        return cls.of_values(rule.of, person, {name: getattr(rule, name) for name in BEGUN})

    @classmethod
    def of_form(cls, noun: Noun, person: Any, given: QueryDict) -> RuleDraft:
        root = drafts.of_form(given, noun.asked(), plain)
        texts = {
            name: given.get(name, "").strip()[:300]
            for name in ("name", "when", "field", "from_value", "to_value", "note")
        }
        if given.get("was_field", texts["field"]) != texts["field"]:
            texts |= {"from_value": "", "to_value": ""}
        parts: dict[str, Any] = texts | {"for_imports": "for_imports" in given}
        number = given.get("responsible", "")
        is_number = number.isascii() and number.isdigit() and len(number) < 18
        parts["responsible"] = User.objects.living().filter(pk=int(number)).first() if is_number else None
        found = cls(noun, person, parts, root, _actions(given))
        found.parts["days"] = found._whole(given, "days") * (-1 if given.get("way") == "before" else 1)
        found.parts["most_a_day"] = found._whole(given, "most_a_day", 200)
        return found

    def _whole(self, given: QueryDict, name: str, default: int = 0) -> int:
        text = given.get(name, "").strip()
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 8:
            return int(text)
        self.problems[name] = _("Write a whole number.")
        return default

    # --- what the buttons do

    def altered(self, verb: str, place: str) -> None:
        """Add or take away a condition, group or action, or move an action up."""
        if verb == "action" and place in Do.values and len(self.actions) < actions.MOST:
            self.actions.append(actions.begun(place))
        elif verb in ("drop", "raise") and place.isascii() and place.isdigit() and int(place) < len(self.actions):
            at = int(place)
            one = self.actions.pop(at)
            if verb == "raise":
                self.actions.insert(max(0, at - 1), one)
        else:
            building.change_draft(self.root, verb, place)
        pick(self.root, self.person)
        drafts.placed(self.root, drafts.choosable(self.noun.asked()))

    def values(self) -> dict[str, Any] | None:
        """What the verb is told; None when something is unfinished, which then stands beside it."""
        drafts.finished(self.root)
        drafts.placed(self.root, drafts.choosable(self.noun.asked()))
        pick(self.root, self.person)
        for row in building.unfinished(self.root):
            said = _("“%(label)s” needs a value to compare with.")
            row.problem = row.problem or said % {"label": row.asked.label if row.asked else ""}
            self.problems["conditions"] = row.problem
        texts = [part.written() for part in self.root.parts if part.is_finished]
        if "conditions" not in self.problems:
            self._read(texts)
        if self.problems:
            return None
        values = {name: value for name, value in self.parts.items() if name not in ("conditions", "actions")}
        if values["when"] not in (When.CHANGED, When.DAY):
            values |= {"field": ""}
        if values["when"] != When.CHANGED:
            values |= {"from_value": "", "to_value": ""}
        if values["when"] != When.DAY:
            values["days"] = 0
        return values | {"conditions": texts, "actions": self.actions}

    def _read(self, texts: list[str]) -> None:
        try:
            parse(texts, self.noun.readable(), by=self.parts["responsible"] or self.person, today=clock.today())
        except BadFilter as bad:
            wrong = drafts.at(self.root, ".".join(["c", *map(str, bad.at)])) or self.root
            wrong.problem = self.problems["conditions"] = str(bad)

    def refused(self, by_field: Mapping[str, Any]) -> None:
        """What the verb refused."""
        self.problems |= {name: " ".join(map(str, said)) for name, said in by_field.items()}

    @property
    def known_problems(self) -> list[str]:
        """What stands beside no field of the form."""
        shown = {"name", "field", "from_value", "to_value", "days", "most_a_day", "note", "responsible", "actions"}
        return [
            said
            for name, said in self.problems.items()
            if name not in shown and (name != "conditions" or not self._is_placed())
        ]

    def _is_placed(self) -> bool:
        return any(isinstance(part, Row) and part.problem for part in self.root.parts) or bool(self.root.problem)

    # --- what there is to choose

    @property
    def whens(self) -> list[tuple[str, Any]]:
        return [(when, label) for when, label in When.choices if when in self.noun.whens]

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """The fields whose change starts the rule, or the dates for which it waits."""
        if self.parts["when"] == When.DAY:
            return [(name, one.label) for name, one in self.noun.days().items()]
        return [(name, _capital(label)) for name, label in self.noun.watched_fields().items()]

    @property
    def field_values(self) -> list[tuple[str, str]]:
        return self.noun.choices(self.parts["field"])

    @property
    def settable(self) -> list[tuple[str, str]]:
        return [(name, _capital(label)) for name, label in self.noun.settable_fields().items()]

    def choices_of(self, action: Mapping[str, Any]) -> list[tuple[str, str]]:
        return self.noun.choices(action.get("field", ""))

    def is_several(self, action: Mapping[str, Any]) -> bool:
        own = self.noun.own().get(action.get("field", ""))
        return own is not None and own.kind == "several"

    def is_date(self, action: Mapping[str, Any]) -> bool:
        own = self.noun.own().get(action.get("field", ""))
        return own is not None and own.kind == "date"

    @property
    def dos(self) -> list[tuple[str, Any]]:
        """The actions that such records allow."""
        can = {Do.TASK, Do.NOTIFY} | ({Do.OWNER} if self.noun.assign else set())
        can |= {Do.FIELD} if self.noun.settable_fields() else set()
        return [(do, _capital(label)) for do, label in Do.choices if do in can]

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        rows = User.objects.living().filter(is_active=True).order_by("last_name", "first_name")
        return [(str(person.pk), str(person)) for person in rows]

    @property
    def whom(self) -> list[tuple[str, Any]]:
        who = [
            (name, label) for name, label in actions.WHO.items() if name != "actor" or self.parts["when"] != When.DAY
        ]
        return [*who, *((f"person:{pk}", name) for pk, name in self.people)]

    @property
    def new_owners(self) -> list[tuple[str, Any]]:
        return [one for one in self.whom if one[0] != "owner"]

    @property
    def told(self) -> list[tuple[str, Any]]:
        """Whom a notification can reach: by what they are to the record, by role, by name."""
        roles = [(f"role:{role}", actions.person_said(f"role:{role}")) for role in Role.values]
        whom = self.whom
        at = sum(1 for name, _label in whom if ":" not in name)
        return [*whom[:at], *roles, *whom[at:]]

    kinds = actions.TASKS
    purposes = (("", lazy("no advertising")), *Consent.Purpose.choices)

    @property
    def placeholders(self) -> list[tuple[str, Any]]:
        return [(f"{{{name}}}", label) for name, label in actions.placeholders(self.noun).items()]


def _capital(label: Any) -> str:
    return str(label)[:1].upper() + str(label)[1:]


def _actions(given: QueryDict) -> list[dict[str, Any]]:
    """The actions that the form sends: `a.0.do`, `a.0.title`, …"""
    numbers = {name.split(".")[1] for name in given if name.startswith("a.") and name.count(".") == 2}
    places = sorted(int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) < 4)
    return [_action(given, f"a.{place}.") for place in places[:_MOST_PARTS] if given.get(f"a.{place}.do") in Do.values]


def _action(given: QueryDict, at: str) -> dict[str, Any]:
    found = actions.begun(given[f"{at}do"])
    if found["do"] == Do.TASK:
        days = given.get(f"{at}days", "").strip()
        found |= {name: given.get(at + name, "").strip() for name in TASK_PARTS}
        found |= {"days": int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0 if not days else -1}
        found["working"] = f"{at}working" in given
    elif found["do"] == Do.OWNER:
        found["who"] = given.get(f"{at}who", "")
    elif found["do"] == Do.FIELD:
        found["field"] = given.get(f"{at}field", "")
        is_same = given.get(f"{at}was", found["field"]) == found["field"]
        some = given.getlist(f"{at}value") if is_same else []
        found["value"] = some if f"{at}several" in given and is_same else (some[0].strip() if some else "")
    else:
        found |= {"to": given.getlist(f"{at}to"), "text": given.get(f"{at}text", "").strip()}
    return found
