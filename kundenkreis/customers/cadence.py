"""How often an account should be spoken with: the house's rule for its tier, or what was agreed for the account itself; and how often a
person who works there (the CFO every 90 days).

The account keeps the day of its last touch and the person's position that of the last one with her (`activities.touching` writes both).
From them follows the day on which the account's next touch is due, the earliest of its own and its people's; it stands on the account, so
that a list can sort a million by it. Without a rule nothing is ever due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.cache import cache
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils import timezone

from kundenkreis.core import bulk, clock
from kundenkreis.core.models import House

# "Never touched" and "nothing is due", as dates, because the engines sort NULL differently.
NEVER = dt.date(1900, 1, 1)
NOT_DUE = dt.date(9999, 12, 31)
_KEY = "customers.cadence"
_CHUNK = 5000
_READ = ("tier", "touch_days", "created_at", "last_touch_on", "next_touch_on")
# What may be agreed as days between two touches.
DAYS = [MinValueValidator(1), MaxValueValidator(730)]
Rules = Mapping[str, int]


def next_due(last: dt.date, made: dt.date, days: int | None) -> dt.date:
    """The day of the next touch: so many days after the last one, or after the account was made when there was none."""
    return NOT_DUE if days is None else (made if last == NEVER else last) + dt.timedelta(days=days)


def days_for(tier: str, own: int | None, rules: Rules) -> int | None:
    """Days between two touches: what was agreed for the account before the rule of its tier; None without either."""
    return own if own is not None else rules.get(tier)


def rules(*, fresh: bool = False) -> Rules:
    """Tier → days, as the house's settings say."""
    known = None if fresh else cache.get(_KEY)
    if known is None:
        house = House.current()
        given = {"A": house.touch_days_a, "B": house.touch_days_b, "C": house.touch_days_c, "D": house.touch_days_d}
        known = {tier: days for tier, days in given.items() if days is not None}
        cache.set(_KEY, known, 30)
    return known


def forget() -> None:
    """Read the rules anew at the next call (after they were changed)."""
    cache.delete(_KEY)


def _made_on(at: dt.datetime) -> dt.date:
    """The day by the house's calendar: in a house whose today lies in the past, nothing was made later than that."""
    return min(timezone.localdate(at), clock.today())


def of_new(account: Any) -> dt.date:
    """When the first touch of an account is due that is just being made: nobody works there yet."""
    return next_due(NEVER, _made_on(account.created_at), days_for(account.tier, account.touch_days, rules()))


def of_position(position: Any) -> dt.date:
    """When this person should be spoken with again at this account, by what was agreed for her."""
    return next_due(position.last_touch_on, _made_on(position.created_at), position.touch_days)


def bring_in_step(accounts: Any, last: Mapping[int, dt.date] | None = None) -> int:
    """Write the next due day of these accounts (a QuerySet) and, with `last`, the day of their last touch. Returns how many changed."""
    present, differing = rules(fresh=True), []
    with transaction.atomic():
        people = _earliest_of_people(accounts)
        for pk, tier, own, made, touched, due in accounts.order_by("pk").values_list("pk", *_READ):
            new = touched if last is None else last.get(pk, NEVER)
            wanted = next_due(new, _made_on(made), days_for(tier, own, present))
            wanted = min(wanted, people.get(pk, NOT_DUE))
            if (new, wanted) != (touched, due):
                differing.append((pk, new, wanted))
        if differing:
            bulk.update_rows(accounts.model, ["id", "last_touch_on", "next_touch_on"], differing)
    return len(differing)


def _positions(accounts: Any) -> Any:
    model = accounts.model.positions.rel.related_model
    return model._base_manager.filter(account_id__in=accounts.order_by().values("pk"))


def _earliest_of_people(accounts: Any) -> dict[int, dt.date]:
    """Account → the earliest day on which one of its people is due by what was agreed for her."""
    from kundenkreis.customers.models.dated import holding

    agreed = _positions(accounts).filter(
        holding(clock.today()), touch_days__isnull=False, deleted_at=None, contact__deleted_at=None
    )
    found: dict[int, dt.date] = {}
    for position in agreed.only("account_id", "touch_days", "last_touch_on", "created_at"):
        due = of_position(position)
        found[position.account_id] = min(due, found.get(position.account_id, NOT_DUE))
    return found


def bring_people_in_step(accounts: Any, last: Mapping[tuple[int, int | None], dt.date]) -> int:
    """Write the day of the last touch onto the positions at these accounts (a QuerySet); `last` has it by account and contact.

    Returns how many changed.
    """
    rows = _positions(accounts).values_list("pk", "account_id", "contact_id", "last_touch_on")
    differing = [
        (pk, last.get((account, contact), NEVER))
        for pk, account, contact, touched in rows
        if touched != last.get((account, contact), NEVER)
    ]
    if differing:
        bulk.update_rows(accounts.model.positions.rel.related_model, ["id", "last_touch_on"], differing)
    return len(differing)


def chunks_of(model: Any, ids: Iterable[int] | None = None) -> Iterator[Any]:
    """These accounts, or all, as QuerySets of 5,000 at most."""
    if ids is not None:
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), _CHUNK):
            yield model._base_manager.filter(pk__in=wanted[start : start + _CHUNK])
        return
    last = 0
    while some := list(model._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        yield model._base_manager.filter(pk__gt=last, pk__lte=some[-1])
        last = some[-1]
