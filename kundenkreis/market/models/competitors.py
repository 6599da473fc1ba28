"""Competitors with their shares, prices and battle cards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core.records import bin_index
from kundenkreis.customers.models import Account
from kundenkreis.market.models.known import AMOUNT, PERCENT, YEAR, Known, MarketQuerySet, Part
from kundenkreis.market.models.segments import MarketSegment
from kundenkreis.staff import explaining


class Competitor(Known):
    """Somebody else who sells to our market. It may be an account of ours at the same time."""

    name = models.CharField(_("name"), max_length=100)
    account = models.ForeignKey(
        Account, verbose_name=_("is our account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    website = models.URLField(_("website"), blank=True)
    profile = models.TextField(_("profile"), blank=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(deleted_at=None),
                name="market_competitor_name",
                violation_error_message=_("There is a competitor of this name already."),
            )
        ]
        indexes = [models.Index(fields=["name", "id"], name="market_competitor_by_name"), bin_index("market_comp_bin")]

    def __str__(self) -> str:
        return self.name

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("market.see")


class CompetitorShare(Part):
    """What of a segment a competitor has in a year, in percent."""

    part_of: ClassVar[tuple[str, ...]] = ("segment", "competitor")
    whole = "segment"

    segment = models.ForeignKey(
        MarketSegment, verbose_name=_("market segment"), on_delete=models.CASCADE, related_name="shares", db_index=False
    )
    competitor = models.ForeignKey(
        Competitor, verbose_name=_("competitor"), on_delete=models.CASCADE, related_name="shares"
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=YEAR)
    percent = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2, validators=PERCENT)
    source = models.CharField(_("source"), max_length=200)
    stated_on = models.DateField(_("stated on"))

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("share of a competitor")
        verbose_name_plural = _("shares of competitors")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "competitor", "year"],
                condition=models.Q(deleted_at=None),
                name="market_share_year",
                violation_error_message=_("There is a share for this year already. Change that one."),
            ),
            models.CheckConstraint(condition=models.Q(percent__gte=0, percent__lte=100), name="market_share_percent"),
        ]
        indexes = [bin_index("market_share_bin")]

    def __str__(self) -> str:
        return f"{self.competitor}, {self.segment} {self.year}"

    def wrong(self) -> dict[str, Any]:
        found = self.refuse_in_future("stated_on")
        if self.percent is None or self.year is None or not self.segment_id:
            return found
        others = CompetitorShare._base_manager.filter(segment=self.segment_id, year=self.year, deleted_at=None)
        rest = others.exclude(pk=self.pk).aggregate(sum=models.Sum("percent"))["sum"] or Decimal(0)
        if rest + self.percent > 100:
            said = _("Together with the others it would be %(sum)s %%.")
            found["percent"] = ValidationError(said, params={"sum": rest + self.percent})
        return found


class PricePoint(Part):
    """What a competitor asked for something on a day, and who saw it where."""

    part_of: ClassVar[tuple[str, ...]] = ("competitor",)
    whole = "competitor"

    competitor = models.ForeignKey(
        Competitor, verbose_name=_("competitor"), on_delete=models.CASCADE, related_name="prices", db_index=False
    )
    what = models.CharField(_("what is offered"), max_length=200)
    product = models.ForeignKey(
        Product, verbose_name=_("our product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    family = models.ForeignKey(
        Family, verbose_name=_("product family"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4, validators=AMOUNT)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    seen_on = models.DateField(_("seen on"))
    source = models.CharField(_("source"), max_length=200)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("price point")
        verbose_name_plural = _("price points")
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="market_price_amount")]
        indexes = [
            models.Index(fields=["competitor", "-seen_on", "-id"], name="market_price_seen"),
            bin_index("market_price_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.competitor}: {self.what}"

    def wrong(self) -> dict[str, Any]:
        found = self.refuse_in_future("seen_on")
        code = self.currency
        if len(code) != 3 or not code.isalpha() or not code.isascii() or code != code.upper():
            found["currency"] = _("Three letters, such as EUR.")
        return found


class BattleCard(Part):
    """What to know when one meets a competitor at a customer's: one for each kind of encounter."""

    part_of: ClassVar[tuple[str, ...]] = ("competitor",)
    whole = "competitor"

    competitor = models.ForeignKey(
        Competitor, verbose_name=_("competitor"), on_delete=models.CASCADE, related_name="cards"
    )
    title = models.CharField(_("title"), max_length=100)
    strengths = models.TextField(_("their strengths"), blank=True)
    weaknesses = models.TextField(_("their weaknesses"), blank=True)
    how_we_win = models.TextField(_("how we win"), blank=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("battle card")
        verbose_name_plural = _("battle cards")
        indexes = [bin_index("market_card_bin")]

    def __str__(self) -> str:
        return self.title


class Objection(Part):
    """What a customer says for the competitor, and what one answers."""

    part_of: ClassVar[tuple[str, ...]] = ("card",)
    whole = "card"

    card = models.ForeignKey(
        BattleCard, verbose_name=_("battle card"), on_delete=models.CASCADE, related_name="objections"
    )
    objection = models.CharField(_("objection"), max_length=300)
    answer = models.TextField(_("answer"))

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        indexes = [bin_index("market_objection_bin")]

    def __str__(self) -> str:
        return self.objection
