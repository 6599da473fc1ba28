"""The market around our accounts: how large it is, what of it is ours, and who else is there.

Nouns: MarketSegment (industries × countries) with its SegmentSize (a year's volume, with source) and CompetitorShare; Competitor with its
PricePoint, BattleCard and Objection; Study (question, sample, method, findings, files). Sums: `growth`. `sales` works out our own share
from orders. What our accounts buy and how they do is left to insights.
"""
