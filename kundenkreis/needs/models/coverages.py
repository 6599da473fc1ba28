"""How much is known of an account's needs: figured from talks and needs, and by nothing else."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.needs.models.questions import QuestionSet
from kundenkreis.staff import access


class CoverageQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        if not access.reach(user, "needs.see"):
            return self.none()
        return self.filter(of_accounts(access.reach(user, "accounts.see")))

    def living(self) -> Self:
        return self.filter(account__deleted_at=None)

    def for_list(self) -> Self:
        return self.select_related("account")


class Coverage(models.Model):
    """Of the questions of the set that fits the account: how many there are, how many are answered, and since when the oldest answer holds.

    `percent` is 0 while nothing was asked. Open needs with their likely effect a year in house currency stand beside.
    """

    derived_from: ClassVar[tuple[str, ...]] = ("account",)

    account = models.OneToOneField(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="needs_coverage"
    )
    of_set = models.ForeignKey(
        QuestionSet, verbose_name=_("set of questions"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked = models.PositiveSmallIntegerField(_("questions"), default=0)
    answered = models.PositiveSmallIntegerField(_("answered"), default=0)
    percent = models.PositiveSmallIntegerField(_("coverage in %"), default=0)
    oldest_on = models.DateField(_("oldest answer"), null=True)
    last_on = models.DateField(_("last needs talk"), null=True)
    open_needs = models.PositiveIntegerField(_("open needs"), default=0)
    base_house = models.DecimalField(_("effect a year, likely"), max_digits=16, decimal_places=2, default=0)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage of an account")
        verbose_name_plural = _("coverage of accounts")
        indexes = [
            models.Index(fields=["percent", "id"], name="needs_coverage_percent"),
            models.Index(fields=["oldest_on", "id"], name="needs_coverage_oldest"),
            models.Index(fields=["open_needs", "id"], name="needs_coverage_needs"),
            models.Index(fields=["base_house", "id"], name="needs_coverage_effect"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.percent} %"
