"""The nouns of the room."""

from kundenkreis.market.models.competitors import BattleCard, Competitor, CompetitorShare, Objection, PricePoint
from kundenkreis.market.models.known import FIRST_YEAR, Known, MarketQuerySet, Part
from kundenkreis.market.models.segments import MarketSegment, SegmentSize
from kundenkreis.market.models.strategies import Initiative, Strategy
from kundenkreis.market.models.studies import Study
from kundenkreis.market.models.sums import MarketMonth, SalesMonth, Summing
from kundenkreis.market.models.targets import MONTHS, Target, counted

PARTS: dict[str, type[Part]] = {
    "size": SegmentSize, "share": CompetitorShare, "price": PricePoint, "card": BattleCard, "objection": Objection,
    "initiative": Initiative,
}  # fmt: skip

__all__ = [
    "FIRST_YEAR",
    "MONTHS",
    "PARTS",
    "BattleCard",
    "Competitor",
    "CompetitorShare",
    "Initiative",
    "Known",
    "MarketMonth",
    "MarketQuerySet",
    "MarketSegment",
    "Objection",
    "Part",
    "PricePoint",
    "SalesMonth",
    "SegmentSize",
    "Strategy",
    "Study",
    "Summing",
    "Target",
    "counted",
]
