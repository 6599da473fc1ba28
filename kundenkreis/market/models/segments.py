"""Segments of the market, and how large they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import bin_index
from kundenkreis.customers.models import Account
from kundenkreis.market.models.known import AMOUNT, MOST_PARTS, YEAR, Known, MarketQuerySet, Part
from kundenkreis.staff import explaining


class MarketSegment(Known):
    """A part of the market: accounts of these industries in these countries. An empty list holds for all."""

    name = models.CharField(_("name"), max_length=100)
    industries = models.JSONField(_("industries"), default=list, blank=True)
    countries = models.JSONField(_("countries"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("market segment")
        verbose_name_plural = _("market segments")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(deleted_at=None),
                name="market_segment_name",
                violation_error_message=_("There is a segment of this name already."),
            )
        ]
        indexes = [models.Index(fields=["name", "id"], name="market_segment_by_name"), bin_index("market_segment_bin")]

    def __str__(self) -> str:
        return self.name

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("market.see")

    def wrong(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in ("industries", "countries"):
            values = getattr(self, name)
            if not isinstance(values, list) or not all(isinstance(v, str) and 0 < len(v) <= 100 for v in values):
                found[name] = _("Write a list of texts.")
            elif len(values) > MOST_PARTS or any("\x00" in v for v in values):
                found[name] = ValidationError(_("At most %(count)s entries."), params={"count": MOST_PARTS})
        if "countries" not in found:
            bad = [c for c in self.countries if len(c) != 2 or not c.isalpha() or not c.isascii() or c != c.upper()]
            if bad:
                said = _("“%(code)s” is not a country's two letters.")
                found["countries"] = ValidationError(said, params={"code": bad[0]})
        return found

    def holds(self, country: str, industry: str) -> bool:
        """Whether accounts of this country and industry belong to it."""
        in_country = not self.countries or country in self.countries
        return in_country and (not self.industries or industry in self.industries)

    def accounts(self) -> models.QuerySet[Account]:
        """The living accounts of the segment."""
        rows = Account._base_manager.filter(deleted_at=None)
        rows = rows.filter(country__in=self.countries) if self.countries else rows
        return rows.filter(industry__in=self.industries) if self.industries else rows


class SegmentSize(Part):
    """How large a segment is in a year, in the house's currency, and who says so."""

    class Kind(models.TextChoices):
        MEASURED = "measured", _("measured")
        ESTIMATED = "estimated", _("estimated")
        EXPECTED = "expected", _("expected")

    part_of: ClassVar[tuple[str, ...]] = ("segment",)
    whole = "segment"

    segment = models.ForeignKey(
        MarketSegment, verbose_name=_("market segment"), on_delete=models.CASCADE, related_name="sizes", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=YEAR)
    volume = models.DecimalField(_("volume in house currency"), max_digits=18, decimal_places=2, validators=AMOUNT)
    kind = models.CharField(_("how it is known"), max_length=10, choices=Kind, default=Kind.ESTIMATED)
    source = models.CharField(_("source"), max_length=200)
    stated_on = models.DateField(_("stated on"))

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("market size")
        verbose_name_plural = _("market sizes")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "year"],
                condition=models.Q(deleted_at=None),
                name="market_size_year",
                violation_error_message=_("There is a size for this year already. Change that one."),
            ),
            models.CheckConstraint(condition=models.Q(volume__gte=0), name="market_size_volume"),
        ]
        indexes = [bin_index("market_size_bin")]

    def __str__(self) -> str:
        return f"{self.segment} {self.year}"

    def wrong(self) -> dict[str, Any]:
        return self.refuse_in_future("stated_on")
