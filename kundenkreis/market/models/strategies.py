"""Strategies, and the initiatives by which they are carried out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core.records import bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.market.models.known import AMOUNT, Known, MarketQuerySet, Part
from kundenkreis.market.models.segments import MarketSegment
from kundenkreis.market.models.targets import Target
from kundenkreis.staff import explaining
from kundenkreis.staff.models import User

_ENDS_FIRST = _("The end lies before the beginning.")


def _wrong_period(record: Any) -> dict[str, Any]:
    if record.starts_on and record.ends_on and record.ends_on < record.starts_on:
        return {"ends_on": _ENDS_FIRST}
    return {}


class Strategy(Known):
    """What the house wants to reach in its market in a period, and why."""

    name = models.CharField(_("name"), max_length=200)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    text = models.TextField(_("what we want, and why"), blank=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(deleted_at=None),
                name="market_strategy_name",
                violation_error_message=_("There is a strategy of this name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="market_strategy_period",
                violation_error_message=_ENDS_FIRST,
            ),
        ]
        indexes = [models.Index(fields=["name", "id"], name="market_strategy_by_name"), bin_index("market_strat_bin")]

    def __str__(self) -> str:
        return self.name

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("market.see")

    def wrong(self) -> dict[str, Any]:
        return _wrong_period(self)


class Initiative(Part):
    """One step of a strategy: who does what in which segment by when, for how much, and what it is to bring.

    What it brings is measured by a target, or else by what the segment's accounts order from its first to its last day; `campaign` names
    the opportunities that came of it.
    """

    part_of: ClassVar[tuple[str, ...]] = ("strategy",)
    whole = "strategy"

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    class Ansoff(models.TextChoices):
        PENETRATION = "penetration", _("market penetration")
        DEVELOPMENT = "development", _("market development")
        PRODUCTS = "products", _("product development")
        DIVERSIFICATION = "diversify", _("diversification")

    strategy = models.ForeignKey(
        Strategy, verbose_name=_("strategy"), on_delete=models.CASCADE, related_name="initiatives"
    )
    name = models.CharField(_("name"), max_length=200)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PLANNED)
    ansoff = models.CharField(_("field of the Ansoff matrix"), max_length=12, choices=Ansoff, blank=True)
    budget = models.DecimalField(
        _("budget in house currency"), max_digits=14, decimal_places=2, null=True, blank=True, validators=AMOUNT
    )
    segment = models.ForeignKey(
        MarketSegment, verbose_name=_("market segment"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="initiatives",
    )  # fmt: skip
    target = models.ForeignKey(
        Target, verbose_name=_("target"), null=True, blank=True, on_delete=models.SET_NULL, related_name="initiatives"
    )
    goal = models.DecimalField(
        _("revenue wanted in house currency"), max_digits=14, decimal_places=2, null=True, blank=True, validators=AMOUNT,
        help_text=_("Instead of a target: what accounts of the segment are to order from the first to the last day."),
    )  # fmt: skip
    measure = models.CharField(_("what it is measured by"), max_length=200, blank=True)
    campaign = models.CharField(
        _("campaign"), max_length=120, blank=True, help_text=_("As it is written in the opportunities that came of it.")
    )
    activities = models.ManyToManyField(Activity, verbose_name=_("activities"), blank=True, related_name="initiatives")

    objects = MarketQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="market_initiative_period",
                violation_error_message=_ENDS_FIRST,
            ),
            models.CheckConstraint(
                condition=models.Q(target=None) | models.Q(goal=None),
                name="market_initiative_goal",
                violation_error_message=_("Choose a target, or write down what is wanted; not both."),
            ),
            models.CheckConstraint(
                condition=(models.Q(budget=None) | models.Q(budget__gte=Decimal(0)))
                & (models.Q(goal=None) | models.Q(goal__gte=Decimal(0))),
                name="market_initiative_amounts",
            ),
        ]
        indexes = [bin_index("market_initiative_bin")]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def plan_step(self, *, by: User | None, now: dt.datetime | None = None, **values: Any) -> Event:
        """An activity that belongs to it. Raises ValidationError by field. One undo takes back both, the activity and the tie."""
        step = Activity.add(by=by, now=now, is_open=True, **values)
        own = Event.objects.about(step).latest("pk")
        event = self.change(by=by, now=now, activities=[*self.activities.all(), step])
        assert event is not None
        join(own, event)
        return event

    def wrong(self) -> dict[str, Any]:
        found = _wrong_period(self)
        if self.target_id and self.goal is not None:
            found["goal"] = _("Choose a target, or write down what is wanted; not both.")
        if self.goal is not None and not self.segment_id:
            found["segment"] = _("Choose the segment whose orders are counted.")
        return found
