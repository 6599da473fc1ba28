"""Targets: what revenue is wanted of whom in the months of a fiscal year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.catalogue.models import Family
from kundenkreis.core import fiscal
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import Team, User

MONTHS = tuple(f"month_{number}" for number in range(1, 13))
_HOLDERS = ("team", "person", "account")
_TWICE = _("There is a target for this already. Change that one.")
_AMOUNT = [MinValueValidator(Decimal(0))]


def counted(count: int, shown: str = "") -> str:
    """ "3 targets", for sentences."""
    return ngettext("%(count)s target", "%(count)s targets", count) % {"count": shown or count}


class TargetQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Her own; those of accounts that she sees; all for whoever leads."""
        reach = access.reach(user, "targets.see")
        if reach.everything:
            return but_of_restricted(self)
        if not reach:
            return self.none()
        at_account = reached_from("account_id", Account.objects.visible_to(user))
        return self.filter(Q(level=Target.Level.PERSON, person_id=user.pk) | Q(level=Target.Level.ACCOUNT) & at_account)

    def for_list(self) -> Self:
        return self.select_related("team", "person", "account", "family")


def _month(number: int) -> models.DecimalField:
    label = format_lazy("{month} {number}", month=_("month"), number=number)
    return models.DecimalField(label, max_digits=14, decimal_places=2, default=Decimal(0), validators=_AMOUNT)


