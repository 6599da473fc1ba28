"""Proofs that an authority was asked about a number: what it answered, and when."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers import checks
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access


class LookupQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever sees the account sees what was asked about it."""
        return self.filter(of_accounts(access.reach(user, "accounts.see")))

    def for_list(self) -> Self:
        return self.select_related("account")


class Lookup(Recorded):
    """What VIES, or another register, answered about an account's VAT ID on a day (Art. 31 Regulation (EU) No 904/2010).

    Austria's Ministry of Finance asks for the proof to be kept beside the invoice (UStR 2000, margin number 4341 ff.); `reference` is the
    consultation number that VIES gives to whoever names her own VAT ID.
    """

    class Service(models.TextChoices):
        VIES = "vies", "VIES"
        FINANZONLINE = "finanzonline", "FinanzOnline"
        OTHER = "other", _("another one")

    class Answer(models.TextChoices):
        VALID = "valid", _("valid")
        INVALID = "invalid", _("not valid")

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="lookups")
    number = models.CharField(_("number"), max_length=20)
    service = models.CharField(_("asked"), max_length=12, choices=Service, default=Service.VIES)
    answer = models.CharField(_("answer"), max_length=7, choices=Answer)
    asked_on = models.DateField(_("on"))
    reference = models.CharField(_("consultation number"), max_length=40, blank=True)
    name = models.CharField(_("name there"), max_length=200, blank=True)
    address = models.CharField(_("address there"), max_length=300, blank=True)

    objects = LookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("look-up")
        verbose_name_plural = _("look-ups")
        indexes = [
            models.Index(fields=["account", "number", "-asked_on"], name="quality_lookup_account"),
            bin_index("quality_lookup_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.asked_on}"

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def clean(self) -> None:
        try:
            self.number = checks.uid(self.number)
        except checks.BadValue as problem:
            raise ValidationError(
                {"number": ValidationError(problem.sentence, problem.code, problem.params)}
            ) from problem
        if self.asked_on is not None and self.asked_on > clock.today():
            raise ValidationError({"asked_on": _("This day has not come yet.")})

    @property
    def is_of_its_number(self) -> bool:
        """Whether it is about the number that the account has now."""
        return self.number == self.account.vat_id


def latest(column: str) -> models.Subquery:
    """What the last look-up of an account's present VAT ID says in `column`; for a queryset of accounts."""
    told = Lookup._base_manager.filter(
        account_id=models.OuterRef("pk"), number=models.OuterRef("vat_id"), deleted_at=None
    )
    return models.Subquery(told.order_by("-asked_on", "-pk").values(column)[:1])
