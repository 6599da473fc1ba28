"""What an opportunity is made of: product lines, the people who buy, and the competitors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.core.money import convert, rounded
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import picks, rolling
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline.models import counting
from kundenkreis.pipeline.models.opportunities import Opportunity
from kundenkreis.rates.dated import NoRate, rate_on
from kundenkreis.staff import access, explaining

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]
_PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
MOST_AMOUNT = Decimal(10) ** 12


class PartQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of visible opportunities."""
        reach = access.reach(user, "opportunities.see")
        return self.filter(reached_from("opportunity_id", Opportunity.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("opportunity")


class Part(Recorded):
    part_of: ClassVar[tuple[str, ...]] = ("opportunity",)
    opportunity: Any

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    def timeline_account_id(self) -> int | None:
        return self.opportunity.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.opportunity.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.opportunity.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.opportunity.access_rule()

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "opportunity" in values and values["opportunity"] != self.opportunity:
            raise ValidationError({"opportunity": _("It stays at its opportunity.")})
        return super().change(by=by, **values)


class SummedPart(Part):
    """A part over which its opportunity keeps a sum: `sum_again` brings it up to date."""

    opportunity_id: int

    class Meta:
        abstract = True

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        self.sum_again([self.opportunity_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        rows = cls._base_manager.filter(pk__in=list(ids)).order_by()
        return set(rows.values_list("opportunity_id", flat=True).distinct())


class OpportunityLine(SummedPart):
    """So much of a product, in one month: what is delivered over a year has a line for each month (time phasing)."""

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="lines"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="opportunity_lines"
    )
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=14,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4, validators=_NOT_NEGATIVE)
    discount = models.DecimalField(
        _("discount in %"), max_digits=5, decimal_places=2, default=Decimal(0), validators=_PERCENT
    )
    # The first day of the month of delivery.
    delivered_in = models.DateField(_("month of delivery"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("product line")
        verbose_name_plural = _("product lines")
        ordering = ["delivered_in", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="pipeline_line_quantity"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="pipeline_line_price"),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0) & models.Q(discount__lte=100), name="pipeline_line_discount"
            ),
        ]
        indexes = [bin_index("pipeline_line_bin")]

    def __str__(self) -> str:
        return f"{self.product}"

    def prepare(self, touched: set[str]) -> set[str]:
        if isinstance(self.delivered_in, dt.date):
            self.delivered_in = self.delivered_in.replace(day=1)
        try:
            numbers = [Decimal(one) for one in (self.quantity, self.price, self.discount)]
            gross = numbers[0] * numbers[1]
            self.amount = rounded(gross * (1 - numbers[2] / 100), self.opportunity.currency)
        except (ArithmeticError, TypeError, ValueError):
            return {"delivered_in"}  # the fields' own checks say what is wrong
        return {"amount", "delivered_in"}

    def clean(self) -> None:
        super().clean()
        if self.amount is not None and abs(self.amount) >= MOST_AMOUNT:
            raise ValidationError({"quantity": _("The amount is too large.")})

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun. The first line of an opportunity without a value makes that the sum of its lines."""
        whole = values.get("opportunity")
        if isinstance(whole, Opportunity) and not whole.value and not whole.lines.living().exists():
            line = super().add(by=by, **values)
            whole.change(by=by, sums_lines=True)
            return line
        return super().add(by=by, **values)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        summing = Opportunity._base_manager.select_for_update().filter(pk__in=list(numbers), sums_lines=True)
        for one in summing:
            keep_sum(one)


def keep_sum(one: Opportunity) -> None:
    """The value of an opportunity becomes the sum of its lines; the lines' own history says why."""
    value, house = one.lines_sum(), House.current().currency
    if value == one.value:
        return
    try:
        in_house = convert(value, rate_on(one.currency, clock.today(), house), house)
    except NoRate:
        in_house = one.value_house
    new = {"value": value, "value_house": in_house, "version": models.F("version") + 1}
    Opportunity._base_manager.filter(pk=one.pk).update(**new)
    rolling.of_rows(Opportunity, [one.pk])
    counting.follow([one.project_id] if one.project_id else [])


class OpportunityContact(Part):
    """Who at the customer has a say in it, and as what."""

    # The buying centre of Webster and Wind (1972: users, influencers, deciders, buyers, gatekeepers), with the initiator of Bonoma (1982) and
    # the economic buyer and coach of Miller and Heiman (1985). Stakeholder maps speak by the same list.
    @picks.administered("opportunities.role", _("Buying role"), needed=("economic_buyer", "champion"))
    class Role(models.TextChoices):
        ECONOMIC_BUYER = "economic_buyer", _("economic buyer")
        DECIDER = "decider", _("decider")
        CHAMPION = "champion", _("champion or coach")
        USER = "user", _("user")
        TECHNICAL = "technical", _("technical evaluator")
        INFLUENCER = "influencer", _("influencer")
        INITIATOR = "initiator", _("initiator")
        PURCHASER = "purchaser", _("purchaser")
        GATEKEEPER = "gatekeeper", _("gatekeeper")
        BLOCKER = "blocker", _("blocker")
        OTHER = "other", _("something else")

    class Stance(models.TextChoices):
        FOR_US = "for", _("for us")
        NEUTRAL = "neutral", _("neutral")
        AGAINST = "against", _("against us")

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="contacts"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="opportunity_roles"
    )
    role = PickField(_("buying role"), max_length=16, choices=Role, pick="opportunities.role")
    stance = models.CharField(_("stance"), max_length=8, choices=Stance, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("buying contact")
        verbose_name_plural = _("buying contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "contact", "role"],
                condition=models.Q(deleted_at=None),
                name="pipeline_contact_once",
                violation_error_message=_("This contact has that role already."),
            )
        ]
        indexes = [bin_index("pipeline_contact_bin")]

    def __str__(self) -> str:
        return f"{self.contact} ({self.get_role_display()})"


class OpportunityCompetitor(Part):
    """Who else offers: an account of the house's, or a name."""

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="competitors"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("competitor's account"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="competes_in",
    )  # fmt: skip
    name = models.CharField(_("competitor"), max_length=200, blank=True)
    strength = models.CharField(_("strength"), max_length=300, blank=True)
    weakness = models.CharField(_("weakness"), max_length=300, blank=True)
    price = models.DecimalField(
        _("their price"), max_digits=14, decimal_places=2, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    is_incumbent = models.BooleanField(_("supplies today"), default=False)

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") | models.Q(account__isnull=False),
                name="pipeline_competitor_named",
                violation_error_message=_("Name the competitor, or choose the account."),
            ),
            models.UniqueConstraint(
                fields=["opportunity", "account"],
                condition=models.Q(deleted_at=None, account__isnull=False),
                name="pipeline_competitor_once",
                violation_error_message=_("This competitor stands there already."),
            ),
        ]
        indexes = [bin_index("pipeline_competitor_bin")]

    def __str__(self) -> str:
        return self.name

    def timeline_account_id(self) -> int | None:
        return self.opportunity.account_id

    def prepare(self, touched: set[str]) -> set[str]:
        """Its account names it."""
        self.name = " ".join((self.name or "").split()) or (self.account.name if self.account is not None else "")
        return {"name"}

    def clean(self) -> None:
        super().clean()
        if not self.name and self.account_id is None:
            raise ValidationError({"name": _("Name the competitor, or choose the account.")})
        if self.account_id is not None and self.account_id == self.opportunity.account_id:
            raise ValidationError({"account": _("This is the customer herself.")})
