"""What a list can be asked about the records of other rooms.

A room that hangs its records on those of a lower one tells it here when the house starts (`tell`), because the lower one does not know
it. The doors, and every room that asks the same questions, read it (`of`).
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kundenkreis.core.filters import Filter
from kundenkreis.staff import access

_TOLD: dict[str, dict[str, Filter]] = {}


def tell(list_name: str, *filters: Filter) -> None:
    """The list of this name ("accounts") can be asked by these filters from now on."""
    _TOLD.setdefault(list_name, {}).update({one.name: one for one in filters})


def of(list_name: str) -> tuple[Filter, ...]:
    """All that rooms told about this list, in the order of the floors."""
    return tuple(_TOLD.get(list_name, {}).values())


def seen_with_account(rows: Any, person: Any, action: str) -> QuerySet:
    """Those of `rows` that count in a question about accounts: not in the bin, and seen by this person.

    Every account of the list is one that she sees. Who sees orders as far as accounts sees all of its orders, and they are not asked
    about one by one again.
    """
    reach = access.reach(person, action)
    if not reach:
        return rows.none()
    return rows.living() if reach == access.reach(person, "accounts.see") else rows.visible_to(person).living()
