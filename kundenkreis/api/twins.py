"""What a new record is asked before it is made, when the caller wants that: is it here already?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kundenkreis.api.problems import Problem
from kundenkreis.quality.matching import entry
from kundenkreis.quality.matching.entry import Twin

HEADER = "Refuse-Duplicates"
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "`true`: do not make it when it may be here already; the answer is 409 with `twins`, as far as the caller may see them.",
    "schema": {"type": "string", "enum": ["true", "false"]},
}


def refuse_account(request: HttpRequest, user: Any, values: Mapping[str, Any]) -> None:
    """Problem 409 with the accounts that the new one may be, when the header asks for it."""
    if _asked(request):
        _refuse(entry.accounts_like(values, user))


def refuse_contact(request: HttpRequest, user: Any, values: Mapping[str, Any]) -> None:
    """The same for a contact."""
    if _asked(request):
        _refuse(entry.contacts_like(values, user))


def _asked(request: HttpRequest) -> bool:
    return request.headers.get(HEADER, "").strip().lower() == "true"


def _refuse(found: list[Twin]) -> None:
    if found:
        twins = [
            {"id": t.record.pk, "name": str(t.record), "probability": round(t.likeness.probability, 6)} for t in found
        ]
        raise Problem(409, "conflict", _("Perhaps this is here already. Nothing was saved."), twins=twins)
