"""What history said on a day about a period."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.forecast.periods import LONGEST


class Baseline(models.Model):
    """The statistical forecast of a period as of a day: computed once, never changed, so that it can be held against what came.

    `told` is `learning.Told` as JSON: expected and the band of the house and of each owner, and what it was learned from.
    """

    as_of = models.DateField(_("as of"))
    period = models.CharField(_("period"), max_length=LONGEST)
    computed_at = models.DateTimeField(_("computed"))
    told = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("statistical baseline")
        verbose_name_plural = _("statistical baselines")
        constraints = [models.UniqueConstraint(fields=["period", "as_of"], name="forecast_baseline_once")]

    def __str__(self) -> str:
        return f"{self.period} ({self.as_of})"
