"""What of the pipeline falls into a period: closed, commit, best case, pipeline, by owner, as far as a person sees it.

Categories exclude each other; what is closed is what was won. An open opportunity counts in the period in which it is expected to close, its
day over or not, so that nothing moves by itself; how much of it is overdue is told beside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import BigIntegerField, Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Round

from kundenkreis.core import clock
from kundenkreis.forecast.periods import Period
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access

CATEGORIES = ("closed", "commit", "best_case", "pipeline")
OPEN = CATEGORIES[1:]
KEPT = 120  # seconds; see `_mark`
# Sums in whole cents are exact on both engines; SQLite adds decimals as floats.
ONE_CENTS = Cast(Round(F("value_house") * 100), BigIntegerField())
CENTS = Sum(ONE_CENTS)


@dataclass(frozen=True)
class Part:
    """So many opportunities, and what they come to in house currency."""

    number: int = 0
    cents: int = 0

    def __add__(self, other: Part) -> Part:
        return Part(self.number + other.number, self.cents + other.cents)

    @property
    def value(self) -> Decimal:
        return Decimal(self.cents) / 100


@dataclass(frozen=True)
class Sums:
    """What falls into a period of one owner, or of several together. `overdue` is a part of the open ones."""

    closed: Part = Part()
    commit: Part = Part()
    best_case: Part = Part()
    pipeline: Part = Part()
    overdue: Part = Part()

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in (*CATEGORIES, "overdue")))

    @property
    def call(self) -> Decimal:
        """What counts as the call while nobody has given another: closed and commit."""
        return (self.closed + self.commit).value

    @property
    def best(self) -> Decimal:
        """The call and the best case together."""
        return (self.closed + self.commit + self.best_case).value


@dataclass(frozen=True)
class Whole:
    """The sums of a period by owner (None: nobody's), and what stands outside of every period or of this one.

    `undated`: open, without an expected close. `earlier`: open, expected before the period began.
    """

    owners: Mapping[int | None, Sums] = field(default_factory=dict)
    undated: Part = Part()
    earlier: Part = Part()

    def of(self, owners: Iterable[int | None]) -> Sums:
        return sum((self.owners[one] for one in owners if one in self.owners), Sums())


def within(period: Period) -> Q:
    """Opportunities that fall into a period: won in it, or open and expected to close in it."""
    return won_in(period) | open_in(period)


def won_in(period: Period) -> Q:
    first, after = clock.midnight(period.first), clock.midnight(period.moved(1).first)
    return Q(outcome="won", closed_at__gte=first, closed_at__lt=after)


def open_in(period: Period) -> Q:
    return Q(outcome="", forecast_category__in=OPEN, expected_close_on__range=(period.first, period.last))


def seen_by(user: Any) -> QuerySet[Opportunity]:
    """The living opportunities of a person's forecast, each project once, in the shape in which sums over them are read."""
    return Opportunity.objects.gathered_for(user).living().counted().order_by()


def sums(user: Any, period: Period) -> Whole:
    """The sums of a period, as the person sees them. For those who see everything remembered until an opportunity changes."""
    if not access.reach(user, "opportunities.see").everything:
        return _summed(seen_by(user), period)
    return remembered(f"sums:{period}", lambda: _summed(seen_by(user), period))


def remembered(name: str, work: Any) -> Any:
    """What was worked out of all opportunities, until one of them changes or the day does."""
    key = f"forecast.{name}:{clock.today()}:{_mark()}"
    found = cache.get(key)
    if found is None:
        found = work()
        cache.set(key, found, KEPT)
    return found


def _mark() -> str:
    """Another one after each change of an opportunity. One that began before the newest and ended after it is noticed when `KEPT` is over."""
    newest = Opportunity._base_manager.order_by("-changed_at", "-pk").values_list("pk", "changed_at").first()
    return f"{newest[0]}.{newest[1].timestamp():.6f}".replace("-", "_") if newest else ""


def _summed(rows: QuerySet, period: Period) -> Whole:
    parts: dict[int | None, dict[str, Part]] = defaultdict(lambda: dict.fromkeys((*CATEGORIES, "overdue"), Part()))
    won = rows.filter(won_in(period)).values_list("owner_id").annotate(n=Count("pk"), cents=CENTS)
    for owner, number, cents in won:
        parts[owner]["closed"] = Part(number, cents)
    apart = {"undated": Part(), "earlier": Part()}
    still = rows.filter(outcome="", forecast_category__in=OPEN).filter(
        Q(expected_close_on__lte=period.last) | Q(expected_close_on=None)
    )
    found = still.values_list("owner_id", "forecast_category", _when(period)).annotate(n=Count("pk"), cents=CENTS)
    for owner, category, when, number, cents in found:
        part = Part(number, cents)
        if when in apart:
            apart[when] += part
            continue
        parts[owner][category] += part
        if when == "overdue":
            parts[owner]["overdue"] += part
    return Whole({owner: Sums(**some) for owner, some in parts.items()}, **apart)


def _when(period: Period) -> Case:
    """Where an open opportunity lies: "undated", "earlier" than the period, "overdue" in it, or just in it."""
    return Case(
        When(expected_close_on=None, then=Value("undated")),
        When(expected_close_on__lt=period.first, then=Value("earlier")),
        When(expected_close_on__lt=clock.today(), then=Value("overdue")),
        default=Value("in"),
        output_field=CharField(),
    )
