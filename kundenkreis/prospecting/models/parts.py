"""What is known of a target account: research, each answer with its source; events that are an occasion; and what people judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index, null_characters, reached_from
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.prospecting.models.criteria import FitCriterion, ResearchQuestion
from kundenkreis.prospecting.models.targets import TargetAccount
from kundenkreis.staff import access, explaining

_OLD_DAYS = 365  # what was found out longer ago may have changed


class OfTargetQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "target_accounts.see")
        return self.filter(reached_from("target_id", TargetAccount.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("target__account")


class OfTarget(Recorded):
    part_of: ClassVar[tuple[str, ...]] = ("target",)
    target: Any

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        abstract = True

    def timeline_account_id(self) -> int | None:
        return self.target.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.target.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.target.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.target.access_rule()

    def clean(self) -> None:
        super().clean()
        if wrong := null_characters(self) | self.wrong():
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "target" in values and values["target"] != self.target:
            raise ValidationError({"target": _("It stays at its target account.")})
        return super().change(by=by, **values)


def _future(day: dt.date | None, name: str) -> dict[str, Any]:
    return {name: _("This day is still to come.")} if day is not None and day > clock.today() else {}


class ResearchAnswer(OfTarget):
    """What was found out, where, and on which day."""

    target = models.ForeignKey(
        TargetAccount, verbose_name=_("target account"), on_delete=models.CASCADE, related_name="answers"
    )
    question = models.ForeignKey(
        ResearchQuestion, verbose_name=_("question"), on_delete=models.PROTECT, related_name="answers"
    )
    text = models.TextField(_("answer"), max_length=4000)
    source = models.CharField(_("source"), max_length=300)
    found_on = models.DateField(_("found out on"), default=clock.today)

    class Meta:
        verbose_name = _("research answer")
        verbose_name_plural = _("research answers")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "question"],
                condition=models.Q(deleted_at=None),
                name="prospecting_answer_once",
                violation_error_message=_("This question is answered already. Change that answer."),
            )
        ]
        indexes = [bin_index("prospecting_answer_bin")]

    def __str__(self) -> str:
        return str(self.question)

    @property
    def is_old(self) -> bool:
        return (clock.today() - self.found_on).days > _OLD_DAYS

    def wrong(self) -> dict[str, Any]:
        return _future(self.found_on, "found_on")


class TriggerEvent(OfTarget):
    """Something that happened there and is an occasion to speak with them, until it is stale."""

    class Kind(models.TextChoices):
        SITE = "site", _("new site")
        TENDER = "tender", _("tender")
        MANAGEMENT = "management", _("change of management")
        COMPETITOR = "competitor", _("trouble with a competitor of ours")
        SUPPLIER = "supplier", _("insolvency of a supplier")
        FUNDING = "funding", _("funding or investment")
        GROWTH = "growth", _("growth")
        OTHER = "other", _("something else")

    target = models.ForeignKey(
        TargetAccount, verbose_name=_("target account"), on_delete=models.CASCADE, related_name="events", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    what = models.CharField(_("what happened"), max_length=300)
    happened_on = models.DateField(_("when"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    url = models.CharField(
        _("web address"), max_length=500, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    note = models.TextField(_("note"), blank=True, max_length=4000)
    expires_on = models.DateField(_("an occasion until"), null=True, blank=True)

    class Meta:
        verbose_name = _("trigger event")
        verbose_name_plural = _("trigger events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on=None) | models.Q(expires_on__gte=models.F("happened_on")),
                name="prospecting_event_period",
                violation_error_message=_("The end lies before the beginning."),
            )
        ]
        indexes = [
            models.Index(fields=["target", "-happened_on", "-id"], name="prospecting_event_target"),
            models.Index(fields=["-happened_on", "-id"], name="prospecting_event_day"),
            bin_index("prospecting_event_bin"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_stale(self) -> bool:
        return self.expires_on is not None and self.expires_on < clock.today()

    def wrong(self) -> dict[str, Any]:
        if self.expires_on is not None and self.happened_on is not None and self.expires_on < self.happened_on:
            return {"expires_on": _("The end lies before the beginning.")}
        return {}


class Judgement(OfTarget):
    """How far a criterion is fulfilled that no figure knows, and why."""

    class Score(models.IntegerChoices):
        NOT = 0, _("0: not at all")
        LITTLE = 1, _("1: a little")
        LARGELY = 2, _("2: largely")
        FULLY = 3, _("3: fully")

    target = models.ForeignKey(
        TargetAccount, verbose_name=_("target account"), on_delete=models.CASCADE, related_name="judgements"
    )
    criterion = models.ForeignKey(
        FitCriterion, verbose_name=_("criterion"), on_delete=models.CASCADE, related_name="judgements"
    )
    score = models.PositiveSmallIntegerField(_("how far"), choices=Score)
    reason = models.CharField(_("why"), max_length=500)

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "criterion"],
                condition=models.Q(deleted_at=None),
                name="prospecting_judgement_once",
                violation_error_message=_("This criterion is judged already. Change that judgement."),
            ),
            models.CheckConstraint(condition=models.Q(score__lte=3), name="prospecting_judgement_score"),
        ]
        indexes = [bin_index("prospecting_judgement_bin")]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"

    def wrong(self) -> dict[str, Any]:
        if self.criterion_id and not self.criterion.is_judged:
            return {"criterion": _("This criterion is figured from data.")}
        return {}

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        self.sum_again([self.target_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        rows = cls._base_manager.filter(pk__in=list(ids)).order_by()
        return set(rows.values_list("target_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        """Figured, not decided: no new version, so that nobody's form grows stale by it."""
        from kundenkreis.prospecting import fitting

        fitting.refigure(numbers)
