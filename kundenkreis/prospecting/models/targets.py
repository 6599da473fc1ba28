"""Accounts on the wanted list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted, of_accounts
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User

CUSTOMER_DAYS = 730  # who has ordered within so many days is a customer, and nobody whom we would have to win


def counted(count: int, shown: str = "") -> str:
    """ "3 target accounts", for sentences."""
    return ngettext("%(count)s target account", "%(count)s target accounts", count) % {"count": shown or count}


class TargetQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "target_accounts.see"))

    def within(self, reach: access.Reach) -> Self:
        """Those of the reach's accounts: who it is says the account's name alone."""
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(reached_from("account_id", Account.objects.within(reach))) if reach else self.none()

    def gathered_for(self, user: Any) -> Self:
        """`visible_to` for a list of nothing but that: of few accounts they are gathered by the indexes, not by a walk."""
        reach = access.reach(user, "target_accounts.see")
        if reach.everything or not reach:
            return self.visible_to(user)
        return self.filter(of_accounts(reach))

    def wanted(self) -> Self:
        """Neither won nor dropped."""
        return self.living().filter(status__in=TargetAccount.WANTED)

    def for_list(self) -> Self:
        return self.select_related("account", "owner")


class TargetAccount(Recorded):
    """An account whom the house wants as a customer. `fit` is 0 to 100 (None: no criteria); `fit_open` are points that nobody knows yet."""

    class Status(models.TextChoices):
        RESEARCH = "research", _("to research")
        APPROACH = "approach", _("in approach")
        TALKS = "talks", _("in talks")
        WON = "won", _("won")
        DROPPED = "dropped", _("dropped")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("high")
        MIDDLE = 2, _("middle")
        LOW = 3, _("low")

    WANTED = (Status.RESEARCH, Status.APPROACH, Status.TALKS)

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="wanted", db_index=False
    )
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="target_accounts",
        db_index=False,
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RESEARCH)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.MIDDLE)
    potential = models.DecimalField(
        _("potential a year, in house currency"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )  # fmt: skip
    potential_source = models.CharField(_("where the potential is known from"), max_length=200, blank=True)
    drop_reason = models.CharField(_("why it was dropped"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    fit = models.PositiveSmallIntegerField(
        _("fit"), null=True, blank=True, editable=False, validators=[MaxValueValidator(100)]
    )
    fit_open = models.PositiveSmallIntegerField(_("points not known yet"), default=0, editable=False)
    fitted_at = models.DateTimeField(_("fit figured"), null=True, blank=True, editable=False)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target account")
        verbose_name_plural = _("target accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(deleted_at=None),
                name="prospecting_target_once",
                violation_error_message=_("This account is on the list already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status="dropped") | ~models.Q(drop_reason=""),
                name="prospecting_target_dropped",
                violation_error_message=_("Say why it was dropped."),
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="prospecting_target_account"),
            models.Index(fields=["fit", "id"], name="prospecting_target_fit"),
            models.Index(fields=["status", "fit", "id"], name="prospecting_target_status"),
            models.Index(fields=["owner", "status", "fit", "id"], name="prospecting_target_owner"),
            models.Index(fields=["priority", "id"], name="prospecting_target_priority"),
            models.Index(fields=["potential", "id"], name="prospecting_target_potential"),
            models.Index(fields=["changed_at", "id"], name="prospecting_target_changed"),
            bin_index("prospecting_target_bin"),
        ]

    def __str__(self) -> str:
        return self.account.name

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("target_accounts.see", self.grounds())

    # --- what follows from it

    @property
    def is_wanted(self) -> bool:
        return self.status in self.WANTED

    @property
    def added_on(self) -> dt.date:
        return timezone.localdate(self.created_at)

    @property
    def has_ordered(self) -> bool:
        """Whether an order came since it was put on the list: then it is won."""
        return self.account.last_ordered is not None and self.account.last_ordered >= self.added_on

    def next_step(self, user: Any = None) -> Activity | None:
        """What is planned next with the account, as far as `user` sees it (None: the house)."""
        seen = Activity.objects.visible_to(user) if user is not None else Activity.objects.all()
        some = seen.open().filter(account_id=self.account_id).select_related("owner").order_by("due_on", "at")[:100]
        return min(some, key=lambda one: (one.day, one.at, one.pk), default=None)

    # --- what is checked, and derived

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """Whoever puts it there owns it, unless somebody is named."""
        for row in rows:
            if by is not None and "owner" not in row:
                row["owner"] = by

    def prepare(self, touched: set[str]) -> set[str]:
        self.__dict__["_touched"] = touched
        if "status" in touched and self.status != self.Status.DROPPED and "drop_reason" not in touched:
            self.drop_reason = ""
            return {"drop_reason"}
        return set()

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        for name in ("potential_source", "drop_reason", "note"):
            if "\x00" in (getattr(self, name) or ""):
                wrong[name] = _("Null characters are not allowed.")
        if self._state.adding and self.account_id is not None:
            last = self.account.last_ordered
            if last is not None and (clock.today() - last).days <= CUSTOMER_DAYS:
                wrong["account"] = _("This account has ordered within the last two years: it is a customer.")
        if (self._state.adding or "owner" in self.__dict__.get("_touched", ())) and not self._owner_sees_it():
            wrong["owner"] = _("She does not see this account; give her a seat on its team first.")
        if self.status == self.Status.DROPPED and not self.drop_reason.strip():
            wrong["drop_reason"] = _("Say why it was dropped.")
        if self.status == self.Status.WON and not self.has_ordered:
            wrong["status"] = _("It is won with its first order.")
        if self.potential is not None and not self.potential_source.strip():
            wrong["potential_source"] = _("Say where this figure is from.")
        if wrong:
            raise ValidationError(wrong)

    def _owner_sees_it(self) -> bool:
        if self.owner is None or self.account_id is None:
            return True
        reach = access.reach(self.owner, "target_accounts.see")
        return reach.everything or self.account.within(reach)

    # --- verbs

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "account" in values and values["account"] != self.account:
            raise ValidationError({"account": _("It stays at its account.")})
        return super().change(by=by, **values)

    def drop(self, reason: str, *, by: Any, version: int | None = None) -> Event | None:
        """It is given up, for a reason. Raises ValidationError by field."""
        return self.change(by=by, version=version, verb="dropped", status=self.Status.DROPPED, drop_reason=reason)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if self.fitted_at is None:
            from kundenkreis.prospecting import fitting

            fitting.refigure([self.pk])
            self.refresh_from_db(fields=["fit", "fit_open", "fitted_at"])
