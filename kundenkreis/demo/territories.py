"""A reassignment of the demo house that waits to be looked at: Southern Europe comes to Cem with the new year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kundenkreis.customers.models import Account
from kundenkreis.demo.people import House
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange


def add(house: House, today: dt.date, now: dt.datetime) -> None:
    """The draft; the largest account stays with whom it is."""
    by, cem, south = house.people["Ben"], house.people["Cem"], house.territories["Southern Europe"]
    draft = Reassignment.add(
        by=by, now=now, name="Southern Europe comes to Cem", due_on=dt.date(today.year + 1, 1, 1),
        note="Noah gives it up to look after Overseas. (Made up for the demo.)",
    )  # fmt: skip
    people: dict[str, Any] = {"sets_people": True, "new_people": [cem]}
    TerritoryChange.add(by=by, now=now, reassignment=draft, territory=south, sets_owner=True, new_owner=cem, **people)
    largest = Account.objects.living().filter(territory=south).order_by("-revenue_12m", "pk").first()
    if largest is not None:
        AccountChoice.add(by=by, now=now, reassignment=draft, account=largest)
