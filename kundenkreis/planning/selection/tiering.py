"""A round is put into force: the tiers of all accounts become those of the round, as one batch with one undo.

From the tier follows how often an account is spoken with (`customers.cadence`) and how often its business is reviewed (`rhythm`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.customers import bulk_editing
from kundenkreis.customers.models import Account
from kundenkreis.fields import editing_very_many
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound
from kundenkreis.planning.selection import counting
from kundenkreis.staff.models import User

AT_ONCE = 2_000  # so many accounts are changed while the person waits


@dataclass(frozen=True)
class Tiers(bulk_editing.Change):
    """Each account gets its tier of the round."""

    round_id: int = 0

    def differing(self, rows: models.QuerySet) -> models.QuerySet:
        return rows.filter(pk__in=_differing(self.round_id).values("account_id"))

    def apply(self, batch: Batch, number: int, ids: Sequence[int], now: dt.datetime) -> None:
        wanted = dict(
            RoundResult.objects.filter(round_id=self.round_id, account_id__listed=list(ids)).values_list(
                "account_id", "tier"
            )
        )
        rows = (
            Account._base_manager.select_for_update(of=("self",)).filter(pk__listed=list(ids)).values_list("pk", "tier")
        )
        chunks.keep(
            batch, number, Account, fields=["tier"], changed=[(pk, had, wanted[pk]) for pk, had in rows], now=now
        )
        alike: dict[str, list[int]] = defaultdict(list)
        for pk in ids:
            alike[wanted[pk]].append(pk)
        for tier, some in alike.items():
            Account._base_manager.filter(pk__listed=some).update(
                tier=tier, version=models.F("version") + 1, changed_at=now
            )
        Account.sum_again(list(ids))


def _differing(round_id: int) -> models.QuerySet:
    rows = RoundResult.objects.filter(round_id=round_id, account__deleted_at=None).exclude(tier=ABSENT)
    return rows.exclude(account__tier=models.F("tier"))


def changing(one: ScoringRound) -> models.QuerySet:
    """The accounts that would get another tier now."""
    return Account.objects.living().filter(pk__in=_differing(one.pk).values("account_id"))


@transaction.atomic
def begin(one: ScoringRound, *, by: User, version: int | None = None, now: dt.datetime | None = None) -> Batch:
    """It is in force from today; the accounts follow by `go_on`. Raises ValidationError when it is not scored, and Stale."""
    now = now or timezone.now()
    one.refresh_from_db()
    if one.state != ScoringRound.State.READY or one.deleted_at is not None:
        raise ValidationError(_("Only a round that is scored can be put into force."))
    batch = editing_very_many.begin(Tiers, counting.changing(one.counts), label=_label(one), by=by, now=now)
    one.change(
        by=by,
        now=now,
        version=version,
        batch=batch,
        verb="put_in_force",
        state=ScoringRound.State.IN_FORCE,
        in_force_on=clock.today(),
    )
    ScoringRound._base_manager.filter(pk=one.pk).update(batch=batch)
    one.batch = batch
    return batch


def _label(one: ScoringRound) -> str:
    return _("Tiers of %(year)s") % {"year": one.year}


def go_on(one: ScoringRound, *, by: User) -> None:
    """Give the accounts their tiers, step by step; what a killed worker left is gone on with where it stopped."""
    if one.batch is not None:
        editing_very_many.go_on(one.batch, changing(one), Tiers({}, round_id=one.pk), by=by)


def put_in_force(one: ScoringRound, *, by: User, version: int | None = None) -> Batch:
    """At once, to its end."""
    batch = begin(one, by=by, version=version)
    go_on(one, by=by)
    batch.refresh_from_db()
    return batch


def taken_back(one: ScoringRound) -> bool:
    """Whether its batch was undone: its tiers do not hold any more."""
    return one.batch is not None and one.batch.state in (Batch.State.UNDONE, Batch.State.UNDOING)
