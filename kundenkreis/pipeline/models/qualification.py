"""How well an opportunity is known: MEDDPICC, each element with its evidence, a score, and what to ask next."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import bin_index
from kundenkreis.pipeline.models.opportunities import Opportunity
from kundenkreis.pipeline.models.parts import SummedPart

OLD_AFTER_DAYS = 60  # what was looked at longer ago may have changed


class Qualification(SummedPart):
    """One element of MEDDPICC, as far as it is known.

    MEDDIC was written down by Dick Dunkel at PTC in 1996; the paper process and the competition were added later.
    """

    class Element(models.TextChoices):
        METRICS = "metrics", _("metrics")
        ECONOMIC_BUYER = "economic_buyer", _("economic buyer")
        CRITERIA = "criteria", _("decision criteria")
        PROCESS = "process", _("decision process")
        PAPER = "paper", _("paper process")
        PAIN = "pain", _("identified pain")
        CHAMPION = "champion", _("champion")
        COMPETITION = "competition", _("competition")

    class Score(models.IntegerChoices):
        UNKNOWN = 0, _("0: not known")
        ASSUMED = 1, _("1: assumed")
        TOLD = 2, _("2: the customer said so")
        PROVEN = 3, _("3: proven")

    # What each element asks, for whoever does not have it by heart.
    QUESTIONS = {
        Element.METRICS: _("What is it worth to the customer, in figures?"),
        Element.ECONOMIC_BUYER: _("Who can say yes, and releases the money?"),
        Element.CRITERIA: _("By what do they choose?"),
        Element.PROCESS: _("Who decides what, in which order, until when?"),
        Element.PAPER: _("What has to be signed by whom: purchasing, law, data protection?"),
        Element.PAIN: _("What hurts so much that something has to happen?"),
        Element.CHAMPION: _("Who speaks for us when we are not there?"),
        Element.COMPETITION: _("Who else is there, doing nothing included?"),
    }

    MOST_POINTS = len(Element) * Score.PROVEN

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="qualification"
    )
    element = models.CharField(_("element"), max_length=16, choices=Element)
    score = models.PositiveSmallIntegerField(_("how well it is known"), choices=Score, default=Score.ASSUMED)
    evidence = models.TextField(_("evidence"), blank=True, max_length=2000)
    next_question = models.CharField(_("next question"), max_length=300, blank=True)
    checked_on = models.DateField(_("last checked"), default=clock.today)

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "element"],
                condition=models.Q(deleted_at=None),
                name="pipeline_qualification_once",
                violation_error_message=_("This element stands there already. Change that one."),
            ),
            models.CheckConstraint(condition=models.Q(score__lte=3), name="pipeline_qualification_score"),
        ]
        indexes = [bin_index("pipeline_qualification_bin")]

    def __str__(self) -> str:
        return str(self.get_element_display())

    @property
    def is_old(self) -> bool:
        """Whether somebody should look at it again."""
        return (clock.today() - self.checked_on).days > OLD_AFTER_DAYS

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if (self.score or 0) >= self.Score.TOLD and not (self.evidence or "").strip():
            wrong["evidence"] = _("Write what speaks for it: who said so, or what proves it.")
        if self.checked_on is not None and self.checked_on > clock.today():
            wrong["checked_on"] = _("This day is still to come.")
        if wrong:
            raise ValidationError(wrong)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        """Figured, not decided: no new version, so that nobody's form grows stale by it."""
        points = cls._base_manager.filter(opportunity_id=models.OuterRef("pk"), deleted_at=None).order_by()
        sum_ = points.values("opportunity_id").annotate(sum=models.Sum("score")).values("sum")
        found = models.functions.Coalesce(models.Subquery(sum_), 0)
        Opportunity._base_manager.filter(pk__in=list(numbers)).update(qualified=found)
