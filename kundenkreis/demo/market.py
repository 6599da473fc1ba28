"""What the demo house knows of its market. All of it is made up, and says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from kundenkreis.catalogue.models import Product
from kundenkreis.customers.models import Account
from kundenkreis.demo.people import House
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Study,
)

SOURCE = "Made up for the demo"
# Name → (countries, size of the year before, growth)
SEGMENTS = {
    "Gifts in Britain and Ireland": ("GB IE", "62000000", "1.035"),
    "Gifts in German-speaking countries": ("DE AT CH", "41000000", "1.052"),
    "Gifts in France and Benelux": ("FR BE NL LU", "28000000", "0.984"),
}
COMPETITORS = {
    "Albion Giftware Ltd": ("GB", "Wholesaler for gifts with a range of 9,000 items and a showroom in Birmingham."),
    "Nordlicht Handels GmbH": ("DE", "Importer of decoration; sells to chains at low prices, from 1,000 pieces."),
}


def add(house: House, today: dt.date, now: dt.datetime) -> None:
    """Segments with sizes and shares, competitors with prices and battle cards, a study."""
    by = house.people["Lea"]
    told: dict[str, Any] = {"source": SOURCE, "stated_on": today}
    of: dict[str, Any] = {"by": by, "now": now}
    rivals = [
        Competitor.add(**of, name=name, country=at, profile=f"{text} ({SOURCE}.)")
        for name, (at, text) in COMPETITORS.items()
    ]
    segments = []
    for name, (countries, volume, grown) in SEGMENTS.items():
        segment = MarketSegment.add(**of, name=name, countries=countries.split(), note=SOURCE)
        segments.append(segment)
        for year, size in ((today.year - 1, Decimal(volume)), (today.year, Decimal(volume) * Decimal(grown))):
            SegmentSize.add(**of, segment=segment, year=year, volume=round(size, 2), **told)
        for rival, percent in zip(rivals, (Decimal("11.5"), Decimal(7)), strict=True):
            CompetitorShare.add(**of, segment=segment, competitor=rival, year=today.year, percent=percent, **told)
    for rival in rivals:
        _card(of, rival)
        for product in Product.objects.living().order_by("number")[:4]:
            PricePoint.add(
                **of,
                competitor=rival,
                what=product.name[:200],
                product=product,
                price=Decimal("2.45"),
                seen_on=today,
                source=SOURCE,
            )
    Study.add(
        **of, title="Why gift shops change their wholesaler", segment=segments[0],
        question="What makes a gift shop look for another wholesaler?", sample="120 gift shops in Britain, by telephone",
        method="Half an hour each, with open questions; two people read and sorted the answers.", by_whom=SOURCE,
        starts_on=today - dt.timedelta(days=120), ends_on=today - dt.timedelta(days=60),
        findings="Late deliveries before Christmas come first, prices third.",
    )  # fmt: skip
    shop = Account.objects.living().filter(country="GB").order_by("-revenue_12m", "pk").first()
    Competitor.add(**of, name="A customer that imports itself", account=shop, country="GB", profile=SOURCE)


def _card(of: dict[str, Any], rival: Competitor) -> None:
    card = BattleCard.add(
        **of, competitor=rival, title="At the yearly talk", strengths="Low prices for large quantities.",
        weaknesses="Four weeks until delivery; nobody to speak with after the sale.",
        how_we_win="Small quantities from stock, in two days, with one person who knows the shop.",
    )  # fmt: skip
    Objection.add(
        **of,
        card=card,
        objection="They are five per cent cheaper.",
        answer="With what stays on the shelf after Christmas they are not.",
    )
