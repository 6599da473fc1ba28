"""A rule about leads while somebody writes it: its conditions in the lists' builder, unfinished as they may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.leads.asking import RULED
from kundenkreis.leads.models import RoutingRule, ScoreRule
from kundenkreis.staff.models import Team, User
from kundenkreis.web.lists import building, drafts
from kundenkreis.web.lists.drafts import Block
from kundenkreis.web.lists.picking import pick
from kundenkreis.web.lists.plain import plain

BEGUN: dict[Any, dict[str, Any]] = {
    ScoreRule: {"words_de": "", "words_en": "", "points": 10, "position": 10, "is_on": True},
    RoutingRule: {"name": "", "way": "person", "person": "", "team": "", "position": 10, "is_on": True},
}
WHOLE = ("points", "position")


class ConditionsDraft:
    """What the form shows. `problems` say by field what is wrong; `parts` are the values of the plain fields."""

    def __init__(self, model: type, person: Any, parts: Mapping[str, Any], root: Block):
        self.model, self.person, self.root = model, person, root
        self.parts = {**BEGUN[model], **parts}
        self.problems: dict[str, str] = {}

    @classmethod
    def of_rule(cls, model: type, rule: Any, person: Any) -> ConditionsDraft:
        """A new one, or one as it stands. A condition that cannot be read any more is left out, and said."""
        kept: list[Any] = []
        lost = []
        for text in rule.conditions if rule else []:
            try:
                kept += parse([text], RULED, by=person).parts
            except BadFilter as bad:
                lost.append(f"{text}: {bad}")
        names = [name for name in BEGUN[model] if name not in ("person", "team")]
        parts = {name: getattr(rule, name) for name in names} if rule else {}
        if rule and model is RoutingRule:
            parts |= {"person": str(rule.person_id or ""), "team": str(rule.team_id or "")}
        root = drafts.of_address(kept, RULED)
        found = cls(model, person, parts, root)
        pick(root, person)
        if lost:
            found.problems["conditions"] = " ".join(lost)
        return found

    @classmethod
    def of_form(cls, model: type, person: Any, given: QueryDict) -> ConditionsDraft:
        root = drafts.of_form(given, RULED, plain)
        parts: dict[str, Any] = {name: given.get(name, "").strip()[:120] for name in BEGUN[model] if name != "is_on"}
        return cls(model, person, parts | {"is_on": "is_on" in given}, root)

    def altered(self, verb: str, place: str) -> None:
        """Add or take away a condition or group."""
        building.change_draft(self.root, verb, place)
        pick(self.root, self.person)
        drafts.placed(self.root, drafts.choosable(RULED))

    def values(self) -> dict[str, Any] | None:
        """What the verb is told; None when something is unfinished, which then stands beside it."""
        drafts.finished(self.root)
        drafts.placed(self.root, drafts.choosable(RULED))
        pick(self.root, self.person)
        for row in building.unfinished(self.root):
            said = _("“%(label)s” needs a value to compare with.")
            row.problem = row.problem or said % {"label": row.asked.label if row.asked else ""}
            self.problems["conditions"] = row.problem
        values = {name: value for name, value in self.parts.items() if name not in ("person", "team")}
        for name in WHOLE:
            if name in values:
                self._whole(values, name)
        values["conditions"] = [part.written() for part in self.root.parts if part.is_finished]
        if self.model is RoutingRule:
            values |= {"person": self._chosen(User, "person"), "team": self._chosen(Team, "team")}
            values["person"] = values["person"] if values["way"] == "person" else None
            values["team"] = values["team"] if values["way"] in ("turn", "load") else None
        return None if self.problems else values

    def _whole(self, values: dict[str, Any], name: str) -> None:
        text = str(values[name])
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 6:
            values[name] = int(text)
        else:
            self.problems[name] = _("Write a whole number.")

    def _chosen(self, model: Any, name: str) -> Any:
        number = self.parts[name]
        known = number.isascii() and number.isdigit() and len(number) < 18
        return model.objects.living().filter(pk=int(number)).first() if known else None

    def refused(self, by_field: Mapping[str, Any]) -> None:
        """What the verb refused."""
        self.problems |= {name: " ".join(map(str, said)) for name, said in by_field.items()}

    @property
    def known_problems(self) -> list[str]:
        """What stands beside no field of the form."""
        return [said for name, said in self.problems.items() if name not in self.parts]

    @property
    def ways(self) -> list[tuple[str, Any]]:
        return list(RoutingRule.Way.choices)

    @property
    def people(self) -> list[tuple[str, str]]:
        rows = User.objects.living().filter(is_active=True).order_by("last_name", "first_name")
        return [("", "–"), *((str(one.pk), str(one)) for one in rows)]

    @property
    def teams(self) -> list[tuple[str, str]]:
        return [("", "–"), *((str(pk), name) for pk, name in Team.objects.living().values_list("pk", "name"))]
