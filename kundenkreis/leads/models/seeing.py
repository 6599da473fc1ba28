"""Who sees which leads, and what is asked of many of them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.staff import access

OPEN = ("new", "working")


class LeadQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "leads.see"))

    def within(self, reach: access.Reach) -> Self:
        """Leads of the reach's people, teams and territories."""
        if reach.everything:
            return self
        if not reach:
            return self.none()
        held = models.Q(pk__in=[])
        if reach.owners:
            held |= models.Q(owner_id__one_of=reach.owners)
        if reach.teams:
            held |= models.Q(team_id__one_of=reach.teams)
        if reach.territories:
            held |= models.Q(territory_id__one_of=reach.territories)
        return self.filter(held)

    def for_list(self) -> Self:
        return self.select_related("owner")

    def open(self) -> Self:
        """Those that somebody still has to work on."""
        return self.living().filter(status__in=OPEN)

    def waiting(self) -> Self:
        """Those with whom nobody has spoken yet."""
        return self.open().filter(first_touched_at=None)
