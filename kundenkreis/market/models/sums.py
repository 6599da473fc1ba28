"""Sums over orders that are kept, so that no page adds up ten million lines (see `summing`). Nobody writes them by hand."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SalesMonth(models.Model):
    """What accounts of one owner and team ordered in a month, in hundredths of the house currency.

    0 stands for nobody, no team, and (as `family`) for all families: those rows are of whole orders, the others of their lines.
    """

    derived_from = ()

    month = models.DateField(_("month"))
    owner = models.BigIntegerField(_("owner"), default=0)
    team = models.BigIntegerField(_("team"), default=0)
    family = models.BigIntegerField(_("product family"), default=0)
    is_new = models.BooleanField(_("new business"), default=False)
    cents = models.BigIntegerField(_("revenue"), default=0)

    class Meta:
        verbose_name = _("sales of a month")
        constraints = [
            models.UniqueConstraint(
                fields=["family", "month", "owner", "team", "is_new"], name="market_sales_once"
            )  # it is the way in, too
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.cents}"


class MarketMonth(models.Model):
    """What accounts of one country and industry ordered in a month, in hundredths of the house currency."""

    derived_from = ()

    month = models.DateField(_("month"))
    country = models.CharField(_("country"), max_length=2, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    cents = models.BigIntegerField(_("revenue"), default=0)

    class Meta:
        verbose_name = _("sales of a month by market")
        constraints = [models.UniqueConstraint(fields=["month", "country", "industry"], name="market_month_once")]

    def __str__(self) -> str:
        return f"{self.month}: {self.cents}"


class Summing(models.Model):
    """When sales were last summed, and of what. There is one row."""

    derived_from = ()

    made_at = models.DateTimeField(_("made"), default=timezone.now)
    as_of = models.DateField(_("as of"))
    since = models.DateField(_("orders are known since"), null=True)  # the first of them
    run = models.CharField(max_length=80, default="")  # the computation of insights whose facts were summed
    move = models.BigIntegerField(default=0)  # the last move of an account that was known
    # {"country": {"12": {…}}}: revenue by new and existing products and markets (`ansoff`)
    pictures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("summing of sales")

    def __str__(self) -> str:
        return self.as_of.isoformat()

    @classmethod
    def latest(cls) -> Summing | None:
        return cls.objects.order_by("-pk").first()

    @classmethod
    def since_known(cls) -> dt.date | None:
        latest = cls.latest()
        return latest.since if latest else None
