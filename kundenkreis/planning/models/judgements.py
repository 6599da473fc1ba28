"""What people say of an account that no figure knows: how far it fits, what its name is worth, what it could buy in a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.planning.models.measures import UNIT, Measure
from kundenkreis.prospecting.models import Judgement
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class SeenWithAccount(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "selection.see"))

    def within(self, reach: access.Reach) -> Self:
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(reached_from("account_id", Account.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("account")


class OfAccount(Recorded):
    """What is said of one account, and seen with it."""

    account: Any
    account_id: int

    objects = SeenWithAccount.as_manager()

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("selection.see", self.grounds())

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "account" in values and values["account"] != self.account:
            raise ValidationError({"account": _("It stays at its account.")})
        return super().change(by=by, **values)


class AccountJudgement(OfAccount):
    """A judgement from 0 to 3 with its reason, or the potential in house currency with its source. It holds until somebody says otherwise."""

    Score = Judgement.Score

    class About(models.TextChoices):
        POTENTIAL = Measure.POTENTIAL.value, Measure.POTENTIAL.label
        STRATEGIC = Measure.STRATEGIC.value, _("strategic fit")
        REFERENCE = Measure.REFERENCE.value, _("reference value")
        CLOSENESS = Measure.CLOSENESS.value, _("how close we are to those who decide")
        EFFORT = Measure.EFFORT.value, _("how little effort it takes to serve them")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="selection_judgements"
    )
    about = models.CharField(_("about"), max_length=16, choices=About)
    score = models.PositiveSmallIntegerField(
        _("how far"), null=True, blank=True, choices=Judgement.Score, validators=[MaxValueValidator(3)]
    )
    amount = models.DecimalField(
        _("potential a year, in house currency"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    reason = models.CharField(_("why, or from where it is known"), max_length=500)
    judged_on = models.DateField(_("judged on"), default=clock.today, editable=False)
    judged_by = models.ForeignKey(
        User, verbose_name=_("judged by"), null=True, blank=True, editable=False, on_delete=models.SET_NULL,
        related_name="selection_judgements",
    )  # fmt: skip
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    class Meta:
        verbose_name = _("judgement of an account")
        verbose_name_plural = _("judgements of accounts")
        ordering = ["account", "about"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "about"],
                condition=models.Q(deleted_at=None),
                name="planning_judgement_once",
                violation_error_message=_("This is judged already. Change that judgement."),
            ),
            models.CheckConstraint(
                condition=models.Q(about="potential", score=None, amount__isnull=False)
                | (~models.Q(about="potential") & models.Q(score__lte=3, amount=None)),
                name="planning_judgement_one",
                violation_error_message=_("A potential has an amount, everything else is judged from 0 to 3."),
            ),
        ]
        indexes = [bin_index("planning_judgement_bin")]

    secret_fields: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.account}: {self.get_about_display()}"

    @property
    def figure(self) -> int | None:
        """As `selection.scoring` takes it."""
        if self.about == self.About.POTENTIAL:
            return None if self.amount is None else int(self.amount * UNIT[self.about])
        return self.score

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        for row in rows:
            row.setdefault("judged_by", by)

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if "\x00" in (self.reason or ""):
            wrong["reason"] = _("Null characters are not allowed.")
        elif not (self.reason or "").strip():
            wrong["reason"] = _("Say why, or from where it is known.")
        if self.about == self.About.POTENTIAL:
            if self.amount is None:
                wrong["amount"] = _("Say how much they could buy in a year.")
            if self.score is not None:
                wrong["score"] = _("A potential has an amount, everything else is judged from 0 to 3.")
        else:
            if self.score is None:
                wrong["score"] = _("Say how far, from 0 to 3.")
            if self.amount is not None:
                wrong["amount"] = _("A potential has an amount, everything else is judged from 0 to 3.")
        if wrong:
            raise ValidationError(wrong)

    def change(self, *, by: Any, now: dt.datetime | None = None, **values: Any) -> Event | None:
        if "about" in values and values["about"] != self.about:
            raise ValidationError({"about": _("It stays a judgement about this.")})
        if values.keys() & {"score", "amount"} and "judged_by" not in values:
            differs = any(values[name] != getattr(self, name) for name in values.keys() & {"score", "amount"})
            if differs:
                values |= {"judged_by": by, "judged_on": clock.today()}
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
        """Rounds that are not in force yet are scored by what is said now."""
        from kundenkreis.planning.selection import judging

        judging.score_again(numbers)
