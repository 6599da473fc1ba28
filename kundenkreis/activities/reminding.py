"""Reminders: at their time they come into the inbox of whose activity it is, once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.activities import telling
from kundenkreis.activities.models import Activity
from kundenkreis.inbox.models import Notification


def remind_due(now: dt.datetime | None = None) -> int:
    """Tell everybody whose reminder has come. Returns how many were told; each is told once, however many workers ask."""
    now = now or timezone.now()
    waiting = Activity.objects.open().filter(
        remind_at__lte=now, reminded_at=None, owner__is_active=True, owner__deleted_at=None
    )
    told = 0
    for activity in waiting.select_related("owner", "account").order_by("remind_at", "pk"):
        with transaction.atomic():
            first = Activity._base_manager.filter(pk=activity.pk, reminded_at=None).update(reminded_at=now)
            if first:
                _tell(activity)
                told += 1
    return told


def _tell(activity: Activity) -> None:
    owner = activity.owner
    assert owner is not None
    with translation.override(owner.language):
        said = _("Reminder: %(subject)s") % {"subject": activity.subject}
        if account := telling.named_account(activity):
            said = _("Reminder: %(subject)s (%(account)s)") % {"subject": activity.subject, "account": account}
    Notification.send(owner, "reminder", said, telling.address(activity))
