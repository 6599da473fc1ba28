"""The one target that is shown where people work: an account's in its year, a person's own in the present quarter."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.core.prepared import prepared
from kundenkreis.market.attainment import Attained, attained
from kundenkreis.market.discretion import Discretion
from kundenkreis.market.models import Target
from kundenkreis.staff import access


def of_account(account: int, user: Any) -> Attained | None:
    """Of all families and all business, in the present fiscal year."""
    return _stand(_at_account(account, _year()), "year", user)


def of_person(user: Any) -> Attained | None:
    """Her own, in the present quarter."""
    today = clock.today()
    return _stand(_of_person(user.pk, _year()), fiscal.quarter_of(today, House.known().fiscal_month).key, user)


def _year() -> Any:
    return fiscal.year_of(clock.today(), House.known().fiscal_month)


def _stand(targets: list[Target], key: str, user: Any) -> Attained | None:
    if not targets or not access.reach(user, "targets.see"):
        return None
    # Hers, or an account's that she sees: told without asking who else is in her team.
    told = Discretion(user.pk, by_person=False)
    return attained(targets[:1], key, user, told)[targets[0].pk]


@prepared
def _at_account(account: Any, starts_on: Any) -> QuerySet:
    return _whole(Target.Level.ACCOUNT, starts_on).filter(account_id=account)


@prepared
def _of_person(person: Any, starts_on: Any) -> QuerySet:
    return _whole(Target.Level.PERSON, starts_on).filter(person_id=person)


def _whole(level: str, starts_on: Any) -> QuerySet:
    rows = Target.objects.living().filter(level=level, starts_on=starts_on, business=Target.Business.ALL)
    return rows.filter(family_id__isnull=True).select_related("account", "person")
