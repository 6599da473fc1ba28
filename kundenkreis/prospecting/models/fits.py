"""How well accounts fit that are on no list yet: figured from the accounts by the night's job, and by nothing else."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.prospecting.models.targets import TargetAccount
from kundenkreis.staff import access


class FitQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(of_accounts(access.reach(user, "accounts.see")))

    def living(self) -> Self:
        return self.filter(account__deleted_at=None)

    def off_the_list(self) -> Self:
        """Those whose account nobody has put on the list, dropped ones included: somebody has decided about them."""
        on_it = TargetAccount._base_manager.filter(account_id=models.OuterRef("account_id"), deleted_at=None)
        return self.filter(~models.Exists(on_it))

    def for_list(self) -> Self:
        return self.select_related("account")


class Fit(models.Model):
    """`fit` as of a target account, from the criteria that data can tell."""

    derived_from: ClassVar[tuple[str, ...]] = ("account",)

    account = models.OneToOneField(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="fit")
    fit = models.PositiveSmallIntegerField(_("fit"))
    open = models.PositiveSmallIntegerField(_("points not known yet"), default=0)

    objects = FitQuerySet.as_manager()

    class Meta:
        verbose_name = _("fit of an account")
        verbose_name_plural = _("fits of accounts")
        indexes = [models.Index(fields=["fit", "id"], name="prospecting_fit_best")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.fit}"
