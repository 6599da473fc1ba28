"""Who sees which opportunities, and what is asked of many of them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from kundenkreis.core.records import RecordQuerySet, reached_from
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted, is_narrow
from kundenkreis.staff import access


class OpportunityQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "opportunities.see"))

    def within(self, reach: access.Reach) -> Self:
        """Opportunities of the reach's people and teams, and those at its accounts."""
        if reach.everything:
            return but_of_restricted(self)
        if not reach:
            return self.none()
        at_account = reached_from("account_id", Account.objects.within(reach))
        return self.filter(_held(reach) | at_account)

    def gathered_for(self, user: Any) -> Self:
        """`visible_to` for a list of nothing but that: of few accounts they are gathered by the indexes, not by a walk."""
        reach = access.reach(user, "opportunities.see")
        if reach.everything or not reach or not is_narrow(reach):
            return self.visible_to(user)
        plain = self.model._base_manager
        of_accounts = plain.filter(account_id__gathered=Account.objects.within(reach).values("pk")).values("pk")
        return self.filter(pk__gathered=of_accounts.union(plain.filter(_held(reach)).values("pk")))

    def open(self) -> Self:
        """Neither won nor lost."""
        return self.living().filter(outcome="")

    def counted(self) -> Self:
        """Each project once: without those that are counted at another bidder of theirs (`models.counting`). What every sum is made of."""
        return self.filter(shadowed=False)

    def planned(self, of: Any) -> models.QuerySet:
        """The rows that tie the opportunity `of` to what is planned for it."""
        model: Any = self.model
        ties = model.activities.through._base_manager.filter(opportunity_id=of)
        return ties.filter(activity__is_open=True, activity__deleted_at=None)

    def for_list(self) -> Self:
        return self.select_related("account", "owner", "stage", "pipeline")


def _held(reach: access.Reach) -> models.Q:
    held = models.Q(owner_id__one_of=reach.owners) if reach.owners else models.Q(pk__in=[])
    return held | models.Q(team_id__one_of=reach.teams) if reach.teams else held
