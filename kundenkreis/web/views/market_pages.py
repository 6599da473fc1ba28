"""What the pages of a segment, a competitor and a study show beside their fields; and the accounts behind our share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.core.countries import country_name
from kundenkreis.core.models import House
from kundenkreis.core.patience import TookTooLong
from kundenkreis.customers.models import Account
from kundenkreis.market import sales
from kundenkreis.market.growth import growth, share
from kundenkreis.market.models import (
    FIRST_YEAR,
    BattleCard,
    Competitor,
    CompetitorShare,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Study,
)
from kundenkreis.staff import access
from kundenkreis.web.views.market_lists import countries, industries

_YEARS = 6  # whose sales are worked out for a page, the latest
_SHOWN = 100


def of_segment(request: HttpRequest, segment: MarketSegment) -> dict[str, Any]:
    """Each year's size with its growth and our share, and the competitors' shares."""
    sizes = list(SegmentSize.objects.living().filter(segment=segment).order_by("-year")[:_SHOWN])
    grown = growth({one.year: one.volume for one in sizes})
    ours = sales.revenues(segment, [one.year for one in sizes[:_YEARS]], request.user)
    rows = []
    for one in sizes:
        revenue = ours.get(one.year)
        rows.append((one, grown[one.year], revenue, share(revenue, one.volume) if revenue is not None else None))
    shares = CompetitorShare.objects.living().filter(segment=segment, competitor__deleted_at=None)
    return {
        "sizes": rows,
        "shares": list(shares.select_related("competitor").order_by("-year", "-percent", "pk")[:_SHOWN]),
        "studies": list(
            Study.objects.visible_to(request.user).living().filter(segment=segment).order_by("title", "pk")[:_SHOWN]
        ),
        "industries": industries(segment),
        "countries": countries(segment),
        "currency": House.known().currency,
        "sees_all": access.reach(request.user, "orders.see").everything,
        "accounts_url": accounts_url(segment),
    }


def accounts_url(segment: MarketSegment) -> str:
    """The accounts of the segment as a list."""
    asked = [
        f"{name}:in:{','.join(values)}"
        for name, values in (("country", segment.countries), ("industry", segment.industries))
        if values
    ]
    return reverse("accounts:list") + ("?" + "&".join(f"f={one}" for one in asked) if asked else "")


def of_competitor(request: HttpRequest, competitor: Competitor) -> dict[str, Any]:
    """Its prices, the newest first, its battle cards with objections, and its shares."""
    objections = Prefetch("objections", queryset=Objection.objects.living().order_by("pk"), to_attr="said")
    cards = BattleCard.objects.living().filter(competitor=competitor).prefetch_related(objections)
    prices = PricePoint.objects.living().filter(competitor=competitor).select_related("product", "family")
    shares = CompetitorShare.objects.living().filter(competitor=competitor, segment__deleted_at=None)
    account = Account.objects.visible_to(request.user).filter(pk=competitor.account_id or 0).first()
    return {
        "prices": list(prices.order_by("-seen_on", "-pk")[:_SHOWN]),
        "cards": list(cards.order_by("title", "pk")[:_SHOWN]),
        "shares": list(shares.select_related("segment").order_by("-year", "segment__name", "pk")[:_SHOWN]),
        "account": account,
        "country": country_name(competitor.country) if competitor.country else "",
    }


def of_study(request: HttpRequest, study: Study) -> dict[str, Any]:
    return {"segment": study.segment if study.segment and study.segment.deleted_at is None else None, "subject": study}


@require_safe
def sold(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """The accounts behind our share of a segment in a year."""
    if not access.may(request.user, "market.see"):
        raise PermissionDenied
    segment = get_object_or_404(MarketSegment.objects.visible_to(request.user), pk=pk)
    if not FIRST_YEAR <= year <= 2200:
        raise Http404
    try:
        rows, rest = sales.rows_of(segment, year, request.user)
        wrong = ""
    except TookTooLong:
        rows, rest, wrong = [], None, _("Not counted: it takes too long.")
    context = {
        "segment": segment,
        "year": year,
        "rows": rows,
        "rest": rest,
        "wrong": wrong,
        "total": sum((row.revenue for row in [*rows, *([rest] if rest else [])]), sales.Decimal(0)),
        "currency": House.known().currency,
        "sees_all": access.reach(request.user, "orders.see").everything,
    }
    return render(request, "market/sold.html", context)
