"""From what a criterion is figured or judged, and in which parts its figures are whole numbers (see `selection.scoring`)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    """What is known of each account. Twelve months are those up to the round's day."""

    REVENUE = "revenue", _("revenue, 12 months")
    GROWTH = "growth", _("growth of revenue, in %")
    MARGIN = "margin", _("contribution margin on revenue, in %")
    POTENTIAL = "potential", _("potential a year")
    WALLET = "wallet", _("our share of the potential, in %")
    FAMILIES = "families", _("product families bought")
    OVERDUE = "overdue", _("overdue part of what is open, in %")
    RETURNS = "returns", _("returned part of what was ordered, in %")
    SERVING = "serving", _("cost to serve: order lines for 1,000 of revenue")
    OPEN = "open", _("value of open opportunities")
    STRATEGIC = "strategic", _("strategic fit, judged")
    REFERENCE = "reference", _("reference value, judged")
    CLOSENESS = "closeness", _("how close we are to those who decide, judged")
    EFFORT = "effort", _("how little effort it takes to serve them, judged")

    @classmethod
    def judged(cls) -> tuple[Measure, ...]:
        """What people judge from 0 to 3."""
        return (cls.STRATEGIC, cls.REFERENCE, cls.CLOSENESS, cls.EFFORT)

    @classmethod
    def said_by_people(cls) -> tuple[Measure, ...]:
        """What nobody knows unless a person says it."""
        return (cls.POTENTIAL, *cls.judged())


MONEY = frozenset({Measure.REVENUE, Measure.POTENTIAL, Measure.OPEN})
PERCENT = frozenset({Measure.GROWTH, Measure.MARGIN, Measure.WALLET, Measure.OVERDUE, Measure.RETURNS})
LESS_IS_BETTER = frozenset({Measure.OVERDUE, Measure.RETURNS, Measure.SERVING})
# Whoever may not see what products cost is not told what is left of them either (`access`, "products.see_cost").
OF_COSTS = frozenset({Measure.MARGIN})
UNIT = {str(one): 100 if one in MONEY else 10 if one in PERCENT or one == Measure.SERVING else 1 for one in Measure}
