"""What the house arranges: by which criteria an account is judged, and what has to be known of one before it is approached."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core.records import bin_index
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models.pipelines import Arranged

MOST_CRITERIA, MOST_QUESTIONS, MOST_VALUES = 20, 30, 100


class CriteriaSet(Arranged):
    """Criteria with weights, for one kind of question. Of each kind one set is in force."""

    class Kind(models.TextChoices):
        TARGETS = "targets", _("target accounts")

    kind = models.CharField(_("for"), max_length=10, choices=Kind, default=Kind.TARGETS)
    in_force = models.BooleanField(_("in force"), default=False)

    class Meta:
        verbose_name = _("set of criteria")
        verbose_name_plural = _("sets of criteria")
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(deleted_at=None, in_force=True),
                name="prospecting_set_in_force",
                violation_error_message=_("Another set of this kind is in force. Switch that one off first."),
            )
        ]
        indexes = [bin_index("prospecting_set_bin")]

    @classmethod
    def present(cls, kind: str) -> CriteriaSet | None:
        """The set of a kind that is in force."""
        return cls.objects.living().filter(kind=kind, in_force=True).first()

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & {"in_force", "deleted_at"}:
            _all_again()


class FitCriterion(Arranged):
    """One criterion. `measure` says from what it is figured: `values` for lists, `low` to `high` for numbers; or it is judged by people."""

    class Measure(models.TextChoices):
        INDUSTRY = "industry", _("industry")
        COUNTRY = "country", _("country")
        TERRITORY = "territory", _("territory")
        EMPLOYEES = "employees", _("employees")
        REVENUE = "revenue", _("revenue with us, 12 months")
        GROWTH = "growth", _("growth of revenue with us, in %")
        SIMILARITY = "similarity", _("similarity to our best customers")
        JUDGED = "judged", _("judged by people, 0 to 3")

    LISTS = frozenset({Measure.INDUSTRY, Measure.COUNTRY, Measure.TERRITORY})
    RANGES = frozenset({Measure.EMPLOYEES, Measure.REVENUE, Measure.GROWTH})

    of_set = models.ForeignKey(
        CriteriaSet, verbose_name=_("set of criteria"), on_delete=models.CASCADE, related_name="criteria"
    )
    measure = models.CharField(_("figured from"), max_length=10, choices=Measure, default=Measure.JUDGED)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    values = models.JSONField(_("values that fit"), default=list, blank=True)
    low = models.DecimalField(_("from"), max_digits=14, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(
        pgettext_lazy("end of a range", "to"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["of_set", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weight__gte=1, weight__lte=100), name="prospecting_crit_weight"),
            models.CheckConstraint(
                condition=models.Q(low=None) | models.Q(high=None) | models.Q(high__gte=models.F("low")),
                name="prospecting_crit_range",
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]
        indexes = [bin_index("prospecting_crit_bin")]

    @property
    def is_judged(self) -> bool:
        return self.measure == self.Measure.JUDGED

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if self._state.adding and self.of_set_id and self.of_set.criteria.living().count() >= MOST_CRITERIA:
            said = _("There are enough criteria: nobody would understand more of them.")
            wrong["of_set"] = said
        if self.measure in self.LISTS:
            wrong |= self._wrong_values()
        elif self.measure in self.RANGES and self.low is None and self.high is None:
            wrong["low"] = _("Say from or up to which number it fits.")
        if self.low is not None and self.high is not None and self.high < self.low:
            wrong["high"] = _("The end lies before the beginning.")
        if wrong:
            raise ValidationError(wrong)

    def _wrong_values(self) -> dict[str, Any]:
        kind = int if self.measure == self.Measure.TERRITORY else str
        values = self.values
        if not isinstance(values, list) or not values or any(type(one) is not kind for one in values):
            return {"values": _("Choose what fits.")}
        if len(values) > MOST_VALUES or any(isinstance(v, str) and ("\x00" in v or len(v) > 100) for v in values):
            return {"values": ValidationError(_("At most %(count)s entries."), params={"count": MOST_VALUES})}
        return {}

    def prepare(self, touched: set[str]) -> set[str]:
        """What is not asked by its measure is empty."""
        derived = super().prepare(touched)
        if "measure" in touched or self._state.adding:
            if self.measure not in self.LISTS:
                self.values = []
            if self.measure not in self.RANGES:
                self.low = self.high = None
            derived |= {"values", "low", "high"}
        return derived

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "of_set" in values and values["of_set"] != self.of_set:
            raise ValidationError({"of_set": _("A criterion stays in its set.")})
        return super().change(by=by, **values)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & {"measure", "weight", "values", "low", "high", "deleted_at"}:
            _all_again()


def _all_again() -> None:
    from kundenkreis.prospecting import fitting

    fitting.refigure()


class ResearchQuestion(Arranged):
    """What the house wants to know of a target account before it is approached."""

    name_en = models.CharField(_("question in English"), max_length=150)
    name_de = models.CharField(_("question in German"), max_length=150)

    class Meta:
        verbose_name = _("research question")
        verbose_name_plural = _("research questions")
        ordering = ["position", "pk"]
        indexes = [bin_index("prospecting_question_bin")]

    def clean(self) -> None:
        super().clean()
        if self._state.adding and type(self).objects.living().count() >= MOST_QUESTIONS:
            raise ValidationError(_("There are enough questions: nobody would answer more of them."))
