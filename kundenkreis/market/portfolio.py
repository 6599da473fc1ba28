"""Segments by the growth of their market and our share of it against the largest competitor: the growth-share matrix.

After B. D. Henderson, The Product Portfolio, Boston Consulting Group, 1970. The relative share is ours divided by the largest competitor's; 1
parts the fields, as Henderson's did, and growth at 10 % a year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from kundenkreis.market.growth import growth, share
from kundenkreis.market.models import CompetitorShare, MarketMonth, MarketSegment, SegmentSize

FAST, LEADING = Decimal("0.10"), Decimal(1)
MOST = 200  # segments in the picture


@dataclass(frozen=True)
class Place:
    """A segment in its latest year with a size. None is what is not known; `relative` is our share over the largest competitor's."""

    segment: MarketSegment
    year: int | None
    volume: Decimal | None
    growth: Decimal | None
    revenue: Decimal
    share: Decimal | None
    rival: CompetitorShare | None
    relative: Decimal | None

    @property
    def field(self) -> str:
        """ "star", "cash_cow", "question_mark", "poor_dog"; "" where growth or the relative share is not known."""
        if self.growth is None or self.relative is None:
            return ""
        if self.relative >= LEADING:
            return "star" if self.growth >= FAST else "cash_cow"
        return "question_mark" if self.growth >= FAST else "poor_dog"


def places(today: dt.date) -> list[Place]:
    """All segments, those with most revenue first. Four queries. A year that is still running is compared with its sales until now."""
    segments = list(MarketSegment.objects.living().order_by("name", "pk")[:MOST])
    numbers = [one.pk for one in segments]
    volumes: dict[int, dict[int, Decimal]] = defaultdict(dict)
    sizes = SegmentSize.objects.living().filter(segment__in=numbers, year__lte=today.year)
    for segment, year, volume in sizes.values_list("segment_id", "year", "volume"):
        volumes[segment][year] = volume
    rivals = _largest_rivals(numbers)
    sold = _sold({max(years) for years in volumes.values()} | {today.year})
    found = [_place(one, volumes[one.pk], rivals, sold, today.year) for one in segments]
    return sorted(found, key=lambda one: (-one.revenue, one.segment.name))


def _largest_rivals(segments: Sequence[int]) -> dict[tuple[int, int], CompetitorShare]:
    shares = CompetitorShare.objects.living().filter(segment__in=segments, competitor__deleted_at=None)
    found: dict[tuple[int, int], CompetitorShare] = {}
    for one in shares.select_related("competitor").order_by("-percent", "pk"):
        found.setdefault((one.segment_id, one.year), one)
    return found


def _sold(years: set[int]) -> dict[int, list[tuple[str, str, int]]]:
    """By calendar year: (country, industry, cents)."""
    found: dict[int, list[tuple[str, str, int]]] = {}
    for year in years:
        rows = MarketMonth.objects.filter(month__gte=dt.date(year, 1, 1), month__lte=dt.date(year, 12, 1))
        found[year] = list(rows.order_by().values_list("country", "industry").annotate(Sum("cents")))
    return found


def _place(
    segment: MarketSegment,
    volumes: dict[int, Decimal],
    rivals: dict[tuple[int, int], CompetitorShare],
    sold: dict[int, list[tuple[str, str, int]]],
    this_year: int,
) -> Place:
    year = max(volumes, default=None)
    rows = sold[this_year if year is None else year]
    revenue = Decimal(sum(cents for country, industry, cents in rows if segment.holds(country, industry))) / 100
    if year is None:
        return Place(segment, None, None, None, revenue, None, None, None)
    ours, rival = share(revenue, volumes[year]), rivals.get((segment.pk, year))
    relative = 100 * ours / rival.percent if ours is not None and rival is not None and rival.percent > 0 else None
    return Place(segment, year, volumes[year], growth(volumes)[year], revenue, ours, rival, relative)