class Target(Recorded):
    """Revenue in house currency that is wanted of a holder in each month of the fiscal year that begins on `starts_on`.

    One row is a whole year, so that a month, a quarter and the year are never told apart; `business` is explained in `newness`.
    """

    class Level(models.TextChoices):
        HOUSE = "house", _("the whole house")
        TEAM = "team", _("team")
        PERSON = "person", _("person")
        ACCOUNT = "account", _("account")

    class Business(models.TextChoices):
        ALL = "all", _("all business")
        NEW = "new", _("new business")
        EXISTING = "existing", _("existing business")

    starts_on = models.DateField(_("fiscal year from"))
    level = models.CharField(_("target of"), max_length=7, choices=Level)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        User, verbose_name=_("person"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="targets"
    )
    family = models.ForeignKey(
        Family, verbose_name=_("product family"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    business = models.CharField(_("business"), max_length=8, choices=Business, default=Business.ALL)
    month_1, month_2, month_3, month_4, month_5, month_6 = (_month(number) for number in range(1, 7))
    month_7, month_8, month_9, month_10, month_11, month_12 = (_month(number) for number in range(7, 13))
    total = models.DecimalField(
        _("target of the year"), max_digits=16, decimal_places=2, default=Decimal(0), editable=False
    )
    note = models.TextField(_("note"), blank=True)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = TargetQuerySet.as_manager()
    OF: tuple[str, ...] = ("starts_on", "level", *_HOLDERS, "family", "business")

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                "starts_on",
                "level",
                *(Coalesce(F(name), Value(0)) for name in (*_HOLDERS, "family")),
                "business",
                condition=Q(deleted_at=None),
                name="market_target_once",
                violation_error_message=_TWICE,
            ),
            # The same once more, by columns: a merge of two accounts looks for these, and leaves what would stand twice.
            models.UniqueConstraint(
                fields=["account", "starts_on", "business"],
                condition=Q(deleted_at=None, level="account", family=None),
                name="market_target_account",
                violation_error_message=_TWICE,
            ),
            models.UniqueConstraint(
                fields=["account", "starts_on", "business", "family"],
                condition=Q(deleted_at=None, level="account", family__isnull=False),
                name="market_target_account_of",
                violation_error_message=_TWICE,
            ),
            models.CheckConstraint(
                condition=Q(level="house", team=None, person=None, account=None)
                | Q(level="team", team__isnull=False, person=None, account=None)
                | Q(level="person", team=None, person__isnull=False, account=None)
                | Q(level="account", team=None, person=None, account__isnull=False),
                name="market_target_holder",
                violation_error_message=_("A target is of the house, or of one team, person or account."),
            ),
            models.CheckConstraint(
                condition=Q(*((f"{name}__gte", 0) for name in MONTHS)),
                name="market_target_amounts",
                violation_error_message=_("A target is not below zero."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["starts_on", "level", "-total", "id"], name="market_target_year"),
            models.Index(fields=["total", "id"], name="market_target_total"),
            bin_index("market_target_bin"),
        ]

    def __str__(self) -> str:
        more = [str(self.family)] if self.family_id else []
        more += [str(self.get_business_display())] if self.business != self.Business.ALL else []
        return ", ".join([f"{self.holder} {self.year}", *more])

    # --- what follows from it

    @property
    def holder(self) -> Any:
        """The team, person or account; the words for the house."""
        return getattr(self, self.level) if self.level in _HOLDERS else _("the whole house")

    @property
    def year(self) -> str:
        return fiscal.name(self.starts_on)

    @property
    def months(self) -> list[Decimal]:
        return [getattr(self, name) for name in MONTHS]

    def of_part(self, part: fiscal.Part) -> Decimal:
        """What is wanted in some months of its year."""
        return sum((getattr(self, f"month_{number}") for number in part.numbers), Decimal(0))

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        return self.person_id in reach.owners

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account] if self.account else [], through=True)

    def access_rule(self) -> explaining.Rule:
        whose: tuple[explaining.Rule, ...] = (explaining.Within("targets.see"),)
        if self.level == self.Level.PERSON:
            whose += (explaining.Only(self.person_id),)
        if self.level == self.Level.ACCOUNT:
            whose += (explaining.Within("accounts.see", self.grounds()),)
        return explaining.Every((explaining.Role("targets.see"), explaining.AnyOf(whose)), told=(1,))

    def acts(self) -> dict[str, explaining.Rule]:
        return {f"targets.{verb}": explaining.Within(f"targets.{verb}") for verb in ("change", "discard")}

    # --- what is checked, and derived

    def prepare(self, touched: set[str]) -> set[str]:
        if not touched & set(MONTHS) and not self._state.adding:
            return set()
        self.total = sum((Decimal(amount or 0) for amount in self.months), Decimal(0))
        return {"total"}

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        if "\x00" in self.note:
            wrong["note"] = _("Null characters are not allowed.")
        wrong |= self._wrong_holder()
        if self.starts_on and self.starts_on.day != 1:
            wrong["starts_on"] = _("A fiscal year begins on the first of a month.")
        elif self.starts_on and not wrong and self._state.adding:
            wrong |= self._wrong_year()
        if wrong:
            raise ValidationError(wrong)

    def _wrong_holder(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in _HOLDERS:
            there = getattr(self, f"{name}_id") is not None
            if there and name != self.level:
                found[name] = _("A target is of the house, or of one team, person or account.")
            elif not there and name == self.level:
                found[name] = _("Choose whose target it is.")
        return found

    def same(self) -> models.QuerySet[Target]:
        """Living targets of the same holder, family and business, of whatever year."""
        of = {name: getattr(self, f"{name}_id") for name in (*_HOLDERS, "family")}
        return Target._base_manager.filter(deleted_at=None, level=self.level, business=self.business, **of)

    def _wrong_year(self) -> dict[str, Any]:
        """Years of the same thing do not overlap, also when the house has begun its fiscal year in another month since."""
        first, after = fiscal.plus_months(self.starts_on, -11), fiscal.plus_months(self.starts_on, 12)
        if self.same().exclude(pk=self.pk).filter(starts_on__gte=first, starts_on__lt=after).exists():
            return {"starts_on": _TWICE}
        return {}

    @classmethod
    def years(cls) -> list[dt.date]:
        """The fiscal years of which there are targets, the latest first."""
        rows = cls.objects.living().order_by("-starts_on").values_list("starts_on", flat=True)
        return list(rows.distinct()[:50])
