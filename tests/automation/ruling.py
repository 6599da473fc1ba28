"""Rules for tests, and the worker that follows."""

from __future__ import annotations

from typing import Any

from kundenkreis.automation import working
from kundenkreis.automation.models import AutomationRule, AutomationRun


def rule(
    world: Any, when: str = "added", *actions: dict[str, Any], noun: str = "accounts", **values: Any
) -> AutomationRule:
    """A rule of the administrator's that is on, and has looked at what there is."""
    values = {
        "responsible": world.admin,
        "is_on": True,
        "name": f"Rule {AutomationRule._base_manager.count() + 1}",
    } | values
    made = AutomationRule.add(by=world.admin, belongs_to=noun, when=when, actions=list(actions), **values)
    working.go()
    return made


def set_to(field: str, value: Any) -> dict[str, Any]:
    return {"do": "field", "field": field, "value": value}


def task(title: str = "Call {record}", **values: Any) -> dict[str, Any]:
    return {"do": "task", "kind": "task", "title": title, "who": "owner"} | values


def told(*to: str, text: str = "") -> dict[str, Any]:
    return {"do": "notify", "to": list(to), "text": text}


def runs(made: AutomationRule, state: str = "") -> list[AutomationRun]:
    found = AutomationRun.objects.filter(rule=made).order_by("pk")
    return list(found.filter(state=state) if state else found)


def again(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)
