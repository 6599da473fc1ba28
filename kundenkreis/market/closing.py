"""What would close a target's gap: open opportunities expected in its months, and who bought in the same months last year and not now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from kundenkreis.catalogue.models import Product
from kundenkreis.core import fiscal
from kundenkreis.core.money import rounded
from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.customers.models import Account
from kundenkreis.market.models import Target
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.pipeline.asking import weighted
from kundenkreis.pipeline.models import Opportunity, OpportunityLine
from kundenkreis.staff import access
from kundenkreis.staff.models import Team

PATIENCE = 3_000  # milliseconds for each of the two
NAMED = 10
_KINDS = (Order.Kind.ORDER, Order.Kind.CREDIT_NOTE)


@dataclass(frozen=True)
class Chances:
    """Open opportunities; money in house currency, `weighted` by their probability. `named` are those worth most."""

    count: int
    value: Decimal
    weighted: Decimal
    named: Sequence[Opportunity]


@dataclass(frozen=True)
class Missing:
    """One account, and what it ordered in the same months last year."""

    account: int
    name: str
    revenue: Decimal


@dataclass(frozen=True)
class Silent:
    """Accounts that ordered in the same months last year and have not this year."""

    count: int
    revenue: Decimal
    named: Sequence[Missing]


@dataclass(frozen=True)
class Closing:
    """None where it took too long to work out."""

    chances: Chances | None
    silent: Silent | None


def closing(target: Target, part: fiscal.Part, user: Any) -> Closing:
    """As far as `user` sees opportunities and orders."""
    return Closing(_told(_chances, target, part, user), _told(_silent, target, part, user))


def _told(work: Any, *arguments: Any) -> Any:
    try:
        with at_most(PATIENCE):
            return work(*arguments)
    except TookTooLong:
        return None


def opportunities(target: Target, part: fiscal.Part, user: Any) -> QuerySet[Opportunity]:
    """Open ones that are expected to be decided in the part, also those whose day is over."""
    rows = Opportunity.objects.visible_to(user).open().counted()
    rows = rows.filter(expected_close_on__gte=part.first, expected_close_on__lte=part.last)
    if target.level == Target.Level.PERSON:
        rows = rows.filter(owner=target.person_id)
    elif target.level == Target.Level.TEAM:
        rows = rows.filter(team__in=_teams(target))
    elif target.level == Target.Level.ACCOUNT:
        rows = rows.filter(account=target.account_id)
    if target.family_id:
        lines = OpportunityLine.objects.living().filter(product__family=target.family_id)
        rows = rows.filter(Exists(lines.filter(opportunity=OuterRef("pk"))))
    return rows


def _teams(target: Target) -> frozenset[int]:
    return access.below(Team, {target.team_id} if target.team_id else set())


def _chances(target: Target, part: fiscal.Part, user: Any) -> Chances:
    rows = opportunities(target, part, user)
    whole = rows.order_by().aggregate(count=Count("pk"), value=Sum("value_house"), weighted=Sum(weighted()))
    named = rows.select_related("account", "stage").order_by("-value_house", "-pk")[:NAMED]
    return Chances(whole["count"], rounded(whole["value"] or 0), rounded(whole["weighted"] or 0), list(named))


def _silent(target: Target, part: fiscal.Part, user: Any) -> Silent | None:
    """None for an account's own target: who would be missing is that account."""
    if target.level == Target.Level.ACCOUNT:
        return None
    before = part.year_before()
    rows = bought(target, before.first, before.last, user)
    still = _lines(target) if target.family_id else Order.objects.filter(kind=Order.Kind.ORDER, deleted_at=None)
    now = still.filter(account=OuterRef("account"), ordered_on__gte=part.first, ordered_on__lte=part.last)
    amount = "amount_house" if target.family_id else "total_house"
    each = rows.filter(~Exists(now)).values("account_id", "account__name").annotate(sum=Sum(amount)).filter(sum__gt=0)
    whole = each.aggregate(count=Count("account_id"), revenue=Sum("sum"))
    named = each.order_by("-sum", "account_id").values_list("account_id", "account__name", "sum")[:NAMED]
    found = [Missing(pk, name, rounded(total)) for pk, name, total in named]
    return Silent(whole["count"], rounded(whole["revenue"] or 0), found)


def _lines(target: Target) -> QuerySet[OrderLine]:
    products = Product._base_manager.filter(family=target.family_id).values("pk")
    rows = OrderLine.objects.of_living_orders().filter(product__in=products)
    return rows.exclude(order__kind=Order.Kind.ADJUSTMENT)


def bought(target: Target, first: dt.date, last: dt.date, user: Any) -> QuerySet[Any]:
    """Orders, or lines of the target's family, of its accounts between two days."""
    rows: QuerySet[Any] = _lines(target) if target.family_id else Order.objects.filter(kind__in=_KINDS, deleted_at=None)
    reach = access.reach(user, "orders.see")
    if not reach.everything:
        rows = rows.filter(account__in=Account.objects.within(reach))
    rows = rows.filter(ordered_on__gte=first, ordered_on__lte=last, account__deleted_at=None)
    held = Q()
    if target.level == Target.Level.PERSON:
        held = Q(account__owner=target.person_id)
    elif target.level == Target.Level.TEAM:
        held = Q(account__team__in=_teams(target))
    return rows.filter(held, account__isnull=False).order_by()
