"""What hangs on an account and is seen with it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, null_characters, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted, of_accounts
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining


class OfAccountQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, f"{self._area}.see"))

    @property
    def _area(self) -> str:
        return self.model.area  # type: ignore[attr-defined]

    def within(self, reach: access.Reach) -> Self:
        """Those of the reach's accounts."""
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(reached_from("account_id", Account.objects.within(reach))) if reach else self.none()

    def gathered_for(self, user: Any) -> Self:
        """`visible_to` for a list of nothing but that: of few accounts they are gathered by the indexes, not by a walk."""
        reach = access.reach(user, f"{self._area}.see")
        if reach.everything or not reach:
            return self.visible_to(user)
        return self.filter(of_accounts(reach))

    def for_list(self) -> Self:
        return self.select_related("account")


class OfAccount(Recorded):
    """`area` is the noun of the access table that decides over it."""

    area: ClassVar[str] = "needs"
    account: Any

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within(f"{self.area}.see", self.grounds())

    def clean(self) -> None:
        super().clean()
        if wrong := null_characters(self) | self.wrong():
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "account" in values and values["account"] != self.account:
            raise ValidationError({"account": _("It stays at its account.")})
        return super().change(by=by, **values)


def sees_account(person: Any, account: Any, area: str) -> bool:
    """Whether somebody to whom it is given sees the account at all."""
    if person is None or account is None:
        return True
    reach = access.reach(person, f"{area}.see")
    return reach.everything or account.within(reach)
