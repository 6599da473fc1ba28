"""Segments of the market with their size, competitors with their shares, prices and battle cards, and studies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import Account
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining

FIRST_YEAR, MOST_PARTS = 1950, 100
_YEAR = [MinValueValidator(FIRST_YEAR), MaxValueValidator(2200)]
_AMOUNT = [MinValueValidator(Decimal(0))]
_PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class MarketQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "market.see") else self.none()


class Known(Recorded):
    """What everybody who knows the market sees whole."""

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def clean(self) -> None:
        texts = [f for f in self._meta.fields if isinstance(f, models.CharField | models.TextField)]
        wrong: dict[str, Any] = {
            f.name: _("Null characters are not allowed.") for f in texts if "\x00" in (getattr(self, f.name) or "")
        }
        wrong |= self.wrong()
        if wrong:
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}

    def timeline_account_id(self) -> None:
        return None


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

    def accounts(self) -> models.QuerySet[Account]:
        """The living accounts of the segment."""
        rows = Account._base_manager.filter(deleted_at=None)
        rows = rows.filter(country__in=self.countries) if self.countries else rows
        return rows.filter(industry__in=self.industries) if self.industries else rows


class Part(Known):
    """What belongs to one of the records above, and goes with it."""

    whole: ClassVar[str] = ""

    class Meta:
        abstract = True

    def refuse_in_future(self, name: str) -> dict[str, Any]:
        day = getattr(self, name)
        return {name: _("This day is still to come.")} if day is not None and day > clock.today() else {}


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
    year = models.PositiveSmallIntegerField(_("year"), validators=_YEAR)
    volume = models.DecimalField(_("volume in house currency"), max_digits=18, decimal_places=2, validators=_AMOUNT)
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
    year = models.PositiveSmallIntegerField(_("year"), validators=_YEAR)
    percent = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2, validators=_PERCENT)
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
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4, validators=_AMOUNT)
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


class Study(Known):
    """A market study: what was asked of whom and how, and what came out. Its files hang on it."""

    title = models.CharField(_("title"), max_length=200)
    question = models.TextField(_("question"))
    segment = models.ForeignKey(
        MarketSegment,
        verbose_name=_("market segment"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="studies",
    )
    sample = models.CharField(_("sample"), max_length=300, blank=True)
    method = models.TextField(_("method"), blank=True)
    findings = models.TextField(_("findings"), blank=True)
    by_whom = models.CharField(_("carried out by"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("market study")
        verbose_name_plural = _("market studies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="market_study_period",
                violation_error_message=_("The end lies before the beginning."),
            )
        ]
        indexes = [models.Index(fields=["title", "id"], name="market_study_by_title"), bin_index("market_study_bin")]

    def __str__(self) -> str:
        return self.title

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("market.see")

    def wrong(self) -> dict[str, Any]:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            return {"ends_on": _("The end lies before the beginning.")}
        return {}


PARTS: dict[str, type[Part]] = {
    "size": SegmentSize, "share": CompetitorShare, "price": PricePoint, "card": BattleCard, "objection": Objection,
}  # fmt: skip
