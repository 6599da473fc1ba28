"""Pictures of the market: revenue by new and existing products and markets (Ansoff), and segments by growth and share (portfolio)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.core.countries import country_name
from kundenkreis.core.models import House
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.market import ansoff, newness, portfolio
from kundenkreis.market.models import Initiative, MarketSegment, Summing
from kundenkreis.staff import access
from kundenkreis.web import formats, market_charts

BY = {"country": lazy("countries"), "industry": lazy("industries"), "segment": lazy("market segments")}
_FIELD = {
    "star": lazy("star"), "cash_cow": lazy("cash cow"), "question_mark": lazy("question mark"), "poor_dog": lazy("poor dog"),
}  # fmt: skip


def _sees_all(request: HttpRequest) -> bool:
    """The pictures are of the whole house's sales."""
    if not access.may(request.user, "market.see"):
        raise PermissionDenied
    return access.reach(request.user, "orders.see").everything


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """`?by=country&months=12`."""
    sees_all = _sees_all(request)
    by = request.GET.get("by", "") if request.GET.get("by", "") in ansoff.BY else ansoff.BY[0]
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, ansoff.WITHIN) else ansoff.WITHIN[0]
    summed = Summing.latest() if sees_all else None
    fields = (summed.pictures if summed else {}).get(by, {}).get(str(months), {})
    currency = House.known().currency
    context = {
        "sees_all": sees_all,
        "summed": summed,
        "by": by,
        "months": months,
        "choices": list(BY.items()),
        "within": [(number, _("%(count)s months") % {"count": number}) for number in ansoff.WITHIN],
        "known_from": newness.known_from(summed.since) if summed and summed.since else None,
        "currency": currency,
    }
    return render(request, "market/ansoff.html", context | (_drawn(request, fields, by, currency) if fields else {}))


def _drawn(request: HttpRequest, fields: dict[str, Any], by: str, currency: str) -> dict[str, Any]:
    whole = sum(one["cents"] for one in fields.values())
    names = _names(request, fields, by)
    quarters, tables = [], []
    for kind in ansoff.FIELDS.values():
        one, name = fields[kind], Initiative.Ansoff(kind).label
        amount = formats.money(Decimal(one["cents"]) / 100, currency, 0)
        share = one["cents"] / whole if whole > 0 else 0.0
        quarters.append(market_charts.Quarter(capfirst(str(name)), amount, share, f"#{kind}"))
        products = [(names["products"].get(pk), pk, Decimal(cents) / 100) for pk, cents in one["products"]]
        markets = [
            (names["markets"].get(key, key) or _("not known"), Decimal(cents) / 100) for key, cents in one["markets"]
        ]
        tables.append((kind, name, Decimal(one["cents"]) / 100, share, [row for row in products if row[0]], markets))
    title = _("Revenue of the last twelve months by new and existing products and markets")
    return {"picture": market_charts.ansoff(quarters, title), "tables": tables, "most": ansoff.MOST}


def _names(request: HttpRequest, fields: dict[str, Any], by: str) -> dict[str, dict[Any, str]]:
    numbers = {pk for one in fields.values() for pk, _cents in one["products"]}
    seen = Product.objects.visible_to(request.user).filter(pk__in=numbers)
    keys = {key for one in fields.values() for key, _cents in one["markets"] if key}
    if by == "country":
        markets = {key: country_name(key) for key in keys}
    elif by == "industry":
        known = picks.words(INDUSTRY).by_key
        markets = {key: str(known[key].label) if key in known else key for key in keys}
    else:
        rows = MarketSegment.objects.filter(pk__in=[int(key) for key in keys])
        markets = {str(pk): name for pk, name in rows.values_list("pk", "name")}
    return {"products": dict(seen.values_list("pk", "name")), "markets": markets}


@require_safe
def shares(request: HttpRequest) -> HttpResponse:
    """All segments by the growth of their market and our share against the largest competitor."""
    sees_all = _sees_all(request)
    places = portfolio.places(clock.today()) if sees_all else []
    currency = House.known().currency
    bubbles = [
        market_charts.Bubble(
            one.segment.name, one.relative, one.growth, one.revenue, formats.money(one.revenue, currency, 0),
            reverse("market_segments:detail", args=[one.segment.pk]),
        )
        for one in places
        if one.relative is not None and one.growth is not None
    ]  # fmt: skip
    title = _("Segments by growth and relative share")
    context = {
        "sees_all": sees_all,
        "places": [(one, _FIELD.get(one.field, "")) for one in places],
        "picture": market_charts.portfolio(bubbles, title, portfolio.FAST),
        "currency": currency,
        "summed": Summing.latest(),
        "today": clock.today(),
    }
    return render(request, "market/portfolio.html", context)
