"""Where somebody decided on another tier than the rules say: with a reason and a day, and visible as such."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.records import bin_index
from kundenkreis.customers.models import Account
from kundenkreis.planning.models.judgements import OfAccount
from kundenkreis.planning.models.rounds import ABSENT, RoundResult, ScoringRound


class TierOverride(OfAccount):
    """The tier of an account in one round, decided by a person. It ends with its round: next year the rules say again what they say."""

    class Tier(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        DEVELOPMENT = "D", _("Development")
        NONE = "-", pgettext_lazy("tier", "none")

    round = models.ForeignKey(
        ScoringRound, verbose_name=_("scoring round"), on_delete=models.CASCADE, related_name="overrides"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="tier_overrides"
    )
    tier = models.CharField(_("tier"), max_length=1, choices=Tier)
    reason = models.CharField(_("reason"), max_length=300)
    decided_on = models.DateField(_("decided on"), default=clock.today)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    class Meta:
        verbose_name = _("tier by decision")
        verbose_name_plural = _("tiers by decision")
        ordering = ["round", "account"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "account"],
                condition=models.Q(deleted_at=None),
                name="planning_override_once",
                violation_error_message=_("A tier was decided on already. Change that decision."),
            )
        ]
        indexes = [bin_index("planning_override_bin")]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_tier_display()}"

    @property
    def plain(self) -> str:
        """As it stands on an account: "" for no tier."""
        return "" if self.tier == self.Tier.NONE else self.tier

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if "\x00" in (self.reason or ""):
            wrong["reason"] = _("Null characters are not allowed.")
        elif not (self.reason or "").strip():
            wrong["reason"] = _("Say why.")
        if self.decided_on is not None and self.decided_on > clock.today():
            wrong["decided_on"] = _("This day is still to come.")
        if self._state.adding and self.round_id and self.account_id:
            there = RoundResult.objects.filter(round_id=self.round_id, account_id=self.account_id).exclude(tier=ABSENT)
            if not there.exists():
                wrong["account"] = _("This account is not in the round.")
        if wrong:
            raise ValidationError(wrong)

    def change(self, *, by: Any, now: dt.datetime | None = None, **values: Any) -> Any:
        if "round" in values and values["round"] != self.round:
            raise ValidationError({"round": _("It stays in its round.")})
        return super().change(by=by, now=now, **values)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        self.sum_again([self.account_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        rows = cls._base_manager.filter(pk__in=list(ids)).order_by()
        return set(rows.values_list("account_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        """The results of these accounts get the tiers that were decided on."""
        from kundenkreis.planning.selection import judging

        judging.decide_again(numbers)
