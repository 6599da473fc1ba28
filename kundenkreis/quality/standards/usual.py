"""The rules with which a house can begin: what key account managers and the accounting office miss most."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kundenkreis.history.recording import Actor
from kundenkreis.quality.rules import QualityRule

# (noun, field, kind, weight, days): the weight is how much the work suffers when it is wrong.
_USUAL: tuple[tuple[str, str, str, int, int | None], ...] = (
    ("account", "owner", "filled", 3, None),
    ("account", "vat_id", "filled", 3, None),
    ("account", "vat_id", "valid", 3, None),
    ("account", "vat_id", "unique", 3, None),
    ("account", "register_number", "valid", 2, None),
    ("account", "phone", "filled", 2, None),
    ("account", "phone", "valid", 2, None),
    ("account", "email", "filled", 2, None),
    ("account", "email", "valid", 2, None),
    ("account", "postcode", "filled", 2, None),
    ("account", "postcode", "valid", 2, None),
    ("account", "tier", "filled", 1, None),
    ("account", "industry", "filled", 1, None),
    ("account", "", "recent", 1, 730),
    ("contact", "main_account", "filled", 3, None),
    ("contact", "email", "filled", 2, None),
    ("contact", "email", "valid", 2, None),
    ("contact", "email", "unique", 2, None),
    ("contact", "mobile", "valid", 1, None),
    ("contact", "form_of_address", "filled", 1, None),
    ("contact", "job_title", "filled", 1, None),
    ("contact", "", "recent", 1, 730),
)


@transaction.atomic
def take_over(by: Actor | None) -> list[QualityRule]:
    """Add those of the usual rules that the house does not have yet."""
    return [QualityRule.add(by=by, **_values(*one)) for one in _lacking()]


def lacking() -> bool:
    """Whether the house does without one of them."""
    return bool(_lacking())


def _lacking() -> list[tuple[str, str, str, int, int | None]]:
    there = {(one.noun_of, one.field, one.kind) for one in QualityRule.objects.living()}
    return [one for one in _USUAL if one[:3] not in there]


def _values(noun: str, field: str, kind: str, weight: int, days: int | None) -> dict[str, Any]:
    return {"noun_of": noun, "field": field, "kind": kind, "weight": weight} | ({"days": days} if days else {})
