"""From what a mutual action plan is made: templates of the house, each a list of steps that lie so many working days before the decision."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import bin_index
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models.pipelines import Arranged

MOST_STEPS = 60  # of one template or plan: more is a project, and nobody reads it
DAYS = [MinValueValidator(-260), MaxValueValidator(260)]


class Side(models.TextChoices):
    """Who has to do a step."""

    OURS = "ours", _("we")
    THEIRS = "theirs", _("the customer")


class PlanTemplate(Arranged):
    is_active = models.BooleanField(_("is offered"), default=True)

    class Meta:
        verbose_name = _("plan template")
        verbose_name_plural = _("plan templates")
        ordering = ["position", "pk"]
        indexes = [bin_index("pipeline_plantemplate_bin")]


class TemplateStep(Arranged):
    """One step of a template; `days_before` are working days before the decision, below zero after it."""

    name_en = models.CharField(_("name in English"), max_length=120)
    name_de = models.CharField(_("name in German"), max_length=120)
    template = models.ForeignKey(
        PlanTemplate, verbose_name=_("plan template"), on_delete=models.CASCADE, related_name="steps"
    )
    side = models.CharField(_("who does it"), max_length=6, choices=Side, default=Side.OURS)
    days_before = models.SmallIntegerField(
        _("working days before the decision"), default=0, validators=DAYS, help_text=_("Below zero: after it.")
    )

    class Meta:
        verbose_name = _("step of a template")
        verbose_name_plural = _("steps of templates")
        ordering = ["template", "-days_before", "position", "pk"]
        indexes = [bin_index("pipeline_templatestep_bin")]

    def clean(self) -> None:
        super().clean()
        if self._state.adding and self.template_id and self.template.steps.living().count() >= MOST_STEPS:
            said = _("A plan has at most %(most)d steps.")
            raise ValidationError({"template": ValidationError(said, params={"most": MOST_STEPS})})

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "template" in values and values["template"] != self.template:
            raise ValidationError({"template": _("A step stays in its template.")})
        return super().change(by=by, **values)
