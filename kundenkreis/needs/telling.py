"""The status of a wish goes back to the customers who asked: each is on the list of those still to tell until somebody has told her."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.needs.models import Wish, WishAsk, WishTelling
from kundenkreis.needs.models.of_account import sees_account
from kundenkreis.staff.models import User

DAYS = 7  # so long whoever looks after the account has time to tell


def follow(wish: Wish, event: Event, *, by: Any) -> None:
    """The wish has another status: everybody who asks for it is to be told. Belongs into the transaction of the change `event`."""
    asks = WishAsk.objects.living().filter(wish=wish, account__deleted_at=None)
    accounts = {ask.account_id: ask.account for ask in asks.select_related("account__owner").order_by("pk")}
    remember(wish, accounts.values(), event, by=by)


@transaction.atomic
def remember(wish: Wish, accounts: Iterable[Account], event: Event, *, by: Any) -> list[WishTelling]:
    """These accounts are to be told how the wish stands: each with a task for whoever looks after it. Undone with `event`."""
    some = list(accounts)
    waiting = {
        one.account_id: one
        for one in WishTelling.objects.waiting().filter(wish=wish, account_id__listed=[a.pk for a in some])
    }
    contacts = _contacts(wish, some)
    made = []
    for account in some:
        present = waiting.get(account.pk)
        if present is not None:
            _told_otherwise(present, wish, event, by)
            continue
        owner = _who_tells(account, wish, by)
        contact = contacts.get(account.pk)
        task = Activity.add(
            by=by, kind="task", subject=_subject(wish), body=wish.answer, account=account, contact=contact, owner=owner,
            is_open=True, due_on=clock.today() + dt.timedelta(days=DAYS),
        )  # fmt: skip
        telling = WishTelling.add(
            by=by, wish=wish, account=account, contact=contact, status=wish.status, owner=owner, task=task
        )
        for one in (task, telling):
            join(Event.objects.about(one).latest("pk"), event)
        made.append(telling)
    return made


def _told_otherwise(waiting: WishTelling, wish: Wish, event: Event, by: Any) -> None:
    """Who has not been told yet is told how it stands now; nobody is told what holds no more."""
    changes = [waiting.change(by=by, status=wish.status)]
    if waiting.task is not None and waiting.task.is_open and waiting.task.deleted_at is None:
        changes.append(waiting.task.change(by=by, subject=_subject(wish), body=wish.answer))
    for changed in changes:
        if changed is not None:
            join(changed, event)


def _subject(wish: Wish) -> str:
    said = _("Tell the customer about the wish “%(wish)s”: %(status)s")
    return (said % {"wish": wish.title, "status": wish.get_status_display()})[:200]


def _contacts(wish: Wish, accounts: list[Account]) -> dict[int, Any]:
    """Who of each account asked for it last."""
    asks = WishAsk.objects.living().filter(wish=wish, account_id__listed=[one.pk for one in accounts])
    rows = (
        asks.exclude(contact=None).filter(contact__deleted_at=None).select_related("contact").order_by("asked_on", "pk")
    )
    return {ask.account_id: ask.contact for ask in rows}


def _who_tells(account: Account, wish: Wish, by: Any) -> User | None:
    """Whoever looks after the account; else whoever looks after the wish and sees the account, else who has changed it."""
    for person in (account.owner, wish.owner, by):
        if isinstance(person, User) and person.is_active and sees_account(person, account, "wishes"):
            return person
    return None
