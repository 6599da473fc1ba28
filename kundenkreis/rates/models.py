"""Exchange rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from babel.core import get_global
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Actor, Recorded

SMALLEST = Decimal("0.00000001")


class RateQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Everyone of the house: whoever sees an amount may know how it was converted."""
        known = getattr(user, "is_authenticated", False) and user.is_active and user.deleted_at is None
        return self.all() if known else self.none()


class ExchangeRate(Recorded):
    """How many units of `currency` one euro bought on a day (the ECB's way of quoting; the euro's own rate is 1)."""

    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("day"))
    rate = models.DecimalField(
        _("units for one euro"), max_digits=18, decimal_places=8, validators=[MinValueValidator(SMALLEST)]
    )
    source = models.CharField(_("source"), max_length=100, blank=True)

    objects = RateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "on"],
                condition=models.Q(deleted_at=None),
                name="rates_rate_currency_day",
                violation_error_message=_("There is a rate for this currency and day already. Change that one."),
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rates_rate_positive"),
        ]
        indexes = [models.Index(fields=["on", "id"], name="rates_rate_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.on}"

    def prepare(self, touched: set[str]) -> set[str]:
        if "currency" not in touched:
            return set()
        self.currency = self.currency.strip().upper()
        return {"currency"}

    def clean(self) -> None:
        if wrong := why_not_quoted(self.currency):
            raise ValidationError({"currency": wrong})

    def restore(
        self,
        *,
        by: Actor | None,
        now: dt.datetime | None = None,
        batch: Batch | None = None,
        undoes: Event | None = None,
    ) -> Event:
        """Out of the bin, unless another rate has taken its day meanwhile (ValidationError)."""
        if type(self).objects.living().filter(currency=self.currency, on=self.on).exists():
            raise ValidationError(_("There is a rate for this currency and day already. Change that one."))
        return super().restore(by=by, now=now, batch=batch, undoes=undoes)


def is_currency(code: str) -> bool:
    """Whether the code is one of ISO 4217, of today or of the past (CLDR's list)."""
    return code in get_global("all_currencies")


def why_not_quoted(code: str) -> Any:
    """A sentence when a currency can have no rate, else ""."""
    if code == "EUR":
        return _("Rates are quoted for one euro; the euro itself needs none.")
    return "" if is_currency(code) else _("Write the currency as three letters, such as GBP.")
