"""Rules to begin with: an administrator looks at one, changes what her house does otherwise, and stores it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.automation.nouns import When


def examples() -> dict[str, dict[str, Any]]:
    """Name → the parts of a rule, its texts in the language of the moment."""
    welcome = _call(_("Welcome {account}"), 2, _("First call: who decides, who orders, what has been agreed."))
    won = [
        {"do": "field", "field": "tier", "value": "D"},
        {"do": "notify", "to": ["lead"], "text": _("{account} is a customer now ({owner}).")},
    ]
    return {
        "welcome": {
            "name": _("Welcome new customers"), "belongs_to": "accounts", "when": When.ADDED.value,
            "conditions": ["relation:in:customer"], "actions": [welcome],
        },
        "won": {
            "name": _("A prospect has become a customer"), "belongs_to": "accounts", "when": When.CHANGED.value,
            "field": "relation", "from_value": "prospect", "to_value": "customer", "actions": won,
        },
        "overdue": {
            "name": _("Call when an invoice is two weeks late"), "belongs_to": "open_items", "when": When.DAY.value,
            "field": "due", "days": 14, "conditions": ["open:over:0"], "actions": [_call(_("{account}: invoice {record} is open"), 1)],
        },
        "offer": {
            "name": _("An offer without an answer for ten days"), "belongs_to": "opportunities", "when": When.DAY.value,
            "field": "stage_since", "days": 10, "conditions": ["forecast:in:best_case,commit", "state:in:no_step"],
            "actions": [_call(_("{record}: ask about the offer"), 1)],
        },
        "missed": {
            "name": _("Ask when a large customer has not ordered"), "belongs_to": "signals", "when": When.ADDED.value,
            "conditions": ["kind:in:missed_order", "value:over:5000"],
            "actions": [_call(_("{account} has not ordered: ask why"), 3)],
        },
    }  # fmt: skip


def _call(title: str, days: int, text: str = "") -> dict[str, Any]:
    """The owner calls within so many working days."""
    return {"do": "task", "kind": "call", "title": title, "text": text, "days": days, "working": True, "who": "owner"}
