"""VIES is asked about the VAT IDs of accounts, if the settings allow it: one at somebody's wish, and at night those that a rule wants proven.

Always in the background, because another house answers. What it says becomes a look-up; why it said nothing is known for a day.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.quality import vies
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.rules import QualityFinding
from kundenkreis.quality.standards import measuring
from kundenkreis.quality.standards.demands import Kind, Reason

A_NIGHT = 200  # numbers that are asked in one night: VIES serves all of Europe
BETWEEN = 1.0  # seconds from one to the next
_ENOUGH = 3  # silences in a row after which the night's asking ends
_DAY = 24 * 3600
_PLACE = "vies.place"


@dataclass(frozen=True)
class State:
    """How far the question about an account's number is. `why` is a value of `vies.Why`, "" while it waits."""

    number: str
    why: str = ""

    @property
    def is_waiting(self) -> bool:
        return not self.why

    @property
    def sentence(self) -> str:
        return str(vies.Why(self.why).label) if self.why in vies.Why.values else ""


def is_on() -> bool:
    """Whether the settings allow it; from a test copy nothing leaves."""
    house = House.current()
    return house.asks_vies and not house.is_test_copy


def may_be_asked(account: Account) -> bool:
    """Whether there is a number that VIES knows of, and the settings allow to ask."""
    return vies.knows(account.vat_id) and House.known().asks_vies and House.lets_out()


def state_of(account: Account) -> State | None:
    """How far it is with the number that the account has now; None when nobody has asked, or it has been answered."""
    kept = cache.get(_key(account.pk))
    state = State(*kept) if kept else None
    return state if state is not None and state.number == account.vat_id else None


def ask_for(account: Account, *, by: Any) -> State:
    """Have VIES asked about the account's number. Raises ValidationError when it must or can not be, or is being asked."""
    from kundenkreis.quality.tasks import ask_vies

    if not is_on():
        raise ValidationError(_("The settings of the house do not allow to ask VIES."))
    if not vies.knows(account.vat_id):
        raise ValidationError(_("VIES knows VAT IDs of the European Union and Northern Ireland only."))
    present = state_of(account)
    if present is not None and present.is_waiting:
        raise ValidationError(_("VIES is being asked already."))
    state = State(account.vat_id)
    cache.set(_key(account.pk), (state.number, ""), 600)  # a lost job can be asked for again in ten minutes
    ask_vies.enqueue(account.pk, account.vat_id, by.pk if by else None)
    return state


def ask(account_id: int, number: str, *, by: Any, sleep: Callable[[float], None] = time.sleep) -> Lookup | None:
    """Ask VIES and keep what it says; None when it said nothing, which is kept for a day too. Belongs into no transaction."""
    house = House.current()
    if not house.asks_vies:
        cache.delete(_key(account_id))
        return None
    try:
        told = vies.ask(number, house.vat_id, url=settings.VIES_URL, sleep=sleep)
    except vies.NoAnswer as none:
        cache.set(_key(account_id), (number, none.why.value), _DAY)
        return None
    cache.delete(_key(account_id))
    return keep(account_id, number, told, by=by)


@transaction.atomic
def keep(account_id: int, number: str, told: vies.Answer, *, by: Any) -> Lookup | None:
    """The look-up of today: the one that there is already says what was answered last. None when the account is gone."""
    account = Account.objects.living().select_for_update(of=("self",)).filter(pk=account_id).first()
    if account is None:
        return None
    values: dict[str, Any] = {
        "answer": Lookup.Answer.VALID.value if told.is_valid else Lookup.Answer.INVALID.value,
        "reference": told.reference, "name": told.name, "address": told.address,
    }  # fmt: skip
    same: dict[str, Any] = {"number": number, "service": Lookup.Service.VIES.value, "asked_on": clock.today()}
    found = Lookup.objects.living().filter(account=account, **same).order_by("-pk").first()
    if found is not None:
        found.change(by=by, **values)
    else:
        found = Lookup.add(by=by, account=account, **same, **values)
    measuring.again(account)
    return found


def ask_due(most: int = A_NIGHT, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Ask about numbers that a rule wants proven and that are not; how many were answered. Each night goes on where the last one ended."""
    if not is_on():
        return 0
    answered = silences = 0
    for account in _due(most):
        cache.set(_PLACE, account.pk, None)
        kept = ask(account.pk, account.vat_id, by=None, sleep=sleep)
        answered += kept is not None
        silences = 0 if kept is not None else silences + 1
        if silences >= _ENOUGH:
            break
        sleep(BETWEEN)
    return answered


def _due(most: int) -> list[Account]:
    wanted = QualityFinding.objects.filter(
        rule__kind=Kind.PROVEN, rule__deleted_at=None, reason=Reason.UNPROVEN, account__deleted_at=None
    )
    place = cache.get(_PLACE) or 0
    numbers: list[int] = []
    for some in (wanted.filter(account_id__gt=place), wanted.filter(account_id__lte=place)):
        rows = some.order_by("account_id").values_list("account_id", flat=True).distinct()
        numbers += list(rows[: most - len(numbers)])
    by_number = Account.objects.living().in_bulk(numbers)
    return [one for pk in numbers if (one := by_number.get(pk)) is not None and vies.knows(one.vat_id)]


def _key(account_id: int) -> str:
    return f"vies.{account_id}"
