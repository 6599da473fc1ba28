"""Market studies."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import bin_index
from kundenkreis.market.models.known import Known, MarketQuerySet
from kundenkreis.market.models.segments import MarketSegment
from kundenkreis.staff import explaining


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
