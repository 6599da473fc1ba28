"""Rules to begin with: an administrator looks at one, changes what her house does otherwise, and stores it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.automation.nouns import When


def examples() -> dict[str, dict[str, Any]]:
    """Name → the parts of a rule, its texts in the language of the moment."""
    return {
        "welcome": {
            "name": _("Welcome new customers"),
            "belongs_to": "accounts",
            "when": When.ADDED.value,
            "conditions": ["relation:in:customer"],
            "actions": [
                {
                    "do": "task",
                    "kind": "call",
                    "title": _("Welcome {account}"),
                    "text": _("First call: who decides, who orders, what has been agreed."),
                    "days": 2,
                    "working": True,
                    "who": "owner",
                }
            ],
        },
        "won": {
            "name": _("A prospect has become a customer"),
            "belongs_to": "accounts",
            "when": When.CHANGED.value,
            "field": "relation",
            "from_value": "prospect",
            "to_value": "customer",
            "actions": [
                {"do": "field", "field": "tier", "value": "D"},
                {"do": "notify", "to": ["lead"], "text": _("{account} is a customer now ({owner}).")},
            ],
        },
        "overdue": {
            "name": _("Call when an invoice is two weeks late"),
            "belongs_to": "open_items",
            "when": When.DAY.value,
            "field": "due",
            "days": 14,
            "conditions": ["open:over:0"],
            "actions": [
                {
                    "do": "task",
                    "kind": "call",
                    "title": _("{account}: invoice {record} is open"),
                    "text": "",
                    "days": 1,
                    "working": True,
                    "who": "owner",
                }
            ],
        },
        "missed": {
            "name": _("Ask when a large customer has not ordered"),
            "belongs_to": "signals",
            "when": When.ADDED.value,
            "conditions": ["kind:in:missed_order", "value:over:5000"],
            "actions": [
                {
                    "do": "task",
                    "kind": "call",
                    "title": _("{account} has not ordered: ask why"),
                    "text": "",
                    "days": 3,
                    "working": True,
                    "who": "owner",
                },
            ],
        },
    }
