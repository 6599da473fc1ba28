"""A person leaves: everything that is hers goes to a colleague, as one batch that can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember, Contact
from kundenkreis.fields import rolling
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import record_event
from kundenkreis.inbox.models import Notification
from kundenkreis.staff.models import User

CHUNK = 2000
# What rooms above know to be a person's and to be handed over too: her rows of one noun each, which name her as
# `owner`; a `team`, where they have one, becomes the new owner's.
ALSO: list[Callable[[User], models.QuerySet]] = []


def also(rows: Callable[[User], models.QuerySet]) -> None:
    """These rows of a person go along when she hands over."""
    ALSO.append(rows)


@dataclass(frozen=True)
class Belongings:
    """How many records a person has: accounts and contacts, what is to be done (with its reminders), seats in account teams, and what
    rooms above know of (`also`).
    """

    accounts: int
    contacts: int
    activities: int
    seats: int
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.accounts or self.contacts or self.activities or self.seats or self.others)

    @classmethod
    def of(cls, counts: Sequence[int]) -> Belongings:
        return cls(*counts[:4], others=sum(counts[4:]))


@transaction.atomic
def hand_over(person: User, to: User, *, by: User | None, now: dt.datetime | None = None) -> Batch:
    """What belongs to `person` belongs to `to` from now on: see `_moves`. One Batch, one Event; undone as a whole."""
    now = now or timezone.now()
    batch = Batch.objects.create(
        kind="hand_over",
        label=_("%(name)s hands over to %(to)s") % {"name": person, "to": to},
        actor_id=by.pk if by else None,
        actor_name=by.get_full_name() if by else "",
        started_at=now,
    )
    moved = [_move(batch, rows, new, now) for rows, new in _moves(person, to)]
    labels = [rows.model._meta.label_lower for rows, _new in _moves(person, to)]
    batch.counts = {label: {"changed": count} for label, count in zip(labels, moved, strict=True)}
    batch.state, batch.ended_at = Batch.State.DONE, timezone.now()
    batch.save(update_fields=["counts", "state", "ended_at"])
    record_event(person, "user.handed_over", by=by, now=now, batch=batch, changes={"to": [None, to.pk, "", str(to)]})
    if by is None or by.pk != to.pk:
        _tell(person, to, Belongings.of(moved))
    return batch


def belongings(person: User) -> Belongings:
    """What there is to hand over."""
    return Belongings.of([rows.count() for rows, _new in _moves(person, None)])


def _moves(person: User, to: User | None) -> list[tuple[models.QuerySet, dict[str, Any]]]:
    """Which rows get which new values. A seat stays where the colleague has the same one already, or it has ended."""
    seats = AccountTeamMember.objects.living().filter(person=person)
    seats = seats.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
    if to is not None:
        hers = AccountTeamMember.objects.living().filter(
            person=to, account=models.OuterRef("account"), role=models.OuterRef("role")
        )
        seats = seats.filter(~models.Exists(hers))
    owner, team = {"owner_id": to.pk if to else None}, {"team_id": to.team_id if to else None}
    return [
        (Account.objects.living().filter(owner=person), owner | team),
        (Contact.objects.living().filter(owner=person), owner),
        (Activity.objects.open().filter(owner=person), owner),
        (seats, {"person_id": to.pk if to else None}),
        *((rows, owner | team if _has_team(rows.model) else owner) for rows in (each(person) for each in ALSO)),
    ]


def _has_team(model: type[models.Model]) -> bool:
    return any(field.name == "team" for field in model._meta.fields)


def _move(batch: Batch, rows: models.QuerySet, new: dict[str, Any], now: dt.datetime) -> int:
    names = list(new)
    found = list(rows.order_by("pk").values_list("pk", *names))
    for number, start in enumerate(range(0, len(found), CHUNK)):
        part = found[start : start + CHUNK]
        changed = [(*row, *new.values()) for row in part]
        chunks.keep(batch, number, rows.model, fields=names, changed=changed, now=now)
        rows.model._base_manager.filter(pk__in=[row[0] for row in part]).update(
            version=F("version") + 1, changed_at=now, **new
        )
        rolling.of_rows(rows.model, [row[0] for row in part])
    return len(found)


def _tell(person: User, to: User, moved: Belongings) -> None:
    with translation.override(to.language):
        said = _(
            "You have taken over from %(name)s: accounts %(accounts)s, contacts %(contacts)s, things to do %(activities)s, "
            "places in account teams %(seats)s."
        )
        if moved.others:
            said = said + " " + _("Opportunities and the like: %(others)s.")
    Notification.send(to, "hand_over", said % {"name": person, **vars(moved)}, _address())


def _address() -> str:
    try:
        return reverse("accounts:list") + "?f=owner:is:me"
    except NoReverseMatch:  # a process without pages
        return ""
