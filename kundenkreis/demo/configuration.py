"""What the demo house calls things and how it lays them out: a list of industries in two languages, and a layout for those who hear complaints."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kundenkreis.customers.models import Account
from kundenkreis.demo.words import INDUSTRIES_IN_GERMAN
from kundenkreis.fields import arranging, layouts, picking
from kundenkreis.fields.known import Choice
from kundenkreis.fields.shaping import settled
from kundenkreis.staff.roles import Role

HIDDEN = frozenset({"touch_days", "touch_reason", "customer_since", "register_court"})


def add(by: Any, now: dt.datetime) -> None:
    """The industries that the accounts have, and one layout."""
    kept = picking.get("accounts.industry")
    assert kept is not None
    there = (
        Account._base_manager.exclude(industry="").order_by("industry").values_list("industry", flat=True).distinct()
    )
    names = [Choice(name, name, INDUSTRIES_IN_GERMAN.get(name, name)) for name in there]
    picking.keep(kept, names, by=by, now=now)
    groups = arranging.as_kept(layouts.shipped("accounts"))
    groups.sort(key=lambda group: group["key"] != "reach")  # whom to call comes first
    for group in groups:
        for field in group["fields"]:
            field["page"] = field["page"] and field["name"] not in HIDDEN
    settled("accounts", Role.COMPLAINT_MANAGER, groups, by=by, now=now)
