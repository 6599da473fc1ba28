"""How the forecast stood on a day: a row for each opportunity, sums over them, and the calls of people."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.forecast.periods import LONGEST
from kundenkreis.pipeline.models import Opportunity, Stage
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User


def _noted(model: type[models.Model]) -> models.ForeignKey:
    """A record as a snapshot has noted it: it may be gone by now, and a snapshot holds nobody back from going and is never rewritten."""
    return models.ForeignKey(
        model, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )


class SnapshotQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """That there are snapshots is known to whoever sees a forecast; their rows are seen with their opportunities."""
        return self.all() if access.may(user, "forecasts.see") else self.none()


class Snapshot(models.Model):
    """That the forecast was kept on a day. `number` is of rows; `is_generated` says that it was worked out afterwards (demo house)."""

    taken_on = models.DateField(_("day"), unique=True)
    taken_at = models.DateTimeField(_("taken"))
    number = models.PositiveIntegerField(_("opportunities"), default=0)
    taken_by = models.ForeignKey(
        User, verbose_name=_("taken by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_generated = models.BooleanField(_("generated"), default=False)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast snapshot")
        verbose_name_plural = _("forecast snapshots")
        ordering = ["-taken_on"]

    def __str__(self) -> str:
        return self.taken_on.isoformat()


class SnapshotRow(models.Model):
    """An opportunity as it stood then: open, or closed since the quarter before began.

    `falls_on`: the day on which it is expected to close, or was closed.
    """

    derived_from: ClassVar[tuple[str, ...]] = ("snapshot",)

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="rows")
    opportunity = _noted(Opportunity)
    owner = _noted(User)
    team = _noted(Team)
    stage = _noted(Stage)
    category = models.CharField(_("forecast category"), max_length=9, choices=Opportunity.Forecast)
    outcome = models.CharField(_("outcome"), max_length=4, choices=Opportunity.Outcome, blank=True)
    probability = models.PositiveSmallIntegerField(_("probability in %"), default=0)
    value_house = models.DecimalField(_("value in house currency"), max_digits=16, decimal_places=2)
    falls_on = models.DateField(_("expected or real close"), null=True)

    class Meta:
        verbose_name = _("row of a forecast snapshot")
        verbose_name_plural = _("rows of forecast snapshots")
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "snapshot"], name="forecast_snapshot_row"),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.opportunity_id}"


class SnapshotSum(models.Model):
    """Sums of a snapshot's rows by owner, month and category, so that a year's snapshots are compared without their rows."""

    derived_from: ClassVar[tuple[str, ...]] = ("snapshot",)

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="sums")
    owner = _noted(User)
    month = models.DateField(_("month"), null=True)  # its first day; empty: without an expected close
    category = models.CharField(_("forecast category"), max_length=9, choices=Opportunity.Forecast)
    number = models.PositiveIntegerField(_("opportunities"))
    value = models.DecimalField(_("value in house currency"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("sum of a forecast snapshot")
        verbose_name_plural = _("sums of forecast snapshots")

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.month} {self.category}"


class SnapshotCall(models.Model):
    """A call as it stood then."""

    derived_from: ClassVar[tuple[str, ...]] = ("snapshot",)

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="calls")
    period = models.CharField(_("period"), max_length=LONGEST)
    person = _noted(User)
    team = _noted(Team)
    is_override = models.BooleanField(_("stands over what was summed"))
    commit = models.DecimalField(_("commit"), max_digits=16, decimal_places=2, null=True)
    best_case = models.DecimalField(_("best case"), max_digits=16, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("call of a forecast snapshot")
        verbose_name_plural = _("calls of forecast snapshots")

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.period}"
